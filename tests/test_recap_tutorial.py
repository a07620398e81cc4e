"""The tutorial of recaps, command by command, as its page shows them."""

from __future__ import annotations

import csv
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest
from conftest import ROOT
from typer.testing import CliRunner

from ocr_recap.cli.main import app

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")
pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "tutorial" / "two-regencies.md").read_text("utf-8")
DIFFER = 1  # exit code of a comparison that finds differences


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder after all commands, and what each printed."""
    folder = tmp_path_factory.mktemp("tutorial")
    printed = []
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for line in re.findall(r"^(?:python|ocr-recap) .*$", "".join(re.findall(r"```sh\n(.*?)```", PAGE, re.S)), re.M):
            words = shlex.split(line)
            if words[0] == "python":
                subprocess.run([sys.executable, ROOT / words[1], *words[2:]], check=True)
                continue
            result = CliRunner().invoke(app, [*words[1:], "--lang", "en"])
            assert result.exit_code == (DIFFER if words[1] == "compare" else 0), (line, result.output)
            printed.append(result.stdout)
    return folder / "tutorial", printed


def test_the_page_shows_what_the_commands_print(shown: tuple[Path, list[str]]) -> None:
    text = "\n".join(shown[1])
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.S | re.M)
    lines = [line for kind, block in blocks if not kind for line in block.splitlines()]
    assert len(lines) == 6
    assert [line for line in lines if line not in text] == []


def test_all_three_changed_stations_are_found_and_no_other(shown: tuple[Path, list[str]]) -> None:
    with (shown[0] / "differences.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["verdict"] == "differs"]
    assert [(row["area"], row["field"], row["difference"]) for row in rows] == [
        ("2101012001001", "votes_1", "20"),
        ("2101012003005", "votes_2", "-10"),
        ("2102022002002", "votes_1", "5"),
    ]


def test_the_minutes_of_the_province_have_everything(shown: tuple[Path, list[str]]) -> None:
    pages = pypdfium2.PdfDocument(shown[0] / "minutes.pdf")
    text = " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())
    for words in ("at least", "the paper says so", "Ani (chair), Budi (member)", "was not let in", "56 of 60", "open"):
        assert words in text, words


def test_open_data_is_there(shown: tuple[Path, list[str]]) -> None:
    names = {path.name for path in (shown[0] / "open-data").iterdir()}
    assert {"areas.csv", "areas.parquet", "stations.parquet", "corrections.csv", "differences.csv", "site"} <= names
    pages = list((shown[0] / "open-data" / "site" / "station").glob("*.html"))
    assert len(pages) == 60
