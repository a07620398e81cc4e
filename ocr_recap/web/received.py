"""Photos that arrive: kept at once under `incoming/`, so that nothing is lost, and known by their content.

A photo is written to a temporary name, flushed to the disk and renamed before the database knows of it. The same bytes
for the same station are one photo; another take of a page is another photo, and both are kept.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection, Row
from typing import Final

from ..imaging.frames import HEAD, kind_of
from ..messages.errors import CannotWrite, WrongUse, system_reason
from ..messages.text import one_line, printable
from ..records.decision_log import LogEvent
from ..records.decisions import utc
from ..records.folder import INCOMING
from .agreement import TURNS
from .database import Database
from .people import User, note

MOST_BYTES: Final = 40 << 20  # of an uploaded photo; phones with 200 megapixels make 60 MB only in raw; by judgement
_LONGEST_REASON: Final = 200  # characters of the reason to withdraw a photo; by judgement
_ENDINGS: Final = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "TIFF": ".tif", "PDF": ".pdf", "HEIC": ".heic"}
LOOSE: Final = "inbox"  # folder of photos whose station is not said


@dataclass(frozen=True)
class Withdrawal:
    """That a person withdrew a photo: who, when (UTC), and why."""

    by: str
    at: str
    reason: str


@dataclass(frozen=True)
class Upload:
    """A photo that arrived.

    Attributes:
        id: in the database.
        path: relative to the folder of results, with forward slashes; its name in results.
        sha256: of its bytes.
        station: 13 digits; empty where nobody said it.
        state: `received`, or `read`; `waiting` for files of several frames, which are read when results are made.
        published: whether it is in the results.
        person: id of who sent it; None for the inbox.
        withdrawal: set where a person withdrew it: it is kept, and nothing of it counts.
    """

    id: int
    path: str
    sha256: str
    station: str
    state: str
    published: bool
    person: int | None = None
    withdrawal: Withdrawal | None = None

    def may_be_withdrawn_by(self, person: User) -> bool:
        """True for the supervisor, and for the desk that sent the photo."""
        return person.role == "supervisor" or (self.person == person.id and person.may_send(self.station))


_FIND: Final = (
    "SELECT uploads.*, withdrawn.person AS withdrawn_by, withdrawn.at AS withdrawn_at, withdrawn.reason AS why"
    " FROM uploads LEFT JOIN withdrawn ON (withdrawn.path, withdrawn.sha256) = (uploads.path, uploads.sha256)"
)


class UploadStore:
    """The photos that one server received.

    Args:
        folder: of results.
        database: of the server.
        clock: the time in seconds since 1970.
    """

    def __init__(self, folder: Path, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._folder, self._data, self._clock = folder, database, clock

    def take(self, content: bytes, name: str, station: str = "", person: User | None = None) -> Upload:
        """Keep a photo.

        Args:
            content: of the file.
            name: that its sender gave it; only a cleaned form is used, and only where no station is said.
            station: 13 digits, or empty.
            person: who sent it; None for the inbox.

        Raises:
            WrongUse: the content is no photo, is empty or is too large, or the photo was withdrawn.
            CannotWrite: the disk is full, or the folder cannot be written.
        """
        if not content or len(content) > MOST_BYTES:
            raise WrongUse("upload_size", most=MOST_BYTES >> 20)
        kind = kind_of(content[:HEAD])
        if kind is None:
            raise WrongUse("upload_no_photo")
        sha256 = hashlib.sha256(content).hexdigest()
        if (known := self._known(sha256, station)) is not None:
            if (gone := known.withdrawal) is not None:
                raise WrongUse("upload_withdrawn", by=gone.by, reason=gone.reason)
            return known
        path = self._path(name, station, sha256, _ENDINGS[kind])
        try:
            _write(self._folder / path, content)
        except OSError as fault:
            raise CannotWrite("folder_unwritable", folder=self._folder, why=system_reason(fault)) from None
        with self._data.changing() as db:
            columns = "path, sha256, station, person, at, state"
            facts = path, sha256, station, person.id if person else None, self._clock(), "received"
            db.execute(f"INSERT OR IGNORE INTO uploads ({columns}) VALUES (?, ?, ?, ?, ?, ?)", facts)
            note(db, person.name if person else "inbox", "photo", path)
            row = db.execute(f"{_FIND} WHERE uploads.path = ?", (path,)).fetchone()
        return upload_of(row)

    def find_lost(self) -> int:
        """Note files under `incoming/` that the database does not know, as after a power cut; how many there were."""
        root = self._folder / INCOMING
        known = {row["path"] for row in self._data.rows("SELECT path FROM uploads")}
        found = 0
        for file in sorted(root.rglob("*")):
            path = file.relative_to(self._folder).as_posix()
            if file.is_symlink() or not file.is_file() or file.name.startswith(".") or path in known:
                continue
            parts = file.relative_to(root).parts
            station = parts[0] if len(parts) > 1 and parts[0].isascii() and parts[0].isdigit() else ""
            with self._data.changing() as db:
                columns = "path, sha256, station, at, state"
                facts = path, hashlib.sha256(file.read_bytes()).hexdigest(), station, self._clock(), "received"
                db.execute(f"INSERT INTO uploads ({columns}) VALUES (?, ?, ?, ?, ?)", facts)
            found += 1
        return found

    def of_station(self, station: str) -> list[Upload]:
        """The photos of a station, in the order in which they arrived."""
        find = f"{_FIND} WHERE uploads.station = ? ORDER BY uploads.id"
        return [upload_of(row) for row in self._data.rows(find, (station,))]

    def get(self, upload: int) -> Upload | None:
        """A photo by its id."""
        row = self._data.one(f"{_FIND} WHERE uploads.id = ?", (upload,))
        return None if row is None else upload_of(row)

    def withdraw(self, upload: Upload, person: User, reason: str) -> None:
        """Withdraw a photo: its file stays, and its numbers wait for nobody any more. The second time nothing changes.

        The results follow when they are made again; until then the database alone knows of it.

        Args:
            upload: the photo.
            person: who withdraws it, and may do so.
            reason: why.

        Raises:
            WrongUse: there is no reason.
        """
        reason = one_line(reason)[:_LONGEST_REASON]
        if not reason:
            raise WrongUse("withdraw_reason")
        with self._data.changing() as db:
            withdraw_photo(db, (upload.path, upload.sha256), person.name, reason)

    def withdrawals(self) -> list[LogEvent]:
        """The lines for the log about withdrawn photos in the results that it may not have yet."""
        find = (
            "SELECT withdrawn.* FROM withdrawn LEFT JOIN uploads ON uploads.path = withdrawn.path"
            " WHERE logged = 0 AND (uploads.id IS NULL OR uploads.state IN ('read', 'waiting')) ORDER BY withdrawn.at"
        )
        return [
            LogEvent(
                event="photo_withdrawn",
                at=row["at"],
                by=row["person"],
                reason=row["reason"],
                file=row["path"],
                photo=row["sha256"],
            )
            for row in self._data.rows(find)
        ]

    def logged(self, lines: Sequence[LogEvent]) -> None:
        """Note that the log has lines about withdrawn photos."""
        with self._data.changing() as db:
            db.executemany("UPDATE withdrawn SET logged = 1 WHERE path = ?", [(line.file,) for line in lines])

    def _known(self, sha256: str, station: str) -> Upload | None:
        find = f"{_FIND} WHERE uploads.sha256 = ? AND uploads.station = ?"
        row = self._data.one(find, (sha256, station))
        return None if row is None else upload_of(row)

    def _path(self, name: str, station: str, sha256: str, ending: str) -> str:
        if station:
            moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime(self._clock()))
            return f"{INCOMING}/{station}/{moment}-{sha256[:8]}{ending}"
        stem = printable(Path(name.replace("\\", "/")).stem).replace("/", "_").lstrip(".")[:80] or "photo"
        return f"{INCOMING}/{LOOSE}/{stem}-{sha256[:8]}{ending}"


def withdraw_photo(db: Connection, photo: tuple[str, str], by: str, reason: str) -> None:
    """Note that a photo is withdrawn, within a transaction of the caller's; the second time nothing changes.

    Args:
        db: the transaction.
        photo: its name in results, and its SHA-256.
        by: who withdraws it.
        reason: why.
    """
    add = "INSERT OR IGNORE INTO withdrawn (path, sha256, person, at, reason) VALUES (?, ?, ?, ?, ?)"
    if db.execute(add, (*photo, by, utc(), reason)).rowcount:
        note(db, by, "withdraw", f"{photo[0]}: {reason}")
        gone = "UPDATE numbers SET place = -1, state = 'done', turn = ?, claimant = NULL WHERE file = ?"
        db.execute(gone, (TURNS["done"], photo[0]))


def upload_of(row: Row) -> Upload:
    """The upload of a row of the table."""
    facts = row["path"], row["sha256"], row["station"], row["state"]
    gone = Withdrawal(row["withdrawn_by"], row["withdrawn_at"], row["why"]) if row["withdrawn_at"] else None
    return Upload(row["id"], *facts, bool(row["published"]), row["person"], gone)


def _write(path: Path, content: bytes) -> None:
    """Write a file so that its name stands for all of its bytes, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    if os.name == "posix":
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
