"""Is an optional library there? If not, an error that says how to get it, and how to do without."""

from __future__ import annotations

from importlib.util import find_spec

from .errors import BatchError

Said = tuple[str, str]  # Indonesian, English


def require(module: str, extra: str, what: Said, without: Said) -> None:
    """See that a library can be imported here, without importing it.

    Args:
        module: its name in Python; `extra`: of the extra that installs it.
        what: wants it, as the beginning of a sentence.
        without: how to read without it, as the end of one.

    Raises:
        BatchError: it is not installed.
    """
    if find_spec(module) is None:
        pip = f"pip install 'ocr-recap[{extra}]'"
        raise BatchError(
            f"{what[0]} memerlukan tambahan {extra}. Jalankan {pip} lalu ulangi, atau baca tanpa {without[0]}",
            f"{what[1]} the extra {extra}. Run {pip} and start again, or read without {without[1]}",
        )
