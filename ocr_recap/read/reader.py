"""The library's main class: `Reader` reads photos into records, and bad photos raise nothing."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from ..cells.readers import Readers
from ..forms import template as templates_module
from ..forms.template import Template
from ..imaging import frames as frames_module
from ..imaging.arrays import ColorImage
from ..imaging.photo import check_source
from ..imaging.photo_input import PhotoLike
from ..messages.problems import PhotoProblem
from ..records.assemble import problem_record
from ..records.document import Document
from ..records.options import Options, with_templates
from ..records.record import Record
from ..records.station_codes import given_code
from ..report.notebook_picture import Picture
from ..report.number_picture import number_picture
from ..report.overlay import overlay, rectified, save
from .check import PhotoCheck, unchecked
from .documents import documents_of, one_document
from .given_photo import GivenPhoto, found, given, photo_of, sha256_of
from .pipeline import Reading, read_photo
from .workers.limits import Limits, is_shortage
from .workers.one_worker import OneWorker
from .workers.ordered import Asked, in_order
from .workers.spawn import ProcessWorker
from .workers.supervisor import Supervisor
from .workers.tasks import Done, Failed, Product, Single, perform

_log = logging.getLogger(__name__)


class Reader:
    """Reads photos of tally forms. Holds the templates and the weights.

    A photo is a path, the bytes of a photo file, a file that is open for reading bytes (`io.BytesIO`, an upload), a PIL
    image, or a uint8 array, (h, w, 3) BGR or (h, w) gray. An open file is read whole, from its beginning, and left at
    the position where it was; one that cannot be wound back is read to its end, once.

    One reader may be shared by any number of threads. Each record is the same, byte by byte, as if it had been read
    alone, whatever the numbers of threads that the process allows to NumPy and OpenCV. Reading changes no setting of
    the process: no number of threads, environment variable, filter of warnings, signal handler or folder. Threads take
    turns with pages of a PDF, and at all photos if the reader has limits, since one process then reads for all of them;
    `read_many` uses several. OpenCV uses threads of its own: a program that keeps all cores busy with reads had better
    call `cv2.setNumThreads(1)` once at its start, as processes of `read_many` and of batches do. Warnings of Pillow, of
    very large pictures and damaged EXIF blocks, reach the program's filters.

    Two things are exceptions. Importing this module sets the environment variable `ORT_DISABLE_TELEMETRY`. Starting
    a process, for a reader with limits or `read_many`, holds back Ctrl-C until it has started.

    A script whose reader has limits, or that calls `read_many` with several workers, needs `if __name__ == "__main__":`
    around these calls: each process imports the script again.
    """

    def __init__(
        self,
        options: Options | None = None,
        limits: Limits | None = None,
        *,
        templates: str | Path | Iterable[str | Path] = (),
    ) -> None:
        """Load templates and weights.

        Args:
            options: how to read; by default all templates of the package.
            limits: what a photo and a file may take. With them photos are read, and the frames of files counted, by
                another process, which is replaced when it dies; it is started with the first photo and ended by
                `close`, at the end of a `with` block, or with the program. Without them everything happens in this
                process: a file that was built to harm may take hours or all memory, or end the program.
            templates: ids or YAML files to choose among, in place of `Options(templates=...)`.

        Raises:
            TemplateError: a template is unknown or wrong.
            ocr_recap.messages.errors.WrongUse: `templates_twice`, they are named here and in `options`.
            RuntimeError: the weights are missing or damaged.
        """
        self.options, self.limits = with_templates(options or Options(), templates), limits
        chosen = self.options.templates or tuple(templates_module.available())
        self.templates: tuple[Template, ...] = tuple(templates_module.load(t) for t in chosen)
        self._readers = Readers.shipped()
        # Made here and not when it is first used, or two threads might each make one.
        self._worker = None if limits is None else OneWorker(type(self), self.options, limits)

    def close(self) -> None:
        """End the child process of a reader with limits, if it has started; the next photo starts another."""
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
        """SHA-256 of the digit reader's weights, as in records."""
        return self._readers.digits.sha256

    @property
    def tally_sha256(self) -> str:
        """SHA-256 of the tally reader's weights, as in records."""
        return self._readers.tallies.sha256

    @property
    def alterations_sha256(self) -> str:
        """SHA-256 of the weights of the reader of alterations, as in records."""
        return self._readers.alterations.sha256

    @property
    def words_sha256(self) -> str:
        """SHA-256 of the words reader's weights, as in records."""
        return self._readers.words.sha256

    def template(self, template_id: str) -> Template:
        """The loaded template of this id.

        Raises:
            KeyError: no such template is loaded.
        """
        return self._by_id[template_id]

    def frames(self, source: PhotoLike) -> int:
        """How many frames a file has: the pages of a PDF or TIFF, 1 for a photo and for what cannot be opened.

        Raises:
            TypeError, ValueError: as `read`.
        """
        return self._count(given(source, self.options))

    def _count(self, photo: GivenPhoto) -> int:
        if isinstance(photo.source, np.ndarray) or photo.fault:
            return 1
        return frames_module.count(photo.source) if self._worker is None else self._worker.count(photo.source)

    def read(self, source: PhotoLike, name: str | None = None, frame: int = 0) -> Record:
        """Read one photo, or one frame of a file that has several.

        Args:
            source: a path, bytes, an open binary file, a PIL image or an array.
            name: how the record calls the photo; by default the file's name, or `array`, `image` or `bytes`.
            frame: which page of a PDF or TIFF, from 0 (see `frames`).

        Raises:
            TypeError, ValueError: no photo, an array of another type or shape, a negative frame. A bad photo never
                raises.
        """
        photo = given(source, self.options, name)
        return self._read(photo, frame)

    def _read(self, photo: GivenPhoto, frame: int) -> Record:
        check_source(photo.source, frame)
        if self._worker is None or photo.fault:
            return self._reading(photo, frame).record
        return self._received(*self._worker.read(Single(photo.source, photo.name, frame)))

    def reading(self, source: PhotoLike, name: str | None = None, frame: int = 0) -> Reading:
        """As `read`, with the decoded photo beside the record."""
        return self._reading(given(source, self.options, name), frame)

    def _reading(self, photo: GivenPhoto, frame: int) -> Reading:
        check_source(photo.source, frame)
        if photo.fault:
            return Reading(self.unread(photo.name, frame, photo.fault.code, **photo.fault.data), None)
        try:
            reading = read_photo(photo.source, photo.name, self.templates, self._readers, self.options, frame)
        except Exception as error:  # one bad photo must never end a batch; the record says what happened
            _log.exception("unexpected error while reading %s", photo.name)
            short = is_shortage(error)
            failed = self.failed(photo.name, f"{type(error).__name__}: {error}", frame)
            reading = Reading(self.unread(photo.name, frame, "memory_limit") if short else failed, None)
        return replace(reading, record=found(reading.record, photo.source))

    def check(self, source: PhotoLike, name: str | None = None, frame: int = 0) -> PhotoCheck:
        """Say whether a photo is good enough to be read, without reading it.

        Args:
            source: a path, bytes, an open binary file, a PIL image or an array.
            name: how advice calls the photo; by default as in `read`.
            frame: which page of a PDF or TIFF, from 0.

        Raises:
            TypeError, ValueError: as `read`.
        """
        photo = given(source, self.options, name)
        check_source(photo.source, frame)
        if photo.fault:
            return unchecked(photo.fault.code, photo.fault.data)
        task = Single(photo.source, photo.name, frame, check=True)
        done = perform(self, task) if self._worker is None else self._worker.read(task)[1]
        if isinstance(done, Failed):
            return unchecked(done.code, dict(done.data))
        assert isinstance(done, PhotoCheck)
        return done

    def failed(self, name: str, error: str, frame: int = 0) -> Record:
        """The record of a photo whose reading ended with an unexpected error.

        Args:
            name: of the photo in the record.
            error: the error's text.
            frame: of the file, from 0.
        """
        return self.unread(name, frame, "internal_error", error=error)

    def unread(self, name: str, frame: int, code: str, **data: Any) -> Record:
        """The record of a photo that was not opened, with this problem and its data.

        Args:
            name: of the photo in the record.
            frame: of the file, from 0.
            code: of the problem.
            data: of the problem.

        Raises:
            KeyError: the code is not in `problems.PROBLEMS`.
        """
        return problem_record(name, None, PhotoProblem(code, **data), self._readers, self.options, frame)

    def _pages(self, photos: Iterable[PhotoLike]) -> Iterator[Record]:
        """The record of each frame of each file; of those beyond `max_frames`, one that says so."""
        limit = self.options.max_frames
        for photo in (given(source, self.options) for source in photos):
            frames = self._count(photo)
            for frame in range(min(frames, limit)):
                yield self._read(photo, frame)
            if frames > limit:
                data = {"frames": frames, "first": limit + 1, "limit": limit, "sha256": sha256_of(photo.source)}
                yield self.unread(photo.name, limit, "frames_not_read", **data)

    def read_document(
        self, photos: Iterable[PhotoLike], station: str | None = None, listed: Mapping[str, int | str] | None = None
    ) -> Document:
        """Read the photos of one form of one station, in any order.

        Args:
            photos: as `read` takes them; of a PDF or TIFF all frames.
            station: its code, 13 digits (the TPS may come without zeros, `2101142004-1`); None leaves it open. A photo
                whose name or folder says another is a `station_conflict`, and none of its numbers is accepted.
            listed: numbers known before the count, by field id, and `election_date` (`YYYY-MM-DD`).

        Raises:
            ValueError: no photos, `station` is no station code, or a value of `listed` cannot be used.
        """
        code = None if station is None else given_code(station)  # better refused before photos are read
        records = list(self._pages(photos) if self.limits is None else self._apart(photos, 1))
        return one_document(records, code, self.options, self._by_id, listed)

    def group(
        self, records: Iterable[Record], manifest: str | Path | Mapping[str, str] | None = None
    ) -> list[Document]:
        """Group the records of photos into documents, in the order of each document's first photo.

        Stations are found by the manifest, then by the names of the photos in the records (see `Options`), then by the
        folders of the photos, which only records that were not saved and loaded have.

        Args:
            records: as returned by `read`, or from a `photos.jsonl`.
            manifest: a table with the columns `file` and `station` and columns of listed numbers, or station codes by
                file name; `scan.pdf#2` names the second frame of a file alone.

        Raises:
            ocr_recap.messages.errors.InputUnusable: the table cannot be read.
            ocr_recap.messages.errors.TableFaulty: the table has faults, which the message lists by line.
            ValueError: a code is no station code, or a record is of a form that is not loaded.
        """
        return documents_of(list(records), manifest, self.options, self._by_id)

    def read_many(self, photos: Iterable[PhotoLike], workers: int = 1) -> Iterator[Record]:
        """Read photos in order, a record per frame, with the same results on any number of workers.

        A program that uses more than one worker, or whose reader has limits, needs the usual
        `if __name__ == "__main__":`, since processes are spawned. The workers are the same as in a batch: a photo that
        takes too much time or memory, or kills its process twice, becomes a record with the problem `time_limit`,
        `memory_limit` or `process_died`. The limits are those of the reader or, if it has none, the default ones.

        Args:
            photos: as `read` takes them; of a PDF or TIFF all frames.
            workers: processes; 1 reads in this one if the reader has no limits.

        Raises:
            ocr_recap.read.workers.supervisor.CannotStart: processes do not start.
        """
        if workers <= 1 and self.limits is None:
            return self._pages(photos)
        return self._apart(photos, workers)

    def _apart(self, photos: Iterable[PhotoLike], workers: int) -> Iterator[Record]:
        """The records of all frames of files, in order, by other processes."""
        limits = self.limits or Limits()
        taken = [given(photo, self.options) for photo in photos]
        asked = [Asked(photo.source, photo.name) for photo in taken]
        with Supervisor(lambda: ProcessWorker(type(self), self.options, limits), workers, limits) as supervisor:
            for task, done in in_order(supervisor, asked, self.options, limits):
                fault = taken[task.file].fault
                yield self.unread(task.name, 0, fault.code, **fault.data) if fault else self._received(task, done)

    def _received(self, task: Single, done: Done) -> Record:
        """The record of a photo, from a worker's result."""
        if isinstance(done, Failed):
            data = {"sha256": sha256_of(task.source), **dict(done.data)}
            return self.unread(task.name, task.frame, done.code, **data)
        assert isinstance(done, Product)
        return found(Record.from_json(zlib.decompress(done.record).decode()), task.source)

    def show(self, record: Record, photo: PhotoLike | None = None, path: str | Path | None = None) -> ColorImage:
        """The photo with page, cells, bubbles and numbers drawn on it, (h, w, 3) BGR; private regions are masked.

        It is cut to the paper and turned upright.

        Args:
            record: what was read.
            photo: as `read` takes it; may be left out where this program has read the record from a path.
            path: where to save the picture as well (.jpg or .png).

        Raises:
            ValueError: no photo is at hand, or it is another than the record's.
            ocr_recap.messages.problems.PhotoProblem: the photo cannot be decoded.
            TemplateError: the record's form is not at hand.
        """
        picture = overlay(record, photo_of(record, photo, self.options), self._form_of(record))
        if path is not None:
            save(picture, path)
        return picture

    def view(self, record: Record, field: str | None = None, photo: PhotoLike | None = None) -> Picture:
        """What `show` draws, or `crop` cuts out, as a picture that a notebook shows.

        Args:
            record: what was read.
            field: id of a number, for its boxes alone.
            photo: as `read` takes it; may be left out where this program has read the record from a path.

        Raises:
            ValueError, KeyError, TemplateError, ocr_recap.messages.problems.PhotoProblem: as `show` and `crop`.
        """
        if field is None:
            return Picture(self.show(record, photo), record.photo.label)
        return Picture(self.crop(record, field, photo), f"{field} of {record.photo.label}")

    def crop(self, record: Record, field: str, photo: PhotoLike | None = None) -> ColorImage:
        """The boxes of one number, cut out of the photo and straightened.

        Args:
            record: what was read.
            field: id of the number, such as `votes_1`.
            photo: as `read` takes it; may be left out where this program has read the record from a path. Of a file
                with several frames it is the one that the record is about.

        Returns:
            (h, w, 3) uint8 BGR, first digit at the left, as large as on the photo, with a fifth of the boxes' height
            around them. What lies outside the photo is light gray.

        Raises:
            KeyError: the record has no such number.
            ValueError: no photo is at hand, it is another than the record's, or it does not show the number.
            ocr_recap.messages.problems.PhotoProblem: the photo cannot be decoded.
        """
        return number_picture(record, field, photo_of(record, photo, self.options))

    def rectify(self, record: Record, photo: PhotoLike | None = None, pixels_per_mm: float = 5.0) -> ColorImage:
        """The straightened page, (height, width, 3) BGR, with private regions masked.

        Args:
            record: what was read.
            photo: as `read` takes it; may be left out where this program has read the record from a path. Of a file
                with several frames it is the one that the record is about.
            pixels_per_mm: resolution in nominal millimetres.

        Raises:
            ValueError: no photo is at hand, it is another than the record's, or no page was found on it.
            ocr_recap.messages.problems.PhotoProblem: the photo cannot be decoded.
            TemplateError: the record's form is not at hand.
        """
        if record.page is None:
            raise ValueError(f"no page was found on {record.photo.label}")
        source = photo_of(record, photo, self.options)
        return rectified(record.page, source, pixels_per_mm, self._form_of(record), record.photo.frame)

    def _form_of(self, record: Record) -> Template | None:
        """The form of a record; None if it is not loaded."""
        return self._by_id.get(record.page.template) if record.page else None

    def __repr__(self) -> str:
        return f"<Reader of {', '.join(t.id for t in self.templates)}>"
