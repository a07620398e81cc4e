"""Draws cells for `train.py --practice FOLDER`: photos of practice sheets, or rows of cells.

    python training/digits/practice.py --mnist DIR --photos 12096 --out FOLDER [--workers 2]
    python training/digits/practice.py --mnist DIR --packed DIR --rows 500000 --out FOLDER [--workers 2]

Sheets are filled in by training writers (`ocr_recap/synth/cells/practice.py`), some 40 cells a photo, each cropped
twice. Rows are those of `cells.batch`, `SEEN` photos of each; with `--packed`, a share of them is on worn paper or
scanned. The folder holds one file for every `SHARD` photos or batches. A run that was stopped resumes with the files
that are missing, and makes the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ocr_recap.synth.cells import cells
from ocr_recap.synth.cells.practice import practice_cells
from ocr_recap.synth.sets.parallel import in_order
from ocr_recap.synth.writing import sources

SEED = 20_241_127
SHARD = 192  # photos, or batches of rows
BATCH = 256  # cells of rows
SEEN = 4  # photos of a row: drawing it costs more than all of them
# Share of digits from each source with `--packed`, and of rows on worn paper and of scans; by judgement.
SHARES = {"strokes": 0.42, "mnist": 0.24, "semeion": 0.1, "kensanata": 0.13, "pendigits": 0.11}
SCANS = 0.25


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path, help="folder with MNIST's training part; without it, no MNIST")
    parser.add_argument("--packed", type=Path, help="folder of packed sources (pack_digits.py); without it, none")
    parser.add_argument("--photos", type=int, default=63 * SHARD, help="rounded up to whole files")
    parser.add_argument("--rows", type=int, help="draw so many cells of rows in place of photos, rounded up likewise")
    parser.add_argument("--workers", type=int, default=2, help="number of processes")
    parser.add_argument("--out", type=Path, required=True, help="folder for the output")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    work, count = (_draw, args.photos) if args.rows is None else (_rows, -(-args.rows // BATCH))
    drawn = 0
    for number in range(-(-count // SHARD)):
        file = args.out / f"{number:04d}.npz"
        if not file.exists():
            indices = range(number * SHARD, (number + 1) * SHARD)
            save(list(in_order(partial(work, args.mnist, args.packed), indices, args.workers)), file)
        with np.load(file) as shard:
            drawn += len(shard["labels"])
        print(f"{file}: {drawn:,d} cells so far", flush=True)
    mix = mix_of(args.mnist, args.packed, "train")
    kind = "photos" if args.rows is None else "rows"
    about = {"cells": drawn, "of": kind, "mix": dict(mix.weights), "scans": mix.scans, "digits": known(mix)}
    (args.out / "made.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


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


def known(mix: cells.Mix) -> dict[str, dict[str, int | str]]:
    """Number of images of each source of a mix, and their SHA-256."""
    signs = {} if mix.signs is None else {sources.PACKED_SIGNS: mix.signs}
    return {
        name: {
            "images": len(source.labels),
            "sha256": hashlib.sha256(source.images.tobytes() + source.labels.tobytes()).hexdigest(),
        }
        for name, source in {**mix.sources, **signs}.items()
    }


def described(folder: Path) -> dict[str, Any]:
    """What a folder of practice cells holds, by `made.json` in it, and its SHA-256."""
    about = folder / "made.json"
    return {"sha256": digest(folder)} | (json.loads(about.read_text("utf-8")) if about.is_file() else {})


def _draw(mnist: Path | None, packed: Path | None, index: int) -> cells.LabelledCells:
    cv2.setNumThreads(1)
    return practice_cells("train", mix_of(mnist, packed, "train"), SEED, index)


def _rows(mnist: Path | None, packed: Path | None, index: int) -> cells.LabelledCells:
    cv2.setNumThreads(1)
    rng = np.random.default_rng((SEED, 1, index))
    return cells.batch(BATCH, "train", mix_of(mnist, packed, "train"), rng, SEEN)


@cache
def mix_of(mnist: Path | None, packed: Path | None, split: sources.Split) -> cells.Mix:
    """Sources of one part; with packed ones their signs, worn paper and scans too."""
    known = sources.training_sources(mnist, packed)
    if packed is None:
        return cells.usual_mix(known, split)
    signs = sources.load_packed(packed, sources.PACKED_SIGNS).part(split)
    return replace(cells.usual_mix(known, split, SHARES), signs=signs, scans=SCANS)


if __name__ == "__main__":
    main()
