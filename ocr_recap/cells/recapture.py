"""Recapture check: signs that a photo shows a screen or a photocopy instead of the original paper.

A screen shows the regular pattern of its pixels. A photocopy loses palely printed lines. Both are measured on the gray
photo; `records/photo_advice.py` turns them into warnings, and the photo is read all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ..forms.drawing import Line, primitives
from ..forms.template import Template
from ..imaging.arrays import FloatArray, GrayImage
from ..imaging.photo import Photo
from ..locate.located import Located

# All by judgement; the limits on the measures are in `records/photo_advice.py`, with their origin.
_TILE = 64  # px: side of the tiles whose spectrum is taken
# Decoded px of a cell's width. On smaller pages every tile holds print, whose regularity looks like a pattern.
_LEAST_UNIT = 27.0
_TILES = 24  # tiles used, those with the least variance among the bright ones: blank paper
_LOWEST = 0.08  # cycles per px: lower frequencies are light, folds and print
_PIECES = 40  # pieces of lines of one kind that are used
_PIECE = 30.0  # mm: length of a piece, which is averaged: long enough to see 2 gray levels in noise
_SAMPLES = 30  # samples along a piece
_REACH = 1.6  # mm: half the width of the profile across a line
_STEP = 0.2  # mm: distance of samples across a line
_PALE = (0.6, 0.9)  # grays (0 black, 1 white) of lines that a photocopier's hard tone curve drops
_DARK = 0.3  # largest gray (0 black, 1 white) of a dark line
_LEAST_CONTRAST = 4.0  # gray levels times mm: fainter dark lines do not count as seen


@dataclass(frozen=True)
class Pattern:
    """A regular pattern on blank paper.

    Attributes:
        peak: power of the strongest frequency by the median power at the same distance from 0; median over tiles.
        amplitude: amplitude of that frequency as a share of the paper's gray level; median over tiles.
    """

    peak: float
    amplitude: float


def pattern(photo: Photo, located: Located) -> Pattern:
    """Measure the strongest regular pattern on the page's blank paper.

    Args:
        photo: the decoded photo.
        located: its page.

    Returns:
        Both measures are 0 where the page is too small on the photo to have blank tiles.
    """
    if _unit(photo, located) < _LEAST_UNIT:
        return Pattern(0.0, 0.0)
    tiles = _calm_tiles(photo, located)
    if not len(tiles):
        return Pattern(0.0, 0.0)
    level = _median(tiles.reshape(len(tiles), -1).astype(np.float32))
    window = np.outer(np.hanning(_TILE), np.hanning(_TILE)).astype(np.float32)
    power = np.abs(np.fft.rfft2((tiles - level[:, None, None]) * window)) ** 2
    flat = power.reshape(len(power), -1)
    rings = [np.sort(flat[:, bins], axis=1) for bins in _RINGS]
    tops = np.stack([ring[:, -1] for ring in rings])
    strongest = tops.max(axis=0)
    # The floor is about a thousandth of a gray level: clipped paper has no noise, and its median power is 0.
    peaks = (tops / (np.stack([_middle(ring) for ring in rings]) + 1e-3 * _TILE**2)).max(axis=0)
    amplitude = 2 * np.sqrt(strongest) / window.sum() / np.maximum(level, 1)
    return Pattern(float(np.median(peaks)), float(np.median(amplitude)))


def _median(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Medians (n,) of rows (n, m): NumPy's own, which looks for numbers that are none, takes three times as long."""
    return _middle(np.sort(rows, axis=1))


def _middle(ordered: NDArray[np.float32]) -> NDArray[np.float32]:
    """Medians (n,) of rows (n, m) of sorted values."""
    count = ordered.shape[1]
    return (ordered[:, (count - 1) // 2] + ordered[:, count // 2]) / np.float32(2)


def _rings() -> list[NDArray[np.intp]]:
    """Flat indices of the bins of a tile's spectrum that are used, grouped by distance from 0 in steps of two bins."""
    down, across = np.meshgrid(
        np.rint(np.fft.fftfreq(_TILE) * _TILE).astype(int), np.arange(_TILE // 2 + 1), indexing="ij"
    )
    distance = np.hypot(across, down)
    # Left out: JPEG's blocks of 8 px (4 px after halving) show at multiples of 8 bins, and beside them on the axes.
    blocks = (across % 8 == 0) & (down % 8 == 0)
    for one, other in ((across, down), (down, across)):
        blocks |= (np.abs(other) % 32 == 0) & (np.minimum(one % 8, -one % 8) <= 1)
    ring = np.where((distance > _LOWEST * _TILE) & ~blocks, np.rint(distance / 2).astype(np.intp), -1)
    return [np.flatnonzero(ring == r) for r in np.unique(ring[ring >= 0])]


_RINGS = _rings()  # computed once


def _unit(photo: Photo, located: Located) -> float:
    """Width of the page's cells on the decoded photo, px."""
    corners = located.corners()
    marks = located.template.page(located.page_id).markers.corners
    width = (
        located.template.paper.width if marks is None else float(np.linalg.norm(marks.centers[1] - marks.centers[0]))
    )
    seen = float(np.linalg.norm(corners[1] - corners[0])) * photo.scale
    return seen / width * located.template.cell_width(located.page_id)


def _calm_tiles(photo: Photo, located: Located) -> NDArray[np.float32]:
    """Gray tiles (n, 64, 64) of the page: of those at least as bright as the median, the ones with least variance."""
    corners = (located.corners() + 0.5) * photo.scale - 0.5
    height, width = photo.gray.shape
    rows, columns = np.arange(0, height - _TILE + 1, _TILE), np.arange(0, width - _TILE + 1, _TILE)
    page = np.zeros((len(rows), len(columns)), np.uint8)
    cv2.fillConvexPoly(page, np.rint((corners - _TILE / 2) / _TILE).astype(np.int32), 1)
    places = np.argwhere(page)
    if not len(places):
        return np.zeros((0, _TILE, _TILE), np.float32)
    blocks = photo.gray[: len(rows) * _TILE, : len(columns) * _TILE]
    blocks = blocks.reshape(len(rows), _TILE, len(columns), _TILE).swapaxes(1, 2)
    thin = blocks[places[:, 0], places[:, 1], ::2, ::2]
    level = _means(thin.astype(np.float32))
    bright = level >= np.median(level)
    places, level, thin = places[bright], level[bright], thin[bright].astype(np.float32)
    order = np.argsort(_means(thin * thin) - level * level, kind="stable")[:_TILES]
    chosen = (places[order] * _TILE).tolist()
    return np.stack([photo.gray[y : y + _TILE, x : x + _TILE] for y, x in chosen]).astype(np.float32)


def _means(tiles: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means (n,) of square tiles (n, s, s)."""
    side = tiles.shape[1]
    means = cv2.resize(tiles.reshape(-1, side), (1, len(tiles)), interpolation=cv2.INTER_AREA)
    return np.asarray(means, dtype=np.float32).ravel()


def pale_print(photo: Photo, located: Located) -> float | None:
    """Contrast of the palely printed lines by that of the dark lines, divided by the same ratio of the form's drawing.

    Args:
        photo: the decoded photo.
        located: its page.

    Returns:
        About 1 on an original, about 0 where a copier dropped the pale lines. None where the form has no such lines,
        where none is inside the photo, or where the dark lines cannot be seen either.
    """
    printed = _printed(located.template, located.page_id)
    if printed is None:
        return None
    nodes, pale, expected = printed
    seen = (located.to_photo(nodes) + 0.5) * photo.scale - 0.5
    contrast = [_contrast(photo.gray, part) for part in (seen[:pale], seen[pale:])]
    if contrast[0] is None or contrast[1] is None or contrast[1] < _LEAST_CONTRAST:
        return None
    return contrast[0] / contrast[1] / expected


@lru_cache(maxsize=64)
def _printed(template: Template, page_id: str) -> tuple[FloatArray, int, float] | None:
    """Nodes (n, 5, 2, 2) of the profiles of a page's palely printed lines and then of its dark frames; how many are of
    pale lines; and the expected ratio of contrasts. None where the page lacks lines of either kind. Cached."""
    lines = [p for p in primitives(template, page_id) if isinstance(p, Line)]
    pale = [p for p in lines if _PALE[0] <= p.gray <= _PALE[1]]
    dark = [p for p in lines if p.gray <= _DARK and p.role == "frame"]
    parts = [_nodes(pale), _nodes(dark)]
    if not all(map(len, parts)):
        return None
    printed = [float(np.median([(1 - p.gray) * p.width for p in kind])) for kind in (pale, dark)]
    return np.concatenate(parts), len(parts[0]), printed[0] / printed[1]


def _shifts() -> FloatArray:
    """Places of the samples across a line, mm from its middle."""
    return np.arange(-_REACH, _REACH + _STEP / 2, _STEP)


def _nodes(lines: list[Line]) -> FloatArray:
    """Both ends of the profiles at five places along each piece of the lines, page mm: (pieces, 5, 2, 2)."""
    ends = np.array([[[part.x0, part.y0], [part.x1, part.y1]] for part in lines]).reshape(-1, 2, 2)
    counts = (np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1) // _PIECE).astype(int)
    if not counts.any():
        return np.zeros((0, 5, 2, 2))
    line = np.repeat(np.arange(len(counts)), counts)
    piece = np.arange(len(line)) - np.repeat(np.cumsum(counts) - counts, counts)
    chosen = np.linspace(0, len(line) - 1, min(len(line), _PIECES)).astype(int)
    line, piece = line[chosen], piece[chosen]
    way = ends[line, 1] - ends[line, 0]
    length = np.linalg.norm(way, axis=1)
    across = np.stack([-way[:, 1], way[:, 0]], axis=1) / length[:, None]
    along = (piece[:, None] + np.linspace(0.5, _SAMPLES - 0.5, 5) / _SAMPLES) / counts[line, None]
    nodes = ends[line, None, None, 0] + along[:, :, None, None] * way[:, None, None]
    return nodes + _shifts()[[0, -1], None] * across[:, None, None]


def _contrast(gray: GrayImage, seen: FloatArray) -> float | None:
    """Median over pieces of lines of the area of their profile below the paper's level, gray levels times mm.

    Args:
        gray: the decoded photo.
        seen: (pieces, 5, 2, 2) places of the nodes (`_nodes`) on it, px; samples between them are interpolated.
    """
    shifts = _shifts()
    place = np.linspace(0, 4, _SAMPLES)
    lengthwise = np.clip(1 - np.abs(place[:, None] - np.arange(5)), 0, None)
    side = np.linspace(1, 0, len(shifts))
    first, last = (lengthwise @ seen[:, :, end] for end in (0, 1))  # (pieces, samples, 2)
    x, y = (first[..., k, None] * side + last[..., k, None] * (1 - side) for k in (0, 1))
    height, width = gray.shape
    inside = ((x >= 1) & (x < width - 2) & (y >= 1) & (y < height - 2)).all(axis=(1, 2))
    if np.count_nonzero(inside) < 4:
        return None
    x, y = (places[inside].astype(np.float32).reshape(-1, len(shifts)) for places in (x, y))
    values = cv2.remap(gray, x, y, cv2.INTER_LINEAR).reshape(-1, _SAMPLES, len(shifts))
    across_line = np.ascontiguousarray(values.swapaxes(1, 2)).astype(np.float32)
    profile = _median(across_line.reshape(-1, _SAMPLES)).reshape(-1, len(shifts))
    edge = len(shifts) // 4
    paper = (profile[:, :edge].mean(axis=1) + profile[:, -edge:].mean(axis=1)) / 2
    found = ((paper[:, None] - profile[:, edge:-edge]).sum(axis=1) * _STEP / np.maximum(paper, 1) * 100).tolist()
    return float(np.median(found))
