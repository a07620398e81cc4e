"""All boxes of a number as one picture, with the paper around them: what runs across their walls is seen whole."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ..forms.fields import Cells
from ..imaging.arrays import FloatArray, GrayImage
from .patch import PATCH, scale_of

HEIGHT = PATCH  # px; the boxes are centred and as large as in the digit reader's patches
MARGIN = 12  # px of paper at least before the first box and after the last; by judgement
STEP = 32  # px: widths are multiples, so that numbers of several forms go through the net together


def width_of(span: float) -> int:
    """Width in px of the strip around boxes that span so many px from the first one's left side to the last's right."""
    return math.ceil((span + 2 * MARGIN) / STEP) * STEP


def cut_strip(
    cells: Cells, move: FloatArray, look: Callable[[FloatArray, FloatArray, FloatArray], GrayImage]
) -> GrayImage:
    """The strip of a number, (HEIGHT, width) uint8.

    Args:
        cells: its boxes.
        move: (2,) mm by which they lie off their predicted place.
        look: the picture on a lattice of page millimetres (`sampler.Sampler.picture`).
    """
    unit = scale_of(*cells.box[2:])
    x0, y0, x1, y1 = cells.outline()
    width = width_of((x1 - x0) * unit)
    across, down = np.linspace(0, width, 2 * cells.count + 1), np.linspace(0, HEIGHT, 3)
    x = (x0 + x1) / 2 + move[0] + (across - width / 2) / unit
    y = (y0 + y1) / 2 + move[1] + (down - HEIGHT / 2) / unit
    return look(np.stack(np.meshgrid(x, y), axis=-1), down, across)
