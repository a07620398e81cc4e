"""The synthetic forms are what they claim: repeatable, split by writer, and with their ink where it belongs."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr_recap.forms import drawing, template
from ocr_recap.synth.camera import simple_camera
from ocr_recap.synth.cells import cells
from ocr_recap.synth.forms.fill import FieldWriting, fill_page
from ocr_recap.synth.writing import ink, sources, strokes

SCALE = 4.0


@pytest.fixture(scope="module")
def form() -> template.Template:
    return template.load(template.available()["c-hasil-ppwp-2024"])


@pytest.fixture(scope="module")
def pack() -> dict[str, sources.Source]:
    return sources.load_pack()


def test_a_writer_is_his_seed_and_nothing_else():
    assert strokes.Writer.from_seed(7) == strokes.Writer.from_seed(7)
    assert strokes.Writer.from_seed(7) != strokes.Writer.from_seed(8)


def test_every_character_is_drawn_within_reach_of_its_box():
    for seed in range(40):
        writer = strokes.Writer.from_seed(seed)
        rng = np.random.default_rng(seed)
        for char in strokes.CHARACTERS:
            lines = strokes.strokes(char, writer, rng)
            points = np.concatenate(lines)
            assert points.shape[1] == 2
            assert np.isfinite(points).all()
            assert points.min() > -0.6
            assert points.max() < 1.6
    assert strokes.strokes(" ", writer, rng) == []


def test_seven_segment_writers_make_boxes():
    """The share of level and upright pieces tells a boxy 8 from a round one."""

    def straight(seed: int) -> float:
        lines = strokes.strokes("8", strokes.Writer.from_seed(seed), np.random.default_rng(1))
        steps = np.concatenate([np.diff(line, axis=0) for line in lines])
        length = np.linalg.norm(steps, axis=1)
        return float(length[np.abs(steps).min(axis=1) < 0.25 * length].sum() / length.sum())

    boxy = [s for s in range(80) if strokes.Writer.from_seed(s).seven_segment]
    others = [s for s in range(80) if s not in boxy]
    assert len(boxy) >= 5
    assert np.mean([straight(s) for s in boxy]) > np.mean([straight(s) for s in others]) + 0.3


def test_writers_of_the_three_parts_never_meet():
    rng = np.random.default_rng(3)
    found = {part: {sources.writer_seed(part, rng) for _ in range(3000)} for part in ("train", "calibration", "test")}
    for part, seeds in found.items():
        assert {sources.split_of(seed) for seed in seeds} == {part}
    assert not found["train"] & found["test"]
    assert not found["train"] & found["calibration"]
    assert not found["calibration"] & found["test"]


def test_images_of_the_three_parts_never_meet(pack: dict[str, sources.Source]):
    # Numbering the images instead of looking at them also catches two images that look the same.
    labels = pack["semeion"].labels
    numbered = np.arange(len(labels))[:, None, None].astype(np.uint16)
    source = sources.Source(numbered, labels, proportions=True)  # type: ignore[arg-type]
    parts = [set(source.part(part).images.ravel().tolist()) for part in ("train", "calibration", "test")]
    assert sum(len(part) for part in parts) == len(labels) == len(set.union(*parts))
    for part in ("train", "calibration", "test"):
        assert set(source.part(part).labels.tolist()) == set(range(10))


def test_optdigits_is_in_no_training_source():
    assert sources.HELD_OUT == "optdigits"
    assert set(sources.training_sources(None)) == {"semeion"}


def test_glyph_pack_carries_the_published_digits(pack: dict[str, sources.Source]):
    assert np.bincount(pack["semeion"].labels).tolist() == [161, 162, 159, 159, 161, 159, 161, 158, 155, 158]
    assert np.bincount(pack["optdigits"].labels).tolist() == [189, 198, 195, 199, 186, 187, 195, 201, 180, 204]
    assert pack["semeion"].images.shape[1:] == (16, 16)
    assert pack["optdigits"].images.shape[1:] == (32, 32)
    # A zero has a hole in its middle, a one has not: labels and bitmaps belong together.
    for source in pack.values():
        side = source.images.shape[1]
        middle = source.images[:, side * 7 // 16 : side * 9 // 16, side * 7 // 16 : side * 9 // 16].mean(axis=(1, 2))
        assert middle[source.labels == 0].mean() < 40
        assert middle[source.labels == 1].mean() > 100
    assert sources.PACK.stat().st_size <= 300_000
    assert sources.PACK.with_name("glyphs.LICENSE.md").is_file()


def test_idx_files_are_checked(tmp_path: Path):
    (tmp_path / "train-images-idx3-ubyte").write_bytes(b"not an image file at all")
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(b"nor labels")
    with pytest.raises(ValueError, match="not an IDX file"):
        sources.load_mnist(tmp_path)


@pytest.mark.slow
def test_cells_have_the_promised_shape_and_prior(pack: dict[str, sources.Source]):
    mix = cells.usual_mix({"semeion": pack["semeion"]}, "train")
    made = cells.batch(1500, "train", mix, np.random.default_rng(5))
    patches, labels = made.patches, made.labels
    assert patches.shape == (1500, cells.PATCH, cells.PATCH)
    assert patches.dtype == np.uint8
    assert labels.min() >= 0
    assert labels.max() < len(cells.CLASSES)
    assert made.boxes.shape == (1500, 2)
    assert (made.boxes.max(axis=1) <= 56.001).all()
    assert (np.diff(made.rows) >= 0).all(), "rows stand together"
    assert 3 <= np.bincount(made.rows)[:-1].mean() <= 6
    share = np.bincount(labels, minlength=14) / 1500
    assert (share[:10] > 0.04).all()
    assert (share[10:] > 0.03).all()
    # A cell with a digit is darker in its middle than an empty one, seen against its own frame.
    middle = patches[:, 16:32, 16:32].astype(float)
    spread = middle.std(axis=(1, 2))
    assert np.median(spread[labels < 10]) > 2 * np.median(spread[labels == cells.EMPTY])


def test_cells_repeat_for_the_same_seed(pack: dict[str, sources.Source]):
    mix = cells.usual_mix({"semeion": pack["semeion"]}, "train")
    first = cells.batch(60, "train", mix, np.random.default_rng((1, 9)))
    again = cells.batch(60, "train", mix, np.random.default_rng((1, 9)))
    other = cells.batch(60, "train", mix, np.random.default_rng((1, 10)))
    assert (first.patches == again.patches).all()
    assert (first.labels == again.labels).all()
    assert not (first.patches == other.patches).all()


def test_ink_multiplies_the_paper():
    canvas = np.full((60, 60), 200, np.uint8)
    canvas[28:32] = 40
    writer = strokes.Writer.from_seed(1)
    ink.draw(canvas, [np.array([(30.0, 5.0), (30.0, 55.0)])], writer, 6.0, np.random.default_rng(0))
    assert canvas[10, 30] < 120
    assert canvas[30, 30] < 40  # the printed line stays darker under the ink
    assert canvas[10, 5] == 200


def test_ink_outside_the_canvas_is_harmless():
    canvas = np.full((20, 20), 255, np.uint8)
    for line in ([(-50.0, -50.0), (-40.0, -45.0)], [(90.0, 3.0), (95.0, 4.0)]):
        ink.draw(canvas, [np.array(line)], strokes.Writer.from_seed(2), 3.0, np.random.default_rng(0))
    ink.draw(canvas, [], strokes.Writer.from_seed(2), 3.0, np.random.default_rng(0))
    assert (canvas == 255).all()


def test_pen_width_is_kept_below_a_pixel_and_above():
    for width in (0.7, 1.3, 2.6, 5.0, 9.0, 14.0):
        mask, _, _ = ink.coverage([np.array([(20.0, 10.0), (20.0, 90.0)])], width, (100, 40))
        across = float(mask[40:50].sum(axis=1).mean())
        assert across == pytest.approx(width, rel=0.13)


def test_filled_page_has_its_ink_in_the_right_places(form: template.Template):
    writing = {
        "votes_1": FieldWriting("X07", ((0,), (0,), (7,)), 7, (7, 0, 0, 0, 0)),
        "votes_2": FieldWriting("1 2"),
    }
    writer = strokes.Writer.from_seed(11)
    page = fill_page(form, "2", writing, writer, np.random.default_rng(4), SCALE, signatures=False)
    blank = drawing.raster(form, "2", SCALE)
    assert page.shape == (*blank.shape, 3)
    written = blank.astype(int) - page.min(axis=2)

    def ink_in(rect: tuple[float, float, float, float]) -> int:
        x0, y0, x1, y1 = (round(v * SCALE) for v in rect)
        return int((written[y0:y1, x0:x1] > 40).sum())

    total = int((written > 40).sum())
    fields = {field.id: field for field in form.fields_of("2")}
    first, second, third = (fields[name].cells.rects() for name in ("votes_1", "votes_2", "votes_3"))
    assert all(ink_in(rect) > 30 for rect in first)
    assert ink_in(second[0]) > 30
    assert ink_in(second[2]) > 30
    assert ink_in(second[1]) == 0
    assert all(ink_in(rect) == 0 for rect in third)
    bubbles = fields["votes_1"].bubbles
    assert bubbles is not None
    for column, digit in enumerate((0, 0, 7)):
        for value, (x, y) in enumerate(bubbles.centers(3)[column]):
            reach = bubbles.radius * 0.7
            covered = ink_in((x - reach, y - reach, x + reach, y + reach)) / (2 * reach * SCALE) ** 2
            assert (covered > 0.4) == (value == digit)
    # Everything lies in cells, bubbles, the tally's first row and the row totals.
    tally = next(w for w in fields["votes_1"].witnesses if w.kind == "tally")
    totals = next(w for w in fields["votes_1"].witnesses if w.kind == "row_totals")
    x0, y0, x1, y1 = tally.grid
    assert ink_in((x0, y0, x0 + (x1 - x0) / 6, y0 + (y1 - y0) / 5)) > 20
    assert ink_in((x0 + (x1 - x0) / 6, y0, x1, y1)) == 0
    outline = fields["votes_1"].cells.outline()
    column_part = (outline[0] - 2, outline[1] - 2, outline[2] + 2, outline[3] + 50)
    second_part = fields["votes_2"].cells.outline()
    known = ink_in(tally.grid) + ink_in(totals.grid) + ink_in(column_part) + ink_in(second_part)
    assert known >= 0.97 * total


def test_signatures_stay_in_private_regions_and_header(form: template.Template):
    page = fill_page(form, "2", {}, strokes.Writer.from_seed(4), np.random.default_rng(1), SCALE)
    written = (drawing.raster(form, "2", SCALE).astype(int) - page.min(axis=2)) > 40
    assert written.any()
    allowed = np.zeros_like(written)
    description = form.page("2")
    assert description.header is not None
    for rect in (description.header, *(region.rect for region in description.private)):
        x0, y0, x1, y1 = (round(v * SCALE) for v in rect)
        allowed[y0 - 4 : y1 + 4, x0 - 4 : x1 + 4] = True
    assert not (written & ~allowed).any()


def test_fill_page_repeats(form: template.Template):
    writing = {"dpt_L": FieldWriting("123")}
    writer = strokes.Writer.from_seed(5)
    pages = [fill_page(form, "1", writing, writer, np.random.default_rng(2), 3.0) for _ in range(2)]
    assert (pages[0] == pages[1]).all()


@pytest.mark.parametrize("rotation", [0.0, 8.0, 90.0, 180.0])
def test_homography_says_where_the_page_went(form: template.Template, rotation: float):
    """The black squares of the corner marks are found in the photo where the homography puts them."""
    scale = 5.0
    blank = drawing.raster(form, "2", scale)
    view = simple_camera.Camera(
        size=(1000, 1300), tilt=(9.0, -7.0), rotation=rotation, perspective=0.7, fill=0.9, noise=2.0
    )
    photo, homography = simple_camera.photograph(blank, view, np.random.default_rng(6))
    assert photo.shape == (1300, 1000, 3)
    corners = form.page("2").markers.corners
    assert corners is not None
    gray = cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY)
    half = corners.square / 2

    def sample(x: float, y: float) -> int:
        seen = cv2.perspectiveTransform(np.array([[[x * scale - 0.5, y * scale - 0.5]]]), homography)[0, 0]
        return int(gray[round(float(seen[1])), round(float(seen[0]))])

    for x, y in corners.centers:
        dark = max(sample(x - half, y - half), sample(x + half, y + half))
        light = min(sample(x + half, y - half), sample(x - half, y + half))
        assert dark + 70 < light


def test_photograph_repeats_and_bends(form: template.Template):
    blank = drawing.raster(form, "2", 2.0)
    flat = simple_camera.Camera(size=(400, 560))
    first, homography = simple_camera.photograph(blank, flat, np.random.default_rng(1))
    again, _ = simple_camera.photograph(blank, flat, np.random.default_rng(1))
    assert (first == again).all()
    bent, same = simple_camera.photograph(
        blank, simple_camera.Camera(size=(400, 560), bow=0.02), np.random.default_rng(1)
    )
    assert np.allclose(homography, same)
    assert np.abs(bent.astype(int) - first).mean() > 1


@pytest.mark.parametrize("difficulty", ["easy", "field", "hard"])
def test_sampled_cameras_take_photos(form: template.Template, difficulty: simple_camera.Difficulty):
    blank = drawing.raster(form, "3", 2.0)
    rng = np.random.default_rng(8)
    for _ in range(3):
        photo, homography = simple_camera.photograph(
            blank, simple_camera.sample_camera(rng, difficulty, (300, 420)), rng
        )
        assert photo.shape == (420, 300, 3)
        assert np.isfinite(homography).all()
