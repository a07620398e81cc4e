"""Box prior: how officers fill the boxes of one number. The digit cells of a number are weighed together by it.

The digit reader looks at one box at a time. In its training data each box held a digit, a cross or a scribble with
fixed probabilities, independent of the boxes beside it. Officers write otherwise. A number stands at the right, and the
boxes before it hold crosses, dashes, zeros or nothing, the same sign throughout (forms: "all four occur"). Empty boxes
come together, and scribbles are rare. The probabilities by the reader are therefore divided by the class frequencies of
its training data and multiplied by the prior probability of such a filling. The prior is uniform over numbers.

One number in ten (`OTHERWISE`) is assumed to be filled in any other way, each box independently as in training. So no
content of the boxes has probability zero, and the ink can outweigh the prior.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..cells.digit_reader import CLASSES, EMPTY, OTHER
from ..imaging.arrays import FloatArray

# Class frequencies of the training data, by `CLASSES` (training/digits/README.md).
TRAINED = np.array([*[0.064] * 10, 0.08, 0.06, 0.09, 0.13])
SIGNS = [CLASSES.index(c) for c in "X- "]  # classes that may fill an unused box
ANY_DIGIT = 0.9  # probability that "something else" hides a digit; by judgement
OTHERWISE = 0.1  # share of numbers, see above; by judgement
SCRIBBLED = 0.03  # share of used boxes: 0.01 of drawn numbers, raised by judgement for real officers
# Shares of numbers that use all boxes, and of numbers with a sign in every box or with empty boxes only. Numbers of
# other lengths share the remainder. By judgement.
_ALL_USED, _NONE_USED = 0.5, 0.1


class FilledBoxes(NamedTuple):
    """Probabilities by the n boxes of one number; the remainder to 1 are texts with a sign after a digit.

    Attributes:
        numbers: (10 ** n,) probability of each number 0, 1, ..., over all ways to write it.
        blank: probability that every box is empty.
        scribbled: probability that a used box holds something else than a digit.
        unreadable: probability that this is so and that it hides no digit.
        plain: factor from the product of the boxes' probabilities to the probability of a text that is filled in
            another way.
    """

    numbers: FloatArray
    blank: float
    scribbled: float
    unreadable: float
    plain: float


def read_boxes(chances: FloatArray) -> FilledBoxes:
    """Weigh the boxes of a number together.

    Args:
        chances: (n, 14) probabilities of each box by itself, in the order of `CLASSES`.
    """
    usage = _usage(chances)
    numbers = OTHERWISE * number_table(_any_digit(chances), chances[:, SIGNS].sum(axis=1))
    spread, digits = np.ones(1), _digits(chances)
    for unused in range(len(chances) - 1, -1, -1):
        spread = np.multiply.outer(digits[unused], spread).ravel()
        numbers[: len(spread)] += usage.before[unused] * spread
    empty, signs = float(chances[:, EMPTY].prod()), float(chances[:, SIGNS].sum(axis=1).prod())
    # Only crosses, only dashes, or a mixture of both means zero.
    numbers[0] += OTHERWISE * max(0.0, signs - empty) + usage.zero
    blank = OTHERWISE * empty + usage.blank
    every = _filled(chances, usage, 1.0)
    total = OTHERWISE + every

    def without(hides: float) -> float:
        """Probability of a box with something else that is not a digit, if it hides one with probability `hides`."""
        plain = float((1.0 - (1.0 - hides) * chances[:, OTHER]).prod())
        return (OTHERWISE * (1.0 - plain) + every - _filled(chances, usage, hides)) / total

    return FilledBoxes(numbers / total, blank / total, without(0.0), without(ANY_DIGIT), OTHERWISE / total)


def chance_at_most(least: FloatArray, most: FloatArray, value: int) -> float:
    """Upper bound of `FilledBoxes.numbers` at one number, from bounds of each box, without a table of all numbers.

    Args:
        least, most: (n, 14) lower and upper bounds of the probabilities of each box.
        value: the number, at least 0.
    """
    text = str(value)
    boxes = len(most)
    if len(text) > boxes:
        return 0.0
    usage, digits = _usage(most), _digits(most)
    written = [digits[i, int(c)] for i, c in enumerate(text.zfill(boxes))]
    weight = OTHERWISE * _number_chance(_any_digit(most), most[:, SIGNS].sum(axis=1), text)
    tail = np.cumprod(written[::-1])[::-1]
    weight += float(sum(usage.before[k] * tail[k] for k in range(boxes - len(text) + 1)))
    if value == 0:
        signs, empty = float(most[:, SIGNS].sum(axis=1).prod()), float(least[:, EMPTY].prod())
        weight += OTHERWISE * (signs - empty) + usage.zero
    return min(1.0, weight / (OTHERWISE + _filled(least, _usage(least), 1.0)))


class _UsageChances(NamedTuple):
    """Weights of 0, 1, ... unused boxes by their contents, for numbers that are filled as usual."""

    before: FloatArray  # (n,) of 0, 1, ... unused boxes before a number
    zero: float  # of crosses only or dashes only
    blank: float  # of empty boxes only


def _usage(chances: FloatArray) -> _UsageChances:
    boxes = len(chances)
    alike = np.cumprod(chances[:, SIGNS] / TRAINED[SIGNS], axis=0) / len(SIGNS)  # the same sign in all boxes up to here
    shares = np.full(boxes, (1 - _ALL_USED - _NONE_USED) / max(1, boxes - 1))
    shares[0] = _ALL_USED if boxes > 1 else 1 - _NONE_USED
    before = shares * np.append(1.0, alike[:-1].sum(axis=1))
    whole = (1 - OTHERWISE) * _NONE_USED * alike[-1]
    return _UsageChances((1 - OTHERWISE) * before, float(whole[0] + whole[1]), float(whole[2]))


def _digits(chances: FloatArray) -> FloatArray:
    """(n, 10) weight of each digit in a used box, readable or hidden by something else."""
    hidden = SCRIBBLED * ANY_DIGIT * chances[:, OTHER:] / TRAINED[OTHER]
    return ((1 - SCRIBBLED) * chances[:, :10] / TRAINED[:10] + hidden) / 10


def _filled(chances: FloatArray, usage: _UsageChances, hides: float) -> float:
    """Total weight of boxes filled as usual, if something else hides a digit with probability `hides`."""
    other = SCRIBBLED * hides * chances[:, OTHER] / TRAINED[OTHER]
    used = (1 - SCRIBBLED) * (chances[:, :10] / TRAINED[:10]).sum(axis=1) / 10 + other
    tail = np.cumprod(used[::-1])[::-1]
    return float((usage.before * tail).sum()) + usage.zero + usage.blank


def _any_digit(chances: FloatArray) -> FloatArray:
    """(n, 10) probability of each digit in a box by itself, readable or hidden by something else."""
    return chances[:, :10] + ANY_DIGIT / 10 * chances[:, OTHER:]


def number_table(digits: FloatArray, leading: FloatArray) -> FloatArray:
    """Probability of each number 0 .. 10 ** cells - 1, over all ways to write it, with independent cells.

    A number stands at the right. The cells before it hold leading signs, and then zeros.

    Args:
        digits: (cells, 10) probability of each digit.
        leading: (cells,) probability of a sign that may fill an unused cell.
    """
    cells = len(digits)
    table = np.zeros(10**cells)
    signs, zeros = 1.0, 0.0  # probabilities of the cells so far without and with leading zeros
    for used in range(cells, 0, -1):
        place = cells - used
        spread = digits[place]
        for row in digits[place + 1 :]:
            spread = np.multiply.outer(spread, row).ravel()
        least = 10 ** (used - 1) if used > 1 else 0
        table[least : 10**used] += (signs + zeros) * spread[least:]
        zeros = (signs + zeros) * float(digits[place, 0])
        signs *= float(leading[place])
    return table


def _number_chance(digits: FloatArray, leading: FloatArray, text: str) -> float:
    """Entry of `number_table` for one number, given as its digits, without a table of all numbers."""
    before = len(digits) - len(text)
    signs, zeros = 1.0, 0.0
    for i in range(before):
        signs, zeros = signs * float(leading[i]), (signs + zeros) * float(digits[i, 0])
    chance = signs + zeros
    for i, digit in enumerate(text):
        chance *= float(digits[before + i, int(digit)])
    return chance
