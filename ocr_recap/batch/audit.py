"""Audit: checks that the files which results are made from are as published, by `SHA256SUMS` and the log's hash chain.

Results are published from `run.json`, `photos.jsonl`, `documents.jsonl`, `decisions.jsonl` and `templates/`. Without a
check an edit of one of these files would get a new checksum with the next command. Each of them is therefore checked
before anything is published. Edits are accepted only by a named person with a reason, which the log keeps.
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

SOURCES = (RUN_FILE, PHOTOS_FILE, DOCUMENTS_FILE, DECISIONS_FILE)  # files that results are made from, beside templates
_MOST_NAMED = 5  # files in one message; by judgement


class EditedError(FolderDamaged):
    """Files of a folder of results are not as published; `edits` lists them."""

    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Edit:
    """A file whose hash differs from the listed one. `listed` None: not in the list; `found` None: file is missing."""

    name: str
    listed: str | None
    found: str | None


@dataclass(frozen=True)
class Acceptance:
    """A person's acceptance of edited files: who, and why."""

    by: str
    reason: str


@dataclass(frozen=True)
class Examined:
    """The result of an audit: the folder may be published.

    Attributes:
        log: with `events` at its end.
        events: lines that the audit adds to the log: accepted edits, a log of an older version.
        edits: the accepted edits.
    """

    log: Log
    events: tuple[LogEvent, ...] = ()
    edits: tuple[Edit, ...] = ()


def acceptance(by: str | None, reason: str | None) -> Acceptance | None:
    """The acceptance by the options `--accept-edits` and `--by`; None without the first.

    Raises:
        WrongUse: the reason has no name, or one of them is empty.
    """
    if reason is None:
        return None
    found = Acceptance(one_line(by or ""), one_line(reason))
    if not (found.by and found.reason):
        raise WrongUse("accept_without_name")
    return found


def edits(folder: Path, names: Iterable[str] = ()) -> tuple[Edit, ...]:
    """Files that results are made from, and files in `names`, whose hashes differ from `SHA256SUMS`.

    Raises:
        OSError: a file cannot be read.
    """
    listed = checksums.read(folder)
    forms = (name for name in listed if name.startswith(f"{TEMPLATES}/"))
    return _different(folder, listed, dict.fromkeys((*SOURCES, *forms, *names)))


def differences(folder: Path) -> tuple[Edit, ...]:
    """All results, except pictures and the tables that people fill in, whose hashes differ from `SHA256SUMS`.

    Raises:
        OSError: a file cannot be read.
    """
    left_out = to_fill_in()  # their answers are checked one by one
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
    """Audit a folder of results, for a caller who holds its lock.

    Args:
        folder: of results, or a new one.
        accept: the acceptance of edits, if there is one.
        names: further files to check.

    Raises:
        EditedError: a file was edited and the edit is not accepted.
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
    """Count the lines that an older version logged but did not publish; None where the difference has another cause.

    The older version wrote the log before the checksums and could be interrupted in between. Newer versions replace
    both together, so in a folder of a newer version such lines are an edit.
    """
    edit = next((edit for edit in found if edit.name == DECISIONS_FILE), None)
    if edit is None or edit.found is None or log.loose != len(log.lines) or _chains(folder):
        return None
    return log.unlisted(edit.listed)


def _chains(folder: Path) -> bool:
    """True when the folder's photos were read by a version that chains the log, or were never read."""
    try:
        run = json.loads((folder / RUN_FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return True
    return not isinstance(run, dict) or bool(run.get("chained"))  # pyright: ignore[reportUnknownVariableType]


def refuse_edits(folder: Path) -> None:
    """Check a folder of results for commands that only read it.

    Raises:
        EditedError: files that results are made from are not as published.
        OSError: a file cannot be read.
    """
    if not ((folder / SUMS_FILE).is_file() or (folder / RUN_FILE).is_file()):
        return  # written by another program
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
