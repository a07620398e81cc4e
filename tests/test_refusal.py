"""Cheap questions about a photo: blurred, bare, or a back is said to be that, and no photo of a form is refused."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from conftest import Shot
from numpy.typing import NDArray

from ocr_recap import Template
from ocr_recap.forms import drawing
from ocr_recap.forms.fields import tag_corners
from ocr_recap.forms.template import available
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.homography import project
from ocr_recap.imaging.photo import load
from ocr_recap.locate import refusal
from ocr_recap.messages.problems import PhotoProblem
from ocr_recap.synth.camera.background import texture
from ocr_recap.synth.camera.photo import photograph
from ocr_recap.synth.sets import photos

pytestmark = pytest.mark.slow

Gray = NDArray[np.uint8]


def soft(gray: Gray, sigma: float, light: float = 1.0, noise: float = 0.0) -> Gray:
    """The picture blurred, then darkened, then with the sensor's noise."""
    seen = light * cv2.GaussianBlur(gray, (0, 0), sigma).astype(float)
    return (seen + np.random.default_rng(2).normal(0, noise, seen.shape)).clip(0, 255).astype(np.uint8)


def code_of(gray: Gray) -> str:
    with pytest.raises(PhotoProblem) as caught:
        refusal.refuse_at_once(gray)
    return caught.value.code


@pytest.mark.parametrize("form", available())
def test_no_drawn_photo_of_a_form_is_refused(form: str) -> None:
    template = load_template(form)
    for preset in ("field", "hard"):
        made = photos.make(photos.Order(template, 1, 28, preset, writers="calibration"), 0)
        seen = refusal.refuse_at_once(load(made.jpeg, "photo").gray)
        refusal.refuse_blurred(seen)


@pytest.mark.parametrize(("light", "noise"), [(1.0, 0.0), (1.0, 8.0), (0.3, 3.0)])
def test_print_without_a_sharp_edge_is_blurred(template: Template, light: float, noise: float) -> None:
    gray = Shot(template, "1", turn=7).gray
    plain = refusal.sharpness(soft(gray, 0.8, light, noise))
    assert plain.is_print()
    assert not plain.is_blurred()
    moderate = refusal.sharpness(soft(gray, 7, light, noise))
    assert moderate.is_blurred()
    assert not moderate.is_unreadable()  # as a close-up of large digits may be: it is looked for first
    with pytest.raises(PhotoProblem) as caught:
        refusal.refuse_blurred(moderate)
    assert caught.value.code == "photo_too_blurred"
    assert code_of(soft(gray, 20, light, noise)) == "photo_too_blurred"


def test_a_close_up_that_is_moderately_blurred_is_not_refused_at_once(template: Template) -> None:
    shot = Shot(template, "1")
    corner = np.array(template.fields_of("1")[0].cells.outline()[:2])
    x, y = project(shot.homography, corner).astype(int)
    part = soft(np.ascontiguousarray(shot.gray[y - 80 : y + 420, x - 80 : x + 420]), 2.5)
    assert not refusal.sharpness(part).is_unreadable()
    assert refusal.has_lines(part)


@pytest.mark.parametrize("sigma", [0.5, 12.0])
@pytest.mark.parametrize("kind", ["wall", "dark"])
def test_a_bare_ground_is_no_form_and_not_blurred(kind: str, sigma: float) -> None:
    ground = texture(kind, (1500, 2000), np.random.default_rng(4))[:, :, 0]  # type: ignore[arg-type]
    gray = soft(ground.astype(np.uint8), sigma, noise=2.0)
    assert not refusal.sharpness(gray).is_print()
    assert not refusal.has_lines(gray)
    assert code_of(gray) == "no_form"


def test_noise_in_the_dark_is_no_form() -> None:
    noise = np.random.default_rng(4).normal(30, 3, (2000, 1500)).clip(0, 255).astype(np.uint8)
    assert code_of(noise) == "no_form"


def test_a_flat_picture_has_no_edges() -> None:
    flat = np.full((300, 400), 90, np.uint8)
    assert refusal.sharpness(flat).edges == 0
    assert not refusal.sharpness(flat).is_print()
    assert refusal.line_length(flat) == 0
    assert refusal.print_depth(flat, np.array([[0, 0], [400, 0], [400, 300], [0, 300]])) == 0


def test_large_pictures_are_reduced_and_small_ones_are_not(template: Template) -> None:
    gray = Shot(template, "1").gray
    assert max(refusal.reduced(gray).shape) == refusal.SIDE
    small = np.ascontiguousarray(gray[:300, :400])
    assert refusal.reduced(small) is small


def flipped(gray: Gray, outline: NDArray[np.float64]) -> tuple[Gray, NDArray[np.float64]]:
    return np.ascontiguousarray(gray[:, ::-1]), outline * (-1, 1) + (gray.shape[1] - 1, 0)


@pytest.mark.parametrize("light", [0.25, 1.0])
@pytest.mark.parametrize("name", ["c-hasil-ppwp-2024", "c1-ppwp-2014"])
def test_a_photo_in_a_mirror_is_not_the_back_of_a_sheet(name: str, light: float) -> None:
    form = load_template(name)
    shot = Shot(form, form.pages[0].id, turn=5)
    paper = np.array([[0, 0], [form.paper.width, 0], [form.paper.width, form.paper.height], [0, form.paper.height]])
    tag = form.pages[0].markers.tag
    for places in (paper, tag_corners(tag)) if tag else (paper,):
        gray, outline = flipped(soft(shot.gray, 1.5, light, 2.0), project(shot.homography, np.asarray(places, float)))
        assert refusal.which_side(gray, outline) == "mirrored"
        assert refusal.mirror_problem(gray, outline).code == "photo_mirrored"


@pytest.mark.parametrize("preset", ["clean", "field"])
@pytest.mark.parametrize("name", ["c-hasil-ppwp-2024", "c1-ppwp-2014"])
def test_print_that_shows_through_is_the_back_of_a_sheet(name: str, preset: str) -> None:
    form = load_template(name)
    page = drawing.raster(form, form.pages[0].id, 6.0)
    size = (form.paper.width, form.paper.height)
    tag = form.pages[0].markers.tag
    for seed in range(3):
        shot = photograph(page, size, preset, np.random.default_rng(seed), defects=["back"])  # type: ignore[arg-type]
        gray = load(shot.jpeg, "photo").gray
        for places in (shot.quad((0, 0, *size)), *([shot.project(tag_corners(tag))] if tag else [])):
            assert refusal.which_side(gray, places) == "back"
            assert refusal.mirror_problem(gray, places).code == "back_of_sheet"
