"""The bubble witness: probabilities of which of the ten bubbles under a cell is filled, and of a line across them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import FloatArray
from .box_refine import BUBBLE, RING

NONE, SEVERAL = 10, 11  # classes beside the digits 0-9
CLASSES = (*"0123456789", "none", "several")  # of a column, in the order of the probabilities

# Darkness above the empty bubbles of the same number (0 = like them, 1 = black on white) at which a bubble is as likely
# filled as not. Chosen on drawn pages by training/bubbles/choose.py (45 pages of calibration writers, 4,050 bubbles):
# empty ones reach 0.06, filled ones start at 0.38.
_MIDPOINT = 0.22
# Width of the logistic curve. Both ends above get probabilities beyond 0.999; a tick or a half-filled bubble between
# them gets an uncertain one. By judgement.
_SLOPE = 0.02
_PAPER = 15  # px: side of the window whose median is taken as the paper, wider than any pen; by judgement
_STEEP = 4  # px: largest step up or down of a path for one step across; by judgement
_ERROR = 0.0004  # least probability that a bubble is filled, or is not: a person can fill the wrong one; by judgement


# Value of `crossing` from which a line counts as seen. On drawn pages (training/bubbles/choose.py --pages 90) the least
# value of 135 numbers whose bubbles were struck out was 0.061, the largest of 135 others 0.050. Of 240 other numbers,
# drawn in another way (training/digits/choose_alterations.py --documents 80), four had more than 0.060.
CROSSED = 0.06


@dataclass(frozen=True)
class BubbleReading:
    """What the bubbles of one number show.

    Attributes:
        probabilities: (columns, 12) of digits 0-9, none, several.
        darkness: (columns, 10) of each bubble, 0 paper to 1 black.
    """

    probabilities: FloatArray
    darkness: FloatArray


def read(patches: NDArray[np.uint8]) -> BubbleReading:
    """Read the bubbles of one number.

    Args:
        patches: (columns, 10, 24, 24) uint8, each bubble centred with a printed radius of 8 px.

    Raises:
        ValueError: the array has another shape.
    """
    if patches.ndim != 4 or patches.shape[1:] != (10, BUBBLE, BUBBLE):
        raise ValueError(f"bubbles must be (columns, 10, {BUBBLE}, {BUBBLE}), not {patches.shape}")
    y, x = np.mgrid[:BUBBLE, :BUBBLE] - (BUBBLE - 1) / 2
    radius = np.hypot(x, y)
    inside = radius < 0.72 * RING
    outside = (radius > 1.2 * RING) & (radius < 1.45 * RING)
    flat = patches.astype(np.float64)
    # The lighter part of the surroundings is paper, even where ink of the next bubble reaches in.
    paper = np.percentile(flat[..., outside], 75, axis=-1)
    darkness = 1 - flat[..., inside].mean(axis=-1) / np.maximum(paper, 1.0)
    # Printed digits differ in ink, so the reference is the lighter part of this number's bubbles, not the lightest one.
    empty = np.percentile(darkness, 35)
    filled = 1 / (1 + np.exp(-np.clip((darkness - empty - _MIDPOINT) / _SLOPE, -30, 30)))
    filled = filled * (1 - 2 * _ERROR) + _ERROR
    return BubbleReading(_columns(filled), darkness.clip(0, 1))


def crossing(gaps: NDArray[np.uint8]) -> float:
    """Darkness of a pen line across the paper between two columns of bubbles.

    Bubbles are cancelled by a line through them. Nothing is printed between the columns, and a mark in one bubble does
    not reach from column to column. Dynamic programming finds the darkest path from the left side of each gap to the
    right side. The 10% quantile of darkness along the path is its score, since a line is dark along its whole length.
    The score of the lightest path is subtracted: grain gives dark and light paths alike.

    Args:
        gaps: (n, height, width) uint8 gray, the paper between neighbouring columns.

    Returns:
        The largest score of any gap: 0 without a line, 1 for a black line.
    """
    darkest = 0.0
    for gap in gaps:
        paper = np.maximum(cv2.medianBlur(gap, _PAPER).astype(np.float64), 16.0)
        smooth = np.asarray(cv2.GaussianBlur(1 - gap / paper, (0, 0), 0.8), dtype=np.float64)
        dark, light = (float(np.quantile(_darkest_path(side), 0.1)) for side in (smooth, -smooth))
        darkest = max(darkest, dark - max(light, 0.0))
    return darkest


def _darkest_path(taken: FloatArray) -> FloatArray:
    """Values (width,) along the path from left to right with the largest sum; a step right goes up to `_STEEP` px up
    or down."""
    height, width = taken.shape
    best = taken[:, 0].copy()
    came = np.zeros((height, width), np.intp)
    rows = np.arange(height)
    for x in range(1, width):
        padded = np.pad(best, _STEEP, constant_values=-np.inf)
        options = np.lib.stride_tricks.sliding_window_view(padded, 2 * _STEEP + 1)
        steps = options.argmax(axis=1)
        came[:, x] = rows + steps - _STEEP
        best = options[rows, steps] + taken[:, x]
    row = int(best.argmax())
    values = np.empty(width)
    for x in range(width - 1, -1, -1):
        values[x] = taken[row, x]
        row = came[row, x]
    return values


def _columns(filled: FloatArray) -> FloatArray:
    """Probabilities (columns, 12) of the classes, from independent probabilities (columns, 10) of being filled."""
    clear = np.prod(1 - filled, axis=1, keepdims=True)
    only = filled / (1 - filled) * clear
    several = np.clip(1 - clear - only.sum(axis=1, keepdims=True), 0, None)
    table = np.concatenate([only, clear, several], axis=1)
    return table / table.sum(axis=1, keepdims=True)
