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

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..forms.fields import Cells, RowTotals
from ..imaging.arrays import Float32Array, GrayImage
from . import long_lines
from .long_lines import LineLimits
from .patch import box_of, scale_of

# Two cells and a half; a bar of a Z over less is left to the tally reader. Mean and evenness of lines over grids and
# of rows of bundles on drawn photos: training/tally/choose.py.
_IN_GRID = LineLimits(length=100, mean=0.03, even=0.88)
_COVERS = 0.5  # share of a cell's width or height over which a line runs for the cell to be covered; by judgement
_THROUGH = 0.85  # share of a cell's width over which a line through its strokes runs; by judgement
_BAND = 0.2  # share of a cell's height left out above and below, where a line only touches strokes; by judgement

# A digit is at most as high as its box (32 px), so a longer line runs through more than one row; by judgement.
_IN_TOTALS = LineLimits(length=46, mean=0.05, even=0.8)
_IN_BOXES = LineLimits(length=64, mean=0.05, even=0.85)  # two boxes: no stroke of a digit is as long; by judgement
_RIM = 6  # px left out along the sides of a box, where printed lines and their blur lie; by judgement
_ALONG = 0.8  # share of the width of all boxes over which a level line runs; by judgement
_ASIDE = 4  # px beside the boxes that printed lines and wide digits take up; by judgement
_FAR = 0.5  # heights of a box above and below it up to which a digit may reach; by judgement
_LEAST_OUTSIDE = 4  # px of a line outside that count; by judgement
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
    down = margin + tall * np.arange(totals.rows + 1, dtype=np.float64)
    across = margin + wide * np.arange(totals.cells + 1, dtype=np.float64)
    found = _either_way(long_lines.darkness(picture), down, across, _IN_TOTALS, _IN_TOTALS)
    left, right = round(across[0]) + _RIM, round(across[-1]) - _RIM
    rows = [found[round(a) + 3 : round(b) - 3, left:right] for a, b in pairwise(down)]
    return np.array([_runs_in(row) for row in rows])


def in_boxes(picture: GrayImage, cells: Cells) -> bool:
    """True where a long line runs over the boxes of a number, and nothing else is written in them.

    A level line leaves the boxes on both sides. A steep line leaves them by more than a digit ever does, above or
    below, which is seen only in a picture with that much paper.

    Args:
        picture: (h, w) uint8, all boxes of the number with the paper around them (`strip.strip_of`).
        cells: the boxes.
    """
    height, width = picture.shape
    scale = scale_of(*cells.box[2:])
    wide, tall = box_of(*cells.box[2:])
    x0, _, x1, _ = cells.outline()
    lefts = np.array([(rect[0] - (x0 + x1) / 2) * scale + width / 2 for rect in cells.rects()])
    down = np.array([(height - tall) / 2, (height + tall) / 2])
    dark = long_lines.darkness(picture)
    outside = _Outside(
        (round(down[0] - _FAR * tall), round(down[1] + _FAR * tall)),
        (round(lefts[0]) - _ASIDE, round(lefts[-1] + wide) + _ASIDE),
    )
    if not outside.left_by(dark >= _IN_BOXES.mean):  # saves time: most numbers stay within their boxes
        return False
    level = replace(_IN_BOXES, length=max(_IN_BOXES.length, _ALONG * float(lefts[-1] + wide - lefts[0])))
    found = _either_way(dark, down, np.concatenate([lefts, lefts + wide]), level, _IN_BOXES)
    if not outside.left_by(found & (dark >= _IN_BOXES.mean)):
        return False
    lines = long_lines.widened(found, _WIDTH)
    top, bottom = round(down[0]) + _RIM, round(down[1]) - _RIM
    inner = [slice(round(x) + _RIM, round(x + wide) - _RIM) for x in lefts]
    runs = any(found[top:bottom, part].any() for part in inner)
    return runs and all(_is_bare(dark[top:bottom, part], lines[top:bottom, part]) for part in inner)


@dataclass(frozen=True)
class _Outside:
    """Where ink lies outside the boxes of a number, by rows and columns (first, last) of the picture."""

    rows: tuple[int, int]
    columns: tuple[int, int]

    def left_by(self, ink: NDArray[np.bool_]) -> bool:
        """True where ink lies on both sides of the boxes, or far above or below them."""
        (top, bottom), (left, right) = self.rows, self.columns
        over = ink[:, max(left, 0) : right]
        beside = ink[max(top, 0) : bottom]
        above, below = over[: max(top, 0)], over[bottom:]
        before, after = beside[:, : max(left, 0)], beside[:, right:]
        far = any(int(side.sum()) >= _LEAST_OUTSIDE for side in (above, below))
        return far or all(int(side.sum()) >= _LEAST_OUTSIDE for side in (before, after))


def _either_way(
    dark: Float32Array, down: NDArray[np.float64], across: NDArray[np.float64], level: LineLimits, steep: LineLimits
) -> NDArray[np.bool_]:
    """Long lines of any direction, (h, w), with limits for level and for steep ones."""
    height, width = dark.shape
    found = np.zeros(dark.shape, np.bool_)
    if level.length <= width:
        found |= long_lines.runs(long_lines.ridges(dark, down.tolist(), across.tolist()), level)
    if steep.length <= height:
        turned = np.ascontiguousarray(dark.T)
        found |= long_lines.runs(long_lines.ridges(turned, across.tolist(), down.tolist()), steep).T
    return found


def _runs_in(row: NDArray[np.bool_]) -> bool:
    """True where a line runs over a good part of a row's height or width."""
    return float(row.any(axis=1).mean()) >= _COVERS or float(row.any(axis=0).mean()) >= 2 * _COVERS


def _is_bare(dark: Float32Array, line: NDArray[np.bool_]) -> bool:
    """True where a box holds no ink beside the line."""
    return bool(np.where(line, np.float32(0), dark).max(initial=0) < _BARE)
