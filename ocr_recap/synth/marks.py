"""Marks that are no characters: filled bubbles, tally strokes, lines that cancel what was left of a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ..template import RowTotals, Tally
from .sheet import Sheet
from .strokes import Strokes

BubbleKind = Literal["full", "partial", "tick", "cross", "outside", "erased"]
Cancel = Literal["none", "z", "diagonal", "dashes", "wave"]
Bundle = Literal["slash", "backslash", "plain"]
Point = NDArray[np.float64]


@dataclass(frozen=True)
class TallyMarks:
    """Strokes of one grid and how they are made.

    Attributes:
        cells: strokes per grid cell, rows of columns.
        bundle: what the fifth stroke is: a slash up to the right, one down to the right, or a stroke like the others.
        sloppy: 0 neat ... 1 strokes lean, cross each other and the borders of their cell.
        cancel: what is drawn over the rows that were not used.
    """

    cells: tuple[tuple[int, ...], ...]
    bundle: Bundle = "slash"
    sloppy: float = 0.0
    cancel: Cancel = "none"

    @property
    def rows(self) -> tuple[int, ...]:
        """Strokes per row."""
        return tuple(sum(row) for row in self.cells)

    @property
    def count(self) -> int:
        """All strokes."""
        return sum(self.rows)


def spread(count: int, grid: Tally) -> tuple[tuple[int, ...], ...]:
    """Strokes per grid cell when full cells are made one after the other; what does not fit is left out."""
    places = np.clip(count - grid.strokes * np.arange(grid.rows * grid.columns), 0, grid.strokes)
    return tuple(tuple(int(v) for v in row) for row in places.reshape(grid.rows, grid.columns))


def bubble(sheet: Sheet, x: float, y: float, radius: float, kind: BubbleKind = "full") -> None:
    """One bubble at (x, y), millimetres. Nobody hits the rim exactly."""
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


def tally(sheet: Sheet, grid: Tally, marks: TallyMarks, totals: RowTotals | None = None) -> None:
    """The strokes of one grid, and its cancelling line, which reaches over the row totals beside it."""
    rng = sheet.rng
    x0, y0, x1, y1 = grid.grid
    size = np.array([(x1 - x0) / grid.columns, (y1 - y0) / grid.rows])
    pen = min(sheet.writer.pen_mm, size[0] / 9)
    lean = rng.normal(0, 0.06) + marks.sloppy * rng.uniform(-0.22, 0.3)
    for row, counts in enumerate(marks.cells[: grid.rows]):
        for column, count in enumerate(counts[: grid.columns]):
            if count:
                corner = np.array([x0, y0]) + size * (column, row)
                lines = _bundle(count, grid.strokes, marks, lean, rng)
                sheet.draw([corner + line * size for line in lines], pen)
    used = max((row + 1 for row, counts in enumerate(marks.cells) if any(counts)), default=0)
    if marks.cancel != "none" and used < grid.rows:
        right = max(x1, totals.grid[2]) if totals else x1
        _cancel(sheet, (x0, y0 + used * float(size[1]), right, y1), grid.rows - used, marks.cancel, pen)


def _bundle(count: int, full: int, marks: TallyMarks, lean: float, rng: np.random.Generator) -> Strokes:
    """Strokes of one cell, in shares of it."""
    mess = marks.sloppy
    slashed = marks.bundle != "plain" and count >= full > 1
    upright = count - 1 if slashed else count
    room = max(full - 1 if marks.bundle != "plain" else full, upright)
    lean = lean + rng.normal(0, 0.03 + 0.05 * mess)
    across = 0.62 + 0.12 * mess
    shift = rng.normal(0, 0.03 + 0.05 * mess)
    lines: Strokes = []
    for i in range(upright):
        x = 0.5 + shift + across * ((i + 0.5) / room - 0.5) + rng.normal(0, 0.015 + 0.025 * mess)
        own = lean + rng.normal(0, 0.01 + 0.06 * mess)
        top = rng.uniform(0.12, 0.25) - mess * rng.uniform(0, 0.22)
        bottom = rng.uniform(0.75, 0.9) + mess * rng.uniform(0, 0.25)
        bow = rng.normal(0, 0.01 + 0.02 * mess)
        lines.append(np.array([(x + own, top), (x + bow, (top + bottom) / 2), (x - own, bottom)]))
    if slashed:
        low = rng.uniform(0.62, 0.88) + 0.1 * mess
        high = rng.uniform(0.12, 0.36) - 0.1 * mess
        left = 0.5 - across / 2 + shift - rng.uniform(0.02, 0.12 + 0.12 * mess)
        right = 0.5 + across / 2 + shift + rng.uniform(0.0, 0.1 + 0.15 * mess)
        ends = [(left, low), (right, high)] if marks.bundle == "slash" else [(left, high), (right, low)]
        lines.append(np.array(ends))
    return lines


def _cancel(sheet: Sheet, rect: tuple[float, float, float, float], rows: int, cancel: Cancel, pen: float) -> None:
    """One long mark over unused rows; `rect` holds those rows, millimetres."""
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
    """A line through about these points, bent a little between them."""
    corners = np.array(points) + rng.normal(0, size, (len(points), 2))
    parts = [corners[:1]]
    for start, end in pairwise(corners):
        along = np.linspace(0, 1, 9)[1:, None]
        bow = rng.normal(0, 0.5 * size) * np.sin(np.pi * along)
        parts.append(start + along * (end - start) + bow * (0, 1))
    return np.concatenate(parts)


def _fill(sheet: Sheet, center: Point, reach: float, pen: float) -> None:
    """Filled by going round or to and fro."""
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
