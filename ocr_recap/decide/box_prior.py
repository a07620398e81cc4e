"""How officers fill a number's boxes: the digit cells of one number, weighed as a whole and not box by box.

The digit reader looks at one box at a time, and in its training each box held a digit, a cross or a scribble in fixed
shares, whatever stood beside it. Officers do not write so: a number stands at the right, and the boxes before it hold
crosses, or dashes, or noughts, or nothing, one sign throughout (forms: "all four occur"); boxes are empty together;
a scribble is rare. So what the reader says of a box is divided by the shares of its training and multiplied by how
likely such a filling is. Which number it is, is left open: all that fit are alike.

One number in ten (`OTHERWISE`) is taken to be filled in any other manner, each box by itself as in training. Nothing
that can stand in the boxes is ruled out, and no filling is favoured without end over what the ink says.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..cells.digit_reader import CLASSES, EMPTY, OTHER
from ..imaging.arrays import FloatArray

# Shares of the characters in training, by `CLASSES` (training/digits/README.md).
TRAINED = np.array([*[0.064] * 10, 0.08, 0.06, 0.09, 0.13])
SIGNS = [CLASSES.index(c) for c in "X- "]  # what may stand in an unused box
ANY_DIGIT = 0.9  # how often "something else" hides a digit; ours
OTHERWISE = 0.1  # of numbers; see above
SCRIBBLED = 0.03  # of used boxes; of drawn numbers it is 0.01, and real officers are not drawn ones
# Of numbers: all boxes used; a sign in every box, or nothing in any. The others share what is left. Ours.
_ALL_USED, _NONE_USED = 0.5, 0.1


class FilledBoxes(NamedTuple):
    """What the boxes of one number say; what is missing to 1 are texts with a sign after a digit.

    Attributes:
        numbers: (10 ** n,) probability that they mean each number 0, 1, ..., over all ways to write it.
        blank: that every box is empty.
        scribbled: that a used box holds something else than a digit; unreadable: and that this hides no digit.
        plain: what the product of its boxes is multiplied by, for a text that is filled in another manner.
    """

    numbers: FloatArray
    blank: float
    scribbled: float
    unreadable: float
    plain: float


def read_boxes(chances: FloatArray) -> FilledBoxes:
    """Weigh the boxes of a number together.

    Args:
        chances: (n, 14) of each box by itself, in the order of `CLASSES`.
    """
    ways = _ways(chances)
    numbers = OTHERWISE * number_table(_any_digit(chances), chances[:, SIGNS].sum(axis=1))
    spread, digits = np.ones(1), _digits(chances)
    for unused in range(len(chances) - 1, -1, -1):
        spread = np.multiply.outer(digits[unused], spread).ravel()
        numbers[: len(spread)] += ways.before[unused] * spread
    empty, signs = float(chances[:, EMPTY].prod()), float(chances[:, SIGNS].sum(axis=1).prod())
    # Crosses alone, dashes alone and both mixed mean zero.
    numbers[0] += OTHERWISE * max(0.0, signs - empty) + ways.zero
    blank = OTHERWISE * empty + ways.blank
    every = _filled(chances, ways, 1.0)
    total = OTHERWISE + every

    def without(hides: float) -> float:
        """Probability of a box with something else, where that counts as a digit by `hides`."""
        plain = float((1.0 - (1.0 - hides) * chances[:, OTHER]).prod())
        return (OTHERWISE * (1.0 - plain) + every - _filled(chances, ways, hides)) / total

    return FilledBoxes(numbers / total, blank / total, without(0.0), without(ANY_DIGIT), OTHERWISE / total)


def chance_at_most(least: FloatArray, most: FloatArray, value: int) -> float:
    """An upper bound of `FilledBoxes.numbers` at one number, where the boxes are known by bounds, without a table of
    all.

    Args:
        least, most: (n, 14) bounds of the probabilities of each box.
        value: at least 0.
    """
    text = str(value)
    boxes = len(most)
    if len(text) > boxes:
        return 0.0
    ways, digits = _ways(most), _digits(most)
    written = [digits[i, int(c)] for i, c in enumerate(text.zfill(boxes))]
    weight = OTHERWISE * _number_chance(_any_digit(most), most[:, SIGNS].sum(axis=1), text)
    tail = np.cumprod(written[::-1])[::-1]
    weight += float(sum(ways.before[k] * tail[k] for k in range(boxes - len(text) + 1)))
    if value == 0:
        signs, empty = float(most[:, SIGNS].sum(axis=1).prod()), float(least[:, EMPTY].prod())
        weight += OTHERWISE * (signs - empty) + ways.zero
    return min(1.0, weight / (OTHERWISE + _filled(least, _ways(least), 1.0)))


class _UsageChances(NamedTuple):
    """How likely each number of unused boxes is, by what stands in them, of numbers that are filled as usual."""

    before: FloatArray  # (n,) 0, 1, ... unused boxes, before a number
    zero: float  # crosses alone or dashes alone
    blank: float


def _ways(chances: FloatArray) -> _UsageChances:
    boxes = len(chances)
    alike = np.cumprod(chances[:, SIGNS] / TRAINED[SIGNS], axis=0) / len(SIGNS)  # the same sign so far
    shares = np.full(boxes, (1 - _ALL_USED - _NONE_USED) / max(1, boxes - 1))
    shares[0] = _ALL_USED if boxes > 1 else 1 - _NONE_USED
    before = shares * np.append(1.0, alike[:-1].sum(axis=1))
    whole = (1 - OTHERWISE) * _NONE_USED * alike[-1]
    return _UsageChances((1 - OTHERWISE) * before, float(whole[0] + whole[1]), float(whole[2]))


def _digits(chances: FloatArray) -> FloatArray:
    """(n, 10) of a used box: each digit, or something that hides it."""
    hidden = SCRIBBLED * ANY_DIGIT * chances[:, OTHER:] / TRAINED[OTHER]
    return ((1 - SCRIBBLED) * chances[:, :10] / TRAINED[:10] + hidden) / 10


def _filled(chances: FloatArray, ways: _UsageChances, hides: float) -> float:
    """Weight of all that is filled as usual, where something else counts by `hides`."""
    other = SCRIBBLED * hides * chances[:, OTHER] / TRAINED[OTHER]
    used = (1 - SCRIBBLED) * (chances[:, :10] / TRAINED[:10]).sum(axis=1) / 10 + other
    tail = np.cumprod(used[::-1])[::-1]
    return float((ways.before * tail).sum()) + ways.zero + ways.blank


def _any_digit(chances: FloatArray) -> FloatArray:
    """(n, 10) of a box by itself: each digit, or something that hides it."""
    return chances[:, :10] + ANY_DIGIT / 10 * chances[:, OTHER:]


def number_table(digits: FloatArray, leading: FloatArray) -> FloatArray:
    """Probability of each number 0 .. 10 ** cells - 1, over all ways to write it, each box by itself.

    A number stands at the right; before it stand leading signs, and then noughts.

    Args:
        digits: (cells, 10) probabilities.
        leading: (cells,) of the signs that may stand in an unused cell.
    """
    cells = len(digits)
    table = np.zeros(10**cells)
    signs, noughts = 1.0, 0.0  # chances of the cells so far without and with noughts
    for used in range(cells, 0, -1):
        place = cells - used
        spread = digits[place]
        for row in digits[place + 1 :]:
            spread = np.multiply.outer(spread, row).ravel()
        least = 10 ** (used - 1) if used > 1 else 0
        table[least : 10**used] += (signs + noughts) * spread[least:]
        noughts = (signs + noughts) * float(digits[place, 0])
        signs *= float(leading[place])
    return table


def _number_chance(digits: FloatArray, leading: FloatArray, text: str) -> float:
    """What `number_table` has for one number, given as its digits, without a table of all."""
    before = len(digits) - len(text)
    signs, noughts = 1.0, 0.0
    for i in range(before):
        signs, noughts = signs * float(leading[i]), (signs + noughts) * float(digits[i, 0])
    chance = signs + noughts
    for i, digit in enumerate(text):
        chance *= float(digits[before + i, int(digit)])
    return chance
