"""Blind sheets of an audit: the drawn stations without their published numbers, as CSV and as a page to print."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from ..messages.catalog import Language
from .audit_models import AuditDraw, AuditPlan
from .pages import page


def sheet_csv(first: Sequence[str], later: Sequence[str], candidates: Sequence[str], language: Language) -> bytes:
    """The sheet to fill in.

    Args:
        first: stations that are needed in any case, in the order of the draw.
        later: further stations, needed only where a discrepancy is found.
        candidates: the columns to fill in.
        language: Indonesian spreadsheets expect semicolons.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n", delimiter=";" if language == "id" else ",")
    writer.writerow(("station", "needed", *candidates, "note"))
    for needed, stations in (("first", first), ("if_needed", later)):
        writer.writerows((station, needed, *("" for _ in candidates), "") for station in sorted(stations))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def sheet_html(planned: AuditPlan, drawn: AuditDraw, first: Sequence[str], language: Language) -> bytes:
    """The stations that are needed in any case, with boxes to write into."""
    return page("audit_sheet.html", language, "", plan=planned, draw=drawn, stations=sorted(first))
