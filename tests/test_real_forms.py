"""The five real photos of the 2024 form (photos of a screen), where their folder lies beside this checkout."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ocr_recap import Reader

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scored(real_forms: Path, reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    results = tmp_path_factory.mktemp("real") / "photos.jsonl"
    photos = sorted((real_forms / "images").glob("*.jpg"))
    results.write_text("".join(reader.read(p).to_json() + "\n" for p in photos), encoding="utf-8")
    truth = [json.loads(line) for line in (real_forms / "truth.jsonl").read_text("utf-8").splitlines()]
    ours = results.with_name("truth.jsonl")
    ours.write_text("".join(json.dumps(t) + "\n" for t in truth if "2024" in t["family"]), encoding="utf-8")
    out = {}
    for name, path in (("2024", ours), ("all", real_forms / "truth.jsonl")):
        command = [sys.executable, str(real_forms / "score.py"), str(results), "--truth", str(path), "--json"]
        out[name] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return out


def test_all_five_are_located_and_placed(scored: dict[str, dict[str, float]]) -> None:
    score = scored["2024"]
    assert score["photos"] == score["located"] == 5
    assert score["placement_median"] <= 0.1
    assert score["placement_p95"] <= 0.25


def test_every_form_is_located_and_placed(scored: dict[str, dict[str, float]]) -> None:
    score = scored["all"]
    assert score["photos"] == score["located"] == 25
    assert score["placement_p95"] <= 0.25


def test_nothing_is_silently_wrong_on_any_real_photo(scored: dict[str, dict[str, float]]) -> None:
    assert scored["all"]["silent_errors"] == 0
    assert scored["all"]["unknown_read"] == 0
