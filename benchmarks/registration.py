"""Registration by ruled lines compared with generic features: rate of pages placed, and cost.

    python benchmarks/registration.py [--photos ../shared/real-forms] [--drawn 0] [--limit 0]

Every method gets the right page of the right form (the question is only *where*) and the same decoded photo:

- `lines`: `search` for this page alone, accepted by its own limits;
- `sift`, `orb`: features of the photo (longer side 1600 px) matched with those of the page's drawing (the same size),
  ratio test 0.8, RANSAC homography with 4 px; accepted with 15 or more inliers.

A page is *placed* if 95% of its true cell corners lie within 0.25 of a cell width. With `--drawn n` also n drawn photos
(preset field) of each form without marks are used. The script prints one line per photo and a table: placed, accepted
but not placed, median and 95% of the distance over the placed, CPU seconds.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ocr_recap.forms.drawing import raster
from ocr_recap.forms.template import Template, available
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.homography import project
from ocr_recap.imaging.photo import Photo, load
from ocr_recap.imaging.threads import limit_threads
from ocr_recap.locate.lines.agreement import agrees
from ocr_recap.locate.lines.rectify import Lines
from ocr_recap.locate.lines.search import find_by_lines
from ocr_recap.synth.sets.photos import Order, make

PAGES = {
    "C.HASIL-PPWP-2024-p1": ("c-hasil-ppwp-2024", "1"),
    "C.HASIL-PPWP-2024-p2": ("c-hasil-ppwp-2024", "2"),
    "C.HASIL-PPWP-2024-p3": ("c-hasil-ppwp-2024", "3"),
    "C1-KWK-2017": ("c1-kwk-2017", "plano"),
    "C1-KWK-2015": ("c1-kwk-2015-pekalongan", "plano"),
    "PPWP-PLANO-2019": ("ppwp-plano-2019", "lembar-2"),
    "DPR-PLANO-2019": ("dpr-plano-2019", "lembar-2-hal-3"),
    "C1-PPWP-2014-L1": ("c1-ppwp-2014", "lampiran-1"),
}
SIDE = 1600  # px, longer side of photo and drawing for features
RATIO = 0.8
INLIERS = 15
PLACED = 0.25  # cell widths
Seen = Callable[[np.ndarray], np.ndarray]  # mm on the page to decoded px
Method = Callable[[Photo, Template, str], "Seen | None"]


@dataclass(frozen=True)
class Case:
    """A photo with the page that it shows and its true cell corners: millimetres and full pixels, (n, 2)."""

    name: str
    photo: Photo
    template: Template
    page_id: str
    cells: np.ndarray
    pixels: np.ndarray


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, default=Path("../shared/real-forms"), help="folder of photos with truth")
    parser.add_argument("--drawn", type=int, default=0)
    parser.add_argument("--limit", type=int, default=0, help="photos, 0 for all")
    arguments = parser.parse_args()
    limit_threads()
    for title, cases in (("real", real(arguments.photos)), ("drawn", drawn(arguments.drawn))):
        rows: dict[str, list[tuple[float | None, float]]] = {name: [] for name in METHODS}
        for number, case in enumerate(cases):
            if arguments.limit and number >= arguments.limit:
                break
            said = [f"{case.name:32}"]
            for name, method in METHODS.items():
                start = time.process_time()
                found = method(case.photo, case.template, case.page_id)
                seconds = time.process_time() - start
                off = None if found is None else distance(case, found)
                rows[name].append((off, seconds))
                said.append(f"{name} {'-' if off is None else f'{off:.2f}':>6}")
            print("  ".join(said), flush=True)
        table(title, rows)


def table(title: str, rows: dict[str, list[tuple[float | None, float]]]) -> None:
    """Print the rows of one kind of photos."""
    for name, results in rows.items():
        if not results:
            continue
        accepted = [off for off, _ in results if off is not None]
        placed = [off for off in accepted if off <= PLACED]
        seconds = [s for _, s in results]
        middle = f"{np.median(placed):.3f}" if placed else "-"
        print(
            f"| {title} | {name} | {len(results)} | {len(placed)} | {len(accepted) - len(placed)} | {middle} | "
            f"{np.median(seconds):.2f} s |"
        )


def real(folder: Path) -> Iterator[Case]:
    """Yield the real photos of a folder with their true cells."""
    truth = folder / "truth.jsonl"
    for line in truth.read_bytes().splitlines() if truth.is_file() else ():
        fact = json.loads(line)
        if fact["family"] in PAGES:
            template_id, page_id = PAGES[fact["family"]]
            photo = load(folder / fact["image"], fact["name"])
            yield case(fact, photo, load_template(template_id), page_id)


def drawn(count: int) -> Iterator[Case]:
    """Yield drawn photos of each form without marks."""
    for name in available():
        template = load_template(name)
        if template.found_by_markers():
            continue
        for index in range(count):
            made = make(Order(template, count, 2025), index)
            photo = load(made.jpeg, made.name)
            yield case(made.truth, photo, template, template.pages[0].id)


def case(fact: dict[str, Any], photo: Photo, template: Template, page_id: str) -> Case:
    """A photo with its true cell corners."""
    fields = {field.id: field for field in template.fields}
    cells: list[tuple[float, float]] = []
    pixels: list[list[float]] = []
    for field in fact["fields"]:
        for (x0, y0, x1, y1), quad in zip(fields[field["id"]].cells.rects(), field["cell_quads"], strict=True):
            cells += [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
            pixels += quad
    return Case(fact["name"], photo, template, page_id, np.array(cells), np.array(pixels, dtype=float))


def distance(found: Case, seen: Seen) -> float:
    """95% quantile of the distances of cell corners from their true places, in cell widths."""
    true = (found.pixels + 0.5) * found.photo.scale - 0.5
    width = np.linalg.norm(true[1::4] - true[0::4], axis=1).mean()
    return float(np.quantile(np.linalg.norm(seen(found.cells) - true, axis=1) / width, 0.95))


def by_lines(photo: Photo, template: Template, page_id: str) -> Seen | None:
    """Place the page by its ruled lines; None if not accepted."""
    fits = find_by_lines(Lines(photo.gray), [(template, page_id)])
    return fits[0].seen if agrees(fits) else None


def by_features(detector: Any, norm: int) -> Method:
    """Method that places a page by features of this detector, matched with this norm."""
    drawings: dict[tuple[str, str], tuple[Any, Any, float]] = {}

    def method(photo: Photo, template: Template, page_id: str) -> Seen | None:
        key = (template.id, page_id)
        if key not in drawings:
            scale = SIDE / max(template.paper.width, template.paper.height)
            drawings[key] = (*detector.detectAndCompute(raster(template, page_id, scale), None), scale)
        points, descriptors, scale = drawings[key]
        shrink = min(1.0, SIDE / max(photo.gray.shape))
        small = cv2.resize(photo.gray, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        seen, described = detector.detectAndCompute(small, None)
        if described is None or len(described) < 2:
            return None
        pairs = cv2.BFMatcher(norm).knnMatch(descriptors, described, k=2)
        good = [p[0] for p in pairs if len(p) == 2 and p[0].distance < RATIO * p[1].distance]
        if len(good) < 4:
            return None
        source = np.array([points[m.queryIdx].pt for m in good])
        target = np.array([seen[m.trainIdx].pt for m in good])
        matrix, mask = cv2.findHomography((source + 0.5) / scale, (target + 0.5) / shrink - 0.5, cv2.RANSAC, 4.0)
        if mask is None or int(mask.sum()) < INLIERS:  # pyright: ignore[reportUnnecessaryComparison]
            return None
        return partial(project, np.asarray(matrix, dtype=np.float64))

    return method


METHODS: dict[str, Method] = {
    "lines": by_lines,
    "sift": by_features(cv2.SIFT_create(4000), cv2.NORM_L2),  # pyright: ignore[reportAttributeAccessIssue]
    "orb": by_features(cv2.ORB_create(4000), cv2.NORM_HAMMING),  # pyright: ignore[reportAttributeAccessIssue]
}

if __name__ == "__main__":
    main()
