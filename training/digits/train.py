"""Trains one of the two digit readers: `train.py first --mnist DIR --cells 3000000 --out FOLDER`.

A second process draws cells without limit while this one trains, so two cores are busy. Batch i comes from a generator
seeded with (seed, i). With `--cells` the same machine makes the same weights. With `--seconds` the length of training
depends on the machine's speed, and the learning rate follows the clock; the number of cells is written down.
`--go-on FOLDER` starts from the weights in FOLDER, at half the learning rate or at `--rate`; give another `--seed`, so
that other cells are drawn. A run with `--cells` that was stopped resumes when the same command is given again (its
state is in the folder until it is done), and makes the same weights.
`--practice FOLDER` takes half of every batch from the cells that `practice.py` drew into FOLDER, or from those in
several folders in the proportions of `--parts`. `--only-practice` takes all cells from there and draws none, so that
both readers learn from cells that were drawn once, and one core is busy. Writes `digits.onnx` or `digits-second.onnx`
and a description of its training data; `combine.py` then calibrates both.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import math
import multiprocessing as mp
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path

import cv2
import numpy as np
import practice
import torch
from net import FIRST, SECOND, Design, Net, export, read_into, wake_norms
from torch.nn import functional

from ocr_recap.cells.digit_views import zoom
from ocr_recap.synth.cells import cells
from ocr_recap.synth.writing import sources

BATCH = 256
PHOTOS = 2  # of each drawn row
PRACTISED = BATCH // 2  # cells of a batch from whole photos, if there are any
RATE = 2.5e-3  # highest learning rate; rises over the first 3% of the run and falls along a cosine
AVERAGE = 0.999  # decay of the averaged weights that are shipped; less in runs of fewer than 6,000 batches
KEPT = 500  # batches between two lines of the log, and two states of a run


@dataclass(frozen=True)
class Plan:
    """One of the two readers: its design, its file, the sources of its digits, and the seeds of its cells.

    The second reader is trained on other hands with other shares, so that the two make different errors.
    """

    design: Design
    file: str
    shares: Mapping[str, float]
    seeds: int


PLANS = {
    "first": Plan(FIRST, "digits.onnx", cells.SHARES, 0),
    "second": Plan(SECOND, "digits-second.onnx", {"strokes": 0.3, "mnist": 0.45, "semeion": 0.25}, 1_000_000_000),
}


def images(plan: Plan, made: cells.LabelledCells) -> np.ndarray:
    """Input of the reader for these cells, (n, channels, s, s): the patches, or the views of their ink in 255 steps."""
    if plan.design.lit:
        return made.patches[:, None]
    return np.rint(zoom(made.patches, made.boxes) * 255).astype(np.uint8)


Batch = tuple[np.ndarray, np.ndarray]  # input of the reader, labels


@dataclass(frozen=True)
class Data:
    """Training data of a run.

    Attributes:
        mnist: folder of MNIST, or None.
        practice: folders of practice cells, each with the part that it gives of those of a batch: parts of 3 and 1 are
            three quarters and one quarter. With any, `PRACTISED` cells of a batch are random ones of them.
        seed: seed of drawn cells, and of the choice among practice cells.
        drawn: False when all cells are practice cells.
        rate: highest learning rate; None for the usual one.
    """

    mnist: Path | None
    practice: tuple[tuple[Path, int], ...]
    seed: int
    drawn: bool = True
    rate: float | None = None

    def mix(self, plan: Plan) -> cells.Mix:
        """Sources of the digits that are drawn."""
        return cells.usual_mix(sources.training_sources(self.mnist), "train", plan.shares)

    def __str__(self) -> str:
        drawn = f"{'no ' if self.mnist is None else ''}MNIST" if self.drawn else "none drawn"
        parts = [f"seed {self.seed}", f"rate {self.rate}", drawn]
        return ", ".join(parts + [f"{part} of {practice.digest(folder)}" for folder, part in self.practice])


def made_batches(data: Data, plan: Plan, batches: int, number: int) -> Iterator[Batch]:
    """Generate training batches in order, from batch `number` until `batches` (0: without end)."""
    cv2.setNumThreads(1)
    mix = data.mix(plan) if data.drawn else None
    practised = [practice.load(folder) for folder, _ in data.practice]
    counts = shared([part for _, part in data.practice], PRACTISED if data.drawn else BATCH)
    known = [] if data.drawn else [images(plan, one) for one in practised]
    while batches == 0 or number < batches:
        rng = np.random.default_rng((data.seed, plan.seeds + number))
        number += 1
        if mix is None:
            picked = [rng.integers(len(one.labels), size=count) for one, count in zip(practised, counts, strict=True)]
            yield (
                np.concatenate([pixels[which] for pixels, which in zip(known, picked, strict=True)]),
                np.concatenate([one.labels[which] for one, which in zip(practised, picked, strict=True)]),
            )
            continue
        made = cells.batch(BATCH - (PRACTISED if practised else 0), "train", mix, rng, PHOTOS)
        for one, count in zip(practised, counts, strict=True):
            made = joined(made, one, rng.integers(len(one.labels), size=count))
        yield images(plan, made), made.labels


def shared(parts: Sequence[int], total: int) -> list[int]:
    """Divide a total in these proportions into whole numbers."""
    ends = [total * sum(parts[: i + 1]) // sum(parts) for i in range(len(parts))]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def produce(queue: Queue, data: Data, plan: Plan, batches: int, number: int) -> None:
    """Put training batches into a queue, and None after the last one; arguments as in `made_batches`."""
    for made in made_batches(data, plan, batches, number):
        queue.put(made)
    queue.put(None)


def followed(data: Data, plan: Plan, batches: int, number: int) -> Iterator[Batch]:
    """Generate the same as `made_batches`; what has to be drawn is drawn by another process."""
    if not data.drawn:
        yield from made_batches(data, plan, batches, number)
        return
    context = mp.get_context("spawn")
    queue = context.Queue(maxsize=24)
    worker = context.Process(target=produce, args=(queue, data, plan, batches, number), daemon=True)
    worker.start()
    try:
        while (item := queue.get()) is not None:
            yield item
    finally:
        worker.terminate()


def joined(made: cells.LabelledCells, others: cells.LabelledCells, which: np.ndarray) -> cells.LabelledCells:
    """Cells with some of others appended."""
    return cells.LabelledCells(
        *(
            np.concatenate([getattr(made, name), getattr(others, name)[which]])
            for name in cells.LabelledCells.__annotations__
        )
    )


def to_net(plan: Plan, pixels: np.ndarray) -> torch.Tensor:
    """Images (n, channels, s, s) uint8 as input of the net: floats 0..255 or 0..1."""
    tensor = torch.from_numpy(pixels).float().contiguous(memory_format=torch.channels_last)
    return tensor if plan.design.lit else tensor / 255


@dataclass
class Run:
    """State of a training run: the net, its running average, the optimizer, and the number of batches so far."""

    net: Net
    averaged: Net
    optimizer: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0  # training time before the last stop
    average: float = AVERAGE

    def learn(self, plan: Plan, pixels: np.ndarray, labels: torch.Tensor) -> tuple[float, float]:
        """One step on a batch; returns its loss and the share that is right."""
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.net(to_net(plan, pixels))
        loss = functional.cross_entropy(logits.float(), labels)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.step += 1
        decay = min(self.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for ours, theirs in zip(self.averaged.state_dict().values(), self.net.state_dict().values(), strict=True):
                if ours.is_floating_point():
                    ours.lerp_(theirs, 1 - decay)
                else:
                    ours.copy_(theirs)
        return loss.item(), (logits.argmax(1) == labels).float().mean().item()

    def save(self, file: Path, key: str, seconds: float) -> None:
        """Write everything needed to resume and end with the same weights; an interrupted write spoils nothing."""
        parts = {name: getattr(self, name).state_dict() for name in ("net", "averaged", "optimizer")}
        new = file.with_suffix(".new")
        torch.save({"key": key, "step": self.step, "seconds": seconds, "random": torch.get_rng_state(), **parts}, new)
        new.replace(file)

    def load(self, file: Path, key: str) -> None:
        """Resume from `file`.

        Raises:
            ValueError: the file is the state of another run.
        """
        kept = torch.load(file, weights_only=True)
        if kept["key"] != key:
            raise ValueError(f"{file} is the state of another run ({kept['key']}): finish that one, or delete it")
        for name in ("net", "averaged", "optimizer"):
            getattr(self, name).load_state_dict(kept[name])
        torch.set_rng_state(kept["random"])
        self.step, self.seconds = kept["step"], kept["seconds"]


def train(
    data: Data, plan: Plan, total: int, seconds: float, before: Path | None, state: Path
) -> tuple[Net, int, float]:
    """Train a reader.

    Args:
        data: training data; its seed is also that of the net.
        plan: which reader.
        total: number of cells; 0: as many as fit in `seconds`.
        seconds: length of training.
        before: folder of the weights to start from; None: from nothing.
        state: file in which a run of `total` cells saves its state every `KEPT` batches; deleted at the end.

    Returns:
        The averaged net, the number of cells that it was trained on, and the seconds that training took.

    Raises:
        ValueError: `before` holds weights of another design, or `state` is that of another run.
    """
    torch.manual_seed(data.seed)
    torch.set_num_threads(1)
    batches = math.ceil(total / BATCH)
    rate = data.rate or (RATE if before is None else RATE / 2)
    net = Net(plan.design).to(memory_format=torch.channels_last)
    if before is not None:
        read_into(net, before / plan.file)
        some = cells.batch(8 * BATCH, "train", data.mix(plan), np.random.default_rng((data.seed, plan.seeds)), PHOTOS)
        wake_norms(net, to_net(plan, images(plan, some)))
    run = Run(net, copy.deepcopy(net), torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.02))
    if batches:  # else a short run ends with weights of its beginning, where steps are long
        run.average = min(AVERAGE, 1 - 6 / max(12, batches))
    key = f"{plan.file}, {total} cells, {data}, from {digest(before, plan)}"
    if batches and state.exists():
        run.load(state, key)
        print(f"goes on after {run.step * BATCH:,d} cells", flush=True)
    start = time.monotonic() - run.seconds
    losses: list[tuple[float, float]] = []
    for pixels, labels in followed(data, plan, batches, run.step):
        done = run.step / batches if batches else (time.monotonic() - start) / seconds
        if done >= 1:
            break
        for group in run.optimizer.param_groups:
            group["lr"] = rate * min(1.0, done / 0.03 + 0.01) * (0.5 + 0.5 * math.cos(math.pi * min(1.0, done)))
        losses.append(run.learn(plan, pixels, torch.from_numpy(labels)))
        if run.step % KEPT == 0:
            loss, hits = np.mean(losses, axis=0)
            passed = time.monotonic() - start
            print(f"{passed:6.0f} s  {run.step * BATCH:9,d} cells  loss {loss:.4f}  right {hits:.4%}", flush=True)
            losses.clear()
            if batches:
                run.save(state, key, passed)
    if batches:
        state.unlink(missing_ok=True)
    return run.averaged.eval(), run.step * BATCH, time.monotonic() - start


def digest(folder: Path | None, plan: Plan) -> str | None:
    """SHA-256 of the reader's weights in a folder; None without one."""
    return None if folder is None else hashlib.sha256((folder / plan.file).read_bytes()).hexdigest()


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reader", choices=list(PLANS))
    parser.add_argument(
        "--mnist", type=Path, help="folder with MNIST's training part (fetch_mnist.py); without it, no MNIST"
    )
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--cells", type=int, default=0, help="train on this many cells")
    length.add_argument("--seconds", type=float, default=0.0, help="train this long")
    parser.add_argument("--seed", type=int, default=1, help="seed of all random numbers")
    parser.add_argument("--rate", type=float, help=f"highest learning rate; {RATE}, or half of it with --go-on")
    parser.add_argument("--go-on", type=Path, help="folder of weights to start from, instead of from nothing")
    parser.add_argument("--practice", type=Path, nargs="+", default=[], help="folders of cells (practice.py)")
    parser.add_argument("--parts", type=int, nargs="+", help="proportions of these folders; equal if left out")
    parser.add_argument("--only-practice", action="store_true", help="draw no cells besides")
    parser.add_argument("--out", type=Path, required=True, help="folder for the weights")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    plan = PLANS[args.reader]

    before = digest(args.go_on, plan)
    model = args.out / plan.file
    state = model.with_suffix(".state")
    if args.only_practice and not args.practice:
        parser.error("--only-practice needs folders: give them with --practice")
    parts = args.parts or [1] * len(args.practice)
    if len(parts) != len(args.practice) or min(parts, default=1) < 1:
        parser.error("--parts needs a whole number from 1 for each folder of --practice")
    practised = tuple(zip(args.practice, parts, strict=True))
    data = Data(args.mnist, practised, args.seed, drawn=not args.only_practice, rate=args.rate)
    net, seen, took = train(data, plan, args.cells, args.seconds, args.go_on, state)
    export(net, model)
    made_from = {
        "cells": seen,
        "from": before,
        "seed": args.seed,
        "rate": args.rate or (RATE if before is None else RATE / 2),
        "seconds": round(took),
        "practice": [{"part": part} | practice.described(folder) for folder, part in data.practice],
        "writers": "number % 10 in 2..9; calibration 1, test 0; optdigits and bhmsds held out",
    }
    if data.drawn:
        made_from |= {"mix": dict(data.mix(plan).weights), "digits": practice.known(data.mix(plan))}
    model.with_suffix(".training.json").write_text(json.dumps(made_from, indent=2) + "\n", encoding="utf-8")
    print(f"{model}: {model.stat().st_size} bytes, {seen} cells in {took:.0f} s")


if __name__ == "__main__":
    main()
