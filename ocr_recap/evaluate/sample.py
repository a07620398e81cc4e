"""A blind sheet: a random sample of accepted numbers, which a person reads from pictures without the machine's answer.

Anyone with `photos.jsonl` can check the sample. The key of every accepted number is the SHA-256 of

    SEED | sha256 of the photo | frame | field id

(text in UTF-8, joined by `|` without spaces); the numbers with the smallest keys are drawn, smallest first. The first m
rows of a sheet are therefore a sheet of size m: a person may stop early, but not skip rows.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ..messages.errors import TableFaulty
from ..messages.text import is_number, quoted
from ..records.station_lists import table
from ..report.csv_tables import defused
from .judge import JudgedPhoto, Judgement, judge_photo
from .readings import ReadNumber, ReadRecord, Results
from .truths import Fault, Truth, TruthField, typed

_MOST_DIGITS: Final = 15  # of a seed, the limit of `ocr-recap sample`
# Columns of the sheet to fill in.
COLUMNS: Final = ("seed", "drawn", "row", "sha256", "frame", "field", "file", "text")
UNREADABLE: Final = "?"  # a person's answer for a number that cannot be read
Identity = tuple[str, int, str]  # photo, frame, field


@dataclass(frozen=True, eq=False)
class Drawn:
    """One accepted number of the sample; `key` is its place in the order."""

    key: str
    reading: ReadRecord
    field: str
    number: ReadNumber

    @property
    def identity(self) -> Identity:
        """The number's identity: photo, frame and field."""
        photo = self.reading.photo
        return _identity(photo.sha256, defused(photo.file), photo.frame, self.field)


@dataclass(frozen=True)
class SheetAnswers:
    """The result of a filled-in sheet. `judgement` holds its rows up to the last one that was filled in.

    Attributes:
        drawn: size of the sample.
        accepted: number of accepted numbers, from which the sample was drawn.
        rows: rows that count, up to the last one filled in.
        unread: rows of those that are empty, missing or `?`; they count as errors of the machine.
        left: rows after the last one that was filled in.
    """

    judgement: Judgement
    drawn: int
    accepted: int
    rows: int
    unread: int
    left: int


def key_of(seed: int, sha256: str, frame: int, field: str) -> str:
    """The key of a number in the order of the sample, a hexadecimal hash."""
    return hashlib.sha256(f"{seed}|{sha256}|{frame}|{field}".encode()).hexdigest()


def draw(results: Results, count: int, seed: int) -> list[Drawn]:
    """Draw `count` accepted numbers, or all if there are fewer."""
    pool = [
        Drawn(key_of(seed, reading.photo.sha256, reading.photo.frame, name), reading, name, number)
        for reading in results.readings
        for name, number in reading.fields.items()
        if number.given
    ]
    # Photos without a hash, or with the same bytes, could have the same key: their names decide then.
    return sorted(pool, key=lambda drawn: (drawn.key, drawn.reading.photo.file))[:count]


def _identity(sha256: str, file: str, frame: int, field: str) -> Identity:
    """The identity of a number: by the photo's hash, or by its name where another reader gave no hash."""
    return sha256 or f"file {file}", frame, field


def sheet_csv(drawn: Sequence[Drawn], seed: int) -> bytes:
    """Encode the sheet to fill in as CSV: a row per number with an empty `text`, without the machine's answer."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row, one in enumerate(drawn, 1):
        photo = one.reading.photo
        writer.writerow([seed, len(drawn), row, photo.sha256, photo.frame, one.field, defused(photo.file), ""])
    return out.getvalue().encode("utf-8-sig")


def is_filled_in(path: Path) -> bool:
    """True when somebody has filled in a row of this sheet.

    Raises:
        InputUnusable, TableFaulty: the file is no such sheet.
    """
    return any(row["text"] for _, row in table(path, COLUMNS))


def is_sheet(path: Path) -> bool:
    """True when a table is a sheet of `ocr-recap sample`.

    Raises:
        InputUnusable, TableFaulty: the file is no table.
    """
    first = next(iter(table(path, ("file",))), None)
    return first is not None and set(COLUMNS) <= set(first[1])


def answers(results: Results, path: Path) -> SheetAnswers:
    """Judge a filled-in sheet against the results that it was drawn from, after a check that it is the whole sample.

    Raises:
        TableFaulty: nothing is filled in, or the sheet was not drawn from these results.
    """
    rows = list(table(path, COLUMNS))
    faults: list[Fault] = []
    seed, size = _of_all(path, rows, "seed"), _of_all(path, rows, "drawn")
    drawn = draw(results, size, seed)
    typed_in: dict[Identity, tuple[str, str]] = {}
    wanted = {one.identity for one in drawn}
    for line, row in rows:
        frame = int(row["frame"]) if is_number(row["frame"]) and len(row["frame"]) < _MOST_DIGITS else -1
        identity = _identity(row["sha256"], row["file"], frame, row["field"])
        where = f"{path.name}:{line}"
        if identity not in wanted:
            faults.append(Fault.of("not_drawn", where))
        elif identity in typed_in:
            faults.append(Fault.of("doubled", where, "row_twice"))
        else:
            typed_in[identity] = row["text"], where
    if not typed_in:
        raise TableFaulty("sheet_of_other_results", path=path, results=results.path)
    filled = [i for i, one in enumerate(drawn) if typed_in.get(one.identity, ("", ""))[0]]
    if not filled:
        raise TableFaulty("sheet_empty", path=path)
    counted = drawn[: filled[-1] + 1]
    wants = {one: _want(one, *typed_in.get(one.identity, ("", path.name)), faults) for one in counted}
    return SheetAnswers(
        Judgement("sheet", _photos(wants), (), {}, (*results.faults, *faults), results.decided),
        drawn=len(drawn),
        accepted=len(draw(results, 10**9, 0)),
        rows=len(counted),
        unread=sum(want.text == UNREADABLE for want in wants.values()),
        left=len(drawn) - len(counted),
    )


def _of_all(path: Path, rows: Sequence[tuple[int, dict[str, str]]], column: str) -> int:
    """The number in a column, which must be the same in all rows."""
    found = {row[column] for _, row in rows}
    text = found.pop() if len(found) == 1 else ""
    if not is_number(text) or len(text) > _MOST_DIGITS:
        raise TableFaulty("sheet_altered", path=path, column=column)
    return int(text)


def _want(one: Drawn, text: str, where: str, faults: list[Fault]) -> TruthField:
    meaning = typed(text) if text and text != UNREADABLE else None
    if meaning is None:
        # A number that a person cannot read must not count as confirmed: it counts as a silent error.
        if text != UNREADABLE:
            said = f"{one.reading.photo.file} {one.field}: {quoted(text)}"
            faults.append(Fault.of("not_answered", where, text=said))
        return TruthField(id=one.field, text=UNREADABLE, value=None)
    return TruthField(id=one.field, text=meaning[0], value=meaning[1])


def _photos(wants: Mapping[Drawn, TruthField]) -> tuple[JudgedPhoto, ...]:
    """The drawn numbers photo by photo, without the other numbers of these photos."""
    groups: dict[int, list[Drawn]] = defaultdict(list)
    for one in wants:
        groups[id(one.reading)].append(one)
    photos: list[JudgedPhoto] = []
    for found in groups.values():
        reading = found[0].reading
        fields = tuple(wants[one] for one in found)
        truth = Truth(name=reading.path, frame=reading.photo.frame, fields=fields, partial=True)
        only = reading.model_copy(update={"fields": {one.field: one.number for one in found}})
        photos.append(replace(judge_photo(truth, only), reading=reading))
    return tuple(photos)
