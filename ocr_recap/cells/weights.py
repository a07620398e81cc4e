"""Nets that lie beside a description of them: loaded only if they are the ones that it names, run on one thread."""

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
    """What a reader is made of.

    Attributes:
        card: the description, `NAME.json`: classes, calibration, the hash of every net, what they were trained on.
        nets: contents of the nets by the name of their file.
        sha256: of the description, which stands for all: it names the nets' hashes and how they are used.
    """

    card: dict[str, Any]
    nets: Mapping[str, bytes]
    sha256: str


def weights_directory() -> Path:
    """Where the shipped weights lie."""
    return Path(__file__).resolve().parent.parent / "weights"


def load_weights(folder: Path | None, name: str, classes: Sequence[str]) -> Weights:
    """Load `NAME.json` and the nets that it names from a folder (default: the shipped ones).

    Raises:
        RuntimeError: files are missing, are not the ones that the description names, or read other classes.
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
    """A net ready to run, on one thread: the same bytes on any number of workers."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(net, options, providers=["CPUExecutionProvider"])
