"""The bubble witness: probabilities of which of the ten bubbles under a cell is filled, and of a line across them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

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
    return read_all([patches])[0]


def read_all(numbers: Sequence[NDArray[np.uint8]]) -> list[BubbleReading]:
    """Read the bubbles of several numbers.

    Args:
        numbers: of each (columns, 10, 24, 24) uint8, as for `read`.

    Raises:
        ValueError: an array has another shape.
    """
    for patches in numbers:
        if patches.ndim != 4 or patches.shape[1:] != (10, BUBBLE, BUBBLE):
            raise ValueError(f"bubbles must be (columns, 10, {BUBBLE}, {BUBBLE}), not {patches.shape}")
    if not numbers:
        return []
    inside, outside = _parts()
    flat = np.concatenate([patches.reshape(-1, 10, BUBBLE * BUBBLE) for patches in numbers])
    # The lighter part of the surroundings is paper, even where ink of the next bubble reaches in.
    paper = np.percentile(flat[..., outside].astype(np.float64), 75, axis=-1)
    darkness = 1 - flat[..., inside].astype(np.float64).mean(axis=-1) / np.maximum(paper, 1.0)
    ends = np.cumsum([len(patches) for patches in numbers])
    return [_reading(part) for part in np.split(darkness, ends[:-1])]


@cache
def _parts() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Flat indices of the pixels of a patch that lie inside of the ring, and of those just outside."""
    y, x = np.mgrid[:BUBBLE, :BUBBLE] - (BUBBLE - 1) / 2
    radius = np.hypot(x, y)
    outside = (radius > 1.2 * RING) & (radius < 1.45 * RING)
    return np.flatnonzero(radius < 0.72 * RING), np.flatnonzero(outside)


def _reading(darkness: FloatArray) -> BubbleReading:
    """The reading of one number from the darkness (columns, 10) of its bubbles."""
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
    return crossings([gaps])[0]


def crossings(numbers: Sequence[NDArray[np.uint8]]) -> list[float]:
    """The darkness of a pen line across the bubbles of several numbers.

    Args:
        numbers: of each the paper between neighbouring columns, as for `crossing`.

    Returns:
        The score of each number, as of `crossing`.
    """
    found = [0.0] * len(numbers)
    for shape in dict.fromkeys(gaps.shape[1:] for gaps in numbers if len(gaps)):
        places = [i for i, gaps in enumerate(numbers) if gaps.shape[1:] == shape for _ in gaps]
        scores = _scores(np.concatenate([gaps for gaps in numbers if gaps.shape[1:] == shape]))
        for i, score in zip(places, scores.tolist(), strict=True):
            found[i] = max(found[i], score)
    return found


def _scores(gaps: NDArray[np.uint8]) -> FloatArray:
    """Scores (n,) of gaps of one size, (n, height, width)."""
    paper = np.stack([cv2.medianBlur(gap, _PAPER) for gap in gaps]).astype(np.float64)
    taken = 1 - gaps / np.maximum(paper, 16.0)
    smooth = np.stack([np.asarray(cv2.GaussianBlur(gap, (0, 0), 0.8), dtype=np.float64) for gap in taken])
    along = np.quantile(_darkest_paths(np.concatenate([smooth, -smooth])), 0.1, axis=1)
    dark, light = along[: len(gaps)], along[len(gaps) :]
    return np.asarray(dark - np.maximum(light, 0.0), dtype=np.float64)


def _darkest_paths(taken: FloatArray) -> FloatArray:
    """Values (n, width) along the path with the largest sum from left to right of each picture (n, height, width).

    A step right goes up to `_STEEP` px up or down.
    """
    count, height, width = taken.shape
    columns = np.ascontiguousarray(taken.transpose(2, 1, 0))
    # Largest sum of a path that ends at each place, with rows that no path enters above and below.
    best = np.full((width, height + 2 * _STEEP, count), -np.inf)
    inner = best[:, _STEEP:-_STEEP]
    inner[0] = columns[0]
    window = np.ones((2 * _STEEP + 1, 1), np.uint8)
    for x in range(1, width):
        np.add(cv2.dilate(best[x - 1], window)[_STEEP:-_STEEP], columns[x], out=inner[x])
    pictures, steps = np.arange(count), np.arange(2 * _STEEP + 1)[:, None]
    row = inner[-1].argmax(axis=0)
    values = np.empty((width, count))
    for x in range(width - 1, -1, -1):
        values[x] = columns[x, row, pictures]
        if x:
            row = row + best[x - 1, row + steps, pictures].argmax(axis=0) - _STEEP
    return np.ascontiguousarray(values.T)


def _columns(filled: FloatArray) -> FloatArray:
    """Probabilities (columns, 12) of the classes, from independent probabilities (columns, 10) of being filled."""
    clear = np.prod(1 - filled, axis=1, keepdims=True)
    only = filled / (1 - filled) * clear
    several = np.clip(1 - clear - only.sum(axis=1, keepdims=True), 0, None)
    table = np.concatenate([only, clear, several], axis=1)
    return table / table.sum(axis=1, keepdims=True)
