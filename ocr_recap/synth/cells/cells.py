"""Unlimited streams of labelled cells for training a reader, drawn with frame and surroundings as on a form.

A row of cells is drawn once (boxes, guide, dividers, table lines, bubbles, texts), filled in by one writer, rendered by
a model of a bad camera, and cropped. A patch is `PATCH` pixels square. The box of the cell, from printed line to
printed line, is centred in it except for a random error of placing. A square box is `BOX` pixels high; aspects are
kept, and the sizes of other boxes follow `scale_of`. The margin around the box holds context, so that a reader learns
to ignore neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ...cells.patch import CELL as BOX
from ...cells.patch import PATCH, scale_of
from ...imaging.arrays import Float32Array, GrayImage
from ..writing import ink
from ..writing.shapes import RARE
from ..writing.sources import Source, Split, writer_seed
from ..writing.strokes import Writer, rare, strokes
from ..writing.strokes import cross as free_cross
from . import scans
from .cellpaper import DrawnRow, Rect, blank
from .cellphoto import cut_all, no_cell, photograph
from .othercells import intrude, spoil, write_other, write_over

__all__ = [
    "BOX",
    "CLASSES",
    "CROSS",
    "DASH",
    "EMPTY",
    "GUIDED_PRIOR",
    "OTHER",
    "PATCH",
    "PRIOR",
    "SEVEN",
    "SHARES",
    "LabelledCells",
    "Mix",
    "batch",
    "scale_of",
    "usual_mix",
]

# Classes of a cell, as in `ocr_recap.cells.digit_reader`.
CLASSES = "0123456789X- ?"
CROSS, DASH, EMPTY, OTHER = 10, 11, 12, 13


# Share of digits from each source: half stroke model, the rest bitmaps. The first reader is trained on this mix.
SHARES = {"strokes": 0.5, "mnist": 0.36, "semeion": 0.14}
# Share of each class among cells: the prior that the reader's probabilities carry.
PRIOR = np.array([0.064] * 10 + [0.08, 0.06, 0.09, 0.13])
GUIDED_PRIOR = np.array([0.064] * 10 + [0.07, 0.12, 0.07, 0.10])  # more dashes, which are hard to see on a dotted guide
# Rates of characters that are not within their cell; some are twice those of clerks of whole pages
# (`clerk.MANNER_RATES`), since readers make errors there.
_OVER_EDGE, _ASIDE = 0.06, 0.015
SEVEN = 0.25  # share of training rows by a writer who traces seven-segment figures, besides random ones
_OVERWRITTEN = 0.006  # share of digits with another, clearly thinner digit below
# With `Mix.signs`, by judgement: shares of crosses and of *other* that are signs of a source, of crosses that are drawn
# freely, and of *other* that are made of digits of the row's source.
_SIGNS, _FREE, _SPOILT = 0.2, 0.55, 0.4
_RARE = 0.15  # share of stroke-model characters in worn rows with a rare shape (`shapes.RARE`)


@dataclass(frozen=True)
class Mix:
    """Sources of digits.

    Attributes:
        sources: bitmaps by name.
        weights: share of each source; `strokes` is the stroke model.
        signs: crosses and other signs as bitmaps, already cut to the part; None leaves them to the stroke model.
        scans: share of rows on worn paper, and share of photos that are scans (`scans`); without `signs` and with 0,
            cells are those of version 6 of the weights, on which later versions are compared.
    """

    sources: Mapping[str, Source]
    weights: Mapping[str, float]
    signs: Source | None = None
    scans: float = 0.0


def usual_mix(sources: Mapping[str, Source], split: Split, shares: Mapping[str, float] = SHARES) -> Mix:
    """Mix of one part: the stroke model and the available sources, with the proportions of `shares`."""
    weights = {name: share for name, share in shares.items() if name == "strokes" or name in sources}
    return Mix({name: source.part(split) for name, source in sources.items()}, weights)


@dataclass(frozen=True)
class LabelledCells:
    """Labelled cells, n of them.

    Attributes:
        patches: (n, PATCH, PATCH) uint8 gray.
        labels: (n,) indices into `CLASSES`.
        boxes: (n, 2) printed width and height of each cell, line centre to line centre, patch px.
        rows: (n,) index of the row; cells of one row are by one hand.
    """

    patches: GrayImage
    labels: NDArray[np.int64]
    boxes: Float32Array
    rows: NDArray[np.int64]


def batch(count: int, split: Split, mix: Mix, rng: np.random.Generator, photos: int = 1) -> LabelledCells:
    """Draw labelled cells.

    Args:
        count: number of cells.
        split: part of the writers.
        mix: sources of digits, already cut to the part.
        rng: random generator; the same state gives the same cells.
        photos: number of photos of each row. Drawing a row costs twice as much as a photo of it, so training takes
            several; error rates should be measured with one.
    """
    made = LabelledCells(
        np.empty((count, PATCH, PATCH), np.uint8),
        np.empty(count, np.int64),
        np.full((count, 2), BOX, np.float32),
        np.empty(count, np.int64),
    )
    done, number = 0, 0
    for found, names, box in _seen(split, mix, rng, photos):
        place = slice(done, min(done + len(names), count))
        take = place.stop - done
        made.patches[place], made.labels[place] = found[:take], names[:take]
        made.boxes[place], made.rows[place] = box, number
        done, number = place.stop, number + 1
        if done == count:
            break
    return made


def _seen(
    split: Split, mix: Mix, rng: np.random.Generator, photos: int
) -> Iterator[tuple[GrayImage, NDArray[np.int64], tuple[float, float]]]:
    """Generate patches, labels and sizes of boxes, from photographed rows, and sometimes patches without a cell."""
    while True:
        if rng.random() < 0.02:
            yield no_cell(rng)[None], np.array([OTHER]), (BOX, BOX)
            continue
        # Half of the photos are careful, half combine all defects.
        calm = bool(rng.random() < 0.5)
        shade, rects, labels = _row(split, mix, rng, calm=calm)
        for _ in range(photos):
            if mix.scans and rng.random() < mix.scans:
                patches, box = cut_all(scans.scan(shade, rects[0], rng), rects, rng)
            else:
                patches, box = photograph(shade, rects, rng, calm=calm)
            yield patches, labels, box


def _row(
    split: Split, mix: Mix, rng: np.random.Generator, *, calm: bool
) -> tuple[Float32Array, list[Rect], NDArray[np.int64]]:
    """One row of three to six cells by one writer: brightness of its paper, its cells, and their labels."""
    form, labels, _ = write_row(split, mix, rng, calm=calm)
    return inked(form.paper, form.pen, darkness(form.writer, rng, calm=calm)), form.rects, labels


def write_row(
    split: Split, mix: Mix, rng: np.random.Generator, *, calm: bool, fewest: int = 3, numbers: float = 0.0
) -> tuple[DrawnRow, NDArray[np.int64], Source | None]:
    """Draw one row of `fewest` to six cells as one writer fills it in.

    Args:
        split: part of the writers.
        mix: sources of digits, already cut to the part.
        rng: random generator; the same state gives the same row.
        calm: True for few characters that are small in their cells.
        fewest: least number of cells.
        numbers: share of rows that hold a number as officers write it, with the same sign throughout before its digits;
            in other rows each cell holds any character.

    Returns:
        The row, the labels of its cells, and the sources of their digits.
    """
    writer = Writer.from_seed(writer_seed(split, rng))
    seven = split == "train" and rng.random() < SEVEN
    while seven and not writer.seven_segment:
        writer = Writer.from_seed(writer_seed(split, rng))
    count = int(rng.integers(fewest, 7))
    form = blank(writer, count, rng)
    worn = bool(mix.scans and rng.random() < mix.scans)
    if worn:
        scans.wear(form, rng)
    labels = rng.choice(len(CLASSES), count, p=GUIDED_PRIOR if form.guided else PRIOR)
    if numbers and rng.random() < numbers:
        labels = rng.integers(0, 10, count)
        labels[: int(rng.integers(0, count))] = (CROSS, DASH, EMPTY, 0)[int(rng.integers(4))]
    name = tuple(mix.weights)[int(rng.choice(len(mix.weights), p=_shares(mix)))]
    source = mix.sources.get(name)
    room = (
        float(rng.uniform(0.4, 0.95)) if rng.random() < (0.25 if calm else 0.4) else 1.0
    )  # some writers write small in their cells
    cross = replace(writer, aspect=float(rng.uniform(0.3, 1.15)), size=float(rng.uniform(0.4, 1.05)))
    for rect, label in zip(form.rects, labels, strict=True):
        _write(form, _within(rect, room, rng), int(label), source, cross, mix.signs, rng)
    for rect in form.neighbours:
        if rng.random() < 0.6:
            lines = ink.write(CLASSES[int(rng.integers(CROSS + 1))], writer, _within(rect, room, rng), rng)
            form.ink(lines, rng)
    intrude(form, rng)
    return form, labels.astype(np.int64), source


def darkness(writer: Writer, rng: np.random.Generator, *, calm: bool) -> float:
    """Share of the light that a writer's ink absorbs on one sheet; smaller where the pen runs dry."""
    fresh = rng.uniform(0.82, 1.0) if calm or rng.random() < 0.75 else rng.uniform(0.5, 0.82)
    return float(writer.darkness * fresh * (1 - _luminance(writer)))


def inked(paper: GrayImage | Float32Array, pen: GrayImage, taken: float) -> Float32Array:
    """Brightness of paper (h, w) under ink that covers `pen` (0..255) of each pixel and absorbs this share of light."""
    return (paper.astype(np.float32) * (1 - pen.astype(np.float32) * np.float32(taken / 255))).astype(np.float32)


def _within(rect: Rect, room: float, rng: np.random.Generator) -> Rect:
    """Part of a cell for a small character: `room` of its sides, anywhere in it but nearer the middle."""
    x0, y0, x1, y1 = rect
    width, height = x1 - x0, y1 - y0
    dx, dy = (float(rng.normal(0, 0.3)) * (1 - room) * side for side in (width, height))
    x, y = (x0 + x1) / 2 + dx, (y0 + y1) / 2 + dy
    return x - width * room / 2, y - height * room / 2, x + width * room / 2, y + height * room / 2


def _too_large(rect: Rect, writer: Writer, rng: np.random.Generator) -> Rect:
    """Place of a character that is slightly higher than its cell: on its frame, or over it."""
    x0, y0, x1, y1 = rect
    width, height = x1 - x0, y1 - y0
    grow = (float(rng.uniform(0.95, 1.35)) / writer.size - 1) / 2
    dx, dy = rng.normal(0, 0.06, 2) * (width, height)
    return x0 - grow * width + dx, y0 - grow * height + dy, x1 + grow * width + dx, y1 + grow * height + dy


def _aside(rect: Rect, rng: np.random.Generator) -> Rect:
    """Place of a character that is partly in the next cell."""
    dx = float(rng.uniform(0.15, 0.32)) * (rect[2] - rect[0]) * (1 if rng.random() < 0.5 else -1)
    dy = float(rng.normal(0, 0.05)) * (rect[3] - rect[1])
    return rect[0] + dx, rect[1] + dy, rect[2] + dx, rect[3] + dy


def _shares(mix: Mix) -> NDArray[np.float64]:
    weights = np.array(list(mix.weights.values()), dtype=np.float64)
    return weights / weights.sum()


def _luminance(writer: Writer) -> float:
    blue, green, red = ink.INK_BGR[writer.pen]
    return (0.114 * blue + 0.587 * green + 0.299 * red) / 255


def _write(
    form: DrawnRow,
    rect: Rect,
    label: int,
    source: Source | None,
    cross: Writer,
    signs: Source | None,
    rng: np.random.Generator,
) -> None:
    if rng.random() < 0.05:
        _fluid(form, rect, label, rng)
    if label == EMPTY:
        if rng.random() < 0.25:
            _dirt(form, rect, rng)
        return
    if label == OTHER:
        if signs is None or not _write_sign(form, rect, source, signs, rng):
            write_other(form, rect, rng)
        return
    guided = form.guided
    where = float(rng.random())
    if where < _OVER_EDGE:
        rect, guided = _too_large(rect, form.writer, rng), False
    elif where < _OVER_EDGE + _ASIDE:
        rect = _aside(rect, rng)
    if label < CROSS and source is None and rng.random() < _OVERWRITTEN:
        write_over(form, rect, label, float(rng.uniform(1.4, 2.1)), rng)
    elif label < CROSS and source is not None:
        paste(form, rect, label, source, rng)
    elif label == CROSS and signs is not None and (kind := float(rng.random())) < _SIGNS + _FREE:
        if kind < _SIGNS:
            paste(form, rect, CROSS, signs, rng)
        else:
            form.ink(ink.place(free_cross(cross, rng), cross, rect, rng), rng)
    elif label == CROSS:
        lines = ink.write("X", cross, rect, rng)
        if rng.random() < 0.3:  # one stroke starts late, as in a hurried cross, or only where it meets the other
            which = int(rng.integers(len(lines)))
            lines[which] = lines[which][int(len(lines[which]) * rng.uniform(0.15, 0.5)) :]
        form.ink(lines, rng)
    elif form.worn and CLASSES[label] in RARE and rng.random() < _RARE:
        form.ink(ink.place(rare(CLASSES[label], form.writer, rng), form.writer, rect, rng), rng)
    else:
        form.ink(ink.write(CLASSES[label], form.writer, rect, rng, guided=guided), rng)


def _write_sign(form: DrawnRow, rect: Rect, source: Source | None, signs: Source, rng: np.random.Generator) -> bool:
    """Draw a strange sign of a source, or a digit of the row's source that is struck out or beside a second one.

    Returns:
        False where neither was drawn.
    """
    kind = float(rng.random())
    if kind < _SIGNS:
        paste(form, rect, OTHER, signs, rng)
        return True
    if kind > _SIGNS + _SPOILT or source is None:
        return False
    digits = [int(digit) for digit in rng.integers(0, 10, 2)]
    for place, digit in zip(spoil(form, rect, digits[0], rng), digits, strict=False):
        paste(form, place, digit, source, rng)
    return True


def paste(form: DrawnRow, rect: Rect, digit: int, source: Source, rng: np.random.Generator) -> None:
    """Draw a digit, or another sign of the source, by another writer: as tall as this writer writes, as wide as its
    shape and the cell allow."""
    candidates = np.flatnonzero(source.labels == digit)
    bitmap = source.images[candidates[int(rng.integers(len(candidates)))]]
    rows, columns = np.flatnonzero(bitmap.max(axis=1) > 60), np.flatnonzero(bitmap.max(axis=0) > 60)
    own = (columns[-1] - columns[0] + 1) / (rows[-1] - rows[0] + 1)
    cell_width, cell_height = rect[2] - rect[0], rect[3] - rect[1]
    height = cell_height * form.writer.size * float(np.exp(rng.normal(0, 0.07)))
    if source.proportions:
        shape = own * float(np.exp(rng.normal(0, 0.1)))
    elif digit != 1:
        shape = float(rng.uniform(0.5, 0.8))
    else:  # a 1 as a slab was a plain stroke, others have a flag or a base
        plain = bitmap[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].mean() > 0.6 * 255
        shape = float(rng.uniform(0.1, 0.2) if plain else rng.uniform(0.3, 0.5))
    width = min(height * shape, 0.88 * cell_width)
    height = min(height, 2.4 * width) if shape > 0.5 else height
    if digit == DASH:
        height = width / shape
    size = (max(3, round(width)), max(3 if digit == DASH else 6, round(height)))
    # Coarse bitmaps would vanish where they are thinned more.
    thickness = rng.uniform(-1.1, -0.4) if form.thin and source.proportions else rng.uniform(-0.7, 0.9)
    mask = ink.glyph_mask(bitmap, size, float(thickness), float(rng.normal(0, 0.1)), float(rng.normal(0, 3)))
    x = round((rect[0] + rect[2] - mask.shape[1]) / 2 + rng.normal(0, 0.05) * cell_width)
    y = round((rect[1] + rect[3] - mask.shape[0]) / 2 + rng.normal(0, 0.04) * cell_height)
    _stamp(form.pen, mask, x, y)


def _stamp(pen: GrayImage, mask: Float32Array, x: int, y: int) -> None:
    left, top = max(0, -x), max(0, -y)
    right, bottom = min(mask.shape[1], pen.shape[1] - x), min(mask.shape[0], pen.shape[0] - y)
    if right > left and bottom > top:
        part = pen[y + top : y + bottom, x + left : x + right]
        np.maximum(part, (mask[top:bottom, left:right] * 255).astype(np.uint8), out=part)


def _fluid(form: DrawnRow, rect: Rect, label: int, rng: np.random.Generator) -> None:
    """Draw correction fluid over part of the cell and its frame; sometimes the old ink shows through."""
    x, y = rng.uniform(rect[0], rect[2]), rng.uniform(rect[1], rect[3])
    if label != EMPTY and rng.random() < 0.4:
        lines = ink.place(strokes(str(rng.integers(10)), form.writer, rng), form.writer, rect, rng)
        points = [np.rint(line * 16).astype(np.int32) for line in lines]
        cv2.polylines(form.paper, points, False, int(rng.integers(215, 242)), 3, cv2.LINE_AA, 4)
        return
    axes = (int(rng.integers(12, 36)), int(rng.integers(8, 30)))
    cv2.ellipse(form.paper, (int(x), int(y)), axes, float(rng.uniform(0, 180)), 0, 360, 255, -1, cv2.LINE_AA)


def _dirt(form: DrawnRow, rect: Rect, rng: np.random.Generator) -> None:
    """Draw specks, and a dot of the pen."""
    for _ in range(int(rng.integers(1, 5))):
        x, y = rng.uniform(rect[0], rect[2]), rng.uniform(rect[1], rect[3])
        tone = int(rng.integers(60, 230))
        cv2.circle(form.paper, (int(x), int(y)), int(rng.integers(1, 3)), tone, -1, cv2.LINE_AA)
