"""`numbers.csv`: one row per number, for spreadsheets and for other programs.

UTF-8 with byte order mark, RFC 4180 (comma, double quotes, CRLF). The column `accepted` is empty unless the number
was accepted, so that nobody who sums it adds a doubtful number.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

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
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def numbers_csv(records: Iterable[Record], templates: Mapping[str, Template]) -> Iterator[bytes]:
    """The file in pieces, byte order mark and header first, then a piece per record.

    Args:
        records: in input order; their position is what `report_link` points to.
        templates: forms by id, for the labels; numbers of other forms are labelled with their ids.
    """
    yield b"\xef\xbb\xbf" + _lines([COLUMNS])
    for index, record in enumerate(records):
        rows = list(_rows(index, record, templates))
        if rows:
            yield _lines(rows)


def anchor(index: int, field_id: str | None = None) -> str:
    """The report's anchor for a photo (its position in the input, from 0), or for one of its numbers."""
    return f"p{index + 1}" if field_id is None else f"p{index + 1}-{field_id}"


def defused(text: str) -> str:
    """The text as a spreadsheet may open it: what it would run as a formula starts with an apostrophe instead."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def labels(record: Record, templates: Mapping[str, Template]) -> dict[str, tuple[str, str]]:
    """Indonesian and English label of every number of a record; the field's id where the form is not at hand."""
    form = templates.get(record.page.template) if record.page else None
    known = {f.id: (f.label.id, f.label.en) for f in form.fields} if form else {}
    return {field_id: known.get(field_id, (field_id, field_id)) for field_id in record.fields}


def _rows(index: int, record: Record, templates: Mapping[str, Template]) -> Iterator[list[str]]:
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
            f"{field.confidence:.6g}",
            " ".join(field.reasons),
            f"report.html#{anchor(index, field_id)}",
        ]


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    for row in rows:
        writer.writerow([defused(value) for value in row])
    return buffer.getvalue().encode("utf-8", "replace")
