"""Chooses how sure the words reader may be, on strips by calibration writers and calibration fonts.

    python training/words/calibrate.py --fonts FOLDER [--count 3000] [--folder ocr_recap/weights] [--write]

Draws single lines, photographs them, cuts them as the reader does, and scores all numbers. Then it chooses, and with
`--write` puts into words.json under `calibration`:

- `temperatures`, `misfit`, `letter`, `other`, `floor`: those with which the true numbers, and that other text is none,
  are likeliest (`words_reader.probabilities`);
- `digits`, `struck`: limits with the fewest faults between strips with and without digits or struck-out words;
- `least`: the limit with the fewest faults, which are right numbers that it leaves out, and numbers that are read where
  other letters are written.
"""

from __future__ import annotations

import argparse
import json
import pickle
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from draw import pen_of

from ocr_recap.cells.weights import weights_directory
from ocr_recap.cells.words_reader import Scored, WordsCalibration, WordsReader, probabilities
from ocr_recap.synth.cells.wordstrips import Content, WordStrip, cut_as_read, draw_strips
from ocr_recap.synth.writing.sources import Split

Case = tuple[WordStrip, Scored]
SEED = 3301
# Shares of contents; officers mostly write words. By judgement.
CONTENTS: tuple[tuple[Content, float], ...] = (
    ("words", 0.86),
    ("letters", 0.04),
    ("digits", 0.04),
    ("struck", 0.02),
    ("nothing", 0.02),
    ("line", 0.02),
)
FONT_SHARE = 0.5
_HEIGHTS = (7.0, 10.0, 14.0, 20.0)


def number(rng: np.random.Generator) -> int:
    """A random number 0 .. 999 as votes of a station: 4% are zero, and all lengths are frequent."""
    kind = rng.random()
    return 0 if kind < 0.04 else int(rng.integers(1, 100)) if kind < 0.4 else int(rng.integers(100, 1000))


def cases(split: Split, fonts: Path, count: int, seed: int, **wanted: Any) -> list[WordStrip]:
    """Strips of whole numbers and other contents, by random writers and fonts of one part.

    Args:
        split: part of the writers and fonts.
        fonts: folder of fonts.py.
        count: number of strips.
        seed: of all random numbers.
        wanted: arguments of `draw_strips` for all strips; `share` is that of fonts.
    """
    share = wanted.pop("share", FONT_SHARE)
    kinds = [kind for kind, _ in CONTENTS]
    chances = [chance for _, chance in CONTENTS]
    drawn: list[WordStrip] = []
    for i in range(count):
        rng = np.random.default_rng((seed, i))
        said = {"content": kinds[int(rng.choice(len(kinds), p=chances))], "number": number(rng)} | wanted
        drawn += draw_strips(pen_of(split, fonts, rng, share), rng, cut=cut_as_read, **said)
    return drawn


def kept(folder: Path | None, name: str, draw: Callable[[], list[WordStrip]]) -> list[WordStrip]:
    """Strips that a folder keeps from an earlier run, or drawn now."""
    if folder is None:
        return draw()
    path = folder / f"{name}.pickle"
    if path.exists():
        return pickle.loads(path.read_bytes())
    drawn = draw()
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(drawn))
    return drawn


def score(reader: WordsReader, strips: Sequence[WordStrip]) -> list[Case]:
    """What the net says of strips."""
    found: list[Case] = []
    for start in range(0, len(strips), 64):
        part = strips[start : start + 64]
        found += zip(part, reader.score([[s.gray] if s.gray.size else [] for s in part]), strict=True)
    return found


def written(case: Case) -> bool:
    """True for words, and for other text, that the cut shows and nothing is struck out of."""
    strip, scored = case
    return (
        strip.content in ("words", "letters") and strip.gray.size > 0 and scored.letters > 0 and "#" not in strip.label
    )


def loss(found: Sequence[Case], calibration: WordsCalibration) -> float:
    """Mean negative logarithm of the probability of the truth."""
    total = 0.0
    for strip, scored in found:
        numbers, other = probabilities(scored, strip.measured_px, calibration)
        total -= np.log(max(1e-12, other if strip.number is None else float(numbers[strip.number])))
    return total / len(found)


def fit(found: Sequence[Case]) -> WordsCalibration:
    """Search the values one after the other, with steps that become smaller."""
    best = WordsCalibration(heights=_HEIGHTS)
    least = loss(found, best)
    for step in (0.5, 0.25, 0.1, 0.05):
        for _ in range(3):
            before = least
            for changed in _neighbours(best, step):
                now = loss(found, changed)
                if now < least:
                    best, least = changed, now
            if before - least < 1e-5:
                break
        print(f"step {step}: {least:.4f} a strip", flush=True)
    return best


def _neighbours(now: WordsCalibration, step: float) -> list[WordsCalibration]:
    changed: list[WordsCalibration] = []
    for sign in (-1, 1):
        factor = float(np.exp(sign * step))
        for i in range(len(now.heights)):
            values = list(now.temperatures)
            values[i] = round(values[i] * factor, 3)
            changed.append(replace(now, temperatures=tuple(values)))
        changed.append(replace(now, temperatures=tuple(round(t * factor, 3) for t in now.temperatures)))
        changed.append(replace(now, misfit=round(now.misfit * factor, 3)))
        changed.append(replace(now, letter=round(max(0.0, now.letter + sign * step), 3)))
        changed.append(replace(now, other=round(now.other + sign * 4 * step, 2)))
        changed.append(replace(now, floor=float(f"{min(0.05, now.floor * factor):.2g}")))
    return changed


def limits(found: Sequence[Case], calibration: WordsCalibration) -> WordsCalibration:
    """Choose the limits of states."""
    steps = np.arange(0.05, 1.0, 0.05)
    text = [(s, c) for s, c in found if s.content in ("words", "digits") and c.letters + c.digits > 0 and s.gray.size]
    faults = [sum((c.digits >= t * (c.letters + c.digits)) != (s.content == "digits") for s, c in text) for t in steps]
    digits = float(np.mean(steps[np.flatnonzero(np.array(faults) == min(faults))]))
    ink = [(s, c) for s, c in found if s.content in ("words", "struck") and s.gray.size]
    faults = [sum((c.struck >= t) != ("#" in s.label) for s, c in ink) for t in steps]
    struck = float(np.mean(steps[np.flatnonzero(np.array(faults) == min(faults))]))
    print(f"digits {digits:.2f}, struck {struck:.2f} ({min(faults)} faults of {len(ink)})")
    read = [(s, probabilities(c, s.measured_px, calibration)[0]) for s, c in found if written((s, c))]
    sure = np.array([numbers.max() for _, numbers in read])
    right = np.array([int(numbers.argmax()) == s.number for s, numbers in read])
    letters = np.array([s.number is None for s, _ in read])
    faults = [int((letters & (sure >= t) | right & (sure < t)).sum()) for t in steps]
    least = float(steps[int(np.argmin(faults))])
    print(f"least {least:.2f}: {int(right[sure >= least].sum())} of {int((sure >= least).sum())} right, of {len(read)}")
    return replace(calibration, digits=round(digits, 3), struck=round(struck, 3), least=round(least, 3))


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fonts", type=Path, required=True, help="folder of fonts.py")
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--folder", type=Path, default=weights_directory(), help="of words.onnx and words.json")
    parser.add_argument("--keep", type=Path, help="folder for drawn strips, for the next time")
    parser.add_argument("--write", action="store_true", help="put what was chosen into words.json")
    args = parser.parse_args()
    draw = partial(cases, "calibration", args.fonts, args.count, SEED)
    found = score(WordsReader(args.folder), kept(args.keep, f"calibration-{SEED}-{args.count}", draw))
    chosen = limits(found, fit([case for case in found if written(case)]))
    print(json.dumps(asdict(chosen)))
    if args.write:
        path = args.folder / "words.json"
        card = json.loads(path.read_text("utf-8"))
        card["calibration"] = asdict(chosen)
        card["calibration_of"] = f"{args.count} strips by calibration writers and fonts (calibrate.py, seed {SEED})"
        path.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
