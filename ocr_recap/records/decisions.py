"""People's decisions about numbers, and how they are applied to records; `decision_log` holds the log itself.

A decision is about one number on one photo. The photo is identified by the hash of its bytes, so a decision stays valid
when the photo is renamed or read again. A decision never changes what was read.

Of the decisions of one person about a number the last counts. Where two persons decided differently the number is in
review until one of them corrects himself or a third person settles it (`Ruling`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from ..messages.text import one_line
from .field_record import AnswerKind, Decided, FieldStatus, Frozen, Role
from .record import JsonLine, Record

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Time = Annotated[str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}){2}T([0-9]{2}:){2}[0-9]{2}Z$")]  # UTC
# What people decided about each number.
Decisions = Mapping["Number", "Ruling"]


def utc() -> str:
    """The current time in the format of the log, such as `2024-02-14T15:30:00Z`."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Number(NamedTuple):
    """One number on one photo: the hash of the photo's bytes, the frame, the form, its page and the field."""

    sha256: str
    frame: int
    template: str
    page: str
    field: str


class Stood(Frozen):
    """The state of a number when a person decided: its `text` as read, its `value` and its `status`.

    Only numbers that the photo shows are decided (`review_answers`).
    """

    text: str
    value: int | None
    status: FieldStatus


class Decision(JsonLine):
    """One line of the log. `new` is the number that is written according to the person, null = nothing; `at` is UTC.

    `role` is what the answer is (`Role`); lines of versions that had none are `confirm`. `answer` is `value`, or
    `unreadable` or `wrong_field` where the person gives no value: the picture cannot be read, or shows another number;
    `new` is null then. `entry` is the id of the entry in the local server, left out without one.

    `key` is the id of the key that signs the line (`ocr-recap seal`), left out without one.

    `document` and `file` are the names of document and photo at that time, for people only. `previous` is the SHA-256
    of all lines before this one, line breaks included; null in logs of older versions.
    """

    schema_: Literal[1] = 1
    at: Time
    by: Annotated[str, Field(min_length=1)]
    document: str
    file: str
    sha256: Sha256
    frame: Annotated[int, Field(ge=0)]
    template: str
    page: str
    field: str
    old: Stood
    new: Annotated[int, Field(ge=0)] | None
    note: str = ""
    role: Role = "confirm"
    answer: AnswerKind = Field(default="value", exclude_if=lambda answer: answer == "value")
    entry: str = Field(default="", exclude_if=lambda entry: not entry)
    key: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = Field(default="", exclude_if=lambda key: not key)
    previous: Sha256 | None = None

    @property
    def number(self) -> Number:
        """The number that the decision is about."""
        return Number(self.sha256, self.frame, self.template, self.page, self.field)

    @property
    def said(self) -> tuple[AnswerKind, int | None]:
        """The answer alone; two people agree where it is equal."""
        return self.answer, self.new

    @property
    def statement(self) -> tuple[Number, AnswerKind, int | None, str, str]:
        """Number, answer, person and note without the time; an equal statement is not logged a second time."""
        return self.number, self.answer, self.new, one_line(self.by), one_line(self.note)

    @property
    def person(self) -> str:
        """The person, as names are compared: without regard to upper case and to white space."""
        return one_line(self.by).casefold()

    @property
    def decided(self) -> Decided:
        """The decision as a field's record holds it, with the names and notes of older versions cleaned."""
        by, note = one_line(self.by), one_line(self.note)
        return Decided(by=by, at=self.at, value=self.new, note=note, role=self.role, answer=self.answer)


@dataclass(frozen=True)
class Ruling:
    """What the decisions of a log about one number amount to.

    Attributes:
        heard: the last decision of each person that counts, oldest first. When a third person settles a number, what
            was decided before no longer counts: the third entry equals one of two, or follows another third one.
        names: everybody who decided the number, in the order of their first decisions.
    """

    heard: tuple[Decision, ...] = ()
    names: tuple[str, ...] = ()

    def after(self, decision: Decision) -> Ruling:
        """The ruling with one more decision, which is later than all others."""
        name = one_line(decision.by)
        known = {known.casefold() for known in self.names}
        names = self.names if decision.person in known else (*self.names, name)
        if decision.role == "third" and self._settles(decision):
            return Ruling((decision,), names)
        others = tuple(one for one in self.heard if one.person != decision.person)
        return Ruling((*others, decision), names)

    def _settles(self, third: Decision) -> bool:
        """True where a third entry equals one of those before, or follows another third one that did not."""
        return any(one.said == third.said or one.role == "third" for one in self.heard)

    @property
    def last(self) -> Decision:
        """The latest decision that counts."""
        return self.heard[-1]

    @property
    def state(self) -> Literal["decided", "disagreement", "awaited", "undecided"]:
        """Whether the number is decided, persons disagree, a second entry is awaited, or nobody gives a value.

        A second entry without a first by a person is compared with what the program read.
        """
        if len({one.said for one in self.heard}) > 1:
            return "disagreement"
        if len(self.heard) > 1 or self.last.role in ("confirm", "third"):
            return "decided" if self.last.answer == "value" else "undecided"
        if self.last.role == "first":
            return "awaited"
        was = self.last.old
        agrees = self.last.said == ("value", was.value) and (was.value is not None or was.status == "blank")
        return "decided" if agrees else "disagreement"

    @property
    def decided(self) -> Decided | None:
        """The decision with the names of all who decided the number; None unless it is decided."""
        if self.state != "decided":
            return None
        last = self.last.decided
        if len(self.names) == 1:
            return last.model_copy(update={"by": self.names[0]})
        notes = dict.fromkeys(note for one in self.heard if (note := one.decided.note))
        return last.model_copy(update={"by": ", ".join(self.names), "note": "; ".join(notes), "names": self.names})

    @property
    def people(self) -> tuple[Decided, ...]:
        """The answers of persons where these decide nothing yet; empty where the number is decided."""
        return () if self.state == "decided" else tuple(one.decided for one in self.heard)


def rulings(log: Iterable[Decision]) -> dict[Number, Ruling]:
    """What the decisions of a log, oldest first, amount to about each number."""
    found: dict[Number, Ruling] = {}
    for decision in log:
        found[decision.number] = found.get(decision.number, Ruling()).after(decision)
    return found


def numbers_of(record: Record) -> dict[str, Number]:
    """The keys of a record's numbers, by field id; empty where no page was read."""
    photo, page = record.photo, record.page
    if page is None:
        return {}
    return {name: Number(photo.sha256, photo.frame, page.template, page.page, name) for name in record.fields}


def counting_numbers(record: Record) -> dict[str, Number]:
    """As `numbers_of`, without numbers of which another photo counts."""
    return {name: number for name, number in numbers_of(record).items() if record.fields[name].counts}


def fold(record: Record, decisions: Decisions) -> Record:
    """Add people's decisions to a record; `document.settle` then uses them in place of what was read.

    Args:
        record: of a photo.
        decisions: what people decided, by number.

    Returns:
        The record with `decision` set in every field that is decided and `people` in every field whose answers decide
        nothing yet; both are empty in all others.
    """
    found = {name: decisions[number] for name, number in numbers_of(record).items() if number in decisions}
    if not found:
        return record
    decided = {
        name: record.fields[name].model_copy(update={"decision": ruling.decided, "people": ruling.people})
        for name, ruling in found.items()
    }
    return record.model_copy(update={"fields": {**record.fields, **decided}})
