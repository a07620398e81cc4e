"""Accuracy of the digit witness alone on cells of whole drawn photos, by preset, size of photo and defect.

    python benchmarks/page_cells.py [--cells 50000] [--defect-cells 1500] [--workers 2] [--write] [--out FILE.json]
    python benchmarks/page_cells.py --kinds field --cells 120000        one row of the table alone, for longer

All forms of the package take turns; photos are filled in by test writers, and cells are cropped by their true corners.
`field` and `hard` are read until there are `--cells` cells of each; then each size of photo and each defect with the
preset *field* (`clean` for defects) until there are `--defect-cells`. Cells with corners outside the photo are left
out. Nothing is located and no other witness is used, so the figures are those of the readers. Everything depends on the
seed only.

Cells in which a digit was struck out or written over are counted separately: there *other* is as right as the digit
that counts, and the old digit is an error. The tables also divide errors by the manner of writing and by the size of
the boxes on the photo. `--write` puts the tables into docs/lab/digits.md.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from digits import fill_in
from numpy.typing import NDArray

from ocr_recap.cells.digit_reader import CLASSES, OTHER, DigitReader
from ocr_recap.evaluate.bounds import clopper_pearson
from ocr_recap.evaluate.calibration import calibrate
from ocr_recap.synth.camera import defects
from ocr_recap.synth.cells.pagecells import CORRECTED, MANNERS, CellKind, photo_cells
from ocr_recap.synth.sets.parallel import in_order

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- page cells: written by benchmarks/page_cells.py -->", "<!-- end of page cells -->"
SEED = 20_241_202
SIZES = (900, 1200, 2000, 3000)  # px of a photo's longer side
LEVELS = (0.9, 0.99, 0.999)
BOXES = (12, 18, 24, 36)  # px of a box's shorter side: limits between rows of the table
_READERS: list[DigitReader] = []


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=50_000, help="number of cells")
    parser.add_argument("--defect-cells", type=int, default=1_500)
    parser.add_argument("--workers", type=int, default=2, help="number of processes")
    parser.add_argument(
        "--kinds", nargs="+", help="these rows of the table alone; files are written only with field and hard"
    )
    parser.add_argument("--write", action="store_true", help="put the tables into docs/lab/digits.md")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="file for the figures")
    args = parser.parse_args()
    kinds = [(CellKind(preset, preset), args.cells) for preset in ("field", "hard")]
    kinds += [(CellKind(f"field, {size} px", "field", longer=size), args.defect_cells) for size in SIZES]
    kinds += [(CellKind(name, "clean", (name,)), args.defect_cells) for name in defects.DEFECTS]
    if unknown := set(args.kinds or ()) - {kind.name for kind, _ in kinds}:
        parser.error(f"no row of the table is called {', '.join(sorted(unknown))}")
    found: dict[str, Any] = {}
    for kind, least in kinds:
        if args.kinds is None or kind.name in args.kinds:
            found[kind.name] = figures(kind, least, args.workers)
            print(row(kind.name, found[kind.name]), flush=True)
    if not {"field", "hard"} <= set(found):  # the tables need both
        return
    reader = DigitReader()
    content = {"seed": SEED, "weights_sha256": reader.sha256, "kinds": found}
    args.out.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    if args.write:
        fill_in(ROOT / "docs" / "lab" / "digits.md", tables(found, reader.sha256), (BEGIN, END))


def figures(kind: CellKind, least: int, workers: int) -> dict[str, Any]:
    """Figures of at least so many cells of a kind."""
    parts: list[NDArray[np.float64]] = []
    count = taken = 0
    while count < least:
        some = max(8, min(64, (least - count) // 25))
        for cells in in_order(partial(read, kind), range(taken, taken + some), workers):
            parts.append(cells)
            count += len(cells)
        taken += some
    return {"photos": taken} | count_up(np.concatenate(parts))


def count_up(cells: NDArray[np.float64]) -> dict[str, Any]:
    """Figures of cells as `read` returns them."""
    label, best, sure, asked, alone, was, manner, side, segments = cells.T
    right = best == label
    corrected = np.isin(manner, CORRECTED)
    plain = ~corrected
    digit = plain & (label < 10)
    wrong = int((~right & digit).sum())
    result: dict[str, Any] = {
        "cells": int(plain.sum()),
        "cells_right": int((right & plain).sum()),
        "digit_cells": int(digit.sum()),
        "digit_cells_right": int((right & digit).sum()),
        "digit_error_rate_upper95": clopper_pearson(wrong, int(digit.sum()))[1],
        "ece": calibrate(zip(sure[plain].tolist(), right[plain].tolist(), strict=True)).ece,
        "asked": int(asked[plain].sum()),
        "first_alone_right": int(((alone == label) & plain).sum()),
        "corrected": {
            "cells": int(corrected.sum()),
            "right": int((right & corrected).sum()),
            "other": int((corrected & (best == OTHER)).sum()),
            "struck": int((corrected & (best == was)).sum()),
            "struck_at_0.99": int((corrected & (best == was) & (sure >= 0.99)).sum()),
        },
        "writing": {
            name: [int((digit & those).sum()), int((digit & those & ~right).sum())]
            for name, those in writings(manner, segments > 0).items()
        },
        "boxes": {
            name: [int((digit & those).sum()), int((digit & those & ~right).sum())]
            for name, those in boxes(side).items()
        },
        "classes": {
            CLASSES[i]: [
                int((label[plain] == i).sum()),
                int((right & plain & (label == i)).sum()),
                gap(sure[plain], right[plain], best[plain] == i),
            ]
            for i in range(len(CLASSES))
        },
    }
    for level in LEVELS:
        # Corrected cells included: a digit that is not what counts is wrong there too.
        claimed = (sure >= level) & (best < 10)
        errors = int((claimed & ~right).sum())
        result[f"digits_read_at_{level}"] = int(claimed.sum())
        result[f"wrong_at_{level}"] = errors
        result[f"wrong_rate_upper95_at_{level}"] = clopper_pearson(errors, int(claimed.sum()))[1]
    return result


def writings(manner: NDArray[np.float64], segments: NDArray[np.bool_]) -> dict[str, NDArray[np.bool_]]:
    """Cells by manner of writing."""
    inside = np.isin(manner, [MANNERS.index("plain"), MANNERS.index("fluid")])
    over = manner == MANNERS.index("over_edge")
    return {
        "within the box, usual figures": inside & ~segments,
        "within the box, seven-segment figures": inside & segments,
        "over the frame, usual figures": over & ~segments,
        "over the frame, seven-segment figures": over & segments,
        "half in the next box": manner == MANNERS.index("neighbour"),
    }


def boxes(side: NDArray[np.float64]) -> dict[str, NDArray[np.bool_]]:
    """Cells by the size of their printed boxes on the photo."""
    limits = (0, *BOXES, np.inf)
    names = [f"{low} to {high} px" for low, high in itertools.pairwise(BOXES)]
    names = [f"under {BOXES[0]} px", *names, f"from {BOXES[-1]} px"]
    return {name: (side >= low) & (side < high) for name, low, high in zip(names, limits[:-1], limits[1:], strict=True)}


def gap(sure: NDArray[np.float64], right: NDArray[np.bool_], claimed: NDArray[np.bool_]) -> float | None:
    """Mean probability of a class minus the share that is right; None if the class is never read."""
    return round(float(sure[claimed].mean() - right[claimed].mean()), 5) if claimed.any() else None


def read(kind: CellKind, index: int) -> NDArray[np.float64]:
    """Read one photo; a row per cell.

    Columns: label, reading, its probability, whether the second reader was asked, reading of the first, the digit that
    was corrected (-1: none), manner of writing, px of the box, seven-segment figures.
    """
    cells = photo_cells(kind, SEED, index)
    looks = _reader().look(cells.patches, cells.boxes)
    best, sure = looks.table.argmax(axis=1), np.exp(looks.table.max(axis=1))
    columns = [cells.labels, best, sure, looks.asked, looks.first.argmax(axis=1), cells.was, cells.manners]
    columns += [cells.sides, cells.segments]
    return np.stack(columns, axis=1).astype(np.float64)


def _reader() -> DigitReader:
    if not _READERS:
        _READERS.append(DigitReader())
    return _READERS[0]


def row(name: str, found: Mapping[str, Any]) -> str:
    """One row of the table in docs/lab/digits.md."""
    digits = f"{found['digit_cells_right'] / found['digit_cells']:.2%} of {found['digit_cells']:,}"
    wrong = [f"{found[f'wrong_at_{level}']} of {found[f'digits_read_at_{level}']:,}" for level in LEVELS]
    everything = f"{found['cells_right'] / found['cells']:.2%}"
    return f"| {name} | {digits} | {everything} | {found['ece']:.4f} | {' | '.join(wrong)} |"


def tables(found: Mapping[str, Mapping[str, Any]], weights: str) -> str:
    """Tables of docs/lab/digits.md."""
    lines = [f"Weights {weights[:12]}.", ""]
    lines += ["| photos | digits right | all classes | ECE | wrong digits from 0.9 | from 0.99 | from 0.999 |"]
    lines += ["|---|---|---|---|---|---|---|", *(row(name, figures_) for name, figures_ in found.items()), ""]
    lines += ["| read as, preset *field* | cells of it | right | surer than right by |", "|---|---|---|---|"]
    for name, (count, right, over) in found["field"]["classes"].items():
        if count:
            lines.append(f"| `{name}` | {count:,} | {right / count:.2%} | {'-' if over is None else f'{over:+.4f}'} |")
    lines += [
        "",
        "| digits, preset *field* | cells | share of cells | right | share of errors |",
        "|---|---|---|---|---|",
    ]
    for part in ("writing", "boxes"):
        cells, wrong = (sum(f[i] for f in found["field"][part].values()) for i in (0, 1))
        for name, (count, errors) in found["field"][part].items():
            if count:
                right = f"{1 - errors / count:.2%}"
                lines.append(f"| {name} | {count:,} | {count / cells:.0%} | {right} | {errors} of {wrong} |")
    for preset in ("field", "hard"):
        c = found[preset]["corrected"]
        lines += [
            "",
            f"Struck out or written over, preset *{preset}*: {c['cells']:,} cells; read as what counts {c['right']}, "
            f"as *other* {c['other']}, as the old digit {c['struck']}, {c['struck_at_0.99']} of these from 0.99.",
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
