"""Review: one number after the other, its picture large, keyed by people who do not see what the machine read."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from ..forms.fields import FormField
from ..forms.template import Template
from ..messages.catalog import Language
from ..messages.errors import WrongUse
from ..messages.web_texts import REASON_GROUPS
from .agreement import EMPTY, UNREADABLE, WRONG_FIELD
from .office import Office
from .pages import language_of, page, text
from .people import User
from .pictures import KINDS, cut, parts_of
from .work_rows import AnsweredBefore, Claim, Filter

_MOST_SECONDS: Final = 3600.0


def _office(request: Request) -> Office:
    return request.app.state.office


def wanted(request: Request) -> Filter:
    """The filter of a request's query."""
    found = request.query_params
    area = "".join(c for c in found.get("area", "") if c.isascii() and c.isdigit())[:13]
    return Filter(area, found.get("form", "")[:60], found.get("reason", "")[:60])


def form_and_field(office: Office, template: str, field: str) -> tuple[Template | None, FormField | None]:
    """A form and one of its numbers; None where the form is not loaded."""
    form = office.forms.get(template)
    return form, next((f for f in form.fields if f.id == field), None) if form else None


def shown(office: Office, task: Claim, language: Language) -> dict[str, Any]:
    """A number as the page's script gets it. Nothing in it tells what the machine read, or whether it is a check."""
    form, field = form_and_field(office, task.number.template, task.number.field)
    label = getattr(field.label, language) if field else task.number.field
    kinds = parts_of(field) if field else ("digits",)
    return {
        "id": task.id,
        "label": label,
        "form": getattr(form.title, language) if form else task.number.template,
        "page": text(language, "page_of", page=task.number.page),
        "station": task.station,
        "boxes": task.boxes,
        "third": task.state == "third",
        "shown": [answer_text(answer, language) for answer in task.shown],
        "pictures": {kind: f"/review/picture/{task.id}/{kind}.jpg" for kind in (*kinds, "context")},
    }


def answer_text(answer: str, language: Language) -> str:
    """An answer in words."""
    special: Mapping[str, str] = {EMPTY: "nothing", UNREADABLE: "unreadable", WRONG_FIELD: "wrong_field"}
    return text(language, special[answer]) if answer in special else answer


def work(request: Request) -> Response:
    """The page of the review work; its first number is in it, so that it works without a script."""
    office, person = _office(request), request.state.person
    again = request.query_params.get("again")
    before = int(again) if again and again.isdecimal() else None
    task = office.work.last(person, before) if again is not None else None
    if task is None:
        task = next(iter(office.work.claim(person, wanted(request), 1)), None)
    language = language_of(request)
    forms = [(form.id, getattr(form.title, language)) for form in office.forms.values()]
    reasons = [(group, text(language, f"group_{group}")) for group in REASON_GROUPS]
    data: dict[str, Any] = {
        "forms": forms,
        "reasons": reasons,
        "filter": wanted(request),
        "mine": office.progress.of(person.id),
    }
    data["sheets"] = office.sheets.waiting(person)
    data["query"] = urlencode([one for one in request.query_params.multi_items() if one[0] != "again"])
    first = shown(office, task, language) if task else None
    return page(request, "review.html", {"task": first, "again": again is not None, **data})


def claim(request: Request) -> Response:
    """The next numbers for this person, as JSON; those that it holds already come first.

    The header `x-sheets` is the number of questions about sheets that wait for the person.
    """
    office = _office(request)
    tasks = office.work.claim(request.state.person, wanted(request))
    language = language_of(request)
    waits = {"x-sheets": str(office.sheets.waiting(request.state.person))}
    return JSONResponse([shown(office, task, language) for task in tasks], headers=waits)


def answer(request: Request) -> Response:
    """Keep an answer. `task`, `text` and `seconds` are as in `Work.answer`; `hand_on` leaves the number to others."""
    office, given, person = _office(request), request.state.form, request.state.person
    task = str(given.get("task", ""))
    if not task.isdecimal():
        raise WrongUse("no_such_number")
    settled = False
    if given.get("hand_on"):
        office.work.hand_on(person, int(task))
    else:
        said = str(given.get("special") or given.get("text", ""))
        try:
            office.work.answer(person, int(task), said, _seconds(str(given.get("seconds", "0"))))
        except AnsweredBefore:
            settled = True  # by others, while this page was open: nothing is lost, and nothing is left to do
        office.changed()
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"kept": True, "settled": settled})
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/review{query}", status_code=303)


def _seconds(given: str) -> float:
    try:
        found = float(given)
    except ValueError:
        return 0.0
    return 0.0 if math.isnan(found) else min(max(found, 0.0), _MOST_SECONDS)


def release(request: Request) -> Response:
    """Give all claims of this person back, at the end of the work."""
    _office(request).work.release(request.state.person.id)
    return RedirectResponse("/review/done", status_code=303)


def done(request: Request) -> Response:
    """What this person did."""
    office = _office(request)
    return page(request, "review_done.html", {"mine": office.progress.of(request.state.person.id)})


def picture(request: Request) -> Response:
    """A part of a page for somebody who works on the number: a strip on which names and signatures are covered."""
    office, person = _office(request), request.state.person
    task, kind = request.path_params["task"], request.path_params["kind"]
    content = number_picture(office, person, task, kind) if kind in KINDS else None
    if content is None:
        raise HTTPException(404)
    return Response(content, media_type="image/jpeg", headers={"cache-control": "private, max-age=3600"})


def number_picture(office: Office, person: User, task: int, kind: Any) -> bytes | None:
    """The picture of a number that a person has claimed or entered; None where the person has nothing to do with it."""
    find = (
        "SELECT * FROM numbers WHERE id = ?1 AND (?3 OR claimant = ?2 OR known IS NOT NULL"
        " OR EXISTS (SELECT 1 FROM entries WHERE number = ?1 AND person = ?2))"
    )
    row = office.data.one(find, (task, person.id, person.role == "supervisor"))
    if row is None:
        return None
    form, field = form_and_field(office, row["template"], row["field"])
    found = office.pictures.page(row["file"], row["sha256"], row["frame"])
    if form is None or field is None:
        return None
    if found is None:
        return office.strip(row) if kind in ("digits", "context") else None
    return cut(found, form, field, kind)


PATHS: Final[tuple[tuple[str, str, Callable[[Request], Response]], ...]] = (
    ("GET", "/review", work),
    ("GET", "/review/claim", claim),
    ("POST", "/review/answer", answer),
    ("POST", "/review/release", release),
    ("GET", "/review/done", done),
    ("GET", "/review/picture/{task:int}/{kind}.jpg", picture),
)
