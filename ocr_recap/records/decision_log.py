"""The log `decisions.jsonl`, an append-only hash chain of people's decisions and of edits that they accepted.

Each line holds, as `previous`, the SHA-256 of everything before it: of the line before, and through it of all lines.
`head -n 3 decisions.jsonl | sha256sum` is the `previous` of line 4. A line that was changed, added, removed or moved
leaves every later line without the hash that it names. The chain does not protect the last line, and whoever can write
the file can make the whole chain anew: `SHA256SUMS` holds the hash of the log, and people hold that of `SHA256SUMS`
(docs/how-to/corrections.md). Logs of older versions have no chain and are taken over once, with a line that says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from ..messages.errors import FolderDamaged, system_reason
from .decisions import Decision, Sha256, Time
from .field_record import Frozen
from .folder import DECISIONS_FILE
from .record import JsonLine


class Changed(Frozen):
    """The SHA-256 of a file as `SHA256SUMS` listed it, and as it was found; null where it was not listed or is lost."""

    listed: str | None
    found: str | None


class LogEvent(JsonLine):
    """A line of the log that decides no number.

    Attributes:
        event: `edits_accepted`: a person took files as they were found though `SHA256SUMS` lists others;
            `log_taken_over`: the lines before were written by a version that chained none; `photo_withdrawn`: a person
            withdrew a photo, none of whose numbers counts from then on.
        at: when, UTC.
        by, reason: who accepted the edits or withdrew the photo, and why.
        file, photo: of a withdrawn photo, its name in results and the SHA-256 of its bytes; left out of other lines.
            The same bytes under another name are another photo.
        files: that were edited, by name.
        lines: how many lines were taken over.
        unlisted: how many of those lines `SHA256SUMS` did not cover yet, since the version that wrote them was
            interrupted.
        previous: as in `Decision`.
    """

    schema_: Literal[1] = 1
    event: Literal["edits_accepted", "log_taken_over", "photo_withdrawn"]
    at: Time
    by: str = ""
    reason: str = ""
    file: str = Field(default="", exclude_if=lambda file: not file)
    photo: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = Field(default="", exclude_if=lambda photo: not photo)
    files: dict[str, Changed] = Field(default_factory=dict[str, Changed])
    lines: Annotated[int, Field(ge=0)] = 0
    unlisted: Annotated[int, Field(ge=0)] = 0
    previous: Sha256 | None = None


LogLine = Decision | LogEvent
_LINE: TypeAdapter[LogLine] = TypeAdapter(LogLine)  # parses a line of either kind


@dataclass(frozen=True)
class Log:
    """A log as it was read.

    Attributes:
        content: its bytes; every line ends with a line break.
        lines: oldest first.
        loose: how many lines of an older version, without chain, are not yet covered by a line `log_taken_over`.
        broken: number of the first line, from 1, whose `previous` is not the hash of the lines before it; None where
            the chain is whole or a later line accepts the break.
    """

    content: bytes = b""
    lines: tuple[LogLine, ...] = ()
    loose: int = 0
    broken: int | None = None

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What people decided, oldest first."""
        return tuple(line for line in self.lines if isinstance(line, Decision))

    @property
    def events(self) -> tuple[LogEvent, ...]:
        """All other lines, oldest first."""
        return tuple(line for line in self.lines if isinstance(line, LogEvent))

    @property
    def withdrawals(self) -> Mapping[tuple[str, str], LogEvent]:
        """The lines about withdrawn photos, by name in results and SHA-256."""
        return {(one.file, one.photo): one for one in self.events if one.event == "photo_withdrawn"}

    def grown(self, new: Sequence[LogLine]) -> Log:
        """The log with further lines at its end, each chained to what is before it."""
        content, lines = self.content, list(self.lines)
        digest = hashlib.sha256(content)
        for line in new:
            chained = line.model_copy(update={"previous": digest.hexdigest()})
            written = f"{chained.to_json()}\n".encode()
            digest.update(written)
            content += written
            lines.append(chained)
        return Log(content, tuple(lines), 0 if new else self.loose, self.broken)

    def unlisted(self, listed: str | None) -> int | None:
        """Count the lines that were added since the log had a given hash.

        Args:
            listed: SHA-256 of the earlier log; None for no log.

        Returns:
            None if no beginning of this log has that hash.
        """
        digest = hashlib.sha256()
        known = listed or digest.hexdigest()
        rest = self.content.split(b"\n")[:-1]
        while digest.hexdigest() != known:
            if not rest:
                return None
            digest.update(rest.pop(0) + b"\n")
        return len(rest)


def read_log(folder: Path) -> Log:
    """Read the log of a folder of results; a missing file is an empty log.

    Raises:
        FolderDamaged: a line is neither a decision nor an event, or the file cannot be read.
    """
    path = folder / DECISIONS_FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Log()
    except OSError as fault:
        raise FolderDamaged("log_unreadable", path=path, why=system_reason(fault)) from None
    return _parsed(content if content.endswith(b"\n") or not content else content + b"\n", path)


def _parsed(content: bytes, path: Path) -> Log:
    """Parse a log. Lines end at line feeds only: notes of older versions may hold other line separators."""
    lines: list[LogLine] = []
    digest = hashlib.sha256()
    loose, broken, chained = 0, None, False
    for number, text in enumerate(content.split(b"\n")[:-1], 1):
        try:
            line = _LINE.validate_json(text)
        except ValidationError:
            raise FolderDamaged("log_line", path=path, line=number) from None
        if line.previous is None and not chained:
            loose += 1
        elif line.previous != digest.hexdigest():
            chained, broken = True, broken or number
        else:
            chained, loose = True, 0
            broken = None if isinstance(line, LogEvent) and line.event == "edits_accepted" else broken
        digest.update(text + b"\n")
        lines.append(line)
    return Log(content, tuple(lines), loose, broken)
