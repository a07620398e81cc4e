"""Strips and cells of whole photos whose numbers are altered by chance, and the folder that training reads."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

from ocr_recap.cells.alteration_reader import AlterationReader
from ocr_recap.synth.cells import alteredpages
from ocr_recap.synth.cells.alteredcells import UNKNOWN, AlteredStrip

sys.path.insert(0, str(ROOT / "training" / "digits"))
import altered_pages

pytestmark = pytest.mark.slow

SEED = 5
Numbers = list[tuple[AlteredStrip, np.ndarray]]


@pytest.fixture(scope="module")
def made() -> Numbers:
    return [number for index in range(10) for number in alteredpages.altered_page("calibration", SEED, index)]


def test_labels_are_what_is_drawn(made: Numbers) -> None:
    """The shipped nets, which never saw these pages, agree with the labels far more than chance would."""
    reader = AlterationReader()
    struck = np.array([strip.struck for strip, _ in made])
    said = reader.struck([strip.picture for strip, _ in made])
    assert (struck == 1).sum() >= 10
    assert (struck == 0).sum() >= 20
    assert said[struck == 1].mean() > said[struck == 0].mean() + 0.5
    over = np.concatenate([strip.overwritten for strip, _ in made])
    boxes = reader.overwritten(np.concatenate([cells for _, cells in made]))
    assert (over == 1).sum() >= 8
    assert boxes[over == 1].mean() > boxes[over == 0].mean() + 0.3
    for strip, cells in made:
        assert len(strip.overwritten) == len(cells)
        if strip.struck == 1:
            assert (strip.overwritten == UNKNOWN).all()


def test_the_same_photo_comes_again(made: Numbers) -> None:
    again = alteredpages.altered_page("calibration", SEED, 0)
    assert 0 < len(again) <= len(made)
    for (one, cells), (other, same) in zip(made, again, strict=False):
        assert np.array_equal(one.picture, other.picture)
        assert np.array_equal(cells, same)


def test_training_reads_what_was_saved_and_leaves_out_what_is_unknown(made: Numbers, tmp_path: Path) -> None:
    altered_pages.save(made[:30], tmp_path / "0000.npz")
    altered_pages.save(made[30:], tmp_path / "0001.npz")
    pages = altered_pages.load(tmp_path)
    known = [strip for strip, _ in made if strip.struck != UNKNOWN]
    assert sum(len(struck) for _, struck in pages.strips.values()) == len(known)
    assert sum(int(struck.sum()) for _, struck in pages.strips.values()) == sum(strip.struck for strip in known)
    over = np.concatenate([strip.overwritten for strip, _ in made])
    assert len(pages.cells) == len(pages.overwritten) == (over != UNKNOWN).sum()
    chosen = pages.some_strips(50, np.random.default_rng(1))
    assert sum(len(struck) for _, struck in chosen.values()) == 50
    assert all(pictures.shape[1:] == (48, width) for width, (pictures, _) in chosen.items())
    patches, labels = pages.some_cells(20, np.random.default_rng(1))
    assert patches.shape == (20, 48, 48)
    assert labels.mean() == pytest.approx(altered_pages.OVER_SHARE)


def test_a_folder_without_pages_says_how_to_draw_them(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"altered_pages\.py"):
        altered_pages.load(tmp_path)
