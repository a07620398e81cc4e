"""Paper that is not flat: a smooth correction of the page's place on top of a homography, fitted to the ruled lines.

Every sample of a printed line says how far the paper lies off across that line. A surface of cubic B-splines over the
page goes through these offsets as stiffly as lines that were left out allow (cross-validation), so a flat page gets no
correction and a wave a gentle one. Lines run along the page's axes: across and down are two separate surfaces. Where
such a surface misses lines, as beside the creases of a fold, it is sharpened: with closer knots, and with the creases
that its own lines tell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import FloatArray, GrayImage
from .correspondences import Correspondences
from .creases import find_creases
from .displacement import Displacement
from .line_fit import Fit, LineSamples
from .placement import Placement
from .region_growing import grown
from .surface_fit import BENT, MOST_LEFT, NEAR, Bent, Rounds, fitted, folds, met, score, sight, thinned

# Rounds from a start. A gentle bend starts within 0.1 of a cell of its place, the flat parts of a creased sheet within
# 0.3 once its creases are known, and other paper anywhere within half a cell.
_GENTLE: Rounds = ((0.25, 30.0, 1), (0.15, None, 2))
_CREASED: Rounds = ((0.3, 10.0, 2), (0.25, 1.0, 2), (0.15, None, 3))
_LOOSE: Rounds = ((0.45, 1e3, 1), (0.45, 1e2, 2), (0.40, 30.0, 2), (0.25, 10.0, 2), (0.15, None, 3))
_UNFOLDED = 0.99  # support of a plane from which no crease is told
_ALIKE = 0.005  # support that chance may cost
_ENOUGH = 0.95  # support from which no other start is tried
# Support of a surface from which nothing else is looked for, neither creases nor other marks. Of 130 drawn field photos
# whose pages were followed gently, the 16 below had cells up to 0.42 off, those above 0.05 at most.
SURE = 0.985
# Sharpening: knots of the surface along the page's longer side, and its rounds; by judgement.
_FINE = 20
_SHARPER: Rounds = ((0.3, 0.1, 2), (0.2, 0.1, 2), (0.15, 0.1, 3))
LEFT = 0.03  # cell widths of residual that it may make good
_HOPEFUL, _ALL = 0.6, 0.995  # support below which a surface lies elsewhere, and from which it misses nothing
_STEPS, _STEP = 6, 0.002  # steps at most, and support that each must gain
_SHARPENED = 2  # surfaces that are sharpened, the second only if the first is not enough


def follow(
    gray: GrayImage,
    distance: Callable[[], NDArray[np.float32]] | None,
    fit: Fit,
    starts: Sequence[FloatArray],
    ruled: LineSamples,
    anchors: Correspondences,
    bend: Placement | None = None,
    gentle: Fit | None = None,
    most_left: float = MOST_LEFT,
) -> Fit:
    """Follow the paper from where a plane would have it.

    Args:
        gray: (h, w) uint8.
        distance: gives that of every pixel from the nearest dark line, px, where the paper may be folded; None where it
            is nearly flat.
        fit: the best plane.
        starts: homographies (mm to px) to look for creases from: one that holds at the page's corners where it may be
            folded.
        ruled: line samples of the page.
        anchors: the corner marks that were seen.
        bend: where the paper is known to lie: another start.
        gentle: what came of following it without creases.
        most_left: residual from which paper was forced; more where it is to be sharpened.

    Returns:
        The plane, or a better fit with a surface; a surface that leaves much of the residual is not taken. Its support
        counts the samples that are met within 0.15 of a cell width, half as far as a plane's does; a plane that should
        have been followed and could not be is judged by the same.
    """
    thin = thinned(ruled)
    support, residual = score(gray, fit.homography, thin, sight(thin, NEAR))
    plane = fit if fit.residual < BENT else replace(fit, support=min(fit.support, support))
    found: list[tuple[Bent, FloatArray]] = []
    if gentle is not None and gentle.surface is not None:
        found.append((Bent(gentle.surface, gentle.support, gentle.residual), gentle.homography))
    # Most paper bends gently: creases, which cost ten times as much, are looked for where that does not suffice.
    ways: list[tuple[FloatArray, bool, FloatArray | None]] = []
    ways += [(fit.homography, False, None)] if gentle is None else []
    ways += [(bend.homography, True, bend.moved(thin.points) - thin.points)] if bend is not None else []
    ways += [(start, True, None) for start in starts if distance is not None]

    def is_better(bent: Bent) -> bool:
        return bent.support >= support - _ALIKE and bent.residual <= min(residual, most_left)

    for start, creased, known in ways:
        moves = known
        if creased and known is None and distance is not None:
            lifted = find_creases(distance(), start, ruled)
            moves = sum((c.moves(thin.points) for c in lifted), np.zeros_like(thin.points)) if lifted else None
        rounds = _GENTLE if not creased else _CREASED if moves is not None else _LOOSE
        bent = fitted(gray, Displacement(thin, anchors, start), start, moves, rounds)
        if bent is not None:
            found.append((bent, start))
            if bent.support >= (_ENOUGH if creased else SURE) and is_better(bent):
                break
    found.sort(key=lambda way: -way[0].support)
    if distance is not None:
        for index, (bent, start) in enumerate(found[:_SHARPENED]):
            found[index] = (_sharpened(gray, bent, start, thin, anchors), start)
            if found[index][0].support >= _ENOUGH:
                break
    better = [way for way in found if is_better(way[0])]
    if not better:
        return plane
    (surface, support, residual), start = max(better, key=lambda way: way[0].support)
    best = replace(fit, homography=start, support=support, residual=residual, surface=surface, before=fit.residual)
    return _told(gray, best, thin, distance is not None or fit.residual >= BENT or fit.support < _UNFOLDED)


def sharpened(gray: GrayImage, fit: Fit, ruled: LineSamples, anchors: Correspondences) -> Fit:
    """A page that was followed, sharpened where it misses lines; itself where that meets no more of them."""
    if fit.surface is None:
        return fit
    thin = thinned(ruled)
    bent = Bent(fit.surface, fit.support, fit.residual)
    sharp = _sharpened(gray, bent, fit.homography, thin, anchors)
    if sharp is bent:
        return fit
    best = replace(fit, support=sharp.support, residual=sharp.residual, surface=sharp.surface)
    return _told(gray, best, thin, folded=True)


def outgrown(gray: GrayImage, fit: Fit, ruled: LineSamples, anchors: Correspondences) -> Fit:
    """A page of which a part is met, followed from there over all of it and sharpened; itself where that fails."""
    start = grown(gray, fit, ruled, anchors)
    if start is None:
        return fit
    homography, moves = start

    def moved(points: FloatArray) -> FloatArray:
        return points + moves

    there = follow(gray, None, fit, [], ruled, anchors, Placement(homography, moved), most_left=LEFT)
    return fit if there.surface is None or there.surface is fit.surface else sharpened(gray, there, ruled, anchors)


def _sharpened(
    gray: GrayImage, bent: Bent, homography: FloatArray, thin: LineSamples, anchors: Correspondences
) -> Bent:
    """Closer knots as long as they gain; then the creases that the lines tell, and closer knots on top of these."""
    best, creased = bent, False
    for _ in range(_STEPS):
        if not _HOPEFUL <= best.support < _ALL:
            break
        told = folds(gray, homography, best.surface, thin, _SHARPER[0][0]) if creased else ()
        moves = best.surface.moved(thin.points) - thin.points
        sharp = None
        if told or not creased:
            model = Displacement(thin, anchors, homography, told, _FINE)
            sharp = fitted(gray, model, homography, moves, _SHARPER, trusting=True)
        gained = sharp is not None and sharp.support >= best.support + _STEP
        if creased and not gained:
            break
        if sharp is not None and gained:
            best = sharp
        creased = not gained  # one way as long as it gains, then the other
    return best


def _told(gray: GrayImage, fit: Fit, ruled: LineSamples, folded: bool) -> Fit:
    """The same with the samples in sight that it does not meet and, where paper may be folded, its creases."""
    assert fit.surface is not None
    visible, there = met(gray, fit, ruled)
    found = folds(gray, fit.homography, fit.surface, ruled, NEAR) if folded else ()
    return replace(fit, folds=found, unmet=ruled.points[visible & ~there])
