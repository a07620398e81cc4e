"""Estimate for a whole election: core-hours, storage and network, from the cost of a few drawn photos.

    python benchmarks/scale.py [--stations 2] [--share 823236]

For each size, drawn photos of the three pages of c-hasil-ppwp-2024 (preset field, test writers, a fixed seed) are read
by `run.run` in this process, with all witnesses. **CPU a photo** is the median over photos of `Reader.read`, plus the
additional time of a batch divided by its photos. **Decode** is a full gray decode of the same photos. Bytes are those
of the files read and written. Two parts grow faster than the number of photos, or are held in memory for all of them,
and are measured separately: comparing the ink of all sheets of a page, and the list of photos.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import statistics
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np
from PIL import Image

from ocr_recap import Reader
from ocr_recap.batch import inputs, run
from ocr_recap.batch.options import BatchOptions
from ocr_recap.forms.template import load
from ocr_recap.records import sheet_fingerprint
from ocr_recap.synth.sets.photos import Order, make

STATIONS = 823_236
SIZES = {"12 MP": 4000, "2 MP": 1633}  # px of the longer side of 4:3 photos
SEED = 907
FORM = load("c-hasil-ppwp-2024")
PAGES = [page.id for page in FORM.pages]


def drawn(stations: int, longer: int) -> list[bytes]:
    """Photos of each page, as many as stations; photos that a chat app shrank are left out."""
    order = Order(FORM, 40 * stations * len(PAGES), SEED, longer=longer)
    wanted = PAGES * stations
    found: list[bytes] = []
    for index in range(order.count):
        page = PAGES[index % len(PAGES)]
        if page in wanted:
            jpeg = make(order, index).jpeg
            if max(Image.open(io.BytesIO(jpeg)).size) == longer:
                wanted.remove(page)
                found.append(jpeg)
        if not wanted:
            break
    return found


def decoded(jpeg: bytes) -> float:
    """CPU seconds of a full gray decode."""
    begun = time.process_time()
    image = Image.open(io.BytesIO(jpeg))
    image.draft("L", image.size)
    image.load()
    return time.process_time() - begun


def read(jpegs: list[bytes]) -> dict[str, float]:
    """CPU seconds and bytes per photo, from reading each alone and all as a batch."""
    reader = Reader()
    reader.read(jpegs[0])  # warm-up, since loading once is no cost of a photo
    alone: list[float] = []
    for jpeg in jpegs:
        begun = time.process_time()
        reader.read(jpeg)
        alone.append(time.process_time() - begun)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "in").mkdir()
        for index, jpeg in enumerate(jpegs):
            (place / "in" / f"2101142004{index // len(PAGES) + 1:03d}-{index}.jpg").write_bytes(jpeg)
        begun = time.process_time()
        run.run([place / "in"], place / "out", BatchOptions(workers=1))
        whole = time.process_time() - begun
        files = [path for path in (place / "out").rglob("*") if path.is_file()]
        count = len(jpegs)

        def size(*names: str) -> float:
            mine = (p for p in files if p.relative_to(place / "out").parts[0] in names)
            return sum(p.stat().st_size for p in mine) / count

        return {
            "decode": statistics.median(map(decoded, jpegs)),
            "read": statistics.median(alone),
            "batch": whole / count - statistics.mean(alone),
            "photo": statistics.mean(map(len, jpegs)),
            "lines": size("photos.jsonl", "documents.jsonl"),
            "pictures": size("crops", "headers", "strokes", "bubbles"),
            "all": sum(path.stat().st_size for path in files if path.parts[-2] != "templates") / count,
            "files": sum(path.parent.name in ("crops", "headers", "strokes", "bubbles") for path in files) / count,
        }


def compared(sheets_of_page: int) -> float:
    """CPU seconds of comparing so many sheets of page 1."""
    cells = sum(field.cells.count for field in FORM.fields_of("1") if field.role == "count")
    rng = np.random.default_rng(1)
    levels = rng.integers(0, 16, (sheets_of_page, 36 * cells))
    inks = ["".join(f"{level:x}" for level in row) for row in levels]
    begun = time.process_time()
    sheet_fingerprint.alike(inks)
    return time.process_time() - begun


def listed(count: int) -> float:
    """Bytes of memory per photo of the list of photos."""
    with tempfile.TemporaryDirectory() as folder:
        for index in range(count):
            (Path(folder) / f"2101142{index // 1000:03d}{index % 1000:03d}.jpg").touch()
        tracemalloc.start()
        kept = inputs.collect([folder])
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return held / len(kept.photos)


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stations", type=int, default=2, help="stations drawn for each size")
    parser.add_argument("--share", type=int, default=STATIONS, help="stations to plan for")
    chosen = parser.parse_args()
    photos = chosen.share * len(PAGES)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {chosen.share:,} stations, {photos:,} photos")
    for name, longer in SIZES.items():
        jpegs = drawn(chosen.stations, longer)
        f = read(jpegs)
        cost = f["read"] + f["batch"]
        print(
            f"{name}, n = {len(jpegs)}: decode {f['decode']:.3f} s, read {f['read']:.2f} s, batch {f['batch']:+.2f} s; "
            f"{photos * cost / 3600:,.0f} core-hours, at the decode's speed {photos * f['decode'] / 3600:,.0f}\n"
            f"  in {f['photo'] / 1e6:.2f} MB a photo, {photos * f['photo'] / 1e12:.1f} TB; "
            f"out {f['all'] / 1e3:.0f} kB, {photos * f['all'] / 1e12:.2f} TB "
            f"(lines {f['lines'] / 1e3:.0f} kB, pictures {f['pictures'] / 1e3:.0f} kB in {f['files']:.1f} files)"
        )
    few, more = compared(1000), compared(2000)
    whole = more * (chosen.share / 2000) ** 2
    print(f"ink of 1,000 sheets {few:.2f} s, of 2,000 {more:.2f} s: of {chosen.share:,} {whole / 3600:,.0f} core-hours")
    print(f"list of photos {listed(5000):.0f} bytes each")
    print(f"most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
