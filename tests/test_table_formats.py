"""The registry of table formats: one entry is enough for a format to be written, listed, shown and removed."""

from __future__ import annotations

import hashlib
import json

import pytest
from fakes import FakeReader, photo
from typer.main import get_command

from ocr_recap.batch import publish_tables, run
from ocr_recap.batch.options import BatchOptions
from ocr_recap.batch.status import status
from ocr_recap.cli import main
from ocr_recap.messages.errors import WrongUse
from ocr_recap.records.run_info import RunInfo, read_run
from ocr_recap.report.table_formats import FORMATS
from ocr_recap.report.table_writer import TableFormat

TOY = "toy.txt"


class ToyTables:
    """A line per document, then one per station without photos."""

    def __init__(self, target):
        self._file = target.opened.enter_context((target.stage / TOY).open("w", encoding="utf-8"))

    def add(self, shown, row):
        self._file.write(f"{row.station} {shown.document.verdict}\n")

    def close(self, ending):
        self._file.writelines(f"{row.station} missing\n" for row in ending.missing)


@pytest.fixture
def toy(monkeypatch):
    monkeypatch.setitem(FORMATS, "toy", TableFormat("toy", (TOY,), ToyTables))


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """A batch of one photo that asks for the format `toy`."""
    monkeypatch.setattr(run, "Reader", FakeReader)
    photo(tmp_path / "in" / "2101142004001.jpg")
    (tmp_path / "roll.csv").write_text("station\n2101142004001\n2101142004002\n")
    options = BatchOptions(formats=("toy",), stations=tmp_path / "roll.csv")
    return lambda: run.run([tmp_path / "in"], tmp_path / "out", options)


def test_a_registered_format_is_written_listed_and_shown(toy, asked, tmp_path):
    out = tmp_path / "out"
    asked()
    content = (out / TOY).read_bytes()
    assert content == b"2101142004001 review\n2101142004002 missing\n"
    listed = dict(line.split("  ")[::-1] for line in (out / "SHA256SUMS").read_text().splitlines())
    assert listed[TOY] == hashlib.sha256(content).hexdigest()
    assert f'href="{TOY}"' in (out / "report.html").read_text("utf-8")
    assert json.loads((out / "run.json").read_text())["formats"] == ["csv", "toy"]


def test_it_is_written_again_with_the_other_tables(toy, asked, tmp_path):
    out = tmp_path / "out"
    asked()
    before = (out / TOY).read_bytes()
    (out / TOY).write_bytes(b"edited")
    assert TOY in status(out).edited
    publish_tables.rewrite(out)
    assert (out / TOY).read_bytes() == before


def test_a_batch_without_it_removes_the_old_one(toy, asked, tmp_path):
    asked()
    run.run([tmp_path / "in"], tmp_path / "out")
    assert not (tmp_path / "out" / TOY).exists()
    assert TOY not in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_what_people_fill_in_is_put_aside(asked, tmp_path, monkeypatch):
    monkeypatch.setitem(FORMATS, "toy", TableFormat("toy", (TOY,), ToyTables, to_fill_in=frozenset({TOY})))
    out = tmp_path / "out"
    asked()
    (out / TOY).write_bytes(b"mine")
    assert status(out).edited == ()
    assert publish_tables.rewrite(out).kept == ("toy-1.txt",)
    assert (out / "toy-1.txt").read_bytes() == b"mine"


def test_an_unknown_format_is_refused_before_anything_is_written(asked, tmp_path):
    with pytest.raises(WrongUse, match=r"toy is not known here\. Choose among: csv, xlsx, parquet"):
        asked()
    assert not (tmp_path / "out").exists()


def test_the_command_offers_what_is_registered():
    (option,) = [p for p in get_command(main.app).commands["read"].params if p.name == "formats"]
    assert option.metavar == "|".join(FORMATS)


@pytest.mark.parametrize(
    ("keys", "tables"),
    [({}, ()), ({"workbook": True}, ("xlsx",)), ({"workbook": True, "parquet": True}, ("xlsx", "parquet"))],
)
def test_folders_of_earlier_versions_keep_their_formats(asked, tmp_path, monkeypatch, keys, tables):
    monkeypatch.setitem(FORMATS, "toy", TableFormat("toy", (TOY,), ToyTables))
    asked()
    said = read_run(tmp_path / "out").export()
    old = {name: value for name, value in said.items() if name not in ("formats", "workbook", "parquet")} | keys
    assert RunInfo.from_json(json.dumps(old)).tables == tables
