"""Replaces the results in a folder by new ones as one transaction, which an interruption cannot leave half done.

New results are written into `.part`. When they are complete, one rename turns `.part` into `.ready`, which is the
commit. The files are then moved into the folder one by one, `SHA256SUMS` last. If that is interrupted, the next command
in the folder finishes it first (`recover`), so that no command starts from a mixture of old and new files.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection
from pathlib import Path

from ..records.folder import DECISIONS_FILE, FOLDERS, PICTURES, READY_FOLDER, REVIEW_FILE, SUMS_FILE
from ..records.folder_guard import is_link
from ..report.table_formats import to_fill_in
from . import checksums
from .audit import EditedError
from .review_answers import is_filled

_LEFT = re.compile(r"\.[0-9a-f]{32}\.part")  # left by `files.write_atomically` when its process was killed


def install(stage: Path, folder: Path) -> None:
    """Move new results into a folder, the list last, and remove files that only the earlier list has.

    Args:
        stage: the folder of new results, complete.
        folder: of results.

    Raises:
        OSError: a file cannot be moved; the next command in this folder continues.
    """
    # People's decisions cannot be computed again, so they are flushed to the disk before the commit.
    for name in (DECISIONS_FILE, SUMS_FILE):
        _force_out(stage / name)
    ready = folder / READY_FOLDER
    stage.rename(ready)
    _move(ready, folder)


def recover(folder: Path, discard: bool = False) -> None:
    """Finish an interrupted replacement, for a caller who holds the folder's lock, and remove temporary files.

    Args:
        folder: of results.
        discard: whether interrupted results that were damaged since are thrown away.

    Raises:
        EditedError: interrupted results are damaged.
        OSError: a file cannot be moved.
    """
    for path in folder.iterdir():
        if _LEFT.fullmatch(path.name) and (path.is_symlink() or path.is_file()):
            path.unlink()
    ready = folder / READY_FOLDER
    if not ready.is_dir():
        return
    if not (ready / SUMS_FILE).is_file():  # all files were moved
        shutil.rmtree(ready)
        return
    damaged = _damaged(ready, folder)
    if damaged and discard:
        shutil.rmtree(ready)
    elif damaged:
        raise EditedError("new_results_damaged", folder=folder, name=damaged)
    else:
        keep_filled(folder, fresh=ready)
        _move(ready, folder)


def _damaged(ready: Path, folder: Path) -> str | None:
    """The name of a file whose hash differs from the new list, moved or not, pictures left out; or of a link."""
    if link := next(filter(is_link, sorted(ready.rglob("*"))), None):
        return link.relative_to(ready).as_posix()
    for name, sha256 in checksums.read(ready).items():
        if name.partition("/")[0] in PICTURES or name in to_fill_in():
            continue
        path = ready / name if (ready / name).is_file() else folder / name
        if is_link(path) or not path.is_file() or checksums.of(path) != sha256:
            return name
    return None


def _move(ready: Path, folder: Path) -> None:
    before, now = checksums.read(folder), checksums.read(ready)
    for name in sorted(now):
        path, target = ready / name, folder / name
        if path.is_file():
            target.parent.mkdir(exist_ok=True)
            path.replace(target)
    for name in before.keys() - now.keys():
        (folder / name).unlink(missing_ok=True)
    for kind in FOLDERS:
        if (folder / kind).is_dir() and not any((folder / kind).iterdir()):
            (folder / kind).rmdir()
    (ready / SUMS_FILE).replace(folder / SUMS_FILE)
    shutil.rmtree(ready)


def keep_filled(folder: Path, answered: Collection[Path] = (), fresh: Path | None = None) -> tuple[str, ...]:
    """Rename tables that somebody has filled in before new ones replace them.

    Args:
        folder: of results.
        answered: tables that need not be kept.
        fresh: the folder of new tables; a table that is no longer there was installed already.

    Returns:
        The new names.

    Raises:
        OSError: a table cannot be renamed.
    """
    listed = checksums.read(folder)
    waiting = [name for name in sorted(to_fill_in()) if fresh is None or (fresh / name).is_file()]
    changed = [p for name in waiting if (p := folder / name).is_file() and checksums.of(p) != listed.get(name)]
    taken = {path.resolve() for path in answered}
    worth = [p for p in changed if p.resolve() not in taken and (p.name != REVIEW_FILE or is_filled(p))]
    return tuple(map(_put_aside, worth))


def _put_aside(path: Path) -> str:
    number = 1
    while (kept := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists():
        number += 1
    path.rename(kept)
    return kept.name


def _force_out(path: Path) -> None:
    """Flush a file to the disk (fsync), if it exists."""
    if path.is_file():
        with path.open("rb+") as file:
            os.fsync(file.fileno())
