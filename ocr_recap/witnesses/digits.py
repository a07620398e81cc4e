"""The digit witness: cell patches to log-probabilities over 0-9, cross, dash, empty and "something else"."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from ..crop import PATCH

FloatArray = NDArray[np.float64]

CLASSES = "0123456789X- ?"
CROSS, DASH, EMPTY, OTHER = 10, 11, 12, 13
_BATCH = 256


def weights_directory() -> Path:
    """Where the shipped weights lie."""
    return Path(__file__).resolve().parent.parent / "weights"


class DigitReader:
    """The shipped net with its calibration. One session, one thread: the same bytes on any number of workers."""

    def __init__(self, folder: Path | None = None) -> None:
        """Load `digits.onnx` and `digits.json` from a folder (default: the shipped ones).

        Raises:
            RuntimeError: weights are missing or are not the ones that their description names.
        """
        folder = folder or weights_directory()
        try:
            content = (folder / "digits.onnx").read_bytes()
            self.card: dict[str, Any] = json.loads((folder / "digits.json").read_text("utf-8"))
        except (OSError, ValueError) as fault:
            raise RuntimeError(f"weights in {folder} cannot be read ({fault}); install the package again") from None
        self.sha256 = hashlib.sha256(content).hexdigest()
        if self.card["sha256"] != self.sha256:
            raise RuntimeError(f"{folder / 'digits.onnx'} is not the file that digits.json describes; install again")
        if self.card["classes"] != CLASSES:
            raise RuntimeError(f"weights in {folder} read other classes ({self.card['classes']!r}) than {CLASSES!r}")
        self._content = content

    @cached_property
    def _session(self) -> ort.InferenceSession:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return ort.InferenceSession(self._content, options, providers=["CPUExecutionProvider"])

    def read(self, cells: NDArray[np.uint8]) -> FloatArray:
        """Log-probabilities (n, 14), in the order of `CLASSES`, calibrated by the weights' temperature.

        Args:
            cells: (n, 48, 48) uint8 gray patches, the printed box centred, at the scale of `crop.scale_of`.

        Raises:
            ValueError: another shape or type.
        """
        if cells.ndim != 3 or cells.shape[1:] != (PATCH, PATCH) or cells.dtype != np.uint8:
            raise ValueError(f"cells must be (n, {PATCH}, {PATCH}) uint8, not {cells.shape} {cells.dtype}")
        parts: list[FloatArray] = []
        for start in range(0, len(cells), _BATCH):
            batch = cells[start : start + _BATCH, None].astype(np.float32)
            (logits,) = self._session.run(["logits"], {"cells": batch})
            parts.append(np.asarray(logits, dtype=np.float64) / self.card["temperature"])
        scores = np.concatenate(parts) if parts else np.zeros((0, len(CLASSES)))
        peak = scores.max(axis=1, keepdims=True) if len(scores) else scores
        return scores - peak - np.log(np.exp(scores - peak).sum(axis=1, keepdims=True))
