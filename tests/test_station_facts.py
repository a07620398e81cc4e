"""Lists that know numbers before the count: read with all faults by line, compared, recorded, and kept by `apply`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from conftest import SAMPLES
from typer.testing import CliRunner

from ocr_recap import Reader
from ocr_recap.batch import run
from ocr_recap.batch.apply_review import apply
from ocr_recap.batch.checksums import of
from ocr_recap.batch.options import BatchOptions
from ocr_recap.batch.publish_tables import rewrite
from ocr_recap.cli.main import app
from ocr_recap.forms.template import load
from ocr_recap.messages.errors import TableFaulty
from ocr_recap.records.document import Document
from ocr_recap.records.run_info import read_run
from ocr_recap.records.station_facts import FactColumns, FactList, listed_fields, station_facts
from ocr_recap.records.station_lists import read_manifest, read_roll

FORM = load("c-hasil-ppwp-2024")
CODE, OTHER = "2101142004001", "2101142004002"
KNOWN = listed_fields([FORM])
DATES = ("date_day", "date_month", "date_year")


def table(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def roll_of(path: Path, *lines: str) -> FactList:
    columns = FactColumns(KNOWN)
    read_roll(table(path / "roll.csv", *lines), columns)
    return columns.found("stations", "ab" * 32)


def test_columns_are_named_by_field_ids_in_any_case(tmp_path: Path) -> None:
    found = roll_of(
        tmp_path, "station,village,DPT_j,election_date,votes_1", f"{CODE},X,0213,2024-02-24,99", f"{OTHER},,,,"
    )
    assert found.about(CODE) == {"dpt_J": "213", "election_date": "2024-02-24"}
    assert found.about(OTHER) == {}
    assert found.about("2101142004003") == {}
    facts = {fact.fields: fact for fact in station_facts(FORM, CODE, [found])}
    assert facts["dpt_J",].rows == ((213,),)
    assert facts[DATES].rows == ((24, 2, 2024), (25, 2, 2024))
    assert {(fact.source, fact.sha256) for fact in facts.values()} == {("stations", "ab" * 32)}
    assert station_facts(FORM, None, [found]) == ()


def test_results_of_the_program_confirm_nothing(tmp_path: Path) -> None:
    found = roll_of(tmp_path, "document,station,verdict,review_count,dpt_J", f"{CODE},{CODE},settled,0,213")
    assert found.about(CODE) == {}


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("dpt_J", '"1.250"', "line 3: dpt_J: '1.250' is no number; write digits only"),
        ("dpt_J", "-4", "line 3: dpt_J: '-4' is no number"),
        ("dpt_J", "213.0", "line 3: dpt_J: '213.0' is no number"),
        ("dpt_J", "1250", "line 3: dpt_J: '1250' is longer than the 3 boxes on the form"),
        ("election_date", "14/02/2024", "line 3: election_date: '14/02/2024' is no date; write YYYY-MM-DD"),
        ("election_date", "20240214", "line 3: election_date: '20240214' is no date"),
        ("election_date", "2024-02-30", "line 3: election_date: '2024-02-30' is no date"),
    ],
)
def test_a_bad_cell_is_named_by_line_with_a_next_step(tmp_path: Path, column: str, cell: str, says: str) -> None:
    with pytest.raises(TableFaulty) as caught:
        roll_of(tmp_path, f"station,{column}", f"{CODE},", f"{OTHER},{cell}")
    assert says in caught.value.en
    assert caught.value.id != caught.value.en


def test_rows_of_a_manifest_that_contradict_each_other_are_an_error(tmp_path: Path) -> None:
    manifest = table(
        tmp_path / "m.csv", "file,station,dpt_J", f"a.jpg,{CODE},213", f"b.jpg,{CODE},", f"c.jpg,{CODE},231"
    )
    with pytest.raises(TableFaulty) as caught:
        read_manifest(manifest, ("a.jpg", "b.jpg", "c.jpg"), columns=FactColumns(KNOWN))
    assert "line 4: dpt_J: '231', but 213 for the same station on line 2; correct one of the two" in caught.value.en


def test_the_later_list_counts() -> None:
    first = FactList("stations", "a", ("dpt_J", "dpt_L"), {CODE: ("213", "112")})
    second = FactList("manifest", "b", ("dpt_J",), {CODE: ("214",)})
    found = {fact.fields[0]: (fact.rows, fact.source) for fact in station_facts(FORM, CODE, [first, second])}
    assert found == {"dpt_J": (((214,),), "manifest"), "dpt_L": (((112,),), "stations")}


# --- batches -------------------------------------------------------------------------------------------------------

PHOTOS = [SAMPLES / "page1-clean.jpg", SAMPLES / "page3-glare.jpg"]


def document(out: Path) -> Document:
    (line,) = (out / "documents.jsonl").read_text("utf-8").splitlines()
    return Document.from_json(line)


def written(name: str) -> int:
    """What is written in a field of the sample of page 1."""
    lines = (SAMPLES / "truth.jsonl").read_text("utf-8").splitlines()
    (truth,) = [fact for fact in map(json.loads, lines) if fact["name"] == "page1-clean"]
    return next(field["value"] for field in truth["fields"] if field["id"] == name)


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a manifest that gives another number of voters, and a roll with what is written and another day."""
    folder = tmp_path_factory.mktemp("lists")
    table(folder / "m.csv", "file,station,dpt_J", *(f"{photo.name},{CODE},{written('dpt_J') + 20}" for photo in PHOTOS))
    table(
        folder / "roll.csv",
        "station,dpt_J,ballots_received,election_date",
        f"{CODE},{written('dpt_J')},{written('ballots_received')},2024-02-24",
        f"{OTHER},1,2,",
    )
    return folder


@pytest.fixture(scope="module")
def batch(lists: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("batch") / "out"
    run.run(PHOTOS, out, BatchOptions(manifest=lists / "m.csv", stations=lists / "roll.csv", executor="serial"))
    return out


@pytest.mark.slow
def test_where_paper_and_list_differ_both_are_shown(batch: Path, lists: Path) -> None:
    found = document(batch).fields
    voters = found["dpt_J"]
    paper, listed = written("dpt_J"), written("dpt_J") + 20
    assert (voters.status, voters.value, voters.reasons) == ("review", paper, ("list_differs",))
    assert f"the list says {listed}, but the digits read {paper}" in voters.explanation.en
    assert f"daftar menyebut {listed}, sedangkan angkanya terbaca {paper}" in voters.explanation.id
    assert voters.evidence is not None
    fact = voters.evidence.facts["list"]
    assert (fact.rows, fact.read, fact.agrees) == (((listed,),), (paper,), False)
    assert (fact.source, fact.sha256) == ("manifest", of(lists / "m.csv"))
    assert found["dpt_L"].status == "accepted"


@pytest.mark.slow
def test_the_roll_confirms_and_overrides_the_date(batch: Path, lists: Path) -> None:
    found = document(batch).fields
    ballots = found["ballots_received"]
    assert ballots.status == "accepted"
    assert f"by the list: {written('ballots_received')}" in ballots.explanation.en
    assert ballots.evidence is not None
    assert ballots.evidence.facts["list"].sha256 == of(lists / "roll.csv")
    assert [found[name].reasons for name in DATES] == [("date_impossible",)] * 3
    assert "possible dates are 24-02-2024, 25-02-2024" in found["date_day"].explanation.en
    with (batch / "review.csv").open(encoding="utf-8-sig") as file:
        asked = [row["field"] for row in csv.DictReader(file)]
    assert sorted(asked[-3:]) == sorted(DATES), "counts before dates"
    assert "dpt_J" in asked[:-3]


@pytest.mark.slow
def test_apply_and_rewrite_keep_what_the_lists_said(batch: Path, tmp_path: Path) -> None:
    before = document(batch)
    rewrite(batch)
    assert document(batch) == before
    with (batch / "review.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    (answered,) = [row for row in rows if row["field"] == "date_day"]
    answers = tmp_path / "answers.csv"
    with answers.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(answered))
        out.writeheader()
        out.writerow(answered | {"verified": "24", "by": "Siti"})
    apply(batch, answers)
    after = document(batch).fields
    assert (after["date_day"].status, after["date_day"].accepted) == ("accepted", 24)
    assert [after[name].status for name in DATES[1:]] == ["accepted", "accepted"], "the date is a possible one now"
    assert after["dpt_J"] == before.fields["dpt_J"]


@pytest.mark.slow
def test_results_do_not_depend_on_workers(batch: Path, lists: Path, tmp_path: Path) -> None:
    options = BatchOptions(manifest=lists / "m.csv", stations=lists / "roll.csv", workers=2)
    run.run(PHOTOS, tmp_path / "two", options)
    assert (tmp_path / "two" / "photos.jsonl").read_bytes() == (batch / "photos.jsonl").read_bytes()


@pytest.mark.slow
def test_a_later_read_keeps_what_the_roll_knows(batch: Path, lists: Path) -> None:
    kept = read_run(batch)
    assert kept.listed == {
        "dpt_J": (str(written("dpt_J")), "1"),
        "ballots_received": (str(written("ballots_received")), "2"),
        "election_date": ("2024-02-24", ""),
    }
    told = ["--manifest", str(lists / "plain.csv"), "--executor", "serial", "--lang", "en"]
    table(lists / "plain.csv", "file,station", *(f"{photo.name},{CODE}" for photo in PHOTOS))
    result = CliRunner().invoke(app, ["read", *map(str, PHOTOS), "--out", str(batch), *told])
    assert result.exit_code == 0, result.output
    assert "2 photos taken over from an earlier run" in result.output, "a changed list reads no photo again"
    found = document(batch).fields["dpt_J"]
    assert found.status == "accepted"
    assert found.evidence is not None
    assert found.evidence.facts["list"].source == "stations"
    assert read_run(batch).listed == kept.listed


def test_the_command_refuses_a_bad_cell_and_a_bad_date(tmp_path: Path) -> None:
    roll = table(tmp_path / "roll.csv", "station,dpt_J", f"{CODE},many")
    ask = ["read", str(PHOTOS[0]), "--out", str(tmp_path / "out"), "--lang", "en"]
    result = CliRunner().invoke(app, [*ask, "--stations", str(roll)])
    assert result.exit_code == 4
    assert "line 2: dpt_J: 'many' is no number; write digits only" in result.output
    result = CliRunner().invoke(app, [*ask, "--election-date", "14-02-2024"])
    assert result.exit_code == 2
    assert "--election-date: '14-02-2024' is no date. Write YYYY-MM-DD" in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_program_may_say_what_is_known(reader: Reader) -> None:
    listed = {"dpt_J": written("dpt_J") + 1}
    found = reader.read_document([PHOTOS[0]], station=CODE, listed=listed).fields["dpt_J"]
    assert found.reasons == ("list_differs",)
    assert found.evidence is not None
    assert found.evidence.facts["list"].source == "given"
    with pytest.raises(ValueError, match="no list may know 'votes_1'"):
        reader.read_document([PHOTOS[0]], listed={"votes_1": 3})
    with pytest.raises(ValueError, match="is no number"):
        reader.read_document([PHOTOS[0]], listed={"dpt_J": -3})
