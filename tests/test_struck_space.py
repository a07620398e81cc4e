"""Unused space that is struck out: lines over empty tally cells, row totals and boxes are no strokes and no numbers."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from ocr_recap import Reader, Record, Template
from ocr_recap.cells.struck_space import in_boxes, in_grid
from ocr_recap.decide.policy import decide
from ocr_recap.forms.fields import Cells
from ocr_recap.forms.template import load as load_template
from ocr_recap.records.case_record import case_of
from ocr_recap.records.field_record import TallyEvidence
from ocr_recap.report.tally_overlay import labels
from ocr_recap.synth.forms import defects
from ocr_recap.synth.forms.clerk import zero_runs
from ocr_recap.synth.forms.fill import FieldWriting, fill_page
from ocr_recap.synth.sets.photos import Order, make
from ocr_recap.synth.writing.marks import Cancel, TallyMarks, spread
from ocr_recap.synth.writing.strokes import Writer
from ocr_recap.synth.writing.unused import SPACE_KINDS, SpaceKind, over_cells, over_totals

WRITER = Writer.from_seed(120)  # a test writer
PPM = 6.0
BOX, MARGIN = (40, 28), (8, 6)  # px: a cell of a straightened grid, and the paper around the cells


def blank_grid(rows: int = 5, columns: int = 12) -> NDArray[np.uint8]:
    """A straightened grid with printed lines."""
    picture = np.full((rows * BOX[1] + 2 * MARGIN[1], columns * BOX[0] + 2 * MARGIN[0]), 220, np.uint8)
    for row in range(rows + 1):
        cv2.line(picture, (8, 6 + 28 * row), (8 + 40 * columns, 6 + 28 * row), 150, 1)
    for column in range(columns + 1):
        cv2.line(picture, (8 + 40 * column, 6), (8 + 40 * column, 6 + 28 * rows), 150, 1)
    return cv2.GaussianBlur(picture, (0, 0), 0.8)  # type: ignore[return-value]


def draw(picture: NDArray[np.uint8], lines: list[NDArray[np.float64]]) -> None:
    points = [np.rint((line * BOX + MARGIN) * 16).astype(np.int32) for line in lines]
    cv2.polylines(picture, points, False, 70, 2, cv2.LINE_AA, 4)


# --- the lines ------------------------------------------------------------------------------------------------------


def test_printed_lines_are_no_long_lines() -> None:
    assert not in_grid(blank_grid(), BOX, MARGIN).cells.any()


@pytest.mark.parametrize("kind", ["z", "diagonal", "two", "dashes"])
def test_long_lines_are_found_where_they_run(kind: SpaceKind) -> None:
    for seed in range(4):
        picture = blank_grid()
        draw(picture, over_cells(kind, 5, 12, 16, np.random.default_rng(seed)))
        found = in_grid(picture, BOX, MARGIN).cells
        assert found[2:].sum() >= 8
        assert not found[0].any()
        assert found[1, :4].sum() <= 1


def test_rows_of_bundles_are_no_long_lines() -> None:
    picture = blank_grid()
    for row in range(3):
        for column in range(12):
            upright = [np.array([(column + x, row + 0.2), (column + x, row + 0.8)]) for x in (0.2, 0.4, 0.6, 0.8)]
            draw(picture, [*upright, np.array([(column + 0.1, row + 0.7), (column + 0.9, row + 0.3)])])
    assert not in_grid(picture, BOX, MARGIN).cells.any()


def test_a_line_through_bundles_runs_through_cells_from_side_to_side() -> None:
    picture = blank_grid()
    draw(picture, [np.array([(0.0, 0.5), (6.0, 0.52)])])
    found = in_grid(picture, BOX, MARGIN)
    assert found.through[0, 1:5].all()
    assert not found.through[1:].any()


BOXES = Cells(count=3, box=(0, 0, 10, 10), pitch=10)


def strip(*lines: tuple[tuple[float, float], tuple[float, float]], height: int = 48) -> NDArray[np.uint8]:
    """Three boxes of 32 px, side by side in a strip of 128 px, with these lines (px)."""
    picture = np.full((height, 128), 215, np.uint8)
    top = height // 2 - 16
    for box in range(3):
        cv2.rectangle(picture, (16 + 32 * box, top), (48 + 32 * box, top + 32), 60, 1)
    for start, end in lines:
        ends = np.rint(np.array([start, end]) * 16).astype(np.int32)
        cv2.polylines(picture, [ends], False, 70, 2, cv2.LINE_AA, 4)
    return cv2.GaussianBlur(picture, (0, 0), 0.8)  # type: ignore[return-value]


def test_a_line_through_empty_boxes_is_unused_space() -> None:
    assert in_boxes(strip(((4.0, 30.0), (124.0, 20.0))), BOXES)
    assert in_boxes(strip(((92.0, 0.0), (60.0, 95.0)), height=96), BOXES)


def test_a_tall_one_is_no_line_over_unused_space() -> None:
    for height in (48, 96):
        middle = height / 2
        ones = [((x + 4, middle - 21), (x - 4, middle + 21)) for x in (32.0, 64.0, 96.0)]
        assert not in_boxes(strip(ones[2], height=height), BOXES)
        assert not in_boxes(strip(*ones, height=height), BOXES)


def test_writing_in_boxes_is_no_unused_space() -> None:
    one, dash = ((64.0, 13.0), (63.0, 36.0)), ((58.0, 24.0), (70.0, 24.0))
    digit = (((88.0, 14.0), (104.0, 14.0)), ((104.0, 14.0), (94.0, 36.0)))
    across = ((4.0, 24.0), (124.0, 24.0))
    assert not in_boxes(strip(), BOXES)
    assert not in_boxes(strip(one), BOXES)
    assert not in_boxes(strip(dash, *digit), BOXES)
    assert not in_boxes(strip(across, *digit), BOXES)  # a number that is struck out


# --- pages ----------------------------------------------------------------------------------------------------------


def of(template: Template, field_id: str, count: int, cancel: Cancel, *, crossed: bool = False) -> TallyMarks:
    grid = next(f for f in template.fields if f.id == field_id).tally
    assert grid is not None
    return TallyMarks(spread(count, grid), "slash", 0.2, cancel, "z", crossed)


def filled(template: Template, seed: int, **marks: TallyMarks) -> NDArray[np.uint8]:
    """Page 2 with these strokes and their row totals, BGR."""
    writing: dict[str, FieldWriting] = {}
    for field in template.fields_of("2"):
        strokes = marks[field.id]
        rows = tuple(f"{n:2}" if n else "  " for n in strokes.rows)
        writing[field.id] = FieldWriting(str(strokes.count).rjust(3, "X"), strokes=strokes, row_texts=rows)
    return fill_page(template, "2", writing, WRITER, np.random.default_rng(seed), PPM)


def tally_of(record: Record, field: str) -> TallyEvidence:
    evidence = record.fields[field].evidence
    said = evidence and evidence.tally
    assert said is not None
    return said


PAGES: tuple[dict[str, tuple[int, Cancel]], ...] = (
    {"votes_1": (77, "z"), "votes_2": (36, "diagonal"), "votes_3": (128, "two")},
    {"votes_1": (8, "wave"), "votes_2": (0, "z"), "votes_3": (61, "dashes")},
)


@pytest.fixture(scope="module", params=PAGES, ids=["lines", "curves"])
def struck(request: pytest.FixtureRequest, template: Template, reader: Reader) -> tuple[Record, dict[str, int]]:
    marks = {name: of(template, name, count, cancel) for name, (count, cancel) in request.param.items()}
    counts = {name: count for name, (count, _) in request.param.items()}
    return reader.read(filled(template, 3, **marks)), counts


@pytest.mark.slow
def test_grids_with_struck_out_space_are_read(struck: tuple[Record, dict[str, int]]) -> None:
    record, counts = struck
    for name, count in counts.items():
        said = tally_of(record, name)
        assert (said.state, said.count) == ("read" if count else "empty", count), name
        assert said.probability > 0.9, name


@pytest.mark.slow
def test_what_is_struck_out_is_in_the_record_and_the_explanation(struck: tuple[Record, dict[str, int]]) -> None:
    record, _ = struck
    for name, field in record.fields.items():
        said = tally_of(record, name)
        struck_cells = [(r, c) for r, line in enumerate(said.struck) for c, sign in enumerate(line) if sign == "#"]
        assert struck_cells
        assert all(said.cells[r][c] in "0-" for r, c in struck_cells)
        assert "dicoret" in field.explanation.id
        assert "unused tally cells are struck out" in field.explanation.en
        shown = {(row, column) for row, column, text in labels(said.cells, said.struck) if text == "x"}
        assert shown == set(struck_cells)


@pytest.mark.slow
def test_row_totals_under_a_line_are_not_used(struck: tuple[Record, dict[str, int]], template: Template) -> None:
    record, counts = struck
    read = {(total.field, total.row): total.value for total in record.row_sums}
    wanted: dict[tuple[str, int], int] = {}
    for name, count in counts.items():
        rows = of(template, name, count, "none").rows
        wanted |= {(name, row): strokes for row, strokes in enumerate(rows, 1) if strokes}
        evidence = record.fields[name].evidence
        assert evidence is not None
        assert evidence.row_totals is not None
        assert set(evidence.row_totals.struck) <= {row for row, strokes in enumerate(rows, 1) if not strokes}
    assert read == wanted


@pytest.mark.slow
def test_a_line_across_bundles_goes_to_a_person(reader: Reader, template: Template) -> None:
    marks = {
        "votes_1": of(template, "votes_1", 77, "z", crossed=True),
        "votes_2": of(template, "votes_2", 36, "none", crossed=True),
        "votes_3": of(template, "votes_3", 60, "z"),
    }
    record = reader.read(filled(template, 5, **marks))
    for name in ("votes_1", "votes_2"):
        field, said = record.fields[name], tally_of(record, name)
        assert (said.state, said.reason, said.count) == ("unreadable", "crossed_out", None)
        assert (field.status, field.accepted) == ("review", None)
        assert "strokes_crossed_out" in field.reasons
        assert "mencoret turus" in field.explanation.id
        assert "a line runs through its strokes" in field.explanation.en
        assert "strokes_crossed_out" in [code for code, _ in decide([case_of(name, field)], [])[name].reasons]
    assert tally_of(record, "votes_3").count == 60


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["diagonal", "dashes", "two"])
def test_struck_out_boxes_of_a_legislative_form_are_no_numbers(kind: SpaceKind, reader: Reader) -> None:
    form = load_template("dpr-plano-2019")
    page = form.pages[0].id
    empty = {f"votes_{n}" for n in range(6, 11)}
    writing: dict[str, FieldWriting] = {}
    for field in form.fields_of(page):
        unused = field.id in empty
        writing[field.id] = FieldWriting("   " if unused else "X12", unused=kind if unused else None)
    record = reader.read(fill_page(form, page, writing, WRITER, np.random.default_rng(2), 4.0))
    seen = 0
    for name, field in record.fields.items():
        if name not in empty:
            assert field.value == 12, name
            continue
        assert field.accepted is None, name
        assert field.value is None, name
        if "boxes_struck_out" in field.reasons:
            seen += 1
            assert field.status == "review"
            assert "struck through" in field.explanation.en
            assert "dicoret" in field.explanation.id
            assert "struck_out" not in field.reasons
    assert seen >= (5 if kind == "dashes" else 2)


@pytest.mark.slow
def test_a_drawn_photo_with_struck_out_space_is_read_to_the_end(reader: Reader, template: Template) -> None:
    made = make(Order(template, 5, 4102, "field", ("unused-z",)), 4)
    record = reader.read(made.jpeg)
    read = 0
    for name, fact in made.truth["tallies"].items():
        said = tally_of(record, name)
        assert said.state != "unreadable", (name, said.reason)
        assert said.count == fact["count"]
        read += said.struck != ()
    assert read == sum("struck_space" in fact for fact in made.truth["tallies"].values()) > 0


# --- drawing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SPACE_KINDS)
def test_lines_over_unused_space_leave_strokes_alone(kind: SpaceKind) -> None:
    for seed in range(40):
        rng = np.random.default_rng(seed)
        used = int(rng.integers(0, 61))
        for line in over_cells(kind, 5, 12, used, rng):
            rows, columns = np.floor(line[:, 1]), np.floor(line[:, 0])
            before = rows * 12 + columns < used - 1  # the last used cell may be touched
            deep = (line[:, 1] - rows > 0.15) & (line[:, 1] - rows < 0.8)
            assert (before & deep & (columns >= 0) & (columns < 12)).mean() < 0.2
        rows_used = -(-used // 12)
        for line in over_totals(kind, 5, 2, rows_used, rng):
            assert line[:, 1].min() > rows_used - 0.1


def test_each_kind_is_a_defect_that_truth_names(template: Template) -> None:
    for kind in SPACE_KINDS:
        made = make(Order(template, 5, 20, "clean", (f"unused-{kind}",), longer=900), 4)
        assert f"unused-{kind}" in made.truth["defects"]
        spaces = [fact["struck_space"] for fact in made.truth["tallies"].values() if "struck_space" in fact]
        assert {space["kind"] for space in spaces} == {kind}
    crossed = make(Order(template, 5, 20, "clean", ("strokes-crossed-out",), longer=900), 4)
    facts = [fact for fact in crossed.truth["tallies"].values() if any(map(any, fact["cells"]))]
    assert facts
    assert all(fact["count"] is None and fact["crossed_out"] for fact in facts)
    assert "strokes-crossed-out" in crossed.truth["defects"]


def test_unused_boxes_keep_the_sum_of_the_votes() -> None:
    form = load_template("dpr-plano-2019")
    made = make(Order(form, 1, 4, "clean", ("unused-boxes",), longer=900), 0)
    empty = [field["id"] for field in made.truth["fields"] if field.get("unused")]
    assert len(empty) >= 3
    assert "unused-boxes" in made.truth["defects"]
    values = {field["id"]: field["value"] for field in made.truth["fields"]}
    assert all(values[name] is None for name in empty)
    votes = [value or 0 for name, value in made.truth["counted"].items() if name.startswith("votes_")]
    assert sum(votes) == made.truth["counted"]["valid_total"]


def test_only_zeros_without_strokes_are_left_empty() -> None:
    form = load_template("dpr-plano-2019")
    writing = {f.id: FieldWriting("XX0" if f.id in ("votes_2", "votes_3", "votes_7") else "X12") for f in form.fields}
    assert [[f.id for f in run] for run in zero_runs(form, writing)] == [["votes_2", "votes_3"]]
    grid = next(f.tally for f in form.fields if f.id == "votes_2")
    assert grid is not None
    writing["votes_2"] = replace(writing["votes_2"], strokes=TallyMarks(spread(3, grid)))
    assert zero_runs(form, writing) == []


def test_defects_of_writing_have_names_of_their_own() -> None:
    from ocr_recap.synth.camera.defects import DEFECTS

    assert not set(defects.WRITING_DEFECTS) & set(DEFECTS)
    assert len(list(defects.rows())) == len(defects.WRITING_DEFECTS) + 2
