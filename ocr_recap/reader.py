"""The library's front door: `Reader` reads photos into records and never raises for a bad photo."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cached_property
from pathlib import Path

import numpy as np

from . import template as templates_module
from .load import Source
from .options import Options
from .pipeline import Reading, problem_record, read_photo
from .problems import PhotoProblem
from .record import Record
from .template import Template
from .witnesses.digits import DigitReader

_log = logging.getLogger(__name__)


class Reader:
    """Reads photos of tally forms. Holds the templates and the weights; safe to share between threads."""

    def __init__(self, options: Options | None = None) -> None:
        """Load templates and weights.

        Args:
            options: how to read; by default all templates of the package.

        Raises:
            TemplateError: a template is unknown or wrong.
            RuntimeError: the weights are missing or damaged.
        """
        self.options = options or Options()
        chosen = self.options.templates or tuple(templates_module.available())
        self.templates: tuple[Template, ...] = tuple(templates_module.load(t) for t in chosen)
        self._digits = DigitReader()

    @cached_property
    def _by_id(self) -> dict[str, Template]:
        return {template.id: template for template in self.templates}

    @property
    def weights_sha256(self) -> str:
        """Hash of the digit reader's weights, as records carry it."""
        return self._digits.sha256

    def template(self, template_id: str) -> Template:
        """The loaded template of this id.

        Raises:
            KeyError: no such template is loaded.
        """
        return self._by_id[template_id]

    def read(self, source: Source, name: str | None = None) -> Record:
        """Read one photo.

        Args:
            source: a path, the bytes of a photo file, or a BGR (h, w, 3) or gray (h, w) uint8 array.
            name: how the record calls the photo; by default the file's name, or `array` / `bytes`.

        Raises:
            TypeError, ValueError: an array of another type or shape. A bad photo never raises.
        """
        return self.reading(source, name).record

    def reading(self, source: Source, name: str | None = None) -> Reading:
        """As `read`, with the decoded photo beside the record."""
        if not isinstance(source, str | Path | bytes | np.ndarray):
            raise TypeError(f"a photo is a path, bytes or a uint8 array, not {type(source).__name__}")
        label = name or _label(source)
        try:
            reading = read_photo(source, label, self.templates, self._digits, self.options)
        except (TypeError, ValueError):
            if isinstance(source, np.ndarray) and (source.dtype != np.uint8 or source.ndim not in (2, 3)):
                raise
            reading = self._failed(label)
        except Exception:  # one bad photo must never end a batch; the record says what happened
            reading = self._failed(label)
        remember(reading.record, source)
        return reading

    def _failed(self, label: str) -> Reading:
        _log.exception("unexpected error while reading %s", label)
        import sys  # noqa: PLC0415

        error = sys.exc_info()[1]
        problem = PhotoProblem("internal_error", error=f"{type(error).__name__}: {error}")
        return Reading(problem_record(label, None, problem, self._digits, self.options), None)

    def read_many(self, paths: Iterable[str | Path], workers: int = 1) -> Iterator[Record]:
        """Read photos in order, with the same results on any number of workers.

        Args:
            paths: files.
            workers: processes; 1 reads in this one.
        """
        if workers <= 1:
            for path in paths:
                yield self.read(path)
            return
        sources = [str(path) for path in paths]
        with ProcessPoolExecutor(workers, initializer=_start_worker, initargs=(self.options,)) as pool:
            for record, path in zip(pool.map(_read_in_worker, sources, chunksize=1), sources, strict=True):
                remember(record, path)
                yield record

    def __repr__(self) -> str:
        return f"<Reader of {', '.join(t.id for t in self.templates)}>"


def remember(record: Record, source: Source) -> None:
    """Let a fresh record find its photo again for `show` and `rectify`; never part of its JSON."""
    record._source = source  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001
    if record.page is not None:
        record.page._source = source  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001


def _label(source: Source) -> str:
    if isinstance(source, np.ndarray):
        return "array"
    return "bytes" if isinstance(source, bytes) else Path(source).name


_worker_reader: Reader | None = None


def _start_worker(options: Options) -> None:
    import cv2  # noqa: PLC0415

    global _worker_reader  # noqa: PLW0603  (a worker process holds one reader for its lifetime)
    cv2.setNumThreads(1)
    _worker_reader = Reader(options)


def _read_in_worker(path: str) -> Record:
    assert _worker_reader is not None
    return _worker_reader.read(path)
