"""The format `csv`: the tables that every folder of results has."""

from __future__ import annotations

from typing import Final

from ..records.folder import NUMBERS_FILE, REVIEW_FILE, STATIONS_FILE, STATIONS_FOR_PEOPLE
from .csv_tables import DocumentRow, numbers_head, numbers_rows, stations_csv, stations_for_people
from .review_csv import review_csv
from .table_writer import Ending, TableFormat, Target
from .view_model import DocumentView


class CsvTables:
    """Writes the files. Rows of `numbers.csv` are written at once and not kept in memory."""

    def __init__(self, target: Target) -> None:
        """Open `numbers.csv` and write its heading.

        Raises:
            OSError: a file cannot be written.
        """
        self._target = target
        self._numbers = target.opened.enter_context((target.stage / NUMBERS_FILE).open("wb"))
        self._numbers.write(numbers_head(target.dialect))

    def add(self, shown: DocumentView, row: DocumentRow) -> None:
        """Write the numbers of the next document.

        Raises:
            OSError: a file cannot be written.
        """
        self._numbers.write(numbers_rows(shown, self._target.dialect))

    def close(self, ending: Ending) -> None:
        """Write the tables of stations and `review.csv`.

        Raises:
            OSError: a file cannot be written.
        """
        to = self._target
        with (to.stage / STATIONS_FILE).open("wb") as file:
            file.writelines(stations_csv(ending.rows, to.templates, to.dialect, to.names))
        with (to.stage / STATIONS_FOR_PEOPLE).open("wb") as file:
            file.writelines(stations_for_people(ending.rows, to.templates, to.dialect, to.names, to.language))
        with (to.stage / REVIEW_FILE).open("wb") as file:
            file.writelines(review_csv(ending.questions, to.dialect))


# The entry of this format in the registry.
FORMAT: Final = TableFormat(
    "csv",
    (STATIONS_FOR_PEOPLE, STATIONS_FILE, NUMBERS_FILE, REVIEW_FILE),
    CsvTables,
    always=True,
    to_fill_in=frozenset({REVIEW_FILE}),
)
