"""Pictures of the number in words: its lines of writing, straightened, one below the other."""

from __future__ import annotations

import cv2
import numpy as np

from ..imaging.arrays import GrayImage
from ..imaging.photo import Photo
from ..records.field_record import FieldRecord, Quad
from ..records.record import Record
from .pictures import STRIP_HEIGHT, warp

_LONGEST = 24.0  # widths per height of a line that are shown: some 40 letters; by judgement


def shown_fields(record: Record) -> list[str]:
    """Ids of the numbers beside which words are written, in the record's order."""
    return [name for name, field in record.fields.items() if _lines(field)]


def block_size(field: FieldRecord) -> tuple[int, int]:
    """Width and height, in px, of the picture of a number's words; a line is as high as a strip of boxes."""
    lines = _lines(field)
    return max(_width(line) for line in lines), STRIP_HEIGHT * len(lines)


def block(photo: Photo, field: FieldRecord) -> GrayImage:
    """Cut the lines of words of a number out of a photo.

    Args:
        photo: the decoded photo.
        field: the number, with words.

    Returns:
        (h, w) uint8 gray, of the size that `block_size` returns. Places outside the photo are light gray.
    """
    width, height = block_size(field)
    picture = np.full((height, width), 210, np.uint8)
    for row, line in enumerate(_lines(field)):
        # Warped at twice the size and averaged down, which prevents aliasing of large photos.
        size = _width(line), STRIP_HEIGHT
        rect = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * (2 * np.array(size)) - 0.5
        decoded = (np.array(line) + 0.5) * photo.scale - 0.5
        matrix = cv2.getPerspectiveTransform(rect.astype(np.float32), decoded.astype(np.float32))
        large = warp(photo.gray, np.asarray(matrix, dtype=np.float64), (2 * size[0], 2 * size[1]))
        top = row * STRIP_HEIGHT
        picture[top : top + STRIP_HEIGHT, : size[0]] = cv2.resize(large, size, interpolation=cv2.INTER_AREA)
    return picture


def _lines(field: FieldRecord) -> tuple[Quad, ...]:
    said = field.evidence.words if field.evidence else None
    return said.lines if said is not None else ()


def _width(line: Quad) -> int:
    """Width of a line in the picture, px."""
    corners = np.array(line)
    edges = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    ratio = float(edges[0] + edges[2]) / max(float(edges[1] + edges[3]), 1e-6)
    return round(STRIP_HEIGHT * min(max(ratio, 0.5), _LONGEST))
