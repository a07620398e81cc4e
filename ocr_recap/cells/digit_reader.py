"""The digit witness: cell patches to log-probabilities over 0-9, cross, dash, empty and "something else".

Two nets are used. The first net takes every cell with its frame and surroundings. Where its largest probability is
below a limit, the second net takes the enlarged ink (`digit_views.zoom`), and the log-probabilities of both are added
with weights. The limit and the weights were fitted on writers that training never saw (training/digits/combine.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import FloatArray
from .digit_views import zoom
from .inference import onnxruntime as ort
from .patch import CELL, PATCH
from .weights import load_weights, session

CLASSES = "0123456789X- ?"  # of a cell, in the order of the probabilities; " " is an empty cell, "?" anything else
CROSS, DASH, EMPTY, OTHER = 10, 11, 12, 13
SHOWN = 0.0005  # records leave out classes of a cell that are less probable; by judgement
_BATCH = 256  # cells in one run of a net; bounds memory, by judgement


@dataclass(frozen=True, eq=False)
class Looks:
    """Log-probabilities (n, 14) of n cells, in the order of `CLASSES`.

    Attributes:
        table: the combination of both nets, which is the evidence of the digit witness.
        first: the first net alone.
        second: the second net alone; NaN in rows where it was not run.
    """

    table: FloatArray
    first: FloatArray
    second: FloatArray

    @property
    def asked(self) -> NDArray[np.bool_]:
        """(n,) whether the second net was run on the cell."""
        return ~np.isnan(self.second[:, 0])

    def part(self, start: int, stop: int) -> Looks:
        """The cells from `start` up to `stop`."""
        return Looks(self.table[start:stop], self.first[start:stop], self.second[start:stop])


def likely(log_probabilities: FloatArray) -> list[dict[str, float]]:
    """The most probable characters of each cell, as records hold them.

    Args:
        log_probabilities: (n, 14), in the order of `CLASSES`.

    Returns:
        For each cell the characters of probability `SHOWN` or more, the most probable first, with their probabilities.
    """
    chances = np.exp(log_probabilities)
    order = np.argsort(-chances, axis=1, kind="stable")
    ranked = zip(order.tolist(), np.take_along_axis(chances, order, axis=1).tolist(), strict=True)
    return [
        {CLASSES[i]: round(p, 6) for i, p in zip(classes, said, strict=True) if p > SHOWN} for classes, said in ranked
    ]


def bounds(shown: Sequence[Mapping[str, float]]) -> tuple[FloatArray, FloatArray]:
    """Bounds of all probabilities of n cells, given the ones that a record shows.

    Args:
        shown: what `likely` returned.

    Returns:
        Lower and upper bounds, (n, 14) each, in the order of `CLASSES`.
    """
    least, most = np.zeros((len(shown), len(CLASSES))), np.full((len(shown), len(CLASSES)), SHOWN)
    for low, high, cell in zip(least, most, shown, strict=True):
        for character, chance in cell.items():  # rounded to six places
            low[CLASSES.index(character)] = max(0.0, chance - 5e-7)
            high[CLASSES.index(character)] = chance + 5e-7
    return least, most


class DigitReader:
    """The two nets with their calibration, in sessions of one thread: any number of workers gives the same bytes."""

    def __init__(self, folder: Path | None = None) -> None:
        """Load `digits.onnx`, `digits-second.onnx` and `digits.json` from a folder (default: the shipped ones).

        Raises:
            RuntimeError: weights are missing or are not the ones that their description names.
        """
        weights = load_weights(folder, "digits", CLASSES)
        self.card, self.sha256, self._nets = weights.card, weights.sha256, weights.nets

    @cached_property
    def _first(self) -> ort.InferenceSession:
        return session(self._nets["digits.onnx"])

    @cached_property
    def _second(self) -> ort.InferenceSession:
        return session(self._nets["digits-second.onnx"])

    def read(self, cells: NDArray[np.uint8], boxes: FloatArray | None = None) -> FloatArray:
        """Calibrated log-probabilities (n, 14) in the order of `CLASSES`; arguments and errors are those of `look`."""
        return self.look(cells, boxes).table

    def look(self, cells: NDArray[np.uint8], boxes: FloatArray | None = None) -> Looks:
        """Run the first net on all cells and the second net on doubtful ones.

        Args:
            cells: (n, 48, 48) uint8 gray patches, the printed box centred, at the scale of `patch.scale_of`.
            boxes: (n, 2) printed width and height of the boxes in the patches, px (`patch.box_of`); None: square ones.

        Raises:
            ValueError: another shape or type.
        """
        if cells.ndim != 3 or cells.shape[1:] != (PATCH, PATCH) or cells.dtype != np.uint8:
            raise ValueError(f"cells must be (n, {PATCH}, {PATCH}) uint8, not {cells.shape} {cells.dtype}")
        if boxes is None:
            boxes = np.full((len(cells), 2), float(CELL))
        if boxes.shape != (len(cells), 2):
            raise ValueError(f"boxes must be ({len(cells)}, 2), not {boxes.shape}")
        card = self.card["second"]
        first = _logits(self._first, "cells", cells[:, None]) / self.card["temperature"]
        first = _normalised(first)
        second = np.full_like(first, np.nan)
        table = first.copy()
        doubtful = np.flatnonzero(first.max(axis=1) < np.log(card["below"])) if len(first) else np.zeros(0, np.intp)
        if len(doubtful):
            views = zoom(cells[doubtful], boxes[doubtful].astype(np.float32))
            said = _normalised(_logits(self._second, "views", views) / card["temperature"])
            second[doubtful] = said
            table[doubtful] = _normalised(card["weights"][0] * first[doubtful] + card["weights"][1] * said)
        return Looks(table, first, second)


def _logits(net: ort.InferenceSession, name: str, images: NDArray[Any]) -> FloatArray:
    """Logits (n, 14) of square images (n, channels, s, s), in batches."""
    parts = [np.zeros((0, len(CLASSES)))]
    for start in range(0, len(images), _BATCH):
        (logits,) = net.run(["logits"], {name: images[start : start + _BATCH].astype(np.float32)})
        parts.append(np.asarray(logits, dtype=np.float64))
    return np.concatenate(parts)


def _normalised(scores: FloatArray) -> FloatArray:
    """Scores as log-probabilities: each row sums to one."""
    if not len(scores):
        return scores
    peak = scores.max(axis=1, keepdims=True)
    return scores - peak - np.log(np.exp(scores - peak).sum(axis=1, keepdims=True))
