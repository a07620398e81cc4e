"""The result of every station on the first page of a report, and the totals of accepted numbers with their coverage.

There is one table for each form, with a column for each candidate. A number that is not accepted is never shown as a
number and never added: it is in review, blank, or not there. A total with anything unknown is "at least".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from ..forms.print_items import Label
from ..forms.template import Template
from ..messages.catalog import Wording
from .csv_tables import DocumentRow
from .headings import is_vote, result_fields
from .view_model import DocumentView

# Order of documents by their verdicts: those that need a person first.
ORDER: Final = ("inconsistent", "review", "problem", "missing", "incomplete", "settled")
State = Literal["accepted", "review", "blank", "absent"]  # of a cell; absent: no photo shows the number


class Cell(NamedTuple):
    """A number of a station: its state, its value where it is accepted, and the link to it, empty without one."""

    state: State
    value: int | None
    link: str


class Column(NamedTuple):
    """A column of the table: the number's id, its whole label, the heading, and the class of its style."""

    field: str
    label: Label
    head: Wording
    kind: Literal["vote", "sum"]


class Total(NamedTuple):
    """The sum of a column's accepted numbers, how many stations have one, and how many stations there are."""

    known: int
    stations: int
    value: int


@dataclass(frozen=True)
class Listed:
    """A document in the list.

    Attributes:
        row: as in `stations.csv`.
        link: to the document in the report; None for a station without photos.
        files: names of its photos.
        unread: how many of its photos have no page.
        links: to its numbers, by field id.
    """

    row: DocumentRow
    link: str | None
    files: tuple[str, ...] = ()
    unread: int = 0
    links: Mapping[str, str] | None = None

    def cell(self, field: str) -> Cell:
        """One of its numbers."""
        status = self.row.statuses.get(field)
        value = self.row.accepted.get(field)
        link = (self.links or {}).get(field, "")
        if value is not None:
            return Cell("accepted", value, link)
        return Cell("review" if status == "review" else "blank" if status == "blank" else "absent", None, link)


def listed(shown: DocumentView, row: DocumentRow) -> Listed:
    """Build the list's entry of a document."""
    files = tuple(photo.record.photo.label for photo in shown.photos)
    unread = sum(photo.record.page is None and not photo.record.is_withdrawn for photo in shown.photos)
    return Listed(row, shown.link(), files, unread, {name: shown.link(name) for name, _ in shown.counting()})


def listed_missing(row: DocumentRow) -> Listed:
    """Build the list's entry of a station without photos."""
    return Listed(row, None)


@dataclass(frozen=True)
class ResultTable:
    """The stations of one form.

    Attributes:
        title: of the form; None for photos without a known form and stations of which no form is known.
        group: what the headings of all votes have in common, such as "votes of pair"; both texts may be empty.
        columns: votes first, in the order of the form.
        entries: those that need a person first.
    """

    title: Label | None
    group: Wording
    columns: tuple[Column, ...]
    entries: tuple[Listed, ...]

    @property
    def votes(self) -> int:
        """How many columns are votes."""
        return sum(column.kind == "vote" for column in self.columns)

    def total(self, column: Column) -> Total:
        """The total of a column."""
        cells = [entry.cell(column.field) for entry in self.entries]
        values = [cell.value for cell in cells if cell.value is not None]
        return Total(len(values), len(cells), sum(values))

    @property
    def complete(self) -> int:
        """How many stations have an accepted number in every column."""
        wanted = [column.field for column in self.columns]
        return sum(all(entry.cell(field).value is not None for field in wanted) for entry in self.entries)

    @property
    def unknown(self) -> int:
        """How many numbers of the table are not known."""
        totals = [self.total(column) for column in self.columns]
        return sum(total.stations - total.known for total in totals)


def result_tables(entries: Sequence[Listed], templates: Sequence[Template]) -> list[ResultTable]:
    """Sort the stations into one table for each form.

    Args:
        entries: in the order of `stations.csv`.
        templates: the forms, in the order of the tables.

    Returns:
        Tables with entries; documents without a known form are in the last one.
    """
    ranked = sorted(entries, key=lambda e: ORDER.index(e.row.verdict))  # stable: by place within a verdict
    tables: list[ResultTable] = []
    for template in templates:
        mine = tuple(entry for entry in ranked if entry.row.template == template.id)
        if mine:
            group, columns = _columns(template)
            tables.append(ResultTable(template.title, group, columns, mine))
    known = {template.id for template in templates}
    rest = tuple(entry for entry in ranked if entry.row.template not in known)
    if rest:
        tables.append(ResultTable(None, Wording("", ""), (), rest))
    return tables


def _columns(template: Template) -> tuple[Wording, tuple[Column, ...]]:
    fields = result_fields(template)
    votes = [field for field in fields if is_vote(field)]
    sums = [field for field in fields if not is_vote(field)]
    common = Wording(_common([field.label.id for field in votes]), _common([field.label.en for field in votes]))
    columns = [Column(field.id, field.label, _short(field.label, common), "vote") for field in votes]
    columns += [Column(field.id, field.label, Wording(field.label.id, field.label.en), "sum") for field in sums]
    return common, tuple(columns)


def _common(texts: Sequence[str]) -> str:
    """The words that all texts begin with, so that something is left of each; empty for fewer than two texts."""
    words = [text.split() for text in texts]
    if len(words) < 2:
        return ""
    count = 0
    while all(len(one) > count + 1 for one in words) and len({one[count] for one in words}) == 1:
        count += 1
    return " ".join(words[0][:count])


def _short(label: Label, common: Wording) -> Wording:
    """The label without the words that all votes have in common."""
    return Wording(
        " ".join(label.id.split()[len(common.id.split()) :]), " ".join(label.en.split()[len(common.en.split()) :])
    )
