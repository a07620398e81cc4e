"""`numbers.csv`, a row per number, and `stations.csv`, a row per document: for spreadsheets and for other programs.

UTF-8 with byte order mark, RFC 4180 (comma, double quotes, CRLF); the dialect `excel-id` has semicolons and decimal
commas, as spreadsheets with Indonesian settings want them. What is `accepted` is empty unless the number was
accepted, so that nobody who sums a column adds a doubtful number; photos that do not count have no rows.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ..documents import Document
from ..record import Record
from ..template import Template

COLUMNS = (
    "document",
    "station",
    "file",
    "sha256",
    "frame",
    "template",
    "page",
    "field",
    "label_id",
    "label_en",
    "text",
    "read",
    "value",
    "accepted",
    "status",
    "confidence",
    "reasons",
    "report_link",
)
DOCUMENT_COLUMNS = ("document", "station", "template", "pages_present", "pages_missing", "verdict", "review_count")
Dialect = Literal["rfc4180", "excel-id"]
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")  # apostrophes in front included, so that none is taken for ours


@dataclass(frozen=True)
class DocumentRow:
    """What a document came to, for a table. `accepted` holds its counts: the accepted number, None otherwise."""

    id: str
    station: str | None
    template: str | None
    pages_present: tuple[str, ...]
    pages_missing: tuple[str, ...]
    verdict: str
    review_count: int
    accepted: Mapping[str, int | None]


def document_row(document: Document, template: Template | None) -> DocumentRow:
    """A document's row; `review_count` counts its counts in review, since only counts decide a verdict."""
    counts = [f.id for f in template.fields if f.role == "count" and f.id in document.fields] if template else []
    fields = document.fields
    return DocumentRow(
        document.id,
        document.station.code,
        document.template,
        document.pages_present,
        document.pages_missing,
        document.verdict,
        sum(fields[name].status == "review" for name in counts),
        {name: fields[name].accepted for name in counts},
    )


def missing_rows(rows: Iterable[DocumentRow], roll: Iterable[str], template: Template | None) -> list[DocumentRow]:
    """Rows of the stations on the roll of which there is no photo; `template`: the form, if there is only one."""
    seen = {row.station for row in rows}
    pages = tuple(page.id for page in template.pages) if template else ()
    form = template.id if template else None
    return [DocumentRow("", code, form, (), pages, "missing", 0, {}) for code in roll if code not in seen]


def stations_csv(
    rows: Iterable[DocumentRow], templates: Iterable[Template], dialect: Dialect = "rfc4180"
) -> Iterator[bytes]:
    """The file in pieces, byte order mark and header first.

    Args:
        rows: in the order of the file.
        templates: the forms whose counts have columns; a field that several forms have shares one.
        dialect: of the file.
    """
    counts = list(dict.fromkeys(f.id for form in templates for f in form.fields if f.role == "count"))
    yield b"\xef\xbb\xbf" + lines([(*DOCUMENT_COLUMNS, *counts)], dialect)
    for row in rows:
        cells = [row.id, row.station or "", row.template or "", " ".join(row.pages_present)]
        cells += [" ".join(row.pages_missing), row.verdict, str(row.review_count)]
        values = [row.accepted.get(name) for name in counts]
        yield lines([cells + ["" if v is None else str(v) for v in values]], dialect)


def numbers_csv(
    records: Iterable[Record], templates: Mapping[str, Template], dialect: Dialect = "rfc4180"
) -> Iterator[bytes]:
    """The file in pieces, byte order mark and header first, then a piece per record.

    Args:
        records: in input order; their position is what `report_link` points to.
        templates: forms by id, for the labels; numbers of other forms are labelled with their ids.
        dialect: of the file.
    """
    yield b"\xef\xbb\xbf" + lines([COLUMNS], dialect)
    for index, record in enumerate(records):
        rows = list(_rows(index, record, templates, "," if dialect == "excel-id" else ".")) if record.counts else []
        if rows:
            yield lines(rows, dialect)


def anchor(index: int, field_id: str | None = None) -> str:
    """The report's anchor for a photo (its position in the input, from 0), or for one of its numbers."""
    return f"p{index + 1}" if field_id is None else f"p{index + 1}-{field_id}"


def defused(text: str) -> str:
    """The text as a spreadsheet may open it: what it would run as a formula starts with an apostrophe instead."""
    return f"'{text}" if _FORMULA.match(text) else text


def undefused(text: str) -> str:
    """What `defused` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def labels(record: Record, templates: Mapping[str, Template]) -> dict[str, tuple[str, str]]:
    """Indonesian and English label of every number of a record; the field's id where the form is not at hand."""
    form = templates.get(record.page.template) if record.page else None
    known = {f.id: (f.label.id, f.label.en) for f in form.fields} if form else {}
    return {field_id: known.get(field_id, (field_id, field_id)) for field_id in record.fields}


def _rows(index: int, record: Record, templates: Mapping[str, Template], point: str) -> Iterator[list[str]]:
    named = labels(record, templates)
    photo, page = record.photo, record.page
    for field_id, field in record.fields.items():
        yield [
            record.document or "",
            record.station.code or "",
            photo.file,
            photo.sha256,
            str(photo.frame),
            page.template if page else "",
            page.page if page else "",
            field_id,
            *named[field_id],
            field.text,
            field.read,
            "" if field.value is None else str(field.value),
            "" if field.accepted is None else str(field.accepted),
            field.status,
            f"{field.confidence:.6g}".replace(".", point),
            " ".join(field.reasons),
            f"report.html#{anchor(index, field_id)}",
        ]


def lines(rows: Iterable[Sequence[str]], dialect: Dialect) -> bytes:
    """Rows of a table in its dialect, defused."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n", delimiter=";" if dialect == "excel-id" else ",")
    for row in rows:
        writer.writerow([defused(value) for value in row])
    return buffer.getvalue().encode("utf-8", "replace")
