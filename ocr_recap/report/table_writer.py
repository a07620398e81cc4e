"""What a table format is: a name, its files, and a writer that takes one document after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..forms.template import Template
from ..records.folder import Dialect
from .csv_tables import DocumentRow
from .review_csv import Row
from .view_model import DocumentView


@dataclass(frozen=True)
class Target:
    """Where tables go, and how they are wanted.

    Attributes:
        stage: the folder that takes the files.
        results: the folder of results, where the pictures are.
        templates: the forms whose counts have columns, in the order of the tables.
        dialect: of CSV files.
        names: with columns for the names of regions.
        opened: closes what a writer has put on it when the tables are done or have failed.
    """

    stage: Path
    results: Path
    templates: tuple[Template, ...]
    dialect: Dialect
    names: bool
    opened: ExitStack


@dataclass(frozen=True)
class Ending:
    """What is known when all documents have been added.

    Attributes:
        documents: the row of each, in order.
        missing: the rows of stations without photos.
        questions: the numbers in review, in the order of the documents.
    """

    documents: Sequence[DocumentRow]
    missing: Sequence[DocumentRow]
    questions: Sequence[Row]

    @property
    def rows(self) -> list[DocumentRow]:
        """The rows of `stations.csv`: the documents, then the stations without photos."""
        return [*self.documents, *self.missing]


class TableWriter(Protocol):
    """The files of one format under way. `TableFormat.begin` makes it."""

    def add(self, shown: DocumentView, row: DocumentRow) -> None:
        """Take the next document.

        Raises:
            CannotWrite: a file cannot hold more.
            OSError: a file cannot be written.
        """
        ...

    def close(self, ending: Ending) -> None:
        """Write what is left.

        Raises:
            CannotWrite: a file cannot hold more.
            OSError: a file cannot be written.
        """
        ...


def nothing_needed() -> None:
    """For formats that need no optional library."""


@dataclass(frozen=True)
class TableFormat:
    """A kind of tables.

    Attributes:
        name: as `--format` and `run.json` have it.
        files: what it writes, straight into the folder of results; in the order of the report.
        begin: makes its writer; may raise `OSError`.
        require: raises `ExtraMissing` where its library is not installed.
        always: it is written whatever was asked for.
        to_fill_in: those of its files that people may write into. They are not held to their hashes, and one that was
            changed is put aside before a new one takes its place.
    """

    name: str
    files: tuple[str, ...]
    begin: Callable[[Target], TableWriter]
    require: Callable[[], None] = nothing_needed
    always: bool = False
    to_fill_in: frozenset[str] = frozenset()
