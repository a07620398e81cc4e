"""How plain signs of unseen hands are read: `unseen.py --packed DIR [--weights ocr_recap/weights] [--write]`.

A plain digit, cross or dash must not be called *something else*. Signs are those of bhmsds, a source that nothing was
trained or calibrated on (`pack_digits.py`), and crosses and dashes of the stroke model by test writers. They stand in
the boxes of training cells, half of them photographed with care, the other half with everything that can go wrong.
`--write` puts the table into docs/lab/digits.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from strange import Fill, rows

from ocr_recap.cells.digit_reader import OTHER, DigitReader
from ocr_recap.evaluate.bounds import clopper_pearson
from ocr_recap.synth.cells import cells
from ocr_recap.synth.cells.cellpaper import DrawnRow
from ocr_recap.synth.writing import ink, sources

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "lab" / "digits.md"
BEGIN, END = "<!-- unseen: written by training/digits/unseen.py -->", "<!-- end of unseen -->"
SEED = 20_241_210
SURE = 0.9


def of_source(source: sources.Source, label: int) -> Fill:
    """Fill rows with random images of one label."""

    def fill(form: DrawnRow, rng: np.random.Generator) -> None:
        for rect in form.rects:
            cells.paste(form, rect, label, source, rng)

    return fill


def of_model(label: int) -> Fill:
    """Fill rows with a sign of the stroke model."""

    def fill(form: DrawnRow, rng: np.random.Generator) -> None:
        for rect in form.rects:
            form.ink(ink.write(cells.CLASSES[label], form.writer, rect, rng, guided=form.guided), rng)

    return fill


def read(digits: DigitReader, fill: Fill, label: int, count: int, calm: float) -> tuple[int, int, int]:
    """Number of cells that are read right, that are *other* with `SURE`, and total."""
    rng = np.random.default_rng((SEED, label, round(calm)))
    patches, boxes = rows(count, fill, rng, calm=calm)
    table = digits.read(patches, boxes.astype(np.float64))
    other = table[:, OTHER] >= np.log(SURE)
    return int((table.argmax(axis=1) == label).sum()), int(other.sum()), count


def kinds(packed: Path, count: int) -> Iterator[tuple[str, list[tuple[Fill, int, int]]]]:
    """Name of each kind of signs, and its parts: how to fill rows, label, number of cells."""
    source = sources.load_packed(packed, sources.PACKED_HELD_OUT)
    yield "crosses of bhmsds", [(of_source(source, cells.CROSS), cells.CROSS, count)]
    yield "dashes of bhmsds", [(of_source(source, cells.DASH), cells.DASH, count)]
    yield "digits of bhmsds", [(of_source(source, digit), digit, count // 5) for digit in range(10)]
    yield "crosses of test writers", [(of_model(cells.CROSS), cells.CROSS, count)]
    yield "dashes of test writers", [(of_model(cells.DASH), cells.DASH, count)]


def table(digits: DigitReader, packed: Path, count: int) -> list[str]:
    """Markdown, with the upper 95% bound of the share called something else."""
    lines = [
        f"| signs | photos | n | right | *other* from {SURE} (at most) |",
        "|---|---|---|---|---|",
    ]
    for name, parts in kinds(packed, count):
        for calm, photos in ((1.0, "careful"), (0.0, "worst")):
            found = np.array([read(digits, *part, calm) for part in parts]).sum(axis=0)
            right, other, total = (int(value) for value in found)
            bound = 100 * clopper_pearson(other, total)[1]
            lines.append(f"| {name} | {photos} | {total:,} | {right / total:.2%} | {other} ({bound:.2g}%) |")
    return lines


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, help="folder of the weights")
    parser.add_argument("--packed", type=Path, required=True, help="folder of packed sources (pack_digits.py)")
    parser.add_argument("--count", type=int, default=6000, help="cells of each kind of sign")
    parser.add_argument("--write", action="store_true", help="put the table into docs/lab/digits.md")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    digits = DigitReader(args.weights)
    lines = [f"Weights {digits.sha256[:12]}.", "", *table(digits, args.packed, args.count)]
    print("\n".join(lines))
    if args.write:
        text = PAGE.read_text(encoding="utf-8")
        if BEGIN not in text or END not in text:
            raise SystemExit(f"{PAGE}: put the lines {BEGIN!r} and {END!r} where the table belongs")
        before, _, rest = text.partition(BEGIN)
        PAGE.write_text("\n".join([before + BEGIN, *lines, END + rest.partition(END)[2]]), encoding="utf-8")


if __name__ == "__main__":
    main()
