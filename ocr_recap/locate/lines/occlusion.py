"""Which part of a page something lies on: one patch of it in which hardly any printed line is seen."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import FloatArray

Flags = NDArray[np.bool_]

# Set by hand before they were measured (benchmarks/covers.py); what is left of a page must agree more (`search`).
_SQUARE = 20.0  # mm: a square of the page holds lines of several rows
_HIDDEN = 0.34  # of a square's lines: with fewer in sight it is covered
_MOST = 0.25  # of all that a page's lines tell: what is covered more than that is not this page beyond doubt


def covered(points: FloatArray, weight: FloatArray, visible: Flags, there: Flags) -> Flags:
    """Samples of a page's lines that lie where something covers it; (n,).

    A sheet on a bed has a pillow on a corner, one on a desk a hand. Lines that are missing here and there are another
    matter: they say that this is not the page.

    Args:
        points: (n, 2) mm of samples along the page's lines.
        weight: (n,) what each of them tells.
        visible: (n,) whether it lies within the photo.
        there: (n,) whether its line is seen.

    Returns:
        Samples of the largest connected patch of squares; none where there is no patch, or it is too large.
    """
    nothing = np.zeros(len(points), dtype=np.bool_)
    if not visible.any():
        return nothing
    column, row = np.floor((points - points.min(axis=0)) / _SQUARE).astype(int).T
    shape = (int(row.max()) + 1, int(column.max()) + 1)
    looked, seen = np.zeros(shape), np.zeros(shape)
    np.add.at(looked, (row, column), weight * visible)
    np.add.at(seen, (row, column), weight * (visible & there))
    hidden = ((looked > 0) & (seen < _HIDDEN * looked)).astype(np.uint8)
    count, patches = cv2.connectedComponents(hidden, connectivity=8)
    sizes = [float(looked[patches == patch].sum()) for patch in range(1, count)]
    if not sizes or max(sizes) > _MOST * float(weight.sum()):
        return nothing
    return (patches[row, column] == 1 + int(np.argmax(sizes))) & visible
