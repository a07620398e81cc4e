"""Paper of a piece of a tally grid: its lines, heavier edges, and numbers above its columns."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import GrayImage
from ..writing.bundles import TallyHand
from ..writing.strokes import Writer

Rect = tuple[float, float, float, float]

WIDTH = 72.0  # width of a drawn cell, px
_MARGIN = 34  # px of paper around the piece
_NOMINAL_MM = 10.0  # width of a cell on the form, to scale pens


@dataclass
class Piece:
    """A piece of a grid while it is drawn.

    Attributes:
        paper: (h, w) print, 255 white.
        pen: (h, w) coverage by ink, 0..255.
        rects: cells [x0, y0, x1, y1] in pixels, row by row.
        labels: their classes: 0-5, `tally_crop.CANCELLED`, `tally_crop.OTHER`, or -1 where the class does not affect a
            count.
        thick: width of the pen, px.
    """

    paper: GrayImage
    pen: GrayImage
    rects: list[Rect]
    labels: NDArray[np.int64]
    thick: float


def blank(rows: int, columns: int, aspect: float, writer: Writer, hand: TallyHand, rng: np.random.Generator) -> Piece:
    """Draw an empty piece of a grid.

    Args:
        rows, columns: number of rows and columns.
        aspect: width of a cell divided by its height.
        writer: style of the pen.
        hand: style of the tally marks.
        rng: random generator.
    """
    width, height = WIDTH, WIDTH / aspect
    x, y = _MARGIN + width * np.arange(columns + 1), _MARGIN + height * np.arange(rows + 1)
    paper = np.full((round(float(y[-1])) + _MARGIN, round(float(x[-1])) + _MARGIN), 255, np.uint8)
    tone = int(rng.integers(170, 225) if rng.random() < 0.45 else rng.integers(0, 170))
    thick = max(1, round(float(rng.uniform(0.012, 0.05)) * width))
    kind = rng.random()
    lines = 0 if kind < 0.05 else 1 if kind < 0.13 else 2  # none, only the frame and rows, all
    if rng.random() < 0.1:  # a watermark, or print of the back that shines through
        cv2.putText(paper, "KPU", (int(rng.integers(200)), int(y[-1])), 0, 3.0, int(rng.integers(205, 245)), 9)
    for i, level in enumerate(y):
        if lines and (lines == 2 or i in (0, rows) or rng.random() < 0.7):
            _line(paper, (float(x[0]), float(level)), (float(x[-1]), float(level)), tone, thick)
    for i, place in enumerate(x):
        if lines == 2 or (lines == 1 and i in (0, columns)):
            _line(paper, (float(place), float(y[0])), (float(place), float(y[-1])), tone, thick)
    heavy = int(rng.integers(thick, thick + 4))
    for start, end in (((x[0], y[0]), (x[-1], y[0])), ((x[-1], y[0]), (x[-1], y[-1])), ((x[0], y[0]), (x[0], y[-1]))):
        if rng.random() < 0.5:  # edges of the grid are often heavier
            first, last = (float(start[0]), float(start[1])), (float(end[0]), float(end[1]))
            _line(paper, first, last, int(rng.integers(0, tone + 1)), heavy)
    if rng.random() < 0.3:  # numbers of the columns, printed above
        size = float(rng.uniform(0.25, 0.4))
        for i, place in enumerate(x[:-1]):
            at = (round(float(place) + 0.4 * width), round(float(y[0]) - rng.uniform(2, 5)))
            cv2.putText(paper, str(i + 1), at, 0, size, 60, 1, cv2.LINE_AA)
    rects = [(float(x[c]), float(y[r]), float(x[c + 1]), float(y[r + 1])) for r in range(rows) for c in range(columns)]
    pen = writer.pen_mm * rng.uniform(0.45, 1.0) * width / _NOMINAL_MM
    # Small strokes get a finer pen, else they would merge; `marks.tally` uses the same ninth.
    pen = float(np.clip(pen, 1.2, min(width / 9 * min(1.0, hand.size[0]), height / 4.5)))
    return Piece(paper, np.zeros_like(paper), rects, np.zeros(rows * columns, np.int64), pen)


def _line(paper: GrayImage, start: tuple[float, float], end: tuple[float, float], tone: int, weight: int) -> None:
    first, last = ((round(x * 16), round(y * 16)) for x, y in (start, end))
    cv2.line(paper, first, last, tone, weight, cv2.LINE_AA, 4)
