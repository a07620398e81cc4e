"""What lists know about stations before the count: an election date, and numbers that a template calls listed.

The list of stations and the manifest may have a column `election_date`, and columns that are named by field ids (in
small or capital letters). Other columns are ignored, as are all of these in the program's own `stations.csv`: its
numbers were read from the paper and cannot confirm it. An empty cell says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from ..decide.facts import LIST, Fact, Source, date_fact
from ..forms.template import Template
from ..messages.table_faults import LineFault
from ..messages.text import quoted

DATE_COLUMN: Final = "election_date"
_OWN_COLUMNS = frozenset({"verdict", "review_count"})  # of `stations.csv`
_MOST_DIGITS = 12  # of a number: the most boxes that a field may have (`forms.fields.Cells`)


@dataclass(frozen=True)
class FactList:
    """What one list says about stations.

    Attributes:
        source: the kind of list.
        sha256: of its file; empty where there is none.
        columns: field ids and `election_date`, in the order of the cells.
        cells: by station code, a text for each column; empty where the list says nothing.
    """

    source: Source
    sha256: str = ""
    columns: tuple[str, ...] = ()
    cells: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def about(self, station: str) -> dict[str, str]:
        """What the list says about a station, by column; columns about which it says nothing are left out."""
        return {name: text for name, text in zip(self.columns, self.cells.get(station, ()), strict=False) if text}


def listed_fields(templates: Iterable[Template]) -> dict[str, int]:
    """The fields that a list may know, with their number of boxes; the largest where several forms have the field."""
    found: dict[str, int] = {}
    for one in (one for template in templates for one in template.fields if one.listed):
        found[one.id] = max(found.get(one.id, 0), one.cells.count)
    return found


class FactColumns:
    """Collects what a list says about stations while its rows are read."""

    def __init__(self, known: Mapping[str, int]) -> None:
        """Prepare to read a list.

        Args:
            known: number of boxes by id of a field that a list may know (`listed_fields`).
        """
        self._boxes = dict(known)
        self._names = {DATE_COLUMN: DATE_COLUMN} | {name.lower(): name for name in known}
        self._columns: tuple[str, ...] = ()
        self._cells: dict[str, dict[str, str]] = {}
        self._lines: dict[tuple[str, str], int] = {}

    def take(self, line: int, station: str, row: Mapping[str, str], faults: list[LineFault]) -> None:
        """Take what a row says about its station.

        Args:
            line: of the row, for faults.
            station: code of its station.
            row: its cells by column, in small letters.
            faults: of the list, to which those of this row are added.
        """
        if row.keys() >= _OWN_COLUMNS:
            return
        self._columns = tuple(name for column in row if (name := self._names.get(column)))
        known = self._cells.setdefault(station, {})
        for name in self._columns:
            text = row[name.lower()]
            if not text:
                continue
            fault = self._fault(name, text)
            if fault:
                data = {"column": name, "text": quoted(text), "boxes": self._boxes.get(name, 0)}
                faults.append(LineFault(line, fault, data))
                continue
            value = text if name == DATE_COLUMN else str(int(text))
            first = self._lines.setdefault((station, name), line)
            if known.setdefault(name, value) != value:
                data = {"column": name, "text": quoted(text), "first": first, "other": known[name]}
                faults.append(LineFault(line, "listed_otherwise", data))

    def _fault(self, name: str, text: str) -> str | None:
        """The fault of a cell that is not empty; None where it has none."""
        if name == DATE_COLUMN:
            try:
                return None if date.fromisoformat(text).isoformat() == text else "listed_date"
            except ValueError:
                return "listed_date"
        if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
            return "listed_number"
        return "listed_too_long" if len(str(int(text))) > self._boxes[name] else None

    def found(self, source: Source, sha256: str = "") -> FactList:
        """What the list says, once all rows are taken."""
        rows = {station: tuple(known.get(name, "") for name in self._columns) for station, known in self._cells.items()}
        return FactList(source, sha256, self._columns, {station: row for station, row in rows.items() if any(row)})


def station_facts(template: Template, station: str | None, lists: Sequence[FactList]) -> tuple[Fact, ...]:
    """The facts that lists give about the numbers of a station.

    Args:
        template: the form.
        station: its code; None for a station that is not known, about which only a program can say anything.
        lists: where two of them say something about one number, the later one counts.
    """
    known = {one.id for one in template.fields if one.listed}
    found: dict[str, Fact] = {}
    for one in lists:
        for name, text in one.about(station or "").items():
            if name == DATE_COLUMN:
                fact = date_fact(template, date.fromisoformat(text), one.source, one.sha256)
            else:
                fact = Fact(LIST, (name,), ((int(text),),), one.source, one.sha256) if name in known else None
            if fact is not None:
                found[name] = fact
    return tuple(found.values())


def with_listed(own: Sequence[Fact], listed: Iterable[Fact], name: str) -> tuple[Fact, ...]:
    """The facts about a number, in which those of lists replace others of the same witness.

    Args:
        own: facts of its record.
        listed: facts of its station.
        name: id of the number.
    """
    return tuple({fact.witness: fact for fact in (*own, *(one for one in listed if name in one.fields))}.values())
