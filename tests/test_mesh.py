"""A page is followed over paper that is not flat: by a mesh, and by a plane that grows while it holds."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Bent, Shot

from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.homography import project
from ocr_recap.imaging.spline_surface import Surface
from ocr_recap.locate.paper.creases import creases
from ocr_recap.locate.paper.fit import PageFit, fit_mesh, fit_plane, grow_mesh, judge, refined
from ocr_recap.locate.paper.growth import Growth
from ocr_recap.locate.paper.line_fit import Match
from ocr_recap.locate.paper.mesh import Mesh, mesh_of

FORM = load_template("c1-kwk-2017")
MESH = mesh_of(FORM, "plano")
MIDDLE = np.array([130.0, 120.0])  # mm
SCALE = 5.0  # px per mm


def bowed(points: np.ndarray) -> np.ndarray:
    """The sheet's middle lies 4 mm lower than its sides, and a little to the left."""
    wave = np.sin(np.pi * points[..., 0] / 247) * np.sin(np.pi * points[..., 1] / 392)
    return np.stack([-1.5 * wave, 4.0 * wave], axis=-1)


def nearer(points: np.ndarray) -> np.ndarray:
    """The sheet's lower part is lifted, and seen shortened from 190 mm on."""
    beyond = np.maximum(points[..., 1] - 190.0, 0.0)
    return np.stack([0 * beyond, -0.05 * beyond], axis=-1)


def seen(mesh: Mesh, values: np.ndarray, some: np.ndarray, wrong: float = 0.0) -> Match:
    """What is seen of a bowed sheet across its lines, of which a share is `wrong` by up to 2 mm."""
    rng = np.random.default_rng(1)
    left = mesh.lines.points + bowed(mesh.lines.points) - mesh.displaced(values).points
    offset = (left * mesh.lines.normals).sum(axis=1)[some]
    is_wrong = rng.random(len(some)) < wrong
    offset = np.where(is_wrong, rng.uniform(-2, 2, len(some)), offset)
    every = np.ones(len(some), dtype=bool)
    return Match(every, every, SCALE * offset, np.full(len(some), SCALE), mesh.lines.normals[some], np.zeros((0, 2)))


def off_lines(mesh: Mesh, values: np.ndarray) -> float:
    """The largest distance of a sample across its line from where it is, mm."""
    return float(np.abs(seen(mesh, values, np.arange(len(mesh.axis))).offset).max()) / SCALE


def test_a_known_displacement_is_kept_as_a_surface() -> None:
    points = MESH.lines.points
    surface = MESH.surface(MESH.nearest(bowed(points)))
    assert surface.moved(points) == pytest.approx(points + bowed(points), abs=0.05)


@pytest.mark.parametrize("wrong", [0.0, 0.2])
def test_a_known_displacement_is_found_by_offsets_across_lines(wrong: float) -> None:
    some = np.arange(len(MESH.axis))
    values = MESH.flat
    for _ in range(6):
        values = MESH.fit(values, seen(MESH, values, some, wrong), some, 0.6, 0.1)
    assert off_lines(MESH, MESH.flat) > 3.0
    assert off_lines(MESH, values) < 0.3


def test_an_axis_of_which_few_lines_are_seen_is_left_as_it_is() -> None:
    some = np.r_[np.flatnonzero(MESH.axis == 1), np.flatnonzero(MESH.axis == 0)[:5]]
    values = MESH.fit(MESH.flat, seen(MESH, MESH.flat, some), some, 0.6, 0.1)
    assert (values[:, 0] == 0).all()
    assert np.abs(values[:, 1]).max() > 1.0


@pytest.fixture(scope="module")
def flat() -> Shot:
    return Shot(FORM, "plano")


@pytest.fixture(scope="module")
def folded() -> Bent:
    return Bent(FORM, "plano", nearer)


def beside(shot: Shot, by: tuple[float, float]) -> np.ndarray:
    """The affine map that holds near the middle of the page (mm to px), moved by so many mm."""
    ends = MIDDLE + np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    here, right, down = project(shot.homography, ends)
    columns = np.stack([right - here, down - here], axis=1)
    return np.vstack([np.column_stack([columns, here - columns @ (MIDDLE - np.array(by))]), [0, 0, 1]])


def grown(shot: Shot, by: tuple[float, float]) -> Growth:
    growth = Growth(FORM, "plano", beside(shot, by), MIDDLE)
    growth.spread(shot.gray)
    return growth


def off(shot: Shot, fit: PageFit) -> np.ndarray:
    """Distances of the page's line samples from their true places, cell widths."""
    points = fit.lines.points
    moved = points + shot.moves(points) if isinstance(shot, Bent) else points
    true = project(shot.homography, moved)
    width = np.linalg.norm(project(shot.homography, points + np.array([fit.lines.unit, 0])) - true, axis=1)
    return np.linalg.norm(fit.to_photo(points) - true, axis=1) / width


@pytest.mark.parametrize("tilt", [0.0, 0.1])
def test_a_true_map_grows_over_the_whole_page(tilt: float) -> None:
    shot = Shot(FORM, "plano", tilt=tilt)
    growth = grown(shot, (0.4, -0.4))
    assert growth.is_whole
    assert growth.share > 0.97
    assert shot.error(lambda places: project(growth.homography, places)) < 0.05


def test_a_false_map_holds_nowhere(flat: Shot) -> None:
    growth = grown(flat, (3.5, 2.5))
    assert growth.held == 0
    assert growth.share < 0.7


def test_a_plane_ends_where_the_paper_is_folded_and_the_mesh_goes_on(folded: Bent) -> None:
    growth = grown(folded, (0.0, 0.0))
    assert not growth.is_whole
    assert 30 < growth.held < 200
    fit = grow_mesh(folded.gray, FORM, "plano", growth.homography, growth.center, growth.held)
    fit = refined(folded.gray, fit)
    alone = judge(folded.gray, FORM, "plano", growth.homography)
    assert fit.share > alone.share + 0.05
    assert np.median(off(folded, fit)) < 0.03


def test_a_plane_is_found_from_beside_it(flat: Shot) -> None:
    aside = flat.homography @ np.array([[1, 0, 1.0], [0, 1, -0.8], [0, 0, 1]])
    before, fit = judge(flat.gray, FORM, "plano", aside), fit_plane(flat.gray, FORM, "plano", aside)
    assert fit.surface is None
    assert fit.share > 0.99
    assert off(flat, before).min() > 0.1
    assert off(flat, fit).max() < 0.1


def test_closer_knots_are_kept_where_they_meet_more_lines_and_only_there(flat: Shot, folded: Bent) -> None:
    coarse = fit_mesh(folded.gray, FORM, "plano", lambda p: project(folded.homography, p + 0.9 * nearer(p)))
    fine = refined(folded.gray, coarse)
    assert fine.share >= coarse.share
    assert np.quantile(off(folded, fine), 0.98) < 0.12
    plane = fit_plane(flat.gray, FORM, "plano", flat.homography)
    assert refined(flat.gray, plane) is plane


def test_what_lies_outside_of_the_photo_is_neither_met_nor_missed(flat: Shot) -> None:
    foot = int(project(flat.homography, np.array([120.0, 150.0]))[1])
    fit = judge(np.ascontiguousarray(flat.gray[:foot]), FORM, "plano", flat.homography)
    assert 0.2 < fit.visible.mean() < 0.8
    assert not (fit.met & ~fit.visible).any()
    assert fit.share > 0.99
    assert (fit.lines.points[fit.visible][:, 1] < 151).all()


@pytest.mark.parametrize("axis", [0, 1])
def test_a_turn_along_a_whole_line_is_a_crease_and_a_bend_is_none(axis: int) -> None:
    step = np.array([20.0, 20.0])
    at = -20.0 + 20.0 * np.arange(20)  # mm, middles of the splines
    across = np.repeat(at[:, None], 14, axis=1)
    tent = -0.1 * np.abs(across - 160.0)
    bend = 4 * np.sin(np.pi * across / 380)

    def surface(moves: np.ndarray) -> Surface:
        values = np.stack([0.2 * moves, moves], axis=-1)
        return Surface(values if axis == 1 else values.swapaxes(0, 1), np.zeros(2), step)

    assert creases(surface(tent)) == ((axis, pytest.approx(160.0, abs=1.0)),)
    assert creases(surface(bend)) == ()
    assert creases(surface(tent + bend)) == ((axis, pytest.approx(160.0, abs=1.0)),)
