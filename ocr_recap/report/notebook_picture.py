"""A picture that notebooks show by themselves."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..imaging.arrays import ColorImage
from .pictures import encode

_LONG_SIDE = 1000  # px, by judgement: as wide as a cell of a notebook, which keeps every picture that it shows


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture of a record. As the last line of a notebook cell it is shown.

    Attributes:
        pixels: (h, w, 3) uint8 BGR.
        of: what it shows, in words.
    """

    pixels: ColorImage
    of: str

    def _repr_png_(self) -> bytes:
        """As a PNG file, at most 1,000 pixels high or wide."""
        height, width = self.pixels.shape[:2]
        factor = _LONG_SIDE / max(height, width)
        if factor >= 1:
            return encode(self.pixels, ".png", 0)
        size = max(1, round(width * factor)), max(1, round(height * factor))
        smaller = cv2.resize(self.pixels, size, interpolation=cv2.INTER_AREA)
        return encode(np.asarray(smaller, dtype=np.uint8), ".png", 0)

    def __repr__(self) -> str:
        height, width = self.pixels.shape[:2]
        return f"<Picture of {self.of}: {width} x {height} pixels>"

    __str__ = __repr__
