"""Reading jobs of a batch: in this process, or in several that may die without taking anything with them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess

import cv2

from . import journal
from .journal import Job
from .options import Options
from .reader import Reader

Report = Callable[[Job], None]


def in_this_process(jobs: Iterable[Job], reader: Reader, report: Report) -> None:
    """Read one after the other; `report` is called after each.

    Raises:
        OSError: the journal cannot be written.
    """
    for job in jobs:
        journal.read_job(reader, job)
        report(job)


def in_processes(jobs: Iterator[Job], reader: Reader, workers: int, report: Report) -> None:
    """Read in several processes. When one dies the others' work is kept, and who killed it is found out.

    Raises:
        OSError: the journal cannot be written.
    """
    while lost := _pool(jobs, reader.options, workers, report):
        for job in lost:
            begun = job.started.exists()
            job.started.unlink(missing_ok=True)
            if begun and _pool(iter([job]), reader.options, 1, report):
                if job.started.exists():
                    journal.write_failed(reader, job, "worker process died")
                    report(job)
                    continue
                begun = False
            if not begun:  # its process never began with it, so it is not the one
                in_this_process([job], reader, report)


def _pool(jobs: Iterator[Job], options: Options, workers: int, report: Report) -> list[Job]:
    """Read until the jobs are done; what was under way when a process died comes back."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=(options,))
    waiting: dict[Future[None], Job] = {}
    lost: list[Job] = []

    def settle(finished: Iterable[Future[None]]) -> None:
        for future in finished:
            job = waiting.pop(future)
            try:
                future.result()
            except BrokenProcessPool:
                lost.append(job)
            else:
                report(job)

    try:
        for job in jobs:
            try:
                waiting[pool.submit(_work, job)] = job
            except BrokenProcessPool:
                lost.append(job)
            if len(waiting) >= 2 * workers:
                settle(wait(waiting, return_when=FIRST_COMPLETED).done)
            if lost:
                break
        settle(wait(waiting).done)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return lost


_reader: Reader | None = None  # a worker process builds its own once


def _start_worker(options: Options) -> None:
    global _reader  # noqa: PLW0603  (the only way to hand something to a pool's later calls)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    cv2.setNumThreads(1)
    _reader = Reader(options)


def _end_with(parent: BaseProcess) -> None:
    """A parent that was killed cannot end its workers: they end themselves."""
    parent.join()
    os._exit(1)


def _work(job: Job) -> None:
    assert _reader is not None
    job.started.touch()
    journal.read_job(_reader, job)
    job.started.unlink(missing_ok=True)
