"""Seals at the office: what a desk finished is signed with the server's key, and bundles of others are received.

Signing is an act of the desk: only stations that it finished are sealed, once all their photos are in the results. What
changes later is not signed by itself; the desk's page says so until somebody finishes the station again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import Any, Final, Literal

from ..batch.audit import refuse_edits
from ..batch.lock import held
from ..messages.errors import InputUnusable, OcrRecapError, WrongUse
from ..messages.problems import PhotoProblem
from ..messages.text import one_line
from ..records.decisions import utc
from ..records.folder import DOCUMENTS_FILE
from ..seal.check_codes import judge_code
from ..seal.check_rights import received_at
from ..seal.compact import DamagedCodeError, StationCode, known_form, read_code
from ..seal.device_key import DeviceKey
from ..seal.findings import Finding, ordered
from ..seal.preliminary import KeptSms, keep_sms, kept_sms
from ..seal.receive import RECEIPTS, ReceivedBundle, questions, receive
from ..seal.receive_code import receive_code
from ..seal.roll import KeyHolder, KeyRoll
from ..seal.scan import code_in_picture
from ..seal.seal_results import Sealing, may_seal, seal_results
from ..seal.slip import SlipContent, slip_contents
from ..seal.statement import KINDS
from ..seal.store import ENDING, STATEMENTS, sealed_folder
from .database import Database
from .people import note

SealState = Literal["no_key", "waiting", "sealed", "changed", "no_right", "nothing"]
UPLOADED: Final = ".bundle-"  # beginning of the names of folders in which bundles are kept while they are received
_MOST_FINDINGS: Final = 100  # of one bundle that the page shows; by judgement


@dataclass(frozen=True)
class StationSeal:
    """How the seal of a finished station stands.

    Attributes:
        state: `no_key`: the server has none; `waiting`: for photos or results; `sealed`; `changed`: its numbers or
            files are others than those that were sealed; `no_right`: the key has no right to it; `nothing`: no form of
            it was recognised.
        slips: what was sealed, one for each form.
        is_enrolled: whether the key is in the roll.
    """

    state: SealState
    slips: tuple[SlipContent, ...] = ()
    is_enrolled: bool = True


@dataclass(frozen=True)
class ReceivedNews:
    """What became of one bundle, or one photo of a slip, that arrived, as the supervisor sees it.

    Attributes:
        name: of the file or folder.
        at: when it was received last, UTC.
        by: who sent it.
        outcome: `failed`, or `taken`, `known`, `left` (numbers of statements) and `refused`; `findings`, each with
            `level`, `id`, `en`, and how many `more`. Of a slip: `slip` with `state` (`kept`, `kept_before`,
            `not_kept`), and of a code that can be read `station`, `at`, `template` and `numbers`.
        receipt: name of the file with the receipts for it; empty without one.
    """

    name: str
    at: str
    by: str
    outcome: Mapping[str, Any]
    receipt: str


class OfficeSeal:
    """The seals of one folder of results.

    Args:
        folder: of results.
        database: of the server.
        key: that seals and gives receipts; None: nothing is sealed, and no receipt is given.
        roll: the trusted roll; None: the one that the folder has.
        clock: the time now, UTC, as statements have it.
    """

    def __init__(
        self,
        folder: Path,
        database: Database,
        key: DeviceKey | None = None,
        roll: KeyRoll | None = None,
        clock: Callable[[], str] = utc,
    ) -> None:
        self._folder, self._data, self.key, self._given, self.clock = folder, database, key, roll, clock
        self._changed: frozenset[str] = frozenset()
        self._one = threading.Lock()  # one step at a time: the sealed folder has one lock for all threads
        self._questions: tuple[Finding, ...] | None = None
        for place in folder.glob(f"{UPLOADED}*"):  # what a server left that was killed while a bundle was sent
            shutil.rmtree(place, ignore_errors=True)
        self._known: dict[str, tuple[int, tuple[SlipContent, ...]]] = {}  # slips by station, with the state of the file

    @property
    def roll(self) -> KeyRoll | None:
        """The roll of keys, the newest that is known."""
        kept = sealed_folder(self._folder).roll()
        rolls = [one for one in (kept, self._given) if one is not None]
        return max(rolls, key=lambda one: len(one.versions), default=None)

    @property
    def holder(self) -> KeyHolder | None:
        """Who holds the server's key by the roll."""
        roll = self.roll
        return roll.holder(self.key.id) if roll and self.key else None

    def own_keys(self) -> Mapping[str, str]:
        """The id of the server's key by the name of its holder in small letters, whose decisions it signs."""
        holder = self.holder
        return {one_line(holder.person).casefold(): holder.keyid} if holder else {}

    # --- stations --------------------------------------------------------------------------------------------------

    def want(self, db: Connection, station: str) -> None:
        """Ask for the seal of a station, within a transaction of the caller's."""
        db.execute("INSERT OR REPLACE INTO seals_wanted VALUES (?, ?)", (station, self.clock()))

    def drop(self, db: Connection, station: str) -> None:
        """Ask no longer for the seal of a station, within a transaction of the caller's."""
        db.execute("DELETE FROM seals_wanted WHERE station = ?", (station,))

    def seal_wanted(self) -> None:
        """Seal the stations that are asked for and whose photos are all in the results, and note which changed.

        Raises:
            ocr_recap.messages.errors.OcrRecapError: the folder is in use, was edited, or cannot be written; stations
                stay asked for.
        """
        if self.key is None or not (self._folder / DOCUMENTS_FILE).is_file():
            return
        find = (
            "SELECT station FROM seals_wanted WHERE NOT EXISTS"
            " (SELECT 1 FROM uploads WHERE uploads.station = seals_wanted.station AND published = 0)"
        )
        ready = [row["station"] for row in self._data.rows(find)]
        if not ready and not sealed_folder(self._folder).statements(self.key.id):
            return
        with self._one, held(self._folder):
            refuse_edits(self._folder)
            done = seal_results(self._folder, Sealing(self.key, self.roll, self.clock()), frozenset(ready))
        self._changed = frozenset(done.changed)
        with self._data.changing() as db:
            for station in ready:
                self.drop(db, station)
            for one in done.new:
                note(db, done.holder.person if done.holder else "key", "seal", f"{one.area} {one.id[:16]}")

    def of(self, station: str) -> StationSeal:
        """How the seal of a finished station stands.

        Raises:
            ocr_recap.messages.errors.OcrRecapError: the sealed part of the folder is damaged.
        """
        if self.key is None:
            return StationSeal("no_key")
        holder = self.holder
        slips = self._slips(station)
        if self._data.one("SELECT 1 FROM seals_wanted WHERE station = ?", (station,)):
            return StationSeal("waiting")
        if slips:
            return StationSeal("changed" if station in self._changed else "sealed", slips, holder is not None)
        return StationSeal("no_right" if holder and not may_seal(holder, station) else "nothing")

    def slip(self, station: str, statement: str) -> SlipContent | None:
        """What the slip of a statement shows; None where the key sealed no such newest statement of the station."""
        return next((one for one in self._slips(station) if one.statement.id == statement), None)

    def _slips(self, station: str) -> tuple[SlipContent, ...]:
        if self.key is None:
            return ()
        file = sealed_folder(self._folder).path / STATEMENTS / f"{self.key.id}{ENDING}"
        if not file.is_file():
            return ()
        state = file.stat().st_mtime_ns
        if self._known.get(station, (0, ()))[0] != state:
            sealed = sealed_folder(self._folder).statements(self.key.id)
            is_sealed = any(one.kind == "station" and one.area == station for one in sealed)
            self._known[station] = state, slip_contents(self._folder, station, self.key) if is_sealed else ()
        return self._known[station][1]

    # --- SMS lines -------------------------------------------------------------------------------------------------

    def take_sms(self, line: str, by: str) -> None:
        """Keep an SMS line, which is preliminary until the statement of its station arrives.

        Raises:
            WrongUse: it is cut off or mistyped.
            FolderBusy, FolderDamaged, CannotWrite: the folder is in use, damaged, or cannot be written.
        """
        try:
            with self._one:
                keep_sms(self._folder, line, self.clock())
        except DamagedCodeError:
            raise WrongUse("sms_line_damaged") from None
        self._questions = None
        with self._data.changing() as db:
            note(db, by, "sms", one_line(line)[:80])

    def preliminary(self) -> list[KeptSms]:
        """The SMS lines whose stations have no statement yet."""
        kept, here = kept_sms(self._folder), {one.area for one in sealed_folder(self._folder).everything()}
        return [one for one in kept if one.said.station not in here]

    # --- bundles ---------------------------------------------------------------------------------------------------

    def take(self, path: Path, name: str, by: str, source: str, look: str = "") -> ReceivedNews:
        """Receive a bundle, a zip of one, or receipts; a fault is kept beside it for the supervisor.

        Args:
            path: where it lies; it is only read.
            name: for people.
            by: who sent it.
            source: by which it is known when it arrives again.
            look: of the file or folder, so that a later server knows that it was received.
        """
        key, holder = self.key, self.holder
        how = Sealing(key, self._given, self.clock()) if key and holder and "receipt" in KINDS[holder.role] else None
        receipt = ""
        try:
            with self._one:
                done = receive(path, self._folder, self._given, how)
            outcome = _outcome(done)
            receipt = done.receipt.name if done.receipt else ""
        except OcrRecapError as fault:
            said = {"id": fault.id.replace(str(path), name), "en": fault.en.replace(str(path), name)}
            outcome = {"failed": True, "more": 0, "findings": [{"level": "fault", **said}]}
        return self._keep(ReceivedNews(one_line(name), self.clock(), by, outcome, receipt), source, look)

    def take_slip(self, photo: bytes, name: str, station: str, by: str) -> ReceivedNews:
        """Keep the code on a photo of a slip, with a receipt, if it holds; else say why it does not.

        Args:
            photo: the file.
            name: for people.
            station: that the slip is of, as people read it, 13 digits.
            by: who sent it.

        Raises:
            InputUnusable: no code can be read from the photo.
            WrongUse: the server has no key that may give receipts, or there is no roll.
            FolderBusy, FolderDamaged, CannotWrite: the folder is in use, damaged, or cannot be written.
        """
        key, holder = self.key, self.holder
        if key is None or holder is None or "receipt" not in KINDS[holder.role]:
            raise WrongUse("scan_into_needs_key")
        try:
            text = code_in_picture(photo)
        except PhotoProblem:
            text = None
        if text is None:
            raise InputUnusable("scan_nothing", path=one_line(name))
        try:
            code = read_code(text)
        except DamagedCodeError:
            return self._slip_news(name, by, photo, None, "not_kept", (Finding("qr_damaged", "code"),))
        with self._one:
            statements, roll = sealed_folder(self._folder).everything(), self.roll
            receipts = received_at(statements, roll) if roll else {}
            found = ordered(judge_code(code, statements, roll, receipts, station))
            state = "not_kept"
            if not any(one.is_fault for one in found):
                is_new = receive_code(code, self._folder, Sealing(key, self._given, self.clock()))
                state = "kept" if is_new else "kept_before"
        return self._slip_news(name, by, photo, code, state, found)

    def _slip_news(
        self, name: str, by: str, photo: bytes, code: StationCode | None, state: str, found: Sequence[Finding]
    ) -> ReceivedNews:
        slip: dict[str, Any] = {"state": state}
        if code is not None:
            form = known_form(code)
            slip |= {"station": code.station, "at": code.at, "template": form[0].id if form else ""}
            slip["numbers"] = dict(form[1]) if form else {}
        outcome = {
            "failed": False,
            "slip": slip,
            "findings": [{**one.export(), "data": {}} for one in found],
            "more": 0,
        }
        source = hashlib.sha256(photo).hexdigest()
        return self._keep(ReceivedNews(one_line(name), self.clock(), by, outcome, ""), source, "")

    def _keep(self, news: ReceivedNews, source: str, look: str) -> ReceivedNews:
        """Keep what became of something that arrived, in the place of what was said of it before."""
        self._questions = None
        with self._data.changing() as db:
            outcome = json.dumps(news.outcome, ensure_ascii=False)
            row = source, news.name, news.at, news.by, outcome, news.receipt, look
            db.execute("INSERT OR REPLACE INTO bundles VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            note(db, news.by, "receive", news.name)
        return news

    def is_received(self, source: str, look: str) -> bool:
        """Whether a file or folder was received as it looks now."""
        row = self._data.one("SELECT outcome FROM bundles WHERE source = ? AND look = ?", (source, look))
        return row is not None and not json.loads(row["outcome"])["failed"]

    def news(self) -> list[ReceivedNews]:
        """The bundles that arrived, the last one first."""
        rows = self._data.rows("SELECT * FROM bundles ORDER BY at DESC, source")
        return [
            ReceivedNews(row["name"], row["at"], row["person"], json.loads(row["outcome"]), row["receipt"])
            for row in rows
        ]

    def receipt(self, name: str) -> Path | None:
        """The file of a receipt; None where there is none of this name."""
        known = self._data.one("SELECT 1 FROM bundles WHERE receipt = ?", (name,))
        path = self._folder / RECEIPTS / name
        return path if known and name.endswith(ENDING) and path.is_file() else None

    def for_people(self) -> tuple[Finding, ...]:
        """What people must settle about all that was received: rights and conflicts.

        Raises:
            FolderDamaged: the sealed part of the folder is damaged.
        """
        if self._questions is None:
            self._questions = tuple(one for one in questions(self._folder) if one.is_fault)
        return self._questions


def _outcome(done: ReceivedBundle) -> dict[str, Any]:
    """What became of a bundle, as plain JSON types."""
    said: Sequence[Finding] = done.verdict.findings[:_MOST_FINDINGS]
    return {
        "failed": False,
        "taken": len(done.taken),
        "known": done.known,
        "left": done.left,
        "refused": done.refused,
        "findings": [{**one.export(), "data": {}} for one in said],
        "more": max(0, len(done.verdict.findings) - _MOST_FINDINGS),
    }
