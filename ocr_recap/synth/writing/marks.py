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

BubbleKind = Literal["full", "partial", "tick", "cross", "outside", "erased"]
Cancel = Literal["none", "z", "diagonal", "dashes", "wave"]
Odd = Literal["faint", "doubled", "fluid", "uneven", "struck"]
Point = NDArray[np.float64]


@dataclass(frozen=True)
class TallyMarks:
    """Strokes of one grid and their style.

    Attributes:
        cells: strokes per grid cell, rows of columns.
        bundle: kind of the fifth stroke: a slash up to the right, one down to the right, or a stroke like the others.
        sloppy: 0 neat ... 1 strokes lean, cross each other and the borders of their cell.
        cancel: mark over the unused rows.
        odd: odd cells, (row, column, how), counted from 0: with a pen running dry, drawn twice, on correction fluid, a
            crossed bundle of four or six that counts five, or struck out (its count is then 0).
    """

    cells: tuple[tuple[int, ...], ...]
    bundle: Bundle = "slash"
    sloppy: float = 0.0
    cancel: Cancel = "none"
    odd: tuple[tuple[int, int, Odd], ...] = ()

    @property
    def rows(self) -> tuple[int, ...]:
        """Number of strokes in each row."""
        return tuple(sum(row) for row in self.cells)

    @property
    def count(self) -> int:
        """Number of strokes in the grid."""
        return sum(self.rows)


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
    """Draw the strokes of one grid, and its cancelling line, which extends over the row totals beside it."""
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
    used = max((row + 1 for row, counts in enumerate(marks.cells) if any(counts)), default=0)
    if marks.cancel != "none" and used < grid.rows:
        right = max(x1, totals.grid[2]) if totals else x1
        _cancel(sheet, (x0, y0 + used * float(size[1]), right, y1), grid.rows - used, marks.cancel, pen)


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
        case "struck":
            sheet.draw(strokes(int(rng.integers(1, full + 1))), pen)
            across = (scribble(rng, int(rng.integers(7, 13))) - 0.5) * rng.uniform(0.7, 0.9, 2) + 0.5
            sheet.draw([corner + across * size], pen)


def _cancel(sheet: Sheet, rect: tuple[float, float, float, float], rows: int, cancel: Cancel, pen: float) -> None:
    """Draw one long mark over unused rows; `rect` holds those rows, millimetres."""
    rng = sheet.rng
    x0, y0, x1, y1 = rect
    height = (y1 - y0) / rows
    left, right = x0 + rng.uniform(0.01, 0.06) * (x1 - x0), x1 - rng.uniform(0.01, 0.06) * (x1 - x0)
    top, bottom = y0 + rng.uniform(0.15, 0.4) * height, y1 - rng.uniform(0.15, 0.4) * height
    if rows == 1 or cancel == "dashes":
        for row in range(rows):
            y = y0 + (row + 0.5) * height
            sheet.draw([_shaken([(left, y), ((left + right) / 2, y), (right, y)], 0.12 * height, rng)], pen)
        return
    if cancel == "z":
        sheet.draw([_shaken([(left, top), (right, top), (left, bottom), (right, bottom)], 0.12 * height, rng)], pen)
    elif cancel == "diagonal":
        sheet.draw([_shaken([(left, bottom), (right, top)], 0.15 * height, rng)], pen)
    else:
        along = np.linspace(0, 1, 60)
        swing = np.sin(along * np.pi * rng.uniform(3, 7) + rng.uniform(0, 6)) * 0.4 * (bottom - top)
        x, y = left + along * (right - left), (top + bottom) / 2 + swing
        sheet.draw([np.stack([x, y], axis=1)], pen)


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
