"""`review.csv`: every number that needs a person, most useful first, with three empty columns to fill in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from ..records.folder import Dialect
from .csv_tables import lines
from .view_model import DocumentView, Strip

# What is told apart by: the same in `numbers.csv`, so that a row may be copied from there.
KEY_COLUMNS = ("sha256", "frame", "template", "page", "field")
ANSWER_COLUMNS = ("verified", "by", "note")
COLUMNS = (
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
    """One number in review; `settles` of its document if it is answered; `count`: it is no date."""

    settles: int
    count: bool
    cells: tuple[str, ...]
    strip: Strip | None = None


def rows(shown: DocumentView, settles: Mapping[str, int], language: Literal["id", "en"] = "id") -> list[Row]:
    """The rows of one document, in the order of its photos.

    Args:
        shown: the document and where the report shows it.
        settles: by field id (`review_order.settles`).
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
            field.text,
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
    """The file in pieces, byte order mark and header first: UTF-8, RFC 4180 or the dialect asked for.

    Args:
        found: in the order of the documents. Of numbers that settle equally many, counts come first, since only they
            decide a verdict, and then this order.
        dialect: of the file.
    """
    yield b"\xef\xbb\xbf" + lines([COLUMNS], dialect)
    for row in most_useful_first(found):
        yield lines([row.cells], dialect)


def most_useful_first(found: Iterable[Row]) -> list[Row]:
    """The order of the table: counts before dates that settle as many, else as they come."""
    return sorted(found, key=lambda row: (-row.settles, not row.count))
