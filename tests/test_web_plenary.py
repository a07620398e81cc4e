"""The pages of a plenary session over HTTP: read out, correct by two people, objections, closing, minutes, refusals."""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from recaps import CONTEST, FORM, Said, code, counts, results, roll

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")
pytest.importorskip("starlette", reason="the extra web is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

import cv2
import numpy as np
import pypdfium2
from starlette.testclient import TestClient
from typer.testing import CliRunner

from ocr_recap.cli.main import app as cli
from ocr_recap.forms.template import load
from ocr_recap.messages.catalog import filled
from ocr_recap.messages.errors import FolderDamaged, InputUnusable, WrongUse
from ocr_recap.messages.plenary_texts import PLENARY_TEXTS
from ocr_recap.messages.web_texts import WEB_TEXTS
from ocr_recap.recap import memory
from ocr_recap.recap import session as sessions
from ocr_recap.recap.plenary import SessionEvent, event, matters
from ocr_recap.recap.plenary_log import read_events
from ocr_recap.recap.proposals import proposals_in, readings_in
from ocr_recap.recap.recap import recap
from ocr_recap.recap.session_steps import StationStep, propose_correction
from ocr_recap.recap.statement import Author
from ocr_recap.recap.sums import sums_of
from ocr_recap.records.checksum_list import list_of, sha256_of
from ocr_recap.records.folder import picture_name
from ocr_recap.report.pictures import STRIP_HEIGHT, strip_width
from ocr_recap.web.app import application
from ocr_recap.web.plenary_view import main_fields, tree_of
from ocr_recap.web.recap_office import RecapOffice, RecapOfficeOptions
from ocr_recap.web.serve import first_link

HOST = "127.0.0.1:8800"
DISTRICT = code(0)[:6]
STATION = f"/areas/{DISTRICT}/stations/{code(0)}"
QUAD = ((0.0, 0.0), (300.0, 0.0), (300.0, 100.0), (0.0, 100.0))
AT = "2024-02-15T08:00:00Z"
SEEN = re.compile(r'name="seen" value="([0-9a-f]{64})"')


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recap of four stations in one district; the last one has no photos."""
    folder = tmp_path_factory.mktemp("made")
    said = [Said(code(i), counts(100 + i)) for i in range(3)]
    recap([results(folder / "r", said)], folder / "recap", roll(folder / "roll.csv", [code(i) for i in range(4)]))
    return folder


class Hall:
    """A server on a recap, and the browsers of the people in it."""

    def __init__(self, folder: Path, options: RecapOfficeOptions | None = None) -> None:
        self.office = RecapOffice(folder, options or RecapOfficeOptions("en", (), f"http://{HOST}"))
        self.app = application(self.office, [HOST])
        self.folder = folder

    def browser(self, name: str, role: str) -> TestClient:
        client = TestClient(self.app, base_url=f"http://{HOST}", follow_redirects=False)
        client.headers["sec-fetch-site"] = "same-origin"
        assert client.get(f"/enter/{self.office.people.invite(name, role)[1]}").status_code == 200
        return client

    def total(self, field: str, area: str = DISTRICT) -> int | None:
        return next(one.total for one in sums_of(self.folder, area, CONTEST) if one.field == field)

    def events(self) -> list[SessionEvent]:
        return read_events(self.folder)

    def log(self) -> str:
        path = self.folder / "plenary.jsonl"
        return path.read_text("utf-8") if path.exists() else ""


@pytest.fixture
def hall(made: Path, tmp_path: Path) -> Hall:
    shutil.copytree(made / "recap", tmp_path / "recap")
    return Hall(tmp_path / "recap")


@pytest.fixture
def chair(hall: Hall) -> TestClient:
    return hall.browser("Ani", "chair")


@pytest.fixture
def member(hall: Hall) -> TestClient:
    return hall.browser("Budi", "member")


@pytest.fixture
def witness(hall: Hall) -> TestClient:
    return hall.browser("Tini", "witness")


def words(client: TestClient, path: str) -> str:
    """The text of a page, without its tags."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    body = re.sub(r"<style>.*?</style>|<script>.*?</script>", "", answer.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def seen(client: TestClient, path: str) -> str:
    """The digest that the forms of a page carry."""
    found = set(SEEN.findall(client.get(path).text))
    assert len(found) == 1
    return found.pop()


def propose(chair: TestClient, path: str = STATION, **numbers: str) -> str:
    """Propose a correction; the path of the proposal."""
    data = {f"n-{name}": value for name, value in (numbers or {"votes_1": "90", "votes_2": "70"}).items()}
    answer = chair.post(f"{path}/propose", data={**data, "reason": "digits exchanged", "seen": seen(chair, path)})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def refused(answer, message: str) -> None:
    assert answer.status_code == 409, answer.status_code
    assert message in html.unescape(answer.text)


# --- a whole session --------------------------------------------------------------------------------------------------


def test_a_session_from_the_first_station_to_the_minutes(
    hall: Hall, chair: TestClient, member: TestClient, witness: TestClient
) -> None:
    assert "0 of 4 stations read" in words(chair, f"/areas/{DISTRICT}")
    answer = chair.get(f"/areas/{DISTRICT}/go-on")
    assert answer.headers["location"] == STATION
    # a witness's copy differs: the page says so, and two people correct
    assert witness.post(f"{STATION}/copy", data={"n-votes_1": "90", "n-votes_2": "60"}).status_code == 303
    assert "90 Tini: differs" in words(chair, STATION)
    proposal = propose(chair)
    shown = words(member, proposal)
    assert "votes of pair 1 100 90" in shown
    assert "waits for a second person; nothing has changed yet" in shown
    assert hall.total("votes_1") == 303
    answer = member.post(f"{proposal}/confirm")
    assert answer.headers["location"] == STATION
    assert hall.total("votes_1") == 293
    assert "corrected with reason" in words(chair, STATION)
    assert "confirmed" in words(chair, proposal)
    # the second station is the same, and the page turns to the third one
    second = f"/areas/{DISTRICT}/stations/{code(1)}"
    answer = chair.post(f"{second}/same", data={"seen": seen(chair, second)})
    assert chair.get(answer.headers["location"]).headers["location"].endswith(code(2))
    assert "2 of 4 stations read" in words(chair, f"/areas/{DISTRICT}")
    # an objection is passed on, by two people
    objection = {"kind": "objection", "subject": code(2), "text": "The form <b>came</b> late."}
    assert witness.post(f"/areas/{DISTRICT}/matters", data=objection).status_code == 303
    third = f"/areas/{DISTRICT}/stations/{code(2)}"
    matter = re.search(r'action="(/areas/\d+/matters/[0-9a-f]{64}/propose)"', chair.get(third).text)
    assert matter is not None
    answer = chair.post(matter[1], data={"state": "passed_on", "text": "to the regency"})
    assert "The form <b>came</b> late. (Tini" in words(member, answer.headers["location"])
    assert member.post(f"{answer.headers['location']}/confirm").status_code == 303
    assert "passed on to the level above" in words(chair, third)
    # closing: what is open is shown, two people, and the area is frozen
    text = words(chair, f"/areas/{DISTRICT}")
    for part in ("2 stations not read out", "1 station without numbers"):
        assert part in text
    answer = chair.post(f"/areas/{DISTRICT}/close", data={"seen": seen(chair, f"/areas/{DISTRICT}")})
    closing = answer.headers["location"]
    assert "2 stations not read out" in words(member, closing)
    assert hall.office.folder.joinpath("plenary.jsonl").read_text().count('"closing"') == 1, "only proposed"
    assert member.post(f"{closing}/confirm").headers["location"] == f"/areas/{DISTRICT}"
    text = words(chair, f"/areas/{DISTRICT}")
    assert "its numbers are frozen" in text
    assert "Closed at" in text
    assert "by Ani, Budi" in text
    assert "Go on reading out" not in text
    for paper, width in (("a4", 595), ("a3", 842)):
        answer = chair.get(f"/areas/{DISTRICT}/minutes.pdf?paper={paper}")
        document = pypdfium2.PdfDocument(answer.content)
        assert round(document[0].get_width()) == width
        text = " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())
        for word in ("digits exchanged", "Ani (chair), Budi (member)", "to the regency"):
            assert word in text, word
        assert "DRAFT" not in text


def test_a_session_stops_and_goes_on(hall: Hall, chair: TestClient) -> None:
    for place in range(2):
        path = f"/areas/{DISTRICT}/stations/{code(place)}"
        chair.post(f"{path}/same", data={"seen": seen(chair, path)})
    hall.office.stop()
    again = Hall(hall.folder)
    chair = again.browser("Ani 2", "chair")
    assert chair.get(f"/areas/{DISTRICT}/go-on").headers["location"].endswith(code(2))
    text = words(chair, STATION)
    assert f"TPS {code(0)} same" in text
    assert "2 of 4 stations read · Ani, 20" in text, "who read it out is kept, and when"
    with again.office.session() as session:
        found = readings_in(session.log, session.plenary.events, CONTEST, "")
    assert {place: one.state for place, one in found.items()} == {code(0): "same", code(1): "same"}


def test_what_was_read_out_twice_is_kept_once_and_a_difference_stays_open(hall: Hall, chair: TestClient) -> None:
    data = {"seen": seen(chair, STATION)}
    chair.post(f"{STATION}/same", data=data)
    chair.post(f"{STATION}/same", data=data)
    assert hall.log().count("read_same") == 1
    chair.post(f"{STATION}/differs", data={**data, "text": "the copy is torn"})
    assert f"TPS {code(0)} differs" in words(chair, STATION)
    assert "the copy is torn" in words(chair, STATION)
    assert "1 station read out with a difference" in words(chair, f"/areas/{DISTRICT}")
    chair.post(f"{STATION}/same", data=data)
    assert hall.log().count("read_same") == 2
    assert f"TPS {code(0)} same" in words(chair, STATION)


def test_a_copy_that_comes_after_the_reading_asks_for_another_one(chair: TestClient, witness: TestClient) -> None:
    chair.post(f"{STATION}/same", data={"seen": seen(chair, STATION)})
    witness.post(f"{STATION}/copy", data={"n-votes_1": "1"})
    assert "changed since it was read out" in words(chair, STATION)
    assert "1 station changed after they were read out" in words(chair, f"/areas/{DISTRICT}")


def test_a_proposal_is_withdrawn_with_a_reason_and_made_again(
    hall: Hall, chair: TestClient, member: TestClient
) -> None:
    proposal = propose(chair)
    refused(member.post(f"{proposal}/withdraw", data={"reason": " "}), "Write why the proposal is withdrawn")
    assert member.post(f"{proposal}/withdraw", data={"reason": "the paper says 100"}).status_code == 303
    assert "Withdrawn by Budi" in words(chair, proposal)
    refused(member.post(f"{proposal}/confirm"), "does not wait any more")
    assert hall.total("votes_1") == 303
    again = propose(chair)
    assert again != proposal
    assert member.post(f"{again}/confirm").status_code == 303
    assert hall.total("votes_1") == 293


def test_illegible_and_empty_are_corrections_too(hall: Hall, chair: TestClient, member: TestClient) -> None:
    proposal = propose(chair, votes_1="?", votes_2="-")
    shown = words(member, proposal)
    assert "votes of pair 1 100 illegible" in shown
    assert "votes of pair 2 60 nothing written" in shown
    member.post(f"{proposal}/confirm")
    with hall.office.session() as session:
        standing = sessions.station_sheet(session, code(0)).standing
    assert standing is not None
    assert (standing.states["votes_1"], standing.states["votes_2"]) == ("illegible", "empty")


def test_each_proposal_keeps_what_stood_before_it(chair: TestClient, member: TestClient) -> None:
    first = propose(chair, votes_1="90")
    member.post(f"{first}/confirm")
    second = propose(chair, votes_1="91")
    member.post(f"{second}/confirm")
    assert "votes of pair 1 100 90" in words(chair, first)
    assert "votes of pair 1 90 91" in words(chair, second)
    assert words(chair, "/proposals").count("Confirmed by Budi (member)") == 2


def test_a_ruling_from_above_is_shown_as_such(hall: Hall, chair: TestClient, member: TestClient) -> None:
    closing = chair.post(f"/areas/{DISTRICT}/close", data={"seen": seen(chair, f"/areas/{DISTRICT}")})
    member.post(f"{closing.headers['location']}/confirm")
    above = f"/areas/2101/stations/{code(0)}"
    matter = {"kind": "objection", "subject": "2101", "text": "about a closed district"}
    assert member.post("/areas/2101/matters", data={**matter, "said_by": "Tini"}).status_code == 303
    assert "about a closed district (Tini" in words(chair, "/areas/2101")
    assert re.search(r'name="subject" value="(\d+)"', chair.get(above).text)[1] == "2101"
    member.post(f"{propose(chair, above)}/confirm")
    assert "What stands is a ruling from above." in words(chair, STATION)
    assert "Since the closing a level above has made statements." in words(chair, f"/areas/{DISTRICT}")


# --- refusals ---------------------------------------------------------------------------------------------------------


def test_one_person_alone_corrects_nothing(hall: Hall, chair: TestClient) -> None:
    proposal = propose(chair)
    assert chair.post(f"{proposal}/confirm").status_code == 403
    assert hall.browser("supervisor", "supervisor").post(f"{proposal}/confirm").status_code == 403
    assert hall.total("votes_1") == 303
    refused(
        chair.post(f"{STATION}/propose", data={"n-votes_1": "5", "reason": "x", "seen": seen(chair, STATION)}),
        "waits for a second person already",
    )


def test_the_same_person_with_another_link_is_refused(hall: Hall, chair: TestClient) -> None:
    proposal = propose(chair)
    refused(hall.browser("ANI", "member").post(f"{proposal}/confirm"), "What Ani proposed has to be confirmed by a")
    assert hall.total("votes_1") == 303


@pytest.mark.parametrize(("name", "role"), [("Tini", "witness"), ("Screen", "viewer"), ("supervisor", "supervisor")])
def test_who_has_another_role_changes_nothing(hall: Hall, chair: TestClient, name: str, role: str) -> None:
    proposal, digest = propose(chair), seen(chair, STATION)
    before = (hall.log(), (hall.folder / "statements.jsonl").read_text())
    other = hall.browser(name, role)
    for path in (f"{STATION}/same", f"{STATION}/differs", f"{STATION}/propose", f"/areas/{DISTRICT}/close"):
        data = {"seen": digest, "n-votes_1": "1", "reason": "x"}
        assert other.post(path, data=data).status_code == 403, path
    for path in (f"{proposal}/confirm", f"{proposal}/withdraw", f"/areas/{DISTRICT}/matters/{'0' * 64}/propose"):
        assert other.post(path, data={"reason": "x"}).status_code == 403, path
    assert (hall.log(), (hall.folder / "statements.jsonl").read_text()) == before
    assert 'method="post" action="/areas' not in hall.browser(f"{name} 2", "viewer").get(STATION).text


def test_only_the_supervisor_makes_links(hall: Hall, chair: TestClient) -> None:
    assert chair.get("/people").status_code == 403
    chief = TestClient(hall.app, base_url=f"http://{HOST}", follow_redirects=False)
    chief.headers["sec-fetch-site"] = "same-origin"
    assert chief.get(first_link(hall.office).removeprefix(f"http://{HOST}")).status_code == 200
    assert chief.get("/").headers["location"] == "/people"
    answer = chief.post("/people/invite", data={"name": "Cici", "role": "member"})
    link = re.search(rf"http://{HOST}(/enter/[\w-]+)", answer.text)
    assert link is not None
    assert TestClient(hall.app, base_url=f"http://{HOST}").get(link[1]).status_code == 200
    refused(chief.post("/people/invite", data={"name": "Didi", "role": "reviewer"}), "")
    cici = hall.office.people.named("Cici")
    assert cici is not None
    assert chief.post(f"/people/{cici.id}/revoke").status_code == 303
    assert chief.post(f"/people/{cici.id}/renew").status_code == 404
    assert "revoked" in words(chief, "/people")


def test_a_frozen_area_refuses_every_change(
    hall: Hall, chair: TestClient, member: TestClient, witness: TestClient
) -> None:
    proposal = propose(chair)
    digest = seen(chair, f"/areas/{DISTRICT}")
    refused(chair.post(f"/areas/{DISTRICT}/close", data={"seen": digest}), "proposals wait for a second person (1)")
    chair.post(f"{proposal}/withdraw", data={"reason": "later"})
    objection = {"kind": "objection", "subject": code(0), "text": "late"}
    assert witness.post(f"/areas/{DISTRICT}/matters", data=objection).status_code == 303
    closing = chair.post(f"/areas/{DISTRICT}/close", data={"seen": seen(chair, f"/areas/{DISTRICT}")})
    station = seen(chair, STATION)
    member.post(f"{closing.headers['location']}/confirm")
    (objected,) = matters(hall.events())
    resolved = f"/areas/{DISTRICT}/matters/{objected.event.id}/propose"
    refused(chair.post(resolved, data={"state": "settled", "text": "late"}), "was closed at")
    assert chair.post(resolved.replace(DISTRICT, "2101"), data={"state": "settled", "text": "ok"}).status_code == 303
    before = hall.log()
    numbers = {"n-votes_1": "1", "reason": "x", "seen": station}
    for path in ("same", "differs", "propose"):
        refused(chair.post(f"{STATION}/{path}", data=numbers), f"The area {DISTRICT} was closed at")
    refused(witness.post(f"{STATION}/copy", data=numbers), "was closed at")
    refused(witness.post(f"/areas/{DISTRICT}/matters", data=objection), "was closed at")
    refused(chair.post(f"/areas/{DISTRICT}/close", data={"seen": station}), "was closed at")
    assert hall.log() == before
    assert "<form method" not in chair.get(STATION).text.partition("<main")[2], "nothing to fill in is offered"


@pytest.mark.parametrize(
    "path",
    [
        f"/areas/{DISTRICT}/stations/{code(9)}",
        f"/areas/{DISTRICT}/stations/{code(0, '2102')}",
        f"/areas/{DISTRICT}/stations/210101",
        "/areas/2199",
        "/areas/21011",
        "/areas/xy",
        f"/areas/{DISTRICT}/minutes.pdf?paper=a5",
        f"{STATION}/picture/{'0' * 64}/votes_1/digits.jpg",
        "/office",
        "/desk",
    ],
)
def test_what_is_not_there_is_said(chair: TestClient, path: str) -> None:
    assert chair.get(path).status_code == 404


def test_nothing_is_agreed_where_no_number_stands(hall: Hall, chair: TestClient, member: TestClient) -> None:
    path = f"/areas/{DISTRICT}/stations/{code(3)}"
    assert "Same: read out and agreed" not in words(chair, path)
    refused(chair.post(f"{path}/same", data={"seen": seen(chair, path)}), "has no numbers that stand")
    member.post(f"{propose(chair, path, votes_1='7')}/confirm")
    assert hall.total("votes_1") == 310
    assert chair.post(f"{path}/same", data={"seen": seen(chair, path)}).status_code == 303


def test_an_unknown_station_takes_no_step(hall: Hall, chair: TestClient) -> None:
    data = {"seen": "0" * 64, "n-votes_1": "1", "reason": "x"}
    assert chair.post(f"/areas/{DISTRICT}/stations/{code(0, '2102')}/same", data=data).status_code == 404
    refused(chair.post(f"/areas/{DISTRICT}/stations/{code(9)}/propose", data=data), "changed since this page was")
    assert hall.log() == ""


def test_a_page_that_is_older_than_the_numbers_changes_nothing(
    hall: Hall, chair: TestClient, member: TestClient, made: Path, tmp_path: Path
) -> None:
    proposal, digest = propose(chair), seen(chair, STATION)
    area = seen(chair, f"/areas/{DISTRICT}")
    said = [Said(code(0), counts(77), mark="new"), *(Said(code(i), counts(100 + i)) for i in (1, 2))]
    recap([results(tmp_path / "r", said)], hall.folder)
    before = hall.log()
    refused(member.post(f"{proposal}/confirm"), "changed since this page was opened; nothing was logged")
    refused(chair.post(f"{STATION}/same", data={"seen": digest}), "changed since this page was opened")
    refused(chair.post(f"/areas/{DISTRICT}/close", data={"seen": area}), "changed since this page was opened")
    assert hall.log() == before
    assert hall.total("votes_1") == 77 + 101 + 102
    assert "no longer applies" in words(member, proposal)
    assert member.post(f"{propose(chair)}/confirm").status_code == 303


def test_what_a_form_lacks_is_said(chair: TestClient, witness: TestClient) -> None:
    digest = seen(chair, STATION)
    for data, message in (
        ({}, "has these numbers already"),
        ({"n-votes_1": "100"}, "Give the reason"),
        ({"n-votes_1": "100", "reason": "x"}, "has these numbers already"),
        ({"n-votes_1": "1e3", "reason": "x"}, "cannot be used"),
        ({"n-votes_1": "1" * 12, "reason": "x"}, "cannot be used"),
    ):
        refused(chair.post(f"{STATION}/propose", data={**data, "seen": digest}), message)
    refused(witness.post(f"{STATION}/copy", data={}), "No number was filled in")
    empty = {"kind": "objection", "subject": code(0), "text": " "}
    refused(witness.post(f"/areas/{DISTRICT}/matters", data=empty), "Write what is objected to")
    outside = {"kind": "objection", "subject": "2102", "text": "late"}
    assert witness.post(f"/areas/{DISTRICT}/matters", data=outside).status_code == 404
    assert chair.get(f"/proposals/{'0' * 64}").status_code == 409


def test_another_site_changes_nothing(chair: TestClient) -> None:
    digest = seen(chair, STATION)
    headers = {"sec-fetch-site": "cross-site"}
    assert chair.post(f"{STATION}/same", data={"seen": digest}, headers=headers).status_code == 403
    answer = chair.get(STATION)
    assert answer.headers["x-frame-options"] == "DENY"
    assert "unsafe" not in answer.headers["content-security-policy"]
    large = {"text": "x" * 200_000, "kind": "objection", "subject": code(0)}
    assert chair.post(f"/areas/{DISTRICT}/matters", data=large).status_code == 413


def test_nobody_without_a_link_sees_anything(hall: Hall) -> None:
    nobody = TestClient(hall.app, base_url=f"http://{HOST}", follow_redirects=False)
    paths = ("/", "/areas", f"/areas/{DISTRICT}", STATION, "/proposals", "/version", "/people")
    assert {path: nobody.get(path).status_code for path in paths} == dict.fromkeys(paths, 401)


# --- safety -----------------------------------------------------------------------------------------------------------


def test_a_crash_between_proposing_and_confirming_loses_nothing(
    hall: Hall, chair: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = propose(chair)
    member = hall.browser("Budi", "member")

    def crash(*_: object) -> None:
        raise SystemExit  # as a process that is ended, after the line is in `.pending`

    with monkeypatch.context() as broken:
        broken.setattr("ocr_recap.recap.pending.recover", crash)
        with pytest.raises(BaseException):  # noqa: B017
            member.post(f"{proposal}/confirm")
    assert (hall.folder / ".pending").is_file()
    again = Hall(hall.folder)
    member = again.browser("Budi 2", "member")
    assert "Confirmed by Budi (member)" in words(member, proposal)
    refused(member.post(f"{proposal}/confirm"), "does not wait any more")
    with again.office.session() as session:
        stages = [one.stage for one in session.log.about(code(0))]
    assert stages == ["count", "correction"]


def test_a_proposal_outlives_the_server(hall: Hall, chair: TestClient) -> None:
    proposal = propose(chair)
    hall.office.stop()
    again = Hall(hall.folder)
    assert again.browser("Budi", "member").post(f"{proposal}/confirm").status_code == 303
    assert again.total("votes_1") == 293


def test_events_of_earlier_versions_keep_their_ids() -> None:
    line = event(kind="objection", subject=code(0), at="2024-02-16T03:00:00Z", by=Author(name="B", role="w"), text="x")
    assert not {"act", "session", "numbers", "marks", "after"} & line.export().keys()
    assert line.id == "6410cb6f62f4272e56077060c796afae2a5da3885e6bcdb6dcbdbddbcc4ecf8e"
    assert SessionEvent.from_json(line.to_json()).is_whole


def test_only_the_chair_proposes(hall: Hall) -> None:
    with hall.office.session() as session, pytest.raises(WrongUse, match="step of the chair"):
        step = StationStep(DISTRICT, code(0), Author(name="B", role="member"), "2024-02-16T03:00:00Z", "0" * 64)
        propose_correction(session, step, ["votes_1=1"], "x")
    with hall.office.session() as session:
        assert proposals_in(session.log, session.plenary.events) == []


# --- pages ------------------------------------------------------------------------------------------------------------


def test_pages_speak_one_language(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "recap", tmp_path / "recap")
    hall = Hall(tmp_path / "recap", RecapOfficeOptions("id", (), f"http://{HOST}"))
    chair = hall.browser("Ani", "chair")
    text = words(chair, STATION)
    for part in ("Sama: dibacakan dan disetujui", "belum dibacakan", "Suara sah pasangan calon 1", "Usulkan perbaikan"):
        assert part in text
    for part in ("read out", "votes of", "Propose", "standing", "witness"):
        assert part not in text
    assert "Rancangan" not in words(chair, "/areas")


@pytest.mark.parametrize("key", PLENARY_TEXTS)
def test_each_text_is_said_in_both_languages(key: str) -> None:
    message = PLENARY_TEXTS[key]
    assert key not in WEB_TEXTS
    names = [set(re.findall(r"\{(\w+)", text)) for text in message]
    assert names[0] == names[1]
    data = dict.fromkeys(names[0], 2)
    assert filled(message, "id", data)
    assert filled(message, "en", data)


def test_the_areas_are_a_tree_and_the_votes_come_first(hall: Hall) -> None:
    with hall.office.session() as session:
        assert tree_of(hall.office, session) == ["", "21", "2101", DISTRICT, code(0)[:10]]
    votes = {"votes_1", "votes_2", "votes_3", "valid_total", "invalid", "grand_total"}
    assert main_fields(CONTEST) == votes


def test_news_is_known_without_reading_a_log(hall: Hall, chair: TestClient) -> None:
    before = chair.get("/version").json()
    assert chair.get("/version").json() == before
    assert f'data-version="{before["version"]}"' in chair.get(STATION).text
    chair.post(f"{STATION}/same", data={"seen": seen(chair, STATION)})
    assert chair.get("/version").json() != before


def test_a_station_in_conflict_shows_both_forms(tmp_path: Path) -> None:
    first = results(tmp_path / "a", [Said(code(0), counts(100))])
    second = results(tmp_path / "b", [Said(code(0), counts(101), mark="b")])
    recap([first, second], tmp_path / "recap", roll(tmp_path / "roll.csv", [code(0), code(1)]))
    chair = Hall(tmp_path / "recap").browser("Ani", "chair")
    text = words(chair, STATION)
    assert "Two folders contradict each other" in text
    assert "a: 100 b: 101" in text
    assert "1 station in conflict, counted for nothing" in words(chair, f"/areas/{DISTRICT}")


def test_the_picture_of_a_number_comes_from_the_results_it_was_read_in(tmp_path: Path) -> None:
    form = load(FORM)
    field = next(one for one in form.fields if one.id == "votes_1")
    folder = results(tmp_path / "r", [Said(code(i), counts(100 + i)) for i in range(3)])
    documents = [json.loads(line) for line in (folder / "documents.jsonl").read_text("utf-8").splitlines()]
    for document in documents:
        document["photos"][0]["page"] = field.page
        document["fields"]["votes_1"]["quad"] = [[0, 0], [300, 0], [300, 100], [0, 100]]
    (folder / "documents.jsonl").write_text("".join(json.dumps(one) + "\n" for one in documents), "utf-8")
    sums = {name: sha256_of(folder / name) for name in ("documents.jsonl", "photos.jsonl", "run.json")}
    (folder / "SHA256SUMS").write_bytes(list_of(sums))
    names = [picture_name(one["photos"][0]["file"], one["photos"][0]["sha256"]) for one in documents]
    for kind in ("pages", "crops"):
        (folder / kind).mkdir()
    page = np.full((round(form.paper.height), round(form.paper.width), 3), 200, np.uint8)
    cv2.imwrite(str(folder / "pages" / names[0]), page)
    cv2.imwrite(str(folder / "crops" / names[1]), np.full((STRIP_HEIGHT, strip_width(QUAD)), 90, np.uint8))
    recap([folder], tmp_path / "recap", roll(tmp_path / "roll.csv", [code(i) for i in range(3)]))
    hall = Hall(tmp_path / "recap")
    chair = hall.browser("Ani", "chair")
    for place, kinds in ((0, {"digits": 200, "bubbles": 200}), (1, {"digits": 200, "bubbles": 404})):
        path = f"/areas/{DISTRICT}/stations/{code(place)}"
        links = re.findall(rf'src="({path}/picture/[0-9a-f]+/votes_1)/digits.jpg"', chair.get(path).text)
        assert len(links) == 1
        assert chair.get(f"{links[0]}/context.jpg").status_code == 200
        assert {kind: chair.get(f"{links[0]}/{kind}.jpg").status_code for kind in kinds} == kinds
        content = chair.get(f"{links[0]}/digits.jpg").content
        assert cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) is not None
        assert chair.get(f"{links[0]}/nothing.jpg").status_code == 404
        assert chair.get(f"{links[0].replace('votes_1', 'votes_2')}/digits.jpg").status_code == (200, 404)[place]
    third = f"/areas/{DISTRICT}/stations/{code(2)}"
    assert "/picture/" not in chair.get(third).text
    assert "are not on this machine" not in words(chair, third)
    folder.rename(tmp_path / "elsewhere")
    gone = Hall(hall.folder).browser("Ani 2", "chair")
    assert "The pictures of the form are not on this machine (folder r)" in words(gone, third)
    (tmp_path / "moved").mkdir()
    (tmp_path / "elsewhere").rename(tmp_path / "moved" / "r")
    named = RecapOfficeOptions("en", (tmp_path / "moved" / "r",), f"http://{HOST}")
    assert "/picture/" in Hall(hall.folder, named).browser("Ani 3", "chair").get(STATION).text


def test_a_folder_that_is_no_recap_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputUnusable, match="is no recap folder"):
        RecapOffice(tmp_path, RecapOfficeOptions())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--people", "1", "--workers", "2"], "--people, --workers is for folders of results only"),
        (["--stations", "roll.csv"], "--stations is for"),
    ],
)
def test_options_of_results_are_refused_for_a_recap(made: Path, options: list[str], words: str) -> None:
    result = CliRunner().invoke(cli, ["serve", str(made / "recap"), "--lang", "en", *options])
    assert result.exit_code == WrongUse.exit_code
    assert words in " ".join(result.output.split())


def test_pictures_are_named_for_a_recap_only(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["serve", str(tmp_path / "night"), "--lang", "en", "--results", str(tmp_path)])
    assert result.exit_code == WrongUse.exit_code
    assert "--results is for recap folders only" in " ".join(result.output.split())


# --- what the server keeps between two pages --------------------------------------------------------------------------


def test_a_page_hashes_no_log_twice(hall: Hall, chair: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    words(chair, STATION)
    hashed: list[tuple[str, int]] = []
    added = memory._added

    def counted(file: Any, look: Any, known: Any) -> Any:
        found = added(file, look, known)
        hashed.append((Path(file.name).name, found.size - (known.size if known else 0)))
        return found

    monkeypatch.setattr(memory, "_added", counted)
    for path in (STATION, f"/areas/{DISTRICT}", "/areas", "/proposals"):
        words(chair, path)
    assert hashed == []
    before = (hall.folder / "statements.jsonl").stat().st_size
    answer = chair.post(f"{STATION}/copy", data={"n-votes_1": "99", "said_by": "Tini"})
    assert answer.status_code == 303
    line = (hall.folder / "statements.jsonl").stat().st_size - before
    assert hashed[0] == ("statements.jsonl", line)
    assert [name for name, _ in hashed].count("statements.jsonl") == 1
    assert "99" in words(chair, STATION)


def test_a_log_that_was_altered_in_the_middle_is_refused_by_the_next_page(hall: Hall, chair: TestClient) -> None:
    words(chair, STATION)
    path = hall.folder / "statements.jsonl"
    content, times = path.read_bytes(), path.stat()
    path.write_bytes(content.replace(b'"votes_1":101', b'"votes_1":801', 1))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert path.stat().st_size == len(content)
    refused(chair.get(f"/areas/{DISTRICT}"), "statements.jsonl")
    path.write_bytes(content)
    words(chair, f"/areas/{DISTRICT}")


def hidden_change(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Change a time in a statement, which no id covers, behind a disk that says that nothing changed."""
    known = {path: one.look for path, one in hall.office._memory.files._known.items()}
    monkeypatch.setattr(memory, "_look", lambda stat: next(look for look in known.values() if look[1] == stat.st_ino))
    path = hall.folder / "statements.jsonl"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"T15:00:00Z", b"T16:00:00Z", 1))
    assert path.read_bytes() != content


def test_a_hidden_change_is_found_when_closing_is_proposed_and_at_opening(
    hall: Hall, chair: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = f"/areas/{DISTRICT}"
    words(chair, area)
    hidden_change(hall, monkeypatch)
    words(chair, area)
    refused(chair.post(f"{area}/close", data={"seen": seen(chair, area)}), "statements.jsonl")
    assert hall.log() == ""
    refused(chair.get(area), "statements.jsonl")
    with pytest.raises(FolderDamaged, match=r"statements\.jsonl"):
        Hall(hall.folder)


def test_a_hidden_change_is_found_when_closing_is_confirmed(
    hall: Hall, chair: TestClient, member: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = f"/areas/{DISTRICT}"
    waiting = chair.post(f"{area}/close", data={"seen": seen(chair, area)}).headers["location"]
    words(chair, area)
    hidden_change(hall, monkeypatch)
    words(chair, area)
    refused(member.post(f"{waiting}/confirm"), "statements.jsonl")
    assert [one.kind for one in hall.events()] == ["proposal"]


def test_hashes_are_those_of_the_file_whatever_was_done_to_it(tmp_path: Path) -> None:
    hashes, path = memory.FileHashes(), tmp_path / "log"
    lines = b"".join(b"%d a line\n" % place for place in range(2000))
    other = b"x" * 1000 + lines[1000:]
    steps = [lines, lines + b"more\n", other, other[:5000], b"", lines[:10], lines, lines[1000:] + lines[:1000]]
    for content in steps:
        path.write_bytes(content)
        assert hashes.sha256_of(path) == hashlib.sha256(content).hexdigest()
        with path.open("ab") as file:
            file.write(b"added\n")
        assert hashes.sha256_of(path) == hashlib.sha256(content + b"added\n").hexdigest()
    part = tmp_path / "part"
    part.write_bytes(other)
    part.replace(path)
    assert hashes.sha256_of(path) == hashlib.sha256(other).hexdigest()


def test_events_that_were_read_are_read_again_only_where_the_log_was_added_to(hall: Hall) -> None:
    one = event(kind="objection", subject=code(0), at=AT, by=Author(name="Tini", role="witness"), text="late")
    two = event(kind="objection", subject=code(1), at=AT, by=Author(name="Tini", role="witness"), text="late")
    path, kept = hall.folder / "plenary.jsonl", memory.RecapMemory()
    path.write_text(f"{one.to_json()}\n")
    (first,) = read_events(hall.folder, kept)
    path.write_text(f"{one.to_json()}\n{two.to_json()}\n{{")
    again = read_events(hall.folder, kept)
    assert again == read_events(hall.folder) == [one, two]
    assert again[0] is first
    path.write_text(f"{two.to_json()}\n{one.to_json()}\n")
    assert read_events(hall.folder, kept) == [two, one]
    path.write_text(f"{one.to_json()}\n{two.to_json().replace('late', 'fine')}\n")
    with pytest.raises(FolderDamaged, match="line 2"):
        read_events(hall.folder, kept)
