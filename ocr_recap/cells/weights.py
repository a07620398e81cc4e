"""Loads nets with their description, checks them against the hashes in it, and builds inference sessions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .inference import onnxruntime as ort


@dataclass(frozen=True)
class Weights:
    """The nets of one reader and their description.

    Attributes:
        card: the description, `NAME.json`: classes, calibration, SHA-256 of every net, training data.
        nets: contents of the nets by file name.
        sha256: SHA-256 of the description. It identifies the nets too, since the description holds their hashes.
    """

    card: dict[str, Any]
    nets: Mapping[str, bytes]
    sha256: str


def weights_directory() -> Path:
    """The folder of the package that holds the shipped weights."""
    return Path(__file__).resolve().parent.parent / "weights"


def load_weights(folder: Path | None, name: str, classes: Sequence[str]) -> Weights:
    """Load `NAME.json` and the nets that it names.

    Args:
        folder: where the files are; None for the shipped ones.
        name: of the description, without `.json`.
        classes: that the nets must have, in order.

    Raises:
        RuntimeError: files are missing, do not have the hashes that the description names, or have other classes.
    """
    folder = folder or weights_directory()
    try:
        described = (folder / f"{name}.json").read_bytes()
        card: dict[str, Any] = json.loads(described)
        nets = {file: (folder / file).read_bytes() for file in card["sha256"]}
    except (OSError, ValueError, KeyError) as fault:
        raise RuntimeError(f"weights in {folder} cannot be read ({fault}); install the package again") from None
    for file, content in nets.items():
        if card["sha256"][file] != hashlib.sha256(content).hexdigest():
            raise RuntimeError(f"{folder / file} is not the file that {name}.json describes; install again")
    if list(card["classes"]) != list(classes):
        raise RuntimeError(f"weights in {folder} read other classes ({card['classes']!r}) than {classes!r}")
    return Weights(card, nets, hashlib.sha256(described).hexdigest())


def session(net: bytes) -> ort.InferenceSession:
    """Build an inference session of one thread from the contents of an ONNX file."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(net, options, providers=["CPUExecutionProvider"])
