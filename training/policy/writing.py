"""Gain of weighing a number's boxes together, and effect of the box prior's two constants: digits, calibration writers.

    python training/policy/writing.py [--documents 160] [--hard 40] [--seed N] [--keep DIR] [--workers 2]

For each setting of `ocr_recap/decide/box_prior.py` the script prints the log loss of the number that is written (nats),
the numbers whose most probable value is right, those with a probability of 0.999 or more, and those of these that are
wrong. The evidence is that of `choose.py`; the first row weighs each box by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numpy as np
from choose import arguments, evidence_of

from ocr_recap.decide import box_prior
from ocr_recap.synth.sets.inferred_documents import InferredNumber

SURE = 0.999
LEAST = 1e-6  # lower bound of a probability in the log loss
SETTINGS = ((1.0, 0.03), (0.3, 0.03), (0.1, 0.03), (0.03, 0.03), (0.1, 0.01), (0.1, 0.1))


def main() -> None:
    """Parse the arguments and run the script."""
    args = arguments(__doc__).parse_args()
    print("| preset | otherwise | scribbled | log loss | right | from 0.999 | of these wrong |")
    print("|---|---|---|---|---|---|---|")
    for preset, documents in evidence_of(args):
        numbers = [n for document in documents for n in document.numbers.values()]
        for otherwise, scribbled in SETTINGS:
            box_prior.OTHERWISE, box_prior.SCRIBBLED = otherwise, scribbled
            print(f"| {preset} | {otherwise} | {scribbled} | {row(numbers)} |", flush=True)


def row(numbers: Sequence[InferredNumber]) -> str:
    """Figures of one setting."""
    loss, right, sure, wrong = 0.0, 0, 0, 0
    for number in numbers:
        said = box_prior.read_boxes(np.exp(number.cells))
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
