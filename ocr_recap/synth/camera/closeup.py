"""Cuts a photo to a part of the page, as people do who want to show one number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .conditions import Conditions
from .view import View

_LEAST = 24  # px of a side that is left
_MARGIN = 0.06  # of the part's height left around it
_SHAPES = (0.6, 1.6)  # the photo's sides as shares of the part's, one times the other is 1


def window(
    conditions: Conditions,
    view: View,
    parts: Sequence[tuple[float, float, float, float]],
    rng: np.random.Generator,
) -> tuple[int, int, int, int]:
    """What of the picture is kept.

    Args:
        conditions: `part` is the share of the sheet's sides that is kept.
        view: of the sheet.
        parts: [x0, y0, x1, y1] on the page, mm; one of them is in sight, if the picture shows it.
        rng: which one, how it is framed.

    Returns:
        (x0, y0, x1, y1), pixels of the view.
    """
    edge = view.project(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]) * view.size_mm)
    extent = edge.max(axis=0) - edge.min(axis=0)
    shape = float(np.exp(rng.uniform(*np.log(_SHAPES))))
    wanted = conditions.part * extent * (shape**0.5, shape**-0.5)
    low, high = _shown(view, parts, rng)
    size = np.minimum(np.maximum(np.maximum(wanted, high - low), _LEAST), view.size)
    # Anywhere that has the part in sight, within the picture.
    first, last = np.maximum(high - size, 0), np.minimum(low, np.array(view.size) - size)
    start = first + rng.random(2) * np.maximum(last - first, 0)
    x0, y0 = (int(v) for v in np.clip(np.rint(start), 0, np.array(view.size) - np.ceil(size)))
    return x0, y0, x0 + int(size[0]), y0 + int(size[1])


def _shown(
    view: View, parts: Sequence[tuple[float, float, float, float]], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The corners of what must be in sight, px: one of the parts, or a point of the sheet."""
    place = rng.random(2)
    if not parts:
        point = view.project(place[None] * view.size_mm)[0]
        point = np.clip(point, 0, np.array(view.size) - 1.0)
        return point, point
    x0, y0, x1, y1 = parts[min(int(place[0] * len(parts)), len(parts) - 1)]
    margin = _MARGIN * (y1 - y0)
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]) + margin * np.array(
        [[-1, -1], [1, -1], [1, 1], [-1, 1]]
    )
    seen = view.project(corners)
    limit = np.array(view.size) - 1.0
    return np.clip(seen.min(axis=0), 0, limit), np.clip(seen.max(axis=0), 0, limit)
