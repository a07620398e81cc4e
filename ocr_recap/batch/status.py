"""The progress of a batch, from its journal: while it runs, after an interruption, and when it is finished.

When no process works in the folder, results are also compared with `SHA256SUMS`.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from ..messages.errors import CannotWrite, FolderDamaged, InputUnusable, system_reason
from ..records.decision_log import LogEvent, read_log
from ..records.folder import DECISIONS_FILE, JOURNAL_FILE, LOCK_FILE, RUN_FILE, SUMS_FILE
from . import audit, checksums
from .lock import refuse_links

State = Literal["running", "interrupted", "finished"]


@dataclass(frozen=True)
class Running:
    """A photo that is being read, and the seconds since its beginning."""

    photo: str
    seconds: float


@dataclass(frozen=True)
class Status:
    """The progress of a batch.

    Attributes:
        state: whether a process runs the batch, was interrupted, or has finished.
        kind: of the last run: `read`, `retry` or `force`.
        total, done, resumed: number of photos (0 while they are counted), of those done, and of those done by an
            earlier run; copies of a photo are done with it.
        problems: number of photos that could not be read, by the codes of their problems.
        running: photos that are being read, or were when the batch was interrupted.
        workers: number of workers.
        started, beat, finished: times of the last run in seconds since 1970; `beat` is its last update; None: not yet.
        left: estimated seconds to the end, by the pace so far; None where there is no estimate.
        edited: names of results that are not as published; pictures and tables to fill in are not checked.
        events: lines of the log that are not decisions: accepted edits, a log of an older version.
        sums: the SHA-256 of `SHA256SUMS`; empty without published results, or while a process runs the batch.
    """

    state: State
    kind: str
    total: int
    done: int
    resumed: int
    problems: dict[str, int]
    running: tuple[Running, ...]
    workers: int
    started: float
    beat: float
    finished: float | None
    left: float | None
    edited: tuple[str, ...] = ()
    events: tuple[LogEvent, ...] = ()
    sums: str = ""


def status(folder: str | Path) -> Status:
    """Read the progress of the batch in a folder of results, at any time, without changes.

    Raises:
        InputUnusable: no batch was run in this folder, or its files cannot be read.
        FolderDamaged: the journal cannot be read, or a link leads out of the folder.
        CannotWrite: the folder cannot be written, and its batch is not finished.
    """
    folder = Path(folder)
    file = folder / JOURNAL_FILE
    if not file.is_file():
        raise InputUnusable("no_journal", folder=folder, file=JOURNAL_FILE)
    try:
        refuse_links(folder)
    except OSError as fault:
        raise _unreadable(folder, fault) from None
    at_work = _at_work(folder)
    try:
        try:
            found = _query(file, "mode=ro", at_work)
        except sqlite3.OperationalError:
            # SQLite writes beside its file even to read it. On a read-only disk the file cannot change, so it is opened
            # as immutable.
            waiting = file.with_name(f"{JOURNAL_FILE}-wal")
            if os.access(folder, os.W_OK) or (waiting.is_file() and waiting.stat().st_size):
                raise
            found = _query(file, "mode=ro&immutable=1", at_work)
    except sqlite3.Error as fault:
        if not os.access(folder, os.W_OK):
            raise CannotWrite("status_unwritable", folder=folder) from None
        raise FolderDamaged("journal_unreadable", path=file, why=str(fault)) from None
    return found if at_work else _compared(folder, found)


def _query(file: Path, how: str, at_work: bool) -> Status:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?{how}", uri=True)) as db:
        return _read(db, at_work)


def _compared(folder: Path, found: Status) -> Status:
    """The status with the results of the comparison with `SHA256SUMS` and the events of the log.

    Raises:
        InputUnusable, FolderDamaged: a file cannot be read.
    """
    if not ((folder / SUMS_FILE).is_file() or (folder / RUN_FILE).is_file()):
        return found
    try:
        edited = [edit.name for edit in audit.differences(folder)]
        if DECISIONS_FILE in edited:
            return replace(found, edited=tuple(edited))
        log = read_log(folder)
        edited += [DECISIONS_FILE] if log.broken is not None else []
        return replace(found, edited=tuple(edited), events=log.events, sums=checksums.of(folder / SUMS_FILE))
    except OSError as fault:
        raise _unreadable(folder, fault) from None


def _unreadable(folder: Path, fault: OSError) -> InputUnusable:
    return InputUnusable("results_unreadable", path=fault.filename, folder=folder, why=system_reason(fault))


def _read(db: sqlite3.Connection, at_work: bool) -> Status:
    db.execute("BEGIN")  # a consistent snapshot, whatever is written meanwhile
    columns = "kind, total, done, resumed, workers, started, beat, finished"
    last = db.execute(f"SELECT {columns} FROM runs ORDER BY id DESC LIMIT 1").fetchone()
    if last is None:
        raise sqlite3.DatabaseError("no run yet")
    kind, total, done, resumed, workers, started, beat, finished = last
    problems: dict[str, int] = {}
    for codes, count in db.execute("SELECT codes, COUNT(*) FROM readings WHERE failed GROUP BY codes ORDER BY codes"):
        for code in codes.split():
            problems[code] = problems.get(code, 0) + count
    now = time.time()
    under_way = db.execute("SELECT label, since FROM running ORDER BY since, label").fetchall()
    state: State = "finished" if finished is not None else "running" if at_work else "interrupted"
    end = now if state == "running" else beat
    running = tuple(Running(label, max(0.0, end - since)) for label, since in under_way)
    read = done - resumed
    left = (now - started) / read * (total - done) if state == "running" and read > 0 else None
    return Status(state, kind, total, done, resumed, problems, running, workers, started, beat, finished, left)


def _at_work(folder: Path) -> bool:
    """True when a process holds the folder's lock, or when that cannot be tested in a folder that can be written."""
    if not os.access(folder, os.W_OK):
        return _is_locked(folder / LOCK_FILE)
    lock = FileLock(folder / LOCK_FILE, timeout=0)
    try:
        with lock:
            return False
    except (Timeout, OSError, RuntimeError):  # RuntimeError: this same thread holds the lock
        return True


def _is_locked(path: Path) -> bool:
    """True when a process holds a lock file that can only be read; False without a lock file or without file locks."""
    try:
        import fcntl  # noqa: PLC0415  (Unix alone has it)

        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # released when the file is closed
    except BlockingIOError:
        return True
    except (ImportError, OSError):
        return False
    return False
