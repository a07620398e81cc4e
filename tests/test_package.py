"""A wheel and an editable install, in an environment that was empty, read a photo from another folder."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT, SAMPLES

pytestmark = pytest.mark.slow

MOST_SAMPLES = 10_000_000  # bytes
MOST_WEIGHTS = 6_000_000


def run(*command: str | Path, cwd: Path) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV", "COVERAGE"))}
    done = subprocess.run(
        [str(c) for c in command], cwd=cwd, env=environment, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_carries_templates_weights_pages_and_types(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "ocr_recap/templates/c-hasil-ppwp-2024.yaml",
        "ocr_recap/templates/template.schema.json",
        "ocr_recap/weights/digits.onnx",
        "ocr_recap/weights/digits-second.onnx",
        "ocr_recap/weights/digits.json",
        "ocr_recap/weights/tally.onnx",
        "ocr_recap/weights/tally.json",
        "ocr_recap/weights/LICENSE.md",
        "ocr_recap/py.typed",
    } <= names
    from ocr_recap.cli import docs

    pages = {file for versions in docs.pages().values() for file in versions.values()}
    below = {file.relative_to(ROOT / "docs" if (ROOT / "docs") in file.parents else ROOT).as_posix() for file in pages}
    assert {f"ocr_recap/cli/pages/{name}" for name in below} <= names
    # Pages are made from files: each one of the sources is in the wheel.
    sources = {
        str(file.relative_to(ROOT))
        for package in ("report", "evaluate")
        for kind in ("templates", "assets")
        for file in (ROOT / "ocr_recap" / package / kind).iterdir()
    }
    assert {"ocr_recap/report/templates/index.html", "ocr_recap/report/assets/report.css"} <= sources <= names
    assert not [n for n in names if n.startswith(("tests/", "samples/", "training/"))]


def test_an_empty_environment_reads_a_photo_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "env"
    run(sys.executable, "-m", "venv", environment, cwd=tmp_path)
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    for what in ([wheel], ["--no-deps", "--editable", ROOT]):  # both need the same packages
        run(scripts / "python", "-m", "pip", "install", "--quiet", *what, cwd=tmp_path)
        elsewhere = tmp_path / f"elsewhere {len(what)}"
        elsewhere.mkdir()
        run(scripts / "ocr-recap", "read", SAMPLES / "page2-clean.jpg", "--out", "results", "--quiet", cwd=elsewhere)
        (line,) = (elsewhere / "results" / "photos.jsonl").read_text("utf-8").splitlines()
        assert json.loads(line)["page"]["page"] == "2"
        where = run(scripts / "python", "-c", "import ocr_recap; print(ocr_recap.__file__)", cwd=elsewhere)
        assert (str(environment) in where) == (what == [wheel])
        run(scripts / "ocr-recap", "doctor", cwd=elsewhere)


def test_the_repository_stays_light() -> None:
    assert sum(f.stat().st_size for f in SAMPLES.iterdir()) < MOST_SAMPLES
    assert sum(f.stat().st_size for f in (ROOT / "ocr_recap" / "weights").iterdir()) < MOST_WEIGHTS
