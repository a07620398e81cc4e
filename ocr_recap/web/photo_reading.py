"""Reads the photos of an office as they arrive, by worker processes; what was read is in the database first."""

from __future__ import annotations

import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from ..batch.inputs import Input
from ..batch.jobs import Job
from ..batch.plan import File, Making, planned
from ..read.workers.ordered import may_have_frames
from ..read.workers.supervisor import Supervisor
from ..read.workers.tasks import Count, Failed, Product, made
from ..records.record import Record
from .database import Database
from .office_options import Standing


class PhotoReading:
    """The photos of one office that wait to be read.

    Args:
        folder: of results.
        database: of the server.
        workers: that read.
        making: what is made of each photo.
        standing: of the office; says how many photos wait.
        stopping: set when the office stops.
        changed: called when there is something that results do not have yet.
    """

    def __init__(
        self,
        folder: Path,
        database: Database,
        workers: Supervisor,
        making: Making,
        standing: Standing,
        stopping: threading.Event,
        changed: Callable[[], None],
    ) -> None:
        self._folder, self._data, self._workers, self._making = folder, database, workers, making
        self._standing, self._stopping, self._changed = standing, stopping, changed

    def warm_up(self) -> None:
        """Start the workers before the first photo is there."""
        deque(self._workers.run([Count(self._folder)]), maxlen=0).clear()

    def end(self) -> None:
        """End the workers."""
        self._workers.end(now=True)

    def read_all(self) -> None:
        """Read the photos that wait."""

        def jobs() -> Iterator[Job]:
            while not self._stopping.is_set() and (job := self._next_job()) is not None:
                yield job

        for task, done, _ in self._workers.run(jobs()):
            assert isinstance(task, Job)
            self._keep(task, done if isinstance(done, Product) else None, done if isinstance(done, Failed) else None)

    def _next_job(self) -> Job | None:
        """The job of the oldest photo that was not begun; files of several frames wait for the making of results."""
        while True:
            find = "SELECT id, path FROM uploads WHERE state = 'received' ORDER BY id LIMIT 1"
            row = self._data.one(find)
            self._standing.reading = self._count("state IN ('received', 'begun')")
            if row is None:
                return None
            path = self._folder / row["path"]
            several = may_have_frames(path)
            with self._data.changing() as db:
                state = "waiting" if several else "begun"
                db.execute("UPDATE uploads SET state = ? WHERE id = ?", (state, row["id"]))
            if several:
                self._changed()
                continue
            (one,) = planned([File(Input(path, row["path"]))], self._making)
            return one.job

    def _keep(self, job: Job, product: Product | None, fault: Failed | None) -> None:
        """Keep what was read of a photo, with its pictures; a photo that failed is read once more with the results."""
        with self._data.changing() as db:
            if product is None:
                note = fault.code if fault else ""
                db.execute("UPDATE uploads SET state = 'waiting', advice = ? WHERE path = ?", (note, job.name))
            else:
                find = "SELECT id FROM uploads WHERE path = ?"
                upload = db.execute(find, (job.name,)).fetchone()[0]
                update = "UPDATE uploads SET state = 'read', key = ?, record = ? WHERE id = ?"
                db.execute(update, (job.key, product.record, upload))
                pictures = [(upload, kind, content) for kind, content in product.pictures]
                db.executemany("INSERT OR REPLACE INTO upload_pictures VALUES (?, ?, ?)", pictures)
        self._standing.reading = self._count("state IN ('received', 'begun')")
        self._changed()

    def _count(self, where: str) -> int:
        row = self._data.one(f"SELECT count(*) FROM uploads WHERE {where}")
        return row[0] if row else 0

    def made(self, job: Job) -> Product | None:
        """What was read of a photo already."""
        row = self._data.one("SELECT id, record FROM uploads WHERE key = ?", (job.key,))
        if row is None or row["record"] is None:
            return None
        pictures = self._data.rows("SELECT kind, content FROM upload_pictures WHERE upload = ?", (row["id"],))
        record = Record.from_json(zlib.decompress(row["record"]).decode())
        return made(record, [(one["kind"], one["content"]) for one in pictures])
