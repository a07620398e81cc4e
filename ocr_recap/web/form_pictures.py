"""Pictures of forms for pages of a recap: the part of a form that a statement's number was read from.

A statement names the folder of results that it came from, and the document in it. Where that folder is still there,
its `documents.jsonl` says which photo shows a page of the form, and `pages/` or `crops/` has the picture.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..forms.fields import FormField
from ..forms.template import Template, available, load
from ..messages.errors import OcrRecapError
from ..recap.level_file import ContestField
from ..recap.sources import origin_of
from ..recap.statement import Statement
from ..records.folder import CROPS, DOCUMENTS_FILE, PAGES, TEMPLATES, picture_name
from ..report.pictures import cut as cut_strip
from ..report.pictures import strip_width
from .pictures import Kind, PagePictures, cut, parts_of

# The beginning of a line of `documents.jsonl`; a line that begins otherwise is parsed.
_HEAD: Final = re.compile(rb'\{(?:"schema": ?\d+, ?)?"id": ?("(?:[^"\\]|\\.)*")')


class _Results:
    """One folder of results: where its documents stand, its forms, and its pages."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.pages = folder, PagePictures(folder)
        self._look: tuple[int, int] | None = None
        self._places: dict[str, tuple[int, int]] = {}
        self._forms: dict[str, Template | None] = {}
        self._lock = threading.Lock()

    def document(self, name: str) -> Mapping[str, Any] | None:
        """A document by its id; None where the folder has none, or cannot be read."""
        path = self.folder / DOCUMENTS_FILE
        try:
            with self._lock, path.open("rb") as file:
                look = path.stat().st_size, path.stat().st_mtime_ns
                if look != self._look:
                    self._places, self._look = _places(file), look
                start, size = self._places.get(name, (0, 0))
                file.seek(start)
                return json.loads(file.read(size)) if size else None
        except (OSError, ValueError):
            return None

    def form(self, name: str) -> Template | None:
        """The form that the folder was read with; None where it cannot be used."""
        if name not in self._forms:
            path = self.folder / TEMPLATES / f"{name}.yaml"
            try:
                self._forms[name] = load(path if path.is_file() else available()[name])
            except (OcrRecapError, OSError, KeyError):
                self._forms[name] = None
        return self._forms[name]


def _places(lines: Iterable[bytes]) -> dict[str, tuple[int, int]]:
    """Where each document stands: start and size of its line, by id."""
    found: dict[str, tuple[int, int]] = {}
    start = 0
    for line in lines:
        head = _HEAD.match(line)
        with suppress(ValueError, KeyError, TypeError):  # a damaged line has no pictures
            found[json.loads(head[1]) if head else json.loads(line)["id"]] = start, len(line)
        start += len(line)
    return found


class FormPictures:
    """The pictures of statements.

    Args:
        folders: of results.
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        self._results = {origin_of(path): _Results(path) for path in folders}

    def origins(self) -> frozenset[str]:
        """The names of the folders that are there, as statements have them."""
        return frozenset(self._results)

    def shown(self, statement: Statement, numbers: Iterable[ContestField]) -> dict[str, tuple[Kind, ...]]:
        """The numbers of a statement that have pictures, by id, with the kinds of pictures beside the whole page."""
        found: dict[str, tuple[Kind, ...]] = {}
        for number in numbers:
            place = self._place(statement, number)
            if place is not None:
                found[number.id] = parts_of(place.field) if place.is_page else ("digits",)
        return found

    def picture(self, statement: Statement, number: ContestField, kind: Kind) -> bytes | None:
        """A part of the form that a statement rests on, names and signatures covered, as a JPEG file.

        Args:
            statement: about a station.
            number: which of its numbers.
            kind: the boxes, bubbles or strokes of the number, or the whole page with a frame around it.

        Returns:
            The picture; None where the folder, the document or the photo is not there.
        """
        place = self._place(statement, number)
        if place is None:
            return None
        if place.is_page:
            page = place.results.pages.page(*place.photo)
            return None if page is None else cut(page, place.form, place.field, kind)
        sheet = place.results.folder / CROPS / picture_name(*place.photo)
        return cut_strip(sheet, place.row, place.width) if kind in ("digits", "context") else None

    def _place(self, statement: Statement, number: ContestField) -> _Place | None:
        results = self._results.get(statement.origin)
        document = results.document(statement.document) if results and statement.document else None
        if results is None or document is None:
            return None
        try:
            form = results.form(document["template"])
            field = next((one for one in form.fields if one.id == number.on(form.id)), None) if form else None
            return _located(results, document, form, field, statement) if form and field else None
        except (KeyError, TypeError, ValueError, AttributeError):
            return None  # a document of another version


@dataclass(frozen=True)
class _Place:
    """Where a number is: in the straightened page of a photo, or as a strip of the sheet of its boxes."""

    results: _Results
    form: Template
    field: FormField
    photo: tuple[str, str, int]
    is_page: bool
    row: int = 0
    width: int = 0


def _located(
    results: _Results, document: Mapping[str, Any], form: Template, field: FormField, statement: Statement
) -> _Place | None:
    shots = [
        (str(one["file"]), str(one["sha256"]), int(one["frame"]))
        for one in document["photos"]
        if one["page"] == field.page and one["counts"] and one["sha256"] in statement.evidence
    ]
    for photo in shots:
        if (results.folder / PAGES / picture_name(*photo)).is_file():
            return _Place(results, form, field, photo, True)
    rows = [one.id for one in form.fields_of(field.page) if document["fields"].get(one.id, {}).get("quad")]
    if len(shots) != 1 or field.id not in rows or not (results.folder / CROPS / picture_name(*shots[0])).is_file():
        return None
    width = strip_width(document["fields"][field.id]["quad"])
    return _Place(results, form, field, shots[0], False, rows.index(field.id), width)
