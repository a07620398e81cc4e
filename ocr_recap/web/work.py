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
from sqlite3 import Connection, Row
from typing import Final

from ..messages.errors import WrongUse
from ..messages.text import one_line
from ..records.decisions import Number, utc
from .agreement import TURNS, Entering, Role, State, canonical, role_of, state
from .database import Database
from .people import User, note
from .work_rows import (
    ALL,
    Answered,
    AnsweredBefore,
    Claim,
    Filter,
    Waiting,
    claim_of,
    entries_of,
    numbered,
    row_of,
    upsert,
)

CLAIM_LASTS: Final = 300.0  # seconds; a person who went away keeps a number from others so long; by judgement
AHEAD: Final = 10  # numbers that a person claims at once, so that the next picture is there; by judgement
_SHARE: Final = 6  # nobody claims more than one of so many waiting numbers at once; by judgement
_CHECK_EVERY: Final = 25  # of a person's numbers one is a planted check; by judgement


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
                upsert(db, one, place)
            gone = "SELECT id FROM numbers WHERE place = -1"
            db.execute(f"UPDATE numbers SET state = 'done', turn = {TURNS['done']} WHERE id IN ({gone})")
            for row in db.execute("SELECT * FROM numbers WHERE place >= 0 AND known IS NULL").fetchall():
                self._restate(db, row)

    def _restate(self, db: Connection, row: Row) -> State:
        """Compute the state of a number anew from its entries."""
        entries = entries_of(db, row["id"])
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
            f" AND {mine} AND {handed}{numbered(where, 4)}"
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
            tasks = [claim_of(db, row) for row in rows]
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
        return None if row is None else claim_of(db, row, tasks[0].state if tasks[0].state != "third" else "second")

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
                if one.number in answers and row_of(db, one.number) is None:
                    upsert(db, one, -1)
            for number, text in answers.items():
                row = row_of(db, number)
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
            return claim_of(db, row, "second" if row["state"] == "third" else None)
