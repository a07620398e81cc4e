"""What all commands share: the language of messages, and the one way from an error to its message and exit code."""

from __future__ import annotations

import locale
import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..messages.catalog import Language
from ..messages.errors import CannotWrite, InputUnusable, Interrupted, OcrRecapError, system_reason
from .terminal import echo

# Exit codes of commands that finish; those of errors stand in `messages.errors` (docs/reference/exit-codes.md lists
# them all).
OK, PROBLEMS = 0, 1


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


@contextmanager
def reported(language: Language, interrupted: str = "interrupted") -> Generator[None]:
    """Run the body of a command; an error ends it with its message on standard error and its exit code.

    Args:
        language: of the message.
        interrupted: code of the message after Ctrl-C.

    Raises:
        typer.Exit: with the exit code of the error.
    """
    try:
        yield
    except OcrRecapError as fault:
        raise _told(fault, language) from None
    except KeyboardInterrupt:
        raise _told(Interrupted(interrupted), language) from None


def _told(fault: OcrRecapError, language: Language) -> typer.Exit:
    echo(f"ocr-recap: {getattr(fault, language)}", err=True)
    return typer.Exit(fault.exit_code)


@contextmanager
def reading(path: Path) -> Generator[None]:
    """What the system says against reading a file, as an error of ours.

    Raises:
        InputUnusable: it cannot be read.
    """
    try:
        yield
    except BrokenPipeError:
        raise  # whoever reads the output has seen enough
    except OSError as fault:
        raise InputUnusable("file_unreadable", path=fault.filename or path, why=system_reason(fault)) from None


@contextmanager
def writing(path: Path) -> Generator[None]:
    """What the system says against writing a file or folder, as an error of ours; temporary files are not named.

    Raises:
        CannotWrite: it cannot be written.
    """
    try:
        yield
    except OSError as fault:
        raise CannotWrite("file_unwritable", path=path, why=system_reason(fault)) from None
