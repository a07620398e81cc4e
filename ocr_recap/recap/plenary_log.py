"""The log `plenary.jsonl` of a recap folder: objections, special events, closings; append-only like statements."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from ..messages.errors import FolderDamaged
from .folder import PLENARY_FILE
from .memory import KnownEvents, RecapMemory
from .pending import append_lines
from .plenary import SessionEvent, closings


def read_events(folder: Path, memory: RecapMemory | None = None) -> list[SessionEvent]:
    """All events of a recap folder, oldest first.

    Args:
        folder: of the recap.
        memory: of earlier times; lines that were read before are not read again.

    Raises:
        FolderDamaged: a line is no event, or was edited.
    """
    path = folder / PLENARY_FILE
    memory = memory or RecapMemory()
    try:
        content = path.read_bytes() if path.exists() else b""
        known = memory.events
        if known is None or hashlib.sha256(content[: known.size]).digest() != known.sha256:
            known = KnownEvents(0, b"", ())
        size = content.rfind(b"\n") + 1
        lines = content[known.size : size].decode("utf-8").split("\n")[:-1]
    except (OSError, UnicodeDecodeError):
        raise FolderDamaged("results_unusable", path=path) from None
    found = [*known.events, *_parsed(path, lines, len(known.events))]
    memory.events = KnownEvents(size, hashlib.sha256(content[:size]).digest(), tuple(found))
    return found


def _parsed(path: Path, lines: Iterable[str], before: int) -> Iterator[SessionEvent]:
    """The events of some lines, which stand after so many others.

    Raises:
        FolderDamaged: a line is no event, or was edited.
    """
    for number, line in enumerate(lines, before + 1):
        try:
            one = SessionEvent.from_json(line)
        except ValidationError:
            one = None
        if one is None or not one.is_whole:
            raise FolderDamaged("statement_line", path=path, line=number)
        yield one


class PlenaryLog:
    """The events of a recap folder, for a caller who holds its lock."""

    def __init__(self, folder: Path, memory: RecapMemory | None = None) -> None:
        """Read the log.

        Args:
            folder: of the recap.
            memory: of earlier times.

        Raises:
            FolderDamaged: a line is no event, or was edited.
        """
        self._folder = folder
        self.events = read_events(folder, memory)

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
