"""Where a batch's work is done: in this process, in processes of this machine, or by Ray."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.process import BaseProcess
from typing import Final, Literal

import cv2

from .crew import Worker
from .jobs import Done, Task, work
from .limits import Limits, confine
from .options import Options
from .ray_workers import ray_hire
from .reader import Reader

Executor = Literal["serial", "processes", "ray"]
EXECUTORS: Final[tuple[Executor, ...]] = ("serial", "processes", "ray")
Build = Callable[[Options], Reader]


class SerialWorker:
    """Works in this process, which nothing protects: neither limit holds, and a photo that kills it ends all."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def begin(self, task: Task) -> Future[Done]:
        """Work, and come back when it is done."""
        future: Future[Done] = Future()
        future.set_result(work(self._reader, task))
        return future

    def ready(self) -> Future[bool]:
        """Always."""
        future: Future[bool] = Future()
        future.set_result(True)
        return future

    def end(self, now: bool) -> None:
        """Nothing to end."""


class ProcessWorker:
    """A process of its own. The standard library's pool of one does the talking; who died is then never a question."""

    def __init__(self, build: Build, options: Options, limits: Limits) -> None:
        """Start the process; it is ready later.

        Args:
            build: makes its reader; a function of a module, since the process is spawned.
            options: how to read.
            limits: `megabytes` is what it may grow by.
        """
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, context, _start, (build, options, limits.megabytes))
        self._ready = self._pool.submit(os.getpid)

    def begin(self, task: Task) -> Future[Done]:
        """Hand it a piece of work."""
        try:
            return self._pool.submit(_work, task)
        except BrokenProcessPool as fault:
            future: Future[Done] = Future()
            future.set_exception(fault)
            return future

    def ready(self) -> Future[int]:
        """Done when it has built its reader."""
        return self._ready

    def end(self, now: bool) -> None:
        """Kill it, or let it end."""
        if now and self._ready.done():
            with suppress(OSError, BrokenProcessPool, CancelledError):
                os.kill(self._ready.result(), getattr(signal, "SIGKILL", signal.SIGTERM))
        self._pool.shutdown(wait=not now, cancel_futures=True)


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
        BatchError: the executor is not installed or cannot be reached.
    """
    if executor == "serial":
        return lambda: SerialWorker(reader())
    if executor == "ray":
        return ray_hire(options, limits, workers, ship)
    return lambda: ProcessWorker(Reader, options, limits)


_reader: Reader | None = None  # a worker process builds its own once


def _start(build: Build, options: Options, megabytes: int) -> None:
    global _reader  # noqa: PLW0603  (the only way to hand something to a pool's later calls)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    cv2.setNumThreads(1)
    _reader = build(options)
    confine(megabytes)


def _end_with(parent: BaseProcess) -> None:
    """A parent that was killed cannot end its workers: they end themselves."""
    parent.join()
    os._exit(1)


def _work(task: Task) -> Done:
    assert _reader is not None
    return work(_reader, task)
