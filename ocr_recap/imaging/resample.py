"""Pictures of paper as seen from straight above: what a photo shows at the places of a fine lattice."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import FloatArray, GrayImage

_EVERY = 16  # px between places that are mapped exactly: between them neither a view nor paper is anything but flat


def seen_from_above(
    gray: GrayImage, to_photo: Callable[[FloatArray, FloatArray], FloatArray], size: tuple[int, int], edge: int
) -> tuple[GrayImage, NDArray[np.uint8]]:
    """Resample a photo.

    Args:
        gray: (h, w) uint8.
        to_photo: columns (n,) and rows (m,) of the picture, px, to places (m, n, 2) on the photo, px.
        size: width and height of the picture, px.
        edge: px at the photo's edge that are not looked at: the edge itself is no line.

    Returns:
        The picture, and 1 where there is a photo, (height, width) uint8 each.
    """
    lattice = [np.linspace(0, side - 1.0, side // _EVERY + 2) for side in size]
    at = to_photo(*lattice)
    column, row = (
        np.linspace(0, len(places) - 1.0, side, dtype=np.float32) for places, side in zip(lattice, size, strict=True)
    )
    across, down = (np.ascontiguousarray(m) for m in np.meshgrid(column, row))
    x, y = (cv2.remap(at[..., k].astype(np.float32), across, down, cv2.INTER_LINEAR) for k in (0, 1))
    picture = cv2.remap(gray, x, y, cv2.INTER_LINEAR)
    within = ((at > edge) & (at < np.array(gray.shape[::-1]) - 1 - edge)).all(axis=-1)
    inside = np.asarray(within, dtype=np.uint8)
    inside = cv2.remap(inside, across, down, cv2.INTER_NEAREST)
    return np.asarray(picture, dtype=np.uint8), np.asarray(inside, dtype=np.uint8)
