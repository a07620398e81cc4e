"""Decides each number: accepted, review or blank.

One status is set elsewhere: `records/document.py` sends the numbers of a photo that does not count to review, because
its page is decided on another photo. The thresholds of a policy stand in `policy.json` (`Thresholds`), those of
legible cells in `Legible`. Other limits stand where they are used: `witness.py` (`PLAUSIBLE`, `DOUBT`), `case.py`
(`CLEAR_INK`), `confirmation.py` (when a sum confirms), `cells/box_refine.py` (when a box counts as found),
`alterations.json` of the weights (when a number counts as struck out or written over), and the readers of `cells`
(when strokes, row totals or bubbles count as read).

A number is accepted where it is surely what is written, given all evidence (`Case.confidence`), where its own digit
cells say so too, and where a second witness confirms it: bubbles, strokes (or, where no strokes were read, the sum of
several row totals), or an exact rule that surely holds; and where nothing disagrees and no rule of that number is
broken. The strict policy wants, besides, that every cell is seen well and read as a sign, and that at most one bubble
is missing. A number that is struck out or written over goes to a person whoever confirms it: all others may speak for
the old number. All else goes to review with its reasons. Strokes and row totals are one witness: one person counted
both. Soft rules warn and never block. What a person decided is taken as written, whether it adds up or not: a rule
that it breaks stays broken.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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

_SURELY_READ = 0.9  # from so much on a number wants a second witness and not a last fraction of certainty
_RATHER_READ = 0.5  # by its own ink, for a rule that it breaks to be broken on paper


@dataclass(frozen=True)
class Thresholds:
    """How sure a number must be, as calibrated probabilities: one set for each policy, in `policy.json`.

    That file is made by training/policy/choose.py. Only `posterior` was searched for, by risk control (Learn then Test)
    on drawn documents of one form, by writers that training never saw. The search ended at a floor set by judgement,
    and the floor is what stands there. All other thresholds are by judgement; `summed` was set after a drawn test
    document was looked at. The file also holds the counts and the bound of that test, and a hash of all evidence that
    it was run on.

    Attributes:
        posterior: the number is what is written, given all evidence.
        digits: the digit cells alone mean it.
        summed: the same, where nothing but a rule confirms it, and neither another number nor a blank may be likelier
            by them: what does not add up is never made to.
        flawed: whether a number may be accepted though a cell of it is seen badly, or is rather something else than a
            digit, such as a correction, or its bubbles are unclear (two in a column, or more than one missing), where
            all else leaves no doubt.
        bubbles: the bubbles mean it, to be a second witness.
        counted: there are as many strokes, or the row totals' sum is the number, to be a second witness.
        rule: an exact rule holds as written, given the evidence on all its numbers, to be a second witness.
        blank: every cell is empty, by the digit cells alone and by all evidence, where its bubbles are empty too.
        unconfirmed: the same, where there are no bubbles: nothing but the digit reader says so.
        broken: an exact rule is broken as written, by the readings that are known: the sheet itself does not add up.
    """

    posterior: float
    digits: float
    summed: float
    flawed: bool
    bubbles: float
    counted: float
    rule: float
    blank: float
    unconfirmed: float
    broken: float

    @classmethod
    def of(cls, policy: Policy) -> Thresholds:
        """The thresholds of a policy, from `policy.json`."""
        return cls(**_chosen()["policies"][policy]["thresholds"])


@cache
def _chosen() -> dict[str, Any]:
    return json.loads((files("ocr_recap.decide") / "policy.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Legible:
    """How well a cell must be seen for its number to be accepted, whatever the digit reader says of it.

    Chosen by training/quality/choose.py: where the band just beyond a limit, and all beyond it, are misread 1 time in
    10 or more; what was not measured is not relied on. Blur: no band was misread so often on 560 blurred photos (seed
    3), at most 8 of 175 cells (0.25 to 0.28, against 0.2% of good ones), and beyond 0.28 there were 82 cells only;
    burnt out beyond 0.6 with a contrast below 200: 17 of 83 cells of 492 photos (seed 1), and none of 22 with more.
    Boxes below 11 pixels were too few to tell (2 of 25).

    Attributes:
        pixels: least width of a box on the photo.
        blur: most apparent width of printed lines, in digit heights.
        burnt: most of a cell that is burnt out to white, where its print is no longer black.
        contrast: gray levels to the darkest print or ink from which print is black: a scan's white paper is no glare.
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
class PolicyDecision:
    """The verdict on one number: reason codes with the data for their sentences, and the witness that convinced."""

    status: Status
    reasons: tuple[Reason, ...]
    witness: str  # bubbles, strokes, row_totals, the name of a further witness; or rule, empty, person, none
    rules: tuple[str, ...]  # ids of the rules that confirmed it


def decide(
    cases: Sequence[Case], rules: Sequence[Evaluated], policy: Policy | Thresholds = "strict"
) -> dict[str, PolicyDecision]:
    """Decide every number of a page or document at once: rules need to know how sure the others are.

    Args:
        cases: weighed together (`case.reconciled`).
        rules: evaluated on them.
        policy: which thresholds, or these themselves.
    """
    thresholds = Thresholds.of(policy) if isinstance(policy, str) else policy
    doubt = 1.0 - thresholds.posterior
    holding = confirming(cases, rules, thresholds.rule, doubt, lambda case: _second(case, thresholds) is not None)
    return {case.field: _decide(case, rules, holding.of(case.field), thresholds) for case in cases}


def _decide(case: Case, rules: Sequence[Evaluated], holding: tuple[str, ...], thresholds: Thresholds) -> PolicyDecision:
    mine = [r for r in rules if case.field in r.numbers]
    objections = _objections(case, mine, thresholds)
    if case.person is not None:
        return _decided(case.person, objections)
    if case.kind == "blank":
        confirmed = _blank_by_witnesses(case)
        least = thresholds.blank if confirmed else thresholds.unconfirmed
        surely = min(case.blank, case.confidence) >= least and all(confirmed)
        doubts = tuple(objections) or _hidden(case) or _beside_blank(case) or _missed(case, mine)
        if surely and not doubts:
            return PolicyDecision("blank", (), "empty", ())
        return PolicyDecision("review", doubts or (("blank_uncertain", {}),), "none", ())
    if objections:
        return PolicyDecision("review", tuple(objections), "none", ())
    second = _second(case, thresholds)
    if case.confidence < thresholds.posterior or case.supports < thresholds.digits:
        return PolicyDecision("review", _doubts(case, thresholds), "none", ())
    if second is not None:
        return PolicyDecision("accepted", (), second, ())
    if holding and case.supports >= thresholds.summed:
        return PolicyDecision("accepted", (), "rule", holding)
    return PolicyDecision("review", _doubts(case, thresholds), "none", ())


def _decided(person: Person, objections: Sequence[Reason]) -> PolicyDecision:
    """A person says what is written; whose sheet it is and whether it adds up are other questions."""
    said: Reason = ("decided_by_person", {"by": person.by, "at": person.at})
    if any(code == "station_doubtful" for code, _ in objections):
        return PolicyDecision("review", (*objections, said), "none", ())
    return PolicyDecision("blank" if person.value is None else "accepted", (said, *objections), "person", ())


def _second(case: Case, thresholds: Thresholds) -> str | None:
    """The witness of the number itself that says what the digits say, surely enough."""
    return next((said for one in WITNESSES.values() if (said := one.confirms(case, thresholds))), None)


def _hidden(case: Case) -> tuple[Reason, ...]:
    """No box, no blank, whatever the policy: what lies on a number looks as empty as a box without one."""
    return () if case.cells_found else (("cell_not_found", {}),)


def _beside_blank(case: Case) -> tuple[Reason, ...]:
    """What a witness says of boxes that are empty: a number was forgotten."""
    return next((tuple(said) for one in WITNESSES.values() if (said := one.beside_blank(case))), ())


def _blank_by_witnesses(case: Case) -> list[bool]:
    """Whether nothing is written, of each witness that can say so."""
    return [said for one in WITNESSES.values() if (said := one.sees_blank(case)) is not None]


def _missed(case: Case, rules: Sequence[Evaluated]) -> tuple[Reason, ...]:
    """A single digit would make a sum hold: one that lies on the printed frame leaves its box empty to the reader.

    Made after such blanks were seen on drawn test documents. Where the sum has several blanks each may be a digit.
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


def _unseen(case: Case, thresholds: Thresholds) -> list[Reason]:
    """Why its cells cannot be relied on, whatever the digit reader says of them."""
    if not case.inside:
        return [("outside_photo", {})]
    if thresholds.flawed:
        return []
    found: list[Reason] = [] if case.cells_found or case.held else [("cell_not_found", {})]
    return found + [(code, {}) for code in case.poor]


def _objections(case: Case, rules: Sequence[Evaluated], thresholds: Thresholds) -> list[Reason]:
    """What speaks against taking this number as read, whoever confirms it; a person overrules what was seen."""
    broken = [r.rule for r in rules if r.outcome == "broken" and r.rule.strength != "soft"]
    breaks: list[Reason] = [("rule_broken", {"rules": " ".join(rule.id for rule in broken)})] if broken else []
    if case.person is not None:
        return [*(o for o in case.objections if o[0] == "station_doubtful"), *breaks]
    found: list[Reason] = [*case.objections, *_alterations(case), *_unseen(case, thresholds)]
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
    """What was done to the number after it was written: then bubbles, strokes and sums may all say the old one."""
    altered = case.altered
    found: list[Reason] = [("struck_out", {})] if altered.struck else []
    boxes = sorted({*altered.overwritten, *altered.perhaps})
    if boxes and case.by_ink_alone:
        found.append(("overwritten", {"cells": ", ".join(map(str, boxes))}))
    if altered.bubbles:
        found.append(("bubbles_struck_out", {}))
    return found


def _doubts(case: Case, thresholds: Thresholds) -> tuple[Reason, ...]:
    """Why a number that nothing speaks against is not accepted."""
    doubts: list[Reason] = []
    confirmed = _second(case, thresholds) is not None
    if min(case.confidence, case.supports) < _SURELY_READ or confirmed:
        doubts.append(("digits_uncertain", {"confidence": f"{int(min(case.confidence, case.supports) * 100)}%"}))
    if not confirmed:
        unclear = next((said for one in WITNESSES.values() if (said := one.doubts(case))), [])
        doubts += unclear or [("no_second_witness", {})]
    return tuple(doubts)


def verdict(
    decisions: Mapping[str, PolicyDecision],
    counts: set[str],
    rules: Sequence[Evaluated],
    cases: Mapping[str, Case],
    policy: Policy | Thresholds = "strict",
) -> Literal["settled", "review", "inconsistent"]:
    """The verdict on a page or document: only counts decide it.

    `inconsistent` = a rule is broken as read, and likely so by every reading that the ink of its numbers allows: the
    sheet itself does not add up.
    """
    thresholds = Thresholds.of(policy) if isinstance(policy, str) else policy
    for r in rules:
        if r.outcome != "broken" or r.rule.strength == "soft" or not all(name in cases for name in r.numbers):
            continue
        involved = [cases[name] for name in r.numbers]
        by_hand = all(c.person is not None for c in involved)
        if by_hand or (_breaks(r) >= thresholds.broken and all(_read(c) for c in involved)):
            return "inconsistent"
    open_counts = [name for name in counts if decisions[name].status == "review"]
    return "review" if open_counts else "settled"


def _breaks(rule: Evaluated) -> float:
    """How likely a rule is broken as written, by the readings that are known."""
    known = (rule.holds or 0.0) + (rule.breaks or 0.0)
    return (rule.breaks or 0.0) / known if known else 0.0


def _read(case: Case) -> bool:
    """Whether a number is read so by its own ink, whatever rules make of it."""
    return case.kind == "number" and (case.person is not None or case.supports >= _RATHER_READ)
