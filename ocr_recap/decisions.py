"""What people decided: the log `decisions.jsonl`, which only grows, and how it is laid over records.

A decision is about one number on one photo, known by the photo's bytes, so it stays true whatever the photo is called
and however it is read later. Of several about one number the last counts. What was read is never changed by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, ValidationError

from .emit import DECISIONS_FILE
from .emit.pictures import write_atomically
from .field_record import Decided, FieldStatus, Frozen
from .inputs import BatchError
from .record import JsonLine, Record
from .text import one_line

# The last decision about each number.
Decisions = Mapping["Number", "Decision"]


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
    """

    schema_: Literal[1] = 1
    at: Annotated[str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}){2}T([0-9]{2}:){2}[0-9]{2}Z$")]
    by: Annotated[str, Field(min_length=1)]
    document: str
    file: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    frame: Annotated[int, Field(ge=0)]
    template: str
    page: str
    field: str
    old: Stood
    new: Annotated[int, Field(ge=0)] | None
    note: str = ""

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


def read_log(folder: Path) -> tuple[Decision, ...]:
    """All decisions in a folder of results, oldest first; none where nobody has decided anything.

    Raises:
        BatchError: a line is no decision, or the file cannot be read.
    """
    path = folder / DECISIONS_FILE
    try:
        lines = path.read_bytes().decode("utf-8").split("\n")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as fault:
        why = type(fault).__name__
        raise BatchError(
            f"{path}: tidak dapat dibaca ({why}). Periksa izin berkas, atau kembalikan dari cadangan.",
            f"{path}: cannot be read ({why}). Check its permissions, or restore it from a backup.",
        ) from None
    found: list[Decision] = []
    for number, line in enumerate(lines[:-1] if lines[-1] == "" else lines, 1):
        try:
            found.append(Decision.from_json(line))
        except ValidationError:
            raise BatchError(
                f"{path}, baris {number}: bukan keputusan. Jangan ubah berkas ini; kembalikan dari cadangan.",
                f"{path}, line {number}: no decision. This file is not to be edited; restore it from a backup.",
            ) from None
    return tuple(found)


def append(folder: Path, new: Sequence[Decision]) -> None:
    """Add decisions at the end of the log: all of them, or none if it cannot be written.

    Raises:
        OSError: the folder cannot be written.
    """
    if not new:
        return
    path = folder / DECISIONS_FILE
    before = path.read_bytes() if path.exists() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    write_atomically(path, before + "".join(f"{decision.to_json()}\n" for decision in new).encode())


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
    """The record with what people decided beside what was read; `documents.settle` then takes it as written."""
    found = {name: decisions[number] for name, number in numbers_of(record).items() if number in decisions}
    if not found:
        return record
    decided = {name: record.fields[name].model_copy(update={"decision": d.decided}) for name, d in found.items()}
    return record.model_copy(update={"fields": {**record.fields, **decided}})
