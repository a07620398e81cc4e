"""Bytes to photo: checks the header, refuses unusable files, and decodes once, in gray, at the smallest legible scale.

Of the EXIF block only the orientation is read; position and serial numbers are never used.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..messages.problems import PhotoProblem
from . import frames
from .arrays import ColorImage, FloatArray, GrayImage
from .pillow import MAX_PIXELS

Source = str | Path | bytes | NDArray[np.uint8]

# A page's box is 1/27 of the paper's width (C.HASIL-PPWP 2024). At 1,400 px of the shorter side a page that fills
# two thirds of the photo still has boxes of 30 px, and the digit reader looks at boxes of 32 px.
LEGIBLE_SIDE = 1400
SMALLEST_SIDE = 200  # px: in smaller photos a box has less than 8 px even if the page fills the photo
FLAT_CONTRAST = 12.0  # gray levels between the 1st and 99th percentile: with less no ink can be seen; by judgement


@dataclass(frozen=True)
class Photo:
    """A decoded photo.

    Attributes:
        name: of the photo in results.
        sha256: of the bytes as received (of the pixels, for an array).
        width, height: pixels of the full photo in viewing orientation: the frame of all coordinates in records.
        gray: (h, w) uint8, decoded at `scale`.
        scale: decoded pixels per full pixel, 1/8 to 1; full (x, y) lies at (x + 0.5) * scale - 0.5.
        frame: which picture of the file, from 0.
    """

    name: str
    sha256: str
    width: int
    height: int
    gray: GrayImage
    scale: float
    frame: int = 0


def load(source: Source, name: str, *, max_pixels: int = MAX_PIXELS, frame: int = 0) -> Photo:
    """Read and decode one photo.

    Args:
        source: a path, the bytes of a JPEG, PNG, WebP, TIFF, HEIC or PDF file, or an (h, w, 3) BGR or (h, w) gray uint8
            array.
        name: of the photo in results.
        max_pixels: photos with more are refused, by their header, before anything is decoded.
        frame: of a file with several frames, from 0.

    Raises:
        PhotoProblem: the photo cannot be used, for the reason of its code.
        TypeError, ValueError: a wrong argument: an array of another type or shape, or an impossible frame.
    """
    check_source(source, frame)
    if isinstance(source, np.ndarray):
        return _from_array(source, name)
    received = frames.receive(source)
    sha256 = received.sha256()
    try:
        with frames.opened(received, frame) as picture:
            gray = _decode(picture, max_pixels)
    except PhotoProblem as problem:
        problem.data["sha256"] = sha256
        raise
    photo = Photo(name, sha256, *picture.size, gray, gray.shape[1] / picture.size[0], frame)
    _check_visible(photo)
    return photo


def load_color(source: Source, frame: int = 0) -> ColorImage:
    """Decode the whole photo in colour, for pictures: (h, w, 3) uint8 BGR, full size, viewing orientation.

    Raises:
        PhotoProblem, TypeError, ValueError: as `load`.
    """
    check_source(source, frame)
    if isinstance(source, np.ndarray):
        return cv2.cvtColor(source, cv2.COLOR_GRAY2BGR) if source.ndim == 2 else source.copy()  # pyright: ignore[reportReturnType]
    with frames.opened(frames.receive(source), frame) as picture:
        return picture.color()


def _decode(picture: frames.Frame, max_pixels: int) -> GrayImage:
    """The gray pixels in viewing orientation."""
    width, height = picture.size
    limit = min(max_pixels, picture.most)
    if picture.pixels > limit:
        raise PhotoProblem("image_too_large", pixels=picture.pixels, limit=limit, width=width, height=height)
    if min(width, height) < SMALLEST_SIDE:
        raise PhotoProblem("image_too_small", width=width, height=height)
    gray = picture.gray(_step(min(width, height)))
    while min(gray.shape) >= 2 * LEGIBLE_SIDE:
        gray = cv2.resize(gray, (gray.shape[1] // 2, gray.shape[0] // 2), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(gray)  # pyright: ignore[reportReturnType]


def _step(side: int) -> int:
    step = 1
    while step < 8 and side / (2 * step) >= LEGIBLE_SIDE:
        step *= 2
    return step


def check_source(source: object, frame: int = 0) -> None:
    """Check that a source is a path, bytes or an array, (h, w) gray or (h, w, 3) BGR, uint8, that may have the frame.

    Raises:
        TypeError: the source has another type.
        ValueError: the array has another shape, or the frame is impossible.
    """
    if isinstance(source, np.ndarray):
        _check_array(source)
    elif not isinstance(source, str | Path | bytes):
        raise TypeError(
            f"a photo is a path, bytes, a binary file, a PIL image or a uint8 array, not {type(source).__name__}"
        )
    if frame < 0 or (frame > 0 and isinstance(source, np.ndarray)):
        raise ValueError(f"frames count from 0 and an array has one, so there is no frame {frame}")


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
    low, high = _quantiles(photo.gray[::4, ::4], (0.01, 0.99))
    if high - low < FLAT_CONTRAST:
        raise PhotoProblem("photo_without_contrast", sha256=photo.sha256, width=photo.width, height=photo.height)


def _quantiles(gray: GrayImage, shares: tuple[float, ...]) -> FloatArray:
    """Quantiles, interpolated linearly, by counting gray levels: NumPy's own take ten times as long."""
    counts = cv2.calcHist([np.ascontiguousarray(gray)], [0], None, [256], [0, 256])  # whole numbers below 2**24
    ends = np.cumsum(counts.ravel().astype(np.int64))
    place = np.array(shares) * (ends[-1] - 1)
    low = place.astype(np.int64)
    first, second = (np.searchsorted(ends, np.minimum(low + d, ends[-1] - 1), side="right") for d in (0, 1))
    return first + (place - low) * (second - first)
