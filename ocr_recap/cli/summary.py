"""The summary of a batch for a terminal: photos, next steps for their problems, numbers and documents."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ..batch import apply_review, run
from ..messages.catalog import Language
from ..messages.screens import said
from ..records.decision_log import LogEvent
from ..records.decisions import Decision, Ruling
from ..records.folder import DECISIONS_FILE, JOURNAL_FILE, SUMS_FILE
from ..report.csv_tables import DocumentRow
from ..report.view_model import Totals
from . import terminal

MOST_ROWS = 40  # photos in the table; by judgement
MOST_HINTS = 10  # next steps; by judgement
# Columns of the table of photos.
_HEADS = ("file", "page", "accepted", "review", "blank", "not_in_photo", "problem")
_COUNTS = ("accepted", "review", "blank", "not_in_photo")  # of these columns, numbers of numbers
_VERDICTS = ("settled", "incomplete", "review", "inconsistent", "problem")  # of documents, in the order of the screen


def show(result: run.BatchResult, language: Language) -> None:
    """Print the summary of a batch on standard output."""
    console = terminal.console()
    _photos(console, result, language)
    for line in _hints(result, language):
        _print(console, line)
    console.print()
    _totals(console, result.totals, result.documents, language)
    say = partial(said, language)
    if result.skipped:
        _print(console, say("skipped", count=len(result.skipped), names=_some(result.skipped)))
    if result.unchanged:
        _print(console, say("unchanged"))
    elif result.resumed:
        _print(console, say("resumed", photos=result.resumed))
    if result.changed:
        _print(console, say("changed", file=JOURNAL_FILE, photos=len(result.changed), names=_some(result.changed)))
    _decisions(console, result.idle, result.kept, language)
    _events(console, result.events, language)
    _notice(console, result.report, result.sums, language)


def show_applied(result: apply_review.Applied, language: Language) -> None:
    """Print the result of applying a table of answers on standard output."""
    console = terminal.console()
    tables = result.tables
    numbers = {"new": len(result.new), "replaced": result.replaced, "again": result.again, "empty": result.empty}
    _print(console, said(language, "applied", **numbers))
    if result.overruled:
        names = _named(result.overruled)
        _print(console, said(language, "overruled", count=len(result.overruled), names=names))
    if result.disagreements:
        names = _some([_disagreement(ruling) for ruling in result.disagreements])
        _print(console, said(language, "disagreements", count=len(result.disagreements), names=names))
    if result.notes:
        _print(console, said(language, "only_notes", lines=result.notes))
    _totals(console, tables.totals, tables.documents, language)
    _decisions(console, tables.idle, tables.kept, language)
    _events(console, tables.events, language)
    _notice(console, result.report, tables.sums, language)


def event_text(event: LogEvent, language: Language) -> str:
    """A sentence about a line of the log that is not a decision."""
    if event.event == "log_taken_over":
        numbers = {"lines": event.lines, "unlisted": event.unlisted}
        return said(language, "log_taken_over", **numbers, log=DECISIONS_FILE, sums=SUMS_FILE, at=event.at)
    if event.event == "photo_withdrawn":
        return said(language, "withdrawn_photo", by=event.by, at=event.at, file=event.file, reason=event.reason)
    files = ", ".join(event.files) or DECISIONS_FILE
    return said(language, "edits_accepted", by=event.by, at=event.at, files=files, reason=event.reason)


def _print(console: Console, text: str) -> None:
    """Print a sentence, wrapped by the terminal."""
    console.print(terminal.text(text), soft_wrap=True)


def _photos(console: Console, result: run.BatchResult, language: Language) -> None:
    """Print the table of photos, a row for each of the first ones."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    parts = any(row.not_in_photo for row in result.rows)  # else that column is left out
    for head in _HEADS:
        if head == "not_in_photo" and not parts:
            continue
        right = head in _COUNTS
        table.add_column(said(language, f"head_{head}"), justify="right" if right else "left", overflow="fold")
    for row in result.rows[:MOST_ROWS]:
        page = terminal.text(f"{row.page[0]} {row.page[1]}" if row.page else "-")
        numbers = (row.accepted, row.review, row.blank, *((row.not_in_photo,) if parts else ()))
        counts = [str(n) if row.page else "" for n in numbers]
        codes = terminal.text(", ".join(problem.code for problem in row.problems), style="red")
        table.add_row(terminal.text(row.file), page, *counts, codes)
    console.print(table)
    more = len(result.rows) - MOST_ROWS
    if more > 0:
        _print(console, said(language, "more_photos", more=more))


def _totals(console: Console, totals: Totals, documents: Sequence[DocumentRow], language: Language) -> None:
    photos = {"photos": totals.photos, "pages": totals.located, "problems": totals.problems}
    numbers = {"accepted": totals.accepted, "review": totals.review, "blank": totals.blank}
    _print(console, said(language, "totals", **photos, **numbers))
    if totals.dates:
        _print(console, said(language, "dates", dates=totals.dates))
    if totals.not_in_photo:
        _print(console, said(language, "fields_missing", numbers=totals.not_in_photo))
    _print(console, _documents(documents, language))


def _decisions(console: Console, idle: Sequence[Decision], kept: Sequence[str], language: Language) -> None:
    """Print sentences about decisions without effect, and about filled-in tables that were renamed."""
    if idle:
        _print(console, said(language, "idle_decisions", count=len(idle), names=_named(idle)))
    if kept:
        _print(console, said(language, "kept_tables", names=", ".join(kept)))


def _events(console: Console, events: Sequence[LogEvent], language: Language) -> None:
    """Print sentences about lines that were added to the log beside decisions."""
    for event in events:
        _print(console, event_text(event, language))


def _named(decisions: Sequence[Decision]) -> str:
    return _some([f"{decision.file} {decision.field}" for decision in decisions])


def _disagreement(ruling: Ruling) -> str:
    answers = ", ".join(answer.said for answer in ruling.people)
    return f"{ruling.last.file} {ruling.last.field} ({answers})"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + ", ..." * (len(names) > 5)


def _notice(console: Console, report: Path, sums: str, language: Language) -> None:
    _print(console, said(language, "provisional", report=report))
    _print(console, said(language, "write_down", file=SUMS_FILE, hash=sums))


def _documents(documents: Sequence[DocumentRow], language: Language) -> str:
    """The number of documents by verdict, as text."""
    verdicts = [row.verdict for row in documents]
    missing = verdicts.count("missing")
    parts = [said(language, f"verdict_{v}", count=n) for v in _VERDICTS if (n := verdicts.count(v))]
    if missing:
        parts.append(said(language, "stations_without_photos", count=missing))
    return said(language, "documents", documents=len(verdicts) - missing, parts=", ".join(parts))


def _hints(result: run.BatchResult, language: Language) -> list[str]:
    """The next steps for problems, each once with the names of its photos."""
    about: dict[str, list[str]] = {}
    for row in result.rows:
        for problem in row.problems:
            about.setdefault(getattr(problem.hint, language), []).append(row.file)
    own = {problem.code for row in result.rows for problem in row.problems}
    for document, problem in result.document_problems:
        if problem.code not in own:  # problems of photos are listed with the photos
            about.setdefault(getattr(problem.hint, language), []).append(document)
    lines: list[str] = []
    for hint, files in list(about.items())[:MOST_HINTS]:
        more = f" (+{len(files) - 3})" if len(files) > 3 else ""
        lines.append(f"{', '.join(files[:3])}{more}: {hint}")
    return lines
