"""A folder of results: written beside its place, then moved there, so that nothing in it is ever half-written."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import journal
from .emit import NUMBERS_FILE, OVERLAYS, PAGES, PHOTOS_FILE, REPORT_FILE
from .emit.report import Entry, Language, Totals, report_html
from .emit.tables import numbers_csv
from .journal import Job
from .problems import hint
from .reader import Reader
from .record import Problem, Record, bilingual

_PART = ".part"


@dataclass(frozen=True)
class Planned:
    """A photo of the batch: its job, and the place of the first photo with the same bytes if it is not the first."""

    job: Job
    first: int | None = None


@dataclass(frozen=True)
class PhotoRow:
    """What one photo came to, for a short listing. `page` is (template id, page id)."""

    file: str
    page: tuple[str, str] | None
    accepted: int
    review: int
    blank: int
    status: str
    problems: tuple[Problem, ...]


def publish(
    out: Path, plan: Sequence[Planned], reader: Reader, skipped: Sequence[str], *, language: Language
) -> tuple[tuple[PhotoRow, ...], Totals]:
    """Turn the journal of a batch into its results, then remove the journal; the listing of photos comes last.

    Raises:
        OSError: `out` cannot be written.
    """
    templates = {form.id: form for form in reader.templates}

    def entries() -> Iterator[Entry]:
        return (_entry(planned, plan, reader) for planned in plan)

    part = out / _PART
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    rows: list[PhotoRow] = []
    totals = Totals()
    pictures: set[str] = set()

    def listed() -> Iterator[Record]:
        with (part / PHOTOS_FILE).open("wb") as lines:
            for entry in entries():
                lines.write((entry.record.to_json() + "\n").encode())
                rows.append(_row(entry.record))
                totals.add(entry.record)
                pictures.update(entry.pictures)
                yield entry.record

    # One walk over the records serves both tables: each is read back and checked only once.
    _write(part / NUMBERS_FILE, numbers_csv(listed(), templates))
    _write(part / REPORT_FILE, report_html(entries, totals, templates, skipped=skipped, language=language))
    work = journal.folder(out)
    _move_pictures(out, work, pictures)
    for name in (REPORT_FILE, NUMBERS_FILE, PHOTOS_FILE):
        (part / name).replace(out / name)
    shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(work, ignore_errors=True)
    return tuple(rows), totals


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
    data = {"first": first.photo.file}
    problem = Problem(code="duplicate_photo", data=data, hint=bilingual(hint("duplicate_photo", data)))
    return Record(
        photo=first.photo.model_copy(update={"file": name}),
        page=None,
        fields={},
        status="problem",
        problems=(problem, *(first.problems if first.page is None else ())),
        provenance=first.provenance.model_copy(update={"template_sha256": None}),
    )


def _row(record: Record) -> PhotoRow:
    totals = Totals()
    totals.add(record)
    page = (record.page.template, record.page.page) if record.page else None
    counts = totals.accepted, totals.review, totals.blank
    return PhotoRow(record.photo.file, page, *counts, record.status, record.problems)


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
