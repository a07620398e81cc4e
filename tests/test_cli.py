"""The command line: what it says, where it says it, and how it exits."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib

import pytest
from conftest import ROOT
from fakes import FORM, PROCESSES, FakeReader, photo
from typer.testing import CliRunner

from ocr_recap.batch import run
from ocr_recap.batch.executors import EXECUTORS
from ocr_recap.cli import doctor, main, summary
from ocr_recap.cli.doctor import Diagnosis
from ocr_recap.forms import template
from ocr_recap.messages.catalog import Wording
from ocr_recap.messages.errors import CannotWrite, InputUnusable, TableFaulty, TemplateError, WrongUse


@pytest.fixture
def fake(monkeypatch):
    monkeypatch.setattr(run, "Reader", FakeReader)
    monkeypatch.setitem(EXECUTORS, "processes", PROCESSES)


def call(*arguments):
    return CliRunner().invoke(main.app, [str(a) for a in arguments])


# --- read -----------------------------------------------------------------------------------------------------------


def test_read_exits_0_although_numbers_need_review(fake, tmp_path):
    result = call("read", photo(tmp_path / "a.jpg"), "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "a.jpg" in result.stdout
    assert "1 to review" in result.stdout
    assert "PROVISIONAL: paper prevails" in result.stdout
    assert "report.html" in result.stdout
    assert (tmp_path / "out" / "numbers.csv").exists()


def test_read_exits_1_for_a_problem_and_says_what_to_do(fake, tmp_path):
    (tmp_path / "b.jpg").write_bytes(b"")
    result = call("read", photo(tmp_path / "a.jpg"), tmp_path / "b.jpg", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "b.jpg: The file is empty" in result.stdout


def test_read_speaks_indonesian(fake, tmp_path, monkeypatch):
    monkeypatch.setenv("LANG", "id_ID.UTF-8")
    result = call("read", photo(tmp_path / "a.jpg"), "--out", tmp_path / "out")
    assert "perlu diperiksa" in result.stdout
    assert '<html lang="id">' in (tmp_path / "out" / "report.html").read_text()
    result = call("read", tmp_path / "a.jpg", "--out", tmp_path / "out", "--lang", "en")
    assert "to review" in result.stdout
    assert '<html lang="en">' in (tmp_path / "out" / "report.html").read_text()


def test_quiet_says_nothing(fake, tmp_path):
    result = call("read", photo(tmp_path / "a.jpg"), "--out", tmp_path / "out", "--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_file_names_are_shown_as_they_are(fake, tmp_path):
    result = call("read", photo(tmp_path / "[red]a[link=x].jpg"), "--out", tmp_path / "out")
    assert "[red]a[link=x].jpg" in result.stdout


def test_long_batches_are_listed_in_part(fake, tmp_path, monkeypatch):
    monkeypatch.setattr(summary, "MOST_ROWS", 2)
    for index in range(4):
        photo(tmp_path / "in" / f"{index}.jpg", mark=index)
    result = call("read", tmp_path / "in", "--out", tmp_path / "out")
    assert "and 2 more photos" in result.stdout


def test_pictures_on_request(fake, tmp_path):
    result = call("read", photo(tmp_path / "a.jpg"), "--out", tmp_path / "out", "--overlay", "--save-pages")
    assert result.exit_code == 0
    assert len(list((tmp_path / "out" / "overlay").glob("a-*.jpg"))) == 1
    assert len(list((tmp_path / "out" / "pages").glob("a-*.jpg"))) == 1


def test_what_cannot_be_done_exits_with_a_code_of_its_cause(fake, tmp_path):
    a = photo(tmp_path / "a.jpg")
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "empty").mkdir()
    for arguments, kind, message in (
        (["read", "--out", tmp_path / "out"], WrongUse, "PHOTOS"),
        (["read", a, tmp_path / "typo.jpg", "--out", tmp_path / "out"], InputUnusable, "typo.jpg"),
        (["read", a, "--out", tmp_path / "file"], CannotWrite, "cannot be written"),
        (["read", tmp_path / "empty", "--out", tmp_path / "out"], InputUnusable, "No photos"),
        (["read", a, "--out", tmp_path / "out", "--max-pixels", "5"], WrongUse, "--max-pixels"),
        (["read", a, "--out", tmp_path / "out", "--max-frames", "0"], WrongUse, "--max-frames"),
        (["read", a, "--out", tmp_path / "out", "--max-frames", "99999"], WrongUse, "65535 at most"),
        (["read", a, "--out", tmp_path / "out", "--workers", "0"], WrongUse, "--workers"),
        (["print", "nothing", "--out", tmp_path / "x.pdf"], TemplateError, "no such template"),
        (["print", FORM.id, "--out", tmp_path / "file" / "x.pdf"], CannotWrite, "cannot be written"),
    ):
        result = call(*arguments)
        assert result.exit_code == kind.exit_code, arguments
        assert message in result.stderr
        assert result.stdout == ""


def test_an_unknown_template_is_refused(tmp_path):
    result = call("read", photo(tmp_path / "a.jpg"), "--out", tmp_path / "out", "--template", "nothing")
    assert result.exit_code == TemplateError.exit_code
    assert "nothing: no such template" in result.stderr
    assert FORM.id in result.stderr


def test_interruption_exits_130_and_says_how_to_go_on(fake, tmp_path, monkeypatch):
    def stop(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(FakeReader, "reading", stop)
    result = call("read", photo(tmp_path / "a.jpg"), "--out", tmp_path / "out")
    assert result.exit_code == 130
    assert "same command" in result.stderr


# --- stations and tables ----------------------------------------------------------------------------------------------

CODE = "2101142004001"


def test_an_unknown_station_is_said_once_and_is_no_failure(fake, tmp_path):
    for index in range(3):
        photo(tmp_path / "in" / f"{index}.jpg", mark=index)
    result = call("read", tmp_path / "in", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert result.stdout.count("The station is not known") == 1
    assert "3 documents: 3 to review" in result.stdout


def test_manifest_roll_and_dialect(fake, tmp_path):
    a = photo(tmp_path / "a.jpg")
    manifest, roll = tmp_path / "m.csv", tmp_path / "roll.csv"
    manifest.write_text(f"file;station;page\na.jpg;{CODE};3\n", encoding="utf-16")
    roll.write_text(f"station\n{CODE}\n2101142004-2\n")
    lists = ["--manifest", manifest, "--stations", roll, "--csv-dialect", "excel-id"]
    result = call("read", a, "--out", tmp_path / "out", *lists)
    assert result.exit_code == 0
    assert "page_conflict" in result.stdout
    assert "1 station without photos" in result.stdout
    assert "1 stations" not in result.stdout
    lines = (tmp_path / "out" / "stations.csv").read_text("utf-8-sig").splitlines()
    assert lines[0].startswith(
        "document;station;template;pages_present;pages_missing;fields_missing;verdict;review_count;dpt_L;"
    )
    assert lines[1].startswith(f"{CODE};{CODE};{FORM.id};2;1 3;;review;1;;")
    assert lines[2].startswith(f";2101142004002;{FORM.id};;1 2 3;;missing;0;;")
    numbers = (tmp_path / "out" / "numbers.csv").read_text("utf-8-sig").splitlines()
    assert numbers[1].startswith(f"{CODE};{CODE};a.jpg;")
    assert ";0,99999;" in numbers[1]


def test_folders_and_patterns(fake, tmp_path):
    photo(tmp_path / "in" / "x" / "tps7.jpg", mark=1)
    photo(tmp_path / "in" / "x" / f"k{CODE}k.jpg", mark=2)
    out = tmp_path / "out"
    assert call("read", tmp_path / "in", "--out", out, "--folder-is-document").exit_code == 0
    (line,) = (out / "documents.jsonl").read_text().splitlines()
    assert json.loads(line)["id"] == CODE
    assert call("read", tmp_path / "in", "--out", out, "--station-pattern", "nothing").exit_code == 0
    assert {json.loads(x)["station"]["code"] for x in (out / "photos.jsonl").read_text().splitlines()} == {None}


def test_wrong_lists_and_patterns_are_refused_in_both_languages(fake, tmp_path):
    a, table = photo(tmp_path / "a.jpg"), tmp_path / "m.csv"
    table.write_text("file,station\na.jpg,210114200400\n")
    for lang, message in (("en", "line 2: '210114200400' is no station code"), ("id", "baris 2: '210114200400' bukan")):
        for option in ("--manifest", "--stations"):
            result = call("read", a, "--out", tmp_path / "out", option, table, "--lang", lang)
            assert result.exit_code == TableFaulty.exit_code
            assert message in result.stderr
    result = call("read", a, "--out", tmp_path / "out", "--station-pattern", "(")
    assert result.exit_code == WrongUse.exit_code
    assert "--station-pattern" in result.stderr
    assert not (tmp_path / "out").exists()


# --- other commands -------------------------------------------------------------------------------------------------


def test_version():
    assert call("--version").stdout.startswith("ocr-recap 0.")


def test_a_form_without_marks_is_shown_and_printed(tmp_path):
    listed = call("templates", "list", "--lang", "en").stdout
    assert {line.split("\t")[0] for line in listed.splitlines()} == set(template.available())
    assert "found by its lines" in call("templates", "show", "c1-kwk-2017", "--lang", "en").stdout
    assert call("print", "c1-kwk-2017", "--out", tmp_path / "form.pdf").exit_code == 0
    assert (tmp_path / "form.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.slow
def test_a_chosen_form_that_the_photo_does_not_show_is_not_forced(tmp_path):
    result = call("read", photo(tmp_path / "a.jpg"), "--out", tmp_path / "out", "--template", "c1-kwk-2017")
    assert result.exit_code in (0, 1)
    record = json.loads((tmp_path / "out" / "photos.jsonl").read_text("utf-8"))
    assert record["page"] is None


def test_templates(tmp_path):
    assert FORM.id in call("templates", "list").stdout
    shown = call("templates", "show", FORM.id, "--lang", "id").stdout
    assert "Suara sah pasangan calon 1" in shown
    assert "[digit, bulatan, turus, jumlah baris, huruf]" in shown
    assert not re.search("exact|inequality|soft|form,|digits|bubbles|whole", shown)
    english = call("templates", "show", FORM.id, "--lang", "en").stdout
    assert "[exact; form, head of column J]" in english
    assert "The printed sheet is 600 x 900 mm." in english
    assert "commission's vector drawing" in english
    assert "Lembar cetaknya 600 x 900 mm." in shown
    assert "drawing" not in shown
    assert "valid_total = votes_1 + votes_2 + votes_3" in shown
    assert json.loads(call("templates", "schema").stdout)["title"] == "Template"
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("schema_version: 1\nid: x\nnonsense: 1\n")
    result = call("templates", "check", wrong)
    assert result.exit_code == 1
    assert "line 3" in result.stderr


def test_print_writes_a_pdf(tmp_path):
    result = call("print", FORM.id, "--out", tmp_path / "form.pdf")
    assert result.exit_code == 0
    assert (tmp_path / "form.pdf").read_bytes().startswith(b"%PDF")
    assert [p.name for p in tmp_path.iterdir()] == ["form.pdf"]


def test_doctor_looks_at_every_package_that_is_required():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert tuple(re.split(r"[<>=]", requirement)[0] for requirement in project["dependencies"]) == doctor.CORE
    known = set(project["optional-dependencies"]) - {"dev", "docs", "train", "ray"}  # ray: a cluster has its own check
    assert {extra for _, extra, _ in doctor._EXTRAS} == known


@pytest.mark.slow
def test_doctor_finds_two_opencv_wheels(monkeypatch):
    monkeypatch.setattr(doctor, "installed_opencv", lambda: ["opencv-python", "opencv-python-headless"])
    for language, mark, last in (("id", "GAGAL opencv", "1 kesalahan. "), ("en", "FAIL  opencv", "1 fault. ")):
        result = call("doctor", "--lang", language)
        assert result.exit_code == 1
        assert "pip uninstall -y opencv-python opencv-python-headless" in result.stdout
        assert f"\n{mark} " in result.stdout
        assert result.stdout.splitlines()[-1].startswith(last)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "name", "not_read", "install"),
    [
        ("id", "judul", "judul formulir tidak dibaca", "pasang lalu jalankan lagi"),
        ("en", "headings", "headings are not read", "install it"),
    ],
)
def test_doctor_says_what_is_not_done_without_tesseract(monkeypatch, language, name, not_read, install):
    monkeypatch.setattr(doctor.heading_ocr, "available", lambda: None)
    result = call("doctor", "--lang", language)
    (line,) = [line for line in result.stdout.splitlines() if f" {name} " in line]
    assert line.startswith("--  ")
    assert not_read in line
    assert install in line
    for command in ("sudo apt install tesseract-ocr", "winget install UB-Mannheim.TesseractOCR", "brew install"):
        assert command in line
    assert result.exit_code == 0, "it is optional"
    monkeypatch.setattr(doctor.heading_ocr, "available", lambda: "5.3.0")
    assert f"ok    {name:<11} Tesseract 5.3.0" in call("doctor", "--lang", language).stdout


@pytest.mark.parametrize(("language", "well"), [("id", "Semua baik"), ("en", "All is well")])
def test_doctor_ends_with_a_verdict_in_its_language(language, well):
    shown = [Diagnosis(name, True, Wording("a", "b")) for name, _ in doctor._CHECKS]
    lines = doctor.lines(shown, language)
    assert lines[-1] == f"{well}."
    names = {line.split()[1] for line in lines[:-1]}
    assert ("packages" in names, "paket" in names) == (language == "en", language == "id")
    optional = doctor.lines([*shown, Diagnosis("extras", True, Wording("a", "b"), missing=True)], language)
    assert optional[-1].startswith(f"{well}; ")


@pytest.mark.slow
def test_doctor_is_content_with_this_installation():
    result = call("doctor")
    assert not re.search("FAIL|GAGAL", result.stdout)
    assert result.exit_code == 0


def test_module_runs_as_a_program():
    done = subprocess.run([sys.executable, "-m", "ocr_recap", "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout[:10]) == (0, "ocr-recap ")
