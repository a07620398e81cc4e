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
from .row_total_crop import MARGIN, cut_totals, totals_of
from .sampler import Lattice, Patches, Places, Sampler, Steps
from .strip import TALL, stands_apart, strip_of
from .struck_space import in_boxes, in_totals
from .tally_crop import GridPatches, cut_grids
from .words_crop import WordsPatches, cut_words

# A cell with this many line samples off the fitted surface within this distance (mm) counts as not found. On a folded
# page whose fitted surface was a quarter of a cell off beside the crease, cells there had 4 to 7 such samples, cells
# that were placed correctly 3 at most (benchmarks/bent.py).
_AROUND, _TOO_MANY = 15.0, 4
_GAP = 1.35  # radii from a bubble's centre at which the paper beside it begins
_NODES = 3  # nodes of the lattice from one column of bubbles to the next, along each side; by judgement
_APART = (
    1.5  # heights of a box without another number's boxes above and below, for a steep line to be told; by judgement
)
_TALL = 96  # px: height of the strip in which a steep line is told, three heights of a box; by judgement
_FOLD = 2.0  # mm: accuracy with which creases are located (benchmarks/bent.py)


@dataclass(frozen=True)
class FieldPatches:
    """What was cut out for one number.

    Attributes:
        cells: (n, 48, 48) uint8, one patch per cell.
        boxes: (n, 2) printed width and height of the boxes in these patches, px.
        strip: (48, width) uint8, all boxes of the number as one picture.
        unused: a long line runs over the boxes, and nothing else is written in them (`struck_space.in_boxes`).
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
        totals_struck: (rows,) whether a long line runs through the totals of each row; None where the form has none.
        total_box: printed width and height of the boxes of row totals in these patches, px; None where the form has
            no row totals.
        words: the number in words, or None where the form has no space for it.
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
    unused: bool = False
    totals_struck: NDArray[np.bool_] | None = None
    words: WordsPatches | None = None


def crop(photo: Photo, located: Located) -> Mapping[str, FieldPatches]:
    """Cut boxes, bubbles, grids, row totals and words of the page, as far as in the photo (`Located.fields_in_photo`).

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
    parts = _Parts({}, {}, {}, {})
    cutters = [_cut_cells(alike, located, parts.cells) for alike in _by(fields, lambda f: f.cells.box[2:])]
    bubbled = [f for f in fields if f.bubbles]
    cutters += [_cut_bubbles(alike, parts.bubbles) for alike in _by(bubbled, lambda f: f.bubbles and f.bubbles.radius)]
    size = photo.width, photo.height
    stroked = [f for f in fields if f.tally or f.row_totals]
    for alike in _by(stroked, lambda f: f.tally and (f.tally.rows, f.tally.columns)):
        cutters.append(_cut_strokes(alike, size, parts.strokes))
    worded = [f for f in fields if f.words]
    if worded:
        cutters.append(cut_words(worded, located.template.page(located.page_id), parts.words))
    sampler.together(cutters)
    return {f.id: _together(f, located, size, parts) for f in fields}


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
    return _onto(photo, quad, columns, rows).cut(cut_grids([grid], (photo.width, photo.height)))[0]


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
    boxes = totals_of(totals, None, scale_of_totals(totals))
    _onto(photo, quad, 10 * width / height, 10).look([boxes])
    patches = cut_totals(totals, boxes.seen, scale_of_totals(totals)).get(0)
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
    """The cells of one number: patches (n, 48, 48), all of them as one picture (48, width), quads (n, 4, 2) photo px,
    which printed boxes were seen (n,).

    `held`: the place of one unseen box was taken from the others. `unused`: its boxes are struck out and hold nothing
    else.
    """

    patches: GrayImage
    strip: GrayImage
    quads: FloatArray
    found: NDArray[np.bool_]
    held: bool
    unused: bool


class _Bubbles(NamedTuple):
    """The bubbles of one number: patches (n, 10, 24, 24), centres (n, 10, 2) photo px, the paper between columns."""

    patches: GrayImage
    centers: FloatArray
    gaps: GrayImage


class _Strokes(NamedTuple):
    """What stands beside one number: its tally grid, and the digits of row totals by row."""

    grid: GridPatches | None
    totals: Mapping[int, GrayImage]
    totals_struck: NDArray[np.bool_] | None


class _Parts(NamedTuple):
    """What was cut out of a page, by field id."""

    cells: dict[str, _Cells]
    bubbles: dict[str, _Bubbles]
    strokes: dict[str, _Strokes]
    words: dict[str, WordsPatches]


def _cut_cells(fields: Sequence[FormField], located: Located, into: dict[str, _Cells]) -> Steps[None]:
    """The cells of numbers whose boxes have one size, each aligned with its printed box."""
    rects = np.array([rect for f in fields for rect in f.cells.rects()])
    ends = np.cumsum([f.cells.count for f in fields])
    centers = (rects[:, :2] + rects[:, 2:]) / 2
    width, height = fields[0].cells.box[2], fields[0].cells.box[3]
    unit = max(width, height) / BOX
    wide = Patches(centers, unit, WIDE)
    yield [wide]
    shift, found = snap_boxes(wide.seen, width / unit / 2, height / unit / 2, ends)
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
    quads = Places(centers[:, None] + np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half)
    patches = Patches(centers, 1 / scale_of(width, height), PATCH)
    moves = [(shift[p] * unit).mean(axis=0) for p in parts]
    strips = [strip_of(f.cells, move) for f, move in zip(fields, moves, strict=True)]
    others = located.template.fields_of(located.page_id)
    around = {f.id: strip_of(f.cells, m, TALL) for f, m in zip(fields, moves, strict=True) if stands_apart(f, others)}
    yield [quads, patches, *strips, *around.values()]
    for f, p, strip, h in zip(fields, parts, strips, held, strict=True):
        unused = in_boxes(around.get(f.id, strip).seen, f.cells)
        into[f.id] = _Cells(patches.seen[p], strip.seen, quads.seen[p], found[p], h, unused)


def _together(field: FormField, located: Located, size: tuple[int, int], parts: _Parts) -> FieldPatches:
    """The patches of one number, from its parts; `size` is the photo's width and height."""
    cells, bubbles, strokes = parts.cells[field.id], parts.bubbles.get(field.id), parts.strokes.get(field.id)
    quads = cells.quads
    inside = bool((quads >= 0).all() and (quads[..., 0] < size[0]).all() and (quads[..., 1] < size[1]).all())
    rects = np.array(field.cells.rects())
    folded = np.zeros(len(rects), dtype=bool)
    for axis, place in located.folds:
        folded |= (rects[:, axis] - _FOLD < place) & (place < rects[:, axis + 2] + _FOLD)
    return FieldPatches(
        cells=cells.patches,
        boxes=np.tile(box_of(field.cells.box[2], field.cells.box[3]), (len(quads), 1)),
        strip=cells.strip,
        quads=quads,
        found=cells.found,
        inside=inside,
        bubbles=bubbles and bubbles.patches,
        bubble_centers=bubbles and bubbles.centers,
        bubble_gaps=bubbles and bubbles.gaps,
        folded=folded,
        grid=strokes and strokes.grid,
        totals=strokes.totals if strokes else {},
        total_box=box_of_totals(field.row_totals) if field.row_totals else None,
        held=cells.held,
        unused=cells.unused,
        totals_struck=strokes and strokes.totals_struck,
        words=parts.words.get(field.id),
    )


def _cut_strokes(fields: Sequence[FormField], size: tuple[int, int], into: dict[str, _Strokes]) -> Steps[None]:
    """The row totals of numbers, and their tally grids, which all have as many rows and columns, or none has one.

    `size` is the photo's width and height.
    """
    written: dict[str, Lattice] = {}

    def beside(index: int, drift: FloatArray | None) -> list[Lattice]:
        totals = fields[index].row_totals
        if totals is None:
            return []
        written[fields[index].id] = boxes = totals_of(totals, drift, scale_of_totals(totals))
        return [boxes]

    tallies = [f.tally for f in fields if f.tally]
    grids: Sequence[GridPatches | None] = [None] * len(fields)
    if tallies:
        grids = yield from cut_grids(tallies, size, beside)
    else:
        yield [boxes for index in range(len(fields)) for boxes in beside(index, None)]
    for f, grid in zip(fields, grids, strict=True):
        totals: Mapping[int, GrayImage] = {}
        struck: NDArray[np.bool_] | None = None
        if f.row_totals:
            picture, scale = written[f.id].seen, scale_of_totals(f.row_totals)
            totals = cut_totals(f.row_totals, picture, scale)
            struck = (
                in_totals(picture, f.row_totals, scale, MARGIN) if totals else np.zeros(f.row_totals.rows, np.bool_)
            )
        into[f.id] = _Strokes(grid, totals, struck)


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


def _cut_bubbles(fields: Sequence[FormField], into: dict[str, _Bubbles]) -> Steps[None]:
    """The bubbles of numbers whose bubbles are printed in one size, aligned with their rings."""
    sets = [f.bubbles.centers(f.cells.count).reshape(-1, 2) for f in fields if f.bubbles]
    assert fields[0].bubbles is not None
    unit = fields[0].bubbles.radius / RING
    wide = Patches(np.concatenate(sets), unit, BUBBLE + 2 * BUBBLE_SNAP)
    yield [wide]
    ends = np.cumsum([len(centers) for centers in sets])
    parts = [slice(end - len(centers), end) for centers, end in zip(sets, ends, strict=True)]
    moves = [snap_rings(wide.seen[p].astype(np.float32).mean(axis=0)) * unit for p in parts]
    centers = Places(np.concatenate([c + move for c, move in zip(sets, moves, strict=True)]))
    patches = Patches(centers.places, unit, BUBBLE)
    gaps = [_gaps_of(centers.places[p].reshape(-1, 10, 2), unit) for p in parts]
    yield [centers, patches, *(gap for some in gaps for gap in some)]
    for f, p, some in zip(fields, parts, gaps, strict=True):
        into[f.id] = _Bubbles(
            patches.seen[p].reshape(-1, 10, BUBBLE, BUBBLE),
            centers.seen[p].reshape(-1, 10, 2),
            np.stack([gap.seen for gap in some]) if some else np.zeros((0, 1, 1), np.uint8),
        )


def _gaps_of(places: FloatArray, unit: float) -> list[Lattice]:
    """The paper between the rings of neighbouring columns, all pictures of one size.

    Args:
        places: (n, 10, 2) centres of the bubbles, page mm.
        unit: length of a pixel, mm.
    """
    aside = np.array([_GAP * RING * unit, 0.0])
    lattices = [np.linspace(left + aside, right - aside, _NODES, axis=1) for left, right in pairwise(places)]
    if not lattices:
        return []
    ends = lattices[0][-1, -1] - lattices[0][0, 0]
    width, height = (max(2, round(float(side) / unit)) for side in ends)
    down, across = np.linspace(0, height, len(places[0])), np.linspace(0, width, _NODES)
    return [Lattice(lattice, down, across) for lattice in lattices]
