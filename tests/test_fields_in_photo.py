"""Which numbers of a page a photo shows, and with which of their witnesses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from conftest import SAMPLES

from ocr_recap.forms.fields import FormField
from ocr_recap.forms.template import Template
from ocr_recap.imaging.homography import project
from ocr_recap.imaging.photo import Photo, load
from ocr_recap.locate.locate import locate
from ocr_recap.locate.located import Located


@pytest.fixture(scope="module")
def whole(template: Template) -> tuple[Photo, Located]:
    photo = load(SAMPLES / "page2-clean.jpg", "page2-clean.jpg")
    return photo, locate(photo, [template])


def field_of(page: Located, name: str) -> FormField:
    return next(f for f in page.template.fields_of(page.page_id) if f.id == name)


def test_a_whole_photo_shows_every_field_with_every_witness(whole):
    photo, page = whole
    shown = page.fields_in_photo(photo.width, photo.height)
    assert shown == tuple(page.template.fields_of("2"))
    assert all(f.bubbles and f.tally and f.row_totals for f in shown)


def test_a_field_is_in_the_photo_where_all_of_its_boxes_are_with_their_margin(whole):
    x0, y0, x1, _ = field_of(whole[1], "votes_2").cells.outline()
    boxes = 10 * (x1 - x0)  # px: 0.1 mm each

    def is_shown(left: float, width: float) -> bool:
        """Whether the boxes are in a photo of this width, `left` px from its left edge."""
        matrix = np.array([[10.0, 0, left - 10 * x0 - 0.5], [0, 10, 500 - 10 * y0], [0, 0, 1]])
        page = replace(whole[1], surface=None, homography=matrix)
        return "votes_2" in [f.id for f in page.fields_in_photo(int(width), 3500)]

    assert is_shown(6, boxes + 6 + 7)
    assert not is_shown(4, boxes + 6 + 7)
    assert not is_shown(6, boxes + 6 + 4)


def test_what_lies_beyond_the_horizon_is_not_in_the_photo(whole):
    """Places behind the camera are projected into the picture, the wrong way round."""
    page = whole[1]
    x0, y0, x1, y1 = field_of(page, "votes_3").cells.outline()
    corners = np.array([[x0 - 1, y0 - 1], [x1 + 1, y0 - 1], [x1 + 1, y1 + 1], [x0 - 1, y1 + 1]])
    tilted = np.diag([5.0, 5.0, 1.0]) @ np.array([[1, 0, 0], [0, 1, 0], [0, -1 / (y0 - 20), 1]])
    left, top = project(tilted, corners).min(axis=0)
    shifted = np.array([[1, 0, 10 - left], [0, 1, 10 - top], [0, 0, 1]]) @ tilted
    assert (project(shifted, corners) >= 9).all()
    page = replace(page, surface=None, homography=shifted)
    assert "votes_3" not in [f.id for f in page.fields_in_photo(100_000, 100_000)]


def test_a_field_is_not_in_the_photo_where_the_page_is_not_placed(whole):
    photo, page = whole
    border = field_of(whole[1], "votes_2").cells.outline()[3] + 1.0
    part = replace(page, placed_area=lambda places: places[:, 1] < border)
    shown = part.fields_in_photo(photo.width, photo.height)
    assert [(f.id, f.bubbles is None) for f in shown] == [("votes_1", False), ("votes_2", True)]


def test_a_grid_with_a_hole_in_what_is_placed_is_not_in_the_photo(whole):
    photo, page = whole
    x0, y0, x1, y1 = field_of(page, "votes_1").tally.grid
    middle, reach = np.array([x0 + x1, y0 + y1]) / 2, 8.0
    holed = replace(page, placed_area=lambda places: np.linalg.norm(places - middle, axis=1) > reach)
    first, second, _ = holed.fields_in_photo(photo.width, photo.height)
    assert (first.bubbles is None, first.tally, first.row_totals) == (False, None, None)
    assert second.tally is not None


def test_row_totals_are_left_out_with_their_grid(whole):
    photo, page = whole
    described = field_of(whole[1], "votes_1")
    left = described.tally.grid[0] + 1.0  # the grid is cut at its left; the totals are at its right
    part = replace(page, placed_area=lambda places: places[:, 0] > left)
    shown = part.fields_in_photo(photo.width, photo.height)[0]
    assert (shown.bubbles, shown.tally, shown.row_totals) == (described.bubbles, None, None)
