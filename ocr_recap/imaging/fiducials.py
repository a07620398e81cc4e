"""Finds fiducials, AprilTags and staircase corner marks, in a gray image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import FloatArray, GrayImage
from .linear import product

# Square sizes in px that are tried for a mark. A page of 300 mm that fills 30 to 100% of a photo of 1,400 px has
# squares of 5 to 18 px.
_MARK_SIZES = (4.5, 6.0, 8.0, 10.5, 14.0, 18.5)
_SADDLE_SIGMA = 1.6  # px: blur before the search for saddles; by judgement
_SADDLES = 250  # strongest saddles per scale that are compared with the ideal mark; by judgement
_MARK_REACH = 1.6  # half the side of the compared area, in squares: includes the white paper around; by judgement
MARK_CORRELATION = 0.62  # least correlation with the ideal mark; real marks score 0.75 and more, see tests
# px: widths of the picture at which tags are searched, one after another, since each width misses some tags; by
# judgement.
_TAG_WIDTHS = (1100, 1650, 900)
# A square is like a tag of the family if so many of its 36 bits at most differ, and so many of the 28 cells of its
# border are light; px of the picture that is compared. OpenCV, which looks closer then, corrects two bits. Of 36 drawn
# photos (benchmarks/locate.py, kind 2024, calibration writers) the tags that OpenCV finds have 3 bits and 3 cells.
_WRONG_BITS, _LIGHT_BORDER, _CODE_SIDE = 5, 12, 32
_WINDOWS = (11, 35)  # px, of the means by which dark areas are told: of small tags, and of blurred ones; by judgement
_LEAST_ROUND = 0.03  # of the longer side: a tag's outline is longer, as OpenCV has it
_LEAST_SIDE = 16  # px: smaller pictures have no room for the window of adaptive thresholds
_QUICK_WIDTH = 640  # px: width at which sharp tags are found, at a quarter of the cost; by judgement


@dataclass(frozen=True, eq=False)
class SeenTag:
    """A tag: its id and its corners (4, 2) px, in the order TL, TR, BR, BL of the tag family's drawing."""

    id: int
    corners: FloatArray


@dataclass(frozen=True, eq=False)
class SeenMark:
    """A staircase mark: centre in px, `angle` of its dark diagonal (radians, modulo pi), `score` = correlation."""

    center: FloatArray
    angle: float
    score: float


def find_tags(
    gray: GrayImage,
    ids: Sequence[int] | None,
    quick: bool = False,
    thorough: bool = False,
    widths: Sequence[int] = _TAG_WIDTHS,
) -> list[SeenTag]:
    """Find AprilTags 36h10.

    Args:
        gray: (h, w) uint8.
        ids: search these only (cheap), or None for the whole family of 2,320.
        quick: search large and clear tags only, with less exact corners.
        thorough: search again at other scales where no tag is found.
        widths: px of the picture's shorter side at which tags are searched: first, and where `thorough`, in turn.

    Returns:
        Tags with corners in OpenCV's order: corner 0 is the top-left one of the family's drawing, then clockwise.
    """
    if quick:
        times = max(1, round(min(gray.shape) / _QUICK_WIDTH))
        return _tags(gray if times == 1 else shrunk(gray, times), 1 / times, ids, quick)
    for width in widths if thorough else widths[:1]:
        # The first search does not enlarge the picture; the others enlarge small ones.
        scale = width / min(gray.shape) if width > widths[0] else min(1.0, width / min(gray.shape))
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        seen = gray if scale == 1.0 else cv2.resize(gray, None, fx=scale, fy=scale, interpolation=way)
        if found := _tags(np.asarray(seen, dtype=np.uint8), scale, ids, quick):
            return found
    return []


def tags_at(gray: GrayImage, ids: Sequence[int], scales: Sequence[float]) -> list[SeenTag]:
    """Find AprilTags 36h10 in a picture at several scales, each of which misses some tags.

    Args:
        gray: (h, w) uint8.
        ids: search these only.
        scales: factors of enlargement, 1 or more each.

    Returns:
        Tags as `find_tags` returns them, in pixels of `gray`; a tag occurs once for every scale at which it is found.
    """
    found: list[SeenTag] = []
    for scale in scales if min(gray.shape) >= _LEAST_SIDE else ():
        seen = gray if scale == 1.0 else cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        found += _tags(np.asarray(seen, dtype=np.uint8), scale, ids, quick=False)
    return found


def _tags(picture: GrayImage, scale: float, ids: Sequence[int] | None, quick: bool) -> list[SeenTag]:
    """The tags of a picture that was scaled by `scale`, in pixels of the picture before scaling."""
    if ids is None and not (ids := _likely_ids(picture)):
        return []
    dictionary, codes = _dictionary(tuple(sorted(set(ids))))
    corners, found, _ = _detector(dictionary, quick).detectMarkers(picture)
    if not corners:
        return []
    return [
        SeenTag(codes[int(i)], (np.asarray(c, dtype=np.float64).reshape(4, 2) + 0.5) / scale - 0.5)
        for i, c in zip(found.ravel(), corners, strict=True)
    ]


def _detector(dictionary: cv2.aruco.Dictionary, quick: bool) -> cv2.aruco.ArucoDetector:
    parameters = cv2.aruco.DetectorParameters()
    parameters.adaptiveThreshWinSizeMin, parameters.adaptiveThreshWinSizeMax = (19, 19) if quick else _WINDOWS
    parameters.adaptiveThreshWinSizeStep = _WINDOWS[1] - _WINDOWS[0]
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    return cv2.aruco.ArucoDetector(dictionary, parameters)


def _likely_ids(picture: GrayImage) -> list[int]:
    """The tags of the whole family that something square in a picture is like.

    OpenCV compares one square with 2,320 tags, each way up, in some 8 ms; a form has a hundred squares and more.
    """
    ideal = np.array([[0, 0], [_CODE_SIDE, 0], [_CODE_SIDE, _CODE_SIDE], [0, _CODE_SIDE]], np.float32) - 0.5
    found = [np.zeros((0, 36), np.float32)]
    for square in _squares(picture):
        way = cv2.getPerspectiveTransform(square, ideal)
        upright = np.asarray(cv2.warpPerspective(picture, way, (_CODE_SIDE, _CODE_SIDE)), np.uint8)
        light = cv2.threshold(upright, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1]
        cells = light.reshape(8, _CODE_SIDE // 8, 8, _CODE_SIDE // 8)[:, 1:-1, :, 1:-1].mean(axis=(1, 3)) > 0.5
        if cells.sum() - cells[1:7, 1:7].sum() <= _LIGHT_BORDER:
            found.append(cells[1:7, 1:7].reshape(1, 36).astype(np.float32))
    bits = np.concatenate(found)
    off = bits.sum(axis=1) + product(_codes(), 1 - 2 * bits.T)
    return sorted({int(index) // 4 for index in np.flatnonzero((off <= _WRONG_BITS).any(axis=1))})


def _squares(picture: GrayImage) -> Iterator[NDArray[np.float32]]:
    """Dark areas with four corners (4, 2), as OpenCV looks for those of tags, clockwise."""
    least = _LEAST_ROUND * max(picture.shape)
    for size in _WINDOWS:
        dark = cv2.adaptiveThreshold(picture, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, size, 7)
        for contour in cv2.findContours(dark, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]:
            around = cv2.arcLength(contour, closed=True) if len(contour) >= 4 else 0.0
            if around >= least:
                corners = cv2.approxPolyDP(contour, 0.03 * around, closed=True)
                if len(corners) == 4 and cv2.isContourConvex(corners):
                    square = corners.reshape(4, 2).astype(np.float32)
                    yield square if cv2.contourArea(square, oriented=True) > 0 else square[::-1].copy()


@lru_cache(maxsize=1)
def _codes() -> NDArray[np.float32]:
    """The bits of all tags of the family, each way up; (2320 * 4, 36)."""
    listed = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h10).bytesList
    each = np.ascontiguousarray(listed, dtype=np.uint8).reshape(-1, listed.shape[1])
    return np.unpackbits(each, axis=1)[:, :36].astype(np.float32)


def shrunk(gray: GrayImage, times: int) -> GrayImage:
    """Shrink an image by means of `times` x `times` pixels, as a JPEG decoder does; cheaper than a fractional factor.

    Args:
        gray: (h, w) uint8.
        times: a whole number.
    """
    height, width = gray.shape[0] // times, gray.shape[1] // times
    whole = gray[: height * times, : width * times]
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


@lru_cache(maxsize=8)
def _dictionary(ids: tuple[int, ...]) -> tuple[cv2.aruco.Dictionary, tuple[int, ...]]:
    full = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h10)
    chosen = np.ascontiguousarray(full.bytesList[list(ids)])
    return cv2.aruco.Dictionary(chosen, full.markerSize, full.maxCorrectionBits), ids


def find_marks(gray: GrayImage) -> list[SeenMark]:
    """Find staircase marks anywhere in the image, best first.

    A mark's centre, where two black squares touch, is a saddle of the intensity. Every strong saddle is compared
    with the ideal mark, turned along the saddle's own axes, at several sizes.

    Args:
        gray: (h, w) uint8.
    """
    image = gray.astype(np.float32)
    light = _blurred(image, 1.0)
    found: list[SeenMark] = []
    # Large squares are searched at half size, where the same blur covers twice the length.
    for shrink, seen in ((1, image), (2, shrunk(gray, 2).astype(np.float32))):
        points, angles = _saddles(_blurred(seen, _SADDLE_SIGMA))
        if len(points):
            found += _compare(light, (points + 0.5) * shrink - 0.5, angles)
    found.sort(key=lambda mark: (-mark.score, mark.center[1], mark.center[0]))
    kept: list[SeenMark] = []
    places = np.zeros((0, 2))
    for mark in found:
        if not (np.hypot(*(places - mark.center).T) <= _MARK_SIZES[0]).any():
            kept.append(mark)
            places = np.vstack([places, mark.center])
    return [SeenMark(sharpen(gray, mark.center), mark.angle, mark.score) for mark in kept]


def _blurred(image: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), dtype=np.float32)


def _saddles(smooth: NDArray[np.float32]) -> tuple[FloatArray, FloatArray]:
    """The strongest saddles: (n, 2) px and the angle of the dark diagonal of each."""
    dxx = cv2.Sobel(smooth, cv2.CV_32F, 2, 0)
    dyy = cv2.Sobel(smooth, cv2.CV_32F, 0, 2)
    dxy = cv2.Sobel(smooth, cv2.CV_32F, 1, 1)
    # Minus the Hessian's determinant.
    strength = np.asarray(cv2.subtract(cv2.multiply(dxy, dxy), cv2.multiply(dxx, dyy)), dtype=np.float32)
    peak = cv2.compare(strength, cv2.dilate(strength, np.ones((7, 7), np.uint8)), cv2.CMP_EQ)
    peak[strength <= 0] = 0
    border = 8
    peak[:border] = peak[-border:] = 0
    peak[:, :border] = peak[:, -border:] = 0
    found = cv2.findNonZero(peak)
    # OpenCV gives None where it finds none.
    places = np.zeros((0, 2), np.intp) if found is None else np.asarray(found, np.intp).reshape(-1, 2)  # pyright: ignore[reportUnnecessaryComparison]
    columns, rows = places[:, 0], places[:, 1]
    order = np.argsort(-strength[rows, columns], kind="stable")[:_SADDLES]
    rows, columns = rows[order], columns[order]
    xx, yy, xy = dxx[rows, columns], dyy[rows, columns], dxy[rows, columns]
    # The intensity decreases from the saddle along the dark diagonal: the eigenvector of the smaller eigenvalue.
    angles = 0.5 * np.arctan2(2.0 * xy, xx - yy) + np.pi / 2
    return np.stack([columns, rows], axis=1).astype(np.float64), angles.astype(np.float64)


def _compare(image: NDArray[np.float32], points: FloatArray, angles: FloatArray) -> list[SeenMark]:
    steps = np.linspace(-_MARK_REACH, _MARK_REACH, 17)
    u, v = np.meshgrid(steps, steps)
    ideal = np.where((u * v > 0) & (np.abs(u) < 1) & (np.abs(v) < 1), -1.0, 1.0)
    ideal = cv2.GaussianBlur(ideal, (0, 0), 1.0)
    ideal = ((ideal - ideal.mean()) / ideal.std()).ravel()
    best = np.full(len(points), -1.0)
    # The ideal mark's dark diagonal runs at 45 degrees in its own frame.
    turn = angles - np.pi / 4
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    for size in _MARK_SIZES:
        x = points[:, :1] + size * (u.ravel() * cos - v.ravel() * sin)
        y = points[:, 1:] + size * (u.ravel() * sin + v.ravel() * cos)
        patch = cv2.remap(
            image, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        centered = patch - patch.mean(axis=1, keepdims=True)
        spread = centered.std(axis=1)
        score = (centered * ideal).mean(axis=1) / np.maximum(spread, 4.0)
        best = np.maximum(best, score)
    return [
        SeenMark(point, float(angle % np.pi), float(score))
        for point, angle, score in zip(points, angles, best, strict=True)
        if score >= MARK_CORRELATION
    ]


def sharpen(gray: GrayImage, center: FloatArray) -> FloatArray:
    """Refine the centre of a mark, a saddle of the intensity, to a fraction of a pixel.

    Args:
        gray: (h, w) uint8.
        center: (2,) px.

    Returns:
        (2,) px; `center` itself where the refinement diverges.
    """
    start = np.array([[center]], dtype=np.float32)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.01)
    refined = cv2.cornerSubPix(gray, start.copy(), (4, 4), (-1, -1), criteria)[0, 0].astype(np.float64)
    return refined if np.linalg.norm(refined - center) < 3.0 else center
