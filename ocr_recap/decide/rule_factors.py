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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from ..forms import clerk_errors
from ..forms.relations import Relation
from ..imaging.arrays import FloatArray
from .elimination import Factor

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
        proper: which NUMBERs stand for all ways to write them, so that REST does not hold them. None: all.
    """

    values: IntArray
    kinds: IntArray
    charge: FloatArray
    written: IntArray | None = None
    proper: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def listed(self) -> IntArray:
        """The numbers among its states, as written; not those of which REST holds all ways to write them but one."""
        number = self.kinds == NUMBER
        return self.as_written[number if self.proper is None else number & self.proper]

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

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All its numbers, the total last."""
        return (*(name for name, _ in self.parts), self.total[0])

    @cached_property
    def off_by(self) -> float:
        """Probability of a slip that is told by its difference: not of lines that are left out or copied.

        Where there are none that could be, those slips are of the other kinds.
        """
        return self.rate if len(self.parts) > 1 else self.rate / clerk_errors.OF_THE_LINE_ONLY

    @cached_property
    def charged_besides(self) -> float:
        """What a number that is not known weighs, besides its charge: it may have been left out of the sum."""
        return self.rate * clerk_errors.SHARES["forgotten_line"] / max(1, len(self.parts))

    def off(self, difference: IntArray) -> FloatArray:
        """Probability of each difference (coefficients applied), left-out and copied lines aside; nought: it holds."""
        return chance_off(difference, abs(self.total[1]), self.off_by, self.tolerance)

    def must_break(self, others: IntArray, coefficient: int, states: States) -> NDArray[np.bool_]:
        """Whether the one value of a number at which the rule holds is among those listed.

        Args:
            others: the sum of all other terms and the constant.
            coefficient: of the number.
            states: of the number.
        """
        value, fits = completing(others, coefficient)
        return (value[..., None] == states.listed).any(axis=-1) & fits


def chance_off(
    difference: IntArray, step: IntArray | int, share: FloatArray | float, tolerance: IntArray | int
) -> FloatArray:
    """Probability of each difference, nought where the rule holds.

    Args:
        difference: what the sum is off by, coefficients applied; the others are of its rule or one for all.
        step: the total's coefficient, without its sign.
        share: `Equation.off_by`.
        tolerance: of the rule.
    """
    steps, left = np.divmod(difference, step)
    chance = share * clerk_errors.of_difference(np.where(left == 0, steps, clerk_errors.RANGE))
    return np.where(np.abs(difference) <= tolerance, 0.0, chance)


def completing(others: IntArray, coefficient: IntArray | int) -> tuple[IntArray, NDArray[np.bool_]]:
    """The number that makes a rule hold, rounded down, and whether it is a whole one.

    Args:
        others: the sum of all other terms and the constant.
        coefficient: of the number.
    """
    meant, left = np.divmod(-others, np.abs(coefficient))
    return np.where(np.greater(coefficient, 0), meant, -meant), left == 0


def charged(states: States, rule: Equation) -> FloatArray:
    """What unknown states are charged in a rule, (states,).

    Over all numbers a rule adds up to one at most, so to the heaviest of them; only where the unknown part itself was
    left out of the sum every number of it does as well.
    """
    return np.where(states.unknown, np.minimum(1.0, states.charge + rule.charged_besides), 1.0)


def may_break(relation: Relation, listed: Mapping[str, Sequence[int]]) -> bool:
    """Whether any of these numbers break a rule that says more or less, or what only warns; else it says nothing.

    Args:
        relation: the rule.
        listed: all numbers that each may be; what else it may be breaks nothing.
    """
    coefficients, constant, tolerance, _ = relation.whole
    if not all(listed[name] for name in coefficients):
        return False
    ends = [(c * min(listed[name]), c * max(listed[name])) for name, c in coefficients.items()]
    least, most = (constant + sum(map(pick, ends)) for pick in (min, max))
    if relation.operator == "=":
        return least < -tolerance or most > tolerance
    return most > 0 if relation.operator == "<=" else least < 0


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
