"""Is an optional library there? If not, an error that says how to get it, and how to do without."""

from __future__ import annotations

from importlib.util import find_spec

from .errors import ExtraMissing


def require(module: str, extra: str) -> None:
    """See that a library can be imported here, without importing it.

    Args:
        module: its name in Python.
        extra: that installs it; `EXTRA_missing` is the code of the error.

    Raises:
        ExtraMissing: it is not installed.
    """
    if find_spec(module) is None:
        raise ExtraMissing(f"{extra}_missing")
