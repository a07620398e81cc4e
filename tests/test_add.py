"""Photos are added to a folder of results: what is in it stays, and the results are those of one batch."""

from __future__ import annotations

import json

import pytest
from fakes import FakeReader, contents, photo

from ocr_recap.batch import add as adding
from ocr_recap.batch import run
from ocr_recap.batch.inputs import Input, incoming
from ocr_recap.batch.options import BatchOptions
from ocr_recap.messages.errors import FolderDamaged
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
