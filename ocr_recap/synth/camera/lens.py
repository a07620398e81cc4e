"""Blur of the lens: defocus and motion blur."""

from __future__ import annotations

import math

import cv2
import numpy as np

from ...imaging.arrays import Float32Array
from .conditions import Conditions

_ALWAYS = 0.45  # px, standard deviation: even a perfect lens and its colour filter blur as much


def spread_px(conditions: Conditions, pixels_per_mm: float) -> float:
    """Standard deviation of the blur, px: a blur circle of diameter d has d / 4 along each axis."""
    return math.hypot(_ALWAYS, conditions.defocus * pixels_per_mm / 4)


def blurred(
    light: Float32Array, conditions: Conditions, pixels_per_mm: float, rng: np.random.Generator
) -> Float32Array:
    """Light (height, width, 3) as it arrives on the sensor."""
    angle = float(rng.uniform(0, math.pi))
    seen = cv2.GaussianBlur(light, (0, 0), spread_px(conditions, pixels_per_mm))
    length = conditions.motion * pixels_per_mm
    if length > 0.5:
        seen = cv2.filter2D(seen, -1, smear(length, angle))
    return seen.astype(np.float32, copy=False)


def smear(length: float, angle: float) -> Float32Array:
    """Kernel of a straight smear of `length` px in direction `angle` (radians), summing to 1."""
    half = math.ceil(length / 2) + 1
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    for t in np.linspace(-length / 2, length / 2, 4 * half + 1):
        x, y = half + t * math.cos(angle), half + t * math.sin(angle)
        i, j = math.floor(y), math.floor(x)
        fy, fx = y - i, x - j
        kernel[i : i + 2, j : j + 2] += np.outer((1 - fy, fy), (1 - fx, fx))
    return kernel / kernel.sum()
