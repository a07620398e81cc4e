"""Reads lists of checksums in the format of `sha256sum -c`, and hashes files."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from .folder import SUMS_FILE

# A line of the list.
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def listed(folder: Path) -> dict[str, str]:
    """The list of a folder: hashes by file name; empty without a list."""
    try:
        lines = (folder / SUMS_FILE).read_bytes().decode("utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return {}
    found = (match for line in lines if (match := _LINE.fullmatch(line)))
    return {match[2]: match[1] for match in found}


def list_of(sums: dict[str, str]) -> bytes:
    """The content of a list, sorted by name."""
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()
