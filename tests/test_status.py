"""What an operator is told of a batch: before, while and after it runs."""

from __future__ import annotations

import json

import pytest
from fakes import FakeReader, photo
from typer.testing import CliRunner

from ocr_recap import batch, cli
from ocr_recap.inputs import BatchError
from ocr_recap.status import status


@pytest.fixture
def photos(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "Reader", FakeReader)
    for index in range(3):
        photo(tmp_path / "in" / f"{index}.jpg", mark=index)
    (tmp_path / "in" / "1.jpg").write_bytes(b"")
    return tmp_path / "in"


def told(out, *more):
    return CliRunner().invoke(cli.app, ["status", str(out), *more])


def test_a_batch_is_told_while_it_runs_after_it_broke_off_and_when_it_is_done(photos, tmp_path):
    out, seen = tmp_path / "out", []

    def look(done, _total, _name):
        seen.append(status(out))
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch.run([photos], out, progress=look)
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
    batch.run([photos], out)
    done = told(out, "--lang", "id").stdout
    assert done.startswith("Selesai ")
    assert "3 dari 3 foto sudah dibaca (100%), 2 di antaranya dari proses sebelumnya." in done
    assert json.loads(told(out, "--json").stdout)["state"] == "finished"


def test_what_is_being_read_is_named(photos, tmp_path, monkeypatch):
    out, seen = tmp_path / "out", []
    whole = FakeReader.reading

    def looking(self, source, name, frame=0):
        seen.append([running.photo for running in status(out).running])
        return whole(self, source, name, frame)

    monkeypatch.setattr(FakeReader, "reading", looking)
    batch.run([photos], out)
    assert seen == [["0.jpg"], ["1.jpg"], ["2.jpg"]]
    assert status(out).running == ()


def test_a_folder_without_a_batch_is_wrong_use(tmp_path):
    with pytest.raises(BatchError):
        status(tmp_path)
    result = told(tmp_path, "--lang", "en")
    assert result.exit_code == 2
    assert "journal.sqlite" in result.stderr
