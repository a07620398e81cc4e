"""The journal of a rehearsal: what is done, with its result and its time. A rehearsal that was ended goes on from it.

`journal.jsonl` in the folder has one line per thing done, forced to the disk. A line that was cut off is left out.
"""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from ..messages.catalog import Language, filled
from ..messages.rehearse_command import REHEARSE_PROGRESS

JOURNAL: Final = "journal.jsonl"


class RehearsalJournal:
    """The journal of a folder.

    Args:
        folder: of the rehearsal.
        say: takes each line of progress; None: nobody sees it.
        language: of these lines.

    Attributes:
        elsewhere: CPU seconds of commands that are not children of this process.
    """

    def __init__(self, folder: Path, say: Callable[[str], None] | None = None, language: Language = "id") -> None:
        self._path, self._say = folder / JOURNAL, say
        self._language: Language = language
        self._done: dict[str, Any] = {}
        self._times: list[tuple[str, float, float]] = []
        self._began = time.monotonic()
        self.elsewhere = 0.0
        if self._path.exists():
            self._load()

    def _load(self) -> None:
        content = self._path.read_bytes()
        whole = content.rfind(b"\n") + 1
        for line in content[:whole].splitlines():
            entry = json.loads(line)
            if "time" in entry:
                self._times.append(tuple(entry["time"]))
            else:
                self._done[entry["key"]] = entry["value"]
        if whole < len(content):
            with self._path.open("r+b") as file:
                file.truncate(whole)

    def _add(self, entry: dict[str, Any]) -> None:
        with self._path.open("ab") as file:
            file.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def once(self, key: str, action: Callable[[], Any]) -> Any:
        """The result of an action that is done once; on later runs what it gave then.

        Args:
            key: of the action.
            action: that gives plain data.
        """
        if key not in self._done:
            self.keep(key, action())
        return self._done[key]

    def keep(self, key: str, value: Any) -> None:
        """Keep a result; an earlier one of the same key is replaced."""
        self._add({"key": key, "value": value})
        self._done[key] = value

    def get(self, key: str, default: Any = None) -> Any:
        """A result that is kept."""
        return self._done.get(key, default)

    def has(self, key: str) -> bool:
        """True when something was done."""
        return key in self._done

    def under(self, prefix: str) -> Iterator[tuple[str, Any]]:
        """Keys that begin so, without that beginning, and their results, in the order in which they were kept."""
        for key, value in self._done.items():
            if key.startswith(prefix):
                yield key.removeprefix(prefix), value

    @contextmanager
    def timed(self, step: str) -> Generator[None]:
        """Add the wall and CPU seconds of the body, those of ended child processes included, to a step."""
        wall, cpu = time.monotonic(), _cpu() + self.elsewhere
        try:
            yield
        finally:
            entry = (step, time.monotonic() - wall, _cpu() + self.elsewhere - cpu)
            self._times.append(entry)
            self._add({"time": entry})

    def times(self) -> dict[str, tuple[float, float]]:
        """Wall and CPU seconds by step, interrupted runs included."""
        found: dict[str, tuple[float, float]] = {}
        for step, wall, cpu in self._times:
            before = found.get(step, (0.0, 0.0))
            found[step] = before[0] + wall, before[1] + cpu
        return found

    def show(self, key: str, **data: Any) -> None:
        """Show progress, a text of `REHEARSE_PROGRESS` with its data, behind the minutes since this run began.

        Raises:
            KeyError: there is no such text, or it needs data that is not given.
        """
        if self._say is not None:
            said = filled(REHEARSE_PROGRESS[key], self._language, data)
            minutes = (time.monotonic() - self._began) / 60
            self._say(filled(REHEARSE_PROGRESS["minutes"], self._language, {"minutes": minutes, "said": said}))


def _cpu() -> float:
    """CPU seconds of this process and its ended children."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)
