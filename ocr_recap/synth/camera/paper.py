"""The sheet before it is photographed: photocopied, with show-through, turned over, creased, and shaded.

Pages are BGR uint8, display values: reflected light is their square (a curve close to sRGB's, and quick).
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Float32Array
from .conditions import Conditions
from .sheet_shape import SheetShape

Picture = NDArray[np.uint8]
Scale = tuple[float, float]  # pixels per mm across and down: whole pixels make them differ a little

_SHADE = 1.0  # samples of shading per mm
_LAMP = math.radians(35)  # height of the light above the sheet
_DIFFUSE = 0.55  # share of the light that comes from everywhere


def shrink(page: Picture, pixels_per_mm: float, wanted: float) -> tuple[Picture, Scale]:
    """The page at about `wanted` pixels per mm if it has clearly more (lines would break up), and its scale."""
    factor = wanted / pixels_per_mm
    if factor > 0.85:
        return page, (pixels_per_mm, pixels_per_mm)
    size = (round(page.shape[1] * factor), round(page.shape[0] * factor))
    small = cv2.resize(page, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return small, (size[0] / page.shape[1] * pixels_per_mm, size[1] / page.shape[0] * pixels_per_mm)


def copied(page: Picture, scale: float, conditions: Conditions, rng: np.random.Generator) -> Picture:
    """The page from a photocopier: gray, hard, thin lines lost or broken, specks of toner."""
    gray = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    size = (gray.shape[1], gray.shape[0])
    # The drum smears what is thinner than it resolves; the tone curve then drops what has become pale.
    soft = cv2.GaussianBlur(gray, (0, 0), max(0.3, conditions.copy_loss * scale)).astype(np.float32)
    patchy = rng.standard_normal((24, 18), dtype=np.float32)
    toner = 14 * cv2.resize(patchy, size, interpolation=cv2.INTER_CUBIC)
    hard = (soft + toner - 150) * conditions.copy_contrast + 150
    hard += 8 * rng.standard_normal(gray.shape, dtype=np.float32)
    for _ in range(int(rng.poisson(60))):
        at = (int(rng.integers(size[0])), int(rng.integers(size[1])))
        cv2.circle(hard, at, int(rng.integers(1, 3)), float(rng.uniform(20, 120)), -1)
    return np.repeat(np.clip(hard, 12, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def shone_through(page: Picture, scale: float, back: Picture, strength: float) -> Picture:
    """The page with show-through of its back: mirrored, blurred by the paper, faint."""
    small = cv2.resize(back, (page.shape[1] // 4, page.shape[0] // 4), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(cv2.flip(small, 1), (0, 0), max(0.5, 0.5 * scale / 4))
    behind = cv2.resize(soft, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
    veil = cv2.convertScaleAbs(behind, alpha=strength, beta=255 * (1 - strength))
    return cv2.multiply(page, veil, scale=1 / 255).astype(np.uint8)


def turned_over(page: Picture, scale: float, strength: float) -> Picture:
    """The back of the page, blank but for the page's own print showing through."""
    return shone_through(np.full_like(page, 255), scale, page, strength)


def on_screen(page: Picture, rows: int) -> Picture:
    """The page as a screen shows it that has `rows` rows of pixels for it."""
    if rows >= page.shape[0]:
        return page
    size = (max(1, round(page.shape[1] * rows / page.shape[0])), rows)
    small = cv2.resize(page, size, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR).astype(
        np.uint8, copy=False
    )


def tinted(page: Picture, white: float) -> Picture:
    """The page on paper that reflects a share `white` of the light, and is a little yellow."""
    colour = np.array([0.985, 1.0, 1.005]) * np.sqrt(white)
    table = np.rint(np.arange(256)[:, None] * colour).astype(np.uint8)
    return cv2.LUT(page, table[:, None, :]).astype(np.uint8, copy=False)


def shaded(page: Picture, scale: Scale, conditions: Conditions, shape: SheetShape) -> Picture:
    """The page darkened where it turns away from the light, and along its creases."""
    if not shape.ridges:
        return page
    size_mm = (page.shape[1] / scale[0], page.shape[0] / scale[1])
    across, down = (math.ceil(n * _SHADE) for n in size_mm)
    x, y = (np.arange(across) + 0.5) / across * size_mm[0], (np.arange(down) + 0.5) / down * size_mm[1]
    slopes = shape.slopes(np.stack(np.meshgrid(x, y), axis=-1))
    toward = math.radians(conditions.direction)
    lamp = np.array([math.cos(toward), math.sin(toward)]) * math.cos(_LAMP)
    facing = (math.sin(_LAMP) - slopes @ lamp) / np.sqrt(1 + (slopes**2).sum(axis=-1))
    light = _DIFFUSE + (1 - _DIFFUSE) * np.clip(facing, 0, None) / math.sin(_LAMP)
    display = np.sqrt(np.clip(light, 0, 1.4)).astype(np.float32)
    factor = cv2.resize(display, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    for ridge in shape.ridges:
        for place in ridge.creases:
            _crease(factor, ridge.direction, place, scale[0] if ridge.direction[0] else scale[1], conditions.crease)
    shaded_page = page * np.minimum(factor, 1.0)[:, :, None]
    return shaded_page.astype(np.uint8)


def _crease(factor: Float32Array, direction: tuple[float, float], place: float, scale: float, depth: float) -> None:
    """Folds run along the page's own axes: darken the rows or columns about one."""
    axis = 0 if direction[1] else 1
    distance = np.abs((np.arange(factor.shape[axis]) + 0.5) / scale - place) / 0.35
    line = (1 - depth * np.exp(-(distance**2))).astype(np.float32)
    factor *= line[:, None] if axis == 0 else line[None, :]
