"""`report.html`, the page to open first: a summary, and a list of all documents, those that need a person first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..records.folder import (
    DECISIONS_FILE,
    DOCUMENTS_FILE,
    PHOTOS_FILE,
    RUN_FILE,
    SUMS_FILE,
)
from .csv_tables import DocumentRow
from .html import pieces
from .pictures import STRIP_HEIGHT
from .table_formats import chosen
from .view_model import DocumentView, Totals

if TYPE_CHECKING:
    from ..records.decision_log import LogEvent
    from ..records.run_info import RunInfo

_ORDER: Final = ("inconsistent", "review", "problem", "missing", "incomplete", "settled")  # of verdicts in the list
_MOST_SKIPPED: Final = 50  # names shown; by judgement


@dataclass(frozen=True)
class Listed:
    """A document in the list.

    Attributes:
        row: as in `stations.csv`.
        link: to the document in the report; None for a station without photos.
        files: names of its photos.
        unread: how many of its photos have no page.
    """

    row: DocumentRow
    link: str | None
    files: tuple[str, ...] = ()
    unread: int = 0


def listed(shown: DocumentView, row: DocumentRow) -> Listed:
    """Build the list's entry of a document."""
    files = tuple(photo.record.photo.label for photo in shown.photos)
    return Listed(row, shown.link(), files, sum(photo.record.page is None for photo in shown.photos))


def listed_missing(row: DocumentRow) -> Listed:
    """Build the list's entry of a station without photos."""
    return Listed(row, None)


def index_html(
    entries: Sequence[Listed], totals: Totals, run: RunInfo, events: Sequence[LogEvent] = ()
) -> Iterator[bytes]:
    """Render the page in pieces of UTF-8.

    Args:
        entries: in the order of `stations.csv`.
        totals: over all photos.
        run: how the batch was run.
        events: lines of the log that are not decisions; they are shown above the list.
    """
    counts = Counter(entry.row.verdict for entry in entries)
    tables = (name for one in chosen(run.tables) for name in one.files)
    return pieces(
        "report",
        "index.html",
        language=run.language,
        title="ocr_recap",
        home="",
        rows=0,
        strip_height=STRIP_HEIGHT,
        totals=totals,
        events=events,
        log=DECISIONS_FILE,
        verdicts={code: counts[code] for code in _ORDER if counts[code]},
        entries=sorted(entries, key=lambda e: _ORDER.index(e.row.verdict)),  # stable: by place within a verdict
        tables=(*tables, DOCUMENTS_FILE, PHOTOS_FILE, RUN_FILE, SUMS_FILE),
        skipped=run.skipped[:_MOST_SKIPPED],
        skipped_count=len(run.skipped),
        version=run.ocr_recap,
    )
