"""Locates pages as `read` does, and tests the detection of printed boxes at their places and elsewhere.

    python benchmarks/boxes.py [--count 24] [--seed 5077] [--writers calibration] [--presets field hard]

Photos of every form are drawn with the presets field and hard, and located: *right* if the page is right and 95% of
the cells' corners lie within 0.25 of a cell width. Then the cells of each number are searched for twice: at the located
place, and at a place that is 0.25 to 1.2 cells away. *Refused*: numbers with a box that was not detected although the
page is right. *Seen elsewhere*: cells, and whole numbers, that count as detected although they end more than 0.25 of a
cell from their true place. Some of these are no defect: one cell further, a row has the same lines. The limits of
`box_refine`, and what `register` accepts as a line, were chosen on photos of the calibration writers.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from lines import RIGHT, distances, drawn

from ocr_recap.cells.box_refine import BOX, WIDE, snap_boxes
from ocr_recap.cells.sampler import Sampler
from ocr_recap.forms.fields import FormField
from ocr_recap.forms.template import available
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.photo import Photo
from ocr_recap.imaging.threads import limit_threads
from ocr_recap.locate.locate import locate
from ocr_recap.locate.located import Located
from ocr_recap.messages.problems import PhotoProblem


@dataclass
class Tally:
    """Counts of one preset and form."""

    photos: int = 0
    located: int = 0  # with the right page
    right: int = 0
    other: int = 0  # another page
    off: list[float] = field(default_factory=list)  # cell widths, of boxes that were searched for at their place
    seen: list[bool] = field(default_factory=list)  # True for each number of which every box was detected
    wrong: list[bool] = field(default_factory=list)  # of boxes that were searched for elsewhere: detected
    wrong_numbers: list[bool] = field(default_factory=list)


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=24, help="photos per form and preset")
    parser.add_argument("--seed", type=int, default=5077, help="seed of all random numbers")
    parser.add_argument("--writers", default="calibration", help="calibration, by which limits are chosen, or test")
    parser.add_argument("--presets", nargs="*", default=["field", "hard"], choices=("clean", "field", "hard"))
    arguments = parser.parse_args()
    limit_threads()
    forms = [load_template(name) for name in available()]
    print(
        "preset form, located right, cells, off (median, 95%; widths), numbers refused, seen elsewhere (cells, numbers)"
    )
    for preset in arguments.presets:
        tallies: dict[str, Tally] = defaultdict(Tally)
        for form in forms:
            for index, (photo, fact) in enumerate(
                drawn(form, arguments.count, arguments.seed, preset, arguments.writers)
            ):
                add([tallies[form.id], tallies["all"]], photo, fact, forms, np.random.default_rng(index))
            show(preset, form.id, tallies[form.id])
        show(preset, "all", tallies["all"])


def add(tallies: list[Tally], photo: Photo, fact: dict, forms: list, rng: np.random.Generator) -> None:
    """Locate one photo, search for its boxes twice, and add the counts."""
    for tally in tallies:
        tally.photos += 1
    try:
        located = locate(photo, forms)
    except PhotoProblem:
        return
    if (located.template.id, located.page_id) != (fact["template"], fact["page"]):
        for tally in tallies:
            tally.other += 1
        return
    placed = bool(np.quantile(distances(located.to_photo, located.template, fact), 0.95) <= RIGHT)
    for tally in tallies:
        tally.located += 1
        tally.right += placed
    angle, far = rng.uniform(0, 2 * np.pi), rng.uniform(0.25, 1.2)
    away = far * np.array([np.cos(angle), np.sin(angle)])
    for number, true in numbers(located, fact):
        here, there = snapped(photo, located, number, true, np.zeros(2)), snapped(photo, located, number, true, away)
        wrong = there[1] & (there[0] > RIGHT)
        for tally in tallies:
            tally.off += [*here[0]]
            tally.seen.append(bool(here[1].all()))
            tally.wrong += [*wrong]
            tally.wrong_numbers.append(bool(wrong.any() and there[1].all()))


def numbers(located: Located, fact: dict) -> Iterator[tuple[FormField, np.ndarray]]:
    """Numbers of the page, and the true centres of their boxes, photo px."""
    true = {f["id"]: np.array(f["cell_quads"]).mean(axis=1) for f in fact["fields"]}
    return ((f, true[f.id]) for f in located.template.fields_of(located.page_id) if f.id in true)


def snapped(
    photo: Photo, located: Located, number: FormField, true: np.ndarray, away: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Distances of a number's refined boxes from their true centres, in their shorter side, and which are detected."""
    sampler = Sampler(photo, located.homography, located.surface)
    rects = np.array(number.cells.rects())
    width, height = number.cells.box[2:]
    unit = max(width, height) / BOX
    centers = (rects[:, :2] + rects[:, 2:]) / 2 + away * min(width, height)
    shift, found = snap_boxes(
        sampler.sample(centers, unit, WIDE), width / unit / 2, height / unit / 2, np.array([len(rects)])
    )
    ends = sampler.to_photo(centers + shift * unit)
    side = np.linalg.norm(
        sampler.to_photo(centers + np.array([min(width, height), 0])) - sampler.to_photo(centers), axis=1
    )
    return np.linalg.norm(ends - true, axis=1) / side, found


def show(preset: str, name: str, tally: Tally) -> None:
    """Print one line of the table."""
    if not tally.located:
        print(f"{preset:6} {name:24} 0 of {tally.photos}")
        return
    print(
        f"{preset:6} {name:24} {tally.right} of {tally.photos}, {tally.located - tally.right} off, {tally.other} wrong"
        f"   {len(tally.off)}   "
        f"{np.median(tally.off):.4f}, {np.quantile(tally.off, 0.95):.3f}   {100 * (1 - np.mean(tally.seen)):.1f}%   "
        f"{100 * np.mean(tally.wrong):.1f}%, {100 * np.mean(tally.wrong_numbers):.1f}%",
        flush=True,
    )


if __name__ == "__main__":
    main()
