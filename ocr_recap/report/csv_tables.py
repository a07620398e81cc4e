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

from ..forms.template import Template
from ..records.document import Document
from ..records.folder import Dialect
from ..records.region_names import RegionName
from .view_model import DocumentView

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
    "decided_by",
    "decided_at",
    "note",
)
DOCUMENT_COLUMNS = ("document", "station", "template", "pages_present", "pages_missing", "verdict", "review_count")
# What spreadsheets take for the beginning of a formula, wide signs included; apostrophes in front too, so that none is
# taken for ours.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]")
# A table that is opened with another separator than its own begins cells in the middle of ours.
_INNER = re.compile(r"([,;\t\r\n|]['\"\s]*)(?=[=+\-@\uff0b\uff0d\uff1d\uff20])")
_OUR_INNER = re.compile(r"([,;\t\r\n|]['\"\s]*)'(?=[=+\-@\uff0b\uff0d\uff1d\uff20])")


@dataclass(frozen=True)
class DocumentRow:
    """What a document came to, for a table.

    `accepted` holds its counts: the accepted number, None otherwise. `decided_by`: persons who decided any number.
    `region`: what the station's code is called, None unless asked for.
    """

    id: str
    station: str | None
    template: str | None
    pages_present: tuple[str, ...]
    pages_missing: tuple[str, ...]
    verdict: str
    review_count: int
    accepted: Mapping[str, int | None]
    decided_by: tuple[str, ...] = ()
    region: RegionName | None = None


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
        tuple(dict.fromkeys(f.decision.by for f in fields.values() if f.decision)),
    )


def missing_rows(rows: Iterable[DocumentRow], roll: Iterable[str], template: Template | None) -> list[DocumentRow]:
    """Rows of the stations on the roll of which there is no photo; `template`: the form, if there is only one."""
    seen = {row.station for row in rows}
    pages = tuple(page.id for page in template.pages) if template else ()
    form = template.id if template else None
    return [DocumentRow("", code, form, (), pages, "missing", 0, {}) for code in roll if code not in seen]


def stations_csv(
    rows: Iterable[DocumentRow], templates: Iterable[Template], dialect: Dialect = "rfc4180", names: bool = False
) -> Iterator[bytes]:
    """The file in pieces, byte order mark and header first.

    Args:
        rows: in the order of the file.
        templates: the forms whose counts have columns; a field that several forms have shares one.
        dialect: of the file.
        names: with columns for the names of regions.
    """
    counts = count_columns(templates)
    yield b"\xef\xbb\xbf" + lines([station_columns(counts, names)], dialect)
    for row in rows:
        yield lines([station_cells(row, counts, names)], dialect)


def count_columns(templates: Iterable[Template]) -> list[str]:
    """The counts of these forms; a field that several forms have shares a column."""
    return list(dict.fromkeys(f.id for form in templates for f in form.fields if f.role == "count"))


def station_columns(counts: Sequence[str], names: bool = False) -> list[str]:
    """The heading of `stations.csv`; with `names` the regions' follow the station."""
    first, second, *others = DOCUMENT_COLUMNS
    return [first, second, *(RegionName._fields if names else ()), *others, *counts, "decided_by"]


def station_cells(row: DocumentRow, counts: Sequence[str], names: bool = False) -> list[str]:
    """A row of `stations.csv`."""
    region = (row.region or RegionName()) if names else ()
    cells = [row.id, row.station or "", *region, row.template or "", " ".join(row.pages_present)]
    cells += [" ".join(row.pages_missing), row.verdict, str(row.review_count)]
    values = [row.accepted.get(name) for name in counts]
    return [*cells, *("" if v is None else str(v) for v in values), ", ".join(row.decided_by)]


def numbers_head(dialect: Dialect = "rfc4180") -> bytes:
    """Byte order mark and heading of `numbers.csv`."""
    return b"\xef\xbb\xbf" + lines([COLUMNS], dialect)


def numbers_rows(shown: DocumentView, dialect: Dialect = "rfc4180") -> bytes:
    """The rows of one document, photo by photo; numbers of an unknown form are labelled with their ids."""
    return lines(number_cells(shown, "," if dialect == "excel-id" else "."), dialect)


def defused(text: str) -> str:
    """The text as a spreadsheet may open it: what it would run as a formula starts with an apostrophe instead."""
    text = _INNER.sub(r"\1'", text)
    return f"'{text}" if _FORMULA.match(text) else text


def undefused(text: str) -> str:
    """What `defused` was given."""
    text = text[1:] if text.startswith("'") and _FORMULA.match(text) else text
    return _OUR_INNER.sub(r"\1", text)


def number_cells(shown: DocumentView, point: str = ".") -> Iterator[list[str]]:
    """The rows of one document in `numbers.csv`, with this decimal point."""
    named = shown.labels()
    for field_id, shown_photo in shown.counting():
        record = shown_photo.record
        photo, page, field = record.photo, record.page, record.fields[field_id]
        yield [
            record.document or "",
            record.station.code or "",
            photo.file,
            photo.sha256,
            str(photo.frame),
            page.template if page else "",
            page.page if page else "",
            field_id,
            *named.get(field_id, (field_id, field_id)),
            field.text,
            field.read,
            "" if field.value is None else str(field.value),
            "" if field.accepted is None else str(field.accepted),
            field.status,
            f"{field.confidence:.6g}".replace(".", point),
            " ".join(field.reasons),
            shown.link(field_id),
            *((said.by, said.at, said.note) if (said := field.decision) else ("", "", "")),
        ]


def lines(rows: Iterable[Sequence[str]], dialect: Dialect) -> bytes:
    """Rows of a table in its dialect, defused."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n", delimiter=";" if dialect == "excel-id" else ",")
    for row in rows:
        writer.writerow([defused(value) for value in row])
    return buffer.getvalue().encode("utf-8", "replace")
