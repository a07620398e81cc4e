"""What weighing a number's boxes together buys, and what its two constants do: digits alone, calibration writers.

    python training/policy/writing.py [--documents 160] [--hard 40] [--seed N] [--keep DIR] [--workers 2]

For each setting of `ocr_recap/writing.py`: log loss of the number that is written (nats), numbers whose likeliest
meaning is right, and how many are said with 0.999 or more, and how many of these are wrong. The evidence is that of
`choose.py`; the first row weighs each box by itself.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from math import log
from pathlib import Path

import numpy as np
from choose import FORM, SEED

from ocr_recap import writing
from ocr_recap.synth.hearings import HeardNumber, Session, hear

SURE = 0.999
LEAST = 1e-6  # no number costs more than log of it
SETTINGS = ((1.0, 0.03), (0.3, 0.03), (0.1, 0.03), (0.03, 0.03), (0.1, 0.01), (0.1, 0.1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=160, help="of the field preset")
    parser.add_argument("--hard", type=int, default=40, help="documents of the hard preset")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--keep", type=Path, help="folder of evidence: no photo is read twice")
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    print("| preset | otherwise | scribbled | log loss | right | from 0.999 | of these wrong |")
    print("|---|---|---|---|---|---|---|")
    for preset, count in (("field", args.documents), ("hard", args.hard)):
        session = Session((FORM,), preset, "calibration", args.seed, 0, count)
        numbers = [n for d in hear(session, args.workers, args.keep) for n in d.numbers.values()]
        for otherwise, scribbled in SETTINGS:
            writing.OTHERWISE, writing.SCRIBBLED = otherwise, scribbled
            print(f"| {preset} | {otherwise} | {scribbled} | {row(numbers)} |", flush=True)


def row(numbers: Sequence[HeardNumber]) -> str:
    """The figures of one setting."""
    loss, right, sure, wrong = 0.0, 0, 0, 0
    for number in numbers:
        said = writing.read_boxes(np.exp(number.cells))
        chances = np.append(said.numbers, said.blank)
        written = len(said.numbers) if number.value is None else number.value
        best = int(chances.argmax())
        loss -= log(max(LEAST, float(chances[written])))
        right += best == written
        sure += chances[best] >= SURE
        wrong += chances[best] >= SURE and best != written
    return f"{loss / len(numbers):.4f} | {right / len(numbers):.2%} of {len(numbers)} | {sure} | {wrong}"


if __name__ == "__main__":
    main()
