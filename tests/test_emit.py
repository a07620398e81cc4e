"""Overlay, tables and report: true to the record, safe to open, and silent about names and signatures."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest
from fakes import FORM, SCALE, corners, drawn, located, lost, photo

from ocr_recap.forms.template import TemplateError
from ocr_recap.imaging import photo as load
from ocr_recap.records.document import Document
from ocr_recap.records.field_record import Bilingual, quad
from ocr_recap.records.record import Station, SuggestedSlip
from ocr_recap.records.run_info import RunInfo
from ocr_recap.report import csv_tables, document_pages, overlay, pictures
from ocr_recap.report.index_page import index_html
from ocr_recap.report.result_table import Listed, listed, listed_missing, result_tables
from ocr_recap.report.review_csv import rows as review_rows
from ocr_recap.report.view_model import ShownPhoto, Totals

TEMPLATES = {FORM.id: FORM}
RUN = RunInfo(
    started="", finished="", ocr_recap="0", machine={}, runtime={}, options={}, workers=1, resumed=0, language="id",
    dialect="rfc4180", weights_sha256="", templates={}, lists={}, photos=0, stations_without_photos=(), skipped=()
)  # fmt: skip


def document(*records, station=None, name=None, problems=()):
    """The records put together as one document, without deciding anything again."""
    name = name or records[0].photo.file
    counting = [r for r in records if r.page]
    present = tuple(r.page.page for r in counting)
    return Document(
        id=name,
        station=Station(code=station),
        template=FORM.id if counting else None,
        pages_present=present,
        pages_missing=tuple(p.id for p in FORM.pages if p.id not in present) if counting else (),
        photos=(),
        fields={k: v for r in counting for k, v in r.fields.items()},
        rules=counting[0].rules if counting else (),
        verdict="review" if counting else "problem",
        problems=problems,
    )


def written(tmp_path, *documents, language="id", pictures=(), **bounds):
    """Each document (a tuple of records) on the pages of a report, shown."""
    pages = document_pages.ReportPages(tmp_path, TEMPLATES, language, **bounds)
    shown = []
    for records in documents:
        known = document(*records)
        told = [r.model_copy(update={"document": known.id, "counts": r.page is not None}) for r in records]
        shown.append(pages.add(known, tuple(ShownPhoto(r, tuple(pictures)) for r in told)))
    pages.close()
    return shown


def page(tmp_path, *records, **options) -> str:
    """The first page of a report with a document per record."""
    written(tmp_path, *((r,) for r in records), **options)
    return (tmp_path / "report" / "001.html").read_text()


def index_page(shown, run=RUN) -> str:
    totals = Totals()
    for one in shown:
        for shown_photo in one.photos:
            totals.add(shown_photo.record, FORM)
    entries = [listed(one, csv_tables.document_row(one.document, FORM)) for one in shown]
    questions = [row for one in shown for row in review_rows(one, {})]
    return b"".join(index_html(result_tables(entries, [FORM]), totals, run, questions)).decode()


def table(tmp_path, *records):
    shown = written(tmp_path, *((r,) for r in records))
    content = csv_tables.numbers_head() + b"".join(map(csv_tables.numbers_rows, shown))
    return content, list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


# --- tables ---------------------------------------------------------------------------------------------------------


def test_csv_is_utf8_with_mark_and_crlf(tmp_path):
    content, rows = table(tmp_path, located())
    assert content.startswith(b"\xef\xbb\xbfdocument,station,file,")
    assert content.count(b"\r\n") == content.count(b"\n") == 1 + len(rows)
    assert list(rows[0]) == list(csv_tables.COLUMNS)


def test_only_accepted_numbers_stand_in_accepted(tmp_path):
    _, rows = table(tmp_path, located())
    assert [(r["status"], r["value"], r["accepted"]) for r in rows] == [
        ("accepted", "117", "117"),
        ("review", "42", ""),
        ("blank", "", ""),
    ]
    assert rows[1]["reasons"] == "no_second_witness"
    assert rows[1]["report_link"] == "report/001.html#d1-votes_2"
    assert rows[0]["label_id"] == "Suara sah pasangan calon 1"


def test_photos_without_numbers_keep_their_place_in_links(tmp_path):
    _, rows = table(tmp_path, lost(), located("b.jpg"))
    assert {r["report_link"].split("-")[0] for r in rows} == {"report/001.html#d2"}


@pytest.mark.parametrize("name", ["=cmd|'/c calc'!A1.jpg", "+1.jpg", "-1.jpg", "@x.jpg", "\tx.jpg", "\rx.jpg"])
def test_cells_a_spreadsheet_would_run_are_defused(tmp_path, name):
    _, rows = table(tmp_path, located(name))
    assert {r["file"] for r in rows} == {f"'{name}"}


def test_a_dash_in_the_first_box_is_defused_too(tmp_path):
    record = located()
    first = record.fields["votes_1"].model_copy(update={"text": "--7"})
    _, rows = table(tmp_path, record.model_copy(update={"fields": {"votes_1": first}}))
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


def test_every_page_says_that_paper_prevails_in_both_languages(tmp_path):
    shown = written(tmp_path, (located(),))
    for html in (index_page(shown), (tmp_path / "report" / "001.html").read_text()):
        assert "Provisional – paper prevails" in html
        assert "Sementara – formulir kertas yang berlaku" in html


def test_pages_load_nothing_but_pictures_of_the_folder_and_start_no_foreign_script(tmp_path):
    shown = written(tmp_path, (located(),), (lost("b.jpg"),), pictures=("crops/a.jpg", "overlay/a.jpg"))
    pages = ((index_page(shown), set()), ((tmp_path / "report" / "001.html").read_text(), {"../crops/a.jpg"}))
    for html, sources in pages:
        assert {attributes["src"] for _, attributes in tags(html) if "src" in attributes} == sources
        targets = {str(attributes["href"]) for _, attributes in tags(html) if "href" in attributes}
        assert targets
        for target in targets:
            assert re.match(r"(\.\./)?(report|overlay/a|numbers|[a-z-]+)[./]|SHA256SUMS$|#", target)
            assert ":" not in target
        for tag, attributes in tags(html):
            assert tag not in {"link", "iframe", "object", "base"}
            assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert len([1 for tag, _ in tags(html) if tag == "script"]) == 1
        assert "default-src 'none'" in html


def test_file_names_are_text_never_markup(tmp_path):
    name = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>.jpg"
    shown = written(tmp_path, (located(name),), (lost(name),))
    run = RUN.model_copy(update={"skipped": (name,)})
    for html in (index_page(shown, run), (tmp_path / "report" / "001.html").read_text()):
        assert len([1 for tag, _ in tags(html) if tag == "script"]) == 1
        assert not [1 for tag, attributes in tags(html) if tag == "img"]
        assert "&lt;script&gt;alert(" in html


def test_numbers_stand_in_the_open_in_the_order_of_the_form_with_reason_and_crop(tmp_path):
    html = page(tmp_path, located(), pictures=("crops/a.jpg",))
    opened = re.sub(r"<details.*?</details>", "", html, flags=re.DOTALL)
    places = [opened.index(f'id="d1-votes_{i}"') for i in (1, 2, 3)]
    assert places == sorted(places)
    number = opened[places[1] : places[2]]
    assert 'class="s1" loading="lazy"' in number  # the second strip of the sheet
    assert ".crop .s1{object-position:0 -56px}" in opened
    assert "tidak ada bukti kedua" in number
    assert "no second witness" in number
    assert "<b>42</b>" in number
    assert "<b>117</b>" in opened[places[0] : places[1]]


def test_dates_are_folded_and_counts_are_not(tmp_path):
    html = page(tmp_path, located(page="3"))
    opened = re.sub(r"<details.*?</details>", "", html, flags=re.DOTALL)
    dates = [f.id for f in FORM.fields if f.role == "date"]
    assert [name for name in dates if f'id="d1-{name}"' in opened] == []
    assert [name for name in dates if f'id="d1-{name}"' in html] == dates
    assert 'id="d1-grand_total"' in opened


def test_a_suggestion_stands_once_for_all_rules_that_it_explains(tmp_path):
    record = located()
    slip = SuggestedSlip(field="votes_1", written=117, fits=118, kind="one", text=Bilingual(id="salah 117", en="slip"))
    rules = tuple(rule.model_copy(update={"suggestion": slip}) for rule in (record.rules[0], record.rules[0]))
    html = page(tmp_path, record.model_copy(update={"rules": rules}))
    assert html.count("salah 117") == 1


@pytest.mark.parametrize("confidence", [0.99999999, 1.0])
def test_no_number_is_shown_as_certain(tmp_path, confidence):
    record = located()
    field = record.fields["votes_2"].model_copy(update={"confidence": confidence})
    html = page(tmp_path, record.model_copy(update={"fields": {**record.fields, "votes_2": field}}))
    assert "99.9%" in html
    assert "100%" not in re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


def test_the_title_names_the_station_and_the_form(tmp_path):
    pages = document_pages.ReportPages(tmp_path, TEMPLATES, "id")
    pages.add(document(located(), station="2101142004003"), (ShownPhoto(located()),))
    pages.close()
    html = (tmp_path / "report" / "001.html").read_text()
    (title,) = re.findall(r"<title[^>]*>([^<]*)</title>", html)
    assert title == "TPS 003 (2101142004003) · C.HASIL-PPWP 2024 (Presiden dan Wakil Presiden) · ocr_recap"


def headings(page: Path) -> list[str]:
    """The heading of a page of the report in both languages, and the title of its window."""
    html = page.read_text()
    heading = re.search(r"<h1>(.*?)</h1>", html, re.DOTALL)[1]
    return [*re.findall(r"<span[^>]*>([^<]*)</span>", heading), re.search(r"<title[^>]*>([^<]*)</title>", html)[1]]


def test_a_page_says_which_documents_it_holds_only_where_there_are_more_pages(tmp_path):
    alone = ["TPS dan dokumen", "Stations and documents"]
    for count in (1, 2):
        place = tmp_path / str(count)
        place.mkdir()
        written(place, *((located(f"{i}.jpg"),) for i in range(count)))
        assert headings(place / "report" / "001.html")[:2] == alone
    assert headings(place / "report" / "001.html")[2] == "TPS dan dokumen · ocr_recap"
    written(tmp_path, *((lost(f"{i}.jpg"),) for i in range(5)), most_documents=2)
    first, last = (headings(tmp_path / "report" / name) for name in ("001.html", "003.html"))
    assert first[:2] == ["TPS dan dokumen ke-1 sampai ke-2", "Stations and documents 1 to 2"]
    assert first[2] == "TPS dan dokumen ke-1 sampai ke-2 · ocr_recap"
    assert last[:2] == ["TPS atau dokumen ke-5", "Station or document 5"]


def test_every_link_of_table_and_index_is_in_the_report(tmp_path):
    documents = (located(), located("c.jpg", page="1")), (lost("b.jpg"),), (located("d.jpg"),)
    shown = written(tmp_path, *documents, most_documents=2)
    rows = b"".join(map(csv_tables.numbers_rows, shown)).decode()
    wanted = set(re.findall(r"report/\d+\.html#[\w-]+", rows + index_page(shown)))
    there = set()
    for file in (tmp_path / "report").iterdir():
        ids = re.findall(r' id="([^"]+)"', file.read_text())
        assert len(ids) == len(set(ids))
        there |= {f"report/{file.name}#{one}" for one in ids}
    assert wanted <= there
    assert {"report/001.html#d1", "report/001.html#d2", "report/002.html#d3-votes_1"} <= wanted


def test_pages_are_bounded_in_documents_and_numbers(tmp_path):
    documents = *((lost(f"{i}.jpg"),) for i in range(4)), *((located(f"{i}.jpg"),) for i in range(4, 7))
    shown = written(tmp_path, *documents, most_documents=3, most_numbers=5)
    assert [one.page for one in shown] == [1, 1, 1, 2, 2, 3, 4]
    second = (tmp_path / "report" / "002.html").read_text()
    assert 'href="001.html"' in second
    assert 'href="003.html"' in second
    assert 'href="005.html"' not in (tmp_path / "report" / "004.html").read_text()


def test_broken_rule_shows_its_numbers_and_difference(tmp_path):
    html = page(tmp_path, located())
    assert "160 = 117 + 42 + ?" in html
    assert "+1" in html


def test_where_photos_differ_all_are_shown(tmp_path):
    one = located()
    field = one.fields["votes_2"].model_copy(update={"reasons": ("photos_disagree",)})
    one = one.model_copy(update={"fields": {**one.fields, "votes_2": field}})
    two = located("b.jpg").model_copy(update={"counts": False})
    pages = document_pages.ReportPages(tmp_path, TEMPLATES, "id")
    pages.add(document(one), (ShownPhoto(one, ("crops/a.jpg",)), ShownPhoto(two, ("crops/b.jpg",))))
    pages.close()
    html = (tmp_path / "report" / "001.html").read_text()
    assert (html.count("crops/a.jpg"), html.count("crops/b.jpg")) == (3, 1)


def test_summary_counts():
    totals = Totals()
    for record in (located(), located("b.jpg"), lost("c.jpg")):
        totals.add(record, FORM if record.page else None)
    assert totals == Totals(photos=3, located=2, accepted=2, review=2, blank=2, problems=1)


def test_dates_are_counted_apart():
    totals = Totals()
    record = located(page="3")
    totals.add(record, FORM)
    open_fields = {name for name, field in record.fields.items() if field.status == "review"}
    dates = {f.id for f in FORM.fields if f.role == "date"}
    assert (totals.dates, totals.review) == (len(open_fields & dates), len(open_fields - dates))
    assert totals.dates > 0


def test_the_list_has_what_needs_a_person_first_and_stations_without_photos(tmp_path):
    shown = written(tmp_path, (lost("a.jpg"),), (located("b.jpg"),))
    missing = csv_tables.missing_rows([], ["2101142004001"], FORM)
    entries = [listed(one, csv_tables.document_row(one.document, FORM)) for one in shown]
    html = b"".join(
        index_html(result_tables([*entries, *map(listed_missing, missing)], [FORM]), Totals(), RUN)
    ).decode()
    assert re.findall(r'<tr data-v="(\w+)" data-find="([^"]*)"', html) == [
        ("review", "b.jpg b.jpg"),
        ("missing", "2101142004001"),
        ("problem", "a.jpg a.jpg"),  # without a form, in a table of its own
    ]
    assert re.findall(r'name="verdict" value="(\w*)"', html) == ["", "review", "problem", "missing"]


def row(station: str, verdict: str = "settled", **numbers: int | str) -> csv_tables.DocumentRow:
    """A station with numbers: a value is accepted, a text is a status."""
    accepted = {name: value if isinstance(value, int) else None for name, value in numbers.items()}
    statuses = {name: "accepted" if isinstance(value, int) else value for name, value in numbers.items()}
    return csv_tables.DocumentRow(
        station,
        station,
        FORM.id,
        ("2",),
        (),
        verdict,
        0,
        accepted,
        statuses=statuses,  # type: ignore[arg-type]
    )


def test_totals_are_of_accepted_numbers_with_their_coverage():
    rows = [
        row("2101142004001", votes_1=10, votes_2=20, votes_3=0, valid_total=30, invalid=1),
        row("2101142004002", votes_1="review", votes_2=5, votes_3="blank", valid_total="not_in_photo", invalid=2),
        csv_tables.missing_rows([], ["2101142004003"], FORM)[0],
    ]
    (table,) = result_tables([Listed(one, None) for one in rows], [FORM])
    assert [(column.field, tuple(table.total(column))) for column in table.columns] == [
        ("votes_1", (1, 3, 10)),
        ("votes_2", (2, 3, 25)),
        ("votes_3", (1, 3, 0)),
        ("valid_total", (1, 3, 30)),
        ("invalid", (2, 3, 3)),
    ]
    assert (table.complete, table.unknown) == (1, 8)
    assert [column.head.id for column in table.columns[:3]] == ["1", "2", "3"]
    assert (table.group.id, table.group.en) == ("Suara sah pasangan calon", "votes of pair")


def test_what_is_not_accepted_is_never_shown_as_a_number():
    entry = Listed(row("1", votes_1=7, votes_2="review", votes_3="blank"), None)
    (table,) = result_tables([entry], [FORM])
    html = b"".join(index_html([table], Totals(), RUN)).decode()
    (line,) = re.findall(r"<tr data-v.*?</tr>", html, re.DOTALL)
    cells = [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r'<td class="n [^>]*>(.*?)</td>', line, re.DOTALL)]
    assert cells == ["7", "?", "–", "∅", "∅"]
    (sums,) = re.findall(r'<tr class="sums">.*?</tr>', html, re.DOTALL)
    values = [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<b>(.*?)</b>", sums, re.DOTALL)]
    assert values == ["7", "?", "?", "?", "?"], "never zero for unknown"


def test_a_form_with_other_names_shows_all_its_counts():
    fields = tuple(f.model_copy(update={"id": f"n{i}"}) for i, f in enumerate(FORM.fields[:3]))
    form = FORM.model_copy(update={"id": "own", "fields": fields})
    entry = Listed(csv_tables.DocumentRow("1", "1", "own", (), (), "settled", 0, {}), None)
    (table,) = result_tables([entry], [form])
    assert [column.field for column in table.columns] == ["n0", "n1", "n2"]


def test_an_empty_list_says_so():
    assert "Tidak ada." in index_page([])


# --- pictures -------------------------------------------------------------------------------------------------------


@pytest.fixture
def noise() -> np.ndarray:
    """A photo full of noise: wherever a private region is flat gray, it was masked."""
    size = round(FORM.paper.height * SCALE), round(FORM.paper.width * SCALE), 3
    return np.random.default_rng(0).integers(0, 255, size, dtype=np.uint8)


def assert_private_is_gray(picture: np.ndarray, scale: float, top: int = 0) -> None:
    """Names and signatures of page 2 are one flat gray."""
    private = FORM.page("2").private
    assert len(private) == 2
    for region in private:
        x0, y0, x1, y1 = (round(v * scale) for v in region.rect)
        pixels = picture[top + y0 + 3 : top + y1 - 3, x0 + 3 : x1 - 3]
        assert pixels.size > 1000
        assert (pixels == 168).all()


def test_overlay_masks_names_and_signatures(noise):
    picture = overlay.overlay(located(), noise)
    top = picture.shape[0] - noise.shape[0]
    assert picture.shape[1:] == noise.shape[1:]
    assert top > 0
    assert_private_is_gray(picture, SCALE, top)


def test_straightened_page_masks_names_and_signatures(noise):
    picture = overlay.rectified(located().page, noise, 4)
    assert picture.shape == (1800, 1200, 3)
    assert_private_is_gray(picture, 4)


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
    assert_private_is_gray(picture, SCALE, top)


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


@pytest.mark.parametrize("page", ["1", "2", "3"])
@pytest.mark.parametrize("scale", [3, 1.5])
def test_no_label_covers_a_box(page, scale):
    """Labels lie beside the boxes, and where there is no room there is none: every digit stays in sight."""
    record = moved(located(page=page), scale)
    quads = {f.id: np.array(corners(f.cells.outline())) / SCALE * scale for f in FORM.fields_of(page)}
    fields = {
        name: field.model_copy(update={"quad": quad(quads[name]), "evidence": unmarked(field)})
        for name, field in record.fields.items()
    }
    record = record.model_copy(update={"fields": fields})
    size = round(FORM.paper.height * scale), round(FORM.paper.width * scale), 3
    blank = np.random.default_rng(0).integers(0, 255, size, dtype=np.uint8)
    picture = overlay.overlay(record, blank)
    top = picture.shape[0] - blank.shape[0]
    for field in FORM.fields_of(page):
        for x0, y0, x1, y1 in field.cells.rects():
            left, up, right, down = (round(v * scale) for v in (x0, y0, x1, y1))
            inside = slice(up + 2, down - 2), slice(left + 2, right - 2)
            shown = picture[top:][inside]
            assert (shown == blank[inside]).all(), f"{field.id} is covered"
    if scale == 3:
        colors = [overlay.STATUS_COLORS[field.status] for field in fields.values()]
        drawn = [(picture == np.array(color)).all(axis=2).sum() for color in dict.fromkeys(colors)]
        assert min(drawn) > 100, "labels are there"


def unmarked(field):
    """The evidence of a number without the places of its cells and strokes, so that only its label is drawn."""
    return field.evidence.model_copy(
        update={"digits": field.evidence.digits.model_copy(update={"cells": ()}), "tally": None}
    )


def test_a_form_that_is_not_at_hand_cannot_be_shown_unmasked(noise):
    record = located()
    stranger = record.page.model_copy(update={"template": "not-here"})
    with pytest.raises(TemplateError):
        overlay.overlay(record.model_copy(update={"page": stranger}), noise)


def test_strip_shows_the_boxes_straight(tmp_path):
    path = photo(tmp_path / "a.jpg")
    decoded = load.load(path, "a")
    record = located()
    quads = [field.quad for field in record.fields.values()]
    image = pictures.strip(decoded, quads[0])
    assert image.shape == (pictures.STRIP_HEIGHT, pictures.strip_width(quads[0]))
    # Box sides are dark columns: two of each of the three boxes.
    dark = image[20:36].mean(axis=0) < 120
    assert (np.diff(dark.astype(int)) == 1).sum() == 6


def test_the_header_is_shown_straight_with_private_parts_covered(tmp_path):
    decoded = load.load(photo(tmp_path / "a.jpg"), "a")
    page = located().page
    rect = FORM.page("2").header
    image = pictures.header(decoded, page.homography, rect, ())
    assert image.shape[::-1] == pictures.header_size(rect) == (732, 78)
    # The same part of the drawn page, at its own resolution.
    x0, y0, x1, y1 = (round(v * SCALE) for v in rect)
    drawn_part = cv2.resize(drawn("2")[y0:y1, x0:x1], image.shape[::-1], interpolation=cv2.INTER_LINEAR)
    assert np.abs(image.astype(int) - drawn_part.astype(int)).mean() < 8
    middle = (rect[1] + rect[3]) / 2
    covered = pictures.header(decoded, page.homography, rect, [(rect[0] + 10, 0, rect[0] + 20, middle)])
    assert (covered[: round((middle - rect[1]) * 4), 40:80] == 168).all()
    assert (covered[:, 80:] == image[:, 80:]).all()


def test_a_sheet_holds_strips_below_one_another():
    narrow, wide = np.zeros((56, 10), np.uint8), np.full((56, 20), 90, np.uint8)
    picture = pictures.sheet([narrow, wide])
    assert picture.shape == (112, 20)
    assert (picture[:56, :10] == 0).all()
    assert (picture[:56, 10:] == 210).all()
    assert (picture[56:] == 90).all()


def test_save_replaces_whole_files_only(tmp_path, noise):
    pictures.save(noise, tmp_path / "x.png")
    assert (cv2.imread(str(tmp_path / "x.png")) == noise).all()
    with pytest.raises(ValueError, match="jpg or"):
        pictures.save(noise, tmp_path / "x.gif")
    assert [p.name for p in tmp_path.iterdir()] == ["x.png"]
