"""Follow a page's lines outward from where they are surely met: folded paper is continuous, wherever its parts lie.

A place that is right for one part of a folded sheet is a row or more off for the next, and grids look as right there.
Seen from the part that is right, though, each line lies near where those before it point: a fold of 20 degrees turns
paper by a tenth of the way to the next line at most. So the displacement is fitted to the lines that are surely met,
the nearest others are looked for where it has them, and again with these, until no line is left or none is seen.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import FloatArray, GrayImage
from ...imaging.homography import project
from ...imaging.linear import product
from ...imaging.spline_surface import nearest_plane
from .correspondences import Correspondences
from .displacement import Displacement
from .line_fit import Fit, LineSamples, match
from .surface_fit import NEAR, sight, thinned

Mask = NDArray[np.bool_]

# All by judgement.
_BESIDE = 24  # samples around each that say whether lines are met there
_SURELY, _CLOSE = 0.85, 0.08  # share of them that must be met within so many cell widths where growing starts
_FEWEST = 30  # samples that growing starts from, and so many of either axis that it is held by
_FEWEST_OF_AXIS = 6
_LINK = 14.0  # mm between samples that are one part of the page
_STEPS = (12.0, 24.0, 48.0)  # mm of the next step: to the next row, and over blank paper where that leads nowhere
_REACH, _MET, _HALF = 0.22, 0.12, 0.5  # cell widths: looked for, met; share of the samples beside that must be
_KNOTS, _STIFF = 20, 0.1  # as `nonrigid` sharpens
_ROUNDS = 80
_GAINED = 2  # samples that a step must gain
_LEAST = 0.65  # share of the samples in sight that must be reached: less makes no page


def grown(
    gray: GrayImage, fit: Fit, ruled: LineSamples, anchors: Correspondences
) -> tuple[FloatArray, FloatArray] | None:
    """Where the page lies, by all lines that its surely met ones lead to; None where too few are.

    Args:
        gray: (h, w) uint8.
        fit: a place that is right for a part of the page.
        ruled: line samples of the page.
        anchors: the corner marks that were seen.

    Returns:
        A homography (mm to px), and how far the samples of `thinned(ruled)` are displaced on top of it, (n, 2) mm.
    """
    thin = thinned(ruled)
    known, visible = _surely_met(gray, fit, thin)
    if not known.any():
        return None
    model = Displacement(thin, anchors, fit.homography, (), _KNOTS)
    apart, beside = _apart(thin.points), _beside(thin)
    moved = thin.points if fit.surface is None else fit.surface.moved(thin.points)
    values = model.through(moved - thin.points)
    most, step = 0, 0
    for index in range(_ROUNDS):
        seen = match(gray, fit.homography, model.displaced(values), _REACH)
        offset = seen.offset / seen.pixels_per_mm
        if index:
            there = seen.found & (np.abs(offset) <= _MET * thin.unit)
            if not (known & there).any():
                return None
            near = apart[:, known & there].min(axis=1) <= _STEPS[step]
            share = (there & near)[beside].sum(axis=1) / np.maximum(near[beside].sum(axis=1), 1)
            known = near & seen.found & (share >= _HALF)
            step = 0 if known.sum() > most + _GAINED else step + 1
            most = max(most, int(known.sum()))
            if step == len(_STEPS):
                break
        held = known & seen.found
        if min(np.bincount(model.axis[held], minlength=2)) < _FEWEST_OF_AXIS:
            return None
        values = model.fit(values, held, offset, _REACH, _STIFF, trusting=True)
    if known.sum() < _LEAST * visible:
        return None
    places = project(fit.homography, thin.points + product(model.basis, values))
    plane = nearest_plane(thin.points[known], places[known])
    if plane is None or not np.isfinite(places).all():
        return None
    return plane, project(np.asarray(np.linalg.inv(plane), dtype=np.float64), places) - thin.points


def _surely_met(gray: GrayImage, fit: Fit, thin: LineSamples) -> tuple[Mask, int]:
    """The largest part of the page where nearly every line is met, (n,), and how many samples are in sight."""
    moved = thin.points if fit.surface is None else fit.surface.moved(thin.points)
    placed = LineSamples(moved, thin.normals, thin.unit)
    seen = match(gray, fit.homography, placed, sight(thin, NEAR), judging=True)
    there = seen.found & (np.abs(seen.offset) <= _CLOSE * thin.unit * seen.pixels_per_mm)
    left = np.flatnonzero(there & (there[_beside(thin)].mean(axis=1) >= _SURELY))
    largest = left[:0]
    while len(left) > max(len(largest), _FEWEST - 1):
        linked = _apart(thin.points[left]) <= _LINK
        part = linked[0]
        while (wider := linked[part].any(axis=0)).sum() > part.sum():
            part = wider
        if part.sum() > len(largest):
            largest = left[part]
        left = left[~part]
    known = np.zeros(len(thin.points), dtype=bool)
    known[largest if len(largest) >= _FEWEST else largest[:0]] = True
    return known, int(seen.visible.sum())


def _apart(points: FloatArray) -> NDArray[np.float32]:
    """Distances of all from all, (n, n) mm."""
    x, y = points.astype(np.float32).T
    return np.hypot(x[:, None] - x, y[:, None] - y)


@lru_cache(maxsize=64)
def _beside(ruled: LineSamples) -> NDArray[np.intp]:
    """The samples that lie nearest to each, itself first; (n, `_BESIDE`)."""
    return np.argsort(_apart(ruled.points), axis=1, kind="stable")[:, :_BESIDE]
