"""The supervisor's page of bundles: what arrived and became of it, receipts to hand back, what people must settle."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Final

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from ..messages.errors import CannotWrite, WrongUse, system_reason
from ..messages.text import one_line
from ..seal.conflicts import conflicts
from ..seal.device_key import short
from ..seal.store import ENDING, sealed_folder
from .office import Office
from .pages import language_of, page
from .received import MOST_BYTES
from .review import form_and_field
from .sealing import UPLOADED, OfficeSeal

# Bytes of a bundle that a browser sends: some forty stations with photos; larger ones come by a watched folder. By
# judgement.
MOST_BUNDLE: Final = 512 << 20
PHOTO: Final = "/photo"  # ending of the path that takes a photo, as in `app.UPLOADS`
_LONGEST_NAME: Final = 80
_STATION: Final = re.compile("[0-9]{13}")


def _office(request: Request) -> tuple[Office, OfficeSeal]:
    """The office and its seals.

    Raises:
        HTTPException: the extra `seal` is not installed.
    """
    office: Office = request.app.state.office
    if office.seal is None:
        raise HTTPException(404)
    return office, office.seal


def overview(request: Request) -> Response:
    """What arrived, receipts, and what people must settle."""
    office, seal = _office(request)
    language, roll = language_of(request), seal.roll

    def label(template: str, field: str) -> str:
        found = form_and_field(office, template, field)[1]
        return getattr(found.label, language) if found else field

    data = {
        "roll": roll,
        "key": seal.key,
        "holder": seal.holder,
        "questions": [one.sentence[language] for one in seal.for_people()],
        "conflicts": conflicts(sealed_folder(office.folder).everything(), roll),
        "news": seal.news(),
        "preliminary": seal.preliminary(),
        "watch": office.options.watch,
        "label": label,
        "short": short,
    }
    return page(request, "bundles.html", data)


def upload(request: Request) -> Response:
    """Receive a bundle (zip) or a file of receipts that a browser sends."""
    office, seal = _office(request)
    given = request.state.form.get("bundle")
    if not isinstance(given, UploadFile) or not given.filename:
        raise WrongUse("bundle_not_given")
    name = one_line(PurePosixPath(given.filename.replace("\\", "/")).name)[-_LONGEST_NAME:]
    ending = ENDING if name.endswith(ENDING) else ".zip"
    try:
        with tempfile.TemporaryDirectory(prefix=UPLOADED, dir=office.folder) as place:
            path = Path(place) / f"{name.removesuffix(ending).strip('. ') or 'bundle'}{ending}"
            with path.open("xb") as file:
                shutil.copyfileobj(given.file, file)
            with path.open("rb") as file:
                source = hashlib.file_digest(file, "sha256").hexdigest()
            seal.take(path, name, request.state.person.name, source)
    except OSError as fault:
        raise CannotWrite("folder_unwritable", folder=office.folder, why=system_reason(fault)) from None
    return RedirectResponse("/office/bundles", status_code=303)


def slip(request: Request) -> Response:
    """Keep the code on a photo of a slip."""
    _, seal = _office(request)
    form = request.state.form
    given, station = form.get("photo"), str(form.get("station", "")).strip()
    content = given.file.read(MOST_BYTES + 1) if isinstance(given, UploadFile) else b""
    if not isinstance(given, UploadFile) or not content or len(content) > MOST_BYTES:
        raise WrongUse("upload_size", most=MOST_BYTES >> 20)
    if not _STATION.fullmatch(station):
        raise WrongUse("slip_without_station")
    name = one_line(PurePosixPath((given.filename or "").replace("\\", "/")).name)[-_LONGEST_NAME:] or "photo"
    seal.take_slip(content, name, station, request.state.person.name)
    return RedirectResponse("/office/bundles#received", status_code=303)


def sms(request: Request) -> Response:
    """Keep an SMS line that arrived."""
    _, seal = _office(request)
    seal.take_sms(str(request.state.form.get("line", "")), request.state.person.name)
    return RedirectResponse("/office/bundles#sms", status_code=303)


def receipt(request: Request) -> Response:
    """The receipts for a bundle, which its sender keeps."""
    path = _office(request)[1].receipt(request.path_params["name"])
    if path is None:
        raise HTTPException(404)
    return FileResponse(path, filename=path.name, media_type="application/octet-stream")


PATHS: Final[tuple[tuple[str, str, Callable[[Request], Response]], ...]] = (
    ("GET", "/office/bundles", overview),
    ("POST", "/office/bundles/upload", upload),
    ("POST", f"/office/bundles/slip{PHOTO}", slip),
    ("POST", "/office/bundles/sms", sms),
    ("GET", "/office/receipt/{name}", receipt),
)
UPLOAD: Final = "/bundles/upload"  # ending of the path that takes bundles
