"""One process at a time in a folder of results, and nothing of ours written through a link out of it."""

from __future__ import annotations

import errno
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ..messages.errors import FolderBusy, FolderDamaged
from ..records.folder import FOLDERS, JOURNAL_FILES, LOCK_FILE, PART_FOLDER, READY_FOLDER, WORK_FOLDER
from .checksums import result_files

_OURS = FOLDERS | JOURNAL_FILES | {LOCK_FILE, PART_FOLDER, READY_FOLDER, WORK_FOLDER}


@contextmanager
def held(folder: Path) -> Generator[None]:
    """Keep other processes, and other threads, out of a folder of results; may be nested within one thread.

    Raises:
        FolderBusy: another one is at work in it.
        FolderDamaged: a link would lead out of it.
        OSError: the folder is not there or cannot be written.
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
    """A folder of results from elsewhere may hold links in the place of our files and folders.

    Links deeper in it lead nowhere: `.work`, `.part` and `.ready` are made anew where they hold one, and a link among
    published pictures is replaced, never written through.

    Raises:
        FolderDamaged: one of our files or folders is a link.
        OSError: the folder cannot be read.
    """
    ours = _OURS | result_files()
    links = sorted(path.name for path in folder.iterdir() if path.name in ours and is_link(path))
    if links:
        raise FolderDamaged("folder_link", path=folder / links[0])


def is_link(path: Path) -> bool:
    """Whether a path leads elsewhere: a symbolic link, or a junction of Windows."""
    junction: Callable[[], bool] | None = getattr(path, "is_junction", None)  # from Python 3.12 on
    return path.is_symlink() or (junction is not None and junction())
