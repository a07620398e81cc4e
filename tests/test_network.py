"""What leaves this computer: nothing. Watched from outside of Python, in a network of its own, with an empty home."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, SAMPLES

from ocr_recap.batch import ray_executor
from ocr_recap.cells import inference
from ocr_recap.cli import doctor

pytestmark = pytest.mark.slow

APART = ["unshare", "--user", "--map-root-user", "--net", "--mount"]
PHOTOS = [str(SAMPLES / name) for name in ("page2-clean.jpg", "page3-upside-down.jpg")]
# Stays open, as a notebook does: the engine would begin to send some seconds after it was loaded.
NOTEBOOK = f"import time; from ocr_recap import Reader; assert Reader().read({PHOTOS[0]!r}).page; time.sleep(10)"


@pytest.fixture(scope="module")
def apart() -> None:
    """Whether this system lets us have a network of our own."""
    if not (shutil.which("unshare") and shutil.which("ip")):
        pytest.skip("unshare or ip is not installed, so there is no network to watch")
    script = f"{sys.executable} {ROOT / 'tests' / 'recorder.py'} /dev/null true"
    tried = subprocess.run([*APART, "sh", "-c", script], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"this system gives no network namespaces to us: {tried.stderr.strip()[-200:]}")


def watched(tmp_path: Path, *command: str) -> tuple[dict[str, list[str]], list[str]]:
    """What a command sent, and what it left in its home; it gets no variable but these, not even those of a CI."""
    home, report = tmp_path / "home", tmp_path / "report.json"
    home.mkdir()
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = {"PATH": path, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    recorder = [sys.executable, str(ROOT / "tests" / "recorder.py"), str(report)]
    done = subprocess.run(
        [*APART, *recorder, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    left = [path.relative_to(home).as_posix() for path in home.rglob("*")]
    return json.loads(report.read_text()), left


@pytest.mark.usefixtures("apart")
def test_the_recorder_hears_a_question_and_a_connection(tmp_path: Path) -> None:
    ask = "import socket; s = socket.socket(); print(s.connect_ex(('a.example', 443)), s.connect_ex(('192.0.2.7', 80)))"
    seen, _ = watched(tmp_path, sys.executable, "-c", ask)
    assert "a.example" in seen["names"]
    assert {"protocol 17 to 127.0.0.1:53", "protocol 6 to 192.0.2.1:443"} <= set(seen["packets"])


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize("what", ["batch", "check", "notebook", "doctor"])
def test_nothing_is_sent_and_nothing_is_left_in_the_home(what: str, tmp_path: Path) -> None:
    command = {
        "batch": ["-m", "ocr_recap", "read", *PHOTOS, "--out", str(tmp_path / "out"), "--workers", "2", "--quiet"],
        "check": ["-m", "ocr_recap", "check", PHOTOS[0]],
        "notebook": ["-c", NOTEBOOK],
        "doctor": ["-m", "ocr_recap", "doctor"],
    }[what]
    sent, left = watched(tmp_path, sys.executable, *command)
    assert sent == {"names": [], "packets": []}
    assert left == []


def test_only_one_module_loads_the_inference_engine() -> None:
    loads = re.compile(r"^\s*(import|from) onnxruntime\b|import_module\(.onnxruntime\b", re.MULTILINE)
    files = [f for part in ("ocr_recap", "training", "benchmarks", "samples") for f in (ROOT / part).rglob("*.py")]
    found = [file.relative_to(ROOT).as_posix() for file in files if loads.search(file.read_text("utf-8"))]
    assert found == ["ocr_recap/cells/inference.py"]


def test_the_bound_of_the_engine_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    bound = ".".join(map(str, inference.UNCHECKED))
    assert re.search(rf'"onnxruntime>=[\d.]+,<{bound}"', (ROOT / "pyproject.toml").read_text("utf-8"))
    monkeypatch.setattr(inference.onnxruntime, "__version__", f"{bound}.0")
    (said,) = [check for check in doctor.run() if check.name == "telemetry"]
    assert not said.ok
    assert f"onnxruntime<{bound}" in said.message.id


def test_a_local_ray_sends_no_usage_statistics(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str | None] = []

    class Ray:
        @staticmethod
        def is_initialized() -> bool:
            return False

        @staticmethod
        def init(**_settings: object) -> None:
            seen.append(os.environ.get("RAY_USAGE_STATS_ENABLED"))

    monkeypatch.setitem(sys.modules, "ray", Ray)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "1")
    ray_executor.connected(1)
    assert seen == ["0"]
