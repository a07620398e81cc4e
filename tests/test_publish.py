"""Phase two: from a folder of results alone, the same bytes again; a person's decisions come in and go out again."""

from __future__ import annotations

import csv
import gc
import hashlib
import json
import multiprocessing
import shutil

import pytest
from fakes import FakeReader, contents, fill_disk, photo

from ocr_recap.batch import checksums, publish_tables, run
from ocr_recap.batch.audit import Acceptance, EditedError
from ocr_recap.batch.lock import held
from ocr_recap.batch.options import BatchOptions
from ocr_recap.messages.errors import CannotWrite, FolderBusy, FolderDamaged, InputUnusable
from ocr_recap.records import document
from ocr_recap.records.decisions import Decision, Stood, numbers_of
from ocr_recap.records.document import settle
from ocr_recap.records.record import Record

CODE = "2101142004001"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Results of two photos of one page, a photo that another station sends as well, a copy, and a broken file."""
    folder = tmp_path_factory.mktemp("publish")
    photo(folder / "in" / f"{CODE}-a.jpg", mark=1)
    photo(folder / "in" / f"{CODE}-b.jpg", mark=2)
    photo(folder / "in" / "x" / "2101142004-2.jpg", mark=3)
    photo(folder / "in" / "x" / "2101142004-3.jpg", mark=3)
    photo(folder / "in" / "y" / f"2101142004002-{CODE}.jpg", mark=4)
    (folder / "in" / "z.jpg").write_bytes(b"no photo")
    (folder / "roll.csv").write_text(f"station\n{CODE}\n2101142004009\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "Reader", FakeReader)
        run.run(
            [folder / "in"],
            folder / "out",
            BatchOptions(overlay=True, stations=folder / "roll.csv", dialect="excel-id"),
        )
    return folder / "out"


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "results")


def test_rewriting_without_decisions_gives_the_same_bytes(folder):
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    for name in ("numbers.csv", "stations.csv", "report.html", "SHA256SUMS"):
        assert len(before[folder / name]) > 100
    tables = publish_tables.rewrite(folder)
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before
    assert [d.verdict for d in tables.documents].count("missing") == 1
    shutil.move(folder, folder.with_name("elsewhere"))
    (folder.with_name("elsewhere") / "numbers.csv").unlink()
    publish_tables.rewrite(folder.with_name("elsewhere"))
    assert contents(folder.with_name("elsewhere"))["numbers.csv"] == before[folder / "numbers.csv"]


def test_every_file_is_listed_with_its_hash(folder):
    listed = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    there = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    assert set(listed) == set(there) - {"SHA256SUMS", ".lock", "journal.sqlite"}
    assert all(hashlib.sha256(there[name].read_bytes()).hexdigest() == digest for name, digest in listed.items())
    assert sorted(listed) == list(listed)


def decide(folder, value=43):
    """A person says what `votes_2` is on every photo."""
    records = [r for r in publish_tables.photos_jsonl(folder / "photos.jsonl") if r.page]
    said = [(r, numbers_of(r)["votes_2"], r.fields["votes_2"]) for r in records]
    decisions = [
        Decision(
            at="2024-02-14T15:30:00Z",
            by="Sri",
            document=record.document,
            file=record.photo.file,
            **number._asdict(),
            old=Stood(text=field.text, value=field.value, status=field.status),
            new=value,
        )
        for record, number, field in said
    ]
    with publish_tables.at_work(folder):
        return publish_tables.write(publish_tables.opened(folder).grown(decisions)), len(said)


def test_decisions_reach_all_tables_and_leave_readings_alone(folder):
    before = contents(folder)
    tables, count = decide(folder)
    after = contents(folder)
    kept = [n for n in before if n.startswith(("photos", "crops/", "overlay/", "templates/"))]
    assert {name.partition("/")[0] for name in kept} == {"photos.jsonl", "crops", "overlay", "templates"}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    rows = list(csv.DictReader(after["numbers.csv"].decode("utf-8-sig").splitlines(), delimiter=";"))
    rows = [r for r in rows if r["field"] == "votes_2"]
    assert {(r["value"], r["decided_by"], r["decided_at"]) for r in rows} == {("43", "Sri", "2024-02-14T15:30:00Z")}
    # Whose sheet it is stays open on the others: one picture for two stations, and a name with two codes.
    assert {r["document"]: r["accepted"] for r in rows}[CODE] == "43"
    assert [r["accepted"] for r in rows].count("43") == 1
    found = [json.loads(line) for line in after["documents.jsonl"].splitlines()]
    assert [d["fields"]["votes_2"]["value"] for d in found if d["fields"]] == [43] * 3
    stations = list(csv.DictReader(after["stations.csv"].decode("utf-8-sig").splitlines(), delimiter=";"))
    assert [(s["votes_2"], s["decided_by"]) for s in stations if s["document"] == CODE] == [("43", "Sri")]
    assert [s["decided_by"] for s in stations].count("Sri") == 3
    assert b"decided by Sri" in after["report/001.html"]
    assert b"decided by</span> Sri" in after["report.html"]
    assert tables.totals.decided == 3
    assert len(tables.idle) == count - 3 == 1, "a photo gave way to a better one of its page"


def test_decisions_taken_back_leave_a_line_that_says_so(folder):
    before = contents(folder)
    decide(folder)
    assert contents(folder) != before
    (folder / "decisions.jsonl").unlink()
    with pytest.raises(EditedError, match=r"decisions\.jsonl"):
        publish_tables.rewrite(folder)
    publish_tables.rewrite(folder, Acceptance("Adi", "for training only"))
    after = contents(folder)
    assert after["documents.jsonl"] == before["documents.jsonl"]
    assert b"for training only" in after.pop("decisions.jsonl")
    assert b"for training only" in after["report.html"]


def test_the_next_batch_hears_earlier_decisions_again(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "Reader", FakeReader)
    decide(folder)
    log = (folder / "decisions.jsonl").read_bytes()
    (folder / "mine.txt").write_text("not ours")
    photo(tmp_path / "in" / f"{CODE}.jpg", mark=1)
    photo(tmp_path / "in" / "9.jpg", mark=9)
    result = run.run([tmp_path / "in"], folder)
    assert (folder / "decisions.jsonl").read_bytes() == log
    assert "decisions.jsonl" in checksums.read(folder)
    assert [d.accepted.get("votes_2") for d in result.documents] == [43, None]
    assert [d.decided_by for d in result.documents] == [("Sri",), ()]
    assert {d.file for d in result.idle} == {f"{CODE}-b.jpg", "x/2101142004-2.jpg", f"y/2101142004002-{CODE}.jpg"}
    assert (folder / "mine.txt").exists()
    assert len(list((folder / "crops").iterdir())) == 2
    assert not (folder / "overlay").exists()


def test_a_damaged_log_stops_a_batch_before_it_begins(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "Reader", FakeReader)
    (folder / "decisions.jsonl").write_text("{}\n")
    before = contents(folder)
    with pytest.raises(FolderDamaged, match=r"decisions\.jsonl"):
        run.run([photo(tmp_path / "in" / "9.jpg", mark=9)], folder)
    assert contents(folder) == before


def test_a_filled_in_table_is_never_lost(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "Reader", FakeReader)
    review = folder / "review.csv"
    ours = review.read_bytes()
    review.write_bytes(ours.replace(b"\r\n", b"\n"))
    assert publish_tables.rewrite(folder).kept == (), "saved again, and nothing filled in"
    assert review.read_bytes() == ours
    mine = ours.replace(b";;;;", b";43;Sri;;", 1)
    assert mine != ours
    commands = {
        "review-1.csv": lambda: publish_tables.rewrite(folder),
        "review-2.csv": lambda: run.run([photo(tmp_path / "in" / "9.jpg", mark=9)], folder),
    }
    for name, command in commands.items():
        review.write_bytes(mine)
        assert command().kept == (name,)
        assert (folder / name).read_bytes() == mine
        assert b"Sri" not in review.read_bytes()


@pytest.mark.parametrize("name", ["photos.jsonl", "run.json", "templates/c-hasil-ppwp-2024.yaml"])
def test_what_was_changed_by_hand_is_refused_and_nothing_is_written(folder, name):
    (folder / name).write_bytes((folder / name).read_bytes() + b"\n")
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    with pytest.raises(FolderDamaged) as fault:
        publish_tables.rewrite(folder)
    assert name in fault.value.id
    assert "was changed or lost" in fault.value.en
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_a_full_disk_leaves_everything_as_it_was(folder, monkeypatch):
    before = contents(folder)
    fill_disk(monkeypatch)
    with pytest.raises(CannotWrite) as fault:
        publish_tables.rewrite(folder)
    assert "tidak dapat ditulis (disk penuh)" in fault.value.id
    assert "cannot be written (no space is left on the disk)" in fault.value.en
    after = contents(folder)
    assert {name: content for name, content in after.items() if not name.startswith(".part/")} == before
    monkeypatch.undo()
    publish_tables.rewrite(folder)
    assert contents(folder) == before


def test_a_damaged_picture_is_not_given_a_new_hash(folder):
    picture = next((folder / "crops").iterdir())
    name = f"crops/{picture.name}"
    before = checksums.read(folder)[name]
    picture.write_bytes(b"damaged")
    publish_tables.rewrite(folder)
    assert checksums.read(folder)[name] == before


@pytest.mark.parametrize(
    ("content", "kind"), [(None, InputUnusable), ("{}", FolderDamaged), ('{"schema": 99}', FolderDamaged)]
)
def test_what_is_no_folder_of_results(tmp_path, content, kind):
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    with pytest.raises(kind, match=r"run\.json"):
        publish_tables.rewrite(tmp_path)
    assert not (tmp_path / ".lock").exists()


def test_documents_and_photos_that_do_not_belong_together(folder):
    lines = (folder / "documents.jsonl").read_bytes().splitlines(keepends=True)
    for content in (b"".join(lines[1:]), b"{}\n", None):
        (folder / "documents.jsonl").unlink()
        if content is not None:
            (folder / "documents.jsonl").write_bytes(content)
        with pytest.raises(FolderDamaged, match=r"documents\.jsonl"):
            publish_tables.rewrite(folder)
        (folder / "documents.jsonl").touch()


def test_names_that_lead_out_of_the_folder_are_not_ours(tmp_path):
    names = ("../x", "/etc/x", "crops/../x", "crops/..", "notes.txt", "crops/a/b", "crops/a.jpg", "photos.jsonl")
    checksums.write(tmp_path, dict.fromkeys(names, "0" * 64))
    assert set(checksums.read(tmp_path)) == {"crops/a.jpg", "photos.jsonl"}


def hold(folder, ready, done):
    with held(folder):
        ready.set()
        done.wait(30)


@pytest.mark.slow
def test_two_processes_never_work_in_one_folder(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "Reader", FakeReader)
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    other = context.Process(target=hold, args=(folder, ready, done))
    other.start()
    try:
        assert ready.wait(60)
        for call in (lambda: publish_tables.rewrite(folder), lambda: run.run([photo(tmp_path / "9.jpg")], folder)):
            with pytest.raises(FolderBusy) as fault:
                call()
            assert "sedang dipakai" in fault.value.id
            assert "at work" in fault.value.en
    finally:
        done.set()
        other.join()
    publish_tables.rewrite(folder)


def test_the_lock_may_be_nested(folder):
    with held(folder):
        publish_tables.rewrite(folder)


@pytest.mark.slow
def test_neither_phase_holds_all_records_or_weighs_a_document_again(tmp_path, monkeypatch):
    """Pages of stations come one after the other, so that every document reaches over the whole input."""
    stations = [f"2101142004{i:03d}" for i in range(1, 11)]
    for index, station in enumerate(stations):
        photo(tmp_path / "in" / f"a-{station}.jpg", mark=index)
        photo(tmp_path / "in" / f"b-{station}.jpg", mark=index + 20)
    alive = {"read": [], "written": []}

    def counting(phase, function):
        def counted(*arguments):
            alive[phase].append(sum(type(thing) is Record for thing in gc.get_objects()))
            return function(*arguments)

        return counted

    monkeypatch.setattr(run, "Reader", FakeReader)
    monkeypatch.setattr(document, "settle", counting("read", settle))
    monkeypatch.setattr(publish_tables, "settle", lambda *_: pytest.fail("nothing was decided since"))
    monkeypatch.setattr(publish_tables, "settles", counting("written", publish_tables.settles))
    gc.collect()
    before = sum(type(thing) is Record for thing in gc.get_objects())
    run.run([tmp_path / "in"], tmp_path / "out")
    for seen in alive.values():
        assert len(seen) == len(stations)
        assert max(seen) - before <= 8  # read and decided, of this document and the one before
