"""Content of training cells that is not a single digit, cross or dash: corrections, letters, turned digits, doodles.

A reader must call such a cell *other*. Paper holds far more shapes than can be listed, so the shapes here are varied
rather than realistic: training on turned digits and random lines teaches a net the boundary of the digit classes. The
shapes that test this (`training/digits/strange.py`) are never drawn here.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from ...imaging.arrays import FloatArray
from ..writing import ink
from ..writing.strokes import Strokes, Writer, other, random_line, scribble, strike_lines, strokes
from .cellpaper import SIDE, DrawnRow, Rect

_LETTERS = "ACEFHKMNPRTUVWYadefhkmnprtuvwy#&%@?"
# Digits that are no digits when mirrored, or after a quarter turn. (A mirrored 2 is an S and a mirrored 5 a 2; 0 and 8
# stay digits; a turned 1 is a dash.)
_MIRRORED, _TURNED = "34679", "2345679"


def write_other(form: DrawnRow, rect: Rect, rng: np.random.Generator) -> None:
    """Draw content of the class *other* into the cell."""
    kind = int(rng.choice(len(_KINDS), p=[share for share, _ in _KINDS]))
    _KINDS[kind][1](form, rect, rng)


def shape(writer: Writer, rng: np.random.Generator) -> Strokes:
    """Lines of the unit box that are not a digit, cross or dash: the kinds of `write_other` that a pen can draw."""
    shares = np.array([share for share, _ in _SHAPES])
    return _SHAPES[int(rng.choice(len(_SHAPES), p=shares / shares.sum()))][1](writer, rng)


def write_over(form: DrawnRow, rect: Rect, digit: int, weight: float, rng: np.random.Generator) -> None:
    """Draw a digit over another one, with a pen `weight` times as wide: a correction."""
    was = (digit + int(rng.integers(1, 10))) % 10
    form.ink(ink.write(str(was), form.writer, rect, rng, guided=form.guided), rng)
    form.ink(ink.write(str(digit), form.writer, rect, rng, guided=form.guided), rng, weight)


def spoil(form: DrawnRow, rect: Rect, digit: int, rng: np.random.Generator) -> list[Rect]:
    """Make a cell *other* that shall hold a digit: strike the digit out, or leave room for a second one.

    Args:
        form: row of the cell.
        rect: the cell.
        digit: digit that will be drawn in the first place.
        rng: random generator.

    Returns:
        Places of one or two digits; lines through the first one are drawn already.
    """
    x0, y0, x1, y1 = rect
    width, height = x1 - x0, y1 - y0
    kind = int(rng.choice(3, p=(0.4, 0.35, 0.25)))  # struck out, two digits, a struck digit and another one
    if kind == 0:
        form.ink(ink.place(strike_lines(form.writer, rng, slim=digit in (0, 1, 7)), form.writer, rect, rng), rng)
        return [rect]
    left = (x0 - 0.02 * width, y0 + 0.05 * height, x0 + float(rng.uniform(0.45, 0.58)) * width, y1)
    right = (left[2], y0 + rng.uniform(-0.1, 0.1) * height, x1 + 0.04 * width, y0 + rng.uniform(0.8, 1.0) * height)
    if kind == 2:
        lines = strike_lines(form.writer, rng, slim=digit in (0, 1, 7))
        form.ink(ink.place(lines, form.writer, left, rng), rng)
    return [left, right]


def intrude(form: DrawnRow, rng: np.random.Generator) -> None:
    """Draw ink of other cells: writing above or below, a stroke that crosses a border."""
    width = form.pen.shape[1]
    if rng.random() < 0.15:
        below = rng.random() < 0.5
        y = form.rects[0][3] + rng.uniform(8, 30) if below else form.rects[0][1] - SIDE - rng.uniform(8, 30)
        for x in np.arange(rng.uniform(0, 60), width - 40, rng.uniform(50, 110)):
            char = str(rng.integers(10))
            lines = ink.write(char, form.writer, (float(x), float(y), float(x) + 50, float(y) + SIDE), rng)
            form.ink(lines, rng)
    if rng.random() < 0.12:
        rect = form.rects[int(rng.integers(len(form.rects)))]
        x = rect[0] if rng.random() < 0.5 else rect[2]
        y, reach = rng.uniform(rect[1], rect[3]), rng.uniform(0.05, 0.14) * (rect[2] - rect[0])
        line = np.array(
            [(x - reach, y - rng.uniform(0, 20)), (x + reach * 0.8, y), (x - reach, y + rng.uniform(0, 20))]
        )
        form.ink([line], rng)
    if rng.random() < 0.05:  # a stroke along the margin of the row
        y = form.rects[0][1] - rng.uniform(4, 30) if rng.random() < 0.5 else form.rects[0][3] + rng.uniform(4, 30)
        form.ink([np.array([(0, y), (width, y + rng.normal(0, 8))])], rng)


def _shape(
    make: Callable[[Writer, np.random.Generator], Strokes],
) -> Callable[[DrawnRow, Rect, np.random.Generator], None]:
    """Make a function that draws a shape of the unit box in the writer's size."""

    def draw(form: DrawnRow, rect: Rect, rng: np.random.Generator) -> None:
        form.ink(ink.place(make(form.writer, rng), form.writer, rect, rng), rng)

    return draw


def _overwritten(form: DrawnRow, rect: Rect, rng: np.random.Generator) -> None:
    write_over(form, rect, int(rng.integers(10)), float(rng.uniform(1.0, 2.1)), rng)


def _turned(writer: Writer, rng: np.random.Generator) -> Strokes:
    """A mirrored digit, or a digit on its side."""
    mirrored = rng.random() < 0.5
    pool = _MIRRORED if mirrored else _TURNED
    lines = strokes(pool[int(rng.integers(len(pool)))], writer, rng)
    if mirrored:
        return [(line - 0.5) * (-1, 1) + 0.5 for line in lines]
    side = 1 if rng.random() < 0.5 else -1
    return [(line[:, ::-1] - 0.5) * (side, -side) + 0.5 for line in lines]


def _doodle(_writer: Writer, rng: np.random.Generator) -> Strokes:
    """One or two random lines; sometimes they happen to look like a digit."""
    return [random_line(rng, int(rng.integers(5, 9))) for _ in range(1 + int(rng.random() < 0.35))]


def _pieces(_writer: Writer, rng: np.random.Generator) -> Strokes:
    """Three to five short lines and arcs at random places of the unit box."""
    lines: Strokes = []
    for _ in range(int(rng.integers(3, 6))):
        x, y = rng.uniform(0.1, 0.9, 2)
        angle, bend, reach = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.35), rng.uniform(0.12, 0.55)
        t = np.linspace(-1, 1, 9)
        lines.append(_laid(x, y, angle, reach * t, bend * reach * (1 - t * t)))
    return lines


def _arcs(_writer: Writer, rng: np.random.Generator) -> Strokes:
    """Two or three parts of ellipses at random places of the unit box."""
    lines: Strokes = []
    for _ in range(int(rng.integers(2, 4))):
        x, y, wide, high = *rng.uniform(0.25, 0.75, 2), *rng.uniform(0.12, 0.45, 2)
        turn, first = rng.uniform(0, np.pi), rng.uniform(0, 2 * np.pi)
        t = np.linspace(first, first + rng.uniform(2.0, 5.3), 17)
        lines.append(_laid(x, y, turn, wide * np.cos(t), high * np.sin(t)))
    return lines


def _laid(x: float, y: float, angle: float, along: FloatArray, across: FloatArray) -> FloatArray:
    """Points (n, 2) from their coordinates along and across a direction, around (x, y)."""
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.stack([x + along * cosine - across * sine, y + along * sine + across * cosine], axis=1)


def _letter(form: DrawnRow, rect: Rect, rng: np.random.Generator) -> None:
    """Draw a printed letter unlike any digit, as from a stamp or a label."""
    letter = _LETTERS[int(rng.integers(len(_LETTERS)))]
    face, thick = (1, 5)[int(rng.integers(2))], 1 + int(rng.integers(3))
    size = float(rng.uniform(0.5, 0.95)) * (rect[3] - rect[1])
    (wide, tall), _ = cv2.getTextSize(letter, face, 1.0, thick)
    scale = size / max(tall, 1.2 * wide)
    x = (rect[0] + rect[2] - wide * scale) / 2 + rng.normal(0, 3)
    y = (rect[1] + rect[3] + tall * scale) / 2 + rng.normal(0, 3)
    cv2.putText(form.pen, letter, (round(x), round(y)), face, scale, 255, thick, cv2.LINE_AA)


def _blot(form: DrawnRow, rect: Rect, rng: np.random.Generator) -> None:
    center = (
        round((rect[0] + rect[2]) * 8 + rng.normal(0, 60)),
        round((rect[1] + rect[3]) * 8 + rng.normal(0, 60)),
    )
    axes = (int(rng.integers(90, 380)), int(rng.integers(90, 380)))
    cv2.ellipse(form.pen, center, axes, float(rng.uniform(0, 180)), 0, 360, 255, -1, cv2.LINE_AA, 4)
    form.ink([scribble(rng, 9) * (24, 24) + (center[0] / 16 - 12, center[1] / 16 - 12)], rng)


def _filled(form: DrawnRow, rect: Rect, rng: np.random.Generator) -> None:
    """Draw a digit whose loops are filled in."""
    lines = [scribble(rng, 20), scribble(rng, 20)]
    form.ink(ink.place(lines, form.writer, rect, rng), rng, weight=1.6)


# Shares of the kinds; by judgement.
_SHAPES: tuple[tuple[float, Callable[[Writer, np.random.Generator], Strokes]], ...] = (
    (0.42, other),
    (0.12, _turned),
    (0.12, _doodle),
    (0.06, _arcs),
    (0.06, _pieces),
)
# Kinds of other content with their shares, by judgement.
_KINDS: tuple[tuple[float, Callable[[DrawnRow, Rect, np.random.Generator], None]], ...] = (
    *((share, _shape(make)) for share, make in _SHAPES[:1]),
    (0.07, _overwritten),
    *((share, _shape(make)) for share, make in _SHAPES[1:]),
    (0.05, _letter),
    (0.05, _blot),
    (0.05, _filled),
)
