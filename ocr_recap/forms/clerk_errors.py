"""How clerks break a rule on paper: how often, and by which difference.

A rule such as ``valid_total = votes_1 + votes_2`` holds on paper unless somebody slipped. `RATE` is how often somebody
does, per rule and document, and `SHARES` says how. A template may give a rule a rate of its own (`Rule.slip`).

Sources. Of 348 records published on 18 Feb 2024, 20.1% broke any of some fourteen rules, misreadings by the reader
included: 1.6% a rule. `RATE` is twice that, lest a rule overrule what is written. No source tells the kinds of slips
apart; the shares are ours, from what each is: a digit one too high or low in one of three places, two digits swapped
(which leaves a difference divisible by nine, as bookkeepers know), a line left out of a sum, a number copied from the
line above, and anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["one", "ten", "hundred", "transposed", "forgotten_line", "copied", "anything"]

RATE = 0.03
SHARES: Mapping[Kind, float] = {
    "one": 0.25,
    "ten": 0.15,
    "hundred": 0.10,
    "transposed": 0.15,
    "forgotten_line": 0.10,
    "copied": 0.05,
    "anything": 0.20,
}
# A number of several rules written otherwise than counted, so that all of them break at once: those 20.1% over some ten
# sums of a form.
NUMBER_RATE = 0.02
INEQUALITY_RATE = 0.01  # a part larger than its whole: seen in fewer documents than a wrong sum; ours
SOFT_RATE = 0.2  # of what a form only warns of: "practice varies", so that it never decides
EMPTY = 0.01  # a number left empty beside others of its rule: drawn clerks do so in 5% of documents, over ten numbers
ALL_EMPTY = 0.3  # all numbers of a rule left empty: nobody filled that line, or the page, so the rule says little
BLANK_IS_ZERO = 0.5  # a part left empty: none of that kind, or forgotten; nobody knows
RANGE = 1000  # numbers that fit three boxes: what an unknown number is spread over, and how far "anything" reaches

OF_THE_LINE_ONLY = 1 - SHARES["forgotten_line"] - SHARES["copied"]  # slips that one number alone explains
_PLACES: tuple[tuple[Kind, int], ...] = (("one", 1), ("ten", 10), ("hundred", 100))
# Adjacent digits a, b swapped differ by 9 (a - b), or ten times that: 16 differences each.
_SWAPS = tuple(sign * 9 * place * apart for place in (1, 10) for apart in range(1, 9) for sign in (1, -1))


def of_difference(difference: NDArray[np.int64]) -> NDArray[np.float64]:
    """Probability of each difference (written less right, any shape), given a slip; forgotten and copied lines aside.

    Those depend on more than the difference (`rule_factors`), so this sums to one less their shares.
    """
    return _TABLE[np.minimum(np.maximum(difference, -RANGE), RANGE) + RANGE]


def of_number(difference: NDArray[np.int64]) -> NDArray[np.float64]:
    """Probability of each difference (written less counted, any shape), given that a single number slipped."""
    return of_difference(difference) / OF_THE_LINE_ONLY


def _tabulated() -> NDArray[np.float64]:
    differences = np.arange(-RANGE, RANGE + 1)
    size = np.abs(differences)
    # Nothing is known of the rest but that small differences are seen more often: each order of magnitude counts alike.
    chance = np.where((differences != 0) & (size < RANGE), 1.0 / np.maximum(size, 1), 0.0)
    chance *= SHARES["anything"] / chance.sum()
    for kind, step in _PLACES:
        chance += np.where(size == step, SHARES[kind] / 2, 0.0)
    return chance + np.where(np.isin(differences, _SWAPS), SHARES["transposed"] / len(_SWAPS), 0.0)


_TABLE = _tabulated()
