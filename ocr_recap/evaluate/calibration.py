"""Is a reader as sure as it is right? Reliability over stated bins, expected calibration error, risk and coverage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .bounds import clopper_pearson

# Upper ends of the bins, each (low, high] but the first, which holds 0 as well. Nearly all confidences of a fair reader
# lie above 0.9, where a single bin would hide that it is too sure; finer bins can only make the error larger.
EDGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99, 0.999, 1.0)


@dataclass(frozen=True)
class Bin:
    """Readings whose confidence lies in (low, high]. `mean` confidence; None where there are none."""

    low: float
    high: float
    count: int
    right: int
    mean: float | None


@dataclass(frozen=True)
class Calibration:
    """Bins, and `ece`: the mean of |share right - mean confidence| over bins, weighted by their counts."""

    bins: tuple[Bin, ...]
    ece: float | None

    def export(self) -> list[dict[str, Any]]:
        """Plain JSON: each bin with its exact 95% interval of the share that is right."""
        return [
            {
                "low": b.low,
                "high": b.high,
                "count": b.count,
                "right": b.right,
                "mean_confidence": None if b.mean is None else round(b.mean, 6),
                "right_lower95": round(clopper_pearson(b.right, b.count)[0], 6),
                "right_upper95": round(clopper_pearson(b.right, b.count)[1], 6),
            }
            for b in self.bins
        ]


def calibrate(readings: Iterable[tuple[float, bool]]) -> Calibration:
    """Sort (confidence, right) into bins."""
    inside: list[list[tuple[float, bool]]] = [[] for _ in EDGES]
    for confidence, right in readings:
        inside[next(i for i, high in enumerate(EDGES) if confidence <= high)].append((confidence, right))
    bins = tuple(
        Bin(
            low,
            high,
            len(found),
            sum(right for _, right in found),
            sum(confidence for confidence, _ in found) / len(found) if found else None,
        )
        for low, high, found in zip((0.0, *EDGES), EDGES, inside, strict=False)
    )
    total = sum(b.count for b in bins)
    gaps = sum(abs(b.right - b.mean * b.count) for b in bins if b.mean is not None)
    return Calibration(bins, round(gaps / total, 6) if total else None)


def risk_coverage(readings: Sequence[tuple[float, bool]], total: int) -> list[dict[str, float]]:
    """Take only numbers of at least some confidence: how many are taken (coverage), which part is wrong (risk).

    Args:
        readings: (confidence, right) of the numbers that were read, those included that stand nowhere (never right).
        total: those, and all written numbers that were not read: coverage does not reach 1 without them.

    Returns:
        A point per distinct confidence, highest first, thinned to about 200. Equal confidences come together.
    """
    ordered = sorted(readings, key=lambda reading: -reading[0])
    points: list[dict[str, float]] = []
    wrong = 0
    for i, (confidence, right) in enumerate(ordered):
        wrong += not right
        if i + 1 == len(ordered) or ordered[i + 1][0] < confidence:
            points.append(
                {"confidence": confidence, "coverage": round((i + 1) / total, 6), "risk": round(wrong / (i + 1), 6)}
            )
    step = max(1, len(points) // 200)
    return [p for i, p in enumerate(points) if i % step == 0 or i == len(points) - 1]
