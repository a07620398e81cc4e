# tuf and securesystemslib document these names as theirs.
# pyright: reportPrivateImportUsage=false
"""Changes to the roll of keys: a new roll, keys enrolled and revoked, signatures of officials.

A change makes a new version, which waits at the end of the file until enough officials have signed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tuf.api.metadata import TOP_LEVEL_ROLE_NAMES, Key, Metadata, Root
from tuf.api.metadata import Role as RootRole

from ..imaging.files import write_atomically
from ..messages.errors import CannotWrite, FolderDamaged, InputUnusable, WrongUse, system_reason
from ..messages.text import one_line
from .device_key import DeviceKey
from .key_request import OFFICIAL, KeyRequest
from .roll import (
    NEVER,
    OURS,
    KeyHolder,
    KeyRoll,
    Revocation,
    RollElection,
    RollVersion,
    delegated,
    parsed,
    public_key,
    read_roll,
    sign_version,
    written,
)
from .strict_json import NotStrictError, canonical, strict


@dataclass(frozen=True)
class RollFile:
    """A file with a roll: the versions that hold, and the version that waits for signatures.

    Attributes:
        roll: None in a new file whose version 1 waits.
        waiting: None where nothing waits.
    """

    roll: KeyRoll | None
    waiting: RollVersion | None = None

    def missing(self) -> int:
        """How many signatures the waiting version still needs, of the officials before it or of its own."""
        if self.waiting is None:
            return 0
        root = self.waiting.metadata.signed
        before = self.roll.last.metadata.signed if self.roll else None
        found = root.get_root_verification_result(before, self.waiting.content, self.waiting.metadata.signatures)
        return max(found.first.missing, found.second.missing, 0)


def new_roll(election: RollElection, officials: Sequence[KeyRequest], threshold: int, made: str) -> RollFile:
    """A roll whose version 1 waits for signatures.

    Raises:
        WrongUse: a request is not of an official, one official is named twice, or the threshold is not 1 to their
            number.
    """
    if any(request.role != OFFICIAL for request in officials):
        raise WrongUse("init_needs_officials")
    _refuse_twice(officials)
    if not 1 <= threshold <= len(officials):
        raise WrongUse("threshold_impossible", threshold=threshold, officials=len(officials))
    people = {request.keyid: request.person for request in officials}
    keys = {request.keyid: public_key(request.public) for request in officials}
    return RollFile(None, _version(1, keys, threshold, people, (), election, made))


def enrolled(file: RollFile, requests: Sequence[KeyRequest], start: str, end: str, made: str) -> RollFile:
    """A roll with a waiting version that has further keys.

    Args:
        file: without a waiting version.
        requests: of devices, or of officials.
        start, end: from when to when the keys of devices may sign, UTC.
        made: the time now, UTC.

    Raises:
        WrongUse: a version waits, a key is in the roll already, or the times are the wrong way round.
    """
    last = _last(file)
    _refuse_twice(requests)
    if start >= end:
        raise WrongUse("times_reversed", start=start, end=end)
    for request in requests:
        if request.keyid in last.holders or request.keyid in last.officials:
            raise WrongUse("key_enrolled_already", key=request.keyid[:16], person=request.person)
    new = [
        KeyHolder(request.keyid, request.public, request.person, request.role, request.codes, start, end)
        for request in requests
        if request.role != OFFICIAL
    ]
    added = [request for request in requests if request.role == OFFICIAL]
    keys = {**_root_keys(last), **{request.keyid: public_key(request.public) for request in added}}
    people = {**last.officials, **{request.keyid: request.person for request in added}}
    names = [name.casefold() for name in people.values()]
    if len(set(names)) < len(names):
        raise WrongUse("official_named_twice")
    return _following(file, last, keys, people, (*last.holders.values(), *new), made)


def revoked(file: RollFile, key: str, start: str, reason: str, made: str) -> RollFile:
    """A roll with a waiting version in which a key is revoked; an official's is taken out.

    Args:
        file: without a waiting version.
        key: id of the key, or its first digits, with or without spaces.
        start: from when it is revoked, UTC.
        reason: why.
        made: the time now, UTC.

    Raises:
        WrongUse: a version waits, no key or several begin with these digits, the key is revoked from an earlier time,
            or too few officials would be left.
    """
    last = _last(file)
    wanted = key.replace(" ", "").lower()
    found = [keyid for keyid in (*last.holders, *last.officials) if wanted and keyid.startswith(wanted)]
    if len(found) != 1:
        raise WrongUse("key_not_in_roll", key=key)
    if not one_line(reason):
        raise WrongUse("revoke_without_reason")
    (keyid,) = found
    if keyid in last.officials:
        people = {one: name for one, name in last.officials.items() if one != keyid}
        if len(people) < last.threshold:
            raise WrongUse("too_few_officials", threshold=last.threshold)
        keys = {one: found for one, found in _root_keys(last).items() if one != keyid}
        return _following(file, last, keys, people, tuple(last.holders.values()), made)
    holder = last.holders[keyid]
    if holder.revoked and holder.revoked.start <= start:
        raise WrongUse("key_revoked_already", key=holder.keyid[:16], start=holder.revoked.start)
    holders = {**last.holders, keyid: replace(holder, revoked=Revocation(start, one_line(reason)))}
    return _following(file, last, _root_keys(last), last.officials, tuple(holders.values()), made)


def signed_by(file: RollFile, keys: Iterable[DeviceKey]) -> RollFile:
    """The roll with the signatures of officials under its waiting version, which holds once there are enough.

    Raises:
        WrongUse: nothing waits, or a key is of nobody who may sign.
    """
    if file.waiting is None:
        raise WrongUse("nothing_waits")
    before = file.roll.last.officials if file.roll else {}
    for key in keys:
        if key.id not in file.waiting.officials and key.id not in before:
            raise WrongUse("key_of_no_official", path=key.path)
        sign_version(file.waiting.metadata, key)
    if file.missing():
        return file
    versions = file.roll.versions if file.roll else ()
    return RollFile(KeyRoll((*versions, file.waiting)))


def load_roll_file(path: Path) -> RollFile:
    """Read a roll and what waits in it.

    Raises:
        InputUnusable: the file cannot be read.
        FolderDamaged: it is no roll, or a version other than the last does not hold.
    """
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise InputUnusable("file_unreadable", path=path, why=system_reason(fault)) from None
    roll, faults = read_roll(content)
    if not faults:
        return RollFile(roll)
    held = len(roll.versions) if roll else 0
    try:
        versions = list(strict(content)["versions"])
        if faults[0].code != "roll_threshold" or len(versions) != held + 1:
            raise ValueError
        return RollFile(roll, parsed(Metadata[Root].from_dict(versions[-1])))
    except (NotStrictError, KeyError, TypeError, ValueError, AttributeError):
        raise FolderDamaged("roll_unusable", path=path, why=[faults[0].sentence["en"]]) from None


def load_roll(path: Path) -> KeyRoll:
    """Read a roll to check with; what waits for signatures is left out.

    Raises:
        InputUnusable, FolderDamaged: as `load_roll_file`; also where no version is signed yet.
    """
    file = load_roll_file(path)
    if file.roll is None:
        raise InputUnusable("roll_unsigned", path=path)
    return file.roll


def save_roll_file(path: Path, file: RollFile) -> None:
    """Write a roll.

    Raises:
        CannotWrite: the file cannot be written.
    """
    versions = [version.metadata for version in file.roll.versions] if file.roll else []
    if file.waiting:
        versions.append(file.waiting.metadata)
    try:
        write_atomically(path, written(versions))
    except OSError as fault:
        raise CannotWrite("file_unwritable", path=path, why=system_reason(fault)) from None


def _last(file: RollFile) -> RollVersion:
    if file.waiting is not None or file.roll is None:
        raise WrongUse("roll_waits", missing=file.missing())
    return file.roll.last


def _refuse_twice(requests: Sequence[KeyRequest]) -> None:
    keys = [request.keyid for request in requests]
    if len(set(keys)) < len(keys):
        raise WrongUse("request_twice")
    names = [request.person.casefold() for request in requests if request.role == OFFICIAL]
    if len(set(names)) < len(names):
        raise WrongUse("official_named_twice")


def _root_keys(version: RollVersion) -> dict[str, Key]:
    return dict(version.metadata.signed.keys)


def _following(
    file: RollFile,
    last: RollVersion,
    keys: Mapping[str, Key],
    people: Mapping[str, str],
    holders: Sequence[KeyHolder],
    made: str,
) -> RollFile:
    version = _version(last.number + 1, keys, last.threshold, people, holders, last.election, max(made, last.made))
    return RollFile(file.roll, version)


def _version(
    number: int,
    keys: Mapping[str, Key],
    threshold: int,
    people: Mapping[str, str],
    holders: Sequence[KeyHolder],
    election: RollElection,
    made: str,
) -> RollVersion:
    """A version without signatures."""
    ours: dict[str, Any] = {
        "delegations": {
            "keys": {holder.keyid: public_key(holder.public).to_dict() for holder in holders},
            "roles": [delegated(holder).to_dict() for holder in holders],
        },
        "election": {
            "name": election.name,
            "rehearsal": election.rehearsal,
            "templates": dict(election.templates),
        },
        "made": made,
        "officials": dict(people),
        "schema": 1,
    }
    roles = {name: RootRole([], 1) for name in TOP_LEVEL_ROLE_NAMES}
    roles["root"] = RootRole(sorted(keys), threshold)
    end = datetime.strptime(NEVER, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    root = Root(number, None, end, dict(keys), roles, False, {OURS: ours})
    return parsed(Metadata[Root].from_dict(strict(canonical(Metadata(root).to_dict()))))
