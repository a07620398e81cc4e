"""Pictures on the page about one number: its boxes in the photo."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import cv2
import numpy as np

from ..imaging.photo import load_color
from ..messages.problems import PhotoProblem
from .pieces import photo_name
from .source import FileTree
from .store import DATA

_AROUND: Final = 0.6  # of the number's height: how much of the photo is shown around it; by judgement


def number_picture(tree: FileTree, record: Mapping[str, Any] | None, field: str) -> bytes | None:
    """The number and what is around it in the photo, as JPEG; None where it cannot be shown."""
    if record is None:
        return None
    name = photo_name(record["photo"]["sha256"], record["photo"]["file"])
    with tree.opened(f"{DATA}/{name}") as file:
        content = file.read()
    with suppress(PhotoProblem):
        color = load_color(content, record["photo"]["frame"])
        corners = np.array(record["fields"][field]["quad"])
        low, high = corners.min(axis=0), corners.max(axis=0)
        around = _AROUND * (high[1] - low[1])
        x0, y0 = np.maximum(low - around, 0).astype(int)
        x1, y1 = np.minimum(high + around, (color.shape[1], color.shape[0])).astype(int)
        part = color[y0:y1, x0:x1]
        if part.size:
            drawn = np.ascontiguousarray(part)
            outline = (corners - (x0, y0)).round().astype(np.int32)
            cv2.polylines(drawn, [outline], True, (0, 140, 0), 2)
            return cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()
    return None
