"""Pages: Jinja templates in one language at a time, their style and script under the hashed content policy."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final

import segno
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ..messages.catalog import Language, Message, filled
from ..messages.plenary_texts import PLENARY_TEXTS
from ..messages.web_sheet_texts import WEB_SHEET_TEXTS
from ..messages.web_texts import WEB_TEXTS
from ..report.html import asset, csp_hash, environment
from .people import User

LANGUAGE_COOKIE: Final = "lang"
SESSION_COOKIE: Final = "session"
_SCRIPTS: Final[Mapping[str, str]] = {
    "desk.html": "desk.js",
    "station.html": "desk.js",
    "numbers.html": "desk.js",
    "review.html": "review.js",
    "value.html": "values.js",
    **dict.fromkeys(
        (
            "plenary_areas.html",
            "plenary_area.html",
            "plenary_station.html",
            "plenary_proposals.html",
            "plenary_proposal.html",
        ),
        "plenary.js",
    ),
}
_STYLE: Final = ("office.css",)
_RECAP_STYLE: Final = (*_STYLE, "plenary.css")
_TEXTS: Final[Mapping[str, Message]] = {**WEB_TEXTS, **WEB_SHEET_TEXTS, **PLENARY_TEXTS}


def text(language: Language, key: str, **data: Any) -> str:
    """A text of the pages in one language.

    Raises:
        KeyError: there is no such text, or it needs data that is not given.
    """
    return filled(_TEXTS[key], language, data)


def language_of(request: Request) -> Language:
    """The language that this browser chose, else that of the office."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return chosen if chosen in ("id", "en") else request.app.state.office.options.language


def person_of(request: Request) -> User | None:
    """Who has this session; None without one."""
    token = request.cookies.get(SESSION_COOKIE)
    return request.app.state.office.people.of(token) if token else None


def page(request: Request, template: str, data: Mapping[str, Any] | None = None, status: int = 200) -> Response:
    """Render a page.

    Args:
        request: that it answers.
        template: file name of the template; `_SCRIPTS` has its script.
        data: of the template.
        status: of the answer.
    """
    language = language_of(request)
    kind = request.app.state.office.kind
    style = "".join(asset("web", name) for name in (_RECAP_STYLE if kind == "recap" else _STYLE))
    script = _SCRIPTS.get(template)
    code = asset("web", script) if script else ""

    def t(key: str, **more: Any) -> str:
        return text(language, key, **more)

    def say(both: Any) -> str:
        return getattr(both, language)

    found: Mapping[str, Any] = {
        "language": language,
        "t": t,
        "say": say,
        "kind": kind,
        "person": person_of(request),
        "has_bundles": request.app.state.office.seal is not None,
        "style": style,
        "script": code,
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        **(data or {}),
    }
    answer = HTMLResponse(environment("web").get_template(template).render(found), status_code=status)
    scripts = f"'{csp_hash(code)}'" if code else "'none'"
    answer.headers["content-security-policy"] = (
        f"default-src 'none'; img-src 'self' data: blob:; style-src '{csp_hash(style)}'; script-src {scripts};"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return answer


def qr(text: str) -> str:
    """A QR code as an SVG picture in a page."""
    into = io.BytesIO()
    segno.make_qr(text, error="m").save(into, kind="svg", scale=5, xmldecl=False, nl=False, light="#fff")
    return into.getvalue().decode()
