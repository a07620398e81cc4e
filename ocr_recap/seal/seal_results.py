"""Seals a folder of results: a statement for each form of each station that is new or has changed, then a closing one.

Minutes, recap statements and other files are sealed in the same way by `seal_files`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..messages.errors import CannotWrite, InputUnusable, system_reason
from ..messages.text import one_line
from .device_key import DeviceKey
from .merkle import LogHead
from .pieces import ResultsOnDisk, StationPieces, piece_name, read_results, stations
from .roll import KeyHolder, KeyRoll
from .sealer import Sealer
from .statement import KINDS, Kind, SealedFile, SealedStatement
from .store import SealedFolder, sealed_folder

_PLAIN: Final = re.compile(r"[a-z0-9_-]{1,40}")
_STATIONS: Final = 100  # whose files are written together: some 25 MB
_MOST_BYTES: Final = 256 << 20  # of a file of minutes, by judgement: a scan of 100 pages has some 50 MB


@dataclass(frozen=True)
class Sealing:
    """How a folder is sealed.

    Attributes:
        key: that signs.
        roll: that the device knows; None without one.
        at: the time now, UTC.
        rehearsal: whether it is a test run.
    """

    key: DeviceKey
    roll: KeyRoll | None
    at: str
    rehearsal: bool = False


@dataclass(frozen=True)
class SealedResults:
    """What was done.

    Attributes:
        new: stations' statements that were sealed.
        unchanged: how many forms of stations were sealed before, with the same content.
        left_out: documents without a station or a form, by their ids.
        not_ours: stations that the key has no right to.
        changed: stations that were not asked for and are other than this key sealed them.
        decisions: how many decisions of the key's holder were signed.
        holder: of the key by the roll; None where the key is not in it.
        head: of the log, as the key signed it last.
    """

    new: tuple[SealedStatement, ...]
    unchanged: int
    left_out: tuple[str, ...]
    not_ours: tuple[str, ...]
    changed: tuple[str, ...]
    decisions: int
    holder: KeyHolder | None
    head: LogHead


@dataclass(frozen=True)
class SealedFiles:
    """What was done with minutes or a recap: the signed head of the log, and whether they were sealed before."""

    head: LogHead
    was_sealed: bool


def seal_results(folder: Path, how: Sealing, only: Collection[str] | None = None) -> SealedResults:
    """Seal what is new in a folder of results.

    Args:
        folder: of results.
        how: key, roll and time.
        only: the stations that are sealed; None: all. Decisions are signed where any station is asked for.

    Raises:
        InputUnusable: it is no folder of results.
        FolderBusy: another process is at work in its sealed part.
        FolderDamaged: results or sealed files are damaged, or the key was used elsewhere.
        CannotWrite: the disk is full, or permissions are missing.
    """
    results = read_results(folder)
    store = sealed_folder(folder)
    roll = _known_roll(folder, how.roll)
    with store.locked():
        sealer = Sealer(store, how.key, roll, how.at, how.rehearsal)
        holder = roll.holder(how.key.id) if roll else None
        latest = _latest(sealer.own)
        new: list[SealedStatement] = []
        unchanged, not_ours, changed = 0, list[str](), list[str]()
        files: dict[str, bytes] = {}
        decisions = _seal_decisions(sealer, results, holder) if only is None or only else 0
        for pieces in stations(results):
            before = latest.get((pieces.station, pieces.template[0]))
            is_same = before is not None and _is_same(before, pieces)
            if only is not None and pieces.station not in only:
                changed += [pieces.station] if before is not None and not is_same else []
                continue
            if holder and not may_seal(holder, pieces.station):
                not_ours.append(pieces.station)
                continue
            if is_same:
                unchanged += 1
                continue
            files |= pieces.files
            new.append(sealer.seal("station", pieces.subjects, pieces.body(before.id if before else None)))
            if len(new) % _STATIONS == 0:
                files = _added(store, files)
        _added(store, files)
        if new or decisions:
            sealer.seal("head", (), {"log": sealer.head.export()})
        if roll:
            _write(store.path, lambda: store.update_roll(roll))
        sealer.commit()
        left = results.without_station, tuple(not_ours), tuple(changed)
        return SealedResults(tuple(new), unchanged, *left, decisions, holder, sealer.signed_head)


def may_seal(holder: KeyHolder, station: str) -> bool:
    """Whether the holder of a key has the right to a station's statement."""
    return holder.covers(station) and "station" in KINDS[holder.role]


def seal_files(
    folder: Path, how: Sealing, kind: Kind, files: Mapping[str, bytes], body: Mapping[str, Any]
) -> SealedFiles:
    """Seal minutes, a recap statement or other files.

    All statements in the folder enter the log of the key first: its head, read aloud, fixes every one of them.

    Args:
        folder: of results, or a new one.
        how: key, roll and time.
        kind: of statement.
        files: contents by name; they are kept in the sealed part.
        body: keys of the kind, without `log`, which is added.

    Raises:
        FolderBusy, FolderDamaged, CannotWrite: as `seal_results`.
    """
    store = sealed_folder(folder)
    roll = _known_roll(folder, how.roll)
    with store.locked():
        sealer = Sealer(store, how.key, roll, how.at, how.rehearsal)
        named = {_kept_name(kind, name, content): content for name, content in files.items()}
        _write(store.path, lambda: store.add_files(named))
        subjects = [SealedFile(name, hashlib.sha256(content).hexdigest()) for name, content in sorted(named.items())]
        others = [one.id for one in store.everything() if one.keyid != how.key.id]
        if set(others) <= set(sealer.log) and any(
            one.kind == kind and list(one.subjects) == subjects and one.body["area"] == body["area"]
            for one in sealer.own
        ):
            return SealedFiles(sealer.signed_head, was_sealed=True)
        sealer.enter(others)
        sealer.seal(kind, subjects, {**body, "log": sealer.head.export()})
        sealer.seal("head", (), {"log": sealer.head.export()})
        if roll:
            _write(store.path, lambda: store.update_roll(roll))
        sealer.commit()
        return SealedFiles(sealer.signed_head, was_sealed=False)


def load_files(paths: Iterable[Path]) -> dict[str, bytes]:
    """Contents of files by their names.

    Raises:
        InputUnusable: one cannot be read or is too large.
    """
    found: dict[str, bytes] = {}
    for path in paths:
        try:
            with path.open("rb") as file:
                content = file.read(_MOST_BYTES + 1)
        except OSError as fault:
            raise InputUnusable("file_unreadable", path=path, why=system_reason(fault)) from None
        if len(content) > _MOST_BYTES:
            raise InputUnusable("sealed_file_large", path=path, most=_MOST_BYTES >> 20)
        found[path.name] = content
    return found


def _kept_name(kind: str, name: str, content: bytes) -> str:
    """The name of a file in `data/`: its own where that is plain, else the kind; the first digits of its hash."""
    ending, stem = Path(name).suffix.lower(), Path(name).stem.lower()
    known = ending if ending.isascii() and ending[1:].isalnum() else ""
    return piece_name(kind, f"{stem if _PLAIN.fullmatch(stem) else kind}-", content, known)


def _known_roll(folder: Path, given: KeyRoll | None) -> KeyRoll | None:
    """The newer one of the roll that is given and the one that the folder has."""
    kept = sealed_folder(folder).roll()
    if given is None or kept is None:
        return given or kept
    return given if len(given.versions) >= len(kept.versions) else kept


def _latest(own: Sequence[SealedStatement]) -> dict[tuple[str, str], SealedStatement]:
    """The last statement of a key about each form of a station."""
    return {(one.area, one.body["template"]["id"]): one for one in own if one.kind == "station"}


def _is_same(before: SealedStatement, pieces: StationPieces) -> bool:
    return set(before.subjects) == set(pieces.subjects) and before.numbers == pieces.numbers


def _seal_decisions(sealer: Sealer, results: ResultsOnDisk, holder: KeyHolder | None) -> int:
    """Sign the decisions that name the key, or its holder and no key, and are not signed yet; how many these are."""
    signed = {line for one in sealer.own if one.kind == "decisions" for line in one.body["lines"]}
    person, own = holder.person if holder else "", sealer.key.id
    mine = [
        line
        for line, (by, key) in results.decided_by.items()
        if key == own or (not key and person and one_line(by).casefold() == person.casefold())
    ]
    new = [found for line in mine if (found := hashlib.sha256(line).hexdigest()) not in signed]
    if new:
        sealer.seal("decisions", (), {"lines": sorted(new), "person": person})
    return len(new)


def _added(store: SealedFolder, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Write files; the empty dict for those that follow."""
    _write(store.path, lambda: store.add_files(files))
    return {}


def _write(path: Path, action: Any) -> None:
    try:
        action()
    except OSError as fault:
        raise CannotWrite("file_unwritable", path=path, why=system_reason(fault)) from None
