"""A worker that is a process of this machine, which may die at any moment, also while it hands over its result.

Parent and worker talk over a pipe of their own, one message at a time. `multiprocessing` sends the length of a message
before the message, and no other process holds the worker's end of the pipe: a worker that dies half way through a
message leaves a message that is too short, which is recognised at once, and never a message of somebody else.
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

_GRACE = 10.0  # s that a worker may take to end (by judgement); one that takes longer is killed, or left to the system


class WorkerDied(Exception):
    """A worker is no more; the text says how it ended."""


class ProcessWorker:
    """A process that does one piece of work at a time."""

    def __init__(self, build: Build, options: Options, limits: Limits) -> None:
        """Start the process; it is ready later.

        Args:
            build: makes its reader; a function of a module, since the process is spawned.
            options: how to read.
            limits: `megabytes` is what it may grow by.
        """
        context = multiprocessing.get_context("spawn")
        self._ready: Future[bool] = Future()
        self._work: queue.SimpleQueue[tuple[Task, Future[Done]] | None] = queue.SimpleQueue()
        self._pipe, theirs = context.Pipe()
        # A daemon is ended with this process, whatever becomes of this object.
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
            theirs.close()  # with the worker's own end closed as well, its death is the end of the pipe
        threading.Thread(target=self._talk, daemon=True).start()

    def begin(self, task: Task) -> Future[Done]:
        """Hand it a piece of work."""
        future: Future[Done] = Future()
        self._work.put((task, future))
        return future

    def ready(self) -> Future[bool]:
        """Done when it has built its reader."""
        return self._ready

    def end(self, now: bool) -> None:
        """Kill it, or let it end."""
        self._work.put(None)
        if self._process.pid is None:  # it was never started
            return
        if now:
            self._process.kill()
        self._process.join(_GRACE)
        if self._process.exitcode is None:
            self._process.kill()

    def _talk(self) -> None:
        """Wait until it is ready, then hand over work and wait for what was made of it, until one side ends.

        Whatever is handed over after its death fails with the same fault, so that nobody waits for a dead worker.
        """
        fault: BaseException | None = None
        future: Future[Any] = self._ready
        try:
            future.set_result(self._heard())
        except Exception as said:
            future.set_exception(fault := said)
        while (handed := self._work.get()) is not None:
            task, future = handed
            try:
                if fault is None:
                    self._pipe.send(task)
                    future.set_result(self._heard())
            except Exception as said:
                fault = said
            if fault is not None:
                future.set_exception(fault)
        self._pipe.close()

    def _heard(self) -> Any:
        """What it says next.

        Raises:
            WorkerDied: it died before it had said it all, or it could not build its reader.
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
    """Within, Ctrl-C waits, and processes that are started never get it: it is the parent's to handle."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows: a worker ignores Ctrl-C once it runs our code
        yield
        return
    resource_tracker.ensure_running()  # started with the first process otherwise, and unblocks the signal in doing so
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
    """What runs in a worker: one piece of work after another, until the parent closes its end of the pipe."""
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
    """Hand over a result; where there is no room to pack it, that is the result."""
    try:
        content = ForkingPickler.dumps(done)
    except MemoryError:
        content = ForkingPickler.dumps(Failed("memory_limit"))
    pipe.send_bytes(content)


def _be_quiet() -> None:
    """What libraries print when they run out of room or crash is not for the operator's screen.

    The parent says what became of the photo; `--executor serial` shows what libraries print.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _end_with(parent: BaseProcess) -> None:
    """A parent that was killed cannot end its workers: they end themselves."""
    parent.join()
    os._exit(1)
