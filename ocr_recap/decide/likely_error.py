"""Most probable clerk error behind a rule that is broken as written: a suggestion for a person.

A suggestion changes no reading. "What is written?" and "was it counted so?" are two questions; a suggestion is about
the second one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from ..forms import clerk_errors
from .case import Case
from .posterior import Evaluated

Kind = Literal[
    "strokes", "row_totals", "bubbles", "transposed", "one", "ten", "hundred", "forgotten_line", "copied", "anything"
]

# Factors by which other evidence makes an error at one number more probable; by judgement. They only rank suggestions,
# so any values will do that rank witnesses first, and then numbers that repair two rules at once.
_WITNESS = 50.0
_REPAIRS_ANOTHER = 20.0
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


def suggest(broken: Evaluated, cases: Mapping[str, Case], rules: Sequence[Evaluated]) -> Suggestion | None:
    """Find the most probable clerk error behind a rule that is broken as written.

    Args:
        broken: the rule; only exact rules with ``=`` get a suggestion.
        cases: numbers of the document, by field id.
        rules: all rules of the document, evaluated.

    Returns:
        The suggestion; None where no error is probable enough.
    """
    relation, written = broken.rule.relation, broken.numbers
    difference = relation.difference(written)
    if broken.rule.strength != "exact" or relation.operator != "=" or not difference:
        return None
    best: tuple[float, Suggestion] | None = None
    for name, coefficient in relation.coefficients:
        here = written[name]
        fits = None if here is None else here - difference / coefficient
        if here is None or fits is None or fits.denominator != 1 or fits < 0:
            continue
        value = int(fits)
        weight = _REPAIRS_ANOTHER if _repairs(name, value, broken, rules) else 1.0
        for share, kind, other in _indications(name, here, value, coefficient, broken, cases.get(name)):
            found = share * weight, Suggestion(name, here, value, kind, other)
            if best is None or found[0] > best[0]:
                best = found
    return best[1] if best is not None and best[0] >= _LEAST else None


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
