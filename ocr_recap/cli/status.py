"""`ocr-recap status`: shows the progress of a batch."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ..batch.status import Status, status
from ..messages.catalog import Language
from ..messages.screens import said
from ..records.folder import SUMS_FILE
from .common import OK, PROBLEMS, LangOption, language_of, reported
from .summary import event_text
from .terminal import echo, echo_json

_MOST = 8  # photos being read that are named; by judgement


def show_status(
    folder: Annotated[Path, typer.Argument()],
    as_json: Annotated[bool, typer.Option("--json")] = False,
    lang: LangOption = None,
) -> None:
    """Show the progress of the batch in a folder of results."""
    language = language_of(lang)
    with reported(language):
        found = status(folder)
    if as_json:
        echo_json({**asdict(found), "events": [event.export() for event in found.events]})
    else:
        echo("\n".join(_lines(found, language)))
    raise typer.Exit(PROBLEMS if found.edited else OK)


def _lines(found: Status, language: Language) -> list[str]:
    problems = sum(found.problems.values())
    codes = ", ".join(f"{code} {count}" for code, count in sorted(found.problems.items()))
    lines = [_state(found, language), _progress(found, language)]
    lines.append(said(language, "problems" if codes else "no_problems", count=problems, codes=codes))
    if found.running and found.state != "finished":
        shown = ", ".join(f"{one.photo} ({one.seconds:.0f} s)" for one in found.running[:_MOST])
        more = f", +{len(found.running) - _MOST}" if len(found.running) > _MOST else ""
        under_way = "under_way" if found.state == "running" else "was_under_way"
        lines.append(said(language, under_way, photos=shown, more=more))
    if found.left is not None:
        lines.append(said(language, "minutes_left", minutes=max(1, round(found.left / 60))))
    if found.state == "interrupted":
        lines.append(said(language, "go_on"))
    elif found.state == "finished" and problems:
        lines.append(said(language, "problems_explained"))
    return lines + _integrity(found, language)


def _progress(found: Status, language: Language) -> str:
    if not found.total:
        return said(language, "progress_uncounted", done=found.done, resumed=found.resumed)
    percent = 100 * found.done // found.total
    return said(language, "progress", done=found.done, total=found.total, percent=percent, resumed=found.resumed)


def _integrity(found: Status, language: Language) -> list[str]:
    """Lines about edits of published results and the checksum of the list."""
    lines = [event_text(event, language) for event in found.events]
    if found.edited:
        names = ", ".join(found.edited[:_MOST]) + f", +{len(found.edited) - _MOST}" * (len(found.edited) > _MOST)
        lines.append(said(language, "unlike_sums", sums=SUMS_FILE, names=names))
    elif found.sums:
        lines.append(said(language, "as_sums", sums=SUMS_FILE, hash=found.sums))
    return lines


def _state(found: Status, language: Language) -> str:
    match found.state:
        case "running":
            return said(language, "running_since", began=_clock(found.started), workers=found.workers)
        case "interrupted":
            return said(language, "interrupted_at", beat=_clock(found.beat))
        case "finished":
            return said(language, "finished_at", end=_clock(found.finished or 0.0))


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")
