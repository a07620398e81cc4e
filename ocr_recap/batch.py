"""Photos of a command line to a folder of results: nothing lost, nothing half-written, and never twice the work.

Results do not depend on the number of processes. A photo that kills its process becomes a record with a problem;
a batch that is interrupted goes on when it is started again with the same photos and the same folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import journal, sums
from .decisions import Decision, read_log
from .emit import REPORT_FILE
from .emit.html import Language
from .emit.parquet import require as require_parquet
from .emit.shown import Totals
from .emit.tables import Dialect, DocumentRow
from .emit.workbook import require as require_workbook
from .files import fingerprint as fingerprint_of
from .frames import count
from .inputs import BatchError, Collected, Input, collect
from .journal import Job
from .lists import read_manifest, read_roll
from .lock import held
from .options import Options
from .pool import in_processes, in_this_process
from .reader import Reader
from .record import Problem, label
from .regions import require as require_regions
from .results import PhotoRow, Planned, Wanted, publish
from .runinfo import now, run_info
from .stations import Naming, naming

__all__ = ["BatchError", "BatchResult", "Collected", "Input", "PhotoRow", "Progress", "collect", "run", "usual_workers"]

Progress = Callable[[int, int, str], None]

_PHOTOS_PER_WORKER = 4  # a process needs about a second to start: a few photos each make up for it
_MOST_WORKERS = 8


@dataclass(frozen=True)
class BatchResult:
    """A finished batch.

    `documents` ends with the stations on the roll that sent no photo; `document_problems` are problems with the
    document's id; `resumed` counts photos whose results an earlier, interrupted run had left; `idle` are decisions that
    settle nothing here; `kept` are the names of filled-in tables that were put aside.
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
    overlay: bool = False,
    save_pages: bool = False,
    progress: Progress | None = None,
    language: Language = "id",
    manifest: str | Path | None = None,
    stations: str | Path | None = None,
    dialect: Dialect = "rfc4180",
    workbook: bool = False,
    parquet: bool = False,
    names: bool = False,
) -> BatchResult:
    """Read photos into a folder of results (docs/records.md says what is in it).

    Args:
        inputs: files and folders, or what `collect` made of them.
        out: folder of results; made if it is not there. Results of an earlier batch in it are replaced.
        options: how to read.
        workers: processes; 1 reads in this one, None chooses by cores and photos. A program that asks for more than
            one needs the usual `if __name__ == "__main__":`, since the processes are spawned.
        overlay: draw each reading on its photo, into `overlay/`.
        save_pages: save each straightened page, into `pages/`.
        progress: called with photos done, photos in all and the last one's name; each page of a PDF is one. What it
            raises ends the batch, which the next call with the same arguments then takes up again.
        language: the report's first one; both are in it.
        manifest: a table with the columns `file`, `station` and, if wanted, `page`.
        stations: a table with the column `station`; stations without photos get a row as well.
        dialect: of the tables.
        workbook: write the tables as `tables.xlsx` too; needs the extra `xlsx`.
        parquet: write `photos.parquet`, `fields.parquet`, `documents.parquet` too; needs the extra `parquet`.
        names: say what the stations' provinces to villages are called; needs the extra `names`.

    Raises:
        BatchError: no photos, an extra that is not installed, a table that cannot be used, another process in `out`,
            or `out` cannot be written.
        ocr_recap.template.TemplateError: a template of the options is unknown or wrong.
    """
    started = now()
    out = Path(out)
    if workbook:
        require_workbook()
    if parquet:
        require_parquet()
    if names:
        require_regions()
    collected = inputs if isinstance(inputs, Collected) else collect(inputs, out)
    reader = Reader(options)
    frames = [count(photo.path) for photo in collected.photos]
    by = _naming(manifest, collected, frames, reader.options)
    wanted = Wanted(by, None if stations is None else read_roll(stations))
    most = reader.options.max_frames
    total = sum(min(n, most) + (n > most) for n in frames)
    processes = min(usual_workers(total) if workers is None else workers, total)
    queue = _Queue(total, progress)

    try:
        out.mkdir(parents=True, exist_ok=True)
        with held(out):
            read_log(out)  # better refused now than after hours of reading
            work = journal.folder(out)
            journal.prepare(work)
            files = zip(collected.photos, frames, strict=True)
            planned = _plan(files, most, journal.fingerprint(reader), work, overlay, save_pages)
            _read(queue.todo(planned), reader, processes, queue.report)
            run = run_info(
                reader,
                started=started,
                workers=processes,
                resumed=queue.resumed,
                language=language,
                dialect=dialect,
                workbook=workbook,
                parquet=parquet,
                names=names,
                lists={n: sums.of(Path(p)) for n, p in (("manifest", manifest), ("stations", stations)) if p},
                photos=total,
                skipped=collected.skipped,
            )
            published = publish(out, queue.plan, reader, wanted, run)
    except OSError as fault:
        raise _unwritable(out, fault) from None
    tables = published.tables
    found = tables.totals, published.rows, tables.documents, tables.problems
    return BatchResult(out, *found, collected.skipped, queue.resumed, tables.idle, tables.kept)


@dataclass
class _Queue:
    """The jobs of a batch as they come up. `plan` grows as they do; `resumed` were done by an earlier run."""

    total: int
    progress: Progress | None
    plan: list[Planned] = field(default_factory=list[Planned])
    done: int = 0
    resumed: int = 0

    def todo(self, planned: Iterable[Planned]) -> Iterator[Job]:
        """Those that are still to read; the others are reported at once."""
        for one in planned:
            self.plan.append(one)
            before = one.first is None and bool(one.job.sha256) and journal.is_done(one.job)
            self.resumed += before
            if before or one.first is not None:
                self.report(one.job)
            else:
                yield one.job

    def report(self, job: Job) -> None:
        """A job is done."""
        self.done += 1
        if self.progress:
            self.progress(self.done, self.total, job.label)


def _read(jobs: Iterator[Job], reader: Reader, processes: int, report: Callable[[Job], None]) -> None:
    if processes > 1:
        in_processes(jobs, reader, processes, report)
    else:
        in_this_process(jobs, reader, report)


def _naming(manifest: str | Path | None, collected: Collected, frames: Sequence[int], options: Options) -> Naming:
    """How to find the stations of these photos.

    Raises:
        BatchError: the manifest cannot be used.
    """
    names = (label(p.name, f) for p, n in zip(collected.photos, frames, strict=True) for f in range(n))
    rows = read_manifest(manifest, names) if manifest is not None else {}
    return naming(rows, options.station_pattern, options.folder_is_document)


def usual_workers(photos: int) -> int:
    """How many processes suit this machine and this many photos."""
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else (os.cpu_count() or 1)
    return max(1, min(cores, _MOST_WORKERS, photos // _PHOTOS_PER_WORKER))


def _unwritable(out: Path, fault: OSError) -> BatchError:
    why = fault.strerror or type(fault).__name__
    return BatchError(
        f"Folder hasil {out} tidak dapat ditulis ({why}). Pilih folder lain dengan --out, atau periksa izin dan ruang "
        "disk; perintah yang sama akan melanjutkan.",
        f"The folder of results {out} cannot be written ({why}). Choose another with --out, or check permissions and "
        "disk space; the same command then goes on.",
    )


def _plan(
    files: Iterable[tuple[Input, int]], most: int, fingerprint: str, work: Path, overlay: bool, save_pages: bool
) -> Iterator[Planned]:
    """Hash the files one by one, as they come up, and find those that were seen before.

    Args:
        files: each with the number of its frames; what lies beyond `most` of them is one job that reads nothing.
        most: frames of one file to read.
        fingerprint: of the reader.
        work, overlay, save_pages: as in `Job`.
    """
    seen: dict[str, int] = {}
    start = 0
    for photo, frames in files:
        sha256, size = fingerprint_of(photo.path)
        empty = size == 0
        first = start if empty else seen.setdefault(sha256, start)
        jobs = min(frames, most) + (frames > most)
        for frame in range(jobs):
            key = journal.key_of(sha256, photo.name, frame, fingerprint, overlay, save_pages)
            if empty:
                # Empty files are all alike, yet each is another photo that got lost.
                key = f"{key}-{start}" if sha256 else f"unreadable-{start}"
            beyond = frames if frame == most else 0
            job = Job(photo.path, photo.name, sha256, key, work, overlay, save_pages, frame, beyond)
            yield Planned(job, None if first == start else first + frame)
        start += jobs
