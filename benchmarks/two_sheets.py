"""Photos of two sheets: is the second sheet noticed, and is every number of the photo kept from being accepted?

    python benchmarks/two_sheets.py [--count 6] [--preset field] [--seed 26] [--forms ID ...] [--sizes ...] [--one]

Two filled-in sheets of two random stations are placed on one ground and photographed together: the first at full size,
the second at the size named, at one of its four sides (in order), with a gap of 3 to 40 mm or, one in five, overlapping
by up to 5% of its side above or below the first; turned by up to 8 degrees, and one in six also by a quarter turn.
Every second pair shows the same page of the form, the others another page. In every third photo of a form with tags a
disc covers the second sheet's tag, in every sixth the first sheet's. The script prints per form and size: photos with
any accepted number (goal 0), photos that name a second sheet (warning `other_sheet`, problem `two_sheets`), and photos
with a problem instead of numbers.

`--one` draws photos of one sheet alone, as `ocr-recap synth` does, with the presets clean, field and hard and, one in
four, a defect. The script prints how many of them are mistaken for photos of two sheets. A poster beside the sheet,
which the camera of `synth` adds at times, is blank and may be whole: such photos are counted separately.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_recap import Reader
from ocr_recap.forms.template import Template, available
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.arrays import FloatArray
from ocr_recap.records.record import Record
from ocr_recap.synth.camera.background import texture
from ocr_recap.synth.camera.conditions import BACKGROUNDS, PRESETS, Preset
from ocr_recap.synth.camera.defects import DEFECTS
from ocr_recap.synth.camera.photo import LONGER, Shot, photograph
from ocr_recap.synth.forms import clerk, numbers
from ocr_recap.synth.forms.fill import fill_page
from ocr_recap.synth.sets import photos
from ocr_recap.synth.writing.hand import draw_hand

BORDER = 14.0  # mm of ground around the two sheets
SIZES = (1.0, 0.7, 0.45)
RIGHT, LEFT, BELOW, ABOVE = range(4)


@dataclass(frozen=True)
class Pair:
    """Arrangement of two sheets: both page ids; the second's size, side, gap (mm; below 0: overlap), turn (radians)."""

    pages: tuple[str, str]
    size: float
    side: int
    gap: float
    slide: float
    turn: float
    above: bool
    hidden: str  # sheet whose tag a disc covers: "", "first" or "second"


@dataclass(frozen=True)
class Drawn:
    """A photo of two sheets: its file, its arrangement, and the maps from page to canvas millimetres of each sheet."""

    shot: Shot
    pair: Pair
    places: tuple[FloatArray, FloatArray]


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=6, help="photos per form and size")
    parser.add_argument("--preset", default="field", choices=PRESETS, help="preset of the photos")
    parser.add_argument("--seed", type=int, default=26, help="seed of all random numbers")
    parser.add_argument("--forms", nargs="*", default=list(available()), help="ids of the forms")
    parser.add_argument(
        "--sizes", nargs="*", type=float, default=list(SIZES), help="sizes of the second sheet, as shares of the first"
    )
    parser.add_argument("--one", action="store_true", help="photos of one sheet alone")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    reader = Reader()
    total: Counter[str] = Counter()
    for name in arguments.forms:
        form = load_template(name)
        if arguments.one:
            total += _alone(reader, form, arguments.count, arguments.seed)
            continue
        for size in arguments.sizes:
            count: Counter[str] = Counter()
            for index in range(arguments.count):
                drawn = draw_pair(form, size, arguments.seed, index, arguments.preset)
                record = reader.read(drawn.shot.jpeg, f"{name}-{size}-{index}")
                count += _judged(record)
                if any(field.accepted is not None for field in record.fields.values()) or not _names(record):
                    print(f"  {name} {size} #{index} {drawn.pair}: {record}", flush=True)
            total += count
            print(f"{name:24} {size:4}: {dict(sorted(count.items()))}", flush=True)
    print(f"{'all':24}     : {dict(sorted(total.items()))}")


def draw_pair(form: Template, size: float, seed: int, index: int, preset: Preset) -> Drawn:
    """Photo number `index` of two sheets of a form."""
    rng = np.random.default_rng([seed, round(100 * size), index])
    pair = _pair(form, size, index, rng)
    turn, scale = pair.turn, pair.size
    width, height = form.paper.width, form.paper.height
    linear = scale * np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=float)
    outline = corners @ linear.T
    low, high = outline.min(axis=0), outline.max(axis=0)
    across, down = pair.slide * (np.array([width, height]) - (high - low)) - low
    shift = {
        RIGHT: (width + pair.gap - low[0], down),
        LEFT: (-pair.gap - high[0], down),
        BELOW: (across, height + pair.gap - low[1]),
        ABOVE: (across, -pair.gap - high[1]),
    }[pair.side]
    first, second = np.eye(3), np.eye(3)
    second[:2, :2], second[:2, 2] = linear, shift
    both = np.concatenate([corners, outline + np.array(shift)])
    start, end = both.min(axis=0) - BORDER, both.max(axis=0) + BORDER
    for matrix in (first, second):
        matrix[:2, 2] -= start
    extent = (float(end[0] - start[0]), float(end[1] - start[1]))
    canvas, fine = _laid_out(form, pair, (first, second), extent, rng, seed, index)
    shot = photograph(canvas, extent, preset, rng, pixels_per_mm=fine)
    return Drawn(shot, pair, (first, second))


def _pair(form: Template, size: float, index: int, rng: np.random.Generator) -> Pair:
    ids = [page.id for page in form.pages]
    own = ids[index % len(ids)]
    other = own if index % 2 == 0 or len(ids) == 1 else ids[(index + 1) % len(ids)]
    turn = math.radians(float(rng.uniform(-8, 8))) + (
        math.pi / 2 * int(rng.integers(1, 4)) if rng.random() < 1 / 6 else 0
    )
    side = int(rng.integers(4))
    lapped = rng.random() < 1 / 5
    gap = float(rng.uniform(3, 40))
    if lapped:
        gap = -float(rng.uniform(0.01, 0.05)) * size * (form.paper.width if side < BELOW else form.paper.height)
    hidden = {1: "second", 4: "second", 5: "first"}.get(index % 6, "")
    return Pair((own, other), size, side, gap, float(rng.uniform(0, 1)), turn, bool(rng.random() < 0.5), hidden)


def _laid_out(
    form: Template,
    pair: Pair,
    places: tuple[FloatArray, FloatArray],
    extent: tuple[float, float],
    rng: np.random.Generator,
    seed: int,
    index: int,
) -> tuple[NDArray[np.uint8], float]:
    """The ground with both sheets, BGR, and its pixels per mm."""
    fine = 1.3 * LONGER / max(extent)
    size = (round(extent[0] * fine), round(extent[1] * fine))
    half = texture(BACKGROUNDS[int(rng.integers(len(BACKGROUNDS)))], (size[0] // 2, size[1] // 2), rng)
    canvas = cv2.resize(half.astype(np.uint8), size, interpolation=cv2.INTER_LINEAR)
    order = (0, 1) if pair.above else (1, 0)
    for which in order:
        scale = fine * (1.0, pair.size)[which]
        sheet = _sheet(form, pair.pages[which], rng, max(scale, 2.5), seed, 2 * index + which)
        if pair.hidden == ("first", "second")[which]:
            _cover_tag(form, pair.pages[which], sheet)
        if scale < 2.5:
            sheet = cv2.resize(sheet, None, fx=scale / 2.5, fy=scale / 2.5, interpolation=cv2.INTER_AREA)
        to_mm = np.diag([form.paper.width / sheet.shape[1], form.paper.height / sheet.shape[0], 1.0])
        matrix = np.diag([fine, fine, 1.0]) @ places[which] @ to_mm
        seen = cv2.warpPerspective(sheet, matrix, size, flags=cv2.INTER_LINEAR)
        cover = cv2.warpPerspective(np.full(sheet.shape[:2], 255, np.uint8), matrix, size, flags=cv2.INTER_LINEAR)
        canvas = np.where(cover[:, :, None] > 127, seen, canvas)
    return np.asarray(canvas, dtype=np.uint8), fine


def _sheet(
    form: Template, page_id: str, rng: np.random.Generator, scale: float, seed: int, document: int
) -> NDArray[np.uint8]:
    """One filled-in page, BGR, with the numbers of a station of its own."""
    own = np.random.default_rng([seed, 1, document])
    written = clerk.write(form, numbers.station(form, own), own)
    return np.asarray(
        fill_page(form, page_id, written.fields, draw_hand("calibration", own), rng, scale), dtype=np.uint8
    )


def _cover_tag(form: Template, page_id: str, sheet: NDArray[np.uint8]) -> None:
    tag = form.page(page_id).markers.tag
    if tag is not None:
        fine = sheet.shape[1] / form.paper.width
        middle = (round(tag.center[0] * fine), round(tag.center[1] * fine))
        cv2.circle(sheet, middle, round(0.8 * tag.side * fine), (90, 90, 90), -1)


def _names(record: Record) -> bool:
    codes = {p.code for p in (*record.warnings, *record.problems)}
    return bool(codes & {"other_sheet", "two_sheets"})


def _judged(record: Record) -> Counter[str]:
    accepted = any(field.accepted is not None for field in record.fields.values())
    return Counter(
        {
            "photos": 1,
            "ACCEPTED": int(accepted),
            "settled": int(record.status == "settled"),
            "named": int(_names(record)),
            "no numbers": int(record.page is None),
            **{f"problem {p.code}": 1 for p in record.problems},
        }
    )


def _alone(reader: Reader, form: Template, count: int, seed: int) -> Counter[str]:
    total: Counter[str] = Counter()
    for preset in PRESETS:
        counted: Counter[str] = Counter()
        for index, made in enumerate(_singles(form, count, seed, preset)):
            record = reader.read(made.jpeg, made.name)
            beside = "neighbour" in made.truth["defects"]
            kind = "beside a poster" if beside else "alone"
            counted += Counter(
                {kind: 1, f"{kind}, named": int(_names(record)), f"{kind}, doubted": int(_doubted(record))}
            )
            if _names(record) and not beside:
                print(f"  {form.id} {preset} #{index} {made.truth['defects']}: {record}", flush=True)
        print(f"{form.id:24} {preset}: {dict(sorted(counted.items()))}", flush=True)
        total += counted
    return total


def _singles(form: Template, count: int, seed: int, preset: Preset) -> Iterator[photos.MadePhoto]:
    names = sorted(DEFECTS)
    for index in range(count):
        defects = (names[index // 4 % len(names)],) if index % 4 == 3 else ()
        yield photos.make(photos.Order(form, index + 1, seed, preset, defects, "calibration"), index)


def _doubted(record: Record) -> bool:
    """True when all numbers went to review because of another sheet, or the photo has a problem instead."""
    why = {reason for field in record.fields.values() for reason in field.reasons}
    return "other_sheet" in why or any(p.code == "two_sheets" for p in record.problems)


if __name__ == "__main__":
    main()
