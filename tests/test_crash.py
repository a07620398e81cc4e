"""`kill -9` at random moments: the same command again finishes the job. `make crash-test` does it to the program."""

from __future__ import annotations

import multiprocessing
import random
import sys
import time

import pytest
from fakes import FakeReader, contents, photo

from ocr_recap import batch

KILLS = 5


def read(photos, out):
    batch.Reader = FakeReader
    batch.run([photos], out, overlay=True)


@pytest.mark.skipif(sys.platform == "win32", reason="kills a forked process")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_batch_that_is_killed_five_times_is_as_if_undisturbed(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "Reader", FakeReader)
    for index in range(12):
        photo(tmp_path / "in" / f"{index}.jpg", mark=index)
    (tmp_path / "in" / "copy.jpg").write_bytes((tmp_path / "in" / "3.jpg").read_bytes())
    (tmp_path / "in" / "empty.jpg").write_bytes(b"")
    begun = time.monotonic()
    read(tmp_path / "in", tmp_path / "calm")
    usual = time.monotonic() - begun
    draw, kills = random.Random(9), 0
    while kills < KILLS:
        out = tmp_path / f"out-{kills}"
        process = multiprocessing.get_context("fork").Process(target=read, args=(tmp_path / "in", out))
        process.start()
        process.join(draw.uniform(0, usual))
        process.kill()
        process.join()
        kills += process.exitcode != 0
        if kills % 2 == 0:  # now and then twice in one folder
            batch.run([tmp_path / "in"], out, overlay=True)
            assert contents(out) == contents(tmp_path / "calm")
    for out in tmp_path.glob("out-*"):
        batch.run([tmp_path / "in"], out, overlay=True)
        assert contents(out) == contents(tmp_path / "calm")
