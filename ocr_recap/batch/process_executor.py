"""The executor `processes`: each worker is a process of this machine (`read/workers/spawn.py`)."""

from __future__ import annotations

from typing import Final

from ..read.reader import Reader
from ..read.workers.spawn import ProcessWorker
from .executor import Executor, Hire, Setup


def hire(setup: Setup) -> Hire:
    """Return a function that starts a worker process."""
    return lambda: ProcessWorker(Reader, setup.options, setup.limits)


EXECUTOR: Final = Executor("processes", hire)  # entry in the registry
