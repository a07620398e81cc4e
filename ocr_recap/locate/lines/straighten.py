"""How far bent paper lies off the plane that its strokes speak for: lines of a table run straight, so where they do not
the paper is bent.

Works within the rectified picture (`rectify`), where a table's lines run along the axes but for the paper's bends.
Every stroke says how much the paper rises between its two ends; a smooth surface goes through what all of them say.
How lines are spaced, strokes cannot tell: that is left to `dynamic_warp`, once a page is placed.
"""

from __future__ import annotations

import numpy as np

from ...imaging.arrays import FloatArray
from ...imaging.linear import product, solve
from ...imaging.spline_surface import Surface, bending, rows_of

_SPANS = 8  # of the surface along the picture's longer side
# Weight of bending beside strokes. Of 3, 0.3, 0.03 and 0.01 the stiffest that, to the eye, straightened the lines of a
# dozen drawn hard photos (c1-kwk-2017, calibration writers).
_STIFF = 0.03
_END = 0.7  # px by which either end of a stroke lies off its line
_LEAST, _MOST = 20, 300  # strokes per direction, the longest; by judgement
_STEEPEST = 0.15  # rise per length: what is steeper is writing
_ROUNDS = 6
_FLAT = 1.5  # px: a smaller bend leaves lines within the slack of `alignment`


def unbend(strokes: FloatArray, width: int, height: int) -> Surface | None:
    """Displacements of straightened places to those in the rectified picture, px; None for paper that is about flat.

    Args:
        strokes: (n, 2, 2) both ends of each, rectified px.
        width, height: of the rectified picture, px.
    """
    way = np.abs(strokes[:, 1] - strokes[:, 0])
    # Columns speak of x, rows of y.
    sides = [np.flatnonzero(way[:, 1 - k] * _STEEPEST > way[:, k]) for k in (0, 1)]
    sides = [mine[np.argsort(-way[mine, 1 - k], kind="stable")[:_MOST]] for k, mine in enumerate(sides)]
    if min(map(len, sides)) < _LEAST:
        return None
    size = np.array([width - 1.0, height - 1.0])
    spans = np.maximum(2, np.rint(_SPANS * size / size.max())).astype(int)
    step, shape = size / spans, (int(spans[1]) + 3, int(spans[0]) + 3)
    stiff = _STIFF * bending(shape, step) + 1e-4 * np.eye(shape[0] * shape[1])
    bent = Surface(np.zeros((*shape, 2)), np.zeros(2), step)
    for turn in range(_ROUNDS):
        straight = bent.origin_of(strokes)
        values = bent.values.reshape(-1, 2).copy()
        for k, mine in enumerate(sides):
            level = straight[mine]
            level[..., k] = level[..., k].mean(axis=1, keepdims=True)  # or its own noise would be explained by a scale
            ends = [rows_of(level[:, end], np.zeros(2), step, shape) for end in (0, 1)]
            rise, says = strokes[mine, 1, k] - strokes[mine, 0, k], ends[1] - ends[0]
            # Strokes that contradict the others lose their say, the more so the better the surface is known.
            doubt = _END * max(1.5, 6.0 / 2**turn)
            weight = 1 / (1 + ((rise - product(says, values[:, k])) / doubt) ** 2) / _END**2
            weighted = says * weight[:, None]
            values[:, k] = solve(product(weighted.T, says) + stiff, product(weighted.T, rise))
        bent = Surface(values.reshape(*shape, 2), np.zeros(2), step)
    places = strokes[np.concatenate(sides)].reshape(-1, 2)
    moved = bent.moved(places) - places
    return bent if float(np.quantile(np.abs(moved - np.median(moved, axis=0)), 0.95)) > _FLAT else None
