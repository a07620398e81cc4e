"""A page that was found on a photo: which one, where it lies, and what is known of how it was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..forms.fields import Bubbles, FormField, PrintedWitness, Words
from ..forms.print_items import Rect
from ..forms.template import Template
from ..imaging.arrays import FloatArray
from ..imaging.homography import project
from ..imaging.spline_surface import Surface
from .paper.creases import creases
from .paper.fit import PageFit
from .placed_area import MetArea

# Share of its numbers in sight from which another sheet may be the one that is meant: half of them, by judgement.
_MEANT = 0.5
# mm of paper around a box, a bubble or a grid that must be in the photo, too: its printed line, and what blur makes of
# it. By judgement.
_MARGIN = 0.5
_ACROSS = 5  # places across and down a box or grid that must lie where the page is placed; by judgement

_WHOLE = 0.97  # share of its lines in sight from which a page counts as placed everywhere

PlacedArea = Callable[[FloatArray], NDArray[np.bool_]]  # for places (n, 2) on the page, mm: (n,) whether it is placed


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

    `residual` is the median distance of the line samples that are met, in cell widths, and `support` the share of
    those in sight that are met. `anchors` says what the page was found by (`tag` or `lines`) and which corner marks are
    seen. `homography` alone maps flat paper; `surface` is how far paper that is not flat lies off (mm), and `before`
    the median distance of the same samples from where the homography alone has them. `folds` are creases: (0, x) one
    down the page at x mm, (1, y) one across at y mm; `unmet` (n, 2) mm are line samples that such a surface does not
    meet. `covered`: the part of the page that is placed agrees, and the page as a whole does not; `others` are further
    sheets in sight (`second_sheet`). `placed_area` says where on the page the placement rests on lines that were met;
    None = everywhere.
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
    placed_area: PlacedArea | None = None

    @classmethod
    def of(cls, fit: PageFit, anchors: tuple[str, ...], scale: float, doubtful: FloatArray) -> Located:
        """A fit in pixels of a picture decoded at `scale`; nothing is placed around doubtful places (n, 2) mm."""
        # Decoded pixel x lies at full pixel (x + 0.5) / scale - 0.5.
        up = np.array([[1 / scale, 0, 0.5 / scale - 0.5], [0, 1 / scale, 0.5 / scale - 0.5], [0, 0, 1]])
        full = up @ fit.homography
        whole = fit.share >= _WHOLE and not len(doubtful)
        return cls(
            fit.template,
            fit.page_id,
            full / full[2, 2],
            fit.residual,
            fit.share,
            anchors,
            surface=fit.surface,
            before=None if fit.surface is None else fit.residual_of_plane,
            folds=() if fit.surface is None else creases(fit.surface),
            unmet=None if fit.surface is None else fit.lines.points[fit.visible & ~fit.met],
            placed_area=None if whole else MetArea.of(fit, doubtful),
        )

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

    def fields_in_photo(self, width: int, height: int) -> tuple[FormField, ...]:
        """The fields of the page that the photo shows, each with those of its printed witnesses that it shows.

        A field is in the photo where all of its own boxes are, with a small margin, and where the page is placed there
        (`placed_area`). A witness is in the photo as a whole or not at all. One that is not is left out, as if the form
        had none for the field. Row totals are left out with their grid, as their rows are found by it.

        Args:
            width, height: size of the full photo, px.

        Returns:
            Fields in the order of the template.
        """

        fields = self.template.fields_of(self.page_id)
        parts: dict[tuple[str, str], list[Rect]] = {}
        for field in fields:
            parts[field.id, "boxes"] = field.cells.rects()
            parts |= {(field.id, w.kind): _rects_of(w, field.cells.count) for w in field.witnesses}
        starts = np.cumsum([0, *(len(rects) for rects in parts.values())])[:-1]
        inside = self._are_in_photo(np.array([rect for rects in parts.values() for rect in rects]), width, height)
        shown = dict(zip(parts, np.logical_and.reduceat(inside, starts).tolist(), strict=True))
        found: list[FormField] = []
        for field in fields:
            grid = shown.get((field.id, "tally"), True)
            kept = tuple(w for w in field.witnesses if shown[field.id, w.kind] and (grid or w.kind != "row_totals"))
            if shown[field.id, "boxes"]:
                found.append(field if kept == field.witnesses else field.model_copy(update={"witnesses": kept}))
        return tuple(found)

    def _are_in_photo(self, rects: FloatArray, width: int, height: int) -> NDArray[np.bool_]:
        """Which of the rectangles (n, 4) on the page, mm, lie within the photo and where the page is placed; (n,)."""
        corners = _lattice(rects, 2)
        flat = corners if self.surface is None else self.surface.moved(corners)
        # A place behind the camera has a depth of the other sign, and would be projected to a wrong place.
        depth = flat @ self.homography[2, :2] + self.homography[2, 2]
        ahead = (depth * np.linalg.det(self.homography) > 0).all(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            seen = project(self.homography, flat)
        inside = ((seen >= -0.5) & (seen <= np.array([width, height]) - 0.5)).all(axis=(1, 2))
        if self.placed_area is None:
            return ahead & inside
        within = _lattice(rects, _ACROSS)
        return ahead & inside & self.placed_area(within.reshape(-1, 2)).reshape(within.shape[:2]).all(axis=1)


def _lattice(rects: FloatArray, across: int) -> FloatArray:
    """Places (n, across * across, 2) in rectangles (n, 4) that are grown by the margin; 2 across are the corners."""
    grown = rects + np.array([-_MARGIN, -_MARGIN, _MARGIN, _MARGIN])
    share = np.linspace(0, 1, across)
    shares = np.stack(np.meshgrid(share, share), axis=-1).reshape(-1, 2)
    return grown[:, None, :2] + shares * (grown[:, None, 2:] - grown[:, None, :2])


def _rects_of(witness: PrintedWitness, columns: int) -> list[Rect]:
    """The rectangles of a printed witness, mm: the square around each bubble, the space for words, or the grid."""
    if isinstance(witness, Words):
        return [witness.rect]
    if not isinstance(witness, Bubbles):
        return [witness.grid]
    r = witness.radius
    return [(x - r, y - r, x + r, y + r) for x, y in witness.centers(columns).reshape(-1, 2).tolist()]
