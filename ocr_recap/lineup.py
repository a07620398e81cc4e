"""Slide a page's own lines over the ruled lines of a photo: which scale and shift per axis, which side up?

Everything happens in the rectified picture (`rectify`), where a page can differ from its drawing by a quarter turn, a
scale and a shift of each axis. Rows and columns are first aligned apart, as rulers: pairs of lines propose, the pattern
of unequal gaps decides. The best rows and columns then meet, and the lines' ends have their say too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from .draw import Line, primitives
from .rectify import Mask, Rectified
from .template import Template

FloatArray = NDArray[np.float64]

_DARK = 0.6  # only lines darker than this gray are expected in a photo (as in `register`)
_PIECE = 5.0  # mm; shorter pieces of line are not expected
_SAME = 0.4  # mm; lines nearer than this are one
_PEAKS = 16  # longest lines of the photo that propose alignments, two by two
_PROPOSERS = 10  # longest lines of the page that do
_SHORTLIST = 250  # alignments of one axis that are looked at with all lines
_KEPT = 6  # alignments of one axis that meet those of the other
_ASPECT = 1.35  # largest ratio of the two scales: foreshortening that a tilt of 40 degrees leaves
_SPAN = (0.30, 1.6)  # how much of the rectified picture the page's lines may span
_SLACK = 2  # px by which a line of the rectified picture may lie off: paper is not quite flat
_LONG = 0.6  # share of a line that must be seen for it to count in full where rows and columns are aligned apart


@dataclass(frozen=True)
class Axis:
    """Lines of a page that run one way: `at` (n,) where they lie, `start` and `end` (n,) of each; millimetres."""

    at: FloatArray
    start: FloatArray
    end: FloatArray

    def __len__(self) -> int:
        return len(self.at)

    @property
    def length(self) -> FloatArray:
        """Length of each line."""
        return self.end - self.start

    def mirrored(self, along: bool, across: bool) -> Axis:
        """The lines as seen from the other side of the page."""
        start, end = (-self.end, -self.start) if along else (self.start, self.end)
        return Axis(-self.at if across else self.at, start, end)

    @cached_property
    def merged(self) -> tuple[FloatArray, FloatArray]:
        """Places of lines, each once, and how long all lines there are together; sorted."""
        order = np.argsort(self.at, kind="stable")
        group = np.r_[0, np.cumsum(np.diff(self.at[order]) > _SAME)]
        length = np.bincount(group, weights=self.length[order])
        return np.bincount(group, weights=(self.at * self.length)[order]) / length, length

    @cached_property
    def weight(self) -> FloatArray:
        """What each line tells: its length, less where others lie near; one line of a grid looks like the next."""
        near = (np.abs(self.at[:, None] - self.at[None]) < 12.0) * self.length[None]
        return self.length * np.sqrt(self.length.max() / near.sum(axis=1))


@dataclass(frozen=True)
class Layout:
    """A page turned by quarters: what `lineup` slides. `turn` (3, 3) takes millimetres of the page to its own."""

    template: Template
    page_id: str
    quarter: int
    turn: FloatArray
    rows: Axis
    columns: Axis


@dataclass(frozen=True)
class Placed:
    """A layout slid over the photo's lines, and how well they agree.

    Attributes:
        homography: (3, 3), millimetres of the page to decoded pixels.
        recall: share of the page's lines (by what they tell) that the photo shows.
        precision: share of the photo's lines, where the page would lie, that the page explains.
    """

    layout: Layout
    homography: FloatArray
    recall: float
    precision: float

    @property
    def score(self) -> float:
        """How much the page and the photo have in common, 0 to 1."""
        return self.recall * self.precision**0.5


def layouts(template: Template, page_id: str) -> list[Layout]:
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
    return [Layout(template, page_id, q, turn, r, c) for q, turn, r, c in ways]


class Ruler:
    """The rectified picture as sums, so that any piece of line is looked up at once."""

    def __init__(self, seen: Rectified) -> None:
        self.seen = seen
        self.rows = _Sums(seen.rows)
        self.columns = _Sums(np.ascontiguousarray(seen.columns.T))

    def best(self, layout: Layout) -> Placed | None:
        """The best place of a layout; None where nothing comes near."""
        if len(layout.rows) < 3 or len(layout.columns) < 3:
            return None
        across = _align(layout.columns, self.columns)
        down = _align(layout.rows, self.rows)
        if not len(across) or not len(down):
            return None
        i, j = np.meshgrid(np.arange(len(across)), np.arange(len(down)), indexing="ij")
        pairs = np.concatenate([across[i.ravel()], down[j.ravel()]], axis=1)  # scale x, shift x, scale y, shift y
        ratio = np.abs(np.log(pairs[:, 0] / pairs[:, 2]))
        pairs = pairs[ratio < np.log(_ASPECT)]
        if not len(pairs):
            return None
        recall, precision = self._agreement(layout, pairs)
        best = int((recall * precision**0.5).argmax())
        sx, tx, sy, ty = pairs[best]
        matrix = self.seen.to_photo @ np.array([[sx, 0, tx], [0, sy, ty], [0, 0, 1]]) @ layout.turn
        return Placed(layout, matrix / matrix[2, 2], float(recall[best]), float(precision[best]))

    def _agreement(self, layout: Layout, pairs: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Recall and precision of each (scale x, shift x, scale y, shift y)."""
        x, y = pairs[:, :2], pairs[:, 2:]
        told, all_told, explained, there = (np.zeros(len(pairs)) for _ in range(4))
        for lines, sums, at, along in (
            (layout.rows, self.rows, y, x),
            (layout.columns, self.columns, x, y),
        ):
            place = at[:, :1] * lines.at + at[:, 1:]
            start, end = (along[:, :1] * v + along[:, 1:] for v in (lines.start, lines.end))
            seen, shown = sums.share(place, start, end)
            told += (seen * lines.weight).sum(axis=1)
            all_told += np.maximum((shown * lines.weight).sum(axis=1), 0.6 * lines.weight.sum())
            box = (place.min(axis=1), place.max(axis=1), start.min(axis=1), end.max(axis=1))
            explained += sums.mass(place, start, end).sum(axis=1)
            there += sums.within(*box)
        return told / all_told, np.minimum(explained / np.maximum(there, 1.0), 1.0)


class _Sums:
    """Sums over a mask of lines that run along x."""

    def __init__(self, mask: Mask) -> None:
        self.height, self.width = mask.shape
        grown = cv2.dilate(mask, np.ones((2 * _SLACK + 1, 1), np.uint8))
        self.along = np.zeros((self.height, self.width + 1), np.int32)
        np.cumsum(grown, axis=1, dtype=np.int32, out=self.along[:, 1:])
        self.area = cv2.integral(mask, sdepth=cv2.CV_32S)
        total = mask.sum(axis=1, dtype=np.float64)
        self.profile = grown.sum(axis=1, dtype=np.float64)  # px of line at each place, slack allowed
        self.total = np.r_[0.0, np.cumsum(total)]
        self.peaks = _peaks(self.profile)

    def share(self, place: FloatArray, start: FloatArray, end: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Share of each line that is there, and share of it that lies in the picture."""
        row = np.rint(place).astype(np.intp)
        inside = (row >= 0) & (row < self.height)
        a = np.clip(np.rint(start), 0, self.width).astype(np.intp)
        b = np.clip(np.rint(end), 0, self.width).astype(np.intp)
        row = np.where(inside, row, 0)
        length = np.maximum(end - start, 1e-6)
        seen = np.where(inside, self.along[row, b] - self.along[row, a], 0) / length
        return np.minimum(seen, 1.0), np.where(inside, b - a, 0) / length

    def mass(self, place: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
        """Pixels of line that each expected line accounts for."""
        return self.within(place - _SLACK - 1, place + _SLACK + 1, start - _SLACK, end + _SLACK)

    def within(self, low: FloatArray, high: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
        """Pixels of line in rectangles."""
        y0, y1 = (np.clip(np.rint(v), 0, self.height).astype(np.intp) for v in (low, high + 1))
        x0, x1 = (np.clip(np.rint(v), 0, self.width).astype(np.intp) for v in (start, end + 1))
        s = self.area
        return (s[y1, x1] - s[y0, x1] - s[y1, x0] + s[y0, x0]).astype(np.float64)


def _peaks(profile: FloatArray) -> FloatArray:
    """Places of the longest lines, sorted."""
    size = 2 * _SLACK + 1
    smooth = np.convolve(profile, np.ones(size) / size, mode="same")
    high = np.asarray(cv2.dilate(smooth[:, None], np.ones((size, 1))))[:, 0]
    places = np.flatnonzero((smooth >= high) & (smooth > 0))
    best = places[np.argsort(-smooth[places], kind="stable")[:_PEAKS]]
    return np.sort(best).astype(np.float64)


def _align(lines: Axis, sums: _Sums) -> FloatArray:
    """Scales and shifts (n, 2), px per mm and px, that lay the lines of one axis on those of the photo, best first."""
    at, length = lines.merged
    lead = np.sort(np.argsort(-length, kind="stable")[:_PROPOSERS])
    i, j = np.triu_indices(len(lead), 1)
    a, b = np.triu_indices(len(sums.peaks), 1)
    if not len(i) or not len(a):
        return np.zeros((0, 2))
    gap = at[lead[j]] - at[lead[i]]
    scale = (sums.peaks[b] - sums.peaks[a])[None] / gap[:, None]
    shift = sums.peaks[a][None] - scale * at[lead[i]][:, None]
    span = scale * (at[-1] - at[0]) / sums.height
    usable = (span > _SPAN[0]) & (span < _SPAN[1]) & (gap > 0.15 * (at[-1] - at[0]))[:, None]
    ways = np.c_[scale[usable], shift[usable]]
    if not len(ways):
        return ways
    rough = _ruled(ways, at[lead], length[lead], sums)[0]
    ways = ways[np.argsort(-rough, kind="stable")[:_SHORTLIST]]
    recall, explained = _ruled(ways, at, length, sums)
    edge = 0.01 * (at[-1] - at[0])
    low, high = (np.clip(ways[:, 0] * v + ways[:, 1], 0, sums.height) for v in (at[0] - edge, at[-1] + edge))
    there = sums.total[np.rint(high).astype(int)] - sums.total[np.rint(low).astype(int)]
    score = recall * np.sqrt(np.minimum(explained / np.maximum(there, 1.0), 1.0))
    order = np.argsort(-score, kind="stable")
    ends = ways[:, :1] * np.array([at[0], at[-1]]) + ways[:, 1:]
    kept: list[int] = []
    for index in order:
        if all(np.abs(ends[index] - ends[k]).max() > 2.0 * _SLACK for k in kept):
            kept.append(int(index))
            if len(kept) == _KEPT:
                break
    return ways[kept]


def _ruled(ways: FloatArray, at: FloatArray, length: FloatArray, sums: _Sums) -> tuple[FloatArray, FloatArray]:
    """How many of the lines are there for each scale and shift (0 to 1), and how many px of line they account for."""
    place = np.rint(ways[:, :1] * at + ways[:, 1:]).astype(np.intp)
    inside = (place >= 0) & (place < sums.height)
    seen = np.where(inside, sums.profile[np.where(inside, place, 0)], 0.0)
    expected = ways[:, :1] * length
    weight = np.sqrt(length)
    there = np.maximum((inside * weight).sum(axis=1), 0.6 * weight.sum())
    share = np.minimum(seen / (_LONG * expected), 1.0)
    return (share * weight).sum(axis=1) / there, seen.sum(axis=1) / (2 * _SLACK + 1)


def _axes(template: Template, page_id: str) -> tuple[Axis, Axis]:
    """The page's dark ruled lines: those along x (rows) and those along y (columns)."""
    page = template.page(page_id)
    private = [np.array(region.rect) for region in page.private] if page.find == "lines" else []
    rows: list[tuple[float, float, float]] = []
    columns: list[tuple[float, float, float]] = []
    for part in primitives(template, page_id):
        if not isinstance(part, Line) or part.gray > _DARK or part.role not in ("frame", "box", "grid"):
            continue
        middle = np.array([(part.x0 + part.x1) / 2, (part.y0 + part.y1) / 2])
        if any(((middle > r[:2]) & (middle < r[2:])).all() for r in private):
            continue
        if abs(part.y1 - part.y0) < 1e-6:
            rows.append((part.y0, min(part.x0, part.x1), max(part.x0, part.x1)))
        elif abs(part.x1 - part.x0) < 1e-6:
            columns.append((part.x0, min(part.y0, part.y1), max(part.y0, part.y1)))
    return _joined(rows), _joined(columns)


def _joined(pieces: list[tuple[float, float, float]]) -> Axis:
    """Pieces that touch or overlap on one line become one."""
    joined: list[list[float]] = []
    for at, start, end in sorted(pieces):
        for other in reversed(joined):
            if at - other[0] > _SAME:
                continue
            if start <= other[2] + 1.0 and end >= other[1] - 1.0:
                other[1], other[2] = min(other[1], start), max(other[2], end)
                break
        else:
            joined.append([at, start, end])
    array = np.array([j for j in joined if j[2] - j[1] >= _PIECE]).reshape(-1, 3)
    return Axis(array[:, 0], array[:, 1], array[:, 2])
