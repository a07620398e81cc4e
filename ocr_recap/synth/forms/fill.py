"""Fills in a page of a form: digits, bubbles, tally marks, row totals, words, and squiggles in place of signatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from ...forms import drawing
from ...forms.fields import Bubbles, FormField, RowTotals, Tally
from ...forms.template import Template
from ..writing import ink, marks
from ..writing.hand import Hand, Manner, cell, character, plain
from ..writing.marks import BubbleKind, TallyMarks
from ..writing.sheet import PageImage, Sheet
from ..writing.strikes import StrikeKind, strike
from ..writing.strokes import Strokes, Writer, scribble, signature
from ..writing.unused import SpaceKind, over_totals
from .words import WrittenWords, draw_words

_TALL = 30.0  # mm; a higher private region is a table of several rows
_BLANKS = 16  # cached pages, some 4 MB each


@dataclass(frozen=True)
class Struck:
    """A number that is struck out: the kinds of its lines, and the text in the boxes."""

    kind: StrikeKind
    text: str


@dataclass(frozen=True)
class FieldWriting:
    """Writing in one field; None leaves a part of it blank.

    Attributes:
        text: one character per cell from the left (0-9, X, -, space); a shorter text leaves the last cells blank.
        bubbles: a tuple of marked digits per column (empty, one or several).
        tally: number of strokes in the grid, drawn neatly; ignored where `strokes` is given.
        row_totals: one number per row; ignored where `row_texts` is given.
        manners: manner of filling for each cell; empty means plain everywhere.
        was: per cell the digit that a correction replaced; a space where there is none.
        bubble_kinds: kind of mark for each entry of `bubbles`; None means full everywhere.
        strokes: strokes per grid cell and their style.
        row_texts: one text per row total, a character per box from the left.
        bubbles_struck: True where a line runs through the bubbles.
        struck: another text in the boxes that is struck out; `text` is then written beside the boxes.
        unused: lines over the empty boxes; numbers of one kind in a row share the lines.
        words: the number in words.
    """

    text: str
    bubbles: tuple[tuple[int, ...], ...] | None = None
    tally: int | None = None
    row_totals: tuple[int, ...] | None = None
    manners: tuple[Manner, ...] = ()
    was: str = ""
    bubble_kinds: tuple[tuple[BubbleKind, ...], ...] | None = None
    strokes: TallyMarks | None = None
    row_texts: tuple[str, ...] | None = None
    struck: Struck | None = None
    bubbles_struck: bool = False
    unused: SpaceKind | None = None
    words: WrittenWords | None = None


def fill_page(
    template: Template,
    page_id: str,
    writing: Mapping[str, FieldWriting],
    writer: Writer | Hand,
    rng: np.random.Generator,
    pixels_per_mm: float,
    *,
    signatures: bool = True,
    cancel_unused: bool = False,
) -> PageImage:
    """Draw one page of the form as a writer filled it in, flat and clean.

    Args:
        template: the form.
        page_id: page to draw.
        writing: writing by field id; fields of other pages are ignored.
        writer: hand or style of the writer.
        rng: variation of this sheet; the same state gives the same sheet.
        pixels_per_mm: resolution; millimetre (x, y) lies at pixel (x, y) * pixels_per_mm - 0.5.
        signatures: draw invented squiggles in private regions and the header.
        cancel_unused: strike unused grid rows with one long Z (of a neat `tally`).

    Returns:
        (h, w, 3) BGR uint8.
    """
    blank = blank_page(template, page_id, pixels_per_mm)
    hand = writer if isinstance(writer, Hand) else plain(writer)
    sheet = Sheet(np.repeat(blank[:, :, None], 3, axis=2), pixels_per_mm, hand.writer, rng)
    for field in template.fields_of(page_id):
        if field.id in writing:
            _field(sheet, hand, field, writing[field.id], cancel_unused)
    _close_boxes(sheet, template.fields_of(page_id), writing)
    for field in template.fields_of(page_id):
        words = writing[field.id].words if field.id in writing else None
        if words is not None and field.words is not None:
            draw_words(sheet, hand, field, template.page(page_id), words)
    if signatures:
        page = template.page(page_id)
        for region in page.private:
            x0, y0, x1, y1 = region.rect
            rows = 1 if y1 - y0 <= _TALL else round((y1 - y0) / 7.5)
            height = (y1 - y0) / rows
            for top in y0 + height * np.arange(rows):
                for x in np.arange(x0, x1 - 20, 33.0):
                    edge = 2 if rows == 1 else 0.5
                    _squiggle(
                        sheet, (float(x) + 4, float(top) + edge, min(float(x) + 28, x1), float(top) + height - edge)
                    )
        if page.header:
            x0, y0, x1, y1 = page.header
            for y in np.arange(y0, y1 - 3, 6.2):
                _squiggle(sheet, (x0 + 0.3 * (x1 - x0), float(y) + 0.8, x0 + 0.45 * (x1 - x0), float(y) + 4.5))
    return sheet.image


_blanks: dict[tuple[Template, str, float], NDArray[np.uint8]] = {}


def blank_page(template: Template, page_id: str, pixels_per_mm: float) -> NDArray[np.uint8]:
    """`drawing.raster`, cached per page and scale: gray uint8 (h, w), read only."""
    key = (template, page_id, pixels_per_mm)  # by content, since every job has its own copy of the template
    if key not in _blanks:
        if len(_blanks) >= _BLANKS:
            _blanks.clear()
        _blanks[key] = drawing.raster(template, page_id, pixels_per_mm)
        _blanks[key].flags.writeable = False
    return _blanks[key]


def _field(sheet: Sheet, hand: Hand, field: FormField, writing: FieldWriting, cancel_unused: bool) -> None:
    guided = field.guide == "seven_segment"
    boxed = writing.text if writing.struck is None else writing.struck.text
    for i, (char, rect) in enumerate(zip(boxed, field.cells.rects(), strict=False)):
        manner: Manner = writing.manners[i] if i < len(writing.manners) else "plain"
        cell(sheet, hand, char, rect, manner, writing.was[i : i + 1] or " ", guided=guided)
    if writing.struck is not None:
        sheet.draw(strike(writing.struck.kind, field.cells.outline(), sheet.rng))
        _beside(sheet, hand, field, writing.text.strip())
    for witness in field.witnesses:
        match witness:
            case Bubbles() if writing.bubbles is not None:
                _bubbles(sheet, field, witness, writing)
            case Tally() if writing.strokes is not None:
                totals = next((w for w in field.witnesses if isinstance(w, RowTotals)), None)
                marks.tally(sheet, witness, writing.strokes, totals)
            case Tally() if writing.tally is not None:
                _tally(sheet, witness, writing.tally, cancel_unused)
            case RowTotals() if writing.row_texts is not None:
                for text, boxes in zip(writing.row_texts, row_boxes(witness), strict=False):
                    _row_total(sheet, hand, text, boxes)
            case RowTotals() if writing.row_totals is not None:
                _row_totals(sheet, witness, writing.row_totals)
            case _:
                pass


def _close_boxes(sheet: Sheet, fields: Sequence[FormField], writing: Mapping[str, FieldWriting]) -> None:
    """Draw the lines over the empty boxes of numbers that stand one below the other."""

    def kind_of(field: FormField) -> SpaceKind | None:
        return writing[field.id].unused if field.id in writing else None

    for kind, run in groupby(fields, key=kind_of):
        if kind is None:
            continue
        boxes = [field.cells.outline() for field in run]
        rng = sheet.rng.spawn(1)[0]
        middles = np.array([(y0 + y1) / 2 for _, y0, _, y1 in boxes])
        height = float(np.mean([y1 - y0 for _, y0, _, y1 in boxes]))
        x0, x1 = boxes[0][0], boxes[0][2]
        over = rng.uniform(0.1, 0.5, 2) * height  # the lines reach beyond the boxes
        for line in over_totals(kind, len(boxes), 1, 0, rng):
            rows = line[:, 1] - 0.5
            y = np.interp(rows, np.arange(len(boxes)), middles) + height * (rows - rows.clip(0, len(boxes) - 1))
            x = x0 - over[0] + (line[:, 0] - 0.2) / 0.6 * (x1 - x0 + over.sum())
            sheet.draw([np.stack([x, y], axis=1)])


def _beside(sheet: Sheet, hand: Hand, field: FormField, text: str) -> None:
    """Draw a number beside its boxes: on their right where the page has room, else above them, slightly smaller."""
    rng = sheet.rng
    _, y0, x1, y1 = field.cells.outline()
    height = float(rng.uniform(0.6, 0.9)) * (y1 - y0)
    width = 0.75 * height
    right = x1 + 0.25 * height + width * len(text) < sheet.image.shape[1] / sheet.scale
    left = x1 + 0.25 * height if right else x1 - width * len(text)
    top = float(rng.normal((y0 + y1) / 2, 0.05 * height)) - height / 2 if right else y0 - 1.1 * height
    for i, char in enumerate(text):
        character(sheet, hand, char, (left + i * width, top, left + (i + 1) * width, top + height), pen=0.9)


def row_boxes(grid: RowTotals) -> list[list[ink.Rect]]:
    """Boxes of each row total, millimetres."""
    x0, y0, x1, y1 = grid.grid
    width, height = (x1 - x0) / grid.cells, (y1 - y0) / grid.rows
    return [
        [(x0 + i * width, y0 + row * height, x0 + (i + 1) * width, y0 + (row + 1) * height) for i in range(grid.cells)]
        for row in range(grid.rows)
    ]


def _row_total(sheet: Sheet, hand: Hand, text: str, boxes: list[ink.Rect]) -> None:
    """Draw a row total: a digit per box, or the whole number in a single box."""
    x0, y0, x1, y1 = (*boxes[0][:2], *boxes[-1][2:])
    width = (x1 - x0) / len(text)
    if len(text) > len(boxes):  # a number in one box is as wide as its digits need
        width = min(width, 0.8 * (y1 - y0))
        x0 += ((x1 - x0) - width * len(text)) / 2
    pen = min(1.0, width / 8 / hand.writer.pen_mm)
    for i, char in enumerate(text):
        character(sheet, hand, char, (x0 + i * width, y0, x0 + (i + 1) * width, y1), pen=pen)


def _bubbles(sheet: Sheet, field: FormField, bubbles: Bubbles, writing: FieldWriting) -> None:
    for i, (column, digits) in enumerate(zip(bubbles.centers(field.cells.count), writing.bubbles or (), strict=False)):
        for j, digit in enumerate(digits):
            kind: BubbleKind = writing.bubble_kinds[i][j] if writing.bubble_kinds else "full"
            marks.bubble(sheet, float(column[digit, 0]), float(column[digit, 1]), bubbles.radius, kind)
    if writing.bubbles_struck:
        marks.strike_bubbles(sheet, bubbles, field.cells.count)


def _tally(sheet: Sheet, grid: Tally, count: int, cancel_unused: bool) -> None:
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


def _row_totals(sheet: Sheet, grid: RowTotals, totals: Sequence[int]) -> None:
    blank = " " if sheet.writer.seed % 3 else "0"  # before a number with fewer digits
    for total, boxes in zip(totals, row_boxes(grid), strict=False):
        for char, rect in zip(str(total).rjust(grid.cells, blank)[-grid.cells :], boxes, strict=True):
            lines = ink.write(char, sheet.writer, rect, sheet.rng)
            sheet.draw(lines, min(sheet.writer.pen_mm, (rect[2] - rect[0]) / 8))


def _squiggle(sheet: Sheet, rect: ink.Rect) -> None:
    x0, y0, x1, y1 = rect
    size = np.array([x1 - x0, y1 - y0])
    lines = signature(sheet.rng) if sheet.rng.random() < 0.5 else [scribble(sheet.rng, int(sheet.rng.integers(8, 16)))]
    sheet.draw([np.clip(line, 0, 1) * size + (x0, y0) for line in lines], min(0.4, sheet.writer.pen_mm))
