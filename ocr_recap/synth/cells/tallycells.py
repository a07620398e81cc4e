"""Unlimited labelled cells of tally grids for training a reader, drawn with their surroundings as on a form.

A piece of a grid (three rows of some columns) is drawn once, filled in by one hand, rendered by a model of a bad
camera, and cropped as `tally_crop` does: the printed lines of a cell are at the same place in every patch, whatever the
cell's shape, with a margin of its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ...cells.tally_crop import CANCELLED, OTHER
from ...imaging.arrays import GrayImage
from ..writing import ink
from ..writing.bundles import TallyHand, varied
from ..writing.sources import Split, writer_seed
from ..writing.strokes import Strokes, Writer, scribble, strokes
from ..writing.unused import SpaceKind, over_cells
from .tallypaper import Piece, blank
from .tallyphoto import photograph

UNLABELLED = -1  # label of cells that a cancelling line hardly touches, whose class does not affect a count
# Strokes of a full cell.
FULL = 5
_VIEWS = 3  # photos of each drawn piece: drawing costs as much as two photos
# Shares of contents in pieces without an order of cells: 0 to 5 strokes, a mark that cancels one cell, something
# else. By judgement.
_MIXED = np.array([0.2, 0.12, 0.12, 0.12, 0.14, 0.18, 0.04, 0.08])
# Shares of ordered pieces whose unused cells are struck out, of the kinds of line, and of pieces with a line across
# whatever they hold. By judgement; on sheets of 2024 all unused cells are struck out, mostly by a Z.
_STRUCK, _ACROSS = 0.75, 0.12
_SPACE_SHARES: dict[SpaceKind, float] = {"z": 0.5, "diagonal": 0.14, "two": 0.12, "wave": 0.1, "dashes": 0.14}
# Words that stand in a grid in place of strokes; by judgement.
_WORDS = ("SAH", "TPS", "1", "12", "JUMLAH", "ok", "A", "25", "x", "cat.", "suara")


def batch(count: int, split: Split, rng: np.random.Generator) -> tuple[GrayImage, NDArray[np.int64]]:
    """Draw labelled cells.

    Args:
        count: number of cells.
        split: part of the writers; pens are those of the stroke model's writers, and no style is in two parts.
        rng: random generator; the same state gives the same cells.

    Returns:
        Patches (count, HEIGHT, WIDTH) uint8 gray, and their classes (count,).
    """
    patches: list[GrayImage] = []
    labels: list[NDArray[np.int64]] = []
    done = 0
    while done < count:
        for found, names in views(split, rng):
            patches.append(found)
            labels.append(names)
            done += len(names)
    return np.concatenate(patches)[:count], np.concatenate(labels)[:count]


def views(split: Split, rng: np.random.Generator) -> Iterator[tuple[GrayImage, NDArray[np.int64]]]:
    """Labelled cells of one piece of a grid by one hand, in some photos; returns as `batch`."""
    form, dark = piece(split, rng)
    for _ in range(_VIEWS):
        fresh = rng.uniform(0.8, 1.0) if rng.random() < 0.8 else rng.uniform(0.3, 0.8)  # pens run dry
        layer = form.pen.astype(np.float32) * np.float32(dark * fresh / 255)
        shade: NDArray[np.float32] = (form.paper.astype(np.float32) * (1 - layer)).astype(np.float32)
        labels = _covered(shade, form, rng) if rng.random() < 0.06 else form.labels
        kept = labels != UNLABELLED
        yield photograph(shade, form.rects, rng)[kept], labels[kept]


def piece(split: Split, rng: np.random.Generator) -> tuple[Piece, float]:
    """A drawn piece of a grid, and the share of light that a thick layer of its ink absorbs, 0..1."""
    seed = writer_seed(split, rng)
    writer = Writer.from_seed(seed)
    hand = TallyHand.draw(np.random.default_rng((0x7A11, seed)))
    rows, columns = 3, int(rng.integers(4, 7))
    aspect = float(np.exp(rng.uniform(np.log(0.9), np.log(3.4))))
    form = blank(rows, columns, aspect, writer, hand, rng)
    _fill(form, rows, columns, hand, writer, rng)
    _around(form, writer, rng)
    blue, green, red = ink.INK_BGR[writer.pen]
    return form, writer.darkness * (1 - (0.114 * blue + 0.587 * green + 0.299 * red) / 255)


def _covered(shade: NDArray[np.float32], form: Piece, rng: np.random.Generator) -> NDArray[np.int64]:
    """Cover a part of the piece, in place, and return the labels of the cells that are still visible."""
    height, width = shade.shape
    angle, away = rng.uniform(0, 2 * np.pi), rng.uniform(-0.35, 0.35)
    x = (np.arange(width, dtype=np.float32) - width / 2)[None, :] * np.float32(np.cos(angle))
    y = (np.arange(height, dtype=np.float32) - height / 2)[:, None] * np.float32(np.sin(angle))
    depth = x + y - np.float32(away * min(height, width))  # px behind the edge of the cover
    shade *= np.where(depth < 0, 1 - np.float32(rng.uniform(0, 0.5)) * np.exp(depth / 12), 1)  # its shadow
    tone = np.float32(rng.uniform(40, 255)) + np.float32(rng.normal(0, 0.12)) * depth
    shade[:] = np.where(depth > 0, np.clip(tone, 0, 255), shade)
    labels = form.labels.copy()
    for place, (x0, y0, x1, y1) in enumerate(form.rects):
        share = float((depth[round(y0) : round(y1), round(x0) : round(x1)] > 0).mean())
        if share > 0.05:
            labels[place] = OTHER if 0.25 < share < 0.9 else UNLABELLED
    return labels


# --- ink ------------------------------------------------------------------------------------------------------------


def _fill(form: Piece, rows: int, columns: int, hand: TallyHand, writer: Writer, rng: np.random.Generator) -> None:
    """Fill in the cells: counts one after the other, with the rest struck out, or any content anywhere."""
    view: _View | None = None
    if rng.random() < 0.7:
        view = _view(rows, columns, rng)
        flat = np.clip(view.count - FULL * view.places, 0, FULL)
        labels = flat.astype(np.int64)
        for place in np.flatnonzero(rng.random(len(labels)) < 0.04):
            labels[place] = int(rng.choice(8, p=_MIXED))
    else:
        labels = rng.choice(8, rows * columns, p=_MIXED)
    for place, label in enumerate(labels):
        form.labels[place] = label
        _cell(form, place, int(label), hand, writer, rng)
    if view is not None and rng.random() < _STRUCK:
        _strike(form, view, rng)
    elif rng.random() < _ACROSS:
        _across(form, rows, columns, rng)


@dataclass(frozen=True)
class _View:
    """The grid that a piece is a part of.

    Attributes:
        rows, columns: of the grid.
        row, column: of the piece's first cell in it.
        count: strokes in the grid.
        places: of the piece's cells in reading order of the grid.
    """

    rows: int
    columns: int
    row: int
    column: int
    count: int
    places: NDArray[np.int64]


def _view(rows: int, columns: int, rng: np.random.Generator) -> _View:
    """Draw a grid around a piece; mostly its strokes end within or near the piece."""
    tall, wide = int(rng.integers(rows, 12)), int(rng.integers(max(columns, 8), 16))
    row, column = int(rng.integers(0, tall - rows + 1)), int(rng.integers(0, wide - columns + 1))
    if rng.random() < 0.75:
        last = int(rng.integers(row - 1, row + rows)) * wide + int(rng.integers(0, wide))
        used = int(np.clip(last, 0, tall * wide))
    else:
        used = int(rng.integers(0, tall * wide + 1))
    count = FULL * used + (int(rng.integers(0, FULL)) if used < tall * wide else 0)
    down, across = np.meshgrid(np.arange(row, row + rows), np.arange(column, column + columns), indexing="ij")
    return _View(tall, wide, row, column, count, (down * wide + across).ravel())


def _cell(form: Piece, place: int, label: int, hand: TallyHand, writer: Writer, rng: np.random.Generator) -> None:
    if rng.random() < 0.04:
        _fluid(form, place, hand, rng)
    if label == CANCELLED:
        _own_mark(form, place, rng)
    elif label == OTHER:
        _other(form, place, hand, writer, rng)
    elif label:
        crossed = None
        count = label
        if label == FULL and hand.kind not in ("plain", "box") and rng.random() < 0.025:
            count, crossed = (4, True) if rng.random() < 0.6 else (6, True)  # a crossed bundle counts as five
        faint = 1.0 if rng.random() < 0.93 else float(rng.uniform(0.35, 0.8))
        _ink(form, place, varied(count, FULL, hand, rng, crossed=crossed), rng, faint=faint)
    elif rng.random() < 0.08:
        _dirt(form, place, rng)


def _ink(
    form: Piece, place: int, lines: Strokes, rng: np.random.Generator, *, weight: float = 1.0, faint: float = 1.0
) -> None:
    """Draw lines in shares of a cell. OpenCV's pens are whole pixels wide: the fraction is rounded at random."""
    x0, y0, x1, y1 = form.rects[place]
    points = [np.rint((line * (x1 - x0, y1 - y0) + (x0, y0)) * 16).astype(np.int32) for line in lines]
    width = max(1, int(form.thick * weight * rng.uniform(0.9, 1.1) + rng.random()))
    if faint < 1.0:
        layer = np.zeros_like(form.pen)
        cv2.polylines(layer, points, False, round(255 * faint), width, cv2.LINE_AA, 4)
        np.maximum(form.pen, layer, out=form.pen)
    else:
        cv2.polylines(form.pen, points, False, 255, width, cv2.LINE_AA, 4)


def _own_mark(form: Piece, place: int, rng: np.random.Generator) -> None:
    """Draw a dash or a cross in an unused cell."""
    dx, dy = rng.uniform(0.2, 0.42, 2)
    x, y = 0.5 + rng.normal(0, 0.05, 2)
    if rng.random() < 0.7:
        _ink(form, place, [np.array([(x - dx, y + rng.normal(0, 0.06)), (x + dx, y)])], rng)
    else:
        arms = [np.array([(x - dx, y - dy), (x + dx, y + dy)]), np.array([(x + dx, y - dy), (x - dx, y + dy)])]
        _ink(form, place, arms, rng)


def _other(form: Piece, place: int, hand: TallyHand, writer: Writer, rng: np.random.Generator) -> None:
    """Draw content that is no count: strokes struck out, six strokes in a row, a scribble, a digit, a word, a blot."""
    kind = rng.random()
    if kind < 0.34:
        _ink(form, place, varied(int(rng.integers(1, 6)), FULL, hand, rng), rng)
        lines = [(scribble(rng, int(rng.integers(6, 14))) - 0.5) * rng.uniform(0.6, 0.95, 2) + 0.5]
        if rng.random() < 0.4:
            level = rng.uniform(0.3, 0.7, 2)
            lines = [np.array([(0.05, y), (0.95, y + rng.normal(0, 0.06))]) for y in (level[0], level[0] + 0.15)]
        _ink(form, place, lines, rng)
    elif kind < 0.4:  # two bundles in one cell
        apart = rng.uniform(0.0, 0.06)
        for side in (0.0, 0.5 + apart / 2):
            made = varied(FULL if side == 0 else int(rng.integers(2, FULL + 1)), FULL, hand, rng)
            _ink(form, place, [line * (0.5 - apart / 2, 1) + (side, 0) for line in made], rng, weight=0.7)
    elif kind < 0.48:
        pitch = rng.uniform(0.09, 0.14)
        lines = [
            np.array([(0.14 + pitch * i + rng.normal(0, 0.01), 0.2), (0.12 + pitch * i, 0.82)])
            for i in range(int(rng.integers(6, 8)))
        ]
        _ink(form, place, lines, rng, weight=0.8)
    elif kind < 0.62:
        size = rng.uniform(0.4, 1.1, 2)
        _ink(form, place, [(scribble(rng, int(rng.integers(8, 22))) - 0.5) * size + 0.5], rng)
    elif kind < 0.84:
        count = int(rng.integers(1, 3))
        for i in range(count):
            digit = str(rng.choice(list("023456789" if count == 1 else "0123456789")))
            lines = [
                (line - 0.5) * (0.8 / count, 0.8) + ((i + 0.5) / count, 0.5) for line in strokes(digit, writer, rng)
            ]
            _ink(form, place, lines, rng)
    elif kind < 0.92:
        x0, y0, _, y1 = form.rects[place]
        word = _WORDS[int(rng.integers(len(_WORDS)))]
        at = (round(x0 + rng.uniform(0, 14)), round(y0 + rng.uniform(0.65, 0.95) * (y1 - y0)))
        cv2.putText(form.pen, word, at, 0, float(rng.uniform(0.6, 1.0)), 255, 2, cv2.LINE_AA)
    else:
        x0, y0, x1, y1 = form.rects[place]
        center = round((x0 + x1) * 8 + rng.normal(0, 120)), round((y0 + y1) * 8 + rng.normal(0, 60))
        axes = int(rng.integers(90, 400)), int(rng.integers(80, 250))
        cv2.ellipse(form.pen, center, axes, float(rng.uniform(0, 180)), 0, 360, 255, -1, cv2.LINE_AA, 4)


def _fluid(form: Piece, place: int, hand: TallyHand, rng: np.random.Generator) -> None:
    """Draw correction fluid over part of a cell and its lines, below the strokes; old ink may show through."""
    x0, y0, x1, y1 = form.rects[place]
    center = round(rng.uniform(x0 + 10, x1 - 10)), round(rng.uniform(y0 + 4, y1 - 4))
    axes = int(rng.uniform(0.25, 0.7) * (x1 - x0)), int(rng.uniform(0.3, 0.8) * (y1 - y0))
    tone = int(rng.integers(244, 256))
    cv2.ellipse(form.paper, center, axes, float(rng.uniform(-20, 20)), 0, 360, tone, -1, cv2.LINE_AA)
    cv2.ellipse(form.pen, center, axes, 0.0, 0, 360, 0, -1, cv2.LINE_AA)
    if rng.random() < 0.35:
        ghost = varied(int(rng.integers(1, 6)), FULL, hand, rng)
        points = [np.rint((line * (x1 - x0, y1 - y0) + (x0, y0)) * 16).astype(np.int32) for line in ghost]
        cv2.polylines(form.paper, points, False, int(rng.integers(222, 246)), max(1, int(form.thick)), cv2.LINE_AA, 4)


def _dirt(form: Piece, place: int, rng: np.random.Generator) -> None:
    """Draw specks, and a dot of the pen."""
    x0, y0, x1, y1 = form.rects[place]
    for _ in range(int(rng.integers(1, 5))):
        at = round(rng.uniform(x0, x1)), round(rng.uniform(y0, y1))
        cv2.circle(form.paper, at, int(rng.integers(1, 3)), int(rng.integers(60, 230)), -1, cv2.LINE_AA)


def _strike(form: Piece, view: _View, rng: np.random.Generator) -> None:
    """Strike out the unused cells of the grid (`unused.over_cells`), as far as they lie in the piece."""
    kinds = tuple(_SPACE_SHARES)
    kind = kinds[int(rng.choice(len(kinds), p=tuple(_SPACE_SHARES.values())))]
    used, rest = -(-view.count // FULL), view.count % FULL
    begin = None
    if rest and rng.random() < 0.5:  # close to the last stroke, or across it, in its cell
        begin = (used - 1) % view.columns + 0.24 + 0.155 * rest + float(rng.uniform(-0.35, 0.05))
    lines = over_cells(kind, view.rows, view.columns, used, rng, begin)
    width, height = form.rects[0][2] - form.rects[0][0], form.rects[0][3] - form.rects[0][1]
    corner = np.array([form.rects[0][0] - view.column * width, form.rects[0][1] - view.row * height])
    _lines(form, [line * (width, height) + corner for line in lines], rng)


def _across(form: Piece, rows: int, columns: int, rng: np.random.Generator) -> None:
    """Strike out cells that may hold strokes: a line through a row of them, or through all rows."""
    left, top = form.rects[0][0], form.rects[0][1]
    width, height = form.rects[0][2] - left, form.rects[0][3] - top
    x0, x1 = sorted(rng.uniform(-0.6, columns + 0.6, 2))
    if x1 - x0 < 1.5:
        x0, x1 = -0.5, columns + 0.5
    y = int(rng.integers(rows)) + rng.uniform(0.35, 0.65)
    tilt = rng.normal(0, 0.06) if rng.random() < 0.7 else rng.uniform(-1, 1) * rows / 2
    levels = (0.0,) if rng.random() < 0.6 else (-0.1, 0.1)
    ends = [[(x0, y + d - tilt), (x1, y + d + tilt)] for d in levels]
    _lines(form, [_bent([(left + x * width, top + y * height) for x, y in points], rng) for points in ends], rng)


def _lines(form: Piece, lines: Strokes, rng: np.random.Generator) -> None:
    """Draw long lines (in px of the piece); the labels follow the length of the lines in each cell."""
    if not lines:
        return
    points = [np.rint(line * 16).astype(np.int32) for line in lines]
    thick = max(1, int(form.thick * rng.uniform(0.7, 1.15) + rng.random()))
    faint = 255 if rng.random() < 0.85 else int(rng.integers(110, 230))
    layer = np.zeros_like(form.pen)
    cv2.polylines(layer, points, False, faint, thick, cv2.LINE_AA, 4)
    np.maximum(form.pen, layer, out=form.pen)
    dense = np.concatenate([_dense(line) for line in lines])
    for place, (x0, y0, x1, y1) in enumerate(form.rects):
        x, y = (dense[:, 0] - x0) / (x1 - x0), (dense[:, 1] - y0) / (y1 - y0)
        inside = (x > 0.06) & (x < 0.94) & (y > 0.06) & (y < 0.94)
        length = float(inside.sum()) / (x1 - x0)
        amid = float((inside & (y > 0.2) & (y < 0.8)).sum()) / (x1 - x0)
        crosses = bool((inside & (x < 0.12)).any() and (inside & (x > 0.88)).any())  # from side to side
        if form.labels[place] in (0, CANCELLED):
            form.labels[place] = CANCELLED if length > 0.15 else form.labels[place]
        elif form.labels[place] != OTHER and crosses and amid > 0.75:
            form.labels[place] = OTHER  # strokes that are struck out
        elif form.labels[place] != OTHER and crosses and amid > 0.4:
            form.labels[place] = UNLABELLED  # it is ambiguous whether they still count


def _bent(points: list[tuple[float, float]], rng: np.random.Generator) -> NDArray[np.float64]:
    """A line near these points, slightly bent between them."""
    corners = np.array(points) + rng.normal(0, 2.0, (len(points), 2))
    parts = [corners[:1]]
    for start, end in pairwise(corners):
        along = np.linspace(0, 1, 9)[1:, None]
        parts.append(start + along * (end - start) + rng.normal(0, 1.5) * np.sin(np.pi * along) * (0, 1))
    return np.concatenate(parts)


def _dense(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points about a pixel apart along a line."""
    parts: list[NDArray[np.float64]] = []
    for start, end in pairwise(line):
        steps = max(1, int(np.linalg.norm(end - start)))
        parts.append(start + (np.arange(steps) / steps)[:, None] * (end - start))
    return np.concatenate(parts)


def _around(form: Piece, writer: Writer, rng: np.random.Generator) -> None:
    """Draw ink beside the grid: row totals and digits to the right, ink of other rows, a line along the edge."""
    height, width = form.pen.shape
    if rng.random() < 0.35:
        for row in range(3):
            top = form.rects[0][1] + row * (form.rects[0][3] - form.rects[0][1])
            for line in strokes(str(rng.integers(10)), writer, rng):
                tall = 0.8 * (form.rects[0][3] - form.rects[0][1])
                at = np.array([form.rects[-1][2] + rng.uniform(4, 10), top])
                points = np.rint((line * tall * (0.7, 1) + at) * 16).astype(np.int32)
                cv2.polylines(form.pen, [points], False, 255, max(1, int(form.thick)), cv2.LINE_AA, 4)
    if rng.random() < 0.12:
        y = float(rng.choice((form.rects[0][1] - rng.uniform(3, 20), form.rects[-1][3] + rng.uniform(3, 20))))
        points = np.rint(np.array([(0, y), (width, y + rng.normal(0, 5))]) * 16).astype(np.int32)
        cv2.polylines(form.pen, [points], False, 255, max(1, int(form.thick)), cv2.LINE_AA, 4)
    if rng.random() < 0.12:  # tails of strokes of the grid above or below
        y = float(rng.choice((form.rects[0][1] - 8, form.rects[-1][3] + 8)))
        for x in rng.uniform(0, width, int(rng.integers(2, 12))):
            points = np.rint(
                np.array([(x, y - rng.uniform(5, 14)), (x + rng.normal(0, 3), y + rng.uniform(5, 14))]) * 16
            )
            cv2.polylines(form.pen, [points.astype(np.int32)], False, 255, max(1, int(form.thick)), cv2.LINE_AA, 4)
    if rng.random() < 0.1:  # printed words beside the grid
        at = (int(rng.integers(-60, 10)), int(rng.integers(20, height)))
        cv2.putText(form.paper, "JUMLAH", at, 0, float(rng.uniform(0.4, 0.7)), 40, 1, cv2.LINE_AA)
