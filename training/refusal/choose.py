"""Choose the limits of ocr_recap/locate/refusal.py: blurred beyond reading, ruled lines in sight, back of a sheet.

    python training/refusal/choose.py --keep FOLDER [--photos 120] [--seed 1]

Pages of all forms in turn, filled in by calibration writers, are photographed in several ways (`KINDS`) under
conditions of the presets field and hard. `--photos` is the number of photos of each kind. The photos are kept in FOLDER
and drawn only where they are not there yet. Digits are cut at their true corners and read, so the share of misread
digits does not depend on locating. The script prints the quantiles of each measure by kind, the number of photos that
the limits in use refuse, and the misread digits of the photos that count as unreadable and of the others.

Kinds: `field`, `hard`: the presets. `part`: cut to a part of the page. `part-blur`: cut and
out of focus by 1.5 to 3 mm, which is still read. `small`: far away. `blur-N`: out of focus by a
blur circle of N mm. `back`: the sheet's back, with the print showing through. `mirrored`: a mirror image. `ground`: no
sheet. `blank`: a sheet without print. `letter`: a page of text without lines. Kinds with two presets take them in turn.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_recap.cells.crop import cut
from ocr_recap.cells.digit_reader import CLASSES, DigitReader
from ocr_recap.forms.template import Template, available
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.photo import Photo, load
from ocr_recap.locate import refusal
from ocr_recap.messages.problems import PhotoProblem
from ocr_recap.synth.camera.background import texture
from ocr_recap.synth.camera.conditions import BACKGROUNDS, Preset, Range, draw
from ocr_recap.synth.camera.photo import Shot, photograph
from ocr_recap.synth.forms import clerk, numbers
from ocr_recap.synth.forms.fill import FieldWriting, fill_page
from ocr_recap.synth.sets.photos import pairs_of_boxes
from ocr_recap.synth.writing.hand import draw_hand

SCALE = 5.0  # px per mm of drawn pages
LONGER = (900, 1400, 2000, 2000, 2600)  # px, longer side of the photos, in turn
BLURS = (2, 3, 4, 5, 6, 8, 12)  # mm
KINDS: dict[str, tuple[tuple[Preset, ...], Mapping[str, Range]]] = {
    "field": (("field",), {}),
    "hard": (("hard",), {}),
    "part": (("field", "hard"), {"part": (0.25, 0.8)}),
    "small": (("field", "hard"), {"fill": (0.6, 0.68)}),
    **{f"blur-{n}": (("field",), {"defocus": (n, n)}) for n in BLURS},
    "back": (("field", "hard"), {"back": (0.06, 0.22)}),
    "mirrored": (("field", "hard"), {}),
    "ground": (("field", "hard"), {"part": (0.3, 0.5)}),
    "blank": (("field",), {"neighbour": (0, 0)}),
    "letter": (("field",), {"neighbour": (0, 0)}),
    "part-blur": (("field",), {"part": (0.25, 0.5), "defocus": (1.5, 3)}),
}
MARKS = (0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1)  # quantiles that are printed


@dataclass(frozen=True)
class Taken:
    """One photo: its kind, form and preset, its digits in sight, how many of them are misread at their true corners,
    and the corners of the paper, (4, 2) px."""

    kind: str
    form: str
    preset: str
    digits: int
    misread: int
    corners: list[list[float]]


def take(kind: str, index: int, seed: int) -> tuple[bytes, Taken]:
    """Draw photo number `index` of a kind."""
    presets, changes = KINDS[kind]
    preset = presets[index // len(available()) % len(presets)]
    rng = np.random.default_rng([seed, list(KINDS).index(kind), index])
    forms = list(available())
    form = load_template(forms[index % len(forms)])
    page_id = form.pages[index // len(forms) % len(form.pages)].id
    writing, sheet = _sheet(form, page_id, kind, rng)
    width, height = form.paper.width, form.paper.height
    middle = (0.4 * width, 0.4 * height, 0.6 * width, 0.6 * height)
    shot = photograph(
        sheet,
        (width, height),
        draw(preset, rng, changes),
        rng,
        longer=LONGER[index % len(LONGER)] if "part" not in changes else 2000,
        pixels_per_mm=SCALE,
        parts=[middle] if kind == "ground" else pairs_of_boxes(form.fields_of(page_id)),
    )
    jpeg, corners = shot.jpeg, shot.quad((0, 0, width, height))
    if kind == "mirrored":
        jpeg = cv2.imencode(".jpg", shot.picture[:, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()
        corners = corners * (-1, 1) + (shot.picture.shape[1] - 1, 0)
    unread = kind in ("mirrored", "ground", "blank", "letter", "back")
    digits, misread = (0, 0) if unread else _read(form, page_id, writing, shot)
    return jpeg, Taken(kind, form.id, preset, digits, misread, corners.tolist())


def _sheet(
    form: Template, page_id: str, kind: str, rng: np.random.Generator
) -> tuple[Mapping[str, FieldWriting], NDArray[np.uint8]]:
    """The writing on a page and the page, BGR."""
    written = clerk.write(form, numbers.station(form, rng), rng)
    page = np.asarray(fill_page(form, page_id, written.fields, draw_hand("calibration", rng), rng, SCALE), np.uint8)
    if kind == "blank":
        page[:] = 255
    if kind == "ground":
        page = texture(BACKGROUNDS[int(rng.integers(len(BACKGROUNDS)))], page.shape[1::-1], rng).astype(np.uint8)
    if kind == "letter":
        page[:] = 255
        for y in range(120, page.shape[0] - 120, 55):
            words = " ".join("".join(rng.choice(list("aeioumnkrtsplgb"), int(rng.integers(2, 9)))) for _ in range(10))
            cv2.putText(page, words, (110, y), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (40, 40, 40), 2, cv2.LINE_AA)
    return written.fields, page


def _read(form: Template, page_id: str, writing: Mapping[str, FieldWriting], shot: Shot) -> tuple[int, int]:
    """Digits in sight, and how many of them the reader takes for another sign, at their true corners."""
    photo = load(shot.jpeg, "photo")
    reader, digits, misread = DigitReader(), 0, 0
    for field in form.fields_of(page_id):
        said = writing[field.id]
        rects = [r for r in zip(said.text, field.cells.rects(), strict=False) if shot.visible(r[1]) == 1]
        chars = [(char, rect) for char, rect in rects if char.isdigit()]
        if said.struck or not chars:
            continue
        quads = np.array([shot.quad(rect) for _, rect in chars])
        best = reader.read(*cut(photo, quads, field.cells.box[2:])).argmax(axis=1)
        digits += len(chars)
        misread += sum(CLASSES[b] != char for b, (char, _) in zip(best, chars, strict=True))
    return digits, misread


def kept(folder: Path, kind: str, index: int, seed: int) -> tuple[bytes, Taken]:
    """A photo from the folder, drawn if it is not there."""
    stem = folder / f"{kind}-{seed}-{index}"
    if not stem.with_suffix(".json").exists():
        jpeg, taken = take(kind, index, seed)
        stem.with_suffix(".jpg").write_bytes(jpeg)
        stem.with_suffix(".json").write_text(json.dumps(asdict(taken)), "utf-8")
    return stem.with_suffix(".jpg").read_bytes(), Taken(**json.loads(stem.with_suffix(".json").read_text("utf-8")))


def measured(jpeg: bytes, taken: Taken) -> dict[str, float]:
    """All measures of a photo; no measure of a photo that is refused when it is decoded."""
    try:
        photo: Photo = load(jpeg, "photo")
    except PhotoProblem:
        return {}
    start = time.process_time()
    seen = refusal.sharpness(photo.gray)
    lines = refusal.line_length(photo.gray)
    cost = time.process_time() - start
    return {
        "ratio": seen.ratio,
        "edges": seen.edges,
        "contrast": seen.contrast,
        "unreadable": seen.is_unreadable(),
        "blurred": seen.is_blurred(),
        "lines": lines,
        "no lines": not refusal.has_lines(photo.gray),
        "depth": refusal.print_depth(photo.gray, np.array(taken.corners)),
        "back": refusal.which_side(photo.gray, np.array(taken.corners)) == "back",
        "ms": 1000 * cost,
        "megapixels": photo.gray.size / 1e6,
    }


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, required=True, help="folder of the drawn photos")
    parser.add_argument("--photos", type=int, default=120, help="number of photos of each kind")
    parser.add_argument("--seed", type=int, default=1, help="seed of all random numbers")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    arguments.keep.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[tuple[Taken, dict[str, float]]]] = {kind: [] for kind in KINDS}
    for kind in KINDS:
        for index in range(arguments.photos):
            jpeg, taken = kept(arguments.keep, kind, index, arguments.seed)
            if measures := measured(jpeg, taken):
                found[kind].append((taken, measures))
    report(found)


def report(found: Mapping[str, list[tuple[Taken, dict[str, float]]]]) -> None:
    """Print the measures by kind, what the limits in use refuse, and how much of that could be read."""
    for name in ("ratio", "edges", "contrast", "lines", "depth", "ms"):
        print(f"{name}: quantiles {MARKS}")
        for kind, photos in found.items():
            if name != "depth" or kind in ("back", "mirrored"):
                values = np.array([m[name] for _, m in photos])
                print(f"    {kind:9} {np.round(np.quantile(values, MARKS), 3)}")
    # -1: not asked, since a mirrored page must have been found.
    print("kind       photos  unreadable  blurred  no lines  back   misread digits of the unreadable, of the others")
    for kind, photos in found.items():
        counts = [int(sum(m[name] for _, m in photos)) for name in ("unreadable", "blurred", "no lines", "back")]
        counts[3] = counts[3] if kind in ("back", "mirrored") else -1
        shares = "".join(f"  {misread([t for t, m in photos if m['unreadable'] == flag])}" for flag in (True, False))
        print(f"{kind:9} {len(photos):7d} {counts[0]:11d} {counts[1]:8d} {counts[2]:9d} {counts[3]:5d} {shares}")
    readable = [m["ratio"] for p in found.values() for t, m in p if t.digits and 2 * t.misread < t.digits]
    print(f"smallest ratios of photos of which most digits are read: {np.round(sorted(readable)[:8], 3)}")


def misread(photos: list[Taken]) -> str:
    """Misread digits of all digits."""
    digits = sum(t.digits for t in photos)
    return f"{sum(t.misread for t in photos)} of {digits}" if digits else "-"


if __name__ == "__main__":
    main()
