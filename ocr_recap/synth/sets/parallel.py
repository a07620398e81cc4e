"""Independent pieces of work in several processes, their results in order."""

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
    """Results in the order of the jobs, as they become ready; `work` and the jobs must be picklable.

    Raises:
        concurrent.futures.process.BrokenProcessPool: a process was killed, for want of memory as a rule.
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
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    limit_threads()
