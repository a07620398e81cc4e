"""Unused space that is struck out: long lines over tally cells, row totals and boxes in which nothing is written.

Officers close the space that they do not need by a long Z, a diagonal, two lines, a wave or dashes. Such a line is seen
as one object, before any cell is judged, and means *nothing here*: cells under it hold no strokes, and a row total
under it is not used. It is found by its length (`long_lines`), so waves and short dashes are left to the tally reader's
class *cancelled*.

Struck-out *numbers* are another matter (`alteration_reader`): there a line takes back what is written in the boxes. A
line through boxes in which nothing else is written is unused space, and is told apart here: what remains of the boxes
without the line is bare paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..forms.fields import RowTotals
from ..imaging.arrays import Float32Array, GrayImage
from . import long_lines
from .long_lines import Limits

# Two cells and a half; a bar of a Z over less is left to the tally reader. Mean and evenness of lines over grids and
# of rows of bundles on drawn photos: training/tally/choose.py.
_IN_GRID = Limits(length=100, mean=0.03, even=0.88)
_COVERS = 0.5  # share of a cell's width or height over which a line runs for the cell to be covered; by judgement
_THROUGH = 0.85  # share of a cell's width over which a line through its strokes runs; by judgement
_BAND = 0.2  # share of a cell's height left out above and below, where a line only touches strokes; by judgement

# A digit is at most as high as its box (32 px), so a longer line runs through more than one row; by judgement.
_IN_TOTALS = Limits(length=46, mean=0.05, even=0.8)
_IN_BOXES = Limits(length=44, mean=0.05, even=0.75)  # as above: through the whole height of a strip of 48 px
_RIM = 6  # px left out along the sides of a box, where printed lines and their blur lie; by judgement
_EDGE = 3  # px at the edge of a strip, and beside the boxes; by judgement
_WIDTH = 4  # px around a long line that count as the line; by judgement
_BARE = 0.09  # darkness of the darkest place of a bare box, share of the paper; as in `row_total_crop`, with a margin


@dataclass(frozen=True, eq=False)
class StruckCells:
    """Long lines in one tally grid.

    Attributes:
        cells: (rows, columns) whether a long line runs in the cell.
        through: (rows, columns) whether it runs through the middle of the cell from side to side.
    """

    cells: NDArray[np.bool_]
    through: NDArray[np.bool_]


def in_grid(picture: GrayImage, box: tuple[int, int], margin: tuple[int, int]) -> StruckCells:
    """Find the long lines in a tally grid.

    Args:
        picture: (h, w) uint8 of the straightened grid with its margin.
        box: width and height of a cell, px.
        margin: width of the paper left and right of the cells, and above and below them, px.
    """
    (wide, tall), (side, top) = box, margin
    columns, rows = (picture.shape[1] - 2 * side) // wide, (picture.shape[0] - 2 * top) // tall
    down, across = top + tall * np.arange(rows + 1), side + wide * np.arange(columns + 1)
    dark = long_lines.darkness(picture)
    found = long_lines.runs(long_lines.ridges(dark, down.tolist(), across.tolist()), _IN_GRID)
    inner = found[top : top + rows * tall, side : side + columns * wide].reshape(rows, tall, columns, wide)
    edge = round(_BAND * tall)
    widths = inner.any(axis=1).mean(axis=2)
    through = inner[:, edge : tall - edge].any(axis=1).mean(axis=2)
    return StruckCells(widths >= _COVERS, through >= _THROUGH)


def in_totals(picture: GrayImage, totals: RowTotals, scale: float, margin: int) -> NDArray[np.bool_]:
    """(rows,) whether a line longer than a box runs through the total of a row.

    Args:
        picture: (h, w) uint8 of all totals, as `row_total_crop.totals_of` asks for it.
        totals: where the boxes are printed.
        scale: px per mm.
        margin: width of the paper around the boxes, px.
    """
    x0, y0, x1, y1 = totals.grid
    wide, tall = (x1 - x0) / totals.cells * scale, (y1 - y0) / totals.rows * scale
    down, across = margin + tall * np.arange(totals.rows + 1), margin + wide * np.arange(totals.cells + 1)
    found = _either_way(long_lines.darkness(picture), down, across, _IN_TOTALS)
    left, right = round(across[0]) + _RIM, round(across[-1]) - _RIM
    rows = [found[round(a) + 3 : round(b) - 3, left:right] for a, b in pairwise(down)]
    return np.array([_runs_in(row) for row in rows])


def in_boxes(strip: GrayImage, count: int, box: tuple[float, float], pitch: float) -> bool:
    """True where a long line runs over the boxes of a number, and nothing else is written in them.

    Args:
        strip: (48, width) uint8, all boxes of the number (`strip.strip_of`).
        count: how many boxes it has.
        box: printed width and height of a box in the strip, px.
        pitch: from one box to the next, px.
    """
    height, width = strip.shape
    (wide, tall), first = box, (width - (count - 1) * pitch - box[0]) / 2
    lefts = first + pitch * np.arange(count)
    down = np.array([(height - tall) / 2, (height + tall) / 2])
    dark = long_lines.darkness(strip)
    if not _leaves(dark, round(lefts[0]), round(lefts[-1] + wide)):
        return False
    found = _either_way(dark, down, np.concatenate([lefts, lefts + wide]), _IN_BOXES)
    lines = long_lines.widened(found, _WIDTH)
    top, bottom = round(down[0]) + _RIM, round(down[1]) - _RIM
    inner = [slice(round(x) + _RIM, round(x + wide) - _RIM) for x in lefts]
    runs = any(found[top:bottom, part].any() for part in inner)
    return runs and all(_is_bare(dark[top:bottom, part], lines[top:bottom, part]) for part in inner)


def _leaves(dark: Float32Array, left: int, right: int) -> bool:
    """True where ink lies on two opposite sides of the boxes, so that a line may run over them; saves time."""
    sides = dark[:_EDGE, left:right], dark[-_EDGE:, left:right], dark[:, : left - _EDGE], dark[:, right + _EDGE :]
    above, below, before, after = (float(side.max(initial=0)) >= _IN_BOXES.mean for side in sides)
    return (above and below) or (before and after)


def _either_way(
    dark: Float32Array, down: NDArray[np.float64], across: NDArray[np.float64], limits: Limits
) -> NDArray[np.bool_]:
    """Long lines of any direction, (h, w)."""
    level = long_lines.runs(long_lines.ridges(dark, down.tolist(), across.tolist()), limits)
    steep = long_lines.runs(long_lines.ridges(np.ascontiguousarray(dark.T), across.tolist(), down.tolist()), limits)
    return level | steep.T


def _runs_in(row: NDArray[np.bool_]) -> bool:
    """True where a line runs over a good part of a row's height or width."""
    return float(row.any(axis=1).mean()) >= _COVERS or float(row.any(axis=0).mean()) >= 2 * _COVERS


def _is_bare(dark: Float32Array, line: NDArray[np.bool_]) -> bool:
    """True where a box holds no ink beside the line."""
    return bool(np.where(line, np.float32(0), dark).max(initial=0) < _BARE)
