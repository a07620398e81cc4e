"""Where a sheet does not add up as written: the likeliest slip behind it, as a suggestion for a person.

Nothing is changed for it. "What is written?" and "was it counted so?" are two questions, and this is about the second.
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

# How much likelier a slip at one number is when something else says so; any values that put witnesses first, then
# numbers that mend two rules at once, serve: they only rank suggestions.
_WITNESS = 50.0
_MENDS_ANOTHER = 20.0
_LEAST = 0.01  # a difference that fits no kind of slip names a number only if a witness or another rule does


@dataclass(frozen=True)
class Suggestion:
    """One number with which a broken rule would hold.

    Attributes:
        field: which number.
        written: what is written there; `fits` what would make the rule hold.
        kind: what speaks for it: a witness of that number, or the kind of slip that such a difference is typical of.
        other: for a line left out, or copied, the number of that line.
    """

    field: str
    written: int
    fits: int
    kind: Kind
    other: str | None = None


def suggest(broken: Evaluated, cases: Mapping[str, Case], rules: Sequence[Evaluated]) -> Suggestion | None:
    """The likeliest slip behind a rule that is broken by its numbers as written; None where nothing points to one.

    Args:
        broken: an exact rule with ``=``.
        cases: of the document, by field id.
        rules: all rules of the document, evaluated.
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
        weight = _MENDS_ANOTHER if _mends(name, value, broken, rules) else 1.0
        for share, kind, other in _signs(name, here, value, coefficient, broken, cases.get(name)):
            found = share * weight, Suggestion(name, here, value, kind, other)
            if best is None or found[0] > best[0]:
                best = found
    return best[1] if best is not None and best[0] >= _LEAST else None


def _signs(
    name: str, here: int, fits: int, coefficient: Fraction, broken: Evaluated, case: Case | None
) -> Iterator[tuple[float, Kind, str | None]]:
    """What speaks for a slip at this number."""
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


def _mends(name: str, value: int, broken: Evaluated, rules: Iterable[Evaluated]) -> bool:
    """Whether another exact rule that is broken too would hold with this value."""
    for other in rules:
        if other is not broken and other.outcome == "broken" and other.rule.strength == "exact":
            changed = {**other.numbers, name: value}
            if name in other.numbers and other.rule.relation.evaluate(changed) == "holds":
                return True
    return False


def _is_transposed(first: int, second: int) -> bool:
    """Whether two neighbouring digits changed places."""
    a, b = (str(v).zfill(max(len(str(first)), len(str(second)))) for v in (first, second))
    unlike = [i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    return (
        len(unlike) == 2
        and unlike[1] == unlike[0] + 1
        and a[unlike[0]] == b[unlike[1]]
        and a[unlike[1]] == b[unlike[0]]
    )
