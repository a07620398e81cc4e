"""One number of a record: how it was read, the evidence of each witness, and the decision.

Names of keys and the coordinate frame are those of `record`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from ..cells.words_evidence import WordsState
from .frozen import FrozenDict, FrozenMapping

OTHER_PHOTO: Final = "other_photo_counts"  # the reason of a number of which another photo counts
Quad = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
FieldStatus = Literal["accepted", "review", "blank", "not_in_photo"]
# What a person's answer is in the office: `confirm` decides by itself; `first` and `second` are two entries, the second
# blind; `third` settles what two persons decided differently.
Role = Literal["confirm", "first", "second", "third"]
AnswerKind = Literal["value", "unreadable", "wrong_field"]  # `value`: a number, or nothing written


def _is_empty(value: object) -> bool:
    return not value


def is_none(value: object) -> bool:
    """True for None: the condition under which a key is left out."""
    return value is None


class Frozen(BaseModel):
    """Base of every part of a record."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy as pydantic does; mappings in `update` are frozen as well."""
        frozen = {name: FrozenDict(new) if type(new) is dict else new for name, new in (update or {}).items()}
        return super().model_copy(update=frozen, deep=deep)


class Bilingual(Frozen):
    """A sentence for people."""

    id: str
    en: str


class Candidate(Frozen):
    """One candidate of a number; `value` null means blank or not a number."""

    text: str
    value: int | None
    probability: float


class CellQuality(Frozen):
    """How well one cell can be seen: the figures of `quality.CellMeasures`; `blur` null = no line was seen.

    `fold`: a crease of the paper runs through the cell.
    """

    pixels: float
    blur: float | None
    paper: float
    contrast: float
    noise: float
    burnt: float
    fold: bool = False


class CellEvidence(Frozen):
    """Evidence of the digit witness about one cell: its characters, most probable first; `?` = not one of 0-9, X, -.

    `first` and `second` are the distributions of the two nets, null where only the first was run. `overwritten` is the
    probability that one digit was written over another.
    """

    quad: Quad
    probabilities: FrozenMapping[str, float]
    first: FrozenMapping[str, float] | None = None
    second: FrozenMapping[str, float] | None = None
    quality: CellQuality | None = None
    overwritten: float = 0.0


class DigitEvidence(Frozen):
    """Evidence of the digit witness: `text` cell by cell, `value` and its probability, without other witnesses.

    `supports` is the probability of the number's value given the cells, over all ways to write it; `blank` that all
    cells are empty. `found`: every printed box was seen. `held`: all but one box were seen, and its place was taken
    from the others. `inside`: every box lies within the photo. `poor`: why a cell is not seen well enough, as codes of
    `reasons.REASONS`. `struck` is the probability that a line strikes the number out, `struck_out` whether that counts
    as seen. `unused`: a long line runs over the boxes, in which nothing else is written. `overwritten` are the boxes,
    from 1, in which one digit counts as written over another, `perhaps` those in which it may be.
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
    unused: bool = False


class BubbleEvidence(Frozen):
    """Evidence of the bubble witness. `columns` holds a digit, `none` or `several` per column, with its probability.

    `supports` is the probability of the number's value given the bubbles, `digits_agree` that of the bubbles' value
    given the digit cells. `crossed` is the darkness of a line across the bubbles, 0 to 1 (`bubble_reader.crossing`),
    `struck_out` whether that counts as seen.
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
    """Evidence of the tally witness: strokes in the grid. An empty grid is no evidence; an unreadable one has no count.

    `count` is the most probable number of strokes, `probability` its probability, `credible` the ends of the smallest
    set that has 99% of the probability, `supports` the probability of as many strokes as the number's value. `rows` are
    the rows' counts, `cells` the grid's rows with a sign per cell: 0-5 strokes, `-` cancelled, `?` something else.
    `reason` is why a grid is unreadable; `crossed_out`: a line runs through its strokes. `struck` are the grid's rows
    with a sign per cell: `#` unused space that is struck out, `.` anything else; left out where nothing is. `not_read`
    occurs in records of versions that did not count strokes.
    """

    state: Literal["not_read", "empty", "read", "unreadable"]
    count: int | None
    rows: tuple[int, ...] | None
    reason: (
        Literal["outside_photo", "covered", "lines_not_found", "other_marks", "out_of_order", "unclear", "crossed_out"]
        | None
    ) = None
    probability: float = 0.0
    supports: float = 0.0
    credible: tuple[int, int] | None = None
    cells: tuple[str, ...] = ()
    quad: Quad | None = None
    struck: tuple[str, ...] = ()


class RowTotalsEvidence(Frozen):
    """Evidence of the row totals beside a tally grid; the single totals are in the record's `row_sums`.

    `sum` is the sum of the `rows` totals that are written, `probability` its probability, `supports` the probability
    that the sum is the number's value. `unclear`: a total cannot be read. `struck` are the rows, from 1, whose totals
    are struck out as unused space and not used.
    """

    state: Literal["empty", "read", "unclear"]
    sum: int | None
    rows: int
    probability: float = 0.0
    supports: float = 0.0
    struck: tuple[int, ...] = ()


class NumberInWords(Frozen):
    """Evidence of the number in words.

    `absent`: nothing is written in the space for words; `digits`: digits stand there; `struck`: something is struck
    out; `unreadable`: no number was recognised. `text` are the letters as read, `value` the most probable number and
    `probability` that of it; null without one. `supports` is the probability of the number's value. `height` is that of
    the letters on the photo, px; `quad` is the space for words, `lines` are the lines of writing that were found in it.
    """

    state: WordsState
    value: int | None
    probability: float
    supports: float
    text: str
    height: float
    quad: Quad
    lines: tuple[Quad, ...] = ()


class ChoiceEvidence(Frozen):
    """One candidate of the number, and its probability by each witness (`candidates.Choice`)."""

    text: str
    value: int | None
    digits: float
    bubbles: float = 0.0
    strokes: float = 0.0
    totals: float = 0.0
    counted: float = 0.0
    words: float = Field(default=0.0, exclude_if=_is_empty)


class OtherEvidence(Frozen):
    """A witness of the registry that has no key of its own (`decide.witness.TableWitness`).

    `value` is the number that it says, `probability` that of it; `supports` has one probability for each of `choices`.
    """

    value: int
    probability: float
    supports: tuple[float, ...]


class KnownFact(Frozen):
    """A fact known before the count that is about the number (`decide.facts`), as it was when the number was decided.

    `rows` are the possible values of its `fields`, in their order: a date has the fields of day, month and year and a
    row for each possible date, a listed number one field and one row. `source` is where it comes from, `sha256` the
    hash of the list's file, left out where it comes from no list. `read` are the values as read and `probability` is
    that of these values together; both null where one of the numbers was not read. `agrees`: these values are possible.
    """

    fields: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]
    source: Literal["template", "option", "stations", "manifest", "given"]
    sha256: str = Field(default="", exclude_if=_is_empty)
    read: tuple[int, ...] | None = None
    probability: float | None = None
    agrees: bool | None = None


class Evidence(Frozen):
    """The evidence of each witness about one number; null = the form has none here, or it is not in the photo.

    `choices` are the candidates that matter, the most probable first: documents are decided from these and the cells.
    `rest` is the weight of all other candidates together, `largest` that of the most probable of these
    (`candidates.Choices`). `words` is the number in words, `others` holds further witnesses by name, `facts` what was
    known before the count, by the name of the witness; these keys are left out where there are none.
    """

    digits: DigitEvidence
    bubbles: BubbleEvidence | None = None
    tally: TallyEvidence | None = None
    row_totals: RowTotalsEvidence | None = None
    words: NumberInWords | None = Field(default=None, exclude_if=is_none)
    others: FrozenMapping[str, OtherEvidence] = Field(default=FrozenDict(), exclude_if=_is_empty)
    facts: FrozenMapping[str, KnownFact] = Field(default=FrozenDict(), exclude_if=_is_empty)
    choices: tuple[ChoiceEvidence, ...] = ()
    rest: float = 0.0
    largest: float = 0.0


def _is_confirm(value: object) -> bool:
    return value == "confirm"


def _is_value(value: object) -> bool:
    return value == "value"


class Decided(Frozen):
    """What is written according to a person or to several who agree, in place of what was read.

    `value` null = nothing is written. `at` is the time of the last answer in UTC, `by` the person. Where several
    persons decided the number, `by` has all names, `names` each of them; `names` is left out otherwise. `role` is that
    of the answer, left out for `confirm`; `answer` is that of `decisions.Decision`, left out for `value`.
    """

    by: str
    at: str
    value: int | None
    note: str = ""
    names: tuple[str, ...] = Field(default=(), exclude_if=_is_empty)
    role: Role = Field(default="confirm", exclude_if=_is_confirm)
    answer: AnswerKind = Field(default="value", exclude_if=_is_value)

    @property
    def persons(self) -> tuple[str, ...]:
        """Everybody who decided the number."""
        return self.names or (self.by,)

    @property
    def said(self) -> str:
        """Person and answer for tables and messages: `–` nothing written, `?` unreadable, `!` another number."""
        if self.answer != "value":
            return f"{self.by}: {'?' if self.answer == 'unreadable' else '!'}"
        return f"{self.by}: {'–' if self.value is None else self.value}"


class NumberPhotos(Frozen):
    """Of several photos of one page: the one that counts for a number, and the others that show it, by their names.

    `counts` is null where no photo shows the number.
    """

    counts: str | None
    others: tuple[str, ...]


class FieldRecord(Frozen):
    """One number.

    `text` has a character per cell (0-9, `X`, `-`, `?`, space). `read` is the value by the digit cells alone. `value`
    is the most probable value by all evidence, or the one that a person decided. Use `accepted`: the value if it is
    accepted, else null. `decision` is null unless people decided. `people` has the answer of each person where these
    decide nothing yet, since they differ or another one is awaited; it is left out otherwise. `text`, `read`,
    `confidence`, `candidates` and `evidence` are about what was read, with a decision too.

    Where the number is not in the photo, `text`, `read`, `confidence`, `quad` and `evidence` are null, and there are no
    candidates. Its `status` is `not_in_photo` unless a person decided. `photos` is left out unless several photos show
    the page.
    """

    text: str | None
    read: str | None
    value: int | None
    accepted: int | None
    status: FieldStatus
    confidence: float | None
    candidates: tuple[Candidate, ...]
    reasons: tuple[str, ...]
    explanation: Bilingual
    quad: Quad | None
    evidence: Evidence | None
    decision: Decided | None = None
    people: tuple[Decided, ...] = Field(default=(), exclude_if=_is_empty)
    photos: NumberPhotos | None = Field(default=None, exclude_if=is_none)

    @property
    def counts(self) -> bool:
        """False where the number of another photo of the page is used in place of this one."""
        return OTHER_PHOTO not in self.reasons

    @property
    def answers(self) -> tuple[Decided, ...]:
        """What people answered: the decision, or the answers that decide nothing yet."""
        return (self.decision,) if self.decision else self.people

    @property
    def decided_by(self) -> tuple[str, ...]:
        """Everybody who answered the number, also where the answers decide nothing yet."""
        return tuple(dict.fromkeys(name for answer in self.answers for name in answer.persons))

    @property
    def decided_at(self) -> str | None:
        """Time of the last answer in UTC; None without answers."""
        return max((answer.at for answer in self.answers), default=None)

    @property
    def decided_note(self) -> str | None:
        """The decision's note, or the answer of each person where they decide nothing yet; None without answers."""
        if self.decision or not self.people:
            return self.decision and self.decision.note
        return "; ".join(f"{answer.said} ({answer.note})" if answer.note else answer.said for answer in self.people)

    def __repr__(self) -> str:
        if self.text is None or self.confidence is None:
            return f"<{self.status}>"
        shown = f"accepted {self.accepted}" if self.status == "accepted" else f"{self.status} {self.value}"
        return f"<{shown}, written {self.text!r}, confidence {self.confidence:.4f}>"

    __str__ = __repr__


def in_short(fields: Iterable[FieldRecord]) -> str:
    """How many numbers have each status, as text for programmers; statuses that do not occur are left out."""
    found = Counter(field.status for field in fields)
    return ", ".join(f"{found[status]} {status}" for status in get_args(FieldStatus) if found[status])


def cut(chance: float) -> float:
    """A posterior probability with six decimals, rounded down and below 1: no reading is certain."""
    return min(math.floor(chance * 1e6) / 1e6, 0.999999)


def bilingual(texts: dict[str, str]) -> Bilingual:
    """Build a `Bilingual` from `{"id": ..., "en": ...}`."""
    return Bilingual(id=texts["id"], en=texts["en"])


def quad(points: NDArray[np.float64]) -> Quad:
    """Four corners, rounded, from a (4, 2) array in photo pixels."""
    a, b, c, d = ((round(x, 2), round(y, 2)) for x, y in points.tolist())
    return (a, b, c, d)
