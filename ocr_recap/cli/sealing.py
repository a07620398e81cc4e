"""Parts that the commands about keys, sealing and bundles share: keys, rolls, times, findings."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ..messages.catalog import Language
from ..messages.errors import WrongUse
from ..messages.extras import require
from ..messages.screens import said
from ..seal.device_key import DeviceKey, load_key, short
from ..seal.findings import Finding
from ..seal.judge import SealVerdict
from ..seal.roll import KeyRoll
from ..seal.roll_edit import load_roll
from ..seal.statement import SealedStatement
from .terminal import echo

PASSPHRASE_VARIABLE = "OCR_RECAP_PASSPHRASE"  # environment variable
_MOST_NOTES = 5  # notes of one code that are printed; a district has thousands; by judgement
LIBRARIES = ("cryptography", "securesystemslib", "tuf", "segno")

RollOption = Annotated[Path | None, typer.Option("--roll")]
KeysOption = Annotated[list[Path] | None, typer.Option("--key")]


def needed() -> None:
    """Check that the extra is installed.

    Raises:
        ExtraMissing: it is not.
    """
    for module in LIBRARIES:
        require(module, "seal")


def now() -> str:
    """The time now, UTC, as statements have it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def time_of(text: str | None) -> str:
    """A time of the command line as UTC; without a zone it is of this machine's; None is now.

    Raises:
        WrongUse: it is no time.
    """
    if text is None:
        return now()
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUse("time_malformed", text=text) from None
    return given.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def opened_key(path: Path, language: Language) -> DeviceKey:
    """Read a private key; a locked one asks for its passphrase, or takes it from the environment.

    Raises:
        WrongUse, InputUnusable: as `load_key`.
    """
    try:
        return load_key(path, os.environ.get(PASSPHRASE_VARIABLE))
    except WrongUse as fault:
        if fault.code != "key_needs_passphrase" or not sys.stdin.isatty():
            raise
    return load_key(path, asked_passphrase(path, language))


def asked_passphrase(path: Path, language: Language, twice: bool = False) -> str:
    """Ask for a passphrase on the terminal, or take it from the environment."""
    given = os.environ.get(PASSPHRASE_VARIABLE)
    return given or typer.prompt(said(language, "passphrase", path=path), hide_input=True, confirmation_prompt=twice)


def opened_roll(path: Path | None) -> KeyRoll | None:
    """Read a roll to check with; None without one.

    Raises:
        InputUnusable, FolderDamaged: as `load_roll`.
    """
    return None if path is None else load_roll(path)


def show_findings(found: Iterable[Finding], language: Language) -> None:
    """Print findings, one a line; of equal notes the first ones, and how many more there are."""
    notes: Counter[str] = Counter()
    for finding in found:
        key = "finding_fault" if finding.is_fault else "finding_note"
        notes[finding.code] += not finding.is_fault
        if notes[finding.code] <= _MOST_NOTES:
            echo(said(language, key, code=finding.code, text=finding.sentence[language]))
    for code, count in notes.items():
        if count > _MOST_NOTES:
            echo(said(language, "finding_more", code=code, count=count - _MOST_NOTES))


def show_statements(statements: Sequence[SealedStatement], verdict: SealVerdict, language: Language) -> None:
    """Print who signed what, one statement a line."""
    for one in statements:
        holder = verdict.holder(one)
        if holder is None:
            who = said(language, "who_unknown")
        elif verdict.roll is None:
            who = said(language, "who_claimed", person=holder.person, role=holder.role)
        else:
            who = f"{holder.person} ({holder.role})"
        data = {"at": one.stamp.at, "kind": one.kind, "area": one.area or "-", "number": one.stamp.counter}
        echo(said(language, "verified_statement", key=short(one.keyid), who=who, **data))
