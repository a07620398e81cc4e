"""What a page looks like around its digit boxes: for each two neighbouring boxes, the printed lines near them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...forms.template import Template
from ...imaging.arrays import FloatArray
from ..paper.line_fit import LineSamples, ruling

NEARBY = 56  # line samples of a pair: half along each axis
_REACH, _WIDE_REACH = 4.5, 11.0  # sides of a box around the middle of a pair


@dataclass(frozen=True, eq=False)
class PageBoxes:
    """The pairs of neighbouring boxes of a page.

    Attributes:
        template, page_id: of the page.
        centers: (n, 2) mm, of all digit boxes.
        first: (k, 2) mm, centre of the left box of each pair.
        pitch: (k,) mm, from there to the centre of the right one.
        sides: (k, 2) mm, width and height of the left box.
        near, wide: line samples around each pair, (k, `NEARBY`, 2) points and normals; and those farther around it.
    """

    template: Template
    page_id: str
    centers: FloatArray
    first: FloatArray
    pitch: FloatArray
    sides: FloatArray
    near: LineSamples
    wide: LineSamples


@lru_cache(maxsize=128)
def page_boxes(template: Template, page_id: str) -> PageBoxes | None:
    """The pairs of a page; None where it has none."""
    rows = [np.array(field.cells.rects()) for field in template.fields_of(page_id)]
    lefts = np.concatenate([row[:-1] for row in rows] or [np.zeros((0, 4))])
    rights = np.concatenate([row[1:] for row in rows] or [np.zeros((0, 4))])
    if not len(lefts):
        return None
    first, second = (lefts[:, :2] + lefts[:, 2:]) / 2, (rights[:, :2] + rights[:, 2:]) / 2
    boxes = np.concatenate(rows)
    ruled = ruling(template, page_id)
    axis = np.abs(ruled.normals).argmax(axis=1)
    middles = (first + second) / 2
    near, wide = (_around(ruled, axis, middles, lefts, reach) for reach in (_REACH, _WIDE_REACH))
    return PageBoxes(
        template,
        page_id,
        (boxes[:, :2] + boxes[:, 2:]) / 2,
        first,
        second[:, 0] - first[:, 0],
        lefts[:, 2:] - lefts[:, :2],
        LineSamples(ruled.points[near], ruled.normals[near], ruled.unit),
        LineSamples(ruled.points[wide], ruled.normals[wide], ruled.unit),
    )


def _around(
    ruled: LineSamples, axis: NDArray[np.intp], middles: FloatArray, boxes: FloatArray, reach: float
) -> NDArray[np.intp]:
    """Indices (n, `NEARBY`) of the line samples within `reach` sides of each box, half of them along each axis."""
    chosen: list[NDArray[np.intp]] = []
    for middle, box in zip(middles, boxes, strict=True):
        far = reach * float((box[2:] - box[:2]).max())
        near = np.flatnonzero((np.abs(ruled.points - middle) < far).all(axis=1))
        halves = [near[axis[near] == k] for k in (0, 1)]
        parts = [half if len(half) else near for half in halves]
        chosen.append(np.concatenate([part[np.linspace(0, len(part) - 1, NEARBY // 2).astype(int)] for part in parts]))
    return np.array(chosen)
