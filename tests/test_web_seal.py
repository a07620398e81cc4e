"""Seals at the local server over HTTP: the desk's finish seals, the inbox receives, the supervisor sees conflicts."""

from __future__ import annotations

import hashlib
import io
import json
import time
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

pytest.importorskip("starlette", reason="the extra web is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")
pytest.importorskip("tuf", reason="the extra seal is not installed")

import segno
from conftest import SAMPLES
from fakes import FORM
from seals import EVENING, NOON, VILLAGE, Place, code, numbers, results, verify_alone
from starlette.testclient import TestClient

from benchmarks.browser import find
from ocr_recap.seal.compact import read_code, sms_line
from ocr_recap.seal.device_key import short
from ocr_recap.seal.explain_number import explanation_pdf, number_story
from ocr_recap.seal.judge import judge
from ocr_recap.seal.pack import pack
from ocr_recap.seal.scan import code_in_picture
from ocr_recap.seal.slip import slip_contents, slip_pdf
from ocr_recap.seal.source import read_bundle
from ocr_recap.seal.statement import SealedStatement
from ocr_recap.seal.store import sealed_folder
from ocr_recap.web.app import application
from ocr_recap.web.bundle_inbox import BundleInbox
from ocr_recap.web.inbox import Inbox
from ocr_recap.web.office import Office
from ocr_recap.web.office_options import OfficeOptions

HOST = "127.0.0.1:8800"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "keys")
    made.enrol("Siti", "station", code(1), code(2))
    made.enrol("Budi", "station", code(2), code(3))
    made.enrol("Meja", "receiver", VILLAGE)
    return made


def office_of(folder: Path, **options) -> Office:
    """An office that thinks that it is the evening of the election."""
    office = Office(folder, OfficeOptions(language="en", address=f"http://{HOST}", **options))
    assert office.seal is not None
    office.seal.clock = lambda: EVENING
    return office


def browser(office: Office, role: str = "supervisor") -> TestClient:
    client = TestClient(application(office, [HOST]), base_url=f"http://{HOST}", follow_redirects=False)
    client.headers["sec-fetch-site"] = "same-origin"
    name = f"{role} {len(office.people.all())}"
    assert client.get(f"/enter/{office.people.invite(name, role)[1]}").status_code == 200
    return client


def finish(client: TestClient, station: str) -> str:
    """Finish a station; the page when nothing is under way any more."""
    assert client.post(f"/desk/{station}/finish").status_code == 303
    end = time.monotonic() + 60
    while "is being sealed" in (said := client.get(f"/desk/{station}").text):
        assert time.monotonic() < end
        time.sleep(0.2)
    return said


def pdf_text(content: bytes) -> str:
    return " ".join(pypdfium2.PdfDocument(content)[0].get_textpage().get_text_bounded().split())


def stations_of(folder: Path) -> list[str]:
    return [one.area for one in sealed_folder(folder).everything() if one.kind == "station"]


# --- finish ---------------------------------------------------------------------------------------------------------


def test_finish_without_a_key_says_that_nothing_is_sealed(tmp_path: Path) -> None:
    office = office_of(results(tmp_path / "r", [code(1)]))
    said = finish(browser(office, "desk"), code(1))
    assert "not sealed: the server was started without a key" in said
    assert "<svg" not in said
    assert not (office.folder / "sealed").exists()


def test_finish_seals_this_station_alone_and_shows_its_code(tmp_path: Path, place: Place) -> None:
    office = office_of(results(tmp_path / "r", [code(1), code(2)]), key=place.keys["Siti"], key_roll=place.roll)
    desk = browser(office, "desk")
    said = finish(desk, code(1))
    assert stations_of(office.folder) == [code(1)]
    (statement,) = (one for one in sealed_folder(office.folder).everything() if one.kind == "station")
    assert "sealed by Siti" in said
    assert "<svg" in said
    digits = " ".join(statement.id[place : place + 4] for place in range(0, 16, 4))
    assert digits in said
    assert "Preliminary until the signed statement arrives" in said
    assert judge(read_bundle(office.folder), place.roll).holds
    slip = desk.get(f"/desk/{code(1)}/slip/{statement.id}.pdf")
    assert slip.headers["content-type"] == "application/pdf"
    (tmp_path / "slip.pdf").write_bytes(slip.content)
    text = code_in_picture(tmp_path / "slip.pdf")
    assert text is not None
    read = read_code(text)
    assert (read.station, read.statement.hex()) == (code(1), statement.id[:32])
    assert desk.get(f"/desk/{code(2)}/slip/{statement.id}.pdf").status_code == 404
    assert desk.get(f"/desk/{code(1)}/slip/{'0' * 64}.pdf").status_code == 404


def test_what_changes_after_the_finish_is_not_signed_by_itself(tmp_path: Path, place: Place) -> None:
    office = office_of(results(tmp_path / "r", [code(1)]), key=place.keys["Siti"], key_roll=place.roll)
    desk = browser(office, "desk")
    finish(desk, code(1))
    results(tmp_path / "r", [code(1)], {code(1): {"votes_1": 7}})
    office.publish()
    assert stations_of(office.folder) == [code(1)]
    assert "changed after they were sealed" in desk.get(f"/desk/{code(1)}").text
    assert desk.post(f"/desk/{code(1)}/finish", data={"again": "1"}).status_code == 303
    assert "<svg" not in desk.get(f"/desk/{code(1)}").text
    assert "changed after" not in finish(desk, code(1))
    first, second = (one for one in sealed_folder(office.folder).everything() if one.kind == "station")
    assert (second.body["supersedes"], second.numbers["votes_1"]) == (first.id, 7)


def test_finishing_twice_seals_once(tmp_path: Path, place: Place) -> None:
    office = office_of(results(tmp_path / "r", [code(1)]), key=place.keys["Siti"], key_roll=place.roll)
    desk = browser(office, "desk")
    for _ in range(2):
        assert "sealed by Siti" in finish(desk, code(1))
    assert stations_of(office.folder) == [code(1)]


def test_a_key_without_the_right_seals_nothing(tmp_path: Path, place: Place) -> None:
    office = office_of(results(tmp_path / "r", [code(3)]), key=place.keys["Siti"], key_roll=place.roll)
    assert "has no right to this station" in finish(browser(office, "desk"), code(3))
    assert stations_of(office.folder) == []


def test_a_station_without_a_known_form_has_nothing_to_seal(tmp_path: Path, place: Place) -> None:
    office = office_of(results(tmp_path / "r", [code(2)]), key=place.keys["Siti"], key_roll=place.roll)
    assert "no photo shows a form" in finish(browser(office, "desk"), code(1))


def test_a_key_that_is_not_enrolled_says_so(tmp_path: Path, place: Place) -> None:
    office = office_of(results(tmp_path / "r", [code(1)]), key=place.key("Baru"), key_roll=place.roll)
    said = finish(browser(office, "desk"), code(1))
    assert "the seal counts once the key is enrolled" in said
    assert stations_of(office.folder) == [code(1)]


def test_a_server_that_died_after_the_finish_seals_when_it_starts_again(tmp_path: Path, place: Place) -> None:
    folder = results(tmp_path / "r", [code(1)])
    options = {"key": place.keys["Siti"], "key_roll": place.roll}
    office = office_of(folder, **options)
    desk = browser(office, "desk")
    with office.data.changing() as db:  # as if the power went before the results were made
        assert office.seal is not None
        office.seal.want(db, code(1))
        db.execute("INSERT INTO finished VALUES (?, 1, ?)", (code(1), "2029-02-14T12:00:00Z"))
    waiting = desk.get(f"/desk/{code(1)}").text
    assert "is being sealed" in waiting
    assert 'http-equiv="refresh"' in waiting
    office.data.close()
    office_of(folder, **options).publish()
    assert stations_of(folder) == [code(1)]


def test_results_that_were_edited_are_not_sealed_and_the_station_waits(tmp_path: Path, place: Place) -> None:
    folder = results(tmp_path / "r", [code(1)])
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  documents.jsonl\n")
    office = office_of(folder, key=place.keys["Siti"], key_roll=place.roll)
    desk = browser(office, "desk")
    desk.post(f"/desk/{code(1)}/finish")
    end = time.monotonic() + 60
    while office.standing.fault is None:
        assert time.monotonic() < end
        time.sleep(0.2)
    assert "is being sealed" in desk.get(f"/desk/{code(1)}").text
    assert stations_of(folder) == []


# --- bundles --------------------------------------------------------------------------------------------------------


def bundle(place: Place, name: str, person: str, stations: list[str], changed=None, as_zip: bool = True) -> Path:
    """A bundle of somebody's stations, with photos."""
    folder = results(place.root.parent / name, stations, changed)
    place.seal(folder, person, NOON)
    out = place.root.parent / f"{name}-out"
    photos = [folder.parent / f"{name}-photos"]
    return pack(folder, out.with_suffix(".zip") if as_zip else out, photos).path


def send(client: TestClient, path: Path):
    with path.open("rb") as file:
        return client.post("/office/bundles/upload", files={"bundle": (path.name, file)})


def state(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in (folder / "sealed").rglob("*") if p.is_file()}


def test_a_bundle_is_received_twice_and_its_receipt_is_offered(tmp_path: Path, place: Place) -> None:
    office = office_of(tmp_path / "o", key=place.keys["Meja"], key_roll=place.roll)
    chief = browser(office)
    sent = bundle(place, "siti", "Siti", [code(1)])
    assert send(chief, sent).headers["location"] == "/office/bundles"
    page = chief.get("/office/bundles").text
    assert "2 new statements, 0 here before, 0 not taken" in page
    assert "Receipts are given by Meja (receiver)" in page
    (receipt,) = (office.folder / "receipts").iterdir()
    offered = chief.get(f"/office/receipt/{receipt.name}")
    assert offered.content == receipt.read_bytes()
    (line,) = offered.content.splitlines()
    assert b"signatures" in line
    before = state(office.folder)
    send(chief, sent)
    assert state(office.folder) == before
    assert "0 new statements, 2 here before" in chief.get("/office/bundles").text
    assert len(list((office.folder / "receipts").iterdir())) == 1
    assert not [path for path in office.folder.iterdir() if path.name.startswith(".bundle-")]
    assert chief.get("/office/receipt/..%2Foffice.sqlite").status_code == 404


def test_two_bundles_of_one_name_keep_their_receipts(tmp_path: Path, place: Place) -> None:
    office = office_of(tmp_path / "o", key=place.keys["Meja"], key_roll=place.roll)
    chief = browser(office)
    for person, station in (("Siti", code(1)), ("Budi", code(3))):
        made = bundle(place, person, person, [station])
        with made.open("rb") as file:
            chief.post("/office/bundles/upload", files={"bundle": ("results.zip", file)})
    assert len(list((office.folder / "receipts").iterdir())) == 2


def test_a_second_statement_of_a_station_is_shown_number_by_number(tmp_path: Path, place: Place) -> None:
    office = office_of(tmp_path / "o", key=place.keys["Meja"], key_roll=place.roll)
    chief = browser(office)
    send(chief, bundle(place, "siti", "Siti", [code(2)]))
    assert "There is nothing." in chief.get("/office/bundles").text
    send(chief, bundle(place, "budi", "Budi", [code(2)], {code(2): {"votes_1": 5}}))
    page = chief.get("/office/bundles").text
    assert f"TPS {code(2)}" in page
    row = page[page.index("<tbody>") : page.index("</tbody>")]
    assert row.count("<tr>") == 1
    assert "<td>5</td>" in row
    assert "Siti<br>" in page
    assert "Budi<br>" in page


def test_what_is_no_bundle_is_named_and_nothing_is_taken(tmp_path: Path, place: Place) -> None:
    office = office_of(tmp_path / "o", key=place.keys["Meja"], key_roll=place.roll)
    chief = browser(office)
    for content in (b"no zip", b"", b"PK\x03\x04" + bytes(80)):
        chief.post("/office/bundles/upload", files={"bundle": ("../../evil.zip", io.BytesIO(content))})
    page = chief.get("/office/bundles").text
    assert page.count("cannot be received") == 3
    assert page.count("evil.zip is no bundle") == 3
    assert not (tmp_path / "evil.zip").exists()
    assert sealed_folder(office.folder).everything() == []


def test_without_a_roll_nothing_is_received_and_without_the_role_no_receipt(tmp_path: Path, place: Place) -> None:
    sent = bundle(place, "siti", "Siti", [code(1)])
    office = office_of(tmp_path / "o")
    chief = browser(office)
    assert chief.post("/office/bundles/upload").status_code == 409
    send(chief, sent)
    assert "without a roll of keys" in chief.get("/office/bundles").text
    assert sealed_folder(office.folder).everything() == []
    station = office_of(tmp_path / "s", key=place.keys["Budi"], key_roll=place.roll)
    chief = browser(station)
    send(chief, sent)
    page = chief.get("/office/bundles").text
    assert "2 new statements" in page
    assert "has the role station" in page
    assert not (station.folder / "receipts").exists()


def test_an_sms_line_is_preliminary_until_the_statement_arrives_and_then_compared(tmp_path: Path, place: Place) -> None:
    office = office_of(tmp_path / "o", key=place.keys["Meja"], key_roll=place.roll)
    chief = browser(office)
    good = bundle(place, "siti", "Siti", [code(1)])
    (statement,) = (one for one in sealed_folder(tmp_path / "siti").everything() if one.kind == "station")
    line = sms_line(statement, FORM)
    assert chief.post("/office/bundles/sms", data={"line": line[:-2]}).status_code == 409
    for _ in range(2):
        assert chief.post("/office/bundles/sms", data={"line": line}).status_code == 303
    assert chief.get("/office/bundles").text.count('<span class="chip look">preliminary</span>') == 1
    send(chief, good)
    assert '<span class="chip look">preliminary</span>' not in chief.get("/office/bundles").text
    assert "There is nothing." in chief.get("/office/bundles").text
    bundle(place, "budi", "Budi", [code(3)])
    (other,) = (one for one in sealed_folder(tmp_path / "budi").everything() if one.kind == "station")
    wrong = sms_line(replace_number(other), FORM)
    chief.post("/office/bundles/sms", data={"line": wrong})
    send(chief, tmp_path / "budi-out.zip")
    assert "SMS" in chief.get("/office/bundles").text.split('id="settle"')[1].split("</section>")[0]


def replace_number(statement: SealedStatement) -> SealedStatement:
    """The same statement with another number, as somebody says it who mistypes."""
    return replace(statement, body={**statement.body, "numbers": {**statement.numbers, "votes_1": 299}})


# --- photos of slips ------------------------------------------------------------------------------------------------


@pytest.fixture
def slip(tmp_path: Path, place: Place) -> bytes:
    """The slip of the first station, as PDF."""
    folder = results(tmp_path / "siti", [code(1)])
    place.seal(folder, "Siti", NOON)
    (content,) = slip_contents(folder, code(1), place.keys["Siti"])
    return slip_pdf(content, "en")


def send_slip(client: TestClient, photo: bytes, station: str = code(1), name: str = "slip.pdf"):
    return client.post("/office/bundles/slip/photo", files={"photo": (name, photo)}, data={"station": station})


def news_of(client: TestClient) -> str:
    return client.get("/office/bundles").text.split('id="received"')[1]


def test_the_code_on_a_photo_of_a_slip_is_kept_once_with_a_receipt(tmp_path: Path, place: Place, slip: bytes) -> None:
    office = office_of(tmp_path / "o", key=place.keys["Meja"], key_roll=place.roll)
    chief = browser(office)
    assert send_slip(chief, slip).headers["location"] == "/office/bundles#received"
    said = news_of(chief)
    assert "code kept, with a receipt" in said
    assert f"station {code(1)}, sealed {NOON}" in said
    assert f"votes of pair 1: {numbers(code(1))['votes_1']}" in said
    (kept,) = (office.folder / "sealed").rglob("*.bin")
    (receipt,) = sealed_folder(office.folder).everything()
    assert (receipt.kind, receipt.subjects[0].sha256) == ("receipt", hashlib.sha256(kept.read_bytes()).hexdigest())
    before = state(office.folder)
    send_slip(chief, slip)
    assert state(office.folder) == before
    assert "code kept before" in news_of(chief)
    assert judge(read_bundle(office.folder), place.roll).holds
    assert "kode sudah disimpan sebelumnya" in in_indonesian(chief)


def in_indonesian(client: TestClient) -> str:
    assert client.post("/language?back=/office/bundles").status_code == 303
    return client.get("/office/bundles").text


def test_a_slip_is_checked_as_the_command_checks_it(tmp_path: Path, place: Place, slip: bytes) -> None:
    office = office_of(tmp_path / "o", key=place.keys["Meja"], key_roll=place.roll)
    chief = browser(office)
    assert send_slip(chief, slip, code(2)).status_code == 303
    assert "code not kept" in news_of(chief)
    assert f"The QR code is of station {code(1)}, not of station {code(2)}" in news_of(chief)
    place.revoke("Siti", NOON)
    revoked = office_of(tmp_path / "later", key=place.keys["Meja"], key_roll=place.roll)
    other = browser(revoked)
    send_slip(other, slip)
    assert "code not kept" in news_of(other)
    assert "was revoked" in news_of(other)
    for folder in (office.folder, revoked.folder):
        assert not list(folder.rglob("*.bin"))
        assert sealed_folder(folder).everything() == []


@pytest.mark.parametrize(
    ("photo", "station", "message"),
    [
        (b"", code(1), "is empty or larger than 40 MB"),
        (b"no photo", code(1), "no QR code of a slip can be read"),
        ((SAMPLES / "page2-clean.jpg").read_bytes(), code(1), "a.jpg: no QR code of a slip can be read"),
        (b"no photo", "21011420040", "has 13 digits"),
        (b"no photo", "", "has 13 digits"),
    ],
)
def test_what_is_no_photo_of_a_slip_is_said(
    tmp_path: Path, place: Place, photo: bytes, station: str, message: str
) -> None:
    office = office_of(tmp_path / "o", key=place.keys["Meja"], key_roll=place.roll)
    answer = send_slip(browser(office), photo, station, "a.jpg")
    assert answer.status_code == 409
    assert message in answer.text


@pytest.mark.parametrize("holder", ["Budi", ""])
def test_without_a_receivers_key_no_slip_is_kept(tmp_path: Path, place: Place, slip: bytes, holder: str) -> None:
    office = office_of(tmp_path / "o", key=place.keys.get(holder), key_roll=place.roll)
    answer = send_slip(browser(office), slip)
    assert answer.status_code == 409
    assert "takes the receiver&#39;s key" in answer.text
    assert not (office.folder / "sealed").exists()


def test_a_damaged_code_is_not_kept(tmp_path: Path, place: Place, slip: bytes) -> None:
    (tmp_path / "slip.pdf").write_bytes(slip)
    text = code_in_picture(tmp_path / "slip.pdf")
    assert text is not None
    drawn = io.BytesIO()
    segno.make_qr(text[:-6] + "A" * 6, error="m").save(drawn, kind="png", scale=6)
    office = office_of(tmp_path / "o", key=place.keys["Meja"], key_roll=place.roll)
    chief = browser(office)
    assert send_slip(chief, drawn.getvalue()).status_code == 303
    assert "code not kept" in news_of(chief)
    assert not list(office.folder.rglob("*.bin"))


@pytest.mark.slow
@pytest.mark.skipif(find() is None, reason="no chromium on this machine: pages are not opened")
def test_a_phone_sends_the_photo_of_a_slip(tmp_path: Path, place: Place, slip: bytes) -> None:
    from benchmarks.served import Served, person

    page = pypdfium2.PdfDocument(slip)[0].render(scale=3).to_pil()
    page.save(tmp_path / "slip.png")
    options = ("--key", str(place.keys["Meja"].path), "--roll", str(place.roll_path))
    with Served(tmp_path / "o", *options) as served, person(served.link, 390, 844) as phone:
        phone.open(f"{served.base}/office/bundles")
        assert phone.evaluate("document.documentElement.scrollWidth <= 390")
        phone.evaluate(f"document.querySelector('#slip [name=station]').value = '{code(1)}'")
        phone.upload("#slip [name=photo]", tmp_path / "slip.png")
        phone.evaluate("document.querySelector('#slip form').requestSubmit()")
        phone.until("document.querySelector('#received')?.innerText.includes('code kept, with a receipt')")
        phone.evaluate("document.querySelector('#received details').open = true")
        assert phone.evaluate("document.documentElement.scrollWidth <= 390")


def test_bundles_are_for_supervisors(tmp_path: Path, place: Place) -> None:
    office = office_of(tmp_path / "o", key_roll=place.roll)
    for role in ("desk", "reviewer"):
        client = browser(office, role)
        for path in ("/office/bundles", "/office/receipt/x.intoto.jsonl"):
            assert client.get(path).status_code == 403
        assert client.post("/office/bundles/upload").status_code == 403
        assert send_slip(client, b"x").status_code == 403


def test_the_watched_folder_takes_whole_bundles_once_and_leaves_their_photos(tmp_path: Path, place: Place) -> None:
    office = office_of(tmp_path / "o", key=place.keys["Meja"], key_roll=place.roll)
    assert office.seal is not None
    watched = tmp_path / "watched"
    watched.mkdir()
    inbox, photos = BundleInbox(watched, office.seal), Inbox(watched, office.received)
    made = bundle(place, "siti", "Siti", [code(1)], as_zip=False)
    target = watched / "stick" / "siti"
    (target / "data").mkdir(parents=True)
    (target / "bagit.txt").write_bytes((made / "bagit.txt").read_bytes())
    assert inbox.look() == 0, "it may still be being copied"
    for path in sorted(made.rglob("*")):
        if path.is_file():
            (target / path.relative_to(made)).parent.mkdir(parents=True, exist_ok=True)
            (target / path.relative_to(made)).write_bytes(path.read_bytes())
    assert [inbox.look() for _ in range(3)] == [0, 1, 0]
    assert [photos.look() for _ in range(2)] == [0, 0]
    assert sealed_folder(office.folder).roll() is not None
    assert stations_of(office.folder) == [code(1)]
    assert [one.name for one in office.seal.news()] == ["stick/siti"]
    again = BundleInbox(watched, office.seal)
    assert [again.look() for _ in range(2)] == [0, 0], "a server that starts again"
    damaged = watched / "cut.zip"
    damaged.write_bytes(bundle(place, "budi", "Budi", [code(3)]).read_bytes()[:-500])
    assert [inbox.look() for _ in range(2)] == [0, 1]
    assert [one.outcome["failed"] for one in office.seal.news() if one.name == "cut.zip"] == [True]
    assert stations_of(office.folder) == [code(1)]


def test_what_was_received_is_packed_and_checked_by_a_stranger(tmp_path: Path, place: Place) -> None:
    office = office_of(tmp_path / "o", key=place.keys["Meja"], key_roll=place.roll)
    send(browser(office), bundle(place, "siti", "Siti", [code(1)]))
    out = pack(office.folder, tmp_path / "out").path
    assert judge(read_bundle(out), place.roll).holds
    assert verify_alone(out, place.roll_path)[0] == 0


# --- decisions ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_decisions_of_the_holder_of_the_servers_key_name_the_key(tmp_path: Path, place: Place) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / f"{code(1)}-2.jpg").write_bytes((SAMPLES / "page2-two-bubbles.jpg").read_bytes())
    from typer.testing import CliRunner

    from ocr_recap.cli.main import app

    assert CliRunner().invoke(app, ["read", str(photos), "--out", str(tmp_path / "r")]).exit_code == 0
    office = office_of(tmp_path / "r", key=place.keys["Siti"], key_roll=place.roll)
    office.publish()
    entered = {}
    for name in ("siti ", "Rina"):
        person = office.people.invite(name, "reviewer")[0]
        (task,) = office.work.claim(person, count=1)
        office.work.answer(person, task.id, "117", 1.0)
        entered[person.name] = task.id
    assert len(set(entered.values())) == 1, "both entered the same number"
    office.publish()
    lines = (office.folder / "decisions.jsonl").read_text("utf-8").splitlines()
    named = {line["by"]: line.get("key", "") for line in map(json.loads, lines)}
    assert named == {"siti": place.keys["Siti"].id, "Rina": ""}
    finish(browser(office, "desk"), code(1))
    verdict = judge(read_bundle(office.folder), place.roll)
    assert [one.code for one in verdict.findings if one.is_fault] == []
    (field,) = {json.loads(line)["field"] for line in lines}
    text = pdf_text(explanation_pdf(number_story(office.folder, code(1), field, place.roll)))
    assert text.count(f"The line names the key {short(place.keys['Siti'].id)}.") == 1


def test_without_a_key_decisions_name_none(tmp_path: Path, place: Place) -> None:
    office = office_of(results(tmp_path / "r", [code(1)]))
    assert office.seal is not None
    assert office.seal.own_keys() == {}
    with_key = office_of(results(tmp_path / "k", [code(1)]), key=place.keys["Siti"], key_roll=place.roll)
    assert with_key.seal is not None
    assert with_key.seal.own_keys() == {"siti": place.keys["Siti"].id}


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_night_at_the_desk_with_a_locked_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`ocr-recap serve --key`: a photo, finish, the code; the passphrase comes before the first page."""
    import httpx
    from typer.testing import CliRunner

    from benchmarks.served import Served
    from ocr_recap.cli.main import app

    monkeypatch.setenv("OCR_RECAP_PASSPHRASE", "melati")
    key = tmp_path / "siti.key"
    words = ["keys", "request", "--key", str(key), "--person", "Siti", "--code", code(1), "--passphrase"]
    assert CliRunner().invoke(app, words).exit_code == 0
    monkeypatch.delenv("OCR_RECAP_PASSPHRASE")
    locked = CliRunner().invoke(app, ["serve", str(tmp_path / "x"), "--port", "0", "--key", str(key)])
    assert locked.exit_code == 2
    assert not (tmp_path / "x").exists()
    monkeypatch.setenv("OCR_RECAP_PASSPHRASE", "melati")
    with (
        Served(tmp_path / "night", "--key", str(key)) as served,
        httpx.Client(follow_redirects=True, timeout=60) as client,
    ):
        client.headers["sec-fetch-site"] = "same-origin"
        client.get(served.link)
        photo = (SAMPLES / "page2-clean.jpg").read_bytes()
        sent = client.post(f"{served.base}/desk/{code(1)}/photo", files={"photo": ("a.jpg", photo)})
        assert sent.status_code == 200
        client.post(f"{served.base}/desk/{code(1)}/finish")
        end = time.monotonic() + 60
        while "<svg" not in (page := client.get(f"{served.base}/desk/{code(1)}").text):
            assert "is being sealed" in page
            assert time.monotonic() < end
            time.sleep(0.5)
        assert "not in the roll of keys" in page
    (statement,) = (one for one in sealed_folder(tmp_path / "night").everything() if one.kind == "station")
    documents = (tmp_path / "night" / "documents.jsonl").read_text("utf-8")
    assert statement.numbers["votes_1"] == json.loads(documents)["fields"]["votes_1"]["accepted"]
