"""What a process keeps that opens the same recap folder again and again: hashes, events, the level file.

The log of a nation's statements has some 800 MB: its hash is not made again for each page. A file counts as unchanged
while the disk says the same about it (place, size, times), and as added to while its first part ends as it ended
before. A change in the middle that hides from both is found when the folder is opened anew and when an area is closed:
then all is hashed (`FileHashes.forget`).
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from .level_file import Contest
from .plenary import SessionEvent

_TAIL: Final = 4096  # bytes at the end of what was hashed that must be the same before only the rest is read; judgement
_BLOCK: Final = 1 << 20  # bytes that are read at a time


@dataclass(frozen=True)
class _Hashed:
    """A file as it was hashed: what the disk said about it, the state of the hash, and the hash of its last bytes."""

    look: tuple[int, ...]
    size: int
    state: Any
    tail: bytes


class FileHashes:
    """SHA-256 of files, remembered for as long as the disk says that they are the same."""

    def __init__(self) -> None:
        self._known: dict[Path, _Hashed] = {}

    def sha256_of(self, path: Path) -> str:
        """SHA-256 of a file, in hexadecimal; only what was added since the last time is read.

        Raises:
            OSError: the file cannot be read.
        """
        with path.open("rb") as file:
            look = _look(os.fstat(file.fileno()))
            known = self._known.get(path)
            if known is None or known.look != look:
                known = self._known[path] = _added(file, look, known)
        return known.state.hexdigest()

    def forget(self) -> None:
        """Hash all files anew from now on."""
        self._known.clear()


@dataclass(frozen=True)
class KnownEvents:
    """The events of the first bytes of a log: how many bytes, their SHA-256, and what they say."""

    size: int
    sha256: bytes
    events: tuple[SessionEvent, ...]


@dataclass
class RecapMemory:
    """What is kept between two times that a folder is opened; a new one remembers nothing.

    Attributes:
        files: the hashes of its files.
        events: of its plenary log; None before it was read.
        contest: its level file; None before it was read.
    """

    files: FileHashes = field(default_factory=FileHashes)
    events: KnownEvents | None = None
    contest: Contest | None = None


def _look(stat: os.stat_result) -> tuple[int, ...]:
    return stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _added(file: BinaryIO, look: tuple[int, ...], known: _Hashed | None) -> _Hashed:
    """Hash a file from its beginning, or what was added to it."""
    state: Any = hashlib.sha256()
    size = 0
    if known is not None and known.look[:2] == look[:2] and _tail(file, known.size) == known.tail:
        state, size = known.state.copy(), known.size
    file.seek(size)
    while block := file.read(_BLOCK):
        state.update(block)
        size += len(block)
    return _Hashed(look, size, state, _tail(file, size))


def _tail(file: BinaryIO, size: int) -> bytes:
    """The hash of the last bytes of the first part of a file; of fewer where the file is shorter."""
    file.seek(max(0, size - _TAIL))
    return hashlib.sha256(file.read(min(size, _TAIL))).digest()
