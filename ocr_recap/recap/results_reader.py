"""Reads a folder of results (`ocr-recap read --out`): what its documents say about stations of one contest.

Only what statements need is taken from `documents.jsonl`, as plain JSON: a document holds all evidence of its numbers,
and a nation has 800,000 documents. The files are checked against `SHA256SUMS` first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ..messages.errors import FolderDamaged
from ..records.folder import DECISIONS_FILE, DOCUMENTS_FILE, PHOTOS_FILE, RUN_FILE, picture_name
from ..records.run_info import read_run
from .folder import refuse_edits
from .level_file import LevelFile
from .statement import Author, Statement, Unread, state

MACHINE: Final = Author(name="ocr-recap", role="reader")
SOURCES: Final = (RUN_FILE, PHOTOS_FILE, DOCUMENTS_FILE, DECISIONS_FILE)  # what results are made from


@dataclass(frozen=True)
class ResultsSaid:
    """What a folder of results says.

    Attributes:
        statements: about stations, in the order of the documents, none superseding another yet.
        without_station: documents of the contest whose station is unknown.
        other_forms: documents of other contests, or without a form.
        lines: the line of `documents.jsonl` of each station, for messages.
    """

    statements: list[Statement] = field(default_factory=list[Statement])
    without_station: list[str] = field(default_factory=list[str])
    other_forms: int = 0
    lines: dict[str, int] = field(default_factory=dict[str, int])


def read_results(folder: Path, origin: str, contest: LevelFile) -> ResultsSaid:
    """Read what the documents of a folder say about stations.

    Args:
        folder: of results.
        origin: name of the folder in statements.
        contest: whose forms and fields count.

    Raises:
        InputUnusable: the folder has no `run.json`.
        FolderDamaged: a file that results are made from is not as published, or cannot be used.
    """
    refuse_edits(folder, SOURCES)
    try:
        finished = _utc(read_run(folder).finished)
    except ValueError:
        raise FolderDamaged("results_unusable", path=folder / RUN_FILE) from None
    said = ResultsSaid()
    for number, document in _documents(folder / DOCUMENTS_FILE):
        form, code = document["template"], document["station"]["code"]
        if form not in contest.forms:
            said = _another(said)
        elif code is None:
            said.without_station.append(document["id"])
        else:
            try:
                said.statements.append(document_statement(document, form, code, origin, contest, finished))
            except (ValueError, TypeError, KeyError, AttributeError):
                raise FolderDamaged("document_line", path=folder / DOCUMENTS_FILE, line=number) from None
            said.lines.setdefault(code, number)
    return said


def _utc(text: str) -> str:
    """A time of `run.json` as statements have it: UTC, whole seconds."""
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _another(said: ResultsSaid) -> ResultsSaid:
    return ResultsSaid(said.statements, said.without_station, said.other_forms + 1, said.lines)


def _documents(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The documents of a file with the numbers of their lines, from 1.

    Raises:
        FolderDamaged: a line is no document, or the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                yield number, _document(path, number, line)
    except OSError:
        raise FolderDamaged("results_unusable", path=path) from None


def _document(path: Path, number: int, line: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
        _ = found["id"], found["station"]["code"], found["template"], found["fields"].items, found["photos"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise FolderDamaged("document_line", path=path, line=number) from None
    return found


def document_statement(
    document: Mapping[str, Any], form: str, code: str, origin: str, contest: LevelFile, finished: str
) -> Statement:
    """What a document says about its station.

    Args:
        document: a line of `documents.jsonl`.
        form, code: its form and station.
        origin: name of the folder in statements.
        contest: whose fields count.
        finished: when it was read, UTC.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: it is no document.
    """
    values: dict[str, int | None] = {}
    unread: dict[str, Unread] = {}
    times = [finished]
    for one in contest.fields:
        field_record = document["fields"].get(one.on(form))
        value, why = _said(field_record)
        if value is not None or why is not None:
            values[one.id] = value
        if why is not None:
            unread[one.id] = why
        times += [field_record["decision"]["at"]] if field_record and field_record.get("decision") else []
    photos = [photo for photo in document["photos"] if photo["counts"]]
    return state(
        contest=contest.id,
        station=code,
        level="station",
        stage="count",
        source="photos",
        origin=origin,
        document=document["id"],
        at=max(times),
        by=MACHINE,
        values=values,
        unread=unread,
        evidence=tuple(sorted({photo["sha256"] for photo in photos})),
        pictures=tuple(picture_name(photo["file"], photo["sha256"], photo["frame"]) for photo in photos),
    )


def _said(number: Mapping[str, Any] | None) -> tuple[int | None, Unread | None]:
    """The value of a number and why there is none; both None for a number in review."""
    if number is None or number["status"] == "not_in_photo":
        return None, "missing"
    if number["status"] == "blank":
        return None, "empty"
    if number["status"] == "accepted" and number["accepted"] is not None:
        return number["accepted"], None
    decision = number.get("decision")
    if decision is not None and decision.get("answer") == "unreadable":
        return None, "illegible"
    return None, None
