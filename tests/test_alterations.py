"""What is struck out or written over is seen in the ink, and counts whatever bubbles, strokes and sums say."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from conftest import SAMPLES

from ocr_recap import Reader, Record, Template
from ocr_recap.cells import bubble_reader
from ocr_recap.cells.alteration_reader import AlterationReader
from ocr_recap.cells.crop import crop
from ocr_recap.cells.patch import scale_of
from ocr_recap.cells.weights import weights_directory
from ocr_recap.imaging.photo import load
from ocr_recap.locate.locate import locate
from ocr_recap.synth.forms.alter import altered
from ocr_recap.synth.sets import photos

pytestmark = pytest.mark.slow

# Lines over the row of boxes: from (along, down) to (along, down), as shares of its width and height.
LINES = {
    "one": [((-0.04, 0.5), (1.04, 0.5))],
    "two": [((-0.04, 0.42), (1.04, 0.42)), ((-0.04, 0.62), (1.04, 0.62))],
    "diagonal": [((-0.04, 0.9), (1.04, 0.1))],
    "cross": [((-0.04, 0.9), (1.04, 0.1)), ((-0.04, 0.1), (1.04, 0.9))],
    "zigzag": [((i / 8 - 0.04, 0.15 + 0.7 * (i % 2)), ((i + 1) / 8 - 0.04, 0.85 - 0.7 * (i % 2))) for i in range(9)],
}


def struck(image: np.ndarray, quad: object, lines: list, thick: float = 0.055) -> np.ndarray:
    tl, tr, br, bl = np.array(quad, dtype=np.float32)
    drawn, height = image.copy(), float(np.linalg.norm(bl - tl))
    for line in lines:
        a, b = (tl * (1 - u) * (1 - v) + tr * u * (1 - v) + bl * (1 - u) * v + br * u * v for u, v in line)
        ends = [tuple(int(x * 16) for x in point) for point in (a, b)]
        cv2.line(drawn, ends[0], ends[1], (110, 50, 40), max(2, round(height * thick)), cv2.LINE_AA, 4)
    return drawn


@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("sample", ["page2-clean.jpg", "page3-glare.jpg"])
def test_a_struck_out_number_is_never_accepted(reader: Reader, sample: str, kind: str) -> None:
    image = cv2.imread(str(SAMPLES / sample))
    counts = {name: f for name, f in reader.read(image).fields.items() if f.accepted is not None}
    assert len(counts) >= 3
    for name, field in counts.items():
        after = reader.read(struck(image, field.quad, LINES[kind])).fields[name]
        assert after.status == "review"
        assert "struck_out" in after.reasons
        assert after.evidence.digits.struck_out
        assert "dicoret" in after.explanation.id


def test_what_is_not_struck_out_is_not_called_so(reader: Reader) -> None:
    samples = sorted(SAMPLES.glob("page*.jpg"))
    assert len(samples) >= 12
    for sample in samples:
        fields = reader.read(sample).fields
        assert len(fields) >= 3
        for name, field in fields.items():
            assert not {"struck_out", "bubbles_struck_out"} & set(field.reasons), (sample.name, name)


def test_a_line_through_the_bubbles_is_seen(reader: Reader) -> None:
    image = cv2.imread(str(SAMPLES / "page2-clean.jpg"))
    before = reader.read(image).fields["votes_2"]
    assert before.accepted is not None
    truth = crop(load(image, "photo"), locate(load(image, "photo"), reader.templates))
    centers = truth["votes_2"].bubble_centers
    assert centers is not None
    drawn = image.copy()
    first, last = (tuple(int(v) for v in centers[side, digit]) for side, digit in ((0, 2), (-1, 6)))
    cv2.line(drawn, first, last, (110, 50, 40), 3, cv2.LINE_AA)
    after = reader.read(drawn).fields["votes_2"]
    assert after.status == "review"
    assert "bubbles_struck_out" in after.reasons
    assert reader.read(drawn).fields["votes_1"].accepted is not None


def test_documents_decide_from_the_record_alone(reader: Reader) -> None:
    image = cv2.imread(str(SAMPLES / "page2-clean.jpg"))
    quad = reader.read(image).fields["votes_1"].quad
    record = reader.read(struck(image, quad, LINES["one"]))
    again = Record.model_validate_json(record.model_dump_json())
    (document,) = reader.group([again])
    assert document.fields["votes_1"].reasons == record.fields["votes_1"].reasons
    assert document.fields["votes_1"].status == "review"
    assert document.fields["votes_2"].accepted is not None


@pytest.mark.parametrize("kind", ["rewritten", "amended", "overwritten"])
def test_a_digit_written_over_another_is_hardly_ever_accepted_as_the_old_one(
    reader: Reader, template: Template, kind: str
) -> None:
    said: list[bool] = []
    for index in (1, 4, 7):
        made = photos.make(photos.Order(template, 9, 9, "clean", alter=partial(altered, kind)), index)
        fields = reader.read(made.jpeg, made.name).fields
        for fact in (f for f in made.truth["fields"] if set(f["manners"]) & {"rewritten", "amended", "overwritten"}):
            said.append(fields[fact["id"]].accepted in (None, fact["value"]))
    assert len(said) >= 6
    assert sum(said) >= len(said) - 1, "a 1 on the stem of another digit cannot be seen"


def test_the_strip_shows_all_boxes_and_paper_beside_them(template: Template) -> None:
    photo = load(cv2.imread(str(SAMPLES / "page2-clean.jpg")), "photo")
    field = next(f for f in template.fields if f.id == "votes_1")
    strip = crop(photo, locate(photo, [template]))["votes_1"].strip
    assert strip.shape == (48, 160)
    walls = np.flatnonzero(strip[14:34].max(axis=0) < strip.mean() - 40)  # dark along their whole height
    x0, _, x1, _ = field.cells.outline()
    for rect in field.cells.rects():
        for side in (rect[0], rect[2]):
            place = 80 + (side - (x0 + x1) / 2) * scale_of(*field.cells.box[2:])
            assert np.abs(walls - place).min() < 2


def test_grain_is_no_line_and_a_line_is_one() -> None:
    rng = np.random.default_rng(1)
    paper = np.clip(rng.normal(200, 12, (2, 170, 24)), 0, 255).astype(np.uint8)
    assert bubble_reader.crossing(paper) < bubble_reader.CROSSED
    cv2.line(paper[0], (-2, 30), (26, 90), 120, 2, cv2.LINE_AA)
    assert bubble_reader.crossing(paper) > 3 * bubble_reader.CROSSED
    assert bubble_reader.crossing(np.zeros((0, 1, 1), np.uint8)) == 0


def test_lines_across_the_bubbles_of_several_numbers_are_seen_as_of_each() -> None:
    rng = np.random.default_rng(2)
    sizes = ((2, 170, 24), (1, 160, 20), (0, 1, 1), (3, 170, 24))
    numbers = [np.clip(rng.normal(200, 12, size), 0, 255).astype(np.uint8) for size in sizes]
    cv2.line(numbers[3][1], (-2, 30), (26, 90), 120, 2, cv2.LINE_AA)
    found = bubble_reader.crossings(numbers)
    assert found == [bubble_reader.crossing(gaps) for gaps in numbers]
    assert [score >= bubble_reader.CROSSED for score in found] == [False, False, False, True]
    assert bubble_reader.crossings([]) == []


def test_a_line_may_be_as_steep_as_four_pixels_a_step_and_no_steeper() -> None:
    for rise, seen in ((90, True), (160, False)):  # px over 24 px of width
        paper = np.full((1, 170, 24), 200, np.uint8)
        cv2.line(paper[0], (-1, 2), (24, 2 + rise), 100, 2, cv2.LINE_AA)
        assert (bubble_reader.crossing(paper) >= bubble_reader.CROSSED) is seen, rise


def test_bubbles_of_several_numbers_are_read_as_of_each() -> None:
    rng = np.random.default_rng(3)
    numbers = [rng.integers(0, 255, (columns, 10, 24, 24)).astype(np.uint8) for columns in (3, 1, 4)]
    together, alone = bubble_reader.read_all(numbers), [bubble_reader.read(patches) for patches in numbers]
    for one, other in zip(together, alone, strict=True):
        assert np.array_equal(one.probabilities, other.probabilities)
        assert np.array_equal(one.darkness, other.darkness)
    assert bubble_reader.read_all([]) == []


def test_any_number_of_strips_of_any_width_and_of_cells() -> None:
    reader = AlterationReader()
    assert len(reader.struck([])) == len(reader.overwritten(np.zeros((0, 48, 48), np.uint8))) == 0
    said = reader.struck([np.full((48, width), 200, np.uint8) for width in (96, 160, 96)])
    assert said[0] == said[2]
    assert ((said >= 0) & (said <= 1)).all()
    assert reader.overwritten(np.full((300, 48, 48), 200, np.uint8)).shape == (300,)


@pytest.mark.parametrize("picture", [np.zeros((47, 96), np.uint8), np.zeros((48, 96)), np.zeros((1, 48, 96), np.uint8)])
def test_other_pictures_are_refused(picture: np.ndarray) -> None:
    with pytest.raises(ValueError, match="a strip is"):
        AlterationReader().struck([picture])
    with pytest.raises(ValueError, match="cells must be"):
        AlterationReader().overwritten(picture)


@pytest.mark.parametrize("broken", ["struck.onnx", "overwritten.onnx", "alterations.json"])
def test_weights_that_are_damaged_are_not_used(broken: str, tmp_path: Path) -> None:
    for file in ("struck.onnx", "overwritten.onnx", "alterations.json"):
        shutil.copy(weights_directory() / file, tmp_path / file)
    AlterationReader(tmp_path)
    (tmp_path / broken).write_bytes(b"{}")
    with pytest.raises(RuntimeError, match="install"):
        AlterationReader(tmp_path)
