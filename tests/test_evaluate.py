"""The evaluation: planted errors give exactly the known figures, nothing is dropped, nothing can be flattered."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from typer.testing import CliRunner

from ocr_recap.cli import main
from ocr_recap.evaluate.bounds import clopper_pearson
from ocr_recap.evaluate.figures import figures
from ocr_recap.evaluate.judge import judge
from ocr_recap.evaluate.readings import read_results
from ocr_recap.evaluate.truths import read_jsonl
from ocr_recap.forms.template import load
from ocr_recap.messages import errors

FORM = load("c-hasil-ppwp-2024")
PAGE3 = {"valid_total": "150", "invalid": "XX5", "grand_total": "155", "date_day": "14", "date_month": "02"}
STABLE_KEYS = {
    *("photos", "located", "numbers", "numbers_right", "accepted", "silent_errors", "silent_error_rate_upper95"),
    *("documents", "straight_through", "ece", "digit_cells", "digit_cells_right", "cells", "cells_right"),
}


def quad(x: float = 0.0, cells: int = 3) -> list[list[float]]:
    return [[x, 0], [x + 10 * cells, 0], [x + 10 * cells, 12], [x, 12]]


def value_of(text: str) -> int | None:
    digits = "".join(c for c in text if c.isdigit())
    return int(digits) if digits else 0 if text.strip() else None


def truth_of(name: str, numbers: dict[str, str], page: str = "3", **more: Any) -> dict[str, Any]:
    fields = [
        {"id": i, "cells": len(t), "text": t, "value": value_of(t), "quad": quad(cells=len(t))}
        for i, t in numbers.items()
    ]
    return {"name": name, "template": FORM.id, "page": page, "width": 1500, "height": 2000, "fields": fields, **more}


def number(text: str, status: str = "accepted", confidence: float = 0.95, **more: Any) -> dict[str, Any]:
    value = value_of(text)
    accepted = value if status == "accepted" else None
    return {
        "text": text,
        "value": value,
        "accepted": accepted,
        "status": status,
        "confidence": confidence,
        "reasons": ["no_second_witness"] if status == "review" else [],
        "quad": quad(cells=len(text)),
        **more,
    }


def record_of(name: str, fields: dict[str, dict[str, Any]], page: str | None = "3", **more: Any) -> dict[str, Any]:
    where = {"template": FORM.id, "page": page} if page else None
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    photo = {"file": f"{name}.jpg", "sha256": sha256, "width": 1500, "height": 2000}
    return {"photo": photo, "page": where, "fields": fields, "status": "review", **more}


def write(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def figures_of(tmp_path: Path, records: list[dict[str, Any]], truths: list[dict[str, Any]]) -> dict[str, Any]:
    results = read_results(write(tmp_path / "photos.jsonl", records))
    return figures(judge(results, read_jsonl(write(tmp_path / "truth.jsonl", truths))), {FORM.id: FORM})


def call(*arguments: object):
    return CliRunner().invoke(main.app, [str(a) for a in arguments])


# --- planted errors --------------------------------------------------------------------------------------------------


@pytest.fixture
def planted(tmp_path: Path) -> dict[str, Any]:
    """Twenty pages with three counts and two dates each; every kind of error once, at a known place."""
    truths = [truth_of(f"p{i:02}", PAGE3, defects=["fold"] if i < 5 else [], writer=f"w{i % 2}") for i in range(20)]
    records = [record_of(f"p{i:02}", {k: number(t) for k, t in PAGE3.items()}) for i in range(20)]
    records[0]["fields"]["invalid"] = number("XX6")  # silently wrong
    records[1]["fields"]["invalid"] = number("   ", "blank")  # blank, but something is written: silent
    records[2]["fields"]["invalid"] = number("XX8", "review")  # wrong, and says so
    records[3]["fields"]["invalid"] = number("XX5", "review")  # right, and sent to review
    records[4]["page"]["page"] = "2"  # on the wrong page: five accepted numbers that are not there
    records[5] = record_of("p05", {}, None)  # not located
    truths[6]["fields"][1] |= {"text": "   ", "value": None}  # nothing is written, accepted all the same: silent
    truths[7]["fields"][1] |= {"text": "   ", "value": None}
    records[7]["fields"]["invalid"] = number("   ", "blank")
    truths.append({"name": "other", "family": "C-PPWP-2014-cover", "fields": []})
    records.append(record_of("other", {"votes_1": number("123")}))  # an unknown form that was read: silent
    return figures_of(tmp_path, records, truths)


def test_planted_errors_give_exactly_the_known_figures(planted: dict[str, Any]) -> None:
    wanted = {
        "photos": 20,
        "located": 18,
        "unknown_forms": 1,
        "unknown_read": 1,
        "numbers": 100 - 2,  # two fields are blank
        "numbers_right": 98 - 10 - 3,  # two lost pages, three wrong
        "accepted": 98 - 10 - 3,  # the wrong one stands among them, the right one in review does not
        "accepted_right": 98 - 10 - 4,
        "silent_errors": 1 + 1 + 5 + 1 + 1,
        # Accepted: 84 right and 1 wrong written, 1 on a blank, 5 on a wrong page, 1 on an unknown form; 1 wrong blank.
        "silent_error_trials": 84 + 1 + 1 + 5 + 1 + 1,
        "reviews": 2,
        "false_reviews": 1,
        "blanks": 2,
        "blanks_right": 1,
        "documents": 20,
        "documents_right": 20 - 6,
        # Lost: two pages, two reviews, one accepted blank and one wrong blank.
        "straight_through": 20 - 6,
        "straight_through_wrong": 1,
        "sheets": 21,
        "cells": 20 * 13,
    }
    assert {key: planted[key] for key in wanted} == wanted
    assert planted["silent_error_rate_upper95"] == pytest.approx(clopper_pearson(9, 93)[1], rel=1e-5)
    # 13 cells a page; two pages lost; XX6, XX8 and blank for XX5 lose 1, 1 and 3; the accepted 5 on a blank loses 3.
    assert planted["cells_right"] == 20 * 13 - 26 - 8
    assert planted["confusions"]["5"] == {"5": 18 * 4 - 2 - 3, "6": 1, "8": 1, " ": 1}
    assert planted["placement_worst"] == 0


def test_ece_is_the_gap_between_confidence_and_share_right(planted: dict[str, Any]) -> None:
    # All 88 written numbers that were read have confidence 0.95; 85 of them are right. So have the seven that stand
    # nowhere: on a blank, on the wrong page (5) and on an unknown form. Ten written ones were not read.
    assert planted["ece"] == pytest.approx(abs(85 / 95 - 0.95), abs=1e-6)
    assert [b["count"] for b in planted["reliability"] if b["count"]] == [95]
    coverage, risk = round(95 / (95 + 10), 6), round(10 / 95, 6)
    assert planted["risk_coverage"] == [{"confidence": 0.95, "coverage": coverage, "risk": risk}]


def test_tables_add_up_to_the_whole(planted: dict[str, Any]) -> None:
    for name in ("field", "template", "writer", "width", "sheet", "sight"):
        table = planted["tables"][name]
        for key in ("numbers", "numbers_right", "accepted", "silent_errors"):
            assert sum(row[key] for row in table.values()) == planted[key], (name, key)
    assert planted["tables"]["field"]["invalid"]["silent_errors"] == 4
    assert planted["tables"]["defect"]["fold"]["silent_errors"] == 1 + 1 + 5
    assert planted["tables"]["defect"]["fold"]["photos"] == 5


def test_numbers_are_counted_by_what_the_photo_shows_of_them(tmp_path: Path) -> None:
    truths = [truth_of(name, {"votes_1": "117"}, page="2") for name in ("all", "some", "bare", "outside", "lost")]
    seen = {
        "all": number("117", evidence={"bubbles": {}, "tally": {"count": 117}, "row_totals": {}}),
        "some": number("118", evidence={"bubbles": {}, "tally": None, "row_totals": None}),
        "bare": number("117", "review", evidence={"bubbles": None}),
        "outside": number("   ", "not_in_photo", value=None),
    }
    records = [record_of(name, {"votes_1": said}, page="2") for name, said in seen.items()]
    records.append(record_of("lost", {}, None))
    found = figures_of(tmp_path, records, truths)
    counts = {k: (r["numbers"], r["numbers_right"], r["silent_errors"]) for k, r in found["tables"]["sight"].items()}
    assert counts == {
        "boxes, bubbles, tally, row totals": (1, 1, 0),
        "boxes, bubbles": (1, 0, 1),
        "boxes only": (1, 1, 0),
        "boxes not in photo": (1, 0, 0),
        "page not found": (1, 0, 0),
    }
    assert (found["placed"], found["placement_trials"]) == (4, 4)


def test_tables_are_in_natural_order(tmp_path: Path) -> None:
    truths = [truth_of(f"p{i}", {"valid_total": "449"}, writer=f"w{i}", width=i * 300) for i in (2, 10, 1)]
    tables = figures_of(tmp_path, [record_of("other", {})], truths)["tables"]
    assert list(tables["writer"]) == ["w1", "w2", "w10"]
    assert list(tables["width"]) == ["1-800", "2401-3600"]


def test_what_is_written_counts_also_where_a_clerk_slipped(tmp_path: Path) -> None:
    counted = {"valid_total": 150, "invalid": 7, "grand_total": 155}  # the clerk wrote 5 for 7
    truths = [truth_of("a", PAGE3, counted=counted)]
    found = figures_of(tmp_path, [record_of("a", {k: number(t) for k, t in PAGE3.items()})], truths)
    assert (found["numbers_right"], found["silent_errors"]) == (5, 0)
    slips = {name: (row["photos"], row["numbers"]) for name, row in found["tables"]["counted"].items()}
    assert slips == {"written as counted": (1, 2), "written otherwise": (1, 1)}


def readers(status: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Ten pages, one number in five read wrong and one field blank; a reader that says the same of everything."""
    truths = [truth_of(f"p{i}", {**PAGE3, "date_year": "    "}) for i in range(10)]
    said = {**PAGE3, "invalid": "XX6", "date_year": "2024"}
    return [record_of(f"p{i}", {k: number(t, status) for k, t in said.items()}) for i in range(10)], truths


def test_an_all_review_reader_shows_nothing(tmp_path: Path) -> None:
    found = figures_of(tmp_path, *readers("review"))
    assert (found["numbers"], found["numbers_right"], found["accepted"], found["straight_through"]) == (50, 40, 0, 0)
    assert found["silent_errors"] == found["silent_error_trials"] == 0
    assert found["silent_error_rate_upper95"] == 1.0
    assert found["silent_error_rate"] is None
    assert found["false_reviews"] == 40


def test_an_accept_everything_reader_is_as_bad_as_it_is(tmp_path: Path) -> None:
    found = figures_of(tmp_path, *readers("accepted"))
    assert (found["accepted"], found["accepted_right"], found["silent_errors"]) == (50, 40, 20)
    assert found["silent_error_trials"] == 60
    assert found["silent_error_rate_upper95"] == pytest.approx(clopper_pearson(20, 60)[1], rel=1e-5)
    assert found["false_reviews"] == 0
    assert found["blanks_right"] == 0
    assert found["straight_through_wrong"] == found["straight_through"]


def test_alternative_readings_count_as_right(tmp_path: Path) -> None:
    truth = truth_of("a", {"valid_total": "449"})
    truth["fields"][0]["alt"] = ["440", "448"]
    found = figures_of(tmp_path, [record_of("a", {"valid_total": number("448")})], [truth])
    assert (found["numbers_right"], found["texts_right"], found["silent_errors"], found["cells_right"]) == (1, 1, 0, 3)


def test_accepted_other_than_value_is_a_silent_error(tmp_path: Path) -> None:
    record = record_of("a", {"valid_total": number("449", accepted=44)})
    found = figures_of(tmp_path, [record], [truth_of("a", {"valid_total": "449"})])
    assert (found["numbers_right"], found["silent_errors"]) == (1, 1)


def test_what_programs_use_counts_as_accepted_whatever_the_status_says(tmp_path: Path) -> None:
    record = record_of("a", {"valid_total": number("449", "review", accepted=448), "votes_9": number("1", accepted=1)})
    record["fields"]["votes_9"]["status"] = "review"  # not on the page at all
    found = figures_of(tmp_path, [record], [truth_of("a", {"valid_total": "449"})])
    assert (found["accepted"], found["silent_errors"], found["silent_error_trials"]) == (1, 2, 2)


def test_numbers_of_unknown_forms_are_none_that_were_missed(tmp_path: Path) -> None:
    truths = [truth_of("a", {"valid_total": "449"}, template=None), truth_of("b", {"valid_total": "449"})]
    records = [record_of("a", {"valid_total": number("449")}), record_of("b", {"valid_total": number("449")})]
    found = figures_of(tmp_path, records, truths)
    assert (found["numbers"], found["numbers_right"], found["cells"], found["sheet_numbers"]) == (1, 1, 3, 1)
    assert (found["unknown_read"], found["silent_errors"], found["silent_error_trials"]) == (1, 1, 2)


def test_a_document_with_a_lost_page_is_not_right(tmp_path: Path) -> None:
    """The reader's own record of a lost page does not count for its document; here it does."""
    truths = [truth_of(f"d-{page}", {"valid_total": "449"}, page, document="d") for page in ("2", "3")]
    good = record_of("d-2", {"valid_total": number("449")}, "2", counts=True)
    for lost in (record_of("d-3", {}, None, counts=False), record_of("d-3", {"x": number("1")}, "2", counts=False)):
        found = figures_of(tmp_path, [good, lost], truths)
        assert (found["documents"], found["documents_right"], found["straight_through"]) == (1, 0, 0)
    # Of two photos of a page the one that counts decides; if it was taken for another page the document is wrong.
    right = record_of("d-3", {"valid_total": number("449")})
    again = truth_of("d-3b", {"valid_total": "449"}, document="d")
    for other, want in (
        (record_of("d-3b", {}, None, counts=False), 1),
        (record_of("d-3b", {"valid_total": number("999", "review")}, counts=False), 1),
        (record_of("d-3b", {"valid_total": number("449")}, "1", counts=True), 0),
    ):
        found = figures_of(tmp_path, [good, right, other], [*truths, again])
        assert found["documents_right"] == want


def test_what_people_decided_is_not_judged(tmp_path: Path) -> None:
    """As `ocr-recap apply` leaves it: readings as they were, documents with decisions and new verdicts."""
    truths = [truth_of(name, {"valid_total": "449"}, document=name) for name in "abc"]
    records = [record_of(name, {"valid_total": number("449", "review")}, document=name, counts=True) for name in "abc"]
    records[2]["status"] = "settled"
    decided = {"valid_total": {**number("449"), "decision": {"by": "x", "at": "t", "value": 449, "note": ""}}}
    lines = [{"id": name, "verdict": "settled", "fields": decided, "pages_missing": []} for name in "ab"]
    write(tmp_path / "documents.jsonl", [*lines, {"id": "c", "verdict": "incomplete", "fields": decided}])
    lines[1]["fields"] = {"valid_total": {**number("449"), "decision": None}}
    write(tmp_path / "documents.jsonl", [*lines, {**lines[0], "id": "c", "pages_missing": ["1"]}])
    found = figures_of(tmp_path, records, truths)
    assert found["verdicts"]["consistent"] == {"incomplete": 1, "review": 1, "settled": 1}
    assert (found["documents_decided"], found["accepted"], found["straight_through"]) == (2, 0, 0)
    said = call("evaluate", tmp_path, tmp_path / "truth.jsonl", "--lang", "en").stdout
    assert "what people decided in 2 documents" in said
    # Nor is it drawn: a sheet is drawn from what the machine accepted.
    assert "no accepted number" in call("sample", tmp_path, "--lang", "en").stderr


def test_photos_of_one_sheet_are_counted_once_per_sheet(tmp_path: Path) -> None:
    truths = [truth_of(name, {"valid_total": "449"}, sheet="s") for name in "abc"]
    records = [record_of(name, {"valid_total": number("449")}) for name in "ab"]
    records.append(record_of("c", {"valid_total": number("448")}))
    found = figures_of(tmp_path, records, truths)
    assert (found["numbers"], found["numbers_right"], found["silent_errors"]) == (3, 2, 1)
    sheet = {key: found[key] for key in ("sheets", "sheet_numbers", "sheet_numbers_right", "sheet_silent_errors")}
    assert sheet == {"sheets": 1, "sheet_numbers": 1, "sheet_numbers_right": 0, "sheet_silent_errors": 1}


def test_documents_are_the_truths_and_rules_reach_across_pages(tmp_path: Path) -> None:
    votes = {"votes_1": "100", "votes_2": "X40", "votes_3": "X10"}
    truths, records = [], []
    for doc, total in (("d1", "150"), ("d2", "151")):
        page3 = {"valid_total": total, "invalid": "XX5", "grand_total": str(int(total) + 5)}
        for page, numbers in (("2", votes), ("3", page3)):
            truths.append(truth_of(f"{doc}-{page}", numbers, page, document=doc))
            records.append(record_of(f"{doc}-{page}", {k: number(t) for k, t in numbers.items()}, page, document=doc))
    found = figures_of(tmp_path, records, truths)
    assert (found["documents"], found["documents_right"], found["documents_inconsistent"]) == (2, 2, 1)
    # The inconsistent one passed unseen, which is no merit: it does not count as straight through.
    assert (found["straight_through"], found["inconsistent_passed"], found["inconsistent_reported"]) == (1, 1, 0)
    (tmp_path / "documents.jsonl").write_text(
        json.dumps({"id": "d1", "verdict": "settled"}) + "\n" + json.dumps({"id": "d2", "verdict": "inconsistent"}),
        "utf-8",
    )
    found = figures_of(tmp_path, records, truths)
    assert found["inconsistent_reported"] == 1
    assert found["verdicts"] == {"consistent": {"settled": 1}, "inconsistent": {"inconsistent": 1}}


def test_forms_of_the_results_give_their_rules_and_missing_ones_are_named(tmp_path: Path) -> None:
    """A page that does not add up is not consistent, whoever made the form."""
    wrong = {**PAGE3, "grand_total": "156"}
    truth = write(tmp_path / "truth.jsonl", [{**truth_of("a", wrong), "template": "mine"}])
    record = record_of("a", {k: number(t, "review" if "date" in k else "accepted") for k, t in wrong.items()})
    record["page"]["template"] = "mine"
    write(tmp_path / "photos.jsonl", [record])

    def found() -> list[Any]:
        f = json.loads(call("evaluate", tmp_path, truth, "--json").stdout)
        return [f["documents_inconsistent"], f["inconsistent_passed"], f["forms_without_rules"]]

    assert found() == [0, 0, ["mine"]]
    assert "no template of mine" in call("evaluate", tmp_path, truth, "--lang", "en").stdout
    (tmp_path / "templates").mkdir()
    form = (ROOT / "templates" / f"{FORM.id}.yaml").read_text("utf-8")
    (tmp_path / "templates" / "mine.yaml").write_text(form.replace(f"id: {FORM.id}", "id: mine", 1), "utf-8")
    assert found() == [1, 1, []]
    (tmp_path / "templates" / "mine.yaml").write_text("no template", "utf-8")
    assert found() == [0, 0, ["mine"]]


# --- input that is not as it should be -------------------------------------------------------------------------------


def test_broken_lines_are_named_with_their_number_and_the_rest_counts(tmp_path: Path) -> None:
    good = truth_of("a", {"valid_total": "449"})
    truth = tmp_path / "truth.jsonl"
    truth.write_text(json.dumps(good) + "\n\n{broken\n" + '{"name": "b"}\n', "utf-8")
    photos = tmp_path / "photos.jsonl"
    photos.write_text(json.dumps(record_of("a", {"valid_total": number("449")})) + "\nnothing\n", "utf-8")
    result = call("evaluate", photos, truth, "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["numbers_right"] == 1
    assert [fault["where"] for fault in found["faults"]] == ["truth.jsonl:3", "truth.jsonl:4", "photos.jsonl:2"]
    assert "truth.jsonl:3: line not used" in result.stderr


def test_photos_without_record_count_as_not_located_and_records_without_truth_are_counted(tmp_path: Path) -> None:
    truths = [truth_of(name, {"valid_total": "449"}) for name in "ab"]
    records = [record_of(name, {"valid_total": number("449")}) for name in "ac"]
    found = figures_of(tmp_path, records, truths)
    assert (found["photos"], found["located"], found["numbers"], found["numbers_right"]) == (2, 1, 2, 1)
    assert (found["photos_without_record"], found["records_without_truth"], found["unjudged_accepted"]) == (1, 1, 1)


def test_doubled_names_are_named_and_not_guessed(tmp_path: Path) -> None:
    fields = {"valid_total": number("449")}
    records = [record_of("a", fields), record_of("x/a", fields), record_of("b", fields), record_of("c", fields)]
    truths = [truth_of(name, {"valid_total": "449"}) for name in ("a", "b", "b", "c")]
    truths.append(truth_of("c", {"valid_total": "111"}))
    found = figures_of(tmp_path, records, truths)
    # `a` is the record of that very path; equal truths count once; of different truths nobody knows which holds.
    assert [(fault["code"], fault["where"]) for fault in found["faults"]] == [("doubled", "b"), ("doubled", "c")]
    assert (found["photos"], found["located"], found["records_without_truth"]) == (3, 2, 2)
    found = figures_of(tmp_path, [record_of("x/a", fields), record_of("y/a", fields)], truths[:1])
    assert (found["located"], found["records_without_truth"], found["accepted"]) == (0, 2, 0)
    assert "x/a.jpg, y/a.jpg" in found["faults"][0]["en"]


def test_a_point_in_a_name_is_a_part_of_it(tmp_path: Path) -> None:
    """As chat apps name photos; and records have the folder that was read."""
    names = [f"WhatsApp Image 2024-02-14 at 20.31.0{i}" for i in (5, 7)]
    records = [record_of(f"tps/{name}", {"valid_total": number("449")}) for name in names]
    found = figures_of(tmp_path, records, [truth_of(name, {"valid_total": "449"}) for name in names])
    assert (found["located"], found["records_without_truth"], found["faults"]) == (2, 0, [])
    found = figures_of(tmp_path, records, [truth_of(f"{names[0]}.jpg", {"valid_total": "449"})])
    assert (found["located"], found["records_without_truth"]) == (1, 1)


def test_folders_tell_photos_of_one_name_apart(tmp_path: Path) -> None:
    records = [record_of(f"photos/tps{i}/1", {"valid_total": number(f"44{i}")}) for i in range(3)]
    truths = [truth_of(f"tps{i}/1", {"valid_total": f"44{i}"}) for i in range(3)]
    found = figures_of(tmp_path, records, truths)
    assert (found["numbers_right"], found["faults"]) == (3, [])
    found = figures_of(tmp_path, records, [truth_of("ps1/1", {"valid_total": "441"})])  # no folder of theirs
    assert (found["located"], [f["code"] for f in found["faults"]]) == (0, ["doubled"])


def test_truth_that_contradicts_itself_is_named(tmp_path: Path) -> None:
    twice, short = truth_of("a", {"valid_total": "449"}), truth_of("b", {"valid_total": "449"})
    twice["fields"] += truth_of("a", {"valid_total": "111"})["fields"]
    short["fields"][0]["cells"] = 4
    records = [record_of(name, {"valid_total": number("449")}) for name in "ab"]
    records.append({**record_of("c", {}), "photo": {"file": ""}})
    found = figures_of(tmp_path, records, [twice, short])
    assert [(f["code"], f["where"]) for f in found["faults"]] == [
        ("broken_line", "truth.jsonl:1"),
        ("no_cells", "truth.jsonl:2"),
    ]
    assert "listed twice: valid_total" in found["faults"][0]["en"]
    assert (found["photos"], found["numbers"], found["numbers_right"], found["cells"]) == (1, 1, 1, 0)


def test_unknown_fields_are_named_and_count_as_not_read(tmp_path: Path) -> None:
    truth = truth_of("a", {"valid_total": "449", "votes_99": "111"})
    found = figures_of(tmp_path, [record_of("a", {"valid_total": number("449")})], [truth])
    assert (found["numbers"], found["numbers_right"]) == (2, 1)
    assert found["faults"][0]["code"] == "unknown_field"
    assert "votes_99" in found["faults"][0]["en"]


def test_wrong_use_says_what_to_do(tmp_path: Path) -> None:
    truth = write(tmp_path / "truth.jsonl", [truth_of("a", {"valid_total": "449"})])
    photos = write(tmp_path / "records.jsonl", [record_of("a", {"valid_total": number("449")})])
    deep = tmp_path / "deep.jsonl"
    deep.write_text("[" * 100_000, "utf-8")
    for arguments, kind, words in (
        ((tmp_path, truth), errors.InputUnusable, "ocr-recap read"),
        ((truth, photos), errors.InputUnusable, "line not used"),
        ((photos, photos), errors.TableFaulty, "no line of truth"),
        ((truth,), errors.WrongUse, "truth"),
        ((), errors.WrongUse, "RESULTS"),
        ((photos, tmp_path / "none.jsonl"), errors.InputUnusable, "cannot be read"),
        ((truth, "--cells", truth), errors.WrongUse, "stands alone"),
        (("--cells", tmp_path / "none.jsonl"), errors.InputUnusable, "cannot be read"),
        (("--cells", tmp_path), errors.InputUnusable, "no labelled cells"),
        ((photos, deep), errors.TableFaulty, "no line of truth"),
        ((photos, truth, "--html", tmp_path), errors.CannotWrite, f"{tmp_path}: cannot be written"),
    ):
        result = call("evaluate", *arguments, "--lang", "en")
        assert result.exit_code == kind.exit_code, arguments
        assert words in result.stderr


def test_frames_of_one_file_are_photos_of_their_own(tmp_path: Path) -> None:
    truths = [truth_of("scan", {"valid_total": f"44{i}"}, frame=i) for i in range(2)]
    records = [record_of("scan", {"valid_total": number(f"44{i}")}) for i in range(2)]
    records[1]["photo"]["frame"] = 1
    found = figures_of(tmp_path, records, truths)
    assert (found["located"], found["numbers_right"], found["faults"]) == (2, 2, [])


# --- typed truth -----------------------------------------------------------------------------------------------------


def test_typed_truth_needs_no_geometry(tmp_path: Path) -> None:
    records = [record_of("a", {k: number(t) for k, t in PAGE3.items()}), record_of("b", {"valid_total": number("150")})]
    photos = write(tmp_path / "photos.jsonl", records)
    table = tmp_path / "truth.csv"
    table.write_text(
        "file;field;text\na.jpg;valid_total;150\na.jpg;invalid;6\na.jpg;grand_total;kosong\nb;valid_total;x\nb;invalid;seven\n"
        "c.jpg;valid_total;1\n",
        "utf-8",
    )
    result = call("evaluate", photos, table, "--json")
    found = json.loads(result.stdout)
    assert (found["photos"], found["located"], found["numbers"], found["numbers_right"]) == (3, 2, 4, 1)
    # A six for a five, a number where nothing is written, 150 for a cross; what is not listed is not judged.
    assert (found["silent_errors"], found["silent_error_trials"], found["blanks"]) == (3, 4, 1)
    assert (found["cells"], found["placement_median"]) == (0, None)
    assert [fault["where"] for fault in found["faults"]] == ["truth.csv:6"]
    assert result.exit_code == 1


def test_typed_truth_names_pages_of_a_pdf(tmp_path: Path) -> None:
    records = [record_of("scan", {"valid_total": number(f"44{i}"), "invalid": number("XX5")}) for i in range(3)]
    for i, record in enumerate(records):
        record["photo"] |= {"file": "scan.pdf", "frame": i}
    photos = write(tmp_path / "photos.jsonl", records)
    table = tmp_path / "truth.csv"
    table.write_text(
        "file,field,text,frame\nscan.pdf,valid_total,440,\nscan.pdf#2,valid_total,441,\nscan.pdf,valid_total,442,2\n"
        f"scan.pdf,invalid,5,two\nscan.pdf#2,invalid,5,0\nscan.pdf#0,invalid,5,\nscan.pdf#3,invalid,{'5' * 5000},\n",
        "utf-8",
    )
    result = call("evaluate", photos, table, "--json", "--lang", "en")
    found = json.loads(result.stdout)
    assert (found["located"], found["numbers"], found["numbers_right"], found["silent_errors"]) == (3, 3, 3, 0)
    assert [(f["code"], f["where"]) for f in found["faults"]] == [
        *(("bad_frame", f"truth.csv:{i}") for i in (5, 6, 7)),
        ("bad_text", "truth.csv:8"),
    ]
    # What a table does not list is not judged, and said.
    assert found["unlisted_accepted"] == 3
    assert "does not list them: 3 accepted numbers." in call("evaluate", photos, table, "--lang", "en").stdout


def test_a_table_that_is_none_is_refused_by_line(tmp_path: Path) -> None:
    photos = write(tmp_path / "photos.jsonl", [record_of("a", {"valid_total": number("150")})])
    table = tmp_path / "truth.csv"
    table.write_text("file,text\na,1\n", "utf-8")
    result = call("evaluate", photos, table)
    assert (result.exit_code, "line 1" in result.stderr) == (errors.TableFaulty.exit_code, True)


# --- the blind sheet -------------------------------------------------------------------------------------------------


@pytest.fixture
def drawn(tmp_path: Path) -> tuple[Path, list[dict[str, str]]]:
    """Results with 30 accepted numbers (and others), and the sheet of 20."""
    records = [
        record_of(f"p{i}", {"valid_total": number(f"{100 + i}"), "invalid": number("XX5", "review")}) for i in range(30)
    ]
    results = tmp_path / "results"
    results.mkdir()
    write(results / "photos.jsonl", records)
    result = call("sample", results, "-n", 20, "--seed", 7)
    assert result.exit_code == 1  # there are no photos to cut pictures from
    assert "--photos" in result.stderr
    return results, rows_of(results / "sample-7" / "sheet.csv")


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def fill(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return path


def answer(row: dict[str, str]) -> str:
    return str(100 + int(row["file"][1:-4]))


def test_the_draw_can_be_checked_by_anyone(drawn: tuple[Path, list[dict[str, str]]]) -> None:
    results, rows = drawn
    records = [json.loads(line) for line in (results / "photos.jsonl").read_text().splitlines()]
    keys = {
        hashlib.sha256(f"7|{r['photo']['sha256']}|0|valid_total".encode()).hexdigest(): r["photo"]["file"]
        for r in records
    }
    assert [row["file"] for row in rows] == [keys[key] for key in sorted(keys)][:20]
    assert {row["field"] for row in rows} == {"valid_total"}  # only accepted ones


def test_the_sheet_does_not_hold_the_answer(drawn: tuple[Path, list[dict[str, str]]]) -> None:
    results, rows = drawn
    assert all(row["text"] == "" for row in rows)
    record = json.loads((results / "photos.jsonl").read_text().splitlines()[0])
    assert set(rows[0]) & set(record["fields"]["valid_total"]) == {"text"}
    page = (results / "sample-7" / "sheet.html").read_text("utf-8")
    assert not any(f">{100 + i}<" in page for i in range(30))


def test_a_filled_in_sheet_gives_the_bound(drawn: tuple[Path, list[dict[str, str]]], tmp_path: Path) -> None:
    results, rows = drawn
    for row in rows:
        row["text"] = answer(row)
    rows[4]["text"] = "999"
    found = json.loads(call("evaluate", results, fill(tmp_path / "f.csv", rows), "--json").stdout)
    assert (found["silent_errors"], found["silent_error_trials"], found["documents"]) == (1, 20, 0)
    assert found["silent_error_rate_upper95"] == pytest.approx(clopper_pearson(1, 20)[1], rel=1e-5)
    assert found["sheet"] == {"drawn": 20, "accepted": 30, "rows": 20, "unread": 0, "left": 0}
    result = call("evaluate", results, tmp_path / "f.csv", "--lang", "en")
    assert result.exit_code == 0
    assert "1 of 20; between 0.127% and 24.9%" in result.stdout


def test_a_sheet_cannot_be_flattered_by_leaving_rows_out(
    drawn: tuple[Path, list[dict[str, str]]], tmp_path: Path
) -> None:
    results, rows = drawn
    for row in rows[:10]:
        row["text"] = answer(row)
    rows[2]["text"], rows[3]["text"], rows[5]["text"] = "", "?", "seven"
    del rows[6]  # the whole row is gone
    result = call("evaluate", results, fill(tmp_path / "f.csv", rows), "--json")
    found = json.loads(result.stdout)
    # Ten rows are counted, four of them without a usable answer; the ten after the last answer are not looked at.
    assert (found["silent_errors"], found["silent_error_trials"]) == (4, 10)
    assert found["sheet"] == {"drawn": 20, "accepted": 30, "rows": 10, "unread": 4, "left": 10}
    assert result.exit_code == 1


def test_a_sheet_tells_photos_without_a_hash_apart(tmp_path: Path) -> None:
    """Other readers need not give hashes."""
    records = [record_of(f"={i}", {"valid_total": number(f"{100 + i}")}) for i in range(5)]
    for record in records:
        del record["photo"]["sha256"]
    write(tmp_path / "photos.jsonl", records)
    call("sample", tmp_path, "--seed", 7)
    rows = rows_of(tmp_path / "sample-7" / "sheet.csv")
    for row in rows:
        row["text"] = str(100 + int(row["file"].split("=")[1][:-4]))
    found = json.loads(call("evaluate", tmp_path, fill(tmp_path / "f.csv", rows), "--json").stdout)
    assert (found["silent_errors"], found["silent_error_trials"], found["faults"]) == (0, 5, [])


def test_foreign_and_empty_sheets_are_refused(drawn: tuple[Path, list[dict[str, str]]], tmp_path: Path) -> None:
    results, rows = drawn
    sheet = results / "sample-7" / "sheet.csv"
    result = call("evaluate", results, sheet, "--lang", "en")
    assert (result.exit_code, "nothing is filled in" in result.stderr) == (errors.TableFaulty.exit_code, True)
    for row in rows:
        row["text"] = answer(row)
    changed = [dict(row, seed="8") for row in rows[:3]] + rows[3:]
    assert call("evaluate", results, fill(tmp_path / "f.csv", changed)).exit_code == errors.TableFaulty.exit_code
    other = [dict(row, sha256="f" * 64) for row in rows]
    result = call("evaluate", results, fill(tmp_path / "f.csv", other), "--lang", "en")
    assert (result.exit_code, "not drawn from" in result.stderr) == (errors.TableFaulty.exit_code, True)
    # A sheet that somebody has worked on is not drawn over.
    fill(sheet, rows)
    result = call("sample", results, "-n", 20, "--seed", 7, "--lang", "en")
    assert (result.exit_code, "not overwritten" in result.stderr) == (errors.WrongUse.exit_code, True)


def test_a_sheet_of_results_shows_the_crops_beside_them(tmp_path: Path) -> None:
    import cv2
    import numpy as np

    from ocr_recap.report.pictures import STRIP_HEIGHT, sheet

    record = record_of("a", {k: number(t, "accepted" if k == "invalid" else "review") for k, t in PAGE3.items()})
    write(tmp_path / "photos.jsonl", [record])
    (tmp_path / "crops").mkdir()
    tones = [np.full((STRIP_HEIGHT, 150), 40 * (i + 1), np.uint8) for i in range(len(PAGE3))]
    name = f"a-{record['photo']['sha256'][:16]}.jpg"
    (tmp_path / "crops" / name).write_bytes(cv2.imencode(".jpg", sheet(tones))[1].tobytes())
    assert call("sample", tmp_path, "--seed", 1).exit_code == 0
    page = (tmp_path / "sample-1" / "sheet.html").read_text("utf-8")
    (shown,) = re.findall(r"base64,([^\"]+)", page)
    picture = cv2.imdecode(np.frombuffer(base64.b64decode(shown), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture.shape[0] == STRIP_HEIGHT
    assert abs(float(picture.mean()) - 80) < 4  # the second number's strip


# --- beside the public score -----------------------------------------------------------------------------------------


def test_agrees_with_the_score_of_the_real_forms(real_forms: Path, tmp_path: Path) -> None:
    """On records made from the truth itself, with every kind of slip planted in turn."""
    truths = [json.loads(line) for line in (real_forms / "truth.jsonl").read_text("utf-8").splitlines()]
    from ocr_recap.evaluate.truths import FAMILIES

    records = []
    for i, truth in enumerate(truths):
        template, page = FAMILIES.get(truth["family"], ("c-hasil-ppwp-2024", "3"))
        fields = {}
        for j, want in enumerate(truth["fields"]):
            turn = (7 * i + j) % 9
            text = want["text"] if turn not in (1, 2) else "9" * want["cells"]
            status = {3: "review", 4: "blank", 2: "review"}.get(turn, "accepted" if text.strip() else "blank")
            fields[want["id"]] = number(text, status, 0.9, quad=[[x + turn, y] for x, y in want["quad"]])
            tally = truth["tallies"].get(want["id"])
            if tally:
                fields[want["id"]]["evidence"] = {"tally": {"count": tally["count"] if turn != 5 else 3}}
        if i % 5 == 4:
            fields["invented"] = number("123")
        record = record_of(truth["name"], fields, page or "1", row_sums=truth["row_sums"][: i % 4])
        record["page"] = None if i % 8 == 7 else {"template": template if i % 6 != 5 else "other", "page": page or "1"}
        records.append(record)
    path = write(tmp_path / "photos.jsonl", records[:-1])
    score = [sys.executable, str(real_forms / "score.py"), str(path), "--json"]
    theirs = json.loads(subprocess.run(score, check=True, capture_output=True, text=True).stdout)
    ours = json.loads(call("evaluate", path, real_forms / "truth.jsonl", "--json").stdout)
    names = {"right": "numbers_right", "text_right": "texts_right"}
    assert theirs["silent_errors"] > 20
    assert {key: ours[names.get(key, key)] for key in theirs} == theirs


# --- on photos -------------------------------------------------------------------------------------------------------


def test_stable_keys_and_report_on_the_samples(reader, sample_truth, tmp_path: Path) -> None:
    from conftest import SAMPLES

    names = ["page2-clean", "page2-wrong-bubble", "page3-blank"]
    (tmp_path / "photos.jsonl").write_text(
        "".join(reader.read(SAMPLES / f"{n}.jpg", f"{n}.jpg").to_json() + "\n" for n in names), "utf-8"
    )
    truth = write(tmp_path / "truth.jsonl", [sample_truth[n] for n in names])
    page = tmp_path / "report.html"
    result = call("evaluate", tmp_path, truth, "--json", "--html", page, "--photos", SAMPLES, "--lang", "en")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert set(found) >= STABLE_KEYS
    assert (found["photos"], found["located"], found["numbers"], found["silent_errors"]) == (3, 3, 6, 0)
    assert found["placement_p95"] < 0.1
    assert "<script" not in page.read_text("utf-8")


def test_the_worst_are_shown_as_pictures_and_names_are_escaped(tmp_path: Path) -> None:
    import cv2
    import numpy as np

    name = "a<b>&'"
    picture = np.random.default_rng(1).integers(0, 255, (400, 400), dtype=np.uint8)
    content = cv2.imencode(".png", picture)[1].tobytes()
    (tmp_path / f"{name}.png").write_bytes(content)
    record = record_of(name, {"valid_total": number("448"), "invalid": number("XX7", "review")})
    record["photo"] |= {"file": f"{name}.png", "sha256": hashlib.sha256(content).hexdigest()}
    truth = write(tmp_path / "truth.jsonl", [truth_of(name, {"valid_total": "449", "invalid": "XX5"}, writer="<i>")])
    write(tmp_path / "photos.jsonl", [record])
    page = tmp_path / "report.html"
    assert call("evaluate", tmp_path, truth, "--html", page, "--lang", "id").exit_code == 0
    text = page.read_text("utf-8")
    assert text.count("data:image/jpeg;base64,/9j/") == 2  # JPEGs begin so
    assert text.index("[448]") < text.index("[XX7]")  # the silent one first
    assert "<b>&'" not in text
    assert "<i>" not in text
    assert "default-src 'none'" in text
    assert 'style="' not in text
    # A photo of this name with other bytes is not the photo that was read.
    (tmp_path / f"{name}.png").write_bytes(cv2.imencode(".png", picture[::-1])[1].tobytes())
    call("evaluate", tmp_path, truth, "--html", page)
    assert "data:image/jpeg" not in page.read_text("utf-8")


def test_cells_are_cut_as_the_reader_cuts_them(sample_truth, tmp_path: Path) -> None:
    from conftest import SAMPLES

    fact = sample_truth["page2-shadow"]
    alt = json.loads(json.dumps(fact))
    truth = write(tmp_path / "truth.jsonl", [alt])
    (tmp_path / fact["image"]).write_bytes((SAMPLES / fact["image"]).read_bytes())
    found = json.loads(call("evaluate", "--cells", truth, "--json").stdout)
    texts = [field["text"] for field in fact["fields"]]
    assert found["cells"] == sum(map(len, texts))
    assert found["digit_cells"] == sum(c.isdigit() for text in texts for c in text)
    assert found["cells_right"] == found["cells"]
    assert found["numbers_right"] == found["numbers"] == 3
    # Another truth for the first number makes it wrong, and an alternative that is written makes it right again.
    first = alt["fields"][0]
    first["alt"], first["text"], first["value"] = [], "999", 999
    write(truth, [alt])
    found = json.loads(call("evaluate", "--cells", truth, "--json").stdout)
    assert found["numbers_right"] == 2
    assert [
        (m["field"], m["cell"], m["written"], m["read"]) for m in sorted(found["mistakes"], key=lambda m: m["cell"])
    ] == [(first["id"], i, "9", char) for i, char in enumerate(texts[0]) if char != "9"]
    chances = [m["probability"] for m in found["mistakes"]]
    assert chances == sorted(chances, reverse=True)
    first["alt"] = [texts[0]]
    write(truth, [alt])
    found = json.loads(call("evaluate", "--cells", truth, "--json").stdout)
    assert (found["numbers_right"], found["cells_right"]) == (3, found["cells"])


def test_cut_agrees_with_crop(reader) -> None:
    import numpy as np
    from conftest import SAMPLES

    from ocr_recap.cells.crop import crop, cut
    from ocr_recap.imaging.photo import load as load_photo
    from ocr_recap.locate.locate import locate

    photo = load_photo(SAMPLES / "page1-tilted.jpg", "a")
    located = locate(photo, reader.templates)
    patches = crop(photo, located)
    for field in located.template.fields_of("1"):
        again, boxes = cut(photo, patches[field.id].quads, (field.cells.box[2], field.cells.box[3]))
        assert np.allclose(boxes, patches[field.id].boxes)
        assert np.abs(again.astype(int) - patches[field.id].cells).max() <= 3


def test_crops_by_name(sample_truth, tmp_path: Path) -> None:
    import cv2
    import numpy as np
    from conftest import SAMPLES

    fact = sample_truth["page1-clean"]
    image = cv2.imread(str(SAMPLES / fact["image"]), cv2.IMREAD_GRAYSCALE)
    square = np.array([[0, 0], [63, 0], [63, 63], [0, 63]], np.float32)
    for field in fact["fields"][:6]:
        for i, (char, corners) in enumerate(zip(field["text"], field["cell_quads"], strict=True)):
            matrix = cv2.getPerspectiveTransform(np.array(corners, np.float32), square)
            label = {"-": "dash", " ": "empty"}.get(char, char)
            path = tmp_path / f"{fact['name']}__{field['id']}__{i}__{label}.png"
            path.write_bytes(cv2.imencode(".png", cv2.warpPerspective(image, matrix, (64, 64)))[1].tobytes())
    (tmp_path / "note.png").write_bytes(b"")
    (tmp_path / "a__b__1__7.png").write_bytes(b"x")
    result = call("evaluate", "--cells", tmp_path, "--json")
    found = json.loads(result.stdout)
    assert (found["cells"], found["numbers"]) == (18, 6)
    assert found["cells_right"] >= 16
    assert {fault["code"] for fault in found["faults"]} == {"bad_name", "no_cells"}
    assert result.exit_code == 1


# --- small things --------------------------------------------------------------------------------------------------


def test_the_core_does_not_import_the_evaluation() -> None:
    loaded = "[m for m in sys.modules if 'evaluate' in m and 'ocr' in m]"
    code = f"import sys, ocr_recap, ocr_recap.batch.run; print({loaded})"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


def test_numbers_are_written_as_the_language_does() -> None:
    from ocr_recap.evaluate.words import local, share

    assert local("12,980 / 16,402 (79.1%)", "id") == "12.980 / 16.402 (79,1%)"
    assert local("1.5, 2.5", "id") == "1,5, 2,5"
    assert local("12,980 (79.1%)", "en") == "12,980 (79.1%)"
    assert share(9_999, 10_000) == "9,999 / 10,000 (99.9%)"
