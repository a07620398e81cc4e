"""A batch: every photo accounted for, in order, once; interrupted or not, in one process or several."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from fakes import FakeReader, contents, photo

from ocr_recap.batch import jobs, run
from ocr_recap.batch.options import BatchOptions
from ocr_recap.batch.run import collect
from ocr_recap.messages.errors import CannotWrite, InputUnusable


@pytest.fixture
def reader(monkeypatch):
    """The fake reader of the latest run."""
    made: list[FakeReader] = []

    def make(options=None):
        made.append(FakeReader(options))
        return made[-1]

    monkeypatch.setattr(run, "Reader", make)
    return lambda: made[-1]


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "in"
    for index in range(5):
        photo(folder / f"{index}.jpg", mark=index)
    return folder


def lines(out):
    return [json.loads(line) for line in (out / "photos.jsonl").read_text().splitlines()]


# --- which photos ---------------------------------------------------------------------------------------------------


def test_folders_recurse_in_order_and_name_what_they_skip(tmp_path):
    for name in ("b/2.JPG", "b/1.jpeg", "a/x.webp", "c.png", "d.jfif"):
        photo(tmp_path / name)
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "._c.png").write_text("x")
    found = collect([tmp_path])
    assert [p.name for p in found.photos] == ["c.png", "d.jfif", "a/x.webp", "b/1.jpeg", "b/2.JPG"]
    assert found.skipped == ("._c.png", "notes.txt")


def test_named_files_are_always_tried(tmp_path):
    (tmp_path / "scan.txt").write_text("x")
    found = collect([tmp_path / "scan.txt", tmp_path / "missing.jpg"])
    assert [p.name for p in found.photos] == ["scan.txt", "missing.jpg"]


def test_a_folder_without_photos_is_an_error_in_both_languages(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(InputUnusable) as fault:
        collect([tmp_path])
    assert "Tidak ada foto" in fault.value.id
    assert "No photos" in fault.value.en


def test_an_empty_folder_among_others_is_named(photos, tmp_path):
    (tmp_path / "empty").mkdir()
    found = collect([photos, tmp_path / "empty"])
    assert len(found.photos) == 5
    assert found.skipped == ("empty/",)


def test_results_inside_the_input_are_not_read_as_photos(photos):
    photo(photos / "out" / "overlay" / "0-1234.jpg")
    photo(photos / "overlay" / "0-1234.jpg")
    assert len(collect([photos], photos / "out").photos) == 6
    assert len(collect([photos], photos).photos) == 6


def test_equal_names_from_different_folders_are_told_apart(tmp_path):
    a, b = photo(tmp_path / "a" / "1.jpg"), photo(tmp_path / "b" / "1.jpg")
    assert [p.name for p in collect([a, b]).photos] == ["a/1.jpg", "b/1.jpg"]
    assert [p.name for p in collect([tmp_path / "a", tmp_path / "b"]).photos] == ["a/1.jpg", "b/1.jpg"]
    assert [p.name for p in collect([a, a]).photos] == ["1.jpg", "1.jpg"]


def test_names_that_are_told_apart_say_nothing_of_a_home_folder(tmp_path, monkeypatch):
    def names(*paths):
        return [photo.name for photo in collect([tmp_path / path for path in paths]).photos]

    assert names("siti/1.jpg", "siti/x/1.jpg") == ["1.jpg", "x/1.jpg"]
    assert names("a/p/1.jpg", "b/p/1.jpg", "b/q/1.jpg") == ["a/p/1.jpg", "b/p/1.jpg", "b/q/1.jpg"]
    assert names("a/../b/1.jpg", "c/1.jpg") == ["b/1.jpg", "c/1.jpg"]
    found = collect([Path("/home/siti/1.jpg"), Path("/mnt/usb/1.jpg"), Path("/Users/adi/1.jpg")]).photos
    assert not {"siti", "adi", "home", "Users"} & {part for photo in found for part in photo.name.split("/")}
    assert len({photo.name for photo in found}) == 3
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "siti"))
    assert names("siti/1.jpg", "usb/1.jpg") == ["1.jpg", "usb/1.jpg"]
    assert names("siti/a/1.jpg", "usb/a/1.jpg") == ["a/1.jpg", "usb/a/1.jpg"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_names_that_are_no_text_become_text(tmp_path):
    path = os.path.join(os.fsencode(tmp_path), b"a\xff\x07.jpg")  # noqa: PTH118  (bytes are the point)
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(b"x")
    assert [p.name for p in collect([tmp_path]).photos] == ["a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}.jpg"]


# --- results --------------------------------------------------------------------------------------------------------


def test_results_are_complete_and_nothing_else_stays(reader, photos, tmp_path):
    out = tmp_path / "out"
    result = run.run([photos], out, BatchOptions(overlay=True, save_pages=True))
    assert [r["photo"]["file"] for r in lines(out)] == [f"{i}.jpg" for i in range(5)]
    names = sorted(p.name for p in out.iterdir())
    assert names == [
        ".lock",
        "SHA256SUMS",
        "bubbles",
        "crops",
        "documents.jsonl",
        "headers",
        "journal.sqlite",
        "numbers.csv",
        "overlay",
        "pages",
        "photos.jsonl",
        "report",
        "report.html",
        "review.csv",
        "run.json",
        "stations-labels.csv",
        "stations.csv",
        "templates",
    ]
    for kind in ("crops", "headers", "overlay", "pages"):
        assert len(list((out / kind).iterdir())) == 5
    assert (result.totals.photos, result.totals.accepted, result.resumed) == (5, 5, 0)
    report = (out / "report" / "001.html").read_text()
    assert report.count('src="../crops/') == 5 * 3  # three numbers each
    assert 'href="../overlay/0-' in report
    assert 'href="report/001.html#d5"' in (out / "report.html").read_text()


def test_results_hold_no_path_and_do_not_depend_on_place(reader, photos, tmp_path):
    run.run([photos], tmp_path / "one")
    moved = photos.rename(tmp_path / "elsewhere")
    run.run([moved], tmp_path / "deep" / "two")
    one, two = contents(tmp_path / "one"), contents(tmp_path / "deep" / "two")
    assert one == two
    assert not [name for name, content in one.items() if str(tmp_path).encode() in content]


def test_photos_of_equal_stem_keep_their_own_pictures(reader, tmp_path):
    photo(tmp_path / "in" / "a" / "1.jpg", mark=1)
    photo(tmp_path / "in" / "b" / "1.jpg", mark=2)
    photo(tmp_path / "in" / "b" / "1.jpeg", mark=3)
    run.run([tmp_path / "in"], tmp_path / "out", BatchOptions(overlay=True))
    assert len(list((tmp_path / "out" / "overlay").iterdir())) == 3


def test_pictures_of_an_earlier_batch_do_not_stay(reader, photos, tmp_path):
    out = tmp_path / "out"
    run.run([photos], out, BatchOptions(overlay=True))
    (out / "overlay" / "mine.jpg").write_bytes(b"not ours")
    run.run([photos / "0.jpg"], out, BatchOptions(overlay=True))
    assert len(list((out / "overlay").iterdir())) == 2
    assert (out / "overlay" / "mine.jpg").exists()


def test_the_same_photo_twice_is_counted_once(reader, photos, tmp_path):
    (photos / "9.jpg").write_bytes((photos / "1.jpg").read_bytes())
    result = run.run([photos], tmp_path / "out", BatchOptions(overlay=True))
    last = lines(tmp_path / "out")[-1]
    assert (last["page"], last["fields"], last["status"]) == (None, {}, "problem")
    assert last["problems"][0]["code"] == "duplicate_photo"
    assert last["problems"][0]["data"] == {"first": "1.jpg"}
    assert last["photo"]["file"] == "9.jpg"
    assert "9.jpg" not in reader().calls
    assert (result.totals.accepted, result.totals.problems) == (5, 1)


def test_empty_files_are_each_reported_empty(reader, tmp_path):
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(b"")
    run.run([tmp_path], tmp_path / "out")
    assert [r["problems"][0]["code"] for r in lines(tmp_path / "out")] == ["file_empty", "file_empty"]


def test_a_file_that_cannot_be_opened_is_a_record(reader, tmp_path):
    run.run([tmp_path / "missing.jpg"], tmp_path / "out")
    assert lines(tmp_path / "out")[0]["problems"][0]["code"] == "file_unreadable"


def test_a_fault_of_the_program_is_a_problem_of_one_photo(reader, photos, tmp_path, monkeypatch):
    whole = jobs.strip
    calls = []

    def faulty(*arguments):
        calls.append(1)
        if len(calls) == 4:  # the second photo's first number
            raise ZeroDivisionError
        return whole(*arguments)

    monkeypatch.setattr(jobs, "strip", faulty)
    run.run([photos], tmp_path / "out")
    found = [[p["code"] for p in r["problems"]] for r in lines(tmp_path / "out")]
    assert found == [[], ["internal_error"], [], [], []]


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_results_that_cannot_be_written_are_an_error(reader, photos, tmp_path, place):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CannotWrite) as fault:
        run.run([photos], tmp_path / place)
    assert "--out" in fault.value.id
    assert "--out" in fault.value.en


# --- documents --------------------------------------------------------------------------------------------------------


def test_records_and_tables_say_the_same_station_and_document(reader, tmp_path):
    code = "2101142004001"
    photo(tmp_path / "in" / code / "a.jpg", mark=1)
    photo(tmp_path / "in" / "b.jpg", mark=2)
    out = tmp_path / "out"
    result = run.run([tmp_path / "in"], out)
    assert [(r["station"]["code"], r["document"]) for r in lines(out)] == [(None, "b.jpg"), (code, code)]
    assert [(d.id, d.station) for d in result.documents] == [("b.jpg", None), (code, code)]
    assert [(name, p.code) for name, p in result.document_problems] == [("b.jpg", "station_unknown")]
    assert (out / "documents.jsonl").read_text().count("\n") == 2


def test_stations_off_the_roll_are_reported(reader, tmp_path):
    photo(tmp_path / "in" / "2101142004001.jpg")
    (tmp_path / "roll.csv").write_text("station\n2101142004002\n")
    result = run.run([tmp_path / "in"], tmp_path / "out", BatchOptions(stations=tmp_path / "roll.csv"))
    assert [(name, p.code) for name, p in result.document_problems] == [("2101142004001", "station_not_on_roll")]
    assert [(d.station, d.verdict) for d in result.documents] == [
        ("2101142004001", "review"),
        ("2101142004002", "missing"),
    ]


def test_the_folder_named_on_the_command_line_may_be_the_stations(reader, tmp_path):
    photo(tmp_path / "2101142004001" / "a.jpg")
    run.run([tmp_path / "2101142004001"], tmp_path / "out")
    assert lines(tmp_path / "out")[0]["station"] == {"code": "2101142004001", "source": "folder"}


def test_two_photos_of_a_page_are_counted_once(reader, tmp_path):
    for index in range(2):
        photo(tmp_path / "in" / f"2101142004001_{index}.jpg", mark=index)
    result = run.run([tmp_path / "in"], tmp_path / "out")
    assert (result.totals.accepted, result.totals.review, result.totals.problems) == (1, 1, 0)
    assert [r["counts"] for r in lines(tmp_path / "out")] == [True, False]
    assert [[p["code"] for p in r["problems"]] for r in lines(tmp_path / "out")] == [[], ["page_again"]]
    assert (tmp_path / "out" / "numbers.csv").read_text("utf-8-sig").count("\n") == 1 + 3
    assert "page_again" in (tmp_path / "out" / "report" / "001.html").read_text()


def test_names_of_documents_are_defused_in_tables(reader, tmp_path):
    photo(tmp_path / "=1+1.jpg")
    run.run([tmp_path / "=1+1.jpg"], tmp_path / "out")
    for name in ("stations.csv", "numbers.csv"):
        assert "\n'=1+1.jpg," in (tmp_path / "out" / name).read_text("utf-8-sig")


# --- interruption ---------------------------------------------------------------------------------------------------


def interrupted(after):
    def progress(done, _total, _name):
        if done == after:
            raise KeyboardInterrupt

    return progress


def test_an_interrupted_batch_goes_on(reader, photos, tmp_path):
    (photos / "3.jpg").write_bytes((photos / "0.jpg").read_bytes())
    run.run([photos], tmp_path / "calm", BatchOptions(overlay=True))
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run.run([photos], out, BatchOptions(overlay=True), progress=interrupted(2))
    assert not (out / "photos.jsonl").exists()
    steps = []
    result = run.run(
        [photos], out, BatchOptions(overlay=True), progress=lambda done, total, name: steps.append((done, total))
    )
    assert reader().calls == ["2.jpg", "4.jpg"]
    assert result.resumed == 2
    assert steps == [(i, 5) for i in range(1, 6)]
    assert contents(out) == contents(tmp_path / "calm")


def test_earlier_results_stay_whole_while_a_batch_runs(reader, photos, tmp_path):
    out = tmp_path / "out"
    run.run([photos / "0.jpg"], out)
    before = contents(out)
    with pytest.raises(KeyboardInterrupt):
        run.run([photos], out, progress=interrupted(3))
    assert {name: content for name, content in contents(out).items() if not name.startswith(".work/")} == before


@pytest.mark.parametrize("change", [{"overlay": True}, {"reading": run.Options(max_pixels=9_000_000)}])
def test_other_options_read_again(reader, photos, tmp_path, change):
    with pytest.raises(KeyboardInterrupt):
        run.run([photos], tmp_path / "out", progress=interrupted(2))
    assert run.run([photos], tmp_path / "out", BatchOptions(**change)).resumed == 0


def test_a_damaged_journal_is_put_aside_and_nothing_is_lost(reader, photos, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run.run([photos], out, progress=interrupted(2))
    with (out / "journal.sqlite").open("r+b") as file:
        file.write(b"no database at all")
    assert run.run([photos], out).resumed == 0
    assert len(lines(out)) == 5
    assert (out / "journal.sqlite.damaged").is_file()


def test_a_damaged_picture_is_made_again(reader, photos, tmp_path):
    out = tmp_path / "out"
    run.run([photos], tmp_path / "calm")
    with pytest.raises(KeyboardInterrupt):
        run.run([photos], out, progress=interrupted(3))
    damaged = min((out / ".work" / "crops").iterdir())
    damaged.write_bytes(b"")  # as a power cut may leave it
    assert run.run([photos], out).resumed == 2
    assert contents(out) == contents(tmp_path / "calm")


def test_what_nobody_could_hash_is_looked_at_each_time(reader, photos, tmp_path):
    for name in ("a.jpg", "b.jpg"):  # each the first that cannot be opened
        run.run([photos, tmp_path / name], tmp_path / "out")
        assert reader().calls[-1:] == [name]
        assert lines(tmp_path / "out")[-1]["photo"]["file"] == name


# --- once more ------------------------------------------------------------------------------------------------------


def test_a_finished_batch_is_only_looked_at(reader, photos, tmp_path):
    out = tmp_path / "out"
    first = run.run([photos], out)
    before = {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file() and "journal" not in p.name}
    again = run.run([photos], out)
    assert reader().calls == []
    assert (again.unchanged, again.resumed) == (True, 5)
    assert (again.rows, again.totals, again.documents) == (first.rows, first.totals, first.documents)
    assert {p: p.stat().st_mtime_ns for p in before} == before


def test_what_was_lost_of_finished_results_is_made_again_without_reading(reader, photos, tmp_path):
    out = tmp_path / "out"
    run.run([photos], out)
    before = contents(out)
    (out / "report.html").unlink()
    assert not run.run([photos], out).unchanged
    assert reader().calls == []
    assert contents(out) == before


def test_a_table_that_somebody_fills_in_stays(reader, photos, tmp_path):
    run.run([photos], tmp_path / "out")
    with (tmp_path / "out" / "review.csv").open("ab") as file:
        file.write(b"somebody's work")
    assert run.run([photos], tmp_path / "out").unchanged
    assert (tmp_path / "out" / "review.csv").read_bytes().endswith(b"somebody's work")


def test_a_photo_of_another_name_is_not_read_again(reader, photos, tmp_path):
    for overlay, read in ((False, []), (True, ["7.jpg"])):  # its name is drawn on an overlay
        run.run([photos], tmp_path / "out", BatchOptions(overlay=overlay))
        (photos / "3.jpg").rename(photos / "7.jpg")
        run.run([photos], tmp_path / "calm", BatchOptions(overlay=overlay))
        run.run([photos], tmp_path / "out", BatchOptions(overlay=overlay))
        assert reader().calls == read
        assert contents(tmp_path / "out") == contents(tmp_path / "calm")
        (photos / "7.jpg").rename(photos / "3.jpg")


def test_more_photos_are_all_that_is_read(reader, photos, tmp_path):
    run.run([photos], tmp_path / "out")
    photo(photos / "7.jpg", mark=7)
    run.run([photos], tmp_path / "calm")
    run.run([photos], tmp_path / "out")
    assert reader().calls == ["7.jpg"]
    assert contents(tmp_path / "out") == contents(tmp_path / "calm")


def test_force_reads_all_again_and_an_interrupted_one_goes_on(reader, photos, tmp_path):
    out = tmp_path / "out"
    run.run([photos], out)
    before = contents(out)
    with pytest.raises(KeyboardInterrupt):
        run.run([photos], out, BatchOptions(kind="force"), progress=interrupted(2))
    assert len(reader().calls) == 2
    run.run([photos], out, BatchOptions(kind="force"))
    assert len(reader().calls) == 3
    assert contents(out) == before
    run.run([photos], out, BatchOptions(kind="force"))
    assert len(reader().calls) == 5


def test_retry_reads_those_with_problems_again(reader, photos, tmp_path):
    (photos / "2.jpg").write_bytes(b"no photo")
    run.run([photos], tmp_path / "out")
    assert run.run([photos], tmp_path / "out").unchanged
    run.run([photos], tmp_path / "out", BatchOptions(kind="retry"))
    assert reader().calls == ["2.jpg"]


def test_a_file_that_changes_while_it_is_read_is_no_result_of_its_bytes(reader, photos, tmp_path, monkeypatch):
    content = (photos / "2.jpg").read_bytes()
    whole = FakeReader.reading

    def changing(self, source, name, frame=0):
        if name == "2.jpg":
            photo(photos / "2.jpg", mark=9)
        return whole(self, source, name, frame)

    monkeypatch.setattr(FakeReader, "reading", changing)
    run.run([photos], tmp_path / "out")
    found = lines(tmp_path / "out")[2]
    assert [p["code"] for p in found["problems"]] == ["file_changed"]
    (photos / "2.jpg").write_bytes(content)
    monkeypatch.setattr(FakeReader, "reading", whole)
    run.run([photos], tmp_path / "out")
    assert reader().calls == ["2.jpg"]
    assert lines(tmp_path / "out")[2]["problems"] == []


def test_results_are_not_replaced_by_a_mistyped_name(reader, photos, tmp_path):
    run.run([photos], tmp_path / "out")
    before = contents(tmp_path / "out")
    with pytest.raises(InputUnusable) as fault:
        run.run([tmp_path / "fotos"], tmp_path / "out")
    assert "--out" in fault.value.id
    assert "--out" in fault.value.en
    assert contents(tmp_path / "out") == before
