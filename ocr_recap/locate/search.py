"""Which page is it, and where? Pages compete for a photo on which no tag settles it.

Digit boxes and ruled lines give places (`boxes`, `lines`); each is followed over the paper and asked how well page and
photo agree. The best must agree beyond doubt, and clearly more than any other page, and than the same page elsewhere:
a form repeats itself, and a close-up of one row may be one of the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..forms.template import Template
from ..imaging.arrays import FloatArray, GrayImage
from ..imaging.rectangles import find_rectangles
from ..imaging.spline_surface import Surface
from .agreement import Agreement, agreement, told
from .boxes.search import fits_by_boxes
from .features import Features
from .lines.search import fits_by_lines
from .paper.fit import LARGEST_RESIDUAL, PageFit, fit_mesh, judge, refined, regrown
from .paper.line_fit import thinned
from .placed_area import in_part

Page = tuple[Template, str]
Pages = Sequence[Page]

# Limits, by judgement on drawn photos; benchmarks/locate.py checks what they let through. That of pages in part with
# many lines was 0.88, too, until every eighth of the real close-ups of ../shared/real-forms-2024 had been looked at.
LEAST = 0.80  # agreement from which a page is accepted of which enough is in sight,
LEAST_OF_FEW = 0.88  # and one of which few lines are
WHOLE, MANY = 0.6, 150  # share of what its lines tell, or line samples, in sight that are enough
TOLD_IN_PART = 0.95  # share of its lines in sight that a page of which a part is in sight must meet
LEAST_UNCOVERED, UNCOVERED = 0.90, 0.7  # agreement of what nothing lies on, and its share of what is in sight
FEWEST = 60  # line samples in sight without which nothing is accepted
LEAST_LEAD = 0.10  # by which the best place must beat every other page,
LEAST_LEAD_ELSEWHERE = 0.04  # and the same page at another place
_BEYOND_DOUBT = 0.93  # share of its lines from which no other place is looked for, if page and photo agree
_ELSEWHERE = 0.25  # cell widths: a box lies elsewhere if it lies so far off
_PARTING = 0.5  # share of the boxes in sight that must lie elsewhere for a placement to be another one
_WORTH = 0.5  # share of its lines that a page must meet for it to be asked how well it agrees
PROMISING = 0.65  # the same for a finer mesh to be tried: it gains a tenth or so
_RIVAL = 0.75  # the same where another place agrees beyond doubt: with less it is no rival
_REFINED = 2  # places of one way that are followed on a finer mesh
# By how much less a page that is shifted may be met than in its place, to be followed there, and agree there to be
# followed on a finer mesh. On drawn photos by calibration writers (31 pages and parts) neither changed by 0.06 or more
# where a page was followed, but for places that agreed less by 0.2.
_SHIFTED, _NEAR_RIVAL = 0.12, 0.10
# Size of so many square boxes alike, by the photo's shorter side, from which it is a close-up, where boxes are asked
# first; only the order depends on it. By judgement on drawn photos: above the upper limit they are parts of tags.
_CLOSE, _SQUARE, _SEVERAL, _ALIKE = (0.055, 0.10), 1.5, 4, 0.13


def search(features: Features, pages: Pages, begun: Sequence[Agreement] = ()) -> list[Agreement]:
    """Places of pages that may be in a photo, the best first; `decides` says whether the first one is accepted.

    Args:
        features: of the photo.
        pages: those that compete.
        begun: places that are known already.
    """
    gray, found = features.gray, _best_first(begun)
    for way in _ways(features, pages):
        found = _against_itself(gray, _best_first([*found, *_judged(gray, way(), found)]))
        if decides(found):
            break
    else:
        if found and found[0].told >= PROMISING:
            # Creases may be in the way of the best place.
            grown = agreement(gray, regrown(gray, found[0].fit))
            found = _against_itself(gray, _best_first([grown, *found]))
    if decides(found) and found[0].told < _BEYOND_DOUBT:
        # The page is known now; where grain and motion hide lines it may be placed better.
        best = found[0].fit
        again = fits_by_lines(gray, features.hidden_lines, [(best.template, best.page_id)])
        found = _best_first([*found, *_judged(gray, again, found)])
    return found


def _against_itself(gray: GrayImage, found: list[Agreement]) -> list[Agreement]:
    """Places, the best first, with those of the best page elsewhere where it would be accepted without."""
    return _best_first([*found, *elsewhere(gray, found[0])]) if decides(found) else found


def _judged(gray: GrayImage, fits: Iterator[PageFit], known: Sequence[Agreement]) -> list[Agreement]:
    """The places of one way that are worth it, asked how well they agree; the most promising on a finer mesh.

    Places that are known already are left out.
    """
    placed: list[PageFit] = []
    for fit in fits:
        if told(fit) < _WORTH or any(_is_same(fit, other.fit) for other in known):
            continue
        placed.append(fit)
        if told(fit) >= _BEYOND_DOUBT:
            sure = agreement(gray, refined(gray, fit))
            if sure.told >= _BEYOND_DOUBT and is_enough(sure):
                return [sure, *(agreement(gray, other) for other in placed[:-1] if told(other) >= _RIVAL)]
    found: list[Agreement] = []
    fine = 0
    for fit in sorted(placed, key=lambda fit: -told(fit)):
        if any(_is_same(fit, other.fit) for other in found):
            continue
        finer = fine < _REFINED and told(fit) >= PROMISING
        fine += finer
        found.append(agreement(gray, refined(gray, fit) if finer else fit))
    return found


def _is_same(one: PageFit, other: PageFit) -> bool:
    """Whether two placements are of the same page, with none of its digit boxes in sight elsewhere."""
    return one.page == other.page and not _apart(one, other)[1].any()


def _best_first(found: Sequence[Agreement]) -> list[Agreement]:
    return sorted(found, key=lambda a: -a.value)


def _ways(features: Features, pages: Pages) -> list[Callable[[], Iterator[PageFit]]]:
    """The ways to place pages, in the order in which they are tried."""
    close = _is_close(features)

    def boxes() -> Iterator[PageFit]:
        return fits_by_boxes(features.gray, features.rectangles, pages)

    def lines() -> Iterator[PageFit]:
        return fits_by_lines(features.gray, features.lines, pages)

    def hidden() -> Iterator[PageFit]:
        return fits_by_lines(features.gray, features.hidden_lines, pages)

    def nearer() -> Iterator[PageFit]:
        return fits_by_lines(features.gray, features.nearer_lines, pages)

    return [boxes, lines] if close else [lines, hidden, nearer, boxes]


def _is_close(features: Features) -> bool:
    """Whether the photo shows boxes so large that it is one of a part of a page."""
    seen = find_rectangles(features.gray, large=True)
    square = seen.sides.max(axis=1, initial=0) < _SQUARE * seen.sides.min(axis=1, initial=np.inf)
    sizes = seen.sizes[square] / min(features.gray.shape)
    alike = (np.abs(np.log(sizes[:, None] / sizes)) < _ALIKE).sum(axis=1)
    return bool(((alike >= _SEVERAL) & (sizes > _CLOSE[0]) & (sizes < _CLOSE[1])).any())


def decides(found: Sequence[Agreement]) -> bool:
    """Does the best place agree with the photo beyond doubt, and clearly more than any other page or place?

    The same page in nearly the same place is no other one: where the two part, `doubtful` says so. A page that has
    digit boxes, but none of them in sight, is not decided: its other lines may be those of any table, and there is no
    number to read.
    """
    if not found or not (is_enough(found[0]) or is_enough_uncovered(found[0])):
        return False
    best = found[0]
    if len(_boxes(best.fit.template, best.fit.page_id)) and not len(_apart(best.fit, best.fit)[0]):
        return False
    return all(
        best.value - other.value >= (LEAST_LEAD if other.page != best.page else LEAST_LEAD_ELSEWHERE)
        for other in found[1:]
        if other.page != best.page or _parts(best.fit, other.fit)
    )


def is_enough(found: Agreement) -> bool:
    """Whether a place would be accepted but for others that agree as well."""
    return (
        found.value >= needed(found)
        and (found.in_sight >= WHOLE or found.told >= TOLD_IN_PART)
        and int(found.fit.visible.sum()) >= FEWEST
        and found.fit.residual <= LARGEST_RESIDUAL
    )


def is_enough_uncovered(found: Agreement) -> bool:
    """Whether a page that is wholly in sight would be accepted by the part of it that nothing lies on."""
    part = in_part(found.fit)
    return (
        found.in_sight >= WHOLE
        and told(part) >= TOLD_IN_PART
        and told(part) * found.explained >= LEAST_UNCOVERED
        and int(part.visible.sum()) >= UNCOVERED * int(found.fit.visible.sum())
        and found.fit.residual <= LARGEST_RESIDUAL
    )


def needed(found: Agreement) -> float:
    """The agreement from which a place is accepted."""
    many = found.in_sight >= WHOLE or int(found.fit.visible.sum()) >= MANY
    return LEAST if many else LEAST_OF_FEW


def doubtful(found: Sequence[Agreement]) -> FloatArray:
    """Places (n, 2) mm of digit boxes where another placement that agrees about as well has them elsewhere.

    On folded paper two placements may part beyond a crease, and nothing says which of them is right there.
    """
    best = found[0]
    places = [np.zeros((0, 2))]
    for other in found[1:]:
        if other.page == best.page and best.value - other.value < LEAST_LEAD_ELSEWHERE:
            boxes, apart = _apart(best.fit, other.fit)
            places.append(boxes[apart])
    return np.unique(np.concatenate(places), axis=0)


def _parts(one: PageFit, other: PageFit) -> bool:
    """Whether more digit boxes in sight lie elsewhere in the other placement than two of the same place may have so."""
    apart = _apart(one, other)[1]
    return bool(apart.size) and float(apart.mean()) > _PARTING


def _apart(one: PageFit, other: PageFit) -> tuple[FloatArray, NDArray[np.bool_]]:
    """The digit boxes (n, 2) mm whose surroundings are in sight, and which of them lie elsewhere in the other fit."""
    boxes, unit = _boxes(one.template, one.page_id), one.lines.unit
    boxes = boxes[(_near_boxes(one.template, one.page_id) & one.visible).any(axis=1)]
    here, there = one.to_photo(boxes), other.to_photo(boxes)
    width = np.linalg.norm(one.to_photo(boxes + np.array([unit, 0.0])) - here, axis=1)
    return boxes, np.linalg.norm(here - there, axis=1) > _ELSEWHERE * width


def elsewhere(gray: GrayImage, best: Agreement) -> list[Agreement]:
    """The same page shifted so that one of its numbers lies where another one was, where its lines are met as well."""
    fit = best.fit
    starts = _firsts(fit.template, fit.page_id)
    shown = fit.lines.points[fit.visible]
    middle = starts[np.linalg.norm(starts - shown.mean(axis=0), axis=1).argmin()]
    found: list[Agreement] = []
    for shift in starts - middle:
        if np.abs(shift).max() < fit.lines.unit:
            continue
        moved = _shifted(gray, fit, shift)
        if moved.visible.sum() < FEWEST / 2 or told(moved) < best.told - _SHIFTED:
            continue
        other = agreement(gray, fit_mesh(gray, fit.template, fit.page_id, lambda p, s=shift: fit.to_photo(p - s)))
        if other.value >= best.value - _NEAR_RIVAL:
            # On the same mesh as the best place, or it would lose for its coarser one.
            found.append(agreement(gray, refined(gray, other.fit)))
    return found


def _shifted(gray: GrayImage, fit: PageFit, shift: FloatArray) -> PageFit:
    """A page (2,) mm beside its place, on the same paper."""
    homography, surface = fit.homography, fit.surface
    if surface is None:
        homography = homography @ np.array([[1, 0, -shift[0]], [0, 1, -shift[1]], [0, 0, 1.0]])
    else:
        surface = Surface(surface.values - shift, surface.origin + shift, surface.step)
    return judge(gray, fit.template, fit.page_id, homography, surface)


@lru_cache(maxsize=128)
def _boxes(template: Template, page_id: str) -> FloatArray:
    """Middles of a page's digit boxes; (n, 2) mm."""
    rects = np.array([rect for field in template.fields_of(page_id) for rect in field.cells.rects()])
    return np.asarray((rects[:, :2] + rects[:, 2:]) / 2, dtype=np.float64)


@lru_cache(maxsize=128)
def _near_boxes(template: Template, page_id: str) -> NDArray[np.bool_]:
    """Which line samples (m,) of a page lie near each of its digit boxes (n,); (n, m)."""
    lines = thinned(template, page_id)
    near = np.linalg.norm(_boxes(template, page_id)[:, None] - lines.points, axis=2) < lines.unit
    return np.asarray(near, dtype=np.bool_)


@lru_cache(maxsize=128)
def _firsts(template: Template, page_id: str) -> FloatArray:
    """Middle of each number's first box; (n, 2) mm."""
    rects = np.array([field.cells.rects()[0] for field in template.fields_of(page_id)])
    return np.asarray((rects[:, :2] + rects[:, 2:]) / 2, dtype=np.float64)
