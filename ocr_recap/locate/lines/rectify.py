"""Turn a photo of ruled paper until its lines run along the axes, from nothing but the lines themselves.

Long straight strokes on a form run in two directions; seen by a camera, each meets in one vanishing point. The two
points undo rotation and perspective up to a scale and a shift per axis: what remains is to slide one ruler along
another (`alignment`). Which of the four sides is up, the two points cannot say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import FloatArray, GrayImage
from ...imaging.homography import project
from ...imaging.linear import fewer_rows, product
from ...imaging.resample import seen_from_above
from ...imaging.spline_surface import Surface
from .segments import SPREAD, angles, between, directions, hidden_segments, main_direction, segments
from .straighten import unbend

Mask = NDArray[np.uint8]

# px, longer side of the picture on which strokes are looked for, as it is and smoothed along strokes; by judgement.
_LOOK, _LOOK_SMOOTHED = 1000, 700
_SIDE = 1100  # px, longer side of the rectified picture
_LEAST_STROKES = 8  # per direction; a table has more
_PALE = 0.18  # the same of the darkest lines, once the picture is turned
_APART = np.radians(45)  # least angle between the two directions in the photo
_ELITE = 45  # longest strokes of a direction that propose vanishing points, two by two
_AIM = np.radians(0.35)  # a stroke that points at a vanishing point misses it by about this,
_END = 1.2e-3  # and by as much as moving one end by so many halves of the photo's longer side does
_NEAR_HORIZON = 0.3  # places where the page's scale falls below this share of the middle's are not looked at
_CROWD = 64  # places along the longer side by which strokes are told to lie together
_GATHER = 7  # such places that a gap between tables may span
_MARGIN = 0.08  # of the crowd's longer side: heads and feet of forms stand apart
_HAT = 11  # px, rectified: dark lines up to about half as wide count as lines
_RUN = 25  # px, rectified: a ruled line runs at least so far
_THICK = 7  # px, rectified: what is thicker is text or a bar
_SMOOTH = 15  # px, rectified: along a line, less than the shortest run
_CONTRAST = 0.07  # of the paper's brightness: a fainter stroke is none,
_NOISE = 3.0  # and one that is fainter than so many times what there is in the middle
_LEAST_CONTRAST = 4  # gray levels


@dataclass(frozen=True)
class Rectified:
    """The ruled lines of a photo, turned along the axes.

    Attributes:
        to_photo: (3, 3), pixels of the plane that was turned to decoded pixels.
        rows: (h, w) uint8, 1 on lines that run along x.
        columns: (h, w) uint8, 1 on lines that run along y.
        bend: straightened pixels, those of `rows` and `columns`, to pixels of that plane; None where they are the same.
    """

    to_photo: FloatArray
    rows: Mask
    columns: Mask
    bend: Surface | None = None


def rectify(gray: GrayImage, strokes: FloatArray) -> Rectified | None:
    """Find the two directions of a photo's lines and turn it; None where there are no two.

    Args:
        gray: (h, w) uint8.
        strokes: (n, 2, 2) px, straight ones, as `strokes_of` finds them.
    """
    if len(strokes) < 2 * _LEAST_STROKES:
        return None
    middle = (np.array(gray.shape[::-1]) - 1) / 2
    unit = float(max(gray.shape)) / 2
    local = (strokes - middle) / unit  # the photo's middle is 0, its longer half 1
    points = _vanishing_points(local)
    if points is None:
        return None
    to_local = np.column_stack([*points, (0.0, 0.0, 1.0)])
    box = _extent(local, to_local)
    if box is None:
        return None
    low, high = box
    size = high - low
    scale = min(_SIDE / float(size.max()), 2.0 * unit)
    width, height = (np.ceil(size * scale).astype(int) + 1).tolist()
    to_full = np.array([[unit, 0, middle[0]], [0, unit, middle[1]], [0, 0, 1]])
    to_photo = to_full @ to_local @ np.array([[1 / scale, 0, low[0]], [0, 1 / scale, low[1]], [0, 0, 1]])
    ends = project(np.asarray(np.linalg.inv(to_photo), dtype=np.float64), strokes)
    near = ((ends >= 0) & (ends < (width, height))).all(axis=(1, 2))
    return _ruled(gray, to_photo, unbend(ends[near], width, height), width, height)


def strokes_of(gray: GrayImage, hidden: bool = False) -> FloatArray:
    """Straight strokes of a photo (h, w) uint8 that are long enough to be ruled; (n, 2, 2) px.

    `hidden`: grain or motion may hide them. They are looked for in the picture smoothed along them, which takes half as
    long again.
    """
    small, shrink = _looked_at(gray, _LOOK_SMOOTHED if hidden else _LOOK)
    found = (hidden_segments if hidden else segments)(small)
    return (found + 0.5) * shrink - 0.5


def _ruled(gray: GrayImage, to_photo: FloatArray, bend: Surface | None, width: int, height: int) -> Rectified:
    """The ruled lines of a photo, turned and unbent."""

    def places(x: FloatArray, y: FloatArray) -> FloatArray:
        flat = np.stack(np.meshgrid(x, y), axis=-1) if bend is None else bend.lattice(x, y)
        return project(to_photo, flat)

    turned, inside = seen_from_above(gray, places, (width, height), _HAT)
    rows, columns = lines_of(turned, inside), lines_of(turned.T, inside.T).T
    return Rectified(to_photo / to_photo[2, 2], rows, columns, bend)


def mirrored(seen: Rectified | None) -> Rectified | None:
    """The same lines as in a mirror."""
    if seen is None:
        return None
    flip = np.array([[-1.0, 0, seen.rows.shape[1] - 1], [0, 1, 0], [0, 0, 1]])
    bend = None
    if seen.bend is not None:
        bend = replace(seen.bend, values=seen.bend.values[:, ::-1] * (-1, 1))
    return Rectified(seen.to_photo @ flip, seen.rows[:, ::-1].copy(), seen.columns[:, ::-1].copy(), bend)


def _looked_at(gray: GrayImage, side: int) -> tuple[GrayImage, float]:
    """The photo at the size at which strokes are looked for, and how many of its pixels one of those is."""
    shrink = max(gray.shape) / side
    size = (round(gray.shape[1] / shrink), round(gray.shape[0] / shrink))
    how = cv2.INTER_AREA if shrink > 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(gray, size, interpolation=how), dtype=np.uint8), shrink


def _vanishing_points(strokes: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Where the two directions meet: homogeneous, that nearer the photo's x axis first; scaled so that one step of the
    rectified picture is one step of the photo at its middle."""
    runs = directions(strokes)
    first = main_direction(runs)
    far = between((np.arange(90) + 0.5) * np.pi / 90, first) >= _APART
    if not runs[far].any():
        return None
    second = main_direction(np.where(far, runs, -1))
    angle = angles(strokes)
    classes = [strokes[between(angle, main) < SPREAD] for main in (first, second)]
    found: list[FloatArray] = []
    for mine, others in (classes, classes[::-1]):
        crossed = mine[_crossed(mine, others)]
        point = _meeting(crossed) if len(crossed) >= _LEAST_STROKES else None
        if point is None:
            return None
        found.append(point)
    a, b = sorted((p / np.linalg.norm(p[:2]) for p in found), key=lambda p: -abs(p[0]))
    a, b = a * np.sign(a[0]), b * np.sign(b[1] or 1.0)
    if a[0] * b[1] - a[1] * b[0] <= np.sin(_APART) / 2:
        return None
    return a, b


def _crossed(strokes: FloatArray, others: FloatArray) -> NDArray[np.bool_]:
    """Which strokes run where strokes of the other direction are: on a table, not along the grain of a board."""
    there = np.zeros((_CROWD, _CROWD), np.uint8)
    there[tuple(_squares(others).reshape(-1, 2).T)] = 1
    near = cv2.dilate(there, np.ones((3, 3), np.uint8))
    return near[tuple(np.moveaxis(_squares(strokes), -1, 0))].mean(axis=1) >= 0.5


def _squares(strokes: FloatArray) -> NDArray[np.intp]:
    """Squares (row, column) of the photo that each stroke passes; (n, 12, 2)."""
    share = np.linspace(0, 1, 12)[None, :, None]
    places = strokes[:, :1] * (1 - share) + strokes[:, 1:] * share
    return np.clip((places[..., ::-1] + 1) / 2 * _CROWD, 0, _CROWD - 1).astype(np.intp)


def _meeting(strokes: FloatArray) -> FloatArray | None:
    """The point at which most strokes aim, homogeneous of length 1; None where too few agree."""
    ends = np.concatenate([strokes, np.ones((*strokes.shape[:2], 1))], axis=2)
    lines = np.cross(ends[:, 0], ends[:, 1])
    lines /= np.linalg.norm(lines[:, :2], axis=1, keepdims=True)
    middle = strokes.mean(axis=1)
    way = strokes[:, 1] - strokes[:, 0]
    length = np.linalg.norm(way, axis=1)
    way = way / length[:, None]
    order = np.argsort(-length, kind="stable")[:_ELITE]
    i, j = np.triu_indices(len(order), 1)
    points = np.cross(lines[order[i]], lines[order[j]])
    size = np.linalg.norm(points, axis=1)
    points = points[size > 1e-9] / size[size > 1e-9, None]
    if not len(points):
        return None
    aim = np.hypot(_AIM, _END / length)
    off = _misses(points, middle, way)
    best = points[int((length / (1 + (off / aim) ** 2)).sum(axis=1).argmax())]
    for _ in range(4):
        off = _misses(best[None], middle, way)[0]
        weight = length / aim**2 / (1 + (off / aim) ** 2) ** 2
        # A stroke's line misses the point by its angle times the distance, which the distance itself cancels.
        far = np.hypot(*(best[:2, None] - best[2] * middle.T))
        scaled = lines * (np.sqrt(weight) / np.maximum(far, 1e-6))[:, None]
        best = np.linalg.svd(fewer_rows(scaled), full_matrices=False)[2][2]
    agree = _misses(best[None], middle, way)[0] < 3 * aim
    return best if agree.sum() >= _LEAST_STROKES else None


def _misses(points: FloatArray, middle: FloatArray, way: FloatArray) -> FloatArray:
    """By what angle each stroke misses each homogeneous point; (points, strokes) radians."""
    to = points[:, None, :2] - points[:, None, 2:] * middle[None]
    cross = np.abs(to[..., 0] * way[:, 1] - to[..., 1] * way[:, 0])
    return np.arcsin(np.clip(cross / np.maximum(np.linalg.norm(to, axis=2), 1e-9), 0, 1))


def _extent(strokes: FloatArray, to_local: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Where in the rectified plane the table lies: low and high corner around the largest crowd of its strokes."""
    middle = strokes.mean(axis=1)
    way = strokes[:, 1] - strokes[:, 0]
    off = _misses(to_local.T[:2], middle, way / np.linalg.norm(way, axis=1, keepdims=True)).min(axis=0)
    mine = strokes[off < 4 * np.hypot(_AIM, _END / np.linalg.norm(way, axis=1))]
    # Places along each stroke, so that a long one joins what lies at both of its ends.
    share = np.linspace(0, 1, 24)[:, None, None]
    places = (mine[None, :, 0] * (1 - share) + mine[None, :, 1] * share).reshape(-1, 2)
    ends = product(np.c_[places, np.ones(len(places))], np.asarray(np.linalg.inv(to_local).T, dtype=np.float64))
    # The weight says how near the horizon a place is: 1 in the photo's middle, 0 on the horizon.
    flat = ends[:, :2] / np.where(ends[:, 2:] > _NEAR_HORIZON, ends[:, 2:], np.nan)
    flat = flat[np.isfinite(flat).all(axis=1)]
    if len(flat) < 24 * _LEAST_STROKES:
        return None
    low, high = flat.min(axis=0), flat.max(axis=0)
    cell = float((high - low).max()) / _CROWD
    index = ((flat - low) / cell).astype(int)
    crowd = np.zeros((_CROWD + 1, _CROWD + 1), np.uint8)
    crowd[index[:, 1], index[:, 0]] = 1
    labels = cv2.connectedComponents(cv2.dilate(crowd, np.ones((_GATHER, _GATHER), np.uint8)))[1]
    label = labels[index[:, 1], index[:, 0]]
    flat = flat[label == np.bincount(label).argmax()]
    low, high = flat.min(axis=0), flat.max(axis=0)
    margin = _MARGIN * (high - low).max()
    return low - margin, high + margin


def lines_of(gray: GrayImage, inside: Mask) -> Mask:
    """1 where a dark line runs along x, inside the photo."""
    # Noise is smoothed along the lines before they are told from the paper: its darkest pixels look like lines else.
    smooth = cv2.blur(np.ascontiguousarray(gray), (_SMOOTH, 1))
    closed = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, np.ones((_HAT, 1), np.uint8))
    depth = cv2.subtract(closed, smooth)
    ratio = depth.astype(np.float32) / np.maximum(closed, 1) * inside
    least = max(_CONTRAST, _NOISE * float(np.median(ratio[inside > 0][::7])) if inside.any() else 0.0)
    seen = ratio > least
    bar = max(least, _PALE * float(np.quantile(ratio[seen][::7], 0.95))) if seen.any() else least
    lines = ((ratio > bar) & (depth >= _LEAST_CONTRAST)).astype(np.uint8)
    lines -= cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones((_THICK, 1), np.uint8))  # text and bars
    return np.asarray(cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones((1, _RUN), np.uint8)), dtype=np.uint8)
