"""One picture of a JPEG, PNG, WebP, TIFF or HEIC file to pixels: 8 bits, on white, as a viewer shows it.

Pillow warns of pictures above 89 megapixels and of damaged EXIF blocks. Filters of warnings belong to the whole
process, so none is changed here: the command line (`cli/main.py`) and workers (`read/workers/spawn.py`) set theirs at
their start.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..messages.problems import PhotoProblem
from . import tiff_guard

MAX_PIXELS = 150_000_000  # by judgement: decoding has memory for as many, and no phone takes more
# Pillow refuses to open more pixels than this (twice its MAX_IMAGE_PIXELS).
HARD_CAP = 178_956_970

_ORIENTATION = 0x0112  # EXIF tag (CIPA DC-008)
_BAND = 512  # rows converted at a time, so that a large picture is not held in several formats at once; by judgement
# Bytes of memory for decoding one picture: half of the growth that a worker of a batch is allowed.
MOST_ROOM = 1_000_000_000
# Bytes of memory per pixel, measured at 149 megapixels, with transparency where a kind has it. A JPEG of one scan is
# decoded row by row and shrunk; a JPEG of several scans is held whole before its first pixel is known.
_ROOM = {"JPEG": 1, "PNG": 6, "TIFF": 6, "HEIC": 12, "WEBP": 16, "JPEG of several scans": 6}

_BLOCK = 16  # px: the tallest blocks that phones write (ITU T.81, A.2), of 8 x 8 samples of colour at half the size
_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")  # markers of a JPEG outside of scans (ITU T.81, B.1.1.2)
_BARE_MARKERS = frozenset((0x01, 0xD8, 0xD9))  # markers without a segment
_MOST_MARKERS = 10_000  # a file with more markers counts as truncated; photos have some twenty; by judgement
_MISSING = 128  # gray of a block without data: all its coefficients are 0 (ITU T.81, A.3.1)

_T = TypeVar("_T")


class Raster:
    """A picture that Pillow opened and has not decoded yet.

    Attributes:
        size: (width, height) in pixels, in viewing orientation.
        pixels: number of pixels that decoding has to hold.
        most: largest number of pixels of this kind for which there is memory.
    """

    def __init__(self, image: Image.Image | _Deferred, orientation: int, kind: str) -> None:
        self._image, self._orientation, self._kind = image, orientation, kind
        self.most = MOST_ROOM // _ROOM[kind]
        width, height = image.size
        self.size: tuple[int, int] = (height, width) if orientation >= 5 else (width, height)
        self.pixels = width * height

    def gray(self, step: int) -> NDArray[np.uint8]:
        """Decode to (h, w) uint8 in viewing orientation; a JPEG is shrunk by up to `step` (1, 2, 4 or 8)."""
        width, height = self._image.size
        # The JPEG decoder scales by powers of two and skips the colour channels.
        self._image.draft("L", (math.ceil(width / step), math.ceil(height / step)))
        pixels = self._converted("L")
        if self._kind.startswith("JPEG") and _ends_early(pixels, _BLOCK * pixels.shape[0] // height):
            raise PhotoProblem("image_truncated")
        return _upright(pixels, self._orientation)

    def color(self) -> NDArray[np.uint8]:
        """Decode to (h, w, 3) uint8 BGR, full size, viewing orientation."""
        return np.ascontiguousarray(_upright(self._converted("RGB"), self._orientation)[:, :, ::-1])

    def _converted(self, mode: str) -> NDArray[np.uint8]:
        return _tried(lambda: _in_bands(_loaded(self._image), mode), "image_truncated")


@contextmanager
def opened(content: bytes | Path, kind: str, frame: int) -> Generator[Raster, None, None]:
    """Open one picture of a file.

    Args:
        content: the file's bytes, or its path.
        kind: JPEG, PNG, WEBP, TIFF or HEIC.
        frame: which picture, from 0.

    Raises:
        PhotoProblem: the file cannot be opened, or has no such frame.
    """
    if kind == "HEIC":
        file = _heif(content)
        if frame >= len(file):
            raise PhotoProblem("frame_missing", frame=frame + 1, frames=len(file))
        size = file[frame].size
        # Decoding waits until the caller has seen the size; libheif turns the picture itself.
        yield Raster(_Deferred(size, file[frame].to_pillow), 1, kind)
        return
    if kind == "TIFF":
        tiff_guard.check(content, frame)
    with _opened(content, kind) as image:
        if frame:
            _seek(image, frame)
        # Pillow applies the orientation of a TIFF, and its size is in viewing orientation.
        several = isinstance(content, bytes) and kind == "JPEG" and _has_several_scans(content)
        if several and isinstance(content, bytes) and not _has_all_passes(content):
            raise PhotoProblem("image_truncated")
        orientation = 1 if kind == "TIFF" else _orientation(image)
        yield Raster(image, orientation, "JPEG of several scans" if several else kind)


def count(content: bytes | Path, kind: str) -> int:
    """Count the pictures of a file, up to a damaged one, which is included.

    Raises:
        PhotoProblem: the file cannot be opened.
    """
    if kind == "HEIC":
        return max(1, len(_heif(content)))
    return tiff_guard.count(content) if kind == "TIFF" else 1  # of an animation only the first picture is used


def pixels_of(image: Image.Image, max_pixels: int) -> NDArray[np.uint8]:
    """The picture that an opened image shows, turned as its EXIF block says: (h, w, 3) BGR, or (h, w) gray of mode L.

    Args:
        image: as a program has it; it may be decoded or not.
        max_pixels: one with more is refused.

    Raises:
        PhotoProblem: `image_too_large`, or `image_truncated` if it cannot be decoded.
    """
    width, height = image.size
    if width * height > max_pixels:
        raise PhotoProblem("image_too_large", pixels=width * height, limit=max_pixels, width=width, height=height)
    orientation = 1 if image.format == "TIFF" else _orientation(image)  # Pillow turns a TIFF itself
    mode = "L" if image.mode == "L" and not image.has_transparency_data else "RGB"
    pixels = _upright(_tried(lambda: _in_bands(_loaded(image), mode), "image_truncated"), orientation)
    return np.array(pixels if mode == "L" else pixels[:, :, ::-1], order="C")


class _Deferred:
    """A picture of known size that is decoded when it is loaded; the part of a Pillow image that `Raster` needs."""

    def __init__(self, size: tuple[int, int], decode: Callable[[], Image.Image]) -> None:
        self.size, self.decode = size, decode

    def draft(self, _mode: str, _size: tuple[int, int]) -> None:
        """Do nothing: the decoder cannot shrink."""


def _opened(content: bytes | Path, kind: str) -> Image.Image:
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    try:
        return Image.open(file, formats=(kind,))
    except Image.DecompressionBombError as fault:
        pixels = re.search(r"\d+", str(fault))
        raise PhotoProblem("image_too_large", pixels=int(pixels.group()) if pixels else -1, limit=HARD_CAP) from None
    except (MemoryError, Warning):
        raise
    except Exception:
        raise PhotoProblem("image_truncated") from None  # its first bytes are those of this kind


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where the block is missing or cannot be read."""
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
    """What a decoder gives; whatever it raises over a damaged file is the file's fault, not the program's.

    A warning is raised only in a program that made errors of warnings, and is not the file's fault.
    """
    try:
        return step()
    except (MemoryError, PhotoProblem, Warning):
        raise
    except Exception:
        raise PhotoProblem(code) from None


def _in_bands(image: Image.Image, mode: str) -> NDArray[np.uint8]:
    """The decoded picture in gray (`L`) or colour (`RGB`), with white behind transparent pixels."""
    if image.mode == mode and not image.has_transparency_data:
        return np.asarray(image, dtype=np.uint8)
    width, height = image.size
    bands = [(0, top, width, min(height, top + _BAND)) for top in range(0, height, _BAND)]
    top = _scale(image.crop(band) for band in bands) if image.mode in ("I", "F") else 1.0
    pixels = np.empty((height, width) if mode == "L" else (height, width, 3), np.uint8)
    for band in bands:
        pixels[band[1] : band[3]] = np.asarray(_eight_bits(image.crop(band), top).convert(mode))
    return pixels


def _eight_bits(image: Image.Image, top: float) -> Image.Image:
    """Pixels in gray or RGB of 8 bits, with white behind transparent ones; `top` is white where values are wider."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) // 257).astype(np.uint8))
    if image.mode in ("I", "F"):
        return Image.fromarray((_wide(image) * (255 / top)).astype(np.uint8))
    if image.mode == "LAB":
        return image.getchannel(0)
    if image.has_transparency_data:
        rgba = (image.convert("LA") if image.mode == "La" else image).convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        white.alpha_composite(rgba)
        return white.convert("RGB")
    return image if image.mode in ("L", "RGB") else image.convert("L" if image.mode == "1" else "RGB")


def _scale(bands: Iterable[Image.Image]) -> float:
    """The value of white: 65,535 for 16 bits in a wider type, 1 for fractions, else the largest value."""
    most = max(float(_wide(band).max()) for band in bands)
    return next((top for top in (1.0, 65_535.0) if most <= top), most)


def _wide(image: Image.Image) -> NDArray[np.float32]:
    return np.nan_to_num(np.asarray(image, dtype=np.float32)).clip(0)


def _has_several_scans(content: bytes) -> bool:
    """True when a JPEG has more than one scan (ITU T.81, B.1 and B.2)."""
    place, parts = 2, 0
    while place + 9 < len(content) and content[place] == 0xFF:
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if marker == 0xDA:
            return content[place + 4] < parts
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            if marker not in (0xC0, 0xC1, 0xC9):
                return True  # progressive, or a rare format
            parts = content[place + 9]
        place += 1 if marker == 0xFF else 2 + length
    return True


def _has_all_passes(content: bytes) -> bool:
    """True when a JPEG of several scans has all bits of all coefficients of its first component (ITU T.81, B.2.3, G.1).

    The content of the last scan is not checked: where its end is missing, only the last bit of some values is lost.
    """
    component = -1
    bits: dict[int, int] = {}  # the lowest bit in any scan, by coefficient
    place = 2
    for _ in range(_MOST_MARKERS):
        found = _MARKER.search(content, place)
        if found is None:
            break
        place, marker = found.end(), content[found.end() - 1]
        if marker in _BARE_MARKERS:
            continue
        segment = content[place + 2 : place + int.from_bytes(content[place : place + 2], "big")]
        place += 2 + len(segment)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC) and len(segment) > 6:
            component = segment[6]
        elif marker == 0xDA and segment and component in tuple(segment[1 : 1 + 2 * segment[0] : 2]):
            first, last, approximation = segment[-3:]
            bits.update(dict.fromkeys(range(first, last + 1), approximation & 15))
    return all(bits.get(k) == 0 for k in range(64))


def _ends_early(pixels: NDArray[np.uint8], rows: int) -> bool:
    """True when a JPEG's last blocks are missing, though the file has an end marker.

    The decoder renders missing blocks in the gray `_MISSING`, which looks like clean paper. A picture whose first rows
    have this gray too has a gray frame, and counts as complete.

    Args:
        pixels: (h, w) or (h, w, 3), as decoded, before the orientation is applied.
        rows: height in pixels of a block of `_BLOCK` pixels, shrunk like the picture.
    """
    return bool((pixels[-rows:] == _MISSING).all() and not (pixels[:rows] == _MISSING).all())


def _upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Apply an EXIF orientation 1-8 (CIPA DC-008, tag 0112h): mirror first, then turn."""
    if orientation in (2, 4, 5, 7):
        pixels = pixels[:, ::-1]
    turns = {3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}.get(orientation, 0)
    return np.rot90(pixels, turns)
