"""What a batch has done so far, one file per photo, so that an interrupted batch goes on where it stopped.

A photo's result (record, names of its pictures) is written whole or not at all, under a key that changes
with everything the result depends on. Reading one photo of a batch, in whatever process, is `read_job`.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .emit import CROPS, HEADERS, OVERLAYS, PAGES, PICTURES, STROKES, strokes
from .emit.overlay import overlay, rectified
from .emit.pictures import header, save, sheet, strip, thumbnail, write_atomically
from .load import Photo
from .record import Record, label

if TYPE_CHECKING:
    from .reader import Reader

_WORK = ".work"
_PAGE_PIXELS_PER_MM = 5.0  # a page of 297 x 420 mm becomes 1,485 x 2,100 px


@dataclass(frozen=True)
class Job:
    """One photo to read.

    Attributes:
        path: the file.
        name: how results call it.
        sha256: of its bytes; empty if they cannot be read.
        key: name of its result in the journal.
        work: folder of the journal.
        overlay, save_pages: which pictures to make as well.
        frame: which picture of the file, from 0.
        frames: 0; or how many the file has, for the one job that stands for all from `frame` on, which are too many.
    """

    path: Path
    name: str
    sha256: str
    key: str
    work: Path
    overlay: bool
    save_pages: bool
    frame: int = 0
    frames: int = 0

    @property
    def label(self) -> str:
        """How people see it named."""
        return label(self.name, self.frame)

    @property
    def result(self) -> Path:
        """The file that holds the result once there is one."""
        return self.work / f"{self.key}.json"

    @property
    def started(self) -> Path:
        """A file that says a process began with this photo: how the photo that kills processes is found."""
        return self.work / f"{self.key}.started"


@dataclass(frozen=True)
class Entry:
    """One photo's result: what was read, and the files made of it, relative to the journal."""

    record: Record
    pictures: tuple[str, ...] = ()


def folder(out: Path) -> Path:
    """Where the journal of a folder of results lies."""
    return out / _WORK


def prepare(work: Path) -> None:
    """Make the journal's folders and try whether they can be written.

    Raises:
        OSError: they cannot.
    """
    for path in (work, *(work / name for name in PICTURES)):
        path.mkdir(parents=True, exist_ok=True)
    write_atomically(work / "probe", b"")
    (work / "probe").unlink()


def fingerprint(reader: Reader) -> str:
    """Everything but the photo that a result depends on: version, options, forms and weights, as a hash."""
    state = {
        "version": importlib.metadata.version("ocr-recap"),
        "options": reader.options.model_dump(mode="json"),
        "templates": [[form.id, form.sha256] for form in reader.templates],
        "weights": [reader.weights_sha256, reader.tally_sha256],
    }
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


def key_of(sha256: str, name: str, frame: int, reader_fingerprint: str, with_overlay: bool, with_pages: bool) -> str:
    """The journal's name for a photo's result."""
    parts = [sha256, name, str(frame), reader_fingerprint, str(with_overlay), str(with_pages)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:40]


def read_job(reader: Reader, job: Job) -> None:
    """Read one photo, make its pictures and journal the result. A fault of the program becomes a problem of the photo.

    Raises:
        OSError: the journal cannot be written.
    """
    if job.frames:
        limit = reader.options.max_frames
        left_out = _problem(reader, job, "frames_not_read", frames=job.frames, first=job.frame + 1, limit=limit)
        _write(job, left_out, [])
        return
    try:
        reading = reader.reading(job.path, job.name, job.frame)
        record = reading.record
        pictures = [*_crops(reader, record, reading.photo, job), *_pictures(reader, record, job)]
    except OSError:
        raise
    except Exception as fault:
        record, pictures = failed(reader, job, type(fault).__name__), []
    _write(job, record, pictures)


def write_failed(reader: Reader, job: Job, error: str) -> None:
    """Journal a photo that could not be read because of a fault of the program.

    Raises:
        OSError: the journal cannot be written.
    """
    _write(job, failed(reader, job, error), [])


def load(job: Job) -> Entry | None:
    """The photo's result from the journal; None if there is none that is whole."""
    try:
        content = json.loads(job.result.read_bytes())
        record = Record.model_validate_json(json.dumps(content["record"]))
        pictures: list[str] = content["pictures"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Entry(record, tuple(pictures))


def is_done(job: Job) -> bool:
    """Whether the photo's result and its pictures are all there."""
    entry = load(job)
    return entry is not None and all((job.work / name).is_file() for name in entry.pictures)


def picture_name(record: Record) -> str:
    """File name of the pictures made of a photo: safe in any file system and link, different for different photos."""
    photo = record.photo
    stem = re.sub(r"[^\w.-]", "_", Path(photo.file).stem).lstrip(".")[:48]
    frame = f"-{photo.frame + 1}" if photo.frame else ""
    return f"{stem or 'photo'}-{photo.sha256[:16]}{frame}.jpg"


def failed(reader: Reader, job: Job, error: str) -> Record:
    """The record of a photo that could not be read because of a fault of the program."""
    return _problem(reader, job, "internal_error", error=error)


def _problem(reader: Reader, job: Job, code: str, **data: Any) -> Record:
    """The record of a photo that was not looked at."""
    return reader.unread(job.name, job.frame, code, sha256=job.sha256, **data)


def _crops(reader: Reader, record: Record, photo: Photo | None, job: Job) -> list[str]:
    """Make the sheet of strips, one per number in the record's order, or the thumbnail of a photo without a page; the
    picture of the handwritten header, where the form has one; and that of the tally grids with anything in them."""
    if photo is None:
        return []
    strips = [strip(photo, field.quad) for field in record.fields.values()]
    made = [f"{CROPS}/{picture_name(record)}"]
    save(sheet(strips) if strips else thumbnail(photo), job.work / made[-1], quality=70)
    page = record.page and reader.template(record.page.template).page(record.page.page)
    if record.page and page and page.header:
        made.append(f"{HEADERS}/{picture_name(record)}")
        private = (region.rect for region in page.private)
        moved = record.page.moved if record.page.shape else None
        save(header(photo, record.page.homography, page.header, private, moved), job.work / made[-1], quality=70)
    counted = strokes.shown_fields(record)
    if counted:
        made.append(f"{STROKES}/{picture_name(record)}")
        blocks = [strokes.block(photo, record.fields[name]) for name in counted]
        save(sheet(blocks), job.work / made[-1], quality=70)
    return made


def _pictures(reader: Reader, record: Record, job: Job) -> list[str]:
    """Make the pictures that were asked for; their names relative to the results."""
    made: list[str] = []
    if record.page is None:
        return made
    form = reader.template(record.page.template)
    if job.overlay:
        made.append(f"{OVERLAYS}/{picture_name(record)}")
        save(overlay(record, job.path, form), job.work / made[-1])
    if job.save_pages:
        made.append(f"{PAGES}/{picture_name(record)}")
        save(rectified(record.page, job.path, _PAGE_PIXELS_PER_MM, form, job.frame), job.work / made[-1])
    return made


def _write(job: Job, record: Record, pictures: list[str]) -> None:
    content = {"record": record.export(), "pictures": pictures}
    write_atomically(job.result, json.dumps(content, ensure_ascii=True).encode())
