"""HTML pages from Jinja2 templates: the environment of a package, with its filters and functions.

All data is escaped, and an undefined name is an error. Style and script of a page are files in `assets/`. They are put
into the page, and its content security policy lists their hashes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..messages.catalog import both
from ..messages.report_texts import REPORT_TEXTS

_PIECES: Final = 500  # parts of a template's output that are encoded and written together; by judgement


@cache
def environment(package: str) -> Environment:
    """The environment of the templates in `ocr_recap/PACKAGE/templates`.

    Templates can use the filter `csp_hash` and the functions `asset` and `report_text` of this module.
    """
    made = Environment(
        loader=PackageLoader(f"ocr_recap.{package}"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["csp_hash"] = csp_hash
    functions: dict[str, Any] = {"asset": asset, "report_text": report_text}
    made.globals.update(functions)
    return made


def pieces(package: str, template: str, **data: Any) -> Iterator[bytes]:
    """Render a page in pieces of UTF-8, so that large pages are not held in memory.

    Characters that UTF-8 cannot encode become `?`.

    Args:
        package: that has the template, as in `environment`.
        template: file name of the template.
        data: of the template.

    Raises:
        jinja2.UndefinedError: the template uses data that is not given.
    """
    stream = environment(package).get_template(template).stream(data)
    stream.enable_buffering(_PIECES)
    for piece in stream:
        yield piece.encode("utf-8", "replace")


@cache
def asset(package: str, name: str) -> str:
    """The text of a file in `ocr_recap/PACKAGE/assets`, with `\\n` between lines on every system."""
    return files(f"ocr_recap.{package}").joinpath("assets", name).read_text("utf-8")


def csp_hash(text: str) -> str:
    """The source expression of a content security policy for an inline style or script: `'sha256-...'`."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def report_text(key: str, data: Mapping[str, Any]) -> dict[str, str]:
    """A text of the report in both languages, `{"id": ..., "en": ...}`.

    Raises:
        KeyError: there is no such text, or it needs data that is not given.
    """
    return both(REPORT_TEXTS[key], data)
