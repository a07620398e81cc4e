"""Helpers for pictures: warp, encode, save atomically, and cut the row of boxes of a number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..forms.print_items import Rect
from ..imaging.arrays import ColorImage, FloatArray
from ..imaging.files import write_atomically
from ..imaging.homography import project
from ..imaging.photo import Photo
from ..records.field_record import Quad

STRIP_HEIGHT = 56  # px, margin included; by judgement
_MARGIN = 0.2  # of the row's height, above and below; by judgement
_HEADER_PIXELS_PER_MM = 4.0  # a line of handwriting, 6 mm high, becomes 24 px; by judgement
_INNER = STRIP_HEIGHT / (1 + 2 * _MARGIN)  # px: height of the boxes in a strip


def save(picture: ColorImage, path: str | Path, quality: int = 82) -> None:
    """Write a picture atomically: a file of this name is always complete.

    Args:
        picture: (h, w, 3) BGR or (h, w) gray uint8.
        path: ends in .jpg, .jpeg or .png.
        quality: of a JPEG.

    Raises:
        ValueError: the path has another ending.
        OSError: the folder cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() not in (".jpg", ".jpeg", ".png"):
        raise ValueError(f"{path.name}: pictures are saved as .jpg or .png")
    write_atomically(path, encode(picture, path.suffix.lower(), quality))


def strip_width(quad: Quad) -> int:
    """Width in pixels of the strip of a row of boxes with these corners."""
    return round(_INNER * (_ratio(np.array(quad, dtype=np.float64)) + 2 * _MARGIN))


def strip(photo: Photo, quad: Quad) -> NDArray[np.uint8]:
    """Cut the row of boxes of one number, rectified, with a margin.

    Args:
        photo: the decoded gray photo.
        quad: the row's corners TL, TR, BR, BL in pixels of the full photo.

    Returns:
        (STRIP_HEIGHT, strip_width(quad)) uint8 gray. Places outside the photo are light gray.
    """
    corners = np.array(quad, dtype=np.float64)
    width, height = strip_width(quad), STRIP_HEIGHT
    left = _MARGIN * _INNER - 0.5
    x, y = left + _INNER * _ratio(corners), left + _INNER
    rect = np.array([[left, left], [x, left], [x, y], [left, y]])
    # Warped at twice the size and averaged down, which prevents aliasing of large photos.
    double = (2 * rect + 0.5).astype(np.float32)
    decoded = ((corners + 0.5) * photo.scale - 0.5).astype(np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(double, decoded), dtype=np.float64)
    large = warp(photo.gray, matrix, (2 * width, 2 * height))
    return np.asarray(cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def sheet(strips: Sequence[NDArray[np.uint8]]) -> ColorImage:
    """Stack strips into one picture, aligned left: as high as all strips together, as wide as the widest."""
    widest = max(s.shape[1] for s in strips)
    bare = (210, 210, 210)
    padded = [cv2.copyMakeBorder(s, 0, 0, 0, widest - s.shape[1], cv2.BORDER_CONSTANT, value=bare) for s in strips]
    return np.asarray(np.vstack(padded), dtype=np.uint8)


def cut(sheet_file: Path, row: int, width: int) -> bytes | None:
    """Cut one strip out of the picture that `sheet` made.

    Args:
        sheet_file: the picture's file.
        row: of the strip, from 0.
        width: of the strip, px.

    Returns:
        The strip as a JPEG file; None where the file is not a picture with this strip.
    """
    picture = cv2.imread(str(sheet_file), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        return None
    part = np.asarray(picture[row * STRIP_HEIGHT : (row + 1) * STRIP_HEIGHT, :width], dtype=np.uint8)
    return encode(part, ".jpg", 85) if part.shape == (STRIP_HEIGHT, width) else None


def _ratio(corners: FloatArray) -> float:
    """Aspect ratio, width by height, of a row of boxes."""
    edges = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    return float(np.clip((edges[0] + edges[2]) / max(edges[1] + edges[3], 1e-6), 0.2, 20))


def header_size(rect: Rect) -> tuple[int, int]:
    """Width and height, in px, of the picture of a page's header `rect`, page mm."""
    x0, y0, x1, y1 = rect
    return round((x1 - x0) * _HEADER_PIXELS_PER_MM), round((y1 - y0) * _HEADER_PIXELS_PER_MM)


def header(
    photo: Photo,
    homography: Sequence[Sequence[float]],
    rect: Rect,
    private: Iterable[Rect],
    moved: Callable[[FloatArray], FloatArray] | None = None,
) -> ColorImage:
    """Cut the part of a page where the station is written by hand, rectified.

    Args:
        photo: the decoded gray photo.
        homography: page millimetres to pixels of the full photo.
        rect: the header, in page millimetres.
        private: rectangles in page millimetres that are covered.
        moved: displacement field of paper that is not flat, as in `unbend`; None for flat paper.

    Returns:
        (height, width) uint8 gray, of the size that `header_size` returns. Places outside the photo are light gray.
    """
    per_mm = _HEADER_PIXELS_PER_MM
    to_mm = np.array([[1 / per_mm, 0, rect[0] + 0.5 / per_mm], [0, 1 / per_mm, rect[1] + 0.5 / per_mm], [0, 0, 1]])
    scale = photo.scale
    to_decoded = np.array([[scale, 0, 0.5 * scale - 0.5], [0, scale, 0.5 * scale - 0.5], [0, 0, 1]])
    matrix = to_decoded @ np.array(homography)
    if moved is None:
        picture = warp(photo.gray, matrix @ to_mm, header_size(rect))
    else:
        picture = unbend(photo.gray, matrix, to_mm, moved, header_size(rect))
    for x0, y0, x1, y1 in private:
        corners = ((v - o) * per_mm for v, o in zip((x0, y0, x1, y1), (*rect[:2], *rect[:2]), strict=True))
        left, top, right, bottom = (max(0, round(v)) for v in corners)
        picture[top:bottom, left:right] = 168
    return picture


def thumbnail(photo: Photo, long_side: int = 112) -> ColorImage:
    """Shrink the whole photo so far that names cannot be read in it, but people recognise the photo."""
    height, width = photo.gray.shape
    factor = long_side / max(height, width)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return np.asarray(cv2.resize(photo.gray, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def warp(image: NDArray[np.uint8], matrix: FloatArray, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Warp an image by a homography.

    Args:
        image: (h, w) or (h, w, 3) uint8.
        matrix: (3, 3), pixels of the result to pixels of `image`.
        size: (width, height) of the result.
    """
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    border = (210, 210, 210)
    warped = cv2.warpPerspective(image, matrix, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=border)
    return np.asarray(warped, dtype=np.uint8)


def unbend(
    image: NDArray[np.uint8],
    homography: FloatArray,
    to_mm: FloatArray,
    moved: Callable[[FloatArray], FloatArray],
    size: tuple[int, int],
) -> NDArray[np.uint8]:
    """Warp an image of paper that is not flat, by a homography and a displacement field.

    Args:
        image: the photo, (h, w) or (h, w, 3) uint8.
        homography: (3, 3), millimetres of flat paper to pixels of `image`.
        to_mm: (3, 3), pixels of the result to millimetres of the page.
        moved: maps places (n, 2) on the page, mm, to places on flat paper, mm (`record.PagePlace.moved`).
        size: (width, height) of the result.
    """
    every = 8  # px between computed places; places between are interpolated; by judgement
    across, down = (n // every + 2 for n in size)
    x, y = np.meshgrid(np.arange(across) * every, np.arange(down) * every)
    pixels = np.stack([x.ravel(), y.ravel()], axis=-1).astype(np.float64)
    seen = project(homography, moved(project(to_mm, pixels))).reshape(down, across, 2).astype(np.float32)
    into = np.array([[every, 0, 0], [0, every, 0]], dtype=np.float64)
    x, y = (
        cv2.warpAffine(
            np.ascontiguousarray(seen[..., k]), into, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        for k in (0, 1)
    )
    border = (210, 210, 210)
    picture = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=border)
    return np.asarray(picture, dtype=np.uint8)


def encode(picture: NDArray[np.uint8], ending: str, quality: int) -> bytes:
    """Encode a picture as the bytes of a .jpg, .jpeg or .png file; `quality` is that of a JPEG."""
    options = [] if ending == ".png" else [cv2.IMWRITE_JPEG_QUALITY, quality]
    done, content = cv2.imencode(ending, picture, options)
    assert done  # a uint8 picture of nonzero size always encodes
    return content.tobytes()
