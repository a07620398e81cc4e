"""Lines that strike out unused space: cells of a tally grid, row totals, boxes of numbers that nobody filled in.

Officers close space that they do not need, so that nothing can be added later: by a long Z, a diagonal, two lines, a
wave, or a row of dashes. Such lines run through empty space. Lines that cancel writing are in `strikes.py`.

The shapes follow 90 grids on 30 photos of `../shared/real-forms-2024` that were looked at: all of them were struck out,
nearly always by a Z whose first bar lies in the rest of the last used row, or by a part of such a Z.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .strokes import Strokes

SpaceKind = Literal["z", "diagonal", "two", "wave", "dashes"]
# All kinds of lines over unused space.
SPACE_KINDS: Final[tuple[SpaceKind, ...]] = get_args(SpaceKind)
Line = NDArray[np.float64]

_REST = 0.8  # share of marks that begin in the rest of the last used row, where it has room; by judgement
_BAR = 0.88  # share of Zs with a first bar, and with a last bar; by judgement, as on the sheets above


def over_cells(
    kind: SpaceKind,
    rows: int,
    columns: int,
    used: int,
    rng: np.random.Generator,
    begin: float | None = None,
    *,
    rest: bool = True,
) -> Strokes:
    """Lines over the unused cells of a grid that is filled in reading order.

    Args:
        kind: of line.
        rows, columns: of the grid.
        used: number of cells with strokes; the cells after them are unused.
        rng: random generator.
        begin: where the free space of the last used row begins, in columns; None takes the next cell.
        rest: False never begins in the last used row.

    Returns:
        Polylines (n, 2) in cells: x in columns, y in rows from the top left corner of the grid. Empty where no row and
        less than one cell and a half is free.
    """
    row, column = divmod(used, columns)
    start = float(column) if begin is None or not column else begin
    rest = rest and column > 0 and columns - start > 1.5
    below = row + (column > 0)  # the first row without strokes
    level = row + rng.uniform(0.3, 0.68)
    if below >= rows:
        return [_bent([(start + rng.uniform(0.05, 0.5), level), _end(columns, level, rng)], 0.03, rng)] if rest else []
    rest = rest and rng.random() < _REST
    if kind == "dashes":
        return _dashes(rows, columns, row if rest else below, start if rest else 0.0, rng)
    top = level if rest else below + rng.uniform(0.12, 0.5)
    left = start + rng.uniform(0.02, 0.5) if rest else rng.uniform(0.02, 0.7)
    bottom = rows - rng.uniform(0.1, 0.5)
    if bottom - top < 0.4:  # one row: a line, as no Z fits
        return [_bent([(left, top), _end(columns, top, rng)], 0.05, rng)]
    first, last = rng.uniform(0.0, 0.8), columns - rng.uniform(-0.1, 0.8)
    if kind == "z":
        return _z(left, top, (first, bottom), last, columns, rng)
    if kind == "diagonal":
        falls = not rest and rng.random() < 0.25
        ends = [(first, top), (last, bottom)] if falls else [(first, bottom), (last, top)]
        return [_bent(ends, 0.05, rng)]
    top = max(top, below + 0.1)
    return _two(first, top, last, bottom, rng) if kind == "two" else [_wave(first, top, last, bottom, rng)]


def over_totals(kind: SpaceKind, rows: int, cells: int, used: int, rng: np.random.Generator) -> Strokes:
    """Lines over the row totals of unused rows.

    Args:
        kind: of line; a wave runs down the column.
        rows: of the grid.
        cells: boxes of a total.
        used: number of rows with strokes.
        rng: random generator.

    Returns:
        Polylines (n, 2): x in boxes of a total, y in rows. Empty where every row is used.
    """
    if used >= rows:
        return []
    left, right = rng.uniform(0.1, 0.3) * cells, rng.uniform(0.7, 0.92) * cells
    top, bottom = used + rng.uniform(0.1, 0.35), rows - rng.uniform(0.1, 0.35)
    lines: list[list[tuple[float, float]]]
    match kind:
        case "z":
            lines = [[(left, top), (right, top), (left, bottom), (right, bottom)]]
        case "diagonal":
            lines = [[(right, top), (left, bottom)] if rng.random() < 0.85 else [(left, top), (right, bottom)]]
        case "two" if rng.random() < 0.5:  # a cross in every box
            places = [(x, y, a) for y in range(used, rows) for x in range(cells) for a in (0.15, 0.85)]
            lines = [[(x + a, y + 0.15), (x + 1 - a, y + 0.85)] for x, y, a in places]
        case "two":
            lines = [[(a, top), (b, bottom)] for a, b in ((left, right), (right, left))]
        case "wave":
            along = np.linspace(0, 1, 30 + 10 * (rows - used))
            swing = np.sin(along * np.pi * (rows - used) * rng.uniform(1, 2.4)) * 0.3 * cells
            return [np.stack([cells / 2 + swing, top + along * (bottom - top)], axis=1)]
        case "dashes":
            levels = [y + rng.uniform(0.35, 0.65, 2) for y in range(used, rows)]
            lines = [[(left, float(a)), (right, float(b))] for a, b in levels]
    return [_bent(points, 0.03, rng) for points in lines]


def _z(
    left: float, top: float, corner: tuple[float, float], last: float, columns: int, rng: np.random.Generator
) -> Strokes:
    """A Z: a bar to the right end, the diagonal to the bottom left `corner`, and a bar along the bottom."""
    first, bottom = corner
    right = _end(columns, top + rng.normal(0, 0.06), rng)
    foot = (last, bottom + rng.normal(0, 0.08))
    bars = rng.random(2) < _BAR
    if rng.random() < 0.45:  # in one go, with round corners
        points = [*([(left, top)] if bars[0] else []), right, corner, *([foot] if bars[1] else [])]
        return [_rounded(_bent(points, 0.05, rng))]
    lines = [_bent([right, corner], 0.05, rng)]
    if bars[0]:
        lines.append(_bent([(left, top), (right[0] + rng.normal(0, 0.15), right[1] + rng.normal(0, 0.08))], 0.03, rng))
    if bars[1]:
        lines.append(_bent([(first + rng.normal(0, 0.15), bottom + rng.normal(0, 0.06)), foot], 0.03, rng))
    return lines


def _two(left: float, top: float, right: float, bottom: float, rng: np.random.Generator) -> Strokes:
    """Two parallel slanted lines, a cross, or two level lines."""
    kind, apart = rng.random(), rng.uniform(0.2, 0.5) * (bottom - top)
    if kind < 0.45:
        pairs = [[(left, bottom - apart), (right, top)], [(left, bottom), (right, top + apart)]]
    elif kind < 0.8:
        pairs = [[(left, bottom), (right, top)], [(left, top), (right, bottom)]]
    else:
        middle = (top + bottom) / 2
        pairs = [[(left, middle + y), (right, middle + y)] for y in (-apart / 2, apart / 2)]
    return [_bent(points, 0.04, rng) for points in pairs]


def _dashes(rows: int, columns: int, row: int, start: float, rng: np.random.Generator) -> Strokes:
    """A line in every unused row, or a dash in every unused cell, from this row and its column `start` on."""
    lines: Strokes = []
    whole = rng.random() < 0.6
    for y in range(row, rows):
        begin = start if y == row else 0.0
        if whole:
            level = y + rng.uniform(0.3, 0.7)
            lines.append(_bent([(begin + rng.uniform(0.05, 0.5), level), _end(columns, level, rng)], 0.03, rng))
            continue
        for x in range(int(np.ceil(begin)), columns):
            level, half = y + 0.5 + rng.normal(0, 0.06), rng.uniform(0.2, 0.42)
            lines.append(np.array([(x + 0.5 - half, level + rng.normal(0, 0.03)), (x + 0.5 + half, level)]))
    return lines


def _wave(left: float, top: float, right: float, bottom: float, rng: np.random.Generator) -> Line:
    """A wave along the middle between top and bottom."""
    along = np.linspace(0, 1, 90)
    swing = np.sin(along * np.pi * rng.uniform(3, 9) + rng.uniform(0, 6)) * max(0.15, 0.42 * (bottom - top))
    return np.stack([left + along * (right - left), (top + bottom) / 2 + swing], axis=1)


def _end(columns: int, level: float, rng: np.random.Generator) -> tuple[float, float]:
    """The right end of a bar at a level: mostly within the last cell, sometimes beyond the edge."""
    return columns - float(rng.uniform(-0.15, 0.7)), level


def _bent(points: Sequence[tuple[float, float]], size: float, rng: np.random.Generator) -> Line:
    """A line near these points, slightly bent between them; `size` is the deviation in rows."""
    corners = np.array(points, dtype=np.float64) + rng.normal(0, size, (len(points), 2))
    parts = [corners[:1]]
    for start, end in pairwise(corners):
        along = np.linspace(0, 1, 13)[1:, None]
        tall = abs(float(end[1] - start[1]))
        bow = rng.normal(0, size + 0.035 * tall) * np.sin(np.pi * along)
        sway = rng.normal(0, 0.6 * size + 0.015 * tall) * np.sin(2 * np.pi * along)
        parts.append(start + along * (end - start) + (bow + sway) * (0, 1))
    return np.concatenate(parts)


def _rounded(line: Line) -> Line:
    """The line with its corners rounded: each point moved to the mean of itself and its neighbours."""
    middle = (line[:-2] + 2 * line[1:-1] + line[2:]) / 4
    return np.concatenate([line[:1], middle, line[-1:]])
