"""By value: a grid of numbers that were all read as the same; the odd ones are marked, one key confirms the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from .office import Office
from .pages import page
from .review import wanted


def _office(request: Request) -> Office:
    return request.app.state.office


def overview(request: Request) -> Response:
    """Which readings are shared by how many numbers, most first."""
    office = _office(request)
    found = office.work.values(request.state.person, wanted(request))
    return page(
        request, "values.html", {"found": found, "query": request.url.query, "possible": office.work.has_values}
    )


def grid(request: Request) -> Response:
    """Numbers that were all read as one value."""
    value = request.path_params["value"]
    tasks = _office(request).work.claim_value(request.state.person, value, wanted(request))
    if not tasks:
        return RedirectResponse(f"/values?{request.url.query}", status_code=303)
    return page(request, "value.html", {"value": value, "tasks": tasks, "query": request.url.query})


def confirm(request: Request) -> Response:
    """Keep one value for all numbers of the grid that are not marked."""
    office, form, value = _office(request), request.state.form, request.path_params["value"]
    tasks = [int(task) for task in form.getlist("task") if str(task).isdecimal()]
    odd = [int(task) for task in form.getlist("odd") if str(task).isdecimal()]
    office.work.answer_value(request.state.person, value, tasks, odd)
    office.changed()
    return RedirectResponse(f"/values/{value}?{request.url.query}", status_code=303)


PATHS: Final[tuple[tuple[str, str, Callable[[Request], Response]], ...]] = (
    ("GET", "/values", overview),
    ("GET", "/values/{value}", grid),
    ("POST", "/values/{value}", confirm),
)
