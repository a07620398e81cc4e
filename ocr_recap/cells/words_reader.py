"""The words witness: strips of written lines to a distribution over numbers.

All strips of a page go through the net together (`words_net`). The likelihood of every number in words is computed from
the letters along its lines (`number_phrases`), and compared with that of the most probable text that is no number.
Temperatures by the height of letters, fitted on calibration writers and fonts, make probabilities of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..imaging.arrays import FloatArray, GrayImage
from .number_phrases import Costs, likelihoods
from .words_evidence import WordsEvidence
from .words_net import ALPHABET, BLANK, DASH, DIGIT, LETTERS, SPACE, STRUCK, WordsNet

LIMIT = 1000  # numbers are 0 .. LIMIT - 1 where a form has three boxes
# A column in which the blank has all but this is taken as a blank, and of several such columns one is kept. The net
# is sure enough of most blanks that this leaves out one column in eight.
_BARE = 1e-3
_DASH_MEANS_ZERO = 0.9  # a dash or line alone means zero, but may be a rest of a printed line; by judgement


@dataclass(frozen=True)
class WordsCalibration:
    """What `training/words/calibrate.py` chose.

    Attributes:
        heights: of letters, photo px, ascending.
        temperatures: divisor of log-likelihoods at each of these heights; between them it is interpolated.
        misfit: factor on the temperature per letter's worth of misfit: how much less likely, as logarithm and divided
            by the number of letters, the best number is than the most probable text.
        letter: cost of each letter of a text that is no number, natural logarithm.
        other: log-odds of texts that are no number.
        floor: probability that is shared by all numbers, whatever the net says.
        least: probability of the best number below which words are unreadable.
        digits: share of digits among letters and digits from which digits stand in place of words.
        struck: probability of struck-out ink in a column from which something is struck out.
    """

    heights: tuple[float, ...] = (7.0, 10.0, 14.0, 20.0)
    temperatures: tuple[float, ...] = (1.5, 1.5, 1.5, 1.5)
    misfit: float = 1.0
    letter: float = 2.5
    other: float = -5.0
    floor: float = 1e-3
    least: float = 0.5
    digits: float = 0.5
    struck: float = 0.5

    @classmethod
    def of(cls, card: dict[str, object]) -> WordsCalibration:
        """WordsCalibration in the net's description; the values above where it has none."""
        said = card.get("calibration")
        if not isinstance(said, dict):
            return cls()
        return cls(**{key: tuple(v) if isinstance(v, list) else float(v) for key, v in said.items()})  # type: ignore[arg-type]

    def temperature(self, height: float, misfit: float) -> float:
        """Divisor of log-likelihoods for letters of this height, and a text that misses the best number by so much."""
        usual = float(np.interp(np.log(max(height, 1.0)), np.log(self.heights), self.temperatures))
        return usual * (1 + self.misfit * max(0.0, misfit))


@dataclass(frozen=True, eq=False)
class Scored:
    """What the net says of the lines of one number, before calibration.

    Attributes:
        numbers: natural logarithm of the likelihood of each number.
        free: logarithm of the probability of the most probable text, column by column.
        text: that text.
        struck: greatest probability of struck-out ink in a column.
    """

    numbers: FloatArray
    free: float
    text: str
    struck: float

    @property
    def letters(self) -> int:
        """Letters of the most probable text."""
        return sum(c in LETTERS for c in self.text)

    @property
    def digits(self) -> int:
        """Digits of the most probable text."""
        return self.text.count(DIGIT)


class WordsReader:
    """The words net with its calibration; any number of workers gives the same bytes."""

    def __init__(self, folder: Path | None = None) -> None:
        """Load `words.onnx` and `words.json` from a folder (default: the shipped ones).

        Raises:
            RuntimeError: weights are missing or are not the ones that their description names.
        """
        self._net = WordsNet(folder)
        self.sha256 = self._net.sha256
        self.calibration = WordsCalibration.of(self._net.card)

    def read(
        self, fields: Sequence[Sequence[GrayImage]], heights: Sequence[float], limits: Sequence[int] | None = None
    ) -> list[WordsEvidence]:
        """Read the words of numbers; all strips in one batch, and each number as if it were alone.

        Args:
            fields: strips of each number, one per written line, from the top: (32, w) uint8, letters some 20 px high.
            heights: of the letters of each number, photo px.
            limits: numbers of each field are below 1,000 (default) or 10,000.

        Raises:
            ValueError: another limit.
        """
        scored = self.score(fields, limits)
        return [evidence(one, height, self.calibration) for one, height in zip(scored, heights, strict=True)]

    def score(self, fields: Sequence[Sequence[GrayImage]], limits: Sequence[int] | None = None) -> list[Scored]:
        """What the net says of each number, before calibration; arguments as for `read`."""
        limits = limits or [LIMIT] * len(fields)
        seen = self._net.probabilities([strip for strips in fields for strip in strips])
        lines: list[FloatArray] = []
        for strips in fields:
            lines.append(joined([seen.pop(0) for _ in strips]))
        found: list[FloatArray] = [np.zeros(0)] * len(fields)
        for limit in sorted(set(limits)):
            places = [i for i, one in enumerate(limits) if one == limit]
            short = [condensed(lines[i]) for i in places]
            for i, table in zip(places, likelihoods(short, limit, Costs()), strict=True):
                found[i] = table
        return [_scored(line, table) for line, table in zip(lines, found, strict=True)]


def joined(lines: Sequence[FloatArray]) -> FloatArray:
    """Lines one after the other, with a column between that may be a space: (columns, symbols)."""
    between = np.zeros((1, len(ALPHABET)))
    between[0, [BLANK, ALPHABET.index(SPACE)]] = 0.5
    if not lines:
        return between
    parts: list[FloatArray] = [lines[0]]
    for line in lines[1:]:
        parts += [between, line]
    return np.concatenate(parts)


def condensed(columns: FloatArray) -> FloatArray:
    """Columns without repeated ones that show nothing."""
    bare = columns[:, BLANK] >= 1 - _BARE
    kept = ~bare
    kept[1:] |= ~bare[:-1]
    kept[0] = True
    return columns[kept]


def evidence(scored: Scored, height: float, calibration: WordsCalibration) -> WordsEvidence:
    """Evidence of one number from what the net says of it; `height` of its letters in photo px."""
    letters, digits = scored.letters, scored.digits
    nothing, numbers, other = np.zeros(0), np.zeros(len(scored.numbers)), 1.0
    struck = scored.struck >= calibration.struck
    if not letters and not digits and not struck:
        if DASH not in scored.text:
            return WordsEvidence("absent", nothing, 1.0, 0.0, "")
        numbers[0], other = _DASH_MEANS_ZERO, 1 - _DASH_MEANS_ZERO
        return WordsEvidence("read", numbers, other, height, DASH)
    if digits and digits >= calibration.digits * (letters + digits):
        return WordsEvidence("digits", nothing, 1.0, height, scored.text)
    if letters:
        numbers, other = probabilities(scored, height, calibration)
    if struck:
        return WordsEvidence("struck", numbers, other, height, scored.text)
    if numbers.max() < calibration.least:
        return WordsEvidence("unreadable", nothing, 1.0, height, scored.text)
    return WordsEvidence("read", numbers, other, height, scored.text)


def probabilities(scored: Scored, height: float, calibration: WordsCalibration) -> tuple[FloatArray, float]:
    """Calibrated probability of each number, and that the text is no number."""
    other = scored.free - calibration.letter * scored.letters + calibration.other
    misfit = (scored.free - float(scored.numbers.max())) / max(1, scored.letters)
    said = np.append(scored.numbers, other) / calibration.temperature(height, misfit)
    masses = np.exp(said - said.max())
    masses *= (1 - calibration.floor) / masses.sum()
    masses[:-1] += calibration.floor / len(scored.numbers)
    return masses[:-1], float(masses[-1])


def _scored(columns: FloatArray, numbers: FloatArray) -> Scored:
    best = columns.argmax(axis=1)
    new = np.append(True, best[1:] != best[:-1]) & (best != BLANK)
    text = " ".join("".join(ALPHABET[i] for i in best[new]).split())
    struck = float(columns[:, ALPHABET.index(STRUCK)].max())
    return Scored(numbers, float(np.log(columns.max(axis=1)).sum()), text, struck)
