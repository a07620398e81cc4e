"""A blank sheet becomes a proposal that `templates check` accepts once its names are filled in."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
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
    """Every empty name gets one, in one language: one is enough."""
    return re.sub(r"\bid: (?=})", 'id: "name"', text)


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
        assert number.tally.gray == pytest.approx(0.75, abs=0.1), "as pale as printed, though darker lines cross it"
    assert found.numbers[2].tally is None
    assert found.marks is None


def test_a_proposal_asks_for_names_and_is_then_a_template(blank: np.ndarray, tmp_path: Path) -> None:
    sheet, out = tmp_path / "blank.png", tmp_path / "village.yaml"
    cv2.imwrite(str(sheet), blank)
    made = call("new", sheet, "--out", out)
    assert made.exit_code == 0, made.output
    assert "3 numbers (0 with bubbles, 0 with a label), 2 tally grids" in made.output
    assert "not known; taken as 298 x 210 mm" in made.output
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


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The proposal for our own print of the form of 2024: a vector PDF with text, as `ocr-recap print` makes it."""
    folder = tmp_path_factory.mktemp("printed")
    (folder / "form.pdf").write_bytes(drawing.pdf(template.load("c-hasil-ppwp-2024")))
    made = call("new", folder / "form.pdf", "--out", folder / "form.yaml")
    assert made.exit_code == 0, made.output
    assert "Paper of 300 x 450 mm." in made.output
    assert "3 pages, 31 numbers (3 with bubbles, 31 with a label), 4 tally grids." in made.output
    return folder / "form.yaml"


def test_a_pdf_gives_its_size_its_bubbles_its_labels_and_sensible_ids(printed: Path) -> None:
    form = template.load("c-hasil-ppwp-2024")
    proposed = yaml.safe_load(printed.read_text("utf-8"))
    assert proposed["paper"] == {"width": 300, "height": 450, "printed": [300, 450]}
    assert [field["id"] for field in proposed["fields"]] == [field.id for field in form.fields]
    labels = {field["id"]: field["label"]["id"] for field in proposed["fields"]}
    assert labels["used_dpk_P"] == "Jumlah pengguna hak pilih dalam Daftar Pemilih Khusus (DPK), PEREMPUAN (P)"
    assert labels["grand_total"] == "JUMLAH SELURUH SUARA SAH DAN SUARA TIDAK SAH"
    assert labels["date_year"] == "TAHUN"
    kinds = {field["id"]: [w["kind"] for w in field.get("witnesses", ())] for field in proposed["fields"]}
    assert kinds["votes_2"] == ["bubbles", "tally", "row_totals"]
    for field in form.fields:
        if field.bubbles:
            found = next(f for f in proposed["fields"] if f["id"] == field.id)["witnesses"][0]
            assert found["first"] == pytest.approx(field.bubbles.first, abs=0.1)
            assert found["pitch"] == pytest.approx(field.bubbles.pitch, abs=0.1)
            assert found["radius"] == pytest.approx(field.bubbles.radius, abs=0.15)


def test_a_proposal_keeps_the_text_beside_the_boxes_and_none_of_their_inside(printed: Path) -> None:
    page = yaml.safe_load(printed.read_text("utf-8"))["pages"][1]
    texts = [part for part in page["printed"] if "text" in part]
    said = [part["text"] for part in texts]
    assert "DATA RINCIAN PEROLEHAN SUARA PASANGAN CALON PRESIDEN DAN WAKIL PRESIDEN" in said
    assert not {"0", "5", "9"} & {part["text"] for part in texts if part["at"][0] > 225}, "digits of bubbles"
    head = next(part for part in texts if part["text"].startswith("DATA RINCIAN"))
    assert head["at"] == pytest.approx([44.7, 69.45], abs=0.3)
    assert head["size"] == pytest.approx(2.2, abs=0.2)
    assert head["bold"]


def test_what_a_check_says_of_a_proposal_is_short_true_and_has_line_numbers(blank: np.ndarray, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "blank.png"), blank)
    call("new", tmp_path / "blank.png", "--out", tmp_path / "form.yaml")
    said = call("check", tmp_path / "form.yaml").output.splitlines()[1:]
    lines = (tmp_path / "form.yaml").read_text("utf-8").splitlines()
    title, labels = (
        [i for i, line in enumerate(lines, 1) if line.startswith("title:")],
        [i for i, line in enumerate(lines, 1) if line.startswith("    label:")],
    )
    assert len(labels) == 3
    assert len(said) == 2, said
    assert f"line {title[0]}: title: write a text" in said[0]
    assert f"lines {', '.join(map(str, labels))}: fields[].label: write a text" in said[1]


@pytest.mark.parametrize(
    ("paper", "nominal"), [((600, 900), (300, 450)), ((210, 297), (210, 297)), ((841, 1189), (210.25, 297.25))]
)
def test_a_large_sheet_is_described_at_half_its_size(paper: tuple[float, float], nominal: tuple[float, float]) -> None:
    sheet = cv2.resize(FRAME, (1000, round(1000 * paper[1] / paper[0])))
    for i in range(3):
        cv2.rectangle(sheet, (300 + 60 * i, 400), (360 + 60 * i, 460), 0, 2)
    found = propose(sheet, paper)
    assert found.paper == nominal
    assert found.printed == paper
    assert found.numbers[0].count == 3


def test_numbers_that_share_walls_are_divided_under_the_heads_of_their_columns() -> None:
    sheet = WHITE.copy()
    for left in (200, 380, 560):  # three heads over three boxes each
        cv2.rectangle(sheet, (left, 300), (left + 180, 340), 0, 2)
        for row in range(3):
            for column in range(3):
                corner = (left + 60 * column, 340 + 60 * row)
                cv2.rectangle(sheet, corner, (corner[0] + 60, corner[1] + 60), 0, 2)
    found = propose(sheet)
    assert [number.count for number in found.numbers] == [3] * 9
    assert not found.grids


def test_the_strokes_of_large_letters_are_no_lines() -> None:
    sheet = WHITE.copy()
    for i in range(3):
        cv2.rectangle(sheet, (300 + 60 * i, 400), (360 + 60 * i, 460), 0, 2)
    cv2.line(sheet, (100, 600), (900, 600), 0, 3)
    cv2.line(sheet, (100, 700), (150, 700), 0, 3)  # the bar of a letter
    found = propose(sheet)
    assert len(found.strokes) == 1


def test_a_form_inside_a_page_of_a_pdf_is_measured_alone(blank: np.ndarray, tmp_path: Path) -> None:
    import io

    from PIL import Image
    from reportlab.lib.units import mm
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "annex.pdf"), pagesize=(210 * mm, 297 * mm))
    canvas.drawString(30 * mm, 270 * mm, "ANNEX XVI")
    picture = ImageReader(io.BytesIO(encoded(blank)))
    canvas.drawImage(picture, 15 * mm, 100 * mm, 180 * mm, 180 * 148 / 210 * mm)
    canvas.showPage()
    canvas.save()
    assert Image.open(io.BytesIO(encoded(blank))).size == (1260, 888)
    whole = call("new", tmp_path / "annex.pdf", "--out", tmp_path / "whole.yaml")
    assert "Page 1 holds a picture with other print around it. Add --picture" in whole.output
    alone = call("new", tmp_path / "annex.pdf", "--out", tmp_path / "form.yaml", "--picture", "--paper", "210x148")
    assert alone.exit_code == 0, alone.output
    assert "--picture" not in alone.output
    boxes = [f["cells"]["box"] for f in yaml.safe_load((tmp_path / "form.yaml").read_text("utf-8"))["fields"]]
    assert boxes[2] == pytest.approx([155, 97, 10, 12], abs=0.4)


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
