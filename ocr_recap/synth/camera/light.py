"""Illumination of the scene: its gradient and colour, shadows, reflections, vignetting.

Everything is computed on a coarse grid of the photo and spread, since light has no fine detail. Values are linear
light; 1 is white paper in full light.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from ...imaging.arrays import Float32Array
from .conditions import Conditions
from .view import View

_GRID = 8  # pixels of the photo per sample


def _grid(size: tuple[int, int]) -> tuple[Float32Array, Float32Array, tuple[int, int]]:
    """Places of the samples from the photo's middle, in shares of its diagonal, and the padded size."""
    across, down = (math.ceil(n / _GRID) for n in size)
    diagonal = math.hypot(*size)
    x, y = (((np.arange(n) + 0.5) * _GRID - s / 2) / diagonal for n, s in ((across, size[0]), (down, size[1])))
    return x.astype(np.float32)[None, :], y.astype(np.float32)[:, None], (across * _GRID, down * _GRID)


def spread(coarse: Float32Array, padded: tuple[int, int], size: tuple[int, int]) -> Float32Array:
    """A coarse grid to every pixel of the photo."""
    full = cv2.resize(coarse, padded, interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(full[: size[1], : size[0]], dtype=np.float32)


def falling(conditions: Conditions, view: View, rng: np.random.Generator) -> Float32Array:
    """Light that reaches each pixel, as a factor per colour: (height, width, 3), BGR."""
    x, y, padded = _grid(view.size)
    toward = math.radians(conditions.direction)
    light = 1 - conditions.slope * (0.5 - (x * math.cos(toward) + y * math.sin(toward)))
    light = light * (1 - conditions.vignette * np.minimum(4 * (x**2 + y**2), 1.0) ** 2)
    if conditions.shadow:
        light = light * (1 - conditions.shadow * _shadow(x, y, conditions, view, rng))
    tint = np.array([1 - 0.2 * conditions.warmth, 1.0, 1 + 0.1 * conditions.warmth], np.float32)
    return spread(light[:, :, None].astype(np.float32) * tint, padded, view.size)


def reflected(conditions: Conditions, view: View, rng: np.random.Generator) -> Float32Array:
    """Light that plastic over the sheet reflects into the camera, added to every colour: (height, width)."""
    x, y, padded = _grid(view.size)
    glare = np.zeros((y.shape[0], x.shape[1]), np.float32)
    # The plastic is wavy: a lamp shows as a few slanted streaks around one place, and a veil about them.
    cx, cy = rng.uniform(-0.22, 0.22, 2)
    slant = float(rng.uniform(0, math.pi))
    for i in range(int(rng.integers(2, 5))):
        turn = slant + float(rng.normal(0, 0.15))
        px, py = cx + rng.normal(0, 0.06), cy + rng.normal(0, 0.06)
        along = (x - px) * math.cos(turn) + (y - py) * math.sin(turn)
        across = -(x - px) * math.sin(turn) + (y - py) * math.cos(turn)
        across = across + 0.012 * np.sin(along * float(rng.uniform(25, 70)) + i)
        long, thin = rng.uniform(0.08, 0.22), rng.uniform(0.008, 0.03)
        glare += rng.uniform(0.4, 1.0) * np.exp(-((along / long) ** 2) - np.abs(across / thin) ** 1.5)
    glare += 0.12 * np.exp(-(((x - cx) / 0.25) ** 2 + ((y - cy) / 0.25) ** 2))
    return spread((conditions.glare * np.minimum(glare, 1.2)).astype(np.float32), padded, view.size)


def _shadow(
    x: Float32Array, y: Float32Array, conditions: Conditions, view: View, rng: np.random.Generator
) -> Float32Array:
    """Strength of the shadow of a phone and an arm at each sample, 0..1."""
    diagonal = math.hypot(*view.size)
    # Distances to the outline of a phone (a rounded rectangle) with an arm (a band) that leaves the photo.
    angle = math.radians(conditions.direction + 180) + float(rng.normal(0, 0.4))
    cx, cy = 0.16 * math.cos(angle) + rng.normal(0, 0.06), 0.16 * math.sin(angle) + rng.normal(0, 0.06)
    lean = float(rng.normal(0, 0.3))
    u = (x - cx) * math.cos(lean) + (y - cy) * math.sin(lean)
    v = -(x - cx) * math.sin(lean) + (y - cy) * math.cos(lean)
    half = (float(rng.uniform(0.08, 0.16)), float(rng.uniform(0.14, 0.26)))
    outside = np.hypot(np.maximum(np.abs(u) - half[0] + 0.02, 0), np.maximum(np.abs(v) - half[1] + 0.02, 0)) - 0.02
    reach = math.radians(float(rng.uniform(20, 160)))
    along = (x - cx) * math.cos(reach) + (y - cy) * math.sin(reach)
    across = np.abs(-(x - cx) * math.sin(reach) + (y - cy) * math.cos(reach))
    arm = np.where(along > 0, across - 0.05 - 0.1 * along, np.hypot(x - cx, y - cy))
    distance = np.minimum(outside, arm) * diagonal / view.pixels_per_mm
    return (1 / (1 + np.exp(np.clip(distance * 4 / conditions.penumbra, -40, 40)))).astype(np.float32)
