"""One thread for linear algebra: the same bytes on any machine, and no cores that wait for each other.

A page is thousands of small products and systems. Shared out among threads they wait for each other where other work
runs beside them, and their last digits depend on the number of cores. A batch uses its cores by processes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache
from typing import Any

import threadpoolctl
from threadpoolctl import ThreadpoolController


@cache
def _libraries() -> ThreadpoolController:
    """The libraries of linear algebra that this process has loaded."""
    return ThreadpoolController()


_lock = threading.Lock()
_inside = 0  # reads that are under way in this process
_limiter: Any = None  # of the first of them; the last one ends it


@contextmanager
def one_thread() -> Generator[None, None, None]:
    """Within, NumPy's linear algebra runs on the calling thread alone; afterwards as before.

    Most libraries have one setting for the whole process. Reads may overlap on threads: the first one makes the
    setting, and the last one that ends puts back what was there. Libraries on OpenMP have a setting per thread.
    """
    global _inside, _limiter  # noqa: PLW0603  (the setting is the process's)
    own = [(library, library.get_num_threads()) for library in _on_openmp()]
    with _lock:
        if _inside == 0:
            _limiter = _by_another_thread(lambda: _libraries().limit(limits=1, user_api="blas"))
        _inside += 1
    for library, _ in own:
        library.set_num_threads(1)
    try:
        yield
    finally:
        for library, before in own:
            library.set_num_threads(before)
        with _lock:
            _inside -= 1
            if _inside == 0 and _limiter is not None:
                _by_another_thread(_limiter.restore_original_limits)
                _limiter = None


def _on_openmp() -> list[Any]:
    """The libraries of linear algebra whose setting is one of the calling thread."""
    libraries: list[Any] = _libraries().lib_controllers
    return [one for one in libraries if one.user_api == "blas" and getattr(one, "threading_layer", "") == "openmp"]


def _by_another_thread(step: Callable[[], Any]) -> Any:
    """Do something on a thread that ends with it.

    From 3.8 on `threadpoolctl` lets only the thread that made a setting change it while that thread lives, and ours is
    put back by whichever read ends last.
    """
    found: list[Any] = []

    def run() -> None:
        release = getattr(threadpoolctl.OpenBLASController, "clear_controlling_thread", None)
        if release is not None:
            release(force=True)
        found.append(step())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]
