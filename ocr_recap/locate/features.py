"""What a photo shows that pages may be found by: each is looked for when it is asked for, and once."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from ..imaging.arrays import FloatArray, GrayImage
from ..imaging.homography import project
from ..imaging.rectangles import Rectangles, find_rectangles
from .lines.rectify import Rectified, rectify, strokes_of

_NEARER = 0.8  # share of the photo's longer side from which lines gain too little by being looked at alone


class Features:
    """The features of a photo (h, w) uint8."""

    def __init__(self, gray: GrayImage) -> None:
        self.gray = gray

    @cached_property
    def rectangles(self) -> Rectangles:
        """Small rectangles, such as digit boxes."""
        return find_rectangles(self.gray)

    @cached_property
    def strokes(self) -> FloatArray:
        """Straight strokes that are long enough to be ruled; (n, 2, 2) px."""
        return strokes_of(self.gray)

    @cached_property
    def lines(self) -> Rectified | None:
        """Its ruled lines, turned along the axes."""
        return rectify(self.gray, self.strokes)

    @cached_property
    def hidden_lines(self) -> Rectified | None:
        """The same as grain and motion may hide them."""
        return rectify(self.gray, strokes_of(self.gray, hidden=True))

    @cached_property
    def nearer_lines(self) -> Rectified | None:
        """The same seen from nearer by, on the part of the photo that holds them; None where that is nearly all."""
        far = self.lines or self.hidden_lines
        if far is None:
            return None
        edge = np.array(self.gray.shape[::-1])
        corners = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]) * far.rows.shape[::-1]
        places = project(far.to_photo, corners)
        low = np.clip(np.floor(places.min(axis=0)), 0, edge).astype(int)
        high = np.clip(np.ceil(places.max(axis=0)), 0, edge).astype(int)
        if not 0 < (high - low).max() < _NEARER * edge.max():
            return None
        part = np.ascontiguousarray(self.gray[low[1] : high[1], low[0] : high[0]])
        near = rectify(part, strokes_of(part))
        shift = np.array([[1.0, 0, low[0]], [0, 1.0, low[1]], [0, 0, 1.0]])
        return None if near is None else replace(near, to_photo=shift @ near.to_photo)
