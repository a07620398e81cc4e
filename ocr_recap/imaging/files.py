"""Reads regular files of limited size, checks that they do not change meanwhile, and writes files atomically.

Pipes and devices can block or never end, and a photo that is still being copied would be read in part. Each such case
becomes a problem with a next step.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import uuid
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader, FileIO
from pathlib import Path
from typing import Any, Final

from ..messages.problems import PhotoProblem

MOST_BYTES: Final = 1 << 30  # of any file, as a PDF of 500 scans of 2 MB; hashing it takes some seconds; by judgement
# Bytes of a file that is held in memory as a whole. Photos of phones with 200 megapixels have 60 MB. By judgement.
MOST_HELD: Final = 1 << 27

# Kinds of files that are refused, by the test of their mode.
_KINDS = (
    (stat.S_ISDIR, "directory"),
    (stat.S_ISFIFO, "pipe"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISCHR, "device"),
    (stat.S_ISBLK, "device"),
)
# Opening must not block on a pipe, nor make a terminal the controlling one; binary on Windows.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class State:
    """Identity and time of change of a file: two states differ once the file was written or replaced."""

    device: int
    inode: int
    size: int
    modified: int
    changed: int


class _Plain(FileIO):
    """A regular file that never blocks. The kernel's log looks like a regular file but may have nothing to read yet."""

    def readinto(self, buffer: Any, /) -> int:
        """Read as `FileIO` does.

        Raises:
            BlockingIOError: there is nothing to read yet, for which `FileIO` returns None.
        """
        count: int | None = super().readinto(buffer)
        if count is None:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return count


def opened(path: Path) -> tuple[BufferedReader[_Plain], State]:
    """Open a plain file for reading; the caller closes it.

    Raises:
        PhotoProblem: `not_a_file`, `file_too_large`, or `file_unreadable`.
    """
    try:
        _check_kind(path, path.stat())
        # A pipe may have replaced the file since it was checked: opening it must not block either.
        descriptor = os.open(path, _FLAGS)
        try:
            found = os.fstat(descriptor)
            _check_kind(path, found)
        except BaseException:
            os.close(descriptor)
            raise
    except (OSError, ValueError) as fault:  # ValueError: an impossible file name
        raise unreadable(fault) from None
    file = BufferedReader(_Plain(descriptor, "rb"))
    if found.st_size > MOST_BYTES:
        file.close()
        raise PhotoProblem("file_too_large", bytes=found.st_size, limit=MOST_BYTES)
    return file, _state(found)


def check_same(path: Path, before: State) -> None:
    """Check that a file has not changed since its state `before`.

    Raises:
        PhotoProblem: `file_changed`.
    """
    try:
        same = _state(path.stat()) == before
    except (OSError, ValueError):
        same = False
    if not same:
        raise PhotoProblem("file_changed")


def held(file: BufferedReader[_Plain], head: bytes, path: Path, state: State) -> bytes:
    """Read the rest of a file.

    Args:
        file: open, after its first bytes were read.
        head: the first bytes.
        path: of the file, for messages.
        state: of the file when it was opened.

    Returns:
        The whole content, `head` included.

    Raises:
        PhotoProblem: `file_too_large`, `file_changed` or `file_unreadable`.
    """
    if state.size > MOST_HELD:
        raise PhotoProblem("file_too_large", bytes=state.size, limit=MOST_HELD)
    try:
        content = head + file.read(MOST_HELD)  # no more than that, however it grows meanwhile
    except OSError as fault:
        raise unreadable(fault) from None
    if len(content) != state.size:
        raise PhotoProblem("file_changed")
    check_same(path, state)
    return content


def digest(path: Path) -> tuple[str, int, State]:
    """SHA-256 in hexadecimal of a whole file, its size in bytes, and its state.

    Raises:
        PhotoProblem: as `opened`, or `file_changed`.
    """
    file, state = opened(path)
    with file:
        try:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
        except OSError as fault:
            raise unreadable(fault) from None
    check_same(path, state)
    return found, size, state


def fingerprint(path: Path) -> tuple[str, int]:
    """SHA-256 of a file and its size in bytes; an empty text and 0 if it cannot be read (reading gives the problem)."""
    try:
        return digest(path)[:2]
    except PhotoProblem:
        return "", 0


def head(path: Path, count: int) -> bytes:
    """The first bytes of a file, at most `count`; none if it cannot be read (reading gives the problem)."""
    try:
        file, _ = opened(path)
        with file:
            return file.read(count)
    except (PhotoProblem, OSError):
        return b""


def unreadable(fault: OSError | ValueError) -> PhotoProblem:
    """The problem of a file that the system refuses to read, from the system's error."""
    why = os.strerror(fault.errno) if isinstance(fault, OSError) and fault.errno else type(fault).__name__
    return PhotoProblem("file_unreadable", reason=[why])


def _check_kind(path: Path, found: os.stat_result) -> None:
    if stat.S_ISREG(found.st_mode):
        return
    if stat.S_ISDIR(found.st_mode) and not os.access(path, os.R_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    raise PhotoProblem("not_a_file", kind=[next((kind for is_it, kind in _KINDS if is_it(found.st_mode)), "device")])


def _state(found: os.stat_result) -> State:
    return State(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a temporary file and rename it to `path`: readers see the old content or the new, never a part.

    Raises:
        OSError: the folder cannot be written, or a pipe, a socket, a device or a folder is at `path`.
    """
    _check_replaceable(path)
    part = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _check_replaceable(path: Path) -> None:
    """Renaming puts a file in the place of anything but a folder; only a file is to be replaced.

    Raises:
        FileExistsError: a pipe, a socket or a device is at `path`, or a link there leads to one.
    """
    with suppress(FileNotFoundError):
        if not any(is_it(path.stat().st_mode) for is_it in (stat.S_ISREG, stat.S_ISDIR)):
            raise FileExistsError(errno.EEXIST, "Not a regular file", str(path))
