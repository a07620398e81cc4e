"""The library's front door: `Reader` reads photos into records and never raises for a bad photo."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np

from ..cells.readers import Readers
from ..forms import template as templates_module
from ..forms.template import Template
from ..imaging import frames as frames_module
from ..imaging.arrays import ColorImage
from ..imaging.photo import Source, check_source
from ..messages.problems import PhotoProblem
from ..records import grouping as groups_module
from ..records.assemble import problem_record
from ..records.document import Document, settle_all
from ..records.options import Options
from ..records.record import Record, Station, label, problem
from ..records.station_codes import ManifestRow, Place, naming, normal, place
from ..records.station_lists import read_manifest
from ..report.overlay import overlay, rectified, save
from .pipeline import Reading, read_photo
from .workers.limits import Limits, is_shortage
from .workers.one_worker import OneWorker
from .workers.ordered import Asked, in_order
from .workers.spawn import ProcessWorker
from .workers.supervisor import Supervisor
from .workers.tasks import Done, Failed, Product, Single

_log = logging.getLogger(__name__)

_S = TypeVar("_S", bound=Source)


class Reader:
    """Reads photos of tally forms. Holds the templates and the weights.

    One reader may be shared by any number of threads. Each record is the same, byte by byte, as if it had been read
    alone, whatever the numbers of threads that the process allows to NumPy and OpenCV. Reading changes no setting of
    the process: no number of threads, environment variable, filter of warnings, signal handler or folder. Threads take
    turns with pages of a PDF, and at all photos if the reader has limits, since one process then reads for all of them;
    `read_many` uses several. OpenCV uses threads of its own: a program that keeps all cores busy with reads had better
    call `cv2.setNumThreads(1)` once at its start, as processes of `read_many` and of batches do. Warnings of Pillow, of
    very large pictures and damaged EXIF blocks, reach the program's filters.

    Two things are exceptions. Importing this module sets the environment variable `ORT_DISABLE_TELEMETRY`. Starting
    a process, for a reader with limits or `read_many`, holds back Ctrl-C until it has started.
    """

    def __init__(self, options: Options | None = None, limits: Limits | None = None) -> None:
        """Load templates and weights.

        Args:
            options: how to read; by default all templates of the package.
            limits: what a photo and a file may take. With them photos are read, and the frames of files counted, by
                another process, which is replaced when it dies; it is started with the first photo and ended by
                `close`, at the end of a `with` block, or with the program. Without them everything happens in this
                process: a file that was built to harm may take hours or all memory, or end the program.

        Raises:
            TemplateError: a template is unknown or wrong.
            RuntimeError: the weights are missing or damaged.
        """
        self.options, self.limits = options or Options(), limits
        chosen = self.options.templates or tuple(templates_module.available())
        self.templates: tuple[Template, ...] = tuple(templates_module.load(t) for t in chosen)
        self._readers = Readers.shipped()
        # Made here and not when it is first used, or two threads might each make one.
        self._worker = None if limits is None else OneWorker(type(self), self.options, limits)

    def close(self) -> None:
        """End the process that reads for a reader with limits, if there is one; the next photo starts another."""
        if self._worker is not None:
            self._worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def _by_id(self) -> dict[str, Template]:
        return {template.id: template for template in self.templates}

    @property
    def weights_sha256(self) -> str:
        """Hash of the digit reader's weights, as records carry it."""
        return self._readers.digits.sha256

    @property
    def tally_sha256(self) -> str:
        """Hash of the tally reader's weights, as records carry it."""
        return self._readers.tallies.sha256

    @property
    def alterations_sha256(self) -> str:
        """Hash of the weights of the reader of alterations, as records carry it."""
        return self._readers.alterations.sha256

    def template(self, template_id: str) -> Template:
        """The loaded template of this id.

        Raises:
            KeyError: no such template is loaded.
        """
        return self._by_id[template_id]

    def frames(self, source: Source) -> int:
        """How many frames a file has: the pages of a PDF or TIFF, 1 for a photo and for what cannot be opened.

        Raises:
            TypeError, ValueError: as `read`.
        """
        check_source(source)
        if isinstance(source, np.ndarray):
            return 1
        return frames_module.count(source) if self._worker is None else self._worker.count(source)

    def read(self, source: Source, name: str | None = None, frame: int = 0) -> Record:
        """Read one photo, or one frame of a file that has several.

        Args:
            source: a path, the bytes of a photo file, or a BGR (h, w, 3) or gray (h, w) uint8 array.
            name: how the record calls the photo; by default the file's name, or `array` / `bytes`.
            frame: which page of a PDF or TIFF, from 0 (see `frames`).

        Raises:
            TypeError, ValueError: an array of another type or shape, a negative frame. A bad photo never raises.
        """
        if self._worker is None:
            return self.reading(source, name, frame).record
        check_source(source, frame)
        return self._received(*self._worker.read(source, name or _label(source), frame))

    def reading(self, source: Source, name: str | None = None, frame: int = 0) -> Reading:
        """As `read`, with the decoded photo beside the record."""
        check_source(source, frame)
        label = name or _label(source)
        try:
            reading = read_photo(source, label, self.templates, self._readers, self.options, frame)
        except Exception as error:  # one bad photo must never end a batch; the record says what happened
            _log.exception("unexpected error while reading %s", label)
            short = is_shortage(error)
            failed = self.failed(label, f"{type(error).__name__}: {error}", frame)
            reading = Reading(self.unread(label, frame, "memory_limit") if short else failed, None)
        return replace(reading, record=_found(reading.record, source))

    def failed(self, name: str, error: str, frame: int = 0) -> Record:
        """The record of a photo that an unexpected error kept from being read."""
        return self.unread(name, frame, "internal_error", error=error)

    def unread(self, name: str, frame: int, code: str, **data: Any) -> Record:
        """The record of a photo that was not looked at, with this problem and its data.

        Raises:
            KeyError: the code is not in `problems.PROBLEMS`.
        """
        return problem_record(name, None, PhotoProblem(code, **data), self._readers, self.options, frame)

    def _pages(self, sources: Iterable[_S]) -> Iterator[tuple[_S, int, Record | None]]:
        """Each file with each of its frames; what lies beyond `max_frames` comes once, with the record that says so."""
        limit = self.options.max_frames
        for source in sources:
            frames = self.frames(source)
            for frame in range(min(frames, limit)):
                yield source, frame, None
            if frames > limit and not isinstance(source, np.ndarray):
                data = {"frames": frames, "first": limit + 1, "limit": limit, "sha256": _sha256(source)}
                yield source, limit, self.unread(_label(source), limit, "frames_not_read", **data)

    def read_document(self, photos: Iterable[Source], station: str | None = None) -> Document:
        """Read the photos of one form of one station, in any order.

        Args:
            photos: paths, bytes or arrays, as `read` takes them; of a PDF or TIFF all frames.
            station: its code, 13 digits (the TPS may come without zeros, `2101142004-1`); None leaves it open. A photo
                whose name or folder says another is a `station_conflict`, and none of its numbers is accepted.

        Raises:
            ValueError: no photos, or `station` is no station code.
        """
        code = None if station is None else _code(station)
        records = list(self._here(photos) if self.limits is None else self._apart(list(photos), 1))
        if not records:
            raise ValueError("a document needs at least one photo")
        loose = Place(folder=records[0].photo.file)
        documents = self._settled(records, [self._placed(r, code) if code else loose for r in records])
        main = max(documents, key=lambda document: len(document.pages_present))
        strangers = [
            problem("other_form", file=label(photo.file, photo.frame), found=other.template, expected=main.template)
            for other in documents
            if other is not main and other.template
            for photo in other.photos
        ]
        return main.model_copy(update={"id": code or main.id, "problems": (*main.problems, *strangers)})

    def _placed(self, record: Record, code: str) -> Place:
        """A photo of a station that was named by the caller, beside what its own name says."""
        found = place(record.photo.file, naming({}, self.options.station_pattern, False), record.found_at)
        said = [pair for p in found.problems for pair in p.data["codes"]]
        if found.station.code not in (None, code):
            said = [[found.station.source, found.station.code]]
        problems = (problem("station_conflict", codes=[["given", code], *said]),) if said else ()
        return Place(Station(code=code, source="given"), problems=problems)

    def group(
        self, records: Iterable[Record], manifest: str | Path | Mapping[str, str] | None = None
    ) -> list[Document]:
        """Put photos together into documents, in the order of each document's first photo.

        Stations are found by the manifest, then by the names that the records give their photos (see `Options`), then
        by the folders that fresh records were read from.

        Args:
            records: as `read` made them, or from a `photos.jsonl`.
            manifest: a table with the columns `file` and `station`, or station codes by file name; `scan.pdf#2` names
                the second frame of a file alone.

        Raises:
            ocr_recap.messages.errors.InputUnusable: the table cannot be read.
            ocr_recap.messages.errors.TableFaulty: it cannot be used; the message says why by line.
            ValueError: a code is none, or a record is of a form that is not loaded.
        """
        records = list(records)
        photos = [record.photo for record in records]
        if isinstance(manifest, Mapping):
            rows = {name: ManifestRow(_code(code)) for name, code in manifest.items()}
        else:
            names = [name for photo in photos for name in (photo.file, photo.label)]
            rows = read_manifest(manifest, names) if manifest is not None else {}
        by = naming(rows, self.options.station_pattern, self.options.folder_is_document)
        return self._settled(records, [place(r.photo.file, by, r.found_at, r.photo.frame) for r in records])

    def _settled(self, records: Sequence[Record], places: Sequence[Place]) -> list[Document]:
        groups = groups_module.group(list(map(groups_module.sighting, records, places)))
        return [document for document, _ in settle_all(groups, records.__getitem__, self._by_id)]

    def read_many(self, paths: Iterable[str | Path], workers: int = 1) -> Iterator[Record]:
        """Read photos in order, a record per frame, with the same results on any number of workers.

        A program that asks for more than one worker, or whose reader has limits, needs the usual
        `if __name__ == "__main__":`, since processes are spawned. They are those of a batch: a photo that takes too
        long or too much memory, or kills its process twice, becomes a record with the problem `time_limit`,
        `memory_limit` or `process_died`, by the limits of the reader or, where it has none, by those of a batch.

        Args:
            paths: files.
            workers: processes; 1 reads in this one if the reader has no limits.

        Raises:
            ocr_recap.read.workers.supervisor.CannotStart: processes do not start.
        """
        if workers <= 1 and self.limits is None:
            return self._here(paths)
        return self._apart(list(paths), workers)

    def _here(self, sources: Iterable[Source]) -> Iterator[Record]:
        for source, frame, left_out in self._pages(sources):
            yield left_out or self.read(source, frame=frame)

    def _apart(self, sources: Sequence[Source], workers: int) -> Iterator[Record]:
        """The records of all frames of files, in order, by other processes."""
        limits = self.limits or Limits()
        asked = [Asked(source, _label(source)) for source in sources]
        with Supervisor(lambda: ProcessWorker(type(self), self.options, limits), workers, limits) as supervisor:
            for task, done in in_order(supervisor, asked, self.options, limits):
                yield self._received(task, done)

    def _received(self, task: Single, done: Done) -> Record:
        """The record of what a worker made of a photo."""
        if isinstance(done, Failed):
            data = {"sha256": _sha256(task.source), **dict(done.data)}
            return self.unread(task.name, task.frame, done.code, **data)
        assert isinstance(done, Product)
        return _found(Record.from_json(zlib.decompress(done.record).decode()), task.source)

    def show(self, record: Record, photo: Source | None = None, path: str | Path | None = None) -> ColorImage:
        """The photo with page, cells, bubbles and numbers drawn on it, (h, w, 3) BGR; private regions are masked.

        It is cut to the paper and turned upright.

        Args:
            record: what was read.
            photo: path, bytes or BGR array; may be left out where this program has read the record from a file.
            path: where to save the picture as well (.jpg or .png).

        Raises:
            ValueError: no photo is at hand.
            ocr_recap.messages.problems.PhotoProblem: the photo cannot be decoded.
            TemplateError: the record's form is not at hand.
        """
        picture = overlay(record, _source_of(record, photo), self._form_of(record))
        if path is not None:
            save(picture, path)
        return picture

    def rectify(self, record: Record, photo: Source | None = None, pixels_per_mm: float = 5.0) -> ColorImage:
        """The straightened page, (height, width, 3) BGR, with private regions masked.

        Args:
            record: what was read.
            photo: path, bytes or BGR array; may be left out where this program has read the record from a file. Of a
                file with several frames it is the one that the record is about.
            pixels_per_mm: resolution in nominal millimetres.

        Raises:
            ValueError: no photo is at hand, or no page was found on it.
            ocr_recap.messages.problems.PhotoProblem: the photo cannot be decoded.
            TemplateError: the record's form is not at hand.
        """
        if record.page is None:
            raise ValueError(f"no page was found on {record.photo.label}")
        source = _source_of(record, photo)
        return rectified(record.page, source, pixels_per_mm, self._form_of(record), record.photo.frame)

    def _form_of(self, record: Record) -> Template | None:
        """The form of a record if it is loaded."""
        return self._by_id.get(record.page.template) if record.page else None

    def __repr__(self) -> str:
        return f"<Reader of {', '.join(t.id for t in self.templates)}>"


def _code(text: str) -> str:
    code = normal(text)
    if code is None:
        raise ValueError(f"{text!r} is no station code: give 13 digits, such as '2101142004001'")
    return code


def _sha256(source: Source) -> str:
    """Hash of a file; empty if it cannot be read, and of an array, which has none before it was looked at."""
    if not isinstance(source, np.ndarray):
        with suppress(PhotoProblem):
            return frames_module.receive(source).sha256()
    return ""


def _label(source: Source) -> str:
    if isinstance(source, np.ndarray):
        return "array"
    return "bytes" if isinstance(source, bytes) else Path(source).name


def _found(record: Record, source: Source) -> Record:
    """A fresh record that knows where its photo lies, if it is a file."""
    return record.read_from(Path(source).as_posix()) if isinstance(source, str | Path) else record


def _source_of(record: Record, photo: Source | None) -> Source:
    """The photo of a record."""
    if photo is None and not record.found_at:
        raise ValueError("this record does not know its photo: pass the path, bytes or BGR array as `photo`")
    return record.found_at if photo is None else photo
