"""Public handwriting beside the package's own: how it is packed, divided by writer, and drawn; worn paper and scans."""

from __future__ import annotations

import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from conftest import ROOT

from ocr_recap.cells.digit_reader import DigitReader
from ocr_recap.synth.cells import cells, othercells, scans
from ocr_recap.synth.cells.cellpaper import DrawnRow, blank
from ocr_recap.synth.writing import shapes, sources, strokes

sys.path.insert(0, str(ROOT / "training" / "digits"))
import pack_digits
import unseen
from strange import rows

SHARED = ROOT.parent / "shared" / "digits"


def row(seed: int = 3) -> tuple[DrawnRow, np.random.Generator]:
    rng = np.random.default_rng(seed)
    return blank(strokes.Writer.from_seed(12), 4, rng), rng


def signs() -> sources.Source:
    """Two crosses and two strange signs, as bitmaps of lines."""
    images = np.zeros((4, 64, 64), np.uint8)
    for image in images:
        cv2.line(image, (12, 12), (52, 52), 255, 4)
    for image in images[:2]:
        cv2.line(image, (52, 12), (12, 52), 255, 4)
    for image in images[2:]:
        cv2.circle(image, (32, 32), 22, 255, 4)
    return sources.Source(images, np.array([10, 10, 13, 13], np.uint8), True)


def test_writers_of_a_source_are_in_one_part_each() -> None:
    writers = np.repeat(np.arange(1, 45, dtype=np.uint8), 3)
    whole = sources.Source(np.zeros((132, 4, 4), np.uint8), np.zeros(132, np.uint8), True, writers)
    parts = {split: whole.part(split).writers for split in ("train", "calibration", "test")}
    assert set(parts["test"]) == {10, 20, 30, 40}
    assert set(parts["calibration"]) == {1, 11, 21, 31, 41}
    assert sum(len(part) for part in parts.values()) == 132
    assert set(parts["train"]) == set(range(1, 45)) - {10, 20, 30, 40, 1, 11, 21, 31, 41}


def test_no_source_that_is_kept_out_is_trained_on() -> None:
    kept_out = {sources.HELD_OUT, sources.PACKED_HELD_OUT}
    assert not kept_out & {*sources.PACKED, sources.PACKED_SIGNS, *sources.training_sources(None)}


SEGMENT = '.SEGMENT DIGIT    0 ? "{0}"\n.COMMENT {0} {1}  224\n{2}.DT 100\n\n'
PIECE = ".PEN_DOWN\n 100 400\n 100 100\n.PEN_UP\n"


def test_pen_strokes_are_drawn_upright_with_their_writers(tmp_path: Path) -> None:
    """Strokes have y upwards; a bar at the top of the pen's plane is at the top of the image."""
    bar = ".PEN_DOWN\n 100 400\n 300 400\n.PEN_UP\n"
    (tmp_path / "a").write_text(".LEXICON\n\n" + SEGMENT.format(7, 8, PIECE + bar), encoding="ascii")
    (tmp_path / "b").write_text(".LEXICON\n\n" + SEGMENT.format(1, " 2", PIECE), encoding="ascii")
    made = pack_digits.pendigits(tmp_path / "a", tmp_path / "b")
    assert made["labels"].tolist() == [7, 1]
    assert made["writers"].tolist() == [8, 32]
    above, below = made["images"][0][:16], made["images"][0][48:]
    assert (above > 128).sum() > 3 * (below > 128).sum() > 0


def test_scanned_digits_lose_paper_and_specks(tmp_path: Path) -> None:
    image = np.full((2, 64, 64), 235, np.uint8)
    cv2.line(image[0], (20, 10), (30, 50), 120, 3)
    image[0, 5, 60] = 100
    cv2.circle(image[1], (32, 32), 15, 90, 3)
    np.savez(tmp_path / "k.npz", images=image, labels=np.array([1, 0]), writers=np.array([4, 20]))
    made = pack_digits.kensanata(tmp_path / "k.npz")
    assert made["images"][0, 5, 60] == 0
    assert made["images"][0, 30, 25] == 255
    assert np.median(made["images"][1]) == 0
    assert made["writers"].tolist() == [4, 20]


def test_only_chosen_signs_are_packed(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "o.zip", "w") as archive:
        for name in ("Latin/character24/0718_07", "Latin/character15/0709_07", "Korean/character02/0541_11"):
            picture = np.full((105, 105), 255, np.uint8)
            cv2.line(picture, (20, 20), (80, 80), 0, 3)
            archive.writestr(f"images_background_small1/{name}.png", cv2.imencode(".png", picture)[1].tobytes())
    made = pack_digits.omniglot(tmp_path / "o.zip")
    assert made["labels"].tolist() == [cells.CROSS, cells.OTHER]
    assert made["writers"].tolist() == [7, 11]
    assert made["images"].shape == (2, 64, 64)
    assert made["images"].max() > 200


def test_rare_shapes_are_digits_within_their_box() -> None:
    assert set(shapes.RARE) <= set("0123456789")
    rng = np.random.default_rng(1)
    for char in shapes.RARE:
        for seed in range(20):
            points = np.concatenate(strokes.rare(char, strokes.Writer.from_seed(seed), rng))
            assert np.ptp(points[:, 1]) > 0.6, "as high as other digits"
            assert points.min() > -0.6
            assert points.max() < 1.6


def test_what_shines_through_is_faint_and_no_ink() -> None:
    darkest = []
    for seed in range(30):
        form, rng = row(seed)
        before, pen = form.paper.copy(), form.pen.copy()
        scans.wear(form, rng)
        changed = form.paper < before
        darkest.append(int(form.paper[changed].min()) if changed.any() else 255)
        assert form.worn
        assert (form.pen == pen).all()
        assert (form.paper <= before).all(), "paper only gets darker"
        assert form.width >= 1
    assert min(darkest) >= 165, "lighter than the ink of any pen"
    assert sum(level < 255 for level in darkest) > 10


def test_scans_are_evenly_lit_and_often_black_and_white() -> None:
    levels = []
    for seed in range(40):
        form, rng = row(seed)
        cells.paste(form, form.rects[0], 3, sources.load_pack()["semeion"], rng)
        seen = scans.scan(cells.inked(form.paper, form.pen, 0.9), form.rects[0], rng)
        levels.append(float(((seen.gray < 40) | (seen.gray > 215)).mean()))
        assert seen.gray.dtype == np.uint8
        again = row(seed)
        cells.paste(again[0], again[0].rects[0], 3, sources.load_pack()["semeion"], again[1])
        same = scans.scan(cells.inked(again[0].paper, again[0].pen, 0.9), again[0].rects[0], again[1])
        assert (same.gray == seen.gray).all()
    assert 8 < sum(share > 0.9 for share in levels) < 36


def test_rows_are_worn_and_scanned_only_where_the_mix_says(monkeypatch: pytest.MonkeyPatch) -> None:
    used = {"wear": 0, "scan": 0}
    for name in used:
        plain = getattr(scans, name)

        def counted(*args, plain=plain, name=name):
            used[name] += 1
            return plain(*args)

        monkeypatch.setattr(scans, name, counted)
    mix = cells.usual_mix({"semeion": sources.load_pack()["semeion"]}, "train")
    cells.batch(60, "train", mix, np.random.default_rng(1))
    assert used == {"wear": 0, "scan": 0}
    made = cells.batch(60, "train", replace(mix, scans=1.0, signs=signs()), np.random.default_rng(1))
    assert used["wear"] >= 10
    assert used["scan"] == used["wear"]
    assert made.patches.shape == (60, 48, 48)


def test_a_spoilt_cell_is_struck_out_or_has_room_for_two() -> None:
    places = set()
    for seed in range(60):
        form, rng = row(seed)
        found = othercells.spoil(form, form.rects[1], 5, rng)
        places.add((len(found), bool(form.pen.any())))
        for place in found:
            assert place[2] - place[0] > 0.4 * (form.rects[1][2] - form.rects[1][0])
    assert places == {(1, True), (2, False), (2, True)}


def test_crosses_and_strange_signs_of_a_source_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    plain = cells.paste
    monkeypatch.setattr(cells, "paste", lambda f, r, digit, s, g: (drawn.append(digit), plain(f, r, digit, s, g))[1])
    mix = replace(cells.usual_mix({}, "train"), signs=signs())
    made = cells.batch(600, "train", mix, np.random.default_rng(2))
    crosses, strange = drawn.count(cells.CROSS), drawn.count(cells.OTHER)
    assert 0 < crosses < 0.5 * (made.labels == cells.CROSS).sum()
    assert 0 < strange < 0.5 * (made.labels == cells.OTHER).sum()


def test_free_crosses_are_two_lines_that_meet() -> None:
    rng = np.random.default_rng(5)
    meet = 0
    for seed in range(100):
        lines = strokes.cross(strokes.Writer.from_seed(seed), rng)
        points = np.concatenate(lines)
        assert len(points) == 26
        assert np.ptp(points, axis=0).max() > 0.5
        assert np.abs(points - 0.5).max() < 1.3
        canvas = [np.zeros((400, 400), np.uint8) for _ in range(2)]
        for image, line in zip(canvas, (points[:13], points[13:]), strict=True):
            cv2.polylines(image, [np.rint(line * 200 + 100).astype(np.int32)], False, 1, 4)
        meet += bool((canvas[0] & canvas[1]).any())
    assert meet > 90


def test_a_dash_of_a_source_stays_flat() -> None:
    image = np.zeros((1, 64, 64), np.uint8)
    image[0, 30:34, 8:56] = 255
    form, rng = row()
    form.pen[:] = 0
    cells.paste(form, form.rects[0], cells.DASH, sources.Source(image, np.array([11], np.uint8), True), rng)
    ys, xs = np.nonzero(form.pen > 100)
    assert np.ptp(xs) > 3 * np.ptp(ys)


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "bhmsds.npz").is_file(), reason="public digits are not there")
def test_plain_crosses_of_a_source_that_is_kept_out_are_seldom_something_else(tmp_path: Path) -> None:
    """n = 1,000 on careful photos. Version 6 of the weights called 138 of 1,000 something else and read 703 right; the
    goal is 1 of 1,000. The figures for more cells stand in docs/lab/digits.md."""
    with np.load(SHARED / "bhmsds.npz") as pack:
        mine = np.flatnonzero(pack["labels"] == "x")[::5]
        np.savez(tmp_path / "few.npz", images=pack["images"][mine], labels=pack["labels"][mine])
    made = pack_digits.bhmsds(tmp_path / "few.npz")
    source = sources.Source(made["images"], made["labels"], True)
    right, other, total = unseen.read(DigitReader(), unseen.of_source(source, cells.CROSS), cells.CROSS, 1000, 1.0)
    assert total == 1000
    assert right >= 820
    assert other <= 50


def test_signs_of_test_writers_are_the_same_every_time() -> None:
    first = rows(20, unseen.of_model(cells.DASH), np.random.default_rng(4), calm=1.0)[0]
    assert (first == rows(20, unseen.of_model(cells.DASH), np.random.default_rng(4), calm=1.0)[0]).all()
