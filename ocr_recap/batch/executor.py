"""What an executor is: a name, and how its workers are made."""

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
    """What workers are made for.

    Attributes:
        options: how they read.
        limits: of a piece of work.
        reader: the one of this process, for work in it.
        workers: the most that there will be.
        ship: send photos to the workers, instead of where they lie.
    """

    options: Options
    limits: Limits
    reader: Reader
    workers: int
    ship: bool = False


@dataclass(frozen=True)
class Executor:
    """Where a batch's work is done.

    Attributes:
        name: as `--executor` and `run.json` have it.
        hire: makes what starts a worker; may raise `ExtraMissing` where it is not installed, and `WorkersFailed` where
            it cannot be reached.
        in_this_process: it has one worker, which holds up this process while it works.
    """

    name: str
    hire: Callable[[Setup], Hire]
    in_this_process: bool = False
