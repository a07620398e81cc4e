"""The rehearsal: script, people, journal; and a regency of 24 stations from nothing to verified minutes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest

pytest.importorskip("starlette", reason="the extra web is not installed")
pytest.importorskip("duckdb", reason="the extra recap is not installed")
pytest.importorskip("tuf", reason="the extra seal is not installed")
pytest.importorskip("resource", reason="processes have no limits on this system")

from ocr_recap.messages.errors import TemplateError, WrongUse
from ocr_recap.messages.rehearse_command import REHEARSE_PROGRESS
from ocr_recap.messages.rehearse_texts import REHEARSE_TEXTS
from ocr_recap.rehearse import night as nights
from ocr_recap.rehearse import rehearsal
from ocr_recap.rehearse.commands import CommandRun, run_command, run_ready, surroundings
from ocr_recap.rehearse.events.registry import EVENTS
from ocr_recap.rehearse.journal import JOURNAL, RehearsalJournal
from ocr_recap.rehearse.night import Night
from ocr_recap.rehearse.photos import draw_photos, photo_file, truth_file
from ocr_recap.rehearse.ready_program import CAN_FORK, ReadyProgram
from ocr_recap.rehearse.rehearsal import RehearsalOptions, planned, rehearse
from ocr_recap.rehearse.report import _SENT
from ocr_recap.rehearse.script import load_script, parse_script
from ocr_recap.rehearse.server import ServerProcess
from ocr_recap.rehearse.typist import typed, wrong

SMALL = ("--stations", "24", "--pages", "votes", "--longer", "1200", "--workers", "1", "--lang", "en")
HEAD = "schema_version: 1\nevents:\n"

# --- script -----------------------------------------------------------------------------------------------------------


def test_the_script_of_the_package_has_every_kind_of_event() -> None:
    assert {one.kind for one in load_script(None).events} == set(EVENTS)


def test_every_event_has_texts_for_the_report() -> None:
    wanted = {f"event_{kind}" for kind in EVENTS} | {f"did_{kind}" for kind in EVENTS if kind not in _SENT}
    assert wanted <= set(REHEARSE_TEXTS)
    assert [key for key, (text_id, text_en) in REHEARSE_TEXTS.items() if not text_id or not text_en] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEAD}  - {{kind: storm}}\n", "line 3: 'storm' is no kind of event; write 'kind:' and one of no_network"),
        (f"{HEAD}  - {{kind: no_network, huts: 3}}\n", "line 3: huts: the key 'huts' is not known here; remove it"),
        (f"{HEAD}  - {{kind: laptop_dies}}\n  - {{kind: laptop_dies, after: 0}}\n", "line 4: after:"),
        ("schema_version: 1\nevents: 7\n", "the key 'events' must hold a list; write one event a line"),
        ("schema_version: 2\nevents: []\n", "write 'schema_version: 1'"),
        ("schema_version: 1\nevents: []\nmore: 1\n", "line 3: the key 'more' is not known here; remove it"),
        ("- 1\n", "line 1: a script is a mapping"),
        ("a: [\n", "line 2: not valid YAML"),
    ],
)
def test_a_wrong_script_is_refused_with_line_and_next_step(text: str, said: str) -> None:
    with pytest.raises(TemplateError) as fault:
        parse_script(text, "script.yaml")
    assert said in fault.value.en


def test_a_script_that_needs_more_stations_than_there_are_is_refused() -> None:
    script = parse_script(f"{HEAD}  - {{kind: never_comes, stations: 25}}\n", "script.yaml")
    with pytest.raises(TemplateError, match="only 24 are free"):
        planned(script, RehearsalOptions(24))


def test_events_meet_the_same_stations_for_the_same_seed_and_no_station_twice() -> None:
    script = load_script(None)
    one, same, other = (planned(script, RehearsalOptions(24, seed)) for seed in (1, 1, 2))
    facts = [[(station.code, station.way, station.event) for station in world.stations] for world in (one, same, other)]
    assert facts[0] == facts[1] != facts[2]
    assert len(one.chosen) == 12 + 9
    assert {area.code for area in one.offline()} == {"2139012002", "2139022001", "2139022003"}


# --- people and journal -----------------------------------------------------------------------------------------------


def test_people_type_what_they_see_but_for_their_rate() -> None:
    texts = [typed("117", 0.1, "Ani", number) for number in range(4000)]
    assert 300 < sum(text != "117" for text in texts) < 500
    assert texts == [typed("117", 0.1, "Ani", number) for number in range(4000)]
    assert typed("?", 1.0, "Ani") == "?"


@pytest.mark.parametrize("text", ["0", "7", "10", "11", "111", "100", "273"])
def test_a_wrong_number_is_another_number_of_three_digits_at_most(text: str) -> None:
    found = {wrong(text, np.random.default_rng(seed)) for seed in range(200)}
    assert len(found) > 1
    assert text not in found
    assert all(one.isdigit() and len(one) <= 3 and one == str(int(one)) for one in found)


def test_the_journal_goes_on_after_a_line_that_was_cut_off(tmp_path: Path) -> None:
    first = RehearsalJournal(tmp_path)
    assert first.once("a", lambda: [1, 2]) == [1, 2]
    with first.timed("step"):
        first.keep("b/1", "x")
    with (tmp_path / JOURNAL).open("ab") as file:
        file.write(b'{"key": "c", "val')
    again = RehearsalJournal(tmp_path)
    assert again.once("a", lambda: pytest.fail("it was done")) == [1, 2]
    assert list(again.under("b/")) == [("1", "x")]
    assert not again.has("c")
    assert set(again.times()) == {"step"}
    again.keep("c", 3)
    assert RehearsalJournal(tmp_path).get("c") == 3


@pytest.mark.parametrize(("language", "said"), [("id", "0,0 menit  rapat pleno"), ("en", "0.0 min  plenary sessions")])
def test_progress_is_in_the_language_of_the_command(tmp_path: Path, language: Any, said: str) -> None:
    shown: list[str] = []
    RehearsalJournal(tmp_path, shown.append, language).show("sessions")
    assert [line.strip() for line in shown] == [said]


def test_every_line_of_progress_is_used(tmp_path: Path) -> None:
    package = Path(rehearsal.__file__).parent
    shown = "".join(path.read_text("utf-8") for path in package.rglob("*.py"))
    used = {key for key in REHEARSE_PROGRESS if f'show("{key}"' in shown or f'"{key}"]' in shown}
    assert set(REHEARSE_PROGRESS) - used == {"sums_evening", "sums_noon"}  # by the name of the time


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(WrongUse, match="not empty"):
        rehearse(tmp_path, load_script(None), RehearsalOptions(24))


def test_photos_that_are_there_are_not_drawn_again(tmp_path: Path) -> None:
    world = planned(parse_script(f"{HEAD}  - {{kind: never_comes, stations: 22}}\n", "s"), RehearsalOptions(24))
    world.places = (1,)
    journal = RehearsalJournal(tmp_path)
    draw_photos(tmp_path, world, 800, 1, journal)
    first, second = world.photos()
    content = (tmp_path / photo_file(second)).read_bytes()
    (tmp_path / photo_file(first)).write_bytes(b"kept")
    truth_file(tmp_path, second).unlink()
    draw_photos(tmp_path, world, 800, 1, journal)
    assert (tmp_path / photo_file(first)).read_bytes() == b"kept"
    assert (tmp_path / photo_file(second)).read_bytes() == content


def test_a_command_that_ended_with_its_rehearsal_is_no_surprise_when_it_is_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = CommandRun(("keys", "init"), 2, "", "there already", 0.1)
    monkeypatch.setattr(nights, "run_command", lambda *_: refused)
    world = planned(parse_script(f"{HEAD}  - {{kind: never_comes}}\n", "s"), RehearsalOptions(24))
    night = Night(tmp_path, world, (), RehearsalJournal(tmp_path))
    night.journal.keep("begun/keys/init", True)
    assert [night.run("keys", name, "keys", "init").code for name in ("init", "other")] == [2, 2]
    assert [name for name, _ in night.journal.under("surprise/")] == ["keys/other"]


def test_a_photo_that_is_taken_again_joins_the_truth_without_reading_all_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = planned(parse_script(f"{HEAD}  - {{kind: never_comes, stations: 23}}\n", "s"), RehearsalOptions(24))
    world.places = (1,)
    for station in world.stations:
        station.preset = "field"  # the photo that is taken again is another one
    night = Night(tmp_path, world, (), RehearsalJournal(tmp_path), longer=800)
    draw_photos(tmp_path, world, 800, 1, night.journal)
    (plan,) = world.photos()
    before = dict(night.truth.by_photo)
    monkeypatch.setattr(nights, "load_truth", lambda *_: pytest.fail("all of it was read"))
    assert night.take_again(plan.name) is not None
    (more,) = set(night.truth.by_photo) - set(before)
    assert night.truth.by_photo[more].name == f"{plan.name}-again"
    assert night.take_again("no such photo") is None


@pytest.mark.slow
def test_a_server_that_a_killed_rehearsal_left_is_ended(tmp_path: Path) -> None:
    left, next_one = (ServerProcess(tmp_path, "desks/1", ("--workers", "1")) for _ in range(2))
    left.start()
    try:
        next_one.start()
        assert left._process is not None
        assert left._process.wait(30) == -signal.SIGKILL
    finally:
        left.end_at_once()
        next_one.end_at_once()


# --- commands by a program that is loaded already ---------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(not CAN_FORK, reason="this system does not fork")
@pytest.mark.parametrize(
    "words",
    [
        ["templates", "list"],
        ["read", "nowhere", "--out", "x"],
        ["schema", "event"],
        ["no-such-command"],
        ["status", ".", "--json"],
    ],
)
def test_a_loaded_program_runs_a_command_as_a_new_one_does(tmp_path: Path, words: list[str]) -> None:
    fresh = run_command(tmp_path, words)
    with ReadyProgram(surroundings()) as program:
        for _ in range(2):
            done, cpu = run_ready(program, tmp_path, words)
            assert (done.words, done.code, done.out, done.err) == (fresh.words, fresh.code, fresh.out, fresh.err)
            assert cpu > 0


@pytest.mark.slow
@pytest.mark.skipif(not CAN_FORK, reason="this system does not fork")
def test_the_second_command_finds_loaded_what_the_first_one_loaded(tmp_path: Path) -> None:
    with ReadyProgram(surroundings()) as program:
        first, second = (run_ready(program, tmp_path, ["apply", "--help"])[1] for _ in range(2))
    assert second < first / 2


# --- a whole night ----------------------------------------------------------------------------------------------------


def _command(folder: Path) -> list[str]:
    return [sys.executable, "-m", "ocr_recap", "rehearse", *SMALL, "--out", str(folder)]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], subprocess.CompletedProcess[str]]:
    """A rehearsal that was ended at once while the desks worked, and went on: folder, figures, the last command."""
    folder = tmp_path_factory.mktemp("rehearsal") / "night"
    first = subprocess.Popen(_command(folder), stderr=subprocess.DEVNULL, start_new_session=True)
    journal = folder / JOURNAL
    end = time.monotonic() + 600
    while not (journal.exists() and b"/sent/" in journal.read_bytes()):
        assert first.poll() is None
        assert time.monotonic() < end
        time.sleep(0.2)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    done = subprocess.run(_command(folder), capture_output=True, text=True, check=False, timeout=1800)
    assert (folder / "report.json").exists(), done.stderr[-4000:]
    return folder, json.loads((folder / "report.json").read_bytes()), done


@pytest.mark.slow
def test_no_number_is_silently_wrong_and_every_sum_is_as_it_is_written(night: Any) -> None:
    _, report, done = night
    figures = report["figures"]
    assert figures["closed"]["places"] == []
    assert figures["closed"]["n"] == figures["written"] > 60
    assert figures["arrived"] == 23
    assert [wrong for _, wrong, _ in figures["levels"].values()] == [0, 0, 0]
    assert figures["levels"]["village"][0] > 0
    assert "Numbers silently wrong: 0." in done.stdout


@pytest.mark.slow
def test_every_event_happened_and_was_recovered_from(night: Any) -> None:
    _, report, _ = night
    events = report["events"]
    assert {one["kind"] for one in events} == set(EVENTS)
    assert {one["kind"] for one in events if not one["recovered"]} == set()
    (altered,) = (one for one in events if one["kind"] == "altered_figure")
    codes = [altered["facts"][name] for name in ("plain", "careful", "sealed", "unseen")]
    assert (codes, altered["noticed"], altered["named"]) == ([7, 1, 1, 0], True, True)
    assert altered["evidence"].count(altered["facts"]["station"]) == 2
    (mistaken,) = (one for one in events if one["kind"] == "wrong_station")
    assert "photo_withdrawn" in mistaken["evidence"]
    assert (mistaken["facts"]["known"], mistaken["facts"]["wrong"]) == (mistaken["facts"]["numbers"], 0)
    assert [one["kind"] for one in events if not one["evidence"]] == []


@pytest.mark.slow
def test_no_command_ended_otherwise_than_expected(night: Any) -> None:
    _, _, done = night
    assert "Commands that ended otherwise than expected: 0." in done.stdout, done.stderr


@pytest.mark.slow
def test_the_minutes_are_verified_by_one_file_alone(night: Any) -> None:
    folder, _, _ = night
    words = [sys.executable, "verify.py", "minutes.zip", "--roll", "roll.json"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "All holds.")


@pytest.mark.slow
def test_the_report_is_one_page_and_a_pdf(night: Any) -> None:
    folder, _, _ = night
    page = (folder / "report.html").read_text("utf-8")
    assert page.count("<section>") == 9
    assert "src=" not in page
    text = "".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(folder / "report.pdf"))
    for heading in ("Truth against result", "Events", "What would have been lost", "The same night in other ways"):
        assert heading in text
        assert heading in page


@pytest.mark.slow
def test_a_rehearsal_that_is_over_changes_nothing(night: Any) -> None:
    folder, report, _ = night
    subprocess.run([*_command(folder), "--quiet"], capture_output=True, check=False, timeout=600)
    again = json.loads((folder / "report.json").read_bytes())
    assert again["figures"] == report["figures"]
    assert again["events"] == report["events"]
