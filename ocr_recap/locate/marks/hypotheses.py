"""Anchors to hypotheses: every way in which the fiducials that were seen could be a page of a known form.

A hypothesis is a page, the anchors that speak for it and a first homography (mm to decoded pixels). Which of them is
true is for the page's ruled lines to say (`locate`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from ...forms.fields import tag_corners
from ...forms.template import Template
from ...imaging.arrays import FloatArray
from ...imaging.fiducials import SeenMark, SeenTag
from ...imaging.homography import project, through_four
from ..paper.correspondences import Correspondences
from ..paper.line_fit import LineSamples, quick_score, ridge_distance, ruling

Layout = tuple[Template, str, FloatArray]  # a page and the centres of its corner marks, mm

_MARKS_TRIED = 10  # best-scored marks that take part in hypotheses without a tag
_SETS = 12  # sets of marks that are tried for pages of one shape: each page costs up to 20 ms, and the best come first
# A page scores this at least at the coarse look for its lost corner. On 24 drawn photos (presets field and hard, tag
# and a corner covered) the true page scored 0.94 or more; most false sets of marks stay below.
_LEAST_COARSE = 0.8
_RIDGE = 7  # px: widest dark line that counts as a ruled line when a lost corner is searched


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """A page, the anchors that speak for it, and a first homography (mm to decoded px)."""

    template: Template
    page_id: str
    homography: FloatArray
    marks: tuple[tuple[int, FloatArray], ...]  # (corner index TL, TR, BR, BL; px)
    tag: bool

    @property
    def page(self) -> tuple[str, str]:
        """Template and page id."""
        return self.template.id, self.page_id


class AnchorView:
    """One decoded photo while it is being looked at: what is costly is made once, and only when asked for."""

    def __init__(self, gray: NDArray[np.uint8], marks: Sequence[SeenMark]) -> None:
        self.gray = gray
        self.marks = tuple(marks)
        self._rulings: dict[tuple[str, str], LineSamples] = {}

    @cached_property
    def distance(self) -> NDArray[np.float32]:
        """Distance of every pixel from the nearest dark line."""
        return ridge_distance(self.gray, _RIDGE)

    def ruling(self, template: Template, page_id: str) -> LineSamples:
        """The line samples of a page."""
        key = (template.id, page_id)
        if key not in self._rulings:
            self._rulings[key] = ruling(template, page_id)
        return self._rulings[key]


# --- hypotheses with a tag ------------------------------------------------------------------------------------------


def with_tag(view: AnchorView, template: Template, page_id: str, tag: SeenTag) -> Iterator[Hypothesis]:
    """The tag says the page; two to four marks that do not contradict it say where it lies."""
    page = template.page(page_id)
    corners, printed = page.markers.corners, page.markers.tag
    assert printed is not None
    if corners is None:
        return
    on_page = tag_corners(printed)
    likely = _likely_marks(view, corners.centers, on_page, tag)
    choices = [[*((index, center) for center in near[:6]), None] for index, near in enumerate(likely)]
    for combination in itertools.product(*choices):
        chosen = tuple(c for c in combination if c is not None)
        if len(chosen) < 2 or len({tuple(p) for _, p in chosen}) < len(chosen):
            continue
        hypothesis = from_marks(template, page_id, tag, dict(chosen))
        if hypothesis is not None:
            yield hypothesis


def from_marks(template: Template, page_id: str, tag: SeenTag, marks: Mapping[int, FloatArray]) -> Hypothesis | None:
    """The page where its tag and two or more marks (0-3: TL, TR, BR, BL; px) would have it.

    None where they contradict each other.
    """
    page = template.page(page_id)
    corners, printed = page.markers.corners, page.markers.tag
    if corners is None or printed is None or len(marks) < 2:
        return None
    on_page = tag_corners(printed)
    source = corners.centers[list(marks)]
    homography = _from_anchors(source, np.array(list(marks.values())), on_page, tag.corners)
    if homography is None:
        return None
    # The tag was not fitted exactly, so it can contradict a wrong mark.
    side = float(np.linalg.norm(tag.corners[0] - tag.corners[1]))
    off = np.linalg.norm(project(homography, on_page) - tag.corners, axis=1).max() / side
    return Hypothesis(template, page_id, homography, tuple(marks.items()), True) if off < 0.15 else None


def out_of_sight(view: AnchorView, template: Template, page_id: str, tag: SeenTag) -> list[int]:
    """Corners (0-3: TL, TR, BR, BL) of the tag's page near which no mark can be seen."""
    markers = template.page(page_id).markers
    if markers.corners is None or markers.tag is None:
        return []
    likely = _likely_marks(view, markers.corners.centers, tag_corners(markers.tag), tag)
    return [index for index, near in enumerate(likely) if not near]


def _likely_marks(view: AnchorView, centers: FloatArray, on_page: FloatArray, tag: SeenTag) -> list[list[FloatArray]]:
    """For each corner mark of the page, where it may have been seen: about where the tag alone would have it."""
    similar = _similarity(on_page, tag.corners)
    side = float(np.linalg.norm(tag.corners[0] - tag.corners[1]))
    likely: list[list[FloatArray]] = []
    for place in centers:
        guess = project(similar, place)
        away = float(np.linalg.norm(guess - tag.corners.mean(axis=0)))
        slant = _slant(similar, place)
        likely.append(
            [
                m.center
                for m in view.marks
                if np.linalg.norm(m.center - guess) < 0.35 * away + 0.5 * side and turn(m.angle, slant) < np.radians(32)
            ]
        )
    return likely


def settle(view: AnchorView, loose: Hypothesis, tag: SeenTag, reach: float) -> Hypothesis:
    """A tag and two marks leave the page's far side loose: pin it down on the ruled lines, within `reach` of a side."""
    marks = loose.template.page(loose.page_id).markers.corners
    assert marks is not None
    source = marks.centers[[i for i, _ in loose.marks]]
    seen = np.array([p for _, p in loose.marks])
    far = marks.centers[int(np.linalg.norm(marks.centers[:, None] - source[None], axis=-1).min(axis=1).argmax())]
    middle = project(np.asarray(np.linalg.inv(loose.homography), dtype=np.float64), tag.corners.mean(axis=0))
    known = Correspondences(np.vstack([source, middle]), np.vstack([seen, tag.corners.mean(axis=0)]))
    size = float(np.linalg.norm(seen[0] - seen[1]))
    rules = view.ruling(loose.template, loose.page_id)
    found = _search_corner(view.distance, rules, known, far, project(loose.homography, far), reach * size)
    assert found is not None  # nothing is too little here
    scores = quick_score(view.distance, np.stack([loose.homography, found]), rules, max(1.5, 0.003 * size))
    return replace(loose, homography=found) if scores[1] > scores[0] else loose


def _from_anchors(source: FloatArray, seen: FloatArray, tag_mm: FloatArray, tag_px: FloatArray) -> FloatArray | None:
    """Homography from two to four marks and a tag; the marks weigh more, since they are far apart."""
    repeats = 6
    a = np.concatenate([np.repeat(source, repeats, axis=0), tag_mm])
    b = np.concatenate([np.repeat(seen, repeats, axis=0), tag_px])
    homography = _homography(a.astype(np.float32), b.astype(np.float32))
    return homography if _is_upright_view(homography, source) else None


# --- hypotheses without a tag ----------------------------------------------------------------------------------------


def without_tag(view: AnchorView, templates: Sequence[Template]) -> Iterator[list[Hypothesis]]:
    """Three or four marks that lie like a page's corners; a lost fourth corner is searched for on the lines.

    Yields one list per set of marks, best marks first: the pages that could have their corners there, which then
    compete on their lines. Pages whose marks lie on the same rectangle share their sets.
    """
    shapes: dict[bytes, list[Layout]] = {}
    for template in templates:
        for page in template.pages:
            if page.markers.corners is not None:
                centers = page.markers.corners.centers
                shapes.setdefault(centers.tobytes(), []).append((template, page.id, centers))
    best = view.marks[:_MARKS_TRIED]
    area = view.gray.shape[0] * view.gray.shape[1]
    trios = [(trio, shape) for shape, layouts in shapes.items() for trio in _trios(best, layouts[0][2], area)]
    trios.sort(key=lambda pair: pair[0].order)
    told: dict[bytes, set[tuple[tuple[int, float], ...]]] = {shape: set() for shape in shapes}
    spent = dict.fromkeys(shapes, 0)
    for trio, shape in trios:
        sets = _sets(view, trio, best, shapes[shape], told[shape])
        for competing in itertools.islice(sets, _SETS - spent[shape]):
            spent[shape] += 1
            yield competing


@dataclass(frozen=True)
class _Trio:
    """Three marks that lie like three corners of a page: the lost corner's index, the marks, where it would be."""

    order: tuple[int, int]  # rank of the marks, lost corner
    missing: int
    marks: tuple[SeenMark, ...]
    guess: FloatArray


def _trios(marks: Sequence[SeenMark], centers: FloatArray, area: int) -> Iterator[_Trio]:
    """All marks by threes that could be three corners of an upright page, best marks first."""
    together = sorted(itertools.combinations(marks, 3), key=lambda trio: -sum(m.score for m in trio))
    ordered = [trio for three in together for trio in itertools.permutations(three)]
    if not ordered:
        return
    seen = np.array([[m.center for m in trio] for trio in ordered])
    angles = np.array([[m.angle for m in trio] for trio in ordered])
    width, height = np.linalg.norm(centers[1] - centers[0]), np.linalg.norm(centers[3] - centers[0])
    found: list[tuple[int, int, FloatArray]] = []
    for missing in range(4):
        places = np.delete(centers, missing, axis=0)
        affine = np.linalg.inv(np.c_[places, np.ones(3)]) @ seen  # (n, 3, 2), to be multiplied from the left
        x, y = affine[:, 0], affine[:, 1]
        scale_x, scale_y = np.linalg.norm(x, axis=1), np.linalg.norm(y, axis=1)
        slant = x + y  # the page's falling diagonal: the dark diagonal of a staircase
        off = (angles - np.arctan2(slant[:, 1], slant[:, 0])[:, None]) % np.pi
        plausible = (
            # neither mirrored nor too small to be read anyway
            ((x[:, 0] * y[:, 1] - x[:, 1] * y[:, 0]) * width * height >= 0.06 * area)
            & (scale_x > 0.6 * scale_y)
            & (scale_x < 1.7 * scale_y)
            & (np.abs((x * y).sum(axis=1)) <= 0.6 * scale_x * scale_y)
            & (np.minimum(off, np.pi - off) < np.radians(25)).all(axis=1)
        )
        guess = np.append(centers[missing], 1.0) @ affine
        found += [(int(i), missing, guess[i]) for i in np.flatnonzero(plausible)]
    for rank, missing, place in sorted(found, key=lambda f: f[:2]):
        yield _Trio((rank, missing), missing, ordered[rank], place)


def _sets(
    view: AnchorView,
    trio: _Trio,
    best: Sequence[SeenMark],
    layouts: Sequence[Layout],
    told: set[tuple[tuple[int, float], ...]],
) -> Iterator[list[Hypothesis]]:
    """Three marks with each fourth that fits them, then without one; four marks that were `told` are left out.

    A list may be empty: no page's lines are near those marks.
    """
    centers = layouts[0][2]
    kept = [i for i in range(4) if i != trio.missing]
    seen = np.array([m.center for m in trio.marks])
    known = tuple(zip(kept, seen, strict=True))
    reach = 0.25 * float(np.linalg.norm(seen[0] - seen[1]) + np.linalg.norm(seen[1] - seen[2])) / 2
    for fourth in best:
        if fourth in trio.marks or np.linalg.norm(fourth.center - trio.guess) > reach:
            continue
        four = (*known, (trio.missing, fourth.center))
        key = tuple(sorted((i, float(p[0])) for i, p in four))
        if key in told:
            continue
        told.add(key)
        source = centers[[i for i, _ in four]].astype(np.float32)
        matrix = _homography(source, np.array([p for _, p in four], dtype=np.float32))
        yield [Hypothesis(template, page_id, matrix, four, False) for template, page_id, _ in layouts]
    competing: list[Hypothesis] = []
    for template, page_id, _ in layouts:
        rules = view.ruling(template, page_id)
        lost = centers[trio.missing]
        where = Correspondences(centers[kept], seen)
        homography = _search_corner(view.distance, rules, where, lost, trio.guess, reach, _LEAST_COARSE)
        if homography is not None:
            competing.append(Hypothesis(template, page_id, homography, known, False))
    yield competing


def _search_corner(
    distance: NDArray[np.float32],
    rules: LineSamples,
    known: Correspondences,
    lost: FloatArray,
    guess: FloatArray,
    reach: float,
    least: float = 0.0,
) -> FloatArray | None:
    """Where would a lost corner be? Try places around a guess, coarse to fine, scored on the ruled lines.

    Args:
        distance: from `ridge_distance`.
        rules: line samples of the page.
        known: three points that were seen.
        lost: the lost corner, mm.
        guess: where it may be, px.
        reach: how far it may be from there, px.
        least: give up (None) where the coarse look scores less.
    """
    source = np.vstack([known.page, lost])
    place, best = guess, np.eye(3)
    tolerance = reach / 16
    for every in (6, 2, 2):  # a coarse look needs few samples
        offsets = np.linspace(-reach, reach, 15)
        places = place + np.stack(np.meshgrid(offsets, offsets), axis=-1).reshape(-1, 2)
        targets = np.concatenate(
            [np.broadcast_to(known.photo, (len(places), *known.photo.shape)), places[:, None]], axis=1
        )
        stack = through_four(source, targets)
        scores = quick_score(distance, stack, rules, max(1.5, tolerance), every)
        index = int(scores.argmax())
        if every > 2 and scores[index] < least:
            return None
        place, best = places[index], stack[index]
        reach, tolerance = reach / 5, tolerance / 4
    return best


def _homography(source: NDArray[np.float32], target: NDArray[np.float32]) -> FloatArray:
    """Exact from four points, least squares from more; a page far away where the points allow none."""
    if len(source) == 4:
        matrix = cv2.getPerspectiveTransform(source, target)
    else:
        matrix, _ = cv2.findHomography(source, target, 0)
    # OpenCV gives None for points on one line, which becomes an array of one NaN here.
    found = np.asarray(matrix, dtype=np.float64)
    return found if found.shape == (3, 3) and np.isfinite(found).all() else np.diag([1e6, 1e6, 1.0])


# --- small geometry ---------------------------------------------------------------------------------------------------


def _similarity(source: FloatArray, target: FloatArray) -> FloatArray:
    matrix, _ = cv2.estimateAffinePartial2D(source.astype(np.float32), target.astype(np.float32))
    return np.vstack([np.asarray(matrix, dtype=np.float64), [0.0, 0.0, 1.0]])


def _slant(homography: FloatArray, place: FloatArray) -> float:
    """Angle on the photo of the page's falling diagonal at a place: the dark diagonal of a staircase."""
    d = project(homography, place + 1.0) - project(homography, place - 1.0)
    return float(np.arctan2(d[1], d[0]))


def turn(a: float, b: float) -> float:
    """Angle between two directions without sense, 0 to pi/2."""
    d = (a - b) % np.pi
    return min(d, np.pi - d)


def _is_upright_view(homography: FloatArray, points: FloatArray) -> bool:
    """No mirroring and no vanishing line across the page."""
    w = points @ homography[2, :2] + homography[2, 2]
    if (w <= 0).any() and (w >= 0).any():
        return False
    middle = points.mean(axis=0)
    step = project(homography, np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]) + middle)
    return float(np.linalg.det(step[1:] - step[0])) > 0
