"""Witness: the count of a number, by tally strokes, else by the totals of its rows.

Strokes and row totals come from one person's count, so they are one witness.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..imaging.arrays import FloatArray
from .witness import PLAUSIBLE, Witness

if TYPE_CHECKING:
    from .candidates import Choice
    from .case import Case, Reason
    from .evidence import NumberEvidence
    from .policy import Thresholds

_LEAST_TOTALS = 2  # a single row total is the same number written again by the same hand


class CountWitness(Witness):
    """Strokes where they were read, else the sum of two or more row totals."""

    name = "counts"
    label = ("turus", "count")

    def numbers(self, evidence: NumberEvidence) -> FloatArray | None:
        """See `Witness.numbers`."""
        return evidence.numbers

    def listed(self, evidence: NumberEvidence) -> tuple[FloatArray | None, ...]:
        """See `Witness.listed`: the counts of strokes and of row totals."""
        return evidence.stroke_counts, evidence.total_sums

    def says(self, choice: Choice) -> float:
        """See `Witness.says`."""
        return choice.counted

    def confirms(self, case: Case, thresholds: Thresholds) -> str | None:
        """See `Witness.confirms`."""
        tally, totals = case.tally, case.totals
        if tally is not None and tally.state == "read":
            return "strokes" if case.choice.strokes >= thresholds.counted else None
        if totals is None or totals.state != "read" or totals.rows < _LEAST_TOTALS:
            return None
        return "row_totals" if case.choice.totals >= thresholds.counted else None

    def objections(self, case: Case, thresholds: Thresholds) -> list[Reason]:
        """See `Witness.objections`."""
        found: list[Reason] = []
        if case.tally is not None and case.tally.crossed_out:
            found.append(("strokes_crossed_out", {}))
        if case.kind != "number":
            return found
        tally, totals, digits = case.tally, case.totals, case.digits_text.replace(" ", "_")
        if tally is not None and tally.state == "read" and case.choice.strokes < PLAUSIBLE:
            found.append(("strokes_disagree", {"strokes": str(tally.count), "digits": digits}))
        if totals is not None and totals.state == "read" and case.choice.totals < PLAUSIBLE:
            found.append(("row_totals_disagree", {"sum": str(totals.sum), "digits": digits}))
        return found

    def doubts(self, case: Case) -> list[Reason]:
        """See `Witness.doubts`."""
        tally = case.tally
        read = tally is not None and tally.state == "read"
        return [("strokes_unclear", {"strokes": str(tally.count)})] if tally is not None and read else []

    def beside_blank(self, case: Case) -> list[Reason]:
        """See `Witness.beside_blank`."""
        tally, totals = case.tally, case.totals
        if tally is not None and tally.state == "read":
            return [("strokes_but_blank", {"strokes": str(tally.count)})]
        if totals is not None and totals.state == "read":
            return [("strokes_but_blank", {"strokes": str(totals.sum)})]
        return []
