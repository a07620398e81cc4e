"""Labelled strips for the reader of alterations: numbers that are struck out, and digits written over another.

Paper, hands and camera are those of the digit reader's cells (`cells`). Some rows get a second layer of ink with a pen
of its own: a line through several boxes, or a second digit. The other rows have marks that are easily confused with
alterations: bars that run into the next box, strokes that join two digits, lines above and below the boxes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ...cells.patch import PATCH, scale_of
from ...cells.strip import HEIGHT, width_of
from ...imaging.arrays import Float32Array, GrayImage
from ..writing import ink
from ..writing.sources import Source, Split
from ..writing.strikes import AMENDED, StrikeKind, amend, strike
from ..writing.strokes import Strokes
from . import cells, scans
from .cellpaper import DrawnRow, Rect, guide
from .cellphoto import RowPhoto, photo_of
from .cells import CROSS, OTHER, Mix

# Shares are by judgement.
UNKNOWN = -1  # no label: a line ends in the box, or a scribble may hide a second digit
NO_DIGIT = -1
_STRUCK = 0.36  # of rows
_WRITTEN_OVER = 0.25  # of digits
_NUMBERS = 0.5  # share of rows that hold a number as officers write it; this and the following by judgement
_DRAWN_AGAIN = 0.4  # share of rows with separate boxes: a line is harder to see among boxes that touch
_TABLE = 0.4  # share of rows with other columns of a table beside them
_DARK_GUIDE = 0.4  # share of guided rows, where the mix has scans, whose dots are as dark as a thin pen
_CREASED = 0.25  # share of rows with a level fold of the paper, which looks like a faint line
STRIKE_SHARES: dict[StrikeKind, float] = {  # level lines look most like print
    "one": 0.28,
    "two": 0.18,
    "diagonal": 0.16,
    "cross": 0.12,
    "scribble": 0.1,
    "wave": 0.09,
    "coil": 0.07,
}
_AMENDED = 0.25  # share of these in which strokes are added to the old digit
_THROUGH, _TOUCHED = 0.6, 0.1  # least share of a box's width that a line covers to run through it, and to touch it


@dataclass(frozen=True)
class AlteredStrip:
    """One number with its labels.

    Attributes:
        picture: (HEIGHT, width) uint8 gray, as `strip.strip_of` asks for it.
        columns: (n, 2) left and right side of each box in it, px.
        struck: 1 if a line runs through two or more boxes, 0 if none does, `UNKNOWN` if a line ends in a box.
        overwritten: (n,) 1 where one digit is written over another, else 0; `UNKNOWN` below a line and in a scribble.
    """

    picture: GrayImage
    columns: NDArray[np.float64]
    struck: int
    overwritten: NDArray[np.int8]


def strips(split: Split, mix: Mix, rng: np.random.Generator, photos: int = 1) -> Iterator[AlteredStrip]:
    """Generate an unlimited stream of labelled strips.

    Args:
        split: part of the writers.
        mix: sources of digits, already cut to the part.
        rng: random generator; the same state gives the same strips.
        photos: number of photos of each row.
    """
    while True:
        calm = bool(rng.random() < 0.5)
        shade, rects, struck, overwritten, _ = _row(split, mix, rng, calm=calm)
        for _ in range(photos):
            picture, columns = _cut(_taken(shade, rects[0], mix, rng, calm=calm), rects, rng)
            yield AlteredStrip(picture, columns, struck, overwritten)


def overwritten_cells(
    split: Split, mix: Mix, rng: np.random.Generator, photos: int = 1
) -> Iterator[tuple[GrayImage, int, tuple[float, float], int]]:
    """Generate an unlimited stream of cells as the digit reader sees them; of the digits four in ten are written over.

    Rows are not struck out. Cells for which it is not known whether they hold two digits are left out.

    Args:
        split, mix, rng, photos: as in `strips`.

    Yields:
        Patch (PATCH, PATCH); 1 where one digit is written over another, else 0; width and height of the box in the
        patch, px; and the digit that counts, `NO_DIGIT` where none is written over.
    """
    while True:
        calm = bool(rng.random() < 0.6)
        shade, rects, _, overwritten, became = _row(split, mix, rng, calm=calm, struck=0.0, over=0.4)
        wide, high = rects[0][2] - rects[0][0], rects[0][3] - rects[0][1]
        unit = scale_of(wide, high)
        for _ in range(photos):
            seen = _taken(shade, rects[0], mix, rng, calm=calm)
            for rect, label, digit in zip(rects, overwritten.tolist(), became, strict=True):
                if label != UNKNOWN:
                    yield seen.cut(rect, (PATCH, PATCH), rng), label, (wide * unit, high * unit), digit


def _taken(shade: Float32Array, rect: Rect, mix: Mix, rng: np.random.Generator, *, calm: bool) -> RowPhoto:
    """A photo of a row, or a scan at the rate of the mix."""
    if mix.scans and rng.random() < mix.scans:
        return scans.scan(shade, rect, rng)
    return photo_of(shade, rect, rng, calm=calm)


def _cut(seen: RowPhoto, rects: list[Rect], rng: np.random.Generator) -> tuple[GrayImage, NDArray[np.float64]]:
    """Strip of a photographed row, and the positions of its boxes."""
    outline = (*rects[0][:2], *rects[-1][2:])
    sides = np.array([rects[0][2] - rects[0][0], rects[0][3] - rects[0][1]]) * seen.real
    unit = scale_of(*sides)
    width = width_of((outline[2] - outline[0]) * seen.real[0] * unit)
    walls = np.array([(rect[0], rect[2]) for rect in rects])
    columns = (walls - (outline[0] + outline[2]) / 2) * seen.real[0] * unit + width / 2
    return seen.cut(outline, (HEIGHT, width), rng, unit), columns


def _row(
    split: Split,
    mix: Mix,
    rng: np.random.Generator,
    *,
    calm: bool,
    struck: float = _STRUCK,
    over: float = _WRITTEN_OVER,
) -> tuple[Float32Array, list[Rect], int, NDArray[np.int8], list[int]]:
    """One row by one writer.

    Returns:
        Brightness of its paper, its cells, whether it is struck out, which digits are written over, and by which.
    """
    form, signs, source = cells.write_row(split, mix, rng, calm=calm, fewest=2, numbers=_NUMBERS)
    while _apart(form) and rng.random() < _DRAWN_AGAIN:
        form, signs, source = cells.write_row(split, mix, rng, calm=calm, fewest=2, numbers=_NUMBERS)
    if rng.random() < _TABLE:
        _table(form, rng)
    if mix.scans and form.guided and rng.random() < _DARK_GUIDE:
        for rect in form.rects:
            guide(form.paper, rect, int(rng.integers(60, 150)))
    overwritten = np.where(signs == OTHER, UNKNOWN, 0).astype(np.int8)
    _bridges(form, signs, rng)
    taken = cells.darkness(form.writer, rng, calm=calm)
    shade = cells.inked(form.paper, form.pen, taken)
    second = _second_pen(form, rng)
    became = [NO_DIGIT] * len(signs)
    for i, sign in enumerate(signs):
        if sign < CROSS and rng.random() < over:
            became[i] = _write_over(second, form.rects[i], int(sign), source, rng)
            overwritten[i] = 1
    if second.pen.any():
        shade = cells.inked(shade, second.pen, taken * float(rng.uniform(0.8, 1.25) if rng.random() < 0.7 else 1.0))
    if rng.random() < _CREASED:
        shade = shade * _crease(shade.shape[0], form.rects[0], rng)[:, None]
    label = 0
    if rng.random() < struck:
        third = _second_pen(form, rng)
        through = _strike_out(third, rng)
        overwritten[through >= _TOUCHED] = UNKNOWN
        label = 1 if (through >= _THROUGH).sum() > 1 else UNKNOWN
        # Pencil, a pen that runs dry, a marker: any ink, since another person may strike out later.
        shade = cells.inked(shade, third.pen, min(0.97, taken if rng.random() < 0.5 else float(rng.uniform(0.3, 0.95))))
    return np.clip(shade, 0, 255), form.rects, label, overwritten, became


def _crease(height: int, box: Rect, rng: np.random.Generator) -> Float32Array:
    """Brightness factor of each pixel line of a row, (height,), for a fold through or beside it."""
    middle = float(rng.uniform(box[1] - 0.2 * (box[3] - box[1]), box[3] + 0.2 * (box[3] - box[1])))
    distance = (np.arange(height) - middle) / float(rng.uniform(0.8, 3.0))
    depth = float(rng.uniform(0.03, 0.4))
    return (1 - depth * np.exp(-0.5 * distance * distance)).astype(np.float32)


def _second_pen(form: DrawnRow, rng: np.random.Generator) -> DrawnRow:
    """The same boxes for a second layer of ink, by the same pen or a finer or broader one."""
    weight = 1.0 if rng.random() < 0.5 else float(rng.uniform(0.5, 2.1))
    return replace(form, pen=np.zeros_like(form.pen), width=form.width * weight)


def _write_over(form: DrawnRow, rect: Rect, was: int, source: Source | None, rng: np.random.Generator) -> int:
    """Draw another digit over the digit in a box, or the strokes that turn it into another one; returns this digit."""
    if rng.random() < _AMENDED:
        pairs = [pair for pair in AMENDED if pair[0] == was]
        if pairs:
            pair = pairs[int(rng.integers(len(pairs)))]
            form.ink(ink.place(amend(*pair, form.writer, rng), form.writer, rect, rng), rng)
            return pair[1]
    digit = (was + int(rng.integers(1, 10))) % 10
    if source is not None and rng.random() < 0.7:
        cells.paste(form, rect, digit, source, rng)
        return digit
    form.ink(ink.write(str(digit), form.writer, rect, rng, guided=form.guided), rng)
    return digit


def _strike_out(form: DrawnRow, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw a line through two or more boxes, mostly all; returns the share of each box's width that it covers."""
    count = len(form.rects)
    first, last = 0, count - 1
    if count > 2 and rng.random() < 0.3:
        first = int(rng.integers(0, count - 1))
        last = int(rng.integers(first + 1, count))
    rect = (*form.rects[first][:2], *form.rects[last][2:])
    kind = tuple(STRIKE_SHARES)[int(rng.choice(len(STRIKE_SHARES), p=list(STRIKE_SHARES.values())))]
    lines = strike(kind, rect, rng)
    form.ink(lines, rng)
    return np.array([covered(lines, box) for box in form.rects])


def covered(lines: Strokes, box: Rect) -> float:
    """Share of a box's width in which a line runs within the box, or within a tenth of its height above or below."""
    x0, y0, x1, y1 = box
    slack = 0.1 * (y1 - y0)
    bins = np.zeros(20, dtype=bool)
    for line in lines:
        for start, end in pairwise(line):
            along = np.linspace(0, 1, 2 + int(20 * abs(end[0] - start[0]) / (x1 - x0)) * 2)[:, None]
            points = start + along * (end - start)
            within = (points[:, 1] > y0 - slack) & (points[:, 1] < y1 + slack)
            places = np.floor((points[within, 0] - x0) / (x1 - x0) * len(bins)).astype(int)
            bins[places[(places >= 0) & (places < len(bins))]] = True
    return float(bins.mean())


def _apart(form: DrawnRow) -> bool:
    """True when the boxes of a row do not touch."""
    return form.rects[1][0] - form.rects[0][2] > 1.0


def _table(form: DrawnRow, rng: np.random.Generator) -> None:
    """Draw rows and columns of a printed table on one or both sides of the boxes."""
    height, width = form.paper.shape
    y0, y1 = form.rects[0][1], form.rects[0][3]
    tone, weight = int(rng.integers(0, 170)), int(rng.integers(1, 4))
    for near, away in ((form.rects[0][0], -1.0), (form.rects[-1][2], 1.0)):
        if rng.random() < 0.35:
            continue
        edge = near + away * (float(rng.uniform(0, 10)) if rng.random() < 0.6 else 0.0)
        end = 0.0 if away < 0 else float(width)
        step = (y1 - y0) * float(rng.uniform(0.3, 1.1))
        for y in np.arange(y0 - (y1 - y0) + rng.uniform(0, step), height, step):
            _print_line(form, (edge, y), (end, y), tone, weight)
        for x in np.arange(edge, end, away * 22 * rng.uniform(0.8, 2)):
            _print_line(form, (x, 0), (x, height), tone, weight)


def _print_line(form: DrawnRow, start: tuple[float, float], end: tuple[float, float], tone: int, weight: int) -> None:
    points = [(round(float(x) * 16), round(float(y) * 16)) for x, y in (start, end)]
    cv2.line(form.paper, points[0], points[1], tone, weight, cv2.LINE_AA, 4)


def _bridges(form: DrawnRow, signs: NDArray[np.int64], rng: np.random.Generator) -> None:
    """Draw ink that crosses a wall but strikes out nothing, and lines beside the boxes."""
    for i, (left, right) in enumerate(pairwise(form.rects)):
        if signs[i] >= CROSS or rng.random() > 0.12:
            continue
        height, width = left[3] - left[1], left[2] - left[0]
        y = left[1] + height * rng.uniform(0.1, 0.9)
        rise = rng.normal(0, 0.08) * height
        if rng.random() < 0.5:  # the bar of a 7, 5, 2 or 4 extends into the next box, or comes from it
            start, end = left[0] + rng.uniform(0.3, 0.8) * width, right[0] + rng.uniform(0.05, 0.35) * width
        else:  # a stroke joins two digits
            start, end = left[0] + rng.uniform(0.6, 0.95) * width, right[0] + rng.uniform(0.1, 0.45) * width
        middle = ((start + end) / 2, y + rise / 2 + rng.normal(0, 0.06) * height)
        form.ink([np.array([(start, y), middle, (end, y + rise)])], rng)
    if rng.random() < 0.12:
        first, last = form.rects[0], form.rects[-1]
        height = first[3] - first[1]
        away = rng.uniform(0.0, 0.4) * height
        y = first[1] - away if rng.random() < 0.4 else first[3] + away
        ends = (first[0] - rng.uniform(-0.3, 0.6) * height, last[2] + rng.uniform(-0.3, 0.6) * height)
        form.ink([np.array([(ends[0], y), (ends[1], y + rng.normal(0, 0.02) * height)])], rng)
