"""Detects long pen lines in a picture of cells whose printed lines lie at known places.

A long line is a dark ridge that goes on for longer than a cell, with little change of direction. Digits, strokes and
bundles of strokes are shorter, or have gaps of paper between them. The picture is sheared by each of some slopes, so
that lines of this slope are level, and summed along windows of the length asked for (a Hough transform of short
windows). Steep lines are found in the transposed picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import Float32Array, GrayImage

STEP = 4  # px along a line that are averaged into one sample; by judgement
# Slopes, px down per px across. Lines between two of them are up to 1.5 px off at the end of a window; by judgement.
_SLOPES = np.linspace(-0.8, 0.8, 21)
_BELOW = 0.999  # what is left out without a second look is below the limit by more than rounding
_LEAST_SEEN = 0.5  # least share of a window that is not hidden by printed lines; by judgement
_INVERSE = cv2.WARP_INVERSE_MAP
_ACROSS = 4  # px above and below a line at which the paper beside it is looked at; more than half of the widest pen
_PRINT = 0.035  # darkness (share of the paper) of the median of a row from which a line is printed there; by judgement
_NEAR = 6  # px around the place of a printed line within which it is searched for; by judgement
_ITSELF = 1.5  # px around it that are taken as printed in any case; by judgement
_PAPER = 17  # px: side of the windows from whose lightest place the tone of the paper is taken; by judgement


@dataclass(frozen=True)
class LineLimits:
    """What counts as a line.

    Attributes:
        length: px, of the window.
        mean: least mean darkness of a window beyond the paper beside it, share of the paper.
        even: least evenness of a window: the squared mean of the roots of its samples above 0, divided by their mean.
            It is 1 for a line of one darkness, and the share of ink where strokes alternate with paper.
    """

    length: float
    mean: float
    even: float


@dataclass(frozen=True, eq=False)
class Ridges:
    """How much darker each place is than the paper above and below it.

    Attributes:
        ridge: (h, w) share of the paper, bounded, 0 where a line is printed.
        known: (h, w) 1 where no line is printed, else 0.
    """

    ridge: Float32Array
    known: Float32Array


def darkness(picture: GrayImage) -> Float32Array:
    """How much darker each place of a picture (h, w) uint8 is than the paper around it, share of the paper."""
    smooth = cv2.blur(picture, (3, 3))
    paper = cv2.blur(cv2.dilate(smooth, np.ones((_PAPER, _PAPER), np.uint8)), (2 * _PAPER - 1, 2 * _PAPER - 1))
    dark = 1 - smooth.astype(np.float32) / np.maximum(paper, 1).astype(np.float32)
    return np.asarray(dark - np.median(dark), np.float32)


def ridges(dark: Float32Array, down: Sequence[float], across: Sequence[float]) -> Ridges:
    """Ridges of lines that run across.

    Args:
        dark: (h, w) as `darkness` gives it.
        down: rows of the picture at which level lines are printed.
        across: columns of the picture at which upright lines are printed.
    """
    hidden = _printed(dark, down) | _printed(dark.T, across).T
    held = np.where(hidden, np.float32(0), dark)
    edged = cv2.copyMakeBorder(held, _ACROSS, _ACROSS, 0, 0, cv2.BORDER_REPLICATE)
    beside = np.maximum(np.maximum(edged[: -2 * _ACROSS], edged[2 * _ACROSS :]), np.float32(-0.05))
    ridge = np.clip(dark - beside, -0.15, 0.15)
    return Ridges(np.where(hidden, np.float32(0), ridge).astype(np.float32), (~hidden).astype(np.float32))


def _printed(dark: Float32Array, places: Sequence[float]) -> NDArray[np.bool_]:
    """(h, w) where level lines are printed: rows near these places that are dark all along a third of the picture."""
    found = np.zeros(dark.shape, np.bool_)
    rows = np.arange(len(dark))
    away = np.abs(rows[:, None] - np.asarray(places, dtype=np.float64)).min(axis=1)
    near, at = np.asarray(away <= _NEAR, np.bool_), np.asarray(away <= _ITSELF, np.bool_)
    for zone in np.array_split(np.arange(dark.shape[1]), 3):
        part = dark[:, zone[0] : zone[-1] + 1 : 2]
        printed = at.copy()
        printed[near] |= np.median(part[near], axis=1) > _PRINT
        wide = printed.copy()
        wide[1:] |= printed[:-1]
        wide[:-1] |= printed[1:]
        found[:, zone] = wide[:, None]
    return found


def runs(of: Ridges, limits: LineLimits) -> NDArray[np.bool_]:
    """(h, w) where windows of a line run.

    Args:
        of: the picture.
        limits: of a line.
    """
    height, width = of.ridge.shape
    size = max(1, width // STEP), height
    window = max(3, round(limits.length / STEP)) | 1
    found = np.zeros((height, size[0]), np.uint8)
    if float(of.ridge.max(initial=0)) < limits.mean:
        return np.zeros((height, width), np.bool_)
    above = np.maximum(of.ridge, 0)
    layers = np.stack([of.ridge, above, np.sqrt(above), of.known], axis=2)
    layers = np.asarray(cv2.resize(layers, size, interpolation=cv2.INTER_AREA), np.float32)
    ridge = np.ascontiguousarray(layers[..., 0])
    least = _BELOW * limits.mean * _LEAST_SEEN
    for slope in _SLOPES * STEP:
        reach = int(np.ceil(abs(slope) * size[0] / 2)) + 1
        shear = np.array([[1.0, 0.0, 0.0], [slope, 1.0, -slope * size[0] / 2 - reach]])
        sheared = size[0], height + 2 * reach
        # One of four layers first: on most slopes no window holds enough ink, however much of it is hidden.
        if cv2.minMaxLoc(_windows(ridge, shear, sheared, window))[1] < least:
            continue
        ink, above, root, seen = cv2.split(_windows(layers, shear, sheared, window))
        good = (seen >= _LEAST_SEEN) & (ink >= limits.mean * seen) & (root * root >= limits.even * above * seen)
        if good.any():
            along = cv2.dilate(good.astype(np.uint8), np.ones((1, window), np.uint8))
            back = np.array([[1.0, 0.0, 0.0], [-slope, 1.0, slope * size[0] / 2 + reach]])
            found |= np.asarray(cv2.warpAffine(along, back, size, flags=_INVERSE | cv2.INTER_NEAREST), np.uint8)
    return cv2.resize(found, (width, height), interpolation=cv2.INTER_NEAREST) > 0


def _windows(layers: Float32Array, shear: NDArray[np.float64], size: tuple[int, int], window: int) -> Float32Array:
    """Means of layers (h, w) or (h, w, n) along windows, after a shear to another size (w, h)."""
    level = cv2.warpAffine(layers, shear, size, flags=_INVERSE | cv2.INTER_LINEAR)
    return np.asarray(cv2.boxFilter(level, -1, (window, 1), borderType=cv2.BORDER_CONSTANT), np.float32)


def widened(found: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Lines (h, w) with the places up to `reach` px beside them."""
    side = 2 * reach + 1
    return cv2.dilate(found.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
