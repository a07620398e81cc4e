"""Keys and the roll of keys: made on the device, enrolled and revoked by a threshold of officials."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest
from seals import END, NOON, START, Place, code, request

pytest.importorskip("tuf", reason="the extra seal is not installed")
from securesystemslib.signer import SSlibKey
from tuf.api.metadata import Metadata, Root

from ocr_recap.messages.errors import FolderDamaged, InputUnusable, WrongUse
from ocr_recap.seal import verify
from ocr_recap.seal.device_key import is_signed, key_id, load_key, make_key
from ocr_recap.seal.key_request import OFFICIAL, make_request, read_request
from ocr_recap.seal.roll import RollElection, read_roll
from ocr_recap.seal.roll_edit import enrolled, load_roll, load_roll_file, new_roll, revoked, save_roll_file, signed_by

MADE = "2029-02-05T00:00:00Z"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


# --- keys -------------------------------------------------------------------------------------------------------------


def test_only_its_owner_reads_a_key(tmp_path: Path) -> None:
    key = make_key(tmp_path / "siti.key")
    if sys.platform != "win32":
        assert stat.S_IMODE(key.path.stat().st_mode) == 0o600
    same = load_key(key.path)
    assert same.id == key.id
    assert is_signed(key.public, same.sign(b"x"), b"x")
    assert not is_signed(key.public, same.sign(b"x"), b"y")
    with pytest.raises(WrongUse, match="is not overwritten"):
        make_key(key.path)


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files")
def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    key = make_key(tmp_path / "siti.key")
    key.path.chmod(0o640)
    with pytest.raises(WrongUse, match="chmod 600"):
        load_key(key.path)


def test_a_key_with_a_passphrase_needs_it(tmp_path: Path) -> None:
    key = make_key(tmp_path / "siti.key", "melati putih")
    assert b"ENCRYPTED" in key.path.read_bytes()
    assert load_key(key.path, "melati putih").id == key.id
    with pytest.raises(WrongUse, match="locked with a passphrase"):
        load_key(key.path)
    with pytest.raises(WrongUse, match=r"passphrase of .* is wrong"):
        load_key(key.path, "mawar merah")


def test_other_files_are_no_keys(tmp_path: Path) -> None:
    (tmp_path / "x.key").write_text("nothing")
    (tmp_path / "x.key").chmod(0o600)
    with pytest.raises(InputUnusable, match="no key of Ed25519"):
        load_key(tmp_path / "x.key")
    with pytest.raises(InputUnusable, match="there is no such file"):
        load_key(tmp_path / "gone.key")


def test_ids_of_keys_are_those_of_securesystemslib(tmp_path: Path) -> None:
    key = make_key(tmp_path / "siti.key")
    assert SSlibKey.from_crypto(key.private.public_key()).keyid == key.id == key_id(key.public)


# --- requests ---------------------------------------------------------------------------------------------------------


def test_a_request_says_who_and_is_signed_with_the_key(tmp_path: Path) -> None:
    key = make_key(tmp_path / "siti.key")
    text = make_request(key, "Siti  Aminah", "station", (code(2), code(1)))
    asked = read_request(text, "x")
    assert (asked.keyid, asked.person, asked.role, asked.codes) == (
        key.id,
        "Siti Aminah",
        "station",
        (code(1), code(2)),
    )
    assert b"PRIVATE" not in text
    said = json.loads(text)
    for change in ({"person": "Budi"}, {"role": "plenary"}, {"codes": ["21"]}, {"public": "0" * 64}, {"request": 2}):
        with pytest.raises(InputUnusable, match="no request for a key"):
            read_request(json.dumps({**said, **change}).encode(), "x")


@pytest.mark.parametrize(
    ("person", "role", "codes", "said"),
    [
        (" ", "station", (code(1),), "--person"),
        ("Siti", "boss", (code(1),), "Unknown role boss"),
        ("Siti", "station", (), "--code"),
        ("Siti", "station", ("21x",), "1 to 13 digits"),
        ("Siti", "station", ("2" * 14,), "1 to 13 digits"),
    ],
)
def test_a_request_that_lacks_something_is_refused(tmp_path: Path, person, role, codes, said) -> None:
    with pytest.raises(WrongUse, match=said):
        make_request(make_key(tmp_path / "siti.key"), person, role, codes)


# --- the roll ---------------------------------------------------------------------------------------------------------


def test_a_roll_is_tuf_root_metadata_that_tuf_verifies(place: Place) -> None:
    place.enrol("Siti", "station", code(1))
    place.revoke("Siti", NOON)
    versions = json.loads(place.roll_path.read_bytes())["versions"]
    earlier: Root | None = None
    for number, version in enumerate(versions, 1):
        metadata = Metadata[Root].from_dict(version)
        assert metadata.signed.version == number
        assert metadata.signed.get_root_verification_result(earlier, metadata.signed_bytes, metadata.signatures)
        earlier = metadata.signed


def test_who_may_what_is_in_the_roll(place: Place) -> None:
    key = place.enrol("Siti", "station", code(1), "210115")
    holder = place.roll.holder(key.id)
    assert holder is not None
    assert (holder.person, holder.role, holder.start, holder.end) == ("Siti", "station", START, END)
    assert [holder.covers(area) for area in (code(1), code(2), "210115", "2101150001001", "2101", "")] == [
        *(True, False, True, True, False, False)
    ]
    text = place.roll_path.read_text("utf-8")
    assert "08" not in [part for part in text.split('"') if part.startswith("08")], "no phone number"
    assert set(json.loads(text)["versions"][-1]["signed"]["ocr_recap"]["delegations"]["roles"][0]) == {
        *("name", "keyids", "threshold", "terminating", "paths", "person", "role", "from", "until")
    }


def test_one_signature_is_not_enough_and_a_second_person_may_sign_later(place: Place) -> None:
    key = place.key("Siti")
    waiting = enrolled(place.file, [request(key, "Siti", "station", code(1))], START, END, MADE)
    once = signed_by(waiting, place.officials[:1])
    assert (once.missing(), once.roll) == (1, place.roll)
    path = place.root / "waiting.json"
    save_roll_file(path, once)
    assert load_roll(path).holder(key.id) is None
    again = signed_by(load_roll_file(path), place.officials[:1])
    assert again.missing() == 1, "one official twice"
    with pytest.raises(WrongUse, match="waits for 1 more signature"):
        enrolled(again, [], START, END, MADE)
    whole = signed_by(again, place.officials[2:])
    assert whole.missing() == 0
    assert whole.roll is not None
    assert whole.roll.holder(key.id) is not None
    with pytest.raises(WrongUse, match="Nothing waits"):
        signed_by(whole, place.officials)


def test_only_officials_sign(place: Place) -> None:
    key = place.enrol("Siti", "station", code(1))
    waiting = revoked(place.file, key.id, NOON, "lost", MADE)
    with pytest.raises(WrongUse, match="key of no official"):
        signed_by(waiting, [key])


def test_a_new_official_takes_part_and_an_old_one_leaves(place: Place) -> None:
    dewi = place.key("Dewi")
    changed = enrolled(place.file, [request(dewi, "Dewi", OFFICIAL)], START, END, MADE)
    place.file = signed_by(changed, place.officials[:2])
    place.file = signed_by(revoked(place.file, place.officials[0].id[:12], START, "retired", MADE), [dewi])
    assert place.file.missing() == 1
    place.file = signed_by(place.file, place.officials[1:2])
    assert set(place.roll.last.officials.values()) == {"Bunga", "Citra", "Dewi"}
    with pytest.raises(WrongUse, match="key of no official"):
        signed_by(revoked(place.file, dewi.id, START, "x", MADE), [place.officials[0]])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda p: new_roll(RollElection("x", False, {}), [request(p.key("S"), "S", "station", "21")], 1, MADE),
            "role off",
        ),
        (
            lambda p: new_roll(RollElection("x", False, {}), [request(p.key("S"), "S", OFFICIAL)], 2, MADE),
            "threshold of 2",
        ),
        (
            lambda p: new_roll(RollElection("x", False, {}), [request(p.key("S"), "S", OFFICIAL)] * 2, 1, MADE),
            "requested t",
        ),
        (
            lambda p: new_roll(
                RollElection("x", False, {}), [request(p.key(n), "Sama", OFFICIAL) for n in ("S", "T")], 1, MADE
            ),
            "same name",
        ),
        (lambda p: enrolled(p.file, [request(p.key("S"), "S", "station", "21")], END, START, MADE), "is not before"),
        (lambda p: p.enrol("S", "station", "21") and p.enrol("S", "station", "21"), "in the roll already"),
        (lambda p: revoked(p.file, "00", START, "x", MADE), "No key, or several"),
        (lambda p: p.enrol("S", "station", "21") and p.revoke("S", START, " "), "--reason"),
        (lambda p: (p.enrol("S", "station", "21"), p.revoke("S", START), p.revoke("S", NOON)), "revoked since"),
    ],
)
def test_changes_that_make_no_sense_are_refused(place: Place, change, said: str) -> None:
    with pytest.raises(WrongUse, match=said):
        change(place)


def test_too_few_officials_are_refused(place: Place) -> None:
    place.file = signed_by(revoked(place.file, place.officials[0].id, START, "x", MADE), place.officials[1:])
    with pytest.raises(WrongUse, match="less than 2 are left"):
        revoked(place.file, place.officials[1].id, START, "x", MADE)


def test_a_revocation_may_be_moved_to_an_earlier_time(place: Place) -> None:
    key = place.enrol("Siti", "station", code(1))
    place.revoke("Siti", NOON)
    place.revoke("Siti", START)
    holder = place.roll.holder(key.id)
    assert holder is not None
    assert holder.revoked is not None
    assert holder.revoked.start == START


# --- rolls that do not hold -------------------------------------------------------------------------------------------


def altered(place: Place, change) -> bytes:
    """The roll's file with something changed, in the canonical form."""
    said = json.loads(place.roll_path.read_bytes())
    change(said["versions"])
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def doubled(versions) -> None:
    versions[-1]["signatures"] = [versions[-1]["signatures"][0]] * 2


def stranger(versions) -> None:
    versions[-1]["signed"]["ocr_recap"]["officials"]["0" * 64] = "Stranger"


def same_person(versions) -> None:
    names = versions[-1]["signed"]["ocr_recap"]["officials"]
    names[sorted(names)[0]] = names[sorted(names)[1]]


def other_id(versions) -> None:
    """One official's key under a second id, so that it counts twice."""
    root = versions[-1]["signed"]
    first = root["roles"]["root"]["keyids"][0]
    root["keys"]["0" * 64] = root["keys"][first]
    root["roles"]["root"]["keyids"].append("0" * 64)
    root["ocr_recap"]["officials"]["0" * 64] = "Other"


@pytest.mark.parametrize(
    ("change", "code_", "held"),
    [
        (lambda v: v[-1]["signatures"].pop(), "roll_threshold", 1),
        (doubled, "official_twice", 1),
        (same_person, "official_twice", 1),
        (other_id, "roll_malformed", 1),
        (stranger, "roll_malformed", 1),
        (lambda v: v[-1]["signed"]["ocr_recap"].update(made="2030-01-01T00:00:00Z"), "roll_threshold", 1),
        (lambda v: v.pop(0), "roll_gap", 0),
        (lambda v: v[0]["signed"]["roles"]["root"].update(threshold=1), "roll_threshold", 0),
        (lambda v: v[1]["signed"].pop("ocr_recap"), "roll_malformed", 1),
        (lambda v: v.clear(), "roll_malformed", 0),
    ],
)
def test_what_is_wrong_with_a_roll_has_its_own_name(place: Place, change, code_: str, held: int) -> None:
    place.enrol("Siti", "station", code(1))
    content = altered(place, change)
    roll, faults = read_roll(content)
    assert [finding.code for finding in faults] == [code_]
    assert len(roll.versions if roll else ()) == held
    alone = verify.Check()
    assert len(alone.read_roll(content)) == held
    assert {code for code, _ in alone.found} == {code_} - (
        {"roll_malformed"} if not json.loads(content)["versions"] else set()
    )


@pytest.mark.parametrize(
    ("change", "code_"),
    [
        (lambda c: c.replace(b'"roll":1', b'"roll":1,"roll":1'), "doubled_key"),
        (lambda c: c.replace(b'"roll":1', b'"roll": 1'), "not_canonical"),
        (lambda c: c[:100], "not_json"),
        (lambda c: b"[]\n", "roll_malformed"),
    ],
)
def test_a_roll_in_another_form_is_refused(place: Place, change, code_: str) -> None:
    roll, faults = read_roll(change(place.roll_path.read_bytes()))
    assert roll is None
    assert [finding.code for finding in faults] == [code_]


def test_a_damaged_roll_is_not_changed(place: Place) -> None:
    place.enrol("Siti", "station", code(1))
    path = place.root / "broken.json"
    path.write_bytes(altered(place, lambda v: v.pop(0)))
    with pytest.raises(FolderDamaged, match="no roll of keys that holds"):
        load_roll_file(path)
    assert path.exists()
