"""Candidates of one number: the readings that matter, their probabilities by each witness, and the weight of the rest.

Every number that fits the boxes is weighed exactly. At most `MOST` are listed one by one. All others are kept as the
sum of their weights (`rest`) and the largest single weight among them (`largest`), so none is dropped.

Combination of evidence. The digit cells and each witness (`witnesses.WITNESSES`: bubbles, the count, words) give the
probability of their own ink, given the number. These probabilities are multiplied. With probability `Witness.doubt` a
witness gives another number than the one written in the boxes: one hand wrote boxes, bubbles and words, and one shadow
may lie on all. A witness can therefore favour one number over another by at most 1 / `doubt`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..cells.digit_reader import bounds, likely
from ..imaging.arrays import FloatArray
from .box_prior import chance_at_most
from .evidence import Kind, NumberEvidence, interpret
from .witnesses import WITNESSES, tables

MOST = 16  # most candidates listed, without those that a witness adds; by judgement
_TAIL = 1e-4  # share of all weight that may be left out of the list; by judgement
_DIGITS = 6  # significant digits, the same as in records, since documents are decided from records alone


@dataclass(frozen=True)
class Choice:
    """One candidate and its probability by each witness; 0 where a witness gives no evidence.

    Attributes:
        text: a character per cell: 0-9, X, -, space, `?` for something that is not a digit.
        value: value of the text; None for a blank or a text that is not a number.
        digits: probability by the digit cells, over all ways to write the number.
        bubbles: probability by the bubbles.
        strokes: probability that there are as many tally strokes.
        totals: probability that the row totals add up to it.
        counted: probability by the count, errors of counting included: by strokes, else by row totals.
        words: probability by the number in words.
        others: probability by each further witness, by name.
    """

    text: str
    value: int | None
    digits: float
    bubbles: float = 0.0
    strokes: float = 0.0
    totals: float = 0.0
    counted: float = 0.0
    words: float = 0.0
    others: Mapping[str, float] = field(default_factory=dict[str, float], hash=False)

    @property
    def kind(self) -> Kind:
        """Kind of the text."""
        return interpret(self.text)[0]

    @property
    def proper(self) -> bool:
        """True when the candidate covers all ways to write its number, not one text with a sign after a digit."""
        return self.value is not None and self.kind != "misplaced"


@dataclass(frozen=True)
class Choices:
    """Candidates of one number.

    Attributes:
        listed: candidates, the heaviest first.
        rest: total weight of everything that is not listed.
        largest: largest weight of a single number that is not listed.
        speaking: names of the witnesses that give evidence about this number.
        cells: (cells, 14) lower and upper bounds of the probabilities of each digit cell (`cells.digit_reader.bounds`),
            from which the weight of a number that is not listed is bounded; None where they are not known.
    """

    listed: tuple[Choice, ...]
    rest: float
    largest: float
    speaking: tuple[str, ...]
    cells: tuple[FloatArray, FloatArray] | None = field(default=None, compare=False, repr=False)

    @cached_property
    def weights(self) -> FloatArray:
        """(candidates,) weight of each candidate by all witnesses of the number, without rules."""
        return np.array([c.digits * self._witnessed(c) for c in self.listed])

    def _witnessed(self, choice: Choice) -> float:
        weight = 1.0
        for name in self.speaking:
            doubt = WITNESSES[name].doubt
            weight *= WITNESSES[name].says(choice) * (1 - doubt) + doubt
        return weight

    def only(self, keep: NDArray[np.bool_]) -> Choices:
        """Keep some of the candidates and move the others to the rest.

        Args:
            keep: (candidates,) True where the candidate is kept.
        """
        if keep.all():
            return self
        left = self.weights[~keep]
        listed = tuple(c for c, kept in zip(self.listed, keep.tolist(), strict=True) if kept)
        rest, largest = self.rest + float(left.sum()), max(self.largest, float(left.max()))
        found = Choices(listed, rest, largest, self.speaking, self.cells)
        vars(found)["weights"] = self.weights[keep]  # fills the cache of `weights`, which is read thousands of times
        return found

    def unlisted(self, value: int) -> Choice:
        """A candidate for a number that is not listed, with an upper bound of its weight."""
        most = self.largest if self.cells is None else min(self.largest, chance_at_most(*self.cells, value))
        others = dict.fromkeys(tables(), 1.0)
        return Choice(str(value), value, most, bubbles=1.0, counted=1.0, words=1.0, others=others)

    def of(self, value: int | None) -> Choice | None:
        """Listed candidate with this value; None without one."""
        return next((c for c in self.listed if c.kind == "number" and c.value == value), None)


def weigh(evidence: NumberEvidence) -> Choices:
    """Weigh all readings of a number and list its candidates.

    Args:
        evidence: of all witnesses of the number.
    """
    numbers = evidence.digit_numbers
    size = len(numbers)
    bubbles = _padded(evidence.bubble_numbers, size)
    strokes, totals = _padded(evidence.stroke_counts, size), _padded(evidence.total_sums, size)
    counts, in_words = _padded(evidence.numbers, size), _padded(evidence.words and evidence.words.numbers, size)
    others = {name: _padded(said, size) for name, said in evidence.tables.items()}
    speaking = {name: said for name, one in WITNESSES.items() if (said := one.numbers(evidence)) is not None}
    weights = numbers.copy()
    for name, said in speaking.items():
        doubt = WITNESSES[name].doubt
        weights *= _padded(said, size) * (1 - doubt) + doubt
    other = [Choice(r.text, r.value, _round(r.probability)) for r in evidence.others]
    silent = math.prod(WITNESSES[name].doubt for name in speaking)
    beside = sum(c.digits for c in other) * silent
    order = _heaviest(weights, MOST)
    total = float(weights.sum()) + beside
    tails = total - beside - np.cumsum(weights[order])
    wanted = min(MOST - len(other), 1 + int(np.searchsorted(-tails, -_TAIL * total)))
    kept = set(order[:wanted].tolist())
    # The most probable number of each witness is always a candidate, even if the digit cells make it improbable.
    for table in (said for one in WITNESSES.values() for said in one.listed(evidence)):
        kept |= {int(within.argmax())} if (within := _padded(table, size)).any() else set()
    values = sorted(kept, key=lambda v: (-weights[v], v))
    table = np.stack([numbers, bubbles, strokes, totals, counts, in_words], axis=1)[values].tolist()
    listed = [
        Choice(
            *(evidence.text_of(v), v, *map(_round, row)),
            others={name: _round(float(said[v])) for name, said in others.items()},
        )
        for v, row in zip(values, table, strict=True)
    ]
    left = np.delete(weights, values)
    # Texts with a sign after a digit that are not listed: each is at most as probable as the last that is listed.
    unlisted = max(0.0, 1.0 - float(numbers.sum()) - sum(c.digits for c in other)) * silent
    least = min((c.digits * silent for c in other if c.kind == "misplaced"), default=unlisted)
    choices = Choices(
        tuple(listed + other),
        _round(float(left.sum()) + unlisted),
        _round(max(float(left.max(initial=0.0)), min(unlisted, least))),
        tuple(speaking),
        bounds(likely(evidence.cells)),
    )
    ranked = np.argsort(-choices.weights, kind="stable")
    return replace(choices, listed=tuple(choices.listed[i] for i in ranked))


def _heaviest(weights: FloatArray, count: int) -> NDArray[np.intp]:
    """Indices of the `count` largest weights, the largest first; ties in order of index."""
    least = np.partition(weights, -count)[-count] if len(weights) > count else -np.inf
    places = np.flatnonzero(weights >= least)
    return places[np.argsort(-weights[places], kind="stable")][:count]


def _padded(table: FloatArray | None, size: int) -> FloatArray:
    found = np.zeros(size)
    if table is not None:
        found[: min(size, len(table))] = table[:size]
    return found


def _round(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
