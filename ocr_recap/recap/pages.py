"""HTML pages of a recap: Jinja templates in one language, with their style in the page and a strict content policy."""

from __future__ import annotations

from typing import Any

from ..messages.catalog import Language, filled, grouped
from ..messages.recap_texts import RECAP_TEXTS
from ..report.html import asset, pieces


def text(language: Language, key: str, **data: Any) -> str:
    """A text of the pages and minutes in one language.

    Raises:
        KeyError: there is no such text, or it needs data that is not given.
    """
    return filled(RECAP_TEXTS[key], language, data)


def page(template: str, language: Language, root: str, **data: Any) -> bytes:
    """Render a page.

    Args:
        template: file name of the template.
        language: of the page.
        root: the way from the page to the first page, such as `../`.
        data: of the template.

    Raises:
        jinja2.UndefinedError: the template uses data that is not given.
    """

    def say(key: str, **values: Any) -> str:
        return text(language, key, **values)

    def number(value: int) -> str:
        return grouped(value, language)

    style = asset("recap", "site.css")
    return b"".join(
        pieces("recap", template, language=language, root=root, text=say, grouped=number, style=style, **data)
    )
