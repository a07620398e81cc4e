"""`ocr-recap apply`: logs what people decided, and writes the tables again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..batch import apply_review
from ..messages.catalog import Language
from ..messages.errors import WrongUse
from . import summary
from .common import AcceptOption, LangOption, QuietOption, language_of, reported


def apply_answers(
    folder: Annotated[Path, typer.Argument()],
    review: Annotated[list[Path], typer.Argument()],
    by: Annotated[
        str | None,
        typer.Option("--by"),
    ] = None,
    key: Annotated[Path | None, typer.Option("--key")] = None,
    accept_edits: AcceptOption = None,
    lang: LangOption = None,
    quiet: QuietOption = False,
) -> None:
    """Log people's decisions and write the tables again."""
    language = language_of(lang)
    with reported(language):
        result = apply_review.apply(folder, review, by, accept_edits, _key_id(key, by, language))
    if not quiet:
        summary.show_applied(result, language)


def _key_id(key: Path | None, by: str | None, language: Language) -> str:
    """The id of the key of the person who decides; empty without one.

    Raises:
        WrongUse: nobody is named, or the key cannot be opened.
    """
    if key is None:
        return ""
    if by is None:
        raise WrongUse("key_without_person")
    from .sealing import needed, opened_key  # noqa: PLC0415  (an extra)

    needed()
    return opened_key(key, language).id
