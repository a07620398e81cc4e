"""The journal of a batch: `journal.sqlite` in the folder of results, so that no work is lost or done twice.

The key of a photo's result is a hash of everything the result depends on: the bytes of the photo, the version, the
options, forms and weights. Pictures are kept beside the journal until they are published; the journal has their hashes.
Each result has a hash of its own: a result that was changed since is reported and read again, never published. One
process writes (it holds the folder's lock); others may read meanwhile.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import time
import zlib
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..imaging.files import write_atomically
from ..messages.catalog import WORDS
from ..read.workers.tasks import Failed, Product
from ..records.folder import JOURNAL_FILE, JOURNAL_FILES, PICTURES, WORK_FOLDER, picture_name
from ..records.folder_guard import is_link
from ..records.record import RECORD_SCHEMA, Record
from . import checksums
from .jobs import Job
from .plan_rows import Publication, packed, packed_lists, unpacked, unpacked_lists

if TYPE_CHECKING:
    from ..read.reader import Reader

_SCHEMA = 3  # version of the tables below
_TABLES = """
CREATE TABLE runs (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, started REAL NOT NULL, beat REAL NOT NULL, finished REAL,
  total INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0, resumed INTEGER NOT NULL DEFAULT 0,
  workers INTEGER NOT NULL DEFAULT 0);
CREATE TABLE readings (
  key TEXT PRIMARY KEY, run INTEGER NOT NULL, file TEXT NOT NULL, frame INTEGER NOT NULL, sha256 TEXT NOT NULL,
  failed INTEGER NOT NULL, codes TEXT NOT NULL, lasting INTEGER NOT NULL, pictures TEXT NOT NULL,
  record BLOB NOT NULL, digest TEXT NOT NULL);
CREATE TABLE running (key TEXT PRIMARY KEY, label TEXT NOT NULL, since REAL NOT NULL);
CREATE TABLE frames (sha256 TEXT PRIMARY KEY, frames INTEGER NOT NULL, fault TEXT, digest TEXT NOT NULL);
CREATE TABLE published (
  one INTEGER PRIMARY KEY CHECK (one = 1), digest TEXT NOT NULL, sums TEXT NOT NULL, summary BLOB NOT NULL,
  whole TEXT NOT NULL);
"""
# Version 3 added the last publication: what lists say about stations, then its photos in input order.
_PLAN = "CREATE TABLE IF NOT EXISTS plan (place INTEGER PRIMARY KEY, photo BLOB NOT NULL, digest TEXT NOT NULL);"
# Columns that version 2 added, for a journal of version 1.
_ADDED = (("readings", "digest"), ("frames", "digest"), ("published", "whole"))
_FACTS = "key, frame, sha256, failed, codes, lasting, pictures, record"  # columns that a result's digest covers
_UPSERT = "INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class JournalEntry:
    """One photo's result: its record, and the SHA-256 of each of its pictures, by kind.

    `file` is the photo's name when it was read, from which the names of published pictures are made.
    """

    record: Record
    pictures: Mapping[str, str]
    file: str


@dataclass(frozen=True)
class Kept:
    """The last publication: a hash of everything it was made from, the hash of `SHA256SUMS`, and a summary (JSON)."""

    digest: str
    sums: str
    summary: str


class Journal:
    """The journal of a folder of results. All methods raise `OSError` where the journal cannot be written or read."""

    def __init__(self, out: Path) -> None:
        """Open the journal, for the process that holds the folder's lock; a damaged journal is renamed and replaced."""
        self.work = out / WORK_FOLDER
        self._out = out
        self._run = 0
        self._changed: dict[str, None] = {}
        if self.work.is_dir() and any(map(is_link, self.work.rglob("*"))):
            shutil.rmtree(self.work)  # does not follow links; photos whose pictures are missing are read again
        for path in (self.work, *(self.work / name for name in PICTURES)):
            path.mkdir(parents=True, exist_ok=True)
        with _faults():
            self._db = _opened(out / JOURNAL_FILE)

    def close(self) -> None:
        """Close the journal."""
        with _faults():
            self._db.close()

    # --- a run -----------------------------------------------------------------------------------------------------

    def begin(self, kind: str) -> None:
        """Begin a run, or continue the last one if it was of the same kind and is not finished.

        Args:
            kind: which results of earlier runs count: `read`, `force` or `retry` (`BatchOptions.kind`).
        """
        with _faults(), self._db:
            last = self._db.execute("SELECT id, kind, finished FROM runs ORDER BY id DESC LIMIT 1").fetchone()
            self._db.execute("DELETE FROM running")
            now = time.time()
            if last and last[1] == kind and last[2] is None:
                self._run = last[0]
                self._db.execute("UPDATE runs SET started = ?, beat = ?, done = 0 WHERE id = ?", (now, now, self._run))
            else:
                added = self._db.execute("INSERT INTO runs (kind, started, beat) VALUES (?, ?, ?)", (kind, now, now))
                self._run = added.lastrowid or 0

    def expect(self, total: int, workers: int) -> None:
        """Note the number of photos and of workers of the run."""
        with _faults(), self._db:
            self._db.execute("UPDATE runs SET total = ?, workers = ? WHERE id = ?", (total, workers, self._run))

    def began(self, label: str, key: str) -> None:
        """Note that a worker has begun a photo."""
        with _faults(), self._db:
            self._db.execute("INSERT OR REPLACE INTO running VALUES (?, ?, ?)", (key, label, time.time()))

    def tell(self, done: int, resumed: int) -> None:
        """Note the progress of the run: photos done, and photos done by an earlier run."""
        with _faults(), self._db:
            self._tell(done, resumed)

    def _tell(self, done: int, resumed: int) -> None:
        update = "UPDATE runs SET done = ?, resumed = ?, beat = ? WHERE id = ?"
        self._db.execute(update, (done, resumed, time.time(), self._run))

    # --- results ---------------------------------------------------------------------------------------------------

    def add(self, job: Job, made: Product, done: int, resumed: int) -> None:
        """Save a photo's result: first its pictures, then its row in one transaction."""
        hashes: dict[str, str] = {}
        for kind, content in made.pictures:
            write_atomically(self._fresh(kind, job.key), content)
            hashes[kind] = hashlib.sha256(content).hexdigest()
        found = int(made.failed), " ".join(made.codes), int(made.lasting), json.dumps(hashes), made.record
        digest = _digest(job.key, job.frame, job.sha256, *found)
        with _faults(), self._db:
            row = job.key, self._run, job.name, job.frame, job.sha256, *found, digest
            self._db.execute(_UPSERT, row)
            self._db.execute("DELETE FROM running WHERE key = ?", (job.key,))
            self._tell(done, resumed)

    def is_done(self, job: Job, kind: str) -> bool:
        """True when a run of this kind need not read a photo: its result and its pictures are there and undamaged."""
        if not job.sha256:  # its bytes could not be read
            return False
        row = self._whole(job, "run, file, failed, codes, lasting, pictures")
        if row is None:
            return False
        run, file, failed, codes, lasting, pictures = row
        if not lasting or (run != self._run and (kind == "force" or (kind == "retry" and (failed or codes)))):
            return False
        return all(self.picture(which, sha256, job, file) for which, sha256 in json.loads(pictures).items())

    def codes(self, job: Job) -> tuple[str, ...]:
        """The problems of a photo's result; none if there is no result."""
        with _faults():
            row = self._db.execute("SELECT codes FROM readings WHERE key = ?", (job.key,)).fetchone()
        return tuple(row[0].split()) if row else ()

    def load(self, job: Job) -> JournalEntry | None:
        """A photo's result; None if there is none, or if it was changed since it was saved."""
        row = self._whole(job, "record, pictures, file")
        if row is None:
            return None
        try:
            record = Record.from_json(zlib.decompress(row[0]).decode())
        except (zlib.error, ValueError):
            return None
        if record.photo.file != job.name:
            record = record.model_copy(update={"photo": record.photo.model_copy(update={"file": job.name})})
        return JournalEntry(record, json.loads(row[1]), row[2])

    @property
    def changed(self) -> tuple[str, ...]:
        """Labels of the photos whose results were changed since they were saved."""
        return tuple(self._changed)

    def _whole(self, job: Job, columns: str) -> tuple[Any, ...] | None:
        """Columns of a photo's result; None if there is none, or if it was changed since it was saved."""
        with _faults():
            find = f"SELECT digest, {_FACTS}, {columns} FROM readings WHERE key = ?"
            row = self._db.execute(find, (job.key,)).fetchone()
        if row is None:
            return None
        facts = row[1 : 1 + len(_FACTS.split(","))]
        if row[0] != _digest(*facts) or (facts[1], facts[2]) != (job.frame, job.sha256):
            self._changed[job.label] = None
            return None
        return row[1 + len(facts) :]

    def picture(self, kind: str, sha256: str, job: Job, file: str) -> Path | None:
        """Path of an undamaged picture: beside the journal, or published under the photo's present or earlier name."""
        names = dict.fromkeys(picture_name(name, job.sha256, job.frame) for name in (job.name, file))
        for path in (self._fresh(kind, job.key), *(self._out / kind / name for name in names)):
            with suppress(OSError):
                if path.is_file() and not path.is_symlink() and checksums.of(path) == sha256:
                    return path
        return None

    def _fresh(self, kind: str, key: str) -> Path:
        return self.work / kind / f"{key}.jpg"

    # --- frames of files -------------------------------------------------------------------------------------------

    def frames(self, sha256: str) -> int | Failed | None:
        """The number of frames of a file, or the reason why they could not be counted; None if unknown."""
        with _faults():
            row = self._db.execute("SELECT frames, fault, digest FROM frames WHERE sha256 = ?", (sha256,)).fetchone()
        if row is None or row[2] != _digest(sha256, *row[:2]):
            return None
        if row[1] is None:
            return row[0]
        code, data = json.loads(row[1])
        return Failed(code, tuple(data.items()))

    def add_frames(self, sha256: str, found: int | Failed) -> None:
        """Save the number of frames of a file, or the reason why they could not be counted."""
        fault = json.dumps([found.code, dict(found.data)]) if isinstance(found, Failed) else None
        row = sha256, 1 if isinstance(found, Failed) else found, fault
        with _faults(), self._db:
            self._db.execute("INSERT OR REPLACE INTO frames VALUES (?, ?, ?, ?)", (*row, _digest(*row)))

    # --- publishing ------------------------------------------------------------------------------------------------

    def kept(self) -> Kept | None:
        """The last publication; None if there is none, or if its row was changed since."""
        with _faults():
            row = self._db.execute("SELECT whole, digest, sums, summary FROM published").fetchone()
        if row is None or row[0] != _digest(*row[1:]):
            return None
        return Kept(row[1], row[2], zlib.decompress(row[3]).decode())

    def keep(self, published: Kept) -> None:
        """Save the last publication."""
        row = published.digest, published.sums, zlib.compress(published.summary.encode(), 1)
        with _faults(), self._db:
            self._db.execute("INSERT OR REPLACE INTO published VALUES (1, ?, ?, ?, ?)", (*row, _digest(*row)))

    def publication(self) -> Publication | None:
        """The last publication; None if it is not known, or was changed since."""
        with _faults():
            rows = self._db.execute("SELECT place, photo, digest FROM plan ORDER BY place").fetchall()
        if not rows or any(digest != _digest(place, photo) for place, photo, digest in rows):
            return None
        lists, *photos = (photo for _, photo, _ in rows)
        return Publication(tuple(map(unpacked, photos)), unpacked_lists(lists))

    def finish(self, published: Publication) -> None:
        """Mark the run as finished, keep what was published, and delete the results of all other photos."""
        photos = published.photos
        names = ((one.planned.job.key, one.planned.job.name) for one in photos if one.planned.first is None)
        lines = [packed_lists(published.lists), *map(packed, photos)]
        rows = ((place, line, _digest(place, line)) for place, line in enumerate(lines))
        with _faults(), self._db:
            self._db.execute("DELETE FROM plan")
            self._db.executemany("INSERT INTO plan VALUES (?, ?, ?)", rows)
            self._db.execute("CREATE TEMP TABLE kept (key TEXT PRIMARY KEY, file TEXT)")
            self._db.executemany("INSERT OR IGNORE INTO kept VALUES (?, ?)", names)
            self._db.execute("DELETE FROM readings WHERE key NOT IN (SELECT key FROM kept)")
            other = "kept.key = readings.key AND kept.file != readings.file"
            self._db.execute(f"UPDATE readings SET file = kept.file FROM kept WHERE {other}")
            self._db.execute("DROP TABLE kept")
            self._db.execute("UPDATE runs SET finished = ? WHERE id = ?", (time.time(), self._run))
        shutil.rmtree(self.work, ignore_errors=True)


def fingerprint(reader: Reader) -> str:
    """A hash of everything that a result depends on beside the photo: versions, options, forms, weights, libraries."""
    state = {
        "schema": RECORD_SCHEMA,
        "options": reader.options.model_dump(mode="json", exclude={"templates"}),
        "templates": [[form.id, form.sha256] for form in reader.templates],
        "weights": [
            reader.weights_sha256,
            reader.tally_sha256,
            reader.alterations_sha256,
            reader.words_sha256,
        ],
        "provenance": reader.unread("", 0, "file_empty").provenance.model_dump(mode="json"),
    }
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


def _digest(*facts: str | int | bytes | None) -> str:
    """A hash of columns of a row; the other columns may change."""
    parts = [hashlib.sha256(fact).hexdigest() if isinstance(fact, bytes) else fact for fact in facts]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def key_of(sha256: str, name: str, frame: int, reader_fingerprint: str, with_overlay: bool, with_pages: bool) -> str:
    """The key of a photo's result in the journal; it contains the photo's name only where a picture shows the name."""
    parts = [sha256, name if with_overlay else "", frame, reader_fingerprint, with_overlay, with_pages]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:40]


def _opened(path: Path) -> sqlite3.Connection:
    try:
        return _connected(path)
    except sqlite3.DatabaseError as fault:
        if isinstance(fault, sqlite3.OperationalError):
            raise  # the disk cannot be written: a new journal would not help
    for name in JOURNAL_FILES:
        with suppress(FileNotFoundError):
            path.with_name(name).replace(path.with_name(f"{name}.damaged"))
    return _connected(path)


def _connected(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        # A power cut may lose the last few results, which are then read again; it does not damage earlier ones.
        db.execute("PRAGMA synchronous = NORMAL")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version not in range(_SCHEMA + 1):
            raise sqlite3.DatabaseError(f"journal of version {version}")
        if version == 0:
            db.executescript(f"BEGIN; {_TABLES} {_PLAN} PRAGMA user_version = {_SCHEMA}; COMMIT;")
            return db
        if _was_interrupted(db) and db.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("damaged")
        if version == 1:
            _give_hashes(db)
        if version < _SCHEMA:
            db.executescript(f"BEGIN; {_PLAN} PRAGMA user_version = {_SCHEMA}; COMMIT;")
    except BaseException:
        db.close()
        raise
    return db


def _give_hashes(db: sqlite3.Connection) -> None:
    """Compute the hashes of the rows of a journal of version 1, once; their content is accepted as it is."""
    db.create_function("digest", -1, _digest, deterministic=True)
    with db:
        db.execute("BEGIN")
        for table, column in _ADDED:
            db.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
        db.execute(f"UPDATE readings SET digest = digest({_FACTS})")
        db.execute("UPDATE frames SET digest = digest(sha256, frames, fault)")
        db.execute("UPDATE published SET whole = digest(digest, sums, summary)")
        db.execute("PRAGMA user_version = 2")


def _was_interrupted(db: sqlite3.Connection) -> bool:
    last = db.execute("SELECT finished FROM runs ORDER BY id DESC LIMIT 1").fetchone()
    return bool(last) and last[0] is None


@contextmanager
def _faults() -> Generator[None]:
    """Turn exceptions of SQLite into `OSError`; reasons that messages cannot put into words stay as SQLite has them."""
    try:
        yield
    except sqlite3.Error as fault:
        reason = str(fault)
        raise OSError(None, reason if reason in WORDS else f"{JOURNAL_FILE}: {reason}") from fault
