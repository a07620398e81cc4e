"""Page to patches of tally grids: aligns each grid with its printed lines and cuts every cell to one shape.

The printed lines of a cell lie at the same place of its patch whatever the shape of the cell on the paper, so the net
can rely on the cell's bounds even where no line was printed. A margin of the neighbouring cells is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ..forms.fields import Tally
from ..imaging.arrays import FloatArray, GrayImage
from ..imaging.linear import product
from .sampler import Lattice, Places, Steps, Wanted
from .struck_space import StruckCells, in_grid

WIDTH, HEIGHT = 56, 40  # px: a grid cell with its surroundings; fixed by the tally reader's weights
BOX_WIDTH, BOX_HEIGHT = 40, 28  # px: the cell itself, line centre to line centre, in the middle of the patch
CANCELLED, OTHER = 6, 7  # classes of cells beside 0-5 strokes

_SIDE, _TOP = (WIDTH - BOX_WIDTH) // 2, (HEIGHT - BOX_HEIGHT) // 2
_ZONES = 3  # zones across and down in which lines are searched separately, since paper bends; by judgement
_LARGEST_SHIFT = 9  # patch px: largest shift of lines from their predicted place, a third of a row; by judgement
_SHIFTS = np.arange(-_LARGEST_SHIFT, _LARGEST_SHIFT + 1)
_PULL = 0.03  # gray levels per squared px: the penalty on a shift; by judgement
# Mean height (gray levels) of the ridges of a zone's lines from which the lines count as seen. Blank grids of drawn
# photos have 5 to 60, paper without lines stays below 1; between the two by judgement.
_SEEN = 1.5
# Lines along the top or bottom with this mean height in one zone, and less than this share of it in another, are taken
# as occluded in the other. By judgement.
_CLEAR, _GONE = 5.0, 0.1


@dataclass(frozen=True, eq=False)
class GridPatches:
    """What was cut out of one tally grid.

    Attributes:
        cells: (rows, columns, HEIGHT, WIDTH) uint8.
        quad: (4, 2) corners TL, TR, BR, BL of the grid, photo px.
        inside: whether the grid lies within the photo.
        found: share 0..1 of the grid's zones whose printed lines were seen.
        hidden: lines are clear in one part of the grid and missing in another, which is occluded.
        drift: (rows, 2) mm from the predicted right end of each row to the place where it was found.
        struck: long lines that strike out unused cells, or strokes.
    """

    cells: GrayImage
    quad: FloatArray
    inside: bool
    found: float
    hidden: bool
    drift: FloatArray
    struck: StruckCells


def cut_grids(
    grids: Sequence[Tally],
    size: tuple[int, int],
    beside: Callable[[int, FloatArray], Sequence[Wanted]] = lambda index, drift: (),
) -> Steps[list[GridPatches]]:
    """Cut every cell of grids that have as many rows and columns, in two rounds: lines are searched in the first.

    Args:
        grids: where they are printed.
        size: (width, height) of the full photo.
        beside: what else to ask for in the second round, given the index of a grid and the drift of its rows
            (`GridPatches.drift`).
    """
    kind = _kind(grids[0].rows, grids[0].columns)
    lattices = [_lattice(grid) for grid in grids]
    even, near = ([Lattice(*one, *part) for one in lattices] for part in ((None, kind.some), (kind.near, None)))
    yield [*even, *near]
    shifts, found, hidden = _line_shifts(
        np.stack([one.seen for one in even]), np.stack([one.seen.T for one in near]), kind
    )
    _, down, across = lattices[0]
    between = _between(shifts, down, across)
    moved = [move * _unit(grid) for grid, move in zip(grids, between, strict=True)]
    pictures = [Lattice(nodes + move, down, across) for (nodes, _, _), move in zip(lattices, moved, strict=True)]
    corners = [Places(one.places[[1, 1, -2, -2], [1, -2, -2, 1]]) for one in pictures]
    drifts = [move[2:-1:2, -2] for move in moved]
    yield [*pictures, *corners, *(one for index, drift in enumerate(drifts) for one in beside(index, drift))]
    cut: list[GridPatches] = []
    for index, (picture, corner) in enumerate(zip(pictures, corners, strict=True)):
        windows = sliding_window_view(picture.seen, (HEIGHT, WIDTH))[::BOX_HEIGHT, ::BOX_WIDTH]
        quad = corner.seen
        inside = bool((quad >= -0.5).all() and (quad < np.array(size) - 0.5).all())
        cells = np.ascontiguousarray(windows)
        struck = in_grid(picture.seen, (BOX_WIDTH, BOX_HEIGHT), (_SIDE, _TOP))
        seen = float(found[index]), bool(hidden[index])
        cut.append(GridPatches(cells, quad, inside, *seen, drifts[index], struck))
    return cut


def _unit(grid: Tally) -> FloatArray:
    """Width and height of a pixel of the picture of a grid, page mm."""
    x0, y0, x1, y1 = grid.grid
    return np.array([(x1 - x0) / grid.columns / BOX_WIDTH, (y1 - y0) / grid.rows / BOX_HEIGHT])


def _lattice(grid: Tally) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Nodes at the lines, halfway between them and at the ends of the margins: mm (m, n, 2), px (m,), px (n,)."""
    x0, y0, x1, y1 = grid.grid
    across = _places(grid.columns, BOX_WIDTH, _SIDE)
    down = _places(grid.rows, BOX_HEIGHT, _TOP)
    x = x0 + (across - _SIDE) * (x1 - x0) / (grid.columns * BOX_WIDTH)
    y = y0 + (down - _TOP) * (y1 - y0) / (grid.rows * BOX_HEIGHT)
    return np.stack(np.meshgrid(x, y), axis=-1), down, across


def _places(count: int, box: int, margin: int) -> FloatArray:
    inner = margin + np.arange(0, count * box + 1, box / 2)
    return np.concatenate([[0.0], inner, [count * box + 2.0 * margin]])


# --- lines ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Kind:
    """What all grids of so many rows and columns share.

    Attributes:
        some: columns of the picture in which horizontal lines are searched: lines are long, every other is enough.
        near: rows of it in which vertical lines are searched. Strokes are vertical as well, but end well inside of
            their rows, so these are near the rows' ends.
        level, upright: where horizontal and vertical lines are searched.
    """

    some: tuple[int, ...]
    near: tuple[int, ...]
    level: _Search
    upright: _Search


@dataclass(frozen=True, eq=False)
class _Search:
    """Where lines of one direction are searched, in a picture turned so that they are level.

    Attributes:
        of_zone: (columns, zones) 1 where a column of the picture lies in a zone across, else 0.
        places: for each zone down (lines, shifts) the rows of its lines at each shift.
        inside: for each zone down (lines, shifts) whether these rows are within the picture.
    """

    of_zone: NDArray[np.float32]
    places: tuple[NDArray[np.intp], ...]
    inside: tuple[NDArray[np.bool_], ...]


@lru_cache(maxsize=64)
def _kind(rows: int, columns: int) -> _Kind:
    """What all grids of so many rows and columns share; cached, not to be changed."""
    height, width = rows * BOX_HEIGHT + 2 * _TOP, columns * BOX_WIDTH + 2 * _SIDE
    level, upright = _TOP + BOX_HEIGHT * np.arange(rows + 1), _SIDE + BOX_WIDTH * np.arange(columns + 1)
    near = np.unique(np.concatenate([level + d for d in (-4, -3, 2, 3)]).clip(0, height - 1))
    some = np.arange(0, width, 2)
    searches = _search(level, height, some, width), _search(upright, width, near, height)
    return _Kind(tuple(some.tolist()), tuple(near.tolist()), *searches)


def _search(lines: NDArray[np.intp], size: int, used: NDArray[np.intp], width: int) -> _Search:
    """The search for lines at these rows of a picture of `size` rows and `width` columns, of which some are used."""
    of_zone = np.stack([(used >= a) & (used < b) for a, b in _zones(width)], axis=1).astype(np.float32)
    mine = [lines[(lines >= a - 1) & (lines <= b + 1)] for a, b in _zones(size)]
    places = [some[:, None] + _SHIFTS for some in mine]
    inside = tuple((place >= 2) & (place < size - 2) for place in places)
    return _Search(of_zone, tuple(place.clip(0, size - 1) for place in places), inside)


def _line_shifts(
    even: NDArray[np.uint8], near: NDArray[np.uint8], kind: _Kind
) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """Find the printed lines of n grids of one kind.

    Args:
        even: (n, height, columns) their pictures at the columns `kind.some`.
        near: (n, width, rows) their pictures at the rows `kind.near`, transposed.
        kind: of the grids.

    Returns:
        Shifts of the lines from their predicted places, (n, zones, zones, 2) px, x and y; the share (n,) of zones whose
        lines were seen; and (n,) whether a part is occluded.
    """
    y_shift, y_height = _best(_scores(_ridge(even), kind.level))
    x_shift, x_height = _best(_scores(_ridge(near), kind.upright).swapaxes(1, 2))
    y_seen, x_seen = y_height > _SEEN, x_height > _SEEN
    seen = (y_seen & x_seen).mean(axis=(1, 2))
    # Zones of the outer frame; photocopies lose the fine lines inside.
    clear = np.maximum(y_height, x_height)[:, [0, -1]]
    most, least = clear.max(axis=(1, 2)), clear.min(axis=(1, 2))
    hidden = (most > _CLEAR) & (least < _GONE * most)
    return np.stack([np.where(x_seen, x_shift, 0.0), np.where(y_seen, y_shift, 0.0)], axis=-1), seen, hidden


def _ridge(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How much darker each pixel (n, height, width) is than those two rows above and below it: dark level lines."""
    ridge = np.zeros(images.shape, np.float32)
    height = np.subtract(np.minimum(images[:, :-4], images[:, 4:]), images[:, 2:-2], dtype=np.int16)
    ridge[:, 2:-2] = np.clip(height, -10, 25)  # bounded, so that a blob of ink does not pass for a line
    return ridge


def _zones(size: int) -> list[tuple[int, int]]:
    edges = np.rint(np.linspace(0, size, _ZONES + 1)).astype(int)
    return [(int(a), int(b)) for a, b in pairwise(edges)]


def _scores(ridge: NDArray[np.float32], search: _Search) -> FloatArray:
    """Mean ridge (n, height, columns) on the level lines for each shift, (n, zones down, zones across, shifts)."""
    # Sums of so few whole numbers are exact in any order.
    profiles = (product(ridge, search.of_zone) / search.of_zone.sum(axis=0)).swapaxes(1, 2)  # (n, across, height)
    profiles = 0.25 * np.roll(profiles, 1, axis=2) + 0.5 * profiles + 0.25 * np.roll(profiles, -1, axis=2)
    scores = np.zeros((len(ridge), _ZONES, _ZONES, len(_SHIFTS)))
    for zone, (places, inside) in enumerate(zip(search.places, search.inside, strict=True)):
        values = np.where(inside, profiles[:, :, places], 0.0)
        scores[:, zone] = values.sum(axis=2) / np.maximum(inside.sum(axis=0), 1)
    return scores


def _best(scores: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shifts (n, zones, zones) and mean ridge heights at them; the score of a zone includes the mean over all zones."""
    total = scores + 1.5 * scores.mean(axis=(1, 2))[:, None, None] - _PULL * _SHIFTS**2
    best = total.argmax(axis=3)
    inner = np.clip(best, 1, len(_SHIFTS) - 2)
    before, here, after = (np.take_along_axis(total, (inner + d)[..., None], 3)[..., 0] for d in (-1, 0, 1))
    bend = before - 2 * here + after
    fraction = np.where(bend < -1e-6, 0.5 * (before - after) / np.minimum(bend, -1e-6), 0.0).clip(-0.5, 0.5)
    height = np.take_along_axis(scores, best[..., None], 3)[..., 0]
    return np.asarray(_SHIFTS[best] + np.where(best == inner, fraction, 0.0), dtype=np.float64), height


def _between(shift: FloatArray, down: FloatArray, across: FloatArray) -> FloatArray:
    """Shifts (grids, zones, zones, 2) at the middles of the zones, interpolated to the nodes: (grids, m, n, 2) px."""
    height, width = float(down[-1]), float(across[-1])
    middles = (np.arange(_ZONES) + 0.5) / _ZONES
    rows = np.stack([np.interp(down / height, middles, np.arange(_ZONES))]).ravel()
    columns = np.stack([np.interp(across / width, middles, np.arange(_ZONES))]).ravel()
    weights_down = np.maximum(0, 1 - np.abs(rows[:, None] - np.arange(_ZONES)))
    weights_across = np.maximum(0, 1 - np.abs(columns[:, None] - np.arange(_ZONES)))
    return np.stack([np.einsum("iz,zwk,jw->ijk", weights_down, one, weights_across) for one in shift])
