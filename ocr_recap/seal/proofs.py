"""Proofs about a log that can be handed to anybody: a station's statement is in it; it began as an earlier log.

A proof is a file of JSON. It holds the statement that signed the head, so that it can be checked without the bundle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..messages.errors import InputUnusable, WrongUse
from .device_key import is_signed, short
from .judge import SealVerdict, judge
from .merkle import LogHead, consistency_proof, inclusion_proof, is_consistent, is_included, log_head
from .roll import KeyHolder
from .source import BundleContent, read_bundle
from .statement import SealedStatement, parse_line, pre_authentication
from .store import LOGS, sealed_folder
from .strict_json import NotStrictError, canonical, strict

_KEEPERS: Final = frozenset({"receiver", "recap", "plenary"})  # roles whose logs hold what others sealed
_OF_LOGS: Final = frozenset({"log_mismatch", "statement_missing", "chain_gap", "chain_fork", "chain_broken"})


@dataclass(frozen=True)
class LogProof:
    """A proof that was checked.

    Attributes:
        holds: whether statement, signatures and path fit together.
        signer: the statement that signed the head.
        head: of the log.
        statement: the one that is in the log; None in a proof of consistency.
        earlier: the earlier head; None in a proof of inclusion.
    """

    holds: bool
    signer: SealedStatement
    head: LogHead
    statement: SealedStatement | None = None
    earlier: LogHead | None = None


def logs_of(content: BundleContent) -> Mapping[str, Sequence[str]]:
    """The ids in each log of a bundle, by the id of its key."""
    return {
        name.removeprefix(f"{LOGS}/").removesuffix(".txt"): text.decode("ascii", "replace").split()
        for name, text in sorted(content.texts.items())
        if name.startswith(f"{LOGS}/")
    }


def signed_head(verdict: SealVerdict, keyid: str) -> SealedStatement:
    """The newest statement of a key that commits to its log.

    Raises:
        WrongUse: there is none.
    """
    heads = [one for one in verdict.statements if one.keyid == keyid and one.log is not None]
    if not heads:
        raise WrongUse("proof_not_there", what=keyid[:16])
    return max(heads, key=lambda one: one.stamp.counter)


def area_heads(folder: Path, area: str) -> list[tuple[KeyHolder, LogHead]]:
    """The newest signed heads of the logs of an area: of those who receive and of those who close it.

    Args:
        folder: with received bundles and their roll of keys.
        area: code of the area.

    Raises:
        WrongUse: it is no such folder, or has no log of the area that is whole.
        InputUnusable: it cannot be read.
    """
    content = read_bundle(folder)
    verdict = judge(content, sealed_folder(folder).roll() if content.kind == "store" else None)
    wrong = {one.where for one in verdict.findings if one.code in _OF_LOGS}
    found: list[tuple[KeyHolder, LogHead]] = []
    for keyid in logs_of(content):
        holder = verdict.roll.holder(keyid) if verdict.roll else None
        if holder and holder.role in _KEEPERS and holder.covers(area) and short(keyid) not in wrong:
            head = signed_head(verdict, keyid).log
            found += [(holder, head)] if head else []
    if not found:
        raise WrongUse("no_log_of_area", folder=folder, area=area)
    return found


def prove_station(verdict: SealVerdict, ids: Sequence[str], keyid: str, station: str) -> bytes:
    """The proof that a station's newest statement is in a log.

    Args:
        verdict: of the bundle.
        ids: in the log.
        keyid: of the log.
        station: 13 digits.

    Raises:
        WrongUse: the log has no statement of the station, or no signed head.
    """
    signer = signed_head(verdict, keyid)
    size = signer.log.size if signer.log else 0
    here = [one for one in verdict.about(station) if one.id in ids[:size]]
    if not here:
        raise WrongUse("proof_not_there", what=station)
    statement = max(here, key=lambda one: ids.index(one.id))
    leaves = [bytes.fromhex(one) for one in ids[:size]]
    index = ids.index(statement.id)
    return canonical(
        {
            "index": index,
            "path": [step.hex() for step in inclusion_proof(leaves, index)],
            "proof": "inclusion",
            "signer": signer.line.decode(),
            "statement": statement.line.decode(),
        }
    )


def prove_growth(verdict: SealVerdict, ids: Sequence[str], keyid: str, since: int) -> bytes:
    """The proof that a log began as it was when it had `since` statements.

    Raises:
        WrongUse: the log never had that size, or no signed head.
    """
    signer = signed_head(verdict, keyid)
    size = signer.log.size if signer.log else 0
    if not 1 <= since <= size:
        raise WrongUse("proof_not_there", what=str(since))
    leaves = [bytes.fromhex(one) for one in ids[:size]]
    return canonical(
        {
            "earlier": log_head(ids[:since]).export(),
            "path": [step.hex() for step in consistency_proof(leaves, since)],
            "proof": "consistency",
            "signer": signer.line.decode(),
        }
    )


def check_proof(content: bytes, name: str) -> LogProof:
    """Check a proof, and the signatures in it; whether the keys have the right to them is for the roll to say.

    Raises:
        InputUnusable: it is no proof.
    """
    try:
        said: dict[str, Any] = strict(content.strip())
        signer = parse_line(said["signer"].encode())
        head, path = signer.log, [bytes.fromhex(step) for step in said["path"]]
        if head is None:
            raise ValueError
        if said["proof"] == "inclusion":
            statement = parse_line(said["statement"].encode())
            is_in = is_included(bytes.fromhex(statement.id), said["index"], head, path)
            return LogProof(is_in and _fits(signer) and _fits(statement), signer, head, statement)
        earlier = LogHead(said["earlier"]["size"], str(said["earlier"]["root"]))
        return LogProof(is_consistent(earlier, head, path) and _fits(signer), signer, head, earlier=earlier)
    except (NotStrictError, KeyError, TypeError, ValueError, AttributeError):
        raise InputUnusable("proof_unusable", path=name) from None


def _fits(one: SealedStatement) -> bool:
    return is_signed(one.stamp.public, one.signature, pre_authentication(one.payload))
