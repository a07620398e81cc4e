"""A page without anchors: all pages compete for the ruled lines of a photo, and the winner must agree with them.

Two questions decide, each answered on the photo after the page was fitted to it:

- **told**: which share of the page's lines is there? Lines count by what they tell: a row of a grid looks like the next
  one, a line that stands alone does not, so a page that slipped by a row is given away by its lonely lines.
- **explained**: which share of the photo's lines, where the page would lie, does the page account for? Another form's
  table may show all our lines and many more.

Their product is the **agreement**.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from .axes import Layout, layouts
from .draw import raster
from .lineup import Ruler
from .rectify import Rectified
from .register import Fit, Ruling, project, refine, ruling
from .template import Template

FloatArray = NDArray[np.float64]
GrayImage = NDArray[np.uint8]
Mask = NDArray[np.uint8]
PageOf = tuple[Template, str]

# Limits, chosen on 72 drawn photos (docs/registration.md: right places that won agreed with 0.859 or more, wrong ones
# with 0.778 at most); benchmarks/lines.py measures them anew.
LEAST_AGREEMENT = 0.82
LEAST_LEAD = 0.10  # by which the best place must beat every other page,
LEAST_LEAD_ELSEWHERE = 0.04  # and the same page at another place
LARGEST_RESIDUAL = 0.06  # cell widths
_ELSEWHERE = 0.25  # cell widths: places of one page nearer than this are one
_FITTED = 6  # places that are fitted to the photo
_HOPEFUL = 0.12  # of lineup's score: places below are not worth a fit
_RIVAL = 0.6  # of the best place's score: places below cannot win
_SLACK = 2  # px, rectified, by which lines may lie off while they are lined up
_NEAR = 0.2  # cell widths: a line is there if it is found so near
_ALIKE = 12.0  # mm: parallel lines nearer than this look alike
_SCALE = 2.0  # px per mm of the drawing that explains a photo's lines
_INK = 235  # gray levels; what is drawn darker explains a line
_NOTHING = (np.zeros((0, 2)), np.zeros((0, 2)))


@dataclass(frozen=True)
class LineFit:
    """A page fitted to the ruled lines of a photo. `told` and `explained` are shares, 0 to 1 (see the module)."""

    template: Template
    page_id: str
    fit: Fit
    told: float
    explained: float

    @property
    def agreement(self) -> float:
        """How well page and photo agree, 0 to 1."""
        return self.told * self.explained

    @property
    def page(self) -> tuple[str, str]:
        """The template's id and the page's."""
        return self.template.id, self.page_id

    @cached_property
    def corners(self) -> FloatArray:
        """Corners of the page's ruled area on the photo; (4, 2) decoded px."""
        points = ruling(self.template, self.page_id).points
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        return project(self.fit.homography, np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]))


def fits_by_lines(
    gray: GrayImage, seen: Rectified | None, pages: Sequence[PageOf], hopeful: float = _HOPEFUL
) -> list[LineFit]:
    """The pages that come nearest to the ruled lines of a photo, best first.

    Args:
        gray: (h, w) uint8.
        seen: its ruled lines; None if it has none.
        pages: those that compete, each in all four ways up.
        hopeful: least score of `lineup` that is worth a fit.
    """
    if seen is None:
        return []
    ways: list[Layout] = [layout for template, page_id in pages for layout in layouts(template, page_id)]
    fits: list[LineFit] = []
    places = Ruler(seen, _SLACK).best(ways)[:_FITTED]
    for placed in places:
        if placed.score < max(hopeful, _RIVAL * places[0].score):
            break
        template, page_id = placed.layout.template, placed.layout.page_id
        rules = ruling(template, page_id)
        fit = refine(gray, placed.homography, rules, _NOTHING)
        told = _told(fit, rules, _weights(template, page_id))
        fits.append(LineFit(template, page_id, fit, told, _explained(seen, template, page_id, fit.homography)))
    return sorted(fits, key=lambda f: -f.agreement)


def agrees(fits: Sequence[LineFit]) -> bool:
    """Does the best fit agree with the photo, and clearly more than any other page or place?"""
    if not fits:
        return False
    best, *others = fits
    size = float(np.linalg.norm(best.corners[1] - best.corners[0])) / float(np.ptp(_ruled_x(best)))
    unit = size * ruling(best.template, best.page_id).unit
    leads = [best.agreement - f.agreement - LEAST_LEAD for f in others if f.page != best.page]
    leads += [
        best.agreement - f.agreement - LEAST_LEAD_ELSEWHERE
        for f in others
        if f.page == best.page and np.abs(f.corners - best.corners).max() > _ELSEWHERE * unit
    ]
    return (
        best.agreement >= LEAST_AGREEMENT and best.fit.residual <= LARGEST_RESIDUAL and min(leads, default=0.0) >= 0.0
    )


def _ruled_x(fit: LineFit) -> FloatArray:
    return ruling(fit.template, fit.page_id).points[:, 0]


def _told(fit: Fit, rules: Ruling, weight: FloatArray) -> float:
    there = fit.found & (np.abs(fit.offset) <= _NEAR)
    # What lies outside the photo can neither confirm nor contradict, but half a page confirms nothing.
    return float(weight[there].sum() / max(weight[fit.visible].sum(), 0.6 * weight.sum()))


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


def _explained(seen: Rectified, template: Template, page_id: str, homography: FloatArray) -> float:
    drawn, counted = _drawing(template, page_id)
    to_page = np.array([[1 / _SCALE, 0, 0.5 / _SCALE], [0, 1 / _SCALE, 0.5 / _SCALE], [0, 0, 1]])
    matrix = np.asarray(np.linalg.inv(seen.to_photo) @ homography @ to_page, dtype=np.float64)
    height, width = seen.rows.shape
    here, area = (
        cv2.warpPerspective(mask, matrix, (width, height), flags=cv2.INTER_NEAREST) for mask in (drawn, counted)
    )
    here = cv2.dilate(here, np.ones((2 * _SLACK + 1, 2 * _SLACK + 1), np.uint8))
    total = explained = 0
    for lines in (seen.rows, seen.columns):
        counts = cv2.bitwise_and(lines, area)
        total += cv2.countNonZero(counts)
        explained += cv2.countNonZero(cv2.bitwise_and(counts, here))
    return explained / total if total else 0.0


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
