"""What a number of a form counts, by its id, and headings of tables for people.

Forms of this package name their numbers alike: `votes_1` or `votes_party`, `valid_total`, `invalid`, `ballots_used`,
`dpt_L`, `used_total_J` (docs/reference/templates.md). A form with other ids is shown without units, and the report
shows all its counts where it would show votes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from ..forms.fields import FormField
from ..forms.template import Template
from ..messages.catalog import Language, filled, say
from ..messages.column_texts import COLUMN_TEXTS, UNITS

_UNITS: Final = {  # of numbers, by a pattern of their ids
    "votes": re.compile(r"votes_\w+|(valid|grand)_total|invalid|sum_(valid|invalid|total)"),
    "ballots": re.compile(r"ballots_\w+"),
    "voters": re.compile(r"(dpt|used_\w+|disabled)_[LPJ]"),
}
_RESULT: Final = re.compile(r"votes_\w+|valid_total|invalid")  # ids of the numbers that make up the result of a station


def result_fields(template: Template) -> list[FormField]:
    """The numbers of a form that make up the result: votes, valid and invalid; all counts where it has no votes."""
    counts = [field for field in template.fields if field.role == "count"]
    if not any(field.id.startswith("votes_") for field in counts):
        return counts
    return [field for field in counts if _RESULT.fullmatch(field.id)]


def is_vote(field: FormField) -> bool:
    """True for the votes of one candidate, pair or party."""
    return field.id.startswith("votes_")


def headings(columns: Sequence[str], templates: Iterable[Template], language: Language) -> list[str]:
    """Headings for people of the columns of a table, with units.

    Args:
        columns: names of columns, or ids of numbers.
        templates: the forms of these numbers; of forms with a number of the same id the first one names it.
        language: of the headings.
    """
    fields: dict[str, FormField] = {}
    for template in templates:
        for field in template.fields:
            fields.setdefault(field.id, field)
    return [_heading(column, fields.get(column), language) for column in columns]


def _heading(column: str, field: FormField | None, language: Language) -> str:
    if column in COLUMN_TEXTS:
        return filled(COLUMN_TEXTS[column], language, {})
    if field is None:
        return column
    label = say(language, field.label.id, field.label.en)
    unit = next((unit for unit, pattern in _UNITS.items() if pattern.fullmatch(field.id)), None)
    return f"{label} ({filled(UNITS[unit], language, {})})" if unit else label
