"""The review work: which numbers wait, who has which, and what people entered. Every step is one transaction.

A number is handed out by a claim that ends by itself (`CLAIM_LASTS`). No two people hold a claim on one number, and
nobody enters a number twice, except to correct the own entry. What an entry does to a number is decided by `agreement`.

Some numbers that are known already are mixed in, unmarked (planted checks): they measure how often people are right,
and never change a result.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Connection, Row
from typing import Final

from ..messages.errors import WrongUse
from ..messages.text import one_line
from ..messages.web_texts import REASON_GROUPS
from ..records.decisions import Number, utc
from .agreement import TURNS, Entering, Entry, Role, State, canonical, role_of, state
from .database import Database
from .people import User, note

CLAIM_LASTS: Final = 300.0  # seconds; a person who went away keeps a number from others so long; by judgement
AHEAD: Final = 10  # numbers that a person claims at once, so that the next picture is there; by judgement
_SHARE: Final = 6  # nobody claims more than one of so many waiting numbers at once; by judgement
BY_VALUE: Final = 60  # numbers in one grid of equal readings: what one screen shows; by judgement
_CHECK_EVERY: Final = 25  # of a person's numbers one is a planted check; by judgement


@dataclass(frozen=True)
class Waiting:
    """A number as the folder of results has it.

    Attributes:
        number: its key.
        document, station, file: where it is from; `station` is empty where it is not known.
        boxes: how many boxes it has.
        is_count: false for dates.
        text: as read, a character per box.
        machine: the most probable answer by all evidence, in the form of `agreement.canonical`; None without one.
        sure: whether one witness alone is sure of that answer.
        reasons: why it is in review, as codes.
        known: the value of a number that needs nobody, for planted checks; None for numbers in review.
        strip: its row in the picture of its photo's strips, from 0, and its width in px.
    """

    number: Number
    document: str
    station: str
    file: str
    boxes: int
    is_count: bool
    text: str
    machine: str | None
    sure: bool
    reasons: tuple[str, ...] = ()
    known: str | None = None
    strip: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Claim:
    """A number that a person has claimed.

    Attributes:
        id: of the number in the database.
        number, document, station, file, boxes: as in `Waiting`.
        state: which entry it needs; `check` where it is a planted check is not told.
        shown: the two answers of a number that two people see differently, in increasing order; else none.
    """

    id: int
    number: Number
    document: str
    station: str
    file: str
    boxes: int
    state: State
    shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filter:
    """Which numbers a person wants. Empty: all.

    `area` is the beginning of a station code, `template` a form, `reasons` a key of `web_texts.REASON_GROUPS`.
    """

    area: str = ""
    template: str = ""
    reasons: str = ""

    @property
    def where(self) -> tuple[str, list[str]]:
        """The condition on rows of `numbers`, and its data."""
        parts: list[str] = []
        data: list[str] = []
        if self.area:
            parts.append("substr(station, 1, length(?)) = ?")
            data += [self.area, self.area]
        if self.template:
            parts.append("template = ?")
            data.append(self.template)
        if codes := REASON_GROUPS.get(self.reasons, ()):
            one = "instr(' ' || reasons || ' ', ' ' || ? || ' ') > 0"
            parts.append(f"({' OR '.join([one] * len(codes))})")
            data += codes
        return "".join(f" AND {part}" for part in parts), data


ALL = Filter()


class AnsweredBefore(WrongUse):
    """A number was settled by others, or by the same person, while this person had its page open."""


class Work:
    """The review work of one server.

    Args:
        database: of the server.
        entering: how many people enter a number.
        clock: the time in seconds since 1970.
    """

    def __init__(
        self, database: Database, entering: Entering | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._data, self._clock = database, clock
        self.entering = entering or Entering()

    # --- numbers from the results ----------------------------------------------------------------------------------

    def update(self, waiting: Iterable[Waiting]) -> None:
        """Take over the numbers of the folder of results, most useful first; entries and claims stay.

        Numbers that are no longer among them wait no more.
        """
        with self._data.changing() as db:
            db.execute("UPDATE numbers SET place = -1")
            for place, one in enumerate(waiting):
                _upsert(db, one, place)
            gone = "SELECT id FROM numbers WHERE place = -1"
            db.execute(f"UPDATE numbers SET state = 'done', turn = {TURNS['done']} WHERE id IN ({gone})")
            for row in db.execute("SELECT * FROM numbers WHERE place >= 0 AND known IS NULL").fetchall():
                self._restate(db, row)

    def _restate(self, db: Connection, row: Row) -> State:
        """Compute the state of a number anew from its entries."""
        entries = _entries(db, row["id"])
        machine = row["machine"] if row["sure"] else None
        found = state(entries, machine, self.entering)
        db.execute("UPDATE numbers SET state = ?, turn = ? WHERE id = ?", (found, TURNS[found], row["id"]))
        return found

    # --- claims ----------------------------------------------------------------------------------------------------

    def claim(self, person: User, wanted: Filter = ALL, count: int = AHEAD) -> list[Claim]:
        """Claim the next numbers for a person: those that the person holds already first.

        Args:
            person: who works.
            wanted: which numbers.
            count: how many at most.
        """
        now = self._clock()
        where, data = wanted.where
        mine = "NOT EXISTS (SELECT 1 FROM entries WHERE number = numbers.id AND person = ?1 AND replaced IS NULL)"
        handed = "NOT EXISTS (SELECT 1 FROM handed WHERE number = numbers.id AND person = ?1)"
        find = (
            f"SELECT * FROM numbers WHERE turn < 3 AND (until IS NULL OR until < ?2 OR claimant = ?1)"
            f" AND {mine} AND {handed}{_numbered(where, 4)}"
            f" ORDER BY (claimant IS NOT ?1 OR until < ?2), turn, place LIMIT ?3"
        )
        with self._data.changing() as db:
            waiting = db.execute("SELECT count(*) FROM numbers WHERE turn < 3").fetchone()[0]
            share = max(1, min(count, waiting // _SHARE))
            rows = db.execute(find, (person.id, now, share, *data)).fetchall()
            db.executemany(
                "UPDATE numbers SET claimant = ?, until = ? WHERE id = ?",
                [(person.id, now + CLAIM_LASTS, row["id"]) for row in rows],
            )
            tasks = [_task(db, row) for row in rows]
            check = self._check(db, person, tasks)
        if check is not None:
            tasks.insert(min(len(tasks), check.id % 5), check)
        return tasks

    def _check(self, db: Connection, person: User, tasks: Sequence[Claim]) -> Claim | None:
        """A planted check for a person, where it is time for one; it looks like any other number."""
        if not tasks or person.role != "reviewer":
            return None
        facts = db.execute(
            "SELECT count(*), count(numbers.known) FROM entries JOIN numbers ON numbers.id = number WHERE person = ?",
            (person.id,),
        ).fetchone()
        if facts[1] >= (facts[0] + AHEAD) // _CHECK_EVERY:
            return None
        find = (
            "SELECT * FROM numbers WHERE known IS NOT NULL AND place >= 0"
            " AND NOT EXISTS (SELECT 1 FROM entries WHERE number = numbers.id AND person = ?1)"
            " ORDER BY (id * 7919 + ?1 * 104729) % 65537 LIMIT 1"
        )
        row = db.execute(find, (person.id,)).fetchone()
        return None if row is None else _task(db, row, tasks[0].state if tasks[0].state != "third" else "second")

    def release(self, person: int) -> None:
        """End all claims of a person."""
        with self._data.changing() as db:
            db.execute("UPDATE numbers SET claimant = NULL, until = NULL WHERE claimant = ?", (person,))

    def hand_on(self, person: User, task: int) -> None:
        """Leave a number to others."""
        with self._data.changing() as db:
            db.execute("INSERT OR IGNORE INTO handed VALUES (?, ?, ?)", (task, person.id, self._clock()))
            db.execute(
                "UPDATE numbers SET claimant = NULL, until = NULL WHERE id = ? AND claimant = ?", (task, person.id)
            )

    # --- entries ---------------------------------------------------------------------------------------------------

    def answer(self, person: User, task: int, text: str, seconds: float = 0.0, comment: str = "") -> State:
        """Enter a person's answer; the same person's earlier entry of the number is replaced.

        Args:
            person: who answers.
            task: id of the number.
            text: digits, `-` nothing written, `?` cannot be read, `!` not this number.
            seconds: that the person looked at it.
            comment: a remark.

        Returns:
            The entry that the number needs next.

        Raises:
            WrongUse: the text is no answer, or there is no such number.
            AnsweredBefore: others have settled the number meanwhile.
        """
        with self._data.changing() as db:
            row = db.execute("SELECT * FROM numbers WHERE id = ?", (task,)).fetchone()
            if row is None:
                raise WrongUse("no_such_number")
            answer = canonical(text, row["boxes"])
            if answer is None:
                raise WrongUse("answer_is_none", text=one_line(text)[:20], boxes=row["boxes"])
            return self._enter(db, row, person, Answered(answer, seconds, one_line(comment)))

    def _enter(self, db: Connection, row: Row, person: User, given: Answered, as_role: Role | None = None) -> State:
        own = db.execute(
            "SELECT id, role, answer FROM entries WHERE number = ? AND person = ? AND replaced IS NULL",
            (row["id"], person.id),
        ).fetchone()
        if own is None and row["state"] == "done" and row["known"] is None and as_role is None:
            raise AnsweredBefore("number_settled")
        role = as_role or (own["role"] if own else role_of(row["state"], self.entering))
        if row["known"] is not None and as_role is None:
            role = "first"
        if own is None or own["answer"] != given.answer or own["role"] != role or as_role == "third":
            columns = "uid, number, person, role, answer, at, seconds, note"
            facts = secrets.token_hex(12), row["id"], person.id, role, given.answer, utc(), given.seconds, given.note
            added = db.execute(f"INSERT INTO entries ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", facts)
            if own is not None:
                db.execute("UPDATE entries SET replaced = ? WHERE id = ?", (added.lastrowid, own["id"]))
        db.execute("UPDATE numbers SET claimant = NULL, until = NULL WHERE id = ?", (row["id"],))
        return "done" if row["known"] is not None else self._restate(db, row)

    def confirm_all(self, person: User, waiting: Iterable[Waiting], answers: Mapping[Number, str]) -> None:
        """Confirm numbers: what a desk confirms needs no second entry, and stands while nobody differs.

        Args:
            person: who confirms.
            waiting: numbers, those to confirm among them; those that the database does not know yet are added.
            answers: text by number, as in `answer`; all are taken, or none.

        Raises:
            WrongUse: a text is no answer, or a number is not among the known ones.
        """
        with self._data.changing() as db:
            for one in waiting:
                if one.number in answers and _row(db, one.number) is None:
                    _upsert(db, one, -1)
            for number, text in answers.items():
                row = _row(db, number)
                if row is None:
                    raise WrongUse("no_such_number")
                answer = canonical(text, row["boxes"])
                if answer is None:
                    raise WrongUse("answer_is_none", text=one_line(text)[:20], boxes=row["boxes"])
                self._enter(db, row, person, Answered(answer, 0.0, ""), "confirm")
            if answers:
                about = " ".join(sorted(number.field for number in answers))
                note(db, person.name, "confirm", f"{next(iter(answers)).sha256[:8]} {about}")

    def settle(self, person: User, task: int, text: str) -> State:
        """Settle a number that people see differently, as the third or a further person.

        Raises:
            WrongUse: the text is no answer, or there is no such number.
        """
        with self._data.changing() as db:
            row = db.execute("SELECT * FROM numbers WHERE id = ?", (task,)).fetchone()
            if row is None:
                raise WrongUse("no_such_number")
            answer = canonical(text, row["boxes"])
            if answer is None:
                raise WrongUse("answer_is_none", text=one_line(text)[:20], boxes=row["boxes"])
            note(db, person.name, "settle", f"{row['station']} {row['field']}")
            return self._enter(db, row, person, Answered(answer, 0.0, ""), "third")

    def last(self, person: User, before: int | None = None) -> Claim | None:
        """The number that a person entered last, to correct it; `before`: the one before that number.

        Returns:
            None where there is none.
        """
        with self._data.changing() as db:
            limit = "" if before is None else "AND id < (SELECT max(id) FROM entries WHERE number = ?2 AND person = ?1)"
            find = f"SELECT number FROM entries WHERE person = ?1 AND replaced IS NULL {limit} ORDER BY id DESC LIMIT 1"
            found = db.execute(find, (person.id,) if before is None else (person.id, before)).fetchone()
            if found is None:
                return None
            row = db.execute("SELECT * FROM numbers WHERE id = ?", (found[0],)).fetchone()
            return _task(db, row, "second" if row["state"] == "third" else None)

    # --- by value --------------------------------------------------------------------------------------------------

    def values(self, person: User, wanted: Filter = ALL) -> list[tuple[str, int]]:
        """The readings that numbers without an entry share, where one witness is sure, and how many there are."""
        if not self.has_values:
            return []
        where, data = wanted.where
        find = (
            "SELECT machine, count(*) FROM numbers WHERE turn = 2 AND sure AND machine IS NOT NULL"
            f" AND (until IS NULL OR until < ?1 OR claimant = ?2){_numbered(where, 3)}"
            " GROUP BY machine ORDER BY 2 DESC, length(machine), machine"
        )
        return [(row[0], row[1]) for row in self._data.rows(find, (self._clock(), person.id, *data))]

    def claim_value(self, person: User, value: str, wanted: Filter = ALL) -> list[Claim]:
        """Claim numbers that were all read as one value, for a grid in which the odd ones are marked."""
        if not self.has_values:
            return []
        now = self._clock()
        where, data = wanted.where
        find = (
            "SELECT * FROM numbers WHERE turn = 2 AND sure AND machine = ?4"
            f" AND (until IS NULL OR until < ?2 OR claimant = ?1){_numbered(where, 5)} ORDER BY place LIMIT ?3"
        )
        with self._data.changing() as db:
            rows = db.execute(find, (person.id, now, BY_VALUE, value, *data)).fetchall()
            db.executemany(
                "UPDATE numbers SET claimant = ?, until = ? WHERE id = ?",
                [(person.id, now + CLAIM_LASTS, row["id"]) for row in rows],
            )
            return [_task(db, row) for row in rows]

    def answer_value(self, person: User, value: str, tasks: Iterable[int], odd: Iterable[int]) -> int:
        """Enter one value for many numbers; the odd ones are given to people to key.

        Args:
            person: who answers.
            value: that the numbers were read as.
            tasks: ids of the numbers in the grid.
            odd: those of them that are something else.

        Returns:
            How many numbers got the entry: those of the grid that still wait and were read as this value.
        """
        others, entered = set(odd), 0
        with self._data.changing() as db:
            for task in dict.fromkeys(tasks):
                row = db.execute("SELECT * FROM numbers WHERE id = ?", (task,)).fetchone()
                held = row is not None and row["claimant"] == person.id
                if row is None or row["turn"] != TURNS["first"] or row["machine"] != value or not held:
                    continue
                if task in others:
                    db.execute("UPDATE numbers SET sure = 0, claimant = NULL, until = NULL WHERE id = ?", (task,))
                else:
                    self._enter(db, row, person, Answered(value, 0.0, ""))
                    entered += 1
        return entered

    @property
    def has_values(self) -> bool:
        """False where the machine's reading is the first entry: showing it would leave nobody to enter it blind."""
        return self.entering.people == 1 or self.entering.first == "person"


@dataclass(frozen=True)
class Answered:
    """What a person entered: an answer in its one form, seconds, and a remark."""

    answer: str
    seconds: float
    note: str


def _row(db: Connection, number: Number) -> Row | None:
    find = "SELECT * FROM numbers WHERE (sha256, frame, template, page, field) = (?, ?, ?, ?, ?)"
    return db.execute(find, number).fetchone()


def _upsert(db: Connection, one: Waiting, place: int) -> None:
    facts = (
        *one.number,
        one.document,
        one.station,
        one.file,
        one.boxes,
        int(one.is_count),
        one.text,
        one.machine,
        int(one.sure),
        " ".join(one.reasons),
        place,
        one.known,
        *one.strip,
        "first" if one.known is None else "done",
        TURNS["first" if one.known is None else "done"],
    )
    columns = (
        "sha256, frame, template, page, field, document, station, file, boxes, is_count, text, machine, sure, reasons,"
        " place, known, strip, strip_width, state, turn"
    )
    keys = "sha256, frame, template, page, field"
    new = "document, station, file, boxes, is_count, text, machine, sure, reasons, place, known, strip, strip_width"
    new += ", state, turn"
    update = ", ".join(f"{name} = excluded.{name}" for name in new.split(", "))
    marks = ", ".join("?" * len(facts))
    db.execute(f"INSERT INTO numbers ({columns}) VALUES ({marks}) ON CONFLICT ({keys}) DO UPDATE SET {update}", facts)


def _entries(db: Connection, number: int) -> list[Entry]:
    """All entries of a number in the order in which they were made."""
    find = "SELECT person, role, answer FROM entries WHERE number = ? ORDER BY id"
    return [Entry(row["person"], row["role"], row["answer"]) for row in db.execute(find, (number,)).fetchall()]


def _task(db: Connection, row: Row, told: State | None = None) -> Claim:
    number = Number(row["sha256"], row["frame"], row["template"], row["page"], row["field"])
    shown: tuple[str, ...] = ()
    if row["state"] == "third" and told is None:
        answers = {entry.answer: None for entry in {one.person: one for one in _entries(db, row["id"])}.values()}
        if len(answers) < 2 and row["machine"] is not None:
            answers[row["machine"]] = None
        shown = tuple(sorted(answers, key=lambda answer: (len(answer), answer)))
    facts = row["document"], row["station"], row["file"], row["boxes"]
    return Claim(row["id"], number, *facts, told or row["state"], shown)


def _numbered(where: str, first: int) -> str:
    """The condition with its `?` numbered from `first`."""
    parts = where.split("?")
    return "".join(part + (f"?{first + index}" if index < len(parts) - 1 else "") for index, part in enumerate(parts))
