"""Model of clerk errors: how often a rule is broken on paper, and by which difference.

A rule such as ``valid_total = votes_1 + votes_2`` holds on paper unless a clerk made an error. `RATE` is the
probability of an error per rule and document, `SHARES` the distribution over kinds of error. A template may give a rule
a rate of its own (`Rule.slip`).

Sources. Of 348 records published on 18 Feb 2024, 20.1% broke one of some fourteen rules, errors of reading included:
1.6% per rule. `RATE` is twice that, so that a rule does not outweigh what is written. No source has the kinds of error;
the shares are by judgement: a digit one too high or low in one of three places, two digits transposed (the difference
is then divisible by nine), a line left out of a sum, a number copied from the line above, and anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["one", "ten", "hundred", "transposed", "forgotten_line", "copied", "anything"]

RATE = 0.03  # per rule and document, see above
SHARES: Mapping[Kind, float] = {  # by judgement, see above
    "one": 0.25,
    "ten": 0.15,
    "hundred": 0.10,
    "transposed": 0.15,
    "forgotten_line": 0.10,
    "copied": 0.05,
    "anything": 0.20,
}
# Probability that a number of several rules is not what was counted, so that all its rules break: the 20.1% above over
# some ten sums of a form.
NUMBER_RATE = 0.02
INEQUALITY_RATE = 0.01  # a part is larger than its whole: occurs in fewer documents than a wrong sum; by judgement
SOFT_RATE = 0.2  # a soft rule is broken: high, since practice varies and the rule must not decide; by judgement
EMPTY = 0.01  # a number is empty and others of its rule are not: drawn clerks do so in 5% of documents of ten numbers
ALL_EMPTY = 0.3  # all numbers of a rule are empty: nobody filled that line or page, so the rule is weak; by judgement
BLANK_IS_ZERO = 0.5  # an empty part of a sum means zero, not a forgotten number; by judgement
RANGE = 1000  # numbers of three boxes: the range of an unknown number, and of differences of the kind "anything"

OF_THE_LINE_ONLY = 1 - SHARES["forgotten_line"] - SHARES["copied"]  # share of errors that depend on one number only
_PLACES: tuple[tuple[Kind, int], ...] = (("one", 1), ("ten", 10), ("hundred", 100))  # kinds of wrong digit, by unit
# Differences of transposed digits a, b: 9 (a - b), or ten times that; 16 differences each.
_SWAPS = tuple(sign * 9 * place * apart for place in (1, 10) for apart in range(1, 9) for sign in (1, -1))


def of_difference(difference: NDArray[np.int64]) -> NDArray[np.float64]:
    """Probability of a difference, given a clerk error, without forgotten and copied lines.

    Forgotten and copied lines depend on other numbers (`decide/rule_factors.py`), so the sum over all differences is
    one minus their shares.

    Args:
        difference: written minus correct number, any shape.

    Returns:
        Probabilities, same shape.
    """
    return _TABLE[np.minimum(np.maximum(difference, -RANGE), RANGE) + RANGE]


def of_number(difference: NDArray[np.int64]) -> NDArray[np.float64]:
    """Probability of a difference (written minus counted number, any shape), given an error in a single number."""
    return of_difference(difference) / OF_THE_LINE_ONLY


def _tabulated() -> NDArray[np.float64]:
    differences = np.arange(-RANGE, RANGE + 1)
    size = np.abs(differences)
    # Of the kind "anything" small differences are more frequent: each order of magnitude has the same probability.
    chance = np.where((differences != 0) & (size < RANGE), 1.0 / np.maximum(size, 1), 0.0)
    chance *= SHARES["anything"] / chance.sum()
    for kind, step in _PLACES:
        chance += np.where(size == step, SHARES[kind] / 2, 0.0)
    return chance + np.where(np.isin(differences, _SWAPS), SHARES["transposed"] / len(_SWAPS), 0.0)


_TABLE = _tabulated()  # computed once
