"""Who takes part in a plenary session: the person who runs the server makes a link for each, and revokes it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ..messages.errors import WrongUse
from .pages import page
from .people import SESSION_ROLES, Role
from .plenary import office_of
from .supervisor import lasting_of, shown_link

_BACK: Final = "/people"


def people(request: Request) -> Response:
    """Everybody with a link, and a form for a new one."""
    office = office_of(request)
    acts = office.data.rows("SELECT at, person, act, about FROM acts ORDER BY id DESC LIMIT 200")
    data = {"people": office.people.all(), "roles": SESSION_ROLES, "now": time.time(), "acts": acts}
    return page(request, "plenary_people.html", data)


def invite(request: Request) -> Response:
    """Make a link for somebody, and show it once, as text and as QR code."""
    form = request.state.form
    role = str(form.get("role", ""))
    if role not in SESSION_ROLES:
        raise WrongUse("role_unknown")
    by = request.state.person.name
    made = office_of(request).people.invite(str(form.get("name", "")), role, (), lasting_of(form), by)
    return shown_link(request, *made, back=_BACK)


def renew(request: Request) -> Response:
    """A new link for somebody who lost the old one."""
    found = office_of(request).people
    number = request.path_params["person"]
    person = next((one for one in found.all() if one.id == number and not one.revoked), None)
    if person is None:
        raise HTTPException(404)
    return shown_link(request, person, found.renewed(number, request.state.person.name), back=_BACK)


def revoke(request: Request) -> Response:
    """End somebody's link; what the person did stays in the log."""
    number = request.path_params["person"]
    if number == request.state.person.id:
        raise WrongUse("revoke_oneself")
    office_of(request).people.revoke(number, request.state.person.name)
    return RedirectResponse(_BACK, status_code=303)


PATHS: Final[tuple[tuple[str, str, Callable[[Request], Response], Role], ...]] = (
    ("GET", "/people", people, "supervisor"),
    ("POST", "/people/invite", invite, "supervisor"),
    ("POST", "/people/{person:int}/renew", renew, "supervisor"),
    ("POST", "/people/{person:int}/revoke", revoke, "supervisor"),
)
