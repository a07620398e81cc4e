"""Changes of a recap folder that an interruption cannot leave half done: lines at a log's end, and whole files.

What is to be written goes to `.pending` first (temporary file, flush, rename). Then it is put in place and flushed, the
list of checksums follows, and `.pending` is removed. Whoever finds a `.pending` does this again from the beginning: a
log is cut where the lines begin, so that no line is lost, doubled or half there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..messages.errors import FolderDamaged
from ..records.checksum_list import listed, sha256_of
from ..records.folder import SUMS_FILE
from .folder import LOGS, PENDING_FILE, relist, write_durably


def append_lines(folder: Path, name: str, lines: Sequence[str], hashed: Callable[[Path], str] = sha256_of) -> None:
    """Put lines at the end of a log, all or none, and list its new hash.

    Args:
        folder: of the recap.
        name: of the log.
        lines: without line breaks.
        hashed: gives the SHA-256 of a file.

    Raises:
        FolderDamaged: the log was edited.
        OSError: the folder cannot be written.
    """
    if not lines:
        return
    path = folder / name
    size = path.stat().st_size if path.exists() else 0
    about = {"name": name, "size": size, "sha256": listed(folder).get(name)}
    _do(folder, about, "".join(f"{line}\n" for line in lines).encode(), hashed)


def replace_file(folder: Path, name: str, content: bytes) -> None:
    """Put a file in the place of an earlier one, and list its hash.

    Raises:
        OSError: the folder cannot be written.
    """
    _do(folder, {"name": name, "size": None}, content, sha256_of)


def _do(folder: Path, about: Mapping[str, Any], content: bytes, hashed: Callable[[Path], str]) -> None:
    write_durably(folder / PENDING_FILE, json.dumps(about).encode() + b"\n" + content)
    recover(folder, hashed)


def recover(folder: Path, hashed: Callable[[Path], str] = sha256_of) -> None:
    """Finish what was interrupted; does nothing without `.pending`.

    Args:
        folder: of the recap.
        hashed: gives the SHA-256 of a file.

    Raises:
        FolderDamaged: the log is shorter than it was, or was edited.
        OSError: the folder cannot be written.
    """
    pending = folder / PENDING_FILE
    try:
        head, _, content = pending.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return
    about = _about(pending, head)
    path = folder / about["name"]
    if about["size"] is None:
        write_durably(path, content)
    else:
        _append(path, about, content, hashed)
    relist(folder, [about["name"]], hashed)
    pending.unlink()


def _about(pending: Path, head: bytes) -> dict[str, Any]:
    """What is to be written: only files of a recap folder, whoever wrote `.pending`.

    Raises:
        FolderDamaged: it says something else.
    """
    try:
        about = json.loads(head)
        if about["name"] in LOGS and (about["size"] is None or about["size"] >= 0):
            return about
    except (ValueError, TypeError, KeyError):
        pass
    raise FolderDamaged("results_unusable", path=pending)


def _append(path: Path, about: Mapping[str, Any], content: bytes, hashed: Callable[[Path], str]) -> None:
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.seek(0, os.SEEK_END)
        if file.tell() < about["size"]:
            raise FolderDamaged("statement_log_cut", path=path)
        if file.tell() > about["size"]:  # an interruption left lines behind
            file.truncate(about["size"])
        if about["size"] and hashed(path) != about["sha256"]:
            raise FolderDamaged("source_edited", folder=path.parent, names=about["name"], sums=SUMS_FILE)
        file.seek(about["size"])
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
