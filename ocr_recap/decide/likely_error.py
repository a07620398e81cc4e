"""Most probable clerk errors behind the rules that a document breaks as written: suggestions for a person.

A suggestion changes no reading. "What is written?" and "was it counted so?" are two questions; a suggestion is about
the second one. All suggestions of a document are chosen together, so that they do not contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Literal

from ..forms import clerk_errors
from ..forms.relations import Outcome
from .case import Case
from .posterior import Evaluated

Kind = Literal[
    "strokes",
    "row_totals",
    "bubbles",
    "words",
    "transposed",
    "one",
    "ten",
    "hundred",
    "forgotten_line",
    "copied",
    "anything",
]

# Factors by which other evidence makes an error at one number more probable; by judgement. They only rank suggestions,
# so any values will do that rank witnesses first, and then numbers that repair two rules at once.
_WITNESS = 50.0
_REPAIRS_ANOTHER = 20.0
_MOST_ERRORS = 3  # corrections in a set: a sheet with more errors needs a recount, no suggestion; by judgement
_LEAST = 0.01  # above the weight of an error of no typical kind without a witness or a second rule; by judgement


@dataclass(frozen=True)
class Suggestion:
    """One number that would satisfy a broken rule if it had another value.

    Attributes:
        field: id of the number.
        written: value as written.
        fits: value with which the rule holds.
        kind: evidence for the error: a witness of the number, or a kind of clerk error with such a difference.
        other: field id of the line that was left out or copied; None for other kinds.
    """

    field: str
    written: int
    fits: int
    kind: Kind
    other: str | None = None


def suggest(cases: Mapping[str, Case], rules: Sequence[Evaluated]) -> tuple[Suggestion, ...]:
    """Find the most probable clerk errors that explain the broken rules of a document together.

    Of all sets of at most three corrections, each of which repairs a broken rule by itself and which together break no
    rule that holds, the set that leaves the fewest rules broken is taken; of these the smallest, and of these the most
    probable one.

    Args:
        cases: numbers of the document, by field id.
        rules: all rules of the document, evaluated. Only exact rules with ``=`` get suggestions.

    Returns:
        The set, in the order of the rules; empty where no error is probable enough.
    """
    hard = [rule for rule in rules if rule.rule.strength != "soft"]
    broken = [(rule, found) for rule in hard if (found := _corrections(rule, cases, rules))]
    best = min(_sets(broken, hard), key=lambda corrections: _rank(corrections, hard), default=())
    return tuple(suggestion for _, suggestion in best)


_Correction = tuple[float, Suggestion]  # with its weight


def _corrections(broken: Evaluated, cases: Mapping[str, Case], rules: Sequence[Evaluated]) -> list[_Correction]:
    """For each number of a broken rule, the most probable error that would explain it alone; none for other rules."""
    relation, written = broken.rule.relation, broken.numbers
    difference = relation.difference(written)
    exact = broken.outcome == "broken" and broken.rule.strength == "exact" and relation.operator == "="
    if not exact or not difference:
        return []
    found: list[_Correction] = []
    for name, coefficient in relation.coefficients:
        here = written[name]
        fits = None if here is None else here - difference / coefficient
        if here is None or fits is None or fits.denominator != 1 or fits < 0:
            continue
        value = int(fits)
        weight = _REPAIRS_ANOTHER if _repairs(name, value, broken, rules) else 1.0
        indications = _indications(name, here, value, coefficient, broken, cases.get(name))
        share, kind, other = max(indications, key=lambda indication: indication[0])
        if share * weight >= _LEAST:
            found.append((share * weight, Suggestion(name, here, value, kind, other)))
    return found


def _sets(
    broken: Sequence[tuple[Evaluated, list[_Correction]]],
    hard: Sequence[Evaluated],
    chosen: tuple[_Correction, ...] = (),
) -> Iterator[tuple[_Correction, ...]]:
    """All sets of corrections to consider: for each rule that is still broken, one of its corrections or none."""
    if not broken or len(chosen) == _MOST_ERRORS:
        if _newly_broken(chosen, hard) == 0:
            yield chosen
        return
    (rule, corrections), rest = broken[0], broken[1:]
    yield from _sets(rest, hard, chosen)
    if _outcome(rule, chosen) == "broken":
        taken = {suggestion.field for _, suggestion in chosen}
        for correction in corrections:
            if correction[1].field not in taken:
                yield from _sets(rest, hard, (*chosen, correction))


def _outcome(rule: Evaluated, chosen: Sequence[_Correction]) -> Outcome:
    """Whether a rule holds with these corrections."""
    fits = {suggestion.field: suggestion.fits for _, suggestion in chosen if suggestion.field in rule.numbers}
    return rule.rule.relation.evaluate({**rule.numbers, **fits}) if fits else rule.outcome


def _newly_broken(chosen: Sequence[_Correction], hard: Sequence[Evaluated]) -> int:
    return sum(rule.outcome == "holds" and _outcome(rule, chosen) == "broken" for rule in hard)


def _rank(chosen: Sequence[_Correction], hard: Sequence[Evaluated]) -> tuple[int, int, float]:
    """Sort key of a set of corrections, best first: rules left broken, corrections, their weight."""
    left = sum(_outcome(rule, chosen) == "broken" for rule in hard)
    return left, len(chosen), -prod(weight for weight, _ in chosen)


def _indications(
    name: str, here: int, fits: int, coefficient: Fraction, broken: Evaluated, case: Case | None
) -> Iterator[tuple[float, Kind, str | None]]:
    """Evidence for a clerk error at this number, each with its weight, its kind and the other line."""
    if case is not None:
        if case.tally is not None and case.tally.state == "read" and case.tally.count == fits:
            yield _WITNESS, "strokes", None
        if case.totals is not None and case.totals.state == "read" and case.totals.sum == fits:
            yield _WITNESS / 2, "row_totals", None
        if case.bubbles is not None and case.bubbles.value == fits:
            yield _WITNESS / 2, "bubbles", None
        if case.words is not None and case.words.state == "read" and case.words.value == fits:
            yield _WITNESS / 2, "words", None
    if _is_transposed(here, fits):
        yield clerk_errors.SHARES["transposed"], "transposed", None
    steps: tuple[tuple[int, Kind], ...] = ((1, "one"), (10, "ten"), (100, "hundred"))
    for step, kind in steps:
        if abs(here - fits) == step:
            yield clerk_errors.SHARES["one" if kind == "one" else "ten" if kind == "ten" else "hundred"], kind, None
    signs = {n: c for n, c in broken.rule.relation.coefficients}
    if len(signs) >= 3:
        parts = [n for n, c in signs.items() if c * coefficient < 0]
        for other in parts:
            if len(parts) == len(signs) - 1 and broken.numbers[other] == fits - here:
                yield clerk_errors.SHARES["forgotten_line"], "forgotten_line", other
            if len(parts) == len(signs) - 1 and broken.numbers[other] == here and other == parts[-1]:
                yield clerk_errors.SHARES["copied"], "copied", other
    yield clerk_errors.SHARES["anything"] / 100, "anything", None


def _repairs(name: str, value: int, broken: Evaluated, rules: Iterable[Evaluated]) -> bool:
    """True when another broken exact rule would also hold with this value."""
    for other in rules:
        if other is not broken and other.outcome == "broken" and other.rule.strength == "exact":
            changed = {**other.numbers, name: value}
            if name in other.numbers and other.rule.relation.evaluate(changed) == "holds":
                return True
    return False


def _is_transposed(first: int, second: int) -> bool:
    """True when the numbers differ by two adjacent digits that are exchanged."""
    a, b = (str(v).zfill(max(len(str(first)), len(str(second)))) for v in (first, second))
    unlike = [i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    return (
        len(unlike) == 2
        and unlike[1] == unlike[0] + 1
        and a[unlike[0]] == b[unlike[1]]
        and a[unlike[1]] == b[unlike[0]]
    )
