"""A worker that is a spawned process of this machine. It may die at any time, also while it sends a result.

Each worker has a pipe of its own to the parent, and messages are sent one at a time. `multiprocessing` sends the length
of a message first, and no other process has the worker's end of the pipe. The parent therefore recognises a message
that was cut short by the worker's death, and never mixes messages of two workers.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
import warnings
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from typing import Any

from ...imaging.threads import limit_threads
from ...records.options import Options
from .limits import Limits, confine
from .tasks import Done, Failed, Reads, Task, perform

Build = Callable[[Options], Reads]

_GRACE = 10.0  # s that a worker may take to end; a slower one is killed, or left to the system; by judgement


class WorkerDied(Exception):
    """A worker's process has ended; the text is the way it ended."""


class ProcessWorker:
    """A process that runs one task at a time."""

    def __init__(self, build: Build, options: Options, limits: Limits) -> None:
        """Start the process; `ready` is done when it can work.

        Args:
            build: makes its reader; a function of a module, since the process is spawned.
            options: of reading.
            limits: `megabytes` limits the growth of the process.
        """
        context = multiprocessing.get_context("spawn")
        self._ready: Future[bool] = Future()
        self._work: queue.SimpleQueue[tuple[Task, Future[Done]] | None] = queue.SimpleQueue()
        self._pipe, theirs = context.Pipe()
        # A daemon process ends with this process.
        self._process = context.Process(
            target=_serve, args=(theirs, build, options, limits.megabytes), daemon=True, name="ocr-recap worker"
        )
        try:
            with _undisturbed():
                self._process.start()
        except OSError as fault:
            self._ready.set_exception(fault)
            return
        finally:
            theirs.close()  # only the worker then has its end open, so its death closes the pipe
        threading.Thread(target=self._exchange, daemon=True).start()

    def begin(self, task: Task) -> Future[Done]:
        """Start a task; the future holds its result, or `WorkerDied`."""
        future: Future[Done] = Future()
        self._work.put((task, future))
        return future

    def ready(self) -> Future[bool]:
        """A future that is done when the worker has built its reader."""
        return self._ready

    def end(self, now: bool) -> None:
        """End the worker: kill it now, or let it end when it is idle."""
        self._work.put(None)
        if self._process.pid is None:  # it was never started
            return
        if now:
            self._process.kill()
        self._process.join(_GRACE)
        if self._process.exitcode is None:
            self._process.kill()

    def _exchange(self) -> None:
        """Wait until the worker is ready, then send tasks and receive results, until either side ends.

        Tasks that are given after the worker's death fail with the same exception.
        """
        fault: BaseException | None = None
        future: Future[Any] = self._ready
        try:
            future.set_result(self._receive())
        except Exception as said:
            future.set_exception(fault := said)
        while (handed := self._work.get()) is not None:
            task, future = handed
            try:
                if fault is None:
                    self._pipe.send(task)
                    future.set_result(self._receive())
            except Exception as said:
                fault = said
            if fault is not None:
                future.set_exception(fault)
        self._pipe.close()

    def _receive(self) -> Any:
        """Receive the worker's next message.

        Raises:
            WorkerDied: it died before the message was complete, or it could not build its reader.
        """
        try:
            said = self._pipe.recv() if self._pipe in wait([self._pipe, self._process.sentinel]) else None
        except (EOFError, OSError):  # OSError: in the middle of a message
            said = None
        if said is None:
            self._process.join(_GRACE)
            raise WorkerDied(f"a worker ended with exit status {self._process.exitcode}")
        if isinstance(said, WorkerDied):
            raise said
        return said


@contextmanager
def _undisturbed() -> Generator[None, None, None]:
    """Block Ctrl-C in this thread and in processes started meanwhile: only the parent handles the signal."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows: a worker ignores Ctrl-C from the start of `_serve`
        yield
        return
    resource_tracker.ensure_running()  # otherwise started with the first process, which would unblock the signal
    came: list[int] = []
    handler = signal.getsignal(signal.SIGINT) if threading.current_thread() is threading.main_thread() else None
    if handler is not None:
        signal.signal(signal.SIGINT, lambda number, _frame: came.append(number))
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        if handler is not None:
            signal.signal(signal.SIGINT, handler)
        if came:
            signal.raise_signal(signal.SIGINT)


def _serve(pipe: Connection, build: Build, options: Options, megabytes: int) -> None:
    """The main function of a worker: runs one task after another, until the parent closes its end of the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _be_quiet()
    warnings.simplefilter("ignore")  # nobody would see them
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    limit_threads()
    try:
        reader = build(options)
        confine(megabytes)
    except Exception as fault:
        pipe.send(WorkerDied(f"{type(fault).__name__}: {fault}"))
        return
    pipe.send(True)
    with suppress(EOFError, OSError):
        while True:
            _send(pipe, perform(reader, pipe.recv()))


def _send(pipe: Connection, done: Done) -> None:
    """Send a result; where memory does not suffice to pickle it, send `memory_limit` instead."""
    try:
        content = ForkingPickler.dumps(done)
    except MemoryError:
        content = ForkingPickler.dumps(Failed("memory_limit"))
    pipe.send_bytes(content)


def _be_quiet() -> None:
    """Suppress what libraries print when memory is short or when they crash.

    The parent reports the photo's problem instead; `--executor serial` shows the libraries' output.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _end_with(parent: BaseProcess) -> None:
    """End this worker when its parent dies, since a killed parent cannot end its workers."""
    parent.join()
    os._exit(1)
