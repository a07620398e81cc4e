"""Fills a page of a form by hand: digits, bubbles, tally marks, row totals, and squiggles where people sign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .. import draw
from ..template import Bubbles, FormField, RowTotals, Tally, Template
from . import ink
from .strokes import Strokes, Writer, scribble, signature

PageImage = NDArray[np.uint8]


@dataclass(frozen=True)
class FieldWriting:
    """What is written into one field; None leaves a part of it blank.

    `text` has one character per cell from the left (0-9, X, -, space; shorter texts leave the last cells blank),
    `bubbles` one tuple of filled digits per column (empty, one or several), `tally` the number of strokes in the grid,
    `row_totals` one number per row.
    """

    text: str
    bubbles: tuple[tuple[int, ...], ...] | None = None
    tally: int | None = None
    row_totals: tuple[int, ...] | None = None


@dataclass
class _Sheet:
    """The page under the pen; lines come in millimetres."""

    image: PageImage
    scale: float
    writer: Writer
    rng: np.random.Generator

    def draw(self, lines: Strokes, pen_mm: float | None = None) -> None:
        width = (self.writer.pen_mm if pen_mm is None else pen_mm) * self.scale
        ink.draw(self.image, [line * self.scale - 0.5 for line in lines], self.writer, width, self.rng)


def fill_page(
    template: Template,
    page_id: str,
    writing: Mapping[str, FieldWriting],
    writer: Writer,
    rng: np.random.Generator,
    pixels_per_mm: float,
    *,
    signatures: bool = True,
    cancel_unused: bool = False,
) -> PageImage:
    """One page of the form as a writer filled it in, flat and clean: BGR uint8.

    Args:
        template: the form.
        page_id: which page.
        writing: field id -> what to write; fields of other pages are ignored.
        writer: whose hand.
        rng: variation of this sheet; the same state gives the same sheet.
        pixels_per_mm: resolution; millimetre (x, y) lies at pixel (x, y) * pixels_per_mm - 0.5.
        signatures: put invented squiggles into private regions and the header.
        cancel_unused: strike grid rows that were not used with one long Z.
    """
    blank = draw.raster(template, page_id, pixels_per_mm)
    sheet = _Sheet(np.repeat(blank[:, :, None], 3, axis=2), pixels_per_mm, writer, rng)
    for field in template.fields_of(page_id):
        if field.id in writing:
            _field(sheet, field, writing[field.id], cancel_unused)
    if signatures:
        page = template.page(page_id)
        for region in page.private:
            x0, y0, x1, y1 = region.rect
            for x in np.arange(x0, x1 - 20, 33.0):
                _squiggle(sheet, (float(x) + 4, y0 + 2, min(float(x) + 28, x1), y1 - 2))
        if page.header:
            x0, y0, x1, y1 = page.header
            for y in np.arange(y0, y1 - 3, 6.2):
                _squiggle(sheet, (x0 + 0.3 * (x1 - x0), float(y) + 0.8, x0 + 0.45 * (x1 - x0), float(y) + 4.5))
    return sheet.image


def _field(sheet: _Sheet, field: FormField, writing: FieldWriting, cancel_unused: bool) -> None:
    guided = field.guide == "seven_segment"
    for char, rect in zip(writing.text, field.cells.rects(), strict=False):
        sheet.draw(ink.write(char, sheet.writer, rect, sheet.rng, guided=guided))
    for witness in field.witnesses:
        match witness:
            case Bubbles() if writing.bubbles is not None:
                for column, digits in zip(witness.centers(field.cells.count), writing.bubbles, strict=False):
                    for digit in digits:
                        _bubble(sheet, float(column[digit, 0]), float(column[digit, 1]), witness.radius)
            case Tally() if writing.tally is not None:
                _tally(sheet, witness, writing.tally, cancel_unused)
            case RowTotals() if writing.row_totals is not None:
                _row_totals(sheet, witness, writing.row_totals)
            case _:
                pass


def _bubble(sheet: _Sheet, x: float, y: float, radius: float) -> None:
    """Filled by going round or to and fro; nobody hits the rim exactly."""
    rng = sheet.rng
    center = np.array([x, y]) + rng.normal(0, 0.08 * radius, 2)
    reach = radius * rng.uniform(0.72, 1.0)
    if rng.random() < 0.6:
        angles = np.linspace(0, 2 * np.pi * 3, 50) + rng.uniform(0, 6)
        r = np.linspace(reach, 0.1 * reach, 50) * (1 + rng.normal(0, 0.05, 50))
        line = center + np.stack([r * np.cos(angles), r * np.sin(angles)], axis=1)
    else:
        steps = np.linspace(-0.95, 0.95, 14)
        half = np.sqrt(1 - steps**2) * np.where(np.arange(14) % 2, 1, -1) * (1 + rng.normal(0, 0.08, 14))
        line = center + reach * np.stack([half, steps], axis=1) @ _rotation(rng.uniform(-0.9, 0.9))
    sheet.draw([line], max(sheet.writer.pen_mm, 0.28 * radius))


def _tally(sheet: _Sheet, grid: Tally, count: int, cancel_unused: bool) -> None:
    rng = sheet.rng
    x0, y0, x1, y1 = grid.grid
    width, height = (x1 - x0) / grid.columns, (y1 - y0) / grid.rows
    slashed = rng.random() < 0.85  # some people write five plain strokes
    pen = min(sheet.writer.pen_mm, width / 10)
    left = min(count, grid.rows * grid.columns * grid.strokes)
    used = 0
    for place in range(grid.rows * grid.columns):
        if left <= 0:
            break
        row, column = divmod(place, grid.columns)
        used = row + 1
        here = min(left, grid.strokes)
        left -= here
        corner = np.array([x0 + column * width, y0 + row * height])
        upright = grid.strokes - 1 if slashed and grid.strokes > 1 else grid.strokes
        lines: Strokes = []
        lean = rng.normal(0, 0.05)
        for i in range(min(here, upright)):
            x = 0.2 + 0.6 * (i + 0.5) / upright + rng.normal(0, 0.015)
            ends = [(x + lean, rng.uniform(0.12, 0.25)), (x - lean, rng.uniform(0.75, 0.9))]
            lines.append(corner + np.array(ends) * (width, height))
        if here > upright:
            ends = [
                (rng.uniform(0.05, 0.18), rng.uniform(0.65, 0.85)),
                (rng.uniform(0.82, 0.95), rng.uniform(0.15, 0.35)),
            ]
            lines.append(corner + np.array(ends) * (width, height))
        sheet.draw(lines, pen)
    if cancel_unused and used < grid.rows:
        top, bottom = y0 + (used + 0.25) * height, y1 - 0.25 * height
        z = [(x0 + width / 2, top), (x1 - width / 2, top), (x0 + width / 2, bottom), (x1 - width / 2, bottom)]
        sheet.draw([np.array(z) + rng.normal(0, 0.15 * height, (4, 2))], pen)


def _row_totals(sheet: _Sheet, grid: RowTotals, totals: Sequence[int]) -> None:
    x0, y0, x1, y1 = grid.grid
    width, height = (x1 - x0) / grid.cells, (y1 - y0) / grid.rows
    blank = " " if sheet.writer.seed % 3 else "0"  # before a number with fewer digits
    for row, total in enumerate(totals[: grid.rows]):
        for i, char in enumerate(str(total).rjust(grid.cells, blank)[-grid.cells :]):
            rect = (x0 + i * width, y0 + row * height, x0 + (i + 1) * width, y0 + (row + 1) * height)
            lines = ink.write(char, sheet.writer, rect, sheet.rng)
            sheet.draw(lines, min(sheet.writer.pen_mm, width / 8))


def _squiggle(sheet: _Sheet, rect: ink.Rect) -> None:
    x0, y0, x1, y1 = rect
    size = np.array([x1 - x0, y1 - y0])
    lines = signature(sheet.rng) if sheet.rng.random() < 0.5 else [scribble(sheet.rng, int(sheet.rng.integers(8, 16)))]
    sheet.draw([np.clip(line, 0, 1) * size + (x0, y0) for line in lines], min(0.4, sheet.writer.pen_mm))


def _rotation(angle: float) -> NDArray[np.float64]:
    return cv2.getRotationMatrix2D((0, 0), float(np.degrees(angle)), 1.0)[:, :2].astype(np.float64)
