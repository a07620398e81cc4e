"""Receives bundles into the sealed part of a folder: takes what is new, keeps what was there, answers with a receipt.

What is taken: statements whose signatures fit, of keys in the roll, of this election; and files that are as signed. A
statement without a right, or under a revoked key, is taken as well: `judge` says so each time, and people decide. The
same bundle a second time changes nothing.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..messages.errors import CannotWrite, WrongUse, system_reason
from .device_key import short
from .durable import force_folder, write_durably
from .findings import Finding, ordered
from .judge import SealVerdict, by_key, judge, open_questions
from .proofs import logs_of
from .roll import KeyRoll
from .seal_results import Sealing
from .sealer import Sealer
from .source import BundleContent, FileTree, is_inside, opened, read_content
from .statement import SealedFile, SealedStatement
from .store import DATA, ENDING, SealedFolder, sealed_folder

RECEIPTS = "receipts"  # folder of receipts that are handed back, beside `sealed/`
_NOT_TAKEN = frozenset({"key_unknown", "other_election", "test_run"})
_CHUNK = 1 << 20


@dataclass(frozen=True)
class ReceivedBundle:
    """What became of one bundle.

    Attributes:
        path: of the bundle.
        verdict: of its check.
        taken: statements that are new here.
        known: how many were here before.
        left: statements that are not taken.
        refused: whether nothing of it was taken.
        receipt: the file with the receipts for it; None without a key.
    """

    path: Path
    verdict: SealVerdict
    taken: tuple[SealedStatement, ...] = ()
    known: int = 0
    left: int = 0
    refused: bool = False
    receipt: Path | None = None


def receive(bundle: Path, into: Path, roll: KeyRoll | None, how: Sealing | None = None) -> ReceivedBundle:
    """Receive one bundle, a zip of one, a folder of results, or a file of receipts.

    Args:
        bundle: what arrived.
        into: folder of results, or a new one.
        roll: the trusted roll; None: the one that the folder has.
        how: key and time of the receipt; None gives none.

    Raises:
        WrongUse: there is no roll, or it is no bundle.
        InputUnusable: the bundle cannot be read.
        FolderBusy, FolderDamaged: another process is at work in the folder, or it is damaged.
        CannotWrite: the disk is full, or permissions are missing; receiving again finishes it.
    """
    store = sealed_folder(into)
    with opened(bundle) as (kind, tree, faults):
        content = read_content(kind, tree, faults)
        with store.locked():
            trusted = trusted_roll(store, roll)
            verdict = judge(content, trusted)
            if any(finding.refuses for finding in verdict.findings):
                return ReceivedBundle(bundle, verdict, refused=True)
            try:
                return _taken(bundle, store, tree, content, verdict, how)
            except OSError as fault:
                raise CannotWrite("file_unwritable", path=fault.filename or into, why=system_reason(fault)) from None


def trusted_roll(store: SealedFolder, given: KeyRoll | None) -> KeyRoll:
    """The roll to check with: the newest of the one that is given and the one that the folder keeps.

    Raises:
        WrongUse: there is neither.
        FolderDamaged: they are of different elections.
    """
    if given is not None:
        store.update_roll(given)
    kept = store.roll()
    if kept is None:
        raise WrongUse("receive_needs_roll")
    return kept


def questions(into: Path) -> tuple[Finding, ...]:
    """What people must settle about all that a folder has received: rights and conflicts.

    Raises:
        FolderDamaged: the folder is damaged.
    """
    store = sealed_folder(into)
    return ordered(open_questions(store.everything(), store.roll())[1])


def _taken(
    bundle: Path,
    store: SealedFolder,
    tree: FileTree,
    content: BundleContent,
    verdict: SealVerdict,
    how: Sealing | None,
) -> ReceivedBundle:
    """Take what is new: files first, then statements, the roll, and at last the receipt."""
    wanted = [
        one for one in verdict.statements if not any(finding.code in _NOT_TAKEN for finding in verdict.rights[one.id])
    ]
    for file in sorted({file for one in wanted for file in one.subjects}, key=lambda file: file.name):
        if is_inside(file.name) and content.hashes.get(f"{DATA}/{file.name}") == file.sha256:
            _copy(tree, store, file)
    before = {one.id for one in store.everything()}
    new = tuple(one for one in wanted if one.id not in before)
    for keyid, own in by_key(new).items():
        store.save_statements(keyid, [*store.statements(keyid), *own])
    _take_logs(store, content, verdict, {one.keyid for one in wanted} - {how.key.id if how else ""})
    if verdict.roll:
        store.update_roll(verdict.roll)
    left = len(verdict.statements) - len(wanted)
    receipt = _receipt(bundle, store, wanted, verdict, how) if how and content.kind != "loose" else None
    return ReceivedBundle(bundle, verdict, new, len(wanted) - len(new), left, receipt=receipt)


def _take_logs(store: SealedFolder, content: BundleContent, verdict: SealVerdict, keys: set[str]) -> None:
    """Take the logs of others where they are as their heads say and go on from what is here."""
    wrong = {finding.where for finding in verdict.findings if finding.code in ("log_mismatch", "statement_missing")}
    for keyid, ids in logs_of(content).items():
        here = store.log(keyid) if keyid in keys else []
        if keyid in keys and short(keyid) not in wrong and len(ids) > len(here) and list(ids[: len(here)]) == here:
            store.save_log(keyid, ids)


def _copy(tree: FileTree, store: SealedFolder, file: SealedFile) -> None:
    """Copy a file, where it is not there yet; it is hashed again, since the stick may have changed meanwhile."""
    target = store.path / DATA / file.name
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{uuid.uuid4().hex}.part")
    digest = hashlib.sha256()
    try:
        with tree.opened(f"{DATA}/{file.name}") as source, part.open("wb") as copy:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        if digest.hexdigest() == file.sha256:
            part.replace(target)
            force_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)


def _receipt(
    bundle: Path, store: SealedFolder, wanted: Iterable[SealedStatement], verdict: SealVerdict, how: Sealing
) -> Path:
    """Seal a receipt for what has none yet; the file with all receipts for the bundle."""
    sealer = Sealer(store, how.key, store.roll(), how.at, how.rehearsal)
    ids = [one.id for one in wanted if one.keyid != how.key.id]
    sealer.enter(ids)
    covered = {one for receipt in _receipts(sealer.own) for one in receipt.body["statements"]}
    if not covered.issuperset(ids):
        codes = sorted({finding.code for finding in verdict.findings if finding.is_fault})
        sealer.seal("receipt", (), {"faults": codes, "log": sealer.head.export(), "statements": sorted(ids)})
    sealer.commit()
    mine = [one for one in _receipts(sealer.own) if not set(ids).isdisjoint(one.body["statements"])]
    lines = b"".join(one.line + b"\n" for one in mine)
    path = _receipt_file(store.path.parent / RECEIPTS, bundle.name.removesuffix(".zip") or "bundle", lines)
    if not path.exists() or path.read_bytes() != lines:
        write_durably(path, lines)
    return path


def _receipt_file(folder: Path, name: str, lines: bytes) -> Path:
    """The file of receipts: named as the bundle; with a hash where another bundle of that name has one already."""
    path = folder / f"{name}{ENDING}"
    if path.exists() and not set(path.read_bytes().splitlines()) <= set(lines.splitlines()):
        return folder / f"{name}-{hashlib.sha256(lines).hexdigest()[:8]}{ENDING}"
    return path


def _receipts(own: Sequence[SealedStatement]) -> list[SealedStatement]:
    return [one for one in own if one.kind == "receipt"]
