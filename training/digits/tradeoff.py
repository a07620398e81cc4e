"""Cost of digits that are read as *other*, and of reading fewer as *other*: `tradeoff.py [--photos 400]`.

In training 13% of all cells hold no digit and no sign, so that the readers learn the class *other*. On forms hardly any
do, and a 0 with a curl or a 1 with a hook may be read as a letter. Here the log-probability of *other* is lowered by a
number of nats, which corresponds to fewer such cells in training, and each row is normalised again. The readings are
measured on cells of drawn photos (preset *field*, all forms, calibration writers; a struck or overwritten digit counts
as *other*), and on the strange and corrected cells of `doubts.py`. `--write` puts the table into docs/lab/digits.md.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from corrections import CORRECTIONS, corrected
from corrections import SEED as CORRECTED_SEED
from numpy.typing import NDArray
from strange import strange_cells

from ocr_recap.cells.digit_reader import OTHER, DigitReader
from ocr_recap.evaluate.calibration import calibrate
from ocr_recap.synth.cells import pagecells
from ocr_recap.synth.sets.parallel import in_order

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "lab" / "digits.md"
BEGIN, END = "<!-- tradeoff: written by training/digits/tradeoff.py -->", "<!-- end of tradeoff -->"
SEED = 20_241_205
STEPS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)  # nats
SURE, SURER = 0.99, 0.999
Table = NDArray[np.float64]


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=400, help="number of photos")
    parser.add_argument("--strange", type=int, default=3000, help="cells of each kind without a digit")
    parser.add_argument("--corrected", type=int, default=2000, help="overwritten cells")
    parser.add_argument("--workers", type=int, default=2, help="number of processes")
    parser.add_argument("--write", action="store_true", help="put the table into docs/lab/digits.md")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    digits = DigitReader()
    work = partial(pagecells.photo_cells, pagecells.CellKind("field", "field", writers="calibration"), SEED)
    cells = pagecells.together(list(in_order(work, range(args.photos), args.workers)))
    table = digits.read(cells.patches, cells.boxes)
    strange = np.concatenate(
        [
            digits.read(patches, boxes.astype(np.float64))
            for kind, (patches, boxes) in strange_cells(args.strange).items()
            if kind != "alike"
        ]
    )
    rng = np.random.default_rng((CORRECTED_SEED, CORRECTIONS.index("overwritten")))
    over = corrected("overwritten", args.corrected, rng)
    written = digits.read(over.patches, over.boxes)
    lines = [
        f"Weights {digits.sha256[:12]}.",
        "",
        f"| *other* lowered by | digits right | ECE | strange, at {SURER} | overwritten, old digit at {SURE} |",
        "|---|---|---|---|---|",
    ]
    for step in STEPS:
        right, count, ece = on_photos(lowered(table, step), cells)
        sure = int((np.exp(lowered(strange, step)[:, :10].max(axis=1)) >= SURER).sum())
        said = lowered(written, step)
        old = int(((said.argmax(axis=1) == over.was) & (np.exp(said.max(axis=1)) >= SURE)).sum())
        lines.append(
            f"| {step} | {right / count:.2%} of {count:,} | {ece:.4f} | {sure} of {len(strange):,} "
            f"({sure / len(strange):.2%}) | {old} of {len(said):,} |"
        )
    print("\n".join(lines))
    if args.write:
        text = PAGE.read_text(encoding="utf-8")
        if BEGIN not in text or END not in text:
            raise SystemExit(f"{PAGE}: put the lines {BEGIN!r} and {END!r} where the table belongs")
        before, _, rest = text.partition(BEGIN)
        PAGE.write_text("\n".join([before + BEGIN, *lines, END + rest.partition(END)[2]]), encoding="utf-8")


def lowered(table: Table, step: float) -> Table:
    """Log-probabilities (n, 14) with *other* lowered by so many nats; each row is normalised."""
    scores = table.copy()
    scores[:, OTHER] -= step
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))


def on_photos(table: Table, cells: pagecells.PageCells) -> tuple[int, int, float]:
    """Number of digit cells read right, total, and calibration error of all cells."""
    struck = np.isin(cells.manners, pagecells.CORRECTED)
    labels = np.where(struck, OTHER, cells.labels)
    right = table.argmax(axis=1) == labels
    digits = ~struck & (labels < 10)
    ece = calibrate(zip(np.exp(table.max(axis=1)).tolist(), right.tolist(), strict=True)).ece
    return int(right[digits].sum()), int(digits.sum()), ece


if __name__ == "__main__":
    main()
