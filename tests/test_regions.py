"""Names of provinces to villages: right for a known code, absent for any other, and only where asked for."""

from __future__ import annotations

import csv
import io
import sys

from fakes import FakeReader, photo
from typer.testing import CliRunner

from ocr_recap.batch import run
from ocr_recap.batch.options import BatchOptions
from ocr_recap.cli import main
from ocr_recap.messages.errors import ExtraMissing
from ocr_recap.records.region_names import RegionName, region_of

CODE = "2101142004001"
AIR_GELUBI = RegionName("Kepulauan Riau", "Kabupaten Bintan", "Bintan Pesisir", "Air Gelubi")


def test_a_code_is_called_as_the_list_says():
    assert region_of(CODE) == AIR_GELUBI
    assert region_of(CODE).path == "Air Gelubi, Bintan Pesisir, Kabupaten Bintan, Kepulauan Riau"


def test_what_the_list_does_not_have_has_no_name():
    assert region_of("9901000001006") == RegionName()
    assert region_of(None) == RegionName()
    assert region_of("2101149999001") == AIR_GELUBI._replace(village="")
    assert region_of("2101149999001").path == "Bintan Pesisir, Kabupaten Bintan, Kepulauan Riau"


def test_names_follow_the_station_only_where_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "Reader", FakeReader)
    photo(tmp_path / "in" / f"{CODE}.jpg")
    (tmp_path / "roll.csv").write_text(f"station\n{CODE}\n9901000001006\n")
    tables = []
    for names in (False, True):
        out = tmp_path / str(names)
        run.run([tmp_path / "in"], out, BatchOptions(stations=tmp_path / "roll.csv", names=names))
        text = (out / "stations.csv").read_bytes().decode("utf-8-sig")
        tables.append(list(csv.DictReader(io.StringIO(text, newline=""))))
        assert ("Air Gelubi" in (out / "report.html").read_text("utf-8")) == names
    plain, named = tables
    assert list(named[0])[:6] == ["document", "station", *RegionName._fields]
    assert [tuple(row.pop(name) for name in RegionName._fields) for row in named] == [AIR_GELUBI, RegionName()]
    assert named == plain


def test_without_the_extra_a_batch_ends_before_it_begins(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "lokal", None)
    for lang, words in (("id", "memerlukan tambahan names"), ("en", "need the extra names")):
        arguments = ["read", str(photo(tmp_path / "a.jpg")), "--out", str(tmp_path / "out"), "--names", "--lang", lang]
        result = CliRunner().invoke(main.app, arguments)
        assert result.exit_code == ExtraMissing.exit_code
        assert words in result.stderr
        assert "pip install 'ocr-recap[names]'" in result.stderr
    assert not (tmp_path / "out").exists()
