"""Checks that an optional library is installed; the error names the command to install it, and an alternative."""

from __future__ import annotations

from importlib.util import find_spec

from .errors import ExtraMissing


def require(module: str, extra: str) -> None:
    """Check that a library is installed, without importing it.

    Args:
        module: its name in Python.
        extra: that installs it; `EXTRA_missing` is the code of the error.

    Raises:
        ExtraMissing: it is not installed.
    """
    if find_spec(module) is None:
        raise ExtraMissing(f"{extra}_missing")
