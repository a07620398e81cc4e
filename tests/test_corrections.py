"""Answers into a folder of results: all or nothing, once, and visible wherever the number is shown."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
from pathlib import Path

import pytest
from conftest import SAMPLES
from fakes import FORM, FakeReader, fill_disk, photo
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ocr_recap import apply
from ocr_recap.batch import publish_tables, run
from ocr_recap.cli import main
from ocr_recap.messages.errors import CannotWrite, InputUnusable, TableFaulty
from ocr_recap.records.decision_log import read_log

CODE = "2101142004001"


@pytest.fixture(scope="module", autouse=True)
def loaded():
    """The form of every folder here is at hand: parsing its YAML again and again would take most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish_tables.template, "load", lambda _: FORM)
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Results of three stations, page 2 of each: `votes_2` is in review."""
    base = tmp_path_factory.mktemp("corrections")
    for index in range(3):
        photo(base / "in" / f"210114200400{index + 1}.jpg", mark=index)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "Reader", FakeReader)
        run.run([base / "in"], base / "out")
    return base / "out"


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "results")


def table(path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def fill(source, target, *answers: dict[str, str]):
    """Fill in the lines of a review.csv in their order."""
    rows = table(source)
    for row, answer in zip(rows, answers, strict=False):
        row.update(answer)
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows(rows)
    return target


def files(folder) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def accepted(folder) -> dict[str, str]:
    return {r["station"]: r["accepted"] for r in table(folder / "numbers.csv") if r["field"] == "votes_2"}


# --- what an answer does ----------------------------------------------------------------------------------------------


def test_an_answer_is_logged_and_shown_everywhere(folder):
    before = files(folder)
    path = fill(folder / "review.csv", folder / "review.csv", {"verified": "43", "by": "Sri", "note": "jelas <4>"})
    result = apply(folder, path)
    after = files(folder)
    (line,) = [json.loads(line) for line in after["decisions.jsonl"].splitlines()]
    assert (line["by"], line["new"], line["note"], line["document"]) == ("Sri", 43, "jelas <4>", CODE)
    assert line["old"] == {"text": "X42", "value": 42, "status": "review"}
    assert (len(result.new), result.again, result.empty, result.replaced) == (1, 0, 2, 0)
    assert {n for n in before if after[n] == before[n]} >= {"photos.jsonl", "run.json"}
    assert accepted(folder)[CODE] == "43"
    assert {row["votes_2"] for row in table(folder / "stations.csv")} == {"43", ""}
    assert [row["station"] for row in table(folder / "review.csv")] == ["2101142004002", "2101142004003"]
    assert b"jelas &lt;4&gt;" in after["report/001.html"]
    first = json.loads(after["documents.jsonl"].splitlines()[0])["fields"]["votes_2"]
    assert (first["text"], first["value"], first["decision"]["value"], first["reasons"]) == (
        "X42",
        43,
        43,
        ["decided_by_person"],
    )
    assert publish_tables.rewrite(folder).totals == result.tables.totals
    assert files(folder) == after


def test_a_later_answer_of_the_same_person_counts_and_both_stay_in_the_log(folder, tmp_path):
    path = shutil.copy(folder / "review.csv", tmp_path / "first.csv")
    apply(folder, fill(path, tmp_path / "a.csv", {"verified": "43"}), by="Sri")
    result = apply(folder, fill(path, tmp_path / "b.csv", {"verified": "kosong", "by": " sri"}))
    assert (result.replaced, result.disagreements) == (1, ())
    log = [json.loads(line) for line in (folder / "decisions.jsonl").read_text().splitlines()]
    assert [(d["by"], d["new"], d["role"]) for d in log] == [("Sri", 43, "confirm"), ("sri", None, "confirm")]
    assert log[1]["old"] == {"text": "X42", "value": 43, "status": "accepted"}
    row = number_row(folder)
    assert (row["status"], row["value"], row["accepted"], row["decided_by"]) == ("blank", "", "", "Sri")


def number_row(folder) -> dict[str, str]:
    """The row of the first station's number in `numbers.csv`."""
    return next(r for r in table(folder / "numbers.csv") if r["field"] == "votes_2")


@pytest.mark.parametrize("at_once", [True, False])
def test_where_two_people_disagree_nobody_wins(folder, tmp_path, at_once):
    paths = [
        fill(folder / "review.csv", tmp_path / f"{name}.csv", {"verified": verified, "by": name})
        for name, verified in (("Sri", "43"), ("Adi", "44"))
    ]
    if at_once:
        result = apply(folder, paths)
    else:
        apply(folder, paths[0])
        result = apply(folder, paths[1])
    assert len(result.new) == (2 if at_once else 1)
    (found,) = result.disagreements
    assert [answer.said for answer in found.people] == ["Sri: 43", "Adi: 44"]
    row = number_row(folder)
    assert (row["status"], row["accepted"], row["decided_by"]) == ("review", "", "Sri, Adi")
    assert "people_disagree" in row["reasons"]
    assert row["note"] == "Sri: 43; Adi: 44"
    assert table(folder / "stations.csv")[0]["decided_by"] == "Sri, Adi"
    assert table(folder / "stations.csv")[0]["votes_2"] == ""
    asked = next(r for r in table(folder / "review.csv") if r["station"] == CODE)
    assert "Sri: 43; Adi: 44" in asked["explanation"]
    assert b"Sri: 43; Adi: 44" in (folder / "report" / "001.html").read_bytes()
    before = files(folder)
    assert apply(folder, paths).new == ()
    assert files(folder) == before


def test_whoever_is_wrong_corrects_himself_and_both_names_stand_there(folder, tmp_path):
    blank = shutil.copy(folder / "review.csv", tmp_path / "blank.csv")
    for name, verified in (("Sri", "43"), ("Adi", "44"), ("Adi", "43")):
        path = fill(blank, tmp_path / "a.csv", {"verified": verified, "by": name})
        result = apply(folder, path)
    assert (result.replaced, result.disagreements) == (1, ())
    row = number_row(folder)
    assert (row["accepted"], row["decided_by"], row["reasons"]) == ("43", "Sri, Adi", "decided_by_person")


def test_a_third_person_settles_what_two_decided_differently(folder, tmp_path):
    blank = shutil.copy(folder / "review.csv", tmp_path / "blank.csv")
    for name, verified in (("Sri", "43"), ("Adi", "44"), ("Tuti", "44")):
        result = apply(folder, fill(blank, tmp_path / "a.csv", {"verified": verified, "by": name}))
    assert result.disagreements == ()
    roles = [json.loads(line)["role"] for line in (folder / "decisions.jsonl").read_text().splitlines()]
    assert roles == ["confirm", "confirm", "third"]
    row = number_row(folder)
    assert (row["accepted"], row["decided_by"]) == ("44", "Sri, Adi, Tuti")
    path = tmp_path / "late.csv"
    key = {name: row[name] for name in ("sha256", "frame", "template", "page", "field")}
    path.write_text(f"{','.join(key)},verified,by\n{','.join(key.values())},43,Sri\n")
    assert [d.new for d in apply(folder, path).overruled] == [43], "said before, and settled since"
    assert accepted(folder)[CODE] == "44"


def test_two_further_people_who_differ_settle_nothing(folder, tmp_path):
    blank = shutil.copy(folder / "review.csv", tmp_path / "blank.csv")
    for name, verified in (("Sri", "43"), ("Adi", "44")):
        apply(folder, fill(blank, tmp_path / "a.csv", {"verified": verified, "by": name}))
    paths = [
        fill(blank, tmp_path / f"{name}.csv", {"verified": verified, "by": name})
        for name, verified in (("Tuti", "43"), ("Budi", "44"))
    ]
    (found,) = apply(folder, paths).disagreements
    assert len(found.people) == 4
    assert accepted(folder)[CODE] == ""


def test_two_answers_of_one_person_at_once_are_refused(folder, tmp_path):
    paths = [
        fill(folder / "review.csv", tmp_path / f"{verified}.csv", {"verified": verified}) for verified in ("43", "44")
    ]
    with pytest.raises(TableFaulty, match=r"by the same person on line 2 \(43\.csv\)"):
        apply(folder, paths, by="Sri")
    assert not (folder / "decisions.jsonl").exists()


def test_an_answer_that_was_replaced_does_not_come_back_by_itself(folder, tmp_path):
    """A person changes an answer and applies the old table again: the log does not swing to and fro."""
    first = fill(folder / "review.csv", tmp_path / "a.csv", {"verified": "43", "by": "Sri"})
    second = fill(folder / "review.csv", tmp_path / "b.csv", {"verified": "44", "by": "Sri"})
    for path in (first, second):
        apply(folder, path)
    before = files(folder)
    result = apply(folder, first)
    assert (result.new, result.again, [d.new for d in result.overruled]) == ((), 1, [43])
    assert files(folder) == before
    assert apply(folder, second).overruled == ()
    said = call("apply", folder, first, "--lang", "en").stdout
    assert f"No longer counts, as a later decision replaced it (1): {CODE}.jpg votes_2" in said
    fill(first, first, {"verified": "43", "by": "Sri", "note": "dilihat lagi"})
    assert apply(folder, first).replaced == 1
    assert accepted(folder)[CODE] == "43"


_ANSWER = st.fixed_dictionaries(
    {
        "verified": st.sampled_from(["", "0", "7", "042", "999", "kosong", "Blank", "blank"]),
        "by": st.sampled_from(["Sri", 'Adi; "x"', "=1+1"]),
        "note": st.sampled_from(["", "'=x", "baris\nkedua", "@x"]),
    }
)


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.lists(_ANSWER, min_size=3, max_size=3))
def test_the_same_answers_again_change_nothing(made, answers):
    with tempfile.TemporaryDirectory() as place:
        folder = shutil.copytree(made, Path(place) / "results")
        path = fill(folder / "review.csv", Path(place) / "filled.csv", *answers)
        count = len(apply(folder, path).new)
        assert count == sum(a["verified"] != "" for a in answers)
        before = files(folder)
        again = apply(folder, path)
        assert (again.new, again.again) == ((), count)
        assert files(folder) == before


def test_a_wrong_line_takes_nothing(folder, tmp_path):
    path = fill(folder / "review.csv", tmp_path / "f.csv", {"verified": "43"}, {"verified": "1000"})
    before = files(folder)
    with pytest.raises(TableFaulty, match="line 3"):
        apply(folder, path, by="Sri")
    assert files(folder) == before


def test_a_full_disk_loses_no_answer(folder, tmp_path, monkeypatch):
    path = fill(folder / "review.csv", tmp_path / "f.csv", {"verified": "43"})
    before = files(folder)
    fill_disk(monkeypatch)
    with pytest.raises(CannotWrite, match="no space is left"):
        apply(folder, path, by="Sri")
    assert {n: c for n, c in files(folder).items() if not n.startswith(".part/")} == before
    monkeypatch.undo()
    assert len(apply(folder, path, by="Sri").new) == 1
    assert accepted(folder)[CODE] == "43"


def test_notes_without_answers_are_kept(folder):
    review = folder / "review.csv"
    fill(review, review, {"verified": "43", "by": "Sri"}, {"note": "foto buram"})
    mine = review.read_bytes()
    result = apply(folder, review)
    assert (result.notes, result.tables.kept) == (1, ("review-1.csv",))
    assert (folder / "review-1.csv").read_bytes() == mine
    before = files(folder)
    assert apply(folder, review).tables.kept == ()
    assert files(folder) == before


@pytest.mark.parametrize("char", ["\u2028", "\u2029", "\x85"])
def test_a_separator_of_lines_in_a_note_locks_nothing(folder, char):
    path = fill(folder / "review.csv", folder / "review.csv", {"verified": "43", "note": f"jelas{char}sekali"})
    apply(folder, path, by=f"Sri{char}\u202eW.")
    (decision,) = read_log(folder).decisions
    assert (decision.by, decision.note) == ("Sri \N{REPLACEMENT CHARACTER}W.", "jelas sekali")
    publish_tables.rewrite(folder)
    assert accepted(folder)[CODE] == "43"


def test_what_is_no_folder_of_results_is_left_alone(tmp_path):
    with pytest.raises(InputUnusable, match=r"run\.json"):
        apply(tmp_path, tmp_path / "review.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_changed_photo_asks_for_a_new_table(folder, tmp_path, monkeypatch):
    """The photo was sent again: what somebody saw on the old one says nothing about the new one."""
    path = fill(folder / "review.csv", tmp_path / "f.csv", {"verified": "43"})
    apply(folder, path, by="Sri")
    photo(tmp_path / "in" / f"{CODE}.jpg", mark=7)
    monkeypatch.setattr(run, "Reader", FakeReader)
    result = run.run([tmp_path / "in"], folder)
    assert [d.file for d in result.idle] == [f"{CODE}.jpg"]
    assert accepted(folder) == {CODE: ""}
    with pytest.raises(TableFaulty, match="content has changed"):
        apply(folder, path, by="Sri")


# --- a night with real readings ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("page", "verdict"), [("page2-clean", "settled"), ("page2-wrong-bubble", "inconsistent")])
def test_a_station_is_settled_by_answering_what_is_asked(tmp_path, sample_truth, page, verdict):
    """The second page 2 is another station's: every number right, and the sheet still does not add up."""
    names = ("page1-clean", page, "page3-clean")
    (tmp_path / "in").mkdir()
    for name in names:
        shutil.copy(SAMPLES / f"{name}.jpg", tmp_path / "in" / f"{CODE}_{name}.jpg")
    out = tmp_path / "out"
    run.run([tmp_path / "in"], out)
    asked = table(out / "review.csv")
    assert "date_day" in {row["field"] for row in asked}
    written = {field["id"]: field["value"] for name in names for field in sample_truth[name]["fields"]}
    answers = [{"verified": "kosong" if written[r["field"]] is None else str(written[r["field"]])} for r in asked]
    apply(out, fill(out / "review.csv", out / "review.csv", *answers), by="Sri")
    assert table(out / "review.csv") == []
    (station,) = table(out / "stations.csv")
    for name, value in written.items():
        if not name.startswith("date_"):
            assert station[name] == ("" if value is None else str(value))
    assert station["verdict"] == verdict


# --- the command line -------------------------------------------------------------------------------------------------


def call(*arguments):
    return CliRunner().invoke(main.app, [str(a) for a in arguments])


def test_command_line(folder, tmp_path):
    path = fill(folder / "review.csv", tmp_path / "f.csv", {"verified": "43"}, {"note": "x"})
    result = call("apply", folder, path, "--by", "Sri", "--lang", "en")
    assert result.exit_code == 0
    assert "1 new decision (0 in place of one's own earlier one), 0 logged before; 2 lines without" in result.stdout
    assert "Only a note on 1 line:" in result.stdout
    assert "2 to review" in result.stdout
    assert "PROVISIONAL: paper prevails" in result.stdout
    again = call("apply", folder, path, "--by", "Sri", "--lang", "id")
    assert "0 keputusan baru (0 membetulkan jawaban sendiri), 1 sudah tercatat" in again.stdout
    quiet = call("apply", folder, path, "--by", "Sri", "--quiet")
    assert (quiet.exit_code, quiet.stdout) == (0, "")


def test_the_command_line_takes_several_tables_and_names_disagreements(folder, tmp_path):
    paths = [
        fill(folder / "review.csv", tmp_path / f"{name}.csv", {"verified": verified, "by": name})
        for name, verified in (("Sri", "43"), ("Adi", "kosong"))
    ]
    result = call("apply", folder, *paths, "--lang", "en")
    assert result.exit_code == 0
    assert f"in review (1): {CODE}.jpg votes_2 (Sri: 43, Adi: –). Whoever is wrong" in result.stdout
    assert "1 angka diisi berbeda oleh pemeriksa" in call("apply", folder, *paths, "--lang", "id").stdout


def test_command_line_refuses_by_line_in_both_languages(folder, tmp_path):
    path = fill(folder / "review.csv", tmp_path / "f.csv", {"verified": "x", "by": "Sri"})
    for language, message in (
        ("en", "line 2: verified 'x' cannot be used. Allowed are: the number that is written"),
        ("id", "baris 2: verified 'x' tidak dapat dipakai. Yang boleh diisi: angka yang tertulis"),
    ):
        result = call("apply", folder, path, "--lang", language)
        assert result.exit_code == TableFaulty.exit_code
        assert message in result.stderr
        assert result.stdout == ""
    assert not (folder / "decisions.jsonl").exists()


def test_a_batch_says_which_decisions_it_could_not_use_and_what_it_kept(folder, tmp_path, monkeypatch):
    apply(folder, fill(folder / "review.csv", tmp_path / "f.csv", {"verified": "43"}), by="Sri")
    fill(folder / "review.csv", folder / "review.csv", {"verified": "44"})
    monkeypatch.setattr(run, "Reader", FakeReader)
    result = call("read", photo(tmp_path / "9.jpg", mark=9), "--out", folder, "--lang", "en")
    assert "Kept but not used: 1 decision about a photo that is not here" in result.stdout
    assert f"{CODE}.jpg votes_2" in result.stdout
    assert "kept as review-1.csv" in result.stdout


def test_decisions_name_the_key_of_the_person_who_decides_and_of_nobody_else(folder, tmp_path):
    pytest.importorskip("tuf", reason="the extra seal is not installed")
    from ocr_recap.seal.device_key import make_key
    from ocr_recap.seal.seal_results import Sealing, seal_results

    key = make_key(tmp_path / "sri.key")
    answers = {"verified": "43", "by": "Sri"}, {"verified": "44", "by": "Budi"}
    path = fill(folder / "review.csv", tmp_path / "a.csv", *answers)
    words = ["apply", str(folder), str(path), "--key", str(key.path)]
    assert CliRunner().invoke(main.app, words).exit_code == 2, "whose key it is must be said"
    assert CliRunner().invoke(main.app, [*words, "--by", "Sri"]).exit_code == 0
    lines = [json.loads(line) for line in (folder / "decisions.jsonl").read_text("utf-8").splitlines()]
    assert {line["by"]: line.get("key") for line in lines} == {"Sri": key.id, "Budi": None}
    assert [decision.key for decision in read_log(folder).decisions] == [key.id, ""]
    assert seal_results(folder, Sealing(key, None, "2029-02-14T12:00:00Z")).decisions == 1
