"""Pictures of tally grids in which every counted cell has the running sum, so that people can recount."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from ..imaging.arrays import ColorImage, FloatArray
from ..imaging.homography import project
from ..imaging.photo import Photo
from ..records.field_record import FieldRecord, TallyEvidence
from ..records.record import Record
from .pictures import STRIP_HEIGHT, warp

BLOCK_STRIPS = 2  # height of a grid's picture in strips of numbers, so that the report shows both by one style rule
BLOCK_HEIGHT = BLOCK_STRIPS * STRIP_HEIGHT  # px
MARK_COLOR = (160, 40, 120)  # BGR, unlike any pen's ink
_ROW_HEIGHT = 36  # px: largest height of a row; by judgement
_WIDEST = 900  # px: largest width; by judgement
_UNCERTAIN = {"?": "?", "-": "x"}  # labels of cells that are not counted, by their signs in records


def shown_fields(record: Record) -> list[str]:
    """Ids of the numbers whose tally grid is not empty, in the record's order."""
    return [name for name, field in record.fields.items() if _rows(field)]


def block_size(field: FieldRecord) -> tuple[int, int]:
    """Width and height, in px, of the picture of a number's grid."""
    tally = _tally(field)
    assert tally is not None and tally.quad is not None
    rows, columns = _rows(field), len(tally.cells[0])
    height = min(_ROW_HEIGHT, BLOCK_HEIGHT // rows)
    edges = np.linalg.norm(np.roll(np.array(tally.quad), -1, axis=0) - np.array(tally.quad), axis=1)
    aspect = float(edges[0] + edges[2]) / columns / max(float(edges[1] + edges[3]) / len(tally.cells), 1e-6)
    return min(_WIDEST, round(columns * height * float(np.clip(aspect, 0.5, 4)))), rows * height


def block(photo: Photo, field: FieldRecord) -> ColorImage:
    """Cut and number the rows of a tally grid down to the last one that is not empty.

    Args:
        photo: the decoded photo.
        field: the number with its tally evidence.

    Returns:
        (BLOCK_HEIGHT, width, 3) uint8 BGR, rectified.
    """
    tally = _tally(field)
    assert tally is not None and tally.quad is not None
    width, height = block_size(field)
    rows = _rows(field)
    whole = np.array([[0, 0], [1, 0], [1, len(tally.cells) / rows], [0, len(tally.cells) / rows]]) * (width, height)
    corners = (np.array(tally.quad) + 0.5) * photo.scale - 0.5
    # Warped at twice the size and averaged down, which prevents aliasing of large photos.
    double = (2 * whole - 0.5).astype(np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(double, corners.astype(np.float32)), dtype=np.float64)
    gray = cv2.resize(warp(photo.gray, matrix, (2 * width, 2 * height)), (width, height), interpolation=cv2.INTER_AREA)
    picture = np.full((BLOCK_HEIGHT, width, 3), 210, np.uint8)
    picture[:height] = gray[:, :, None]
    number(picture, tally, whole - 0.5)
    picture[height:] = 210  # marks in rows that are not shown
    return picture


def number(picture: ColorImage, tally: TallyEvidence, quad: FloatArray) -> None:
    """Write the running sum into each counted cell and a sign into each other cell with marks, in place.

    Args:
        picture: (h, w, 3) uint8 BGR.
        tally: evidence of the tally witness.
        quad: (4, 2) the grid's corners TL, TR, BR, BL in pixels of the picture.
    """
    rows, columns = len(tally.cells), len(tally.cells[0]) if tally.cells else 0
    if not rows or not columns:
        return
    unit = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    to_picture = np.asarray(cv2.getPerspectiveTransform(unit, quad.astype(np.float32)), dtype=np.float64)
    for row, column, text in labels(tally.cells, tally.struck):
        ends = np.array([[column, row], [column + 1, row], [column, row + 1], [column + 0.98, row + 0.97]], float)
        corner, right, below, at = project(to_picture, ends)
        size = min(0.34 * float(np.linalg.norm(below - corner)), 0.25 * float(np.linalg.norm(right - corner)))
        scale = max(size, 6.0) / 22  # the height of a capital of this font at scale 1
        (wide, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
        place = round(float(at[0]) - wide), round(float(at[1]))
        cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), 3, cv2.LINE_AA)
        cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, MARK_COLOR, 1, cv2.LINE_AA)


def labels(cells: Sequence[str], struck: Sequence[str] = ()) -> Iterator[tuple[int, int, str]]:
    """Row, column and label of every cell that is not empty: the running sum, `x` cancelled, `?` something else.

    Args:
        cells: a sign per cell, as in records.
        struck: `#` per cell of unused space that is struck out; it is labelled `x`, too.
    """
    total = 0
    for row, line in enumerate(cells):
        for column, sign in enumerate(line):
            if sign == "0":
                if struck and struck[row][column] == "#":
                    yield row, column, "x"
                continue
            total += int(sign) if sign.isdecimal() else 0
            yield row, column, _UNCERTAIN.get(sign, str(total))


def _tally(field: FieldRecord) -> TallyEvidence | None:
    """The evidence of a number's strokes; None where there is none, or the number is not in the photo."""
    return field.evidence and field.evidence.tally


def _rows(field: FieldRecord) -> int:
    """Number of rows down to the last one that is not empty; 0 for an empty grid."""
    tally = _tally(field)
    if tally is None or tally.quad is None:
        return 0
    held = [i + 1 for i, line in enumerate(tally.cells) if any(sign in "12345?" for sign in line)]
    return max(held, default=0)
