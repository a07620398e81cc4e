"""Trains the words reader: `train.py --data FOLDER --seconds 2400 --out FOLDER`.

Strips come from shards that `draw.py` writes, at the same time or before; new shards are taken in as they appear, and
strips are seen again with small changes. Writes `words.pt` (weights for more training, every few minutes) and
`words.onnx`. The learning rate follows the clock (`--seconds`), and the number of strips is written down.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import math
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from net import Net, export
from torch.nn import functional

from ocr_recap.cells.words_net import ALPHABET, BLANK, HEIGHT, STEP, normalised, padded_width

BATCH = 64
RATE = 3e-3  # highest learning rate; rises over the first 3% of the run and falls along a cosine
AVERAGE = 0.999  # decay of the averaged weights that are shipped
EVERY = 250  # batches between reports and looks for new shards
VERSION = "1"
_SCALE, _SHIFT = 120.0, 60.0  # normalised strips are kept as bytes


class Strips:
    """Normalised strips by padded width, and their labels."""

    def __init__(self) -> None:
        self.images: dict[int, list[np.ndarray]] = defaultdict(list)
        self.labels: dict[int, list[np.ndarray]] = defaultdict(list)
        self.taken: set[str] = set()

    def take(self, path: Path) -> None:
        """Add the strips of one shard."""
        self.taken.add(path.name)
        with np.load(path) as shard:
            pixels, widths, labels = shard["pixels"], shard["widths"], shard["labels"]
        for strip, label in zip(np.split(pixels, np.cumsum(widths)[:-1], axis=1), labels, strict=True):
            symbols = np.array([ALPHABET.index(c) for c in str(label)], np.int64)
            shown = normalised(strip)
            width = padded_width(shown.shape[1])
            if needed(symbols) >= width // STEP:
                continue
            image = np.full((HEIGHT, width), _SHIFT, np.uint8)
            image[:, : shown.shape[1]] = np.clip(np.rint(shown * _SCALE + _SHIFT), 0, 255)
            self.images[width].append(image)
            self.labels[width].append(symbols)

    def batch(self, rng: np.random.Generator) -> tuple[np.ndarray, list[np.ndarray]]:
        """Random strips of one width."""
        widths = sorted(self.images)
        counts = np.array([len(self.images[w]) for w in widths], float)
        width = widths[int(rng.choice(len(widths), p=counts / counts.sum()))]
        size = max(8, round(BATCH * 320 / width))
        chosen = rng.integers(len(self.images[width]), size=size)
        images = np.stack([self.images[width][i] for i in chosen])
        return images, [self.labels[width][i] for i in chosen]


def needed(symbols: np.ndarray) -> int:
    """Columns that a label needs: one per symbol, and one between equal ones."""
    return len(symbols) + int((symbols[1:] == symbols[:-1]).sum())


def changed(images: np.ndarray, rng: np.random.Generator) -> torch.Tensor:
    """The strips as the net takes them, a little higher or lower, darker or lighter, with noise."""
    x = torch.from_numpy(images).float().sub_(_SHIFT).div_(_SCALE).unsqueeze(1)
    shift = int(rng.integers(-2, 3))
    if shift:
        x = torch.roll(x, shift, 2)
        x[:, :, :shift] = 0.0 if shift > 0 else x[:, :, :shift]
        if shift < 0:
            x[:, :, shift:] = 0.0
    gain = torch.from_numpy(rng.uniform(0.8, 1.2, (len(images), 1, 1, 1)).astype(np.float32))
    return x * gain + 0.02 * torch.randn_like(x)


def ctc(net: Net, x: torch.Tensor, labels: list[np.ndarray]) -> torch.Tensor:
    """Mean loss of a batch, per strip."""
    with torch.autocast("cpu", torch.bfloat16):
        logits = net(x)
    scores = functional.log_softmax(logits.float(), 2).transpose(0, 1)
    lengths = torch.tensor([len(label) for label in labels])
    columns = torch.full((len(labels),), scores.shape[0])
    joined = torch.from_numpy(np.concatenate(labels))
    return functional.ctc_loss(scores, joined, columns, lengths, BLANK, reduction="sum", zero_infinity=True) / len(
        labels
    )


def greedy(logits: torch.Tensor) -> list[list[int]]:
    """Symbols of the best path of each strip."""
    found: list[list[int]] = []
    for best in logits.argmax(2).tolist():
        found.append([s for i, s in enumerate(best) if s != BLANK and (i == 0 or best[i - 1] != s)])
    return found


def check(net: Net, strips: Strips) -> tuple[float, float]:
    """Share of strips whose text is read without a fault, and the loss per strip."""
    right, total, loss = 0, 0, 0.0
    with torch.no_grad():
        for width, images in sorted(strips.images.items()):
            for start in range(0, len(images), 128):
                x = (
                    torch.from_numpy(np.stack(images[start : start + 128]))
                    .float()
                    .sub_(_SHIFT)
                    .div_(_SCALE)
                    .unsqueeze(1)
                )
                labels = strips.labels[width][start : start + 128]
                loss += float(ctc(net, x, labels)) * len(labels)
                for text, label in zip(greedy(net(x)), labels, strict=True):
                    right += text == label.tolist()
                total += len(labels)
    return right / total, loss / total


def average(averaged: Net, net: Net, step: int) -> None:
    """Move the averaged weights towards the net's, in place."""
    decay = min(AVERAGE, (1 + step) / (10 + step))
    with torch.no_grad():
        for ours, theirs in zip(averaged.state_dict().values(), net.state_dict().values(), strict=True):
            if ours.is_floating_point():
                ours.lerp_(theirs, 1 - decay)
            else:
                ours.copy_(theirs)


def train(args: argparse.Namespace, held: Strips) -> tuple[Net, int]:
    """Train; returns the averaged net and the number of strips it was shown."""
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(args.seed)
    net = Net().to(memory_format=torch.channels_last)
    if args.start_from:
        net.load_state_dict(torch.load(args.start_from, weights_only=True))
    averaged = copy.deepcopy(net)
    optimizer = torch.optim.AdamW(net.parameters(), lr=args.rate, weight_decay=0.02)
    strips, seen, step, losses = Strips(), 0, 0, 0.0
    start = time.monotonic()
    while (done := (time.monotonic() - start) / args.seconds) < 1:
        if step % EVERY == 0:
            new = [p for p in sorted(args.data.glob("train-*-[0-9]*.npz")) if p.name not in strips.taken]
            for path in new[: args.most]:
                if ".part" not in path.name:
                    strips.take(path)
        for group in optimizer.param_groups:
            group["lr"] = args.rate * min(1.0, done / 0.03 + 0.01) * (0.5 + 0.5 * math.cos(math.pi * done))
        images, labels = strips.batch(rng)
        loss = ctc(net, changed(images, rng).contiguous(memory_format=torch.channels_last), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 20.0)
        optimizer.step()
        step, seen, losses = step + 1, seen + len(labels), losses + loss.item()
        average(averaged, net, step)
        if step % EVERY == 0:
            print(
                f"{time.monotonic() - start:6.0f} s  {seen:9,d} strips  {len(strips.taken)} shards  "
                f"loss {losses / EVERY:.3f}",
                flush=True,
            )
            losses = 0.0
            if step % (8 * EVERY) == 0:
                averaged.eval()
                print(
                    "      held out: {:.3%} of strips without a fault, loss {:.3f}".format(*check(averaged, held)),
                    flush=True,
                )
                torch.save(averaged.state_dict(), args.out / "words.pt")
                export(averaged, args.out / "words.onnx")
    return averaged.eval(), seen


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of shards by draw.py")
    parser.add_argument("--seconds", type=float, required=True, help="train this long")
    parser.add_argument("--seed", type=int, default=1, help="seed of all random numbers")
    parser.add_argument("--rate", type=float, default=RATE, help="highest learning rate")
    parser.add_argument("--most", type=int, default=8, help="shards that are taken in at a time")
    parser.add_argument("--start-from", type=Path, help="words.pt to start from")
    parser.add_argument("--out", type=Path, required=True, help="folder for words.pt, words.onnx and words.json")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    held = Strips()
    for path in sorted(args.data.glob("calibration-*.npz")):
        held.take(path)
    start = time.monotonic()
    net, seen = train(args, held)
    torch.save(net.state_dict(), args.out / "words.pt")
    model = args.out / "words.onnx"
    export(net, model)
    before = []
    if args.start_from:
        before = json.loads(args.start_from.with_name("words.json").read_text("utf-8"))["training"]["runs"]
    right, loss = check(net, held)
    run = {"strips": seen, "seed": args.seed, "rate": args.rate, "seconds": round(time.monotonic() - start)}
    card = {
        "version": VERSION,
        "classes": list(ALPHABET),
        "sha256": {model.name: hashlib.sha256(model.read_bytes()).hexdigest()},
        "licence": "the package's own (Apache-2.0), see LICENSE.md",
        "training": {
            "runs": [*before, run],
            "writers": "stroke model, seeds with seed % 10 in 2..9, and the training fonts of training/words/fonts.py",
            "calibration": {"strips without a fault": round(right, 5), "loss": round(loss, 4)},
        },
    }
    (args.out / "words.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    print(f"{model}: {model.stat().st_size} bytes, {seen} strips, {right:.3%} without a fault, loss {loss:.3f}")


if __name__ == "__main__":
    main()
