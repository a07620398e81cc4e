"""A photo as a program gave it: what is read of it, and how its record calls it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..imaging import frames
from ..imaging.photo import Source
from ..imaging.photo_input import PhotoLike, name_of, source_of
from ..messages.problems import PhotoProblem
from ..records.options import Options
from ..records.record import PhotoInfo, Record


@dataclass(frozen=True)
class GivenPhoto:
    """A photo to read.

    Attributes:
        source: a path, bytes or an array; nothing where there is a fault.
        name: how its record calls it.
        fault: why an open file or a PIL image could not be taken over.
    """

    source: Source
    name: str
    fault: PhotoProblem | None = None


def given(photo: PhotoLike, options: Options, name: str | None = None) -> GivenPhoto:
    """Take a photo over from a program.

    Args:
        photo: as `photo_input.source_of` takes it.
        options: only `max_pixels` matters.
        name: how the record calls it; by default as `photo_input.name_of` says.

    Raises:
        TypeError, ValueError: it is no photo, or an array of another type or shape.
    """
    label = name or name_of(photo)
    try:
        return GivenPhoto(source_of(photo, options.max_pixels), label)
    except PhotoProblem as fault:
        return GivenPhoto(b"", label, fault)


def sha256_of(source: Source) -> str:
    """Hash of a file; empty if it cannot be read, and of an array, which has none before it was looked at."""
    if not isinstance(source, np.ndarray):
        with suppress(PhotoProblem):
            return frames.receive(source).sha256()
    return ""


def found(record: Record, source: Source) -> Record:
    """A fresh record that knows where its photo lies, if it is a file."""
    return record.read_from(Path(source).as_posix()) if isinstance(source, str | Path) else record


def photo_of(record: Record, photo: PhotoLike | None, options: Options) -> Source:
    """The photo of a record: the given one, else the file that it was read from.

    Args:
        record: what was read.
        photo: as `photo_input.source_of` takes it; None for the file that the record was read from.
        options: only `max_pixels` matters.

    Raises:
        ValueError: no photo is at hand, or it is another than the record's: a file with another SHA-256, or an array of
            another size.
        TypeError, PhotoProblem: as `photo_input.source_of`, or the file cannot be read.
    """
    if photo is None and not record.found_at:
        raise ValueError(
            "this record does not know its photo: pass the path, bytes, open file, PIL image or array as `photo`"
        )
    source = record.found_at if photo is None else source_of(photo, options.max_pixels)
    if _differs(record.photo, source):
        raise ValueError(f"this is another photo than the record's, {record.photo.label}")
    return source


def _differs(photo: PhotoInfo, source: Source) -> bool:
    """Whether a photo is surely not the one of a record; an array is compared by its size alone."""
    if isinstance(source, np.ndarray):
        return bool(photo.width and photo.height) and source.shape[:2] != (photo.height, photo.width)
    return bool(photo.sha256) and frames.receive(source).sha256() != photo.sha256
