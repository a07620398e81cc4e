"""Hashes of evidence and of all that evidence depends on: keys of caches, and names of the data behind a choice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from ...forms.template import available

# What evidence is made by and of. Thresholds decide on evidence that is there, and texts say what was decided.
_DEPENDS = ("cells", "decide", "forms", "imaging", "locate", "records/photo_advice.py", "synth", "weights")
_THRESHOLDS = "decide/policy.json"


@cache
def package_sha256() -> str:
    """SHA-256 of all modules, weights, data and templates on which evidence depends.

    A changed comment changes the hash, too: evidence is then drawn again, which is slower but never wrong.
    """
    root = Path(str(files("ocr_recap")))
    found = [path for name in _DEPENDS for path in [root / name, *(root / name).rglob("*")]]
    parts = [path for path in found if path.is_file() and "__pycache__" not in path.parts]
    parts = [path for path in parts if path != root / _THRESHOLDS]
    digest = hashlib.sha256()
    for name, path in sorted([(p.relative_to(root).as_posix(), p) for p in parts] + list(available().items())):
        digest.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def feed(digest: Any, value: Any) -> None:
    """Add a value to a hash: arrays, numbers, texts, and dataclasses, mappings and sequences of these.

    Args:
        digest: hash object of `hashlib`.
        value: equal values add the same bytes, unequal values add different bytes.

    Raises:
        TypeError: a value is of another type.
    """
    if isinstance(value, np.ndarray):
        digest.update(f"array {value.dtype.str} {value.shape} ".encode() + np.ascontiguousarray(value).tobytes())
    elif is_dataclass(value) and not isinstance(value, type):
        digest.update(f"{type(value).__name__}(".encode())
        for part in fields(value):
            digest.update(f"{part.name}=".encode())
            feed(digest, getattr(value, part.name))
    elif isinstance(value, Mapping):
        digest.update(f"mapping {len(value)} ".encode())
        for name in sorted(value):
            feed(digest, name)
            feed(digest, value[name])
    elif isinstance(value, (tuple, list)):
        digest.update(f"sequence {len(value)} ".encode())
        for part in value:
            feed(digest, part)
    elif value is None or isinstance(value, (str, bytes, bool, int, float, np.generic)):
        digest.update(f"{type(value).__name__} {value!r} ".encode())
    else:
        raise TypeError(f"{type(value).__name__} has no bytes of its own")
