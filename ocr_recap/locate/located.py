"""A page that was found on a photo: which one, where it lies, and what is known of how it was found."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..forms.template import Template
from ..imaging.arrays import FloatArray
from ..imaging.homography import project
from ..imaging.spline_surface import Surface
from .paper.line_fit import Fit

# Share of its numbers in sight from which another sheet may be the one that is meant: half of them, by judgement.
_MEANT = 0.5


@dataclass(frozen=True)
class OtherSheet:
    """Another sheet in sight beside the page that was found.

    Attributes:
        template, page_id: which one, or, where no tag says so, the page whose lines are most like those in sight.
        homography: (3, 3), page mm to pixels of the full photo, of flat paper; about, unless `placed`.
        placed: its marks and lines agree with that place.
        above: it lies over the page, else beside or beneath it.
        in_sight: share of its numbers (counts, or dates of a page without any) whose boxes are in sight.
    """

    template: Template
    page_id: str
    homography: FloatArray
    placed: bool
    above: bool
    in_sight: float

    @property
    def could_be_meant(self) -> bool:
        """Whether enough of its numbers are in sight for it to be the sheet that was to be photographed."""
        return self.in_sight >= _MEANT

    @property
    def name(self) -> str:
        """How messages call it: "form page"."""
        return f"{self.template.id} {self.page_id}"


def paper_outline(template: Template, every: int = 8) -> FloatArray:
    """Places along the paper's edge from its top-left corner clockwise, `every` to a side; (4 * every, 2) mm."""
    width, height = template.paper.width, template.paper.height
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float64)
    along = np.linspace(0, 1, every, endpoint=False)[:, None]
    return np.concatenate([a + along * (b - a) for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)])


@dataclass(frozen=True)
class Located:
    """A page found on a photo. `to_photo` maps page millimetres to pixels of the full photo.

    `homography` alone does so for flat paper; `surface` is how far paper that is not flat lies off (mm), and `before`
    the residual without it. `folds` are creases: (0, x) one down the page at x mm, (1, y) one across at y mm; `unmet`
    (n, 2) mm are line samples that such a surface does not meet. `covered`: it was found only by the part of the
    page that nothing lies on; `others` are further sheets in sight (`second_sheet`).
    """

    template: Template
    page_id: str
    homography: FloatArray
    residual: float
    support: float
    anchors: tuple[str, ...]
    surface: Surface | None = None
    before: float | None = None
    folds: tuple[tuple[int, float], ...] = ()
    unmet: FloatArray | None = None
    covered: bool = False
    others: tuple[OtherSheet, ...] = ()

    @classmethod
    def of(
        cls,
        template: Template,
        page_id: str,
        fit: Fit,
        anchors: tuple[str, ...],
        scale: float,
        covered: bool = False,
    ) -> Located:
        """A fit in pixels of a picture decoded at `scale`."""
        # Decoded pixel x lies at full pixel (x + 0.5) / scale - 0.5.
        up = np.array([[1 / scale, 0, 0.5 / scale - 0.5], [0, 1 / scale, 0.5 / scale - 0.5], [0, 0, 1]])
        full = up @ fit.homography
        found = cls(template, page_id, full / full[2, 2], fit.residual, fit.support, anchors, covered=covered)
        return replace(found, surface=fit.surface, before=fit.before, folds=fit.folds, unmet=fit.unmet)

    @property
    def rivals(self) -> tuple[OtherSheet, ...]:
        """The other sheets that could be the one that is meant: with any, no number of the photo is accepted."""
        return tuple(other for other in self.others if other.could_be_meant)

    def to_photo(self, points: FloatArray) -> FloatArray:
        """Full photo px of places (..., 2) on the page, mm."""
        return project(self.homography, points if self.surface is None else self.surface.moved(points))

    def corners(self) -> FloatArray:
        """The corner marks' centres (the paper's corners where a form has none), TL, TR, BR, BL; (4, 2) photo px."""
        marks = self.template.page(self.page_id).markers.corners
        paper = self.template.paper
        corners = np.array([[0, 0], [paper.width, 0], [paper.width, paper.height], [0, paper.height]], dtype=float)
        return self.to_photo(corners if marks is None else marks.centers)
