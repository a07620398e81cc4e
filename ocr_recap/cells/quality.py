"""Measures the quality of a photo in every cell: pixels, sharpness, contrast, brightness, noise and glare.

The measures are taken on the patches that the witnesses read. `records/photo_advice.py` compares them with limits.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..forms.fields import FormField
from ..imaging.arrays import FloatArray
from .crop import FieldPatches
from .patch import PATCH, room, scale_of

Patches = NDArray[np.uint8]

# All by judgement.
WHITE = 250  # gray level from which a pixel counts as burnt out: JPEG and noise keep clipped paper above it
_PAPER, _INK = 85, 3  # percentiles of a patch that are taken as its paper and as its darkest print or ink
_SLACK = 2  # px: largest distance of a printed side from its predicted place
_INNER = 9  # px: length of the profile of a side, from its darkest place into the box
_LEAST_DEPTH = 5.0  # gray levels: a side that is darker than the paper by less is not measured
_KEEP_OFF = 5  # px: parts of a side this close to a corner of the box are left out


@dataclass(frozen=True, eq=False)
class CellMeasures:
    """Measures of the n cells of one number or page, each (n,).

    Attributes:
        pixels: width of the box on the full photo, px.
        blur: apparent width of the box's printed lines, as a share of the height available to a digit (`patch.room`).
            Of two opposite sides the narrower counts, since a pen stroke on a line widens it. Of the two directions
            the wider counts, since motion blur has one direction. NaN where no line of a direction is seen.
        paper: gray level of the paper, 0-255.
        contrast: gray levels between the paper and the darkest print or ink.
        noise: standard deviation of grain on the paper, gray levels.
        burnt: share of the patch that is burnt out to white.
    """

    pixels: FloatArray
    blur: FloatArray
    paper: FloatArray
    contrast: FloatArray
    noise: FloatArray
    burnt: FloatArray

    def part(self, start: int, stop: int) -> CellMeasures:
        """The measures of the cells from index `start` up to `stop`, which is not included."""
        return CellMeasures(*(getattr(self, f.name)[start:stop] for f in dataclasses.fields(self)))

    def blurs(self) -> list[float | None]:
        """`blur` with None for NaN."""
        return [float(b) if np.isfinite(b) else None for b in self.blur]


def measure(fields: Sequence[FormField], patches: Mapping[str, FieldPatches]) -> dict[str, CellMeasures]:
    """Measure the cells of every number.

    Args:
        fields: the numbers of a page that are in the photo.
        patches: their patches by field id (`crop.crop`).

    Returns:
        Measures by field id, in the order of `fields`.
    """
    alike: dict[tuple[float, float], list[FormField]] = {}
    for field in fields:
        alike.setdefault(field.cells.box[2:], []).append(field)
    found: dict[str, CellMeasures] = {}
    for (width, height), group in alike.items():
        all_cells = _measured([patches[f.id] for f in group], width, height)
        start = 0
        for field in group:
            stop = start + len(patches[field.id].cells)
            found[field.id] = all_cells.part(start, stop)
            start = stop
    return {field.id: found[field.id] for field in fields}


def _measured(patches: Sequence[FieldPatches], width: float, height: float) -> CellMeasures:
    cells, quads = np.concatenate([p.cells for p in patches]), np.concatenate([p.quads for p in patches])
    ink, paper = (_level(_counted(cells.reshape(len(cells), -1)), percent / 100) for percent in (_INK, _PAPER))
    sides = np.linalg.norm(np.roll(quads, -1, axis=1) - quads, axis=2)
    return CellMeasures(
        pixels=np.minimum(sides[:, 0], sides[:, 2]),
        blur=_line_width(cells, width, height),
        paper=paper,
        contrast=paper - ink,
        noise=_grain(cells),
        burnt=(cells >= WHITE).mean(axis=(1, 2)),
    )


def _counted(rows: Patches) -> NDArray[np.int64]:
    """Cumulative histograms (n, 256) of rows (n, m): how many values are at most 0, 1, ... 255."""
    index = rows + (256 * np.arange(len(rows), dtype=np.intp))[:, None]
    return np.bincount(index.ravel(), minlength=256 * len(rows)).reshape(len(rows), 256).cumsum(axis=1)


def _level(counted: NDArray[np.int64], share: float, leaving: NDArray[np.int64] | None = None) -> FloatArray:
    """Quantiles (n,), interpolated linearly, of cumulative histograms (n, 256) without the `leaving` largest values."""
    count = counted[:, -1] - (0 if leaving is None else leaving)
    place = share * (count - 1)
    low = place.astype(np.int64)
    first, second = (
        (counted <= np.minimum(low + d, count - 1)[:, None]).sum(axis=1).astype(np.float64) for d in (0, 1)
    )
    return first + (place - low) * (second - first)


def _quantile(ordered: FloatArray, share: float) -> FloatArray:
    """Quantiles (n,) of rows of sorted values (n, m), linearly interpolated."""
    place = share * (ordered.shape[1] - 1)
    low = int(place)
    first, second = (ordered[:, min(low + d, ordered.shape[1] - 1)] for d in (0, 1))
    return first + (place - low) * (second - first)


def together(parts: Mapping[str, CellMeasures]) -> CellMeasures:
    """The measures of all cells of several numbers, concatenated in the order of `parts`."""
    names = ("pixels", "blur", "paper", "contrast", "noise", "burnt")
    return CellMeasures(*(np.concatenate([getattr(p, name) for p in parts.values()]) for name in names))


def _line_width(cells: Patches, width: float, height: float) -> FloatArray:
    """Apparent width (n,) of the printed sides, area of the dark line by its depth, as a share of `patch.room`."""
    scale = scale_of(width, height)
    across, down = width * scale / 2, height * scale / 2
    upright = _axis(cells, across, down)
    level = _axis(np.swapaxes(cells, 1, 2), down, across)
    return np.maximum(upright, level) / (room(width, height) * scale)


def _axis(image: Patches, half: float, half_other: float) -> FloatArray:
    """Width of the sharper of the two sides at x = +-half about the middle, (n,) px; NaN where neither is seen.

    Only pixels within the box are used: the next box may begin right outside.
    """
    middle = (PATCH - 1) / 2
    first, last = max(0, round(middle - half_other + _KEEP_OFF)), min(PATCH, round(middle + half_other - _KEEP_OFF) + 1)
    # The median along a side leaves out pen strokes that cross it.
    profile = _middle(image[:, first:last])
    left, right = (_inner_width(p, middle - half) for p in (profile, profile[:, ::-1]))
    narrow = np.fmin(left, right)
    return np.where(np.isfinite(narrow), narrow, np.nan)


def _middle(lines: Patches) -> FloatArray:
    """Median of (n, k, m) along its second axis, (n, m)."""
    ordered = np.sort(lines.astype(np.int16), axis=1)  # numpy sorts these ten times as fast as bytes
    count = ordered.shape[1]
    return (ordered[:, (count - 1) // 2].astype(np.float64) + ordered[:, count // 2]) / 2


def _inner_width(profile: FloatArray, place: float) -> FloatArray:
    """Twice the area of the inner half of a dark line by its depth, (n,) px; NaN where no line is seen near `place`."""
    start = max(0, round(place) - _SLACK)
    peak = start + profile[:, start : round(place) + _SLACK + 1].argmin(axis=1)
    columns = np.minimum(peak[:, None] + np.arange(_INNER + 1), PATCH - 1)
    inner = np.take_along_axis(profile, columns, axis=1)
    paper = _quantile(np.sort(inner[:, 2:], axis=1), 0.8)
    depth = np.clip(paper[:, None] - inner, 0, None)
    width = (depth[:, 0] + 2 * depth[:, 1:].sum(axis=1)) / np.maximum(depth[:, 0], 1e-6)
    return np.where(depth[:, 0] > _LEAST_DEPTH, width, np.nan)


def _grain(cells: Patches) -> FloatArray:
    """Noise of the paper (n,), gray levels: the residual of a median filter of 3 x 3 in the bright half of a patch."""
    # One wide picture of all patches, padded as the filter pads, is filtered a hundred times as fast as single patches.
    padded = np.pad(cells, ((0, 0), (1, 1), (1, 1)), mode="edge")
    wide = np.asarray(cv2.medianBlur(np.hstack(padded), 3), dtype=np.uint8)  # pyright: ignore
    median = wide.reshape(padded.shape[1], len(cells), padded.shape[2])[1:-1, :, 1:-1]
    smooth = np.swapaxes(median, 0, 1).reshape(len(cells), -1)
    bright = smooth >= _level(_counted(smooth), 0.5)[:, None]
    grain = np.asarray(cv2.absdiff(cells.reshape(len(cells), -1), smooth), dtype=np.uint8)
    grain[~bright] = 255  # sorted behind all others, and left out
    return 1.4826 * _level(_counted(grain), 0.5, (~bright).sum(axis=1))
