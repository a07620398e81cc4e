"""What one number may be: the readings that matter, what each witness says of each, and how much all others weigh.

Every number that fits the boxes is weighed exactly. At most `MOST` are listed one by one; the others are kept as a sum
(`rest`) and as the heaviest of them (`largest`), so that nothing that was left out can be forgotten.

How evidence is combined. The digit cells and each witness (`witnesses.WITNESSES`: bubbles, the count) say how probable
their own ink is, given the number. These probabilities multiply, but each witness may be about something else than the
number written in the boxes (`DOUBT`): one hand wrote boxes and bubbles, and the same shadow lies on both. So a witness
can favour one number over another by at most 1 / `DOUBT`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..cells.digit_reader import bounds, likely
from ..imaging.arrays import FloatArray
from .box_prior import chance_at_most
from .evidence import Kind, NumberEvidence, interpret
from .witness import DOUBT
from .witnesses import WITNESSES, tables

MOST = 16
_TAIL = 1e-4  # share
_DIGITS = 6  # significant ones, in records too: documents are decided from records alone


@dataclass(frozen=True)
class Choice:
    """One reading and what each witness says of it.

    Attributes:
        text: a character per cell: 0-9, X, -, space, `?` for what is no digit.
        value: the number that it means, None for a blank or what is no number.
        digits: probability that the digit cells mean this, over all ways to write it.
        bubbles: that the bubbles mean it; strokes: that there are as many; totals: that it is the sum of the row
            totals. 0 where that witness says nothing.
        counted: that it was counted so, slips of the count included: by strokes, else by row totals.
        others: what each further witness says of it, by name.
    """

    text: str
    value: int | None
    digits: float
    bubbles: float = 0.0
    strokes: float = 0.0
    totals: float = 0.0
    counted: float = 0.0
    others: Mapping[str, float] = field(default_factory=dict[str, float], hash=False)

    @property
    def kind(self) -> Kind:
        """What the text is."""
        return interpret(self.text)[0]

    @property
    def proper(self) -> bool:
        """Whether it stands for all ways to write its number, and not for one text with a sign after a digit."""
        return self.value is not None and self.kind != "misplaced"


@dataclass(frozen=True)
class Choices:
    """All that one number may be.

    Attributes:
        listed: the heaviest first.
        rest: weight of all that is not listed.
        largest: the heaviest single number of these.
        speaking: names of the witnesses that say which number is meant.
        cells: (cells, 14) lower and upper bounds of what each digit cell says (`witnesses.digits.bounds`), None where
            they are not known: they tell how much any single number that is not listed can weigh.
    """

    listed: tuple[Choice, ...]
    rest: float
    largest: float
    speaking: tuple[str, ...]
    cells: tuple[FloatArray, FloatArray] | None = field(default=None, compare=False, repr=False)

    @cached_property
    def weights(self) -> FloatArray:
        """Weight of each choice, given all witnesses of the number, without rules."""
        return np.array([c.digits * self._witnessed(c) for c in self.listed])

    def _witnessed(self, choice: Choice) -> float:
        weight = 1.0
        for name in self.speaking:
            weight *= WITNESSES[name].says(choice) * (1 - DOUBT) + DOUBT
        return weight

    def only(self, keep: NDArray[np.bool_]) -> Choices:
        """With these of the listed ones alone, all others in the rest."""
        if keep.all():
            return self
        left = self.weights[~keep]
        listed = tuple(c for c, kept in zip(self.listed, keep.tolist(), strict=True) if kept)
        rest, largest = self.rest + float(left.sum()), max(self.largest, float(left.max()))
        found = Choices(listed, rest, largest, self.speaking, self.cells)
        vars(found)["weights"] = self.weights[keep]  # known already, and asked for thousands of times
        return found

    def unlisted(self, value: int) -> Choice:
        """A number that is not listed, as heavy as it may be at most."""
        most = self.largest if self.cells is None else min(self.largest, chance_at_most(*self.cells, value))
        return Choice(str(value), value, most, bubbles=1.0, counted=1.0, others=dict.fromkeys(tables(), 1.0))

    def of(self, value: int | None) -> Choice | None:
        """The listed choice that is this number."""
        return next((c for c in self.listed if c.kind == "number" and c.value == value), None)


def weigh(evidence: NumberEvidence) -> Choices:
    """List what a number may be.

    Args:
        evidence: of its witnesses.
    """
    numbers = evidence.digit_numbers
    size = len(numbers)
    bubbles = _padded(evidence.bubble_numbers, size)
    strokes, totals = _padded(evidence.stroke_counts, size), _padded(evidence.total_sums, size)
    counts = _padded(evidence.numbers, size)
    others = {name: _padded(said, size) for name, said in evidence.tables.items()}
    words = {name: said for name, one in WITNESSES.items() if (said := one.numbers(evidence)) is not None}
    weights = numbers.copy()
    for said in words.values():
        weights *= _padded(said, size) * (1 - DOUBT) + DOUBT
    other = [Choice(r.text, r.value, _round(r.probability)) for r in evidence.others]
    silent = DOUBT ** len(words)
    beside = sum(c.digits for c in other) * silent
    order = _heaviest(weights, MOST)
    total = float(weights.sum()) + beside
    tails = total - beside - np.cumsum(weights[order])
    wanted = min(MOST - len(other), 1 + int(np.searchsorted(-tails, -_TAIL * total)))
    kept = set(order[:wanted].tolist())
    # What a witness says must be among what is looked at, however little the digits think of it.
    for table in (said for one in WITNESSES.values() for said in one.listed(evidence)):
        kept |= {int(within.argmax())} if (within := _padded(table, size)).any() else set()
    values = sorted(kept, key=lambda v: (-weights[v], v))
    table = np.stack([numbers, bubbles, strokes, totals, counts], axis=1)[values].tolist()
    listed = [
        Choice(
            *(evidence.text_of(v), v, *map(_round, row)),
            others={name: _round(float(said[v])) for name, said in others.items()},
        )
        for v, row in zip(values, table, strict=True)
    ]
    left = np.delete(weights, values)
    # Texts with something after a digit, beyond those listed: each is less likely than these.
    unlisted = max(0.0, 1.0 - float(numbers.sum()) - sum(c.digits for c in other)) * silent
    least = min((c.digits * silent for c in other if c.kind == "misplaced"), default=unlisted)
    choices = Choices(
        tuple(listed + other),
        _round(float(left.sum()) + unlisted),
        _round(max(float(left.max(initial=0.0)), min(unlisted, least))),
        tuple(words),
        bounds(likely(evidence.cells)),
    )
    ranked = np.argsort(-choices.weights, kind="stable")
    return replace(choices, listed=tuple(choices.listed[i] for i in ranked))


def _heaviest(weights: FloatArray, count: int) -> NDArray[np.intp]:
    """Places of the `count` largest, the largest first, of equals the first first."""
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
