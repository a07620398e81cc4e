"""Bytes to photo: probe the header, refuse what cannot be read, decode once, in gray, at the smallest legible scale.

Nothing of the EXIF block but the orientation is looked at: position and serial numbers never get past this module.
"""

from __future__ import annotations

import hashlib
import io
import math
import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from .options import HARD_CAP, Options
from .problems import PhotoProblem

Source = str | Path | bytes | NDArray[np.uint8]
GrayImage = NDArray[np.uint8]
ColorImage = NDArray[np.uint8]

# A page's box is 1/27 of the paper's width (C.HASIL-PPWP 2024). At 1,400 px of the shorter side a page that fills
# two thirds of the photo still has boxes of 30 px, and the digit reader looks at boxes of 32 px.
LEGIBLE_SIDE = 1400
SMALLEST_SIDE = 200  # px; below this a box is under 8 px even if the page fills the photo
FLAT_CONTRAST = 12.0  # gray levels between the 1st and 99th percentile; below it there is no ink to see
_FORMATS = ("JPEG", "PNG", "WEBP")
_ORIENTATION = 0x0112


@dataclass(frozen=True)
class Photo:
    """A decoded photo.

    Attributes:
        name: how results call it.
        sha256: of the bytes as received (of the pixels, for an array).
        width, height: pixels of the full photo in viewing orientation: the frame of all coordinates in records.
        gray: (h, w) uint8, decoded at `scale`.
        scale: decoded pixels per full pixel, 1/8 to 1; full (x, y) lies at (x + 0.5) * scale - 0.5.
    """

    name: str
    sha256: str
    width: int
    height: int
    gray: GrayImage
    scale: float


def load(source: Source, name: str, options: Options) -> Photo:
    """Read and decode one photo.

    Args:
        source: a path, the bytes of a JPEG, PNG or WebP file, or an (h, w, 3) BGR or (h, w) gray uint8 array.
        name: how results call it.
        options: `max_pixels` is checked against the header, before anything is decoded.

    Raises:
        PhotoProblem: the photo cannot be used; its code says why.
        TypeError, ValueError: an array of another type or shape (a caller's mistake).
    """
    if isinstance(source, np.ndarray):
        return _from_array(source, name)
    content = _bytes(source)
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        gray, size = _decode(content, options.max_pixels)
    except PhotoProblem as problem:
        problem.data["sha256"] = sha256
        raise
    photo = Photo(name, sha256, size[0], size[1], gray, gray.shape[1] / size[0])
    _check_visible(photo)
    return photo


def load_color(source: Source) -> ColorImage:
    """The whole photo for people to look at: (h, w, 3) BGR, full size, viewing orientation.

    Raises:
        PhotoProblem: as `load`.
    """
    if isinstance(source, np.ndarray):
        return cv2.cvtColor(source, cv2.COLOR_GRAY2BGR) if source.ndim == 2 else source.copy()  # pyright: ignore[reportReturnType]
    with _opened(_bytes(source)) as image:
        orientation = image.getexif().get(_ORIENTATION, 1)
        pixels = np.asarray(_force(image).convert("RGB"))
    return np.ascontiguousarray(_upright(pixels, orientation)[:, :, ::-1])


def _bytes(source: str | Path | bytes) -> bytes:
    if isinstance(source, bytes):
        content = source
    else:
        try:
            content = Path(source).read_bytes()
        except OSError as fault:
            raise PhotoProblem("file_unreadable", reason=[fault.strerror or type(fault).__name__]) from None
    if not content:
        raise PhotoProblem("file_empty")
    return content


def _opened(content: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `max_pixels` is our own cap, below the one that Pillow enforces
            return Image.open(io.BytesIO(content), formats=_FORMATS)
    except Image.DecompressionBombError as fault:
        pixels = re.search(r"\d+", str(fault))
        raise PhotoProblem("image_too_large", pixels=int(pixels.group()) if pixels else -1, limit=HARD_CAP) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise PhotoProblem("not_an_image") from None


def _decode(content: bytes, max_pixels: int) -> tuple[GrayImage, tuple[int, int]]:
    """The gray pixels in viewing orientation, and the full (width, height) in viewing orientation."""
    with _opened(content) as image:
        width, height = image.size
        if width * height > max_pixels:
            raise PhotoProblem("image_too_large", pixels=width * height, limit=max_pixels, width=width, height=height)
        if min(width, height) < SMALLEST_SIDE:
            raise PhotoProblem("image_too_small", width=width, height=height)
        orientation = image.getexif().get(_ORIENTATION, 1)
        step = _step(min(width, height))
        # For JPEG the decoder itself scales by powers of two and leaves the colours undecoded.
        image.draft("L", (math.ceil(width / step), math.ceil(height / step)))
        if image.mode in ("RGBA", "LA", "PA", "P"):
            rgba = _force(image).convert("RGBA")
            white = Image.new("RGBA", rgba.size, "white")
            white.alpha_composite(rgba)
            gray = np.asarray(white.convert("L"))
        elif image.mode.startswith("I"):
            gray = (np.asarray(_force(image), dtype=np.float64) / 257).clip(0, 255).astype(np.uint8)
        else:
            gray = np.asarray(_force(image).convert("L"))
    while min(gray.shape) >= 2 * LEGIBLE_SIDE:
        gray = cv2.resize(gray, (gray.shape[1] // 2, gray.shape[0] // 2), interpolation=cv2.INTER_AREA)
    gray = np.ascontiguousarray(_upright(np.asarray(gray, dtype=np.uint8), orientation))
    size = (height, width) if orientation >= 5 else (width, height)
    return gray, size  # pyright: ignore[reportReturnType]


def _force(image: Image.Image) -> Image.Image:
    try:
        image.load()
    except (OSError, ValueError, SyntaxError, EOFError):
        raise PhotoProblem("image_truncated") from None
    return image


def _step(side: int) -> int:
    step = 1
    while step < 8 and side / (2 * step) >= LEGIBLE_SIDE:
        step *= 2
    return step


def _upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Apply an EXIF orientation 1-8 (CIPA DC-008, tag 0112h): mirror first, then turn."""
    if orientation in (2, 4, 5, 7):
        pixels = pixels[:, ::-1]
    turns = {3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}.get(orientation, 0)
    return np.rot90(pixels, turns)


def check_source(source: object) -> None:
    """Is this a path, bytes or a photo array, (h, w) gray or (h, w, 3) BGR, uint8?

    Raises:
        TypeError, ValueError: it is not.
    """
    if isinstance(source, np.ndarray):
        _check_array(source)
    elif not isinstance(source, str | Path | bytes):
        raise TypeError(f"a photo is a path, bytes or a uint8 array, not {type(source).__name__}")


def _check_array(pixels: NDArray[np.uint8]) -> None:
    if pixels.dtype != np.uint8:
        raise TypeError(f"a photo array must be uint8, this one is {pixels.dtype}")
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3):
        raise ValueError(f"a photo array must be (h, w) gray or (h, w, 3) BGR, this one is {pixels.shape}")


def _from_array(pixels: NDArray[np.uint8], name: str) -> Photo:
    _check_array(pixels)
    height, width = pixels.shape[:2]
    if min(height, width) < SMALLEST_SIDE:
        raise PhotoProblem("image_too_small", width=width, height=height)
    gray = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    sha256 = hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()
    while min(gray.shape) >= 2 * LEGIBLE_SIDE:
        gray = cv2.resize(gray, (gray.shape[1] // 2, gray.shape[0] // 2), interpolation=cv2.INTER_AREA)
    photo = Photo(name, sha256, width, height, np.ascontiguousarray(gray), gray.shape[1] / width)  # pyright: ignore[reportArgumentType]
    _check_visible(photo)
    return photo


def _check_visible(photo: Photo) -> None:
    low, high = np.percentile(photo.gray[::4, ::4], (1, 99))
    if high - low < FLAT_CONTRAST:
        raise PhotoProblem("photo_without_contrast", sha256=photo.sha256, width=photo.width, height=photo.height)
