"""The supervisor: progress, disagreements, people and their links, and the tables and report of the folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from ..messages.errors import WrongUse
from ..records.folder import FOLDERS, REPORT_FILE, TEMPLATES
from ..records.station_codes import normal
from ..report.table_formats import FORMATS
from .office import Office
from .pages import language_of, page, qr
from .people import ROLES, User
from .review import answer_text, form_and_field

_REPORT_TYPES: Final = {".html": "text/html; charset=utf-8", ".jpg": "image/jpeg"}
_REPORT_POLICY: Final = "frame-ancestors 'none'"  # the pages name the hashes of their scripts themselves


def _office(request: Request) -> Office:
    return request.app.state.office


def overview(request: Request) -> Response:
    """How everything stands."""
    office, language = _office(request), language_of(request)

    def label(template: str, field: str) -> str:
        found = form_and_field(office, template, field)[1]
        return getattr(found.label, language) if found else field

    fault = office.standing.fault

    def said(answer: str) -> str:
        return answer_text(answer, language)

    data = {
        "waits": office.progress.waits(),
        "people": office.progress.everybody(office.people.all()),
        "sheets": office.sheets.waiting(request.state.person),
        "differences": office.progress.differences(),
        "handed": office.progress.handed_on(),
        "stations": office.stations_begun(request.state.person),
        "remarks": office.remarks(),
        "acts": office.progress.acts(),
        "standing": office.standing,
        "fault": getattr(fault, language) if fault else "",
        "label": label,
        "said": said,
        "tables": tables(office),
        "now": time.time(),
        "roles": ROLES,
    }
    return page(request, "supervisor.html", data)


def tables(office: Office) -> list[str]:
    """Names of the tables in the folder of results."""
    return sorted(name for form in FORMATS.values() for name in form.files if (office.folder / name).is_file())


def invite(request: Request) -> Response:
    """Make a link for somebody, and show it once, as text and as QR code."""
    office, form = _office(request), request.state.form
    role = str(form.get("role", ""))
    if role not in ROLES:
        raise WrongUse("role_unknown")
    given = str(form.get("stations", "")).replace(",", " ").split()
    codes = [normal(text) for text in given]
    if None in codes:
        raise WrongUse("station_no_code", text=given[codes.index(None)][:40])
    lasting = lasting_of(form)
    stations = tuple(code for code in codes if code)
    name = str(form.get("name", ""))
    person, secret = office.people.invite(name, role, stations, lasting, request.state.person.name)
    return shown_link(request, person, secret)


def lasting_of(form: Mapping[str, object]) -> float:
    """Seconds that a new link is good for, by a form's `hours`: at most 30 days; 72 hours where it says nothing."""
    hours = str(form.get("hours", ""))
    return min(max(int(hours), 1), 24 * 30) * 3600.0 if hours.isdecimal() else 72 * 3600.0


def renew(request: Request) -> Response:
    """A new link for somebody who lost the old one."""
    office = _office(request)
    number = request.path_params["person"]
    person = next((one for one in office.people.all() if one.id == number and not one.revoked), None)
    if person is None:
        raise HTTPException(404)
    return shown_link(request, person, office.people.renewed(number, request.state.person.name))


def shown_link(request: Request, person: User, secret: str, back: str = "/office#people") -> Response:
    """The page that shows a person's link once; `back` is where its button leads."""
    link = f"{request.app.state.office.address}/enter/{secret}"
    return page(request, "invited.html", {"invited": person, "link": link, "qr": qr(link), "back": back})


def revoke(request: Request) -> Response:
    """End somebody's link and claims."""
    office, number = _office(request), request.path_params["person"]
    if number == request.state.person.id:
        raise WrongUse("revoke_oneself")
    office.people.revoke(number, request.state.person.name)
    return RedirectResponse("/office#people", status_code=303)


def release(request: Request) -> Response:
    """Give somebody's claims to others."""
    _office(request).work.release(request.path_params["person"])
    return RedirectResponse("/office#people", status_code=303)


def settle(request: Request) -> Response:
    """Settle a number that people see differently."""
    office, task = _office(request), request.path_params["task"]
    office.work.settle(request.state.person, task, str(request.state.form.get("text", "")))
    office.changed()
    return RedirectResponse("/office#differences", status_code=303)


def publish(request: Request) -> Response:
    """Make the results now."""
    _office(request).publish()
    return RedirectResponse("/office", status_code=303)


def download(request: Request) -> Response:
    """A table of the results."""
    office, name = _office(request), request.path_params["name"]
    if name not in tables(office):
        raise HTTPException(404)
    return FileResponse(office.folder / name, filename=name)


def report(request: Request) -> Response:
    """The report of the results, and its pictures."""
    office = _office(request)
    path = PurePosixPath(request.path_params["path"])
    kind = _REPORT_TYPES.get(path.suffix)
    inside = str(path) == REPORT_FILE or (len(path.parts) == 2 and path.parts[0] in FOLDERS - {TEMPLATES})
    file = office.folder / path
    if kind is None or not inside or ".." in path.parts or file.is_symlink() or not file.is_file():
        raise HTTPException(404)
    headers = {"content-security-policy": _REPORT_POLICY} if kind.startswith("text/html") else {}
    return FileResponse(file, media_type=kind, headers=headers)


PATHS: Final[tuple[tuple[str, str, Callable[[Request], Response]], ...]] = (
    ("GET", "/office", overview),
    ("POST", "/office/invite", invite),
    ("POST", "/office/people/{person:int}/renew", renew),
    ("POST", "/office/people/{person:int}/revoke", revoke),
    ("POST", "/office/people/{person:int}/release", release),
    ("POST", "/office/settle/{task:int}", settle),
    ("POST", "/office/publish", publish),
    ("GET", "/office/table/{name}", download),
    ("GET", "/results/{path:path}", report),
)
