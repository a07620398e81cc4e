"""The words of a number are cut as one strip for each written line, wherever they stand, and print is left out."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from ocr_recap.cells.crop import crop
from ocr_recap.cells.words_crop import HEIGHT, LETTERS, WordsPatches
from ocr_recap.cells.words_lines import print_in
from ocr_recap.forms import template
from ocr_recap.forms.template import Template
from ocr_recap.imaging.photo import Photo, load
from ocr_recap.locate.located import Located
from ocr_recap.synth.forms.fill import FieldWriting, fill_page
from ocr_recap.synth.forms.words import WrittenWords
from ocr_recap.synth.writing.strokes import Writer

SCALE = 6.0
# Drawings of one line, and of as many lines as words, by form: page, number, text, lines.
CASES = [
    ("c-hasil-ppwp-2024", "2", "votes_1", "SERATUS DUA PULUH TIGA", (1, 2)),
    ("c-hasil-kwk", "2", "votes_2", "DUA RATUS", (1, 2)),
    ("c-hasil-kwk", "3", "grand_total", "DUA RATUS TUJUH", (1,)),
    ("c-hasil-salinan-ppwp-2024", "2", "votes_3", "EMPAT PULUH", (1,)),
    ("c1-kwk-2017", "plano", "votes_3", "SEMBILAN PULUH DUA", (2, 3)),
    ("c1-kwk-2015-pekalongan", "plano", "votes_2", "LIMA PULUH TUJUH", (1, 2, 3)),
    ("ppwp-plano-2019", "lembar-2", "valid_total", "SERATUS TIGA", (1,)),
    ("dpr-plano-2019", "lembar-2-hal-3", "votes_party", "DUA BELAS", (1, 2)),
]


def flat(form: Template, page: str, writing: dict[str, FieldWriting]) -> tuple[Photo, Located]:
    """A page as a scanner sees it, and its place."""
    sheet = fill_page(form, page, writing, Writer.from_seed(126), np.random.default_rng(5), SCALE)
    matrix = np.array([[SCALE, 0, -0.5], [0, SCALE, -0.5], [0, 0, 1]])
    return load(np.rint(0.9 * sheet).astype(np.uint8), "page"), Located(form, page, matrix, 0.0, 1.0, ("lines",))


def cut(form: Template, page: str, name: str, text: str, seed: int = 4) -> WordsPatches:
    words = WrittenWords(text, "words", 0, False, seed) if text else None
    photo, located = flat(form, page, {name: FieldWriting("   ", words=words)})
    found = crop(photo, located)[name].words
    assert found is not None
    return found


def ink(strip: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return strip < 0.75 * np.percentile(strip, 90)


@pytest.mark.parametrize(("form", "page", "name", "text", "lines"), CASES)
def test_each_line_of_words_is_a_strip(form: str, page: str, name: str, text: str, lines: tuple[int, ...]) -> None:
    found = cut(template.load(form), page, name, text)
    assert len(found.strips) in lines
    assert len(found.lines) == len(found.strips)
    for strip in found.strips:
        assert (strip.shape[0], strip.dtype) == (HEIGHT, np.uint8)
        rows = np.flatnonzero(ink(strip).any(axis=1))
        assert 0.7 * LETTERS <= np.ptp(rows) + 1 <= HEIGHT
    letters = sum(len(word) for word in text.split())
    width = sum(strip.shape[1] for strip in found.strips)
    assert 6 * letters < width < 40 * letters


@pytest.mark.parametrize(("form", "page", "name", "text", "lines"), CASES)
def test_where_nothing_is_written_there_is_no_strip(
    form: str, page: str, name: str, text: str, lines: tuple[int, ...]
) -> None:
    found = cut(template.load(form), page, name, "")
    assert (found.strips, found.lines, found.height_px) == ((), (), 0.0)
    assert found.quad.shape == (4, 2)


def test_height_is_that_of_the_letters_on_the_photo() -> None:
    form = template.load("c-hasil-ppwp-2024")
    found = cut(form, "2", "votes_1", "SATU")
    corners = found.lines[0]
    assert np.linalg.norm(corners[3] - corners[0]) * LETTERS / HEIGHT == pytest.approx(found.height_px, abs=0.01)
    assert 10 < found.height_px < 80


def test_texts_and_dots_that_are_printed_in_the_space_are_known() -> None:
    kwk = template.load("c-hasil-kwk")
    space = next(field.words for field in kwk.fields if field.id == "votes_1")
    assert space is not None
    said = print_in(kwk.page("2"), space.rect)
    assert [y for y, _, _ in said.dots] == [178, 188, 198, 208, 218]
    page2 = template.load("c-hasil-ppwp-2024")
    space = next(field.words for field in page2.fields if field.id == "votes_1")
    assert space is not None
    (label,) = print_in(page2.page("2"), space.rect).texts
    assert label[0] == 90.5
    assert 150 < label[1] < 156.3 < label[3]


def test_words_that_are_not_all_in_the_photo_are_absent() -> None:
    form = template.load("c-hasil-ppwp-2024")
    words = WrittenWords("SATU", "words", 1, False, 4)
    photo, located = flat(form, "2", {name: FieldWriting("  1", words=words) for name in ("votes_1", "votes_2")})
    cut_off = np.ascontiguousarray(photo.gray[:, round(60 * SCALE) :])
    move = np.array([[1, 0, -60 * SCALE], [0, 1, 0], [0, 0, 1]])
    part = replace(located, homography=move @ located.homography)
    found = crop(replace(photo, gray=cut_off, width=cut_off.shape[1]), part)
    assert found["votes_1"].words is None
    assert crop(photo, located)["votes_1"].words is not None


def test_a_form_without_space_for_words_has_no_patches_of_them() -> None:
    form = template.load("c1-ppwp-2014")
    photo, located = flat(form, "lampiran-1", {"votes_1": FieldWriting("125")})
    assert {patches.words for patches in crop(photo, located).values()} == {None}


def test_lines_that_stand_close_together_are_told_apart() -> None:
    form = template.load("c1-kwk-2017")
    field = next(f for f in form.fields if f.id == "votes_1")
    assert field.words is not None
    photo, located = flat(form, "plano", {})
    x0, y0, _, _ = (SCALE * value for value in field.words.rect)
    drawn = photo.gray.copy()
    for row, text in enumerate(("DELAPAN", "BELAS")):
        place = round(x0 + 3 * SCALE), round(y0 + (8 + 2.9 * row) * SCALE)
        cv2.putText(drawn, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.62, 20, 2, cv2.LINE_AA)
    found = crop(replace(photo, gray=drawn), located)["votes_1"].words
    assert found is not None
    assert len(found.strips) == 2
