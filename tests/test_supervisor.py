"""Workers that die, hang, run out of memory or never start: what becomes of their work, and of everybody else's."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from concurrent.futures import Future
from dataclasses import asdict
from functools import partial
from multiprocessing.connection import Connection
from threading import Thread
from typing import ClassVar

import numpy as np
import pytest
from conftest import SAMPLES
from fakes import FakeReader, contents, photo

from ocr_recap.batch import run as batch
from ocr_recap.batch.options import BatchOptions
from ocr_recap.imaging import frames
from ocr_recap.messages.errors import WorkersFailed
from ocr_recap.read.workers import limits
from ocr_recap.read.workers.limits import Limits
from ocr_recap.read.workers.spawn import ProcessWorker
from ocr_recap.read.workers.supervisor import Supervisor
from ocr_recap.records.options import Options

pytestmark = pytest.mark.slow

LIMITS = Limits(seconds=1.5, megabytes=300)


def die_in_the_next_result():
    """Let this process be killed between two parts of the next long message that it writes to whatever pipe."""

    def send(connection, content):
        os.write(connection.fileno(), bytes(content)[: len(content) // 2])
        if len(content) > 10_000:
            os.kill(os.getpid(), signal.SIGKILL)
        os.write(connection.fileno(), bytes(content)[len(content) // 2 :])

    Connection._send = send


class Troubled(FakeReader):
    """Reads as the fake does, but for photos whose names ask for trouble; `once` is over when it was there."""

    def reading(self, source, name, frame=0):
        trouble = name.partition("-")[2].removesuffix(".jpg")
        marker = source.with_suffix(".was-here")
        if trouble.endswith("-once") and marker.exists():
            trouble = ""
        elif trouble.endswith("-once"):
            marker.touch()
        match trouble.removesuffix("-once"):
            case "dies":
                os._exit(9)
            case "crashes":
                os.abort()
            case "hangs":
                time.sleep(60)
            case "half":
                die_in_the_next_result()
            case "shouts":
                os.write(1, b"terminate called\n")
                os.write(2, b"std::bad_alloc\n")
            case "grows":
                np.ones(400 * 2**20, np.uint8)
            case _:
                pass
        return super().reading(source, name, frame)


def never(_options):
    raise RuntimeError("no worker can start")


def hire(build=Troubled):
    return partial(ProcessWorker, build, Options(), LIMITS)


def codes(out):
    found = (json.loads(line) for line in (out / "photos.jsonl").read_text().splitlines())
    return {r["photo"]["file"]: [p["code"] for p in r["problems"]] for r in found}


def test_a_photo_that_dies_hangs_or_grows_is_a_problem_and_the_batch_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "Reader", FakeReader)
    names = ["0", "1-dies-once", "2-hangs", "3", "4-dies", "5-grows", "6"]
    for index, name in enumerate(names):
        photo(tmp_path / "in" / f"{name}.jpg", mark=index)
    out = tmp_path / "out"
    batch.run([tmp_path / "in"], out, BatchOptions(workers=2, executor=hire(), limits=LIMITS))
    found = {name.removesuffix(".jpg"): found for name, found in codes(out).items()}
    assert found == {
        "0": [],
        "1-dies-once": [],
        "2-hangs": ["time_limit"],
        "3": [],
        "4-dies": ["process_died"],
        "5-grows": ["memory_limit"],
        "6": [],
    }
    record = json.loads((out / "photos.jsonl").read_text().splitlines()[2])
    assert record["problems"][0]["data"] == {"seconds": 1.5}
    assert record["photo"]["sha256"]


def test_one_worker_survives_its_photo_too(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "Reader", FakeReader)
    for index, name in enumerate(("0-crashes", "1")):
        photo(tmp_path / "in" / f"{name}.jpg", mark=index)
    batch.run([tmp_path / "in"], tmp_path / "out", BatchOptions(workers=1, executor=hire(), limits=LIMITS))
    assert codes(tmp_path / "out") == {"0-crashes.jpg": ["process_died"], "1.jpg": []}


@pytest.mark.skipif(sys.platform == "win32", reason="kills itself as Unix does")
def test_a_worker_that_dies_in_the_middle_of_its_result_is_recognised(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "Reader", FakeReader)
    for index, name in enumerate(("0", "1-half-once", "2-half", "3")):
        photo(tmp_path / "in" / f"{name}.jpg", mark=index)
    limits = Limits(seconds=30, megabytes=300)  # far beyond what anything here takes
    hired = partial(ProcessWorker, Troubled, Options(), limits)
    batch.run([tmp_path / "in"], tmp_path / "out", BatchOptions(workers=2, executor=hired, limits=limits, overlay=True))
    found = codes(tmp_path / "out")
    assert found == {"0.jpg": [], "1-half-once.jpg": [], "2-half.jpg": ["process_died"], "3.jpg": []}


def test_what_workers_print_does_not_reach_the_operator(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(batch, "Reader", FakeReader)
    for index, name in enumerate(("0-shouts", "1-crashes", "2-grows")):
        photo(tmp_path / "in" / f"{name}.jpg", mark=index)
    batch.run([tmp_path / "in"], tmp_path / "out", BatchOptions(workers=1, executor=hire(), limits=LIMITS))
    assert codes(tmp_path / "out")["0-shouts.jpg"] == []
    assert capfd.readouterr() == ("", "")


class Deadly(FakeReader):
    """Its process dies when frames are counted."""

    def __init__(self, options=None):
        super().__init__(options)
        frames.count = lambda _source: os.abort()


def test_a_file_that_kills_those_who_count_its_frames_is_a_problem(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "Reader", FakeReader)
    photo(tmp_path / "in" / "0.jpg")
    (tmp_path / "in" / "1.pdf").write_bytes(b"%PDF-1.7 deadly")
    for resumed in (0, 2):  # and nobody counts them twice
        found = batch.run(
            [tmp_path / "in"], tmp_path / "out", BatchOptions(workers=1, executor=hire(Deadly), limits=LIMITS)
        )
        assert codes(tmp_path / "out") == {"0.jpg": [], "1.pdf": ["process_died"]}
        assert found.resumed == resumed


class Seat:
    """A worker of a cluster that has so many seats: it is ready when one is free, and `lost` takes one away with it."""

    seats: ClassVar[int] = 2
    taken: ClassVar[list[Seat]] = []
    waiting: ClassVar[list[Seat]] = []

    def __init__(self) -> None:
        self._ready: Future[bool] = Future()
        Seat.waiting.append(self)
        Seat.seat()

    @classmethod
    def seat(cls) -> None:
        while cls.waiting and len(cls.taken) < cls.seats:
            cls.taken.append(cls.waiting.pop(0))
            cls.taken[-1]._ready.set_result(True)

    def ready(self):
        return self._ready

    def begin(self, task):
        done: Future[object] = Future()
        if task == "node lost" and Seat.seats > 1:
            Seat.seats -= 1
            Seat.taken.remove(self)
            done.set_exception(RuntimeError("the node is gone"))
        else:
            done.set_result(f"{task}: done")
        return done

    def end(self, now):
        for places in (Seat.taken, Seat.waiting):
            if self in places:
                places.remove(self)
        Seat.seat()


@pytest.mark.parametrize("tasks", [["node lost", "a", "b", "c", "d"], ["a", "b", "c", "node lost"], ["node lost"]])
def test_a_cluster_that_lost_a_node_finishes_its_work(tasks, monkeypatch):
    for name, value in (("seats", 2), ("taken", []), ("waiting", [])):
        monkeypatch.setattr(Seat, name, value)
    found: list[object] = []

    def work() -> None:
        with Supervisor(Seat, 2, LIMITS) as supervisor:
            found.extend(done for _, done, _ in supervisor.run(tasks))

    thread = Thread(target=work, daemon=True)
    thread.start()
    thread.join(30)
    assert sorted(found) == sorted(f"{task}: done" for task in tasks)


def test_workers_that_cannot_start_are_an_error_that_names_a_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "Reader", FakeReader)
    photo(tmp_path / "in" / "0.jpg")
    with pytest.raises(WorkersFailed, match="--executor serial"):
        batch.run([tmp_path / "in"], tmp_path / "out", BatchOptions(executor=hire(never)))
    batch.run([tmp_path / "in"], tmp_path / "out", BatchOptions(executor="serial"))
    assert codes(tmp_path / "out") == {"0.jpg": []}


@pytest.mark.parametrize(
    "fault", [MemoryError(), ValueError("(-4:Insufficient memory) Failed to allocate"), RuntimeError("std::bad_alloc")]
)
def test_a_lack_of_memory_is_known_whoever_says_so(fault):
    assert limits.is_shortage(fault)
    assert not limits.is_shortage(ValueError("another fault"))


def test_the_executor_changes_nothing(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("page2-clean.jpg", "page2-torn-corner.jpg", "page3-upside-down.jpg"):
        (tmp_path / "in" / name).write_bytes((SAMPLES / name).read_bytes())
    (tmp_path / "in" / "0.jpg").write_bytes(b"no photo")
    one = batch.run([tmp_path / "in"], tmp_path / "one", BatchOptions(executor="serial", overlay=True))
    two = batch.run([tmp_path / "in"], tmp_path / "two", BatchOptions(executor="processes", workers=2, overlay=True))
    assert one.rows == two.rows
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    run = json.loads((tmp_path / "two" / "run.json").read_text())
    assert (run["executor"], run["workers"]) == ("processes", 2)
    assert run["limits"] == asdict(Limits())
