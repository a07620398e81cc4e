"""Sees what was struck out and what was written over: marks by which the digits in the boxes do not count as read.

A number is cancelled by a line through its boxes; such a line is an object of its own and no part of any digit. A digit
is corrected by writing another one over it; what stands there then has no old value. Bubbles, strokes and sums may all
still say the old number, so only the ink can tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import FloatArray
from .inference import onnxruntime as ort
from .patch import PATCH
from .strip import HEIGHT
from .weights import load_weights, session

CLASSES = ("struck", "overwritten")
_BATCH = 64  # strips, or four times as many cells


@dataclass(frozen=True)
class AlterationLimits:
    """Probabilities from which an alteration counts as seen; they stand in `alterations.json`, beside the nets.

    Chosen by training/digits/choose_alterations.py, which says on what. `perhaps` is that from which a box may hold two
    digits, `overwritten` that from which it does.
    """

    struck: float
    overwritten: float
    perhaps: float


class AlterationReader:
    """The shipped nets; one session each, one thread: same bytes on any number of workers.

    One sees whether a number is struck out: it looks at all of its boxes at once. The other sees whether one digit
    stands on another: it looks at one box.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Load `struck.onnx`, `overwritten.onnx` and `alterations.json` from a folder (default: the shipped ones).

        Raises:
            RuntimeError: weights are missing or are not the ones that their description names.
        """
        weights = load_weights(folder, "alterations", CLASSES)
        self.card, self.sha256, self._nets = weights.card, weights.sha256, weights.nets
        self.limits = AlterationLimits(**self.card["limits"])

    @cached_property
    def _struck(self) -> ort.InferenceSession:
        return session(self._nets["struck.onnx"])

    @cached_property
    def _overwritten(self) -> ort.InferenceSession:
        return session(self._nets["overwritten.onnx"])

    def struck(self, strips: Sequence[NDArray[np.uint8]]) -> FloatArray:
        """Probability (n,) of each number that it is struck out: a line runs through two of its boxes or more.

        Args:
            strips: (48, width) uint8 gray each, as `strip.cut_strip` cuts them.

        Raises:
            ValueError: another shape or type.
        """
        for strip in strips:
            if strip.ndim != 2 or len(strip) != HEIGHT or strip.dtype != np.uint8:
                raise ValueError(f"a strip is ({HEIGHT}, width) uint8, not {strip.shape} {strip.dtype}")
        found = np.zeros(len(strips))
        for width in sorted({strip.shape[1] for strip in strips}):
            alike = [i for i, strip in enumerate(strips) if strip.shape[1] == width]
            for start in range(0, len(alike), _BATCH):
                part = alike[start : start + _BATCH]
                pictures = np.stack([strips[i] for i in part])[:, None].astype(np.float32)
                (logits,) = self._struck.run(["struck"], {"strips": pictures})
                found[part] = _chance(logits)[:, 0]
        return found

    def overwritten(self, cells: NDArray[np.uint8]) -> FloatArray:
        """Probability (n,) of each cell that one digit stands on another in it.

        Args:
            cells: (n, 48, 48) uint8 gray patches, as `DigitReader.look` takes them.

        Raises:
            ValueError: another shape or type.
        """
        if cells.ndim != 3 or cells.shape[1:] != (PATCH, PATCH) or cells.dtype != np.uint8:
            raise ValueError(f"cells must be (n, {PATCH}, {PATCH}) uint8, not {cells.shape} {cells.dtype}")
        found = np.zeros(len(cells))
        for start in range(0, len(cells), 4 * _BATCH):
            part = slice(start, start + 4 * _BATCH)
            (logits,) = self._overwritten.run(["logits"], {"cells": cells[part, None].astype(np.float32)})
            found[part] = _chance(logits)[:, 0]
        return found


def _chance(logits: object) -> FloatArray:
    return 1 / (1 + np.exp(-np.asarray(logits, dtype=np.float64).clip(-30, 30)))
