"""Weighs the evidence of numbers: each by its own witnesses, then together with the rules and with known facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..cells.words_evidence import WordsEvidence
from ..forms.template import Rule
from .candidates import Choice, Choices, weigh
from .case import UNALTERED, Altered, BubbleCase, Case, OtherCase, TallyCase, TotalsCase, WordsCase
from .evidence import NumberEvidence
from .facts import compare
from .posterior import Evaluated, evaluate, posterior
from .witness import PLAUSIBLE


def make_case(
    field: str,
    evidence: NumberEvidence,
    cells_found: bool,
    inside: bool,
    poor: tuple[str, ...] = (),
    held: bool = False,
    altered: Altered = UNALTERED,
) -> Case:
    """Collect the evidence about one number, with its best reading by its own witnesses, without rules.

    Args:
        field: id of the number.
        evidence: of its witnesses.
        cells_found, inside, poor, held, altered: as in `Case`.
    """
    choices = weigh(evidence)
    said = evidence.bubbles
    strokes, totals = evidence.strokes, evidence.totals
    tally = strokes and TallyCase(
        strokes.state,
        strokes.count,
        round(strokes.says(strokes.count), 6),
        strokes.reason == "crossed_out",
        bool(strokes.struck.any()),
    )
    sums = totals and TotalsCase(
        totals.state, totals.sum, totals.rows, round(totals.says(totals.sum), 6), totals.struck
    )
    case = Case(
        field,
        choices,
        evidence.best.text,
        cells_found,
        inside,
        said and BubbleCase(said.text, round(said.probability, 6)),
        tally=tally,
        totals=sums,
        poor=poor,
        held=held,
        altered=altered,
        others={name: OtherCase(int(v.argmax()), round(float(v.max()), 6)) for name, v in evidence.tables.items()},
        words=evidence.words and _in_words(evidence.words),
    )
    return alone(case)


def _in_words(said: WordsEvidence) -> WordsCase:
    """The evidence of words in short; a number larger than the boxes hold is no number of theirs, and disagrees."""
    return WordsCase(said.state, said.best, round(said.says(said.best), 6), said.text)


def reconciled(cases: Sequence[Case], rules: Sequence[Rule]) -> tuple[list[Case], list[Evaluated]]:
    """Weigh numbers together with the rules.

    The best reading of a number is the most probable one of those that its digit cells allow (`PLAUSIBLE`), so a sheet
    that does not add up as written is not repaired. Facts known before the count are compared with the best readings
    afterwards, so they repair nothing either.

    Args:
        cases: all numbers of one document or page.
        rules: rules of its form, each with at least one of these numbers.

    Returns:
        The cases with their best readings, and the rules evaluated on these readings.
    """
    known = {c.field: _decided(c) for c in cases if not c.by_ink_alone}
    said = posterior(known, rules)
    weighed: list[Case] = []
    for case in cases:
        if case.by_ink_alone:
            weighed.append(alone(case))
        elif case.person is not None:
            weighed.append(case)
        else:
            weighed.append(_chosen(case, said.chances[case.field].tolist()))
    rated = evaluate(rules, {c.field: c.value for c in weighed if not c.by_ink_alone}, said)
    return _with_facts(weighed), rated


def _with_facts(cases: Sequence[Case]) -> list[Case]:
    """The cases compared with the facts about them, which changes their probabilities and never their readings."""
    found = {case.field: replace(case, compared=()) for case in cases}
    for fact in dict.fromkeys(fact for case in cases for fact in case.facts):
        parts = [found[name] for name in fact.fields if name in found]
        read = [part.value for part in parts if part.kind == "number" and not part.by_ink_alone]
        values = [value for value in read if value is not None]
        if len(values) < len(fact.fields):
            continue  # a number is blank, unreadable, altered or not in the photo
        chances = [_chances(part) for part in parts]
        rests = [max(0.0, 1.0 - sum(part.chances)) if part.person is None else 0.0 for part in parts]
        said, factors = compare(fact, values, chances, rests)
        for part, factor in zip(parts, factors, strict=True):
            if fact in part.facts:
                chance = part.chances if part.person is not None else _multiplied(part, factor)
                found[part.field] = replace(part, compared=(*part.compared, said), chances=chance)
    return list(found.values())


def _chances(case: Case) -> dict[int, float]:
    """Probability of each candidate that is a number; of a number that a person decided, 1 for that value."""
    if case.person is not None:
        return {} if case.value is None else {case.value: 1.0}
    pairs = zip(case.choices.listed, case.chances, strict=True)
    return {c.value: chance for c, chance in pairs if c.value is not None and c.proper}


def _multiplied(case: Case, factors: Mapping[int, float]) -> tuple[float, ...]:
    """Probabilities of the candidates of a number, with the factors of a fact (`facts.compare`)."""
    pairs = zip(case.choices.listed, case.chances, strict=True)
    new = (p * factors.get(c.value if c.value is not None and c.proper else -1, factors[-1]) for c, p in pairs)
    return tuple(float(f"{min(1.0, p):.7g}") for p in new)


def alone(case: Case) -> Case:
    """The case with the best reading by its own witnesses; of an altered number, by its digit cells alone."""
    choices = case.choices
    weights = np.array([c.digits for c in choices.listed]) if case.by_ink_alone else choices.weights
    return _chosen(case, (weights / (weights.sum() + choices.rest)).tolist())


def _chosen(case: Case, chances: Sequence[float]) -> Case:
    """The case with the most probable reading that its digit cells allow."""
    listed = case.choices.listed
    rounded = tuple(float(f"{p:.7g}") if p else 0.0 for p in chances)
    allowed = [i for i, c in enumerate(listed) if c.digits >= PLAUSIBLE] or list(range(len(listed)))
    return replace(case, chosen=max(allowed, key=lambda i: (rounded[i], -i)), chances=rounded)


def _decided(case: Case) -> Choices:
    """Candidates of a number; the value that a person gave is the only one."""
    if case.person is None:
        return case.choices
    value = case.person.value
    text = " " if value is None else str(value)
    return Choices((Choice(text, value, 1.0),), 0.0, 0.0, ())
