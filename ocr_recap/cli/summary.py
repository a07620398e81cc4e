"""What a batch came to, for a terminal: photos, what to do about their problems, numbers and documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ..batch import apply_review, run
from ..messages.catalog import Language, counted, say
from ..records.decision_log import LogEvent
from ..records.decisions import Decision
from ..records.folder import DECISIONS_FILE, JOURNAL_FILE, SUMS_FILE
from ..report.csv_tables import DocumentRow
from ..report.view_model import Totals
from . import terminal

MOST_ROWS = 40
MOST_HINTS = 10


def show(result: run.BatchResult, language: Language) -> None:
    """Print what a batch came to on standard output."""
    console = terminal.console()
    heads = (
        ("berkas", "halaman", "diterima", "periksa", "kosong", "masalah"),
        ("file", "page", "accepted", "review", "blank", "problem"),
    )[language == "en"]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, justify="right" if head in heads[2:5] else "left", overflow="fold")
    for row in result.rows[:MOST_ROWS]:
        page = terminal.text(f"{row.page[0]} {row.page[1]}" if row.page else "-")
        counts = [str(n) if row.page else "" for n in (row.accepted, row.review, row.blank)]
        codes = terminal.text(", ".join(problem.code for problem in row.problems), style="red")
        table.add_row(terminal.text(row.file), page, *counts, codes)
    console.print(table)
    more = len(result.rows) - MOST_ROWS
    if more > 0:
        console.print(say(language, f"... dan {more} foto lagi", f"... and {counted(more, 'more photo')}"))
    for line in _hints(result, language):
        console.print(terminal.text(line), soft_wrap=True)
    console.print()
    _totals(console, result.totals, result.documents, language)
    if result.skipped:
        count = len(result.skipped)
        names = ", ".join(result.skipped[:5]) + (", ..." if count > 5 else "")
        console.print(
            terminal.text(say(language, f"Dilewati ({count}): {names}", f"Skipped ({count}): {names}")), soft_wrap=True
        )
    if result.unchanged:
        text = (
            "Semua hasil sudah ada; tidak ada yang dibaca ulang.",
            "All results are in place; nothing was read again.",
        )
        console.print(say(language, *text))
    elif result.resumed:
        text = f"{result.resumed} dari proses sebelumnya", f"{result.resumed} taken over from an earlier run"
        console.print(say(language, *text))
    if result.changed:
        text = (
            f"Isi {JOURNAL_FILE} untuk {len(result.changed)} foto berubah sejak dibaca; foto itu dibaca ulang: "
            f"{_some(result.changed)}",
            f"What {JOURNAL_FILE} held of {counted(len(result.changed), 'photo')} was changed since it was read; read "
            f"again: {_some(result.changed)}",
        )
        console.print(terminal.text(say(language, *text)), soft_wrap=True)
    _decisions(console, result.idle, result.kept, language)
    _events(console, result.events, language)
    _notice(console, result.report, result.sums, language)


def show_applied(result: apply_review.Applied, language: Language) -> None:
    """Print what a table of answers came to on standard output."""
    console = terminal.console()
    new, tables = len(result.new), result.tables
    console.print(
        say(
            language,
            f"{new} keputusan baru ({result.replaced} mengganti yang lama), {result.again} sudah tercatat; "
            f"{result.empty} baris tanpa isian.",
            f"{counted(new, 'new decision')} ({result.replaced} in place of an earlier one), {result.again} logged "
            f"before; {counted(result.empty, 'line')} without an answer.",
        ),
        soft_wrap=True,
    )
    if result.overruled:
        text = (
            f"{len(result.overruled)} di antaranya sudah diganti keputusan lain dan tidak berlaku: "
            f"{_named(result.overruled)}. Agar berlaku lagi, isi note yang lain.",
            f"No longer counts, as another decision replaced it ({len(result.overruled)}): "
            f"{_named(result.overruled)}. To make it count again, write another note.",
        )
        console.print(terminal.text(say(language, *text)), soft_wrap=True)
    if result.notes:
        text = (
            f"{result.notes} baris hanya berisi catatan: isi juga kolom verified agar tercatat.",
            f"Only a note on {counted(result.notes, 'line')}: fill in verified as well for it to be logged.",
        )
        console.print(say(language, *text), soft_wrap=True)
    _totals(console, tables.totals, tables.documents, language)
    _decisions(console, tables.idle, tables.kept, language)
    _events(console, tables.events, language)
    _notice(console, result.report, tables.sums, language)


def _totals(console: Console, totals: Totals, documents: Sequence[DocumentRow], language: Language) -> None:
    console.print(
        say(
            language,
            f"{totals.photos} foto, {totals.located} halaman dikenali; angka: {totals.accepted} diterima, "
            f"{totals.review} perlu diperiksa, {totals.blank} kosong; {totals.problems} foto bermasalah.",
            f"{counted(totals.photos, 'photo')}, {counted(totals.located, 'page')} found; numbers: {totals.accepted} "
            f"accepted, {totals.review} to review, {totals.blank} blank; {counted(totals.problems, 'problem photo')}.",
        ),
        soft_wrap=True,
    )
    console.print(_documents(documents, language), soft_wrap=True)


def _decisions(console: Console, idle: Sequence[Decision], kept: Sequence[str], language: Language) -> None:
    """What became of decisions that settle nothing here, and of filled-in tables that were in the way."""
    if idle:
        names = _named(idle)
        text = (
            f"{len(idle)} keputusan tersimpan tetapi tidak terpakai, karena fotonya tidak ada di sini, terbaca sebagai "
            f"halaman lain, atau tidak dihitung: {names}",
            f"Kept but not used: {counted(len(idle), 'decision')} about a photo that is not here, is read as another "
            f"page, or does not count: {names}",
        )
        console.print(terminal.text(say(language, *text)), soft_wrap=True)
    if kept:
        names = ", ".join(kept)
        text = (
            f"Tabel yang sudah diisi disimpan sebagai {names}; ocr-recap apply memasukkan jawabannya (lembar Excel: "
            "simpan dahulu sebagai CSV UTF-8).",
            f"What was filled in is kept as {names}; ocr-recap apply takes the answers in (save an Excel sheet as CSV "
            "UTF-8 first).",
        )
        console.print(terminal.text(say(language, *text)), soft_wrap=True)


def _events(console: Console, events: Sequence[LogEvent], language: Language) -> None:
    """What the log says from now on beside decisions."""
    for event in events:
        console.print(terminal.text(event_text(event, language)), soft_wrap=True)


def event_text(event: LogEvent, language: Language) -> str:
    """A line of the log that decides no number, in words."""
    files = ", ".join(event.files) or DECISIONS_FILE
    text = (
        f"Suntingan diterima oleh {event.by} ({event.at}): {files}. Alasan: {event.reason}",
        f"Edits accepted by {event.by} ({event.at}): {files}. Reason: {event.reason}",
    )
    if event.event == "log_taken_over":
        text = (
            f"{event.lines} baris {DECISIONS_FILE} ditulis versi lama tanpa rantai sidik, {event.unlisted} di "
            f"antaranya belum tercatat di {SUMS_FILE}; diambil alih apa adanya ({event.at}).",
            f"{counted(event.lines, 'line')} of {DECISIONS_FILE} by an older version, without a chain of hashes, "
            f"{event.unlisted} of them not yet in {SUMS_FILE}: taken over as found ({event.at}).",
        )
    return say(language, *text)


def _named(decisions: Sequence[Decision]) -> str:
    return _some([f"{decision.file} {decision.field}" for decision in decisions])


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + ", ..." * (len(names) > 5)


def _notice(console: Console, report: Path, sums: str, language: Language) -> None:
    notice = "SEMENTARA: formulir kertas yang berlaku.", "PROVISIONAL: paper prevails."
    console.print(terminal.text(f"{say(language, *notice)} {report}"), soft_wrap=True)
    note = f"Catat di luar komputer ini; sidik {SUMS_FILE}:", f"Write down elsewhere; the hash of {SUMS_FILE}:"
    console.print(terminal.text(f"{say(language, *note)} {sums}"), soft_wrap=True)


def _documents(documents: Sequence[DocumentRow], language: Language) -> str:
    """How many documents there are, by verdict."""
    words = {
        "settled": ("selesai", "settled"),
        "incomplete": ("halaman kurang", "with pages missing"),
        "review": ("perlu diperiksa", "to review"),
        "inconsistent": ("tidak cocok seperti tertulis", "not adding up as written"),
        "problem": ("tanpa halaman", "without a page"),
    }
    verdicts = [row.verdict for row in documents]
    total = len(verdicts) - verdicts.count("missing")
    parts = [f"{n} {words[v][language == 'en']}" for v in words if (n := verdicts.count(v))]
    if missing := len(verdicts) - total:
        parts.append(say(language, f"{missing} TPS tanpa foto", f"{counted(missing, 'station')} without photos"))
    return f"{say(language, f'{total} dokumen', counted(total, 'document'))}: {', '.join(parts)}."


def _hints(result: run.BatchResult, language: Language) -> list[str]:
    """What to do about the problems, each hint once with the photos it is about."""
    about: dict[str, list[str]] = {}
    for row in result.rows:
        for problem in row.problems:
            about.setdefault(getattr(problem.hint, language), []).append(row.file)
    own = {problem.code for row in result.rows for problem in row.problems}
    for document, problem in result.document_problems:
        if problem.code not in own:  # else the photos say it
            about.setdefault(getattr(problem.hint, language), []).append(document)
    lines: list[str] = []
    for hint, files in list(about.items())[:MOST_HINTS]:
        more = f" (+{len(files) - 3})" if len(files) > 3 else ""
        lines.append(f"{', '.join(files[:3])}{more}: {hint}")
    return lines
