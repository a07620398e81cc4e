"""What people do on the pages of a plenary session: each step is one line of the log, by name, role and time.

The chair reads out and proposes; a member confirms or sends back; witnesses bring up objections and give their copies.
Who may use a path is its role in `PATHS`; that two people are needed is a rule of `recap`, not of these pages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ..messages.errors import WrongUse
from ..messages.text import one_line
from ..recap import session as sessions
from ..recap import session_steps as steps
from ..recap.areas import area_code, shown_code
from ..recap.plenary import SessionEvent
from ..recap.session_steps import StationStep
from ..recap.statement import Author
from ..records.decisions import utc
from .people import Role, User, note
from .plenary import area_of, office_of, station_of

_LONGEST_TEXT: Final = 2000
_LONGEST_NAME: Final = 60


def _author(request: Request) -> Author:
    person: User = request.state.person
    return Author(name=person.name, role=person.role)


def _given(request: Request, name: str, most: int = _LONGEST_TEXT) -> str:
    return one_line(str(request.state.form.get(name, "")))[:most]


def _numbers(request: Request) -> list[str]:
    """The numbers that a form gives, as `session.numbers_given` reads them; an empty input leaves its number alone."""
    contest = office_of(request).contest
    found = [(name, str(request.state.form.get(f"n-{name}", "")).strip()) for name in contest.field_ids]
    return [f"{name}={value}" for name, value in found if value]


def _log(request: Request, act: str, about: str) -> None:
    """Add to the server's log of who did what."""
    with office_of(request).data.changing() as db:
        note(db, request.state.person.name, act, about)


def _to(path: str) -> Response:
    return RedirectResponse(path, status_code=303)


def _step(request: Request) -> StationStep:
    area = area_of(request)
    seen = str(request.state.form.get("seen", ""))
    return StationStep(area, station_of(request, area), _author(request), utc(), seen)


def _station_path(step: StationStep) -> str:
    return f"/areas/{shown_code(step.session)}/stations/{step.station}"


def same(request: Request) -> Response:
    """A station was read out and all agreed; go on to the next one that was not."""
    step = _step(request)
    with office_of(request).session() as session:
        steps.read_out(session, step, "same")
    _log(request, "read_same", step.station)
    return _to(f"/areas/{shown_code(step.session)}/go-on?after={step.station}")


def differs(request: Request) -> Response:
    """A station was read out, and something differs: it stays open."""
    step = _step(request)
    with office_of(request).session() as session:
        steps.read_out(session, step, "differs", _given(request, "text"))
    _log(request, "read_differs", step.station)
    return _to(_station_path(step))


def propose(request: Request) -> Response:
    """The chair proposes a correction; no number changes."""
    step = _step(request)
    texts = _numbers(request)
    if not texts:
        raise WrongUse("correction_changes_nothing", station=step.station)
    with office_of(request).session() as session:
        made = steps.propose_correction(session, step, texts, _given(request, "reason"))
    _log(request, "propose", step.station)
    return _to(f"/proposals/{made.id}")


def copy(request: Request) -> Response:
    """Keep what a witness's copy of a form says."""
    step = _step(request)
    texts = _numbers(request)
    if not texts:
        raise WrongUse("copy_without_numbers")
    with office_of(request).session() as session:
        sessions.witness_copy(session, step.station, texts, _on_behalf(request), utc())
    _log(request, "copy", step.station)
    return _to(f"{_station_path(step)}?done=copy")


def _on_behalf(request: Request) -> Author:
    """Who says it: the witness of the link, or the witness whose name the chair or a member typed."""
    person: User = request.state.person
    name = _given(request, "said_by", _LONGEST_NAME)
    if person.role == "witness" or not name:
        return _author(request)
    return Author(name=name, role="witness")


def matter(request: Request) -> Response:
    """Keep an objection or a special event."""
    area = area_of(request)
    kind, text = str(request.state.form.get("kind", "")), _given(request, "text")
    subject = area_code(str(request.state.form.get("subject", "")))
    if kind not in ("objection", "special_event") or subject is None or not subject.startswith(area):
        raise HTTPException(404)
    with office_of(request).session() as session:
        sessions.bring_up(session, kind, subject, text, _on_behalf(request), utc())
    _log(request, kind, shown_code(subject))
    base = f"/areas/{shown_code(area)}"
    return _to(f"{base}/stations/{subject}#matters" if len(subject) > len(area) else f"{base}#matters")


def propose_resolution(request: Request) -> Response:
    """The chair proposes to settle an objection or special event, or to pass it on."""
    area = area_of(request)
    state, text = str(request.state.form.get("state", "")), _given(request, "text")
    if state not in ("settled", "passed_on"):
        raise HTTPException(404)
    with office_of(request).session() as session:
        to = "settled" if state == "settled" else "passed_on"
        matter = request.path_params["matter"]
        made = steps.propose_resolution(session, area, matter, to, text, _author(request), utc())
    _log(request, "propose_resolution", made.about or "")
    return _to(f"/proposals/{made.id}")


def propose_closing(request: Request) -> Response:
    """The chair proposes to close an area."""
    area = area_of(request)
    with office_of(request).session() as session:
        seen = str(request.state.form.get("seen", ""))
        made = steps.propose_closing(session, area, _author(request), utc(), seen)
    _log(request, "propose_closing", shown_code(area))
    return _to(f"/proposals/{made.id}")


def confirm(request: Request) -> Response:
    """The second person confirms what the chair proposed: it is carried out."""
    name = request.path_params["proposal"]
    with office_of(request).session() as session:
        wanted = steps.proposal_of(session, name).event
        steps.confirm(session, name, _author(request), utc())
    _log(request, "confirm", name)
    return _to(_where(wanted))


def withdraw(request: Request) -> Response:
    """The chair withdraws a proposal, or a member sends it back."""
    name = request.path_params["proposal"]
    if request.state.person.role not in ("chair", "member"):
        raise HTTPException(403)
    with office_of(request).session() as session:
        wanted = steps.proposal_of(session, name).event
        steps.withdraw(session, name, _given(request, "reason"), _author(request), utc())
    _log(request, "withdraw", name)
    return _to(_where(wanted))


def _where(wanted: SessionEvent) -> str:
    """The page of what a proposal is about."""
    if wanted.act == "correction":
        return f"/areas/{shown_code(wanted.session or '')}/stations/{wanted.subject}"
    return f"/areas/{shown_code(wanted.session or '')}"


PATHS: Final[tuple[tuple[str, str, Callable[[Request], Response], Role], ...]] = (
    ("POST", "/areas/{area}/stations/{station}/same", same, "chair"),
    ("POST", "/areas/{area}/stations/{station}/differs", differs, "chair"),
    ("POST", "/areas/{area}/stations/{station}/propose", propose, "chair"),
    ("POST", "/areas/{area}/stations/{station}/copy", copy, "witness"),
    ("POST", "/areas/{area}/matters", matter, "witness"),
    ("POST", "/areas/{area}/matters/{matter}/propose", propose_resolution, "chair"),
    ("POST", "/areas/{area}/close", propose_closing, "chair"),
    ("POST", "/proposals/{proposal}/confirm", confirm, "member"),
    ("POST", "/proposals/{proposal}/withdraw", withdraw, "witness"),
)
