"""Phase two of publishing: tables, report and hashes, from a folder of results alone.

It starts from `photos.jsonl`, `documents.jsonl`, `templates/`, `run.json` and `decisions.jsonl`, all checked (`audit`),
decides every document again from the readings and from what people decided, and writes the rest. Readings and pictures
are never changed, and the log only grows; without new decisions the same bytes come out again.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from ..forms import template
from ..forms.template import Template
from ..messages.catalog import Wording
from ..messages.errors import CannotWrite, FolderDamaged, TemplateError, system_reason
from ..messages.problems import OF_GROUPING
from ..records import region_names
from ..records.decision_log import Log, LogEvent
from ..records.decisions import Decision, Decisions, Number, fold, latest, numbers_of
from ..records.document import Document, policy_of, settle
from ..records.folder import (
    DECISIONS_FILE,
    DOCUMENTS_FILE,
    PART_FOLDER,
    PHOTOS_FILE,
    PICTURES,
    READY_FOLDER,
    REPORT_FILE,
    REPORT_PAGES,
    SUMS_FILE,
    TEMPLATES,
)
from ..records.grouping import Group, regroup
from ..records.record import Problem, Record
from ..records.review_order import settles
from ..records.run_info import RunInfo, read_run
from ..report import table_formats
from ..report.csv_tables import DocumentRow, document_row, missing_rows
from ..report.document_pages import ReportPages
from ..report.index_page import Listed, index_html, listed, listed_missing
from ..report.review_csv import Row
from ..report.review_csv import rows as review_rows
from ..report.table_writer import Ending, Target
from ..report.view_model import ShownPhoto, Totals
from . import checksums
from .audit import Acceptance, Examined, examine
from .install import install, keep_filled, recover
from .jobs import picture_name
from .lock import held

_Line = TypeVar("_Line", Document, Record)


@dataclass(frozen=True)
class Tables:
    """What a folder of results came to.

    Attributes:
        totals: over all photos.
        documents: a row per document, then per missing station.
        problems: of documents, with the document's id.
        idle: decisions that settle nothing: their photo is not here, is read as another page, or does not count.
        kept: the names under which a filled-in `review.csv` and a changed `tables.xlsx` were put aside for new ones.
        events: lines that the log got beside decisions: edits that were accepted, a log that was taken over.
        sums: the SHA-256 of `SHA256SUMS`, to be written down.
    """

    totals: Totals
    documents: tuple[DocumentRow, ...]
    problems: tuple[tuple[str, Problem], ...]
    idle: tuple[Decision, ...] = ()
    kept: tuple[str, ...] = ()
    events: tuple[LogEvent, ...] = ()
    sums: str = ""


@dataclass(frozen=True)
class Opened:
    """A folder of results that may be written again: how it was made, its forms by id in the order of its tables, and
    what was examined."""

    folder: Path
    run: RunInfo
    forms: dict[str, Template]
    examined: Examined

    @property
    def log(self) -> Log:
        """What people decided."""
        return self.examined.log

    def grown(self, new: Sequence[Decision]) -> Opened:
        """The same with further decisions, which count once it is written."""
        return replace(self, examined=replace(self.examined, log=self.log.grown(new))) if new else self


def rewrite(folder: str | Path, accept: Acceptance | None = None) -> Tables:
    """Write documents, tables and report of a folder of results again.

    Args:
        folder: made by `ocr-recap read`.
        accept: files that were edited, as they are found.

    Raises:
        ocr_recap.batch.audit.EditedError: what results are made of was edited.
        InputUnusable: no such folder.
        FolderBusy: another process is at work in it.
        CannotWrite: it cannot be written.
    """
    folder = Path(folder)
    with at_work(folder, accept):
        return write(opened(folder, accept=accept))


@contextmanager
def at_work(folder: Path, accept: Acceptance | None = None) -> Generator[None, None, None]:
    """Hold a folder of results, after what an earlier command left undone in it was finished.

    Raises:
        InputUnusable: no such folder.
        FolderBusy: another process is at work in it.
        CannotWrite: it cannot be written.
    """
    if not (folder / READY_FOLDER).is_dir():
        read_run(folder)  # before a lock is left in a folder that is none of ours
    try:
        with held(folder):
            recover(folder, discard=accept is not None)
            yield
    except OSError as fault:
        raise CannotWrite("results_unwritable", folder=folder, why=system_reason(fault)) from None


def write(results: Opened, answered: Path | None = None, just_read: bool = False) -> Tables:
    """As `rewrite`, for a caller who holds the lock. One document is held at a time.

    Args:
        results: the folder, with the decisions that it is to hold.
        answered: a filled-in table whose answers have all been taken, so that it need not be kept.
        just_read: the documents in it were put together by this program just now, nothing decided yet.

    Raises:
        FolderDamaged: the folder holds lines of another version.
        OSError: it cannot be written.
    """
    folder, run, forms, log = results.folder, results.run, results.forms, results.log
    decisions, used = latest(log.decisions), tuple(forms.values())
    stage = folder / PART_FOLDER
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    if log.content:
        (stage / DECISIONS_FILE).write_bytes(log.content)
    totals = Totals()
    rows: list[DocumentRow] = []
    entries: list[Listed] = []
    problems: list[tuple[str, Problem]] = []
    questions: list[Row] = []
    counting: set[Number] = set()
    pages = ReportPages(stage, forms, run.language)
    with ExitStack() as stack:
        documents = stack.enter_context((stage / DOCUMENTS_FILE).open("wb"))
        target = Target(stage, folder, used, run.dialect, run.names, stack)
        writers = [form.begin(target) for form in table_formats.chosen(run.tables)]
        for document, records in decided(folder, forms, decisions, just_read):
            photos = tuple(ShownPhoto(record, _pictures(folder, record)) for record in records)
            shown = pages.add(document, photos)
            documents.write((document.to_json() + "\n").encode())
            rows.append(_named(document_row(document, shown.template), run))
            for writer in writers:
                writer.add(shown, rows[-1])
            entries.append(listed(shown, rows[-1]))
            questions += review_rows(shown, settles(document, shown.template, policy_of(records)), run.language)
            problems.extend((document.id, p) for p in document.problems)
            for record in records:
                totals.add(record)
                counting.update(numbers_of(record).values() if record.counts else ())
        pages.close()
        form = used[0] if len(used) == 1 else None
        missing = [_named(row, run) for row in missing_rows(rows, run.stations_without_photos, form)]
        for writer in writers:
            writer.close(Ending(rows, missing, questions))
    with (stage / REPORT_FILE).open("wb") as file:
        file.writelines(index_html([*entries, *map(listed_missing, missing)], totals, run, log.events))
    _sum_up(folder, stage, results.examined)
    kept = keep_filled(folder, answered)
    install(stage, folder)
    idle = tuple(decision for number, decision in decisions.items() if number not in counting)
    found = totals, (*rows, *missing), tuple(problems), idle, kept
    return Tables(*found, results.examined.events, checksums.of(folder / SUMS_FILE))


def _named(row: DocumentRow, run: RunInfo) -> DocumentRow:
    return replace(row, region=region_names.region_of(row.station)) if run.names else row


def opened(folder: Path, known: Iterable[Template] = (), accept: Acceptance | None = None) -> Opened:
    """Check a folder of results, for a caller who holds its lock.

    Args:
        folder: of results.
        known: forms that are loaded already; the others are read from the folder.
        accept: files that were edited, as they are found.

    Raises:
        ocr_recap.batch.audit.EditedError: what results are made of was edited.
        InputUnusable: no such folder.
        FolderDamaged: this version cannot use it.
        WrongUse: its tables have a format that is not in the registry.
        ExtraMissing: an extra that its tables need is not installed.
        OSError: a file cannot be read.
    """
    run = read_run(folder)
    table_formats.require(run.tables)
    if run.names:
        region_names.require()
    files = {form: f"{TEMPLATES}/{form}.yaml" for form in run.templates}
    examined = examine(folder, accept, files.values())
    if not (folder / DOCUMENTS_FILE).is_file():
        raise _unusable(folder / DOCUMENTS_FILE)
    at_hand = {(form.id, form.sha256): form for form in known}
    try:
        forms = {
            form: at_hand.get((form, digest)) or template.load(folder / files[form])
            for form, digest in run.templates.items()
        }
    except TemplateError as fault:
        raise FolderDamaged("template_in_results", folder=folder, why=Wording(fault.id, fault.en)) from None
    return Opened(folder, run, forms, examined)


def photos_jsonl(path: str | Path) -> Iterator[Record]:
    """The records of a `photos.jsonl`, in its order.

    Raises:
        OSError: the file cannot be read.
        pydantic.ValidationError: a line is no record of this version.
    """
    with Path(path).open("rb") as lines:
        for line in lines:
            yield Record.from_json(line.decode())


def decided(
    folder: Path, forms: Mapping[str, Template], decisions: Decisions, just_read: bool = False
) -> Iterator[tuple[Document, list[Record]]]:
    """The documents in their order with their records in input order, from the readings and what people decided.

    Args:
        folder: of results, under lock.
        forms: as `opened` gives them.
        decisions: that count.
        just_read: documents that no decision is about stand as they are, and are not weighed a second time.

    Raises:
        FolderDamaged: a line is none of this version.
    """
    places = _places(folder)
    with (folder / PHOTOS_FILE).open("rb") as photos, (folder / DOCUMENTS_FILE).open("rb") as lines:
        for line in lines:
            known = _parsed(Document, line, folder / DOCUMENTS_FILE)
            read: list[Record] = []
            for place in places.pop(known.id, ()):
                photos.seek(place)
                read.append(_parsed(Record, photos.readline(), folder / PHOTOS_FILE))
            readings = [fold(record, decisions) for record in read]
            if just_read and all(folded is record for folded, record in zip(readings, read, strict=True)):
                yield known, readings
            else:
                yield settle(_group(known, readings), readings, forms.get(known.template or ""))
    if places:
        raise _unusable(folder / DOCUMENTS_FILE)


def _group(known: Document, readings: Sequence[Record]) -> Group:
    """The group that a document was made of; what a person decided in it is left behind."""
    own = tuple(p for p in known.problems if p.code in OF_GROUPING)
    return regroup(known.id, known.station, known.template, readings, own)


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


def _unusable(path: Path) -> FolderDamaged:
    return FolderDamaged("results_unusable", path=path)


def _pictures(folder: Path, record: Record) -> tuple[str, ...]:
    if any(p.code == "duplicate_photo" for p in record.problems):
        return ()
    names = (f"{kind}/{picture_name(record.photo.file, record.photo.sha256, record.photo.frame)}" for kind in PICTURES)
    return tuple(name for name in names if (folder / name).is_file())


def _sum_up(folder: Path, stage: Path, examined: Examined) -> None:
    """List every file. What is not written here keeps the hash that it had when it was made, or was accepted with."""
    before = checksums.read(folder) | {edit.name: edit.found for edit in examined.edits if edit.found}
    made = {path.relative_to(stage).as_posix() for path in stage.rglob("*") if path.is_file()}
    kept = (name for name in before if (folder / name).is_file() and not name.startswith(f"{REPORT_PAGES}/"))
    known = {name: before[name] for name in kept}
    checksums.write(stage, {**known, **{name: checksums.of(stage / name) for name in made}})
