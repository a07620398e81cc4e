"""How well a page that was placed on a photo agrees with it.

Two questions, each answered on the photo:

- **told**: which share of the page's lines in sight is met? Lines count by what they tell: a row of a grid looks like
  the next one, a line that stands alone does not, so a page that slipped by a row is given away by its lonely lines.
- **explained**: which share of the photo's lines, where the page would lie, does the page account for? Another form's
  table may show all our lines and many more.

Their product is the **agreement**. What lies outside the photo can neither confirm nor contradict, so a page in part is
judged by its part, of which there must be enough (`in_sight`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ..forms.drawing import raster
from ..forms.template import Template
from ..imaging.arrays import FloatArray, GrayImage
from ..imaging.homography import project
from ..imaging.resample import seen_from_above
from .lines.rectify import lines_of
from .paper.fit import PageFit
from .paper.line_fit import ruling, thinned

Mask = NDArray[np.uint8]

_ALIKE = 12.0  # mm: parallel lines nearer than this look alike
_SIDE = 1100  # px, longer side of the page's picture; as of the rectified picture
_EDGE = 8  # px of the photo's edge that are not looked at
_INK = 235  # gray levels; what is drawn darker explains a line
_SLACK = 2  # px by which lines may lie off
_MARGIN = 2.0  # mm around the page's lines within which a photo's lines are counted


@dataclass(frozen=True, eq=False)
class Agreement:
    """A page on a photo, and how well they agree.

    Attributes:
        fit: the page where it was placed.
        explained: share of the photo's lines, where the page lies, that the page accounts for.
    """

    fit: PageFit
    explained: float

    @cached_property
    def told(self) -> float:
        """The share of the page's lines in sight that is met, each by what it tells."""
        return told(self.fit)

    @cached_property
    def in_sight(self) -> float:
        """The share of all that the page's lines tell that lies in the photo."""
        weight = _weights(self.fit.template, self.fit.page_id)
        return float(weight[self.fit.visible].sum() / weight.sum())

    @property
    def value(self) -> float:
        """How well page and photo agree, 0 to 1."""
        return self.told * self.explained

    @property
    def page(self) -> tuple[str, str]:
        """The template's id and the page's."""
        return self.fit.page


def told(fit: PageFit) -> float:
    """The share of a page's lines in sight that is met, each by what it tells."""
    weight = _weights(fit.template, fit.page_id)
    return float(weight[fit.met].sum() / max(weight[fit.visible].sum(), 1e-9))


def agreement(gray: GrayImage, fit: PageFit) -> Agreement:
    """Ask how well a page agrees with the photo (h, w) uint8 on which it was placed."""
    drawn, counted = _drawing(fit.template, fit.page_id)
    picture, inside = _page_picture(gray, fit, drawn.shape)
    here = cv2.dilate(drawn, np.ones((2 * _SLACK + 1, 2 * _SLACK + 1), np.uint8))
    area = cv2.bitwise_and(counted, inside)
    total = explained = 0
    for lines in (lines_of(picture, inside), lines_of(picture.T, inside.T).T):
        counts = cv2.bitwise_and(np.ascontiguousarray(lines), area)
        total += cv2.countNonZero(counts)
        explained += cv2.countNonZero(cv2.bitwise_and(counts, here))
    return Agreement(fit, explained / total if total else 0.0)


def _page_picture(gray: GrayImage, fit: PageFit, shape: tuple[int, ...]) -> tuple[GrayImage, Mask]:
    """The photo as seen from straight above the page, `_SIDE` px long, and where there is a photo."""
    scale = _scale(fit.template)

    def to_photo(x: FloatArray, y: FloatArray) -> FloatArray:
        columns, rows = ((place + 0.5) / scale for place in (x, y))
        if fit.surface is None:
            return project(fit.homography, np.stack(np.meshgrid(columns, rows), axis=-1))
        return project(fit.homography, fit.surface.lattice(columns, rows))

    return seen_from_above(gray, to_photo, (shape[1], shape[0]), _EDGE)


def _scale(template: Template) -> float:
    """Px of the page's picture per mm."""
    return _SIDE / max(template.paper.width, template.paper.height)


@lru_cache(maxsize=128)
def _weights(template: Template, page_id: str) -> FloatArray:
    """What each line sample of a page tells: 1 by the number of parallel lines around it; (n,)."""
    lines = thinned(template, page_id)
    beside = max(1.6, lines.spacing / 2 + 0.1) * len(ruling(template, page_id).points) / len(lines.points)
    level = np.abs(lines.normals[:, 1]) > 0.5
    across = np.where(level, lines.points[:, 1], lines.points[:, 0])
    along = np.where(level, lines.points[:, 0], lines.points[:, 1])
    weight = np.ones(len(level))
    for way in (True, False):
        mine = np.flatnonzero(level == way)
        near = np.abs(across[mine, None] - across[None, mine]) < _ALIKE
        weight[mine] = 1.0 / (near & (np.abs(along[mine, None] - along[None, mine]) < beside)).sum(axis=1)
    return weight


@lru_cache(maxsize=128)
def _drawing(template: Template, page_id: str) -> tuple[Mask, Mask]:
    """Where the page is printed, and where a photo's lines are counted: the ruled area less names and signatures."""
    scale = _scale(template)
    drawn = cv2.dilate((raster(template, page_id, scale) < _INK).astype(np.uint8), np.ones((3, 3), np.uint8))
    points = ruling(template, page_id).points
    x0, y0, x1, y1 = (int(v) for v in np.r_[points.min(axis=0) - _MARGIN, points.max(axis=0) + _MARGIN] * scale)
    counted = np.zeros_like(drawn)
    counted[max(y0, 0) : y1, max(x0, 0) : x1] = 1
    for region in template.page(page_id).private:
        x0, y0, x1, y1 = (int(v * scale) for v in region.rect)
        counted[y0:y1, x0:x1] = 0
    return np.asarray(drawn, dtype=np.uint8), np.asarray(counted, dtype=np.uint8)
