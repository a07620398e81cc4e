"""`tables.xlsx`: the tables in one workbook, the numbers in review with their pictures (extra `xlsx`).

Codes are text, counts are numbers, and no cell is a formula. Text that a spreadsheet might take for a formula, once a
sheet is saved as CSV, is defused as in the other tables. The file holds no times: equal results give equal bytes.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from ..messages import extras
from ..messages.catalog import Language, filled, say
from ..messages.errors import CannotWrite
from ..messages.report_texts import REPORT_TEXTS
from . import review_csv
from .csv_tables import (
    COLUMNS,
    DocumentRow,
    count_columns,
    defused,
    in_words,
    number_cells,
    station_cells,
    station_columns,
)
from .headings import headings
from .pictures import STRIP_HEIGHT, cut
from .table_writer import Ending, TableFormat, Target
from .view_model import DocumentView

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

WORKBOOK_FILE: Final = "tables.xlsx"  # in the folder of results
REVIEW_SHEET: Final = "review"  # the sheet to fill in
MOST_ROWS: Final = 1_048_576  # of a sheet, limit of the file format
PICTURE: Final = "picture"  # column of the number's picture
# The columns to look at and to fill in come first. All columns of `review.csv` are there, so that the sheet can be
# applied, also when it is saved as CSV.
_FIRST = ("station", "label_id", PICTURE, *review_csv.ANSWER_COLUMNS)
_REVIEW_COLUMNS = (*_FIRST, *(c for c in review_csv.COLUMNS if c not in _FIRST))
_NUMERIC = frozenset({"frame", "value", "accepted", "confidence", "review_count", "settles"})  # columns of numbers

_NEVER = datetime(1980, 1, 1)  # time of creation in the file, the same for all
_NOTICE = "Sementara – formulir kertas yang berlaku / Provisional – paper prevails"  # in every page header
_MOST_LINKS = 65_530  # of a sheet, limit of the file format; links beyond are plain text
_HEAD_HEIGHT = 45  # points: a label of two lines and the column's name below it; by judgement
_POINTS_PER_PIXEL = 0.75  # at 96 px per inch
_MARGIN = 2  # px around a picture; by judgement
_WIDTHS = {  # of columns, in characters; by judgement
    "document": 18,
    "station": 15,
    "province": 20,
    "regency": 22,
    "district": 20,
    "village": 20,
    "file": 26,
    "template": 20,
    "page": 10,
    "frame": 10,
    "field": 16,
    "label_id": 30,
    "label_en": 28,
    "verified": 14,
    "by": 16,
    "explanation": 70,
    "reasons": 24,
    "report_link": 12,
    "note": 26,
    PICTURE: 34,
}
_WIDTH = 13  # characters, of other columns


def require() -> None:
    """Check that the library that writes workbooks is installed.

    Raises:
        ExtraMissing: the extra is not installed.
    """
    extras.require("xlsxwriter", "xlsx")


class TablesBook:
    """Writes a workbook with the sheets `stations`, `review` and `numbers`; rows of numbers are not kept in memory."""

    def __init__(self, target: Target) -> None:
        """Begin a workbook; the library's temporary files are in the same folder.

        Raises:
            ExtraMissing: the extra is not installed.
        """
        require()
        from xlsxwriter import Workbook  # noqa: PLC0415  (an extra, and slow to load)

        self._folder, self._counts, self._names = target.results, count_columns(target.templates), target.names
        self._book: Workbook = Workbook(
            str(target.stage / WORKBOOK_FILE), {"constant_memory": True, "tmpdir": str(target.stage)}
        )
        self._book.set_properties({"title": "ocr_recap", "comments": _NOTICE, "created": _NEVER})
        self._stations = self._sheet("stations", station_columns(self._counts, self._names), target, fixed=2)
        self._review = self._sheet(REVIEW_SHEET, _REVIEW_COLUMNS, target, fixed=2)
        self._numbers = self._sheet("numbers", COLUMNS, target)

    def _sheet(self, name: str, columns: Sequence[str], target: Target, fixed: int = 0) -> _Sheet:
        heads = headings(columns, target.templates, target.language)
        # In the other sheets the id of a form is a part of the number's identity, which `apply` needs.
        forms = target.templates if name == "stations" else ()
        titles = {form.id: say(target.language, form.title.id, form.title.en) for form in forms}
        shown = _Shown(columns, heads, _NUMERIC.union(self._counts), titles, target.language)
        return _Sheet(self._book, name, shown, fixed)

    def add(self, shown: DocumentView, row: DocumentRow) -> None:
        """Add the numbers of the next document.

        Raises:
            CannotWrite: the sheet is full.
        """
        for cells in number_cells(shown):
            self._numbers.add(cells)

    def close(self, ending: Ending) -> None:
        """Add the other tables and write the file.

        Raises:
            CannotWrite: a sheet is full.
            OSError: the file cannot be written.
        """
        from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415  (as above)

        for row in ending.rows:
            self._stations.add(station_cells(row, self._counts, self._names))
        for question in review_csv.most_useful_first(ending.questions):
            cells: dict[str, str] = dict(zip(review_csv.COLUMNS, question.cells, strict=True))
            strip = question.strip
            picture = strip and cut(self._folder / strip.sheet, strip.row, strip.width)
            self._review.add([cells.get(name, "") for name in _REVIEW_COLUMNS], picture)
        for sheet in (self._numbers, self._stations, self._review):
            sheet.finish()
        try:
            self._book.close()
        except FileCreateError as fault:
            raise OSError(str(fault)) from None


@dataclass(frozen=True)
class _Shown:
    """What a sheet shows: its columns, their headings, which of them are numbers, and titles of forms by id."""

    columns: Sequence[str]
    heads: Sequence[str]
    numeric: Collection[str]
    titles: Mapping[str, str]
    language: Language


class _Sheet:
    """One sheet of a workbook, with a frozen heading and a filter on every column.

    A heading has the label for people, and below it, small, the name of the column as in the CSV file.
    """

    def __init__(self, book: Workbook, name: str, shown: _Shown, fixed: int = 0) -> None:
        self._sheet: Worksheet = book.add_worksheet(name)
        self._shown, self._columns = shown, tuple(shown.columns)
        self._numeric = [column in shown.numeric for column in self._columns]
        plain = {"num_format": "@", "valign": "vcenter"}
        wrapped = book.add_format({**plain, "text_wrap": True})
        text = book.add_format(plain)
        self._texts: list[Format] = [wrapped if c in ("explanation", "label_id") else text for c in self._columns]
        self._number: Format = book.add_format({"valign": "vcenter"})
        self._link: Format = book.add_format({"valign": "vcenter", "font_color": "#0B5CAD", "underline": 1})
        self._row = self._links = 0
        self._write_heads(book)
        self._sheet.freeze_panes(1, fixed)
        self._sheet.set_landscape()
        self._sheet.repeat_rows(0)
        self._sheet.set_header(f"&C{_NOTICE}")

    def _write_heads(self, book: Workbook) -> None:
        to_fill_in = {"verified", "by", "note"} if "verified" in self._columns else set[str]()
        head = {"bg_color": "#EFEDE6", "num_format": "@", "text_wrap": True, "valign": "top"}
        usual, to_fill = book.add_format(head), book.add_format({**head, "bg_color": "#FFE9A8"})
        bold, small = book.add_format({"bold": True}), book.add_format({"font_size": 8, "font_color": "#5D6166"})
        self._sheet.set_row(0, _HEAD_HEIGHT)
        for place, column in enumerate(self._columns):
            self._sheet.set_column(place, place, _WIDTHS.get(column, _WIDTH))
            around = to_fill if column in to_fill_in else usual
            label = self._shown.heads[place]
            self._sheet.write_rich_string(0, place, bold, label, small, f"\n{column}", around)

    def add(self, cells: Sequence[str], picture: bytes | None = None) -> None:
        """Add a row: cells as in the CSV file, with decimal points, and a picture (JPEG); empty cells stay empty."""
        self._row += 1
        if self._row >= MOST_ROWS:
            raise CannotWrite("sheet_full", rows=MOST_ROWS - 1)
        if picture is not None:
            self._sheet.set_row(self._row, (STRIP_HEIGHT + 2 * _MARGIN) * _POINTS_PER_PIXEL)
        for place, (text, numeric) in enumerate(zip(cells, self._numeric, strict=True)):
            if numeric and text:
                self._sheet.write_number(self._row, place, float(text), self._number)
            elif text:
                self._write_text(place, text)
            else:
                self._sheet.write_blank(self._row, place, None, self._number if numeric else self._texts[place])
        if picture is not None:
            # Position 1: it moves and hides with its row when the sheet is sorted or filtered.
            options = {
                "image_data": io.BytesIO(picture),
                "object_position": 1,
                "x_offset": _MARGIN,
                "y_offset": _MARGIN,
                "description": cells[self._columns.index("label_id")],
            }
            self._sheet.insert_image(self._row, self._columns.index(PICTURE), "number.jpg", options)

    def _write_text(self, place: int, text: str) -> None:
        column = self._columns[place]
        if column == "report_link" and self._links < _MOST_LINKS:
            self._links += 1
            words = filled(REPORT_TEXTS["open_number"], self._shown.language, {})
            self._sheet.write_url(self._row, place, f"external:{text}", self._link, words, text)
            return
        words = in_words(column, text, self._shown.titles, self._shown.language)
        self._sheet.write_string(self._row, place, defused(words), self._texts[place])

    def finish(self) -> None:
        """Set the filters over all rows."""
        self._sheet.autofilter(0, 0, self._row, len(self._columns) - 1)


# The entry of this format in the registry.
FORMAT: Final = TableFormat("xlsx", (WORKBOOK_FILE,), TablesBook, require, to_fill_in=frozenset({WORKBOOK_FILE}))
