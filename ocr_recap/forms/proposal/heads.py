"""Rows of boxes that share their walls, divided where the heads of a table's columns say that numbers end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from ...imaging.arrays import FloatArray

_OFF: Final = 5.0  # px: farthest that a head's side lies from the wall of a box
_BOXES: Final = (2, 6)  # boxes under the head of one number


def split_by_heads(runs: Sequence[list[FloatArray]], faces: FloatArray) -> list[list[FloatArray]]:
    """Divide rows of boxes that stand under several heads of the same width, such as men, women and sum.

    Args:
        runs: rows of equal boxes, each x0, y0, x1, y1 in px.
        faces: (n, 4) all rectangles between printed lines, px, those with print in them too.
    """
    parts: list[list[FloatArray]] = []
    for run in runs:
        count = _boxes_under_a_head(run, faces)
        parts += [run[i : i + count] for i in range(0, len(run), count)]
    return parts


def _boxes_under_a_head(run: list[FloatArray], faces: FloatArray) -> int:
    """How many boxes of a row one head spans; all of them where there are no such heads."""
    walls = np.array([run[0][0], *(box[2] for box in run)])
    above = faces[faces[:, 3] < run[0][1] + _OFF]
    for count in range(_BOXES[0], min(_BOXES[1], len(run) // 2) + 1):
        if len(run) % count:
            continue
        heads = list(zip(walls[:-1:count], walls[count::count], strict=True))
        tops = [above[np.abs(above[:, [0, 2]] - head).max(axis=1) < _OFF][:, 1] for head in heads]
        if all(len(top) for top in tops) and any(
            all(np.abs(top - level).min() < _OFF for top in tops[1:]) for level in tops[0]
        ):
            return count
    return len(run)
