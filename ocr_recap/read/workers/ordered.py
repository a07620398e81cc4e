"""Reads or checks photos by workers and yields the results in input order, without a folder of results or a journal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...imaging import files, frames
from ...imaging.photo import Source
from ...records.options import Options
from .file_limits import COSTLY, FileLimits
from .limits import Limits
from .supervisor import Supervisor
from .tasks import Count, Done, Failed, Single, Task


@dataclass(frozen=True)
class Asked:
    """A file, its name in results, and the frame to read, from 0; None: all frames."""

    source: Source
    name: str
    frame: int | None = None


def in_order(
    supervisor: Supervisor, asked: Sequence[Asked], options: Options, limits: Limits, check: bool = False
) -> Iterator[tuple[Single, Done]]:
    """Read or check each frame of each file.

    Args:
        supervisor: of the workers. Workers also open files that may have several frames, to count them.
        asked: the files.
        options: of reading; frames from `max_frames` on give one task that fails with `frames_not_read`.
        limits: of files.
        check: whether photos are checked instead of read.

    Yields:
        Each task with its result, or with the reason why it failed, in input order.

    Raises:
        ocr_recap.read.workers.supervisor.CannotStart: workers do not start.
    """
    perform = _Work(asked, _counted(supervisor, asked), options.max_frames, FileLimits(limits), check)
    for task, done, seconds in supervisor.run(perform.tasks()):
        assert isinstance(task, Single)
        perform.note(task, done, seconds)
        yield from perform.ready()
    yield from perform.ready()


class _Work:
    """The tasks, the results that were received, and how many results were yielded."""

    def __init__(
        self, asked: Sequence[Asked], counted: Sequence[int | Failed], most: int, limits: FileLimits, check: bool
    ) -> None:
        self._asked, self._counted, self._most, self._check = asked, counted, most, check
        self._limits = limits
        self._found: dict[int, tuple[Single, Done]] = {}
        self._next = 0

    def tasks(self) -> Iterator[Single]:
        """The tasks for workers; results that need no worker are noted at once."""
        number = 0
        for file, (asked, frames_there) in enumerate(zip(self._asked, self._counted, strict=True)):
            count = 1 if isinstance(frames_there, Failed) else frames_there
            one = asked.frame
            for frame in range(min(count, self._most + 1)) if one is None else (one,):
                task = Single(asked.source, asked.name, frame, self._check, number, file)
                number += 1
                fault = frames_there if isinstance(frames_there, Failed) else self._limits.fault(file, frame)
                if one is None and frame == self._most:
                    data = {"frames": count, "first": frame + 1, "limit": self._most}
                    fault = Failed("frames_not_read", tuple(data.items()))
                if fault:
                    self._found[task.number] = task, fault
                else:
                    yield task

    def note(self, task: Single, done: Done, seconds: float) -> None:
        """Keep the result of a task until all tasks before it have results."""
        self._found[task.number] = task, done
        self._limits.note(task.file, task.frame, isinstance(done, Failed) and done.code in COSTLY, seconds)

    def ready(self) -> Iterator[tuple[Single, Done]]:
        """Results whose predecessors are all finished, so that the limits of their files are decided."""
        while self._next in self._found:
            task, done = self._found.pop(self._next)
            self._next += 1
            void = task.frame < self._most and self._limits.fault(task.file, task.frame)
            yield task, void or done


def _counted(supervisor: Supervisor, asked: Sequence[Asked]) -> list[int | Failed]:
    """The number of frames of each file, or the reason why they could not be counted."""
    counted: list[int | Failed] = [1] * len(asked)
    waiting: dict[int, int] = {}  # place of the file, by identity of its task
    tasks: list[Task] = []
    for place, one in enumerate(asked):
        if may_have_frames(one.source):
            tasks.append(count := count_of(one.source))
            waiting[id(count)] = place
    for task, done, _ in supervisor.run(tasks):
        assert isinstance(done, int | Failed)
        counted[waiting[id(task)]] = done
    return counted


def count_of(source: Source) -> Count:
    """The task that counts the frames of a file."""
    assert not isinstance(source, np.ndarray)
    return Count(Path(), source) if isinstance(source, bytes) else Count(Path(source))


def may_have_frames(source: Source) -> bool:
    """True when a file, by its first bytes, is of a kind that may have several frames."""
    if isinstance(source, np.ndarray):
        return False
    head = source[: frames.HEAD] if isinstance(source, bytes) else files.head(Path(source), frames.HEAD)
    return frames.kind_of(head) in frames.SEVERAL
