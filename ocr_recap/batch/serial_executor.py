"""The executor `serial`: work in this process, for debugging and where processes cannot be started."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Final

from ..read.reader import Reader
from ..read.workers.tasks import Done, Task, perform
from .executor import Executor, Hire, Setup


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


def hire(setup: Setup) -> Hire:
    """How its worker is made."""
    return lambda: SerialWorker(setup.reader)


EXECUTOR: Final = Executor("serial", hire, in_this_process=True)
