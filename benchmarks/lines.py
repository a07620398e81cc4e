"""Pages without marks: rates of pages found and of other content accepted; chooses the limits of `agreement`.

    python benchmarks/lines.py [--count 24] [--preset field] [--seed 77] [--writers test] [--forms ID ...]
                                [--taken-out] [--small]

Photos are drawn (`synth.sets.photos`), tags and marks are not used, and each photo is tested twice:

- **all** templates compete: right (template, page, 95% of the cells' corners within 0.25 of a cell width), WRONG, none;
- its own template is **taken out**: every accepted page is WRONG. This stands for sheets without a template.
  `--taken-out` runs this test alone, for more photos in the same time.

With `--small` each photo is first placed, shrunk and tilted further, in a larger one.

Then pictures that are no form: spreadsheets, newspapers, walls, frames on grain. The last lines show the distance
between right and wrong: agreement of the right places, and of the best wrong ones (other page, other form, or the same
page elsewhere), and the lead of right places. `LEAST_AGREEMENT_BENT` lies between the lowest right and the highest
wrong place that was best on its photo, on the preset field.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np

from ocr_recap.forms.template import Template, available
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.homography import project
from ocr_recap.imaging.photo import Photo, load
from ocr_recap.imaging.threads import limit_threads
from ocr_recap.locate.lines.agreement import LineFit, agrees
from ocr_recap.locate.lines.rectify import Lines
from ocr_recap.locate.lines.search import find_by_lines
from ocr_recap.synth.camera.photo import photograph
from ocr_recap.synth.sets.photos import Order, make

RIGHT = 0.25  # cell widths
FAR = 99.0
PAPER = (297.0, 420.0)  # mm, of what is no form
SCALE = 6.0  # px per mm
FARTHER = (1600, 1200)  # px, of the larger photos
SMALL = ((0.45, 0.75), (0.6, 0.6))  # share of it that a photo fills, and its upper side divided by its lower side


def parser_of(description: str | None) -> argparse.ArgumentParser:
    """Parser with the options that choose the drawn photos, for `covers.py` too."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=24, help="photos per form, and per kind of what is none")
    parser.add_argument("--preset", choices=("clean", "field", "hard"), default="field", help="preset of the photos")
    parser.add_argument("--seed", type=int, default=77, help="seed of all random numbers")
    parser.add_argument("--forms", nargs="*", default=None, help="ids of the forms")
    parser.add_argument("--writers", default="test", help="test, or calibration to choose limits by")
    return parser


def main() -> None:
    """Parse the arguments and run the script."""
    parser = parser_of(__doc__)
    parser.add_argument("--taken-out", action="store_true", help="ask without the photo's own template alone")
    parser.add_argument("--small", action="store_true", help="sheets that fill a small part of their photo")
    arguments = parser.parse_args()
    limit_threads()
    forms = [load_template(name) for name in available()]
    scores: dict[str, list[float]] = {"right": [], "wrong": [], "lead": []}
    for form in forms:
        if arguments.forms is not None and form.id not in arguments.forms:
            continue
        count: Counter[str] = Counter()
        seconds: list[float] = []
        offs: list[float] = []
        photos = drawn(form, arguments.count, arguments.seed, arguments.preset, arguments.writers)
        for photo, fact in map(farther, photos, itertools.count()) if arguments.small else photos:
            if not arguments.taken_out:
                start = time.process_time()
                fits = asked(photo, forms)
                seconds.append(time.process_time() - start)
                count["all: " + verdict(fits, photo, fact, scores)] += 1
                offs += [*offsets(fits[0], photo, fact)] if agrees(fits) else []
            out = asked(photo, [other for other in forms if other.id != form.id])
            count["taken out: " + ("WRONG" if agrees(out) else "none")] += 1
            scores["wrong"] += [out[0].agreement] if out else []
        placed = f"corners off: median {np.median(offs):.3f}, 95% {np.quantile(offs, 0.95):.3f}" if offs else "-"
        cost = f"{np.median(seconds):.2f} s" if seconds else "-"
        print(f"{form.id:24} {arguments.preset}: {dict(sorted(count.items()))}; {placed}; {cost}", flush=True)
    if arguments.forms is None and not arguments.taken_out and not arguments.small:
        for kind, draw in KINDS.items():
            accepted = 0
            for index in range(arguments.count):
                rng = np.random.default_rng([arguments.seed, index])
                fits = asked(load(draw(rng, arguments.preset), kind), forms)
                accepted += agrees(fits)
                scores["wrong"] += [fits[0].agreement] if fits else []
            print(f"{kind:24} {arguments.preset}: {accepted} of {arguments.count} accepted", flush=True)
    for name, values in scores.items():
        if values:
            v = np.sort(values)
            print(f"{name}: n {len(v)}, lowest {v[:4].round(3)}, median {np.median(v):.3f}, highest {v[-4:].round(3)}")


def asked(photo: Photo, forms: list[Template]) -> list[LineFit]:
    """Fits of all pages of these forms in the photo, by their lines."""
    return find_by_lines(Lines(photo.gray), [(form, page.id) for form in forms for page in form.pages])


def verdict(fits: list[LineFit], photo: Photo, fact: dict[str, Any], scores: dict[str, list[float]]) -> str:
    """Verdict on the fits of one photo: right, WRONG or none.

    Args:
        fits: the best first.
        photo, fact: photo and its truth.
        scores: lists of agreements, to which those of this photo are added.
    """
    placed = [is_right(fit, photo, fact) for fit in fits]
    right = [fit.agreement for fit, good in zip(fits, placed, strict=True) if good]
    wrong = [fit.agreement for fit, good in zip(fits, placed, strict=True) if not good]
    if right and right[0] > max(wrong, default=0.0):
        scores["right"].append(right[0])
        scores["lead"].append(right[0] - max(wrong, default=0.0))
    elif wrong:
        scores["wrong"].append(wrong[0])
    if not agrees(fits):
        return "none"
    return "right" if placed[0] else "WRONG"


def is_right(fit: LineFit, photo: Photo, fact: dict[str, Any]) -> bool:
    """True when 95% of the cells' corners lie within `RIGHT` of their true places."""
    return float(np.quantile(offsets(fit, photo, fact), 0.95)) <= RIGHT


def offsets(fit: LineFit, photo: Photo, fact: dict[str, Any]) -> np.ndarray:
    """Distance of each cell's corners from their true places, cell widths; `FAR` on another page."""
    if fit.page != (fact["template"], fact["page"]):
        return np.array([FAR])
    return distances(lambda points: (fit.seen(points) + 0.5) / photo.scale - 0.5, fit.template, fact)


def distances(seen: Callable[[np.ndarray], np.ndarray], template: Template, fact: dict[str, Any]) -> np.ndarray:
    """Distance of each cell's corners from their true places, cell widths; `seen`: page mm to photo px."""
    corners, true = corners_of(template, fact)
    width = np.linalg.norm(true[1::4] - true[::4], axis=1).mean()
    return np.linalg.norm(seen(corners) - true, axis=1) / width


def corners_of(template: Template, fact: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """All cells' corners, four a cell: (n, 2) page mm, and their true places, (n, 2) photo px."""
    fields = {field.id: field for field in template.fields}
    rects = np.array([rect for field in fact["fields"] for rect in fields[field["id"]].cells.rects()])
    true = np.concatenate([np.array(field["cell_quads"]) for field in fact["fields"]])
    return rects[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 2), true.reshape(-1, 2)


def drawn(form: Template, count: int, seed: int, preset: Any, writers: Any) -> Iterator[tuple[Photo, dict[str, Any]]]:
    """Yield drawn photos of a form with their truth."""
    for index in range(count):
        made = make(Order(form, count, seed, preset, writers=writers), index)
        yield load(made.jpeg, made.name), made.truth


def farther(case: tuple[Photo, dict[str, Any]], index: int) -> tuple[Photo, dict[str, Any]]:
    """A drawn photo in a larger one: shrunk, its upper side shorter than its lower one, on a ground of its own gray."""
    photo, fact = case
    share, narrow = SMALL[index % len(SMALL)]
    height, width = photo.gray.shape
    scale = share * min(FARTHER[0] / width, FARTHER[1] / height)
    size = np.array([width, height]) * scale
    rng = np.random.default_rng(index)
    corner = rng.uniform(40, np.array(FARTHER) - size - 40)
    near, far = 0.5 + 0.5 * narrow, 0.5 - 0.5 * narrow
    places = corner + np.array([[far, 0], [near, 0], [1, 1], [0, 1]]) * size
    sides = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(sides, places.astype(np.float32)), dtype=np.float64)
    smooth = cv2.GaussianBlur(photo.gray, (0, 0), max(0.3, 0.45 / scale))
    seen = cv2.warpPerspective(smooth, matrix, FARTHER, borderValue=float(np.median(photo.gray)))
    gray = (seen + rng.normal(0, 3, seen.shape)).clip(0, 255).astype(np.uint8)
    fields = [
        {**field, "cell_quads": project(matrix, (np.array(field["cell_quads"]) + 0.5) * photo.scale - 0.5).tolist()}
        for field in fact["fields"]
    ]
    return load(gray, "small"), {**fact, "fields": fields}


def blank() -> np.ndarray:
    """A white page."""
    return np.full((round(PAPER[1] * SCALE), round(PAPER[0] * SCALE)), 255, np.uint8)


def spreadsheet(rng: np.random.Generator) -> np.ndarray:
    """A table of evenly spaced rows, uneven columns, numbers in its cells, some lines bold."""
    page = blank()
    height, width = page.shape
    x = np.sort(rng.uniform(0.06, 0.94, int(rng.integers(4, 18)))) * width
    y = np.linspace(rng.uniform(0.05, 0.2), rng.uniform(0.7, 0.95), int(rng.integers(12, 70))) * height
    for at in y:
        cv2.line(page, (int(x[0]), int(at)), (int(x[-1]), int(at)), int(rng.integers(0, 110)), int(rng.integers(1, 4)))
    for at in x:
        cv2.line(page, (int(at), int(y[0])), (int(at), int(y[-1])), int(rng.integers(0, 110)), int(rng.integers(1, 4)))
    for top in y[:-1]:
        for left in x[:-1]:
            if rng.random() < 0.6:
                place = (int(left) + 8, int(top + 0.7 * (y[1] - y[0])))
                size = (y[1] - y[0]) / 45
                cv2.putText(page, str(int(rng.integers(10000))), place, cv2.FONT_HERSHEY_SIMPLEX, size, 40, 2)
    return page


def newspaper(rng: np.random.Generator) -> np.ndarray:
    """Columns of text between rules, headlines, framed pictures."""
    page = blank()
    height, width = page.shape
    columns = int(rng.integers(3, 7))
    for left in np.linspace(0.05, 0.95, columns + 1)[:-1] * width:
        end = left + 0.85 * width / columns
        y = 0.12 * height
        while y < 0.95 * height:
            if rng.random() < 0.03:
                box = int(rng.uniform(0.05, 0.12) * height)
                cv2.rectangle(page, (int(left), int(y)), (int(end), int(y) + box), int(rng.integers(0, 160)), 3)
                y += box
            for word in np.arange(left, end - 60, 62):
                if rng.random() < 0.9:
                    cv2.putText(page, "kabar", (int(word), int(y)), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 50, 2)
            y += 26
        cv2.line(page, (int(end) + 12, int(0.1 * height)), (int(end) + 12, int(0.95 * height)), 60, 2)
    cv2.putText(page, "BERITA", (int(0.1 * width), int(0.08 * height)), cv2.FONT_HERSHEY_DUPLEX, 5, 0, 10)
    return page


def wall(rng: np.random.Generator) -> np.ndarray:
    """A wall with a few notices in frames."""
    page = blank()
    for _ in range(int(rng.integers(0, 12))):
        x, y = int(rng.uniform(0, 1500)), int(rng.uniform(0, 2200))
        w, h = (int(v) for v in rng.uniform(80, 500, 2))
        cv2.rectangle(page, (x, y), (x + w, y + h), int(rng.integers(0, 150)), int(rng.integers(2, 8)))
    return page


def photographed(
    sheet: Callable[[np.random.Generator], np.ndarray],
) -> Callable[[np.random.Generator, Any], bytes]:
    """Function that draws a sheet and photographs it; returns the JPEG."""
    return lambda rng, preset: photograph(sheet(rng), PAPER, preset, rng).jpeg


def grain(rng: np.random.Generator, _preset: Any) -> np.ndarray:
    """A picture of a few frames on grain, with a dark ridge near every place."""
    picture = rng.normal(200, rng.uniform(2, 10), (1500, 1400)).clip(0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(0, 30))):
        x, y, w, h = (int(v) for v in rng.integers(20, 1200, 4))
        cv2.rectangle(picture, (x, y), (x + w, y + h), int(rng.integers(0, 120)), int(rng.choice([-1, 2, 4])))
    return picture


KINDS: dict[str, Callable[[np.random.Generator, Any], bytes | np.ndarray]] = {
    "spreadsheet": photographed(spreadsheet),
    "newspaper": photographed(newspaper),
    "wall": photographed(wall),
    "frames on grain": grain,
}


if __name__ == "__main__":
    main()
