"""How far paper that is not flat lies off within its page: one smooth displacement for all that is projected."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .arrays import FloatArray
from .linear import product

_SINGULAR = 1e-9  # determinant, of mm to px, below which a plane cannot be turned back
_TURNS = 4  # each leaves about a tenth of the error: paper does not rise steeper than that


@dataclass(frozen=True, eq=False)
class Surface:
    """Displacements within the page: `values` (rows, columns, 2) mm, coefficients of uniform cubic B-splines.

    `origin` (2,) mm is the page's place where the first span begins and `step` (2,) mm the length of a span.
    """

    values: FloatArray
    origin: FloatArray
    step: FloatArray

    def moved(self, points: FloatArray) -> FloatArray:
        """Places (..., 2) in millimetres, displaced."""
        flat = points.reshape(-1, 2)
        across, down = (splines((flat[:, k] - self.origin[k]) / self.step[k], self.values.shape[1 - k]) for k in (0, 1))
        rows, columns, _ = self.values.shape
        along = product(down, self.values.reshape(rows, -1)).reshape(-1, columns, 2)
        return (flat + np.einsum("nc,nck->nk", across, along)).reshape(points.shape)

    def origin_of(self, points: FloatArray) -> FloatArray:
        """The places (..., 2) that are displaced to these."""
        places = points
        for _ in range(_TURNS):
            places = places + points - self.moved(places)
        return places

    def lattice(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """The places (len(y), len(x), 2) of a lattice, displaced."""
        across, down = (
            splines((at - self.origin[k]) / self.step[k], self.values.shape[1 - k]) for k, at in enumerate((x, y))
        )
        moves = [product(product(down, self.values[..., k]), across.T) for k in (0, 1)]
        return np.stack([moves[0] + x, moves[1] + y[:, None]], axis=-1)


def nearest_plane(points: FloatArray, places: FloatArray) -> FloatArray | None:
    """The homography (3, 3) that takes points (n, 2) of a page, mm, nearest to where they are seen, px; None where that
    is no plane, or one that cannot be turned back."""
    found = cv2.findHomography(points, places)[0] if np.isfinite(places).all() else None
    # OpenCV gives None where it finds none.
    usable = found is not None and abs(float(np.linalg.det(found))) > _SINGULAR  # pyright: ignore[reportUnnecessaryComparison]
    return np.asarray(found, dtype=np.float64) if usable else None


def splines(place: FloatArray, count: int) -> FloatArray:
    """Cubic B-splines at places (n,) in spans from the first: (n, count); beyond the ends as at them."""
    inside = np.clip(place, 0, count - 3)
    span = np.minimum(inside.astype(int), count - 4)
    t = inside - span
    pieces = ((1 - t) ** 3 / 6, (3 * t**3 - 6 * t**2 + 4) / 6, (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6, t**3 / 6)
    rows = np.zeros((len(place), count))
    index = np.arange(len(place))
    for k, piece in enumerate(pieces):
        rows[index, span + k] = piece
    return rows
