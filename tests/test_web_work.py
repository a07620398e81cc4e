"""The review work: who gets which number, what an entry does, and that nothing is given twice or lost."""

from __future__ import annotations

import itertools
import threading
import time

import pytest

pytest.importorskip("starlette", reason="the extra web is not installed")

from ocr_recap.messages.errors import WrongUse
from ocr_recap.messages.reasons import REASONS
from ocr_recap.messages.web_texts import REASON_GROUPS
from ocr_recap.records.decisions import Decision, Number, Ruling, Stood
from ocr_recap.web.agreement import EMPTY, UNREADABLE, Entering, Entry, canonical, state, wrong_boxes
from ocr_recap.web.database import Database
from ocr_recap.web.people import People
from ocr_recap.web.progress import Progress
from ocr_recap.web.work import AHEAD, CLAIM_LASTS
from ocr_recap.web.work_by_value import ValueWork
from ocr_recap.web.work_rows import ALL, AnsweredBefore, Filter, Waiting


class Clock:
    """A clock that tests set."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def waiting(index: int, **facts) -> Waiting:
    number = Number(f"{index:064x}", 0, "c-hasil-ppwp-2024", "2", "votes_1")
    usual = {
        "document": f"d{index}",
        "station": f"2101142004{index % 900 + 1:03d}",
        "file": f"{index}.jpg",
        "boxes": 3,
        "is_count": True,
        "text": "117",
        "machine": "117",
        "sure": True,
        "reasons": ("rule_broken",),
    }
    return Waiting(number, **(usual | facts))


class Office:
    """A database with people and work."""

    def __init__(self, folder, entering=None, numbers=60):
        self.clock = Clock()
        self.data = Database(folder)
        self.people = People(self.data, self.clock)
        self.work = ValueWork(self.data, entering, self.clock)
        self.progress = Progress(self.data, self.clock)
        self.ani, self.budi, self.cici = (self.people.invite(name, "reviewer")[0] for name in ("Ani", "Budi", "Cici"))
        self.chief = self.people.invite("Chief", "supervisor")[0]
        self.work.update(waiting(i) for i in range(numbers))

    def key(self, person, answer, wanted=ALL):
        """Let a person key the next number; its id and what it needs next."""
        task = self.work.claim(person, wanted, 1)[0]
        return task.id, self.work.answer(person, task.id, answer, 2.0)


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


# --- agreement -------------------------------------------------------------------------------------------------------

ANSWERS = ["117", "171", EMPTY, UNREADABLE]


@pytest.mark.parametrize("first,second,third", list(itertools.product(ANSWERS, repeat=3)))
def test_two_equal_entries_settle_and_a_third_decides_between_two(first, second, third):
    one, two, three = Entry(1, "first", first), Entry(2, "second", second), Entry(3, "third", third)
    assert state([one], None, Entering()) == "second"
    assert state([one, two], None, Entering()) == ("done" if first == second else "third")
    if first != second:
        assert state([one, two, three], None, Entering()) == ("done" if third in (first, second) else "open")


def test_the_machine_is_the_first_entry_only_where_one_witness_is_sure():
    by_machine = Entering(first="machine")
    assert state([], "117", by_machine) == "second"
    assert state([], None, by_machine) == "first"
    assert state([Entry(1, "second", "117")], "117", by_machine) == "done"
    assert state([Entry(1, "second", "171")], "117", by_machine) == "third"
    assert state([], "117", Entering()) == "first"
    assert state([Entry(1, "confirm", "117")], None, Entering(people=1)) == "done"


def test_a_confirmation_settles_alone_while_nobody_differs():
    confirmed = Entry(2, "confirm", "2")
    assert state([confirmed], None, Entering()) == "done"
    assert state([Entry(1, "first", "2"), confirmed], None, Entering()) == "done"
    assert state([Entry(1, "first", "1"), confirmed], None, Entering()) == "third"
    assert state([Entry(1, "first", "1"), confirmed, Entry(1, "first", "2")], None, Entering()) == "done"


def test_the_states_are_those_of_the_log():
    """Every course of three entries by three people: the server's state is that of the lines in the log."""
    stood = Stood(text="117", value=117, status="review")
    for people, roles, answers in itertools.product(
        itertools.product([1, 2, 3], repeat=3),
        [("first", "second", "third"), ("confirm",) * 3],
        itertools.product(ANSWERS, repeat=3),
    ):
        entries = [Entry(*facts) for facts in zip(people, roles, answers, strict=True)]
        for count in (1, 2, 3):
            ruling = Ruling()
            for entry in entries[:count]:
                kind = "unreadable" if entry.answer == UNREADABLE else "value"
                new = int(entry.answer) if entry.answer.isdigit() else None
                number = Number("0" * 64, 0, "t", "1", "f")._asdict()
                facts = {"document": "d", "file": "f", "old": stood, "new": new, "answer": kind, "role": entry.role}
                ruling = ruling.after(Decision(at="2024-02-14T15:30:00Z", by=str(entry.person), **number, **facts))
            found = state(entries[:count], "117", Entering(first="machine"))
            expected = {
                "decided": {"done"},
                "undecided": {"done"},
                "awaited": {"second"},
                "disagreement": {"third", "open"},
            }
            assert found in expected[ruling.state], (entries[:count], found, ruling.state)


def test_answers_have_one_form():
    assert [canonical(text, 3) for text in (" 007 ", "000", "", "-", "?", "!")] == ["7", "0", "", "", "?", "!"]
    assert [canonical(text, 3) for text in ("1234", "12a", "\u0661\u0662", "--", "1 2")] == [None] * 5
    assert wrong_boxes("12", "112", 3) == (0,)
    assert wrong_boxes("171", "117", 3) == (1, 2)
    assert wrong_boxes("?", "117", 3) is None


def test_every_reason_of_a_review_can_be_chosen_once():
    chosen = [code for codes in REASON_GROUPS.values() for code in codes]
    assert len(chosen) == len(set(chosen))
    assert set(chosen) == set(REASONS) - {"other_photo_counts", "decided_by_person"}


# --- claims ----------------------------------------------------------------------------------------------------------


def test_nobody_holds_what_another_holds_and_a_claim_ends_by_itself(office):
    mine = office.work.claim(office.ani)
    assert len(mine) == AHEAD
    theirs = office.work.claim(office.budi)
    assert not {task.id for task in mine} & {task.id for task in theirs}
    assert [task.id for task in office.work.claim(office.ani)] == [task.id for task in mine]
    office.clock.now += CLAIM_LASTS + 1
    assert [task.id for task in office.work.claim(office.budi)][: len(theirs)] != []
    first = mine[0].id
    office.work.release(office.budi.id)
    assert office.work.claim(office.cici, count=1)[0].id == first


def test_few_numbers_are_shared(tmp_path):
    office = Office(tmp_path, numbers=7)
    assert len(office.work.claim(office.ani)) == 1
    assert len(office.work.claim(office.budi)) == 1


def test_eight_people_at_once_get_and_enter_every_number_twice(tmp_path):
    office = Office(tmp_path, numbers=200)
    people = [office.people.invite(f"P{i}", "reviewer")[0] for i in range(8)]
    held, twice, lock = {}, [], threading.Lock()

    def review(person):
        until = time.monotonic() + 60
        while office.progress.waits().left and time.monotonic() < until:
            tasks = office.work.claim(person, count=3)  # none while others have all that is left
            with lock:
                twice.extend(t.id for t in tasks if held.get(t.id, person.id) != person.id)
                held.update((t.id, person.id) for t in tasks)
            for task in tasks:
                with lock:
                    held.pop(task.id, None)
                office.work.answer(person, task.id, "117", 1.0)

    threads = [threading.Thread(target=review, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert twice == []
    waits = office.progress.waits()
    assert (waits.done, waits.left) == (200, 0)
    rows = office.data.rows("SELECT count(*), count(DISTINCT person) FROM entries GROUP BY number")
    assert {tuple(row) for row in rows} == {(2, 2)}


def test_filters_choose_area_form_and_reasons(tmp_path):
    office = Office(tmp_path, numbers=0)
    office.work.update(
        [
            waiting(0, station="2101142004001", reasons=("struck_out",)),
            waiting(1, station="3201012001001"),
            waiting(2, station="3201012001002", reasons=("cell_small", "rule_broken")),
        ]
    )

    def chosen(**wanted):
        found = [task.station for task in office.work.claim(office.ani, Filter(**wanted), 1)]
        office.work.release(office.ani.id)
        return found

    assert chosen(area="3201") == ["3201012001001"]
    assert chosen(reasons="altered") == ["2101142004001"]
    assert chosen(reasons="photo") == ["3201012001002"]
    assert chosen(area="21", reasons="photo") == []
    assert chosen(template="other") == []


# --- entries ---------------------------------------------------------------------------------------------------------


def test_the_second_entry_is_blind_and_a_third_person_sees_both_values_without_names(office):
    number, needs = office.key(office.ani, "117")
    assert needs == "second"
    second = next(task for task in office.work.claim(office.budi) if task.id == number)
    assert second.shown == ()
    assert office.work.answer(office.budi, number, "171") == "third"
    assert all(task.id != number for task in office.work.claim(office.ani) + office.work.claim(office.budi))
    third = office.work.claim(office.cici, count=1)[0]
    assert (third.id, third.state, third.shown) == (number, "third", ("117", "171"))
    assert office.work.answer(office.cici, number, "171") == "done"


def test_three_different_entries_wait_for_the_supervisor(office):
    number, _ = office.key(office.ani, "1")
    office.work.answer(office.budi, number, "2")
    assert office.work.answer(office.cici, number, "3") == "open"
    assert [one.answers for one in office.progress.differences()] == [(("Ani", "1"), ("Budi", "2"), ("Cici", "3"))]
    assert office.work.settle(office.chief, number, "4") == "done"
    assert office.progress.differences() == []


def test_the_own_last_answer_can_be_corrected_and_no_other(office):
    number, _ = office.key(office.ani, "117")
    office.work.answer(office.budi, number, "117")
    assert office.work.last(office.ani).id == number
    assert office.work.last(office.cici) is None
    assert office.work.answer(office.ani, number, "171") == "third"
    rows = office.data.rows("SELECT answer, role, replaced IS NULL FROM entries WHERE person = ?", (office.ani.id,))
    assert [tuple(row) for row in rows] == [("117", "first", 0), ("171", "first", 1)]
    again, _ = office.key(office.ani, "5")
    assert office.work.last(office.ani).id == again
    assert office.work.last(office.ani, again).id == number


def test_a_number_that_others_settled_takes_no_further_entry(office):
    number, _ = office.key(office.ani, "117")
    office.work.answer(office.budi, number, "117")
    with pytest.raises(AnsweredBefore):
        office.work.answer(office.cici, number, "3")


@pytest.mark.parametrize("text", ["1234", "abc", "1.5", "\u0661"])
def test_what_is_no_answer_is_refused_and_changes_nothing(office, text):
    task = office.work.claim(office.ani, count=1)[0]
    with pytest.raises(WrongUse) as caught:
        office.work.answer(office.ani, task.id, text)
    assert caught.value.code == "answer_is_none"
    assert office.data.one("SELECT count(*) FROM entries")[0] == 0


def test_a_number_handed_on_goes_to_others(office):
    task = office.work.claim(office.ani, count=1)[0]
    office.work.hand_on(office.ani, task.id)
    assert all(one.id != task.id for one in office.work.claim(office.ani))
    assert office.work.claim(office.budi, count=1)[0].id == task.id
    assert [one.answers[0][0] for one in office.progress.handed_on()] == ["Ani"]


def test_numbers_keep_their_entries_when_results_are_made_again(office):
    number, _ = office.key(office.ani, "117")
    office.work.update(waiting(i) for i in range(1, 60))
    gone = office.data.one("SELECT id FROM numbers WHERE sha256 = ?", (f"{0:064x}",))[0]
    assert number == gone
    assert office.progress.waits().left == 59
    office.work.update(waiting(i) for i in range(60))
    assert office.data.one("SELECT state FROM numbers WHERE id = ?", (number,))[0] == "second"


# --- by value, checks, people ----------------------------------------------------------------------------------------


def test_one_key_confirms_equal_readings_and_the_odd_ones_are_keyed(tmp_path):
    office = Office(tmp_path, numbers=0)
    office.work.update([*(waiting(i) for i in range(5)), waiting(7, machine="9"), waiting(8, sure=False)])
    assert office.work.values(office.ani) == [("117", 5), ("9", 1)]
    grid = [task.id for task in office.work.claim_value(office.ani, "117")]
    assert office.work.answer_value(office.ani, "117", grid, odd=grid[:1]) == 4
    assert office.work.values(office.ani) == [("9", 1)]
    waits = office.progress.waits()
    assert (waits.first, waits.second) == (3, 4)
    assert office.work.answer_value(office.budi, "117", grid, odd=[]) == 0  # nobody enters what is not held


def test_where_the_machine_is_the_first_entry_nobody_sees_its_reading(tmp_path):
    office = Office(tmp_path, Entering(first="machine"))
    assert office.work.values(office.ani) == []
    assert office.work.claim_value(office.ani, "117") == []
    assert office.progress.waits().second == 60


def test_planted_checks_look_like_others_measure_people_and_change_no_result(tmp_path):
    office = Office(tmp_path, numbers=0)
    numbers = [waiting(i) for i in range(80)] + [waiting(i, known="117", sure=False) for i in range(100, 110)]
    office.work.update(numbers)
    planted = {row[0] for row in office.data.rows("SELECT id FROM numbers WHERE known IS NOT NULL")}
    keyed = 0
    while tasks := office.work.claim(office.ani):
        for task in tasks:
            assert task.state == "first"
            office.work.answer(office.ani, task.id, "171" if task.id in planted else "117", 1.5)
            keyed += 1
    pace = office.progress.of(office.ani.id)
    assert pace.entries == 80
    assert 2 <= pace.checks <= 4
    assert (pace.right, pace.wrong_boxes) == (0, {2: pace.checks, 3: pace.checks})
    assert pace.an_hour == 2400
    assert keyed == 80 + pace.checks
    assert office.progress.waits().second == 80


def test_a_revoked_or_ended_link_opens_nothing_and_frees_its_numbers(office):
    person, secret = office.people.invite("Dedi", "reviewer", lasting=3600)
    token = office.people.enter(secret)
    assert office.people.of(token).name == "Dedi"
    held = office.work.claim(person, count=1)[0].id
    office.people.revoke(person.id, "Chief")
    assert office.people.of(token) is None
    assert office.people.enter(secret) is None
    assert office.work.claim(office.budi, count=1)[0].id == held
    secret = office.people.invite("Eka", "reviewer", lasting=3600)[1]
    token = office.people.enter(secret)
    office.clock.now += 3601
    assert office.people.of(token) is None
    assert office.people.enter(secret) is None
    with pytest.raises(WrongUse):
        office.people.invite("Dedi", "desk")


def test_a_lost_link_is_renewed_and_the_old_one_ends(office):
    person, old = office.people.invite("Fani", "desk", ("2101142004001",))
    token = office.people.enter(old)
    new = office.people.renewed(person.id, "Chief")
    assert office.people.of(token) is None
    assert office.people.enter(old) is None
    assert office.people.of(office.people.enter(new)).may_send("2101142004001")
    assert not office.people.of(office.people.enter(new)).may_send("2101142004002")


def test_entries_and_links_survive_and_secrets_are_not_stored(tmp_path):
    office = Office(tmp_path)
    number, _ = office.key(office.ani, "117")
    secret = office.people.invite("Gita", "desk")[1]
    office.data.close()
    assert secret.encode() not in (tmp_path / "office.sqlite").read_bytes()
    again = Database(tmp_path)
    assert ValueWork(again).last(office.ani).id == number
    assert People(again).named("Gita") is not None
