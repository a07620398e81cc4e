"""Drawn photos tell the truth: known dots lie where the map says, whatever went wrong with the photo."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace

import cv2
import numpy as np
import pytest
from conftest import ROOT
from numpy.typing import NDArray

from ocr_recap import Template
from ocr_recap.forms import drawing
from ocr_recap.imaging.photo import load
from ocr_recap.locate.locate import locate
from ocr_recap.synth.camera import conditions as table
from ocr_recap.synth.camera import defects
from ocr_recap.synth.camera.conditions import PARAMETERS, PRESETS, Conditions
from ocr_recap.synth.camera.defects import DEFECTS, seen
from ocr_recap.synth.camera.photo import Shot, photograph
from ocr_recap.synth.camera.sheet_shape import surface
from ocr_recap.synth.camera.view import look

pytestmark = pytest.mark.slow

SIZE = (297.0, 420.0)
SCALE = 5.0
LONGER = 1400
DOT = 2.6  # mm, radius
PLACES = np.stack(np.meshgrid(np.linspace(14, 283, 8), np.linspace(14, 406, 11)), axis=-1).reshape(-1, 2)
CELL = 13.5  # mm, about a digit box of the 2024 form


@pytest.fixture(scope="module")
def dotted() -> NDArray[np.uint8]:
    page = np.full((round(SIZE[1] * SCALE), round(SIZE[0] * SCALE)), 255, np.uint8)
    for x, y in PLACES:
        at = np.rint((np.array([x, y]) * SCALE - 0.5) * 16).astype(int)
        cv2.circle(page, (int(at[0]), int(at[1])), round(DOT * SCALE * 16), 20, -1, cv2.LINE_AA, 4)
    return page


def misses(shot: Shot) -> tuple[NDArray[np.float64], int]:
    """Distance of each dot in plain view from where the map puts it, px; and how many could not be seen well."""
    gray = cv2.cvtColor(shot.picture, cv2.COLOR_BGR2GRAY).astype(float)
    found, unclear = [], 0
    for x, y in PLACES:
        around = (x - 1.9 * DOT, y - 1.9 * DOT, x + 1.9 * DOT, y + 1.9 * DOT)
        if shot.visible(around) < 1:
            continue
        quad = shot.quad(around)
        low, high = np.floor(quad.min(axis=0)).astype(int), np.ceil(quad.max(axis=0)).astype(int)
        part = gray[max(low[1], 0) : high[1] + 1, max(low[0], 0) : high[0] + 1]
        place = np.maximum(low, 0)
        # A sheet's shade is a slope over the dot's surroundings: flatten it by the corners.
        ys, xs = np.mgrid[: part.shape[0], : part.shape[1]]
        rim = (xs < 2) | (ys < 2) | (xs >= part.shape[1] - 2) | (ys >= part.shape[0] - 2)
        plane = np.stack([xs, ys, np.ones_like(xs)], axis=-1)
        paper = plane @ np.linalg.lstsq(plane[rim], part[rim], rcond=None)[0]
        dark = paper - part
        depth = np.quantile(dark, 0.93)
        if depth < 25:
            unclear += 1
            continue
        weight = np.clip(dark - 0.35 * depth, 0, 0.4 * depth)
        middle = np.array([(weight * xs).sum(), (weight * ys).sum()]) / weight.sum() + place
        found.append(float(np.linalg.norm(middle - shot.project([[x, y]])[0])))
    return np.array(found), unclear


# Defects that leave little to see; tests of their own show that they tell the truth.
FAINT = {"back", "blurred"}


@pytest.mark.parametrize("name", ["", *(name for name in DEFECTS if name not in FAINT)])
def test_dots_lie_where_the_map_says(name: str, dotted: NDArray[np.uint8]) -> None:
    names = [name] if name else []
    rng = np.random.default_rng([11, list(DEFECTS).index(name) if name else 99])
    shot = photograph(dotted, SIZE, "clean", rng, defects=names, longer=LONGER)
    assert set(names) <= set(shot.defects)
    off, unclear = misses(shot)
    pixels = shot.project(PLACES)
    height, width = shot.picture.shape[:2]
    in_sight = int(((pixels > 0) & (pixels < (width, height))).all(axis=1).sum())
    assert in_sight >= (0.03 if name == "close-up" else 0.7) * len(PLACES)
    assert len(off) >= 0.7 * in_sight
    assert unclear <= 0.15 * len(PLACES)
    quads = shot.quad((140, 200, 140 + CELL, 200 + CELL))
    cell = float(np.linalg.norm(quads[1] - quads[0]))
    assert np.median(off) < 0.1
    assert np.quantile(off, 0.95) < min(0.3, 0.02 * cell)


@pytest.mark.parametrize("defects", [["back"], ["back", "close-up"]])
def test_the_back_of_a_sheet_is_pale_and_mirrored(defects: list[str], dotted: NDArray[np.uint8]) -> None:
    drawn = photograph(dotted, SIZE, "clean", np.random.default_rng(3), defects=defects, longer=LONGER)
    front = photograph(dotted, SIZE, replace(drawn.conditions, back=0.0), np.random.default_rng(3), longer=LONGER)
    assert "back" in drawn.defects
    assert "back" not in front.defects
    assert drawn.visible((140, 200, 150, 210)) == 0.0
    sides = drawn.quad((0, 0, *SIZE))
    (along, down) = sides[1] - sides[0], sides[3] - sides[0]
    assert along[0] * down[1] - along[1] * down[0] < 0  # mirrored
    gray = cv2.cvtColor(drawn.picture, cv2.COLOR_BGR2GRAY).astype(float)
    height, width = gray.shape
    places, beside = drawn.project(PLACES), drawn.project(PLACES + np.array([2.2 * DOT, 0.0]))
    inside = ((np.minimum(places, beside) > 2) & (np.maximum(places, beside) < (width - 3, height - 3))).all(axis=1)
    (x, y), (u, v) = np.rint(places[inside]).astype(int).T, np.rint(beside[inside]).astype(int).T
    depth = 1 - gray[y, x] / gray[v, u]
    assert len(depth) > 2
    assert drawn.conditions.back / 2 < np.median(depth) < 0.25


def test_a_blurred_photo_has_no_sharp_edge(dotted: NDArray[np.uint8]) -> None:
    steps = {}
    for names in ([], ["blurred"]):
        shot = photograph(dotted, SIZE, "clean", np.random.default_rng(5), defects=names, longer=LONGER)
        gray = cv2.GaussianBlur(cv2.cvtColor(shot.picture, cv2.COLOR_BGR2GRAY), (0, 0), 1.0).astype(float)
        steps[bool(names)] = float(np.abs(np.diff(gray, axis=1)).max())
    assert "blurred" in shot.defects
    assert steps[True] < 0.4 * steps[False]


@pytest.mark.parametrize("preset", ["field", "hard"])
def test_dots_lie_where_the_map_says_when_much_goes_wrong(preset: table.Preset, dotted: NDArray[np.uint8]) -> None:
    offs = [misses(photograph(dotted, SIZE, preset, np.random.default_rng(s), longer=LONGER))[0] for s in range(3)]
    assert sum(map(len, offs)) > 0.5 * 3 * len(PLACES)
    assert np.median(np.concatenate(offs)) < 0.15


def test_way_back_undoes_projection() -> None:
    rng = np.random.default_rng(3)
    for _ in range(4):
        drawn = replace(table.draw("hard", rng), bend=18.0, ripple=1.5, fold=15.0, folds=3.0, bulge=0.012, cut=0.0)
        view = look(drawn, surface(drawn, SIZE, rng), SIZE, 2000)
        pixels = view.project(PLACES)
        paper, _ = view.unproject(pixels)
        assert np.abs(view.project(paper) - pixels).max() < 0.05
        assert np.abs(paper - PLACES).max() < 0.05
        x, y, _, _ = view.way_back()
        inside = ((pixels > 2) & (pixels < np.array(view.size) - 3)).all(axis=1)
        for (px, py), place in zip(np.rint(pixels[inside]).astype(int), pixels[inside], strict=True):
            seen_at = view.project(np.array([[x[py, px], y[py, px]]], float))[0]
            assert np.linalg.norm(seen_at - np.rint(place)) < 0.25


def test_a_bent_sheet_keeps_its_lengths() -> None:
    bent = surface(replace(Conditions(), bend=20.0, bend_axis=60.0), SIZE, np.random.default_rng(1))
    line = np.stack([np.linspace(10, 280, 4000), np.linspace(30, 400, 4000)], axis=-1)
    move, height = bent.lifted(line)
    space = np.concatenate([line + move, height[:, None]], axis=1)
    length = np.linalg.norm(np.diff(space, axis=0), axis=1).sum()
    assert length == pytest.approx(np.linalg.norm(line[-1] - line[0]), rel=1e-4)
    ends = bent.lifted(np.array([[0.0, 0.0], [148.5, 210.0]]))[1]
    assert ends[1] - ends[0] == pytest.approx(20.0, rel=0.02)


def test_the_same_seed_takes_the_same_photo(dotted: NDArray[np.uint8]) -> None:
    first, again, other = (
        photograph(dotted, SIZE, "hard", np.random.default_rng(seed), longer=700) for seed in (5, 5, 6)
    )
    assert first.jpeg == again.jpeg
    assert first.defects == again.defects
    assert first.jpeg != other.jpeg
    decoded = cv2.imdecode(np.frombuffer(first.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert (decoded == first.picture).all()


def test_a_defect_changes_nothing_else() -> None:
    for preset in PRESETS:
        plain = table.draw(preset, np.random.default_rng(4))
        for defect in DEFECTS.values():
            drawn = table.draw(preset, np.random.default_rng(4), defect.changes)
            assert defect.name in seen(drawn)
            changed = {f.name for f in fields(Conditions) if getattr(drawn, f.name) != getattr(plain, f.name)}
            assert changed <= set(defect.changes)


def test_a_flawless_photo_has_no_defects() -> None:
    assert seen(Conditions()) == ()


@pytest.mark.parametrize("seed", range(6))
def test_a_close_up_shows_one_of_the_parts_and_little_else(seed: int, dotted: NDArray[np.uint8]) -> None:
    parts = [(40.0, 60.0, 60.0, 72.0), (200.0, 300.0, 220.0, 312.0), (120.0, 380.0, 140.0, 392.0)]
    shot = photograph(
        dotted, SIZE, "clean", np.random.default_rng(seed), defects=["close-up"], longer=LONGER, parts=parts
    )
    assert max(shot.visible(part) for part in parts) == 1.0
    assert shot.visible((0, 0, *SIZE)) < 0.9
    height, width = shot.picture.shape[:2]
    assert (width, height) == (shot.window[2] - shot.window[0], shot.window[3] - shot.window[1])
    assert (width, height) != shot.view.size


@pytest.mark.parametrize("name", ["hand", "cable"])
def test_what_is_covered_is_not_visible(name: str, dotted: NDArray[np.uint8]) -> None:
    blank = np.full_like(dotted, 255)
    rng_state = 21
    drawn = table.draw("clean", np.random.default_rng(2), DEFECTS[name].changes)
    shot = photograph(blank, SIZE, drawn, np.random.default_rng(rng_state), longer=800)
    without = replace(drawn, **{name: 0.0})
    plain = photograph(blank, SIZE, without, np.random.default_rng(rng_state), longer=800)
    change = np.abs(shot.picture.astype(int) - plain.picture.astype(int)).max(axis=2)
    near = cv2.dilate(shot.hidden, np.ones((81, 81), np.uint8))
    met = Counter[str]()
    for x in np.arange(2, 290, 7.0):
        for y in np.arange(2, 414, 7.0):
            share = shot.visible((x, y, x + 3, y + 3))
            at = np.rint(shot.project([[x + 1.5, y + 1.5]])[0]).astype(int)
            if share == 0:
                met["hidden"] += 1
                assert change[at[1], at[0]] > 25
            elif change[at[1], at[0]] > 12:  # the thing itself, or its shadow
                met["beside"] += 1
                assert near[at[1], at[0]]
    assert met["hidden"] >= 10
    assert met["beside"] >= 10


def test_what_is_outside_is_not_visible(dotted: NDArray[np.uint8]) -> None:
    cut = photograph(dotted, SIZE, "clean", np.random.default_rng(1), defects=["cut-off"], longer=700)
    shares = [cut.visible(r) for r in ((0, 0, 297, 2), (0, 418, 297, 420), (0, 0, 2, 420), (295, 0, 297, 420))]
    assert min(shares) == 0
    assert cut.visible((100, 150, 200, 250)) == 1


def test_bad_input_is_refused_by_name(dotted: NDArray[np.uint8]) -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(ValueError, match=r"no such defect: coffee.*known are bend"):
        photograph(dotted, SIZE, "field", rng, defects=["coffee"])
    with pytest.raises(ValueError, match=r"bend = 400 mm"):
        photograph(dotted, SIZE, replace(Conditions(), bend=400.0), rng)


def test_presets_stay_within_their_ranges() -> None:
    for preset in PRESETS:
        for seed in range(60):
            drawn = table.draw(preset, np.random.default_rng(seed))
            table.check(drawn)
            for name, parameter in PARAMETERS.items():
                value, default = getattr(drawn, name), getattr(Conditions(), name)
                low, high = parameter.span(preset)
                assert low <= (abs(value) if parameter.signed else value) <= high or value == default


def test_the_page_about_the_camera_shows_the_table_in_force() -> None:
    page = (ROOT / "docs" / "reference" / "synthesis-camera.md").read_text("utf-8")
    assert "\n".join(table.rows()) in page
    assert "\n".join(defects.rows()) in page


def test_clean_photos_are_found_where_they_are(template: Template) -> None:
    for index, page_id in enumerate("123"):
        page = drawing.raster(template, page_id, SCALE)
        size = template.paper.width, template.paper.height
        shot = photograph(page, size, "clean", np.random.default_rng([7, index]))
        found = locate(load(shot.jpeg, "photo"), [template])
        assert found.page_id == page_id
        outlines = np.array([f.cells.outline() for f in template.fields_of(page_id)]).reshape(-1, 2)
        unit = np.array([template.cell_width(page_id), 0])
        width = np.linalg.norm(shot.project(outlines + unit) - shot.project(outlines), axis=1)
        seen_at = found.to_photo(outlines)
        assert (np.linalg.norm(seen_at - shot.project(outlines), axis=1) / width).max() < 0.25
