"""A page without anchors: all pages compete for the ruled lines of a photo, and the winner must agree with them.

What is asked of it is in `agreement`, of a plane first. Where that does not settle it, places are stretched
(`dynamic_warp`), and the paper is followed from there and sharpened (`nonrigid`): bent and folded sheets are judged as
they lie. Where that leaves a doubt, they are followed over the whole from the part that is met (`region_growing`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from ...forms.template import Template
from ...imaging.arrays import FloatArray, GrayImage
from ...imaging.homography import project
from ...imaging.spline_surface import nearest_plane
from ..marks.fit_hypothesis import is_flat
from ..paper.correspondences import Correspondences
from ..paper.line_fit import Fit, LineSamples, refine, ruling
from ..paper.nonrigid import LEFT, SURE, follow, outgrown, sharpened
from ..paper.placement import Placement
from ..paper.surface_fit import met
from .agreement import MOST, SLACK, LineFit, agrees, explained
from .alignment import Placed, Ruler
from .dynamic_warp import Stretch, stretched
from .page_lines import Layout, layouts
from .rectify import Lines, Rectified, as_it_is

PageOf = tuple[Template, str]
Bettering = Callable[[GrayImage, Fit, LineSamples, Correspondences], Fit]

_FITTED = 6  # places that are fitted to the photo
_STRETCHED = 12  # places that are stretched along each axis before the best of them are fitted
_BEYOND_DOUBT = 0.93  # agreement from which no other place is followed
_HOPEFUL = 0.12  # of the score of `alignment`: places below are not worth a fit
_RIVAL = 0.6  # of the best place's score: places below cannot win
_WORTH_FOLLOWING = 0.4  # agreement from which paper that is not flat is followed
_WORTH_SHARPENING, _SHARPENED = 0.6, 3  # agreement from which it is sharpened where it misses lines; places at most
_WORTH_GROWING, _GROWN = 0.5, 2  # the same from which it is followed over the whole page from the part that is met
_NEAR = 0.2  # cell widths: a line is there if it is found so near
_NOTHING = Correspondences.none()


def find_by_lines(lines: Lines, pages: Sequence[PageOf]) -> list[LineFit]:
    """The pages that come nearest to the ruled lines of a photo, best first.

    Lines are taken as they are seen, and where that leaves a doubt, as grain and motion may hide them, from nearer by
    where the sheet is small in its photo, and as something that lies on the page may hide them.

    Args:
        lines: of the photo.
        pages: those that compete, each in all four ways up.
    """
    fits = fits_by_lines(lines.gray, lines.seen, pages)
    if agrees(fits) and fits[0].agreement >= _BEYOND_DOUBT:
        return fits
    ways = [fits, fits_by_lines(lines.gray, lines.hidden, pages)]
    if not any(agrees(found) for found in ways) and lines.nearer is not None:
        ways.append(fits_by_lines(lines.gray, lines.nearer, pages))
    if not any(agrees(found) for found in ways):
        free = [_sorted(fit.uncovered() for fit in found) for found in ways]
        ways += [found for found in free if agrees(found)]
    return max(ways, key=lambda found: (agrees(found), found[0].rank if found else (False, 0.0)))


def fits_by_lines(
    gray: GrayImage, seen: Rectified | None, pages: Sequence[PageOf], hopeful: float = _HOPEFUL
) -> list[LineFit]:
    """The same for lines that were found already.

    Args:
        gray: (h, w) uint8.
        seen: its ruled lines; None if it has none.
        pages: those that compete, each in all four ways up.
        hopeful: least score of `alignment` that is worth a fit.
    """
    if seen is None:
        return []
    fits = _sharp(gray, seen, _fits(gray, seen, pages, hopeful))
    if seen.bend is not None and not agrees(fits):
        flat = as_it_is(gray, seen)
        fits = _sorted([*fits, *_sharp(gray, flat, _fits(gray, flat, pages, hopeful))])
    return fits if agrees(fits) else _bettered(gray, seen, fits, outgrown, _WORTH_GROWING, _GROWN)


def _fits(gray: GrayImage, seen: Rectified, pages: Sequence[PageOf], hopeful: float) -> list[LineFit]:
    ways: list[Layout] = [layout for template, page_id in pages for layout in layouts(template, page_id)]
    ruler = Ruler(seen, SLACK)
    places = ruler.best(ways)
    places = [p for p in places if p.score >= max(hopeful, _RIVAL * places[0].score)][:_STRETCHED]
    fits = _sorted(_plane(gray, seen, p.layout, p.homography) for p in places[:_FITTED])
    if not fits or (is_flat(fits[0].fit) and agrees(fits)):
        return fits
    # Most paper that is not flat bends gently, and what remains is no rival.
    gently = _sorted([_followed(gray, seen, fits[0]), *fits[1:]])
    if gently[0].fit.surface is not None and gently[0].fit.support >= SURE and agrees(gently):
        return gently
    given = [(stretched(p, ruler), p) for p in places]
    scores = [told * p.precision**0.5 for (_, told), p in given]
    tried: list[_Start] = []
    for index in np.argsort(-np.array(scores), kind="stable").tolist():
        if scores[index] < _RIVAL * max(scores) or len(tried) == _FITTED:
            break
        (stretch, _), placed = given[index]
        start = _Start(seen, placed, stretch)
        if any(start.is_like(other) for other in tried):
            continue
        tried.append(start)
        gently = _sorted([*gently, _followed(gray, seen, _plane(gray, seen, placed.layout, start.homography), start)])
        if gently[0].agreement >= _BEYOND_DOUBT and agrees(gently):
            break
    return gently


def _sharp(gray: GrayImage, seen: Rectified, fits: list[LineFit]) -> list[LineFit]:
    """The same with the best places sharpened where they miss lines; a plane among them stays as it is."""
    return _bettered(gray, seen, fits, sharpened, _WORTH_SHARPENING, _SHARPENED)


def _bettered(
    gray: GrayImage, seen: Rectified, fits: list[LineFit], way: Bettering, worth: float, most: int
) -> list[LineFit]:
    """The same with the best places, whose agreement is worth it, bettered one by one until one convinces."""
    done: list[LineFit] = []
    for _ in range(most):
        # What seems to be a rival may be the same place, followed less well.
        left = [f for f in fits if f.agreement >= worth and f.fit.support < SURE and all(f is not d for d in done)]
        if not left or (any(fits[0] is d for d in done) and agrees(fits)):
            break
        coarse = left[0]
        fit = way(gray, coarse.fit, ruling(coarse.template, coarse.page_id), _NOTHING)
        better = coarse if fit is coarse.fit else max(coarse, _bent(gray, seen, coarse, fit), key=lambda f: f.rank)
        done.append(better)
        fits = _sorted([*(f for f in fits if f is not coarse), better])
    return fits


def _sorted(fits: Iterable[LineFit]) -> list[LineFit]:
    return sorted(fits, key=lambda f: f.rank, reverse=True)


class _Start:
    """Where a page lies that was placed and stretched on the straightened picture: a plane, and how far from it."""

    def __init__(self, seen: Rectified, placed: Placed, stretch: Stretch) -> None:
        self._seen, self._placed, self._stretch = seen, placed, stretch
        points = ruling(placed.layout.template, placed.layout.page_id).points
        places = self._on_photo(points)
        plane = nearest_plane(points, places)
        self.homography = placed.homography if plane is None else plane
        self._places = self._straightened(points)

    def is_like(self, other: _Start) -> bool:
        """Whether the other start has the same page in the same place, but for what lines may lie off."""
        mine, its = self._placed.layout, other._placed.layout
        if (mine.template.id, mine.page_id) != (its.template.id, its.page_id):
            return False
        apart = np.linalg.norm(self._places - other._places, axis=1)
        return float(np.quantile(apart, MOST)) <= SLACK

    def _on_photo(self, points: FloatArray) -> FloatArray:
        """Decoded px of places (n, 2) mm."""
        here = self._straightened(points)
        return project(self._seen.to_photo, here if self._seen.bend is None else self._seen.bend.moved(here))

    def _straightened(self, points: FloatArray) -> FloatArray:
        """Px of the straightened picture of places (n, 2) mm."""
        return self._stretch.moved(project(self._placed.to_seen, points))

    def moved(self, points: FloatArray) -> FloatArray:
        """Where places (n, 2) mm would have to lie on the plane to be seen where they are."""
        return project(np.asarray(np.linalg.inv(self.homography), dtype=np.float64), self._on_photo(points))


def _plane(gray: GrayImage, seen: Rectified, layout: Layout, homography: FloatArray) -> LineFit:
    """The page as a plane, fitted to the photo from about where it lies."""
    rules = ruling(layout.template, layout.page_id)
    fit = refine(gray, homography, rules, _NOTHING)
    there = fit.found & (np.abs(fit.offset) <= _NEAR)
    return LineFit(
        layout.template,
        layout.page_id,
        fit,
        fit.visible,
        there,
        explained(seen, layout.template, layout.page_id, fit),
    )


def _followed(gray: GrayImage, seen: Rectified, plane: LineFit, start: _Start | None = None) -> LineFit:
    """The page on paper that is not flat, where that agrees better than a plane; from a start beside the plane."""
    if is_flat(plane.fit) or (start is None and plane.agreement < _WORTH_FOLLOWING):
        return plane
    rules = ruling(plane.template, plane.page_id)
    bend = None if start is None else Placement(start.homography, start.moved)
    fit = follow(gray, None, plane.fit, [], rules, _NOTHING, bend, most_left=LEFT)
    return plane if fit.surface is None else max(plane, _bent(gray, seen, plane, fit), key=lambda f: f.rank)


def _bent(gray: GrayImage, seen: Rectified, page: LineFit, fit: Fit) -> LineFit:
    """The page where a fit that follows the paper has it."""
    there = met(gray, fit, ruling(page.template, page.page_id), _NEAR)
    return LineFit(page.template, page.page_id, fit, *there, explained(seen, page.template, page.page_id, fit))
