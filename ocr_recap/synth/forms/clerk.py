"""Model of a clerk: turns the counted numbers of a station into writing on its pages, with habits and corrections.

A *correction* leaves the right digit behind and is a property of its cell. Clerk errors are made in `mistakes`. All
rates are constants of these two modules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from ...decide.evidence import interpret
from ...forms.fields import FormField, RowTotals, Tally
from ...forms.template import Template
from ..writing.bundles import Bundle
from ..writing.hand import CORRECTIONS, Manner
from ..writing.marks import BubbleKind, Cancel, Odd, TallyMarks, spread
from ..writing.strikes import AMENDED, StrikeKind
from .fill import FieldWriting, Struck
from .mistakes import Slip, slip_date, slip_digits, slip_marks

_Name = TypeVar("_Name", bound=str)

# Shares of fillings of leading boxes: all four occur on real sheets; by judgement.
LEADING_RATES: dict[str, float] = {"X": 0.35, "0": 0.25, "-": 0.15, " ": 0.25}
# Rates per written cell of an ordinary clerk, which an untidy one multiplies; by judgement. Correction fluid and struck
# digits are common on real sheets, but most cells are clean.
MANNER_RATES: dict[Manner, float] = {
    "over_edge": 0.03,
    "neighbour": 0.006,
    "struck": 0.004,
    "overwritten": 0.002,
    "rewritten": 0.0015,
    "amended": 0.0005,
    "fluid": 0.008,
}
# Shares of clerks by their usual mark of a bubble; by judgement.
BUBBLE_HABITS: dict[BubbleKind, float] = {"full": 0.86, "partial": 0.05, "tick": 0.03, "cross": 0.03, "outside": 0.03}
# Rates of unusual bubbles and shares of the kinds of bundle and of cancelling marks; by judgement.
BUBBLE_ODD: dict[str, float] = {"partial": 0.02, "outside": 0.015, "two": 0.006, "erased": 0.008, "none": 0.01}
BUNDLE_RATES: dict[Bundle, float] = {"slash": 0.68, "backslash": 0.14, "plain": 0.18}
CANCEL_RATES: dict[Cancel, float] = {"none": 0.45, "z": 0.33, "diagonal": 0.1, "dashes": 0.06, "wave": 0.06}
# Rates per grid with strokes of one odd cell. Fluid and struck bundles are common on real sheets; the rates are by
# judgement.
ODD_RATES: dict[Odd, float] = {"faint": 0.03, "doubled": 0.03, "fluid": 0.03, "uneven": 0.02, "struck": 0.02}
# Rate of numbers that are struck out whole, with another number written beside the boxes. Common on real sheets; the
# rate is by judgement.
STRUCK_OUT = 0.003
# Shares of the kinds of strike; by judgement.
STRIKE_RATES: dict[StrikeKind, float] = {
    "one": 0.3,
    "two": 0.3,
    "diagonal": 0.14,
    "cross": 0.1,
    "scribble": 0.08,
    "wave": 0.05,
    "coil": 0.03,
}
BUBBLES_STRUCK = 0.4  # share of struck-out numbers with bubbles whose bubbles are struck out, too; by judgement
NO_TALLY = 0.08  # share of sheets with empty grids, whose count was kept elsewhere; by judgement
BLANK_PAGE = 0.02  # share of pages that are sent without any writing; by judgement


@dataclass(frozen=True)
class Habits:
    """How one clerk fills in forms."""

    leading: str
    zero_crossed: bool  # a zero is X in all boxes, not X X 0
    zero_bubbles: bool
    bubbles: BubbleKind
    bundle: Bundle
    sloppy: float
    cancel: Cancel
    tallies: bool
    row_leading: str
    untidy: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Habits:
        """Draw the habits of a random clerk."""
        return cls(
            leading=_pick(LEADING_RATES, rng),
            zero_crossed=bool(rng.random() < 0.5),
            zero_bubbles=bool(rng.random() < 0.5),
            bubbles=_pick(BUBBLE_HABITS, rng),
            bundle=_pick(BUNDLE_RATES, rng),
            sloppy=float(rng.beta(1.1, 2.2)),
            cancel=_pick(CANCEL_RATES, rng),
            tallies=bool(rng.random() >= NO_TALLY),
            row_leading=str(rng.choice((" ", " ", "0", "X", "-"))),
            untidy=float(rng.choice((0.3, 1.0, 3.0), p=(0.35, 0.5, 0.15))),
        )


@dataclass(frozen=True)
class Written:
    """A document as its clerk wrote it: writing by field id, on all pages, and the list of clerk errors."""

    fields: dict[str, FieldWriting]
    slips: tuple[Slip, ...]


def write(template: Template, counted: Mapping[str, int], rng: np.random.Generator) -> Written:
    """Fill in all pages of a form with a station's numbers.

    Args:
        template: the form.
        counted: numbers as counted, by field id.
        rng: random generator; the same state gives the same document.
    """
    habits = Habits.draw(rng)
    digits: dict[str, int | None] = dict(counted)
    slips = slip_digits(template, digits, rng)
    blank_pages = {page.id for page in template.pages if rng.random() < BLANK_PAGE}
    writing: dict[str, FieldWriting] = {}
    for field in template.fields:
        if field.page in blank_pages:
            writing[field.id] = FieldWriting(" " * field.cells.count)
            continue
        writing[field.id] = _field(field, digits.get(field.id), counted.get(field.id), habits, rng)
    slips = [slip for slip in slips if _page_of(template, slip.field) not in blank_pages]
    slips += slip_marks(template, writing, rng)
    # Child generators, so that documents without an odd cell or a struck-out number do not change.
    _make_odd(template, writing, rng.spawn(1)[0])
    apart = rng.spawn(1)[0]
    for field in template.fields:
        if apart.random() < STRUCK_OUT * habits.untidy and interpret(writing[field.id].text)[1] is not None:
            writing[field.id] = strike_out(field, writing[field.id], _pick(STRIKE_RATES, apart), apart)
    of_dates = slip_date(template, counted, rng.spawn(1)[0])
    slips += [slip for slip in of_dates if _page_of(template, slip.field) not in blank_pages]
    for slip in slips:
        if slip.kind in ("wrong_date", "empty_date"):
            count = len(writing[slip.field].text)
            text = slip.written.zfill(count)[-count:] if slip.written else " " * count
            writing[slip.field] = FieldWriting(text)
    return Written(writing, tuple(slips))


def _page_of(template: Template, field_id: str) -> str:
    """Id of the page that has a field."""
    return next(field.page for field in template.fields if field.id == field_id)


# --- one field ------------------------------------------------------------------------------------------------------


def _field(
    field: FormField, value: int | None, counted: int | None, habits: Habits, rng: np.random.Generator
) -> FieldWriting:
    count = field.cells.count
    text = " " * count if value is None else _text(field, value, habits)
    manners, was = _manners(text, habits, rng)
    writing = FieldWriting(text, manners=manners, was=was)
    tally = next((w for w in field.witnesses if isinstance(w, Tally)), None)
    totals = next((w for w in field.witnesses if isinstance(w, RowTotals)), None)
    if field.bubbles and value is not None:
        marked, kinds = _bubbles(text, habits, rng)
        writing = replace(writing, bubbles=marked, bubble_kinds=kinds)
    if tally and counted is not None:
        cells = spread(counted if habits.tallies else 0, tally)
        strokes = TallyMarks(cells, habits.bundle, habits.sloppy, habits.cancel)
        writing = replace(writing, strokes=strokes)
        if totals:
            writing = replace(writing, row_texts=_row_texts(strokes.rows, totals, habits))
    return writing


def _text(field: FormField, value: int, habits: Habits) -> str:
    count = field.cells.count
    if field.role == "date":
        return str(value).zfill(count)[-count:]
    if value == 0 and habits.zero_crossed and habits.leading in "X-":
        return habits.leading * count
    return str(value).rjust(count, habits.leading)[-count:]


def _manners(text: str, habits: Habits, rng: np.random.Generator) -> tuple[tuple[Manner, ...], str]:
    manners: list[Manner] = []
    was = ""
    for char in text:
        manner: Manner = "plain"
        at = rng.random() / habits.untidy
        for name, rate in MANNER_RATES.items():
            if at < rate and char != " ":
                manner = name
                break
            at -= rate
        if not char.isdigit() and manner in CORRECTIONS:
            manner = "plain"
        before = _before(char, manner, rng) if manner in CORRECTIONS else " "
        if manner == "amended" and (int(before), int(char)) not in AMENDED:
            manner = "rewritten"  # no stroke turns another digit into this one
        manners.append(manner)
        was += before
    return tuple(manners), was


def _before(char: str, manner: Manner, rng: np.random.Generator) -> str:
    """The digit that a correction replaced."""
    if manner == "amended":
        olds = [old for old, new in AMENDED if new == int(char)]
        if olds:
            return str(olds[int(rng.integers(len(olds)))])
    return str((int(char) + int(rng.integers(1, 10))) % 10)


def _bubbles(
    text: str, habits: Habits, rng: np.random.Generator
) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[BubbleKind, ...], ...]]:
    marked: list[tuple[int, ...]] = []
    kinds: list[tuple[BubbleKind, ...]] = []
    for char in text:
        digit = int(char) if char.isdigit() else 0 if habits.zero_bubbles else None
        if digit is None:
            marked.append(())
            kinds.append(())
            continue
        odd = _pick(BUBBLE_ODD | {"as usual": 1 - sum(BUBBLE_ODD.values())}, rng)
        other = (digit + int(rng.integers(1, 10))) % 10
        columns: dict[str, tuple[tuple[int, ...], tuple[BubbleKind, ...]]] = {
            "two": ((digit, other), (habits.bubbles, habits.bubbles)),
            "erased": ((other, digit), ("erased", habits.bubbles)),
            "none": ((), ()),
            "partial": ((digit,), ("partial",)),
            "outside": ((digit,), ("outside",)),
        }
        here = columns.get(odd, ((digit,), (habits.bubbles,)))
        marked.append(here[0])
        kinds.append(here[1])
    return tuple(marked), tuple(kinds)


def _row_texts(rows: tuple[int, ...], totals: RowTotals, habits: Habits) -> tuple[str, ...]:
    """Texts of the row totals, a box each if the form has several; rows without strokes stay empty."""
    lead = habits.row_leading if totals.cells > 1 else " "
    return tuple(str(count).rjust(totals.cells, lead) if count else " " * totals.cells for count in rows[: totals.rows])


def _make_odd(template: Template, writing: dict[str, FieldWriting], rng: np.random.Generator) -> None:
    """Draw an odd cell in some grids, in place; no count changes."""
    for field in template.fields:
        said, grid = writing[field.id], field.tally
        if grid is None or said.strokes is None or not said.strokes.count:
            continue
        how = _pick(ODD_RATES | {"as usual": 1 - sum(ODD_RATES.values())}, rng)
        flat = [n for row in said.strokes.cells for n in row]
        places = [i for i, n in enumerate(flat) if n and (how != "uneven" or n == grid.strokes)]
        uncrossed = how == "uneven" and said.strokes.bundle == "plain"
        if how == "as usual" or not places or uncrossed or (how == "struck" and flat[-1]):
            continue
        place = places[int(rng.integers(len(places)))]
        if how == "struck":  # the following characters move by one cell
            flat = [*flat[:place], 0, *flat[place:-1]]
        cells = tuple(tuple(flat[i : i + grid.columns]) for i in range(0, len(flat), grid.columns))
        odd: tuple[tuple[int, int, Odd], ...] = ((*divmod(place, grid.columns), how),)  # type: ignore[assignment]
        strokes = replace(said.strokes, cells=cells, odd=odd)
        if strokes.rows == said.strokes.rows:  # row totals stay right
            writing[field.id] = replace(said, strokes=strokes)


def strike_out(field: FormField, written: FieldWriting, kind: StrikeKind, rng: np.random.Generator) -> FieldWriting:
    """Strike a wrong number out and write another number beside it; bubbles, strokes and row totals give the new one.

    Args:
        field: field of the number.
        written: writing of the field.
        kind: kind of line.
        rng: random generator.
    """
    bubbles = bool(written.bubbles) and bool(rng.random() < BUBBLES_STRUCK)
    struck = Struck(kind, _another(written.text, rng))
    text = written.text.strip(" X-").rjust(field.cells.count)
    if interpret(text) == ("blank", None):  # crosses or dashes alone
        text = "0".rjust(field.cells.count)
    return replace(written, text=text, manners=(), was="", struck=struck, bubbles_struck=bubbles)


def _another(text: str, rng: np.random.Generator) -> str:
    """A text of boxes with one digit replaced by another; crosses and dashes alone become a digit at the end."""
    places = [i for i, char in enumerate(text) if char.isdigit()] or [len(text) - 1]
    place = places[int(rng.integers(len(places)))]
    was = int(text[place]) if text[place].isdigit() else 0
    return text[:place] + str((was + int(rng.integers(1, 10))) % 10) + text[place + 1 :]


def _pick(rates: Mapping[_Name, float], rng: np.random.Generator) -> _Name:
    names = tuple(rates)
    shares = np.array([rates[name] for name in names])
    return names[int(rng.choice(len(names), p=shares / shares.sum()))]
