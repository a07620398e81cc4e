"""Imports `onnxruntime`, which runs the nets, with its telemetry off. No other module of the project imports it.

From version 1.29 on the wheels of onnxruntime for Linux and macOS report use to their maker: they look up a host, and
keep an identifier of the machine and a database of events under the user's cache folder. `ORT_DISABLE_TELEMETRY=1`
prevents all of that if it is set before the library is loaded, and child processes inherit it.
`disable_telemetry_events` alone comes too late, since the import writes the identifier. It is called as well for
Windows, where the library hands events to the system's tracing and does not use the variable.

A program that imports `onnxruntime` before `ocr_recap` has to set the variable itself.
"""

from __future__ import annotations

import os
from typing import Final

TELEMETRY_OFF: Final = "ORT_DISABLE_TELEMETRY"  # environment variable of onnxruntime
# The first version that was not tested by `tests/test_network.py`; `pyproject.toml` has the same bound.
UNCHECKED: Final = (1, 33)

os.environ[TELEMETRY_OFF] = "1"

import onnxruntime  # noqa: E402  (the variable has to be there first)

onnxruntime.disable_telemetry_events()

__all__ = ["TELEMETRY_OFF", "UNCHECKED", "onnxruntime", "telemetry_is_off"]


def telemetry_is_off() -> bool:
    """True when the variable is set and the version of onnxruntime was tested to respect it."""
    version = tuple(int(part) for part in onnxruntime.__version__.split(".")[:2])
    return os.environ.get(TELEMETRY_OFF) == "1" and version < UNCHECKED
