"""The blind sheet as a page to print: pictures and empty boxes, without the machine's answers."""

from __future__ import annotations

from collections.abc import Sequence

from ..messages.catalog import Language
from ..report.html import asset
from .page import page
from .sample import Drawn
from .words import text


def sheet_html(
    drawn: Sequence[Drawn], pictures: Sequence[str | None], seed: int, accepted: int, language: Language
) -> bytes:
    """Render the page.

    Args:
        drawn: the numbers in the order of the sample.
        pictures: base64 JPEG of the boxes of each number; None where the photo was not found.
        seed: of the sample.
        accepted: number of accepted numbers, from which the sample was drawn.
        language: of the page.
    """
    rows = list(zip(pictures, map(_where, drawn), strict=True))
    title, style = text(language, "sheet_title"), asset("evaluate", "sheet.css")
    return page("sheet.html", language, title=title, style=style, rows=rows, accepted=accepted, seed=seed)


def _where(one: Drawn) -> str:
    photo = one.reading.photo
    frame = f" #{photo.frame + 1}" if photo.frame else ""
    return f"{photo.file}{frame} · {one.field}"
