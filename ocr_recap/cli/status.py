"""`ocr-recap status`: how far a batch is, for an operator."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ..batch.status import Status, status
from ..messages.catalog import Language, counted, say
from ..records.folder import SUMS_FILE
from .common import OK, PROBLEMS, LangOption, language_of, reported
from .summary import event_text
from .terminal import echo, echo_json

_MOST = 8  # photos under way that are named


def show_status(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder hasil. / Folder of results.")],
    as_json: Annotated[bool, typer.Option("--json", help="Untuk program. / For programs.")] = False,
    lang: LangOption = None,
) -> None:
    """Sejauh mana pembacaan berjalan / how far reading is."""
    language = language_of(lang)
    with reported(language):
        found = status(folder)
    if as_json:
        echo_json({**asdict(found), "events": [event.export() for event in found.events]})
    else:
        echo("\n".join(_lines(found, language)))
    raise typer.Exit(PROBLEMS if found.edited else OK)


def _lines(found: Status, language: Language) -> list[str]:
    share = f" ({100 * found.done // found.total}%)" if found.total else ""
    problems = sum(found.problems.values())
    codes = ", ".join(f"{code} {count}" for code, count in sorted(found.problems.items()))
    lines = [
        _state(found, language),
        say(
            language,
            f"{found.done} dari {found.total or '?'} foto sudah dibaca{share}, {found.resumed} di antaranya dari "
            "proses sebelumnya.",
            f"{found.done} of {counted(found.total, 'photo') if found.total else '? photos'} read{share}, "
            f"{found.resumed} of them by an earlier run.",
        ),
        say(language, f"{problems} bermasalah", counted(problems, "problem")) + (f": {codes}." if codes else "."),
    ]
    if found.running and found.state != "finished":
        shown = ", ".join(f"{one.photo} ({one.seconds:.0f} s)" for one in found.running[:_MOST])
        more = f", +{len(found.running) - _MOST}" if len(found.running) > _MOST else ""
        now = found.state == "running"
        texts = ("Sedang dibaca", "Being read") if now else ("Terakhir sedang dibaca", "Was being read")
        lines.append(f"{say(language, *texts)}: {shown}{more}.")
    if found.left is not None:
        minutes = max(1, round(found.left / 60))
        lines.append(say(language, f"Kira-kira {minutes} menit lagi.", f"About {counted(minutes, 'minute')} left."))
    if found.state == "interrupted":
        again = "Jalankan lagi perintah yang sama: yang sudah dibaca tidak dibaca ulang."
        lines.append(say(language, again, "Run the same command again: what has been read is not read again."))
    elif found.state == "finished" and problems:
        hint_id = "`ocr-recap docs records` menjelaskan tiap masalah; --retry-problems membacanya lagi."
        hint_en = "`ocr-recap docs records` tells what each problem means; --retry-problems reads them again."
        lines.append(say(language, hint_id, hint_en))
    return lines + _integrity(found, language)


def _integrity(found: Status, language: Language) -> list[str]:
    """Whether results are as they were published."""
    lines = [event_text(event, language) for event in found.events]
    if found.edited:
        names = ", ".join(found.edited[:_MOST]) + f", +{len(found.edited) - _MOST}" * (len(found.edited) > _MOST)
        text = (
            f"TIDAK SAMA dengan {SUMS_FILE}: {names}. Berkas itu berubah, ditambah atau hilang setelah hasil ditulis; "
            "pulihkan dari salinan. Tabel dapat ditulis ulang dengan ocr-recap apply.",
            f"NOT what {SUMS_FILE} lists: {names}. Each was changed, added or lost after results were written; restore "
            "it from a copy. Tables can be written again with ocr-recap apply.",
        )
        lines.append(say(language, *text))
    elif found.sums:
        text = (
            f"Hasil sama dengan {SUMS_FILE}, yang sidiknya {found.sums}; bandingkan dengan yang dicatat.",
            f"Results are what {SUMS_FILE} lists, whose hash is {found.sums}: compare it with the one written down.",
        )
        lines.append(say(language, *text))
    return lines


def _state(found: Status, language: Language) -> str:
    began, beat, end = (_clock(t) for t in (found.started, found.beat, found.finished or 0.0))
    workers = found.workers
    match found.state:
        case "running":
            text = (
                f"Sedang berjalan sejak {began}, {workers} pekerja.",
                f"Running since {began}, {counted(workers, 'worker')}.",
            )
        case "interrupted":
            text = f"Terputus; tanda terakhir {beat}.", f"Interrupted; last sign of life {beat}."
        case "finished":
            text = f"Selesai {end}.", f"Finished {end}."
    return say(language, *text)


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")
