"""Twins of a form, told apart by their heading; Tesseract itself is asked only where it is installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr_recap import Options, Reader
from ocr_recap.forms import drawing, template
from ocr_recap.locate import heading_ocr

ROOT = Path(__file__).resolve().parent.parent
FORM = ROOT / "templates" / "dpr-plano-2019.yaml"
WHITE = np.full((20, 20), 255, np.uint8)
needs_tesseract = pytest.mark.skipif(heading_ocr.available() is None, reason="Tesseract is not installed")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(Options(templates=("dpr-plano-2019",)))


def photo(path: Path) -> bytes:
    """A page drawn by its template, 2,000 px high."""
    form = template.load(path)
    page = drawing.raster(form, form.pages[0].id, 2000 / form.paper.height)
    return cv2.imencode(".png", page)[1].tobytes()


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same table under another heading."""
    text = FORM.read_text("utf-8")
    path = tmp_path_factory.mktemp("twin") / "dprd-plano-2019.yaml"
    path.write_text(text.replace("C1.Plano-DPR", "C1.Plano-DPRD").replace("DAPIL DPR RI", "DAPIL DPRD"), "utf-8")
    return path


@pytest.mark.parametrize(
    "words, named",
    [
        (["PRESIOEN", "DAN", "WAKIL"], {"PRESIDEN"}),
        (["PEMILINAN", "GUBERNUR"], {"GUBERNUR"}),
        (["DPRD"], {"DPRD"}),
        (["DPRO", "DPP", "PPWR"], set()),
        (["CALON", "SUARA", "PARTISIPASI", "JAKARTA"], set()),
        ([], set()),
    ],
)
def test_words_that_name_a_contest(words: list[str], named: set[str]):
    assert heading_ocr.contests(words) == named


@pytest.mark.parametrize(
    "form, named",
    [
        ("dpr-plano-2019", {"PARTAI", "DPR"}),
        ("ppwp-plano-2019", {"PRESIDEN", "PPWP"}),
        ("c1-ppwp-2014", {"PRESIDEN", "PPWP"}),
        ("c1-kwk-2017", {"GUBERNUR", "KWK"}),
        ("c1-kwk-2015-pekalongan", {"BUPATI", "KWK"}),
    ],
)
def test_every_form_without_a_tag_names_its_contest(form: str, named: set[str]):
    known = template.load(template.available()[form])
    assert heading_ocr.contests_of(known, known.pages[0].id) == named


COUNTERFEIT = """#!{python}
import os, sys
if sys.argv[1:] == ["--version"]:
    print("tesseract 5.3.0")
    sys.exit()
picture = sys.stdin.buffer.read()
assert picture.startswith(b"\\x89PNG"), picture[:8]
assert sys.argv[1:] == ["stdin", "stdout", "-l", "eng", "--psm", "11", "tsv"], sys.argv
limit = os.environ.get("OMP_THREAD_LIMIT")
print("level\\tconf\\ttext")
for conf, word in {words!r}:
    print(f"5\\t{{conf}}\\t{{word}}" + ("" if limit == "1" else "\\x00"))
print("1\\t-1\\t")
"""
on_unix = pytest.mark.skipif(sys.platform == "win32", reason="a script stands for the program")


class Place:
    """The only folder in which programs are looked for."""

    def __init__(self, folder: Path) -> None:
        self.program = folder / "tesseract"

    def put(self, *words: tuple[float, str]) -> None:
        """A Tesseract that says these words of any picture, each with its confidence."""
        self.script(COUNTERFEIT.format(python=sys.executable, words=words))

    def script(self, text: str) -> None:
        self.program.write_text(text)
        self.program.chmod(0o755)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("PATH", str(tmp_path))
    heading_ocr.available.cache_clear()
    yield Place(tmp_path)
    heading_ocr.available.cache_clear()


@on_unix
def test_a_heading_of_another_contest_refuses_the_page(reader: Reader, place: Place):
    place.put((96.5, "DPRD"))
    record = reader.read(photo(FORM))
    assert record.status == "problem"
    assert [p.code for p in record.problems] == ["heading_conflict"]
    assert "DPRD" in record.problems[0].hint.en
    assert "DPRD" in record.problems[0].hint.id


@on_unix
@pytest.mark.parametrize("words", [("DPR", "PARTAI"), ()])
def test_the_own_heading_or_none_refuses_nothing(words: tuple[str, ...], reader: Reader, place: Place):
    place.put(*((96.5, word) for word in words))
    assert heading_ocr.available() == "5.3.0"
    record = reader.read(photo(FORM))
    assert (record.status, record.problems) == ("settled", ())


@pytest.mark.usefixtures("place")
def test_without_tesseract_nothing_is_refused(reader: Reader):
    assert heading_ocr.available() is None
    assert reader.read(photo(FORM)).page is not None


@needs_tesseract
def test_a_twin_is_refused_and_the_form_itself_is_not(reader: Reader, twin: Path):
    assert [p.code for p in reader.read(photo(twin)).problems] == ["heading_conflict"]
    assert reader.read(photo(FORM)).page is not None
    careless = Reader(Options(templates=("dpr-plano-2019",), headings=False))
    assert careless.read(photo(twin)).page is not None


@on_unix
@pytest.mark.parametrize("before", [None, "4"])
def test_tesseract_alone_is_told_to_run_on_one_thread(
    before: str | None, place: Place, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("OMP_THREAD_LIMIT", raising=False)
    if before is not None:
        monkeypatch.setenv("OMP_THREAD_LIMIT", before)
    place.put((96.5, "DPRD"), (12, "PRESIDEN"), (90, '"KWK'))
    with monkeypatch.context() as patch:
        patch.setattr(os, "putenv", None)  # whoever sets a variable of this process fails
        assert heading_ocr.words_on(WHITE) == ["DPRD", "KWK"]
    assert os.environ.get("OMP_THREAD_LIMIT") == before


@on_unix
def test_a_tesseract_that_fails_says_nothing(place: Place):
    place.script("#!/bin/sh\nexit 1\n")
    assert heading_ocr.words_on(WHITE) == []
