"""Many pieces of work over a few workers that may die, hang or run out of memory without taking anything with them.

Where workers live is an executor's business (`executors`, `ray_workers`); what becomes of their work is decided here,
once for all of them, so that results do not depend on where they were made.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from types import TracebackType
from typing import Protocol, Self

from .jobs import Done, Failed, Task
from .limits import Limits

Finished = tuple[Task, Done]

_FALSE_STARTS = 3  # in a row, of workers that were not ready for any work
_LOOK_AGAIN = 1.0  # s; how often the clock is looked at while a worker is starting


class Worker(Protocol):
    """A process that does one piece of work at a time."""

    def begin(self, task: Task) -> Future[Done]:
        """Begin with a piece of work; an exception of the future means that the worker is no more."""
        ...

    def started(self) -> bool:
        """Whether it has been ready for work; asked of a dead one it tells a bad photo from a bad installation."""
        ...

    def end(self, now: bool) -> None:
        """End it: at once, whatever it does, or when it has nothing to do."""
        ...


class CannotStart(Exception):
    """Workers do not start here; the text says why."""


class Crew:
    """Workers, each hired when there is work for it. `size`, the most of them, may be changed between two `run`."""

    def __init__(self, hire: Callable[[], Worker], size: int, limits: Limits, eager: bool = True) -> None:
        """Nothing starts before there is work.

        Args:
            hire: makes a worker, which may take its time to start.
            size: the most workers.
            limits: of a piece of work.
            eager: hand out further work before what was done is looked at, so that no worker waits.
        """
        self.size = size
        self._hire, self._limits, self._eager = hire, limits, eager
        self._desks: list[_Desk] = []
        self._false_starts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: object, trace: TracebackType | None) -> None:
        for desk in self._desks:
            desk.dismiss(now=kind is not None)

    def run(self, tasks: Iterable[Task], begun: Callable[[Task], None] = lambda task: None) -> Iterator[Finished]:
        """Do all work, in any order; each piece comes back once, with what was made of it or why it failed.

        A worker that died, or had too little memory, is replaced and its work tried again by the new one, as somebody
        else may have taken the memory; the second time it has failed. What takes too long has failed the first time.

        Args:
            tasks: taken one by one, a few ahead of the workers.
            begun: told of each piece when a worker begins with it.

        Raises:
            CannotStart: workers die before they are ready.
        """
        source = iter(tasks)
        ahead: deque[Task] = deque()
        self._desks += [_Desk(self._hire) for _ in range(self.size - len(self._desks))]
        desks = self._desks[: self.size]
        while True:
            self._hand_out(desks, ahead, source, begun)
            busy = [desk for desk in desks if desk.task is not None]
            if not busy:
                return
            while self._eager and len(ahead) < self.size and (task := next(source, None)) is not None:
                ahead.append(task)
            now = time.monotonic()
            left = min(desk.left(self._limits.seconds, now) for desk in busy)
            wait([desk.future for desk in busy], timeout=left, return_when=FIRST_COMPLETED)
            finished = [
                (task, done) for desk in busy if (task := desk.task) and (done := self._settled(desk)) is not None
            ]
            # Workers get their next work before this one's results are looked at.
            self._hand_out(desks, ahead, iter(()), begun)
            yield from finished

    def _hand_out(
        self, desks: Sequence[_Desk], ahead: deque[Task], source: Iterator[Task], begun: Callable[[Task], None]
    ) -> None:
        for desk in desks:
            if desk.task is None:
                task = ahead.popleft() if ahead else next(source, None)
                if task is None:
                    return
                begun(task)
                desk.begin(task)

    def _settled(self, desk: _Desk) -> Done | None:
        """What came of a worker's work; None while it is at it, or at it again."""
        if not desk.future.done():
            if desk.left(self._limits.seconds, time.monotonic()) > 0:
                return None
            desk.dismiss(now=True)
            return desk.finish(Failed("time_limit", (("seconds", round(self._limits.seconds)),)))
        fault = desk.future.exception()
        done = Failed("process_died") if fault else desk.future.result()
        if fault and not desk.started():
            self._false_starts += 1
            if self._false_starts >= _FALSE_STARTS:
                raise CannotStart(f"{type(fault).__name__}: {fault}")
            desk.again(attempt=desk.attempt)
            return None
        self._false_starts = 0
        if not isinstance(done, Failed):
            return desk.finish(done)
        if desk.attempt == 1:
            desk.again(attempt=2)
            return None
        desk.dismiss(now=True)
        return desk.finish(done)


class _Desk:
    """A worker's place, with its work; the worker may be replaced."""

    def __init__(self, hire: Callable[[], Worker]) -> None:
        self.task: Task | None = None
        self.future: Future[Done] = Future()
        self.attempt = 1
        self._hire = hire
        self._worker: Worker | None = None
        self._since: float | None = None  # when the work began; not before the worker was ready

    def begin(self, task: Task, attempt: int = 1) -> None:
        """Let the worker, a new one if there is none, begin."""
        self._worker = self._worker or self._hire()
        self.task, self.attempt, self._since = task, attempt, None
        self.future = self._worker.begin(task)

    def again(self, attempt: int) -> None:
        """Let a new worker begin with the same work."""
        assert self.task is not None
        self.dismiss(now=True)
        self.begin(self.task, attempt)

    def finish(self, done: Done) -> Done:
        """Be free for other work."""
        self.task = None
        return done

    def started(self) -> bool:
        """Whether the worker has been ready."""
        return self._worker is not None and self._worker.started()

    def left(self, seconds: float, now: float) -> float:
        """Seconds until this work takes too long, or until the clock has to be looked at again."""
        if self._since is None:
            if not self.started():
                return _LOOK_AGAIN
            self._since = now
        return self._since + seconds - now

    def dismiss(self, now: bool) -> None:
        """Do without the worker."""
        if self._worker is not None:
            self._worker.end(now)
            self._worker = None
