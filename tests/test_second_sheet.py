"""Two sheets in one photo: no number is accepted, both are named, and nothing private of either is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from conftest import SAMPLES, Shot

from ocr_recap import Reader, Template
from ocr_recap.forms.template import available
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.arrays import GrayImage
from ocr_recap.imaging.homography import project
from ocr_recap.imaging.photo import load
from ocr_recap.locate import second_sheet
from ocr_recap.locate.lines.alignment import Placed
from ocr_recap.locate.locate import locate
from ocr_recap.locate.located import Located, paper_outline
from ocr_recap.messages.problems import PhotoProblem
from ocr_recap.records.field_record import Decided
from ocr_recap.records.photo_advice import take_again
from ocr_recap.records.record import Record
from ocr_recap.report.overlay import overlay, rectified
from ocr_recap.report.private_regions import GRAY, without_others

pytestmark = pytest.mark.slow


def sample(name: str) -> np.ndarray:
    gray = cv2.imread(str(SAMPLES / f"{name}.jpg"), cv2.IMREAD_GRAYSCALE)
    assert gray is not None
    return gray


def beside(first: np.ndarray, second: np.ndarray, size: float = 1.0, left: bool = False) -> np.ndarray:
    """The first photo with the second, shrunk to `size`, on its right or left."""
    small = cv2.resize(second, None, fx=size, fy=size, interpolation=cv2.INTER_AREA)
    small = np.pad(small, ((0, max(0, len(first) - len(small))), (0, 0)), constant_values=120)[: len(first)]
    return np.ascontiguousarray(np.hstack([small, first] if left else [first, small]))


def without_tag(gray: np.ndarray, template: Template, page_id: str) -> np.ndarray:
    """The sample with its tag covered."""
    located = locate(load(gray, "sample"), [template])
    tag = template.page(page_id).markers.tag
    assert tag
    middle, edge = located.to_photo(np.array([tag.center, (tag.center[0] + tag.side, tag.center[1])]))
    covered = gray.copy()
    cv2.circle(covered, (round(middle[0]), round(middle[1])), round(float(np.linalg.norm(edge - middle))), 110, -1)
    return covered


def is_in_doubt(record: Record) -> bool:
    return bool(record.fields) and all(
        field.status == "review" and field.accepted is None and "other_sheet" in field.reasons
        for field in record.fields.values()
    )


@pytest.mark.parametrize("size", [1.0, 0.7, 0.45])
def test_no_number_is_accepted_beside_another_sheet(reader: Reader, size: float) -> None:
    first, second = sample("page2-clean"), sample("page2-wrong-bubble")
    for left in (False, True):
        record = reader.read(beside(first, second, size, left), "two")
        assert is_in_doubt(record)
        assert record.page
        assert record.page.rivals == "c-hasil-ppwp-2024 2"
        assert [w.code for w in record.warnings] == ["other_sheet"]
        assert "go to review" in record.warnings[0].hint.en
        assert take_again(record.warnings)
        assert record.status != "settled"


def test_another_page_beside_it_is_a_doubt_too(reader: Reader) -> None:
    record = reader.read(beside(sample("page2-clean"), sample("page3-clean"), 0.7), "two")
    assert is_in_doubt(record)
    assert record.page
    (other,) = record.page.others
    assert {record.page.page, other.page} == {"2", "3"}
    assert (other.placed, other.could_be_meant) == (True, True)


@pytest.mark.parametrize("size", [1.0, 0.6])
def test_a_sheet_whose_tag_is_covered_is_noticed(reader: Reader, template: Template, size: float) -> None:
    record = reader.read(beside(sample("page2-clean"), without_tag(sample("page3-clean"), template, "3"), size), "two")
    assert is_in_doubt(record)


def test_a_sheet_whose_tag_is_covered_is_noticed_beside_an_edge_with_a_tag(reader: Reader, template: Template) -> None:
    both = beside(sample("page2-clean"), without_tag(sample("page2-wrong-bubble"), template, "2"), 0.6)
    edge = sample("page3-clean")
    strip = np.pad(edge[: round(0.2 * len(edge))], ((0, 0), (0, both.shape[1] - edge.shape[1])), constant_values=120)
    record = reader.read(np.vstack([both, strip]), "three")
    assert record.page
    assert [other.page for other in record.page.others if not other.could_be_meant] == ["3"]
    assert len(record.page.others) == 2
    assert is_in_doubt(record)


def twice(name: str) -> tuple[np.ndarray, np.ndarray]:
    """A sheet alone, and with one of half its size beside it."""
    shot = Shot(load_template(name), load_template(name).pages[0].id, tilt=0.02)
    upright = shot.gray.shape[0] > shot.gray.shape[1]
    gray = shot.gray if upright else np.ascontiguousarray(np.rot90(shot.gray))
    return gray, beside(gray, gray, 0.5)


@pytest.mark.parametrize("form", ["c1-kwk-2017", "dpr-plano-2019"])
def test_two_whole_sheets_of_a_form_without_marks_are_refused(form: str) -> None:
    forms = [load_template(name) for name in available()]
    alone, both = twice(form)
    assert locate(load(alone, "shot"), forms).others == ()
    with pytest.raises(PhotoProblem) as caught:
        locate(load(both, "shot"), forms)
    assert (caught.value.code, caught.value.data["form"]) == ("two_sheets", form)


def test_a_sheet_told_out_of_sight_ends_no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines of the ground once resembled a page that lies outside the photo, and the sheet in sight was not asked."""
    forms = [load_template(name) for name in available()]
    _, both = twice("dpr-plano-2019")
    asked: list[tuple[int, ...]] = []
    resembling = vars(second_sheet)["_resembling"]

    def first_out_of_sight(part: GrayImage, templates: Sequence[Template]) -> Placed | None:
        placed = resembling(part, templates)
        asked.append(part.shape)
        if placed is None or len(asked) > 1:
            return placed
        outside = np.array([[1.0, 0, 0.8 * both.shape[1]], [0, 1.0, 0], [0, 0, 1.0]])
        return replace(placed, homography=outside @ placed.homography)

    monkeypatch.setattr(second_sheet, "_resembling", first_out_of_sight)
    with pytest.raises(PhotoProblem) as caught:
        locate(load(both, "shot"), forms)
    assert caught.value.code == "two_sheets"


@pytest.mark.parametrize("share", [0.06, 0.15])
def test_a_sliver_of_another_sheet_leaves_the_numbers_as_they_are(reader: Reader, share: float) -> None:
    first, second = sample("page2-clean"), sample("page3-clean")
    alone, sliver = reader.read(first, "one"), second[:, : round(share * second.shape[1])]
    record = reader.read(np.hstack([first, sliver]), "sliver")
    assert {i: f.accepted for i, f in record.fields.items()} == {i: f.accepted for i, f in alone.fields.items()}
    assert record.status == alone.status == "settled"


def test_a_sheet_alone_has_no_other() -> None:
    form = load_template("c-hasil-ppwp-2024")
    for name in ("page1-tilted", "page2-torn-corner", "page3-upside-down"):
        assert locate(load(sample(name), name), [form]).others == ()


def test_the_document_keeps_the_doubt_until_a_person_decides(reader: Reader) -> None:
    record = reader.read(beside(sample("page2-clean"), sample("page2-wrong-bubble"), 0.7), "two.jpg")
    (document,) = reader.group([Record.from_json(record.to_json())])
    assert document.verdict == "review"
    assert all(field.reasons[0] == "other_sheet" for field in document.fields.values())
    name, field = next(iter(record.fields.items()))
    said = field.model_copy(update={"decision": Decided(by="Siti", at="2024-02-15T08:00:00Z", value=field.value)})
    (document,) = reader.group([record.model_copy(update={"fields": {**record.fields, name: said}})])
    assert document.fields[name].accepted == field.value
    assert document.verdict == "review"


@pytest.fixture(scope="module")
def two() -> tuple[Record, Located, np.ndarray]:
    picture = beside(sample("page2-clean"), sample("page2-wrong-bubble"), 0.7)
    record = Reader().read(picture, "two")
    located = locate(load(picture, "two"), [load_template("c-hasil-ppwp-2024")])
    return record, located, picture


def test_nothing_beside_the_paper_is_shown(two: tuple[Record, Located, np.ndarray], template: Template) -> None:
    record, located, picture = two
    magenta = np.full((*picture.shape, 3), (255, 0, 255), np.uint8)
    edge = cv2.convexHull(np.rint(located.to_photo(paper_outline(template))).astype(np.int32))
    cv2.fillConvexPoly(magenta, edge, (200, 200, 200))
    cv2.polylines(magenta, [edge], True, (200, 200, 200), 9)  # pixels on the edge are neither
    assert not (overlay(record, magenta, template) == (255, 0, 255)).all(axis=2).any()


def test_signatures_of_a_sheet_that_lies_over_the_page_are_covered(
    two: tuple[Record, Located, np.ndarray], template: Template
) -> None:
    record, _, picture = two
    assert record.page
    noise = np.random.default_rng(1).integers(0, 160, (*picture.shape, 3)).astype(np.uint8)
    own = np.array(record.page.homography)
    # A sheet half as large that lies over the middle of the page.
    half = own @ np.array([[0.5, 0, 70.0], [0, 0.5, 100.0], [0, 0, 1.0]])
    other = record.page.others[0].model_copy(
        update={"homography": tuple(tuple(row) for row in (half / half[2, 2]).tolist()), "above": True, "placed": True}
    )
    page = record.page.model_copy(update={"others": (other,)})
    straight = rectified(page, noise, 4.0, template)
    hidden = rectified(page.model_copy(update={"others": ()}), noise, 4.0, template)
    for region in template.page("2").private:
        x0, y0, x1, y1 = region.rect
        ends = project(np.array([[0.5, 0, 70.0], [0, 0.5, 100.0], [0, 0, 1.0]]), np.array([[x0, y0], [x1, y1]])) * 4
        (left, top), (right, bottom) = np.rint(ends).astype(int).tolist()
        assert (straight[top:bottom, left:right] == GRAY).all()
        assert not (hidden[top:bottom, left:right] == GRAY).all()
    photo = load(noise[:, :, 0].copy(), "noise")
    covered = without_others(photo, template, page, load_template)
    assert without_others(photo, template, page.model_copy(update={"others": ()}), load_template) is photo
    for region in template.page("2").private:
        x0, y0, x1, y1 = region.rect
        middle = project(half, np.array([[(x0 + x1) / 2, (y0 + y1) / 2]]))[0] * photo.scale
        assert covered.gray[round(middle[1]), round(middle[0])] == GRAY
