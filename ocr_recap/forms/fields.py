"""The parts of a page of a form: paper, fiducials, boxes for digits, bubbles, tally grids, row totals.

Units and coordinate frame are those of `template`: nominal millimetres from the paper's top-left corner.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from ..imaging.arrays import FloatArray
from .print_items import Gray, Identifier, Label, Millimetres, Model, Point, Positive, Printed, Rect

GRID_GRAY = 0.75  # gray of tally grids and row totals, measured on the reference drawings of 2024
MOST_LINES = 6  # lines of words: the longest phrase below 10,000 has seven words; by judgement
LEAST_ROOM = 1.0  # mm: least width and height of the space for words; by judgement


class Paper(Model):
    """Nominal size of the paper, mm, in which all lengths of a template are given.

    `printed` is the true width and height of the printed sheet, where a drawing says so; its proportions are those of
    the nominal size.
    """

    width: Positive
    height: Positive
    printed: tuple[Positive, Positive] | None = Field(default=None, description="true width and height of the sheet")

    @model_validator(mode="after")
    def _has_proportions_of_print(self) -> Paper:
        if self.printed is not None and abs(self.printed[0] * self.height / (self.printed[1] * self.width) - 1) > 0.01:
            raise ValueError("the printed sheet has other proportions than width and height; correct one of them")
        return self


class Tag(Model):
    """An AprilTag. `center` is the middle of its black border square, `side` that square's side.

    `rotation` is the clockwise turn in degrees of the printed tag against the family's own drawing.
    """

    family: Literal["apriltag_36h10"]
    id: Annotated[int, Field(ge=0, le=2319)]
    center: Point
    side: Positive
    rotation: Literal[0, 90, 180, 270] = 0


class CornerMarks(Model):
    """Four equal marks. A staircase is two black squares that touch at the mark's centre: upper left, lower right."""

    kind: Literal["staircase"]
    square: Positive
    tl: Point
    tr: Point
    br: Point
    bl: Point

    @property
    def centers(self) -> FloatArray:
        """Centres TL, TR, BR, BL; (4, 2) millimetres."""
        return np.array([self.tl, self.tr, self.br, self.bl], dtype=np.float64)


class Markers(Model):
    """The fiducials of a page: a tag and corner marks, either of which may be missing."""

    tag: Tag | None = None
    corners: CornerMarks | None = None


class PageRegion(Model):
    """A named part of a page."""

    id: Identifier
    rect: Rect


class Page(Model):
    """One printed side. `private` regions (names, signatures) are masked in every picture.

    `find` is how the page is located on a photo: by its corner marks (and tag), or, without marks, by its ruled lines.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)]
    title: Label
    find: Literal["markers", "lines"] = "markers"
    markers: Markers = Markers()
    header: Rect | None = Field(default=None, description="where the station's name is handwritten")
    private: tuple[PageRegion, ...] = ()
    printed: tuple[Printed, ...] = ()

    @model_validator(mode="after")
    def _can_be_found(self) -> Page:
        if self.find == "markers" and self.markers.corners is None:
            raise ValueError(f"page {self.id!r} has no corner marks; add markers.corners, or write 'find: lines'")
        if self.find == "lines" and self.markers != Markers():
            raise ValueError(f"page {self.id!r} has markers and is found by them; remove 'find: lines'")
        return self


class Cells(Model):
    """`count` boxes for one digit each: the first box [x, y, width, height] repeated every `pitch` mm to the right.

    `dividers` is the print of walls between two cells.
    """

    box: tuple[Millimetres, Millimetres, Positive, Positive]
    count: Annotated[int, Field(ge=1, le=12)]
    pitch: Positive
    line: Positive = 0.45
    dividers: Literal["solid", "dotted"] = "solid"

    @model_validator(mode="after")
    def _dividers_are_shared(self) -> Cells:
        if self.dividers == "dotted" and abs(self.pitch - self.box[2]) > 0.01:
            raise ValueError("dotted dividers are walls that two cells share; make pitch equal to the box's width")
        return self

    @property
    def width(self) -> float:
        """Width of one cell."""
        return self.box[2]

    def rects(self) -> list[Rect]:
        """One rectangle per cell, left to right."""
        x, y, width, height = self.box
        return [(x + i * self.pitch, y, x + i * self.pitch + width, y + height) for i in range(self.count)]

    def outline(self) -> Rect:
        """The rectangle around all cells."""
        first, last = self.rects()[0], self.rects()[-1]
        return first[0], first[1], last[2], last[3]


class Bubbles(Model):
    """Ten bubbles (0 at the top) under each cell."""

    kind: Literal["bubbles"]
    first: Point = Field(description="centre of the 0 bubble under the first cell")
    pitch: tuple[Positive, Positive] = Field(description="to the next column, to the next digit")
    radius: Positive

    def centers(self, columns: int) -> FloatArray:
        """Centres, (columns, 10, 2) millimetres."""
        x = self.first[0] + np.arange(columns) * self.pitch[0]
        y = self.first[1] + np.arange(10) * self.pitch[1]
        return np.stack(np.broadcast_arrays(x[:, None], y[None, :]), axis=-1).astype(np.float64)


class Tally(Model):
    """A grid for tally marks, `strokes` in a full cell."""

    kind: Literal["tally"]
    grid: Rect
    rows: Annotated[int, Field(ge=1, le=100)]
    columns: Annotated[int, Field(ge=1, le=100)]
    line: Positive = 0.25
    gray: Gray = GRID_GRAY
    strokes: Annotated[int, Field(ge=1, le=10)] = 5


class RowTotals(Model):
    """Boxes for the total of each row of the tally ("jumlah tiap baris")."""

    kind: Literal["row_totals"]
    grid: Rect
    rows: Annotated[int, Field(ge=1, le=100)]
    cells: Annotated[int, Field(ge=1, le=6)]
    line: Positive = 0.25
    gray: Gray = GRID_GRAY


class Words(Model):
    """Space in which the number is written in words, inside its printed lines.

    `lines` is how many lines of writing fit into it: where a column is narrow, people write each word on a line of its
    own. Texts and dotted lines of the page that are printed in the space are left out when it is read.
    """

    kind: Literal["words"]
    rect: Rect
    lines: Annotated[int, Field(ge=1, le=MOST_LINES)] = 1

    @model_validator(mode="after")
    def _has_room(self) -> Words:
        x0, y0, x1, y1 = self.rect
        if x1 - x0 < LEAST_ROOM or y1 - y0 < LEAST_ROOM:
            raise ValueError(
                f"the space for words is {x1 - x0:g} x {y1 - y0:g} mm; write rect as [left, top, right, bottom], "
                f"{LEAST_ROOM:g} mm wide and high or more"
            )
        return self


PrintedWitness = Annotated[Bubbles | Tally | RowTotals | Words, Field(discriminator="kind")]


class FormField(Model):
    """One number on a page. Only fields with role `count` decide a verdict.

    `listed`: the number was known before the count and stands in a list, such as the registered voters of a station. A
    list may confirm it (`decide.facts`).
    """

    id: Identifier
    page: str
    role: Literal["count", "date"] = "count"
    listed: bool = False
    label: Label
    cells: Cells
    guide: Literal["none", "seven_segment"] = "none"
    witnesses: tuple[PrintedWitness, ...] = ()

    @property
    def bubbles(self) -> Bubbles | None:
        """The bubbles of this number, if the form has them."""
        return next((w for w in self.witnesses if isinstance(w, Bubbles)), None)

    @property
    def tally(self) -> Tally | None:
        """The grid for tally marks of this number, if the form has one."""
        return next((w for w in self.witnesses if isinstance(w, Tally)), None)

    @property
    def row_totals(self) -> RowTotals | None:
        """The boxes for the totals of the grid's rows, if the form has them."""
        return next((w for w in self.witnesses if isinstance(w, RowTotals)), None)

    @property
    def words(self) -> Words | None:
        """The space for the number in words, if the form has one."""
        return next((w for w in self.witnesses if isinstance(w, Words)), None)

    @model_validator(mode="after")
    def _words_are_of_a_count(self) -> FormField:
        if self.words is not None and self.role != "count":
            raise ValueError(f"field {self.id!r} is a {self.role}; only counts are read in words: remove 'kind: words'")
        return self


def tag_corners(tag: Tag) -> FloatArray:
    """The places on the page of OpenCV's corners 0 to 3 of a printed tag, (4, 2) millimetres.

    OpenCV numbers them clockwise from the top-left corner of the family's drawing; `rotation` turns the print
    clockwise, so that corner 0 of a tag printed upside down is the page's bottom-right one.
    """
    half = tag.side / 2
    square = np.array([[-half, -half], [half, -half], [half, half], [-half, half]])
    return np.roll(square, -(tag.rotation // 90), axis=0) + np.asarray(tag.center)
