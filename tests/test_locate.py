import cv2
import numpy as np
import pytest
from conftest import Shot
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ocr_recap import Template
from ocr_recap.forms import drawing
from ocr_recap.forms.template import available
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.fiducials import find_marks, find_tags
from ocr_recap.imaging.homography import project
from ocr_recap.imaging.photo import load
from ocr_recap.locate.locate import locate
from ocr_recap.locate.located import Located
from ocr_recap.messages.problems import PhotoProblem, hint

pytestmark = pytest.mark.slow

LIMIT = 0.1  # cell widths, at the worst corner of any field


def find(shot: Shot) -> Located:
    return locate(load(shot.gray, "shot"), [shot.template])


def problem_of(shot: Shot) -> PhotoProblem:
    with pytest.raises(PhotoProblem) as caught:
        find(shot)
    return caught.value


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_any_quarter_turn(template: Template, turn: int) -> None:
    shot = Shot(template, "2", turn)
    located = find(shot)
    assert located.page_id == "2"
    assert located.anchors == ("tag", "tl", "tr", "br", "bl")
    assert shot.error(located.to_photo) < LIMIT


def test_any_turn_and_strong_perspective(template: Template) -> None:
    for seed, turn in enumerate((17, 205, 301)):
        shot = Shot(template, "123"[seed], turn, tilt=0.25, seed=seed)
        assert shot.error(find(shot).to_photo) < LIMIT


def test_mirrored_photo_is_a_problem(template: Template) -> None:
    shot = Shot(template, "1")
    shot.gray = np.ascontiguousarray(shot.gray[:, ::-1])
    assert problem_of(shot).code == "photo_mirrored"


@pytest.mark.parametrize("corner", ["tl", "tr", "br", "bl"])
def test_a_torn_corner(template: Template, corner: str) -> None:
    shot = Shot(template, "2").cover(corner)
    located = find(shot)
    assert corner not in located.anchors
    assert shot.error(located.to_photo) < LIMIT


def test_numbers_under_what_covers_a_corner_are_not_in_the_photo(template: Template) -> None:
    shot = Shot(template, "2")
    corner = np.array([[201.0, 225], [306, 225], [306, 455], [201, 455]])
    cv2.fillPoly(shot.gray, [np.rint(project(shot.homography, corner)).astype(np.int32)], 150)
    located = find(shot)
    assert located.anchors == ("tag", "tl", "tr", "bl")
    assert located.covered
    assert shot.error(located.to_photo) < LIMIT
    shown = located.fields_in_photo(*shot.gray.shape[::-1])
    assert [field.id for field in shown] == ["votes_1", "votes_2"]


def test_a_small_picture_of_a_page_is_read_at_its_own_scale(template: Template) -> None:
    shot = Shot(template, "2")
    times = 600 / max(shot.gray.shape)
    small = cv2.resize(shot.gray, None, fx=times, fy=times, interpolation=cv2.INTER_AREA)
    located = locate(load(np.asarray(small, dtype=np.uint8), "small"), [template])
    assert located.page_id == "2"
    assert shot.error(lambda places: (located.to_photo(places) + 0.5) / times - 0.5) < 2 * LIMIT


@pytest.mark.parametrize("page_id", ["1", "2", "3"])
def test_a_covered_tag_the_lines_say_the_page(template: Template, page_id: str) -> None:
    shot = Shot(template, page_id).cover("tag")
    located = find(shot)
    assert located.page_id == page_id
    assert located.anchors == ("lines", "tl", "tr", "br", "bl")
    assert shot.error(located.to_photo) < LIMIT


@pytest.mark.parametrize("corner", ["tl", "br"])
def test_a_torn_corner_without_a_tag(template: Template, corner: str) -> None:
    shot = Shot(template, "1", turn=5).cover("tag", corner)
    located = find(shot)
    assert located.anchors[0] == "lines"
    assert len(located.anchors) == 4
    assert corner not in located.anchors
    assert shot.error(located.to_photo) < LIMIT


@pytest.mark.parametrize("corners", [("tl", "br"), ("tr", "bl"), ("bl", "br")])
def test_two_torn_corners_with_a_tag(template: Template, corners: tuple[str, str]) -> None:
    shot = Shot(template, "2").cover(*corners)
    located = find(shot)
    assert len(located.anchors) == 3
    assert shot.error(located.to_photo) < LIMIT


@pytest.mark.parametrize("hidden", [("tl", "br"), ("tl", "tr", "br", "bl")])
def test_without_a_tag_and_enough_corners_the_lines_alone_say_the_page(
    template: Template, hidden: tuple[str, ...]
) -> None:
    shot = Shot(template, "2").cover("tag", *hidden)
    located = find(shot)
    seen = {"tl", "tr", "br", "bl"} - set(hidden)
    assert (located.page_id, located.anchors[0], set(located.anchors[1:])) == ("2", "lines", seen)
    assert shot.error(located.to_photo) < LIMIT


@pytest.mark.parametrize("hidden", [("tl", "br", "bl"), ("tl", "tr", "br", "bl")])
def test_a_tag_without_enough_corners_leaves_the_place_to_the_lines(
    template: Template, hidden: tuple[str, ...]
) -> None:
    shot = Shot(template, "2").cover(*hidden)
    located = find(shot)
    seen = {"tl", "tr", "br", "bl"} - set(hidden)
    assert (located.page_id, located.anchors[0], set(located.anchors[1:])) == ("2", "tag", seen)
    assert shot.error(located.to_photo) < LIMIT


def cut(shot: Shot, foot: float) -> np.ndarray:
    """The photo down to so many mm of the page."""
    return np.ascontiguousarray(shot.gray[: int(project(shot.homography, np.array([150.0, foot]))[1])])


def test_a_tag_on_a_part_that_says_too_little_is_a_problem_that_names_what_is_out_of_sight(
    template: Template,
) -> None:
    shot = Shot(template, "2")
    shot.gray = cut(shot, 80.0)
    problem = problem_of(shot)
    assert problem.code == "page_incomplete"
    assert problem.data["seen"] == ["tag"]
    assert problem.data["missing"] == ["br", "bl"]
    text = hint(problem.code, problem.data)
    assert "pojok kiri bawah" in text["id"]
    assert "the bottom left corner" in text["en"]


@pytest.mark.parametrize("hidden", [(), ("tl",)])
def test_the_upper_part_of_a_page_is_placed_and_no_number_of_the_lower_one_is_in_the_photo(
    template: Template, hidden: tuple[str, ...]
) -> None:
    shot = Shot(template, "2").cover(*hidden)
    whole = shot.gray.shape[::-1]
    shot.gray = cut(shot, 214.0)
    located = find(shot)
    assert (located.page_id, located.anchors[0]) == ("2", "tag")
    assert [f.id for f in located.fields_in_photo(*shot.gray.shape[::-1])] == ["votes_1", "votes_2"]
    assert [f.id for f in located.fields_in_photo(*whole)] != []
    outline = np.concatenate([f.cells.outline() for f in template.fields_of("2")[:2]]).reshape(-1, 2)
    assert np.linalg.norm(located.to_photo(outline) - project(shot.homography, outline), axis=1).max() < 3.0  # px


def test_half_a_page_under_a_cover_is_not_said_to_be_bent(template: Template) -> None:
    shot = Shot(template, "2").cover("tl", "br", "bl")
    shot.gray[len(cut(shot, 204.0)) :] = 90
    assert problem_of(shot).code != "page_distorted"


def test_another_forms_tag_is_an_unknown_form(template: Template) -> None:
    shot = Shot(template, "2")
    other = template.model_copy(update={"pages": template.pages[2:]})
    other = other.model_copy(update={"fields": tuple(f for f in template.fields if f.page == "3"), "rules": ()})
    with pytest.raises(PhotoProblem) as caught:
        locate(load(shot.gray, "shot"), [other])
    assert caught.value.code == "unknown_form"
    assert "102" in caught.value.data["tags"]


@pytest.mark.parametrize(("page_id", "turn", "covered"), [("1", 0, ()), ("2", 95, ("tag",)), ("3", 180, ("tl",))])
def test_the_regional_form_is_found_among_all(page_id: str, turn: float, covered: tuple[str, ...]) -> None:
    forms = [load_template(name) for name in available()]
    shot = Shot(load_template("c-hasil-kwk"), page_id, turn=turn).cover(*covered)
    located = locate(load(shot.gray, "shot"), forms)
    assert (located.template.id, located.page_id) == ("c-hasil-kwk", page_id)
    assert shot.error(located.to_photo) < 0.1


def test_all_forms_compete_where_the_tag_is_lost(template: Template) -> None:
    forms = [load_template(name) for name in available()]
    shot = Shot(template, "3", turn=90).cover("tag", "br")
    located = locate(load(shot.gray, "shot"), forms)
    assert (located.template.id, located.page_id) == (template.id, "3")
    assert shot.error(located.to_photo) < 0.1


@settings(max_examples=5, deadline=None)
@example(6985)  # grain was taken for lines
@given(st.integers(0, 2**32 - 1))
def test_pictures_without_a_form_are_never_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    picture = rng.normal(200, 6, (1500, 1400)).clip(0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(0, 60))):  # a spreadsheet, a wall of frames, some squares
        x, y, w, h = (int(v) for v in rng.integers(20, 1200, 4))
        cv2.rectangle(picture, (x, y), (x + w, y + h), int(rng.integers(0, 120)), int(rng.choice([-1, 2, 4])))
    with pytest.raises(PhotoProblem) as caught:
        locate(load(picture, "wall"), [load_template("c-hasil-ppwp-2024")])
    assert caught.value.code in ("no_form", "form_unsure", "page_incomplete")


def test_corner_marks_are_found_to_a_fraction_of_a_pixel(template: Template) -> None:
    shot = Shot(template, "3", turn=7)
    marks = template.page("3").markers.corners
    assert marks
    seen = np.array([m.center for m in find_marks(shot.gray)[:4]])
    for place in project(shot.homography, marks.centers):
        assert np.linalg.norm(seen - place, axis=1).min() < 0.8


def test_paper_that_bends_too_far_is_a_problem_not_a_guess(template: Template) -> None:
    shot = Shot(template, "2", tilt=0.0)
    height, width = shot.gray.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    top, bottom = project(shot.homography, np.array([[23.6, 32.5], [23.6, 437.5]]))[:, 1]
    # The middle of the sheet sags by four cells; the corner marks and the tag stay where they were.
    sag = 140 * np.sin(np.pi * np.clip((y - top) / (bottom - top), 0, 1)) ** 2
    shot.gray = cv2.remap(shot.gray, x, (y + sag).astype(np.float32), cv2.INTER_LINEAR).astype(np.uint8)
    problem = problem_of(shot)
    assert problem.code == "page_distorted"
    assert problem.data["agreement"] < problem.data["needed"]


def beside_a_tag(template: Template) -> Shot:
    """Page 2, nothing but lines, and the tag of page 3 on a smaller sheet beside it."""
    shot = Shot(template, "2").cover("tag", "tl", "tr", "br", "bl")
    other = template.page("3").markers.tag
    assert other
    page = drawing.raster(template, "3", 6.0)
    (x, y), half = np.array(other.center) * 6, int((other.side / 2 + 4) * 6)
    piece = page[int(y) - half : int(y) + half, int(x) - half : int(x) + half]
    piece = cv2.resize(piece, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    shot.gray[40 : 40 + len(piece), 40 : 40 + len(piece)] = piece
    assert [tag.id for tag in find_tags(shot.gray, None)] == [other.id]
    return shot


def test_a_neighbours_tag_does_not_hide_the_page(template: Template) -> None:
    shot = beside_a_tag(template)
    located = find(shot)
    assert located.page_id == "2"
    assert shot.error(located.to_photo) < LIMIT
    assert [o.name for o in located.others] == [f"{template.id} 3"]


def test_a_neighbours_tag_is_no_anchor(template: Template) -> None:
    assert find(beside_a_tag(template)).anchors == ("lines",)


def test_a_sheet_beside_it_is_named_and_only_the_larger_is_read(template: Template) -> None:
    large, small = Shot(template, "2").gray, cv2.resize(Shot(template, "3").gray, None, fx=0.7, fy=0.7)
    small = np.pad(small, ((0, large.shape[0] - small.shape[0]), (0, 0)), constant_values=120)
    for pictures in ((large, small), (small, large)):
        located = locate(load(np.hstack(pictures), "shot"), [template])
        assert (located.page_id, [o.name for o in located.others]) == ("2", [f"{template.id} 3"])
    twice = locate(load(np.hstack([large, large]), "shot"), [template])
    assert (twice.page_id, [o.name for o in twice.others]) == ("2", [f"{template.id} 2"])
    alone = locate(load(large, "shot"), [template])
    assert alone.others == ()
