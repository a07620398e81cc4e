"""`review.csv` out and back: as written, as spreadsheets save it, and with everything a person can get wrong."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess

import pytest
from fakes import FORM, located, lost
from hypothesis import given
from hypothesis import strategies as st

from ocr_recap.batch.review_answers import decide, read_answers
from ocr_recap.forms.template import Rule
from ocr_recap.messages.errors import InputUnusable, TableFaulty
from ocr_recap.records.document import Document, settle
from ocr_recap.records.grouping import group, sighting
from ocr_recap.records.record import Record
from ocr_recap.records.station_codes import Naming, place
from ocr_recap.report.csv_tables import defused, undefused
from ocr_recap.report.review_csv import ANSWER_COLUMNS, COLUMNS, KEY_COLUMNS, Row, most_useful_first, review_csv, rows
from ocr_recap.report.view_model import DocumentView, ShownPhoto

FORMS = {FORM.id: FORM}
AT = "2024-02-14T15:30:00Z"
STATION = "2101142004001"


def photos() -> list[Record]:
    """Two photos of page 2 with one number in review each, `votes_2`, and one of page 1 with more."""
    found = [located("a.jpg", "a" * 64), located("=b;\"'.jpg", "b" * 64), located("c.jpg", "c" * 64, page="1")]
    return [r.model_copy(update={"document": STATION, "station": r.station.model_copy()}) for r in found]


def shown(records) -> list[DocumentView]:
    """Each photo as a document of its own."""
    return [DocumentView(i + 1, 1, document_of(r), (ShownPhoto(r),), FORM) for i, r in enumerate(records)]


def document_of(record: Record) -> Document:
    (found,) = group([sighting(record, place(record.photo.file, Naming()))])
    return settle(found, [record], FORM if record.page else None)[0]


def written(records=None, dialect="rfc4180") -> bytes:
    found = [row for s in shown(photos() if records is None else records) for row in rows(s, {"votes_2": 2}, "en")]
    return b"".join(review_csv(found, dialect))


def table(content: bytes, separator=",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=separator))


def filled(path, answers: dict[str, dict[str, str]], lines=None, columns=COLUMNS):
    """Write a review.csv with answers by photo's hash, first letter."""
    lines = table(written()) if lines is None else lines
    for line in lines:
        if line["field"] == "votes_2" and line["sha256"][:1] in answers:
            line.update(answers[line["sha256"][:1]])
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.DictWriter(file, columns, extrasaction="ignore")
        out.writeheader()
        out.writerows(lines)
    return path


def decisions(path, records=None, by="Sri"):
    found = read_answers(path)
    return decide(found.filled, photos() if records is None else records, FORMS, by, AT, {})


# --- out --------------------------------------------------------------------------------------------------------------


def test_every_number_in_review_stands_there_once_most_useful_first():
    content = written()
    assert content.startswith(b"\xef\xbb\xbfstation,label_id,label_en,report_link,verified,by,note,")
    found = table(content)
    assert tuple(found[0]) == COLUMNS
    everything = [(r.photo.sha256, n) for r in photos() for n, f in r.fields.items() if f.status == "review"]
    assert sorted((row["sha256"], row["field"]) for row in found) == sorted(everything)
    assert [row["settles"] for row in found] == sorted((row["settles"] for row in found), reverse=True)
    assert found[0]["sha256"] == "a" * 64, "equals stay in input order"
    assert (found[0]["value"], found[0]["reasons"]) == ("42", "no_second_witness")
    assert found[0]["report_link"] == "report/001.html#d1-votes_2"
    assert {row[name] for row in found for name in ANSWER_COLUMNS} == {""}
    silent = [photos()[0].model_copy(update={"counts": False}), lost()]
    assert table(written(silent)) == []


def test_counts_come_before_dates_and_then_what_an_answer_does():
    """Settles most, then a likely slip, then the document that is nearly done, then the less certain reading."""

    def row(name, settles=1, count=True, suggested=False, waiting=5, sure=0.9):
        return Row(settles, count, suggested, waiting, sure, (name,))

    found = [
        row("date", settles=9, count=False),
        row("plain"),
        row("unsure", sure=0.5),
        row("last of its document", waiting=1),
        row("slip", suggested=True),
        row("settles two", settles=2),
        row("plain, later"),
    ]
    order = ["settles two", "slip", "last of its document", "unsure", "plain", "plain, later", "date"]
    assert [one.cells[0] for one in most_useful_first(found)] == order


def test_dates_of_a_document_come_after_its_counts():
    page = located("d.jpg", "d" * 64, page="3").model_copy(update={"document": STATION})
    lines = table(written([page]))
    dates = [line["field"].startswith("date_") for line in lines]
    assert True in dates
    assert False in dates
    assert dates == sorted(dates)


def test_dialects_and_languages():
    assert written(dialect="excel-id").splitlines()[0].count(b";") == len(COLUMNS) - 1
    (row,) = rows(shown(photos())[0], {}, "id")
    assert "bukti kedua" in row.cells[COLUMNS.index("explanation")]


@given(st.text(alphabet="'=+-@\t\r\nx1 ", max_size=5))
def test_a_defused_cell_reads_back_as_it_was(text):
    cell = defused(text)
    assert undefused(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


# --- back -------------------------------------------------------------------------------------------------------------


def test_answers_become_decisions_and_the_rest_is_left(tmp_path):
    path = filled(tmp_path / "r.csv", {"a": {"verified": "043", "by": "Adi", "note": '=x; "y"\n\'z'}})
    (found,) = decisions(path)
    assert (found.new, found.by, found.note, found.at) == (43, "Adi", '=x; "y" \'z', AT)
    assert (found.sha256, found.page, found.field, found.file) == ("a" * 64, "2", "votes_2", "a.jpg")
    assert (found.old.value, found.old.status, found.document) == (42, "review", STATION)
    assert read_answers(path).empty == len(table(written())) - 1


@pytest.mark.parametrize("word", ["kosong", "KOSONG", "blank", " Blank "])
def test_words_for_blank(tmp_path, word):
    (found,) = decisions(filled(tmp_path / "r.csv", {"a": {"verified": word}}))
    assert (found.new, found.by) == (None, "Sri")


def test_zero_is_a_number(tmp_path):
    (found,) = decisions(filled(tmp_path / "r.csv", {"a": {"verified": "0"}}))
    assert found.new == 0


def test_a_note_without_an_answer_is_counted(tmp_path):
    found = read_answers(filled(tmp_path / "r.csv", {"a": {"note": "foto buram"}}))
    assert (found.filled, found.notes) == ((), 1)


def test_a_row_may_come_from_the_table_of_numbers(tmp_path):
    """An accepted number that a person finds wrong: its key is the same in numbers.csv."""
    (row,) = [r for r in table(written()) if r["sha256"][0] == "a"]
    path = tmp_path / "r.csv"
    path.write_text(",".join((*KEY_COLUMNS, "verified")) + "\n")
    with path.open("a") as file:
        file.write(",".join([*(row[name] for name in KEY_COLUMNS[:-1]), "votes_1", "7"]) + "\n")
    (found,) = decisions(path)
    assert (found.field, found.new, found.old.status, found.old.value) == ("votes_1", 7, "accepted", 117)


# --- what spreadsheets make of it -------------------------------------------------------------------------------------


def resaved(path, separator: str, encoding: str, **changed: str):
    lines = table(written())
    with path.open("w", encoding=encoding, newline="") as file:
        out = csv.DictWriter(file, COLUMNS, delimiter=separator)
        out.writeheader()
        for line in lines:
            out.writerow({**line, **changed} if line["sha256"][0] == "b" else line)
    return path


@pytest.mark.parametrize(
    ("separator", "encoding"), [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-16"), (";", "utf-16")]
)
def test_encodings_separators_and_rounded_station_codes(tmp_path, separator, encoding):
    """A spreadsheet rounds the 13 digits of a station; the number is known by its photo, so nothing is lost."""
    mangled = {"station": "2,10114E+12", "document": "2.10114E+12", "verified": "7", "by": "Štěpán", "text": "X42"}
    (found,) = decisions(resaved(tmp_path / "r.csv", separator, encoding, **mangled))
    assert (found.new, found.by, found.document, found.file) == (7, "Štěpán", STATION, "=b;\"'.jpg")


def test_libreoffice_saves_it_and_it_reads_the_same(tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    path = filled(tmp_path / "review.csv", {"a": {"verified": "043"}, "b": {"verified": "kosong", "note": "'=1+1"}})
    there, back = tmp_path / "there", tmp_path / "back"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    as_csv = "csv:Text - txt - csv (StarCalc):59,34,76"
    for source, kind, folder in ((path, "ods", there), (there / "review.ods", as_csv, back)):
        command = [office, profile, "--headless", "--convert-to", kind, "--outdir", folder, source]
        subprocess.run([str(c) for c in command], check=True, capture_output=True, timeout=120)
    saved = back / "review.csv"
    assert ";" in saved.read_text("utf-8").splitlines()[0]
    key = ("sha256", "field", "new", "by", "note")
    found = [tuple(getattr(d, name) for name in key) for d in decisions(saved)]
    assert found == [tuple(getattr(d, name) for name in key) for d in decisions(path)]
    assert len(found) == 2


# --- what is refused, by line -----------------------------------------------------------------------------------------


def refused(path, **arguments) -> TableFaulty:
    with pytest.raises(TableFaulty) as fault:
        decisions(path, **arguments)
    return fault.value


@pytest.mark.parametrize(
    ("changed", "english", "indonesian"),
    [
        ({"verified": "1234"}, "longer than the 3 boxes", "lebih panjang dari 3 kotak"),
        ({"verified": "12a"}, "the word blank where nothing", "kata kosong bila tidak ada"),
        ({"verified": "-5"}, "the word blank where nothing", "kata kosong bila tidak ada"),
        ({"verified": "-"}, "0 where all boxes hold crosses or dashes", "0 bila semua kotak berisi silang"),
        ({"verified": "XXX"}, "hold crosses or dashes", "silang atau strip"),
        ({"verified": "1.2E+2"}, "rounded number", "aplikasi tabel"),
        ({"verified": "11.0"}, "the word blank where nothing", "kata kosong bila tidak ada"),
        ({"verified": "\N{SUPERSCRIPT TWO}"}, "the word blank where nothing", "kata kosong bila tidak ada"),
        ({"sha256": "1.2E+12"}, "rounded number", "aplikasi tabel"),
        ({"sha256": "abc"}, "no hash", "bukan sidik"),
        ({"sha256": "d" * 64}, "content has changed", "sudah berubah"),
        ({"file": "z.jpg"}, "columns were mixed up", "kolom tertukar"),
        ({"frame": "1"}, "never read", "tidak pernah dibaca"),
        ({"page": "3"}, "never read", "tidak pernah dibaca"),
        ({"template": "other"}, "never read", "tidak pernah dibaca"),
        ({"field": "votes_9"}, "never read", "tidak pernah dibaca"),
    ],
)
def test_a_wrong_line_is_named_with_what_to_do(tmp_path, changed, english, indonesian):
    lines = table(written())
    answers = {"verified": "7", "by": "Sri", **changed}
    place = next(i for i, line in enumerate(lines) if (line["field"], line["sha256"][0]) == ("votes_2", "a"))
    lines[place].update(answers)
    fault = refused(filled(tmp_path / "r.csv", {"b": {"verified": "8"}}, lines))
    assert f"line {place + 2}: " in fault.en
    assert english in fault.en
    assert indonesian in fault.id
    assert len(fault.en.splitlines()) == 1


@pytest.mark.parametrize("name", ["verified", "sha256", "field", "template", "file"])
def test_an_answer_of_100000_characters_is_not_printed_whole(tmp_path, name):
    lines = table(written())
    for line in lines:
        line.update({"verified": "7", "by": "Sri", name: "1" * 100_000})
    fault = refused(filled(tmp_path / "r.csv", {}, lines))
    assert max(map(len, [*fault.en.splitlines(), *fault.id.splitlines()])) < 700


def test_every_wrong_line_is_named_at_once(tmp_path):
    fault = refused(filled(tmp_path / "r.csv", {"a": {"verified": "x"}, "b": {"verified": "9999"}}))
    assert len(fault.en.splitlines()) == 2


def test_nobody_decides_without_a_name(tmp_path):
    path = filled(tmp_path / "r.csv", {"a": {"verified": "7"}})
    assert "--by NAME" in refused(path, by=None).en
    assert "--by NAMA" in refused(path, by=" ").id


def test_one_table_says_one_thing(tmp_path):
    lines = table(written())
    doubled = [*lines, dict(lines[0])]
    lines[0]["verified"], doubled[-1]["verified"] = "7", "8"
    assert "otherwise by the same person on line 2" in refused(filled(tmp_path / "r.csv", {}, doubled)).en
    doubled[-1]["verified"] = "07"
    assert len(decisions(filled(tmp_path / "r.csv", {}, doubled))) == 1


def test_limits_of_the_form(tmp_path):
    rule = Rule(id="most", text="votes_2 <= 50", strength="inequality", basis="test")
    form = FORM.model_copy(update={"rules": (rule,)})
    path = filled(tmp_path / "r.csv", {"a": {"verified": "51"}})
    with pytest.raises(TableFaulty, match="beyond the limit votes_2 <= 50"):
        decide(read_answers(path).filled, photos(), {FORM.id: form}, "Sri", AT, {})
    soft = FORM.model_copy(update={"rules": (Rule(id="most", text=rule.text, strength="soft", basis="test"),)})
    assert len(decide(read_answers(path).filled, photos(), {FORM.id: soft}, "Sri", AT, {})) == 1


def test_a_photo_that_gave_way_to_another_one_is_not_decided_on(tmp_path):
    path = filled(tmp_path / "r.csv", {"a": {"verified": "7"}})
    silent = [photos()[0].model_copy(update={"counts": False}), *photos()[1:]]
    assert "does not count" in refused(path, records=silent).en


def test_a_copy_of_a_photo_changes_nothing(tmp_path):
    path = filled(tmp_path / "r.csv", {"a": {"verified": "7"}})
    copy = lost("copy.jpg", "duplicate_photo", "a" * 64, first="a.jpg")
    assert len(decisions(path, records=[copy, *photos()])) == 1


@pytest.mark.parametrize("content", [b"", b"a,b\n", b"\x00\xff", b'sha256,frame,template,page,field,verified\n"x'])
def test_what_is_no_such_table_is_refused(tmp_path, content):
    (tmp_path / "r.csv").write_bytes(content)
    with pytest.raises(TableFaulty):
        read_answers(tmp_path / "r.csv")
    with pytest.raises(InputUnusable, match="cannot be read"):
        read_answers(tmp_path / "missing.csv")
