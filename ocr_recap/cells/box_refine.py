"""Printed boxes and rings near their predicted places: how far each lies off, and whether its print is really there."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import FloatArray, GrayImage
from ..imaging.linear import product

WIDE = 64  # px: the patch that a box is searched in, where its longer side is `BOX` px
BOX = 32
BUBBLE = 24  # px: a bubble with its surroundings
RING = 8.0  # px: its printed radius in that patch
BUBBLE_SNAP = 3  # px that a block of bubbles may lie off; it is searched in patches larger by so much on every side
_SNAP = 6  # px (0.19 cell widths) that a box may lie off its predicted place
_ALIKE = 3.0  # px (0.09 cell widths) by which boxes of a number may lie off differently to hold the place of another
_PULL = 0.06  # gray levels per squared px: how much better a farther place must be
# A pair of sides is seen where both are ridges of ink this high (mean, gray levels), one of them twice as high; or, in
# poor light, where each stands out of its own rows: its mean height is so many times their scatter, which is one gray
# level at least. Chosen on drawn photos by calibration writers, field and hard: those of benchmarks/boxes.py.
_CONTRAST = 2.5
_CLEAR = 0.8
_REACHES = (2, 4)  # px from the middle of a line to the paper beside it: a sharp one, a blurred one
# Beside a printed block a side is the edge of the block, not a ridge. It speaks less, and only where its opposite is
# seen twice as well.
_EDGE, _OPPOSITE = 0.6, 0.5
_BOUNDS = (-12, 30)  # gray levels: one dark pixel must not speak for a whole line


def snap_boxes(
    wide: GrayImage, half_width: float, half_height: float, ends: NDArray[np.intp]
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Find each printed box.

    Args:
        wide: (n, 64, 64) gray patches, each around the predicted centre of a box whose longer side is 32 px.
        half_width, half_height: of the boxes, line centre to line centre, patch px.
        ends: where the cells of each number end; cells of one number help each other.

    Returns:
        Shifts (n, 2) of the boxes from the patches' middles, patch px, zero along an axis that was not seen; and (n,)
        whether both pairs of sides were seen.
    """
    padded = wide.reshape(-1, wide.shape[-1]).astype(np.float32)
    image = np.asarray(cv2.blur(padded, (1, 3)), dtype=np.float32).reshape(wide.shape)
    x_shift, x_found = _snap_axis(image, half_width, half_height, ends)
    y_shift, y_found = _snap_axis(np.swapaxes(image, 1, 2), half_height, half_width, ends)
    return np.stack([x_shift, y_shift], axis=1), x_found & y_found


def hold(shift: FloatArray, found: NDArray[np.bool_]) -> bool:
    """Put the one box of a number that was not seen, such as one under correction fluid, where the others have it.

    Args:
        shift: (n, 2) of the number's boxes, patch px; that of the box not seen is changed.
        found: (n,) which of them were seen.

    Returns:
        Whether there is such a box and the others hold its place: two or more that lie off by about as much.
    """
    others = shift[found]
    if len(others) < max(2, len(shift) - 1) or found.all() or float(np.ptp(others, axis=0).max()) > _ALIKE:
        return False
    shift[~found] = others.mean(axis=0)
    return True


def _snap_axis(
    image: NDArray[np.float32], half: float, half_other: float, ends: NDArray[np.intp]
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Shift along x that puts both vertical sides on dark lines, and whether both are there."""
    middle = (WIDE - 1) / 2
    part = image[:, round(middle - half_other + 1) : round(middle + half_other)]
    height = np.maximum(_over_rows(_ridge(part, 2), 2, 2)[0], 0.0)  # beside a block one side may be no ridge
    shifts = np.arange(-_SNAP, _SNAP + 1)
    left, right = (np.stack([_at(height, side, s) for s in range(-_SNAP, _SNAP + 1)], axis=1) for side in _sides(half))
    own = np.minimum(left, right) + 0.5 * (left + right)
    counts = np.diff(ends, prepend=0)
    of_field = np.add.reduceat(own, ends - counts, axis=0) / counts[:, None]
    score = own + 0.7 * np.repeat(of_field, counts, axis=0) - _PULL * shifts**2
    best = score.argmax(axis=1)
    rows = np.arange(len(best))
    inner = np.clip(best, 1, len(shifts) - 2)
    before, here, after = score[rows, inner - 1], score[rows, inner], score[rows, inner + 1]
    bend = before - 2 * here + after
    fraction = np.where(bend < -1e-6, 0.5 * (before - after) / np.minimum(bend, -1e-6), 0.0).clip(-0.5, 0.5)
    shift = shifts[best] + np.where(best == inner, fraction, 0.0)
    heights = np.stack([left[rows, best], right[rows, best]])
    found = (heights.min(axis=0) > _CONTRAST) & (heights.max(axis=0) > 2 * _CONTRAST)
    faint = ~found
    found[faint] = _stand_out(part[faint], half, shifts[best[faint]])
    return np.where(found, shift, 0.0), found


def _stand_out(part: NDArray[np.float32], half: float, shift: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether both sides of each box stand out of their own rows, each as a line or one as the edge of a block."""
    line, first_edge, last_edge = (np.zeros((len(part), WIDE)) for _ in range(3))
    for reach in _REACHES:
        step = part[:, :, reach:] - part[:, :, :-reach]  # what lies within is paper, right of the left side
        line = np.maximum(line, _over_rows(_ridge(part, reach), reach, reach)[1])
        first_edge = np.maximum(first_edge, _over_rows(np.clip(step, *_BOUNDS), 0, reach)[1])
        last_edge = np.maximum(last_edge, _over_rows(np.clip(-step, *_BOUNDS), reach, 0)[1])
    left, right = _sides(half)
    first, last = _at(line, left, shift), _at(line, right, shift)
    by_first = np.minimum(_EDGE * _at(first_edge, left, shift), _OPPOSITE * last)
    by_last = np.minimum(_EDGE * _at(last_edge, right, shift), _OPPOSITE * first)
    return np.maximum(np.minimum(first, last), np.maximum(by_first, by_last)) > _CLEAR


def _sides(half: float) -> tuple[float, float]:
    """Where the sides of a box are predicted, patch px."""
    return (WIDE - 1) / 2 - half, (WIDE - 1) / 2 + half


def _ridge(part: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """How much darker each pixel is than both that lie `reach` px beside it; bounded, since a blob is no line."""
    beside = np.minimum(part[:, :, : -2 * reach], part[:, :, 2 * reach :])
    return np.clip(beside - part[:, :, reach:-reach], *_BOUNDS)


def _over_rows(values: NDArray[np.float32], before: int, after: int) -> tuple[FloatArray, FloatArray]:
    """Mean over the rows, (n, 64), and the same in units of their scatter; columns begin at `before`, 0 elsewhere."""
    mean, clear = np.zeros((len(values), WIDE)), np.zeros((len(values), WIDE))
    inner = slice(before, WIDE - after)
    mean[:, inner] = values.mean(axis=1)
    clear[:, inner] = mean[:, inner] / (values.std(axis=1) + 1.0)
    return mean, clear


def _at(profile: FloatArray, x: float, shift: NDArray[np.intp] | int = 0) -> FloatArray:
    """Each row's profile at a fractional place, each shifted by its own number of px: linear between samples."""
    low = int(np.floor(x))
    weight, rows = x - low, np.arange(len(profile))
    return (1 - weight) * profile[rows, low + shift] + weight * profile[rows, low + 1 + shift]


def snap_rings(mean: NDArray[np.float32]) -> FloatArray:
    """Shift (2,) in px that centres the printed rings in the mean of all bubbles of one number, a square of gray."""
    moves, rings = _rings(mean.shape[0])
    score = product(rings, mean.ravel().astype(np.float64)) - 0.15 * (moves**2).sum(axis=1)
    return moves[int(score.argmax())]


@lru_cache(maxsize=2)
def _rings(size: int) -> tuple[FloatArray, FloatArray]:
    """Shifts (n, 2), y first in their order, and what tells a ring there from its surroundings, (n, size * size)."""
    y, x = np.mgrid[:size, :size].astype(np.float64) - (size - 1) / 2
    moves: list[tuple[int, int]] = []
    rings: list[FloatArray] = []
    for dy in range(-BUBBLE_SNAP, BUBBLE_SNAP + 1):
        for dx in range(-BUBBLE_SNAP, BUBBLE_SNAP + 1):
            radius = np.hypot(x - dx, y - dy)
            ring, around = (np.abs(radius - r) < 0.8 for r in (RING, RING + 2.6))
            moves.append((dx, dy))
            rings.append((around / around.sum() - ring / ring.sum()).ravel())
    return np.array(moves, dtype=np.float64), np.stack(rings)
