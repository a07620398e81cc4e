"""How well a page that was fitted to a photo agrees with the photo's ruled lines.

Two questions, each answered on the photo:

- **told**: which share of the page's lines is there? Lines count by what they tell: a row of a grid looks like the next
  one, a line that stands alone does not, so a page that slipped by a row is given away by its lonely lines.
- **explained**: which share of the photo's lines, where the page would lie, does the page account for? Another form's
  table may show all our lines and many more.

Their product is the **agreement**.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ...forms.drawing import raster
from ...forms.template import Template
from ...imaging.arrays import FloatArray
from ...imaging.homography import project
from ..paper.line_fit import Fit, ruling
from ..paper.surface_fit import BENT, MOST_LEFT
from .occlusion import covered
from .rectify import Rectified

Mask = NDArray[np.uint8]

# Limits. Of a plane, chosen on 72 drawn photos (docs/lab/registration.md): right places that won agreed with
# 0.859 or more, wrong ones with 0.778 at most. Paper that is followed has more ways to agree, so more is asked of it;
# chosen on 168 (benchmarks/lines.py, calibration writers, seed 5077): right ones 0.907 or more, wrong ones 0.853 at
# most. Since lines are judged by the grain beside them, in three profiles, and surfaces sharpened, these are 0.927 and
# 0.765; the limits stayed, for forms that nobody has drawn. What a page agrees with where a part of it counts as
# covered must be more: of 168 hard photos (benchmarks/boxes.py, calibration writers) one was accepted so with 0.881,
# and lay half a cell off.
LEAST_AGREEMENT, LEAST_AGREEMENT_BENT, LEAST_AGREEMENT_COVERED = 0.82, 0.88, 0.90
LEAST_LEAD = 0.10  # by which the best place must beat every other page,
LEAST_LEAD_ELSEWHERE = 0.04  # and the same page at another place
LARGEST_RESIDUAL = 0.06  # cell widths
_ELSEWHERE = 0.25  # cell widths: two places of a page are one where all of its numbers lie nearer
MOST = 0.9  # share of a page's lines by which places are compared before they are fitted
_APART = 16  # px, rectified, between places that are mapped exactly
_ALIKE = 12.0  # mm: parallel lines nearer than this look alike
_SCALE = 2.0  # px per mm of the drawing that explains a photo's lines
_INK = 235  # gray levels; what is drawn darker explains a line
SLACK = 2  # px, rectified, by which lines may lie off while they are lined up


@dataclass(frozen=True)
class LineFit:
    """A page fitted to the ruled lines of a photo. `told` and `explained` are shares, 0 to 1 (see the module).

    `visible` and `there` say of each sample of its lines whether it lies in the photo and whether it is seen; (n,)
    each. `covered`: what lies on a part of the page counts as out of sight.
    """

    template: Template
    page_id: str
    fit: Fit
    visible: NDArray[np.bool_]
    there: NDArray[np.bool_]
    explained: float
    covered: bool = False

    @cached_property
    def told(self) -> float:
        """The share of the page's lines in sight that is there, each by what it tells."""
        weight = _weights(self.template, self.page_id)
        # What lies outside the photo can neither confirm nor contradict, but half a page confirms nothing.
        return float(weight[self.there].sum() / max(weight[self.visible].sum(), 0.6 * weight.sum()))

    @property
    def agreement(self) -> float:
        """How well page and photo agree, 0 to 1."""
        return self.told * self.explained

    @property
    def needed(self) -> float:
        """The least agreement with which it is accepted."""
        if self.covered:
            return LEAST_AGREEMENT_COVERED
        return LEAST_AGREEMENT if self.fit.surface is None else LEAST_AGREEMENT_BENT

    @property
    def is_met(self) -> bool:
        """Whether its lines lie where they are seen, and not beside: of paper that was followed more is asked.

        Under something that lies on it a folded sheet passes for a plane, since what it misses counts as covered: there
        a plane must be met as flat and gently bent paper is.
        """
        if self.fit.surface is not None:
            return self.fit.residual <= MOST_LEFT
        return self.fit.residual <= (BENT if self.covered else LARGEST_RESIDUAL)

    @property
    def rank(self) -> tuple[bool, float]:
        """What is good enough goes before what is not, and then what agrees more."""
        return self.is_enough, self.agreement

    @property
    def is_enough(self) -> bool:
        """Whether it would be accepted but for others that agree as well."""
        return self.agreement >= self.needed and self.is_met

    def uncovered(self) -> LineFit:
        """The same, judged by what nothing lies on; itself where nothing seems to."""
        rules = ruling(self.template, self.page_id)
        hidden = covered(rules.points, _weights(self.template, self.page_id), self.visible, self.there)
        free = self.visible & ~hidden
        return replace(self, visible=free, there=self.there & free, covered=True) if hidden.any() else self

    @property
    def page(self) -> tuple[str, str]:
        """The template's id and the page's."""
        return self.template.id, self.page_id

    def seen(self, points: FloatArray) -> FloatArray:
        """Decoded px of places (n, 2) on the page, mm."""
        surface = self.fit.surface
        return project(self.fit.homography, points if surface is None else surface.moved(points))

    @cached_property
    def places(self) -> FloatArray:
        """Where the page's line samples lie on the photo; (n, 2) decoded px."""
        return self.seen(ruling(self.template, self.page_id).points)

    @property
    def unit(self) -> float:
        """The page's cell width on the photo, decoded px."""
        rules = ruling(self.template, self.page_id)
        here, there = (float(np.linalg.det(np.cov(points.T))) for points in (self.places, rules.points))
        return rules.unit * (here / there) ** 0.25

    def is_elsewhere(self, other: LineFit) -> bool:
        """Whether numbers of the same page lie elsewhere in the other fit.

        Where two ways to follow a folded sheet part where no number is, as in the list of signatures, they are one.
        """
        read = _read(self.template, self.page_id)
        apart = np.linalg.norm(self.seen(read) - other.seen(read), axis=1) / self.unit
        return float(apart.max()) > _ELSEWHERE


def agrees(fits: Sequence[LineFit], least: float = 1.0) -> bool:
    """Does the best fit agree with the photo, and clearly more than any other page or place?

    `least`: of agreement, where less than usual is enough.
    """
    if not fits:
        return False
    best, *others = fits
    leads = [best.agreement - f.agreement - LEAST_LEAD for f in others if f.page != best.page]
    leads += [
        best.agreement - f.agreement - LEAST_LEAD_ELSEWHERE
        for f in others
        if f.page == best.page and best.is_elsewhere(f)
    ]
    return best.agreement >= min(least, best.needed) and best.is_met and min(leads, default=0.0) >= 0.0


@lru_cache(maxsize=256)
def _read(template: Template, page_id: str) -> FloatArray:
    """Corners of the numbers' boxes and middles of their bubbles; grids find their own lines. (n, 2) mm."""
    corners: list[tuple[float, float]] = []
    for field in template.fields_of(page_id):
        for x0, y0, x1, y1 in field.cells.rects():
            corners += [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        if field.bubbles is not None:
            corners += [(x, y) for x, y in field.bubbles.centers(field.cells.count).reshape(-1, 2).tolist()]
    return np.array(corners, dtype=np.float64)


@lru_cache(maxsize=256)
def _weights(template: Template, page_id: str) -> FloatArray:
    """What each sample of a page's ruling tells: 1 by the number of parallel lines around it; (n,)."""
    rules = ruling(template, page_id)
    level = np.abs(rules.normals[:, 1]) > 0.5
    across = np.where(level, rules.points[:, 1], rules.points[:, 0])
    along = np.where(level, rules.points[:, 0], rules.points[:, 1])
    weight = np.ones(len(level))
    for way in (True, False):
        mine = np.flatnonzero(level == way)
        near = np.abs(across[mine, None] - across[None, mine]) < _ALIKE
        beside = np.abs(along[mine, None] - along[None, mine]) < rules.spacing / 2 + 0.1
        weight[mine] = 1.0 / (near & beside).sum(axis=1)
    return weight


def explained(seen: Rectified, template: Template, page_id: str, fit: Fit) -> float:
    """The share of a photo's lines, where the page would lie, that the page accounts for."""
    drawn, counted = _drawing(template, page_id)
    height, width = seen.rows.shape
    if seen.bend is None and fit.surface is None:
        to_page = np.array([[1 / _SCALE, 0, 0.5 / _SCALE], [0, 1 / _SCALE, 0.5 / _SCALE], [0, 0, 1]])
        matrix = np.asarray(np.linalg.inv(seen.to_photo) @ fit.homography @ to_page, dtype=np.float64)
        here, area = (
            cv2.warpPerspective(mask, matrix, (width, height), flags=cv2.INTER_NEAREST) for mask in (drawn, counted)
        )
    else:
        places = _on_page(seen, fit) * _SCALE - 0.5
        x, y = (np.ascontiguousarray(places[..., i], dtype=np.float32) for i in (0, 1))
        here, area = (cv2.remap(mask, x, y, cv2.INTER_NEAREST) for mask in (drawn, counted))
    here = cv2.dilate(here, np.ones((2 * SLACK + 1, 2 * SLACK + 1), np.uint8))
    total = explained = 0
    for lines in (seen.rows, seen.columns):
        counts = cv2.bitwise_and(lines, area)
        total += cv2.countNonZero(counts)
        explained += cv2.countNonZero(cv2.bitwise_and(counts, here))
    return explained / total if total else 0.0


def _on_page(seen: Rectified, fit: Fit) -> FloatArray:
    """Places on the page of all pixels of the rectified picture; (h, w, 2) mm."""
    height, width = seen.rows.shape
    # Known every few pixels: between them neither the view nor the paper is anything but flat.
    x, y = (np.linspace(0, side - 1.0, side // _APART + 2) for side in (width, height))
    plane = np.stack(np.meshgrid(x, y), axis=-1) if seen.bend is None else seen.bend.lattice(x, y)
    back = np.asarray(np.linalg.inv(fit.homography) @ seen.to_photo, dtype=np.float64)
    moved = project(back, plane)
    places = moved if fit.surface is None else fit.surface.origin_of(moved)
    across, down = (
        np.linspace(0, count - 1.0, size, dtype=np.float32) for count, size in ((len(x), width), (len(y), height))
    )
    between = (np.ascontiguousarray(m) for m in np.meshgrid(across, down))
    return np.asarray(cv2.remap(places.astype(np.float32), *between, interpolation=cv2.INTER_LINEAR), dtype=np.float64)


@lru_cache(maxsize=256)
def _drawing(template: Template, page_id: str) -> tuple[Mask, Mask]:
    """Where the page is printed, and where a photo's lines are counted: the ruled area less names and signatures."""
    drawn = cv2.dilate((raster(template, page_id, _SCALE) < _INK).astype(np.uint8), np.ones((3, 3), np.uint8))
    points = ruling(template, page_id).points
    x0, y0, x1, y1 = (int(v) for v in np.r_[points.min(axis=0) - 2, points.max(axis=0) + 2] * _SCALE)
    counted = np.zeros_like(drawn)
    counted[max(y0, 0) : y1, max(x0, 0) : x1] = 1
    for region in template.page(page_id).private:
        x0, y0, x1, y1 = (int(v * _SCALE) for v in region.rect)
        counted[y0:y1, x0:x1] = 0
    return np.asarray(drawn, dtype=np.uint8), np.asarray(counted, dtype=np.uint8)
