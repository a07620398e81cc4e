"""Phase two of publishing: tables, report and hashes, from a folder of results alone.

It starts from `photos.jsonl`, `documents.jsonl`, `templates/` and `run.json`, decides every document again from the
readings, lets a person's decisions in (`Fold`) and writes the rest. Readings and pictures are never changed; without
decisions the same bytes come out again.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from . import sums, template
from .documents import Document, settle
from .emit import (
    DECISIONS_FILE,
    DOCUMENTS_FILE,
    NUMBERS_FILE,
    PHOTOS_FILE,
    PICTURES,
    REPORT_FILE,
    REPORT_PAGES,
    RUN_FILE,
    STATIONS_FILE,
    TEMPLATES,
)
from .emit.index import Listed, index_html, listed, listed_missing
from .emit.report import ReportPages
from .emit.shown import ShownPhoto, Totals
from .emit.tables import DocumentRow, document_row, missing_rows, numbers_head, numbers_rows, stations_csv
from .groups import Group, regroup
from .inputs import BatchError
from .journal import picture_name
from .lock import held
from .problems import OF_GROUPING
from .record import Problem, Record
from .runinfo import RunInfo, read_run
from .template import Template, TemplateError

PART = ".part"
_Line = TypeVar("_Line", Document, Record)

# A document as the machine decided it, its photos' records and its form; returns it with a person's decisions in it.
Fold = Callable[[Document, Sequence[Record], Template | None], Document]


@dataclass(frozen=True)
class Tables:
    """What a folder of results came to: totals, a row per document (then per missing station), and the documents'
    problems with the document's id."""

    totals: Totals
    documents: tuple[DocumentRow, ...]
    problems: tuple[tuple[str, Problem], ...]


def rewrite(folder: str | Path, fold: Fold | None = None) -> Tables:
    """Write documents, tables and report of a folder of results again.

    Args:
        folder: made by `ocr-recap read`.
        fold: called with each document as decided from the readings; what it returns is shown. It may change fields,
            rules, verdict and problems, never which photos there are.

    Raises:
        BatchError: no such folder, its readings were changed, another process is at work in it, or it cannot be
            written.
    """
    folder = Path(folder)
    read_run(folder)  # before a lock is left in a folder that is none of ours
    try:
        with held(folder):
            return write(folder, fold)
    except OSError as fault:
        why = fault.strerror or type(fault).__name__
        raise BatchError(
            f"Folder hasil {folder} tidak dapat ditulis ({why}). Periksa izin dan ruang disk, lalu ulangi.",
            f"The folder of results {folder} cannot be written ({why}). Check permissions and disk space, then repeat.",
        ) from None


def write(folder: Path, fold: Fold | None = None, known: Iterable[Template] = ()) -> Tables:
    """As `rewrite`, for a caller who holds the lock. One document is held at a time.

    Args:
        folder, fold: as for `rewrite`.
        known: forms that are loaded already; the others are read from the folder.

    Raises:
        BatchError: no such folder, or its readings were changed.
        OSError: it cannot be written.
    """
    run = read_run(folder)
    forms = _templates(folder, run, known)
    sums.check(folder, [PHOTOS_FILE])
    stage = folder / PART
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    totals = Totals()
    rows: list[DocumentRow] = []
    entries: list[Listed] = []
    problems: list[tuple[str, Problem]] = []
    pages = ReportPages(stage, forms, run.language)
    with ExitStack() as stack:
        documents = stack.enter_context((stage / DOCUMENTS_FILE).open("wb"))
        numbers = stack.enter_context((stage / NUMBERS_FILE).open("wb"))
        numbers.write(numbers_head(run.dialect))
        for document, records in _decided(folder, forms, fold):
            photos = tuple(ShownPhoto(record, _pictures(folder, record)) for record in records)
            shown = pages.add(document, photos)
            documents.write((document.to_json() + "\n").encode())
            numbers.write(numbers_rows(shown, run.dialect))
            rows.append(document_row(document, shown.template))
            entries.append(listed(shown, rows[-1]))
            problems.extend((document.id, p) for p in document.problems)
            for record in records:
                totals.add(record)
    pages.close()
    used = list(forms.values())
    missing = missing_rows(rows, run.stations_without_photos, used[0] if len(used) == 1 else None)
    with (stage / STATIONS_FILE).open("wb") as stations:
        stations.writelines(stations_csv([*rows, *missing], used, run.dialect))
    with (stage / REPORT_FILE).open("wb") as report:
        report.writelines(index_html([*entries, *map(listed_missing, missing)], totals, run))
    _sum_up(folder, stage)
    sums.install(stage, folder)
    shutil.rmtree(stage, ignore_errors=True)
    return Tables(totals, (*rows, *missing), tuple(problems))


def photos_jsonl(path: str | Path) -> Iterator[Record]:
    """The records of a `photos.jsonl`, in its order.

    Raises:
        OSError: the file cannot be read.
        pydantic.ValidationError: a line is no record of this version.
    """
    with Path(path).open(encoding="utf-8") as lines:
        for line in lines:
            yield Record.from_json(line)


def _decided(folder: Path, forms: Mapping[str, Template], fold: Fold | None) -> Iterator[tuple[Document, list[Record]]]:
    """The documents in their order, decided from the readings, with their records in input order.

    Raises:
        BatchError: a line is none of this version.
    """
    places = _places(folder)
    with (folder / PHOTOS_FILE).open("rb") as photos, (folder / DOCUMENTS_FILE).open("rb") as lines:
        for line in lines:
            known = _parsed(Document, line, folder / DOCUMENTS_FILE)
            readings: list[Record] = []
            for place in places.pop(known.id, ()):
                photos.seek(place)
                readings.append(_parsed(Record, photos.readline(), folder / PHOTOS_FILE))
            form = forms.get(known.template or "")
            document, records = settle(_group(known, readings), readings, form)
            if fold is not None:
                document = fold(document, records, form)
                records = [_told(record, document) for record in records]
            yield document, records
    if places:
        raise _unusable(folder / DOCUMENTS_FILE)


def _group(known: Document, readings: Sequence[Record]) -> Group:
    """The group that a document was made of; what a person decided in it is left behind."""
    own = tuple(p for p in known.problems if p.code in OF_GROUPING)
    return regroup(known.id, known.station, known.template, readings, own)


def _told(record: Record, document: Document) -> Record:
    """The record with the document's numbers and rules."""
    if not record.counts:
        return record
    fields = {name: document.fields.get(name, field) for name, field in record.fields.items()}
    rules = tuple(rule for rule in document.rules if not fields.keys().isdisjoint(rule.numbers))
    return record.model_copy(update={"fields": fields, "rules": rules})


def _places(folder: Path) -> dict[str, list[int]]:
    """Where the lines of each document's photos begin, by the document's id."""
    places: dict[str, list[int]] = {}
    start = 0
    with (folder / PHOTOS_FILE).open("rb") as lines:
        for line in lines:
            places.setdefault(json.loads(line)["document"], []).append(start)
            start += len(line)
    return places


def _parsed(kind: type[_Line], line: bytes, path: Path) -> _Line:
    try:
        return kind.from_json(line.decode())
    except (ValidationError, UnicodeDecodeError):
        raise _unusable(path) from None


def _unusable(path: Path) -> BatchError:
    return BatchError(
        f"{path} tidak dapat dipakai oleh versi ini. Baca foto-fotonya lagi dengan ocr-recap read.",
        f"{path} cannot be used by this version. Read the photos again with ocr-recap read.",
    )


def _templates(folder: Path, run: RunInfo, known: Iterable[Template]) -> dict[str, Template]:
    """The forms of the folder, by id, in the order of its tables.

    Raises:
        BatchError: one was changed or cannot be used by this version.
    """
    files = {form: f"{TEMPLATES}/{form}.yaml" for form in run.templates}
    sums.check(folder, [RUN_FILE, *files.values()])
    at_hand = {(form.id, form.sha256): form for form in known}
    try:
        return {
            form: at_hand.get((form, digest)) or template.load(folder / files[form])
            for form, digest in run.templates.items()
        }
    except TemplateError as fault:
        raise BatchError(str(fault), str(fault)) from None


def _pictures(folder: Path, record: Record) -> tuple[str, ...]:
    if any(p.code == "duplicate_photo" for p in record.problems):
        return ()
    names = (f"{kind}/{picture_name(record)}" for kind in PICTURES)
    return tuple(name for name in names if (folder / name).is_file())


def _sum_up(folder: Path, stage: Path) -> None:
    """List every file. What is not written here keeps the hash that it had when it was made."""
    before = sums.read(folder)
    made = {path.relative_to(stage).as_posix() for path in stage.rglob("*") if path.is_file()}
    kept = (name for name in before if (folder / name).is_file() and not name.startswith(f"{REPORT_PAGES}/"))
    known = {name: before[name] for name in kept}
    own = {name: sums.of(stage / name) for name in made}
    if (folder / DECISIONS_FILE).is_file():
        own[DECISIONS_FILE] = sums.of(folder / DECISIONS_FILE)
    sums.write(stage, {**known, **own})
