"""A blank sheet becomes a proposal that `templates check` accepts once its names are filled in."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from conftest import ROOT, SAMPLES
from typer.testing import CliRunner

from ocr_recap.cli.main import app
from ocr_recap.forms import drawing, template
from ocr_recap.forms.proposal.proposal import propose
from ocr_recap.messages.errors import InputUnusable

sys.path.insert(0, str(ROOT / "docs"))
import new_form

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def form() -> template.Template:
    return template.parse_text(new_form.FORM, "form")


@pytest.fixture(scope="module")
def blank(form: template.Template) -> np.ndarray:
    return drawing.raster(form, "1", 6.0)


def call(*arguments: object):
    return CliRunner().invoke(app, ["templates", *map(str, arguments), "--lang", "en"])


def filled_in(text: str) -> str:
    """Every empty name gets one."""
    return re.sub(r"\b(id|en): (?=[,}])", r'\1: "name"', text)


@pytest.mark.parametrize("skew", [0.0, 1.2])
def test_boxes_grids_and_totals_are_found_where_they_are(
    form: template.Template, blank: np.ndarray, skew: float
) -> None:
    if skew:
        middle = (blank.shape[1] / 2, blank.shape[0] / 2)
        turn = cv2.getRotationMatrix2D(middle, skew, 1)
        blank = cv2.warpAffine(blank, turn, blank.shape[::-1], borderValue=255)
    assert propose(blank).paper == (298, 210), "the shorter side is 210 unless told"
    found = propose(blank, (210, 148))
    assert len(found.numbers) == len(form.fields) == 3
    for number, field in zip(found.numbers, form.fields, strict=True):
        assert number.count == 3
        assert number.box == pytest.approx(field.cells.box, abs=0.5)
        assert number.pitch == pytest.approx(12.5, abs=0.1)
    for number in found.numbers[:2]:
        assert number.tally is not None
        assert number.totals is not None
        assert (number.tally.rows, number.tally.columns) == (4, 12)
        assert (number.totals.rows, number.totals.columns) == (4, 2)
    assert found.numbers[2].tally is None
    assert found.marks is None


def test_a_proposal_asks_for_names_and_is_then_a_template(blank: np.ndarray, tmp_path: Path) -> None:
    sheet, out = tmp_path / "blank.png", tmp_path / "village.yaml"
    cv2.imwrite(str(sheet), blank)
    made = call("new", sheet, "--out", out)
    assert made.exit_code == 0, made.output
    assert "3 numbers, 2 tally grids" in made.output
    shown = cv2.imread(str(tmp_path / "village-1.png"))
    assert shown is not None
    assert shown.shape[:2] == blank.shape
    asked = call("check", out)
    assert asked.exit_code == 1
    assert "label" in asked.output
    out.write_text(filled_in(out.read_text("utf-8")), encoding="utf-8")
    assert call("check", out).exit_code == 0, call("check", out).output
    loaded = template.load(out)
    assert [f.id for f in loaded.fields] == ["number_1", "number_2", "number_3"]
    again = propose(drawing.raster(loaded, "1", 5.0), (loaded.paper.width, loaded.paper.height))
    boxes = np.array([f.cells.box for f in loaded.fields])
    off = np.abs(np.array([n.box for n in again.numbers]) - boxes).max()
    assert off < 0.05 * boxes[0, 2], "within a twentieth of a box"
    kept = call("new", sheet, "--out", out)
    assert kept.exit_code == 2
    assert "--force" in kept.output


def test_a_page_with_markers_gets_them() -> None:
    form = template.load("c-hasil-ppwp-2024")
    found = propose(drawing.raster(form, "3", 5.0), (form.paper.width, form.paper.height))
    page = form.page("3")
    assert page.markers.tag is not None
    assert page.markers.corners is not None
    assert found.tag is not None
    assert (found.tag.id, found.tag.rotation) == (page.markers.tag.id, page.markers.tag.rotation)
    assert found.tag.center == pytest.approx(page.markers.tag.center, abs=0.2)
    assert found.marks is not None
    assert np.array(found.marks.centers) == pytest.approx(page.markers.corners.centers, abs=0.3)
    assert found.marks.square == pytest.approx(page.markers.corners.square, rel=0.2)


def encoded(picture: np.ndarray) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


WHITE = np.full((1400, 1000), 255, np.uint8)
FRAME = cv2.rectangle(WHITE.copy(), (50, 50), (900, 1300), 0, 3)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (lambda _: encoded(WHITE), "no ink can be seen"),
        (lambda _: encoded(FRAME), "no row of boxes"),
        (lambda blank: encoded(cv2.resize(blank, (420, 296))), "too small"),
        (lambda _: b"no picture at all", "not a JPEG"),
        (lambda _: (SAMPLES / "page2-shadow.jpg").read_bytes(), "its light is uneven"),
    ],
    ids=["white", "frame", "tiny", "text", "photo"],
)
def test_what_cannot_be_measured_ends_with_a_next_step(
    content: Callable[[np.ndarray], bytes], says: str, blank: np.ndarray, tmp_path: Path
) -> None:
    (tmp_path / "sheet").write_bytes(content(blank))
    refused(tmp_path, says)


def test_a_sheet_that_is_not_there_ends_with_a_next_step(tmp_path: Path) -> None:
    refused(tmp_path, "cannot be opened")


def refused(tmp_path: Path, says: str) -> None:
    """The command ends with the cause's code and words, and writes nothing."""
    done = call("new", tmp_path / "sheet", "--out", tmp_path / "form.yaml")
    assert done.exit_code == InputUnusable.exit_code, done.output
    assert says in done.output, done.output
    assert isinstance(done.exception, SystemExit)
    assert not (tmp_path / "form.yaml").exists()


@pytest.mark.parametrize("paper", ["a4", "297", "0x0", "297x100"])
def test_a_wrong_paper_size_is_refused(paper: str, blank: np.ndarray, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "blank.png"), blank)
    done = call("new", tmp_path / "blank.png", "--out", tmp_path / "x.yaml", "--paper", paper)
    assert done.exit_code == 2
    assert "--paper" in done.output
