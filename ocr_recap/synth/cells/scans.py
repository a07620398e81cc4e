"""Rows of training cells as on scans and on old or crowded paper: thin pens, watermarks, ghost print, thresholds.

`cells.batch` draws a share of its rows so where its mix says (`Mix.scans`). Officers photograph forms, but sheets of
2014 were published as scans, with a watermark in red and gray below the boxes; and print or writing of another page
often shines through. What shines through counts as nothing: an empty cell with a ghost in it stays empty.
"""

from __future__ import annotations

import cv2
import numpy as np

from ...cells.patch import CELL, scale_of
from ...imaging.arrays import Float32Array, GrayImage
from ..writing import ink
from ..writing.strokes import Writer, strokes
from .cellpaper import DrawnRow, Rect, word
from .cellphoto import RowPhoto, noise

# Rates and ranges are by judgement, after looking at scans of 2014 and photos of thin paper.
_WATERMARK, _GHOST, _THIN = 0.35, 0.4, 0.45
_FAINTEST = 200  # gray level of the darkest ghost: 255 is paper, and a threshold of a scan lies below
_BINARY = 0.45  # share of scans that are black and white


def wear(form: DrawnRow, rng: np.random.Generator) -> None:
    """Draw watermarks and ghosts on the row's paper, and choose a thin pen, in place; before anything is written."""
    form.worn = True
    if rng.random() < _WATERMARK:
        _watermark(form.paper, rng)
    if rng.random() < _GHOST:
        _ghosts(form, rng)
    if rng.random() < _THIN:
        form.width, form.thin = max(1.0, form.width * float(rng.uniform(0.3, 0.7))), True


def _watermark(paper: GrayImage, rng: np.random.Generator) -> None:
    """Draw large light shapes, some with sharp edges: discs, rings, rows of a word."""
    height, width = paper.shape
    mark = np.full_like(paper, 255)
    for _ in range(int(rng.integers(1, 5))):
        tone, at = int(rng.integers(170, 245)), (int(rng.integers(width)), int(rng.integers(height)))
        if rng.random() < 0.6:
            axes = (int(rng.integers(15, 120)), int(rng.integers(15, 120)))
            thick = -1 if rng.random() < 0.5 else int(rng.integers(4, 20))
            cv2.ellipse(mark, at, axes, float(rng.uniform(0, 180)), 0, 360, tone, thick, cv2.LINE_AA)
        else:
            size, thick = float(rng.uniform(0.6, 3.5)), int(rng.integers(1, 10))
            cv2.putText(mark, word(rng), (at[0] - width // 2, at[1]), 1, size, tone, thick, cv2.LINE_AA)
    if rng.random() < 0.4:
        mark = np.asarray(cv2.GaussianBlur(mark, (0, 0), float(rng.uniform(0.5, 4))), np.uint8)
    np.minimum(paper, mark, out=paper)


def _ghosts(form: DrawnRow, rng: np.random.Generator) -> None:
    """Draw what shines through from another page: boxes, characters and lines, faint and soft, sometimes mirrored."""
    ghost = np.full_like(form.paper, 255)
    writer = Writer.from_seed(int(rng.integers(1 << 20)) * 10 + 2 + int(rng.integers(8)))
    tone = int(rng.integers(_FAINTEST, 242))
    x, y = rng.uniform(-40, 40, 2)
    for rect in form.rects:
        place = (rect[0] + x, rect[1] + y, rect[2] + x, rect[3] + y)
        if rng.random() < 0.7:
            char = "0123456789X-"[int(rng.integers(12))]
            lines = ink.place(strokes(char, writer, rng), writer, place, rng)
            points = [np.rint(line * 16).astype(np.int32) for line in lines]
            cv2.polylines(ghost, points, False, tone, max(1, round(form.width)), cv2.LINE_AA, 4)
        if rng.random() < 0.5:
            first, last = (round(place[0]), round(place[1])), (round(place[2]), round(place[3]))
            cv2.rectangle(ghost, first, last, min(250, tone + 10), int(rng.integers(1, 4)), cv2.LINE_AA)
    if rng.random() < 0.4:
        at = (int(rng.integers(-40, 80)), int(rng.integers(10, ghost.shape[0])))
        cv2.putText(ghost, word(rng), at, 1, float(rng.uniform(0.8, 2.5)), tone, 2, cv2.LINE_AA)
    if rng.random() < 0.5:
        ghost = ghost[:, ::-1].copy()
    soft = np.asarray(cv2.GaussianBlur(ghost, (0, 0), float(rng.uniform(0.7, 2.5))), np.uint8)
    np.minimum(form.paper, soft, out=form.paper)


def scan(shade: Float32Array, rect: Rect, rng: np.random.Generator) -> RowPhoto:
    """Render a scan of a row: evenly lit, hardly turned, few pixels a digit, black and white or strongly compressed.

    Args:
        shade: (h, w) brightness of the paper with its ink, 0..255.
        rect: one of the row's cells, in its pixels.
        rng: random generator; the same state gives the same scan.
    """
    height, width = shade.shape
    side = float(np.clip(9 + rng.gamma(2.0, 6.0), 10, 48))  # px: room of a digit; half of all below 20
    scale = side * scale_of(rect[2] - rect[0], rect[3] - rect[1]) / CELL
    small = (max(16, round(width * scale)), max(16, round(height * scale)))
    seen = cv2.resize(shade, small, interpolation=cv2.INTER_AREA).astype(np.float32)
    turn = cv2.getRotationMatrix2D((small[0] / 2, small[1] / 2), float(rng.normal(0, 0.5)), 1.0)
    paper = float(rng.uniform(195, 255))
    seen = cv2.warpAffine(seen, turn, small, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) * (paper / 255)
    blur = float(rng.gamma(2.0, 0.25))
    if blur > 0.25:
        seen = cv2.GaussianBlur(seen, (0, 0), min(blur, 0.05 * side))
    seen = seen + float(rng.uniform(0, 9)) * noise((small[1], small[0]), rng)
    if rng.random() < _BINARY:
        seen = np.where(seen < paper * rng.uniform(0.62, 0.77), 0.0, 255.0).astype(np.float32)
        if rng.random() < 0.5:  # the program that shows a scan makes it smooth again
            seen = cv2.GaussianBlur(seen, (0, 0), float(rng.uniform(0.3, 0.8)))
    stored = np.clip(seen, 0, 255).astype(np.uint8)
    if rng.random() < 0.7:
        packed = cv2.imencode(".jpg", stored, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(12, 70))])[1]
        stored = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return RowPhoto(stored, np.array([small[0] / width, small[1] / height]), np.asarray(turn, np.float64))
