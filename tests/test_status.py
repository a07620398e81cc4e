"""What an operator is told of a batch: before, while and after it runs."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys

import pytest
from fakes import FakeReader, photo
from typer.testing import CliRunner

from ocr_recap.batch import run
from ocr_recap.batch.status import status
from ocr_recap.cli import main
from ocr_recap.messages.errors import CannotWrite, InputUnusable


@pytest.fixture
def photos(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "Reader", FakeReader)
    for index in range(3):
        photo(tmp_path / "in" / f"{index}.jpg", mark=index)
    (tmp_path / "in" / "1.jpg").write_bytes(b"")
    return tmp_path / "in"


def told(out, *more):
    return CliRunner().invoke(main.app, ["status", str(out), *more])


def test_a_batch_is_told_while_it_runs_after_it_broke_off_and_when_it_is_done(photos, tmp_path):
    out, seen = tmp_path / "out", []

    def look(done, _total, _name):
        seen.append(status(out))
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.run([photos], out, progress=look)
    assert [(s.state, s.total, s.done, s.problems) for s in seen] == [
        ("running", 3, 1, {}),
        ("running", 3, 2, {"file_empty": 1}),
    ]
    assert seen[1].left is not None
    broken = told(out, "--lang", "en").stdout
    assert broken.startswith("Interrupted; last sign of life ")
    assert "2 of 3 photos read (66%), 0 of them by an earlier run." in broken
    assert "1 problem: file_empty 1." in broken
    assert "Run the same command again" in broken
    run.run([photos], out)
    done = told(out, "--lang", "id").stdout
    assert done.startswith("Selesai ")
    assert "3 dari 3 foto sudah dibaca (100%), 2 di antaranya dari pembacaan sebelumnya." in done
    assert json.loads(told(out, "--json").stdout)["state"] == "finished"


def test_what_is_being_read_is_named(photos, tmp_path, monkeypatch):
    out, seen = tmp_path / "out", []
    whole = FakeReader.reading

    def looking(self, source, name, frame=0):
        seen.append([running.photo for running in status(out).running])
        return whole(self, source, name, frame)

    monkeypatch.setattr(FakeReader, "reading", looking)
    run.run([photos], out)
    assert seen == [["0.jpg"], ["1.jpg"], ["2.jpg"]]
    assert status(out).running == ()


def test_a_folder_without_a_batch_is_refused(tmp_path):
    with pytest.raises(InputUnusable):
        status(tmp_path)
    result = told(tmp_path, "--lang", "en")
    assert result.exit_code == InputUnusable.exit_code
    assert "journal.sqlite" in result.stderr


def told_to_another(out, answer):
    if os.getuid() == 0:
        os.setuid(65534)
    result = told(out, "--lang", "en")
    answer.send((result.exit_code, result.output))


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of Unix")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_finished_batch_on_a_disk_that_cannot_be_written(photos, tmp_path):
    run.run([photos], tmp_path / "out")
    code, said = told_where_nothing_can_be_written(tmp_path / "out", tmp_path)
    assert said.startswith("Finished ")
    assert "Results are what SHA256SUMS lists" in said
    assert code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of Unix")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_an_unfinished_batch_on_a_disk_that_cannot_be_written(photos, tmp_path):
    def broken(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.run([photos], tmp_path / "out", progress=broken)
    (tmp_path / "out" / "journal.sqlite-wal").write_bytes(b"left by a machine that stopped")
    code, said = told_where_nothing_can_be_written(tmp_path / "out", tmp_path)
    assert code == CannotWrite.exit_code
    assert "cannot be written, and its batch is not finished" in said


def told_where_nothing_can_be_written(out, tmp_path):
    """What another user is told (to root no folder is closed): the exit code and the text."""
    for folder in (*tmp_path.parents, tmp_path, out):
        if folder.stat().st_uid == os.getuid():
            folder.chmod(folder.stat().st_mode | 0o555)
    out.chmod(0o555)
    before = sorted(path.name for path in out.iterdir())
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=told_to_another, args=(out, theirs))
    process.start()
    code, said = ours.recv()
    process.join()
    out.chmod(0o755)
    assert sorted(path.name for path in out.iterdir()) == before
    return code, said
