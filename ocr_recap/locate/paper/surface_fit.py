"""A displacement fitted to a photo's lines in rounds, from wide to narrow, and how many of the lines it then meets."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import FloatArray, GrayImage
from ...imaging.spline_surface import Surface
from .creases import kinks
from .displacement import Displacement, Fold
from .line_fit import Fit, LineSamples, match

# How far lines are looked for (cell widths), how stiff the surface is, how often. None: as stiff as left-out lines
# allow.
Rounds = tuple[tuple[float, float | None, int], ...]

NEAR = 0.15  # cell widths within which a line counts as met
# Residual from which paper was not followed but forced: of the drawn bent and folded pages every right one ended at
# 0.009 or below, one with cells 0.3 off at 0.021 (benchmarks/bent.py).
MOST_LEFT = 0.015
# Residual of a plane: pages bent by 3% of their width reach this at most (benchmarks/bent.py). Above it there may be
# creases, and a plane that should have been followed must meet its lines as closely.
BENT = 0.03
_MOST_SAMPLES = 1400
_LEAST, _LEAST_OF_AXIS = 60, 6  # samples without which nothing is fitted
_SIGHT, _SHORT_OF_THE_NEXT = 0.3, 0.75  # cell widths, and a share of the way to the next parallel line
_AT_A_TIME = 256  # samples
_ALONE = 1.5  # a line takes part while the next parallel one is this many times farther than lines are looked for
_NEIGHBOURS, _LEAST_AROUND = 13, 3  # samples of one axis around each, and how many must be found
_LIKE_THEM = 0.08  # cell widths off their median within which a sample counts


class Bent(NamedTuple):
    """Paper that was followed: the share of its lines in sight that are met, and their median distance, cell widths."""

    surface: Surface
    support: float
    residual: float


def fitted(
    gray: GrayImage,
    model: Displacement,
    homography: FloatArray,
    moves: FloatArray | None,
    rounds: Rounds,
    trusting: bool = False,
) -> Bent | None:
    """The displacement that meets the lines, from displacements (n, 2) mm of the model's samples on; None: from none.

    `trusting`: but for the last rounds what lies off within reach is no outlier. None where lines are too few or only
    something impossible would fit.
    """
    ruled = model.ruled
    gap = _gaps(ruled)
    values = model.flat if moves is None else model.through(moves)
    chosen: float | None = None
    for reach, stiffness, times in rounds:
        alone = gap > _ALONE * reach * ruled.unit
        wide = trusting and reach > NEAR
        for _ in range(times):
            seen = match(gray, homography, model.displaced(values), reach)
            found = seen.found & alone if (seen.found & alone).sum() >= _LEAST else seen.found
            if found.sum() < _LEAST or min(np.bincount(model.axis[found], minlength=2)) < _LEAST_OF_AXIS:
                return None
            offset = seen.offset / seen.pixels_per_mm
            if stiffness is None and chosen is None:
                chosen = model.best_stiffness(values, found, offset, reach)
            values = model.fit(values, found, offset, reach, stiffness or chosen or 1.0, wide)
    surface = model.surface(values)
    if not model.is_paper(surface):
        return None
    return Bent(surface, *score(gray, homography, _displaced(ruled, surface), sight(ruled, NEAR)))


def folds(
    gray: GrayImage, homography: FloatArray, surface: Surface, ruled: LineSamples, reach: float
) -> tuple[Fold, ...]:
    """Where paper that was followed is creased, from its lines as they are within `reach` cell widths of it."""
    displaced = _displaced(ruled, surface)
    seen = match(gray, homography, displaced, reach)
    axis = np.abs(ruled.normals).argmax(axis=1)
    rows = np.arange(len(axis))
    along = (displaced.points - ruled.points)[rows, axis] + seen.offset / seen.pixels_per_mm * ruled.normals[rows, axis]
    # What is written is no line: a sample counts if it lies off about as far as most of those around it.
    near = np.sort(np.where(seen.found, along, np.nan)[_around(ruled)], axis=1)
    count = np.isfinite(near).sum(axis=1)
    usual = near[rows, np.maximum(count - 1, 0) // 2]
    counted = seen.found & (count >= _LEAST_AROUND) & (np.abs(along - usual) <= _LIKE_THEM * ruled.unit)
    return kinks(ruled.points[counted], along[counted], axis[counted])


@lru_cache(maxsize=64)
def _around(ruled: LineSamples) -> NDArray[np.intp]:
    """The samples of the same axis that lie nearest to each, itself first; (n, `_NEIGHBOURS`)."""
    axis = np.abs(ruled.normals).argmax(axis=1)
    around = np.empty((len(axis), _NEIGHBOURS), np.intp)
    for k in (0, 1):
        mine = np.flatnonzero(axis == k)
        for start in range(0, len(mine), _AT_A_TIME):
            some = mine[start : start + _AT_A_TIME]
            apart = ((ruled.points[some, None] - ruled.points[None, mine]) ** 2).sum(axis=-1)
            order = np.argsort(apart, axis=1, kind="stable")
            around[some] = mine[order[:, np.minimum(np.arange(_NEIGHBOURS), len(mine) - 1)]]
    return around


def met(
    gray: GrayImage, fit: Fit, ruled: LineSamples, near: float = NEAR
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which samples are in sight, and which of them the fit's surface meets within `near` cell widths; (n,) each."""
    assert fit.surface is not None
    seen = match(gray, fit.homography, _displaced(ruled, fit.surface), sight(ruled, near), judging=True)
    off = np.abs(seen.offset) / (seen.pixels_per_mm * ruled.unit)
    return seen.visible, seen.visible & seen.found & (off <= near)


def score(gray: GrayImage, homography: FloatArray, ruled: LineSamples, reach: FloatArray) -> tuple[float, float]:
    """Share of visible samples that are met, and the median distance of those that were found, cell widths."""
    seen = match(gray, homography, ruled, reach, judging=True)
    off = np.abs(seen.offset) / (seen.pixels_per_mm * ruled.unit)
    found = seen.visible & seen.found
    met = found & (off <= NEAR)
    support = float(met.sum() / max(seen.visible.sum(), 0.6 * len(met)))
    return support, float(np.median(off[found])) if found.any() else 1.0


@lru_cache(maxsize=64)
def _gaps(ruled: LineSamples) -> FloatArray:
    """How far the next parallel line is from every sample, mm."""
    gaps = np.full(len(ruled.points), np.inf)
    axis = np.abs(ruled.normals).argmax(axis=1)
    for k in (0, 1):
        mine = np.flatnonzero(axis == k)
        across, along = ruled.points[mine, k], ruled.points[mine, 1 - k]
        for start in range(0, len(mine), _AT_A_TIME):
            some = slice(start, start + _AT_A_TIME)
            apart = np.abs(across[some, None] - across)
            beside = (np.abs(along[some, None] - along) < 6.0) & (apart > 0.8)
            gaps[mine[some]] = np.where(beside, apart, np.inf).min(axis=1)
    return gaps


@lru_cache(maxsize=128)
def sight(ruled: LineSamples, near: float) -> FloatArray:
    """How far from each sample its line is looked for when it is asked whether it lies within `near`, cell widths.

    Not so far as its next parallel line, which may be the darker one: beside the bubbles of c-hasil-kwk there is one a
    fifth of a cell off, and pages in place were said to miss a tenth of their lines.
    """
    return np.clip(_SHORT_OF_THE_NEXT * _gaps(ruled) / ruled.unit, near, _SIGHT)


@lru_cache(maxsize=256)
def thinned(ruled: LineSamples) -> LineSamples:
    """Evenly thinned samples, as many as a displacement needs."""
    every = -(-len(ruled.points) // _MOST_SAMPLES)
    return LineSamples(ruled.points[::every], ruled.normals[::every], ruled.unit)


def _displaced(ruled: LineSamples, surface: Surface) -> LineSamples:
    return LineSamples(surface.moved(ruled.points), ruled.normals, ruled.unit)
