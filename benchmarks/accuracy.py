"""The accuracy that docs/lab/accuracy.md states, by one fixed protocol: `make bench-accuracy`.

    python benchmarks/accuracy.py [--count 216] [--cells 60000] [--numbers 60000] [--workers 2] [--keep DIR]
    python benchmarks/accuracy.py --real-only   (`make bench-real`: real photos anew, all other figures kept)

1. Pages: for every form that can be found and every preset (clean, field, hard), `--count` photos of forms filled by
   test writers are made, read in one batch, and judged by `ocr_recap.evaluate`: documents of all their pages.
2. Cells: the digit reader alone on drawn cells, by test writers and by digits of the source that training never saw.
3. Fusion: numbers resampled from the evidence of pages (`benchmarks/resample.py`), for bounds that photos are too slow
   for.
4. Real photos, where the folders `../shared/real-forms` and `real-forms-2024` are there: whole photos with both
   policies, and cells by their true corners (`benchmarks/real_photos.py`).

Writes `benchmarks/accuracy.json` and the tables between the markers in docs/lab/accuracy.md. Everything depends on the
seed only; `--count` scales: 2,000 pages are some `--count 667` for one form.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import real_photos
from resample import resample

from ocr_recap.batch import run
from ocr_recap.batch.options import BatchOptions
from ocr_recap.cells.digit_reader import DigitReader
from ocr_recap.evaluate.bounds import clopper_pearson
from ocr_recap.evaluate.calibration import calibrate
from ocr_recap.evaluate.figures import figures
from ocr_recap.evaluate.forms import Forms
from ocr_recap.evaluate.judge import judge
from ocr_recap.evaluate.readings import read_results
from ocr_recap.evaluate.truths import read_jsonl
from ocr_recap.forms import template
from ocr_recap.read.reader import Reader
from ocr_recap.records.options import Options
from ocr_recap.synth.cells import cellset
from ocr_recap.synth.cells.cells import CLASSES
from ocr_recap.synth.sets import photos

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
SEED = 20_241_127
FUSION = "c-hasil-ppwp-2024"  # the form whose evidence is resampled
PRESETS = ("clean", "field", "hard")
BEGIN, END = "<!-- accuracy: written by make bench-accuracy -->", "<!-- end of accuracy -->"


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=216, help="photos per form and preset")
    parser.add_argument("--cells", type=int, default=60_000, help="number of cells")
    parser.add_argument("--numbers", type=int, default=60_000, help="numbers to resample; 0 leaves it out")
    parser.add_argument("--workers", type=int, default=2, help="number of processes")
    parser.add_argument("--keep", type=Path, help="folder for photos and results; else they are thrown away")
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with the folders of real photos")
    parser.add_argument("--real-only", action="store_true", help="measure real photos anew, and keep all other figures")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "accuracy.json", help="file for the figures")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "lab" / "accuracy.md")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or Path(scratch)
        found = json.loads(args.out.read_bytes()) if args.real_only else measure(args, folder)
        digits = DigitReader()
        found["real"] = real_photos.measure(args.shared, folder, args.workers, digits)
        found["protocol"]["real_weights_sha256"] = digits.sha256
    args.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    fill_in(args.page, table(found))
    print(table(found))


def measure(args: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """Run all parts of the protocol but the real photos."""
    digits = DigitReader()
    found: dict[str, Any] = {
        "protocol": {
            "seed": SEED,
            "photos_per_set": args.count,
            "writers": "test",
            "version": importlib.metadata.version("ocr-recap"),
            "weights_sha256": digits.sha256,
        },
        "pages": {name: result for name, result in pages(args.count, args.workers, scratch)},
        "cells": drawn_cells(args.cells, args.workers, digits),
    }
    if args.numbers:
        found["fusion"] = resample(template.load(FUSION), args.numbers, SEED, args.workers)
    return found


def pages(count: int, workers: int, scratch: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Figures of drawn photos of every preset and every form."""
    for form in Reader().templates:
        for preset in PRESETS:
            folder = scratch / f"{form.id}-{preset}"
            start = time.monotonic()
            photos.make_set(photos.Order(form, count, SEED, preset), folder / "photos", workers)
            made = time.monotonic()
            result = judged(folder / "photos", folder / "photos" / photos.TRUTH, folder / "results", workers)
            print(
                f"{form.id} {preset}: made in {made - start:.0f} s, read in {time.monotonic() - made:.0f} s", flush=True
            )
            yield f"{form.id} {preset}", result


def judged(images: Path, truth: Path, out: Path, workers: int) -> dict[str, Any]:
    """Figures of one batch."""
    run.run([images], out, BatchOptions(reading=Options(), workers=workers))
    return real_photos.short(figures(judge(read_results(out), read_jsonl(truth)), Forms(())))


def drawn_cells(count: int, workers: int, digits: DigitReader) -> dict[str, Any]:
    """Figures of the digit reader alone on drawn cells."""
    cv2.setNumThreads(1)
    found: dict[str, Any] = {}
    for writers in ("test", "shift"):
        made = cellset.make_cells(count, SEED, writers, None, workers)
        said = digits.read(made.patches, made.boxes)
        best, sure = said.argmax(axis=1), said.max(axis=1)
        right, digit = best == made.labels, made.labels < 10
        wrong = int((~right & digit).sum())
        found[writers] = {
            "cells": count,
            "cells_right": int(right.sum()),
            "digit_cells": int(digit.sum()),
            "digit_cells_right": int((right & digit).sum()),
            "digit_error_rate_upper95": clopper_pearson(wrong, int(digit.sum()))[1],
            "ece": calibrate(zip((2.718281828459045**s for s in sure.tolist()), right.tolist(), strict=True)).ece,
            "classes": CLASSES,
        }
    return found


def table(found: dict[str, Any]) -> str:
    """Tables of docs/lab/accuracy.md."""
    lines = [
        "| photos | found | numbers read right | accepted | silent errors (95% bound) | blanks | stations settled |",
        "|---|---|---|---|---|---|---|",
    ]
    sets = {f"drawn, {name}": f for name, f in found["pages"].items()}
    reals = {f"real (`../shared/{name}`)": f["strict"] for name, f in found.get("real", {}).items()}
    for name, f in (sets | reals).items():
        silent = f"{f['silent_errors']} (< {percent(f['silent_error_rate_upper95'])})"
        rest = f"{f['blanks_right']} of {f['blanks']} | {f['straight_through']} of {f['documents']}"
        lines.append(
            f"| {name} | {f['located']} of {f['photos']} | {f['numbers_right']:,} of {f['numbers']:,} "
            f"| {f['accepted']:,} | {silent} | {rest} |"
        )
    if found.get("real"):
        lines += ["", *real_photos.table(found["real"]), "", real_photos.note()]
    lines += [
        "",
        "| digit reader alone | digit cells right | all cells right | calibration error |",
        "|---|---|---|---|",
    ]
    names = {"test": "drawn cells, test writers", "shift": "drawn cells, digits of a source never trained on"}
    cells = {names[name]: f for name, f in found["cells"].items()}
    for name, f in found.get("real", {}).items():
        cells[f"real cells (`../shared/{name}`), by their true corners"] = f["cells"]
    for name, f in cells.items():
        lines.append(
            f"| {name} | {f['digit_cells_right']:,} of {f['digit_cells']:,} | {f['cells_right']:,} of {f['cells']:,} "
            f"| {f['ece']:.4f} |"
        )
    if "fusion" in found:
        f = found["fusion"]
        lines += [
            "",
            f"Resampled from the evidence of {f['source_photos']} drawn photos (this tests how witnesses and rules are "
            f"put together, not photography): {f['accepted']:,} of {f['numbers']:,} numbers accepted, {f['wrong']} of "
            f"these wrong, at most {f['upper95']:.1e} (95%).",
        ]
    return "\n".join(lines)


def percent(rate: float) -> str:
    """A rate as percent with two significant digits."""
    return f"{100 * rate:.2g}%"


def fill_in(page: Path, content: str) -> None:
    """Put the tables between the markers of the page.

    Raises:
        SystemExit: the markers are missing.
    """
    text = page.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise SystemExit(f"{page}: put the lines {BEGIN!r} and {END!r} where the table belongs")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n{content}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
