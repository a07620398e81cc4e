"""Pictures of the bubbles of a number, straightened, with a ring around each bubble that was read as filled."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from ..forms.fields import FormField
from ..imaging.arrays import ColorImage
from ..imaging.photo import Photo
from ..records.field_record import BubbleEvidence
from ..records.record import PagePlace, Record
from .pictures import STRIP_HEIGHT, unbend, warp

BLOCK_STRIPS: Final = 3  # height of a picture in strips of numbers, so that the report shows both by one style rule
BLOCK_HEIGHT: Final = BLOCK_STRIPS * STRIP_HEIGHT  # px
_ROWS: Final = 10  # bubbles of a column
_AROUND: Final = 0.6  # margin around the outer bubbles' centres, in steps from bubble to bubble; by judgement
_STEP: Final = BLOCK_HEIGHT / (_ROWS - 1 + 2 * _AROUND)  # px from a bubble to the one below
_MARK_COLOR: Final = (160, 40, 120)  # BGR, unlike any pen's ink; as in `tally_overlay`


def shown_fields(record: Record) -> list[str]:
    """Ids of the numbers whose bubbles were read, in the record's order."""
    return [name for name, field in record.fields.items() if field.evidence and field.evidence.bubbles]


def block_width(field: FormField) -> int:
    """Width, in px, of the picture of a number's bubbles."""
    assert field.bubbles is not None
    across, down = field.bubbles.pitch
    return round(_STEP * (across / down) * (field.cells.count - 1) + 2 * _AROUND * _STEP)


def block(photo: Photo, page: PagePlace, field: FormField, said: BubbleEvidence) -> ColorImage:
    """Cut the bubbles of a number out of a photo.

    Args:
        photo: the decoded gray photo.
        page: placement of the page.
        field: the number, with its bubbles.
        said: what the bubbles were read as.

    Returns:
        (BLOCK_HEIGHT, block_width(field), 3) uint8 BGR. Places outside the photo are light gray.
    """
    assert field.bubbles is not None
    size, per_mm = (block_width(field), BLOCK_HEIGHT), _STEP / field.bubbles.pitch[1]
    first = np.array(field.bubbles.first) - _AROUND * _STEP / per_mm
    # Warped at twice the size and averaged down, which prevents aliasing of large photos.
    double = 2 * per_mm
    to_mm = np.array([[1 / double, 0, first[0] + 0.5 / double], [0, 1 / double, first[1] + 0.5 / double], [0, 0, 1]])
    scale = photo.scale
    to_decoded = np.array([[scale, 0, 0.5 * scale - 0.5], [0, scale, 0.5 * scale - 0.5], [0, 0, 1]])
    matrix, large = to_decoded @ np.array(page.homography), (2 * size[0], 2 * size[1])
    if page.shape is None:
        gray = warp(photo.gray, matrix @ to_mm, large)
    else:
        gray = unbend(photo.gray, matrix, to_mm, page.moved, large)
    picture = cv2.cvtColor(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), cv2.COLOR_GRAY2BGR)
    centers = (field.bubbles.centers(field.cells.count) - first) * per_mm - 0.5
    radius = max(3, round(1.25 * field.bubbles.radius * per_mm))
    for column, (mark, _) in zip(centers, said.columns, strict=False):
        if len(mark) == 1 and mark.isdecimal():
            x, y = (round(float(v)) for v in column[int(mark)])
            cv2.circle(picture, (x, y), radius, _MARK_COLOR, 2, cv2.LINE_AA)
    return np.asarray(picture, dtype=np.uint8)
