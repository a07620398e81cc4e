"""Numbers in words: spelling, habits of officers, and the letters that they are written with."""

from __future__ import annotations

import re

import numpy as np
import pytest

from ocr_recap.synth.writing import hand, letter_shapes
from ocr_recap.synth.writing.letters import LINE, STRUCK, lettering, write_words
from ocr_recap.synth.writing.number_words import DIGITS, LARGEST, WordHabit, as_officer_writes, first_try, slip, spell
from ocr_recap.synth.writing.strokes import Writer

HAND = hand.plain(Writer.from_seed(42))


def value(text: str) -> int:
    """The number that words mean, by their grammar."""
    total = part = 0
    for word in text.split():
        if word in DIGITS:
            part += DIGITS.index(word)
        elif word == "BELAS":
            part += 10
        elif word in ("SEPULUH", "SEBELAS"):
            part += 10 + (word == "SEBELAS")
        elif word in ("PULUH", "SERATUS", "RATUS"):
            total, part = total + (part or 1) * {"PULUH": 10}.get(word, 100), 0
        else:
            total, part = (total + part or 1) * 1000, 0
    return total + part


def extent(lines: list[np.ndarray]) -> tuple[float, float, float, float]:
    points = np.vstack(lines)
    return (*points.min(axis=0), *points.max(axis=0))


def test_every_number_has_words_of_its_own_that_mean_it() -> None:
    texts = [spell(number) for number in range(LARGEST + 1)]
    assert [value(text) for text in texts] == list(range(LARGEST + 1))
    assert texts[123] == "SERATUS DUA PULUH TIGA"
    assert texts[1011] == "SERIBU SEBELAS"
    assert {texts[n] for n in (0, 10, 11, 12)} == {"NOL", "SEPULUH", "SEBELAS", "DUA BELAS"}


@pytest.mark.parametrize("number", [-1, 10_000])
def test_numbers_without_words_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="not in 0"):
        spell(number)


def test_officers_write_what_the_issue_lists() -> None:
    rng = np.random.default_rng(5)
    drawn = [as_officer_writes(int(rng.integers(1000)), rng, lines=2) for _ in range(4000)]
    drawn += [as_officer_writes(0, rng) for _ in range(200)]
    assert {words.text for words in drawn if words.truth == 0} >= {"NOL", "KOSONG", "NIHIL", "-", LINE}
    assert any("SATU RATUS" in words.text for words in drawn)
    assert any("RATUSDUA" in words.text for words in drawn)
    assert any(len(words.lines) == 2 for words in drawn)
    assert {words.style for words in drawn} == {"capitals", "small", "mixed", "joined"}
    struck = [words for words in drawn if STRUCK in "".join(words.lines)]
    assert 20 < len(struck) < 200
    for words in drawn:
        written = re.sub(rf"{STRUCK}[^{STRUCK}]*{STRUCK} ?", "", " ".join(words.lines))
        assert written.upper() == words.text
        assert all(line.count(STRUCK) % 2 == 0 for line in words.lines)
        assert words.style != "capitals" or written == written.upper()


def test_a_slip_changes_one_letter() -> None:
    rng = np.random.default_rng(1)
    for _ in range(300):
        text = slip("DUA PULUH", rng)
        assert -1 <= len(text) - 9 <= 1
        assert sum(a != b for a, b in zip(sorted(text), sorted("DUA PULUH"), strict=False)) <= 9
    assert len({slip("TIGA", rng) for _ in range(300)}) > 8


def test_a_first_try_is_struck_out_and_the_right_words_follow() -> None:
    rng = np.random.default_rng(2)
    tried = {first_try(21, "DUA PULUH SATU", rng) for _ in range(100)}
    assert len(tried) > 30
    assert all(re.sub(r"~[^~]*~ ", "", text) == "DUA PULUH SATU" for text in tried)


def test_one_officer_keeps_the_same_habits() -> None:
    habit = WordHabit("small", "NIHIL", satu_ratus=True, spaces=1.0, wraps=20, suffix=False)
    rng = np.random.default_rng(3)
    texts = [as_officer_writes(number, rng, habit).text for number in (0, 100) for _ in range(60)]
    assert texts.count("NIHIL") > 50
    assert texts.count("SATU RATUS") > 50


@pytest.mark.parametrize("joined", [False, True])
def test_letters_stand_side_by_side_on_the_base_line(joined: bool) -> None:
    rng = np.random.default_rng(4)
    for text in ("SERATUS", "delapan", "Kosong"):
        left, top, right, bottom = extent(write_words(text, HAND, rng, joined=joined))
        assert -0.4 < left < 0.3
        assert -0.3 < top < 0.3
        assert 1.5 < right < 9
        assert 0.9 < bottom < 1.7
    assert len(write_words("delapan", HAND, rng, joined=True)) == 1
    assert len(write_words("delapan", HAND, rng)) >= 7


def test_every_letter_has_a_shape_and_writers_differ() -> None:
    rng = np.random.default_rng(6)
    assert len(letter_shapes.CAPITALS) == len(letter_shapes.SMALL) == 26
    for char in [*letter_shapes.CAPITALS, *letter_shapes.SMALL, *"0123456789-_"]:
        assert write_words(char, HAND, rng)
    assert len({lettering(seed).variants for seed in range(50)}) == 50
    assert lettering(7) == lettering(7)


def test_struck_out_text_has_lines_through_it() -> None:
    plain = write_words("TIGA", HAND, np.random.default_rng(8))
    struck = write_words("~TIGA~", HAND, np.random.default_rng(8))
    assert len(struck) > len(plain)
    added = extent(struck[len(plain) :])
    assert added[0] < 0.3
    assert added[2] > extent(plain)[2] - 0.4
