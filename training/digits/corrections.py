"""Corrected cells: rate at which the struck-out digit is read surely. `corrections.py --weights ocr_recap/weights`.

Cells are corrected as `synth.writing.hand` does on whole pages (other code than that of training's struck cells), by
test writers: `struck` (the digit crossed out, the right one squeezed beside it), `overwritten` (the right one over it,
thicker) and `fluid` (correction fluid, the right one on top). Paper and camera are those of training cells with other
seeds.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_recap.cells.digit_reader import DigitReader
from ocr_recap.evaluate.bounds import clopper_pearson
from ocr_recap.synth.cells.cellpaper import SIDE, blank
from ocr_recap.synth.cells.cellphoto import photograph
from ocr_recap.synth.cells.cells import OTHER, PATCH
from ocr_recap.synth.writing.hand import CORRECTIONS, Manner, cell, draw_hand
from ocr_recap.synth.writing.sheet import Sheet
from ocr_recap.synth.writing.strikes import AMENDED

SEED = 20_240_216
_SCALE = SIDE / 10.0  # px per nominal mm: a cell's longer side is 10 mm, as `cellpaper` takes it


@dataclass(frozen=True)
class Corrected:
    """Cells of one manner: patches (n, 48, 48) and boxes (n, 2) as `DigitReader.read` takes them.

    `was` (n,) is the digit that was corrected, `now` (n,) the one that counts.
    """

    patches: NDArray[np.uint8]
    boxes: NDArray[np.float64]
    was: NDArray[np.int64]
    now: NDArray[np.int64]


def corrected(manner: Manner, count: int, rng: np.random.Generator) -> Corrected:
    """Draw `count` cells of one manner; both digits of a cell always differ."""
    made = Corrected(
        np.empty((count, PATCH, PATCH), np.uint8),
        np.empty((count, 2)),
        np.empty(count, np.int64),
        np.empty(count, np.int64),
    )
    done = 0
    while done < count:
        hand = draw_hand("test", rng)
        form = blank(hand.writer, int(rng.integers(3, 7)), rng)
        sheet = Sheet(cv2.cvtColor(form.paper, cv2.COLOR_GRAY2BGR), _SCALE, hand.writer, rng)
        was = rng.integers(0, 10, len(form.rects))
        now = (was + rng.integers(1, 10, len(form.rects))) % 10
        if manner == "amended":  # not every digit can be turned into another one by a stroke or two
            was, now = np.array([AMENDED[i] for i in rng.integers(len(AMENDED), size=len(form.rects))]).T
        for rect, old, new in zip(form.rects, was, now, strict=True):
            x0, y0, x1, y1 = ((v + 0.5) / _SCALE for v in rect)
            cell(sheet, hand, str(new), (x0, y0, x1, y1), manner, str(old), guided=form.guided)
        shade = cv2.cvtColor(sheet.image, cv2.COLOR_BGR2GRAY).astype(np.float32)
        patches, box = photograph(shade, form.rects, rng, calm=bool(rng.random() < 0.5))
        part = slice(done, min(done + len(patches), count))
        take = part.stop - done
        made.patches[part], made.boxes[part] = patches[:take], box
        made.was[part], made.now[part] = was[:take], now[:take]
        done = part.stop
    return made


def correction_figures(digits: DigitReader, count: int, seed: int = SEED) -> dict[str, dict[str, int]]:
    """By manner: number of cells, and of those read as old or new digit, surely (0.99, 0.999) or at all."""
    found: dict[str, dict[str, int]] = {}
    for i, manner in enumerate(CORRECTIONS):
        made = corrected(manner, count, np.random.default_rng((seed, i)))
        said = digits.read(made.patches, made.boxes)
        best, sure = said.argmax(axis=1), np.exp(said.max(axis=1))
        old, new = best == made.was, best == made.now
        wrong = (best < 10) & ~old & ~new
        found[manner] = {
            "n": count,
            "struck_0.99": int((old & (sure >= 0.99)).sum()),
            "struck_0.999": int((old & (sure >= 0.999)).sum()),
            "third_0.99": int((wrong & (sure >= 0.99)).sum()),
            "right_0.99": int((new & (sure >= 0.99)).sum()),
            "struck": int(old.sum()),
            "right": int(new.sum()),
            "other": int((best == OTHER).sum()),
        }
    return found


def table(found: dict[str, dict[str, int]]) -> list[str]:
    """Markdown, with the upper 95% bound of the struck digit read surely."""
    lines = [
        "| corrected cells | n | struck digit at 0.99 (at most) / 0.999 | a third digit at 0.99 | right digit at 0.99 "
        "| best: right / struck / *other* |",
        "|---|---|---|---|---|---|",
    ]
    for manner, f in found.items():
        n = f["n"]
        bound = f"{100 * clopper_pearson(f['struck_0.99'], n)[1]:.2g}%"
        best = " / ".join(f"{100 * f[name] / n:.1f}%" for name in ("right", "struck", "other"))
        lines.append(
            f"| {manner} | {n:,} | {f['struck_0.99']} ({bound}) / {f['struck_0.999']} | {f['third_0.99']} "
            f"| {f['right_0.99']} | {best} |"
        )
    return lines


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, help="folder of the weights")
    parser.add_argument("--count", type=int, default=2000, help="cells of each manner")
    parser.add_argument("--sheet", type=Path, help="write a picture of some of them and stop")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    if args.sheet:
        rows = [corrected(m, 24, np.random.default_rng((SEED, i))).patches for i, m in enumerate(CORRECTIONS)]
        cv2.imwrite(str(args.sheet), np.vstack([np.hstack(list(row)) for row in rows]))
        return
    print("\n".join(table(correction_figures(DigitReader(args.weights), args.count))))


if __name__ == "__main__":
    main()
