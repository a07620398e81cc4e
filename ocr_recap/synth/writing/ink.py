"""Pen on paper: places characters in boxes, and draws polylines or glyph bitmaps on a canvas as ink.

Ink multiplies the brightness below it, as a real pen does, so printed lines stay visible under it. Canvases are uint8,
gray (h, w) or BGR (h, w, 3). Points are (x, y) in pixels; the centre of the top-left pixel is (0, 0).
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from .strokes import Pen, Strokes, Writer, strokes

Canvas = NDArray[np.uint8]
Mask = NDArray[np.float32]
Rect = tuple[float, float, float, float]

# Colour of a thick layer of each ink, BGR 0..255; chosen by eye from photos of pens on paper.
INK_BGR: dict[Pen, tuple[int, int, int]] = {
    "blue_marker": (150, 62, 32),
    "black_marker": (38, 33, 32),
    "blue_ballpoint": (142, 62, 52),
    "black_ballpoint": (58, 52, 52),
}
# The seven-segment guide in fractions of the cell; the same figures as in `ocr_recap.forms.drawing`.
_GUIDE: Rect = (0.30, 0.17, 0.70, 0.83)
_SHIFT = 4  # fractional bits of OpenCV's drawing coordinates
_LEAST_WIDTH = 8.0  # thinner lines are drawn enlarged and then shrunk, so that their width is not rounded
# OpenCV draws smooth lines too wide: by this much for even thicknesses, by a pixel more for odd ones (measured).
_EXCESS = 1.43


def place(lines: Strokes, writer: Writer, rect: Rect, rng: np.random.Generator, *, guided: bool = False) -> Strokes:
    """Place strokes of the unit box (see `strokes.strokes`) in a cell.

    The body gets the writer's size, at most as wide as the cell. With `guided`, writers with seven-segment habits trace
    the dotted guide of the cell instead. Position and size vary slightly.

    Args:
        lines: polylines (n, 2) of the unit box.
        writer: style.
        rect: [x0, y0, x1, y1] of the cell, in any unit.
        rng: random generator.
        guided: True when the cell has a dotted guide.

    Returns:
        Polylines in the unit of `rect`.
    """
    x0, y0, x1, y1 = rect
    width, height = x1 - x0, y1 - y0
    if guided and writer.seven_segment:
        gx0, gy0, gx1, gy1 = _GUIDE
        scale_x = (gx1 - gx0) * width / writer.aspect * rng.normal(1.05, 0.06)
        scale_y = (gy1 - gy0) * height * rng.normal(1.03, 0.05)
        center = (x0 + (gx0 + gx1) / 2 * width, y0 + (gy0 + gy1) / 2 * height)
    else:
        scale_y = height * writer.size * float(np.exp(rng.normal(0, 0.07)))
        # In narrow cells people write narrow digits, not small ones.
        scale_x = min(scale_y, 0.85 * width / writer.aspect)
        scale_y = min(scale_y, scale_x * 2.2)
        center = (x0 + width / 2, y0 + height / 2)
    middle = (center[0] + rng.normal(0, 0.05) * width, center[1] + rng.normal(0, 0.04) * height)
    return [(line - 0.5) * (scale_x, scale_y) + middle for line in lines]


def write(char: str, writer: Writer, rect: Rect, rng: np.random.Generator, *, guided: bool = False) -> Strokes:
    """One character (0-9, X, -, space) of the writer in a cell: polylines in the unit of `rect`."""
    return place(strokes(char, writer, rng), writer, rect, rng, guided=guided)


def coverage(lines: Strokes, width: float, shape: tuple[int, int]) -> tuple[Mask, int, int]:
    """Share of each pixel that the pen covers.

    Args:
        lines: polylines (n, 2), pixels.
        width: pen width, pixels.
        shape: (height, width) of the canvas.

    Returns:
        Mask 0..1 of the smallest part of the canvas that holds the lines, and that part's left and top pixel. The mask
        is empty, (0, 0), where no line is on the canvas.
    """
    everything = np.concatenate([line for line in lines]) if lines else np.empty((0, 2))
    reach = width / 2 + 2
    left, top = (max(0, math.floor(v - reach)) for v in everything.min(axis=0)) if len(everything) else (0, 0)
    right, bottom = (math.ceil(v + reach) + 1 for v in everything.max(axis=0)) if len(everything) else (0, 0)
    right, bottom = min(right, shape[1]), min(bottom, shape[0])
    if right <= left or bottom <= top:
        return np.zeros((0, 0), np.float32), left, top
    enlarge = max(1, math.ceil(_LEAST_WIDTH / max(width, 0.3)))
    mask = np.zeros(((bottom - top) * enlarge, (right - left) * enlarge), np.uint8)
    points = [
        np.rint((((line - (left, top)) + 0.5) * enlarge - 0.5) * (1 << _SHIFT)).astype(np.int32) for line in lines
    ]
    thickness = max(2, 2 * round((width * enlarge - _EXCESS) / 2))
    cv2.polylines(mask, points, False, 255, thickness, cv2.LINE_AA, _SHIFT)
    if enlarge > 1:
        mask = cv2.resize(mask, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    return np.divide(mask, 255, dtype=np.float32), left, top


def lay(canvas: Canvas, placed: tuple[Mask, int, int], writer: Writer, rng: np.random.Generator) -> None:
    """Draw the writer's ink on part of the canvas, in place.

    The ink is slightly uneven: paper grain for ballpoints, streaks of wetter and drier ink for markers.

    Args:
        canvas: image to draw on.
        placed: mask, left and top as from `coverage`.
        writer: style.
        rng: random generator.
    """
    mask, left, top = placed
    if mask.size == 0:
        return
    height, width = mask.shape
    grain = rng.standard_normal((max(2, height // 3), max(2, width // 3)), dtype=np.float32)
    uneven = cv2.resize(grain, (width, height), interpolation=cv2.INTER_LINEAR)
    strength = 0.05 if writer.pen.endswith("marker") else 0.12
    layer = mask * np.clip(writer.darkness * (1 + strength * uneven), 0, 1)
    part = canvas[top : top + height, left : left + width]
    if canvas.ndim == 2:
        blue, green, red = INK_BGR[writer.pen]
        luminance = (0.114 * blue + 0.587 * green + 0.299 * red) / 255
        part[:] = np.rint(part * (1 - layer * (1 - luminance))).astype(np.uint8)
        return
    colour = np.array(INK_BGR[writer.pen], np.float32) / 255
    part[:] = np.rint(part * (1 - layer[..., None] * (1 - colour))).astype(np.uint8)


def draw(canvas: Canvas, lines: Strokes, writer: Writer, width: float, rng: np.random.Generator) -> None:
    """Draw polylines (pixels) with the writer's ink, in place; `width` is the pen's width in pixels."""
    lay(canvas, coverage(lines, width, (canvas.shape[0], canvas.shape[1])), writer, rng)


def glyph_mask(bitmap: Canvas, size: tuple[int, int], thickness: float, slant: float, turn: float) -> Mask:
    """Ink coverage of a glyph bitmap: enlarged, smoothed, slanted, thicker or thinner.

    Args:
        bitmap: (h, w) uint8, 0 paper ... 255 ink, of any size.
        size: (width, height) in pixels of the glyph's bounding box of ink before slant and turn.
        thickness: position of a stroke's edge between paper and ink: 0 as scanned, +1 much thicker, -1 thinner.
        slant: shear of the upright, share of the height, positive leans to the right.
        turn: degrees clockwise.

    Returns:
        Mask (h, w) float32 0..1 with a margin of a quarter of the size around the glyph.
    """
    rows, columns = np.flatnonzero(bitmap.max(axis=1) > 60), np.flatnonzero(bitmap.max(axis=0) > 60)
    if not len(rows) or not len(columns):
        return np.zeros((size[1], size[0]), np.float32)
    y0, y1, x0, x1 = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    # One scale for both axes keeps the digit 1 narrow; `size` limits it.
    scale_x, scale_y = size[0] / (x1 - x0), size[1] / (y1 - y0)
    width, height = round(size[0] * 1.5) + 2, round(size[1] * 1.5) + 2
    cosine, sine = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    linear = np.array([[cosine, -sine], [sine, cosine]]) @ np.array([[1, -slant], [0, 1]]) @ np.diag([scale_x, scale_y])
    offset = np.array([width / 2, height / 2]) - linear @ np.array([(x0 + x1 - 1) / 2, (y0 + y1 - 1) / 2])
    matrix = np.column_stack([linear, offset])
    soft = cv2.GaussianBlur(bitmap, (3, 3), 0.7) if max(bitmap.shape) <= 20 else bitmap
    large = cv2.warpAffine(soft, matrix, (width, height), flags=cv2.INTER_CUBIC).astype(np.float32) / 255
    edge = 0.45 - 0.25 * thickness
    sharp = max(0.5 / edge, 0.5 * (scale_x + scale_y))  # a softer edge would put ink on bare paper
    return np.clip((large - edge) * sharp + 0.5, 0, 1).astype(np.float32)
