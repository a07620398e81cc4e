"""States of each number in variable elimination: its candidates, a rest, and candidates that a clerk wrote in error.

If a clerk writes a number otherwise than it was counted, all rules of that number break at once, by one error. Treating
each broken rule as independent evidence would count the error several times. A number of several rules therefore has
further states "written w, counted c", for every c at which one of its rules holds when the other numbers have their
most probable values. The rules add up c; the posterior is over w. The rest has one such state, with c unknown.
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
from .rule_factors import BLANK, ERROR_MOST, NUMBER, REST, UNREADABLE, Equation, States

# Share of the heaviest candidate's weight, by judgement: lighter candidates get no states of clerk errors.
_LEAST_WEIGHT = 0.01


@dataclass(frozen=True, eq=False)
class Entered:
    """One number as a variable of the elimination.

    Attributes:
        states: values, kinds and charges of its states.
        weights: (states,) weight of each state by the number's own witnesses and the rate of clerk errors, without
            rules; scaled so that the heaviest candidate, or the rest, is 1 before clerk errors.
        choice: for each state the index of its candidate; `listed` for the rest.
        as_counted: number of states, the first ones, in which the number is written as it was counted.
        listed: number of candidates.
    """

    states: States
    weights: FloatArray
    choice: tuple[int, ...]
    as_counted: int
    listed: int


def meant(choices: Mapping[str, Choices], equations: Collection[Equation]) -> dict[str, tuple[int, ...]]:
    """Values of each number at which one of its rules holds, the other numbers at their most probable values.

    Args:
        choices: candidates of every number, by field id.
        equations: exact rules with ``=``.

    Returns:
        By field id, values of at least 0, ascending. A rule adds none where another of its numbers is unreadable.
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
    """Value of the heaviest candidate in rules: 0 for a blank, None for a text that is not a number."""
    first = choices.listed[0]
    if first.value is None:
        return 0 if first.kind == "blank" else None
    return first.value


def thinned(choices: Choices, share: float, means: Collection[int] = ()) -> NDArray[np.bool_]:
    """Which candidates are kept; the others join the rest.

    Args:
        choices: candidates of a number, the heaviest first.
        share: least weight of a kept candidate, as a share of the heaviest one's weight.
        means: values that are always kept (`meant`).

    Returns:
        (candidates,) True where the candidate is kept.
    """
    weights = choices.weights
    keep = weights >= share * weights[0]
    if means and not keep.all():
        keep |= np.array([c.value in means for c in choices.listed])
    return keep


def shared(equations: Collection[Equation]) -> frozenset[str]:
    """Field ids that occur in two or more of these rules."""
    often = Counter(name for equation in equations for name in equation.names)
    return frozenset(name for name, times in often.items() if times > 1)


def enter(choices: Choices, means: tuple[int, ...]) -> Entered:
    """Build the states of one number.

    Args:
        choices: candidates of the number.
        means: values that it may have been counted as (`meant`); empty for a number of one rule or none.
    """
    written = [c.value or 0 for c in choices.listed]
    texts = [c.kind for c in choices.listed]
    kinds = [
        NUMBER if c.value is not None else BLANK if kind == "blank" else UNREADABLE
        for c, kind in zip(choices.listed, texts, strict=True)
    ]
    charge = [1 / clerk_errors.RANGE] * len(written)  # a text that is not a number may mean any of so many
    weights = choices.weights.tolist()
    if choices.rest > 0:
        written.append(0)
        kinds.append(REST)
        charge.append(min(1.0, choices.largest / choices.rest))
        weights.append(choices.rest)
    heaviest, base = max(weights), len(written)
    values, which = list(written), list(range(base))
    errors: list[int] = []
    for i in range(base):
        if not means or kinds[i] != NUMBER or weights[i] < _LEAST_WEIGHT * heaviest:
            continue
        for counted in means:
            if counted != written[i]:
                values.append(counted)
                written.append(written[i])
                kinds.append(NUMBER)
                charge.append(1.0)
                weights.append(weights[i] * clerk_errors.NUMBER_RATE)
                errors.append(written[i] - counted)
                which.append(i)
    if means and choices.rest > 0:
        values.append(0)
        written.append(0)
        kinds.append(UNREADABLE)
        charge.append(ERROR_MOST)
        weights.append(choices.rest * clerk_errors.NUMBER_RATE)
        which.append(len(choices.listed))
    found = np.array(weights)
    if errors:
        found[base : base + len(errors)] *= clerk_errors.of_number(np.array(errors))
    found /= heaviest
    if means:
        found[:base] *= 1 - clerk_errors.NUMBER_RATE
    proper = None
    if "misplaced" in texts:
        proper = np.array([i == len(texts) or texts[i] != "misplaced" for i in which])
    states = States(np.array(values), np.array(kinds), np.array(charge), np.array(written), proper)
    return Entered(states, found, tuple(which), base, len(choices.listed))


def charged_in(equations: Mapping[str, Equation]) -> dict[str, set[str]]:
    """By exact rule, the numbers whose unknown states are charged in it (`rule_factors.charged`).

    Each number is charged in one rule only: the shortest of its rules.
    """
    shortest: dict[str, str] = {}
    for rule, equation in sorted(equations.items(), key=lambda pair: len(pair[1].names)):
        for name in equation.names:
            shortest.setdefault(name, rule)
    return {rule: {name for name, chosen in shortest.items() if chosen == rule} for rule in equations}
