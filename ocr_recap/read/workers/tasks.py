"""Tasks that run in any process, and their results.

Tasks write no files: results are sent to the process that asked for them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, Self

from ...forms.template import Template
from ...imaging import frames
from ...imaging.photo import Source
from ...records.options import Options
from ...records.record import Record, label
from ..check import PhotoCheck, check, unchecked
from ..pipeline import Reading
from .limits import is_shortage

PASSING = frozenset({"file_unreadable", "file_changed"})  # problems that do not depend on the file's content


class Reads(Protocol):
    """The methods of a `Reader` that tasks use; they are documented there."""

    options: Options
    templates: tuple[Template, ...]

    def template(self, template_id: str) -> Template:  # noqa: D102
        ...

    def read(self, source: Source, name: str | None = None, frame: int = 0) -> Record:  # noqa: D102
        ...

    def reading(self, source: Source, name: str | None = None, frame: int = 0) -> Reading:  # noqa: D102
        ...

    def unread(self, name: str, frame: int, code: str, **data: Any) -> Record:  # noqa: D102
        ...


class Task(Protocol):
    """A task. It is pickled and runs in another process."""

    @property
    def label(self) -> str:
        """The name of the photo for people (`record.label`)."""
        ...

    @property
    def path(self) -> Path | None:
        """The path of the task's file; None where the task holds its content."""
        ...

    def run(self, reader: Reads) -> Done:
        """Run the task; an unexpected error becomes a problem of the photo.

        Raises:
            MemoryError: memory does not suffice.
        """
        ...

    def with_content(self, content: bytes) -> Task:
        """The task with the bytes of its file, for a process that cannot open the path."""
        ...


@dataclass(frozen=True)
class Product:
    """The result of a photo.

    Attributes:
        record: the record as a line of JSON, compressed by zlib.
        codes: of the record's problems.
        failed: whether the record's status is `problem`.
        lasting: false where the same bytes may give another result next time, as after a read error.
        pictures: each with its kind (`crops`, ...) and its bytes as a JPEG file.
    """

    record: bytes
    codes: tuple[str, ...] = ()
    failed: bool = False
    lasting: bool = True
    pictures: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True)
class Failed:
    """A task that failed: the code of a problem, and its data as pairs."""

    code: str
    data: tuple[tuple[str, Any], ...] = ()


Done = Product | PhotoCheck | int | Failed


@dataclass(frozen=True)
class Single:
    """Reads or checks one photo, without pictures and journal.

    Attributes:
        source: as for `photo.load`.
        name: of the photo in results.
        frame: of the file, from 0.
        check: whether the photo is checked instead of read.
        number: index of the task.
        file: index of the task's file.
    """

    source: Source
    name: str
    frame: int = 0
    check: bool = False
    number: int = 0
    file: int = 0

    @property
    def path(self) -> Path | None:
        """None, since the task holds its source."""
        return None

    @property
    def label(self) -> str:
        """The name of the photo for people (`record.label`)."""
        return label(self.name, self.frame)

    def run(self, reader: Reads) -> Product | PhotoCheck:
        """Read or check the photo.

        Raises:
            MemoryError: memory does not suffice.
        """
        if self.check:
            try:
                return check(self.source, self.name, reader.templates, reader.options, self.frame)
            except Exception as fault:
                if is_shortage(fault):
                    raise MemoryError from fault
                return unchecked("internal_error", {"error": type(fault).__name__})
        record = reader.read(self.source, self.name, self.frame)
        if any(problem.code == "memory_limit" for problem in record.problems):
            raise MemoryError
        return made(record)

    def with_content(self, content: bytes) -> Self:
        """The task itself, since it holds its source."""
        return self


@dataclass(frozen=True)
class Count:
    """Counts the frames of a file.

    Attributes:
        path: the file.
        content: bytes of the file, where the worker cannot open `path`.
    """

    path: Path
    content: bytes | None = None

    @property
    def label(self) -> str:
        """The file's name, for people."""
        return self.path.name

    def run(self, reader: Reads) -> int:
        """Count the frames; 1 for a file that cannot be opened."""
        return frames.count(self.path if self.content is None else self.content)

    def with_content(self, content: bytes) -> Self:
        """The task with the bytes of its file, for a process that cannot open the path."""
        return replace(self, content=content)


def perform(reader: Reads, task: Task) -> Done:
    """Run a task; a shortage of memory gives `Failed` with `memory_limit`, so that the supervisor can try again."""
    try:
        return task.run(reader)
    except MemoryError:
        return Failed("memory_limit")


def made(record: Record, pictures: Iterable[tuple[str, bytes]] = ()) -> Product:
    """Pack a record, and pictures with their kinds, as workers send them and as the journal holds them."""
    codes = tuple(problem.code for problem in record.problems)
    line = zlib.compress(record.to_json().encode(), 1)
    return Product(line, codes, record.status == "problem", PASSING.isdisjoint(codes), tuple(pictures))
