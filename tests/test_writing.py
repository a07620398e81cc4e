"""How a number's boxes are weighed together, against the definition written out: every text of every filling."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_recap.cells.digit_reader import CLASSES, OTHER, bounds, likely
from ocr_recap.decide import box_prior, evidence

SIGNS = "X- "


def boxes(*said: dict[str, float] | str) -> np.ndarray:
    """(n, 14) chances: of each box a character that is all but sure, or some of them; the rest is spread evenly."""
    table = np.zeros((len(said), len(CLASSES)))
    for row, box in zip(table, said, strict=True):
        shown = {box: 0.9987} if isinstance(box, str) else box
        row[:] = (1 - sum(shown.values())) / len(CLASSES)
        for character, chance in shown.items():
            row[CLASSES.index(character)] += chance
    return table


def any_boxes(count: int, seed: int, sharp: float) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(len(CLASSES), sharp), count)


def fillings(text: str) -> float:
    """How likely officers who fill boxes as usual write just this text; `?` counts as a used box."""
    n, found = len(text), 0.0
    for unused in range(n + 1):
        share = 0.5 if unused == 0 else 0.1 if unused == n else 0.4 / (n - 1)
        share = 0.9 if n == 1 and unused == 0 else share
        used = text[unused:]
        if set(used) & set(SIGNS):
            continue
        written = np.prod([0.03 if c == "?" else 0.97 / 10 for c in used])
        signs = sum(text[:unused] == sign * unused for sign in SIGNS) / 3 if unused else 1.0
        found += share * signs * float(written)
    return found


def by_definition(chances: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Numbers, blank and unreadable, from the weights of all texts."""
    n = len(chances)
    numbers, blank, unreadable, total = np.zeros(10**n), 0.0, 0.0, 0.0
    for classes in product(range(len(CLASSES)), repeat=n):
        text = "".join(CLASSES[i] for i in classes)
        said = float(np.prod([chances[k, i] for k, i in enumerate(classes)]))
        trained = float(np.prod([box_prior.TRAINED[i] for i in classes]))
        weight = said * (0.1 + 0.9 * fillings(text) / trained)
        total += weight
        hidden = [k for k, i in enumerate(classes) if i == OTHER]
        unreadable += weight * (1 - 0.9 ** len(hidden))
        for digits in product("0123456789", repeat=len(hidden)):
            filled = list(text)
            for k, digit in zip(hidden, digits, strict=True):
                filled[k] = digit
            kind, value = evidence.interpret("".join(filled))
            if kind == "number" and value is not None:
                numbers[value] += weight * 0.09 ** len(hidden)
            blank += weight * (kind == "blank")
    return numbers / total, blank / total, unreadable / total


@given(st.integers(1, 2), st.integers(0, 2**32), st.sampled_from([0.05, 0.3, 2.0]))
@settings(max_examples=30, deadline=None)
def test_numbers_are_weighed_as_the_definition_says(count: int, seed: int, sharp: float) -> None:
    chances = any_boxes(count, seed, sharp)
    found = box_prior.read_boxes(chances)
    numbers, blank, unreadable = by_definition(chances)
    assert found.numbers == pytest.approx(numbers, rel=1e-9, abs=1e-15)
    assert found.blank == pytest.approx(blank, rel=1e-9)
    assert found.unreadable == pytest.approx(unreadable, rel=1e-6, abs=1e-12)
    assert found.unreadable <= found.scribbled


@given(st.integers(1, 4), st.integers(0, 2**32), st.sampled_from([0.05, 0.3, 2.0]))
@settings(max_examples=60, deadline=None)
def test_one_number_alone_weighs_no_less_than_in_the_table_of_all(count: int, seed: int, sharp: float) -> None:
    chances = any_boxes(count, seed, sharp)
    found = box_prior.read_boxes(chances)
    assert found.numbers.sum() + found.blank + found.unreadable <= 1 + 1e-9
    shown = bounds(likely(np.log(chances + 1e-300)))
    for value in (0, 7, *np.random.default_rng(seed).integers(0, 10**count, 5).tolist()):
        if value < 10**count:
            assert box_prior.chance_at_most(chances, chances, value) == pytest.approx(found.numbers[value], rel=1e-9)
            assert box_prior.chance_at_most(*shown, value) >= found.numbers[value] - 1e-9
    assert box_prior.chance_at_most(chances, chances, 10**count) == 0.0


@pytest.mark.parametrize("text", ["117", "XX7", "--7", "  7", "007", "X07", "X-7", "- 7", " 17", "XXX", "000", "-X-"])
def test_what_is_written_clearly_is_read_whatever_the_filling(text: str) -> None:
    kind, value = evidence.interpret(text)
    assert kind == "number"
    assert value is not None
    assert box_prior.read_boxes(boxes(*text)).numbers[value] > 0.97


@pytest.mark.parametrize("text", ["7X ", "1 7", "1XX"])
def test_a_clear_sign_after_a_digit_stays_there(text: str) -> None:
    found = box_prior.read_boxes(boxes(*text))
    assert found.numbers.sum() + found.blank + found.unreadable < 0.06


def test_boxes_tell_what_stands_beside_them() -> None:
    """An X that may be a 4 is one beside another X; beside nothing it is rather the digit."""
    doubtful = {"X": 0.5, "4": 0.499}
    crosses, dashes = box_prior.read_boxes(boxes("X", doubtful, "5")), box_prior.read_boxes(boxes("-", doubtful, "5"))
    assert crosses.numbers[5] > 0.8
    assert dashes.numbers[45] > 0.8


def test_empty_boxes_are_empty_together() -> None:
    """Three boxes that are empty by 0.97 each are a blank by more than the product of that, 0.91."""
    nothing = {" ": 0.97, "1": 0.01, "-": 0.01, "?": 0.0095}
    assert 0.99 < box_prior.read_boxes(boxes(nothing, nothing, nothing)).blank < 1
    assert box_prior.read_boxes(boxes(nothing, nothing, {"1": 0.9, " ": 0.0995})).numbers[1] > 0.5


def test_a_scribble_is_rarer_than_in_training_and_still_hides_any_digit() -> None:
    doubtful = {"?": 0.8, "8": 0.1995}
    found = box_prior.read_boxes(boxes("X", "5", doubtful))
    assert found.numbers[58] > 0.4
    clear = box_prior.read_boxes(boxes("X", "5", "?"))
    assert clear.numbers[50:60] == pytest.approx(np.full(10, 0.09), abs=0.005)
    assert clear.unreadable == pytest.approx(0.1, abs=0.01)
