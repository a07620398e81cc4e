"""Practice cells: cells of whole photos with characters drawn by chance, and the folder that training reads."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

from ocr_recap.cells.digit_reader import CLASSES, OTHER, DigitReader
from ocr_recap.synth.cells import cells, practice
from ocr_recap.synth.writing import sources
from ocr_recap.synth.writing.hand import writers_of

sys.path.insert(0, str(ROOT / "training" / "digits"))
from practice import digest, load, save

pytestmark = pytest.mark.slow

SEED = 3


@pytest.fixture(scope="module")
def mix() -> cells.Mix:
    return cells.usual_mix(sources.load_pack(), "calibration", {"strokes": 0.5, "semeion": 0.5})


@pytest.fixture(scope="module")
def made(mix: cells.Mix) -> list[cells.LabelledCells]:
    return [practice.practice_cells("calibration", mix, SEED, index) for index in range(12)]


def test_every_cell_is_cut_as_often_as_told_and_never_alike(made: list[cells.LabelledCells]) -> None:
    for photo in made:
        labels, patches = photo.labels.reshape(-1, practice.CUTS), photo.patches.reshape(-1, practice.CUTS, 48, 48)
        assert (labels == labels[:, :1]).all()
        assert (patches[:, 0] != patches[:, 1]).any(axis=(1, 2)).all()
        assert photo.boxes.shape == (len(photo.labels), 2)


def test_all_characters_come_in_the_shares_of_training(made: list[cells.LabelledCells]) -> None:
    labels = np.concatenate([photo.labels for photo in made])
    shares = np.bincount(labels, minlength=len(CLASSES)) / len(labels)
    assert len(labels) > 400
    assert (shares > 0.02).all()
    assert 0.06 < shares[OTHER] < 0.25


def test_labels_are_what_is_written(made: list[cells.LabelledCells]) -> None:
    """The shipped readers agree with far more labels than any shift by a cell would leave."""
    labels = np.concatenate([photo.labels for photo in made])
    table = DigitReader().read(
        np.concatenate([photo.patches for photo in made]),
        np.concatenate([photo.boxes for photo in made]).astype(np.float64),
    )
    assert (table.argmax(axis=1) == labels).mean() > 0.75


def test_the_same_photo_comes_again_and_another_one_is_another(mix: cells.Mix, made: list[cells.LabelledCells]) -> None:
    again = practice.practice_cells("calibration", mix, SEED, 1)
    assert (again.patches == made[1].patches).all()
    assert (again.labels == made[1].labels).all()
    assert not np.array_equal(made[0].patches, made[1].patches)


def test_hands_are_of_the_part_and_trace_segments_more_often_than_chance(mix: cells.Mix) -> None:
    rng = np.random.default_rng(1)
    hands = [practice._hand("calibration", mix, rng) for _ in range(200)]
    assert {hand.writer.seed % 10 for hand in hands} == {1}
    ours = [hand for hand in hands if hand.glyphs is None]
    assert {writers_of(hand) for hand in ours} == {"calibration"}
    assert np.mean([hand.writer.seven_segment for hand in ours]) > 0.28, "0.2 by chance"
    pasted = [hand.glyphs for hand in hands if hand.glyphs is not None]
    assert len(pasted) > 60
    images = {image.tobytes() for image in mix.sources["semeion"].images}
    assert all(image.tobytes() in images for glyphs in pasted for image in glyphs.images)


def test_a_folder_gives_back_what_was_put_in(made: list[cells.LabelledCells], tmp_path: Path) -> None:
    save(made[:2], tmp_path / "0000.npz")
    first = digest(tmp_path)
    save(made[2:3], tmp_path / "0001.npz")
    whole = load(tmp_path)
    assert (whole.patches == np.concatenate([photo.patches for photo in made[:3]])).all()
    assert (whole.labels == np.concatenate([photo.labels for photo in made[:3]])).all()
    assert digest(tmp_path) != first
    with pytest.raises(ValueError, match=r"practice\.py"):
        load(tmp_path / "nothing")
