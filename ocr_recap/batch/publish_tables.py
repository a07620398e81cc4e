"""Phase two of publishing: tables, report and hashes, from a folder of results alone.

It starts from `photos.jsonl`, `documents.jsonl`, `templates/`, `run.json` and `decisions.jsonl`, after an audit
(`audit`). Every document is decided again from its records and people's decisions, and all other files are written.
What was read and pictures are never changed, and the log only grows. Without new decisions the same bytes are written.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
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
from ..records.decisions import Decision, Decisions, Number, counting_numbers, fold, rulings
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
    picture_name,
)
from ..records.grouping import Group, regroup
from ..records.record import Problem, Record
from ..records.review_order import settles
from ..records.run_info import RunInfo, read_run
from ..report import table_formats
from ..report.csv_tables import DocumentRow, document_row, missing_rows
from ..report.document_pages import ReportPages
from ..report.index_page import index_html
from ..report.result_table import Listed, listed, listed_missing, result_tables
from ..report.review_csv import Row
from ..report.review_csv import rows as review_rows
from ..report.table_writer import Ending, Target
from ..report.view_model import ShownPhoto, Totals
from . import checksums
from .audit import Acceptance, Examined, examine
from .install import install, keep_filled, recover
from .lock import held

_Line = TypeVar("_Line", Document, Record)


@dataclass(frozen=True)
class Tables:
    """The summary of a folder of results.

    Attributes:
        totals: over all photos.
        documents: a row per document, then per missing station.
        problems: of documents, with the document's id.
        idle: decisions without effect: their photo is missing, is read as another page, or does not count.
        kept: new names of a filled-in `review.csv` and a changed `tables.xlsx`, which were renamed before replacement.
        events: lines that were added to the log beside decisions: accepted edits, a log of an older version.
        sums: the SHA-256 of `SHA256SUMS`, for people to write down.
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
    """An audited folder of results: its run, its forms by id in the order of its tables, and the audit."""

    folder: Path
    run: RunInfo
    forms: dict[str, Template]
    examined: Examined

    @property
    def log(self) -> Log:
        """The log with people's decisions."""
        return self.examined.log

    def grown(self, new: Sequence[Decision]) -> Opened:
        """The folder with further decisions, which count once `write` has written them."""
        return replace(self, examined=replace(self.examined, log=self.log.grown(new))) if new else self


def rewrite(folder: str | Path, accept: Acceptance | None = None) -> Tables:
    """Write documents, tables and report of a folder of results again.

    Args:
        folder: made by `ocr-recap read`.
        accept: the acceptance of edited files, if there is one.

    Raises:
        ocr_recap.batch.audit.EditedError: files that results are made from were edited.
        InputUnusable: the folder does not exist or holds no results.
        FolderBusy: another process uses the folder.
        CannotWrite: the folder cannot be written.
    """
    folder = Path(folder)
    with at_work(folder, accept):
        return write(opened(folder, accept=accept))


@contextmanager
def at_work(folder: Path, accept: Acceptance | None = None) -> Generator[None, None, None]:
    """Hold the lock of a folder of results, and first finish an interrupted replacement (`install.recover`).

    Raises:
        InputUnusable: the folder does not exist or holds no results.
        FolderBusy: another process uses the folder.
        CannotWrite: the folder cannot be written.
    """
    if not (folder / READY_FOLDER).is_dir():
        read_run(folder)  # first, so that no lock file is made in a folder that holds no results
    try:
        with held(folder):
            recover(folder, discard=accept is not None)
            yield
    except OSError as fault:
        raise CannotWrite("results_unwritable", folder=folder, why=system_reason(fault)) from None


def write(results: Opened, answered: Collection[Path] = (), just_read: bool = False) -> Tables:
    """Write documents, tables and report, for a caller who holds the lock; one document is in memory at a time.

    Args:
        results: the audited folder, with new decisions if there are any.
        answered: filled-in tables whose answers have all been taken, so that they need not be kept.
        just_read: whether phase one has just written the folder's documents, without people's decisions.

    Raises:
        FolderDamaged: the folder holds lines of another version.
        OSError: the folder cannot be written.
    """
    folder, run, forms, log = results.folder, results.run, results.forms, results.log
    decisions, used = rulings(log.decisions), tuple(forms.values())
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
        target = Target(stage, folder, used, run.dialect, run.names, run.language, stack)
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
                totals.add(record, shown.template)
                counting.update(counting_numbers(record).values() if record.counts else ())
        pages.close()
        form = used[0] if len(used) == 1 else None
        missing = [_named(row, run) for row in missing_rows(rows, run.stations_without_photos, form)]
        for writer in writers:
            writer.close(Ending(rows, missing, questions))
    with (stage / REPORT_FILE).open("wb") as file:
        results_of = result_tables([*entries, *map(listed_missing, missing)], used)
        file.writelines(index_html(results_of, totals, run, questions, log.events))
    _sum_up(folder, stage, results.examined)
    kept = keep_filled(folder, answered)
    install(stage, folder)
    idle = tuple(ruling.last for number, ruling in decisions.items() if number not in counting)
    found = totals, (*rows, *missing), tuple(problems), idle, kept
    return Tables(*found, results.examined.events, checksums.of(folder / SUMS_FILE))


def _named(row: DocumentRow, run: RunInfo) -> DocumentRow:
    return replace(row, region=region_names.region_of(row.station)) if run.names else row


def opened(folder: Path, known: Iterable[Template] = (), accept: Acceptance | None = None) -> Opened:
    """Audit a folder of results and load its forms, for a caller who holds its lock.

    Args:
        folder: of results.
        known: forms that are loaded already; the others are read from the folder.
        accept: the acceptance of edited files, if there is one.

    Raises:
        ocr_recap.batch.audit.EditedError: files that results are made from were edited.
        InputUnusable: the folder does not exist or holds no results.
        FolderDamaged: this version cannot use the folder.
        WrongUse: the folder's tables have a format that is not in the registry.
        ExtraMissing: an extra that the folder's tables need is not installed.
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
    """Read the records of a `photos.jsonl`, in its order.

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
    """Decide the documents of a folder from its records and people's decisions.

    Args:
        folder: of results, locked.
        forms: by id, as in `Opened`.
        decisions: what people decided, by number.
        just_read: whether documents without decisions are kept as phase one wrote them, instead of decided again.

    Yields:
        Each document with its records, documents in their order, records in input order.

    Raises:
        FolderDamaged: a line is not of this version.
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
    """The group of a document, without the effects of people's decisions."""
    own = tuple(p for p in known.problems if p.code in OF_GROUPING)
    return regroup(known.id, known.station, known.template, readings, own)


def _places(folder: Path) -> dict[str, list[int]]:
    """Offsets in `photos.jsonl` of the lines of each document's photos, by the document's id."""
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
    if record.is_withdrawn or any(p.code == "duplicate_photo" for p in record.problems):
        return ()
    names = (f"{kind}/{picture_name(record.photo.file, record.photo.sha256, record.photo.frame)}" for kind in PICTURES)
    return tuple(name for name in names if (folder / name).is_file())


def _sum_up(folder: Path, stage: Path, examined: Examined) -> None:
    """Write `SHA256SUMS`. Files that are not rewritten keep the hash of the earlier list or of their acceptance."""
    before = checksums.read(folder) | {edit.name: edit.found for edit in examined.edits if edit.found}
    made = {path.relative_to(stage).as_posix() for path in stage.rglob("*") if path.is_file()}
    kept = (name for name in before if (folder / name).is_file() and not name.startswith(f"{REPORT_PAGES}/"))
    known = {name: before[name] for name in kept}
    checksums.write(stage, {**known, **{name: checksums.of(stage / name) for name in made}})
