"""Calibrates the two readers and combines them: `combine.py --mnist DIR --weights FOLDER`; writes `digits.json` there.

All figures are chosen on cells of calibration writers that training never saw: drawn cells as in training, and cells of
whole photos of all forms (presets *field* and *hard*; without corrected cells, which have two right readings). Each
reader gets a temperature. The second reader is used where the first is less sure than `below`: the lowest of `LEVELS`
above which the first is wrong about at most one cell in `ONE_IN`. For these cells, the log-probabilities of both
readers are added with the two weights that maximise the likelihood of the labels.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from train import PLANS, images

from ocr_recap.cells.inference import onnxruntime
from ocr_recap.imaging.arrays import FloatArray
from ocr_recap.synth.camera.conditions import Preset
from ocr_recap.synth.cells import cells, pagecells
from ocr_recap.synth.sets.parallel import in_order
from ocr_recap.synth.writing import sources

VERSION = "7"
BATCHES = 160  # of 256 cells
PHOTOS = 400  # of each preset
PAGES_SEED = 20_241_204
LEVELS = (0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999)
ONE_IN = 2_000


def logits(folder: Path, name: str, pixels: NDArray[np.uint8]) -> FloatArray:
    """Logits (n, 14) of one reader on its input, (n, channels, s, s) uint8."""
    plan = PLANS[name]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(folder / plan.file, options, ["CPUExecutionProvider"])
    parts = []
    for start in range(0, len(pixels), 256):
        part = pixels[start : start + 256].astype(np.float32)
        parts.append(session.run(None, {plan.design.name: part if plan.design.lit else part / 255})[0])
    return np.concatenate(parts).astype(np.float64)


def normalised(scores: FloatArray) -> FloatArray:
    """Scores as log-probabilities."""
    peak = scores.max(axis=1, keepdims=True)
    return scores - peak - np.log(np.exp(scores - peak).sum(axis=1, keepdims=True))


def loss(table: FloatArray, labels: NDArray[np.int64]) -> float:
    """Mean negative log-likelihood of the labels."""
    return -float(table[np.arange(len(labels)), labels].mean())


def temperature(scores: FloatArray, labels: NDArray[np.int64]) -> float:
    """Divisor of the logits that maximises the likelihood of the labels; searched in steps of 1%."""
    candidates = np.exp(np.arange(-0.7, 1.2, 0.01))
    return float(min(candidates, key=lambda t: loss(normalised(scores / t), labels)))


def doubt_below(first: FloatArray, labels: NDArray[np.int64]) -> float:
    """Lowest level above which the first reader is right often enough not to use the second."""
    best, wrong = np.exp(first.max(axis=1)), first.argmax(axis=1) != labels
    for level in LEVELS:
        sure = best >= level
        if sure.any() and wrong[sure].mean() <= 1 / ONE_IN:
            return level
    return LEVELS[-1]


def shares(first: FloatArray, second: FloatArray, labels: NDArray[np.int64]) -> tuple[float, float]:
    """Weights of the two readers' log-probabilities, in steps of 0.05."""
    grid = np.arange(0, 1.2001, 0.05)
    pairs = [(a, b) for a in grid for b in grid if a + b > 0]
    best = min(pairs, key=lambda pair: loss(normalised(pair[0] * first + pair[1] * second), labels))
    return round(float(best[0]), 4), round(float(best[1]), 4)


def together(first: FloatArray, second: FloatArray, below: float, weights: Sequence[float]) -> FloatArray:
    """Log-probabilities of both readers combined; the second counts where the first is less sure than `below`."""
    both, doubtful = first.copy(), first.max(axis=1) < np.log(below)
    both[doubtful] = normalised(weights[0] * first[doubtful] + weights[1] * second[doubtful])
    return both


def drawn(mnist: Path | None, split: sources.Split, seed: int, batches: int = BATCHES) -> cells.LabelledCells:
    """Cells of one part with the first reader's mix; batch i comes from a generator seeded with (seed, i)."""
    cv2.setNumThreads(1)
    mix = cells.usual_mix(sources.training_sources(mnist), split)
    parts = [cells.batch(256, split, mix, np.random.default_rng((seed, i))) for i in range(batches)]
    return cells.LabelledCells(
        np.concatenate([p.patches for p in parts]),
        np.concatenate([p.labels for p in parts]),
        np.concatenate([p.boxes for p in parts]),
        np.concatenate([p.rows + 256 * i for i, p in enumerate(parts)]),
    )


def of_photos(
    photos: int, workers: int, presets: Sequence[Preset] = ("field", "hard")
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.int64]]:
    """Patches, boxes and labels of so many photos of each preset, without corrected cells."""
    kinds = [pagecells.CellKind(preset, preset, writers="calibration") for preset in presets]
    parts = [
        part
        for kind in kinds
        for part in in_order(partial(pagecells.photo_cells, kind, PAGES_SEED), range(photos), workers)
    ]
    whole = pagecells.together(parts)
    keep = ~np.isin(whole.manners, pagecells.CORRECTED)
    return whole.patches[keep], whole.boxes[keep].astype(np.float32), whole.labels[keep]


def made_from(name: str, path: Path) -> dict[str, Any]:
    """Training data of a reader, by its training's description, or by an earlier description of the weights."""
    fresh = path.with_suffix(".training.json")
    if fresh.is_file():
        return json.loads(fresh.read_text("utf-8"))
    return json.loads((path.parent / "digits.json").read_text("utf-8"))["training"][name]


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path, help="folder with MNIST's training part")
    parser.add_argument("--weights", type=Path, required=True, help="folder of the weights")
    parser.add_argument("--seed", type=int, default=1, help="seed of all random numbers")
    parser.add_argument("--batches", type=int, default=BATCHES, help="batches of 256 drawn cells")
    parser.add_argument("--photos", type=int, default=PHOTOS, help="drawn photos of each preset")
    parser.add_argument("--workers", type=int, default=2, help="number of processes")
    args = parser.parse_args()
    made = drawn(args.mnist, "calibration", args.seed, args.batches)
    if args.photos:
        patches, boxes, labels = of_photos(args.photos, args.workers)
        made = cells.LabelledCells(
            np.concatenate([made.patches, patches]),
            np.concatenate([made.labels, labels]),
            np.concatenate([made.boxes, boxes]),
            np.concatenate([made.rows, np.arange(len(labels)) + made.rows.max() + 1]),
        )
    said: dict[str, FloatArray] = {}
    heat: dict[str, float] = {}
    for name, plan in PLANS.items():
        scores = logits(args.weights, name, images(plan, made))
        heat[name] = round(temperature(scores, made.labels), 4)
        said[name] = normalised(scores / heat[name])
        right = (said[name].argmax(axis=1) == made.labels).mean()
        print(f"{name}: temperature {heat[name]}, right {right:.4%}, loss {loss(said[name], made.labels):.4f}")
    below = doubt_below(said["first"], made.labels)
    doubtful = said["first"].max(axis=1) < np.log(below)
    weights = shares(said["first"][doubtful], said["second"][doubtful], made.labels[doubtful])
    both = together(said["first"], said["second"], below, weights)
    right = (both.argmax(axis=1) == made.labels).mean()
    print(f"second asked below {below}: {doubtful.mean():.1%} of cells, weights {weights}")
    print(f"both: right {right:.4%}, loss {loss(both, made.labels):.4f}")
    files = {name: args.weights / plan.file for name, plan in PLANS.items()}
    card: dict[str, Any] = {
        "version": VERSION,
        "classes": cells.CLASSES,
        "patch": cells.PATCH,
        "box": cells.BOX,
        "temperature": heat["first"],
        "second": {"temperature": heat["second"], "below": below, "weights": weights},
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files.values()},
        "licence": "CC BY-SA 4.0, see LICENSE.md",
        "training": {name: made_from(name, path) for name, path in files.items()},
        "calibration": {
            "cells": len(made.labels),
            "photos": 2 * args.photos,
            "seed": args.seed,
            "asked": round(float(doubtful.mean()), 4),
        },
    }
    (args.weights / "digits.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    for path in files.values():
        path.with_suffix(".training.json").unlink(missing_ok=True)


if __name__ == "__main__":
    main()
