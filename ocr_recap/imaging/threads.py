"""Runs linear algebra on one thread, so that results have the same bytes on any machine and cores do not idle.

A page needs thousands of small matrix products and linear systems. With several threads they wait for each other
where other work runs on the machine, and the last digits of results depend on the number of cores. A batch uses several
processes instead.
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
    """The BLAS libraries that this process has loaded."""
    return ThreadpoolController()


_lock = threading.Lock()
_inside = 0  # number of overlapping reads in this process
_limiter: Any = None  # the setting that the first of them made and the last one restores


@contextmanager
def one_thread() -> Generator[None, None, None]:
    """Run NumPy's linear algebra on the calling thread only, and restore the earlier setting afterwards.

    Most BLAS libraries have one setting for the whole process. Reads may overlap on threads: the first one makes the
    setting, and the last one to end restores the earlier one. Libraries with OpenMP have a setting per thread.
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
    """The BLAS libraries whose setting belongs to the calling thread."""
    libraries: list[Any] = _libraries().lib_controllers
    return [one for one in libraries if one.user_api == "blas" and getattr(one, "threading_layer", "") == "openmp"]


def _by_another_thread(step: Callable[[], Any]) -> Any:
    """Run a step on a new thread and return its result.

    From version 3.8 on `threadpoolctl` lets only the thread that made a setting change it while that thread lives. Here
    the setting is restored by the thread of the read that ends last.
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
