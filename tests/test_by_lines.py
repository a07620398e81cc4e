"""Pages without marks: found by their ruled lines, any way up; what lines cannot tell is a problem, never a guess."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from conftest import Shot

from ocr_recap import Template
from ocr_recap.forms.template import available
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.homography import project
from ocr_recap.imaging.photo import load
from ocr_recap.locate.features import Features
from ocr_recap.locate.lines.page_lines import layouts
from ocr_recap.locate.lines.rectify import mirrored, rectify, strokes_of
from ocr_recap.locate.lines.search import fits_by_lines
from ocr_recap.locate.locate import locate
from ocr_recap.locate.paper.line_fit import ruling
from ocr_recap.messages.problems import PhotoProblem

pytestmark = pytest.mark.slow

FORMS = [load_template(name) for name in available()]
COPY = "c-hasil-salinan-ppwp-2024"  # tested on drawn photos (docs/lab/new-form.md)
WITHOUT_MARKS = [form for form in FORMS if not form.found_by_markers() and form.id != COPY]
LIMIT = 0.1  # cell widths, at the worst corner of any field
REFUSED = ("no_form", "form_unsure")


def problem_of(gray: np.ndarray, forms: list[Template]) -> PhotoProblem:
    with pytest.raises(PhotoProblem) as caught:
        locate(load(gray, "shot"), forms)
    return caught.value


def with_others(name: str) -> tuple[Template, list[Template]]:
    """A form, and all forms but it."""
    (form,) = [form for form in FORMS if form.id == name]
    return form, [other for other in FORMS if other is not form]


@pytest.mark.parametrize(
    ("form", "turn"),
    [(load_template(COPY), 84), *zip(WITHOUT_MARKS, (4, 97, 176, 263, 352), strict=True)],
    ids=lambda value: getattr(value, "id", value),
)
def test_any_way_up_among_all_forms(form: Template, turn: float) -> None:
    shot = Shot(form, form.pages[0].id, turn)
    located = locate(load(shot.gray, "shot"), FORMS)
    assert (located.template.id, located.page_id, located.anchors) == (form.id, form.pages[0].id, ("lines",))
    assert shot.error(located.to_photo) < LIMIT


def test_the_copy_of_witnesses_is_not_taken_for_the_form_it_is_a_copy_of() -> None:
    form, others = with_others("c-hasil-salinan-ppwp-2024")
    shot = Shot(form, "2", 5)
    located = locate(load(shot.gray, "shot"), FORMS)
    assert (located.template.id, located.page_id) == (form.id, "2")
    assert shot.error(located.to_photo) < LIMIT
    assert problem_of(shot.gray, others).code in REFUSED


@pytest.mark.parametrize("name", ["c1-kwk-2015-pekalongan", "ppwp-plano-2019"])
def test_a_form_that_was_taken_out_is_none_of_the_others(name: str) -> None:
    form, others = with_others(name)
    assert problem_of(Shot(form, form.pages[0].id).gray, others).code in REFUSED


@pytest.mark.parametrize("form", WITHOUT_MARKS[1::2], ids=lambda form: form.id)
def test_a_page_in_the_dark_is_found_by_faint_lines(form: Template) -> None:
    shot = Shot(form, form.pages[0].id, 8)
    shot.gray = dark(shot.gray)
    located = locate(load(shot.gray, "shot"), FORMS)
    assert (located.template.id, located.page_id) == (form.id, form.pages[0].id)
    assert shot.error(located.to_photo) < LIMIT


@pytest.mark.parametrize(
    "motion",
    [9, pytest.param(13, marks=pytest.mark.xfail(strict=True, reason="lines so much blurred are no longer followed"))],
)
@pytest.mark.parametrize("form", WITHOUT_MARKS[:4:3], ids=lambda form: form.id)
def test_a_page_whose_lines_are_hidden_by_motion_and_grain_is_found(form: Template, motion: int) -> None:
    """Motion leaves few strokes across it, grain breaks the others: smoothed along them they are seen."""
    shot = Shot(form, form.pages[0].id, 5)
    moved = cv2.blur(shot.gray, (motion, 1)).astype(np.float64) * 0.5
    noise = cv2.GaussianBlur(np.random.default_rng(8).normal(0, 30, moved.shape), (0, 0), 0.8)
    shot.gray = (moved + noise).clip(0, 255).astype(np.uint8)
    located = locate(load(shot.gray, "shot"), FORMS)
    assert (located.template.id, located.page_id) == (form.id, form.pages[0].id)
    assert shot.error(located.to_photo) < 2 * LIMIT


def test_a_small_sheet_under_tilt_is_found_from_nearer_by() -> None:
    form = load_template("c1-kwk-2017")
    shot = Shot(form, form.pages[0].id, 4)
    assert Features(shot.gray).nearer_lines is None  # it fills the photo
    height, width = shot.gray.shape
    sides = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    small = np.array([[614, 300], [866, 300], [920, 684], [560, 684]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(sides, small)
    smooth = cv2.GaussianBlur(shot.gray, (0, 0), 1.9)
    gray = np.asarray(cv2.warpPerspective(smooth, matrix, (1600, 1200), borderValue=110), dtype=np.uint8)
    located = locate(load(gray, "shot"), FORMS)
    assert (located.template.id, located.page_id) == (form.id, form.pages[0].id)
    assert shot.error(lambda places: project(np.linalg.inv(matrix), located.to_photo(places))) < LIMIT


def test_a_page_is_found_beside_what_lies_on_its_corner() -> None:
    form = load_template("c1-kwk-2017")
    shot = Shot(form, form.pages[0].id, 5)
    lay(shot, 0.0, 0.42)
    located = locate(load(shot.gray, "shot"), FORMS)
    assert (located.template.id, located.page_id) == (form.id, form.pages[0].id)
    assert located.covered
    assert shot.error(located.to_photo) < LIMIT
    whole = locate(load(Shot(form, form.pages[0].id, 5).gray, "shot"), FORMS)
    assert not whole.covered


@pytest.mark.parametrize("covered", [((0.0, 0.42), (0.65, 1.0)), ((0.0, 0.7),)], ids=["two things", "a large one"])
def test_a_page_of_which_much_is_covered_is_not_said_to_be_it(covered: tuple[tuple[float, float], ...]) -> None:
    shot = Shot(load_template("c1-kwk-2017"), "plano", 5)
    for low, high in covered:
        lay(shot, low, high)
    assert problem_of(shot.gray, FORMS).code == "form_unsure"


@pytest.mark.parametrize("name", ["c1-kwk-2015-pekalongan", "c1-ppwp-2014"])
def test_what_lies_on_a_page_makes_it_no_other_one(name: str) -> None:
    form, others = with_others(name)
    shot = Shot(form, form.pages[0].id, 5)
    lay(shot, 0.0, 0.42)
    assert problem_of(shot.gray, others).code in REFUSED


@pytest.mark.parametrize("form", WITHOUT_MARKS[::4], ids=lambda form: form.id)
def test_a_second_sheet_beside_a_page_without_tag_is_said_and_a_whole_one_refused(form: Template) -> None:
    gray = Shot(form, form.pages[0].id, tilt=0.02).gray
    upright = gray.shape[0] > gray.shape[1]
    gray = gray[:, 160:-160] if upright else gray[160:-160]  # sheets lie side by side, or one below the other

    def beside(share: float) -> np.ndarray:
        part = gray[:, : int(share * gray.shape[1])] if upright else gray[: int(share * gray.shape[0])]
        return np.concatenate([gray, part], axis=1 if upright else 0)

    def others(picture: np.ndarray) -> tuple[str, ...]:
        return tuple(other.name for other in locate(load(picture, "shot"), FORMS).others)

    assert others(gray) == ()
    assert others(beside(0.6)) == (f"{form.id} {form.pages[0].id}",)
    problem = problem_of(beside(1.0), FORMS)
    assert (problem.code, problem.data["form"]) == ("two_sheets", form.id)


def lay(shot: Shot, low: float, high: float) -> None:
    """Something gray on the left half of the page's ruled part, between two shares of its height."""
    points = ruling(shot.template, shot.page_id).points
    corner, size = points.min(axis=0), np.ptp(points, axis=0)
    box = corner + np.array([[-0.05, low], [0.55, low], [0.55, high], [-0.05, high]]) * size
    cv2.fillPoly(shot.gray, [np.rint(project(shot.homography, box)).astype(np.int32)], 150)


def test_noise_in_the_dark_is_no_form() -> None:
    form, others = with_others("c1-kwk-2017")
    assert problem_of(dark(Shot(form, "plano").gray), others).code in REFUSED
    rng = np.random.default_rng(4)
    assert problem_of(rng.normal(30, 3, (2000, 1500)).clip(0, 255).astype(np.uint8), FORMS).code == "no_form"


def dark(gray: np.ndarray) -> np.ndarray:
    """The picture where little light is left: paper of some 30 gray levels, lines a few darker, and noise."""
    noise = np.random.default_rng(3).normal(0, 0.7, gray.shape)
    return (0.12 * cv2.GaussianBlur(gray, (0, 0), 1.5) + 5 + noise).clip(0, 255).astype(np.uint8)


def test_a_page_in_a_mirror_is_said_to_be_one() -> None:
    form = load_template("ppwp-plano-2019")
    gray = np.ascontiguousarray(Shot(form, "lembar-2").gray[:, ::-1])
    assert problem_of(gray, [form]).code == "photo_mirrored"


def test_half_a_page_is_placed_and_the_other_half_is_not_in_the_photo() -> None:
    form = load_template("c1-kwk-2017")
    shot = Shot(form, "plano")
    foot = int(project(shot.homography, np.array([120.0, 190.0]))[1])
    gray = np.ascontiguousarray(shot.gray[:foot])
    located = locate(load(gray, "shot"), FORMS)
    assert (located.template.id, located.page_id) == (form.id, "plano")
    places = np.array([rect[:2] for f in form.fields[:3] for rect in f.cells.rects()])
    true = project(shot.homography, places)
    assert np.linalg.norm(located.to_photo(places) - true, axis=1).max() < 2.0  # px
    shown = [field.id for field in located.fields_in_photo(*gray.shape[::-1])]
    assert shown == ["votes_1", "votes_2", "votes_3"]


@pytest.mark.parametrize("lines", [(30, 8), (45, 5)])
def test_a_spreadsheet_is_no_form(lines: tuple[int, int]) -> None:
    gray = np.full((2000, 1500), 235, np.uint8)
    for y in np.linspace(200, 1800, lines[0]).astype(int):
        cv2.line(gray, (150, int(y)), (1350, int(y)), 60, 2)
    for x in np.linspace(150, 1350, lines[1]).astype(int):
        cv2.line(gray, (int(x), 200), (int(x), 1800), 60, 2)
    assert problem_of(gray, FORMS).code in REFUSED


def test_a_wall_has_no_lines() -> None:
    gray = np.random.default_rng(3).normal(180, 8, (1200, 900)).clip(0, 255).astype(np.uint8)
    assert rectify(gray, strokes_of(gray)) is None
    assert list(fits_by_lines(gray, None, [(WITHOUT_MARKS[0], "plano")])) == []


def test_lines_run_along_the_axes_once_a_photo_is_rectified() -> None:
    form = load_template("c1-kwk-2015-pekalongan")
    shot = Shot(form, "plano", turn=17, tilt=0.25)
    seen = rectify(shot.gray, strokes_of(shot.gray))
    assert seen
    rules = ruling(form, "plano")
    turned = np.asarray(np.linalg.inv(seen.to_photo) @ shot.homography, dtype=np.float64)
    way = project(turned, rules.points + 3 * rules.normals) - project(turned, rules.points)
    slant = np.abs(way).min(axis=1) / np.abs(way).max(axis=1)
    assert np.quantile(slant, 0.95) < 0.01  # half a degree
    assert seen.rows.any()
    assert seen.columns.any()
    twice = mirrored(mirrored(seen))
    assert twice
    assert np.allclose(twice.to_photo, seen.to_photo)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_a_layout_turns_every_line_with_its_page(form: Template) -> None:
    for page in form.pages:
        upright = layouts(form, page.id)[0]
        corner = np.array([[upright.columns.at.min(), upright.rows.at.min()]])
        for layout in layouts(form, page.id):
            placed = project(layout.turn, np.vstack([corner, corner + np.array([10.0, 0.0])]))
            along = layout.rows if abs(placed[1, 1] - placed[0, 1]) < 1e-6 else layout.columns
            assert len(along) == len(upright.rows)
            assert np.isclose(layout.columns.at, placed[0, 0], atol=0.5).any()
            assert np.isclose(layout.rows.at, placed[0, 1], atol=0.5).any()


@pytest.mark.parametrize(
    ("name", "form"),
    [("kwk2017_1", "c1-kwk-2017"), ("ppwp2019_3", "ppwp-plano-2019"), ("c1_miring", "c1-ppwp-2014")],
)
def test_real_forms_are_found(name: str, form: str, real_forms: Path) -> None:
    located = locate(load(real_forms / "images" / f"{name}.jpg", name), FORMS)
    assert located.template.id == form


def test_a_cover_page_is_no_form(real_forms: Path) -> None:
    with pytest.raises(PhotoProblem) as caught:
        locate(load(real_forms / "images" / "c1_1386928.jpg", "cover"), FORMS)
    assert caught.value.code in REFUSED
