"""Choose the thresholds of ocr_recap/policy.py on drawn pages that training never saw, and say what they buy.

    python training/policy/choose.py --pages 400 --seed 1 [--writers calibration|test] [--workers 2]

Pages of C.HASIL-PPWP 2024 are written by the given writers, photographed by the `easy` and `field` cameras, and read.
One page in ten carries a planted slip (a sum that is off by one, a wrong bubble). For each threshold the script
prints how many numbers would be accepted and how many of those would be wrong. Choose on `calibration` writers;
report on `test` writers.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from ocr_recap import policy, readings
from ocr_recap.cases import Case, heard_together
from ocr_recap.crop import crop
from ocr_recap.hearing import hear_witnesses
from ocr_recap.load import load
from ocr_recap.locate import locate
from ocr_recap.options import Options
from ocr_recap.policy import Thresholds
from ocr_recap.problems import PhotoProblem
from ocr_recap.reconcile import Evaluated
from ocr_recap.synth.camera import photograph, sample_camera
from ocr_recap.synth.election import presidential_count, write
from ocr_recap.synth.fill import fill_page
from ocr_recap.synth.strokes import Writer
from ocr_recap.template import load as load_template
from ocr_recap.witnesses.digits import DigitReader
from ocr_recap.witnesses.tally import TallyReader

LAST_DIGIT = {"calibration": 1, "test": 0}  # of the writer's seed, as in ocr_recap/synth/sources.py
GRID = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)


@dataclass
class Page:
    cases: list[Case]
    rules: list[Evaluated]
    truth: dict[str, tuple[str, int | None]]
    located: bool = True


def make_page(job: tuple[int, int, str]) -> Page:
    """Draw, photograph and read one page."""
    cv2.setNumThreads(1)
    index, seed, writers = job
    template = load_template("c-hasil-ppwp-2024")
    rng = np.random.default_rng([seed, index, 77])
    page_id = "123"[index % 3]
    numbers: dict[str, int | None] = dict(presidential_count(rng))
    for field in numbers:
        if rng.random() < 0.04:
            numbers[field] = None  # forgotten
    writing = write(template, page_id, numbers, rng)
    if rng.random() < 0.1:
        field = str(rng.choice([f.id for f in template.fields_of(page_id) if writing[f.id].text.strip(" X-")]))
        text = writing[field].text
        changed = text[:-1] + str((int(text[-1]) + 1) % 10)
        writing[field] = replace(writing[field], text=changed)  # bubbles keep the old digit
    writer = Writer.from_seed(int(rng.integers(100_000)) * 10 + LAST_DIGIT[writers])
    picture = fill_page(template, page_id, writing, writer, rng, 6.0)
    camera = sample_camera(rng, "easy" if index % 2 else "field")
    photo, _ = photograph(picture, replace(camera, jpeg=0), rng)
    encoded = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, camera.jpeg])[1].tobytes()
    truth = {i: (w.text, readings.interpret(w.text)[1]) for i, w in writing.items()}
    try:
        decoded = load(encoded, "page", Options())
        located = locate(decoded, [template])
    except PhotoProblem:
        return Page([], [], truth, False)
    if located.page_id != page_id:
        return Page([], [], truth, False)
    cases = [h.case for h in hear_witnesses(crop(decoded, located), DigitReader(), TallyReader()).values()]
    return Page(*heard_together(cases, template.rules_of(page_id)), truth)


def count(pages: list[Page], thresholds: Thresholds) -> dict[str, list[int]]:
    """Per witness that convinced: [accepted, wrong]; and for blanks."""
    table: dict[str, list[int]] = {w: [0, 0] for w in ("bubbles", "strokes", "row_totals", "rule", "empty")}
    for page in pages:
        for field, decision in policy.decide(page.cases, page.rules, thresholds).items():
            if decision.status == "review":
                continue
            value = next(c.value for c in page.cases if c.field == field)
            right = page.truth[field][1] == (None if decision.status == "blank" else value)
            table[decision.witness][0] += 1
            table[decision.witness][1] += not right
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--writers", choices=sorted(LAST_DIGIT), default="calibration")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    jobs = [(i, arguments.seed, arguments.writers) for i in range(arguments.pages)]
    with ProcessPoolExecutor(arguments.workers) as pool:
        pages = list(pool.map(make_page, jobs, chunksize=4))
    report(pages)


def report(pages: list[Page]) -> None:
    read = [p for p in pages if p.located]
    written = sum(1 for p in read for c in p.cases if p.truth[c.field][1] is not None)
    right = sum(1 for p in read for c in p.cases if (v := p.truth[c.field][1]) is not None and c.value == v)
    blanks = sum(1 for p in read for c in p.cases if p.truth[c.field][1] is None)
    print(f"pages {len(pages)}, located {len(read)}; written numbers {written}, right {right}; blank {blanks}")
    names: tuple[tuple[str, str], ...] = (
        ("posterior", "bubbles"),
        ("posterior", "rule"),
        ("digits", "rule"),
        ("counted", "strokes"),
        ("blank", "empty"),
    )
    for name, witness in names:
        for value in GRID:
            changed: dict[str, Any] = {name: value}
            accepted, wrong = count(read, replace(Thresholds.of("strict"), **changed))[witness]
            print(f"{name:13} {value:6}  accepted {accepted:5}  wrong {wrong}")
    print("strict", count(read, Thresholds.of("strict")))


if __name__ == "__main__":
    main()
