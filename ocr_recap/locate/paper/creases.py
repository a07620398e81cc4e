"""Creases of paper that was followed: where its displacement field turns sharply along a whole line of the page."""

from __future__ import annotations

import numpy as np

from ...imaging.spline_surface import Surface

Fold = tuple[int, float]  # (0, x mm): down the page; (1, y mm): across

# mm by which the field's step changes from one span to the next, on average along the crease, and times as much as it
# changes a few spans away. By judgement: paper folded by 20 degrees looks shorter by a twentieth beyond its crease, a
# millimetre in a span of 21, and paper that is bent turns by a tenth of that.
_TURN, _SHARPER = 0.35, 3.0
_APART = 2  # spans between two creases


def creases(surface: Surface) -> tuple[Fold, ...]:
    """The creases that run along the page's axes, sorted."""
    found: list[Fold] = []
    for axis in (0, 1):
        values = surface.values if axis == 1 else surface.values.swapaxes(0, 1)  # crossed by the first index
        turn = np.abs(np.diff(values, 2, axis=0).mean(axis=1)).max(axis=1)  # at coefficients 1 to n - 2
        usual = float(np.median(turn))
        for k in np.argsort(-turn, kind="stable").tolist():
            if turn[k] < max(_TURN, _SHARPER * usual):
                break
            # The spline of coefficient k + 1 has its middle k spans from the origin.
            place = float(surface.origin[axis] + k * surface.step[axis])
            if all(a != axis or abs(place - p) > _APART * surface.step[axis] for a, p in found):
                found.append((axis, place))
    return tuple(sorted(found))
