"""The digit witness: cell patches to log-probabilities over 0-9, cross, dash, empty and "something else".

Two readers. The first sees every cell as it stands on the paper, with its frame and surroundings. Where it is not sure,
the second looks at the ink alone (`zoom`), and what both say is weighed together. How, was fitted on writers that
training never saw (`training/digits/combine.py`).
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

CLASSES = "0123456789X- ?"
CROSS, DASH, EMPTY, OTHER = 10, 11, 12, 13
SHOWN = 0.0005  # classes of a cell that are less likely are left out of records
_BATCH = 256


@dataclass(frozen=True, eq=False)
class Looks:
    """What the readers say of n cells: log-probabilities (n, 14) in the order of `CLASSES`.

    Attributes:
        table: both together; this is the witness's word.
        first: the first reader alone.
        second: the second reader alone; nan where it was not asked.
    """

    table: FloatArray
    first: FloatArray
    second: FloatArray

    @property
    def asked(self) -> NDArray[np.bool_]:
        """(n,) the second reader looked at the cell."""
        return ~np.isnan(self.second[:, 0])

    def part(self, start: int, stop: int) -> Looks:
        """The cells from `start` up to `stop`."""
        return Looks(self.table[start:stop], self.first[start:stop], self.second[start:stop])


def likely(log_probabilities: FloatArray) -> list[dict[str, float]]:
    """The likeliest characters of each cell (n, 14) first, and how likely they are, as records hold them."""
    chances = np.exp(log_probabilities)
    order = np.argsort(-chances, axis=1, kind="stable")
    ranked = zip(order.tolist(), np.take_along_axis(chances, order, axis=1).tolist(), strict=True)
    return [
        {CLASSES[i]: round(p, 6) for i, p in zip(classes, said, strict=True) if p > SHOWN} for classes, said in ranked
    ]


def bounds(shown: Sequence[Mapping[str, float]]) -> tuple[FloatArray, FloatArray]:
    """Lower and upper bounds, (n, 14) each, of the probabilities of which `likely` shows these."""
    least, most = np.zeros((len(shown), len(CLASSES))), np.full((len(shown), len(CLASSES)), SHOWN)
    for low, high, cell in zip(least, most, shown, strict=True):
        for character, chance in cell.items():  # rounded to six places
            low[CLASSES.index(character)] = max(0.0, chance - 5e-7)
            high[CLASSES.index(character)] = chance + 5e-7
    return least, most


class DigitReader:
    """The shipped nets with their calibration; one session each, one thread: same bytes on any number of workers."""

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
        """Log-probabilities (n, 14), in the order of `CLASSES`, calibrated; arguments and errors as of `look`."""
        return self.look(cells, boxes).table

    def look(self, cells: NDArray[np.uint8], boxes: FloatArray | None = None) -> Looks:
        """What each reader says, and both together.

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
