"""Pages without marks that are partly covered: rate of pages found, and of other pages accepted in their place.

    python benchmarks/covers.py [--count 24] [--preset field] [--seed 77] [--writers test] [--forms ID ...]

The drawn photos of `lines.py`, without use of tags and marks. An object of one colour or a pattern, with round corners,
lies on each page: at an edge of its ruled part, at a random angle, over `LEAST` to `MOST` of it. Each photo is tested
twice, as in `lines.py`: **all** templates compete (right, WRONG, none, by the visible numbers; of the right ones the
script prints how many were found only with the covered part left out), and its own template is **taken out**. The last
lines show the distance between right and wrong places when the covered part is left out. The limits of `occlusion` were
set before this was measured.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from lines import asked, corners_of, drawn, is_right, parser_of

from ocr_recap.forms.template import Template, available
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.homography import project
from ocr_recap.imaging.photo import Photo
from ocr_recap.locate.lines.agreement import LineFit, agrees
from ocr_recap.locate.paper.line_fit import ruling

LEAST, MOST = 0.05, 0.25  # share of the page's line samples


def main() -> None:
    """Parse the arguments and run the script."""
    arguments = parser_of(__doc__).parse_args()
    cv2.setNumThreads(1)
    forms = [load_template(name) for name in available()]
    scores: dict[str, list[float]] = {"right": [], "wrong": []}
    total: Counter[str] = Counter()
    for form in forms:
        if arguments.forms is not None and form.id not in arguments.forms:
            continue
        count: Counter[str] = Counter()
        photos = drawn(form, arguments.count, arguments.seed, arguments.preset, arguments.writers)
        for index, (photo, whole) in enumerate(photos):
            under, fact = laid(photo, form, whole, np.random.default_rng([arguments.seed, index]))
            fits = asked(under, forms)
            right = bool(fits) and is_right(fits[0], under, fact)
            count["all: " + ("none" if not agrees(fits) else "right" if right else "WRONG")] += 1
            count["all: right by what is in sight"] += agrees(fits) and right and fits[0].covered
            for fit in fits:
                scores["right" if is_right(fit, under, fact) else "wrong"].append(in_sight(fit))
            out = asked(under, [other for other in forms if other.id != form.id])
            count["taken out: " + ("WRONG" if agrees(out) else "none")] += 1
            scores["wrong"] += [in_sight(fit) for fit in out]
        total += count
        print(f"{form.id:24} {arguments.preset}: {dict(sorted(count.items()))}", flush=True)
    print(f"{'all':24} {arguments.preset}: {dict(sorted(total.items()))}")
    for name, values in scores.items():
        v = np.sort(values)
        print(f"{name}: n {len(v)}, lowest {v[:4].round(3)}, median {np.median(v):.3f}, highest {v[-4:].round(3)}")


def in_sight(fit: LineFit) -> float:
    """Agreement of the uncovered part."""
    return (fit if fit.covered else fit.uncovered()).agreement


def laid(photo: Photo, form: Template, fact: dict[str, Any], rng: np.random.Generator) -> tuple[Photo, dict[str, Any]]:
    """The photo with an object on its page, and its truth without the fields of which a cell is covered."""
    points = ruling(form, fact["page"]).points
    corner, size = points.min(axis=0), np.ptp(points, axis=0)
    cells, true = corners_of(form, fact)
    to_photo = cv2.findHomography(cells, (true + 0.5) * photo.scale - 0.5)[0]  # about: paper may be bent
    while True:
        edge, along = int(rng.integers(4)), rng.uniform(0, 1)
        place = np.array([(along, 0), (1, along), (along, 1), (0, along)][edge]) * size + corner
        half = rng.uniform(0.15, 0.6, 2) * size.min()
        turn = rng.uniform(0, np.pi)
        axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        within = (((points - place) @ axes.T / half) ** 4).sum(axis=1) < 1
        if LEAST <= within.mean() <= MOST:
            break
    way = np.linspace(0, 2 * np.pi, 80, endpoint=False)
    round_corners = np.stack([np.sign(v) * np.sqrt(np.abs(v)) for v in (np.cos(way), np.sin(way))], axis=1)
    outline = np.rint(project(to_photo, place + (round_corners * half) @ axes)).astype(np.int32)
    mask = cv2.fillPoly(np.zeros_like(photo.gray), [outline], 255)
    gray = np.where(mask > 0, pattern(photo.gray.shape, rng), photo.gray)
    fields = [field for field in fact["fields"] if not is_beneath(field["cell_quads"], mask, photo.scale)]
    # If all numbers of a page are covered, every cell is judged.
    seen = {**fact, "fields": fields or fact["fields"]}
    return replace(photo, gray=np.asarray(gray, dtype=np.uint8)), seen


def is_beneath(quads: list[list[list[float]]], mask: np.ndarray, scale: float) -> bool:
    """True for cells (n, 4, 2), photo px, with a corner in the mask of the decoded picture, or outside the photo."""
    x, y = np.rint((np.array(quads).reshape(-1, 2) + 0.5) * scale - 0.5).astype(int).T
    inside = (x >= 0) & (y >= 0) & (x < mask.shape[1]) & (y < mask.shape[0])
    return bool((~inside).any() or (mask[y[inside], x[inside]] > 0).any())


def pattern(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Picture of cloth, skin or a table: one shade with soft folds, on half of them stripes or checks."""
    height, width = shape
    folds = cv2.resize(rng.normal(0, 12, (9, 9)), (width, height), interpolation=cv2.INTER_CUBIC)
    cloth = rng.uniform(40, 230) + folds + rng.normal(0, 2, shape)
    if rng.random() < 0.5:
        y, x = np.mgrid[:height, :width]
        period, turn = rng.uniform(20, 120), rng.uniform(0, np.pi)
        for angle in (turn, turn + np.pi / 2)[: int(rng.integers(1, 3))]:
            cloth += 20 * np.sign(np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period))
    return cv2.GaussianBlur(cloth, (0, 0), 1.2).clip(0, 255)


if __name__ == "__main__":
    main()
