"""A file to its frames: which kind of file it is, by content; how many pictures it holds; and one of them at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from . import pdf, raster
from .problems import PhotoProblem

Kind = Literal["JPEG", "PNG", "WEBP", "TIFF", "HEIC", "PDF"]

HEAD = 1032  # bytes; the header of a PDF may start anywhere in the first 1,024
_HEIC_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"))
_PIECEMEAL = ("PDF", "TIFF")  # of these only the parts that one frame needs are read
SEVERAL: frozenset[str | None] = frozenset(("PDF", "TIFF", "HEIC"))  # may hold more than one frame


class Frame(Protocol):
    """One picture, opened and not decoded yet.

    Attributes:
        size: (width, height) in pixels, in viewing orientation.
        pixels: the most that decoding it takes.
    """

    size: tuple[int, int]
    pixels: int

    def gray(self, step: int) -> NDArray[np.uint8]:
        """(h, w) in viewing orientation; may come smaller, by at most `step` (1, 2, 4 or 8)."""
        ...

    def color(self) -> NDArray[np.uint8]:
        """(h, w, 3) BGR, full size, viewing orientation."""
        ...


@dataclass(frozen=True)
class Received:
    """A file as received: its bytes, or where it lies if it is read in parts; its kind, None if it is no photo."""

    content: bytes | Path
    kind: Kind | None

    def sha256(self) -> str:
        """Hash of the whole file.

        Raises:
            PhotoProblem: it cannot be read.
        """
        if isinstance(self.content, bytes):
            return hashlib.sha256(self.content).hexdigest()
        try:
            with self.content.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as fault:
            raise _unreadable(fault) from None


def receive(source: str | Path | bytes) -> Received:
    """Look at a file's first bytes, and read the rest where it is one photo.

    Raises:
        PhotoProblem: it is empty or cannot be read.
    """
    if isinstance(source, bytes):
        head, content = source[:HEAD], source
    else:
        content = Path(source)
        try:
            with content.open("rb") as file:
                head = file.read(HEAD)
                kind = kind_of(head)
                if kind and kind not in _PIECEMEAL:
                    content = head + file.read()
        except OSError as fault:
            raise _unreadable(fault) from None
    if not head:
        raise PhotoProblem("file_empty")
    return Received(content, kind_of(head))


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
        PhotoProblem: it is no photo, is locked or damaged, or has no such frame.
    """
    if received.kind is None:
        raise PhotoProblem("not_an_image")
    if received.kind == "PDF":
        with pdf.opened(received.content, frame) as page:
            yield page
        return
    if frame and received.kind not in ("TIFF", "HEIC"):
        raise PhotoProblem("frame_missing", frame=frame + 1, frames=1)
    with raster.opened(received.content, received.kind, frame) as picture:
        yield picture


def count(source: str | Path | bytes) -> int:
    """How many frames a file has; 1 for one that cannot be opened, since reading that one says why."""
    try:
        received = receive(source)
        if received.kind is None:
            return 1
        return pdf.count(received.content) if received.kind == "PDF" else raster.count(received.content, received.kind)
    except PhotoProblem:
        return 1


def _unreadable(fault: OSError) -> PhotoProblem:
    return PhotoProblem("file_unreadable", reason=[fault.strerror or type(fault).__name__])
