"""The boxes of one number, cut out of the photo in colour and straightened."""

from __future__ import annotations

import cv2
import numpy as np

from ..imaging.arrays import ColorImage
from ..imaging.photo import Source, load_color
from ..records.record import Record
from .pictures import warp

_MARGIN = 0.2  # of the height of the boxes, as in the report
_MOST_SIDE = 4096  # px, by judgement: no box of a photo is as large; a number far outside of the photo may be


def number_picture(record: Record, field_id: str, source: Source) -> ColorImage:
    """The boxes of a number.

    Args:
        record: what was read.
        field_id: which number, by its id.
        source: the photo: path, bytes, or an (h, w, 3) BGR or (h, w) gray uint8 array.

    Returns:
        (h, w, 3) uint8 BGR: the boxes side by side, first digit at the left, as large as on the photo, with a fifth of
        their height around them. What lies outside the photo is light gray.

    Raises:
        KeyError: the record has no such number.
        ValueError: the number is not in the photo.
        ocr_recap.messages.problems.PhotoProblem: the photo cannot be decoded.
    """
    if field_id not in record.fields:
        raise KeyError(f"{record.photo.label} has no number {field_id!r}; it has {', '.join(record.fields) or 'none'}")
    quad = record.fields[field_id].quad
    if quad is None:
        raise ValueError(f"the number {field_id} is not in the photo {record.photo.label}")
    corners = np.array(quad, dtype=np.float32)
    edges = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    width, height = (int(np.clip(round(max(edges[i], edges[i + 2])), 1, _MOST_SIDE)) for i in (0, 1))
    margin = round(_MARGIN * height)
    # Pixels are counted by their centres, so the first pixel of the boxes begins half a pixel before it.
    rect = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32) + margin - 0.5
    matrix = np.asarray(cv2.getPerspectiveTransform(rect.astype(np.float32), corners), dtype=np.float64)
    photo = load_color(source, record.photo.frame)
    return warp(photo, matrix, (width + 2 * margin, height + 2 * margin))
