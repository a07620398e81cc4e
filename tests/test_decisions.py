"""A person's decisions: what they change, what they never change, and which number is worth asking about first."""

from __future__ import annotations

import pytest
from conftest import SAMPLES
from fakes import lost, reread

from ocr_recap import Reader
from ocr_recap.messages.errors import FolderDamaged
from ocr_recap.records.decision_log import Log, read_log
from ocr_recap.records.decisions import Decision, Number, Stood, fold, numbers_of, rulings
from ocr_recap.records.document import Document, settle
from ocr_recap.records.grouping import group, sighting
from ocr_recap.records.record import Record
from ocr_recap.records.review_order import settles
from ocr_recap.records.station_codes import Naming, place

pytestmark = pytest.mark.slow

A, B = "2101142004001", "2101142004002"
NAMES = (
    "page1-tilted",
    "page2-torn-corner",
    "page3-covered-tag",
    "page2-wrong-bubble",
    "page1-does-not-add-up",
    "page2-shadow",
)


@pytest.fixture(scope="module")
def records(reader: Reader) -> dict[str, Record]:
    return {name: reader.read(SAMPLES / f"{name}.jpg") for name in NAMES}


def named(record: Record, file: str) -> Record:
    return record.model_copy(update={"photo": record.photo.model_copy(update={"file": file})})


def decision(record: Record, field: str, new: int | None, by: str = "Sri", note: str = "") -> Decision:
    number, was = numbers_of(record)[field], record.fields[field]
    return Decision(
        at="2024-02-14T15:30:00Z",
        by=by,
        document=record.document or "",
        file=record.photo.file,
        **number._asdict(),
        old=Stood(text=was.text, value=was.value, status=was.status),
        new=new,
        note=note,
    )


def decided(template, records: list[Record], *decisions: Decision) -> Document:
    """The first document of these photos, with decisions."""
    (first, *_) = group([sighting(r, place(r.photo.file, Naming())) for r in records])
    members = [fold(records[m.index], rulings(decisions)) for m in first.members]
    return settle(first, members, template)[0]


def reading(field) -> dict:
    return field.model_dump(include={"text", "read", "confidence", "candidates", "evidence", "quad"})


# --- what a decision does ---------------------------------------------------------------------------------------------


def test_a_decided_number_is_accepted_and_what_was_read_stays(template, records):
    photo = named(records["page2-wrong-bubble"], f"{A}.jpg")
    plain = decided(template, [photo])
    assert plain.fields["votes_2"].status == "review"
    with_it = decided(template, [photo], decision(photo, "votes_2", 66, note="bulatan salah"))
    field = with_it.fields["votes_2"]
    assert (field.status, field.accepted, field.value, field.reasons) == ("accepted", 66, 66, ("decided_by_person",))
    assert field.decision.model_dump() == {
        "by": "Sri",
        "at": "2024-02-14T15:30:00Z",
        "value": 66,
        "note": "bulatan salah",
    }
    assert "decided by Sri" in field.explanation.en
    assert "ditetapkan oleh Sri" in field.explanation.id
    assert reading(field) == reading(plain.fields["votes_2"])
    others = {n: f for n, f in with_it.fields.items() if n != "votes_2"}
    assert others == {n: f for n, f in plain.fields.items() if n != "votes_2"}
    assert Document.from_json(with_it.to_json()) == with_it


def test_a_decided_blank_is_blank_and_not_zero(template, records):
    photo = named(records["page2-wrong-bubble"], f"{A}.jpg")
    field = decided(template, [photo], decision(photo, "votes_2", None)).fields["votes_2"]
    assert (field.status, field.accepted, field.value) == ("blank", None, None)
    assert field.explanation.en.startswith("Blank: decided by Sri")
    zero = decided(template, [photo], decision(photo, "votes_2", 0)).fields["votes_2"]
    assert (zero.status, zero.accepted, zero.value) == ("accepted", 0, 0)


def test_a_decided_number_confirms_others_through_a_rule_that_holds(template, records):
    page = records["page3-covered-tag"]
    unsure = {
        name: reread(field, (field.text, field.value, sure), (f"{field.value + 3:03}", field.value + 3, 1 - sure))
        for name, sure in (("grand_total", 0.5), ("valid_total", 0.99))
        if (field := page.fields[name])
    }
    photo = named(page.model_copy(update={"fields": {**page.fields, **unsure}}), f"{A}.jpg")
    before = decided(template, [photo])
    assert {before.fields[n].status for n in unsure} == {"review"}
    after = decided(template, [photo], decision(photo, "grand_total", unsure["grand_total"].value))
    assert {after.fields[n].status for n in unsure} == {"accepted"}
    assert after.fields["valid_total"].decision is None
    assert after.verdict == "incomplete"
    assert settles(before, template)["grand_total"] == 2


def test_what_a_person_says_is_never_made_to_add_up(template, records):
    photos = [named(records[n], f"{A}_{n[4]}.jpg") for n in NAMES[:3]]
    whole = decided(template, photos)
    right = whole.fields["votes_1"].value
    broken = decided(template, photos, decision(photos[1], "votes_1", right + 1))
    assert broken.verdict == "inconsistent"
    assert next(r for r in broken.rules if r.id == "R6").outcome == "broken"
    assert broken.fields["votes_1"].accepted == right + 1
    assert broken.fields["votes_1"].reasons == ("decided_by_person", "rule_broken")
    for name in ("votes_2", "votes_3", "valid_total"):
        assert broken.fields[name].accepted is None
        assert "rule_broken" in broken.fields[name].reasons


def test_a_sheet_that_people_read_and_that_does_not_add_up_says_so(template, records):
    photos = [named(records[n], f"{A}_{n[4]}.jpg") for n in NAMES[:3]]
    whole = decided(template, photos)
    every = [decision(r, n, f.value) for r in photos for n, f in r.fields.items()]
    assert decided(template, photos, *every).verdict == "settled"
    every.append(decision(photos[1], "votes_1", whole.fields["votes_1"].value + 1))
    final = decided(template, photos, *every)
    assert final.verdict == "inconsistent"
    assert {f.status for f in final.fields.values()} == {"accepted"}


def test_nobody_decides_whose_sheet_it_is(template, records):
    photo = named(records["page2-torn-corner"], f"{B}/{A}.jpg")
    field = decided(template, [photo], decision(photo, "votes_1", 99)).fields["votes_1"]
    assert (field.status, field.accepted, field.value) == ("review", None, 99)
    assert field.reasons == ("station_doubtful", "decided_by_person")
    document = decided(template, [photo])
    assert set(settles(document, template).values()) == {0}


def test_a_decision_on_a_photo_that_gave_way_to_a_better_one_is_heard(template, records):
    clean = named(records["page2-torn-corner"], f"{A}_b.jpg")
    fields = {n: f.model_copy(update={"confidence": 0.5}) for n, f in clean.fields.items()}
    worse = clean.model_copy(update={"photo": clean.photo.model_copy(update={"sha256": "1" * 64}), "fields": fields})
    worse = named(worse, f"{A}_a.jpg")
    said = decision(worse, "votes_1", 91)
    document = decided(template, [worse, clean], said)
    assert document.fields["votes_1"].reasons == ("photos_disagree",)
    assert "reads 91" in document.fields["votes_1"].explanation.en
    same = decided(template, [worse, clean], decision(worse, "votes_1", 99))
    assert same.fields["votes_1"].status == "accepted"
    both = decided(template, [worse, clean], said, decision(clean, "votes_1", 99))
    assert (both.fields["votes_1"].accepted, both.fields["votes_1"].reasons) == (99, ("decided_by_person",))


def test_people_who_decide_differently_on_two_photos_of_a_page_disagree(template, records):
    clean = named(records["page2-torn-corner"], f"{A}_b.jpg")
    fields = {n: f.model_copy(update={"confidence": 0.5}) for n, f in clean.fields.items()}
    worse = clean.model_copy(update={"photo": clean.photo.model_copy(update={"sha256": "1" * 64}), "fields": fields})
    worse = named(worse, f"{A}_a.jpg")
    said = decision(worse, "votes_1", 91, by="Adi"), decision(clean, "votes_1", 99)
    field = decided(template, [worse, clean], *said).fields["votes_1"]
    assert (field.status, field.accepted, field.decision) == ("review", None, None)
    assert "Adi: 91; Sri: 99" in field.explanation.en
    assert field.decided_by == ("Adi", "Sri")


# --- several people ---------------------------------------------------------------------------------------------------


def ruled(record: Record, *answers: tuple[str, int | None, str]) -> tuple[str, int | None, tuple[str, ...]]:
    """State, value and names of a number that was read as 99, after (person, value, role)."""
    log = [decision(record, "votes_1", new, by).model_copy(update={"role": role}) for by, new, role in answers]
    (ruling,) = rulings(log).values()
    return ruling.state, ruling.decided and ruling.decided.value, ruling.names


@pytest.mark.parametrize(
    ("answers", "state", "value"),
    [
        ([("A", 91, "confirm")], "decided", 91),
        ([("A", 91, "confirm"), ("B", 91, "confirm")], "decided", 91),
        ([("A", 91, "confirm"), ("B", 92, "confirm")], "disagreement", None),
        ([("A", 91, "confirm"), ("a", 92, "confirm")], "decided", 92),
        ([("A", 91, "confirm"), ("B", None, "confirm")], "disagreement", None),
        ([("A", 91, "first")], "awaited", None),
        ([("A", 91, "first"), ("B", 91, "second")], "decided", 91),
        ([("A", 91, "first"), ("B", 92, "second")], "disagreement", None),
        ([("A", 91, "first"), ("B", 92, "second"), ("C", 92, "third")], "decided", 92),
        ([("A", 91, "first"), ("B", 92, "second"), ("C", 93, "third")], "disagreement", None),
        ([("A", 91, "first"), ("B", 92, "second"), ("C", 93, "third"), ("D", 94, "third")], "decided", 94),
        ([("A", 91, "first"), ("B", 92, "second"), ("C", 92, "third"), ("C", 94, "confirm")], "decided", 94),
        ([("A", 91, "first"), ("B", 92, "second"), ("C", 91, "third"), ("D", 92, "confirm")], "disagreement", None),
        ([("B", 99, "second")], "decided", 99),
        ([("B", 98, "second")], "disagreement", None),
    ],
)
def test_what_several_answers_amount_to(records, answers, state, value):
    found = ruled(records["page2-torn-corner"], *answers)
    assert found[:2] == (state, value)
    assert found[2] == tuple(dict.fromkeys(by.upper() for by, _, _ in answers))


def test_a_first_entry_alone_leaves_the_number_in_review_and_does_not_show_it(template, records):
    photo = named(records["page2-torn-corner"], f"{A}.jpg")
    said = decision(photo, "votes_1", 91).model_copy(update={"role": "first"})
    field = decided(template, [photo], said).fields["votes_1"]
    assert (field.status, field.reasons) == ("review", ("second_entry_awaited",))
    assert "91" not in field.explanation.en
    assert Document.from_json(decided(template, [photo], said).to_json()).fields["votes_1"] == field


def test_a_second_entry_is_compared_with_what_the_program_read(template, records):
    photo = named(records["page2-torn-corner"], f"{A}.jpg")
    said = decision(photo, "votes_1", 91).model_copy(update={"role": "second"})
    field = decided(template, [photo], said).fields["votes_1"]
    assert (field.status, field.accepted, field.reasons) == ("review", None, ("people_disagree",))
    assert "program: 99; Sri: 91" in field.explanation.en


# --- the log ----------------------------------------------------------------------------------------------------------


def test_the_log_only_grows_and_the_last_word_counts(tmp_path, records):
    assert read_log(tmp_path) == Log()
    page = records["page2-torn-corner"]
    said = [decision(page, "votes_1", 91), decision(page, "votes_2", 7, by="Adi"), decision(page, "votes_1", 99)]
    two = Log().grown(said[:2])
    three = two.grown([]).grown(said[2:])
    assert three.content.startswith(two.content)
    (tmp_path / "decisions.jsonl").write_bytes(three.content)
    assert read_log(tmp_path) == three
    log = three.decisions
    assert [line.statement for line in log] == [line.statement for line in said]
    first, other, last = log
    assert {number: ruling.last for number, ruling in rulings(log).items()} == {first.number: last, other.number: other}
    assert log[0].export()["schema"] == 1
    assert log[0].old.value == 99


@pytest.mark.parametrize("line", ["{", "{}", "null", '{"schema": 2}'])
def test_a_damaged_log_is_named_by_line(tmp_path, records, line):
    log = Log().grown([decision(records["page2-torn-corner"], "votes_1", 91)])
    (tmp_path / "decisions.jsonl").write_bytes(log.content + line.encode())
    with pytest.raises(FolderDamaged, match="line 2"):
        read_log(tmp_path)


@pytest.mark.parametrize("char", ["\u2028", "\u2029", "\x85"])
def test_a_log_that_an_older_version_wrote_as_it_was_typed_is_read(tmp_path, records, char):
    said = decision(records["page2-torn-corner"], "votes_1", 91, by=f"Sri{char}", note=f"a{char}\u202eb")
    (tmp_path / "decisions.jsonl").write_bytes(f"{said.to_json()}\n".encode())
    log = read_log(tmp_path)
    (found,) = log.decisions
    assert (found, log.loose) == (said, 1)
    assert (found.decided.by, found.decided.note) == ("Sri", "a \N{REPLACEMENT CHARACTER}b")
    assert found.statement == said.model_copy(update={"by": "Sri", "note": found.decided.note}).statement


def test_a_number_is_known_by_the_bytes_of_its_photo(records):
    page = records["page2-torn-corner"]
    gone = decision(page, "votes_1", 91).model_copy(update={"sha256": "1" * 64})
    assert fold(page, rulings([gone])) is page
    assert numbers_of(page)["votes_1"] == Number(page.photo.sha256, 0, "c-hasil-ppwp-2024", "2", "votes_1")
    assert numbers_of(lost()) == {}


# --- what to ask first ------------------------------------------------------------------------------------------------


def test_what_an_answer_settles_is_what_it_then_settles(template, records):
    """For every number in review, one of its possible answers settles as many as promised."""
    asked = 0
    for name in NAMES:
        photo = named(records[name], f"{A}.jpg")
        before = decided(template, [photo])
        open_before = {n for n, f in before.fields.items() if f.status == "review"}
        for field, count in settles(before, template).items():
            answers = {c.value for c in before.fields[field].candidates} | {before.fields[field].value}
            outcomes = []
            for answer in answers:
                after = decided(template, [photo], decision(photo, field, answer))
                outcomes.append(sum(after.fields[n].status != "review" for n in open_before))
            assert count in outcomes, (name, field)
            assert count >= 1
            asked += 1
    assert asked >= 3


def test_the_number_that_a_broken_sum_hinges_on_comes_first(template, records):
    """Voters of one line: 8 where 3 may be written breaks the sum; that number settles the line, no other does."""
    page = records["page1-tilted"]
    was = page.fields["dpt_L"]
    assert was.value is not None
    misread = reread(was, ("999", 999, 0.9989), (was.text, was.value, 0.0011))
    photo = named(page.model_copy(update={"fields": {**page.fields, "dpt_L": misread}}), f"{A}.jpg")
    document = decided(template, [photo])
    found = settles(document, template)
    assert set(found) >= {"dpt_L", "dpt_P", "dpt_J"}
    assert found["dpt_L"] == max(found.values())
    assert found["dpt_L"] >= 3
    assert found["dpt_P"] == 1
