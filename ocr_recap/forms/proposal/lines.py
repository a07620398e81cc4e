"""The ruling of a blank sheet: its straight printed lines and the rectangles between them, in pixels.

The input is a drawing or a flat scan with horizontal and vertical lines; a small skew is corrected. Photos are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import FloatArray, GrayImage
from ...messages.errors import InputUnusable

# Lengths are shares of the sheet's shorter side. Limits are by judgement, on the seven forms of the package. The
# shortest lines to find are the sides of tally and total cells (0.016 on the densest form); strokes of a heading's
# letters reach 0.014.
_SHORTEST: Final = 0.015
_WINDOW: Final = 0.018  # side of the window whose lightest place is taken as paper
_THICKEST: Final = 0.012  # thickness of a line; a thicker bar is a filled area
_LEAST_INK: Final = 16  # gray levels below paper: least darkness of a line; thin light gray tally lines have 30
_DARK_INK: Final = 90  # gray levels below paper: a box with print this dark inside is not a box to write in
_BOX: Final = 0.07  # share of the longer side: largest box for one digit (0.059 on the forms)
_LONG: Final = 4  # times the shortest: longer vertical lines need not end at horizontal ones
_DOTS: Final = 5  # px: gaps between the dots of a vertical dotted wall that are closed
_PAPER_SPREAD: Final = 28.0  # gray levels: largest variation of the paper; the light on a photo varies more
_SKEW: Final = 3.0  # degrees: largest skew that is corrected
_SMALLEST: Final = 600  # px: least length of the shorter side; cells of smaller pictures have no inside


class NotABlankSheet(InputUnusable):
    """The picture is not one of a blank sheet that can be measured."""


@dataclass(frozen=True)
class Stroke:
    """A straight printed line along its middle, px; `gray` 0 black ... 1 white."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    gray: float

    @property
    def level(self) -> bool:
        """True for a horizontal line."""
        return abs(self.x1 - self.x0) >= abs(self.y1 - self.y0)


@dataclass(frozen=True)
class SheetRuling:
    """The lines and rectangles of a sheet.

    Attributes:
        gray: (h, w) uint8, skew corrected.
        strokes: printed lines, px of `gray`.
        faces: (n, 4) rectangles x0, y0, x1, y1 along the middles of the lines around them, without lines inside.
        empty: (n,) whether nothing dark is printed inside.
    """

    gray: GrayImage
    strokes: tuple[Stroke, ...]
    faces: FloatArray
    empty: NDArray[np.bool_]


def find_ruling(gray: GrayImage) -> SheetRuling:
    """Find lines and rectangles.

    Args:
        gray: (h, w) uint8, a blank sheet and nothing else, upright.

    Raises:
        NotABlankSheet: the picture is a photo, is too small, or has no lines.
    """
    side = min(gray.shape)
    if side < _SMALLEST:
        raise NotABlankSheet("blank_too_small", side=side, least=_SMALLEST)
    paper = _paper(gray)
    _check_light(paper)
    gray = _level(gray, paper)
    paper = _paper(gray)
    taken = np.clip(paper.astype(np.int16) - gray, 0, 255).astype(np.uint8)
    shortest = max(8, round(_SHORTEST * side))
    across, down = _lines(taken, _LEAST_INK, shortest)
    strokes = (*_strokes(across, taken), *_strokes(down.T, taken.T, upright=True))
    faces, empty = _faces(across | down, taken, shortest)
    # A pale writing guide looks like lines: small boxes of dark lines are kept whole, whatever is pale inside.
    dark, dark_empty = _faces(np.bitwise_or(*_lines(taken, _DARK_INK, shortest)), taken, shortest)
    small = (dark[:, 2] - dark[:, 0] < _BOX * max(gray.shape)) & (dark[:, 3] - dark[:, 1] < _BOX * max(gray.shape))
    faces, empty = _merged(faces, empty, dark[small], dark_empty[small])
    if not len(faces):
        raise NotABlankSheet("blank_without_boxes")
    return SheetRuling(gray, strokes, faces, empty)


def _lines(taken: GrayImage, least: int, shortest: int) -> tuple[GrayImage, GrayImage]:
    """Masks of the horizontal and of the vertical lines that are at least this dark."""
    ink = ((taken >= least) * 255).astype(np.uint8)
    across = np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, shortest), np.uint8)), np.uint8)
    thickest = max(6, round(_THICKEST * min(taken.shape)))
    return _thin(across, thickest, 1), _thin(_upright(ink, across, shortest), thickest, 0)


def _merged(
    faces: FloatArray, empty: NDArray[np.bool_], whole: FloatArray, whole_empty: NDArray[np.bool_]
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Faces, with those inside of a whole one replaced by the whole one; sorted from the top, then from the left."""
    middles = (faces[:, :2] + faces[:, 2:]) / 2
    inside = np.zeros(len(faces), bool)
    for x0, y0, x1, y1 in whole:
        inside |= (middles > (x0, y0)).all(axis=1) & (middles < (x1, y1)).all(axis=1)
    both, flags = np.vstack([faces[~inside], whole]), np.concatenate([empty[~inside], whole_empty])
    order = np.lexsort([both[:, 0], np.round(both[:, 1] / 3)])
    return both[order], flags[order]


def _paper(gray: GrayImage) -> GrayImage:
    """Brightness of the paper at each pixel."""
    reach = 2 * round(_WINDOW * min(gray.shape) / 2) + 1
    closed = cv2.morphologyEx(gray, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    return np.asarray(cv2.blur(closed, (reach, reach)), dtype=np.uint8)


def _check_light(paper: GrayImage) -> None:
    tiles = cv2.resize(paper, (12, 12), interpolation=cv2.INTER_AREA).ravel()
    low, high = np.percentile(tiles, (12, 88))
    if high - low > _PAPER_SPREAD or high < 150:
        raise NotABlankSheet("blank_is_photo")


def _level(gray: GrayImage, paper: GrayImage) -> GrayImage:
    """Correct the skew, so that long lines are horizontal.

    Raises:
        NotABlankSheet: the skew is too large.
    """
    taken = np.clip(paper.astype(np.int16) - gray, 0, 255).astype(np.uint8)
    ink = ((taken > 2 * _LEAST_INK) * 255).astype(np.uint8)
    shorter = min(gray.shape)
    lines = cv2.HoughLinesP(ink, 1, np.pi / 1440, round(0.12 * shorter), None, 0.15 * shorter, 0.004 * shorter)
    if lines is None:
        return gray
    ends = lines.reshape(-1, 4).astype(np.float64)
    angles = np.degrees(np.arctan2(ends[:, 3] - ends[:, 1], ends[:, 2] - ends[:, 0]))
    angles = (angles + 45) % 90 - 45
    lengths = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
    order = np.argsort(angles)
    skew = float(angles[order][np.searchsorted(np.cumsum(lengths[order]), lengths.sum() / 2)])
    if abs(skew) > _SKEW or float(np.average(np.abs(angles - skew) > 1.5, weights=lengths)) > 0.35:
        raise NotABlankSheet("blank_not_level", degrees=round(skew))
    if abs(skew) < 0.03:
        return gray
    height, width = gray.shape
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), skew, 1.0)
    return np.asarray(cv2.warpAffine(gray, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _thin(mask: GrayImage, thickest: int, axis: int) -> GrayImage:
    """Remove bars that are thicker than a line from a mask; `axis` 1: the lines run along x."""
    kernel = np.ones((thickest, 1) if axis == 1 else (1, thickest), np.uint8)
    thick = cv2.dilate(cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel), np.ones((3, 3), np.uint8))
    return np.asarray(cv2.subtract(mask, thick), np.uint8)


def _upright(ink: GrayImage, across: GrayImage, shortest: int) -> GrayImage:
    """Vertical lines, dotted ones included; short ones must run from one horizontal line to another."""
    bridged = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((_DOTS, 1), np.uint8))
    lines = np.asarray(cv2.morphologyEx(bridged, cv2.MORPH_OPEN, np.ones((shortest, 1), np.uint8)), np.uint8)
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(lines, connectivity=8)
    kept = np.zeros(count, np.uint8)
    for i in range(1, count):
        x, y, w, h = (int(v) for v in stats[i, :4])
        above, below = across[max(0, y - 4) : y + 5, x : x + w], across[max(0, y + h - 5) : y + h + 4, x : x + w]
        kept[i] = 255 if h >= _LONG * shortest or (above.any() and below.any()) else 0
    return kept[np.asarray(pieces, dtype=np.intp)]


def _strokes(mask: GrayImage, taken: GrayImage, *, upright: bool = False) -> list[Stroke]:
    """The lines in a mask of horizontal lines; `upright`: both pictures are transposed."""
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(mask), connectivity=8)
    taken = np.ascontiguousarray(taken)
    found: list[Stroke] = []
    for i in range(1, count):
        x, y, w, h = (int(v) for v in stats[i, :4])
        part = np.where(pieces[y : y + h, x : x + w] == i, taken[y : y + h, x : x + w], 0).astype(np.float64)
        profile = part.sum(axis=1)
        middle = y + float((profile * np.arange(h)).sum() / max(profile.sum(), 1e-9))
        # The median along the line: where it crosses darker lines, or a dotted one has gaps, it is not itself.
        darkest = float(np.median(part.max(axis=0))) or float(part.max())
        width = float(profile.sum() / max(darkest * w, 1e-9))
        gray = round(1 - darkest / 255, 2)
        ends = (float(x), middle, float(x + w - 1), middle)
        found.append(Stroke(*((ends[1], ends[0], ends[3], ends[2]) if upright else ends), width, gray))
    return found


def _faces(mask: GrayImage, taken: GrayImage, shortest: int) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Rectangles enclosed by lines, (n, 4), and which of them are empty, (n,)."""
    height, width = mask.shape
    walls = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(255 - np.asarray(walls, np.uint8), connectivity=4)
    faces: list[tuple[float, float, float, float]] = []
    empty: list[bool] = []
    for x, y, w, h, area in stats[1:].astype(int).tolist():
        if min(w, h) < 0.45 * shortest or area < 0.93 * w * h or x == 0 or y == 0 or x + w == width or y + h == height:
            continue
        if w > 0.9 * width and h > 0.9 * height:
            continue
        left, right = _wall(taken, (y, y + h), x, -1), _wall(taken, (y, y + h), x + w - 1, 1)
        top, bottom = _wall(taken.T, (x, x + w), y, -1), _wall(taken.T, (x, x + w), y + h - 1, 1)
        faces.append((left, top, right, bottom))
        inside = taken[y + 1 : y + h - 1, x + 1 : x + w - 1]
        empty.append(bool((inside >= _DARK_INK).mean() < 0.004))
    return np.array(faces, dtype=np.float64).reshape(-1, 4), np.array(empty, dtype=bool)


def _wall(taken: GrayImage, span: tuple[int, int], edge: int, step: int) -> float:
    """The middle of the line just outside of a face's edge, px along the second axis of `taken`."""
    third = (span[1] - span[0]) // 4
    rows = taken[span[0] + third : max(span[1] - third, span[0] + third + 1)]
    places = edge + step * np.arange(1, 9)
    places = places[(places >= 0) & (places < taken.shape[1])]
    profile = np.median(rows[:, places], axis=0).astype(np.float64)
    if profile.max() < _LEAST_INK / 2:  # a dotted line: some rows have no ink
        profile = rows[:, places].mean(axis=0).astype(np.float64)
    peak = int(profile.argmax())
    near = np.abs(np.arange(len(places)) - peak) <= 3
    weights = np.where(near & (profile > 0.25 * profile[peak]), profile, 0)
    return float((weights * places).sum() / max(weights.sum(), 1e-9)) if weights.sum() else float(edge + 2 * step)
