"""New results take the place of those before them: at once for whoever looks later, whatever interrupts it.

Results are put together in `.part`. When they are whole, one rename makes `.part` to `.ready`: from then on they count,
and they are moved into the folder file by file, `SHA256SUMS` last. Whoever comes next finishes what was interrupted in
between (`recover`), so that nobody ever starts from some new files among old ones.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from ..records.folder import DECISIONS_FILE, FOLDERS, PICTURES, READY_FOLDER, REVIEW_FILE, SUMS_FILE
from ..report.table_formats import to_fill_in
from . import checksums
from .audit import EditedError
from .lock import is_link
from .review_answers import is_filled

_LEFT = re.compile(r"\.[0-9a-f]{32}\.part")  # of `files.write_atomically`, when its process was killed


def install(stage: Path, folder: Path) -> None:
    """Move new results into a folder, the list last, and remove what only the list before them had.

    Raises:
        OSError: a file cannot be moved; the next command in this folder goes on where this one stopped.
    """
    # What cannot be made again must be on the disk before it counts.
    for name in (DECISIONS_FILE, SUMS_FILE):
        _force_out(stage / name)
    ready = folder / READY_FOLDER
    stage.rename(ready)
    _move(ready, folder)


def recover(folder: Path, discard: bool = False) -> None:
    """Finish what was interrupted, for a caller who holds the folder's lock, and remove what nobody needs.

    Args:
        folder: of results.
        discard: results that were interrupted and damaged since.

    Raises:
        EditedError: results that were interrupted are not whole any more.
        OSError: a file cannot be moved.
    """
    for path in folder.iterdir():
        if _LEFT.fullmatch(path.name) and (path.is_symlink() or path.is_file()):
            path.unlink()
    ready = folder / READY_FOLDER
    if not ready.is_dir():
        return
    if not (ready / SUMS_FILE).is_file():  # all had been moved
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
    """A file, pictures apart, that is not what the new list says, wherever it lies by now; or a link."""
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


def keep_filled(folder: Path, answered: Path | None = None, fresh: Path | None = None) -> tuple[str, ...]:
    """Put tables that somebody has filled in aside before new ones take their place; their new names.

    Args:
        folder: of results.
        answered: a `review.csv` that need not be kept.
        fresh: where the new tables lie; those that it does not hold any more have taken their place already.

    Raises:
        OSError: one cannot be moved.
    """
    listed = checksums.read(folder)
    waiting = [name for name in sorted(to_fill_in()) if fresh is None or (fresh / name).is_file()]
    changed = [p for name in waiting if (p := folder / name).is_file() and checksums.of(p) != listed.get(name)]
    answers = answered and answered.resolve()
    worth = [p for p in changed if p.name != REVIEW_FILE or (p.resolve() != answers and is_filled(p))]
    return tuple(map(_put_aside, worth))


def _put_aside(path: Path) -> str:
    number = 1
    while (kept := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists():
        number += 1
    path.rename(kept)
    return kept.name


def _force_out(path: Path) -> None:
    """Have a file written to the disk itself, if it is there."""
    if path.is_file():
        with path.open("rb+") as file:
            os.fsync(file.fileno())
