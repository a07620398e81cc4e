"""Printed boxes are seen where they are: sharp, faint and blurred, or beside a block; and nothing else is one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr_recap.cells.box_refine import BOX, WIDE, hold, snap_boxes

HALF = BOX / 2
NOISE = 2.0  # gray levels


def patch(ink: float, blur: float, off: tuple[float, float] = (0, 0)) -> np.ndarray:
    """A box with a digit's stroke in it, `off` px from the middle, its lines `ink` darker than paper of 200."""
    fine = np.full((WIDE * 8, WIDE * 8), 200.0, np.float32)
    low, high = (np.array([HALF * s + (WIDE - 1) / 2 + 0.5] * 2) + off for s in (-1, 1))
    (x0, y0), (x1, y1) = (tuple(map(round, 8 * corner)) for corner in (low, high))
    cv2.rectangle(fine, (x0, y0), (x1, y1), 200 - ink, 12)
    cv2.line(fine, (x0 + 90, y0 + 60), (x0 + 120, y1 - 60), 120.0, 20)
    gray = cv2.resize(fine, (WIDE, WIDE), interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(gray, (0, 0), blur) if blur else gray


def taken(gray: np.ndarray, seed: int = 1) -> np.ndarray:
    noisy = gray + np.random.default_rng(seed).normal(0, NOISE, gray.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def seen(*grays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return snap_boxes(np.stack(grays), HALF, HALF, np.array([len(grays)]))


@pytest.mark.parametrize(("ink", "blur"), [(100, 0), (100, 2.5), (30, 2.0), (12, 1.0)])
def test_a_box_is_seen_and_placed(ink, blur):
    shift, found = seen(taken(patch(ink, blur, (2.4, -1.6))))
    assert found.all()
    assert shift[0] == pytest.approx((2.4, -1.6), abs=0.6)


def test_a_box_is_seen_whose_lines_are_a_gray_level_high_but_even():
    shift, found = seen(taken(patch(45, 2.5)))
    assert found.all()
    assert np.abs(shift).max() < 1


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
def test_a_box_beside_a_printed_block_is_seen(side):
    gray = patch(100, 0.7)
    edge = round((WIDE - 1) / 2 - HALF)
    block = {
        "left": np.s_[10:-10, :edge],
        "right": np.s_[10:-10, WIDE - edge :],
        "top": np.s_[:edge, 10:-10],
        "bottom": np.s_[WIDE - edge :, 10:-10],
    }[side]
    gray[block] = 100
    shift, found = seen(taken(gray))
    assert found.all()
    assert np.abs(shift).max() < 1


def nothing(kind: str) -> np.ndarray:
    gray = np.full((WIDE, WIDE), 200.0, np.float32)
    if kind == "hand":  # over one side, the rest is paper
        gray[:, : WIDE // 4] = 120
    elif kind == "shadow":
        gray -= np.linspace(0, 90, WIDE, dtype=np.float32)
    elif kind == "two edges":  # paper between two blocks: no line, no box
        gray[:, :16] = gray[:, 48:] = 100
    elif kind == "one line":
        gray[:, 15:17] = 100
    elif kind == "strokes":
        for end in ((20, 60), (44, 60), (60, 30)):
            cv2.line(gray, (8, 6), end, 110.0, 3)
    return gray


@pytest.mark.parametrize("kind", ["paper", "hand", "shadow", "two edges", "one line", "strokes"])
def test_what_is_no_box_is_not_seen(kind):
    for seed in range(20):
        shift, found = seen(taken(cv2.GaussianBlur(nothing(kind), (0, 0), 1.0), seed))
        assert not found.any()
        assert np.isfinite(shift).all()


def test_cells_of_one_number_help_each_other():
    both = taken(np.minimum(patch(60, 0.5, (-3, -3)), patch(50, 0.5, (3, 3))))  # two boxes could be there
    others = [taken(patch(100, 0.5, (3, 3)), seed) for seed in range(3)]
    alone, _ = seen(both)
    shift, found = seen(*others, both)
    assert alone[0] == pytest.approx((-3, -3), abs=0.6)
    assert found.all()
    assert shift == pytest.approx(np.full((4, 2), 3.0), abs=0.6)


def test_a_box_that_is_not_seen_lies_where_the_others_of_its_number_do():
    shift = np.array([[1.0, -2.0], [0.0, 3.0], [2.0, -1.0]])
    assert hold(shift, np.array([True, False, True]))
    assert shift.tolist() == [[1.0, -2.0], [1.5, -1.5], [2.0, -1.0]]
    for found in ([True, True, True], [True, False, False]):
        assert not hold(shift.copy(), np.array(found))
    assert not hold(shift[:2].copy(), np.array([True, False])), "one is no line"
    apart = np.array([[4.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    assert not hold(apart, np.array([True, False, True])), "one of them is another box"
    assert apart[1].tolist() == [0.0, 0.0]
