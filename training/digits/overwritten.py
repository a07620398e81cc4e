"""Trains the net that detects digits written over another one: `overwritten.py --mnist DIR --out FOLDER`.

Training starts from the first digit reader, which knows single digits, with a new last layer of one output. Cells are
drawn without limit (`ocr_recap.synth.cells.alteredcells.overwritten_cells`), `DRAWN` at a time by a generator seeded
with (seed, i), in other processes than training. `--pages FOLDER` adds `FROM_PAGES` cells of whole photos from
`altered_pages.py` to each drawing. `--packed FOLDER` adds hands of `pack_digits.py`, worn paper, thin pens, scans and
dark guides. `--go-on FILE` starts from an earlier `overwritten.onnx`; give another `--seed`, so
that other cells are drawn. Writes `overwritten.onnx`, and its training data in `overwritten.training.json`;
`choose_alterations.py` copies that into `alterations.json`. `--judge FOLDER` trains nothing, and prints the share of
overwritten digits of calibration writers that the net in FOLDER detects, by the share of other digits that it reports.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import math
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import practice
import torch
from altered_pages import Pages, digest, load
from net import FIRST, Net, export, read_into, wake_norms
from struck import follow
from torch.nn import functional

from ocr_recap.cells.alteration_reader import AlterationReader
from ocr_recap.cells.digit_reader import DigitReader
from ocr_recap.synth.cells import alteredcells, cells
from ocr_recap.synth.sets.parallel import in_order
from ocr_recap.synth.writing import sources

DRAWN = 512
FROM_PAGES = 256  # cells of whole photos added to these
BATCH = 256
PHOTOS = 2  # of each drawn row
SURELY = 0.95  # probability of the digit that counts from which the net need not see what was there; by judgement
SCANS = 0.4  # share of rows on worn paper, and of photos that are scans, with packed sources; by judgement
RATE = 1.5e-3  # highest learning rate; rises over the first 3% of the run and falls along a cosine
AVERAGE = 0.998  # decay of the averaged weights that are shipped
LOGGED = 100  # drawings between two lines of the log
DESIGN = replace(FIRST, outputs=1)

Drawing = tuple[np.ndarray, np.ndarray]
Labelled = tuple[np.ndarray, int]


def mix_of(mnist: Path | None, packed: Path | None, split: sources.Split) -> cells.Mix:
    """Sources of one part; with packed ones half of the rows are on worn paper, and half of the photos scans."""
    return replace(practice.mix_of(mnist, packed, split), scans=SCANS if packed else 0.0)


def draw(mnist: Path | None, packed: Path | None, seed: int, number: int) -> Drawing:
    """Drawing `number`: patches (n, 1, 48, 48) and labels (n,)."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng((seed, number))
    made = list(islice(in_doubt("train", mix_of(mnist, packed, "train"), rng, PHOTOS), DRAWN))
    return np.stack([patch for patch, _ in made])[:, None], np.array([label for _, label in made], np.float32)


def in_doubt(split: sources.Split, mix: cells.Mix, rng: np.random.Generator, photos: int) -> Iterator[Labelled]:
    """Cells with their labels, without those written over in which the digit that counts is surely read.

    Nothing in such a cell tells that another digit stood there, and nothing has to: the other witnesses of the number
    then speak against it. Left in, they teach that a plain 8 or 9 is suspicious.
    """
    stream = alteredcells.overwritten_cells(split, mix, rng, photos)
    while True:
        part = list(islice(stream, DRAWN))
        looks = digits().look(np.stack([patch for patch, *_ in part]), np.array([box for *_, box, _ in part]))
        for (patch, label, _, digit), said in zip(part, np.exp(looks.table), strict=True):
            if not label or said[digit] < SURELY:
                yield patch, label


@cache
def digits() -> DigitReader:
    """The shipped digit reader, loaded once in each process."""
    return DigitReader()


def without_sure(pages: Pages) -> Pages:
    """Pages without those written-over cells in which any digit is surely read: which one counts is not kept there."""
    over = np.flatnonzero(pages.overwritten == 1)
    said = np.exp(digits().look(pages.cells[over]).table)[:, :10].max(axis=1)
    kept = np.ones(len(pages.cells), bool)
    kept[over[said >= SURELY]] = False
    return replace(pages, cells=pages.cells[kept], overwritten=pages.overwritten[kept])


def to_net(patches: np.ndarray) -> torch.Tensor:
    """Patches as input of the net: floats 0..255."""
    return torch.from_numpy(patches).float().contiguous(memory_format=torch.channels_last)


def with_pages(drawings: Iterator[Drawing], pages: Pages, seed: int) -> Iterator[Drawing]:
    """Every drawing mixed with random cells of whole photos."""
    for number, (patches, labels) in enumerate(drawings):
        rng = np.random.default_rng((seed, 1, number))
        more, more_labels = pages.some_cells(FROM_PAGES, rng)
        order = rng.permutation(len(labels) + FROM_PAGES)
        yield np.concatenate([patches, more[:, None]])[order], np.concatenate([labels, more_labels])[order]


def train(net: Net, drawings: Iterator[Drawing], total: int) -> Net:
    """The averaged net after `total` drawings."""
    averaged = copy.deepcopy(net)
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.02)
    start, losses, step = time.monotonic(), list[float](), 0
    for number, (patches, labels) in enumerate(drawings, 1):
        done = number / total
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, done / 0.03 + 0.01) * (0.5 + 0.5 * math.cos(math.pi * done))
        for first in range(0, len(labels), BATCH):
            with torch.autocast("cpu", torch.bfloat16):
                logits = net(to_net(patches[first : first + BATCH]))[:, 0]
            wanted = torch.from_numpy(labels[first : first + BATCH])
            loss = functional.binary_cross_entropy_with_logits(logits.float(), wanted)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            step += 1
            follow(averaged, net, min(AVERAGE, (1 + step) / (10 + step)))
            losses.append(loss.item())
        if number % LOGGED == 0:
            took = time.monotonic() - start
            print(f"{took:6.0f} s  {number * DRAWN:9,d} cells  loss {np.mean(losses):.4f}", flush=True)
            losses.clear()
    return averaged.eval()


def judge(folder: Path, mnist: Path | None, packed: Path | None, count: int = 6000) -> None:
    """Print the share of overwritten cells of calibration writers that is detected, by the rate of false detections."""
    cv2.setNumThreads(1)
    mix = mix_of(mnist, packed, "calibration")
    made = list(islice(in_doubt("calibration", mix, np.random.default_rng(11), 1), count))
    over = np.array([label == 1 for _, label in made])
    said = AlterationReader(folder).overwritten(np.stack([patch for patch, _ in made]))
    print(f"{over.sum()} cells that are written over, {(~over).sum()} others")
    for share in (0.001, 0.003, 0.01, 0.03, 0.1):
        limit = float(np.quantile(said[~over], 1 - share))
        print(f"{share:.1%} of others from {limit:.3f}: {(said[over] > limit).mean():.1%} seen")


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path, help="folder with MNIST's training part (fetch_mnist.py)")
    parser.add_argument("--packed", type=Path, help="folder of packed sources (pack_digits.py)")
    parser.add_argument("--cells", type=int, default=700_416, help="number of cells to train on")
    parser.add_argument("--seed", type=int, default=1, help="seed of all random numbers")
    parser.add_argument(
        "--digits", type=Path, default=Path("ocr_recap/weights/digits.onnx"), help="weights to start from"
    )
    parser.add_argument("--go-on", type=Path, help="an earlier overwritten.onnx to start from instead")
    parser.add_argument("--pages", type=Path, help="folder of cells of whole photos (altered_pages.py)")
    parser.add_argument("--workers", type=int, default=2, help="processes that draw")
    goal = parser.add_mutually_exclusive_group(required=True)
    goal.add_argument("--out", type=Path, help="folder for the net")
    goal.add_argument("--judge", type=Path, help="folder of weights to judge")
    args = parser.parse_args()
    if args.judge:
        judge(args.judge, args.mnist, args.packed)
        return
    args.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    net = Net(DESIGN).to(memory_format=torch.channels_last)
    before = args.go_on or args.digits
    read_into(net, before, last=args.go_on is not None)
    total = math.ceil(args.cells / DRAWN)
    wake_norms(net, to_net(draw(args.mnist, args.packed, args.seed, total)[0]))  # cells that training does not use
    start = time.monotonic()
    drawings = in_order(partial(draw, args.mnist, args.packed, args.seed), range(total), args.workers)
    if args.pages:
        drawings = with_pages(drawings, without_sure(load(args.pages)), args.seed)
    net = train(net, drawings, total)
    model = args.out / "overwritten.onnx"
    export(net, model)
    made_from = {
        "script": "training/digits/overwritten.py",
        "cells": total * DRAWN,
        "seed": args.seed,
        "from": {before.name: hashlib.sha256(before.read_bytes()).hexdigest()},
        "pages": digest(args.pages) if args.pages else None,
        "seconds": round(time.monotonic() - start),
        "mix": dict(mix_of(args.mnist, args.packed, "train").weights),
    }
    model.with_suffix(".training.json").write_text(json.dumps(made_from, indent=2) + "\n", encoding="utf-8")
    print(f"{model}: {model.stat().st_size} bytes")


if __name__ == "__main__":
    main()
