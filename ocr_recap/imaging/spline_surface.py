"""Displacement field of paper that is not flat: cubic B-splines within the page, applied before the homography."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .arrays import FloatArray
from .linear import product

_SINGULAR = 1e-9  # a homography (mm to px) with a smaller determinant counts as singular; by judgement
_TURNS = 4  # iterations of the inverse; each leaves about a tenth of the error; by judgement


@dataclass(frozen=True, eq=False)
class Surface:
    """A displacement field: `values` (rows, columns, 2) mm are coefficients of uniform cubic B-splines.

    `origin` (2,) mm is the place on the page where the first span begins, `step` (2,) mm the length of a span.
    """

    values: FloatArray
    origin: FloatArray
    step: FloatArray

    def moved(self, points: FloatArray) -> FloatArray:
        """Displace places (..., 2) on the page, mm; returns places on flat paper, mm."""
        flat = points.reshape(-1, 2)
        across, down = (splines((flat[:, k] - self.origin[k]) / self.step[k], self.values.shape[1 - k]) for k in (0, 1))
        rows, columns, _ = self.values.shape
        along = product(down, self.values.reshape(rows, -1)).reshape(-1, columns, 2)
        return (flat + np.einsum("nc,nck->nk", across, along)).reshape(points.shape)

    def origin_of(self, points: FloatArray) -> FloatArray:
        """Invert `moved` by fixed-point iteration: places (..., 2) on flat paper to places on the page, mm."""
        places = points
        for _ in range(_TURNS):
            places = places + points - self.moved(places)
        return places

    def lattice(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Displace a lattice.

        Args:
            x: (columns,) mm.
            y: (rows,) mm.

        Returns:
            (rows, columns, 2) mm.
        """
        across, down = (
            splines((at - self.origin[k]) / self.step[k], self.values.shape[1 - k]) for k, at in enumerate((x, y))
        )
        moves = [product(product(down, self.values[..., k]), across.T) for k in (0, 1)]
        return np.stack([moves[0] + x, moves[1] + y[:, None]], axis=-1)


def nearest_plane(points: FloatArray, places: FloatArray) -> FloatArray | None:
    """Fit a homography by least squares.

    Args:
        points: (n, 2) of a page, mm.
        places: (n, 2) of the points on the photo, px.

    Returns:
        (3, 3), mm to px; None where the fit fails or is singular.
    """
    found = cv2.findHomography(points, places)[0] if np.isfinite(places).all() else None
    # OpenCV gives None where it finds none.
    usable = found is not None and abs(float(np.linalg.det(found))) > _SINGULAR  # pyright: ignore[reportUnnecessaryComparison]
    return np.asarray(found, dtype=np.float64) if usable else None


def splines(place: FloatArray, count: int) -> FloatArray:
    """Evaluate uniform cubic B-splines.

    Args:
        place: (n,) in spans from the origin; places beyond the ends are clipped.
        count: number of splines.

    Returns:
        (n, count).
    """
    inside = np.clip(place, 0, count - 3)
    span = np.minimum(inside.astype(int), count - 4)
    t = inside - span
    pieces = ((1 - t) ** 3 / 6, (3 * t**3 - 6 * t**2 + 4) / 6, (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6, t**3 / 6)
    rows = np.zeros((len(place), count))
    index = np.arange(len(place))
    for k, piece in enumerate(pieces):
        rows[index, span + k] = piece
    return rows


def rows_of(points: FloatArray, origin: FloatArray, step: FloatArray, shape: tuple[int, int]) -> FloatArray:
    """The splines of a `Surface` at places.

    Args:
        points: (n, 2).
        origin, step: (2,), as in `Surface`.
        shape: rows and columns of its coefficients.

    Returns:
        (n, rows * columns).
    """
    across, down = (splines((points[:, k] - origin[k]) / step[k], shape[1 - k]) for k in (0, 1))
    return (down[:, :, None] * across[:, None, :]).reshape(len(points), shape[0] * shape[1])


def bending(shape: tuple[int, int], step: FloatArray) -> FloatArray:
    """Penalty of a field's second differences along, across and both, so that planes cost nothing.

    Args:
        shape: rows and columns of coefficients.
        step: (2,) length of a span.

    Returns:
        (rows * columns, rows * columns), a quadratic form of the coefficients.
    """

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
