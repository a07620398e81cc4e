"""Names of the files in a recap folder, its lock, and the check that nobody edited its files."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..imaging.files import write_atomically
from ..messages.errors import CannotWrite, FolderBusy, FolderDamaged, InputUnusable, system_reason
from ..records.checksum_list import list_of, listed, sha256_of
from ..records.folder import LOCK_FILE, SUMS_FILE
from ..records.folder_guard import is_link, take_lock

STATEMENTS_FILE: Final = "statements.jsonl"  # the log of statements, append-only
PLENARY_FILE: Final = "plenary.jsonl"  # the log of objections, special events and closings, append-only
RECAP_FILE: Final = "recap.json"  # what the folder was made from
CONTEST_FILE: Final = "contest.yaml"  # the level file, byte for byte
ROLL_FILE: Final = "roll.csv"  # the stations that are expected, as codes
INDEX_FILE: Final = ".index.sqlite"  # where statements stand in the log; made anew where it does not fit
SEEN_FILE: Final = ".seen.json"  # what the folders looked like that were checked; of this machine only
PENDING_FILE: Final = ".pending"  # lines on their way into a log
STATIONS: Final = "stations"  # numbers of stations, one Parquet file per regency
MARKS: Final = "marks"  # numbers that are not known or do not add up, one Parquet file per regency
SUMS: Final = "sums"  # sums of areas, one Parquet file per regency and one for the levels above
UPPER_FILE: Final = f"{SUMS}/upper.parquet"
LOGS: Final = (STATEMENTS_FILE, PLENARY_FILE, RECAP_FILE, CONTEST_FILE, ROLL_FILE)  # what all the rest is made from
CONFLICTS_FILE: Final = "conflicts.csv"
_MOST_NAMED: Final = 5  # files in one message; by judgement


@contextmanager
def held(folder: Path) -> Generator[None]:
    """Hold the lock of a recap folder against other processes.

    Raises:
        FolderBusy: another process holds it.
        FolderDamaged: the folder holds a link in the place of a file, which could lead out of it.
        CannotWrite: the folder cannot be written.
    """
    refuse_links(folder)
    try:
        lock = take_lock(folder / LOCK_FILE, FolderBusy("folder_busy", folder=folder), reentrant=True)
    except OSError as fault:
        raise CannotWrite("folder_unwritable", folder=folder, why=system_reason(fault)) from None
    try:
        yield
    finally:
        lock.release()


def refuse_links(folder: Path) -> None:
    """Refuse a folder of another machine that holds links: writing through them would change other files.

    Raises:
        FolderDamaged: one of its files or folders is a link.
        OSError: the folder cannot be read.
    """
    if link := next(filter(is_link, sorted(folder.iterdir())), None):
        raise FolderDamaged("folder_link", path=link)


def is_recap(folder: Path) -> bool:
    """True for a recap folder."""
    return (folder / RECAP_FILE).is_file()


def is_free(folder: Path) -> bool:
    """True where a new recap folder may be made: nothing is there, or only the beginning of an interrupted one."""
    begun = {CONTEST_FILE, ROLL_FILE, PENDING_FILE, LOCK_FILE, SUMS_FILE}
    return not folder.exists() or {path.name.removesuffix(".part") for path in folder.iterdir()} <= begun


def refuse_other(folder: Path) -> None:
    """Refuse a folder that is no recap folder.

    Raises:
        InputUnusable: it is none.
    """
    if not is_recap(folder):
        raise InputUnusable("no_recap", folder=folder, file=RECAP_FILE)


def refuse_edits(
    folder: Path, names: Iterable[str] | None = None, hashed: Callable[[Path], str] = sha256_of
) -> dict[str, str]:
    """Check files against `SHA256SUMS`.

    Args:
        folder: of a recap or of results.
        names: the files to check; None checks all that the list has.
        hashed: gives the SHA-256 of a file.

    Returns:
        The list.

    Raises:
        FolderDamaged: a file was changed, removed, or stands there unlisted.
    """
    sums = listed(folder)
    wanted = sums if names is None else dict.fromkeys(names)
    wrong = [name for name in wanted if not _fits(folder / name, sums.get(name), hashed)]
    if wrong:
        named = ", ".join(wrong[:_MOST_NAMED]) + (f" (+{len(wrong) - _MOST_NAMED})" if len(wrong) > _MOST_NAMED else "")
        raise FolderDamaged("source_edited", folder=folder, names=named, sums=SUMS_FILE)
    return sums


def _fits(path: Path, sha256: str | None, hashed: Callable[[Path], str]) -> bool:
    try:
        return hashed(path) == sha256
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return sha256 is None


def relist(folder: Path, changed: Iterable[str], hashed: Callable[[Path], str] = sha256_of) -> None:
    """Hash changed files and write `SHA256SUMS` again; files that are gone leave the list.

    Args:
        folder: of a recap or of what was published.
        changed: names of the files.
        hashed: gives the SHA-256 of a file.

    Raises:
        OSError: the folder cannot be written.
    """
    sums = listed(folder)
    for name in changed:
        if (folder / name).is_file():
            sums[name] = hashed(folder / name)
        else:
            sums.pop(name, None)
    write_atomically(folder / SUMS_FILE, list_of(sums))


def write_durably(path: Path, content: bytes) -> None:
    """Write a temporary file, flush it to the disk, and rename it to `path`.

    Raises:
        OSError: the folder cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with part.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
