"""The registry of executors: the values of `--executor`.

A new executor is one new file in this folder, which defines an `Executor`, and one entry of `EXECUTORS`.
"""

from __future__ import annotations

from typing import Final

from ..messages.errors import WrongUse
from . import process_executor, ray_executor, serial_executor
from .executor import Executor

# By name.
EXECUTORS: Final[dict[str, Executor]] = {
    one.name: one for one in (serial_executor.EXECUTOR, process_executor.EXECUTOR, ray_executor.EXECUTOR)
}


def executor(name: str) -> Executor:
    """The executor of this name.

    Raises:
        WrongUse: the name is not in the registry.
    """
    if name not in EXECUTORS:
        raise WrongUse("executor_unknown", executor=name, executors=", ".join(EXECUTORS))
    return EXECUTORS[name]
