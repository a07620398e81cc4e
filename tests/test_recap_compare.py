"""Comparing two publications, and what changed between two editions of one."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import ROOT
from recaps import CONTEST, Said, code, counts, results, roll
from typer.testing import CliRunner

from ocr_recap.cli.main import app
from ocr_recap.messages.errors import TableFaulty, TemplateError, WrongUse
from ocr_recap.recap import session as sessions
from ocr_recap.recap.comparison import PublishedFigure, compare, verdict_of
from ocr_recap.recap.open_data import AREA_COLUMNS, PublishOptions, publish
from ocr_recap.recap.published import CompareOptions, compare_files
from ocr_recap.recap.recap import recap

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

MAPPING = "schema_version: 1\narea: kode\nfields: {suara_1: votes_1, suara_2: votes_2}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recap of six stations; the last has no photos, of the fifth a number is in review."""
    said = [Said(code(i), counts(100 + i, 60)) for i in range(4)]
    said.append(Said(code(4), {**counts(104, 60)}, {"votes_2": "review"}))
    out = tmp_path / "recap"
    recap([results(tmp_path / "r", said)], out, roll(tmp_path / "roll.csv", [code(i) for i in range(6)]))
    return out


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        (PublishedFigure(5), PublishedFigure(5), "same"),
        (PublishedFigure(5), PublishedFigure(7), "differs"),
        (PublishedFigure(5, True), PublishedFigure(7), "unread_a"),
        (PublishedFigure(5, True), PublishedFigure(5), "unread_a"),
        (PublishedFigure(7, True), PublishedFigure(5), "differs"),
        (PublishedFigure(7), PublishedFigure(5, True), "unread_b"),
        (PublishedFigure(None), PublishedFigure(5), "unread_a"),
        (PublishedFigure(5), PublishedFigure(None), "unread_b"),
        (PublishedFigure(5), None, "only_a"),
        (None, PublishedFigure(5), "only_b"),
    ],
)
def test_what_two_numbers_are_to_each_other(a: PublishedFigure | None, b: PublishedFigure | None, verdict: str) -> None:
    assert verdict_of(a, b) == verdict


def test_the_largest_difference_comes_first_and_areas_lead_to_their_stations() -> None:
    a = {
        ("", "votes_1"): PublishedFigure(300),
        (code(0), "votes_1"): PublishedFigure(100),
        (code(1), "votes_1"): PublishedFigure(200),
    }
    b = {
        ("", "votes_1"): PublishedFigure(295),
        (code(0), "votes_1"): PublishedFigure(102),
        (code(1), "votes_1"): PublishedFigure(193),
    }
    found = compare(a, b, CONTEST)
    assert [(one.area, one.difference) for one in found] == [(code(1), -7), ("", -5), (code(0), 2)]
    assert found[1].stations == (code(0), code(1))


def test_three_changed_stations_in_a_published_table_are_found(folder: Path, tmp_path: Path) -> None:
    table = ["kode,suara_1,suara_2"]
    for i in range(5):
        table.append(f"{code(i)},{100 + i + (10 if i in (0, 2) else 0)},{59 if i == 3 else 60}")
    table += [f"{code(9)},1,1", f"{code(0)[:10]},530,359"]
    (tmp_path / "published.csv").write_text("\n".join(table))
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    out = tmp_path / "differences.csv"
    result = CliRunner().invoke(
        app,
        ["compare", str(folder), str(tmp_path / "published.csv"), "--mapping", str(tmp_path / "mapping.yaml"),
         "--out", str(out), "--lang", "en"],
    )  # fmt: skip
    assert result.exit_code == 1, result.output
    assert "agreement between two publications, not a proof" in result.stdout
    found = {(r["area"], r["field"]): (r["verdict"], r["difference"]) for r in rows(out)}
    surely = {key: difference for key, (verdict, difference) in found.items() if verdict == "differs"}
    assert surely == {(code(0), "votes_1"): "10", (code(2), "votes_1"): "10", (code(3), "votes_2"): "-1"}
    assert found[code(4), "votes_2"] == ("unread_a", "")
    assert found[code(9), "votes_1"] == ("only_b", "")
    assert found[code(0)[:10], "votes_1"] == ("unread_a", "20")
    first = rows(out)[0]
    assert (first["origin"], first["pictures"].startswith(code(0))) == ("r", True)


def test_a_recap_compared_with_itself_and_with_its_own_open_data_agrees(folder: Path, tmp_path: Path) -> None:
    same = compare_files(folder, folder, tmp_path / "d.csv", CompareOptions())
    assert same.counts["differs"] == 0
    assert same.counts["same"] > 100
    publish(folder, tmp_path / "open", PublishOptions())
    long = "schema_version: 1\narea: area\nfield: field\nvalue: total\nat_least: at_least\n"
    (tmp_path / "long.yaml").write_text(long)
    options = CompareOptions(mapping=tmp_path / "long.yaml")
    found = compare_files(folder, tmp_path / "open" / "areas.csv", tmp_path / "d.csv", options)
    assert found.counts["differs"] == found.counts["only_a"] == found.counts["only_b"] == 0
    assert all(one.a == one.b for one in found.differences)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("kode,suara_1\n21,5\n", "line 1: the heading must be kode,suara_1,suara_2"),
        ("kode,suara_1,suara_2\n21,5\n", "line 2: 2 columns instead of 3"),
        ("kode,suara_1,suara_2\n217,5,5\n", "line 2: .*is no code of an area"),
        ("kode,suara_1,suara_2\n21,5,5\n21,6,6\n", "line 3: 21 votes_1 is already on line 2"),
        ("kode,suara_1,suara_2\n21,5.000,5\n", "line 2: .*is no number"),
    ],
)
def test_a_table_with_a_fault_is_refused_with_its_line(folder: Path, tmp_path: Path, table: str, message: str) -> None:
    (tmp_path / "b.csv").write_text(table)
    (tmp_path / "m.yaml").write_text(MAPPING)
    with pytest.raises(TableFaulty, match=message):
        compare_files(folder, tmp_path / "b.csv", tmp_path / "d.csv", CompareOptions(mapping=tmp_path / "m.yaml"))
    assert not (tmp_path / "d.csv").exists()


def test_a_mapping_that_fits_no_table_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("kode\n21\n")
    with pytest.raises(WrongUse, match="add --mapping"):
        compare_files(folder, tmp_path / "b.csv", tmp_path / "d.csv", CompareOptions())
    (tmp_path / "m.yaml").write_text("schema_version: 1\narea: kode\n")
    with pytest.raises(TemplateError, match="write `fields`"):
        compare_files(folder, tmp_path / "b.csv", tmp_path / "d.csv", CompareOptions(mapping=tmp_path / "m.yaml"))


# --- open data --------------------------------------------------------------------------------------------------------


def test_open_data_has_a_row_per_area_and_field(folder: Path, tmp_path: Path) -> None:
    done = publish(folder, tmp_path / "open", PublishOptions(language="en"))
    found = rows(tmp_path / "open" / "areas.csv")
    assert tuple(found[0]) == AREA_COLUMNS
    assert done.areas == 5
    assert len(found) == 5 * 28
    nation = next(r for r in found if r["level"] == "nation" and r["field"] == "votes_2")
    cells = [nation[name] for name in ("total", "at_least", "counted", "expected", "unread", "missing", "review")]
    assert cells == ["240", "true", "4", "6", "0", "1", "1"]
    import pyarrow.parquet as pq

    table = pq.read_table(tmp_path / "open" / "stations.parquet").to_pydict()
    assert table["votes_2"] == [60, 60, 60, 60, None, None]
    assert len(pq.read_table(tmp_path / "open" / "areas.parquet")) == len(found)


def test_areas_have_names_where_they_are_wanted(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("lokal")
    publish(folder, tmp_path / "open", PublishOptions(names=True))
    names = {row["area"]: row["name"] for row in rows(tmp_path / "open" / "areas.csv")}
    assert names["21"] == "Kepulauan Riau"
    assert names["2101"].endswith("Bintan")
    assert names[""] == ""
    assert "Kepulauan Riau" in (tmp_path / "open" / "site" / "area" / "21.html").read_text("utf-8")


def test_pages_lead_from_the_nation_to_the_station_and_its_pictures(folder: Path, tmp_path: Path) -> None:
    crops = tmp_path / "r" / "crops"
    crops.mkdir()
    with sessions.opened(folder) as session:
        (name,) = session.log.about(code(0))[0].pictures
    (crops / name).write_bytes(b"jpeg")
    publish(folder, tmp_path / "open", PublishOptions(language="en", results=(tmp_path / "r",)))
    site = tmp_path / "open" / "site"
    page, steps = site / "index.html", 0
    for link in ("nation", "21", "2101", code(0)[:6], code(0)[:10]):
        text = page.read_text("utf-8")
        assert f"area/{link}.html" in text
        page, steps = site / "area" / f"{link}.html", steps + 1
    assert f"station/{code(0)}.html" in page.read_text("utf-8")
    station = (site / "station" / f"{code(0)}.html").read_text("utf-8")
    assert f"../pictures/{name}" in station
    assert (site / "pictures" / name).read_bytes() == b"jpeg"
    assert "Provisional" in station
    assert "in review" in (site / "station" / f"{code(4)}.html").read_text("utf-8")
    assert "Sementara" not in station
    assert steps == 5


def test_a_changed_figure_is_visible_as_such(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "open"
    assert publish(folder, out, PublishOptions()).edition == 1
    first = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    again = publish(folder, out, PublishOptions())
    assert (again.edition, again.changes) == (1, 0)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == first
    results(tmp_path / "r", [Said(code(i), counts(100 + i + (i == 0), 60)) for i in range(4)])
    recap([tmp_path / "r"], folder)
    later = publish(folder, out, PublishOptions())
    assert later.edition == 2
    change = next(r for r in rows(out / "changes.csv") if r["level"] == "nation" and r["field"] == "votes_1")
    assert (change["edition"], change["before"], change["now"]) == ("1", "510", "407")
    assert "510" in (out / "site" / "area" / "nation.html").read_text("utf-8")


def test_corrections_are_published_with_reason_and_persons(folder: Path, tmp_path: Path) -> None:
    from test_recap_plenary import wanted

    with sessions.opened(folder) as session:
        made = sessions.correct(session, wanted(numbers={"votes_1": 90}, reason="=1+1"))
    publish(folder, tmp_path / "open", PublishOptions())
    (row,) = rows(tmp_path / "open" / "corrections.csv")
    assert (row["station"], row["field"], row["before"], row["after"]) == (code(0), "votes_1", "100", "90")
    assert (row["reason"], row["chair"], row["second"], row["statement"]) == ("'=1+1", "Ani", "Budi", made.id)


def nist(folder: Path, tmp_path: Path) -> dict[str, Any]:
    publish(folder, tmp_path / "open", PublishOptions(names=False))
    return json.loads((tmp_path / "open" / "nist-1500-100.json").read_text("utf-8"))


def test_the_report_fits_the_schema_of_nist(folder: Path, tmp_path: Path) -> None:
    report = nist(folder, tmp_path)
    schema = json.loads((ROOT / "tests" / "data" / "nist-1500-100-subset.schema.json").read_text("utf-8"))
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [fault.message for fault in validator.iter_errors(report)] == []
    for spoil in ({"Format": "all"}, {"GeneratedDate": 5}, {"Other": 1}, {"Status": "final"}):
        assert list(validator.iter_errors({**report, **spoil})) != []


def test_the_report_says_votes_turnout_status_and_units(folder: Path, tmp_path: Path) -> None:
    report = nist(folder, tmp_path)
    units = {unit["@id"]: unit for unit in report["GpUnit"]}
    assert (units["area-nation"]["SubUnitsReported"], units["area-nation"]["TotalSubUnits"]) == (5, 6)
    assert units["area-nation"]["CountStatus"][0]["Status"] == "in-process"
    assert report["Status"] == "unofficial-partial"
    (contest,) = report["Election"][0]["Contest"]
    votes = {
        s["CandidateIds"][0]: {v["GpUnitId"]: v["Count"] for v in s["VoteCounts"]} for s in contest["BallotSelection"]
    }
    assert votes["candidate-votes_1"]["area-21"] == 510
    assert set(votes["candidate-votes_2"]) == {"area-nation", "area-21", "area-2101", f"area-{code(0)[:6]}"}
    cast = {one["GpUnitId"]: one["BallotsCast"] for one in contest["SummaryCounts"]}
    assert (
        cast["area-nation"]
        == units["area-nation"]["VotersParticipated"]
        == sum(counts(100 + i)["grand_total"] for i in range(5))
    )
    named = {part for unit in report["GpUnit"] for part in unit.get("ComposingGpUnitIds", ())}
    assert named == set(units) - {"area-nation"}
