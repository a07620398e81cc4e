"""Part of `judge`: codes of stations, as they stand on slips. Pure functions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from .check_rights import SignedClaim, claim_findings, received_at
from .compact import DamagedCodeError, SmsNumbers, StationCode, code_of_bytes
from .device_key import short
from .findings import Finding
from .roll import KeyRoll
from .source import BundleContent
from .statement import SealedStatement
from .store import DATA


def code_id(code: StationCode) -> str:
    """The id of a code: the hash of the file that keeps it, which holds its bytes."""
    return hashlib.sha256(code.content).hexdigest()


def kept_codes(content: BundleContent, statements: Iterable[SealedStatement]) -> dict[str, bytes]:
    """The files of codes that receipts vouch for, as they were signed, by name."""
    subjects = {file for one in statements if one.kind == "receipt" for file in one.subjects}
    return {
        file.name: content.codes[file.name]
        for file in sorted(subjects, key=lambda file: file.name)
        if file.name in content.codes and content.hashes[f"{DATA}/{file.name}"] == file.sha256
    }


def code_findings(
    content: BundleContent, statements: Sequence[SealedStatement], roll: KeyRoll | None
) -> tuple[list[Finding], set[str]]:
    """Check the codes of a bundle.

    Returns:
        Findings, and the stations whose codes can be read.
    """
    found: list[Finding] = []
    stations: set[str] = set()
    receipts = received_at(statements, roll) if roll else {}
    for name, text in kept_codes(content, statements).items():
        try:
            code = code_of_bytes(text)
        except DamagedCodeError:
            found.append(Finding("qr_damaged", f"{DATA}/{name}"))
            continue
        stations.add(code.station)
        found += judge_code(code, statements, roll, receipts)
    return found, stations


def judge_code(
    code: StationCode,
    statements: Iterable[SealedStatement],
    roll: KeyRoll | None,
    receipts: Mapping[str, str],
    station: str | None = None,
) -> list[Finding]:
    """Check a code.

    Args:
        code: that was read.
        statements: known ones, with signatures that fit.
        roll: the trusted one; None: nobody vouches for the key.
        receipts: when what was received at the earliest, by its id.
        station: that the slip is of, as people read it; None where nobody said.
    """
    found: list[Finding] = []
    if station is not None and station != code.station:
        found.append(Finding("qr_other_station", code.station, {"station": station}))
    if not code.is_signed:
        return [*found, Finding("qr_signature", code.station)]
    if roll is None:
        found.append(Finding("nobody_vouches", short(code.keyid)))
    else:
        found += claim_findings(_claim(code, roll), roll, receipts)
    same = [one for one in statements if one.kind == "station" and one.area == code.station]
    same = [one for one in same if one.body["template"]["sha256"].startswith(code.template.hex())]
    if same and not any(one.id.startswith(code.statement.hex()) for one in same):
        found.append(Finding("qr_unlike_statement", code.station))
    return found


def judge_sms(
    sms: SmsNumbers, statements: Iterable[SealedStatement], values: Mapping[str, int | None] | None
) -> list[Finding]:
    """Compare an SMS line with the statements of its station; without one it stays preliminary.

    Args:
        sms: the line.
        statements: known ones, with signatures that fit.
        values: its numbers by field; None where the form is not known.
    """
    same = [one for one in statements if one.kind == "station" and one.area == sms.station]
    if not same:
        return [Finding("sms_preliminary", sms.station)]
    named = [one for one in same if one.id.startswith(sms.statement)]
    if any(values is None or all(one.numbers.get(name) == said for name, said in values.items()) for one in named):
        return []
    return [Finding("sms_unlike_statement", sms.station)]


def _claim(code: StationCode, roll: KeyRoll) -> SignedClaim:
    forms = roll.last.election.templates.values()
    return SignedClaim(
        id=code_id(code),
        keyid=code.keyid,
        kind="station",
        area=code.station,
        at=code.at,
        is_ours=roll.id.startswith(code.roll.hex()),
        rehearsal=code.rehearsal,
        form=code.template.hex(),
        form_fits=not forms or any(form.startswith(code.template.hex()) for form in forms),
    )
