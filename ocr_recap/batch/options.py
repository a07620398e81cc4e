"""The options of a batch, shared by the command `read` and the library."""

from __future__ import annotations

from collections.abc import Mapping
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
    """The options of a batch.

    Attributes:
        reading: options of reading each photo.
        workers: number of workers; None chooses by this machine's cores and the number of photos.
        executor: a name of `executors.EXECUTORS`, or a function that starts a worker. None: one worker works in this
            process, several in processes of their own. A program that uses processes needs the usual
            `if __name__ == "__main__":`, since they are spawned.
        limits: of each photo; they are enforced where workers are processes.
        kind: `read` keeps results of earlier runs, `retry` only those without problems, `force` none.
        ship: send the content of photos to the workers instead of paths; for a cluster without a common disk.
        overlay: draw each reading on its photo, into `overlay/`.
        save_pages: save each straightened page, into `pages/`.
        language: shown when the report is opened; the report holds both.
        manifest: a table with the columns `file`, `station` and, if wanted, `page`, and columns of listed numbers.
        stations: a table with the column `station`, and columns of listed numbers, or a roll that was read before;
            stations without photos get a row.
        dialect: of the tables.
        formats: names of the table formats to write beside CSV (`report/table_formats.py`).
        names: add the names of the stations' provinces to villages; needs the extra `names`.
        accept: the acceptance of files of an earlier batch that were edited by hand; it is logged.
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
        """The executor, by default the usual one for the number of workers.

        Raises:
            WrongUse: the registry has no such executor.
        """
        if callable(own := self.executor):
            return Executor("own", lambda _: own)
        return executor(self.executor or ("serial" if self.workers == 1 else "processes"))

    def roll(self, known: Mapping[str, int] | None = None) -> Roll | None:
        """The stations of the roll; None without a roll.

        Args:
            known: number of boxes by id of a field that the roll may know (`station_facts.listed_fields`).

        Raises:
            InputUnusable, TableFaulty: the table cannot be used.
        """
        given = self.stations
        return given if given is None or isinstance(given, Roll) else load_roll(given, known or {})
