"""The fiducials of a blank sheet, for the proposal of its template (`propose`): a tag, four corner marks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from ...imaging.arrays import FloatArray, GrayImage
from ...imaging.fiducials import find_marks, find_tags

_CORNER: Final = 0.17  # corner marks are within this share of the sheet's sides from its corners; by judgement
_MARK: Final = 0.75  # least correlation with the ideal staircase; by judgement


@dataclass(frozen=True)
class ProposedTag:
    """An AprilTag 36h10: id, centre and side in mm, clockwise turn in degrees."""

    id: int
    center: tuple[float, float]
    side: float
    rotation: int


@dataclass(frozen=True)
class Marks:
    """Four staircase marks: side of one square, and the centres TL, TR, BR, BL, mm."""

    square: float
    centers: tuple[tuple[float, float], ...]


def find_tag(gray: GrayImage, scale: float) -> ProposedTag | None:
    """Find the page's AprilTag.

    Args:
        gray: (h, w) uint8, the sheet.
        scale: pixels per mm.

    Returns:
        The tag; None unless there is exactly one.
    """
    seen = find_tags(gray, None)
    if len(seen) != 1:
        return None
    corners = (seen[0].corners + 0.5) / scale
    center = corners.mean(axis=0)
    side = float(np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1).mean())
    first = corners[0] - center
    turn = {(True, True): 0, (False, True): 90, (False, False): 180, (True, False): 270}
    rotation = turn[bool(first[0] < 0), bool(first[1] < 0)]
    return ProposedTag(seen[0].id, (round(float(center[0]), 2), round(float(center[1]), 2)), round(side, 2), rotation)


def find_corner_marks(gray: GrayImage, scale: float) -> Marks | None:
    """Find four staircase marks, one near each corner of the sheet, that form a rectangle.

    Args:
        gray: (h, w) uint8, the sheet.
        scale: pixels per mm.

    Returns:
        The marks; None unless all four are found.
    """
    height, width = gray.shape
    zoom = min(1.0, 1400 / min(height, width))
    small = gray if zoom == 1 else cv2.resize(gray, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    marks = find_marks(np.asarray(small, np.uint8))
    seen = [((m.center + 0.5) / zoom - 0.5, m.score) for m in marks if m.score > _MARK]
    corners: list[FloatArray] = []
    for x, y in ((0, 0), (1, 0), (1, 1), (0, 1)):
        near = [
            (score, tuple(center))
            for center, score in seen
            if abs(center[0] / width - x) < _CORNER and abs(center[1] / height - y) < _CORNER
        ]
        if not near:
            return None
        corners.append(np.array(max(near)[1]))
    tl, tr, br, bl = corners
    if np.linalg.norm((tr - tl) - (br - bl)) > 0.01 * width or np.linalg.norm((bl - tl) - (br - tr)) > 0.01 * height:
        return None
    sides = [_dark_run(gray, corner) for corner in corners]
    centers = tuple((round((float(c[0]) + 0.5) / scale, 2), round((float(c[1]) + 0.5) / scale, 2)) for c in corners)
    return Marks(round(float(np.median(sides)) / scale, 2), centers)


def _dark_run(gray: GrayImage, center: FloatArray) -> float:
    """Side of a mark's upper left square, px: length of the dark run to the left, a little above the centre."""
    x, y = round(float(center[0])) - 2, max(0, round(float(center[1])) - 3)
    run = gray[y, max(0, x - 200) : x + 1][::-1] < 128
    ends = np.flatnonzero(~run)
    return float(ends[0] if len(ends) else len(run)) + 2
