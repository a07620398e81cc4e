"""The application: all paths of the server, and who may use them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from functools import wraps

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from ..messages.errors import OcrRecapError
from . import desk, plenary, plenary_acts, plenary_people, review, sheet_pages, supervisor, values
from .office import Office
from .pages import LANGUAGE_COOKIE, SESSION_COOKIE, language_of, page, person_of
from .people import Role
from .recap_office import RecapOffice
from .received import MOST_BYTES
from .security import Guard

_YEAR = 365 * 24 * 3600
UPLOADS = "/photo"  # ending of the paths that take photos
Page = Callable[[Request], Response]
_HOMES: dict[Role, str] = {"desk": "/desk", "reviewer": "/review", "supervisor": "/office"}
_RECAP_HOMES: dict[Role, str] = {"member": "/proposals", "supervisor": "/people"}


def application(office: Office | RecapOffice, hosts: Iterable[str]) -> Starlette:
    """The web application of an office: of a folder of results, or of a recap.

    Args:
        office: which is started and stopped with the application.
        hosts: names and addresses of this server with their ports, as browsers send them in `Host`.
    """

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncGenerator[None]:
        office.start()
        yield
        office.stop()

    routes = [
        Route("/", home),
        Route("/enter/{secret}", enter),
        Route("/leave", leave, methods=["POST"]),
        Route("/language", language, methods=["POST"]),
        *(_recap_routes() if office.kind == "recap" else _results_routes()),
    ]
    uploads = {UPLOADS: MOST_BYTES}
    if office.seal is not None:
        from . import bundles  # noqa: PLC0415  (an extra)

        routes += _routes(bundles.PATHS, "supervisor")
        uploads[bundles.UPLOAD] = bundles.MOST_BUNDLE
    guard = Middleware(Guard, hosts=frozenset(host.lower() for host in hosts), uploads=uploads)
    handlers = {Exception: broken, OcrRecapError: refused, 413: too_large, 404: missing, 403: forbidden, 401: unknown}
    app = Starlette(routes=routes, middleware=[guard], exception_handlers=handlers, lifespan=life)
    app.state.office = office
    return app


def _results_routes() -> Iterable[Route]:
    yield from _routes(desk.PATHS, "desk")
    yield from _routes(review.PATHS, "reviewer")
    yield from _routes(sheet_pages.PATHS, "reviewer")
    yield from _routes(values.PATHS, "reviewer")
    yield from _routes(supervisor.PATHS, "supervisor")


def _recap_routes() -> Iterable[Route]:
    for method, path, show, role in (*plenary.PATHS, *plenary_acts.PATHS, *plenary_people.PATHS):
        yield Route(path, _only(role, show), methods=[method])


def _routes(paths: Iterable[tuple[str, str, Page]], role: Role) -> Iterable[Route]:
    """Routes that only people who may do what `role` may can use."""
    for method, path, show in paths:
        yield Route(path, _only(role, show), methods=[method])


def _only(role: Role, show: Page) -> Callable[[Request], Awaitable[Response]]:
    """A page that only people who may do what `role` may can use; it works on a thread, with its form parsed."""

    @wraps(show)
    async def guarded(request: Request) -> Response:
        person = await run_in_threadpool(person_of, request)
        if person is None:
            raise HTTPException(401)
        if not person.may(role):
            raise HTTPException(403)
        request.state.person = person
        try:
            request.state.form = await request.form(max_files=1, max_fields=300) if request.method == "POST" else {}
        except ClientDisconnect:  # the body is larger than the guard lets through, or the sender went away
            raise HTTPException(413) from None
        return await run_in_threadpool(show, request)

    return guarded


def home(request: Request) -> Response:
    """The first page of a person's role."""
    person = person_of(request)
    if person is None:
        raise HTTPException(401)
    if request.app.state.office.kind == "recap":
        return RedirectResponse(_RECAP_HOMES.get(person.role, "/areas"), status_code=303)
    return RedirectResponse(_HOMES[person.role], status_code=303)


def enter(request: Request) -> Response:
    """Open a session by a personal link.

    The answer is a page that goes on by itself: a browser that follows a redirect from another site's link would not
    send the new cookie.
    """
    token = request.app.state.office.people.enter(request.path_params["secret"])
    if token is None:
        raise HTTPException(401)
    answer = page(request, "entered.html")
    answer.set_cookie(SESSION_COOKIE, token, max_age=_YEAR, httponly=True, samesite="strict")
    return answer


def leave(request: Request) -> Response:
    """End the session of this browser."""
    answer = RedirectResponse("/", status_code=303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


def language(request: Request) -> Response:
    """Choose the language of this browser, and go back."""
    chosen = "en" if language_of(request) == "id" else "id"
    back = request.query_params.get("back", "/")
    here = back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"
    answer = RedirectResponse(here, status_code=303)
    answer.set_cookie(LANGUAGE_COOKIE, chosen, max_age=_YEAR, samesite="strict")
    return answer


def refused(request: Request, fault: Exception) -> Response:
    """What cannot be done, and what to do instead."""
    assert isinstance(fault, OcrRecapError)
    said = getattr(fault, language_of(request))
    if "application/json" in request.headers.get("accept", ""):
        return PlainTextResponse(said, status_code=409)
    path = request.url.path
    is_step = request.method == "POST" and path.startswith(("/areas/", "/proposals/"))
    back = path.rpartition("/")[0] if is_step else ""
    return page(request, "message.html", {"heading": "refused", "said": said, "back": back}, 409)


def broken(request: Request, fault: Exception) -> Response:
    """An unexpected error: its text is in the server's log."""
    return page(request, "message.html", {"heading": "page_broken", "said": ""}, 500)


def missing(request: Request, fault: Exception) -> Response:
    """There is no such page."""
    return page(request, "message.html", {"heading": "no_page", "said": ""}, 404)


def too_large(request: Request, fault: Exception) -> Response:
    """More was sent than a form or a photo may have."""
    return page(request, "message.html", {"heading": "too_large", "said": ""}, 413)


def forbidden(request: Request, fault: Exception) -> Response:
    """This person's link is for something else."""
    return page(request, "message.html", {"heading": "not_yours", "said": ""}, 403)


def unknown(request: Request, fault: Exception) -> Response:
    """Nobody knows this browser: it needs a link."""
    return page(request, "enter.html", status=401)
