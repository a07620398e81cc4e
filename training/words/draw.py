"""Draws strips of words for training: `draw.py --fonts FOLDER --out FOLDER --shards 40`.

Shard i is drawn from a generator seeded with (seed, i), so any number of processes may share the work. A shard is an
`.npz` file: all strips side by side (`pixels`), their widths and labels, and what `WordStrip` says of each.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import fonts
import numpy as np

from ocr_recap.synth.cells.wordstrips import Pen, WordStrip, cut_as_read, draw_strips, stroke_pen
from ocr_recap.synth.writing.sources import Split, writer_seed
from ocr_recap.synth.writing.strokes import Writer

LINES = 2000  # drawn lines of a shard
VIEWS = 2  # photos of each line
FONT_SHARE = 0.45  # of the lines; the stroke model has more writers, fonts more shapes


def pen_of(split: Split, folder: Path, rng: np.random.Generator, share: float = FONT_SHARE) -> Pen:
    """Pen of a random writer of one part, or of a person who writes in one of its fonts."""
    if rng.random() >= share:
        return stroke_pen(Writer.from_seed(writer_seed(split, rng)))
    names = fonts.families(split)
    return fonts.pen(folder, names[int(rng.integers(len(names)))], int(rng.integers(1 << 30)))


def shard(split: Split, folder: Path, seed: int, number: int, share: float, lines: int = LINES) -> list[WordStrip]:
    """Strips of one shard; `share` of the lines are cut as the reader cuts them, the others loosely."""
    rng = np.random.default_rng((seed, number))
    drawn: list[WordStrip] = []
    for _ in range(lines):
        cut = cut_as_read if rng.random() < share else None
        drawn += draw_strips(pen_of(split, folder, rng), rng, VIEWS, cut=cut)
    return [strip for strip in drawn if _complete(strip)]


def _complete(strip: WordStrip) -> bool:
    """False where the reader's cut lost the writing or took something else for it: nothing can be learned from that."""
    if not strip.gray.size:
        return False
    return not strip.label.strip("-#") or not strip.measured_px or 0.45 < strip.measured_px / strip.height_px < 2.2


def main() -> None:
    """Draw shards that the folder lacks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fonts", type=Path, required=True, help="folder of fonts.py")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shards", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cut", type=float, default=0.7, help="share of lines that are cut as the reader cuts them")
    parser.add_argument("--part", choices=("train", "calibration", "test"), default="train")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    for number in range(args.first, args.first + args.shards):
        path = args.out / f"{args.part}-{args.seed}-{number:04d}.npz"
        if path.exists():
            continue
        drawn = shard(args.part, args.fonts, args.seed, number, args.cut)
        partial = path.with_suffix(".part.npz")
        np.savez(
            partial,
            pixels=np.concatenate([strip.gray for strip in drawn], axis=1),
            widths=np.array([strip.gray.shape[1] for strip in drawn]),
            labels=np.array([strip.label for strip in drawn]),
            contents=np.array([strip.content for strip in drawn]),
            heights=np.array([strip.height_px for strip in drawn], np.float32),
        )
        partial.rename(path)
        print(path, flush=True)


if __name__ == "__main__":
    main()
