"""`report.html`, the page to open first: the result of every station, totals, and what needs a person first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from ..messages.catalog import Wording, both
from ..messages.report_texts import REPORT_TEXTS
from ..records.folder import (
    DECISIONS_FILE,
    DOCUMENTS_FILE,
    PHOTOS_FILE,
    REVIEW_FILE,
    RUN_FILE,
    SUMS_FILE,
)
from .html import pieces
from .pictures import STRIP_HEIGHT
from .result_table import ORDER, ResultTable
from .review_csv import COLUMNS, Row, most_useful_first
from .table_formats import chosen
from .view_model import Totals

if TYPE_CHECKING:
    from ..records.decision_log import LogEvent
    from ..records.run_info import RunInfo

_MOST_SKIPPED: Final = 50  # names shown; by judgement
_MOST_ASKED: Final = 6  # stations to review that are named on the first page, and numbers of each; by judgement


class AskedStation(NamedTuple):
    """A station with numbers that need a person: label and link of each, the most useful first."""

    station: str
    document: str
    numbers: list[tuple[Wording, str]]


def index_html(
    tables: Sequence[ResultTable],
    totals: Totals,
    run: RunInfo,
    questions: Sequence[Row] = (),
    events: Sequence[LogEvent] = (),
) -> Iterator[bytes]:
    """Render the page in pieces of UTF-8.

    Args:
        tables: the stations of each form.
        totals: over all photos.
        run: how the batch was run.
        questions: the numbers in review, in any order.
        events: lines of the log that are not decisions; they are shown above the list.
    """
    counts = Counter(entry.row.verdict for table in tables for entry in table.entries)
    names = (name for one in chosen(run.tables) for name in one.files)
    asked = _asked(questions)
    return pieces(
        "report",
        "index.html",
        language=run.language,
        title=_title(tables, counts.total()),
        home="",
        rows=0,
        strip_height=STRIP_HEIGHT,
        totals=totals,
        events=events,
        log=DECISIONS_FILE,
        questions=asked[:_MOST_ASKED],
        asked_most=_MOST_ASKED,
        more_questions=max(0, len(asked) - _MOST_ASKED),
        review_file=REVIEW_FILE,
        verdicts={code: counts[code] for code in ORDER if counts[code]},
        tables=tables,
        count=counts.total(),
        files=(*names, DOCUMENTS_FILE, PHOTOS_FILE, RUN_FILE, SUMS_FILE),
        skipped=run.skipped[:_MOST_SKIPPED],
        skipped_count=len(run.skipped),
        version=run.ocr_recap,
    )


def _title(tables: Sequence[ResultTable], stations: int) -> Wording:
    """The title of the window: how many stations, of which form, and the program."""
    forms = [table.title for table in tables if table.title]
    words = both(REPORT_TEXTS["window_index"], {"stations": stations})
    shown = {"id": words["id"], "en": words["en"]}
    if len(forms) == 1:
        shown = {"id": f"{words['id']} · {forms[0].id}", "en": f"{words['en']} · {forms[0].en}"}
    return Wording(f"{shown['id']} · ocr_recap", f"{shown['en']} · ocr_recap")


def _asked(questions: Sequence[Row]) -> list[AskedStation]:
    """Stations with counts in review, in the order of their most useful numbers."""
    found: dict[str, AskedStation] = {}
    for row in most_useful_first(questions):
        if row.count:
            cells = dict(zip(COLUMNS, row.cells, strict=True))
            name = cells["document"]
            label = Wording(cells["label_id"], cells["label_en"])
            found.setdefault(name, AskedStation(cells["station"], name, [])).numbers.append(
                (label, cells["report_link"])
            )
    return list(found.values())
