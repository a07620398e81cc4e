"""Rate of pages located in drawn photos, by preset and by defect, and the cost of drawing a photo.

    python benchmarks/camera.py [--count 30] [--each 10] [--seed 1]

`--count` photos per preset, `--each` per defect (forced on the preset clean); pages of the 2024 form filled in by test
writers, the other pages beside and behind. The script prints: located (the right page, the centre of every field that
is visible and that the record would read within 0.25 of a cell width of its true place), *wrong* (located elsewhere),
problems by code, placement of these fields' corners in cell widths, and the CPU seconds of `photograph` on one thread,
2,000 px. `locate.py` measures locating itself.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

import cv2
import numpy as np

from ocr_recap.forms.template import Template
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.photo import load
from ocr_recap.locate.locate import locate
from ocr_recap.messages.problems import PhotoProblem
from ocr_recap.synth.camera.defects import DEFECTS
from ocr_recap.synth.camera.photo import photograph
from ocr_recap.synth.forms.election import presidential_count, write
from ocr_recap.synth.forms.fill import fill_page
from ocr_recap.synth.sets.photos import pairs_of_boxes
from ocr_recap.synth.writing.strokes import Writer

WRONG = 0.25  # cell widths
SCALE = 6.0
SHEETS = 10  # filled sheets; each is photographed many times


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=30, help="number of photos")
    parser.add_argument("--each", type=int, default=10, help="number of photos per defect")
    parser.add_argument("--seed", type=int, default=1, help="seed of all random numbers")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    template = load_template("c-hasil-ppwp-2024")
    sheets = [filled(template, arguments.seed, i) for i in range(SHEETS)]
    print("photos            n  located  wrong  placement median / 95% / worst   CPU s median / worst  problems")
    for preset in ("clean", "field", "hard"):
        run(template, sheets, preset, "", arguments.count, arguments.seed)
    for name in DEFECTS:
        run(template, sheets, "clean", name, arguments.each, arguments.seed)


def filled(template: Template, seed: int, index: int) -> dict[str, np.ndarray]:
    """All pages of one station, by page id."""
    rng = np.random.default_rng([seed, index])
    numbers, writer = presidential_count(rng), Writer.from_seed(index * 10)  # seeds that end in 0 are test writers
    return {
        page.id: fill_page(template, page.id, write(template, page.id, numbers, rng), writer, rng, SCALE)
        for page in template.pages
    }


def run(template: Template, sheets: list[dict[str, np.ndarray]], preset: str, name: str, count: int, seed: int) -> None:
    """Photograph and locate pages with one preset and defect, and print one line."""
    tally: Counter[str] = Counter()
    problems: Counter[str] = Counter()
    seconds, errors = [], []
    size = (template.paper.width, template.paper.height)
    for index in range(count):
        sheet, page_id = sheets[index % len(sheets)], "123"[index % 3]
        other = "123"[(index + 1) % 3]
        start = time.process_time()
        shot = photograph(
            sheet[page_id],
            size,
            preset,
            np.random.default_rng([seed, index, 99]),
            defects=[name] if name else [],
            neighbour=sheet[other],
            back=sheet[other],
            pixels_per_mm=SCALE,
            parts=pairs_of_boxes(template.fields_of(page_id)),
        )
        seconds.append(time.process_time() - start)
        try:
            photo = load(shot.jpeg, "photo")
            found = locate(photo, [template])
        except PhotoProblem as problem:
            problems[problem.code] += 1
            continue
        in_photo = found.fields_in_photo(photo.width, photo.height)
        fields = [f for f in in_photo if f.page == page_id and shot.visible(f.cells.outline()) > 0.5]
        if found.page_id != page_id or not fields:
            tally["located" if found.page_id == page_id and not shot.conditions.back else "wrong"] += 1
            continue
        corners = np.array([f.cells.outline() for f in fields]).reshape(-1, 2)
        unit = np.array([template.cell_width(page_id), 0])
        true = shot.project(corners)
        width = np.linalg.norm(shot.project(corners + unit) - true, axis=1)
        off = np.linalg.norm(found.to_photo(corners) - true, axis=1) / width
        good = off.reshape(-1, 2).mean(axis=1).max() <= WRONG
        tally["located" if good else "wrong"] += 1
        if good:
            errors += off.tolist()
    placement = "-"
    if errors:
        placement = f"{np.median(errors):.3f} / {np.quantile(errors, 0.95):.3f} / {max(errors):.3f}"
    print(
        f"{preset + ' ' + name:16s} {count:3d}  {tally['located']:7d}  {tally['wrong']:5d}  {placement:>31s}   "
        f"{np.median(seconds):.2f} / {max(seconds):.2f}  {dict(problems) or ''}",
        flush=True,
    )


if __name__ == "__main__":
    main()
