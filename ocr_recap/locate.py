"""Photo to page: which page of which form is this, and where does it lie?

Up to five anchors (one tag, four corner marks) give hypotheses; the page's own ruled lines choose among them, refine
the homography and measure its residual. Any three anchors suffice. The tag's id says the page; where the tag is gone
all pages compete on their lines. A hypothesis that its lines do not support is a problem, never a guess.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from .fiducials import SeenMark, SeenTag, find_marks, find_tags, tag_corners
from .load import Photo
from .problems import PhotoProblem
from .register import Fit, Ruling, project, quick_score, refine, ridge_distance, ruling
from .template import Template

FloatArray = NDArray[np.float64]
Corner = tuple[str, int]

CORNERS = ("tl", "tr", "br", "bl")
# Limits. On 200 drawn pages under random cameras (benchmarks/locate.py) right pages have a support of 0.80 and more
# and a residual of 0.02 at most; wrong pages and empty walls stay below 0.45. Between them lies "ask a person".
LEAST_SUPPORT = 0.85
LEAST_SUPPORT_WITHOUT_TAG = 0.90  # only lines say which form it is, and all tables look a little alike
_CONVINCING = 0.97  # support from which no other combination of marks is tried
LARGEST_RESIDUAL = 0.06  # cell widths
LEAST_MARGIN = 0.08  # without a tag: the best page must beat the next one's support by this much
_CERTAIN_MARK = 0.85  # correlation from which a mark without any form around it is worth reporting
_MARKS_TRIED = 10  # best-scored marks that take part in hypotheses without a tag
_HYPOTHESES = 36  # of pages without a tag: each costs up to 20 ms, and the best marks come first
_REFINED = 6  # hypotheses that are refined in full


@dataclass(frozen=True)
class Located:
    """A page found on a photo. `homography` maps page millimetres to pixels of the full photo."""

    template: Template
    page_id: str
    homography: FloatArray
    residual: float
    support: float
    anchors: tuple[str, ...]

    def corners(self) -> FloatArray:
        """The corner marks' centres (the paper's corners where a form has none), TL, TR, BR, BL; (4, 2) photo px."""
        marks = self.template.page(self.page_id).markers.corners
        paper = self.template.paper
        corners = np.array([[0, 0], [paper.width, 0], [paper.width, paper.height], [0, paper.height]], dtype=float)
        return project(self.homography, corners if marks is None else marks.centers)


@dataclass(frozen=True)
class _Hypothesis:
    """A page, the anchors that speak for it, and a first homography in decoded pixels."""

    template: Template
    page_id: str
    homography: FloatArray
    marks: tuple[tuple[int, FloatArray], ...]  # (corner index, px)
    tag: bool

    @property
    def anchors(self) -> tuple[str, ...]:
        return (("tag",) if self.tag else ()) + tuple(CORNERS[i] for i, _ in self.marks)


def locate(photo: Photo, templates: Sequence[Template]) -> Located:
    """Find the page.

    Raises:
        PhotoProblem: no form, another form's tag, a mirrored photo, too few anchors, or a page that does not fit.
    """
    try:
        return _locate(photo.gray, photo.scale, templates)
    except PhotoProblem as problem:
        if problem.code in ("no_form", "page_incomplete") and _is_mirrored(photo.gray, templates):
            raise PhotoProblem("photo_mirrored") from None
        raise


def _locate(gray: NDArray[np.uint8], scale: float, templates: Sequence[Template]) -> Located:
    pages = {
        page.markers.tag.id: (template, page.id)
        for template in templates
        for page in template.pages
        if page.markers.tag
    }
    tags = find_tags(gray, list(pages)) if pages else []
    marks = find_marks(gray)
    rulings = _Rulings()
    if tags:
        tag = max(tags, key=lambda t: cv2.contourArea(t.corners.astype(np.float32)))
        template, page_id = pages[tag.id]
        hypotheses = list(_with_tag(template, page_id, tag, marks))
        if not hypotheses:
            raise _incomplete(True, [])
        fits = _refined(gray, [h for h in hypotheses if len(h.marks) > 2], rulings)
        if not fits or fits[0][0].support < _CONVINCING:
            # One of the marks may be false: two and the tag still suffice.
            loose = [h for h in hypotheses if len(h.marks) == 2]
            near = [_settle(gray, h, rulings(template, page_id), tag, 0.06) for h in loose]
            wide = [_settle(gray, h, rulings(template, page_id), tag, 0.20) for h in loose]
            fits += _refined(gray, near + wide, rulings)
    else:
        fits = _refined(
            gray, list(itertools.islice(_without_tag(gray, templates, marks, rulings), _HYPOTHESES)), rulings
        )
    if not fits:
        strangers = find_tags(gray, None)
        if strangers:
            known = ", ".join(t.id for t in templates)
            raise PhotoProblem("unknown_form", tags=", ".join(str(t.id) for t in strangers), known=known)
        certain = [m for m in marks if m.score >= _CERTAIN_MARK]
        if len(certain) == 2 and _same_slant(certain):
            raise _incomplete(False, certain)
        raise PhotoProblem("no_form")
    return _judge(scale, fits)


def _refined(
    gray: NDArray[np.uint8], hypotheses: list[_Hypothesis], rulings: _Rulings
) -> list[tuple[Fit, _Hypothesis]]:
    """The most promising hypotheses, each fitted to the ruled lines."""
    fits: list[tuple[Fit, _Hypothesis]] = []
    for hypothesis in _rank(gray, hypotheses, rulings)[:_REFINED]:
        marks = hypothesis.template.page(hypothesis.page_id).markers.corners
        assert marks is not None  # hypotheses are made of corner marks
        index = [i for i, _ in hypothesis.marks]
        seen = np.array([p for _, p in hypothesis.marks]).reshape(-1, 2)
        rules = rulings(hypothesis.template, hypothesis.page_id)
        fits.append((refine(gray, hypothesis.homography, rules, (marks.centers[index], seen)), hypothesis))
    return sorted(fits, key=lambda pair: -pair[0].support)


def _judge(scale: float, fits: list[tuple[Fit, _Hypothesis]]) -> Located:
    """The best fit, if its lines support it, it beats every other page, and it lies close enough."""
    fits = sorted(fits, key=lambda pair: -pair[0].support)
    fit, chosen = fits[0]
    others = [f.support for f, h in fits[1:] if (h.template.id, h.page_id) != (chosen.template.id, chosen.page_id)]
    unsure = not chosen.tag and bool(others) and fit.support - max(others) < LEAST_MARGIN
    least = LEAST_SUPPORT if chosen.tag else LEAST_SUPPORT_WITHOUT_TAG
    if fit.support < least or unsure or (fit.residual > LARGEST_RESIDUAL and not chosen.tag):
        if chosen.tag:
            raise PhotoProblem("page_distorted", residual=">0.3", limit=LARGEST_RESIDUAL)
        raise PhotoProblem("no_form")
    if fit.residual > LARGEST_RESIDUAL:
        raise PhotoProblem("page_distorted", residual=round(fit.residual, 2), limit=LARGEST_RESIDUAL)
    # Decoded pixel x lies at full pixel (x + 0.5) / scale - 0.5.
    up = np.array([[1 / scale, 0, 0.5 / scale - 0.5], [0, 1 / scale, 0.5 / scale - 0.5], [0, 0, 1]])
    full = up @ fit.homography
    return Located(
        chosen.template, chosen.page_id, full / full[2, 2], fit.residual, fit.support, _seen(chosen, fit.homography)
    )


def _seen(hypothesis: _Hypothesis, homography: FloatArray) -> tuple[str, ...]:
    """Anchors that still agree with the refined homography (a false mark is not called seen)."""
    marks = hypothesis.template.page(hypothesis.page_id).markers.corners
    assert marks is not None
    expected = project(homography, marks.centers)
    size = float(np.linalg.norm(expected[1] - expected[0]))
    agreeing = tuple(CORNERS[i] for i, p in hypothesis.marks if np.linalg.norm(p - expected[i]) < 0.02 * size)
    return (("tag",) if hypothesis.tag else ()) + agreeing


def _rank(gray: NDArray[np.uint8], hypotheses: list[_Hypothesis], rulings: _Rulings) -> list[_Hypothesis]:
    """Order hypotheses by how well they predict dark lines; more anchors first where lines cannot tell."""
    if not hypotheses:
        return []
    first = hypotheses[0]
    span = project(first.homography, np.array([[0.0, 0.0], [first.template.paper.width, 0.0]]))
    pixels_per_mm = float(np.linalg.norm(span[1] - span[0])) / first.template.paper.width
    distance = ridge_distance(gray, max(5, 2 * round(pixels_per_mm * 0.8) + 1))
    scores = np.empty(len(hypotheses))
    keys = [(h.template.id, h.page_id) for h in hypotheses]
    for key in sorted(set(keys)):
        index = [i for i, k in enumerate(keys) if k == key]
        stack = np.stack([hypotheses[i].homography for i in index])
        rules = rulings(hypotheses[index[0]].template, key[1])
        scores[index] = quick_score(distance, stack, rules, max(1.5, pixels_per_mm * 0.8))
    scores += 0.02 * np.array([len(h.marks) for h in hypotheses])
    order = np.argsort(-scores, kind="stable")
    return [hypotheses[i] for i in order]


class _Rulings:
    """The line samples of pages, made once per photo and only when asked for."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Ruling] = {}

    def __call__(self, template: Template, page_id: str) -> Ruling:
        key = (template.id, page_id)
        if key not in self._known:
            self._known[key] = ruling(template, page_id)
        return self._known[key]


# --- hypotheses with a tag ------------------------------------------------------------------------------------------


def _with_tag(template: Template, page_id: str, tag: SeenTag, marks: list[SeenMark]) -> Iterator[_Hypothesis]:
    page = template.page(page_id)
    corners, printed = page.markers.corners, page.markers.tag
    assert printed is not None
    if corners is None:
        return
    on_page = tag_corners(printed)
    similar = _similarity(on_page, tag.corners)
    side = float(np.linalg.norm(tag.corners[0] - tag.corners[1]))
    choices: list[list[tuple[int, FloatArray] | None]] = []
    for index, place in enumerate(corners.centers):
        guess = project(similar, place)
        away = float(np.linalg.norm(guess - tag.corners.mean(axis=0)))
        slant = _slant(similar, place)
        near = [
            (index, m.center)
            for m in marks
            if np.linalg.norm(m.center - guess) < 0.35 * away + 0.5 * side and _turn(m.angle, slant) < np.radians(32)
        ]
        choices.append([*near[:6], None])
    for combination in itertools.product(*choices):
        chosen = tuple(c for c in combination if c is not None)
        if len(chosen) < 2 or len({tuple(p) for _, p in chosen}) < len(chosen):
            continue
        source = np.array([corners.centers[i] for i, _ in chosen])
        seen = np.array([p for _, p in chosen])
        homography = _from_anchors(source, seen, on_page, tag.corners)
        if homography is None:
            continue
        # The tag was not fitted exactly, so it can contradict a wrong mark.
        off = np.linalg.norm(project(homography, on_page) - tag.corners, axis=1).max() / side
        if off < 0.15:
            yield _Hypothesis(template, page_id, homography, chosen, True)


def _settle(gray: NDArray[np.uint8], loose: _Hypothesis, rules: Ruling, tag: SeenTag, reach: float) -> _Hypothesis:
    """A tag and two marks leave the page's far side loose: pin it down on the ruled lines, within `reach` of a side."""
    marks = loose.template.page(loose.page_id).markers.corners
    assert marks is not None
    source = marks.centers[[i for i, _ in loose.marks]]
    seen = np.array([p for _, p in loose.marks])
    far = marks.centers[int(np.linalg.norm(marks.centers[:, None] - source[None], axis=-1).min(axis=1).argmax())]
    middle = project(np.asarray(np.linalg.inv(loose.homography), dtype=np.float64), tag.corners.mean(axis=0))
    known = (np.vstack([source, middle]), np.vstack([seen, tag.corners.mean(axis=0)]))
    size = float(np.linalg.norm(seen[0] - seen[1]))
    distance = ridge_distance(gray, 7)
    found = _search_corner(distance, rules, known, far, project(loose.homography, far), reach * size)
    scores = quick_score(distance, np.stack([loose.homography, found]), rules, max(1.5, 0.003 * size))
    return replace(loose, homography=found) if scores[1] > scores[0] else loose


def _from_anchors(source: FloatArray, seen: FloatArray, tag_mm: FloatArray, tag_px: FloatArray) -> FloatArray | None:
    """Homography from two to four marks and a tag; the marks weigh more, since they are far apart."""
    repeats = 6
    a = np.concatenate([np.repeat(source, repeats, axis=0), tag_mm])
    b = np.concatenate([np.repeat(seen, repeats, axis=0), tag_px])
    homography = _homography(a.astype(np.float32), b.astype(np.float32))
    return homography if _is_upright_view(homography, source) else None


# --- hypotheses without a tag ----------------------------------------------------------------------------------------


def _without_tag(
    gray: NDArray[np.uint8], templates: Sequence[Template], marks: list[SeenMark], rulings: _Rulings
) -> Iterator[_Hypothesis]:
    """Three or four marks that lie like a page's corners; a lost fourth corner is searched for on the lines."""
    best = marks[:_MARKS_TRIED]
    layouts = [(t, p.id, p.markers.corners) for t in templates for p in t.pages if p.markers.corners is not None]
    if len(best) < 3 or not layouts:
        return
    area = gray.shape[0] * gray.shape[1]
    distance: NDArray[np.float32] | None = None
    told: set[tuple[tuple[int, float], ...]] = set()
    for missing, trio, guess in _trios(best, layouts[0][2].centers, area):
        kept = [i for i in range(4) if i != missing]
        seen = np.array([m.center for m in trio])
        known = tuple(zip(kept, seen, strict=True))
        reach = 0.25 * float(np.linalg.norm(seen[0] - seen[1]) + np.linalg.norm(seen[1] - seen[2])) / 2
        distance = ridge_distance(gray, 7) if distance is None else distance
        for fourth in best:
            if fourth in trio or np.linalg.norm(fourth.center - guess) > reach:
                continue
            four = (*known, (missing, fourth.center))
            key = tuple(sorted((i, float(p[0])) for i, p in four))
            if key in told:
                continue
            told.add(key)
            for template, page_id, layout in layouts:
                source = layout.centers[[i for i, _ in four]].astype(np.float32)
                matrix = _homography(source, np.array([p for _, p in four], dtype=np.float32))
                yield _Hypothesis(template, page_id, matrix, four, False)
        for template, page_id, layout in layouts:
            where = (layout.centers[kept], seen)
            rules = rulings(template, page_id)
            homography = _search_corner(distance, rules, where, layout.centers[missing], guess, reach)
            yield _Hypothesis(template, page_id, homography, known, False)


def _trios(
    marks: list[SeenMark], centers: FloatArray, area: int
) -> Iterator[tuple[int, tuple[SeenMark, ...], FloatArray]]:
    """Three marks that lie like three corners of an upright page: the lost corner, the marks, where it would be."""
    together = sorted(itertools.combinations(marks, 3), key=lambda trio: -sum(m.score for m in trio))
    for trio in itertools.chain.from_iterable(itertools.permutations(three) for three in together):
        seen = np.array([m.center for m in trio], dtype=np.float32)
        for missing in range(4):
            places = np.delete(centers, missing, axis=0)
            affine = np.vstack([cv2.getAffineTransform(places.astype(np.float32), seen), [0.0, 0.0, 1.0]])
            if _is_plausible(affine, centers, trio, places, area):
                yield missing, trio, project(affine, centers[missing])


def _search_corner(
    distance: NDArray[np.float32],
    rules: Ruling,
    known: tuple[FloatArray, FloatArray],
    lost: FloatArray,
    guess: FloatArray,
    reach: float,
) -> FloatArray:
    """Where would a lost corner be? Try places around a guess, coarse to fine, scored on the ruled lines.

    Args:
        distance: from `ridge_distance`.
        rules: line samples of the page.
        known: (n, 2) mm and (n, 2) px of what was seen, n >= 3.
        lost: the lost corner, mm.
        guess: where it may be, px.
        reach: how far it may be from there, px.
    """
    source = np.vstack([known[0], lost]).astype(np.float32)
    place, best = guess, np.eye(3)
    tolerance = reach / 16
    for _ in range(3):
        offsets = np.linspace(-reach, reach, 15)
        places = place + np.stack(np.meshgrid(offsets, offsets), axis=-1).reshape(-1, 2)
        stack = np.stack([_homography(source, np.vstack([known[1], p]).astype(np.float32)) for p in places])
        scores = quick_score(distance, stack, rules, max(1.5, tolerance))
        index = int(scores.argmax())
        place, best = places[index], stack[index]
        reach, tolerance = reach / 5, tolerance / 4
    return best


def _homography(source: NDArray[np.float32], target: NDArray[np.float32]) -> FloatArray:
    """Exact from four points, least squares from more; a page far away where the points allow none."""
    if len(source) == 4:
        matrix = cv2.getPerspectiveTransform(source, target)
    else:
        matrix, _ = cv2.findHomography(source, target, 0)
    found: object = matrix  # OpenCV gives None for points on one line, which its types do not say
    usable = found is not None and bool(np.isfinite(matrix).all())
    return np.asarray(matrix, dtype=np.float64) if usable else np.diag([1e6, 1e6, 1.0])


def _is_plausible(
    affine: FloatArray, centers: FloatArray, trio: Sequence[SeenMark], places: FloatArray, area: int
) -> bool:
    a = affine[:2, :2]
    determinant = float(np.linalg.det(a))
    width, height = np.linalg.norm(centers[1] - centers[0]), np.linalg.norm(centers[3] - centers[0])
    if determinant * width * height < 0.06 * area:  # mirrored, or too small to be read anyway
        return False
    scale_x, scale_y = np.linalg.norm(a[:, 0]), np.linalg.norm(a[:, 1])
    if not 0.6 < scale_x / scale_y < 1.7 or abs(a[:, 0] @ a[:, 1]) > 0.6 * scale_x * scale_y:
        return False
    return all(_turn(m.angle, _slant(affine, p)) < np.radians(25) for m, p in zip(trio, places, strict=True))


# --- small geometry ---------------------------------------------------------------------------------------------------


def _similarity(source: FloatArray, target: FloatArray) -> FloatArray:
    matrix, _ = cv2.estimateAffinePartial2D(source.astype(np.float32), target.astype(np.float32))
    return np.vstack([np.asarray(matrix, dtype=np.float64), [0.0, 0.0, 1.0]])


def _slant(homography: FloatArray, place: FloatArray) -> float:
    """Angle on the photo of the page's falling diagonal at a place: the dark diagonal of a staircase."""
    d = project(homography, place + 1.0) - project(homography, place - 1.0)
    return float(np.arctan2(d[1], d[0]))


def _turn(a: float, b: float) -> float:
    """Angle between two directions without sense, 0 to pi/2."""
    d = (a - b) % np.pi
    return min(d, np.pi - d)


def _same_slant(marks: Sequence[SeenMark]) -> bool:
    return _turn(marks[0].angle, marks[1].angle) < np.radians(20)


def _is_upright_view(homography: FloatArray, points: FloatArray) -> bool:
    """No mirroring and no vanishing line across the page."""
    w = points @ homography[2, :2] + homography[2, 2]
    if (w <= 0).any() and (w >= 0).any():
        return False
    middle = points.mean(axis=0)
    step = project(homography, np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]) + middle)
    return float(np.linalg.det(step[1:] - step[0])) > 0


def _incomplete(tag: bool, marks: Sequence[SeenMark]) -> PhotoProblem:
    seen = (["tag"] if tag else []) + [f"{len(marks)} corner marks"] * bool(marks)
    missing = "at least two corner marks" if tag else "the tag and two corner marks"
    return PhotoProblem("page_incomplete", seen=", ".join(seen), missing=missing)


def _is_mirrored(gray: NDArray[np.uint8], templates: Sequence[Template]) -> bool:
    """A tag that is read only after turning the photo over left to right."""
    ids = [page.markers.tag.id for template in templates for page in template.pages if page.markers.tag]
    return bool(ids) and bool(find_tags(np.ascontiguousarray(gray[:, ::-1]), ids))
