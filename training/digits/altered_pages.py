"""Draws photos of altered pages for training by `struck.py` and `overwritten.py`: `altered_pages.py --out FOLDER`.

    python training/digits/altered_pages.py --photos 3072 --out FOLDER [--workers 2]

The pages are by training writers (`ocr_recap/synth/cells/alteredpages.py`). The folder holds one file for every
`SHARD` photos. A run that was stopped resumes with the files that are missing, and makes the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ocr_recap.synth.cells.alteredcells import UNKNOWN, AlteredStrip
from ocr_recap.synth.cells.alteredpages import altered_page
from ocr_recap.synth.sets.parallel import in_order

SEED = 20_261_201
SHARD = 192  # photos
OVER_SHARE = 0.3  # share of a batch's cells; of all cells about one in ten is written over


@dataclass(frozen=True)
class Pages:
    """Strips and cells of altered pages.

    Attributes:
        strips: by width, pictures (n, 48, width) uint8 and whether each is struck out (n,), where that is known.
        cells: (n, 48, 48) uint8, for which it is known whether they hold two digits.
        overwritten: (n,) True for cells with two digits.
    """

    strips: dict[int, tuple[np.ndarray, np.ndarray]]
    cells: np.ndarray
    overwritten: np.ndarray

    def some_strips(self, count: int, rng: np.random.Generator) -> dict[int, tuple[np.ndarray, np.ndarray]]:
        """Random strips, in the format of `strips`."""
        sizes = np.array([len(struck) for _, struck in self.strips.values()])
        counts = rng.multinomial(count, sizes / sizes.sum())
        chosen: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        for (width, (pictures, struck)), take in zip(self.strips.items(), counts.tolist(), strict=True):
            places = rng.integers(len(struck), size=take)
            chosen[width] = pictures[places], struck[places]
        return chosen

    def some_cells(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Random cells, `OVER_SHARE` of them written over: patches (count, 48, 48) and labels (count,)."""
        over, other = np.flatnonzero(self.overwritten == 1), np.flatnonzero(self.overwritten == 0)
        first = round(count * OVER_SHARE)
        places = np.concatenate([rng.choice(over, first), rng.choice(other, count - first)])
        return self.cells[places], self.overwritten[places]


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=16 * SHARD, help="rounded up to whole files")
    parser.add_argument("--workers", type=int, default=2, help="number of processes")
    parser.add_argument("--out", type=Path, required=True, help="folder for the output")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    files = [args.out / f"{number:04d}.npz" for number in range(-(-args.photos // SHARD))]
    missing = [number for number, file in enumerate(files) if not file.exists()]
    indices = [index for number in missing for index in range(number * SHARD, (number + 1) * SHARD)]
    made: list[tuple[AlteredStrip, np.ndarray]] = []
    for index, page in zip(indices, in_order(_draw, indices, args.workers), strict=True):
        made += page
        if (index + 1) % SHARD == 0:
            save(made, files[index // SHARD])
            print(f"{files[index // SHARD]}: {len(made):,d} numbers", flush=True)
            made.clear()


def save(made: Sequence[tuple[AlteredStrip, np.ndarray]], file: Path) -> None:
    """Write the numbers of photos into one file; an interrupted write leaves no file."""
    new = file.with_suffix(".new")
    with new.open("wb") as out:
        np.savez_compressed(
            out,
            strips=np.concatenate([strip.picture for strip, _ in made], axis=1),
            widths=np.array([strip.picture.shape[1] for strip, _ in made]),
            struck=np.array([strip.struck for strip, _ in made], np.int8),
            cells=np.concatenate([cells for _, cells in made]),
            overwritten=np.concatenate([strip.overwritten for strip, _ in made]),
        )
    new.replace(file)


def load(folder: Path) -> Pages:
    """All numbers of a folder, in the order of its files.

    Raises:
        ValueError: the folder holds none.
    """
    files = sorted(folder.glob("*.npz"))
    if not files:
        raise ValueError(f"{folder} holds no altered pages: draw them with training/digits/altered_pages.py")
    strips: dict[int, list[tuple[np.ndarray, int]]] = {}
    cells: list[np.ndarray] = []
    over: list[np.ndarray] = []
    for file in files:
        with np.load(file) as shard:
            pictures = np.split(shard["strips"], np.cumsum(shard["widths"])[:-1], axis=1)
            for picture, struck in zip(pictures, shard["struck"].tolist(), strict=True):
                if struck != UNKNOWN:
                    strips.setdefault(picture.shape[1], []).append((picture, struck))
            known = shard["overwritten"] != UNKNOWN
            cells.append(shard["cells"][known])
            over.append(shard["overwritten"][known])
    alike = {
        width: (np.stack([picture for picture, _ in of]), np.array([struck for _, struck in of], np.int8))
        for width, of in sorted(strips.items())
    }
    return Pages(alike, np.concatenate(cells), np.concatenate(over).astype(np.float32))


def digest(folder: Path) -> str:
    """SHA-256 over all files of a folder."""
    whole = hashlib.sha256()
    for file in sorted(folder.glob("*.npz")):
        whole.update(file.read_bytes())
    return whole.hexdigest()


def _draw(index: int) -> list[tuple[AlteredStrip, np.ndarray]]:
    cv2.setNumThreads(1)
    return altered_page("train", SEED, index)


if __name__ == "__main__":
    main()
