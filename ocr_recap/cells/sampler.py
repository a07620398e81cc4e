"""Samples gray patches at places on a page from the photo, with one resampling at the resolution that fits."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import FloatArray, GrayImage
from ..imaging.homography import project
from ..imaging.linear import product
from ..imaging.photo import Photo
from ..imaging.spline_surface import Surface
from .tally_crop import between, gaps

_NODES = 5  # nodes along each side of a patch; by judgement


class Sampler:
    """Samples gray patches at page millimetres, from the level of the photo's image pyramid whose resolution fits."""

    def __init__(self, photo: Photo, homography: FloatArray, surface: Surface | None = None) -> None:
        scale = photo.scale
        down = np.array([[scale, 0, 0.5 * scale - 0.5], [0, scale, 0.5 * scale - 0.5], [0, 0, 1]])
        self.homography = down @ homography
        self.surface = surface
        self.photo = photo
        self.levels = [photo.gray]

    def to_photo(self, points: FloatArray) -> FloatArray:
        """Project points (..., 2) from page mm to px of the full photo."""
        flat = points if self.surface is None else self.surface.moved(points)
        return (project(self.homography, flat) + 0.5) / self.photo.scale - 0.5

    def sample(self, centers: FloatArray, millimetres: float, size: int) -> GrayImage:
        """Sample square patches.

        Args:
            centers: (n, 2) page mm.
            millimetres: length of one pixel on the page.
            size: side of a patch, px.

        Returns:
            (n, size, size) uint8 gray.
        """
        # 5 x 5 nodes of each patch are projected and places between them interpolated: within a patch the projection
        # is very nearly bilinear.
        nodes = np.linspace(-0.5, 0.5, _NODES) * (size - 1) * millimetres
        places = centers[:, None, None, :] + np.stack(np.meshgrid(nodes, nodes), axis=-1)
        points = project(self.homography, places if self.surface is None else self.surface.moved(places))
        middle = points[:, _NODES // 2, _NODES // 2 : _NODES // 2 + 2]
        apart = float(np.median(np.linalg.norm(middle[:, 1] - middle[:, 0], axis=-1)))
        level = self._level(apart * (_NODES - 1) / (size - 1))
        points = ((points + 0.5) / 2**level - 0.5).astype(np.float32)
        weights = _weights(size)
        x, y = (np.matmul(np.matmul(weights, points[..., k]), weights.T).reshape(-1, size) for k in (0, 1))
        return self._remap(level, x, y).reshape(-1, size, size)

    def picture(self, nodes: FloatArray, down: FloatArray, across: FloatArray) -> GrayImage:
        """Sample one picture on a lattice.

        Args:
            nodes: (m, n, 2) places of the lattice's nodes, page mm.
            down: (m,) px of the nodes' rows in the picture, from 0 to its height.
            across: (n,) px of their columns, from 0 to its width.

        Returns:
            (height, width) uint8 gray.
        """
        size = round(float(down[-1])), round(float(across[-1]))
        places = nodes.reshape(-1, 2)
        if self.surface is not None:
            places = self.surface.moved(places)
        points = project(self.homography, places).reshape(nodes.shape)
        corners = points[[0, 0, -1, -1], [0, -1, -1, 0]]
        sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
        level = self._level(float(min((sides[0] + sides[2]) / size[1], (sides[1] + sides[3]) / size[0])) / 2)
        points = (points + 0.5) / 2**level - 0.5
        rows = between(tuple(down), size[0])
        first, share = gaps(tuple(across), size[1])
        maps: list[NDArray[np.float32]] = []
        for k in (0, 1):
            along = np.ascontiguousarray(product(rows, points[..., k].astype(np.float32)).T)  # (nodes across, height)
            start, end = along[first], along[first + 1]
            end -= start
            end *= share[:, None]
            end += start
            maps.append(end)
        # The picture is computed transposed, since its nodes are farther apart across.
        return np.ascontiguousarray(self._remap(level, *maps).T)

    def _level(self, stride: float) -> int:
        """The level to sample at where samples are `stride` px of the decoded photo apart."""
        level = 0
        while stride > 1.6 and level < 4:  # a coarser level, so that thin strokes do not fall between samples
            stride /= 2
            level += 1
        while len(self.levels) <= level:
            last = self.levels[-1]
            half = (last.shape[1] // 2, last.shape[0] // 2)
            self.levels.append(np.asarray(cv2.resize(last, half, interpolation=cv2.INTER_AREA), dtype=np.uint8))
        return level

    def _remap(self, level: int, x: NDArray[np.float32], y: NDArray[np.float32]) -> GrayImage:
        """Gray values (rows, size) of a level of the image pyramid at places x, y (rows, size), px of that level."""
        parts: list[GrayImage] = []
        # OpenCV's remap takes maps of up to 32,767 rows.
        for start in range(0, len(x), 16_000):
            here, there = (np.ascontiguousarray(m[start : start + 16_000]) for m in (x, y))
            part = cv2.remap(self.levels[level], here, there, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            parts.append(np.asarray(part, dtype=np.uint8))
        return np.concatenate(parts)


@lru_cache(maxsize=16)
def _weights(size: int) -> NDArray[np.float32]:
    """Weights (size, 5) that interpolate values at the nodes to the pixels; cached, not to be changed."""
    place = np.linspace(0, _NODES - 1, size)
    return np.clip(1 - np.abs(place[:, None] - np.arange(_NODES)), 0, None).astype(np.float32)
