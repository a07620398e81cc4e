"""How large a cell is in the square patches that the digit reader sees."""

from __future__ import annotations

PATCH = 48  # px: a cell with its surroundings, as the digit reader was trained
CELL = 32  # px: the height of a square cell, line centre to line centre, in the middle of the patch
# A digit is bounded by the height of a square or wide cell, but by the width of a narrow one: so that digits come out
# alike in size, cells taller than 1.5 times their width are scaled by their width; wide and tall ones are kept to
# these sides. Training cells (`synth.cellphoto`) are cut by the same `scale_of`; other figures need other weights.
_TALL = 1.5
_WIDEST, _TALLEST = 56, 44  # px


def room(width: float, height: float) -> float:
    """The height that a digit has in a cell of these sides, in their unit."""
    return min(height, _TALL * width)


def scale_of(width: float, height: float) -> float:
    """Patch px per unit of length for a cell of these sides, line centre to line centre."""
    return min(CELL / room(width, height), _WIDEST / width, _TALLEST / height)


def box_of(width: float, height: float) -> tuple[float, float]:
    """Width and height, patch px, that a cell of these sides has in its patch."""
    scale = scale_of(width, height)
    return width * scale, height * scale
