"""A file to its frames: finds the kind of a file by its content, counts its pictures, and opens one of them."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ..messages.problems import PhotoProblem
from . import files, pdf, pillow

Kind = Literal["JPEG", "PNG", "WEBP", "TIFF", "HEIC", "PDF"]

HEAD = 1032  # bytes: the header of a PDF may start anywhere in the first 1,024
# Brands of HEIC files (ISO 23008-12).
_HEIC_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"))
# First bytes of archives and their names in messages.
_ARCHIVES = (
    (b"PK\3\4", "ZIP"),
    (b"PK\5\6", "ZIP"),
    (b"Rar!\x1a\7", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7Z"),
    (b"\x1f\x8b", "GZIP"),
    (b"BZh", "BZIP2"),
    (b"\xfd7zXZ\0", "XZ"),
    (b"\x28\xb5\x2f\xfd", "ZSTD"),
)
_PIECEMEAL = ("PDF", "TIFF")  # kinds of which only the parts for one frame are read
SEVERAL: frozenset[str | None] = frozenset(("PDF", "TIFF", "HEIC"))  # kinds that may have more than one frame


class Frame(Protocol):
    """One picture, opened and not decoded yet.

    Attributes:
        size: (width, height) in pixels, in viewing orientation.
        pixels: number of pixels that decoding has to hold.
        most: largest number of pixels for which there is memory.
    """

    size: tuple[int, int]
    pixels: int
    most: int

    def gray(self, step: int) -> NDArray[np.uint8]:
        """Decode to (h, w) uint8 in viewing orientation, shrunk by a factor of at most `step` (1, 2, 4 or 8)."""
        ...

    def color(self) -> NDArray[np.uint8]:
        """Decode to (h, w, 3) uint8 BGR, full size, viewing orientation."""
        ...


@dataclass(frozen=True)
class Received:
    """A file as received.

    Attributes:
        content: its bytes, or its path if it is read in parts.
        kind: of the file; None if it is no photo.
        state: of the file when it was opened; None for bytes.
        head: its first bytes.
    """

    content: bytes | Path
    kind: Kind | None
    state: files.State | None = None
    head: bytes = b""

    def sha256(self) -> str:
        """Hash of the whole file.

        Raises:
            PhotoProblem: the file cannot be read, or was changed since it was received.
        """
        if isinstance(self.content, bytes):
            return hashlib.sha256(self.content).hexdigest()
        sha256 = files.digest(self.content)[0]
        self.check_same()
        return sha256

    def check_same(self) -> None:
        """Check that a file that is read in parts has not changed since it was received.

        Raises:
            PhotoProblem: `file_changed`.
        """
        if isinstance(self.content, Path) and self.state:
            files.check_same(self.content, self.state)


def receive(source: str | Path | bytes) -> Received:
    """Find the kind of a file by its first bytes, and read the rest where the file is a single photo.

    Raises:
        PhotoProblem: the file is empty, too large, an archive or not a regular file, or cannot be read.
    """
    if isinstance(source, bytes):
        head, content, state = source[:HEAD], source, None
        kind = kind_of(head)
    else:
        path = content = Path(source)
        file, state = files.opened(path)
        with file:
            try:
                head = file.read(HEAD)
            except OSError as fault:
                raise files.unreadable(fault) from None
            kind = kind_of(head)
            if kind and kind not in _PIECEMEAL:
                content = files.held(file, head, path, state)
    if not head:
        raise PhotoProblem("file_empty")
    return Received(content, kind, state, head)


def kind_of(head: bytes) -> Kind | None:
    """The kind of a file by its first bytes; None if it is no photo. The file's name is not used."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "TIFF"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "HEIC"
    return "PDF" if b"%PDF-" in head else None


@contextmanager
def opened(received: Received, frame: int) -> Generator[Frame, None, None]:
    """Open one picture of a file.

    Args:
        received: the file.
        frame: which picture, from 0.

    Raises:
        PhotoProblem: the file is no photo, is locked or damaged, has no such frame, or was changed meanwhile.
    """
    try:
        with _opened(received, frame) as picture:
            yield picture
    except PhotoProblem:
        received.check_same()  # a file that was changed meanwhile may look damaged
        raise
    received.check_same()


def _opened(received: Received, frame: int) -> AbstractContextManager[Frame]:
    if received.kind is None:
        archive = _archive(received.head)
        raise PhotoProblem("file_archive", kind=archive) if archive else PhotoProblem("not_an_image")
    if received.kind == "PDF":
        return pdf.opened(received.content, frame)
    if frame and received.kind not in ("TIFF", "HEIC"):
        raise PhotoProblem("frame_missing", frame=frame + 1, frames=1)
    return pillow.opened(received.content, received.kind, frame)


def count(source: str | Path | bytes) -> int:
    """Count the frames of a file; 1 for a file that cannot be opened, since reading it gives the problem."""
    try:
        received = receive(source)
        if received.kind is None:
            return 1
        return pdf.count(received.content) if received.kind == "PDF" else pillow.count(received.content, received.kind)
    except PhotoProblem:
        return 1


def _archive(head: bytes) -> str | None:
    """The name of an archive format, by a file's first bytes; None for other files."""
    named = next((name for start, name in _ARCHIVES if head.startswith(start)), None)
    return "TAR" if named is None and head[257:262] == b"ustar" else named
