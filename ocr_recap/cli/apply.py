"""`ocr-recap apply`: logs what people decided, and writes the tables again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..batch import apply_review
from . import summary
from .common import AcceptOption, LangOption, QuietOption, language_of, reported


def apply_answers(
    folder: Annotated[Path, typer.Argument()],
    review: Annotated[list[Path], typer.Argument()],
    by: Annotated[
        str | None,
        typer.Option("--by"),
    ] = None,
    accept_edits: AcceptOption = None,
    lang: LangOption = None,
    quiet: QuietOption = False,
) -> None:
    """Log people's decisions and write the tables again."""
    language = language_of(lang)
    with reported(language):
        result = apply_review.apply(folder, review, by, accept_edits)
    if not quiet:
        summary.show_applied(result, language)
