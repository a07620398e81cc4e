"""Overlay, tables and report: true to the record, safe to open, and silent about names and signatures."""

from __future__ import annotations

import base64
import csv
import io
import re
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest
from fakes import FORM, SCALE, drawn, located, lost, photo

from ocr_recap import load
from ocr_recap.emit import overlay, pictures, report, tables
from ocr_recap.options import Options
from ocr_recap.template import TemplateError

TEMPLATES = {FORM.id: FORM}


def table(*records):
    content = b"".join(tables.numbers_csv(records, TEMPLATES))
    return content, list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def page(*entries, **options) -> str:
    totals = report.Totals()
    for entry in entries:
        totals.add(entry.record)
    return b"".join(report.report_html(lambda: iter(entries), totals, TEMPLATES, **options)).decode()


# --- tables ---------------------------------------------------------------------------------------------------------


def test_csv_is_utf8_with_mark_and_crlf():
    content, rows = table(located())
    assert content.startswith(b"\xef\xbb\xbfdocument,station,file,")
    assert content.count(b"\r\n") == content.count(b"\n") == 1 + len(rows)
    assert list(rows[0]) == list(tables.COLUMNS)


def test_only_accepted_numbers_stand_in_accepted():
    _, rows = table(located())
    assert [(r["status"], r["value"], r["accepted"]) for r in rows] == [
        ("accepted", "117", "117"),
        ("review", "42", ""),
        ("blank", "", ""),
    ]
    assert rows[1]["reasons"] == "no_second_witness"
    assert rows[1]["report_link"] == "report.html#p1-votes_2"
    assert rows[0]["label_id"] == "Suara sah pasangan calon 1"


def test_photos_without_numbers_keep_their_place_in_links():
    _, rows = table(lost(), located("b.jpg"))
    assert {r["report_link"].split("-")[0] for r in rows} == {"report.html#p2"}


@pytest.mark.parametrize("name", ["=cmd|'/c calc'!A1.jpg", "+1.jpg", "-1.jpg", "@x.jpg", "\tx.jpg", "\rx.jpg"])
def test_cells_a_spreadsheet_would_run_are_defused(name):
    _, rows = table(located(name))
    assert {r["file"] for r in rows} == {f"'{name}"}


def test_a_dash_in_the_first_box_is_defused_too():
    record = located()
    first = record.fields["votes_1"].model_copy(update={"text": "--7"})
    _, rows = table(record.model_copy(update={"fields": {"votes_1": first}}))
    assert rows[0]["text"] == "'--7"


# --- report ---------------------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def tags(html: str):
    parser = Tags()
    parser.feed(html)
    return parser.found


def test_report_says_that_paper_prevails_in_both_languages():
    html = page(report.Entry(located()))
    assert "Provisional – paper prevails" in html
    assert "Sementara – formulir kertas yang berlaku" in html


def test_report_is_self_contained_and_starts_no_foreign_script():
    crop = base64.b64encode(b"jpeg").decode()
    html = page(report.Entry(located(), {"votes_1": crop, "votes_2": crop}, None, ("overlay/a-00000000.jpg",)))
    for tag, attributes in tags(html):
        assert tag not in {"link", "iframe", "object", "base"}
        assert not [name for name in attributes if name.startswith("on")]
        source = attributes.get("src")
        assert source is None or source.startswith("data:image/jpeg;base64,")
        target = attributes.get("href")
        assert target is None or target.startswith(("#p", "overlay/"))
    assert len([1 for tag, _ in tags(html) if tag == "script"]) == 1
    assert "default-src 'none'" in html


def test_file_names_are_text_never_markup():
    name = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>.jpg"
    html = page(report.Entry(located(name)), report.Entry(lost(name)), skipped=[name])
    assert len([1 for tag, _ in tags(html) if tag == "script"]) == 1
    assert not [1 for tag, attributes in tags(html) if tag == "img"]
    assert "&lt;script&gt;alert(" in html


def test_review_comes_first_with_reason_in_both_languages_and_crop():
    crop = base64.b64encode(b"jpeg").decode()
    html = page(report.Entry(located(), {"votes_2": crop}))
    review, everything = html.split('<section id="problems">')
    assert 'id="p1-votes_2"' in review
    assert 'id="p1-votes_1"' in everything
    assert crop in review
    assert "tidak ada bukti kedua" in review
    assert "no second witness" in review


def test_every_link_of_the_table_is_in_the_report():
    records = [located(), lost("b.jpg"), located("c.jpg", page="1")]
    html = page(*map(report.Entry, records))
    _, rows = table(*records)
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert {r["report_link"].partition("#")[2] for r in rows} <= set(ids)


def test_broken_rule_shows_its_numbers_and_difference():
    html = page(report.Entry(located()))
    assert "160 = 117 + 42 + ?" in html
    assert "+1" in html


def test_summary_counts():
    totals = report.Totals()
    for record in (located(), located("b.jpg"), lost("c.jpg")):
        totals.add(record)
    assert totals == report.Totals(photos=3, located=2, accepted=2, review=2, blank=2, problems=1)


def test_an_empty_report_says_so():
    assert page().count("Tidak ada.") == 3


def test_large_batches_keep_the_crops_of_review_only(monkeypatch):
    monkeypatch.setattr(report, "MOST_CROPS", 1)
    html = page(report.Entry(located(), {"votes_1": "QUNDRVBURUQ=", "votes_2": "UkVWSUVX"}))
    assert "QUNDRVBURUQ=" not in html
    assert "UkVWSUVX" in html


# --- pictures -------------------------------------------------------------------------------------------------------


@pytest.fixture
def noise() -> np.ndarray:
    """A photo full of noise: wherever a private region is flat gray, it was masked."""
    size = round(FORM.paper.height * SCALE), round(FORM.paper.width * SCALE), 3
    return np.random.default_rng(0).integers(0, 255, size, dtype=np.uint8)


def private_pixels(picture: np.ndarray, scale: float, top: int = 0):
    for region in FORM.page("2").private:
        x0, y0, x1, y1 = (round(v * scale) for v in region.rect)
        yield picture[top + y0 + 3 : top + y1 - 3, x0 + 3 : x1 - 3]


def test_overlay_masks_names_and_signatures(noise):
    picture = overlay.overlay(located(), noise)
    top = picture.shape[0] - noise.shape[0]
    assert picture.shape[1:] == noise.shape[1:]
    assert top > 0
    for pixels in private_pixels(picture, SCALE, top):
        assert (pixels == 168).all()


def test_straightened_page_masks_names_and_signatures(noise):
    picture = overlay.rectified(located().page, noise, 4)
    assert picture.shape == (1680, 1188, 3)
    for pixels in private_pixels(picture, 4):
        assert (pixels == 168).all()


def test_straightened_page_has_the_frame_it_says():
    drawn = photo_array()
    picture = overlay.rectified(located().page, drawn, SCALE)
    inside = picture[200:900, 100:-100].astype(int) - drawn[200:900, 100:-100].astype(int)
    assert np.abs(inside).max() <= 2


def photo_array() -> np.ndarray:
    return cv2.cvtColor(drawn("2"), cv2.COLOR_GRAY2BGR)


def test_a_photo_without_page_is_shown_too_coarse_to_read(noise):
    picture = overlay.overlay(lost(), noise)
    body = picture[-600:]
    assert (np.abs(np.diff(body.astype(int), axis=1)).max(axis=(0, 2)) > 0).sum() < 60


def test_overlay_turns_the_page_upright(noise):
    record = located()
    height = noise.shape[0]
    turn = np.array([[0, -1, height - 1], [1, 0, 0], [0, 0, 1]])
    matrix = turn @ np.array(record.page.homography)
    turned = record.model_copy(
        update={"page": record.page.model_copy(update={"homography": tuple(map(tuple, matrix.tolist()))})}
    )
    picture = overlay.overlay(turned, np.rot90(noise, -1).copy())
    top = picture.shape[0] - height
    for pixels in private_pixels(picture, SCALE, top):
        assert (pixels == 168).all()


def moved(record, scale: float, x: float = 0, y: float = 0):
    """The record as if its page lay elsewhere on a larger photo."""
    matrix = ((scale, 0.0, x), (0.0, scale, y), (0.0, 0.0, 1.0))
    return record.model_copy(update={"page": record.page.model_copy(update={"homography": matrix})})


def test_large_photos_are_shrunk():
    picture = overlay.overlay(moved(located(), 6), np.full((3000, 2000, 3), 200, np.uint8))
    assert overlay.LONG_SIDE < picture.shape[0] < overlay.LONG_SIDE + 120


def test_what_lies_around_the_paper_is_not_shown():
    picture = overlay.overlay(moved(located(), 1, 1000, 1000), np.full((3000, 4000, 3), 200, np.uint8))
    assert picture.shape[1] == pytest.approx(FORM.paper.width + 2 * 0.03 * FORM.paper.height, abs=3)


def test_status_is_drawn_in_its_colour(noise):
    record = located()
    picture = overlay.overlay(record, noise)
    for status in ("accepted", "review", "blank"):
        color = np.array(overlay.STATUS_COLORS[status])
        assert (picture == color).all(axis=2).sum() > 50


def test_a_form_that_is_not_at_hand_cannot_be_shown_unmasked(noise):
    record = located()
    stranger = record.page.model_copy(update={"template": "not-here"})
    with pytest.raises(TemplateError):
        overlay.overlay(record.model_copy(update={"page": stranger}), noise)


def test_strip_shows_the_boxes_straight(tmp_path):
    path = photo(tmp_path / "a.jpg")
    decoded = load.load(path, "a", Options())
    record = located()
    image = cv2.imdecode(np.frombuffer(pictures.strip(decoded, record.fields["votes_1"].quad), np.uint8), -1)
    assert image.ndim == 2
    assert image.shape[0] == pictures.STRIP_HEIGHT
    # Box sides are dark columns: two of each of the three boxes.
    dark = image[20:36].mean(axis=0) < 120
    assert (np.diff(dark.astype(int)) == 1).sum() == 6


def test_save_replaces_whole_files_only(tmp_path, noise):
    pictures.save(noise, tmp_path / "x.png")
    assert (cv2.imread(str(tmp_path / "x.png")) == noise).all()
    with pytest.raises(ValueError, match="jpg or"):
        pictures.save(noise, tmp_path / "x.gif")
    assert [p.name for p in tmp_path.iterdir()] == ["x.png"]
