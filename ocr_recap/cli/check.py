"""`ocr-recap check`: checks whether photos are good enough, for officers before they leave the station."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, get_args

import typer

from ..batch.inputs import Collected, collect, refuse_missing
from ..batch.run import usual_workers
from ..forms import template
from ..messages.catalog import Language, Wording
from ..messages.screens import said
from ..messages.text import json_text
from ..read.check import Judgement, PhotoCheck, unchecked
from ..read.reader import Reader
from ..read.workers.limits import Limits
from ..read.workers.ordered import Asked, in_order
from ..read.workers.spawn import ProcessWorker
from ..read.workers.supervisor import Supervisor
from ..read.workers.tasks import Failed
from ..records.options import Options
from .common import (
    OK,
    PROBLEMS,
    FileSecondsOption,
    LangOption,
    PhotoMemoryOption,
    PhotoSecondsOption,
    language_of,
    reported,
)
from .terminal import echo


def check_photos(
    photos: Annotated[list[Path], typer.Argument()],
    templates: Annotated[
        list[str] | None,
        typer.Option("--template", "-t"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    photo_seconds: PhotoSecondsOption = Limits.seconds,
    photo_memory: PhotoMemoryOption = Limits.megabytes,
    file_seconds: FileSecondsOption = Limits.file_seconds,
    lang: LangOption = None,
) -> None:
    """Check whether photos are good enough; the exit code is 1 if one must be taken again. No number is read."""
    language = language_of(lang)
    counts: Counter[Judgement] = Counter()
    with reported(language):
        for name in templates or ():
            template.load(name)  # refused here, not by every worker
        refuse_missing(photos)
        collected = collect(photos)
        options = Options(templates=tuple(templates or ()))
        for name, found in _checked(collected, options, Limits(photo_seconds, photo_memory, file_seconds)):
            counts[found.judgement] += 1
            echo(_json(name, found) if as_json else _text(name, found, language))
    if not as_json:
        judged: tuple[Judgement, ...] = get_args(Judgement)
        echo(said(language, "checked", photos=counts.total(), **{one: counts[one] for one in judged}))
    raise typer.Exit(PROBLEMS if counts["retake"] else OK)


def _checked(collected: Collected, options: Options, limits: Limits) -> Iterator[tuple[str, PhotoCheck]]:
    """Check photos by workers; yields the name and the result of each, in order."""
    asked = [Asked(photo.path, photo.name, photo.frame) for photo in collected.photos]
    with Supervisor(lambda: ProcessWorker(Reader, options, limits), usual_workers(len(asked)), limits) as supervisor:
        for task, done in in_order(supervisor, asked, options, limits, check=True):
            assert isinstance(done, PhotoCheck | Failed)
            yield task.label, unchecked(done.code, dict(done.data)) if isinstance(done, Failed) else done


def _text(name: str, found: PhotoCheck, language: Language) -> str:
    """The result as text: the judgement, the form that was found, and one line per piece of advice."""
    lines = [f"{said(language, f'judged_{found.judgement}'):8}{name}"]
    if found.quality is not None:
        seen = found.quality
        figures = {"pixels": seen.pixels, "paper": seen.paper, "contrast": seen.contrast}
        decimal = "-" if seen.blur is None else f"{seen.blur:.2f}"
        blur = Wording(decimal.replace(".", ","), decimal)
        text = said(language, "photo_figures", template=found.template, page=found.page, blur=blur, **figures)
        lines[0] += f": {text}"
    lines += [f"        {getattr(advice.hint, language)}" for advice in found.advice]
    return "\n".join(lines)


def _json(name: str, found: PhotoCheck) -> str:
    return json_text(
        {
            "file": name,
            "verdict": found.judgement,
            "template": found.template,
            "page": found.page,
            "quality": None if found.quality is None else found.quality.model_dump(mode="json"),
            "advice": [advice.model_dump(mode="json") for advice in found.advice],
        }
    )
