"""Evidence of each witness about one number, from its probabilities per cell, column or row; before any combination.

A number is read from its cells as written: leading crosses, dashes and empty cells are ignored, crosses and dashes
alone mean zero, and all cells empty means blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

import numpy as np

from ..cells import bubble_reader as bubble_witness
from ..cells import digit_reader as digit_witness
from ..cells.row_totals import TotalReading, TotalsReading
from ..cells.tally_reader import TallyReading
from ..cells.words_evidence import WordsEvidence
from ..imaging.arrays import FloatArray
from .box_prior import ANY_DIGIT, SIGNS, FilledBoxes, number_table, read_boxes

Kind = Literal["number", "blank", "misplaced", "unreadable"]

_KEPT = 64  # most probable texts of a number that are kept; by judgement
_MISPLACED = 2  # most readings of these with a sign after a digit: rare, and never accepted; by judgement
# Encodes a text as an integer, in the alphabetical order of texts: each class by the rank of its character.
_NAMES = np.array(sorted(digit_witness.CLASSES))
_BY_NAME = np.searchsorted(_NAMES, list(digit_witness.CLASSES))
# Probability that a row's total differs from its strokes: drawn clerks do so in one row of 300. The value is ten times
# that, by judgement, so that strokes do not overrule what is written. Ten wrong numbers share it equally.
_TOTAL_ERROR_RATE = 0.03


class TextReading(NamedTuple):
    """One reading of a number's cells: text, kind, value (None without one) and probability."""

    text: str
    kind: Kind
    value: int | None
    probability: float


@dataclass(frozen=True, eq=False)
class NumberEvidence:
    """Evidence of all witnesses of one number.

    Attributes:
        cells: (cells, 14) log-probabilities of the digit witness.
        readings: most probable texts of the digit cells, best first; their probabilities sum to at most 1.
        bubbles: reading of the bubbles; None where the form has none.
        bubble_numbers: probability of each number 0, 1, ... by the bubbles; None where the form has none.
        strokes: reading of the tally grid; None where there is none or it was not read.
        totals: reading of the row totals beside the grid; None where the form has none.
        tables: probability of each number by each further witness (`witness.TableWitness.ask`), by name.
        words: evidence of the number in words; None where the form has no space for it, or it was not read.
    """

    cells: FloatArray
    readings: tuple[TextReading, ...]
    bubbles: TextReading | None
    bubble_numbers: FloatArray | None
    strokes: TallyReading | None = None
    totals: TotalsReading | None = None
    tables: Mapping[str, FloatArray] = field(default_factory=dict[str, FloatArray])
    words: WordsEvidence | None = None

    @property
    def best(self) -> TextReading:
        """Most probable text of the digit cells."""
        return self.readings[0]

    @cached_property
    def written(self) -> FilledBoxes:
        """Probabilities by the digit cells, under the prior on how boxes are filled (`box_prior`)."""
        return read_boxes(np.exp(self.cells))

    def digits_say(self, value: int | None, kind: Kind = "number") -> float:
        """Probability of a value or kind by the digit cells, over all ways to write it.

        Args:
            value: the number, for the kind ``"number"``.
            kind: of text.
        """
        if kind == "number" and value is not None:
            return float(self.digit_numbers[value])
        if kind in ("blank", "unreadable"):
            return self.blank if kind == "blank" else self.written.scribbled
        return self.written.plain * sum(r.probability for r in self.readings if r.kind == kind)

    @property
    def blank(self) -> float:
        """Probability that every cell is empty, by the digit cells."""
        return self.written.blank

    @property
    def digit_numbers(self) -> FloatArray:
        """Probability of each number 0, 1, ... by the digit cells, over all ways to write it.

        A cell of the class "something else" may be any digit: struck out, written over, or merged with the next one.
        """
        return self.written.numbers

    @property
    def stroke_counts(self) -> FloatArray | None:
        """Probability of each number of strokes 0, 1, ...; None unless strokes were read."""
        return self.strokes.counts if self.strokes is not None and self.strokes.state == "read" else None

    @property
    def total_sums(self) -> FloatArray | None:
        """Probability of each sum of row totals 0, 1, ...; None unless the totals were read."""
        return self.totals.sums if self.totals is not None and self.totals.state == "read" else None

    @property
    def numbers(self) -> FloatArray | None:
        """Probability of each number 0, 1, ... by the count: strokes where they were read, else several row totals.

        Strokes and row totals come from one person's count, so they are one witness. None where both are empty or not
        read. A single row total does not count: it is the same number written again by the same hand, and read by the
        same reader.
        """
        if self.strokes is not None and self.strokes.state == "read":
            return self.strokes.numbers
        if self.totals is not None and self.totals.state == "read" and self.totals.rows >= 2:
            return self.totals.numbers
        return None

    @property
    def others(self) -> tuple[TextReading, ...]:
        """Readings that are not numbers: blank, the most probable with a sign after a digit, and all with a `?`."""
        cells = len(self.cells)
        without = next((r.text for r in self.readings if r.kind == "unreadable"), "?" * cells)
        found = [TextReading(" " * cells, "blank", None, self.blank)]
        odd = [r for r in self.readings if r.kind == "misplaced"][:_MISPLACED]
        found += [r._replace(probability=self.written.plain * r.probability) for r in odd]
        return (*found, TextReading(without, "unreadable", None, self.written.unreadable))

    @cached_property
    def _texts(self) -> dict[int | None, str]:
        """Most probable text of each number in `readings`."""
        return {r.value: r.text for r in reversed(self.readings) if r.kind == "number"}

    @cached_property
    def _doubtful(self) -> list[list[bool]]:
        """(cells, 10) True where "something else" is more probable than the digit."""
        chances = np.exp(self.cells)
        return (chances[:, digit_witness.OTHER :] * ANY_DIGIT / 10 > chances[:, :10]).tolist()

    def text_of(self, number: int) -> str:
        """Most probable text of a number; `?` where "something else" is more probable than the digit of a cell."""
        written = self._texts.get(number)
        if written is None:
            digits = str(number)
            before = self.cells[: len(self.cells) - len(digits), SIGNS].argmax(axis=1)
            written = "".join(digit_witness.CLASSES[SIGNS[i]] for i in before) + digits
        return "".join(
            "?" if c.isdigit() and doubtful[int(c)] else c for c, doubtful in zip(written, self._doubtful, strict=True)
        )


@lru_cache(maxsize=65_536)
def interpret(text: str) -> tuple[Kind, int | None]:
    """Kind and value of a text of cell characters (0-9, X, -, space, ?).

    `misplaced` means that a cross, a dash or an empty cell comes after a digit. Its digits give a value, but a person
    has to decide the number (forms: "an X that is not leading makes the number invalid").
    """
    if "?" in text:
        digits = "".join(c for c in text if c.isdigit())
        return "unreadable", int(digits) if digits and text.count("?") == 0 else None
    digits = "".join(c for c in text if c.isdigit())
    if not text.strip():
        return "blank", None
    if not digits:
        return "number", 0
    leading = text.lstrip("X- ")
    return ("number" if leading == digits else "misplaced"), int(digits)


def read_cells(log_probabilities: FloatArray) -> tuple[TextReading, ...]:
    """Most probable texts of a row of cells, best first, at most `_KEPT` (beam search).

    Args:
        log_probabilities: (cells, 14) in the order of `cells.digit_reader.CLASSES`.
    """
    scores, texts = np.zeros(1), np.zeros(1, np.int64)
    for cell in log_probabilities:
        scores = np.add.outer(scores, cell).ravel()
        texts = np.add.outer(texts * len(_BY_NAME), _BY_NAME).ravel()
        if len(scores) > _KEPT:
            # Ties are broken by the text, so all texts as probable as the last one that is kept are sorted below.
            good = scores >= np.partition(scores, -_KEPT)[-_KEPT]
            scores, texts = scores[good], texts[good]
        best = np.lexsort((texts, -scores))[:_KEPT]
        scores, texts = scores[best], texts[best]
    places = len(_BY_NAME) ** np.arange(len(log_probabilities))[::-1]
    written = _NAMES[texts[:, None] // places % len(_BY_NAME)].tolist()
    return tuple(
        TextReading(text, *interpret(text), chance)
        for text, chance in zip(map("".join, written), np.exp(scores).tolist(), strict=True)
    )


def read_bubbles(probabilities: FloatArray) -> tuple[TextReading, FloatArray]:
    """Most probable reading of the bubbles, and the probability of each number 0, 1, ... by them.

    Args:
        probabilities: (columns, 12) in the order of `cells.bubble_reader.CLASSES`.
    """
    best = probabilities.argmax(axis=1)
    probability = float(probabilities.max(axis=1).prod())
    symbols = "".join("?" if i == bubble_witness.SEVERAL else " " if i == bubble_witness.NONE else str(i) for i in best)
    kind, value = interpret(symbols)
    if kind in ("unreadable", "misplaced"):
        value = None
    numbers = number_table(probabilities[:, :10], probabilities[:, bubble_witness.NONE])
    return TextReading(symbols, kind, value, probability), numbers


def number_evidence(
    log_probabilities: FloatArray,
    bubbles: FloatArray | None,
    strokes: TallyReading | None = None,
    totals: TotalsReading | None = None,
    tables: Mapping[str, FloatArray] | None = None,
    words: WordsEvidence | None = None,
) -> NumberEvidence:
    """Collect the evidence of one number's witnesses.

    Args:
        log_probabilities: (cells, 14) of the digit witness.
        bubbles: (columns, 12) probabilities of the bubble witness, or None.
        strokes: reading of the tally witness, or None.
        totals: row totals as read by the digit witness, or None.
        tables: probability of each number by each further witness, by name.
        words: evidence of the number in words, or None.
    """
    reading, numbers = read_bubbles(bubbles) if bubbles is not None else (None, None)
    readings = read_cells(log_probabilities)
    return NumberEvidence(log_probabilities, readings, reading, numbers, strokes, totals, tables or {}, words)


def read_total(row: int, log_probabilities: FloatArray, strokes: FloatArray | None) -> TotalReading | None:
    """Read the total of one row; None where none is written (empty boxes, dashes or crosses).

    The strokes of the row weigh its readings softly, as rules do, since clerks make errors and the total is to be read
    as written.

    Args:
        row: counted from 1.
        log_probabilities: (digits, 14) of the digit witness.
        strokes: probability of each number of strokes in the row, None where they cannot be read.
    """
    readings = read_cells(log_probabilities)
    if readings[0].text.strip(" X-") == "":
        return None
    weights: list[float] = []
    for reading in readings:
        weight = reading.probability
        if strokes is not None and reading.kind == "number" and reading.value is not None:
            said = float(strokes[reading.value]) if reading.value < len(strokes) else 0.0
            weight *= (1 - _TOTAL_ERROR_RATE) * said + _TOTAL_ERROR_RATE / 10
        elif strokes is not None:
            weight *= _TOTAL_ERROR_RATE / 10
        weights.append(weight)
    total = sum(weights) or 1.0
    values: dict[int, float] = {}
    for reading, weight in zip(readings, weights, strict=True):
        if reading.kind == "number" and reading.value is not None:
            values[reading.value] = values.get(reading.value, 0.0) + weight / total
    best = readings[int(np.argmax(weights))]
    value = best.value if best.kind == "number" else None
    return TotalReading(row, best.text, value, 0.0 if value is None else values[value], values)
