"""The one set of options of a batch: what the command `read` and a program may ask for beside photos and a folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..messages.catalog import Language
from ..read.workers.limits import Limits
from ..records.folder import Dialect
from ..records.options import Options
from .audit import Acceptance
from .earlier_run import Roll, load_roll
from .executor import Executor, Hire
from .executors import executor
from .plan import Kind


@dataclass(frozen=True)
class BatchOptions:
    """How a batch is run.

    Attributes:
        reading: how each photo is read.
        workers: how many; None chooses by cores and photos, of this machine.
        executor: where they work: a name of `executors.EXECUTORS`, or what starts a worker. None: one worker in this
            process, several in processes of their own. A program that asks for processes needs the usual
            `if __name__ == "__main__":`, since they are spawned.
        limits: of each photo; they hold wherever workers are processes.
        kind: `read` takes over what was read before, `retry` only what had no problem, `force` nothing.
        ship: send the photos to the workers instead of where they lie; for a cluster without a common disk.
        overlay: draw each reading on its photo, into `overlay/`.
        save_pages: save each straightened page, into `pages/`.
        language: the report's first one; both are in it.
        manifest: a table with the columns `file`, `station` and, if wanted, `page`.
        stations: a table with the column `station`, or what was read of one; stations without photos get a row as well.
        dialect: of the tables.
        formats: names of the formats of tables to write beside CSV (`report/table_formats.py`).
        names: say what the stations' provinces to villages are called; needs the extra `names`.
        accept: files of an earlier batch that were edited by hand, as they are; it is logged.
    """

    reading: Options = field(default_factory=Options)
    workers: int | None = 1
    executor: str | Hire | None = None
    limits: Limits = field(default_factory=Limits)
    kind: Kind = "read"
    ship: bool = False
    overlay: bool = False
    save_pages: bool = False
    language: Language = "id"
    manifest: str | Path | None = None
    stations: str | Path | Roll | None = None
    dialect: Dialect = "rfc4180"
    formats: tuple[str, ...] = ()
    names: bool = False
    accept: Acceptance | None = None

    @property
    def place(self) -> Executor:
        """Where workers work: the executor, or the usual one for so many.

        Raises:
            WrongUse: the registry has no such executor.
        """
        if callable(own := self.executor):
            return Executor("own", lambda _: own)
        return executor(self.executor or ("serial" if self.workers == 1 else "processes"))

    def roll(self) -> Roll | None:
        """The stations that there are, if a table or an earlier run lists them.

        Raises:
            InputUnusable, TableFaulty: the table cannot be used.
        """
        given = self.stations
        return given if given is None or isinstance(given, Roll) else load_roll(given)
