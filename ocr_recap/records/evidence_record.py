"""Assembles the evidence of one number as its record holds it, witness by witness."""

from __future__ import annotations

from collections.abc import Sequence

from ..cells import bubble_reader as bubble_witness
from ..cells import digit_reader as digit_witness
from ..cells import tally_reader as tally_witness
from ..cells.crop import FieldPatches
from ..cells.quality import CellMeasures
from ..decide.ask_witnesses import Witnessed
from ..decide.candidates import Choice
from ..decide.case import Case
from .field_record import (
    BubbleEvidence,
    CellEvidence,
    CellQuality,
    ChoiceEvidence,
    DigitEvidence,
    Evidence,
    KnownFact,
    NumberInWords,
    OtherEvidence,
    RowTotalsEvidence,
    TallyEvidence,
    quad,
)
from .frozen import FrozenDict


def evidence_of(witnessed: Witnessed, case: Case, patch: FieldPatches) -> Evidence:
    """The evidence of every witness about one number.

    Args:
        witnessed: what the witnesses gave.
        case: the number as it was decided.
        patch: its cells, with their places on the photo.
    """
    return Evidence(
        digits=_digit_evidence(witnessed, case, patch),
        bubbles=_bubble_evidence(witnessed, case),
        tally=_tally_evidence(witnessed, case),
        row_totals=_totals_evidence(case),
        words=_in_words(witnessed, case, patch),
        others=FrozenDict(_others(case)),
        facts=FrozenDict(known_facts(case)),
        choices=tuple(_choice(c) for c in case.choices.listed),
        rest=case.choices.rest,
        largest=case.choices.largest,
    )


def _digit_evidence(witnessed: Witnessed, case: Case, patch: FieldPatches) -> DigitEvidence:
    read, looks = witnessed.evidence.best, witnessed.cells
    asked = looks.asked.tolist()
    said, first, second = (digit_witness.likely(table) for table in (looks.table, looks.first, looks.second))
    seen = _cell_quality(witnessed.measured, patch.folded.tolist()) if witnessed.measured else [None] * len(said)
    cells = tuple(
        CellEvidence(
            quad=quad(corners),
            probabilities=said[i],
            first=first[i] if asked[i] else None,
            second=second[i] if asked[i] else None,
            quality=seen[i],
            overwritten=round(float(witnessed.alterations.overwritten[i]), 6),
        )
        for i, corners in enumerate(patch.quads)
    )
    return DigitEvidence(
        text=read.text,
        value=read.value,
        probability=round(witnessed.evidence.digits_say(read.value, read.kind), 6),
        supports=case.supports,
        blank=case.blank,
        found=case.cells_found,
        held=case.held,
        inside=case.inside,
        cells=cells,
        poor=case.poor,
        struck=round(witnessed.alterations.struck, 6),
        struck_out=case.altered.struck,
        overwritten=case.altered.overwritten,
        perhaps=case.altered.perhaps,
        unused=case.altered.unused,
    )


def _bubble_evidence(witnessed: Witnessed, case: Case) -> BubbleEvidence | None:
    said = case.bubbles
    if said is None or witnessed.bubbles is None:
        return None
    best = witnessed.bubbles.argmax(axis=1)
    return BubbleEvidence(
        state={"number": "read", "blank": "empty"}.get(said.kind, "unclear"),  # pyright: ignore[reportArgumentType]
        text=said.text,
        value=said.value,
        probability=said.probability,
        supports=case.choice.bubbles,
        digits_agree=case.bubbles_agree,
        columns=tuple(
            (bubble_witness.CLASSES[i], round(float(column[i]), 6))
            for i, column in zip(best, witnessed.bubbles, strict=True)
        ),
        crossed=round(witnessed.alterations.crossed, 6),
        struck_out=case.altered.bubbles,
    )


def _choice(choice: Choice) -> ChoiceEvidence:
    return ChoiceEvidence(**{name: value for name, value in vars(choice).items() if name != "others"})


def _others(case: Case) -> dict[str, OtherEvidence]:
    """The evidence of witnesses that have no key of their own in a record."""
    return {
        name: OtherEvidence(
            value=said.value,
            probability=said.probability,
            supports=tuple(c.others.get(name, 0.0) for c in case.choices.listed),
        )
        for name, said in case.others.items()
    }


def known_facts(case: Case) -> dict[str, KnownFact]:
    """The facts known before the count that are about a number, compared with what was read, by name of the witness."""
    compared = {one.fact: one for one in case.compared}
    found: dict[str, KnownFact] = {}
    for fact in case.facts:
        said = compared.get(fact)
        found[fact.witness] = KnownFact(
            fields=fact.fields,
            rows=fact.rows,
            source=fact.source,
            sha256=fact.sha256,
            read=said and said.read,
            probability=said and round(said.probability, 6),
            agrees=said and said.agrees,
        )
    return found


def _tally_evidence(witnessed: Witnessed, case: Case) -> TallyEvidence | None:
    said, tally = witnessed.evidence.strokes, case.tally
    if said is None or tally is None:
        return None
    return TallyEvidence(
        state=said.state,
        count=said.count,
        rows=said.rows,
        reason=said.reason,
        probability=tally.probability,
        supports=case.choice.strokes,
        credible=None if said.count is None else said.credible,
        cells=tuple("".join(tally_witness.SIGNS[c] for c in row) for row in said.cells),
        quad=quad(said.quad),
        struck=tuple("".join(".#"[c] for c in row) for row in said.struck.tolist()) if said.struck.any() else (),
    )


def _totals_evidence(case: Case) -> RowTotalsEvidence | None:
    said = case.totals
    if said is None:
        return None
    return RowTotalsEvidence(
        state=said.state,
        sum=said.sum,
        rows=said.rows,
        probability=said.probability,
        supports=case.choice.totals,
        struck=said.struck,
    )


def _in_words(witnessed: Witnessed, case: Case, patch: FieldPatches) -> NumberInWords | None:
    said, cut = case.words, patch.words
    if said is None or cut is None or witnessed.evidence.words is None:
        return None
    return NumberInWords(
        state=said.state,
        value=said.value,
        probability=said.probability,
        supports=case.choice.words,
        text=said.text,
        height=round(witnessed.evidence.words.height_px, 1),
        quad=quad(cut.quad),
        lines=tuple(quad(line) for line in cut.lines),
    )


def _cell_quality(measured: CellMeasures, folds: Sequence[bool]) -> list[CellQuality | None]:
    figures = zip(
        measured.pixels.tolist(),
        measured.blurs(),
        measured.paper.tolist(),
        measured.contrast.tolist(),
        measured.noise.tolist(),
        measured.burnt.tolist(),
        folds,
        strict=True,
    )
    return [
        CellQuality(
            pixels=round(pixels, 1),
            blur=None if blur is None else round(blur, 3),
            paper=round(paper, 1),
            contrast=round(contrast, 1),
            noise=round(noise, 1),
            burnt=round(burnt, 3),
            fold=fold,
        )
        for pixels, blur, paper, contrast, noise, burnt, fold in figures
    ]
