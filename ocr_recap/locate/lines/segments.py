"""Straight strokes on a photo that are long enough to be ruled, and the directions in which they run.

OpenCV's line segment detector finds them. Motion and grain hide some: smoothed along a stroke's own direction the
picture shows them again, and nobody needs to know more than that direction first.
"""

from __future__ import annotations

import cv2
import numpy as np

from ...imaging.arrays import FloatArray, GrayImage

SPREAD = np.radians(22)  # largest angle of a stroke against its direction's middle: perspective spreads them
_LEAST_STROKE = 0.013  # of the longer side: shorter strokes are writing
_FAINT = 0.2  # of the contrast of the photo's clear strokes: fainter ones are left out
_ALONG = 15  # px along a stroke over which hidden ones are smoothed
_FEWEST = 8  # strokes that tell a direction


def segments(gray: GrayImage) -> FloatArray:
    """Straight strokes that are long enough to be ruled; (n, 2, 2) px."""
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE, 1.0).detect(gray)[0]
    # OpenCV gives None where it finds none.
    strokes = np.array([] if found is None else found, dtype=np.float64).reshape(-1, 2, 2)  # pyright: ignore[reportUnnecessaryComparison]
    length = np.linalg.norm(strokes[:, 1] - strokes[:, 0], axis=1)
    strokes = strokes[length >= _LEAST_STROKE * max(gray.shape)]
    if not len(strokes):
        return strokes
    # Print is darker than the grain of wood or the weave of cloth.
    contrast = _contrast(gray, strokes)
    return strokes[contrast >= _FAINT * np.quantile(contrast, 0.8)]


def hidden_segments(gray: GrayImage) -> FloatArray:
    """The same where grain hides them, or motion those across it: in the picture smoothed along the way that most run,
    and across."""
    seen = segments(gray)
    if len(seen) < _FEWEST:
        return seen
    main = main_direction(directions(seen))
    found = [seen[:0]]
    for way in (main, main + np.pi / 2):
        reach = _ALONG // 2 * np.array([np.cos(way), np.sin(way)])
        kernel = np.zeros((_ALONG, _ALONG), np.float32)
        middle = np.array([_ALONG // 2] * 2)
        start, end = (np.rint(middle + sense * reach).astype(int).tolist() for sense in (-1, 1))
        cv2.line(kernel, start, end, 1.0)
        smooth = cv2.filter2D(gray, -1, kernel / kernel.sum())
        strokes = segments(np.asarray(smooth, dtype=np.uint8))
        found.append(strokes[between(angles(strokes), way) < SPREAD])
    return np.concatenate(found)


def _contrast(gray: GrayImage, strokes: FloatArray) -> FloatArray:
    """Gray levels between the two sides of each stroke, relative to the lighter side; (n,)."""
    start, way = strokes[:, 0], strokes[:, 1] - strokes[:, 0]
    across = np.stack([-way[:, 1], way[:, 0]], axis=1) / np.linalg.norm(way, axis=1, keepdims=True)
    places = start[:, None] + np.linspace(0.15, 0.85, 5)[None, :, None] * way[:, None]
    sides = [places + step * across[:, None] for step in (-1.5, 1.5)]
    one, other = (_light(gray, side) for side in sides)
    return np.abs(one - other) / np.maximum(np.maximum(one, other), 1.0)


def _light(gray: GrayImage, places: FloatArray) -> FloatArray:
    """Mean gray level of each row of places (n, k, 2); (n,)."""
    x, y = (np.ascontiguousarray(places[..., i], dtype=np.float32) for i in (0, 1))
    return np.asarray(cv2.remap(gray, x, y, cv2.INTER_LINEAR), dtype=np.float64).mean(axis=1)


def angles(strokes: FloatArray) -> FloatArray:
    """Direction of each stroke, 0 to pi; (n,) radians."""
    way = strokes[:, 1] - strokes[:, 0]
    return np.arctan2(way[:, 1], way[:, 0]) % np.pi


def directions(strokes: FloatArray) -> FloatArray:
    """How much of all strokes runs in each direction, in steps of two degrees, smoothed; (90,)."""
    length = np.linalg.norm(strokes[:, 1] - strokes[:, 0], axis=1)
    bins = np.bincount((angles(strokes) / np.pi * 90).astype(int) % 90, weights=length, minlength=90)
    return np.convolve(np.r_[bins[-3:], bins, bins[:3]], [1, 2, 3, 4, 3, 2, 1], mode="valid")


def main_direction(bins: FloatArray) -> float:
    """The direction in which most runs, radians."""
    return (int(bins.argmax()) + 0.5) * np.pi / 90


def between(angle: FloatArray, other: float) -> FloatArray:
    """Angles between directions without sense, 0 to pi/2."""
    turn = np.abs(angle - other) % np.pi
    return np.minimum(turn, np.pi - turn)
