"""Turns filled-in tables of answers into decisions. Every line is checked against the records; all are taken or none.

Only the columns that identify the number and the three that a person fills in are used, so station codes that a
spreadsheet rounded do no harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ..forms.template import Template
from ..messages.errors import OcrRecapError
from ..messages.table_faults import LineFault, refuse
from ..messages.text import one_line, quoted, shortened
from ..records.decisions import Decision, Decisions, Number, Stood, numbers_of
from ..records.field_record import FieldRecord
from ..records.record import Record
from ..records.station_lists import is_rounded, table
from ..report.csv_tables import undefused
from ..report.review_csv import ANSWER_COLUMNS, KEY_COLUMNS
from . import review_workbook

_BLANK = frozenset({"kosong", "blank"})  # answers for nothing written; a dash is refused: on the form it means zero
_HASH = re.compile(r"[0-9a-f]{64}")  # SHA-256 of a photo
_DIGITS = re.compile(r"[0-9]+")  # an answer


class _NoteFault(Protocol):
    """Notes a fault of the current line: a code of `table_faults.LINE_FAULTS`, and its data."""

    def __call__(self, code: str, **data: Any) -> None: ...


@dataclass(frozen=True)
class Answer:
    """One filled-in line, as text; `path` is its table."""

    path: Path
    line: int
    file: str
    sha256: str
    frame: str
    template: str
    page: str
    field: str
    verified: str
    by: str
    note: str


@dataclass(frozen=True)
class Answers:
    """The filled-in lines of a table, and the number of other lines; `notes` of those have a note but no answer."""

    filled: tuple[Answer, ...]
    empty: int
    notes: int


def read_answers(path: Path) -> Answers:
    """Read a filled-in `review.csv` or `tables.xlsx`, as the program wrote it or as a spreadsheet saved it.

    Raises:
        InputUnusable: the file cannot be read.
        TableFaulty: the file is no such table.
        ExtraMissing: the file is a workbook, and the library that reads workbooks is not installed.
    """
    filled: list[Answer] = []
    empty = notes = 0
    needed = (*KEY_COLUMNS, "verified")
    for line, row in review_workbook.rows(path, needed) if review_workbook.is_workbook(path) else table(path, needed):
        cells = {name: undefused(cell).strip() for name, cell in row.items()}
        cells |= {name: one_line(cells[name]) for name in ("by", "note") if name in cells}
        if not cells["verified"]:
            empty += 1
            notes += bool(cells.get("note"))
            continue
        file = cells.get("file", "")
        texts = [cells.get(name, "") for name in (*KEY_COLUMNS, *ANSWER_COLUMNS)]
        filled.append(Answer(path, line, file, *texts))
    return Answers(tuple(filled), empty, notes)


def is_filled(path: Path) -> bool:
    """True when a table may have answers or notes, and for a file that is no longer such a table."""
    try:
        found = read_answers(path)
    except OcrRecapError:
        return True
    return bool(found.filled) or found.notes > 0


def decide(
    answers: Sequence[Answer],
    records: Iterable[Record],
    templates: Mapping[str, Template],
    by: str | None,
    at: str,
    before: Decisions,
) -> list[Decision]:
    """Turn the answers of tables into decisions, one for each number and person.

    An answer to a number that two persons decided differently settles it if it is by a third one (`Ruling`); where two
    further persons answer it differently at once, none of them does.

    Args:
        answers: filled-in lines of one or several tables.
        records: of the batch, with their documents' decisions.
        templates: forms by id, for the ranges of their fields.
        by: the person who decided, where a line names nobody.
        at: when, UTC, such as `2024-02-14T15:30:00Z`.
        before: what people decided so far.

    Raises:
        TableFaulty: lines of a table have faults; all of the first such table are listed, and no decision is made.
    """
    asked = {answer.sha256 for answer in answers}
    photos: dict[str, list[Record]] = {}
    for record in records:
        if record.photo.sha256 in asked:
            photos.setdefault(record.photo.sha256, []).append(record)
    faults: dict[Path, list[LineFault]] = {}
    new: dict[tuple[Number, str], Decision] = {}
    given: dict[tuple[Number, str], Answer] = {}
    nameless: dict[Path, list[int]] = {}
    for answer in answers:
        say = _noting(faults.setdefault(answer.path, []), answer.line)
        decision = _decided(answer, photos.get(answer.sha256, []), templates, by, at, say)
        if isinstance(decision, _Nameless):
            nameless.setdefault(answer.path, []).append(answer.line)
        if not isinstance(decision, Decision):
            continue
        key = decision.number, decision.person
        if key in new and new[key].new != decision.new:
            say("answered_otherwise", field=answer.field, line=_place_of(given[key], answer))
            continue
        given.setdefault(key, answer)
        new[key] = decision
    for path, found in faults.items():
        refuse(path, sorted([*found, *_unnamed(nameless.get(path, []))], key=lambda fault: (fault.line, fault.text)))
    return _with_roles(list(new.values()), before)


def _decided(
    answer: Answer,
    photos: Sequence[Record],
    templates: Mapping[str, Template],
    by: str | None,
    at: str,
    say: _NoteFault,
) -> Decision | _Nameless | None:
    """The decision of one answer; None where it is faulty and the fault is noted, `_Nameless` without a name."""
    who = answer.by or one_line(by or "")
    record = _record(answer, photos, say)
    if record is None:
        return None
    number = numbers_of(record)[answer.field]
    field = record.fields[answer.field]
    value = _value(answer, field, templates.get(number.template), say)
    if not who:
        return _Nameless()
    return None if isinstance(value, _Wrong) else _decision(number, record, field, value, who, answer.note, at)


def _place_of(first: Answer, later: Answer) -> str:
    """The line of an earlier answer, with its table where that is another one."""
    return str(first.line) if first.path == later.path else f"{first.line} ({first.path.name})"


def _unnamed(lines: Sequence[int]) -> list[LineFault]:
    """The fault of the lines of a table without a name, at the first of them."""
    if not lines:
        return []
    more = len(lines) - 1
    return [LineFault(lines[0], "no_name_on_more" if more else "no_name", {"more": more})]


def _with_roles(new: Sequence[Decision], before: Decisions) -> list[Decision]:
    """The decisions, with the role `third` for those that settle what people decided differently before."""
    further: dict[Number, list[Decision]] = {}
    for decision in new:
        ruling = before.get(decision.number)
        if ruling and ruling.state == "disagreement" and decision.person not in {one.person for one in ruling.heard}:
            further.setdefault(decision.number, []).append(decision)
    settling = [them[0] for them in further.values() if len({decision.new for decision in them}) == 1]
    return [d.model_copy(update={"role": "third"}) if any(d is one for one in settling) else d for d in new]


def _noting(faults: list[LineFault], line: int) -> _NoteFault:
    """Return a function that adds faults of a line to a list."""

    def say(code: str, **data: Any) -> None:
        faults.append(LineFault(line, code, data))

    return say


class _Wrong:
    """Marks an answer that gives no value."""


class _Nameless:
    """Marks an answer of which only the person is missing."""


def _record(answer: Answer, photos: Sequence[Record], say: _NoteFault) -> Record | None:
    """The record with the number of an answer; None where there is none, and the fault is noted."""
    photo = shortened(answer.file or "?")
    if not _HASH.fullmatch(answer.sha256):
        say("hash_rounded" if is_rounded(answer.sha256) else "hash_wrong", text=quoted(answer.sha256))
        return None
    if not photos:
        say("photo_gone", photo=photo)
        return None
    if answer.file and answer.file not in {r.photo.file.strip() for r in photos}:
        # Only a part of the columns was sorted, or the photo was renamed since.
        say("photo_of_other_name", names=", ".join(r.photo.file for r in photos), photo=photo)
        return None
    here = [r for r in photos if r.page and (str(r.photo.frame), r.page.template, r.page.page) == _place(answer)]
    if not here or answer.field not in here[0].fields:
        where = {"template": shortened(answer.template), "frame": shortened(answer.frame), "photo": photo}
        say("never_read", field=quoted(answer.field), page=quoted(answer.page), **where)
        return None
    counting = next((r for r in here if r.counts and r.fields[answer.field].counts), None)
    if counting is None:
        sources = here[0].fields[answer.field].photos
        again = next((p.data["counts"] for p in here[0].problems if p.code == "page_again"), "")
        say("photo_does_not_count", photo=photo, other=(sources and sources.counts) or again)
    elif counting.fields[answer.field].evidence is None:
        say("number_not_in_photo", field=answer.field, photo=photo)
        return None
    return counting


def _place(answer: Answer) -> tuple[str, str, str]:
    return answer.frame or "0", answer.template, answer.page


def _value(answer: Answer, field: FieldRecord, template: Template | None, say: _NoteFault) -> int | _Wrong | None:
    """The value of an answer; None for nothing written, `_Wrong` where the answer is faulty and the fault is noted."""
    text = answer.verified
    if text.lower() in _BLANK:
        return None
    if not _DIGITS.fullmatch(text):
        say("answer_rounded" if is_rounded(text) else "answer_no_number", text=quoted(text))
        return _Wrong()
    said = shortened(text)
    digits, boxes = text.lstrip("0") or "0", len(field.text or "")
    if len(digits) > boxes:
        say("answer_too_long", text=said, boxes=boxes, field=answer.field)
        return _Wrong()
    value = int(digits)
    for rule in template.rules if template else ():
        relation = rule.relation
        if (
            rule.strength != "soft"
            and relation.fields == (answer.field,)
            and relation.evaluate({answer.field: value}) == "broken"
        ):
            say("answer_beyond_limit", text=said, limit=rule.text, rule=rule.id)
            return _Wrong()
    return value


def _decision(
    number: Number, record: Record, field: FieldRecord, value: int | None, by: str, note: str, at: str
) -> Decision:
    return Decision(
        at=at,
        by=by,
        document=record.document or "",
        file=record.photo.file,
        **number._asdict(),
        old=Stood(text=field.text or "", value=field.value, status=field.status),
        new=value,
        note=note,
    )
