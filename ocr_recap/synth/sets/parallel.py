"""Runs independent jobs in several processes, with results in order."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from ...imaging.threads import limit_threads

Job = TypeVar("Job")
Result = TypeVar("Result")


def in_order(work: Callable[[Job], Result], jobs: Sequence[Job], workers: int) -> Iterator[Result]:
    """Yield results in the order of the jobs, as they become ready.

    Args:
        work: picklable function of one job.
        jobs: picklable jobs.
        workers: number of processes.

    Raises:
        concurrent.futures.process.BrokenProcessPool: a process was killed, usually because memory ran out.
    """
    if workers <= 1 or len(jobs) < 2 * workers:
        yield from map(work, jobs)
        return
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _start)
    try:
        yield from pool.map(work, jobs, chunksize=max(1, min(8, len(jobs) // (4 * workers))))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process handles Ctrl-C
    limit_threads()
