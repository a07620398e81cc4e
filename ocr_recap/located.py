"""A page that was found on a photo: which one, where it lies, and what is known of how it was found."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .register import Fit, project
from .surface import Surface
from .template import Template

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Located:
    """A page found on a photo. `to_photo` maps page millimetres to pixels of the full photo.

    `homography` alone does so for flat paper; `surface` is how far paper that is not flat lies off (mm), and `before`
    the residual without it. `folds` are creases: (0, x) one down the page at x mm, (1, y) one across at y mm; `unmet`
    (n, 2) mm are line samples that such a surface does not meet. `covered`: it was found only by the part of the
    page that nothing lies on; `others` are further sheets in sight, as "form page": those whose tags are seen, and of a
    page found by its lines alone another of the same.
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
    others: tuple[str, ...] = ()

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

    def to_photo(self, points: FloatArray) -> FloatArray:
        """Full photo px of places (..., 2) on the page, mm."""
        return project(self.homography, points if self.surface is None else self.surface.moved(points))

    def corners(self) -> FloatArray:
        """The corner marks' centres (the paper's corners where a form has none), TL, TR, BR, BL; (4, 2) photo px."""
        marks = self.template.page(self.page_id).markers.corners
        paper = self.template.paper
        corners = np.array([[0, 0], [paper.width, 0], [paper.width, paper.height], [0, paper.height]], dtype=float)
        return self.to_photo(corners if marks is None else marks.centers)
