"""The protocol of table formats: a name, file names, and a writer that takes one document after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..forms.template import Template
from ..messages.catalog import Language
from ..records.folder import Dialect
from .csv_tables import DocumentRow
from .review_csv import Row
from .view_model import DocumentView


@dataclass(frozen=True)
class Target:
    """The folder for tables, and the options of tables.

    Attributes:
        stage: the folder in which the files are written.
        results: the folder of results, which has the pictures.
        templates: the forms whose counts have columns, in the order of the tables.
        dialect: of CSV files.
        names: whether there are columns for the names of regions.
        language: of headings and words for people.
        opened: exit stack for a writer's open files; it is closed when the tables are complete or have failed.
    """

    stage: Path
    results: Path
    templates: tuple[Template, ...]
    dialect: Dialect
    names: bool
    language: Language
    opened: ExitStack


@dataclass(frozen=True)
class Ending:
    """The data for the end of the tables, when all documents have been added.

    Attributes:
        documents: the row of each document, in order.
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
    """Writes the files of one format; made by `TableFormat.begin`."""

    def add(self, shown: DocumentView, row: DocumentRow) -> None:
        """Add the next document.

        Args:
            shown: the document with its place in the report.
            row: of the document in `stations.csv`.

        Raises:
            CannotWrite: the format has no room for more rows.
            OSError: a file cannot be written.
        """
        ...

    def close(self, ending: Ending) -> None:
        """Write the remaining rows and tables.

        Raises:
            CannotWrite: the format has no room for more rows.
            OSError: a file cannot be written.
        """
        ...


def nothing_needed() -> None:
    """The `require` of formats that need no optional library: does nothing."""


@dataclass(frozen=True)
class TableFormat:
    """A table format, as an entry of the registry.

    Attributes:
        name: in `--format` and `run.json`.
        files: names of its files, directly in the folder of results, in the order of the report.
        begin: makes its writer; may raise `OSError`.
        require: raises `ExtraMissing` where its library is not installed.
        always: whether the format is written with every batch.
        to_fill_in: the files that people may write into. Their checksums are not checked, and a changed file is renamed
            before a new one replaces it.
    """

    name: str
    files: tuple[str, ...]
    begin: Callable[[Target], TableWriter]
    require: Callable[[], None] = nothing_needed
    always: bool = False
    to_fill_in: frozenset[str] = frozenset()
