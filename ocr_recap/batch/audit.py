"""Is what results are made of still what was published? Checked against `SHA256SUMS` and the chain of the log.

Programs publish from `run.json`, `photos.jsonl`, `documents.jsonl`, `decisions.jsonl` and `templates/`: an edit of one
of these would come out of the next command with a fresh hash. So each of them is checked before anything is published,
and edits are taken only when a person says so, which the log then holds for good.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..messages.errors import FolderDamaged, WrongUse
from ..messages.text import one_line
from ..records.decision_log import Changed, Log, LogEvent, read_log
from ..records.decisions import utc
from ..records.folder import (
    DECISIONS_FILE,
    DOCUMENTS_FILE,
    PHOTOS_FILE,
    PICTURES,
    READY_FOLDER,
    REVIEW_FILE,
    RUN_FILE,
    SUMS_FILE,
    TEMPLATES,
)
from ..report.table_formats import to_fill_in
from . import checksums

SOURCES = (RUN_FILE, PHOTOS_FILE, DOCUMENTS_FILE, DECISIONS_FILE)
_MOST_NAMED = 5  # files in one message


class EditedError(FolderDamaged):
    """Files of a folder of results are not what was published; `edits` names them."""

    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Edit:
    """A file whose hash is not the listed one. `listed` None: not in the list; `found` None: not there."""

    name: str
    listed: str | None
    found: str | None


@dataclass(frozen=True)
class Acceptance:
    """A person takes files as they are found, though they were edited: who, and why."""

    by: str
    reason: str


@dataclass(frozen=True)
class Examined:
    """What results are made of, as it may be published.

    Attributes:
        log: with `events` at its end.
        events: lines that this examination adds: edits that were accepted, a log that was taken over.
        edits: that were accepted.
    """

    log: Log
    events: tuple[LogEvent, ...] = ()
    edits: tuple[Edit, ...] = ()


def acceptance(by: str | None, reason: str | None) -> Acceptance | None:
    """What the options `--accept-edits` and `--by` say; None without the first.

    Raises:
        WrongUse: a reason without a name, or an empty one.
    """
    if reason is None:
        return None
    found = Acceptance(one_line(by or ""), one_line(reason))
    if not (found.by and found.reason):
        raise WrongUse("accept_without_name")
    return found


def edits(folder: Path, names: Iterable[str] = ()) -> tuple[Edit, ...]:
    """Which of the files that results are made of, and of `names`, are not as `SHA256SUMS` lists them.

    Raises:
        OSError: a file cannot be read.
    """
    listed = checksums.read(folder)
    forms = (name for name in listed if name.startswith(f"{TEMPLATES}/"))
    return _different(folder, listed, dict.fromkeys((*SOURCES, *forms, *names)))


def differences(folder: Path) -> tuple[Edit, ...]:
    """As `edits`, of all results but pictures and the tables that people fill in.

    Raises:
        OSError: a file cannot be read.
    """
    left_out = to_fill_in()  # answers in them are checked one by one
    kept = (n for n in checksums.read(folder) if n.partition("/")[0] not in PICTURES and n not in left_out)
    return edits(folder, kept)


def _different(folder: Path, listed: dict[str, str], names: Iterable[str]) -> tuple[Edit, ...]:
    found = (Edit(name, listed.get(name), _hash(folder / name)) for name in names)
    return tuple(edit for edit in found if edit.listed != edit.found)


def _hash(path: Path) -> str | None:
    try:
        return checksums.of(path)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def examine(folder: Path, accept: Acceptance | None, names: Iterable[str] = ()) -> Examined:
    """Check what results are made of, for a caller who holds the folder's lock.

    Args:
        folder: of results, or a new one.
        accept: edits as they are found.
        names: further files that are needed.

    Raises:
        EditedError: something was edited and nobody accepts that.
        FolderDamaged: the log cannot be read.
        OSError: a file cannot be read.
    """
    found = edits(folder, names)
    log = read_log(folder)
    unlisted = _unlisted(folder, log, found)
    if unlisted is not None:
        found = tuple(edit for edit in found if edit.name != DECISIONS_FILE)
    if accept is None and found:
        raise _edited(folder, found)
    if accept is None and log.broken is not None:
        raise _broken(folder, log.broken)
    events: list[LogEvent] = []
    if log.loose:
        events.append(LogEvent(event="log_taken_over", at=utc(), lines=log.loose, unlisted=unlisted or 0))
    if accept is not None and (found or log.broken is not None):
        files = {edit.name: Changed(listed=edit.listed, found=edit.found) for edit in found}
        event = LogEvent(event="edits_accepted", at=utc(), by=accept.by, reason=accept.reason, files=files)
        events.append(event)
    return Examined(log.grown(events), tuple(events), found if accept else ())


def _unlisted(folder: Path, log: Log, found: Iterable[Edit]) -> int | None:
    """How many lines an older version logged and could not publish any more; None where that is not what happened.

    That version logged decisions before it wrote the list, and could lock itself out in between. Newer ones replace log
    and list together, so in a folder of theirs such lines are an edit.
    """
    edit = next((edit for edit in found if edit.name == DECISIONS_FILE), None)
    if edit is None or edit.found is None or log.loose != len(log.lines) or _chains(folder):
        return None
    return log.unlisted(edit.listed)


def _chains(folder: Path) -> bool:
    """Whether a version that chains the log has read this folder's photos; true of what nobody has read."""
    try:
        run = json.loads((folder / RUN_FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return True
    return not isinstance(run, dict) or bool(run.get("chained"))  # pyright: ignore[reportUnknownVariableType]


def refuse_edits(folder: Path) -> None:
    """For commands that read results and change nothing.

    Raises:
        EditedError: what they would read is not what was published.
        OSError: a file cannot be read.
    """
    if not ((folder / SUMS_FILE).is_file() or (folder / RUN_FILE).is_file()):
        return  # another program's records
    if found := edits(folder):
        raise _edited(folder, found)


def named(found: Iterable[Edit]) -> str:
    """The names of edited files, for a message."""
    names = [edit.name for edit in found]
    return ", ".join(names[:_MOST_NAMED]) + (f" (+{len(names) - _MOST_NAMED})" if len(names) > _MOST_NAMED else "")


def _edited(folder: Path, found: tuple[Edit, ...]) -> EditedError:
    names = named(found)
    if (folder / READY_FOLDER).is_dir():
        fault = EditedError("results_half_written", folder=folder, names=names, sums=SUMS_FILE)
    else:
        command = f"ocr-recap apply {folder} {folder / REVIEW_FILE}"
        fault = EditedError("results_edited", folder=folder, names=names, sums=SUMS_FILE, command=command)
    fault.edits = found
    return fault


def _broken(folder: Path, line: int) -> EditedError:
    return EditedError("log_chain_broken", path=folder / DECISIONS_FILE, line=line)
