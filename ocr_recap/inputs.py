"""Which photos does a command line mean, and how do results call them?"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .emit import FILES, FOLDERS, JOURNAL_FILES

_RESULTS = FILES | JOURNAL_FILES | {".lock"}
PHOTO_ENDINGS = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".heic", ".heif", ".hif", ".pdf")
)


class BatchError(Exception):
    """A batch that cannot begin or go on; `id` and `en` say why and what to do."""

    def __init__(self, text_id: str, text_en: str) -> None:
        super().__init__(text_en)
        self.id = text_id
        self.en = text_en


@dataclass(frozen=True)
class Input:
    """A photo to read and how results call it: relative to the folder it was found in, with forward slashes."""

    path: Path
    name: str


@dataclass(frozen=True)
class Collected:
    """The photos of a command line in reading order, and the files and folders that were left out."""

    photos: tuple[Input, ...]
    skipped: tuple[str, ...]


def collect(inputs: Iterable[str | Path], out: Path | None = None) -> Collected:
    """Find the photos.

    Args:
        inputs: files, which are always tried, and folders, which are searched to any depth in sorted order.
        out: folder of results, left out of the search.

    Raises:
        BatchError: there is no photo at all.
    """
    found: list[Input] = []
    skipped: list[str] = []
    folders: list[str] = []
    for given in map(Path, inputs):
        if not given.is_dir():
            found.append(Input(given, _clean(given.name)))
            continue
        folders.append(_clean(str(given)))
        before = len(found)
        _search(given, out, found, skipped)
        if len(found) == before:
            skipped.append(f"{_clean(given.name or str(given))}/")
    if not found:
        where = ", ".join(folders) or "-"
        endings = " ".join(sorted(PHOTO_ENDINGS))
        raise BatchError(
            f"Tidak ada foto di {where}. Beri nama berkas foto, atau folder berisi berkas {endings}.",
            f"No photos in {where}. Name photo files, or a folder that holds files ending in {endings}.",
        )
    return Collected(tuple(_told_apart(found)), tuple(skipped))


def _search(folder: Path, out: Path | None, found: list[Input], skipped: list[str]) -> None:
    own = _own_folders(folder, out)

    def unreadable(fault: OSError) -> None:
        skipped.append(f"{_clean(str(Path(fault.filename).relative_to(folder)))}/")

    for base, folders, files in os.walk(folder, onerror=unreadable):
        here = Path(base)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and (here / f).resolve() not in own)
        results = out is not None and here.resolve() == out.resolve()
        for file in sorted(files):
            path = here / file
            name = _clean(path.relative_to(folder).as_posix())
            if path.suffix.lower() in PHOTO_ENDINGS and not file.startswith(".") and _is_plain(path):
                found.append(Input(path, name))
            elif not (results and file in _RESULTS):
                skipped.append(name)


def _own_folders(folder: Path, out: Path | None) -> set[Path]:
    """Folders of results: pictures in them are ours, not photos to read."""
    if out is None:
        return set()
    if folder.resolve() == out.resolve():
        return {out.resolve() / name for name in FOLDERS}
    return {out.resolve()}


def _is_plain(path: Path) -> bool:
    """No pipe or device, which could block for ever; a dangling link is tried and reported."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True


def _clean(name: str) -> str:
    """A name that any text file can hold: bytes that are no UTF-8 and control characters become U+FFFD."""
    text = os.fsencode(name).decode("utf-8", "replace")
    return "".join(c if c.isprintable() or c == " " else "\N{REPLACEMENT CHARACTER}" for c in text)


def _told_apart(found: Sequence[Input]) -> Iterator[Input]:
    """Different files of one name, out of different folders, get their folder's name in front."""
    places: dict[str, set[Path]] = {}
    for item in found:
        places.setdefault(item.name, set()).add(item.path.absolute())
    for item in found:
        if len(places[item.name]) == 1:
            yield item
            continue
        depth = item.name.count("/")
        folder = item.path.absolute().parents[depth].name
        yield Input(item.path, f"{_clean(folder)}/{item.name}" if folder else item.name)
