"""Stretch a page that was slid over a photo's lines, along each axis by itself, until its lines meet the photo's.

Folds and bends shorten paper as a camera sees it, so that rows that are evenly spaced in print are not so on the photo,
and a ruler that does not give slips by a row somewhere. Each line may lie off its place, and pays for lying off by more
or less than the line before; of all ways to lie the best is found exactly (dynamic programming).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import FloatArray
from .alignment import Placed, Ruler, Sums
from .page_lines import Axis

_FARTHEST = 60  # px, rectified, that a line may lie off its place by an even scale: a row of the widest grids, twice
_STEP = 2  # px between places that are tried; lines are met within as much
_STEEPEST = 0.12  # of the way to the next line: 20 degrees of fold shorten paper by 0.06
# Of the share of lines, for one that moves by a pixel against one a pixel away; by judgement: with much more, rulers
# slip by a row rather than follow a fold.
_COST = 0.015
_ROUNDS = 2  # rows, columns, and both again: each is met where the other's lines end


@dataclass(frozen=True, eq=False)
class Stretch:
    """Where lines lie instead of where an even scale has them: `at` (n,) and `to` (n,) px along each axis, x first."""

    at: tuple[FloatArray, FloatArray]
    to: tuple[FloatArray, FloatArray]

    def moved(self, points: FloatArray) -> FloatArray:
        """Places (..., 2) px, stretched; beyond the outermost lines by as much as these."""
        return np.stack([self.along(k, points[..., k]) for k in (0, 1)], axis=-1)

    def along(self, k: int, place: FloatArray) -> FloatArray:
        """Places along x (0) or y (1), stretched."""
        return place + np.interp(place, self.at[k], self.to[k] - self.at[k])


def stretched(placed: Placed, ruler: Ruler) -> tuple[Stretch, float]:
    """The best way to lay a page's lines on those of the photo, and the share of them that then lie there, 0 to 1."""
    layout = placed.layout
    to_picture = placed.to_seen @ np.linalg.inv(layout.turn)  # scales and shifts of the turned page
    scales = [(to_picture[k, k], to_picture[k, 2]) for k in (0, 1)]
    places = [
        scale * lines.at + shift for lines, (scale, shift) in zip((layout.columns, layout.rows), scales, strict=True)
    ]
    at = tuple(np.unique(np.rint(p)) for p in places)
    found = Stretch((at[0], at[1]), (at[0], at[1]))
    score = 0.0
    for _ in range(_ROUNDS):
        score = 0.0
        for k, (lines, sums) in enumerate(((layout.columns, ruler.columns), (layout.rows, ruler.rows))):
            scale, shift = scales[1 - k]
            ends = [found.along(1 - k, scale * v + shift) for v in (lines.start, lines.end)]
            to, told = _best_way(places[k], at[k], ends, lines, sums)
            found = replace(found, to=(to, found.to[1]) if k == 0 else (found.to[0], to))
            score += told / 2
    return found, score


def _best_way(
    place: FloatArray, at: FloatArray, ends: list[FloatArray], lines: Axis, sums: Sums
) -> tuple[FloatArray, float]:
    """Where the lines at `at` go, and the share of all lines that is met there."""
    offsets = np.arange(-_FARTHEST, _FARTHEST + 1, _STEP)
    seen, shown = sums.share(
        place[:, None] + offsets, *(np.broadcast_to(e[:, None], (len(e), len(offsets))) for e in ends)
    )
    total = max(float((lines.weight * shown[:, _FARTHEST // _STEP]).sum()), 0.6 * float(lines.weight.sum()))
    gain = np.zeros((len(at), len(offsets)))
    np.add.at(gain, np.searchsorted(at, np.rint(place)), seen * lines.weight[:, None] / total)
    best = gain[0] - 1e-6 * np.abs(offsets)
    came: list[NDArray[np.intp]] = []
    for i in range(1, len(at)):
        gap = float(at[i] - at[i - 1])
        most = min(max(1, int(np.ceil(_STEEPEST * gap / _STEP))), _FARTHEST // _STEP)
        moves = np.arange(-most, most + 1)
        before = np.arange(len(offsets))[:, None] - moves
        reached = (
            np.where((before >= 0) & (before < len(offsets)), best[np.clip(before, 0, len(offsets) - 1)], -np.inf)
            - _COST * (_STEP * moves) ** 2 / gap
        )
        choice = reached.argmax(axis=1)
        came.append(before[np.arange(len(offsets)), choice])
        best = reached.max(axis=1) + gain[i] - 1e-6 * np.abs(offsets)
    index = int(best.argmax())
    way = [index]
    for step in reversed(came):
        way.append(int(step[way[-1]]))
    chosen = np.array(way[::-1])
    return at + offsets[chosen], float(gain[np.arange(len(at)), chosen].sum())
