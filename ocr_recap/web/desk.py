"""The desk: a station's officer takes photos, sees whether they are good, confirms the numbers, and finishes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from ..imaging.photo import load_color
from ..messages.catalog import Language
from ..messages.errors import WrongUse
from ..messages.problems import PhotoProblem
from ..messages.text import one_line
from ..records.decisions import utc
from ..records.station_codes import codes_in, normal
from ..report.pictures import encode
from .guide import guide_pdf
from .office import Office
from .pages import language_of, page, qr
from .people import User, note
from .pictures import KINDS, cut, shrunk
from .received import MOST_BYTES
from .station_view import station_view, waiting_of

_LONGEST_REMARK: Final = 2000


def _office(request: Request) -> Office:
    return request.app.state.office


def _station(request: Request) -> str:
    """The station of a path, which the person may send.

    Raises:
        HTTPException: it is no code (404), or belongs to another desk (403).
    """
    code = normal(request.path_params["station"])
    person: User = request.state.person
    if code is None:
        raise HTTPException(404)
    if not person.may_send(code):
        raise HTTPException(403)
    return code


def choose(request: Request) -> Response:
    """Choose the station: from those of the link, or of the list of stations, or by its code."""
    office, person = _office(request), request.state.person
    stations = person.stations or office.stations
    if len(person.stations) == 1:
        return RedirectResponse(f"/desk/{person.stations[0]}", status_code=303)
    given = request.query_params.get("station", "").strip()
    wrong = ""
    if given:
        code = normal(given)
        if code is not None and person.may_send(code):
            return RedirectResponse(f"/desk/{code}", status_code=303)
        wrong = given
    known = [(code, office.region_of(code)) for code in stations]
    begun = office.stations_begun(person)
    return page(request, "desk.html", {"stations": known, "begun": begun, "wrong": wrong})


def scan(request: Request) -> Response:
    """Find the station by a photo of a QR code, such as the one of a desk's link or a sheet with the code."""
    photo = request.state.form.get("photo")
    content = photo.file.read() if isinstance(photo, UploadFile) else b""
    found = station_in_qr(content) if 0 < len(content) <= MOST_BYTES else None
    if found is None:
        raise WrongUse("no_station_in_qr")
    return RedirectResponse(f"/desk?station={found}", status_code=303)


def station_in_qr(content: bytes) -> str | None:
    """The station code in a QR code of a photo, 13 digits; None where there is none."""
    try:
        picture = load_color(content)
    except PhotoProblem:
        return None
    text = cv2.QRCodeDetector().detectAndDecode(shrunk(picture))[0]
    return next(iter(codes_in(text)), None)


def station(request: Request) -> Response:
    """The station: its pages and photos, special events, and the end of the work."""
    office, code = _office(request), _station(request)
    view = station_view(office, code)
    facts = office.data.one(
        "SELECT at, people.name FROM finished JOIN people ON people.id = person WHERE station = ?", (code,)
    )
    remarks = office.data.rows(
        "SELECT text, at, name FROM remarks JOIN people ON people.id = person WHERE station = ? ORDER BY remarks.id",
        (code,),
    )
    forms = [view.form] if view.form else []
    gone = [one for one in view.uploads if one.upload.withdrawal is not None]
    others = [one for one in view.uploads if one.page is None or not forms or one.template != forms[0].id]
    loose = [one for one in others if one not in gone]
    data = {"region": office.region_of(code), "finished": facts, "remarks": remarks, "loose": loose, "gone": gone}
    sealed = office.seal.of(code) if office.seal is not None and facts is not None else None
    shown = {"view": view, "broken": view.broken(language_of(request)), "sealed": sealed, "qr": qr, "spoken": spoken}
    return page(request, "station.html", {**data, **shown})


def take(request: Request) -> Response:
    """Keep a photo; the page then shows whether it is good."""
    office, code = _office(request), _station(request)
    photo = request.state.form.get("photo")
    if not isinstance(photo, UploadFile):
        raise WrongUse("upload_no_photo")
    upload = office.received.take(photo.file.read(), photo.filename or "", code, request.state.person)
    office.arrived()
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"upload": upload.id})
    return RedirectResponse(f"/desk/{code}", status_code=303)


def withdraw(request: Request) -> Response:
    """Withdraw a photo of the station: an officer's own one, or any for the supervisor."""
    office, code, person = _office(request), _station(request), request.state.person
    upload = office.received.get(request.path_params["upload"])
    if upload is None or upload.station != code:
        raise HTTPException(404)
    if not upload.may_be_withdrawn_by(person):
        raise HTTPException(403)
    office.received.withdraw(upload, person, str(request.state.form.get("reason", "")))
    office.changed()
    return RedirectResponse(f"/desk/{code}#photo-{upload.id}", status_code=303)


def advice(request: Request) -> Response:
    """Whether the photos of a station were read, and what to do better, for the page's script."""
    view = station_view(_office(request), _station(request))
    language = language_of(request)
    found = [
        {
            "id": one.upload.id,
            "judgement": one.judgement,
            "page": one.page,
            "advice": [getattr(problem.hint, language) for problem in one.advice],
        }
        for one in view.uploads
    ]
    return JSONResponse(found)


def numbers(request: Request) -> Response:
    """The numbers of one page beside their pictures, those that the rules doubt first."""
    code, place = _station(request), request.path_params["page"]
    view = station_view(_office(request), code)
    shown = [one for one in view.numbers.get(place, ()) if one.number is not None]
    if not shown or view.form is None:
        raise HTTPException(404)
    counts = [one for one in shown if one.field.role == "count"]
    doubtful = [one for one in counts if one.is_doubtful]
    rest = [one for one in counts if not one.is_doubtful]
    dates = [one for one in shown if one.field.role != "count"]
    data = {"doubtful": doubtful, "rest": rest, "dates": dates, "sheet": view.form.page(place)}
    return page(request, "numbers.html", {"view": view, "broken": view.broken(language_of(request)), **data})


def confirm(request: Request) -> Response:
    """Keep what the officer confirmed or corrected; all numbers of the page, or none."""
    office, code, place = _office(request), _station(request), request.path_params["page"]
    view = station_view(office, code)
    known = {one.field.id: one for one in view.numbers.get(place, ()) if one.number is not None}
    given = {name: str(text) for name, text in request.state.form.items() if name in known}
    answers = {number: text for name, text in given.items() if (number := known[name].number) is not None}
    office.work.confirm_all(request.state.person, waiting_of(view), answers)
    office.changed()
    return RedirectResponse(f"/desk/{code}", status_code=303)


def remark(request: Request) -> Response:
    """Keep a special event (kejadian khusus) in the officer's words."""
    office, code = _office(request), _station(request)
    text = one_line(str(request.state.form.get("text", "")))[:_LONGEST_REMARK]
    if text:
        with office.data.changing() as db:
            row = code, request.state.person.id, utc(), text
            db.execute("INSERT INTO remarks (station, person, at, text) VALUES (?, ?, ?, ?)", row)
            note(db, request.state.person.name, "remark", code)
    return RedirectResponse(f"/desk/{code}#remarks", status_code=303)


def finish(request: Request) -> Response:
    """Say that the station's work is done, or is not done after all; photos may still come later."""
    office, code = _office(request), _station(request)
    with office.data.changing() as db:
        if request.state.form.get("again"):
            db.execute("DELETE FROM finished WHERE station = ?", (code,))
            note(db, request.state.person.name, "reopen", code)
            if office.seal is not None:
                office.seal.drop(db, code)
        else:
            db.execute("INSERT OR REPLACE INTO finished VALUES (?, ?, ?)", (code, request.state.person.id, utc()))
            note(db, request.state.person.name, "finish", code)
            if office.options.key is not None and office.seal is not None:
                office.seal.want(db, code)
    office.changed()
    if office.options.key is not None and not request.state.form.get("again"):
        office.publish_soon()
    return RedirectResponse(f"/desk/{code}#finish", status_code=303)


def spoken(identifier: str) -> str:
    """The first 16 digits of the id of a key or a statement in groups of four, to be read aloud."""
    return " ".join(identifier[place : place + 4] for place in range(0, 16, 4))


def slip(request: Request) -> Response:
    """The slip (salinan) of a sealed form of the station, as PDF."""
    office, code = _office(request), _station(request)
    content = office.seal.slip(code, request.path_params["statement"]) if office.seal is not None else None
    if content is None:
        raise HTTPException(404)
    from ..seal.slip import slip_pdf  # noqa: PLC0415  (an extra)

    headers = {"content-disposition": f'attachment; filename="slip-{code}.pdf"'}
    return Response(slip_pdf(content, language_of(request)), media_type="application/pdf", headers=headers)


def picture(request: Request) -> Response:
    """A part of a photo of this station: the boxes of a number, its bubbles, its strokes, or the page around it."""
    office, code = _office(request), _station(request)
    upload = office.received.get(request.path_params["upload"])
    kind = request.path_params["kind"]
    record = office.record_of(upload.id) if upload is not None and upload.station == code else None
    if upload is None or record is None or record.page is None or kind not in KINDS:
        raise HTTPException(404)
    form = office.forms.get(record.page.template)
    field = next((f for f in form.fields if f.id == request.path_params["field"]), None) if form else None
    found = office.pictures.page(record.photo.file, upload.sha256, record.photo.frame)
    content = cut(found, form, field, kind) if form and field and found is not None else None
    if content is None:
        raise HTTPException(404)
    return Response(content, media_type="image/jpeg", headers={"cache-control": "private, max-age=86400"})


def whole(request: Request) -> Response:
    """A whole photo, smaller, for the desk that took it and for supervisors."""
    office, code = _office(request), _station(request)
    upload = office.received.get(request.path_params["upload"])
    found = office.small_photo(upload) if upload is not None and upload.station == code else None
    if found is None:
        raise HTTPException(404)
    headers = {"cache-control": "private, max-age=86400"}
    return Response(encode(found, ".jpg", 75), media_type="image/jpeg", headers=headers)


def guide(request: Request) -> Response:
    """The guide of one page for officers, as PDF."""
    language: Language = language_of(request)
    return Response(guide_pdf(language), media_type="application/pdf")


PATHS: Final[tuple[tuple[str, str, Callable[[Request], Response]], ...]] = (
    ("GET", "/desk", choose),
    ("GET", "/guide.pdf", guide),
    ("POST", "/desk/scan/photo", scan),
    ("GET", "/desk/{station}", station),
    ("POST", "/desk/{station}/photo", take),
    ("POST", "/desk/{station}/withdraw/{upload:int}", withdraw),
    ("GET", "/desk/{station}/advice", advice),
    ("GET", "/desk/{station}/page/{page}", numbers),
    ("POST", "/desk/{station}/page/{page}", confirm),
    ("POST", "/desk/{station}/remark", remark),
    ("POST", "/desk/{station}/finish", finish),
    ("GET", "/desk/{station}/slip/{statement}.pdf", slip),
    ("GET", "/desk/{station}/whole/{upload:int}.jpg", whole),
    ("GET", "/desk/{station}/picture/{upload:int}/{field}/{kind}.jpg", picture),
)
