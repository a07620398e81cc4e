"""Page to patches of row totals: cuts the boxes beside a tally grid that hold ink into patches for the digit reader.

Some forms have a box for each digit of a total. Others have one box for all digits; the digits are then separated at
the gaps between them.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from ..forms.fields import RowTotals
from ..imaging.arrays import FloatArray, GrayImage
from .sampler import Lattice

MARGIN = 24  # px around the boxes: half a patch of the digit reader
_RIM = 5  # px: how far the printed lines of a box may reach into it; by judgement
# A box is bare where its darkest place (mean of 3 x 3 px) is darker than the paper by less than this share. Boxes
# without ink on drawn photos reach 0.03 and digits start at 0.1 (as for `tally_reader.is_bare`).
_BARE = 0.05
_SPECK = 12  # px: largest area of ink beside the digits in one box that is ignored; by judgement
_MOST = 3  # digits in one box: a row holds fewer than 1,000 strokes


def totals_of(totals: RowTotals, drift: FloatArray | None, scale: float) -> Lattice:
    """The boxes of all rows with the paper around them, to be sampled as one picture.

    Args:
        totals: where the boxes are printed.
        drift: (rows, 2) mm, the shift of each row from its printed place as found for the tally grid; None for zero.
        scale: patch px per mm (`crop.scale_of_totals`).
    """
    x0, y0, _, _ = totals.grid
    width, height, middles = _layout(totals, scale)
    size = np.array([round(totals.rows * height) + 2 * MARGIN, round(totals.cells * width) + 2 * MARGIN])
    down = np.concatenate([[0.0], middles, [float(size[0])]])
    across = np.array([0.0, float(size[1])])
    nodes = np.stack(np.meshgrid(x0 + (across - MARGIN) / scale, y0 + (down - MARGIN) / scale), axis=-1)
    if drift is not None and len(drift) == totals.rows:
        nodes = nodes + drift[np.clip(np.arange(len(down)) - 1, 0, totals.rows - 1)][:, None]
    return Lattice(nodes, down, across)


def _layout(totals: RowTotals, scale: float) -> tuple[float, float, FloatArray]:
    """Width and height of the boxes, and the middles of the rows (rows,), px of the picture."""
    x0, y0, x1, y1 = totals.grid
    width, height = (x1 - x0) / totals.cells * scale, (y1 - y0) / totals.rows * scale
    middles = MARGIN + (np.arange(totals.rows, dtype=np.float64) + 0.5) * height
    return width, height, middles


def cut_totals(totals: RowTotals, picture: GrayImage, scale: float) -> Mapping[int, GrayImage]:
    """Cut the digits of each row that has ink in its boxes.

    Args:
        totals: where the boxes are printed.
        picture: of the boxes, as `totals_of` asks for it.
        scale: patch px per mm (`crop.scale_of_totals`).

    Returns:
        Patches (digits, 48, 48) uint8 by row, from 0; rows without ink are left out.
    """
    width, height, middles = _layout(totals, scale)
    found: dict[int, GrayImage] = {}
    for row, middle in enumerate(middles):
        boxes = [(MARGIN + box * width, MARGIN + (box + 1) * width) for box in range(totals.cells)]
        if all(_is_bare(_inside(picture, middle, height, box)) for box in boxes):
            continue
        if totals.cells > 1:
            found[row] = np.stack([_window(picture, (left + right) / 2, middle) for left, right in boxes])
        else:
            digits = _split(picture, middle, height, boxes[0])
            if digits is not None:
                found[row] = digits
    return found


def _inside(picture: GrayImage, middle: float, height: float, box: tuple[float, float]) -> GrayImage:
    top, bottom = round(middle - height / 2) + _RIM, round(middle + height / 2) - _RIM
    return picture[top : max(bottom, top + 4), round(box[0]) + _RIM : max(round(box[1]) - _RIM, round(box[0]) + 9)]


def _window(picture: GrayImage, x: float, y: float) -> GrayImage:
    left, top = round(x) - MARGIN, round(y) - MARGIN
    left, top = min(max(left, 0), picture.shape[1] - 48), min(max(top, 0), picture.shape[0] - 48)
    return picture[top : top + 48, left : left + 48]


def _is_bare(box: GrayImage) -> bool:
    means = np.sort(cv2.blur(box, (3, 3)).astype(np.int16), axis=None)
    paper = float(means[(len(means) - 1) // 2] + means[len(means) // 2]) / 2  # the median
    return paper - float(means[0]) < _BARE * max(paper, 1.0)


def _without_lines(inner: NDArray[np.float32], paper: float) -> None:
    """Replace the printed lines at the top and bottom of a box, rows that are dark all along, by paper; in place."""
    near = round(0.3 * len(inner))
    dark = np.median(inner, axis=1) < 0.93 * paper
    for row in (*range(near), *range(len(inner) - near, len(inner))):
        if dark[row]:
            inner[max(0, row - 1) : row + 2] = paper


def _split(picture: GrayImage, middle: float, height: float, box: tuple[float, float]) -> GrayImage | None:
    """Patches (digits, 48, 48) of the digits in one box; None where they cannot be separated."""
    top, bottom = round(middle - height / 2) + 3, round(middle + height / 2) - 3
    left, right = round(box[0]) + _RIM, round(box[1]) - _RIM
    inner = cv2.blur(picture[top:bottom, left:right], (3, 3)).astype(np.float32)
    paper = float(np.median(inner))
    _without_lines(inner, paper)
    ink = (inner < paper - 0.4 * (paper - float(np.percentile(inner, 0.5)))).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    spans: list[list[int]] = []
    for place in range(1, count):
        x, y, wide, tall, area = (int(v) for v in stats[place])
        if tall < 0.25 * ink.shape[0] or area < 6:
            if area > _SPECK and abs((y + tall / 2) / len(ink) - 0.5) < 0.3:
                return None  # too large for a speck or a remainder of a line: perhaps a part of a digit
            continue
        spans.append([x, x + wide])
    joined: list[list[int]] = []
    for span in sorted(spans):
        if joined and span[0] < joined[-1][1] - 1:
            joined[-1][1] = max(joined[-1][1], span[1])
        else:
            joined.append(span)
    if not 1 <= len(joined) <= _MOST or any(b - a > 1.1 * height for a, b in joined):
        return None
    patches: list[GrayImage] = []
    for i, (a, b) in enumerate(joined):
        window = _window(picture, left + (a + b) / 2, middle).copy()
        first = max(0, round(left + (a + b) / 2) - MARGIN)
        before = joined[i - 1][1] + 1 if i else None
        after = joined[i + 1][0] - 1 if i + 1 < len(joined) else None
        bare = np.uint8(paper)
        if before is not None:
            window[:, : max(0, left + min(before + 1, a - 1) - first)] = bare
        if after is not None:
            window[:, max(0, left + max(after, b + 1) - first) :] = bare
        patches.append(window)
    return np.stack(patches)
