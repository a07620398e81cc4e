"""Which rules are a second witness of which numbers: a sum confirms what digits say, where it could not be a chance.

That a sum holds is worth what it would take to hold wrongly. Four ways were seen on drawn documents and numbers
resampled from them (benchmarks/resample.py), and none of them counts: a copy, which one hand writes and one reader
misreads alike twice; a sum of which all but two numbers are nought; for a number that was read against its own ink, the
sum that it makes hold, since a misreading that mends a clerk's slip is always there; and, for two numbers of a sum, one
that holds as well where the same digit of both is another one: who writes an 8 like a 6 does so in part and total.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .case import Case
from .posterior import Evaluated

_LEAST_NUMBERS = 3  # two are a copy
_SURE = 0.6  # probability beside which no other reading is as likely
_ROUNDING = 0.9  # of what remains beside a reading: chances are rounded
_CLEAR = 0.9  # a copy's numbers have to be read so by their own ink to confirm each other


@dataclass(frozen=True)
class Confirming:
    """The rules that confirm numbers of one page or document.

    Attributes:
        fields: by the id of a rule that holds, the numbers that it confirms.
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
    """What rules confirm.

    Args:
        cases: weighed together (`case.reconciled`).
        rules: evaluated on them.
        least: probability from which a rule surely holds (`Thresholds.rule`).
        doubt: probability from which it matters that a number is another one; that two are misread alike may be as
            likely as the less likely of both.
        confirmed: whether a number has a second witness of its own.
    """
    open_ = [c for c in cases if c.person is None and not confirmed(c)]
    # Readings exclude each other: where one is sure enough no other can be likelier, or likely enough to matter.
    swayed = {c.field for c in open_ if c.supports < _SURE and c.supports < c.rival}
    exchanges = {c.field: tuple(_exchanges(c, doubt)) for c in open_ if c.supports < 1.0 - _ROUNDING * doubt}
    clear = {c.field for c in cases if c.supports >= _CLEAR or c.person is not None}
    fields: dict[str, frozenset[str]] = {}
    for rule in rules:
        numbers = rule.numbers
        surely = rule.outcome == "holds" and rule.holds is not None and rule.holds >= least
        if not surely or len(numbers) < _LEAST_NUMBERS:
            continue
        idle = swayed | _misread_alike(rule, exchanges)
        fields[rule.rule.id] = frozenset(
            name for name in numbers if name not in idle and (_is_sum(name, numbers) or clear.issuperset(numbers))
        )
    return Confirming(fields)


def _is_sum(field: str, numbers: Mapping[str, int | None]) -> bool:
    """Whether it says more than a copy: 0 + 4 = 4 stands though both are misread, 0 + 0 = 0 likewise."""
    return sum(bool(value) for name, value in numbers.items() if name != field) >= 2


def _misread_alike(rule: Evaluated, exchanges: Mapping[str, Sequence[_Exchange]]) -> set[str]:
    """Numbers of a rule that would hold as well if the same digit of two of them were another one, as ink allows."""
    relation = rule.rule.relation
    whole = relation.whole
    off = relation.off(rule.numbers)
    if off is None or relation.operator != "=":
        return set()
    ways = [(name, e.digits, by * e.more) for name, by in whole.coefficients.items() for e in exchanges.get(name, ())]
    alike: set[str] = set()
    for (one, digits, more), (other, its, less) in itertools.combinations(ways, 2):
        if one != other and digits == its and abs(off + more + less) <= whole.tolerance:
            alike |= {one, other}
    return alike


@dataclass(frozen=True)
class _Exchange:
    """A digit of a number that may be another one, wherever they differ; by how much the number were more."""

    digits: tuple[str, str]
    more: int


def _exchanges(case: Case, doubt: float) -> Iterator[_Exchange]:
    """What else the ink of a number allows, where one and the same digit is another one."""
    for choice in case.choices.listed:
        if case.value is None or choice.value is None or choice.digits < doubt:
            continue
        changed = {pair for pair in zip(case.text, choice.text, strict=True) if pair[0] != pair[1]}
        if len(changed) == 1 and all(sign.isdigit() for pair in changed for sign in pair):
            yield _Exchange(changed.pop(), choice.value - case.value)
