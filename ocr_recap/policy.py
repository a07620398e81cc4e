"""The only place that says accepted, review or blank. Every threshold stands here, with its origin.

A number is accepted where two witnesses agree: digits and bubbles, or digits and an exact rule that holds and whose
other numbers are each sure by themselves; and where nothing disagrees and no rule of that number is broken. All else
goes to review with its reasons. Soft rules warn and never block.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .reconcile import Evaluated, Evidence, Reading

FloatArray = NDArray[np.float64]

Status = Literal["accepted", "review", "blank"]

PLAUSIBLE_SET = 0.001  # a value outside a witness's own 99.9% set is contradicted by that witness

# A copy confirms nothing: one hand writes a number twice in the same way, and one reader misreads it twice in the same
# way. A rule needs a sum, so at least three numbers, to be a second witness.
_LEAST_NUMBERS = 3


@dataclass(frozen=True)
class Thresholds:
    """How sure a witness must be, as calibrated probabilities.

    On 400 drawn pages by writers that training never saw, one in ten with a planted slip (training/policy/choose.py,
    calibration writers, seed 1: 3,975 written numbers), no value from 0.3 up accepted a wrong number: that data bounds
    nothing. These stand well above, where acceptance begins to fall (343 accepted with bubbles, 2,764 by a rule, 170
    blank), as a margin for paper that we have not seen.

    Attributes:
        with_bubbles: the digit cells mean the value, where filled bubbles say the same.
        with_rule: the digit cells mean the value, for every number of an exact rule that holds.
        bubbles: the bubbles mean the value.
        blank: every cell is empty.
    """

    with_bubbles: float = 0.80
    with_rule: float = 0.90
    bubbles: float = 0.97
    blank: float = 0.95


@dataclass(frozen=True, eq=False)
class Case:
    """All that is known of one number before a decision."""

    field: str
    evidence: Evidence
    posterior: tuple[Reading, ...]
    cells_found: bool
    inside: bool
    cells: FloatArray  # (cells, 14) log-probabilities of the digit witness
    bubbles: FloatArray | None  # (columns, 12) probabilities of the bubble witness

    @property
    def value(self) -> int | None:
        """The best reading, all witnesses of this number heard."""
        return self.posterior[0].value

    @property
    def confidence(self) -> float:
        """Posterior probability of that value over all ways to write it."""
        best = self.posterior[0]
        if best.kind == "blank":
            return self.evidence.blank
        return sum(r.probability for r in self.posterior if r.value == best.value and r.kind == best.kind)


@dataclass(frozen=True)
class Decision:
    """The verdict on one number: reason codes with the data for their sentences, and the witness that convinced."""

    status: Status
    reasons: tuple[tuple[str, dict[str, str]], ...]
    witness: Literal["bubbles", "rule", "empty", "none"]
    rules: tuple[str, ...]  # ids of the rules that confirmed it


def decide(
    cases: Sequence[Case], rules: Sequence[Evaluated], thresholds: Thresholds = Thresholds()
) -> dict[str, Decision]:
    """Decide every number of a page (or document) at once: rules need to know how sure the others are."""
    sure = {case.field for case in cases if _digits_sure(case, thresholds.with_rule) and not _objections(case, [])}
    return {case.field: _decide(case, rules, sure, thresholds) for case in cases}


def _decide(case: Case, rules: Sequence[Evaluated], sure: set[str], thresholds: Thresholds) -> Decision:
    best = case.posterior[0]
    mine = [r for r in rules if case.field in r.numbers]
    objections = _objections(case, mine)
    if best.kind == "blank":
        bubbles = case.evidence.bubbles
        surely = case.evidence.blank >= thresholds.blank and (bubbles is None or bubbles.kind == "blank")
        if surely and not objections:
            return Decision("blank", (), "empty", ())
        return Decision("review", tuple(objections) or (("blank_uncertain", {}),), "none", ())
    if objections:
        return Decision("review", tuple(objections), "none", ())
    bubbles = case.evidence.bubbles
    if bubbles is not None and bubbles.kind == "number":
        agree = case.evidence.bubble_probability_of.get(best.value or 0, 0.0)
        if agree >= thresholds.bubbles and _digits_sure(case, thresholds.with_bubbles):
            return Decision("accepted", (), "bubbles", ())
    confirming = tuple(
        r.rule.id
        for r in mine
        if r.rule.strength == "exact"
        and r.rule.relation.operator == "="
        and r.outcome == "holds"
        and len(r.numbers) >= _LEAST_NUMBERS
        and all(name in sure for name in r.numbers)
    )
    if confirming and case.field in sure:
        return Decision("accepted", (), "rule", confirming)
    return Decision("review", _doubts(case, thresholds), "none", ())


def _digits_sure(case: Case, threshold: float) -> bool:
    best = case.posterior[0]
    return best.kind == "number" and case.evidence.digits_say(best.value) >= threshold


def _objections(case: Case, rules: Sequence[Evaluated]) -> list[tuple[str, dict[str, str]]]:
    """What speaks against taking this number as read, whoever confirms it."""
    found: list[tuple[str, dict[str, str]]] = []
    best = case.posterior[0]
    if not case.inside:
        found.append(("outside_photo", {}))
    elif not case.cells_found:
        found.append(("cell_not_found", {}))
    if best.kind == "unreadable":
        where = ", ".join(str(i + 1) for i, c in enumerate(best.text) if c == "?")
        found.append(("digit_unreadable", {"cells": where}))
    if best.kind == "misplaced":
        found.append(("cross_not_leading", {}))
    bubbles = case.evidence.bubbles
    if bubbles is not None:
        said = " ".join(bubbles.text.replace(" ", "_"))
        if bubbles.kind in ("unreadable", "misplaced") or bubbles.probability < 0.5:
            found.append(("bubbles_unclear", {"bubbles": said}))
        elif bubbles.kind == "number":
            of_value = case.evidence.bubble_probability_of.get(best.value, 0.0) if best.value is not None else 0.0
            by_digits = case.evidence.digits_say(bubbles.value)
            if of_value < PLAUSIBLE_SET or by_digits < PLAUSIBLE_SET:
                digits = case.evidence.best.text.replace(" ", "_")
                found.append(("bubbles_disagree", {"bubbles": str(bubbles.value), "digits": digits}))
    broken = [r.rule for r in rules if r.outcome == "broken" and r.rule.strength != "soft"]
    if broken:
        found.append(("rule_broken", {"rules": "; ".join(rule.text for rule in broken)}))
    return found


def _doubts(case: Case, thresholds: Thresholds) -> tuple[tuple[str, dict[str, str]], ...]:
    doubts: list[tuple[str, dict[str, str]]] = []
    confirmed = case.evidence.bubbles is not None and case.evidence.bubbles.kind == "number"
    if not _digits_sure(case, thresholds.with_bubbles if confirmed else thresholds.with_rule):
        doubts.append(("digits_uncertain", {"confidence": f"{case.confidence:.3f}"}))
    bubbles = case.evidence.bubbles
    if bubbles is None or not confirmed:
        doubts.append(("no_second_witness", {}))
    elif not doubts:
        doubts.append(("bubbles_unclear", {"bubbles": " ".join(bubbles.text.replace(" ", "_"))}))
    return tuple(doubts)


def verdict(
    decisions: Mapping[str, Decision],
    counts: set[str],
    rules: Sequence[Evaluated],
    cases: Mapping[str, Case],
    thresholds: Thresholds = Thresholds(),
) -> Literal["settled", "review", "inconsistent"]:
    """The verdict on a page: only counts decide it.

    `inconsistent` = a rule is broken by numbers that are each read with certainty: the sheet itself does not add up.
    """
    for r in rules:
        if r.outcome == "broken" and r.rule.strength != "soft":
            involved = [cases[name] for name in r.numbers if name in cases]
            if len(involved) == len(r.numbers) and all(_digits_sure(c, thresholds.with_rule) for c in involved):
                return "inconsistent"
    open_counts = [name for name in counts if decisions[name].status == "review"]
    return "review" if open_counts else "settled"
