"""Decides each number: accepted, review or blank.

A number is accepted if all of these hold:

- it is probable enough given all evidence (`Case.confidence`), and by its own digit cells;
- a second witness confirms it: bubbles; strokes or, where none were read, the sum of several row totals; the number in
  words; a fact known before the count; or an exact rule that is probable enough to hold as written;
- no witness contradicts it, and no rule of the number is broken;
- with the strict policy: every cell is legible and read as a sign, and at most one bubble is missing.

Every other number goes to review with its reasons, or is blank. Numbers that are not in the photo are not decided here:
`records` gives them the status `not_in_photo`. A number that is struck out or written over always
goes to review, since all other witnesses may give the old number. Strokes and row totals are one witness, since one
person counted both. Soft rules warn and never block. A person's decision is taken as written; a rule that it breaks
stays broken.

One status is set elsewhere: `records/document.py` sends the numbers of a photo that does not count to review, because
its page is decided on another photo. `policy.json` holds the thresholds of a policy (`Thresholds`), and `Legible` those
of legible cells. Other limits are where they are used: `witness.py` (`PLAUSIBLE`, `DOUBT`), `case.py` (`CLEAR_INK`),
`confirmation.py` (when a sum confirms), `cells/box_refine.py` (when a box counts as found), `alterations.json` of the
weights (when a number counts as struck out or written over), and the readers of `cells` (when strokes, row totals or
bubbles count as read).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from .case import Case, Person, Reason
from .confirmation import confirming
from .posterior import Evaluated
from .witness import PLAUSIBLE
from .witnesses import WITNESSES

Status = Literal["accepted", "review", "blank"]
Policy = Literal["strict", "balanced"]

# From this probability on, the reason for review is the missing second witness and not the digits; by judgement.
SURELY_READ = 0.9
_RATHER_READ = 0.5  # least probability by the digit cells of numbers whose broken rule is broken on paper; by judgement


@dataclass(frozen=True)
class Thresholds:
    """Least calibrated probabilities for decisions: one set for each policy, in `policy.json`.

    training/policy/choose.py makes that file. It searches for `posterior`, and for whether a less sure second witness
    or less sure ink will do, by risk control (Learn then Test) on drawn documents of all forms, by writers that
    training never saw. All other thresholds are by judgement; `summed` was set after a drawn test document was looked
    at. The file also holds the counts and the bound of that test, and a hash of all evidence that it was run on.

    Attributes:
        posterior: of the number, given all evidence; with a known fact as its second witness `known` counts instead.
        digits: of the number, by the digit cells alone.
        summed: of the number, by the digit cells alone, where only a rule confirms it. Rules never confirm a number
            where the digit cells rather give another number or a blank (`confirmation.py`).
        flawed: True where a number may be accepted with a cell that is seen badly, or is more probably something else
            than a digit (such as a correction), or with unclear bubbles (two in a column, or more than one missing),
            if all other evidence is sure.
        bubbles: of the number by the bubbles, for them to be a second witness.
        counted: of the number by strokes or by the sum of row totals, for the count to be a second witness.
        words: of the number by the number in words, for them to be a second witness; by judgement, that of the bubbles.
        rule: that an exact rule holds as written, given the evidence about all its numbers, for the rule to be a second
            witness.
        blank: that every cell is empty, by the digit cells alone and by all evidence, where the bubbles are empty too.
        unconfirmed: the same where the form has no bubbles, so that the digit reader is the only witness.
        known: of all values of a known fact together, such as the three numbers of a date, given all evidence and the
            fact, for the fact to be a second witness (`facts`). By judgement, that of the posterior;
            training/policy/dates.py measures it.
        broken: that an exact rule is broken as written, by the readings that are known: the sheet itself does not add
            up.
    """

    posterior: float
    digits: float
    summed: float
    flawed: bool
    bubbles: float
    counted: float
    words: float
    rule: float
    blank: float
    unconfirmed: float
    broken: float
    known: float

    @classmethod
    def of(cls, policy: Policy) -> Thresholds:
        """The thresholds of a policy, from `policy.json`."""
        return cls(**_chosen()["policies"][policy]["thresholds"])


@cache
def _chosen() -> dict[str, Any]:
    return json.loads((files("ocr_recap.decide") / "policy.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Legible:
    """Limits of legible cells, which a number must keep to be accepted, whatever the digit reader gives.

    Chosen by training/quality/choose.py: a limit is where both the next band of the measure and all cells beyond it are
    misread 1 time in 10 or more. Ranges with too few cells are not relied on. Blur: no band was misread so often on
    560 blurred photos (seed 3); the most was 8 of 175 cells (0.25 to 0.28, against 0.2% of good cells), and only 82
    cells were beyond 0.28. Burnt out beyond 0.6 with a contrast below 200: 17 of 83 cells of 492 photos (seed 1), and
    none of 22 with more contrast. Boxes below 11 pixels were too few for a rate (2 of 25).

    Attributes:
        pixels: least width of a box on the photo, in pixels.
        blur: largest apparent width of printed lines, in digit heights.
        burnt: largest share of a cell that is burnt out to white, where the print has too little contrast.
        contrast: least contrast, in gray levels from white to the darkest print or ink, with which a burnt-out cell
            still counts: white paper of a scan is not glare.
    """

    pixels: float = 11.0
    blur: float = 0.28
    burnt: float = 0.6
    contrast: float = 200.0


def poor(
    pixels: Sequence[float],
    blur: Sequence[float | None],
    burnt: Sequence[float],
    contrast: Sequence[float],
    limits: Legible = Legible(),
) -> tuple[str, ...]:
    """Reason codes for cells of a number that are not legible; the worst cell decides.

    Args:
        pixels, burnt, contrast: measures of each cell (`cells.quality.CellMeasures`).
        blur: of each cell; None where no printed line was measured.
        limits: of legible cells.
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
class PolicyDecision:
    """Decision on one number: status, reason codes with the data of their sentences, and the witness that confirms."""

    status: Status
    reasons: tuple[Reason, ...]
    # bubbles, strokes, row_totals, words, date, list, the name of a further witness, rule, empty, person or none
    witness: str
    rules: tuple[str, ...]  # ids of the rules that confirmed it


def decide(
    cases: Sequence[Case],
    rules: Sequence[Evaluated],
    policy: Policy | Thresholds = "strict",
    unseen: Collection[str] = (),
) -> dict[str, PolicyDecision]:
    """Decide all numbers of a page or document together, since rules depend on how sure the other numbers are.

    Args:
        cases: numbers, weighed together (`case.reconciled`).
        rules: rules evaluated on these numbers.
        policy: name of a policy, or thresholds.
        unseen: field ids of numbers of the same pages that no photo shows. They are neither blank nor zero, so a rule
            with one of them says nothing about a blank.

    Returns:
        Decision by field id.
    """
    thresholds = Thresholds.of(policy) if isinstance(policy, str) else policy
    doubt = 1.0 - thresholds.posterior
    holding = confirming(cases, rules, thresholds.rule, doubt, lambda case: _second(case, thresholds) is not None)
    return {case.field: _decide(case, rules, unseen, holding.of(case.field), thresholds) for case in cases}


def _decide(
    case: Case,
    rules: Sequence[Evaluated],
    unseen: Collection[str],
    holding: tuple[str, ...],
    thresholds: Thresholds,
) -> PolicyDecision:
    mine = [r for r in rules if case.field in r.numbers]
    objections = _objections(case, mine, thresholds)
    if case.person is not None:
        return _decided(case.person, objections)
    if case.kind == "blank":
        confirmed = _blank_by_witnesses(case)
        least = thresholds.blank if confirmed else thresholds.unconfirmed
        surely = min(case.blank, case.confidence) >= least and all(confirmed)
        whole = [r for r in mine if not any(name in unseen for name in r.numbers)]
        doubts = tuple(objections) or _box_missing(case) or _beside_blank(case) or _missed_digit(case, whole)
        if surely and not doubts:
            return PolicyDecision("blank", (), "empty", ())
        return PolicyDecision("review", doubts or (("blank_uncertain", {}),), "none", ())
    if objections:
        return PolicyDecision("review", tuple(objections), "none", ())
    if case.supports >= thresholds.digits:
        for one in WITNESSES.values():
            second = one.confirms(case, thresholds)
            if second is not None and case.confidence >= one.least(thresholds):
                return PolicyDecision("accepted", (), second, ())
        if holding and case.confidence >= thresholds.posterior and case.supports >= thresholds.summed:
            return PolicyDecision("accepted", (), "rule", holding)
    return PolicyDecision("review", _doubts(case, thresholds), "none", ())


def _decided(person: Person, objections: Sequence[Reason]) -> PolicyDecision:
    """Decision by a person: it settles the value, but neither a doubtful station nor a broken rule."""
    said: Reason = ("decided_by_person", {"by": person.by, "at": person.at})
    if any(code == "station_doubtful" for code, _ in objections):
        return PolicyDecision("review", (*objections, said), "none", ())
    return PolicyDecision("blank" if person.value is None else "accepted", (said, *objections), "person", ())


def _second(case: Case, thresholds: Thresholds) -> str | None:
    """Name of the first witness of the number that confirms its reading; None without one."""
    return next((said for one in WITNESSES.values() if (said := one.confirms(case, thresholds))), None)


def _box_missing(case: Case) -> tuple[Reason, ...]:
    """Reason against blank, with every policy, where a box was not detected: an object may cover the number."""
    return () if case.cells_found else (("cell_not_found", {}),)


def _beside_blank(case: Case) -> tuple[Reason, ...]:
    """Reasons against blank from the first witness that gives a number beside empty boxes."""
    return next((tuple(said) for one in WITNESSES.values() if (said := one.beside_blank(case))), ())


def _blank_by_witnesses(case: Case) -> list[bool]:
    """For each witness that can tell: True when it finds nothing written."""
    return [said for one in WITNESSES.values() if (said := one.sees_blank(case)) is not None]


def _missed_digit(case: Case, rules: Sequence[Evaluated]) -> tuple[Reason, ...]:
    """Reason against blank where a single digit would make a sum hold, as the reader may have missed that digit.

    A digit on the printed frame of a box is read as empty. The check was added after such blanks were seen on drawn
    test documents. Where the sum has several blanks, each of them may be a digit.
    """
    witnessed = bool(_blank_by_witnesses(case))
    for r in rules:
        if witnessed or r.rule.strength != "exact" or r.rule.relation.operator != "=":
            continue
        blanks = [name for name, value in r.numbers.items() if value is None]
        wanted = r.rule.relation.solve(case.field, {**r.numbers, **dict.fromkeys(blanks, 0)})
        if len(blanks) < len(r.numbers) and wanted is not None and wanted in range(9 * len(blanks) + 1):
            return (("digit_missed", {"number": str(wanted), "rules": r.rule.id}),)
    return ()


def _illegible(case: Case, thresholds: Thresholds) -> list[Reason]:
    """Reasons why its cells are not legible, whatever the digit reader gives."""
    if not case.inside:
        return [("outside_photo", {})]
    if thresholds.flawed:
        return []
    found: list[Reason] = [] if case.cells_found or case.held else [("cell_not_found", {})]
    return found + [(code, {}) for code in case.poor]


def _objections(case: Case, rules: Sequence[Evaluated], thresholds: Thresholds) -> list[Reason]:
    """Reasons against accepting this number, whichever witness confirms it; a person overrules those of the photo."""
    broken = [r.rule for r in rules if r.outcome == "broken" and r.rule.strength != "soft"]
    breaks: list[Reason] = [("rule_broken", {"rules": " ".join(rule.id for rule in broken)})] if broken else []
    if case.person is not None:
        return [*(o for o in case.objections if o[0] == "station_doubtful"), *breaks]
    found: list[Reason] = [*case.objections, *_alterations(case), *_illegible(case, thresholds)]
    if "?" in case.text and (case.value is None or not thresholds.flawed):
        where = ", ".join(str(i + 1) for i, c in enumerate(case.text) if c == "?")
        found.append(("digit_unreadable", {"cells": where}))
    if case.kind == "misplaced":
        found.append(("cross_not_leading", {}))
    for one in WITNESSES.values():
        found += one.objections(case, thresholds)
    if case.kind == "number" and case.supports < PLAUSIBLE:
        found.append(("digits_disagree", {"digits": case.digits_text.replace(" ", "_")}))
    return found + breaks


def _alterations(case: Case) -> list[Reason]:
    """Reasons from alterations of the number, after which bubbles, strokes and sums may all give the old number."""
    altered = case.altered
    found: list[Reason] = [("struck_out", {})] if altered.struck else []
    if altered.unused:
        found.append(("boxes_struck_out", {}))
    boxes = sorted({*altered.overwritten, *altered.perhaps})
    if boxes and case.by_ink_alone:
        found.append(("overwritten", {"cells": ", ".join(map(str, boxes))}))
    if altered.bubbles:
        found.append(("bubbles_struck_out", {}))
    return found


def _doubts(case: Case, thresholds: Thresholds) -> tuple[Reason, ...]:
    """Reasons why a number without objections is not accepted."""
    doubts: list[Reason] = []
    confirmed = _second(case, thresholds) is not None
    if min(case.confidence, case.supports) < SURELY_READ or confirmed:
        doubts.append(("digits_uncertain", {"confidence": f"{int(min(case.confidence, case.supports) * 100)}%"}))
    if not confirmed:
        unclear = next((said for one in WITNESSES.values() if (said := one.doubts(case))), [])
        doubts += unclear or [("no_second_witness", {})]
    return tuple(doubts)


def verdict(
    decisions: Mapping[str, PolicyDecision],
    counts: Collection[str],
    rules: Sequence[Evaluated],
    cases: Mapping[str, Case],
    policy: Policy | Thresholds = "strict",
) -> Literal["settled", "review", "inconsistent"]:
    """Verdict on a page or document.

    Args:
        decisions: on its numbers, by field id.
        counts: field ids of counts; other numbers do not keep a document from being settled.
        rules: rules evaluated on its numbers.
        cases: evidence about its numbers, by field id.
        policy: name of a policy, or thresholds.

    Returns:
        ``"inconsistent"`` if the sheet itself does not add up: a rule is broken as read, and probably broken by every
        reading that the ink of its numbers allows. Else ``"review"`` if a count is in review, else ``"settled"``.
    """
    thresholds = Thresholds.of(policy) if isinstance(policy, str) else policy
    for r in rules:
        if r.outcome != "broken" or r.rule.strength == "soft" or not all(name in cases for name in r.numbers):
            continue
        involved = [cases[name] for name in r.numbers]
        by_hand = all(c.person is not None for c in involved)
        if by_hand or (_broken_share(r) >= thresholds.broken and all(_read_by_ink(c) for c in involved)):
            return "inconsistent"
    open_counts = [name for name in counts if decisions[name].status == "review"]
    return "review" if open_counts else "settled"


def _broken_share(rule: Evaluated) -> float:
    """Probability that a rule is broken as written, among the readings that are known."""
    known = (rule.holds or 0.0) + (rule.breaks or 0.0)
    return (rule.breaks or 0.0) / known if known else 0.0


def _read_by_ink(case: Case) -> bool:
    """True when the digit cells alone, without rules, make the reading probable."""
    return case.kind == "number" and (case.person is not None or case.supports >= _RATHER_READ)
