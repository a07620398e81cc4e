"""Distributes tasks over workers, and replaces workers that die, hang or run out of memory, without losing a task.

Executors (`batch/executors.py`) start the workers. The handling of failures is here, the same for all executors, so
that results do not depend on where they were computed.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from types import TracebackType
from typing import Any, Protocol, Self

from ...messages.errors import WorkersFailed
from .limits import Limits
from .tasks import Done, Failed, Task

Finished = tuple[Task, Done, float]  # task, result, and seconds, those of a first try included

_FALSE_STARTS = 3  # consecutive workers that died before they were ready, after which no more are started; by judgement


class Worker(Protocol):
    """A process that runs one task at a time."""

    def ready(self) -> Future[Any]:
        """A future that is done when the worker can begin; its exception means that the worker did not start."""
        ...

    def begin(self, task: Task) -> Future[Done]:
        """Start a task. The future holds its result; an exception means that the worker died."""
        ...

    def end(self, now: bool) -> None:
        """End the worker: at once (`now`), or when it is idle."""
        ...


class CannotStart(WorkersFailed):
    """Workers do not start; `data["why"]` is the error of the last one."""


class Supervisor:
    """A set of workers, started when there is work; their largest number, `size`, may change between calls of `run`."""

    def __init__(self, hire: Callable[[], Worker], size: int, limits: Limits, eager: bool = True) -> None:
        """Prepare the supervisor; workers start with the first `run`.

        Args:
            hire: starts a worker and returns it at once, ready or not.
            size: largest number of workers.
            limits: of a task.
            eager: take a few tasks ahead, and give them to workers before results are yielded, so that no worker waits.
        """
        self.size = size
        self._hire, self._limits, self._eager = hire, limits, eager
        self._slots: list[_Slot] = []
        self._false_starts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: object, trace: TracebackType | None) -> None:
        self.end(now=kind is not None)

    def end(self, now: bool = False) -> None:
        """End all workers: at once (`now`), or when they are idle. Later tasks start new ones."""
        for slot in self._slots:
            slot.dismiss(now=now or slot.starting)

    def run(self, tasks: Iterable[Task], begun: Callable[[Task], None] = lambda task: None) -> Iterator[Finished]:
        """Run all tasks, in any order, and yield each once, with its result or the reason why it failed.

        A worker that died, or had too little memory, is replaced, and its task is tried a second time, since another
        process may have taken the memory. A task that exceeds the time limit fails at once. Only workers that are ready
        get tasks, so a cluster without room for a worker delays no task; and where a second try alone is left, idle
        workers end, so that a cluster that lost a node has room for the replacement.

        Args:
            tasks: taken one by one, a few ahead of the workers.
            begun: called with each task when a worker begins it.

        Raises:
            CannotStart: workers die before they are ready.
        """
        source = iter(tasks)
        ahead: deque[Task] = deque()
        self._slots += [_Slot() for _ in range(self.size - len(self._slots))]
        slots = self._slots[: self.size]
        while True:
            busy = sum(slot.task is not None for slot in slots)
            enough = self.size if self._eager else max(0, 1 - busy)
            while len(ahead) < enough and (task := next(source, None)) is not None:
                ahead.append(task)
            self._hand_out(slots, ahead, begun)
            if not ahead and all(slot.task is None for slot in slots):
                return
            _make_room(slots)
            self._wait(slots)
            finished = [pair for slot in slots if (pair := self._settled(slot)) is not None]
            if self._eager:
                self._hand_out(slots, ahead, begun)
            yield from finished

    def _hand_out(self, slots: list[_Slot], ahead: deque[Task], begun: Callable[[Task], None]) -> None:
        """Give tasks to workers that are ready, and start workers for the remaining tasks."""
        _fill_slots(slots, ahead, begun)
        coming = sum(slot.starting and slot.task is None for slot in slots)
        for slot in slots:
            waits = slot.task is not None or coming < len(ahead)
            if slot.worker is None and waits:
                coming += slot.task is None
                slot.welcome(self._hire())
        _fill_slots(slots, ahead, begun)  # a worker in this process is ready at once

    def _wait(self, slots: list[_Slot]) -> None:
        """Wait until a worker is done or ready, or has exceeded the time limit."""
        now = time.monotonic()
        left = [self._limits.seconds - (now - slot.since) for slot in slots if slot.future]
        pending = [future for slot in slots if (future := slot.future or (slot.ready if slot.starting else None))]
        wait(pending, timeout=max(0.0, min(left)) if left else None, return_when=FIRST_COMPLETED)

    def _settled(self, slot: _Slot) -> Finished | None:
        """The result of a slot's task; None while the task runs, or when it will be tried again."""
        if slot.starting and slot.ready and slot.ready.done():
            self._started(slot, slot.ready.exception())
            return None
        if slot.task is None or slot.future is None:
            return None
        task, seconds = slot.task, self._limits.seconds
        if not slot.future.done():
            if time.monotonic() - slot.since < seconds:
                return None
            slot.dismiss(now=True)
            return task, *slot.finish(Failed("time_limit", (("seconds", round(seconds, 1)),)))
        done = Failed("process_died") if slot.future.exception() else slot.future.result()
        if not isinstance(done, Failed):
            return task, *slot.finish(done)
        slot.dismiss(now=True)
        if slot.again:
            return task, *slot.finish(done)
        slot.again = True
        slot.spent = time.monotonic() - slot.since
        return None

    def _started(self, slot: _Slot, fault: BaseException | None) -> None:
        if fault is None:
            slot.starting = False
            self._false_starts = 0
            return
        slot.dismiss(now=True)
        self._false_starts += 1
        if self._false_starts >= _FALSE_STARTS:
            raise CannotStart("workers_not_started", why=f"{type(fault).__name__}: {fault}")


class _Slot:
    """A slot: a worker, which may be replaced, and its task.

    Attributes:
        worker: None while the slot is empty.
        ready, starting: future of the worker's readiness, and whether it is still awaited.
        task: the slot's task.
        future: of the task's result; None until the worker has begun.
        since: when the worker began (time.monotonic).
        again: whether another worker has tried the task before.
        spent: seconds of the first try.
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
        """Put a new worker into the slot."""
        self.worker, self.ready = worker, worker.ready()
        self.starting = not self.ready.done() or self.ready.exception() is not None

    def begin(self) -> None:
        """Begin the task, if there is one and the worker is ready."""
        if self.worker is not None and not self.starting and self.task is not None and self.future is None:
            self.since = time.monotonic()
            self.future = self.worker.begin(self.task)

    def finish(self, done: Done) -> tuple[Done, float]:
        """Remove the task from the slot; return its result and the seconds that it took."""
        seconds = self.spent + time.monotonic() - self.since
        self.task, self.future, self.again, self.spent = None, None, False, 0.0
        return done, seconds

    def dismiss(self, now: bool) -> None:
        """End the worker and remove it from the slot; the task stays."""
        if self.worker is not None:
            self.worker.end(now)
        self.worker, self.ready, self.future, self.starting = None, None, None, False


def _make_room(slots: Sequence[_Slot]) -> None:
    """End idle workers where no worker has a task, and one is awaited that has."""
    if not any(slot.future for slot in slots):
        for slot in slots:
            if slot.idle:
                slot.dismiss(now=False)


def _fill_slots(slots: Iterable[_Slot], ahead: deque[Task], begun: Callable[[Task], None]) -> None:
    """Give tasks to idle slots and begin them."""
    for slot in slots:
        if slot.idle and ahead:
            slot.task = ahead.popleft()
            begun(slot.task)
        slot.begin()
