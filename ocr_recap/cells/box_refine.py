"""Box refinement: the shift of each printed box or bubble ring from its predicted place, and whether it was seen."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import FloatArray, GrayImage
from ..imaging.linear import product

# Sizes and weights without another origin are by judgement.
WIDE = 64  # px: side of the patch in which a box is searched; the longer side of the box is `BOX` px there
BOX = 32  # px, see `WIDE`
BUBBLE = 24  # px: side of the patch of a bubble with its surroundings
RING = 8.0  # px: radius of the printed ring in that patch
BUBBLE_SNAP = 3  # px: largest shift of a block of bubbles; patches are larger by it on every side
_LARGEST_SHIFT = 6  # px (0.19 cell widths): largest shift of a box from its predicted place
_ALIKE = 3.0  # px (0.09 cell widths): largest spread of the shifts of a number's boxes from which another is predicted
_PULL = 0.06  # gray levels per squared px: the penalty on a shift
# A pair of sides counts as seen in two cases. First: both sides are ridges of ink of this mean height in gray levels,
# and one is twice as high. Second, for poor light: the mean height of each side is `_CLEAR` times its standard
# deviation along the side, which is taken as one gray level at least. Both were chosen on 336 drawn photos (calibration
# writers, presets `field` and `hard`): each box was searched for at its place, and 0.25 to 1.2 cells beside it.
_CONTRAST = 2.5
_CLEAR = 0.8
_REACHES = (2, 4)  # px from the middle of a line to the paper beside it: a sharp line, a blurred line
# Beside a printed block a side of the box is the edge of the block, not a ridge. An edge has the weight `_EDGE`, and it
# counts only where the opposite side scores 1 / `_OPPOSITE` times as high.
_EDGE, _OPPOSITE = 0.6, 0.5
_BOUNDS = (-12, 30)  # gray levels: bounds of a pixel's ridge, so that one dark pixel does not pass for a whole line


def snap_boxes(
    wide: GrayImage, half_width: float, half_height: float, ends: NDArray[np.intp]
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Find the printed box in each patch.

    Args:
        wide: (n, 64, 64) uint8 gray patches, each around the predicted centre of a box whose longer side is 32 px.
        half_width: half the width of the boxes, line centre to line centre, patch px.
        half_height: half their height, likewise.
        ends: (numbers,) index after the last cell of each number. The score of a shift includes the mean score of the
            number's cells at that shift.

    Returns:
        Shifts (n, 2) of the boxes from the middle of the patch, (x, y) in patch px, zero along an axis that was not
        seen; and (n,) whether both pairs of sides were seen.
    """
    padded = wide.reshape(-1, wide.shape[-1]).astype(np.float32)
    image = np.asarray(cv2.blur(padded, (1, 3)), dtype=np.float32).reshape(wide.shape)
    x_shift, x_found = _refine_axis(image, half_width, half_height, ends)
    y_shift, y_found = _refine_axis(np.swapaxes(image, 1, 2), half_height, half_width, ends)
    return np.stack([x_shift, y_shift], axis=1), x_found & y_found


def hold(shift: FloatArray, found: NDArray[np.bool_]) -> bool:
    """Predict the shift of a number's only unseen box, such as one under correction fluid, from its other boxes.

    The predicted shift is the mean of the others.

    Args:
        shift: (n, 2) shifts of the number's boxes, patch px; the shift of the unseen box is changed in place.
        found: (n,) which of the boxes were seen.

    Returns:
        True when exactly one box was not seen, two or more were, and their shifts agree within 3 px.
    """
    others = shift[found]
    if len(others) < max(2, len(shift) - 1) or found.all() or float(np.ptp(others, axis=0).max()) > _ALIKE:
        return False
    shift[~found] = others.mean(axis=0)
    return True


def _refine_axis(
    image: NDArray[np.float32], half: float, half_other: float, ends: NDArray[np.intp]
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Shifts (n,) along x, in px, that put both vertical sides on dark lines, and (n,) whether both sides were seen."""
    middle = (WIDE - 1) / 2
    part = image[:, round(middle - half_other + 1) : round(middle + half_other)]
    height = np.zeros((len(part), WIDE))
    height[:, 2:-2] = np.maximum(_ridge(part, 2).mean(axis=1), 0.0)
    shifts = np.arange(-_LARGEST_SHIFT, _LARGEST_SHIFT + 1)
    left, right = (_at(height, side, shifts) for side in _sides(half))
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
    if faint.any():
        found[faint] = _stand_out(part[faint], half, shifts[best[faint]][:, None])
    return np.where(found, shift, 0.0), found


def _stand_out(part: NDArray[np.float32], half: float, shift: NDArray[np.intp]) -> NDArray[np.bool_]:
    """(n,) whether both sides of each box are clear of noise: each as a line, or one of them as the edge of a block.

    `shift` (n, 1) px is where the sides of each box lie off their predicted places.
    """
    line, first_edge, last_edge = (np.zeros((len(part), WIDE)) for _ in range(3))
    for reach in _REACHES:
        step = part[:, :, reach:] - part[:, :, :-reach]  # positive at the left side of a box
        line = np.maximum(line, _clear(_ridge(part, reach), reach, reach))
        first_edge = np.maximum(first_edge, _clear(np.clip(step, *_BOUNDS), 0, reach))
        last_edge = np.maximum(last_edge, _clear(np.clip(-step, *_BOUNDS), reach, 0))
    left, right = _sides(half)
    first, last = _at(line, left, shift), _at(line, right, shift)
    by_first = np.minimum(_EDGE * _at(first_edge, left, shift), _OPPOSITE * last)
    by_last = np.minimum(_EDGE * _at(last_edge, right, shift), _OPPOSITE * first)
    return (np.maximum(np.minimum(first, last), np.maximum(by_first, by_last)) > _CLEAR)[:, 0]


def _sides(half: float) -> tuple[float, float]:
    """Predicted places of the two sides of a box along an axis, patch px."""
    return (WIDE - 1) / 2 - half, (WIDE - 1) / 2 + half


def _ridge(part: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """How much darker each pixel is than both pixels `reach` px beside it, gray levels, bounded to `_BOUNDS`."""
    beside = np.minimum(part[:, :, : -2 * reach], part[:, :, 2 * reach :])
    return np.clip(beside - part[:, :, reach:-reach], *_BOUNDS)


def _clear(values: NDArray[np.float32], before: int, after: int) -> FloatArray:
    """Mean over the rows by standard deviation, (n, 64).

    The first column of `values` is column `before` of the result; columns without a value are 0.
    """
    clear = np.zeros((len(values), WIDE))
    mean = values.mean(axis=1).astype(np.float64)
    clear[:, before : WIDE - after] = mean / (values.std(axis=1) + 1.0)
    return clear


def _at(profile: FloatArray, x: float, shift: NDArray[np.intp]) -> FloatArray:
    """Values (n, m) of the profiles (n, 64) at `x` plus shifts in px, linear between samples.

    `shift` is (m,), or (n, m) where each profile has its own.
    """
    low = int(np.floor(x))
    weight, rows = x - low, np.arange(len(profile))[:, None]
    return (1 - weight) * profile[rows, low + shift] + weight * profile[rows, low + 1 + shift]


def snap_rings(mean: NDArray[np.float32]) -> FloatArray:
    """Find the printed rings in the mean of all bubble patches of one number.

    Args:
        mean: (s, s) gray levels, s = `BUBBLE` + 2 `BUBBLE_SNAP`.

    Returns:
        Shift (2,) of the rings from the middle of the patch, (x, y) in px.
    """
    moves, rings = _rings(mean.shape[0])
    score = product(rings, mean.ravel().astype(np.float64)) - 0.15 * (moves**2).sum(axis=1)
    return moves[int(score.argmax())]


@lru_cache(maxsize=2)
def _rings(size: int) -> tuple[FloatArray, FloatArray]:
    """All shifts (n, 2), (x, y) in px and sorted by y, and for each a matched filter of a ring, (n, size * size)."""
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
