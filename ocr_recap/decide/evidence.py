"""From cells, columns and strokes to numbers: what each witness of one number says, before anything is put together.

A number is read from its cells as written: leading crosses, dashes and empty cells count for nothing, crosses and
dashes alone mean zero, all empty means blank.
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
from ..imaging.arrays import FloatArray
from .box_prior import ANY_DIGIT, SIGNS, FilledBoxes, number_table, read_boxes

Kind = Literal["number", "blank", "misplaced", "unreadable"]

_KEPT = 64  # texts of a number that are carried along
_MISPLACED = 2  # of these, readings with something after a digit: rare, and never accepted
# A text as a number whose order is that of the texts: each cell's class by the place of its character among all.
_NAMES = np.array(sorted(digit_witness.CLASSES))
_BY_NAME = np.searchsorted(_NAMES, list(digit_witness.CLASSES))
# How often a row's total differs from its strokes: drawn clerks do so in one row of 300; ten times that, lest strokes
# overrule what is written. It is shared by some ten numbers that a slip leads to.
_SLIP_OF_A_TOTAL = 0.03


class TextReading(NamedTuple):
    """One way to read a number's cells."""

    text: str
    kind: Kind
    value: int | None
    probability: float


@dataclass(frozen=True, eq=False)
class NumberEvidence:
    """What the witnesses of one number say.

    Attributes:
        cells: (cells, 14) log-probabilities of the digit witness.
        readings: likeliest texts of the digit cells, best first; probabilities sum to at most 1.
        bubbles: reading of the bubbles, None where the form has none.
        bubble_numbers: probability that the bubbles mean each number 0, 1, ...; None where the form has none.
        strokes: what the tally grid says, None where there is none or it was not read.
        totals: what the row totals beside it say.
        tables: what each further witness says (`witness.TableWitness.ask`), by its name.
    """

    cells: FloatArray
    readings: tuple[TextReading, ...]
    bubbles: TextReading | None
    bubble_numbers: FloatArray | None
    strokes: TallyReading | None = None
    totals: TotalsReading | None = None
    tables: Mapping[str, FloatArray] = field(default_factory=dict[str, FloatArray])

    @property
    def best(self) -> TextReading:
        """The likeliest text of the digit cells."""
        return self.readings[0]

    @cached_property
    def written(self) -> FilledBoxes:
        """What the digit cells mean, weighed together."""
        return read_boxes(np.exp(self.cells))

    def digits_say(self, value: int | None, kind: Kind = "number") -> float:
        """Probability that the digit cells mean this, over all ways to write it."""
        if kind == "number" and value is not None:
            return float(self.digit_numbers[value])
        if kind in ("blank", "unreadable"):
            return self.blank if kind == "blank" else self.written.scribbled
        return self.written.plain * sum(r.probability for r in self.readings if r.kind == kind)

    @property
    def blank(self) -> float:
        """Probability that every cell is empty."""
        return self.written.blank

    @property
    def digit_numbers(self) -> FloatArray:
        """Probability that the digit cells mean each number 0, 1, ..., over all ways to write it.

        What is something else may be any digit: struck out, written over, or run together with its neighbour's.
        """
        return self.written.numbers

    @property
    def stroke_counts(self) -> FloatArray | None:
        """Probability of each number of strokes, None unless they were read."""
        return self.strokes.counts if self.strokes is not None and self.strokes.state == "read" else None

    @property
    def total_sums(self) -> FloatArray | None:
        """Probability of each sum of the row totals, None unless they were read."""
        return self.totals.sums if self.totals is not None and self.totals.state == "read" else None

    @property
    def numbers(self) -> FloatArray | None:
        """Probability of each number 0, 1, ... by who counted: strokes where they were read, else several row totals.

        Both come from one person's count, so they are one witness. What is empty says nothing; and one row's total is
        the number written once more, by the same hand and read by the same reader.
        """
        if self.strokes is not None and self.strokes.state == "read":
            return self.strokes.numbers
        if self.totals is not None and self.totals.state == "read" and self.totals.rows >= 2:
            return self.totals.numbers
        return None

    @property
    def others(self) -> tuple[TextReading, ...]:
        """Readings that are no number: blank, the likeliest with something after a digit, all with a `?` together."""
        cells = len(self.cells)
        without = next((r.text for r in self.readings if r.kind == "unreadable"), "?" * cells)
        found = [TextReading(" " * cells, "blank", None, self.blank)]
        odd = [r for r in self.readings if r.kind == "misplaced"][:_MISPLACED]
        found += [r._replace(probability=self.written.plain * r.probability) for r in odd]
        return (*found, TextReading(without, "unreadable", None, self.written.unreadable))

    @cached_property
    def _texts(self) -> dict[int | None, str]:
        """The likeliest text of each number that `readings` has."""
        return {r.value: r.text for r in reversed(self.readings) if r.kind == "number"}

    @cached_property
    def _doubtful(self) -> list[list[bool]]:
        """Whether each cell is rather something else than each digit; (cells, 10)."""
        chances = np.exp(self.cells)
        return (chances[:, digit_witness.OTHER :] * ANY_DIGIT / 10 > chances[:, :10]).tolist()

    def text_of(self, number: int) -> str:
        """The likeliest way that the cells write a number; `?` where a cell is rather something else than its digit."""
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
    """What a text of cell characters (0-9, X, -, space, ?) means.

    `misplaced` is a cross, a dash or an empty cell after a digit: its digits are still read, but the number needs a
    person (forms: "an X that is not leading makes the number invalid").
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
    """The likeliest texts of a row of cells, best first.

    Args:
        log_probabilities: (cells, 14) in the order of `witnesses.digits.CLASSES`.
    """
    scores, texts = np.zeros(1), np.zeros(1, np.int64)
    for cell in log_probabilities:
        scores = np.add.outer(scores, cell).ravel()
        texts = np.add.outer(texts * len(_BY_NAME), _BY_NAME).ravel()
        if len(scores) > _KEPT:
            # Ties are for the text to break, so all that are as good as the last that is kept go on to be sorted.
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
    """The bubbles' own number, and the probability of every number 0, 1, ... that they allow.

    Args:
        probabilities: (columns, 12) in the order of `witnesses.bubbles.CLASSES`.
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
) -> NumberEvidence:
    """Put one number's witnesses side by side.

    Args:
        log_probabilities: (cells, 14) of the digit witness.
        bubbles: (columns, 12) of the bubble witness, or None.
        strokes: of the tally witness, or None.
        totals: the row totals as the digit witness reads them, or None.
        tables: what further witnesses say, by name.
    """
    reading, numbers = read_bubbles(bubbles) if bubbles is not None else (None, None)
    readings = read_cells(log_probabilities)
    return NumberEvidence(log_probabilities, readings, reading, numbers, strokes, totals, tables or {})


def read_total(row: int, log_probabilities: FloatArray, strokes: FloatArray | None) -> TotalReading | None:
    """One row's total, None where none is written: a dash or a cross there is no total, nor is an empty box.

    What was counted in the row speaks softly, as rules do: clerks slip, and what is written is to be read.

    Args:
        row: from 1.
        log_probabilities: (digits, 14) of the digit witness.
        strokes: probability of each count of strokes in the row, None where they cannot be read.
    """
    readings = read_cells(log_probabilities)
    if readings[0].text.strip(" X-") == "":
        return None
    weights: list[float] = []
    for reading in readings:
        weight = reading.probability
        if strokes is not None and reading.kind == "number" and reading.value is not None:
            said = float(strokes[reading.value]) if reading.value < len(strokes) else 0.0
            weight *= (1 - _SLIP_OF_A_TOTAL) * said + _SLIP_OF_A_TOTAL / 10
        elif strokes is not None:
            weight *= _SLIP_OF_A_TOTAL / 10
        weights.append(weight)
    total = sum(weights) or 1.0
    values: dict[int, float] = {}
    for reading, weight in zip(readings, weights, strict=True):
        if reading.kind == "number" and reading.value is not None:
            values[reading.value] = values.get(reading.value, 0.0) + weight / total
    best = readings[int(np.argmax(weights))]
    value = best.value if best.kind == "number" else None
    return TotalReading(row, best.text, value, 0.0 if value is None else values[value], values)
