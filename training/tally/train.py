"""Trains the tally reader from nothing: `train.py --cells 2000000 --out ocr_recap/weights`.

A second process draws cells without limit while this one trains, so two cores are busy. Batch i comes from a generator
seeded with (seed, i). With `--cells` the same machine makes the same weights. With `--seconds` the length of training
depends on the machine's speed, and the learning rate follows the clock; the number of cells is written down. Writes
`tally.onnx` and `tally.json`.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import math
import multiprocessing as mp
import time
from multiprocessing.queues import Queue
from pathlib import Path

import cv2
import numpy as np
import torch
from net import Net, export, resume
from torch.nn import functional

from ocr_recap.cells import tally_crop
from ocr_recap.cells.tally_reader import CLASSES
from ocr_recap.synth.cells import tallycells

BATCH = 128
RATE = 2.5e-3  # highest learning rate; rises over the first 3% of the run and falls along a cosine
AVERAGE = 0.999  # decay of the averaged weights that are shipped
CALIBRATION_CELLS = 30_000
VERSION = "1"


def produce(queue: Queue, seed: int, batches: int) -> None:
    """Draw training batches in order, until `batches` (0: without end)."""
    cv2.setNumThreads(1)
    number = 0
    while batches == 0 or number < batches:
        queue.put(tallycells.batch(BATCH, "train", np.random.default_rng((seed, number))))
        number += 1
    queue.put(None)


def train(seed: int, total: int, seconds: float, start_from: Path | None, rate: float) -> tuple[Net, int]:
    """Train; returns the averaged net and its number of cells. `start_from` is a graph to start from."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    context = mp.get_context("spawn")
    queue = context.Queue(maxsize=24)
    batches = math.ceil(total / BATCH)
    worker = context.Process(target=produce, args=(queue, seed, batches), daemon=True)
    worker.start()
    net = Net().to(memory_format=torch.channels_last)
    if start_from is not None:
        some, _ = tallycells.batch(2000, "train", np.random.default_rng((seed, 1 << 41)))
        resume(net, start_from, torch.from_numpy(some).float().unsqueeze(1))
    averaged = copy.deepcopy(net)
    optimizer = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.02)
    start = time.monotonic()
    step, losses, hits = 0, 0.0, 0.0
    while True:
        item = queue.get()
        done = step / batches if batches else (time.monotonic() - start) / seconds
        if item is None or done >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, done / 0.03 + 0.01) * (0.5 + 0.5 * math.cos(math.pi * min(1.0, done)))
        patches = torch.from_numpy(item[0]).float().unsqueeze(1).contiguous(memory_format=torch.channels_last)
        labels = torch.from_numpy(item[1])
        with torch.autocast("cpu", torch.bfloat16):
            logits = net(patches)
        loss = functional.cross_entropy(logits.float(), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        step += 1
        decay = min(AVERAGE, (1 + step) / (10 + step))
        with torch.no_grad():
            for ours, theirs in zip(averaged.state_dict().values(), net.state_dict().values(), strict=True):
                if ours.is_floating_point():
                    ours.lerp_(theirs, 1 - decay)
                else:
                    ours.copy_(theirs)
        losses += loss.item()
        hits += (logits.argmax(1) == labels).float().mean().item()
        if step % 500 == 0:
            passed = time.monotonic() - start
            print(
                f"{passed:6.0f} s  {step * BATCH:9,d} cells  loss {losses / 500:.4f}  right {hits / 500:.4%}",
                flush=True,
            )
            losses, hits = 0.0, 0.0
    worker.terminate()
    return averaged.eval(), step * BATCH


def temperature(logits: torch.Tensor, labels: torch.Tensor) -> float:
    """Divisor of the logits that maximises the likelihood of the labels; searched in steps of 1%."""
    candidates = torch.exp(torch.arange(-0.7, 1.2, 0.01))
    losses = [functional.cross_entropy(logits / t, labels).item() for t in candidates]
    return float(candidates[int(np.argmin(losses))])


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--cells", type=int, default=0, help="train on this many cells")
    length.add_argument("--seconds", type=float, default=0.0, help="train this long")
    parser.add_argument("--seed", type=int, default=1, help="seed of all random numbers")
    parser.add_argument("--rate", type=float, default=RATE, help="highest learning rate")
    parser.add_argument("--start-from", type=Path, help="tally.onnx to start from")
    parser.add_argument("--out", type=Path, required=True, help="folder for tally.onnx and tally.json")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)

    start = time.monotonic()
    before = []
    if args.start_from is not None:
        before = json.loads(args.start_from.with_suffix(".json").read_text("utf-8"))["training"]["runs"]
    net, seen = train(args.seed, args.cells, args.seconds, args.start_from, args.rate)
    took = time.monotonic() - start
    model = args.out / "tally.onnx"
    export(net, model)

    patches, labels = tallycells.batch(CALIBRATION_CELLS, "calibration", np.random.default_rng((args.seed, 1 << 40)))
    with torch.no_grad():
        parts = [net(torch.from_numpy(p).float().unsqueeze(1)) for p in np.array_split(patches, 60)]
    logits, truth = torch.cat(parts), torch.from_numpy(labels)
    fitted = temperature(logits, truth)
    card = {
        "version": VERSION,
        "classes": list(CLASSES),
        "patch": [tally_crop.WIDTH, tally_crop.HEIGHT],
        "box": [tally_crop.BOX_WIDTH, tally_crop.BOX_HEIGHT],
        "temperature": round(fitted, 4),
        "prior": [round(float(v), 4) for v in np.bincount(labels, minlength=len(CLASSES)) / len(labels)],
        "sha256": {model.name: hashlib.sha256(model.read_bytes()).hexdigest()},
        "licence": "the package's own (Apache-2.0), see LICENSE.md",
        "training": {
            "runs": [*before, {"cells": seen, "seed": args.seed, "rate": args.rate, "seconds": round(took)}],
            "writers": "stroke model, seeds with seed % 10 in 2..9; calibration 1, test 0",
            "calibration": {
                "cells": CALIBRATION_CELLS,
                "right": round(float((logits.argmax(1) == truth).float().mean()), 5),
            },
        },
    }
    (args.out / "tally.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    print(f"{model}: {model.stat().st_size} bytes, {seen} cells in {took:.0f} s, temperature {fitted:.3f}")
    print(json.dumps(card["training"]["calibration"]))


if __name__ == "__main__":
    main()
