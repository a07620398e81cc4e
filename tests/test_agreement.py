"""How well a page agrees with a photo, and where on the page that is so."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from conftest import Shot

from ocr_recap import Template
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.homography import project
from ocr_recap.locate.agreement import Agreement, agreement, told
from ocr_recap.locate.paper.fit import PageFit, judge
from ocr_recap.locate.placed_area import MetArea
from ocr_recap.locate.search import LEAST_LEAD_ELSEWHERE

NOWHERE = np.zeros((0, 2))


@pytest.fixture(scope="module")
def shot(template: Template) -> Shot:
    return Shot(template, "2")


def there(shot: Shot, page_id: str = "2", gray: np.ndarray | None = None) -> Agreement:
    picture = shot.gray if gray is None else gray
    return agreement(picture, judge(picture, shot.template, page_id, shot.homography))


def test_a_page_in_its_place_agrees(shot: Shot) -> None:
    found = there(shot)
    assert found.told > 0.99
    assert found.explained > 0.97
    assert found.in_sight == pytest.approx(1.0)
    assert found.value == pytest.approx(found.told * found.explained)


def test_another_page_in_the_same_place_does_not(shot: Shot) -> None:
    assert there(shot, "3").value < 0.4


def test_lines_that_stand_alone_tell_more_than_those_of_a_grid() -> None:
    form = load_template("c1-kwk-2017")
    flat = judge(np.full((2000, 1300), 200, np.uint8), form, "plano", np.diag([5.0, 5.0, 1.0]))
    points = flat.lines.points
    grids = np.array([witness.grid for field in form.fields for witness in field.witnesses if witness.kind == "tally"])
    within = ((points[:, None] > grids[:, :2]) & (points[:, None] < grids[:, 2:])).all(axis=2).any(axis=1)
    few = min(int(within.sum()), int((~within).sum())) // 2
    rng = np.random.default_rng(1)

    def told_without(some: np.ndarray) -> float:
        met = np.ones(len(points), dtype=bool)
        met[rng.choice(np.flatnonzero(some), few, replace=False)] = False
        return told(replace(flat, visible=np.ones_like(met), met=met))

    assert told_without(within) > told_without(~within) + 0.1


def test_a_page_that_slipped_by_a_row_agrees_less() -> None:
    form = load_template("dpr-plano-2019")
    page_id = form.pages[0].id
    shot = Shot(form, page_id)
    tops = [field.cells.outline()[1] for field in form.fields]
    slip = np.array([[1, 0, 0], [0, 1, tops[3] - tops[2]], [0, 0, 1]])
    slipped = agreement(shot.gray, judge(shot.gray, form, page_id, shot.homography @ slip))
    assert slipped.fit.share > 0.6, "most rows look like the next one"
    assert slipped.value < there(shot, page_id).value - LEAST_LEAD_ELSEWHERE


def test_lines_that_the_page_does_not_have_are_not_explained(shot: Shot) -> None:
    gray = shot.gray.copy()
    for y in np.arange(90.0, 300.0, 7.3):
        ends = np.rint(project(shot.homography, np.array([[30.0, y], [270.0, y]]))).astype(int)
        cv2.line(gray, tuple(map(int, ends[0])), tuple(map(int, ends[1])), 60, 2)
    assert there(shot, gray=gray).explained < there(shot).explained - 0.15


def test_what_is_out_of_sight_neither_confirms_nor_contradicts(shot: Shot) -> None:
    foot = int(project(shot.homography, np.array([150.0, 150.0]))[1])
    found = there(shot, gray=np.ascontiguousarray(shot.gray[:foot]))
    assert 0.1 < found.in_sight < 0.7
    assert found.told > 0.98
    assert found.explained > 0.95


@pytest.fixture(scope="module")
def met(shot: Shot) -> PageFit:
    """Only lines above 180 mm are met."""
    fit = there(shot).fit
    return replace(fit, met=fit.met & (fit.lines.points[:, 1] < 180.0))


ABOVE, BELOW = np.array([[240.0, 77.0]]), np.array([[240.0, 224.0]])


def test_a_page_is_placed_where_its_lines_are_met(met: PageFit) -> None:
    area = MetArea.of(met, NOWHERE)
    assert area(np.vstack([ABOVE, BELOW])).tolist() == [True, False]


def test_a_page_is_not_placed_around_what_is_doubtful(met: PageFit) -> None:
    area = MetArea.of(met, ABOVE)
    beside = ABOVE + np.array([[5.0, 0.0]])
    farther = ABOVE + np.array([[0.0, 60.0]])
    assert area(np.vstack([ABOVE, beside, farther])).tolist() == [False, False, True]


def test_far_from_all_lines_the_nearest_ones_speak(met: PageFit) -> None:
    area = MetArea.of(met, NOWHERE)
    assert area(np.array([[150.0, -80.0], [150.0, 600.0]])).tolist() == [True, False]


def test_a_page_of_which_no_line_is_in_sight_is_placed_nowhere(met: PageFit) -> None:
    nothing = np.zeros_like(met.visible)
    area = MetArea.of(replace(met, visible=nothing, met=nothing), NOWHERE)
    assert not area(np.vstack([ABOVE, BELOW])).any()
