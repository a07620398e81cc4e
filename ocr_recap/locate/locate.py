"""Photo to page: which page of which form is this, and where does it lie?

Two strategies, one result. Up to five anchors (one tag, four corner marks) give hypotheses; the page's own ruled lines
choose among them, refine the homography and measure its residual. Any three anchors suffice. Where anchors do not,
because they are hidden or the form never had any, all pages compete for the photo's ruled lines (`search`). A page
that its lines do not support is a problem, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..forms.fields import tag_corners
from ..forms.template import Template
from ..imaging.arrays import FloatArray
from ..imaging.fiducials import SeenTag, find_marks, find_tags
from ..imaging.homography import project
from ..imaging.photo import Photo
from ..messages.problems import PhotoProblem
from .lines.agreement import LineFit, agrees
from .lines.alignment import Placed
from .lines.rectify import Lines, mirrored
from .lines.search import find_by_lines, fits_by_lines
from .located import Located
from .marks.fit_hypothesis import CONVINCING, Fitted, fit_plane, improve, is_enough, is_flat, outgrow, rank, straighten
from .marks.from_tag import marks_by_tag
from .marks.hypotheses import AnchorView, Hypothesis, from_marks, out_of_sight, settle, turn, with_tag, without_tag
from .paper.line_fit import Fit
from .paper.nonrigid import SURE
from .paper.surface_fit import BENT
from .second_sheet import PlacedPage, is_whole, others_in_sight, second_sheet, sheet_at

CORNERS = ("tl", "tr", "br", "bl")
# Limits. On 240 drawn photos with up to two marks covered (benchmarks/locate.py, preset field) every page that was
# placed right had a support of 0.995 or more and a residual of 0.024 at most; fits that had slipped to neighbouring
# lines ended between 0.64 and 0.98 before corners were moved about. Below the limits a person is asked.
LEAST_SUPPORT = 0.92
LEAST_SUPPORT_WITHOUT_TAG = 0.90  # only lines say which form it is, and all tables look a little alike
# A page whose tag was seen needs less agreement where its lines alone have the tag within so many cell widths of its
# place. On 168 drawn hard photos (both tagged forms, calibration writers) 62 best places met both, and none lay off.
LEAST_AGREEMENT_AT_TAG, _AT_TAG = 0.70, 0.15
# Support of a plane by the tag's own marks from which creases are looked for before the whole photo is searched; by
# judgement: below it a mark is false or the light poor.
_WORTH_FOLDING = 0.9
_FALSE_MARK = 0.05  # support that three marks must gain over four before the fourth counts as false
# Share of a page's lines in sight from which it may be the sheet that is meant though another one's tag is seen. By
# judgement, after a drawn hard photo (document 32 of the test writers) of which a sheet that was cut off was read when
# that of the tag could not be followed. Sizes do not tell: a tilted sheet is smaller than one that lies nearer.
_WHOLE = 0.9
LARGEST_RESIDUAL = 0.06  # cell widths
LEAST_MARGIN = 0.08  # without a tag: the best page must beat the next one's support by this much
_CERTAIN_MARK = 0.92  # correlation from which a mark without any form around it is worth reporting
_LIKELY_MARK = 0.8  # three such marks, and marks are looked into before lines are: only the cost depends on it
_HOPEFUL_IN_A_MIRROR = 0.5  # of the score of `alignment`: from there on it is worth asking whether a photo is mirrored
_LIKE = 0.5  # agreement of lines from which a photo is said to look like a form
_REFINED = 6  # hypotheses that are refined in full
# Without a tag most sets of marks are false, and following paper that is not flat costs ten times what a plane does:
# only so many sets are followed, those at once whose plane meets so much of its lines, the others when all were seen.
_FOLLOWED, _AT_ONCE = 4, 0.85


def locate(photo: Photo, templates: Sequence[Template]) -> Located:
    """Find the page, and what other sheets are in sight.

    Raises:
        PhotoProblem: no form, another form, two sheets, a mirrored photo, too few anchors, or a page that does not fit.
    """
    found, tags = _located(photo, templates)
    return replace(found, others=others_in_sight(photo, found, tags, templates, _SecondSheetMethods()))


class _SecondSheetMethods:
    """How `second_sheet` places what it finds beside a page."""

    def at_tag(self, photo: Photo, template: Template, page_id: str, tag: SeenTag) -> Located | None:
        """The page of a tag where its marks and lines agree beyond doubt."""
        return _at_its_tag(photo, template, page_id, tag)

    def by_marks(self, gray: NDArray[np.uint8], templates: Sequence[Template]) -> PlacedPage | None:
        """The page whose corner marks and lines convince."""
        if not any(t.found_by_markers() for t in templates):
            return None
        marks = find_marks(gray)
        if sum(mark.score >= _LIKELY_MARK for mark in marks) < 3:
            return None
        found = _by_marks(AnchorView(gray, marks), templates)
        return None if found is None else (found[1].template, found[1].page_id, found[0].homography)


def _located(photo: Photo, templates: Sequence[Template]) -> tuple[Located, Sequence[SeenTag]]:
    """The page, and the tags that were seen on the way to it."""
    tagged = {
        page.markers.tag.id: (template, page.id)
        for template in templates
        for page in template.pages
        if page.markers.tag
    }
    if tagged:
        quick = find_tags(photo.gray, list(tagged), quick=True)
        if quick and (found := _at_its_tag(photo, *tagged[_largest(quick).id], _largest(quick))):
            return found, quick
        if tags := find_tags(photo.gray, list(tagged), thorough=True):
            page, tag = tagged[_largest(tags).id], _largest(tags)
            tried = bool(quick) and _largest(quick).id == tag.id
            found = None if tried else _at_its_tag(photo, *page, tag)
            return found or _with_tag(photo, *page, tag, templates), tags
    view = AnchorView(photo.gray, find_marks(photo.gray) if any(t.found_by_markers() for t in templates) else [])
    # Both ways find what the other cannot; the likely one goes first, since each costs more than decoding the photo.
    marked = sum(mark.score >= _LIKELY_MARK for mark in view.marks) >= 3
    if marked and (found := _by_marks(view, templates)):
        return _at_marks(view, found, photo.scale), ()
    pages = [(template, page.id) for template in templates for page in template.pages]
    lines = Lines(photo.gray)
    alone = find_by_lines(lines, pages)
    if agrees(alone):
        best = alone[0]
        # A page that should have a tag may be one of another form that has it.
        if best.template.page(best.page_id).markers.tag:
            _refuse_strangers(photo.gray, templates)
        return _alone(best, photo, lines), ()
    if not marked and (found := _by_marks(view, templates)):
        return _at_marks(view, found, photo.scale), ()
    if alone and alone[0].is_enough:
        _one_of_two(alone[0], lines)  # if it is, neither leads
    backwards = mirrored(lines.seen)
    if _is_mirrored(photo.gray, tagged) or agrees(fits_by_lines(photo.gray, backwards, pages, _HOPEFUL_IN_A_MIRROR)):
        raise PhotoProblem("photo_mirrored")
    _refuse_strangers(photo.gray, templates)
    raise _why_not(view, alone)


def _largest(tags: Sequence[SeenTag]) -> SeenTag:
    return max(tags, key=lambda t: float(cv2.contourArea(t.corners.astype(np.float32))))


def _at_its_tag(photo: Photo, template: Template, page_id: str, tag: SeenTag) -> Located | None:
    """The usual photo: marks where the tag predicts them, and lines that agree beyond doubt; else None."""
    page = template.page(page_id)
    if page.markers.corners is None or page.markers.tag is None:
        return None
    marks = marks_by_tag(photo.gray, page.markers.corners, page.markers.tag, tag)
    view = AnchorView(photo.gray, list(marks.values()))
    hypothesis = from_marks(template, page_id, tag, {i: mark.center for i, mark in marks.items()})
    if hypothesis is None or len(hypothesis.marks) < 3:
        return None
    plane = fit_plane(view, hypothesis, hypothesis.homography, near=len(hypothesis.marks) == 4)
    fit = straighten(view, plane, hypothesis, unfolded=True)
    if not _is_sure(fit):
        best = plane, hypothesis
        if len(marks) == 4 and plane.support < 1 - _FALSE_MARK:
            # One of the four may be false, likeliest the one least like a mark: the three others then fit far better.
            for left_out in sorted(marks, key=lambda i: marks[i].score):
                three = {i: mark.center for i, mark in marks.items() if i != left_out}
                other = from_marks(template, page_id, tag, three)
                if other is not None:
                    found = fit_plane(view, other, other.homography), other
                    best = max(best, found, key=lambda pair: pair[0].support)
                if best[0].support >= CONVINCING:
                    break
        if best[0].support > plane.support + _FALSE_MARK:
            plane, hypothesis = best
            fit = straighten(view, plane, hypothesis, unfolded=True)
        if not _is_sure(fit) and plane.support >= _WORTH_FOLDING:
            fit = straighten(view, plane, hypothesis, gentle=fit)
    return _at_marks(view, (fit, hypothesis), photo.scale) if _is_sure(fit) else None


def _is_sure(fit: Fit) -> bool:
    """Whether the lines agree so well that nothing needs to be looked at beside marks near their places."""
    sure = CONVINCING if fit.surface is None else SURE
    return fit.support >= sure and fit.residual <= (BENT if fit.surface is None else LARGEST_RESIDUAL)


def _with_tag(photo: Photo, template: Template, page_id: str, tag: SeenTag, templates: Sequence[Template]) -> Located:
    """The tag says which page it is; its marks say where, or else the page's lines do."""
    view = AnchorView(photo.gray, find_marks(photo.gray))
    fits = _fits_with_tag(view, template, page_id, tag)
    if fits and _convinces(fits) and fits[0][0].residual <= LARGEST_RESIDUAL:
        return _at_marks(view, fits[0], photo.scale)
    lines = Lines(photo.gray)
    alone = find_by_lines(lines, [(template, page_id)])
    if agrees(alone) or (_is_at(alone, tag) and agrees(alone, LEAST_AGREEMENT_AT_TAG)):
        return _by_lines(alone[0], photo, ("tag", "lines"))
    # The tag may be that of another sheet, of which a part is in sight; but the whole sheet is the one that is meant.
    others = find_by_lines(lines, [(t, page.id) for t in templates for page in t.pages])
    if agrees(others) and others[0].fit.visible.mean() >= _WHOLE:
        return _by_lines(others[0], photo)
    if fits and _convinces(fits):
        return _at_marks(view, fits[0], photo.scale)  # says how far it is from being met
    hidden = [CORNERS[i] for i in out_of_sight(view, template, page_id, tag)]
    if fits and len(hidden) < 2:
        # Not measured: no placement convinces. A line is looked for within 0.3 of a cell width (`line_fit.refine`).
        raise PhotoProblem("page_distorted", residual=">0.3", limit=LARGEST_RESIDUAL)
    raise PhotoProblem("page_incomplete", seen=["tag"], missing=hidden or ["two_corners"])


def _is_at(fits: Sequence[LineFit], tag: SeenTag) -> bool:
    """Whether the best fit, which knows nothing of the tag, has it where it was seen."""
    printed = fits[0].template.page(fits[0].page_id).markers.tag if fits else None
    if printed is None:
        return False
    off = np.linalg.norm(fits[0].seen(tag_corners(printed)) - tag.corners, axis=1).max()
    return float(off) <= _AT_TAG * fits[0].unit


def _at_marks(view: AnchorView, found: Fitted, scale: float) -> Located:
    fit, chosen = found
    if fit.residual > LARGEST_RESIDUAL:
        raise PhotoProblem("page_distorted", residual=round(fit.residual, 2), limit=LARGEST_RESIDUAL)
    return Located.of(chosen.template, chosen.page_id, fit, _seen(view, chosen, fit.homography), scale)


def _by_lines(found: LineFit, photo: Photo, anchors: tuple[str, ...] = ("lines",)) -> Located:
    return Located.of(found.template, found.page_id, found.fit, anchors, photo.scale, found.covered)


def _alone(found: LineFit, photo: Photo, lines: Lines) -> Located:
    """A page that only its lines tell."""
    located = _by_lines(found, photo)
    beside = _one_of_two(found, lines)
    return (
        located
        if beside is None
        else replace(located, others=(sheet_at(photo, located, found.template, found.page_id, beside.homography),))
    )


def _one_of_two(found: LineFit, lines: Lines) -> Placed | None:
    """A second such sheet, of which a part is in sight; raises the problem of two whole ones."""
    seen = lines.seen or lines.hidden
    beside = second_sheet(seen, found) if seen is not None else None
    if beside is not None and is_whole(beside, lines.gray.shape[::-1]):
        raise PhotoProblem("two_sheets", form=found.template.id, page=found.page_id)
    return beside


def _by_marks(view: AnchorView, templates: Sequence[Template]) -> Fitted | None:
    """The page whose corner marks and lines convince; None where there is none."""
    fits = _fits_without_tag(view, templates)
    return fits[0] if fits and _convinces(fits) else None


def _fits_with_tag(view: AnchorView, template: Template, page_id: str, tag: SeenTag) -> list[Fitted]:
    """The page at every place that its tag and two marks or more speak for, best first."""
    hypotheses = list(with_tag(view, template, page_id, tag))
    fits = _refined(view, [h for h in hypotheses if len(h.marks) > 2])
    if not fits or not is_enough(fits[0][0]):
        # One of the marks may be false: two and the tag still suffice.
        loose = [h for h in hypotheses if len(h.marks) == 2]
        fits += _refined(view, [settle(view, h, tag, reach) for reach in (0.06, 0.20) for h in loose])
        fits.sort(key=lambda pair: -pair[0].support)
        if fits and not is_enough(fits[0][0]):
            fits[0] = (straighten(view, *fits[0], last=True), fits[0][1])
            # A folded sheet's best plane is that of a part, often by two marks; all marks hold the whole.
            most = max(len(hypothesis.marks) for _, hypothesis in fits)
            held = next(index for index, (_, hypothesis) in enumerate(fits) if len(hypothesis.marks) == most)
            for index in sorted({0, held}):
                fits[index] = outgrow(view, *fits[index])
    return sorted(fits, key=lambda pair: -pair[0].support)


def _fits_without_tag(view: AnchorView, templates: Sequence[Template]) -> list[Fitted]:
    """All pages compete for each set of marks; the first set whose lines fit beyond doubt ends the search."""
    fits: list[Fitted] = []
    waiting: list[Fitted] = []
    left = _FOLLOWED

    def settled() -> bool:
        fits.sort(key=lambda pair: -pair[0].support)
        return bool(fits) and is_enough(fits[0][0]) and _convinces(fits)

    for competing in without_tag(view, templates):
        found = _planes(view, competing)
        if found and found[0][0].support >= _AT_ONCE and left:
            left -= not is_flat(found[0][0])
            found[0] = improve(view, *found[0])
        elif found:
            waiting.append(found.pop(0))
        fits += found
        if settled():
            return fits
    waiting.sort(key=lambda pair: -pair[0].support)
    fits += waiting[left:]
    for plane in waiting[:left]:
        fits.append(improve(view, *plane))
        if settled():
            return fits + waiting
    settled()
    return fits


def _refined(view: AnchorView, hypotheses: list[Hypothesis]) -> list[Fitted]:
    """The most promising hypotheses with a tag, each fitted to the ruled lines, best first."""
    fits: list[Fitted] = []
    for hypothesis in rank(view, hypotheses)[:_REFINED]:
        fit = fit_plane(view, hypothesis, hypothesis.homography)
        fits.append((fit if fits else straighten(view, fit, hypothesis), hypothesis))
        if is_enough(fits[-1][0]):
            break  # the tag has said which page it is: nothing else can win
    fits.sort(key=lambda pair: -pair[0].support)
    if fits:
        fits[0] = improve(view, *fits[0])
    return fits


def _planes(view: AnchorView, hypotheses: list[Hypothesis]) -> list[Fitted]:
    """The most promising hypotheses without a tag as planes, best first."""
    likely = rank(view, hypotheses)[:_REFINED]
    return sorted(((fit_plane(view, h, h.homography), h) for h in likely), key=lambda pair: -pair[0].support)


def _convinces(fits: list[Fitted]) -> bool:
    """Do the lines support the best fit, and clearly more than any other page?"""
    fit, chosen = fits[0]
    if chosen.tag:
        return fit.support >= LEAST_SUPPORT
    others = [f.support for f, h in fits[1:] if h.page != chosen.page]
    alone = not others or fit.support - max(others) >= LEAST_MARGIN
    return alone and fit.support >= LEAST_SUPPORT_WITHOUT_TAG and fit.residual <= LARGEST_RESIDUAL


def _refuse_strangers(gray: NDArray[np.uint8], templates: Sequence[Template]) -> None:
    """Raise the problem of a photo that carries the tag of a form that is none of ours."""
    if strangers := find_tags(gray, None):
        known = ", ".join(t.id for t in templates if t.found_by_markers())
        raise PhotoProblem("unknown_form", tags=", ".join(str(t.id) for t in strangers), known=known)


def _why_not(view: AnchorView, alone: Sequence[LineFit]) -> PhotoProblem:
    """The problem of a photo on which no page could be made out."""
    certain = [m for m in view.marks if m.score >= _CERTAIN_MARK]
    if len(certain) == 2 and turn(certain[0].angle, certain[1].angle) < np.radians(20):
        return PhotoProblem("page_incomplete", seen=["two_corners"], missing=["tag", "two_corners"])
    if alone and alone[0].agreement >= _LIKE:
        return PhotoProblem(
            "form_unsure",
            form=alone[0].template.id,
            page=alone[0].page_id,
            agreement=round(alone[0].agreement, 2),
            needed=alone[0].needed,
        )
    return PhotoProblem("no_form")


def _seen(view: AnchorView, hypothesis: Hypothesis, homography: FloatArray) -> tuple[str, ...]:
    """The anchors that agree with the page as it was found (a false mark is not called seen)."""
    corners = hypothesis.template.page(hypothesis.page_id).markers.corners
    assert corners is not None
    expected = project(homography, corners.centers)
    near = 0.02 * float(np.linalg.norm(expected[1] - expected[0]))
    marks = np.array([m.center for m in view.marks]).reshape(-1, 2)
    agreeing = [
        name
        for name, place in zip(CORNERS, expected, strict=True)
        if (np.linalg.norm(marks - place, axis=1) < near).any()
    ]
    return ("tag",) * hypothesis.tag + tuple(agreeing)


def _is_mirrored(gray: NDArray[np.uint8], tagged: Mapping[int, object]) -> bool:
    """A tag that is read only after turning the photo over left to right."""
    return bool(tagged) and bool(find_tags(np.ascontiguousarray(gray[:, ::-1]), list(tagged)))
