"""The page of two sheets: all photos of a page side by side, and which of them counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from ..records.folder import CROPS, picture_name
from ..report.pictures import encode
from .agreement import UNREADABLE
from .office import Office
from .pages import language_of, page, text
from .pictures import shrunk
from .review import form_and_field
from .sheets import NEITHER, SAME


def _office(request: Request) -> Office:
    return request.app.state.office


def work(request: Request) -> Response:
    """The next page of two sheets for this person."""
    office, language = _office(request), language_of(request)
    task = office.sheets.claim(request.state.person)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse(None if task is None else {"id": task.question.uid, "state": task.state})
    if task is None:
        return page(request, "sheets.html", {"task": None})
    question = task.question
    form = office.forms.get(question.template)
    special = {NEITHER: "sheet_neither", SAME: "sheet_same", UNREADABLE: "sheet_unknown"}

    def said(answer: str) -> str:
        return text(language, special[answer]) if answer in special else text(language, "sheet_photo", number=answer)

    read: dict[str, Any] = {}
    for name, texts in task.differing.items():
        field = form_and_field(office, question.template, name)[1]
        read[getattr(field.label, language) if field else name] = texts
    answers = [*(str(place + 1) for place in range(len(question.photos))), NEITHER, SAME, UNREADABLE]
    data: Mapping[str, Any] = {
        "task": task,
        "title": getattr(form.page(question.page).title, language) if form else question.page,
        "read": read,
        "answers": [(answer, said(answer)) for answer in answers],
        "seen": [said(answer) for answer in task.shown],
    }
    return page(request, "sheets.html", data)


def answer(request: Request) -> Response:
    """Keep an answer, and show the next page of two sheets."""
    office, given = _office(request), request.state.form
    office.sheets.answer(request.state.person, str(given.get("sheet", "")), str(given.get("answer", "")))
    office.changed()
    return RedirectResponse("/review/sheets", status_code=303)


def picture(request: Request) -> Response:
    """A photo's straightened page, names and signatures covered, for somebody who works on the question."""
    office, place = _office(request), request.path_params["place"]
    photo = office.sheets.photo(request.state.person, request.path_params["sheet"], place)
    if photo is None:
        raise HTTPException(404)
    headers = {"cache-control": "private, max-age=3600"}
    found = office.pictures.page(photo.file, photo.sha256, 0)
    if found is not None:
        return Response(encode(shrunk(found), ".jpg", 80), media_type="image/jpeg", headers=headers)
    strips = office.folder / CROPS / picture_name(photo.file, photo.sha256)  # results without straightened pages
    if not strips.is_file():
        raise HTTPException(404)
    return Response(strips.read_bytes(), media_type="image/jpeg", headers=headers)


PATHS: Final[tuple[tuple[str, str, Callable[[Request], Response]], ...]] = (
    ("GET", "/review/sheets", work),
    ("POST", "/review/sheets", answer),
    ("GET", "/review/sheets/{sheet}/{place:int}.jpg", picture),
)
