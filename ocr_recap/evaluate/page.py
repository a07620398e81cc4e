"""A page of the evaluation from its template: one language, its style inside it, no script."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..messages.catalog import Language
from ..report.html import pieces
from .words import local, text


def page(template: str, language: Language, **data: Any) -> bytes:
    """The page.

    Args:
        template: its file name in `templates/`. It may use `t(key, ...)`, a text of the catalogue; `boxes(text)`, what
            stands in boxes; `sure(confidence)` and `figure(count)`, numbers as the language writes them.
        language: of the page.
        data: what else it shows.
    """

    def sure(confidence: float | None) -> str:
        """In percent, cut and not rounded."""
        return "-" if confidence is None else local(f"{int(confidence * 10000) / 100:g}%", language)

    def figure(count: int) -> str:
        return local(f"{count:,}", language)

    shared = {"language": language, "t": partial(text, language), "boxes": _boxes, "sure": sure, "figure": figure}
    return b"".join(pieces("evaluate", template, **shared, **data))


def _boxes(written: str | None) -> str:
    """An empty box as `_`; `?` where nothing is known."""
    return "?" if written is None else written.replace(" ", "_")
