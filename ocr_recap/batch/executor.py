"""The protocol of executors: a name, and a function that prepares the start of workers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..read.reader import Reader
from ..read.workers.limits import Limits
from ..read.workers.supervisor import Worker
from ..records.options import Options

Hire = Callable[[], Worker]  # starts one worker


@dataclass(frozen=True, eq=False)
class Setup:
    """The settings that workers are made with.

    Attributes:
        options: of reading.
        limits: of a task.
        reader: of this process, for executors that work in it.
        workers: largest number of workers.
        ship: whether the content of photos is sent to the workers, instead of their paths.
    """

    options: Options
    limits: Limits
    reader: Reader
    workers: int
    ship: bool = False


@dataclass(frozen=True)
class Executor:
    """A way to run a batch's tasks, as an entry of the registry.

    Attributes:
        name: in `--executor` and `run.json`.
        hire: returns a function that starts a worker; may raise `ExtraMissing` where the executor is not installed, and
            `WorkersFailed` where it cannot be reached.
        in_this_process: whether there is one worker, which blocks this process while it works.
    """

    name: str
    hire: Callable[[Setup], Hire]
    in_this_process: bool = False
