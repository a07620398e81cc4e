"""Grows a plane outward, ring by ring, from a place of the page where it is known to hold.

Near a place any paper is flat: an affine map, then a homography, is fitted to the printed lines within a radius, and
predicts where the lines of the next ring lie. A false start is given away within a few rings.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...forms.template import Template
from ...imaging.arrays import FloatArray, GrayImage
from .fit import NEAR, RADII, in_sight
from .line_fit import LineSamples, Match, match, ruling, step

_REACHES = (0.3, 0.2, 0.15)  # cell widths within which lines are looked for, in turn, at each radius
_FLAT = 0.93  # share of the lines within a radius that a plane must meet for it to be grown further
_LEAST = 16  # samples without which nothing is fitted
_SAMPLES = (80, 120, 150, 300)  # used at the first radii, and at all others


@dataclass(eq=False)
class Growth:
    """A plane that grows over a page.

    Attributes:
        template, page_id: which page.
        homography: (3, 3), mm to px.
        center: (2,) mm, the place where it starts.
        share: of the lines within the last radius in sight that are met.
        count: line samples within that radius in sight.
        held: mm, the radius within which the plane holds.
    """

    template: Template
    page_id: str
    homography: FloatArray
    center: FloatArray
    share: float = 0.0
    count: int = 0
    held: float = 0.0
    turn: int = 0
    _apart: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        self._apart = np.linalg.norm(self.lines.points - self.center, axis=1)

    @property
    def lines(self) -> LineSamples:
        """All line samples of the page."""
        return ruling(self.template, self.page_id)

    @property
    def is_whole(self) -> bool:
        """Whether the plane was grown over all of the page."""
        return self.turn >= len(RADII) or (self.turn > 0 and RADII[self.turn - 1] * self.lines.unit > self._apart.max())

    def ring(self, gray: GrayImage) -> None:
        """Fit the plane to the lines within the next radius."""
        lines = self.lines
        before, radius, near = self.homography, 0.0, np.zeros(0, np.intp)
        while self.turn < len(RADII) and len(near) < _LEAST:
            radius = RADII[self.turn] * lines.unit
            near = np.flatnonzero((self._apart < radius) & in_sight(gray, self.homography, lines.points))
            self.turn += 1
        if len(near) < _LEAST:
            return
        some = _some(lines, near, _SAMPLES[min(self.turn, len(_SAMPLES)) - 1])
        seen: Match | None = None
        for reach in _REACHES:
            seen = match(gray, self.homography, some, reach)
            self.homography = step(self.homography, some, seen, reach)
        assert seen is not None
        self.share, self.count = _met(seen, lines.unit), len(near)
        if self.share >= _FLAT:
            self.held = radius
        else:
            self.homography = before if self.held else self.homography

    def spread(self, gray: GrayImage) -> None:
        """Grow the plane as long as it holds."""
        while not self.is_whole and (self.share >= _FLAT or not self.held):
            self.ring(gray)


def _some(lines: LineSamples, near: NDArray[np.intp], most: int) -> LineSamples:
    some = near[:: max(1, -(-len(near) // most))]
    return LineSamples(lines.points[some], lines.normals[some], lines.unit)


def _met(seen: Match, unit: float) -> float:
    met = seen.found & (np.abs(seen.offset) < NEAR * unit * seen.pixels_per_mm)
    return float(met.sum() / max(int(seen.visible.sum()), 1))
