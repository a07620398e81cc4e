"""Marks other than characters: filled bubbles, tally strokes, lines that cancel unused rows of a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ...forms.fields import Bubbles, RowTotals, Tally
from .bundles import Bundle, bundle
from .sheet import Sheet
from .strokes import Strokes, scribble
from .unused import over_cells, over_totals

BubbleKind = Literal["full", "partial", "tick", "cross", "outside", "erased"]
Cancel = Literal["none", "z", "diagonal", "two", "wave", "dashes"]
CancelTotals = Literal["none", "along", "z", "diagonal", "two", "wave", "dashes"]
Odd = Literal["faint", "doubled", "fluid", "uneven", "struck", "double"]
Point = NDArray[np.float64]


@dataclass(frozen=True)
class TallyMarks:
    """Strokes of one grid and their style.

    Attributes:
        cells: strokes per grid cell, rows of columns.
        bundle: kind of the fifth stroke: a slash up to the right, one down to the right, or a stroke like the others.
        sloppy: 0 neat ... 1 strokes lean, cross each other and the borders of their cell.
        cancel: lines over the unused cells (`unused.SpaceKind`), or none.
        cancel_totals: lines over the row totals of unused rows; `along` lengthens the lines over the grid.
        crossed: a line runs through all strokes, which are thereby taken back.
        odd: odd cells, (row, column, how), counted from 0: with a pen running dry, drawn twice, on correction fluid, a
            crossed bundle of four or six that counts five, struck out (its count is then 0), or two bundles in a cell.
    """

    cells: tuple[tuple[int, ...], ...]
    bundle: Bundle = "slash"
    sloppy: float = 0.0
    cancel: Cancel = "none"
    cancel_totals: CancelTotals = "along"
    crossed: bool = False
    odd: tuple[tuple[int, int, Odd], ...] = ()

    @property
    def rows(self) -> tuple[int, ...]:
        """Number of strokes in each row."""
        return tuple(sum(row) for row in self.cells)

    @property
    def count(self) -> int:
        """Number of strokes in the grid."""
        return sum(self.rows)

    @property
    def used(self) -> int:
        """Number of cells, in reading order, up to the last one with strokes."""
        flat = [count for row in self.cells for count in row]
        return max((place + 1 for place, count in enumerate(flat) if count), default=0)


def spread(count: int, grid: Tally) -> tuple[tuple[int, ...], ...]:
    """Strokes per grid cell when cells are filled one after the other; strokes that do not fit are left out."""
    places = np.clip(count - grid.strokes * np.arange(grid.rows * grid.columns), 0, grid.strokes)
    return tuple(tuple(int(v) for v in row) for row in places.reshape(grid.rows, grid.columns))


def bubble(sheet: Sheet, x: float, y: float, radius: float, kind: BubbleKind = "full") -> None:
    """Draw one bubble, with a slight error of its outline.

    Args:
        sheet: page that is written on.
        x, y: centre, millimetres.
        radius: of the printed bubble, millimetres.
        kind: kind of mark.
    """
    rng = sheet.rng
    pen = max(sheet.writer.pen_mm, 0.28 * radius)
    center = np.array([x, y])
    match kind:
        case "full":
            _fill(sheet, center + rng.normal(0, 0.08 * radius, 2), radius * rng.uniform(0.72, 1.0), pen)
        case "partial":
            away = rng.normal(0, 0.22 * radius, 2)
            _fill(sheet, center + away, radius * rng.uniform(0.35, 0.55), min(pen, 0.25 * radius))
        case "outside":
            away = rng.normal(0, 0.3 * radius, 2)
            _fill(sheet, center + away, radius * rng.uniform(1.1, 1.45), pen)
        case "tick":
            shape = np.array([(-0.8, -0.05), (-0.15, 0.75), (-0.15, 0.75), (1.2, -1.1)]) + rng.normal(0, 0.1, (4, 2))
            sheet.draw([center + radius * shape])
        case "cross":
            arms = np.array([[(-0.85, -0.85), (0.85, 0.85)], [(0.85, -0.85), (-0.85, 0.85)]])
            sheet.draw([center + radius * (arm + rng.normal(0, 0.12, (2, 2))) for arm in arms])
        case "erased":
            _fill(sheet, center + rng.normal(0, 0.08 * radius, 2), radius * rng.uniform(0.72, 1.0), pen)
            reach = radius * rng.uniform(1.05, 1.35, 2)
            cover = 1.0 if rng.random() < 0.5 else float(rng.uniform(0.75, 0.95))
            sheet.fluid((x - reach[0], y - reach[1], x + reach[0], y + reach[1]), cover)


def strike_bubbles(sheet: Sheet, bubbles: Bubbles, columns: int) -> None:
    """Draw one or two lines, level or slanted, or a cross over all bubbles of a number."""
    rng = sheet.rng
    centers = bubbles.centers(columns)
    (x0, y0), (x1, y1) = centers[0, 0], centers[-1, -1]
    reach = bubbles.radius * rng.uniform(1.2, 3.0, 2)
    kind = ("one", "two", "cross")[int(rng.integers(3))]
    first, last = rng.uniform(y0, y1, 2)
    ends = [(first, last)] if kind == "one" else [(first, last), (last, first)]
    if kind == "two":
        apart = bubbles.radius * rng.uniform(0.8, 2.5)
        ends = [(first, last), (first + apart, last + apart)]
    for start, end in ends:
        sheet.draw([_shaken([(x0 - reach[0], start), (x1 + reach[1], end)], 0.3 * bubbles.radius, rng)])


def tally(sheet: Sheet, grid: Tally, marks: TallyMarks, totals: RowTotals | None = None) -> None:
    """Draw the strokes of one grid, the lines over its unused cells, and those over its unused row totals."""
    rng = sheet.rng
    x0, y0, x1, y1 = grid.grid
    size = np.array([(x1 - x0) / grid.columns, (y1 - y0) / grid.rows])
    pen = min(sheet.writer.pen_mm, size[0] / 9)
    lean = rng.normal(0, 0.06) + marks.sloppy * rng.uniform(-0.22, 0.3)
    odd: dict[tuple[int, int], Odd] = {(row, column): how for row, column, how in marks.odd}
    # A child generator, so that odd cells of one sheet change nothing on others.
    apart = replace(sheet, rng=rng.spawn(1)[0]) if odd else sheet
    for row, counts in enumerate(marks.cells[: grid.rows]):
        for column, count in enumerate(counts[: grid.columns]):
            corner = np.array([x0, y0]) + size * (column, row)
            if (row, column) in odd:
                _odd(apart, odd[row, column], count, grid.strokes, marks, (corner, size), lean, pen)
            elif count:
                lines = bundle(count, grid.strokes, marks.bundle, marks.sloppy, lean, rng)
                sheet.draw([corner + line * size for line in lines], pen)
    if marks.crossed or marks.cancel != "none":
        _cross_out(replace(sheet, rng=rng.spawn(1)[0]), grid, marks, totals, pen)


def _odd(
    sheet: Sheet,
    how: Odd,
    count: int,
    full: int,
    marks: TallyMarks,
    cell: tuple[Point, Point],
    lean: float,
    pen: float,
) -> None:
    """Draw an odd cell; `cell` is its corner and its size, millimetres."""
    rng, (corner, size) = sheet.rng, cell

    def strokes(number: int, kind: Bundle = marks.bundle, close_at: int = full) -> Strokes:
        lines = bundle(number, close_at, kind, marks.sloppy, lean, rng)
        return [corner + line * size for line in lines]

    lines = strokes(count)
    match how:
        case "faint":
            dry = replace(sheet.writer, darkness=sheet.writer.darkness * float(rng.uniform(0.4, 0.7)))
            replace(sheet, writer=dry).draw(lines, pen)
        case "doubled":
            sheet.draw(lines, pen)
            sheet.draw([line + rng.normal(0, 0.012, line.shape) * size for line in lines], pen)
        case "fluid":
            sheet.draw(strokes(int(rng.integers(1, full + 1))), pen)
            reach = rng.uniform(0.4, 0.5, 2) * size
            x, y = corner + size / 2
            cover = 1.0 if rng.random() < 0.6 else float(rng.uniform(0.85, 0.97))
            sheet.fluid((x - reach[0], y - reach[1], x + reach[0], y + reach[1]), cover)
            sheet.draw(lines, pen)
        case "uneven":
            made = int(rng.choice((full - 1, full + 1)))
            sheet.draw(strokes(made, "backslash" if marks.bundle == "backslash" else "slash", made), pen)
        case "double":
            for side in (0.0, 0.5):
                sheet.draw(
                    [
                        corner + (line * (0.5, 1) + (side, 0)) * size
                        for line in bundle(full, full, marks.bundle, marks.sloppy, lean, rng)
                    ],
                    0.7 * pen,
                )
        case "struck":
            sheet.draw(strokes(int(rng.integers(1, full + 1))), pen)
            across = (scribble(rng, int(rng.integers(7, 13))) - 0.5) * rng.uniform(0.7, 0.9, 2) + 0.5
            sheet.draw([corner + across * size], pen)


def _cross_out(sheet: Sheet, grid: Tally, marks: TallyMarks, totals: RowTotals | None, pen: float) -> None:
    """Draw the lines over unused cells and unused row totals, or through all strokes."""
    rng = sheet.rng
    x0, y0, x1, y1 = grid.grid
    size = np.array([(x1 - x0) / grid.columns, (y1 - y0) / grid.rows])
    corner = np.array([x0, y0])
    if marks.crossed and marks.used:
        sheet.draw([corner + line * size for line in _through(marks.used, grid, rng)], pen)
    if marks.cancel == "none":
        return
    pen = min(sheet.writer.pen_mm, 1.3 * pen)
    along = totals is not None and marks.cancel_totals == "along"
    last = (marks.used - 1) % grid.columns
    rest = marks.cells[(marks.used - 1) // grid.columns][last] if marks.used else 0
    near = 0 < rest < grid.strokes and rng.random() < 0.3  # close to the last stroke, in its cell
    begin = last + 0.28 + 0.155 * rest if near else None
    lines = over_cells(marks.cancel, grid.rows, grid.columns, marks.used, rng, begin, rest=not along)
    stretch = (totals.grid[2] - x0) / (x1 - x0) if totals is not None and along else 1.0
    sheet.draw([corner + line * size * (stretch, 1) for line in lines], pen)
    if totals is not None and marks.cancel_totals not in ("none", "along"):
        u0, v0, u1, v1 = totals.grid
        box = np.array([(u1 - u0) / totals.cells, (v1 - v0) / totals.rows])
        used = -(-marks.used // grid.columns)
        sheet.draw(
            [(u0, v0) + line * box for line in over_totals(marks.cancel_totals, totals.rows, totals.cells, used, rng)],
            pen,
        )


def _through(used: int, grid: Tally, rng: np.random.Generator) -> Strokes:
    """A line through the strokes of every used row, or one or two lines through the strokes of one row."""
    rows = -(-used // grid.columns)
    some = range(rows) if rng.random() < 0.6 else [int(rng.integers(rows))]
    lines: Strokes = []
    for row in some:
        end = min(used - row * grid.columns, grid.columns)
        for level in (0.0,) if rng.random() < 0.7 else (-0.12, 0.12):
            y = row + 0.5 + level + float(rng.normal(0, 0.04))
            ends = [(rng.uniform(-0.2, 0.15), y + rng.normal(0, 0.06)), (end + rng.uniform(-0.15, 0.3), y)]
            lines.append(_shaken(ends, 0.03, rng))
    return lines


def _shaken(points: Sequence[tuple[float, float]], size: float, rng: np.random.Generator) -> Point:
    """A line near these points, slightly bent between them."""
    corners = np.array(points) + rng.normal(0, size, (len(points), 2))
    parts = [corners[:1]]
    for start, end in pairwise(corners):
        along = np.linspace(0, 1, 9)[1:, None]
        bow = rng.normal(0, 0.5 * size) * np.sin(np.pi * along)
        parts.append(start + along * (end - start) + bow * (0, 1))
    return np.concatenate(parts)


def _fill(sheet: Sheet, center: Point, reach: float, pen: float) -> None:
    """Fill a bubble by a spiral or by strokes to and fro."""
    rng = sheet.rng
    if rng.random() < 0.6:
        angles = np.linspace(0, 2 * np.pi * 3, 50) + rng.uniform(0, 6)
        r = np.linspace(reach, 0.1 * reach, 50) * (1 + rng.normal(0, 0.05, 50))
        line = center + np.stack([r * np.cos(angles), r * np.sin(angles)], axis=1)
    else:
        steps = np.linspace(-0.95, 0.95, 14)
        half = np.sqrt(1 - steps**2) * np.where(np.arange(14) % 2, 1, -1) * (1 + rng.normal(0, 0.08, 14))
        line = center + reach * np.stack([half, steps], axis=1) @ _rotation(rng.uniform(-0.9, 0.9))
    sheet.draw([line], pen)


def _rotation(angle: float) -> NDArray[np.float64]:
    return cv2.getRotationMatrix2D((0, 0), float(np.degrees(angle)), 1.0)[:, :2].astype(np.float64)
