"""Input of the second digit net: a cell's ink scaled to one size, with the printed frame removed and with it.

The first net takes cells at the scale of the paper. In these views small writing in a large box and large writing in a
small box look alike. Removal of the frame also removes strokes along it, so a second channel shows the same window with
the frame. The errors of the two nets differ, which is why their combination is better than either.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import Float32Array, GrayImage

# By judgement; the second net was trained on views of these sizes.
SIDE: Final = 32  # px: side of a view
_INK: Final = 24.0  # px of the view: length of the longer side of the ink
_SLACK: Final = 3.5  # px of the patch: largest distance of a side of the box from its place
_LEAST: Final = 9.0  # px of the patch: smaller ink is enlarged no further, so that a speck stays small
_PAPER: Final = 15  # px: side of the window whose lightest place is taken as paper


def darkness(patches: GrayImage) -> Float32Array:
    """Darkness relative to the paper around: (n, s, s) float32, 0 paper to 1 black.

    Args:
        patches: (n, s, s) uint8 gray.
    """
    count, side = len(patches), patches.shape[-1]
    flat = np.ascontiguousarray(patches.reshape(count * side, side))
    paper = np.empty_like(patches)
    kernel = np.ones((_PAPER, _PAPER), np.uint8)
    for i in range(count):
        paper[i] = cv2.blur(cv2.morphologyEx(flat[i * side : (i + 1) * side], cv2.MORPH_CLOSE, kernel), (9, 9))
    light = paper.astype(np.float32)
    return np.clip((light - patches) / np.maximum(light, 16), 0, 1).astype(np.float32)


def ink(taken: Float32Array, boxes: Float32Array) -> Float32Array:
    """Darkness with the printed frame removed: (n, s, s) float32, 0 paper to 1 black.

    A printed line has the same darkness along its length. Within `_SLACK` px of each side of the box the median of
    every row (or column) is therefore subtracted. Handwriting that crosses the line stays, thinner. Outside of the box
    the values fade to 0.

    Args:
        taken: (n, s, s) what `darkness` returned, each box centred.
        boxes: (n, 2) width and height of the boxes, px.
    """
    side = taken.shape[-1]
    away = np.abs(np.arange(side, dtype=np.float32) - (side - 1) / 2)
    across = away[None, :] - boxes[:, :1] / 2  # (n, s): how far a column lies outside of the left or right side
    along = away[None, :] - boxes[:, 1:] / 2
    for axis, mine, others in ((2, along, across), (1, across, along)):
        # Median over the pixels of the row (column) within the box; pixels outside are sorted to the end.
        within = others < -_SLACK
        ordered = np.sort(np.where(np.expand_dims(within, 3 - axis), taken, 2), axis=axis)
        middle = (within.sum(axis=1) // 2).reshape(-1, 1, 1)
        line = np.take_along_axis(ordered, middle, axis=axis)
        near = np.expand_dims(mine > -_SLACK, axis)
        taken = np.where(near, np.clip(taken - line, 0, 1), taken)
    fade = np.clip(1 - np.maximum(across[:, None, :], along[:, :, None]) / _SLACK, 0, 1)
    return (taken * fade).astype(np.float32)


def zoom(patches: GrayImage, boxes: Float32Array) -> Float32Array:
    """Scale and centre the ink of each cell for the second net.

    Args:
        patches: (n, s, s) uint8 gray, each box centred.
        boxes: (n, 2) width and height of the boxes, px.

    Returns:
        Views (n, 2, 32, 32) float32, 0 paper to 1 at the darkest place, the longer side of the ink 24 px long. The
        first channel has the printed frame removed, the second shows everything in the same window.
    """
    views = np.zeros((len(patches), 2, SIDE, SIDE), np.float32)
    away = np.abs(np.arange(patches.shape[-1]) - (patches.shape[-1] - 1) / 2)
    everything = darkness(patches)
    inks = ink(everything, boxes)
    # The twelfth darkest pixel: a single speck does not set the scale.
    strength = np.maximum(np.partition(inks.reshape(len(inks), -1), -12, axis=1)[:, -12], np.float32(0.08))
    strong = np.clip(inks / strength[:, None, None], 0, 1)
    strong = np.where(strong < 0.25, np.float32(0), strong)  # haze and remains of the print
    # A slanted frame is not removed completely, so the extent of the ink is measured well inside of the box.
    within = away <= boxes[:, ::-1, None] / 2 - _SLACK  # (n, 2, s): rows, columns
    strong = strong * (within[:, 0, :, None] & within[:, 1, None, :])
    for i, (left, right, top, bottom) in enumerate(
        np.stack([*_extents(strong, 1), *_extents(strong, 2)], axis=1).tolist()
    ):
        factor = _INK / max(right - left, bottom - top, _LEAST)
        middle = ((left + right) / 2, (top + bottom) / 2)
        move = np.array(
            [[factor, 0, (SIDE - 1) / 2 - factor * middle[0]], [0, factor, (SIDE - 1) / 2 - factor * middle[1]]]
        )
        for channel, seen in enumerate((inks[i], everything[i])):
            views[i, channel] = cv2.warpAffine(seen, move, (SIDE, SIDE), flags=cv2.INTER_LINEAR)
    return np.clip(views / strength[:, None, None, None], 0, 1).astype(np.float32)


def _extents(taken: Float32Array, axis: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """First and last place (n,) of the ink in each view (n, s, s) summed along an axis, 1.5% of it left out at either
    end; the middle where there is no ink."""
    profile = taken.sum(axis=axis)
    total = profile.sum(axis=1, keepdims=True)
    share = np.cumsum(profile, axis=1) / np.maximum(total, 1e-9)
    empty, middle = total[:, 0] <= 0, (profile.shape[1] - 1) / 2
    first, last = ((share < least).sum(axis=1).astype(np.float64) for least in (0.015, 0.985))
    return np.where(empty, middle, first), np.where(empty, middle, last)
