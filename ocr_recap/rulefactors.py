"""A rule as a soft factor: how likely its numbers stand together on paper, slips of clerks included.

The written total of an exact rule is taken to be the sum of its written parts, or to differ by a slip (`slips`): by a
usual difference, because one part was left out, or because the last part stands again in place of the total. A part
left empty may mean zero or something unknown.

What is not known is bounded from above and never guessed. Where all numbers of a rule but one are known, only one value
of that one makes the rule hold. If it is among its listed choices, then whatever else the number is breaks the rule; if
it is not, it may be in the rest, where no number weighs more than `States.charge` says. This charge is due in one rule
of a number only, since at one and the same value all its rules may hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from . import slips
from .elimination import Factor
from .rules import Relation

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

NUMBER, BLANK, UNREADABLE, REST = range(4)  # kinds of states
SLIP_MOST = 0.3  # no difference is likelier than this, given a slip: 0.125 (one off), 0.1 (a line), 0.05 (copied)


@dataclass(frozen=True, eq=False)
class States:
    """What one number may be, and may have been counted as.

    Attributes:
        values: the number that exact rules add up, 0 where there is none.
        kinds: NUMBER, BLANK, UNREADABLE (nobody knows which number) or REST (all that is not listed).
        charge: of UNREADABLE and REST: the most that any single number of it weighs, as a share of its weight.
        written: the number as written; None: as `values`. It differs where the number itself slipped.
    """

    values: IntArray
    kinds: IntArray
    charge: FloatArray
    written: IntArray | None = None

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def listed(self) -> IntArray:
        """The numbers among its states, as written."""
        return self.as_written[self.kinds == NUMBER]

    @property
    def as_written(self) -> IntArray:
        """The number as written; what `kinds` does not call a number has none."""
        return self.values if self.written is None else self.written

    @cached_property
    def unknown(self) -> NDArray[np.bool_]:
        """Which states have no known value."""
        return self.kinds >= UNREADABLE


@dataclass(frozen=True)
class Equation:
    """An exact rule in whole numbers: the sum of coefficient * number, and `constant`, is nought.

    Attributes:
        parts: names of the numbers that are added up, with their coefficients.
        total: the number that they add up to, with its coefficient.
        constant, tolerance: in the same unit, `scale` of which are one.
        rate: how often clerks break it.
    """

    parts: tuple[tuple[str, int], ...]
    total: tuple[str, int]
    constant: int
    tolerance: int
    scale: int
    rate: float

    @classmethod
    @cache
    def of(cls, relation: Relation, rate: float) -> Equation:
        """From a rule with ``=``: its total is what stands alone on one side, else the last number."""
        coefficients, constant, tolerance, scale = relation.whole
        alone = [[n for n, c in coefficients.items() if c * sign > 0] for sign in (1, -1)]
        single = [names[0] for names in alone if len(names) == 1]
        total = single[0] if single else list(coefficients)[-1]
        parts = tuple((name, c) for name, c in coefficients.items() if name != total)
        return cls(parts, (total, coefficients[total]), constant, tolerance, scale, rate)

    @property
    def names(self) -> tuple[str, ...]:
        """All its numbers, the total last."""
        return (*(name for name, _ in self.parts), self.total[0])

    def off(self, difference: IntArray) -> FloatArray:
        """Probability of each difference (coefficients applied), left-out and copied lines aside; nought: it holds."""
        step, share = abs(self.total[1]), self.rate
        if len(self.parts) < 2:  # no lines that could be left out or copied: those slips are of the other kinds
            share /= 1 - slips.SHARES["forgotten_line"] - slips.SHARES["copied"]
        steps = difference if step == 1 else np.where(difference % step == 0, difference // step, slips.RANGE)
        chance = share * slips.of_difference(steps)
        return np.where(np.abs(difference) <= self.tolerance, 0.0, chance) if self.tolerance else chance

    def must_break(self, others: IntArray, coefficient: int, states: States) -> NDArray[np.bool_]:
        """Whether the one value of a number at which the rule holds is among those listed.

        Args:
            others: the sum of all other terms and the constant.
            coefficient: of the number.
            states: of the number.
        """
        meant = -others if abs(coefficient) == 1 else -others // abs(coefficient)
        found = ((meant if coefficient > 0 else -meant)[..., None] == states.listed).any(axis=-1)
        return found if abs(coefficient) == 1 else found & (others % coefficient == 0)


def table(rule: Equation, states: Mapping[str, States], pays: set[str]) -> tuple[FloatArray, FloatArray]:
    """The factor of an exact rule over its numbers, and the part of it where the rule holds as written.

    Args:
        rule: over a few numbers; axis k of the tables is number k of `rule.names`.
        states: of its numbers.
        pays: the numbers that are charged in this rule.
    """
    names = rule.names
    last = len(names) - 1
    axes = [[1] * i + [-1] + [1] * (last - i) for i in range(len(names))]
    terms = [(c * states[n].values).reshape(axis) for (n, c), axis in zip((*rule.parts, rule.total), axes, strict=True)]
    difference = sum(terms, start=np.array(rule.constant, dtype=np.int64))
    holds = np.abs(difference) <= rule.tolerance
    held = np.where(holds, 1 - rule.rate, 0.0)
    weight = held + rule.off(difference)
    if len(rule.parts) >= 2:
        each = rule.rate * slips.SHARES["forgotten_line"] / len(rule.parts)
        for term in terms[:-1]:
            weight = weight + each * (np.abs(difference - term) <= rule.tolerance)
        copied = (states[names[-2]].kinds == NUMBER).reshape(axes[-2]) & (
            states[names[-2]].values.reshape(axes[-2]) == states[names[-1]].values.reshape(axes[-1])
        )
        weight = weight + rule.rate * slips.SHARES["copied"] * copied
    kinds = [states[n].kinds.reshape(axis) for n, axis in zip(names, axes, strict=True)]
    held = held * (kinds[-1] == NUMBER)
    weight = np.where(kinds[-1] == BLANK, slips.EMPTY, weight)
    if any(states[n].unknown.any() for n in names):
        weight, held = _bounded(rule, states, pays, difference, kinds, weight, held)
    if any((k == BLANK).any() for k in kinds[:-1]):
        as_zero = np.ones([1] * len(names))
        for kind in kinds[:-1]:
            as_zero = as_zero * np.where(kind == BLANK, slips.BLANK_IS_ZERO, 1.0)
        weight, held = as_zero * weight + (1 - as_zero) * slips.EMPTY, as_zero * held
        blank = np.ones([1] * len(names), dtype=bool)
        for kind in kinds:
            blank = blank & (kind == BLANK)
        weight = np.where(blank, slips.ALL_EMPTY, weight)
    shape = [len(states[n]) for n in names]
    return np.broadcast_to(weight, shape), np.broadcast_to(held, shape)


def _bounded(
    rule: Equation,
    states: Mapping[str, States],
    pays: set[str],
    difference: IntArray,
    kinds: list[IntArray],
    weight: FloatArray,
    held: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Put bounds where a number is unknown; parts left empty count as zero."""
    coefficients = [c for _, c in (*rule.parts, rule.total)]
    unknown = [kind >= UNREADABLE for kind in kinds]
    many = sum((u.astype(np.int64) for u in unknown), start=np.zeros([1] * len(kinds), dtype=np.int64))
    bounds = np.ones([1] * len(kinds))  # the charge of the first unknown number that is charged here
    for name, kind, found in zip(rule.names[::-1], kinds[::-1], unknown[::-1], strict=True):
        if name in pays:
            bounds = np.where(found, charged(states[name], rule).reshape(kind.shape), bounds)
    for name, kind, coefficient in zip(rule.names, kinds, coefficients, strict=True):
        if (kind == REST).any():
            # The number's own term is nought in this state, so the difference is the sum of all others.
            alone = (kind == REST) & (many == 1) & (kinds[-1] != BLANK)
            breaks = alone & rule.must_break(difference, coefficient, states[name])
            bounds = np.where(breaks, rule.rate * SLIP_MOST, bounds)
    return np.where(many > 0, bounds, weight), np.where(many > 0, 0.0, held)


def charged(states: States, rule: Equation) -> FloatArray:
    """What unknown states are charged in a rule, (states,).

    Over all numbers a rule adds up to one at most, so to the heaviest of them; only where the unknown part itself was
    left out of the sum every number of it does as well.
    """
    left_out = rule.rate * slips.SHARES["forgotten_line"] / max(1, len(rule.parts))
    return np.where(states.unknown, np.minimum(1.0, states.charge + left_out), 1.0)


def bound(relation: Relation, rate: float, states: Mapping[str, States], index: Mapping[str, int]) -> Factor:
    """A rule that says more or less, or what only warns, over few numbers: unlikely where broken, else nothing.

    Args:
        relation: the rule.
        rate: how often it is broken.
        states: of its numbers; what is not known breaks nothing.
        index: which variable each number is.
    """
    coefficients, constant, tolerance, _ = relation.whole
    names = list(coefficients)
    difference = np.full([1] * len(names), constant, dtype=np.int64)
    known = np.ones([1] * len(names), dtype=bool)
    for axis, name in enumerate(names):
        shape = [1] * len(names)
        shape[axis] = -1
        difference = difference + coefficients[name] * states[name].as_written.reshape(shape)
        known = known & (states[name].kinds == NUMBER).reshape(shape)
    if relation.operator == "=":
        holds = np.abs(difference) <= tolerance
    else:
        holds = difference <= 0 if relation.operator == "<=" else difference >= 0
    return Factor(tuple(index[name] for name in names), np.where(known & ~holds, rate, 1.0))
