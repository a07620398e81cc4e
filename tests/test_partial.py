"""Photos of a part of a page: what they do not show is `not_in_photo`, and several of them make one page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from conftest import SAMPLES
from fakes import FORM, field, located, lost, reread
from numpy.typing import NDArray

from ocr_recap.cells.crop import crop
from ocr_recap.cells.readers import Readers
from ocr_recap.decide import policy
from ocr_recap.decide.reconcile import reconciled
from ocr_recap.forms.drawing import raster
from ocr_recap.forms.template import Template
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.photo import Photo, load
from ocr_recap.locate.locate import locate
from ocr_recap.locate.located import Located
from ocr_recap.messages.problems import PhotoProblem
from ocr_recap.read.pipeline import read_page
from ocr_recap.records import photo_advice
from ocr_recap.records.assemble import unseen_field
from ocr_recap.records.case_record import case_of
from ocr_recap.records.decisions import Decision, Stood, fold, numbers_of, rulings
from ocr_recap.records.document import Document, settle
from ocr_recap.records.field_record import Decided, FieldRecord
from ocr_recap.records.grouping import Member, group, regroup, sighting
from ocr_recap.records.options import Options
from ocr_recap.records.page_photos import objections, page_photos
from ocr_recap.records.record import Record
from ocr_recap.records.review_order import settles
from ocr_recap.records.station_codes import Naming, place
from ocr_recap.report.overlay import overlay
from ocr_recap.synth.sets.photos import Order, make

A, B = "2101142004001", "2101142004002"
PAGE = FORM.fields_of("2")
VOTES = tuple(f.id for f in PAGE)

# --- the photo: samples/page2-clean.jpg, cut ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(template: Template) -> tuple[Photo, Located]:
    photo = load(SAMPLES / "page2-clean.jpg", "page2-clean.jpg")
    return photo, locate(photo, [template])


@pytest.fixture(scope="module")
def readers() -> Readers:
    return Readers.shipped()


def cut(whole: tuple[Photo, Located], x0: int, y0: int, x1: int, y1: int) -> tuple[NDArray[np.uint8], Located]:
    """A part of the photo, and where its page lies on that part."""
    picture = cv2.imread(str(SAMPLES / "page2-clean.jpg"), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    back = np.array([[1.0, 0, -x0], [0, 1, -y0], [0, 0, 1]])
    return np.ascontiguousarray(picture[y0:y1, x0:x1]), replace(whole[1], homography=back @ whole[1].homography)


def below(whole: tuple[Photo, Located], name: str, millimetres: float) -> int:
    """The row of pixels this far below the boxes of a number."""
    x, y = field_of(name).cells.outline()[2:]
    return round(float(whole[1].to_photo(np.array([[x, y + millimetres]]))[0, 1]))


def field_of(name: str):
    return next(f for f in PAGE if f.id == name)


def read(part: tuple[NDArray[np.uint8], Located], readers: Readers, name: str = "part.jpg") -> Record:
    return read_page(load(part[0], name), part[1], readers, Options())


def test_what_is_not_in_the_photo_has_no_value_and_is_not_blank(whole, readers):
    x, y = 0, below(whole, "votes_2", -20)
    part = cut(whole, x, 0, whole[0].width, y)
    record = read(part, readers)
    full = read_page(*whole, readers, Options())
    assert {n: f.status for n, f in record.fields.items()} == {
        "votes_1": "accepted",
        "votes_2": "not_in_photo",
        "votes_3": "not_in_photo",
    }
    assert record.fields["votes_1"].accepted == full.fields["votes_1"].accepted == 90
    unseen = record.export()["fields"]["votes_2"]
    assert {key: value for key, value in unseen.items() if key != "explanation"} == {
        **dict.fromkeys(("text", "read", "value", "accepted", "confidence", "quad", "evidence", "decision")),
        "status": "not_in_photo",
        "candidates": [],
        "reasons": [],
    }
    assert "Not in this photo" in unseen["explanation"]["en"]
    assert "Tidak terlihat di foto ini" in unseen["explanation"]["id"]
    assert record.export()["schema"] == 2
    assert Record.from_json(record.to_json()) == record
    assert record.status == "settled"
    assert "1 accepted, 2 not_in_photo" in repr(record)
    assert {r.id: r.outcome for r in record.rules}["R11.votes_2"] == "not_evaluated"
    assert full.page.ink
    assert record.page.ink == "", "a part of a page cannot be compared with other sheets"


def test_a_witness_that_is_cut_off_is_absent_and_not_empty(whole, readers):
    """Bubbles, strokes and row totals of the first number lie below its boxes."""
    part = cut(whole, 0, 0, whole[0].width, below(whole, "votes_1", 12))
    number = read(part, readers).fields["votes_1"]
    assert (number.value, number.status) == (90, "review")
    assert number.evidence.bubbles is None
    assert number.evidence.tally is None
    assert number.evidence.row_totals is None
    assert number.reasons == ("no_second_witness",)
    patches = crop(load(part[0], "part.jpg"), part[1])
    assert list(patches) == ["votes_1"]
    assert (patches["votes_1"].bubbles, patches["votes_1"].grid, patches["votes_1"].total_box) == (None, None, None)


def test_a_photo_of_none_of_its_numbers_is_a_problem(whole):
    part = cut(whole, 0, 0, whole[0].width, below(whole, "votes_1", -15))
    with pytest.raises(PhotoProblem) as caught:
        crop(load(part[0], "part.jpg"), part[1])
    assert (caught.value.code, caught.value.data) == ("no_number_in_photo", {"form": FORM.id, "page": "2"})


def test_the_quality_of_a_part_is_that_of_what_it_shows(whole):
    part = cut(whole, 0, 0, whole[0].width, below(whole, "votes_2", -20))
    photo = load(part[0], "part.jpg")
    measured = photo_advice.cells(part[1], crop(photo, part[1]))
    assert list(measured) == ["votes_1"]
    assert photo_advice.page(photo, part[1], measured).pixels > 16
    assert "bottom" in photo_advice.page(photo, part[1], measured).cut


def test_the_overlay_draws_nothing_for_what_is_not_in_the_photo(whole, readers):
    part = cut(whole, 0, 0, whole[0].width, below(whole, "votes_2", -20))
    record = read(part, readers)
    without = record.model_copy(update={"fields": {"votes_1": record.fields["votes_1"]}})
    drawn = overlay(record, part[0], FORM)
    assert np.array_equal(drawn, overlay(without, part[0], FORM))
    assert not np.array_equal(drawn, overlay(record.model_copy(update={"fields": {}}), part[0], FORM))


@pytest.mark.parametrize(
    ("anchors", "share", "objected"), [("lines", 0.6, True), ("tag", 0.6, False), ("lines", 1.0, False)]
)
def test_lines_alone_give_no_blank_for_a_part_on_which_nothing_is_written(readers, anchors, share, objected):
    """Ruled lines may place empty boxes elsewhere on the page, and no digit contradicts them."""
    form = load_template("c-hasil-kwk")
    scale = 8.0
    picture = np.ascontiguousarray(raster(form, "3", scale)[: round(form.paper.height * scale * share)])
    place_ = Located(form, "3", np.diag([scale, scale, 1.0]), 0.0, 1.0, (anchors,))
    record = read_page(load(picture, "part.jpg"), place_, readers, Options())
    seen = {name: f for name, f in record.fields.items() if f.evidence}
    assert (len(seen) < len(record.fields)) is (share < 1)
    assert {f.status for f in seen.values()} == ({"review"} if objected else {"blank"})
    assert all(("blank_in_part" in f.reasons) is objected for f in seen.values())
    page = page_photos([(Member(0), record)], "strict")
    assert {code for name in seen for code, _ in objections(page, name)} == ({"blank_in_part"} if objected else set())


@pytest.mark.parametrize(("index", "seed"), [(1, 5), (1, 7), (1, 9)])
def test_drawn_close_ups_are_read_where_they_show_all_boxes(template, readers, index, seed):
    made = make(Order(template, 3, seed=seed, preset="clean", defects=("close-up",), longer=2400), index)
    photo = load(made.jpeg, made.name)
    facts = {fact["id"]: fact for fact in made.truth["fields"]}
    page = made.truth["page"]
    fields = template.fields_of(page)
    ends = np.array([[f.cells.rects()[0][:2], f.cells.rects()[-1][2:]] for f in fields]).reshape(-1, 2)
    seen = np.array([[facts[f.id]["quad"][0], facts[f.id]["quad"][2]] for f in fields], dtype=float).reshape(-1, 2)
    matrix, _ = cv2.findHomography(ends, seen)
    place_ = Located(template, page, np.asarray(matrix, dtype=np.float64), 0.0, 1.0, ())
    if all(fact["visible"] < 1 for fact in facts.values()):  # two of three boxes are in sight
        with pytest.raises(PhotoProblem, match="no_number_in_photo"):
            read_page(photo, place_, readers, Options())
        return
    record = read_page(photo, place_, readers, Options())
    size = np.array([photo.width, photo.height])
    inside = {
        name: bool((np.array(f["cell_quads"]) > 8).all() and (np.array(f["cell_quads"]) < size - 8).all())
        for name, f in facts.items()
    }
    outside = {name for name, f in facts.items() if f["visible"] < 1}
    assert 0 < sum(inside.values()) < len(facts), "the photo shows a part of the page"
    statuses = {name: field.status for name, field in record.fields.items()}
    assert all(statuses[name] != "not_in_photo" for name, shown in inside.items() if shown)
    assert all(statuses[name] == "not_in_photo" for name in outside)
    for name, number in record.fields.items():
        assert number.accepted in (None, facts[name]["value"])
        assert number.status != "blank" or facts[name]["value"] is None


# --- rules ----------------------------------------------------------------------------------------------------------


def test_a_number_that_no_photo_shows_is_neither_blank_nor_zero_in_a_sum(template):
    """A digit in the blank number would make the sum hold, if the number that is not seen were zero."""
    sum_ = next(rule for rule in template.rules if rule.id == "R1.dpt")
    described = {f.id: f for f in template.fields_of("1")}
    cases = [
        replace(case_of(name, field(described[name], status, value)), bubbles=None)
        for name, status, value in (("dpt_P", "blank", None), ("dpt_J", "accepted", 7))
    ]
    weighed, rules = reconciled(cases, [sum_])
    assert rules[0].outcome == "not_evaluated"
    assert rules[0].numbers["dpt_L"] is None
    as_zero = policy.decide(weighed, rules)["dpt_P"]
    assert [code for code, _ in as_zero.reasons] == ["digit_missed"]
    assert policy.decide(weighed, rules, unseen={"dpt_L"})["dpt_P"].status == "blank"


# --- several photos of one page -------------------------------------------------------------------------------------

Alter = Callable[[FieldRecord], FieldRecord]


def number(name: str, value: int, sure: float = 0.9999, bubbles: bool = True) -> FieldRecord:
    """A number whose digits read `value`, with bubbles that agree or without any."""
    found = field(field_of(name), "accepted", value)
    rest = (f"{value + 3:03}", value + 3, 1 - sure)
    found = reread(found, (found.text, value, sure), rest)
    digits = found.evidence.digits.model_copy(update={"probability": sure})
    update = {"digits": digits, **({} if bubbles else {"bubbles": None})}
    return found.model_copy(update={"confidence": sure, "evidence": found.evidence.model_copy(update=update)})


def shot(file: str, **numbers: FieldRecord) -> Record:
    """A photo of page 2 that shows these numbers."""
    record = located(file, f"{sum(map(ord, file)):064x}")
    fields = {name: numbers.get(name, unseen_field()) for name in VOTES}
    return record.model_copy(update={"fields": fields, "rules": ()})


def document_of(*records: Record) -> tuple[Document, list[Record]]:
    (found,) = group([sighting(r, place(r.photo.file, Naming())) for r in records])
    return settle(found, [records[m.index] for m in found.members], FORM)


def values(document: Document) -> dict[str, int | None]:
    return {name: field.accepted for name, field in document.fields.items()}


def test_two_close_ups_make_one_page(whole, readers):
    """The two halves of a photo give what the whole photo gives."""
    y = below(whole, "votes_2", -20)
    upper = read(cut(whole, 0, 0, whole[0].width, y), readers, f"{A}-a.jpg")
    lower = read(cut(whole, 0, y, whole[0].width, whole[0].height), readers, f"{A}-b.jpg")
    full = read_page(*whole, readers, Options())
    document, records = document_of(upper, lower)
    assert values(document) == {name: field.accepted for name, field in full.fields.items()}
    assert set(values(document).values()) != {None}
    assert (document.pages_present, document.fields_missing, document.verdict) == (("2",), (), "incomplete")
    assert document.pages_missing == ("1", "3")
    assert [p.counts for p in document.photos] == [True, True]
    assert [r.counts for r in records] == [True, True]
    assert all(not r.problems for r in records)
    assert document.fields["votes_1"].photos.counts == f"{A}-a.jpg"
    assert document.fields["votes_3"].photos.counts == f"{A}-b.jpg"
    assert records[0].fields["votes_3"].status == "not_in_photo"
    assert records[0].fields["votes_3"].reasons == ("other_photo_counts",)
    assert f"{A}-b.jpg" in records[0].fields["votes_3"].explanation.en
    accepted = [f.accepted for r in records for f in r.fields.values() if f.accepted is not None]
    assert sorted(accepted) == sorted(v for v in values(document).values() if v is not None), "no number twice"
    backwards, _ = document_of(lower, upper)
    assert values(backwards) == values(document)


def test_what_no_photo_shows_is_missing():
    document, records = document_of(shot(f"{A}-a.jpg", votes_1=number("votes_1", 117)))
    assert document.fields["votes_3"].status == "not_in_photo"
    assert document.fields_missing == ("votes_2", "votes_3")
    assert document.verdict == "incomplete"
    assert document.fields["votes_3"].photos is None, "one photo shows the page"
    assert Document.from_json(document.to_json()) == document
    assert settles(document, FORM) == {}
    two, (first, second) = document_of(shot(f"{A}-a.jpg", votes_1=number("votes_1", 117)), records[0])
    assert two.fields["votes_3"].photos.counts is None
    assert [f.counts for f in (first.fields["votes_3"], second.fields["votes_3"])].count(True) == 1


def test_a_station_is_not_settled_while_a_count_is_on_no_photo(template):
    said = Decided(by="Sri", at="2024-02-14T15:30:00Z", value=5)
    sure = {f.id: field(f, "accepted", 5).model_copy(update={"decision": said}) for f in template.fields}
    pages = []
    for page in template.pages:
        found = located(f"{A}-{page.id}.jpg", page.id * 64)
        place_ = found.page.model_copy(update={"page": page.id})
        fields = {f.id: sure[f.id] for f in template.fields_of(page.id)}
        pages.append(found.model_copy(update={"page": place_, "fields": fields, "rules": ()}))
    part = pages[1].model_copy(update={"fields": {**pages[1].fields, "votes_2": unseen_field()}})
    rules = template.model_copy(update={"rules": ()})

    def verdict(*records: Record) -> str:
        (found,) = group([sighting(r, place(r.photo.file, Naming())) for r in records])
        return settle(found, records, rules)[0].verdict

    assert verdict(*pages) == "settled"
    assert verdict(pages[0], part, pages[2]) == "incomplete"


@pytest.mark.parametrize(
    ("first", "second", "wins"),
    [
        # in sight
        (unseen_field(), number("votes_1", 117, 0.4, bubbles=False), 1),
        # its own witnesses accept it
        (number("votes_1", 117, 0.99999, bubbles=False), number("votes_1", 117, 0.9999), 1),
        # surer digits, where neither is accepted
        (number("votes_1", 117, 0.6, bubbles=False), number("votes_1", 117, 0.8, bubbles=False), 1),
        # both are accepted, or sure enough: the better photo of the whole page
        (number("votes_1", 117, 0.9999), number("votes_1", 117, 0.99999), 0),
        (number("votes_1", 117, 0.95, bubbles=False), number("votes_1", 117, 0.99, bubbles=False), 0),
    ],
)
def test_of_two_photos_of_a_number_the_better_evidence_counts(first, second, wins):
    others = {"votes_2": number("votes_2", 90), "votes_3": number("votes_3", 80)}
    main = shot(f"{A}-a.jpg", votes_1=first, **others)
    close = shot(f"{A}-b.jpg", votes_1=second)
    document, _ = document_of(main, close)
    assert document.fields["votes_1"].photos.counts == (main, close)[wins].photo.file
    assert document.fields["votes_2"].photos.counts == main.photo.file
    assert document.fields["votes_2"].accepted == 90


def test_a_photo_that_may_be_of_another_station_counts_only_for_what_no_other_shows():
    sure = shot(f"{A}-a.jpg", votes_1=number("votes_1", 117, 0.6, bubbles=False))
    doubtful = shot(f"{A}-b.jpg", votes_1=number("votes_1", 117), votes_2=number("votes_2", 90))
    chosen = page_photos([(Member(0), sure), (Member(1, doubtful=True), doubtful)], "strict")
    assert dict(chosen.counting) == {"votes_1": 0, "votes_2": 1, "votes_3": 0}
    assert [code for code, _ in objections(chosen, "votes_2")] == ["station_doubtful"]


def test_a_photo_that_shows_a_struck_out_number_counts():
    """The other photo may be too coarse to show the line."""
    plain = number("votes_1", 117)
    digits = plain.evidence.digits.model_copy(update={"struck": 0.99, "struck_out": True})
    struck = plain.model_copy(update={"evidence": plain.evidence.model_copy(update={"digits": digits})})
    others = {"votes_2": number("votes_2", 90), "votes_3": number("votes_3", 80)}
    document, _ = document_of(shot(f"{A}-a.jpg", votes_1=plain, **others), shot(f"{A}-b.jpg", votes_1=struck))
    assert document.fields["votes_1"].status == "review"
    assert "struck_out" in document.fields["votes_1"].reasons
    assert document.fields["votes_1"].photos.counts == f"{A}-b.jpg"


def test_photos_that_contradict_each_other_go_to_people_with_both_values():
    main = shot(f"{A}-a.jpg", votes_1=number("votes_1", 117), votes_2=number("votes_2", 90))
    close = shot(f"{A}-b.jpg", votes_1=number("votes_1", 177), votes_3=number("votes_3", 80))
    document, _ = document_of(main, close)
    contradicted = document.fields["votes_1"]
    assert (contradicted.status, contradicted.accepted, contradicted.value) == ("review", None, 117)
    assert contradicted.reasons == ("photos_disagree",)
    assert "177" in contradicted.explanation.en
    assert contradicted.photos.others == (f"{A}-b.jpg",)
    # The close-up may show another sheet: what only it shows needs a person as well.
    assert document.fields["votes_3"].reasons == ("photos_of_two_sheets",)
    assert "another sheet" in document.fields["votes_3"].explanation.en
    assert "lembar lain" in document.fields["votes_3"].explanation.id
    assert document.fields["votes_2"].accepted == 90


def test_a_poor_view_of_the_same_number_is_no_contradiction():
    main = shot(f"{A}-a.jpg", votes_1=number("votes_1", 117), votes_2=number("votes_2", 90))
    poor = reread(field(field_of("votes_1"), "review", 177), ("177", 177, 0.6), ("117", 117, 0.3))
    digits = poor.evidence.digits.model_copy(update={"probability": 0.6})
    poor = poor.model_copy(update={"evidence": poor.evidence.model_copy(update={"digits": digits, "bubbles": None})})
    document, _ = document_of(main, shot(f"{A}-b.jpg", votes_1=poor))
    assert document.fields["votes_1"].accepted == 117
    impossible = reread(poor, ("177", 177, 0.6), ("117", 117, 0.0001))
    document, _ = document_of(main, shot(f"{A}-b.jpg", votes_1=impossible))
    assert document.fields["votes_1"].reasons == ("photos_disagree",)


def test_a_second_photo_that_adds_nothing_does_not_count():
    whole = {"votes_1": number("votes_1", 117), "votes_2": number("votes_2", 90), "votes_3": number("votes_3", 80)}
    document, (first, second) = document_of(
        shot(f"{A}-a.jpg", votes_1=number("votes_1", 117)), shot(f"{A}-b.jpg", **whole)
    )
    assert [p.counts for p in document.photos] == [False, True]
    assert (first.counts, [(p.code, p.data["counts"]) for p in first.problems]) == (
        False,
        [("page_again", f"{A}-b.jpg")],
    )
    assert {f.reasons for f in first.fields.values()} == {("other_photo_counts",)}
    assert [first.fields[n].status for n in VOTES] == ["review", "not_in_photo", "not_in_photo"]
    assert second.problems == ()


# --- people's decisions ---------------------------------------------------------------------------------------------


def decision(record: Record, name: str, new: int) -> Decision:
    return Decision(
        at="2024-02-14T15:30:00Z",
        by="Sri",
        document=A,
        file=record.photo.file,
        **numbers_of(record)[name]._asdict(),
        old=Stood(text="042", value=42, status="review"),
        new=new,
    )


def test_deciding_again_takes_every_number_from_the_same_photo():
    """A decision about a number on one photo moves no number to another photo."""
    main = shot(
        f"{A}-a.jpg", votes_1=number("votes_1", 117, 0.6, bubbles=False), votes_2=number("votes_2", 90, bubbles=False)
    )
    close = shot(f"{A}-b.jpg", votes_1=number("votes_1", 117), votes_3=number("votes_3", 80))
    third = shot(f"{A}-c.jpg", votes_3=number("votes_3", 80))
    fourth = shot(f"{A}-d.jpg", votes_1=number("votes_1", 117, 0.7, bubbles=False), votes_3=number("votes_3", 80))
    fourth = fourth.model_copy(update={"page": fourth.page.model_copy(update={"residual": 0.001})})
    document, records = document_of(main, third, close, fourth)
    assert document.fields["votes_1"].photos.counts == f"{A}-b.jpg"
    assert document.fields["votes_3"].photos.counts == f"{A}-b.jpg", "a better photo of the page than the one before it"
    again = regroup(document.id, document.station, document.template, records, ())
    assert settle(again, records, FORM) == (document, records)
    said = rulings([decision(records[0], "votes_2", 91)])
    decided, _ = settle(again, [fold(r, said) for r in records], FORM)
    assert decided.fields["votes_2"].accepted == 91
    assert {n: f.photos for n, f in decided.fields.items()} == {n: f.photos for n, f in document.fields.items()}


def test_a_decision_about_the_number_that_differs_settles_whether_it_is_one_sheet():
    main = shot(f"{A}-a.jpg", votes_1=number("votes_1", 117), votes_2=number("votes_2", 90))
    close = shot(f"{A}-b.jpg", votes_1=number("votes_1", 177), votes_3=number("votes_3", 80))
    document, records = document_of(main, close)
    assert document.fields["votes_3"].reasons == ("photos_of_two_sheets",)
    again = regroup(document.id, document.station, document.template, records, ())
    said = rulings([decision(records[0], "votes_1", 117)])
    decided, _ = settle(again, [fold(r, said) for r in records], FORM)
    assert (decided.fields["votes_1"].accepted, decided.fields["votes_3"].accepted) == (117, 80)


def test_a_decision_about_the_photo_that_does_not_count_contradicts_however_poor_it_is():
    main = shot(f"{A}-a.jpg", votes_1=number("votes_1", 117), votes_2=number("votes_2", 90))
    poor = shot(f"{A}-b.jpg", votes_1=number("votes_1", 117, 0.6, bubbles=False))
    assert document_of(main, poor)[0].fields["votes_1"].accepted == 117
    said = rulings([decision(poor, "votes_1", 120)])
    document, _ = document_of(main, fold(poor, said))
    assert document.fields["votes_1"].reasons == ("photos_disagree",)
    assert "120" in document.fields["votes_1"].explanation.en


def test_an_earlier_decision_about_a_number_that_is_now_not_in_the_photo_counts():
    """The number was in review, outside of the photo, and a person typed it; then the photo was read again."""
    part = shot(f"{A}-a.jpg", votes_1=number("votes_1", 117))
    document, records = document_of(fold(part, rulings([decision(part, "votes_2", 90)])))
    found = document.fields["votes_2"]
    assert (found.status, found.accepted, found.text, found.evidence) == ("accepted", 90, None, None)
    assert "not in this photo" in found.explanation.en
    assert document.fields_missing == ("votes_3",)
    assert records[0].fields["votes_2"] == found


# --- earlier versions, stations without a page ----------------------------------------------------------------------


def test_a_record_of_the_version_before_is_read_and_decided_as_it_was():
    line = located(f"{A}-a.jpg").to_json().replace('"schema":2', '"schema":1', 1)
    record = Record.from_json(line)
    assert record.export()["schema"] == 1
    outside = record.fields["votes_2"].model_copy(update={"reasons": ("outside_photo",)})
    digits = outside.evidence.digits.model_copy(update={"inside": False})
    outside = outside.model_copy(update={"evidence": outside.evidence.model_copy(update={"digits": digits})})
    document, _ = document_of(record.model_copy(update={"fields": {**record.fields, "votes_2": outside}}))
    assert document.fields["votes_2"].status == "review"
    assert "outside_photo" in document.fields["votes_2"].reasons
    earlier = document.to_json().replace('"schema":2', '"schema":1', 1).replace('"fields_missing":[],', "", 1)
    assert "fields_missing" not in earlier
    assert Document.from_json(earlier) == document.model_copy(update={"schema_": 1})


def test_a_station_whose_only_photo_is_a_problem_lacks_all_pages():
    photos = [located(f"{A}-2.jpg"), lost(f"{B}-1.jpg", sha256="1" * 64), lost("IMG_1.jpg", sha256="2" * 64)]
    groups = group([sighting(r, place(r.photo.file, Naming())) for r in photos], loaded=["other", FORM.id])
    found = {g.id: settle(g, [photos[m.index] for m in g.members], g.template and FORM)[0] for g in groups}
    assert (found[B].verdict, found[B].pages_missing) == ("problem", ("1", "2", "3"))
    assert found[B].template == FORM.id
    assert found["IMG_1.jpg"].pages_missing == (), "no station is known, so no page is missing"
    only = group([sighting(photos[1], place(photos[1].photo.file, Naming()))], loaded=[FORM.id])
    assert only[0].template == FORM.id
    several = group([sighting(photos[1], place(photos[1].photo.file, Naming()))], loaded=[FORM.id, "other"])
    assert several[0].template is None
