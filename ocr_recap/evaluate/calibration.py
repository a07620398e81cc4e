"""Calibration of a reader's confidence: reliability in bins, expected calibration error, risk and coverage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .bounds import clopper_pearson

# Upper ends of the bins (low, high], of which the first includes 0. Nearly all confidences of a good reader are above
# 0.9, where a single bin would hide overconfidence; finer bins can only increase the error. By judgement.
EDGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99, 0.999, 1.0)


@dataclass(frozen=True)
class Bin:
    """The numbers with a confidence in (low, high], and their `mean` confidence; None for an empty bin."""

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
    """Compute the calibration from pairs (confidence, right)."""
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
    """Compute risk and coverage: for each least confidence the share of numbers above it and their share of errors.

    Args:
        readings: (confidence, right) of all numbers that were read; numbers that are not on the photo are never right.
        total: number of all numbers that were read or written; coverage stays below 1 where some were not read.

    Returns:
        A point per distinct confidence, highest first, thinned to about 200.
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
