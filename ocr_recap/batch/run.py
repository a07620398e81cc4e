"""Runs a batch: reads the photos of a command line and publishes them in a folder of results.

Results do not depend on the number of workers or on the executor. A photo that kills its process becomes a record with
a problem. An interrupted batch continues when it is started again with the same photos and folder.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from ..messages.errors import CannotWrite, InputUnusable, WorkersFailed, system_reason
from ..read.reader import Reader
from ..read.workers.file_limits import FileLimits
from ..read.workers.supervisor import CannotStart, Supervisor
from ..records.decision_log import LogEvent
from ..records.decisions import Decision
from ..records.folder import REPORT_FILE, RUN_FILE, SUMS_FILE
from ..records.options import Options
from ..records.record import Problem, label
from ..records.region_names import require as require_regions
from ..records.rows import Row, data_frame
from ..records.run_info import RunInfo
from ..records.station_codes import Naming, Place, naming, place
from ..records.station_facts import FactColumns, FactList, listed_fields
from ..records.station_lists import read_manifest
from ..report.csv_tables import DOCUMENT_COLUMNS, DocumentRow
from ..report.table_formats import require as require_tables
from ..report.table_formats import to_fill_in
from ..report.view_model import Totals
from . import checksums
from .audit import Examined, examine
from .executor import Setup
from .inputs import Collected, Input, collect, with_incoming
from .install import recover
from .jobs import Job
from .journal import Journal, Kept, fingerprint
from .lock import held
from .options import BatchOptions
from .plan import File, Making, Queue, frames_of, planned, survey
from .plan_rows import PlacedJob, Publication, packed, packed_lists
from .publish_readings import PhotoRow, Published, publish
from .run_info_builder import now, run_info

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["BatchOptions", "BatchResult", "Collected", "Input", "PhotoRow", "Progress", "collect", "run"]

Progress = Callable[[int, int, str], None]

_PHOTOS_PER_WORKER = 4  # least number of photos for which a process is started, which takes about 1 s; by judgement
_MOST_WORKERS = 8  # default number of workers on machines with more cores; by judgement
_PUBLISHED = TypeAdapter(Published)  # the summary in the journal


@dataclass(frozen=True)
class BatchResult:
    """A finished batch.

    `documents` ends with the stations of the roll without photos. `document_problems` are problems with the document's
    id. `resumed` is the number of photos whose results an earlier run had left. `idle` are decisions without effect.
    `kept` are the new names of filled-in tables. `unchanged`: all results were in place, and nothing was written.
    `events` are lines that were added to the log beside decisions. `sums` is the SHA-256 of `SHA256SUMS`. `changed` are
    photos whose results in the journal had been altered and which were read again.
    """

    out: Path
    totals: Totals
    rows: tuple[PhotoRow, ...]
    documents: tuple[DocumentRow, ...]
    document_problems: tuple[tuple[str, Problem], ...]
    skipped: tuple[str, ...]
    resumed: int
    idle: tuple[Decision, ...] = ()
    kept: tuple[str, ...] = ()
    unchanged: bool = False
    events: tuple[LogEvent, ...] = ()
    sums: str = ""
    changed: tuple[str, ...] = ()

    @property
    def report(self) -> Path:
        """The page to open first."""
        return self.out / REPORT_FILE

    def to_rows(self) -> list[Row]:
        """A dict per document, with the names of `stations.csv` and plain values.

        After `review_count` comes each count of the forms read: the accepted number, or None. Pages and persons have
        spaces or commas between them, as in the table.
        """
        counts = self._counts()
        return [
            {
                "document": row.id or None,
                "station": row.station,
                "template": row.template,
                "pages_present": " ".join(row.pages_present),
                "pages_missing": " ".join(row.pages_missing),
                "fields_missing": " ".join(row.fields_missing),
                "verdict": row.verdict,
                "review_count": row.review_count,
                **{name: row.accepted.get(name) for name in counts},
                "decided_by": ", ".join(row.decided_by),
            }
            for row in self.documents
        ]

    def to_pandas(self) -> DataFrame:
        """The rows of `to_rows` as a table of pandas; counts are `Int64`, with `<NA>` for None.

        Raises:
            ocr_recap.messages.errors.ExtraMissing: pandas is not installed.
        """
        counts = self._counts()
        return data_frame(self.to_rows(), (*DOCUMENT_COLUMNS, *counts, "decided_by"), ("review_count", *counts))

    def _counts(self) -> tuple[str, ...]:
        """The counts of all documents; one that several forms have comes once."""
        return tuple(dict.fromkeys(name for row in self.documents for name in row.accepted))


def run(
    inputs: Iterable[str | Path] | Collected,
    out: str | Path,
    options: BatchOptions | None = None,
    progress: Progress | None = None,
) -> BatchResult:
    """Read photos into a folder of results.

    docs/reference/records.md describes the folder, docs/how-to/batch.md the course of a batch.

    Args:
        inputs: files and folders, or the result of `collect`.
        out: folder of results, which is made if necessary. Results of an earlier batch in it are replaced.
        options: of the batch.
        progress: called with the number of photos done, the number of all photos and the name of the last one; each
            page of a PDF counts as a photo. An exception of `progress` ends the batch; the next call with the same
            arguments continues it.

    Raises:
        ocr_recap.batch.audit.EditedError: results of an earlier batch in `out` were edited, and the edits are not
            accepted.
        ocr_recap.messages.errors.OcrRecapError: by its class: no photos, an extra that is not installed, a table that
            cannot be used, another process in `out`, workers that do not start, or `out` cannot be written.
        ocr_recap.messages.errors.TemplateError: a template of the options is unknown or wrong.
    """
    started, out, options = now(), Path(out), options or BatchOptions()
    _require_extras(options)
    collected = inputs if isinstance(inputs, Collected) else collect(inputs, out)
    collected = with_incoming(collected, out)
    _refuse_to_lose(collected, out)
    reader = Reader(options.reading)
    roll = options.roll(listed_fields(reader.templates))
    options = replace(options, stations=roll)
    lists = ((roll.facts,) if roll else ()) + _manifest_facts(options, reader, collected)  # refused before writing
    supervisor = supervisor_for(options, reader, len(collected.photos))
    try:
        out.mkdir(parents=True, exist_ok=True)
        with held(out), closing(Journal(out)) as journal:
            recover(out, discard=options.accept is not None)
            examined = examine(out, options.accept)  # refused now, not after hours of reading
            journal.begin(options.kind)
            queue = Queue(journal, reader, options.kind, FileLimits(options.limits))
            with supervisor:
                naming = _read(collected, queue, supervisor, options, progress)
            run = run_info(
                reader,
                options,
                started=started,
                workers=supervisor.size,
                resumed=queue.resumed,
                photos=len(queue.plan),
                skipped=collected.skipped,
            )
            photos = tuple(PlacedJob(one, place_of(one.job, naming)) for one in queue.plan)
            wanted = Publication(photos, lists)
            published, anew = published_once(out, wanted, queue, run, examined)
            journal.finish(wanted)
    except CannotStart as fault:
        raise WorkersFailed("readers_not_started", why=fault.data["why"]) from None
    except OSError as fault:
        raise CannotWrite("folder_unwritable", folder=out, why=system_reason(fault)) from None
    return result_of(out, published, anew, queue, collected.skipped)


def result_of(out: Path, published: Published, anew: bool, queue: Queue, skipped: tuple[str, ...]) -> BatchResult:
    """The finished batch; `anew`: whether its results were written now."""
    tables = published.tables
    found = tables.totals, published.rows, tables.documents, tables.problems
    kept, events = (tables.kept, tables.events) if anew else ((), ())
    last = tables.idle, kept, not anew, events, tables.sums, queue.journal.changed
    return BatchResult(out, *found, skipped, queue.resumed, *last)


def _manifest_facts(options: BatchOptions, reader: Reader, collected: Collected) -> tuple[FactList, ...]:
    """What the manifest says about stations; nothing without a manifest.

    Raises:
        InputUnusable, TableFaulty: the manifest cannot be used.
        OSError: the manifest cannot be read.
    """
    if options.manifest is None:
        return ()
    columns = FactColumns(listed_fields(reader.templates))
    read_manifest(options.manifest, (photo.name for photo in collected.photos), any_frame=True, columns=columns)
    return (columns.found("manifest", checksums.of(Path(options.manifest))),)


def _require_extras(options: BatchOptions) -> None:
    """Check that the extras of the options are installed.

    Raises:
        WrongUse: a format of tables is unknown.
        ExtraMissing: an extra is not installed.
    """
    require_tables(options.formats)
    if options.names:
        require_regions()


def supervisor_for(options: BatchOptions, reader: Reader, files: int) -> Supervisor:
    """The supervisor of the workers of a batch of `files` files.

    Raises:
        WrongUse: the registry has no such executor.
        ExtraMissing: the executor is not installed.
        WorkersFailed: the executor cannot be reached.
    """
    place = options.place
    size = _workers(options, files)
    hire = place.hire(Setup(reader.options, options.limits, reader, size, options.ship))
    return Supervisor(hire, size, options.limits, eager=not place.in_this_process)


def _workers(options: BatchOptions, photos: int) -> int:
    """The number of workers for `photos` photos; at least 1."""
    if options.place.in_this_process:
        return 1
    return usual_workers(photos) if options.workers is None else options.workers


def _read(
    collected: Collected, queue: Queue, supervisor: Supervisor, options: BatchOptions, progress: Progress | None
) -> Naming:
    """Read all photos without a result into the journal; return the settings to find the photos' stations.

    Raises:
        InputUnusable, TableFaulty: the manifest cannot be used.
        CannotStart: workers do not start.
        OSError: the journal cannot be written.
    """
    reader, journal = queue.reader, queue.journal
    files = survey(collected.photos, journal, supervisor, again=options.kind != "read")
    naming = _naming(options.manifest, files, reader.options)
    most = reader.options.max_frames
    total = sum(len(frames_of(file, most)) for file in files)
    supervisor.size = min(_workers(options, total), total)
    journal.expect(total, supervisor.size)
    jobs = planned(files, Making(fingerprint(reader), most, options.overlay, options.save_pages))
    queue.work(supervisor, jobs, lambda done, name: progress(done, total, name) if progress else None)
    return naming


def place_of(job: Job, by: Naming) -> Place:
    """The station and folder of a photo, by its name, its path and the manifest."""
    return place(job.name, by, job.path.as_posix(), job.frame)


def published_once(
    out: Path, wanted: Publication, queue: Queue, run: RunInfo, examined: Examined
) -> tuple[Published, bool]:
    """Publish the photos unless they are published already; return the results, and whether they were written now."""
    digest = _digest(wanted, run)
    before = None if queue.read or examined.events else _as_published(out, queue.journal, digest)
    if before is not None:
        return before, False
    published = publish(out, wanted, queue.reader, run, queue.journal, examined)
    queue.journal.keep(Kept(digest, checksums.of(out / SUMS_FILE), _PUBLISHED.dump_json(published).decode()))
    return published, True


def usual_workers(photos: int) -> int:
    """The default number of workers for this machine's cores and a number of photos."""
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else (os.cpu_count() or 1)
    return max(1, min(cores, _MOST_WORKERS, photos // _PHOTOS_PER_WORKER))


def _naming(manifest: str | Path | None, files: Sequence[File], options: Options) -> Naming:
    """The settings to find the stations of these photos, from the manifest and the options.

    Raises:
        InputUnusable, TableFaulty: the manifest cannot be used.
    """
    # All frames of a file, or the one that was chosen.
    names = (label(file.photo.name, frame) for file in files for frame in frames_of(file, file.frames))
    rows = read_manifest(manifest, names) if manifest is not None else {}
    return naming(rows, options.station_pattern, options.folder_is_document)


def _digest(wanted: Publication, run: RunInfo) -> str:
    """A hash of everything that results depend on, except people's decisions."""
    digest = hashlib.sha256()
    how = run.model_dump(mode="json", exclude={"started", "finished", "workers", "resumed", "executor", "limits"})
    digest.update(json.dumps(how, sort_keys=True).encode())
    digest.update(packed_lists(wanted.lists))
    for one in wanted.photos:
        digest.update(packed(one))  # with its station, which may be found by the photo's path
    return digest.hexdigest()


def _as_published(out: Path, journal: Journal, digest: str) -> Published | None:
    """The earlier publication of the same batch, if its files are unchanged; tables to fill in may be changed."""
    kept = journal.kept()
    if kept is None or kept.digest != digest:
        return None
    try:
        if checksums.of(out / SUMS_FILE) != kept.sums:
            return None
        for name, sha256 in checksums.read(out).items():
            if name in to_fill_in() and (out / name).is_file():
                continue
            if checksums.of(out / name) != sha256:
                return None
        return _PUBLISHED.validate_json(kept.summary)
    except (OSError, ValidationError):
        return None


def _refuse_to_lose(collected: Collected, out: Path) -> None:
    """Refuse to replace results when every input path is wrong, as by a mistyped name.

    Raises:
        InputUnusable: there are results, and none of the photos exists.
    """
    if (out / RUN_FILE).is_file() and not any(photo.path.exists() for photo in collected.photos):
        named = ", ".join(photo.name for photo in collected.photos[:3])
        raise InputUnusable("photos_not_there", photos=named, folder=out)
