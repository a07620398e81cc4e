"""Photos of parts of a page in tables, report, workbook, answers and evaluation, as a batch publishes them."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from fakes import FORM, FakeReader, lost, photo

from ocr_recap.batch import publish_tables, run
from ocr_recap.batch.options import BatchOptions
from ocr_recap.batch.review_answers import decide, read_answers
from ocr_recap.cli import summary
from ocr_recap.evaluate.figures import figures
from ocr_recap.evaluate.judge import judge
from ocr_recap.evaluate.readings import read_results
from ocr_recap.evaluate.truths import read_jsonl
from ocr_recap.messages.errors import TableFaulty
from ocr_recap.read.pipeline import Reading
from ocr_recap.records.assemble import unseen_field
from ocr_recap.report.number_picture import number_picture

CODE, LOST = "2101142004001", "2101142004002"
SHOWN = {"upper": ("votes_1", "votes_2"), "lower": ("votes_2",)}  # by what the photo's name says


class PartReader(FakeReader):
    """Says of a photo that it shows a part of page 2 by its name, or that it shows no form."""

    def reading(self, source, name: str, frame: int = 0) -> Reading:
        found = super().reading(source, name, frame)
        if "no-form" in name:
            return Reading(lost(name, "no_form", found.record.photo.sha256), None)
        part = next((part for part in SHOWN if part in name), None)
        if part is None:
            return found
        fields = {n: f if n in SHOWN[part] else unseen_field() for n, f in found.record.fields.items()}
        return Reading(found.record.model_copy(update={"fields": fields, "rules": ()}), found.photo)


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts")
    photo(folder / "in" / f"{CODE}-lower.jpg", mark=1)
    photo(folder / "in" / f"{CODE}-upper.jpg", mark=2)
    photo(folder / "in" / f"{LOST}-no-form.jpg", mark=3)
    (folder / "roll.csv").write_text(f"station\n{CODE}\n{LOST}\n2101142004009\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "Reader", PartReader)
        options = BatchOptions(stations=folder / "roll.csv", overlay=True, formats=("csv", "xlsx", "parquet"))
        return run.run([folder / "in"], folder / "out", options)


@pytest.fixture(scope="module")
def out(batch):
    return batch.out


def rows(out, name):
    return list(csv.DictReader(io.StringIO((out / name).read_bytes().decode("utf-8-sig"), newline="")))


def shown_number(page: str, name: str) -> str:
    """A number of the first document in the report, as HTML."""
    rest = page.partition(f'id="d1-{name}">')[2]
    return re.split(r'<div class="number|</details>|<details|<ul class="photos">', rest)[0]


def test_tables_name_what_no_photo_shows(out):
    numbers = {row["field"]: row for row in rows(out, "numbers.csv")}
    assert len(rows(out, "numbers.csv")) == len(numbers) == 3, "each number stands there once"
    assert {n: row["status"] for n, row in numbers.items()} == {
        "votes_1": "accepted",
        "votes_2": "review",
        "votes_3": "not_in_photo",
    }
    unseen = numbers["votes_3"]
    assert [unseen[key] for key in ("text", "read", "value", "accepted", "confidence", "reasons")] == [""] * 6
    assert numbers["votes_1"]["file"] == f"{CODE}-upper.jpg"
    assert [row["field"] for row in rows(out, "review.csv")] == ["votes_2"]
    station = rows(out, "stations.csv")[0]
    assert (station["pages_present"], station["pages_missing"]) == ("2", "1 3")
    assert (station["fields_missing"], station["votes_3"], station["review_count"]) == ("votes_3", "", "1")
    document = json.loads((out / "documents.jsonl").read_text("utf-8").splitlines()[0])
    assert (document["schema"], document["fields_missing"]) == (2, ["votes_3"])
    assert document["fields"]["votes_2"]["photos"] == {
        "counts": f"{CODE}-upper.jpg",
        "others": [f"{CODE}-lower.jpg"],
    }


def test_a_station_whose_only_photo_is_a_problem_lacks_its_pages_as_one_without_photos(batch, out):
    table = {row["station"]: row for row in rows(out, "stations.csv")}
    problem, missing = table[LOST], table["2101142004009"]
    assert (problem["verdict"], missing["verdict"]) == ("problem", "missing")
    for column in ("template", "pages_present", "pages_missing", "fields_missing"):
        assert problem[column] == missing[column]
    assert problem["pages_missing"] == "1 2 3"
    listed = {row["station"]: row["pages_missing"] for row in batch.to_rows()}
    assert listed[LOST] == "1 2 3"


def test_the_columns_of_all_formats_have_it(out):
    openpyxl = pytest.importorskip("openpyxl")
    pq = pytest.importorskip("pyarrow.parquet")
    headings, *lines = openpyxl.load_workbook(out / "tables.xlsx")["numbers"].values
    head = [heading.splitlines()[-1] for heading in headings]
    cells = {line[head.index("field")]: dict(zip(head, line, strict=True)) for line in lines}
    assert (cells["votes_3"]["status"], cells["votes_3"]["confidence"]) == ("tidak terlihat di foto ini", None)
    fields = {row["field"]: row for row in pq.read_table(out / "fields.parquet").to_pylist()}
    assert {fields["votes_3"][key] for key in ("text", "read", "value", "confidence", "digits", "bubbles")} == {None}
    photos = pq.read_table(out / "photos.parquet").to_pylist()
    assert [(p["accepted"], p["review"], p["blank"], p["not_in_photo"]) for p in photos[:2]] == [
        (0, 0, 0, 0),
        (1, 1, 0, 1),
    ]
    assert pq.read_table(out / "documents.parquet").to_pylist()[0]["fields_missing"] == ["votes_3"]


def test_the_report_says_that_a_number_is_not_in_the_photo(out):
    page = (out / "report" / "001.html").read_text("utf-8")
    number = shown_number(page, "votes_3")
    assert "not in this photo" in number
    assert "tidak terlihat di foto ini" in number
    assert "Photograph the part of the page" in number
    assert "<img" not in number
    assert "?" not in re.sub(r"<[^>]*>", "", number).partition("not in this photo")[0], "no value is shown"
    assert "1 number in no photo" in page
    assert "1 angka tidak terlihat di foto mana pun" in page
    both = shown_number(page, "votes_2")
    assert f"from photo {CODE}-upper.jpg" in both
    index = (out / "report.html").read_text("utf-8")
    assert "numbers in no photo" in index
    assert index.count("1 number in no photo") == 1


def test_pictures_of_a_part_are_those_of_its_numbers(out):
    """The strip of a number is found by its place among the numbers in the photo."""
    page = (out / "report" / "001.html").read_text("utf-8")
    number = shown_number(page, "votes_2")
    assert '<img class="s1"' in number
    record = next(r for r in publish_tables.photos_jsonl(out / "photos.jsonl") if "lower" in r.photo.file)
    with pytest.raises(ValueError, match="not in the photo"):
        number_picture(record, "votes_1", b"")


def test_the_screen_counts_what_is_in_no_photo(batch, capsys):
    summary.show(batch, "en")
    said = capsys.readouterr().out
    assert "not in photo" in said.splitlines()[0]
    line = next(line for line in said.splitlines() if line.startswith(f"{CODE}-lower.jpg"))
    assert line.split()[-5:-1] == ["0", "0", "0", "2"]
    assert "numbers: 1 accepted, 1 to review, 0 blank" in said
    assert "1 number in no photo" in said
    summary.show(batch, "id")
    assert "1 angka tidak terlihat di foto mana pun" in capsys.readouterr().out


def test_writing_the_tables_again_changes_nothing(out):
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file() and p.suffix != ".xlsx"}
    publish_tables.rewrite(out)
    assert {p: p.read_bytes() for p in before} == before


@pytest.mark.parametrize(
    ("part", "field", "said"),
    [
        ("upper", "votes_3", "not in photo"),
        ("lower", "votes_2", f"comes from photo {CODE}-upper.jpg"),
        ("lower", "votes_1", f"comes from photo {CODE}-upper.jpg"),
    ],
)
def test_an_answer_to_a_number_that_the_photo_does_not_give_is_refused(out, tmp_path, part, field, said):
    records = [r for r in publish_tables.photos_jsonl(out / "photos.jsonl") if r.page]
    record = next(r for r in records if part in r.photo.file)
    line = {"sha256": record.photo.sha256, "frame": "0", "template": FORM.id, "page": "2", "field": field}
    line |= {"verified": "80", "by": "Sri", "note": "", "file": record.photo.file}
    table = tmp_path / "review.csv"
    table.write_text(",".join(line) + "\n" + ",".join(line.values()) + "\n", encoding="utf-8")
    with pytest.raises(TableFaulty) as caught:
        decide(read_answers(table).filled, records, {FORM.id: FORM}, "Sri", "2024-02-14T15:30:00Z", {})
    assert said in caught.value.en


def test_numbers_outside_of_the_photo_are_neither_right_nor_wrong(out, tmp_path):
    def fact(name: str, value: int | None, visible: float) -> dict[str, object]:
        return {"id": name, "text": f"{value or ''}".rjust(3), "value": value, "cells": 3, "visible": visible}

    def judged(visible: float) -> dict[str, object]:
        fields = [fact("votes_1", 117, 1.0), fact("votes_2", 42, 1.0), fact("votes_3", 80, visible)]
        truth = {"name": f"{CODE}-upper", "template": FORM.id, "page": "2", "fields": fields}
        path = tmp_path / "truth.jsonl"
        path.write_text(json.dumps(truth) + "\n", encoding="utf-8")
        return figures(judge(read_results(out), read_jsonl(path)), {FORM.id: FORM})

    outside, missed = judged(0.4), judged(1.0)
    assert (outside["numbers"], outside["numbers_right"], outside["not_in_photo"]) == (2, 2, 1)
    assert (missed["numbers"], missed["numbers_right"], missed["not_in_photo"]) == (3, 2, 1)
    assert outside["cells"] == 6
    assert missed["cells"] == 9
    assert outside["silent_errors"] == missed["silent_errors"] == 0
    assert outside["straight_through"] == 0, "a count that no photo shows is not settled"


def test_a_document_of_close_ups_is_right_where_each_number_is(out, tmp_path):
    def truth(part: str, shown: dict[str, float]) -> str:
        values = {"votes_1": 117, "votes_2": 42, "votes_3": 80}
        fields = [
            {"id": n, "text": f"{v:>3}", "value": v, "cells": 3, "visible": shown.get(n, 0.0)}
            for n, v in values.items()
            if n != "votes_3"
        ]
        where = {"name": f"{CODE}-{part}", "template": FORM.id, "page": "2", "document": CODE}
        return json.dumps({**where, "fields": fields}) + "\n"

    path = tmp_path / "truth.jsonl"
    path.write_text(truth("upper", {"votes_1": 1.0, "votes_2": 1.0}) + truth("lower", {"votes_2": 1.0}), "utf-8")
    found = figures(judge(read_results(out), read_jsonl(path)), {FORM.id: FORM})
    assert (found["documents"], found["documents_right"]) == (1, 1)
