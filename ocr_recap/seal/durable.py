"""Writes that survive a pulled plug: a temporary name, content forced to the disk, a rename, the folder forced too."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path


def write_durably(path: Path, content: bytes) -> None:
    """Write one file; see `write_all`.

    Raises:
        OSError: it cannot be written.
    """
    write_all({path: content})


def write_all(files: Mapping[Path, bytes]) -> None:
    """Write files, making their folders: each has its old content or the new one, whenever the machine stops.

    Raises:
        OSError: a file cannot be written.
    """
    parts: list[tuple[Path, Path]] = []
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{uuid.uuid4().hex}.part")
            parts.append((part, path))
            part.write_bytes(content)
        for part, _ in parts:  # after all are written: the disk is then forced once for many
            with part.open("rb+") as file:
                os.fsync(file.fileno())
        for part, path in parts:
            part.replace(path)
    except BaseException:
        for part, _ in parts:
            part.unlink(missing_ok=True)
        raise
    for folder in {path.parent for path in files}:
        force_folder(folder)


def force_folder(folder: Path) -> None:
    """Force the names in a folder to the disk; Windows has no such call.

    Raises:
        OSError: the disk refuses.
    """
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
