"""The pages of a plenary session: areas, stations one by one in the order of their codes, proposals, minutes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, get_args

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from ..messages.catalog import grouped
from ..recap import session as sessions
from ..recap.areas import area_code, level_of, shown_code
from ..recap.minutes_pdf import Paper, minutes_pdf
from ..recap.pages import text as recap_text
from ..recap.plenary import Matter, matters
from ..recap.proposals import READ, area_digest, proposals_in
from ..recap.session import RecapSession
from ..recap.session_steps import proposal_of
from ..recap.sums import parts_of, sums_of
from .pages import language_of, page
from .people import Role
from .pictures import KINDS
from .plenary_view import (
    MOST_ROWS,
    area_rows,
    main_fields,
    next_unread,
    shown_proposal,
    station_lines,
    station_page,
    title_of,
    trail_of,
    tree_of,
)
from .recap_office import RecapOffice


def office_of(request: Request) -> RecapOffice:
    """The recap folder that this server works on."""
    return request.app.state.office


def area_of(request: Request) -> str:
    """The code of the area of a path.

    Raises:
        HTTPException: it is no code of an area of this contest (404).
    """
    code = area_code(request.path_params["area"])
    if code is None or level_of(code) not in office_of(request).contest.areas:
        raise HTTPException(404)
    return code


def station_of(request: Request, area: str) -> str:
    """The station of a path, which lies in the area.

    Raises:
        HTTPException: it is no station of the area (404).
    """
    code = area_code(request.path_params["station"])
    if code is None or level_of(code) != "station" or not code.startswith(area):
        raise HTTPException(404)
    return code


def _page(request: Request, template: str, version: str, data: dict[str, Any]) -> Response:
    """Render a page; `version` is that of the folder when its data was read."""
    language = language_of(request)

    def r(key: str, **values: Any) -> str:
        return recap_text(language, key, **values)

    def title(code: str) -> str:
        return title_of(office_of(request), code, language)

    def label(field: str) -> str:
        return getattr(office_of(request).contest.labels[field], language)

    def number(value: int) -> str:
        return grouped(value, language)

    shared = {
        "r": r,
        "number": number,
        "title_of": title,
        "label_of": label,
        "shown_code": shown_code,
        "version": version,
    }
    return page(request, template, {**shared, **data})


def areas(request: Request) -> Response:
    """All areas of the recap with their state, as far as they fit one list."""
    office = office_of(request)
    with office.session() as session:
        version = office.version()
        rows = area_rows(office, session, tree_of(office, session), language_of(request))
    contest = getattr(office.contest.title, language_of(request))
    return _page(request, "plenary_areas.html", version, {"rows": rows, "contest": contest})


def area(request: Request) -> Response:
    """An area: its totals, parts, stations, matters, what is open, and its closing."""
    office, code, language = office_of(request), area_of(request), language_of(request)
    with office.session() as session:
        version = office.version()
        if not sums_of(session.folder, code, office.contest):
            raise HTTPException(404)
        (row,) = area_rows(office, session, [code], language)
        parts = area_rows(office, session, parts_of(session.folder, code, office.contest), language)
        lines = station_lines(session, office, code)
        minutes = sessions.minutes(session, code)
        proposals = proposals_in(session.log, session.plenary.events, code)
        data: dict[str, Any] = {
            "row": row,
            "parts": parts,
            "trail": trail_of(office, code, language),
            "lines": lines if len(lines) <= MOST_ROWS else [],
            "unread": next_unread(lines),
            "first": lines[0].code if lines else "",
            "minutes": minutes,
            "waiting": [shown_proposal(office, session, one, language) for one in proposals if one.state == "pending"],
            "digest": area_digest(session.log, session.plenary.events, code),
            "open": _open(lines),
            "main": main_fields(office.contest),
            "candidates": office.contest.candidates,
        }
    return _page(request, "plenary_area.html", version, data)


def _open(lines: list[Any]) -> dict[str, int]:
    """What a session has not done yet with stations, by kind: how many."""
    found = {"unread": 0, "differs": 0, "again": 0, "missing": 0, "conflict": 0}
    for one in lines:
        if one.reading is None:
            found["unread"] += 1
        elif one.reading.state not in READ:
            found[one.reading.state] += 1
        if one.status in ("missing", "conflict"):
            found[one.status] += 1
    return {name: count for name, count in found.items() if count}


def station(request: Request) -> Response:
    """A station as the session reads it out."""
    office, code, language = office_of(request), area_of(request), language_of(request)
    where = station_of(request, code)
    with office.session() as session:
        version = office.version()
        shown = station_page(office, session, code, where, language)
        if shown is None:
            raise HTTPException(404)
        (row,) = area_rows(office, session, [code], language)
    data: dict[str, Any] = {
        "area": shown_code(code),
        "row": row,
        "shown": shown,
        "trail": [one for one in trail_of(office, where, language) if len(one[0]) >= len(code) and one[0].isdigit()],
        "done": request.query_params.get("done", ""),
    }
    return _page(request, "plenary_station.html", version, data)


def go_on(request: Request) -> Response:
    """Go to the first station of an area that was not read out, or to the area where all were."""
    office, code = office_of(request), area_of(request)
    with office.session() as session:
        where = next_unread(station_lines(session, office, code), request.query_params.get("after", ""))
    base = f"/areas/{shown_code(code)}"
    return RedirectResponse(f"{base}/stations/{where}" if where else base, status_code=303)


def picture(request: Request) -> Response:
    """A part of a form of a station: names and signatures are covered."""
    office, code = office_of(request), area_of(request)
    where, kind = station_of(request, code), request.path_params["kind"]
    number = next((one for one in office.contest.fields if one.id == request.path_params["field"]), None)
    with office.session() as session:
        said = session.log.about(where)
    statement = next((one for one in said if one.id == request.path_params["statement"]), None)
    content = None
    if number is not None and statement is not None and kind in KINDS:
        content = office.pictures.picture(statement, number, kind)
    if content is None:
        raise HTTPException(404)
    return Response(content, media_type="image/jpeg", headers={"cache-control": "private, max-age=3600"})


def proposals(request: Request) -> Response:
    """What waits for a second person, and what was proposed before, the newest first."""
    office, language = office_of(request), language_of(request)
    with office.session() as session:
        version = office.version()
        found = proposals_in(session.log, session.plenary.events)[::-1]
        waiting = [shown_proposal(office, session, one, language) for one in found if one.state == "pending"]
        earlier = [shown_proposal(office, session, one, language) for one in found if one.state != "pending"]
    return _page(request, "plenary_proposals.html", version, {"waiting": waiting, "earlier": earlier[:MOST_ROWS]})


def proposal(request: Request) -> Response:
    """One proposal: what stands before and after it, for the person who confirms it."""
    office, language = office_of(request), language_of(request)
    with office.session() as session:
        version = office.version()
        shown = shown_proposal(office, session, proposal_of(session, request.path_params["proposal"]), language)
        event = shown.proposal.event
        open_points: dict[str, int] = {}
        matters_open: list[Matter] = []
        if event.act == "closing":
            open_points = _open(station_lines(session, office, event.subject))
            matters_open = open_matters(session, event.subject)
    data = {"one": shown, "open": open_points, "matters_open": matters_open}
    return _page(request, "plenary_proposal.html", version, data)


def open_matters(session: RecapSession, area: str) -> list[Matter]:
    """Objections and special events of an area that are neither settled nor passed on."""
    return [one for one in matters(session.plenary.events, area) if one.state == "open"]


def minutes(request: Request) -> Response:
    """The minutes of an area as PDF, A4 or A3; a draft while the area is open."""
    office, code, language = office_of(request), area_of(request), language_of(request)
    paper = request.query_params.get("paper", "a4")
    if paper not in get_args(Paper):
        raise HTTPException(404)
    with office.session() as session:
        name = office.name_of(code)
        found = sessions.minutes(session, code, {code: name} if name else None)
    content = minutes_pdf(found, language, "a3" if paper == "a3" else "a4")
    headers = {"content-disposition": f'inline; filename="minutes-{shown_code(code)}-{paper}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


def current_version(request: Request) -> Response:
    """Changes when something was logged; asked by pages that are open."""
    return JSONResponse({"version": office_of(request).version()})


PATHS: Final[tuple[tuple[str, str, Callable[[Request], Response], Role], ...]] = (
    ("GET", "/areas", areas, "viewer"),
    ("GET", "/areas/{area}", area, "viewer"),
    ("GET", "/areas/{area}/go-on", go_on, "viewer"),
    ("GET", "/areas/{area}/minutes.pdf", minutes, "viewer"),
    ("GET", "/areas/{area}/stations/{station}", station, "viewer"),
    ("GET", "/areas/{area}/stations/{station}/picture/{statement}/{field}/{kind}.jpg", picture, "viewer"),
    ("GET", "/proposals", proposals, "viewer"),
    ("GET", "/proposals/{proposal}", proposal, "viewer"),
    ("GET", "/version", current_version, "viewer"),
)
