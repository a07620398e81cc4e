"""`ocr-recap check`: is the photo good enough, before anyone leaves the station?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from ..batch.inputs import Collected, collect
from ..batch.run import usual_workers
from ..forms import template
from ..messages.catalog import Language
from ..messages.screens import said
from ..messages.text import json_text
from ..read.check import Check, unchecked
from ..read.reader import Reader
from ..read.workers.limits import Limits
from ..read.workers.ordered import Asked, in_order
from ..read.workers.spawn import ProcessWorker
from ..read.workers.supervisor import Crew
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
    photos: Annotated[
        list[Path], typer.Argument(metavar="PHOTOS", help="Foto atau folder foto. / Photos, or folders of photos.")
    ],
    templates: Annotated[
        list[str] | None,
        typer.Option("--template", "-t", help="Id atau berkas YAML; bisa diulang. / Id or YAML file; may be repeated."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Satu baris JSON per foto. / One line of JSON per photo.")
    ] = False,
    photo_seconds: PhotoSecondsOption = Limits.seconds,
    photo_memory: PhotoMemoryOption = Limits.megabytes,
    file_seconds: FileSecondsOption = Limits.file_seconds,
    lang: LangOption = None,
) -> None:
    """Cukup baikkah fotonya? Tanpa membaca angka / is the photo good enough? Nothing is read.

    Selesai dengan 0 bila tidak ada yang perlu diulang, 1 bila ada. / Exits with 0 if no photo needs to be taken again,
    1 if one does.
    """
    language = language_of(lang)
    again = False
    with reported(language):
        for name in templates or ():
            template.load(name)  # better refused here than by every worker
        collected = collect(photos)
        options = Options(templates=tuple(templates or ()))
        for name, found in _checked(collected, options, Limits(photo_seconds, photo_memory, file_seconds)):
            again |= found.judgement == "again"
            echo(_json(name, found) if as_json else _text(name, found, language))
    raise typer.Exit(PROBLEMS if again else OK)


def _checked(collected: Collected, options: Options, limits: Limits) -> Iterator[tuple[str, Check]]:
    """Each photo by its name with what was found, in order; workers that a photo may kill do the work."""
    asked = [Asked(photo.path, photo.name) for photo in collected.photos]
    with Crew(lambda: ProcessWorker(Reader, options, limits), usual_workers(len(asked)), limits) as crew:
        for task, done in in_order(crew, asked, options, limits, check=True):
            assert isinstance(done, Check | Failed)
            yield task.label, unchecked(done.code, dict(done.data)) if isinstance(done, Failed) else done


def _text(name: str, found: Check, language: Language) -> str:
    """The verdict, what was seen, and one line per piece of advice."""
    lines = [f"{said(language, f'judged_{found.judgement}'):8}{name}"]
    if found.quality is not None:
        seen = found.quality
        figures = {"pixels": seen.pixels, "paper": seen.paper, "contrast": seen.contrast}
        blur = "-" if seen.blur is None else f"{seen.blur:.2f}"
        text = said(language, "photo_figures", template=found.template, page=found.page, blur=blur, **figures)
        lines[0] += f": {text}"
    lines += [f"        {getattr(advice.hint, language)}" for advice in found.advice]
    return "\n".join(lines)


def _json(name: str, found: Check) -> str:
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
