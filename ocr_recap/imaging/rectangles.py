"""Finds small rectangles drawn in dark lines: boxes of digits, cells of tables."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from .arrays import FloatArray, GrayImage

_SCALE = 0.5  # of the picture in which rectangles are looked for: it joins what grain breaks; by judgement
_DARKER = 6  # gray levels by which a pixel of a line is darker than the mean around it, by judgement
_SIDE_FOR_LARGE = 640  # px, longer side of the picture in which large rectangles are looked for
_AROUND = 60  # the mean is taken over this part of the picture's shorter side
_SMALLEST, _LARGEST = 8, 260  # px of a side, at the scale at which it is looked for
_LONGEST = 3.3  # sides of a box differ by this factor at most
_FULL = 0.86  # share of the enclosing rectangle that the hull of a contour fills; a circle fills 0.79
_SAME, _SAME_SIZE = 0.2, 1.5  # two rectangles are one: centres within this share of a side, sides within this factor


_Row = tuple[float, float, float, float, float]


class Rectangles(NamedTuple):
    """Rectangles in a picture.

    Attributes:
        centers: (n, 2) px.
        sides: (n, 2) px, along `angles` and across.
        angles: (n,) radians of the first side, clockwise from the right.
    """

    centers: FloatArray
    sides: FloatArray
    angles: FloatArray

    @property
    def sizes(self) -> FloatArray:
        """(n,) px, the geometric mean of the sides."""
        return np.sqrt(self.sides.prod(axis=1))


def find_rectangles(gray: GrayImage, large: bool = False) -> Rectangles:
    """Find rectangles, the largest first; each once, whether its inner or its outer edge was seen.

    Args:
        gray: (h, w) uint8.
        large: only large ones are asked for, which costs less.
    """
    found = _contours(gray, min(1.0, _SIDE_FOR_LARGE / max(gray.shape)) if large else _SCALE)
    if not found:
        return Rectangles(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0))
    table = np.array(found)
    table = table[np.argsort(-table[:, 2] * table[:, 3], kind="stable")]
    kept: list[int] = []
    sizes = np.sqrt(table[:, 2] * table[:, 3])
    for i in range(len(table)):
        apart = np.hypot(*(table[kept, :2] - table[i, :2]).T)
        if not ((apart < _SAME * sizes[i]) & (sizes[kept] < _SAME_SIZE * sizes[i])).any():
            kept.append(i)
    table = table[kept]
    return Rectangles(table[:, :2], table[:, 2:4], np.radians(table[:, 4]))


def _contours(gray: GrayImage, scale: float) -> list[_Row]:
    """Rectangular contours of a picture at a scale: centre x and y, sides (px of `gray`), angle (degrees)."""
    seen = gray if scale == 1 else cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    block = max(15, (min(seen.shape) // _AROUND) | 1)
    dark = cv2.adaptiveThreshold(seen, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, _DARKER)
    contours = cv2.findContours(dark, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)[0]
    found: list[_Row] = []
    for contour in contours:
        if len(contour) < 4:
            continue
        _, _, width, height = cv2.boundingRect(contour)
        if min(width, height) < _SMALLEST or max(width, height) > _LARGEST:
            continue
        hull = cv2.convexHull(contour)
        (x, y), (first, second), angle = cv2.minAreaRect(hull)
        shorter, longer = sorted((first, second))
        if shorter < _SMALLEST or longer > _LONGEST * shorter or cv2.contourArea(hull) < _FULL * first * second:
            continue
        found.append(((x + 0.5) / scale - 0.5, (y + 0.5) / scale - 0.5, first / scale, second / scale, angle))
    return found
