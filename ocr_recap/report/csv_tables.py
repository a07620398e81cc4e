"""`numbers.csv`, a row per number, and `stations.csv`, a row per document: for spreadsheets and for other programs.

`stations-labels.csv` has the rows of `stations.csv` with headings and words for people.

UTF-8 with byte order mark, RFC 4180 (comma, double quotes, CRLF); the dialect `excel-id` has semicolons and decimal
commas, as spreadsheets with Indonesian settings need. The column `accepted` is empty unless the number was accepted, so
that a sum over the column never contains a doubtful number. Photos that do not count have no rows, and each number of a
page in sight has one row, also where no photo shows the number.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..forms.template import Template
from ..messages.catalog import Language, filled, say
from ..messages.report_texts import REPORT_TEXTS
from ..records.document import Document
from ..records.field_record import FieldStatus
from ..records.folder import Dialect
from ..records.region_names import RegionName
from .headings import headings
from .view_model import DocumentView

# Columns of `numbers.csv`, then those at the beginning of `stations.csv` (docs/reference/records.md).
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
DOCUMENT_COLUMNS = (
    *("document", "station", "template", "pages_present", "pages_missing", "fields_missing"),
    *("verdict", "review_count"),
)
# Text that a spreadsheet may take for a formula, full-width signs included. Apostrophes in front are matched too, so
# that `undefused` never removes an apostrophe of the original text.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]")
# The same in the middle of a cell: a table that is opened with another separator begins cells there. The second
# expression matches what `defused` made of such text.
_INNER = re.compile(r"([,;\t\r\n|]['\"\s]*)(?=[=+\-@\uff0b\uff0d\uff1d\uff20])")
_OUR_INNER = re.compile(r"([,;\t\r\n|]['\"\s]*)'(?=[=+\-@\uff0b\uff0d\uff1d\uff20])")


@dataclass(frozen=True)
class DocumentRow:
    """The row of a document in `stations.csv`.

    `fields_missing`: ids of the numbers on the pages present that no photo shows. `accepted` holds the accepted value
    of every count, None otherwise, and `statuses` the status of every count. `decided_by`: persons who decided any
    number. `region`: names of the station's region, None unless wanted. `disagreements`: how many counts persons
    decided differently.
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
    fields_missing: tuple[str, ...] = ()
    statuses: Mapping[str, FieldStatus] = field(default_factory=dict[str, FieldStatus])
    disagreements: int = 0


def document_row(document: Document, template: Template | None) -> DocumentRow:
    """Build a document's row; `review_count` is the number of counts in review, without dates.

    Args:
        document: as decided.
        template: its form; None where the form is unknown.
    """
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
        tuple(dict.fromkeys(name for one in fields.values() for name in one.decided_by)),
        fields_missing=document.fields_missing,
        statuses={name: fields[name].status for name in counts},
        disagreements=sum("people_disagree" in fields[name].reasons for name in counts),
    )


def missing_rows(rows: Iterable[DocumentRow], roll: Iterable[str], template: Template | None) -> list[DocumentRow]:
    """Build the rows of stations without photos.

    Args:
        rows: of all documents.
        roll: codes of all stations.
        template: the form, if all documents have the same; its pages are missing.
    """
    seen = {row.station for row in rows}
    pages = tuple(page.id for page in template.pages) if template else ()
    form = template.id if template else None
    return [DocumentRow("", code, form, (), pages, "missing", 0, {}) for code in roll if code not in seen]


def stations_csv(
    rows: Iterable[DocumentRow], templates: Iterable[Template], dialect: Dialect = "rfc4180", names: bool = False
) -> Iterator[bytes]:
    """Encode `stations.csv` in pieces, byte order mark and heading first.

    Args:
        rows: in the order of the file.
        templates: the forms whose counts have columns; forms with a field of the same id share its column.
        dialect: of the file.
        names: whether there are columns for the names of regions.
    """
    counts = count_columns(templates)
    yield b"\xef\xbb\xbf" + lines([station_columns(counts, names)], dialect)
    for row in rows:
        yield lines([station_cells(row, counts, names)], dialect)


def stations_for_people(
    rows: Iterable[DocumentRow],
    templates: Sequence[Template],
    dialect: Dialect,
    names: bool,
    language: Language,
) -> Iterator[bytes]:
    """Encode `stations-labels.csv`; arguments as in `stations_csv`, and the language of headings and words."""
    counts = count_columns(templates)
    columns = station_columns(counts, names)
    yield b"\xef\xbb\xbf" + lines([headings(columns, templates, language)], dialect)
    titles = {form.id: say(language, form.title.id, form.title.en) for form in templates}
    for row in rows:
        cells = zip(columns, station_cells(row, counts, names), strict=True)
        yield lines([[in_words(column, cell, titles, language) for column, cell in cells]], dialect)


def in_words(column: str, cell: str, titles: Mapping[str, str], language: Language) -> str:
    """A cell of a table for people: states in words and forms by their titles, all others as they are."""
    if column == "template":
        return titles.get(cell, cell)
    text = REPORT_TEXTS.get(f"{column}_{cell}") if column in ("verdict", "status") else None
    return filled(text, language, {}) if text else cell


def count_columns(templates: Iterable[Template]) -> list[str]:
    """Ids of the counts of these forms, in order, each once."""
    return list(dict.fromkeys(f.id for form in templates for f in form.fields if f.role == "count"))


def station_columns(counts: Sequence[str], names: bool = False) -> list[str]:
    """The heading of `stations.csv`; with `names` the names of regions follow the station."""
    first, second, *others = DOCUMENT_COLUMNS
    return [first, second, *(RegionName._fields if names else ()), *others, *counts, "decided_by"]


def station_cells(row: DocumentRow, counts: Sequence[str], names: bool = False) -> list[str]:
    """The cells of a row of `stations.csv`, in the order of `station_columns`."""
    region = (row.region or RegionName()) if names else ()
    cells = [row.id, row.station or "", *region, row.template or "", " ".join(row.pages_present)]
    cells += [" ".join(row.pages_missing), " ".join(row.fields_missing), row.verdict, str(row.review_count)]
    values = [row.accepted.get(name) for name in counts]
    return [*cells, *("" if v is None else str(v) for v in values), ", ".join(row.decided_by)]


def numbers_head(dialect: Dialect = "rfc4180") -> bytes:
    """Byte order mark and heading of `numbers.csv`."""
    return b"\xef\xbb\xbf" + lines([COLUMNS], dialect)


def numbers_rows(shown: DocumentView, dialect: Dialect = "rfc4180") -> bytes:
    """Encode the rows of one document in `numbers.csv`, photo by photo; without a form, field ids serve as labels."""
    return lines(number_cells(shown, "," if dialect == "excel-id" else "."), dialect)


def defused(text: str) -> str:
    """Put an apostrophe before everything in a text that a spreadsheet might run as a formula."""
    text = _INNER.sub(r"\1'", text)
    return f"'{text}" if _FORMULA.match(text) else text


def undefused(text: str) -> str:
    """Invert `defused`: the original text."""
    text = text[1:] if text.startswith("'") and _FORMULA.match(text) else text
    return _OUR_INNER.sub(r"\1", text)


def number_cells(shown: DocumentView, point: str = ".") -> Iterator[list[str]]:
    """The cells of one document's rows in `numbers.csv`, with `point` as decimal separator."""
    named = shown.labels()
    for field_id, shown_photo in shown.counting():
        record = shown_photo.record
        photo, page, number = record.photo, record.page, record.fields[field_id]
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
            number.text or "",
            number.read or "",
            "" if number.value is None else str(number.value),
            "" if number.accepted is None else str(number.accepted),
            number.status,
            "" if number.confidence is None else f"{number.confidence:.6g}".replace(".", point),
            " ".join(number.reasons),
            shown.link(field_id),
            *(", ".join(number.decided_by), number.decided_at or "", number.decided_note or ""),
        ]


def lines(rows: Iterable[Sequence[str]], dialect: Dialect) -> bytes:
    """Encode rows of a table in a dialect, defused."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n", delimiter=";" if dialect == "excel-id" else ",")
    for row in rows:
        writer.writerow([defused(value) for value in row])
    return buffer.getvalue().encode("utf-8", "replace")
