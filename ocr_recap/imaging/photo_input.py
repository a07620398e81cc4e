"""What a program may give as a photo, made into what the rest of the package takes: a path, bytes or an array."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from PIL.Image import Image

from ..messages.problems import PhotoProblem
from . import files, pillow
from .photo import Source, check_source

_PART = 1 << 20  # bytes that are asked of a file at once


@runtime_checkable
class BinaryFile(Protocol):
    """A file that is open for reading bytes: `io.BytesIO`, `open(..., "rb")`, an upload, the body of a response."""

    def read(self, size: int = ..., /) -> bytes:
        """At most `size` bytes from the present position."""
        ...


PhotoLike = Source | bytearray | memoryview | BinaryFile | Image


def name_of(photo: PhotoLike) -> str:
    """How a record calls a photo to which nobody gave a name.

    Returns:
        The name of the file without its folder, also of an open file and of a PIL image that know it; otherwise
        `array`, `image` or `bytes`.
    """
    if isinstance(photo, np.ndarray):
        return "array"
    if isinstance(photo, str | Path):
        return Path(photo).name
    is_image = isinstance(photo, Image)
    own: Any = getattr(photo, "filename" if is_image else "name", None)  # of a temporary file it is a number
    named = Path(own).name if isinstance(own, str | Path) else ""
    return named or ("image" if is_image else "bytes")


def source_of(photo: PhotoLike, max_pixels: int = pillow.MAX_PIXELS) -> Source:
    """A photo as a path, bytes or an array.

    Args:
        photo: a path, the bytes of a photo file, an open binary file, a PIL image, or an (h, w, 3) BGR or (h, w) gray
            uint8 array. A file is read whole, from its beginning, and left at the position where it was; one that
            cannot be wound back is read to its end. Of a PIL image the picture that it shows is taken, turned as its
            EXIF block says.
        max_pixels: a PIL image with more is refused before it is decoded.

    Raises:
        PhotoProblem: a file is too large or cannot be read, a PIL image is too large or damaged.
        TypeError, ValueError: it is none of these, or an array of another type or shape.
    """
    if isinstance(photo, Image):
        return pillow.pixels_of(photo, max_pixels)
    if isinstance(photo, bytearray | memoryview):
        return bytes(photo)
    if isinstance(photo, BinaryFile):
        return _content(photo)
    check_source(photo)
    return photo  # pyright: ignore[reportReturnType]  (`check_source` has seen to it)


def _content(file: BinaryFile) -> bytes:
    """All bytes of an open file.

    Raises:
        PhotoProblem: `file_too_large` or `file_unreadable`.
        TypeError: the file was opened for text.
        ValueError: the file is closed.
    """
    position = _wound_back(file)
    content = bytearray()
    try:
        while len(content) <= files.MOST_BYTES and (part := file.read(_PART)):
            if not isinstance(part, bytes):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise TypeError(f"a photo file is opened for bytes, this one gives {type(part).__name__}")
            content += part
    except OSError as fault:
        raise files.unreadable(fault) from None
    finally:
        if position is not None:
            file.seek(position)  # pyright: ignore[reportAttributeAccessIssue]
    if len(content) > files.MOST_BYTES:
        raise PhotoProblem("file_too_large", bytes=len(content), limit=files.MOST_BYTES)
    return bytes(content)


def _wound_back(file: Any) -> int | None:
    """Go to the beginning of a file; where it was, or None if it cannot be wound back."""
    try:
        position = file.tell()
        file.seek(0)
    except (AttributeError, OSError, ValueError):
        return None
    return position
