"""The words net: strips of a written line to probabilities of letters along it.

A strip is normalised by itself and padded to a width that depends on the strip alone, and strips of one width go into
the net together, so that a strip's result does not depend on the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from ..imaging.arrays import Float32Array, FloatArray, GrayImage
from .inference import onnxruntime as ort
from .weights import load_weights, session

HEIGHT = 32  # px of a strip; fixed by the weights
WIDEST = 1024  # px; longer strips are squeezed; by judgement
STEP = 4  # px of a strip per column of the net's output; fixed by the weights
WIDTHS = 64  # px: widths are padded to multiples of it
_PAD = 16  # px of paper after each strip, so that its last letter can be told apart from the edge
_BATCH = 16  # strips in one run; bounds memory, by judgement

BLANK = 0  # of the CTC, no symbol
SPACE, DIGIT, DASH, STRUCK = " ", "9", "-", "#"
LETTERS = "ABDEGHIJKLMNOPRSTU"  # of all words for numbers
ALPHABET = "_" + LETTERS + SPACE + DIGIT + DASH + STRUCK  # symbols in the order of the net's output; `_` is the blank

_WINDOW = 48  # px along the strip in which paper is looked for; by judgement
_PAPER = 75  # percentile of gray in a window that is taken as paper: ink covers less than a quarter of it
_INK = 98.5  # percentile of darkness that is taken as full ink
_FAINTEST = 14.0  # gray levels: less contrast is not enlarged to full ink; by judgement


def normalised(strip: GrayImage) -> Float32Array:
    """Darkness of a strip relative to its paper, about 0 for paper and 1 for ink: (HEIGHT, w) float32.

    Args:
        strip: (HEIGHT, w) uint8, any width from 1.
    """
    if strip.shape[1] > WIDEST:
        strip = np.asarray(cv2.resize(strip, (WIDEST, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
    width = strip.shape[1]
    count = max(1, round(width / _WINDOW))
    bounds = np.linspace(0, width, count + 1).astype(int)
    levels = [_level(strip[:, a:b], _PAPER) for a, b in pairwise(bounds)]
    middles = (bounds[:-1] + bounds[1:]) / 2
    paper = np.interp(np.arange(width) + 0.5, middles, levels).astype(np.float32)
    darkness = paper - strip.astype(np.float32)
    full = max(_level(darkness, _INK), _FAINTEST)
    return np.clip(darkness / np.float32(full), -0.5, 1.5).astype(np.float32)


def _level(values: GrayImage | Float32Array, percent: float) -> float:
    """Percentile of an array: the value of rank nearest to it."""
    rank = round((values.size - 1) * percent / 100)
    return float(np.partition(values, rank, axis=None)[rank])


def padded_width(width: int) -> int:
    """Width of the net's input for a normalised strip of this width."""
    return -(-(width + _PAD) // WIDTHS) * WIDTHS


class WordsNet:
    """The net with its description, in a session of one thread."""

    def __init__(self, folder: Path | None = None) -> None:
        """Load `words.onnx` and `words.json` from a folder (default: the shipped ones).

        Raises:
            RuntimeError: weights are missing or are not the ones that their description names.
        """
        weights = load_weights(folder, "words", ALPHABET)
        self.card = weights.card
        self.sha256 = weights.sha256
        self._net = weights.nets["words.onnx"]
        self._session: ort.InferenceSession | None = None

    def probabilities(self, strips: Sequence[GrayImage]) -> list[FloatArray]:
        """Probability of each symbol of `ALPHABET` along each strip: (columns, symbols), a column per `STEP` px."""
        run = self._session = self._session or session(self._net)
        shown = [normalised(strip) for strip in strips]
        widths = [padded_width(strip.shape[1]) for strip in shown]
        found: dict[int, FloatArray] = {}
        for width in sorted(set(widths)):
            places = [i for i, w in enumerate(widths) if w == width]
            for start in range(0, len(places), _BATCH):
                chosen = places[start : start + _BATCH]
                batch = np.zeros((len(chosen), 1, HEIGHT, width), np.float32)
                for row, i in enumerate(chosen):
                    batch[row, 0, :, : shown[i].shape[1]] = shown[i]
                logits = np.asarray(run.run(["logits"], {"strips": batch})[0], np.float64)
                scores: FloatArray = np.exp(logits - logits.max(axis=2, keepdims=True))
                scores /= scores.sum(axis=2, keepdims=True)
                found |= dict(zip(chosen, scores, strict=True))
        return [found[i] for i in range(len(strips))]
