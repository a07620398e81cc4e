"""Hands: the writer of a document, and how one character gets into one cell, cleanly or with a correction.

A hand writes digits with the stroke model, or with digits cut out of a slice of a public source. Crosses, dashes and
marks always come from the stroke model. The name of a hand identifies it (`strokes-120`, `semeion-train-3`), and its
part (training, calibration, test) never changes: see `sources`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from . import ink
from .sheet import Rect, Sheet
from .sources import HELD_OUT, Source, Split, load_pack, split_of, writer_seed
from .strikes import amend
from .strokes import Strokes, Writer

Writers = Literal["train", "calibration", "test", "shift"]
Manner = Literal["plain", "over_edge", "neighbour", "struck", "overwritten", "rewritten", "amended", "fluid"]

# Manners that correct an earlier character.
CORRECTIONS: tuple[Manner, ...] = ("struck", "overwritten", "fluid", "rewritten", "amended")
SLICE = 5  # images per digit in one writer's slice; adjacent images in the file are mostly by one person
# Parts of the writers.
_SPLITS = ("train", "calibration", "test")
_GLYPH_SHARE = 0.25  # share of hands that write with digits of a public source; by judgement


@dataclass(frozen=True)
class Hand:
    """One writer.

    Attributes:
        name: name of the style or slice.
        writer: style of the stroke model: pen, ink, size; and the shapes of digits where `glyphs` is None.
        glyphs: digits of one slice of a source, or None.
        size: factor on the writer's size; some people write half as tall as their boxes.
        speed: 0 careful ... 1 hurried: rounder, less steady, strokes end thin and run on.
    """

    name: str
    writer: Writer
    glyphs: Source | None = None
    size: float = 1.0
    speed: float = 0.0


def plain(writer: Writer) -> Hand:
    """Hand that writes with the stroke model's writer unchanged."""
    return Hand(f"strokes-{writer.seed}", writer)


def draw_hand(writers: Writers, rng: np.random.Generator) -> Hand:
    """Draw a random hand of one part. `shift` hands write only held-out digits, with pens of test writers."""
    split: Split = "test" if writers == "shift" else writers
    if writers == "shift" or rng.random() < _GLYPH_SHARE:
        source = HELD_OUT if writers == "shift" else "semeion"
        return named(f"{source}-{writers}-{int(rng.integers(slices(source, writers)))}")
    return named(f"strokes-{writer_seed(split, rng)}")


def named(name: str) -> Hand:
    """Hand with this name; the same name always gives the same hand.

    Raises:
        ValueError: there is no such hand.
    """
    kind, _, rest = name.partition("-")
    if kind == "strokes" and rest.isdigit():
        return _stroke_hand(int(rest), name)
    writers, _, number = rest.partition("-")
    known = (kind == "semeion" and writers in _SPLITS) or (kind == HELD_OUT and writers == "shift")
    if known and number.isdigit() and int(number) < slices(kind, writers):  # type: ignore[arg-type]
        return _slice_hand(kind, writers, int(number), name)  # type: ignore[arg-type]
    raise ValueError(f"{name!r} is no writer; names are like strokes-120, semeion-train-3, {HELD_OUT}-shift-5")


def writers_of(hand: Hand) -> Writers:
    """Part that a hand belongs to."""
    if hand.glyphs is None:
        return split_of(hand.writer.seed)
    return hand.name.split("-")[1]  # type: ignore[return-value]


def slices(source: str, writers: Writers) -> int:
    """Number of writers that a source gives to one part."""
    labels = _part(source, writers).labels
    return int(np.bincount(labels, minlength=10).min()) // SLICE


def character(sheet: Sheet, hand: Hand, char: str, rect: Rect, *, guided: bool = False, pen: float = 1.0) -> None:
    """Write one character (0-9, X, -, space) into a cell `rect` [x0, y0, x1, y1], millimetres; `pen` scales the pen."""
    rng = sheet.rng
    if hand.glyphs is not None and char.isdigit():
        _glyph(sheet, hand, int(char), rect, pen)
        return
    lines = ink.write(char, hand.writer, rect, rng, guided=guided)
    if hand.size != 1.0 and not (guided and hand.writer.seven_segment):
        middle = np.array([(rect[0] + rect[2]) / 2, (rect[1] + rect[3]) / 2])
        lines = [(line - middle) * hand.size + middle for line in lines]
    width = None if pen == 1.0 else hand.writer.pen_mm * pen
    if hand.speed < 0.4:
        sheet.draw(lines, width)
        return
    bodies, tails = _run_on(lines, hand.speed, rng)
    sheet.draw(bodies, width)
    sheet.draw(tails, 0.6 * (width or hand.writer.pen_mm))


def cell(sheet: Sheet, hand: Hand, char: str, rect: Rect, manner: Manner, was: str, *, guided: bool = False) -> None:
    """Write one cell in a given manner.

    Args:
        sheet: page that is written on.
        hand: the writer.
        char: character that counts (0-9, X, -, space).
        rect: [x0, y0, x1, y1] of the cell, millimetres.
        manner: manner of writing.
        was: digit that a correction replaces.
        guided: True when the cell has a dotted guide.
    """
    rng = sheet.rng
    width, height = rect[2] - rect[0], rect[3] - rect[1]
    match manner:
        case "plain":
            character(sheet, hand, char, rect, guided=guided)
        case "over_edge":
            # The body becomes slightly higher than the cell, independent of the hand's usual size.
            grow = (float(rng.uniform(1.02, 1.35)) / (hand.writer.size * hand.size) - 1) / 2
            larger = np.array(rect) + grow * np.array([-width, -height, width, height])
            character(sheet, hand, char, _shifted(larger, rng.normal(0, 0.06, 2) * (width, height)))
        case "neighbour":
            side = 1 if rng.random() < 0.5 else -1
            move = np.array([side * rng.uniform(0.18, 0.32) * width, rng.normal(0, 0.05) * height])
            character(sheet, replace(hand, size=max(0.85, hand.size)), char, _shifted(np.array(rect), move))
        case "struck":
            left = _inside(rect, (-0.02, 0.08, 0.52, 1.0))
            character(sheet, hand, was, left)
            sheet.draw(_strike(left, slim=was in "017", rng=rng))
            beside = _inside(rect, (0.53, float(rng.uniform(-0.15, 0.1)), 1.06, float(rng.uniform(0.75, 1.0))))
            character(sheet, replace(hand, size=max(0.9, hand.size)), char, beside)
        case "overwritten":
            character(sheet, hand, was, rect, guided=guided)
            character(sheet, hand, char, rect, guided=guided, pen=float(rng.uniform(1.4, 2.1)))
        case "rewritten":
            # Both inks are equally dark: the same pen, or a similar one.
            character(sheet, hand, was, rect, guided=guided)
            character(sheet, hand, char, rect, guided=guided, pen=float(rng.uniform(0.7, 1.2)))
        case "amended":
            character(sheet, replace(hand, glyphs=None), was, rect, guided=guided)
            added = amend(int(was), int(char), hand.writer, rng)
            sheet.draw(ink.place(added, hand.writer, rect, rng))
        case "fluid":
            if rng.random() < 0.7:  # else the fluid covers no digit: it is from an adjacent cell, or the cell was empty
                character(sheet, hand, was, rect, guided=guided)
            reach = rng.uniform(0.42, 0.62, 2) * (width, height)
            x, y = np.array([rect[0] + width / 2, rect[1] + height / 2]) + rng.normal(0, 0.06, 2) * (width, height)
            opacity = 1.0 if rng.random() < 0.6 else float(rng.uniform(0.78, 0.97))
            sheet.fluid((x - reach[0], y - reach[1], x + reach[0], y + reach[1]), opacity)
            character(sheet, hand, char, rect, guided=guided)


def _stroke_hand(seed: int, name: str) -> Hand:
    rng = np.random.default_rng((0x4A2D, seed))
    writer = Writer.from_seed(seed)
    size = float(rng.uniform(0.62, 0.9)) if rng.random() < 0.25 else 1.0
    return _hurried(Hand(name, writer, None, size), float(rng.beta(1.3, 2.5)))


def _slice_hand(source: str, writers: Writers, number: int, name: str) -> Hand:
    rng = np.random.default_rng((0x51CE, len(source), (*_SPLITS, "shift").index(writers), number))
    split: Split = "test" if writers == "shift" else writers
    part = _part(source, writers)
    chosen = [np.flatnonzero(part.labels == digit)[number * SLICE : (number + 1) * SLICE] for digit in range(10)]
    places = np.concatenate(chosen)
    glyphs = Source(part.images[places], part.labels[places], part.proportions)
    return Hand(name, Writer.from_seed(writer_seed(split, rng)), glyphs, float(rng.uniform(0.7, 1.0)))


def _hurried(hand: Hand, speed: float) -> Hand:
    writer = hand.writer
    hurried = replace(
        writer,
        roundness=min(1.0, writer.roundness + 0.4 * speed * (0 if writer.seven_segment else 1)),
        shake=writer.shake * (1 + 0.6 * speed),
    )
    return replace(hand, writer=hurried, speed=speed)


@lru_cache(maxsize=8)
def _part(source: str, writers: Writers) -> Source:
    whole = load_pack()[source]
    return whole if writers == "shift" else whole.part(writers)


def _glyph(sheet: Sheet, hand: Hand, digit: int, rect: Rect, pen: float) -> None:
    """Draw a digit of the slice, as tall as the hand writes, and as wide as its shape and the cell allow."""
    rng, glyphs = sheet.rng, hand.glyphs
    assert glyphs is not None
    own = np.flatnonzero(glyphs.labels == digit)
    bitmap = glyphs.images[own[int(rng.integers(len(own)))]]
    width, height = (rect[2] - rect[0]) * sheet.scale, (rect[3] - rect[1]) * sheet.scale
    tall = height * hand.writer.size * hand.size * float(np.exp(rng.normal(0, 0.06)))
    if glyphs.proportions:
        rows, columns = (np.flatnonzero(bitmap.max(axis=axis) > 60) for axis in (1, 0))
        shape = (np.ptp(columns) + 1) / (np.ptp(rows) + 1) * float(np.exp(rng.normal(0, 0.1)))
    elif digit != 1:
        shape = float(np.clip(rng.normal(hand.writer.aspect, 0.05), 0.45, 0.85))
    else:  # these sources stretch digits to one width: a 1 as a slab was a plain stroke, others have a flag or a base
        rows, columns = np.flatnonzero(bitmap.max(axis=1)), np.flatnonzero(bitmap.max(axis=0))
        slab = bitmap[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].mean() > 0.6 * 255
        shape = float(rng.uniform(0.1, 0.2) if slab else rng.uniform(0.3, 0.5))
    wide = min(tall * shape, 0.88 * width)
    tall = min(tall, 2.4 * wide) if shape > 0.5 else tall
    thickness = float(np.clip((hand.writer.pen_mm * pen - 0.6) / 0.5, -0.5, 0.9))
    size = (max(3, round(wide)), max(6, round(tall)))
    mask = ink.glyph_mask(bitmap, size, thickness, float(rng.normal(0, 0.05)), float(rng.normal(0, 2)))
    x = (rect[0] + rect[2]) / 2 + rng.normal(0, 0.05) * (rect[2] - rect[0])
    y = (rect[1] + rect[3]) / 2 + rng.normal(0, 0.04) * (rect[3] - rect[1])
    sheet.stamp(mask, (float(x), float(y)))


def _run_on(lines: Strokes, speed: float, rng: np.random.Generator) -> tuple[Strokes, Strokes]:
    """Bodies and thin tails of strokes; the tail of a hurried stroke extends past its end."""
    bodies: Strokes = []
    tails: Strokes = []
    for line in lines:
        if len(line) < 6:
            bodies.append(line)
            continue
        cut = len(line) - max(2, round(len(line) * 0.3 * speed))
        onward = (line[-1] - line[-3]) * rng.uniform(0, 1.5) * speed
        bodies.append(line[:cut])
        tails.append(np.vstack([line[cut - 1 :], line[-1] + onward]))
    return bodies, tails


def _strike(rect: Rect, *, slim: bool, rng: np.random.Generator) -> Strokes:
    """One or two lines through the content of `rect`: two level lines through a slim character, else a cross."""
    x0, y0, x1, y1 = rect
    lines: Strokes = []
    level = slim or rng.random() < 0.4
    for i in range(2 if slim or rng.random() < 0.5 else 1):
        y = (y0 + y1) / 2 + (i - 0.3) * 0.18 * (y1 - y0) + rng.normal(0, 0.04) * (y1 - y0)
        rise = (rng.uniform(-0.05, 0.05) if level else rng.uniform(0.2, 0.4)) * (y1 - y0)
        reach = rng.uniform(-0.05, 0.05) * (x1 - x0)
        lines.append(np.array([(x0 - reach, y + rise), ((x0 + x1) / 2, y), (x1 + reach, y - rise)]))
    return lines


def _inside(rect: Rect, shares: tuple[float, float, float, float]) -> Rect:
    x0, y0, x1, y1 = rect
    width, height = x1 - x0, y1 - y0
    return x0 + shares[0] * width, y0 + shares[1] * height, x0 + shares[2] * width, y0 + shares[3] * height


def _shifted(rect: np.typing.NDArray[np.float64], move: np.typing.NDArray[np.float64]) -> Rect:
    x0, y0, x1, y1 = (float(v) for v in rect + np.tile(move, 2))
    return x0, y0, x1, y1
