"""Photos are added to a folder of results: what is in it stays, and the results are those of one batch."""

from __future__ import annotations

import hashlib
import json

import pytest
from fakes import FakeReader, contents, photo

from ocr_recap.batch import add as adding
from ocr_recap.batch import run
from ocr_recap.batch.inputs import Input, incoming
from ocr_recap.batch.options import BatchOptions
from ocr_recap.batch.publish_tables import rewrite
from ocr_recap.cli.summary import event_text
from ocr_recap.messages.errors import FolderDamaged
from ocr_recap.records.decision_log import LogEvent
from ocr_recap.records.folder import INCOMING

CODE = "2101142004001"
OTHER = "2101142004002"
OPTIONS = BatchOptions(workers=1)


@pytest.fixture(autouse=True)
def _fake(monkeypatch):
    monkeypatch.setattr(run, "Reader", FakeReader)
    monkeypatch.setattr(adding, "Reader", FakeReader)


def results(folder):
    """The results that do not depend on when and in how many runs they were made."""
    return {name: data for name, data in contents(folder).items() if name not in ("run.json", "SHA256SUMS")}


def test_photos_added_one_by_one_give_the_results_of_one_batch(tmp_path):
    names = [f"{CODE}-a.jpg", f"{OTHER}/b.jpg", f"{CODE}-c.jpg"]
    for mark, name in enumerate(names, 1):
        photo(tmp_path / "in" / name, mark=mark)
    inputs = [Input(tmp_path / "in" / name, name) for name in names]
    run.run(run.Collected(tuple(inputs), ()), tmp_path / "once", OPTIONS)
    for one in inputs:
        result = adding.add([one], tmp_path / "slowly", OPTIONS)
    assert results(tmp_path / "slowly") == results(tmp_path / "once")
    assert [row.file for row in result.rows] == names
    assert result.resumed == 2


def test_a_photo_that_is_there_is_not_added_again_and_a_copy_is_a_problem(tmp_path):
    photo(tmp_path / "a.jpg", mark=1)
    photo(tmp_path / "copy.jpg", mark=1)
    one = Input(tmp_path / "a.jpg", "a.jpg")
    first = adding.add([one], tmp_path / "out", OPTIONS)
    before = contents(tmp_path / "out")
    again = adding.add([one], tmp_path / "out", OPTIONS)
    assert len(first.rows) == len(again.rows) == 1
    assert again.unchanged
    assert contents(tmp_path / "out") == before
    more = adding.add([Input(tmp_path / "copy.jpg", "copy.jpg")], tmp_path / "out", OPTIONS)
    assert [p.code for p in more.rows[1].problems] == ["duplicate_photo"]


def test_photos_that_are_gone_keep_their_results_and_stations(tmp_path):
    photo(tmp_path / CODE / "a.jpg", mark=1)
    photo(tmp_path / "b.jpg", mark=2)
    (tmp_path / "list.csv").write_text(f"file,station\nb.jpg,{OTHER}\n")
    both = run.Collected((Input(tmp_path / CODE / "a.jpg", "a.jpg"), Input(tmp_path / "b.jpg", "b.jpg")), ())
    run.run(both, tmp_path / "out", BatchOptions(workers=1, manifest=tmp_path / "list.csv"))
    before = (tmp_path / "out" / "photos.jsonl").read_bytes()
    (tmp_path / CODE / "a.jpg").unlink()
    (tmp_path / "b.jpg").unlink()
    photo(tmp_path / "c.jpg", mark=3)
    adding.add([Input(tmp_path / "c.jpg", "c.jpg")], tmp_path / "out", OPTIONS)
    after = (tmp_path / "out" / "photos.jsonl").read_bytes()
    assert after.startswith(before)
    stations = [json.loads(line)["station"]["code"] for line in after.splitlines()]
    assert stations == [CODE, OTHER, None]


def test_results_made_elsewhere_are_taken_and_not_made_again(tmp_path, monkeypatch):
    photo(tmp_path / "a.jpg", mark=1)
    one = Input(tmp_path / "a.jpg", "a.jpg")
    kept = {}

    def keep(job):
        kept[job.key] = job.run(FakeReader(OPTIONS.reading))
        return kept[job.key]

    adding.add([one], tmp_path / "out", OPTIONS, made=keep)
    assert len(kept) == 1
    adding.add([one], tmp_path / "other", OPTIONS)
    assert results(tmp_path / "out") == results(tmp_path / "other")


def test_a_later_batch_reads_what_the_server_received_as_well(tmp_path):
    photo(tmp_path / "out" / INCOMING / CODE / "x.jpg", mark=1)
    photo(tmp_path / "in" / f"{OTHER}.jpg", mark=2)
    result = run.run([tmp_path / "in"], tmp_path / "out", OPTIONS)
    assert [row.file for row in result.rows] == [f"{OTHER}.jpg", f"incoming/{CODE}/x.jpg"]
    assert len(incoming(tmp_path / "out")) == 1


def test_a_plan_that_was_changed_or_never_kept_is_refused(tmp_path):
    import sqlite3

    photo(tmp_path / "a.jpg", mark=1)
    adding.add([Input(tmp_path / "a.jpg", "a.jpg")], tmp_path / "out", OPTIONS)
    with sqlite3.connect(tmp_path / "out" / "journal.sqlite") as db:
        changed = db.execute("UPDATE plan SET photo = replace(photo, 'a.jpg', 'b.jpg')")
        assert changed.rowcount == 2
    photo(tmp_path / "c.jpg", mark=3)
    with pytest.raises(FolderDamaged) as caught:
        adding.add([Input(tmp_path / "c.jpg", "c.jpg")], tmp_path / "out", OPTIONS)
    assert caught.value.code == "folder_without_plan"


def withdrawn(file, out):
    """The line of the log of a person who withdraws a photo of a folder of results."""
    sha256 = hashlib.sha256((out.parent / "in" / file).read_bytes()).hexdigest()
    facts = {"by": "Ani", "reason": "{wrong} station", "file": file, "photo": sha256}
    return LogEvent(event="photo_withdrawn", at="2029-02-14T15:00:00Z", **facts)


def records_of(folder):
    return {one["photo"]["file"]: one for one in map(json.loads, (folder / "photos.jsonl").read_text().splitlines())}


@pytest.mark.parametrize("order", [(CODE, OTHER), (OTHER, CODE)])
def test_a_withdrawn_photo_stays_in_results_and_its_copy_counts_in_its_place(tmp_path, order):
    for code in order:
        photo(tmp_path / "in" / code / "a.jpg", mark=1)
    inputs = [Input(tmp_path / "in" / code / "a.jpg", f"{code}/a.jpg") for code in order]
    out = tmp_path / "out"
    adding.add(inputs, out, OPTIONS)
    doubted = "photo_under_two_stations"
    assert {p["code"] for one in records_of(out).values() for p in one["problems"]} >= {doubted, "duplicate_photo"}
    line = withdrawn(f"{OTHER}/a.jpg", out)
    done = adding.add([], out, OPTIONS, withdrawn=[line])
    found = records_of(out)
    stays, gone = found[f"{CODE}/a.jpg"], found[f"{OTHER}/a.jpg"]
    assert (stays["counts"], stays["problems"], stays["station"]["code"]) == (True, [], CODE)
    assert len(stays["fields"]) == 3
    assert (gone["counts"], gone["page"], gone["fields"], gone["station"]["code"]) == (False, None, {}, OTHER)
    assert [p["code"] for p in gone["problems"]] == ["photo_withdrawn"]
    assert gone["problems"][0]["data"] == {"by": "Ani", "at": line.at, "reason": "{wrong} station"}
    assert "withdrawn by Ani (2029-02-14T15:00:00Z): {wrong} station." in gone["problems"][0]["hint"]["en"]
    assert (out / "numbers.csv").read_text().count(OTHER) == 0
    assert [event.event for event in done.events] == ["photo_withdrawn"]
    assert f"Foto {OTHER}/a.jpg ditarik oleh Ani" in (out / "report.html").read_text()
    assert f"{OTHER}/a.jpg was withdrawn by Ani" in event_text(done.events[0], "en")
    assert done.totals.photos == 2


def test_a_withdrawal_is_logged_once_and_outlives_later_photos_and_batches(tmp_path):
    for name, mark in (("a.jpg", 1), ("b.jpg", 2), ("c.jpg", 3)):
        photo(tmp_path / "in" / CODE / name, mark=mark)
    out = tmp_path / "out"
    a, b, c = (Input(tmp_path / "in" / CODE / f"{name}.jpg", f"{CODE}/{name}.jpg") for name in "abc")
    line = withdrawn(f"{CODE}/a.jpg", out)
    adding.add([a, b], out, OPTIONS, withdrawn=[line])
    log = (out / "decisions.jsonl").read_bytes()
    assert adding.add([], out, OPTIONS, withdrawn=[line]).unchanged
    adding.add([c], out, OPTIONS)
    counting = {name: one["counts"] for name, one in records_of(out).items()}
    assert counting[f"{CODE}/a.jpg"] is False
    rewrite(out)
    assert {name: one["counts"] for name, one in records_of(out).items()} == counting
    assert (out / "decisions.jsonl").read_bytes() == log
    assert sum(counting.values()) == 1  # one of the two photos that stay
