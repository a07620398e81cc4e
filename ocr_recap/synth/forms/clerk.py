"""Model of a clerk: turns the counted numbers of a station into writing on its pages, with habits and corrections.

A *correction* leaves the right digit behind and is a property of its cell. Clerk errors are made in `mistakes`. All
rates are constants of these two modules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeVar

import numpy as np

from ...decide.evidence import interpret
from ...forms.fields import FormField, RowTotals, Tally
from ...forms.template import Template
from ..writing.bundles import Bundle
from ..writing.hand import CORRECTIONS, Manner
from ..writing.marks import BubbleKind, Cancel, CancelTotals, Odd, TallyMarks, spread
from ..writing.strikes import AMENDED, StrikeKind
from ..writing.unused import SPACE_KINDS, SpaceKind
from .fill import FieldWriting, Struck
from .mistakes import Slip, slip_date, slip_digits, slip_marks
from .word_clerk import add_words

_Name = TypeVar("_Name", bound=str)
FULL = 5  # strokes of a full cell of which two fit into one

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
BUNDLE_RATES: dict[Bundle, float] = {"slash": 0.5, "backslash": 0.28, "plain": 0.16, "box": 0.06}
# Shares of lines over unused cells. On `../shared/real-forms-2024` all 90 grids of 30 photos that were looked at are
# struck out, 89 by a Z or a part of it; on the older sheets of `../shared/real-forms` none of 29 grids is. The shares
# lie between the two, and the rarer kinds are raised, so that each can be measured; by judgement.
CANCEL_RATES: dict[Cancel, float] = {
    "none": 0.15,
    "z": 0.5,
    "diagonal": 0.12,
    "two": 0.08,
    "wave": 0.07,
    "dashes": 0.08,
}
# The same of row totals, where unused cells are struck out. On the 90 grids above nearly all have a Z of their own.
CANCEL_TOTALS_RATES: dict[CancelTotals, float] = {
    "none": 0.08,
    "along": 0.08,
    "z": 0.6,
    "diagonal": 0.08,
    "two": 0.07,
    "wave": 0.02,
    "dashes": 0.07,
}
CROSSED = 0.004  # rate of grids with strokes whose strokes are all crossed out; by judgement
# Share of clerks that leave the boxes of numbers that are zero empty, where at least `LEAST_RUN` of them stand one
# below the other, and strike the run through; by judgement.
EMPTY_RUNS, LEAST_RUN = 0.2, 2
# Rates per grid with strokes of one odd cell. Fluid and struck bundles are common on real sheets; the rates are by
# judgement.
ODD_RATES: dict[Odd, float] = {
    "faint": 0.03,
    "doubled": 0.03,
    "fluid": 0.03,
    "uneven": 0.02,
    "struck": 0.02,
    "double": 0.004,
}
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
    _close_unused(template, writing, rng.spawn(1)[0])
    slips += add_words(template, writing, counted, slips, frozenset(blank_pages), rng.spawn(1)[0])
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
        uncrossed = how == "uneven" and said.strokes.bundle in ("plain", "box")
        if how == "as usual" or not places or uncrossed or (how == "struck" and flat[-1]):
            continue
        place = places[int(rng.integers(len(places)))]
        if how == "double":  # two bundles in one cell of the last used row
            first = said.strokes.used - 1
            places = [i for i in places if i // grid.columns == first // grid.columns and flat[i] == grid.strokes]
            if len(places) < 2 or grid.strokes != FULL:
                continue
            place = places[int(rng.integers(len(places) - 1))]
            flat = [*flat[:place], 2 * grid.strokes, *flat[place + 2 : first + 1], 0, *flat[first + 1 :]]
        if how == "struck":  # the following characters move by one cell
            flat = [*flat[:place], 0, *flat[place:-1]]
        cells = tuple(tuple(flat[i : i + grid.columns]) for i in range(0, len(flat), grid.columns))
        odd: tuple[tuple[int, int, Odd], ...] = ((*divmod(place, grid.columns), how),)  # type: ignore[assignment]
        strokes = replace(said.strokes, cells=cells, odd=odd)
        if strokes.rows == said.strokes.rows:  # row totals stay right
            writing[field.id] = replace(said, strokes=strokes)


def _close_unused(template: Template, writing: dict[str, FieldWriting], rng: np.random.Generator) -> None:
    """Strike out what stays unused: row totals, and boxes of numbers that are zero; in place.

    In a few grids all strokes are crossed out instead.
    """
    totals = _pick(CANCEL_TOTALS_RATES, rng)
    for field in template.fields:
        said = writing[field.id]
        if said.strokes is None:
            continue
        crossed = bool(said.strokes.count) and bool(rng.random() < CROSSED)
        counted = said.strokes.count > 0 or not interpret(said.text)[1]  # not where the count was kept elsewhere
        cancel = said.strokes.cancel if counted else "none"
        strokes = replace(said.strokes, cancel=cancel, cancel_totals=totals, crossed=crossed)
        writing[field.id] = replace(said, strokes=strokes)
    if rng.random() < EMPTY_RUNS:
        close_empty_boxes(template, writing, SPACE_KINDS[int(rng.integers(len(SPACE_KINDS)))])


def close_empty_boxes(template: Template, writing: dict[str, FieldWriting], kind: SpaceKind) -> None:
    """Leave runs of numbers that are zero empty, and strike the boxes of each run through, in place.

    A run are at least `LEAST_RUN` numbers of candidates, one below the other, that are zero or empty and have neither
    bubbles nor strokes.
    """
    for run in zero_runs(template, writing):
        for field in run:
            said = writing[field.id]
            blank = FieldWriting(" " * field.cells.count, strokes=said.strokes, row_texts=said.row_texts, unused=kind)
            writing[field.id] = blank


def columns(template: Template) -> list[list[FormField]]:
    """Columns of at least `LEAST_RUN` numbers of candidates without bubbles, one below the other."""
    found: list[list[FormField]] = []
    for field in template.fields:
        if not field.id.startswith("votes_") or field.bubbles is not None:
            continue
        if found and _below(found[-1][-1], field):
            found[-1].append(field)
        else:
            found.append([field])
    return [column for column in found if len(column) >= LEAST_RUN]


def zero_runs(template: Template, writing: Mapping[str, FieldWriting]) -> list[list[FormField]]:
    """Runs of numbers of candidates, one below the other, that are zero or empty (see `close_empty_boxes`)."""
    parts = [groupby(column, key=lambda field: _is_zero(writing[field.id])) for column in columns(template)]
    runs = [list(run) for part in parts for zero, run in part if zero]
    return [run for run in runs if len(run) >= LEAST_RUN]


def _is_zero(said: FieldWriting) -> bool:
    """True where a number is zero or empty, and has no strokes."""
    strokes = said.strokes is not None and said.strokes.count > 0
    return not strokes and said.struck is None and not interpret(said.text)[1]


def _below(upper: FormField, lower: FormField) -> bool:
    """True where the boxes of the second field stand below those of the first, on the same page."""
    a, b = upper.cells.outline(), lower.cells.outline()
    return upper.page == lower.page and abs(a[0] - b[0]) < 1 and a[3] <= b[1] + 0.1


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
