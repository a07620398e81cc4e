"""How far a batch is, from its journal alone: while it runs, after it was interrupted, and when it is finished.

Once nobody is at work, results are also compared with `SHA256SUMS`.
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
    """A photo that is being read, and for how many seconds."""

    photo: str
    seconds: float


@dataclass(frozen=True)
class Status:
    """How far a batch is.

    Attributes:
        state: whether a process is at work, was, or has finished.
        kind: of the last run: `read`, `retry` or `force`.
        total, done, resumed: photos in all (0 while they are still counted), done, and done by an earlier run; copies
            of a photo are done with it.
        problems: photos that could not be read, by the codes of their problems.
        running: what is being read, or was when the batch was interrupted.
        workers: how many.
        started, beat, finished: of the last run; `beat` is the last sign of life. Seconds since 1970; None: not yet.
        left: seconds until all is read at the pace so far; None where that cannot be told.
        edited: results that are not as they were published, by name; pictures and tables to fill in are not looked at.
        events: lines of the log that decide no number: edits that were accepted, a log that was taken over.
        sums: the SHA-256 of `SHA256SUMS`; empty without published results, or while a process is at work.
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
    """How far the batch in a folder of results is. Changes nothing, and may be asked at any time.

    Raises:
        InputUnusable: no batch was run in this folder, or its files cannot be read.
        FolderDamaged: its journal cannot be read, or a link leads out of it.
        CannotWrite: it cannot be written, and its batch is not finished.
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
            found = _asked(file, "mode=ro", at_work)
        except sqlite3.OperationalError:
            # SQLite wants to write beside its file even to read it; a disk that forbids that changes nothing either.
            waiting = file.with_name(f"{JOURNAL_FILE}-wal")
            if os.access(folder, os.W_OK) or (waiting.is_file() and waiting.stat().st_size):
                raise
            found = _asked(file, "mode=ro&immutable=1", at_work)
    except sqlite3.Error as fault:
        if not os.access(folder, os.W_OK):
            raise CannotWrite("status_unwritable", folder=folder) from None
        raise FolderDamaged("journal_unreadable", path=file, why=str(fault)) from None
    return found if at_work else _compared(folder, found)


def _asked(file: Path, how: str, at_work: bool) -> Status:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?{how}", uri=True)) as db:
        return _read(db, at_work)


def _compared(folder: Path, found: Status) -> Status:
    """The status with what `SHA256SUMS` and the log say of published results.

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
    db.execute("BEGIN")  # one moment of it, whatever is written meanwhile
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
    """Whether a process holds the folder; one that cannot be asked is taken to, unless nobody here can write to it."""
    if not os.access(folder, os.W_OK):
        return _is_locked(folder / LOCK_FILE)
    lock = FileLock(folder / LOCK_FILE, timeout=0)
    try:
        with lock:
            return False
    except (Timeout, OSError, RuntimeError):  # the last is how a lock of this same thread is told
        return True


def _is_locked(path: Path) -> bool:
    """The same of a lock that may be read and not written; False where there is none, or none can be asked for."""
    try:
        import fcntl  # noqa: PLC0415  (Unix alone has it)

        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # given back when the file is closed
    except BlockingIOError:
        return True
    except (ImportError, OSError):
        return False
    return False
