"""How the review work stands: what waits, who does how much, where people disagree, how often they are right."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .agreement import State, wrong_boxes
from .database import Database
from .people import User


@dataclass(frozen=True)
class Waits:
    """How many numbers in review need which entry next; `handed` of those are left to others by somebody."""

    first: int = 0
    second: int = 0
    third: int = 0
    open: int = 0
    done: int = 0
    handed: int = 0

    @property
    def left(self) -> int:
        """Numbers that are not settled."""
        return self.first + self.second + self.third + self.open


@dataclass(frozen=True)
class Pace:
    """What one person did.

    Attributes:
        entries: numbers that the person entered, planted checks left out.
        an_hour: as many in an hour, by the median time of a number; None where fewer than 5 were timed.
        holds: numbers that the person has claimed.
        checks: planted checks that the person entered.
        right: how many of them were right.
        wrong_boxes: in which boxes, from 1, how many digits were wrong.
        last: when the person entered something last, UTC; empty without an entry.
    """

    entries: int = 0
    an_hour: int | None = None
    holds: int = 0
    checks: int = 0
    right: int = 0
    wrong_boxes: dict[int, int] = field(default_factory=dict[int, int])
    last: str = ""


@dataclass(frozen=True)
class Difference:
    """A number that people see differently: its place, and every answer with the person who gave it."""

    id: int
    station: str
    template: str
    field: str
    state: State
    answers: tuple[tuple[str, str], ...]


class Progress:
    """Questions about the work of one server; nothing is changed.

    Args:
        database: of the server.
        clock: the time in seconds since 1970.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._data, self._clock = database, clock

    def waits(self) -> Waits:
        """How many numbers wait for which entry."""
        found = {
            row[0]: row[1]
            for row in self._data.rows("SELECT state, count(*) FROM numbers WHERE known IS NULL GROUP BY state")
        }
        handed = self._data.one(
            "SELECT count(DISTINCT number) FROM handed JOIN numbers ON numbers.id = number WHERE turn < 4"
        )
        return Waits(**found, handed=handed[0] if handed else 0)

    def of(self, person: int) -> Pace:
        """What one person did."""
        find = (
            "SELECT answer, seconds, at, known, boxes FROM entries JOIN numbers ON numbers.id = number"
            " WHERE person = ? AND replaced IS NULL AND role != 'confirm' ORDER BY entries.id"
        )
        rows = self._data.rows(find, (person,))
        own = [row for row in rows if row["known"] is None]
        checks = [row for row in rows if row["known"] is not None]
        timed = [row["seconds"] for row in own if row["seconds"] > 0]
        wrong: dict[int, int] = {}
        for row in checks:
            for box in wrong_boxes(row["answer"], row["known"], row["boxes"]) or ():
                wrong[box + 1] = wrong.get(box + 1, 0) + 1
        holds = self._data.one(
            "SELECT count(*) FROM numbers WHERE claimant = ? AND until >= ?", (person, self._clock())
        )
        return Pace(
            entries=len(own),
            an_hour=round(3600 / statistics.median(timed)) if len(timed) >= 5 else None,
            holds=holds[0] if holds else 0,
            checks=len(checks),
            right=sum(row["answer"] == row["known"] for row in checks),
            wrong_boxes=dict(sorted(wrong.items())),
            last=max((row["at"] for row in rows), default=""),
        )

    def differences(self, most: int = 200) -> list[Difference]:
        """Numbers that people see differently and that are not settled, those of the supervisor first."""
        find = "SELECT * FROM numbers WHERE state IN ('third', 'open') ORDER BY turn DESC, place LIMIT ?"
        found: list[Difference] = []
        for row in self._data.rows(find, (most,)):
            answers = self._data.rows(
                "SELECT name, answer FROM entries JOIN people ON people.id = person"
                " WHERE number = ? AND replaced IS NULL ORDER BY entries.id",
                (row["id"],),
            )
            said = tuple((one["name"], one["answer"]) for one in answers)
            facts = row["station"], row["template"], row["field"], row["state"]
            found.append(Difference(row["id"], *facts, said))
        return found

    def handed_on(self, most: int = 200) -> list[Difference]:
        """Numbers that somebody left to others and that are not settled, with the names of who did."""
        find = (
            "SELECT numbers.*, group_concat(name, ', ') AS names FROM numbers"
            " JOIN handed ON handed.number = numbers.id JOIN people ON people.id = handed.person"
            " WHERE turn < 4 GROUP BY numbers.id ORDER BY count(*) DESC LIMIT ?"
        )
        return [
            Difference(row["id"], row["station"], row["template"], row["field"], row["state"], ((row["names"], ""),))
            for row in self._data.rows(find, (most,))
        ]

    def everybody(self, people: list[User]) -> list[tuple[User, Pace]]:
        """Everybody with what the person did, in the order of their links: it is no ranking."""
        return [(person, self.of(person.id)) for person in people]

    def acts(self, most: int = 100) -> list[tuple[str, str, str, str]]:
        """The last lines of the log of who did what, newest first: time, person, act, what it was about."""
        rows = self._data.rows("SELECT at, person, act, about FROM acts ORDER BY id DESC LIMIT ?", (most,))
        return [(row["at"], row["person"], row["act"], row["about"]) for row in rows]
