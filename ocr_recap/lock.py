"""One process at a time in a folder of results."""

from __future__ import annotations

import errno
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from .inputs import BatchError

LOCK_FILE = ".lock"  # stays, empty: whoever removed it could lock out nobody any more


@contextmanager
def held(folder: Path) -> Generator[None]:
    """Keep other processes, and other threads, out of a folder of results; may be nested within one thread.

    Raises:
        BatchError: another one is at work in it.
        OSError: the folder is not there or cannot be written.
    """
    lock = FileLock(folder / LOCK_FILE, timeout=0, is_singleton=True)
    try:
        lock.acquire()
    except Timeout:
        raise BatchError(
            f"Folder hasil {folder} sedang dipakai oleh proses ocr-recap lain. Tunggu sampai selesai, atau pilih "
            "folder lain dengan --out.",
            f"Another ocr-recap process is at work in the folder of results {folder}. Wait until it has finished, or "
            "choose another folder with --out.",
        ) from None
    except NotImplementedError:  # older filelock, where a file system has no locks
        raise OSError(errno.ENOSYS, "no file locks here") from None
    try:
        yield
    finally:
        lock.release()
