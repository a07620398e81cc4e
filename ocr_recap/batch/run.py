"""Photos of a command line to a folder of results: nothing lost, nothing half-written, and never twice the work.

Results do not depend on the number of processes or where they run. A photo that kills its process becomes a record with
a problem; a batch that is interrupted goes on when it is started again with the same photos and the same folder.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ..messages.catalog import Language
from ..messages.errors import CannotWrite, InputUnusable, WorkersFailed, system_reason
from ..read.reader import Reader
from ..read.workers.file_limits import FileLimits
from ..read.workers.limits import Limits
from ..read.workers.supervisor import CannotStart, Crew, Worker
from ..records.decision_log import LogEvent
from ..records.decisions import Decision
from ..records.folder import REPORT_FILE, RUN_FILE, SUMS_FILE, Dialect
from ..records.options import Options
from ..records.record import Problem, label
from ..records.region_names import require as require_regions
from ..records.run_info import RunInfo
from ..records.station_codes import Naming, naming
from ..records.station_lists import read_manifest
from ..report.csv_tables import DocumentRow
from ..report.parquet import require as require_parquet
from ..report.view_model import Totals
from ..report.xlsx import require as require_workbook
from . import checksums
from .audit import TO_FILL_IN, Acceptance, Examined, examine
from .earlier_run import Roll, load_roll
from .executors import Executor, hire_of
from .inputs import Collected, Input, collect
from .install import recover
from .journal import Journal, Kept, fingerprint
from .lock import held
from .plan import File, Kind, Planned, Queue, frames_of, planned, survey
from .publish_readings import PhotoRow, Published, Wanted, publish
from .run_info_builder import now, run_info

__all__ = ["BatchResult", "Collected", "Input", "PhotoRow", "Progress", "collect", "run", "usual_workers"]

Progress = Callable[[int, int, str], None]

_PHOTOS_PER_WORKER = 4  # a process needs about a second to start: a few photos each make up for it
_MOST_WORKERS = 8
_PUBLISHED = TypeAdapter(Published)


@dataclass(frozen=True)
class BatchResult:
    """A finished batch.

    `documents` ends with the stations on the roll that sent no photo; `document_problems` are problems with the
    document's id; `resumed` counts photos whose results an earlier run had left; `idle` are decisions that settle
    nothing here; `kept` are the names of filled-in tables that were put aside; `unchanged` says that all results were
    in place, so that nothing was written; `events` are lines that the log got beside decisions; `sums` is the SHA-256
    of `SHA256SUMS`; `changed` are photos whose results in the journal were not as they had been read, and which were
    therefore read again.
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


def run(
    inputs: Iterable[str | Path] | Collected,
    out: str | Path,
    options: Options | None = None,
    *,
    workers: int | None = 1,
    executor: Executor | Callable[[], Worker] | None = None,
    limits: Limits | None = None,
    kind: Kind = "read",
    ship: bool = False,
    overlay: bool = False,
    save_pages: bool = False,
    progress: Progress | None = None,
    language: Language = "id",
    manifest: str | Path | None = None,
    stations: str | Path | Roll | None = None,
    dialect: Dialect = "rfc4180",
    workbook: bool = False,
    parquet: bool = False,
    names: bool = False,
    accept: Acceptance | None = None,
) -> BatchResult:
    """Read photos into a folder of results.

    What is in the folder: docs/reference/records.md. How it comes about: docs/how-to/batch.md.

    Args:
        inputs: files and folders, or what `collect` made of them.
        out: folder of results; made if it is not there. Results of an earlier batch in it are replaced.
        options: how to read.
        workers: how many; None chooses by cores and photos, of this machine.
        executor: where they work, or what makes one; None: one worker in this process, several in processes of their
            own. A program that asks for processes needs the usual `if __name__ == "__main__":`, since they are spawned.
        limits: of each photo; they hold wherever workers are processes.
        kind: `read` takes over what was read before, `retry` only what had no problem, `force` nothing.
        ship: send the photos to the workers instead of where they lie; for a cluster without a common disk.
        overlay: draw each reading on its photo, into `overlay/`.
        save_pages: save each straightened page, into `pages/`.
        progress: called with photos done, photos in all and the last one's name; each page of a PDF is one. What it
            raises ends the batch, which the next call with the same arguments then takes up again.
        language: the report's first one; both are in it.
        manifest: a table with the columns `file`, `station` and, if wanted, `page`.
        stations: a table with the column `station`, or what was read of one; stations without photos get a row too.
        dialect: of the tables.
        workbook: write the tables as `tables.xlsx` too; needs the extra `xlsx`.
        parquet: write `photos.parquet`, `fields.parquet`, `documents.parquet` too; needs the extra `parquet`.
        names: say what the stations' provinces to villages are called; needs the extra `names`.
        accept: files of an earlier batch in `out` that were edited by hand, as they are; it is logged.

    Raises:
        ocr_recap.batch.audit.EditedError: results of an earlier batch in `out` were edited, and nobody accepts that.
        ocr_recap.messages.errors.OcrRecapError: by its class: no photos, an extra that is not installed, a table that
            cannot be used, another process in `out`, workers that do not start, or `out` cannot be written.
        ocr_recap.messages.errors.TemplateError: a template of the options is unknown or wrong.
    """
    started, out = now(), Path(out)
    if workbook:
        require_workbook()
    if parquet:
        require_parquet()
    if names:
        require_regions()
    collected = inputs if isinstance(inputs, Collected) else collect(inputs, out)
    _refuse_to_lose(collected, out)
    reader, limits = Reader(options), limits or Limits()
    roll = stations if stations is None or isinstance(stations, Roll) else load_roll(stations)
    if manifest is not None:
        # Better refused before anything is made.
        read_manifest(manifest, (photo.name for photo in collected.photos), any_frame=True)
    where = executor or ("serial" if workers == 1 else "processes")
    if where == "serial":
        workers = 1
    size = usual_workers(len(collected.photos)) if workers is None else workers
    hire = where if callable(where) else hire_of(where, reader.options, limits, lambda: reader, size, ship)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with held(out), closing(Journal(out)) as journal:
            recover(out, discard=accept is not None)
            examined = examine(out, accept)  # better refused now than after hours of reading
            journal.begin(kind)
            queue = Queue(journal, reader, kind, FileLimits(limits))
            with Crew(hire, size, limits, eager=where != "serial") as crew:
                files = survey(collected.photos, journal, crew, again=kind != "read")
                by = _naming(manifest, files, reader.options)
                total = sum(len(frames_of(file, reader.options.max_frames)) for file in files)
                crew.size = min(usual_workers(total) if workers is None else workers, total)
                journal.expect(total, crew.size)
                jobs = planned(files, reader.options.max_frames, fingerprint(reader), overlay, save_pages)
                queue.work(crew, jobs, lambda done, name: progress(done, total, name) if progress else None)
            run = run_info(
                reader,
                started=started,
                workers=crew.size,
                executor=where if isinstance(where, str) else "own",
                limits=limits,
                resumed=queue.resumed,
                language=language,
                dialect=dialect,
                workbook=workbook,
                parquet=parquet,
                names=names,
                lists=({"manifest": checksums.of(Path(manifest))} if manifest else {})
                | ({"stations": roll.sha256} if roll else {}),
                roll=roll.stations if roll else None,
                overlay=overlay,
                save_pages=save_pages,
                photos=total,
                skipped=collected.skipped,
            )
            published, anew = _published(out, queue, Wanted(by, roll.stations if roll else None), run, examined)
            journal.finish(planned.job for planned in queue.plan if planned.first is None)
    except CannotStart as fault:
        raise WorkersFailed("readers_not_started", why=fault.data["why"]) from None
    except OSError as fault:
        raise CannotWrite("folder_unwritable", folder=out, why=system_reason(fault)) from None
    tables = published.tables
    found = tables.totals, published.rows, tables.documents, tables.problems
    kept, events = (tables.kept, tables.events) if anew else ((), ())
    last = tables.idle, kept, not anew, events, tables.sums, journal.changed
    return BatchResult(out, *found, collected.skipped, queue.resumed, *last)


def _published(out: Path, queue: Queue, wanted: Wanted, run: RunInfo, examined: Examined) -> tuple[Published, bool]:
    """What is published of this work, and whether that was done now: the same work is published once."""
    digest = _digest(queue.plan, run)
    before = None if queue.read or examined.events else _as_published(out, queue.journal, digest)
    if before is not None:
        return before, False
    published = publish(out, queue.plan, queue.reader, wanted, run, queue.journal, examined)
    queue.journal.keep(Kept(digest, checksums.of(out / SUMS_FILE), _PUBLISHED.dump_json(published).decode()))
    return published, True


def usual_workers(photos: int) -> int:
    """How many workers suit this machine and this many photos."""
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else (os.cpu_count() or 1)
    return max(1, min(cores, _MOST_WORKERS, photos // _PHOTOS_PER_WORKER))


def _naming(manifest: str | Path | None, files: Sequence[File], options: Options) -> Naming:
    """How to find the stations of these photos.

    Raises:
        InputUnusable, TableFaulty: the manifest cannot be used.
    """
    # All frames of a file, or the one that was asked for.
    names = (label(file.photo.name, frame) for file in files for frame in frames_of(file, file.frames))
    rows = read_manifest(manifest, names) if manifest is not None else {}
    return naming(rows, options.station_pattern, options.folder_is_document)


def _digest(plan: Sequence[Planned], run: RunInfo) -> str:
    """A hash of everything that results depend on, save what people decided."""
    digest = hashlib.sha256()
    how = run.model_dump(mode="json", exclude={"started", "finished", "workers", "resumed", "executor", "limits"})
    digest.update(json.dumps(how, sort_keys=True).encode())
    for one in plan:
        # Where a photo lies may say whose it is.
        digest.update(json.dumps([one.job.name, one.job.path.as_posix(), one.job.key, one.first]).encode())
    return digest.hexdigest()


def _as_published(out: Path, journal: Journal, digest: str) -> Published | None:
    """What was published of the same work, if it still lies there as it was; tables to fill in may have been."""
    kept = journal.kept()
    if kept is None or kept.digest != digest:
        return None
    try:
        if checksums.of(out / SUMS_FILE) != kept.sums:
            return None
        for name, sha256 in checksums.read(out).items():
            if name in TO_FILL_IN and (out / name).is_file():
                continue
            if checksums.of(out / name) != sha256:
                return None
        return _PUBLISHED.validate_json(kept.summary)
    except (OSError, ValidationError):
        return None


def _refuse_to_lose(collected: Collected, out: Path) -> None:
    """Results are not replaced by a mistyped name.

    Raises:
        InputUnusable: there are results, and none of the photos exists.
    """
    if (out / RUN_FILE).is_file() and not any(photo.path.exists() for photo in collected.photos):
        named = ", ".join(photo.name for photo in collected.photos[:3])
        raise InputUnusable("photos_not_there", photos=named, folder=out)
