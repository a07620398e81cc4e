"""The older forms: their templates against real photos (true cells and grids) and against the blank drawing of 2019."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ocr_recap import Template
from ocr_recap.forms import drawing
from ocr_recap.forms.fields import Tally
from ocr_recap.forms.print_items import Rect
from ocr_recap.forms.template import load
from ocr_recap.imaging.arrays import FloatArray
from ocr_recap.imaging.homography import project

# Family in the truth: template, page, photos; then limits of the cells' residual in cell widths, median and 95%.
FORMS = {
    "C1-KWK-2017": ("c1-kwk-2017", "plano", 2, 0.02, 0.05),
    "C1-KWK-2015": ("c1-kwk-2015-pekalongan", "plano", 5, 0.01, 0.02),
    "PPWP-PLANO-2019": ("ppwp-plano-2019", "lembar-2", 6, 0.015, 0.05),
    "DPR-PLANO-2019": ("dpr-plano-2019", "lembar-2-hal-3", 1, 0.02, 0.04),
    "C1-PPWP-2014-L1": ("c1-ppwp-2014", "lampiran-1", 6, 0.01, 0.03),
}
# A tally grid is wide and paper bends, and two corners of the smallest photo are 0.18 off in the truth itself.
GRID_LIMIT = 0.2


def corners(rect: Rect) -> list[tuple[float, float]]:
    x0, y0, x1, y1 = rect
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def tally_of(template: Template, field_id: str) -> Tally:
    field = next(f for f in template.fields if f.id == field_id)
    return next(w for w in field.witnesses if isinstance(w, Tally))


def photos(folder: Path, family: str) -> list[dict[str, Any]]:
    lines = (folder / "truth.jsonl").read_text("utf-8").splitlines()
    return [fact for fact in map(json.loads, lines) if fact["family"] == family]


def residuals(template: Template, fact: dict[str, Any]) -> tuple[FloatArray, FloatArray]:
    """Distances in cell widths of the true corners from the template's, under one homography: cells, grids."""
    rects = {field.id: field.cells.rects() for field in template.fields}
    places: list[tuple[float, float]] = []
    seen: list[tuple[float, float]] = []
    for field in fact["fields"]:
        for rect, quad in zip(rects[field["id"]], field["cell_quads"], strict=True):
            places += corners(rect)
            seen += quad
    cells = len(places)
    for name, tally in fact["tallies"].items():
        grid = tally_of(template, name)
        assert tally["grid_rows"] == grid.rows
        if tally["grid_cols"] == grid.columns:  # of 2017's invalid votes the truth counts the row totals as a column
            places += corners(grid.grid)
            seen += tally["grid_quad"]
    page, photo = np.array(places, dtype=np.float64), np.array(seen, dtype=np.float64)
    homography = np.asarray(cv2.findHomography(page, photo, 0)[0], dtype=np.float64)
    unit = np.array([template.cell_width(template.pages[0].id), 0.0])
    width = np.linalg.norm(project(homography, page + unit) - project(homography, page), axis=1)
    off = np.linalg.norm(project(homography, page) - photo, axis=1) / width
    return off[:cells], off[cells:]


@pytest.mark.parametrize("family", FORMS)
def test_true_cells_and_grids_fit_the_template(real_forms: Path, family: str) -> None:
    name, page_id, count, median, most = FORMS[family]
    template = load(name)
    assert [page.id for page in template.pages] == [page_id]
    facts = photos(real_forms, family)
    assert len(facts) == count
    assert {f["id"] for fact in facts for f in fact["fields"]} == {f.id for f in template.fields}
    off = [residuals(template, fact) for fact in facts]
    cells, grids = (np.concatenate([pair[i] for pair in off]) for i in (0, 1))
    assert np.median(cells) <= median
    assert np.quantile(cells, 0.95) <= most
    assert grids.max(initial=0.0) <= GRID_LIMIT


def test_every_printed_line_of_2019_lies_on_the_blank_drawing(reference_forms: Path) -> None:
    """The template's frame lines, boxes and grids against the drawing, 0.4 mm at most."""
    template = load("ppwp-plano-2019")
    image = cv2.imread(str(reference_forms / "ppwp-plano-2019.png"), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    scale = 1512 / 238  # px per mm; the main table runs from px 15 to 1527
    distance = cv2.distanceTransform((image > 200).astype(np.uint8), cv2.DIST_L2, 5)
    off: list[float] = []
    for part in drawing.primitives(template, "lembar-2"):
        if not isinstance(part, drawing.Line):
            continue
        steps = np.linspace(0.05, 0.95, 20)[:, None]
        along = np.array([part.x0, part.y0]) * (1 - steps) + np.array([part.x1, part.y1]) * steps
        x, y = ((along - np.array([29.5, 14.5])) * scale + np.array([15, 0])).round().astype(int).T
        off.append(float(np.median(distance[y, x])) / scale)
    assert len(off) > 200
    assert max(off) <= 0.4
    assert np.mean(off) <= 0.05


def test_the_form_of_2024_lies_on_the_vector_drawing_of_the_commission(reference_forms: Path) -> None:
    """Every box, bubble and grid against the rectangles and circles of the drawing, 0.05 mm at most of 600 x 900."""
    pytest.importorskip("pypdfium2")
    template = load("c-hasil-ppwp-2024")
    share = template.paper.width / 600
    assert template.paper.printed == (600, 900)
    for number, page in enumerate(template.pages):
        drawn = outlines(reference_forms / "c-hasil-ppwp-2024.pdf", number) * share
        for field in template.fields_of(page.id):
            wanted = list(field.cells.rects())
            if field.bubbles:
                r = field.bubbles.radius
                wanted += [(x - r, y - r, x + r, y + r) for x, y in field.bubbles.centers(3).reshape(-1, 2)]
            for rect in wanted:
                assert np.abs(drawn - np.array(rect)).max(axis=1).min() < 0.05 * share, (field.id, rect)
        tag = page.markers.tag
        assert tag is not None
        half = tag.side / 2
        black = np.array([*(np.array(tag.center) - half), *(np.array(tag.center) + half)])
        assert np.abs(drawn - black).max(axis=1).min() < 0.05 * share


def outlines(path: Path, number: int) -> FloatArray:
    """Bounds x0, y0, x1, y1 of all paths of a page, along the middle of their lines; (n, 4) mm from the top left."""
    import ctypes

    import pypdfium2.raw as c
    from pypdfium2 import PdfDocument

    page = PdfDocument(str(path))[number]
    found: list[list[float]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for item in page.get_objects():
        m, points = item.get_matrix(), []
        for k in range(c.FPDFPath_CountSegments(item.raw)):
            c.FPDFPathSegment_GetPoint(c.FPDFPath_GetPathSegment(item.raw, k), x, y)
            points.append((m.a * x.value + m.c * y.value + m.e, m.b * x.value + m.d * y.value + m.f))
        xs, ys = zip(*points, strict=True)
        found.append([min(xs), page.get_height() - max(ys), max(xs), page.get_height() - min(ys)])
    return np.array(found) * 25.4 / 72


@pytest.mark.parametrize(
    "name", [*(form[0] for form in FORMS.values()), "c-hasil-kwk", "c-hasil-ppwp-2024", "c-hasil-salinan-ppwp-2024"]
)
def test_what_is_printed_lies_on_the_paper_and_cells_do_not_overlap(name: str) -> None:
    template = load(name)
    for page in template.pages:
        rects = np.array([rect for field in template.fields_of(page.id) for rect in field.cells.rects()])
        limits = np.array([template.paper.width, template.paper.height])
        assert (rects[:, :2] > 0).all()
        assert (rects[:, 2:] < limits).all()
        for i, a in enumerate(rects):
            overlap = np.minimum(a[2:], rects[i + 1 :, 2:]) - np.maximum(a[:2], rects[i + 1 :, :2])
            assert not (overlap > 0.5).all(axis=1).any(), f"cell {i} of page {page.id}"
        for region in page.private:
            inside = (rects[:, :2] < region.rect[2:]).all(axis=1) & (rects[:, 2:] > region.rect[:2]).all(axis=1)
            assert not inside.any(), f"{region.id} would mask a number"
        for part in drawing.primitives(template, page.id):
            if isinstance(part, drawing.Line | drawing.Box):
                assert min(part.x0, part.y0, part.x1, part.y1) >= 0
                assert max(part.x0, part.x1) <= template.paper.width
                assert max(part.y0, part.y1) <= template.paper.height
        picture = drawing.raster(template, page.id, 4.0)
        for field in template.fields_of(page.id):
            for x0, y0, x1, y1 in field.cells.rects():
                middle = picture[round((y0 + y1) * 2) - 3 : round((y0 + y1) * 2) + 3, round((x0 + x1) * 2)]
                assert field.guide != "none" or (middle == 255).all(), f"{field.id} is printed over"
