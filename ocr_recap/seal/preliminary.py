"""SMS lines that arrived: nothing of them is signed, so they are preliminary until the statements arrive.

They stand in `preliminary.jsonl` beside `sealed/`, one a line with the time of arrival. No bundle carries them, and
they never count; each is compared with the statements of its station whenever something is received.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..messages.errors import CannotWrite, FolderDamaged, InputUnusable, system_reason
from .check_codes import judge_sms
from .compact import DamagedCodeError, SmsNumbers, known_values, read_sms
from .durable import write_durably
from .findings import Finding
from .statement import SealedStatement
from .store import sealed_folder

FILE: Final = "preliminary.jsonl"


@dataclass(frozen=True)
class KeptSms:
    """An SMS line that arrived.

    Attributes:
        line: as it was typed, with single spaces.
        at: when it arrived, UTC.
        said: what it says.
    """

    line: str
    at: str
    said: SmsNumbers

    @property
    def values(self) -> Mapping[str, int | None] | None:
        """Its numbers by field; None where the form is not known."""
        return known_values(self.said)


def keep_sms(folder: Path, line: str, at: str) -> bool:
    """Keep an SMS line.

    Args:
        folder: of results, or a new one.
        line: that arrived.
        at: when, UTC.

    Returns:
        False where the same line was kept before.

    Raises:
        DamagedCodeError: it is cut off or mistyped.
        FolderBusy, FolderDamaged, CannotWrite: the folder is in use, damaged, or cannot be written.
    """
    said = KeptSms(" ".join(line.split()), at, read_sms(line))
    with sealed_folder(folder).locked():
        kept = kept_sms(folder)
        if any(one.line == said.line for one in kept):
            return False
        lines = [json.dumps({"at": one.at, "line": one.line}) + "\n" for one in (*kept, said)]
        try:
            write_durably(folder / FILE, "".join(lines).encode())
        except OSError as fault:
            raise CannotWrite("file_unwritable", path=folder / FILE, why=system_reason(fault)) from None
    return True


def kept_sms(folder: Path) -> list[KeptSms]:
    """The SMS lines of a folder, in the order in which they arrived.

    Raises:
        FolderDamaged: a line is none.
        InputUnusable: the file cannot be read.
    """
    path, found = folder / FILE, list[KeptSms]()
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    except OSError as fault:
        raise InputUnusable("file_unreadable", path=path, why=system_reason(fault)) from None
    for number, text in enumerate(lines, 1):
        try:
            line = json.loads(text)
            found.append(KeptSms(str(line["line"]), str(line["at"]), read_sms(str(line["line"]))))
        except (ValueError, TypeError, KeyError, DamagedCodeError):
            raise FolderDamaged("sealed_line", path=path, line=number) from None
    return found


def sms_findings(kept: Iterable[KeptSms], statements: Iterable[SealedStatement]) -> list[Finding]:
    """What is found about SMS lines: those that are preliminary, and those that differ from their statement.

    Args:
        kept: the lines.
        statements: known ones, with signatures that fit.
    """
    known = tuple(statements)
    return [finding for one in kept for finding in judge_sms(one.said, known, one.values)]
