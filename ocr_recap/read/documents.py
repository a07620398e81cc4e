"""Puts the records of photos together into documents: all of one station, or whatever stations they are of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..forms.template import Template
from ..messages.table_faults import LineFault
from ..records import grouping
from ..records.document import Document, settle_all
from ..records.options import Options
from ..records.record import Record, label, problem
from ..records.station_codes import ManifestRow, Place, given_code, naming, place, placed_as
from ..records.station_facts import DATE_COLUMN, FactColumns, FactList, listed_fields
from ..records.station_lists import read_manifest


def one_document(
    records: Sequence[Record],
    code: str | None,
    options: Options,
    forms: Mapping[str, Template],
    listed: Mapping[str, int | str] | None = None,
) -> Document:
    """The document of one station; of several forms the one with most pages, the others named as problems.

    Args:
        records: of its photos.
        code: of the station, 13 digits; None leaves it open.
        options: of reading.
        forms: templates by id.
        listed: numbers known before the count, by field id, and `election_date` as text.

    Raises:
        ValueError: there are no records, one is of a form that is not loaded, or `listed` has a field that no form
            calls listed or a value that cannot be used.
    """
    if not records:
        raise ValueError("a document needs at least one photo")
    loose, by = Place(folder=records[0].photo.file), naming({}, options.station_pattern, False)
    places = [placed_as(code, r.photo.file, by, r.found_at) if code else loose for r in records]
    documents = _settled(records, places, forms, (_given_facts(code, listed or {}, forms),))
    main = max(documents, key=lambda document: len(document.pages_present))
    strangers = [
        problem("other_form", file=label(photo.file, photo.frame), found=other.template, expected=main.template)
        for other in documents
        if other is not main and other.template
        for photo in other.photos
    ]
    return main.model_copy(update={"id": code or main.id, "problems": (*main.problems, *strangers)})


def _given_facts(code: str | None, listed: Mapping[str, int | str], forms: Mapping[str, Template]) -> FactList:
    """What a program says about a station."""
    known = listed_fields(forms.values())
    unknown = listed.keys() - known.keys() - {DATE_COLUMN}
    if unknown:
        raise ValueError(f"no list may know {min(unknown)!r}; write one of {', '.join((*known, DATE_COLUMN))}")
    columns, faults = FactColumns(known), list[LineFault]()
    columns.take(1, code or "", {name.lower(): str(value) for name, value in listed.items()}, faults)
    if faults:
        raise ValueError(faults[0].text.en)
    return columns.found("given")


def documents_of(
    records: Sequence[Record],
    manifest: str | Path | Mapping[str, str] | None,
    options: Options,
    forms: Mapping[str, Template],
) -> list[Document]:
    """The documents of photos of any stations, in the order of each document's first photo.

    Args:
        records: of the photos.
        manifest: a table with the columns `file` and `station`, and columns of listed numbers; or station codes by
            file name.
        options: of reading.
        forms: templates by id.

    Raises:
        InputUnusable, TableFaulty: the table cannot be used.
        ValueError: a code is no station code, or a record is of a form that is not loaded.
    """
    photos = [record.photo for record in records]
    columns, sha256 = FactColumns(listed_fields(forms.values())), ""
    if isinstance(manifest, Mapping):
        rows = {name: ManifestRow(given_code(code)) for name, code in manifest.items()}
    else:
        names = [name for photo in photos for name in (photo.file, photo.label)]
        rows = read_manifest(manifest, names, columns=columns) if manifest is not None else {}
        sha256 = hashlib.sha256(Path(manifest).read_bytes()).hexdigest() if manifest is not None else ""
    by = naming(rows, options.station_pattern, options.folder_is_document)
    places = [place(r.photo.file, by, r.found_at, r.photo.frame) for r in records]
    return _settled(records, places, forms, (columns.found("manifest", sha256),))


def _settled(
    records: Sequence[Record], places: Sequence[Place], forms: Mapping[str, Template], lists: Sequence[FactList]
) -> list[Document]:
    groups = grouping.group(list(map(grouping.sighting, records, places)), loaded=forms.keys())
    return [document for document, _ in settle_all(groups, records.__getitem__, forms, lists)]
