"""Paper that is not flat: a smooth correction of the page's place on top of a homography, fitted to the ruled lines.

Every sample of a printed line says how far the paper lies off across that line. A surface of cubic B-splines over the
page goes through these offsets as stiffly as lines that were left out allow (cross-validation), so a flat page gets no
correction and a wave a gentle one. Lines run along the page's axes: across and down are two separate surfaces. A fold
is a crease of both, which surfaces with knots this close follow to 0.02 of a cell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .basis import PARTS, basis_of
from .crease import find_creases, kinks
from .register import Fit, Ruling, match, project
from .surface import Surface

FloatArray = NDArray[np.float64]
GrayImage = NDArray[np.uint8]

_MOST_SAMPLES = 1400
_LEAST, _LEAST_OF_AXIS = 60, 6  # samples without which nothing is fitted
_STIFF = (0.1, 1.0, 10.0, 1e2, 1e3, 1e4)  # weights of bending that compete, softest first
_GAIN = 0.97  # a softer surface must bring the left-out lines this much closer
_MARK = 20.0  # one corner mark counts as much as this many samples, as in `register`
_NEAR = 0.15  # cell widths within which a line counts as met
_FARTHEST = 1.5  # cell widths that paper may lie off a plane's place
_STEEPEST = 0.12  # change of that per length: 20 degrees of fold seen from one sheet's height stretch by 0.08


# Rounds from a start: how far lines are looked for (cell widths), how stiff the surface is, how often. None: as stiff
# as left-out lines allow. A gentle bend starts within 0.1 of a cell of its place, the flat parts of a creased sheet
# within 0.3 once its creases are known, and other paper anywhere within half a cell.
_Rounds = tuple[tuple[float, float | None, int], ...]
_GENTLE: _Rounds = ((0.25, 30.0, 1), (0.15, None, 2))
_CREASED: _Rounds = ((0.3, 10.0, 2), (0.25, 1.0, 2), (0.15, None, 3))
_LOOSE: _Rounds = ((0.45, 1e3, 1), (0.45, 1e2, 2), (0.40, 30.0, 2), (0.25, 10.0, 2), (0.15, None, 3))
_SIGHT, _SHORT_OF_THE_NEXT = 0.3, 0.75  # cell widths, and a share of the way to the next parallel line
_AT_A_TIME = 256  # samples
_ALONE = 1.5  # a line takes part while the next parallel one is this many times farther than lines are looked for


def follow(
    gray: GrayImage,
    distance: Callable[[], NDArray[np.float32]] | None,
    fit: Fit,
    starts: Sequence[FloatArray],
    ruled: Ruling,
    anchors: tuple[FloatArray, FloatArray],
    bend: tuple[FloatArray, Callable[[FloatArray], FloatArray]] | None = None,
    gentle: Fit | None = None,
) -> Fit:
    """Follow the paper from where a plane would have it.

    Args:
        gray: (h, w) uint8.
        distance: gives that of every pixel from the nearest dark line, px, where the paper may be folded; None where it
            is nearly flat.
        fit: the best plane.
        starts: homographies (mm to px) to look for creases from: one that holds at the page's corners where it may be
            folded.
        ruled: line samples of the page.
        anchors: (k, 2) mm and (k, 2) px of the corner marks that were seen.
        bend: a homography (mm to px), and where the paper is known to lie instead of (n, 2) mm: another start.

    Returns:
        The plane, or a better fit with a surface; a surface that leaves much of the residual is not taken. Its support
        counts the samples that are met within 0.15 of a cell width, half as far as a plane's does; a plane that should
        have been followed and could not be is judged by the same.
    """
    thin = _thinned(ruled)
    if gentle is not None and gentle.surface is not None:
        best, support, residual = gentle, gentle.support, gentle.residual
    else:
        support, residual = _score(gray, fit.homography, thin, _sight(thin, _NEAR))
        best = fit if fit.residual < _MAY_BE_FOLDED else replace(fit, support=min(fit.support, support))
    # Most paper bends gently: creases, which cost ten times as much, are looked for where that does not suffice.
    ways: list[tuple[FloatArray, bool, FloatArray | None]] = []
    ways += [(fit.homography, False, None)] if gentle is None else []
    ways += [(bend[0], True, bend[1](thin.points) - thin.points)] if bend is not None else []
    ways += [(start, True, None) for start in starts if distance is not None]
    for start, creased, known in ways:
        moves = known
        if creased and known is None and distance is not None:
            creases = find_creases(distance(), start, ruled)
            moves = sum((c.moves(thin.points) for c in creases), np.zeros_like(thin.points)) if creases else None
        rounds = _GENTLE if not creased else _CREASED if moves is not None else _LOOSE
        bent = _straighten(gray, start, ruled, anchors, moves, rounds)
        if bent and (best.surface is None or bent[1] > best.support):
            if bent[1] < support - _ALIKE or bent[2] > min(residual, _MOST_LEFT):
                continue
            surface, support, residual = bent
            best = replace(
                fit, homography=start, support=support, residual=residual, surface=surface, before=fit.residual
            )
        if best.surface is not None and best.support >= (_ENOUGH if creased else SURE):
            break
    if best.surface is None:
        return best
    if distance is not None or fit.residual >= _MAY_BE_FOLDED or fit.support < _UNFOLDED:
        best = replace(best, folds=_folds(gray, best, thin))
    return replace(best, unmet=_unmet(gray, best, thin))


_MAY_BE_FOLDED = (
    0.03  # cell widths of residual; from there on creases are looked for, and a plane must meet its lines as closely
)
# Residual from which paper was not followed but forced: of the drawn bent and folded pages every right one ended at
# 0.009 or below, one with cells 0.3 off at 0.021 (benchmarks/bent.py).
_MOST_LEFT = 0.015
_UNFOLDED = 0.99  # support of a plane from which no crease is told
_ALIKE = 0.005  # support that chance may cost
_ENOUGH = 0.95  # support from which no other start is tried
# Support of a surface from which nothing else is looked for, neither creases nor other marks. Of 130 drawn field photos
# whose pages were followed gently, the 16 below had cells up to 0.42 off, those above 0.05 at most.
SURE = 0.985


def _straighten(
    gray: GrayImage,
    start: FloatArray,
    ruled: Ruling,
    anchors: tuple[FloatArray, FloatArray],
    moves: FloatArray | None,
    rounds: _Rounds,
) -> tuple[Surface, float, float] | None:
    """Surface, support and residual, from displacements (n, 2) mm of the samples on.

    None where lines are too few or only something impossible would fit.
    """
    thin = _thinned(ruled)
    gap = _gaps(thin)
    model = _Model(thin, anchors, start)
    surface = model.flat
    if moves is not None:
        surface = model.through(moves)
    chosen: float | None = None
    for reach, stiffness, times in rounds:
        alone = gap > _ALONE * reach * thin.unit
        for _ in range(times):
            seen = match(gray, start, model.displaced(surface), reach)
            found = seen.found & alone if (seen.found & alone).sum() >= _LEAST else seen.found
            if found.sum() < _LEAST or min(np.bincount(model.axis[found], minlength=2)) < _LEAST_OF_AXIS:
                return None
            offset = seen.offset / seen.pixels_per_mm
            if stiffness is None and chosen is None:
                chosen = model.best_stiffness(surface, found, offset, reach)
            surface = model.fit(surface, found, offset, reach, stiffness or chosen or 1.0)
    if not model.is_paper(surface):
        return None
    return (surface, *_score(gray, start, model.displaced(surface), _sight(thin, _NEAR)))


def met(gray: GrayImage, fit: Fit, ruled: Ruling, near: float = _NEAR) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which samples are in sight, and which of them the fit's surface meets within `near` cell widths; (n,) each."""
    assert fit.surface is not None
    seen = match(gray, fit.homography, _displaced(ruled, fit.surface), _sight(ruled, near), judging=True)
    off = np.abs(seen.offset) / (seen.pixels_per_mm * ruled.unit)
    return seen.visible, seen.visible & seen.found & (off <= near)


def _unmet(gray: GrayImage, fit: Fit, ruled: Ruling) -> FloatArray:
    """Samples in sight that are not met, (n, 2) mm."""
    visible, there = met(gray, fit, ruled)
    return ruled.points[visible & ~there]


def _folds(gray: GrayImage, fit: Fit, ruled: Ruling) -> tuple[tuple[int, float], ...]:
    """Creases of a page that was followed, from its lines as they are."""
    assert fit.surface is not None
    moved = fit.surface.moved(ruled.points)
    seen = match(gray, fit.homography, Ruling(moved, ruled.normals, ruled.unit), _NEAR)
    axis = np.abs(ruled.normals).argmax(axis=1)
    rows = np.arange(len(axis))
    along = (moved - ruled.points)[rows, axis] + seen.offset / seen.pixels_per_mm * ruled.normals[rows, axis]
    return kinks(ruled.points[seen.found], along[seen.found], axis[seen.found])


def _score(gray: GrayImage, homography: FloatArray, ruled: Ruling, sight: FloatArray) -> tuple[float, float]:
    """Share of visible samples that are met, and the median distance of those that were found, cell widths."""
    seen = match(gray, homography, ruled, sight, judging=True)
    off = np.abs(seen.offset) / (seen.pixels_per_mm * ruled.unit)
    found = seen.visible & seen.found
    met = found & (off <= _NEAR)
    support = float(met.sum() / max(seen.visible.sum(), 0.6 * len(met)))
    return support, float(np.median(off[found])) if found.any() else 1.0


@lru_cache(maxsize=64)
def _gaps(ruled: Ruling) -> FloatArray:
    """How far the next parallel line is from every sample, mm."""
    gaps = np.full(len(ruled.points), np.inf)
    axis = np.abs(ruled.normals).argmax(axis=1)
    for k in (0, 1):
        mine = np.flatnonzero(axis == k)
        across, along = ruled.points[mine, k], ruled.points[mine, 1 - k]
        for start in range(0, len(mine), _AT_A_TIME):
            some = slice(start, start + _AT_A_TIME)
            apart = np.abs(across[some, None] - across)
            beside = (np.abs(along[some, None] - along) < 6.0) & (apart > 0.8)
            gaps[mine[some]] = np.where(beside, apart, np.inf).min(axis=1)
    return gaps


@lru_cache(maxsize=128)
def _sight(ruled: Ruling, near: float) -> FloatArray:
    """How far from each sample its line is looked for when it is asked whether it lies within `near`, cell widths.

    Not so far as its next parallel line, which may be the darker one: beside the bubbles of c-hasil-kwk there is one a
    fifth of a cell off, and pages in place were said to miss a tenth of their lines.
    """
    return np.clip(_SHORT_OF_THE_NEXT * _gaps(ruled) / ruled.unit, near, _SIGHT)


@lru_cache(maxsize=256)
def _thinned(ruled: Ruling) -> Ruling:
    every = -(-len(ruled.points) // _MOST_SAMPLES)
    return Ruling(ruled.points[::every], ruled.normals[::every], ruled.unit)


def _displaced(ruled: Ruling, surface: Surface) -> Ruling:
    return Ruling(surface.moved(ruled.points), ruled.normals, ruled.unit)


class _Model:
    """The linear part: bases of all samples, penalties, and robust least squares for both surfaces."""

    def __init__(self, ruled: Ruling, anchors: tuple[FloatArray, FloatArray], homography: FloatArray) -> None:
        known = basis_of(ruled, np.ascontiguousarray(anchors[0], dtype=np.float64).tobytes())
        self.origin, self.step, self.shape, self.bending = known.origin, known.step, known.shape, known.bending
        self.ruled, self.unit = ruled, ruled.unit
        self.basis, self.axis, self.part = known.rows, known.axis, known.part
        self.sign = ruled.normals
        self.marks = known.at(anchors[0])
        back = np.asarray(np.linalg.inv(homography), dtype=np.float64)
        self.mark_moves = project(back, anchors[1]) - anchors[0] if len(anchors[0]) else np.zeros((0, 2))

    @property
    def flat(self) -> Surface:
        return Surface(np.zeros((*self.shape, 2)), self.origin, self.step)

    def displaced(self, surface: Surface) -> Ruling:
        """The samples where a surface of this model has them."""
        moved = self.ruled.points + self.basis @ surface.values.reshape(-1, 2)
        return Ruling(moved, self.ruled.normals, self.unit)

    def through(self, moves: FloatArray) -> Surface:
        """The surface that displaces the samples by (n, 2) mm."""
        matrix = self.basis.T @ self.basis + 1e-3 * self.bending + 1e-6 * np.eye(self.basis.shape[1])
        values = np.asarray(np.linalg.solve(matrix, self.basis.T @ moves), dtype=np.float64)
        return Surface(values.reshape(*self.shape, 2), self.origin, self.step)

    def fit(
        self, surface: Surface, found: NDArray[np.bool_], offset: FloatArray, reach: float, stiffness: float
    ) -> Surface:
        """One robust step: `offset` (n,) mm along the normals from the surface as it is."""
        values = surface.values.reshape(-1, 2).copy()
        for axis in (0, 1):
            use = np.flatnonzero(found & (self.axis == axis))
            basis = self.basis[use]
            target, weight = self._targets(basis, values[:, axis], offset[use] * self.sign[use, axis], reach)
            lines, marks = self._normal(basis, target, weight), self._normal_of_marks(axis, reach)
            values[:, axis] = self._solve(lines[0] + marks[0], lines[1] + marks[1], stiffness)
        return Surface(values.reshape(*self.shape, 2), self.origin, self.step)

    def best_stiffness(self, surface: Surface, found: NDArray[np.bool_], offset: FloatArray, reach: float) -> float:
        """The stiffest surface that explains left-out lines nearly as well as the best one.

        Most paper wants the softest one: it is stiffened as long as that costs next to nothing.
        """
        values = surface.values.reshape(-1, 2)
        marks = [self._normal_of_marks(axis, reach) for axis in (0, 1)]
        tests: list[tuple[FloatArray, FloatArray, FloatArray]] = []  # splines, targets, weights of lines left out
        matrices: list[FloatArray] = []  # and the normal equations of all the others
        rights: list[FloatArray] = []
        for axis in (0, 1):
            use = np.flatnonzero(found & (self.axis == axis))
            basis, part = self.basis[use], self.part[use]
            target, weight = self._targets(basis, values[:, axis], offset[use] * self.sign[use, axis], reach)
            mine = [(basis[t], target[t], weight[t]) for t in (part == left_out for left_out in range(PARTS))]
            sums = [self._normal(*test) for test in mine]
            tests += mine
            matrices += [sum((s[0] for s in sums), marks[axis][0]) - matrix for matrix, _ in sums]
            rights += [sum((s[1] for s in sums), marks[axis][1]) - right for _, right in sums]
        left, right = np.stack(matrices), np.stack(rights)[..., None]

        def error(stiffness: float) -> float:
            got = self._solve(left, right, stiffness)[..., 0]
            return sum(
                float((weight * (basis @ had - target) ** 2).sum())
                for (basis, target, weight), had in zip(tests, got, strict=True)
            )

        chosen, least = _STIFF[0], error(_STIFF[0])
        for stiffness in _STIFF[1:]:
            stiffer = error(stiffness)
            if least < _GAIN * stiffer:
                break
            chosen, least = stiffness, stiffer
        return chosen

    def is_paper(self, surface: Surface) -> bool:
        """Neither farther off nor steeper than a sheet can be."""
        grid = np.stack(
            np.meshgrid(
                *(self.origin[k] + np.linspace(0, 1, 25) * self.step[k] * (self.shape[1 - k] - 3) for k in (0, 1))
            ),
            axis=-1,
        )
        move = surface.moved(grid) - grid
        if np.abs(move).max() > _FARTHEST * self.unit:
            return False
        steps = (grid[1, 0, 1] - grid[0, 0, 1], grid[0, 1, 0] - grid[0, 0, 0])
        return all(float(np.abs(np.diff(move, axis=k)).max()) <= _STEEPEST * steps[k] for k in (0, 1))

    def _targets(
        self, basis: FloatArray, values: FloatArray, off: FloatArray, reach: float
    ) -> tuple[FloatArray, FloatArray]:
        """Where samples (n,) that lie `off` from a surface should lie, and how much each is to be believed."""
        target = basis @ values + off
        middle = float(np.median(off))
        width = min(reach * self.unit, 4 * 1.4826 * float(np.median(np.abs(off - middle))) + 0.03 * self.unit)
        weight = np.clip(1 - (off / (width + abs(middle))) ** 2, 0, None) ** 2
        return target, weight

    def _normal(self, basis: FloatArray, target: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
        weighted = basis * weight[:, None]
        return weighted.T @ basis, weighted.T @ target

    def _normal_of_marks(self, axis: int, reach: float) -> tuple[FloatArray, FloatArray]:
        """The corner marks' part; a mark far from where the paper can be is false and left out."""
        near = np.where((np.abs(self.mark_moves) < 3 * reach * self.unit).all(axis=1), _MARK, 0.0)
        return self._normal(self.marks, self.mark_moves[:, axis], near)

    def _solve(self, matrix: FloatArray, right: FloatArray, stiffness: float) -> FloatArray:
        whole = matrix + stiffness * self.bending + 1e-6 * np.eye(matrix.shape[-1])
        return np.asarray(np.linalg.solve(whole, right), dtype=np.float64)
