"""A file to its frames: which kind of file it is, by content; how many pictures it holds; and one of them at a time."""

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

HEAD = 1032  # bytes; the header of a PDF may start anywhere in the first 1,024
_HEIC_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"))
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
_PIECEMEAL = ("PDF", "TIFF")  # of these only the parts that one frame needs are read
SEVERAL: frozenset[str | None] = frozenset(("PDF", "TIFF", "HEIC"))  # may hold more than one frame


class Frame(Protocol):
    """One picture, opened and not decoded yet.

    Attributes:
        size: (width, height) in pixels, in viewing orientation.
        pixels: the most that decoding it takes.
        most: pixels that there is room for in memory.
    """

    size: tuple[int, int]
    pixels: int
    most: int

    def gray(self, step: int) -> NDArray[np.uint8]:
        """(h, w) in viewing orientation; may come smaller, by at most `step` (1, 2, 4 or 8)."""
        ...

    def color(self) -> NDArray[np.uint8]:
        """(h, w, 3) BGR, full size, viewing orientation."""
        ...


@dataclass(frozen=True)
class Received:
    """A file as received.

    Attributes:
        content: its bytes, or where it lies if it is read in parts.
        kind: None if it is no photo.
        state: of a file, when it was opened.
        head: its first bytes.
    """

    content: bytes | Path
    kind: Kind | None
    state: files.State | None = None
    head: bytes = b""

    def sha256(self) -> str:
        """Hash of the whole file.

        Raises:
            PhotoProblem: it cannot be read, or was changed since it was received.
        """
        if isinstance(self.content, bytes):
            return hashlib.sha256(self.content).hexdigest()
        sha256 = files.digest(self.content)[0]
        self.check_same()
        return sha256

    def check_same(self) -> None:
        """Make sure that what is read in parts is all of the file that was received.

        Raises:
            PhotoProblem: `file_changed`.
        """
        if isinstance(self.content, Path) and self.state:
            files.check_same(self.content, self.state)


def receive(source: str | Path | bytes) -> Received:
    """Look at a file's first bytes, and read the rest where it is one photo.

    Raises:
        PhotoProblem: it is empty or too large, is no file or an archive, or cannot be read.
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
    """What a file is that begins so; its name says nothing. None: no photo."""
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
        PhotoProblem: it is no photo, is locked or damaged, has no such frame, or was changed meanwhile.
    """
    try:
        with _opened(received, frame) as picture:
            yield picture
    except PhotoProblem:
        received.check_same()  # what was changed meanwhile only looks damaged
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
    """How many frames a file has; 1 for one that cannot be opened, since reading that one says why."""
    try:
        received = receive(source)
        if received.kind is None:
            return 1
        return pdf.count(received.content) if received.kind == "PDF" else pillow.count(received.content, received.kind)
    except PhotoProblem:
        return 1


def _archive(head: bytes) -> str | None:
    """What an archive is called that begins so."""
    named = next((name for start, name in _ARCHIVES if head.startswith(start)), None)
    return "TAR" if named is None and head[257:262] == b"ustar" else named
