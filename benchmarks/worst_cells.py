"""Real cells with the worst readings of the digit reader: the list of docs/lab/digits.md.

    python benchmarks/worst_cells.py [TRUTH] [--count 10] [--sheet FILE.png] [--write]

The worst cells are those in which the written character gets the lowest probability. Cells are cropped by their true
corners. No weight is trained on real photos and no threshold of a reader is chosen on them; but training cells were
made more various after looking at them. `--sheet` draws the cells large, in the order of the list, for people who
describe them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from digits import ROOT, Number, fill_in, numbers_of

from ocr_recap.cells.digit_reader import CLASSES, DigitReader

BEGIN, END = "<!-- worst: written by benchmarks/worst_cells.py -->", "<!-- end of worst -->"


@dataclass(frozen=True)
class Worst:
    """One cell: its place, what is written, the three most probable readings, and the probability of the right one."""

    place: str
    written: str
    said: tuple[tuple[str, float], ...]
    probability: float
    patch: np.ndarray


def cells_of(numbers: list[Number], digits: DigitReader) -> Iterator[Worst]:
    """Every cell with its reading; an alternative reading in the truth counts as right here too."""
    table = digits.read(np.concatenate([n.patches for n in numbers]), np.concatenate([n.boxes for n in numbers]))
    start = 0
    for number in numbers:
        texts = [t for t in number.want.texts if len(t) == len(number.patches)]
        for i, patch in enumerate(number.patches):
            chances = np.exp(table[start + i])
            order = np.argsort(-chances)[:3]
            yield Worst(
                f"{number.photo} {number.want.id}, cell {i + 1}",
                number.want.text[i],
                tuple((CLASSES[int(k)], float(chances[k])) for k in order),
                max(float(chances[CLASSES.index(t[i])]) for t in texts),
                patch,
            )
        start += len(number.patches)


def named(char: str) -> str:
    """Name of a class."""
    return {"X": "cross", "-": "dash", " ": "empty", "?": "*other*"}.get(char, char)


def table_of(found: list[Worst]) -> str:
    """Markdown."""
    lines = ["| cell | written | probability of that | what the reader says |", "|---|---|---|---|"]
    for cell in found:
        said = ", ".join(f"{named(char)} {chance:.2f}" for char, chance in cell.said if chance >= 0.01)
        lines.append(f"| {cell.place} | {named(cell.written)} | {cell.probability:.3f} | {said} |")
    return "\n".join(lines)


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usual = ROOT.parent / "shared" / "real-forms" / "truth.jsonl"
    parser.add_argument("truth", type=Path, nargs="?", default=usual)
    parser.add_argument("--count", type=int, default=10, help="number of photos")
    parser.add_argument("--weights", type=Path, help="folder of the weights")
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--write", action="store_true", help="put the list into docs/lab/digits.md")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    digits = DigitReader(args.weights)
    found = sorted(cells_of(list(numbers_of(args.truth)), digits), key=lambda cell: cell.probability)[: args.count]
    text = f"Weights {digits.sha256[:12]}.\n\n{table_of(found)}"
    print(text)
    if args.sheet:
        large = [cv2.resize(cell.patch, None, fx=5, fy=5, interpolation=cv2.INTER_CUBIC) for cell in found]
        large += [np.full_like(large[0], 255)] * (-len(large) % 5)
        cv2.imwrite(str(args.sheet), np.vstack([np.hstack(large[i : i + 5]) for i in range(0, len(large), 5)]))
    if args.write:
        fill_in(ROOT / "docs" / "lab" / "digits.md", text, (BEGIN, END))


if __name__ == "__main__":
    main()
