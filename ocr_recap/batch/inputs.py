"""Which photos does a command line mean, and how do results call them?"""

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
from ..records.folder import FOLDERS, JOURNAL_FILE, JOURNAL_FILES, LOCK_FILE, PHOTOS_FILE, RUN_FILE
from .checksums import result_files

_BESIDE_RESULTS = JOURNAL_FILES | {LOCK_FILE}
PHOTO_ENDINGS = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".heic", ".heif", ".hif", ".pdf")
)
# What may hold photos that we cannot read: tried, so that none is lost without a word.
_OTHERS = frozenset(
    (
        *(".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst"),
        *(".bmp", ".gif", ".avif", ".jp2", ".jxl", ".dng"),
    )
)
_FRAME = re.compile(r"(.+)#([1-9][0-9]{0,4})", re.DOTALL)  # as `records.record.label` writes it
_MOST_NAMED: Final = 5  # missing paths in one message, by judgement
DEEPEST: Final = 50  # folders below each other; walking them takes a call within a call


@dataclass(frozen=True)
class Input:
    """A photo to read.

    Attributes:
        path: of its file.
        name: how results call the file: relative to the folder it was found in, with forward slashes.
        frame: the one picture of the file that was asked for, from 0; None: all of them.
    """

    path: Path
    name: str
    frame: int | None = None


@dataclass(frozen=True)
class Collected:
    """The photos of a command line in reading order, and the files and folders that were left out."""

    photos: tuple[Input, ...]
    skipped: tuple[str, ...]


def collect(inputs: Iterable[str | Path], out: Path | None = None) -> Collected:
    """Find the photos.

    Args:
        inputs: files, which are always tried, and folders, which are searched to any depth in sorted order.
            `scan.pdf#2` is the second page of `scan.pdf`, unless there is a file of that very name.
        out: folder of results, left out of the search.

    Raises:
        InputUnusable: there is no photo at all, or another folder of results is among the folders.
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
    return Collected(tuple(_told_apart(found)), tuple(skipped))


def refuse_missing(inputs: Iterable[str | Path]) -> None:
    """See that everything named on a command line is there.

    Raises:
        InputUnusable: a path leads nowhere; the first such paths are named.
    """
    missing = [_clean(str(given)) for given in map(Path, inputs) if not _is_there(_frame_of(given)[0])]
    if missing:
        shown = ", ".join(missing[:_MOST_NAMED]) + ", ..." * (len(missing) > _MOST_NAMED)
        raise InputUnusable("inputs_missing", paths=shown)


def _frame_of(given: Path) -> tuple[Path, int | None]:
    """The file that is meant, and which of its pictures, from 0; None: all of them."""
    match = _FRAME.fullmatch(given.name)
    if match is None or _is_there(given):
        return given, None
    return given.with_name(match[1]), int(match[2]) - 1


def _is_there(path: Path) -> bool:
    """Whether a file system has an entry of this name; a name that none can have is left for reading to explain."""
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
        if path != folder:  # that one is reported as empty
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
                found.append(Input(path, named(path)))  # reading it says what it is and what to do
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
    """Folders of results: pictures in them are ours, not photos to read."""
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
    """A name that any text file can hold: bytes that are no UTF-8 and control characters become U+FFFD."""
    text = os.fsencode(name).decode("utf-8", "replace")
    return printable(text)


def _told_apart(found: Sequence[Input]) -> Iterator[Input]:
    """Different files of one name get the folders in front that tell them apart, and a number where none may be shown.

    Folders that all of them share are left out, and so is whatever leads to a home folder, since names are published.
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
    """The folders that an input's name begins below, from the root on."""
    return Path(os.path.abspath(item.path)).parts[: -1 - item.name.count("/")]  # noqa: PTH100  (without "..")


def _distinct(bases: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The shortest ends of folders that tell inputs of one name apart, by their places."""
    alike = (len(set(folders)) == 1 for folders in zip(*bases.values(), strict=False))
    shared = sum(1 for _ in takewhile(bool, alike))
    shown = {place: base[max(shared, _private(base)) :] for place, base in bases.items()}
    for length in range(1, max(map(len, shown.values())) + 1):
        ends = {place: base[-length:] for place, base in shown.items()}
        if len(set(ends.values())) == len(set(bases.values())):
            return ends
    return shown


def _private(base: tuple[str, ...]) -> int:
    """How many of these folders lead to a person's home folder, itself included; 0 outside one."""
    homes = {Path.home().parts}
    if len(base) > 2 and base[1].lower() in ("home", "users"):
        homes.add(base[:3])
    return max((len(home) for home in homes if base[: len(home)] == home), default=0)


def _place(item: Input) -> str:
    return str(item.path.absolute())
