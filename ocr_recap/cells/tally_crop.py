"""Page to patches of tally grids: aligns each grid with its printed lines and cuts every cell to one shape.

The printed lines of a cell lie at the same place of its patch whatever the shape of the cell on the paper, so the net
can rely on the cell's bounds even where no line was printed. A margin of the neighbouring cells is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ..forms.fields import Tally
from ..imaging.arrays import FloatArray, GrayImage
from ..imaging.linear import product
from .sampler import Lattice, Places, Steps, Wanted

WIDTH, HEIGHT = 56, 40  # px: a grid cell with its surroundings; fixed by the tally reader's weights
BOX_WIDTH, BOX_HEIGHT = 40, 28  # px: the cell itself, line centre to line centre, in the middle of the patch
CANCELLED, OTHER = 6, 7  # classes of cells beside 0-5 strokes

_SIDE, _TOP = (WIDTH - BOX_WIDTH) // 2, (HEIGHT - BOX_HEIGHT) // 2
_ZONES = 3  # zones across and down in which lines are searched separately, since paper bends; by judgement
_LARGEST_SHIFT = 9  # patch px: largest shift of lines from their predicted place, a third of a row; by judgement
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
    """

    cells: GrayImage
    quad: FloatArray
    inside: bool
    found: float
    hidden: bool
    drift: FloatArray


def cut_grid(
    grid: Tally, size: tuple[int, int], beside: Callable[[FloatArray], Sequence[Wanted]] = lambda drift: ()
) -> Steps[GridPatches]:
    """Cut every cell of a grid, in two rounds: its lines are searched in the first.

    Args:
        grid: where the grid is printed.
        size: (width, height) of the full photo.
        beside: what else to ask for in the second round, given the drift of the rows (`GridPatches.drift`).
    """
    nodes, down, across = _lattice(grid)
    first = Lattice(nodes, down, across)
    yield [first]
    shift, found, hidden = _line_shifts(first.seen, grid)
    x0, y0, x1, y1 = grid.grid
    unit = np.array([(x1 - x0) / grid.columns / BOX_WIDTH, (y1 - y0) / grid.rows / BOX_HEIGHT])
    moved = _between(shift, down, across) * unit
    nodes = nodes + moved
    drift = moved[2:-1:2, -2]
    picture, corners = Lattice(nodes, down, across), Places(nodes[[1, 1, -2, -2], [1, -2, -2, 1]])
    yield [picture, corners, *beside(drift)]
    windows = sliding_window_view(picture.seen, (HEIGHT, WIDTH))[::BOX_HEIGHT, ::BOX_WIDTH]
    quad = corners.seen
    inside = bool((quad >= -0.5).all() and (quad < np.array(size) - 0.5).all())
    return GridPatches(np.ascontiguousarray(windows), quad, inside, found, hidden, drift)


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


def _line_shifts(picture: GrayImage, grid: Tally) -> tuple[FloatArray, float, bool]:
    """Shifts of the printed lines from their predicted places, (zones, zones, 2) px, x and y; the share of zones whose
    lines were seen; whether a part is occluded."""
    height, width = picture.shape
    # Strokes are vertical as well, but end well inside of their rows: vertical lines are searched near the rows' ends.
    rows = _TOP + BOX_HEIGHT * np.arange(grid.rows + 1)
    near = np.unique(np.concatenate([rows + d for d in (-4, -3, 2, 3)]).clip(0, height - 1))
    columns = _SIDE + BOX_WIDTH * np.arange(grid.columns + 1)
    some = np.arange(0, width, 2)  # lines are long: every other column is enough
    y_scores = _scores(_ridge(picture[:, ::2]), rows, _zones(width), some)
    x_scores = _scores(_ridge(np.ascontiguousarray(picture[near].T)), columns, _zones(height), near)
    y_shift, y_height = _best(y_scores)
    x_shift, x_height = _best(x_scores.swapaxes(0, 1))
    y_seen, x_seen = y_height > _SEEN, x_height > _SEEN
    seen = float((y_seen & x_seen).mean())
    clear = np.maximum(y_height, x_height)[[0, -1]]  # zones of the outer frame; photocopies lose the fine lines inside
    hidden = bool(clear.max() > _CLEAR and clear.min() < _GONE * clear.max())
    return np.stack([np.where(x_seen, x_shift, 0.0), np.where(y_seen, y_shift, 0.0)], axis=-1), seen, hidden


def _ridge(image: GrayImage) -> NDArray[np.float32]:
    """How much darker each pixel is than the pixels two rows above and below it: dark horizontal lines."""
    ridge = np.zeros(image.shape, np.float32)
    height = np.subtract(np.minimum(image[:-4], image[4:]), image[2:-2], dtype=np.int16)
    ridge[2:-2] = np.clip(height, -10, 25)  # bounded, so that a blob of ink does not pass for a line
    return ridge


def _zones(size: int) -> list[tuple[int, int]]:
    edges = np.rint(np.linspace(0, size, _ZONES + 1)).astype(int)
    return [(int(a), int(b)) for a, b in pairwise(edges)]


def _scores(
    ridge: NDArray[np.float32], lines: NDArray[np.intp], zones: list[tuple[int, int]], used: NDArray[np.intp]
) -> FloatArray:
    """Mean ridge on the horizontal lines for each shift, (zones down, zones across, shifts).

    `used` holds the place in the picture of each column of `ridge`.
    """
    shifts = np.arange(-_LARGEST_SHIFT, _LARGEST_SHIFT + 1)
    size = ridge.shape[0]
    of_zone = np.stack([(used >= a) & (used < b) for a, b in zones], axis=1).astype(np.float32)
    profiles = (product(ridge, of_zone) / of_zone.sum(axis=0)).T  # (across, size); sums of whole numbers are exact
    profiles = 0.25 * np.roll(profiles, 1, axis=1) + 0.5 * profiles + 0.25 * np.roll(profiles, -1, axis=1)
    scores = np.zeros((_ZONES, _ZONES, len(shifts)))
    for zone, (a, b) in enumerate(_zones(size)):
        mine = lines[(lines >= a - 1) & (lines <= b + 1)]
        places = mine[:, None] + shifts[None, :]
        inside = (places >= 2) & (places < size - 2)
        values = np.where(inside, profiles[:, places.clip(0, size - 1)], 0.0)
        scores[zone] = values.sum(axis=1) / np.maximum(inside.sum(axis=0), 1)
    return scores


def _best(scores: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shifts (zones, zones) and mean ridge heights at them; the score of a zone includes the mean over all zones."""
    shifts = np.arange(-_LARGEST_SHIFT, _LARGEST_SHIFT + 1)
    total = scores + 1.5 * scores.mean(axis=(0, 1)) - _PULL * shifts**2
    best = total.argmax(axis=2)
    inner = np.clip(best, 1, len(shifts) - 2)
    before, here, after = (np.take_along_axis(total, (inner + d)[..., None], 2)[..., 0] for d in (-1, 0, 1))
    bend = before - 2 * here + after
    fraction = np.where(bend < -1e-6, 0.5 * (before - after) / np.minimum(bend, -1e-6), 0.0).clip(-0.5, 0.5)
    height = np.take_along_axis(scores, best[..., None], 2)[..., 0]
    return np.asarray(shifts[best] + np.where(best == inner, fraction, 0.0), dtype=np.float64), height


def _between(shift: FloatArray, down: FloatArray, across: FloatArray) -> FloatArray:
    """Shifts at the middles of the zones, interpolated to the nodes: (m, n, 2) px."""
    height, width = float(down[-1]), float(across[-1])
    middles = (np.arange(_ZONES) + 0.5) / _ZONES
    rows = np.stack([np.interp(down / height, middles, np.arange(_ZONES))]).ravel()
    columns = np.stack([np.interp(across / width, middles, np.arange(_ZONES))]).ravel()
    weights_down = np.maximum(0, 1 - np.abs(rows[:, None] - np.arange(_ZONES)))
    weights_across = np.maximum(0, 1 - np.abs(columns[:, None] - np.arange(_ZONES)))
    return np.einsum("iz,zwk,jw->ijk", weights_down, shift, weights_across)
