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
# Of the table, in order: where to look and what to fill in, then what was read, then the number's identity.
COLUMNS = (
    "station",
    "label_id",
    "label_en",
    "report_link",
    *ANSWER_COLUMNS,
    "explanation",
    "value",
    "text",
    "reasons",
    "settles",
    "document",
    "file",
    *KEY_COLUMNS,
)


@dataclass(frozen=True)
class Row:
    """One number in review.

    `settles` is how many numbers of its document an answer takes out of review; `count` is false for dates; `suggested`
    is true for a number that a likely clerk error of its document is about; `waiting` is how many counts of its
    document are in review; `sure` is the number's confidence, 0 to 1.
    """

    settles: int
    count: bool
    suggested: bool
    waiting: int
    sure: float
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
    suggested = {rule.suggestion.field for rule in shown.document.rules if rule.suggestion}
    counts = {f.id for f in shown.template.fields if f.role == "count"} if shown.template else set[str]()
    waiting = sum(shown.document.fields[name].status == "review" for name in counts & shown.document.fields.keys())
    found: list[Row] = []
    for name, counting in shown.counting():
        record, field = counting.record, counting.record.fields[name]
        page = record.page
        if page is None or field.status != "review":
            continue
        label_id, label_en = named.get(name, (name, name))
        cells: dict[str, str] = {
            "station": record.station.code or "",
            "label_id": label_id,
            "label_en": label_en,
            "report_link": shown.link(name),
            "explanation": getattr(field.explanation, language),
            "value": "" if field.value is None else str(field.value),
            "text": field.text or "",
            "reasons": " ".join(field.reasons),
            "settles": str(settles.get(name, 0)),
            "document": record.document or "",
            "file": record.photo.file,
            "sha256": record.photo.sha256,
            "frame": str(record.photo.frame),
            "template": page.template,
            "page": page.page,
            "field": name,
        }
        order = settles.get(name, 0), name in counts, name in suggested, waiting, field.confidence or 0.0
        found.append(Row(*order, tuple(cells.get(column, "") for column in COLUMNS), counting.strip(name)))
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
    """Sort rows: counts before dates, then by what an answer does.

    An answer that takes more numbers out of review comes first; of equals the number that a likely clerk error is
    about, then the number whose document is complete after the fewest answers, then the less certain reading, then
    the given order.
    """
    return sorted(found, key=lambda row: (not row.count, -row.settles, not row.suggested, row.waiting, row.sure))
