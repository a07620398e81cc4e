"""Which station a photo belongs to, and lists that are wrong."""

from __future__ import annotations

import re

import pytest

from ocr_recap.messages.errors import InputUnusable, TableFaulty
from ocr_recap.records.options import compiled
from ocr_recap.records.station_codes import ManifestRow, Naming, codes_in, normal, place
from ocr_recap.records.station_lists import read_manifest, read_roll

CODE = "2101142004001"
NAMES = ("a.jpg", "x/b.jpg")


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        (CODE, (CODE,)),
        (f"{CODE}_2", (CODE,)),
        (f"foto-{CODE}-hal3", (CODE,)),
        ("2101142004-1", (CODE,)),
        ("2101142004_TPS_1", (CODE,)),
        ("2101142004 tps 01", (CODE,)),
        ("2101142004TPS1", (CODE,)),
        ("2101142004-12-2", ("2101142004012",)),
        ("9901000001001", ("9901000001001",)),
        (f"{CODE} {CODE}", (CODE,)),
        ("2101142004-1 2101142004-2", (CODE, "2101142004002")),
        ("210114200400", ()),
        (f"1{CODE}", ()),
        ("2101142004000", ()),
        ("2101142004-0", ()),
        ("21011420041", ()),
        ("IMG_20240214_123456", ()),
        ("20240214_123456789", ()),
        ("2024021412-30", ()),
        ("1708000000000", ()),
        ("1707912345678", ()),  # milliseconds: the afternoon of 14 February 2024
        ("6281234567890", ()),  # the phone number of whoever sent it
        ("6281234567890/IMG_0001", ()),
        ("3579011001001", ("3579011001001",)),
        ("9136512001001", ("9136512001001",)),
        ("IMG_0001", ()),
    ],
)
def test_codes_in_names(name, codes):
    assert codes_in(name) == codes


def test_a_code_is_text_of_13_digits():
    assert normal("2101142004-1") == normal(f" {CODE} ") == CODE
    assert normal("0101142004001") == "0101142004001"
    assert normal("210114200400") is None
    assert normal("2.10114E+12") is None


def test_the_nearest_folder_speaks_when_the_name_says_nothing():
    found = place(f"2101142004002/{CODE}/IMG_1.jpg", Naming())
    assert (found.station.code, found.station.source) == (CODE, "folder")
    assert place("IMG_1.jpg", Naming(), f"tonight/{CODE}/IMG_1.jpg").station.code == CODE
    found = place(f"kecamatan/{CODE}-2.jpg", Naming())
    assert (found.station.code, found.station.source) == (CODE, "file")


def test_the_manifest_comes_first_and_names_the_expected_page():
    naming = Naming(manifest={"a.jpg": ManifestRow(CODE, "2")})
    found = place("a.jpg", naming)
    assert (found.station.code, found.station.source, found.page) == (CODE, "manifest", "2")
    assert place("b.jpg", naming).station.code is None


@pytest.mark.parametrize(
    ("name", "manifest"),
    [
        (f"2101142004002/{CODE}.jpg", {}),
        ("2101142004002.jpg", {"2101142004002.jpg": ManifestRow(CODE)}),
        (f"2101142004002/{CODE}.jpg", {f"2101142004002/{CODE}.jpg": ManifestRow(CODE)}),
        ("2101142004-1 2101142004-2.jpg", {}),
    ],
)
def test_sources_that_differ_leave_the_station_open_and_name_both(name, manifest):
    found = place(name, Naming(manifest=manifest))
    assert found.station.code is None
    (problem,) = found.problems
    assert problem.code == "station_conflict"
    for text in (problem.hint.id, problem.hint.en):
        assert CODE in text
        assert "2101142004002" in text


def test_folders_are_documents_only_when_asked():
    assert place("x/1.jpg", Naming()).folder is None
    assert place("x/1.jpg", Naming(folder_is_document=True)).folder == "x/"
    assert place("1.jpg", Naming(folder_is_document=True)).folder == "./"
    named = place(f"x/{CODE}.jpg", Naming(folder_is_document=True))
    assert (named.station.code, named.folder) == (CODE, "x/")


def test_a_pattern_of_ones_own():
    group = Naming(pattern=compiled(r"tps(?P<station>\d{13})x"))
    assert place(f"tps{CODE}x {CODE[:-1]}2.jpg", group).station.code == CODE
    assert place(f"{CODE}.jpg", group).station.code is None
    assert place("20-1.jpg", Naming(pattern=compiled(r"\d+-\d"))).station.code is None
    with pytest.raises(ValueError, match="regular expression"):
        compiled("(")


# --- lists ----------------------------------------------------------------------------------------------------------


def listed(tmp_path, content: str | bytes):
    path = tmp_path / "list.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_manifests_as_spreadsheets_save_them(tmp_path, encoding, separator):
    text = f"File,STATION,page\r\na.jpg,{CODE},2\r\n\r\nx\\b.jpg,2101142004-2,\r\n".replace(",", separator)
    rows = read_manifest(listed(tmp_path, text.encode(encoding)), NAMES)
    assert rows == {"a.jpg": ManifestRow(CODE, "2"), "x/b.jpg": ManifestRow("2101142004002")}


@pytest.mark.parametrize(
    ("rows", "line", "english", "indonesian"),
    [
        (f"c.jpg,{CODE}\n", 2, "not among the photos", "tidak ada di antara foto"),
        (f"a.jpg,{CODE}\na.jpg,{CODE}\n", 3, "listed twice", "dua kali"),
        ("a.jpg,210114200400\n", 2, "12 digits instead of 13", "12 digit, seharusnya 13"),
        ("a.jpg,2.10114E+12\n", 2, "spreadsheet", "aplikasi tabel"),
        (f'a.jpg,"=""{CODE}"""\n', 2, "no station code", "bukan kode TPS"),
        ("a.jpg\n", 2, "1 column instead of 2", "1 kolom, seharusnya 2"),
        ("a.jpg,\n", 2, "0 digits", "0 digit"),
        (f'a.jpg,"{CODE}\n', 2, "not CSV", "bukan CSV"),
    ],
)
def test_wrong_rows_are_named_by_line_in_both_languages(tmp_path, rows, line, english, indonesian):
    with pytest.raises(TableFaulty) as fault:
        read_manifest(listed(tmp_path, "file,station\n" + rows), NAMES)
    assert f"line {line}:" in fault.value.en
    assert english in fault.value.en
    assert f"baris {line}:" in fault.value.id
    assert indonesian in fault.value.id


def test_all_wrong_rows_are_named_at_once_up_to_a_limit(tmp_path):
    with pytest.raises(TableFaulty) as fault:
        read_manifest(listed(tmp_path, "file,station\n" + f"c.jpg,{CODE}\n" * 14), NAMES)
    assert len(re.findall(r"line \d+:", fault.value.en)) == 10
    assert "4 more" in fault.value.en


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "heading must be file,station"),
        ("nama,tps\n", "heading must be file,station"),
        (f"file,station,file\na.jpg,{CODE},a.jpg\n", "heading must be"),
        (f"a.jpg,{CODE}\n", "heading must be"),
        (b"file,station\nfoto\xe9.jpg,1\n", "line 2: not UTF-8"),
    ],
)
def test_what_is_no_manifest(tmp_path, content, message):
    with pytest.raises(TableFaulty) as fault:
        read_manifest(listed(tmp_path, content), NAMES)
    assert message in fault.value.en
    with pytest.raises(InputUnusable, match="cannot be read"):
        read_manifest(tmp_path / "missing.csv", NAMES)


def test_the_roll(tmp_path):
    assert read_roll(listed(tmp_path, f"name,station\nA,{CODE}\nB,2101142004-2\n")) == (CODE, "2101142004002")
    with pytest.raises(TableFaulty, match=r"line 3: .* already on line 2"):
        read_roll(listed(tmp_path, f"station\n{CODE}\n2101142004-1\n"))


@pytest.mark.parametrize("digit", ["\u0661", "\u0967", "\uff11"])
def test_digits_of_other_scripts_make_no_code(digit):
    assert normal(f"210114200400{digit}") is None
    assert codes_in(f"210114200400{digit}") == ()
    assert codes_in(f"2101142004001{digit}") == ()
    assert codes_in(f"x{digit}2101142004-1", compiled(r"\d+-\d")) == ()
