"""`review.csv`: every number in review, in review order, with three empty columns to fill in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from ..records.folder import Dialect
from .csv_tables import lines
from .view_model import DocumentView, Strip

# The columns that identify a number. `numbers.csv` has them too, so that a row may be copied from there.
KEY_COLUMNS = ("sha256", "frame", "template", "page", "field")
ANSWER_COLUMNS = ("verified", "by", "note")  # filled in by people
COLUMNS = (  # of the table, in order
    "document",
    "station",
    "file",
    *KEY_COLUMNS,
    "label_id",
    "label_en",
    "text",
    "value",
    "reasons",
    "explanation",
    "report_link",
    "settles",
    *ANSWER_COLUMNS,
)


@dataclass(frozen=True)
class Row:
    """One number in review.

    `settles` is how many numbers of its document an answer takes out of review; `count` is false for dates.
    """

    settles: int
    count: bool
    cells: tuple[str, ...]
    strip: Strip | None = None


def rows(shown: DocumentView, settles: Mapping[str, int], language: Literal["id", "en"] = "id") -> list[Row]:
    """The rows of one document, in the order of its photos.

    Args:
        shown: the document with its place in the report.
        settles: how many numbers an answer takes out of review, by field id (`review_order.settles`).
        language: of the explanations.
    """
    named = shown.labels()
    counts = {f.id for f in shown.template.fields if f.role == "count"} if shown.template else set[str]()
    found: list[Row] = []
    for name, counting in shown.counting():
        record, field = counting.record, counting.record.fields[name]
        page = record.page
        if page is None or field.status != "review":
            continue
        cells = (
            record.document or "",
            record.station.code or "",
            record.photo.file,
            record.photo.sha256,
            str(record.photo.frame),
            page.template,
            page.page,
            name,
            *named.get(name, (name, name)),
            field.text or "",
            "" if field.value is None else str(field.value),
            " ".join(field.reasons),
            getattr(field.explanation, language),
            shown.link(name),
            str(settles.get(name, 0)),
            *("" for _ in ANSWER_COLUMNS),
        )
        found.append(Row(settles.get(name, 0), name in counts, cells, counting.strip(name)))
    return found


def review_csv(found: Iterable[Row], dialect: Dialect = "rfc4180") -> Iterator[bytes]:
    """Encode the table in pieces of UTF-8, byte order mark and heading first.

    Args:
        found: rows in the order of the documents; they are sorted by `most_useful_first`.
        dialect: of the file.
    """
    yield b"\xef\xbb\xbf" + lines([COLUMNS], dialect)
    for row in most_useful_first(found):
        yield lines([row.cells], dialect)


def most_useful_first(found: Iterable[Row]) -> list[Row]:
    """Sort rows: counts before dates, then largest `settles` first, then the given order."""
    return sorted(found, key=lambda row: (not row.count, -row.settles))
