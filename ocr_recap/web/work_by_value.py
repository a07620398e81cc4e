"""The review work by value: numbers that were all read as one value, in a grid in which the odd ones are marked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .agreement import TURNS
from .people import User
from .work import CLAIM_LASTS, Work
from .work_rows import ALL, Answered, Claim, Filter, claim_of, numbered

BY_VALUE: Final = 60  # numbers in one grid of equal readings: what one screen shows; by judgement


class ValueWork(Work):
    """The review work of one server, number by number and by value."""

    def values(self, person: User, wanted: Filter = ALL) -> list[tuple[str, int]]:
        """The readings that numbers without an entry share, where one witness is sure, and how many there are."""
        if not self.has_values:
            return []
        where, data = wanted.where
        find = (
            "SELECT machine, count(*) FROM numbers WHERE turn = 2 AND sure AND machine IS NOT NULL"
            f" AND (until IS NULL OR until < ?1 OR claimant = ?2){numbered(where, 3)}"
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
            f" AND (until IS NULL OR until < ?2 OR claimant = ?1){numbered(where, 5)} ORDER BY place LIMIT ?3"
        )
        with self._data.changing() as db:
            rows = db.execute(find, (person.id, now, BY_VALUE, value, *data)).fetchall()
            db.executemany(
                "UPDATE numbers SET claimant = ?, until = ? WHERE id = ?",
                [(person.id, now + CLAIM_LASTS, row["id"]) for row in rows],
            )
            return [claim_of(db, row) for row in rows]

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
