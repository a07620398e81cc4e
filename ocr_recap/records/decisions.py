"""What people decided about numbers, and how it is laid over records; the log itself is `decision_log`.

A decision is about one number on one photo, known by the photo's bytes, so it stays true whatever the photo is called
and however it is read later. Of several about one number the last counts. What was read is never changed by it.
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
# The last decision about each number.
Decisions = Mapping["Number", "Decision"]


def utc() -> str:
    """The time now as the log holds it, such as `2024-02-14T15:30:00Z`."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Number(NamedTuple):
    """One number on one photo: the hash of the photo's bytes, the frame, the form, its page and the field."""

    sha256: str
    frame: int
    template: str
    page: str
    field: str


class Stood(Frozen):
    """What stood there when a person decided: `text` as read, `value` and `status` as they were."""

    text: str
    value: int | None
    status: FieldStatus


class Decision(JsonLine):
    """One line of the log. `new` is what the person says is written, null = nothing; `at` is in UTC.

    `document` and `file` say what the document and the photo were called at the time; nothing depends on them.
    `previous` is the SHA-256 of all lines before it, each with its line break; null in logs of older versions.
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
    previous: Sha256 | None = None

    @property
    def number(self) -> Number:
        """Which number it is about."""
        return Number(self.sha256, self.frame, self.template, self.page, self.field)

    @property
    def statement(self) -> tuple[Number, int | None, str, str]:
        """Who says what about which number, whenever it was: the same statement again is not logged again."""
        return self.number, self.new, one_line(self.by), one_line(self.note)

    @property
    def decided(self) -> Decided:
        """What a field's record holds of it; older versions logged names and notes as they were typed."""
        return Decided(by=one_line(self.by), at=self.at, value=self.new, note=one_line(self.note))


def latest(log: Iterable[Decision]) -> dict[Number, Decision]:
    """The decision that counts about each number: the last one."""
    return {decision.number: decision for decision in log}


def numbers_of(record: Record) -> dict[str, Number]:
    """What each number of a record is known by, by field id; empty where no page was read."""
    photo, page = record.photo, record.page
    if page is None:
        return {}
    return {name: Number(photo.sha256, photo.frame, page.template, page.page, name) for name in record.fields}


def fold(record: Record, decisions: Decisions) -> Record:
    """The record with what people decided beside what was read; `document.settle` then takes it as written."""
    found = {name: decisions[number] for name, number in numbers_of(record).items() if number in decisions}
    if not found:
        return record
    decided = {name: record.fields[name].model_copy(update={"decision": d.decided}) for name, d in found.items()}
    return record.model_copy(update={"fields": {**record.fields, **decided}})
