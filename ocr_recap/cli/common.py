"""What all commands share: the language of messages, exit statuses, how a command gives up."""

from __future__ import annotations

import locale
import os
import re
from enum import StrEnum
from typing import Annotated, NoReturn

import typer

from ..messages.catalog import Language
from .terminal import echo

OK, PROBLEMS, USAGE, INTERRUPTED = 0, 1, 2, 130


class Lang(StrEnum):
    """Language of messages."""

    id = "id"
    en = "en"


LangOption = Annotated[
    Lang | None, typer.Option("--lang", help="Bahasa: id atau en; bawaan menurut LANG. / Language; default by LANG.")
]

QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="Tanpa kemajuan dan ringkasan. / No progress and no summary.")
]

PhotoSecondsOption = Annotated[
    float,
    typer.Option("--photo-seconds", min=1, help="Batas waktu tiap foto, detik. / Time limit of a photo, seconds."),
]
PhotoMemoryOption = Annotated[
    int,
    typer.Option("--photo-memory", min=64, help="Batas memori tiap foto, MiB. / Memory limit of a photo, MiB."),
]
FileSecondsOption = Annotated[
    float,
    typer.Option("--file-seconds", min=1, help="Batas waktu tiap PDF atau TIFF, detik. / Of a PDF or TIFF, seconds."),
]


AcceptOption = Annotated[
    str | None,
    typer.Option(
        "--accept-edits",
        metavar="REASON",
        help="Terima berkas yang disunting; alasan dicatat. / Accept edited files; why, which is logged.",
    ),
]


def language_of(chosen: Lang | None) -> Language:
    """The language that was chosen, else the one of the environment."""
    if chosen is not None:
        return chosen.value
    said = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    # Windows sets none of them; there the interpreter knows what the user chose.
    spoken = next((value for value in said if value), None) or locale.getlocale()[0] or ""
    return "id" if re.match(r"(id|in|ind|indonesian)([_.@-]|$)", spoken, re.IGNORECASE) else "en"


def fail(message: str, code: int) -> NoReturn:
    """Say why on standard error, and exit."""
    echo(f"ocr-recap: {message}", err=True)
    raise typer.Exit(code)
