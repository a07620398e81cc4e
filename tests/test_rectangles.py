"""Small rectangles of a picture, and pictures of paper as seen from above."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr_recap.imaging.homography import project
from ocr_recap.imaging.rectangles import find_rectangles
from ocr_recap.imaging.resample import seen_from_above

CENTERS = np.array([[200.0, 180], [300, 230], [420, 140], [520, 300]])


def boxes(size: tuple[float, float], angle: float) -> np.ndarray:
    """A picture of four boxes beside a circle and a long strip, which are none."""
    gray = np.full((500, 700), 220, np.uint8)
    for x, y in CENTERS:
        corners = cv2.boxPoints(((float(x), float(y)), size, angle))
        cv2.polylines(gray, [np.rint(corners).astype(np.int32)], True, 60, 3)
    cv2.circle(gray, (200, 390), 30, 60, 3)
    cv2.rectangle(gray, (300, 400), (600, 440), 60, 3)
    noise = np.random.default_rng(1).normal(0, 3, gray.shape)
    return (gray + noise).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("angle", [0.0, 25.0, 65.0])
def test_each_box_is_found_once_and_nothing_else(angle: float) -> None:
    found = find_rectangles(boxes((60, 44), angle))
    assert len(found.centers) == len(CENTERS)
    apart = np.linalg.norm(found.centers[:, None] - CENTERS, axis=2)
    assert apart.min(axis=1).max() < 1.5
    assert sorted(apart.argmin(axis=1)) == [0, 1, 2, 3]
    assert np.sort(found.sides, axis=1) == pytest.approx(np.tile([47.0, 63.0], (4, 1)), abs=5)  # outer edges
    longer = found.sides.argmax(axis=1)
    turned = np.degrees(found.angles) + 90 * longer
    assert np.abs((turned - angle + 90) % 180 - 90).max() < 3


def test_the_largest_come_first() -> None:
    gray = boxes((40, 40), 0)
    cv2.rectangle(gray, (600, 60), (670, 130), 60, 3)
    found = find_rectangles(gray)
    assert found.centers[0] == pytest.approx([635, 95], abs=1.5)
    assert (np.diff(found.sizes) <= 0).all()


def test_a_bare_wall_has_none() -> None:
    grain = np.random.default_rng(2).normal(180, 2, (400, 400)).clip(0, 255).astype(np.uint8)
    assert len(find_rectangles(grain).centers) == 0


def test_only_large_ones_are_found_where_only_they_are_asked_for() -> None:
    gray = np.full((1500, 2000), 220, np.uint8)
    cv2.rectangle(gray, (300, 300), (500, 500), 60, 5)
    cv2.rectangle(gray, (900, 300), (916, 316), 60, 3)
    large = find_rectangles(gray, large=True)
    assert len(large.centers) == 1
    assert large.centers[0] == pytest.approx([400, 400], abs=4)
    assert len(find_rectangles(gray).centers) == 2


def test_a_photo_is_seen_from_above_as_opencv_warps_it() -> None:
    rng = np.random.default_rng(3)
    gray = cv2.GaussianBlur(rng.integers(0, 255, (400, 500)).astype(np.uint8), (0, 0), 6)
    matrix = np.array([[1.1, 0.1, -30.0], [-0.08, 0.9, 50.0], [1e-4, 5e-5, 1.0]])

    def to_photo(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return project(matrix, np.stack(np.meshgrid(x, y), axis=-1))

    picture, inside = seen_from_above(gray, to_photo, (450, 380), 8)
    expected = cv2.warpPerspective(gray, matrix, (450, 380), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    at = to_photo(np.arange(450.0), np.arange(380.0))
    sides = np.array(gray.shape[::-1])
    within = ((at > 30) & (at < sides - 31)).all(axis=-1)
    without = ((at < -20) | (at > sides + 20)).any(axis=-1)
    assert picture.shape == inside.shape == (380, 450)
    assert within.any()
    assert without.any()
    assert np.abs(picture.astype(int) - expected)[within].max() <= 3
    assert inside[within].all()
    assert not inside[without].any()
