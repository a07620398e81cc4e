"""Lists that a person brings along: the manifest (which photo is whose) and the roll (which stations there are).

Comma, semicolon or tab as the heading has it; UTF-8, or UTF-16 as some spreadsheets save it. Whatever is wrong is
said by line, all at once, and nothing of such a list is used.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ..messages.errors import BatchError
from ..messages.text import quoted
from .station_codes import ManifestRow, normal

_MOST_FAULTS = 10  # lines named in one message
_ROUNDED = re.compile(r"-?[0-9]+([.,][0-9]+)?E[+-]?[0-9]+", re.IGNORECASE)

Fault = tuple[int, str, str]  # line, Indonesian, English

WAS_ROUNDED = (
    "diubah oleh aplikasi tabel; jadikan kolom itu teks dan isi lagi",
    "was turned into a rounded number by a spreadsheet; make the column text and fill it in again",
)


def read_manifest(path: str | Path, names: Iterable[str], any_frame: bool = False) -> Mapping[str, ManifestRow]:
    """Read a manifest: a table with the columns `file`, `station` and, if wanted, `page`.

    Args:
        path: the table.
        names: the photos that there are, as results call them; of a file with several frames also each frame's label.
        any_frame: take any frame of these photos, as long as nobody has counted them.

    Returns:
        By file name. Photos that the manifest does not name are left to their names.

    Raises:
        BatchError: the file cannot be read as such a table, or names files that are not there, a file twice, or
            something that is no station code.
    """
    known = set(names)
    rows: dict[str, ManifestRow] = {}
    faults: list[Fault] = []
    for line, row in table(Path(path), ("file", "station")):
        name = row["file"].replace("\\", "/").removeprefix("./")
        station = _code(row["station"], line, faults)
        if name not in known and not (any_frame and re.sub(r"#[0-9]+$", "", name) in known):
            faults.append(
                (line, f"berkas {quoted(name)} tidak ada di antara foto", f"{quoted(name)} is not among the photos")
            )
        elif name in rows:
            faults.append((line, f"berkas {quoted(name)} ditulis dua kali", f"{quoted(name)} is listed twice"))
        rows[name] = ManifestRow(station, row.get("page") or None)
    refuse(Path(path), faults)
    return rows


def read_roll(path: str | Path) -> tuple[str, ...]:
    """Read the roll of stations that photos are expected of: a table with a column `station`; others are ignored.

    Raises:
        BatchError: as `read_manifest`.
    """
    stations: dict[str, int] = {}
    faults: list[Fault] = []
    for line, row in table(Path(path), ("station",)):
        station = _code(row["station"], line, faults)
        if station in stations and station:
            first = stations[station]
            faults.append((line, f"TPS {station} sudah ada di baris {first}", f"{station} is already on line {first}"))
        stations.setdefault(station, line)
    refuse(Path(path), faults)
    return tuple(stations)


def is_rounded(text: str) -> bool:
    """Whether a spreadsheet made a rounded number of it, such as 2.10114E+12."""
    return _ROUNDED.fullmatch(text) is not None


def _code(text: str, line: int, faults: list[Fault]) -> str:
    code = normal(text)
    if code is None:
        if is_rounded(text):
            why_id, why_en = WAS_ROUNDED
        else:
            digits = sum(c in "0123456789" for c in text)
            why_id = f"bukan kode TPS: {digits} angka, seharusnya 13 (mis. 2101142004001)"
            why_en = f"is no station code: {digits} digits instead of 13 (such as 2101142004001)"
        faults.append((line, f"{quoted(text)} {why_id}", f"{quoted(text)} {why_en}"))
    return code or ""


def table(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows below the heading, with the line each starts on; empty ones are left out.

    Raises:
        BatchError: no such table.
    """
    text = _text(path)
    separator = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        columns = [c.strip().lower() for c in next(reader, [])]
        if not set(needed) <= set(columns) or len(set(columns)) < len(columns):
            want = separator.join(needed)
            refuse(path, [(1, f"judul kolom harus {want}", f"the heading must be {want}")])
        start = reader.line_num + 1
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not any(c.strip() for c in cells):
                continue
            if len(cells) != len(columns):
                wanted = len(columns)
                why = f"{len(cells)} kolom, seharusnya {wanted}", f"{len(cells)} columns instead of {wanted}"
                refuse(path, [(line, *why)])
            yield line, {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
    except csv.Error as fault:
        refuse(path, [(reader.line_num, f"bukan CSV ({fault})", f"not CSV ({fault})")])


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as fault:
        why = fault.strerror or type(fault).__name__
        raise BatchError(
            f"{path}: tidak dapat dibaca ({why}). Periksa nama berkas dan izin membacanya.",
            f"{path}: cannot be read ({why}). Check its name and permissions.",
        ) from None
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise BatchError(
            f"{path}, baris {line}: bukan teks UTF-8. Simpan lagi sebagai 'CSV UTF-8'.",
            f"{path}, line {line}: not UTF-8 text. Save it again as 'CSV UTF-8'.",
        ) from None


def refuse(path: Path, faults: Sequence[Fault]) -> None:
    """End here if anything is wrong with a list.

    Raises:
        BatchError: there are faults; the first ten are named by line, the others counted.
    """
    if not faults:
        return
    more = len(faults) - _MOST_FAULTS
    shown = faults[:_MOST_FAULTS]
    text_id = [f"{path}, baris {line}: {why}." for line, why, _ in shown]
    text_en = [f"{path}, line {line}: {why}." for line, _, why in shown]
    if more > 0:
        text_id.append(f"... dan {more} kesalahan lagi.")
        text_en.append(f"... and {more} more.")
    raise BatchError("\n".join(text_id), "\n".join(text_en))
