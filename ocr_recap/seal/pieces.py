"""Cuts a folder of results into stations: the files that a station's statement vouches for, and its numbers.

The lines of `documents.jsonl`, `photos.jsonl` and `decisions.jsonl` are taken as they are, byte for byte. A name has
the first digits of the hash of its content: a later state of a station gets other names, and the earlier one is kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Final

from pydantic_core import from_json

from ..messages.errors import FolderDamaged, InputUnusable
from ..records.folder import DECISIONS_FILE, DOCUMENTS_FILE, PHOTOS_FILE, TEMPLATES
from .statement import SealedFile
from .store import PHOTOS

DOCUMENT_PIECE: Final = "document-"
DECISIONS_PIECE: Final = "decisions-"
_DIGITS: Final = 16  # of the hash in a name
_ENDINGS: Final = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".heic", ".heif", ".hif", ".pdf")
)
_PHOTO: Final = '{"schema":2,"photo":'


@dataclass(frozen=True)
class DocumentLine:
    """A line of `documents.jsonl` and what is read from it."""

    line: bytes
    id: str
    station: str | None
    template: str | None
    photos: Mapping[str, str]
    numbers: Mapping[str, int | None]
    unread: Mapping[str, str]


@dataclass(frozen=True)
class StationPieces:
    """What is sealed of one form of one station.

    Attributes:
        station: 13 digits.
        document: id of the document.
        template: id of the form and the hash of its file.
        numbers: the accepted value of each number, else None.
        unread: why a number has no value: its status.
        files: contents of the files that are written, by their names in `data/`.
        photos: the photos, which are not written.
    """

    station: str
    document: str
    template: tuple[str, str]
    numbers: Mapping[str, int | None]
    unread: Mapping[str, str]
    files: Mapping[str, bytes]
    photos: tuple[SealedFile, ...]

    @cached_property
    def subjects(self) -> tuple[SealedFile, ...]:
        """All files that the statement vouches for, by name."""
        written = [SealedFile(name, hashlib.sha256(content).hexdigest()) for name, content in self.files.items()]
        return tuple(sorted((*written, *self.photos), key=lambda file: file.name))

    def body(self, supersedes: str | None) -> dict[str, Any]:
        """The keys of a station's statement."""
        return {
            "document": self.document,
            "numbers": dict(self.numbers),
            "station": self.station,
            "supersedes": supersedes,
            "template": {"id": self.template[0], "sha256": self.template[1]},
            "unread": dict(self.unread),
        }


@dataclass(frozen=True)
class ResultsOnDisk:
    """The lines of a folder of results, by what they belong to; each decision with its person and the key it names."""

    documents: Sequence[DocumentLine]
    records: Mapping[str, list[bytes]]
    decisions: Mapping[str, list[bytes]]
    decided_by: Mapping[bytes, tuple[str, str]]
    templates: Mapping[str, bytes]
    without_station: tuple[str, ...] = field(default=())


def document_line(line: bytes) -> DocumentLine:
    """Read a line of `documents.jsonl`.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it is none.
    """
    said = from_json(line)
    fields = said["fields"].items()
    photos = {str(one["sha256"]): photo_name(one["sha256"], one["file"]) for one in said["photos"]}
    numbers = {str(name): one["accepted"] for name, one in fields}
    unread = {str(name): str(one["status"]) for name, one in fields if one["accepted"] is None}
    return DocumentLine(line, said["id"], said["station"]["code"], said["template"], photos, numbers, unread)


def photo_name(sha256: str, file: str) -> str:
    """The name of a photo in `data/`: its hash and its ending."""
    ending = PurePosixPath(file).suffix.lower()
    return f"{PHOTOS}/{sha256}{ending if ending in _ENDINGS else ''}"


def piece_name(folder: str, kind: str, content: bytes, ending: str) -> str:
    """The name of a file in `data/`, with the first digits of its hash."""
    return f"{folder}/{kind}{hashlib.sha256(content).hexdigest()[:_DIGITS]}{ending}"


def read_results(folder: Path) -> ResultsOnDisk:
    """Read the lines of a folder of results.

    Raises:
        InputUnusable: it is no folder of results.
        FolderDamaged: a line cannot be read.
    """
    documents: list[DocumentLine] = []
    for number, line in _lines(folder / DOCUMENTS_FILE, folder):
        try:
            documents.append(document_line(line))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise FolderDamaged("sealed_line", path=folder / DOCUMENTS_FILE, line=number) from None
    records: dict[str, list[bytes]] = {}
    for number, line in _lines(folder / PHOTOS_FILE, folder):
        try:
            records.setdefault(_photo_of(line), []).append(line)
        except (ValueError, KeyError, TypeError):
            raise FolderDamaged("sealed_line", path=folder / PHOTOS_FILE, line=number) from None
    decisions: dict[str, list[bytes]] = {}
    decided_by: dict[bytes, tuple[str, str]] = {}
    if (folder / DECISIONS_FILE).exists():
        for number, line in _lines(folder / DECISIONS_FILE, folder):
            try:
                said = json.loads(line)
                if "event" not in said:
                    decisions.setdefault(str(said["sha256"]), []).append(line)
                    decided_by[line] = str(said["by"]), str(said.get("key", ""))
            except (ValueError, KeyError, TypeError):
                raise FolderDamaged("sealed_line", path=folder / DECISIONS_FILE, line=number) from None
    templates = {path.stem: path.read_bytes() for path in sorted((folder / TEMPLATES).glob("*.yaml"))}
    lost = tuple(one.id for one in documents if one.station is None or one.template is None)
    return ResultsOnDisk(documents, records, decisions, decided_by, templates, lost)


def stations(results: ResultsOnDisk) -> Iterator[StationPieces]:
    """What is to be sealed, document by document; those without station or form are left out."""
    for document in results.documents:
        if document.station is not None and document.template in results.templates:
            yield _pieces(document, document.station, results)


def _pieces(document: DocumentLine, station: str, results: ResultsOnDisk) -> StationPieces:
    where = f"stations/{station}"
    whole = document.line + b"\n"
    files = {piece_name(where, DOCUMENT_PIECE, whole, ".json"): whole}
    for kind, ending, lines in (("photos-", ".jsonl", results.records), (DECISIONS_PIECE, ".jsonl", results.decisions)):
        content = b"".join(line + b"\n" for sha256 in document.photos for line in lines.get(sha256, ()))
        if content:
            files[piece_name(where, kind, content, ending)] = content
    name = str(document.template)
    form = results.templates[name]
    files[piece_name(TEMPLATES, f"{name}-", form, ".yaml")] = form
    photos = tuple(SealedFile(photo, sha256) for sha256, photo in document.photos.items())
    template = (name, hashlib.sha256(form).hexdigest())
    return StationPieces(station, document.id, template, document.numbers, document.unread, files, photos)


def _lines(path: Path, folder: Path) -> Iterator[tuple[int, bytes]]:
    try:
        content = path.read_bytes()
    except OSError:
        raise InputUnusable("no_results", folder=folder, file=path.name) from None
    for number, line in enumerate(content.split(b"\n"), 1):
        if line:
            yield number, line


def _photo_of(line: bytes) -> str:
    """The hash of a record's photo, without parsing the whole line."""
    text = line.decode("utf-8")
    place = len(_PHOTO) if text.startswith(_PHOTO) else text.index('"photo":') + len('"photo":')
    photo, _ = json.JSONDecoder().raw_decode(text, place)
    return str(photo["sha256"])
