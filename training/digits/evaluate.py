"""Measures a digit reader on cells that training never saw: `evaluate.py --weights ocr_recap/weights --mnist DIR`.

There are four kinds of cells, all drawn with a fixed seed: `test` (test writers, test images of MNIST's training part
and of Semeion), `shift` (only digits of the held-out source optdigits, test writers for the rest), `pages` (whole pages
of a form filled in by test writers, photographed, and cropped by the known homography: other code than that of training
cells), and `strange` (no digit: printed letters, strokes, arcs, blobs, noise). `--write` puts the figures into
digits.json.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from corrections import correction_figures
from numpy.typing import NDArray
from strange import strange_figures

from ocr_recap.cells.digit_reader import DigitReader, Looks
from ocr_recap.cells.patch import box_of
from ocr_recap.forms import template
from ocr_recap.imaging.arrays import FloatArray
from ocr_recap.synth.camera.simple_camera import Difficulty, photograph, sample_camera
from ocr_recap.synth.cells import cells
from ocr_recap.synth.forms.fill import FieldWriting, fill_page
from ocr_recap.synth.writing import sources
from ocr_recap.synth.writing.shapes import LETTERS
from ocr_recap.synth.writing.strokes import Writer

SEED = 20_240_214


def calibration_error(probabilities: FloatArray, labels: NDArray[np.int64], bins: int = 15) -> float:
    """Expected calibration error of the best class, equally wide bins."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(float((confidence - right)[place == b].sum())) for b in range(bins)]
    return sum(gaps) / len(labels)


def figures(looks: Looks, labels: NDArray[np.int64]) -> dict[str, Any]:
    """All figures of one set of cells."""
    probabilities, asked = np.exp(looks.table), looks.asked
    best, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    digit, claimed = labels < 10, best < 10
    result: dict[str, Any] = {
        "n": len(labels),
        "digits": int(digit.sum()),
        "right_digits": round(float((best == labels)[digit].mean()), 5),
        "right_all": round(float((best == labels).mean()), 5),
        "ece": round(calibration_error(probabilities, labels), 5),
        "ece_digits": round(calibration_error(probabilities[digit], labels[digit]), 5),
    }
    members = {"first": looks.first, "second": looks.second, "both": looks.table}
    right = {name: (table.argmax(axis=1) == labels) for name, table in members.items()}
    result["first_alone"] = {
        "right_digits": round(float(right["first"][digit].mean()), 5),
        "right_all": round(float(right["first"].mean()), 5),
    }
    result["asked"] = int(asked.sum())
    result["asked_right"] = {name: int(good[asked].sum()) for name, good in right.items()}
    for threshold in (0.99, 0.999):
        # The harmful error is a wrong digit: any cell that is read as a digit that it does not hold.
        sure = confidence >= threshold
        result[f"sure_{threshold}"] = int(sure.sum())
        result[f"wrong_{threshold}"] = int((sure & (best != labels)).sum())
        result[f"wrong_digits_{threshold}"] = int((sure & claimed & (best != labels)).sum())
    return result


def per_class(looks: Looks, labels: NDArray[np.int64]) -> str:
    """Share of each class that is read right, and its most frequent confusion."""
    best = looks.table.argmax(axis=1)
    lines = []
    for index, name in enumerate(cells.CLASSES):
        here = best[labels == index]
        if not len(here):
            continue
        wrong = np.bincount(here[here != index], minlength=len(cells.CLASSES))
        taken = ", ".join(f"{cells.CLASSES[i]!r} {wrong[i]}" for i in np.argsort(-wrong)[:3] if wrong[i])
        lines.append(f"  {name!r}: {np.mean(here == index):.4f} of {len(here)}; taken for {taken or 'nothing'}")
    return "\n".join(lines)


def strange(count: int, rng: np.random.Generator) -> dict[str, NDArray[np.uint8]]:
    """Patches without a digit, drawn in other ways than in training: (count, 48, 48) of each kind."""
    size = cells.PATCH
    noise = rng.integers(0, 256, (count, size, size)).astype(np.uint8)
    smooth = np.stack([cv2.GaussianBlur(n, (0, 0), float(rng.uniform(0.8, 5))) for n in noise])
    low, high = smooth.min(axis=(1, 2), keepdims=True), smooth.max(axis=(1, 2), keepdims=True)
    blobs = ((smooth - low) * (255.0 / np.maximum(1, high.astype(int) - low))).astype(np.uint8)
    letters, strokes, arcs = (np.full((count, size, size), 225, np.uint8) for _ in range(3))
    names = [n for n in LETTERS if n.isalpha()]
    for i in range(count):
        for sheet in (letters, strokes, arcs):
            cv2.rectangle(sheet[i], (8, 8), (40, 40), int(rng.integers(0, 120)), int(rng.integers(1, 4)), cv2.LINE_AA)
        at, tone = (int(rng.integers(11, 18)), int(rng.integers(32, 38))), int(rng.integers(20, 120))
        font, wide = int(rng.choice((0, 2, 3, 4, 6, 7))), int(rng.integers(1, 3))
        cv2.putText(letters[i], names[int(rng.integers(len(names)))], at, font, 0.9, tone, wide, cv2.LINE_AA)
        for _ in range(int(rng.integers(2, 5))):
            ends = rng.integers(4, 44, 4)
            cv2.line(
                strokes[i], (int(ends[0]), int(ends[1])), (int(ends[2]), int(ends[3])), tone, wide + 1, cv2.LINE_AA
            )
        for _ in range(int(rng.integers(2, 4))):
            center, axes = rng.integers(16, 32, 2), rng.integers(4, 12, 2)
            first = int(rng.integers(360))
            last = first + int(rng.integers(120, 300))
            where, reach = (int(center[0]), int(center[1])), (int(axes[0]), int(axes[1]))
            cv2.ellipse(arcs[i], where, reach, int(rng.integers(180)), first, last, tone, wide + 1, cv2.LINE_AA)
    sheets = {"printed letters": letters, "bare strokes": strokes, "bare arcs": arcs}
    return {"white noise": noise, "blobs": blobs} | sheets


def cut(photo: NDArray[np.uint8], rect: tuple[float, float, float, float], to_photo: FloatArray) -> NDArray[np.uint8]:
    """Crop one patch of a photo (gray); `rect` in millimetres, `to_photo` the homography from millimetres."""
    x0, y0, x1, y1 = rect
    half = cells.PATCH / cells.scale_of(x1 - x0, y1 - y0) / 2
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    corners = np.array([[(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]])
    seen = cv2.perspectiveTransform(corners, to_photo)[0].astype(np.float32)
    side = 2 * cells.PATCH
    square = np.array([(0, 0), (side, 0), (side, side), (0, side)], np.float32) - 0.5
    large = cv2.warpPerspective(photo, cv2.getPerspectiveTransform(seen, square), (side, side))
    return cv2.resize(large, (cells.PATCH, cells.PATCH), interpolation=cv2.INTER_AREA)


def pages(count: int, difficulty: Difficulty, size: tuple[int, int], rng: np.random.Generator) -> cells.LabelledCells:
    """Cells of `count` whole pages, each filled by a test writer and photographed at `size`; as `cells.batch`."""
    form = template.load(template.available()["c-hasil-ppwp-2024"])
    patches: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    boxes: list[tuple[float, float]] = []
    rows: list[int] = []
    scale, row = 6.0, 0
    for i in range(count):
        page = form.pages[i % len(form.pages)].id
        writing: dict[str, FieldWriting] = {}
        for field in form.fields_of(page):
            text = "".join(rng.choice(list("0123456789"), field.cells.count))
            blank = int(rng.integers(0, field.cells.count)) if rng.random() < 0.5 else 0
            text = str(rng.choice(list("X- "))) * blank + text[blank:]
            bubbles = tuple((int(c),) if c.isdigit() else () for c in text)
            writing[field.id] = FieldWriting(text, bubbles, int(rng.integers(0, 200)), None)
        writer = Writer.from_seed(sources.writer_seed("test", rng))
        sheet = fill_page(form, page, writing, writer, rng, scale)
        photo, homography = photograph(sheet, sample_camera(rng, difficulty, size), rng)
        to_photo = homography @ np.array([[scale, 0, -0.5], [0, scale, -0.5], [0, 0, 1]])
        gray = cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY)
        for field in form.fields_of(page):
            for rect, char in zip(field.cells.rects(), writing[field.id].text, strict=True):
                patches.append(cut(gray, rect, to_photo))
                labels.append(cells.CLASSES.index(char))
                boxes.append(box_of(rect[2] - rect[0], rect[3] - rect[1]))
                rows.append(row)
            row += 1
    return cells.LabelledCells(np.stack(patches), np.array(labels), np.array(boxes, np.float32), np.array(rows))


def drawn_cells(reader: DigitReader, mnist: Path | None, count: int) -> dict[str, Any]:
    """Figures of drawn cells: `test`, `shift`, and digits of each test source alone."""
    report: dict[str, Any] = {}
    held_out = {sources.HELD_OUT: sources.load_pack()[sources.HELD_OUT]}
    usual = cells.usual_mix(sources.training_sources(mnist), "test")
    shift = cells.Mix(held_out, {sources.HELD_OUT: 1.0})
    for name, mix, some in (("test", usual, count), ("shift", shift, count // 2)):
        made = cells.batch(some, "test", mix, np.random.default_rng((SEED, some)))
        looks = reader.look(made.patches, made.boxes)
        report[name] = figures(looks, made.labels)
        print(name, json.dumps(report[name]))
        print(per_class(looks, made.labels))
        drawn = looks.table[made.labels == cells.OTHER, :10].max(axis=1)
        for threshold in (0.99, 0.999):
            hits = int((drawn >= np.log(threshold)).sum())
            report[name][f"other_as_digit_{threshold}"] = [hits, len(drawn)]
            print(f"  'other' as a digit at {threshold}: {hits} of {len(drawn)}")
    report["by_source"] = {}
    for name in usual.weights:
        alone = cells.Mix(usual.sources, {name: 1.0})
        made = cells.batch(count // 6, "test", alone, np.random.default_rng((SEED, 5)))
        right = reader.read(made.patches, made.boxes).argmax(axis=1) == made.labels
        digits = made.labels < 10
        report["by_source"][name] = [round(float(right[digits].mean()), 5), int(digits.sum())]
        print(f"digits of {name} alone: {report['by_source'][name]}")
    return report


def page_cells(reader: DigitReader, count: int) -> dict[str, Any]:
    """Figures of cells on whole drawn pages, at two sizes of photos."""
    report: dict[str, Any] = {}
    for name, size in (("pages_3000", (2250, 3000)), ("pages_1200", (900, 1200))):
        made = pages(count, "field", size, np.random.default_rng((SEED, size[0])))
        looks = reader.look(made.patches, made.boxes)
        report[name] = figures(looks, made.labels)
        print(name, json.dumps(report[name]))
        print(per_class(looks, made.labels))
    return report


def strange_cells(reader: DigitReader, count: int) -> dict[str, list[int]]:
    """For each kind of strange cells: number read as a digit at 0.99 and at 0.999, and total."""
    report: dict[str, list[int]] = {}
    for name, patches in strange(count, np.random.default_rng((SEED, 3))).items():
        best = reader.read(patches)[:, :10].max(axis=1)
        report[name] = [*(int((best >= np.log(threshold)).sum()) for threshold in (0.99, 0.999)), len(best)]
        print(f"strange, {name}: as a digit at 0.99 and 0.999, of how many: {report[name]}")
    return report | strange_figures(reader, count)


def speed(reader: DigitReader, count: int = 20_000) -> dict[str, int]:
    """Cells per second on one thread, batch 256: the first reader alone, and both."""
    made = cells.batch(count, "test", cells.usual_mix(sources.load_pack(), "test"), np.random.default_rng((SEED, 7)))
    alone = copy.copy(reader)
    alone.card = reader.card | {"second": reader.card["second"] | {"below": 1e-9}}
    report: dict[str, int] = {}
    for name, asked in (("first", alone), ("both", reader)):
        asked.read(made.patches[:256], made.boxes[:256])
        start = time.perf_counter()
        asked.read(made.patches, made.boxes)
        report[name] = round(count / (time.perf_counter() - start))
    print("cells a second on one thread:", report)
    return report


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True, help="folder of the weights")
    parser.add_argument("--mnist", type=Path, help="folder with MNIST's training part")
    parser.add_argument("--cells", type=int, default=60_000, help="number of cells")
    parser.add_argument("--pages", type=int, default=90, help="whole pages per photo size")
    parser.add_argument("--speed", action="store_true", help="measure the speed alone, four times, and stop")
    parser.add_argument("--write", action="store_true", help="put the figures into digits.json")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    reader = DigitReader(args.weights)
    if args.speed:
        for _ in range(4):
            speed(reader)
        return
    report = drawn_cells(reader, args.mnist, args.cells) | page_cells(reader, args.pages)
    report |= {
        "strange": strange_cells(reader, args.cells // 20),
        "corrections": correction_figures(reader, args.cells // 30),
        "cells_per_second": speed(reader),
    }
    if args.write:
        reader.card["figures"] = report
        (args.weights / "digits.json").write_text(json.dumps(reader.card, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
