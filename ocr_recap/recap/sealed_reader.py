"""Reads a folder of sealed results, such as one that received bundles: what statements with a right say about stations.

A station counts where its statement, its files and the chain of its key hold by the folder's roll of keys
(`seal.judge`). What does not hold counts for nothing and is named. A station whose code (`ocr-recap scan --into`) is
all that arrived counts by that code.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ..forms import template
from ..messages.errors import FolderDamaged, InputUnusable, TemplateError
from ..seal.check_codes import code_id, kept_codes
from ..seal.compact import DamagedCodeError, StationCode, code_of_bytes
from ..seal.conflicts import standing
from ..seal.device_key import short
from ..seal.findings import Finding
from ..seal.judge import SealVerdict, judge
from ..seal.pieces import DOCUMENT_PIECE
from ..seal.preliminary import kept_sms
from ..seal.roll import KeyRoll
from ..seal.source import BundleContent, read_bundle
from ..seal.statement import SealedStatement
from ..seal.store import DATA, ENDING, LOGS, PHOTOS, STATEMENTS, SealedFolder
from .level_file import LevelFile
from .results_reader import document_statement
from .sources import sealed_part
from .statement import Author, Statement, state, superseding

# What says nothing about a single station: conflicts are compared here, and what was superseded or left out is none.
_NO_FAULT_OF_A_STATION: Final = frozenset({"conflict", "file_unsigned", "verifier_differs"})
_UNKNOWN: Final = "unknown"  # name and role of the holder of a key that is not in the roll


@dataclass(frozen=True)
class SealedSaid:
    """What a folder of sealed results says.

    Attributes:
        statements: about stations, none superseding another yet.
        refused: stations with statements that do not count, with the codes of what was found
            (`messages.seal_findings`).
        preliminary: stations of which nothing but an SMS line is there; it does not count.
        other_forms: statements of other contests.
        lines: for each file of statements the line of each station in it, for messages.
    """

    statements: list[Statement] = field(default_factory=list[Statement])
    refused: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    other_forms: int = 0
    lines: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    preliminary: tuple[str, ...] = ()


def read_sealed(folder: Path, origin: str, contest: LevelFile) -> SealedSaid:
    """Read what the statements of a folder say about stations.

    Args:
        folder: of results or received bundles, or its sealed part.
        origin: name of the folder in statements.
        contest: whose forms and fields count.

    Raises:
        InputUnusable: the folder has no roll of keys, or a file cannot be read.
        FolderDamaged: a line or a sealed document cannot be read.
    """
    part = sealed_part(folder)
    assert part is not None
    store = SealedFolder(part)
    roll, everything = store.roll(), store.everything()
    if roll is None:
        raise InputUnusable("sealed_without_roll", folder=folder)
    content = read_bundle(part.parent)
    verdict = judge(content, roll)
    faults = _Faults(verdict.findings, everything)
    said = SealedSaid(lines=_lines(everything))
    good = {one.id for one in verdict.statements}
    for one in everything:
        if one.kind == "station":
            _refuse(said, one.area, _right(verdict, one) if one.id in good else ("signature_invalid",))
    other_forms = 0
    for same in standing(verdict.statements, roll).values():
        for one in same:
            if codes := faults.of(one):
                _refuse(said, one.area, codes)
            elif one.body["template"]["id"] not in contest.forms:
                other_forms += 1
            else:
                said.statements.append(_of_statement(part, one, roll, origin, contest))
    said.statements.extend(_of_codes(part, content, verdict, faults, (origin, contest), said))
    here = {one.subject for one in said.statements} | set(said.refused)
    preliminary = tuple(sorted({one.said.station for one in kept_sms(part.parent)} - here))
    return SealedSaid(said.statements, said.refused, other_forms, said.lines, preliminary)


def _right(verdict: SealVerdict, one: SealedStatement) -> list[str]:
    """The codes of what is wrong with the right to a statement."""
    return [finding.code for finding in verdict.rights[one.id] if finding.is_fault]


def _refuse(said: SealedSaid, station: str, codes: Iterable[str]) -> None:
    """Name what is wrong with a statement about a station; nothing where `codes` is empty."""
    if found := {*said.refused.get(station, ()), *codes}:
        said.refused[station] = tuple(sorted(found))


class _Faults:
    """The faults of a folder by what they are about: a statement, a file, a key, or all of it."""

    def __init__(self, findings: Sequence[Finding], statements: Sequence[SealedStatement]) -> None:
        self._by_place: dict[str, set[str]] = defaultdict(set)
        keys = {one.keyid for one in statements}
        for finding in findings:
            if not finding.is_fault or finding.code in _NO_FAULT_OF_A_STATION:
                continue
            where = finding.where
            for keyid in keys:
                if where in (f"{STATEMENTS}/{keyid}{ENDING}", f"{LOGS}/{keyid}.txt"):
                    where = short(keyid)
            self._by_place["" if finding.code.startswith("roll_") else where].add(finding.code)

    def of(self, one: SealedStatement) -> set[str]:
        """The codes of what is wrong with a statement, its files, its key, or the roll."""
        places = ["", short(one.id), short(one.keyid), one.area, *(f"{DATA}/{file.name}" for file in one.subjects)]
        return {code for place in places for code in self._by_place.get(place, ())}

    def of_code(self, code: StationCode) -> set[str]:
        """The codes of what is wrong with the code of a station."""
        places = ("", short(code_id(code)), short(code.keyid), code.station)
        return {found for place in places for found in self._by_place.get(place, ())}


def _lines(everything: Sequence[SealedStatement]) -> dict[str, dict[str, int]]:
    """For each file of statements, the first line of each station."""
    found: dict[str, dict[str, int]] = {}
    numbers: dict[str, int] = defaultdict(int)
    for one in everything:
        numbers[one.keyid] += 1
        if one.kind == "station":
            found.setdefault(f"{STATEMENTS}/{one.keyid}{ENDING}", {}).setdefault(one.area, numbers[one.keyid])
    return found


def _author(keyid: str, roll: KeyRoll) -> Author:
    holder = roll.holder(keyid)
    return Author(name=holder.person if holder else _UNKNOWN, role=holder.role if holder else _UNKNOWN, key=keyid)


def _of_statement(part: Path, one: SealedStatement, roll: KeyRoll, origin: str, contest: LevelFile) -> Statement:
    """What a sealed statement says, with the states of its document, by the one who signed it."""
    form = one.body["template"]["id"]
    made = document_statement(_document(part, one), form, one.area, origin, contest, one.stamp.at)
    photos = {file.sha256 for file in one.subjects if file.name.startswith(f"{PHOTOS}/")}
    update = {
        "by": _author(one.keyid, roll),
        "document": f"{one.body['document']} {one.keyid[:16]}",
        "evidence": (one.id, *sorted(photos)),
        "pictures": (),
    }
    return superseding(made.model_copy(update=update), None)


def _document(part: Path, one: SealedStatement) -> Mapping[str, Any]:
    """The document that was sealed with a statement; its hash was checked."""
    names = [file for file in one.subjects if f"/{DOCUMENT_PIECE}" in file.name]
    path = part / DATA / names[0].name if names else part
    try:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != names[0].sha256:
            raise ValueError
        return json.loads(content)
    except (OSError, ValueError):
        raise FolderDamaged("results_unusable", path=path) from None


def _of_codes(
    part: Path,
    content: BundleContent,
    verdict: SealVerdict,
    faults: _Faults,
    about: tuple[str, LevelFile],
    said: SealedSaid,
) -> Iterator[Statement]:
    """What kept codes say of stations about which there is no statement; those that do not hold are refused."""
    origin, contest = about
    assert verdict.roll is not None
    here = {one.area for one in verdict.statements if one.kind == "station"}
    forms = _forms(part, contest)
    for file in kept_codes(content, verdict.statements).values():
        try:
            code = code_of_bytes(file)
        except DamagedCodeError:
            continue  # a finding without a station
        if code.station in here:
            continue
        found = faults.of_code(code)
        if found:
            _refuse(said, code.station, found)
            continue
        for form, values in ((form, code.values(form)) for form in forms):
            if values is not None:
                yield _of_code(code, form.id, values, verdict.roll, origin, contest)
                break
        else:
            _refuse(said, code.station, ("other_template",))


def _of_code(
    code: StationCode, form: str, values: Mapping[str, int | None], roll: KeyRoll, origin: str, contest: LevelFile
) -> Statement:
    """What a code says: the numbers that it has; nothing is said of the others."""
    known = {one.id: values.get(one.on(form) or one.id) for one in contest.fields}
    digest = code_id(code)
    return state(
        contest=contest.id,
        station=code.station,
        level="station",
        stage="count",
        source="photos",
        origin=origin,
        document=f"qr {digest[:16]}",
        at=code.at,
        by=_author(code.keyid, roll),
        values={name: value for name, value in known.items() if value is not None},
        unread={},
        evidence=(digest,),
    )


def _forms(part: Path, contest: LevelFile) -> list[template.Template]:
    """The forms of a contest: those that were sealed, and those that come with the program."""
    names = sorted((part / DATA / "templates").glob("*.yaml"))
    found: list[template.Template] = []
    for name in (*names, *(form for form in template.available() if form in contest.forms)):
        try:
            form = template.load(name)
        except TemplateError:
            continue
        if form.id in contest.forms:
            found.append(form)
    return found
