"""Accuracy of numbers read from words alone, on strips by test writers and test fonts.

    python training/words/fonts.py FONTS
    python benchmarks/words.py --fonts FONTS [--count 1500] [--seed 3390] [--peer] [--mistakes]

Lines of words are drawn, photographed and cut as the reader cuts them from the space for words. Writers and fonts are
those of the test part, which neither training nor calibration saw. Each group of the table is drawn for itself.
Intervals are exact (Clopper-Pearson, 95%). `--peer` reads the same strips with the recognition net that the package
`rapidocr` has in its wheel, scored over the same phrases (`pip install --no-deps --target PEER rapidocr`, and PEER in
PYTHONPATH: its dependencies are not needed).
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "training" / "words"))
from calibrate import cases, kept

from ocr_recap.cells.inference import onnxruntime
from ocr_recap.cells.number_phrases import Costs, likelihoods
from ocr_recap.cells.words_evidence import WordsEvidence
from ocr_recap.cells.words_net import ALPHABET, BLANK, normalised
from ocr_recap.cells.words_reader import WordsReader, condensed
from ocr_recap.evaluate.bounds import clopper_pearson
from ocr_recap.synth.cells.wordstrips import WordStrip
from ocr_recap.synth.writing.number_words import WordHabit

SURE = 0.99
# Groups of the table: styles of letters, and least and greatest height of capitals in the photo, px.
GROUPS = {
    "capitals, 12-30 px": (("capitals",), (12.0, 30.0)),
    "capitals, 7-12 px": (("capitals",), (7.0, 12.0)),
    "small, mixed or joined, 12-30 px": (("small", "mixed", "joined"), (12.0, 30.0)),
    "small, mixed or joined, 7-12 px": (("small", "mixed", "joined"), (7.0, 12.0)),
}


def share(part: int, whole: int) -> str:
    """A share with its exact interval."""
    if not whole:
        return "0 of 0"
    low, high = clopper_pearson(part, whole)
    return f"{part} of {whole} ({part / whole:.1%}; {low:.1%}-{high:.1%})"


def group(name: str, fonts: Path, count: int, seed: int, of_fonts: float) -> list[WordStrip]:
    """Strips of words of one group: whole numbers, nothing struck out."""
    styles, (low, high) = GROUPS[name]
    found: list[WordStrip] = []
    rng, tries = np.random.default_rng((seed, 1)), 0
    while len(found) < count:
        tries += 1
        habit = WordHabit.draw(rng)
        while habit.style not in styles:
            habit = WordHabit.draw(rng)
        tall = float(np.exp(rng.uniform(np.log(low), np.log(high))))
        part = seed * 1_000_003 + tries
        wanted: dict[str, Any] = {"content": "words", "habit": habit, "height_px": tall, "share": of_fonts}
        found += [s for s in cases("test", fonts, 1, part, **wanted) if s.label not in ("-", "") and "#" not in s.label]
    return found


def read(reader: WordsReader, strips: Sequence[WordStrip]) -> list[WordsEvidence]:
    """Evidence of each strip."""
    found: list[WordsEvidence] = []
    for start in range(0, len(strips), 64):
        part = strips[start : start + 64]
        found += reader.read([[s.gray] if s.gray.size else [] for s in part], [s.measured_px for s in part])
    return found


def calibration_error(sure: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Mean distance between probability and share right, over bins with equally many numbers."""
    order = np.argsort(sure, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return float(sum(len(p) * abs(sure[p].mean() - right[p].mean()) for p in parts) / len(sure))


def judge(strips: Sequence[WordStrip], found: Sequence[WordsEvidence]) -> dict[str, str]:
    """Figures of one group."""
    read_ones = [(s, e) for s, e in zip(strips, found, strict=True) if e.state == "read"]
    right = np.array([e.best == s.number for s, e in read_ones], bool)
    sure = np.array([e.says(e.best) for _, e in read_ones])
    states = {state: sum(e.state == state for e in found) for state in ("absent", "digits", "struck", "unreadable")}
    return {
        "right, of all": share(int(right.sum()), len(strips)),
        "right, of those read": share(int(right.sum()), len(read_ones)),
        "wrong at 0.99 and more": share(int((~right & (sure >= SURE)).sum()), int((sure >= SURE).sum())),
        "calibration error": f"{calibration_error(sure, right):.3f} (n = {len(sure)})",
        "not read": ", ".join(f"{n} {state}" for state, n in states.items() if n) or "none",
    }


def states(reader: WordsReader, fonts: Path, count: int, seed: int) -> None:
    """How other contents are told apart."""
    for content in ("nothing", "line", "digits", "struck", "letters"):
        strips = cases("test", fonts, count, seed, content=content, height_px=None)
        found = read(reader, strips)
        said = sorted({e.state for e in found})
        counted = {state: sum(e.state == state for e in found) for state in said}
        sure = sum(e.state == "read" and e.says(e.best) >= SURE for e in found)
        print(f"| {content} (n = {count}) | {counted} | a number at 0.99 and more: {sure} |")


class Peer:
    """Recognition net of the package `rapidocr`, its letters mapped to the reader's alphabet."""

    def __init__(self) -> None:
        """Find the package's net, which lies in its wheel.

        Raises:
            ImportError: the package is not installed.
        """
        found = importlib.util.find_spec("rapidocr")
        if found is None or not found.submodule_search_locations:
            raise ImportError("rapidocr is not installed")
        (model,) = sorted((Path(found.submodule_search_locations[0]) / "models").glob("*rec*.onnx"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.name, self.size = model.stem, model.stat().st_size
        self.session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        names = ["blank", *self.session.get_modelmeta().custom_metadata_map["character"].splitlines(), " "]
        self.places = [[BLANK]]
        for symbol in ALPHABET[1:]:
            wanted = {symbol, symbol.lower(), *("0123456789" if symbol == "9" else "")}
            self.places.append([i for i, c in enumerate(names) if c in wanted])

    def columns(self, strip: np.ndarray) -> np.ndarray:
        """Probabilities of the reader's symbols; other characters count as letters of no number."""
        shown = np.clip(255 * (1 - normalised(strip)), 0, 255).astype(np.uint8)
        wide = cv2.resize(shown, (round(shown.shape[1] * 1.5), 48), interpolation=cv2.INTER_CUBIC)
        wide = cv2.copyMakeBorder(wide, 0, 0, 12, 12, cv2.BORDER_CONSTANT, value=255)
        blob = np.repeat((wide.astype(np.float32) / 127.5 - 1)[None, None], 3, axis=1)
        (found,) = self.session.run(None, {self.session.get_inputs()[0].name: blob})
        table = np.stack([found[0][:, places].sum(axis=1) for places in self.places], axis=1).astype(float)
        return np.maximum(table, 1e-6)

    def best(self, strips: Sequence[WordStrip]) -> list[int]:
        """The most probable number of each strip, by the same scoring."""
        tables = [self.columns(s.gray) if s.gray.size else np.full((1, len(ALPHABET)), 0.04) for s in strips]
        return [int(likelihoods([condensed(t)], 1000, Costs())[0].argmax()) for t in tables]


def cost(reader: WordsReader, strips: Sequence[WordStrip]) -> None:
    """CPU time of three strips together, as a page has them: least of several."""
    shown = [[s.gray] for s in strips if s.gray.size][:60]
    times: list[float] = []
    for start in range(0, len(shown) - 2, 3):
        begin = time.process_time()
        reader.read(shown[start : start + 3], [15.0] * 3)
        times.append(1000 * (time.process_time() - begin) / 3)
    width = np.mean([strips[0].shape[1] for strips in shown])
    print(f"cost: {np.median(times):.2f} ms of CPU a strip of {width:.0f} px (median of {len(times)} times three)")


def part_of(args: argparse.Namespace, number: int, name: str, of_fonts: float) -> list[WordStrip]:
    """Strips of one group by writers or by fonts, as kept or drawn."""
    seed = args.seed + 10 * number + int(of_fonts)
    draw = partial(group, name, args.fonts, args.count // 2, seed, of_fonts)
    return kept(args.keep, f"test-{seed}-{args.count}", draw)


def draw_all(args: argparse.Namespace) -> None:
    """Draw and keep all groups."""
    for number, name in enumerate(GROUPS):
        for of_fonts in (0.0, 1.0):
            part_of(args, number, name, of_fonts)


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fonts", type=Path, required=True, help="folder of training/words/fonts.py")
    parser.add_argument("--folder", type=Path, help="weights; default: the shipped ones")
    parser.add_argument("--count", type=int, default=1500, help="strips of each group; half of them by fonts")
    parser.add_argument("--seed", type=int, default=3390)
    parser.add_argument("--keep", type=Path, help="folder for drawn strips, for the next time")
    parser.add_argument("--only-draw", action="store_true", help="draw what --keep keeps, and end")
    parser.add_argument("--peer", type=int, default=0, help="strips of each group that the peer reads")
    parser.add_argument("--mistakes", action="store_true")
    args = parser.parse_args()
    if args.only_draw:
        draw_all(args)
        return
    reader = WordsReader(args.folder)
    peer = Peer() if args.peer else None
    for number, name in enumerate(GROUPS):
        for kind, of_fonts in (("writers", 0.0), ("fonts", 1.0)):
            strips = part_of(args, number, name, of_fonts)
            found = read(reader, strips)
            print(f"{name}, {kind}")
            for what, figure in judge(strips, found).items():
                print(f"  {what}: {figure}", flush=True)
            if peer:
                right = sum(best == s.number for best, s in zip(peer.best(strips), strips, strict=True))
                print(
                    f"  {peer.name} ({peer.size / 1e6:.0f} MB), right of all: {share(right, len(strips))}", flush=True
                )
            if args.mistakes:
                for strip, said in zip(strips, found, strict=True):
                    if said.best != strip.number:
                        print(f"    {strip.label}: {said.text!r} {said.best} {said.says(said.best):.3f} {said.state}")
    states(reader, args.fonts, max(50, args.count // 10), args.seed + 99)
    cost(reader, group("capitals, 12-30 px", args.fonts, 60, args.seed + 98, 0.5))


if __name__ == "__main__":
    main()
