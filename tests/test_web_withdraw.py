"""A photo that was taken at the wrong desk is withdrawn: kept as a file and in the log, and counted nowhere."""

from __future__ import annotations

import csv
import json
import time

import pytest

pytest.importorskip("starlette", reason="the extra web is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

from conftest import SAMPLES
from starlette.testclient import TestClient

from ocr_recap.records.decision_log import read_log
from ocr_recap.web.app import application
from ocr_recap.web.office import Office
from ocr_recap.web.office_options import OfficeOptions

HOST = "127.0.0.1:8800"
RIGHT, WRONG = "2101142004001", "2101142004002"
REASON = 'TPS lain <b>"{x}"'
pytestmark = pytest.mark.slow


class Night:
    """An office with browsers."""

    def __init__(self, folder):
        self.folder = folder
        self.office = Office(folder, OfficeOptions(language="en", address=f"http://{HOST}", quiet=600.0))
        self.app = application(self.office, [HOST])

    def browser(self, name, role, stations=()):
        client = TestClient(self.app, base_url=f"http://{HOST}", follow_redirects=False)
        client.headers["sec-fetch-site"] = "same-origin"
        assert client.get(f"/enter/{self.office.people.invite(name, role, stations)[1]}").status_code == 200
        return client

    def send(self, client, station, sample):
        content = (SAMPLES / f"{sample}.jpg").read_bytes()
        answer = client.post(
            f"/desk/{station}/photo", files={"photo": ("a.jpg", content)}, headers={"accept": "application/json"}
        )
        return answer.json().get("upload") if answer.status_code == 200 else answer.text

    def wait(self, client, station):
        end = time.monotonic() + 120
        while any(one["judgement"] == "reading" for one in client.get(f"/desk/{station}/advice").json()):
            assert time.monotonic() < end
            time.sleep(0.2)

    def rows(self, name):
        with (self.folder / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def photos(self):
        return {one["photo"]["file"]: one for one in map(json.loads, (self.folder / "photos.jsonl").open())}


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """Two desks that have sent the same photo, one of them by mistake; its numbers are in review and confirmed."""
    made = Night(tmp_path_factory.mktemp("night") / "results")
    made.office.start()
    chief = made.browser("Chief", "supervisor")
    right, wrong = made.browser("Ani", "desk", (RIGHT,)), made.browser("Budi", "desk", (WRONG,))
    made.send(wrong, WRONG, "page2-wrong-bubble")
    made.mistake = 1
    made.send(right, RIGHT, "page2-wrong-bubble")
    for client, code in ((right, RIGHT), (wrong, WRONG)):
        made.wait(client, code)
    chief.post("/office/publish")
    yield made, chief, right, wrong
    made.office.stop()


def test_a_photo_at_two_desks_leaves_both_stations_in_doubt(night):
    made, *_ = night
    assert {row["station"] for row in made.rows("numbers.csv") if row["reasons"]} == {WRONG}
    assert {row["station"] for row in made.rows("review.csv")} == {WRONG}


def test_only_who_took_a_photo_or_the_supervisor_may_withdraw_it(night):
    made, chief, right, wrong = night
    reviewer, beside = made.browser("Rina", "reviewer"), made.browser("Citra", "desk", (WRONG,))
    path = f"/desk/{WRONG}/withdraw/{made.mistake}"
    assert [one.post(path, data={"reason": "x"}).status_code for one in (right, reviewer, beside)] == [403] * 3
    assert wrong.post(f"/desk/{WRONG}/withdraw/2", data={"reason": "x"}).status_code == 404
    assert wrong.post(path, data={"reason": "  "}).status_code == 409
    assert "Withdraw this photo" not in beside.get(f"/desk/{WRONG}").text
    for client in (wrong, chief):
        page = client.get(f"/desk/{WRONG}").text
        assert f'<form method="post" action="{path}">' in page  # works without a script
        assert f'<label for="why-{made.mistake}">' in page
    assert made.office.received.get(made.mistake).withdrawal is None


def test_a_withdrawn_photo_is_kept_and_none_of_its_numbers_is_left(night):
    made, chief, _, wrong = night
    waiting = made.office.data.one("SELECT count(*) FROM numbers WHERE turn < 3")[0]
    assert waiting > 0
    assert wrong.post(f"/desk/{WRONG}/withdraw/{made.mistake}", data={"reason": REASON}).status_code == 303
    assert made.office.data.one("SELECT count(*) FROM numbers WHERE turn < 3")[0] == 0  # at once
    page = wrong.get(f"/desk/{WRONG}").text
    assert "Withdrawn by Budi" in page
    assert "TPS lain &lt;b&gt;" in page
    assert "<b>" not in page.partition("Withdrawn photos")[2]
    assert "Withdraw this photo" not in page
    assert wrong.get(f"/desk/{WRONG}/page/2").status_code == 404
    assert wrong.get(f"/desk/{WRONG}/whole/{made.mistake}.jpg").status_code == 200
    chief.post("/office/publish")
    assert {row["station"] for row in made.rows("numbers.csv")} == {RIGHT}
    assert WRONG not in {row["station"] for row in made.rows("review.csv")}
    found = {one["station"]["code"]: one for one in made.photos().values()}
    assert [one["code"] for one in found[WRONG]["problems"]] == ["photo_withdrawn"]
    assert found[RIGHT]["problems"] == []
    assert "station_doubtful" not in {reason for one in found[RIGHT]["fields"].values() for reason in one["reasons"]}
    (line,) = read_log(made.folder).withdrawals.values()
    assert (line.by, line.reason, line.file) == ("Budi", REASON, found[WRONG]["photo"]["file"])
    assert (made.folder / line.file).is_file()
    assert "was withdrawn by Budi" in (made.folder / "report.html").read_text()
    acts = chief.get("/office").text
    assert "<td>withdraw</td>" in acts
    assert made.office.data.one("SELECT count(*) FROM numbers WHERE turn < 3 AND station = ?", (RIGHT,))[0] > 0


def test_the_same_photo_is_not_taken_again_and_nothing_is_withdrawn_twice(night):
    made, chief, _, wrong = night
    said = made.send(wrong, WRONG, "page2-wrong-bubble")
    assert "was withdrawn by Budi" in said
    assert "Take a new photo" in said
    assert chief.post(f"/desk/{WRONG}/withdraw/{made.mistake}", data={"reason": "again"}).status_code == 303
    assert made.office.received.get(made.mistake).withdrawal.by == "Budi"
    chief.post("/office/publish")
    assert len(read_log(made.folder).withdrawals) == 1
