"""Assembles the record of a photo: its page, the evidence of the witnesses, the decisions, quality and provenance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..cells import row_totals as totals_witness
from ..cells.crop import FieldPatches
from ..cells.readers import Readers
from ..decide import policy, posterior
from ..decide.ask_witnesses import Witnessed
from ..decide.case import Case
from ..decide.likely_error import Suggestion, suggest
from ..decide.policy import PolicyDecision
from ..forms.print_items import Label
from ..forms.template import Template
from ..imaging.photo import Photo
from ..locate.located import Located, OtherSheet
from ..messages.problems import PhotoProblem
from . import photo_advice, sheet_fingerprint
from .evidence_record import evidence_of
from .explanations import explain, explain_slip, explain_unseen
from .field_record import (
    Candidate,
    FieldRecord,
    cut,
    quad,
)
from .options import Options
from .provenance import provenance
from .record import (
    PagePlace,
    PaperShape,
    PhotoInfo,
    PhotoQuality,
    Record,
    RowSum,
    RuleResult,
    SheetBeside,
    SuggestedSlip,
)
from .record import problem as make_problem

_CANDIDATES = 5  # candidates of a number in its record; by judgement


def make_record(
    photo: Photo,
    located: Located,
    patches: Mapping[str, FieldPatches],
    witnessed: Mapping[str, Witnessed],
    cases: Sequence[Case],
    rules: Sequence[posterior.Evaluated],
    decisions: dict[str, PolicyDecision],
    readers: Readers,
    options: Options,
    quality: PhotoQuality | None = None,
) -> Record:
    """Assemble the record of a photo whose page was located.

    Args:
        photo: the decoded photo.
        located: its page.
        patches: of every number that is in the photo, by field id.
        witnessed: the evidence about each of them, by field id.
        cases: each of them with its candidates and their posterior.
        rules: the rules of the page, evaluated on the numbers as read.
        decisions: the policy's decision on each of them, by field id.
        readers: that read the patches; their weights are named in the provenance.
        options: of reading.
        quality: the page's quality; None where it was not measured.

    Returns:
        The record, with all floats rounded. It has every number of the page; those that are not in the photo have the
        status `not_in_photo`.
    """
    template, words = located.template, located.template.rules_in_words
    by_field = {case.field: case for case in cases}
    on_page = template.fields_of(located.page_id)
    fields = [f.id for f in on_page if f.id in patches]
    counts = {f.id for f in on_page if f.role == "count" and f.id in patches}
    whole = len(fields) == len(on_page)  # a part of a page is no fingerprint: it cannot be compared with other parts
    return Record(
        photo=_info(photo.name, photo),
        page=PagePlace(
            template=template.id,
            page=located.page_id,
            corners=quad(located.corners()),
            residual=round(located.residual, 4),
            anchors=located.anchors,
            homography=_rounded(located.homography),
            shape=_shape(located),
            ink=sheet_fingerprint.ink([patches[i].cells for i in fields if i in counts]) if whole else "",
            others=tuple(_beside(other) for other in located.others),
        ),
        fields={
            f.id: _field_record(witnessed[f.id], by_field[f.id], patches[f.id], decisions[f.id], words, rules)
            if f.id in patches
            else unseen_field()
            for f in on_page
        },
        row_sums=tuple(_row_sum(i, total) for i in fields for total in _totals_of(witnessed[i])),
        rules=rule_results(rules, by_field, template),
        status=policy.verdict(decisions, counts, rules, by_field, options.policy),
        quality=quality,
        warnings=photo_advice.warnings(located, quality, sum(len(patches[i].cells) for i in counts)) if quality else (),
        provenance=provenance(
            template.sha256, readers, options, any(w.evidence.words is not None for w in witnessed.values())
        ),
    )


def _beside(other: OtherSheet) -> SheetBeside:
    return SheetBeside(
        template=other.template.id,
        page=other.page_id,
        homography=_rounded(other.homography),
        placed=other.placed,
        above=other.above,
        in_sight=round(other.in_sight, 3),
        could_be_meant=other.could_be_meant,
    )


def _totals_of(witnessed: Witnessed) -> tuple[totals_witness.TotalReading, ...]:
    return witnessed.evidence.totals.totals if witnessed.evidence.totals else ()


def _row_sum(field: str, total: totals_witness.TotalReading) -> RowSum:
    confidence = round(total.confidence, 6)
    return RowSum(field=field, row=total.row, text=total.text, value=total.value, confidence=confidence)


def problem_record(
    name: str,
    photo: Photo | None,
    problem: PhotoProblem,
    readers: Readers,
    options: Options,
    frame: int = 0,
) -> Record:
    """Assemble the record of a photo that was not read.

    Args:
        name: what the record calls the photo.
        photo: the decoded photo; None where it could not be decoded.
        problem: why it was not read.
        readers: whose weights are named in the provenance.
        options: of reading.
    """
    data = {key: value for key, value in problem.data.items() if key != "sha256"}
    info = PhotoInfo(
        file=name,
        frame=frame,
        sha256=photo.sha256 if photo else str(problem.data.get("sha256", "")),
        width=photo.width if photo else _number(data.get("width")),
        height=photo.height if photo else _number(data.get("height")),
    )
    return Record(
        photo=info,
        page=None,
        fields={},
        status="problem",
        problems=(make_problem(problem.code, **data),),
        provenance=provenance(None, readers, options),
    )


def unseen_field() -> FieldRecord:
    """The record of a number that is not in the photo."""
    return FieldRecord(
        text=None,
        read=None,
        value=None,
        accepted=None,
        status="not_in_photo",
        confidence=None,
        candidates=(),
        reasons=(),
        explanation=explain_unseen(),
        quad=None,
        evidence=None,
    )


def _field_record(
    witnessed: Witnessed,
    case: Case,
    patch: FieldPatches,
    decision: PolicyDecision,
    words: Mapping[str, Label],
    rules: Sequence[posterior.Evaluated],
) -> FieldRecord:
    evidence = evidence_of(witnessed, case, patch)
    outline = np.stack([patch.quads[0, 0], patch.quads[-1, 1], patch.quads[-1, 2], patch.quads[0, 3]])
    return FieldRecord(
        text=case.text,
        read="".join(c for c in case.text if c.isdigit()),
        value=case.value,
        accepted=case.value if decision.status == "accepted" else None,
        status=decision.status,
        confidence=cut(case.confidence),
        candidates=candidates(case),
        reasons=tuple(code for code, _ in decision.reasons),
        explanation=explain(case, evidence.digits.probability, decision, words, rules),
        quad=quad(outline),
        evidence=evidence,
    )


def rule_results(
    rules: Sequence[posterior.Evaluated], cases: Mapping[str, Case], template: Template | None
) -> tuple[RuleResult, ...]:
    """Turn evaluated rules into results for records and documents.

    Args:
        rules: evaluated on the numbers as read.
        cases: the numbers by field id.
        template: with the rules' labels; None where the form is unknown.

    Returns:
        One result per rule. The suggestions of all rules are one set (`likely_error.suggest`); a broken rule has the
        one that repairs it.
    """
    labels = {f.id: f.label for f in template.fields} if template else {}
    suggested = suggest(cases, rules)
    found: list[RuleResult] = []
    for rule in rules:
        slip = next((slip for slip in suggested if _repairs(rule, slip)), None)
        told = slip and SuggestedSlip(**vars(slip), text=explain_slip(slip, labels))
        found.append(rule_result(rule, told))
    return tuple(found)


def _repairs(rule: posterior.Evaluated, slip: Suggestion) -> bool:
    """True when a suggestion alone makes a broken rule hold."""
    if rule.outcome != "broken" or rule.rule.strength == "soft" or slip.field not in rule.numbers:
        return False
    return rule.rule.relation.evaluate({**rule.numbers, slip.field: slip.fits}) == "holds"


def candidates(case: Case) -> tuple[Candidate, ...]:
    """The most probable candidates of a number, given all evidence, most probable first."""
    ranked = sorted(zip(case.chances, case.choices.listed, strict=True), key=lambda pair: -pair[0])
    shown = ranked[:_CANDIDATES]
    return tuple(Candidate(text=c.text, value=c.value, probability=cut(chance)) for chance, c in shown)


def _info(name: str, photo: Photo) -> PhotoInfo:
    return PhotoInfo(file=name, frame=photo.frame, sha256=photo.sha256, width=photo.width, height=photo.height)


def _shape(located: Located) -> PaperShape | None:
    surface = located.surface
    if surface is None:
        return None
    # Rounded to 0.001 mm, which is far less than 0.01 px.
    values = np.round(surface.values, 3)
    across, down = (tuple(tuple(map(float, row)) for row in values[..., k]) for k in (0, 1))
    origin, step = ((round(float(v[0]), 6), round(float(v[1]), 6)) for v in (surface.origin, surface.step))
    return PaperShape(
        origin=origin,
        step=step,
        across=across,
        down=down,
        residual_before=round(located.before or 0.0, 4),
        folds=tuple(("xy"[axis], round(place, 1)) for axis, place in located.folds),  # pyright: ignore[reportArgumentType]
    )


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _rounded(homography: Any) -> Any:
    """A homography with ten significant digits: each run gives the same bytes, and the error is far below 0.01 px."""
    return tuple(tuple(float(f"{v:.10g}") for v in row) for row in homography)


def rule_result(evaluated: posterior.Evaluated, suggestion: SuggestedSlip | None = None) -> RuleResult:
    """Turn an evaluated rule into its result for records and documents, with a suggestion if there is one."""
    rule, difference, holds = evaluated.rule, evaluated.difference, evaluated.holds
    return RuleResult(
        id=rule.id,
        text=rule.text,
        strength=rule.strength,
        basis=rule.basis,
        numbers=dict(evaluated.numbers),
        outcome=evaluated.outcome,
        difference=None if difference is None else round(difference, 6),
        holds=None if holds is None else round(holds, 6),
        suggestion=suggestion,
    )
