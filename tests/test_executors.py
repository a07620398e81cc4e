"""The registry of executors: one entry is enough for a place where photos are read to be asked for by name."""

from __future__ import annotations

import json

import pytest
from fakes import FakeReader, contents, photo
from typer.main import get_command
from typer.testing import CliRunner

from ocr_recap.batch import run
from ocr_recap.batch.executor import Executor
from ocr_recap.batch.executors import EXECUTORS
from ocr_recap.batch.options import BatchOptions
from ocr_recap.batch.serial_executor import SerialWorker
from ocr_recap.cli import main
from ocr_recap.messages.errors import WrongUse


@pytest.fixture
def photos(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "Reader", FakeReader)
    for index in range(3):
        photo(tmp_path / "in" / f"{index}.jpg", mark=index)
    return tmp_path / "in"


def test_a_registered_executor_does_the_work_and_is_named(photos, tmp_path, monkeypatch):
    asked, done = [], []

    class Counting(SerialWorker):
        def begin(self, task):
            done.append(task)
            return super().begin(task)

    def hire(setup):
        asked.append((setup.workers, setup.ship))
        return lambda: Counting(setup.reader)

    monkeypatch.setitem(EXECUTORS, "counting", Executor("counting", hire))
    run.run([photos], tmp_path / "out", BatchOptions(executor="counting", workers=2, ship=True))
    assert asked == [(2, True)]
    assert len(done) == 3
    assert json.loads((tmp_path / "out" / "run.json").read_text())["executor"] == "counting"
    run.run([photos], tmp_path / "serial", BatchOptions(executor="serial"))
    assert contents(tmp_path / "out") == contents(tmp_path / "serial")


@pytest.mark.parametrize(("workers", "used"), [(5, 1), (None, 1)])
def test_an_executor_in_this_process_has_one_worker(photos, tmp_path, workers, used):
    run.run([photos], tmp_path / "out", BatchOptions(executor="serial", workers=workers))
    assert json.loads((tmp_path / "out" / "run.json").read_text())["workers"] == used


def test_an_unknown_executor_is_refused_before_anything_is_written(photos, tmp_path):
    with pytest.raises(WrongUse, match=r"moon is not known here\. Choose among: serial, processes, ray"):
        run.run([photos], tmp_path / "out", BatchOptions(executor="moon"))
    assert not (tmp_path / "out").exists()


def test_the_command_offers_what_is_registered(tmp_path):
    (option,) = [p for p in get_command(main.app).commands["read"].params if p.name == "executor"]
    assert option.metavar == "|".join(EXECUTORS)
    arguments = ["read", str(photo(tmp_path / "a.jpg")), "--out", str(tmp_path / "out"), "--executor", "moon"]
    result = CliRunner().invoke(main.app, arguments)
    assert result.exit_code == WrongUse.exit_code
    assert not (tmp_path / "out").exists()
