"""Choose how sure the tally reader may be of the count of a grid, on drawn photos of calibration writers.

    python training/tally/calibrate.py --keep FOLDER [--write]

Draws the photos of `SETS`, locates each page as usual, and cuts its grids (kept in FOLDER, since drawing takes long).
Then it chooses, and with `--write` puts into ocr_recap/weights/tally.json:

- `temperature`: the one at which the cells of these grids are likeliest, given the order of filling;
- `long_line`: the share of cells of each class through which a long line runs (`cells.struck_space`);
- `counts`: power, slip and bundle of `tally_reader.calibrated`, at which the true counts of the grids that are read are
  likeliest. The product of cells taken as independent is too sure of itself, and this makes 0.98 mean 0.98.

Prints how often counts are right at each level of probability, before and after.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_recap.cells.crop import crop
from ocr_recap.cells.tally_crop import CANCELLED, HEIGHT, WIDTH, GridPatches
from ocr_recap.cells.tally_prior import in_order
from ocr_recap.cells.tally_reader import FULL, TallyReader, calibrated, cell_counts, convolve, weigh
from ocr_recap.cells.weights import weights_directory
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.arrays import FloatArray
from ocr_recap.imaging.photo import load
from ocr_recap.locate.locate import locate
from ocr_recap.messages.problems import PhotoProblem
from ocr_recap.synth.camera.conditions import Preset
from ocr_recap.synth.sets.photos import Order, make

# Form, preset, page, documents, seed: photos by calibration writers.
SETS: tuple[tuple[str, Preset, str, int, int], ...] = (
    ("c-hasil-ppwp-2024", "field", "2", 24, 1912),
    ("c-hasil-ppwp-2024", "hard", "2", 24, 1916),
    ("c1-kwk-2017", "field", "plano", 5, 1918),
    ("ppwp-plano-2019", "field", "lembar-2", 5, 1920),
    ("c-hasil-ppwp-2024", "field", "2", 60, 1922),
)
TEMPERATURES = np.exp(np.arange(-0.5, 0.81, 0.1))
POWERS = np.arange(0.3, 1.01, 0.05)  # never more sure than the cells say; by judgement
SLIPS = (0.0, 0.0002, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.008, 0.012, 0.02)
BUNDLES = (0.0, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.008, 0.012, 0.02)
AS_IT_IS = (1.0, 0.0, 0.0)
LEVELS = (0.0, 0.5, 0.8, 0.9, 0.98, 0.995, 1.01)


@dataclass
class Grid:
    """One grid: its name, what was cut out of it, and its true strokes per cell (None where they are crossed out)."""

    name: str
    patches: GridPatches
    cells: NDArray[np.int64] | None

    @property
    def count(self) -> int | None:
        """Its true number of strokes."""
        return None if self.cells is None else int(self.cells.sum())


def draw(form: str, preset: Preset, page: str, documents: int, seed: int) -> Iterator[Grid]:
    """The grids of drawn photos of one page of a form, located as usual; photos that are not found are left out."""
    template = load_template(form)
    place = [p.id for p in template.pages].index(page)
    order = Order(template, documents * len(template.pages), seed, preset, writers="calibration")
    for document in range(documents):
        made = make(order, document * len(template.pages) + place)
        try:
            photo = load(made.jpeg, made.name)
            patches = crop(photo, locate(photo, [template]))
        except PhotoProblem:
            continue
        for name, fact in made.truth["tallies"].items():
            grid = patches[name].grid if name in patches else None
            if grid is not None and fact.get("cells"):
                cells = None if fact["count"] is None else np.array(fact["cells"])
                yield Grid(f"{made.name} {name}", grid, cells)


def kept(folder: Path, which: tuple[str, Preset, str, int, int]) -> list[Grid]:
    """The grids of one set, drawn once."""
    file = folder / f"{hashlib.sha256(repr(which).encode()).hexdigest()[:12]}.pkl"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(pickle.dumps([(one.name, one.patches, one.cells) for one in draw(*which)]))
    return [Grid(*one) for one in pickle.loads(file.read_bytes())]


@dataclass
class Seen:
    """A grid with the logits (rows, columns, 8) of its cells, at temperature 1 of the present weights."""

    grid: Grid
    logits: FloatArray


def settled(seen: Seen, reader: TallyReader, temperature: float, line: FloatArray | None) -> FloatArray:
    """Probabilities (rows, columns, 8) of the cells given the order of filling and the long lines."""
    odds = np.exp((seen.logits - seen.logits.max(axis=-1, keepdims=True)) / temperature)
    table = (odds / odds.sum(axis=-1, keepdims=True)).reshape(1, -1, odds.shape[-1])
    struck = None
    if line is not None:
        struck = np.where(seen.grid.patches.struck.cells.reshape(1, -1, 1), line, 1 - line)
    return in_order(table, np.array(reader.card["prior"]), struck).reshape(seen.logits.shape)


def loss_of_cells(sample: Sequence[Seen], reader: TallyReader, temperature: float, line: FloatArray) -> float:
    """Mean of minus the logarithm of the probability of each cell's true strokes."""
    total, cells = 0.0, 0
    for seen in sample:
        truth = seen.grid.cells
        if truth is None or truth.max() > FULL:
            continue
        counts = cell_counts(settled(seen, reader, temperature, line))
        chance = np.take_along_axis(counts, truth[..., None], 2)
        total, cells = total - float(np.log(np.maximum(chance, 1e-12)).sum()), cells + truth.size
    return total / max(cells, 1)


def long_lines(sample: Sequence[Seen]) -> FloatArray:
    """Share (8,) of cells of each class through which a long line runs, in the order of `tally_reader.CLASSES`.

    Truth does not tell empty cells that a line runs through from others. A net that calls a cell cancelled has seen
    the line, so both classes get the share of all cells without strokes; so does *something else*.
    """
    held, hit = np.zeros(2), np.zeros(2)
    for seen in sample:
        if seen.grid.cells is not None:
            some = (seen.grid.cells > 0).astype(int)
            held += np.bincount(some.ravel(), minlength=2)
            hit += np.bincount(some.ravel(), seen.grid.patches.struck.cells.ravel(), minlength=2)
    free, used = (hit + 0.5) / (held + 1)
    share = np.full(8, used)
    share[[0, CANCELLED]] = free
    share[-1] = (free + used) / 2
    return share


def counts_read(sample: Sequence[Seen], reader: TallyReader, temperature: float, line: FloatArray) -> list[Any]:
    """Distribution of the count, and true count, of each grid that is read."""
    found: list[tuple[FloatArray, int]] = []
    for seen in sample:
        table = settled(seen, reader, temperature, line)
        if seen.grid.count is not None and weigh(table, seen.grid.patches).state != "unreadable":
            found.append((convolve(convolve(cell_counts(table))), seen.grid.count))
    return found


def loss_of_counts(found: Sequence[Any], choice: tuple[float, float, float]) -> float:
    """Mean of minus the logarithm of the probability of the true count."""
    chances = [calibrated(total, *choice)[count] for total, count in found]
    return float(-np.log(np.maximum(chances, 1e-9)).mean())


def show(title: str, found: Sequence[Any], choice: tuple[float, float, float]) -> None:
    """Print how often counts are right at each level of probability."""
    print(title)
    said = [(calibrated(total, *choice), count) for total, count in found]
    chances = np.array([float(t.max()) for t, _ in said])
    right = np.array([int(t.argmax()) == count for t, count in said])
    for low, high in pairwise(LEVELS):
        some = (chances >= low) & (chances < high)
        if some.any():
            print(f"  {low:.3f} to {high:.3f}: {some.sum():5} grids, mean {chances[some].mean():.4f}, right "
                  f"{right[some].sum()} ({right[some].mean():.4f})")  # fmt: skip


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, required=True, help="folder for the grids that were cut out")
    parser.add_argument("--weights", type=Path, help="folder of tally.onnx and tally.json; default: the shipped ones")
    parser.add_argument("--write", action="store_true", help="write the choice into tally.json")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    folder = args.weights or weights_directory()
    reader = TallyReader(args.weights)
    sample: list[Seen] = []
    for grid in (one for which in SETS for one in kept(args.keep, which)):
        table = reader.classify(grid.patches.cells.reshape(-1, HEIGHT, WIDTH))
        logits = np.log(np.maximum(table, 1e-12)).reshape(*grid.patches.cells.shape[:2], -1)
        sample.append(Seen(grid, logits))
    line = long_lines(sample)
    print(f"{len(sample)} grids; a long line runs through {line.round(4).tolist()} of the cells of each class")
    losses = [loss_of_cells(sample, reader, float(t), line) for t in TEMPERATURES]
    times = float(TEMPERATURES[int(np.argmin(losses))])
    print(f"temperature {reader.card['temperature'] * times:.4f}: loss of cells {min(losses):.5f}")
    found = counts_read(sample, reader, times, line)
    right = sum(int(total.argmax()) == count for total, count in found)
    unread = sum(s.grid.count is not None for s in sample) - len(found)
    print(f"{right} of {len(found)} counts right, {unread} grids unreadable")
    choices = [(float(p), s, b) for p in POWERS for s in SLIPS for b in BUNDLES]
    choice = min(choices, key=lambda one: loss_of_counts(found, one))
    power, slip, bundle = choice
    print(f"power {power:.2f}, slip {slip}, bundle {bundle}: loss of counts {loss_of_counts(found, choice):.5f}, "
          f"without {loss_of_counts(found, AS_IT_IS):.5f}")  # fmt: skip
    show("as the cells say", found, AS_IT_IS)
    show("calibrated", found, choice)
    if args.write:
        card_file = folder / "tally.json"
        card = json.loads(card_file.read_text("utf-8"))
        card["temperature"] = round(card["temperature"] * times, 4)
        card["temperature_of"] = f"{len(sample)} grids of photos by calibration writers (calibrate.py)"
        card["long_line"] = [round(float(v), 4) for v in line]
        card["counts"] = {"power": round(power, 3), "slip": slip, "bundle": bundle}
        card_file.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
        print(f"written to {card_file}")


if __name__ == "__main__":
    main()
