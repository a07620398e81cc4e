"""The tutorial of a sealed night, run to the letter: every command, and every line that the page shows."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, SAMPLES
from typer.testing import CliRunner

pytest.importorskip("tuf", reason="the extra seal is not installed")
pytest.importorskip("duckdb", reason="the extra recap is not installed")

from ocr_recap.cli.main import app
from ocr_recap.seal import verify
from ocr_recap.seal.judge import judge
from ocr_recap.seal.roll_edit import load_roll
from ocr_recap.seal.source import read_bundle

pytestmark = pytest.mark.slow
PAGE = ROOT / "docs" / "tutorial" / "sealed-night.md"
WITH_FAULTS = ("ocr-recap verify found.zip",)  # commands that end with 1


def steps() -> list[tuple[str, list[str]]]:
    """The commands of the page in their order, each with the lines that it shows."""
    found: list[tuple[str, list[str]]] = []
    for line in "".join(re.findall(r"```\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)).splitlines():
        if re.match(r"(ocr-recap|cp|python) ", line):
            found.append((line, []))
        else:
            found[-1][1].append(line)
    return found


def run(line: str) -> tuple[int, str]:
    words = shlex.split(line)
    if words[0] == "cp":
        shutil.copy(words[1], words[2])
        return 0, ""
    if words[0] == "python":
        done = subprocess.run([sys.executable, *words[1:]], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout
    result = CliRunner().invoke(app, words[1:])
    return result.exit_code, result.output


def test_the_night_is_sealed_carried_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "samples").symlink_to(SAMPLES)
    (tmp_path / "stick").mkdir()
    shutil.copy(verify.__file__, tmp_path / "verify.py")
    monkeypatch.chdir(tmp_path)
    assert len(steps()) > 40
    for line, shown in steps():
        code, printed = run(line)
        assert code == (1 if line.startswith(WITH_FAULTS) else 0), f"{line}\n{printed}"
        lines = [one.rstrip() for one in printed.splitlines()]
        assert [one for one in shown if one not in lines] == [], f"{line}\n{printed}"
    roll = load_roll(tmp_path / "roll.json")
    lost = judge(read_bundle(tmp_path / "found.zip"), roll)
    assert {finding.code for finding in lost.findings if finding.is_fault} <= {"key_revoked", "revoked_unreceived"}
    night = judge(read_bundle(tmp_path / "district.zip"), roll)
    assert night.holds
    assert {one.area for one in night.statements if one.kind == "station"} == {f"210114200400{n}" for n in range(1, 5)}
    assert (tmp_path / "why.pdf").read_bytes().startswith(b"%PDF")
