"""A tagged page's corner marks, looked for where its tag says they are: the usual photo needs no search of the whole.

The tag is small and far from most marks, so each mark is predicted from all that is known by then, the nearest first,
and looked for in a window that is as wide as the prediction is unsure. The window is sampled upright at a few pixels a
square, where one comparison with the ideal mark settles it. What is found here is only a proposal: the page's lines
decide (`tagged_page`), and where they do not agree the page is searched for by its lines and boxes (`search`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import cv2
import numpy as np

from ...forms.fields import CornerMarks, Tag, tag_corners
from ...imaging.arrays import FloatArray, GrayImage
from ...imaging.fiducials import SeenMark, SeenTag, sharpen, shrunk
from ...imaging.homography import project
from ...imaging.spline_surface import nearest_plane

_SQUARE = 4.0  # px of a mark's square in a window
_REACH = 1.6  # squares from the centre that the comparison covers: white paper must surround the mark
# Least correlation with the ideal mark. On 80 drawn photos (60 field, 20 hard) the 222 marks within 2% of where a plane
# predicted them had 0.74 or more, 99% of them 0.82; what a false one costs is a second look.
LEAST = 0.7
# How far off a prediction may be, as a share of the way from the tag, by how many marks are known: a tilt of 20 degrees
# moves marks so far. Steeper views are left to `search`.
_UNSURE = (0.30, 0.16, 0.16, 0.08)

_MARK_WEIGHT = 6  # corners of the tag that a mark counts for
_CONTRADICTION = 0.15  # sides of the tag by which its corners may lie off the plane of the marks, by judgement


def marks_by_tag(gray: GrayImage, corners: CornerMarks, printed: Tag, tag: SeenTag) -> dict[int, SeenMark]:
    """The page's corner marks (0-3: TL, TR, BR, BL) near where its tag predicts them.

    Args:
        gray: (h, w) uint8.
        corners: the page's marks.
        printed: its tag.
        tag: the tag as it was seen.
    """
    on_page = tag_corners(printed)
    away = np.linalg.norm(corners.centers - on_page.mean(axis=0), axis=1)
    found: dict[int, SeenMark] = {}
    for index in np.argsort(away, kind="stable").tolist():
        known = sorted(found)
        to_photo = _model(on_page, tag.corners, corners.centers[known], [found[i].center for i in known])
        if to_photo is None:
            break
        reach = _UNSURE[len(known)] * float(away[index]) + 0.5 * printed.side
        mark = _look(gray, to_photo, corners.centers[index], reach, corners.square)
        if mark is not None:
            found[index] = mark
    return found


def plane_by_tag(printed: Tag, tag: SeenTag, corners: CornerMarks, marks: Mapping[int, SeenMark]) -> FloatArray | None:
    """Page to photo (3, 3), mm to px, by a tag and three marks or more; None where they contradict each other.

    Args:
        printed: the page's tag.
        tag: the tag as it was seen.
        corners: the page's marks.
        marks: those that were seen (0-3: TL, TR, BR, BL).
    """
    if len(marks) < 3:
        return None
    on_page = tag_corners(printed)
    # Marks weigh more than the tag's corners, since they are far apart.
    source = np.vstack([on_page, np.repeat(corners.centers[list(marks)], _MARK_WEIGHT, axis=0)])
    target = np.vstack([tag.corners, np.repeat([mark.center for mark in marks.values()], _MARK_WEIGHT, axis=0)])
    homography = nearest_plane(source, target)
    if homography is None:
        return None
    # The tag was not fitted exactly, so it can contradict a wrong mark.
    side = float(np.linalg.norm(tag.corners[0] - tag.corners[1]))
    off = float(np.linalg.norm(project(homography, on_page) - tag.corners, axis=1).max()) / side
    return homography if off < _CONTRADICTION else None


def marks_at(
    gray: GrayImage, corners: CornerMarks, to_photo: Callable[[FloatArray], FloatArray]
) -> dict[int, SeenMark]:
    """The page's corner marks (0-3: TL, TR, BR, BL) that are seen where a page that was placed has them.

    Args:
        gray: (h, w) uint8.
        corners: the page's marks.
        to_photo: mm (n, 2) to px.
    """
    found: dict[int, SeenMark] = {}
    for index, place in enumerate(corners.centers):
        here, right, below = to_photo(place + np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
        matrix = np.array([[*v] for v in zip(right - here, below - here, here, strict=True)])
        matrix[:, 2] -= matrix[:, :2] @ place
        mark = _look(gray, np.vstack([matrix, [0.0, 0.0, 1.0]]), place, corners.square, corners.square)
        if mark is not None:
            found[index] = mark
    return found


def page_by_tag(tag_mm: FloatArray, tag_px: FloatArray) -> FloatArray | None:
    """Page to photo (3, 3) about as a tag alone has it, a similarity; from its corners (4, 2), mm and px."""
    return _model(tag_mm, tag_px, np.zeros((0, 2)), [])


def _model(
    tag_mm: FloatArray, tag_px: FloatArray, marks_mm: FloatArray, marks_px: list[FloatArray]
) -> FloatArray | None:
    """Page to photo (3, 3), as freely as what is known allows: a similarity at first, then an affine map."""
    source = np.vstack([tag_mm, np.repeat(marks_mm, 4, axis=0)])
    target = np.vstack([tag_px, np.repeat(np.array(marks_px).reshape(-1, 2), 4, axis=0)])
    x, y, one, zero = source[:, 0], source[:, 1], np.ones(len(source)), np.zeros(len(source))
    if len(marks_mm) < 2:
        rows = np.vstack([np.stack([x, -y, one, zero], axis=1), np.stack([y, x, zero, one], axis=1)])
        a, b, u, v = np.linalg.lstsq(rows, target.T.ravel(), rcond=None)[0]
        matrix = np.array([[a, -b, u], [b, a, v], [0, 0, 1]])
    else:
        rows = np.linalg.lstsq(np.stack([x, y, one], axis=1), target, rcond=None)[0]
        matrix = np.vstack([rows.T, [0.0, 0.0, 1.0]])
    return matrix if np.linalg.det(matrix[:2, :2]) > 0 else None


def _look(gray: GrayImage, to_photo: FloatArray, place: FloatArray, reach: float, square: float) -> SeenMark | None:
    """The likeliest mark within `reach` mm of a place; None where nothing there is like one."""
    fine = _SQUARE / square  # window px per mm
    half = int(np.ceil(reach * fine)) + int(np.ceil(_REACH * _SQUARE))
    # Window pixel w lies at page mm place + (w - half) / fine.
    to_page = np.array([[1 / fine, 0, place[0] - half / fine], [0, 1 / fine, place[1] - half / fine], [0, 0, 1]])
    matrix = to_photo @ to_page
    window = _upright(gray, matrix, 2 * half + 1)
    if window is None:
        return None
    score = cv2.matchTemplate(window, _ideal(), cv2.TM_CCOEFF_NORMED)
    _, best, _, (left, top) = cv2.minMaxLoc(score)
    if best < LEAST:
        return None
    middle = (len(_ideal()) - 1) / 2
    center = project(matrix, np.array([left + middle, top + middle]))
    if not (center >= 0).all() or not (center < np.array(gray.shape[::-1])).all():
        return None
    diagonal = matrix[:2, 0] + matrix[:2, 1]
    return SeenMark(sharpen(gray, center), float(np.arctan2(diagonal[1], diagonal[0]) % np.pi), float(best))


def _upright(gray: GrayImage, matrix: FloatArray, size: int) -> GrayImage | None:
    """The photo through an affine map (window px to photo px), (size, size); None where it lies outside."""
    corners = project(matrix, np.array([[0, 0], [size, 0], [size, size], [0, size]], dtype=np.float64))
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 2, 0)
    high = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 3, gray.shape[::-1])
    if (high - low < 16).any():
        return None
    part = gray[low[1] : high[1], low[0] : high[0]]
    step = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    shrink = max(1, int(step))
    if shrink > 1:  # lest grain and thin lines fall between samples
        part = shrunk(part, shrink)
    to_part = np.array([[1 / shrink, 0, (0.5 - low[0]) / shrink - 0.5], [0, 1 / shrink, (0.5 - low[1]) / shrink - 0.5]])
    way = to_part @ matrix
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(part, way, (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8
    )


@lru_cache(maxsize=1)
def _ideal() -> GrayImage:
    """The mark in a window: two black squares that touch at a corner, on white."""
    half = int(np.ceil(_REACH * _SQUARE))
    # Pixels are areas: each is the mean of the ideal mark over it.
    fine = (np.arange(8 * (2 * half + 1)) + 0.5) / 8 - 0.5 - half
    u, v = np.meshgrid(fine / _SQUARE, fine / _SQUARE)
    mark = np.where((u * v > 0) & (np.abs(u) < 1) & (np.abs(v) < 1), 0.0, 255.0)
    size = 2 * half + 1
    return np.rint(mark.reshape(size, 8, size, 8).mean(axis=(1, 3))).astype(np.uint8)
