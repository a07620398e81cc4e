"""The check of a bundle: pure functions from what it holds and a trusted roll to findings. Everything that verifies,
receives, packs or explains calls `judge` and nothing else; `check_files` and `check_rights` are parts of it.

`verify.py` does the same without this package; a test compares the two on every attack.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .check_codes import code_findings
from .check_files import bag_findings, subject_findings
from .check_rights import rights_findings, roll_findings, version_findings
from .device_key import is_signed, short
from .findings import Finding, ordered
from .merkle import roots
from .pieces import DECISIONS_PIECE, DOCUMENT_PIECE
from .roll import KeyHolder, KeyRoll
from .source import BundleContent
from .statement import SealedStatement, parse_line, pre_authentication
from .store import DATA, ENDING, LOGS, STATEMENTS
from .strict_json import NotStrictError

_ID: Final = re.compile(r"[0-9a-f]{64}")
_MOST_SWAPPED: Final = 200  # statements with wrong signatures that are compared with each other; by judgement


@dataclass(frozen=True)
class SealVerdict:
    """What a check found.

    Attributes:
        findings: faults first.
        statements: with signatures that fit, in the order of the files.
        rights: what is found about the right of each statement, by its id.
        roll: the trusted roll, with newer versions that the bundle brought; None without one.
        claimed: the roll in the bundle, as far as it holds; it vouches for nobody by itself.
    """

    findings: tuple[Finding, ...]
    statements: tuple[SealedStatement, ...]
    rights: Mapping[str, Sequence[Finding]]
    roll: KeyRoll | None
    claimed: KeyRoll | None

    @property
    def holds(self) -> bool:
        """True where nothing is wrong."""
        return not any(finding.is_fault for finding in self.findings)

    def counts(self, statement: SealedStatement) -> bool:
        """Whether the key has the right to a statement, by the trusted roll; False without one."""
        return self.roll is not None and not any(finding.is_fault for finding in self.rights[statement.id])

    def about(self, station: str) -> tuple[SealedStatement, ...]:
        """The statements about a station."""
        return tuple(one for one in self.statements if one.kind == "station" and one.area == station)

    def holder(self, statement: SealedStatement) -> KeyHolder | None:
        """Who signed by the trusted roll, else by the one in the bundle."""
        roll = self.roll or self.claimed
        return roll.holder(statement.keyid) if roll else None


@dataclass(frozen=True)
class _PlacedLine:
    """A statement and where it stands."""

    file: str
    number: int
    statement: SealedStatement


def judge(content: BundleContent, trusted: KeyRoll | None = None) -> SealVerdict:
    """Check a bundle.

    Args:
        content: what it holds.
        trusted: the roll of keys that decides who may sign; None: nobody vouches for any key.

    Returns:
        Findings, statements, and whose statements count.
    """
    found = list(content.faults)
    renamed: dict[str, str] = {}
    if content.kind == "bag":
        found += bag_findings(content, renamed)
    lines, faults = read_lines(content)
    found += faults
    statements = [line.statement for line in lines]
    found += subject_findings(content, statements, renamed)
    roll, claimed, faults = roll_findings(content, trusted)
    found += faults
    found += version_findings(statements, roll or claimed)
    rights, faults = open_questions(statements, roll)
    found += faults
    found += order_findings(lines, content.kind == "loose")
    if content.kind != "loose":
        found += chain_findings(statements, roll or claimed)
        found += log_findings(content, statements)
    found += document_findings(content, statements)
    found += decision_findings(content, statements, roll)
    faults, coded = code_findings(content, statements, roll)
    found += faults
    found += missing_findings(statements, roll, coded)
    return SealVerdict(ordered(found), tuple(statements), rights, roll, claimed)


def open_questions(
    statements: Sequence[SealedStatement], roll: KeyRoll | None
) -> tuple[Mapping[str, Sequence[Finding]], list[Finding]]:
    """What people must settle about statements whose signatures fit: rights and conflicts.

    Returns:
        The findings about the right of each statement by its id, and all findings.
    """
    rights = rights_findings(statements, roll)
    counted = [one for one in statements if roll is None or not any(f.is_fault for f in rights[one.id])]
    return rights, [*(finding for faults in rights.values() for finding in faults), *conflict_findings(counted)]


# --- statements -------------------------------------------------------------------------------------------------------


def read_lines(content: BundleContent) -> tuple[list[_PlacedLine], list[Finding]]:
    """The statements whose signatures fit, and what is wrong with the other lines."""
    found: list[Finding] = []
    good: list[_PlacedLine] = []
    bad: list[_PlacedLine] = []
    for file in sorted(content.texts):
        if not (file.startswith(f"{STATEMENTS}/") and file.endswith(ENDING)):
            continue
        *lines, rest = content.texts[file].split(b"\n")
        for number, text in enumerate([*lines, rest] if rest else lines, 1):
            try:
                line = _PlacedLine(file, number, parse_line(text))
            except NotStrictError as fault:
                found.append(Finding(fault.code, file, {"line": number}))
                continue
            (good if _fits(line.statement, line.statement) else bad).append(line)
    for line in bad:
        others = (other for other in bad[:_MOST_SWAPPED] if other is not line)
        is_swapped = any(_fits(line.statement, other.statement) for other in others)
        code = "signature_swapped" if is_swapped else "signature_invalid"
        found.append(Finding(code, short(line.statement.id), {"line": line.number}))
    return good, found


def _fits(signer: SealedStatement, said: SealedStatement) -> bool:
    return is_signed(signer.stamp.public, signer.signature, pre_authentication(said.payload))


def order_findings(lines: Sequence[_PlacedLine], loose: bool) -> Iterator[Finding]:
    """Statements in the file of another key, out of order, or twice."""
    last: dict[str, int] = {}
    seen: set[str] = set()
    for line in lines:
        statement = line.statement
        if not loose and line.file != f"{STATEMENTS}/{statement.keyid}{ENDING}":
            yield Finding("statement_misplaced", line.file, {"line": line.number})
        if statement.stamp.counter < last.get(line.file, 0) or statement.id in seen:
            yield Finding("statement_order", line.file, {"line": line.number})
        if not loose:
            last[line.file] = statement.stamp.counter
        seen.add(statement.id)


def chain_findings(statements: Sequence[SealedStatement], roll: KeyRoll | None) -> Iterator[Finding]:
    """Gaps, forks and breaks in the chain of each key, and clocks that were set back."""
    for keyid, own in by_key(statements).items():
        where, is_whole = short(keyid), whole_chain(own)
        ids: dict[int, set[str]] = defaultdict(set)
        for one in own:
            ids[one.stamp.counter].add(one.id)
        missing = [number for number in range(1, max(ids) + 1) if number not in ids]
        if missing and is_whole:
            more = f", +{len(missing) - 8}" * (len(missing) > 8)
            yield Finding("chain_gap", where, {"missing": ", ".join(map(str, missing[:8])) + more})
        latest = ""
        for one in own:
            number, before = one.stamp.counter, ids.get(one.stamp.counter - 1)
            expected = {None} if number == 1 else before
            if expected is not None and one.stamp.previous not in expected:
                yield Finding("chain_broken", where, {"number": number})
            made = roll.made(one.stamp.version) if roll and one.stamp.roll == roll.id else None
            if one.stamp.at < latest or (made is not None and one.stamp.at < made):
                yield Finding("clock_back", where, {"number": number, "at": one.stamp.at})
            latest = max(latest, one.stamp.at)
        for number, same in ids.items():
            if len(same) > 1:
                yield Finding("chain_fork", where, {"number": number})
        if is_whole and own[-1].kind not in ("head", "receipt"):
            yield Finding("head_missing", where)


def by_key(statements: Iterable[SealedStatement]) -> dict[str, list[SealedStatement]]:
    """The statements of each key, by their numbers."""
    found: dict[str, list[SealedStatement]] = defaultdict(list)
    for one in sorted(statements, key=lambda one: (one.keyid, one.stamp.counter, one.id)):
        found[one.keyid].append(one)
    return found


def whole_chain(own: Sequence[SealedStatement]) -> bool:
    """Whether all statements of a key should be here: of a receiver elsewhere, only the receipts that it gave are."""
    return any(one.kind != "receipt" for one in own)


def log_findings(content: BundleContent, statements: Sequence[SealedStatement]) -> Iterator[Finding]:
    """Compare the logs with the heads that were signed, and with the statements."""
    known = {one.id for one in statements}
    keys = by_key(statements)
    for name in sorted(content.texts):
        folder, _, file = name.partition("/")
        if folder == LOGS and file.removesuffix(".txt") not in keys:
            yield Finding("file_unsigned", name)
    for keyid, own in keys.items():
        text = content.texts.get(f"{LOGS}/{keyid}.txt")
        if text is None and not whole_chain(own):
            continue
        ids = (text or b"").decode("ascii", "replace").split("\n")[:-1]
        missing = sum(identifier not in known for identifier in ids)
        if missing:
            yield Finding("statement_missing", short(keyid), {"count": missing})
        is_log = all(_ID.fullmatch(identifier) for identifier in ids)
        heads = [head for one in own if (head := one.log) is not None]
        leaves = [bytes.fromhex(identifier) for identifier in ids] if is_log else []
        found = roots(leaves, {head.size for head in heads})
        for head in heads:
            if found.get(head.size) != head.root:
                yield Finding("log_mismatch", short(keyid), {"spoken": head.spoken})


# --- what is said -----------------------------------------------------------------------------------------------------


def document_findings(content: BundleContent, statements: Iterable[SealedStatement]) -> Iterator[Finding]:
    """Compare the numbers of each statement with the document that is sealed with it."""
    for one in statements:
        for file in one.subjects if one.kind == "station" else ():
            facts = content.documents.get(file.name)
            if facts is None or "/" + DOCUMENT_PIECE not in file.name:
                continue
            if content.hashes[f"{DATA}/{file.name}"] != file.sha256:
                continue
            if facts.fault:
                yield Finding(facts.fault, f"{DATA}/{file.name}", {"line": 1})
            elif facts.station != one.area:
                yield Finding("other_station", short(one.id), {"station": one.area, "file": file.name})
            elif facts.numbers != one.numbers:
                yield Finding("numbers_differ", short(one.id), {"file": file.name})


def decision_findings(
    content: BundleContent, statements: Sequence[SealedStatement], roll: KeyRoll | None
) -> Iterator[Finding]:
    """Decisions in the name of somebody who has a key and did not sign them, or that name a key which did not."""
    if roll is None:
        return
    signed = {(one.keyid, line) for one in statements if one.kind == "decisions" for line in one.body["lines"]}
    keys: dict[str, set[str]] = defaultdict(set)
    for holder in roll.last.holders.values():
        keys[holder.person.casefold()].add(holder.keyid)
    sealed = {(file.name, one.keyid) for one in statements for file in one.subjects if DECISIONS_PIECE in file.name}
    for name, keyid in sorted(sealed):
        for decision in content.decisions.get(name, ()):
            own = keys.get(decision.person.casefold(), set())
            data = {"person": decision.person}
            if decision.key:
                own = own & {decision.key} if own else {decision.key}
            if not own and not decision.key:
                yield Finding("decision_unvouched", f"{DATA}/{name}", data)
            elif keyid not in own and not any((key, decision.sha256) in signed for key in own):
                yield Finding("decision_forged", f"{DATA}/{name}", data)


def conflict_findings(statements: Sequence[SealedStatement]) -> Iterator[Finding]:
    """Stations with statements that differ."""
    stations = [one for one in statements if one.kind == "station"]
    replaced = {(one.keyid, one.body["supersedes"]) for one in stations}
    groups: dict[tuple[str, str], list[SealedStatement]] = defaultdict(list)
    for one in stations:
        if (one.keyid, one.id) in replaced:
            yield Finding("superseded", one.area)
        else:
            groups[one.area, one.body["template"]["id"]].append(one)
    for (station, _), same in sorted(groups.items()):
        if len({tuple(sorted(one.numbers.items())) for one in same}) > 1:
            yield Finding("conflict", station, {"count": len(same)})


def missing_findings(statements: Sequence[SealedStatement], roll: KeyRoll | None, coded: set[str]) -> Iterator[Finding]:
    """Stations of those who signed here, or in their areas, without a statement and without a code (`coded`)."""
    if roll is None:
        return
    signers = [holder for keyid in {one.keyid for one in statements} if (holder := roll.holder(keyid))]
    areas = [code for holder in signers for code in holder.codes]
    expected = Counter(
        code
        for holder in roll.last.holders.values()
        if holder.role == "station"
        for code in holder.codes
        if len(code) == 13 and any(code.startswith(area) for area in areas)
    )
    for code in sorted(expected.keys() - coded - {one.area for one in statements if one.kind == "station"}):
        yield Finding("station_missing", code)
