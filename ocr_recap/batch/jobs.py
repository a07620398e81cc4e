"""The task that reads one photo of a batch: its record and its pictures.

The task writes no files: its result is sent to the process that has the journal, which is the only one that writes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from ..imaging.photo import Photo, Source
from ..read.workers.limits import is_shortage
from ..read.workers.tasks import Failed, Product, Reads, made
from ..records.folder import BUBBLES, CROPS, HEADERS, OVERLAYS, PAGES, STROKES, WORDS
from ..records.record import Record, label
from ..report import bubble_picture, tally_overlay, words_picture
from ..report.overlay import overlay, rectified
from ..report.pictures import encode, header, sheet, strip, thumbnail
from ..report.private_regions import without_others

_PAGE_PIXELS_PER_MM = 5.0  # of saved pages: 297 x 420 mm become 1,485 x 2,100 px; by judgement


@dataclass(frozen=True)
class Job:
    """One photo to read.

    Attributes:
        path: the file.
        name: of the file in results.
        sha256: of the file's bytes; empty if they cannot be read.
        key: of the photo's result in the journal.
        overlay, save_pages: which optional pictures to make.
        frame: of the file, from 0.
        frames: 0; or the file's number of frames, in the one job for all frames from `frame` on, which exceed the
            allowed number.
        fault: a problem that is known before reading, since the file's frames could not be counted.
        content: the file's bytes, where the worker cannot open `path`.
        several: whether the photo is one of several frames of its file, which are limited together.
    """

    path: Path
    name: str
    sha256: str
    key: str
    overlay: bool = False
    save_pages: bool = False
    frame: int = 0
    frames: int = 0
    fault: Failed | None = None
    content: bytes | None = None
    several: bool = False

    @property
    def label(self) -> str:
        """The name of the photo for people (`record.label`)."""
        return label(self.name, self.frame)

    @property
    def known_by(self) -> tuple[str, str]:
        """Name in results and hash: what a person withdraws (`Log.withdrawals`), with all frames."""
        return self.name, self.sha256

    @property
    def file(self) -> str:
        """The key of the photo's file."""
        return self.sha256 or self.path.as_posix()

    def run(self, reader: Reads) -> Product:
        """Read the photo (`read_job`)."""
        return read_job(reader, self)

    def with_content(self, content: bytes) -> Self:
        """The job with the bytes of its file, for a process that cannot open the path."""
        return replace(self, content=content)


@dataclass(frozen=True)
class Planned:
    """A photo of the batch: its job, and the place of its original if the photo is a copy.

    The original is the same frame of an earlier file with the same bytes.
    """

    job: Job
    first: int | None = None


def read_job(reader: Reads, job: Job) -> Product:
    """Read one photo and make its pictures.

    Raises:
        MemoryError: memory does not suffice.
    """
    if job.fault:
        return unread(reader, job, job.fault)
    if job.frames:
        limit = reader.options.max_frames
        data = {"frames": job.frames, "first": job.frame + 1, "limit": limit}
        return unread(reader, job, Failed("frames_not_read", tuple(data.items())))
    source: Source = job.path if job.content is None else job.content
    try:
        reading = reader.reading(source, job.name, job.frame)
        record = reading.record
        found = record.photo.sha256
        if found and found != job.sha256:
            return unread(reader, job, Failed("file_changed"))
        pictures = (*_crops(reader, record, reading.photo), *_pictures(reader, record, job, source))
    except Exception as fault:
        if is_shortage(fault):
            raise MemoryError from fault
        return unread(reader, job, Failed("internal_error", (("error", type(fault).__name__),)))
    if any(problem.code == "memory_limit" for problem in record.problems):
        raise MemoryError
    return made(record, pictures)


def unread(reader: Reads, job: Job, why: Failed) -> Product:
    """The result of a photo that was not read, or not to the end, for the reason `why`."""
    return made(reader.unread(job.name, job.frame, why.code, **{"sha256": job.sha256, **dict(why.data)}))


def _crops(reader: Reads, record: Record, photo: Photo | None) -> Iterable[tuple[str, bytes]]:
    """The pictures of every photo: the strips of the numbers it shows, in the record's order, or a thumbnail without a
    page; the handwritten header, where the form has one; the tally grids that are not empty; the bubbles; the words."""
    if photo is None:
        return
    if record.page:
        photo = without_others(photo, reader.template(record.page.template), record.page, reader.template)
    strips = [strip(photo, field.quad) for field in record.fields.values() if field.quad is not None]
    yield CROPS, encode(sheet(strips) if strips else thumbnail(photo), ".jpg", 70)
    page = record.page and reader.template(record.page.template).page(record.page.page)
    if record.page and page and page.header:
        private = (region.rect for region in page.private)
        moved = record.page.moved if record.page.shape else None
        yield HEADERS, encode(header(photo, record.page.homography, page.header, private, moved), ".jpg", 70)
    counted = tally_overlay.shown_fields(record)
    if counted:
        blocks = [tally_overlay.block(photo, record.fields[name]) for name in counted]
        yield STROKES, encode(sheet(blocks), ".jpg", 70)
    marked = bubble_picture.shown_fields(record)
    if record.page and marked:
        fields = {field.id: field for field in reader.template(record.page.template).fields}
        said = {name: evidence.bubbles for name in marked if (evidence := record.fields[name].evidence)}
        shown = [bubble_picture.block(photo, record.page, fields[name], b) for name, b in said.items() if b]
        yield BUBBLES, encode(sheet(shown), ".jpg", 70)
    worded = words_picture.shown_fields(record)
    if worded:
        yield WORDS, encode(sheet([words_picture.block(photo, record.fields[name]) for name in worded]), ".jpg", 70)


def _pictures(reader: Reads, record: Record, job: Job, source: Source) -> Iterable[tuple[str, bytes]]:
    """The optional pictures of a photo: overlay and rectified page."""
    if record.page is None:
        return
    form = reader.template(record.page.template)
    if job.overlay:
        yield OVERLAYS, encode(overlay(record, source, form), ".jpg", 82)
    if job.save_pages:
        yield PAGES, encode(rectified(record.page, source, _PAGE_PIXELS_PER_MM, form, job.frame), ".jpg", 82)
