"""Evaluates the digit witness alone, on cells whose place and content are known.

Cells are cut from photos at their true corners, in the same way as for reading, or come from a folder of crops
`NAME__FIELD__i__LABEL.png` (`LABEL` 0-9, X, dash, empty). A crop ends with its box. It is scaled to the box's size and
put on plain paper, so figures on crops serve to compare readers; this reader's own figures are those on photos.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..cells.crop import cut
from ..cells.digit_reader import CLASSES, DigitReader
from ..cells.external_crops import SMALLEST, patches_of
from ..decide import evidence
from ..forms.template import Template
from ..imaging.photo import load
from ..messages.errors import InputUnusable
from ..messages.problems import PhotoProblem
from ..messages.text import is_number
from .bounds import clopper_pearson
from .calibration import calibrate
from .pictures import find_photo
from .truths import Fault, TruthField, read_jsonl

# Labels in names of crops, with the characters that they mean.
LABELS: Final = {**{c: c for c in "0123456789X"}, "dash": "-", "empty": " "}
_MOST_MISTAKES = 100  # listed, most confident first; by judgement


@dataclass(frozen=True)
class CellSample:
    """The cells of one number as `DigitReader.read` takes them, patches (n, 48, 48) uint8 and boxes (n, 2) px, and
    what is written."""

    photo: str
    want: TruthField
    patches: NDArray[np.uint8]
    boxes: NDArray[np.float64]


def evaluate_cells(path: Path, digits: DigitReader, forms: Mapping[str, Template]) -> dict[str, Any]:
    """Compute the figures of the digit witness.

    Args:
        path: a `truth.jsonl` with its photos in the same folder, or a folder of crops.
        digits: the witness.
        forms: templates by id, for the printed shape of cells; cells of other forms are cut in their shape on the
            photo, which a tilted camera shortens.

    Returns:
        Figures as plain JSON (docs/reference/evaluation.md).

    Raises:
        InputUnusable: there is nothing to evaluate.
    """
    faults: list[Fault] = []
    rows = list(_crops(path, faults) if path.is_dir() else _cut_all(path, forms, faults))
    if not rows:
        raise InputUnusable("no_labelled_cells", path=path)
    return {**_figures(rows, digits), "faults": [asdict(fault) for fault in faults]}


def _figures(rows: Sequence[CellSample], digits: DigitReader) -> dict[str, Any]:
    table = digits.read(np.concatenate([row.patches for row in rows]), np.concatenate([row.boxes for row in rows]))
    confusions: dict[str, Counter[str]] = defaultdict(Counter)
    sure: list[tuple[float, bool]] = []
    mistakes: list[dict[str, Any]] = []
    numbers = numbers_right = texts_right = blanks = blanks_right = start = 0
    for row in rows:
        said = table[start : start + len(row.patches)]
        start += len(row.patches)
        for i, cell in enumerate(said):
            best = CLASSES[int(cell.argmax())]
            right = any(text[i] == best for text in row.want.texts if len(text) == len(row.patches))
            sure.append((float(np.exp(cell.max())), right))
            if not right:
                place = {"photo": row.photo, "field": row.want.id, "cell": i}
                said_so = {"written": row.want.text[i], "read": best, "probability": round(sure[-1][0], 6)}
                mistakes.append(place | said_so)
            confusions[row.want.text[i]][row.want.text[i] if right else best] += 1
        best = evidence.number_evidence(said, None).best
        right = best.value in row.want.values
        if row.want.value is None:
            blanks, blanks_right = blanks + 1, blanks_right + (right and best.kind == "blank")
        else:
            numbers, numbers_right = numbers + 1, numbers_right + right
            texts_right += best.text in row.want.texts
    counted = {char: sum(found.values()) for char, found in confusions.items()}
    good = {char: found[char] for char, found in confusions.items()}
    total, right_cells = sum(counted.values()), sum(good.values())
    total_digits = sum(n for char, n in counted.items() if char.isdigit())
    right_digits = sum(n for char, n in good.items() if char.isdigit())
    calibration = calibrate(sure)
    return {
        "photos": len({row.photo for row in rows}),
        "digit_cells": total_digits,
        "digit_cells_right": right_digits,
        "digit_error_rate_upper95": clopper_pearson(total_digits - right_digits, total_digits)[1],
        "cells": total,
        "cells_right": right_cells,
        "cell_error_rate_upper95": clopper_pearson(total - right_cells, total)[1],
        "numbers": numbers,
        "numbers_right": numbers_right,
        "texts_right": texts_right,
        "blanks": blanks,
        "blanks_right": blanks_right,
        "ece": calibration.ece,
        "reliability": calibration.export(),
        "mistakes": sorted(mistakes, key=lambda m: -m["probability"])[:_MOST_MISTAKES],
        "confusions": {char: dict(sorted(found.items())) for char, found in sorted(confusions.items())},
        "weights_sha256": digits.sha256,
    }


def _cut_all(path: Path, forms: Mapping[str, Template], faults: list[Fault]) -> Iterator[CellSample]:
    truth = read_jsonl(path)
    faults += truth.faults
    for photo in truth.photos:
        standing = [field for field in photo.fields if field.struck_out is None]
        fields = [field for field in standing if field.cell_quads and len(field.text) == len(field.cell_quads)]
        for field in standing:
            if field not in fields:
                faults.append(Fault.of("no_cells", photo.name, "cells_not_given", name=field.id))
        if not fields:
            continue
        file = find_photo([path.parent], photo.image, photo.name)
        if file is None:
            faults.append(Fault.of("no_photo", photo.name))
            continue
        try:
            pixels = load(file, photo.name)
        except PhotoProblem as problem:
            faults.append(Fault.of(problem.code, photo.name, "photo_unreadable"))
            continue
        form = forms.get((photo.form or ("",))[0] or "")
        boxes = {field.id: (field.cells.box[2], field.cells.box[3]) for field in form.fields} if form else {}
        for field in fields:
            quads = np.array(field.cell_quads, dtype=np.float64)
            yield CellSample(photo.name, field, *cut(pixels, quads, boxes.get(field.id)))


def _crops(folder: Path, faults: list[Fault]) -> Iterator[CellSample]:
    """Numbers whose cells are complete from 0 on; incomplete ones are added to `faults`."""
    found: dict[tuple[str, str], dict[int, tuple[str, Path]]] = defaultdict(dict)
    for file in sorted(folder.glob("*.png")):
        parts = file.stem.rsplit("__", 3)
        if len(parts) != 4 or not is_number(parts[2]) or parts[3] not in LABELS:
            faults.append(Fault.of("bad_name", file.name))
            continue
        name, field, place, label = parts
        if int(place) in found[name, field]:
            faults.append(Fault.of("doubled", file.name, "cell_twice"))
            continue
        found[name, field][int(place)] = LABELS[label], file
    for (name, field), cells in found.items():
        pictures: list[NDArray[np.uint8]] = []
        if sorted(cells) != list(range(len(cells))):
            faults.append(Fault.of("no_cells", f"{name} {field}", "cells_missing"))
            continue
        for _, file in (cells[i] for i in range(len(cells))):
            image = cv2.imdecode(np.frombuffer(file.read_bytes() or b"\0", np.uint8), cv2.IMREAD_GRAYSCALE)
            if image is None:
                faults.append(Fault.of("not_an_image", file.name))
            elif min(image.shape) < SMALLEST:
                faults.append(Fault.of("too_small", file.name, least=SMALLEST))
            else:
                pictures.append(np.asarray(image, dtype=np.uint8))
        if len(pictures) == len(cells):
            text = "".join(cells[i][0] for i in range(len(cells)))
            want = TruthField(id=field, text=text, value=evidence.interpret(text)[1], cells=len(text))
            yield CellSample(name, want, *patches_of(pictures))
