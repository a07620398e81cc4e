"""Camera model of training cells: renders a photo of a drawn row, and crops its cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ...cells.patch import CELL as BOX
from ...cells.patch import PATCH, room, scale_of
from ...imaging.arrays import Float32Array, GrayImage
from .cellpaper import Rect, word

# A fixed pool of unit normal noise, see `noise`.
_NOISE = np.random.default_rng(0x0153).standard_normal(1 << 20, dtype=np.float32)


def noise(shape: tuple[int, int], rng: np.random.Generator) -> Float32Array:
    """Unit normal noise from a random place of a fixed pool, as drawing new noise would take most of the time."""
    size = shape[0] * shape[1]
    start = int(rng.integers(len(_NOISE) - size))
    return _NOISE[start : start + size].reshape(shape)


@dataclass(frozen=True, eq=False)
class RowPhoto:
    """Photo of a row of cells: gray (h, w) uint8, with the map from pixels of the drawn row to those of the photo.

    `real` scales, then `turn` (2, 3) turns and shears.
    """

    gray: GrayImage
    real: NDArray[np.float64]
    turn: NDArray[np.float64]

    def cut(self, rect: Rect, size: tuple[int, int], rng: np.random.Generator, scale: float | None = None) -> GrayImage:
        """Crop the surroundings of a rectangle of the drawn row, with a random error of placing (`placing`).

        Args:
            rect: [x0, y0, x1, y1], pixels of the drawn row.
            size: (height, width) of the crop, px; the rectangle's centre is in the middle.
            rng: random generator of the error.
            scale: px of the crop per px of the photo; None takes the digit reader's scale for a box of this shape.
        """
        corners = np.array([rect[:2], rect[2:]]) * self.real + (self.real - 1) / 2
        middle = self.turn @ np.array([*corners.mean(axis=0), 1.0])
        sides = corners[1] - corners[0]
        move, larger = placing(float(min(sides)), rng)
        middle += move
        # The reader samples each cell to a common size, so a small cell is enlarged.
        factor = (scale_of(*sides) if scale is None else scale) * larger
        cut = np.array(
            [[factor, 0, (size[1] - 1) / 2 - factor * middle[0]], [0, factor, (size[0] - 1) / 2 - factor * middle[1]]]
        )
        seen = cv2.warpAffine(self.gray, cut, size[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(seen, np.uint8)


def photograph(
    shade: Float32Array, rects: list[Rect], rng: np.random.Generator, *, calm: bool = False
) -> tuple[GrayImage, tuple[float, float]]:
    """Render a photo of a row, and crop the cells.

    Args:
        shade: (h, w) brightness of the paper with its ink, 0..255.
        rects: cells, in its pixels.
        rng: random generator; the same state gives the same photo.
        calm: True for a careful photo: near enough, in focus, steady, well lit.

    Returns:
        Patches (n, PATCH, PATCH), and the printed width and height of a cell in them, px.
    """
    seen = photo_of(shade, rects[0], rng, calm=calm)
    wide, high = rects[0][2] - rects[0][0], rects[0][3] - rects[0][1]
    unit = scale_of(wide, high)
    return np.stack([seen.cut(rect, (PATCH, PATCH), rng) for rect in rects]), (wide * unit, high * unit)


def photo_of(shade: Float32Array, rect: Rect, rng: np.random.Generator, *, calm: bool = False) -> RowPhoto:
    """Render a photo of a row; arguments as in `photograph`, where `rect` is one of the row's cells."""
    height, width = shade.shape
    # Of photos that are not calm, one in five is so bad that writing is barely distinguishable from gray paper.
    severe = not calm and rng.random() < 0.2
    # Space of a digit in the photo, pixels: mostly 22..50, from 12 (severe photos from 8).
    side = float(np.clip((18 if calm else 8 if severe else 12) + rng.gamma(3.0, 5.0 if severe else 7.5), 8, 60))
    wide, high = rect[2] - rect[0], rect[3] - rect[1]
    scale = side * scale_of(wide, high) / BOX
    side = scale * room(wide, high)
    small = (max(16, round(width * scale)), max(16, round(height * scale)))
    photo = cv2.resize(shade, small, interpolation=cv2.INTER_AREA)
    real = np.array([small[0] / width, small[1] / height])
    light = light_on(small, rng)
    if severe:
        light = light * np.float32(rng.uniform(0.25, 0.8))
    photo = photo * light
    turn = cv2.getRotationMatrix2D((small[0] / 2, small[1] / 2), float(rng.normal(0, 1.2)), 1.0)
    turn[0, 1] += float(rng.normal(0, 0.03))
    photo = cv2.warpAffine(photo, turn, small, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    photo = blurred(photo, side, rng, calm=calm, severe=severe)
    if rng.random() < (0.04 if calm else 0.16):
        photo = photo * moire(small, rng)
    if rng.random() < 0.2:  # sharpening by phones
        soft = cv2.GaussianBlur(photo, (0, 0), float(rng.uniform(0.8, 2)))
        photo = photo + float(rng.uniform(0.3, 1.2)) * (photo - soft)
    if severe:  # fog and dirty lenses
        photo = 128 + float(rng.uniform(0.6, 1.05)) * (photo - 128)
    strength = float(np.clip(rng.gamma(2.0, 1.0 if calm else 3.0 if severe else 2.0), 0, 14 if severe else 12))
    photo = photo + strength * noise((small[1], small[0]), rng)
    stored = np.clip(photo, 0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        packed = cv2.imencode(".jpg", stored, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 95))])[1]
        stored = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return RowPhoto(stored, real, np.asarray(turn, np.float64))


def placing(side: float, rng: np.random.Generator) -> tuple[NDArray[np.float64], float]:
    """Random error of placing a box: its offset (2,), px, and a factor on its size.

    The error is mostly small, and sometimes up to 15% of the side.

    Args:
        side: shorter side of the box, px.
        rng: random generator.
    """
    spread = 0.075 if rng.random() < 0.12 else 0.022
    return np.clip(rng.normal(0, spread, 2), -0.15, 0.15) * side, float(np.exp(rng.normal(0, 0.025)))


def blurred(photo: NDArray[Any], side: float, rng: np.random.Generator, *, calm: bool, severe: bool) -> Float32Array:
    """The photo with defocus and motion blur; `side` is the space of a digit, px."""
    # Most photos are sharp to about a pixel; some are out of focus, by a share of the cell width.
    sharp = calm or rng.random() < 0.76
    blur = float(rng.gamma(2.0, 0.3) if sharp else rng.uniform(0.02, 0.055) * side)
    blur = min(blur, 1.7 * side / 32)
    if severe:
        blur = float(rng.uniform(0.015, 0.06)) * side
    seen = photo
    if blur > 0.25:
        seen = cv2.GaussianBlur(seen, (0, 0), blur)
    if rng.random() < (0.02 if calm else 0.14):
        length = 2 + int(rng.integers(1, 3))
        seen = cv2.blur(seen, (length, 1) if rng.random() < 0.5 else (1, length))
    if severe and rng.random() < 0.5:
        seen = _smear(seen, float(rng.uniform(0.05, 0.2)) * side, float(rng.uniform(0, np.pi)))
    return np.asarray(seen, np.float32)


def _smear(photo: NDArray[Any], length: float, angle: float) -> Float32Array:
    """Motion blur: every point is spread over `length` px in one direction."""
    reach = int(np.ceil(length / 2)) + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    step = length / 2 * np.array([np.cos(angle), np.sin(angle)])
    ends = [(round((reach + s * step[0]) * 16), round((reach + s * step[1]) * 16)) for s in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_8, 4)
    return np.asarray(cv2.filter2D(photo, -1, kernel / kernel.sum()), np.float32)


def moire(size: tuple[int, int], rng: np.random.Generator) -> Float32Array:
    """Moire of a screen's and the camera's pixels as a factor, (height, width): one or two fine gratings."""
    factor = np.ones((size[1], size[0]), np.float32)
    x = np.arange(size[0], dtype=np.float32)[None, :]
    y = np.arange(size[1], dtype=np.float32)[:, None]
    for _ in range(1 + int(rng.integers(2))):
        period, angle = float(rng.uniform(2.1, 9)), float(rng.uniform(0, np.pi))
        phase = (np.cos(angle) * x + np.sin(angle) * y) * np.float32(2 * np.pi / period)
        factor *= 1 + np.float32(rng.uniform(0.02, 0.14)) * np.sin(phase).astype(np.float32)
    return factor


def light_on(size: tuple[int, int], rng: np.random.Generator) -> Float32Array:
    """Light on the paper as a factor, (height, width): brightness, slope, sometimes the edge of a shadow."""
    width, height = size
    bright = float(rng.uniform(0.45, 0.97))
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    light = bright * (1 + float(rng.normal(0, 0.05)) * x + float(rng.normal(0, 0.03)) * y)
    if rng.random() < 0.2:
        angle = rng.uniform(0, 2 * np.pi)
        edge = x * float(np.cos(angle)) * width / height + y * float(np.sin(angle)) - float(rng.uniform(-1.5, 1.5))
        sharp = np.float32(rng.uniform(3, 25))
        light = light * (1 - np.float32(rng.uniform(0.15, 0.5)) / (1 + np.exp(np.clip(-edge * sharp, -30, 30))))
    lift = float(rng.uniform(0, 0.12)) if rng.random() < 0.3 else 0.0
    return np.minimum(light + lift, 1.0).astype(np.float32)


def no_cell(rng: np.random.Generator) -> GrayImage:
    """A patch without a cell, as for a badly misplaced box: texture of a table, print, lines or stripes."""
    kind = int(rng.integers(4))
    base = float(rng.uniform(60, 220))
    patch = np.full((PATCH, PATCH), base, np.float32)
    if kind == 0:
        coarse = int(rng.integers(3, 24))
        patch += rng.uniform(10, 60) * cv2.resize(
            noise((coarse, int(rng.integers(2, 24))), rng), (PATCH, PATCH), interpolation=cv2.INTER_CUBIC
        )
    elif kind == 1:
        lettering = np.zeros((PATCH, PATCH), np.uint8)
        for y in range(int(rng.integers(4, 16)), PATCH + 10, int(rng.integers(9, 20))):
            at = (-int(rng.integers(20)), y)
            cv2.putText(lettering, word(rng) + word(rng), at, 0, float(rng.uniform(0.3, 0.8)), 255, 1, 16)
        patch *= 1 - 0.8 * lettering.astype(np.float32) / 255
    elif kind == 2:
        for _ in range(int(rng.integers(1, 6))):
            ends = rng.integers(-20, PATCH + 20, 4)
            first, last = (int(ends[0]), int(ends[1])), (int(ends[2]), int(ends[3]))
            cv2.line(patch, first, last, float(rng.uniform(0, 90)), int(rng.integers(1, 6)), cv2.LINE_AA)
    else:
        angle, period = rng.uniform(0, np.pi), rng.uniform(3, 20)
        grid = np.arange(PATCH)
        phase = grid[None, :] * np.cos(angle) + grid[:, None] * np.sin(angle)
        patch += (rng.uniform(15, 80) * np.sign(np.sin(phase * 2 * np.pi / period))).astype(np.float32)
    patch = cv2.GaussianBlur(patch, (0, 0), float(rng.uniform(0.4, 1.5)))
    return np.clip(patch + 3 * noise((PATCH, PATCH), rng), 0, 255).astype(np.uint8)
