"""`report.html`: the page to open first. A summary, then every document in one list, what needs a person first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from ..records.folder import (
    DECISIONS_FILE,
    DOCUMENTS_FILE,
    NUMBERS_FILE,
    PARQUET_FILES,
    PHOTOS_FILE,
    REVIEW_FILE,
    RUN_FILE,
    STATIONS_FILE,
    SUMS_FILE,
    WORKBOOK_FILE,
)
from .csv_tables import DocumentRow
from .html import VERDICTS, both, findable, foot, head, search, verdict
from .view_model import Shown, Totals

if TYPE_CHECKING:
    from ..records.decision_log import LogEvent
    from ..records.run_info import RunInfo

_MOST_SKIPPED = 50  # names shown
_DECIDED = "angka ditetapkan orang", "numbers decided by people"


@dataclass(frozen=True)
class Listed:
    """A document in the list.

    Attributes:
        row: as in `stations.csv`.
        link: where it stands in the report; None for a station without photos.
        files: the names of its photos.
        unread: how many of them have no page.
    """

    row: DocumentRow
    link: str | None
    files: tuple[str, ...] = ()
    unread: int = 0


def listed(shown: Shown, row: DocumentRow) -> Listed:
    """A document as it stands in the list."""
    files = tuple(photo.record.photo.label for photo in shown.photos)
    return Listed(row, shown.link(), files, sum(photo.record.page is None for photo in shown.photos))


def listed_missing(row: DocumentRow) -> Listed:
    """A station without photos as it stands in the list."""
    return Listed(row, None)


def index_html(
    entries: Sequence[Listed], totals: Totals, run: RunInfo, events: Sequence[LogEvent] = ()
) -> Iterator[bytes]:
    """The page in pieces.

    Args:
        entries: in the order of `stations.csv`.
        totals: over all photos.
        run: how the batch was run.
        events: lines of the log that decide no number; they are shown above the list.
    """
    order = list(VERDICTS)
    verdicts = [entry.row.verdict for entry in entries]
    yield head(run.language, "ocr_recap", "").encode()
    yield f"<h1>{both('Hasil baca formulir', 'Tally forms, read')}</h1>{_tiles(totals)}".encode()
    for event in events:
        yield f'<p class="sub">{_event(event)}</p>'.encode("utf-8", "replace")
    yield _filters({code: count for code in order if (count := verdicts.count(code))}, len(entries)).encode()
    yield b'<ol class="list">\n'
    for entry in sorted(entries, key=lambda e: order.index(e.row.verdict)):  # stable: by place within a verdict
        yield _line(entry).encode("utf-8", "replace")
    yield b"</ol>\n"
    if not entries:
        yield f'<p class="sub">{both("Tidak ada.", "None.")}</p>'.encode()
    yield foot(_notes(run)).encode("utf-8", "replace")


def _tiles(totals: Totals) -> str:
    tiles = "".join(
        f'<li class="{kind if count else ""}"><b>{count}</b>{both(*text)}</li>'
        for count, kind, text in (
            (totals.photos, "", ("foto", "photos")),
            (totals.located, "", ("halaman dikenali", "pages found")),
            (totals.accepted, "ok", ("angka diterima", "numbers accepted")),
            (totals.review, "look", ("angka diperiksa", "numbers to review")),
            (totals.blank, "", ("angka kosong", "numbers blank")),
            (totals.decided, "", _DECIDED),
            (totals.problems, "bad", ("foto bermasalah", "problem photos")),
        )
        if count or text[1] != _DECIDED[1]
    )
    return f'<ul class="tiles">{tiles}</ul>'


def _filters(verdicts: dict[str, int], total: int) -> str:
    """One button per verdict that occurs, and the search box; the script shows them."""
    every = f'<label><input type="radio" name="verdict" value="" checked>{both("semua", "all")} <b>{total}</b></label>'
    chips = "".join(
        f'<label class="{VERDICTS[code][0]}"><input type="radio" name="verdict" value="{code}">'
        f"{both(*VERDICTS[code][2:])} <b>{count}</b></label>"
        for code, count in verdicts.items()
    )
    shown = f'<p class="sub" id="shown"><b>{total}</b> {both("TPS/dokumen tampil", "stations/documents shown")}</p>'
    return (
        f'<h2>{both("TPS dan dokumen", "Stations and documents")}</h2><div class="filters" role="group" '
        f'aria-label="Saring / Filter">{search()}'
        f'<div class="chips">{every}{chips}</div>{shown}</div>'
    )


def _line(entry: Listed) -> str:
    row = entry.row
    name = escape(row.station or row.id)
    title = f'<a href="{escape(entry.link)}">{name}</a>' if entry.link else name
    where = row.region.path if row.region else ""
    notes = [escape(where)] if where else []
    if row.pages_present:
        present = escape(", ".join(row.pages_present))
        pages = both("halaman", "page" if len(row.pages_present) == 1 else "pages")
        notes.append(f"{escape(row.template or '')} · {pages} {present}")
    if row.pages_missing and row.pages_present:
        notes.append(f"{both('kurang', 'missing')} {escape(', '.join(row.pages_missing))}")
    if entry.unread:
        photos = "photo" if entry.unread == 1 else "photos"
        notes.append(both(f"{entry.unread} foto tidak terbaca", f"{entry.unread} {photos} not read"))
    if row.decided_by:
        notes.append(f"{both('ditetapkan oleh', 'decided by')} {escape(', '.join(row.decided_by))}")
    if row.station and row.id and not row.id.startswith(row.station):
        notes.append(escape(row.id))
    count = f"<b>{row.review_count}</b> {both('diperiksa', 'to review')}" if row.review_count else ""
    return (
        f'<li data-v="{row.verdict}"{findable(row.id, row.station, where, *entry.files)}><h3>{title}</h3>'
        f'{verdict(row.verdict)}<p class="count">{count}</p><p class="meta">{" · ".join(notes)}</p></li>\n'
    )


def _event(event: LogEvent) -> str:
    if event.event == "log_taken_over":
        return both(
            f"{event.lines} baris pertama {DECISIONS_FILE} dari versi lama, tanpa rantai sidik ({event.at}).",
            f"The first {event.lines} lines of {DECISIONS_FILE} are of an older version, without a chain ({event.at}).",
        )
    files, by, reason = ", ".join(event.files) or DECISIONS_FILE, event.by, event.reason
    return both(
        f"Berkas yang disunting di luar program diterima oleh {by} ({event.at}): {files}. Alasan: {reason}",
        f"Files edited outside this program were accepted by {by} ({event.at}): {files}. Reason: {reason}",
    )


def _notes(run: RunInfo) -> list[str]:
    more = ((WORKBOOK_FILE,) if run.workbook else ()) + (PARQUET_FILES if run.parquet else ())
    files = (STATIONS_FILE, NUMBERS_FILE, REVIEW_FILE, *more, DOCUMENTS_FILE, PHOTOS_FILE, RUN_FILE, SUMS_FILE)
    links = " · ".join(f'<a href="{name}">{name}</a>' for name in files)
    notes = [f"{both('Tabel', 'Tables')}: {links}"]
    if run.skipped:
        shown = ", ".join(escape(name) for name in run.skipped[:_MOST_SKIPPED])
        more = ", …" if len(run.skipped) > _MOST_SKIPPED else ""
        notes.append(f"{both('Dilewati karena bukan foto', 'Skipped, not photos')} ({len(run.skipped)}): {shown}{more}")
    notes.append(f"ocr_recap {escape(run.ocr_recap)}")
    return notes
