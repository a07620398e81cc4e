"""Cuts all boxes of a number as one strip with the paper around them, so that a line through several boxes is whole."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..forms.fields import Cells, FormField
from ..imaging.arrays import FloatArray
from .patch import PATCH, scale_of
from .sampler import Lattice

HEIGHT = PATCH  # px; the boxes are centred and have the scale of the digit reader's patches
MARGIN = 12  # px: least width of the paper before the first box and after the last; by judgement
TALL = 96  # px: height of a strip in which a line that runs down over the boxes shows, three boxes; by judgement
_APART = 1.3  # heights of a box without another number's boxes above and below it, for that; by judgement
STEP = 32  # px: widths are multiples of it, so that numbers of several forms share a batch; by judgement


def width_of(span: float) -> int:
    """Width of a strip, px, from the distance between the left side of its first box and the right side of its last."""
    return math.ceil((span + 2 * MARGIN) / STEP) * STEP


def strip_of(cells: Cells, move: FloatArray, height: int = HEIGHT) -> Lattice:
    """The strip of a number, to be sampled: (height, width) uint8.

    Args:
        cells: the boxes of the number.
        move: (2,) mm, the shift of the boxes from their predicted places.
        height: px, with the boxes in the middle.
    """
    unit = scale_of(*cells.box[2:])
    x0, y0, x1, y1 = cells.outline()
    width = width_of((x1 - x0) * unit)
    across, down = np.linspace(0, width, 2 * cells.count + 1), np.linspace(0, height, 3)
    x = (x0 + x1) / 2 + move[0] + (across - width / 2) / unit
    y = (y0 + y1) / 2 + move[1] + (down - height / 2) / unit
    return Lattice(np.stack(np.meshgrid(x, y), axis=-1), down, across)


def stands_apart(field: FormField, others: Sequence[FormField]) -> bool:
    """Whether no other number stands near above or below a number without bubbles, so that lines over its boxes show.

    Args:
        field: the number.
        others: all numbers of its page.
    """
    if field.bubbles is not None:
        return False
    x0, y0, x1, y1 = field.cells.outline()
    near = _APART * field.cells.box[3]
    outlines = [other.cells.outline() for other in others if other.id != field.id]
    return not any(u0 < x1 and u1 > x0 and v0 < y1 + near and v1 > y0 - near for u0, v0, u1, v1 in outlines)
