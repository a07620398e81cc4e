"""Part of `judge`: whether the keys that signed have the right to it, by the roll of keys. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .device_key import short
from .findings import Finding
from .roll import KeyHolder, KeyRoll, read_roll
from .source import BundleContent
from .statement import KINDS, Kind, SealedStatement
from .store import ROLL


@dataclass(frozen=True)
class SignedClaim:
    """What was signed, as far as the right to it depends on it: a statement, or a station's code.

    Attributes:
        id: of the statement; of a code the hash of its file.
        keyid: of the key that signed.
        kind, area, at: what, about which station or area, and when (UTC).
        is_ours: whether it names the roll that it is judged by.
        rehearsal: whether it is of a test run.
        form: id of the form, or the first digits of its hash; empty without one.
        form_fits: whether the roll has the form, or names none.
    """

    id: str
    keyid: str
    kind: Kind
    area: str
    at: str
    is_ours: bool
    rehearsal: bool
    form: str
    form_fits: bool


def roll_findings(
    content: BundleContent, trusted: KeyRoll | None
) -> tuple[KeyRoll | None, KeyRoll | None, list[Finding]]:
    """The trusted roll with what the bundle's adds to it, the bundle's own, and what is wrong with that one."""
    text = content.texts.get(ROLL)
    claimed, found = read_roll(text) if text is not None else (None, [])
    if trusted is None or claimed is None:
        return trusted, claimed, found
    if claimed.id != trusted.id:
        return trusted, claimed, [*found, Finding("roll_foreign", short(claimed.id))]
    for mine, theirs in zip(trusted.versions, claimed.versions, strict=False):
        if mine.content != theirs.content:
            return trusted, claimed, [*found, Finding("roll_forked", str(mine.number))]
    if len(claimed.versions) < len(trusted.versions):
        found.append(Finding("roll_older", str(claimed.last.number)))
    return max(trusted, claimed, key=lambda roll: len(roll.versions)), claimed, found


def version_findings(statements: Sequence[SealedStatement], roll: KeyRoll | None) -> Iterator[Finding]:
    """Whether somebody in the roll knows a newer version than is here."""
    if roll is not None:
        known = [one for one in statements if one.stamp.roll == roll.id and roll.holder(one.keyid)]
        newest = max((one.stamp.version for one in known), default=0)
        if newest > roll.last.number:
            yield Finding("roll_rolled_back", str(newest))


def rights_findings(statements: Sequence[SealedStatement], roll: KeyRoll | None) -> dict[str, list[Finding]]:
    """What is wrong with the right of each statement, by its id; without a roll nobody vouches for any key."""
    found: dict[str, list[Finding]] = {one.id: [] for one in statements}
    if roll is None:
        first = {one.keyid: one.id for one in reversed(statements)}
        for keyid, identifier in first.items():
            found[identifier].append(Finding("nobody_vouches", short(keyid)))
        return found
    receipts = received_at(statements, roll)
    for one in statements:
        found[one.id] += claim_findings(_claim(one, roll), roll, receipts)
    return found


def received_at(statements: Iterable[SealedStatement], roll: KeyRoll) -> dict[str, str]:
    """When each statement or code was received at the earliest, by receipts of those who may give them."""
    found: dict[str, str] = {}
    for one in statements:
        if one.kind == "receipt" and roll.holder(one.keyid) and not faulty(claim_findings(_claim(one, roll), roll, {})):
            for identifier in (*one.body["statements"], *(file.sha256 for file in one.subjects)):
                found[identifier] = min(one.stamp.at, found.get(identifier, one.stamp.at))
    return found


def faulty(found: Iterable[Finding]) -> bool:
    """Whether one of several findings is a fault."""
    return any(finding.is_fault for finding in found)


def _claim(one: SealedStatement, roll: KeyRoll) -> SignedClaim:
    form, forms = one.body.get("template"), roll.last.election.templates
    return SignedClaim(
        id=one.id,
        keyid=one.keyid,
        kind=one.kind,
        area=one.area,
        at=one.stamp.at,
        is_ours=one.stamp.roll == roll.id,
        rehearsal=one.stamp.rehearsal,
        form=form["id"] if form else "",
        form_fits=not form or not forms or forms.get(form["id"]) == form["sha256"],
    )


def claim_findings(claim: SignedClaim, roll: KeyRoll, receipts: Mapping[str, str]) -> list[Finding]:
    """What is wrong with the right of a key to what it signed.

    Args:
        claim: what it signed.
        roll: of keys.
        receipts: when what was received at the earliest, by its id.
    """
    where, election = short(claim.id), roll.last.election
    found: list[Finding] = []
    if claim.rehearsal != election.rehearsal:
        found.append(Finding("test_run", where))
    if not claim.is_ours:
        found.append(Finding("other_election", where))
    if not claim.form_fits:
        found.append(Finding("other_template", where, {"template": claim.form}))
    holder = roll.holder(claim.keyid)
    if holder is None:
        return [*found, Finding("key_unknown", short(claim.keyid))]
    needs_area = claim.kind in ("station", "recap", "minutes")
    if claim.kind not in KINDS.get(holder.role, ()) or (needs_area and not holder.covers(claim.area)):
        data = {"person": holder.person, "role": holder.role, "kind": claim.kind, "area": claim.area or "-"}
        found.append(Finding("key_without_right", where, data))
    return found + _time_findings(claim, holder, receipts.get(claim.id))


def _time_findings(claim: SignedClaim, holder: KeyHolder, received: str | None) -> list[Finding]:
    """Whether a key was valid when it signed; after a revocation only a receipt from before shows that."""
    where, found = short(claim.id), list[Finding]()
    said = {"person": holder.person, "at": claim.at, "start": holder.start, "end": holder.end}
    if claim.at < holder.start:
        found.append(Finding("key_not_yet", where, said))
    if claim.at > holder.end:
        found.append(Finding("key_expired", where, said))
    if holder.revoked:
        start = holder.revoked.start
        said = {**said, "start": start, "reason": holder.revoked.reason}
        if received is not None and received < start:
            found.append(Finding("revoked_received", where, {**said, "at": received}))
        else:
            found.append(Finding("key_revoked" if claim.at >= start else "revoked_unreceived", where, said))
    return found
