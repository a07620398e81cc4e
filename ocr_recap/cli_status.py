"""`ocr-recap status`: how far a batch is, for an operator."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from .cli_shared import USAGE, LangOption, fail, language_of
from .emit.html import Language
from .inputs import BatchError
from .status import Status, status
from .summary import counted, say

_MOST = 8  # photos under way that are named


def show_status(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder hasil. / Folder of results.")],
    as_json: Annotated[bool, typer.Option("--json", help="Untuk program. / For programs.")] = False,
    lang: LangOption = None,
) -> None:
    """Sejauh mana pembacaan berjalan / how far reading is."""
    language = language_of(lang)
    try:
        found = status(folder)
    except BatchError as fault:
        fail(say(language, fault.id, fault.en), USAGE)
    typer.echo(json.dumps(asdict(found), ensure_ascii=False) if as_json else "\n".join(_lines(found, language)))


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
        hint = "docs/records.md menjelaskan tiap masalah; --retry-problems membacanya lagi."
        lines.append(
            say(language, hint, "docs/records.md tells what each problem means; --retry-problems reads them again.")
        )
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
