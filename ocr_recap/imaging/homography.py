"""Projective maps of the plane (homographies): points through one, and the one through four points."""

from __future__ import annotations

import numpy as np

from .arrays import FloatArray


def project(homography: FloatArray, points: FloatArray) -> FloatArray:
    """Map (..., 2) points through a 3x3 homography."""
    x, y = points[..., 0], points[..., 1]
    h = homography
    w = h[2, 0] * x + h[2, 1] * y + h[2, 2]
    return np.stack([(h[0, 0] * x + h[0, 1] * y + h[0, 2]) / w, (h[1, 0] * x + h[1, 1] * y + h[1, 2]) / w], axis=-1)


def through_four(source: FloatArray, targets: FloatArray) -> FloatArray:
    """Homographies (n, 3, 3) from four points (4, 2) to each of (n, 4, 2); to far away where three lie on one line."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        a, b, c = _from_square(source[None])[0]
        back = np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)], axis=1)  # the inverse, but for its scale
        found = _from_square(targets) @ back
        found = found / found[:, 2:, 2:]
    found[~np.isfinite(found).all(axis=(1, 2))] = np.diag([1e6, 1e6, 1.0])
    return found


def _from_square(corners: FloatArray) -> FloatArray:
    """From the unit square's corners, clockwise from the origin, to each of (n, 4, 2)."""
    a, b, c, d = np.moveaxis(corners, 1, 0)
    side, other, rest = b - c, d - c, a - b + c - d
    whole = side[:, 0] * other[:, 1] - other[:, 0] * side[:, 1]
    g = (rest[:, 0] * other[:, 1] - other[:, 0] * rest[:, 1]) / whole
    h = (side[:, 0] * rest[:, 1] - rest[:, 0] * side[:, 1]) / whole
    upper = np.stack([b - a + g[:, None] * b, d - a + h[:, None] * d, a], axis=-1)
    return np.concatenate([upper, np.stack([g, h, np.ones_like(g)], axis=-1)[:, None]], axis=1)
