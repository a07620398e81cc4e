"""Numbers as plain rows: of a record, a document and a batch, and as tables of pandas."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import SAMPLES

from ocr_recap import BatchOptions, Options, Reader, Record, run_batch
from ocr_recap.messages import extras
from ocr_recap.messages.errors import ExtraMissing

CLEAN = SAMPLES / "page2-clean.jpg"
FORM = "c-hasil-ppwp-2024"


@pytest.fixture(scope="module")
def clean(reader: Reader) -> Record:
    return reader.read(CLEAN)


def test_a_record_as_rows(clean: Record, reader: Reader) -> None:
    rows = clean.to_rows()
    assert [row["field"] for row in rows] == list(clean.fields)
    votes = next(row for row in rows if row["field"] == "votes_1")
    assert votes == {
        "document": None,
        "station": None,
        "file": "page2-clean.jpg",
        "sha256": clean.photo.sha256,
        "frame": 0,
        "template": FORM,
        "page": "2",
        "field": "votes_1",
        "text": "-90",
        "read": "90",
        "value": 90,
        "accepted": 90,
        "status": "accepted",
        "confidence": clean.fields["votes_1"].confidence,
        "reasons": "",
        "decided_by": None,
        "decided_at": None,
        "note": None,
    }
    wrong = reader.read(SAMPLES / "page2-wrong-bubble.jpg").to_rows()
    assert [(row["accepted"], row["reasons"]) for row in wrong if row["field"] == "votes_2"] == [
        (None, "bubbles_disagree")
    ]
    assert reader.read(b"").to_rows() == []


def test_rows_have_the_names_of_the_tables(clean: Record, reader: Reader) -> None:
    from ocr_recap.report.csv_tables import COLUMNS

    of_the_table = [name for name in COLUMNS if name not in ("label_id", "label_en", "report_link")]
    assert list(clean.to_rows()[0]) == of_the_table
    document = reader.read_document([CLEAN], station="2101142004001")
    rows = document.to_rows()
    assert list(rows[0]) == [n for n in of_the_table if n not in ("file", "sha256", "frame", "page")]
    assert {(row["document"], row["station"]) for row in rows} == {(document.id, "2101142004001")}
    assert [row["accepted"] for row in rows] == [number.accepted for number in document.fields.values()]


def test_tables_of_pandas(clean: Record, reader: Reader) -> None:
    pandas = pytest.importorskip("pandas")
    table = clean.to_pandas()
    assert list(table.columns) == list(clean.to_rows()[0])
    assert {str(table[name].dtype) for name in ("frame", "value", "accepted")} == {"Int64"}
    assert table["accepted"].sum() == sum(n.accepted or 0 for n in clean.fields.values())
    nothing = reader.read(b"").to_pandas()
    assert (len(nothing), list(nothing.columns)) == (0, list(table.columns))
    wrong = reader.read(SAMPLES / "page2-wrong-bubble.jpg").to_pandas().set_index("field")
    assert wrong.loc["votes_2", "accepted"] is pandas.NA
    assert str(reader.read_document([CLEAN]).to_pandas()["accepted"].dtype) == "Int64"


def test_without_pandas_it_is_said_how_to_get_it(clean: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _name: None)
    with pytest.raises(ExtraMissing, match=r"pip install 'ocr-recap\[pandas\]'"):
        clean.to_pandas()


def test_a_batch_as_rows(tmp_path: Path, clean: Record, reader: Reader) -> None:
    stations = tmp_path / "stations.csv"
    stations.write_text("station\n2101142004001\n2101142004002\n")
    (tmp_path / "m.csv").write_text("file,station\npage2-clean.jpg,2101142004001\n")
    options = BatchOptions(reading=Options(templates=(FORM,)), manifest=tmp_path / "m.csv", stations=stations)
    result = run_batch([CLEAN], tmp_path / "out", options)
    first, second = result.to_rows()
    assert (first["station"], first["votes_1"], first["pages_missing"]) == ("2101142004001", 90, "1 3")
    assert (second["station"], second["votes_1"], second["verdict"], second["document"]) == (
        *("2101142004002", None, "missing", None),
    )
    header = (tmp_path / "out" / "stations.csv").read_text("utf-8-sig").splitlines()[0].split(",")
    assert [name for name in header if name in first] == list(first)
    assert set(header) - set(first) == {f.id for f in reader.template(FORM).fields if
                                        f.role == "count" and f.id not in clean.fields}  # fmt: skip
    table = result.to_pandas()
    assert str(table["votes_1"].dtype) == "Int64"
    assert table["votes_1"].sum() == 90
