"""Factor of a rule over many numbers as a chain of partial sums, each of which is a variable of its own.

The chain gives the same weights as a table of `rule_tables`, without one table over all numbers. Each partial sum has
a mode that says what happened so far: nothing, a part left out, the last part to be copied, one number not listed, or
an unknown number that was charged already or not yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..forms import clerk_errors
from ..imaging.arrays import FloatArray
from .elimination import Factor, TooManyStates
from .rule_factors import BLANK, ERROR_MOST, NUMBER, REST, Equation, IntArray, States, charged

# Modes of a partial sum. _ALL: all parts were added. _LEFT_OUT: a part was left out. _COPIED: the last part is copied
# into the total. _OPEN, _CHARGED: a part is unknown, and not yet charged or charged. _PLAIN, _DONE: values ignored; no
# empty part stands for an unknown number so far, or one does. _BARE: all parts are empty. _REST + i: part i, and no
# other, is not listed.
_ALL, _LEFT_OUT, _COPIED, _OPEN, _CHARGED, _PLAIN, _DONE, _BARE, _REST = range(9)
_MODE = 1 << 40  # a partial sum is coded as mode * _MODE + _HALF + sum
_HALF = _MODE // 2
_LARGEST = 1_000_000  # most weights of one step of a chain, which take some milliseconds; by judgement


@dataclass(frozen=True, eq=False)
class LongRule:
    """Factors of one rule.

    Attributes:
        factors: one for each part and one for the end; the last variable of the last factor is the total.
        sums: number of states of each partial sum; partial sums are the variables from `first` on.
        holding: for each entry of the last factor, the share of its weight with which the rule holds as written.
    """

    factors: tuple[Factor, ...]
    sums: tuple[int, ...]
    holding: FloatArray


def chain(
    rule: Equation, states: Mapping[str, States], index: Mapping[str, int], charged_here: set[str], first: int
) -> LongRule:
    """Build the chain of an exact rule.

    Args:
        rule: exact rule with two or more parts.
        states: states of its numbers.
        index: variable of each number.
        charged_here: field ids of the numbers that are charged in this rule.
        first: first variable that is free for partial sums.

    Raises:
        TooManyStates: a step would have more than a million weights.
    """
    sums = np.array([_ALL * _MODE + _HALF + rule.constant], dtype=np.int64)
    factors: list[Factor] = []
    sizes: list[int] = []
    for place, (name, _) in enumerate(rule.parts):
        step, sums_after = _step(rule, place, sums, states, charged_here)
        before = (first + len(sizes) - 1,) if place else ()
        sizes.append(len(sums_after))
        factors.append(Factor((*before, index[name], first + len(sizes) - 1), step if place else step[0]))
        sums = sums_after
    weight, held = _end(rule, sums, states, charged_here)
    factors.append(Factor((first + len(sizes) - 1, index[rule.total[0]]), weight))
    share = np.divide(held, weight, out=np.zeros_like(weight), where=weight > 0)
    return LongRule(tuple(factors), tuple(sizes), share)


def _step(
    rule: Equation, place: int, sums: IntArray, states: Mapping[str, States], charged_here: set[str]
) -> tuple[FloatArray, IntArray]:
    """Add one part to n partial sums: weights (n, m states of the part, k new sums), and the k new sums."""
    name, coefficient = rule.parts[place]
    part = states[name]
    modes, before = (sums // _MODE)[:, None], (sums % _MODE)[:, None]
    number, blank, rest = ((part.kinds == kind)[None] for kind in (NUMBER, BLANK, REST))
    unknown = part.unknown[None]
    known = number + clerk_errors.BLANK_IS_ZERO * blank  # a part left empty may mean zero
    whole, left_out, copied, is_open, paid, plain, done, bare = (modes == mode for mode in range(_REST))
    here, charge = (_CHARGED, charged(part, rule)[None]) if name in charged_here else (_OPEN, np.ones((1, len(part))))
    grown = before + coefficient * part.values[None]
    left_out_rate = rule.rate * clerk_errors.SHARES["forgotten_line"] / len(rule.parts)
    copied_rate = rule.rate * clerk_errors.SHARES["copied"]
    branches: list[tuple[IntArray | int, IntArray | int, FloatArray]] = [
        (modes, grown, (whole | left_out) * known),
        (_LEFT_OUT, before, whole * left_out_rate * known),
        # One number is not listed: at the end the sum of the others gives the value that it would need.
        (_REST + place, before, whole * rest * 1.0),
        # Other unknown numbers are charged once, by the first number that is charged in this rule.
        (here, _HALF, (whole * (unknown & ~rest) + is_open * unknown) * charge),
        (_OPEN, _HALF, is_open * known),
        (_CHARGED, _HALF, paid * (known + unknown)),
        # Separately from the values: whether an empty part stands for an unknown number.
        (_PLAIN, _HALF, (plain + whole * (place == 0)) * (known + unknown)),
        (_DONE, _HALF, (plain + whole * (place == 0)) * blank * (1 - clerk_errors.BLANK_IS_ZERO) * clerk_errors.EMPTY),
        (_DONE, _HALF, done * 1.0),
        (_BARE, _HALF, (bare + whole * (place == 0)) * blank * 1.0),
    ]
    for i in np.unique(modes[modes >= _REST]) - _REST:
        mine = modes == _REST + i
        earlier = rule.parts[i][0]
        branches.append((modes, grown, mine * known))
        if earlier in charged_here:
            branches.append((_CHARGED, _HALF, mine * unknown * charged(states[earlier], rule)[-1]))
        else:
            branches.append((here, _HALF, mine * unknown * charge))
    if place == 0:
        branches.append((_COPIED, _HALF, whole * copied_rate * known))
    elif place < len(rule.parts) - 1:
        branches.append((_COPIED, _HALF, copied * known))
    else:
        # With this sum, a total equal to the last part makes the difference zero.
        branches.append((_COPIED, _HALF - rule.total[1] * part.values[None], copied * number * 1.0))
    return _gathered(branches, (len(sums), len(part)))


def _gathered(
    branches: list[tuple[IntArray | int, IntArray | int, FloatArray]], shape: tuple[int, int]
) -> tuple[FloatArray, IntArray]:
    """Gather all branches (mode, sum, weight) in one table: weights (n, m, k), and the k coded sums."""
    keys = np.stack([np.broadcast_to(np.asarray(mode) * _MODE + total, shape) for mode, total, _ in branches])
    weights = np.stack([np.broadcast_to(weight, shape) for _, _, weight in branches])
    _, rows, columns = np.nonzero(weights)
    reached, place = np.unique(keys[weights != 0], return_inverse=True)
    if shape[0] * shape[1] * len(reached) > _LARGEST:
        raise TooManyStates(f"{shape[0]} partial sums, {shape[1]} states of a number, {len(reached)} sums to reach")
    step = np.zeros((*shape, len(reached)))
    np.add.at(step, (rows, columns, place), weights[weights != 0])
    return step, reached


def _end(
    rule: Equation, sums: IntArray, states: Mapping[str, States], charged_here: set[str]
) -> tuple[FloatArray, FloatArray]:
    """Weights (partial sums, states of the total), and the part of each with which the rule holds as written."""
    name, coefficient = rule.total
    total = states[name]
    modes, reached = (sums // _MODE)[:, None], (sums % _MODE)[:, None] - _HALF
    number, blank, rest = ((total.kinds == kind)[None] for kind in (NUMBER, BLANK, REST))
    unknown = total.unknown[None]
    whole, left_out, copied, is_open, paid, _, done, bare = (modes == mode for mode in range(_REST))
    difference = reached + coefficient * total.values[None]
    meets = np.abs(difference) <= rule.tolerance
    charge = charged(total, rule)[None] if name in charged_here else np.ones((1, len(total)))
    breaking = rule.rate * ERROR_MOST
    breaks = rest & rule.must_break(reached, coefficient, total)
    held = whole * number * meets * (1 - rule.rate)
    weight = held + whole * number * rule.off(difference) + whole * blank * clerk_errors.EMPTY
    weight = weight + (left_out | copied) * number * meets + paid * 1.0 + done * 1.0
    weight = weight + whole * unknown * np.where(breaks, breaking, charge)
    weight = weight + is_open * np.where(unknown, charge, 1.0)
    for i in np.unique(modes[modes >= _REST]) - _REST:
        earlier, factor = rule.parts[i]
        own = charged(states[earlier], rule)[-1] if earlier in charged_here else np.where(unknown, charge, 1.0)
        breaks = number & rule.must_break(difference, factor, states[earlier])
        weight = weight + (modes == _REST + i) * np.where(breaks, breaking, own)
    # All numbers empty has the weight `ALL_EMPTY` in all; other modes give this entry `others`, so subtract that.
    others = clerk_errors.EMPTY * clerk_errors.BLANK_IS_ZERO ** len(rule.parts) + clerk_errors.EMPTY * (
        1 - clerk_errors.BLANK_IS_ZERO ** len(rule.parts)
    )
    weight = weight + bare * blank * (clerk_errors.ALL_EMPTY - others)
    shape = (len(sums), len(total))
    return np.broadcast_to(weight, shape), np.broadcast_to(held, shape)
