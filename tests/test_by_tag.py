import numpy as np
import pytest
from conftest import Shot

from ocr_recap import Template
from ocr_recap.forms.fields import tag_corners
from ocr_recap.imaging.fiducials import SeenMark, find_tags
from ocr_recap.imaging.homography import project, through_four
from ocr_recap.locate.locate import CORNERS
from ocr_recap.locate.marks.from_tag import marks_by_tag


def marks_of(shot: Shot, page_id: str = "2") -> dict[int, SeenMark]:
    markers = shot.template.page(page_id).markers
    assert markers.corners is not None and markers.tag is not None
    (tag,) = find_tags(shot.gray, [markers.tag.id], quick=True)
    return marks_by_tag(shot.gray, markers.corners, markers.tag, tag)


@pytest.mark.parametrize("turn", [0, 77, 180])
def test_marks_are_found_where_the_tag_predicts_them(template: Template, turn: int) -> None:
    shot = Shot(template, "2", turn)
    corners = template.page("2").markers.corners
    assert corners is not None
    found = marks_of(shot)
    assert sorted(found) == [0, 1, 2, 3]
    true = project(shot.homography, corners.centers)
    assert max(float(np.linalg.norm(found[i].center - true[i])) for i in found) < 0.5


def test_a_tag_is_looked_for_at_other_scales(template: Template) -> None:
    shot = Shot(template, "2", 12)
    printed = template.page("2").markers.tag
    assert printed is not None
    widths = (90, 1650, 900)
    assert find_tags(shot.gray, [printed.id], widths=widths) == [], "a tag of a few pixels cannot be read"
    (tag,) = find_tags(shot.gray, [printed.id], thorough=True, widths=widths)
    assert np.abs(tag.corners - project(shot.homography, tag_corners(printed))).max() < 1.0


@pytest.mark.parametrize("corner", ["tl", "bl"])
def test_a_covered_mark_is_not_made_up(template: Template, corner: str) -> None:
    assert CORNERS.index(corner) not in marks_of(Shot(template, "2").cover(corner))


def test_through_four_points() -> None:
    rng = np.random.default_rng(5)
    source = np.array([[20.0, 13], [276, 13], [276, 406], [20, 406]])
    targets = source[None] * 4 + rng.normal(0, 60, (20, 4, 2))
    for order in ((0, 1, 2, 3), (2, 0, 3, 1)):
        found = through_four(source[list(order)], targets[:, order])
        for matrix, target in zip(found, targets, strict=True):
            assert np.abs(project(matrix, source) - target).max() < 1e-6
    on_a_line = through_four(np.array([[0.0, 0], [1, 1], [2, 2], [0, 5]]), targets)
    assert np.isfinite(on_a_line).all()
    assert np.abs(project(on_a_line[0], source)).min() > 1e4  # far away from any photo
