"""The office: one folder of results at work. Photos are read as they arrive; results are made again after a pause.

Three threads work beside the pages: one reads photos by worker processes, one makes the results, one watches a folder.
The folder's lock is held only while results are made, so that `ocr-recap read` and `apply` can work in the same folder.
What people enter and send is in the database first; making the results puts it into the journal, the decision log and
the tables. A step that fails is tried again, and its message is shown to the supervisor.
"""

from __future__ import annotations

import logging
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from sqlite3 import Row
from typing import TYPE_CHECKING, Final, Literal

from ..batch.add import add
from ..batch.earlier_run import Given, settle
from ..batch.inputs import Input
from ..batch.journal import fingerprint
from ..batch.options import BatchOptions
from ..batch.plan import Making
from ..forms.template import Template
from ..imaging.arrays import ColorImage
from ..imaging.photo import load_color
from ..messages.catalog import Wording
from ..messages.errors import OcrRecapError
from ..messages.problems import PhotoProblem
from ..messages.web_texts import WEB_TEXTS
from ..read.reader import Reader
from ..read.workers.spawn import ProcessWorker
from ..read.workers.supervisor import Supervisor
from ..records.folder import CROPS, RUN_FILE, picture_name
from ..records.record import Record
from ..records.region_names import region_of
from ..records.station_facts import listed_fields
from ..report.pictures import cut
from .database import Database
from .inbox import Inbox
from .office_options import OfficeOptions, Standing, as_before
from .people import People, User
from .photo_reading import PhotoReading
from .pictures import PagePictures, shrunk
from .progress import Progress
from .received import Upload, UploadStore
from .results import log_entries, review_needs
from .sheets import SheetWork
from .work_by_value import ValueWork

if TYPE_CHECKING:  # an extra
    from .bundle_inbox import BundleInbox
    from .sealing import OfficeSeal

_log = logging.getLogger(__name__)
# How many times as long as making the results took the next time waits, so that a large folder is not made all the
# time; by judgement.
_REST: Final = 5.0
_LOOK: Final = 1.0  # seconds between two looks into a watched folder; by judgement
_SOON: Final = 5.0  # seconds that a page waits for results; by judgement
_RETRY: Final = 10.0  # seconds until a step that failed is tried again; by judgement


class Office:
    """One folder of results, its database, and the threads that work on it.

    Args:
        folder: of results; it is made if necessary.
        options: of the office.

    Raises:
        ocr_recap.messages.errors.OcrRecapError: the folder cannot be used.
    """

    kind: Literal["results"] = "results"

    def __init__(self, folder: Path, options: OfficeOptions) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        options = replace(options, reading=as_before(folder, options.reading))
        self.folder, self.options = folder, options
        self.reader = Reader(options.reading)
        self.forms: dict[str, Template] = {form.id: form for form in self.reader.templates}
        self.data = Database(folder)
        self.people, self.received = People(self.data), UploadStore(folder, self.data)
        self.work = ValueWork(self.data, options.entering)
        self.sheets = SheetWork(self.data, options.entering, options.language)
        self.pictures, self.progress = PagePictures(folder, self.data), Progress(self.data)
        self.seal = _seal(folder, self.data, options)
        self.address = options.address
        self.standing = Standing()
        self._batch = self._batch_options()
        self._roll = self._batch.roll(listed_fields(self.reader.templates))
        shared = self.reader.options.max_frames, self._batch.overlay, self._batch.save_pages
        making = Making(fingerprint(self.reader), *shared)
        limits = self._batch.limits
        workers = Supervisor(lambda: ProcessWorker(Reader, options.reading, limits), max(1, options.workers), limits)
        self._news = threading.Condition()
        self._arrived, self._changed, self._at = False, False, time.monotonic()
        self._stopping = threading.Event()
        self._reading = PhotoReading(folder, self.data, workers, making, self.standing, self._stopping, self.changed)
        self._threads: list[threading.Thread] = []
        self._one_publisher = threading.Lock()

    # --- life ------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Take up what an earlier server left, and start the threads."""
        with self.data.changing() as db:
            db.execute("UPDATE uploads SET state = 'received' WHERE state = 'begun'")
        self.received.find_lost()
        steps: list[Callable[[], None]] = [self._read_on, self._publish_on]
        if self.options.watch is not None:
            steps.append(self._watch_on)
        self._arrived = self._changed = True
        self._threads = [threading.Thread(target=step, name=step.__name__, daemon=True) for step in steps]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Make the results once more, end the workers and close the database."""
        self._stopping.set()
        with self._news:
            self._news.notify_all()
        for thread in self._threads:
            thread.join()
        if self._changed:
            self._try(self.publish)
        self._reading.end()
        with self._one_publisher:  # a finish may still be making the results
            self.data.close()

    def arrived(self) -> None:
        """Say that a photo arrived."""
        with self._news:
            self._arrived = True
            self._news.notify_all()

    def changed(self) -> None:
        """Say that there is something that results do not have yet."""
        with self._news:
            self._changed, self._at = True, time.monotonic()
            self.standing.changed = True
            self._news.notify_all()

    # --- reading ---------------------------------------------------------------------------------------------------

    def _read_on(self) -> None:
        """Read photos as they arrive, oldest first; the workers start before the first photo is there."""
        self._try(self._reading.warm_up)
        while not self._stopping.is_set():
            with self._news:
                self._news.wait_for(lambda: self._arrived or self._stopping.is_set(), timeout=30.0)
                self._arrived = False
            if not self._try(self._reading.read_all):
                self._stopping.wait(_RETRY)
                self.arrived()

    def _watch_on(self) -> None:
        """Take what arrives in the watched folder: photos, and bundles where the extra `seal` is installed."""
        assert self.options.watch is not None
        inbox = Inbox(self.options.watch, self.received)
        bundles = self._bundle_inbox(self.options.watch)

        def look() -> None:
            if inbox.look():
                self.arrived()
            if bundles is not None:
                bundles.look()

        while not self._stopping.is_set():
            self._try(look)
            self._stopping.wait(_LOOK)

    def _bundle_inbox(self, folder: Path) -> BundleInbox | None:
        if self.seal is None:
            return None
        from .bundle_inbox import BundleInbox  # noqa: PLC0415  (an extra)

        return BundleInbox(folder, self.seal)

    # --- results ---------------------------------------------------------------------------------------------------

    def _publish_on(self) -> None:
        """Make the results whenever there is news and a pause."""
        rest = 0.0
        while not self._stopping.is_set():
            with self._news:
                self._news.wait_for(lambda: self._changed or self._stopping.is_set(), timeout=30.0)
                if not self._changed or self._stopping.is_set():
                    continue
                quiet = self._at + self.options.quiet - time.monotonic()
            if max(quiet, rest) > 0:
                pause = min(max(quiet, rest), 0.5)
                rest -= pause
                self._stopping.wait(pause)
                continue
            began = time.monotonic()
            good = self._try(self.publish)
            rest = (time.monotonic() - began) * _REST if good else _RETRY

    def publish(self) -> None:
        """Make the results: new photos, then decisions, then tables and report; and take the review work from them.

        Raises:
            FolderBusy: another command works in the folder.
            OcrRecapError: results cannot be made; nothing is lost.
        """
        with self._one_publisher:
            with self._news:
                self._changed = False
            try:
                self._add_photos()
                log_entries(self.folder, self.data, self.seal.own_keys() if self.seal else None)
                if self.has_results:
                    needs = review_needs(self.folder, self.sheets.closed())
                    self.work.update(needs.numbers)
                    self.sheets.update(needs.sheets)
                if self.seal is not None:
                    self.seal.seal_wanted()
            except BaseException:
                self._changed = True
                raise
            self.standing.published, self.standing.changed = time.time(), self._changed

    def publish_soon(self) -> None:
        """Make the results at once, and return when they are made, or after `_SOON` seconds while that goes on.

        A fault is shown to the supervisor, and the step is tried again.
        """
        step = threading.Thread(target=lambda: self._try(self.publish), name="publish_soon", daemon=True)
        step.start()
        step.join(_SOON)

    def _add_photos(self) -> None:
        rows = self.data.rows("SELECT id, path FROM uploads WHERE published = 0 AND state IN ('read', 'waiting')")
        gone = self.received.withdrawals()
        if not rows and not gone:
            return
        photos = [Input(self.folder / row["path"], row["path"]) for row in rows]
        add(photos, self.folder, self._batch, self._reading.made, gone)
        self.received.logged(gone)
        with self.data.changing() as db:
            for row in rows:
                db.execute("UPDATE uploads SET published = 1 WHERE id = ?", (row["id"],))
                db.execute("DELETE FROM upload_pictures WHERE upload = ?", (row["id"],))

    def _batch_options(self) -> BatchOptions:
        """The options of the results: those of the earlier run in the folder, with straightened pages."""
        options = self.options
        given = Given(save_pages=True, stations=options.stations)
        found = settle(given, self.folder, options.language)
        return BatchOptions(
            reading=options.reading,
            workers=None,
            executor="processes",
            overlay=found.overlay,
            save_pages=found.save_pages,
            language=options.language,
            stations=found.stations,
            dialect=found.dialect,
            formats=found.formats,
            names=found.names,
        )

    # --- for pages -------------------------------------------------------------------------------------------------

    def record_of(self, upload: int) -> Record | None:
        """What was read of a photo that arrived; None while it is not read."""
        row = self.data.one("SELECT record FROM uploads WHERE id = ?", (upload,))
        if row is None or row["record"] is None:
            return None
        return Record.from_json(zlib.decompress(row["record"]).decode())

    @property
    def stations(self) -> tuple[str, ...]:
        """The stations of the list, in its order; none without a list."""
        roll = self._roll
        return roll.stations if roll else ()

    def stations_begun(self, person: User) -> list[tuple[str, int, bool]]:
        """Stations with photos that a person may see: code, number of photos, and whether the desk has finished."""
        find = (
            "SELECT uploads.station, count(*), finished.at IS NOT NULL FROM uploads"
            " LEFT JOIN finished ON finished.station = uploads.station WHERE uploads.station != ''"
            " GROUP BY uploads.station ORDER BY max(uploads.id) DESC"
        )
        found = [(row[0], row[1], bool(row[2])) for row in self.data.rows(find)]
        return [one for one in found if person.may_send(one[0])]

    def remarks(self) -> list[Row]:
        """Special events of all stations: station, text, time, and who wrote them."""
        find = "SELECT station, text, at, name FROM remarks JOIN people ON people.id = person ORDER BY remarks.id"
        return self.data.rows(find)

    def strip(self, number: Row) -> bytes | None:
        """The boxes of a number from the strips of its photo, as a JPEG file; None where there are none."""
        name = picture_name(number["file"], number["sha256"], number["frame"])
        sheet = self.folder / CROPS / name
        return cut(sheet, number["strip"], number["strip_width"]) if sheet.is_file() else None

    def region_of(self, code: str) -> str:
        """Where a station is, in words; empty where the extra `names` is not installed."""
        return region_of(code).path if find_spec("lokal") else ""

    def small_photo(self, upload: Upload) -> ColorImage | None:
        """A photo that arrived as people see it, smaller, (h, w, 3) BGR; None where it cannot be decoded."""
        try:
            return shrunk(load_color(self.folder / upload.path))
        except PhotoProblem:
            return None

    @property
    def has_results(self) -> bool:
        """True when the folder holds results."""
        return (self.folder / RUN_FILE).is_file()

    def _try(self, step: Callable[[], None]) -> bool:
        """Do a step; a fault is kept for the supervisor's page. No exception ends a thread of the office."""
        try:
            step()
        except OcrRecapError as fault:
            _log.warning("%s", fault)
            self.standing.fault = Wording(fault.id, fault.en)
            return False
        except Exception as fault:
            _log.exception("unexpected error in the office")
            what = f"{type(fault).__name__}: {fault}"
            self.standing.fault = Wording(*(text.format(what=what) for text in WEB_TEXTS["unexpected"]))
            return False
        self.standing.fault = None
        return True


def _seal(folder: Path, data: Database, options: OfficeOptions) -> OfficeSeal | None:
    """The seals of a folder; None where the extra `seal` is not installed."""
    if not all(find_spec(module) for module in ("cryptography", "securesystemslib", "tuf")):
        return None
    from .sealing import OfficeSeal  # noqa: PLC0415  (an extra)

    return OfficeSeal(folder, data, options.key, options.key_roll)
