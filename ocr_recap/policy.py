"""The only place that says accepted, review or blank. Every threshold stands here, with its origin.

A number is accepted where two witnesses agree: digits and bubbles, digits and strokes (or, where no strokes were read,
the sum of several row totals), or digits and an exact rule that holds and whose other numbers are each sure by
themselves; and where nothing disagrees and no rule of that number is broken. All else goes to review with its reasons.
Strokes and row totals are one witness: one person counted both. Soft rules warn and never block. What a person decided
is taken as written, whether it adds up or not: a rule that it breaks stays broken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from .cases import Case, Person, Reason
from .reconcile import Evaluated

Status = Literal["accepted", "review", "blank"]

PLAUSIBLE_SET = 0.001  # a value outside a witness's own 99.9% set is contradicted by that witness

# A copy confirms nothing: one hand writes a number twice in the same way, and one reader misreads it twice in the same
# way. A rule needs a sum, so at least three numbers, to be a second witness.
_LEAST_NUMBERS = 3
_LEAST_TOTALS = 2  # likewise, one row's total is the number written once more


@dataclass(frozen=True)
class Thresholds:
    """How sure a witness must be, as calibrated probabilities.

    On 300 drawn pages by writers that training never saw, one in ten with a planted slip (training/policy/choose.py
    --pages 300, calibration writers, seed 1: 2,968 written numbers), no value from 0.3 up accepted a wrong number: that
    data bounds nothing. These stand well above, where acceptance begins to fall (261 accepted with bubbles, 79 with
    strokes, 2,006 by a rule, 132 blank), as a margin for paper that we have not seen. They were chosen with the first
    version of the digit reader and kept with the third, which these figures are of; those of strokes stand as with
    rules.

    Attributes:
        with_bubbles: the digit cells mean the value, where filled bubbles say the same.
        with_rule: the digit cells mean the value, for every number of an exact rule that holds.
        bubbles: the bubbles mean the value.
        blank: every cell is empty.
        with_strokes: the digit cells mean the value, where strokes or row totals say the same.
        strokes: there are as many strokes as the value, or the row totals' sum is the value.
    """

    with_bubbles: float = 0.80
    with_rule: float = 0.90
    bubbles: float = 0.97
    blank: float = 0.95
    with_strokes: float = 0.90
    strokes: float = 0.95


@dataclass(frozen=True)
class Legible:
    """How well a cell must be seen for its number to be accepted, whatever the digit reader says of it.

    Chosen by training/quality/choose.py: where the band just beyond a limit, and all beyond it, are misread 1 time in
    10 or more. Blur beyond 0.22: 23 of 158 cells of 68 blurred photos (seed 3), against 0.8% of good ones; burnt out
    beyond 0.6 with a contrast below 200: 17 of 83 cells of 492 photos (seed 1), and none of 22 with more. Boxes below
    11 pixels were too few to tell (2 of 25): what was not measured is not relied on.

    Attributes:
        pixels: least width of a box on the photo.
        blur: most apparent width of printed lines, in digit heights.
        burnt: most of a cell that is burnt out to white, where its print is no longer black.
        contrast: gray levels to the darkest print or ink from which print is black: a scan's white paper is no glare.
    """

    pixels: float = 11.0
    blur: float = 0.22
    burnt: float = 0.6
    contrast: float = 200.0


def poor(
    pixels: Sequence[float],
    blur: Sequence[float | None],
    burnt: Sequence[float],
    contrast: Sequence[float],
    limits: Legible = Legible(),
) -> tuple[str, ...]:
    """Why the cells of a number are seen too badly, as reason codes: the worst cell counts. Good cells prove nothing.

    Args:
        pixels, blur, burnt, contrast: of each cell (`quality.CellMeasures`); no blur where no printed line was seen.
        limits: what is too bad.
    """
    found: list[str] = []
    if min(pixels) < limits.pixels:
        found.append("cell_small")
    if max((b for b in blur if b is not None), default=0.0) > limits.blur:
        found.append("cell_blurred")
    if any(b > limits.burnt and c < limits.contrast for b, c in zip(burnt, contrast, strict=True)):
        found.append("cell_washed")
    return tuple(found)


@dataclass(frozen=True)
class Decision:
    """The verdict on one number: reason codes with the data for their sentences, and the witness that convinced."""

    status: Status
    reasons: tuple[Reason, ...]
    witness: Literal["bubbles", "strokes", "row_totals", "rule", "empty", "person", "none"]
    rules: tuple[str, ...]  # ids of the rules that confirmed it


def decide(
    cases: Sequence[Case], rules: Sequence[Evaluated], thresholds: Thresholds = Thresholds()
) -> dict[str, Decision]:
    """Decide every number of a page (or document) at once: rules need to know how sure the others are."""
    sure = {
        case.field
        for case in cases
        if (_digits_sure(case, thresholds.with_rule) or _second(case, thresholds)) and not _objections(case, [])
    }
    return {case.field: _decide(case, rules, sure, thresholds) for case in cases}


def _decide(case: Case, rules: Sequence[Evaluated], sure: set[str], thresholds: Thresholds) -> Decision:
    mine = [r for r in rules if case.field in r.numbers]
    objections = _objections(case, mine)
    if case.person is not None:
        return _decided(case.person, objections)
    bubbles = case.bubbles
    if case.kind == "blank":
        surely = case.blank >= thresholds.blank and (bubbles is None or bubbles.kind == "blank")
        doubts = tuple(objections) or _counted_but_blank(case)
        if surely and not doubts:
            return Decision("blank", (), "empty", ())
        return Decision("review", doubts or (("blank_uncertain", {}),), "none", ())
    if objections:
        return Decision("review", tuple(objections), "none", ())
    if (second := _second(case, thresholds)) is not None:
        return Decision("accepted", (), second, ())
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


def _decided(person: Person, objections: Sequence[Reason]) -> Decision:
    """A person says what is written; whose sheet it is and whether it adds up are other questions."""
    said: Reason = ("decided_by_person", {"by": person.by, "at": person.at})
    if any(code == "station_doubtful" for code, _ in objections):
        return Decision("review", (*objections, said), "none", ())
    return Decision("blank" if person.value is None else "accepted", (said, *objections), "person", ())


def _second(case: Case, thresholds: Thresholds) -> Literal["bubbles", "strokes", "row_totals"] | None:
    """The witness of the number itself that says what the digits say, each surely enough."""
    if _bubbles_agree(case, thresholds):
        return "bubbles"
    if not _digits_sure(case, thresholds.with_strokes):
        return None
    tally, totals = case.tally, case.totals
    if tally is not None and tally.state == "read":
        return "strokes" if tally.supports >= thresholds.strokes else None
    if totals is None or totals.state != "read" or totals.rows < _LEAST_TOTALS:
        return None
    return "row_totals" if totals.supports >= thresholds.strokes else None


def _counted_but_blank(case: Case) -> tuple[Reason, ...]:
    """Strokes or row totals beside boxes that are empty: a number was forgotten."""
    tally, totals = case.tally, case.totals
    if tally is not None and tally.state == "read":
        return (("strokes_but_blank", {"strokes": str(tally.count)}),)
    if totals is not None and totals.state == "read":
        return (("strokes_but_blank", {"strokes": str(totals.sum)}),)
    return ()


def _bubbles_agree(case: Case, thresholds: Thresholds) -> bool:
    """Filled bubbles and digits mean the same value, each surely enough."""
    bubbles = case.bubbles
    agree = bubbles is not None and bubbles.kind == "number" and bubbles.supports >= thresholds.bubbles
    return agree and _digits_sure(case, thresholds.with_bubbles)


def _digits_sure(case: Case, threshold: float) -> bool:
    return case.kind == "number" and (case.person is not None or case.supports >= threshold)


def _objections(case: Case, rules: Sequence[Evaluated]) -> list[Reason]:
    """What speaks against taking this number as read, whoever confirms it; a person overrules what was seen."""
    broken = [r.rule for r in rules if r.outcome == "broken" and r.rule.strength != "soft"]
    breaks: list[Reason] = [("rule_broken", {"rules": " ".join(rule.id for rule in broken)})] if broken else []
    if case.person is not None:
        return [*(o for o in case.objections if o[0] == "station_doubtful"), *breaks]
    found: list[Reason] = list(case.objections)
    if not case.inside:
        found.append(("outside_photo", {}))
    elif not case.cells_found:
        found.append(("cell_not_found", {}))
    found += [(code, {}) for code in case.poor]
    if case.kind == "unreadable":
        where = ", ".join(str(i + 1) for i, c in enumerate(case.text) if c == "?")
        found.append(("digit_unreadable", {"cells": where}))
    if case.kind == "misplaced":
        found.append(("cross_not_leading", {}))
    bubbles = case.bubbles
    if bubbles is not None:
        said = " ".join(bubbles.text.replace(" ", "_"))
        if bubbles.kind in ("unreadable", "misplaced") or bubbles.probability < 0.5:
            found.append(("bubbles_unclear", {"bubbles": said}))
        elif bubbles.kind == "number" and min(bubbles.supports, bubbles.digits_agree) < PLAUSIBLE_SET:
            digits = case.digits_text.replace(" ", "_")
            found.append(("bubbles_disagree", {"bubbles": str(bubbles.value), "digits": digits}))
    if case.kind == "number":
        found += _miscounted(case)
    return found + breaks


def _miscounted(case: Case) -> list[Reason]:
    """Strokes or row totals that surely say another number."""
    tally, totals = case.tally, case.totals
    digits, found = case.digits_text.replace(" ", "_"), list[Reason]()
    if tally is not None and tally.state == "read" and tally.supports < PLAUSIBLE_SET:
        found.append(("strokes_disagree", {"strokes": str(tally.count), "digits": digits}))
    if totals is not None and totals.state == "read" and totals.supports < PLAUSIBLE_SET:
        found.append(("row_totals_disagree", {"sum": str(totals.sum), "digits": digits}))
    return found


def _doubts(case: Case, thresholds: Thresholds) -> tuple[Reason, ...]:
    doubts: list[Reason] = []
    confirmed = case.bubbles is not None and case.bubbles.kind == "number"
    if not _digits_sure(case, thresholds.with_bubbles if confirmed else thresholds.with_rule):
        doubts.append(("digits_uncertain", {"confidence": f"{int(case.supports * 100)}%"}))
    bubbles, tally = case.bubbles, case.tally
    if (bubbles is None or not confirmed) and tally is not None and tally.state == "read":
        if tally.supports < thresholds.strokes:
            doubts.append(("strokes_unclear", {"strokes": str(tally.count)}))
    elif bubbles is None or not confirmed:
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
