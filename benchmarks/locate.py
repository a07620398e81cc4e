"""Accuracy and speed of locating a page by marks: filled pages, random cameras, covered anchors.

All templates of the package compete, as when photos are read.

    python benchmarks/locate.py [--count 60] [--seed 1] [--preset field]

The script prints per case (which anchors were covered): photos that still show three or more anchors, located, *wrong*
(another page, or a field's corner off by more than 0.25 of a cell width), problems by code, placement, support,
residual and seconds. Photos whose camera left fewer than three anchors in the frame are counted separately.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from dataclasses import replace

import cv2
import numpy as np

from ocr_recap.forms.template import available
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.homography import project
from ocr_recap.imaging.photo import load
from ocr_recap.locate.locate import CORNERS, locate
from ocr_recap.messages.problems import PhotoProblem
from ocr_recap.synth.camera.simple_camera import photograph, sample_camera
from ocr_recap.synth.forms.election import presidential_count, write
from ocr_recap.synth.forms.fill import fill_page
from ocr_recap.synth.writing.strokes import Writer

CASES = ((), ("corner",), ("tag",), ("tag", "corner"), ("corner", "corner"), ("tag", "corner", "corner"))
WRONG = 0.25  # cell widths
SCALE = 6.0


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=60, help="photos per case")
    parser.add_argument("--seed", type=int, default=1, help="seed of all random numbers")
    parser.add_argument("--preset", choices=("easy", "field", "hard"), default="field", help="preset of the photos")
    arguments = parser.parse_args()
    for case in CASES:
        run(case, arguments.count, arguments.seed, arguments.preset)


def run(case: tuple[str, ...], count: int, seed: int, preset: str) -> None:
    """Measure one case and print its line."""
    template = load_template("c-hasil-ppwp-2024")
    competing = [load_template(name) for name in available()]
    tally: Counter[str] = Counter()
    errors, supports, residuals, seconds = [], [], [], []
    for index in range(count):
        rng = np.random.default_rng([seed, index])
        page_id = "123"[index % 3]
        writing = write(template, page_id, presidential_count(rng), rng)
        page = fill_page(template, page_id, writing, Writer.from_seed(index * 10), rng, SCALE)
        camera = sample_camera(rng, preset)
        turn = float(rng.choice([0, 90, 180, 270]))
        size = camera.size if turn in (0, 180) else camera.size[::-1]
        camera = replace(camera, rotation=camera.rotation + turn, size=size, bow=0.0)
        photo, to_photo = photograph(page, camera, rng)
        homography = to_photo @ np.array([[SCALE, 0, -0.5], [0, SCALE, -0.5], [0, 0, 1]])
        shown = cover(photo, template.page(page_id), homography, case, rng)
        if shown < 3 and case != CASES[-1]:
            tally["fewer than 3 anchors in frame"] += 1
            continue
        decoded = load(photo, "photo")
        start = time.perf_counter()
        try:
            found = locate(decoded, competing)
        except PhotoProblem as problem:
            tally[problem.code] += 1
            continue
        finally:
            seconds.append(time.perf_counter() - start)
        outlines = np.array([f.cells.outline() for f in template.fields_of(page_id)]).reshape(-1, 2)
        unit = template.cell_width(page_id)
        true = project(homography, outlines)
        width = np.linalg.norm(project(homography, outlines + np.array([unit, 0])) - true, axis=1)
        off = np.linalg.norm(project(found.homography, outlines) - true, axis=1) / width
        good = (found.template.id, found.page_id) == (template.id, page_id) and off.max() <= WRONG
        tally["located" if good else "WRONG"] += 1
        errors.append(float(np.median(off)))
        supports.append(found.support)
        residuals.append(found.residual)
    print(f"covered: {' + '.join(case) or 'nothing'}; n = {count}; {dict(tally)}")
    if supports:
        print(
            f"    placement median {np.median(errors):.3f}, 95% {np.quantile(errors, 0.95):.3f} cell widths; "
            f"support from {min(supports):.3f}; residual to {max(residuals):.3f}; {np.median(seconds):.2f} s median"
        )


def cover(
    photo: np.ndarray, page: object, homography: np.ndarray, case: tuple[str, ...], rng: np.random.Generator
) -> int:
    """Draw gray discs over anchors (corners at random); returns the number of anchors still visible in the frame."""
    markers = page.markers  # type: ignore[attr-defined]
    anchors = {name: place for name, place in zip(CORNERS, markers.corners.centers, strict=True)}
    anchors["tag"] = np.array(markers.tag.center)
    hidden = list(rng.permutation(CORNERS)[: case.count("corner")]) + ["tag"] * case.count("tag")
    for name in hidden:
        radius = 12.0 if name == "tag" else 14.0
        center, edge = project(homography, np.array([anchors[name], anchors[name] + np.array([radius, 0])]))
        cv2.circle(photo, (round(center[0]), round(center[1])), int(np.linalg.norm(edge - center)), (95, 95, 95), -1)
    height, width = photo.shape[:2]
    margin = 8 if not case else 4
    return sum(
        bool(
            (project(homography, place) > margin).all()
            and (project(homography, place) < (width - margin, height - margin)).all()
        )
        for name, place in anchors.items()
        if name not in hidden
    )


if __name__ == "__main__":
    main()
