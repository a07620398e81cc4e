"""Places a page by its digit boxes and the printed lines around them, in whole or in part, without any mark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ...forms.template import Template
from ...imaging.arrays import GrayImage
from ...imaging.homography import project
from ...imaging.rectangles import Rectangles
from ..paper.fit import PageFit, grow_mesh
from ..paper.growth import Growth
from .page_boxes import PageBoxes, page_boxes
from .seeds import Pair, Seed, pairs_in, seeds_of

# The budget, by judgement: pairs of each kind of boxes, and in all; maps of a pair that are grown by a ring.
_EACH, _PAIRS, _SEEDS = 3, 8, 8
_RINGS = (0.80, 0.85, 0.88)  # share of its lines that a seed must meet after each of the first rings
_FOLLOWED, _MOST = 2, 6  # growths of a pair that are followed over the page, and of all pairs
_MANY = 300  # line samples from which a share says all that it can
_ELSEWHERE = 0.5  # cell widths between two places of a page


def fits_by_boxes(gray: GrayImage, seen: Rectangles, pages: Sequence[tuple[Template, str]]) -> Iterator[PageFit]:
    """Pages at places that their boxes and lines agree with, the largest boxes of the photo first.

    Args:
        gray: (h, w) uint8.
        seen: its rectangles.
        pages: that may be in the photo.
    """
    boxes = [found for template, page_id in pages if (found := page_boxes(template, page_id)) is not None]
    done: list[PageFit] = []
    for pair in pairs_in(seen, _EACH)[:_PAIRS]:
        for growth in _grown(gray, pair, boxes)[:_FOLLOWED]:
            growth.spread(gray)
            if any(_is_same(growth, other) for other in done):
                continue
            done.append(grow_mesh(gray, growth.template, growth.page_id, growth.homography, growth.center, growth.held))
            yield done[-1]
            if len(done) == _MOST:
                return


def _grown(gray: GrayImage, pair: Pair, boxes: Sequence[PageBoxes]) -> list[Growth]:
    """The maps of a pair that its lines bear out within the first rings, the best first."""
    grown = [growth for seed in seeds_of(gray, pair, boxes, _SEEDS) if (growth := _sprout(gray, seed))]
    return sorted(grown, key=lambda growth: -_evidence(growth))


def _sprout(gray: GrayImage, seed: Seed) -> Growth | None:
    """A seed grown by its first rings; None where its lines are not met."""
    growth = Growth(seed.page.template, seed.page.page_id, seed.homography, seed.center)
    for least in _RINGS:
        growth.ring(gray)
        if growth.share < least:
            return None
    return growth


def _evidence(growth: Growth) -> float:
    """How much speaks for a place: the share of its lines that is met, less where few are in sight."""
    return growth.share * min(1.0, growth.count / _MANY) ** 0.3


def _is_same(growth: Growth, other: PageFit) -> bool:
    """Whether a plane that grows lies where the same page was placed already."""
    if (growth.template.id, growth.page_id) != other.page:
        return False
    places = growth.center + np.array([[0.0, 0.0], [growth.lines.unit, 0.0]])
    here, beside = project(growth.homography, places)
    return bool(np.linalg.norm(other.to_photo(places[:1])[0] - here) < _ELSEWHERE * np.linalg.norm(beside - here))
