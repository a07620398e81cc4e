"""Attacks on bundles: each is noticed, named by its own code, and found by `verify.py` as well.

Attackers without a key alter files and make all hashes anew. Insiders have a key that is enrolled, and sign what they
have no right to, or what is not so.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import stat
import zipfile
from collections.abc import Callable, Mapping
from copy import copy as copy_of
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from fakes import FORM
from seals import END, EVENING, NIGHT, NOON, START, Place, code, decide, numbers, request, results, station_lines

pytest.importorskip("tuf", reason="the extra seal is not installed")

from ocr_recap.messages.seal_findings import NOTES, REFUSING
from ocr_recap.seal import verify
from ocr_recap.seal.bag import MANIFEST, TAG_MANIFEST, manifest_text
from ocr_recap.seal.device_key import DeviceKey
from ocr_recap.seal.judge import SealVerdict, judge
from ocr_recap.seal.key_request import OFFICIAL
from ocr_recap.seal.merkle import log_head
from ocr_recap.seal.pack import pack
from ocr_recap.seal.receive import receive
from ocr_recap.seal.roll import KeyRoll, RollElection, written
from ocr_recap.seal.roll_edit import enrolled, new_roll, revoked, signed_by
from ocr_recap.seal.seal_results import Sealing
from ocr_recap.seal.source import read_bundle
from ocr_recap.seal.statement import PAYLOAD_TYPE, SealedFile, SealedStatement, Stamp, parse_line, pre_authentication
from ocr_recap.seal.statement import sealed as signed_line
from ocr_recap.seal.strict_json import canonical

STATIONS = [code(1), code(2), code(3)]


@dataclass
class Case:
    """A copy of the night's bundle that an attack changes, and the roll that it is checked with."""

    place: Place
    bundle: Path
    roll: KeyRoll | None

    @property
    def siti(self) -> DeviceKey:
        return self.place.keys["Siti"]

    def file(self, name: str) -> Path:
        return self.bundle / name

    def first(self, pattern: str) -> Path:
        return sorted(self.bundle.glob(pattern))[0]

    def recompute(self) -> None:
        """Make all hashes anew, as whoever holds the stick can."""
        files = {p.relative_to(self.bundle).as_posix(): p for p in sorted(self.bundle.rglob("*")) if p.is_file()}
        hashes = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
        data = {name: digest for name, digest in hashes.items() if name.startswith("data/")}
        self.file(MANIFEST).write_bytes(manifest_text(data))
        hashes[MANIFEST] = hashlib.sha256(self.file(MANIFEST).read_bytes()).hexdigest()
        tags = {name: digest for name, digest in hashes.items() if name not in (*data, TAG_MANIFEST)}
        self.file(TAG_MANIFEST).write_bytes(manifest_text(tags))

    def lines(self, key: DeviceKey | None = None) -> list[bytes]:
        path = self.file(f"statements/{(key or self.siti).id}.intoto.jsonl")
        return path.read_bytes().splitlines() if path.exists() else []

    def save(self, lines: list[bytes], key: DeviceKey | None = None, log: bool = False) -> None:
        """Write the statements of a key, its log as well where `log`, and all hashes anew."""
        own = (key or self.siti).id
        self.file(f"statements/{own}.intoto.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
        if log:
            ids = [parse_line(line).id for line in lines]
            self.file(f"logs/{own}.txt").write_text("".join(f"{one}\n" for one in ids))
        self.recompute()

    def add(self, name: str, content: bytes) -> SealedFile:
        """Put a file into `data/`."""
        self.file(f"data/{name}").parent.mkdir(parents=True, exist_ok=True)
        self.file(f"data/{name}").write_bytes(content)
        return SealedFile(name, hashlib.sha256(content).hexdigest())

    def insider(
        self,
        key: DeviceKey | None = None,
        body: Mapping[str, Any] | None = None,
        subjects: tuple[SealedFile, ...] = (),
        kind: str = "station",
        **stamped: Any,
    ) -> SealedStatement:
        """A key signs a further statement, at the right place of its chain, and closes it."""
        key = key or self.siti
        lines = self.lines(key)
        last = parse_line(lines[-1]) if lines else None
        roll = self.place.roll
        stamp = Stamp(
            public=key.public,
            counter=last.stamp.counter + 1 if last else 1,
            previous=last.id if last else None,
            at=NIGHT,
            roll=roll.id,
            version=roll.last.number,
            rehearsal=False,
            tool="0",
        )
        stamp = replace(stamp, **stamped)
        said = {**station_body(code(1)), "supersedes": None} if body is None and kind == "station" else dict(body or {})
        line = signed_line(key, stamp, kind, subjects, said)  # type: ignore[arg-type]
        one = parse_line(line)
        ids = [parse_line(other).id for other in [*lines, line]]
        closing = replace(stamp, counter=stamp.counter + 1, previous=one.id)
        head = signed_line(key, closing, "head", (), {"log": log_head(ids).export()})
        self.save([*lines, line, head], key, log=True)
        return one

    def check(self, bundle: Path | None = None) -> SealVerdict:
        return judge(read_bundle(bundle or self.bundle), self.roll)


def station_body(station: str, **changed: Any) -> dict[str, Any]:
    """The content of a station's statement; the numbers are those of its document."""
    said = {f.id: numbers(station)[f.id] for f in FORM.fields_of("2") if f.role == "count"}
    form = {"id": FORM.id, "sha256": FORM.sha256}
    body = {
        "document": station,
        "numbers": said,
        "station": station,
        "supersedes": None,
        "template": form,
        "unread": {},
    }
    return {**body, **changed}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Path]:
    """Siti seals three stations in two runs; the bundle with photos."""
    root = tmp_path_factory.mktemp("night")
    place = Place(root, templates={FORM.id: FORM.sha256})
    place.enrol("Siti", "station", *STATIONS)
    place.enrol("Budi", "station", code(4))
    place.enrol("Rina", "reviewer", "2101")
    place.enrol("Kecamatan", "receiver", "210114")
    folder = results(root / "r", STATIONS[:2])
    decide(folder, code(2), "Siti")
    place.seal(folder, "Siti", NOON)
    results(folder, STATIONS)
    place.seal(folder, "Siti", EVENING)
    return place, pack(folder, root / "bundle", [root / "r-photos"]).path


@pytest.fixture
def case(night: tuple[Place, Path], tmp_path: Path) -> Case:
    place, bundle = night
    copy = tmp_path / "bundle"
    shutil.copytree(bundle, copy)
    own = copy_of(place)
    own.root, own.keys = tmp_path, dict(place.keys)
    return Case(own, copy, own.roll)


def same_alone(case: Case, verdict: SealVerdict, bundle: Path | None = None) -> None:
    """`verify.py` finds the same faults at the same places."""
    alone = verify.Check()
    alone.run(bundle or case.bundle, alone.read_roll(case.roll.to_bytes()) if case.roll else [])
    assert alone.found == {(one.code, one.where) for one in verdict.findings if one.is_fault}


def noticed(case: Case, name: str, bundle: Path | None = None) -> SealVerdict:
    """The attack is named by a code; where that is a fault, the bundle does not hold."""
    verdict = case.check(bundle)
    codes = {finding.code for finding in verdict.findings}
    assert name in codes, codes
    assert verdict.holds == (codes <= NOTES)
    assert all(finding.sentence["id"] != finding.sentence["en"] for finding in verdict.findings)
    same_alone(case, verdict, bundle)
    return verdict


def test_the_bundle_holds_before_any_attack(case: Case) -> None:
    verdict = case.check()
    assert verdict.findings == ()
    assert [one.stamp.counter for one in verdict.statements] == [1, 2, 3, 4, 5, 6]
    assert all(map(verdict.counts, verdict.statements))
    same_alone(case, verdict)


# --- whoever holds the stick ------------------------------------------------------------------------------------------


def names_in(bundle: Path) -> list[str]:
    return sorted(path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file())


def test_one_byte_of_any_file_changed(case: Case) -> None:
    names = names_in(case.bundle)
    assert len(names) > 15
    for name in names:
        content = case.file(name).read_bytes()
        case.file(name).write_bytes(content[:-2] + bytes((content[-2] ^ 1,)) + content[-1:])
        found = {(one.code, one.where) for one in case.check().findings}
        own_name = name in (MANIFEST, TAG_MANIFEST)
        assert ("file_changed", name) in found or (own_name and {c for c, _ in found} & MANIFEST_CODES), (name, found)
        case.file(name).write_bytes(content)
    assert case.check().holds


MANIFEST_CODES = {"bag_malformed", "file_changed", "file_renamed", "file_missing"}


def test_any_file_removed(case: Case) -> None:
    for name in names_in(case.bundle):
        content = case.file(name).read_bytes()
        case.file(name).unlink()
        found = {(one.code, one.where) for one in case.check().findings}
        assert found & {("file_missing", name), ("bag_malformed", name)}, name
        case.file(name).write_bytes(content)
    assert case.check().holds


def added(case: Case) -> None:
    case.add("stations/extra.json", b"{}")


def added_beside(case: Case) -> None:
    case.file("setup.exe").write_bytes(b"MZ")


def renamed(case: Case) -> None:
    photo = case.first("data/photos/*")
    photo.rename(photo.with_name("0" * 64 + ".jpg"))


def swapped_files(case: Case) -> None:
    one, other = sorted(case.bundle.glob("data/photos/*"))[:2]
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    case.recompute()


def changed_and_recomputed(case: Case) -> None:
    path = case.first("data/stations/*/document-*")
    path.write_bytes(path.read_bytes().replace(b'"accepted":', b'"accepted": ', 1))
    case.recompute()


def removed_and_recomputed(case: Case) -> None:
    case.first("data/stations/*/document-*").unlink()
    case.recompute()


def photo_removed_and_declared(case: Case) -> None:
    """One photo is taken out, and the bundle is declared to be one without photos."""
    case.first("data/photos/*").unlink()
    info = case.file("bag-info.txt")
    info.write_bytes(info.read_bytes().replace(b"Photos: with", b"Photos: without"))
    case.recompute()


def added_and_recomputed(case: Case) -> None:
    added(case)
    case.recompute()


def beside_and_recomputed(case: Case) -> None:
    added_beside(case)
    case.recompute()


def other_verifier(case: Case) -> None:
    case.file("verify.py").write_text("print('All holds.')\n")
    case.recompute()


def log_of_a_stranger(case: Case) -> None:
    case.file("logs/" + "0" * 64 + ".txt").write_text("")
    case.recompute()


def statement_removed_from_the_middle(case: Case) -> None:
    lines = case.lines()
    case.save([*lines[:1], *lines[2:]])


def statement_and_log_removed_from_the_middle(case: Case) -> None:
    lines = case.lines()
    case.save([*lines[:1], *lines[2:]], log=True)


def statement_removed_from_the_end(case: Case) -> None:
    case.save(case.lines()[:-1])


def statement_and_log_removed_from_the_end(case: Case) -> None:
    case.save(case.lines()[:-1], log=True)


def last_run_removed(case: Case) -> None:
    """All of the second run is taken out: statement, closing statement, log and files."""
    kept = case.lines()[:4]
    case.save(kept, log=True)
    signed = {f"data/{file.name}" for line in kept for file in parse_line(line).subjects}
    for path in [p for p in case.bundle.glob("data/**/*") if p.is_file()]:
        if path.relative_to(case.bundle).as_posix() not in signed:
            path.unlink()
    case.recompute()


def payloads_swapped(case: Case) -> None:
    """The contents of two stations change places under the signatures."""
    lines = case.lines()
    one, other = json.loads(lines[1]), json.loads(lines[2])
    one["payload"], other["payload"] = other["payload"], one["payload"]
    case.save([lines[0], canonical(one), canonical(other), *lines[3:]])


def lines_swapped(case: Case) -> None:
    lines = case.lines()
    case.save([lines[0], lines[2], lines[1], *lines[3:]])


def line_doubled(case: Case) -> None:
    lines = case.lines()
    case.save([*lines, lines[1]])


def in_the_file_of_another_key(case: Case) -> None:
    path = case.file(f"statements/{case.siti.id}.intoto.jsonl")
    path.rename(path.with_name("0" * 64 + ".intoto.jsonl"))
    case.recompute()


def number_changed_in_a_statement(case: Case) -> None:
    lines = case.lines()
    envelope = json.loads(lines[1])
    payload = json.loads(base64.b64decode(envelope["payload"]))
    payload["predicate"]["numbers"]["votes_1"] += 100
    envelope["payload"] = base64.b64encode(canonical(payload)).decode()
    case.save([lines[0], canonical(envelope), *lines[2:]])


def reenveloped(case: Case, change: Callable[[dict[str, Any]], bytes]) -> None:
    """The envelope of the second statement in another form."""
    lines = case.lines()
    case.save([lines[0], change(json.loads(lines[1])), *lines[2:]])


def key_doubled_in_an_envelope(case: Case) -> None:
    reenveloped(case, lambda e: canonical(e).replace(b'{"payload":', b'{"payload":"","payload":', 1))


def envelope_with_spaces(case: Case) -> None:
    reenveloped(case, lambda e: json.dumps(e, sort_keys=True).encode())


def envelope_of_another_type(case: Case) -> None:
    reenveloped(case, lambda e: canonical({**e, "payloadType": "application/json"}))


def line_of_garbage(case: Case) -> None:
    reenveloped(case, lambda e: b"{" * 50_000)


def fraction_in_an_envelope(case: Case) -> None:
    reenveloped(case, lambda e: canonical({**e, "x": 0}).replace(b'"x":0', b'"x":0.5'))


# --- insiders ---------------------------------------------------------------------------------------------------------


def resigned(case: Case, payload: bytes, kind: str = PAYLOAD_TYPE) -> None:
    """An insider signs bytes that are not in the canonical form, at the place of the next statement."""
    signature = case.siti.sign(pre_authentication(payload, kind))
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": kind,
        "signatures": [{"keyid": case.siti.id, "sig": base64.b64encode(signature).decode()}],
    }
    lines = case.lines()
    case.save([*lines[:-1], canonical(envelope), lines[-1]])


def next_payload(case: Case) -> dict[str, Any]:
    envelope = json.loads(case.lines()[-2])
    return json.loads(base64.b64decode(envelope["payload"]))


def key_doubled_in_a_payload(case: Case) -> None:
    text = canonical(next_payload(case)).decode()
    resigned(case, text.replace('"numbers":{', '"numbers":{"votes_1":999},"numbers":{', 1).encode())


def payload_in_another_form(case: Case) -> None:
    resigned(case, json.dumps(next_payload(case)).encode())


def payload_of_another_type(case: Case) -> None:
    resigned(case, canonical(next_payload(case)), "text/plain")


def kind_that_is_not_known(case: Case) -> None:
    resigned(case, canonical({**next_payload(case), "predicateType": "urn:ocr-recap:ruling:v1"}))


def statement_of_another_election(case: Case) -> None:
    case.insider(roll="0" * 64)


def statement_without_a_roll(case: Case) -> None:
    case.insider(roll=None, version=0)


def statement_of_a_test_run(case: Case) -> None:
    case.insider(rehearsal=True)


def statement_of_another_template(case: Case) -> None:
    case.insider(body=station_body(code(1), template={"id": FORM.id, "sha256": "0" * 64}))


def station_of_others(case: Case) -> None:
    case.insider(body=station_body(code(4)))


def kind_of_others(case: Case) -> None:
    case.insider(kind="minutes", body={"area": code(1), "log": log_head(()).export()})


def reviewer_seals_a_station(case: Case) -> None:
    case.insider(case.place.keys["Rina"])


def after_the_end(case: Case) -> None:
    case.insider(at="2029-04-01T00:00:00Z")


def before_the_start(case: Case) -> None:
    case.insider(case.place.keys["Budi"], body=station_body(code(4)), at="2029-02-13T00:00:00Z")


def never_enrolled(case: Case) -> None:
    case.insider(case.place.key("Orang"))


def clock_set_back(case: Case) -> None:
    case.insider(at=START)


def older_than_its_roll(case: Case) -> None:
    """A device that knows a version of the roll says a time before that version was made."""
    case.insider(case.place.keys["Budi"], body=station_body(code(4)), at="2029-02-01T12:00:00Z")


def two_with_one_number(case: Case) -> None:
    lines = case.lines()
    last = parse_line(lines[-1])
    line = signed_line(case.siti, last.stamp, "head", (), {"log": log_head(["0" * 64]).export()})
    both = sorted([lines[-1], line], key=lambda one: parse_line(one).id)
    case.save([*lines[:-1], *both])


def another_past(case: Case) -> None:
    case.insider(previous="0" * 64)


def other_numbers_than_the_document(case: Case) -> None:
    said = station_body(code(1))
    said["numbers"] = {**said["numbers"], "votes_1": 280}
    first = next(one for one in map(parse_line, case.lines()) if one.area == code(1))
    case.insider(body=said, subjects=first.subjects)


def document_of_another_station(case: Case) -> None:
    stations = [parse_line(line) for line in case.lines() if parse_line(line).kind == "station"]
    case.insider(body=station_body(code(1)), subjects=stations[1].subjects)


def document_with_a_key_twice(case: Case) -> None:
    _, document = station_lines(code(1), "0" * 64, numbers(code(1)))
    text = document.replace('"accepted":', '"accepted":999,"accepted":', 1)
    case.insider(subjects=(case.add(f"stations/{code(1)}/document-x.json", text.encode()),))


def decision_in_the_name_of_another(case: Case) -> None:
    """Siti's device seals a decision that bears Rina's name; Rina has a key and did not sign it."""
    line = json.dumps({"by": "Rina", "field": "votes_1", "new": 280}).encode()
    case.insider(subjects=(case.add(f"stations/{code(1)}/decisions-x.jsonl", line + b"\n"),))


def decision_of_somebody_without_a_key(case: Case) -> None:
    line = json.dumps({"by": "Tono", "field": "votes_1", "new": 280}).encode()
    case.insider(subjects=(case.add(f"stations/{code(1)}/decisions-x.jsonl", line + b"\n"),))


def subject_outside(case: Case) -> None:
    case.insider(subjects=(SealedFile("../../etc/passwd", "0" * 64),))


def second_statement_of_a_station(case: Case) -> None:
    """Another device with a right to the station says other numbers."""
    key = case.place.enrol("Kedua", "station", code(1))
    case.roll = case.place.roll
    said = station_body(code(1))
    said["numbers"] = {**said["numbers"], "votes_1": 280}
    case.insider(key, body=said)


def own_correction(case: Case) -> None:
    first = next(one for one in map(parse_line, case.lines()) if one.area == code(1))
    case.insider(body=station_body(code(1), supersedes=first.id, numbers={"votes_1": 3}))


# --- keys and rolls ---------------------------------------------------------------------------------------------------


def changed_roll(case: Case, start: str) -> KeyRoll:
    """A copy of the roll in which Siti's key is revoked."""
    file = signed_by(revoked(case.place.file, case.siti.id, start, "lost", NIGHT), case.place.officials[:2])
    assert file.roll is not None
    return file.roll


def stolen_and_used_later(case: Case) -> None:
    case.roll = changed_roll(case, NOON)


def stolen_and_dated_back(case: Case) -> None:
    case.roll = changed_roll(case, NIGHT)


def known_before_it_was_lost(case: Case) -> None:
    """The district received the bundle before the key was lost."""
    district = case.bundle.parent / "district"
    place = case.place
    receive(case.bundle, district, place.roll, Sealing(place.keys["Kecamatan"], place.roll, "2029-02-14T12:00:00Z"))
    shutil.rmtree(case.bundle)
    pack(district, case.bundle)
    place.keys["Kecamatan"].path.with_name("Kecamatan.key.chain").unlink()
    case.roll = changed_roll(case, NIGHT)


def put_roll(case: Case, content: bytes) -> None:
    case.file("roll.json").write_bytes(content)
    case.recompute()


def versions(case: Case) -> list[Any]:
    return [version.metadata for version in case.place.roll.versions]


def roll_rolled_back(case: Case) -> None:
    """The bundle, and whoever checks it, get a roll that is older than the one that its device knew."""
    case.roll = KeyRoll(case.place.roll.versions[:2])
    put_roll(case, case.roll.to_bytes())


def older_roll_in_the_bundle(case: Case) -> None:
    put_roll(case, written(versions(case)[:2]))


def one_signature_short(case: Case) -> None:
    key = case.place.key("Maling")
    change = enrolled(case.place.file, [request(key, "Maling", "station", "2101")], START, END, NIGHT)
    change = signed_by(change, case.place.officials[:1])
    assert change.waiting is not None
    put_roll(case, written([*versions(case), change.waiting.metadata]))


def one_official_twice(case: Case) -> None:
    one_signature_short(case)
    said = json.loads(case.file("roll.json").read_bytes())
    said["versions"][-1]["signatures"] *= 2
    put_roll(case, canonical(said) + b"\n")


def roll_of_another_election(case: Case) -> None:
    keys = [case.place.key(name) for name in ("Palsu1", "Palsu2")]
    asked = [request(key, name, OFFICIAL) for key, name in zip(keys, ("Adi", "Bunga"), strict=True)]
    file = signed_by(new_roll(RollElection("Latihan 2029", False, {}), asked, 2, START), keys)
    assert file.roll is not None
    put_roll(case, file.roll.to_bytes())


def roll_with_another_version(case: Case) -> None:
    """Two officials sign two different versions of one number."""
    early = Place.__new__(Place)
    early.root, early.keys, early.officials = case.place.root, {}, case.place.officials
    first = KeyRoll(case.place.roll.versions[:1])
    early.file = replace(case.place.file, roll=first)
    key = case.place.keys["Budi"]
    change = enrolled(early.file, [request(key, "Budi", "station", code(9))], START, END, NIGHT)
    other = signed_by(change, case.place.officials[1:]).roll
    assert other is not None
    put_roll(case, other.to_bytes())


def no_roll(case: Case) -> None:
    case.roll = None


ATTACKS: list[tuple[Callable[[Case], None], str]] = [
    (added, "file_added"),
    (added_beside, "file_added"),
    (renamed, "file_renamed"),
    (swapped_files, "file_not_as_signed"),
    (changed_and_recomputed, "file_not_as_signed"),
    (removed_and_recomputed, "file_missing"),
    (photo_removed_and_declared, "file_missing"),
    (added_and_recomputed, "file_unsigned"),
    (beside_and_recomputed, "file_unsigned"),
    (other_verifier, "verifier_differs"),
    (log_of_a_stranger, "file_unsigned"),
    (statement_removed_from_the_middle, "statement_missing"),
    (statement_and_log_removed_from_the_middle, "chain_gap"),
    (statement_removed_from_the_end, "statement_missing"),
    (statement_and_log_removed_from_the_end, "head_missing"),
    (last_run_removed, "station_missing"),
    (payloads_swapped, "signature_swapped"),
    (lines_swapped, "statement_order"),
    (line_doubled, "statement_order"),
    (in_the_file_of_another_key, "statement_misplaced"),
    (number_changed_in_a_statement, "signature_invalid"),
    (key_doubled_in_an_envelope, "doubled_key"),
    (envelope_with_spaces, "not_canonical"),
    (envelope_of_another_type, "wrong_payload_type"),
    (line_of_garbage, "not_json"),
    (fraction_in_an_envelope, "not_canonical"),
    (key_doubled_in_a_payload, "doubled_key"),
    (payload_in_another_form, "not_canonical"),
    (payload_of_another_type, "wrong_payload_type"),
    (kind_that_is_not_known, "unknown_statement"),
    (statement_of_another_election, "other_election"),
    (statement_without_a_roll, "other_election"),
    (statement_of_a_test_run, "test_run"),
    (statement_of_another_template, "other_template"),
    (station_of_others, "key_without_right"),
    (kind_of_others, "key_without_right"),
    (reviewer_seals_a_station, "key_without_right"),
    (after_the_end, "key_expired"),
    (before_the_start, "key_not_yet"),
    (never_enrolled, "key_unknown"),
    (clock_set_back, "clock_back"),
    (older_than_its_roll, "clock_back"),
    (two_with_one_number, "chain_fork"),
    (another_past, "chain_broken"),
    (other_numbers_than_the_document, "numbers_differ"),
    (document_of_another_station, "other_station"),
    (document_with_a_key_twice, "doubled_key"),
    (decision_in_the_name_of_another, "decision_forged"),
    (decision_of_somebody_without_a_key, "decision_unvouched"),
    (subject_outside, "path_outside"),
    (second_statement_of_a_station, "conflict"),
    (own_correction, "superseded"),
    (stolen_and_used_later, "key_revoked"),
    (stolen_and_dated_back, "revoked_unreceived"),
    (known_before_it_was_lost, "revoked_received"),
    (roll_rolled_back, "roll_rolled_back"),
    (older_roll_in_the_bundle, "roll_older"),
    (one_signature_short, "roll_threshold"),
    (one_official_twice, "official_twice"),
    (roll_of_another_election, "roll_foreign"),
    (roll_with_another_version, "roll_forked"),
    (no_roll, "nobody_vouches"),
]


@pytest.mark.parametrize(("attack", "name"), ATTACKS, ids=[attack.__name__ for attack, _ in ATTACKS])
def test_the_attack_is_noticed_and_named(case: Case, attack: Callable[[Case], None], name: str) -> None:
    attack(case)
    noticed(case, name)


def test_a_waiting_change_of_the_roll_enrols_nobody(case: Case) -> None:
    one_signature_short(case)
    case.insider(case.place.keys["Maling"])
    assert "key_unknown" in {finding.code for finding in case.check().findings}


# --- paths, links, bombs ----------------------------------------------------------------------------------------------


def zipped(case: Case, path: Path, extra: Mapping[str, bytes] | None = None, top: str = "bundle/") -> zipfile.ZipFile:
    archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
    for name in names_in(case.bundle):
        archive.write(case.file(name), top + name)
    for name, content in (extra or {}).items():
        info = zipfile.ZipInfo(name)
        info.filename = info.orig_filename = name
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, content)
    return archive


@pytest.mark.parametrize(
    "name", ["../outside", "bundle/../../outside", "/etc/outside", "bundle\\outside", "C:/outside"]
)
def test_a_zip_with_a_path_outside(case: Case, tmp_path: Path, name: str) -> None:
    zipped(case, tmp_path / "b.zip", {name: b"x"}).close()
    verdict = noticed(case, "path_outside", tmp_path / "b.zip")
    assert any(finding.refuses for finding in verdict.findings)


def test_a_zip_with_a_link(case: Case, tmp_path: Path) -> None:
    with zipped(case, tmp_path / "b.zip") as archive:
        info = zipfile.ZipInfo("bundle/data/photos/link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    noticed(case, "link", tmp_path / "b.zip")


def test_a_zip_that_is_a_bomb(case: Case, tmp_path: Path) -> None:
    zipped(case, tmp_path / "b.zip", {"bundle/data/photos/zeros": bytes(30 << 20)}).close()
    noticed(case, "bomb", tmp_path / "b.zip")


def test_a_zip_with_a_name_twice(case: Case, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        zipped(case, tmp_path / "b.zip", {"bundle/bagit.txt": b"x"}).close()
    noticed(case, "bag_malformed", tmp_path / "b.zip")


def test_a_zip_of_a_good_bundle_holds(case: Case, tmp_path: Path) -> None:
    zipped(case, tmp_path / "b.zip").close()
    verdict = case.check(tmp_path / "b.zip")
    assert verdict.findings == ()
    same_alone(case, verdict, tmp_path / "b.zip")


def test_a_folder_with_a_link(case: Case) -> None:
    photo = case.first("data/photos/*")
    photo.unlink()
    photo.symlink_to("/etc/hostname")
    noticed(case, "link")


def test_a_manifest_with_a_path_outside(case: Case) -> None:
    manifest = case.file(MANIFEST)
    manifest.write_bytes(manifest.read_bytes() + f"{'0' * 64}  data/../../../etc/passwd\n".encode())
    noticed(case, "path_outside")


def test_nothing_of_a_hostile_bundle_is_taken(case: Case, tmp_path: Path) -> None:
    photo = case.first("data/photos/*")
    photo.unlink()
    photo.symlink_to("/etc/hostname")
    done = receive(case.bundle, tmp_path / "into", case.roll)
    assert done.refused
    assert not list((tmp_path / "into").rglob("*.jsonl"))
    assert {"link", "path_outside", "bomb", "bag_malformed"} == REFUSING
