"""The server's database, `office.sqlite` in the folder of results: who may do what, the work, and people's entries.

Everything that a person enters is committed and flushed to the disk before the page answers. One connection is shared
by all threads behind a lock, so that every change is one transaction.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from ..messages.errors import CannotWrite, FolderDamaged, system_reason
from ..records.folder import OFFICE_FILE

_SCHEMA: Final = 1  # version of the tables below
_TABLES: Final = """
CREATE TABLE people (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL, stations TEXT NOT NULL DEFAULT '',
  secret TEXT NOT NULL UNIQUE, made REAL NOT NULL, expires REAL NOT NULL, revoked REAL);
CREATE TABLE sessions (
  token TEXT PRIMARY KEY, person INTEGER NOT NULL REFERENCES people, made REAL NOT NULL, seen REAL NOT NULL);
CREATE TABLE numbers (
  id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, frame INTEGER NOT NULL, template TEXT NOT NULL, page TEXT NOT NULL,
  field TEXT NOT NULL, document TEXT NOT NULL, station TEXT NOT NULL, file TEXT NOT NULL, boxes INTEGER NOT NULL,
  is_count INTEGER NOT NULL, text TEXT NOT NULL, machine TEXT, sure INTEGER NOT NULL, reasons TEXT NOT NULL,
  place INTEGER NOT NULL, known TEXT, strip INTEGER NOT NULL, strip_width INTEGER NOT NULL, state TEXT NOT NULL,
  turn INTEGER NOT NULL, claimant INTEGER, until REAL, UNIQUE (sha256, frame, template, page, field));
CREATE INDEX numbers_waiting ON numbers (turn, place) WHERE turn < 3;
CREATE INDEX numbers_read_as ON numbers (machine) WHERE turn = 2;
CREATE TABLE entries (
  id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, number INTEGER NOT NULL REFERENCES numbers,
  person INTEGER NOT NULL REFERENCES people, role TEXT NOT NULL, answer TEXT NOT NULL, at TEXT NOT NULL,
  seconds REAL NOT NULL, replaced INTEGER, logged INTEGER NOT NULL DEFAULT 0, note TEXT NOT NULL DEFAULT '');
CREATE INDEX entries_of_number ON entries (number, person);
CREATE INDEX entries_of_person ON entries (person, id);
CREATE TABLE handed (number INTEGER NOT NULL, person INTEGER NOT NULL, at REAL NOT NULL, PRIMARY KEY (number, person));
CREATE TABLE uploads (
  id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, station TEXT NOT NULL, person INTEGER,
  at REAL NOT NULL, state TEXT NOT NULL, advice BLOB, key TEXT, record BLOB, published INTEGER NOT NULL DEFAULT 0);
CREATE INDEX uploads_of_station ON uploads (station);
CREATE INDEX uploads_by_content ON uploads (sha256);
CREATE TABLE upload_pictures (
  upload INTEGER NOT NULL REFERENCES uploads, kind TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (upload, kind));
CREATE TABLE remarks (
  id INTEGER PRIMARY KEY, station TEXT NOT NULL, person INTEGER NOT NULL, at TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE finished (station TEXT PRIMARY KEY, person INTEGER NOT NULL, at TEXT NOT NULL);
CREATE TABLE acts (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, person TEXT NOT NULL, act TEXT NOT NULL, about TEXT NOT NULL);
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
# Tables that an older server of the same version did not make; it leaves them alone.
_ADDED: Final = """
CREATE TABLE IF NOT EXISTS seals_wanted (station TEXT PRIMARY KEY, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS bundles (
  source TEXT PRIMARY KEY, name TEXT NOT NULL, at TEXT NOT NULL, person TEXT NOT NULL, outcome TEXT NOT NULL,
  receipt TEXT NOT NULL, look TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS withdrawn (
  path TEXT NOT NULL, sha256 TEXT NOT NULL, person TEXT NOT NULL, at TEXT NOT NULL, reason TEXT NOT NULL,
  logged INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (path, sha256));
CREATE TABLE IF NOT EXISTS sheets (
  uid TEXT PRIMARY KEY, station TEXT NOT NULL, template TEXT NOT NULL, page TEXT NOT NULL, photos TEXT NOT NULL,
  place INTEGER NOT NULL, state TEXT NOT NULL, claimant INTEGER, until REAL);
CREATE TABLE IF NOT EXISTS sheet_entries (
  id INTEGER PRIMARY KEY, sheet TEXT NOT NULL REFERENCES sheets, person INTEGER NOT NULL REFERENCES people,
  role TEXT NOT NULL, answer TEXT NOT NULL, at TEXT NOT NULL);
"""


class Database:
    """A connection to `office.sqlite`, shared by all threads of the server.

    Raises:
        CannotWrite: the file cannot be made or opened.
        FolderDamaged: the file is not a database of this version.
    """

    def __init__(self, folder: Path) -> None:
        """Open the database of a folder of results, or make it."""
        self.path = folder / OFFICE_FILE
        self._lock = threading.RLock()
        try:
            self._db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=10.0)
            self._prepare()
        except sqlite3.OperationalError as fault:
            raise CannotWrite("folder_unwritable", folder=folder, why=str(fault)) from None
        except sqlite3.DatabaseError as fault:
            raise FolderDamaged("office_unusable", path=self.path, why=str(fault)) from None
        except OSError as fault:
            raise CannotWrite("folder_unwritable", folder=folder, why=system_reason(fault)) from None
        self._db.row_factory = sqlite3.Row

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")  # an entry that was answered is on the disk
        self._db.execute("PRAGMA foreign_keys = ON")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _SCHEMA):
            raise sqlite3.DatabaseError(f"version {version}")
        if version == 0:
            self._db.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {_SCHEMA}; COMMIT;")
        self._db.executescript(_ADDED)
        self.path.chmod(0o600)

    @contextmanager
    def changing(self) -> Generator[sqlite3.Connection]:
        """One transaction: all changes in the block are made, or none."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def rows(self, question: str, facts: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """The rows that answer a question."""
        with self._lock:
            return self._db.execute(question, facts).fetchall()

    def one(self, question: str, facts: Sequence[Any] = ()) -> sqlite3.Row | None:
        """The first row that answers a question; None if there is none."""
        with self._lock:
            return self._db.execute(question, facts).fetchone()

    def setting(self, name: str, make: Callable[[], str]) -> str:
        """A setting; the first who asks makes it."""
        with self.changing() as db:
            db.execute("INSERT OR IGNORE INTO settings VALUES (?, ?)", (name, make()))
            return db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()[0]

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._db.close()
