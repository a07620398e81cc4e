"""What the README and docs/ promise: commands, paths, links, and pages that load nothing from elsewhere."""

from __future__ import annotations

import doctest
import importlib.metadata
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from conftest import ROOT
from typer.testing import CliRunner

from ocr_recap.cli import docs
from ocr_recap.cli.main import app
from ocr_recap.forms import template
from ocr_recap.messages import page_titles
from ocr_recap.records.rows import OF_A_NUMBER, OF_A_PHOTO
from ocr_recap.report.csv_tables import COLUMNS

sys.path.insert(0, str(ROOT / "docs" / "_ext"))
import external_loads


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ('<a href="https://example.org/">a link that is followed by hand</a><link rel="canonical" href="//x/">', []),
        ('<script src="_static/theme.js"></script><link rel="stylesheet" href="a.css"><img src="a.png">', []),
        ('<script src="https://cdn.example/x.js"></script>', ["https://cdn.example/x.js"]),
        ('<link rel="stylesheet" href="//cdn.example/x.css">', ["//cdn.example/x.css"]),
        ('<img src="HTTP://cdn.example/x.png">', ["HTTP://cdn.example/x.png"]),
        ("<style>@import 'https://fonts.example/x';</style>", ["@import 'https://fonts.example/x"]),
        ('<p style="background: url(https://x.example/a.png)">', ["url(https://x.example/a.png"]),
    ],
)
def test_what_a_page_loads_from_other_hosts_is_found(page: str, found: list[str]) -> None:
    assert external_loads.loads_of(page) == found


def test_a_style_sheet_that_loads_a_font_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.css").write_text("a { background: url(own.png) }")
    (tmp_path / "font.css").write_text('@font-face { src: url("https://fonts.example/f.woff2") }')
    (line,) = external_loads.check(tmp_path)
    assert line.startswith("font.css: ")


# --- `ocr-recap docs` -------------------------------------------------------------------------------------------------


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["docs", *arguments])


def test_the_list_names_every_page_with_its_title() -> None:
    known = docs.pages()
    printed = call("--lang", "en").stdout
    for name, versions in known.items():
        heading = docs.title(versions["en"].read_text("utf-8"))
        assert heading, name
        assert re.search(rf"^  {name} +{re.escape(heading)}$", printed, re.MULTILINE), name
    assert {"readme", "corrections", "templates", "records", "batch", "conduct"} <= known.keys()
    assert not {"index", "api", "conf"} & known.keys()


def test_the_indonesian_list_is_in_indonesian_and_marks_pages_that_are() -> None:
    known = docs.pages()
    printed = call("--lang", "id").stdout
    marked = re.findall(r"^  (\S+) .* \(id\)$", printed, re.MULTILINE)
    assert marked == [name for name, versions in known.items() if "id" in versions]
    assert {*marked, *page_titles.TITLES} == set(known)
    for title in page_titles.TITLES.values():
        assert f"{title}\n" in printed
    assert not re.search("^(tutorial|how-to|reference|explanation)$", printed, re.MULTILINE)


@pytest.mark.parametrize("asked", ["corrections", "Corrections", "docs/how-to/corrections.md", "corrections.id.md"])
def test_a_page_is_shown_by_its_name(asked: str) -> None:
    result = call(asked, "--lang", "en")
    assert result.exit_code == 0
    assert result.stdout.startswith("# Corrections")
    assert "ocr-recap apply" in result.stdout


def test_links_to_other_pages_become_commands() -> None:
    known = docs.pages()
    text = (
        "See [batch.md](../how-to/batch.md#x), [the code](../how-to/batch.md), ![p](a.md) and [x](gone.md).\n<!-- y -->"
    )
    assert docs.for_reading(text, known) == (
        "See `ocr-recap docs batch`, the code (`ocr-recap docs batch`), ![p](a.md) and [x](gone.md).\n"
    )


def test_pictures_and_the_python_api_do_not_leave_dead_links() -> None:
    known = docs.pages()
    assert docs.for_reading("![A photo](docs/images/a.jpg) the [Python API](../reference/api.md)", known) == (
        "[A photo] the Python API (`python -m pydoc ocr_recap.Reader`)"
    )
    for page in ("readme", "use-from-python", "first-photos"):
        text = docs.for_reading(known[page]["en"].read_text("utf-8"), known)
        assert not re.search(r"\]\([^)]*(?:\.jpg|\.png|api\.md)\)", text), page


@pytest.mark.parametrize(("lang", "words"), [("id", "Tidak ada halaman"), ("en", "There is no page")])
def test_a_page_that_is_not_there_is_wrong_use(lang: str, words: str) -> None:
    result = call("nothing", "--lang", lang)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "`ocr-recap docs`" in result.stderr


def test_each_page_that_the_program_points_to_exists() -> None:
    """In messages, comments of YAML files that are handed out, and other pages."""
    texts = [path.read_text("utf-8") for path in (*(ROOT / "ocr_recap").rglob("*.py"), *ROOT.glob("templates/*.yaml"))]
    texts += [path.read_text("utf-8") for path in (*(ROOT / "docs").rglob("*.md"), *ROOT.glob("README*.md"))]
    named = {name for text in texts for name in re.findall(r"ocr-recap docs ([a-z][a-z-]+)", text)}
    assert len(named) >= 3
    assert named <= docs.pages().keys()


# --- README -----------------------------------------------------------------------------------------------------------

README = {lang: (ROOT / name).read_text("utf-8") for lang, name in (("en", "README.md"), ("id", "README.id.md"))}


@pytest.mark.parametrize("lang", README)
def test_the_readme_is_short_and_keeps_its_parts(lang: str) -> None:
    text = README[lang]
    assert len(text.split()) <= 1000
    assert "make demo" in text
    assert "make test" in text
    assert r"py -m venv .venv && .venv\Scripts\pip install -e ." in text
    assert f"-{importlib.metadata.version('ocr-recap')}-py3-none-any.whl" in text
    assert len(template.available()) >= 7
    for name in template.available():
        assert f"- {getattr(template.load(name).title, lang)}" in text, name


def test_both_readmes_have_the_same_parts_commands_and_figures() -> None:
    def parts(text: str) -> list[object]:
        commands = re.findall(r"^(?:ocr-recap|py) .*?(?= --lang (?:en|id)$|$)", text, re.MULTILINE)
        links = [link.replace(".id.md", ".md") for link in re.findall(r"\]\((\S+?)\)", text) if "README" not in link]
        return [commands, links, *(text.count(mark) for mark in ("\n## ", "\n- ", "\n| ", "\n```", "\n1. "))]

    def figures(text: str) -> list[str]:
        rows = re.findall(r"^\| (?:drawn|real|gambar|asli).*$", text, re.MULTILINE)
        return re.findall(r"\d[\d.,]*", "".join(rows))

    assert parts(README["en"]) == parts(README["id"])
    assert figures(README["en"]) == [found.translate(str.maketrans(".,", ",.")) for found in figures(README["id"])]


@pytest.mark.parametrize("row", re.findall(r"^\| (?:drawn|real).*$", README["en"], re.MULTILINE))
def test_the_figures_of_the_readme_stand_in_the_laboratory_notes(row: str) -> None:
    notes = "".join((ROOT / "docs" / "lab" / f"{name}.md").read_text("utf-8") for name in ("accuracy", "reconcile"))
    same = "real" if row.startswith("| real") else "strict"
    figures = [re.sub(r" \(.*\)", "", cell.strip()) for cell in row.split("|")[2:-1]]
    assert any(
        line.startswith(f"| {same} ") and all(figure in line for figure in figures) for line in notes.splitlines()
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all: what was read once is not read again."""
    return tmp_path_factory.mktemp("docs") / "demo"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "locale"),
    [
        ("README.md", "en_US.UTF-8"),
        ("README.id.md", "id_ID.UTF-8"),
        ("docs/tutorial/first-photos.md", "id_ID.UTF-8"),
    ],
)
def test_the_first_command_prints_what_the_page_shows(page: str, locale: str, demo: Path) -> None:
    (block,) = re.findall(r"```\n(ocr-recap read samples .*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    assert printed_lines(block, demo, {"LC_ALL": locale}) == shown_lines(block)


def shown_lines(block: str) -> list[str]:
    return [line.rstrip() for line in block.splitlines()[1:] if line != "..."]


def printed_lines(block: str, out: Path, environment: dict[str, str]) -> list[str]:
    """Those lines that the command of a block prints and that the block shows."""
    command = [str(out) if word == "demo" else word for word in shlex.split(block.splitlines()[0])[1:]]
    command[1] = str(ROOT / command[1])
    result = CliRunner().invoke(app, command, env=environment)
    assert result.exit_code == 0, result.output
    shown = shown_lines(block)
    return [line.rstrip() for line in result.stdout.splitlines() if line.rstrip() in shown]


# --- paths, links, commands, code -------------------------------------------------------------------------------------

PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("training/**/*.md"))
    if path.name != "CHANGELOG.md"
)
FOLDERS = ("ocr_recap", "docs", "samples", "tests", "training", "benchmarks")
PACKAGE_READMES = sorted((ROOT / "ocr_recap").rglob("README.md"))
MODULES = [path.relative_to(ROOT).as_posix() for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_each_module_that_a_page_names_exists(page: Path) -> None:
    named = set(re.findall(r"(?<![\w./-])((?:[\w-]+/)*[\w-]+\.py)\b", page.read_text("utf-8")))
    missing = {path for path in named if not any(f"/{own}".endswith(f"/{path}") for own in MODULES)}
    assert missing <= {"score.py"}, "of real forms, which are no part of this repository"


def test_each_page_that_code_names_by_its_path_exists() -> None:
    files = [ROOT / "Makefile", *(ROOT / path for path in MODULES), *PAGES, *PACKAGE_READMES, *ROOT.glob("templates/*")]
    named = {found for file in files for found in re.findall(r"(?<![\w/])docs/[\w/.-]+\.md", file.read_text("utf-8"))}
    assert len(named) > 10
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("page", [*PAGES, *PACKAGE_READMES], ids=name)
def test_each_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


def options_of(words: list[str]) -> tuple[str, set[str]]:
    """The command that a line calls, and all of its options."""
    command: Any = typer.main.get_command(app)
    called: list[str] = []
    for word in words:
        if word not in getattr(command, "commands", {}):
            break
        command = command.commands[word]
        called.append(word)
    return " ".join(called), {
        option
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
        if option[0] == "-"
    } | {"--help", "-h"}


def commands_in(text: str) -> list[str]:
    blocks = "".join(re.findall(r"^```(?:sh|console)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    return [line.removeprefix("$ ") for line in blocks.splitlines() if re.match(r"(\$ )?ocr-recap ", line)]


@pytest.mark.parametrize("page", [page for page in PAGES if commands_in(page.read_text("utf-8"))], ids=name)
def test_each_command_that_a_page_shows_exists_with_its_options(page: Path) -> None:
    for line in commands_in(page.read_text("utf-8")):
        words = shlex.split(re.sub(r"[\[\]|]", " ", line), comments=True)[1:]
        called, options = options_of(words)
        assert called, line
        assert {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)} <= options, line


def test_the_tests_that_contributing_runs_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    commands = re.findall(r"^\.venv/bin/python -m pytest -n 0 (\S+)(?: -k (\w+))?$", text, re.MULTILINE)
    assert len(commands) >= 2
    for file, word in commands:
        found = re.findall(r"^def (test_\w+)", (ROOT / file).read_text("utf-8"), re.MULTILINE)
        assert any(word in test for test in found), f"{file} -k {word}"


def test_the_page_of_commands_has_every_command_and_option() -> None:
    text = (ROOT / "docs" / "reference" / "cli.md").read_text("utf-8")
    sections = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))

    def every(command: Any, called: list[str]) -> Iterator[list[str]]:
        if not getattr(command, "commands", None):
            yield called
        for word, inner in getattr(command, "commands", {}).items():
            yield from every(inner, [*called, word])

    commands = list(every(typer.main.get_command(app), []))
    assert len(commands) > 10
    for words in commands:
        called, options = options_of(words)
        heading = next((h for h in sections if h.startswith(f"`ocr-recap {words[0]}")), "Other commands")
        section = heading + sections[heading]
        assert f"ocr-recap {called}" in section, called
        assert [option for option in options - {"--help", "-h"} if not re.search(rf"{option}[` ]", section)] == [], (
            called
        )
    named = set(re.findall(r"`(--[a-z-]+)", text)) - {"--version"}
    known = {option for words in commands for option in options_of(words)[1]}
    assert set() < named <= known


@pytest.mark.slow
def test_the_code_of_the_pages_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages with `>>>`, from a folder beside the samples, as doctest runs them."""
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    monkeypatch.chdir(tmp_path)
    pages = [page for page in PAGES if ">>> " in page.read_text("utf-8")]
    assert pages
    for page in pages:
        result = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
        assert result.attempted > 0
        assert result.failed == 0, name(page)


@pytest.mark.slow
@pytest.mark.parametrize("lang", README)
def test_the_python_of_the_readme_runs(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README[lang], re.DOTALL)
    monkeypatch.chdir(ROOT)
    *before, last = code.strip().splitlines()
    space: dict[str, Any] = {}
    exec("\n".join(before), space)
    accepted, _, told = last.partition("  # ")
    assert eval(accepted, space) == int(told.partition(";")[0])


def test_the_page_of_records_lists_the_columns_of_numbers_csv() -> None:
    text = (ROOT / "docs" / "reference" / "records.md").read_text("utf-8")
    _, _, section = text.partition("\n## Columns of `numbers.csv`\n")
    table, _, after = section.partition("\nRows of `to_rows()`")
    listed = [name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)]
    assert listed == list(COLUMNS)
    left_out = re.findall(r"`(\w+)`", after.partition("\n## ")[0])
    assert set(listed) - set(left_out) == {*OF_A_PHOTO, *OF_A_NUMBER}


@pytest.mark.parametrize("lang", README)
def test_the_first_command_names_the_language_of_its_screen(lang: str) -> None:
    assert f"\nocr-recap read samples --out demo --overlay --lang {lang}\n" in README[lang]


def test_the_example_of_a_further_field_is_a_template() -> None:
    field, rule = re.findall(
        r"```yaml\n(.*?)```", (ROOT / "docs" / "how-to" / "add-a-field.md").read_text("utf-8"), re.DOTALL
    )
    form = (ROOT / "templates" / "c-hasil-ppwp-2024.yaml").read_text("utf-8")
    form = form.replace("\nfields:\n", f"\nfields:\n{field}").replace("\nrules:\n", f"\nrules:\n{rule}")
    read = template.parse_text(form, "my-form.yaml")
    assert read.fields[0].id == "witnesses_present"
    assert read.rules[0].id == "witnesses"
