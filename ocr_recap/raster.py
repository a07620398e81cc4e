"""One picture of a JPEG, PNG, WebP, TIFF or HEIC file to pixels: 8 bits, on white, as a viewer shows it."""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .options import HARD_CAP
from .problems import PhotoProblem

_ORIENTATION = 0x0112
# Directories of a TIFF can only be counted one by one; a chain longer than this is counted as this long.
MOST_COUNTED = 65_535

_T = TypeVar("_T")


class Raster:
    """A picture that Pillow opened and has not decoded yet.

    Attributes:
        size: (width, height) in pixels, in viewing orientation.
        pixels: how many decoding it takes.
    """

    def __init__(self, image: Image.Image | _Deferred, orientation: int) -> None:
        self._image, self._orientation = image, orientation
        width, height = image.size
        self.size: tuple[int, int] = (height, width) if orientation >= 5 else (width, height)
        self.pixels = width * height

    def gray(self, step: int) -> NDArray[np.uint8]:
        """(h, w) in viewing orientation; a JPEG may come smaller, by at most `step` (1, 2, 4 or 8)."""
        width, height = self._image.size
        # For JPEG the decoder itself scales by powers of two and leaves the colours undecoded.
        self._image.draft("L", (math.ceil(width / step), math.ceil(height / step)))
        return _upright(np.asarray(self._plain().convert("L"), dtype=np.uint8), self._orientation)

    def color(self) -> NDArray[np.uint8]:
        """(h, w, 3) BGR, full size, viewing orientation."""
        pixels = np.asarray(self._plain().convert("RGB"), dtype=np.uint8)
        return np.ascontiguousarray(_upright(pixels, self._orientation)[:, :, ::-1])

    def _plain(self) -> Image.Image:
        return _tried(lambda: _eight_bits(_loaded(self._image)), "image_truncated")


@contextmanager
def opened(content: bytes | Path, kind: str, frame: int) -> Generator[Raster, None, None]:
    """Open one picture of a file.

    Args:
        content: the file's bytes, or where it lies.
        kind: JPEG, PNG, WEBP, TIFF or HEIC.
        frame: which picture, from 0.

    Raises:
        PhotoProblem: it cannot be opened, or there is no such frame.
    """
    if kind == "HEIC":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            file = _heif(content)
            if frame >= len(file):
                raise PhotoProblem("frame_missing", frame=frame + 1, frames=len(file))
            size = file[frame].size
        # Decoding waits until the caller has seen the size; libheif turns the picture itself.
        yield Raster(_Deferred(size, file[frame].to_pillow), 1)
        return
    with _opened(content, kind) as image:
        if frame:
            _seek(image, frame)
        # Pillow turns a TIFF itself, and its size is the turned one from the start.
        yield Raster(image, 1 if kind == "TIFF" else _orientation(image))


def count(content: bytes | Path, kind: str) -> int:
    """How many pictures the file holds; a damaged one among them counts, and what follows it is unknown.

    Raises:
        PhotoProblem: it cannot be opened.
    """
    if kind == "HEIC":
        return max(1, len(_heif(content)))
    if kind != "TIFF":
        return 1  # of an animated picture the first is the photo
    with _opened(content, kind) as image:
        for frame in range(1, MOST_COUNTED):
            try:
                _seek(image, frame)
            except PhotoProblem as problem:
                return frame if problem.code == "frame_missing" else frame + 1
    return MOST_COUNTED


class _Deferred:
    """A picture of known size that is decoded when it is loaded; the part of a Pillow image that `Raster` needs."""

    def __init__(self, size: tuple[int, int], decode: Callable[[], Image.Image]) -> None:
        self.size, self.decode = size, decode

    def draft(self, _mode: str, _size: tuple[int, int]) -> None:
        """Nothing to prepare."""


def _opened(content: bytes | Path, kind: str) -> Image.Image:
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `max_pixels` is our own cap, below the one that Pillow enforces
            return Image.open(file, formats=(kind,))
    except Image.DecompressionBombError as fault:
        pixels = re.search(r"\d+", str(fault))
        raise PhotoProblem("image_too_large", pixels=int(pixels.group()) if pixels else -1, limit=HARD_CAP) from None
    except MemoryError:
        raise
    except Exception:
        raise PhotoProblem("image_truncated") from None  # its first bytes say what it was


def _orientation(image: Image.Image) -> int:
    """As the EXIF block says, 1 to 8; a block that cannot be read says nothing."""
    try:
        orientation = _tried(lambda: image.getexif().get(_ORIENTATION, 1), "image_truncated")
    except PhotoProblem:
        return 1
    return orientation if orientation in range(1, 9) else 1


def _heif(content: bytes | Path) -> Any:
    try:
        import pi_heif  # noqa: PLC0415  (an extra, and only HEIC needs it)
    except ImportError:
        raise PhotoProblem("heic_not_installed") from None
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    return _tried(lambda: pi_heif.open_heif(file), "image_truncated")


def _seek(image: Image.Image, frame: int) -> None:
    def seek() -> bool:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                image.seek(frame)
            except EOFError:
                return False
        return True

    if not _tried(seek, "image_truncated"):
        raise PhotoProblem("frame_missing", frame=frame + 1, frames=frame)


def _loaded(image: Image.Image | _Deferred) -> Image.Image:
    if isinstance(image, _Deferred):
        return image.decode()
    image.load()
    return image


def _tried(step: Callable[[], _T], code: str) -> _T:
    """What a decoder gives; whatever it raises over a damaged file is the file's fault, not the program's."""
    try:
        return step()
    except (MemoryError, PhotoProblem):
        raise
    except Exception:
        raise PhotoProblem(code) from None


def _eight_bits(image: Image.Image) -> Image.Image:
    """The decoded picture in gray or RGB of 8 bits, what is transparent on white."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) // 257).astype(np.uint8))
    if image.mode in ("I", "F"):
        values = np.nan_to_num(np.asarray(image, dtype=np.float32)).clip(0)
        # 16 bits in a wider type, or fractions of 1, or whatever the scanner's scale is.
        top = next((t for t in (1.0, 65_535.0) if values.max() <= t), float(values.max()))
        return Image.fromarray((values * (255 / top)).astype(np.uint8))
    if image.mode == "LAB":
        return image.getchannel(0)
    if image.has_transparency_data:
        rgba = (image.convert("LA") if image.mode == "La" else image).convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        white.alpha_composite(rgba)
        return white.convert("RGB")
    return image if image.mode in ("L", "RGB") else image.convert("L" if image.mode == "1" else "RGB")


def _upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Apply an EXIF orientation 1-8 (CIPA DC-008, tag 0112h): mirror first, then turn."""
    if orientation in (2, 4, 5, 7):
        pixels = pixels[:, ::-1]
    turns = {3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}.get(orientation, 0)
    return np.rot90(pixels, turns)
