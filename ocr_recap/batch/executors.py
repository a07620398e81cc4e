"""Where a batch's work is done: in this process, in processes of this machine, or by Ray."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, Literal

from ..read.reader import Reader
from ..read.workers.limits import Limits
from ..read.workers.spawn import ProcessWorker
from ..read.workers.supervisor import Worker
from ..read.workers.tasks import Done, Task, perform
from ..records.options import Options
from .ray_executor import ray_hire

Executor = Literal["serial", "processes", "ray"]
EXECUTORS: Final[tuple[Executor, ...]] = ("serial", "processes", "ray")


class SerialWorker:
    """Works in this process, which nothing protects: neither limit holds, and a photo that kills it ends all."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def begin(self, task: Task) -> Future[Done]:
        """Work, and come back when it is done."""
        future: Future[Done] = Future()
        future.set_result(perform(self._reader, task))
        return future

    def ready(self) -> Future[bool]:
        """Always."""
        future: Future[bool] = Future()
        future.set_result(True)
        return future

    def end(self, now: bool) -> None:
        """Nothing to end."""


def hire_of(
    executor: Executor, options: Options, limits: Limits, reader: Callable[[], Reader], workers: int, ship: bool = False
) -> Callable[[], Worker]:
    """How workers of an executor are made.

    Args:
        executor: where they work.
        options: how they read.
        limits: of a piece of work.
        reader: the one of this process, for work in it.
        workers: the most that there will be.
        ship: send photos to the workers, instead of where they lie.

    Raises:
        ExtraMissing: the executor is not installed.
        WorkersFailed: it cannot be reached.
    """
    if executor == "serial":
        return lambda: SerialWorker(reader())
    if executor == "ray":
        return ray_hire(options, limits, workers, ship)
    return lambda: ProcessWorker(Reader, options, limits)
