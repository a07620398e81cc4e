"""Random elections for C.HASIL-PPWP 2024: numbers of one polling station that obey its rules, and their writing.

The sample photos and the pages on which thresholds were chosen are drawn with this module, so it must not change.
`numbers` and `clerk` do the same for any form, with clerk errors and corrections.

Sources of ranges: a polling station (TPS) has at most 300 voters (KPU, 2024); it receives 2% more ballots than voters,
rounded up.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...forms.fields import FormField, RowTotals, Tally
from ...forms.template import Template
from .fill import FieldWriting

# Shares of fillings of leading boxes (all four occur); by judgement, as no counts of real sheets exist.
_LEADING = {"X": 0.35, "0": 0.25, "-": 0.15, " ": 0.25}


def presidential_count(rng: np.random.Generator) -> dict[str, int]:
    """Draw the counted numbers of one station by field id, for all three pages; every rule of the template holds."""
    numbers: dict[str, int] = {}

    def line(name: str, men: int, women: int) -> None:
        numbers[f"{name}_L"], numbers[f"{name}_P"], numbers[f"{name}_J"] = men, women, men + women

    men, women = int(rng.integers(70, 150)), int(rng.integers(70, 150))
    line("dpt", men, women)
    line("used_dpt", round(men * rng.uniform(0.6, 0.95)), round(women * rng.uniform(0.6, 0.95)))
    line("used_dptb", int(rng.integers(0, 6)), int(rng.integers(0, 6)))
    line("used_dpk", int(rng.integers(0, 5)), int(rng.integers(0, 5)))
    parts = ("used_dpt", "used_dptb", "used_dpk")
    line("used_total", sum(numbers[f"{p}_L"] for p in parts), sum(numbers[f"{p}_P"] for p in parts))
    line("disabled", int(rng.integers(0, 4)), int(rng.integers(0, 4)))
    received = numbers["dpt_J"] + int(np.ceil(numbers["dpt_J"] * 0.02))
    used = min(numbers["used_total_J"], received)
    returned = int(rng.integers(0, min(4, received - used) + 1))
    numbers |= {
        "ballots_received": received,
        "ballots_used": used,
        "ballots_returned": returned,
        "ballots_unused": received - used - returned,
    }
    invalid = int(rng.integers(0, 12))
    shares = rng.dirichlet((2.0, 3.0, 1.2))
    first, second = round(shares[0] * (used - invalid)), round(shares[1] * (used - invalid))
    numbers |= {"votes_1": first, "votes_2": second, "votes_3": used - invalid - first - second}
    numbers |= {"valid_total": used - invalid, "invalid": invalid, "grand_total": used}
    numbers |= {"date_day": 14, "date_month": 2, "date_year": 2024}
    return numbers


def write(
    template: Template, page_id: str, numbers: Mapping[str, int | None], rng: np.random.Generator
) -> dict[str, FieldWriting]:
    """Draw how one officer writes these numbers: leading boxes, bubbles, strokes, row totals.

    Args:
        template: the form.
        page_id: page that is written.
        numbers: numbers by field id; None leaves a field blank.
        rng: random generator.
    """
    leading = str(rng.choice(list(_LEADING), p=list(_LEADING.values())))
    zero_bubbles = bool(rng.random() < 0.5)
    return {
        field.id: _write_field(field, numbers.get(field.id), leading, zero_bubbles)
        for field in template.fields_of(page_id)
    }


def _write_field(field: FormField, value: int | None, leading: str, zero_bubbles: bool) -> FieldWriting:
    count = field.cells.count
    if value is None:
        return FieldWriting(" " * count)
    digits = str(value)
    text = (digits.zfill(count) if field.role == "date" else digits.rjust(count, leading))[-count:]
    bubbles: tuple[tuple[int, ...], ...] | None = None
    if field.bubbles:
        bubbles = tuple((int(c),) if c.isdigit() else ((0,) if zero_bubbles else ()) for c in text)
    tally = next((w for w in field.witnesses if isinstance(w, Tally)), None)
    totals = next((w for w in field.witnesses if isinstance(w, RowTotals)), None)
    rows: tuple[int, ...] | None = None
    if tally and totals and value <= tally.rows * tally.columns * tally.strokes:
        full = tally.columns * tally.strokes
        rows = tuple(max(0, min(full, value - r * full)) for r in range(tally.rows) if value > r * full)
    return FieldWriting(text, bubbles, value if tally else None, rows)
