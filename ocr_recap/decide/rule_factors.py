"""A rule as a soft factor: the probability that its numbers stand together on paper, clerk errors included.

The written total of an exact rule is the sum of its written parts, unless a clerk made an error (`forms/clerk_errors`):
the total has a typical difference, one part was left out of the sum, or the last part was copied into the total. A part
left empty means zero or an unknown number.

Unknown numbers are bounded from above and never guessed. If all numbers of a rule but one are known, exactly one value
of that number makes the rule hold. If this value is listed, every unlisted value of the number breaks the rule. If not,
it may be in the rest, where no number weighs more than `States.charge`. A number is charged in only one of its rules,
since one and the same value may satisfy all of them.
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
# Upper bound of the probability of a difference, given a clerk error, by `clerk_errors.SHARES`: 0.125 (one off), 0.1 (a
# line left out) and 0.05 (copied) may coincide.
ERROR_MOST = 0.3


@dataclass(frozen=True, eq=False)
class States:
    """States of one number: what is written, and what it was counted as. All arrays have shape (states,).

    Attributes:
        values: number that exact rules add up; 0 where there is none.
        kinds: NUMBER, BLANK, UNREADABLE (an unknown number) or REST (everything that is not listed).
        charge: for UNREADABLE and REST, the largest weight of any single number, as a share of the state's weight.
        written: number as written; None: the same as `values`. It differs after a clerk error in the number itself.
        proper: True for each NUMBER that covers all ways to write it, so that REST does not hold it; None: all.
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
        """Numbers among the states, as written, without those that REST holds in another way to write them."""
        number = self.kinds == NUMBER
        return self.as_written[number if self.proper is None else number & self.proper]

    @property
    def as_written(self) -> IntArray:
        """(states,) number as written; meaningless unless the kind is NUMBER."""
        return self.values if self.written is None else self.written

    @cached_property
    def unknown(self) -> NDArray[np.bool_]:
        """(states,) True where the value is not known."""
        return self.kinds >= UNREADABLE


@dataclass(frozen=True)
class Equation:
    """An exact rule in integers: the sum of coefficient * number, plus `constant`, is zero.

    Attributes:
        parts: field ids of the numbers that are added up, with their coefficients.
        total: field id of the number that they add up to, with its coefficient.
        constant, tolerance: in units of 1 / `scale`.
        scale: factor by which the rule was multiplied to make all coefficients integers.
        rate: probability that a clerk breaks the rule.
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
        """Convert a rule with ``=``. The total is the number that stands alone on one side, else the last number."""
        coefficients, constant, tolerance, scale = relation.whole
        alone = [[n for n, c in coefficients.items() if c * sign > 0] for sign in (1, -1)]
        single = [names[0] for names in alone if len(names) == 1]
        total = single[0] if single else list(coefficients)[-1]
        parts = tuple((name, c) for name, c in coefficients.items() if name != total)
        return cls(parts, (total, coefficients[total]), constant, tolerance, scale, rate)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Field ids of all numbers, the total last."""
        return (*(name for name, _ in self.parts), self.total[0])

    @cached_property
    def off_by(self) -> float:
        """Probability of a clerk error that only its difference explains: no line left out, none copied.

        A rule of a single part has no lines to leave out or to copy, so all its errors are of the other kinds.
        """
        return self.rate if len(self.parts) > 1 else self.rate / clerk_errors.OF_THE_LINE_ONLY

    @cached_property
    def charged_besides(self) -> float:
        """Weight of an unknown number besides its charge: it may have been left out of the sum."""
        return self.rate * clerk_errors.SHARES["forgotten_line"] / max(1, len(self.parts))

    def off(self, difference: IntArray) -> FloatArray:
        """Probability of each difference (coefficients applied) without left-out and copied lines; 0 if it holds."""
        return chance_off(difference, abs(self.total[1]), self.off_by, self.tolerance)

    def must_break(self, others: IntArray, coefficient: int, states: States) -> NDArray[np.bool_]:
        """True where the only value of a number at which the rule holds is listed, so that others break the rule.

        Args:
            others: sum of all other terms and the constant.
            coefficient: coefficient of the number.
            states: states of the number.
        """
        value, fits = completing(others, coefficient)
        return (value[..., None] == states.listed).any(axis=-1) & fits


def chance_off(
    difference: IntArray, step: IntArray | int, share: FloatArray | float, tolerance: IntArray | int
) -> FloatArray:
    """Probability of each difference; 0 where the rule holds.

    Args:
        difference: sum of all terms and the constant, any shape.
        step: absolute coefficient of the total. This and the following: one for all, or the shape of `difference`.
        share: `Equation.off_by` of the rule.
        tolerance: of the rule.
    """
    steps, left = np.divmod(difference, step)
    chance = share * clerk_errors.of_difference(np.where(left == 0, steps, clerk_errors.RANGE))
    return np.where(np.abs(difference) <= tolerance, 0.0, chance)


def completing(others: IntArray, coefficient: IntArray | int) -> tuple[IntArray, NDArray[np.bool_]]:
    """Value of a number at which a rule holds, rounded to an integer, and True where it is an integer.

    Args:
        others: sum of all other terms and the constant.
        coefficient: coefficient of the number.
    """
    meant, left = np.divmod(-others, np.abs(coefficient))
    return np.where(np.greater(coefficient, 0), meant, -meant), left == 0


def charged(states: States, rule: Equation) -> FloatArray:
    """(states,) factor of unknown states in a rule; 1 for known states.

    For given other numbers, the probabilities of a rule over all values of one number sum to at most 1. The weight of
    an unknown state times the rule is therefore at most that of its heaviest number. Errors that leave the unknown part
    out of the sum fit every value of it, and are added.
    """
    return np.where(states.unknown, np.minimum(1.0, states.charge + rule.charged_besides), 1.0)


def may_break(relation: Relation, listed: Mapping[str, Sequence[int]]) -> bool:
    """True when some of these values break an inequality or a soft rule; else the rule can be ignored.

    Args:
        relation: the rule.
        listed: values of the candidates, by field id; other values of a number never break the rule.
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
    """Factor of an inequality or a soft rule over few numbers: `rate` where the rule is broken, else 1.

    Args:
        relation: the rule.
        rate: probability that the rule is broken.
        states: states of its numbers, by field id; unknown states never break the rule.
        index: variable of each number.
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
