"""Recaps of sealed results that were received: what holds counts, what does not is named; minutes and recaps sealed."""

from __future__ import annotations

import json
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from fakes import FORM
from seals import EVENING, NIGHT, NOON, VILLAGE, Place, code, decide, numbers, results
from typer.testing import CliRunner

pytest.importorskip("tuf", reason="the extra seal is not installed")
pytest.importorskip("duckdb", reason="the extra recap is not installed")

from ocr_recap.cli.main import app
from ocr_recap.messages.errors import InputUnusable
from ocr_recap.recap.folder import STATEMENTS_FILE
from ocr_recap.recap.recap import RecapResult, recap
from ocr_recap.seal.compact import sms_line, station_code
from ocr_recap.seal.judge import judge
from ocr_recap.seal.merkle import log_head
from ocr_recap.seal.pack import pack
from ocr_recap.seal.receive import receive
from ocr_recap.seal.receive_code import receive_code
from ocr_recap.seal.seal_results import Sealing
from ocr_recap.seal.source import read_bundle
from ocr_recap.seal.store import sealed_folder

LATER = "2029-02-14T17:00:00Z"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "keys")
    for person, number in (("Siti", 1), ("Budi", 2), ("Ani", 3), ("Dedi", 2)):
        made.enrol(person, "station", code(number))
    made.enrol("Meja", "receiver", VILLAGE)
    made.enrol("Ketua", "plenary", VILLAGE)
    return made


def roll_csv(place: Place, count: int = 3) -> Path:
    path = place.root / "roll.csv"
    path.write_text("station\n" + "".join(f"{code(n)}\n" for n in range(1, count + 1)))
    return path


def send(place: Place, person: str, number: int, changed=None, at: str = NOON, received: str = EVENING) -> Path:
    """A bundle of one station, received by the district; the district's folder."""
    folder = results(place.root / person, [code(number)], changed)
    place.seal(folder, person, at)
    bundle = pack(folder, place.root / f"{person}-{at[11:13]}.zip", with_photos=False).path
    receive(bundle, place.root / "district", place.roll, Sealing(place.keys["Meja"], place.roll, received))
    return place.root / "district"


def add_up(place: Place, *folders: Path) -> RecapResult:
    return recap(folders, place.root / "recap", roll_csv(place))


def total(done: RecapResult, field: str = "votes_1") -> tuple[int | None, int]:
    (one,) = (one for sums in done.sums.values() for one in sums if one.field == field)
    return one.total, one.counted


def test_received_statements_are_added_up_and_say_who_signed(place: Place) -> None:
    for person, number in (("Siti", 1), ("Budi", 2)):
        district = send(place, person, number)
    done = add_up(place, district)
    assert total(done) == (sum(numbers(code(n))["votes_1"] for n in (1, 2)), 2)
    assert (done.refused, done.conflicts) == ({}, ())
    lines = (place.root / "recap" / STATEMENTS_FILE).read_text("utf-8").splitlines()
    said = {line["station"]: line for line in map(json.loads, lines)}
    assert said[code(1)]["by"] == {"name": "Siti", "role": "station", "key": place.keys["Siti"].id}
    ids = {one.id for one in sealed_folder(district).everything() if one.area == code(1)}
    assert ids & set(said[code(1)]["evidence"]) == ids
    again = add_up(place, district)
    assert (again.fresh, again.unchanged) == (0, ("district",))


def test_the_same_numbers_by_photos_and_by_bundle_count_once(place: Place) -> None:
    district = send(place, "Siti", 1)
    assert total(add_up(place, district, place.root / "Siti" / "sealed")) == (numbers(code(1))["votes_1"], 1)


def test_two_statements_that_differ_are_a_conflict(place: Place) -> None:
    send(place, "Budi", 2)
    done = add_up(place, send(place, "Dedi", 2, {code(2): {"votes_1": 5}}))
    assert (done.conflicts, total(done)) == ((code(2),), (None, 0))


def test_a_newer_statement_of_a_device_takes_the_place_of_its_earlier_one(place: Place) -> None:
    district = send(place, "Siti", 1)
    add_up(place, district)
    done = add_up(place, send(place, "Siti", 1, {code(1): {"votes_1": 9}}, EVENING))
    assert (total(done), done.conflicts, done.refused) == ((9, 1), (), {})


def test_a_document_that_was_altered_later_does_not_count(place: Place) -> None:
    send(place, "Siti", 1)
    district = send(place, "Budi", 2)
    (path,) = (district / "sealed" / "data" / "stations" / code(1)).glob("document-*")
    path.write_bytes(path.read_bytes().replace(b'"accepted":73', b'"accepted":99'))
    done = add_up(place, district)
    assert dict(done.refused) == {code(1): ["file_not_as_signed"]}
    assert total(done) == (numbers(code(2))["votes_1"], 1)
    assert add_up(place, district).refused == done.refused, "it is shown each time"


def test_a_signature_that_does_not_fit_does_not_count(place: Place) -> None:
    district = send(place, "Siti", 1)
    path = district / "sealed" / "statements" / f"{place.keys['Siti'].id}.intoto.jsonl"
    first, *rest = path.read_bytes().splitlines(keepends=True)
    said = json.loads(first)
    said["signatures"][0]["sig"] = json.loads(rest[0])["signatures"][0]["sig"]
    path.write_bytes(json.dumps(said, sort_keys=True, separators=(",", ":")).encode() + b"\n" + b"".join(rest))
    done = add_up(place, district)
    assert "signature_invalid" in done.refused[code(1)]
    assert total(done) == (None, 0)


def test_after_a_revocation_what_was_received_before_counts_and_later_statements_do_not(place: Place) -> None:
    district = send(place, "Siti", 1)
    place.revoke("Siti", NIGHT)
    done = add_up(place, send(place, "Siti", 1, {code(1): {"votes_1": 9}}, NIGHT, LATER))
    assert dict(done.refused) == {code(1): ["key_revoked"]}
    assert total(done) == (numbers(code(1))["votes_1"], 1)
    place.enrol("Lain", "receiver", "3101")
    sealed_folder(district).update_roll(place.roll)
    assert total(add_up(place, district)) == (numbers(code(1))["votes_1"], 1)


def test_a_forged_decision_takes_the_station_out(place: Place) -> None:
    place.enrol("Rina", "reviewer", VILLAGE)
    results(place.root / "Siti", [code(1)])
    folder = place.root / "Siti"
    decide(folder, code(1), "Rina")
    place.seal(folder, "Siti")
    bundle = pack(folder, place.root / "forged.zip", with_photos=False).path
    receive(bundle, place.root / "district", place.roll, Sealing(place.keys["Meja"], place.roll, EVENING))
    done = add_up(place, place.root / "district")
    assert dict(done.refused) == {code(1): ["decision_forged"]}


def test_a_station_by_its_code_alone_counts_until_its_statement_is_there(place: Place) -> None:
    folder = results(place.root / "Siti", [code(1)])
    (statement,) = place.seal(folder, "Siti").new
    received = Sealing(place.keys["Meja"], place.roll, EVENING)
    receive_code(station_code(statement, FORM, place.keys["Siti"]), place.root / "district", received)
    (place.root / "district" / "sealed" / "statements").mkdir(exist_ok=True)
    done = add_up(place, place.root / "district")
    assert total(done) == (numbers(code(1))["votes_1"], 1)
    bundle = pack(folder, place.root / "late.zip", with_photos=False).path
    receive(bundle, place.root / "district", place.roll, received)
    done = add_up(place, place.root / "district")
    assert (total(done), done.conflicts, done.refused) == ((numbers(code(1))["votes_1"], 1), (), {})
    last = json.loads((place.root / "recap" / STATEMENTS_FILE).read_text("utf-8").splitlines()[-1])
    assert last["station"] == code(1)


def test_without_a_roll_of_keys_nothing_is_added_up(place: Place, tmp_path: Path) -> None:
    folder = results(tmp_path / "alone", [code(1)])
    from ocr_recap.seal.seal_results import seal_results

    seal_results(folder, Sealing(place.keys["Siti"], None, NOON))
    with pytest.raises(InputUnusable, match="no roll of keys"):
        add_up(place, folder)
    assert not (place.root / "recap").exists()


def test_a_recap_folder_is_sealed_with_its_logs_and_sums(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocr_recap.cli.seal.now", lambda: LATER)
    for person, number in (("Siti", 1), ("Budi", 2)):
        district = send(place, person, number)
    add_up(place, district)
    roll = place.roll_path
    words = ["seal", str(place.root / "recap"), "--key", str(place.keys["Ketua"].path), "--roll", str(roll)]
    first = CliRunner().invoke(app, [*words, "--lang", "en"])
    assert first.exit_code == 0, first.output
    assert f"Recap of the area {VILLAGE}, 3 stations:" in first.output
    assert "4 files sealed as recap." in first.output
    again = CliRunner().invoke(app, [*words, "--lang", "en"])
    assert "sealed as recap before" in again.output
    (sealed,) = (one for one in sealed_folder(place.root / "recap").everything() if one.kind == "recap")
    assert sealed.area == VILLAGE
    assert sealed.body["counted"]["votes_1"] == 2
    assert sealed.numbers["votes_1"] is None, "one of three stations is missing"
    assert sorted(file.name.split("-")[0] for file in sealed.subjects) == [
        "recap/contest",
        "recap/recap",
        "recap/roll",
        "recap/statements",
    ]
    verdict = judge(read_bundle(place.root / "recap"), place.roll)
    assert [finding.code for finding in verdict.findings if finding.is_fault] == []
    add_up(place, send(place, "Ani", 3))
    CliRunner().invoke(app, words)
    last = [one for one in sealed_folder(place.root / "recap").everything() if one.kind == "recap"][-1]
    assert last.numbers["votes_1"] == sum(numbers(code(n))["votes_1"] for n in (1, 2, 3))


def test_minutes_have_the_heads_of_the_area_and_of_its_log_as_text_and_as_a_code(place: Place, tmp_path: Path) -> None:
    district = send(place, "Siti", 1)
    add_up(place, district)
    out = tmp_path / "minutes.pdf"
    words = ["plenary", "minutes", str(place.root / "recap"), VILLAGE, "--log", str(district), "--out", str(out)]
    printed = CliRunner().invoke(app, [*words, "--lang", "en"])
    assert printed.exit_code == 0, printed.output
    log = sealed_folder(district).log(place.keys["Meja"].id)
    (receipt,) = (one for one in sealed_folder(district).everything() if one.kind == "receipt")
    assert receipt.log is not None
    assert receipt.log == log_head(log[: receipt.log.size])
    ids = [json.loads(line)["id"] for line in (place.root / "recap" / STATEMENTS_FILE).read_text("utf-8").splitlines()]
    heads = [log_head(sorted(ids)).spoken, receipt.log.spoken]
    assert all(f"To be read aloud: {head}" in printed.output for head in heads)
    pdf = pypdfium2.PdfDocument(out)
    text = "\n".join(page.get_textpage().get_text_range() for page in pdf)
    assert f"Head of the statements of this area: {heads[0]}" in text
    assert f"Head of the log of Meja (receiver): {heads[1]}" in text
    codes = [one.text for page in pdf for one in zxingcpp.read_barcodes(page.render(scale=3).to_pil())]
    assert len(codes) == 1
    assert codes[0].splitlines()[0] == f"OCR-RECAP MINUTES {VILLAGE}"
    assert codes[0].splitlines()[2:] == [f"HEAD {heads[0]}", f"LOG {heads[1]}"]
    other = CliRunner().invoke(app, [*words[:3], "3101", "--log", str(district), "--out", str(out), "--lang", "en"])
    assert other.exit_code == 3
    nobody = [*words[:5], str(place.root / "Siti"), "--out", str(out), "--lang", "en"]
    assert "has no log of the area" in CliRunner().invoke(app, nobody).output


def test_an_sms_line_alone_is_named_and_never_counted(place: Place) -> None:
    district = send(place, "Siti", 1)
    folder = results(place.root / "Budi", [code(2)])
    (statement,) = place.seal(folder, "Budi").new
    words = ["scan", sms_line(statement, FORM), "--into", str(district), "--lang", "en"]
    kept = CliRunner().invoke(app, words)
    assert (kept.exit_code, "not counted until its statement arrives" in kept.output) == (0, True)
    assert "kept in" in CliRunner().invoke(app, words).output
    done = add_up(place, district)
    assert (total(done), done.preliminary) == ((numbers(code(1))["votes_1"], 1), (code(2),))
    assert add_up(place, district).preliminary == (code(2),), "it is named each time"
    done = add_up(place, send(place, "Budi", 2))
    assert (total(done)[1], done.preliminary) == (2, ())
    assert judge(read_bundle(pack(district, place.root / "all", with_photos=False).path), place.roll).holds
