"""Finds the photos of a command line, and gives them their names in results."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import Final

from ..messages.errors import InputUnusable
from ..messages.text import printable
from ..records.folder import FOLDERS, INCOMING, JOURNAL_FILE, JOURNAL_FILES, LOCK_FILE, PHOTOS_FILE, RUN_FILE
from .checksums import result_files

_BESIDE_RESULTS = JOURNAL_FILES | {LOCK_FILE}  # files in a folder of results that are not results
# Endings of the formats that can be read, without extras and with them.
PHOTO_ENDINGS = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".heic", ".heif", ".hif", ".pdf")
)
# Endings of files that may contain photos in a format that cannot be read. They are tried, so that each gets a problem.
_OTHERS = frozenset(
    (
        *(".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst"),
        *(".bmp", ".gif", ".avif", ".jp2", ".jxl", ".dng"),
    )
)
_FRAME = re.compile(r"(.+)#([1-9][0-9]{0,4})", re.DOTALL)  # as `records.record.label` writes it
_MOST_NAMED: Final = 5  # missing paths in one message, by judgement
DEEPEST: Final = 50  # nested folders to search, since the search is recursive; by judgement


@dataclass(frozen=True)
class Input:
    """A photo to read.

    Attributes:
        path: of its file.
        name: of the file in results: relative to the folder that was searched, with forward slashes.
        frame: the only frame to read, from 0; None: all frames.
    """

    path: Path
    name: str
    frame: int | None = None


@dataclass(frozen=True)
class Collected:
    """The photos of a command line in the order of reading, and the files and folders that were left out."""

    photos: tuple[Input, ...]
    skipped: tuple[str, ...]


def collect(inputs: Iterable[str | Path], out: Path | None = None) -> Collected:
    """Find the photos.

    Args:
        inputs: files, which are always tried, and folders, which are searched to any depth in sorted order.
            `scan.pdf#2` is the second page of `scan.pdf`, unless a file has exactly this name.
        out: folder of results, which is not searched.

    Raises:
        InputUnusable: there is no photo, or an input is another folder of results.
    """
    found: list[Input] = []
    skipped: list[str] = []
    folders: list[str] = []
    for given in map(Path, inputs):
        if not os.path.isdir(given):  # noqa: PTH112  (that of pathlib raises for names that are too long)
            path, frame = _frame_of(given)
            found.append(Input(path, _clean(path.name), frame))
            continue
        folders.append(_clean(str(given)))
        before = len(found)
        _search(given, out, found, skipped)
        if len(found) == before:
            skipped.append(f"{_clean(given.name or str(given))}/")
    if not found:
        endings = " ".join(sorted(PHOTO_ENDINGS))
        raise InputUnusable("no_photos", where=", ".join(folders) or "-", endings=endings)
    return Collected(tuple(_distinct_names(found)), tuple(skipped))


def incoming(out: Path) -> tuple[Input, ...]:
    """The photos that the local server received into a folder of results, by name."""
    found = sorted(path for path in (out / INCOMING).rglob("*") if path.is_file() and not path.name.startswith("."))
    return tuple(Input(path, path.relative_to(out).as_posix()) for path in found)


def with_incoming(collected: Collected, out: Path) -> Collected:
    """The photos of a batch with those that the local server received, which no later batch leaves out."""
    known = {os.path.realpath(photo.path) for photo in collected.photos}
    more = tuple(photo for photo in incoming(out) if os.path.realpath(photo.path) not in known)
    return Collected((*collected.photos, *more), collected.skipped) if more else collected


def refuse_missing(inputs: Iterable[str | Path]) -> None:
    """Check that every path of a command line exists.

    Raises:
        InputUnusable: paths do not exist; the message names the first ones.
    """
    missing = [_clean(str(given)) for given in map(Path, inputs) if not _is_there(_frame_of(given)[0])]
    if missing:
        shown = ", ".join(missing[:_MOST_NAMED]) + ", ..." * (len(missing) > _MOST_NAMED)
        raise InputUnusable("inputs_missing", paths=shown)


def _frame_of(given: Path) -> tuple[Path, int | None]:
    """The file of an input, and its only frame to read, from 0; None: all frames."""
    match = _FRAME.fullmatch(given.name)
    if match is None or _is_there(given):
        return given, None
    return given.with_name(match[1]), int(match[2]) - 1


def _is_there(path: Path) -> bool:
    """True when the path exists, and for names that no file system accepts, which get a problem when they are read."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        return True
    return True


def _search(folder: Path, out: Path | None, found: list[Input], skipped: list[str]) -> None:
    own = _own_folders(folder, out)
    own_files = result_files() | _BESIDE_RESULTS

    def named(path: Path) -> str:
        return _clean(path.relative_to(folder).as_posix())

    def unreadable(fault: OSError) -> None:
        path = Path(fault.filename)
        if path != folder:  # this folder is reported as empty
            found.append(Input(path, named(path)))

    for base, folders, files in os.walk(folder, onerror=unreadable):
        here = Path(base)
        results = out is not None and _same(here, out)
        if not results and (JOURNAL_FILE in files or {RUN_FILE, PHOTOS_FILE} <= set(files)):
            raise InputUnusable("results_as_photos", folder=_clean(str(here)))
        kept: list[str] = []
        for name in sorted(folders):
            path = here / name
            if os.path.realpath(path) in own or (results and name.startswith(".")):
                continue
            if name.startswith("."):
                skipped.append(f"{named(path)}/")
            elif path.is_symlink() or len(path.relative_to(folder).parts) > DEEPEST:
                found.append(Input(path, named(path)))  # reading gives the problem and the next step
            else:
                kept.append(name)
                if _is_photo(name) and _is_empty(path):
                    found.append(Input(path, named(path)))
        folders[:] = kept
        for file in sorted(files):
            if (_is_photo(file) or Path(file).suffix.lower() in _OTHERS) and not file.startswith("."):
                found.append(Input(here / file, named(here / file)))
            elif not (results and file in own_files):
                skipped.append(named(here / file))


def _own_folders(folder: Path, out: Path | None) -> set[str]:
    """Folders of pictures in a folder of results, which are not photos to read."""
    if out is None:
        return set()
    real = os.path.realpath(out)
    return {os.path.join(real, name) for name in FOLDERS} if _same(folder, out) else {real}  # noqa: PTH118


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _is_photo(name: str) -> bool:
    return Path(name).suffix.lower() in PHOTO_ENDINGS


def _is_empty(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is None
    except OSError:
        return False  # reported when it is searched


def _clean(name: str) -> str:
    """A name that is valid in any text file: bytes that are not UTF-8 and control characters become U+FFFD."""
    text = os.fsencode(name).decode("utf-8", "replace")
    return printable(text)


def _distinct_names(found: Sequence[Input]) -> Iterator[Input]:
    """Give different files of one name distinct names, by the folders that differ, or by numbers.

    Folders that the files share are left out. Folders up to a home folder are left out too, since names are published.
    """
    bases: dict[str, dict[str, tuple[str, ...]]] = {}
    for item in found:
        bases.setdefault(item.name, {})[_place(item)] = _base(item)
    owners: dict[str, str] = {}
    ends = {name: _distinct(places) for name, places in bases.items() if len(places) > 1}
    for item in found:
        name, place = item.name, _place(item)
        if name in ends:
            name = "/".join((*map(_clean, ends[name][place]), name))
        stem, number = name, 1
        while owners.setdefault(name, place) != place:
            number += 1
            path = PurePosixPath(stem)
            name = path.with_name(f"{path.stem}~{number}{path.suffix}").as_posix()
        yield Input(item.path, name, item.frame)


def _base(item: Input) -> tuple[str, ...]:
    """The folders above an input's name, from the root on."""
    return Path(os.path.abspath(item.path)).parts[: -1 - item.name.count("/")]  # noqa: PTH100  (without "..")


def _distinct(bases: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The shortest endings of folder paths that distinguish inputs of one name, by place."""
    alike = (len(set(folders)) == 1 for folders in zip(*bases.values(), strict=False))
    shared = sum(1 for _ in takewhile(bool, alike))
    shown = {place: base[max(shared, _private(base)) :] for place, base in bases.items()}
    for length in range(1, max(map(len, shown.values())) + 1):
        ends = {place: base[-length:] for place, base in shown.items()}
        if len(set(ends.values())) == len(set(bases.values())):
            return ends
    return shown


def _private(base: tuple[str, ...]) -> int:
    """How many of these folders lead to a person's home folder, which is included; 0 outside of home folders."""
    homes = {Path.home().parts}
    if len(base) > 2 and base[1].lower() in ("home", "users"):
        homes.add(base[:3])
    return max((len(home) for home in homes if base[: len(home)] == home), default=0)


def _place(item: Input) -> str:
    return str(item.path.absolute())
