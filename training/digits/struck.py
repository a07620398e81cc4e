"""Trains the net that detects struck-out numbers: `struck.py --mnist DIR --strips 250368 --out FOLDER`.

The net sees the strip of a number. Strips are drawn without limit (`ocr_recap/synth/cells/alteredcells.py`), `DRAWN` at
a time by a generator seeded with (seed, i), in other processes than training: the same machine makes the same weights.
`--pages FOLDER` adds `FROM_PAGES` strips of whole photos from `altered_pages.py` to each drawing. Strips of one width
form a batch. Labels marked unknown have no loss. Writes `struck.onnx`, and its training data in
`struck.training.json`; `choose_alterations.py` copies that into `alterations.json`.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import math
import time
from collections.abc import Iterator
from functools import cache, partial
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import torch
from altered_pages import Pages, digest, load
from strip_net import STRIDE, StripNet, export, read_into, wake_norms
from torch.nn import functional

from ocr_recap.synth.cells import alteredcells, cells
from ocr_recap.synth.cells.alteredcells import UNKNOWN
from ocr_recap.synth.sets.parallel import in_order
from ocr_recap.synth.writing import sources

DRAWN = 512  # strips, sorted by width into batches
FROM_PAGES = 192  # strips of whole photos added to these
LEAST = 8  # least strips of one width in a batch; fewer are left out
PHOTOS = 2  # of each drawn row
RATE = 2.5e-3  # highest learning rate; rises over the first 3% of the run and falls along a cosine
AVERAGE = 0.999  # decay of the averaged weights that are shipped
LOGGED = 20  # drawings between two lines of the log
MOST_BOXES = 6

Batch = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def draw(mnist: Path | None, seed: int, number: int) -> list[Batch]:
    """Drawing `number`: a batch per width.

    Returns:
        Pictures (n, 48, w), struck (n,), overwritten (n, 6), and the first and last position of the net's output in
        each box (n, 6, 2); boxes that are missing are unknown.
    """
    cv2.setNumThreads(1)
    drawn = islice(alteredcells.strips("train", mix(mnist), np.random.default_rng((seed, number)), PHOTOS), DRAWN)
    widths: dict[int, list[alteredcells.AlteredStrip]] = {}
    for strip in drawn:
        widths.setdefault(strip.picture.shape[1], []).append(strip)
    return [_batch(strips) for _, strips in sorted(widths.items()) if len(strips) >= LEAST]


def _batch(strips: list[alteredcells.AlteredStrip]) -> Batch:
    over = np.full((len(strips), MOST_BOXES), UNKNOWN, np.int8)
    places = np.zeros((len(strips), MOST_BOXES, 2), np.int64)
    for i, strip in enumerate(strips):
        over[i, : len(strip.overwritten)] = strip.overwritten
        places[i, : len(strip.columns)] = places_of(strip.columns)
    struck = np.array([strip.struck for strip in strips], np.int8)
    return np.stack([strip.picture for strip in strips]), struck, over, places


def with_pages(drawings: Iterator[list[Batch]], pages: Pages, seed: int) -> Iterator[list[Batch]]:
    """Every drawing mixed with strips of whole photos, by width; labels of their single boxes are unknown."""
    for number, batches in enumerate(drawings):
        found = {batch[0].shape[2]: batch for batch in batches}
        for width, (pictures, struck) in pages.some_strips(
            FROM_PAGES, np.random.default_rng((seed, 1, number))
        ).items():
            over = np.full((len(struck), MOST_BOXES), UNKNOWN, np.int8)
            more = (pictures, struck, over, np.zeros((len(struck), MOST_BOXES, 2), np.int64))
            if width in found:
                more = tuple(np.concatenate(pair) for pair in zip(found[width], more, strict=True))
            if len(more[0]) >= LEAST:
                found[width] = more
        yield [found[width] for width in sorted(found)]


def places_of(columns: np.ndarray) -> np.ndarray:
    """First and last position of `overwritten` in each box, (n, 2), from its sides in px (n, 2)."""
    first = np.ceil(columns[:, 0] / STRIDE - 0.25)
    return np.stack([first, np.maximum(first, np.floor(columns[:, 1] / STRIDE - 0.75))], axis=1).astype(np.int64)


@cache
def mix(mnist: Path | None) -> cells.Mix:
    """Sources of digits, as in the first digit reader's training."""
    return cells.usual_mix(sources.training_sources(mnist), "train")


def highest(logits: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Highest logit (n, 6) over each box's positions."""
    at = torch.arange(logits.shape[1])
    inside = (at >= places[..., :1]) & (at <= places[..., 1:])
    return logits[:, None, :].masked_fill(~inside, -1e4).amax(dim=2)


def loss_of(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean binary cross-entropy over all known labels."""
    known = labels != UNKNOWN
    each = functional.binary_cross_entropy_with_logits(logits, labels.clamp(min=0).float(), reduction="none")
    return (each * known).sum() / known.sum().clamp(min=1)


def learn(net: StripNet, batch: Batch) -> torch.Tensor:
    """The loss of a batch."""
    pictures, struck, over, places = batch
    pixels = torch.from_numpy(pictures[:, None]).float().contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        said, along = net(pixels)
    boxes = highest(along.float(), torch.from_numpy(places))
    return loss_of(said.float()[:, 0], torch.from_numpy(struck)) + loss_of(boxes, torch.from_numpy(over))


def train(net: StripNet, drawings: Iterator[list[Batch]], total: int) -> StripNet:
    """The averaged net after `total` drawings."""
    averaged = copy.deepcopy(net)
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.02)
    start, losses, step = time.monotonic(), list[float](), 0
    for number, batches in enumerate(drawings, 1):
        done = number / total
        rate = RATE * min(1.0, done / 0.03 + 0.01) * (0.5 + 0.5 * math.cos(math.pi * done))
        for batch in batches:
            for group in optimizer.param_groups:
                group["lr"] = rate * min(1.0, len(batch[0]) / 32)
            loss = learn(net, batch)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            step += 1
            follow(averaged, net, min(AVERAGE, (1 + step) / (10 + step)))
            losses.append(loss.item())
        if number % LOGGED == 0:
            took = time.monotonic() - start
            print(f"{took:6.0f} s  {number * DRAWN:9,d} strips  loss {np.mean(losses):.4f}", flush=True)
            losses.clear()
    return averaged.eval()


def follow(averaged: StripNet, net: StripNet, decay: float) -> None:
    """Move the running average towards the net."""
    with torch.no_grad():
        for ours, theirs in zip(averaged.state_dict().values(), net.state_dict().values(), strict=True):
            if ours.is_floating_point():
                ours.lerp_(theirs, 1 - decay)
            else:
                ours.copy_(theirs)


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path, help="folder with MNIST's training part (fetch_mnist.py)")
    parser.add_argument("--strips", type=int, default=250_368, help="number of strips to train on")
    parser.add_argument("--seed", type=int, default=1, help="seed of all random numbers")
    parser.add_argument("--go-on", type=Path, help="an earlier struck.onnx to start from; give another --seed")
    parser.add_argument("--pages", type=Path, help="folder of strips of whole photos (altered_pages.py)")
    parser.add_argument("--workers", type=int, default=2, help="processes that draw")
    parser.add_argument("--out", type=Path, required=True, help="folder for the output")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    total = math.ceil(args.strips / DRAWN)
    start = time.monotonic()
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    net = StripNet().to(memory_format=torch.channels_last)
    if args.go_on:
        read_into(net, args.go_on)
        for pictures, *_ in draw(args.mnist, args.seed, total)[:1]:  # strips that training does not use
            wake_norms(net, torch.from_numpy(pictures[:, None]).float())
    drawings = in_order(partial(draw, args.mnist, args.seed), range(total), args.workers)
    if args.pages:
        drawings = with_pages(drawings, load(args.pages), args.seed)
    net = train(net, drawings, total)
    model = args.out / "struck.onnx"
    export(net, model)
    made_from = {
        "script": "training/digits/struck.py",
        "strips": total * DRAWN,
        "seed": args.seed,
        "from": hashlib.sha256(args.go_on.read_bytes()).hexdigest() if args.go_on else None,
        "pages": digest(args.pages) if args.pages else None,
        "seconds": round(time.monotonic() - start),
        "mix": dict(mix(args.mnist).weights),
    }
    model.with_suffix(".training.json").write_text(json.dumps(made_from, indent=2) + "\n", encoding="utf-8")
    print(f"{model}: {model.stat().st_size} bytes")


if __name__ == "__main__":
    main()
