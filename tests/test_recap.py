"""Recaps: from folders of results to statements and sums; what is refused; what is computed again."""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pytest
from conftest import ROOT
from recaps import CONTEST, Said, code, counts, results, roll

from ocr_recap.messages.errors import FolderDamaged, InputUnusable, TableFaulty, TemplateError, WrongUse
from ocr_recap.recap.areas import LENGTHS
from ocr_recap.recap.level_file import load_contest, parse_contest
from ocr_recap.recap.recap import recap
from ocr_recap.recap.statement import Author, Statement, state
from ocr_recap.recap.statement_log import StatementLog
from ocr_recap.recap.sums import sums_of

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")


def statements(folder: Path) -> list[Statement]:
    return [Statement.from_json(line) for line in (folder / "statements.jsonl").read_text("utf-8").split("\n")[:-1]]


def sums(folder: Path, area: str) -> dict[str, tuple[int | None, int, int]]:
    return {one.field: (one.total, one.counted, one.expected) for one in sums_of(folder, area, CONTEST)}


def contents(folder: Path) -> dict[str, bytes]:
    """All results of a recap: what is hidden is of this machine."""
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and not p.name.startswith(".")]
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


# --- sums -------------------------------------------------------------------------------------------------------------


def random_stations(seed: int, number: int) -> list[Said]:
    """Stations of two regencies with numbers in every state; every tenth has no document, some do not add up."""
    draw = random.Random(seed)
    found = []
    for place in range(number):
        if draw.random() < 0.1:
            continue
        numbers = counts(draw.randrange(150), draw.randrange(150), draw.randrange(50), draw.randrange(9))
        if draw.random() < 0.1:
            numbers["valid_total"] += 1
        states = {}
        for name in CONTEST.field_ids:
            if draw.random() < 0.05:
                states[name] = draw.choice(("review", "blank", "not_in_photo", "illegible"))
        kept = {name: value for name, value in numbers.items() if name not in states}
        found.append(Said(code(place // 2, ("2101", "2102")[place % 2]), kept, states))
    return found


def added_up(said: list[Said], codes: list[str]) -> dict[tuple[str, str], list[int | None]]:
    """The sums by area and field, by plain Python from the made-up documents: the second way of computing them."""
    found: dict[tuple[str, str], list[int | None]] = defaultdict(lambda: [None, 0, 0, 0, 0, 0, 0])
    by_station = {one.station: one for one in said}
    for station in codes:
        one = by_station.get(station)
        broken = set()
        if one is not None:
            for rule in CONTEST.rules:
                if rule.relation.evaluate(one.numbers) == "broken":
                    broken |= set(rule.relation.fields)
        for digits in (0, 2, 4, 6, 10):
            for name in CONTEST.field_ids:
                row = found[station[:digits], name]
                row[2] += 1
                state = "missing" if one is None else one.states.get(name, "known")
                if state == "known":
                    row[0] = (row[0] or 0) + one.numbers[name]
                    row[1] += 1
                    row[6] += name in broken
                elif state in ("blank", "illegible"):
                    row[3] += 1
                elif state in ("missing", "not_in_photo"):
                    row[4] += 1
                else:
                    row[5] += 1
    return found


def test_sums_equal_those_computed_in_plain_python_for_every_area(tmp_path: Path) -> None:
    said = random_stations(1, 160)
    codes = [code(place // 2, ("2101", "2102")[place % 2]) for place in range(160)]
    parts = [[one for one in said if one.station[:4] == regency] for regency in ("2101", "2102")]
    folders = [results(tmp_path / f"r{i}", part) for i, part in enumerate(parts)]
    recap(folders, tmp_path / "recap", roll(tmp_path / "roll.csv", codes))
    expected = added_up(said, codes)
    areas = {area for area, _ in expected}
    assert len(areas) == 1 + 1 + 2 + 4 + 16
    for area in areas:
        for one in sums_of(tmp_path / "recap", area, CONTEST):
            row = [one.total, one.counted, one.expected, one.unread, one.missing, one.review, one.inconsistent]
            assert row == expected[area, one.field], (area, one.field)
            assert one.counted + one.unread + one.missing + one.review + one.conflict == one.expected
            assert one.at_least == (one.counted < one.expected)
    assert any(row[3] and row[5] and row[6] for row in expected.values())


def test_an_unknown_number_is_never_zero(tmp_path: Path) -> None:
    folder = results(tmp_path / "r", [Said(code(0), {"votes_1": 7}, {"votes_2": "blank", "votes_3": "review"})])
    recap([folder], tmp_path / "recap", roll(tmp_path / "roll.csv", [code(0), code(1)]))
    found = sums(tmp_path / "recap", code(0)[:10])
    assert (found["votes_1"], found["votes_2"], found["votes_3"]) == ((7, 1, 2), (None, 0, 2), (None, 0, 2))
    (one,) = statements(tmp_path / "recap")
    assert one.values["votes_1"] == 7
    assert (one.values["votes_2"], one.unread["votes_2"], one.unread["dpt_L"]) == (None, "empty", "missing")
    assert "votes_3" not in one.values, "nobody has said anything about a number in review"


def test_no_order_of_folders_changes_a_byte(tmp_path: Path) -> None:
    said = random_stations(2, 60)
    codes = [code(place // 2, ("2101", "2102")[place % 2]) for place in range(60)]
    rolls = roll(tmp_path / "roll.csv", codes)
    folders = [results(tmp_path / f"part-{i}", said[i::3]) for i in range(3)]
    recap(folders, tmp_path / "a", rolls)
    recap(folders[::-1], tmp_path / "b", rolls)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    for folder in (folders[2], folders[0], folders[1]):
        recap([folder], tmp_path / "c", rolls)
    logs = {"statements.jsonl", "SHA256SUMS"}
    a, c = contents(tmp_path / "a"), contents(tmp_path / "c")
    assert {name: data for name, data in a.items() if name not in logs} == {
        name: data for name, data in c.items() if name not in logs
    }
    assert sorted(a["statements.jsonl"].split(b"\n")) == sorted(c["statements.jsonl"].split(b"\n"))


def test_a_station_in_two_folders_with_different_numbers_counts_for_nothing(tmp_path: Path) -> None:
    first = results(tmp_path / "a", [Said(code(0), counts(100)), Said(code(1), counts(50))])
    second = results(tmp_path / "b", [Said(code(0), counts(101), mark="b"), Said(code(1), counts(50), mark="b")])
    done = recap([first, second], tmp_path / "recap", roll(tmp_path / "roll.csv", [code(0), code(1)]))
    assert done.conflicts == (code(0),)
    assert sums(tmp_path / "recap", "")["votes_1"] == (50, 1, 2)
    assert {one.conflict for one in sums_of(tmp_path / "recap", "", CONTEST)} == {1}
    lines = (tmp_path / "recap" / "conflicts.csv").read_text().splitlines()
    found = sorted(line.split(",")[2:5] for line in lines if ",votes_1," in line)
    document = f"{code(0)}.c-hasil-ppwp-2024"
    assert found == [["a", document, "100"], ["b", document, "101"]]


def test_two_folders_that_know_different_numbers_complete_each_other(tmp_path: Path) -> None:
    whole = counts()
    half = {name: whole[name] for name in ("votes_1", "votes_2")}
    first = results(tmp_path / "a", [Said(code(0), half, {"votes_3": "review"})])
    second = results(tmp_path / "b", [Said(code(0), {"votes_3": whole["votes_3"]}, mark="b")])
    recap([first, second], tmp_path / "recap", roll(tmp_path / "roll.csv", [code(0)]))
    found = sums(tmp_path / "recap", "")
    assert [found[name][0] for name in ("votes_1", "votes_2", "votes_3")] == [100, 60, 40]


# --- again ------------------------------------------------------------------------------------------------------------


def test_only_what_changed_is_computed_again(tmp_path: Path) -> None:
    codes = [code(i, regency) for regency in ("2101", "2102") for i in range(5)]
    folders = [
        results(tmp_path / regency, [Said(code(i, regency), counts(10 + i)) for i in range(5)])
        for regency in ("2101", "2102")
    ]
    out = tmp_path / "recap"
    recap(folders, out, roll(tmp_path / "roll.csv", codes))
    before = {path: path.stat().st_mtime_ns for path in out.glob("s*/*.parquet")}
    again = recap(folders, out)
    assert (again.fresh, again.read, again.unchanged) == (0, (), ("2101", "2102"))
    assert {path: path.stat().st_mtime_ns for path in before} == before
    time.sleep(0.01)
    results(tmp_path / "2102", [Said(code(i, "2102"), counts(20 + i), mark="new") for i in range(5)])
    later = recap(folders, out)
    assert (later.fresh, later.read) == (5, ("2102",))
    changed = {path.relative_to(out).as_posix() for path, at in before.items() if path.stat().st_mtime_ns != at}
    assert changed == {"stations/2102.parquet", "sums/2102.parquet", "sums/upper.parquet"}
    assert sums(out, "")["votes_1"] == (sum(10 + i for i in range(5)) + sum(20 + i for i in range(5)), 10, 10)
    late = [one for one in statements(out) if one.supersedes]
    assert len(late) == 5
    assert {one.supersedes for one in late} <= {one.id for one in statements(out)}
    fresh = tmp_path / "fresh"
    recap(folders, fresh, tmp_path / "roll.csv")
    assert {n: d for n, d in contents(fresh).items() if "parquet" in n} == {
        n: d for n, d in contents(out).items() if "parquet" in n
    }


def test_a_document_that_is_gone_is_withdrawn_and_not_forgotten(tmp_path: Path) -> None:
    out = tmp_path / "recap"
    results(tmp_path / "r", [Said(code(0), counts(10)), Said(code(1), counts(11))])
    recap([tmp_path / "r"], out, roll(tmp_path / "roll.csv", [code(0), code(1)]))
    results(tmp_path / "r", [Said(code(0), counts(10))])
    assert recap([tmp_path / "r"], out).fresh == 1
    assert sums(out, "")["votes_1"] == (10, 1, 2)
    assert statements(out)[-1].reason == "withdrawn"
    assert recap([tmp_path / "r"], out).fresh == 0


def test_a_recap_takes_recaps_from_below(tmp_path: Path) -> None:
    codes = {regency: [code(i, regency) for i in range(3)] for regency in ("2101", "2102")}
    for regency, mine in codes.items():
        folder = results(tmp_path / f"r{regency}", [Said(one, counts(7)) for one in mine])
        recap([folder], tmp_path / regency, roll(tmp_path / f"{regency}.csv", mine))
    whole = roll(tmp_path / "roll.csv", [one for mine in codes.values() for one in mine])
    recap([tmp_path / "2101", tmp_path / "2102"], tmp_path / "up", whole)
    assert sums(tmp_path / "up", "21")["votes_1"] == (42, 6, 6)
    below = {one.id for regency in codes for one in statements(tmp_path / regency)}
    assert {one.id for one in statements(tmp_path / "up")} == below
    assert recap([tmp_path / "2101", tmp_path / "2102"], tmp_path / "up").fresh == 0


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Path]:
    """A folder of results with two stations, and their roll."""
    said = [Said(code(0), counts()), Said(code(1), counts())]
    return results(tmp_path / "r", said), roll(tmp_path / "roll.csv", [code(0), code(1)])


def test_a_station_that_is_not_on_the_roll_is_named_with_its_line(small: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(TableFaulty, match=rf"documents.jsonl, line 2: station {code(1)} is not on the roll"):
        recap([small[0]], tmp_path / "recap", roll(tmp_path / "roll.csv", [code(0)]))
    assert not (tmp_path / "recap").exists()


def test_a_roll_with_doubles_is_refused_with_the_line(small: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(TableFaulty, match=rf"line 4: {code(0)} is already on line 2"):
        recap([small[0]], tmp_path / "recap", roll(tmp_path / "roll.csv", [code(0), code(1), code(0)]))
    assert not (tmp_path / "recap").exists()


def test_a_roll_with_a_column_too_few_is_refused_with_the_line(small: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "roll.csv").write_text(f"station,name\n{code(0)},a\n{code(1)}\n")
    with pytest.raises(TableFaulty, match="line 3: 1 column instead of 2"):
        recap([small[0]], tmp_path / "recap", tmp_path / "roll.csv")
    assert not (tmp_path / "recap").exists()


def test_an_altered_folder_of_results_is_refused(small: tuple[Path, Path], tmp_path: Path) -> None:
    path = small[0] / "documents.jsonl"
    path.write_text(path.read_text().replace('"accepted": 100', '"accepted": 900'))
    with pytest.raises(FolderDamaged, match=r"not what SHA256SUMS lists: documents.jsonl. Nothing was written"):
        recap([small[0]], tmp_path / "recap", small[1])
    assert not (tmp_path / "recap").exists()


def test_a_folder_that_was_altered_after_it_was_taken_is_noticed(small: tuple[Path, Path], tmp_path: Path) -> None:
    recap([small[0]], tmp_path / "recap", small[1])
    before = contents(tmp_path / "recap")
    path = small[0] / "documents.jsonl"
    path.write_text(path.read_text() + " ")
    with pytest.raises(FolderDamaged, match=r"documents.jsonl"):
        recap([small[0]], tmp_path / "recap")
    assert contents(tmp_path / "recap") == before


def test_an_edited_statement_is_refused(small: tuple[Path, Path], tmp_path: Path) -> None:
    recap([small[0]], tmp_path / "recap", small[1])
    path = tmp_path / "recap" / "statements.jsonl"
    path.write_text(path.read_text().replace('"votes_1":100', '"votes_1":101'))
    with pytest.raises(FolderDamaged, match=r"statements\.jsonl"):
        recap([small[0]], tmp_path / "recap")
    (tmp_path / "recap" / ".index.sqlite").unlink()
    with pytest.raises(FolderDamaged, match=r"statements.jsonl, line 1: the line was edited"):
        StatementLog(tmp_path / "recap")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"accepted": 100', '"accepted": "many"'),
        ('"accepted": 100', '"accepted": -1'),
        ('"frame": 0', '"frame": "a"'),
        (f'"code": "{code(0)}"', '"code": "../../x"'),
        ('"status": "accepted"', '"state": 1'),
        ('"fields": {', '"fields": [], "more": {'),
        ('"id":', "{"),
    ],
)
def test_a_made_up_document_is_refused_with_its_line(tmp_path: Path, old: str, new: str) -> None:
    class Spoilt(Said):
        def line(self) -> str:
            return super().line().replace(old, new)

    folder = results(tmp_path / "r", [Said(code(1), counts()), Spoilt(code(0), counts(100))])
    with pytest.raises(FolderDamaged, match=r"documents\.jsonl, line 2: no document"):
        recap([folder], tmp_path / "recap", roll(tmp_path / "roll.csv", [code(0), code(1)]))
    assert not (tmp_path / "recap").exists()


def test_a_folder_of_another_machine_does_not_write_elsewhere(small: tuple[Path, Path], tmp_path: Path) -> None:
    out, other = tmp_path / "recap", tmp_path / "other.txt"
    other.write_text("mine")
    recap([small[0]], out, small[1])
    pending = json.dumps({"name": "../other.txt", "size": None}).encode()
    (out / ".pending").write_bytes(pending + b"\ntheirs")
    with pytest.raises(FolderDamaged, match=r"\.pending"):
        recap([small[0]], out)
    (out / ".pending").unlink()
    (out / "plenary.jsonl").symlink_to(other)
    with pytest.raises(FolderDamaged, match=r"plenary\.jsonl"):
        recap([small[0]], out)
    assert other.read_text() == "mine"


CIRCLE = """schema_version: 1
id: round
title: {id: Putaran, en: Round}
date: "2024-02-14"
forms: [c-hasil-ppwp-2024]
fields: [{id: votes_1, label: {id: satu, en: one}}]
levels:
  - {id: regency, within: district, label: {id: Kabupaten, en: regency}}
  - {id: district, within: regency, label: {id: Kecamatan, en: district}}
  - {id: station, within: district, label: {id: TPS, en: station}}
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("", "", r"line 7: levels: the levels go round in a circle \(regency within district within regency\)"),
        ("regency, within: district", "regency, within: province", r"line 7: .*'province', which is no level"),
        ("regency, within: district", "regency", None),
        ("fields: [{id: votes_1", "rules: [{id: R, text: 'votes_1 = votes_2'}]\nfields: [{id: votes_1", "votes_2"),
        ("label: {id: satu, en: one}", "label: &a {id: *a, en: one}", "itself part of"),
    ],
)
def test_a_level_file_with_a_fault_is_refused_with_its_line(old: str, new: str, message: str | None) -> None:
    text = CIRCLE.replace(old, new)
    if message is None:
        assert parse_contest(text, "round.yaml").areas == ("regency", "district")
    else:
        if "line" not in message:
            text = text.replace("regency, within: district", "regency")
        with pytest.raises(TemplateError, match=message):
            parse_contest(text, "round.yaml")


def test_other_wrong_inputs_are_told_with_a_next_step(small: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "recap"
    with pytest.raises(WrongUse, match="Add --roll"):
        recap([small[0]], out)
    with pytest.raises(InputUnusable, match="no folder of results, no recap folder"):
        recap([tmp_path], out, small[1])
    shutil.copytree(small[0], tmp_path / "other" / "r")
    with pytest.raises(WrongUse, match="Rename one of them"):
        recap([small[0], tmp_path / "other" / "r"], out, small[1])
    with pytest.raises(TemplateError, match="There is no level file none"):
        recap([small[0]], out, small[1], "none")
    assert not out.exists()
    recap([small[0]], out, small[1])
    with pytest.raises(WrongUse, match="is a recap of the contest ppwp-2024"):
        recap([small[0]], out, small[1], "ppwp-2019")


@pytest.mark.parametrize("name", ["ppwp-2024", "ppwp-2019", "governor-2024", "regent-2024"])
def test_the_level_files_of_the_package_fit_their_forms(name: str) -> None:
    from ocr_recap.forms.template import load

    found = load_contest(name).file
    for form in found.forms:
        template = load(form)
        assert {one.on(form) for one in found.fields} == {one.id for one in template.fields if one.role == "count"}
        assert {rule.text for rule in found.rules} == {r.text for r in template.rules if r.strength != "soft"}
    assert [LENGTHS[level] for level in found.areas] == sorted(LENGTHS[level] for level in found.areas)


def test_the_level_file_of_the_page_is_one() -> None:
    page = (ROOT / "docs" / "how-to" / "recap.md").read_text("utf-8")
    text = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0]
    found = parse_contest(text, "page.yaml")
    assert (found.areas, found.fields[1].on("my-form")) == (("village",), "second_votes")


# --- kills ------------------------------------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from ocr_recap.recap.statement import Author, state
from ocr_recap.recap.statement_log import StatementLog
folder, begin = Path(sys.argv[1]), int(sys.argv[2])
log = StatementLog(folder)
for number in range(begin, begin + 400):
    one = state(contest="c", station=f"{2101010001000 + number:013}", level="station", stage="count", source="photos",
                at="2024-02-14T15:00:00Z", by=Author(name="a", role="reader"), values={"votes_1": number}, unread={})
    log.append([one])
    print(number, flush=True)
"""


@pytest.mark.slow
def test_twenty_kills_lose_and_double_no_statement(tmp_path: Path) -> None:
    script = tmp_path / "writer.py"
    script.write_text(WRITER)
    folder = tmp_path / "log"
    folder.mkdir()
    draw, acknowledged, begin = random.Random(3), set[int](), 0
    for _ in range(20):
        process = subprocess.Popen(
            [sys.executable, str(script), str(folder), str(begin)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert process.stdout is not None
        first = process.stdout.readline()
        acknowledged.add(int(first))
        time.sleep(draw.random() * 0.1)
        process.kill()
        acknowledged |= {int(line) for line in process.stdout.read().splitlines() if line.strip()}
        process.wait()
        begin = max(0, max(acknowledged) - 1)  # the last two are said again: once is enough
    log = StatementLog(folder)
    said = [one.values["votes_1"] for one in log.all()]
    log.close()
    assert len(acknowledged) >= 20
    assert len(said) == len(set(said))
    assert acknowledged <= set(said)
    lines = (folder / "statements.jsonl").read_text().split("\n")
    assert lines[-1] == ""
    assert [json.loads(line)["values"]["votes_1"] for line in lines[:-1]] == said


def test_who_says_the_same_twice_says_it_once(tmp_path: Path) -> None:
    content = {
        "contest": "c", "station": code(0), "level": "station", "stage": "count", "source": "photos",
        "by": Author(name="a", role="reader"), "values": {"votes_1": 1}, "unread": {},
    }  # fmt: skip
    log = StatementLog(tmp_path)
    first = state(at="2024-02-14T15:00:00Z", **content)
    later = state(at="2024-02-14T16:00:00Z", **content)
    assert first.id == later.id
    assert len(log.append([first, later])) == 1
    assert log.append([later]) == ()
    log.close()
    assert (tmp_path / "statements.jsonl").read_bytes().count(b"\n") == 1


def test_an_index_that_was_begun_and_not_finished_is_made_anew(tmp_path: Path) -> None:
    log = StatementLog(tmp_path)
    log.close()
    with closing(sqlite3.connect(tmp_path / ".index.sqlite")) as index, index:
        index.execute("DELETE FROM covered")  # as a process left it that ended before the last line of its tables
    again = StatementLog(tmp_path)
    assert len(again) == 0
    again.close()


@pytest.mark.slow
def test_a_recap_that_is_killed_at_any_time_ends_as_one_that_is_not(tmp_path: Path) -> None:
    said = random_stations(4, 60)
    codes = [code(place // 2, ("2101", "2102")[place % 2]) for place in range(60)]
    rolls = roll(tmp_path / "roll.csv", codes)
    folders = [results(tmp_path / f"part-{i}", said[i::3]) for i in range(3)]
    recap(folders, tmp_path / "whole", rolls)
    command = [sys.executable, "-m", "ocr_recap", "recap", *map(str, folders), "--roll", str(rolls), "--out"]
    draw = random.Random(5)
    for trial in range(10):
        out = tmp_path / f"killed-{trial}"
        process = subprocess.Popen([*command, str(out)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not out.exists() and process.poll() is None:
            time.sleep(0.001)
        time.sleep(draw.random() * 0.25)
        process.kill()
        process.wait()
        recap(folders, out, rolls)
        assert contents(out) == contents(tmp_path / "whole"), trial
