"""Strokes: from a filled grid on a photo to counts with probabilities, and what must never become a number."""

import json
import math
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ocr_recap import Reader, Record, Template
from ocr_recap.cells.tally_crop import BOX_HEIGHT, BOX_WIDTH, HEIGHT, OTHER, WIDTH
from ocr_recap.cells.tally_reader import CLASSES, TallyReader, cell_counts, convolve, credible, is_bare, number_given
from ocr_recap.cells.weights import weights_directory
from ocr_recap.imaging.photo import load
from ocr_recap.records.case_record import case_of
from ocr_recap.records.field_record import TallyEvidence
from ocr_recap.report.overlay import overlay
from ocr_recap.report.tally_overlay import block, labels, shown_fields
from ocr_recap.synth.cells import tallycells
from ocr_recap.synth.forms.fill import FieldWriting, fill_page
from ocr_recap.synth.writing.marks import TallyMarks, spread
from ocr_recap.synth.writing.strokes import Writer, scribble

pytestmark = pytest.mark.slow

WRITER = Writer.from_seed(120)  # a test writer
PPM = 6.0
FLOOR = 0.88
COUNTS = {"votes_1": 77, "votes_2": 0, "votes_3": 128}


def filled(template: Template, **marks: TallyMarks | None) -> NDArray[np.uint8]:
    """Page 2 with these strokes and row totals, BGR."""
    writing: dict[str, FieldWriting] = {}
    for field in template.fields_of("2"):
        strokes = marks.get(field.id)
        count = strokes.count if strokes else 0
        rows = tuple(f"{n:2}" if n else "  " for n in strokes.rows) if strokes else None
        writing[field.id] = FieldWriting(str(count).rjust(3, "X"), strokes=strokes, row_texts=rows)
    return fill_page(template, "2", writing, WRITER, np.random.default_rng(7), PPM)


def of(template: Template, field_id: str, count: int) -> TallyMarks:
    grid = next(f for f in template.fields if f.id == field_id).tally
    assert grid is not None
    return TallyMarks(spread(count, grid), "slash", 0.2)


@pytest.fixture(scope="module")
def page(template: Template) -> NDArray[np.uint8]:
    made = {name: of(template, name, count) for name, count in COUNTS.items()}
    return filled(template, **made | {"votes_3": replace(made["votes_3"], cancel="z")})


@pytest.fixture(scope="module")
def record(reader: Reader, page: NDArray[np.uint8]) -> Record:
    return reader.read(page)


def tally_of(record: Record, field: str) -> TallyEvidence:
    evidence = record.fields[field].evidence
    said = evidence and evidence.tally
    assert said is not None
    return said


@pytest.mark.parametrize(
    ("name", "state", "count"), [("votes_1", "read", 77), ("votes_2", "empty", 0), ("votes_3", "read", 128)]
)
def test_strokes_are_counted_per_grid(name: str, state: str, count: int, record: Record) -> None:
    said = tally_of(record, name)
    assert (said.state, said.count) == (state, count)
    assert said.credible is not None
    assert said.credible[0] <= count <= said.credible[1]


def test_strokes_are_counted_per_row_and_cell(record: Record) -> None:
    said = tally_of(record, "votes_1")
    assert said.rows == (60, 17, 0, 0, 0)
    assert said.cells[:2] == ("5" * 12, "5552" + "0" * 8)


def test_a_line_that_cancels_rows_is_no_stroke(record: Record) -> None:
    said = tally_of(record, "votes_3")
    assert said.rows == (60, 60, 8, 0, 0)
    below = "".join(said.cells[3:])
    assert "-" in below
    assert set(below) <= {"0", "-"}


def test_row_totals_are_read_as_written(record: Record) -> None:
    read = {(r.field, r.row): r.value for r in record.row_sums}
    expected = {("votes_1", 1): 60, ("votes_1", 2): 17}
    expected |= {("votes_3", 1): 60, ("votes_3", 2): 60, ("votes_3", 3): 8}
    assert read == expected
    sums = record.fields["votes_1"].evidence.row_totals
    assert sums is not None
    assert (sums.state, sums.sum, sums.rows) == ("read", 77, 2)
    empty = record.fields["votes_2"].evidence.row_totals
    assert empty is not None
    assert (empty.state, empty.rows) == ("empty", 0)


def test_a_record_holds_all_that_a_decision_hears(record: Record) -> None:
    again = Record.from_json(record.to_json())
    assert again.to_json() == record.to_json()
    case = case_of("votes_1", again.fields["votes_1"])
    assert case.tally is not None
    assert (case.tally.state, case.tally.count) == ("read", 77)
    assert case.totals is not None
    assert case.totals.sum == 77


def test_the_explanation_says_what_the_strokes_say(record: Record) -> None:
    told = record.fields["votes_1"].explanation
    assert "the strokes say 77" in told.en
    assert "turus 77" in told.id


def damaged(page: NDArray[np.uint8], template: Template, field_id: str) -> tuple[NDArray[np.uint8], list[int]]:
    grid = next(f for f in template.fields if f.id == field_id).tally
    assert grid is not None
    return page.copy(), [round(v * PPM) for v in grid.grid]


def pen_test(picture: NDArray[np.uint8], grid: list[int]) -> None:
    """A scribble in a corner of the grid, as of a pen that is tried."""
    x0, y0, x1, y1 = grid
    line = scribble(np.random.default_rng(3), 18) * (0.09 * (x1 - x0), 0.17 * (y1 - y0))
    line += (x1 - 0.12 * (x1 - x0), y0 + 5)
    cv2.polylines(picture, [np.rint(line).astype(np.int32)], False, (120, 40, 20), 4, cv2.LINE_AA)


def notes(picture: NDArray[np.uint8], grid: list[int]) -> None:
    """Words over the middle of the grid."""
    at = grid[0] + 60, grid[1] + round(0.45 * (grid[3] - grid[1]))
    cv2.putText(picture, "dihitung ulang", at, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 2.2, (120, 40, 20), 4, cv2.LINE_AA)


@pytest.mark.parametrize("write", [pen_test, notes])
def test_a_grid_with_other_writing_has_no_count(
    write: Callable[[NDArray[np.uint8], list[int]], None],
    page: NDArray[np.uint8],
    template: Template,
    reader: Reader,
) -> None:
    picture, grid = damaged(page, template, "votes_2")
    write(picture, grid)
    said = tally_of(reader.read(picture), "votes_2")
    assert (said.state, said.reason, said.count) == ("unreadable", "other_marks", None)


def test_a_grid_under_something_else_has_no_confident_count(
    page: NDArray[np.uint8], template: Template, reader: Reader
) -> None:
    picture, (x0, y0, x1, y1) = damaged(page, template, "votes_1")
    half = (x0 + x1) // 2
    cv2.rectangle(picture, (x0 - 10, y0 - 10), (half, y1 + 10), (70, 80, 90), -1)
    evidence = reader.read(picture).fields["votes_1"].evidence
    assert evidence is not None
    assert evidence.bubbles is not None
    assert evidence.tally is None or evidence.tally.count is None


def test_a_grid_that_is_cut_off_is_absent(page: NDArray[np.uint8], template: Template, reader: Reader) -> None:
    picture, (x0, *_) = damaged(page, template, "votes_1")
    cut = np.ascontiguousarray(picture[:, x0 + 60 :])
    record = reader.read(cut)
    assert record.page is not None, "two corner marks and the tag are left"
    evidence = record.fields["votes_1"].evidence
    assert evidence is not None
    assert (evidence.tally, evidence.row_totals) == (None, None)
    assert evidence.bubbles is not None


def test_the_overlay_numbers_every_bundle_with_its_running_sum(record: Record, page: NDArray[np.uint8]) -> None:
    said = tally_of(record, "votes_1")
    shown = list(labels(said.cells))
    assert [text for _, _, text in shown][:3] == ["5", "10", "15"]
    assert shown[-1] == (1, 3, "77")
    assert list(labels(["05-?"])) == [(0, 1, "5"), (0, 2, "x"), (0, 3, "?")]
    assert shown_fields(record) == ["votes_1", "votes_3"], "an empty grid is not shown"
    photo = load(page, "page")
    picture = block(photo, record.fields["votes_1"])
    plain = block(photo, record.fields["votes_1"].model_copy(deep=True))
    assert picture.ndim == 3
    assert (picture == plain).all()
    assert (overlay(record, page) != overlay(record.model_copy(update={"fields": {}}), page)).any()


# --- arithmetic -----------------------------------------------------------------------------------------------------


@given(st.lists(st.lists(st.floats(0.01, 1), min_size=6, max_size=6), min_size=1, max_size=12))
def test_sums_of_cells_are_distributions(rows: list[list[float]]) -> None:
    counts = np.array(rows)
    counts /= counts.sum(axis=1, keepdims=True)
    total = convolve(counts)
    assert len(total) == 5 * len(rows) + 1
    assert total.sum() == pytest.approx(1)
    mean = float((counts @ np.arange(6)).sum())
    assert float(total @ np.arange(len(total))) == pytest.approx(mean)
    low, high = credible(total)
    assert total[low : high + 1].sum() >= 0.99 - 1e-9


def test_something_else_may_be_any_number_and_a_cancelled_cell_is_none() -> None:
    other = np.eye(len(CLASSES))[OTHER]
    assert cell_counts(other) == pytest.approx(np.full(6, 1 / 6))
    cancelled = np.eye(len(CLASSES))[6]
    assert cell_counts(cancelled).tolist() == [1, 0, 0, 0, 0, 0]


def test_slips_of_counting_leave_room_for_other_numbers() -> None:
    strokes = np.zeros(301)
    strokes[77] = 1.0
    numbers = number_given(strokes, 60)
    assert numbers.sum() == pytest.approx(1)
    assert numbers.argmax() == 77
    for near, far in ((78, 79), (82, 84), (137, 139), (72, 70)):
        assert numbers[near] > numbers[far] > 0


# --- the shipped weights --------------------------------------------------------------------------------------------


def test_weights_are_small_and_described() -> None:
    folder = weights_directory()
    card = json.loads((folder / "tally.json").read_text("utf-8"))
    assert (folder / "tally.onnx").stat().st_size <= 1_000_000
    assert card["classes"] == list(CLASSES)
    assert (card["patch"], card["box"]) == ([WIDTH, HEIGHT], [BOX_WIDTH, BOX_HEIGHT])
    assert "tally.onnx" in (folder / "LICENSE.md").read_text("utf-8")


def test_cells_of_test_writers_are_read(reader: Reader) -> None:
    """A floor well under the figures in docs/explanation/tally.md: these cells are harder than those of photos."""
    patches, truth = tallycells.batch(1500, "test", np.random.default_rng(11))
    table = TallyReader().classify(patches)
    assert table.sum(axis=1) == pytest.approx(1)
    assert (table.argmax(axis=1) == truth).mean() >= FLOOR
    sure = table.max(axis=1) >= 0.99
    assert (table.argmax(axis=1) == truth)[sure].mean() >= 0.97


def test_bare_cells_are_not_asked_about() -> None:
    patches, truth = tallycells.batch(1500, "calibration", np.random.default_rng(12))
    bare = is_bare(patches)
    assert bare.sum() > 50
    assert (truth[bare] == 0).mean() > 0.9
    assert not math.isnan(float(TallyReader().classify(patches[bare]).max()))


def test_drawn_cells_depend_on_their_seed_alone() -> None:
    first, again = (tallycells.batch(60, "train", np.random.default_rng(5)) for _ in range(2))
    assert (first[0] == again[0]).all()
    assert (first[1] == again[1]).all()


@pytest.mark.parametrize("shape", [(3, 48, 48), (3, HEIGHT, WIDTH, 1)])
def test_other_patches_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="cells must be"):
        TallyReader().classify(np.zeros(shape, np.uint8))
