"""Detects numbers that were struck out and digits that were written over: their boxes do not count as read.

A number is cancelled by a line through its boxes. A digit is corrected by writing another digit over it. In both cases
bubbles, strokes and sums may still agree with the old number, so the alteration has to be seen in the ink.

A line through boxes in which nothing else is written takes no number back. It strikes out unused space, which
`struck_space.in_boxes` tells apart; `ask_witnesses.Alterations` then leaves the findings of this reader out.
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

CLASSES = ("struck", "overwritten")  # the two nets, as `alterations.json` names them
_BATCH = 64  # strips in one run of a net, or four times as many cells; bounds memory, by judgement


@dataclass(frozen=True)
class AlterationLimits:
    """Probabilities from which an alteration counts as seen; they stand in `alterations.json`, beside the nets.

    All three were chosen by training/digits/choose_alterations.py.

    Attributes:
        struck: the number counts as struck out.
        overwritten: the box counts as holding two digits.
        perhaps: the box may hold two digits; below `overwritten`.
    """

    struck: float
    overwritten: float
    perhaps: float


class AlterationReader:
    """Two nets for alterations, each in a session of one thread, so that any number of workers gives the same bytes.

    The first net takes all boxes of a number as one strip and says whether the number is struck out. The second net
    takes one box and says whether one digit was written over another.
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
            strips: (48, width) uint8 gray each, as `strip.strip_of` asks for them.

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
