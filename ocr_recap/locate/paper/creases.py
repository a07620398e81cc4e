"""Folded paper: find creases along the page's axes and how far each lifts the paper, from where dark lines are.

Between two creases paper is flat. Seen from a camera, a crease that stands out of the page's plane moves the paper
beside it by its height times a slope that changes evenly along it: two numbers for each of the two axes. All creases
are tried on the distances to dark lines, the best is kept, and the next is looked for on top of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import FloatArray
from ...imaging.homography import project
from ...imaging.linear import orthonormal, product
from .line_fit import LineSamples

_PLACES = 15  # places of a crease that are tried between 0.15 and 0.85 of a side
_MOST = 4  # folded in eighths: a crease in the middle of both sides, two more at the quarters
_COARSE = np.linspace(-1.2, 1.2, 9)  # cell widths that a crease moves the paper at either end of it
_SAMPLES = 110  # per axis that are looked at for one crease
_TOLERANCE = (5.0, 2.5)  # px at which a sample counts half, coarse and fine
_MARGIN = 20.0  # mm from the page's printed edge within which no crease is told
_APART = 50.0  # mm between parallel creases: plano forms are folded into eighths at most, 74 mm and more
_ROUGH, _FINE = 10.0, 2.0  # mm between the places of a crease that are compared, first and last
_NOISE = 0.04  # mm by which lines of smooth paper lie off anyway
_KINK = 0.8  # a crease must leave this share of the error, or less
_FEW = 40  # samples of an axis, which the smooth part with its 28 numbers would meet anyhow
_GAIN = 0.03  # of the score that another crease must bring


@dataclass(frozen=True)
class Crease:
    """A fold across the page.

    Attributes:
        axis: 0 if it runs down the page at x = `place`, 1 if it runs across at y = `place` (mm).
        ends: (2, 2) mm along x and y that it moves the paper at its start and at its end.
        span: (low, high) of the printed page across the crease, mm: there nothing moves.
    """

    axis: int
    place: float
    ends: FloatArray
    span: tuple[float, float]
    reach: tuple[float, float]

    def moves(self, points: FloatArray) -> FloatArray:
        """Displacements (n, 2) of places (n, 2), mm."""
        tent = _tent(points[:, self.axis], self.place, self.span)
        along = (points[:, 1 - self.axis] - self.reach[0]) / (self.reach[1] - self.reach[0])
        return tent[:, None] * (self.ends[0] + along[:, None] * (self.ends[1] - self.ends[0]))


def _tent(place: FloatArray, top: float, span: tuple[float, float]) -> FloatArray:
    return np.minimum((place - span[0]) / (top - span[0]), (span[1] - place) / (span[1] - top))


def find_creases(distance: NDArray[np.float32], homography: FloatArray, ruled: LineSamples) -> list[Crease]:
    """Creases that bring the page's lines onto dark ones; the homography must be about right at the page's corners.

    Args:
        distance: of every pixel from the nearest dark line, px.
        homography: mm to px of that image.
        ruled: line samples of the page.
    """
    axis_of = np.abs(ruled.normals).argmax(axis=1)
    chosen: list[NDArray[np.intp]] = []
    for k in (0, 1):
        mine = np.flatnonzero(axis_of == k)
        chosen.append(mine[np.linspace(0, len(mine) - 1, min(len(mine), _SAMPLES)).astype(int)])
    low, high = ruled.points.min(axis=0), ruled.points.max(axis=0)
    moved = np.zeros_like(ruled.points)
    found: list[Crease] = []
    score = _both(distance, homography, ruled.points, moved, chosen, _TOLERANCE[0])
    while len(found) < _MOST:
        bases = [_Base(distance, homography, ruled, moved, chosen[k], k) for k in (0, 1)]
        best: tuple[float, Crease] | None = None
        for axis in (0, 1):
            span, reach = (low[axis], high[axis]), (low[1 - axis], high[1 - axis])
            places = [float(span[0] + share * (span[1] - span[0])) for share in np.linspace(0.15, 0.85, _PLACES)]
            creases = [Crease(axis, place, np.zeros((2, 2)), span, reach) for place in places]
            total = np.zeros(len(creases))
            for k, base in enumerate(bases):
                got, ends = base.search(creases, _COARSE, _TOLERANCE[0])
                for crease, end in zip(creases, ends, strict=True):
                    crease.ends[:, k] = end
                total += got / 2
            top = int(total.argmax())
            if best is None or total[top] > best[0]:
                best = float(total[top]), creases[top]
        assert best is not None
        crease = best[1]
        for step, tolerance in ((0.08, _TOLERANCE[0]), (0.02, _TOLERANCE[1])):
            around = np.linspace(-3 * step, 3 * step, 7)
            for k, base in enumerate(bases):
                crease.ends[:, k] = base.search([crease], around, tolerance)[1][0]
        added = moved + crease.moves(ruled.points)
        now = _both(distance, homography, ruled.points, added, chosen, _TOLERANCE[0])
        if now < score * (1 + _GAIN):
            break
        found.append(crease)
        moved, score = added, now
    return found


def kinks(points: FloatArray, moves: FloatArray, axis: NDArray[np.intp]) -> tuple[tuple[int, float], ...]:
    """Where paper is creased along the page's axes: places at which displacements change their slope at once.

    Args:
        points: (n, 2) mm, line samples that were met.
        moves: (n,) mm, how far each lies off along its own axis.
        axis: (n,) 0 or 1, which axis that is.

    Returns:
        (0, x) for a crease down the page at x mm, (1, y) for one across at y mm, strongest first.
    """
    if min(np.bincount(axis, minlength=2)) < _FEW:
        return ()
    low, high = points.min(axis=0), points.max(axis=0)
    unit = (points - low) / (high - low) * 2 - 1
    smooth = np.stack([unit[:, 0] ** i * unit[:, 1] ** j for i in range(7) for j in range(7) if i + j <= 6], axis=1)
    found: list[tuple[int, float]] = []
    left = _Left(smooth, moves, axis)
    while len(found) < _MOST and left.error > _NOISE**2 * len(moves):
        tried = [
            (k, float(place))
            for k in (0, 1)
            for place in np.arange(low[k] + _MARGIN, high[k] - _MARGIN, _ROUGH)
            if not any(k == other and abs(place - at) < _APART for other, at in found)
        ]
        if not tried:
            break
        k, place = tried[int(left.errors([_hinge(points, unit, *t) for t in tried]).argmin())]
        finer = [(k, float(p)) for p in place + np.arange(-_ROUGH + _FINE, _ROUGH, _FINE)]
        hinges = [_hinge(points, unit, *t) for t in finer]
        errors = left.errors(hinges)
        best = int(errors.argmin())
        if errors[best] > _KINK * left.error:
            break
        smooth = np.c_[smooth, hinges[best]]
        left = _Left(smooth, moves, axis)
        found.append(finer[best])
    return tuple(found)


def _hinge(points: FloatArray, unit: FloatArray, k: int, place: float) -> FloatArray:
    """What a crease at `place` adds to the fit, (n, 2): a kink, and one that changes evenly along it."""
    hinge = np.abs(points[:, k] - place) / np.ptp(points[:, k])
    return np.stack([hinge, hinge * unit[:, 1 - k]], axis=1)


class _Left:
    """What the best combination of `rows` (n, m) leaves of `moves`, each axis by itself."""

    def __init__(self, rows: FloatArray, moves: FloatArray, axis: NDArray[np.intp]) -> None:
        self._parts: list[tuple[NDArray[np.intp], FloatArray, FloatArray]] = []
        for k in (0, 1):
            here = np.flatnonzero(axis == k)
            basis = orthonormal(rows[here])
            self._parts.append((here, basis, moves[here] - product(basis, product(basis.T, moves[here]))))
        self.error = max(sum(float(np.square(rest).sum()) for _, _, rest in self._parts), 1e-9)

    def errors(self, added: Sequence[FloatArray]) -> FloatArray:
        """Squared error with each of the pairs of further rows (n, 2), both axes together."""
        every = np.concatenate(added, axis=1)
        total = np.full(len(added), self.error)
        for here, basis, rest in self._parts:
            new = every[here]
            new = new - product(basis, product(basis.T, new))
            right = product(new.T, rest).reshape(-1, 2)
            pairs = new.reshape(len(here), -1, 2)
            a, b, d = (np.einsum("np,np->p", pairs[..., i], pairs[..., j]) for i, j in ((0, 0), (0, 1), (1, 1)))
            a, d = a + 1e-9, d + 1e-9
            x, y = right.T
            total -= (d * x * x - 2 * b * x * y + a * y * y) / np.maximum(a * d - b * b, 1e-18)
        return np.maximum(total, 1e-9)


class _Base:
    """Samples of lines along one axis where they are taken to lie so far, for creases to move them along it."""

    def __init__(
        self,
        distance: NDArray[np.float32],
        homography: FloatArray,
        ruled: LineSamples,
        moved: FloatArray,
        index: NDArray[np.intp],
        k: int,
    ) -> None:
        self.distance, self.unit, self.k, self.points = distance, ruled.unit, k, ruled.points[index]
        here = self.points + moved[index]
        self.seen = project(homography, here)
        self.step = project(homography, here + np.eye(2)[k]) - self.seen  # px per mm; even enough over a cell or two

    def search(self, creases: Sequence[Crease], offsets: FloatArray, tolerance: float) -> tuple[FloatArray, FloatArray]:
        """The best displacement at both ends of each crease, from its own on: scores (n,), (n, 2) mm."""
        steps = offsets * self.unit
        first, last = (g.ravel() for g in np.meshgrid(steps, steps, indexing="ij"))
        shifts: list[FloatArray] = []
        ends: list[FloatArray] = []
        for crease in creases:
            tent = _tent(self.points[:, crease.axis], crease.place, crease.span)
            along = (self.points[:, 1 - crease.axis] - crease.reach[0]) / (crease.reach[1] - crease.reach[0])
            ends.append(np.stack([first, last], axis=1) + crease.ends[:, self.k])
            shifts.append(ends[-1] @ (tent * np.stack([1 - along, along])))
        shift = np.stack(shifts)
        x, y = (self.seen[:, i] + shift * self.step[:, i] for i in (0, 1))
        scores = _met(self.distance, (x, y), tolerance)
        best = scores.argmax(axis=1)
        rows = np.arange(len(creases))
        return scores[rows, best], np.stack(ends)[rows, best]


def _both(
    distance: NDArray[np.float32],
    homography: FloatArray,
    points: FloatArray,
    moved: FloatArray,
    chosen: list[NDArray[np.intp]],
    tolerance: float,
) -> float:
    seen = [project(homography, (points + moved)[index]) for index in chosen]
    return float(np.mean([_met(distance, (place[:, 0], place[:, 1]), tolerance) for place in seen]))


def _met(distance: NDArray[np.float32], places: tuple[FloatArray, FloatArray], tolerance: float) -> FloatArray:
    """Mean score (...) of samples, x and y (..., m) px: 1 on a dark line, a half at `tolerance` px from it, 0 off the
    image."""
    height, width = distance.shape
    x, y = (np.rint(place).astype(np.int32) for place in places)
    inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    off = distance.ravel()[np.where(inside, y * width + x, 0)]
    score = np.float32(tolerance**2) / (np.float32(tolerance**2) + off * off)
    return np.asarray(np.where(inside, score, np.float32(0)).mean(axis=-1, dtype=np.float64))
