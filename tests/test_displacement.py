"""How far paper lies off is fitted as it is: smooth where it bends, creased where it is folded, and no farther."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from test_warp import NO_ANCHORS, Bent

from ocr_recap.forms.template import load as load_template
from ocr_recap.locate.paper.creases import kinks
from ocr_recap.locate.paper.displacement import Displacement
from ocr_recap.locate.paper.line_fit import refine, ruling
from ocr_recap.locate.paper.nonrigid import SURE, follow, sharpened
from ocr_recap.locate.paper.placement import Placement
from ocr_recap.locate.paper.surface_fit import folds, thinned

FORM = load_template("c1-kwk-2017")
RULES = thinned(ruling(FORM, "plano"))
DOWN, ACROSS = 150.0, 205.0  # mm


def folded(points: np.ndarray) -> np.ndarray:
    """Folded in four: each crease lifts the paper, more at one of its ends; 0.08 of slope on both sides together."""
    x, y = points[..., 0], points[..., 1]
    across = -0.035 * (np.abs(y - ACROSS) - 100) * (0.6 + x / 297)
    down = 0.04 * (np.abs(x - DOWN) - 70) * (1.2 - y / 420)
    return np.stack([down, across], axis=-1)


def offsets(model: Displacement, values: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """How far the paper lies across each line from where the values have it, mm."""
    left = RULES.points + moves - model.displaced(values).points
    return (left * RULES.normals).sum(axis=1)


def fitted(model: Displacement, moves: np.ndarray, trusting: bool = True) -> np.ndarray:
    values = model.flat
    every = np.ones(len(RULES.points), dtype=bool)
    for reach in (1.5, 0.5, 0.3, 0.3):
        values = model.fit(values, every, offsets(model, values, moves), reach, 0.1, trusting)
    return values


def test_a_creased_displacement_is_found_where_splines_alone_are_too_smooth():
    moves = folded(RULES.points)
    errors = []
    for told in ((), ((0, DOWN), (1, ACROSS))):
        model = Displacement(RULES, NO_ANCHORS, np.eye(3), told)
        errors.append(np.abs(offsets(model, fitted(model, moves), moves)).max())
    assert errors[0] > 0.1
    assert errors[1] < 0.02


def test_a_creased_displacement_is_kept_as_one_surface():
    model = Displacement(RULES, NO_ANCHORS, np.eye(3), ((0, DOWN), (1, ACROSS)))
    values = fitted(model, folded(RULES.points))
    surface = model.surface(values)
    assert model.is_paper(surface)
    assert surface.moved(RULES.points) == pytest.approx(model.displaced(values).points, abs=0.12)


def test_paper_is_neither_steeper_nor_farther_off_than_a_sheet_can_be():
    model = Displacement(RULES, NO_ANCHORS, np.eye(3), ((1, ACROSS),))
    moves = folded(RULES.points)
    assert model.is_paper(model.surface(fitted(model, moves)))
    assert not model.is_paper(model.surface(fitted(model, 4 * moves)))


def test_offsets_that_most_contradict_are_outliers_unless_they_are_trusted():
    """Beside a crease that nobody knows of all lines lie off, and few lines are there: they are no outliers."""
    model = Displacement(RULES, NO_ANCHORS, np.eye(3), knots=20)
    near = np.exp(-(((RULES.points[:, 1] - ACROSS) / 20) ** 2))
    moves = np.stack([np.zeros(len(near)), 0.25 * RULES.unit * near], axis=1)
    left = []
    for trusting in (False, True):
        values = model.flat
        for _ in range(4):
            off = offsets(model, values, moves)
            values = model.fit(values, np.ones(len(off), dtype=bool), off, 0.3, 0.1, trusting)
        left.append(np.abs(offsets(model, values, moves)).max())
    assert left[0] > 0.9 * np.abs(moves).max()
    assert left[1] < 0.3 * np.abs(moves).max()


def test_too_few_samples_tell_no_crease():
    rng = np.random.default_rng(1)
    points = rng.uniform(0, 200, (60, 2))
    assert kinks(points, folded(points)[:, 1], np.arange(60) % 2) == ()
    assert kinks(points, folded(points)[:, 1], np.zeros(60, dtype=int)) == ()


def steeply(points: np.ndarray) -> np.ndarray:
    """The same, less flattened."""
    return 1.6 * folded(points)


@pytest.mark.slow
def test_creases_are_told_beside_what_is_written():
    shot = Bent(FORM, "plano", folded)
    rng = np.random.default_rng(2)
    for x, y in rng.uniform(0.2, 0.8, (60, 2)) * shot.gray.shape[::-1]:
        cv2.line(shot.gray, (int(x), int(y)), (int(x) + 30, int(y) + 3), 60, 2)
    flat = Displacement(RULES, NO_ANCHORS, shot.homography)
    surface = flat.surface(fitted(flat, folded(RULES.points)))
    told = folds(shot.gray, shot.homography, surface, RULES, 0.3)
    assert any(axis == 0 and abs(place - DOWN) < 8 for axis, place in told)
    assert any(axis == 1 and abs(place - ACROSS) < 8 for axis, place in told)


@pytest.mark.slow
def test_sharpening_meets_the_lines_beside_creases():
    shot = Bent(FORM, "plano", steeply)
    rules = ruling(FORM, "plano")
    plane = refine(shot.gray, shot.homography, rules, NO_ANCHORS)
    start = Placement(shot.homography, lambda points: points + 0.9 * steeply(points))
    coarse = follow(shot.gray, None, plane, [], rules, NO_ANCHORS, start)
    assert coarse.surface is not None
    sharp = sharpened(shot.gray, coarse, rules, NO_ANCHORS)
    assert sharp.surface is not None
    off = [
        float(np.abs(((s.moved(rules.points) - rules.points - steeply(rules.points)) * rules.normals).sum(1)).max())
        for s in (coarse.surface, sharp.surface)
    ]
    assert off[1] < 0.5 * off[0]
    assert coarse.support < SURE
    assert sharp.support > 0.995
    assert sharp.residual < coarse.residual


@pytest.mark.slow
def test_what_is_flat_or_meets_all_its_lines_is_left_as_it_is():
    shot = Bent(FORM, "plano", np.zeros_like)
    rules = ruling(FORM, "plano")
    plane = refine(shot.gray, shot.homography, rules, NO_ANCHORS)
    assert sharpened(shot.gray, plane, rules, NO_ANCHORS) is plane
    bowed = Bent(
        FORM, "plano", lambda points: np.stack([0 * points[..., 0], 1e-4 * (points[..., 0] - 148) ** 2], axis=-1)
    )
    bent = follow(bowed.gray, None, refine(bowed.gray, bowed.homography, rules, NO_ANCHORS), [], rules, NO_ANCHORS)
    assert bent.surface is not None
    assert sharpened(bowed.gray, bent, rules, NO_ANCHORS) is bent
