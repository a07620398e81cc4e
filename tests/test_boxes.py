"""Close-ups without any mark: placed by their digit boxes, or refused where a form looks alike elsewhere."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from conftest import CloseUp

from ocr_recap import Template
from ocr_recap.forms.template import available
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.homography import project
from ocr_recap.imaging.photo import load
from ocr_recap.imaging.rectangles import Rectangles, find_rectangles
from ocr_recap.locate.boxes.page_boxes import page_boxes
from ocr_recap.locate.boxes.search import fits_by_boxes
from ocr_recap.locate.boxes.seeds import pairs_in, seeds_of
from ocr_recap.locate.locate import locate
from ocr_recap.messages.problems import PhotoProblem

pytestmark = pytest.mark.slow

FORMS = [load_template(name) for name in available()]
PAGES = [(form, page.id) for form in FORMS for page in form.pages]
# Form, page, the part in sight (mm), and the numbers in it.
PARTS = [
    ("c-hasil-ppwp-2024", "2", (151.5, 75.0, 284.8, 183.4), ("votes_1", "votes_2")),
    ("c1-ppwp-2014", "lampiran-1", (100.0, 55.0, 208.0, 145.0), ("votes_1", "votes_2", "valid_total", "invalid")),
    ("c1-kwk-2017", "plano", (100.0, 60.0, 246.0, 215.0), ("votes_1", "votes_2", "votes_3", "valid_total")),
]


def refused(gray: np.ndarray, forms: list[Template]) -> str:
    with pytest.raises(PhotoProblem) as caught:
        locate(load(gray, "close-up"), forms)
    return caught.value.code


@pytest.mark.parametrize(("name", "page_id", "part", "numbers"), PARTS)
def test_a_close_up_is_placed_and_shows_its_numbers(
    name: str, page_id: str, part: tuple[float, float, float, float], numbers: tuple[str, ...]
) -> None:
    shot = CloseUp(load_template(name), page_id, part)
    located = locate(load(shot.gray, "close-up"), FORMS)
    assert (located.template.id, located.page_id, located.anchors) == (name, page_id, ("lines",))
    assert shot.off(located) < 0.1
    assert tuple(f.id for f in located.fields_in_photo(*shot.gray.shape[::-1])) == numbers
    others = [form for form in FORMS if form.id != name]
    assert refused(shot.gray, others) in ("no_form", "form_unsure")


def test_a_close_up_upside_down_is_placed() -> None:
    name, page_id, part, _ = PARTS[0]
    shot = CloseUp(load_template(name), page_id, part)
    height, width = shot.gray.shape
    turn = np.array([[-1.0, 0, width - 1], [0, -1, height - 1], [0, 0, 1]])
    shot.gray = np.ascontiguousarray(shot.gray[::-1, ::-1])
    shot.homography = turn @ shot.homography
    located = locate(load(shot.gray, "close-up"), FORMS)
    assert (located.template.id, located.page_id) == (name, page_id)
    assert shot.off(located) < 0.1


@pytest.mark.parametrize(
    ("name", "page_id", "part"),
    [
        ("c-hasil-kwk", "2", (137.0, 100.0, 260.0, 250.0)),  # one of three blocks
        ("c-hasil-ppwp-2024", "2", (215.7, 80.2, 274.9, 131.8)),  # the boxes of one number
        ("dpr-plano-2019", "lembar-2-hal-3", (150.0, 50.0, 290.0, 200.0)),  # rows of a list
    ],
)
def test_a_part_that_looks_like_another_one_of_its_page_is_refused(
    name: str, page_id: str, part: tuple[float, float, float, float]
) -> None:
    shot = CloseUp(load_template(name), page_id, part)
    assert refused(shot.gray, FORMS) == "form_unsure"


@pytest.fixture(scope="module")
def close() -> tuple[CloseUp, Rectangles]:
    name, page_id, part, _ = PARTS[0]
    shot = CloseUp(load_template(name), page_id, part)
    return shot, find_rectangles(shot.gray)


def test_a_true_seed_is_among_those_of_neighbouring_boxes(close: tuple[CloseUp, Rectangles]) -> None:
    shot, seen = close
    boxes = [found for form, page_id in PAGES if (found := page_boxes(form, page_id)) is not None]
    true: list[float] = []
    for pair in pairs_in(seen, 3)[:8]:
        for seed in seeds_of(shot.gray, pair, boxes, 8):
            assert 0 <= seed.share <= 1
            if (seed.page.template.id, seed.page.page_id) == (shot.template.id, shot.page_id):
                around = seed.center + np.array([[0.0, 0.0], [8.0, 0.0], [0.0, 8.0]])
                off = project(seed.homography, around) - project(shot.homography, around)
                if np.linalg.norm(off, axis=1).max() < 20:  # px: a sixth of a box
                    true.append(seed.share)
    assert max(true) > 0.8


def test_boxes_of_a_page_are_neighbours_and_know_the_lines_around_them(template: Template) -> None:
    boxes = page_boxes(template, "2")
    assert boxes is not None
    assert len(boxes.centers) == 9
    assert len(boxes.first) == 6  # three boxes make two pairs
    assert boxes.pitch == pytest.approx(np.full(6, template.cell_width("2")), rel=0.2)
    for samples, reach in ((boxes.near, 60.0), (boxes.wide, 130.0)):
        apart = np.abs(samples.points - boxes.first[:, None]).max(axis=(1, 2))
        assert (apart < reach).all()
        level = np.abs(samples.normals[..., 1]) > 0.5
        assert level.sum(axis=1) == pytest.approx(np.full(6, level.shape[1] / 2))


def test_pairs_are_neighbours_of_one_size_both_ways() -> None:
    centers = np.array([[100.0, 100], [150, 100], [200, 100], [100, 300], [150, 300], [200, 300], [600, 600]])
    seen = Rectangles(centers, np.tile([48.0, 40.0], (7, 1)), np.zeros(7))
    pairs = pairs_in(seen, 99)
    assert pairs
    for pair in pairs:
        assert np.abs(pair.step) == pytest.approx([50, 0])
        assert np.abs(pair.height) == pytest.approx([0, 40])
        assert pair.step[0] * pair.height[1] > 0, "no photo is a mirror"
        assert pair.turned().turned().first == pytest.approx(pair.first)
    assert pairs_in(Rectangles(centers[-1:], np.array([[48.0, 40.0]]), np.zeros(1)), 3) == []


def test_a_picture_without_boxes_gives_no_place() -> None:
    gray = np.full((800, 1000), 200, np.uint8)
    cv2.line(gray, (100, 100), (900, 700), 60, 3)
    assert list(fits_by_boxes(gray, find_rectangles(gray), PAGES)) == []
