"""Pages from templates: the Jinja2 environment of a package, with what its templates may use.

Whatever a template is given is escaped, and a name that it does not know is an error. Style and script of a page are
files in `assets/`; they are put into the page, and its content security policy names them by their hashes.
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

_PIECES: Final = 500  # of a template's output that are encoded and written at a time, by judgement


@cache
def environment(package: str) -> Environment:
    """The environment of the templates in `ocr_recap/PACKAGE/templates`.

    Templates have the filter `csp_hash` and the functions `asset` and `report_text`, as below.
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
    """A page in pieces of UTF-8, so that a large one need not be held; what UTF-8 cannot express becomes `?`.

    Args:
        package: whose template it is, as in `environment`.
        template: its file name.
        data: what it shows.

    Raises:
        jinja2.UndefinedError: it needs data that is not there.
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
    """How a content security policy names a style or a script that stands in the page."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def report_text(key: str, data: Mapping[str, Any]) -> dict[str, str]:
    """A text of the report in both languages, `{"id": ..., "en": ...}`.

    Raises:
        KeyError: there is no such text, or it needs data that is not there.
    """
    return both(REPORT_TEXTS[key], data)
