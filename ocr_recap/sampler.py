"""Gray pictures of places on a page, straight from the photo at the resolution that fits; nothing is warped twice."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .grids import between
from .load import Photo
from .register import project
from .surface import Surface

FloatArray = NDArray[np.float64]
Patch = NDArray[np.uint8]


class Sampler:
    """Samples gray patches at page millimetres, from the photo level whose resolution fits."""

    def __init__(self, photo: Photo, homography: FloatArray, surface: Surface | None = None) -> None:
        scale = photo.scale
        down = np.array([[scale, 0, 0.5 * scale - 0.5], [0, scale, 0.5 * scale - 0.5], [0, 0, 1]])
        self.homography = down @ homography
        self.surface = surface
        self.photo = photo
        self.levels = [photo.gray]

    def to_photo(self, points: FloatArray) -> FloatArray:
        """Page mm to full photo px."""
        flat = points if self.surface is None else self.surface.moved(points)
        return (project(self.homography, flat) + 0.5) / self.photo.scale - 0.5

    def sample(self, centers: FloatArray, millimetres: float, size: int) -> Patch:
        """Square patches, (n, size, size) uint8, around centres (n, 2) mm; `millimetres` is the length of one pixel."""
        steps = (np.arange(size) - (size - 1) / 2) * millimetres
        grid = np.stack(np.meshgrid(steps, steps), axis=-1)
        places = centers[:, None, None, :] + grid
        if self.surface is not None:
            places = places + self._moves(centers, np.asarray(steps, dtype=np.float64))
        points = project(self.homography, places)
        middle = points[:, size // 2, size // 2 : size // 2 + 2]
        stride = float(np.median(np.linalg.norm(middle[:, 1] - middle[:, 0], axis=-1)))
        level = self._level(stride)
        points = (points + 0.5) / 2**level - 0.5
        flat = points.reshape(-1, size, 2).astype(np.float32)
        return self._remap(level, flat[..., 0], flat[..., 1]).reshape(-1, size, size)

    def picture(self, nodes: FloatArray, down: FloatArray, across: FloatArray) -> Patch:
        """The picture on a lattice, (height, width) uint8; see `grids.cut_grid`."""
        size = round(float(down[-1])), round(float(across[-1]))
        places = nodes.reshape(-1, 2)
        if self.surface is not None:
            places = self.surface.moved(places)
        points = project(self.homography, places).reshape(nodes.shape)
        corners = points[[0, 0, -1, -1], [0, -1, -1, 0]]
        sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
        level = self._level(float(min((sides[0] + sides[2]) / size[1], (sides[1] + sides[3]) / size[0])) / 2)
        points = (points + 0.5) / 2**level - 0.5
        rows, columns = between(tuple(down), size[0]), between(tuple(across), size[1]).T
        x, y = (np.asarray(rows @ points[..., k].astype(np.float32) @ columns, np.float32) for k in (0, 1))
        return self._remap(level, x, y)

    def _level(self, stride: float) -> int:
        """The level to sample at where samples are `stride` px of the decoded photo apart."""
        level = 0
        while stride > 1.6 and level < 4:  # shrink first, lest thin strokes fall between samples
            stride /= 2
            level += 1
        while len(self.levels) <= level:
            last = self.levels[-1]
            half = (last.shape[1] // 2, last.shape[0] // 2)
            self.levels.append(np.asarray(cv2.resize(last, half, interpolation=cv2.INTER_AREA), dtype=np.uint8))
        return level

    def _remap(self, level: int, x: NDArray[np.float32], y: NDArray[np.float32]) -> Patch:
        """The pixels of a level at (rows, size) places."""
        parts: list[Patch] = []
        # OpenCV's remap takes maps of up to 32,767 rows.
        for start in range(0, len(x), 16_000):
            here, there = (np.ascontiguousarray(m[start : start + 16_000]) for m in (x, y))
            part = cv2.remap(self.levels[level], here, there, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            parts.append(np.asarray(part, dtype=np.uint8))
        return np.concatenate(parts)

    def _moves(self, centers: FloatArray, steps: FloatArray) -> FloatArray:
        """Displacements (n, size, size, 2) mm of patches: known at 5 x 5 places of each, between them interpolated."""
        assert self.surface is not None
        known = np.linspace(steps[0], steps[-1], 5)
        share = np.clip(1 - np.abs(steps[:, None] - known) / (known[1] - known[0]), 0, None)
        places = centers[:, None, None, :] + np.stack(np.meshgrid(known, known), axis=-1)
        moves = self.surface.moved(places) - places
        return np.einsum("ia,nabk,jb->nijk", share, moves, share, optimize=True)
