"""Numbers of the review work: as the results have them, as a person claims them, and as rows of the database."""

from __future__ import annotations

from dataclasses import dataclass
from sqlite3 import Connection, Row

from ..messages.errors import WrongUse
from ..messages.web_texts import REASON_GROUPS
from ..records.decisions import Number
from .agreement import TURNS, Entry, State


@dataclass(frozen=True)
class Waiting:
    """A number as the folder of results has it.

    Attributes:
        number: its key.
        document, station, file: where it is from; `station` is empty where it is not known.
        boxes: how many boxes it has.
        is_count: false for dates.
        text: as read, a character per box.
        machine: the most probable answer by all evidence, in the form of `agreement.canonical`; None without one.
        sure: whether one witness alone is sure of that answer.
        reasons: why it is in review, as codes.
        known: the value of a number that needs nobody, for planted checks; None for numbers in review.
        strip: its row in the picture of its photo's strips, from 0, and its width in px.
    """

    number: Number
    document: str
    station: str
    file: str
    boxes: int
    is_count: bool
    text: str
    machine: str | None
    sure: bool
    reasons: tuple[str, ...] = ()
    known: str | None = None
    strip: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Claim:
    """A number that a person has claimed.

    Attributes:
        id: of the number in the database.
        number, document, station, file, boxes: as in `Waiting`.
        state: which entry it needs; `check` where it is a planted check is not told.
        shown: the two answers of a number that two people see differently, in increasing order; else none.
    """

    id: int
    number: Number
    document: str
    station: str
    file: str
    boxes: int
    state: State
    shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filter:
    """Which numbers a person wants. Empty: all.

    `area` is the beginning of a station code, `template` a form, `reasons` a key of `web_texts.REASON_GROUPS`.
    """

    area: str = ""
    template: str = ""
    reasons: str = ""

    @property
    def where(self) -> tuple[str, list[str]]:
        """The condition on rows of `numbers`, and its data."""
        parts: list[str] = []
        data: list[str] = []
        if self.area:
            parts.append("substr(station, 1, length(?)) = ?")
            data += [self.area, self.area]
        if self.template:
            parts.append("template = ?")
            data.append(self.template)
        if codes := REASON_GROUPS.get(self.reasons, ()):
            one = "instr(' ' || reasons || ' ', ' ' || ? || ' ') > 0"
            parts.append(f"({' OR '.join([one] * len(codes))})")
            data += codes
        return "".join(f" AND {part}" for part in parts), data


ALL = Filter()


class AnsweredBefore(WrongUse):
    """A number was settled by others, or by the same person, while this person had its page open."""


@dataclass(frozen=True)
class Answered:
    """What a person entered: an answer in its one form, seconds, and a remark."""

    answer: str
    seconds: float
    note: str


def row_of(db: Connection, number: Number) -> Row | None:
    """A number as the database has it; None where it does not."""
    find = "SELECT * FROM numbers WHERE (sha256, frame, template, page, field) = (?, ?, ?, ?, ?)"
    return db.execute(find, number).fetchone()


def upsert(db: Connection, one: Waiting, place: int) -> None:
    """Take over a number, at a place of the order in which numbers wait."""
    facts = (
        *one.number,
        one.document,
        one.station,
        one.file,
        one.boxes,
        int(one.is_count),
        one.text,
        one.machine,
        int(one.sure),
        " ".join(one.reasons),
        place,
        one.known,
        *one.strip,
        "first" if one.known is None else "done",
        TURNS["first" if one.known is None else "done"],
    )
    columns = (
        "sha256, frame, template, page, field, document, station, file, boxes, is_count, text, machine, sure, reasons,"
        " place, known, strip, strip_width, state, turn"
    )
    keys = "sha256, frame, template, page, field"
    new = "document, station, file, boxes, is_count, text, machine, sure, reasons, place, known, strip, strip_width"
    new += ", state, turn"
    update = ", ".join(f"{name} = excluded.{name}" for name in new.split(", "))
    marks = ", ".join("?" * len(facts))
    db.execute(f"INSERT INTO numbers ({columns}) VALUES ({marks}) ON CONFLICT ({keys}) DO UPDATE SET {update}", facts)


def entries_of(db: Connection, number: int) -> list[Entry]:
    """All entries of a number in the order in which they were made."""
    find = "SELECT person, role, answer FROM entries WHERE number = ? ORDER BY id"
    return [Entry(row["person"], row["role"], row["answer"]) for row in db.execute(find, (number,)).fetchall()]


def claim_of(db: Connection, row: Row, told: State | None = None) -> Claim:
    """A number as the person who claims it sees it; `told`: the state that the person is told, where it is another."""
    number = Number(row["sha256"], row["frame"], row["template"], row["page"], row["field"])
    shown: tuple[str, ...] = ()
    if row["state"] == "third" and told is None:
        answers = {entry.answer: None for entry in {one.person: one for one in entries_of(db, row["id"])}.values()}
        if len(answers) < 2 and row["machine"] is not None:
            answers[row["machine"]] = None
        shown = tuple(sorted(answers, key=lambda answer: (len(answer), answer)))
    facts = row["document"], row["station"], row["file"], row["boxes"]
    return Claim(row["id"], number, *facts, told or row["state"], shown)


def numbered(where: str, first: int) -> str:
    """The condition with its `?` numbered from `first`."""
    parts = where.split("?")
    return "".join(part + (f"?{first + index}" if index < len(parts) - 1 else "") for index, part in enumerate(parts))
