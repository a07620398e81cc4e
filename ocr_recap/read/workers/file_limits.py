"""Limits of one file with several frames: too many costly frames in a row, or too much time, end its reading.

Frames are counted in their order, not in the order in which workers finish. Any number of workers therefore leaves out
the same frames, except where the time of a frame differs.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from .limits import Limits
from .tasks import Failed

# Problems of a frame that count against its file.
COSTLY = frozenset({"time_limit", "memory_limit", "process_died"})


@dataclass
class _File:
    """The account of a file: frames below `settled` are counted; `ahead` holds later finished frames by number."""

    settled: int = 0
    row: int = 0
    seconds: float = 0.0
    ahead: dict[int, tuple[bool, float]] = field(default_factory=dict[int, tuple[bool, float]])
    fault: Failed | None = None


class FileLimits:
    """Counts the failures and seconds of files with several frames, and compares them with limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._files: dict[Hashable, _File] = {}

    def note(self, file: Hashable, frame: int, failed: bool, seconds: float) -> None:
        """Note the result of a frame.

        Args:
            file: key of the file.
            frame: from 0; each is noted once.
            failed: whether the frame had a problem of `COSTLY`.
            seconds: that the frame took.
        """
        known = self._files.setdefault(file, _File())
        known.ahead[frame] = failed, seconds
        while known.fault is None and known.settled in known.ahead:
            failed, seconds = known.ahead.pop(known.settled)
            known.settled += 1
            known.row = known.row + 1 if failed else 0
            known.seconds += seconds
            if known.row >= self._limits.failures:
                known.fault = Failed("file_stopped", (("failed", known.row), ("first", known.settled + 1)))
            elif known.seconds > self._limits.file_seconds:
                limit = round(self._limits.file_seconds, 1)
                known.fault = Failed("file_time_limit", (("seconds", limit), ("first", known.settled + 1)))

    def fault(self, file: Hashable, frame: int) -> Failed | None:
        """The problem for which a frame is not read, or its result not used; None if there is none so far."""
        known = self._files.get(file)
        return known.fault if known and frame >= known.settled else None

    def is_open(self, file: Hashable, frame: int) -> bool:
        """True when `fault` of a noted frame may still change, since an earlier frame is not finished."""
        known = self._files.get(file)
        return known is not None and known.fault is None and frame >= known.settled
