"""`recap.json`: what a recap folder was made from. It holds no time and no path: same inputs, same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from ..messages.errors import FolderDamaged
from ..records.decisions import Sha256
from ..records.field_record import Frozen
from ..records.record import JsonLine
from .folder import CONTEST_FILE, RECAP_FILE, refuse_other
from .level_file import Contest, load_contest
from .pending import replace_file


class SourceInfo(Frozen):
    """A folder that statements came from: its name in statements, its kind, and a hash of what it held."""

    origin: str
    kind: Literal["results", "recap", "sealed"]
    sha256: Sha256


class RecapInfo(JsonLine):
    """What a recap folder was made from.

    Attributes:
        contest, contest_sha256: id of the level file, and the hash of its text.
        roll_sha256: hash of `roll.csv`.
        stations: on the roll.
        sources: folders, by name.
        statements: how many of the log the tables and sums cover.
    """

    schema_: Literal[1] = 1
    contest: str
    contest_sha256: Sha256
    roll_sha256: Sha256
    stations: int
    sources: tuple[SourceInfo, ...]
    statements: int
    provisional: Literal[True] = True

    def save(self, folder: Path) -> None:
        """Write `recap.json`.

        Raises:
            OSError: the folder cannot be written.
        """
        replace_file(folder, RECAP_FILE, (self.model_dump_json(by_alias=True, indent=2) + "\n").encode())


def info_of(folder: Path) -> RecapInfo:
    """Read the `recap.json` of a recap folder.

    Raises:
        InputUnusable: the folder is no recap folder.
        FolderDamaged: the file is damaged, or of another version.
    """
    refuse_other(folder)
    try:
        return RecapInfo.from_json((folder / RECAP_FILE).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError):
        raise FolderDamaged("results_unusable", path=folder / RECAP_FILE) from None


def contest_of(folder: Path) -> Contest:
    """The level file of a recap folder.

    Raises:
        InputUnusable: the folder is no recap folder.
        TemplateError: the level file is damaged.
    """
    refuse_other(folder)
    return load_contest(folder / CONTEST_FILE)
