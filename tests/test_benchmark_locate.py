"""How `benchmarks/locate.py` judges an answer, and that the photos it draws are what their kinds say."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
import locate_photos
from locate import Figures, Version, offsets
from locate_photos import Case, Choice

SIDE = 40.0  # px, of a box
PAGE = ("form", "1")
PLACES = {"a": [(100, 100), (160, 100)], "b": [(900, 100)]}  # px, of the boxes' upper left corners
SQUARE = np.array([[0.0, 0.0], [SIDE, 0.0], [SIDE, SIDE], [0.0, SIDE]])
BOXES = {name: SQUARE + np.array(places)[:, None] for name, places in PLACES.items()}
CASE = Case(b"", (800, 600), PAGE, BOXES)  # b lies beyond the photo's right edge


def answer(shift: float, page: tuple[str, str] = PAGE, names: tuple[str, ...] = ("a",)) -> dict[str, object]:
    boxes = {name: (BOXES[name] + (shift, 0)).tolist() for name in names}
    return {"problem": None, "seconds": 0.2, "decode": 0.1, "template": page[0], "page": page[1], "boxes": boxes}


def counted(*answers: dict[str, object], case: Case = CASE) -> Figures:
    figures = Figures()
    for said in answers:
        figures.add(case, said)
    return figures


@pytest.mark.parametrize(("share", "near", "right", "wrong"), [(0.1, 1, 1, 0), (0.2, 0, 1, 0), (0.3, 0, 0, 1)], ids=str)
def test_a_place_counts_by_its_distance_in_widths_of_boxes(share: float, near: int, right: int, wrong: int) -> None:
    count = counted(answer(share * SIDE)).count
    assert (count["located"], count["near"], count["right"], count["placed wrong"]) == (1, near, right, wrong)


def test_another_page_is_wrong_and_no_place_counts() -> None:
    count = counted(answer(0, ("form", "2"))).count
    assert (count["wrong page"], count["right"], count["placed wrong"], count["numbers"]) == (1, 0, 0, 0)


def test_any_page_is_wrong_where_none_may_be_found() -> None:
    assert counted(answer(0), case=Case(b"", (800, 600), None, {}, "form")).count["wrong page"] == 1


def test_a_pagewithout_boxes_to_read_is_neither_right_nor_wrong() -> None:
    count = counted(answer(0, names=())).count
    assert (count["located"], count["right"], count["placed wrong"], count["wrong page"]) == (1, 0, 0, 0)
    assert (count["numbers"], count["numbers read"]) == (1, 0)


def test_only_numbers_within_the_photo_are_expected() -> None:
    count = counted(answer(0)).count
    assert (count["numbers"], count["numbers read"]) == (1, 1)


def test_a_row_holds_problems_and_times_of_photos_that_were_loaded() -> None:
    figures = counted(
        answer(0),
        {"problem": "no_form", "seconds": 0.4, "decode": 0.1},
        {"problem": "image_too_small", "seconds": None, "decode": 0.1},
    )
    cells = figures.row("photos", "this").split(" | ")
    assert cells[1:8] == ["this", "3", "1", "1", "1", "0", "0"]
    assert cells[9:] == ["0.300", "0.300", "0.398", "0.400", "3.0", "image_too_small 1, no_form 1 |"]


def test_offsets_are_those_of_boxes_with_truth() -> None:
    boxes = {"a": BOXES["a"] + (0, SIDE / 2), "unknown": BOXES["a"]}
    assert np.allclose(offsets(CASE, boxes), np.full(8, 0.5))


def test_a_third_of_a_photo_holds_no_corner_of_a_box() -> None:
    picture = np.full((600, 800, 3), 200, np.uint8)
    case = Case(cv2.imencode(".jpg", picture)[1].tobytes(), (800, 600), PAGE, BOXES)
    cuts = [locate_photos.without_boxes(case, np.random.default_rng(seed)) for seed in range(20)]
    found = [cut for cut in cuts if cut is not None]
    assert len(found) == 20
    for cut in found:
        width, height = cut.size
        assert width * height == pytest.approx(800 * 600 / 3, rel=0.02)
        corners = cut.boxes["a"].reshape(-1, 2)
        assert not ((corners > 0) & (corners < (width, height))).all(axis=1).any()


@pytest.mark.slow
def test_a_mirrored_photo_has_its_truth_mirrored() -> None:
    choice = Choice(1, 3, "test")
    (plain,), (turned,) = locate_photos.forms_in_turn(choice), locate_photos.mirrored(choice)
    name = next(iter(plain.boxes))
    assert np.allclose(plain.boxes[name][..., 0] + turned.boxes[name][..., 0], plain.size[0] - 1)
    assert np.allclose(plain.boxes[name][..., 1], turned.boxes[name][..., 1])
    straight, mirror = (locate_photos.decoded(case.jpeg).astype(int) for case in (plain, turned))
    assert np.abs(straight[:, ::-1] - mirror).mean() < 5


@pytest.mark.slow
def test_a_version_is_asked_in_a_process_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "photo.png"
    cv2.imwrite(str(file), np.full((600, 800), 200, np.uint8))
    version = Version("this", ROOT)
    said = version.ask(file, None)
    version.close()
    assert said["problem"] == "photo_without_contrast"
    assert said["seconds"] is None


@pytest.mark.slow
def test_a_folder_without_the_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        Version("earlier", tmp_path)
