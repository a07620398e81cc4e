"""`review.csv`: every number that needs a person, most useful first, with three empty columns to fill in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from ..record import Record
from ..template import Template
from .tables import Dialect, anchor, labels, lines

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
    """One number in review. `settles`: how many numbers of its document the answer would settle."""

    settles: int
    cells: tuple[str, ...]


def rows(
    index: int,
    record: Record,
    settles: Mapping[str, int],
    templates: Mapping[str, Template],
    language: Literal["id", "en"] = "id",
) -> list[Row]:
    """The rows of one photo, in the form's order; none of one that does not count.

    Args:
        index: the photo's place in the input, from 0.
        record: with its document's decisions.
        settles: of the document, by field id (`questions.settles`).
        templates: forms by id, for the labels.
        language: of the explanations.
    """
    page = record.page
    if page is None or not record.counts:
        return []
    named = labels(record, templates)
    photo = record.photo
    return [
        Row(
            settles.get(name, 0),
            (
                record.document or "",
                record.station.code or "",
                photo.file,
                photo.sha256,
                str(photo.frame),
                page.template,
                page.page,
                name,
                *named[name],
                field.text,
                "" if field.value is None else str(field.value),
                " ".join(field.reasons),
                getattr(field.explanation, language),
                f"report.html#{anchor(index, name)}",
                str(settles.get(name, 0)),
                *("" for _ in ANSWER_COLUMNS),
            ),
        )
        for name, field in record.fields.items()
        if field.status == "review"
    ]


def review_csv(found: Iterable[Row], dialect: Dialect = "rfc4180") -> Iterator[bytes]:
    """The file in pieces, byte order mark and header first: UTF-8, RFC 4180 or the dialect asked for.

    Args:
        found: in input order, which stays the order of numbers that settle equally many.
        dialect: of the file.
    """
    yield b"\xef\xbb\xbf" + lines([COLUMNS], dialect)
    ordered = sorted(found, key=lambda row: -row.settles)
    for row in ordered:
        yield lines([row.cells], dialect)
