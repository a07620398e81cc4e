"""From a blank sheet to a proposal for its template: numbers, tally grids, row totals, bubbles, markers; millimetres.

Text is taken from the PDF of a sheet, where there is one: it names the numbers. A person deletes boxes that are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import FloatArray, GrayImage
from ...imaging.pdf_print import TextLine
from ...messages.errors import WrongUse
from .bubbles import BubbleColumns, columns_under, find_circles
from .heads import split_by_heads
from .labels import ProposedLabel, labels_of
from .lines import NotABlankSheet, SheetRuling, Stroke, find_ruling
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
_ALONE: Final = 0.12  # the same of a level line that touches no others; strokes of large letters are shorter
_LARGEST: Final = 450.0  # mm: a larger sheet is described at half its size, so that boxes are as wide as on other forms


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
    bubbles: BubbleColumns | None = None
    label: ProposedLabel = ProposedLabel()  # noqa: RUF009

    @property
    def outline(self) -> Rect:
        """The rectangle around all boxes, mm."""
        x, y, width, height = self.box
        return x, y, x + (self.count - 1) * self.pitch + width, y + height


@dataclass(frozen=True)
class Proposal:
    """The proposal for one page.

    Attributes:
        paper: nominal width and height, mm: those of the sheet, halved while it is longer than 450 mm.
        printed: true width and height of the sheet, mm; None where it is not known.
        scale: pixels per mm of `gray`; mm (x, y) is at pixel (x, y) * scale - 0.5.
        gray: the sheet, (h, w) uint8, skew corrected.
        numbers: from the top, then from the left.
        grids: tally grids without a number.
        strokes: other dark lines, mm.
        tag, marks: fiducials; a page is found by its marks only if there are all four.
        texts: printed text beside the boxes, mm.
    """

    paper: tuple[float, float]
    printed: tuple[float, float] | None
    scale: float
    gray: GrayImage
    numbers: tuple[ProposedNumber, ...]
    grids: tuple[Grid, ...]
    strokes: tuple[Stroke, ...]
    tag: ProposedTag | None
    marks: Marks | None
    texts: tuple[TextLine, ...] = ()


def propose(gray: GrayImage, paper: tuple[float, float] | None = None, lines: Sequence[TextLine] = ()) -> Proposal:
    """Measure one blank sheet.

    Args:
        gray: (h, w) uint8, the sheet and nothing else, upright.
        paper: width and height of the sheet in mm; None: the shorter side is taken as 210.
        lines: of printed text, mm of that paper.

    Raises:
        NotABlankSheet: the sheet cannot be measured; the message has the reason and the next step.
        WrongUse: the sheet has other proportions than the paper.
    """
    found = find_ruling(gray)
    height, width = found.gray.shape
    half = _times(paper)
    size = (paper[0] * half, paper[1] * half) if paper else None
    scale = width / size[0] if size else min(height, width) / 210
    size = size or (round(width / scale, 1), round(height / scale, 1))
    if abs(size[0] / size[1] / (width / height) - 1) > 0.03:
        raise WrongUse("paper_unlike_sheet", size=f"{size[0] / half:g}x{size[1] / half:g}", width=width, height=height)
    texts = [_scaled(line, half) for line in lines]
    boxes, tallies, totals = _parts(found)
    numbers, free = _numbers(found, scale, boxes, tallies, totals)
    labels = labels_of([number.outline for number in numbers], texts)
    numbers = [replace(number, label=label) for number, label in zip(numbers, labels, strict=True)]
    ruled = _printed(found.strokes, boxes, [*tallies, *totals], scale, min(height, width))
    fiducials = find_tag(found.gray, scale), find_corner_marks(found.gray, scale)
    shown = tuple(line for line in texts if not any(_within(line, area) for area in _areas(numbers, free)))
    return Proposal(size, paper, scale, found.gray, tuple(numbers), tuple(free), ruled, *fiducials, shown)


def _times(paper: tuple[float, float] | None) -> float:
    """The share of its true size at which a sheet is described: 1, or a half, a quarter, ... of a large one."""
    share = 1.0
    while paper and max(paper) * share > _LARGEST:
        share /= 2
    return share


def _scaled(line: TextLine, share: float) -> TextLine:
    places = {name: getattr(line, name) * share for name in ("x0", "x1", "baseline", "height")}
    return replace(line, **places)


def _parts(
    found: SheetRuling,
) -> tuple[list[list[FloatArray]], list[list[list[FloatArray]]], list[list[list[FloatArray]]]]:
    """The rows of boxes of numbers, the tally grids and the columns of row totals, px.

    Raises:
        NotABlankSheet: there is no row of boxes.
    """
    stacks = _stacks(split_by_heads(_runs(found.faces, found.empty), found.faces))
    is_tally = [len(s) >= _TALLY[0] and len(s[0]) >= _TALLY[1] for s in stacks]
    tallies = [s for s, yes in zip(stacks, is_tally, strict=True) if yes]
    others = [s for s, yes in zip(stacks, is_tally, strict=True) if not yes]
    is_total = [_beside(s, tallies) for s in others]
    totals = [s for s, yes in zip(others, is_total, strict=True) if yes]
    rows = [row for s, yes in zip(others, is_total, strict=True) if not yes for row in s]
    boxes = _in_order([row for row in rows if _is_number(row, max(found.gray.shape))])
    if not boxes:
        raise NotABlankSheet("blank_without_numbers")
    return boxes, _split(tallies, boxes), _split(totals, boxes)


def _numbers(
    found: SheetRuling,
    scale: float,
    boxes: Sequence[list[FloatArray]],
    tallies: Sequence[list[list[FloatArray]]],
    totals: Sequence[list[list[FloatArray]]],
) -> tuple[list[ProposedNumber], list[Grid]]:
    """The numbers with the grids, row totals and bubbles that belong to them, and the grids that belong to none, mm."""

    def grid(stack: list[list[FloatArray]]) -> Grid:
        first, last = stack[0][0], stack[-1][-1]
        inner = [s for s in found.strokes if _on(s, (first[0], first[1], last[2], last[3]))]
        line = float(np.median([s.width for s in inner])) if inner else 1.0
        shade = float(np.median([s.gray for s in inner])) if inner else 0.0
        rect = _mm((first[0], first[1], last[2], last[3]), scale)
        return Grid(rect, len(stack), len(stack[0]), round(line / scale, 2), round(min(max(shade, 0), 1), 2))

    owners = _owners(tallies, boxes)
    circles = find_circles(found.gray, float(np.median([row[0][2] - row[0][0] for row in boxes])))
    numbers: list[ProposedNumber] = []
    for i, row in enumerate(boxes):
        mine = next((k for k, owner in enumerate(owners) if owner == i), None)
        stack = None if mine is None else tallies[mine]
        beside = None if stack is None else next((t for t in totals if _same_rows(t, stack)), None)
        grids = grid(stack) if stack else None, grid(beside) if beside else None
        number = _number(row, found.strokes, scale, *grids)
        numbers.append(replace(number, bubbles=_bubbles(columns_under(circles, row), scale)))
    return numbers, [grid(stack) for stack, owner in zip(tallies, owners, strict=True) if owner is None]


def _bubbles(found: BubbleColumns | None, scale: float) -> BubbleColumns | None:
    """Bubbles in mm, from px."""
    if found is None:
        return None
    x, y, *_ = _mm((*found.first, 0, 0), scale)
    across, down = (round(step / scale, 2) for step in found.pitch)
    return BubbleColumns((x, y), (across, down), round(found.radius / scale, 2))


def _areas(numbers: Sequence[ProposedNumber], free: Sequence[Grid]) -> list[Rect]:
    """Where nothing is printed that is not part of a number: its boxes and bubbles, and the inside of grids."""
    areas = [number.outline for number in numbers] + [grid.rect for grid in free]
    for number in numbers:
        areas += [grid.rect for grid in (number.tally, number.totals) if grid]
        if number.bubbles:
            (x, y), (across, down), r = number.bubbles.first, number.bubbles.pitch, number.bubbles.radius
            areas.append((x - r, y - r, x + (number.count - 1) * across + r, y + 9 * down + r))
    return areas


def _within(line: TextLine, area: Rect) -> bool:
    """True when the middle of a text lies in an area."""
    x, y = (line.x0 + line.x1) / 2, line.baseline - line.height / 2
    return area[0] < x < area[2] and area[1] < y < area[3]


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
    """Printed lines, mm, that are not part of boxes and grids, are long enough, and are no strokes of letters."""
    own = [(row[0][0], row[0][1], row[-1][2], row[-1][3]) for row in boxes]
    own += [(s[0][0][0], s[0][0][1], s[-1][-1][2], s[-1][-1][3]) for s in stacks]
    kept: list[Stroke] = []
    for stroke in strokes:
        length = abs(stroke.x1 - stroke.x0) + abs(stroke.y1 - stroke.y0)
        if length < _LINE * side or (stroke.level and length < _ALONE * side and not _joins(stroke, strokes)):
            continue
        if not any(_on(stroke, rect) for rect in own):
            x0, y0, x1, y1 = _mm((stroke.x0, stroke.y0, stroke.x1, stroke.y1), scale)
            kept.append(Stroke(x0, y0, x1, y1, round(max(0.1, stroke.width / scale), 2), stroke.gray))
    return tuple(kept)


def _joins(stroke: Stroke, strokes: Sequence[Stroke]) -> bool:
    """True when a level line ends at upright ones on both sides."""
    ends = (min(stroke.x0, stroke.x1), max(stroke.x0, stroke.x1))
    return all(
        any(
            not other.level
            and abs(other.x0 - x) < 6
            and min(other.y0, other.y1) - 6 < stroke.y0 < max(other.y0, other.y1) + 6
            for other in strokes
        )
        for x in ends
    )


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
