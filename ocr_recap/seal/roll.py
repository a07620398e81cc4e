# tuf and securesystemslib document these names as theirs.
# pyright: reportPrivateImportUsage=false
"""The roll of keys: TUF root metadata signed by a threshold of officials, which delegates to the keys of devices.

The file holds all versions. Version 1 is signed by its own threshold, every later one by the threshold of the version
before it and by its own. What is ours is in the key `ocr_recap` of the signed part: the election, the officials' names
and the delegations, in TUF's own format for delegated roles with person, role, times and revocation added.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from securesystemslib.signer import CryptoSigner, Key, SSlibKey
from tuf.api.metadata import DelegatedRole, Delegations, Metadata, Root

from ..messages.text import one_line
from .device_key import DeviceKey, key_id
from .findings import Finding
from .strict_json import NotStrictError, canonical, strict

OURS: Final = "ocr_recap"  # key of the signed part
NEVER: Final = "9999-12-31T23:59:59Z"  # TUF wants an end; the delegations have their own
MOST_ROLL: Final = 64 << 20  # bytes of a roll; by judgement: 100,000 devices are some 50 MB


@dataclass(frozen=True)
class Revocation:
    """The end of a key before its time: from when (UTC), and why."""

    start: str
    reason: str


@dataclass(frozen=True)
class KeyHolder:
    """A device key in the roll.

    Attributes:
        keyid, public: of the key.
        person: who holds it.
        role: one of `statement.ROLES`.
        codes: stations (13 digits) and areas (less digits) that the holder may seal.
        start, end: from when to when (UTC).
        revoked: None unless the key was revoked.
    """

    keyid: str
    public: str
    person: str
    role: str
    codes: tuple[str, ...]
    start: str
    end: str
    revoked: Revocation | None = None

    def covers(self, area: str) -> bool:
        """Whether a station or an area is within the holder's."""
        return any(area.startswith(code) for code in self.codes)


@dataclass(frozen=True)
class RollElection:
    """What a roll is for: its name, whether it is a test run, and the hashes of its forms by id (none: any form)."""

    name: str
    rehearsal: bool
    templates: Mapping[str, str]


@dataclass(frozen=True)
class RollVersion:
    """One version, whose signatures were checked: the TUF metadata, its signed bytes, and what is read from it."""

    metadata: Metadata[Root]
    content: bytes
    made: str
    election: RollElection
    officials: Mapping[str, str]
    holders: Mapping[str, KeyHolder]

    @property
    def number(self) -> int:
        """Number of the version, from 1."""
        return self.metadata.signed.version

    @property
    def threshold(self) -> int:
        """How many officials must sign."""
        return self.metadata.signed.roles["root"].threshold


@dataclass(frozen=True)
class KeyRoll:
    """A roll whose versions all hold: each is signed as it must be."""

    versions: tuple[RollVersion, ...]

    @property
    def id(self) -> str:
        """SHA-256 of what the officials of version 1 signed: the fingerprint of the election."""
        return hashlib.sha256(self.versions[0].content).hexdigest()

    @property
    def last(self) -> RollVersion:
        """The newest version."""
        return self.versions[-1]

    def holder(self, keyid: str) -> KeyHolder | None:
        """The holder of a key by the newest version."""
        return self.last.holders.get(keyid)

    def made(self, number: int) -> str | None:
        """When a version was made (UTC); None where the roll does not have it."""
        return self.versions[number - 1].made if 1 <= number <= len(self.versions) else None

    def to_bytes(self) -> bytes:
        """The file."""
        return written([version.metadata for version in self.versions])


def written(versions: Sequence[Metadata[Root]]) -> bytes:
    """The file of a roll."""
    return canonical({"roll": 1, "versions": [one.to_dict() for one in versions]}) + b"\n"


def read_roll(content: bytes) -> tuple[KeyRoll | None, list[Finding]]:
    """Read a roll and check all signatures.

    Args:
        content: of the file.

    Returns:
        The versions that hold, from the first on, None without any; and what is wrong with the next one.
    """
    try:
        if len(content) > MOST_ROLL:
            raise NotStrictError("not_json")
        said = strict(content)
        if canonical(said) + b"\n" != content:
            raise NotStrictError("not_canonical")
        texts = list(said["versions"])
        if said["roll"] != 1:
            raise ValueError
    except NotStrictError as fault:
        return None, [Finding(fault.code, "roll.json", {"line": 1})]
    except (KeyError, TypeError, ValueError):
        return None, [Finding("roll_malformed", "1")]
    held: list[RollVersion] = []
    for text in texts:
        before = held[-1] if held else None
        number = before.number + 1 if before else 1
        version, fault = _checked(text, before, number)
        if version is None:
            return KeyRoll(tuple(held)) if held else None, [fault] if fault else []
        held.append(version)
    return (KeyRoll(tuple(held)), []) if held else (None, [Finding("roll_malformed", "1")])


def _checked(text: Any, before: RollVersion | None, number: int) -> tuple[RollVersion | None, Finding | None]:
    """One version; None with the reason if it does not hold."""
    where = str(number)
    try:
        signers = [str(one["keyid"]) for one in text["signatures"]]
        if len(set(signers)) < len(signers):
            return None, Finding("official_twice", where)
        version = parsed(Metadata[Root].from_dict(strict(canonical(text))))
        if version.number != number:
            return None, Finding("roll_gap", where)
        people = [name.casefold() for name in version.officials.values()]
        if len(set(people)) < len(people):
            return None, Finding("official_twice", where)
        earlier = before.metadata.signed if before else None
        result = version.metadata.signed.get_root_verification_result(
            earlier, version.content, version.metadata.signatures
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None, Finding("roll_malformed", where)
    if not result:
        short = result.first if not result.first else result.second
        data = {"have": len(short.signed), "need": short.threshold}
        return None, Finding("roll_threshold", where, data)
    return version, None


def parsed(metadata: Metadata[Root]) -> RollVersion:
    """What a version says; signatures are not checked.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is no version of a roll, or the id of a key is not its hash.
    """
    root = metadata.signed
    for keyid, key in root.keys.items():
        _check_key(keyid, key)
    ours = root.unrecognized_fields[OURS]
    election = ours["election"]
    delegations = Delegations.from_dict(strict(canonical(ours["delegations"])))
    for keyid, key in delegations.keys.items():
        _check_key(keyid, key)
    roles = delegations.roles or {}
    holders = [_holder(role, delegations.keys) for role in roles.values()]
    officials = {str(keyid): one_line(name) for keyid, name in ours["officials"].items()}
    if set(officials) != set(root.roles["root"].keyids) or not officials:
        raise ValueError
    return RollVersion(
        metadata,
        metadata.signed_bytes,
        str(ours["made"]),
        RollElection(str(election["name"]), election["rehearsal"] is True, dict(election["templates"])),
        officials,
        {holder.keyid: holder for holder in holders},
    )


def _check_key(keyid: str, key: Key) -> None:
    if key.keytype != "ed25519" or key.scheme != "ed25519" or key_id(str(key.keyval["public"])) != keyid:
        raise ValueError


def _holder(role: DelegatedRole, keys: Mapping[str, Key]) -> KeyHolder:
    (keyid,) = role.keyids
    said = role.unrecognized_fields
    revoked = said.get("revoked")
    return KeyHolder(
        keyid,
        str(keys[keyid].keyval["public"]),
        one_line(str(said["person"])),
        str(said["role"]),
        tuple(path.removesuffix("*") for path in role.paths or ()),
        str(said["from"]),
        str(said["until"]),
        None if revoked is None else Revocation(str(revoked["from"]), one_line(str(revoked["reason"]))),
    )


def delegated(holder: KeyHolder) -> DelegatedRole:
    """A key's holder as TUF's delegated role."""
    said: dict[str, Any] = {
        "person": holder.person,
        "role": holder.role,
        "from": holder.start,
        "until": holder.end,
    }
    if holder.revoked:
        said["revoked"] = {"from": holder.revoked.start, "reason": holder.revoked.reason}
    paths = [code if len(code) == 13 else f"{code}*" for code in holder.codes]
    return DelegatedRole(holder.keyid, [holder.keyid], 1, True, paths, None, said)


def public_key(public: str) -> SSlibKey:
    """A public key, 64 hexadecimal digits, for TUF."""
    return SSlibKey(key_id(public), "ed25519", "ed25519", {"public": public})


def sign_version(metadata: Metadata[Root], key: DeviceKey) -> None:
    """Add an official's signature to a version."""
    metadata.sign(CryptoSigner(key.private, public_key(key.public)), append=True)
