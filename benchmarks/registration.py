"""Registration by generic features, beside which our own is judged: pages placed, and cost.

    python benchmarks/registration.py [--count 100] [--seed 28100] [--writers test] [--kinds real older]

The photos are those of `locate.py` with the same options, whose rows `real` and `older` say what our own method does.
Here each method is even told the right page of the right form; the question is only *where*. `sift` and `orb`: features
of the photo (longer side 1600 px) are matched with those of the page's drawing (the same size), ratio test 0.8, RANSAC
homography with 4 px; accepted with 15 or more inliers.

A page is *placed* if 95% of the true corners of its boxes lie within 0.25 of a cell width. The script prints one line
per photo and a table: placed, accepted but not placed, median of that distance over the placed, CPU seconds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import cv2
import numpy as np
from locate import RIGHT, SHARE, offsets
from locate_photos import KINDS, Case, Choice

from ocr_recap.forms.drawing import raster
from ocr_recap.forms.template import Template
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.homography import project
from ocr_recap.imaging.photo import Photo, load
from ocr_recap.imaging.threads import limit_threads

SIDE = 1600  # px, longer side of photo and drawing for features
RATIO = 0.8
INLIERS = 15
Seen = Callable[[np.ndarray], np.ndarray]  # mm on the page to decoded px
Method = Callable[[Photo, Template, str], "Seen | None"]


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="photos of each kind; of real ones at most so many")
    parser.add_argument("--seed", type=int, default=28100, help="seed of all random numbers")
    parser.add_argument("--writers", choices=("test", "calibration"), default="test", help="part of the writers")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=["real", "older"], help="kinds of photos")
    arguments = parser.parse_args()
    limit_threads()
    for kind in arguments.kinds:
        rows: dict[str, list[tuple[float | None, float]]] = {name: [] for name in METHODS}
        for case in KINDS[kind][1](Choice(arguments.count, arguments.seed, arguments.writers)):
            if case.page is None:
                continue
            template, photo = load_template(case.page[0]), load(case.jpeg, "photo")
            said = [f"{' '.join(case.page):32}"]
            for name, method in METHODS.items():
                start = time.process_time()
                found = method(photo, template, case.page[1])
                seconds = time.process_time() - start
                off = None if found is None else distance(case, photo, template, found)
                rows[name].append((off, seconds))
                said.append(f"{name} {'-' if off is None else f'{off:.2f}':>6}")
            print("  ".join(said), flush=True)
        table(kind, rows)


def table(title: str, rows: dict[str, list[tuple[float | None, float]]]) -> None:
    """Print the rows of one kind of photos."""
    for name, results in rows.items():
        if not results:
            continue
        accepted = [off for off, _ in results if off is not None]
        placed = [off for off in accepted if off <= RIGHT]
        seconds = [s for _, s in results]
        middle = f"{np.median(placed):.3f}" if placed else "-"
        print(
            f"| {title} | {name} | {len(results)} | {len(placed)} | {len(accepted) - len(placed)} | {middle} | "
            f"{np.median(seconds):.2f} s |"
        )


def distance(case: Case, photo: Photo, template: Template, seen: Seen) -> float:
    """95% quantile of the distances of corners of boxes from their true places, in widths of the boxes."""
    boxes: dict[str, Any] = {}
    for field in template.fields:
        if field.id in case.boxes:
            corners = np.array(field.cells.rects())[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)
            boxes[field.id] = (seen(corners) + 0.5) / photo.scale - 0.5
    return float(np.quantile(offsets(case, boxes), SHARE))


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
    "sift": by_features(cv2.SIFT_create(4000), cv2.NORM_L2),  # pyright: ignore[reportAttributeAccessIssue]
    "orb": by_features(cv2.ORB_create(4000), cv2.NORM_HAMMING),  # pyright: ignore[reportAttributeAccessIssue]
}

if __name__ == "__main__":
    main()
