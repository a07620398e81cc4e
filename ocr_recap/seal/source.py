"""Opens what arrives, a bundle (folder or zip), a sealed folder or a file of statements, without trusting any of it.

Nothing is unpacked and no link is followed. Every file is hashed once; statements, logs, rolls and manifests are kept
in memory, within limits; of the records only what `judge` compares is read.
"""

from __future__ import annotations

import hashlib
import os
import stat
import zipfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final, Literal, Protocol

from ..messages.errors import InputUnusable, WrongUse, system_reason
from ..messages.text import one_line, printable
from ..records.folder import SEALED
from .findings import Finding
from .pieces import DECISIONS_PIECE, DOCUMENT_PIECE
from .store import CODES, DATA, ENDING, STATEMENTS
from .strict_json import NotStrictError, plain

BAGIT: Final = "bagit.txt"
# Limits of what is opened, by judgement: photos are at most 1 GiB where they are read, a regency has some 30,000 files.
MOST_FILES: Final = 1_000_000
MOST_BYTES: Final = 1 << 30  # of one file
MOST_TEXT: Final = 64 << 20  # of a file that is kept in memory
MOST_RATIO: Final = 100  # of a compressed file above 1 MiB; text of statements compresses to a tenth
_CHUNK: Final = 1 << 20
SourceKind = Literal["bag", "store", "loose"]


class FileTree(Protocol):
    """Files by relative names with forward slashes."""

    def names(self) -> list[str]:
        """All names, sorted."""
        ...

    def opened(self, name: str) -> IO[bytes]:
        """One file, opened for reading."""
        ...


@dataclass(frozen=True)
class DocumentFacts:
    """What `judge` compares of a sealed `document-*.json`; `fault` is the code of what keeps it from being read."""

    station: str | None = None
    numbers: Mapping[str, int | None] | None = None
    fault: str | None = None


@dataclass(frozen=True)
class SignedDecision:
    """A decision in a sealed file: whose name it has, the hash of its line, the id of the key that it names, if any."""

    person: str
    sha256: str
    key: str = ""


@dataclass(frozen=True)
class BundleContent:
    """What a bundle holds, as read.

    Attributes:
        kind: `bag` (with manifests), `store` (the sealed part of a folder) or `loose` (a file of statements).
        hashes: SHA-256 of every file, by name.
        texts: contents of the files outside `data/`, by name.
        documents, decisions: facts of files in `data/`, by their names there.
        codes: contents of files with codes of stations, by their names in `data/`.
        faults: links, paths that lead outside, files that are too large.
    """

    kind: SourceKind
    hashes: Mapping[str, str]
    texts: Mapping[str, bytes]
    documents: Mapping[str, DocumentFacts]
    decisions: Mapping[str, tuple[SignedDecision, ...]]
    codes: Mapping[str, bytes]
    faults: tuple[Finding, ...]


class UnsafeNameError(ValueError):
    """A file that is not opened; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


class _Folder:
    """The files below a folder."""

    def __init__(self, root: Path, is_bag: bool) -> None:
        self.root, self.is_bag, self.faults = root, is_bag, list[Finding]()
        self._names = sorted(self._walk(""))

    def names(self) -> list[str]:
        """All names of plain files."""
        return self._names

    def opened(self, name: str) -> IO[bytes]:
        """A plain file; one that became a link since is refused."""
        handle = os.open(self.root / name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        return os.fdopen(handle, "rb")

    def _walk(self, below: str) -> Iterator[str]:
        with os.scandir(self.root / below) as entries:
            for entry in entries:
                name = f"{below}{entry.name}"
                if entry.is_symlink() or not (entry.is_dir() or entry.is_file()):
                    self.faults.append(Finding("link", printable(name)))
                elif entry.is_dir():
                    yield from self._walk(f"{name}/")
                elif self.is_bag or not (entry.name == ".lock" or entry.name.endswith(".part")):
                    if entry.stat().st_size > MOST_BYTES:
                        self.faults.append(Finding("bomb", printable(name)))
                    else:
                        yield name


class _Zip:
    """The files of a zip archive, below its one folder."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive, self.faults = archive, list[Finding]()
        self._infos: dict[str, zipfile.ZipInfo] = {}
        for info in archive.infolist():
            if not info.is_dir():
                self._take(info)
        tops = {name.partition("/")[0] for name in self._infos}
        top = f"{tops.pop()}/" if len(tops) == 1 and BAGIT not in self._infos else ""
        self._infos = {name.removeprefix(top): info for name, info in self._infos.items()}

    def _take(self, info: zipfile.ZipInfo) -> None:
        name = info.orig_filename
        mode = info.external_attr >> 16
        if not is_inside(name):
            self.faults.append(Finding("path_outside", printable(name)))
        elif mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            self.faults.append(Finding("link", printable(name)))
        elif info.flag_bits & 1 or name in self._infos:
            self.faults.append(Finding("bag_malformed", printable(name)))
        elif info.file_size > MOST_BYTES or (
            info.file_size > _CHUNK and info.file_size > MOST_RATIO * max(info.compress_size, 1)
        ):
            self.faults.append(Finding("bomb", printable(name)))
        else:
            self._infos[name] = info

    def names(self) -> list[str]:
        """All names of plain files."""
        return sorted(self._infos)

    def opened(self, name: str) -> IO[bytes]:
        """A file; no more than its declared size is ever given."""
        return self.archive.open(self._infos[name])


class _OneFile:
    """A file of statements, as if it were the only one of a bundle."""

    faults: tuple[Finding, ...] = ()

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        """Its name among statements."""
        return [f"{STATEMENTS}/{self.path.name}"]

    def opened(self, name: str) -> IO[bytes]:
        """The file."""
        return self.path.open("rb")


def is_inside(name: str) -> bool:
    """Whether a name leads to a place below its folder, on every system."""
    parts = name.split("/")
    return bool(name) and not any(part in ("", ".", "..") for part in parts) and not set(name) & set("\\:\0\n\r")


@contextmanager
def opened(path: Path) -> Generator[tuple[SourceKind, FileTree, tuple[Finding, ...]]]:
    """Open a bundle for reading.

    Args:
        path: a folder with `bagit.txt`, a zip of one, a folder of results, or a file `*.intoto.jsonl`.

    Yields:
        What it is, its files, and what is not opened.

    Raises:
        InputUnusable: it is not there or cannot be read.
        WrongUse: it is none of these.
    """
    try:
        if path.is_dir():
            is_bag = (path / BAGIT).exists() or not (path / SEALED).is_dir()
            if is_bag and not any((path / name).exists() for name in (BAGIT, "manifest-sha256.txt", "bag-info.txt")):
                raise WrongUse("no_bundle", path=path)
            folder = _Folder(path if is_bag else path / SEALED, is_bag)
            yield "bag" if is_bag else "store", folder, tuple(folder.faults)
        elif path.name.endswith(ENDING) and path.is_file():
            yield "loose", _OneFile(path), ()
        else:
            with zipfile.ZipFile(path) as archive:
                tree = _Zip(archive)
                yield "bag", tree, tuple(tree.faults)
    except zipfile.BadZipFile:
        raise WrongUse("no_bundle", path=path) from None
    except OSError as fault:
        raise InputUnusable("file_unreadable", path=path, why=system_reason(fault)) from None


def read_bundle(path: Path) -> BundleContent:
    """Read a bundle.

    Raises:
        InputUnusable, WrongUse: as `opened`.
    """
    with opened(path) as (kind, tree, faults):
        return read_content(kind, tree, faults)


def read_content(kind: SourceKind, tree: FileTree, faults: tuple[Finding, ...]) -> BundleContent:
    """Hash all files and keep what is judged.

    Raises:
        OSError: a file cannot be read.
    """
    found = list(faults)
    hashes: dict[str, str] = {}
    texts: dict[str, bytes] = {}
    documents: dict[str, DocumentFacts] = {}
    decisions: dict[str, tuple[SignedDecision, ...]] = {}
    codes: dict[str, bytes] = {}
    names = tree.names()
    if len(names) > MOST_FILES:
        return BundleContent(kind, {}, {}, {}, {}, {}, (*found, Finding("bomb", DATA)))
    for name in names:
        inner = name.removeprefix(f"{DATA}/")
        piece = PurePosixPath(name).name
        is_code = inner.startswith(f"{CODES}/")
        keep = inner == name or is_code or piece.startswith((DOCUMENT_PIECE, DECISIONS_PIECE))
        try:
            hashes[name], content = _read(tree, name, keep)
        except UnsafeNameError as fault:
            found.append(fault.finding)
            continue
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError):
            found.append(Finding("bag_malformed", printable(name)))
            continue
        if inner == name:
            texts[name] = content
        elif is_code:
            codes[inner] = content
        elif piece.startswith(DOCUMENT_PIECE):
            documents[inner] = document_facts(content)
        elif piece.startswith(DECISIONS_PIECE):
            decisions[inner] = signed_decisions(content)
    return BundleContent(kind, hashes, texts, documents, decisions, codes, tuple(found))


def document_facts(content: bytes) -> DocumentFacts:
    """What is compared of a sealed document."""
    try:
        said = plain(content)
        numbers = {str(name): one["accepted"] for name, one in said["fields"].items()}
        return DocumentFacts(said["station"]["code"], numbers)
    except NotStrictError as fault:
        return DocumentFacts(fault=fault.code)
    except (KeyError, TypeError, AttributeError):
        return DocumentFacts(fault="not_json")


def signed_decisions(content: bytes) -> tuple[SignedDecision, ...]:
    """The decisions of a sealed file; a line that is none stands for nobody."""
    found: list[SignedDecision] = []
    for line in content.split(b"\n"):
        if line:
            try:
                said: Any = plain(line)
                key = said.get("key") or ""
                if not isinstance(key, str):
                    raise TypeError
                found.append(SignedDecision(one_line(str(said["by"])), hashlib.sha256(line).hexdigest(), key))
            except (NotStrictError, KeyError, TypeError, AttributeError):
                found.append(SignedDecision("?", hashlib.sha256(line).hexdigest()))
    return tuple(found)


def _read(tree: FileTree, name: str, keep: bool) -> tuple[str, bytes]:
    """The hash of a file, and its content where it is kept.

    Raises:
        UnsafeNameError: it is larger than what is kept.
    """
    digest, content, size = hashlib.sha256(), bytearray(), 0
    with tree.opened(name) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if size > (MOST_TEXT if keep else MOST_BYTES):
                raise UnsafeNameError(Finding("bomb", printable(name)))
            if keep:
                content += chunk
    return digest.hexdigest(), bytes(content)
