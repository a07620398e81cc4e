"""Photos to documents, on the samples: pages of two elections, named, doubled, swapped, sent twice."""

from __future__ import annotations

import csv
import io
import shutil

import cv2
import numpy as np
import pytest
from conftest import SAMPLES
from fakes import reread

from ocr_recap import Options, Reader
from ocr_recap.batch import run
from ocr_recap.batch.options import BatchOptions
from ocr_recap.messages.errors import TableFaulty
from ocr_recap.records.case_record import case_of
from ocr_recap.records.document import Document
from ocr_recap.records.grouping import group, sighting
from ocr_recap.records.record import Record
from ocr_recap.records.sheet_fingerprint import SAME_SHEET, alike, ink
from ocr_recap.records.station_codes import Naming, place

A, B = "2101142004001", "2101142004002"
FIRST = ("page1-tilted", "page2-torn-corner", "page3-covered-tag")
SECOND = ("page1-sideways", "page2-shadow", "page3-upside-down")


@pytest.fixture(scope="module")
def records(reader: Reader) -> dict[str, Record]:
    names = (*FIRST, *SECOND, "page3-blank")
    found = {name: reader.read(SAMPLES / f"{name}.jpg") for name in names}
    saved = cv2.imread(str(SAMPLES / "page2-torn-corner.jpg"))
    small = cv2.resize(saved, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
    found["page2-again"] = reader.read(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 60])[1].tobytes())
    return found


def named(record: Record, file: str) -> Record:
    return record.model_copy(update={"photo": record.photo.model_copy(update={"file": file})})


def statuses(document: Document) -> dict[str, str]:
    return {name: field.status for name, field in document.fields.items()}


def codes(thing: Document | Record) -> list[str]:
    return [p.code for p in thing.problems]


def altered(record: Record, field: str, *, text: str | None = None, sure: float = 0.9999) -> Record:
    """The record with a number that reads otherwise, or is less sure."""
    number = record.fields[field]
    value = number.value if text is None else int(text.strip("X- "))
    other = (value or 0) + 3
    read = reread(number, (number.text if text is None else text, value, sure), (f"{other:03}", other, 1 - sure))
    return record.model_copy(update={"fields": {**record.fields, field: read}})


# --- rules across pages -------------------------------------------------------------------------------------------


def test_three_pages_are_one_document_in_any_order(reader):
    paths = [SAMPLES / f"{name}.jpg" for name in FIRST]
    document = reader.read_document(paths, station="2101142004-1")
    assert (document.id, document.station.code, document.station.source) == (A, A, "given")
    assert (document.pages_present, document.pages_missing) == (("1", "2", "3"), ())
    assert {rule.outcome for rule in document.rules} == {"holds"}
    assert document.problems == ()
    backwards = reader.read_document(paths[::-1], station=A)
    assert backwards.fields == document.fields
    assert backwards.rules == document.rules
    assert Document.from_json(document.to_json()) == document
    assert document.export()["schema"] == 2
    assert document.export()["provisional"] is True


def test_missing_pages_are_named_and_their_rules_not_evaluated(reader, records):
    (document,) = reader.group([named(records[name], f"{A}_{i}.jpg") for i, name in enumerate(FIRST[:2])])
    assert (document.pages_present, document.pages_missing) == (("1", "2"), ("3",))
    assert document.verdict == "incomplete"
    assert next(r for r in document.rules if r.id == "R6").outcome == "not_evaluated"


def test_a_swapped_page_breaks_rules_and_takes_acceptance_back(reader, records):
    pages = [records["page1-tilted"], records["page2-torn-corner"], records["page3-upside-down"]]
    alone = pages[2].fields["grand_total"].status, pages[0].fields["ballots_used"].status
    assert alone == ("accepted", "accepted")
    (document,) = reader.group([named(r, f"{A}_{i}.jpg") for i, r in enumerate(pages)])
    assert next(r for r in document.rules if r.id == "R7.ballots").outcome == "broken"
    for name in ("grand_total", "ballots_used", "valid_total", "votes_1", "votes_2", "votes_3"):
        assert document.fields[name].status == "review"
        assert document.fields[name].accepted is None
        assert "rule_broken" in document.fields[name].reasons
        assert document.fields[name].value is not None
    assert document.verdict == "inconsistent"


def test_a_rule_across_pages_can_confirm_a_number(reader, records):
    doubtful = altered(altered(records["page3-covered-tag"], "valid_total", sure=0.9), "grand_total", sure=0.5)
    (alone,) = reader.group([named(doubtful, f"{A}_3.jpg")])
    assert {alone.fields[n].status for n in ("valid_total", "grand_total")} == {"review"}
    (document,) = reader.group([named(records["page2-torn-corner"], f"{A}_2.jpg"), named(doubtful, f"{A}_3.jpg")])
    assert document.fields["valid_total"].status == "accepted"
    assert "all valid votes = votes of pair 1 +" in document.fields["valid_total"].explanation.en


def test_documents_are_made_of_records_alone(reader, records):
    fresh = [named(records[name], f"{A}_{i}.jpg") for i, name in enumerate(FIRST)]
    again = [Record.from_json(record.to_json()) for record in fresh]
    assert reader.group(fresh) == reader.group(again)


def test_a_record_alone_decides_as_its_photo_did(reader, records):
    for name in (*FIRST, *SECOND):
        (document,) = reader.group([records[name]])
        assert document.fields.keys() == records[name].fields.keys() != set()
        for field_id, field in records[name].fields.items():
            assert document.fields[field_id] == field
            assert case_of(field_id, field).value == field.value


# --- which photos belong together -----------------------------------------------------------------------------------


def test_unnamed_photos_stay_alone_whatever_lies_beside_them(reader, records):
    documents = reader.group([named(records[name], f"IMG_{i}.jpg") for i, name in enumerate(FIRST)])
    assert [d.id for d in documents] == ["IMG_0.jpg", "IMG_1.jpg", "IMG_2.jpg"]
    for document in documents:
        assert codes(document) == ["station_unknown"]
        assert document.station.code is None
        outcomes = {r.id: r.outcome for r in document.rules}
        assert outcomes.get("R6", "not_evaluated") == outcomes.get("R7.ballots", "not_evaluated") == "not_evaluated"


def test_a_manifest_names_stations_and_expected_pages(reader, records, tmp_path):
    photos = [named(records[name], f"{i}.jpg") for i, name in enumerate(FIRST)]
    table = tmp_path / "m.csv"
    table.write_text(f"file,station,page\n0.jpg,{A},1\n1.jpg,{A},3\n2.jpg,{A},\n")
    (document,) = reader.group(photos, manifest=table)
    assert document.pages_present == ("1", "2", "3")
    (problem,) = document.problems
    assert (problem.code, problem.data) == ("page_conflict", {"expected": "3", "found": "2"})
    assert len(reader.group(photos, manifest={"0.jpg": A, "1.jpg": B})) == 3
    with pytest.raises(ValueError, match="no station code"):
        reader.group(photos, manifest={"0.jpg": A[:-1]})


def test_names_that_differ_leave_the_station_open_and_accept_nothing(reader, records):
    (document,) = reader.group([named(records["page2-torn-corner"], f"{B}/{A}.jpg")])
    assert codes(document) == ["station_conflict"]
    assert document.station.code is None
    assert {f.reasons for f in document.fields.values()} == {("station_doubtful",)}
    assert all(f.accepted is None for f in document.fields.values())


def test_folders_as_documents(records):
    reader = Reader(Options(folder_is_document=True))
    photos = [named(records[name], f"x/{i}.jpg") for i, name in enumerate(FIRST)]
    (document,) = reader.group(photos)
    assert (document.id, document.station.code) == ("x/", None)
    assert document.pages_present == ("1", "2", "3")
    (document,) = reader.group([named(photos[0], f"x/{A}.jpg"), *photos[1:]])
    assert (document.id, document.station.code) == (A, A)
    assert document.pages_present == ("1", "2", "3")
    documents = reader.group([named(photos[0], f"x/{A}.jpg"), named(photos[1], f"x/{B}.jpg"), photos[2]])
    assert [d.id for d in documents] == [A, B, "x/2.jpg"]
    assert codes(documents[2]) == ["station_conflict"]


def test_a_station_that_is_asked_for_does_not_hide_what_a_name_says(reader, tmp_path):
    mine, other = tmp_path / "p1.jpg", tmp_path / f"{B}-p2.jpg"
    shutil.copyfile(SAMPLES / "page1-sideways.jpg", mine)
    shutil.copyfile(SAMPLES / "page2-torn-corner.jpg", other)
    document = reader.read_document([mine, other], station=A)
    assert (document.id, document.station.code, document.verdict) == (A, A, "review")
    (problem,) = document.problems
    assert (problem.code, problem.data["codes"]) == ("station_conflict", [["given", A], ["file", B]])
    assert document.fields["votes_1"].reasons == ("station_doubtful",)
    assert document.fields["dpt_J"].accepted is not None
    assert reader.read_document([other], station=B).fields["votes_1"].accepted == 99


@pytest.mark.slow
def test_two_folders_that_results_call_alike_are_two_documents(tmp_path):
    for folder, name in (("r1", "page1-sideways"), ("r1", "page2-shadow"), ("r2", "page3-covered-tag")):
        (tmp_path / folder).mkdir(exist_ok=True)
        shutil.copyfile(SAMPLES / f"{name}.jpg", tmp_path / folder / f"{name}.jpg")
    options = Options(folder_is_document=True)
    inputs = [tmp_path / "r1", tmp_path / "r2" / "page3-covered-tag.jpg"]
    result = run.run(inputs, tmp_path / "out", BatchOptions(reading=options))
    assert [(row.id, row.pages_present) for row in result.documents] == [("r1/", ("1", "2")), ("r2/", ("3",))]
    records = list(Reader(options).read_many(sorted(tmp_path.glob("r?/*.jpg"))))
    assert [d.pages_present for d in Reader(options).group(records)] == [("1", "2"), ("3",)]


def test_python_finds_a_station_in_the_folder_as_a_batch_does(reader, tmp_path):
    (tmp_path / A).mkdir()
    path = shutil.copyfile(SAMPLES / "page2-torn-corner.jpg", tmp_path / A / "IMG_0001.jpg")
    (document,) = reader.group([reader.read(path)])
    assert (document.station.code, document.station.source) == (A, "folder")


# --- the same page more than once -----------------------------------------------------------------------------------


def grouped(records: list[Record]) -> list:
    return group([sighting(r, place(r.photo.file, Naming())) for r in records])


def test_ink_tells_sheets_apart(records):
    inks = [records[name].page.ink for name in ("page2-torn-corner", "page2-shadow", "page2-again")]
    assert alike(inks) == [(0, 2)]
    assert records["page3-blank"].page.ink == "", "empty sheets are all alike"
    assert alike(["", ""]) == []
    assert ink([]) == ""
    assert ink([np.full((3, 48, 48), 200, np.uint8)]) == ""
    assert 0.6 < SAME_SHEET < 0.95


def test_two_photos_that_agree_give_each_number_once(reader, records):
    photos = [named(records["page2-again"], f"{A}_a.jpg"), named(records["page2-torn-corner"], f"{A}_b.jpg")]
    (document,) = reader.group(photos)
    assert [p.counts for p in document.photos].count(True) == 1
    assert set(statuses(document).values()) == {"accepted"}
    assert document.problems == ()
    surest = [min(f.confidence for f in r.fields.values()) for r in photos]
    counting = photos[[p.counts for p in document.photos].index(True)]
    assert min(f.confidence for f in counting.fields.values()) == max(surest)


def test_two_photos_that_differ_send_the_number_to_review(reader, records):
    other = altered(named(records["page2-again"], f"{A}_a.jpg"), "votes_1", text="X91")
    (document,) = reader.group([other, named(records["page2-torn-corner"], f"{A}_b.jpg")])
    assert statuses(document) == {"votes_1": "review", "votes_2": "accepted", "votes_3": "accepted"}
    assert "photos_disagree" in document.fields["votes_1"].reasons
    assert "same page" in document.fields["votes_1"].explanation.en


def test_an_unnamed_photo_goes_with_a_station_only_if_it_is_a_copy_byte_for_byte(reader, records):
    """Two stations can write alike: a likeness must not make one vanish in the other."""
    copy = [named(records["page2-torn-corner"], "IMG_1.jpg"), named(records["page2-torn-corner"], f"{A}.jpg")]
    (document,) = reader.group(copy)
    assert (document.id, document.station.code) == (A, A)
    alike = [named(records["page2-again"], "IMG_1.jpg"), named(records["page2-torn-corner"], f"{A}.jpg")]
    documents = reader.group(alike)
    assert [d.id for d in documents] == ["IMG_1.jpg", A]
    for document in documents:
        assert {f.status for f in document.fields.values()} == {"accepted"}


@pytest.mark.parametrize("second", ["page2-again", "page2-torn-corner"])
def test_one_picture_under_two_stations_is_a_problem_of_both(reader, records, second):
    photos = [named(records["page2-torn-corner"], f"{A}.jpg"), named(records[second], f"{B}.jpg")]
    documents = reader.group(photos)
    assert [d.id for d in documents] == [A, B]
    for document in documents:
        assert codes(document) == ["photo_under_two_stations"]
        for text in (document.problems[0].hint.id, document.problems[0].hint.en):
            assert A in text
            assert B in text
        assert {f.accepted for f in document.fields.values()} == {None}


def test_blank_sheets_of_two_stations_are_no_problem(reader, records):
    documents = reader.group(
        [named(records["page3-blank"], f"{code}.jpg").model_copy() for code in (A,)]
        + [named(records["page3-covered-tag"], f"{B}.jpg")]
    )
    assert [codes(d) for d in documents] == [[], []]


def test_groups_keep_every_photo_once_in_order(records):
    photos = [named(records[n], f) for n, f in zip(FIRST, ("b.jpg", f"{A}.jpg", "a.jpg"), strict=True)]
    groups = grouped(photos)
    assert [[m.index for m in g.members] for g in groups] == [[0], [1], [2]]
    assert [g.id for g in grouped([photos[0], named(records["page2-shadow"], "b.jpg")])] == ["b.jpg", "b.jpg~2"]


def test_a_document_needs_photos_and_a_code(reader):
    with pytest.raises(ValueError, match="at least one photo"):
        reader.read_document([])
    with pytest.raises(ValueError, match="no station code"):
        reader.read_document([SAMPLES / "page2-torn-corner.jpg"], station="210114200400")


def test_records_of_a_form_that_is_not_loaded_are_a_callers_mistake(reader, records):
    record = records["page2-torn-corner"]
    stranger = record.model_copy(update={"page": record.page.model_copy(update={"template": "other"})})
    with pytest.raises(ValueError, match="other"):
        reader.group([stranger])


def test_another_form_among_a_documents_photos_is_named(records):
    reader = Reader()
    reader._by_id["other"] = reader.templates[0].model_copy(update={"id": "other"})
    stranger = records["page2-shadow"]
    stranger = stranger.model_copy(update={"page": stranger.page.model_copy(update={"template": "other"})})
    given = {"1": records["page1-tilted"], "2": named(stranger, "2.jpg"), "3": records["page3-covered-tag"]}
    reader._read = lambda photo, frame: given[photo.name]  # type: ignore[method-assign]
    document = reader.read_document(["1", "2", "3"], station=A)
    assert (document.id, document.pages_missing) == (A, ("2",))
    assert [(p.code, p.data["file"]) for p in document.problems] == [("other_form", "2.jpg")]


# --- a batch, to the letter -----------------------------------------------------------------------------------------

EXPECTED = (
    f"{A},{A},c-hasil-ppwp-2024,1 2 3,,,settled,0,119,113,232,88,90,178,1,4,5,4,0,4,93,94,187,237,187,2,48,2,0,2,"
    "99,80,5,184,3,187,\r\n"
    f"{B},{B},c-hasil-ppwp-2024,1 2,3,,incomplete,0,144,83,227,117,56,173,3,5,8,1,3,4,121,64,185,232,185,4,43,0,1,1,"
    "15,131,39,,,,\r\n"
    "2101142004003,2101142004003,c-hasil-ppwp-2024,3,1 2,,review,3,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\r\n"
    "2101142004004,2101142004004,c-hasil-ppwp-2024,,1 2 3,,problem,0,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\r\n"
    "loose/IMG_1.jpg,,c-hasil-ppwp-2024,3,1 2,,incomplete,0,,,,,,,,,,,,,,,,,,,,,,,,,,177,5,182,\r\n"
    ",2101142004009,c-hasil-ppwp-2024,,1 2 3,,missing,0,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\r\n"
)


def batch_of_photos(folder):
    def put(sample, name):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SAMPLES / f"{sample}.jpg", folder / name)

    put("page1-tilted", f"{A}_hal_1.jpg")
    put("page2-torn-corner", "2101142004-1.jpg")
    put("page3-covered-tag", "2101142004_TPS_1.jpg")
    put("page1-sideways", f"{B}/IMG_1.jpg")
    put("page2-shadow", f"{B}/IMG_2.jpg")
    picture = cv2.imread(str(SAMPLES / "page2-shadow.jpg"))
    cv2.imwrite(str(folder / f"{B}" / "WA0001.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 60])
    put("page3-upside-down", "2101142004003.jpg")
    put("page3-upside-down", "2101142004004.jpg")
    put("page3-clean", "loose/IMG_1.jpg")


@pytest.mark.slow
def test_a_batch_to_the_letter(tmp_path):
    batch_of_photos(tmp_path / "in")
    roll = tmp_path / "roll.csv"
    roll.write_text("".join(f"{line}\n" for line in ("station", A, B, *(f"210114200400{i}" for i in (3, 4, 9)))))
    out = tmp_path / "out"
    result = run.run([tmp_path / "in"], out, BatchOptions(stations=roll))
    lines = (out / "stations.csv").read_bytes().decode("utf-8-sig").splitlines(keepends=True)
    assert sorted(lines[1:]) == sorted(EXPECTED.splitlines(keepends=True))
    documents = [Document.from_json(line) for line in (out / "documents.jsonl").read_text("utf-8").splitlines()]
    assert [d.id for d in result.documents[:-1]] == [d.id for d in documents]
    rows = list(csv.DictReader(io.StringIO((out / "numbers.csv").read_bytes().decode("utf-8-sig"), newline="")))
    summed = sum(int(row["accepted"] or 0) for row in rows)
    assert summed == sum(f.accepted or 0 for d in documents for f in d.fields.values())
    photos = [Record.from_json(line) for line in (out / "photos.jsonl").read_text("utf-8").splitlines()]
    assert summed == sum(f.accepted or 0 for r in photos for f in r.fields.values())
    assert len({(row["document"], row["field"]) for row in rows}) == len(rows), "each number stands there once"
    assert Reader().group(photos)[0].fields == documents[0].fields, "grouping again changes nothing"


def test_a_wrong_manifest_ends_a_batch_before_it_begins(tmp_path):
    batch_of_photos(tmp_path / "in")
    table = tmp_path / "m.csv"
    table.write_text(f"file,station\nmissing.jpg,{A}\n")
    with pytest.raises(TableFaulty, match="line 2"):
        run.run([tmp_path / "in"], tmp_path / "out", BatchOptions(manifest=table))
    assert not (tmp_path / "out").exists()
