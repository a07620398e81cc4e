"""Backgrounds of synthetic photos: textures of tables, cloths, walls and floors."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Background = Literal["wood", "cloth", "wall", "dark", "stone"]

# Mean colours, BGR.
_BGR: dict[Background, tuple[int, int, int]] = {
    "wood": (82, 118, 158),
    "cloth": (120, 92, 78),
    "wall": (196, 203, 206),
    "dark": (46, 44, 44),
    "stone": (168, 176, 180),
}


def texture(kind: Background, size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """A background for a photo of `size` (width, height): BGR float (height, width, 3), display values 0..255."""
    width, height = size
    relief = np.zeros((height, width), np.float32)
    if kind == "wood":
        # Grain: noise stretched along the boards, and the dark joints between them.
        grain = rng.standard_normal((height // 2 + 1, max(2, width // 60)), dtype=np.float32)
        relief += 14 * cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC)
        boards = (np.arange(height) + float(rng.uniform(0, 300))) % (height / 4.5)
        relief -= 40 * np.exp(-((boards / 3.0) ** 2)).astype(np.float32)[:, None]
    elif kind == "cloth":
        x, y = np.arange(width), np.arange(height)
        weave = np.sin(x * 1.1)[None, :] * np.sin(y * 1.1)[:, None]
        checks = ((x // (width // 9 + 1)) % 2)[None, :] * 0.5 + ((y // (width // 9 + 1)) % 2)[:, None] * 0.5
        relief += (8 * weave + 45 * checks).astype(np.float32)
    elif kind == "stone":
        # Veins: where slow noise crosses zero.
        cloud = cv2.resize(rng.standard_normal((14, 10), dtype=np.float32), size, interpolation=cv2.INTER_CUBIC)
        fine = cv2.resize(rng.standard_normal((60, 45), dtype=np.float32), size, interpolation=cv2.INTER_CUBIC)
        relief += 8 * cloud + 4 * fine - 14 * np.exp(-(((cloud + 0.25 * fine) / 0.15) ** 2))
    blotches = rng.standard_normal((height // 64 + 2, width // 64 + 2), dtype=np.float32)
    relief += 6 * cv2.resize(blotches, (width, height), interpolation=cv2.INTER_CUBIC)
    relief += 3 * rng.standard_normal((height, width), dtype=np.float32)
    colour = np.array(_BGR[kind], np.float32) * float(rng.uniform(0.85, 1.1))
    return np.clip(colour + relief[:, :, None], 0, 255)
