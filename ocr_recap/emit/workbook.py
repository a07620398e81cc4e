"""`tables.xlsx`: the tables in one workbook, the numbers in review with their pictures (extra `xlsx`).

Codes are text, counts are numbers, and no cell is a formula: what a spreadsheet might take for one once the sheet is
saved as CSV is defused as in the other tables. Same results, same bytes: nothing in the file is a time.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..inputs import BatchError
from .pictures import STRIP_HEIGHT
from .tables import defused

if TYPE_CHECKING:
    from xlsxwriter import Workbook as Book
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

PICTURE_COLUMN: Final = "picture"
MOST_ROWS: Final = 1_048_576  # of a sheet, as the format has it

_NEVER = datetime(1980, 1, 1)
_NOTICE = "Sementara – formulir kertas yang berlaku / Provisional – paper prevails"
_POINTS_PER_PIXEL = 0.75
_WIDTHS = {
    "document": 18,
    "station": 15,
    "file": 26,
    "sha256": 12,
    "frame": 6,
    "template": 20,
    "page": 6,
    "field": 16,
    "label_id": 34,
    "label_en": 30,
    "explanation": 60,
    "reasons": 24,
    "report_link": 26,
    PICTURE_COLUMN: 34,
}
_WIDTH = 11  # characters, of other columns


def require() -> None:
    """See that workbooks can be written here.

    Raises:
        BatchError: the extra is not installed.
    """
    if find_spec("xlsxwriter") is None:
        raise BatchError(
            "Buku kerja Excel memerlukan tambahan xlsx. Jalankan pip install 'ocr-recap[xlsx]' lalu ulangi, atau hapus "
            "--format xlsx; semua tabel juga ada sebagai CSV.",
            "Excel workbooks need the extra xlsx. Run pip install 'ocr-recap[xlsx]' and start again, or leave out "
            "--format xlsx; all tables are there as CSV too.",
        )


class Workbook:
    """A workbook under way. Rows are written as they come and not kept."""

    def __init__(self, path: Path) -> None:
        """Begin a workbook.

        Args:
            path: the file; its folder also takes what is not finished yet.

        Raises:
            BatchError: the extra is not installed.
        """
        require()
        from xlsxwriter import Workbook as Book  # noqa: PLC0415  (an extra, and slow to load)

        options = {"constant_memory": True, "tmpdir": str(path.parent)}
        self._book: Book = Book(str(path), options)
        self._book.set_properties({"title": "ocr_recap", "comments": _NOTICE, "created": _NEVER})
        self._sheets: list[Sheet] = []
        self._head = self._book.add_format({"bold": True, "bg_color": "#EFEDE6", "valign": "vcenter"})
        self._text = self._book.add_format({"num_format": "@", "valign": "vcenter"})
        self._number = self._book.add_format({"valign": "vcenter"})

    def sheet(self, name: str, columns: Sequence[str], numeric: Collection[str], fixed: int = 0) -> Sheet:
        """A new sheet with its heading.

        Args:
            name: of the sheet.
            columns: their names.
            numeric: the columns that hold numbers; all others are text.
            fixed: how many columns at the left stay in sight.
        """
        formats = self._head, self._text, self._number
        sheet = Sheet(self._book.add_worksheet(name), columns, numeric, fixed, formats)
        self._sheets.append(sheet)
        return sheet

    def close(self) -> None:
        """Write the file.

        Raises:
            OSError: it cannot be written.
        """
        from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415  (as above)

        for sheet in self._sheets:
            sheet.close()
        try:
            self._book.close()
        except FileCreateError as fault:
            raise OSError(str(fault)) from None


class Sheet:
    """One table of a workbook: frozen heading, a filter on every column."""

    def __init__(
        self,
        sheet: Worksheet,
        columns: Sequence[str],
        numeric: Collection[str],
        fixed: int,
        formats: tuple[Format, Format, Format],
    ) -> None:
        self._sheet, self._columns = sheet, tuple(columns)
        self._numeric = [name in numeric for name in columns]
        head, self._text, self._number = formats
        self._row = 0
        for column, name in enumerate(columns):
            sheet.set_column(column, column, _WIDTHS.get(name, _WIDTH))
        for column, name in enumerate(columns):
            sheet.write_string(0, column, name, head)
        sheet.freeze_panes(1, fixed)
        sheet.set_landscape()
        sheet.repeat_rows(0)
        sheet.set_header(f"&C{_NOTICE}")

    def add(self, cells: Sequence[str], picture: bytes | None = None) -> None:
        """One row.

        Args:
            cells: as the CSV has them, with decimal points; an empty one stays empty.
            picture: JPEG for the column `PICTURE_COLUMN`.

        Raises:
            BatchError: the sheet is full.
        """
        self._row += 1
        if self._row >= MOST_ROWS:
            raise BatchError(
                f"Tabel ini lebih dari {MOST_ROWS - 1} baris, batas satu lembar Excel. Jalankan lagi tanpa --format "
                "xlsx; yang sudah dibaca tidak dibaca ulang.",
                f"This table has more than {MOST_ROWS - 1} rows, the limit of an Excel sheet. Run again without "
                "--format xlsx; what has been read is not read again.",
            )
        if picture is not None:
            self._sheet.set_row(self._row, (STRIP_HEIGHT + 4) * _POINTS_PER_PIXEL)
        for column, (text, numeric) in enumerate(zip(cells, self._numeric, strict=True)):
            if numeric and text:
                self._sheet.write_number(self._row, column, float(text), self._number)
            elif text:
                self._sheet.write_string(self._row, column, defused(text), self._text)
        if picture is not None:
            column = self._columns.index(PICTURE_COLUMN)
            # Position 1: it moves and hides with its row when the sheet is sorted or filtered.
            place = {"image_data": io.BytesIO(picture), "object_position": 1, "x_offset": 2, "y_offset": 2}
            self._sheet.insert_image(self._row, column, "number.jpg", place)

    def close(self) -> None:
        """Put the filters on."""
        self._sheet.autofilter(0, 0, self._row, len(self._columns) - 1)
