"""A page's ruled lines as `alignment` slides them: rows and columns apart, each way up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from ...forms.drawing import Line, primitives
from ...forms.template import Template
from ...imaging.arrays import FloatArray

Piece = tuple[float, float, float, float]  # where, start, end; 1 where it is sure to be seen

_DARK = 0.6  # only lines darker than this gray are expected in a photo (as in `line_fit`)
_PIECE = 5.0  # mm; shorter pieces of line are not expected
_SAME = 0.4  # mm; lines nearer than this are one
_UNSURE = 0.3  # weight of lines that may be covered, when rows and columns are aligned apart
_PROPOSERS = 12  # longest lines of the page that do


@dataclass(frozen=True)
class Axis:
    """Lines of a page that run one way: `at` (n,) where they lie, `start` and `end` (n,) of each; millimetres.

    `sure` (n,) is 0 where pens, hands and masks are likely to cover a line (names, signatures), else 1.
    """

    at: FloatArray
    start: FloatArray
    end: FloatArray
    sure: FloatArray

    def __len__(self) -> int:
        return len(self.at)

    @property
    def length(self) -> FloatArray:
        """Length of each line."""
        return self.end - self.start

    def mirrored(self, along: bool, across: bool) -> Axis:
        """The lines as seen from the other side of the page."""
        start, end = (-self.end, -self.start) if along else (self.start, self.end)
        return Axis(-self.at if across else self.at, start, end, self.sure)

    @cached_property
    def merged(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Places of lines, each once, how long all lines there are together, and what they tell; sorted."""
        order = np.argsort(self.at, kind="stable")
        group = np.r_[0, np.cumsum(np.diff(self.at[order]) > _SAME)]
        length = np.bincount(group, weights=self.length[order])
        sure = np.bincount(group, weights=(self.length * self.sure)[order]) / length
        at = np.bincount(group, weights=(self.at * self.length)[order]) / length
        told = np.sqrt(length) * np.maximum(sure, _UNSURE)
        return at, np.asarray(length, dtype=np.float64), np.asarray(told, dtype=np.float64)

    @cached_property
    def leading(self) -> NDArray[np.intp]:
        """Which of the merged lines propose alignments: long ones, and such as stand alone; sorted."""
        at, length, weight = self.merged
        gap = np.diff(at, prepend=at[0] - 12.0, append=at[-1] + 12.0)
        tells = weight * np.sqrt(length) * np.minimum(np.maximum(gap[:-1], gap[1:]), 12.0) ** 0.5
        return np.sort(np.argsort(-tells, kind="stable")[:_PROPOSERS])

    @cached_property
    def weight(self) -> FloatArray:
        """What each line tells: its length, less where others lie near; one line of a grid looks like the next."""
        near = (np.abs(self.at[:, None] - self.at[None]) < 12.0) * self.length[None]
        return self.sure * self.length * np.sqrt(self.length.max() / near.sum(axis=1))


@dataclass(frozen=True)
class Layout:
    """A page turned by quarters: what `alignment` slides. `turn` (3, 3) takes millimetres of the page to its own."""

    template: Template
    page_id: str
    quarter: int
    turn: FloatArray
    rows: Axis
    columns: Axis

    @property
    def upright(self) -> bool:
        """Are there fewer columns than rows? The axis with fewer lines is aligned first."""
        return len(self.columns.merged[0]) <= len(self.rows.merged[0])


@lru_cache(maxsize=256)
def layouts(template: Template, page_id: str) -> tuple[Layout, ...]:
    """The four ways up of a page."""
    rows, columns = _axes(template, page_id)
    identity = np.eye(3)
    half = np.diag([-1.0, -1.0, 1.0])
    quarter = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])  # x to y, y to -x: clockwise on the photo
    # Turned clockwise, the page's columns become rows whose place is x, and its rows become columns at -y.
    ways = [
        (0, identity, rows, columns),
        (1, quarter, columns.mirrored(True, False), rows.mirrored(False, True)),
        (2, half, rows.mirrored(True, True), columns.mirrored(True, True)),
        (3, quarter @ half, columns.mirrored(False, True), rows.mirrored(True, False)),
    ]
    return tuple(Layout(template, page_id, q, turn, r, c) for q, turn, r, c in ways)


def _axes(template: Template, page_id: str) -> tuple[Axis, Axis]:
    """The page's dark ruled lines: those along x (rows) and those along y (columns)."""
    page = template.page(page_id)
    private = [np.array(region.rect) for region in page.private] if page.find == "lines" else []
    rows: list[Piece] = []
    columns: list[Piece] = []
    for part in primitives(template, page_id):
        if not isinstance(part, Line) or part.gray > _DARK or part.role not in ("frame", "box", "grid"):
            continue
        low = np.array([min(part.x0, part.x1), min(part.y0, part.y1)])
        high = np.array([max(part.x0, part.x1), max(part.y0, part.y1)])
        middle = (low + high) / 2
        sure = float(not any(((middle > r[:2]) & (middle < r[2:])).all() for r in private))
        if high[1] - low[1] < 1e-6:
            rows.append((low[1], low[0], high[0], sure))
        elif high[0] - low[0] < 1e-6:
            columns.append((low[0], low[1], high[1], sure))
    return _joined(rows), _joined(columns)


def _joined(pieces: list[Piece]) -> Axis:
    """Pieces that touch or overlap on one line become one."""
    joined: list[list[float]] = []
    for at, start, end, sure in sorted(pieces):
        for other in reversed(joined):
            if at - other[0] > _SAME:
                continue
            if sure == other[3] and start <= other[2] + 1.0 and end >= other[1] - 1.0:
                other[1], other[2] = min(other[1], start), max(other[2], end)
                break
        else:
            joined.append([at, start, end, sure])
    array = np.array([j for j in joined if j[2] - j[1] >= _PIECE]).reshape(-1, 4)
    return Axis(*array.T)
