"""`ocr-recap keys`: makes keys and requests, and changes the roll of keys with officials' signatures."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..forms import template
from ..messages.catalog import Language
from ..messages.errors import CannotWrite, WrongUse, system_reason
from ..messages.screens import said
from ..seal.device_key import make_key, short
from ..seal.durable import write_durably
from ..seal.key_request import OFFICIAL, load_request, make_request, terminal_qr
from ..seal.roll import KeyRoll, RollElection
from ..seal.roll_edit import RollFile, enrolled, load_roll_file, new_roll, revoked, save_roll_file, signed_by
from .common import OK, LangOption, language_of, reported
from .sealing import KeysOption, asked_passphrase, needed, now, opened_key, time_of
from .terminal import echo, echo_json


class KeyRole(StrEnum):
    """Values of `--role`."""

    official = OFFICIAL
    station = "station"
    reviewer = "reviewer"
    receiver = "receiver"
    recap = "recap"
    plenary = "plenary"


def init_roll(
    requests: Annotated[list[Path], typer.Argument()],
    election: Annotated[str, typer.Option("--election")],
    threshold: Annotated[int, typer.Option("--threshold", min=1)],
    out: Annotated[Path, typer.Option("--out", "-o")],
    templates: Annotated[list[str] | None, typer.Option("--template", "-t")] = None,
    rehearsal: Annotated[bool, typer.Option("--rehearsal")] = False,
    keys: KeysOption = None,
    lang: LangOption = None,
) -> None:
    """Make a roll of keys from the requests of officials."""
    language = language_of(lang)
    with reported(language):
        needed()
        if out.exists():
            raise WrongUse("file_exists", path=out)
        forms = {form.id: form.sha256 for form in map(template.load, templates or ())}
        file = new_roll(RollElection(election, rehearsal, forms), list(map(load_request, requests)), threshold, now())
        _signed_and_saved(out, file, keys, language)
    raise typer.Exit(OK)


def request_key(
    key: Annotated[Path, typer.Option("--key")],
    person: Annotated[str, typer.Option("--person")],
    role: Annotated[KeyRole, typer.Option("--role")] = KeyRole.station,
    codes: Annotated[list[str] | None, typer.Option("--code")] = None,
    passphrase: Annotated[bool, typer.Option("--passphrase")] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o")] = None,
    lang: LangOption = None,
) -> None:
    """Make a key, unless it is there, and the request to enrol it."""
    language = language_of(lang)
    with reported(language):
        needed()
        if key.exists():
            own = opened_key(key, language)
        else:
            own = make_key(key, asked_passphrase(key, language, twice=True) if passphrase else None)
            echo(said(language, "key_made", path=key))
        text = make_request(own, person, role.value, tuple(codes or ()))
        path = out or key.with_suffix(".request")
        try:
            write_durably(path, text + b"\n")
        except OSError as fault:
            raise CannotWrite("file_unwritable", path=path, why=system_reason(fault)) from None
        shown = ", ".join(codes or ()) or "-"
        echo(said(language, "key_request", person=person, role=role.value, codes=shown, key=short(own.id), path=path))
        echo(text.decode())
        echo(terminal_qr(text, "l"))
    raise typer.Exit(OK)


def enrol_keys(
    roll_file: Annotated[Path, typer.Argument()],
    requests: Annotated[list[Path], typer.Argument()],
    until: Annotated[str, typer.Option("--until")],
    start: Annotated[str | None, typer.Option("--from")] = None,
    keys: KeysOption = None,
    lang: LangOption = None,
) -> None:
    """Enrol keys by their requests."""
    language = language_of(lang)
    with reported(language):
        needed()
        asked = list(map(load_request, requests))
        file = enrolled(load_roll_file(roll_file), asked, time_of(start), time_of(until), now())
        _signed_and_saved(roll_file, file, keys, language)
    raise typer.Exit(OK)


def revoke_key(
    roll_file: Annotated[Path, typer.Argument()],
    keyid: Annotated[str, typer.Argument()],
    reason: Annotated[str, typer.Option("--reason")],
    start: Annotated[str | None, typer.Option("--from")] = None,
    keys: KeysOption = None,
    lang: LangOption = None,
) -> None:
    """Revoke a key."""
    language = language_of(lang)
    with reported(language):
        needed()
        key = load_request(Path(keyid)).keyid if Path(keyid).is_file() else keyid
        file = revoked(load_roll_file(roll_file), key, time_of(start), reason, now())
        _signed_and_saved(roll_file, file, keys, language)
    raise typer.Exit(OK)


def sign_roll(roll_file: Annotated[Path, typer.Argument()], keys: KeysOption = None, lang: LangOption = None) -> None:
    """Sign the change that waits in a roll."""
    language = language_of(lang)
    with reported(language):
        needed()
        _signed_and_saved(roll_file, load_roll_file(roll_file), keys, language, must=True)
    raise typer.Exit(OK)


def list_keys(
    roll_file: Annotated[Path, typer.Argument()],
    as_json: Annotated[bool, typer.Option("--json")] = False,
    lang: LangOption = None,
) -> None:
    """List who may what."""
    language = language_of(lang)
    with reported(language):
        needed()
        file = load_roll_file(roll_file)
        if as_json:
            echo_json(_exported(file.roll) if file.roll else {})
        elif file.roll:
            _show(file.roll, language)
        if file.waiting and not as_json:
            echo(said(language, "roll_waiting", path=roll_file, missing=file.missing()))
    raise typer.Exit(OK)


def _signed_and_saved(
    path: Path, file: RollFile, keys: list[Path] | None, language: Language, must: bool = False
) -> None:
    """Sign with the keys that are given, write the roll, and say what is still missing."""
    if keys or must:
        file = signed_by(file, [opened_key(key, language) for key in keys or ()])
    save_roll_file(path, file)
    if file.waiting:
        echo(said(language, "roll_waiting", path=path, missing=file.missing()))
    elif file.roll:
        last = file.roll.last
        data = {"version": last.number, "threshold": last.threshold, "officials": len(last.officials)}
        echo(said(language, "roll_complete", path=path, **data))
        name = last.election.name
        echo(said(language, "roll_election", name=name, fingerprint=short(file.roll.id)))


def _show(roll: KeyRoll, language: Language) -> None:
    last = roll.last
    echo(said(language, "roll_election", name=last.election.name, fingerprint=short(roll.id)))
    if last.election.rehearsal:
        echo(said(language, "roll_rehearsal"))
    data = {"version": last.number, "made": last.made, "threshold": last.threshold, "officials": len(last.officials)}
    echo(said(language, "roll_version", **data))
    for keyid, person in sorted(last.officials.items(), key=lambda pair: pair[1]):
        echo(said(language, "roll_official", key=short(keyid), person=person))
    for holder in sorted(last.holders.values(), key=lambda one: (one.role, one.codes, one.person)):
        data = {"role": holder.role, "person": holder.person, "codes": " ".join(holder.codes)}
        line = said(language, "roll_holder", key=short(holder.keyid), start=holder.start, end=holder.end, **data)
        if holder.revoked:
            line += said(language, "roll_revoked", start=holder.revoked.start, reason=holder.revoked.reason)
        echo(line)


def _exported(roll: KeyRoll) -> dict[str, object]:
    last = roll.last
    return {
        "election": last.election.name,
        "fingerprint": roll.id,
        "rehearsal": last.election.rehearsal,
        "templates": dict(last.election.templates),
        "version": last.number,
        "made": last.made,
        "threshold": last.threshold,
        "officials": dict(last.officials),
        "keys": [
            {
                "key": holder.keyid,
                "person": holder.person,
                "role": holder.role,
                "codes": list(holder.codes),
                "from": holder.start,
                "until": holder.end,
                "revoked": holder.revoked and {"from": holder.revoked.start, "reason": holder.revoked.reason},
            }
            for holder in last.holders.values()
        ],
    }
