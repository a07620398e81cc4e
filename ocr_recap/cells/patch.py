"""The scale at which a cell is sampled into the square patches of the digit reader."""

from __future__ import annotations

PATCH = 48  # px: side of the patch of a cell with its surroundings; fixed by the digit reader's weights
CELL = 32  # px: height of a square cell, line centre to line centre, in the middle of the patch
# The size of a digit is bounded by the height of a square or wide cell and by the width of a narrow one. Cells taller
# than 1.5 times their width are therefore scaled by their width, and all cells are kept within the sides below. By
# judgement. Training cells (`synth/cells/cellphoto.py`) are cut by the same `scale_of`: other values need new weights.
_TALL = 1.5
_WIDEST, _TALLEST = 56, 44  # px


def room(width: float, height: float) -> float:
    """The height available to a digit in a cell of this width and height, in their unit."""
    return min(height, _TALL * width)


def scale_of(width: float, height: float) -> float:
    """Patch px per unit of length for a cell of this width and height, measured from line centre to line centre."""
    return min(CELL / room(width, height), _WIDEST / width, _TALLEST / height)


def box_of(width: float, height: float) -> tuple[float, float]:
    """Width and height, in patch px, of a cell of this width and height (any unit) in its patch."""
    scale = scale_of(width, height)
    return width * scale, height * scale
