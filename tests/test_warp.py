"""Paper that is not flat: pages bent and folded by a known displacement, found where they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from conftest import Bent, Shot

from ocr_recap.cells.crop import crop
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.homography import project
from ocr_recap.imaging.photo import load
from ocr_recap.imaging.spline_surface import Surface
from ocr_recap.locate.agreement import told
from ocr_recap.locate.locate import locate
from ocr_recap.locate.located import Located
from ocr_recap.locate.paper.fit import fit_mesh, fit_plane, judge, refined
from ocr_recap.locate.tagged_page import LEAST_AT_TAG
from ocr_recap.records.record import PagePlace, PaperShape

pytestmark = pytest.mark.slow

LIMIT = 0.15  # cell widths


def bow(points: np.ndarray) -> np.ndarray:
    """The sheet's middle lies 5 mm lower than its sides, and a little to the left."""
    wave = np.sin(np.pi * points[..., 0] / 297) * np.sin(np.pi * points[..., 1] / 420)
    return np.stack([-2.0 * wave, 5.0 * wave], axis=-1)


FOLD = 236.0  # mm from the top


def fold(points: np.ndarray) -> np.ndarray:
    """Folded across at `FOLD`: the crease lies nearer to the camera, so that it looks longer and lower."""
    tent = np.minimum(points[..., 1] / FOLD, (420 - points[..., 1]) / (420 - FOLD))
    return np.stack([(points[..., 0] / 297 - 0.5) * 8 * tent, 4.0 * tent], axis=-1)


def found(shot: Shot) -> Located:
    return locate(load(shot.gray, "photo"), [shot.template])


@pytest.fixture(scope="module")
def folded(template) -> tuple[Bent, Located]:
    shot = Bent(template, "2", fold)
    return shot, found(shot)


def test_a_flat_page_gets_no_correction(template):
    located = found(Shot(template, "2"))
    assert located.surface is None
    assert located.folds == ()
    assert located.before is None


def test_a_bow_is_followed(template):
    shot = Bent(template, "2", bow)
    located = found(shot)
    assert located.surface is not None
    assert located.before is not None
    assert located.residual < 0.3 * located.before
    assert shot.off(located).max() < 0.05
    assert shot.off(replace(located, surface=None)).max() > 2 * shot.off(located).max()
    assert located.folds == ()


def test_a_fold_is_followed(folded):
    shot, located = folded
    assert located.surface is not None
    assert located.support >= LEAST_AT_TAG
    assert shot.off(located).max() <= LIMIT
    assert shot.off(replace(located, surface=None)).max() > LIMIT


def test_a_fold_is_reported_on_the_cells_that_it_runs_through(folded):
    shot, located = folded
    photo = load(shot.gray, "photo")
    field = shot.template.fields_of("2")[1]
    x0, y0, _, y1 = field.cells.rects()[0]
    through = replace(located, folds=((1, (y0 + y1) / 2),))
    patches = crop(photo, through)
    assert patches[field.id].folded.all()
    assert not any(patches[f.id].folded.any() for f in shot.template.fields_of("2") if f.id != field.id)
    down = crop(photo, replace(located, folds=((0, x0 + 1),)))
    assert down[field.id].folded.tolist() == [True, False, False]


def test_cells_are_cut_where_the_paper_is(folded):
    shot, located = folded
    patches = crop(load(shot.gray, "photo"), located)
    assert patches.keys() == {field.id for field in located.template.fields_of(located.page_id)} != set()
    assert all(p.found.all() for p in patches.values())


def test_a_record_places_what_it_draws_as_the_reading_did(folded):
    _, located = folded
    surface = located.surface
    assert surface is not None
    shape = PaperShape(
        origin=tuple(surface.origin),
        step=tuple(surface.step),
        across=tuple(map(tuple, surface.values[..., 0])),
        down=tuple(map(tuple, surface.values[..., 1])),
        residual_before=0.1,
        folds=(("y", FOLD),),
    )
    corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    homography = tuple(map(tuple, located.homography))
    page = PagePlace(
        template="t", page="2", corners=corners, residual=0.1, anchors=(), homography=homography, shape=shape
    )
    page = PagePlace.model_validate_json(page.model_dump_json())
    places = np.array([[60.0, 100.0], [250.0, 380.0]])
    assert project(np.array(page.homography), page.moved(places)) == pytest.approx(located.to_photo(places))
    flat = page.model_copy(update={"shape": None})
    assert flat.moved(places) is places


def test_another_pages_lines_are_never_bent_into_place(template):
    shot = Shot(template, "2")
    plane = fit_plane(shot.gray, template, "3", shot.homography)
    bent = refined(shot.gray, fit_mesh(shot.gray, template, "3", plane.to_photo))
    assert told(bent) < LEAST_AT_TAG


def test_a_line_is_not_missed_for_the_darker_one_beside_it():
    """Beside the bubbles of this page lines run in pairs, a fifth of a cell apart."""
    form = load_template("c-hasil-kwk")
    shot = Bent(form, "2", bow)
    located = found(shot)
    assert located.surface is not None
    assert located.support > 0.985
    assert shot.off(located).max() < 0.05


def test_grain_is_no_line(template):
    """Any ridge will do where it is only asked for one; asked whether the lines are there, half of them are missing."""
    shot = Shot(template, "2")
    assert judge(shot.gray, template, "2", shot.homography).share > 0.99
    grain = np.random.default_rng(3).normal(200, 6, shot.gray.shape).clip(0, 255).astype(np.uint8)
    assert judge(grain, template, "2", shot.homography).share < 0.6


def test_a_surface_without_values_moves_nothing_and_ends_level():
    still = Surface(np.zeros((6, 5, 2)), np.zeros(2), np.full(2, 40.0))
    places = np.array([[-50.0, -50.0], [10.0, 20.0], [500.0, 900.0]])
    assert still.moved(places) == pytest.approx(places)
    even = Surface(np.full((6, 5, 2), 3.0), np.zeros(2), np.full(2, 40.0))
    assert even.moved(places) == pytest.approx(places + 3.0)


def test_a_surface_finds_back_to_where_it_came_from():
    rng = np.random.default_rng(4)
    bent = Surface(rng.normal(0, 2, (8, 7, 2)), np.zeros(2), np.full(2, 60.0))
    places = rng.uniform(0, 240, (50, 2))
    assert bent.origin_of(bent.moved(places)) == pytest.approx(places, abs=0.01)
    x, y = np.array([0.0, 31.0, 200.0]), np.array([5.0, 90.0])
    assert bent.lattice(x, y) == pytest.approx(bent.moved(np.stack(np.meshgrid(x, y), axis=-1)))


HALF = 150.0  # mm from the top


def kink(points: np.ndarray) -> np.ndarray:
    """Folded across at `HALF`: what lies below is seen nearer to it, in the end by more than a row of the list."""
    beyond = np.maximum(points[..., 1] - HALF, 0.0)
    return np.stack([-0.02 * beyond, -0.08 * beyond], axis=-1)


def test_a_sheet_folded_by_more_than_a_row_is_followed_beyond_the_crease():
    form = load_template("c1-ppwp-2014")
    shot = Bent(form, form.pages[0].id, kink)
    located = found(shot)
    assert shot.off(located).max() < LIMIT
    assert any(axis == 1 and abs(place - HALF) < 25 for axis, place in located.folds)
