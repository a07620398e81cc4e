"""Cells that hold no digit, and corrected ones, are what they say they are."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from conftest import ROOT

from ocr_recap.synth.writing import shapes

sys.path.insert(0, str(ROOT / "training" / "digits"))
import corrections
import strange


def test_strange_cells_are_the_same_every_time_and_all_there() -> None:
    made, again = strange.strange_cells(7), strange.strange_cells(7)
    assert list(made)[-1] == "alike"
    assert len(made) == 11
    for name, (patches, boxes) in made.items():
        assert (patches.shape, patches.dtype, boxes.shape) == ((7, 48, 48), np.uint8, (7, 2))
        assert (patches == again[name][0]).all()
        assert patches.std(axis=(1, 2)).max() > 4, f"{name} is empty"


def test_no_strange_shape_is_drawn_for_training() -> None:
    known = {g for pool in (*shapes.ROUND.values(), *shapes.SEVEN_SEGMENT.values()) for g in pool}
    known |= set(shapes.LETTERS.values())
    for pool in (strange.LETTERS, strange.SIGNS, strange.DEVANAGARI, strange.ARABIC):
        assert not known & set(pool.values())
    assert not set("bgijloqrsyzBDGIJOQSZ") & set(strange.LETTERS)


def test_bounds_and_sums_stand_in_the_table() -> None:
    found = {"letters": [1, 0, 1000], "noise": [0, 0, 1000], "alike": [900, 800, 1000]}
    lines = strange.table(found)
    assert lines[2] == "| letters | 1,000 | 1 (0.56%) | 0 (0.37%) |"
    assert lines[4].startswith("| **all of these** | 2,000 | 1 (0.28%)")
    assert "not judged" in lines[5]


@pytest.mark.parametrize("manner", corrections.CORRECTIONS)
def test_corrected_cells_have_two_digits(manner: corrections.Manner) -> None:
    made = corrections.corrected(manner, 11, np.random.default_rng(3))
    again = corrections.corrected(manner, 11, np.random.default_rng(3))
    assert (made.was != made.now).all()
    assert (made.patches == again.patches).all()
    assert made.boxes.shape == (11, 2)


@pytest.mark.slow
def test_correction_figures_count_what_is_read() -> None:
    class Struck:
        """Always sure of the struck digit, in the order in which cells come."""

        def read(self, patches: np.ndarray, boxes: np.ndarray) -> np.ndarray:
            table = np.full((len(patches), 14), -20.0)
            table[:, 3] = 0.0
            return table

    found = corrections.correction_figures(Struck(), 60)  # type: ignore[arg-type]
    for i, manner in enumerate(corrections.CORRECTIONS):
        made = corrections.corrected(manner, 60, np.random.default_rng((corrections.SEED, i)))
        f = found[manner]
        assert f["struck_0.99"] == f["struck"] == int((made.was == 3).sum())
        assert f["right_0.99"] == int((made.now == 3).sum())
        assert f["third_0.99"] == 60 - f["struck"] - f["right"]
        assert f["other"] == 0
    assert len(corrections.table(found)) == 2 + len(corrections.CORRECTIONS)
