"""The commands about keys, seals and bundles as they are typed: exit codes, JSON, both languages, wrong use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from fakes import FORM
from seals import EVENING, NOON, VILLAGE, Place, code, results
from typer.testing import CliRunner

pytest.importorskip("tuf", reason="the extra seal is not installed")

from ocr_recap.cli.main import app
from ocr_recap.cli.sealing import show_findings
from ocr_recap.seal.compact import sms_line, station_code
from ocr_recap.seal.findings import Finding
from ocr_recap.seal.pack import pack
from ocr_recap.seal.receive import receive
from ocr_recap.seal.seal_results import Sealing
from ocr_recap.seal.store import sealed_folder


def call(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments], env=environment)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    made = Place(tmp_path_factory.mktemp("commands"))
    made.enrol("Siti", "station", code(1), code(2))
    made.enrol("Kecamatan", "receiver", VILLAGE)
    folder = results(made.root / "r", [code(1), code(2)])
    made.seal(folder, "Siti", NOON)
    bundle = pack(folder, made.root / "bundle", with_photos=False).path
    receive(bundle, made.root / "district", made.roll, Sealing(made.keys["Kecamatan"], made.roll, EVENING))
    assert made.roll_path.exists()
    return made


@pytest.mark.parametrize(("lang", "said"), [("id", "Semua cocok: 3 pernyataan."), ("en", "All holds: 3 statements.")])
def test_verify_says_who_signed_what_and_that_all_holds(place: Place, lang: str, said: str) -> None:
    result = call("verify", place.root / "bundle", "--roll", place.root / "roll.json", "--lang", lang)
    assert result.exit_code == 0
    assert said in result.stdout
    assert f"station {code(1)}" in result.stdout
    assert "Siti (station)" in result.stdout


def test_verify_without_a_roll_says_that_nobody_vouches(place: Place) -> None:
    result = call("verify", place.root / "bundle", "--lang", "en")
    assert result.exit_code == 1
    assert "Siti (station), not vouched for" in result.stdout
    assert "FAULT  nobody_vouches" in result.stdout


def test_of_equal_notes_five_are_printed_and_of_faults_all(capsys: pytest.CaptureFixture[str]) -> None:
    notes = [Finding("station_missing", code(number)) for number in range(1, 9)]
    faults = [Finding("file_changed", f"data/{number}") for number in range(8)]
    show_findings([*faults, *notes], "en")
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if line.startswith("FAULT")]) == 8
    assert len([line for line in lines if line.startswith("note   station_missing: ")]) == 6
    assert lines[-1].startswith("note   station_missing: 3 more of these")


def test_verify_in_json_is_for_programs(place: Place) -> None:
    said = json.loads(call("verify", place.root / "bundle", "--roll", place.root / "roll.json", "--json").stdout)
    assert (said["holds"], said["kind"], said["roll"]["fingerprint"]) == (True, "bag", place.roll.id)
    assert [one["counts"] for one in said["statements"]] == [True] * 3
    assert said["statements"][0]["numbers"]["votes_1"] == 73
    assert [one["code"] for one in said["findings"]] == ["photos_left_out"]
    assert set(said["findings"][0]) == {"code", "level", "where", "data", "id", "en"}


def test_wrong_use_is_2_and_what_is_not_there_is_3(place: Place, tmp_path: Path) -> None:
    assert call("verify", tmp_path).exit_code == 2
    assert call("verify", tmp_path / "gone.zip").exit_code == 3
    assert call("pack", tmp_path, "--out", tmp_path / "x").exit_code == 2
    assert call("receive", place.root / "bundle", "--into", tmp_path / "new").exit_code == 2


def test_the_list_of_keys_and_a_revocation_by_digits(place: Place, tmp_path: Path) -> None:
    roll = tmp_path / "roll.json"
    roll.write_bytes((place.root / "roll.json").read_bytes())
    said = json.loads(call("keys", "list", roll, "--json").stdout)
    assert [(key["person"], key["role"], key["codes"]) for key in said["keys"]] == [
        ("Siti", "station", [code(1), code(2)]),
        ("Kecamatan", "receiver", [VILLAGE]),
    ]
    digits = place.keys["Siti"].id[:12]
    first = call("keys", "revoke", roll, digits, "--reason", "hilang", "--key", place.officials[0].path, "--lang", "id")
    assert first.exit_code == 0
    assert "menunggu 1 tanda tangan" in first.stdout
    assert "dicabut" not in call("keys", "list", roll, "--lang", "id").stdout
    assert call("keys", "sign", roll, "--key", place.officials[2].path).exit_code == 0
    assert "dicabut sejak" in call("keys", "list", roll, "--lang", "id").stdout
    assert call("keys", "sign", roll, "--key", place.officials[2].path).exit_code == 2


def test_a_locked_key_takes_its_passphrase_from_the_environment(tmp_path: Path) -> None:
    words = ["keys", "request", "--key", tmp_path / "a.key", "--person", "Siti", "--code", code(1)]
    assert call(*words, "--passphrase", OCR_RECAP_PASSPHRASE="melati").exit_code == 0
    assert b"ENCRYPTED" in (tmp_path / "a.key").read_bytes()
    first = (tmp_path / "a.request").read_bytes()
    assert call(*words).exit_code == 2
    assert call(*words, OCR_RECAP_PASSPHRASE="mawar").exit_code == 2
    assert call(*words, OCR_RECAP_PASSPHRASE="melati").exit_code == 0
    assert (tmp_path / "a.request").read_bytes() == first, "the key is not made again"


@pytest.mark.parametrize("text", ["tomorrow", "2029-13-01", ""])
def test_times_that_are_none_are_refused(place: Place, tmp_path: Path, text: str) -> None:
    result = call("keys", "revoke", place.root / "roll.json", "00", "--reason", "x", "--from", text, "--lang", "en")
    assert result.exit_code == 2
    assert "write a time as" in result.stderr


def test_scan_reads_codes_and_sms_lines(place: Place, tmp_path: Path) -> None:
    statement = next(one for one in sealed_folder(place.root / "r").everything() if one.area == code(1))
    text = station_code(statement, FORM, place.keys["Siti"]).text
    roll = place.root / "roll.json"
    said = json.loads(call("scan", text, "--roll", roll, "--json").stdout)
    assert (said["station"], said["numbers"]["votes_1"], said["findings"]) == (code(1), 73, [])
    wrong = call("scan", text, "--roll", roll, "--station", code(2), "--lang", "en")
    assert wrong.exit_code == 1
    assert "put on another slip" in wrong.stdout
    cut = call("scan", text[:-20], "--roll", roll, "--lang", "en")
    assert (cut.exit_code, "cut off or damaged" in cut.stdout) == (1, True)
    line = sms_line(statement, FORM)
    alone = call("scan", line, "--lang", "en")
    assert (alone.exit_code, "preliminary until" in alone.stdout) == (0, True)
    assert call("scan", line[:-3], "--lang", "en").exit_code == 1
    kept = call("scan", line, "--into", tmp_path / "sms", "--json", "--lang", "en")
    assert json.loads(kept.stdout)["station"] == code(1)
    assert "is kept in" in kept.stderr


def test_a_code_that_does_not_hold_is_not_kept(place: Place, tmp_path: Path) -> None:
    statement = next(one for one in sealed_folder(place.root / "r").everything() if one.area == code(1))
    text = station_code(statement, FORM, place.keys["Siti"]).text
    words = ["scan", text, "--station", code(2), "--roll", place.root / "roll.json", "--into", tmp_path / "d"]
    result = call(*words, "--key", place.keys["Kecamatan"].path, "--lang", "en")
    assert result.exit_code == 2
    assert "qr_other_station" in result.stderr
    assert not (tmp_path / "d" / "sealed" / "data").exists()
    assert call(*words, "--lang", "en").exit_code == 2, "without a key"


def test_proofs_are_made_and_checked(place: Place, tmp_path: Path) -> None:
    district, own = place.root / "district", place.keys["Kecamatan"].id[:16]
    heads = call("log", district, "--lang", "en").stdout
    assert heads.count("Log of ") == 2
    assert call("log", district, "--station", code(2)).exit_code == 2, "which of the logs"
    for words, said in ((("--station", code(2)), code(2)), (("--since", 2), "began")):
        proof = tmp_path / "proof.json"
        assert call("log", district, *words, "--log", own, "--out", proof).exit_code == 0
        checked = call("log", proof, "--lang", "en")
        assert checked.exit_code == 0
        assert said in checked.stdout or "begins as" in checked.stdout
        proof.write_text(proof.read_text().replace('"path":["', '"path":["' + "00" * 32 + '","', 1))
        assert call("log", proof, "--lang", "en").exit_code == 1


def test_results_that_were_edited_are_not_sealed(place: Place, tmp_path: Path) -> None:
    folder = results(tmp_path / "r", [code(1)])
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  documents.jsonl\n")
    result = call("seal", folder, "--key", place.key("Lain").path, "--lang", "en")
    assert result.exit_code == 7
    assert not (folder / "sealed").exists()
