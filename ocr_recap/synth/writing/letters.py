"""Writes words: the stroke model's letters, one beside the other on a base line.

The unit is the height of a capital: y = 0 is the upper edge of capitals, y = 1 the base line, x grows to the right
from 0. A hand's letters, their widths and their spacing follow from the seed of its writer: a writer of one part
(training, calibration, test) never writes in another.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from .hand import Hand
from .letter_shapes import CAPITAL_WIDTHS, CAPITALS, SMALL, SMALL_WIDTH, SMALL_WIDTHS
from .shapes import Glyph
from .strokes import Strokes, Writer, pose, scribble, strokes

STRUCK = "~"  # encloses a part of a text that is written and then struck out
LINE = "_"  # a long line in place of words
_OWN_SHAPE = 0.9  # share of letters for which writers use their own shape; by judgement


@dataclass(frozen=True)
class Lettering:
    """How one writer spaces words; all lengths are shares of the height of a capital.

    Attributes:
        width: of a usual capital.
        gap: between letters.
        space: between words.
        wave: deviation of letters from the base line.
        rise: of the base line per unit of length.
        growth: deviation of the logarithm of letters' sizes.
        variants: one entry per capital and small letter.
    """

    width: float
    gap: float
    space: float
    wave: float
    rise: float
    growth: float
    variants: tuple[int, ...]


@lru_cache(maxsize=4096)
def lettering(seed: int) -> Lettering:
    """Lettering of writer number `seed`; the same number always gives the same values (ranges by judgement)."""
    rng = np.random.default_rng((0x1E77, seed))
    return Lettering(
        width=float(rng.uniform(0.42, 0.9)),
        gap=float(rng.uniform(0.08, 0.32)),
        space=float(rng.uniform(0.35, 1.0)),
        wave=float(rng.uniform(0.0, 0.06)),
        rise=float(rng.normal(0, 0.006)),
        growth=float(rng.uniform(0.01, 0.08)),
        variants=tuple(int(v) for v in rng.integers(1 << 16, size=52)),
    )


def write_words(text: str, hand: Hand, rng: np.random.Generator, *, joined: bool = False) -> Strokes:
    """Write one line of text.

    Args:
        text: capitals and small letters A-Z, digits, spaces, `-` for a dash, `LINE` for a long line; a part between two
            `STRUCK` is struck out after it was written.
        hand: the writer; public digits of a hand play no part.
        rng: random generator of the variation between letters.
        joined: True to write small letters without lifting the pen.

    Returns:
        Polylines (n, 2) in heights of a capital, base line at y = 1, first letter near x = 0.

    Raises:
        KeyError: a character that has no shape.
    """
    style = lettering(hand.writer.seed)
    found: Strokes = []
    run: Strokes = []  # first strokes of small letters that are written without lifting the pen
    x, start, struck = 0.0, 0.0, False
    for char in text:
        small = joined and char.islower()
        if not small:
            found += _joined(run)
            run = []
        if char == STRUCK:
            if struck:
                found += strike_out(start, x, rng)
            struck, start = not struck, x
            continue
        if char == " ":
            x += style.space * float(np.exp(rng.normal(0, 0.2)))
            continue
        lines, width = _long_line(rng) if char == LINE else _letter(char, hand.writer, style, rng)
        size = float(np.exp(rng.normal(0, style.growth)))
        lift = rng.normal(0, style.wave) + style.rise * x
        lines = [(line - (0, 1)) * size + (x, 1 + lift) for line in lines]
        if small:
            run.append(lines[0])
            lines = lines[1:]
        found += lines
        gap = style.gap * (0.6 if small else 1.0) * float(np.exp(rng.normal(0, 0.35)))
        x += width * size + gap
    return found + _joined(run)


def strike_out(start: float, end: float, rng: np.random.Generator) -> Strokes:
    """Strike out a part of a line with one to three lines or a zigzag; unit as in `write_words`."""
    middle, length = 0.55 + rng.normal(0, 0.06), end - start
    if rng.random() < 0.3:
        turns = max(4, round(length * rng.uniform(2, 5)))
        zigzag = scribble(rng, turns)
        return [(zigzag - (0, 0.5)) * (length, rng.uniform(0.5, 0.9)) + (start, middle)]
    lines: Strokes = []
    for i in range(int(rng.integers(1, 4))):
        y = middle + 0.16 * i * (-1) ** i
        rise = rng.normal(0, 0.06)
        reach = rng.uniform(-0.1, 0.15)
        ends = [(start - reach, y + rise), ((start + end) / 2, y + rng.normal(0, 0.03)), (end + reach, y - rise)]
        lines.append(np.array(ends))
    return lines


def _letter(char: str, writer: Writer, style: Lettering, rng: np.random.Generator) -> tuple[Strokes, float]:
    """One letter, digit or dash: polylines with its left edge at x = 0, and its width."""
    if char.isdigit():
        width = writer.aspect
        return [line + np.array([width / 2 - 0.5, 0.0]) for line in strokes(char, writer, rng)], width
    if char == "-":
        width = float(rng.uniform(0.3, 0.9))
        return _placed((((0.0, 0.55), (1.0, 0.55)),), writer, rng, width), width
    pool, share = _shapes(char)
    habit = style.variants[ord(char.lower()) - ord("a") + (26 if char.islower() else 0)]
    chosen = habit if rng.random() < _OWN_SHAPE else int(rng.integers(len(pool)))
    width = max(0.06, share * style.width * float(np.exp(rng.normal(0, 0.1))))
    return _placed(pool[chosen % len(pool)], writer, rng, width), width


def _shapes(char: str) -> tuple[tuple[Glyph, ...], float]:
    """All shapes of a letter, and its width as a share of a usual capital's."""
    if char.islower():
        return SMALL[char], SMALL_WIDTHS.get(char, SMALL_WIDTH)
    return CAPITALS[char], CAPITAL_WIDTHS.get(char, 1.0)


def _placed(shape: Glyph, writer: Writer, rng: np.random.Generator, width: float) -> Strokes:
    return [line + np.array([width / 2 - 0.5, 0.0]) for line in pose(shape, writer, rng, width)]


def _long_line(rng: np.random.Generator) -> tuple[Strokes, float]:
    """A line in place of words: level, or a flat wave."""
    length = float(rng.uniform(3, 14))
    if rng.random() < 0.25:
        wave = scribble(rng, int(rng.integers(5, 9)))
        return [(wave - (0, 0.5)) * (length, rng.uniform(0.2, 0.7)) + (0, 0.5)], length
    rise = rng.normal(0, 0.15)
    return [np.array([(0, 0.5 + rise), (length / 2, 0.5 + rng.normal(0, 0.05)), (length, 0.5 - rise)])], length


def _joined(run: Strokes) -> Strokes:
    """First strokes of neighbouring letters as one polyline: each end is led to the next beginning by a curve."""
    if not run:
        return []
    parts = [run[0]]
    share = np.linspace(0, 1, 6)[1:-1, None]
    for before, after in pairwise(run):
        first, last = before[-1], after[0]
        sag = np.array([(last[0] - first[0]) * 0.4, 0.1 * max(0.0, first[1] - last[1])])
        bend = 2 * share * (1 - share)
        parts += [(1 - share) * first + share * last + bend * sag, after]
    return [np.vstack(parts)]
