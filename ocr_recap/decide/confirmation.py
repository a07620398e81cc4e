"""Which rules count as a second witness of which numbers: a sum that holds, unless it may hold with misread numbers.

Four kinds of sums held with misread numbers, on drawn documents and numbers resampled from them
(benchmarks/resample.py). They do not confirm:

- a copy, which one person writes and one reader misreads the same way twice;
- a sum of which all but two numbers are zero;
- for a number that its own digit cells contradict: the sum that this reading satisfies, since some misreading always
  repairs a clerk error;
- for two numbers of a sum: a sum that holds as well with the same digit of both exchanged, since a person who writes
  an 8 like a 6 does so in part and total.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .case import Case
from .posterior import Evaluated

_LEAST_NUMBERS = 3  # two are a copy
_SURE = 0.6  # at this probability no other reading is as probable; above one half, as probabilities are rounded
_ROUNDING = 0.9  # factor on the probability of all other readings, as probabilities are rounded
_CLEAR = 0.9  # least probability by the digit cells of numbers that confirm each other by a copy; by judgement


@dataclass(frozen=True)
class Confirming:
    """Rules that confirm numbers of one page or document.

    Attributes:
        fields: by id of a rule that holds, the field ids of the numbers that it confirms.
    """

    fields: Mapping[str, frozenset[str]]

    def of(self, field: str) -> tuple[str, ...]:
        """Ids of the rules that confirm a number."""
        return tuple(rule for rule, confirmed in self.fields.items() if field in confirmed)


def confirming(
    cases: Sequence[Case],
    rules: Sequence[Evaluated],
    least: float,
    doubt: float,
    confirmed: Callable[[Case], bool],
) -> Confirming:
    """Find the numbers that each rule confirms.

    Args:
        cases: numbers of a page or document, weighed together (`case.reconciled`).
        rules: rules evaluated on these numbers.
        least: least probability that a confirming rule holds (`Thresholds.rule`).
        doubt: least probability of another reading that matters. Two numbers misread the same way may be as probable
            as the less probable one of the two.
        confirmed: True for a number that has a second witness of its own.
    """
    open_ = [c for c in cases if c.person is None and not confirmed(c)]
    # The probabilities of readings sum to at most 1, so a number with a probable reading has no other that matters.
    against_ink = {c.field for c in open_ if c.supports < _SURE and c.supports < c.rival}
    exchanges = {c.field: tuple(_exchanges(c, doubt)) for c in open_ if c.supports < 1.0 - _ROUNDING * doubt}
    clear = {c.field for c in cases if c.supports >= _CLEAR or c.person is not None}
    fields: dict[str, frozenset[str]] = {}
    for rule in rules:
        numbers = rule.numbers
        surely = rule.outcome == "holds" and rule.holds is not None and rule.holds >= least
        if not surely or len(numbers) < _LEAST_NUMBERS:
            continue
        unconfirmed = against_ink | _misread_alike(rule, exchanges)
        fields[rule.rule.id] = frozenset(
            name
            for name in numbers
            if name not in unconfirmed and (_is_sum(name, numbers) or clear.issuperset(numbers))
        )
    return Confirming(fields)


def _is_sum(field: str, numbers: Mapping[str, int | None]) -> bool:
    """True when the rule says more than a copy. 0 + 4 = 4 does not, since it holds with both fours misread."""
    return sum(bool(value) for name, value in numbers.items() if name != field) >= 2


def _misread_alike(rule: Evaluated, exchanges: Mapping[str, Sequence[_Exchange]]) -> set[str]:
    """Fields of a rule that would hold as well with the same digit exchanged in two of them, as the ink allows."""
    relation = rule.rule.relation
    whole = relation.whole
    off = relation.off(rule.numbers)
    if off is None or relation.operator != "=":
        return set()
    changes = [
        (name, e.digits, by * e.more) for name, by in whole.coefficients.items() for e in exchanges.get(name, ())
    ]
    alike: set[str] = set()
    for (one, digits, more), (other, its, less) in itertools.combinations(changes, 2):
        if one != other and digits == its and abs(off + more + less) <= whole.tolerance:
            alike |= {one, other}
    return alike


@dataclass(frozen=True)
class _Exchange:
    """A digit read, the digit that it may be instead, and the change of the number's value in that case."""

    digits: tuple[str, str]
    more: int


def _exchanges(case: Case, doubt: float) -> Iterator[_Exchange]:
    """Other candidates of a number that differ from its reading by one digit exchanged, at one or more places."""
    for choice in case.choices.listed:
        if case.value is None or choice.value is None or choice.digits < doubt:
            continue
        changed = {pair for pair in zip(case.text, choice.text, strict=True) if pair[0] != pair[1]}
        if len(changed) == 1 and all(sign.isdigit() for pair in changed for sign in pair):
            yield _Exchange(changed.pop(), choice.value - case.value)
