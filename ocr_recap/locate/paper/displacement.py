"""A displacement of paper within its page: smooth, and creased where that is told. Robust least squares on offsets.

Splines (`basis`) carry what is smooth, a hinge for each crease what is not: a fold moves the paper beside it by what it
is away from it, and by how much may change along it. Each of the two axes is fitted by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import FloatArray
from ...imaging.homography import project
from ...imaging.linear import product, solve
from ...imaging.spline_surface import Surface, splines
from .correspondences import Correspondences
from .line_fit import LineSamples
from .spline_basis import KNOTS, PARTS, basis_of

Fold = tuple[int, float]  # (0, x mm): down the page at x; (1, y mm): across it at y

_MARK = 20.0  # one corner mark counts as much as this many samples, as in `register`
_STIFF = (0.1, 1.0, 10.0, 1e2, 1e3, 1e4)  # weights of bending that compete, softest first
_GAIN = 0.97  # a softer surface must bring the left-out lines this much closer
_FARTHEST = 1.5  # cell widths that paper may lie off a plane's place
_STEEPEST = 0.12  # change of that per length: 20 degrees of fold seen from one sheet's height stretch by 0.08
_FINE = 15.0  # mm, about: spans of a surface that is to have creases
_ALONG = 3  # numbers that say how a crease changes along itself, per axis: even, linear, quadratic


class Displacement:
    """What can be fitted to a page. Values (m, 2) are coefficients, mm, of the splines and then of the hinges."""

    def __init__(
        self,
        ruled: LineSamples,
        anchors: Correspondences,
        homography: FloatArray,
        folds: Sequence[Fold] = (),
        knots: int = KNOTS,
    ) -> None:
        """Splines, hinges and what bending costs, for one page and start.

        Args:
            ruled: samples of the page's lines, mm.
            anchors: the corner marks that were seen.
            homography: mm to px, on top of which the paper is displaced.
            folds: (0, x) for a crease down the page at x mm, (1, y) for one across.
            knots: spans of the splines along the page's longer side.
        """
        known = basis_of(ruled, np.ascontiguousarray(anchors.page, dtype=np.float64).tobytes(), knots)
        self.origin, self.step, self.shape = known.origin, known.step, known.shape
        self.ruled, self.unit = ruled, ruled.unit
        self.axis, self.part, self.sign = known.axis, known.part, ruled.normals
        self.folds = tuple(folds)
        self.basis = np.hstack([known.rows, self._hinges(ruled.points)])
        self.marks = np.hstack([known.at(anchors.page), self._hinges(anchors.page)])
        self.bending = np.zeros((self.basis.shape[1],) * 2)
        self.bending[: len(known.bending), : len(known.bending)] = known.bending
        back = np.asarray(np.linalg.inv(homography), dtype=np.float64)
        self.mark_moves = project(back, anchors.photo) - anchors.page if len(anchors) else np.zeros((0, 2))

    @property
    def flat(self) -> FloatArray:
        """Values (m, 2) of a flat page."""
        return np.zeros((self.basis.shape[1], 2))

    def displaced(self, values: FloatArray) -> LineSamples:
        """The samples where these values have them."""
        return LineSamples(self.ruled.points + product(self.basis, values), self.ruled.normals, self.unit)

    def through(self, moves: FloatArray) -> FloatArray:
        """The values that displace the samples by (n, 2) mm."""
        matrix = product(self.basis.T, self.basis) + 1e-3 * self.bending + 1e-6 * np.eye(self.basis.shape[1])
        return solve(matrix, product(self.basis.T, moves))

    def surface(self, values: FloatArray) -> Surface:
        """The displacement itself; creases as sharp as spans of `_FINE` can be."""
        plain = self.shape[0] * self.shape[1]
        smooth = Surface(values[:plain].reshape(*self.shape, 2), self.origin, self.step)
        if not self.folds:
            return smooth
        size = self.step * (np.array(self.shape[::-1]) - 3)
        spans = np.maximum(2, np.rint(size / _FINE)).astype(int)
        at = [self.origin[k] + np.linspace(0, size[k], 6 * spans[k] + 1) for k in (0, 1)]
        x, y = np.meshgrid(*at)
        grid = np.stack([x, y], axis=-1)
        moves = smooth.moved(grid) - grid
        moves += product(self._hinges(grid.reshape(-1, 2)), values[plain:]).reshape(moves.shape)
        step = size / spans
        across, down = (_nearest(splines((at[k] - self.origin[k]) / step[k], int(spans[k]) + 3)) for k in (0, 1))
        fitted = np.stack([product(product(down, moves[..., k]), across.T) for k in (0, 1)], axis=-1)
        return Surface(fitted, self.origin, step)

    def _hinges(self, points: FloatArray) -> FloatArray:
        """What each crease does at places (n, 2) mm, for each of the numbers it has; (n, `_ALONG` * creases)."""
        size = self.step * (np.array(self.shape[::-1]) - 3)
        unit = (points - self.origin) / size
        columns = [
            np.abs(points[:, k] - place) / size[k] * (2 * unit[:, 1 - k] - 1) ** power
            for k, place in self.folds
            for power in range(_ALONG)
        ]
        return np.stack(columns, axis=1) if columns else np.zeros((len(points), 0))

    def fit(
        self,
        values: FloatArray,
        found: NDArray[np.bool_],
        offset: FloatArray,
        reach: float,
        stiffness: float,
        trusting: bool = False,
    ) -> FloatArray:
        """One robust step: `offset` (n,) mm along the normals from the values as they are.

        `trusting`: samples that lie off are not outliers as long as they lie within `reach`.
        """
        values = values.copy()
        for axis in (0, 1):
            use = np.flatnonzero(found & (self.axis == axis))
            basis = self.basis[use]
            off = offset[use] * self.sign[use, axis]
            target, weight = self._targets(basis, values[:, axis], off, reach, trusting)
            lines, marks = self._normal(basis, target, weight), self._normal_of_marks(axis, reach)
            values[:, axis] = self._solve(lines[0] + marks[0], lines[1] + marks[1], stiffness)
        return values

    def best_stiffness(self, values: FloatArray, found: NDArray[np.bool_], offset: FloatArray, reach: float) -> float:
        """The stiffest surface that explains left-out lines nearly as well as the best one.

        Most paper wants the softest one: it is stiffened as long as that costs next to nothing.
        """
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
                float((weight * (product(basis, had) - target) ** 2).sum())
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
        self, basis: FloatArray, values: FloatArray, off: FloatArray, reach: float, trusting: bool = False
    ) -> tuple[FloatArray, FloatArray]:
        """Where samples (n,) that lie `off` from a surface should lie, and how much each is to be believed."""
        target = product(basis, values) + off
        middle = float(np.median(off))
        usual = 4 * 1.4826 * float(np.median(np.abs(off - middle))) + 0.03 * self.unit
        width = reach * self.unit if trusting else min(reach * self.unit, usual)
        weight = np.clip(1 - (off / (width + abs(middle))) ** 2, 0, None) ** 2
        return target, weight

    def _normal(self, basis: FloatArray, target: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
        weighted = basis * weight[:, None]
        return product(weighted.T, basis), product(weighted.T, target)

    def _normal_of_marks(self, axis: int, reach: float) -> tuple[FloatArray, FloatArray]:
        """The corner marks' part; a mark far from where the paper can be is false and left out."""
        near = np.where((np.abs(self.mark_moves) < 3 * reach * self.unit).all(axis=1), _MARK, 0.0)
        return self._normal(self.marks, self.mark_moves[:, axis], near)

    def _solve(self, matrix: FloatArray, right: FloatArray, stiffness: float) -> FloatArray:
        whole = matrix + stiffness * self.bending + 1e-6 * np.eye(matrix.shape[-1])
        return solve(whole, right)


def _nearest(rows: FloatArray) -> FloatArray:
    """The pseudoinverse (m, n) of `rows` (n, m) of splines: values at places to the coefficients nearest to them."""
    return solve(product(rows.T, rows), rows.T)
