"""Paper that is not flat: placement of cells with and without the correction, and its cost.

    python benchmarks/bent.py [--count 48] [--seed 91] [--kinds flat,bend,fold,hard]

Pages of C.HASIL-PPWP 2024 by calibration writers, 2,000 px, preset clean, tilted by up to 12 and 10 degrees, in turn:
flat; bent by 9 mm (3% of the page's width) about any axis; folded by 20 degrees once or twice; and with the unchanged
preset hard. The script prints per photo and kind: support, residual before and after, distance of cell centres from
their true places in cell widths (with the plane alone, with the correction, and after each cell was refined to its
box), and CPU time of locating divided by that of a full gray decode of the same file. A photo is *wrong* if a cell
whose box was found is off by more than 0.25. Numbers that the photo shows but the record would not read, as the page
is not placed there, are counted: *left out*.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from ocr_recap.cells.crop import crop
from ocr_recap.forms.template import Template
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.homography import project
from ocr_recap.imaging.photo import load
from ocr_recap.locate.locate import locate
from ocr_recap.messages.problems import PhotoProblem
from ocr_recap.synth.camera.conditions import Conditions, Preset, draw
from ocr_recap.synth.camera.photo import photograph
from ocr_recap.synth.forms.election import presidential_count, write
from ocr_recap.synth.forms.fill import fill_page
from ocr_recap.synth.writing.strokes import Writer

KINDS = ("flat", "bend", "fold", "hard")
SHEETS = 6
SCALE = 6.0
WRONG = 0.25  # cell widths
VISIBLE = 0.9  # share of a box in sight from which it counts


@dataclass
class Tally:
    """Counts and distances of one kind of paper."""

    count: int = 0
    located: int = 0
    wrong: int = 0
    plane: list[float] = field(default_factory=list)
    placed: list[float] = field(default_factory=list)
    snapped: list[float] = field(default_factory=list)
    lost: int = 0
    shown: int = 0  # numbers that the photo shows
    left_out: int = 0  # of these, those that the record would not read
    cost: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def conditions(kind: str, rng: np.random.Generator) -> Conditions | Preset:
    """Camera conditions of a kind of paper."""
    if kind == "hard":
        return "hard"
    changes = {"tilt_x": (0.0, 12.0), "tilt_y": (0.0, 10.0)}
    if kind == "bend":
        changes["bend"] = (9.0, 9.0)
    if kind == "fold":
        changes |= {"fold": (20.0, 20.0), "folds": (1.0, 2.0)}
    drawn = draw("clean", rng, changes)
    if kind == "flat":
        return replace(drawn, bend=0.0, fold=0.0, ripple=0.0)
    return replace(drawn, bend=0.0, ripple=0.0) if kind == "fold" else drawn


def sheet(template: Template, index: int) -> np.ndarray:
    """A page filled in by a calibration writer."""
    rng = np.random.default_rng([77, index])
    writing = write(template, page_of(index), presidential_count(rng), rng)
    return fill_page(template, page_of(index), writing, Writer.from_seed(index * 10 + 1), rng, SCALE)


def page_of(index: int) -> str:
    """Page id of a photo by its index."""
    return "123"[index % 3]


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=48, help="number of photos")
    parser.add_argument("--seed", type=int, default=91, help="seed of all random numbers")
    parser.add_argument("--kinds", default=",".join(KINDS), help="kinds of paper, separated by commas")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    template = load_template("c-hasil-ppwp-2024")
    sheets: dict[int, np.ndarray] = {}
    tallies: dict[str, Tally] = defaultdict(Tally)
    for index in range(arguments.count):
        kind = KINDS[(index // 3) % len(KINDS)]
        if kind not in arguments.kinds.split(","):
            continue
        number = index % SHEETS
        if number not in sheets:
            sheets[number] = sheet(template, number)
        rng = np.random.default_rng([arguments.seed, index])
        one(template, sheets[number], page_of(number), kind, rng, tallies[kind], index)
    for kind, tally in tallies.items():
        summary(kind, tally)


def one(
    template: Template,
    page: np.ndarray,
    page_id: str,
    kind: str,
    rng: np.random.Generator,
    tally: Tally,
    index: int,
) -> None:
    """Photograph and locate one page, add its figures to the tally, and print them."""
    size = (template.paper.width, template.paper.height)
    shot = photograph(page, size, conditions(kind, rng), rng, longer=2000, pixels_per_mm=SCALE)
    tally.count += 1
    start = time.process_time()
    cv2.imdecode(np.frombuffer(shot.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    decode = time.process_time() - start
    photo = load(shot.jpeg, "photo")
    start = time.process_time()
    try:
        found = locate(photo, [template])
    except PhotoProblem as problem:
        tally.problems.append(problem.code)
        print(f"{index} {kind} {page_id}: {problem.code}", flush=True)
        return
    cost = (time.process_time() - start) / max(decode, 1e-4)
    tally.located += 1
    tally.cost.append(cost)
    patches = crop(photo, found)
    shown = {f.id for f in template.fields_of(page_id) if min(shot.visible(r) for r in f.cells.rects()) > VISIBLE}
    tally.shown += len(shown)
    tally.left_out += len(shown - patches.keys())
    fields = [field for field in template.fields_of(page_id) if field.id in patches]
    if found.page_id != page_id or not fields:
        tally.wrong += found.page_id != page_id
        print(f"{index} {kind} {page_id}: {found.page_id}, {len(fields)} numbers", flush=True)
        return
    rects = np.array([rect for f in fields for rect in f.cells.rects()])
    seen = np.array([shot.visible(tuple(rect)) > VISIBLE for rect in rects])
    middles = (rects[:, :2] + rects[:, 2:]) / 2
    true = shot.project(middles)
    width = np.linalg.norm(shot.project(middles + np.array([template.cell_width(page_id), 0])) - true, axis=1)
    boxes = np.concatenate([patches[f.id].quads.mean(axis=1) for f in fields])
    sure = np.concatenate([patches[f.id].found for f in fields])
    plane, placed, snapped = (
        (np.linalg.norm(places - true, axis=1) / width)
        for places in (project(found.homography, middles), found.to_photo(middles), boxes)
    )
    wrong = bool((snapped[seen & sure] > WRONG).any())
    tally.wrong += wrong
    tally.plane += plane[seen].tolist()
    tally.placed += placed[seen].tolist()
    tally.snapped += snapped[seen & sure].tolist()
    tally.lost += int((seen & ~sure).sum())
    before = "-" if found.before is None else f"{found.before:.4f}"
    print(
        f"{index} {kind} {page_id}: support {found.support:.3f}, residual {before} -> {found.residual:.4f}, "
        f"plane {plane[seen].max(initial=0):.3f}, corrected {placed[seen].max(initial=0):.3f}, "
        f"snapped {snapped[seen & sure].max(initial=0):.3f}, "
        f"folds {[(axis, round(place)) for axis, place in found.folds]}, {cost:.1f}x{' WRONG' * wrong}",
        flush=True,
    )


def summary(kind: str, tally: Tally) -> None:
    """Print the figures of one kind of paper."""
    print(f"\n{kind}: {tally.count} photos, located {tally.located}, wrong {tally.wrong}, {tally.problems or ''}")
    for name, values in (("plane", tally.plane), ("corrected", tally.placed), ("snapped", tally.snapped)):
        if values:
            marks = ", ".join(f"{np.quantile(values, q):.3f}" for q in (0.5, 0.95, 1))
            print(f"    {name}: median, 95%, worst {marks} of a cell width ({len(values)} cells)")
    print(f"    numbers left out {tally.left_out} of {tally.shown}")
    print(f"    boxes not found {tally.lost}; cost {np.median(tally.cost or [0]):.1f}x gray decode in the middle")


if __name__ == "__main__":
    main()
