"""Locks a folder of results for one process at a time, and refuses links that lead out of it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ..messages.errors import FolderBusy, FolderDamaged
from ..records.folder import FOLDERS, JOURNAL_FILES, LOCK_FILE, PART_FOLDER, READY_FOLDER, WORK_FOLDER
from ..records.folder_guard import is_link, take_lock
from .checksums import result_files

# Names that the program writes in a folder of results, beside files of results.
_OURS = FOLDERS | JOURNAL_FILES | {LOCK_FILE, PART_FOLDER, READY_FOLDER, WORK_FOLDER}


@contextmanager
def held(folder: Path) -> Generator[None]:
    """Hold the lock of a folder of results against other processes and threads; reentrant within one thread.

    Raises:
        FolderBusy: another process or thread holds the lock.
        FolderDamaged: the folder holds a link in place of one of the program's files or folders.
        OSError: the folder does not exist or cannot be written.
    """
    refuse_links(folder)
    lock = take_lock(folder / LOCK_FILE, FolderBusy("folder_busy", folder=folder), reentrant=True)
    try:
        yield
    finally:
        lock.release()


def refuse_links(folder: Path) -> None:
    """Refuse a folder of results that holds links in place of the program's files and folders.

    A folder of another machine may hold such links, and writing through them would change other files. Links deeper in
    the folder do no harm: `.work`, `.part` and `.ready` are made anew where they hold one, and a link among published
    pictures is replaced.

    Raises:
        FolderDamaged: one of the program's files or folders is a link.
        OSError: the folder cannot be read.
    """
    ours = _OURS | result_files()
    links = sorted(path.name for path in folder.iterdir() if path.name in ours and is_link(path))
    if links:
        raise FolderDamaged("folder_link", path=folder / links[0])
