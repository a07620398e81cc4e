"""Paper that is not flat: a displacement field of cubic B-splines, fitted to offsets across printed lines.

The field acts within the page, before the homography. Printed lines run along the page's axes, and an offset across a
line tells of one axis only, so the two axes are fitted apart, each by iteratively reweighted least squares with a
penalty on bending. The splines at the line samples of a page are fixed: they are computed once per process (`mesh_of`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...forms.template import Template
from ...imaging.arrays import FloatArray
from ...imaging.linear import solve_banded
from ...imaging.spline_surface import Surface, bending, rows_of
from .line_fit import LineSamples, Match, thinned

COARSE, FINE = 10, 20  # spans along the page's longer side: 42 and 21 mm of A3, by judgement
_LEAST = 8  # samples of an axis without which it is not fitted
_TINY = 1e-6  # keeps the system solvable where no sample is near a spline
_SPREAD = 4 * 1.4826  # robust standard deviations beyond which an offset counts for nothing
_NOISE = 0.03  # cell widths that an offset may be off at least
_SUPPORT, _REACH = 16, 3  # splines that are not zero at a place; how far they lie apart along an axis


@dataclass(frozen=True, eq=False)
class Mesh:
    """The splines of a page.

    Attributes:
        lines: samples that it is fitted to.
        origin, step: (2,) mm, as in `Surface`.
        shape: rows and columns of coefficients.
        index, value: (n, 16), the splines that are not zero at each sample, and what they are there.
        pairs: (n, 256), entries of the normal equations that each sample adds to.
        bend: (rows * columns, rows * columns), the penalty on bending.
        axis, sign: (n,), the axis that a sample's normal lies along, and in which direction.
    """

    lines: LineSamples
    origin: FloatArray
    step: FloatArray
    shape: tuple[int, int]
    index: NDArray[np.intp]
    value: FloatArray
    pairs: NDArray[np.int32]
    bend: FloatArray
    axis: NDArray[np.intp]
    sign: FloatArray

    @property
    def flat(self) -> FloatArray:
        """Coefficients (m, 2), mm, of flat paper."""
        return np.zeros((self.shape[0] * self.shape[1], 2))

    def displaced(self, values: FloatArray) -> LineSamples:
        """The samples where these coefficients have them."""
        return LineSamples(self.lines.points + self._at(values), self.lines.normals, self.lines.unit)

    def fit(
        self,
        values: FloatArray,
        seen: Match,
        some: NDArray[np.intp],
        reach: float,
        stiffness: float,
        trusting: bool = False,
    ) -> FloatArray:
        """One step of iteratively reweighted least squares.

        Args:
            values: coefficients (m, 2) that the offsets are measured from.
            seen: of the samples `some`.
            some: indices of samples.
            reach: cell widths within which lines were looked for.
            stiffness: weight of the penalty on bending; an offset has at most 1.
            trusting: what lies off within `reach` is no outlier: beyond a crease all lines of a part do.
        """
        unit, values = self.lines.unit, values.copy()
        offset = seen.offset / seen.pixels_per_mm
        for axis in (0, 1):
            use = np.flatnonzero(seen.found & (self.axis[some] == axis))
            if len(use) < _LEAST:
                continue
            mine = some[use]
            off = offset[use] * self.sign[mine]
            middle = float(np.median(off))
            usual = _SPREAD * float(np.median(np.abs(off - middle))) + _NOISE * unit
            width = reach * unit if trusting else min(reach * unit, usual)
            weight = np.clip(1 - (off / (width + abs(middle))) ** 2, 0, None) ** 2
            target = self._at(values[:, axis], mine) + off
            values[:, axis] = self._solve(mine, target, weight, stiffness)
        return values

    def nearest(self, moves: FloatArray, stiffness: float = 1e-3, some: NDArray[np.intp] | None = None) -> FloatArray:
        """Coefficients whose displacement is nearest to `moves` (n, 2) mm at the samples, or at `some` of them."""
        mine = np.arange(len(self.axis)) if some is None else some
        weight = np.ones(len(mine))
        return np.stack([self._solve(mine, moves[mine, k], weight, stiffness) for k in (0, 1)], axis=1)

    def surface(self, values: FloatArray) -> Surface:
        """The displacement field of coefficients."""
        return Surface(values.reshape(*self.shape, 2), self.origin, self.step)

    def _at(self, values: FloatArray, some: NDArray[np.intp] | slice = slice(None)) -> FloatArray:
        """The displacement that coefficients (m, ...) have at samples."""
        return np.einsum("nk,nk...->n...", self.value[some], values[self.index[some]])

    def _solve(self, some: NDArray[np.intp], target: FloatArray, weight: FloatArray, stiffness: float) -> FloatArray:
        """Weighted least squares with the penalty on bending."""
        value, size = self.value[some], len(self.bend)
        weighted = value * weight[:, None]
        # Each sample touches 16 splines: the normal equations are summed entry by entry, not multiplied out.
        entries = (weighted[:, :, None] * value[:, None, :]).ravel()
        matrix = np.bincount(self.pairs[some].ravel(), entries, size * size).reshape(size, size)
        matrix += stiffness * self.bend
        matrix[np.diag_indices(size)] += _TINY
        right = np.bincount(self.index[some].ravel(), (weighted * target[:, None]).ravel(), size).astype(np.float64)
        return solve_banded(matrix, right, _REACH * self.shape[1] + _REACH + 1)


@lru_cache(maxsize=128)
def mesh_of(template: Template, page_id: str, spans: int = COARSE) -> Mesh:
    """The mesh of a page with so many spans along its longer side."""
    lines = thinned(template, page_id)
    low, high = lines.points.min(axis=0), lines.points.max(axis=0)
    size = high - low + 2.0
    count = np.maximum(2, np.rint(spans * size / size.max())).astype(int)
    origin, step = low - 1.0, size / count
    shape = (int(count[1]) + 3, int(count[0]) + 3)
    rows = rows_of(lines.points, origin, step, shape)
    index = np.sort(np.argsort(-rows, axis=1, kind="stable")[:, :_SUPPORT], axis=1)
    axis = np.abs(lines.normals).argmax(axis=1)
    sign = lines.normals[np.arange(len(axis)), axis]
    pairs = (index[:, :, None] * rows.shape[1] + index[:, None, :]).reshape(len(index), -1).astype(np.int32)
    value = np.take_along_axis(rows, index, 1)
    return Mesh(lines, origin, step, shape, index, value, pairs, bending(shape, step), axis, sign)
