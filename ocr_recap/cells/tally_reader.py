"""The tally witness: patches of grid cells to counts of strokes with probabilities, per cell, row and grid.

A net says of every cell whether it holds nothing, one to five strokes, a mark that cancels it, or something else; the
order in which grids are filled settles what that leaves open (`layout`). Given both, cells are taken as independent,
and the counts of a row and of the grid are their sums: distributions are convolved. A bundle that was crossed counts
five, as the clerk counted it.

How the strokes of a grid come to differ from the number that was counted is another matter: see `number_given`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import FloatArray
from .inference import onnxruntime as ort
from .tally_crop import BOX_HEIGHT, BOX_WIDTH, CANCELLED, HEIGHT, OTHER, WIDTH, GridPatches
from .tally_prior import in_order
from .weights import load_weights, session

State = Literal["read", "empty", "unreadable"]
Reason = Literal["outside_photo", "covered", "lines_not_found", "other_marks", "out_of_order", "unclear"]

CLASSES = ("0", "1", "2", "3", "4", "5", "cancelled", "other")
FULL = 5
SIGNS = "012345-?"  # of the classes, in records: one character per cell
_BATCH = 128

# A cell whose inside is as even as bare paper is empty, and the net is not asked: on most pages most cells are. The
# darkest place (mean of 3 x 3 px) of 1,051 cells with strokes on photos of calibration writers lay at least 0.047 below
# the cell's paper on `hard` ones, 0.104 on `field` ones (training/tally/choose.py).
_BARE = 0.04
INNER = 7  # px above and below that are left out: printed lines, and ends of strokes of the rows above and below
_BARE_SURE = 0.9995

# Choices of training/tally/choose.py, on drawn photos of calibration writers.
_MOST_OTHER = 0.5  # a cell more likely something else than a count makes the whole grid unreadable: never a number
_LEAST_FOUND = 0.2  # share of the zones whose printed lines must be seen before a grid without strokes is empty
_MOST_LEFT_OUT = 2  # empty cells before the last one with strokes: more were covered, or used in another way
_WIDEST = 6  # strokes between the ends of the 99% credible set of a grid that still counts as read
_LEAST_SURE = 0.4  # of the likeliest count

# --- how strokes and the number counted come to differ --------------------------------------------------------------
# One hand makes strokes while a voice calls votes; later somebody counts the strokes and writes a number. Of these
# shares only the sum has a source: 20.1% of 348 records published on 18 Feb 2024 broke a rule, with misreading, over
# some ten numbers each, so that a number differs from what was counted in one or two of a hundred cases. How that is
# shared between kinds of slips is ours, from what a bundle and a row are: a stroke more or less (a bundle of four or
# six that was taken for five, a vote not marked), two, a bundle more or less, a row skipped or counted twice.
_SLIPS = {1: 0.008, 2: 0.002, 5: 0.004, 10: 0.001}
_SLIP_OF_A_ROW = 0.002
_ANYTHING = 0.01  # spread over all numbers that fit a grid, so that strokes alone never rule a number out
_RANGE = 1000


@dataclass(frozen=True, eq=False)
class TallyReading:
    """What the strokes of one grid say.

    Attributes:
        state: `empty` says nothing about the number: many sheets have no strokes. `unreadable` gives no count.
        reason: why it is unreadable.
        count: the likeliest number of strokes, 0 for an empty grid.
        counts: probability of each number of strokes, 0 .. all that fit the grid; empty if unreadable.
        rows: the likeliest count of each row.
        row_counts: (rows, strokes of a full row + 1) probabilities.
        cells: (rows, columns) classes, likeliest.
        probabilities: (rows, columns, 8) of the classes.
        quad: corners of the grid, photo px.
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

    def says(self, count: int | None) -> float:
        """Probability of this number of strokes."""
        return float(self.counts[count]) if count is not None and 0 <= count < len(self.counts) else 0.0

    def cancelled(self, row: int) -> bool:
        """Whether a row, from 0, holds no strokes but a mark that cancels cells."""
        cells = self.cells[row] if row < len(self.cells) else np.zeros(0, np.int64)
        return bool(np.isin(cells, (0, CANCELLED)).all() and (cells == CANCELLED).any())

    @property
    def numbers(self) -> FloatArray:
        """Probability of each number 0..999 that was counted, slips included; see `number_given`."""
        return number_given(self.counts, self.row_counts.shape[1] - 1)

    @property
    def credible(self) -> tuple[int, int]:
        """First and last count of the smallest set that holds 99%."""
        return credible(self.counts)


class TallyReader:
    """The shipped net with its calibration. One session, one thread: the same bytes on any number of workers."""

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
            cells: (n, HEIGHT, WIDTH) uint8 gray patches as `tally_crop.cut_grid` makes them.

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
        """Read grids; all their cells go through the net together."""
        if not grids:
            return []
        table = self.classify(np.concatenate([g.cells.reshape(-1, HEIGHT, WIDTH) for g in grids]))
        prior = np.array(self.card["prior"])
        sizes = [grid.cells.shape[0] * grid.cells.shape[1] for grid in grids]
        ends = np.cumsum(sizes)
        settled = np.empty_like(table)
        for size in sorted(set(sizes)):  # grids alike go through the order of filling together
            places = np.concatenate([np.arange(end - n, end) for n, end in zip(sizes, ends, strict=True) if n == size])
            settled[places] = in_order(table[places].reshape(-1, size, len(CLASSES)), prior).reshape(-1, len(CLASSES))
        parts = [settled[end - n : end] for n, end in zip(sizes, ends, strict=True)]
        return [weigh(p.reshape(*g.cells.shape[:2], -1), g) for p, g in zip(parts, grids, strict=True)]


def is_bare(cells: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which cells (n, HEIGHT, WIDTH) hold nothing but even paper, (n,)."""
    top, left = (HEIGHT - BOX_HEIGHT) // 2, (WIDTH - BOX_WIDTH) // 2
    # Printed lines may lie a little off; strokes are longer than what this leaves out.
    inner = cells[:, top + INNER : top + BOX_HEIGHT - INNER, left + 3 : left + BOX_WIDTH - 3].astype(np.float32)
    sums = inner[:, :, :-2] + inner[:, :, 1:-1] + inner[:, :, 2:]
    means = (sums[:, :-2] + sums[:, 1:-1] + sums[:, 2:]) / 9
    flat = means.reshape(len(cells), -1)
    paper = flat.mean(axis=1)
    return (paper - flat.min(axis=1)) < _BARE * np.maximum(paper, 1.0)


def weigh(probabilities: FloatArray, grid: GridPatches) -> TallyReading:
    """From cells to rows and the grid, and whether it can be read at all.

    Args:
        probabilities: (rows, columns, 8) of the cells, their order known.
        grid: whether and where it was found.
    """
    cells = probabilities.argmax(axis=2)
    counts = cell_counts(probabilities)
    row_counts = convolve(counts)
    total = convolve(row_counts)
    reason: Reason | None = None
    if not grid.inside:
        reason = "outside_photo"
    elif grid.hidden:
        reason = "covered"
    elif float(probabilities[..., OTHER].max()) >= _MOST_OTHER:
        reason = "other_marks"
    elif _left_out(cells.ravel()) > _MOST_LEFT_OUT:
        reason = "out_of_order"
    else:
        low, high = credible(total)
        if high - low > _WIDEST or total.max() < _LEAST_SURE:
            reason = "unclear"
        elif total.argmax() == 0 and grid.found < _LEAST_FOUND:
            reason = "lines_not_found"  # bare paper without a line of the grid may be what covers it
    if reason:
        return TallyReading("unreadable", reason, None, np.zeros(0), None, row_counts, cells, probabilities, grid.quad)
    count = int(total.argmax())
    rows = tuple(int(row.argmax()) for row in row_counts)
    state: State = "read" if count else "empty"
    return TallyReading(state, None, count, total, rows, row_counts, cells, probabilities, grid.quad)


def _left_out(cells: NDArray[np.int64]) -> int:
    """How many cells before the last one with strokes hold none."""
    held = np.flatnonzero((cells > 0) & (cells <= FULL))
    return int(held[-1] + 1 - len(held)) if len(held) else 0


def cell_counts(probabilities: FloatArray) -> FloatArray:
    """Probabilities of 0 to 5 strokes, (..., 6): a cancelled cell holds none, something else may be any number."""
    counts = probabilities[..., : FULL + 1].copy()
    counts[..., 0] += probabilities[..., CANCELLED]
    counts += probabilities[..., OTHER, None] / (FULL + 1)
    return counts


def convolve(distributions: FloatArray) -> FloatArray:
    """Distribution of the sum of independent counts: (..., n, m) to (..., n * (m - 1) + 1)."""
    count, values = distributions.shape[-2:]
    size = count * (values - 1) + 1
    spectrum = np.fft.rfft(distributions, size, axis=-1).prod(axis=-2)
    total = np.maximum(np.fft.irfft(spectrum, size, axis=-1), 0.0)  # rounding leaves 1e-17 below zero
    return total / total.sum(axis=-1, keepdims=True)


def credible(counts: FloatArray, share: float = 0.99) -> tuple[int, int]:
    """First and last number of the smallest set that holds this share."""
    order = np.argsort(-counts, kind="stable")
    needed = int(np.searchsorted(np.cumsum(counts[order]), share)) + 1
    kept = order[:needed]
    return int(kept.min()), int(kept.max())


def number_given(counts: FloatArray, row: int) -> FloatArray:
    """Probability of each number 0..999 that was counted, given a distribution of strokes: slips of counting included.

    Args:
        counts: of strokes, 0 .. all that fit the grid.
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
