"""Signs statements one after the other and keeps their chain: numbers without gaps, each naming the one before it.

One key seals in one folder. The file beside the private key, `KEY.chain`, has the name of the folder and the lines of
the last run. It is written first: a run that was interrupted is finished by the next one, and another folder, or one
that was put back to an earlier state, is noticed before a number is used twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..messages.errors import CannotWrite, FolderDamaged, system_reason
from .device_key import DeviceKey
from .durable import write_durably
from .merkle import LogHead, log_head
from .roll import KeyRoll
from .statement import Kind, SealedFile, SealedStatement, Stamp, parse_line, sealed
from .store import DATA, PHOTOS, SealedFolder
from .strict_json import NotStrictError


class Sealer:
    """Seals statements of one key into one folder.

    Args:
        folder: whose lock the caller holds.
        key: that signs.
        roll: that the device knows.
        at: the time now, UTC.
        rehearsal: whether this is a test run.

    Raises:
        FolderDamaged: the key has sealed more statements than the folder holds, or the folder is damaged.
        CannotWrite: what an interrupted run left cannot be finished.
    """

    def __init__(self, folder: SealedFolder, key: DeviceKey, roll: KeyRoll | None, at: str, rehearsal: bool) -> None:
        self.folder, self.key, self.roll = folder, key, roll
        self.rehearsal = rehearsal or (roll is not None and roll.last.election.rehearsal)
        self._new: list[SealedStatement] = []
        self._tool = version("ocr-recap")
        self._own = folder.statements(key.id)
        self._recover()
        self._log = folder.log(key.id)
        known = set(self._log)
        self._log += [one.id for one in self._own if one.id not in known]
        self.at = at

    @property
    def own(self) -> Sequence[SealedStatement]:
        """All statements of the key, those that are not committed yet as well."""
        return (*self._own, *self._new)

    @property
    def log(self) -> Sequence[str]:
        """The ids in the log of the key."""
        return tuple(self._log)

    @property
    def head(self) -> LogHead:
        """The head of the log of the key."""
        return log_head(self._log)

    @property
    def signed_head(self) -> LogHead:
        """The head that the key signed last, which everybody finds again in a bundle; the head of now without one."""
        return newest_head(self.own) or self.head

    def enter(self, ids: Sequence[str]) -> None:
        """Add statements of others, which were received, to the log; known ones are left out."""
        known = set(self._log)
        self._log += [one for one in dict.fromkeys(ids) if one not in known]

    def seal(self, kind: Kind, subjects: Sequence[SealedFile], body: Mapping[str, Any]) -> SealedStatement:
        """Sign the next statement; `commit` writes it.

        Args:
            kind: of statement.
            subjects: files that it vouches for.
            body: the keys of its kind.
        """
        before = self.own[-1] if self.own else None
        stamp = Stamp(
            public=self.key.public,
            counter=before.stamp.counter + 1 if before else 1,
            previous=before.id if before else None,
            at=self.at,
            roll=self.roll.id if self.roll else None,
            version=self.roll.last.number if self.roll else 0,
            rehearsal=self.rehearsal,
            tool=self._tool,
        )
        statement = parse_line(sealed(self.key, stamp, kind, subjects, body))
        self._new.append(statement)
        self._log.append(statement.id)
        return statement

    def commit(self) -> None:
        """Write others' statements in the log, then what was sealed: beside the key, the statements, the log.

        Raises:
            CannotWrite: a file cannot be written; the next run finishes it.
        """
        new = {one.id for one in self._new}
        others = [one for one in self._log if one not in new]
        try:
            if new and others != self.folder.log(self.key.id):
                self.folder.save_log(self.key.id, others)
            if self._new:
                lines = [self.folder.name().encode(), *(one.line for one in self._new)]
                write_durably(chain_path(self.key.path), b"".join(line + b"\n" for line in lines))
                self._own += self._new
                self._new = []
                self.folder.save_statements(self.key.id, self._own)
            if self._log != self.folder.log(self.key.id):
                self.folder.save_log(self.key.id, self._log)
        except OSError as fault:
            raise CannotWrite("file_unwritable", path=self.folder.path, why=system_reason(fault)) from None

    def _recover(self) -> None:
        """Take over lines of the last run that the folder lacks."""
        name, left = _left_beside(self.key)
        last = self._own[-1].stamp.counter if self._own else 0
        lost = [one for one in left if one.stamp.counter > last]
        known = {one.id for one in self._own}
        if left and name != self.folder.name():
            raise FolderDamaged("key_used_elsewhere", path=self.folder.path, key=self.key.path)
        if any(one.stamp.counter <= last and one.id not in known for one in left):
            raise FolderDamaged("key_used_elsewhere", path=self.folder.path, key=self.key.path)
        if not lost:
            return
        files = {file.name for one in lost for file in one.subjects if not file.name.startswith(f"{PHOTOS}/")}
        is_here = all((self.folder.path / DATA / name).exists() for name in files)  # they were written before
        if (
            not is_here
            or lost[0].stamp.counter != last + 1
            or lost[0].stamp.previous != (self._own[-1].id if self._own else None)
        ):
            raise FolderDamaged("key_used_elsewhere", path=self.folder.path, key=self.key.path)
        self._own += lost
        try:
            self.folder.save_statements(self.key.id, self._own)
        except OSError as fault:
            raise CannotWrite("file_unwritable", path=self.folder.path, why=system_reason(fault)) from None


def newest_head(own: Sequence[SealedStatement]) -> LogHead | None:
    """The head of a key's log that it signed last, from its statements in their order; None without one."""
    return next((one.log for one in reversed(own) if one.log is not None), None)


def chain_path(key: Path) -> Path:
    """The file beside a private key with the lines of its last run."""
    return key.with_name(f"{key.name}.chain")


def _left_beside(key: DeviceKey) -> tuple[str, list[SealedStatement]]:
    """The name of the folder that a key seals in, and the lines of its last run."""
    path = chain_path(key.path)
    try:
        name, *lines = path.read_bytes().split(b"\n")[:-1]
        found = [parse_line(line) for line in lines]
    except FileNotFoundError:
        return "", []
    except OSError as fault:
        raise CannotWrite("file_unwritable", path=path, why=system_reason(fault)) from None
    except (NotStrictError, ValueError):
        raise FolderDamaged("sealed_line", path=path, line=1) from None
    return name.decode("ascii", "replace"), [one for one in found if one.keyid == key.id]
