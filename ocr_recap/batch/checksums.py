"""`SHA256SUMS`: the files of a folder of results with their checksums, in the format of `sha256sum -c`.

The list also identifies the program's own files: a file that an earlier batch listed and the new one does not is
removed. No other file is ever removed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from ..records.folder import FILES, FOLDERS, SUMS_FILE
from ..report import table_formats

# A line of the list.
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(folder: Path) -> dict[str, str]:
    """Read the list: hashes by file name; empty without a list. Names that results cannot have are left out."""
    try:
        lines = (folder / SUMS_FILE).read_bytes().decode("utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return {}
    found = (match for line in lines if (match := _LINE.fullmatch(line)))
    return {match[2]: match[1] for match in found if _is_ours(match[2])}


def write(folder: Path, sums: Mapping[str, str]) -> None:
    """Write the list, sorted by name.

    Raises:
        OSError: the list cannot be written.
    """
    text = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
    (folder / SUMS_FILE).write_bytes(text.encode())


def result_files() -> frozenset[str]:
    """The names of files directly in a folder of results."""
    return FILES | table_formats.files()


def _is_ours(name: str) -> bool:
    kind, _, file = name.partition("/")
    return (
        name in result_files()
        if not file
        else kind in FOLDERS and "/" not in file and "\\" not in file and file != ".."
    )
