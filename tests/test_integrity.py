"""Results that were edited behind the program's back: named, never published, taken only by a person who says why."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import sqlite3
import zlib
from contextlib import contextmanager
from pathlib import Path

import pytest
from fakes import FORM, FakeReader, contents, photo
from typer.testing import CliRunner

from ocr_recap import apply
from ocr_recap.batch import checksums, publish_tables
from ocr_recap.batch import run as batch
from ocr_recap.batch.audit import Acceptance, EditedError
from ocr_recap.batch.options import BatchOptions
from ocr_recap.batch.status import status
from ocr_recap.cli import main
from ocr_recap.evaluate.readings import read_results
from ocr_recap.messages.errors import FolderDamaged, InputUnusable, WrongUse
from ocr_recap.records.decision_log import read_log

pytestmark = pytest.mark.slow

CODE = "2101142004001"
WHY = Acceptance("Adi", "moved by the owner")


@pytest.fixture(scope="module", autouse=True)
def loaded():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish_tables.template, "load", lambda _: FORM)
        patch.setattr(batch, "Reader", FakeReader)
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Results of three stations, with two decisions by Sri, and the photos beside them."""
    base = tmp_path_factory.mktemp("integrity")
    for index in range(3):
        photo(base / "in" / f"210114200400{index + 1}.jpg", mark=index)
    batch.run([base / "in"], base / "out")
    for number in (43, 44):
        apply(base / "out", filled(base / "out", base / "f.csv", str(number)), by="Sri")
    return base


@pytest.fixture
def place(made, tmp_path):
    return shutil.copytree(made, tmp_path / "place")


@pytest.fixture
def folder(place):
    return place / "out"


def rows(folder) -> list[dict[str, str]]:
    text = (folder / "review.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def filled(folder: Path, target: Path, *answers: str, note: str = "") -> Path:
    """A review.csv with these answers; of a folder that asks for nothing any more, one with its heading alone."""
    asked = rows(folder)
    for row, answer in zip(asked, answers, strict=False):
        row.update(verified=answer, note=note)
    head = (folder / "review.csv").read_bytes().decode("utf-8-sig").split("\r\n")[0].split(",")
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.DictWriter(file, head)
        out.writeheader()
        out.writerows(asked)
    return target


def call(*arguments):
    return CliRunner().invoke(main.app, [str(a) for a in arguments])


def everything(folder) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def results(folder) -> dict[str, object]:
    """All but the journal, `run.json` and the lock."""
    return {name: content for name, content in contents(folder).items() if name != ".lock"}


def move_votes(folder):
    path = folder / "documents.jsonl"
    path.write_bytes(path.read_bytes().replace(CODE.encode(), b"2101142004009"))
    return "documents.jsonl"


def add_decision(folder):
    path = folder / "decisions.jsonl"
    line = json.loads(path.read_bytes().splitlines()[0])
    said = {**line, "by": "Ketua", "new": 7, "at": "2024-02-14T09:00:00Z"}
    said["previous"] = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(path.read_bytes() + json.dumps(said).encode() + b"\n")
    return "decisions.jsonl"


def remove_log(folder):
    (folder / "decisions.jsonl").unlink()
    return "decisions.jsonl"


def remove_list(folder):
    (folder / "SHA256SUMS").unlink()
    return "photos.jsonl"


EDITS = (move_votes, add_decision, remove_log, remove_list)


# --- named, and nothing published -------------------------------------------------------------------------------------


@pytest.mark.parametrize("edit", EDITS)
def test_nothing_is_published_from_what_was_edited(place, folder, edit):
    name = edit(folder)
    before = everything(folder)
    review = filled(folder, place / "none.csv")
    for command in (
        lambda: apply(folder, review, by="Sri"),
        lambda: publish_tables.rewrite(folder),
        lambda: batch.run([place / "in"], folder),
        lambda: batch.run([place / "in"], folder, BatchOptions(kind="force")),
        lambda: read_results(folder),
    ):
        with pytest.raises(EditedError) as fault:
            command()
        assert name in fault.value.id
        assert name in fault.value.en
        assert "--accept-edits" in fault.value.en
        assert name in [edit.name for edit in fault.value.edits]
    after = everything(folder)
    assert {n: c for n, c in after.items() if "journal" not in n} == {
        n: c for n, c in before.items() if "journal" not in n
    }
    assert name in status(folder).edited


def test_the_command_line_names_what_was_edited(place, folder):
    move_votes(folder)
    truth = place / "truth.csv"
    truth.write_text(f"file,field,text\n{CODE}.jpg,votes_1,117\n")
    commands = (
        ("apply", folder, folder / "review.csv"),
        ("read", place / "in", "--out", folder),
        ("evaluate", folder, truth),
        ("sample", folder),
    )
    for command in commands:
        for language, text in (("en", "not what SHA256SUMS lists"), ("id", "tidak sama dengan yang tercatat")):
            result = call(*command, "--lang", language)
            assert (result.exit_code, result.stdout) == (FolderDamaged.exit_code, "")
            assert text in result.stderr
            assert "documents.jsonl" in result.stderr
    told = call("status", folder, "--lang", "en")
    assert told.exit_code == 1
    assert "NOT what SHA256SUMS lists: documents.jsonl" in told.stdout
    assert json.loads(call("status", folder, "--json").stdout)["edited"] == ["documents.jsonl"]


def test_tables_that_people_fill_in_or_save_again_lock_nothing(place, folder):
    for name in ("review.csv", "numbers.csv", "report.html"):
        (folder / name).write_bytes((folder / name).read_bytes() + b" \r\n")
    assert set(status(folder).edited) == {"numbers.csv", "report.html"}
    publish_tables.rewrite(folder)
    assert status(folder).edited == ()


# --- taken by a person who says why ----------------------------------------------------------------------------------


def test_edits_that_a_person_accepts_are_logged_and_shown(place, folder):
    add_decision(folder)
    found = hashlib.sha256((folder / "decisions.jsonl").read_bytes()).hexdigest()
    listed = checksums.read(folder)["decisions.jsonl"]
    review = filled(folder, place / "none.csv")
    result = call("apply", folder, review, "--accept-edits", "salinan\u202e dari ketua", "--by", "Adi", "--lang", "en")
    assert result.exit_code == 0
    assert "Edits accepted by Adi" in result.stdout
    (event,) = read_log(folder).events
    assert (event.event, event.by, event.reason) == (
        "edits_accepted",
        "Adi",
        "salinan\N{REPLACEMENT CHARACTER} dari ketua",
    )
    assert event.files["decisions.jsonl"].model_dump() == {"listed": listed, "found": found}
    assert "dari ketua" in (folder / "report.html").read_text("utf-8")
    assert "dari ketua" in call("status", folder, "--lang", "en").stdout
    publish_tables.rewrite(folder)
    assert (status(folder).edited, len(status(folder).events)) == ((), 1)


@pytest.mark.parametrize("edit", EDITS)
def test_read_takes_edits_that_a_person_accepts(place, folder, edit):
    edit(folder)
    result = batch.run([place / "in"], folder, BatchOptions(accept=WHY))
    assert [event.reason for event in result.events] == [WHY.reason]
    assert not result.unchanged
    assert status(folder).edited == ()
    assert [event.by for event in read_log(folder).events] == ["Adi"]
    assert batch.run([place / "in"], folder).unchanged
    # Documents come from the photos again, whatever somebody wrote into them.
    assert b"2101142004009" not in (folder / "documents.jsonl").read_bytes()


@pytest.mark.parametrize("options", [("--accept-edits", "x"), ("--accept-edits", " ", "--by", "Adi")])
def test_a_name_and_a_reason_are_needed(place, folder, options):
    move_votes(folder)
    before = everything(folder)
    for command in (("apply", folder, folder / "review.csv"), ("read", place / "in", "--out", folder)):
        result = call(*command, *options, "--lang", "en")
        assert result.exit_code == WrongUse.exit_code
        assert "needs a reason and a name" in result.stderr
    assert everything(folder) == before


def test_nothing_is_logged_where_nothing_was_edited(place, folder):
    before = everything(folder)
    apply(folder, filled(folder, place / "none.csv"), by="Adi", accept_edits="just in case")
    assert everything(folder) == before


# --- the chain --------------------------------------------------------------------------------------------------------


def relist(folder):
    """Give the log the hash that it has now, as whoever edits it might."""
    listed = checksums.read(folder) | {"decisions.jsonl": checksums.of(folder / "decisions.jsonl")}
    checksums.write(folder, listed)


def test_each_line_holds_the_hash_of_what_is_before_it(folder):
    lines = (folder / "decisions.jsonl").read_bytes().splitlines(keepends=True)
    assert len(lines) == 2
    for count, line in enumerate(lines):
        assert json.loads(line)["previous"] == hashlib.sha256(b"".join(lines[:count])).hexdigest()


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda a, b: [a.replace(b'"Sri"', b'"Adi"'), b], 2),
        (lambda a, b: [b, a], 1),
        (lambda a, b: [b], 1),
        (lambda a, b: [a, a, b], 2),
        (lambda a, b: [a, b.replace(b'"previous"', b'"previous":null,"x"').split(b',"x"')[0] + b"}\n"], 2),
    ],
)
def test_a_broken_chain_is_named_though_the_list_says_ok(place, folder, change, line):
    path = folder / "decisions.jsonl"
    path.write_bytes(b"".join(change(*path.read_bytes().splitlines(keepends=True))))
    relist(folder)
    for command in (lambda: publish_tables.rewrite(folder), lambda: batch.run([place / "in"], folder)):
        with pytest.raises(EditedError, match=rf"decisions\.jsonl, line {line}: the chain"):
            command()
    assert status(folder).edited == ("decisions.jsonl",)
    publish_tables.rewrite(folder, WHY)
    publish_tables.rewrite(folder)
    assert [event.event for event in read_log(folder).events] == ["edits_accepted"]


def as_an_older_version_left_it(folder, *unlisted: str):
    """Lines without a chain, of which the list does not hold the last ones; no mark in `run.json`."""
    path, run = folder / "decisions.jsonl", folder / "run.json"
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    for line in lines:
        del line["previous"]
    known = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    more = "".join(json.dumps({**lines[-1], "note": note}, ensure_ascii=False) + "\n" for note in unlisted)
    how = json.loads(run.read_bytes())
    del how["chained"]
    run.write_text(json.dumps(how))
    path.write_bytes(known.encode())
    checksums.write(
        folder, checksums.read(folder) | {n: checksums.of(folder / n) for n in ("decisions.jsonl", "run.json")}
    )
    path.write_bytes((known + more).encode())


@pytest.mark.parametrize("char", ["\u2028", "\u2029", "\x85"])
def test_a_folder_that_an_older_version_locked_opens_again_and_is_taken_over_once(place, folder, char):
    as_an_older_version_left_it(folder, f"a{char}b")
    before = (folder / "decisions.jsonl").read_bytes()
    said = call("apply", folder, filled(folder, place / "none.csv"), "--lang", "en")
    assert said.exit_code == 0
    assert "3 lines of decisions.jsonl by an older version, without a chain of hashes, 1 of them" in said.stdout
    (event,) = read_log(folder).events
    assert (event.event, event.lines, event.unlisted) == ("log_taken_over", 3, 1)
    assert (folder / "decisions.jsonl").read_bytes().startswith(before)
    again = call("apply", folder, filled(folder, place / "none.csv"), "--lang", "en")
    assert "older version" not in again.stdout
    assert len(read_log(folder).events) == 1
    assert batch.run([place / "in"], folder).events == ()


def test_read_takes_an_old_log_over_as_well(place, folder):
    as_an_older_version_left_it(folder)
    result = batch.run([place / "in"], folder)
    assert [event.lines for event in result.events] == [2]
    assert (status(folder).edited, batch.run([place / "in"], folder).events) == ((), ())


def test_what_was_added_to_an_old_log_elsewhere_than_at_its_end_is_an_edit(place, folder):
    as_an_older_version_left_it(folder)
    path = folder / "decisions.jsonl"
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first.replace(b'"Sri"', b'"Adi"') + second)
    with pytest.raises(EditedError, match=r"decisions\.jsonl"):
        publish_tables.rewrite(folder)


def test_lines_without_a_chain_in_a_folder_of_this_version_are_an_edit(tmp_path, place, folder):
    """A folder in which nobody decided anything: a log that somebody puts there is not taken for an old one."""
    batch.run([place / "in"], tmp_path / "new")
    line = json.loads((folder / "decisions.jsonl").read_bytes().splitlines()[0])
    del line["previous"]
    (tmp_path / "new" / "decisions.jsonl").write_text(json.dumps(line) + "\n")
    with pytest.raises(EditedError, match=r"decisions\.jsonl"):
        publish_tables.rewrite(tmp_path / "new")


# --- a power cut at any moment ---------------------------------------------------------------------------------------


class PowerCut(BaseException):
    """The process is gone."""


@contextmanager
def power_cut_after(moves: int, monkeypatch):
    """A power cut while results take their place, after so many files have been moved."""
    left, replace = moves, Path.replace

    def cut(self, target):
        nonlocal left
        if ".ready" in self.parts:
            if left == 0:
                raise PowerCut
            left -= 1
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", cut)
        yield
    assert left == 0, "fewer files were moved"


MOVES = 9  # files that `apply` moves into the folder


@pytest.fixture
def cut_after(place, folder, monkeypatch):
    """Answers applied until the power is cut, after so many moves; `undisturbed` has what results would be."""
    monkeypatch.setattr("ocr_recap.batch.apply_review.utc", lambda: "2024-02-14T15:30:00Z")

    def applied(moves: int):
        undisturbed = shutil.copytree(folder, place / "undisturbed")
        review = filled(folder, place / "f.csv", "45")
        apply(undisturbed, review, by="Sri")
        with power_cut_after(moves, monkeypatch):
            apply(folder, review, by="Sri")

    return applied


def is_finished_by_the_next_command(place, folder) -> None:
    again = apply(folder, place / "f.csv", by="Sri")
    assert (len(again.new), again.again) == (0, 1)
    assert results(folder) == results(place / "undisturbed")
    assert status(folder).edited == ()
    assert not (folder / ".ready").exists()


def test_a_publication_that_was_cut_before_the_first_move_is_finished(place, folder, cut_after):
    with pytest.raises(PowerCut):
        cut_after(0)
    assert (folder / ".ready" / "SHA256SUMS").is_file()
    read_results(folder)
    is_finished_by_the_next_command(place, folder)


@pytest.mark.parametrize("moves", range(1, MOVES))
def test_an_interrupted_publication_is_finished_by_the_next_command(place, folder, cut_after, moves):
    """Cut while results take their place, before the list is replaced."""
    with pytest.raises(PowerCut):
        cut_after(moves)
    assert (folder / ".ready" / "SHA256SUMS").is_file()
    with pytest.raises(EditedError, match="interrupted"):
        read_results(folder)
    is_finished_by_the_next_command(place, folder)


def test_a_publication_whose_last_move_was_made_is_whole(place, folder, cut_after):
    cut_after(MOVES)
    assert not (folder / ".ready" / "SHA256SUMS").is_file()
    read_results(folder)
    is_finished_by_the_next_command(place, folder)


def test_before_results_are_whole_nothing_counts(place, folder, monkeypatch):
    before = everything(folder)

    def cut(*_):
        raise PowerCut

    review = filled(folder, place / "f.csv", "45")
    with monkeypatch.context() as patch:
        patch.setattr(publish_tables, "install", cut)
        with pytest.raises(PowerCut):
            apply(folder, review, by="Sri")
    assert {n: c for n, c in everything(folder).items() if not n.startswith(".part/")} == before
    assert len(apply(folder, review, by="Sri").new) == 1


def test_results_that_were_interrupted_and_then_edited_are_not_installed(place, folder, monkeypatch):
    with power_cut_after(0, monkeypatch), pytest.raises(PowerCut):
        apply(folder, filled(folder, place / "f.csv", "45"), by="Sri")
    path = folder / ".ready" / "documents.jsonl"
    path.write_bytes(path.read_bytes().replace(CODE.encode(), b"2101142004009"))
    with pytest.raises(EditedError, match=r"documents\.jsonl"):
        batch.run([place / "in"], folder)
    batch.run([place / "in"], folder, BatchOptions(accept=WHY))
    assert b"2101142004009" not in (folder / "documents.jsonl").read_bytes()


def test_what_a_killed_command_left_is_removed_by_the_next(place, folder):
    left = folder / f".{'0a' * 16}.part"
    for command in (lambda: publish_tables.rewrite(folder), lambda: batch.run([place / "in"], folder)):
        left.write_bytes(b"half")
        (folder / ".mine.part").write_bytes(b"keep")
        command()
        assert not left.exists()
        assert (folder / ".mine.part").exists()


def test_what_a_person_filled_in_after_a_power_cut_is_kept(place, folder, monkeypatch):
    with power_cut_after(0, monkeypatch), pytest.raises(PowerCut):
        apply(folder, filled(folder, place / "f.csv", "45", note="a"), by="Sri")
    mine = filled(folder, place / "g.csv", "46", note="b").read_bytes()
    (folder / "review.csv").write_bytes(mine)
    publish_tables.rewrite(folder)
    assert (folder / "review-1.csv").read_bytes() == mine


# --- the journal ------------------------------------------------------------------------------------------------------


def change_journal(folder, accepted: int):
    """Another number of votes in the packed record of the first photo."""
    with sqlite3.connect(folder / "journal.sqlite") as db:
        key, blob = db.execute("SELECT key, record FROM readings WHERE file = ?", (f"{CODE}.jpg",)).fetchone()
        text = zlib.decompress(blob).decode()
        changed = text.replace('"value":117,"accepted":117', f'"value":{accepted},"accepted":{accepted}')
        assert changed != text
        db.execute("UPDATE readings SET record = ? WHERE key = ?", (zlib.compress(changed.encode()), key))


def test_a_result_that_was_changed_in_the_journal_is_read_again_and_named(place, folder):
    before = results(folder)
    change_journal(folder, 987)
    photo(place / "in" / "2101142004005.jpg", mark=5)
    result = call("read", place / "in", "--out", folder, "--executor", "serial", "--lang", "en")
    assert f"was changed since it was read; read again: {CODE}.jpg" in " ".join(result.stdout.split())
    assert b",987," not in (folder / "numbers.csv").read_bytes()
    first = (folder / "photos.jsonl").read_bytes().splitlines()[0]
    assert first == before["photos.jsonl"].splitlines()[0]


def test_a_result_that_is_changed_before_it_is_published_is_not_published(place, folder, monkeypatch):
    (place / "in" / f"{CODE}.jpg").rename(place / "in" / f"x-{CODE}.jpg")  # so that it is published anew
    before = {n: c for n, c in everything(folder).items() if "journal" not in n}
    whole = batch.run_info

    def late(*arguments, **options):
        change_journal(folder, 987)
        return whole(*arguments, **options)

    monkeypatch.setattr(batch, "run_info", late)
    with pytest.raises(EditedError, match=r"journal\.sqlite"):
        batch.run([place / "in"], folder)
    after = {n: c for n, c in everything(folder).items() if "journal" not in n}
    assert {n: c for n, c in after.items() if not n.startswith((".part/", ".work/"))} == before
    monkeypatch.undo()
    monkeypatch.setattr(batch, "Reader", FakeReader)
    assert batch.run([place / "in"], folder).changed == (f"x-{CODE}.jpg",)


def test_the_journal_of_an_older_version_is_gone_on_with(place, folder):
    with sqlite3.connect(folder / "journal.sqlite") as db:
        for table, column in (("readings", "digest"), ("frames", "digest"), ("published", "whole")):
            db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        db.execute("PRAGMA user_version = 1")
    result = batch.run([place / "in"], folder)
    assert (result.resumed, result.changed, result.unchanged) == (3, (), False)
    assert batch.run([place / "in"], folder).unchanged
    assert not (folder / "journal.sqlite.damaged").exists()


# --- the hash to write down ------------------------------------------------------------------------------------------


def test_read_and_apply_end_with_the_hash_of_the_list(place, folder):
    for command in (
        ("read", place / "in", "--out", folder),
        ("read", place / "in", "--out", folder, "--force", "--executor", "serial"),
        ("apply", folder, filled(folder, place / "f.csv", "45"), "--by", "Sri"),
    ):
        last = call(*command, "--lang", "en").stdout.strip().splitlines()[-1]
        known = checksums.of(folder / "SHA256SUMS")
        assert last == f"Write this hash of SHA256SUMS down, away from this computer: {known}"
    assert checksums.of(folder / "SHA256SUMS") in call("status", folder, "--lang", "id").stdout


def test_a_folder_without_results_is_no_edit(tmp_path):
    (tmp_path / "photos.jsonl").write_text(json.dumps({"photo": {"file": "a.jpg"}, "fields": {}}) + "\n")
    assert len(read_results(tmp_path).readings) == 1
    with pytest.raises(InputUnusable, match=r"run\.json"):
        publish_tables.rewrite(tmp_path)
