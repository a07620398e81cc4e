"""The states of every number in the elimination: its choices, all else together, and what it may have slipped from.

A number of several rules that is written otherwise than it was counted breaks all of them at once, by one slip and not
by one each: they are no independent witnesses against it. So beside "written w, counted w" such a number has states
"written w, counted c", for every c at which one of its rules holds, the others read as they likeliest are. Its rules
add up c; what is asked is w. Whatever is not listed may have slipped from anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..forms import clerk_errors
from ..imaging.arrays import FloatArray
from .candidates import Choices
from .rule_factors import BLANK, NUMBER, REST, SLIP_MOST, UNREADABLE, Equation, States

_WORTH_A_SLIP = 0.01  # of the heaviest: lighter choices have no slipped states of their own


@dataclass(frozen=True, eq=False)
class Entered:
    """One number as the elimination knows it.

    Attributes:
        states: of it.
        weights: of the states, the heaviest 1, given its own witnesses and no rule.
        choice: which of the choices each state is; their number for the rest.
        as_counted: of so many states, the first ones, the number is written as it was counted.
        listed: how many choices there are.
    """

    states: States
    weights: FloatArray
    choice: tuple[int, ...]
    as_counted: int
    listed: int


def meant(choices: Mapping[str, Choices], equations: Collection[Equation]) -> dict[str, tuple[int, ...]]:
    """For each number the values at which a rule of it holds, all its other numbers read as they likeliest are.

    Args:
        choices: of every number, by field id.
        equations: their exact rules with ``=``.
    """
    best = {name: _best(c) for name, c in choices.items()}
    found: dict[str, set[int]] = {name: set() for name in choices}
    for equation in equations:
        terms = [(name, coefficient, best[name]) for name, coefficient in (*equation.parts, equation.total)]
        unknown = [name for name, _, value in terms if value is None]
        all_known = equation.constant + sum(value * coefficient for _, coefficient, value in terms if value is not None)
        for name, coefficient, own in terms:
            if unknown in ([], [name]):
                value, left = divmod((own or 0) * coefficient - all_known, coefficient)
                if left == 0 and value >= 0:
                    found[name].add(value)
    return {name: tuple(sorted(values)) for name, values in found.items()}


def _best(choices: Choices) -> int | None:
    """The heaviest choice as rules add it up: what is left empty is nought; None where it is no number."""
    first = choices.listed[0]
    if first.value is None:
        return 0 if first.kind == "blank" else None
    return first.value


def thinned(choices: Choices, share: float, means: Collection[int] = ()) -> NDArray[np.bool_]:
    """Which choices stay: those lighter than this share of the heaviest join the rest.

    Args:
        choices: of a number.
        share: of the heaviest choice.
        means: values that are kept in any case: a rule points to them.
    """
    weights = choices.weights
    keep = weights >= share * weights[0]
    if means and not keep.all():
        keep |= np.array([c.value in means for c in choices.listed])
    return keep


def shared(equations: Collection[Equation]) -> frozenset[str]:
    """The numbers of two exact rules and more."""
    often = Counter(name for equation in equations for name in equation.names)
    return frozenset(name for name, times in often.items() if times > 1)


def enter(choices: Choices, means: tuple[int, ...]) -> Entered:
    """One number.

    Args:
        choices: of it.
        means: what it may have been counted as (`meant`), for a number that several rules share.
    """
    written = [c.value or 0 for c in choices.listed]
    texts = [c.kind for c in choices.listed]
    kinds = [
        NUMBER if c.value is not None else BLANK if kind == "blank" else UNREADABLE
        for c, kind in zip(choices.listed, texts, strict=True)
    ]
    charge = [1 / clerk_errors.RANGE] * len(written)  # a text that is no number may stand for any
    weights = choices.weights.tolist()
    if choices.rest > 0:
        written.append(0)
        kinds.append(REST)
        charge.append(min(1.0, choices.largest / choices.rest))
        weights.append(choices.rest)
    heaviest, base = max(weights), len(written)
    values, which = list(written), list(range(base))
    slipped: list[int] = []
    for i in range(base):
        if not means or kinds[i] != NUMBER or weights[i] < _WORTH_A_SLIP * heaviest:
            continue
        for counted in means:
            if counted != written[i]:
                values.append(counted)
                written.append(written[i])
                kinds.append(NUMBER)
                charge.append(1.0)
                weights.append(weights[i] * clerk_errors.NUMBER_RATE)
                slipped.append(written[i] - counted)
                which.append(i)
    if means and choices.rest > 0:
        values.append(0)
        written.append(0)
        kinds.append(UNREADABLE)
        charge.append(SLIP_MOST)
        weights.append(choices.rest * clerk_errors.NUMBER_RATE)
        which.append(len(choices.listed))
    found = np.array(weights)
    if slipped:
        found[base : base + len(slipped)] *= clerk_errors.of_number(np.array(slipped))
    found /= heaviest
    if means:
        found[:base] *= 1 - clerk_errors.NUMBER_RATE
    proper = None
    if "misplaced" in texts:
        proper = np.array([i == len(texts) or texts[i] != "misplaced" for i in which])
    states = States(np.array(values), np.array(kinds), np.array(charge), np.array(written), proper)
    return Entered(states, found, tuple(which), base, len(choices.listed))


def charged_in(equations: Mapping[str, Equation]) -> dict[str, set[str]]:
    """For each exact rule the numbers whose unknown states are charged in it: each number in its shortest rule."""
    shortest: dict[str, str] = {}
    for rule, equation in sorted(equations.items(), key=lambda pair: len(pair[1].names)):
        for name in equation.names:
            shortest.setdefault(name, rule)
    return {rule: {name for name, chosen in shortest.items() if chosen == rule} for rule in equations}
