"""Files of many costly frames, and photos read or checked one by one: what they may take, whoever reads them."""

from __future__ import annotations

import json
import os
import threading
import time
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest
from conftest import SAMPLES
from fakes import FakeReader, contents, drawn
from PIL import Image
from typer.testing import CliRunner

from ocr_recap import Reader
from ocr_recap.batch import run as batch
from ocr_recap.batch.options import BatchOptions
from ocr_recap.batch.serial_executor import SerialWorker
from ocr_recap.cli import check, main
from ocr_recap.read.workers.file_limits import FileLimits
from ocr_recap.read.workers.limits import Limits
from ocr_recap.read.workers.tasks import perform
from ocr_recap.records.options import Options

pytestmark = pytest.mark.slow

# Far beyond what anything here takes, so that a busy machine changes nothing; who dies, dies at once.
LIMITS = Limits(seconds=60, megabytes=300)


class Fragile(FakeReader):
    """Has no room for frames 1, 3, 4 and 5 of a file, and for every one from 8 on."""

    def reading(self, source, name, frame=0):
        if frame in (1, 3, 4, 5) or frame >= 8:
            raise MemoryError
        return super().reading(source, name, frame)


class ThreadWorker(SerialWorker):
    """Works in a thread; of four frames the first is done last."""

    def begin(self, task):
        future: Future = Future()

        def run():
            time.sleep(0.1 * (3 - getattr(task, "frame", 0) % 4))
            future.set_result(perform(self._reader, task))

        threading.Thread(target=run).start()
        return future


def hire():
    return ThreadWorker(Fragile())


class Deadly(Reader):
    """Its process dies, hangs or grows over photos whose names ask for that."""

    def _reading(self, photo, frame):
        trouble = photo.name.partition("-")[2].removesuffix(".jpg")
        match trouble:
            case "dies":
                os._exit(9)
            case "hangs":
                time.sleep(600)
            case "grows":
                np.ones(4000 * 2**20, np.uint8)
            case _:
                return super()._reading(photo, frame)
        raise AssertionError


def tiff(path: Path, frames: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pages = [Image.fromarray(drawn("2")) for _ in range(frames)]
    pages[0].save(path, save_all=True, append_images=pages[1:], compression="tiff_lzw")
    return path


def codes(out: Path) -> dict[int, list[str]]:
    records = map(json.loads, (out / "photos.jsonl").read_text("utf-8").splitlines())
    return {r["photo"]["frame"]: [p["code"] for p in r["problems"]] for r in records if r["photo"]["file"] == "a.tif"}


def test_frames_that_fail_in_a_row_end_a_file_in_its_order():
    limits = FileLimits(Limits(failures=3))
    for frame, failed in ((2, True), (0, False), (3, True), (5, False)):
        limits.note("a", frame, failed, 1.0)
        assert limits.fault("a", 9) is None
    limits.note("a", 1, True, 1.0)  # 1 to 3 failed
    assert limits.fault("a", 3) is None
    assert limits.fault("a", 4) == limits.fault("a", 5)
    assert dict(limits.fault("a", 4).data) == {"failed": 3, "first": 5}
    assert limits.fault("b", 4) is None


def test_the_time_of_all_frames_ends_a_file():
    limits = FileLimits(Limits(file_seconds=10))
    for frame, seconds in enumerate((4.0, 4.0, 4.0, 1.0)):
        limits.note("a", frame, False, seconds)
    assert limits.fault("a", 2) is None
    assert limits.fault("a", 3).code == "file_time_limit"
    assert dict(limits.fault("a", 3).data) == {"seconds": 10, "first": 4}


def test_a_file_whose_frames_are_too_much_ends_early_on_any_number_of_workers(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "Reader", FakeReader)
    tiff(tmp_path / "in" / "a.tif", 30)
    expected = {0: [], 1: ["memory_limit"], 2: [], **{frame: ["memory_limit"] for frame in (3, 4, 5)}}
    for workers in (1, 4):
        batch.run(
            [tmp_path / "in"], tmp_path / str(workers), BatchOptions(workers=workers, executor=hire, limits=LIMITS)
        )
        assert codes(tmp_path / str(workers)) == expected | {frame: ["file_stopped"] for frame in range(6, 30)}
    assert contents(tmp_path / "1") == contents(tmp_path / "4")
    last = json.loads((tmp_path / "1" / "photos.jsonl").read_text("utf-8").splitlines()[-1])
    assert last["problems"][0]["data"] == {"failed": 3, "first": 7}
    again = batch.run([tmp_path / "in"], tmp_path / "4", BatchOptions(workers=2, executor=hire, limits=LIMITS))
    assert again.resumed == 30
    assert contents(tmp_path / "1") == contents(tmp_path / "4")


def test_an_interrupted_file_ends_where_an_undisturbed_one_does(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "Reader", FakeReader)
    tiff(tmp_path / "in" / "a.tif", 12)
    batch.run([tmp_path / "in"], tmp_path / "calm", BatchOptions(workers=1, executor=hire, limits=LIMITS))

    def stop(done, _total, _name):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch.run(
            [tmp_path / "in"], tmp_path / "out", BatchOptions(workers=1, executor=hire, limits=LIMITS), progress=stop
        )
    batch.run([tmp_path / "in"], tmp_path / "out", BatchOptions(workers=1, executor=hire, limits=LIMITS))
    assert contents(tmp_path / "out") == contents(tmp_path / "calm")


@pytest.fixture(scope="module")
def troubles(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("troubles")
    names = ("0", "1-dies", "2-grows", "3")
    photos = [folder / f"{name}.jpg" for name in names]
    for path in photos:
        path.write_bytes((SAMPLES / "page2-clean.jpg").read_bytes())
    return photos


def test_many_photos_are_read_by_the_workers_of_a_batch(troubles):
    found = list(Deadly().read_many(troubles, workers=2))
    assert [r.photo.file for r in found] == [p.name for p in troubles]
    assert [[p.code for p in r.problems] for r in found] == [[], ["process_died"], ["memory_limit"], []]
    assert len({r.photo.sha256 for r in found}) == 1  # of those that were not read, too
    assert Reader().show(found[0]).ndim == 3


def test_a_reader_with_limits_outlives_its_photos(troubles):
    with Deadly(limits=LIMITS) as reader:
        found = [reader.read(path) for path in (troubles[0], troubles[2], troubles[3])]
        assert [[p.code for p in r.problems] for r in found] == [[], ["memory_limit"], []]
        assert reader.read_document([troubles[0], troubles[1]]).photos[1].file == "1-dies.jpg"
        assert found[0].to_json() == Reader().read(troubles[0]).to_json()
        with pytest.raises(TypeError):
            reader.read(3)  # type: ignore[arg-type]
    hasty = Deadly(limits=Limits(seconds=0.2))
    assert hasty.read(troubles[0].read_bytes(), "0-hangs.jpg").problems[0].code == "time_limit"
    hasty.close()


def test_a_reader_with_limits_serves_threads(troubles):
    with Reader(limits=LIMITS) as reader:
        found: list[str] = []
        threads = [threading.Thread(target=lambda: found.append(reader.read(troubles[0]).to_json())) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 3
    assert len(set(found)) == 1


class Checks(Reader):
    """Its process dies before it checks a file that ends so."""

    @property
    def templates(self):
        os._exit(9)

    @templates.setter
    def templates(self, _templates):
        pass


def test_check_outlives_a_photo_that_kills_its_checker(troubles, monkeypatch):
    monkeypatch.setattr(check, "Reader", Checks)
    done = CliRunner().invoke(main.app, ["check", str(troubles[0]), "--json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)["advice"][0]["code"] == "process_died"


def test_check_reads_no_further_where_a_file_has_taken_its_time(tmp_path):
    tiff(tmp_path / "a.tif", 5)
    collected = batch.collect([tmp_path / "a.tif"])
    limits = Limits(seconds=60, file_seconds=0.0)  # the first frame takes longer than that
    found = list(check._checked(collected, Options(), limits))
    assert [name for name, _ in found] == ["a.tif", *(f"a.tif#{number}" for number in range(2, 6))]
    assert [[problem.code for problem in one.advice] for _, one in found[1:]] == [["file_time_limit"]] * 4
    assert "file_time_limit" not in [problem.code for problem in found[0][1].advice]


def test_check_takes_the_options_of_limits(tmp_path):
    tiff(tmp_path / "a.tif", 1)
    command = [
        "check",
        str(tmp_path / "a.tif"),
        "--photo-seconds",
        "60",
        "--photo-memory",
        "2000",
        "--file-seconds",
        "9",
    ]
    taken = CliRunner().invoke(main.app, command)
    assert taken.exit_code == 1, "it is read, and the picture is blurred"
    assert "a.tif" in taken.stdout
    assert CliRunner().invoke(main.app, [*command, "--file-seconds", "0"]).exit_code == 2
