"""When is enough tried of one file? Frames that are costly one after another, or all together, end its reading.

Frames are judged in their order, whoever finished first: the same frames are left out on any number of workers, save
for what differs in time.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from .limits import Limits
from .tasks import Failed

# What a frame may do that counts against its file; other problems cost nothing.
COSTLY = frozenset({"time_limit", "memory_limit", "process_died"})


@dataclass
class _File:
    """What is known of a file: frames below `settled` are, in `ahead` are later ones by number."""

    settled: int = 0
    row: int = 0
    seconds: float = 0.0
    ahead: dict[int, tuple[bool, float]] = field(default_factory=dict[int, tuple[bool, float]])
    fault: Failed | None = None


class FileLimits:
    """Keeps account of files with several frames."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._files: dict[Hashable, _File] = {}

    def note(self, file: Hashable, frame: int, failed: bool, seconds: float) -> None:
        """What a frame came to.

        Args:
            file: whatever tells files apart.
            frame: from 0; each is noted once.
            failed: whether it had a problem of `COSTLY`.
            seconds: that it took.
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
        """Why a frame is not to be read, or its reading not to be used; None: as far as is known, it is."""
        known = self._files.get(file)
        return known.fault if known and frame >= known.settled else None

    def is_open(self, file: Hashable, frame: int) -> bool:
        """Whether that may still change for a frame that was noted, since frames before it are at work."""
        known = self._files.get(file)
        return known is not None and known.fault is None and frame >= known.settled
