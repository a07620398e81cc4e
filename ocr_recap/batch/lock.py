"""Locks a folder of results for one process at a time, and refuses links that lead out of it."""

from __future__ import annotations

import errno
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ..messages.errors import FolderBusy, FolderDamaged
from ..records.folder import FOLDERS, JOURNAL_FILES, LOCK_FILE, PART_FOLDER, READY_FOLDER, WORK_FOLDER
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
    lock = FileLock(folder / LOCK_FILE, timeout=0, is_singleton=True)
    try:
        lock.acquire()
    except Timeout:
        raise FolderBusy("folder_busy", folder=folder) from None
    except NotImplementedError:  # older filelock, where a file system has no locks
        raise OSError(errno.ENOSYS, "no file locks here") from None
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


def is_link(path: Path) -> bool:
    """True for a symbolic link and for a junction of Windows."""
    junction: Callable[[], bool] | None = getattr(path, "is_junction", None)  # from Python 3.12 on
    return path.is_symlink() or (junction is not None and junction())
