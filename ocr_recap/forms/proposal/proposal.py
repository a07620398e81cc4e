"""From a blank sheet to a proposal for its template: numbers, tally grids, row totals, markers, in millimetres.

Printed text is not read: a person names the numbers that were found, and deletes boxes that are not numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import FloatArray, GrayImage
from ...messages.errors import WrongUse
from .lines import NotABlankSheet, Stroke, find_ruling
from .markers import Marks, ProposedTag, find_corner_marks, find_tag

Rect = tuple[float, float, float, float]

# Least and largest values, by judgement on the seven forms of the package. Sizes are shares of the sheet's longer side;
# boxes of the forms are 0.020-0.041 wide and up to 0.059 high. `_ASPECT` is width by height.
_BOX_WIDTH: Final = (0.012, 0.05)
_BOX_HEIGHT: Final = (0.009, 0.07)
_ASPECT: Final = (0.35, 3.4)
_COUNTS: Final = (2, 6)  # boxes of one number
_ALIKE: Final = 0.08  # largest difference of the boxes of a number, as a share of their size
_GAP: Final = 0.8  # largest gap between two boxes of a number, in box widths
_TALLY: Final = (2, 5)  # least number of rows and of columns of a tally grid
_TOTALS: Final = 3  # largest number of boxes of a row total
_LINE: Final = 0.03  # least length of a printed line in the proposal, as a share of the shorter side


@dataclass(frozen=True)
class Grid:
    """Equal cells in rows and columns; `rect` along the outer lines, mm; `width` (mm) and `gray` of the lines."""

    rect: Rect
    rows: int
    columns: int
    width: float
    gray: float


@dataclass(frozen=True)
class ProposedNumber:
    """Boxes of one number: x, y, width, height of the first box, their count, pitch and line width, mm."""

    box: Rect
    count: int
    pitch: float
    line: float
    tally: Grid | None = None
    totals: Grid | None = None


@dataclass(frozen=True)
class Proposal:
    """The proposal for one page.

    Attributes:
        paper: nominal width and height, mm.
        scale: pixels per mm of `gray`; mm (x, y) is at pixel (x, y) * scale - 0.5.
        gray: the sheet, (h, w) uint8, skew corrected.
        numbers: from the top, then from the left.
        grids: tally grids without a number.
        strokes: other dark lines, mm.
        tag, marks: fiducials; a page is found by its marks only if there are all four.
    """

    paper: tuple[float, float]
    scale: float
    gray: GrayImage
    numbers: tuple[ProposedNumber, ...]
    grids: tuple[Grid, ...]
    strokes: tuple[Stroke, ...]
    tag: ProposedTag | None
    marks: Marks | None


def propose(gray: GrayImage, paper: tuple[float, float] | None = None) -> Proposal:
    """Measure one blank sheet.

    Args:
        gray: (h, w) uint8, the sheet and nothing else, upright.
        paper: nominal width and height in mm; None: the shorter side is 210.

    Raises:
        NotABlankSheet: the sheet cannot be measured; the message has the reason and the next step.
        WrongUse: the sheet has other proportions than the paper.
    """
    found = find_ruling(gray)
    height, width = found.gray.shape
    scale = width / paper[0] if paper else min(height, width) / 210
    size = paper or (round(width / scale, 1), round(height / scale, 1))
    if abs(size[0] / size[1] / (width / height) - 1) > 0.03:
        raise WrongUse("paper_unlike_sheet", size=f"{size[0]:g}x{size[1]:g}", width=width, height=height)
    stacks = _stacks(_runs(found.faces, found.empty))
    is_tally = [len(s) >= _TALLY[0] and len(s[0]) >= _TALLY[1] for s in stacks]
    tallies = [s for s, yes in zip(stacks, is_tally, strict=True) if yes]
    others = [s for s, yes in zip(stacks, is_tally, strict=True) if not yes]
    is_total = [_beside(s, tallies) for s in others]
    totals = [s for s, yes in zip(others, is_total, strict=True) if yes]
    rows = [row for s, yes in zip(others, is_total, strict=True) if not yes for row in s]
    longer = max(height, width)
    boxes = _in_order([row for row in rows if _is_number(row, longer)])
    if not boxes:
        raise NotABlankSheet("blank_without_numbers")

    tallies, totals = _split(tallies, boxes), _split(totals, boxes)

    def grid(stack: list[list[FloatArray]]) -> Grid:
        first, last = stack[0][0], stack[-1][-1]
        inner = [s for s in found.strokes if _on(s, (first[0], first[1], last[2], last[3]))]
        line = float(np.median([s.width for s in inner])) if inner else 1.0
        shade = float(np.median([s.gray for s in inner])) if inner else 0.0
        rect = _mm((first[0], first[1], last[2], last[3]), scale)
        return Grid(rect, len(stack), len(stack[0]), round(line / scale, 2), round(min(max(shade, 0), 1), 2))

    owners = _owners(tallies, boxes)
    numbers: list[ProposedNumber] = []
    for i, row in enumerate(boxes):
        mine = next((k for k, owner in enumerate(owners) if owner == i), None)
        stack = None if mine is None else tallies[mine]
        beside = None if stack is None else next((t for t in totals if _same_rows(t, stack)), None)
        grids = grid(stack) if stack else None, grid(beside) if beside else None
        numbers.append(_number(row, found.strokes, scale, *grids))
    free = tuple(grid(stack) for stack, owner in zip(tallies, owners, strict=True) if owner is None)
    ruled = _printed(found.strokes, boxes, [*tallies, *totals], scale, min(height, width))
    fiducials = find_tag(found.gray, scale), find_corner_marks(found.gray, scale)
    return Proposal(size, scale, found.gray, tuple(numbers), free, ruled, *fiducials)


def _runs(faces: FloatArray, empty: NDArray[np.bool_]) -> list[list[FloatArray]]:
    """Maximal rows of equal, equally spaced, empty boxes."""
    left = [face for face, free in zip(faces, empty, strict=True) if free]
    left.sort(key=lambda f: (f[0], f[1]))
    runs: list[list[FloatArray]] = []
    for face in left:
        best = None
        for run in runs:
            last = run[-1]
            width, height = last[2] - last[0], last[3] - last[1]
            slack = max(3.0, _ALIKE * width), max(3.0, _ALIKE * height)
            fits = abs(face[1] - last[1]) < slack[1] and abs(face[3] - last[3]) < slack[1]
            fits = fits and abs(face[2] - face[0] - width) < slack[0] and -3 < face[0] - last[2] < _GAP * width
            if len(run) > 1:
                fits = fits and abs((face[0] - last[0]) - (last[0] - run[-2][0])) < slack[0]
            if fits and (best is None or last[0] > best[-1][0]):
                best = run
        if best is None:
            runs.append([face])
        else:
            best.append(face)
    return sorted(runs, key=lambda run: (run[0][1], run[0][0]))


def _stacks(runs: Sequence[list[FloatArray]]) -> list[list[list[FloatArray]]]:
    """Rows of boxes with the same columns that touch one another, grouped from top to bottom."""
    stacks: list[list[list[FloatArray]]] = []
    for run in runs:
        for stack in stacks:
            above = stack[-1]
            touching = abs(run[0][1] - above[0][3]) < 4 and len(run) == len(above)
            tall, taller = run[0][3] - run[0][1], above[0][3] - above[0][1]
            if (
                touching
                and abs(run[0][0] - above[0][0]) < 4
                and abs(run[-1][2] - above[-1][2]) < 4
                and abs(tall - taller) < max(3.0, 0.2 * taller)
            ):
                stack.append(run)
                break
        else:
            stacks.append([run])
    return stacks


def _split(stacks: Sequence[list[list[FloatArray]]], boxes: Sequence[list[FloatArray]]) -> list[list[list[FloatArray]]]:
    """Separate grids that touch one another, at the heights where the boxes of another number begin."""
    parts: list[list[list[FloatArray]]] = []
    for stack in stacks:
        part = [stack[0]]
        for row in stack[1:]:
            starts = any(abs(b[0][1] - row[0][1]) < 4 and b[0][0] > row[-1][2] - 4 for b in boxes)
            if starts and len(part) >= _TALLY[0]:
                parts.append(part)
                part = []
            part.append(row)
        parts.append(part)
    return parts


def _span(stack: list[list[FloatArray]]) -> tuple[float, float]:
    return float(stack[0][0][1]), float(stack[-1][0][3])


def _same_rows(stack: list[list[FloatArray]], other: list[list[FloatArray]]) -> bool:
    (a0, a1), (b0, b1) = _span(stack), _span(other)
    tall = (b1 - b0) / len(other)
    return len(stack) == len(other) and abs(a0 - b0) < 0.3 * tall and abs(a1 - b1) < 0.3 * tall


def _beside(stack: list[list[FloatArray]], tallies: Sequence[list[list[FloatArray]]]) -> bool:
    """True when a stack is the column of row totals of one of the tally grids."""
    return len(stack[0]) <= _TOTALS and any(
        _same_rows(stack, tally) and stack[0][0][0] > tally[0][-1][2] - 4 for tally in tallies
    )


def _is_number(row: list[FloatArray], longer: int) -> bool:
    width, height = float(row[0][2] - row[0][0]), float(row[0][3] - row[0][1])
    return (
        _COUNTS[0] <= len(row) <= _COUNTS[1]
        and _BOX_WIDTH[0] < width / longer < _BOX_WIDTH[1]
        and _BOX_HEIGHT[0] < height / longer < _BOX_HEIGHT[1]
        and _ASPECT[0] < width / height < _ASPECT[1]
    )


def _owners(tallies: Sequence[list[list[FloatArray]]], boxes: Sequence[list[FloatArray]]) -> list[int | None]:
    """Index of the number of each tally grid: to its right at the same height, else the next one below; each once."""
    owners: list[int | None] = []
    for tally in tallies:
        top, bottom = _span(tally)
        left, right = tally[0][0][0], tally[0][-1][2]
        able: list[tuple[float, int]] = []
        for i, row in enumerate(boxes):
            if i in owners:
                continue
            if row[0][0] > right - 4 and row[0][3] > top and row[0][1] < bottom:
                off = abs((row[0][1] + row[0][3]) / 2 - (top + bottom) / 2) + 0.2 * (row[0][0] - right)
                able.append((float(off), i))
            elif row[0][1] > bottom - 4 and row[0][0] > left - 4 and row[0][0] < right:
                able.append((1e6 + float(row[0][1] - bottom), i))
        owners.append(min(able)[1] if able else None)
    return owners


def _number(
    row: list[FloatArray], strokes: Sequence[Stroke], scale: float, tally: Grid | None, totals: Grid | None
) -> ProposedNumber:
    table = np.array(row)
    width, height = (float(np.median(table[:, k + 2] - table[:, k])) for k in (0, 1))
    pitch = float(np.median(np.diff(table[:, 0])))
    if abs(pitch - width) < 0.06 * width:
        pitch = width = (pitch + width) / 2
    x, y, _, _ = _mm((float(table[0, 0]), float(np.median(table[:, 1])), 0, 0), scale)
    outline = (table[0, 0], table[0, 1], table[-1, 2], table[-1, 3])
    near = [s.width for s in strokes if _on(s, outline)]
    line = round(max(0.1, float(np.median(near)) / scale), 2) if near else 0.4
    box = x, y, round(width / scale, 2), round(height / scale, 2)
    return ProposedNumber(box, len(row), round(pitch / scale, 2), line, tally, totals)


def _on(stroke: Stroke, rect: Sequence[float]) -> bool:
    """True when the whole line lies within a rectangle or on its border."""
    x0, y0, x1, y1 = rect
    return (
        min(stroke.x0, stroke.x1) > x0 - 4
        and max(stroke.x0, stroke.x1) < x1 + 4
        and min(stroke.y0, stroke.y1) > y0 - 4
        and max(stroke.y0, stroke.y1) < y1 + 4
    )


def _printed(
    strokes: Sequence[Stroke],
    boxes: Sequence[list[FloatArray]],
    stacks: Sequence[list[list[FloatArray]]],
    scale: float,
    side: int,
) -> tuple[Stroke, ...]:
    """Printed lines, mm, that are not part of boxes and grids and have at least the length `_LINE`."""
    own = [(row[0][0], row[0][1], row[-1][2], row[-1][3]) for row in boxes]
    own += [(s[0][0][0], s[0][0][1], s[-1][-1][2], s[-1][-1][3]) for s in stacks]
    kept: list[Stroke] = []
    for stroke in strokes:
        length = abs(stroke.x1 - stroke.x0) + abs(stroke.y1 - stroke.y0)
        if length >= _LINE * side and not any(_on(stroke, rect) for rect in own):
            x0, y0, x1, y1 = _mm((stroke.x0, stroke.y0, stroke.x1, stroke.y1), scale)
            kept.append(Stroke(x0, y0, x1, y1, round(max(0.1, stroke.width / scale), 2), stroke.gray))
    return tuple(kept)


def _mm(pixels: Sequence[float], scale: float) -> Rect:
    x0, y0, x1, y1 = (round((float(v) + 0.5) / scale, 2) for v in pixels)
    return x0, y0, x1, y1


def _in_order(rows: Sequence[list[FloatArray]]) -> list[list[FloatArray]]:
    """Sort rows from the top, then from the left; rows that overlap by half of their height count as side by side."""
    lines: list[list[list[FloatArray]]] = []
    for row in sorted(rows, key=lambda r: float(r[0][1])):
        if lines and row[0][1] < (lines[-1][0][0][1] + lines[-1][0][0][3]) / 2:
            lines[-1].append(row)
        else:
            lines.append([row])
    return [row for line in lines for row in sorted(line, key=lambda r: float(r[0][0]))]
