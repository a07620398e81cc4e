"""All evidence about one number, as plain data. A record holds every figure of it, so a number can be decided again."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from ..cells.words_evidence import WordsState
from .candidates import Choice, Choices
from .evidence import Kind, interpret
from .facts import Compared, Fact

# Probability of a number by its digit cells alone from which a box that perhaps holds two digits is treated as any
# other box; by judgement.
CLEAR_INK = 0.97

Reason = tuple[str, dict[str, str]]  # code of `messages.reasons.REASONS`, and the data of its sentence


def other_sheet(others: str) -> tuple[Reason, ...]:
    """Objections to every number of a photo that shows further sheets.

    Args:
        others: names of these sheets, for the sentence; empty where there are none.
    """
    return (("other_sheet", {"others": others}),) if others else ()


def only_blanks(in_part: bool, tagged: bool, texts: Iterable[str]) -> tuple[Reason, ...]:
    """Objections to every number of a photo that shows a part of a page and nothing written in its boxes.

    Ruled lines alone may place such a part elsewhere on the page, or upside down, and no digit contradicts them.

    Args:
        in_part: some numbers of the page are not in the photo.
        tagged: the page was found by its tag, which tells its place and its direction.
        texts: of all numbers in the photo, by their digit cells alone.
    """
    return (("blank_in_part", {}),) if in_part and not tagged and not "".join(texts).strip() else ()


@dataclass(frozen=True)
class BubbleCase:
    """Evidence of the bubbles of a number.

    Attributes:
        text: most probable text, a character per column: a digit, space = no bubble filled, `?` = several filled.
        probability: of that text.
    """

    text: str
    probability: float

    @property
    def kind(self) -> Kind:
        """Kind of the text: a number, blank, misplaced or unreadable."""
        return interpret(self.text)[0]

    @property
    def value(self) -> int | None:
        """Number that the bubbles give; None unless the text is a number."""
        kind, value = interpret(self.text)
        return value if kind == "number" else None


@dataclass(frozen=True)
class TallyCase:
    """Evidence of the tally strokes of a number.

    Attributes:
        state: whether strokes were read.
        count: most probable number of strokes; None where unreadable.
        probability: of that count.
        crossed_out: a line runs through the strokes.
        struck: unused cells are struck out.
    """

    state: Literal["empty", "read", "unreadable"]
    count: int | None
    probability: float
    crossed_out: bool = False
    struck: bool = False


@dataclass(frozen=True)
class TotalsCase:
    """Evidence of the row totals beside the strokes.

    Attributes:
        state: whether the totals were read; `unclear` where one of them cannot be read.
        sum: sum of all totals that are written; None where unclear.
        rows: number of totals that are written.
        probability: of that sum.
        struck: rows, from 1, whose totals are struck out as unused space.
    """

    state: Literal["empty", "read", "unclear"]
    sum: int | None
    rows: int
    probability: float
    struck: tuple[int, ...] = ()


@dataclass(frozen=True)
class WordsCase:
    """Evidence of the number in words.

    Attributes:
        state: `read`; `absent`: nothing is written; `digits`: digits stand there in place of words; `struck`: something
            is struck out; `unreadable`: no number was recognised.
        value: most probable number; None without one.
        probability: of that number.
        text: the letters as read.
    """

    state: WordsState
    value: int | None
    probability: float
    text: str


@dataclass(frozen=True)
class OtherCase:
    """Evidence of a further witness: its most probable number, and that number's probability."""

    value: int
    probability: float


@dataclass(frozen=True)
class Altered:
    """Alterations of a number after it was written.

    Attributes:
        struck: a line runs through its boxes.
        overwritten: boxes, counted from 1, in which one digit is written over another.
        perhaps: boxes in which that is possible but not sure.
        bubbles: a line runs through its bubbles.
        unused: a long line runs over its empty boxes: unused space, where no number is taken back.
    """

    struck: bool = False
    overwritten: tuple[int, ...] = ()
    perhaps: tuple[int, ...] = ()
    bubbles: bool = False
    unused: bool = False


UNALTERED = Altered()


@dataclass(frozen=True)
class Person:
    """Decision of a person: the value that is written (None: blank), the person's name, and the time as text."""

    value: int | None
    by: str = ""
    at: str = ""


@dataclass(frozen=True)
class Case:
    """All evidence about one number: plain data, all of it in the record, so that the number can be decided again.

    Attributes:
        field: id of the number.
        choices: candidates, each with its probability by every witness of the number.
        digits_text: most probable text of the digit cells alone; empty for a number that is not in the photo, and that
            a person decided.
        cells_found: every printed box was detected.
        held: exactly one printed box was not detected, and its place is known from the others.
        inside: every cell lies within the photo.
        bubbles: evidence of the bubbles; None where the form has none.
        objections: objections from outside the page, as reason codes with their data.
        person: decision of a person; None without one.
        tally: evidence of the strokes; None where the form has no grid, or its strokes were not counted.
        totals: evidence of the row totals; None where the form has none.
        poor: reason codes of cells that are too small, blurred or burnt out (`policy.poor`).
        altered: alterations after the number was written.
        others: evidence of further witnesses, by name.
        facts: facts known before the count that are about the number.
        compared: those facts compared with the numbers as read; without those of which a number was not read.
        words: evidence of the number in words; None where the form has no space for it.
        chosen: index of the best reading among the candidates.
        chances: probability of each candidate, given the other numbers and rules where they were weighed.
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
    altered: Altered = UNALTERED
    others: Mapping[str, OtherCase] = dataclasses.field(default_factory=dict[str, OtherCase], hash=False)
    facts: tuple[Fact, ...] = ()
    compared: tuple[Compared, ...] = ()
    words: WordsCase | None = None

    @property
    def choice(self) -> Choice:
        """Candidate that is the best reading."""
        return self.choices.listed[self.chosen]

    @property
    def text(self) -> str:
        """Text of the best reading."""
        return self.choice.text

    @property
    def confidence(self) -> float:
        """Probability of the best reading."""
        return 1.0 if self.person is not None else self.chances[self.chosen]

    @property
    def by_ink_alone(self) -> bool:
        """True when only the digit cells count, because the number is struck out, written over, or unused space.

        All other witnesses may give the old number, so they and the rules of the number are left out. A box that
        perhaps holds two digits is treated as any other box where the digit cells alone are clear (`CLEAR_INK`).
        """
        if self.person is not None:
            return False
        altered = self.altered
        return (
            altered.struck
            or altered.unused
            or bool(altered.overwritten)
            or (bool(altered.perhaps) and self.by_ink < CLEAR_INK)
        )

    @property
    def by_ink(self) -> float:
        """Probability of the most probable candidate by the digit cells alone."""
        return max(c.digits for c in self.choices.listed)

    @property
    def supports(self) -> float:
        """Probability of the best reading by the digit cells alone."""
        return self.choice.digits

    @property
    def rival(self) -> float:
        """Probability, by the digit cells alone, of the most probable other number, or of a blank."""
        others = (c for c in self.choices.listed if c.value != self.choice.value)
        return max((c.digits for c in others if c.value is not None or c.kind == "blank"), default=0.0)

    @property
    def blank(self) -> float:
        """Probability that every cell is empty, by the digit cells alone."""
        return next((c.digits for c in self.choices.listed if c.kind == "blank"), 0.0)

    @property
    def bubbles_agree(self) -> float:
        """Probability, by the digit cells alone, of the number that the bubbles give; 0 without one."""
        said = self.bubbles and self.choices.of(self.bubbles.value)
        return said.digits if said else 0.0

    @property
    def one_bubble_missing(self) -> bool:
        """True when every column of bubbles gives the number, or one column has no filled bubble and all others do."""
        said = self.bubbles.text if self.bubbles else ""
        written = str(self.value)
        columns = zip(said, written.zfill(len(said)), written.rjust(len(said)), strict=False)
        return [mark for mark, digit, sign in columns if mark not in (digit, sign)] in ([], [" "])

    @property
    def kind(self) -> Kind:
        """Kind of the number: by a person's decision, else of the best reading. A text with a value is a number."""
        if self.person is not None:
            return "blank" if self.person.value is None else "number"
        kind = self.choice.kind
        return "number" if kind == "unreadable" and self.choice.value is not None else kind

    @property
    def value(self) -> int | None:
        """Value by a person's decision, else of the best reading; None for a blank or a text that is not a number."""
        return self.choice.value if self.person is None else self.person.value
