"""The sealed part of a folder of results (`sealed/`), laid out as bundles are: statements, logs, files, the roll.

sealed/roll.json                    the roll of keys, all versions
sealed/statements/KEY.intoto.jsonl  the statements of a key, by their numbers
sealed/logs/KEY.txt                 ids of all statements that the key's holder sealed or received, in that order
sealed/data/...                     the files that statements vouch for
    sealed/folder.txt                   a random name, which bundles do not carry
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..messages.errors import FolderBusy, FolderDamaged, InputUnusable, system_reason
from ..records.folder import SEALED
from ..records.folder_guard import take_lock
from .durable import write_all, write_durably
from .roll import KeyRoll, read_roll
from .statement import SealedStatement, parse_line
from .strict_json import NotStrictError

STATEMENTS: Final = "statements"
LOGS: Final = "logs"
DATA: Final = "data"
ROLL: Final = "roll.json"
PHOTOS: Final = "photos"
CODES: Final = "codes"  # texts of QR codes that stand for stations without a statement
ENDING: Final = ".intoto.jsonl"
_LOCK: Final = ".lock"
_NAME: Final = "folder.txt"
_ID: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class SealedFolder:
    """The folder `sealed/` of a folder of results; it need not exist yet."""

    path: Path

    @contextmanager
    def locked(self) -> Generator[None]:
        """Hold the lock against other processes and threads.

        Raises:
            FolderBusy: another one holds it.
            OSError: the folder cannot be written.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        lock = take_lock(self.path / _LOCK, FolderBusy("folder_busy", folder=self.path))
        try:
            yield
        finally:
            lock.release()

    def name(self) -> str:
        """A random name that the folder gets once, by which a key knows the folder that it seals in.

        Raises:
            OSError: the file cannot be written.
        """
        path = self.path / _NAME
        if not path.exists():
            write_durably(path, f"{uuid.uuid4().hex}\n".encode())
        return path.read_text("ascii", "replace").strip()

    def keys(self) -> list[str]:
        """The ids of all keys with statements, sorted."""
        names = (path.name.removesuffix(ENDING) for path in (self.path / STATEMENTS).glob(f"*{ENDING}"))
        return sorted(name for name in names if _ID.fullmatch(name))

    def statements(self, keyid: str) -> list[SealedStatement]:
        """The statements of a key, in their order in the file.

        Raises:
            FolderDamaged: a line is none.
        """
        path = self.path / STATEMENTS / f"{keyid}{ENDING}"
        try:
            lines = path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        found: list[SealedStatement] = []
        for number, line in enumerate(lines[:-1], 1):
            try:
                found.append(parse_line(line))
            except NotStrictError:
                raise FolderDamaged("sealed_line", path=path, line=number) from None
        return found

    def everything(self) -> list[SealedStatement]:
        """The statements of all keys.

        Raises:
            FolderDamaged: a line is none.
        """
        return [statement for keyid in self.keys() for statement in self.statements(keyid)]

    def save_statements(self, keyid: str, statements: Iterable[SealedStatement]) -> None:
        """Write the statements of a key, by their numbers.

        Raises:
            OSError: the file cannot be written.
        """
        lines = [one.line for one in sorted(statements, key=lambda one: (one.stamp.counter, one.id))]
        write_durably(self.path / STATEMENTS / f"{keyid}{ENDING}", b"".join(line + b"\n" for line in lines))

    def log(self, keyid: str) -> list[str]:
        """The ids in the log of a key.

        Raises:
            FolderDamaged: a line is no id.
        """
        path = self.path / LOGS / f"{keyid}.txt"
        try:
            ids = path.read_text("ascii").split()
        except FileNotFoundError:
            return []
        except ValueError:
            ids = [""]
        for number, identifier in enumerate(ids, 1):
            if not _ID.fullmatch(identifier):
                raise FolderDamaged("sealed_line", path=path, line=number)
        return ids

    def save_log(self, keyid: str, ids: Iterable[str]) -> None:
        """Write the log of a key.

        Raises:
            OSError: the file cannot be written.
        """
        write_durably(self.path / LOGS / f"{keyid}.txt", "".join(f"{one}\n" for one in ids).encode())

    def roll(self) -> KeyRoll | None:
        """The roll; None without one.

        Raises:
            FolderDamaged: the file is no roll that holds.
        """
        try:
            content = (self.path / ROLL).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as fault:
            raise InputUnusable("file_unreadable", path=self.path / ROLL, why=system_reason(fault)) from None
        roll, faults = read_roll(content)
        if faults:
            raise FolderDamaged("roll_unusable", path=self.path / ROLL, why=[faults[0].sentence["en"]])
        return roll

    def update_roll(self, roll: KeyRoll) -> None:
        """Keep a roll, where it is newer than the one that is there.

        Raises:
            FolderDamaged: the folder has the roll of another election, or one that differs.
            OSError: the file cannot be written.
        """
        mine = self.roll()
        if mine is not None and not continues(mine, roll) and not continues(roll, mine):
            raise FolderDamaged("roll_of_another", path=self.path / ROLL)
        if mine is None or len(roll.versions) > len(mine.versions):
            write_durably(self.path / ROLL, roll.to_bytes())

    def add_files(self, files: Mapping[str, bytes]) -> None:
        """Add files below `data/`; those that are there already stay as they are.

        Raises:
            OSError: a file cannot be written.
        """
        paths = {self.path / DATA / name: content for name, content in files.items()}
        write_all({path: content for path, content in paths.items() if not path.exists()})


def sealed_folder(folder: Path) -> SealedFolder:
    """The sealed part of a folder of results."""
    return SealedFolder(folder / SEALED)


def continues(earlier: KeyRoll, later: KeyRoll) -> bool:
    """Whether a roll begins with all versions of another one."""
    pairs = zip(earlier.versions, later.versions, strict=False)
    return len(later.versions) >= len(earlier.versions) and all(a.content == b.content for a, b in pairs)
