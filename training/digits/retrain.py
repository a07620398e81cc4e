"""Fine-tunes the shipped readers on a user's own writers, and reports the change on other writers.

    pip install -e ".[train]"
    python training/digits/retrain.py FOLDER --out NEW [--margin 0.25] [--mnist DATA]

FOLDER has a subfolder per class (0-9, X, dash, empty, other) and a picture per cell, as `crops.py` describes. All
pictures end at the printed box, or all show the same margin around it (`--margin`, a share of the box's height). A
fixed rule divides the writers. Both nets continue training from the shipped weights, on batches of the user's cells and
of drawn ones; then both are calibrated again, on drawn cells of calibration writers and on the user's. Accuracy before
and after is measured on the held-out writers AND on drawn cells of test writers. Weights go to `--out`, never into the
package: `DigitReader(Path("NEW"))` loads them. Exit status 1: something got worse.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import shutil
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from combine import doubt_below, normalised, shares, temperature
from combine import logits as logits_of
from crops import PARTS, RULE, Change, Crops, change, collect, counts, report
from net import Net, export, read_into
from torch.nn import functional
from train import PLANS, Plan, images, to_net

from ocr_recap.cells.digit_reader import DigitReader
from ocr_recap.cells.weights import weights_directory
from ocr_recap.synth.cells import cells
from ocr_recap.synth.writing import sources

BATCH = 256
RATE = 4e-4  # a sixth of the rate of training from nothing, for fine-tuning; by judgement
FEWEST = 100  # own calibration cells below which only drawn ones calibrate
# Seeds of the generators of drawn cells; training from nothing counts from 0 and 1e9.
TRAIN_SEEDS, CALIBRATION_SEEDS, TEST_SEEDS = 2_000_000_000, 2_100_000_000, 2_200_000_000


def drawn(mnist: Path | None, split: sources.Split, first: int, count: int) -> cells.LabelledCells:
    """Cells of one part, in batches from generators seeded with (0, first), (0, first + 1), ..."""
    mix = cells.usual_mix(sources.training_sources(mnist), split)
    parts = [cells.batch(BATCH, split, mix, np.random.default_rng((0, first + i))) for i in range(-(-count // BATCH))]
    return cells.LabelledCells(
        np.concatenate([p.patches for p in parts]),
        np.concatenate([p.labels for p in parts]),
        np.concatenate([p.boxes for p in parts]),
        np.concatenate([p.rows + BATCH * i for i, p in enumerate(parts)]),
    )


def chosen(own: Crops, places: np.ndarray) -> cells.LabelledCells:
    """Some of the own cells in the format of drawn ones."""
    boxes = own.boxes[places].astype(np.float32)
    return cells.LabelledCells(own.patches[places], own.labels[places], boxes, np.arange(len(places)))


def odds(own: np.ndarray, made: np.ndarray) -> np.ndarray:
    """Sampling weights of own cells: classes become as frequent as among drawn cells, so the prior stays the same."""
    share = np.bincount(made, minlength=len(cells.CLASSES)) / len(made)
    mine = np.bincount(own, minlength=len(cells.CLASSES))
    weights = share[own] / mine[own]
    return weights / weights.sum()


def varied(patches: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Own cells with random shifts, turns, sizes, light and blur, so that few of them last for many steps."""
    result = np.empty_like(patches)
    middle = (cells.PATCH - 1) / 2
    for i, patch in enumerate(patches):
        move = cv2.getRotationMatrix2D((middle, middle), float(rng.normal(0, 2)), float(np.exp(rng.normal(0, 0.03))))
        move[:, 2] += rng.normal(0, 0.9, 2)
        seen = cv2.warpAffine(patch, move, (cells.PATCH,) * 2, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        if rng.random() < 0.3:
            seen = cv2.GaussianBlur(seen, (0, 0), float(rng.uniform(0.3, 1.0)))
        light = float(rng.uniform(0.7, 1.05)) * seen.astype(np.float32) + float(rng.normal(0, 6))
        result[i] = np.clip(light + rng.normal(0, rng.uniform(0, 4), seen.shape), 0, 255)
    return result


def teach(net: Net, plan: Plan, own: cells.LabelledCells, made: cells.LabelledCells, share: float, seed: int) -> None:
    """Train once on all drawn cells, each batch filled up with a share of own ones; batch norms stay fixed."""
    torch.manual_seed(seed)
    rng = np.random.default_rng((seed, plan.seeds))
    mine = round(BATCH * share)
    steps = len(made.labels) // (BATCH - mine)
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01)
    weights, order = odds(own.labels, made.labels), rng.permutation(len(made.labels))
    seen = images(plan, made)
    net.train()
    net.norms.eval()
    for step in range(steps):
        picked = rng.choice(len(own.labels), mine, p=weights)
        some = cells.LabelledCells(varied(own.patches[picked], rng), own.labels[picked], own.boxes[picked], picked)
        others = order[step * (BATCH - mine) : (step + 1) * (BATCH - mine)]
        pixels = np.concatenate([images(plan, some), seen[others]])
        labels = torch.from_numpy(np.concatenate([some.labels, made.labels[others]]))
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / 20) * (0.5 + 0.5 * math.cos(math.pi * step / steps))
        loss = functional.cross_entropy(net(to_net(plan, pixels)), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        if (step + 1) % 100 == 0:
            print(f"  step {step + 1} of {steps}, loss {loss.item():.4f}", flush=True)
    net.eval()


def calibrated(folder: Path, own: cells.LabelledCells, made: cells.LabelledCells) -> dict[str, object]:
    """Temperatures and weights of both readers.

    Each reader gets the higher one of two temperatures, of own and of drawn cells, so that it is overconfident on
    neither.
    """
    sets = [made, own] if len(own.labels) >= FEWEST else [made]
    said: dict[str, np.ndarray] = {}
    heat: dict[str, float] = {}
    for name, plan in PLANS.items():
        scores = [logits_of(folder, name, images(plan, part)) for part in sets]
        pairs = zip(scores, sets, strict=True)
        heat[name] = round(max(temperature(found, part.labels) for found, part in pairs), 4)
        said[name] = normalised(np.concatenate(scores) / heat[name])
    labels = np.concatenate([part.labels for part in sets])
    below = doubt_below(said["first"], labels)
    asked = said["first"].max(axis=1) < np.log(below)
    weights = shares(said["first"][asked], said["second"][asked], labels[asked])
    return {
        "temperature": heat["first"],
        "second": {"temperature": heat["second"], "below": below, "weights": weights},
    }


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of labelled cells")
    parser.add_argument("--out", type=Path, required=True, help="folder for the new weights; not the package's")
    parser.add_argument("--margin", type=float, default=0.0, help="margin around the box, share of its height")
    parser.add_argument("--mnist", type=Path, help="folder of fetch_mnist.py: mixes MNIST into the drawn cells")
    parser.add_argument("--cells", type=int, default=76_800, help="drawn cells to mix in")
    parser.add_argument("--share", type=float, default=0.25, help="share of your cells in each batch, 0.05 to 0.9")
    parser.add_argument("--test-cells", type=int, default=20_480, help="drawn cells to measure on")
    parser.add_argument("--seed", type=int, default=1, help="seed of all random numbers")
    args = parser.parse_args()
    if args.out.resolve().is_relative_to(weights_directory().resolve().parent):
        parser.error(f"--out {args.out} lies in the package; choose a folder of your own")
    if not 0.05 <= args.share <= 0.9:
        parser.error("--share must lie between 0.05 and 0.9")
    cv2.setNumThreads(1)
    torch.set_num_threads(1)

    own = collect(args.folder, args.margin)
    parts = {name: own.part(name) for name in PARTS}
    tell(own)
    old = DigitReader()
    print(f"drawing {args.cells + args.test_cells:,} cells", flush=True)
    made = drawn(args.mnist, "train", TRAIN_SEEDS, args.cells)
    args.out.mkdir(parents=True, exist_ok=True)
    for name, plan in PLANS.items():
        print(f"{name} reader", flush=True)
        net = Net(plan.design)
        read_into(net, weights_directory() / plan.file)
        teach(net, plan, chosen(own, parts["train"]), made, args.share, args.seed)
        export(net, args.out / plan.file)
    calibration = drawn(args.mnist, "calibration", CALIBRATION_SEEDS, args.test_cells)
    card = {key: value for key, value in old.card.items() if key != "figures"}
    card |= calibrated(args.out, chosen(own, parts["calibration"]), calibration)
    card["version"] = f"{old.card['version']}+own"
    card["training"] = {
        "from": old.sha256,
        "own": {"sha256": own.digest, "margin": args.margin, "rule": RULE}
        | {"cells": {name: len(places) for name, places in parts.items()}},
        "drawn": args.cells,
        "share": args.share,
        "seed": args.seed,
    }
    files = [args.out / plan.file for plan in PLANS.values()]
    card["sha256"] = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    shutil.copyfile(weights_directory() / "LICENSE.md", args.out / "LICENSE.md")
    write(card, args.out)

    new = DigitReader(args.out)
    tests = {
        "held_out": chosen(own, parts["held_out"]),
        "drawn": drawn(args.mnist, "test", TEST_SEEDS, args.test_cells),
    }
    results: dict[str, Change] = {}
    for name, some in tests.items():
        boxes = some.boxes.astype(np.float64)
        results[name] = change(old.read(some.patches, boxes), new.read(some.patches, boxes), some.labels)
    card["figures"] = {name: found.export() for name, found in results.items()}
    write(card, args.out)
    lines = report(results["held_out"], results["drawn"])
    print("\n".join(["", *lines, "", f"{args.out}: weights {DigitReader(args.out).sha256[:12]}"]))
    sys.exit(1 if any(found.worse for found in results.values()) else 0)


def tell(own: Crops) -> None:
    """Print what was found, and how it is divided."""
    for reason in own.left_out[:20]:
        print(f"left out: {reason}")
    print(f"{len(own.files)} cells of {len(set(own.writers))} writers ({len(own.left_out)} left out). {RULE}.")
    for name in PARTS:
        places = own.part(name)
        writers = len({own.writers[i] for i in places})
        print(f"  {name}: {len(places)} cells of {writers} writers: {counts(own.labels[places])}")
    if len(own.part("calibration")) < FEWEST:
        print(f"  fewer than {FEWEST} for calibration: only drawn cells calibrate")


def write(card: dict[str, Any], folder: Path) -> None:
    """Write the description beside the weights."""
    (folder / "digits.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
