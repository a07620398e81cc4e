"""A page on a picture: where its printed lines lie, and how many of those in sight are met.

A page is placed by a homography and, where the paper is not flat, by the displacement field of a mesh on top of it
(`mesh`). Both are fitted to offsets across printed lines, from wide reaches to narrow ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...forms.template import Template
from ...imaging.arrays import FloatArray, GrayImage
from ...imaging.homography import project
from ...imaging.linear import product
from ...imaging.spline_surface import Surface, nearest_plane
from .correspondences import Correspondences
from .line_fit import LineSamples, match, ruling, step, thinned
from .mesh import COARSE, FINE, Mesh, mesh_of

Places = Callable[[FloatArray], FloatArray]  # mm (n, 2) on the page to px

NEAR = 0.15  # cell widths within which a line counts as met, by judgement
LARGEST_RESIDUAL = 0.03  # cell widths: a page whose lines lie farther off is not placed, by judgement
_SIGHT, _SHORT_OF_THE_NEXT = 0.3, 0.75  # cell widths, and a share of the way to the next parallel line
# Reaches of a plane, cell widths: from a place that may be off by half a cell, and from one that marks have settled.
_FAR, _CLOSE = (0.45, 0.45, 0.25, 0.25, 0.12, 0.12), (0.25, 0.12, 0.12)
# Reaches of the mesh: from a plane, while it grows, at the end, and when it is refined; by judgement.
_GROWING, _LAST, _REFINED = (0.3, 0.2, 0.15), (0.3, 0.25, 0.15, 0.12), (0.3, 0.25, 0.2, 0.15, 0.12)
_STIFF, _SOFT, _FINE_SOFT = 3.0, 1.0, 0.3  # of the mesh while it grows, at the end, and when it is refined
_SURE = 0.995  # share of the lines from which closer knots gain nothing
_NEARLY_ALL = 0.03  # loss up to which a page need not be grown once more: its lines lie where they are seen
_AROUND, _FARTHER = 11.0, 1.15  # cell widths around a place from which a page is grown once more; factor of each ring
_FEW, _MANY = 500, 900  # samples of the mesh that are used while it grows, and while it does once more
RADII = (3, 4, 6, 8, 11, 15, 20, 27, 36, 50, 70, 100, 140)  # cell widths around a place, outward
# A line takes part while the next parallel one is this many times farther than lines are looked for, if so large a
# share of all lines does; by judgement.
_ALONE, _ENOUGH_ALONE = 1.0, 0.4
_LEAST = 16  # samples in sight without which nothing is fitted
_EDGE = 4  # px at the photo's edge that are not looked at
_AT_A_TIME = 256  # samples


@dataclass(frozen=True, eq=False)
class PageFit:
    """A page on a picture.

    Attributes:
        template, page_id: which page.
        homography: (3, 3), mm to px.
        surface: displacement within the page before the homography; None where the paper is taken for flat.
        visible, met: (n,), of each of the page's line samples (`line_fit.thinned`): whether it lies in the picture, and
            whether a line is seen within `NEAR`.
        residual: median distance of the lines that are met, cell widths; 1 where there are none.
        loss: mean distance of the lines in sight, each by `NEAR` and at most 1.
    """

    template: Template
    page_id: str
    homography: FloatArray
    surface: Surface | None
    visible: NDArray[np.bool_]
    met: NDArray[np.bool_]
    residual: float
    loss: float

    @property
    def page(self) -> tuple[str, str]:
        """The template's id and the page's."""
        return self.template.id, self.page_id

    @property
    def lines(self) -> LineSamples:
        """The page's line samples."""
        return thinned(self.template, self.page_id)

    @property
    def share(self) -> float:
        """Share of the line samples in sight that are met."""
        return float(self.met.sum() / max(int(self.visible.sum()), 1))

    @property
    def residual_of_plane(self) -> float:
        """Median distance of the lines that are met from where the homography alone would have them, cell widths."""
        if self.surface is None or not self.met.any():
            return self.residual
        points, normals = self.lines.points[self.met], self.lines.normals[self.met]
        off = ((self.surface.moved(points) - points) * normals).sum(axis=1)
        return float(np.median(np.abs(off))) / self.lines.unit

    def to_photo(self, points: FloatArray) -> FloatArray:
        """Px of places (..., 2) on the page, mm."""
        return project(self.homography, points if self.surface is None else self.surface.moved(points))


def judge(
    gray: GrayImage, template: Template, page_id: str, homography: FloatArray, surface: Surface | None = None
) -> PageFit:
    """A page at a place, with which of its lines are met there.

    Args:
        gray: (h, w) uint8.
        template, page_id: which page.
        homography: (3, 3), mm to px.
        surface: displacement before it.
    """
    lines = thinned(template, page_id)
    points = lines.points if surface is None else surface.moved(lines.points)
    seen = match(
        gray, homography, LineSamples(points, lines.normals, lines.unit), _sight(template, page_id), judging=True
    )
    off = np.abs(seen.offset) / (seen.pixels_per_mm * lines.unit)
    met = seen.found & (off <= NEAR)
    residual = float(np.median(off[met])) if met.any() else 1.0
    loss = np.where(seen.found, np.minimum(off / NEAR, 1.0), 1.0)[seen.visible]
    mean = float(loss.mean()) if len(loss) else 1.0
    return PageFit(template, page_id, homography, surface, seen.visible, met, residual, mean)


def fit_plane(
    gray: GrayImage,
    template: Template,
    page_id: str,
    homography: FloatArray,
    anchors: Correspondences | None = None,
    near: bool = False,
) -> PageFit:
    """A page as a plane, from about where it lies.

    Args:
        gray: (h, w) uint8.
        template, page_id: which page.
        homography: (3, 3), mm to px; every cell must lie within about half a cell of its place.
        anchors: corner marks that were seen.
        near: every cell lies within a quarter of a cell of its place.
    """
    some = _some(thinned(template, page_id), np.arange(len(thinned(template, page_id).points)), _FEW)
    for reach in _CLOSE if near else _FAR:
        homography = step(homography, some, match(gray, homography, some, reach), reach, anchors)
    return judge(gray, template, page_id, homography)


def fit_mesh(gray: GrayImage, template: Template, page_id: str, places: Places) -> PageFit:
    """A page on paper that is not flat, from about where it lies: all of it at once.

    Args:
        gray: (h, w) uint8.
        template, page_id: which page.
        places: mm on the page to px; every cell must lie within about a third of a cell of its place.
    """
    mesh = mesh_of(template, page_id, COARSE)
    points = mesh.lines.points
    target = places(points)
    homography = nearest_plane(points, target)
    if homography is None:
        return judge(gray, template, page_id, np.eye(3))
    values = mesh.nearest(project(np.asarray(np.linalg.inv(homography), dtype=np.float64), target) - points)
    return _finished(_Growing(gray, template, page_id, homography, mesh, values))


def grow_mesh(
    gray: GrayImage, template: Template, page_id: str, homography: FloatArray, center: FloatArray, held: float
) -> PageFit:
    """A page on paper that is not flat, outward from a place where a plane holds.

    Args:
        gray: (h, w) uint8.
        template, page_id: which page.
        homography: (3, 3), mm to px.
        center: (2,) mm, the place.
        held: mm around it within which the plane holds.
    """
    mesh = mesh_of(template, page_id, COARSE)
    growing = _Growing(gray, template, page_id, homography, mesh, mesh.flat)
    apart = np.linalg.norm(mesh.lines.points - center, axis=1)
    for radius in (r * mesh.lines.unit for r in RADII if r * mesh.lines.unit >= held):
        growing.fit(apart < radius, _GROWING, _STIFF, _FEW)
        if radius > apart.max():
            break
    return _finished(growing)


def _finished(growing: _Growing) -> PageFit:
    """The mesh with all samples."""
    growing.fit(None, _LAST, _SOFT, len(growing.mesh.axis))
    return growing.judged()


def refined(gray: GrayImage, fit: PageFit) -> PageFit:
    """A page with closer knots, where its lines then lie nearer: creases need them, and bends do not.

    Args:
        gray: (h, w) uint8.
        fit: the page as it was placed.
    """
    if fit.share >= _SURE:
        return fit
    growing = _fine(gray, fit, None)
    growing.fit(None, _REFINED, _FINE_SOFT, len(growing.mesh.axis), trusting=True)
    fine = growing.judged()
    return fine if fine.loss < fit.loss else fit


def regrown(gray: GrayImage, fit: PageFit) -> PageFit:
    """A page with closer knots, fitted outward from where it is met best, where its lines then lie nearer.

    Beyond a crease a line may lie nearer to another line's place than to its own, and only its neighbours tell.

    Args:
        gray: (h, w) uint8.
        fit: the page as it was placed.
    """
    unit = fit.lines.unit
    apart = np.linalg.norm(fit.lines.points - _best_met(fit), axis=1)
    near = np.flatnonzero((apart < _AROUND * unit) & fit.met)
    if fit.share >= _SURE or fit.loss <= _NEARLY_ALL or len(near) < _LEAST:
        return fit
    growing = _fine(gray, fit, near)
    radius = _AROUND * unit
    while radius < _FARTHER * apart.max():
        growing.fit(apart < radius, _GROWING, _FINE_SOFT, _MANY)
        radius *= _FARTHER
    growing.fit(None, _REFINED[1:], _FINE_SOFT, len(growing.mesh.axis))
    grown = growing.judged()
    return grown if grown.loss < fit.loss and grown.share >= fit.share else fit


def _fine(gray: GrayImage, fit: PageFit, near: NDArray[np.intp] | None) -> _Growing:
    """A page on closer knots, as it was placed; stiffly as at the samples `near`, if any are given."""
    mesh = mesh_of(fit.template, fit.page_id, FINE)
    points = mesh.lines.points
    moves = np.zeros_like(points) if fit.surface is None else fit.surface.moved(points) - points
    values = mesh.nearest(moves) if near is None else mesh.nearest(moves, _STIFF, near)
    return _Growing(gray, fit.template, fit.page_id, fit.homography, mesh, values)


def _best_met(fit: PageFit) -> FloatArray:
    """The place (2,) mm around which most of a page's lines are met."""
    around = _around(fit.template, fit.page_id)
    counted = product(around, np.stack([fit.met, fit.visible], axis=1).astype(np.float32))
    share = counted[:, 0] / np.maximum(counted[:, 1], 0.5 * float(np.median(around.sum(axis=1))))
    return np.asarray(fit.lines.points[int(share.argmax())], dtype=np.float64)


@lru_cache(maxsize=32)
def _around(template: Template, page_id: str) -> NDArray[np.float32]:
    """1 for each two line samples of a page that lie near each other; (n, n)."""
    lines = thinned(template, page_id)
    apart = np.linalg.norm(lines.points[:, None] - lines.points, axis=2)
    return (apart < _AROUND * lines.unit).astype(np.float32)


class _Growing:
    """A mesh that is being fitted."""

    def __init__(
        self,
        gray: GrayImage,
        template: Template,
        page_id: str,
        homography: FloatArray,
        mesh: Mesh,
        values: FloatArray,
    ) -> None:
        self.gray, self.template, self.page_id, self.homography = gray, template, page_id, homography
        self.mesh, self.values = mesh, values

    def fit(
        self,
        within: NDArray[np.bool_] | None,
        reaches: tuple[float, ...],
        stiffness: float,
        most: int,
        trusting: bool = False,
    ) -> None:
        """Fit the mesh to the samples in sight, or those of them that lie `within`, `most` at a time."""
        for reach in reaches:
            lines = self.mesh.displaced(self.values)
            usable = in_sight(self.gray, self.homography, lines.points)
            usable = usable if within is None else usable & within
            alone = usable & (_gaps(self.template, self.page_id) > _ALONE * reach * lines.unit)
            near = np.flatnonzero(alone if int(alone.sum()) >= _ENOUGH_ALONE * int(usable.sum()) else usable)
            if len(near) < 2 * _LEAST:
                return
            near = near[:: max(1, -(-len(near) // most))]
            some = LineSamples(lines.points[near], lines.normals[near], lines.unit)
            seen = match(self.gray, self.homography, some, reach)
            self.values = self.mesh.fit(self.values, seen, near, reach, stiffness, trusting and reach > NEAR)

    def judged(self) -> PageFit:
        surface = self.mesh.surface(self.values)
        return judge(self.gray, self.template, self.page_id, self.homography, surface)


def in_sight(gray: GrayImage, homography: FloatArray, points: FloatArray) -> NDArray[np.bool_]:
    """Which places (n, 2) mm lie in the picture, and not at its very edge; (n,)."""
    at = project(homography, points)
    inside = ((at > _EDGE) & (at < np.array(gray.shape[::-1]) - _EDGE)).all(axis=1)
    return np.asarray(inside, dtype=np.bool_)


def _some(lines: LineSamples, near: NDArray[np.intp], most: int) -> LineSamples:
    some = near[:: max(1, -(-len(near) // most))]
    return LineSamples(lines.points[some], lines.normals[some], lines.unit)


@lru_cache(maxsize=128)
def _gaps(template: Template, page_id: str) -> FloatArray:
    """How far the next parallel line is from each of a page's line samples; (n,) mm."""
    lines, ruled = thinned(template, page_id), ruling(template, page_id)
    gaps = np.full(len(lines.points), np.inf)
    axis, every = (np.abs(some.normals).argmax(axis=1) for some in (lines, ruled))
    for k in (0, 1):
        mine = np.flatnonzero(axis == k)
        across, along = (ruled.points[every == k, j] for j in (k, 1 - k))
        for start in range(0, len(mine), _AT_A_TIME):
            some = mine[start : start + _AT_A_TIME]
            apart = np.abs(lines.points[some, k, None] - across)
            beside = (np.abs(lines.points[some, 1 - k, None] - along) < 6.0) & (apart > 0.8)
            gaps[some] = np.where(beside, apart, np.inf).min(axis=1)
    return gaps


@lru_cache(maxsize=128)
def _sight(template: Template, page_id: str) -> FloatArray:
    """How far from each sample its line is looked for when it is asked whether it is met, cell widths; (n,).

    Not so far as its next parallel line, which may be the darker one: beside the bubbles of c-hasil-kwk there is one a
    fifth of a cell off, and pages in place were said to miss a tenth of their lines.
    """
    gaps = _gaps(template, page_id)
    return np.clip(_SHORT_OF_THE_NEXT * gaps / thinned(template, page_id).unit, NEAR, _SIGHT)
