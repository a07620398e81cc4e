"""Objects around the sheet: the background below, a second sheet beside, fingers and cables over it.

Pictures are BGR, display values; float32 0..255 where they are still being put together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Float32Array
from .background import texture
from .conditions import BACKGROUNDS, Conditions
from .paper import Scale
from .view import Map, View

Picture = NDArray[np.uint8]
Mask = NDArray[np.uint8]

# Colours of skin, of cables, and fractional bits of OpenCV's drawing coordinates; colours by judgement.
_SKIN_BGR = ((96, 132, 186), (72, 104, 158), (58, 84, 132), (120, 158, 206))
_CABLE_BGR = ((36, 36, 38), (225, 228, 230), (52, 48, 160), (150, 90, 40))
_SUBPIXEL = 4


def ground(conditions: Conditions, size: tuple[int, int], rng: np.random.Generator) -> Picture:
    """The ground, at half resolution enlarged: it lies deeper than the sheet and nobody reads it."""
    half = (size[0] // 2 + 1, size[1] // 2 + 1)
    kind = BACKGROUNDS[round(conditions.background)]
    if conditions.screen:
        kind = "dark"
    small = texture(kind, half, rng).astype(np.uint8)
    full = cv2.resize(small, (half[0] * 2, half[1] * 2), interpolation=cv2.INTER_LINEAR)
    return full[: size[1], : size[0]].astype(np.uint8)


def lay(ground_seen: Picture, page: Picture, scale: Scale, x: Map, y: Map) -> tuple[Picture, Mask]:
    """Lays a page over the ground.

    Args:
        ground_seen: the photo so far.
        page: BGR uint8.
        scale: its pixels per mm, across and down.
        x, y: for every pixel of the photo its place on the page, mm.

    Returns:
        The photo, and how much of each pixel the page covers, 0..255.
    """
    opaque = np.full(page.shape[:2], 255, np.uint8)
    maps = (x * np.float32(scale[0]) - np.float32(0.5), y * np.float32(scale[1]) - np.float32(0.5))
    seen = cv2.remap(cv2.merge([page, opaque]), *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    cover = np.ascontiguousarray(seen[:, :, 3], dtype=np.uint8)
    # The sheet casts a thin shadow on what it lies on.
    tenth = cv2.resize(cover, None, fx=0.1, fy=0.1, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    dim = cv2.GaussianBlur(_moved(tenth, 1, 1), (0, 0), 1.0)
    dim = cv2.resize(255 - (0.35 * dim).astype(np.uint8), (cover.shape[1], cover.shape[0]))
    rest = cv2.multiply(dim, 255 - cover, scale=1 / 255)
    below = cv2.multiply(ground_seen, cv2.merge([rest, rest, rest]), scale=1 / 255)
    return cv2.add(np.ascontiguousarray(seen[:, :, :3]), below).astype(np.uint8, copy=False), cover


def beside(
    photo: Picture,
    page: Picture,
    scale: Scale,
    view: View,
    plane: tuple[Map, Map],
    gap: float,
    rng: np.random.Generator,
) -> Picture:
    """Another poster on the same wall, `gap` mm beside the sheet."""
    width, height = view.size_mm
    side = int(rng.integers(4))
    move = {0: (width + gap, 0), 1: (-width - gap, 0), 2: (0, height + gap), 3: (0, -height - gap)}[side]
    slide = float(rng.normal(0, 6))
    turn = math.radians(float(rng.normal(0, 0.5)))
    dx, dy = move[0] + (slide if side > 1 else 0), move[1] + (slide if side < 2 else 0)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]]) + np.array([dx, dy])
    seen = view.project_flat(corners)
    low = np.clip(np.floor(seen.min(axis=0)) - 30, 0, view.size).astype(int)
    high = np.clip(np.ceil(seen.max(axis=0)) + 30, 0, view.size).astype(int)
    if (high - low < 8).any():
        return photo
    part = (slice(low[1], high[1]), slice(low[0], high[0]))
    x, y = plane[0][part] - np.float32(dx), plane[1][part] - np.float32(dy)
    photo[part] = lay(photo[part], page, scale, *_turned(x, y, turn))[0]
    return photo


def _moved(mask: Mask, right: int, down: int) -> Mask:
    """A mask moved by a few pixels; its first rows and columns continue into the gap."""
    height, width = mask.shape
    return np.pad(mask, ((down, 0), (right, 0)), mode="edge")[:height, :width]


def _turned(x: Map, y: Map, angle: float) -> tuple[Map, Map]:
    """Places turned by a small angle about the first corner."""
    return (x - angle * y).astype(np.float32), (y + angle * x).astype(np.float32)


@dataclass
class Covered:
    """The photo while things are laid over it, and what of it they hide (255: hidden)."""

    photo: Picture
    mask: Mask

    def blend(self, mask: Mask, colour: Float32Array, drop: int) -> None:
        """Lays something with coverage `mask` over the photo; it casts a shadow `drop` pixels away."""
        x, y, w, h = cv2.boundingRect(mask)
        if not w:
            return
        x0, y0 = max(0, x - 3 * drop), max(0, y - 3 * drop)
        part = (slice(y0, min(y + h + 3 * drop, mask.shape[0])), slice(x0, min(x + w + 3 * drop, mask.shape[1])))
        cover = mask[part].astype(np.float32)[:, :, None] / 255
        shade = cv2.GaussianBlur(_moved(mask[part], drop // 2, drop), (0, 0), drop).astype(np.float32)
        below = self.photo[part] * (1 - 0.45 * shade[:, :, None] / 255)
        self.photo[part] = (below * (1 - cover) + colour[part] * cover).astype(np.uint8)
        self.mask[part] = np.maximum(self.mask[part], mask[part])


def fingers(covered: Covered, view: View, reach: float, rng: np.random.Generator) -> None:
    """A thumb, or a few fingers, from outside over an edge of the sheet."""
    width, height = view.size_mm
    side = int(rng.choice([0, 1, 2, 2]))  # left, right, bottom: nobody holds a sheet by its head
    inward = np.array([(1.0, 0.0), (-1.0, 0.0), (0.0, -1.0)][side])
    along = np.array([inward[1], -inward[0]])
    length = height if side < 2 else width
    start = np.array([(0.0, 0.0), (width, 0.0), (0.0, height)][side]) + np.abs(along) * length * rng.uniform(0.15, 0.85)
    skin = np.array(_SKIN_BGR[int(rng.integers(len(_SKIN_BGR)))], np.float32) * rng.uniform(0.85, 1.1)
    lean = float(rng.normal(0, 0.25))
    direction = inward * math.cos(lean) + along * math.sin(lean)
    thumb = bool(rng.random() < 0.6)
    count = 1 if thumb else int(rng.integers(2, 5))
    for i in range(count):
        radius = 10.5 if thumb else 8.0
        tip = start + along * i * 2.05 * radius + direction * (reach - radius - i * rng.uniform(0, 0.25) * reach)
        bend = along * rng.normal(0, 5)
        points = np.array([tip - direction * d + bend * min(d / 90, 1) ** 2 for d in np.linspace(0, 320, 30)])
        mask, colour = _tube(view, points, radius, skin)
        covered.blend(mask, colour, max(2, round(3 * view.pixels_per_mm)))


def cable(covered: Covered, view: View, thickness: float, rng: np.random.Generator) -> None:
    """A cable or strap that hangs over one corner."""
    width, height = view.size_mm
    corner = np.array([width * float(rng.integers(2)), height * float(rng.integers(2))])
    inward = np.where(corner > 0, -1.0, 1.0)
    near, far = rng.uniform(25, 0.45 * width), rng.uniform(25, 0.35 * height)
    start = corner + inward * (near, -320)
    end = corner + inward * (-320, far)
    # The curve's middle (a quarter, a half, a quarter of its three points) lies this far within the corner.
    within = rng.uniform(10, 60, 2)
    sag = corner + inward * (2 * (within + 80) - np.array([near, far]) / 2)
    t = np.linspace(0, 1, 40)[:, None]
    points = (1 - t) ** 2 * start + 2 * t * (1 - t) * sag + t**2 * end
    hue = np.array(_CABLE_BGR[int(rng.integers(len(_CABLE_BGR)))], np.float32)
    mask, colour = _tube(view, points, thickness / 2, hue)
    covered.blend(mask, colour, max(1, round(thickness / 3 * view.pixels_per_mm)))


def _tube(view: View, points: NDArray[np.float64], radius: float, colour: Float32Array) -> tuple[Mask, Float32Array]:
    """A round thing along a line (mm): its coverage, and its colour with the light of a cylinder."""
    width, height = view.size
    mask = np.zeros((height, width), np.uint8)
    seen = np.rint(np.clip(view.project_flat(points), -4000, 9000) * (1 << _SUBPIXEL)).astype(np.int32)
    wide = max(1, round(2 * radius * view.pixels_per_mm))
    cv2.polylines(mask, [seen], False, 255, wide, cv2.LINE_AA, _SUBPIXEL)
    shade = np.zeros((height, width, 3), np.float32)
    x, y, w, h = cv2.boundingRect(mask)
    if w:
        part = (slice(y, y + h), slice(x, x + w))
        inside = cv2.distanceTransform(np.pad(mask[part], 1, mode="edge"), cv2.DIST_L2, 3)[1:-1, 1:-1]
        depth = np.clip(1 - 2 * inside / wide, 0, 1)
        round_light = 0.5 + 0.5 * np.sqrt(1 - np.minimum(depth**2, 0.98))
        shade[part] = round_light[:, :, None] * colour
    return mask, np.clip(shade, 0, 255)
