"""Two sheets of one page: shown side by side, answered by two people; the sheet that does not count is withdrawn."""

from __future__ import annotations

import re
import time

import pytest

pytest.importorskip("starlette", reason="the extra web is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

from night import SEEDS, jpeg, photo
from starlette.testclient import TestClient

from ocr_recap.messages.errors import WrongUse
from ocr_recap.records.decision_log import read_log
from ocr_recap.web.agreement import UNREADABLE, Entering
from ocr_recap.web.app import application
from ocr_recap.web.database import Database
from ocr_recap.web.office import Office
from ocr_recap.web.office_options import OfficeOptions
from ocr_recap.web.people import People
from ocr_recap.web.sheets import NEITHER, SAME, SheetPhoto, SheetQuestion, SheetWork

HOST = "127.0.0.1:8800"
CODE = "2101142004001"


def question(*texts):
    photos = tuple(SheetPhoto(f"{place}.jpg", f"{place:064x}", {"votes_1": text}) for place, text in enumerate(texts))
    return SheetQuestion("q", CODE, "c-hasil-ppwp-2024", "2", photos)


class Crew:
    """Questions about sheets, three reviewers and a supervisor."""

    def __init__(self, folder, entering=None):
        self.data = Database(folder)
        people = People(self.data)
        self.now = 1_000_000.0
        self.sheets = SheetWork(self.data, entering or Entering(), "en", lambda: self.now)
        self.ani, self.budi, self.cici = (people.invite(name, "reviewer")[0] for name in ("Ani", "Budi", "Cici"))
        self.chief = people.invite("Chief", "supervisor")[0]
        self.sheets.update([question("117", "___")])

    def say(self, person, answer):
        assert self.sheets.claim(person) is not None
        return self.sheets.answer(person, "q", answer)

    @property
    def gone(self):
        return [row["path"] for row in self.data.rows("SELECT path FROM withdrawn ORDER BY path")]


@pytest.fixture
def crew(tmp_path):
    return Crew(tmp_path)


@pytest.mark.parametrize(
    ("answer", "gone"), [("1", ["1.jpg"]), ("2", ["0.jpg"]), (NEITHER, ["0.jpg", "1.jpg"]), (SAME, [])]
)
def test_two_equal_answers_withdraw_what_does_not_count(crew, answer, gone):
    assert crew.say(crew.ani, answer) == "second"
    assert crew.gone == []
    assert crew.say(crew.budi, answer) == "done"
    assert crew.gone == gone
    assert crew.sheets.closed() == {"q"}
    assert crew.sheets.claim(crew.cici) is None
    names = {row["person"] for row in crew.data.rows("SELECT person FROM withdrawn")}
    assert names == ({"Ani, Budi"} if gone else set())


def test_the_second_person_sees_pictures_only_and_the_third_both_answers(crew):
    first = crew.sheets.claim(crew.ani)
    assert first.differing == {"votes_1": ("117", "___")}
    assert crew.sheets.claim(crew.budi) is None  # Ani has it
    crew.sheets.answer(crew.ani, "q", "1")
    assert crew.sheets.claim(crew.ani) is None
    second = crew.sheets.claim(crew.budi)
    assert (second.state, second.differing, second.shown) == ("second", {}, ())
    assert crew.sheets.answer(crew.budi, "q", NEITHER) == "third"
    third = crew.sheets.claim(crew.cici)
    assert (third.shown, third.differing) == ((NEITHER, "1"), first.differing)
    assert crew.sheets.answer(crew.cici, "q", "1") == "done"
    assert crew.gone == ["1.jpg"]


def test_what_nobody_can_tell_and_three_answers_are_the_supervisor_s(crew):
    assert [crew.say(one, UNREADABLE) for one in (crew.ani, crew.budi)] == ["second", "open"]
    assert crew.sheets.claim(crew.cici) is None
    assert crew.sheets.waiting(crew.chief) == 1
    assert crew.gone == []


def test_the_supervisor_settles_three_different_answers(crew):
    said = [crew.say(one, answer) for one, answer in ((crew.ani, "1"), (crew.budi, "2"), (crew.cici, NEITHER))]
    assert said == ["second", "third", "open"]
    assert crew.say(crew.chief, "2") == "done"
    assert crew.gone == ["0.jpg"]


def test_one_answer_is_enough_where_one_person_enters(tmp_path):
    crew = Crew(tmp_path, Entering(people=1))
    assert crew.say(crew.ani, "2") == "done"


def test_a_claim_ends_by_itself_and_wrong_answers_are_refused(crew):
    assert crew.sheets.claim(crew.ani) is not None
    crew.now += 400
    assert crew.sheets.claim(crew.budi) is not None
    for uid, answer in (("q", "3"), ("q", ""), ("other", "1")):
        with pytest.raises(WrongUse):
            crew.sheets.answer(crew.budi, uid, answer)
    assert crew.sheets.photo(crew.budi, "q", 2).file == "1.jpg"
    assert [crew.sheets.photo(crew.budi, "q", place) for place in (0, 3)] == [None, None]
    assert crew.sheets.photo(crew.cici, "q", 1) is None


def test_a_question_that_is_gone_waits_no_more(crew):
    crew.sheets.update([])
    assert crew.sheets.claim(crew.ani) is None


@pytest.mark.slow
def test_a_draft_beside_the_right_sheet_is_shown_with_it_and_withdrawn(tmp_path):
    office = Office(tmp_path / "results", OfficeOptions(language="en", address=f"http://{HOST}", quiet=600.0))
    app = application(office, [HOST])

    def browser(name, role):
        client = TestClient(app, base_url=f"http://{HOST}", follow_redirects=False)
        client.headers["sec-fetch-site"] = "same-origin"
        assert client.get(f"/enter/{office.people.invite(name, role)[1]}").status_code == 200
        return client

    chief, ani, budi = browser("Chief", "supervisor"), browser("Ani", "reviewer"), browser("Budi", "reviewer")
    office.start()
    try:
        blank = photo(SEEDS[10], "2", take=1, change={f"votes_{number}": "   " for number in (1, 2, 3)})
        for content in (photo(SEEDS[10], "2"), blank):
            assert chief.post(f"/desk/{CODE}/photo", files={"photo": ("a.jpg", jpeg(content))}).status_code == 303
        end = time.monotonic() + 120
        while any(one["judgement"] == "reading" for one in chief.get(f"/desk/{CODE}/advice").json()):
            assert time.monotonic() < end
            time.sleep(0.2)
        chief.post("/office/publish")
        claimed = ani.get("/review/claim")
        assert (claimed.json(), claimed.headers["x-sheets"]) == ([], "1")  # no number is shown alone
        assert '<p class="card" id="sheets"><a class="button" href="/review/sheets">' in ani.get("/review").text
        assert "with photos that contradict each other" in chief.get("/office").text
        first = ani.get("/review/sheets").text
        pictures = re.findall(r'src="(/review/sheets/[^"]+)"', first)
        assert len(pictures) == 2
        assert "Read differently" in first
        assert [ani.get(one).headers["content-type"] for one in pictures] == ["image/jpeg"] * 2
        assert [budi.get(one).status_code for one in pictures] == [404, 404]
        uid = re.search(r'name="sheet" value="(\w+)"', first)[1]
        assert ani.post("/review/sheets", data={"sheet": uid, "answer": "1"}).status_code == 303
        second = budi.get("/review/sheets").text
        assert "Read differently" not in second
        assert len(re.findall(r'src="(/review/sheets/[^"]+)"', second)) == 2
        assert budi.post("/review/sheets", data={"sheet": uid, "answer": "1"}).status_code == 303
        chief.post("/office/publish")
        (line,) = read_log(office.folder).withdrawals.values()
        assert (line.by, line.reason) == (
            "Ani, Budi",
            f"another sheet of the page counts: {office.received.get(1).path}",
        )
        assert office.received.get(2).withdrawal is not None
        assert '<p class="card" id="sheets" hidden>' in ani.get("/review").text
        assert "No page waits" in ani.get("/review/sheets").text
        assert {row["file"] for row in office.data.rows("SELECT file FROM numbers WHERE place >= 0")} == {
            office.received.get(1).path
        }
        assert ani.get("/review/sheets", headers={"accept": "application/json"}).json() is None
    finally:
        office.stop()
