"""From results to review work and back: the numbers that need people, and the log lines of what people entered."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from sqlite3 import Row
from typing import Final, Literal

from ..batch.publish_tables import at_work, decided, opened, write
from ..decide.policy import SURELY_READ
from ..messages.text import one_line
from ..records.decisions import Decision, Number, Stood, numbers_of, rulings
from ..records.document import Document, policy_of
from ..records.field_record import FieldRecord
from ..records.folder import RUN_FILE
from ..records.record import Record
from ..records.review_order import settles
from ..report.pictures import strip_width
from .agreement import EMPTY, UNREADABLE, WRONG_FIELD
from .database import Database
from .sheets import SheetQuestion, sheet_questions
from .work_rows import Waiting

# Probability by the bubbles alone from which a reading counts as sure: a second bubble or a pale one gives less.
_SURE_BUBBLES: Final = 0.99  # by judgement
_CHECKS: Final = 200  # planted checks in stock: more than one person sees in a night; by judgement
_SURELY_RIGHT: Final = 0.9999  # confidence of an accepted number that may be a planted check; by judgement


@dataclass(frozen=True)
class ReviewNeeds:
    """What needs people: numbers, most useful first, then those for planted checks; and pages of two sheets."""

    numbers: Sequence[Waiting] = ()
    sheets: Sequence[SheetQuestion] = ()


def review_needs(folder: Path, closed: Collection[str] = ()) -> ReviewNeeds:
    """What needs people in a folder of results.

    A number of a page whose photos may show two sheets waits until people have said which sheet counts.

    Args:
        folder: of results.
        closed: ids of the questions about sheets that people have answered.

    Raises:
        ocr_recap.messages.errors.OcrRecapError: the folder is in use, was edited or is damaged.
    """
    if not (folder / RUN_FILE).is_file():
        return ReviewNeeds()
    found: list[tuple[int, bool, Waiting]] = []
    sheets: list[SheetQuestion] = []
    checks: list[tuple[str, Waiting]] = []
    with at_work(folder):
        results = opened(folder)
        for document, records in decided(folder, results.forms, rulings(results.log.decisions)):
            template = results.forms.get(document.template or "")
            counts = {f.id for f in template.fields if f.role == "count"} if template else set[str]()
            asked = [one for one in sheet_questions(document, records) if one.uid not in closed]
            sheets += asked
            two_sheets = {one.page for one in asked}
            useful = settles(document, template, policy_of(records))
            for record, number, field in _counting(records):
                one = _waiting(document, record, number, field, number.field in counts)
                if number.page in two_sheets:
                    continue
                if field.status == "review":
                    found.append((useful.get(number.field, 0), one.is_count, one))
                elif _is_certain(field) and one.is_count and one.machine is not None:
                    checks.append((_mixed(number), _as_check(one)))
    found.sort(key=lambda entry: (-entry[0], not entry[1]))
    checks.sort(key=lambda entry: entry[0])
    return ReviewNeeds([*(one for _, _, one in found), *(one for _, one in checks[:_CHECKS])], sheets)


def _counting(records: list[Record]) -> Iterator[tuple[Record, Number, FieldRecord]]:
    """The numbers that count, with their records and keys."""
    for record in records:
        for name, number in numbers_of(record).items() if record.counts else ():
            if record.fields[name].counts and record.fields[name].evidence is not None:
                yield record, number, record.fields[name]


def _waiting(document: Document, record: Record, number: Number, field: FieldRecord, is_count: bool) -> Waiting:
    text = field.text or ""
    machine = None
    if field.candidates:
        best = field.candidates[0]
        if best.value is not None:
            machine = str(best.value)
        elif not best.text.strip(" -X"):
            machine = EMPTY
    facts = document.id, record.station.code or "", record.photo.file
    sure = machine is not None and _one_is_sure(field, machine)
    quads = [name for name, other in record.fields.items() if other.quad is not None]
    strip = (quads.index(number.field), strip_width(field.quad)) if field.quad is not None else (0, 0)
    return Waiting(number, *facts, len(text), is_count, text, machine, sure, field.reasons, strip=strip)


def _one_is_sure(field: FieldRecord, machine: str) -> bool:
    """True when the digit cells alone, or the bubbles alone, are sure of an answer, and nothing was altered."""
    evidence = field.evidence
    if evidence is None or evidence.digits.struck_out or evidence.digits.overwritten or machine == EMPTY:
        return False
    digits, bubbles = evidence.digits, evidence.bubbles
    by_digits = digits.value == int(machine) and digits.probability >= SURELY_READ
    filled = bubbles is not None and bubbles.state == "read" and not bubbles.struck_out
    return by_digits or (
        filled and bubbles is not None and bubbles.value == int(machine) and bubbles.probability >= _SURE_BUBBLES
    )


def _is_certain(field: FieldRecord) -> bool:
    """True for an accepted number that the machine is as sure of as can be, and that nobody has touched."""
    sure = field.confidence is not None and field.confidence >= _SURELY_RIGHT
    return field.status == "accepted" and sure and field.decision is None and field.value is not None


def _as_check(one: Waiting) -> Waiting:
    return replace(one, sure=False, reasons=(), known=one.machine)


def _mixed(number: Number) -> str:
    """A key that puts numbers in an order without meaning."""
    return hashlib.sha256("/".join(map(str, number)).encode()).hexdigest()


def log_entries(folder: Path, data: Database, keys: Mapping[str, str] | None = None) -> int:
    """Write what people entered since the last time into the decision log, and make the tables again.

    An entry whose line is in the log already, since the program ended right after writing it, is not written twice.

    Args:
        folder: of results.
        data: with the entries.
        keys: ids of the keys by which people sign their own decisions, by their names in small letters.

    Returns:
        The number of lines that were added.

    Raises:
        ocr_recap.messages.errors.OcrRecapError: the folder is in use, was edited or is damaged.
    """
    find = (
        "SELECT entries.*, people.name, numbers.sha256, numbers.frame, numbers.template, numbers.page, numbers.field,"
        " numbers.document, numbers.file FROM entries JOIN people ON people.id = entries.person"
        " JOIN numbers ON numbers.id = entries.number WHERE logged = 0 AND known IS NULL ORDER BY entries.id"
    )
    rows = data.rows(find)
    if not rows or not (folder / RUN_FILE).is_file():
        return 0
    with at_work(folder):
        results = opened(folder)
        stood: dict[Number, Stood] = {}
        for _, records in decided(folder, results.forms, rulings(results.log.decisions)):
            for _, number, field in _counting(records):
                stood[number] = Stood(text=field.text or "", value=field.value, status=field.status)
        known = {decision.entry for decision in results.log.decisions}
        new = [line for row in rows if row["uid"] not in known and (line := _line(row, stood, keys or {}))]
        if new:
            write(results.grown(new))
    with data.changing() as db:
        db.executemany("UPDATE entries SET logged = 1 WHERE id = ?", [(row["id"],) for row in rows])
    return len(new)


_ANSWERS: Final[Mapping[str, Literal["unreadable", "wrong_field"]]] = {
    UNREADABLE: "unreadable",
    WRONG_FIELD: "wrong_field",
}


def _line(row: Row, stood: Mapping[Number, Stood], keys: Mapping[str, str]) -> Decision | None:
    """The line of the log for an entry; None where the results no longer have its number."""
    number = Number(*(row[name] for name in Number._fields))
    if number not in stood:
        return None
    answer = row["answer"]
    return Decision(
        at=row["at"],
        by=row["name"],
        document=row["document"],
        file=row["file"],
        **number._asdict(),
        old=stood[number],
        new=int(answer) if answer.isdigit() else None,
        answer=_ANSWERS.get(answer, "value"),
        note=row["note"],
        role=row["role"],
        entry=row["uid"],
        key=keys.get(one_line(row["name"]).casefold(), ""),
    )
