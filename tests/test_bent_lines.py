"""Bent and folded sheets without marks: straightened by their strokes, stretched onto lines, found where they are."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from conftest import Bent, Shot
from test_warp import bow, found

from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.homography import project
from ocr_recap.locate.lines.alignment import Placed, Ruler
from ocr_recap.locate.lines.dynamic_warp import stretched
from ocr_recap.locate.lines.page_lines import Axis, Layout, layouts
from ocr_recap.locate.lines.rectify import Rectified, mirrored, rectify, strokes_of
from ocr_recap.locate.lines.straighten import unbend

pytestmark = pytest.mark.slow

FORM = load_template("c1-kwk-2017")
SIZE = 800, 1100  # px, rectified


def wave(points: np.ndarray) -> np.ndarray:
    """Straightened places to bent ones: rows sag in the middle by 14 px, columns lean by up to 8."""
    x, y = points[..., 0] / SIZE[0], points[..., 1] / SIZE[1]
    return points + np.stack([8 * np.sin(np.pi * y) * x, 14 * np.sin(np.pi * x) * (0.5 + y)], axis=-1)


def strokes_of_a_table(rng: np.random.Generator) -> np.ndarray:
    """Pieces of 40 px of a table's straightened lines, both ways; (n, 2, 2)."""
    pieces = []
    for at in np.arange(60, 1050, 30.0):
        pieces += [[[x, at], [x + 40, at]] for x in rng.uniform(40, 720, 12)]
    for at in np.arange(50, 760, 45.0):
        pieces += [[[at, y], [at, y + 40]] for y in rng.uniform(50, 1000, 16)]
    return np.array(pieces)


def level(strokes: np.ndarray) -> np.ndarray:
    """Slope of each stroke against the axis that it runs along."""
    way = np.abs(strokes[:, 1] - strokes[:, 0])
    return way.min(axis=1) / way.max(axis=1)


def test_strokes_of_bent_paper_run_straight_once_it_is_unbent():
    rng = np.random.default_rng(1)
    strokes = wave(strokes_of_a_table(rng))
    scribbles = rng.uniform(0, 800, (60, 1, 2)) + np.array([[0.0, 0.0], [30.0, 12.0]])
    bend = unbend(np.concatenate([strokes + rng.normal(0, 0.3, strokes.shape), scribbles]), *SIZE)
    assert bend is not None
    assert np.quantile(level(strokes), 0.9) > 0.03
    assert np.quantile(level(bend.origin_of(strokes)), 0.9) < 0.006


def test_strokes_of_flat_paper_and_too_few_of_them_bend_nothing():
    strokes = strokes_of_a_table(np.random.default_rng(1))
    assert unbend(strokes + np.random.default_rng(2).normal(0, 0.4, strokes.shape), *SIZE) is None
    assert unbend(wave(strokes)[:15], *SIZE) is None


def shortened(place: np.ndarray) -> np.ndarray:
    """Half of a sheet below a fold at 500 px is seen shortened by 6%."""
    return np.where(place > 500, 500 + 0.94 * (place - 500), place)


@pytest.fixture(scope="module")
def table() -> tuple[Layout, Rectified]:
    """A page's lines at 2.2 px per mm, its lower half shortened."""
    layout = layouts(FORM, "plano")[0]
    rows, columns = np.zeros(SIZE[::-1], np.uint8), np.zeros(SIZE[::-1], np.uint8)
    scale = 2.2
    ends = [np.rint(scale * v).astype(int) for v in (layout.rows.start, layout.rows.end)]
    for at, start, end in zip(np.rint(shortened(scale * layout.rows.at)).astype(int), *ends, strict=True):
        rows[at - 1 : at + 1, start:end] = 1
    ends = [np.rint(shortened(scale * v)).astype(int) for v in (layout.columns.start, layout.columns.end)]
    for at, start, end in zip(np.rint(scale * layout.columns.at).astype(int), *ends, strict=True):
        columns[start:end, at - 1 : at + 1] = 1
    return layout, Rectified(np.eye(3), rows, columns)


def test_a_ruler_that_gives_meets_every_row_of_a_folded_sheet(table):
    layout, seen = table
    rigid = np.diag([2.2, 2.2, 1.0])
    ruler = Ruler(seen, 2)
    placed = Placed(layout, rigid, rigid, 0.5, 1.0)
    stretch, share = stretched(placed, ruler)
    told = layout.rows.weight > 0  # pens and hands cover the others, so that they tell nothing
    off = stretch.along(1, 2.2 * layout.rows.at) - shortened(2.2 * layout.rows.at)
    still = ruler.rows.share(2.2 * layout.rows.at, 2.2 * layout.rows.start, 2.2 * layout.rows.end)[0].mean()
    assert np.abs(off[told]).max() <= 3.5  # the lines' own width, and the slack about them
    assert share > 0.97
    assert share > still + 0.1


def test_what_is_not_there_is_not_stretched_into_place(table):
    layout, seen = table
    rigid = np.diag([2.2, 2.2, 1.0])
    half = replace(layout, rows=_scaled(layout.rows, 0.5), columns=_scaled(layout.columns, 0.5))
    _, share = stretched(Placed(half, rigid, rigid, 0.5, 1.0), Ruler(seen, 2))
    assert share < 0.6


def _scaled(lines: Axis, by: float) -> Axis:
    return Axis(lines.at * by, lines.start * by, lines.end * by, lines.sure)


def fold(points: np.ndarray) -> np.ndarray:
    """Folded across in the middle, the crease 9 mm lower and wider: no plane meets all rows."""
    tent = 1 - np.abs(points[..., 1] / (FORM.paper.height / 2) - 1)
    return np.stack([(points[..., 0] / FORM.paper.width - 0.5) * 8 * tent, 9.0 * tent], axis=-1)


@pytest.mark.parametrize("moves", [bow, fold], ids=["bow", "fold"])
def test_a_sheet_without_marks_is_followed(moves):
    shot = Bent(FORM, "plano", moves)
    located = found(shot)
    assert located.anchors == ("lines",)
    assert located.surface is not None
    assert shot.off(located).max() < 0.15  # cell widths
    assert shot.off(replace(located, surface=None)).max() > shot.off(located).max()


def test_a_flat_sheet_without_marks_is_hardly_corrected():
    shot = Shot(FORM, "plano")
    located = found(shot)
    assert located.folds == ()
    assert shot.error(located.to_photo) < 0.05  # cell widths
    assert shot.error(replace(located, surface=None).to_photo) < 0.1


def test_slanted_lines_of_a_pen_on_flat_paper_do_not_hide_the_page():
    form = load_template("dpr-plano-2019")
    shot = Bent(form, form.pages[0].id, np.zeros_like)
    low, high = (np.array(v) for v in ((70.0, 80.0), (225.0, 340.0)))
    for at in np.arange(low[1], high[1], 6.0):  # closing what was left empty, all of them askew
        ends = project(shot.homography, np.array([[low[0], at], [high[0], at - 4.5]]))
        cv2.line(shot.gray, *(tuple(map(int, end)) for end in ends), 40, 3)
    located = found(shot)
    assert located.anchors == ("lines",)
    assert shot.off(located).max() < 0.15  # cell widths


def test_a_bent_photo_in_a_mirror_is_bent_the_other_way():
    gray = Bent(FORM, "plano", fold).gray
    seen = rectify(gray, strokes_of(gray))
    assert seen
    assert seen.bend is not None
    other = mirrored(seen)
    assert other
    assert other.bend is not None
    width = seen.rows.shape[1] - 1
    places = np.array([[100.0, 300.0], [400.0, 700.0]])
    across = np.array([width, 0]) + places * (-1, 1)
    assert project(other.to_photo, other.bend.moved(across)) == pytest.approx(
        project(seen.to_photo, seen.bend.moved(places))
    )
