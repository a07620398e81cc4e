"""Places whole pages by the ruled lines of a photo: slid over them, stretched until they meet, followed from there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ...forms.template import Template
from ...imaging.arrays import FloatArray, GrayImage
from ...imaging.homography import project
from ..paper.fit import PageFit, fit_mesh
from ..paper.line_fit import thinned
from .alignment import SLACK, Placed, Ruler
from .dynamic_warp import Stretch, stretched
from .page_lines import layouts
from .rectify import Rectified

# The budget, by judgement: places that are stretched, and those of them that are followed.
_STRETCHED, _FOLLOWED = 8, 4
_HOPEFUL = 0.12  # of the score of `alignment`: places below are not worth it
_RIVAL = 0.6  # of the best place's score: places below cannot win
_MOST = 0.9  # share of a page's lines by which two places are compared


def fits_by_lines(
    gray: GrayImage, seen: Rectified | None, pages: Sequence[tuple[Template, str]], hopeful: float = _HOPEFUL
) -> Iterator[PageFit]:
    """Pages at the places where their lines are most like those of the photo, the most promising first.

    Args:
        gray: (h, w) uint8.
        seen: its ruled lines; None if it has none.
        pages: that may be in the photo, each any way up.
        hopeful: score of `alignment` below which places are not worth it.
    """
    if seen is None:
        return
    ruler = Ruler(seen, SLACK)
    places = ruler.best([layout for template, page_id in pages for layout in layouts(template, page_id)])
    if not places or places[0].score < hopeful:
        return
    starts = [_Start(seen, placed, *stretched(placed, ruler)) for placed in places[:_STRETCHED]]
    starts.sort(key=lambda start: -start.score)
    followed: list[_Start] = []
    for start in starts:
        if start.score < _RIVAL * starts[0].score or len(followed) == _FOLLOWED:
            return
        if not any(start.is_like(other) for other in followed):
            followed.append(start)
            layout = start.placed.layout
            yield fit_mesh(gray, layout.template, layout.page_id, start.to_photo)


class _Start:
    """A page that was slid over a photo's lines and stretched."""

    def __init__(self, seen: Rectified, placed: Placed, stretch: Stretch, told: float) -> None:
        self.placed, self.score = placed, told * placed.precision**0.5
        self._seen, self._stretch = seen, stretch
        layout = placed.layout
        self._places = self._straightened(thinned(layout.template, layout.page_id).points)

    def is_like(self, other: _Start) -> bool:
        """Whether the other start has the same page in the same place, but for what lines may lie off."""
        mine, its = self.placed.layout, other.placed.layout
        if (mine.template.id, mine.page_id) != (its.template.id, its.page_id):
            return False
        apart = np.linalg.norm(self._places - other._places, axis=1)
        return float(np.quantile(apart, _MOST)) <= SLACK

    def to_photo(self, points: FloatArray) -> FloatArray:
        """Decoded px of places (n, 2) mm."""
        here = self._straightened(points)
        return project(self._seen.to_photo, here if self._seen.bend is None else self._seen.bend.moved(here))

    def _straightened(self, points: FloatArray) -> FloatArray:
        """Px of the straightened picture of places (n, 2) mm."""
        return self._stretch.moved(project(self.placed.to_seen, points))
