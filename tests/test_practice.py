"""Practice cells: cells of whole photos with characters drawn by chance, and the folder that training reads."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

from ocr_recap.cells.digit_reader import CLASSES, OTHER, DigitReader
from ocr_recap.synth.cells import cells, practice
from ocr_recap.synth.writing import sources
from ocr_recap.synth.writing.hand import writers_of

sys.path.insert(0, str(ROOT / "training" / "digits"))
from practice import described, digest, known, load, mix_of, save

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


def test_a_folder_says_what_was_put_in(made: list[cells.LabelledCells], tmp_path: Path) -> None:
    save(made[:1], tmp_path / "0000.npz")
    assert described(tmp_path) == {"sha256": digest(tmp_path)}
    (tmp_path / "made.json").write_text('{"cells": 3}', encoding="utf-8")
    assert described(tmp_path) == {"sha256": digest(tmp_path), "cells": 3}


def test_images_of_every_source_are_named(mix: cells.Mix) -> None:
    signs = sources.Source(np.zeros((5, 64, 64), np.uint8), np.full(5, 10, np.uint8), True)
    found = known(replace(mix, signs=signs))
    assert found["omniglot"]["images"] == 5
    assert found["semeion"]["images"] == len(mix.sources["semeion"].labels)
    assert set(known(mix)) == set(mix.sources)


def test_rows_are_worn_only_with_packed_sources(tmp_path: Path) -> None:
    assert mix_of(None, None, "train").scans == 0
    writers = np.arange(10, dtype=np.uint8)
    for name, labels in (("kensanata", writers), ("pendigits", writers), ("omniglot", np.full(10, 13, np.uint8))):
        np.savez(tmp_path / f"{name}.npz", images=np.zeros((10, 64, 64), np.uint8), labels=labels, writers=writers)
    found = mix_of(None, tmp_path, "train")
    assert found.scans > 0
    assert {"strokes", "semeion", "kensanata", "pendigits"} == set(found.weights)
    assert found.signs is not None
    assert found.signs.writers is not None
    assert set(found.signs.writers) == set(range(2, 10))
