"""The log `plenary.jsonl` of a recap folder: objections, special events, closings; append-only like statements."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from ..messages.errors import FolderDamaged
from .folder import PLENARY_FILE
from .pending import append_lines
from .plenary import SessionEvent, closings


def read_events(folder: Path) -> list[SessionEvent]:
    """All events of a recap folder, oldest first.

    Raises:
        FolderDamaged: a line is no event, or was edited.
    """
    path = folder / PLENARY_FILE
    try:
        lines = path.read_text("utf-8").split("\n")[:-1] if path.exists() else []
    except (OSError, UnicodeDecodeError):
        raise FolderDamaged("results_unusable", path=path) from None
    found: list[SessionEvent] = []
    for number, line in enumerate(lines, 1):
        try:
            one = SessionEvent.from_json(line)
        except ValidationError:
            one = None
        if one is None or not one.is_whole:
            raise FolderDamaged("statement_line", path=path, line=number)
        found.append(one)
    return found


class PlenaryLog:
    """The events of a recap folder, for a caller who holds its lock."""

    def __init__(self, folder: Path) -> None:
        """Read the log.

        Raises:
            FolderDamaged: a line is no event, or was edited.
        """
        self._folder = folder
        self.events = read_events(folder)

    def closed_areas(self) -> dict[str, SessionEvent]:
        """The areas that are closed, by code, with their closings."""
        return closings(self.events)

    def take_over(self, events: Iterable[SessionEvent]) -> tuple[SessionEvent, ...]:
        """Put events at the end of the log; those that are there already are left out.

        Returns:
            The events that are new.

        Raises:
            OSError: the folder cannot be written.
        """
        known = {one.id for one in self.events}
        fresh = list({one.id: one for one in events if one.id not in known}.values())
        append_lines(self._folder, PLENARY_FILE, [one.to_json() for one in fresh])
        self.events += fresh
        return tuple(fresh)
