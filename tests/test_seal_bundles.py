"""Sealing, packing and receiving: nothing lost, nothing half, the same twice; checked by code that is not ours too."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from seals import END, EVENING, NIGHT, NOON, START, VILLAGE, Place, code, decide, results, verify_alone

pytest.importorskip("tuf", reason="the extra seal is not installed")
import bagit
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey

from ocr_recap.messages.errors import CannotWrite, FolderBusy, FolderDamaged, InputUnusable, WrongUse
from ocr_recap.seal import pack as packing
from ocr_recap.seal.device_key import load_key
from ocr_recap.seal.judge import judge
from ocr_recap.seal.merkle import log_head
from ocr_recap.seal.pack import pack
from ocr_recap.seal.proofs import check_proof, logs_of, prove_growth, prove_station
from ocr_recap.seal.receive import questions, receive
from ocr_recap.seal.seal_results import Sealing, seal_files, seal_results
from ocr_recap.seal.sealer import chain_path
from ocr_recap.seal.source import read_bundle
from ocr_recap.seal.statement import PAYLOAD_TYPE, parse_line
from ocr_recap.seal.store import sealed_folder
from ocr_recap.seal.strict_json import canonical

STATIONS = [code(1), code(2), code(3)]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.enrol("Siti", "station", *STATIONS)
    made.enrol("Kecamatan", "receiver", VILLAGE)
    return made


@pytest.fixture
def folder(place: Place) -> Path:
    return results(place.root / "r", STATIONS)


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def how(place: Place, name: str, at: str = NIGHT) -> Sealing:
    return Sealing(place.keys[name], place.roll, at)


# --- sealing ----------------------------------------------------------------------------------------------------------


def test_each_station_is_sealed_once_and_again_only_when_it_changed(place: Place, folder: Path) -> None:
    first = place.seal(folder, "Siti")
    assert ([one.area for one in first.new], first.unchanged) == (STATIONS, 0)
    before = tree(folder)
    again = place.seal(folder, "Siti", EVENING)
    assert (again.new, again.unchanged) == ((), 3)
    assert tree(folder) == before
    results(folder, STATIONS, {code(2): {"votes_1": 200}})
    third = place.seal(folder, "Siti", EVENING)
    (changed,) = third.new
    assert (changed.area, changed.numbers["votes_1"], third.unchanged) == (code(2), 200, 2)
    assert changed.body["supersedes"] == first.new[1].id
    verdict = judge(read_bundle(folder), place.roll)
    assert verdict.holds
    assert {finding.code for finding in verdict.findings} == {"superseded", "photos_left_out"}


def test_a_statement_holds_numbers_hashes_template_and_chain(place: Place, folder: Path) -> None:
    one, two, _ = place.seal(folder, "Siti").new
    said = json.loads(two.payload)
    assert said["_type"] == "https://in-toto.io/Statement/v1"
    assert said["predicate"]["device"] == {"counter": 2, "previous": one.id, "public": place.keys["Siti"].public}
    assert said["predicate"]["template"]["id"] == "c-hasil-ppwp-2024"
    assert set(said["predicate"]["numbers"]) == {"votes_1", "votes_2", "votes_3"}
    assert [s["name"].partition("/")[0] for s in said["subject"]] == ["photos", "stations", "stations", "templates"]


def test_documents_without_a_station_are_left_out(place: Place, folder: Path) -> None:
    lines = (folder / "documents.jsonl").read_text("utf-8").splitlines()
    lost = lines[0].replace(f'"code":"{code(1)}"', '"code":null')
    (folder / "documents.jsonl").write_text("\n".join([lost, *lines[1:]]) + "\n", "utf-8")
    done = place.seal(folder, "Siti")
    assert ([one.area for one in done.new], done.left_out) == (STATIONS[1:], (code(1),))


def test_stations_of_others_are_not_sealed(place: Place, tmp_path: Path) -> None:
    folder = results(tmp_path / "more", [code(1), code(7)])
    done = place.seal(folder, "Siti")
    assert ([one.area for one in done.new], done.not_ours) == ([code(1)], (code(7),))


def test_a_key_that_is_not_enrolled_yet_seals_all_the_same(place: Place, folder: Path) -> None:
    done = seal_results(folder, Sealing(place.key("Baru"), place.roll, NOON))
    assert (len(done.new), done.holder) == (3, None)
    place.enrol("Baru", "station", *STATIONS)
    assert judge(read_bundle(folder), place.roll).holds


def test_decisions_of_the_holder_are_signed_and_vouched_for(place: Place, folder: Path) -> None:
    place.enrol("Rina", "reviewer", VILLAGE)
    decide(folder, code(1), "Rina", value=77)
    assert place.seal(folder, "Siti").decisions == 0
    assert "decision_forged" in {f.code for f in judge(read_bundle(folder), place.roll).findings}
    signed = place.seal(folder, "Rina", EVENING)
    assert (signed.new, signed.decisions, len(signed.not_ours)) == ((), 1, 3)
    assert judge(read_bundle(folder), place.roll).holds
    assert place.seal(folder, "Rina", EVENING).decisions == 0


@pytest.mark.parametrize(
    ("person", "named", "signer", "holds"),
    [
        ("Rina", "Rina", "Rina", True),
        ("Rina", "Rina", None, False),
        ("Rina", "Siti", None, False),  # the key of another, who seals the station
        ("Tamu", "Rina", "Rina", True),  # a person without a key, vouched for by one
        ("Tamu", "Rina", None, False),
    ],
)
def test_a_decision_that_names_a_key_is_signed_by_that_key(
    place: Place, folder: Path, tmp_path: Path, person: str, named: str, signer: str | None, holds: bool
) -> None:
    place.enrol("Rina", "reviewer", VILLAGE)
    decide(folder, code(1), person, key=place.keys[named].id)
    place.seal(folder, "Siti")
    if signer:
        assert place.seal(folder, signer, EVENING).decisions == 1
    codes = {f.code for f in judge(read_bundle(folder), place.roll).findings if f.is_fault}
    assert codes == (set() if holds else {"decision_forged"})
    bundle = pack(folder, tmp_path / "out", with_photos=False).path
    assert verify_alone(bundle, place.roll_path)[0] == (0 if holds else 1)


def test_minutes_and_recaps_are_sealed_by_their_roles(place: Place, folder: Path) -> None:
    place.seal(folder, "Siti")
    place.enrol("Ketua", "plenary", VILLAGE)
    for kind in ("recap", "minutes"):
        seal_files(folder, how(place, "Ketua"), kind, {f"{kind}.pdf": b"%PDF"}, {"area": VILLAGE})
    verdict = judge(read_bundle(folder), place.roll)
    assert verdict.holds
    kinds = [one.kind for one in verdict.statements if one.keyid == place.keys["Ketua"].id]
    assert kinds == ["recap", "head", "minutes", "head"]
    seal_files(folder, how(place, "Siti"), "minutes", {"minutes.pdf": b"%PDF"}, {"area": VILLAGE})
    assert "key_without_right" in {f.code for f in judge(read_bundle(folder), place.roll).findings}


def test_an_interrupted_run_is_finished_by_the_next(place: Place, folder: Path) -> None:
    """The statements are beside the key, and not in the folder yet."""
    place.seal(folder, "Siti")
    whole = tree(folder)
    store = sealed_folder(folder)
    shutil.rmtree(store.path / "statements")
    shutil.rmtree(store.path / "logs")
    again = place.seal(folder, "Siti", NIGHT)
    assert (again.new, again.unchanged) == ((), 3)
    assert tree(folder) == whole


def test_one_key_does_not_use_a_number_twice(place: Place, folder: Path, tmp_path: Path) -> None:
    place.seal(folder, "Siti")
    with pytest.raises(FolderDamaged, match="one key seals in one folder"):
        place.seal(results(tmp_path / "other", [code(1)]), "Siti", EVENING)
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    results(folder, STATIONS, {code(1): {"votes_1": 9}})
    place.seal(folder, "Siti", EVENING)
    with pytest.raises(FolderDamaged, match="one key seals in one folder"):
        place.seal(results(copy, STATIONS, {code(1): {"votes_1": 8}}), "Siti", NIGHT)
    assert chain_path(place.keys["Siti"].path).exists()


def test_one_process_at_a_time(place: Place, folder: Path) -> None:
    words = [
        sys.executable,
        "-c",
        "import sys, time; from filelock import FileLock; a = FileLock(sys.argv[1]); a.acquire(); "
        "print(1, flush=True); time.sleep(60)",
        str(sealed_folder(folder).path / ".lock"),
    ]
    sealed_folder(folder).path.mkdir()
    with subprocess.Popen(words, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(FolderBusy):
            place.seal(folder, "Siti")
        other.kill()


# --- bundles ----------------------------------------------------------------------------------------------------------


def packed(place: Place, folder: Path, out: str = "bundle", **more) -> Path:
    return pack(folder, place.root / out, [place.root / f"{folder.name}-photos"], **more).path


def test_a_bundle_has_all_that_is_needed_and_no_key(place: Place, folder: Path) -> None:
    place.seal(folder, "Siti")
    bundle = packed(place, folder)
    files = tree(bundle)
    assert {"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"} <= set(files)
    assert {"roll.json", "verify.py"} <= set(files)
    assert sum(name.startswith("data/photos/") for name in files) == 3
    assert not any(b"PRIVATE" in content for content in files.values())
    assert len(files["verify.py"].splitlines()) <= 400
    assert verify_alone(bundle, place.roll_path) == (0, set())
    assert verify_alone(bundle)[0] == 1
    assert verify_alone(bundle / "nothing")[0] == 2


def test_the_same_bundle_twice_is_one(place: Place, folder: Path, tmp_path: Path) -> None:
    place.seal(folder, "Siti")
    stick = tmp_path / "stick"
    stick.mkdir()
    first = pack(folder, stick, [tmp_path / "r-photos"])
    again = pack(folder, stick, [tmp_path / "r-photos"])
    assert (first.path, first.was_there, again.was_there) == (again.path, False, True)
    other = packed(place, folder, "other")
    assert tree(first.path) == tree(other)
    zips = [packed(place, folder, name) for name in ("a.zip", "b/a.zip")]
    assert zips[0].read_bytes() == zips[1].read_bytes()
    with zipfile.ZipFile(zips[0]) as archive:
        assert {name.partition("/")[0] for name in archive.namelist()} == {"a"}
    (other / "data" / "more").write_bytes(b"x")
    with pytest.raises(WrongUse, match="is not overwritten"):
        packed(place, folder, "other")


def test_a_bundle_without_photos_carries_their_hashes(place: Place, folder: Path) -> None:
    place.seal(folder, "Siti")
    bundle = packed(place, folder, with_photos=False)
    verdict = judge(read_bundle(bundle), place.roll)
    assert verdict.holds
    assert [(f.code, f.data["count"]) for f in verdict.findings] == [("photos_left_out", 3)]
    assert not (bundle / "data" / "photos").exists()


def test_photos_that_are_not_found_stop_packing(place: Place, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="Nothing is sealed"):
        pack(folder, tmp_path / "b")
    place.seal(folder, "Siti")
    with pytest.raises(InputUnusable, match="3 photos not found"):
        pack(folder, tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_what_is_not_as_sealed_is_not_packed(place: Place, folder: Path, tmp_path: Path) -> None:
    place.seal(folder, "Siti")
    piece = next((folder / "sealed" / "data" / "stations").rglob("document-*"))
    piece.write_bytes(piece.read_bytes() + b" ")
    with pytest.raises(CannotWrite, match="file_not_as_signed"):
        packed(place, folder)
    assert not list(tmp_path.glob("*bundle*"))


def test_a_disk_that_forgets_is_noticed(place: Place, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place.seal(folder, "Siti")
    written = packing._write_folder

    def forgetful(part: Path, plan) -> None:
        written(part, plan)
        next((part / "data" / "photos").iterdir()).write_bytes(b"")

    monkeypatch.setattr(packing, "_write_folder", forgetful)
    with pytest.raises(CannotWrite, match="not what was written"):
        packed(place, folder)
    assert not list(place.root.glob("*bundle*"))


# --- receiving --------------------------------------------------------------------------------------------------------


def test_receiving_twice_changes_nothing(place: Place, folder: Path, tmp_path: Path) -> None:
    place.seal(folder, "Siti")
    bundle, into = packed(place, folder), tmp_path / "district"
    first = receive(bundle, into, place.roll, how(place, "Kecamatan"))
    assert (len(first.taken), first.known, first.left, first.refused) == (4, 0, 0, False)
    before = tree(into)
    again = receive(bundle, into, None, how(place, "Kecamatan", "2029-02-15T00:00:00Z"))
    assert (again.taken, again.known) == ((), 4)
    assert tree(into) == before
    assert judge(read_bundle(into), place.roll).findings == ()


def test_the_sender_keeps_the_receipt(place: Place, folder: Path, tmp_path: Path) -> None:
    place.seal(folder, "Siti")
    done = receive(packed(place, folder), tmp_path / "district", place.roll, how(place, "Kecamatan"))
    assert done.receipt is not None
    (receipt,) = map(parse_line, done.receipt.read_bytes().splitlines())
    assert (receipt.kind, receipt.stamp.at) == ("receipt", NIGHT)
    assert set(receipt.body["statements"]) == {one.id for one in sealed_folder(folder).everything()}
    assert receipt.log == log_head(
        sorted(receipt.body["statements"], key=sealed_folder(folder).log(place.keys["Siti"].id).index)
    )
    taken = receive(done.receipt, folder, None)
    assert [one.kind for one in taken.taken] == ["receipt"]
    place.revoke("Siti", "2029-02-15T00:00:00Z")
    verdict = judge(read_bundle(folder), place.roll)
    assert verdict.holds, "it was received before the key was revoked"
    assert {finding.code for finding in verdict.findings} == {"revoked_received", "photos_left_out", "roll_older"}


def test_bundles_of_one_name_have_receipts_of_their_own(place: Place, tmp_path: Path) -> None:
    place.enrol("Budi", "station", code(4))
    receipts: list[Path] = []
    for name, station in (("Siti", code(1)), ("Budi", code(4))):
        folder = results(place.root / name, [station])
        place.seal(folder, name)
        sent = tmp_path / f"stick-{name}" / "bundle"
        pack(folder, sent, [place.root / f"{name}-photos"])
        for _ in range(2):
            done = receive(sent, tmp_path / "district", place.roll, how(place, "Kecamatan"))
            assert done.receipt is not None
            receipts.append(done.receipt)
    assert receipts[0] == receipts[1]
    assert receipts[2] == receipts[3] != receipts[0]
    said = [parse_line(path.read_bytes().splitlines()[0]).body["statements"] for path in (receipts[0], receipts[2])]
    assert set(said[0]).isdisjoint(said[1])


def test_a_receipt_of_somebody_else_proves_nothing(place: Place, folder: Path, tmp_path: Path) -> None:
    place.seal(folder, "Siti")
    stranger = place.key("Orang")
    done = receive(packed(place, folder), tmp_path / "x", place.roll, Sealing(stranger, place.roll, NIGHT))
    assert done.receipt is not None
    assert receive(done.receipt, folder, None).taken == ()
    place.revoke("Siti", "2029-02-15T00:00:00Z")
    assert "revoked_unreceived" in {f.code for f in judge(read_bundle(folder), place.roll).findings}


def test_what_comes_after_a_revocation_is_kept_and_goes_to_people(place: Place, folder: Path, tmp_path: Path) -> None:
    place.seal(folder, "Siti")
    place.revoke("Siti", NOON)
    into = tmp_path / "district"
    done = receive(packed(place, folder), into, place.roll)
    assert len(done.taken) == 4
    assert {finding.code for finding in questions(into)} == {"key_revoked"}


def test_a_second_statement_is_kept_beside_the_first(place: Place, folder: Path, tmp_path: Path) -> None:
    place.seal(folder, "Siti")
    place.enrol("Budi", "station", code(2))
    other = results(tmp_path / "other", [code(2)], {code(2): {"votes_1": 250}})
    place.seal(other, "Budi")
    into = tmp_path / "district"
    receive(packed(place, folder), into, place.roll, how(place, "Kecamatan"))
    second = receive(packed(place, other, "second"), into, place.roll, how(place, "Kecamatan"))
    assert second.verdict.holds, "alone it is good"
    assert [(finding.code, finding.where) for finding in questions(into)] == [("conflict", code(2))]
    votes = {one.numbers["votes_1"] for one in sealed_folder(into).everything() if one.area == code(2)}
    assert len(votes) == 2


def test_unknown_keys_and_other_elections_are_not_taken(place: Place, folder: Path, tmp_path: Path) -> None:
    seal_results(folder, Sealing(place.key("Orang"), place.roll, NOON))
    into = tmp_path / "district"
    done = receive(packed(place, folder), into, place.roll, how(place, "Kecamatan"))
    assert (done.taken, done.left) == ((), 4)
    assert not list((into / "sealed").rglob("document-*"))
    with pytest.raises(WrongUse, match="without a roll"):
        receive(packed(place, folder), tmp_path / "none", None)


def test_an_altered_file_is_not_taken_and_a_good_copy_fills_the_gap(place: Place, folder: Path, tmp_path: Path) -> None:
    place.seal(folder, "Siti")
    bundle, into, bad = packed(place, folder), tmp_path / "district", tmp_path / "bad"
    shutil.copytree(bundle, bad)
    piece = next((bad / "data" / "stations").rglob("document-*"))
    piece.write_bytes(piece.read_bytes() + b" ")
    assert not receive(bad, into, place.roll).verdict.holds
    assert "file_missing" in {finding.code for finding in judge(read_bundle(into), place.roll).findings}
    assert receive(bundle, into, place.roll).verdict.holds
    assert judge(read_bundle(into), place.roll).holds


def test_a_newer_roll_in_a_bundle_is_taken_and_an_older_one_is_not(place: Place, folder: Path, tmp_path: Path) -> None:
    place.seal(folder, "Siti")
    into, old = tmp_path / "district", place.roll
    early = packed(place, folder)
    place.enrol("Dewi", "station", code(9))
    place.seal(results(folder, STATIONS, {code(1): {"votes_1": 1}}), "Siti", EVENING)
    late = packed(place, folder, "late")
    receive(early, into, old)
    assert receive(late, into, None).verdict.holds
    kept = sealed_folder(into).roll()
    assert kept is not None
    assert len(kept.versions) == len(place.roll.versions)
    assert "roll_older" in {finding.code for finding in receive(early, into, None).verdict.findings}
    again = sealed_folder(into).roll()
    assert again is not None
    assert len(again.versions) == len(place.roll.versions)


# --- kills ------------------------------------------------------------------------------------------------------------

WORK = """
import sys
from pathlib import Path
from ocr_recap.seal.device_key import load_key
from ocr_recap.seal.pack import pack
from ocr_recap.seal.receive import receive
from ocr_recap.seal.roll_edit import load_roll
from ocr_recap.seal.seal_results import Sealing
what, one, two, photos, key, roll = sys.argv[1:]
print("begun", flush=True)
if what == "pack":
    pack(Path(one), Path(two), [Path(photos)])
else:
    trusted = load_roll(Path(roll))
    receive(Path(one), Path(two), trusted, Sealing(load_key(Path(key)), trusted, "2029-02-14T16:00:00Z"))
print("done", flush=True)
"""


def killed(place: Place, what: str, one: Path, two: Path, seconds: float) -> bool:
    """Start `pack` or `receive` and kill it; whether it was killed before it was done."""
    words = [what, str(one), str(two), str(place.root / "r-photos"), str(place.keys["Kecamatan"].path)]
    words = [sys.executable, "-c", WORK, *words, str(place.roll_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        return "done" not in process.stdout.read()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_kill_leaves_no_half_bundle_and_nothing_lost(place: Place, folder: Path, tmp_path: Path, seed: int) -> None:
    place.seal(folder, "Siti")
    rng = random.Random(seed)
    whole = tree(packed(place, folder, "whole"))
    out = tmp_path / "out"
    killed(place, "pack", folder, out, rng.uniform(0, 0.06))
    if out.exists():
        assert tree(out) == whole
    assert tree(packed(place, folder, "out")) == whole
    into = tmp_path / "district"
    killed(place, "receive", out, into, rng.uniform(0, 0.12))
    receive(out, into, place.roll, how(place, "Kecamatan"))
    verdict = judge(read_bundle(into), place.roll)
    assert verdict.findings == ()
    assert sum(one.kind == "station" for one in verdict.statements) == 3
    assert sum(one.kind == "receipt" for one in verdict.statements) == 1


# --- proofs -----------------------------------------------------------------------------------------------------------


def test_anybody_can_check_that_a_station_is_in_the_log(place: Place, folder: Path, tmp_path: Path) -> None:
    place.seal(folder, "Siti")
    into = tmp_path / "district"
    receive(packed(place, folder), into, place.roll, how(place, "Kecamatan"))
    content = read_bundle(into)
    verdict, keyid = judge(content, place.roll), place.keys["Kecamatan"].id
    ids = logs_of(content)[keyid]
    proof = prove_station(verdict, ids, keyid, code(2))
    checked = check_proof(proof, "proof")
    assert checked.holds
    assert checked.statement is not None
    assert (checked.statement.area, checked.head.size) == (code(2), 4)
    said = json.loads(proof)
    for change in ({"index": said["index"] + 1}, {"path": said["path"][:-1]}, {"signer": said["statement"]}):
        try:
            assert not check_proof(canonical({**said, **change}), "proof").holds
        except InputUnusable:
            assert "signer" in change
    grown = check_proof(prove_growth(verdict, ids, keyid, 2), "proof")
    assert grown.holds
    assert grown.earlier == log_head(ids[:2])
    for wrong in (0, 9):
        with pytest.raises(WrongUse, match="not in that log"):
            prove_growth(verdict, ids, keyid, wrong)
    with pytest.raises(WrongUse, match="not in that log"):
        prove_station(verdict, ids, keyid, code(9))
    with pytest.raises(InputUnusable, match="no proof"):
        check_proof(b"{}", "proof")


# --- a second implementation ------------------------------------------------------------------------------------------


def test_securesystemslib_verifies_our_statements(place: Place, folder: Path) -> None:
    place.seal(folder, "Siti")
    key = place.keys["Siti"]
    theirs = SSlibKey.from_crypto(key.private.public_key())
    other = SSlibKey.from_crypto(place.keys["Kecamatan"].private.public_key())
    for one in sealed_folder(folder).everything():
        envelope = Envelope.from_dict(json.loads(one.line))
        assert envelope.payload_type == PAYLOAD_TYPE
        assert set(envelope.verify([theirs], 1)) == {key.id}
        with pytest.raises(VerificationError):
            envelope.verify([other], 1)


def test_we_verify_a_statement_that_securesystemslib_signed(place: Place, folder: Path) -> None:
    ours = place.seal(folder, "Siti").new[0]
    envelope = Envelope(ours.payload, PAYLOAD_TYPE, {})
    envelope.sign(CryptoSigner(load_key(place.keys["Siti"].path).private))
    line = canonical(envelope.to_dict())
    assert line == ours.line, "Ed25519 has one signature for one payload"


def test_bagit_validates_our_bundles_and_we_read_theirs(place: Place, folder: Path, tmp_path: Path) -> None:
    place.seal(folder, "Siti")
    bundle = packed(place, folder)
    bag = bagit.Bag(str(bundle))
    assert bag.version_info == (1, 0)
    bag.validate()
    (bundle / "data" / "extra").write_bytes(b"x")
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(bundle)).validate()
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "a b.txt").write_bytes(b"x")
    bagit.make_bag(str(theirs), checksums=["sha256"])
    verdict = judge(read_bundle(theirs))
    assert {(finding.code, finding.where) for finding in verdict.findings} == {("file_unsigned", "data/a b.txt")}


def test_times_of_keys_are_in_the_order_of_the_night() -> None:
    assert START < NOON < EVENING < NIGHT < END


def test_the_head_of_the_one_who_seals_minutes_fixes_all_that_is_in_the_folder(place: Place, folder: Path) -> None:
    place.seal(folder, "Siti")
    place.enrol("Ketua", "plenary", VILLAGE)
    sealed = seal_files(folder, how(place, "Ketua"), "minutes", {"m.pdf": b"%PDF"}, {"area": VILLAGE})
    ids = {one.id for one in sealed_folder(folder).everything()}
    assert ids == set(sealed_folder(folder).log(place.keys["Ketua"].id))
    assert sealed.head.size == len(ids) - 1, "the closing statement signs the head of all before it"
    newest = sealed_folder(folder).statements(place.keys["Ketua"].id)[-1]
    assert newest.log == sealed.head
    assert judge(read_bundle(folder), place.roll).holds
    again = seal_files(folder, how(place, "Ketua"), "minutes", {"m.pdf": b"%PDF"}, {"area": VILLAGE})
    assert (again.was_sealed, again.head) == (True, sealed.head)
    assert {one.id for one in sealed_folder(folder).everything()} == ids
