"""The shape of paper that is not flat: bends, ripples and folds, without stretch.

A shape is a sum of ridges. Each ridge runs straight across the sheet and is a curve over the coordinate across it, so
paper bent by one ridge keeps all its lengths exactly; with ridges in two directions (a sheet folded twice) lengths are
off by the product of the slopes, below 1% here. Millimetres throughout; heights grow towards the camera.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from ...imaging.arrays import FloatArray
from .conditions import Conditions

_STEP = 0.5  # mm between samples of a ridge's curve
_ROUND = 1.5  # mm over which a fold turns: paper of 80-120 g/m2 does not crease sharper after being pressed open


@dataclass(frozen=True)
class Ridge:
    """A curve across the sheet: `angle[i]` is its slope (radians) at `start + i * _STEP` mm along `direction`.

    `creases` are the places (mm along `direction`) where it is folded.
    """

    direction: tuple[float, float]
    start: float
    angle: FloatArray
    creases: tuple[float, ...] = ()
    height: FloatArray = field(init=False)
    shorter: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        middle = len(self.angle) // 2
        for name, slope in (("height", np.sin(self.angle)), ("shorter", np.cos(self.angle) - 1)):
            curve = np.concatenate([[0.0], np.cumsum((slope[1:] + slope[:-1]) / 2) * _STEP])
            object.__setattr__(self, name, curve - curve[middle])


@dataclass(frozen=True)
class SheetShape:
    """The shape of a sheet: the displacement of each place in space from the flat sheet."""

    ridges: tuple[Ridge, ...]

    def lifted(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Displacement within the plane (..., 2) and height (...) of paper places (..., 2), mm."""
        move, height = np.zeros_like(points), np.zeros(points.shape[:-1])
        for ridge in self.ridges:
            place = (points @ np.array(ridge.direction) - ridge.start) / _STEP
            known = np.arange(len(ridge.angle))
            height += np.interp(place, known, ridge.height)
            move += np.interp(place, known, ridge.shorter)[..., None] * ridge.direction
        return move, height

    def slopes(self, points: FloatArray) -> FloatArray:
        """Rise per mm along x and y, (..., 2)."""
        slope = np.zeros_like(points)
        for ridge in self.ridges:
            place = (points @ np.array(ridge.direction) - ridge.start) / _STEP
            slope += np.interp(place, np.arange(len(ridge.angle)), np.tan(ridge.angle))[..., None] * ridge.direction
        return slope


def surface(conditions: Conditions, size_mm: tuple[float, float], rng: np.random.Generator) -> SheetShape:
    """The sheet's shape; `rng` chooses where ripples start and which way folds break."""
    width, height = size_mm
    ridges: list[Ridge] = []
    phase, side = float(rng.uniform(0, 2 * math.pi)), 1.0 if rng.random() < 0.5 else -1.0
    places = rng.uniform(-0.02, 0.02, 4)
    if conditions.bend:
        axis = math.radians(conditions.bend_axis)
        direction = (math.cos(axis), math.sin(axis))
        span = abs(direction[0]) * width + abs(direction[1]) * height
        along, start = _along(direction, size_mm)
        middle = (direction[0] * width + direction[1] * height) / 2
        # A circular arc over the sheet, straight beyond it: rise r over span s has slopes of 4 r / s at its ends.
        steep = 4 * conditions.bend / span
        ridges.append(Ridge(direction, start, np.clip((middle - along) * 2 / span, -1, 1) * steep))
    if conditions.ripple:
        direction = (math.cos(0.4 + phase), math.sin(0.4 + phase))
        along, start = _along(direction, size_mm)
        steep = 2 * math.pi * conditions.ripple / conditions.ripple_length
        ridges.append(Ridge(direction, start, steep * np.cos(along * 2 * math.pi / conditions.ripple_length + phase)))
    if conditions.fold:
        # Folded in halves, first across the longer side, then across the shorter one.
        count = round(conditions.folds)
        longer = (0.0, 1.0) if height >= width else (1.0, 0.0)
        ridges.append(_folded(longer, [0.5 + float(places[0])], side * conditions.fold, size_mm))
        if count > 1:
            shorter = (longer[1], longer[0])
            ridges.append(_folded(shorter, [0.5 + float(places[1])], -side * 0.7 * conditions.fold, size_mm))
        if count > 2:
            quarters = [0.25 + float(places[2]), 0.75 + float(places[3])]
            ridges.append(_folded(longer, quarters, -side * 0.6 * conditions.fold, size_mm))
    return SheetShape(tuple(ridges))


def _folded(direction: tuple[float, float], places: list[float], degrees: float, size_mm: tuple[float, float]) -> Ridge:
    along, start = _along(direction, size_mm)
    span = direction[0] * size_mm[0] + direction[1] * size_mm[1]
    turn = math.radians(degrees)
    angle = np.full(len(along), (len(places) % 2) * turn / 2)
    for i, place in enumerate(places):
        angle -= (-1) ** i * turn * np.clip((along - place * span) / _ROUND + 0.5, 0, 1)
    return Ridge(direction, start, angle, tuple(place * span for place in places))


def _along(direction: tuple[float, float], size_mm: tuple[float, float]) -> tuple[FloatArray, float]:
    """Samples across a ridge that reach well beyond the sheet, and the first of them."""
    corners = [x * direction[0] + y * direction[1] for x in (0, size_mm[0]) for y in (0, size_mm[1])]
    reach = max(corners) - min(corners)
    start = min(corners) - 0.5 * reach
    return np.linspace(start, start + 2 * reach, math.ceil(2 * reach / _STEP) + 1), start
