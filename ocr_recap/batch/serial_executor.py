"""The executor `serial`: one worker in this process, for debugging and where processes cannot be started."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Final

from ..read.reader import Reader
from ..read.workers.tasks import Done, Task, perform
from .executor import Executor, Hire, Setup


class SerialWorker:
    """A worker in this process: no limit is enforced, and a photo that kills the process ends the batch."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def begin(self, task: Task) -> Future[Done]:
        """Run the task to its end, and return a finished future."""
        future: Future[Done] = Future()
        future.set_result(perform(self._reader, task))
        return future

    def ready(self) -> Future[bool]:
        """A finished future: the worker is always ready."""
        future: Future[bool] = Future()
        future.set_result(True)
        return future

    def end(self, now: bool) -> None:
        """Do nothing: the worker has no process of its own."""


def hire(setup: Setup) -> Hire:
    """Return a function that makes the worker."""
    return lambda: SerialWorker(setup.reader)


EXECUTOR: Final = Executor("serial", hire, in_this_process=True)  # entry in the registry
