"""Which place of which page is taken: enough of its lines, and a clear lead over every other page and place."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from conftest import CloseUp, Shot

from ocr_recap import Template
from ocr_recap.forms.template import load as load_template
from ocr_recap.locate.agreement import Agreement, agreement
from ocr_recap.locate.paper.fit import PageFit, judge
from ocr_recap.locate.paper.line_fit import thinned
from ocr_recap.locate.search import FEWEST, LEAST, LEAST_OF_FEW, MANY, decides, doubtful, elsewhere, needed

FORM = load_template("c-hasil-ppwp-2024")
FLAT = np.diag([4.0, 4.0, 1.0])


@cache
def lines_of(page_id: str) -> np.ndarray:
    return thinned(FORM, page_id).points


def place(
    explained: float = 1.0,
    page_id: str = "2",
    shift: tuple[float, float] = (0.0, 0.0),
    visible: np.ndarray | None = None,
    missed: int = 0,
    residual: float = 0.005,
) -> Agreement:
    """A page at a place of which lines are met: all that are visible, but for each `missed`-th one."""
    points = lines_of(page_id)
    visible = np.ones(len(points), dtype=bool) if visible is None else visible
    met = visible & (np.arange(len(points)) % missed > 0) if missed else visible
    homography = FLAT @ np.array([[1, 0, shift[0]], [0, 1, shift[1]], [0, 0, 1]])
    return Agreement(PageFit(FORM, page_id, homography, None, visible, met, residual, 0.0), explained)


def part(count: int) -> np.ndarray:
    """So many line samples are in sight."""
    visible = np.zeros(len(lines_of("2")), dtype=bool)
    visible[np.linspace(0, len(visible) - 1, count).astype(int)] = True
    return visible


def test_nothing_decides_nothing() -> None:
    assert not decides([])


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (place(), True),
        (place(LEAST + 0.01), True),
        (place(LEAST - 0.01), False),
        (place(residual=0.04), False),
        (place(missed=10), True),  # a tenth of a whole page is missed
        (place(visible=part(300)), True),
        (place(visible=part(300), missed=10), False),  # of a part nearly all must be met
        (place(LEAST_OF_FEW - 0.02, visible=part(MANY + 10)), True),
        (place(LEAST_OF_FEW - 0.02, visible=part(MANY - 10)), False),
        (place(visible=part(FEWEST + 5)), True),
        (place(visible=part(FEWEST - 5)), False),
    ],
)
def test_a_place_alone_is_taken_where_enough_agrees(found: Agreement, expected: bool) -> None:
    assert decides([found]) == expected


def test_a_page_with_none_of_its_boxes_in_sight_is_not_decided() -> None:
    boxes = [rect for field in FORM.fields_of("2") for rect in field.cells.rects()]
    middles = np.array([((left + right) / 2, (top + bottom) / 2) for left, top, right, bottom in boxes])
    distance = np.linalg.norm(lines_of("2")[:, None] - middles, axis=2).min(axis=1)
    far = distance > 30.0  # mm
    assert int(far.sum()) > FEWEST
    assert not decides([place(visible=far)])
    assert decides([place(visible=far | (distance < 10.0))])


def test_few_lines_must_agree_better() -> None:
    assert needed(place()) == needed(place(visible=part(MANY))) == LEAST
    assert needed(place(visible=part(MANY - 10))) == LEAST_OF_FEW


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (place(0.95, page_id="3"), False),
        (place(0.85, page_id="3"), True),
        (place(0.99, shift=(0.0, 73.0)), False),  # a row of the list farther down
        (place(0.95, shift=(0.0, 73.0)), True),
        (place(0.99, shift=(0.5, 0.0)), True),  # the same place, but for half a millimetre
    ],
)
def test_a_place_must_lead_over_other_pages_and_other_places(other: Agreement, expected: bool) -> None:
    assert decides([place(), other]) == expected


class Below:
    """Stands for a surface: what lies below a place is displaced by 5 mm."""

    def __init__(self, place: float) -> None:
        self.place = place

    def moved(self, points: np.ndarray) -> np.ndarray:
        return points + np.where(points[..., 1:] > self.place, [0.0, 5.0], 0.0)


def test_where_two_placements_part_beyond_a_crease_the_numbers_there_are_in_doubt() -> None:
    best = place()
    parting = Agreement(replace(best.fit, surface=Below(200.0)), 0.99)  # type: ignore[arg-type]
    assert decides([best, parting]), "two of three numbers lie where they did"
    places = doubtful([best, parting])
    assert len(places) == 3  # the boxes of one number
    assert (places[:, 1] > 200).all()
    assert len(doubtful([best, replace(parting, explained=0.9)])) == 0
    assert len(doubtful([best])) == 0


def there(shot: Shot) -> Agreement:
    """The drawn page at its true place."""
    return agreement(shot.gray, judge(shot.gray, shot.template, shot.page_id, shot.homography))


@pytest.mark.slow
def test_a_block_among_its_like_lies_as_well_elsewhere() -> None:
    shot = CloseUp(load_template("c-hasil-kwk"), "2", (137.0, 100.0, 260.0, 250.0))
    best = there(shot)
    others = elsewhere(shot.gray, best)
    assert decides([best])
    assert not decides([best, *others])
    places = np.array([[237.0, 174.0]])  # the middle of a box
    moved = [np.linalg.norm(other.fit.to_photo(places) - best.fit.to_photo(places)) for other in others]
    assert max(moved) > 1000  # px: a block is 120 mm wide


@pytest.mark.slow
def test_a_whole_page_lies_nowhere_else(template: Template) -> None:
    shot = Shot(template, "2")
    best = there(shot)
    assert decides([best, *elsewhere(shot.gray, best)])
