"""Choose the temperature and the thresholds of ocr_recap/cells/tally_reader.py on drawn photos of calibration writers.

    ocr-recap synth c-hasil-ppwp-2024 --writers calibration --preset field --count 36 --seed 902 --out field
    ocr-recap synth c-hasil-ppwp-2024 --writers calibration --preset hard --count 36 --seed 906 --out hard
    python training/tally/choose.py field hard [--write]

Every grid is cropped by its true corners and its lines are searched for, as in the reader. `--write` puts the
temperature that maximises the likelihood of these photos' cells into ocr_recap/weights/tally.json. Training first fits
the temperature on drawn cells, which are harder than cells of photos.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_recap.cells.crop import cut_tally
from ocr_recap.cells.tally_crop import BOX_HEIGHT, BOX_WIDTH, HEIGHT, OTHER, WIDTH, GridPatches
from ocr_recap.cells.tally_prior import in_order
from ocr_recap.cells.tally_reader import INNER, TallyReader, cell_counts, convolve, credible
from ocr_recap.cells.weights import weights_directory
from ocr_recap.imaging.arrays import FloatArray
from ocr_recap.imaging.photo import load

PRIOR = np.array(TallyReader().card["prior"])
TEMPERATURES = np.exp(np.arange(-0.8, 1.01, 0.1))


@dataclass
class Grid:
    """One grid: place, log-probabilities of its cells (rows, columns, 8), true contents, and the page's visibility."""

    name: str
    patches: GridPatches
    logits: FloatArray
    truth: NDArray[np.int64]


def grids(folder: Path, reader: TallyReader) -> list[Grid]:
    """Grids of the photos of a folder, with the reader's output."""
    found: list[Grid] = []
    for line in (folder / "truth.jsonl").read_bytes().splitlines():
        truth: dict[str, Any] = json.loads(line)
        if not truth["tallies"]:
            continue
        photo = load(folder / f"{truth['name']}.jpg", truth["name"])
        for name, fact in truth["tallies"].items():
            if not fact.get("cells"):
                continue
            patches = cut_tally(photo, np.array(fact["grid_quad"], float), fact["grid_rows"], fact["grid_cols"])
            table = reader.classify(patches.cells.reshape(-1, HEIGHT, WIDTH))
            logits = np.log(np.maximum(table, 1e-12)).reshape(*patches.cells.shape[:2], -1)
            found.append(Grid(f"{truth['name']} {name}", patches, logits, np.array(fact["cells"])))
    return found


def tempered(logits: FloatArray, temperature: float) -> FloatArray:
    """Probabilities of logits at a temperature."""
    odds = np.exp((logits - logits.max(axis=-1, keepdims=True)) / temperature)
    return odds / odds.sum(axis=-1, keepdims=True)


def settled(grid: Grid, temperature: float) -> FloatArray:
    """Probabilities of the cells (rows, columns, 8) at a temperature, with the prior on the order of filling."""
    table = tempered(grid.logits, temperature)
    return in_order(table.reshape(1, -1, table.shape[2]), PRIOR).reshape(table.shape)


def darkness(cells: NDArray[np.uint8]) -> FloatArray:
    """Measure of `is_bare`: darkness of the darkest place of each cell below its paper, share of the paper."""
    top, left = (HEIGHT - BOX_HEIGHT) // 2, (WIDTH - BOX_WIDTH) // 2
    inner = cells[:, top + INNER : top + BOX_HEIGHT - INNER, left + 3 : left + BOX_WIDTH - 3].astype(np.float32)
    means = np.stack([cv2.blur(cell, (3, 3))[1:-1, 1:-1] for cell in inner]).reshape(len(cells), -1)
    paper = means.mean(axis=1)
    return ((paper - means.min(axis=1)) / np.maximum(paper, 1)).astype(np.float64)


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", help="input folders")
    parser.add_argument("--write", action="store_true", help="write the temperature into tally.json")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    reader = TallyReader()
    everything = [grid for folder in args.folders for grid in grids(folder, reader)]
    readable = [grid for grid in everything if grid.patches.inside]
    print(f"{len(everything)} grids, {len(readable)} inside their photo")

    dark = np.concatenate([darkness(g.patches.cells.reshape(-1, HEIGHT, WIDTH)) for g in readable])
    held = np.concatenate([g.truth.ravel() for g in readable])
    print("darkest place below the paper, quantiles 0, 0.1%, 1%, 50%, 90%, 99%")
    for strokes in range(6):
        some = dark[held == strokes]
        print(f"  {strokes} strokes, {len(some):6}: {np.quantile(some, (0, 0.001, 0.01, 0.5, 0.9, 0.99)).round(3)}")

    best, least = 1.0, np.inf
    print("temperature (times the present one): cell loss; grids exact, in the 99% set, sure at 0.9 and wrong")
    for temperature in TEMPERATURES:
        loss, cells, exact, inside, lies = 0.0, 0, 0, 0, 0
        for grid in readable:
            counts = cell_counts(settled(grid, temperature))
            chance = np.take_along_axis(counts, grid.truth[..., None], 2)
            loss, cells = loss - float(np.log(np.maximum(chance, 1e-12)).sum()), cells + grid.truth.size
            total = convolve(convolve(counts))
            want, said = int(grid.truth.sum()), int(total.argmax())
            low, high = credible(total)
            exact, inside = exact + (said == want), inside + (low <= want <= high)
            lies += said != want and float(total[said]) >= 0.9
        share = loss / max(cells, 1)
        if share < least:
            best, least = float(temperature), share
        n = len(readable)
        print(f"  {temperature:.3f}: {share:.5f}; {exact} of {n}, {inside} of {n}, {lies}")
    print(f"likeliest at {best:.3f} times the present temperature")

    thresholds(readable, best)
    if args.write:
        card_file = weights_directory() / "tally.json"
        card = json.loads(card_file.read_text("utf-8"))
        card["temperature"] = round(card["temperature"] * best, 4)
        card["temperature_of"] = f"{len(readable)} grids of photos by calibration writers (choose.py)"
        card_file.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
        print(f"temperature {card['temperature']} written to {card_file.name}")


def thresholds(readable: list[Grid], best: float) -> None:
    """Print how the figures under each threshold separate grids."""
    print("grids by the share of zones with lines: n, exact")
    for low, high in ((0.0, 0.001), (0.001, 0.15), (0.15, 0.3), (0.3, 0.5), (0.5, 0.8), (0.8, 1.01)):
        some = [g for g in readable if low <= g.patches.found < high]
        exact = sum(_count(g, best) == int(g.truth.sum()) for g in some)
        print(f"  {low:.2f} to {high:.2f}: {len(some)}, {exact}")
    print("grids by the likeliest `other` of their cells: n, exact")
    for low, high in ((0, 0.01), (0.01, 0.1), (0.1, 0.3), (0.3, 0.5), (0.5, 0.8), (0.8, 1.01)):
        some = [g for g in readable if low <= float(settled(g, best)[..., OTHER].max()) < high]
        exact = sum(_count(g, best) == int(g.truth.sum()) for g in some)
        print(f"  {low:.2f} to {high:.2f}: {len(some)}, {exact}")
    print("grids by width of the 99% set and the chance of the likeliest count: n, exact")
    for low, high in ((0, 0), (1, 1), (2, 3), (4, 6), (7, 10), (11, 999)):
        some = [g for g in readable if low <= _width(g, best) <= high]
        exact = sum(_count(g, best) == int(g.truth.sum()) for g in some)
        near = sum(abs(_count(g, best) - int(g.truth.sum())) <= 1 for g in some)
        print(f"  {low} to {high}: {len(some)}, {exact}, within 1 {near}")


def _total(grid: Grid, temperature: float) -> FloatArray:
    return convolve(convolve(cell_counts(settled(grid, temperature))))


def _count(grid: Grid, temperature: float) -> int:
    return int(_total(grid, temperature).argmax())


def _width(grid: Grid, temperature: float) -> int:
    low, high = credible(_total(grid, temperature))
    return high - low


if __name__ == "__main__":
    main()
