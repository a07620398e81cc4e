"""What the command line prints: shown, never obeyed."""

from __future__ import annotations

import re
from pathlib import Path

from conftest import ROOT
from typer.testing import CliRunner

import ocr_recap
from ocr_recap.cli import main, terminal

PACKAGE = Path(ocr_recap.__file__).parent


def test_everything_is_printed_in_one_place():
    printing = re.compile(r"typer\.echo|click\.echo|\bprint\(|sys\.std(out|err)\.write|Console\(|from rich\.text")
    found = {
        path.name
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).as_posix() != "seal/verify.py"  # runs without this package
        for line in path.read_text("utf-8").splitlines()
        if printing.search(line) and "console.print(" not in line
    }
    assert found == {"terminal.py", "progress.py"}


def test_a_terminal_obeys_no_name(capsys):
    terminal.echo("a\x1b]0;b\x07\x9b2J\u202ec\nd")
    terminal.echo_json({"a": "\x9b2J"})
    console = terminal.console()
    console.print(terminal.text("e\x1b[2Jf"))
    said = capsys.readouterr().out
    assert not set("\x1b\x07\x9b\u202e") & set(said)
    assert said.splitlines()[1] == "d"


def test_a_form_that_is_shown_keeps_to_its_lines(tmp_path):
    text = (ROOT / "templates" / "c-hasil-ppwp-2024.yaml").read_text("utf-8")
    evil, count = re.subn(
        r"(?m)^title: .*$", r'title: {id: "Judul\\e[2J\\nbaris", en: "Title\\e[2J\\nline"}', text, count=1
    )
    assert count == 1
    (tmp_path / "evil.yaml").write_text(evil, "utf-8")
    result = CliRunner().invoke(main.app, ["templates", "show", str(tmp_path / "evil.yaml"), "--lang", "en"])
    assert result.exit_code == 0
    assert "Title\N{REPLACEMENT CHARACTER}[2J line" in result.output
    assert "\x1b" not in result.output
    assert "\nline" not in result.output
