"""`tables.xlsx`: the same tables as the CSV files, for people; and what other programs make of either."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec

import cv2
import numpy as np
import openpyxl
import pytest
from conftest import SAMPLES
from fakes import FakeReader, photo
from typer.testing import CliRunner

from ocr_recap.batch import apply_review, publish_tables, review_workbook, run
from ocr_recap.batch.options import BatchOptions
from ocr_recap.cli import main
from ocr_recap.messages.errors import CannotWrite, ExtraMissing, TableFaulty
from ocr_recap.messages.report_texts import REPORT_TEXTS
from ocr_recap.records import document
from ocr_recap.records.station_lists import name_of
from ocr_recap.report import csv_tables, xlsx
from ocr_recap.report.pictures import STRIP_HEIGHT
from ocr_recap.report.result_table import ORDER

pytestmark = pytest.mark.slow

A, B = "2101142004001", "0101142004002"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Results of two stations, one with a code that begins with 0, and of a file whose name is a formula."""
    place = tmp_path_factory.mktemp("book")
    for sample in ("page1-tilted", "page2-torn-corner", "page3-covered-tag", "page2-wrong-bubble"):
        name = {"page2-wrong-bubble": "=1+1.jpg"}.get(sample, f"{sample}.jpg")
        (place / "in").mkdir(exist_ok=True)
        shutil.copy(SAMPLES / f"{sample}.jpg", place / "in" / name)
    names = ("page1-tilted.jpg", "page2-torn-corner.jpg", "page3-covered-tag.jpg")
    rows = [f"{name},{A}" for name in names] + [f"=1+1.jpg,{B}"]
    (place / "m.csv").write_text("\n".join(("file,station", *rows, "")))
    (place / "roll.csv").write_text(f"station\n{A}\n{B}\n2101142004003\n")
    run.run(
        [place / "in"],
        place / "out",
        BatchOptions(manifest=place / "m.csv", stations=place / "roll.csv", formats=("xlsx",), workers=1),
    )
    return place / "out"


def rows(folder, name):
    return list(csv.DictReader(io.StringIO((folder / name).read_bytes().decode("utf-8-sig"), newline="")))


def sheet(book, name):
    """The rows of a sheet by column; what is empty is an empty text."""
    head, *lines = book[name].iter_rows(values_only=True)
    columns = [heading.rpartition("\n")[2] for heading in head]
    return [{name: "" if cell is None else cell for name, cell in zip(columns, line, strict=True)} for line in lines]


@pytest.fixture(scope="module")
def book(folder):
    return openpyxl.load_workbook(folder / "tables.xlsx")


IN_WORDS = ("verdict", "status", "template", "report_link")  # columns with a word or a link for a code of the CSV file


# --- the sheets -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["numbers", "stations", "review"])
def test_each_sheet_says_what_its_table_says(folder, book, name):
    said = sheet(book, name)
    told = rows(folder, f"{name}.csv")
    assert len(said) == len(told) > 0
    for one, other in zip(said, told, strict=True):
        assert one.keys() - other.keys() <= {xlsx.PICTURE}
        for column, text in other.items():
            cell = one[column]
            if column in IN_WORDS and (column != "template" or name == "stations"):
                assert (cell == "") == (text == "")
                assert cell == "" or cell != text
                continue
            assert (str(cell) == text) if isinstance(cell, str) else (float(cell) == float(text)), column


def test_codes_are_text_and_numbers_are_numbers(book):
    numbers = sheet(book, "numbers")
    assert {type(line["accepted"]) for line in numbers} == {int, str}, "some are accepted, some are not"
    for line in numbers:
        assert line["station"] in (A, B)
        assert isinstance(line["page"], str)
        assert line["accepted"] == "" or isinstance(line["accepted"], int)
    first, second, third = sheet(book, "stations")
    assert (first["station"], second["station"], third["station"]) == (B, A, "2101142004003")
    assert isinstance(second["votes_1"], int)
    assert third["votes_1"] == ""


def test_nothing_in_it_runs(folder, book):
    with zipfile.ZipFile(folder / "tables.xlsx") as parts:
        assert "xl/workbook.xml" in parts.namelist()
        for name in parts.namelist():
            assert b"<f>" not in parts.read(name), name
            assert not name.startswith(("xl/externalLinks", "xl/vba"))
    assert {line["file"] for line in sheet(book, "numbers") if line["station"] == B} == {"'=1+1.jpg"}
    texts = [c for name in book.sheetnames for row in book[name].values for c in row if isinstance(c, str)]
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@"))]


def test_headings_stay_in_sight_and_filter(book):
    for name, columns in (("numbers", 21), ("stations", 37), ("review", 20)):
        page = book[name]
        assert page.freeze_panes.endswith("2")
        assert page.auto_filter.ref.startswith("A1:")
        assert page.max_column == columns
        assert page.auto_filter.ref.endswith(str(page.max_row))


def test_every_number_in_review_has_its_picture(folder, book):
    page, told = book["review"], rows(folder, "review.csv")
    assert len(page._images) == len(told)
    places = sorted(image.anchor._from.row for image in page._images)
    assert places == list(range(1, len(told) + 1))
    column = [name_of(cell.value) for cell in page[1]].index(xlsx.PICTURE)
    for image in page._images:
        assert image.anchor._from.col == column
        picture = cv2.imdecode(np.frombuffer(image._data(), np.uint8), cv2.IMREAD_GRAYSCALE)
        assert picture.shape[0] == STRIP_HEIGHT
        assert picture.std() > 20, "boxes and ink, no flat gray"
        assert page.row_dimensions[image.anchor._from.row + 1].height * 4 / 3 >= STRIP_HEIGHT


def test_headings_are_labels_with_units_and_the_name_of_the_column_below(book):
    heads = [cell.value for cell in book["stations"][1]]
    assert "Suara sah pasangan calon 1 (suara)\nvotes_1" in heads
    assert "Surat suara digunakan (lembar)\nballots_used" in heads
    assert "perlu diperiksa (angka)\nreview_count" in heads
    assert {line["verdict"] for line in sheet(book, "stations")} <= {
        REPORT_TEXTS[f"verdict_{code}"][0] for code in (*ORDER,)
    }


def test_the_cell_to_fill_in_is_in_sight_beside_the_picture(book):
    page = book["review"]
    names = [name_of(cell.value) for cell in page[1]]
    assert names[:6] == ["station", "label_id", xlsx.PICTURE, "verified", "by", "note"]
    before = sum(page.column_dimensions[cell.column_letter].width for cell in page[1][: names.index("verified")])
    assert before * 7 < 700, "px from the left edge"
    assert names.index("value") > names.index("note")


def test_links_of_the_report_are_links_of_the_workbook(book):
    for name in ("review", "numbers"):
        page = book[name]
        column = [name_of(cell.value) for cell in page[1]].index("report_link")
        for row in page.iter_rows(min_row=2):
            link = row[column].hyperlink
            assert link.target == "report\\001.html", "as Excel writes it"
            assert link.location.startswith("d")
            assert row[column].value == "buka"


def test_paper_prevails(book):
    assert "paper prevails" in book.properties.description
    assert "formulir kertas yang berlaku" in book["numbers"].oddHeader.center.text


# --- same results, same bytes -----------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A folder of results made of drawn photos."""
    monkeypatch.setattr(run, "Reader", FakeReader)
    for index in range(2):
        photo(tmp_path / "in" / f"210114200400{index + 1}.jpg", mark=index)
    run.run([tmp_path / "in"], tmp_path / "out", BatchOptions(formats=("xlsx",)))
    return tmp_path / "out"


def test_writing_again_gives_the_same_bytes_and_answers_reach_it(small, tmp_path):
    before = (small / "tables.xlsx").read_bytes()
    publish_tables.rewrite(small)
    assert (small / "tables.xlsx").read_bytes() == before
    answered = rows(small, "review.csv")
    for line in answered:
        line["verified"], line["by"] = "7", "A"
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, answered[0])
    writer.writeheader()
    writer.writerows(answered)
    (tmp_path / "r.csv").write_text(table.getvalue())
    apply_review.apply(small, tmp_path / "r.csv")
    book = openpyxl.load_workbook(small / "tables.xlsx")
    assert sheet(book, "review") == []
    assert [line["votes_2"] for line in sheet(book, "stations")] == [7, 7]
    assert [line["decided_by"] for line in sheet(book, "stations")] == ["A", "A"]


def test_the_review_sheet_saved_as_csv_can_be_applied(small, tmp_path):
    first, *lines = openpyxl.load_workbook(small / "tables.xlsx")["review"].iter_rows(values_only=True)
    head = [name_of(cell) for cell in first]
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(first)
    for line in lines:
        cells = ["" if cell is None else str(cell) for cell in line]
        cells[head.index("verified")], cells[head.index("by")] = "8", "B"
        writer.writerow(cells)
    (tmp_path / "sheet.csv").write_text("\ufeff" + table.getvalue(), encoding="utf-8")
    apply_review.apply(small, tmp_path / "sheet.csv")
    assert {line["votes_2"] for line in rows(small, "stations.csv")} == {"8"}


def test_a_workbook_that_somebody_changed_is_put_aside(small):
    book = openpyxl.load_workbook(small / "tables.xlsx")
    book["review"]["A2"] = "mine"
    book.save(small / "tables.xlsx")
    mine = (small / "tables.xlsx").read_bytes()
    result = publish_tables.rewrite(small)
    assert (small / "tables-1.xlsx").read_bytes() == mine
    assert "tables-1.xlsx" in result.kept
    assert publish_tables.rewrite(small).kept == ()


def test_a_batch_without_it_leaves_no_old_one(small, tmp_path):
    run.run([tmp_path / "in"], small)
    assert not (small / "tables.xlsx").exists()
    assert "tables.xlsx" not in (small / "report.html").read_text()


def test_without_the_extra_a_batch_ends_before_it_begins(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    photo(tmp_path / "a.jpg")
    for lang, words in (("id", "memerlukan tambahan xlsx"), ("en", "need the extra xlsx")):
        arguments = [
            "read",
            str(tmp_path / "a.jpg"),
            "--out",
            str(tmp_path / "out"),
            "--format",
            "xlsx",
            "--lang",
            lang,
        ]
        result = CliRunner().invoke(main.app, arguments)
        assert result.exit_code == ExtraMissing.exit_code
        assert words in result.stderr
        assert "pip install 'ocr-recap[xlsx]'" in result.stderr
    assert not (tmp_path / "out").exists()


def test_without_the_extra_no_answer_is_taken(small, tmp_path, monkeypatch):
    answered = rows(small, "review.csv")[0]
    cells = {**{name: answered[name] for name in ("sha256", "frame", "template", "page", "field")}, "verified": "7"}
    (tmp_path / "r.csv").write_text(f"{','.join(cells)}\n{','.join(cells.values())}\n")
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(ExtraMissing, match="need the extra xlsx"):
        apply_review.apply(small, tmp_path / "r.csv", by="A")
    assert not (small / "decisions.jsonl").exists()


def test_a_full_sheet_is_refused_never_cut_off(small, monkeypatch):
    before = (small / "tables.xlsx").read_bytes()
    monkeypatch.setattr(xlsx, "MOST_ROWS", 4)
    with pytest.raises(CannotWrite, match="more than 3 rows"):
        publish_tables.rewrite(small)
    assert (small / "tables.xlsx").read_bytes() == before


# --- what other programs make of the tables ---------------------------------------------------------------------------


def truth(folder):
    """The sum of all accepted numbers."""
    lines = (folder / "documents.jsonl").read_text("utf-8").splitlines()
    fields = [f for line in lines for f in document.Document.from_json(line).fields.values()]
    assert any(f.status == "review" and f.value for f in fields), "a doubtful number that must not be added"
    return sum(f.accepted or 0 for f in fields)


def test_a_column_sum_is_the_sum_of_accepted_numbers(folder, book):
    wanted = truth(folder)
    assert sum(int(line["accepted"] or 0) for line in rows(folder, "numbers.csv")) == wanted
    assert sum(line["accepted"] or 0 for line in sheet(book, "numbers")) == wanted
    counts = sum(line[c] or 0 for line in sheet(book, "stations") for c in line if isinstance(line[c], int))
    reviews = sum(line["review_count"] for line in sheet(book, "stations"))
    dates = [line for line in rows(folder, "numbers.csv") if line["field"].startswith("date_")]
    assert counts - reviews == wanted - sum(int(line["accepted"] or 0) for line in dates), "dates have no column"


@pytest.mark.skipif(find_spec("pandas") is None, reason="pandas is not installed")
def test_pandas_sums_what_is_accepted_and_keeps_codes(folder):
    import pandas

    text = {"station": str, "document": str}
    book = pandas.read_excel(folder / "tables.xlsx", "numbers", dtype=str)
    book.columns = [heading.rpartition("\n")[2] for heading in book.columns]
    for table in (pandas.read_csv(folder / "numbers.csv", dtype=text), book):
        table["accepted"] = pandas.to_numeric(table["accepted"])
        assert table["accepted"].sum() == truth(folder)
        assert set(table["station"]) == {A, B}


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_sums_what_is_accepted_and_keeps_codes(folder, tmp_path):
    station, accepted = csv_tables.COLUMNS.index("station") + 1, csv_tables.COLUMNS.index("accepted") + 1
    # As a person opens the CSV: comma, quote, UTF-8, from line 1, the column of codes as text.
    from_csv = convert(folder / "numbers.csv", tmp_path, f"--infilter=CSV:44,34,76,1,{station}/2")
    for path in (from_csv, folder / "tables.xlsx"):
        book = openpyxl.load_workbook(path)
        page = book["numbers"] if "numbers" in book.sheetnames else book.worksheets[0]
        assert {page.cell(row, station).value for row in range(2, page.max_row + 1)} == {A, B}
        column = page.cell(1, accepted).column_letter
        page["A1"] = f"=SUM({column}2:{column}{page.max_row})"
        book.save(tmp_path / "asked.xlsx")
        answered = openpyxl.load_workbook(convert(tmp_path / "asked.xlsx", tmp_path / "done"), data_only=True)
        assert answered[page.title]["A1"].value == truth(folder)


def convert(path, folder, *options):
    profile = folder / "profile"
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{profile}", *options]
    command += ["--convert-to", "xlsx", "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return folder / f"{path.stem}.xlsx"


# --- answers in a workbook --------------------------------------------------------------------------------------------


def test_the_workbook_itself_can_be_applied_and_is_not_put_aside(small):
    path = small / "tables.xlsx"
    book = openpyxl.load_workbook(path)
    page = book["review"]
    columns = {name_of(str(cell.value)): cell.column for cell in page[1]}
    page.cell(2, columns["verified"]).value, page.cell(2, columns["by"]).value = 43, "Sri"
    page.cell(3, columns["verified"]).value, page.cell(3, columns["by"]).value = "kosong", "Sri"
    book.save(path)
    result = apply_review.apply(small, path)
    assert [decision.new for decision in result.new] == [43, None]
    assert result.tables.kept == ()
    assert {line["votes_2"] for line in rows(small, "stations.csv")} == {"43", ""}


def test_a_workbook_and_a_table_say_who_disagrees(small, tmp_path):
    book = openpyxl.load_workbook(small / "tables.xlsx")
    page = book["review"]
    columns = {name_of(str(cell.value)): cell.column for cell in page[1]}
    page.cell(2, columns["verified"]).value, page.cell(2, columns["by"]).value = 43, "Sri"
    book.save(tmp_path / "sri.xlsx")
    answered = rows(small, "review.csv")[:1]
    answered[0] |= {"verified": "44", "by": "Adi"}
    with (tmp_path / "adi.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, answered[0])
        writer.writeheader()
        writer.writerows(answered)
    result = apply_review.apply(small, [tmp_path / "sri.xlsx", tmp_path / "adi.csv"])
    assert [[answer.said for answer in one.people] for one in result.disagreements] == [["Sri: 43", "Adi: 44"]]


def test_archives_that_are_no_workbook_are_refused(small, tmp_path, monkeypatch):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.txt", "x")
    with pytest.raises(TableFaulty, match="cannot be opened"):
        apply_review.apply(small, path, by="A")
    monkeypatch.setattr(review_workbook, "_MOST_BYTES", 1000)
    with pytest.raises(TableFaulty, match="cannot be opened"):
        apply_review.apply(small, small / "tables.xlsx", by="A")
    monkeypatch.undo()
    book = openpyxl.Workbook()
    book.active.append(["station", "verified"])
    book.save(path)
    with pytest.raises(TableFaulty, match="no sheet review with the columns sha256"):
        apply_review.apply(small, path, by="A")
    assert not (small / "decisions.jsonl").exists()
