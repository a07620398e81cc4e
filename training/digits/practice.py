"""Draws photos of practice sheets for `train.py --practice FOLDER`: `practice.py --out FOLDER`.

    python training/digits/practice.py --mnist DIR --photos 12096 --out FOLDER [--workers 2]

Sheets are filled in by training writers (`ocr_recap/synth/cells/practice.py`), some 40 cells a photo, each cropped
twice. The folder holds one file for every `SHARD` photos. A run that was stopped resumes with the files that are
missing, and makes the same bytes. Digits have the mix of the first reader's training.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np

from ocr_recap.synth.cells import cells
from ocr_recap.synth.cells.practice import practice_cells
from ocr_recap.synth.sets.parallel import in_order
from ocr_recap.synth.writing import sources

SEED = 20_241_127
SHARD = 192  # photos


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path, help="folder with MNIST's training part; without it, no MNIST")
    parser.add_argument("--photos", type=int, default=63 * SHARD, help="rounded up to whole files")
    parser.add_argument("--workers", type=int, default=2, help="number of processes")
    parser.add_argument("--out", type=Path, required=True, help="folder for the output")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    drawn = 0
    for number in range(-(-args.photos // SHARD)):
        file = args.out / f"{number:04d}.npz"
        if not file.exists():
            indices = range(number * SHARD, (number + 1) * SHARD)
            save(list(in_order(partial(_draw, args.mnist), indices, args.workers)), file)
        with np.load(file) as shard:
            drawn += len(shard["labels"])
        print(f"{file}: {drawn:,d} cells so far", flush=True)


def save(made: Sequence[cells.LabelledCells], file: Path) -> None:
    """Write the cells of photos into one file; an interrupted write leaves no file."""
    new = file.with_suffix(".new")
    with new.open("wb") as out:
        np.savez(
            out,
            patches=np.concatenate([m.patches for m in made]),
            labels=np.concatenate([m.labels for m in made]),
            boxes=np.concatenate([m.boxes for m in made]),
        )
    new.replace(file)


def load(folder: Path) -> cells.LabelledCells:
    """All cells of a folder, in the order of its files.

    Raises:
        ValueError: the folder holds none.
    """
    files = sorted(folder.glob("*.npz"))
    if not files:
        raise ValueError(f"{folder} holds no practice cells: draw them with training/digits/practice.py")
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for file in files:
        with np.load(file) as shard:
            parts.append((shard["patches"], shard["labels"], shard["boxes"]))
    patches, labels, boxes = (np.concatenate(column) for column in zip(*parts, strict=True))
    return cells.LabelledCells(patches, labels, boxes, np.zeros(len(labels), np.int64))


def digest(folder: Path) -> str:
    """SHA-256 over all files of a folder."""
    whole = hashlib.sha256()
    for file in sorted(folder.glob("*.npz")):
        whole.update(file.read_bytes())
    return whole.hexdigest()


def _draw(mnist: Path | None, index: int) -> cells.LabelledCells:
    cv2.setNumThreads(1)
    return practice_cells("train", _mix(mnist), SEED, index)


@cache
def _mix(mnist: Path | None) -> cells.Mix:
    return cells.usual_mix(sources.training_sources(mnist), "train")


if __name__ == "__main__":
    main()
