"""Pictures on the page about one number: its boxes in the photo, and its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

import cv2
import numpy as np

from ..imaging.arrays import ColorImage
from ..imaging.photo import load_color
from ..messages.problems import PhotoProblem
from .pieces import photo_name
from .source import FileTree
from .store import DATA

_AROUND: Final = 0.6  # of the number's height: how much of the photo is shown around it; by judgement
_LINE: Final = 72  # px: height of a line of words in the picture; by judgement
_LONGEST: Final = 24.0  # widths per height of a line that are shown: some 40 letters; by judgement


class NumberPictures(NamedTuple):
    """The boxes of a number and the words of it, as JPEG; None where there is nothing to show."""

    boxes: bytes | None = None
    words: bytes | None = None


def number_pictures(tree: FileTree, record: Mapping[str, Any], field: str) -> NumberPictures:
    """Cut a number out of its photo.

    Args:
        tree: the files of a bundle.
        record: of the photo, which shows the number.
        field: id of the number.

    Returns:
        Its pictures; none where the photo cannot be decoded.
    """
    name = photo_name(record["photo"]["sha256"], record["photo"]["file"])
    with tree.opened(f"{DATA}/{name}") as file:
        content = file.read()
    with suppress(PhotoProblem):
        color = load_color(content, record["photo"]["frame"])
        number = record["fields"][field]
        words: dict[str, Any] = (number["evidence"] or {}).get("words") or {"state": "absent"}
        lines = [] if words["state"] == "absent" else words["lines"] or [words["quad"]]
        return NumberPictures(_boxes(color, number["quad"]), _words(color, lines))
    return NumberPictures()


def _boxes(color: ColorImage, quad: Sequence[Sequence[float]]) -> bytes | None:
    """The number, outlined, and what is around it in the photo."""
    corners = np.array(quad)
    low, high = corners.min(axis=0), corners.max(axis=0)
    around = _AROUND * (high[1] - low[1])
    x0, y0 = np.maximum(low - around, 0).astype(int)
    x1, y1 = np.minimum(high + around, (color.shape[1], color.shape[0])).astype(int)
    part = color[y0:y1, x0:x1]
    if not part.size:
        return None
    drawn = np.ascontiguousarray(part)
    outline = (corners - (x0, y0)).round().astype(np.int32)
    cv2.polylines(drawn, [outline], True, (0, 140, 0), 2)
    return _jpeg(drawn)


def _words(color: ColorImage, lines: Sequence[Sequence[Sequence[float]]]) -> bytes | None:
    """The lines of words, straightened, one below the other; light gray where a line ends or the photo does."""
    strips = [_strip(color, np.array(line)) for line in lines]
    if not strips:
        return None
    width = max(strip.shape[1] for strip in strips)
    padded = [
        cv2.copyMakeBorder(one, 0, 0, 0, width - one.shape[1], cv2.BORDER_CONSTANT, value=(210, 210, 210))
        for one in strips
    ]
    return _jpeg(np.asarray(np.vstack(padded), dtype=np.uint8))


def _strip(color: ColorImage, corners: np.ndarray[Any, Any]) -> ColorImage:
    edges = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    ratio = float(edges[0] + edges[2]) / max(float(edges[1] + edges[3]), 1e-6)
    size = round(_LINE * min(max(ratio, 0.5), _LONGEST)), _LINE
    rect = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * np.array(size) - 0.5
    matrix = cv2.getPerspectiveTransform(rect.astype(np.float32), corners.astype(np.float32))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    strip = cv2.warpPerspective(
        color, matrix, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=(210,) * 3
    )
    return np.asarray(strip, dtype=np.uint8)


def _jpeg(picture: ColorImage) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()
