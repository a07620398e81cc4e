"""`kill -9` at random moments: the same command again finishes the job. `make crash-test` does it to the program."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from conftest import SAMPLES
from fakes import FakeReader, contents, photo

from ocr_recap.batch import run
from ocr_recap.batch.options import BatchOptions

pytestmark = pytest.mark.slow

KILLS = 5


def read(photos, out):
    run.Reader = FakeReader
    run.run([photos], out, BatchOptions(overlay=True))


@pytest.mark.skipif(sys.platform == "win32", reason="kills a forked process")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_batch_that_is_killed_five_times_is_as_if_undisturbed(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "Reader", FakeReader)
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
            run.run([tmp_path / "in"], out, BatchOptions(overlay=True))
            assert contents(out) == contents(tmp_path / "calm")
    for out in tmp_path.glob("out-*"):
        run.run([tmp_path / "in"], out, BatchOptions(overlay=True))
        assert contents(out) == contents(tmp_path / "calm")


def command(photos: Path, out: Path) -> list[str]:
    return [
        sys.executable,
        "-m",
        "ocr_recap",
        "read",
        str(photos),
        "--out",
        str(out),
        "--workers",
        "2",
        "--quiet",
        "--lang",
        "en",
    ]


def read_so_far(out: Path) -> int:
    """Photos in the journal; -1 before there is one."""
    try:
        with closing(sqlite3.connect(f"file:{out / 'journal.sqlite'}?mode=ro", uri=True)) as db:
            return db.execute("SELECT count(*) FROM readings").fetchone()[0]
    except sqlite3.OperationalError:
        return -1


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of six photos in the folder `in` beside them, read without a disturbance."""
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "in").mkdir()
    for index, sample in enumerate(sorted(SAMPLES.glob("*.jpg"))[:6]):
        (folder / "in" / f"{index}.jpg").write_bytes(sample.read_bytes())
    subprocess.run(command(folder / "in", folder / "out"), check=True)
    return folder / "out"


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is a signal to all processes of the terminal")
@pytest.mark.parametrize("after", [0, 1, 4])
def test_ctrl_c_ends_the_command_and_the_next_one_goes_on(after, undisturbed, tmp_path):
    photos, out = undisturbed.parent / "in", tmp_path / "out"
    begun = subprocess.Popen(
        command(photos, out),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Shells start jobs in the background deaf to Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    while read_so_far(out) < after and begun.poll() is None:
        time.sleep(0.01)
    os.killpg(begun.pid, signal.SIGINT)
    _, said = begun.communicate(timeout=120)
    assert begun.returncode == 130
    assert len(said.splitlines()) == 1, said
    assert "Run the same command again" in said
    assert read_so_far(out) >= after
    subprocess.run(command(photos, out), check=False)
    assert contents(out) == contents(undisturbed)
