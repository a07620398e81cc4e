"""Two sheets of one page: photos of a station that contradict each other, and people who say which sheet counts.

A question has all photos of the page, side by side. Who answers first sees what the machine read on each of them, who
answers second sees pictures alone, a third person both answers. Which entry comes next is decided by `agreement`, as
for numbers. The photos of a sheet that does not count are withdrawn (`received`).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Connection, Row
from typing import Any, Final

from ..messages.catalog import Language, filled
from ..messages.errors import WrongUse
from ..messages.web_sheet_texts import WEB_SHEET_TEXTS
from ..records.decisions import utc
from ..records.document import Document
from ..records.record import Record
from .agreement import UNREADABLE, Entering, Entry, State, role_of, state
from .database import Database
from .people import User, note
from .received import withdraw_photo

_TWO_SHEETS: Final = frozenset({"photos_disagree", "photos_of_two_sheets"})
_CLAIM_LASTS: Final = 300.0  # seconds; as long as a claim of numbers (`work`)
NEITHER, SAME = "0", "="  # answers beside the number of a photo, from 1, and `UNREADABLE`


@dataclass(frozen=True)
class SheetPhoto:
    """A photo of a page: its name in results, its SHA-256, and what the machine read, as text by field."""

    file: str
    sha256: str
    readings: Mapping[str, str]


@dataclass(frozen=True)
class SheetQuestion:
    """A page of a station that several photos show otherwise.

    Attributes:
        uid: its id, which changes with its photos.
        station, template, page: of the page; `station` is empty where it is not known.
        photos: in the order in which they arrived.
    """

    uid: str
    station: str
    template: str
    page: str
    photos: tuple[SheetPhoto, ...]


@dataclass(frozen=True)
class SheetTask:
    """A question for one person: which entry it needs, and what the person is shown of others' answers."""

    question: SheetQuestion
    state: State
    shown: tuple[str, ...] = ()

    @property
    def differing(self) -> Mapping[str, tuple[str, ...]]:
        """What was read on each photo, by field, where it differs; empty for who must not see it."""
        if self.state == "second":
            return {}
        photos = self.question.photos
        names = dict.fromkeys(name for one in photos for name in one.readings)
        read = {name: tuple(one.readings.get(name, "") for one in photos) for name in names}
        return {name: texts for name, texts in read.items() if len(set(texts)) > 1}


def sheet_questions(document: Document, records: Sequence[Record]) -> Iterator[SheetQuestion]:
    """The pages of a document whose photos contradict each other in a number that waits for people.

    Pages of a file with several frames are left out: a frame cannot be withdrawn alone.
    """
    by_page: dict[str, list[Record]] = {}
    for record in records:
        if record.page is not None and record.page.template == document.template:
            by_page.setdefault(record.page.page, []).append(record)
    for page, shown in by_page.items():
        fields = [field for record in shown for field in record.fields.values()]
        asked = any(field.status == "review" and not _TWO_SHEETS.isdisjoint(field.reasons) for field in fields)
        files = {record.photo.file for record in shown}
        if asked and len(files) == len(shown) > 1 and not any(record.photo.frame for record in shown):
            photos = tuple(
                SheetPhoto(
                    record.photo.file,
                    record.photo.sha256,
                    {name: field.text.replace(" ", "_") for name, field in record.fields.items() if field.text},
                )
                for record in shown
            )
            names = "/".join((document.id, document.template or "", page, *sorted(one.sha256 for one in photos)))
            uid = hashlib.sha256(names.encode()).hexdigest()[:24]
            yield SheetQuestion(uid, document.station.code or "", document.template or "", page, photos)


class SheetWork:
    """The questions about sheets of one server.

    Args:
        database: of the server.
        entering: how many people answer.
        language: of the reasons in the log.
        clock: the time in seconds since 1970.
    """

    def __init__(
        self,
        database: Database,
        entering: Entering,
        language: Language = "id",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._data, self._entering, self._clock = database, entering, clock
        self._language: Language = language

    def update(self, questions: Iterable[SheetQuestion]) -> None:
        """Take over the questions of the folder of results; answers stay. Those that are gone wait no more."""
        with self._data.changing() as db:
            db.execute("UPDATE sheets SET place = -1")
            for place, one in enumerate(questions):
                photos = json.dumps([[photo.file, photo.sha256, dict(photo.readings)] for photo in one.photos])
                add = "INSERT INTO sheets VALUES (?, ?, ?, ?, ?, ?, 'first', NULL, NULL)"
                add += " ON CONFLICT (uid) DO UPDATE SET place = excluded.place, photos = excluded.photos"
                db.execute(add, (one.uid, one.station, one.template, one.page, photos, place))

    def closed(self) -> frozenset[str]:
        """The ids of questions that people have answered."""
        return frozenset(row["uid"] for row in self._data.rows("SELECT uid FROM sheets WHERE state = 'done'"))

    def waiting(self, person: User) -> int:
        """How many questions wait for a person."""
        with self._data.changing() as db:
            return len(self._open(db, person))

    def claim(self, person: User) -> SheetTask | None:
        """The next question for a person; None where none waits."""
        with self._data.changing() as db:
            rows = self._open(db, person)
            if not rows:
                return None
            until = self._clock() + _CLAIM_LASTS
            db.execute("UPDATE sheets SET claimant = ?, until = ? WHERE uid = ?", (person.id, until, rows[0]["uid"]))
            return _task(db, rows[0])

    def _open(self, db: Connection, person: User) -> list[Row]:
        find = (
            "SELECT * FROM sheets WHERE place >= 0 AND state != 'done' AND (state != 'open' OR ?3)"
            " AND (until IS NULL OR until < ?2 OR claimant = ?1) AND (state = 'open' OR NOT EXISTS"
            " (SELECT 1 FROM sheet_entries WHERE sheet = uid AND person = ?1)) ORDER BY claimant IS NOT ?1, place"
        )
        return db.execute(find, (person.id, self._clock(), person.role == "supervisor")).fetchall()

    def photo(self, person: User, uid: str, place: int) -> SheetPhoto | None:
        """A photo of a question that a person has claimed or answered; any for the supervisor."""
        find = (
            "SELECT * FROM sheets WHERE uid = ?1 AND (?3 OR claimant = ?2"
            " OR EXISTS (SELECT 1 FROM sheet_entries WHERE sheet = uid AND person = ?2))"
        )
        row = self._data.one(find, (uid, person.id, person.role == "supervisor"))
        photos = _question(row).photos if row is not None else ()
        return photos[place - 1] if 0 < place <= len(photos) else None

    def answer(self, person: User, uid: str, given: str) -> State:
        """Enter a person's answer; a question that is settled by it withdraws the photos of sheets that do not count.

        Args:
            person: who answers.
            uid: of the question.
            given: the number of the photo whose sheet counts, from 1; `NEITHER`; `SAME`: all photos show one sheet;
                `UNREADABLE`: the person cannot tell.

        Returns:
            The entry that the question needs next.

        Raises:
            WrongUse: there is no such question or answer, or the question waits for somebody else.
        """
        with self._data.changing() as db:
            row = next((one for one in self._open(db, person) if one["uid"] == uid), None)
            if row is None:
                raise WrongUse("sheet_settled")
            question = _question(row)
            if given not in (NEITHER, SAME, UNREADABLE, *(str(place + 1) for place in range(len(question.photos)))):
                raise WrongUse("sheet_answer")
            role = role_of(row["state"], self._entering)
            add = "INSERT INTO sheet_entries (sheet, person, role, answer, at) VALUES (?, ?, ?, ?, ?)"
            db.execute(add, (uid, person.id, role, given, utc()))
            note(db, person.name, "sheet", f"{question.station} {question.page}: {given}")
            entries = [Entry(one["person"], one["role"], one["answer"]) for one in _entries(db, uid)]
            found = state(entries, None, self._entering)
            if found == "done" and given == UNREADABLE:
                found = "open"  # nobody can tell: the supervisor does
            db.execute("UPDATE sheets SET state = ?, claimant = NULL, until = NULL WHERE uid = ?", (found, uid))
            if found == "done":
                self._settle(db, question, given)
            return found

    def _settle(self, db: Connection, question: SheetQuestion, given: str) -> None:
        if given == SAME:
            return
        by = ", ".join(dict.fromkeys(one["name"] for one in _entries(db, question.uid) if one["answer"] == given))
        counts = question.photos[int(given) - 1].file if given != NEITHER else ""
        text = WEB_SHEET_TEXTS["sheet_other_counts" if counts else "sheet_neither_counts"]
        for one in question.photos:
            if one.file != counts:
                withdraw_photo(db, (one.file, one.sha256), by, filled(text, self._language, {"counts": counts}))


def _entries(db: Connection, uid: str) -> list[Row]:
    find = "SELECT sheet_entries.*, name FROM sheet_entries JOIN people ON people.id = person WHERE sheet = ?"
    return db.execute(f"{find} ORDER BY sheet_entries.id", (uid,)).fetchall()


def _question(row: Row) -> SheetQuestion:
    photos: list[list[Any]] = json.loads(row["photos"])
    facts = row["uid"], row["station"], row["template"], row["page"]
    return SheetQuestion(*facts, tuple(SheetPhoto(*photo) for photo in photos))


def _task(db: Connection, row: Row) -> SheetTask:
    answers = [one["answer"] for one in _entries(db, row["uid"])] if row["state"] in ("third", "open") else []
    return SheetTask(_question(row), row["state"], tuple(sorted(set(answers))))
