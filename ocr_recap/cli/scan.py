"""`ocr-recap scan`: reads the QR code of a slip from a photo or as text, or an SMS line, and checks it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..messages.catalog import Language
from ..messages.errors import InputUnusable, WrongUse
from ..messages.problems import PhotoProblem
from ..messages.screens import said
from ..seal.check_codes import judge_code, judge_sms
from ..seal.check_rights import received_at
from ..seal.compact import (
    SMS_PREFIX,
    DamagedCodeError,
    SmsNumbers,
    StationCode,
    known_values,
    read_code,
    read_sms,
)
from ..seal.device_key import short
from ..seal.findings import Finding, ordered
from ..seal.preliminary import keep_sms
from ..seal.receive_code import receive_code
from ..seal.scan import code_in_picture
from ..seal.seal_results import Sealing
from ..seal.store import sealed_folder
from .common import OK, PROBLEMS, LangOption, language_of, reported
from .sealing import RollOption, needed, now, opened_key, opened_roll, show_findings
from .terminal import echo, echo_json


def scan(
    what: Annotated[str, typer.Argument()],
    station: Annotated[str | None, typer.Option("--station")] = None,
    roll: RollOption = None,
    into: Annotated[Path | None, typer.Option("--into")] = None,
    key: Annotated[Path | None, typer.Option("--key")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    lang: LangOption = None,
) -> None:
    """Read and check a code or an SMS line."""
    language = language_of(lang)
    with reported(language):
        needed()
        store = sealed_folder(into) if into else None
        statements = store.everything() if store else []
        trusted = opened_roll(roll) or (store.roll() if store else None)
        read = _read(what)
        if isinstance(read, StationCode):
            receipts = received_at(statements, trusted) if trusted else {}
            found = ordered(judge_code(read, statements, trusted, receipts, station))
        elif isinstance(read, SmsNumbers):
            found = ordered(judge_sms(read, statements, known_values(read)))
        else:
            found = (read,)
        _show(read, found, language, as_json)
        faults = [finding.code for finding in found if finding.is_fault]
        if into is not None and isinstance(read, SmsNumbers):
            is_new = keep_sms(into, what, now())
            # Beside JSON, what is said goes to standard error.
            echo(said(language, "sms_kept" if is_new else "sms_kept_before", path=into), err=as_json)
        if into is not None and isinstance(read, StationCode):
            if key is None:
                raise WrongUse("scan_into_needs_key")
            if faults:
                raise WrongUse("code_not_kept", codes=", ".join(faults))
            is_new = receive_code(read, into, Sealing(opened_key(key, language), trusted, now()))
            echo(said(language, "code_kept" if is_new else "code_kept_before", path=into), err=as_json)
    raise typer.Exit(PROBLEMS if faults else OK)


def _read(what: str) -> StationCode | SmsNumbers | Finding:
    """The code of a photo or a text, or an SMS line; a finding where it is damaged.

    Raises:
        InputUnusable: no code can be read from the photo.
    """
    if what.strip().startswith(SMS_PREFIX):
        try:
            return read_sms(what)
        except DamagedCodeError:
            return Finding("sms_damaged", "sms")
    text = what
    if Path(what).is_file():
        try:
            found = code_in_picture(Path(what))
        except PhotoProblem:
            found = None
        if found is None:
            raise InputUnusable("scan_nothing", path=what)
        text = found
    try:
        return read_code(text)
    except DamagedCodeError:
        return Finding("qr_damaged", "code")


def _show(
    read: StationCode | SmsNumbers | Finding, found: tuple[Finding, ...], language: Language, as_json: bool
) -> None:
    values = None if isinstance(read, Finding) else known_values(read)
    if as_json:
        station = None if isinstance(read, Finding) else read.station
        echo_json(
            {
                "station": station,
                "numbers": values and dict(values),
                "at": read.at if isinstance(read, StationCode) else None,
                "key": read.keyid if isinstance(read, StationCode) else None,
                "statement": read.statement.hex() if isinstance(read, StationCode) else None,
                "findings": [finding.export() for finding in found],
            }
        )
        return
    if isinstance(read, StationCode):
        echo(said(language, "code_read", station=read.station, at=read.at, key=short(read.keyid)))
    elif isinstance(read, SmsNumbers):
        echo(said(language, "sms_read", station=read.station))
    if not isinstance(read, Finding):
        if values is None:
            echo(said(language, "code_no_form", numbers=" ".join(map(str, read.numbers))))
        for name, value in (values or {}).items():
            echo(f"  {name}: {'-' if value is None else value}")
    show_findings(found, language)
