"""Pieces of work that are done in whatever process, and what is made of them.

Nothing here writes: what was made goes back to the process that asked for it.
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

PASSING = frozenset({"file_unreadable", "file_changed"})  # problems that say nothing of the bytes that were asked for


class Reads(Protocol):
    """What a piece of work needs of a `Reader`; the methods are described there."""

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
    """A piece of work. It is pickled, and runs in another process."""

    @property
    def label(self) -> str:
        """How people see its photo named."""
        ...

    @property
    def path(self) -> Path | None:
        """Where its file lies; None where its content is at hand."""
        ...

    def run(self, reader: Reads) -> Done:
        """Do it; a fault of the program becomes a problem of the photo.

        Raises:
            MemoryError: it takes more than there is.
        """
        ...

    def with_content(self, content: bytes) -> Task:
        """The same with the bytes of its file, for a process that cannot see its path."""
        ...


@dataclass(frozen=True)
class Product:
    """What was made of a photo.

    Attributes:
        record: its record as a line of JSON, packed by zlib.
        codes: of the record's problems.
        failed: whether the record's status is `problem`.
        lasting: false where the same bytes may give something else the next time, so that it is no result of theirs.
        pictures: each with its kind (`crops`, ...) and its bytes as a JPEG file.
    """

    record: bytes
    codes: tuple[str, ...] = ()
    failed: bool = False
    lasting: bool = True
    pictures: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True)
class Failed:
    """Work that could not be done: the code of a problem, and its data as pairs."""

    code: str
    data: tuple[tuple[str, Any], ...] = ()


Done = Product | PhotoCheck | int | Failed


@dataclass(frozen=True)
class Single:
    """One photo to read or to check for somebody who waits for it: no pictures, and nothing of a journal.

    Attributes:
        source: as `photo.load` takes it.
        name: how results call it.
        frame: which picture of the file, from 0.
        check: whether only its quality is wanted.
        number: its place among all that are asked for.
        file: the place of its file.
    """

    source: Source
    name: str
    frame: int = 0
    check: bool = False
    number: int = 0
    file: int = 0

    @property
    def path(self) -> Path | None:
        """Nobody else needs to look it up."""
        return None

    @property
    def label(self) -> str:
        """How people see it named."""
        return label(self.name, self.frame)

    def run(self, reader: Reads) -> Product | PhotoCheck:
        """Read or check it.

        Raises:
            MemoryError: it takes more than there is.
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
        """The same: whoever waits for it has its source at hand."""
        return self


@dataclass(frozen=True)
class Count:
    """A file whose frames are to be counted, by a process that may die of it.

    Attributes:
        path: the file.
        content: its bytes, where the process that counts cannot see `path`.
    """

    path: Path
    content: bytes | None = None

    @property
    def label(self) -> str:
        """How people see it named."""
        return self.path.name

    def run(self, reader: Reads) -> int:
        """Count them."""
        return frames.count(self.path if self.content is None else self.content)

    def with_content(self, content: bytes) -> Self:
        """The same, for a process that cannot see its path."""
        return replace(self, content=content)


def perform(reader: Reads, task: Task) -> Done:
    """Do a piece of work; `memory_limit` comes back as `Failed`, since another process may have the room."""
    try:
        return task.run(reader)
    except MemoryError:
        return Failed("memory_limit")


def made(record: Record, pictures: Iterable[tuple[str, bytes]] = ()) -> Product:
    """A record, and pictures with their kinds, as they travel and as the journal holds them."""
    codes = tuple(problem.code for problem in record.problems)
    line = zlib.compress(record.to_json().encode(), 1)
    return Product(line, codes, record.status == "problem", PASSING.isdisjoint(codes), tuple(pictures))
