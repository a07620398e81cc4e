"""All that a decision on one number hears, as plain data: every figure of it is in the record, to be decided again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .reconcile import Evidence, Kind, Reading, interpret

Reason = tuple[str, dict[str, str]]  # code of `problems.REASONS`, data of its sentence


@dataclass(frozen=True)
class BubbleCase:
    """What the bubbles of a number say.

    Attributes:
        text: a character per column: a digit, space = none filled, `?` = several.
        probability: of that text.
        supports: probability that the bubbles mean the number's value.
        digits_agree: probability that the digit cells mean the bubbles' value.
    """

    text: str
    probability: float
    supports: float
    digits_agree: float

    @property
    def kind(self) -> Kind:
        """Whether the text is a number."""
        return interpret(self.text)[0]

    @property
    def value(self) -> int | None:
        """The number; None where it is unclear."""
        kind, value = interpret(self.text)
        return value if kind == "number" else None


@dataclass(frozen=True)
class TallyCase:
    """What the strokes of a number say.

    Attributes:
        state: `empty` says nothing, `unreadable` has no count.
        count: the likeliest number of strokes.
        probability: its own.
        supports: probability of as many strokes as the number's value.
    """

    state: Literal["empty", "read", "unreadable"]
    count: int | None
    probability: float
    supports: float


@dataclass(frozen=True)
class TotalsCase:
    """What the row totals beside the strokes say.

    Attributes:
        state: `unclear` where one of them cannot be read.
        sum: of all that are written.
        rows: how many are written.
        probability: of that sum.
        supports: probability that the sum is the number's value.
    """

    state: Literal["empty", "read", "unclear"]
    sum: int | None
    rows: int
    probability: float
    supports: float


@dataclass(frozen=True)
class Person:
    """Somebody who looked: what they say is written (None: nothing), their name, and when, for the sentence."""

    value: int | None
    by: str = ""
    at: str = ""


@dataclass(frozen=True)
class Case:
    """All that a decision on one number hears: plain data, all of it in the record, so that it can be decided again.

    Attributes:
        field: id of the number.
        text: its likeliest text, all of its own witnesses heard.
        confidence: probability of that text's value over all ways to write it.
        digits_text: likeliest text of the digit cells alone.
        supports: probability that the digit cells mean the value.
        blank: probability that every cell is empty.
        cells_found: every printed box was seen.
        inside: every cell lies within the photo.
        bubbles: None where the form has none.
        objections: what speaks against the number from outside its page: reason codes with their data.
        person: who decided it; None while nobody did.
        tally: None where the form has no grid, or its strokes were not counted.
        totals: None where the form has none.
        poor: why its cells are seen too badly (`poor`), as reason codes.
    """

    field: str
    text: str
    confidence: float
    digits_text: str
    supports: float
    blank: float
    cells_found: bool
    inside: bool
    bubbles: BubbleCase | None = None
    objections: tuple[Reason, ...] = ()
    person: Person | None = None
    tally: TallyCase | None = None
    totals: TotalsCase | None = None
    poor: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """What is written: what a person says, else what the text is."""
        if self.person is not None:
            return "blank" if self.person.value is None else "number"
        return interpret(self.text)[0]

    @property
    def value(self) -> int | None:
        """What a person says, else the best reading; None for a blank or what is no number."""
        return interpret(self.text)[1] if self.person is None else self.person.value


def make_case(
    field: str,
    evidence: Evidence,
    posterior: Sequence[Reading],
    cells_found: bool,
    inside: bool,
    poor: tuple[str, ...] = (),
) -> Case:
    """What matters for the decision, rounded as records hold it."""
    best = posterior[0]
    if best.kind == "blank":
        confidence = evidence.blank
    else:
        confidence = sum(r.probability for r in posterior if r.value == best.value and r.kind == best.kind)
    said = evidence.bubbles
    bubbles = None
    if said is not None:
        supports = 0.0 if best.value is None else evidence.bubble_probability_of.get(best.value, 0.0)
        agree = evidence.digits_say(said.value)
        bubbles = BubbleCase(said.text, round(said.probability, 6), round(supports, 6), round(agree, 6))
    return Case(
        field,
        best.text,
        round(confidence, 6),
        evidence.best.text,
        round(evidence.digits_say(best.value), 6),
        round(evidence.blank, 6),
        cells_found,
        inside,
        bubbles,
        tally=_tally_case(evidence, best.value),
        totals=_totals_case(evidence, best.value),
        poor=poor,
    )


def _tally_case(evidence: Evidence, value: int | None) -> TallyCase | None:
    said = evidence.strokes
    if said is None:
        return None
    chance = 0.0 if said.count is None else said.says(said.count)
    return TallyCase(said.state, said.count, round(chance, 6), round(said.says(value), 6))


def _totals_case(evidence: Evidence, value: int | None) -> TotalsCase | None:
    said = evidence.totals
    if said is None:
        return None
    chance = 0.0 if said.sum is None else said.says(said.sum)
    return TotalsCase(said.state, said.sum, said.rows, round(chance, 6), round(said.says(value), 6))
