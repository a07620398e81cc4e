"""Weights between those before and after fine-tuning: `between.py --mnist DIR --before OLD --after NEW --out FOLDER`.

Training on cells of one kind, such as practice sheets, improves the readers on these cells and makes them slightly
worse on all others. Interpolation between the weights before and after keeps most of both (Wortsman et al., "Robust
fine-tuning of zero-shot models", arXiv 2109.01903). For each of `SHARES` the script prints the loss of the interpolated
readers on cells of calibration writers: drawn cells, and cells of *field* and *hard* photos, combined as OLD's
`digits.json` says. It chooses the smallest share whose loss on *field* photos is within `NEAR` of the best. With
`--packed` there are cells on worn paper and scans too, and it chooses the share with the least product of all losses,
so that a loss that grows by a hundredth anywhere must shrink by as much elsewhere. `combine.py` then calibrates the
result.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from combine import drawn, logits, loss, made_from, normalised, of_photos, together
from onnx import numpy_helper
from practice import mix_of
from train import PLANS, images

from ocr_recap.imaging.arrays import Float32Array
from ocr_recap.synth.cells import cells

SHARES = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 1.0)
NEAR = 0.01  # of the best loss
BATCHES = 100  # of 256 drawn cells
PHOTOS = 200  # of each preset


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path, help="folder with MNIST's training part")
    parser.add_argument("--packed", type=Path, help="folder of packed sources (pack_digits.py)")
    parser.add_argument("--before", type=Path, required=True, help="folder of calibrated weights")
    parser.add_argument("--after", type=Path, required=True, help="folder of weights that were trained from those")
    parser.add_argument("--out", type=Path, required=True, help="folder for the output")
    parser.add_argument("--seed", type=int, default=1, help="seed of all random numbers")
    parser.add_argument("--batches", type=int, default=BATCHES, help="batches of 256 drawn cells")
    parser.add_argument("--photos", type=int, default=PHOTOS, help="drawn photos of each preset")
    parser.add_argument("--workers", type=int, default=2, help="number of processes")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    card = json.loads((args.before / "digits.json").read_text("utf-8"))
    known = {
        plan.file: tuple((folder / plan.file).read_bytes() for folder in (args.before, args.after))
        for plan in PLANS.values()
    }
    notes = {plan.file: made_from(name, args.after / plan.file) for name, plan in PLANS.items()}
    judged = dict(kinds(args.mnist, args.seed, args.batches, args.photos, args.workers))
    if args.packed:
        judged["worn"] = worn(args.mnist, args.packed, args.seed, args.batches)
    losses: dict[float, float] = {}
    for share in SHARES:
        write(known, share, args.out)
        found = {name: loss(read(args.out, card, made), made.labels) for name, made in judged.items()}
        print(f"share {share}: " + ", ".join(f"{name} {value:.4f}" for name, value in found.items()), flush=True)
        losses[share] = math.prod(found.values()) if args.packed else found["field"]
    chosen = min(SHARES, key=lambda share: losses[share]) if args.packed else first_near(losses)
    write(known, chosen, args.out)
    for file, (before, _) in known.items():
        note = {**notes[file], "share": chosen, "rest": hashlib.sha256(before).hexdigest()}
        (args.out / file).with_suffix(".training.json").write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")
    print(f"chosen: {chosen}")


def first_near(losses: Mapping[float, float]) -> float:
    """Smallest share whose loss is near the least one."""
    return next(share for share in SHARES if losses[share] <= (1 + NEAR) * min(losses.values()))


def worn(mnist: Path | None, packed: Path, seed: int, batches: int) -> cells.LabelledCells:
    """Cells of calibration writers as `practice.py --rows` draws them: on worn paper, of all sources and signs."""
    mix = mix_of(mnist, packed, "calibration")
    parts = [cells.batch(256, "calibration", mix, np.random.default_rng((seed, 1, i))) for i in range(batches)]
    names = cells.LabelledCells.__annotations__
    return cells.LabelledCells(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def kinds(
    mnist: Path | None, seed: int, batches: int, photos: int, workers: int
) -> Iterator[tuple[str, cells.LabelledCells]]:
    """Cells on which shares are judged, by kind; corrected cells of photos are left out."""
    yield "drawn", drawn(mnist, "calibration", seed, batches)
    for preset in ("field", "hard"):
        patches, boxes, labels = of_photos(photos, workers, (preset,))
        yield preset, cells.LabelledCells(patches, labels, boxes, np.zeros(len(labels), np.int64))


def write(known: Mapping[str, tuple[bytes, bytes]], share: float, out: Path) -> None:
    """Write the readers interpolated by this share between the weights before (0) and after (1)."""
    for file, (before, after) in known.items():
        graph = onnx.load_from_string(after)
        old = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load_from_string(before).graph.initializer}
        for tensor in graph.graph.initializer:
            values = numpy_helper.to_array(tensor)
            if values.dtype == np.float32:
                mixed = ((1 - share) * old[tensor.name] + share * values).astype(np.float32)
                tensor.CopyFrom(numpy_helper.from_array(mixed, tensor.name))
        (out / file).write_bytes(graph.SerializeToString())


def read(folder: Path, card: Mapping[str, Any], made: cells.LabelledCells) -> Float32Array:
    """Log-probabilities of both readers together, combined as the description of the weights before says."""
    second = card["second"]
    heat = {"first": card["temperature"], "second": second["temperature"]}
    said = {name: normalised(logits(folder, name, images(plan, made)) / heat[name]) for name, plan in PLANS.items()}
    return together(said["first"], said["second"], second["below"], second["weights"])


if __name__ == "__main__":
    main()
