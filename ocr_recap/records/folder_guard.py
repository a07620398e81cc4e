"""Guards a folder that the program writes: one process at a time, and no link that leads out of it.

A lock is the operating system's: it ends with its process, however that ends.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from ..messages.errors import FolderBusy


def take_lock(path: Path, busy: FolderBusy, *, reentrant: bool = False) -> FileLock:
    """Take a lock at once, or not at all; its method `release` gives it back.

    Args:
        path: of the lock file, in a folder that exists.
        busy: what is raised where another process or thread has the lock.
        reentrant: whether the thread that has the lock may take it again.

    Raises:
        FolderBusy: another process or thread has the lock.
        OSError: the file cannot be written, or the file system has no locks.
    """
    lock = FileLock(path, timeout=0, is_singleton=reentrant)
    try:
        lock.acquire()
    except Timeout:
        raise busy from None
    except NotImplementedError:  # older filelock, where a file system has no locks
        raise OSError(errno.ENOSYS, "no file locks here") from None
    return lock


def is_link(path: Path) -> bool:
    """True for a symbolic link and for a junction of Windows."""
    junction: Callable[[], bool] | None = getattr(path, "is_junction", None)  # from Python 3.12 on
    return path.is_symlink() or (junction is not None and junction())
