"""The engine that runs the nets, `onnxruntime`, with its telemetry off. Nothing else in the project imports it.

From 1.29 on the engine's wheels for Linux and macOS report its use to its maker: they look up a host, keep an
identifier of the machine and a database of events under the user's cache folder. `ORT_DISABLE_TELEMETRY=1` ends all of
that if it is set before the engine is loaded, and processes that this one starts inherit it. `disable_telemetry_events`
alone does not: by then the identifier has been written. It is called as well for Windows, where the engine hands events
to the system's own tracing and the variable has no meaning.

A program that imports `onnxruntime` before `ocr_recap` has to set the variable itself.
"""

from __future__ import annotations

import os
from typing import Final

TELEMETRY_OFF: Final = "ORT_DISABLE_TELEMETRY"
# The first version that nobody has watched in `tests/test_network.py`; `pyproject.toml` bounds it as well.
UNCHECKED: Final = (1, 33)

os.environ[TELEMETRY_OFF] = "1"

import onnxruntime  # noqa: E402  (the variable has to be there first)

onnxruntime.disable_telemetry_events()

__all__ = ["TELEMETRY_OFF", "UNCHECKED", "onnxruntime", "telemetry_is_off"]


def telemetry_is_off() -> bool:
    """Whether the engine was told so and is of a version that was seen to heed it."""
    version = tuple(int(part) for part in onnxruntime.__version__.split(".")[:2])
    return os.environ.get(TELEMETRY_OFF) == "1" and version < UNCHECKED
