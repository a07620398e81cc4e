"""A page while it is written on: an image in pixels that takes lines, glyphs and correction fluid in millimetres."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from . import ink
from .strokes import Strokes, Writer

PageImage = NDArray[np.uint8]
Rect = ink.Rect

_FLUID_BGR = (253, 252, 249)  # dried correction fluid is slightly bluish beside office paper
_RIM = 0.93  # share of the light that its raised edge reflects


@dataclass
class Sheet:
    """One page while it is written on.

    Attributes:
        image: BGR uint8 (h, w, 3); millimetre (x, y) lies at pixel (x, y) * `scale` - 0.5.
        rng: variation of this sheet.
    """

    image: PageImage
    scale: float
    writer: Writer
    rng: np.random.Generator

    def draw(self, lines: Strokes, pen_mm: float | None = None) -> None:
        """Draw polylines (n, 2), millimetres, in the writer's ink; the pen is the writer's unless `pen_mm` is given."""
        width = (self.writer.pen_mm if pen_mm is None else pen_mm) * self.scale
        ink.draw(self.image, [line * self.scale - 0.5 for line in lines], self.writer, width, self.rng)

    def stamp(self, mask: ink.Mask, middle: tuple[float, float]) -> None:
        """Draw a glyph's mask (pixels, 0..1) in the writer's ink, its centre at a point in millimetres."""
        left = round(middle[0] * self.scale - 0.5 - mask.shape[1] / 2)
        top = round(middle[1] * self.scale - 0.5 - mask.shape[0] / 2)
        x0, y0 = max(0, -left), max(0, -top)
        part = mask[y0 : self.image.shape[0] - top, x0 : self.image.shape[1] - left]
        ink.lay(self.image, (part, left + x0, top + y0), self.writer, self.rng)

    def fluid(self, rect: Rect, opacity: float) -> None:
        """Draw a blob of correction fluid about as large as `rect` (millimetres), hiding `opacity` of the ink below."""
        x0, y0, x1, y1 = (v * self.scale for v in rect)
        angles = np.linspace(0, 2 * np.pi, 16, endpoint=False)
        # A rounded box with the uneven outline of a brush.
        reach = 1 / np.maximum(np.abs(np.cos(angles)), np.abs(np.sin(angles))) ** 0.7
        reach = reach * self.rng.normal(1.0, 0.07, len(angles))
        outline = np.stack([np.cos(angles) * (x1 - x0) / 2, np.sin(angles) * (y1 - y0) / 2], axis=1) * reach[:, None]
        outline += ((x0 + x1) / 2, (y0 + y1) / 2)
        margin = max(2, round(0.3 * self.scale))
        low = np.maximum(np.floor(outline.min(axis=0)).astype(int) - margin, 0)
        high = np.ceil(outline.max(axis=0)).astype(int) + margin
        part = self.image[low[1] : high[1], low[0] : high[0]]
        if part.size == 0:
            return
        mask = np.zeros(part.shape[:2], np.uint8)
        cv2.fillPoly(mask, [np.rint((outline - low) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        cover = cv2.GaussianBlur(mask, (0, 0), max(0.5, 0.12 * self.scale)).astype(np.float32) / 255
        rim = 1 - (1 - _RIM) * 4 * cover * (1 - cover)
        colour = np.array(_FLUID_BGR, np.float32) * rim[..., None]
        layer = (opacity * cover)[..., None]
        part[:] = np.rint(part * (1 - layer) + colour * layer).astype(np.uint8)
