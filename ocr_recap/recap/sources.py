"""The folders that a recap is made from: what each of them is called, and which have changed since the last time."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from ..imaging.files import write_atomically
from ..messages.errors import InputUnusable, WrongUse
from ..messages.extras import require
from ..messages.text import one_line
from ..records.checksum_list import listed, sha256_of
from ..records.folder import RUN_FILE, SEALED
from .folder import PLENARY_FILE, SEEN_FILE, STATEMENTS_FILE, is_recap, refuse_edits
from .results_reader import SOURCES

_USUAL: Final = frozenset(
    {"results", "recap", "hasil", "out", "sealed"}
)  # names that tell nothing: the folder above is named too


@dataclass(frozen=True)
class RecapSource:
    """A folder that statements come from.

    Attributes:
        folder: its path.
        kind: of results, a recap of a level below, or sealed results, such as received bundles.
        origin: its name in statements.
        sha256: changes with everything that statements are made of.
    """

    folder: Path
    kind: Literal["results", "recap", "sealed"]
    origin: str
    sha256: str


def sources_of(folders: Iterable[Path]) -> list[RecapSource]:
    """Look at the folders, in the order of their names, each once.

    Raises:
        InputUnusable: a folder is neither results, nor a recap, nor sealed results.
        WrongUse: two folders have the same name.
    """
    paths = list({path.resolve(): path for path in folders}.values())
    names = {path: origin_of(path) for path in paths}
    twice = [name for name, count in Counter(names.values()).items() if count > 1]
    if twice:
        both = [str(path) for path in paths if names[path] == twice[0]]
        raise WrongUse("source_named_twice", name=twice[0], folders=", ".join(sorted(both)))
    return [_looked_at(path, names[path]) for path in sorted(paths, key=lambda path: names[path])]


def origin_of(folder: Path) -> str:
    """The name of a folder in statements: its own, with that of the folder around it where its own tells nothing."""
    whole = folder.resolve()
    parts: Sequence[str] = (whole.parent.name, whole.name) if whole.name.lower() in _USUAL else (whole.name,)
    return one_line("/".join(part for part in parts if part)) or whole.name


def _looked_at(folder: Path, origin: str) -> RecapSource:
    sums = listed(folder)
    if is_recap(folder):
        return RecapSource(folder, "recap", origin, _joined(sums, (STATEMENTS_FILE, PLENARY_FILE)))
    if not (folder / RUN_FILE).is_file() or not sums:
        part = sealed_part(folder)
        if part is None:
            raise InputUnusable("no_source", folder=folder)
        require_seal()
        return RecapSource(folder, "sealed", origin, look_of(part))
    return RecapSource(folder, "results", origin, _joined(sums, SOURCES))


def sealed_part(folder: Path) -> Path | None:
    """The sealed part of a folder that was named: itself, or the folder `sealed` in it; None without one."""
    for path in (folder, folder / SEALED):
        if path.name == SEALED and (path / "statements").is_dir():
            return path
    return None


def require_seal() -> None:
    """Check that the extra `seal` is installed.

    Raises:
        ExtraMissing: it is not.
    """
    for module in ("cryptography", "securesystemslib", "tuf"):
        require(module, "seal")


def look_of(sealed: Path) -> str:
    """One hash of a sealed part: of the names and sizes of all its files, and of what its statements and roll hold.

    SMS lines, which are beside it, are in the hash as well.
    """
    digest = hashlib.sha256()
    sms = sealed.parent / "preliminary.jsonl"
    digest.update(sms.read_bytes() if sms.is_file() else b"")
    for path in sorted(sealed.rglob("*")):
        name = path.relative_to(sealed).as_posix()
        if path.is_file() and not path.name.startswith("."):
            is_small = path.parent == sealed or path.parent.name == "statements"
            look = sha256_of(path) if is_small else f"{path.stat().st_size} {path.stat().st_mtime_ns}"
            digest.update(f"{name} {look}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _joined(sums: Mapping[str, str], names: Iterable[str]) -> str:
    """One hash of the listed hashes of some files."""
    return hashlib.sha256("".join(sums.get(name, "-") for name in names).encode()).hexdigest()


def verify(source: RecapSource) -> None:
    """Check the files of a folder against its list; sealed results are checked by their signatures when they are read.

    Raises:
        FolderDamaged: a file was changed since.
    """
    if source.kind == "sealed":
        return
    names = (STATEMENTS_FILE, PLENARY_FILE) if source.kind == "recap" else SOURCES
    refuse_edits(source.folder, names)


class SeenFolders:
    """What the folders looked like when they were checked last: their lists, and sizes and times of their files.

    The file is no result: it holds paths and times of this machine, and may be removed at any time.
    """

    def __init__(self, out: Path) -> None:
        self._path = out / SEEN_FILE
        try:
            self._seen: dict[str, list[object]] = dict(json.loads(self._path.read_bytes()))
        except (OSError, ValueError, TypeError):
            self._seen = {}

    def folders(self) -> list[Path]:
        """The folders that were checked on this machine, as their paths were given then."""
        return [Path(name) for name in self._seen]

    def is_unchanged(self, source: RecapSource) -> bool:
        """True when a folder looks as it did: then its files are neither hashed nor read."""
        return self._seen.get(str(source.folder)) == _look(source)

    def remember(self, sources: Iterable[RecapSource], doubtful: Container[str] = ()) -> None:
        """Write down what folders look like now; those with a name in `doubtful` are read again the next time.

        Raises:
            OSError: the folder cannot be written.
        """
        for source in sources:
            self._seen[str(source.folder)] = [] if source.origin in doubtful else _look(source)
        write_atomically(self._path, json.dumps(self._seen, sort_keys=True).encode())


def _look(source: RecapSource) -> list[object]:
    look: list[object] = [source.sha256, source.origin]
    if source.kind == "sealed":
        return look  # its hash is of all its files
    for name in (STATEMENTS_FILE, PLENARY_FILE) if source.kind == "recap" else SOURCES:
        try:
            facts = (source.folder / name).stat()
            look += [facts.st_size, facts.st_mtime_ns]
        except OSError:
            look.append(None)
    return look
