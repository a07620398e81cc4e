"""The number in words as it stands on a page, and how it is drawn into its space.

Its drawing has a random stream of its own, so that the rest of a page does not depend on the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ...cells.words_lines import print_in
from ...forms.fields import FormField, Page, Words
from ...forms.print_items import Rect
from ...imaging.arrays import FloatArray
from ..writing.hand import Hand
from ..writing.letters import STRUCK, write_words
from ..writing.sheet import Sheet
from ..writing.strokes import Strokes

WordsKind = Literal["words", "digits"]

_TALL = (0.3, 0.62)  # height of a capital as a share of the room for a line; by judgement
_OF_BOX = (0.25, 0.7)  # the same as a share of the height of a box for a digit
_PITCH = (1.35, 1.9)  # from line to line, in heights of a capital; by judgement
_LEAST = 0.55  # smallest factor on the size of letters that do not fit; what is still too long runs out of the space
_LOWER = 0.25  # share of words that do not begin on the first dotted line; by judgement


@dataclass(frozen=True)
class WrittenWords:
    """What stands in the space for words.

    Attributes:
        text: as `letters.write_words` takes it, without line breaks.
        kind: words, or digits in place of words.
        number: that it means.
        joined: True where letters are written without lifting the pen.
        seed: of its drawing.
        fluid: True where it stands on correction fluid.
    """

    text: str
    kind: WordsKind
    number: int
    joined: bool
    seed: int
    fluid: bool = False

    @property
    def struck(self) -> bool:
        """True where something is struck out."""
        return STRUCK in self.text


def draw_words(sheet: Sheet, hand: Hand, field: FormField, page: Page, written: WrittenWords) -> None:
    """Draw the words of a number into their space.

    Args:
        sheet: page that is written on.
        hand: the writer.
        field: the number, with its space for words.
        page: of the form, whose print in the space is written above of.
        written: what is written.
    """
    assert field.words is not None
    rng = np.random.default_rng(written.seed)
    own = replace(sheet, rng=rng)
    said = print_in(page, field.words.rect)
    room = _free(field.words.rect, said.texts)
    bases = sorted({y for y, _, _ in said.dots})
    tall = _tall(field, room, bases, rng)
    lines, tall = _layout(written, hand, field.words, room, tall, len(bases), rng)
    pitch = float(rng.uniform(*_PITCH)) * tall
    block = pitch * (len(lines) - 1) + tall
    slack = max(0.0, room[3] - room[1] - block)
    top = room[1] + slack * float(np.clip(rng.normal(0.42, 0.2), 0.02, 0.98))
    width = room[2] - room[0]
    indent = float(rng.uniform(0.01, 0.06)) * width + float(rng.random() < 0.3) * float(rng.uniform(0, 0.3)) * width
    longest = max((_width(line) * tall for line in lines), default=0.0)
    left = room[0] + min(indent, max(0.01 * width, width - longest))
    below = int(rng.integers(0, max(1, len(bases) - len(lines) + 1)))
    first = below if rng.random() < _LOWER else 0
    for i, line in enumerate(lines):
        base = top + tall + i * pitch
        if bases:
            base = bases[min(first + i, len(bases) - 1)] - float(rng.uniform(0.02, 0.2)) * tall
        place = np.array([left + float(rng.normal(0, 0.1)) * tall * (i > 0), base - tall])
        placed = [points * tall + place for points in line]
        if written.fluid and i == 0 and placed:
            every = np.concatenate(placed)
            low, high = every.min(axis=0) - 0.3 * tall, every.max(axis=0) + 0.3 * tall
            own.fluid((float(low[0]), float(low[1]), float(high[0]), float(high[1])), float(rng.uniform(0.85, 1)))
        own.draw(placed, min(hand.writer.pen_mm, tall / 5))


def _free(rect: Rect, texts: Sequence[Rect]) -> Rect:
    """The space without printed texts at its lower or upper edge."""
    x0, y0, x1, y1 = rect
    for _, top, _, bottom in texts:
        if (top + bottom) / 2 > (y0 + y1) / 2:
            y1 = min(y1, top)
        else:
            y0 = max(y0, bottom)
    return x0, y0, x1, max(y1, y0 + 0.4 * (rect[3] - rect[1]))


def _tall(field: FormField, room: Rect, bases: Sequence[float], rng: np.random.Generator) -> float:
    """Height of a capital, mm."""
    assert field.words is not None
    of_line = (room[3] - room[1]) / field.words.lines
    if len(bases) > 1:
        of_line = float(np.diff(bases).min())
    high, low = min(_TALL[1] * of_line, _OF_BOX[1] * field.cells.box[3]), _TALL[0] * of_line
    return float(rng.uniform(min(low, 0.8 * high), high))


def _layout(
    written: WrittenWords, hand: Hand, words: Words, room: Rect, tall: float, bases: int, rng: np.random.Generator
) -> tuple[list[Strokes], float]:
    """The lines of writing, each in heights of a capital, and that height, so that they fit into the space.

    The widths of all words are measured once; words go into a line as long as they fit.
    """
    parts = _parts(written.text)
    widths = [_width(write_words(part, hand, rng, joined=written.joined)) for part in parts]
    most = min(words.lines, bases) if bases else words.lines
    fewer = room[2] - room[0]
    early = float(rng.uniform(0.55, 1.0)) if most > 1 and rng.random() < 0.4 else 1.0
    space = 0.5 * float(rng.uniform(0.9, 1.2))
    rows: list[list[int]] = []
    factor = 1.0
    for factor in np.linspace(1, _LEAST, 8).tolist():
        rows = _wrapped(widths, fewer * early / (tall * factor), space)
        if len(rows) <= most and all(_long(row, widths, space) * tall * factor <= fewer for row in rows):
            break
        early = 1.0
    if len(rows) > most:  # the last line runs out of the space
        rows = [*rows[: most - 1], [i for row in rows[most - 1 :] for i in row]]
    texts = [" ".join(parts[i] for i in row) for row in rows]
    return [write_words(text, hand, rng, joined=written.joined) for text in texts], tall * factor


def _parts(text: str) -> list[str]:
    """The words of a text; struck-out text is one word."""
    found: list[str] = []
    open_ = False
    for word in text.split(" "):
        if open_:
            found[-1] += f" {word}"
        else:
            found.append(word)
        open_ ^= word.count(STRUCK) % 2 == 1
    return [word for word in found if word]


def _wrapped(widths: Sequence[float], room: float, space: float) -> list[list[int]]:
    rows: list[list[int]] = []
    used = 0.0
    for i, width in enumerate(widths):
        if rows and used + space + width <= room:
            rows[-1].append(i)
            used += space + width
        else:
            rows.append([i])
            used = width
    return rows


def _long(row: Sequence[int], widths: Sequence[float], space: float) -> float:
    return sum(widths[i] for i in row) + space * (len(row) - 1)


def _width(lines: Strokes) -> float:
    """Width of strokes, in their unit."""
    every: FloatArray = np.concatenate(lines) if lines else np.zeros((1, 2))
    return float(every[:, 0].max()) if len(every) else 0.0
