"""Exact binomial bounds (Clopper and Pearson 1934), and what a number of trials can show."""

from __future__ import annotations

import math
from functools import lru_cache

CONFIDENCE = 0.95  # of all intervals in figures; by convention
_STEPS = 300  # terms of the continued fraction; it needs about the square root of the larger parameter at worst
_HALVINGS = 120  # bisection steps, more than the digits of a float need


@lru_cache(maxsize=4096)
def clopper_pearson(errors: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact two-sided interval of a rate.

    Args:
        errors: number of errors, 0 to `trials`.
        trials: number of independent trials; 0 gives the interval (0, 1).
        confidence: of the interval; the error probability of each side is at most half of the rest.

    Raises:
        ValueError: there are more errors than trials, or a count is negative.
    """
    if not 0 <= errors <= trials:
        raise ValueError(f"{errors} of {trials} is no share")
    miss = (1 - confidence) / 2
    low = 0.0 if errors == 0 else _where(errors, trials - errors + 1, miss)
    high = 1.0 if errors == trials else _where(errors + 1, trials - errors, 1 - miss)
    return low, high


def trials_for(rate: float, confidence: float = CONFIDENCE) -> int:
    """The number of trials without error whose upper bound is `rate`, between 0 and 1."""
    return math.ceil(math.log((1 - confidence) / 2) / math.log1p(-rate))


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b): probability of at least `a` successes in a + b - 1 trials.

    By its continued fraction (DLMF 8.17.22) with the algorithm of Lentz, on the side where it converges fast.
    """
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if x < (a + 1) / (a + b + 2):
        return math.exp(front) * _fraction(a, b, x) / a
    return 1 - math.exp(front) * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1 / _off_zero(1 - (a + b) * x / (a + 1), tiny)
    value = d
    for m in range(1, _STEPS + int(5 * math.sqrt(max(a, b)))):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _off_zero(1 + term * d, tiny)
            c = _off_zero(1 + term / c, tiny)
            value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return value


def _off_zero(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny


def _where(a: float, b: float, wanted: float) -> float:
    """The x at which I_x(a, b), which increases with x, reaches `wanted`, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if incomplete_beta(a, b, middle) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2
