"""One number of a record: how it was read, what each witness said, and what was decided.

Names and coordinates are those of the contract in `record`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from .frozen import FrozenDict, FrozenMapping

Quad = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
FieldStatus = Literal["accepted", "review", "blank"]


class Frozen(BaseModel):
    """Base of every part of a record."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As the library does it; what is updated is frozen as well."""
        frozen = {name: FrozenDict(new) if type(new) is dict else new for name, new in (update or {}).items()}
        return super().model_copy(update=frozen, deep=deep)


class Bilingual(Frozen):
    """A sentence for people."""

    id: str
    en: str


class Candidate(Frozen):
    """One possible reading; `value` null means blank or not a number."""

    text: str
    value: int | None
    probability: float


class CellQuality(Frozen):
    """How well one cell can be seen: the figures of `quality.CellMeasures`; `blur` null = no line was seen.

    `fold`: a crease of the paper runs through it.
    """

    pixels: float
    blur: float | None
    paper: float
    contrast: float
    noise: float
    burnt: float
    fold: bool = False


class CellEvidence(Frozen):
    """What the digit witness says of one cell: the likeliest characters first; `?` = something else than 0-9, X, -.

    `first` and `second` are what its two readers said where the second had to be asked, null where the first was sure.
    `overwritten` is the probability that one digit stands on another.
    """

    quad: Quad
    probabilities: FrozenMapping[str, float]
    first: FrozenMapping[str, float] | None = None
    second: FrozenMapping[str, float] | None = None
    quality: CellQuality | None = None
    overwritten: float = 0.0


class DigitEvidence(Frozen):
    """The digit witness: `text` cell by cell, `value` and its probability, without other evidence.

    `supports` is the probability that the cells mean the number's value, over all ways to write it; `blank` that all
    are empty. `found`: every printed box was seen; `held`: all but one, whose place the others hold; `inside`: every
    box lies within the photo; `poor`: why a cell is seen too badly to be relied on, as codes of `reasons.REASONS`.
    `struck` is the probability that a line strikes the number out, `struck_out` whether that counts as seen;
    `overwritten` are the boxes, from 1, in which it counts as seen that one digit stands on another, `perhaps` those in
    which one may.
    """

    text: str
    value: int | None
    probability: float
    supports: float
    blank: float
    found: bool
    inside: bool
    cells: tuple[CellEvidence, ...]
    poor: tuple[str, ...] = ()
    held: bool = False
    struck: float = 0.0
    struck_out: bool = False
    overwritten: tuple[int, ...] = ()
    perhaps: tuple[int, ...] = ()


class BubbleEvidence(Frozen):
    """The bubble witness. `columns` holds a digit, `none` or `several` per column, each with its probability.

    `supports` is the probability that the bubbles mean the number's value, `digits_agree` that the digit cells mean
    the bubbles' value. `crossed` is how dark a line is that runs across the bubbles, 0 to 1; `struck_out` whether that
    counts as seen.
    """

    state: Literal["read", "empty", "unclear"]
    text: str
    value: int | None
    probability: float
    supports: float
    digits_agree: float
    columns: tuple[tuple[str, float], ...]
    crossed: float = 0.0
    struck_out: bool = False


class TallyEvidence(Frozen):
    """The tally witness: strokes in the grid. An empty grid says nothing about the number; an unreadable one no count.

    `count` is the likeliest number of strokes, `probability` its own, `credible` the ends of the smallest set that
    holds 99%, `supports` the probability of as many strokes as the number's value. `rows` are the rows' counts, `cells`
    the grid's rows with a sign per cell: 0-5 strokes, `-` cancelled, `?` something else. `reason` says why a grid is
    unreadable. `not_read` is in records of versions that did not count strokes.
    """

    state: Literal["not_read", "empty", "read", "unreadable"]
    count: int | None
    rows: tuple[int, ...] | None
    reason: Literal["outside_photo", "covered", "lines_not_found", "other_marks", "out_of_order", "unclear"] | None = (
        None
    )
    probability: float = 0.0
    supports: float = 0.0
    credible: tuple[int, int] | None = None
    cells: tuple[str, ...] = ()
    quad: Quad | None = None


class RowTotalsEvidence(Frozen):
    """The row totals beside a tally grid, as the digit witness reads them: each stands in the record's `row_sums`.

    `sum` is the sum of the `rows` totals that are written, `probability` its own, `supports` that it is the number's
    value. `unclear`: a total cannot be read.
    """

    state: Literal["empty", "read", "unclear"]
    sum: int | None
    rows: int
    probability: float = 0.0
    supports: float = 0.0


class ChoiceEvidence(Frozen):
    """One reading that the number may be, and what each of its witnesses says of it (`candidates.Choice`)."""

    text: str
    value: int | None
    digits: float
    bubbles: float = 0.0
    strokes: float = 0.0
    totals: float = 0.0
    counted: float = 0.0


class OtherEvidence(Frozen):
    """A witness of the registry that has no key of its own (`decide.witness.TableWitness`).

    `value` is the number that it says, `probability` that of it; `supports` has one probability for each of `choices`.
    """

    value: int
    probability: float
    supports: tuple[float, ...]


def _is_empty(value: object) -> bool:
    return not value


class Evidence(Frozen):
    """What each witness says of one number; null = the form has no such witness here.

    `choices` are the readings that matter, heaviest first: a document is weighed again from these and the cells. `rest`
    is the weight of all others together and `largest` that of the heaviest of these (`candidates.Choices`). `others`
    holds further witnesses by name; the key is left out where there are none.
    """

    digits: DigitEvidence
    bubbles: BubbleEvidence | None = None
    tally: TallyEvidence | None = None
    row_totals: RowTotalsEvidence | None = None
    others: FrozenMapping[str, OtherEvidence] = Field(default=FrozenDict(), exclude_if=_is_empty)
    choices: tuple[ChoiceEvidence, ...] = ()
    rest: float = 0.0
    largest: float = 0.0


class Decided(Frozen):
    """What a person says is written, in place of what was read.

    `value` null = nothing is written. `at` is the time in UTC, `by` the person.
    """

    by: str
    at: str
    value: int | None
    note: str = ""


class FieldRecord(Frozen):
    """One number.

    `text` has a character per cell (0-9, `X`, `-`, `?`, space). `read` is the digit cells alone. `value` is the best
    reading of what is written, or what a person decided. Use `accepted`: the value if it is accepted, else null.
    `decision` is null unless a person decided; `text`, `read`, `confidence`, `candidates` and `evidence` always say
    what was read.
    """

    text: str
    read: str
    value: int | None
    accepted: int | None
    status: FieldStatus
    confidence: float
    candidates: tuple[Candidate, ...]
    reasons: tuple[str, ...]
    explanation: Bilingual
    quad: Quad
    evidence: Evidence
    decision: Decided | None = None

    def __repr__(self) -> str:
        shown = f"accepted {self.accepted}" if self.status == "accepted" else f"{self.status} {self.value}"
        return f"<{shown}, written {self.text!r}, confidence {self.confidence:.4f}>"

    __str__ = __repr__


def bilingual(texts: dict[str, str]) -> Bilingual:
    """A `Bilingual` from `{"id": ..., "en": ...}`."""
    return Bilingual(id=texts["id"], en=texts["en"])


def quad(points: NDArray[np.float64]) -> Quad:
    """Four rounded corners from a (4, 2) array in photo pixels."""
    a, b, c, d = ((round(x, 2), round(y, 2)) for x, y in points.tolist())
    return (a, b, c, d)
