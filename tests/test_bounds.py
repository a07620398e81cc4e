"""Exact binomial bounds: against the definition, against known tables, and against scipy where it is installed."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_recap.evaluate.bounds import clopper_pearson, incomplete_beta, trials_for
from ocr_recap.evaluate.calibration import EDGES, calibrate, risk_coverage

# (errors, trials) -> two-sided 95% interval, as scipy.stats.beta.ppf gives it.
KNOWN = {
    (0, 10): (0.0, 0.30849710781876083),
    (1, 10): (0.0025285785444617847, 0.4450161174195101),
    (5, 10): (0.1870860284474045, 0.8129139715525955),
    (0, 3080): (0.0, 0.001196971192271818),
    (9, 93): (0.04521361673951488, 0.17577257108146901),
    (10, 10): (0.6915028921812392, 1.0),
    (0, 1): (0.0, 0.975),
    (1, 1): (0.025, 1.0),
    (3, 118): (0.005273988037600993, 0.07250243202424926),
    (2, 3080): (7.864905247740507e-05, 0.0023436891386203933),
    (0, 370_000): (0.0, 9.969894770846999e-06),
    (1_666_666, 5_000_000): (0.3329199999543916, 0.33374659306140436),
    (4_999_999, 5_000_000): (0.9999988856718313, 0.9999999949364384),
}


def tail(errors: int, trials: int, rate: float) -> float:
    """The chance of at most `errors`, from the definition."""
    return sum(comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in range(errors + 1))


@pytest.mark.parametrize("case", KNOWN)
def test_known_intervals(case: tuple[int, int]) -> None:
    assert clopper_pearson(*case) == pytest.approx(KNOWN[case], rel=1e-6)


@given(st.integers(1, 60), st.data())
@settings(max_examples=60, deadline=None)
def test_bounds_are_where_the_tails_are_half_of_five_percent(trials: int, data: st.DataObject) -> None:
    errors = data.draw(st.integers(0, trials))
    low, high = clopper_pearson(errors, trials)
    assert 0 <= low <= errors / trials <= high <= 1
    above = tail(errors, trials, high) if errors < trials else 0.025 * (high == 1)
    below = 1 - tail(errors - 1, trials, low) if errors > 0 else 0.025 * (low == 0)
    assert (above, below) == pytest.approx((0.025, 0.025), abs=1e-9)


@given(st.integers(1, 10**6), st.data())
@settings(max_examples=30, deadline=None)
def test_more_trials_and_fewer_errors_narrow_the_bound(trials: int, data: st.DataObject) -> None:
    errors = data.draw(st.integers(0, min(trials, 1000)))
    assert clopper_pearson(errors, trials + 1)[1] <= clopper_pearson(errors, trials)[1]
    assert clopper_pearson(errors + 1, trials + 1)[1] >= clopper_pearson(errors, trials)[1]


def test_no_trials_leave_the_rate_open() -> None:
    assert clopper_pearson(0, 0) == (0.0, 1.0)
    for bad in ((1, 0), (-1, 5), (6, 5)):
        with pytest.raises(ValueError, match="no share"):
            clopper_pearson(*bad)


def test_one_in_100_000_takes_368_887_trials_without_error() -> None:
    assert trials_for(1e-5) == 368_887
    assert clopper_pearson(0, 368_887)[1] <= 1e-5 < clopper_pearson(0, 368_886)[1]


@given(st.floats(0.5, 50), st.floats(0.5, 50), st.floats(0.001, 0.999))
@settings(max_examples=60, deadline=None)
def test_incomplete_beta_is_symmetric(a: float, b: float, x: float) -> None:
    assert incomplete_beta(a, b, x) == pytest.approx(1 - incomplete_beta(b, a, 1 - x), abs=1e-9)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50))
@settings(max_examples=60, deadline=None)
def test_calibration_and_coverage_count_everything_once(readings: list[tuple[float, bool]]) -> None:
    found = calibrate(readings)
    assert sum(b.count for b in found.bins) == len(readings)
    assert [b.high for b in found.bins] == list(EDGES)
    assert found.ece is not None
    assert 0 <= found.ece <= 1
    points = risk_coverage(readings, len(readings))
    assert points[-1]["coverage"] == 1
    assert points[-1]["risk"] == pytest.approx(sum(not r for _, r in readings) / len(readings), abs=1e-6)
    assert [p["coverage"] for p in points] == sorted(p["coverage"] for p in points)


def test_calibration_and_coverage_of_nothing() -> None:
    found = calibrate([])
    assert [b.count for b in found.bins] == [0] * len(EDGES)
    assert found.ece is None
    assert risk_coverage([], 1) == []


def test_ece_of_a_reader_that_is_too_sure() -> None:
    assert calibrate([(0.95, i < 5) for i in range(10)]).ece == pytest.approx(0.45)
    assert calibrate([(0.5, i < 5) for i in range(10)]).ece == 0
