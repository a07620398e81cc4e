"""The bubble witness: which of ten bubbles under a cell was filled?"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import FloatArray
from .box_refine import BUBBLE, RING

NONE, SEVERAL = 10, 11  # classes beside the digits 0-9
CLASSES = (*"0123456789", "none", "several")

# Darkness above the empty bubbles of the same number (0 = like them, 1 = black on white) at which a bubble is as likely
# filled as not. Chosen on drawn pages by training/bubbles/choose.py (45 pages of calibration writers, 4,050 bubbles):
# empty ones reach 0.06, filled ones start at 0.38. The slope leaves both ends beyond 0.999 and makes what lies between,
# such as a tick or a half-filled bubble, a question.
_MIDPOINT = 0.22
_SLOPE = 0.02
_PAPER = 15  # px: side of the window whose lightest place is paper, wider than any pen
_STEEP = 4  # px down or up for one across
_ERROR = 0.0004  # nothing is surer than this: a hand can fill the wrong bubble


# From here on what `crossing` says is a line. On drawn pages (training/bubbles/choose.py --pages 90) the least of 135
# numbers whose bubbles were struck out had 0.061, the most of 135 others 0.050; of 240 others, drawn otherwise
# (training/digits/choose_alterations.py --documents 80), four had more than 0.060.
CROSSED = 0.06


@dataclass(frozen=True)
class BubbleReading:
    """Probabilities (columns, 12): digits 0-9, none, several; and each bubble's darkness (columns, 10), 0 to 1."""

    probabilities: FloatArray
    darkness: FloatArray


def read(patches: NDArray[np.uint8]) -> BubbleReading:
    """Read the bubbles of one number.

    Args:
        patches: (columns, 10, 24, 24) uint8, each bubble centred with a printed radius of 8 px.

    Raises:
        ValueError: another shape.
    """
    if patches.ndim != 4 or patches.shape[1:] != (10, BUBBLE, BUBBLE):
        raise ValueError(f"bubbles must be (columns, 10, {BUBBLE}, {BUBBLE}), not {patches.shape}")
    y, x = np.mgrid[:BUBBLE, :BUBBLE] - (BUBBLE - 1) / 2
    radius = np.hypot(x, y)
    inside = radius < 0.72 * RING
    outside = (radius > 1.2 * RING) & (radius < 1.45 * RING)
    flat = patches.astype(np.float64)
    # The lighter part of the surroundings is paper even where a neighbour's ink reaches in.
    paper = np.percentile(flat[..., outside], 75, axis=-1)
    darkness = 1 - flat[..., inside].mean(axis=-1) / np.maximum(paper, 1.0)
    # Printed digits differ in ink: compare each bubble with the lighter half of the others of this number.
    empty = np.percentile(darkness, 35)
    filled = 1 / (1 + np.exp(-np.clip((darkness - empty - _MIDPOINT) / _SLOPE, -30, 30)))
    filled = filled * (1 - 2 * _ERROR) + _ERROR
    return BubbleReading(_columns(filled), darkness.clip(0, 1))


def crossing(gaps: NDArray[np.uint8]) -> float:
    """How dark a line is that runs across the paper between two columns of bubbles: 0 where none does, 1 for black.

    Bubbles are cancelled by a line through them. Nothing is printed between their columns, and a mark in a bubble does
    not reach across. Of all ways from one side to the other the darkest is taken, and of its pixels the faintest tenth
    tells: a line is dark all along. Grain has dark ways too, but as light ones: what the lightest way has is taken off.

    Args:
        gaps: (n, height, width) uint8.
    """
    darkest = 0.0
    for gap in gaps:
        paper = np.maximum(cv2.medianBlur(gap, _PAPER).astype(np.float64), 16.0)
        smooth = np.asarray(cv2.GaussianBlur(1 - gap / paper, (0, 0), 0.8), dtype=np.float64)
        dark, light = (float(np.quantile(_darkest_way(side), 0.1)) for side in (smooth, -smooth))
        darkest = max(darkest, dark - max(light, 0.0))
    return darkest


def _darkest_way(taken: FloatArray) -> FloatArray:
    """Values along the way from the left to the right side whose sum is highest; a step right, up to `_STEEP` down or
    up; (width,)."""
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
    """From independent chances of being filled to digit / none / several, per column."""
    clear = np.prod(1 - filled, axis=1, keepdims=True)
    only = filled / (1 - filled) * clear
    several = np.clip(1 - clear - only.sum(axis=1, keepdims=True), 0, None)
    table = np.concatenate([only, clear, several], axis=1)
    return table / table.sum(axis=1, keepdims=True)
