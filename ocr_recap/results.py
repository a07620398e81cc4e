"""A folder of results: written beside its place, then moved there, so that nothing in it is ever half-written."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import journal
from .documents import Document, settle_all
from .emit import DOCUMENTS_FILE, NUMBERS_FILE, OVERLAYS, PAGES, PHOTOS_FILE, REPORT_FILE, STATIONS_FILE
from .emit.report import Entry, Language, Totals, report_html
from .emit.tables import Dialect, DocumentRow, document_row, missing_rows, numbers_csv, stations_csv
from .groups import Group, group, sighting
from .journal import Job
from .reader import Reader
from .record import Problem, Record, problem
from .stations import Naming, place

_PART = ".part"


@dataclass(frozen=True)
class Planned:
    """A photo of the batch: its job, and the place of the same frame of an earlier file with the same bytes, if any."""

    job: Job
    first: int | None = None


@dataclass(frozen=True)
class PhotoRow:
    """What one photo came to, for a short listing. `file` names its frame too; `page` is (template id, page id)."""

    file: str
    page: tuple[str, str] | None
    accepted: int
    review: int
    blank: int
    status: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Wanted:
    """How results are put together and written.

    Attributes:
        naming: how to find the stations of photos.
        roll: all stations, if they are known.
        dialect: of the tables.
        language: the report's first one.
    """

    naming: Naming = field(default_factory=Naming)
    roll: tuple[str, ...] | None = None
    dialect: Dialect = "rfc4180"
    language: Language = "id"


@dataclass(frozen=True)
class Published:
    """What a batch came to: a row per photo, a row per document (then per missing station), and the documents' problems
    with the document's id."""

    rows: tuple[PhotoRow, ...]
    totals: Totals
    documents: tuple[DocumentRow, ...]
    problems: tuple[tuple[str, Problem], ...]


def publish(out: Path, plan: Sequence[Planned], reader: Reader, skipped: Sequence[str], wanted: Wanted) -> Published:
    """Turn the journal of a batch into its results, then remove the journal; the listing of photos comes last.

    Raises:
        OSError: `out` cannot be written.
    """
    templates = {form.id: form for form in reader.templates}
    groups = _groups(plan, reader, wanted)
    part = out / _PART
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    rows: list[PhotoRow] = []
    totals = Totals()
    documents: list[DocumentRow] = []
    problems: list[tuple[str, Problem]] = []
    pictures: set[str] = set()

    def listed() -> Iterator[Record]:
        with (part / PHOTOS_FILE).open("wb") as lines, (part / DOCUMENTS_FILE).open("wb") as document_lines:
            for entry, document in _settled(plan, groups, reader):
                if document is not None:
                    document_lines.write((document.to_json() + "\n").encode())
                    documents.append(document_row(document, templates.get(document.template or "")))
                    problems.extend((document.id, p) for p in document.problems)
                lines.write((entry.record.to_json() + "\n").encode())
                rows.append(_row(entry.record))
                totals.add(entry.record)
                pictures.update(entry.pictures)
                yield entry.record

    def entries() -> Iterator[Entry]:
        return (entry for entry, _ in _settled(plan, groups, reader))

    # One walk over the records serves all tables: each is read back and checked only once.
    _write(part / NUMBERS_FILE, numbers_csv(listed(), templates, wanted.dialect))
    forms = [f for f in reader.templates if any(d.template == f.id for d in documents)] or list(reader.templates)
    documents += missing_rows(documents, wanted.roll or (), forms[0] if len(forms) == 1 else None)
    _write(part / STATIONS_FILE, stations_csv(documents, forms, wanted.dialect))
    _write(part / REPORT_FILE, report_html(entries, totals, templates, skipped=skipped, language=wanted.language))
    work = journal.folder(out)
    _move_pictures(out, work, pictures)
    for name in (REPORT_FILE, STATIONS_FILE, NUMBERS_FILE, DOCUMENTS_FILE, PHOTOS_FILE):
        (part / name).replace(out / name)
    shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(work, ignore_errors=True)
    return Published(tuple(rows), totals, tuple(documents), tuple(problems))


def _groups(plan: Sequence[Planned], reader: Reader, wanted: Wanted) -> list[Group]:
    """Which photos make one document. Only a few facts of each photo are held at once."""
    sightings = [
        sighting(_entry(p, plan, reader).record, place(p.job.name, wanted.naming, p.job.path.as_posix(), p.job.frame))
        for p in plan
    ]
    return group(sightings, wanted.roll)


def _settled(
    plan: Sequence[Planned], groups: Sequence[Group], reader: Reader
) -> Iterator[tuple[Entry, Document | None]]:
    """The photos in input order with their documents' decisions, and each document with its first photo."""
    entries: dict[int, Entry] = {}  # of the documents under way
    templates = {form.id: form for form in reader.templates}

    def load(index: int) -> Record:
        entries[index] = _entry(plan[index], plan, reader)
        return entries[index].record

    documents = settle_all(groups, load, templates)
    for index in range(len(plan)):
        document = None
        if index not in entries:  # groups come in the order of their first photos
            document, records = next(documents)
            entries.update((i, replace(entries[i], record=record)) for i, record in records)
        yield entries.pop(index), document


def photos_jsonl(path: str | Path) -> Iterator[Record]:
    """The records of a `photos.jsonl`, in its order.

    Raises:
        OSError: the file cannot be read.
        pydantic.ValidationError: a line is no record of this version.
    """
    with Path(path).open(encoding="utf-8") as lines:
        for line in lines:
            yield Record.from_json(line)


def _entry(planned: Planned, plan: Sequence[Planned], reader: Reader) -> Entry:
    if planned.first is not None:
        return Entry(_duplicate(_entry(plan[planned.first], plan, reader).record, planned.job.name))
    return journal.load(planned.job) or Entry(journal.failed(reader, planned.job, "result lost"))


def _duplicate(first: Record, name: str) -> Record:
    """The record of a photo whose bytes were read before, under the name of `first`."""
    return Record(
        photo=first.photo.model_copy(update={"file": name}),
        page=None,
        fields={},
        status="problem",
        problems=(problem("duplicate_photo", first=first.photo.file), *(first.problems if first.page is None else ())),
        provenance=first.provenance.model_copy(update={"template_sha256": None}),
    )


def _row(record: Record) -> PhotoRow:
    totals = Totals()
    totals.add(record)
    page = (record.page.template, record.page.page) if record.page else None
    counts = totals.accepted, totals.review, totals.blank
    return PhotoRow(record.photo.label, page, *counts, record.status, record.problems)


def _move_pictures(out: Path, work: Path, pictures: set[str]) -> None:
    """Move new pictures into place, and remove those of an earlier batch here that would now contradict the tables."""
    for name in _earlier_pictures(out) - pictures:
        (out / name).unlink(missing_ok=True)
    for name in sorted(pictures):
        (out / name).parent.mkdir(exist_ok=True)
        (work / name).replace(out / name)


def _earlier_pictures(out: Path) -> set[str]:
    try:
        names = {journal.picture_name(record) for record in photos_jsonl(out / PHOTOS_FILE)}
    except (OSError, ValueError):
        return set()
    return {f"{kind}/{name}" for kind in (OVERLAYS, PAGES) for name in names}


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
