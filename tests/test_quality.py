"""How good a photo is: measures follow what was done, advice says what to do, no good figure accepts a number."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from conftest import SAMPLES
from test_decide import case, statuses
from typer.testing import CliRunner

from ocr_recap import Reader
from ocr_recap.cells import quality
from ocr_recap.cells.crop import crop
from ocr_recap.cells.patch import PATCH
from ocr_recap.cli import check as cli_check
from ocr_recap.cli import main
from ocr_recap.decide import policy
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.photo import load
from ocr_recap.locate.locate import locate
from ocr_recap.locate.located import OtherSheet
from ocr_recap.messages import problems, reasons
from ocr_recap.messages.errors import InputUnusable, TemplateError
from ocr_recap.read.check import check
from ocr_recap.records import photo_advice
from ocr_recap.records.options import Options
from ocr_recap.records.record import PhotoQuality

pytestmark = pytest.mark.slow

GOOD = PhotoQuality(pixels=40, blur=0.1, paper=210, contrast=190, noise=1, glare=0, cut=(), pattern=20, pale_print=1.0)


@pytest.fixture(scope="module")
def clean() -> np.ndarray:
    return cv2.imread(str(SAMPLES / "page2-clean.jpg"))


def seen(picture: np.ndarray, template) -> tuple[PhotoQuality, dict]:
    photo = load(picture, "photo")
    located = locate(photo, [template])
    measured = photo_advice.cells(located, crop(photo, located))
    return photo_advice.page(photo, located, measured), measured


def smaller(picture: np.ndarray, factor: float) -> np.ndarray:
    return cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


def codes(found: PhotoQuality) -> list[str]:
    return [w.code for w in photo_advice.advise(found, 9)]


def test_a_good_photo_has_no_advice(clean, template):
    found, _ = seen(clean, template)
    assert codes(found) == []
    assert check(clean, "photo", [template], Options()).judgement == "good"


def test_measures_follow_what_was_done(clean, template):
    base, _ = seen(clean, template)
    small, _ = seen(smaller(clean, 0.5), template)
    assert small.pixels == pytest.approx(base.pixels / 2, rel=0.02)
    soft, _ = seen(cv2.GaussianBlur(clean, (0, 0), 2.5), template)
    assert soft.blur > 1.4 * base.blur
    dark, _ = seen((clean * 0.3).astype(np.uint8), template)
    assert dark.paper == pytest.approx(0.3 * base.paper, abs=2)
    assert dark.contrast == pytest.approx(0.3 * base.contrast, abs=4)
    noise = np.random.default_rng(1).normal(0, 8, clean.shape)
    grainy, _ = seen((clean + noise).clip(0, 255).astype(np.uint8), template)
    assert grainy.noise > base.noise + 1


@pytest.mark.parametrize("angle", [0, 90])
def test_blur_in_one_direction_counts(clean, template, angle):
    kernel = np.zeros((9, 9), np.float32)
    kernel[4] = 1 / 9
    moved = cv2.filter2D(clean, -1, kernel if angle == 0 else kernel.T)
    assert seen(moved, template)[0].blur > 1.4 * seen(clean, template)[0].blur


def test_glare_over_some_cells_is_counted(clean, template):
    photo = load(clean, "photo")
    patches = crop(photo, locate(photo, [template]))
    washed = clean.astype(np.float32)
    quad = patches["votes_2"].quads.reshape(-1, 2)
    (x0, y0), (x1, y1) = quad.min(axis=0).astype(int) - 14, quad.max(axis=0).astype(int) + 14
    washed[y0:y1, x0:x1] += 90
    found, _ = seen(washed.clip(0, 255).astype(np.uint8), template)
    assert found.glare == pytest.approx(3 / 9, abs=0.01)
    said = photo_advice.advise(found, 9)
    assert [w.code for w in said] == ["photo_glare"]
    assert "3 of 9" in said[0].hint.en


def test_a_photo_that_cuts_the_page_names_the_side(clean, template):
    photo = load(clean, "photo")
    lower = int(locate(photo, [template]).corners()[2:, 1].min())  # through the marks at the bottom
    found = check(clean[: lower - 12], "photo", [template], Options())
    assert found.judgement == "retake"
    assert found.quality is not None
    assert found.quality.cut == ("bottom",)
    assert "tepi bawah" in found.advice[0].hint.id


@pytest.mark.parametrize(
    ("change", "code", "again"),
    [
        ({"pixels": 9.0}, "photo_far", True),
        ({"blur": 0.5}, "photo_blurred", True),
        ({"paper": 20.0, "contrast": 15.0}, "photo_dark", True),
        ({"contrast": 15.0}, "photo_pale", True),
        ({"glare": 0.2}, "photo_glare", True),
        ({"cut": ("left", "bl")}, "photo_cut", True),
        ({"pattern": 5000.0}, "photo_of_screen", False),
        ({"pale_print": 0.01}, "photo_of_copy", False),
    ],
)
def test_every_fault_has_its_advice(change, code, again):
    said = photo_advice.advise(GOOD.model_copy(update=change), 9)
    assert [w.code for w in said] == [code]
    assert photo_advice.take_again(said) == again
    assert "{" not in said[0].hint.id + said[0].hint.en


def test_what_lies_on_the_page_and_beside_it_is_said(clean, template):
    located = locate(load(clean, "photo"), [template])
    assert photo_advice.around(located) == ()
    said = photo_advice.around(replace(located, covered=True))
    assert ([w.code for w in said], photo_advice.take_again(said)) == (["photo_covered"], True)
    for share, again in ((0.4, False), (0.5, True)):
        other = OtherSheet(load_template("c-hasil-kwk"), "1", np.eye(3), placed=False, above=False, in_sight=share)
        said = photo_advice.around(replace(located, others=(other,)))
        assert ([w.code for w in said], photo_advice.take_again(said)) == (["other_sheet"], again)
        assert ("perlu diperiksa" in said[0].hint.id) == again
    assert "c-hasil-kwk 1" in said[0].hint.id
    assert "c-hasil-ppwp-2024 2" in said[0].hint.en


@pytest.mark.parametrize(("size", "judgement"), [(0.6, "retake"), (1.0, "retake"), (None, "look")])
def test_a_second_sheet_in_sight_is_a_reason_to_look(clean, template, size, judgement):
    # One whole sheet, smaller or not, or a part of one without its numbers.
    other = clean[: len(clean) // 4] if size is None else cv2.resize(clean, None, fx=size, fy=1)
    both = np.vstack([clean, other]) if size is None else np.hstack([clean, other])
    found = check(both, "photo", [template], Options())
    assert found.judgement == judgement
    assert [w.code for w in found.advice] == ["other_sheet"]
    record = Reader().read(both, "both")
    assert [w.code for w in record.warnings] == ["other_sheet"]


@pytest.mark.parametrize(("factor", "lift"), [(0.3, 100), (0.38, 80)])
def test_a_pale_photo_that_is_read_is_not_to_be_taken_again(clean, template, reader, factor, lift):
    pale = (factor * clean + lift).astype(np.uint8)
    found = check(pale, "photo", [template], Options())
    assert found.quality is not None
    assert 54 < found.quality.contrast < 80
    assert (found.judgement, found.advice) == ("good", ())
    record = reader.read(pale, "photo")
    counts = [f for f in template.fields_of("2") if f.role == "count"]
    assert [record.fields[f.id].status for f in counts] == ["accepted"] * len(counts)


@pytest.mark.xfail(strict=True, reason="it is said to show no form")
def test_a_photo_whose_print_nearly_disappears_is_to_be_taken_again(clean, template):
    found = check((0.06 * clean + 170).astype(np.uint8), "photo", [template], Options())
    assert found.quality is not None
    assert found.quality.contrast < photo_advice.AdviceLimits().contrast
    assert (found.judgement, found.advice[0].code) == ("retake", "photo_pale")


def test_far_says_how_far():
    said = photo_advice.advise(GOOD.model_copy(update={"pixels": 9.2}), 9)
    assert said[0].data["pixels"] == 9
    assert f"9 pixels wide, {said[0].data['needed']} are needed" in said[0].hint.en


def test_a_poor_cell_sends_its_number_to_review_and_never_the_other_way():
    fine = case("a", "117", "117")
    assert statuses([fine])["a"] == "accepted"
    for code in ("cell_small", "cell_blurred", "cell_washed"):
        assert code in reasons.REASONS
        assert statuses([replace(fine, poor=(code,))])["a"] == "review"
    doubtful = case("a", "117", "117", sure=0.4)
    assert statuses([doubtful])["a"] == "review"
    assert statuses([replace(doubtful, poor=())])["a"] == "review"


def test_the_worst_cell_of_a_number_counts():
    limits = policy.Legible()
    good = (limits.pixels + 1, limits.blur - 0.01, limits.burnt - 0.1, limits.contrast - 50)
    assert policy.poor(*zip(good, good, strict=True)) == ()
    assert policy.poor(*zip(good, (limits.pixels - 1, *good[1:]), strict=True)) == ("cell_small",)
    assert policy.poor(*zip(good, (good[0], limits.blur + 0.01, *good[2:]), strict=True)) == ("cell_blurred",)
    assert policy.poor(*zip(good, (good[0], None, limits.burnt + 0.1, good[3]), strict=True)) == ("cell_washed",)
    # The white paper of a scan is no glare: its print is black.
    assert policy.poor(*zip(good, (*good[:2], 0.9, limits.contrast + 40), strict=True)) == ()


# --- the command ------------------------------------------------------------------------------------------------------


def call(*arguments):
    return CliRunner().invoke(main.app, ["check", *map(str, arguments)])


def test_check_says_a_word_and_exits_0_for_good_photos():
    result = call(SAMPLES / "page2-clean.jpg", "--lang", "en")
    assert result.exit_code == 0
    assert result.stdout.startswith("GOOD    page2-clean.jpg: c-hasil-ppwp-2024, page 2;")


def test_check_exits_1_where_one_photo_must_be_taken_again(tmp_path, clean):
    cv2.imwrite(str(tmp_path / "wall.jpg"), np.full((900, 700), 120, np.uint8))
    result = call(SAMPLES / "page2-clean.jpg", tmp_path / "wall.jpg", "--lang", "id")
    assert result.exit_code == 1
    assert "BAIK    page2-clean.jpg" in result.stdout
    assert "ULANGI  wall.jpg" in result.stdout
    assert result.stdout.endswith("\n2 foto: 1 BAIK, 0 PERIKSA, 1 ULANGI.\n")
    assert problems.PROBLEMS["photo_without_contrast"][0] in result.stdout


def test_check_writes_json(tmp_path):
    import json

    cv2.imwrite(str(tmp_path / "wall.jpg"), np.full((900, 700), 120, np.uint8))
    result = call(SAMPLES / "page2-clean.jpg", tmp_path / "wall.jpg", "--json")
    good, bad = map(json.loads, result.stdout.splitlines())
    assert good["verdict"] == "good"
    assert good["quality"]["pixels"] > 30
    assert bad["verdict"] == "retake"


def test_check_refuses_what_it_cannot_work_on(tmp_path):
    assert call(tmp_path).exit_code == InputUnusable.exit_code
    assert call(SAMPLES / "page2-clean.jpg", "-t", "no-such-form").exit_code == TemplateError.exit_code


def test_a_cell_is_measured_alike_whatever_stands_beside_it() -> None:
    rng = np.random.default_rng(8)
    patches = rng.normal(200, rng.uniform(1, 12, (9, 1, 1)), (9, PATCH, PATCH)).clip(0, 255).astype(np.uint8)
    patches[:, 20:28, 10:38] = 40
    quads = np.tile([[0.0, 0.0], [40.0, 0.0], [40.0, 40.0], [0.0, 40.0]], (9, 1, 1))
    fields = [SimpleNamespace(id=str(i), cells=SimpleNamespace(box=(0, 0, 8.0, 8.0))) for i in range(9)]
    cut = {f.id: SimpleNamespace(cells=patches[i : i + 1], quads=quads[i : i + 1]) for i, f in enumerate(fields)}
    together = quality.measure(fields, cut)  # type: ignore[arg-type]
    for field in fields:
        alone = quality.measure([field], cut)[field.id]  # type: ignore[list-item,arg-type]
        assert together[field.id].noise == alone.noise
        assert np.array_equal(together[field.id].blur, alone.blur, equal_nan=True)
    assert len({float(m.noise[0]) for m in together.values()}) > 3


def test_figures_on_the_screen_have_the_decimal_mark_of_its_language(reader: Reader) -> None:
    found = reader.check(SAMPLES / "page2-clean.jpg")
    assert re.search(r"kabur \d,\d\d,", cli_check._text("a.jpg", found, "id"))
    assert re.search(r"blur \d\.\d\d,", cli_check._text("a.jpg", found, "en"))
