"""`ocr-recap check`: is the photo good enough, before anyone leaves the station?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import frames, template
from .check import WORDS, Check, check
from .cli_shared import OK, PROBLEMS, USAGE, LangOption, fail, language_of
from .emit.html import Language
from .inputs import BatchError, collect
from .options import Options
from .record import label
from .summary import say
from .terminal import echo
from .text import json_text


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
    lang: LangOption = None,
) -> None:
    """Cukup baikkah fotonya? Tanpa membaca angka / is the photo good enough? Nothing is read.

    Selesai dengan 0 bila tidak ada yang perlu diulang, 1 bila ada. / Exits with 0 if no photo needs to be taken again,
    1 if one does.
    """
    language = language_of(lang)
    options = Options()
    try:
        forms = [template.load(name) for name in templates or template.available()]
        collected = collect(photos)
    except BatchError as fault:
        fail(say(language, fault.id, fault.en), USAGE)
    except template.TemplateError as fault:
        fail(str(fault), USAGE)
    again = False
    for photo in collected.photos:
        for frame in range(min(frames.count(photo.path), options.max_frames)):
            found = check(photo.path, photo.name, forms, options, frame)
            again |= found.judgement == "again"
            name = label(photo.name, frame)
            echo(_json(name, found) if as_json else _text(name, found, language))
    raise typer.Exit(PROBLEMS if again else OK)


def _text(name: str, found: Check, language: Language) -> str:
    """The verdict, what was seen, and one line per piece of advice."""
    word = WORDS[found.judgement][language == "en"]
    lines = [f"{word:8}{name}"]
    if found.quality is not None:
        seen = found.quality
        blur = "-" if seen.blur is None else f"{seen.blur:.2f}"
        page = say(language, f"halaman {found.page}", f"page {found.page}")
        figures = say(
            language,
            f"kotak {seen.pixels:.0f} piksel, kabur {blur}, kertas {seen.paper:.0f}, kontras {seen.contrast:.0f}",
            f"boxes {seen.pixels:.0f} pixels, blur {blur}, paper {seen.paper:.0f}, contrast {seen.contrast:.0f}",
        )
        lines[0] += f": {found.template}, {page}; {figures}"
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
