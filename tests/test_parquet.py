"""Results as Parquet: the same numbers as the other tables, the same bytes again; and the schemas of all lines."""

from __future__ import annotations

import csv
import io
import json
import sys

import pyarrow.parquet as pq
import pytest
from conftest import ROOT
from fakes import FORM, FakeReader, photo
from typer.testing import CliRunner

from ocr_recap.batch import publish_tables
from ocr_recap.batch import run as batch
from ocr_recap.batch.options import BatchOptions
from ocr_recap.cli import main
from ocr_recap.messages.errors import ExtraMissing
from ocr_recap.records.document import Document
from ocr_recap.records.record import Record
from ocr_recap.report import parquet
from ocr_recap.report.csv_tables import undefused
from ocr_recap.report.parquet import FILES as PARQUET_FILES

pytestmark = pytest.mark.slow

CODE = "2101142004001"
MISSING = "2101142004009"


@pytest.fixture
def out(tmp_path, monkeypatch):
    """Results of a station with two photos of a page, a photo of nobody's, a broken one, and a station without any."""
    monkeypatch.setattr(batch, "Reader", FakeReader)
    for index, name in enumerate((f"{CODE}-a.jpg", f"{CODE}-b.jpg", "=cmd.jpg")):
        photo(tmp_path / "in" / name, mark=index)
    (tmp_path / "in" / "empty.jpg").write_bytes(b"")
    (tmp_path / "roll.csv").write_text(f"station\n{CODE}\n{MISSING}\n")
    batch.run([tmp_path / "in"], tmp_path / "out", BatchOptions(formats=("parquet",), stations=tmp_path / "roll.csv"))
    return tmp_path / "out"


def rows(out, name):
    return pq.read_table(out / f"{name}.parquet").to_pylist()


def table(out, name):
    return list(csv.DictReader(io.StringIO((out / name).read_bytes().decode("utf-8-sig"), newline="")))


def test_they_say_what_the_other_tables_say(out):
    documents = [Document.from_json(line) for line in (out / "documents.jsonl").read_text("utf-8").splitlines()]
    numbers = table(out, "numbers.csv")
    fields = rows(out, "fields")
    assert [(r["document"], r["field"], r["status"]) for r in fields] == [
        (undefused(r["document"]), r["field"], r["status"]) for r in numbers
    ]
    assert [r["accepted"] for r in fields] == [int(r["accepted"]) if r["accepted"] else None for r in numbers]
    assert {r["role"] for r in fields} == {"count"}
    assert "=cmd.jpg" in {r["file"] for r in fields}, "no spreadsheet reads this"
    stations = table(out, "stations.csv")
    found = rows(out, "documents")
    assert [(r["document"] or "", r["station"] or "", r["verdict"]) for r in found] == [
        (undefused(r["document"]), r["station"], r["verdict"]) for r in stations
    ]
    assert found[-1]["verdict"] == "missing"
    assert 0 < len(documents) < len(found), "then the station without photos"
    for row, document in zip(found, documents, strict=False):
        said = {name: field.accepted for name, field in document.fields.items()}
        assert row["accepted"] == {f.id: said.get(f.id) for f in FORM.fields if f.role == "count"}
    photos = {r["file"]: r for r in rows(out, "photos")}
    records = [Record.from_json(line) for line in (out / "photos.jsonl").read_text("utf-8").splitlines()]
    assert photos.keys() == {record.photo.file for record in records}
    assert photos["empty.jpg"]["problems"] == ["file_empty"]
    assert [photos[f"{CODE}-{x}.jpg"]["counts"] for x in "ab"].count(True) == 1


def test_same_results_same_bytes_in_any_number_of_groups(out, monkeypatch):
    before = {name: (out / name).read_bytes() for name in PARQUET_FILES}
    publish_tables.rewrite(out)
    assert {name: (out / name).read_bytes() for name in PARQUET_FILES} == before
    listed = (out / "SHA256SUMS").read_text()
    assert all(name in listed for name in PARQUET_FILES)
    whole = rows(out, "fields")
    monkeypatch.setattr(parquet, "GROUP", 1)
    publish_tables.rewrite(out)
    assert rows(out, "fields") == whole
    assert pq.ParquetFile(out / "fields.parquet").num_row_groups == len(whole)


def test_paper_prevails(out):
    assert "paper prevails" in pq.read_schema(out / "photos.parquet").metadata[b"notice"].decode()
    assert 'href="fields.parquet"' in (out / "report.html").read_text("utf-8")


def test_a_batch_without_them_leaves_no_old_ones(out, tmp_path):
    batch.run([tmp_path / "in"], out)
    assert not any((out / name).exists() for name in PARQUET_FILES)


def test_formats_may_be_combined(out, tmp_path):
    arguments = ["read", str(tmp_path / "in"), "--out", str(out), "--format", "parquet", "--format", "xlsx", "-w", "1"]
    assert CliRunner().invoke(main.app, arguments).exit_code == 1  # the empty file
    assert (out / "fields.parquet").exists()
    assert (out / "tables.xlsx").exists()


def test_without_the_extra_a_batch_ends_before_it_begins(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    photo(tmp_path / "a.jpg")
    for lang, words in (("id", "memerlukan tambahan parquet"), ("en", "needs the extra parquet")):
        arguments = ["read", str(tmp_path / "a.jpg"), "--out", str(tmp_path / "out"), "--format", "parquet"]
        result = CliRunner().invoke(main.app, [*arguments, "--lang", lang])
        assert result.exit_code == ExtraMissing.exit_code
        assert words in result.stderr
    assert not (tmp_path / "out").exists()


def test_the_line_of_the_documentation_runs(out):
    duckdb = pytest.importorskip("duckdb")
    page = (ROOT / "docs" / "reference" / "records.md").read_text("utf-8")
    (line,) = (line for line in page.splitlines() if line.startswith("duckdb -c "))
    query = line.removeprefix("duckdb -c ").strip('"').replace("DIR/", f"{out}/")
    found = duckdb.sql(query).fetchall()
    counts = [row for row in rows(out, "fields") if row["role"] == "count"]
    accepted = {row["field"]: 0 for row in counts}
    for row in counts:
        accepted[row["field"]] += row["accepted"] or 0
    assert {field: (total or 0, review) for field, total, review in found} == {
        field: (total, sum(row["field"] == field and row["status"] == "review" for row in counts))
        for field, total in accepted.items()
    }


# --- schemas ----------------------------------------------------------------------------------------------------------


def fits(value, schema, root, path="") -> list[str]:
    """Where a value does not fit a schema, as far as ours go: types, keys, items, alternatives."""
    if "$ref" in schema:
        return fits(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, path)
    if "anyOf" in schema:
        faults = [fits(value, option, root, path) for option in schema["anyOf"]]
        return [] if [] in faults else faults[0]
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
    kind = schema.get("type")
    if kind == "null":
        return [] if value is None else [path]
    if kind and not isinstance(value, kinds[kind]):
        return [f"{path}: no {kind}"]
    if "const" in schema and value != schema["const"]:
        return [f"{path}: not {schema['const']}"]
    faults: list[str] = []
    if isinstance(value, dict):
        known, more = schema.get("properties", {}), schema.get("additionalProperties", {})
        faults += [f"{path}: {key} is missing" for key in schema.get("required", ()) if key not in value]
        for key, item in value.items():
            if key not in known and more is False:
                faults.append(f"{path}: {key} is not known")
            else:
                faults += fits(item, known.get(key, more if isinstance(more, dict) else {}), root, f"{path}.{key}")
    if isinstance(value, list):
        first = schema.get("prefixItems", [])
        for index, item in enumerate(value):
            faults += fits(item, first[index] if index < len(first) else schema.get("items", {}), root, f"{path}[]")
    return faults


def schema(*arguments):
    result = CliRunner().invoke(main.app, ["schema", *arguments])
    assert result.exit_code == 0
    return json.loads(result.stdout)


def test_lines_fit_their_schema_and_others_do_not(out, reader, sample_truth):
    record = reader.read(ROOT / "samples" / "page2-clean.jpg").export()
    mine, other = schema(), schema("document")
    assert fits(record, mine, mine) == []
    assert fits(record, other, other) != []
    assert set(mine["required"]) == set(record), "every key is there"
    for name, kind in (("photos.jsonl", "record"), ("documents.jsonl", "document")):
        found = schema(kind)
        lines = (out / name).read_text("utf-8").splitlines()
        assert len(lines) >= 3
        for line in lines:
            assert fits(json.loads(line), found, found) == []
    run = schema("run")
    assert fits(json.loads((out / "run.json").read_text("utf-8")), run, run) == []
    assert schema("template")["properties"].keys() >= {"pages", "fields", "rules"}
    assert CliRunner().invoke(main.app, ["schema", "nothing"]).exit_code == 2
