"""Slide a page's own lines over the ruled lines of a photo: which scale and shift per axis, which side up?

Everything happens in the rectified picture (`rectify`), where a page can differ from its drawing by a quarter turn, a
scale and a shift of each axis. Rows and columns are first aligned apart, as rulers: pairs of lines propose, the pattern
of unequal gaps decides. The best rows and columns then meet, and the lines' ends have their say too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ...imaging.arrays import FloatArray
from .page_lines import Axis, Layout
from .rectify import Mask, Rectified

SLACK = 2  # px, rectified, by which lines may lie off while they are lined up
_PEAKS = 12  # longest lines of the photo that propose alignments, two by two
_BANDS = 10  # and the longest of each band of the picture
_SHORTLIST = 120  # alignments of one axis that are looked at with all lines
_SETTLING = 3  # rounds in which the shortlist is pulled onto lines
_PULL = 6.0  # px from which lines pull
_KEPT = 3  # alignments of the first axis that are followed
_MET = 40  # alignments of the second axis that meet each of them
_TOLD = 5  # places of one layout that are told
# Layouts whose second axis is looked at, if their first fits at least this share as well as the best one's, until a
# place scores so much that no other page need be looked at; by judgement on drawn photos.
_FOLLOWED, _HOPEFUL, _SURELY = 16, 0.65, 0.8
# Layouts that are looked at before all others, by how well their leading lines fit; and the share of the best one's fit
# below which one is not looked at. Of 40 drawn photos by calibration writers the right page had 0.67 or more.
_AT_ONCE, _HOPEFUL_AT_FIRST = 8, 0.55
_ASPECT = 1.35  # largest ratio of the two scales: foreshortening that a tilt of 40 degrees leaves
_SPAN = (0.30, 1.6)  # how much of the rectified picture the page's lines may span
_LONG = 0.6  # share of a line that must be seen for it to count in full where rows and columns are aligned apart


@dataclass(frozen=True)
class Placed:
    """A layout slid over the photo's lines, and how well they agree.

    Attributes:
        homography: (3, 3), millimetres of the page to decoded pixels.
        to_seen: (3, 3), millimetres of the page to pixels of the rectified picture, straightened where it is bent.
        recall: share of the page's lines (by what they tell) that the photo shows.
        precision: share of the photo's lines, where the page would lie, that the page explains.
    """

    layout: Layout
    homography: FloatArray
    to_seen: FloatArray
    recall: float
    precision: float

    @property
    def score(self) -> float:
        """How much the page and the photo have in common, 0 to 1."""
        return self.recall * self.precision**0.5


class Ruler:
    """The rectified picture as sums, so that any piece of line is looked up at once."""

    def __init__(self, seen: Rectified, slack: int) -> None:
        """`slack`: px by which a line may lie off, for paper that is not quite flat."""
        self.seen = seen
        self.rows = Sums(seen.rows, slack)
        self.columns = Sums(np.ascontiguousarray(seen.columns.T), slack)

    def best(self, layouts: Sequence[Layout]) -> list[Placed]:
        """The best few places of each layout that comes near, best first."""
        ways = [(layout, *self._proposed(layout)) for layout in layouts if len(layout.rows) > 2 < len(layout.columns)]
        if not ways:
            return []
        ways.sort(key=lambda way: -way[2].max(initial=0.0))
        begun: list[tuple[Layout, FloatArray, float]] = []
        placed: list[Placed] = []
        done: set[int] = set()
        for group in (ways[:_AT_ONCE], ways[_AT_ONCE:]):
            least = _HOPEFUL_AT_FIRST * ways[0][2].max(initial=0.0)
            begun += [
                (layout, *self._first(layout, proposed, rough))
                for layout, proposed, rough in group
                if rough.max(initial=0.0) >= least
            ]
            begun.sort(key=lambda b: -b[2])
            for layout, firsts, score in begun[:_FOLLOWED]:
                if score < _HOPEFUL * begun[0][2]:
                    break
                if id(layout) not in done:
                    done.add(id(layout))
                    placed += self._second(layout, firsts)
                if placed and max(p.score for p in placed) >= _SURELY:
                    return sorted(placed, key=lambda p: -p.score)
        return sorted(placed, key=lambda p: -p.score)

    def _proposed(self, layout: Layout) -> tuple[FloatArray, FloatArray]:
        """Scales and shifts of the axis with fewer lines, and how well its leading lines fit each."""
        lines, sums = (layout.columns, self.columns) if layout.upright else (layout.rows, self.rows)
        return _proposals(lines, sums, np.array(_SPAN) * sums.height / np.ptp(lines.at))

    def _first(self, layout: Layout, proposed: FloatArray, rough: FloatArray) -> tuple[FloatArray, float]:
        """The best scales and shifts of the axis with fewer lines by itself, and how well the first of them fits."""
        lines, sums = (layout.columns, self.columns) if layout.upright else (layout.rows, self.rows)
        ways, score = _settled(lines, sums, proposed, rough)
        kept = _apart(ways, lines.at, 2.0 * sums.slack, _KEPT)
        return ways[kept], float(score[kept[0]]) if kept else 0.0

    def _second(self, layout: Layout, firsts: FloatArray) -> list[Placed]:
        """The other axis, whose scale is now nearly known; rows and columns then speak together."""
        lines, sums = (layout.rows, self.rows) if layout.upright else (layout.columns, self.columns)
        found: list[FloatArray] = []
        for first in firsts:
            span = np.array([1 / _ASPECT, _ASPECT]) * first[0]
            ways = _settled(lines, sums, *_proposals(lines, sums, span))[0][:_MET]
            pair = (np.broadcast_to(first, ways.shape), ways)
            found.append(np.hstack(pair if layout.upright else pair[::-1]))
        pairs = np.concatenate(found) if found else np.zeros((0, 4))
        if not len(pairs):
            return []
        recall, precision = self._agreement(layout, pairs)
        score = recall * precision**0.5
        order = np.argsort(-score, kind="stable")
        # The few best that differ by more than lines may lie off: one of them may have slipped by a row.
        x, y = layout.columns.at, layout.rows.at
        corners = np.array([[x.min(), y.min()], [x.max(), y.max()]])
        ends = pairs[:, None, ::2] * corners + pairs[:, None, 1::2]
        placed: list[Placed] = []
        kept: list[int] = []
        for index in order:
            if all(np.abs(ends[index] - ends[k]).max() > 3.0 * sums.slack for k in kept):
                kept.append(int(index))
                sx, tx, sy, ty = pairs[index]
                to_seen = np.array([[sx, 0, tx], [0, sy, ty], [0, 0, 1]]) @ layout.turn
                matrix = self.seen.to_photo @ to_seen
                told = float(recall[index]), float(precision[index])
                placed.append(Placed(layout, matrix / matrix[2, 2], to_seen, *told))
                if len(kept) == _TOLD:
                    break
        return placed

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


class Sums:
    """Sums over a mask of lines that run along x."""

    def __init__(self, mask: Mask, slack: int) -> None:
        self.slack = slack
        self.height, self.width = mask.shape
        grown = cv2.dilate(mask, np.ones((2 * slack + 1, 1), np.uint8))
        self.along = np.zeros((self.height, self.width + 1), np.int32)
        np.cumsum(grown, axis=1, dtype=np.int32, out=self.along[:, 1:])
        self.area = cv2.integral(mask, sdepth=cv2.CV_32S)
        self.profile = grown.sum(axis=1, dtype=np.float64)  # px of line at each place, slack allowed
        self.bordered = np.r_[0.0, self.profile, 0.0]
        self.total = np.r_[0.0, np.cumsum(self.profile)]
        self.peaks, every = _peaks(self.profile, slack)
        rows = np.arange(self.height)
        after = np.clip(np.searchsorted(every, rows), 1, max(len(every) - 1, 1)) if len(every) > 1 else None
        if after is None:
            self.nearest = np.full(self.height, np.inf)
        else:
            before = rows - every[after - 1] <= every[after] - rows
            self.nearest = np.where(before, every[after - 1], every[after])
        long = _LONG * float(np.median(self.profile[self.peaks.astype(np.intp)])) if len(self.peaks) else 1.0
        self.busy = np.r_[0.0, np.cumsum(np.minimum(self.profile / max(long, 1.0), 1.0))]

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
        slack = self.slack
        return self.within(place - slack - 1, place + slack + 1, start - slack, end + slack)

    def within(self, low: FloatArray, high: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
        """Pixels of line in rectangles."""
        y0, y1 = (np.clip(np.rint(v), 0, self.height).astype(np.intp) for v in (low, high + 1))
        x0, x1 = (np.clip(np.rint(v), 0, self.width).astype(np.intp) for v in (start, end + 1))
        s = self.area
        return (s[y1, x1] - s[y0, x1] - s[y1, x0] + s[y0, x0]).astype(np.float64)


def _peaks(profile: FloatArray, slack: int) -> tuple[FloatArray, FloatArray]:
    """Places of the longest lines, and of all; sorted."""
    size = 2 * slack + 1
    smooth = np.convolve(profile, np.ones(size) / size, mode="same")
    high = np.asarray(cv2.dilate(smooth[:, None], np.ones((size, 1))))[:, 0]
    places = np.flatnonzero((smooth >= high) & (smooth > 0))
    places = places[np.argsort(-smooth[places], kind="stable")]
    first_of_band = np.unique(places * _BANDS // len(profile), return_index=True)[1]
    longest = np.unique(np.concatenate([places[:_PEAKS], places[first_of_band]]))
    return longest.astype(np.float64), np.sort(places).astype(np.float64)


def _proposals(lines: Axis, sums: Sums, span: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Scales and shifts (n, 2), px per mm and px, that lay two leading lines of one axis on two of the photo.

    Args:
        lines: of the page.
        sums: of the photo.
        span: least and largest scale.

    Returns:
        They, and how well all leading lines then lie on lines of the photo; (n, 2) and (n,).
    """
    at, length, weight = (values[lines.leading] for values in lines.merged)
    i, j = np.triu_indices(len(at), 1)
    a, b = np.triu_indices(len(sums.peaks), 1)
    gap = at[j] - at[i]
    scale = (sums.peaks[b] - sums.peaks[a])[None] / gap[:, None]
    shift = sums.peaks[a][None] - scale * at[i][:, None]
    usable = (scale > span[0]) & (scale < span[1]) & (gap > 0.25 * np.ptp(lines.at))[:, None]
    ways = np.c_[scale[usable], shift[usable]]
    return ways, _pattern(ways, at, length, weight, sums)


def _settled(lines: Axis, sums: Sums, ways: FloatArray, rough: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The best of the scales and shifts (n, 2) that were proposed, pulled onto lines; with their scores, best first."""
    at, length, weight = lines.merged
    ways = ways[np.argsort(-rough, kind="stable")[:_SHORTLIST]]
    for _ in range(_SETTLING):
        ways = _pulled(ways, at, weight, sums)
    score = _pattern(ways, at, length, weight, sums)
    order = np.argsort(-score, kind="stable")
    return ways[order], score[order]


def _apart(ways: FloatArray, at: FloatArray, least: float, most: int) -> list[int]:
    """Indices of the first ways whose ends differ from those of all before them by so many px."""
    ends = ways[:, :1] * np.array([at.min(), at.max()]) + ways[:, 1:]
    kept: list[int] = []
    for index in range(len(ways)):
        if all(np.abs(ends[index] - ends[k]).max() > least for k in kept):
            kept.append(index)
            if len(kept) == most:
                break
    return kept


def _pulled(ways: FloatArray, at: FloatArray, weight: FloatArray, sums: Sums) -> FloatArray:
    """Scales and shifts moved so that lines lie on the nearest lines of the photo, as far as these are near."""
    place = ways[:, :1] * at + ways[:, 1:]
    row = np.rint(place).astype(np.intp)
    inside = (row >= 0) & (row < sums.height)
    peak = sums.nearest[np.where(inside, row, 0)]
    # Half of the gap to the next line is the farthest that can be told from a slip.
    gap = np.diff(at, prepend=-np.inf, append=np.inf)
    reach = np.minimum(_PULL + sums.slack, 0.5 * ways[:, :1] * np.minimum(gap[:-1], gap[1:]))
    w = np.where(inside & (np.abs(peak - place) <= reach), weight, 0.0)
    total = np.maximum(w.sum(axis=1, keepdims=True), 1e-9)
    mx, my = ((w * v).sum(axis=1, keepdims=True) / total for v in (np.broadcast_to(at, w.shape), peak))
    spread = (w * (at - mx) ** 2).sum(axis=1, keepdims=True)
    scale = (w * (at - mx) * (peak - my)).sum(axis=1, keepdims=True) / np.maximum(spread, 1e-9)
    # Few lines near one place must not turn the ruler.
    loose = (spread < 0.02 * total * (at[-1] - at[0]) ** 2) | (np.abs(scale / ways[:, :1] - 1) > 0.05)
    scale = np.where(loose, ways[:, :1], scale)
    shift = np.where(loose, ways[:, 1:], my - scale * mx)
    return np.c_[scale, shift]


def _pattern(ways: FloatArray, at: FloatArray, length: FloatArray, weight: FloatArray, sums: Sums) -> FloatArray:
    """How well lines at such places meet those of the photo for each scale and shift: 1 all of them, 0 as by chance.

    Where a photo is full of lines, small pages find lines everywhere: what counts is how much more than chance finds.
    """
    place = np.rint(ways[:, :1] * at + ways[:, 1:]).astype(np.intp)
    inside = (place >= 0) & (place < sums.height)
    seen = sums.bordered.take(place + 1, mode="clip")
    there = np.maximum(np.einsum("nk,k->n", inside, weight), 0.6 * weight.sum())
    found = np.minimum(seen / (_LONG * length) / ways[:, :1], 1.0)
    recall = np.einsum("nk,k->n", found, weight) / there
    edge = 0.01 * np.ptp(at)
    low, high = (np.rint(ways[:, 0] * v + ways[:, 1]).astype(np.intp) for v in (at[0] - edge, at[-1] + edge))
    low, high = np.clip(low, 0, sums.height), np.clip(high, 0, sums.height)
    chance = (sums.busy[high] - sums.busy[low]) / np.maximum(high - low, 1)
    after, before = (sums.total.take(place + d, mode="clip").sum(axis=1) for d in (sums.slack + 2, -sums.slack - 1))
    precision = np.minimum((after - before) / np.maximum(sums.total[high] - sums.total[low], 1.0), 1.0)
    return (recall - chance) / np.maximum(1.0 - chance, 0.05) * np.sqrt(precision)
