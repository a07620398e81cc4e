"""The usual photo: a page where its tag and corner marks have it, followed over the paper."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..forms.template import Template
from ..imaging.arrays import GrayImage
from ..imaging.fiducials import SeenTag
from .agreement import told
from .marks.from_tag import marks_by_tag, plane_by_tag
from .paper.correspondences import Correspondences
from .paper.fit import LARGEST_RESIDUAL, PageFit, fit_mesh, fit_plane, refined, regrown

LEAST_AT_TAG = 0.92  # share of its lines, each by what it tells, from which a page with a tag is accepted
# A plane that meets so many of its lines so closely is the paper: drawn flat pages have a residual of 0.003 at most
# (benchmarks/bent.py).
_FLAT, _FLAT_RESIDUAL = 0.99, 0.01
_WORTH = 0.5  # share of its lines that a plane must meet to be followed
_FALSE_MARK = 0.05  # share of its lines that three marks must gain over four before the fourth counts as false
_ALL = 4  # corner marks of a page


def fit_at_tag(gray: GrayImage, template: Template, page_id: str, tag: SeenTag) -> PageFit | None:
    """The usual photo: a page where its tag and three marks or more have it, followed over the paper."""
    markers = template.page(page_id).markers
    corners, printed = markers.corners, markers.tag
    if corners is None or printed is None:
        return None
    marks = marks_by_tag(gray, corners, printed, tag)

    def plane(chosen: Sequence[int]) -> PageFit | None:
        start = plane_by_tag(printed, tag, corners, {i: marks[i] for i in chosen})
        if start is None:
            return None
        anchors = Correspondences(corners.centers[chosen], np.array([marks[i].center for i in chosen]))
        return fit_plane(gray, template, page_id, start, anchors, near=len(chosen) == _ALL)

    best = _followed(gray, plane(list(marks)))
    if len(marks) == _ALL and (best is None or not is_sure(best)):
        # One of the four may be false, likeliest the one least like a mark: the three others then fit far better.
        for left_out in sorted(marks, key=lambda i: marks[i].score):
            other = plane([i for i in marks if i != left_out])
            if other is not None and (best is None or other.share > best.share + _FALSE_MARK):
                best = _followed(gray, other)
    return best


def _followed(gray: GrayImage, plane: PageFit | None) -> PageFit | None:
    """A page on paper that may not be flat, from a plane."""
    if plane is None or plane.share < _WORTH or (plane.share >= _FLAT and plane.residual <= _FLAT_RESIDUAL):
        return plane
    bent = regrown(gray, refined(gray, fit_mesh(gray, plane.template, plane.page_id, plane.to_photo)))
    return bent if bent.share >= plane.share else plane


def is_sure(fit: PageFit) -> bool:
    """Whether the lines of a page whose tag was seen agree so well that nothing else needs to be looked at."""
    return fit.residual <= LARGEST_RESIDUAL and told(fit) >= LEAST_AT_TAG
