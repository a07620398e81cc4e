"""Paper of a row of cells: boxes, guide, dividers, and the surroundings on many kinds of forms."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import GrayImage
from ..writing.strokes import Strokes, Writer

Rect = tuple[float, float, float, float]

SIDE = 64  # longer side of a cell while it is drawn, pixels
# Printed words around cells, as on forms.
WORDS = ("JUMLAH", "Laki-laki (L)", "SUARA SAH", "A.", "1", "2", "DPT", "Pemilih", "TIAP BARIS", "L + P", "III.")
_MARGIN = 44  # paper around the row while it is drawn, pixels
_NOMINAL_MM = 10.0  # length of a cell's longer side on the form, to scale pens


@dataclass
class DrawnRow:
    """A row of cells while it is drawn: `rects` are in pixels of `paper`; `pen` is the coverage by ink, 0..255.

    `worn` marks a row on worn paper (`scans`), `thin` one that is written with a fine pen.
    """

    paper: GrayImage
    pen: GrayImage
    rects: list[Rect]
    writer: Writer
    width: float
    guided: bool
    neighbours: list[Rect] = field(default_factory=list[Rect])
    worn: bool = False
    thin: bool = False

    def ink(self, lines: Strokes, rng: np.random.Generator, weight: float = 1.0) -> None:
        """Draw polylines with the writer's pen, `weight` times as wide."""
        # OpenCV's pens are whole pixels wide: the fraction is rounded at random.
        width = max(1, int(self.width * weight * rng.uniform(0.9, 1.1) + rng.random()))
        points = [np.rint(line * 16).astype(np.int32) for line in lines]
        cv2.polylines(self.pen, points, False, 255, width, cv2.LINE_AA, 4)


def blank(writer: Writer, count: int, rng: np.random.Generator) -> DrawnRow:
    """Draw a printed row of empty cells for a writer; aspects (width by height) from 0.42 to 3.2.

    The `neighbours` of the row are the cells of the rows above and below, if the row is one of a table.

    Args:
        writer: style.
        count: number of cells.
        rng: random generator.
    """
    aspect = _aspect(rng)
    width, height = (SIDE, SIDE / aspect) if aspect > 1 else (SIDE * aspect, SIDE)
    gap = 0.0 if rng.random() < 0.35 else float(rng.uniform(0.08, 0.4)) * min(width, height)
    x0 = y0 = float(_MARGIN)
    rects = [(x0 + i * (width + gap), y0, x0 + i * (width + gap) + width, y0 + height) for i in range(count)]
    shape = (round(height) + 2 * _MARGIN, round(rects[-1][2]) + _MARGIN)
    guided = bool(rng.random() < 0.3)
    pen = max(1.0, writer.pen_mm * (1.25 if rng.random() < 0.15 else 1.0) * SIDE / _NOMINAL_MM)
    # A narrow cell is narrow because the form is dense; pens do not shrink with it, but not all of them fit.
    thickest = min(width, height) / 5.5
    form = DrawnRow(np.full(shape, 255, np.uint8), np.zeros(shape, np.uint8), rects, writer, min(pen, thickest), guided)
    if rng.random() < 0.3:  # a table: cells of other rows above and below, touching or apart
        step = height + (0.0 if rng.random() < 0.6 else float(rng.uniform(0.05, 0.35)) * height)
        form.neighbours += [(a, b + d, c, e + d) for a, b, c, e in rects for d in (-step, step)]
    _print(form, gap, rng)
    return form


def _aspect(rng: np.random.Generator) -> float:
    """Width by height of a form's cells: mostly near square, 1:2 in dense tables, up to 3:1 on the oldest forms."""
    kind = rng.random()
    if kind < 0.4:
        return float(rng.normal(1.05, 0.05))
    if kind < 0.65:
        return float(rng.uniform(0.7, 1.35))
    if kind < 0.9:
        return float(rng.uniform(0.42, 0.7))
    return float(rng.uniform(1.35, 3.2))


def _print(form: DrawnRow, gap: float, rng: np.random.Generator) -> None:
    paper, rects = form.paper, form.rects
    height, width = paper.shape
    gray = int(rng.integers(0, 120) if rng.random() < 0.8 else rng.integers(120, 190))
    thick = max(1, round(float(rng.uniform(0.02, 0.075)) * SIDE))
    x0, y0, x1, y1 = rects[0][0], rects[0][1], rects[-1][2], rects[0][3]
    if rng.random() < 0.12:  # watermark, or print of the back that shines through
        cv2.putText(paper, word(rng), (int(rng.integers(width // 2)), int(y1)), 0, 3.0, int(rng.integers(200, 245)), 9)
    if rng.random() < 0.1:  # a guilloche
        _waves(paper, int(rng.integers(195, 240)), rng)
    if gap == 0 and rng.random() < 0.35:  # dividers in one box, dotted or fainter than the box
        _line(paper, (x0, y0), (x1, y0), gray, thick)
        _line(paper, (x0, y1), (x1, y1), gray, thick)
        _line(paper, (x0, y0), (x0, y1), gray, thick)
        _line(paper, (x1, y0), (x1, y1), gray, thick)
        if rng.random() < 0.6:
            ys = np.arange(y0 + 2, y1 - 1, float(rng.uniform(4, 7)))
            for rect in rects[1:]:
                _dots(paper, np.full_like(ys, rect[0]), ys, min(150, gray + 40))
        else:
            tone, weight = int(rng.integers(gray, 225)), max(1, thick // 2)
            for rect in rects[1:]:
                _line(paper, (rect[0], y0), (rect[0], y1), tone, weight)
        form.neighbours.clear()
    elif rng.random() < 0.07:  # open boxes: a side or two are not printed
        sides = rng.random(4) < 0.65
        for a, b, c, d in rects:
            ends = (((a, b), (c, b)), ((c, b), (c, d)), ((a, d), (c, d)), ((a, b), (a, d)))
            for (start, end), printed in zip(ends, sides, strict=True):
                if printed:
                    _line(paper, start, end, gray, thick)
        form.neighbours.clear()
    else:
        for rect in (*rects, *form.neighbours):
            corners = np.rint(np.array([[rect[0], rect[1]], [rect[2], rect[3]]]) * 16).astype(int)
            first, last = (int(corners[0, 0]), int(corners[0, 1])), (int(corners[1, 0]), int(corners[1, 1]))
            cv2.rectangle(paper, first, last, gray, thick, cv2.LINE_AA, 4)
    if form.guided:
        tone = int(rng.integers(150, 225))
        for rect in rects:
            guide(paper, rect, tone)
    if rng.random() < 0.45 and not form.neighbours:
        _bubbles(form, rng)
    for _ in range(int(rng.integers(0, 4))):
        # Lines of the table around, never through the cells.
        level = float(rng.choice((y0 - rng.uniform(5, 40), y1 + rng.uniform(5, 40))))
        tone, weight = int(rng.integers(0, 200)), int(rng.integers(1, 5))
        if rng.random() < 0.6:
            _line(paper, (0, level), (width, level), tone, weight)
        else:
            side = float(rng.choice((x0 - rng.uniform(5, 40), x1 + rng.uniform(5, 40))))
            _line(paper, (side, 0), (side, height), tone, weight)
    if form.neighbours:
        return
    if rng.random() < 0.3:
        size = float(rng.uniform(0.35, 0.9))
        above = (int(rng.integers(0, width)), int(y0 - rng.integers(8, 20)))
        beside = (int(x0) - 40, int((y0 + y1) / 2))
        cv2.putText(paper, word(rng), above if rng.random() < 0.6 else beside, 0, size, 40, 1 + int(size > 0.6), 16)


def _waves(paper: GrayImage, tone: int, rng: np.random.Generator) -> None:
    """Draw fine parallel waves over everything, like security print."""
    height, width = paper.shape
    xs = np.arange(0, width + 6, 6.0)
    swing, period, slope = rng.uniform(2, 10), rng.uniform(30, 120), rng.uniform(-0.6, 0.6)
    for y in np.arange(-0.6 * width, height + 0.6 * width, float(rng.uniform(5, 14))):
        points = np.stack([xs, y + slope * xs + swing * np.sin(xs * 2 * np.pi / period)], axis=1)
        cv2.polylines(paper, [np.rint(points * 16).astype(np.int32)], False, tone, 1, cv2.LINE_AA, 4)


def _line(paper: GrayImage, start: tuple[float, float], end: tuple[float, float], tone: int, weight: int) -> None:
    points = [(round(x * 16), round(y * 16)) for x, y in (start, end)]
    cv2.line(paper, points[0], points[1], tone, weight, cv2.LINE_AA, 4)


def _dots(paper: GrayImage, xs: NDArray[np.float64], ys: NDArray[np.float64], tone: int) -> None:
    """Draw dots of two by two pixels."""
    x, y = np.rint(xs).astype(int), np.rint(ys).astype(int)
    for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
        paper[y + dy, x + dx] = tone


def guide(paper: GrayImage, rect: Rect, tone: int) -> None:
    """Draw in a box the dotted figure of `ocr_recap.forms.drawing`: three rows and three columns of dots."""
    x0, y0, x1, y1 = rect
    along = np.linspace(0, 1, 7)
    rows = [(0.3 + 0.4 * along, np.full(7, fy)) for fy in (0.17, 0.5, 0.83)]
    columns = [(np.full(7, fx), 0.17 + 0.66 * along) for fx in (0.3, 0.5, 0.7)]
    fx, fy = (np.concatenate(part) for part in zip(*rows, *columns, strict=True))
    _dots(paper, x0 + fx * (x1 - x0), y0 + fy * (y1 - y0), tone)


def _bubbles(form: DrawnRow, rng: np.random.Generator) -> None:
    """Draw the first bubbles below each cell, some of them filled."""
    radius = float(rng.uniform(0.16, 0.24)) * SIDE
    top = form.rects[0][3] + radius + float(rng.uniform(0.05, 0.3)) * SIDE
    for rect in form.rects:
        x, filled = (rect[0] + rect[2]) / 2, int(rng.integers(0, 7))
        for digit in range(2):
            place = (round(x * 16), round((top + digit * 2.4 * radius) * 16))
            cv2.circle(form.paper, place, round(radius * 16), 40, 1 + int(rng.random() < 0.5), cv2.LINE_AA, 4)
            if digit == filled:
                cv2.circle(form.pen, place, round(radius * 15), 255, -1, cv2.LINE_AA, 4)
            else:
                at = (round(x - radius * 0.4), round(top + digit * 2.4 * radius + radius * 0.4))
                cv2.putText(form.paper, str(digit), at, 0, radius / 24, 60, 1, 16)


def word(rng: np.random.Generator) -> str:
    """Random word of the kind that forms print."""
    return WORDS[int(rng.integers(len(WORDS)))]
