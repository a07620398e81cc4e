"""Adds photos to a folder of results; the photos that are in it stay, and are not read again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from ..messages.errors import CannotWrite, FolderDamaged, WorkersFailed, system_reason
from ..read.reader import Reader
from ..read.workers.file_limits import FileLimits
from ..read.workers.supervisor import CannotStart
from ..read.workers.tasks import Product
from ..records.decision_log import LogEvent
from ..records.folder import RUN_FILE
from ..records.station_codes import Naming
from ..records.station_facts import listed_fields
from .audit import Examined, examine
from .inputs import Input
from .install import recover
from .jobs import Job, Planned
from .journal import Journal, fingerprint
from .lock import held
from .options import BatchOptions
from .plan import Making, Queue, planned, survey
from .plan_rows import PlacedJob, Publication
from .run import BatchResult, place_of, published_once, result_of, supervisor_for
from .run_info_builder import now, run_info

Made = Callable[[Job], Product | None]  # the result of a photo that was read elsewhere, with the same reader


def add(
    photos: Sequence[Input],
    out: str | Path,
    options: BatchOptions,
    made: Made = lambda job: None,
    withdrawn: Sequence[LogEvent] = (),
) -> BatchResult:
    """Read photos into a folder of results, beside those that are in it.

    A photo that is in the folder already, by name and content, is not added again. Stations of earlier photos stay as
    they were found then, so their manifest is not needed, and what it said about stations counts on; those of new
    photos come from their names and folders.

    Args:
        photos: to add.
        out: folder of results.
        options: of the batch; `manifest` is not used.
        made: gives the results of photos that were read already; they are not read again.
        withdrawn: lines of the log about photos that people withdrew; those that the log has are not added again.

    Raises:
        FolderDamaged: the folder was read by a version that did not keep what it read; it must be read again once.
        ocr_recap.messages.errors.OcrRecapError: as `run`.
    """
    out = Path(out)
    reader = Reader(options.reading)
    roll = options.roll(listed_fields(reader.templates))
    options = replace(options, stations=roll, manifest=None)
    supervisor = supervisor_for(options, reader, len(photos))
    started = now()
    try:
        out.mkdir(parents=True, exist_ok=True)
        with held(out), closing(Journal(out)) as journal:
            recover(out, discard=options.accept is not None)
            examined = _without(examine(out, options.accept), withdrawn)
            before = journal.publication() or Publication(())
            if not before.photos and (out / RUN_FILE).is_file():
                raise FolderDamaged("folder_without_plan", folder=out)
            journal.begin(options.kind)
            queue = Queue(journal, reader, options.kind, FileLimits(options.limits))
            with supervisor:
                naming = Naming()
                files = survey(photos, journal, supervisor, again=False)
                making = Making(fingerprint(reader), reader.options.max_frames, options.overlay, options.save_pages)
                known = [one.planned for one in before.photos]
                fresh = list(planned(files, making, known))
                _take(fresh, made, queue)
                journal.expect(len(known) + len(fresh), supervisor.size)
                queue.work(supervisor, [*known, *fresh], lambda done, name: None)
            described = run_info(
                reader,
                options,
                started=started,
                workers=supervisor.size,
                resumed=queue.resumed,
                photos=len(queue.plan),
                skipped=(),
            )
            added = (PlacedJob(one, place_of(one.job, naming)) for one in fresh)
            lists = tuple(one for one in before.lists if one.source != "stations")
            wanted = Publication((*before.photos, *added), ((roll.facts,) if roll else ()) + lists)
            published, anew = published_once(out, wanted, queue, described, examined)
            journal.finish(wanted)
    except CannotStart as fault:
        raise WorkersFailed("readers_not_started", why=fault.data["why"]) from None
    except OSError as fault:
        raise CannotWrite("folder_unwritable", folder=out, why=system_reason(fault)) from None
    return result_of(out, published, anew, queue, ())


def _without(examined: Examined, withdrawn: Sequence[LogEvent]) -> Examined:
    """The audit with further withdrawals in its log."""
    known = examined.log.withdrawals
    new = [one for one in withdrawn if (one.file, one.photo) not in known]
    return replace(examined, log=examined.log.grown(new), events=(*examined.events, *new)) if new else examined


def _take(fresh: Sequence[Planned], made: Made, queue: Queue) -> None:
    """Save the results of photos that were read elsewhere in the journal."""
    for one in fresh:
        if one.first is None and not queue.journal.is_done(one.job, "read"):
            product = made(one.job)
            if product is not None:
                queue.journal.add(one.job, product, queue.done, queue.resumed)
                queue.read += 1
