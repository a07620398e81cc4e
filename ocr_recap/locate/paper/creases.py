"""Creases of paper that was followed: where its displacement field turns sharply along a whole line of the page."""

from __future__ import annotations

import numpy as np

from ...imaging.spline_surface import Surface

Fold = tuple[int, float]  # (0, x mm): down the page; (1, y mm): across

# By how much the slope of the field changes from one span to the next, along the whole crease, and how many times as
# much as it usually does: by judgement, between bends and folds as `synth` draws them. Faint creases are not told.
_TURN, _SHARPER = 0.010, 2.0
_APART = 2  # spans between two creases


def creases(surface: Surface) -> tuple[Fold, ...]:
    """The creases that run along the page's axes, sorted."""
    found: list[Fold] = []
    for axis in (0, 1):
        values = surface.values if axis == 1 else surface.values.swapaxes(0, 1)  # crossed by the first index
        slope = np.diff(values, 2, axis=0) / float(surface.step[axis])
        turn = np.abs(np.median(slope, axis=1)).max(axis=1)  # at coefficients 1 to n - 2
        usual = float(np.median(turn))
        for k in np.argsort(-turn, kind="stable").tolist():
            if turn[k] < max(_TURN, _SHARPER * usual):
                break
            # The spline of coefficient k + 1 has its middle k spans from the origin; a crease between two turns both.
            beside = np.arange(max(k - 1, 0), min(k + 2, len(turn)))
            middle = float((turn[beside] * beside).sum() / turn[beside].sum())
            place = float(surface.origin[axis] + middle * surface.step[axis])
            if all(a != axis or abs(place - p) > _APART * surface.step[axis] for a, p in found):
                found.append((axis, place))
    return tuple(sorted(found))
