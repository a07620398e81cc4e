"""Hands of the parts never meet, marks are where they belong, and a set of photos is repeatable and true."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from conftest import SAMPLES
from numpy.typing import NDArray
from typer.testing import CliRunner

from ocr_recap import Reader, Template
from ocr_recap.cli import main
from ocr_recap.forms.fields import RowTotals, Tally
from ocr_recap.forms.template import parse_text
from ocr_recap.messages import errors
from ocr_recap.records.station_codes import Naming, place
from ocr_recap.synth.cells import cells, cellset
from ocr_recap.synth.sets import photos
from ocr_recap.synth.writing import hand, marks, sources
from ocr_recap.synth.writing.sheet import Sheet

from test_synth_elections import FORM  # isort: skip

pytestmark = pytest.mark.slow

PROMISED = (
    "name family sheet width height rotation fields tallies row_sums bubbles consistent image template page document "
    "writer defects seed counted slips"
)
PARTS: tuple[hand.Writers, ...] = ("train", "calibration", "test", "shift")


def blank_sheet(name: str = "strokes-120", seed: int = 1, size: tuple[int, int] = (240, 400)) -> Sheet:
    writer = hand.named(name).writer
    return Sheet(np.full((*size, 3), 255, np.uint8), 6.0, writer, np.random.default_rng(seed))


def darkness(sheet: Sheet, rect: tuple[float, float, float, float]) -> float:
    """Share of a rectangle (mm) that is clearly inked."""
    x0, y0, x1, y1 = (round(v * sheet.scale) for v in rect)
    return float((sheet.image[y0:y1, x0:x1].min(axis=2) < 190).mean())


# --- hands ----------------------------------------------------------------------------------------------------------


def test_hands_of_the_four_parts_never_meet() -> None:
    names = {part: {hand.draw_hand(part, np.random.default_rng([i, 9])).name for i in range(250)} for part in PARTS}
    for one in PARTS:
        assert {hand.writers_of(hand.named(name)) for name in names[one]} == {one}
    for one, other in combinations(PARTS, 2):
        assert not names[one] & names[other]
    assert {name.rpartition("-")[0] for name in names["shift"]} == {f"{sources.HELD_OUT}-shift"}
    for part in ("train", "calibration", "test"):
        kinds = {name.split("-")[0] for name in names[part]}
        assert kinds == {"strokes", "semeion"}
        seeds = [hand.named(name).writer.seed for name in names[part]]
        assert {sources.split_of(seed) for seed in seeds} == {part}


def test_no_image_is_in_two_slices() -> None:
    owner: dict[bytes, str] = {}
    for source, parts in (("semeion", PARTS[:3]), (sources.HELD_OUT, PARTS[3:])):
        for part in parts:
            for number in range(hand.slices(source, part)):
                glyphs = hand.named(f"{source}-{part}-{number}").glyphs
                assert glyphs is not None
                assert np.bincount(glyphs.labels).tolist() == [hand.SLICE] * 10
                for image in glyphs.images:
                    owner.setdefault(image.tobytes(), f"{source} {part}")
                    # Two people may write the same sixteen by sixteen pixels, but never across parts here.
                    assert owner[image.tobytes()] == f"{source} {part}"
    assert hand.slices("semeion", "test") >= 3


@pytest.mark.parametrize("name", ["strokes-x", "semeion-shift-0", "optdigits-train-0", "semeion-test-99", "mnist-1"])
def test_unknown_hands_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no writer; names are like"):
        hand.named(name)


def test_bare_paper_stays_bare_around_a_glyph() -> None:
    sheet = blank_sheet("semeion-test-0")
    hand.character(sheet, hand.named("semeion-test-0"), "8", (20, 10, 30, 20), pen=2.0)
    assert darkness(sheet, (20, 10, 30, 20)) > 0.05
    touched = (sheet.image.min(axis=2) < 250).mean()
    assert touched < 2.2 * (sheet.image.min(axis=2) < 190).mean()  # an edge, not a haze


def test_manners_do_what_they_say() -> None:
    rect = (20.0, 12.0, 29.0, 21.0)

    def ink(manner: hand.Manner, where: tuple[float, float, float, float]) -> float:
        shares: list[float] = []
        for seed in range(12):
            sheet = blank_sheet(seed=seed)
            hand.cell(sheet, hand.named("strokes-30"), "4", rect, manner, "8")
            shares.append(darkness(sheet, where))
        return float(np.mean(shares))

    around = (15.0, 7.0, 34.0, 26.0)

    def outside(manner: hand.Manner) -> float:
        return ink(manner, around) * 19 * 19 - ink(manner, rect) * 81

    assert outside("plain") < 0.3
    assert outside("over_edge") > outside("plain") + 0.3
    assert outside("neighbour") > outside("plain") + 0.1
    assert ink("struck", rect) > 1.3 * ink("plain", rect)
    assert ink("overwritten", rect) > 1.5 * ink("plain", rect)
    sheet = blank_sheet()
    cv2.rectangle(sheet.image, (120, 72), (174, 126), (0, 0, 0), 4)
    before = (sheet.image == 0).all(axis=2).sum()
    hand.cell(sheet, hand.named("strokes-30"), "4", rect, "fluid", "8")
    assert (sheet.image == 0).all(axis=2).sum() < 0.9 * before  # it hides part of the frame


# --- marks ----------------------------------------------------------------------------------------------------------


def test_strokes_stand_in_their_cells_and_nowhere_else() -> None:
    grid = Tally(kind="tally", grid=(4, 4, 60, 34), rows=3, columns=7)
    for bundle in ("slash", "backslash", "plain"):
        sheet = blank_sheet()
        done = marks.TallyMarks(marks.spread(43, grid), bundle)
        marks.tally(sheet, grid, done)
        for row, counts in enumerate(done.cells):
            for column, count in enumerate(counts):
                cell = (4 + 8 * column, 4 + 10 * row, 12 + 8 * column, 14 + 10 * row)
                assert (darkness(sheet, cell) > 0.01) == (count > 0)


@pytest.mark.parametrize("cancel", ["z", "diagonal", "dashes", "wave"])
def test_cancelling_reaches_over_row_totals_but_not_over_strokes(cancel: marks.Cancel) -> None:
    grid = Tally(kind="tally", grid=(4, 4, 46, 34), rows=3, columns=7)
    totals = RowTotals(kind="row_totals", grid=(48, 4, 62, 34), rows=3, cells=2)
    plain, crossed = blank_sheet(), blank_sheet()
    done = marks.TallyMarks(marks.spread(20, grid))
    marks.tally(plain, grid, done, totals)
    marks.tally(crossed, grid, replace(done, cancel=cancel), totals)
    assert darkness(crossed, (48, 14, 62, 34)) > 0
    assert darkness(crossed, (4, 16, 46, 34)) > 0.005
    assert darkness(crossed, (4, 4, 46, 12)) == darkness(plain, (4, 4, 46, 12))


def test_bubbles_of_every_kind_look_their_part() -> None:
    shares: dict[str, tuple[float, float]] = {}
    for kind in ("full", "partial", "tick", "cross", "outside", "erased"):
        inside, beyond = [], []
        for seed in range(10):
            sheet = blank_sheet(seed=seed, size=(120, 120))
            marks.bubble(sheet, 10, 10, 2.1, kind)
            inside.append(darkness(sheet, (8.6, 8.6, 11.4, 11.4)))
            beyond.append(darkness(sheet, (6, 6, 14, 14)) * 64 - darkness(sheet, (7.8, 7.8, 12.2, 12.2)) * 4.4**2)
        shares[kind] = float(np.mean(inside)), float(np.mean(beyond))
    assert shares["full"][0] > 0.85
    assert 0.15 < shares["partial"][0] < 0.75
    assert 0.05 < shares["tick"][0] < 0.5
    assert 0.1 < shares["cross"][0] < 0.7
    assert shares["outside"][1] > shares["full"][1] + 1
    assert shares["erased"][0] < 0.05


# --- sets of photos -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def village() -> Template:
    return parse_text(FORM, "village.yaml")


@pytest.fixture(scope="module")
def made(template: Template) -> list[photos.MadePhoto]:
    order = photos.Order(template, 3, 12, "clean", longer=1800)
    return [photos.make(order, i) for i in range(3)]


def test_reader_finds_what_the_truth_says_where_it_says(made: list[photos.MadePhoto], reader: Reader) -> None:
    distances: list[float] = []
    right = total = accepted = 0
    for one in made:
        record = reader.read(one.jpeg)
        assert record.page is not None
        assert (record.page.template, record.page.page) == (one.truth["template"], one.truth["page"])
        for fact in one.truth["fields"]:
            got = record.fields[fact["id"]]
            cell = np.linalg.norm(np.subtract(fact["quad"][1], fact["quad"][0])) / fact["cells"]
            assert got.quad is not None
            distances.append(float(np.linalg.norm(np.subtract(got.quad, fact["quad"]), axis=1).mean() / cell))
            total += fact["value"] is not None
            right += fact["value"] is not None and got.value == fact["value"]
            if got.status == "accepted":
                accepted += 1
                assert got.accepted == fact["value"]
    assert np.median(distances) < 0.03
    assert max(distances) < 0.15
    assert right >= 0.8 * total > 0
    assert accepted >= 0.4 * total


def test_truth_has_every_promised_key(made: list[photos.MadePhoto]) -> None:
    for one in made:
        for key in PROMISED.split():
            assert key in one.truth
        picture = cv2.imdecode(np.frombuffer(one.jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        assert picture.shape == (one.truth["height"], one.truth["width"], 3)
        assert {field["visible"] for field in one.truth["fields"]} == {1.0}
        assert b"Synthetic photo" in one.jpeg[:200]
    assert len({one.truth["document"] for one in made}) == 1
    assert len({one.truth["writer"] for one in made}) == 1
    page2 = made[1].truth
    assert {mark["digit"] for column in page2["bubbles"]["votes_1"]["marks"] for mark in column} <= set(range(10))
    tally = page2["tallies"]["votes_2"]
    assert tally["count"] == sum(tally["rows"]) == sum(map(sum, tally["cells"]))
    assert {row["row"] for row in page2["row_sums"]} <= {1, 2, 3, 4, 5}


def test_rotation_brings_a_sideways_photo_back(village: Template) -> None:
    seen: set[int] = set()
    for index in range(10):
        one = photos.make(photos.Order(village, 10, 6, "clean", ("sideways",), longer=400), index).truth
        quads = [np.array(field["quad"]) for field in one["fields"]]
        along = quads[0][1] - quads[0][0]  # left to right of a row of cells
        angle = np.radians(one["rotation"])
        turned = along[0] * np.cos(angle) - along[1] * np.sin(angle)
        assert turned > 0.9 * np.linalg.norm(along)
        seen.add(one["rotation"])
    assert seen == {90, 180, 270}


def test_names_carry_made_up_station_codes(template: Template) -> None:
    codes = [photos.station_code(4, document) for document in range(3000)]
    assert len(set(codes)) == 3000
    for code in codes[:200]:
        assert len(code) == 13
        assert place(f"{code}-2.jpg", Naming()).station.code == code


def test_a_set_repeats_in_any_order_and_writes_its_truth(village: Template, tmp_path: Path) -> None:
    order = photos.Order(village, 5, 3, "hard", ("shadow",), longer=600)
    photos.make_set(order, tmp_path / "a", 1)
    backwards = {m.name: m for m in (photos.make(order, i) for i in reversed(range(5)))}
    lines = [json.loads(line) for line in (tmp_path / "a" / photos.TRUTH).read_text("utf-8").splitlines()]
    assert [line["page"] for line in lines] == ["front", "back", "front", "back", "front"]
    for line in lines:
        one = backwards[line["name"]]
        assert (tmp_path / "a" / line["image"]).read_bytes() == one.jpeg
        assert json.loads(json.dumps(one.truth)) == line
        assert "shadow" in line["defects"]
    assert len(list((tmp_path / "a").glob("*.jpg"))) == 5
    assert photos.make(replace(order, seed=4), 0).jpeg != backwards[lines[0]["name"]].jpeg


def test_other_writers_other_hands(village: Template) -> None:
    for part in PARTS:
        names = {photos.make(photos.Order(village, 2, 5, "clean", (), part, 400), i).truth["writer"] for i in (0, 1)}
        assert len(names) == 1
        assert hand.writers_of(hand.named(names.pop())) == part


# --- cells ----------------------------------------------------------------------------------------------------------


def test_a_cell_set_repeats_grows_and_keeps_parts_apart(tmp_path: Path) -> None:
    small, large = cellset.make_cells(300, 7, "train"), cellset.make_cells(420, 7, "train")
    assert (large.patches[:256] == small.patches[:256]).all()
    assert (large.patches[256:300] == small.patches[256:]).all()
    assert (large.labels[:300] == small.labels).all()
    assert cellset.mix("shift", None).weights == {sources.HELD_OUT: 1.0}
    assert sources.HELD_OUT not in cellset.mix("train", None).sources
    files = [tmp_path / "a.npz", tmp_path / "b.npz"]
    for file in files:
        cellset.save(small, file)
    assert files[0].read_bytes() == files[1].read_bytes()
    with np.load(files[0]) as stored:
        assert stored["patches"].shape == (300, cells.PATCH, cells.PATCH)
        assert "".join(stored["classes"]) == cells.CLASSES
        assert (stored["labels"] == small.labels).all()
        assert (stored["boxes"] == small.boxes).all()


# --- samples and command line ---------------------------------------------------------------------------------------


def test_samples_stay_as_they_are(template: Template, sample_truth: dict[str, dict[str, Any]]) -> None:
    script = SAMPLES / "make_samples.py"
    spec = importlib.util.spec_from_file_location("make_samples", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["make_samples"] = module
    spec.loader.exec_module(module)
    sample = next(s for s in module.SAMPLES if s.name == "page2-two-bubbles")
    photo: NDArray[np.uint8]
    photo, facts = module.make(sample, template)
    assert json.loads(json.dumps(facts)) == sample_truth[sample.name]
    packed = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, 82])[1]
    again = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    stored = cv2.imread(str(SAMPLES / f"{sample.name}.jpg"))
    assert again is not None
    assert stored is not None
    assert np.abs(again.astype(int) - stored).mean() < 0.5  # other builds of OpenCV round otherwise


@pytest.fixture
def synth(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    return lambda *arguments: CliRunner().invoke(main.app, ["synth", *map(str, arguments), "--workers", "1"])


def test_command_makes_photos_of_anybodys_form(synth: Callable[..., Any], tmp_path: Path) -> None:
    form = tmp_path / "village.yaml"
    form.write_text(FORM, encoding="utf-8")
    out = tmp_path / "photos"
    done = synth(form, "--count", 3, "--out", out, "--seed", 2, "--preset", "clean", "--longer", 500)
    assert done.exit_code == 0, done.output
    assert "3 photos of 2 stations (2 pages each)" in done.stdout
    assert len(list(out.iterdir())) == 4
    again = synth(form, "--count", 3, "--out", out)
    assert again.exit_code == 2
    assert "is not empty; choose a new folder" in again.stderr


def test_command_makes_cells(synth: Callable[..., Any], tmp_path: Path) -> None:
    done = synth("--cells", 40, "--out", tmp_path / "c.npz", "--writers", "shift")
    assert done.exit_code == 0
    with np.load(tmp_path / "c.npz") as stored:
        assert len(stored["labels"]) == 40


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (("c-hasil-ppwp-2024", "--count", 3), errors.WrongUse, "Add --out"),
        (("--out", "x"), errors.WrongUse, "Name a form and --count"),
        (("c-hasil-ppwp-2024", "--out", "x"), errors.WrongUse, "Name a form and --count"),
        (
            ("c-hasil-ppwp-2024", "--count", 1, "--out", "x", "--defect", "rain"),
            errors.WrongUse,
            "--defect rain: unknown; choose from bend",
        ),
        (("nothing", "--count", 1, "--out", "x"), errors.TemplateError, "no such template or file"),
        (("c-hasil-ppwp-2024", "--cells", 3, "--out", "x.npz"), errors.WrongUse, "--cells goes with"),
        (("--cells", 3, "--out", "x.npz", "--mnist", "/nowhere"), errors.InputUnusable, "/nowhere"),
    ],
)
def test_wrong_use_is_said(
    synth: Callable[..., Any],
    arguments: tuple[Any, ...],
    kind: type[errors.OcrRecapError],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = synth(*arguments)
    assert done.exit_code == kind.exit_code
    assert message in done.stderr
    assert not list(tmp_path.iterdir())
