"""Facts known before the count: a table over one or more numbers that lists the combinations which are possible.

A date is one fact over three numbers, with a row for each possible date. A number from a list, such as the registered
voters of a station, is one fact over one number, with one row. A fact needs no image. It is compared with what the ink
and all other witnesses give, and never chooses a reading: where paper and fact differ, the value stays what is written.

The probability of a combination. The numbers of a fact have no rule in common, so the probability of a combination by
all other evidence is the product of the probabilities of its numbers. The fact then weighs each possible combination
by (1 - doubt) / rows, and everything else by doubt x commonest, where commonest is the largest share that any one
impossible combination has of all that are written. That is careful, as each impossible combination is taken to be the
commonest one. A fact favours one combination over another by at most (1 - doubt) / (doubt x commonest), which is less
than any other witness may (1 / `witness.DOUBT`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import prod
from typing import Final, Literal

from ..forms.template import Template

DATE: Final = "date"  # name of the witness of dates
LIST: Final = "list"  # name of the witness of numbers from lists
Source = Literal["template", "option", "stations", "manifest", "given"]
# Share of sheets on which the paper has another combination than a fact lists, by judgement, as no count of real sheets
# is known. Dates: the day before or after, another year, day and month exchanged. Lists: voters who were added to or
# struck from the roll after it was printed, and ballots that were counted again on delivery; that practice varies by
# one is known (rule R12 of the forms).
DOUBTS: Final[Mapping[str, float]] = {DATE: 0.02, LIST: 0.05}
# Largest share of one impossible combination among all that are written, by judgement: of wrong dates the next day, of
# numbers that differ from a list those that are one more.
COMMONEST: Final[Mapping[str, float]] = {DATE: 0.25, LIST: 0.5}


@dataclass(frozen=True)
class Fact:
    """One fact.

    Attributes:
        witness: name of the witness that it is the evidence of: `DATE` or `LIST`.
        fields: ids of its numbers.
        rows: possible values of these numbers, a row for each combination.
        source: where it comes from: the form's template, an option, the list of stations, the manifest, or a program.
        sha256: of the list's file; empty where it comes from no list.
    """

    witness: str
    fields: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]
    source: Source
    sha256: str = ""


def date_fact(template: Template, day: date | None, source: Source, sha256: str = "") -> Fact | None:
    """The fact of the dates that may be written on a form; None where it has no date, or no election day is known.

    Args:
        template: the form.
        day: election day in place of those of the template.
        source, sha256: of the fact, if a day is given.
    """
    fields, rows = template.possible_dates(day)
    return Fact(DATE, fields, rows, source if day else "template", sha256 if day else "") if rows else None


@dataclass(frozen=True)
class Compared:
    """A fact compared with the numbers as read.

    Attributes:
        fact: the fact.
        read: the values of its numbers as read.
        probability: of these values together, given all evidence and the fact.
    """

    fact: Fact
    read: tuple[int, ...]
    probability: float

    @property
    def agrees(self) -> bool:
        """True when the values as read are possible."""
        return self.read in self.fact.rows


def compare(
    fact: Fact, read: Sequence[int], chances: Sequence[Mapping[int, float]], rests: Sequence[float]
) -> tuple[Compared, list[dict[int, float]]]:
    """Compare a fact with what all other evidence gives.

    Args:
        fact: the fact.
        read: value of each of its numbers as read.
        chances: for each of its numbers, the probability of each candidate that is a number, by all other evidence.
        rests: for each of its numbers, an upper bound of the probability of a value that is no candidate.

    Returns:
        The comparison; and for each number the factor that the fact puts on the probability of each of its candidates.
        All other readings have the factor of a candidate that no possible combination has, under the key -1.
    """
    doubt, rows = DOUBTS[fact.witness], dict.fromkeys(fact.rows)
    share = (1.0 - doubt) / len(rows)
    weights = {row: prod(map(_chance, row, chances, rests)) for row in rows}
    possible = sum(weights.values())
    other = doubt * COMMONEST[fact.witness]  # upper bound of the weight of an impossible combination
    total = share * possible + other * max(0.0, 1.0 - possible)
    values = tuple(read)
    own = share * weights[values] if values in rows else other * prod(map(_chance, values, chances, rests))
    factors: list[dict[int, float]] = []
    for place, chance in enumerate(chances):
        within = {value: sum(w for row, w in weights.items() if row[place] == value) for value in chance}
        factors.append(
            {
                value: (share * inside + other * max(0.0, chance[value] - inside)) / (total * chance[value])
                for value, inside in within.items()
                if chance[value] > 0
            }
            | {-1: other / total}
        )
    return Compared(fact, values, own / total if total else 0.0), factors


def _chance(value: int, chances: Mapping[int, float], rest: float) -> float:
    return chances.get(value, rest)
