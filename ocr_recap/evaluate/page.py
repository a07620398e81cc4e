"""Renders a page of the evaluation from its template: one language, inline style, no script."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..messages.catalog import Language
from ..report.html import pieces
from .words import local, text


def page(template: str, language: Language, **data: Any) -> bytes:
    """Render a page.

    Args:
        template: file name in `templates/`. The template can use `t(key, ...)`, a text of the catalogue;
            `boxes(text)`, the content of boxes; `sure(confidence)` and `figure(count)`, numbers in the notation of the
            language.
        language: of the page.
        data: of the template.

    Returns:
        The page as UTF-8.
    """

    def sure(confidence: float | None) -> str:
        """A confidence in percent, rounded down."""
        return "-" if confidence is None else local(f"{int(confidence * 10000) / 100:g}%", language)

    def figure(count: int) -> str:
        return local(f"{count:,}", language)

    shared = {"language": language, "t": partial(text, language), "boxes": _boxes, "sure": sure, "figure": figure}
    return b"".join(pieces("evaluate", template, **shared, **data))


def _boxes(written: str | None) -> str:
    """The characters of boxes, an empty box as `_`; `?` for None."""
    return "?" if written is None else written.replace(" ", "_")
