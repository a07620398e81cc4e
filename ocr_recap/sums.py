"""`SHA256SUMS`: what a folder of results consists of, checked by `sha256sum -c`, and how new results take its place.

The list is also how we know our own files again: what an earlier batch listed and the new one does not is removed,
and nothing else ever is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from .emit import FILES, FOLDERS, SUMS_FILE
from .inputs import BatchError

_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(folder: Path) -> dict[str, str]:
    """The listed hashes by file name; empty without a list. Names that no results can have are left out."""
    try:
        lines = (folder / SUMS_FILE).read_bytes().decode("utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return {}
    found = (match for line in lines if (match := _LINE.fullmatch(line)))
    return {match[2]: match[1] for match in found if _is_ours(match[2])}


def write(folder: Path, sums: Mapping[str, str]) -> None:
    """Write the list, sorted by name.

    Raises:
        OSError: it cannot be written.
    """
    text = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
    (folder / SUMS_FILE).write_bytes(text.encode())


def check(folder: Path, names: Iterable[str]) -> None:
    """Make sure that files are as they were listed.

    Raises:
        BatchError: one is not listed, is missing or was changed.
    """
    listed = read(folder)
    for name in names:
        try:
            same = of(folder / name) == listed.get(name)
        except OSError:
            same = False
        if not same:
            raise BatchError(
                f"{folder / name} tidak sama dengan yang tercatat di {SUMS_FILE}: berkas berubah atau hilang. Baca "
                "foto-fotonya lagi dengan ocr-recap read, atau pulihkan folder dari salinan.",
                f"{folder / name} is not what {SUMS_FILE} lists: it was changed or lost. Read the photos again with "
                "ocr-recap read, or restore the folder from a copy.",
            )


def install(stage: Path, folder: Path) -> None:
    """Move new results into a folder, the list last, and remove what only the list before them had.

    Raises:
        OSError: a file cannot be moved.
    """
    before, now = read(folder), read(stage)
    for path in sorted(p for p in stage.rglob("*") if p.is_file() and p.name != SUMS_FILE):
        target = folder / path.relative_to(stage)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    for name in before.keys() - now.keys():
        (folder / name).unlink(missing_ok=True)
    for kind in FOLDERS:
        if (folder / kind).is_dir() and not any((folder / kind).iterdir()):
            (folder / kind).rmdir()
    (stage / SUMS_FILE).replace(folder / SUMS_FILE)


def _is_ours(name: str) -> bool:
    kind, _, file = name.partition("/")
    return name in FILES if not file else kind in FOLDERS and "/" not in file and "\\" not in file and file != ".."
