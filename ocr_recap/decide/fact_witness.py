"""Witnesses of facts that are known before the count (`facts`): possible dates, and numbers from lists.

Such a witness needs no image and has no evidence about a number alone: `case.reconciled` compares each fact with all
numbers that it is about. It confirms a combination of values that is possible and sure enough, and objects to any other
one. It never chooses a reading, and says nothing where a number of the fact is blank, unreadable, altered or not in the
photo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..imaging.arrays import FloatArray
from ..messages.catalog import Message
from .facts import DATE, LIST, Compared
from .witness import Witness

if TYPE_CHECKING:
    from .candidates import Choice
    from .case import Case, Reason
    from .evidence import NumberEvidence
    from .policy import Thresholds


class FactWitness(Witness):
    """A witness of facts of one kind.

    Attributes:
        reason: code of the reason for review of numbers that differ from the fact.
    """

    def __init__(self, name: str, label: Message, reason: str) -> None:
        self.name, self.label, self.reason = name, label, reason

    def numbers(self, evidence: NumberEvidence) -> FloatArray | None:
        """See `Witness.numbers`: none, as a fact may be about several numbers."""
        return None

    def says(self, choice: Choice) -> float:
        """See `Witness.says`."""
        return 0.0

    def confirms(self, case: Case, thresholds: Thresholds) -> str | None:
        """See `Witness.confirms`: the values of all numbers of the fact together are sure enough."""
        said = self._said(case)
        return self.name if said and said.agrees and said.probability >= thresholds.known else None

    def least(self, thresholds: Thresholds) -> float:
        """See `Witness.least`: the limit of all values of a fact together holds for each of them."""
        return thresholds.known

    def objections(self, case: Case, thresholds: Thresholds) -> list[Reason]:
        """See `Witness.objections`."""
        said = self._said(case)
        if said is None or said.agrees:
            return []
        return [(self.reason, {"read": written([said.read]), "possible": written(said.fact.rows)})]

    def doubts(self, case: Case) -> list[Reason]:
        """See `Witness.doubts`."""
        said = self._said(case)
        return [] if said is None else [("known_unclear", {"witness": self.name, "possible": written([said.read])})]

    def _said(self, case: Case) -> Compared | None:
        return next((one for one in case.compared if one.fact.witness == self.name), None)


def written(rows: list[tuple[int, ...]] | tuple[tuple[int, ...], ...]) -> str:
    """Combinations of values as text: `14-02-2024, 15-02-2024` for dates, `213` for a number."""
    return ", ".join("-".join(f"{value:02d}" if len(row) > 1 else str(value) for value in row) for row in rows)


DATE_WITNESS = FactWitness(DATE, ("tanggal yang mungkin", "possible dates"), "date_impossible")
LIST_WITNESS = FactWitness(LIST, ("daftar", "list"), "list_differs")
