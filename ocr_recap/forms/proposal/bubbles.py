"""The bubbles of a blank sheet: ten circles, 0 at the top, under every box of a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from ...imaging.arrays import FloatArray, GrayImage

_INK: Final = 60  # gray levels below white from which print is ink; by judgement
_SIZES: Final = (0.2, 0.95)  # of a box's width: diameter of a bubble; 0.4 on the forms
_ROUND: Final = (0.72, 0.84)  # share of its square that a circle fills: 0.785
_SQUARE: Final = 0.12  # largest difference of a circle's width and height, as a share
_BESIDE: Final = 0.25  # of a box's width: farthest that a column of bubbles lies from the middle of its box
_EVEN: Final = 0.12  # largest difference of two steps down a column, as a share; by judgement
_DIGITS: Final = 10


@dataclass(frozen=True)
class BubbleColumns:
    """The bubbles of a number: centre of the 0 under its first box, steps right and down, radius to mid-line."""

    first: tuple[float, float]
    pitch: tuple[float, float]
    radius: float


def find_circles(gray: GrayImage, box_width: float) -> FloatArray:
    """Find printed circles about as large as bubbles beside boxes of a width in px.

    Args:
        gray: (h, w) uint8, the sheet.
        box_width: median width of the boxes of its numbers, px.

    Returns:
        (n, 3): centre and radius of each, px; a ring's radius is that of the middle of its line.
    """
    ink = ((gray < 255 - _INK) * 255).astype(np.uint8)
    contours, _ = cv2.findContours(ink, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    found: list[tuple[float, float, float]] = []
    for contour in contours:
        x, y, w, h = cv2.boundingRect(contour)
        if not _SIZES[0] * box_width < w < _SIZES[1] * box_width or abs(w - h) > _SQUARE * w:
            continue
        if _ROUND[0] < cv2.contourArea(contour) / ((w - 1) * (h - 1)) < _ROUND[1]:
            found.append((x + (w - 1) / 2, y + (h - 1) / 2, (w + h - 2) / 4))
    return _rings(np.array(found, dtype=np.float64).reshape(-1, 3))


def _rings(circles: FloatArray) -> FloatArray:
    """One circle for the two sides of a ring's line."""
    kept: list[FloatArray] = []
    taken = np.zeros(len(circles), bool)
    for i, circle in enumerate(circles):
        if not taken[i]:
            same = ~taken & (np.hypot(*(circles[:, :2] - circle[:2]).T) < 0.3 * circle[2])
            taken |= same
            kept.append(circles[same].mean(axis=0))
    return np.array(kept, dtype=np.float64).reshape(-1, 3)


def columns_under(circles: FloatArray, row: Sequence[FloatArray]) -> BubbleColumns | None:
    """The bubbles of one number.

    Args:
        circles: (n, 3) px, as `find_circles` gives them.
        row: the number's boxes, each x0, y0, x1, y1 in px.

    Returns:
        The bubbles; None unless ten evenly spaced circles stand under every box.
    """
    columns: list[FloatArray] = []
    for box in row:
        middle, width = (box[0] + box[2]) / 2, box[2] - box[0]
        mine = circles[(np.abs(circles[:, 0] - middle) < _BESIDE * width) & (circles[:, 1] > box[3])]
        mine = mine[np.argsort(mine[:, 1])][:_DIGITS]
        steps = np.diff(mine[:, 1])
        if len(mine) < _DIGITS or np.abs(steps / np.median(steps) - 1).max() > _EVEN:
            return None
        columns.append(mine)
    table = np.stack(columns)  # (boxes, 10, 3)
    across = float(np.diff(table[:, :, 0].mean(axis=1)).mean()) if len(row) > 1 else float(row[0][2] - row[0][0])
    down = float((table[:, -1, 1] - table[:, 0, 1]).mean()) / (_DIGITS - 1)
    first = float(table[0, :, 0].mean()), float(table[:, 0, 1].mean())
    return BubbleColumns(first, (across, down), float(np.median(table[:, :, 2])))
