"""The digit witness alone on cells of whole drawn photos, cut through their true corners: by preset, size and defect.

    python benchmarks/page_cells.py [--cells 50000] [--defect-cells 1500] [--workers 2] [--out FILE.json]

Every form that the package carries takes turns; photos are filled by test writers. `field` and `hard` are read until
there are `--cells` cells of each; then each size of photo and each defect with the preset *field* (`clean` for
defects) until there are `--defect-cells`. Cells whose corners lie outside of the photo are left out. Nothing is
located and no other witness is heard, so the figures are those of the readers. Everything depends on the seed only.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_recap import template
from ocr_recap.crop import cut
from ocr_recap.evaluate.bounds import clopper_pearson
from ocr_recap.evaluate.calibration import calibrate
from ocr_recap.load import load
from ocr_recap.options import Options
from ocr_recap.synth import defects, photos
from ocr_recap.synth.conditions import Preset
from ocr_recap.synth.parallel import in_order
from ocr_recap.witnesses.digits import CLASSES, DigitReader

SEED = 20_241_202
SIZES = (900, 1200, 2000, 3000)  # px of a photo's longer side
LEVELS = (0.9, 0.99, 0.999)
_READERS: list[DigitReader] = []


@dataclass(frozen=True)
class Kind:
    """One sort of photos."""

    name: str
    preset: Preset
    defects: tuple[str, ...] = ()
    longer: int = photos.LONGER


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=50_000)
    parser.add_argument("--defect-cells", type=int, default=1_500)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    args = parser.parse_args()
    kinds = [(Kind(preset, preset), args.cells) for preset in ("field", "hard")]
    kinds += [(Kind(f"field, {size} px", "field", longer=size), args.defect_cells) for size in SIZES]
    kinds += [(Kind(name, "clean", (name,)), args.defect_cells) for name in defects.DEFECTS]
    found: dict[str, Any] = {}
    for kind, least in kinds:
        found[kind.name] = figures(kind, least, args.workers)
        print(row(kind.name, found[kind.name]), flush=True)
    reader = DigitReader()
    content = {"seed": SEED, "weights_sha256": reader.sha256, "kinds": found}
    args.out.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def figures(kind: Kind, least: int, workers: int) -> dict[str, Any]:
    """Figures of at least so many cells."""
    parts: list[NDArray[np.float64]] = []
    count = taken = 0
    while count < least:
        some = max(8, min(64, (least - count) // 25))
        for cells in in_order(partial(read, kind), range(taken, taken + some), workers):
            parts.append(cells)
            count += len(cells)
        taken += some
    label, best, sure, asked, alone = np.concatenate(parts).T
    right, digit = best == label, label < 10
    wrong = int((~right & digit).sum())
    result: dict[str, Any] = {
        "photos": taken,
        "cells": count,
        "cells_right": int(right.sum()),
        "digit_cells": int(digit.sum()),
        "digit_cells_right": int((right & digit).sum()),
        "digit_error_rate_upper95": clopper_pearson(wrong, int(digit.sum()))[1],
        "ece": calibrate(zip(sure.tolist(), right.tolist(), strict=True)).ece,
        "asked": int(asked.sum()),
        "first_alone_right": int((alone == label).sum()),
        "classes": {
            CLASSES[i]: [int((label == i).sum()), int((right & (label == i)).sum()), gap(sure, right, best == i)]
            for i in range(len(CLASSES))
        },
    }
    for level in LEVELS:
        claimed = (sure >= level) & (best < 10)
        errors = int((claimed & ~right).sum())
        result[f"digits_read_at_{level}"] = int(claimed.sum())
        result[f"wrong_at_{level}"] = errors
        result[f"wrong_rate_upper95_at_{level}"] = clopper_pearson(errors, int(claimed.sum()))[1]
    return result


def gap(sure: NDArray[np.float64], right: NDArray[np.bool_], claimed: NDArray[np.bool_]) -> float | None:
    """How much surer the reader is of a class than it is right about it, on average; None where it never says so."""
    return round(float(sure[claimed].mean() - right[claimed].mean()), 5) if claimed.any() else None


def read(kind: Kind, index: int) -> NDArray[np.float64]:
    """One photo: per cell its label, what is read, how surely, whether the second was asked, what the first says."""
    forms = list(_pages())
    form_id, page = forms[index % len(forms)]
    form = template.load(template.available()[form_id])
    order = photos.Order(form, index + 1, SEED + index, kind.preset, kind.defects, longer=kind.longer)
    made = photos.make(order, [p.id for p in form.pages].index(page))
    photo = load(made.jpeg, made.name, Options())
    quads: list[Any] = []
    labels: list[int] = []
    sides: list[tuple[float, float]] = []
    boxes = {field.id: (field.cells.box[2], field.cells.box[3]) for field in form.fields_of(page)}
    for field in made.truth["fields"]:
        for char, quad in zip(field["text"], field["cell_quads"], strict=True):
            corners = np.array(quad)
            if (corners >= 0).all() and (corners < (photo.width - 1, photo.height - 1)).all():
                quads.append(corners)
                labels.append(CLASSES.index(char))
                sides.append(boxes[field["id"]])
    if not quads:
        return np.zeros((0, 5))
    cut_out = [cut(photo, quad[None], side) for quad, side in zip(quads, sides, strict=True)]
    looks = _reader().look(np.concatenate([c[0] for c in cut_out]), np.concatenate([c[1] for c in cut_out]))
    best, sure = looks.table.argmax(axis=1), np.exp(looks.table.max(axis=1))
    return np.stack([labels, best, sure, looks.asked, looks.first.argmax(axis=1)], axis=1).astype(np.float64)


def _pages() -> Iterator[tuple[str, str]]:
    """Pages of all forms, one of each form in turn, so that a form of many pages does not outweigh the others."""
    forms = [[(name, page.id) for page in template.load(path).pages] for name, path in template.available().items()]
    longest = max(map(len, forms))
    rounds = (itertools.islice(itertools.cycle(pages), longest) for pages in forms)
    yield from itertools.chain.from_iterable(zip(*rounds, strict=True))


def _reader() -> DigitReader:
    if not _READERS:
        _READERS.append(DigitReader())
    return _READERS[0]


def row(name: str, found: dict[str, Any]) -> str:
    """A row of the table in docs/digits.md."""
    digits = f"{found['digit_cells_right'] / found['digit_cells']:.2%} of {found['digit_cells']:,}"
    wrong = ", ".join(f"{found[f'wrong_at_{level}']} of {found[f'digits_read_at_{level}']:,}" for level in LEVELS)
    return f"| {name} | {digits} | {found['cells_right'] / found['cells']:.2%} | {found['ece']:.4f} | {wrong} |"


if __name__ == "__main__":
    main()
