"""Choose the limits of photos to take again (records/photo_advice.py) and of legible cells (decide/policy.py).

    python training/quality/choose.py [--photos 500] [--seed 1] [--workers 1] [--defects defocus,motion]

Pages of C.HASIL-PPWP 2024 written by calibration writers are photographed under conditions `clean` (seven in ten) or
`field` with up to two of eleven defects (or of those named) of any strength, at 700 to 2,600 px, and read. For each
measure the script prints the error rate of the digit reader (its most probable class is not what is written) in bands
of that measure, over cells whose other measures are good. Then it prints the limits of two rules. *Take again* is the
mildest band edge where the next band, and all cells beyond the edge together, are misread at least 3 times as often as
good cells; *review* is the same with 1 in 10. Last come the pattern of screens and the pale print of photocopies: the
number of photos that the limits in use detect and wrongly suspect.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

import cv2
import numpy as np

from ocr_recap.cells.crop import crop
from ocr_recap.cells.digit_reader import CLASSES, DigitReader
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.photo import load
from ocr_recap.locate.locate import locate
from ocr_recap.messages.problems import PhotoProblem
from ocr_recap.records import photo_advice
from ocr_recap.records.record import PhotoQuality
from ocr_recap.synth.camera.conditions import Range, draw
from ocr_recap.synth.camera.photo import photograph
from ocr_recap.synth.forms.election import presidential_count, write
from ocr_recap.synth.forms.fill import FieldWriting, fill_page
from ocr_recap.synth.writing.strokes import Writer

CALIBRATION = 1  # last digit of the seeds of calibration writers
SHEETS = 12
SCALE = 6.0
SIDES = (700, 1000, 1400, 2000, 2000, 2000, 2600)  # longer side of a photo, px
DEFECTS: tuple[dict[str, Range], ...] = (
    {"defocus": (0.1, 1.6)},
    {"motion": (0.1, 2.2)},
    {"fill": (0.6, 0.96)},
    {"exposure": (0.32, 1.02)},
    {"noise": (0.5, 12)},
    {"glare": (0.02, 1.5)},
    {"shadow": (0.1, 0.75)},
    {"contrast": (0.65, 1.1)},
    {"chat_longer": (800, 1280), "chat_jpeg": (35, 65), "chat_rounds": (1, 3)},
    {"screen": (0.03, 0.5)},
    {"copy_contrast": (1.6, 3.5), "copy_loss": (0.1, 0.26)},
)
# Measures, band edges, whether more is better.
BANDS: dict[str, tuple[tuple[float, ...], bool]] = {
    "pixels": ((8, 10, 11, 12, 14, 16, 18, 20, 24, 28, 34, 42), True),
    "blur": ((0.10, 0.12, 0.13, 0.14, 0.16, 0.18, 0.20, 0.22, 0.25, 0.28, 0.32, 0.36, 0.42), False),
    "contrast": ((10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 130), True),
    "paper": ((30, 40, 50, 60, 70, 80, 100, 130, 160, 190), True),
    "noise": ((1, 2, 3, 4, 6, 8), False),
    "burnt": ((0.001, 0.1, 0.3, 0.6, 0.9), False),
}
# A cell is good where nothing of this is worse.
GOOD = {"pixels": 28.0, "blur": 0.16, "contrast": 60.0, "paper": 60.0}
NAMES = tuple(BANDS)


@dataclass
class Shot:
    """One photo: a row per cell (measures in the order of `NAMES`, then misread, a digit), and the page."""

    cells: list[list[float]] = field(default_factory=list)
    quality: PhotoQuality | None = None
    screen: float = 0.0
    copy: float = 0.0


_sheets: dict[tuple[int, int, str], tuple[dict[str, FieldWriting], np.ndarray]] = {}


def make(job: tuple[int, int, tuple[str, ...]]) -> Shot:
    """Draw, photograph and read one page; a job is (index, seed, names of defects)."""
    cv2.setNumThreads(1)
    index, seed, names = job
    defects = [d for d in DEFECTS if not names or next(iter(d)) in names]
    template = load_template("c-hasil-ppwp-2024")
    rng = np.random.default_rng([seed, index, 7])
    page_id = "1" if rng.random() < 0.7 else "23"[int(rng.integers(2))]
    key = (seed, index % SHEETS, page_id)
    if key not in _sheets:
        own = np.random.default_rng([seed, index % SHEETS, int(page_id)])
        writing = write(template, page_id, presidential_count(own), own)
        writer = Writer.from_seed(int(own.integers(100_000)) * 10 + CALIBRATION)
        _sheets[key] = writing, fill_page(template, page_id, writing, writer, own, SCALE)
    writing, sheet = _sheets[key]
    chosen = rng.choice(len(defects), size=int(rng.integers(0, 3)), replace=False)
    changes = {name: span for i in chosen for name, span in defects[i].items()}
    conditions = draw("clean" if rng.random() < 0.7 else "field", rng, changes)
    size, longer = (template.paper.width, template.paper.height), int(rng.choice(SIDES))
    shot = photograph(sheet, size, conditions, rng, longer=longer, pixels_per_mm=SCALE)
    made = Shot(screen=conditions.screen, copy=conditions.copy_contrast)
    try:
        photo = load(shot.jpeg, "photo")
        located = locate(photo, [template])
    except PhotoProblem:
        return made
    if located.page_id != page_id:
        return made
    patches = crop(photo, located)
    measured = photo_advice.cells(located, patches)
    made.quality = photo_advice.page(photo, located, measured)
    reader = DigitReader()
    for described in template.fields_of(page_id):
        if described.id not in measured:  # not in the photo
            continue
        seen = measured[described.id]
        best = reader.read(patches[described.id].cells).argmax(axis=1)
        for i, (char, rect) in enumerate(zip(writing[described.id].text, described.cells.rects(), strict=True)):
            if shot.visible(rect) == 1:
                row = [float(getattr(seen, name)[i]) for name in NAMES]
                made.cells.append([*row, float(CLASSES[best[i]] != char), float(char.isdigit())])
    return made


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=500, help="number of photos")
    parser.add_argument("--seed", type=int, default=1, help="seed of all random numbers")
    parser.add_argument("--workers", type=int, default=1, help="number of processes")
    parser.add_argument("--defects", default="", help="first parameters of the defects to choose among")
    arguments = parser.parse_args()
    names = tuple(name for name in arguments.defects.split(",") if name)
    jobs = [(i, arguments.seed, names) for i in range(arguments.photos)]
    if arguments.workers > 1:
        with ProcessPoolExecutor(arguments.workers) as pool:
            shots = list(pool.map(make, jobs, chunksize=4))
    else:
        shots = [make(job) for job in jobs]
    found = [s for s in shots if s.quality]
    cells = np.array([row for s in found for row in s.cells])
    print(f"{len(shots)} photos, {len(found)} located, {len(cells)} cells, {int(cells[:, -2].sum())} misread")
    bands(cells)
    originals(found)


def bands(cells: np.ndarray) -> None:
    """Print the error rate of each band of each measure, and the limits."""
    wrong = cells[:, -2]
    column = {name: cells[:, i] for i, name in enumerate(NAMES)}
    fine = {name: worse_than(name, column[name], limit, strict=True) == 0 for name, limit in GOOD.items()}
    everything = np.logical_and.reduce(list(fine.values()))
    usual = wrong[everything].mean()
    print(f"good cells: {int(everything.sum())}, misread {usual:.4%}")
    for name, (edges, _) in BANDS.items():
        # Blur depends on pixels too: a small cell may be blurred.
        free = {name} | ({"blur"} if name == "pixels" else set()) | ({"contrast"} if name == "paper" else set())
        rest = np.logical_and.reduce([f for key, f in fine.items() if key not in free])
        print(f"{name}:")
        for low, high in zip((-np.inf, *edges), (*edges, np.inf), strict=True):
            here = rest & (column[name] >= low) & (column[name] < high)
            if here.any():
                print(f"    {low:6g} - {high:6g}: {int(here.sum()):6d} cells, misread {wrong[here].mean():.3%}")
        for word, least in (("take again", 3 * usual), ("review", 0.1)):
            print(f"    {word}: {limit(name, column[name], wrong, rest, least)}")


def worse_than(name: str, values: np.ndarray, limit: float, strict: bool = False) -> np.ndarray:
    """True where a measure is worse than the limit; with `strict` also where it is unknown."""
    more_is_better = BANDS[name][1]
    unknown = np.isnan(values)
    worse = values < limit if more_is_better else values > limit
    return worse | unknown if strict else worse


def limit(name: str, values: np.ndarray, wrong: np.ndarray, rest: np.ndarray, least: float) -> str:
    """Mildest edge where the next band, and all beyond, are misread at least as often (20 or more cells beyond)."""
    edges, more_is_better = BANDS[name]
    ordered = sorted(edges, reverse=more_is_better)
    for edge, farther in zip(ordered, [*ordered[1:], None], strict=True):
        here = rest & worse_than(name, values, edge)
        band = here if farther is None else here & ~worse_than(name, values, farther)
        if here.sum() >= 20 and band.any() and min(wrong[here].mean(), wrong[band].mean()) >= least:
            return f"{edge:g} ({int(here.sum())} cells beyond it, misread {wrong[here].mean():.2%})"
    return "no edge"


def originals(shots: list[Shot]) -> None:
    """Print how the limits for screens and photocopies separate the photos."""
    limits = photo_advice.AdviceLimits()
    kinds = {
        "paper": [s for s in shots if not s.screen and not s.copy],
        "screen": [s for s in shots if s.screen >= 0.1 and not s.copy],
        "copy": [s for s in shots if s.copy and not s.screen],
    }
    for kind, some in kinds.items():
        seen = [s.quality for s in some if s.quality]
        peaks = np.array([q.pattern for q in seen])
        pale = np.array([q.pale_print for q in seen if q.pale_print is not None])
        if not len(pale):
            continue
        marks = (0, 0.01, 0.05, 0.5, 0.95, 0.99, 1)
        print(
            f"{kind}: {len(seen)} photos; pattern {[round(float(np.quantile(peaks, m)), 1) for m in marks]}; "
            f"pale print {[round(float(np.quantile(pale, m)), 2) for m in marks]}"
        )
        screens = int((peaks > limits.pattern).sum())
        copies = sum(photo_advice.is_copy(q, limits) for q in seen)
        print(f"    called a screen {screens}, a copy {copies}")


if __name__ == "__main__":
    main()
