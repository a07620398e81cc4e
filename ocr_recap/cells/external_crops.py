"""Turns pictures of single cells, of any size, into patches for the digit reader.

This is for programs that cut cells themselves. `crop` cuts the cells of photos of whole forms.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import GrayImage
from .patch import PATCH, box_of, scale_of

Box = tuple[float, float]

SMALLEST = 4  # px: least side of a picture; by judgement
# Percentile of a picture's gray levels that is taken as paper: ink covers less than a quarter of a cell. By judgement.
_PAPER = 75


def patch_of(picture: NDArray[Any], margin: float = 0.0) -> tuple[GrayImage, Box]:
    """Scale one picture of a cell to a patch for `DigitReader.read`: the box centred, at the scale of `patch.scale_of`.

    Parts of the patch that the picture does not show become plain paper. The reader was trained on boxes with their
    surroundings, so pictures with a margin of 0.25 or more are read best.

    Args:
        picture: (h, w) gray or (h, w, 3) BGR, uint8, from 4 x 4 pixels; dark ink on light paper, upright, true aspect.
        margin: width of the surroundings on each side of the printed box, as a share of the box's height; 0 where the
            picture ends with the box. A box 32 px high with 8 px around it has the margin 0.25.

    Returns:
        The patch (48, 48) uint8, and the printed box's width and height in it, px.

    Raises:
        TypeError: the picture is no array of uint8.
        ValueError: it has another shape or fewer pixels, or the margin leaves no box.
    """
    gray = _gray(picture)
    height, width = gray.shape
    if not 0 <= margin < np.inf:
        raise ValueError(f"margin is a share of the box's height, 0 or more, not {margin}")
    box_height = height / (1 + 2 * margin)
    box_width = width - 2 * margin * box_height
    if min(box_height, box_width) < 1:
        raise ValueError(f"a picture of {width} x {height} pixels with a margin of {margin} has no box inside")
    factor = scale_of(box_width, box_height)
    seen = gray
    if max(width, height) * factor > 4 * PATCH:  # the picture shows far more than the patch: enlarge only its middle
        need = PATCH / factor + 4
        left, top = (max(0, int((side - need) / 2)) for side in (width, height))
        seen = gray[top : height - top, left : width - left]
        height, width = seen.shape
    size = max(1, round(width * factor)), max(1, round(height * factor))
    small = cv2.resize(seen, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
    wide, tall = max(PATCH, size[0]), max(PATCH, size[1])
    paper = np.full((tall, wide), int(np.percentile(gray, _PAPER)), np.uint8)
    left, top = (wide - size[0]) // 2, (tall - size[1]) // 2
    paper[top : top + size[1], left : left + size[0]] = small
    left, top = (wide - PATCH) // 2, (tall - PATCH) // 2  # a cell may be wider than the patch
    return np.ascontiguousarray(paper[top : top + PATCH, left : left + PATCH]), box_of(box_width, box_height)


def patches_of(pictures: Iterable[NDArray[Any]], margin: float = 0.0) -> tuple[GrayImage, NDArray[np.float64]]:
    """Scale pictures of cells to patches: `digit_reader.read(*patches_of(pictures))`.

    Args:
        pictures: as for `patch_of`; their sizes may differ.
        margin: as for `patch_of`, the same for all pictures.

    Returns:
        Patches (n, 48, 48) uint8, and the boxes' sizes in them (n, 2), px.

    Raises:
        TypeError, ValueError: as `patch_of`; the message begins with the number of the picture, from 0.
    """
    patches: list[GrayImage] = []
    boxes: list[Box] = []
    for number, picture in enumerate(pictures):
        try:
            patch, box = patch_of(picture, margin)
        except (TypeError, ValueError) as fault:
            raise type(fault)(f"picture {number}: {fault}") from None
        patches.append(patch)
        boxes.append(box)
    if not patches:
        return np.zeros((0, PATCH, PATCH), np.uint8), np.zeros((0, 2))
    return np.stack(patches), np.array(boxes)


def _gray(picture: object) -> GrayImage:
    expected = "a cell is a uint8 array, (h, w) gray or (h, w, 3) BGR"
    if not isinstance(picture, np.ndarray):
        raise TypeError(f"{expected}, not {type(picture).__name__}")
    if picture.dtype != np.uint8:
        raise TypeError(f"{expected}; this one is {picture.dtype}")
    if picture.ndim not in (2, 3) or (picture.ndim == 3 and picture.shape[2] != 3):
        raise ValueError(f"{expected}; this one has the shape {picture.shape}")
    if min(picture.shape[:2]) < SMALLEST:
        raise ValueError(f"a cell has at least {SMALLEST} x {SMALLEST} pixels; this one has the shape {picture.shape}")
    gray = picture if picture.ndim == 2 else cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_BGR2GRAY)
    return np.ascontiguousarray(gray, dtype=np.uint8)
