"""A filled-in `review.csv` to decisions: every line is checked against what was read, and all are taken or none.

Only the columns that say which number is meant and the three that a person fills in are read; station codes that a
spreadsheet rounded do no harm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..forms.template import Template
from ..messages.errors import BatchError
from ..messages.text import one_line, quoted, shortened
from ..records.decisions import Decision, Number, Stood, numbers_of
from ..records.field_record import FieldRecord
from ..records.record import Record
from ..records.station_lists import WAS_ROUNDED, Fault, is_rounded, refuse, table
from ..report.csv_tables import undefused
from ..report.review_csv import ANSWER_COLUMNS, KEY_COLUMNS

_BLANK = frozenset({"kosong", "blank"})  # no dash: on the form it is a zero, and who copies it means that
_HASH = re.compile(r"[0-9a-f]{64}")
_DIGITS = re.compile(r"[0-9]+")
_Say = Callable[[str, str], None]  # what is wrong, in Indonesian and English


@dataclass(frozen=True)
class Answer:
    """One filled-in line, as text."""

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
    """The filled-in lines of a table, and how many others it has; `notes` of them hold a note but no answer."""

    filled: tuple[Answer, ...]
    empty: int
    notes: int


def read_answers(path: Path) -> Answers:
    """Read a filled-in `review.csv`, as we wrote it or as a spreadsheet saved it again.

    Raises:
        BatchError: it cannot be read as such a table.
    """
    filled: list[Answer] = []
    empty = notes = 0
    for line, row in table(path, (*KEY_COLUMNS, "verified")):
        cells = {name: undefused(cell).strip() for name, cell in row.items()}
        cells |= {name: one_line(cells[name]) for name in ("by", "note") if name in cells}
        if not cells["verified"]:
            empty += 1
            notes += bool(cells.get("note"))
            continue
        file = cells.get("file", "")
        texts = [cells.get(name, "") for name in (*KEY_COLUMNS, *ANSWER_COLUMNS)]
        filled.append(Answer(line, file, *texts))
    return Answers(tuple(filled), empty, notes)


def is_filled(path: Path) -> bool:
    """Whether somebody may have written answers or notes into it; true of what is no longer such a table."""
    try:
        found = read_answers(path)
    except BatchError:
        return True
    return bool(found.filled) or found.notes > 0


def decide(
    path: Path,
    answers: Sequence[Answer],
    records: Iterable[Record],
    templates: Mapping[str, Template],
    by: str | None,
    at: str,
) -> list[Decision]:
    """The decisions that a table holds, one a number.

    Args:
        path: the table, for messages.
        answers: its filled-in lines.
        records: of the batch, with their documents' decisions.
        templates: forms by id, for their limits.
        by: who decided, where a line does not say.
        at: when, UTC, such as `2024-02-14T15:30:00Z`.

    Raises:
        BatchError: something is wrong with a line; every such line is named, and nothing is decided.
    """
    asked = {answer.sha256 for answer in answers}
    photos: dict[str, list[Record]] = {}
    for record in records:
        if record.photo.sha256 in asked:
            photos.setdefault(record.photo.sha256, []).append(record)
    faults: list[Fault] = []
    new: dict[Number, Decision] = {}
    lines: dict[Number, int] = {}
    nameless: list[int] = []
    for answer in answers:

        def say(text_id: str, text_en: str, line: int = answer.line) -> None:
            faults.append((line, text_id, text_en))

        who = answer.by or one_line(by or "")
        record = _record(answer, photos.get(answer.sha256, []), say)
        if record is None:
            continue
        number = numbers_of(record)[answer.field]
        field = record.fields[answer.field]
        value = _value(answer, field, templates.get(number.template), say)
        if not who:
            nameless.append(answer.line)
        if isinstance(value, _Wrong) or not who:
            continue
        if number in lines and new[number].new != value:
            say(
                f"angka {answer.field} sudah diisi lain di baris {lines[number]}; hapus salah satu",
                f"{answer.field} is answered otherwise on line {lines[number]}; remove one of the two",
            )
            continue
        lines.setdefault(number, answer.line)
        new[number] = _decision(number, record, field, value, who, answer.note, at)
    if nameless:
        also = len(nameless) - 1
        here_id = f" (juga di {also} baris lain)" if also else ""
        here_en = f" (and on {also} more)" if also else ""
        faults.append(
            (
                nameless[0],
                f"kolom by kosong{here_id}; tulis nama pemeriksa, atau jalankan dengan --by NAMA",
                f"the column by is empty{here_en}; write who checked, or run with --by NAME",
            )
        )
    refuse(path, sorted(faults))
    return list(new.values())


class _Wrong:
    """No value could be taken."""


def _record(answer: Answer, photos: Sequence[Record], say: _Say) -> Record | None:
    """The photo's record that holds the number; None once it was said why there is none."""
    photo = shortened(answer.file or "?")
    if not _HASH.fullmatch(answer.sha256):
        why = WAS_ROUNDED if is_rounded(answer.sha256) else ("bukan sidik foto 64 huruf", "is no hash of 64 letters")
        say(
            f"sha256 {quoted(answer.sha256)} {why[0]}; salin dari review.csv yang asli",
            f"sha256 {quoted(answer.sha256)} {why[1]}; copy it from the original review.csv",
        )
        return None
    if not photos:
        say(
            f"foto {photo} tidak ada lagi dalam hasil ini, atau isinya sudah berubah; ambil review.csv yang baru",
            f"photo {photo} is no longer among these results, or its content has changed; take the new review.csv",
        )
        return None
    if answer.file and answer.file not in {r.photo.file.strip() for r in photos}:
        # Somebody sorted a part of the columns, or the photo got another name since.
        names = ", ".join(r.photo.file for r in photos)
        say(
            f"sha256 milik foto {names}, bukan {photo}: kolom tertukar, atau nama foto berubah; ambil review.csv yang "
            "baru",
            f"the sha256 is of photo {names}, not {photo}: columns were mixed up, or the photo was renamed; take the "
            "new review.csv",
        )
        return None
    here = [r for r in photos if r.page and (str(r.photo.frame), r.page.template, r.page.page) == _place(answer)]
    if not here or answer.field not in here[0].fields:
        template, frame = shortened(answer.template), shortened(answer.frame)
        say(
            f"angka {quoted(answer.field)} halaman {quoted(answer.page)} ({template}, bingkai {frame}) tidak pernah "
            f"dibaca di foto {photo}; salin barisnya dari review.csv atau numbers.csv yang baru",
            f"number {quoted(answer.field)} of page {quoted(answer.page)} ({template}, frame {frame}) was never read "
            f"on photo {photo}; copy its line from the new review.csv or numbers.csv",
        )
        return None
    counting = next((r for r in here if r.counts), None)
    if counting is None:
        other = next((p.data["counts"] for p in here[0].problems if p.code == "page_again"), "")
        say(
            f"foto {photo} tidak dihitung; angka halaman ini diambil dari foto {other}: isi barisnya",
            f"photo {photo} does not count; the numbers of this page come from photo {other}: answer its line",
        )
    return counting


def _place(answer: Answer) -> tuple[str, str, str]:
    return answer.frame or "0", answer.template, answer.page


def _value(answer: Answer, field: FieldRecord, template: Template | None, say: _Say) -> int | _Wrong | None:
    """The number that a person says is written, None for nothing."""
    text = answer.verified
    if text.lower() in _BLANK:
        return None
    if not _DIGITS.fullmatch(text):
        why = WAS_ROUNDED if is_rounded(text) else ("bukan angka", "is no number")
        say(
            f"verified {quoted(text)} {why[0]}; tulis angka saja (silang atau strip berarti 0), atau kosong",
            f"verified {quoted(text)} {why[1]}; write digits only (crosses or dashes mean 0), or blank",
        )
        return _Wrong()
    said = shortened(text)
    digits, boxes = text.lstrip("0") or "0", len(field.text)
    if len(digits) > boxes:
        say(
            f"verified {said} lebih panjang dari {boxes} kotak {answer.field}; tulis apa yang tertulis di formulir",
            f"verified {said} is longer than the {boxes} boxes of {answer.field}; write what the form says",
        )
        return _Wrong()
    value = int(digits)
    for rule in template.rules if template else ():
        relation = rule.relation
        if (
            rule.strength != "soft"
            and relation.fields == (answer.field,)
            and relation.evaluate({answer.field: value}) == "broken"
        ):
            say(
                f"verified {said} di luar batas {rule.text} ({rule.id}); periksa foto, atau kosongkan barisnya",
                f"verified {said} is beyond the limit {rule.text} ({rule.id}); look again, or leave the line empty",
            )
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
        old=Stood(text=field.text, value=field.value, status=field.status),
        new=value,
        note=note,
    )
