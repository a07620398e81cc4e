"""What a model of paper that is not flat has from its page alone: splines at its lines, and what bending them costs.

Made once per page and set of corner marks; what a photo shows is fitted to it by `nonrigid`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import FloatArray
from ...imaging.linear import product
from ...imaging.spline_surface import splines
from .line_fit import LineSamples

KNOTS = 10  # spans of the surface along the page's longer side: 42 mm of A3
PARTS = 5  # of the lines, each left out once


@dataclass(frozen=True, eq=False)
class Basis:
    """What a model of the paper has from the page alone: splines at all samples, and which line each lies on."""

    origin: FloatArray
    step: FloatArray
    shape: tuple[int, int]
    rows: FloatArray  # (n, splines)
    axis: NDArray[np.intp]  # (n,): lines run along the page's axes; which of the two surfaces a sample speaks of
    part: NDArray[np.intp]  # (n,): samples of one printed line are left out together
    bending: FloatArray

    def at(self, points: FloatArray) -> FloatArray:
        """The splines at other places (m, 2) mm; (m, splines)."""
        return rows_of(points, self.origin, self.step, self.shape)


def rows_of(points: FloatArray, origin: FloatArray, step: FloatArray, shape: tuple[int, int]) -> FloatArray:
    """The splines of a surface at places (n, 2), each row as long as its coefficients; (n, rows * columns)."""
    across, down = (splines((points[:, k] - origin[k]) / step[k], shape[1 - k]) for k in (0, 1))
    return (down[:, :, None] * across[:, None, :]).reshape(len(points), shape[0] * shape[1])


@lru_cache(maxsize=64)
def basis_of(ruled: LineSamples, marks: bytes, knots: int = KNOTS) -> Basis:
    """The basis of a page's line samples; `marks`: (k, 2) mm of the corner marks that were seen, as bytes."""
    places = np.vstack([ruled.points, np.frombuffer(marks).reshape(-1, 2)])
    low, high = places.min(axis=0), places.max(axis=0)
    size = high - low + 2.0
    spans = np.maximum(2, np.rint(knots * size / size.max())).astype(int)
    origin, step = low - 1.0, size / spans
    shape = (int(spans[1]) + 3, int(spans[0]) + 3)
    axis = np.abs(ruled.normals).argmax(axis=1)
    line = np.rint(np.where(axis == 1, ruled.points[:, 1], ruled.points[:, 0]) * 4).astype(int)
    part = (line * 2654435761 >> 7) % PARTS
    return Basis(origin, step, shape, rows_of(ruled.points, origin, step, shape), axis, part, bending(shape, step))


def bending(shape: tuple[int, int], step: FloatArray) -> FloatArray:
    """Penalty of a surface's second differences along, across and both, so that planes cost nothing."""

    def difference(n: int, times: int) -> FloatArray:
        return np.asarray(np.diff(np.eye(n), times, axis=0), dtype=np.float64)

    rows, columns = shape
    parts = (
        (np.kron(difference(rows, 2), np.eye(columns)), 1.0),
        (np.kron(np.eye(rows), difference(columns, 2)), float((step[1] / step[0]) ** 4)),
        (np.kron(difference(rows, 1), difference(columns, 1)), 2.0),
    )
    total = np.zeros((rows * columns, rows * columns))
    for part, weight in parts:
        total += weight * product(part.T, part)
    return total
