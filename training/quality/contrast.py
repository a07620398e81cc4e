"""Choose the contrast below which a photo is to be taken again (`AdviceLimits.contrast` of records/photo_advice.py).

    python training/quality/contrast.py [--photos 400] [--seed 1] [--ways curve,dark,both,plain] [--keep FILE]

Pages of C.HASIL-PPWP 2024 and C.HASIL-KWK, by calibration writers, are photographed under conditions of the presets
clean and field in turn, with less and less contrast (`WAYS`): by a flat tone curve (fog, a dirty lens), by low light
with noise, by both, by a flat curve with the noise of a sensor that sees little of the print (grain), and, as a
control, not at all (plain). Every photo is read by the policy strict. Photos with another reason to be taken again
(small, blurred, glare, cut) are left out. The script prints, for each band of the page's contrast (gray levels between
paper and the darkest print or ink, median of the cells): photos, numbers (counts, not blank), the shares of them read
right (cell by cell) and accepted, and the number accepted with a wrong value. Last comes the limit: the mildest band
edge where the next band, and all photos beyond it together, lose a tenth or more of the numbers accepted at a contrast
of 130 and more, or are misread at least 3 times as often (the factor of choose.py). Without such photos the whole run
is compared with.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from ocr_recap import Options, Reader
from ocr_recap.decide.evidence import interpret
from ocr_recap.forms.template import load as load_template
from ocr_recap.records import photo_advice
from ocr_recap.synth.camera.conditions import Preset, Range, draw
from ocr_recap.synth.camera.photo import photograph
from ocr_recap.synth.forms import clerk, numbers
from ocr_recap.synth.forms.fill import fill_page
from ocr_recap.synth.writing.hand import draw_hand

FORMS = ("c-hasil-ppwp-2024", "c-hasil-kwk")
SCALE = 6.0  # px per mm of drawn pages
PRESETS: tuple[Preset, ...] = ("clean", "field")
WAYS: dict[str, dict[str, Range]] = {
    "curve": {"contrast": (0.12, 0.65)},
    "dark": {"exposure": (0.32, 0.6), "noise": (1, 8)},
    "both": {"exposure": (0.32, 0.6), "contrast": (0.3, 0.8), "noise": (1, 5)},
    "plain": {},
    "grain": {"contrast": (0.12, 0.5), "noise": (4, 12)},
}
EDGES = (15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 70, 80, 100, 130)  # gray levels
FULL = 130.0  # gray levels from which on contrast is full
LOST = 0.1  # share of the accepted numbers that may be lost
FACTOR = 3.0  # times as many misread numbers
LEAST = 20  # numbers beyond an edge


@dataclass(frozen=True)
class PalePhoto:
    """One photo: its way, the page's contrast (NaN: no page), and its numbers: all, right, accepted, accepted wrong."""

    way: str
    contrast: float
    numbers: int = 0
    right: int = 0
    accepted: int = 0
    wrong: int = 0
    other_fault: bool = False


def make(index: int, seed: int, ways: list[str], reader: Reader) -> PalePhoto:
    """Draw, photograph and read one page, in one of the ways; every third page in the first of them."""
    rng = np.random.default_rng([seed, index, 54])
    form = load_template(FORMS[index % len(FORMS)])
    page_id = form.pages[index // len(FORMS) % len(form.pages)].id
    way = ways[index % len(ways)] if index % 3 else ways[0]
    written = clerk.write(form, numbers.station(form, rng), rng)
    page = fill_page(form, page_id, written.fields, draw_hand("calibration", rng), rng, SCALE)
    conditions = draw(PRESETS[index // 2 % 2], rng, WAYS[way])
    shot = photograph(page, (form.paper.width, form.paper.height), conditions, rng, pixels_per_mm=SCALE)
    record = reader.read(shot.jpeg, "photo")
    if record.page is None or record.quality is None or record.page.page != page_id:
        return PalePhoto(way, float("nan"))
    faults = {w.code for w in record.warnings} & {"photo_far", "photo_blurred", "photo_glare", "photo_cut"}
    total = right = accepted = wrong = 0
    for field in form.fields_of(page_id):
        said = written.fields[field.id]
        cells = field.cells.rects()
        if field.role != "count" or said.struck or not said.text.strip() or min(map(shot.visible, cells)) < 1:
            continue
        truth = said.text.ljust(field.cells.count)
        seen = record.fields[field.id]
        total += 1
        right += seen.text == truth
        accepted += seen.status == "accepted"
        wrong += seen.status != "review" and seen.value != interpret(truth)[1]
    return PalePhoto(way, record.quality.contrast, total, right, accepted, wrong, bool(faults))


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=400, help="number of photos")
    parser.add_argument("--seed", type=int, default=1, help="seed of all random numbers")
    parser.add_argument("--ways", default=",".join(WAYS), help="ways to lose contrast, of WAYS")
    parser.add_argument("--keep", type=Path, help="file for a line of JSON per photo")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    reader = Reader(options=Options(headings=False))
    photos = [make(i, arguments.seed, arguments.ways.split(","), reader) for i in range(arguments.photos)]
    if arguments.keep:
        arguments.keep.write_text("".join(json.dumps(asdict(p)) + "\n" for p in photos), "utf-8")
    lost = [p.way for p in photos if np.isnan(p.contrast)]
    print(f"{len(photos)} photos, not located: { ({w: lost.count(w) for w in WAYS}) }")
    good = [p for p in photos if p.contrast == p.contrast and not p.other_fault]
    print(f"{len(good)} located without another fault; limit in use {photo_advice.AdviceLimits().contrast:g}")
    report(good)


def report(photos: list[PalePhoto]) -> None:
    """Print the bands of contrast and the limit."""
    full = totals([p for p in photos if p.contrast >= FULL] or photos)
    print("contrast     photos  numbers  right  accepted  accepted wrong")
    for low, high in zip((0, *EDGES), (*EDGES, np.inf), strict=True):
        here = [p for p in photos if low <= p.contrast < high]
        count, right, accepted, wrong = totals(here)
        if count:
            some = f"{right / count:6.1%}  {accepted / count:7.1%}  {wrong:5d}"
            print(f"{low:4g} - {high:4g}  {len(here):6d}  {count:7d}  {some}")
    ordered = sorted(EDGES, reverse=True)
    for edge, farther in zip(ordered, [*ordered[1:], 0], strict=True):
        beyond = totals([p for p in photos if p.contrast < edge])
        band = totals([p for p in photos if farther <= p.contrast < edge])
        if beyond[0] >= LEAST and band[0] and poorer(beyond, full) and poorer(band, full):
            print(f"take again: below {edge}")
            return
    print("take again: no edge")


def totals(photos: list[PalePhoto]) -> tuple[int, int, int, int]:
    """Numbers, those read right, accepted, and accepted (or blank) but wrong."""
    return (
        sum(p.numbers for p in photos),
        sum(p.right for p in photos),
        sum(p.accepted for p in photos),
        sum(p.wrong for p in photos),
    )


def poorer(some: tuple[int, int, int, int], full: tuple[int, int, int, int]) -> bool:
    """True where numbers are accepted clearly less often, or misread clearly more often, than with full contrast."""
    misread, usual = 1 - some[1] / some[0], 1 - full[1] / full[0]
    return some[2] / some[0] <= (1 - LOST) * full[2] / full[0] or misread >= FACTOR * max(usual, 1 / full[0])


if __name__ == "__main__":
    main()
