"""Evidence and rules to numbers: pure arithmetic on plain data, no images, no decisions.

A number is read from its cells as written: leading crosses, dashes and empty cells count for nothing, crosses and
dashes alone mean zero, all empty means blank. What arithmetic would like a number to be changes nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .rules import Outcome
from .template import Rule
from .witnesses import bubbles as bubble_witness
from .witnesses import digits as digit_witness
from .witnesses.tally import TallyReading
from .witnesses.totals import TotalReading, TotalsReading

FloatArray = NDArray[np.float64]
Kind = Literal["number", "blank", "misplaced", "unreadable"]

_KEPT = 64  # candidates per number that are carried along; what is cut off is the remainder of the distribution
_DOUBT = 0.003  # share of the digit witness given to "anything else", so that no single witness is ever certain
# How often a row's total differs from its strokes: drawn clerks do so in one row of 300; ten times that, lest strokes
# overrule what is written. It is shared by some ten numbers that a slip leads to.
_SLIP_OF_A_TOTAL = 0.03


@dataclass(frozen=True)
class Reading:
    """One way to read a number's cells."""

    text: str
    kind: Kind
    value: int | None
    probability: float


@dataclass(frozen=True)
class Evidence:
    """What the witnesses of one number say.

    Attributes:
        readings: of the digit cells, likeliest first; probabilities sum to at most 1.
        bubbles: reading of the bubbles, None where the form has none.
        blank: probability that every cell is empty.
        strokes: what the tally grid says, None where there is none or it was not read.
        totals: what the row totals beside it say.
    """

    readings: tuple[Reading, ...]
    bubbles: Reading | None
    bubble_probability_of: Mapping[int, float]
    blank: float
    strokes: TallyReading | None = None
    totals: TotalsReading | None = None

    @property
    def best(self) -> Reading:
        """The likeliest text of the digit cells."""
        return self.readings[0]

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

    def digits_say(self, value: int | None, kind: Kind = "number") -> float:
        """Probability that the digit cells mean this value (over all ways to write it)."""
        return sum(r.probability for r in self.readings if r.value == value and r.kind == kind)


@dataclass(frozen=True)
class Evaluated:
    """A rule, the numbers that it was evaluated on, and what came out."""

    rule: Rule
    numbers: Mapping[str, int | None]
    outcome: Outcome
    difference: float | None


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


def read_cells(log_probabilities: FloatArray) -> tuple[Reading, ...]:
    """The likeliest texts of a row of cells, best first.

    Args:
        log_probabilities: (cells, 14) in the order of `witnesses.digits.CLASSES`.
    """
    beam: list[tuple[float, str]] = [(0.0, "")]
    for cell in log_probabilities:
        grown = [
            (score + float(p), text + c)
            for score, text in beam
            for c, p in zip(digit_witness.CLASSES, cell, strict=True)
        ]
        grown.sort(key=lambda pair: (-pair[0], pair[1]))
        beam = grown[:_KEPT]
    return tuple(Reading(text, *interpret(text), float(np.exp(score))) for score, text in beam)


def read_bubbles(probabilities: FloatArray) -> tuple[Reading, Mapping[int, float]]:
    """The bubbles' own number, and the probability of every value they allow.

    Args:
        probabilities: (columns, 12) in the order of `witnesses.bubbles.CLASSES`.
    """
    best = probabilities.argmax(axis=1)
    probability = float(probabilities.max(axis=1).prod())
    symbols = "".join("?" if i == bubble_witness.SEVERAL else " " if i == bubble_witness.NONE else str(i) for i in best)
    kind, value = interpret(symbols)
    if kind in ("unreadable", "misplaced"):
        value = None
    values: dict[int, float] = {}
    beam: list[tuple[float, str]] = [(1.0, "")]
    for column in probabilities:
        options = [(float(column[d]), str(d)) for d in range(10)] + [(float(column[bubble_witness.NONE]), " ")]
        grown = [(p * q, t + s) for p, t in beam for q, s in options]
        grown.sort(key=lambda pair: (-pair[0], pair[1]))
        beam = grown[:_KEPT]
    for p, text in beam:
        meaning, number = interpret(text)
        if meaning == "number" and number is not None:
            values[number] = values.get(number, 0.0) + p
    return Reading(symbols, kind, value, probability), values


def weigh(
    log_probabilities: FloatArray,
    bubbles: FloatArray | None,
    strokes: TallyReading | None = None,
    totals: TotalsReading | None = None,
) -> Evidence:
    """Put one number's witnesses side by side.

    Args:
        log_probabilities: (cells, 14) of the digit witness.
        bubbles: (columns, 12) of the bubble witness, or None.
        strokes: of the tally witness, or None.
        totals: the row totals as the digit witness reads them, or None.
    """
    reading, values = read_bubbles(bubbles) if bubbles is not None else (None, {})
    blank = float(np.exp(log_probabilities[:, digit_witness.EMPTY].sum()))
    return Evidence(read_cells(log_probabilities), reading, values, blank, strokes, totals)


def posterior(evidence: Evidence) -> tuple[Reading, ...]:
    """All witnesses of one number heard, before any rule: readings with probabilities, best first.

    Filled bubbles multiply in as an independent witness that may err; bubbles left empty say nothing about a number
    (officers forget them), and only speak against "blank" when filled. Strokes multiply in likewise, slips of counting
    included; they say nothing of a blank, since a number may be forgotten.
    """
    heard: dict[str, float] = {}
    by_text = {r.text: r for r in evidence.readings}
    bubbles = evidence.bubbles
    speaks = bubbles is not None and bubbles.kind == "number"
    numbers = evidence.numbers
    for reading in evidence.readings:
        weight = reading.probability
        if speaks:
            said = evidence.bubble_probability_of.get(reading.value, 0.0) if reading.value is not None else 0.0
            weight *= said * (1 - _DOUBT) + _DOUBT
        if numbers is not None:
            value = reading.value
            said = float(numbers[value]) if value is not None and value < len(numbers) else 0.0
            weight *= said * (1 - _DOUBT) + _DOUBT
        heard[reading.text] = weight
    total = sum(heard.values())
    remainder = max(0.0, 1.0 - sum(r.probability for r in evidence.readings)) * _DOUBT
    total += remainder
    ranked = sorted(heard.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Reading(text, by_text[text].kind, by_text[text].value, weight / total) for text, weight in ranked)


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


def evaluate(rules: Sequence[Rule], values: Mapping[str, int | None]) -> list[Evaluated]:
    """Evaluate rules on the numbers as written; a rule with a missing or blank number is not evaluated."""
    results: list[Evaluated] = []
    for rule in rules:
        numbers = {name: values.get(name) for name in rule.relation.fields}
        difference = rule.relation.difference(values)
        results.append(
            Evaluated(rule, numbers, rule.relation.evaluate(values), None if difference is None else float(difference))
        )
    return results
