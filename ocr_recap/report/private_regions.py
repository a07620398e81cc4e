"""Covers names and signatures in pictures: private regions of the page that was read, and of other sheets in sight.

Everything beside the paper of the page is covered too. Private regions of another sheet therefore matter only where
that sheet lies over the page.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from ..forms.template import Template
from ..imaging.arrays import FloatArray
from ..imaging.homography import project
from ..imaging.photo import Photo
from ..locate.located import paper_outline
from ..records.record import PagePlace, SheetBeside

Picture = NDArray[np.uint8]

GRAY = 168  # gray level of covered regions; by judgement
_AROUND = 5.0  # mm around the private regions of another sheet, whose place is not known as well; by judgement
_BENEATH = 0.5  # another sheet lies beneath the page when the page covers at least this share of it; by judgement


def cover(picture: Picture, form: Template, page: PagePlace, matrix: FloatArray) -> None:
    """Cover the private regions of the page that was read.

    Args:
        picture: (h, w, 3) or (h, w) uint8, changed in place.
        form: the page's template.
        page: placement of the page.
        matrix: (3, 3), nominal millimetres of flat paper to pixels of the picture.
    """
    for region in form.page(page.page).private:
        area = project(matrix, page.moved(_sides(*region.rect)))
        cv2.fillPoly(picture, [_pixels(area)], (GRAY,) * 3, cv2.LINE_AA)


def cover_around(picture: Picture, form: Template, page: PagePlace, matrix: FloatArray) -> None:
    """Cover everything beside the paper of the page; arguments are those of `cover`."""
    paper = np.zeros(picture.shape[:2], np.uint8)
    outline = project(matrix, page.moved(paper_outline(form, 16)))
    cv2.fillPoly(paper, [_pixels(outline)], 1)
    picture[paper == 0] = GRAY


def cover_others(
    picture: Picture, form: Template, page: PagePlace, matrix: FloatArray, form_of: Callable[[str], Template]
) -> None:
    """Cover the private regions of other sheets that lie over the page.

    A sheet whose place is known only roughly is covered whole.

    Args:
        picture: (h, w, 3) or (h, w) uint8, changed in place.
        form: the template of the page that was read.
        page: placement of the page and of other sheets.
        matrix: (3, 3), pixels of the full photo to pixels of the picture.
        form_of: returns the template with an id.

    Raises:
        ocr_recap.messages.errors.TemplateError: a sheet's template cannot be found.
    """
    here = project(np.array(page.homography), page.moved(paper_outline(form)))
    for other in page.others:
        its = form if other.template == form.id else form_of(other.template)
        to_picture = matrix @ np.array(other.homography)
        if _is_beneath(other, its, here):
            continue
        if other.above and not other.placed:
            cv2.fillPoly(picture, [_pixels(project(to_picture, paper_outline(its)))], (GRAY,) * 3)
        for region in its.page(other.page).private:
            x0, y0, x1, y1 = region.rect
            area = _sides(x0 - _AROUND, y0 - _AROUND, x1 + _AROUND, y1 + _AROUND)
            cv2.fillPoly(picture, [_pixels(project(to_picture, area))], (GRAY,) * 3)


def without_others(photo: Photo, form: Template, page: PagePlace, form_of: Callable[[str], Template]) -> Photo:
    """Cover the private regions of other sheets in a copy of the decoded photo; arguments are those of `cover_others`.

    Returns:
        The copy, or the photo itself where no other sheet is in sight.

    Raises:
        ocr_recap.messages.errors.TemplateError: a sheet's template cannot be found.
    """
    if not page.others:
        return photo
    gray, scale = photo.gray.copy(), photo.scale
    to_decoded = np.array([[scale, 0, 0.5 * scale - 0.5], [0, scale, 0.5 * scale - 0.5], [0, 0, 1]])
    cover_others(gray, form, page, to_decoded, form_of)
    return Photo(photo.name, photo.sha256, photo.width, photo.height, gray, scale, photo.frame)


def _is_beneath(other: SheetBeside, form: Template, page: FloatArray) -> bool:
    """True when most of another sheet lies beneath the page with this outline (n, 2), photo px."""
    if other.above:
        return False
    paper = cv2.convexHull(project(np.array(other.homography), paper_outline(form)).astype(np.float32))
    shared = cv2.intersectConvexConvex(paper, cv2.convexHull(page.astype(np.float32)))[0]
    return float(shared) > _BENEATH * float(cv2.contourArea(paper))


def _sides(x0: float, y0: float, x1: float, y1: float) -> FloatArray:
    """Points along the sides of a rectangle of the page, since the sides are curves on bent paper."""
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=np.float64)
    along = np.linspace(0, 1, 16, endpoint=False)[:, None]
    return np.concatenate([a + along * (b - a) for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)])


def _pixels(points: FloatArray) -> NDArray[np.int32]:
    return np.rint(np.clip(points, -1e5, 1e5)).astype(np.int32)
