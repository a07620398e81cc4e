"""People's decisions about numbers, and how they are applied to records; `decision_log` holds the log itself.

A decision is about one number on one photo. The photo is identified by the hash of its bytes, so a decision stays valid
when the photo is renamed or read again. Of several decisions about a number the last counts. A decision never changes
what was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from ..messages.text import one_line
from .field_record import Decided, FieldStatus, Frozen
from .record import JsonLine, Record

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Time = Annotated[str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}){2}T([0-9]{2}:){2}[0-9]{2}Z$")]  # UTC
# The decision that counts about each number.
Decisions = Mapping["Number", "Decision"]


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
    role: Literal["confirm", "first", "second", "third"] = Field(default="confirm", exclude_if=lambda r: r == "confirm")
    answer: Literal["value", "unreadable", "wrong_field"] = Field(default="value", exclude_if=lambda a: a == "value")
    entry: str = Field(default="", exclude_if=lambda e: not e)
    previous: Sha256 | None = None

    @property
    def number(self) -> Number:
        """The number that the decision is about."""
        return Number(self.sha256, self.frame, self.template, self.page, self.field)

    @property
    def statement(self) -> tuple[Number, int | None, str, str]:
        """Number, value, person and note without the time; an equal statement is not logged a second time."""
        return self.number, self.new, one_line(self.by), one_line(self.note)

    @property
    def decided(self) -> Decided:
        """The decision as a field's record holds it, with the names and notes of older versions cleaned."""
        return Decided(by=one_line(self.by), at=self.at, value=self.new, note=one_line(self.note))


def latest(log: Iterable[Decision]) -> dict[Number, Decision]:
    """The last decision about each number of a log."""
    return {decision.number: decision for decision in log}


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
        decisions: that count, by number.

    Returns:
        The record with `decision` set in every field that has a decision, and null in all others.
    """
    found = {name: decisions[number] for name, number in numbers_of(record).items() if number in decisions}
    if not found:
        return record
    decided = {name: record.fields[name].model_copy(update={"decision": d.decided}) for name, d in found.items()}
    return record.model_copy(update={"fields": {**record.fields, **decided}})
