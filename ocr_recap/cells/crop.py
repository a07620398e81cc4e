"""Page to patches: cells and bubbles sampled from the photo through the homography, at their refined places.

Paper is never flat. Every cell is therefore aligned with its own printed box, searched in a small window around the
predicted place, and every block of bubbles with its own printed rings. Each patch is resampled from the photo once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ..forms.fields import FormField, RowTotals, Tally
from ..imaging.arrays import FloatArray, GrayImage
from ..imaging.photo import Photo
from ..locate.located import Located
from ..messages.problems import PhotoProblem
from .box_refine import BOX, BUBBLE, BUBBLE_SNAP, RING, WIDE, hold, snap_boxes, snap_rings
from .patch import CELL, PATCH, box_of, scale_of
from .row_total_crop import cut_totals
from .sampler import Sampler
from .strip import cut_strip
from .tally_crop import GridPatches, cut_grid

# A cell with this many line samples off the fitted surface within this distance (mm) counts as not found. On a folded
# page whose fitted surface was a quarter of a cell off beside the crease, cells there had 4 to 7 such samples, cells
# that were placed correctly 3 at most (benchmarks/bent.py).
_AROUND, _TOO_MANY = 15.0, 4
_GAP = 1.35  # radii from a bubble's centre at which the paper beside it begins
_NODES = 3  # nodes of the lattice from one column of bubbles to the next, along each side; by judgement
_FOLD = 2.0  # mm: accuracy with which creases are located (benchmarks/bent.py)


@dataclass(frozen=True)
class FieldPatches:
    """What was cut out for one number.

    Attributes:
        cells: (n, 48, 48) uint8, one patch per cell.
        boxes: (n, 2) printed width and height of the boxes in these patches, px.
        strip: (48, width) uint8, all boxes of the number as one picture.
        quads: (n, 4, 2) corners TL, TR, BR, BL of the printed boxes, photo px.
        found: (n,) whether the printed box was seen.
        held: one box was not seen, and its place was taken from the other boxes of the number (`box_refine.hold`).
        inside: every cell lies within the photo.
        bubbles: (n, 10, 24, 24) uint8, or None where the form has no bubbles for the number.
        bubble_centers: (n, 10, 2) photo px, or None.
        bubble_gaps: (n - 1, height, width) uint8, the paper between neighbouring columns of bubbles, or None.
        folded: (n,) whether a crease of the paper runs through the cell.
        grid: the cells of the number's tally grid, or None.
        totals: (digits, 48, 48) uint8 patches of the row totals beside the grid, by row from 0; rows without ink are
            left out.
        total_box: printed width and height of the boxes of row totals in these patches, px; None where the form has
            no row totals.
    """

    cells: GrayImage
    boxes: FloatArray
    strip: GrayImage
    quads: FloatArray
    found: NDArray[np.bool_]
    inside: bool
    bubbles: GrayImage | None
    bubble_centers: FloatArray | None
    bubble_gaps: GrayImage | None
    folded: NDArray[np.bool_]
    grid: GridPatches | None = None
    totals: Mapping[int, GrayImage] = field(default_factory=dict[int, GrayImage])
    total_box: tuple[float, float] | None = None
    held: bool = False


def crop(photo: Photo, located: Located) -> Mapping[str, FieldPatches]:
    """Cut every cell, bubble, tally grid and row total of the page that the photo shows (`Located.fields_in_photo`).

    Args:
        photo: the decoded photo.
        located: its page, with template and placement.

    Returns:
        Patches by field id, in the order of the page's fields. Fields that are not in the photo are left out, and
        witnesses that are not in the photo are None, as if the form had none.

    Raises:
        PhotoProblem: `no_number_in_photo`, the photo shows none of the page's fields.
    """
    sampler = Sampler(photo, located.homography, located.surface)
    fields = located.fields_in_photo(photo.width, photo.height)
    if not fields:
        raise PhotoProblem("no_number_in_photo", form=located.template.id, page=located.page_id)
    cells: dict[str, _Cells] = {}
    for alike in _by(fields, lambda f: f.cells.box[2:]):
        cells |= _cut_cells(sampler, alike, located)
    bubbles: dict[str, _Bubbles] = {}
    for alike in _by([f for f in fields if f.bubbles], lambda f: f.bubbles and f.bubbles.radius):
        bubbles |= _cut_bubbles(sampler, alike)
    return {f.id: _together(sampler, f, located, cells[f.id], bubbles.get(f.id)) for f in fields}


def _by(fields: Sequence[FormField], key: Callable[[FormField], object]) -> list[list[FormField]]:
    """The fields in groups of equal key, in the order in which each key first occurs."""
    groups: dict[object, list[FormField]] = {}
    for field_ in fields:
        groups.setdefault(key(field_), []).append(field_)
    return list(groups.values())


def cut(photo: Photo, quads: FloatArray, box: tuple[float, float] | None = None) -> tuple[GrayImage, FloatArray]:
    """Cut cells whose corners are known into patches for the digit reader; no box is searched.

    Args:
        photo: the decoded photo.
        quads: (n, 4, 2) corners TL, TR, BR, BL of the printed boxes, photo px.
        box: printed width and height of one box in any unit; None takes each box's own side lengths on the photo.

    Returns:
        Patches (n, 48, 48) uint8, and the boxes' sizes in them (n, 2), px.
    """
    patches = np.empty((len(quads), PATCH, PATCH), np.uint8)
    boxes = np.empty((len(quads), 2))
    sampler = Sampler(photo, np.eye(3))
    down = sampler.homography
    for patch, size, quad in zip(patches, boxes, quads, strict=True):
        sides = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
        width, height = box or (max(sides[0] + sides[2], 1e-3), max(sides[1] + sides[3], 1e-3))
        size[:] = box_of(width, height)
        rect = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * np.array([width, height]) / 2
        matrix = cv2.getPerspectiveTransform(rect.astype(np.float32), quad.astype(np.float32))
        sampler.homography = down @ matrix
        patch[:] = sampler.sample(np.zeros((1, 2)), 1 / scale_of(width, height), PATCH)[0]
    return patches, boxes


def cut_tally(photo: Photo, quad: FloatArray, rows: int, columns: int) -> GridPatches:
    """Cut a tally grid whose corners are known; its printed lines are searched around their predicted places.

    Args:
        photo: the decoded photo.
        quad: (4, 2) corners TL, TR, BR, BL of the grid, photo px.
        rows, columns: how many the grid has.
    """
    grid = Tally(kind="tally", grid=(0, 0, columns, rows), rows=rows, columns=columns)
    sampler = _onto(photo, quad, columns, rows)
    return cut_grid(grid, sampler.picture, sampler.to_photo, (photo.width, photo.height))


def cut_total(photo: Photo, quad: FloatArray, cells: int) -> tuple[GrayImage, FloatArray] | None:
    """Cut the digits of one row total whose corners are known.

    Args:
        photo: the decoded photo.
        quad: (4, 2) corners TL, TR, BR, BL, photo px.
        cells: how many boxes the total has.

    Returns:
        Patches (n, 48, 48) uint8, and the boxes' sizes in them (n, 2), px; None where the boxes hold no ink.
    """
    sides = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    width, height = float(max(sides[0] + sides[2], 1e-3)) / 2, float(max(sides[1] + sides[3], 1e-3)) / 2
    totals = RowTotals(kind="row_totals", grid=(0, 0, 10 * width / height, 10), rows=1, cells=cells)
    sampler = _onto(photo, quad, 10 * width / height, 10)
    patches = cut_totals(totals, sampler.picture, None, scale_of_totals(totals)).get(0)
    return None if patches is None else (patches, np.tile(box_of_totals(totals), (len(patches), 1)))


def _onto(photo: Photo, quad: FloatArray, width: float, height: float) -> Sampler:
    """A sampler of a flat page of this size whose corners TL, TR, BR, BL lie at `quad` (4, 2), photo px."""
    sampler = Sampler(photo, np.eye(3))
    rect = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(rect, quad.astype(np.float32)), dtype=np.float64)
    sampler.homography = sampler.homography @ matrix
    return sampler


@dataclass(frozen=True, eq=False)
class _Cells:
    """The cells of one number: patches (n, 48, 48), quads (n, 4, 2) photo px, which printed boxes were seen (n,).

    `held`: the place of one unseen box was taken from the others. `move`: (2,) mm, median shift of the boxes from
    their predicted places.
    """

    patches: GrayImage
    quads: FloatArray
    found: NDArray[np.bool_]
    held: bool
    move: FloatArray


class _Bubbles(NamedTuple):
    """The bubbles of one number: patches (n, 10, 24, 24), centres (n, 10, 2) photo px, the paper between columns."""

    patches: GrayImage
    centers: FloatArray
    gaps: GrayImage


def _cut_cells(sampler: Sampler, fields: Sequence[FormField], located: Located) -> dict[str, _Cells]:
    """The cells of numbers whose boxes have one size, each aligned with its printed box; by field id."""
    rects = np.array([rect for f in fields for rect in f.cells.rects()])
    ends = np.cumsum([f.cells.count for f in fields])
    centers = (rects[:, :2] + rects[:, 2:]) / 2
    width, height = fields[0].cells.box[2], fields[0].cells.box[3]
    unit = max(width, height) / BOX
    shift, found = snap_boxes(sampler.sample(centers, unit, WIDE), width / unit / 2, height / unit / 2, ends)
    parts = [slice(end - f.cells.count, end) for f, end in zip(fields, ends, strict=True)]
    held = [hold(shift[p], found[p]) for p in parts]
    if located.unmet is not None:
        # Where the fitted surface is off the printed lines, a cell may have been aligned with a neighbouring box.
        near = np.linalg.norm(located.unmet - centers[:, None], axis=2) < _AROUND
        amid = near.sum(axis=1) >= _TOO_MANY
        found = found & ~amid
        held = [yes and not amid[p].any() for yes, p in zip(held, parts, strict=True)]
    centers = centers + shift * unit
    half = np.array([width, height]) / 2
    quads = sampler.to_photo(centers[:, None] + np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half)
    patches = sampler.sample(centers, 1 / scale_of(width, height), PATCH)
    moves = [(shift[p] * unit).mean(axis=0) for p in parts]
    rows = zip(fields, parts, held, moves, strict=True)
    return {f.id: _Cells(patches[p], quads[p], found[p], h, move) for f, p, h, move in rows}


def _together(
    sampler: Sampler, field: FormField, located: Located, cells: _Cells, bubbles: _Bubbles | None
) -> FieldPatches:
    """The patches of one number: its cells and bubbles as given, its tally grid and row totals cut here."""
    photo, quads = sampler.photo, cells.quads
    inside = bool((quads >= 0).all() and (quads[..., 0] < photo.width).all() and (quads[..., 1] < photo.height).all())
    boxes = np.tile(box_of(field.cells.box[2], field.cells.box[3]), (len(quads), 1))
    grid = None
    if field.tally:
        grid = cut_grid(field.tally, sampler.picture, sampler.to_photo, (photo.width, photo.height))
    totals: Mapping[int, GrayImage] = {}
    if field.row_totals:
        drift = None if grid is None else grid.drift
        totals = cut_totals(field.row_totals, sampler.picture, drift, scale_of_totals(field.row_totals))
    total_box = box_of_totals(field.row_totals) if field.row_totals else None
    rects = np.array(field.cells.rects())
    folded = np.zeros(len(rects), dtype=bool)
    for axis, place in located.folds:
        folded |= (rects[:, axis] - _FOLD < place) & (place < rects[:, axis + 2] + _FOLD)
    return FieldPatches(
        cells=cells.patches,
        boxes=boxes,
        strip=cut_strip(field.cells, cells.move, sampler.picture),
        quads=quads,
        found=cells.found,
        inside=inside,
        bubbles=bubbles and bubbles.patches,
        bubble_centers=bubbles and bubbles.centers,
        bubble_gaps=bubbles and bubbles.gaps,
        folded=folded,
        grid=grid,
        totals=totals,
        total_box=total_box,
        held=cells.held,
    )


def scale_of_totals(totals: RowTotals) -> float:
    """Patch px per mm for the boxes of row totals.

    The scale is that of other cells (`patch.scale_of`). It is set by the height alone where one box holds all digits.
    """
    x0, y0, x1, y1 = totals.grid
    height = (y1 - y0) / totals.rows
    return scale_of((x1 - x0) / totals.cells, height) if totals.cells > 1 else CELL / height


def box_of_totals(totals: RowTotals) -> tuple[float, float]:
    """Width and height of the boxes of row totals in their patches, px; digits that share a box get a square one."""
    if totals.cells == 1:
        return float(CELL), float(CELL)
    x0, y0, x1, y1 = totals.grid
    scale = scale_of_totals(totals)
    return (x1 - x0) / totals.cells * scale, (y1 - y0) / totals.rows * scale


def _cut_bubbles(sampler: Sampler, fields: Sequence[FormField]) -> dict[str, _Bubbles]:
    """The bubbles of numbers whose bubbles are printed in one size, aligned with their rings; by field id."""
    sets = [f.bubbles.centers(f.cells.count).reshape(-1, 2) for f in fields if f.bubbles]
    assert fields[0].bubbles is not None
    unit = fields[0].bubbles.radius / RING
    wide = sampler.sample(np.concatenate(sets), unit, BUBBLE + 2 * BUBBLE_SNAP)
    ends = np.cumsum([len(centers) for centers in sets])
    parts = [slice(end - len(centers), end) for centers, end in zip(sets, ends, strict=True)]
    places = np.concatenate(
        [c + snap_rings(wide[p].astype(np.float32).mean(axis=0)) * unit for c, p in zip(sets, parts, strict=True)]
    )
    patches, centers = sampler.sample(places, unit, BUBBLE), sampler.to_photo(places)
    return {
        f.id: _Bubbles(
            patches[p].reshape(-1, 10, BUBBLE, BUBBLE),
            centers[p].reshape(-1, 10, 2),
            _cut_gaps(sampler, places[p].reshape(-1, 10, 2), unit),
        )
        for f, p in zip(fields, parts, strict=True)
    }


def _cut_gaps(sampler: Sampler, places: FloatArray, unit: float) -> GrayImage:
    """The paper between the rings of neighbouring columns, (n - 1, height, width).

    Args:
        sampler: samples the photo at page millimetres.
        places: (n, 10, 2) centres of the bubbles, page mm.
        unit: length of a pixel, mm.
    """
    aside = np.array([_GAP * RING * unit, 0.0])
    lattices = [
        np.stack([np.linspace(left[i] + aside, right[i] - aside, _NODES) for i in range(len(left))])
        for left, right in pairwise(places)
    ]
    if not lattices:
        return np.zeros((0, 1, 1), np.uint8)
    ends = lattices[0][-1, -1] - lattices[0][0, 0]
    width, height = (max(2, round(float(side) / unit)) for side in ends)
    down, across = np.linspace(0, height, len(places[0])), np.linspace(0, width, _NODES)
    return np.stack([sampler.picture(lattice, down, across) for lattice in lattices])
