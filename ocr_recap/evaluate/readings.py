"""Reads a reader's results: the parts of `photos.jsonl` and `documents.jsonl` that an evaluation uses.

Results of another reader can be evaluated too: a record needs only `photo.file`, `page` and `fields`. `photos.jsonl`
has each photo's final status, after documents were decided; `documents.jsonl` has their verdicts. People's decisions
(`ocr-recap apply`) are in `documents.jsonl` only. An evaluation judges the machine, so the verdict of a document with
people's decisions is computed from the statuses of its photos.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from pydantic import Field, StrictInt, ValidationError

from ..batch.audit import refuse_edits
from ..messages.catalog import Wording
from ..messages.errors import InputUnusable
from ..records.field_record import OTHER_PHOTO
from ..records.folder import DOCUMENTS_FILE, PHOTOS_FILE
from .truths import Corners, Fault, Lenient, RowSumTruth, Text, broken_line, read_lines


class ReadTally(Lenient):
    """The tally evidence of a number."""

    count: int | None = None


class ReadWords(Lenient):
    """The evidence of a number in words."""

    state: str = ""
    value: int | None = None


class ReadEvidence(Lenient):
    """The witnesses of a number; None: the form has none of this kind, or the photo does not show it.

    Only `tally` and `words` are compared with truth; of the others it counts that they are in sight.
    """

    bubbles: Mapping[str, Any] | None = None
    tally: ReadTally | None = None
    row_totals: Mapping[str, Any] | None = None
    words: ReadWords | None = None

    @property
    def in_sight(self) -> tuple[str, ...]:
        """The printed witnesses that the photo shows."""
        kinds = {"bubbles": self.bubbles, "tally": self.tally, "row totals": self.row_totals, "words": self.words}
        return tuple(kind for kind, said in kinds.items() if said is not None)


class ReadNumber(Lenient):
    """One number of a record."""

    text: str | None = None
    value: StrictInt | None
    accepted: StrictInt | None = None
    status: Literal["accepted", "review", "blank", "not_in_photo"]
    confidence: float | None = Field(default=None, ge=0, le=1)
    reasons: tuple[str, ...] = ()
    quad: Corners | None = None
    evidence: ReadEvidence | None = None

    @property
    def counts(self) -> bool:
        """False where the number is not in the photo, or that of another photo of the page is used."""
        return self.status != "not_in_photo" and OTHER_PHOTO not in self.reasons

    @property
    def given(self) -> bool:
        """True when the number has an accepted value, whatever its `status` is: programs use `accepted`."""
        return self.status == "accepted" or self.accepted is not None


class ReadPage(Lenient):
    """The form that was found."""

    template: str
    page: Text | None = None


class ReadPhoto(Lenient):
    """The photo's file in a record."""

    file: str
    frame: int = 0
    sha256: str = ""
    width: int = 0


class ReadRecord(Lenient):
    """One record of a photo."""

    photo: ReadPhoto
    page: ReadPage | None = None
    fields: Mapping[str, ReadNumber] = Field(default_factory=dict[str, ReadNumber])
    row_sums: tuple[RowSumTruth, ...] = ()
    document: str | None = None
    counts: bool = True
    status: str | None = None

    @property
    def path(self) -> str:
        """Relative path without the ending, with forward slashes."""
        path = PurePosixPath(self.photo.file.replace("\\", "/"))
        return (path.with_suffix("") if path.name else path).as_posix()


class Verdict(Lenient):
    """One line of `documents.jsonl`; `fields` are used to find people's decisions only."""

    id: str
    verdict: str
    pages_missing: tuple[str, ...] = ()
    fields_missing: tuple[str, ...] = ()
    fields: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict[str, Mapping[str, Any]])

    @property
    def by_people(self) -> bool:
        """True when a person decided a number of the document."""
        return any(field.get("decision") is not None for field in self.fields.values())


@dataclass(frozen=True)
class Results:
    """A folder of results.

    Attributes:
        path: of `photos.jsonl`.
        readings: its records.
        verdicts: the machine's, by document id; empty where there is no `documents.jsonl`.
        faults: lines that could not be used.
        decided: documents with people's decisions, which are not evaluated.
    """

    path: Path
    readings: tuple[ReadRecord, ...]
    verdicts: Mapping[str, str]
    faults: tuple[Fault, ...]
    decided: int = 0


def read_results(path: Path) -> Results:
    """Read a folder of results, or a `photos.jsonl` alone.

    Raises:
        ocr_recap.batch.audit.EditedError: files of the folder are not as published.
        InputUnusable: there are no results, or none of their lines can be used.
        OSError: the results cannot be read.
    """
    file = path / PHOTOS_FILE if path.is_dir() else path
    if not file.is_file():
        raise InputUnusable("no_readings", path=path, file=PHOTOS_FILE)
    if file.name == PHOTOS_FILE:
        refuse_edits(file.parent)
    readings: list[ReadRecord] = []
    faults: list[Fault] = []
    for number, line in read_lines(file):
        try:
            readings.append(ReadRecord.model_validate_json(line))
        except ValidationError as fault:
            faults.append(broken_line(file, number, fault))
    verdicts: dict[str, str] = {}
    decided = 0
    pages: dict[str | None, set[str | None]] = defaultdict(set)
    for reading in readings:
        if reading.counts and reading.page is not None:
            pages[reading.document].add(reading.status)
    documents = file.with_name(DOCUMENTS_FILE)
    for number, line in read_lines(documents) if documents.is_file() else ():
        try:
            document = Verdict.model_validate_json(line)
            decided += document.by_people
            verdicts[document.id] = _machines(document, pages[document.id]) if document.by_people else document.verdict
        except ValidationError as fault:
            faults.append(broken_line(documents, number, fault))
    if not readings and faults:
        raise InputUnusable("results_line", where=faults[0].where, why=Wording(faults[0].id, faults[0].en))
    return Results(file, tuple(readings), verdicts, tuple(faults), decided)


def _machines(document: Verdict, said: Collection[str | None]) -> str:
    """The verdict without people's decisions: the worst status of the pages that count, as in `document.settle`."""
    if not said:
        return "problem"
    worst = next((status for status in ("inconsistent", "review") if status in said), "settled")
    missing = document.pages_missing or document.fields_missing
    return "incomplete" if worst == "settled" and missing else worst
