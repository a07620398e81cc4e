"""Phase one of publishing: writes records, documents and pictures from the journal of a batch.

Phase two, `publish_tables`, writes everything else from them. Both phases write into a separate folder, which then
replaces the results before it (`install`), so that results are never half-written.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..forms.template import Template
from ..read.reader import Reader
from ..records.decision_log import Log
from ..records.document import settle_all
from ..records.folder import (
    DECISIONS_FILE,
    DOCUMENTS_FILE,
    JOURNAL_FILE,
    PART_FOLDER,
    PHOTOS_FILE,
    PICTURES,
    RUN_FILE,
    TEMPLATES,
    picture_name,
)
from ..records.grouping import group, sighting
from ..records.record import Problem, Record, problem
from ..records.run_info import RunInfo
from ..report.view_model import Totals
from . import checksums
from .audit import EditedError, Examined
from .install import install, keep_filled
from .jobs import Planned
from .journal import Journal, JournalEntry
from .plan_rows import Publication
from .publish_tables import Tables, opened, write
from .run_info_builder import now
from .withdrawals import Withdrawals, replanned, withdrawn_record


@dataclass(frozen=True)
class PhotoRow:
    """The result of one photo for a listing. `file` is its label, with the frame; `page` is (template id, page id).

    `accepted`, `review` and `blank` count the numbers that are taken from the photo, without dates; `not_in_photo` all
    those that the photo does not show.
    """

    file: str
    page: tuple[str, str] | None
    accepted: int
    review: int
    blank: int
    not_in_photo: int
    status: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Published:
    """The results of a batch: a row per photo as read, and the tables."""

    rows: tuple[PhotoRow, ...]
    tables: Tables


def publish(
    out: Path,
    wanted: Publication,
    reader: Reader,
    run: RunInfo,
    journal: Journal,
    examined: Examined | None = None,
) -> Published:
    """Publish the results of a batch.

    Args:
        out: the folder of results.
        wanted: all photos, and what lists say about their stations.
        reader: that read them.
        run: description of the run; its roll lists the stations.
        journal: with the result of each photo; pictures beside it are kept there.
        examined: the audit of `out`, with people's decisions of an earlier batch, which are applied again.

    Raises:
        EditedError: a result in the journal was changed since it was saved.
        OSError: `out` cannot be written.
    """
    stage, examined = out / PART_FOLDER, examined or Examined(Log())
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    if examined.log.content:
        (stage / DECISIONS_FILE).write_bytes(examined.log.content)
    rows = _readings(stage, wanted, reader, run, journal, examined.log.withdrawals)
    tables = write(opened(stage, reader.templates), just_read=True)
    kept = keep_filled(out)
    install(stage, out)
    return Published(rows, replace(tables, kept=kept, events=examined.events))


def _readings(
    stage: Path, wanted: Publication, reader: Reader, run: RunInfo, journal: Journal, withdrawals: Withdrawals
) -> tuple[PhotoRow, ...]:
    """Write the files that `publish_tables.write` starts from, with one document in memory at a time."""
    forms = {form.id: form for form in reader.templates}
    plan = replanned([one.planned for one in wanted.photos], withdrawals)

    def entry_of(index: int) -> JournalEntry:
        entry, gone = _entry(plan[index], plan, reader, journal), withdrawals.get(plan[index].job.known_by)
        # The pictures of a withdrawn photo stay, or it would be read again.
        return entry if gone is None else replace(entry, record=withdrawn_record(entry.record, gone))

    places = [one.place for one in wanted.photos]
    sightings = [sighting(entry_of(index).record, place) for index, place in enumerate(places)]
    groups = group(sightings, run.roll, [form.id for form in reader.templates])
    pictures: dict[str, str] = {}
    for name in PICTURES:
        (stage / name).mkdir()
    rows: dict[int, PhotoRow] = {}
    lines: dict[int, tuple[int, int]] = {}  # offset and length of each photo's line in the temporary file
    used: set[str] = set()
    stations: set[str | None] = set()

    def load(index: int) -> Record:
        job = plan[index].job
        entry = entry_of(index)
        for kind, sha256 in entry.pictures.items():
            name = f"{kind}/{picture_name(job.name, job.sha256, job.frame)}"
            # A withdrawn photo and the copy that counts in its place may have pictures of one name.
            if name not in pictures and (path := journal.picture(kind, sha256, job, entry.file)) is not None:
                _link_or_copy(path, stage / name)
                pictures[name] = sha256
        return entry.record

    spool = stage / f"{PHOTOS_FILE}.spool"
    with spool.open("w+b") as unordered, (stage / DOCUMENTS_FILE).open("wb") as documents:
        for document, records in settle_all(groups, load, forms, wanted.lists):
            documents.write((document.to_json() + "\n").encode())
            used.update([document.template] if document.template else [])
            stations.add(document.station.code)
            for index, record in records:
                line = (record.to_json() + "\n").encode()
                lines[index] = unordered.tell(), len(line)
                unordered.write(line)
                rows[index] = _row(record, forms)
        with (stage / PHOTOS_FILE).open("wb") as photos:
            for index in range(len(plan)):
                start, length = lines[index]
                unordered.seek(start)
                photos.write(unordered.read(length))
    spool.unlink()
    (stage / TEMPLATES).mkdir()
    kept = [form for form in reader.templates if form.id in used] or list(reader.templates)
    for form in kept:
        (stage / TEMPLATES / f"{form.id}.yaml").write_bytes(form.yaml.encode())
    run.model_copy(
        update={
            "finished": now(),
            "templates": {form.id: form.sha256 for form in kept},
            "stations_without_photos": tuple(code for code in run.roll or () if code not in stations),
        }
    ).save(stage)
    log = [DECISIONS_FILE] if (stage / DECISIONS_FILE).is_file() else []
    names = [PHOTOS_FILE, DOCUMENTS_FILE, RUN_FILE, *log, *(f"{TEMPLATES}/{form.id}.yaml" for form in kept)]
    checksums.write(stage, {**pictures, **{name: checksums.of(stage / name) for name in names}})
    return tuple(rows[index] for index in range(len(plan)))


def _link_or_copy(path: Path, to: Path) -> None:
    """Make a hard link to a file, or a copy where the file system has no hard links."""
    try:
        to.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, to)


def _entry(planned: Planned, plan: Sequence[Planned], reader: Reader, journal: Journal) -> JournalEntry:
    job = planned.job
    if planned.first is not None:
        first = _entry(plan[planned.first], plan, reader, journal).record
        return JournalEntry(_duplicate(first, job.name), {}, job.name)
    if (entry := journal.load(job)) is not None:
        return entry
    if job.label in journal.changed:
        raise EditedError("reading_changed", file=JOURNAL_FILE, photo=job.label)
    lost = reader.unread(job.name, job.frame, "internal_error", sha256=job.sha256, error="result lost")
    return JournalEntry(lost, {}, job.name)


def _duplicate(first: Record, name: str) -> Record:
    """The record of a copy, `name`, from the record of its original, `first`."""
    return Record(
        photo=first.photo.model_copy(update={"file": name}),
        page=None,
        fields={},
        status="problem",
        problems=(problem("duplicate_photo", first=first.photo.file), *(first.problems if first.page is None else ())),
        provenance=first.provenance.model_copy(update={"template_sha256": None}),
    )


def _row(record: Record, forms: Mapping[str, Template]) -> PhotoRow:
    totals = Totals()
    totals.add(record, forms.get(record.page.template) if record.page else None)
    page = (record.page.template, record.page.page) if record.page else None
    unseen = sum(field.status == "not_in_photo" for field in record.fields.values())
    counts = totals.accepted, totals.review, totals.blank, unseen
    return PhotoRow(record.photo.label, page, *counts, record.status, record.problems)
