"""Cuts all boxes of a number as one strip with the paper around them, so that a line through several boxes is whole."""

from __future__ import annotations

import math

import numpy as np

from ..forms.fields import Cells
from ..imaging.arrays import FloatArray
from .patch import PATCH, scale_of
from .sampler import Lattice

HEIGHT = PATCH  # px; the boxes are centred and have the scale of the digit reader's patches
MARGIN = 12  # px: least width of the paper before the first box and after the last; by judgement
STEP = 32  # px: widths are multiples of it, so that numbers of several forms share a batch; by judgement


def width_of(span: float) -> int:
    """Width of a strip, px, from the distance between the left side of its first box and the right side of its last."""
    return math.ceil((span + 2 * MARGIN) / STEP) * STEP


def strip_of(cells: Cells, move: FloatArray) -> Lattice:
    """The strip of a number, to be sampled: (HEIGHT, width) uint8.

    Args:
        cells: the boxes of the number.
        move: (2,) mm, the shift of the boxes from their predicted places.
    """
    unit = scale_of(*cells.box[2:])
    x0, y0, x1, y1 = cells.outline()
    width = width_of((x1 - x0) * unit)
    across, down = np.linspace(0, width, 2 * cells.count + 1), np.linspace(0, HEIGHT, 3)
    x = (x0 + x1) / 2 + move[0] + (across - width / 2) / unit
    y = (y0 + y1) / 2 + move[1] + (down - HEIGHT / 2) / unit
    return Lattice(np.stack(np.meshgrid(x, y), axis=-1), down, across)
