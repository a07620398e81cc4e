"""Sheet fingerprints: a coarse picture of the writing in a page's boxes, to recognise photos of the same sheet.

Pages of a form differ only in what was written on them. Two photos of one sheet, or one photo saved twice, have nearly
the same ink in the same boxes, whatever their size, light, angle and file format.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ..cells.patch import PATCH

# Chosen on 36 drawn sheets by four hands under random cameras, by training/sheets/choose.py: photos of one sheet, or
# one saved again (60% of the size, JPEG quality 45), correlate at 0.854 and more (108 pairs), different sheets at 0.776
# at most (1,782 pairs); page 2, with its nine boxes, is the closest call.
SAME_SHEET = 0.82
# The sizes below are by judgement.
_SIDE = 6  # samples along each side of a box
_INNER = 26  # px of the patch within the printed lines
_DARKEST = 0.6  # darkness (0 paper, 1 black) of the highest level
_LEVELS = 15  # highest level, a hexadecimal digit
_LEAST_INK = 0.4  # least mean level of a fingerprint; the sheets of the samples have 1.1 and more, a blank form 0.1
_ROWS = 1000  # photos compared with all others at a time; bounds memory


def ink(fields: Sequence[NDArray[np.uint8]]) -> str:
    """Compute the fingerprint of a page: 36 hexadecimal levels of ink per cell.

    Args:
        fields: cell patches (n, 48, 48) uint8 of each number, as `crop` cuts them; without dates, which are the same on
            all sheets.

    Returns:
        The fingerprint; empty where too little is written to distinguish sheets.
    """
    if not fields:
        return ""
    cells = np.concatenate(fields).astype(np.float32)
    edge = (PATCH - _INNER) // 2
    inner = cells[:, edge:-edge, edge:-edge]
    bright = 4 * (_INNER**2 - 1) // 5  # index of the 80% quantile, which is taken as the paper
    paper = np.partition(inner.reshape(len(inner), -1), bright, axis=1)[:, bright, None, None]
    dark = np.clip(1 - inner / np.maximum(paper, 1.0), 0, 1).astype(np.float32)
    small = np.stack([cv2.resize(cell, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA) for cell in dark])
    levels = np.rint(small * (_LEVELS / _DARKEST)).clip(0, _LEVELS).astype(int).reshape(-1)
    return "".join(map("0123456789abcdef".__getitem__, levels.tolist())) if levels.mean() >= _LEAST_INK else ""


def alike(inks: Sequence[str]) -> list[tuple[int, int]]:
    """Find photos that show the same sheet.

    Args:
        inks: fingerprints (`ink`) of photos of the same page; an empty one matches no other.

    Returns:
        Pairs (i, j), i < j, sorted, whose fingerprints correlate at `SAME_SHEET` or more.
    """
    length = max(map(len, inks), default=0)
    usable = [i for i, text in enumerate(inks) if text and len(text) == length]
    if len(usable) < 2:
        return []
    table = np.array([[int(c, 16) for c in inks[i]] for i in usable], dtype=np.float32)
    table -= table.mean(axis=1, keepdims=True)
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-6)
    pairs: list[tuple[int, int]] = []
    for start in range(0, len(table), _ROWS):
        close = np.argwhere(table[start : start + _ROWS] @ table.T >= SAME_SHEET)
        pairs += [(usable[start + int(a)], usable[int(b)]) for a, b in close if start + a < b]
    return sorted(pairs)
