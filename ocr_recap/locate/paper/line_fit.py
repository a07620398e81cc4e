"""Fit a page's own drawing to the ruled lines of a photo: how well does a homography explain them, and a better one.

A homography maps nominal millimetres of the page to pixels of one gray image. Lines are compared as dark ridges
across their own direction, so neither the pen nor the light matters much, and paper that is not quite flat is met
in the middle.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ...forms.drawing import Line, primitives
from ...forms.template import Template
from ...imaging.arrays import FloatArray, GrayImage
from ...imaging.homography import project
from ...imaging.linear import product
from .correspondences import Correspondences

_SPACING = 3.0  # mm between samples along a printed line
_DARK = 0.6  # only lines darker than this gray take part: fainter grids are not to be relied on
# A ridge must be so much darker than both of its sides to count as a line: this share of the contrast of the photo's
# clear lines (the upper quartile), within these bounds, gray levels; by judgement: with 10 for all, dark photos showed
# too few lines.
_CLEAR_SHARE = 0.3
_LEAST_CONTRAST = (4.0, 10.0)
# Where it is judged whether lines are there, a ridge must be so many times as dark as the usual ridge of the paper
# beside them: on grain (benchmarks/locate.py, kind no-form) one is found near any place, and a page was. Right places
# lost nothing.
_OVER_NOISE = 1.25
_BESIDE = 1.0  # mm: a line is looked at so far to both sides of a sample too
_MOST = 1400  # samples of a page that are looked at
_LEAST, _WIDE = 10, 14.0  # lines without which a map stays as it is; cell widths they span where all of it moves
_MARK_WEIGHT = 20.0  # one corner mark counts as much as this many line samples (a mark is a certain match)


@dataclass(frozen=True, eq=False)
class LineSamples:
    """Samples along the printed lines of one page: `points` (n, 2) and unit `normals` (n, 2), in millimetres.

    Each is itself and no other: what is computed of one is kept with it.
    """

    points: FloatArray
    normals: FloatArray
    unit: float  # the page's cell width, mm
    spacing: float = _SPACING  # mm between samples along a line


@lru_cache(maxsize=256)
def ruling(template: Template, page_id: str) -> LineSamples:
    """Sample the dark ruled lines, boxes and grids of a page every 3 mm.

    On a page that is found by its lines alone those where names and signatures go are left out: pens, hands and masks
    cover them, and there support decides whether this is the page at all.
    """
    page = template.page(page_id)
    covered = [np.array(region.rect) for region in page.private] if page.find == "lines" else []
    points: list[FloatArray] = []
    normals: list[FloatArray] = []
    for part in primitives(template, page_id):
        if not isinstance(part, Line) or part.gray > _DARK or part.role not in ("frame", "box", "grid"):
            continue
        start, end = np.array([part.x0, part.y0]), np.array([part.x1, part.y1])
        length = float(np.linalg.norm(end - start))
        if length < 2 * _SPACING:
            continue
        along = (end - start) / length
        # Corners belong to two lines, so samples keep away from them.
        count = max(2, int((length - 2.0) / _SPACING))
        points.append(start + np.linspace(1.0, length - 1.0, count)[:, None] * along)
        normals.append(np.tile([-along[1], along[0]], (count, 1)))
    at, across = np.concatenate(points), np.concatenate(normals)
    free = np.ones(len(at), dtype=bool)
    for rect in covered:
        free &= (at < rect[:2]).any(axis=1) | (at > rect[2:]).any(axis=1)
    return LineSamples(at[free], across[free], template.cell_width(page_id))


@lru_cache(maxsize=256)
def thinned(template: Template, page_id: str) -> LineSamples:
    """Evenly thinned samples: numbers and a displacement field need no more, and grids have many times as many."""
    ruled = ruling(template, page_id)
    every = max(1, -(-len(ruled.points) // _MOST))
    return LineSamples(ruled.points[::every], ruled.normals[::every], ruled.unit)


@dataclass(frozen=True)
class Match:
    """Per sample: visible in the photo, a ridge found, its offset along the normal (px), scale (px/mm), normal."""

    visible: NDArray[np.bool_]
    found: NDArray[np.bool_]
    offset: FloatArray
    pixels_per_mm: FloatArray
    normal: FloatArray
    at: FloatArray


def match(
    gray: GrayImage, homography: FloatArray, ruled: LineSamples, reach: float | FloatArray, judging: bool = False
) -> Match:
    """Look for a dark ridge across the line at every sample, up to `reach` (one, or one per sample) cell widths off.

    `judging`: it is asked whether the lines are there. Then a ridge must be more than the noise of the paper makes.
    """
    ends = ruled.normals * 0.5
    at, above, below = project(homography, np.stack([ruled.points, ruled.points + ends, ruled.points - ends]))
    step = above - below
    scale = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-6)
    normal = step / scale[:, None]
    half = np.clip(reach * ruled.unit * scale, 2.0, 60.0)
    steps = np.linspace(-1, 1, 2 * int(np.ceil(min(60.0, float(np.median(half)) * 1.5))) + 1)
    # One column per sample, so that what runs along a profile runs over whole rows at a time.
    across = (normal * half[:, None]).T.astype(np.float32, order="C")
    way = steps.astype(np.float32)[:, None]
    x, y = (here + way * off for here, off in zip(at.T.astype(np.float32, order="C"), across, strict=True))
    margin = half + 2
    visible = (
        (at[:, 0] > margin)
        & (at[:, 1] > margin)
        & (at[:, 0] < gray.shape[1] - margin)
        & (at[:, 1] < gray.shape[0] - margin)
    )
    # Grain is gone in the mean of what lies along a line, and the line is not.
    along = (normal[:, ::-1] * (1.0, -1.0) * (_BESIDE * scale)[:, None]).T.astype(np.float32, order="C")
    total = np.zeros(x.shape, np.uint16)
    for sense in (-1, 0, 1):
        beside = (x + sense * along[0], y + sense * along[1])
        total += np.asarray(cv2.remap(gray, *beside, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)
    profile = ((total + 1) // 3).astype(np.uint8)
    # Contrast of each place against the lighter of what lies on both sides within the profile, nearer places first.
    left, right = profile.copy(), profile.copy()  # the lightest so far; numpy's own accumulate takes five times as long
    for i in range(1, len(profile)):
        np.maximum(left[i], left[i - 1], out=left[i])
        np.maximum(right[-1 - i], right[-i], out=right[-1 - i])
    contrast = np.minimum(left, right) - profile  # a place is never lighter than the lightest up to it
    merit = contrast * (1.0 - 0.35 * np.abs(way))
    best = (merit == merit.max(axis=0)).argmax(axis=0)
    columns = np.arange(len(best))
    height = contrast[best, columns]
    least = _least(height[visible])
    if judging:
        # Where lines are in place, what lies farther off is paper: so dark a ridge is there by chance every other time.
        usual = contrast[np.abs(steps) > 0.5].max(axis=0)[visible]
        least = max(least, _OVER_NOISE * float(np.median(usual)) if len(usual) else 0.0)
    found = visible & (height > least) & (best > 0) & (best < len(steps) - 1)
    inner = np.clip(best, 1, len(steps) - 2)
    before, middle, after = (profile[inner + d, columns].astype(np.float64) for d in (-1, 0, 1))
    bend = before - 2 * middle + after
    fraction = np.where(bend > 1e-6, 0.5 * (before - after) / np.maximum(bend, 1e-6), 0.0).clip(-0.5, 0.5)
    offset = (steps[inner] + fraction * (steps[1] - steps[0])) * half
    return Match(visible, found, offset, scale, normal, at)


def _least(heights: NDArray[np.uint8]) -> float:
    """From which contrast on a ridge is a line: less where the lines themselves are faint, as in the dark."""
    low, high = _LEAST_CONTRAST
    return float(np.clip(_CLEAR_SHARE * np.quantile(heights, 0.75), low, high)) if len(heights) else high


def step(
    homography: FloatArray, lines: LineSamples, seen: Match, reach: float, anchors: Correspondences | None = None
) -> FloatArray:
    """One robust Gauss-Newton step on the eight parameters of a homography, or on six of them near a place.

    The two that make parallels meet are left as they are where lines were found on less than `_WIDE` cell widths: there
    they are noise. Parameters are those of coordinates that keep the system well scaled.

    Args:
        homography: (3, 3), mm to px, which `seen` was looked for by.
        lines: samples.
        seen: what was found of them.
        reach: cell widths within which lines were looked for.
        anchors: points that were seen, such as corner marks.
    """
    use = seen.found
    if use.sum() < _LEAST:
        return homography
    center = lines.points.mean(axis=0)
    spread = float(lines.points.std()) or 1.0
    to_page = np.array([[spread, 0, center[0]], [0, spread, center[1]], [0, 0, 1]])
    # Around the middle of both page and photo the two parameters of perspective are no larger than the others.
    middle_px = project(homography, center[None])[0]
    to_middle = np.array([[1, 0, -middle_px[0]], [0, 1, -middle_px[1]], [0, 0, 1]])
    local = to_middle @ homography @ to_page
    local = local / local[2, 2]
    points = (lines.points[use] - center) / spread
    wide = float(np.ptp(lines.points[use], axis=0).min()) >= _WIDE * lines.unit
    free = 8 if wide else 6
    jacobian = np.einsum("nk,nkp->np", seen.normal[use], _jacobian(local, points))
    residual = seen.offset[use]
    limit = np.maximum(reach * lines.unit * seen.pixels_per_mm[use], 1.0)
    middle = float(np.median(np.abs(residual - np.median(residual)))) * 1.4826 + 0.3
    width = np.minimum(limit, 4.0 * middle + np.abs(np.median(residual)))
    weight = np.clip(1 - (residual / (width + 1e-9)) ** 2, 0, None) ** 2
    rows, values, weights = [jacobian], [residual], [weight]
    if anchors is not None and len(anchors):
        marks = (anchors.page - center) / spread
        difference = anchors.photo - middle_px - project(local, marks)
        rows.append(_jacobian(local, marks).reshape(-1, 8))
        values.append(difference.ravel())
        # A false mark, or one on curled paper, must not pull at lines that agree among themselves.
        pixels = float(np.median(seen.pixels_per_mm)) * lines.unit
        trusted = np.linalg.norm(difference, axis=1) < max(3.0, 3.0 * reach * pixels)
        weights.append(np.repeat(trusted * _MARK_WEIGHT, 2))
    a, b, w = np.concatenate(rows)[:, :free], np.concatenate(values), np.concatenate(weights)
    weighted = (a * w[:, None]).T
    matrix = product(weighted, a)
    damping = (1e-6 * np.trace(matrix) if wide else 1e-4 * np.trace(matrix) / free) * np.eye(free)
    delta = np.zeros(9)
    delta[:free] = np.linalg.solve(matrix + damping, product(weighted, b))
    updated = np.linalg.inv(to_middle) @ (local.ravel() + delta).reshape(3, 3) @ np.linalg.inv(to_page)
    return updated / updated[2, 2]


def _jacobian(homography: FloatArray, points: FloatArray) -> FloatArray:
    """Derivative of the projected points by the first eight entries of a homography with h22 = 1; (n, 2, 8)."""
    x, y = points[:, 0], points[:, 1]
    h = homography
    w = h[2, 0] * x + h[2, 1] * y + h[2, 2]
    u, v = project(homography, points).T
    zero, one = np.zeros_like(x), np.ones_like(x)
    row_u = np.stack([x, y, one, zero, zero, zero, -u * x, -u * y], axis=-1)
    row_v = np.stack([zero, zero, zero, x, y, one, -v * x, -v * y], axis=-1)
    return np.stack([row_u, row_v], axis=1) / w[:, None, None]
