"""Reads the answers of a workbook: the sheet `review` of `tables.xlsx`, as a person saved it (extra `xlsx`).

A workbook is a ZIP archive of XML files. Its size is bounded before the library reads it.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from ..messages import extras
from ..messages.errors import InputUnusable, system_reason
from ..messages.table_faults import LineFault, refuse
from ..records.station_lists import name_of
from ..report.xlsx import REVIEW_SHEET

_MOST_BYTES: Final = 512 << 20  # of all files in the archive, unpacked; by judgement
_SIGNATURE: Final = b"PK\x03\x04"  # first bytes of a ZIP archive


def is_workbook(path: Path) -> bool:
    """True when a file is an archive, as workbooks are, whatever its name.

    Raises:
        InputUnusable: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(len(_SIGNATURE)) == _SIGNATURE
    except OSError as fault:
        raise InputUnusable("file_unreadable", path=path, why=system_reason(fault)) from None


def rows(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Read the sheet of answers, in the form of `station_lists.table`.

    Args:
        path: the workbook.
        needed: columns that the sheet must have.

    Yields:
        The row's number, from 1, and its cells by column, as text; empty rows are left out.

    Raises:
        TableFaulty: the file is no workbook with such a sheet.
        ExtraMissing: the library that reads workbooks is not installed.
    """
    extras.require("openpyxl", "xlsx")
    try:
        found = _read(path)
    except Exception as fault:  # what the library raises on damaged files is not documented
        refuse(path, [LineFault(1, "workbook_damaged", {"why": type(fault).__name__})])
        return
    columns = [name_of(str(cell or "")) for cell in found[0]] if found else []
    if not set(needed) <= set(columns):
        refuse(path, [LineFault(1, "workbook_without_answers", {"sheet": REVIEW_SHEET, "columns": ", ".join(needed)})])
    for line, cells in enumerate(found[1:], start=2):
        row = {name: _text(cell).strip() for name, cell in zip(columns, cells, strict=False) if name}
        if any(row.values()):
            yield line, {**dict.fromkeys(columns, ""), **row}


def _read(path: Path) -> list[tuple[Any, ...]]:
    """The cells of the sheet of answers, row by row: of the sheet with its name, else of the first sheet."""
    from openpyxl import load_workbook  # noqa: PLC0415  (an extra, and slow to load)

    with zipfile.ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist()) > _MOST_BYTES:
            raise ValueError("too large")
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        names = book.sheetnames
        sheet = book[REVIEW_SHEET if REVIEW_SHEET in names else names[0]]
        return [tuple(cells) for cells in sheet.iter_rows(values_only=True)]
    finally:
        book.close()


def _text(cell: Any) -> str:
    """A cell as text; a whole number is written without a decimal point."""
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
