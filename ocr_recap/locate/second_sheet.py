"""Is another sheet in sight beside the page that was found, and could its numbers be the ones that are meant?

Searched is the part of the photo that the page leaves free, and only where a sheet of 0.4 of its size has room and
strokes are crowded: on most photos there is no such part, and the search costs nothing. A tag in it names another
sheet. Where no sheet that a tag names could be meant, ruled lines beside those sheets tell of one more: all pages
compete for them as in `lines`, but a sheet need not be told surely to be noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from ..forms.fields import tag_corners
from ..forms.template import Template
from ..imaging.arrays import FloatArray, GrayImage
from ..imaging.fiducials import SeenTag, tags_at
from ..imaging.homography import project
from ..imaging.photo import Photo
from ..messages.problems import PhotoProblem
from .features import Features
from .lines.alignment import SLACK, Placed, Ruler
from .lines.page_lines import layouts
from .lines.rectify import Rectified, rectify, strokes_of
from .located import Located, OtherSheet, paper_outline
from .marks.from_tag import page_by_tag
from .paper.line_fit import ruling
from .tagged_page import fit_at_tag, is_sure

_SURELY = 0.5  # score of `alignment` from which a sheet is told surely; by judgement
_WHOLE = 0.9  # share of its line samples that lie on the photo from which a sheet is whole
# Radius of the largest circle that fits into the free part, as a share of the page's shorter side, from which another
# sheet may lie there, by judgement: a sheet of 0.4 of the page's size that is wholly in sight needs 0.2.
_ROOM = 0.15
_MAP = 160  # px, longer side of the picture on which the free part is measured
_PARTS = 2  # free parts that are searched, the roomiest first
_LAP = 0.08  # of the page's shorter side, by which the search goes on over the page: another sheet may lap over it
_SMALL = 0.4  # of the page's size: the smallest sheet that is looked for
_TAG_PIXELS = 20.0  # side of a tag below which the picture is enlarged twice for the search, too
_TAG_SIDE = 16.0  # mm, of the tags of the forms of 2024
# Score of `alignment` in the free part from which its lines are another sheet's, and how many lines of full length and
# breadth there must be. Of 19 drawn field photos of one small sheet alone (ocr-recap synth, defect `small`, calibration
# writers) one had a score, of 0.27 from the grain of wood, with 0.1 lines across it. With a second sheet 15 photos of
# 17 had 0.18 and 0.28 or more (benchmarks/two_sheets.py, likewise); the other two are seen from nearer by.
_RULED, _LINES = 0.15, 0.25
_LINE_WIDTH = 3.0  # px, rectified
_NEARER = 0.8  # of the page's shorter side: the square around most strokes in which lines are looked for once more
_RIM = 0.02  # of that: strokes so near the page are its edge
# Sides of that square to which its strokes must add up for it to be looked at. Of 41 drawn photos of two sheets
# (benchmarks/two_sheets.py, field, seed 311) one had 10.5 and all others more; of 27 of one sheet, 19 had less than 4.
_CROWDED = 6.0


def others_in_sight(
    photo: Photo, features: Features, found: Located, tags: Sequence[SeenTag], templates: Sequence[Template]
) -> tuple[OtherSheet, ...]:
    """The other sheets that are in sight beside a page, sorted by form and page.

    Args:
        photo: the photo.
        features: its features.
        found: the page.
        tags: all that were seen so far, in decoded pixels.
        templates: forms that compete.

    Raises:
        PhotoProblem: `two_sheets`, where the page has no tag and a second whole one of its kind is in sight.
    """
    tagged = {p.markers.tag.id: (t, p.id) for t in templates for p in t.pages if p.markers.tag}
    outline = _outline(found.template, found.to_photo, photo.scale)
    side = _shorter_side(outline)
    parts = list(_free_parts(photo.gray.shape, outline, side))
    parts = [
        (low, high) for low, high in parts if _crowd(features.strokes, [outline], low, high, _NEARER * side) is not None
    ]
    seen = list(tags)
    if tagged:
        for low, high in parts:
            part = photo.gray[low[1] : high[1], low[0] : high[0]]
            seen += [SeenTag(tag.id, tag.corners + low) for tag in _tags_in(part, found, tagged)]
    others: list[OtherSheet] = []
    for tag in _apart(seen, found, photo.scale):
        template, page_id = tagged[tag.id]
        others.append(_by_tag(photo, found, template, page_id, tag))
    if any(other.could_be_meant for other in others):
        return _in_order(others)
    sheets = [outline, *(_outline(o.template, partial(project, o.homography), photo.scale) for o in others)]
    for low, high in parts:
        crowd = _crowd(features.strokes, sheets, low, high, _NEARER * side)
        if crowd is None:
            continue
        part = _without(photo.gray, sheets, low, high)
        told: list[OtherSheet] = []
        for placed in _by_lines(part, crowd - low, templates):
            shift = np.array([[1.0, 0, low[0]], [0, 1.0, low[1]], [0, 0, 1.0]])
            homography = shift @ placed.homography
            _refuse_twin(photo, found, placed, homography)
            layout, full = placed.layout, _full(homography, photo.scale)
            told.append(_other(photo, found, layout.template, layout.page_id, full, False, False))
            if told[-1].could_be_meant:
                return _in_order([*others, told[-1]])
        others += told[:1]
    return _in_order(others)


def _in_order(others: Iterable[OtherSheet]) -> tuple[OtherSheet, ...]:
    return tuple(sorted(others, key=lambda other: (other.template.id, other.page_id)))


def _outline(template: Template, to_photo: Callable[[FloatArray], FloatArray], scale: float) -> FloatArray:
    """The paper's edge, clockwise from its top-left corner; (m, 2) decoded px."""
    return (to_photo(paper_outline(template)) + 0.5) * scale - 0.5


def _refuse_twin(photo: Photo, found: Located, placed: Placed, homography: FloatArray) -> None:
    """Raise the problem of two whole sheets of one kind: nothing says which of them is meant."""
    layout = placed.layout
    if (layout.template.id, layout.page_id) != (found.template.id, found.page_id) or "tag" in found.anchors:
        return
    places = project(homography, ruling(layout.template, layout.page_id).points)
    share = float(((places >= 0) & (places < photo.gray.shape[::-1])).all(axis=1).mean())
    if placed.score >= _SURELY and share >= _WHOLE:
        raise PhotoProblem("two_sheets", form=found.template.id, page=found.page_id)


def _shorter_side(outline: FloatArray) -> float:
    quarter = len(outline) // 4
    corners = outline[::quarter]
    return float(np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1).min())


def _free_parts(
    shape: tuple[int, ...], outline: FloatArray, side: float
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Boxes (low, high) in decoded px around the parts of a photo beside the page in which another sheet has room."""
    scale = _MAP / max(shape)
    free = np.ones((max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))), np.uint8)
    cv2.fillConvexPoly(free, cv2.convexHull(np.rint(np.clip(outline * scale, -20000, 20000)).astype(np.int32)), 0)
    room = cv2.distanceTransform(np.pad(free, 1), cv2.DIST_L2, 3)[1:-1, 1:-1] / scale
    if room.max() < _ROOM * side:
        return
    count, pieces = cv2.connectedComponents(free)
    roomy = sorted(((float(room[pieces == i].max()), i) for i in range(1, count)), reverse=True)
    edge = np.array(shape[1::-1])
    for widest, index in roomy[:_PARTS]:
        if widest < _ROOM * side:
            return
        rows, columns = np.nonzero(pieces == index)
        ends = np.array([[columns.min(), rows.min()], [columns.max() + 1, rows.max() + 1]]) / scale
        low, high = np.clip(ends + np.array([[-_LAP], [_LAP]]) * side, 0, edge).astype(np.intp)
        yield low, high


def _tags_in(part: GrayImage, found: Located, tagged: dict[int, tuple[Template, str]]) -> list[SeenTag]:
    """Tags in a part of the photo, those of small sheets too; in pixels of the part."""
    corners = found.to_photo(np.array([[0.0, 0.0], [_TAG_SIDE, 0.0]]))
    smallest = _SMALL * float(np.linalg.norm(corners[1] - corners[0]))
    scales = (1.0, 1.5, 2.0) if smallest < _TAG_PIXELS else (1.0, 1.5)
    return tags_at(np.ascontiguousarray(part), list(tagged), scales)


def _apart(tags: Sequence[SeenTag], found: Located, scale: float) -> list[SeenTag]:
    """The tags that are not the page's own, each once."""
    printed = found.template.page(found.page_id).markers.tag
    own = [] if printed is None else [((found.to_photo(tag_corners(printed)) + 0.5) * scale - 0.5).mean(axis=0)]
    kept: list[SeenTag] = []
    for tag in tags:
        middle, size = tag.corners.mean(axis=0), np.linalg.norm(tag.corners[2] - tag.corners[0])
        if all(np.linalg.norm(middle - place) > size for place in (*own, *(k.corners.mean(axis=0) for k in kept))):
            kept.append(tag)
    return kept


def _by_tag(photo: Photo, found: Located, template: Template, page_id: str, tag: SeenTag) -> OtherSheet:
    """The sheet of a tag: where its marks and lines say, else about where the tag alone does."""
    fit = fit_at_tag(photo.gray, template, page_id, tag)
    placed = fit is not None and is_sure(fit)
    printed = template.page(page_id).markers.tag
    assert printed is not None
    rough = None if placed else page_by_tag(tag_corners(printed), tag.corners)
    homography = _full(fit.homography if placed and fit else np.eye(3) if rough is None else rough, photo.scale)
    outline = _outline(found.template, found.to_photo, photo.scale)
    middle = tag.corners.mean(axis=0)
    above = cv2.pointPolygonTest(outline.astype(np.float32), (float(middle[0]), float(middle[1])), False) > 0
    return _other(photo, found, template, page_id, homography, placed, above)


def _other(
    photo: Photo,
    found: Located,
    template: Template,
    page_id: str,
    homography: FloatArray,
    placed: bool,
    above: bool,
) -> OtherSheet:
    """Another sheet, with the share of its numbers whose boxes are in sight: in the photo, and not beneath the page."""
    fields = template.fields_of(page_id)
    boxes = [f.cells.outline() for f in fields if f.role == "count"] or [f.cells.outline() for f in fields]
    places = project(homography, np.array(boxes, dtype=np.float64).reshape(-1, 2, 2))  # two corners of each
    seen = ((places >= 0) & (places < (photo.width, photo.height))).all(axis=(1, 2))
    if not above:
        page = found.to_photo(paper_outline(found.template)).astype(np.float32)
        middles = places.mean(axis=1)
        seen &= np.array([cv2.pointPolygonTest(page, (float(x), float(y)), False) < 0 for x, y in middles])
    return OtherSheet(template, page_id, homography, placed, above, float(seen.mean()))


def _full(homography: FloatArray, scale: float) -> FloatArray:
    """Page mm to decoded px as page mm to px of the full photo."""
    up = np.array([[1 / scale, 0, 0.5 / scale - 0.5], [0, 1 / scale, 0.5 / scale - 0.5], [0, 0, 1]])
    full = up @ homography
    return np.asarray(full / full[2, 2], dtype=np.float64)


def _without(
    gray: GrayImage, outlines: Sequence[FloatArray], low: NDArray[np.intp], high: NDArray[np.intp]
) -> GrayImage:
    """A part of the photo with some sheets painted over in the gray of what lies around them."""
    part = gray[low[1] : high[1], low[0] : high[0]].copy()
    sheets = np.zeros(part.shape, np.uint8)
    for outline in outlines:
        cv2.fillConvexPoly(sheets, cv2.convexHull(np.rint(np.clip(outline - low, -20000, 20000)).astype(np.int32)), 1)
    around = part[::4, ::4][sheets[::4, ::4] == 0]
    part[sheets > 0] = np.uint8(np.median(around)) if len(around) else 128
    return part


def _by_lines(part: GrayImage, crowd: NDArray[np.intp], templates: Sequence[Template]) -> Iterator[Placed]:
    """The pages that the ruled lines of a picture, and of its most crowded square, resemble most, if they are a form's.

    Args:
        part: (h, w) uint8.
        crowd: (2, 2) px, low and high corner of the square which holds most of its strokes.
        templates: forms that compete.
    """
    found = _resembling(part, templates)
    if found is not None:
        yield found
    low, high = np.clip(crowd, 0, part.shape[::-1])
    if (high - low).min() == 0 or (high - low >= part.shape[::-1]).all():
        return
    near = _resembling(np.ascontiguousarray(part[low[1] : high[1], low[0] : high[0]]), templates)
    if near is not None:
        shift = np.array([[1.0, 0, low[0]], [0, 1.0, low[1]], [0, 0, 1.0]])
        yield replace(near, homography=shift @ near.homography)


def _resembling(part: GrayImage, templates: Sequence[Template]) -> Placed | None:
    seen = rectify(part, strokes_of(part))
    if seen is None or min(_ruled(seen)) < _LINES:
        return None
    placed = Ruler(seen, SLACK).best([way for t in templates for page in t.pages for way in layouts(t, page.id)])
    return placed[0] if placed and placed[0].score >= _RULED else None


def _ruled(seen: Rectified) -> tuple[float, float]:
    """How many lines of full length, and of full breadth, the ruled lines of a picture add up to."""
    height, width = seen.rows.shape
    rows, columns = float(seen.rows.sum(dtype=np.int64)), float(seen.columns.sum(dtype=np.int64))
    return rows / (_LINE_WIDTH * width), columns / (_LINE_WIDTH * height)


def _crowd(
    strokes: FloatArray, outlines: Sequence[FloatArray], low: NDArray[np.intp], high: NDArray[np.intp], side: float
) -> NDArray[np.intp] | None:
    """The square beside the sheets which holds most strokes; None where it holds too few for a sheet.

    Args:
        strokes: (n, 2, 2) px, of the whole photo.
        outlines: (m, 2) px each, of the page and of sheets that are known already.
        low, high: (2,) px, corners of the part of the photo where the square may lie.
        side: of the square, px.

    Returns:
        (2, 2) px, its low and high corner.
    """
    for hull in (cv2.convexHull(outline.astype(np.float32)) for outline in outlines):
        # The paper's edge is a stroke of its own.
        places = strokes.mean(axis=1)
        strokes = strokes[[cv2.pointPolygonTest(hull, (float(x), float(y)), True) < -_RIM * side for x, y in places]]
    middles = strokes.mean(axis=1)
    lengths = np.linalg.norm(strokes[:, 1] - strokes[:, 0], axis=1)
    corners = [
        np.array([x, y])
        for x in np.arange(low[0], max(high[0] - side, low[0] + 1.0), side / 6)
        for y in np.arange(low[1], max(high[1] - side, low[1] + 1.0), side / 6)
    ]
    held = [float(lengths[((middles >= at) & (middles < at + side)).all(axis=1)].sum()) for at in corners]
    best = corners[int(np.argmax(held))]
    if max(held) < _CROWDED * side:
        return None
    return np.array([best, np.minimum(best + side, high)]).astype(np.intp)
