"""The tally witness: patches of grid cells to counts of strokes with probabilities, per cell, row and grid.

A net classifies every cell as empty, one to five strokes, a mark that cancels the cell, or something else. A prior on
the order in which grids are filled is applied (`tally_prior.in_order`). Cells are then taken as independent, and the
distributions of their counts are convolved to those of a row and of the grid. A crossed bundle counts as five strokes.

`number_given` turns the distribution of strokes into one of the number that the clerk counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ..imaging.arrays import FloatArray
from .inference import onnxruntime as ort
from .tally_crop import BOX_HEIGHT, BOX_WIDTH, CANCELLED, HEIGHT, OTHER, WIDTH, GridPatches
from .tally_prior import in_order
from .weights import load_weights, session

State = Literal["read", "empty", "unreadable"]
Reason = Literal["outside_photo", "covered", "lines_not_found", "other_marks", "out_of_order", "unclear", "crossed_out"]

CLASSES = ("0", "1", "2", "3", "4", "5", "cancelled", "other")  # of a cell, in the order of the probabilities
FULL = 5  # strokes of a full cell
SIGNS = "012345-?"  # signs of the classes in records: one character per cell
_BATCH = 128  # cells in one run of the net; bounds memory, by judgement

# A cell whose inside is as even as bare paper is empty, and the net is not run: most cells of most pages are empty. The
# darkest place (mean of 3 x 3 px) of 1,051 cells with strokes on photos of calibration writers was darker than the
# cell's paper by a share of at least 0.047 with preset `hard` and 0.104 with `field` (training/tally/choose.py).
_BARE = 0.04
INNER = 7  # px left out at top and bottom of a cell: printed lines, and ends of strokes of the rows above and below
_BARE_SURE = 0.9995  # probability that such a cell is empty; by judgement

# Chosen by training/tally/choose.py, on drawn photos of calibration writers.
_MOST_OTHER = 0.5  # a cell with this probability of something else makes the whole grid unreadable
_LEAST_FOUND = 0.2  # share of the zones whose printed lines must be seen before a grid without strokes is empty
_MOST_LEFT_OUT = 2  # empty cells before the last cell with strokes; with more the grid was not filled in order
_WIDEST = 6  # strokes between the ends of the 99% credible set of a grid that counts as read
_SURELY_UNUSED = (
    0.98  # least probability that a row holds no stroke for a line over its total to be heeded; by judgement
)
_LEAST_CROSSED = 2  # cells with strokes, side by side, through which one line must run to take them back; by judgement
_LEAST_SURE = 0.4  # least probability of the most probable count of a grid that counts as read

# --- clerk errors between strokes and the number ---------------------------------------------------------------------
# One person makes strokes while votes are called; later somebody counts the strokes and writes a number. Only the sum
# of these shares has a source: 20.1% of 348 records published on 18 Feb 2024 broke a rule, misreading included, over
# some ten numbers each, so a number differs from the strokes in one or two of a hundred cases. The shares of the kinds
# of error are by judgement: one stroke more or less (a bundle of four or six taken for five, a vote not marked), two
# strokes, one bundle, two bundles, and a row skipped or counted twice. Keys: strokes more or less; values: probability
# of each direction.
_SLIPS = {1: 0.008, 2: 0.002, 5: 0.004, 10: 0.001}
_SLIP_OF_A_ROW = 0.002  # as above, for a whole row
_ANYTHING = 0.01  # spread over all numbers that fit a grid, so that strokes alone never exclude a number; by judgement
_RANGE = 1000  # numbers are 0 .. 999


@dataclass(frozen=True, eq=False)
class TallyReading:
    """Evidence of the strokes in one grid.

    Attributes:
        state: an `empty` grid is no evidence about the number, since many sheets have no strokes; an `unreadable` one
            has no count.
        reason: why the grid is unreadable; None otherwise.
        count: the most probable number of strokes, 0 for an empty grid, None for an unreadable one.
        counts: probability of each number of strokes, 0 .. all that fit the grid; empty if unreadable.
        rows: the most probable count of each row; None if unreadable.
        row_counts: (rows, strokes of a full row + 1) probabilities.
        cells: (rows, columns) index of the most probable class.
        probabilities: (rows, columns, 8) of the classes.
        quad: corners of the grid, photo px.
        struck: (rows, columns) whether the cell is unused space that is struck out.
    """

    state: State
    reason: Reason | None
    count: int | None
    counts: FloatArray
    rows: tuple[int, ...] | None
    row_counts: FloatArray
    cells: NDArray[np.int64]
    probabilities: FloatArray
    quad: FloatArray
    struck: NDArray[np.bool_]

    def says(self, count: int | None) -> float:
        """Probability of this number of strokes; 0 for None and for numbers that do not fit the grid."""
        return float(self.counts[count]) if count is not None and 0 <= count < len(self.counts) else 0.0

    def cancelled(self, row: int) -> bool:
        """True when a row, counted from 0, is struck out and has no cell with strokes."""
        if row >= len(self.cells):
            return False
        return bool(np.isin(self.cells[row], (0, CANCELLED)).all() and self.struck[row].any())

    def unused(self, row: int) -> bool:
        """True when a row, counted from 0, surely holds no stroke."""
        return self.state != "unreadable" and row < len(self.row_counts) and self.row_counts[row][0] >= _SURELY_UNUSED

    @property
    def numbers(self) -> FloatArray:
        """Probability of each number 0 .. 999 of the field, clerk errors included; see `number_given`."""
        return number_given(self.counts, self.row_counts.shape[1] - 1)

    @property
    def credible(self) -> tuple[int, int]:
        """First and last count of the smallest set of counts that has 99% of the probability."""
        return credible(self.counts)


class TallyReader:
    """The tally net with its calibration, in a session of one thread: any number of workers gives the same bytes."""

    def __init__(self, folder: Path | None = None) -> None:
        """Load `tally.onnx` and `tally.json` from a folder (default: the shipped ones).

        Raises:
            RuntimeError: weights are missing or are not the ones that their description names.
        """
        weights = load_weights(folder, "tally", CLASSES)
        self.card, self.sha256, self._nets = weights.card, weights.sha256, weights.nets

    @cached_property
    def _session(self) -> ort.InferenceSession:
        return session(self._nets["tally.onnx"])

    def classify(self, cells: NDArray[np.uint8]) -> FloatArray:
        """Probabilities (n, 8), in the order of `CLASSES`, calibrated by the weights' temperature.

        Args:
            cells: (n, HEIGHT, WIDTH) uint8 gray patches as `tally_crop.cut_grids` makes them.

        Raises:
            ValueError: another shape or type.
        """
        if cells.ndim != 3 or cells.shape[1:] != (HEIGHT, WIDTH) or cells.dtype != np.uint8:
            raise ValueError(f"cells must be (n, {HEIGHT}, {WIDTH}) uint8, not {cells.shape} {cells.dtype}")
        table = np.zeros((len(cells), len(CLASSES)))
        bare = is_bare(cells)
        table[bare] = (1 - _BARE_SURE) / (len(CLASSES) - 1)
        table[bare, 0] = _BARE_SURE
        asked = np.flatnonzero(~bare)
        for start in range(0, len(asked), _BATCH):
            places = asked[start : start + _BATCH]
            (logits,) = self._session.run(["logits"], {"cells": cells[places, None].astype(np.float32)})
            scores = np.asarray(logits, dtype=np.float64) / self.card["temperature"]
            odds = np.exp(scores - scores.max(axis=1, keepdims=True))
            table[places] = odds / odds.sum(axis=1, keepdims=True)
        return table

    def read(self, grids: Sequence[GridPatches]) -> list[TallyReading]:
        """Read tally grids.

        Args:
            grids: as `tally_crop.cut_grids` returns them.

        Returns:
            One reading per grid, in the same order.
        """
        if not grids:
            return []
        table = self.classify(np.concatenate([g.cells.reshape(-1, HEIGHT, WIDTH) for g in grids]))
        struck = self.struck(np.concatenate([g.struck.cells.ravel() for g in grids]))
        prior = np.array(self.card["prior"])
        sizes = [grid.cells.shape[0] * grid.cells.shape[1] for grid in grids]
        ends = np.cumsum(sizes)
        settled = np.empty_like(table)
        for size in sorted(set(sizes)):  # grids of one size share a call
            places = np.concatenate([np.arange(end - n, end) for n, end in zip(sizes, ends, strict=True) if n == size])
            shape = -1, size, len(CLASSES)
            ordered = in_order(table[places].reshape(shape), prior, struck[places].reshape(shape))
            settled[places] = ordered.reshape(-1, len(CLASSES))
        found: list[TallyReading] = []
        for grid, size, end in zip(grids, sizes, ends.tolist(), strict=True):
            shape = *grid.cells.shape[:2], len(CLASSES)
            alone, ordered = (some[end - size : end].reshape(shape) for some in (table, settled))
            found.append(weigh(ordered, grid, _crossed(alone, grid), self.card.get("counts")))
        return found

    def struck(self, cells: NDArray[np.bool_]) -> FloatArray:
        """How likely it is (n, 8), under each class, that long lines run through cells as they do.

        Args:
            cells: (n,) whether a long line runs through each cell.

        Returns:
            By the shares in the weights' description; ones where it has none.
        """
        if "long_line" not in self.card:
            return np.ones((len(cells), len(CLASSES)))
        chance = np.array(self.card["long_line"])
        return np.where(cells[:, None], chance, 1 - chance)


def is_bare(cells: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(n,) which of the cells (n, HEIGHT, WIDTH), uint8 gray, show bare paper only."""
    top, left = (HEIGHT - BOX_HEIGHT) // 2, (WIDTH - BOX_WIDTH) // 2
    # The lines may be a little off their place. The part left out is shorter than a stroke.
    inner = cells[:, top + INNER : top + BOX_HEIGHT - INNER, left + 3 : left + BOX_WIDTH - 3].astype(np.float32)
    sums = inner[:, :, :-2] + inner[:, :, 1:-1] + inner[:, :, 2:]
    means = (sums[:, :-2] + sums[:, 1:-1] + sums[:, 2:]) / 9
    flat = means.reshape(len(cells), -1)
    paper = flat.mean(axis=1)
    return (paper - flat.min(axis=1)) < _BARE * np.maximum(paper, 1.0)


def _crossed(alone: FloatArray, grid: GridPatches) -> bool:
    """True where a long line runs through cells with strokes, side by side: it takes them back.

    Args:
        alone: (rows, columns, 8) probabilities of the cells, each seen alone.
        grid: with its long lines.
    """
    strokes = alone[..., 2 : FULL + 1].sum(axis=2) + alone[..., OTHER] >= 0.5
    hit = grid.struck.through & strokes
    side_by_side = sliding_window_view(hit, _LEAST_CROSSED, axis=1).all(axis=2)
    return bool(side_by_side.any())


def calibrated(counts: FloatArray, power: float, slip: float, bundle: float) -> FloatArray:
    """The distribution of a grid's count, so calibrated that its probabilities are shares of right counts.

    Cells are taken as independent, which can make the product of their probabilities too sure. The distribution is
    raised to a power and mixed with the same one a stroke to either side, and with the same one a bundle lower, since
    a bundle that is struck out may look like one that counts. The figures were chosen by training/tally/calibrate.py.

    Args:
        counts: probability of each number of strokes.
        power: exponent, 1 for none.
        slip: probability that the count is one stroke off on either side, as far as the cells do not know.
        bundle: probability that a bundle does not count, as far as the cells do not know.
    """
    raised = counts**power
    raised /= raised.sum()
    beside, lower = np.zeros_like(raised), np.zeros_like(raised)
    beside[1:] += raised[:-1]
    beside[:-1] += raised[1:]
    lower[:-FULL] = raised[FULL:]
    found = (1 - slip - bundle) * raised + slip / 2 * beside + bundle * lower
    return found / found.sum()


def weigh(
    probabilities: FloatArray, grid: GridPatches, crossed: bool = False, calibration: Mapping[str, float] | None = None
) -> TallyReading:
    """Combine the cells of one grid into counts, and decide whether the grid counts as read.

    Args:
        probabilities: (rows, columns, 8) of the cells, the prior on the order of filling applied.
        grid: the patches of the grid, with the measures of how it was found.
        crossed: a long line runs through its strokes.
        calibration: arguments of `calibrated`; None leaves the distribution of the count as it is.

    Returns:
        The reading of the grid.
    """
    cells = probabilities.argmax(axis=2)
    counts = cell_counts(probabilities)
    row_counts = convolve(counts)
    by_cells = convolve(row_counts)
    total = by_cells if calibration is None else calibrated(by_cells, **calibration)
    struck = (grid.struck.cells & (cells == 0)) | (cells == CANCELLED)
    reason: Reason | None = None
    if not grid.inside:
        reason = "outside_photo"
    elif grid.hidden:
        reason = "covered"
    elif crossed:
        reason = "crossed_out"
    elif float(probabilities[..., OTHER].max()) >= _MOST_OTHER:
        reason = "other_marks"
    elif _left_out(cells.ravel()) > _MOST_LEFT_OUT:
        reason = "out_of_order"
    else:
        low, high = credible(by_cells)
        if high - low > _WIDEST or by_cells.max() < _LEAST_SURE:
            reason = "unclear"
        elif total.argmax() == 0 and grid.found < _LEAST_FOUND:
            reason = "lines_not_found"  # bare paper without lines of the grid may be a sheet that covers it
    if reason:
        none = np.zeros(0)
        return TallyReading("unreadable", reason, None, none, None, row_counts, cells, probabilities, grid.quad, struck)
    count = int(total.argmax())
    rows = tuple(int(row.argmax()) for row in row_counts)
    state: State = "read" if count else "empty"
    return TallyReading(state, None, count, total, rows, row_counts, cells, probabilities, grid.quad, struck)


def _left_out(cells: NDArray[np.int64]) -> int:
    """How many cells before the last cell with strokes have none."""
    held = np.flatnonzero((cells > 0) & (cells <= FULL))
    return int(held[-1] + 1 - len(held)) if len(held) else 0


def cell_counts(probabilities: FloatArray) -> FloatArray:
    """Probabilities (..., 6) of 0 to 5 strokes, from those of the classes (..., 8).

    A cancelled cell counts as 0 strokes; the class `other` is spread evenly over all counts.
    """
    counts = probabilities[..., : FULL + 1].copy()
    counts[..., 0] += probabilities[..., CANCELLED]
    counts += probabilities[..., OTHER, None] / (FULL + 1)
    return counts


def convolve(distributions: FloatArray) -> FloatArray:
    """Distributions (..., n * (m - 1) + 1) of the sums of n independent counts with distributions (..., n, m)."""
    count, values = distributions.shape[-2:]
    size = count * (values - 1) + 1
    spectrum = np.fft.rfft(distributions, size, axis=-1).prod(axis=-2)
    total = np.maximum(np.fft.irfft(spectrum, size, axis=-1), 0.0)  # rounding leaves 1e-17 below zero
    return total / total.sum(axis=-1, keepdims=True)


def credible(counts: FloatArray, share: float = 0.99) -> tuple[int, int]:
    """First and last number of the smallest credible set.

    Args:
        counts: probability of each number from 0.
        share: probability of the set.
    """
    order = np.argsort(-counts, kind="stable")
    needed = int(np.searchsorted(np.cumsum(counts[order]), share)) + 1
    kept = order[:needed]
    return int(kept.min()), int(kept.max())


def number_given(counts: FloatArray, row: int) -> FloatArray:
    """Probability (1000,) of each number 0 .. 999 of the field, given a distribution of strokes and clerk errors.

    Args:
        counts: probability of each number of strokes, 0 .. all that fit the grid.
        row: strokes of a full row.
    """
    numbers = np.zeros(_RANGE)
    slips = dict(_SLIPS)
    slips[row] = slips.get(row, 0.0) + _SLIP_OF_A_ROW
    stays = 1 - 2 * sum(slips.values()) - _ANYTHING
    size = min(len(counts), _RANGE)
    numbers[:size] += stays * counts[:size]
    for step, share in slips.items():
        numbers[step : size + step] += share * counts[: max(0, min(size, _RANGE - step))]
        numbers[: max(0, size - step)] += share * counts[step:size]
    numbers[: len(counts)] += _ANYTHING / len(counts)
    return numbers / numbers.sum()
