"""What training cells show: other than digits, rows seen twice, and the second reader's two views; and page cells."""

from __future__ import annotations

import sys

import cv2
import numpy as np
import pytest
from conftest import ROOT

from ocr_recap.cells import digit_views
from ocr_recap.cells.patch import CELL
from ocr_recap.synth.cells import cells, othercells, pagecells
from ocr_recap.synth.cells.cellpaper import DrawnRow, blank
from ocr_recap.synth.writing import sources
from ocr_recap.synth.writing.strokes import Writer

sys.path.insert(0, str(ROOT / "benchmarks"))
import page_cells


def row(seed: int) -> tuple[DrawnRow, np.random.Generator]:
    rng = np.random.default_rng(seed)
    return blank(Writer.from_seed(12), 3, rng), rng


@pytest.mark.parametrize("seed", range(40))
def test_what_is_no_digit_leaves_ink_in_its_cell(seed: int) -> None:
    form, rng = row(seed)
    form.pen[:] = 0
    othercells.write_other(form, form.rects[1], rng)
    x0, y0, x1, y1 = (round(v) for v in form.rects[1])
    assert (form.pen[y0:y1, x0:x1] > 128).sum() > 20


def test_a_digit_over_another_holds_both() -> None:
    form, rng = row(3)
    form.pen[:] = 0
    othercells.write_over(form, form.rects[0], 1, 2.0, rng)
    both = int((form.pen > 128).sum())
    alone, rng = row(3)
    alone.pen[:] = 0
    alone.ink([np.array([(60.0, 50.0), (60.0, 90.0)])], rng, 2.0)
    assert both > 1.3 * (alone.pen > 128).sum()


def test_rows_are_photographed_as_often_as_asked_for() -> None:
    mix = cells.usual_mix(sources.load_pack(), "train")
    made = cells.batch(400, "train", mix, np.random.default_rng(2), photos=2)
    labels = [made.labels[made.rows == number] for number in np.unique(made.rows)]
    rows = [part for part in labels if len(part) > 1]
    same = [(a == b).all() for a, b in zip(rows[::2], rows[1::2], strict=False) if len(a) == len(b)]
    assert len(same) > 20
    assert all(same)
    first, second = (made.patches[made.rows == number] for number in np.unique(made.rows)[:2])
    assert not np.array_equal(first, second), "seen twice, not copied"


def test_some_digits_are_larger_than_their_cell() -> None:
    rng = np.random.default_rng(1)
    writer = Writer.from_seed(12)
    places = [cells._too_large((0, 0, 64, 64), writer, rng) for _ in range(200)]
    heights = [(place[3] - place[1]) * writer.size for place in places]
    assert 0.93 < min(heights) / 64 < 1.05
    assert 1.25 < max(heights) / 64 < 1.37


def framed(stroke: bool) -> tuple[np.ndarray, np.ndarray]:
    patch = np.full((1, 48, 48), 230, np.uint8)
    cv2.rectangle(patch[0], (8, 8), (39, 39), 60, 2)
    if stroke:
        cv2.line(patch[0], (24, 14), (24, 34), 60, 2)
    return patch, np.full((1, 2), float(CELL), np.float32)


def test_the_second_view_keeps_the_print_and_the_first_does_not() -> None:
    views = digit_views.zoom(*framed(stroke=True))
    assert views.shape == (1, 2, 32, 32)
    ink, everything = views[0]
    assert ink[16, 12:20].max() > 0.9, "the stroke is in both"
    assert everything[16, 12:20].max() > 0.9
    assert ink[:, [0, 1, -2, -1]].max() < 0.2, "the frame is only in the second"
    assert (everything >= ink - 0.01).all()
    outside = digit_views.darkness(framed(stroke=False)[0])
    assert outside.max() > 0.6
    assert digit_views.ink(outside, framed(stroke=False)[1]).max() < 0.25


@pytest.mark.slow
def test_page_cells_are_those_of_the_truth_and_repeat() -> None:
    kind = pagecells.CellKind("small", "field", longer=900, writers="train")
    made, again = pagecells.photo_cells(kind, 5, 0), pagecells.photo_cells(kind, 5, 0)
    assert len(made.labels) > 10
    assert made.patches.shape == (len(made.labels), 48, 48)
    assert (made.patches == again.patches).all()
    corrected = np.isin(made.manners, pagecells.CORRECTED)
    assert ((made.was >= 0) >= corrected).all()
    assert made.sides.min() > 5
    assert np.unique(made.segments).size == 1  # one hand fills a sheet
    assert len(pagecells.together([made, again]).labels) == 2 * len(made.labels)


def test_corrected_cells_are_counted_apart() -> None:
    struck, plain = pagecells.MANNERS.index("struck"), pagecells.MANNERS.index("plain")
    # label, best, sure, asked, first alone, was, manner, px of the box, seven-segment figures
    rows = np.array(
        [
            (3, 3, 0.999, 0, 3, -1, plain, 40, 0),
            (4, 9, 0.995, 1, 4, -1, plain, 15, 1),
            (12, 12, 0.999, 0, 12, -1, plain, 40, 0),
            (5, 13, 0.9, 1, 13, 6, struck, 40, 0),
            (5, 6, 0.995, 1, 13, 6, struck, 40, 0),
            (5, 5, 0.6, 1, 13, 6, struck, 40, 0),
        ]
    )
    found = page_cells.count_up(rows)
    assert (found["cells"], found["cells_right"]) == (3, 2)
    assert (found["digit_cells"], found["digit_cells_right"]) == (2, 1)
    assert found["corrected"] == {"cells": 3, "right": 1, "other": 1, "struck": 1, "struck_at_0.99": 1}
    assert (found["wrong_at_0.99"], found["digits_read_at_0.99"]) == (2, 3)
    assert found["first_alone_right"] == 3
    written = {name: counts for name, counts in found["writing"].items() if counts[0]}
    assert written == {
        "within the box, usual figures": [1, 0],
        "within the box, seven-segment figures": [1, 1],
    }
    assert {name: counts for name, counts in found["boxes"].items() if counts[0]} == {
        "12 to 18 px": [1, 1],
        "from 36 px": [1, 0],
    }
