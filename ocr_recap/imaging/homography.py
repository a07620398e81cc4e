"""Homographies (projective maps of the plane): projection of points, and the homography of four points."""

from __future__ import annotations

import numpy as np

from .arrays import FloatArray


def project(homography: FloatArray, points: FloatArray) -> FloatArray:
    """Map points (..., 2) by a homography (3, 3); returns (..., 2)."""
    x, y = points[..., 0], points[..., 1]
    h = homography
    w = h[2, 0] * x + h[2, 1] * y + h[2, 2]
    return np.stack([(h[0, 0] * x + h[0, 1] * y + h[0, 2]) / w, (h[1, 0] * x + h[1, 1] * y + h[1, 2]) / w], axis=-1)


def through_four(source: FloatArray, targets: FloatArray) -> FloatArray:
    """Compute the homographies that map four points to n sets of four points.

    Args:
        source: (4, 2).
        targets: (n, 4, 2).

    Returns:
        (n, 3, 3); where three points of a set are collinear the matrix maps to very large coordinates.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        a, b, c = _from_square(source[None])[0]
        back = np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)], axis=1)  # the inverse, up to scale
        found = _from_square(targets) @ back
        found = found / found[:, 2:, 2:]
    found[~np.isfinite(found).all(axis=(1, 2))] = np.diag([1e6, 1e6, 1.0])
    return found


def _from_square(corners: FloatArray) -> FloatArray:
    """Homographies (n, 3, 3) from the unit square's corners, clockwise from the origin, to each of (n, 4, 2)."""
    a, b, c, d = np.moveaxis(corners, 1, 0)
    side, other, rest = b - c, d - c, a - b + c - d
    whole = side[:, 0] * other[:, 1] - other[:, 0] * side[:, 1]
    g = (rest[:, 0] * other[:, 1] - other[:, 0] * rest[:, 1]) / whole
    h = (side[:, 0] * rest[:, 1] - rest[:, 0] * side[:, 1]) / whole
    upper = np.stack([b - a + g[:, None] * b, d - a + h[:, None] * d, a], axis=-1)
    return np.concatenate([upper, np.stack([g, h, np.ones_like(g)], axis=-1)[:, None]], axis=1)
