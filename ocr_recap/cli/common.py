"""Parts of all commands: the language of messages, and the conversion of errors to messages and exit codes."""

from __future__ import annotations

import locale
import os
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..messages.catalog import Language, Wording, both
from ..messages.errors import CannotWrite, InputUnusable, Interrupted, OcrRecapError, WrongUse, system_reason
from ..messages.screens import SCREENS
from ..messages.text import quoted
from .terminal import echo

# Exit codes of commands that finish; those of errors are in `messages.errors` (docs/reference/exit-codes.md lists all).
OK, PROBLEMS = 0, 1


class Lang(StrEnum):
    """Values of `--lang`, the language of messages."""

    id = "id"
    en = "en"


# Their help texts are in `messages.help_texts`, by the names of the parameters.
LangOption = Annotated[Lang | None, typer.Option("--lang")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q")]
PhotoSecondsOption = Annotated[float, typer.Option("--photo-seconds", min=1)]
PhotoMemoryOption = Annotated[int, typer.Option("--photo-memory", min=64)]
FileSecondsOption = Annotated[float, typer.Option("--file-seconds", min=1)]
AcceptOption = Annotated[str | None, typer.Option("--accept-edits")]

LANGUAGE_VARIABLE = "OCR_RECAP_LANG"  # environment variable


def language_of(chosen: Lang | None) -> Language:
    """The language that was chosen, else the one of the environment.

    The environment's language is `OCR_RECAP_LANG`, else that of the locale: Indonesian, or English for every other
    language. A locale without language (`C`, `POSIX`, none) gives Indonesian.
    """
    if chosen is not None:
        return chosen.value
    own = os.environ.get(LANGUAGE_VARIABLE, "").strip().lower()
    if own in ("id", "en"):
        return "id" if own == "id" else "en"
    said = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    # Windows sets none of them; there the interpreter knows what the user chose.
    spoken = next((value for value in said if value), None) or locale.getlocale()[0] or ""
    unsaid = re.fullmatch(r"(C|POSIX)?([.@].*)?", spoken, re.IGNORECASE)
    return "id" if unsaid or re.match(r"(id|in|ind|indonesian)([_.@-]|$)", spoken, re.IGNORECASE) else "en"


def language_of_words(words: Sequence[str]) -> Language:
    """The language of a command line that is not parsed yet, by its `--lang`, else as `language_of`."""
    line = "\n".join(words).partition("\n--\n")[0]
    chosen = re.findall(r"(?:^|\n)--lang(?:=|\n)(id|en)(?=\n|$)", line)
    return language_of(Lang(chosen[-1]) if chosen else None)


def day_of(text: str | None) -> date | None:
    """The election day of a command.

    Raises:
        WrongUse: the text is no date.
    """
    if text is None:
        return None
    with suppress(ValueError):
        day = date.fromisoformat(text)
        if day.isoformat() == text:
            return day
    raise WrongUse("option_date", option="--election-date", text=quoted(text))


def similar(names: Sequence[str]) -> Wording:
    """The names that may have been meant, as a part of a message in brackets; empty without any."""
    if not names:
        return Wording("", "")
    return Wording(**both(SCREENS["similar"], {"names": ", ".join(names)}))


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
        raise told(fault, language) from None
    except KeyboardInterrupt:
        raise told(Interrupted(interrupted), language) from None


def told(fault: OcrRecapError, language: Language) -> typer.Exit:
    """Print an error on standard error; return the exception that ends the command with the error's exit code."""
    echo(f"ocr-recap: {getattr(fault, language)}", err=True)
    return typer.Exit(fault.exit_code)


@contextmanager
def reading(path: Path) -> Generator[None]:
    """Convert a system error about reading a file.

    Raises:
        InputUnusable: the file cannot be read.
    """
    try:
        yield
    except BrokenPipeError:
        raise  # the reader of the output has closed it
    except OSError as fault:
        raise InputUnusable("file_unreadable", path=fault.filename or path, why=system_reason(fault)) from None


@contextmanager
def writing(path: Path) -> Generator[None]:
    """Convert a system error about writing a file or folder; names of temporary files are left out.

    Raises:
        CannotWrite: the path cannot be written.
    """
    try:
        yield
    except OSError as fault:
        raise CannotWrite("file_unwritable", path=path, why=system_reason(fault)) from None
