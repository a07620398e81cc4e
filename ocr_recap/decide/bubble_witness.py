"""Witness: the bubbles of a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..imaging.arrays import FloatArray
from .witness import PLAUSIBLE, Witness

if TYPE_CHECKING:
    from .candidates import Choice
    from .case import Case, Reason
    from .evidence import NumberEvidence
    from .policy import Thresholds

_LEAST_CLEAR = 0.5  # probability of the most probable text of the bubbles below which they are unclear; by judgement


class BubbleWitness(Witness):
    """A column of bubbles for each box, one of which is filled."""

    name = "bubbles"
    label = ("bulatan", "bubbles")

    def numbers(self, evidence: NumberEvidence) -> FloatArray | None:
        """See `Witness.numbers`: evidence only where the filled bubbles give a number."""
        filled = evidence.bubbles is not None and evidence.bubbles.kind == "number"
        return evidence.bubble_numbers if filled else None

    def says(self, choice: Choice) -> float:
        """See `Witness.says`."""
        return choice.bubbles

    def confirms(self, case: Case, thresholds: Thresholds) -> str | None:
        """See `Witness.confirms`."""
        said = case.bubbles
        agree = said is not None and said.kind == "number" and case.choice.bubbles >= thresholds.bubbles
        return self.name if agree else None

    def objections(self, case: Case, thresholds: Thresholds) -> list[Reason]:
        """See `Witness.objections`: unclear bubbles object, too, unless the policy accepts another witness instead."""
        said = case.bubbles
        if said is None:
            return []
        if said.kind in ("unreadable", "misplaced") or said.probability < _LEAST_CLEAR:
            instead = case.kind == "number" and (thresholds.flawed or case.one_bubble_missing)
            return [] if instead else [_unclear(said.text)]
        if said.kind == "number" and min(case.choice.bubbles, case.bubbles_agree) < PLAUSIBLE:
            digits = case.digits_text.replace(" ", "_")
            return [("bubbles_disagree", {"bubbles": str(said.value), "digits": digits})]
        return []

    def doubts(self, case: Case) -> list[Reason]:
        """See `Witness.doubts`."""
        said = case.bubbles
        return [] if said is None or said.kind == "blank" else [_unclear(said.text)]

    def sees_blank(self, case: Case) -> bool | None:
        """See `Witness.sees_blank`."""
        return None if case.bubbles is None else case.bubbles.kind == "blank"


def _unclear(text: str) -> Reason:
    return "bubbles_unclear", {"bubbles": " ".join(text.replace(" ", "_"))}
