"""Camera model of training cells of tally grids: renders a photo of a drawn piece, and crops its cells."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ...cells.tally_crop import BOX_HEIGHT, BOX_WIDTH, HEIGHT, WIDTH
from ...imaging.arrays import Float32Array, GrayImage

Rect = tuple[float, float, float, float]

# A fixed pool of unit normal noise.
_POOL = np.random.default_rng(0x7A11).standard_normal(1 << 20, dtype=np.float32)


def photograph(shade: Float32Array, rects: list[Rect], rng: np.random.Generator) -> GrayImage:
    """Render a photo of a piece of a grid (0..255, float), and crop its cells: (n, HEIGHT, WIDTH) uint8."""
    height, width = shade.shape
    wide, high = rects[0][2] - rects[0][0], rects[0][3] - rects[0][1]
    # Height of a row in the photo, pixels: 39 in a photo of 2,000 px of the 2024 form, 78 at 12 MP, 12 in small ones.
    tall = float(np.clip(9 + rng.gamma(2.6, 9.0), 9, 78))
    scale = float(np.clip(tall / high, 17 / wide, 1.25))
    small = (max(24, round(width * scale)), max(24, round(height * scale)))
    photo = cv2.resize(shade, small, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    real = np.array([small[0] / width, small[1] / height])
    photo = photo * _light(small, rng)
    turn = np.asarray(cv2.getRotationMatrix2D((small[0] / 2, small[1] / 2), float(rng.normal(0, 0.9)), 1.0), float)
    turn[0, 1] += float(rng.normal(0, 0.03))
    turned = cv2.warpAffine(photo, turn, small, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    photo = np.asarray(turned, np.float32)
    _blur(photo, min(wide, high) * scale, rng)
    if rng.random() < 0.06:
        photo = photo * _moire(small, rng)
    if rng.random() < 0.2:  # sharpening by phones
        soft = cv2.GaussianBlur(photo, (0, 0), float(rng.uniform(0.8, 2)))
        photo = photo + float(rng.uniform(0.3, 1.2)) * (photo - soft)
    photo = photo + float(np.clip(rng.gamma(2.0, 1.5), 0, 12)) * _noise((small[1], small[0]), rng)
    stored = np.clip(photo, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        packed = cv2.imencode(".jpg", stored, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 95))])[1]
        stored = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return _cut(stored, rects, real, turn, rng)


def _cut(
    stored: GrayImage, rects: list[Rect], real: NDArray[np.float64], turn: NDArray[np.float64], rng: np.random.Generator
) -> GrayImage:
    """Crops with a random error of placing, most of which all cells of a piece share."""
    wide, high = (rects[0][2] - rects[0][0]) * real[0], (rects[0][3] - rects[0][1]) * real[1]
    size = np.array([wide, high])
    common = np.clip(rng.normal(0, 0.08 if rng.random() < 0.15 else 0.03, 2), -0.16, 0.16)
    factor = np.array([BOX_WIDTH, BOX_HEIGHT]) / size * np.exp(rng.normal(0, 0.02, 2))
    level = 0
    while min(1 / factor) > 1.6 * 2**level:  # shrink first, so that thin strokes are not missed between samples
        level += 1
    if level:
        smaller = (max(1, stored.shape[1] >> level), max(1, stored.shape[0] >> level))
        ratio = np.array([smaller[0] / stored.shape[1], smaller[1] / stored.shape[0]])
        stored = np.asarray(cv2.resize(stored, smaller, interpolation=cv2.INTER_AREA), np.uint8)
    else:
        ratio = np.ones(2)
    patches = np.empty((len(rects), HEIGHT, WIDTH), np.uint8)
    straight = rng.random() < 0.7  # the reader's patches follow the rotation of the page
    linear = np.diag(factor / ratio)
    if straight:
        linear = linear @ np.linalg.inv(turn[:, :2])
    for i, (x0, y0, x1, y1) in enumerate(rects):
        corner = np.array([(x0 + x1) / 2, (y0 + y1) / 2]) * real + (real - 1) / 2
        middle = turn @ np.array([*corner, 1.0]) + (common + rng.normal(0, 0.012, 2)) * size
        middle = (middle + 0.5) * ratio - 0.5
        inner = np.array([(WIDTH - 1) / 2, (HEIGHT - 1) / 2])
        matrix = np.column_stack([linear, inner - linear @ middle])
        patches[i] = cv2.warpAffine(
            stored, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
    return patches


def _blur(photo: Float32Array, side: float, rng: np.random.Generator) -> None:
    """Blur the photo in place: mostly to about a pixel; sometimes out of focus, by a share of the cell, or moved."""
    blur = float(rng.gamma(2.0, 0.3) if rng.random() < 0.88 else rng.uniform(0.02, 0.06) * side)
    blur = min(blur, 0.07 * side)
    if blur > 0.25:
        cv2.GaussianBlur(photo, (0, 0), blur, dst=photo)
    if rng.random() < 0.07:
        length = 2 + int(rng.integers(1, 3))
        cv2.blur(photo, (length, 1) if rng.random() < 0.5 else (1, length), dst=photo)


def _noise(shape: tuple[int, int], rng: np.random.Generator) -> Float32Array:
    """Unit normal noise from a fixed pool, as drawing new noise would take most of the time."""
    size = shape[0] * shape[1]
    start = int(rng.integers(len(_POOL) - size))
    return _POOL[start : start + size].reshape(shape)


def _light(size: tuple[int, int], rng: np.random.Generator) -> Float32Array:
    """Light on the paper as a factor, (height, width): brightness, slope, sometimes the edge of a shadow."""
    width, height = size
    x = np.linspace(-1, 1, 48, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, 32, dtype=np.float32)[:, None]
    slope = 1 + np.float32(rng.normal(0, 0.05)) * x + np.float32(rng.normal(0, 0.03)) * y
    light = np.float32(rng.uniform(0.4, 0.97)) * slope
    if rng.random() < 0.15:
        angle = rng.uniform(0, 2 * np.pi)
        edge = np.float32(np.cos(angle) * width / height) * x + np.float32(np.sin(angle)) * y
        edge = (edge - np.float32(rng.uniform(-1.5, 1.5))) * np.float32(rng.uniform(3, 25))
        light = light * (1 - np.float32(rng.uniform(0.15, 0.5)) / (1 + np.exp(np.clip(-edge, -30, 30))))
    lift = np.float32(rng.uniform(0, 0.12)) if rng.random() < 0.3 else np.float32(0)
    small = np.minimum(light + lift, 1).astype(np.float32)
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _moire(size: tuple[int, int], rng: np.random.Generator) -> Float32Array:
    """Moire of a screen's and the camera's pixels as a factor, (height, width)."""
    x = np.arange(size[0], dtype=np.float32)[None, :]
    y = np.arange(size[1], dtype=np.float32)[:, None]
    period, angle = float(rng.uniform(2.1, 9)), float(rng.uniform(0, np.pi))
    phase = (np.cos(angle) * x + np.sin(angle) * y) * np.float32(2 * np.pi / period)
    return (1 + np.float32(rng.uniform(0.02, 0.12)) * np.sin(phase)).astype(np.float32)
