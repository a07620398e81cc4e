"""The template's own drawing against the reference drawings of the form, and its two painters against each other."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from ocr_recap import Template
from ocr_recap.forms import drawing
from ocr_recap.forms.fields import RowTotals, Tally, tag_corners
from ocr_recap.forms.print_items import PrintedTable
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.fiducials import find_tags
from ocr_recap.imaging.homography import project
from ocr_recap.imaging.photo import load
from ocr_recap.locate.locate import locate
from ocr_recap.locate.paper.line_fit import ruling


def rectified_reference(folder: Path, template: Template, page_id: str, scale: float) -> NDArray[np.uint8]:
    """The reference drawing in our page frame, through its four corner marks alone."""
    image = cv2.imread(str(folder / f"c-hasil-ppwp-2024-page{page_id}.png"), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    height, width = image.shape
    side = round(width * 0.0133)
    ideal = np.full((4 * side, 4 * side), 255, np.uint8)
    ideal[side : 2 * side, side : 2 * side] = ideal[2 * side : 3 * side, 2 * side : 3 * side] = 0
    found = []
    for x0, y0 in (
        (0, 0),
        (width - width // 6, 0),
        (width - width // 6, height - height // 8),
        (0, height - height // 8),
    ):
        part = image[y0 : y0 + height // 8, x0 : x0 + width // 6]
        part = cv2.copyMakeBorder(part, 2 * side, 2 * side, 2 * side, 2 * side, cv2.BORDER_CONSTANT, value=(255,))
        score = cv2.matchTemplate(part, ideal, cv2.TM_CCOEFF_NORMED)
        x, y = cv2.minMaxLoc(score)[3]
        start = np.array([[[x + 2 * side - 0.5, y + 2 * side - 0.5]]], np.float32)
        precise = cv2.cornerSubPix(part, start, (side // 2, side // 2), (-1, -1), (3, 50, 1e-3))[0, 0]
        found.append(precise + np.array([x0 - 2 * side, y0 - 2 * side]))
    marks = template.page(page_id).markers.corners
    assert marks
    target = (marks.centers * scale - 0.5).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(np.array(found, np.float32), target)
    size = (round(template.paper.width * scale), round(template.paper.height * scale))
    return cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_AREA, borderValue=(255,)).astype(np.uint8)


def nearest_line(profile: NDArray[np.float64], expected: float) -> float:
    """Distance in px from the expected place to the middle of the nearest dark (or gray) line."""
    low = profile - np.median(profile)
    dark = low < 0.4 * low.min()
    places = np.flatnonzero(dark)
    nearest = places[np.abs(places - expected).argmin()]
    left = right = nearest
    while left - 1 in places:
        left -= 1
    while right + 1 in places:
        right += 1
    return abs((left + right) / 2 - expected)


@pytest.mark.parametrize(("page_id", "lines", "bubbles"), [("2", 36 + 72, 90), ("3", 68 + 24, 0)])
def test_boxes_grids_and_bubbles_lie_on_the_reference(
    reference_forms: Path, template: Template, page_id: str, lines: int, bubbles: int
) -> None:
    scale, reach = 10.0, 16
    image = rectified_reference(reference_forms, template, page_id, scale).astype(np.float64)
    limit = 0.1 * template.cell_width(page_id) * scale
    checked = {"lines": 0, "bubbles": 0}
    for part in drawing.primitives(template, page_id):
        if isinstance(part, drawing.Line) and part.role in ("box", "grid"):
            middle = np.array([part.x0 + part.x1, part.y0 + part.y1]) / 2 * scale - 0.5
            along = (abs(part.x1 - part.x0), abs(part.y1 - part.y0))
            x, y = round(middle[0]), round(middle[1])
            # Look across the line, averaged over a tenth of its length but at most 3 mm.
            span = max(2, int(min(max(along) * 0.1, 3) * scale))
            if along[0] > along[1]:
                profile = image[y - reach : y + reach + 1, x - span : x + span]
                expected = middle[1] - (y - reach)
            else:
                profile = image[y - span : y + span, x - reach : x + reach + 1].T
                expected = middle[0] - (x - reach)
            assert nearest_line(np.median(profile, axis=1), expected) <= limit, part
            checked["lines"] += 1
        elif isinstance(part, drawing.Circle) and part.role == "bubble":
            x, y = part.x * scale - 0.5, part.y * scale - 0.5
            radius = part.radius * scale
            top, left = round(y) - 40, round(x) - 40
            patch = image[top : top + 81, left : left + 81]
            rows, columns = np.mgrid[top : top + 81, left : left + 81]
            ring = (patch < 150) & (np.abs(np.hypot(columns - x, rows - y) - radius) < 0.35 * radius)
            off = np.hypot(columns[ring].mean() - x, rows[ring].mean() - y)
            assert off <= limit, part
            checked["bubbles"] += 1
    assert checked == {"lines": lines, "bubbles": bubbles}


def test_raster_and_pdf_come_from_the_same_primitives(template: Template) -> None:
    content = drawing.pdf(template)
    assert content.startswith(b"%PDF")
    assert content == drawing.pdf(template), "the same template gives the same bytes"
    assert b"/Count 3" in content


def test_tables_fills_dark_grids_and_dotted_walls_are_drawn_where_they_are_described() -> None:
    form = load_template("c1-kwk-2017")
    assert drawing.pdf(form) == drawing.pdf(form)
    picture = drawing.raster(form, "plano", 10.0)
    fields = {field.id: field for field in form.fields}

    def darkest(x: float, y: float, reach: float = 0.3) -> NDArray[np.uint8]:
        at = (
            slice(round((y - reach) * 10), round((y + reach) * 10)),
            slice(round((x - reach) * 10), round((x + reach) * 10)),
        )
        return picture[at]

    grids = [witness for witness in fields["votes_1"].witnesses if isinstance(witness, Tally | RowTotals)]
    assert len(grids) == 2
    for grid in grids:
        x0, y0, x1, y1 = grid.grid
        row = (y1 - y0) / grid.rows
        assert darkest((x0 + x1) / 2 + 1, y0 + row).min() < 80, "the grid of this form is dark"
        assert darkest(x0 + 1.5, y0 + row / 2).min() == 255
    x, y, width, height = fields["invalid"].cells.box
    wall = picture[round(y * 10) : round((y + height) * 10), round((x + width) * 10 - 3) : round((x + width) * 10 + 3)]
    inked = (wall.min(axis=1) < 128).mean()
    assert 0.3 < inked < 0.9, "dots, no line"
    assert (picture[2060, 600:2000] == round(0.62 * 255)).all(), "the gray bar of valid_total"
    (table,) = [p for p in form.pages[0].printed if isinstance(p, PrintedTable) and len(p.rows) == 4]
    assert darkest(table.columns[2], (table.rows[0] + table.rows[1]) / 2).min() < 40


@pytest.mark.parametrize("page_id", ["1", "2", "3"])
def test_a_drawn_page_carries_its_tag_in_the_pinned_corner_order(template: Template, page_id: str) -> None:
    """Printed upside down: OpenCV's corner 0 is the page's bottom-right corner of the tag, then clockwise."""
    tag = template.page(page_id).markers.tag
    assert tag
    (seen,) = find_tags(drawing.raster(template, page_id, 8.0), [101, 102, 103])
    assert seen.id == tag.id == 100 + int(page_id)
    millimetres = (seen.corners + 0.5) / 8.0
    assert np.abs(millimetres - tag_corners(tag)).max() < 0.3
    bottom_right = np.array(tag.center) + tag.side / 2
    assert np.abs(millimetres[0] - bottom_right).max() < 0.3


def test_a_reference_drawing_is_located(reference_forms: Path, template: Template) -> None:
    for page_id in "23":
        photo = load(reference_forms / f"c-hasil-ppwp-2024-page{page_id}.png", "reference")
        located = locate(photo, [template])
        assert (located.page_id, len(located.anchors)) == (page_id, 5)
        tag = template.page(page_id).markers.tag
        assert tag
        assert project(located.homography, np.array(tag.center)).shape == (2,)


def test_dark_grids_are_ruled_lines_and_faint_ones_are_not(template: Template) -> None:
    """Lines of a grid are what a page without marks is fitted to, where they are dark enough to be seen."""
    dark = load_template("c1-kwk-2017")
    grid = next(w for w in dark.fields[0].witnesses if isinstance(w, Tally)).grid
    faint = next(w for w in template.fields_of("2")[0].witnesses if isinstance(w, Tally)).grid
    for form, page_id, (x0, y0, x1, y1), expected in ((dark, "plano", grid, True), (template, "2", faint, False)):
        points = ruling(form, page_id).points
        inside = (points > (x0 + 1, y0 + 1)).all(axis=1) & (points < (x1 - 1, y1 - 1)).all(axis=1)
        assert inside.any() == expected


def test_lines_under_signatures_do_not_speak_for_a_page_without_marks(template: Template) -> None:
    for form, page_id, expected in ((load_template("ppwp-plano-2019"), "lembar-2", False), (template, "2", True)):
        points = ruling(form, page_id).points
        assert len(form.page(page_id).private) == 2
        for region in form.page(page_id).private:
            x0, y0, x1, y1 = region.rect
            assert ((points > (x0, y0)) & (points < (x1, y1))).all(axis=1).any() == expected
