"""Finds the QR code of a slip in a photo with OpenCV: the photo as it is, then at other sizes, each also sharpened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from ..imaging import photo as photos
from ..imaging.arrays import GrayImage
from .compact import best_code

_SIDES: Final = (2400, 1800, 1300, 3400)  # px of the longer side, in the order of success (benchmarks/seal.py)


def code_in_picture(photo: Path | bytes) -> str | None:
    """The text of our QR code in a photo; None where none can be read.

    Args:
        photo: a file, or its bytes.

    Raises:
        PhotoProblem: the photo cannot be opened.
    """
    gray = photos.load(photo, photo.name if isinstance(photo, Path) else "photo").gray
    for picture in _views(gray):
        for detector in (cv2.QRCodeDetector(), cv2.QRCodeDetectorAruco()):
            try:
                _, texts, _, _ = detector.detectAndDecodeMulti(picture)
            except cv2.error:
                continue
            if found := best_code(texts):
                return found
    return None


def _views(gray: GrayImage) -> Iterator[GrayImage]:
    """The photo at its own size and at others, each also with its contrast evened out and sharpened."""
    longer = max(gray.shape)
    for side in (longer, *_SIDES):
        if side != longer:
            scale = side / longer
            mode = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
            sized = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=mode)
        else:
            sized = gray
        plain = np.asarray(sized, dtype=np.uint8)
        yield plain
        soft = cv2.GaussianBlur(plain, (0, 0), 2.0)
        yield np.asarray(cv2.addWeighted(plain, 2.2, soft, -1.2, 0), dtype=np.uint8)
