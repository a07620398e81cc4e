"""Reads the user's lists: the manifest (the station of each photo) and the roll (all stations).

The separator is comma, semicolon or tab, as in the heading; the encoding is UTF-8, or UTF-16 as some spreadsheets save
it. All faults of a list are reported together, by line, and a list with faults is not used.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ..messages.errors import InputUnusable, TableFaulty, system_reason
from ..messages.table_faults import LineFault, refuse
from ..messages.text import quoted
from .station_codes import ManifestRow, normal
from .station_facts import FactColumns

# A number in scientific notation, as spreadsheets save long codes.
_ROUNDED = re.compile(r"-?[0-9]+([.,][0-9]+)?E[+-]?[0-9]+", re.IGNORECASE)


def read_manifest(
    path: str | Path, names: Iterable[str], any_frame: bool = False, columns: FactColumns | None = None
) -> Mapping[str, ManifestRow]:
    """Read a manifest: a table with the columns `file`, `station` and, if wanted, `page`.

    Args:
        path: the table.
        names: of all photos in the results; of a file with several frames also each frame's label.
        any_frame: accept any frame number of these photos, for use before their frames are counted.
        columns: takes what the table says about stations.

    Returns:
        Rows by file name. The stations of other photos are found by their names.

    Raises:
        InputUnusable: the file cannot be read.
        TableFaulty: the file is no such table, or it names a missing file, a file twice, a wrong station code, or a
            number or date that cannot be used.
    """
    known = set(names)
    rows: dict[str, ManifestRow] = {}
    faults: list[LineFault] = []
    for line, row in table(Path(path), ("file", "station")):
        name = row["file"].replace("\\", "/").removeprefix("./")
        station = _code(row["station"], line, faults)
        if name not in known and not (any_frame and re.sub(r"#[0-9]+$", "", name) in known):
            faults.append(LineFault(line, "photo_not_there", {"file": quoted(name)}))
        elif name in rows:
            faults.append(LineFault(line, "photo_listed_twice", {"file": quoted(name)}))
        rows[name] = ManifestRow(station, row.get("page") or None)
        if columns is not None:
            columns.take(line, station, row, faults)
    refuse(Path(path), faults)
    return rows


def read_roll(path: str | Path, columns: FactColumns | None = None) -> tuple[str, ...]:
    """Read the roll of stations that photos are expected of: a table with a column `station`.

    Args:
        path: the table.
        columns: takes what the table says about stations; all other columns are ignored.

    Raises:
        InputUnusable, TableFaulty: as `read_manifest`.
    """
    stations: dict[str, int] = {}
    faults: list[LineFault] = []
    for line, row in table(Path(path), ("station",)):
        station = _code(row["station"], line, faults)
        if station in stations and station:
            data = {"station": station, "first": stations[station]}
            faults.append(LineFault(line, "station_listed_twice", data))
        elif columns is not None:
            columns.take(line, station, row, faults)
        stations.setdefault(station, line)
    refuse(Path(path), faults)
    return tuple(stations)


def is_rounded(text: str) -> bool:
    """True when a spreadsheet turned a code into a rounded number, such as 2.10114E+12."""
    return _ROUNDED.fullmatch(text) is not None


def _code(text: str, line: int, faults: list[LineFault]) -> str:
    code = normal(text)
    if code is None:
        fault = "station_rounded" if is_rounded(text) else "station_code"
        digits = sum(c in "0123456789" for c in text)
        faults.append(LineFault(line, fault, {"text": quoted(text), "digits": digits}))
    return code or ""


def table(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Read a table.

    Args:
        path: the file.
        needed: columns that the heading must have.

    Yields:
        The line that a row starts on, from 1, and its cells by column; empty rows are left out.

    Raises:
        InputUnusable: the file cannot be read.
        TableFaulty: the file is not a table, or a column is missing.
    """
    text = _text(path)
    separator = max(",;\t", key=lambda separator: len(_heading(text, separator)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        columns = [name_of(c) for c in next(reader, [])]
        if not set(needed) <= set(columns) or len(set(columns)) < len(columns):
            refuse(path, [LineFault(1, "heading", {"columns": separator.join(needed)})])
        start = reader.line_num + 1
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not any(c.strip() for c in cells):
                continue
            if len(cells) != len(columns):
                refuse(path, [LineFault(line, "columns", {"found": len(cells), "wanted": len(columns)})])
            yield line, {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
    except csv.Error as fault:
        refuse(path, [LineFault(reader.line_num, "not_csv", {"why": str(fault)})])


def name_of(heading: str) -> str:
    """The name of a column by its heading: the last line, since headings for people have the name below the label."""
    return heading.strip().rpartition("\n")[2].strip().lower()


def _heading(text: str, separator: str) -> list[str]:
    """The first row of a table, which may have several lines; empty where it is no CSV with this separator."""
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), [])
    except csv.Error:
        return []


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise InputUnusable("file_unreadable", path=path, why=system_reason(fault)) from None
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise TableFaulty("table_not_utf8", path=path, line=line) from None
