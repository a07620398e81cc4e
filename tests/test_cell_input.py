"""Pictures of cells of any size become patches; what cannot be one is refused by name."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ocr_recap.cells.digit_reader import CLASSES, DigitReader
from ocr_recap.cells.external_crops import SMALLEST, patch_of, patches_of
from ocr_recap.synth.cells import cells
from ocr_recap.synth.writing import sources

sides = st.integers(SMALLEST, 120)
shapes = st.one_of(st.tuples(sides, sides), st.tuples(sides, sides, st.just(3)))


@pytest.fixture(scope="module")
def digits() -> DigitReader:
    return DigitReader()


@settings(max_examples=80, deadline=None)
@given(shapes.flatmap(lambda shape: arrays.arrays(np.uint8, shape)), st.floats(0, 3))
def test_every_picture_with_a_box_becomes_a_patch(picture: np.ndarray, margin: float) -> None:
    height, width = picture.shape[:2]
    box_height = height / (1 + 2 * margin)
    assume(min(box_height, width - 2 * margin * box_height) >= 1)
    before = picture.copy()
    patch, box = patch_of(picture, margin)
    assert (patch.shape, patch.dtype) == ((48, 48), np.uint8)
    assert 0 < box[0] <= 56.001 and 0 < box[1] <= 44.001
    assert (picture == before).all()
    assert patch.min() >= min(picture.min(), patch[0, 0])


@given(st.integers(60, 120), st.integers(SMALLEST, 20), st.floats(0.5, 3))
def test_a_picture_that_is_all_margin_is_refused(height: int, width: int, margin: float) -> None:
    with pytest.raises(ValueError, match="no box inside"):
        patch_of(np.full((height, width), 200, np.uint8), margin)


@settings(max_examples=25, deadline=None)
@given(shapes.flatmap(lambda shape: arrays.arrays(np.uint8, shape)))
def test_the_reader_takes_every_patch_and_its_probabilities_sum_to_one(
    digits: DigitReader, picture: np.ndarray
) -> None:
    found = np.exp(digits.read(*patches_of([picture])))
    assert found.shape == (1, len(CLASSES))
    assert np.isfinite(found).all()
    assert found.sum() == pytest.approx(1)


@pytest.mark.parametrize("level", [0, 1, 128, 254, 255])
@pytest.mark.parametrize("shape", [(4, 4), (64, 64), (20, 100, 3), (4, 3000), (3000, 4), (300, 300, 3)])
def test_a_constant_picture_stays_constant_and_is_no_sure_digit(
    digits: DigitReader, level: int, shape: tuple[int, ...]
) -> None:
    patches, boxes = patches_of([np.full(shape, level, np.uint8)])
    assert (patches == level).all()
    assert np.exp(digits.read(patches, boxes))[0, :10].max() < 0.99


def test_margin_says_where_the_box_is() -> None:
    # A box of 40 x 40 px with 10 px around it: its lines come to lie 16 px from the middle of the patch.
    picture = np.full((60, 60), 230, np.uint8)
    picture[10:50, 10:12] = picture[10:50, 48:50] = picture[10:12, 10:50] = picture[48:50, 10:50] = 20
    columns = patch_of(picture, 0.25)[0][24].astype(int)
    dark = np.flatnonzero(columns < 120)
    assert abs(int(dark.min()) - 8) <= 1
    assert abs(int(dark.max()) - 39) <= 1
    # Without it the whole picture is taken for the box.
    assert np.flatnonzero(patch_of(picture)[0][24] < 120).min() > 11


def test_a_cell_keeps_its_shape_and_its_place() -> None:
    narrow = np.full((80, 40), 220, np.uint8)
    narrow[:, 18:22] = 0
    patch, box = patch_of(narrow)
    assert box == pytest.approx((64 / 3, 128 / 3))
    inked = np.flatnonzero((patch < 110).any(axis=0))
    assert inked.mean() == pytest.approx(23.5, abs=1)
    assert 1 <= len(inked) <= 4
    rows = np.flatnonzero((patch < 110).any(axis=1))
    assert len(rows) == pytest.approx(43, abs=1), "1:2 cells are scaled by their width, up to 44 px"


def test_a_huge_margin_costs_no_memory() -> None:
    patch, _ = patch_of(np.random.default_rng(1).integers(0, 256, (4000, 4000)).astype(np.uint8), 900)
    assert patch.shape == (48, 48)


def test_colour_is_gray_as_opencv_weighs_it() -> None:
    picture = np.zeros((30, 30, 3), np.uint8)
    picture[..., 0] = 255  # blue
    assert (patch_of(picture)[0] == 29).all()


@pytest.mark.parametrize(
    ("picture", "error", "says"),
    [
        (np.zeros((20, 20), np.float32), TypeError, "float32"),
        (np.zeros((20, 20), np.uint16), TypeError, "uint8"),
        (np.zeros((20, 20), bool), TypeError, "bool"),
        ([[1, 2], [3, 4]], TypeError, "list"),
        (None, TypeError, "NoneType"),
        ("cell.png", TypeError, "str"),
        (np.zeros((20, 20, 4), np.uint8), ValueError, "BGR"),
        (np.zeros((1, 20, 20), np.uint8), ValueError, "shape"),
        (np.zeros((20,), np.uint8), ValueError, "shape"),
        (np.zeros((3, 20), np.uint8), ValueError, "4 x 4"),
        (np.zeros((20, 0), np.uint8), ValueError, "4 x 4"),
    ],
)
def test_what_is_no_cell_is_refused_by_name(picture: object, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        patch_of(picture)  # type: ignore[arg-type]
    with pytest.raises(error, match=r"picture 1: "):
        patches_of([np.zeros((20, 20), np.uint8), picture])  # type: ignore[list-item]


@pytest.mark.parametrize("margin", [-0.1, float("nan"), float("inf"), 40])
def test_a_margin_without_a_box_is_refused(margin: float) -> None:
    with pytest.raises(ValueError, match="margin"):
        patch_of(np.zeros((20, 20), np.uint8), margin)


def test_patches_of_nothing() -> None:
    patches, boxes = patches_of([])
    assert (patches.shape, boxes.shape) == ((0, 48, 48), (0, 2))


def test_patches_of_the_reader_stay_what_they_are(digits: DigitReader) -> None:
    """A patch whose square box is centred, given as a picture with a margin of a quarter, is read as before."""
    mix = cells.usual_mix({"semeion": sources.load_pack()["semeion"]}, "test")
    made = cells.batch(600, "test", mix, np.random.default_rng(3))
    square = np.abs(made.boxes - 32).max(axis=1) < 1.5
    patches = made.patches[square]
    again, boxes = patches_of(list(patches), 0.25)
    assert (again == patches).all()
    assert boxes == pytest.approx(np.full((len(patches), 2), 32.0))
    large = patches_of([np.kron(p, np.ones((2, 2), np.uint8)) for p in patches], 0.25)
    said, plain = digits.read(*large).argmax(axis=1), digits.read(again, boxes).argmax(axis=1)
    assert len(patches) > 100
    assert (said == plain).mean() > 0.95
