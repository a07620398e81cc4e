"""One thread for linear algebra: the same bytes on any machine, and no cores that wait for each other.

A page is thousands of small products and systems. Shared out among threads they wait for each other where other work
runs beside them, and their last digits depend on the number of cores. A batch uses its cores by processes.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def _libraries() -> ThreadpoolController:
    """The libraries of linear algebra that this process has loaded."""
    return ThreadpoolController()


@contextmanager
def one_thread() -> Generator[None, None, None]:
    """Within, NumPy's linear algebra runs on the calling thread alone; afterwards as before."""
    with _libraries().limit(limits=1, user_api="blas"):
        yield
