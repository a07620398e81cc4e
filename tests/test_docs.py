"""What the README and docs/ promise: commands, paths, links, and pages that load nothing from elsewhere."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from click.testing import Result
from conftest import ROOT
from typer.testing import CliRunner

from ocr_recap.cli import docs
from ocr_recap.cli.main import app

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
        heading = docs.title(next(iter(versions.values())).read_text("utf-8"))
        assert heading, name
        assert re.search(rf"^  {name} +{re.escape(heading)}$", printed, re.MULTILINE), name
    assert {"readme", "corrections", "templates", "records", "batch", "conduct"} <= known.keys()
    assert not {"index", "api", "conf"} & known.keys()


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


@pytest.mark.parametrize(("lang", "words"), [("id", "tidak ada halaman"), ("en", "there is no page")])
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
