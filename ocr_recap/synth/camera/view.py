"""Projection of a sheet by a camera: paper millimetres to photo pixels and back, over bends and folds.

A pinhole camera looks at a sheet (`sheet_shape.SheetShape`); its lens bends straight lines a little. Pixels are (x, y)
with the centre of the top-left pixel at (0, 0); millimetres run from the paper's top-left corner, y down.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import FloatArray
from .conditions import Conditions
from .sheet_shape import SheetShape

Map = NDArray[np.float32]

_BLOCK = 8  # pixels between places where the inverse projection is computed; it is interpolated between them
_ROUNDS = 12  # iterations of the inverse: each leaves at most a third of the error, since slopes are below 20 degrees


@dataclass(frozen=True)
class View:
    """A sheet seen by a camera.

    Attributes:
        surface: the sheet's shape.
        size_mm: (width, height) of the sheet.
        size: (width, height) of the photo, pixels.
        turn: (3, 3) rotation from the sheet (x, y, away from the camera) to the camera.
        distance: from the camera to the sheet's middle, mm.
        scale: pixels per unit of the image plane at distance 1.
        shift: (2,) pixel where the optical axis meets the photo.
        bulge: radial distortion at the photo's corners as a share of their distance from its middle.
    """

    surface: SheetShape
    size_mm: tuple[float, float]
    size: tuple[int, int]
    turn: FloatArray
    distance: float
    scale: float
    shift: FloatArray
    bulge: float

    def project(self, points: FloatArray) -> FloatArray:
        """Pixels (..., 2) of places (..., 2) on the paper, mm; also for places outside the photo."""
        move, height = self.surface.lifted(np.asarray(points, float))
        space = np.concatenate([points + move - np.array(self.size_mm) / 2, -height[..., None]], axis=-1)
        return self._distort(self._flat(space))

    def project_flat(self, points: FloatArray) -> FloatArray:
        """Pixels of places in the plane that the sheet lies on."""
        space = np.concatenate([points - np.array(self.size_mm) / 2, np.zeros((*points.shape[:-1], 1))], axis=-1)
        return self._distort(self._flat(space))

    @property
    def pixels_per_mm(self) -> float:
        """Scale in the sheet's middle, foreshortening left out."""
        return self.scale / self.distance

    def way_back(self) -> tuple[Map, Map, Map, Map]:
        """For every pixel the place on the paper and the place on the plane below it, mm: four (height, width)."""
        across, down = (math.ceil(n / _BLOCK) + 2 for n in self.size)
        x, y = ((np.arange(n) - 0.5) * _BLOCK - 0.5 for n in (across, down))
        paper, plane = self.unproject(np.stack(np.meshgrid(x, y), axis=-1))
        return (*self._spread(paper), *self._spread(plane))

    def unproject(self, pixels: NDArray[np.floating]) -> tuple[FloatArray, FloatArray]:
        """Places (..., 2) on the paper (continued beyond its edges) and on the plane below it that pixels show, mm."""
        rays = np.concatenate(
            [(self._undistort(pixels) - self.shift) / self.scale, np.ones((*pixels.shape[:-1], 1))], axis=-1
        )
        rays = rays @ self.turn  # the inverse of a rotation is its transpose
        eye = -self.distance * self.turn[2]
        per_height = -rays[..., :2] / rays[..., 2:]
        plane = eye[:2] + eye[2] * per_height + np.array(self.size_mm) / 2
        paper = plane
        if self.surface.ridges:
            for _ in range(_ROUNDS):
                move, height = self.surface.lifted(paper)
                paper = plane + height[..., None] * per_height - move
        return paper, plane

    def _flat(self, space: FloatArray) -> FloatArray:
        seen = space @ self.turn.T
        return self.scale * seen[..., :2] / (seen[..., 2:] + self.distance) + self.shift

    def _distort(self, pixels: FloatArray) -> FloatArray:
        middle = (np.array(self.size) - 1) / 2
        from_middle = pixels - middle
        far = (from_middle**2).sum(axis=-1, keepdims=True) / (middle**2).sum()
        # Far outside the photo the cubic would turn back on itself.
        return middle + from_middle * (1 + self.bulge * np.minimum(far, 4.0))

    def _undistort(self, pixels: NDArray[np.floating]) -> FloatArray:
        middle = (np.array(self.size) - 1) / 2
        from_middle = pixels - middle
        guess = from_middle
        for _ in range(6):
            far = (guess**2).sum(axis=-1, keepdims=True) / (middle**2).sum()
            guess = from_middle / (1 + self.bulge * np.minimum(far, 4.0))
        return middle + guess

    def _spread(self, places: FloatArray) -> tuple[Map, Map]:
        """Block values to every pixel."""
        width, height = self.size
        full = ((places.shape[1]) * _BLOCK, (places.shape[0]) * _BLOCK)
        inside = (slice(_BLOCK, _BLOCK + height), slice(_BLOCK, _BLOCK + width))
        x, y = (
            cv2.resize(places[..., i].astype(np.float32), full, interpolation=cv2.INTER_LINEAR)[inside] for i in (0, 1)
        )
        return x.astype(np.float32), y.astype(np.float32)


def look(conditions: Conditions, shape: SheetShape, size_mm: tuple[float, float], longer: int) -> View:
    """Places the camera so that the sheet spans `conditions.fill` of the photo, `longer` pixels on its longer side."""
    upright = (round(longer * conditions.aspect), longer)
    tall = (size_mm[1] >= size_mm[0]) == (round(conditions.turn / 90) % 2 == 0)
    size = upright if tall else (upright[1], upright[0])
    ax, ay, az = (
        math.radians(v) for v in (conditions.tilt_x, conditions.tilt_y, conditions.turn + conditions.rotation)
    )
    about_x = np.array([[1, 0, 0], [0, math.cos(ax), -math.sin(ax)], [0, math.sin(ax), math.cos(ax)]])
    about_y = np.array([[math.cos(ay), 0, math.sin(ay)], [0, 1, 0], [-math.sin(ay), 0, math.cos(ay)]])
    about_z = np.array([[math.cos(az), -math.sin(az), 0], [math.sin(az), math.cos(az), 0], [0, 0, 1]])
    distance = conditions.distance * max(size_mm)
    view = View(shape, size_mm, size, about_z @ about_y @ about_x, distance, 1.0, np.zeros(2), 0.0)
    along = np.linspace(0, 1, 9)
    rim = np.concatenate([np.stack([a, b], axis=-1) for a, b in _edges(along)]) * size_mm
    seen = view.project(rim)
    low, high = seen.min(axis=0), seen.max(axis=0)
    scale = conditions.fill * float(min(np.array(size) / (high - low)))
    shift = (np.array(size) - 1) / 2 - scale * (low + high) / 2
    room = np.array(size) - scale * (high - low)
    shift = shift + np.array([conditions.shift_x, conditions.shift_y]) * np.maximum(room, 0) / 2
    if conditions.cut:
        # The side that is nearest to the frame anyway leaves it.
        axis = 0 if abs(conditions.shift_x) >= abs(conditions.shift_y) else 1
        sign = 1.0 if (conditions.shift_x, conditions.shift_y)[axis] >= 0 else -1.0
        edge = scale * (high if sign > 0 else low)[axis] + shift[axis]
        frame = size[axis] - 0.5 if sign > 0 else -0.5
        shift[axis] += frame - edge + sign * conditions.cut * scale * (high - low)[axis]
    return View(shape, size_mm, size, view.turn, distance, scale, shift, conditions.bulge)


def _edges(along: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
    zero, one = np.zeros_like(along), np.ones_like(along)
    return [(along, zero), (along, one), (zero, along), (one, along)]
