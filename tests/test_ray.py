"""Ray as an executor: a real local one, or nothing."""

from __future__ import annotations

import json
import sys

import pytest
from conftest import SAMPLES
from fakes import contents, photo

from ocr_recap.batch import run
from ocr_recap.batch.options import BatchOptions
from ocr_recap.batch.ray_executor import connected
from ocr_recap.forms import template
from ocr_recap.messages.errors import ExtraMissing, WorkersFailed
from ocr_recap.read.workers.limits import Limits
from ocr_recap.records.options import Options


def test_ray_that_is_not_installed_is_an_error_with_a_next_step(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ExtraMissing, match=r"ocr-recap\[ray\]"):
        run.run([photo(tmp_path / "in" / "0.jpg")], tmp_path / "out", BatchOptions(executor="ray"))


@pytest.fixture(scope="module")
def local_ray():
    ray = pytest.importorskip("ray", reason="Ray is not installed (pip install 'ocr-recap[ray]')")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("RAY_ADDRESS", raising=False)
        try:
            connected(2)
        except WorkersFailed as fault:
            pytest.skip(str(fault))  # on a machine that has too much to do already
        yield ray
        ray.shutdown()


def test_ray_gives_the_same_bytes_by_path_and_by_object_store(local_ray, tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("page2-clean.jpg", "page3-upside-down.jpg"):
        (tmp_path / "in" / name).write_bytes((SAMPLES / name).read_bytes())
    (tmp_path / "in" / "0.jpg").write_bytes(b"no photo")
    own = tmp_path / "own.yaml"
    own.write_bytes(template.load("c-hasil-ppwp-2024").yaml.encode())
    options = Options(templates=(str(own),))
    run.run([tmp_path / "in"], tmp_path / "serial", BatchOptions(reading=options, executor="serial", overlay=True))
    for ship in (False, True):
        out = tmp_path / f"ray-{ship}"
        run.run(
            [tmp_path / "in"],
            out,
            BatchOptions(reading=options, executor="ray", workers=1 + ship, ship=ship, overlay=True),
        )
        assert contents(out) == contents(tmp_path / "serial")
        assert json.loads((out / "run.json").read_text())["executor"] == "ray"


def test_an_actor_that_takes_too_long_is_replaced(local_ray, tmp_path):
    photo(tmp_path / "in" / "0.jpg")
    run.run([tmp_path / "in"], tmp_path / "out", BatchOptions(executor="ray", limits=Limits(seconds=0.001)))
    record = json.loads((tmp_path / "out" / "photos.jsonl").read_text())
    assert [p["code"] for p in record["problems"]] == ["time_limit"]
