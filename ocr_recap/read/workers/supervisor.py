"""Many pieces of work over a few workers that may die, hang or run out of memory without taking anything with them.

Where workers live is an executor's business (`executors`, `ray_workers`); what becomes of their work is decided here,
once for all of them, so that results do not depend on where they were made.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from types import TracebackType
from typing import Any, Protocol, Self

from ...messages.errors import WorkersFailed
from .limits import Limits
from .tasks import Done, Failed, Task

Finished = tuple[Task, Done, float]  # and the seconds that it took, those of a first try included

_FALSE_STARTS = 3  # in a row, of workers that died before they were ready


class Worker(Protocol):
    """A process that does one piece of work at a time."""

    def ready(self) -> Future[Any]:
        """Done when it can begin; an exception means that it never will."""
        ...

    def begin(self, task: Task) -> Future[Done]:
        """Begin with a piece of work; an exception of the future means that the worker is no more."""
        ...

    def end(self, now: bool) -> None:
        """End it: at once, whatever it does, or when it has nothing to do."""
        ...


class CannotStart(WorkersFailed):
    """Workers do not start here; `data["why"]` is the fault that the last one died of."""


class Supervisor:
    """Workers, each hired when there is work for it. `size`, the most of them, may be changed between two `run`."""

    def __init__(self, hire: Callable[[], Worker], size: int, limits: Limits, eager: bool = True) -> None:
        """Nothing starts before there is work.

        Args:
            hire: makes a worker, which may take its time to start.
            size: the most workers.
            limits: of a piece of work.
            eager: take a few pieces of work ahead, and hand them out before what was done is looked at, so that no
                worker waits.
        """
        self.size = size
        self._hire, self._limits, self._eager = hire, limits, eager
        self._desks: list[_Desk] = []
        self._false_starts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: object, trace: TracebackType | None) -> None:
        self.end(now=kind is not None)

    def end(self, now: bool = False) -> None:
        """Let all workers end: at once, whatever they do, or when they have nothing to do. Later work hires others."""
        for desk in self._desks:
            desk.dismiss(now=now or desk.starting)

    def run(self, tasks: Iterable[Task], begun: Callable[[Task], None] = lambda task: None) -> Iterator[Finished]:
        """Do all work, in any order; each piece comes back once, with what was made of it or why it failed.

        A worker that died, or had too little memory, is replaced and its work tried again by the new one, as somebody
        else may have taken the memory; the second time it has failed. What takes too long has failed the first time.
        Only workers that are ready get work, so a cluster that has no room for one of them keeps nothing back.

        Args:
            tasks: taken one by one, a few ahead of the workers.
            begun: told of each piece when a worker begins with it.

        Raises:
            CannotStart: workers die before they are ready.
        """
        source = iter(tasks)
        ahead: deque[Task] = deque()
        self._desks += [_Desk() for _ in range(self.size - len(self._desks))]
        desks = self._desks[: self.size]
        while True:
            busy = sum(desk.task is not None for desk in desks)
            enough = self.size if self._eager else max(0, 1 - busy)
            while len(ahead) < enough and (task := next(source, None)) is not None:
                ahead.append(task)
            self._hand_out(desks, ahead, begun)
            if not ahead and all(desk.task is None for desk in desks):
                return
            self._wait(desks)
            finished = [pair for desk in desks if (pair := self._settled(desk)) is not None]
            if self._eager:
                self._hand_out(desks, ahead, begun)
            yield from finished

    def _hand_out(self, desks: list[_Desk], ahead: deque[Task], begun: Callable[[Task], None]) -> None:
        """Give work to those who are ready, and hire for what is left."""
        _seat(desks, ahead, begun)
        coming = sum(desk.starting and desk.task is None for desk in desks)
        for desk in desks:
            waits = desk.task is not None or coming < len(ahead)
            if desk.worker is None and waits:
                coming += desk.task is None
                desk.welcome(self._hire())
        _seat(desks, ahead, begun)  # who works in this process is ready at once

    def _wait(self, desks: list[_Desk]) -> None:
        """Wait until somebody is done or ready, or has taken too long."""
        now = time.monotonic()
        left = [self._limits.seconds - (now - desk.since) for desk in desks if desk.future]
        pending = [future for desk in desks if (future := desk.future or (desk.ready if desk.starting else None))]
        wait(pending, timeout=max(0.0, min(left)) if left else None, return_when=FIRST_COMPLETED)

    def _settled(self, desk: _Desk) -> Finished | None:
        """What came of a worker's work; None while it is at it, or will be at it again."""
        if desk.starting and desk.ready and desk.ready.done():
            self._started(desk, desk.ready.exception())
            return None
        if desk.task is None or desk.future is None:
            return None
        task, seconds = desk.task, self._limits.seconds
        if not desk.future.done():
            if time.monotonic() - desk.since < seconds:
                return None
            desk.dismiss(now=True)
            return task, *desk.finish(Failed("time_limit", (("seconds", round(seconds, 1)),)))
        done = Failed("process_died") if desk.future.exception() else desk.future.result()
        if not isinstance(done, Failed):
            return task, *desk.finish(done)
        desk.dismiss(now=True)
        if desk.again:
            return task, *desk.finish(done)
        desk.again = True
        desk.spent = time.monotonic() - desk.since
        return None

    def _started(self, desk: _Desk, fault: BaseException | None) -> None:
        if fault is None:
            desk.starting = False
            self._false_starts = 0
            return
        desk.dismiss(now=True)
        self._false_starts += 1
        if self._false_starts >= _FALSE_STARTS:
            raise CannotStart("workers_not_started", why=f"{type(fault).__name__}: {fault}")


class _Desk:
    """A worker's place, with its work; the worker may be replaced.

    Attributes:
        worker: None: there is nobody.
        ready, starting: the worker's readiness, and whether that is still waited for.
        task: what it is to do.
        future: of the task; None until the worker has begun.
        since: when it began (time.monotonic).
        again: whether another worker has tried it before.
        spent: seconds that this took.
    """

    def __init__(self) -> None:
        self.worker: Worker | None = None
        self.ready: Future[Any] | None = None
        self.starting = False
        self.task: Task | None = None
        self.future: Future[Done] | None = None
        self.since = 0.0
        self.again = False
        self.spent = 0.0

    @property
    def idle(self) -> bool:
        """Whether the worker is ready and has nothing to do."""
        return self.worker is not None and not self.starting and self.task is None

    def welcome(self, worker: Worker) -> None:
        """A new worker comes."""
        self.worker, self.ready = worker, worker.ready()
        self.starting = not self.ready.done() or self.ready.exception() is not None

    def begin(self) -> None:
        """Begin with the work, if there is some and the worker is ready."""
        if self.worker is not None and not self.starting and self.task is not None and self.future is None:
            self.since = time.monotonic()
            self.future = self.worker.begin(self.task)

    def finish(self, done: Done) -> tuple[Done, float]:
        """Be free for other work; the seconds that this one took."""
        seconds = self.spent + time.monotonic() - self.since
        self.task, self.future, self.again, self.spent = None, None, False, 0.0
        return done, seconds

    def dismiss(self, now: bool) -> None:
        """Do without the worker; its work stays."""
        if self.worker is not None:
            self.worker.end(now)
        self.worker, self.ready, self.future, self.starting = None, None, None, False


def _seat(desks: Iterable[_Desk], ahead: deque[Task], begun: Callable[[Task], None]) -> None:
    """Let everybody begin who can."""
    for desk in desks:
        if desk.idle and ahead:
            desk.task = ahead.popleft()
            begun(desk.task)
        desk.begin()
