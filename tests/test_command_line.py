"""How the command line is used: its help, its language, what it refuses before it begins, and what it keeps."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from fakes import PROCESSES, FakeReader, photo
from PIL import Image
from typer.testing import CliRunner

from ocr_recap.batch import earlier_run, run
from ocr_recap.batch.executors import EXECUTORS
from ocr_recap.batch.inputs import collect, refuse_missing
from ocr_recap.cli import main
from ocr_recap.messages import help_texts
from ocr_recap.messages.errors import InputUnusable, WrongUse
from ocr_recap.records.run_info import read_run

CODE = "2101142004001"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "Reader", FakeReader)
    monkeypatch.setitem(EXECUTORS, "processes", PROCESSES)


def call(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(main.app, [str(a) for a in arguments], env=environment)


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and group, with the words that call it."""
    command = command or typer.main.get_command(main.app)
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


PATHS = [path for path, _ in commands()]

# --- help -------------------------------------------------------------------------------------------------------------


def shown(*path: str, lang: str, flag: str = "--help") -> str:
    """The help of a command as one line, without the frames around it."""
    result = call(*path, flag, COLUMNS="200", OCR_RECAP_LANG=lang)
    assert result.exit_code == 0
    return " ".join(re.sub("[─-╿]", " ", result.stdout).split())


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_help_is_in_one_language_with_an_example(path: tuple[str, ...], lang: str) -> None:
    text, place = shown(*path, lang=lang), ("id", "en").index(lang)
    key = " ".join(path)
    assert " ".join(help_texts.COMMANDS[key][place].split()) in text
    assert f"{help_texts.WORDS['example'][place]} {help_texts.EXAMPLES[key]}" in text
    words = [word[1 - place].format("").strip("[]: ") for word in help_texts.WORDS.values() if "{least}" not in word[0]]
    other = [*words, *(title[1 - place] for title in help_texts.PANELS.values())]
    own = {*help_texts.WORDS.values(), *help_texts.PANELS.values()}
    assert [
        word for word in other if re.search(rf"\b{word}\b", text) and not any(word in both[place] for both in own)
    ] == []


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_each_example_is_a_command_with_options_that_exist(path: tuple[str, ...]) -> None:
    key = " ".join(path)
    words = help_texts.EXAMPLES[key].split()
    assert words[0] == "ocr-recap"
    assert words[1 : 1 + len(path)] == list(path)
    known = {option for p, c in commands() if list(p) == words[1 : 1 + len(p)] for x in c.params for option in x.opts}
    assert {word for word in words if word.startswith("-")} <= known


def test_no_text_of_the_help_is_left_over() -> None:
    names = {name for path, c in commands() for x in c.params for name in (x.name, f"{' '.join(path)}.{x.name}")}
    for texts in (help_texts.PARAMETERS, help_texts.DEFAULTS, help_texts.VALUES, help_texts.PANEL_OF):
        assert set(texts) - {"help"} <= names
    assert set(help_texts.COMMANDS) == set(help_texts.EXAMPLES) == {" ".join(path) for path in PATHS}


def test_help_shows_groups_and_defaults_and_answers_to_h() -> None:
    text = shown("read", lang="en", flag="-h")
    assert text == shown("read", lang="en")
    for group in ("Results", "Stations and documents", "Machine and limits", "Screen"):
        assert f" {group} " in text
    assert "Folder of results. [default: results]" in text
    assert "[default: 500]" in text
    assert "[default: 120]" in text
    assert "<list" not in text
    assert "..." not in text.replace("PHOTOS}...", "")


def test_whole_defaults_are_shown_without_a_decimal_point_and_stay_what_they_are() -> None:
    assert "[bawaan: 120]" in shown("read", lang="id")
    command: Any = dict(commands())[("read",)]
    given = command.make_context("read", ["a.jpg"], resilient_parsing=True).params["photo_seconds"]
    assert (type(given), given) == (float, 120.0)


def test_shell_completion_can_be_had() -> None:
    assert "--install-completion" in shown(lang="id")
    done = call(_OCR_RECAP_COMPLETE="complete_bash", COMP_WORDS="ocr-recap rea", COMP_CWORD="1")
    assert "read" in done.stdout.split()


@pytest.mark.parametrize(
    ("words", "environment", "language"),
    [
        (["--lang", "id"], {"OCR_RECAP_LANG": "en"}, "id"),
        (["--lang=en"], {"OCR_RECAP_LANG": "id"}, "en"),
        ([], {"OCR_RECAP_LANG": "id", "LANG": "en_US.UTF-8"}, "id"),
        ([], {"OCR_RECAP_LANG": "xx", "LANG": "id_ID.UTF-8"}, "id"),
        ([], {"LANG": "en_GB.UTF-8"}, "en"),
        ([], {"LANG": "de_DE.UTF-8"}, "en"),
        ([], {"LANG": "C.UTF-8"}, "id"),
        ([], {"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, "id"),
    ],
)
def test_the_language_is_that_of_the_option_the_variable_the_locale(
    words: list[str], environment: dict[str, str], language: str
) -> None:
    text = call("status", "--help", *words, **environment).stdout
    assert help_texts.COMMANDS["status"][("id", "en").index(language)] in text


@pytest.mark.parametrize(
    ("words", "said_id", "said_en"),
    [
        (["read"], "FOTO belum ditulis", "PHOTOS is missing"),
        (["read", "a", "--workers", "0"], "angka 1 sampai 64", "a number from 1 to 64"),
        (["read", "a", "--workers", "x"], "angka 1 sampai 64", "a number from 1 to 64"),
        (["read", "a", "--max-frames", "x"], "angka bulat", "a whole number"),
        (["read", "a", "--photo-seconds", "0"], "angka mulai 1", "a number from 1 on"),
        (["read", "a", "--policy", "x"], "Yang boleh: strict, balanced", "Allowed: strict, balanced"),
        (["read", "a", "--overlai"], "Tidak ada opsi --overlai", "There is no option --overlai"),
        (["read", "a", "--overlai"], "--overlai (mirip: ", "--overlai (similar: "),
        (["--zzz"], "Tidak ada opsi --zzz. Semua", "There is no option --zzz. All"),
        (["read", "a", "--out"], "nilainya belum ditulis. Contoh", "its value is missing. An example"),
        (["read", "a", "--overlay=x"], "Tulis --overlay saja", "Write --overlay alone"),
        (["raed"], "Tidak ada perintah raed (mirip: read)", "There is no command raed (similar: read)"),
        (["xyz"], "Tidak ada perintah xyz. Semua", "There is no command xyz. All"),
        (["docs", "corections"], "corections (mirip: corrections)", "corections (similar: corrections)"),
        (["docs", "xyzxyz"], "Tidak ada halaman xyzxyz. `", "There is no page xyzxyz. `"),
        (["doctor", "more"], "argumen yang berlebih", "too many arguments"),
        (["read", "a", "--stations", "b", "--no-stations"], "Hapus salah satu", "Remove one of them"),
    ],
)
def test_a_mistake_on_the_command_line_is_told_in_one_language(
    words: list[str], said_id: str, said_en: str, fake: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    photo(tmp_path / "a")
    for lang, said, other in (("id", said_id, said_en), ("en", said_en, said_id)):
        result = call(*words, OCR_RECAP_LANG=lang)
        assert (result.exit_code, result.stdout) == (WrongUse.exit_code, "")
        assert result.stderr.startswith("ocr-recap: ")
        assert said in result.stderr
        assert other not in result.stderr


@pytest.mark.parametrize("words", [["read", "--out"], ["read", "--overlay=x"], ["read", "--zzz"], ["read"]])
def test_a_mistake_names_the_help_of_its_own_command(words: list[str]) -> None:
    assert call(*words).stderr.rstrip().endswith("ocr-recap read -h")


@pytest.mark.parametrize("words", [["-h", "--lang", "LANG"], ["--lang", "LANG", "-h"], ["--lang=LANG"]])
def test_the_help_of_all_commands_is_in_the_language_asked_for(words: list[str]) -> None:
    for lang, text in zip(("id", "en"), help_texts.COMMANDS[""], strict=True):
        result = call(*(word.replace("LANG", lang) for word in words))
        assert result.exit_code == 0
        assert text.split("\n")[0] in result.stdout


@pytest.mark.parametrize("words", [["docs", "zzz"], ["templates", "show", "zzz"]])
def test_the_language_may_stand_before_the_command(words: list[str]) -> None:
    for lang, other in (("id", "en"), ("en", "id")):
        assert call("--lang", lang, *words, OCR_RECAP_LANG=other).stderr == call(*words, "--lang", lang).stderr
        assert call("--lang", other, *words, "--lang", lang).stderr == call(*words, "--lang", lang).stderr


# --- what is refused before anything is written -----------------------------------------------------------------------


def test_results_go_to_results_where_nothing_else_is_said(
    fake: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("read", photo(tmp_path / "a.jpg")).exit_code == 0
    assert (tmp_path / "results" / "report.html").is_file()


@pytest.mark.parametrize("command", ["read", "check"])
def test_a_path_that_leads_nowhere_is_refused_and_nothing_is_written(
    fake: None, tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    photo(tmp_path / "a.jpg")
    result = call(command, "a.jpg", "typo.jpg", "a.jpg/b.jpg", "typo.pdf#2")
    assert (result.exit_code, result.stdout) == (InputUnusable.exit_code, "")
    assert "Not there: typo.jpg, a.jpg/b.jpg, typo.pdf#2." in result.stderr.replace("\\", "/")
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]


def test_a_name_that_is_there_is_not_refused(tmp_path: Path) -> None:
    (tmp_path / "nowhere.jpg").symlink_to(tmp_path / "gone.jpg")
    refuse_missing([tmp_path / "nowhere.jpg", tmp_path, tmp_path / ("a" * 300)])


def test_a_folder_of_results_is_not_read_as_photos(fake: None, tmp_path: Path) -> None:
    first = tmp_path / "photos" / "first"
    assert call("read", photo(tmp_path / "photos" / "a.jpg"), "--out", first).exit_code == 0
    for given in (first, tmp_path / "photos"):
        result = call("read", given, "--out", tmp_path / "second")
        assert result.exit_code == InputUnusable.exit_code
        assert f"{first} is a folder of results" in result.stderr
        assert not (tmp_path / "second").exists()
    assert call("read", tmp_path / "photos", "--out", first).exit_code == 0, "its own folder of results is left out"


# --- one page of a file -----------------------------------------------------------------------------------------------


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    pages = [Image.open(photo(tmp_path / "page.jpg", mark=number)).convert("RGB") for number in range(1, 5)]
    pages[0].save(tmp_path / "scan.tif", save_all=True, append_images=pages[1:])
    return tmp_path / "scan.tif"


def frames(out: Path) -> list[tuple[str, int]]:
    records = map(json.loads, (out / "photos.jsonl").read_text("utf-8").splitlines())
    return [(record["photo"]["file"], record["photo"]["frame"]) for record in records]


def test_one_page_of_a_file_is_read_by_its_number(fake: None, scan: Path, tmp_path: Path) -> None:
    assert call("read", f"{scan}#1", f"{scan}#3", "--out", tmp_path / "out").exit_code == 0
    assert frames(tmp_path / "out") == [("scan.tif", 0), ("scan.tif", 2)]
    assert call("read", f"{scan}#4", scan, "--out", tmp_path / "out", "--max-frames", 2).exit_code == 1
    assert frames(tmp_path / "out") == [("scan.tif", 3), ("scan.tif", 0), ("scan.tif", 1), ("scan.tif", 2)]


def test_a_page_that_was_read_alone_is_not_what_stands_for_pages_left_out(
    fake: None, scan: Path, tmp_path: Path
) -> None:
    assert call("read", scan, f"{scan}#3", "--out", tmp_path / "out", "--max-frames", 2).exit_code == 1
    found = [json.loads(line) for line in (tmp_path / "out" / "photos.jsonl").read_text("utf-8").splitlines()]
    codes = [[problem["code"] for problem in record["problems"]] for record in found]
    assert codes == [[], [], ["frames_not_read"], []]


def test_a_file_of_that_very_name_comes_first(scan: Path) -> None:
    photo(scan.with_name("scan.tif#2"))
    assert [(p.name, p.frame) for p in collect([f"{scan}#2", f"{scan}#3"]).photos] == [
        ("scan.tif#2", None),
        ("scan.tif", 2),
    ]


# --- reading again in the same folder ---------------------------------------------------------------------------------


@pytest.fixture
def again(fake: None, tmp_path: Path) -> list[object]:
    """A folder that was read with everything, and the shortest command that reads into it again."""
    roll, manifest = tmp_path / "roll.csv", tmp_path / "m.csv"
    roll.write_text(f"station\n{CODE}\n2101142004002\n")
    manifest.write_text(f"file,station\na.jpg,{CODE}\n")
    command: list[object] = ["read", photo(tmp_path / "a.jpg"), "--out", tmp_path / "out"]
    options = ["--overlay", "--save-pages", "--format", "xlsx", "--csv-dialect", "excel-id"]
    assert call(*command, "--stations", roll, "--manifest", manifest, *options).exit_code == 0
    roll.unlink()
    return [*command, "--manifest", manifest]


def test_what_an_earlier_run_had_asked_for_is_kept_and_said(again: list[object], tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in (tmp_path / "out").glob("*.csv")}
    result = call(*again)
    assert result.exit_code == 0
    kept, without = "--overlay, --save-pages, --format xlsx, --stations", "--no-overlay, --no-save-pages, --format csv"
    first, second = result.stderr.splitlines()[:2]
    assert first == f"As in the earlier run in this folder: {kept}. To leave it out, add {without}, --no-stations."
    assert second == "CSV tables stay excel-id, as in this folder. For rfc4180, add --csv-dialect rfc4180."
    assert "All results are in place" in result.stdout
    assert {path: path.read_bytes() for path in before} == before
    for name in ("tables.xlsx", "overlay", "pages"):
        assert (tmp_path / "out" / name).exists()
    assert read_run(tmp_path / "out").stations_without_photos == ("2101142004002",)


def test_it_is_left_out_on_request(again: list[object], tmp_path: Path) -> None:
    without = ["--no-overlay", "--no-save-pages", "--no-stations", "--format", "csv", "--csv-dialect", "rfc4180"]
    result = call(*again, *without)
    assert result.exit_code == 0
    assert "earlier run in this folder" not in result.stderr
    assert "CSV tables stay" not in result.stderr
    for name in ("tables.xlsx", "overlay", "pages"):
        assert not (tmp_path / "out" / name).exists()
    found = read_run(tmp_path / "out")
    assert (found.roll, found.stations_without_photos, found.dialect) == (None, (), "rfc4180")
    assert "earlier run in this folder" not in call(*again).stderr


def test_what_cannot_be_kept_is_said_before_it_is_lost(again: list[object], tmp_path: Path) -> None:
    result = call(*again[:-2])
    assert "The earlier run in this folder had --manifest; this one has not." in result.stderr
    before = read_run(tmp_path / "out").model_copy(update={"roll": None, "overlay": False})
    before.save(tmp_path / "out")
    settled = earlier_run.settle(earlier_run.Given(), tmp_path / "out", "en")
    assert (settled.stations, settled.dropped) == (None, ("--stations",))
    assert settled.overlay, "of a version that did not write it down: the folder of pictures is there"


@pytest.mark.parametrize(("lang", "first"), [("id", "document;station"), ("en", "document,station")])
def test_tables_follow_the_language(fake: None, tmp_path: Path, lang: str, first: str) -> None:
    command = ["read", photo(tmp_path / "a.jpg"), "--out", tmp_path / "out"]
    assert call(*command, "--lang", lang).exit_code == 0
    for other in ("id", "en"):
        assert (tmp_path / "out" / "stations.csv").read_text("utf-8-sig").startswith(first)
        assert call(*command, "--lang", other).exit_code == 0, "a folder keeps the dialect that it has"


# --- start ------------------------------------------------------------------------------------------------------------

HELP = """
import sys
from typer.testing import CliRunner
from ocr_recap.cli.main import app
print(CliRunner().invoke(app, sys.argv[1:]).exit_code, *sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize("words", [["--help"], ["templates", "--help"], ["raed"], ["docs"]], ids=" ".join)
def test_help_and_mistakes_load_neither_opencv_nor_the_nets(words: list[str]) -> None:
    ran = subprocess.run([sys.executable, "-c", HELP, *words], check=True, capture_output=True, text=True)
    code, *loaded = ran.stdout.split()
    assert code == ("2" if words == ["raed"] else "0")
    assert "typer" in loaded
    assert not {"cv2", "onnxruntime", "numpy", "reportlab"} & set(loaded)
