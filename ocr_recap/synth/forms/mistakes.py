"""Clerk errors: the written number differs from the counted one, or one witness differs from another.

Truth files call a clerk error a *slip*, and list each one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np

from ...forms.fields import FormField, Tally
from ...forms.template import Template
from ..writing.marks import TallyMarks, spread
from .fill import FieldWriting

SlipKind = Literal[
    "sum_off",
    "transposed",
    "strokes_differ",
    "row_total_off",
    "forgotten_total",
    "left_blank",
    "wrong_bubble",
    "wrong_date",
    "empty_date",
    "wrong_words",
]

# Rate of each error per document, where the form allows it. Of 348 records published on 18 Feb 2024, 20.1% broke a
# rule, misreadings included; errors here break a rule or make witnesses differ in some 20% of documents.
SLIP_RATES: dict[SlipKind, float] = {
    "sum_off": 0.06,
    "transposed": 0.03,
    "strokes_differ": 0.05,
    "row_total_off": 0.03,
    "forgotten_total": 0.04,
    "left_blank": 0.05,
    "wrong_bubble": 0.05,
    "wrong_date": 0.05,
    "empty_date": 0.03,
    "wrong_words": 0.03,  # on forms with words; no count of such errors is published: by judgement
}
# Shares of the kinds of wrong dates, by judgement: the nearest day before or after the possible ones, another year, day
# and month in the other order.
DATE_SHARES: dict[Literal["day", "year", "exchanged"], float] = {"day": 0.5, "year": 0.2, "exchanged": 0.3}


@dataclass(frozen=True)
class Slip:
    """One clerk error: `counted` is the correct text, `written` the text as written; empty for nothing."""

    kind: SlipKind
    field: str
    counted: str
    written: str

    def export(self) -> dict[str, Any]:
        """Dict for a truth file."""
        return {"kind": self.kind, "field": self.field, "counted": self.counted, "written": self.written}


def slip_digits(template: Template, digits: dict[str, int | None], rng: np.random.Generator) -> list[Slip]:
    """Make clerk errors in the digits, in place.

    Args:
        template: the form.
        digits: numbers to be written, by field id; changed in place.
        rng: random generator.
    """
    counts = [field for field in template.fields if field.role == "count"]
    sums = _total_ids(template)
    totals = [field for field in counts if field.id in sums]
    slips: list[Slip] = []

    def put(kind: SlipKind, field: FormField, value: int | None) -> None:
        before = digits[field.id]
        digits[field.id] = value
        slips.append(Slip(kind, field.id, str(before), "" if value is None else str(value)))

    if totals and rng.random() < SLIP_RATES["sum_off"]:
        field = totals[int(rng.integers(len(totals)))]
        right = digits[field.id] or 0
        steps = [s * sign for s in (1, 1, 1, 2, 5, 10, 10, 20, 100) for sign in (-1, 1)]
        possible = [right + step for step in steps if 0 <= right + step < 10**field.cells.count]
        put("sum_off", field, possible[int(rng.integers(len(possible)))])
    touched = {slip.field for slip in slips}
    if rng.random() < SLIP_RATES["transposed"]:
        able = [field for field in counts if field.id not in touched and _swapped(digits[field.id]) is not None]
        if able:
            field = able[int(rng.integers(len(able)))]
            put("transposed", field, _swapped(digits[field.id]))
    touched = {slip.field for slip in slips}
    others = [field for field in counts if field not in totals]
    blanks: tuple[tuple[SlipKind, list[FormField]], ...] = (("forgotten_total", totals), ("left_blank", others))
    for kind, among in blanks:
        free = [field for field in among if field.id not in touched]
        if free and rng.random() < SLIP_RATES[kind]:
            put(kind, free[int(rng.integers(len(free)))], None)
    return slips


def slip_marks(template: Template, writing: dict[str, FieldWriting], rng: np.random.Generator) -> list[Slip]:
    """Make clerk errors in strokes, row totals and bubbles, in place; the digits stay.

    Args:
        template: the form.
        writing: writing by field id; changed in place.
        rng: random generator.
    """
    slips: list[Slip] = []
    stroked = [field for field in template.fields if (s := writing[field.id].strokes) and s.count]
    if stroked and rng.random() < SLIP_RATES["strokes_differ"]:
        field = stroked[int(rng.integers(len(stroked)))]
        before = writing[field.id]
        assert before.strokes
        after = _miscounted(before.strokes, next(w for w in field.witnesses if isinstance(w, Tally)), rng)
        writing[field.id] = replace(before, strokes=after)
        slips.append(Slip("strokes_differ", field.id, str(before.strokes.count), str(after.count)))
    totalled = [field for field in stroked if any(t.strip() for t in writing[field.id].row_texts or ())]
    if totalled and rng.random() < SLIP_RATES["row_total_off"]:
        field = totalled[int(rng.integers(len(totalled)))]
        texts = list(writing[field.id].row_texts or ())
        row = int(rng.choice([i for i, text in enumerate(texts) if text.strip()]))
        old = texts[row]
        texts[row] = old[:-1] + str((int(old[-1]) + int(rng.choice((1, 9, 5)))) % 10)
        writing[field.id] = replace(writing[field.id], row_texts=tuple(texts))
        slips.append(Slip("row_total_off", field.id, old, texts[row]))
    bubbled = [field for field in template.fields if any(len(c) == 1 for c in writing[field.id].bubbles or ())]
    if bubbled and rng.random() < SLIP_RATES["wrong_bubble"]:
        field = bubbled[int(rng.integers(len(bubbled)))]
        columns = list(writing[field.id].bubbles or ())
        column = int(rng.choice([i for i, c in enumerate(columns) if len(c) == 1]))
        old_digit = columns[column][0]
        columns[column] = ((old_digit + int(rng.integers(1, 10))) % 10,)
        writing[field.id] = replace(writing[field.id], bubbles=tuple(columns))
        slips.append(Slip("wrong_bubble", field.id, str(old_digit), str(columns[column][0])))
    return slips


def slip_date(template: Template, counted: Mapping[str, int], rng: np.random.Generator) -> list[Slip]:
    """Draw the clerk errors of a date: nothing, or one error for each number of the date that it changes.

    Args:
        template: the form.
        counted: numbers as counted, by field id.
        rng: random generator.
    """
    names, possible = template.possible_dates()
    right = tuple(counted[name] for name in names)
    at = rng.random()
    if not names or at >= SLIP_RATES["wrong_date"] + SLIP_RATES["empty_date"]:
        return []
    if at >= SLIP_RATES["wrong_date"]:
        return [Slip("empty_date", name, str(value), "") for name, value in zip(names, right, strict=True)]
    wrong = _wrong_date(right, possible, rng)
    changed = zip(names, right, wrong, strict=True)
    return [Slip("wrong_date", name, str(old), str(new)) for name, old, new in changed if new != old]


def _wrong_date(
    right: tuple[int, ...], possible: tuple[tuple[int, ...], ...], rng: np.random.Generator
) -> tuple[int, ...]:
    """Another date than the possible ones: day, month and year."""
    kinds = tuple(DATE_SHARES)
    kind = kinds[int(rng.choice(len(kinds), p=tuple(DATE_SHARES.values())))]
    step = int(rng.choice((-1, 1)))
    day, month, year = right
    if kind == "exchanged" and (month, day, year) not in possible:
        return month, day, year
    if kind == "year" and (day, month, year + step) not in possible:
        return day, month, year + step
    found = date(year, month, day)
    while (found.day, found.month, found.year) in possible:
        found += timedelta(days=step)
    return found.day, found.month, found.year


def _miscounted(strokes: TallyMarks, grid: Tally, rng: np.random.Generator) -> TallyMarks:
    """Strokes with an error: one too many or too few at the end, an open bundle, or a whole bundle off."""
    kind = rng.random()
    places = [(r, c) for r, row in enumerate(strokes.cells) for c, n in enumerate(row) if n]
    if kind < 0.35 and len(places) > 1:  # a bundle in the middle stays open
        row, column = places[int(rng.integers(len(places) - 1))]
        cells = [list(r) for r in strokes.cells]
        cells[row][column] -= 1
        return replace(strokes, cells=tuple(tuple(r) for r in cells))
    step = int(rng.choice((1, -1, 2, -2))) if kind < 0.8 else grid.strokes * int(rng.choice((1, -1)))
    room = grid.rows * grid.columns * grid.strokes
    count = strokes.count + step
    return replace(strokes, cells=spread(count if 0 < count <= room else strokes.count - step, grid))


def _swapped(value: int | None) -> int | None:
    """A number with two adjacent digits exchanged; None where that changes nothing."""
    text = "" if value is None else str(value)
    for i in range(len(text) - 2, -1, -1):
        changed = text[:i] + text[i + 1] + text[i] + text[i + 2 :]
        if changed != text and changed[0] != "0":
            return int(changed)
    return None


def _total_ids(template: Template) -> set[str]:
    """Ids of the numbers that an exact rule gives as sums of others."""
    found: set[str] = set()
    for rule in template.rules:
        signs = [(name, factor > 0) for name, factor in rule.relation.coefficients]
        for side in (True, False):
            alone = [name for name, sign in signs if sign == side]
            if rule.strength == "exact" and rule.relation.operator == "=" and len(alone) == 1 and len(signs) > 2:
                found.add(alone[0])
    return found
