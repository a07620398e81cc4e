"""All evidence on one number, as plain data: every figure of it is in the record, so that it can be decided again."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ..forms.template import Rule
from .candidates import Choice, Choices, weigh
from .evidence import Kind, NumberEvidence, interpret
from .posterior import Evaluated, evaluate, posterior
from .witness import PLAUSIBLE

# Probability of a number by its digit cells alone from which a box that may hold two digits counts as any other one; by
# judgement.
CLEAR_INK = 0.97

Reason = tuple[str, dict[str, str]]  # code of `reasons.REASONS`, data of its sentence


def other_sheet(others: str) -> tuple[Reason, ...]:
    """What speaks against every number of a photo in which other sheets (named for a sentence) could be meant."""
    return (("other_sheet", {"others": others}),) if others else ()


@dataclass(frozen=True)
class BubbleCase:
    """What the bubbles of a number say.

    Attributes:
        text: a character per column: a digit, space = none filled, `?` = several.
        probability: of that text.
    """

    text: str
    probability: float

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
    """What the strokes of a number say: the likeliest count and how surely; `unreadable` has none."""

    state: Literal["empty", "read", "unreadable"]
    count: int | None
    probability: float


@dataclass(frozen=True)
class TotalsCase:
    """What the row totals beside the strokes say: `unclear` where one of them cannot be read.

    Attributes:
        sum: of all that are written; `rows` how many are; `probability` of that sum.
    """

    state: Literal["empty", "read", "unclear"]
    sum: int | None
    rows: int
    probability: float


@dataclass(frozen=True)
class OtherCase:
    """What a further witness says of a number: the most probable one, and how probable."""

    value: int
    probability: float


@dataclass(frozen=True)
class Altered:
    """What was done to a number after it was written.

    Attributes:
        struck: a line runs through its boxes.
        overwritten: boxes, from 1, in which one digit stands on another; perhaps: boxes in which one may.
        bubbles: a line runs through its bubbles.
    """

    struck: bool = False
    overwritten: tuple[int, ...] = ()
    perhaps: tuple[int, ...] = ()
    bubbles: bool = False


_UNALTERED = Altered()


@dataclass(frozen=True)
class Person:
    """Somebody who looked: what they say is written (None: nothing), their name, and when, for the sentence."""

    value: int | None
    by: str = ""
    at: str = ""


@dataclass(frozen=True)
class Case:
    """All evidence on one number: plain data, all of it in the record, so that it can be decided again.

    Attributes:
        field: id of the number.
        choices: all that it may be, each with what its own witnesses say.
        digits_text: likeliest text of the digit cells alone.
        cells_found: every printed box was seen.
        held: one printed box was not, and the others hold its place.
        inside: every cell lies within the photo.
        bubbles: None where the form has none.
        objections: what speaks against the number from outside its page: reason codes with their data.
        person: who decided it; None while nobody did.
        tally: None where the form has no grid, or its strokes were not counted.
        totals: None where the form has none.
        poor: why its cells are seen too badly (`policy.poor`), as reason codes.
        altered: what was struck out or written over.
        others: what further witnesses say, by name.
        chosen: which of the choices is the best reading.
        chances: probability of each choice, given the other numbers and rules as far as they are known.
    """

    field: str
    choices: Choices
    digits_text: str
    cells_found: bool
    inside: bool
    bubbles: BubbleCase | None = None
    objections: tuple[Reason, ...] = ()
    person: Person | None = None
    tally: TallyCase | None = None
    totals: TotalsCase | None = None
    poor: tuple[str, ...] = ()
    chosen: int = 0
    chances: tuple[float, ...] = ()
    held: bool = False
    altered: Altered = _UNALTERED
    others: Mapping[str, OtherCase] = dataclasses.field(default_factory=dict[str, OtherCase], hash=False)

    @property
    def choice(self) -> Choice:
        """The best reading."""
        return self.choices.listed[self.chosen]

    @property
    def text(self) -> str:
        """Its text."""
        return self.choice.text

    @property
    def confidence(self) -> float:
        """Probability of the best reading."""
        return 1.0 if self.person is not None else self.chances[self.chosen]

    @property
    def by_ink_alone(self) -> bool:
        """Whether nothing but its ink counts: a line runs through its boxes, or a digit stands on another.

        All other witnesses may speak for the old number, so the rules that it takes part in say nothing either. A box
        that only may hold two digits counts as any other one where the ink alone is clear.
        """
        if self.person is not None:
            return False
        altered = self.altered
        return altered.struck or bool(altered.overwritten) or (bool(altered.perhaps) and self.by_ink < CLEAR_INK)

    @property
    def by_ink(self) -> float:
        """Probability of what the digit cells alone say."""
        return max(c.digits for c in self.choices.listed)

    @property
    def supports(self) -> float:
        """Probability that the digit cells alone mean the best reading."""
        return self.choice.digits

    @property
    def rival(self) -> float:
        """The same of the likeliest other number, or of nothing being written."""
        others = (c for c in self.choices.listed if c.value != self.choice.value)
        return max((c.digits for c in others if c.value is not None or c.kind == "blank"), default=0.0)

    @property
    def blank(self) -> float:
        """Probability that every cell is empty, by the digit cells alone."""
        return next((c.digits for c in self.choices.listed if c.kind == "blank"), 0.0)

    @property
    def bubbles_agree(self) -> float:
        """Probability that the digit cells mean what the bubbles say."""
        said = self.bubbles and self.choices.of(self.bubbles.value)
        return said.digits if said else 0.0

    @property
    def one_bubble_missing(self) -> bool:
        """Whether every column of bubbles but one says the number, and in that one none is filled."""
        said = self.bubbles.text if self.bubbles else ""
        written = str(self.value)
        columns = zip(said, written.zfill(len(said)), written.rjust(len(said)), strict=False)
        return [mark for mark, digit, sign in columns if mark not in (digit, sign)] in ([], [" "])

    @property
    def kind(self) -> Kind:
        """What is written: what a person says, else what the best reading is; with a value it is a number."""
        if self.person is not None:
            return "blank" if self.person.value is None else "number"
        kind = self.choice.kind
        return "number" if kind == "unreadable" and self.choice.value is not None else kind

    @property
    def value(self) -> int | None:
        """What a person says, else the best reading; None for a blank or what is no number."""
        return self.choice.value if self.person is None else self.person.value


def make_case(
    field: str,
    evidence: NumberEvidence,
    cells_found: bool,
    inside: bool,
    poor: tuple[str, ...] = (),
    held: bool = False,
    altered: Altered = _UNALTERED,
) -> Case:
    """What matters for the decision on a number, given its own witnesses and no rule."""
    choices = weigh(evidence)
    said = evidence.bubbles
    strokes, totals = evidence.strokes, evidence.totals
    tally = strokes and TallyCase(strokes.state, strokes.count, round(strokes.says(strokes.count), 6))
    sums = totals and TotalsCase(totals.state, totals.sum, totals.rows, round(totals.says(totals.sum), 6))
    case = Case(
        field,
        choices,
        evidence.best.text,
        cells_found,
        inside,
        said and BubbleCase(said.text, round(said.probability, 6)),
        tally=tally,
        totals=sums,
        poor=poor,
        held=held,
        altered=altered,
        others={name: OtherCase(int(v.argmax()), round(float(v.max()), 6)) for name, v in evidence.tables.items()},
    )
    return _alone(case)


def reconciled(cases: Sequence[Case], rules: Sequence[Rule]) -> tuple[list[Case], list[Evaluated]]:
    """Weigh numbers together: the cases with their best readings, and the rules evaluated on these.

    The best reading is the likeliest of those that the number's own ink allows (`PLAUSIBLE`): a sheet that does not add
    up as written is not made to.

    Args:
        cases: of one document or page.
        rules: of its form, with at least one of these numbers.
    """
    known = {c.field: _decided(c) for c in cases if not c.by_ink_alone}
    said = posterior(known, rules)
    weighed: list[Case] = []
    for case in cases:
        if case.by_ink_alone:
            weighed.append(_alone(case))
        elif case.person is not None:
            weighed.append(case)
        else:
            weighed.append(_chosen(case, said.chances[case.field].tolist()))
    return weighed, evaluate(rules, {c.field: c.value for c in weighed if not c.by_ink_alone}, said)


def _alone(case: Case) -> Case:
    """With the reading that its own witnesses say: of an altered number, its ink."""
    choices = case.choices
    weights = np.array([c.digits for c in choices.listed]) if case.by_ink_alone else choices.weights
    return _chosen(case, (weights / (weights.sum() + choices.rest)).tolist())


def _chosen(case: Case, chances: Sequence[float]) -> Case:
    """With the likeliest reading that the number's own ink allows."""
    listed = case.choices.listed
    rounded = tuple(float(f"{p:.7g}") if p else 0.0 for p in chances)
    allowed = [i for i, c in enumerate(listed) if c.digits >= PLAUSIBLE] or list(range(len(listed)))
    return replace(case, chosen=max(allowed, key=lambda i: (rounded[i], -i)), chances=rounded)


def _decided(case: Case) -> Choices:
    """What a number may be; what a person says is the only choice."""
    if case.person is None:
        return case.choices
    value = case.person.value
    text = " " if value is None else str(value)
    return Choices((Choice(text, value, 1.0),), 0.0, 0.0, ())
