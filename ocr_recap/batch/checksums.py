"""`SHA256SUMS`: the files of a folder of results with their checksums, in the format of `sha256sum -c`.

The list also identifies the program's own files: a file that an earlier batch listed and the new one does not is
removed. No other file is ever removed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..records.checksum_list import list_of, listed, sha256_of
from ..records.folder import FILES, FOLDERS, SUMS_FILE
from ..report import table_formats


def of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal.

    Raises:
        OSError: the file cannot be read.
    """
    return sha256_of(path)


def read(folder: Path) -> dict[str, str]:
    """Read the list: hashes by file name; empty without a list. Names that results cannot have are left out."""
    return {name: sha256 for name, sha256 in listed(folder).items() if _is_ours(name)}


def write(folder: Path, sums: Mapping[str, str]) -> None:
    """Write the list, sorted by name.

    Raises:
        OSError: the list cannot be written.
    """
    (folder / SUMS_FILE).write_bytes(list_of(dict(sums)))


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
