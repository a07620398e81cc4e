"""Photo to page: which page of which form is this, and where does it lie?

One method that degrades. A place is known first: by a tag and the corner marks near it, else by digit boxes or ruled
lines (`search`). From there the page is followed over the paper, and its own printed lines say how well it agrees with
the photo (`agreement`). What agrees in part is placed in part. A page that its lines do not support is a problem, never
a guess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from ..forms.fields import tag_corners
from ..forms.template import Template
from ..imaging.arrays import FloatArray, GrayImage
from ..imaging.fiducials import SeenTag, find_tags
from ..imaging.photo import Photo
from ..messages.problems import PhotoProblem
from .agreement import Agreement, agreement, told
from .features import Features
from .lines.rectify import mirrored
from .lines.search import fits_by_lines
from .located import Located
from .marks.from_tag import marks_at, marks_by_tag
from .paper.fit import LARGEST_RESIDUAL, PageFit, refined
from .placed_area import in_part
from .refusal import mirror_problem, refuse_at_once, refuse_blurred
from .search import LEAST_LEAD, PROMISING, WHOLE, Page, Pages, decides, doubtful, is_enough, needed, search
from .second_sheet import others_in_sight
from .tagged_page import LEAST_AT_TAG, fit_at_tag, is_sure

CORNERS = ("tl", "tr", "br", "bl")
# Share of its lines that a page with a tag must meet within the part of it that is placed, where it meets too few of
# all, and the part's share of the lines in sight; by judgement.
_LEAST_OF_PART, _PART = 0.95, 0.5
# A page whose tag was seen needs less agreement where its lines have the tag within so many cell widths of its place;
# by judgement.
_LEAST_FOUND_AT_TAG, _AT_TAG = 0.70, 0.15
_HOPEFUL_IN_A_MIRROR = 0.5  # score of `alignment` from which it is worth asking whether a photo is mirrored
_SMALL, _LARGEST_TIMES = 700, 4  # px: a picture whose longer side is shorter is enlarged, so many times at most
_LIKE = 0.5  # agreement from which a photo is said to look like a form


def locate(photo: Photo, templates: Sequence[Template]) -> Located:
    """Find the page, and what other sheets are in sight.

    Raises:
        PhotoProblem: no form, another form, two sheets, a mirrored photo, or a page that does not fit.
    """
    times = _times(photo.gray)
    gray = photo.gray if times == 1 else _enlarged(photo.gray, times)
    features = Features(gray)
    found, tags = _placed(features, templates)
    fit, anchors = found.fit, (found.by,)
    corners = fit.template.page(fit.page_id).markers.corners
    if corners is not None:
        anchors += tuple(CORNERS[i] for i in sorted(marks_at(gray, corners, fit.to_photo)))
    located = replace(Located.of(fit, anchors, photo.scale * times, found.doubtful), covered=_is_covered(fit))
    if times > 1:
        return located  # so small a picture has no room for another sheet
    return replace(located, others=others_in_sight(photo, features, located, tags, templates))


def _times(gray: GrayImage) -> int:
    """How many times a small picture is enlarged, so that printed lines lie some px apart."""
    return min(_LARGEST_TIMES, -(-_SMALL // max(gray.shape)))


def _enlarged(gray: GrayImage, times: int) -> GrayImage:
    return np.asarray(cv2.resize(gray, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


@dataclass(frozen=True, eq=False)
class _Found:
    """A page that was placed, by what, and places (n, 2) mm where that is doubtful."""

    fit: PageFit
    by: str
    doubtful: FloatArray = field(default_factory=lambda: np.zeros((0, 2)))

    @classmethod
    def best(cls, found: Sequence[Agreement], by: str) -> _Found:
        """The first of several places."""
        return cls(found[0].fit, by, doubtful(found))


def _placed(features: Features, templates: Sequence[Template]) -> tuple[_Found, Sequence[SeenTag]]:
    """The page, and the tags that were seen on the way to it."""
    gray = features.gray
    tagged = {p.markers.tag.id: (t, p.id) for t in templates for p in t.pages if p.markers.tag}
    pages = [(template, page.id) for template in templates for page in template.pages]
    quick = find_tags(gray, list(tagged), quick=True) if tagged else []
    begun = fit_at_tag(gray, *tagged[_largest(quick).id], _largest(quick)) if quick else None
    if begun is not None and is_sure(begun):
        return _Found(begun, "tag"), quick
    sharp = refuse_at_once(gray)
    if tags := find_tags(gray, list(tagged)) if tagged else []:
        if quick and _largest(quick).id != _largest(tags).id:
            begun = None
        return _with_tag(features, tagged, tags, begun, pages), tags
    found = search(features, pages)
    if decides(found):
        fit = found[0].fit
        if fit.template.page(fit.page_id).markers.tag is not None:
            # A page that should have a tag may be one of another form that has it.
            _refuse_strangers(gray, templates)
        return _Found.best(found, "lines"), ()
    if tags := find_tags(gray, list(tagged), thorough=True) if tagged else []:
        return _with_tag(features, tagged, tags, None, pages), tags
    _refuse_mirrored(features, tagged, pages, found[0].value if found else 0.0)
    _refuse_strangers(gray, templates)
    refuse_blurred(sharp)
    raise _why_not(found)


def _largest(tags: Sequence[SeenTag]) -> SeenTag:
    return max(tags, key=lambda t: float(cv2.contourArea(t.corners.astype(np.float32))))


def _is_placed_in_part(fit: PageFit) -> bool:
    """Whether a page agrees beyond doubt where nothing covers it, and that is most of it."""
    part = in_part(fit)
    return told(part) >= _LEAST_OF_PART and int(part.visible.sum()) >= _PART * int(fit.visible.sum())


def _is_covered(fit: PageFit) -> bool:
    """Whether a page was accepted only by the part of it that nothing lies on."""
    return told(fit) < LEAST_AT_TAG and _is_placed_in_part(fit)


def _with_tag(
    features: Features, tagged: Mapping[int, Page], tags: Sequence[SeenTag], begun: PageFit | None, pages: Pages
) -> _Found:
    """The largest tag says which page it is, its lines say where; what its marks said takes part."""
    tag = _largest(tags)
    page = tagged[tag.id]
    begun = begun or fit_at_tag(features.gray, *page, tag)
    if begun is not None and is_sure(begun):
        return _Found(begun, "tag")
    first = [] if begun is None else [agreement(features.gray, begun)]
    found = search(features, [page], first)
    best = found[0] if found and found[0].fit.residual <= LARGEST_RESIDUAL else None
    if best is not None and (decides(found) or (_is_at(best.fit, tag) and _is_enough_at_tag(best))):
        return _Found.best(found, "tag")
    # The tag may be that of another sheet, of which a part is in sight; but the whole sheet is the one that is meant.
    others = search(features, [p for p in pages if p != page])
    if decides(others):
        return _Found.best(others, "lines")
    raise _not_placed(features.gray, page, tag, found[0].fit if found else begun)


def _is_enough_at_tag(found: Agreement) -> bool:
    return found.value >= _LEAST_FOUND_AT_TAG or _is_placed_in_part(found.fit)


def _is_at(fit: PageFit, tag: SeenTag) -> bool:
    """Whether a page that was placed has its tag where it was seen."""
    printed = fit.template.page(fit.page_id).markers.tag
    if printed is None:
        return False
    off = np.linalg.norm(fit.to_photo(tag_corners(printed)) - tag.corners, axis=1).max()
    unit = float(np.linalg.norm(tag.corners[0] - tag.corners[1])) / printed.side * fit.lines.unit
    return float(off) <= _AT_TAG * unit


def _not_placed(gray: GrayImage, page: Page, tag: SeenTag, fit: PageFit | None) -> PhotoProblem:
    """The problem of a page whose tag was seen and whose lines do not agree with any place."""
    markers = page[0].page(page[1]).markers
    assert markers.tag is not None
    hidden: list[str] = []
    if markers.corners is not None:
        known = fit is not None and _is_at(fit, tag)
        seen = (
            marks_at(gray, markers.corners, fit.to_photo)
            if known and fit is not None
            else marks_by_tag(gray, markers.corners, markers.tag, tag)
        )
        hidden = [name for index, name in enumerate(CORNERS) if index not in seen]
    if hidden:
        return PhotoProblem("page_incomplete", seen=["tag"], missing=hidden)
    share = round(told(fit), 2) if fit is not None else 0.0
    return PhotoProblem("page_distorted", agreement=share, needed=LEAST_AT_TAG)


def _refuse_strangers(gray: GrayImage, templates: Sequence[Template]) -> None:
    """Raise the problem of a photo that carries the tag of a form that is none of ours."""
    if strangers := find_tags(gray, None):
        known = ", ".join(t.id for t in templates if t.found_by_markers())
        raise PhotoProblem("unknown_form", tags=", ".join(str(t.id) for t in strangers), known=known)


def _refuse_mirrored(features: Features, tagged: Mapping[int, Page], pages: Pages, unmirrored: float) -> None:
    """Raise the problem of a photo whose tag or lines are those of a page in a mirror.

    `unmirrored` is how well the best place of a page that is not mirrored agrees.
    """
    gray = features.gray
    if tagged and (tags := find_tags(np.ascontiguousarray(gray[:, ::-1]), list(tagged))):
        raise mirror_problem(gray, _largest(tags).corners * (-1, 1) + (gray.shape[1] - 1, 0))
    untagged = [(template, page_id) for template, page_id in pages if template.page(page_id).markers.tag is None]
    for fit in fits_by_lines(gray, mirrored(features.lines), untagged, _HOPEFUL_IN_A_MIRROR):
        if told(fit) < PROMISING:
            continue
        found = agreement(gray, refined(gray, fit))
        if is_enough(found) and found.in_sight >= WHOLE and found.value >= unmirrored + LEAST_LEAD:
            paper = fit.template.paper
            corners = np.array([[0, 0], [paper.width, 0], [paper.width, paper.height], [0, paper.height]])
            raise mirror_problem(gray, fit.to_photo(corners.astype(np.float64)))


def _why_not(found: Sequence[Agreement]) -> PhotoProblem:
    """The problem of a photo on which no page could be made out."""
    if found and found[0].value >= _LIKE:
        best = found[0]
        return PhotoProblem(
            "form_unsure",
            form=best.page[0],
            page=best.page[1],
            agreement=round(best.value, 2),
            needed=needed(best),
        )
    return PhotoProblem("no_form")
