"""Lists that a person brings along: the manifest (which photo is whose) and the roll (which stations there are).

Comma, semicolon or tab as the heading has it; UTF-8, or UTF-16 as some spreadsheets save it. Whatever is wrong is
said by line, all at once, and nothing of such a list is used.
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

_ROUNDED = re.compile(r"-?[0-9]+([.,][0-9]+)?E[+-]?[0-9]+", re.IGNORECASE)


def read_manifest(path: str | Path, names: Iterable[str], any_frame: bool = False) -> Mapping[str, ManifestRow]:
    """Read a manifest: a table with the columns `file`, `station` and, if wanted, `page`.

    Args:
        path: the table.
        names: the photos that there are, as results call them; of a file with several frames also each frame's label.
        any_frame: take any frame of these photos, as long as nobody has counted them.

    Returns:
        By file name. Photos that the manifest does not name are left to their names.

    Raises:
        InputUnusable: the file cannot be read.
        TableFaulty: it is no such table, or names files that are not there, a file twice, or something that is no
            station code.
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
    refuse(Path(path), faults)
    return rows


def read_roll(path: str | Path) -> tuple[str, ...]:
    """Read the roll of stations that photos are expected of: a table with a column `station`; others are ignored.

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
        stations.setdefault(station, line)
    refuse(Path(path), faults)
    return tuple(stations)


def is_rounded(text: str) -> bool:
    """Whether a spreadsheet made a rounded number of it, such as 2.10114E+12."""
    return _ROUNDED.fullmatch(text) is not None


def _code(text: str, line: int, faults: list[LineFault]) -> str:
    code = normal(text)
    if code is None:
        fault = "station_rounded" if is_rounded(text) else "station_code"
        digits = sum(c in "0123456789" for c in text)
        faults.append(LineFault(line, fault, {"text": quoted(text), "digits": digits}))
    return code or ""


def table(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows below the heading, with the line each starts on; empty ones are left out.

    Raises:
        InputUnusable: the file cannot be read.
        TableFaulty: no such table.
    """
    text = _text(path)
    separator = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        columns = [c.strip().lower() for c in next(reader, [])]
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
