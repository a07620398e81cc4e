"""The bubble witness: which of ten bubbles under a cell was filled?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..snap import BUBBLE, RING

FloatArray = NDArray[np.float64]

NONE, SEVERAL = 10, 11  # classes beside the digits 0-9
CLASSES = (*"0123456789", "none", "several")

# Darkness above the empty bubbles of the same number (0 = like them, 1 = black on white) at which a bubble is as likely
# filled as not. Chosen on drawn pages by training/bubbles/choose.py (45 pages of calibration writers, 4,050 bubbles):
# empty ones reach 0.06, filled ones start at 0.38. The slope leaves both ends beyond 0.999 and makes what lies between,
# such as a tick or a half-filled bubble, a question.
_MIDPOINT = 0.22
_SLOPE = 0.02
_ERROR = 0.0004  # nothing is surer than this: a hand can fill the wrong bubble


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


def _columns(filled: FloatArray) -> FloatArray:
    """From independent chances of being filled to digit / none / several, per column."""
    clear = np.prod(1 - filled, axis=1, keepdims=True)
    only = filled / (1 - filled) * clear
    several = np.clip(1 - clear - only.sum(axis=1, keepdims=True), 0, None)
    table = np.concatenate([only, clear, several], axis=1)
    return table / table.sum(axis=1, keepdims=True)
