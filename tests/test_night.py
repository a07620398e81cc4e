"""A night in the recap office: 60 photos of 20 stations in, the table of stations out, to the letter."""

from __future__ import annotations

import csv
import io
import json

import night
import pytest
from conftest import ROOT
from night import COUNTS, OVERSEAS, SEEDS, UNKNOWN, code
from typer.testing import CliRunner

from ocr_recap.batch import run
from ocr_recap.batch.options import BatchOptions
from ocr_recap.cli import main
from ocr_recap.records.document import Document
from ocr_recap.records.options import Options
from ocr_recap.records.record import Record

pytestmark = pytest.mark.slow

PAIRS = ("votes_1", "votes_2", "votes_3")
PAGE_1 = tuple(f.id for f in night.FORM.fields_of("1"))
PAGE_3 = tuple(f.id for f in night.FORM.fields_of("3") if f.role == "count")
CONFLICT = f"{code(15)}/2101142004915.jpg"


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    place = tmp_path_factory.mktemp("night")
    night.photos(place / "in")
    manifest, roll = night.lists(place)
    options = Options(folder_is_document=True)
    run.run([place / "in"], place / "out", BatchOptions(reading=options, manifest=manifest, stations=roll))
    return place / "out"


@pytest.fixture(scope="module")
def documents(out):
    lines = (out / "documents.jsonl").read_text("utf-8").splitlines()
    return {document.id: document for document in map(Document.from_json, lines)}


def line(name, station, present, verdict, said, review=(), missing=""):
    """A row as it must be: the numbers that are written, but for those in review and those of pages not there."""
    pages = {"1": PAGE_1, "2": PAIRS, "3": PAGE_3}
    read = {field for page in present.split() for field in pages[page]}
    cells = [str(said[f]) if f in read and f not in review else "" for f in COUNTS]
    form = night.FORM.id
    return ",".join((name, station, form, present, missing, "", verdict, str(len(review)), *cells, "")) + "\r\n"


def expected(samples):
    """All rows, by hand: which station, which pages, what nobody may add up yet."""
    said = {station: night.numbers(seed) for station, seed in SEEDS.items()}
    said[19] = samples
    rows = {s: line(code(s), code(s), "1 2 3", "settled", said[s]) for s in said}
    rows[7] = line(UNKNOWN, "", "1 2 3", "settled", said[7])
    rows[10] = line(code(10), code(10), "1 2 3", "review", said[10], ("votes_2",))
    rows[11] = line(code(11), code(11), "1 2", "incomplete", said[11], missing="3")
    rows[12] = line(code(12), code(12), "3", "incomplete", said[12], missing="1 2")
    # Swapped pages are read as they are written, and what they contradict is given to nobody.
    for station, neighbour in ((13, 14), (14, 13)):
        mixed = {**said[station], **{f: said[neighbour][f] for f in PAGE_3}}
        broken = ("ballots_used", *PAIRS, "valid_total", "grand_total")
        # Nothing but a sum with one of these confirms them.
        broken += ("ballots_received", "ballots_returned", "ballots_unused")
        rows[station] = line(code(station), code(station), "1 2 3", "inconsistent", mixed, broken)
    rows[15] = line(code(15), code(15), "1 2", "incomplete", said[15], missing="3")
    rows[15] += line(CONFLICT, "", "3", "review", said[15], PAGE_3, missing="1 2")
    rows[16] = line(code(16), code(16), "1 2 3", "review", said[16], PAIRS)
    twice = {**said[17], **{f: said[16][f] for f in PAIRS}}
    rows[17] = line(code(17), code(17), "1 2 3", "inconsistent", twice, (*PAIRS, "valid_total"))
    # Thin digits on the dotted guide are taken for digits that are written over others: false alarms.
    alarms = {6: ("votes_3",), 18: ("used_total_J",)}
    for station, pairs in alarms.items():
        rows[station] = line(code(station), code(station), "1 2 3", "review", said[station], pairs)
    rows[19] = line(code(19), code(19), "1 2 3", "settled", said[19])
    rows[21] = line("", "2101142004021", "", "missing", said[1], missing="1 2 3")
    return rows


@pytest.fixture(scope="module")
def samples(sample_truth):
    facts = [sample_truth[f"page{page}-clean"] for page in "123"]
    return {field["id"]: field["value"] for fact in facts for field in fact["fields"]}


def test_the_table_of_stations_to_the_letter(out, samples):
    text = (out / "stations.csv").read_bytes().decode("utf-8-sig")
    head, *lines = text.splitlines(keepends=True)
    columns = "document,station,template,pages_present,pages_missing,fields_missing,verdict,review_count"
    assert head == f"{columns},{','.join(COUNTS)},decided_by\r\n"
    rows = expected(samples)
    # In the order of their first photos: names without folders come first, then folders by name, then what is missing.
    order = (3, 9, 10, 12, 18, 4, 8, 11, 13, 14, 15, 16, 17, 19, 20, 1, 2, 6, 7, 5, 21)
    assert lines == "".join(rows[s] for s in order).splitlines(keepends=True)


def test_every_photo_is_accounted_for_once(out):
    records = [Record.from_json(text) for text in (out / "photos.jsonl").read_text("utf-8").splitlines()]
    assert len(records) == 60
    assert {record.station.code for record in records} == {*map(code, range(1, 21)), None} - {code(7)}
    assert json.loads((out / "run.json").read_text("utf-8"))["skipped"] == ["catatan.txt"]
    sources = {record.station.source for record in records if record.station.code}
    assert sources == {"manifest", "file", "folder"}


def test_what_is_wrong_is_said_where_it_is_wrong(documents, out):
    problems = {name: sorted({p.code for p in d.problems}) for name, d in documents.items() if d.problems}
    assert problems == {
        code(2): ["page_conflict"],
        UNKNOWN: ["station_unknown"],
        code(12): ["station_not_on_roll"],
        CONFLICT: ["station_conflict"],
        code(16): ["photo_under_two_stations"],
        code(17): ["photo_under_two_stations"],
    }
    (conflict,) = documents[CONFLICT].problems
    assert code(15) in conflict.hint.id
    assert "2101142004915" in conflict.hint.id
    records = {r.photo.file: r for r in map(Record.from_json, (out / "photos.jsonl").read_text("utf-8").splitlines())}
    assert [p.code for p in records[f"salinan {code(9)}-1.jpg"].problems] == ["duplicate_photo"]
    again = [records[f"{code(8)}/{name}.jpg"] for name in ("2", "WA0001")]
    assert sorted(len(r.problems) for r in again) == [0, 1]
    assert {p.code for r in again for p in r.problems} == {"page_again"}
    number = documents[code(10)].fields["votes_2"]
    assert number.reasons == ("photos_disagree",)
    assert number.value == night.numbers(SEEDS[10])["votes_2"]


def test_no_accepted_number_is_wrong_and_none_stands_twice(out, documents, samples):
    rows = list(csv.DictReader(io.StringIO((out / "numbers.csv").read_bytes().decode("utf-8-sig"), newline="")))
    assert len({(row["document"], row["field"]) for row in rows}) == len(rows)
    stations = {s: night.numbers(seed) for s, seed in SEEDS.items()} | {19: samples}
    said = {code(s): numbers for s, numbers in stations.items()} | {UNKNOWN: stations[7]}
    for station, neighbour in ((13, 14), (14, 13)):
        said[code(station)] = {**stations[station], **{f: stations[neighbour][f] for f in PAGE_3}}
    accepted = [row for row in rows if row["accepted"]]
    assert len(accepted) > 400
    assert [row for row in accepted if int(row["accepted"]) != said[row["document"]][row["field"]]] == []
    assert sum(int(row["accepted"]) for row in accepted) == sum(
        field.accepted or 0 for document in documents.values() for field in document.fields.values()
    )
    assert {row["station"] for row in rows} >= {OVERSEAS}


# --- the tutorial -----------------------------------------------------------------------------------------------------


def test_the_night_of_the_tutorial_runs_as_it_is_told(tmp_path, monkeypatch):
    """Each command of the page, what it prints, and the table that is left."""
    text = (ROOT / "docs" / "tutorial" / "night-of-work.md").read_text("utf-8")
    blocks = [block.strip().splitlines() for block in text.split("```")[1::2]]
    assert len(blocks) == 3
    monkeypatch.setattr(run, "usual_workers", lambda photos: 1)
    for command, *told in blocks[:2]:
        arguments = [str(ROOT / a) if a.startswith("samples") else a for a in command.split()[1:]]
        arguments = [str(tmp_path / a) if a == "night" else a for a in arguments]
        result = CliRunner().invoke(main.app, arguments)
        assert result.exit_code == 0, result.output
        printed = result.stdout.splitlines()
        assert [line for line in printed if line in told] == [line for line in told if line != "..."]
    with (tmp_path / "night" / "stations.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = blocks[2][0].split(",")
    assert blocks[2][1:] == [",".join(row[column] for column in columns) for row in rows]
