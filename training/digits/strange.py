"""Cells without a digit, about which a digit reader must not be sure: `strange.py --weights ocr_recap/weights`.

Letters and signs written by hand, Devanagari and Arabic-Indic digits, free strokes, pieces of the long Z that cancels a
grid, textures and noise. All shapes were made for this test, and none of them is drawn for training: `synth.cells` has
other letters (`shapes.LETTERS`), other pieces and other textures. Paper and camera are those of training cells with
other seeds, pens those of test writers. Shapes that a careful person confuses with a digit (Devanagari 0 to 5,
Arabic-Indic 1, 5, 6 and 9) are a kind of their own, `alike`, which is reported and not judged.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_recap.cells.digit_reader import DigitReader
from ocr_recap.evaluate.bounds import clopper_pearson
from ocr_recap.synth.cells.cellpaper import DrawnRow, Rect, blank
from ocr_recap.synth.cells.cellphoto import photograph
from ocr_recap.synth.cells.cells import BOX, PATCH
from ocr_recap.synth.writing import ink
from ocr_recap.synth.writing.shapes import Glyph
from ocr_recap.synth.writing.sources import writer_seed
from ocr_recap.synth.writing.strokes import Strokes, Writer, pose

SEED = 20_240_215
Patches = NDArray[np.uint8]
Boxes = NDArray[np.float32]
Point = tuple[float, float]


def _ring(x: float, y: float, rx: float, ry: float, first: float, last: float, points: int) -> tuple[Point, ...]:
    """Points on an ellipse; 0 degrees to the right, 90 down."""
    angles = np.radians(np.linspace(first, last, points))
    return tuple((x + rx * float(np.cos(a)), y + ry * float(np.sin(a))) for a in angles)


# Control points in a unit box, x right, y down, a doubled point is a corner. Letters that may stand for a digit
# (b g i j l o q r s y z and B D G I J O Q S Z) are left out.
LETTERS: Final[dict[str, Glyph]] = {
    "a": (_ring(0.45, 0.65, 0.4, 0.33, -40, -330, 9), ((0.85, 0.3), (0.85, 0.3), (0.84, 0.7), (0.95, 0.98))),
    "d": (_ring(0.42, 0.7, 0.38, 0.3, -30, -330, 9), ((0.82, -0.1), (0.8, 0.5), (0.88, 1.0))),
    "e": (((0.1, 0.6), (0.6, 0.55), (0.85, 0.4), (0.5, 0.2), (0.1, 0.55), (0.35, 0.95), (0.9, 0.85)),),
    "f": (((0.95, 0.05), (0.65, -0.02), (0.5, 0.3), (0.45, 1.0)), ((0.1, 0.42), (0.85, 0.4))),
    "h": (((0.12, -0.05), (0.1, 0.5), (0.1, 1.0)), ((0.1, 0.65), (0.45, 0.4), (0.8, 0.55), (0.82, 1.0))),
    "k": (((0.15, -0.05), (0.12, 0.5), (0.1, 1.0)), ((0.85, 0.3), (0.15, 0.68), (0.15, 0.68), (0.9, 1.0))),
    "n": (((0.1, 0.3), (0.12, 1.0)), ((0.12, 0.55), (0.45, 0.28), (0.8, 0.45), (0.85, 1.0))),
    "t": (((0.45, 0.0), (0.42, 0.6), (0.5, 0.95), (0.85, 0.9)), ((0.05, 0.3), (0.9, 0.28))),
    "w": (((0.0, 0.3), (0.15, 0.95), (0.5, 0.45), (0.5, 0.45), (0.75, 0.98), (1.0, 0.28)),),
    "E": (((0.9, 0.1), (0.4, 0.0), (0.25, 0.3), (0.6, 0.48), (0.2, 0.7), (0.35, 1.0), (0.95, 0.9)),),
    "K": (((0.1, 0.0), (0.1, 1.0)), ((0.95, 0.02), (0.4, 0.45), (0.12, 0.55)), ((0.35, 0.45), (0.98, 1.0))),
    "M": (((0.0, 1.0), (0.15, 0.05), (0.15, 0.05), (0.5, 0.8), (0.5, 0.8), (0.85, 0.05), (0.85, 0.05), (1.0, 1.0)),),
    "N": (((0.05, 1.0), (0.1, 0.0), (0.1, 0.0), (0.85, 1.0), (0.85, 1.0), (0.95, 0.0)),),
    "R": (((0.1, 0.0), (0.1, 1.0)), ((0.0, 0.1), (0.6, -0.05), (0.85, 0.25), (0.2, 0.5), (0.2, 0.5), (0.95, 1.0))),
    "W": (((0.0, 0.0), (0.2, 1.0), (0.2, 1.0), (0.5, 0.2), (0.5, 0.2), (0.8, 1.0), (0.8, 1.0), (1.0, 0.0)),),
}
SIGNS: Final[dict[str, Glyph]] = {
    "tick": (((0.0, 0.55), (0.3, 0.95), (0.3, 0.95), (1.0, 0.0)),),
    "arrow": (((0.0, 0.5), (1.0, 0.5)), ((0.65, 0.2), (1.0, 0.5), (1.0, 0.5), (0.65, 0.8))),
    "star": (
        (
            (0.2, 1.0),
            (0.5, 0.0),
            (0.5, 0.0),
            (0.8, 1.0),
            (0.8, 1.0),
            (0.0, 0.38),
            (0.0, 0.38),
            (1.0, 0.38),
            (1.0, 0.38),
            (0.2, 1.0),
        ),
    ),
    "heart": (((0.5, 0.3), (0.25, 0.02), (0.0, 0.3), (0.5, 1.0), (0.5, 1.0), (1.0, 0.3), (0.75, 0.02), (0.5, 0.3)),),
    "smile": (
        _ring(0.5, 0.5, 0.5, 0.5, 0, 360, 13),
        ((0.32, 0.35), (0.33, 0.4)),
        ((0.67, 0.35), (0.68, 0.4)),
        ((0.25, 0.62), (0.5, 0.78), (0.75, 0.62)),
    ),
    "spiral": (
        tuple((0.5 + 0.03 * t * float(np.cos(t)), 0.5 + 0.03 * t * float(np.sin(t))) for t in np.arange(0, 17, 0.8)),
    ),
    "and": (((0.95, 0.95), (0.2, 0.25), (0.45, 0.0), (0.65, 0.2), (0.1, 0.7), (0.35, 1.0), (0.95, 0.5)),),
    "percent": (_ring(0.2, 0.2, 0.2, 0.2, 0, 360, 9), _ring(0.8, 0.8, 0.2, 0.2, 0, 360, 9), ((0.95, 0.0), (0.05, 1.0))),
    "house": (
        (
            (0.1, 1.0),
            (0.1, 0.45),
            (0.1, 0.45),
            (0.5, 0.0),
            (0.5, 0.0),
            (0.9, 0.45),
            (0.9, 0.45),
            (0.9, 1.0),
            (0.9, 1.0),
            (0.1, 1.0),
        ),
        ((0.0, 0.45), (1.0, 0.45)),
    ),
    "hash": (
        ((0.3, 0.0), (0.25, 1.0)),
        ((0.75, 0.0), (0.7, 1.0)),
        ((0.0, 0.3), (1.0, 0.28)),
        ((0.0, 0.7), (1.0, 0.68)),
    ),
}
DEVANAGARI: Final[dict[str, Glyph]] = {
    "6": (((0.85, 0.05), (0.35, 0.05), (0.2, 0.28), (0.65, 0.42), (0.15, 0.6), (0.4, 0.88), (0.95, 1.05)),),
    "7": (((0.35, 0.55), (0.6, 0.4), (0.65, 0.65), (0.3, 0.8), (0.05, 0.45), (0.45, 0.05), (0.95, 0.4), (0.85, 1.0)),),
    "8": (((0.75, 0.0), (0.2, 0.3), (0.1, 0.75), (0.5, 0.98), (1.0, 0.8)),),
    "9": (((0.75, 0.15), (0.35, 0.05), (0.3, 0.35), (0.7, 0.4), (0.2, 0.45), (0.25, 0.75), (0.55, 0.7), (0.95, 1.05)),),
}
ARABIC: Final[dict[str, Glyph]] = {
    "0": (((0.46, 0.5), (0.53, 0.47), (0.54, 0.54), (0.47, 0.53)),),
    "2": (((0.1, 0.0), (0.2, 0.25), (0.6, 0.3), (0.85, 0.0)), ((0.1, 0.0), (0.3, 0.5), (0.35, 1.0))),
    "3": (
        ((0.05, 0.0), (0.15, 0.25), (0.4, 0.2), (0.45, 0.02), (0.55, 0.25), (0.85, 0.22), (0.95, 0.0)),
        ((0.05, 0.0), (0.25, 0.5), (0.3, 1.0)),
    ),
    "4": (((0.85, 0.0), (0.3, 0.15), (0.25, 0.4), (0.7, 0.5), (0.2, 0.65), (0.3, 0.95), (0.9, 1.0)),),
    "7": (((0.0, 0.0), (0.5, 1.0), (0.5, 1.0), (1.0, 0.0)),),
    "8": (((0.0, 1.0), (0.5, 0.0), (0.5, 0.0), (1.0, 1.0)),),
}
ALIKE: Final[dict[str, Glyph]] = {
    "Devanagari 0": (_ring(0.5, 0.5, 0.4, 0.42, 0, 370, 13),),
    "Devanagari 1": ((*_ring(0.45, 0.28, 0.35, 0.28, 60, 390, 9), (0.75, 0.6), (0.35, 1.0)),),
    "Devanagari 2": (((0.1, 0.15), (0.6, 0.0), (0.8, 0.35), (0.2, 0.6), (0.2, 0.6), (0.55, 0.65), (0.95, 1.05)),),
    "Devanagari 3": (((0.1, 0.1), (0.6, 0.0), (0.7, 0.28), (0.3, 0.42), (0.8, 0.6), (0.4, 0.8), (0.95, 1.05)),),
    "Devanagari 4": (((0.05, 0.0), (0.75, 0.7), (0.5, 1.0), (0.25, 0.7), (0.95, 0.0)),),
    "Devanagari 5": (((0.2, 0.0), (0.15, 0.35), (0.45, 0.5), (0.7, 0.35)), ((0.72, 0.0), (0.7, 0.5), (0.75, 1.0))),
    "Arabic 1": (((0.45, 0.0), (0.5, 0.4), (0.55, 1.0)),),
    "Arabic 5": (_ring(0.5, 0.55, 0.35, 0.42, -90, 270, 11),),
    "Arabic 6": (((0.1, 0.05), (0.5, 0.1), (0.85, 0.0), (0.85, 0.0), (0.8, 0.5), (0.85, 1.0)),),
    "Arabic 9": ((*_ring(0.42, 0.25, 0.33, 0.25, 0, -340, 10), (0.75, 0.25), (0.75, 0.25), (0.75, 1.0)),),
}

Fill = Callable[[DrawnRow, np.random.Generator], None]


def _ink(form: DrawnRow, lines: Strokes, rng: np.random.Generator) -> None:
    width = max(1, int(form.width * rng.uniform(0.9, 1.1) + rng.random()))
    points = [np.rint(line * 16).astype(np.int32) for line in lines]
    cv2.polylines(form.pen, points, False, 255, width, cv2.LINE_AA, 4)


def _glyphs(pool: dict[str, Glyph]) -> Fill:
    """Draw one shape of the pool in every cell, in the writer's hand."""
    shapes = tuple(pool.values())

    def fill(form: DrawnRow, rng: np.random.Generator) -> None:
        for rect in form.rects:
            shape = shapes[int(rng.integers(len(shapes)))]
            lines = pose(shape, form.writer, rng, form.writer.aspect * float(rng.uniform(0.9, 1.3)))
            _ink(form, ink.place(lines, form.writer, rect, rng), rng)

    return fill


def _strokes(form: DrawnRow, rng: np.random.Generator) -> None:
    """Draw two to four straight strokes at random places of the cell."""
    for rect in form.rects:
        corner, size = np.array(rect[:2]), np.array([rect[2] - rect[0], rect[3] - rect[1]])
        for _ in range(int(rng.integers(2, 5))):
            ends = corner + rng.uniform(0.08, 0.92, (2, 2)) * size
            middle = ends.mean(axis=0) + rng.normal(0, 0.03, 2) * size
            _ink(form, [np.array([ends[0], middle, ends[1]])], rng)


def _arcs(form: DrawnRow, rng: np.random.Generator) -> None:
    """Draw two or three open arcs."""
    for rect in form.rects:
        x, y, width, height = rect[0], rect[1], rect[2] - rect[0], rect[3] - rect[1]
        for _ in range(int(rng.integers(2, 4))):
            middle = x + width * rng.uniform(0.3, 0.7), y + height * rng.uniform(0.3, 0.7)
            reach = width * rng.uniform(0.12, 0.35), height * rng.uniform(0.12, 0.35)
            first = float(rng.uniform(0, 360))
            _ink(form, [np.array(_ring(*middle, *reach, first, first + float(rng.uniform(90, 290)), 14))], rng)


def _cancelled(form: DrawnRow, rng: np.random.Generator) -> None:
    """Draw one long Z over this row and rows above and below it; every cell shows a piece of it."""
    rects: list[Rect] = form.rects
    x0, x1 = rects[0][0] - rng.uniform(0, 40), rects[-1][2] + rng.uniform(0, 40)
    height = rects[0][3] - rects[0][1]
    above, below = height * rng.uniform(0, 0.9), height * rng.uniform(0, 0.9)
    y0, y1 = rects[0][1] + height * 0.5 - above, rects[0][1] + height * 0.5 + below
    corners = np.array([(x0, y0), (x1, y0), (x0, y1), (x1, y1)]) + rng.normal(0, 0.06 * height, (4, 2))
    line = np.concatenate([np.linspace(a, b, 12) for a, b in pairwise(corners)])
    _ink(form, [line + rng.normal(0, 0.01 * height, line.shape)], rng)


def _noisy(form: DrawnRow, rng: np.random.Generator) -> None:
    """Fill the cell with specks, as of a bad copy."""
    specks = rng.random(form.pen.shape) < rng.uniform(0.02, 0.35)
    grain = cv2.GaussianBlur((specks * 255).astype(np.uint8), (0, 0), float(rng.uniform(0.5, 3)))
    np.maximum(form.pen, np.clip(grain * float(rng.uniform(1, 3)), 0, 255).astype(np.uint8), out=form.pen)


def rows(count: int, fill: Fill, rng: np.random.Generator, *, calm: float = 0.5) -> tuple[Patches, Boxes]:
    """Cells of rows that this function fills; `calm` is the share of rows that are photographed with care."""
    patches, boxes = np.empty((count, PATCH, PATCH), np.uint8), np.empty((count, 2), np.float32)
    done = 0
    while done < count:
        writer = Writer.from_seed(writer_seed("test", rng))
        form = blank(writer, int(rng.integers(3, 7)), rng)
        fill(form, rng)
        blue, green, red = ink.INK_BGR[writer.pen]
        dark = writer.darkness * float(rng.uniform(0.7, 1)) * (1 - (0.114 * blue + 0.587 * green + 0.299 * red) / 255)
        shade = form.paper.astype(np.float32) * (1 - form.pen.astype(np.float32) * np.float32(dark / 255))
        found, box = photograph(shade.astype(np.float32), form.rects, rng, calm=bool(rng.random() < calm))
        take = min(len(found), count - done)
        patches[done : done + take], boxes[done : done + take] = found[:take], box
        done += take
    return patches, boxes


def _texture(rng: np.random.Generator) -> NDArray[np.float32]:
    """Texture as a box far off its form would show: cloth, gravel, print, rings, bricks, wood."""
    y, x = np.mgrid[:PATCH, :PATCH].astype(np.float32)
    turn = float(rng.uniform(0, np.pi))
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    period = float(rng.uniform(3, 14))
    rough = cv2.GaussianBlur(rng.standard_normal((PATCH, PATCH)).astype(np.float32), (0, 0), float(rng.uniform(0.6, 4)))
    rough /= max(float(rough.std()), 1e-3)
    match int(rng.integers(6)):
        case 0:
            wave = np.sin(u * 2 * np.pi / period) * np.sin(v * 2 * np.pi / (period * rng.uniform(0.7, 1.4)))
        case 1:
            wave = np.sign(rough - rng.uniform(-0.6, 0.6))
        case 2:
            words = np.sign(np.sin(u * 2.1 + 3 * rough) - 0.2)
            wave = np.where(np.sin(v * 2 * np.pi / (period + 4)) > 0, words, 1.0)
        case 3:
            wave = np.sin(np.hypot(x - rng.uniform(-20, 68), y - rng.uniform(-20, 68)) * 2 * np.pi / period)
        case 4:
            shifted = u + np.where(np.sin(v * np.pi / period) > 0, period, 0)
            wave = 1 - 2 * ((np.cos(shifted * np.pi / period) > 0.9) | (np.cos(v * 2 * np.pi / period) > 0.9))
        case _:
            wave = np.sin((u + 3 * rough) * 2 * np.pi / period)
    patch = rng.uniform(70, 200) + rng.uniform(10, 70) * wave + rng.uniform(0, 8) * rng.standard_normal(x.shape)
    return cv2.GaussianBlur(patch.astype(np.float32), (0, 0), float(rng.uniform(0.3, 1.3)))


def _bare(
    count: int, make: Callable[[np.random.Generator], NDArray[np.float32]], rng: np.random.Generator
) -> tuple[Patches, Boxes]:
    """Patches without any cell; the box is given as square."""
    patches = np.stack([np.clip(make(rng), 0, 255).astype(np.uint8) for _ in range(count)])
    return patches, np.full((count, 2), BOX, np.float32)


def _noise(rng: np.random.Generator) -> NDArray[np.float32]:
    """Noise of random coarseness."""
    noise = rng.standard_normal((PATCH, PATCH)).astype(np.float32)
    coarse = float(rng.uniform(0, 6))
    if coarse > 0.3:
        noise = cv2.GaussianBlur(noise, (0, 0), coarse)
    return rng.uniform(60, 200) + rng.uniform(5, 90) * noise / max(float(noise.std()), 1e-3)


FILLS: Final[dict[str, Fill]] = {
    "letters by hand": _glyphs(LETTERS),
    "signs by hand": _glyphs(SIGNS),
    "Devanagari 6-9": _glyphs(DEVANAGARI),
    "Arabic-Indic 0, 2, 3, 4, 7, 8": _glyphs(ARABIC),
    "free strokes": _strokes,
    "open arcs": _arcs,
    "long Z over the row": _cancelled,
    "specks": _noisy,
    "alike": _glyphs(ALIKE),
}


def strange_cells(count: int, seed: int = SEED) -> dict[str, tuple[Patches, Boxes]]:
    """`count` cells of each kind: patches (n, 48, 48) and boxes (n, 2), as `DigitReader.read` takes them."""
    made: dict[str, tuple[Patches, Boxes]] = {
        name: rows(count, fill, np.random.default_rng((seed, i))) for i, (name, fill) in enumerate(FILLS.items())
    }
    made["textures"] = _bare(count, _texture, np.random.default_rng((seed, 100)))
    made["noise"] = _bare(count, _noise, np.random.default_rng((seed, 101)))
    made["alike"] = made.pop("alike")
    return made


def strange_figures(digits: DigitReader, count: int, seed: int = SEED) -> dict[str, list[int]]:
    """By kind: number of cells read as a digit with 0.99 and with 0.999, and total."""
    found: dict[str, list[int]] = {}
    for name, (patches, boxes) in strange_cells(count, seed).items():
        best = np.exp(digits.read(patches, boxes.astype(np.float64))[:, :10].max(axis=1))
        found[name] = [int((best >= 0.99).sum()), int((best >= 0.999).sum()), len(best)]
    return found


def table(found: dict[str, list[int]]) -> list[str]:
    """Markdown, with the upper 95% bound of each share."""
    lines = ["| cells without a digit | n | as a digit at 0.99 (at most) | at 0.999 (at most) |", "|---|---|---|---|"]
    judged = {name: counts for name, counts in found.items() if name != "alike"}
    total = [sum(counts[i] for counts in judged.values()) for i in range(3)]
    named = {**judged, "**all of these**": total, "alike (told, not judged)": found["alike"]}
    for name, (sure, surer, n) in named.items():
        bounds = [f"{k} ({100 * clopper_pearson(k, n)[1]:.2g}%)" for k in (sure, surer)]
        lines.append(f"| {name} | {n:,} | {bounds[0]} | {bounds[1]} |")
    return lines


def sheet(path: Path, each: int = 24) -> None:
    """Picture with some cells of each kind, a row per kind."""
    rows = [np.hstack(list(patches)) for patches, _ in strange_cells(each).values()]
    cv2.imwrite(str(path), np.vstack(rows))


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, help="folder of the weights")
    parser.add_argument("--count", type=int, default=3000, help="cells of each kind")
    parser.add_argument("--sheet", type=Path, help="write a picture of some of them and stop")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    if args.sheet:
        sheet(args.sheet)
        return
    print("\n".join(table(strange_figures(DigitReader(args.weights), args.count))))


if __name__ == "__main__":
    main()
