"""How numbers in words on real sheets are read.

    python benchmarks/real_words.py [FOLDER]

The photos of `../shared/real-forms` (default) lie beside this repository and are no part of it; they are looked at and
measured, never trained on. Each photo is located among all forms and read. A number is counted where all of its space
for words is in the photo and something is written in it; what the words mean was compared with the written digits by
eye, on every strip that the cut gives (20 of three sheets: they mean the same numbers), so that the truth of the digits
is that of the words. Prints one row for each number and the sums. The close-ups of `../shared/real-forms-2024` show no
space for words as a whole, so they give no row.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

import cv2

from ocr_recap import Reader
from ocr_recap.cells.crop import crop
from ocr_recap.cells.readers import Readers
from ocr_recap.cells.words_evidence import WordsEvidence
from ocr_recap.imaging.photo import load
from ocr_recap.locate.locate import locate
from ocr_recap.messages.problems import PhotoProblem

SHARED = Path(__file__).resolve().parents[2] / "shared"


def main() -> None:
    """Parse the arguments and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=SHARED / "real-forms")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    templates, readers = Reader().templates, Readers.shipped()
    found: Counter[str] = Counter()
    print("| photo | number | height, px | written | state | read | probability | letters |")
    print(f"|{'---|' * 8}")
    for line in (arguments.folder / "truth.jsonl").read_text("utf-8").splitlines():
        truth = json.loads(line)
        file = next((arguments.folder / "images").glob(f"{truth['name']}.*"))
        try:
            photo = load(file, truth["name"])
            patches = crop(photo, locate(photo, templates))
        except PhotoProblem as problem:
            found[f"photos with the problem {problem.code}"] += 1
            continue
        worded = {name: patch.words for name, patch in patches.items() if patch.words and patch.words.strips}
        found["photos read"] += 1
        found["spaces for words in sight"] += sum(patch.words is not None for patch in patches.values())
        said = readers.words.read([one.strips for one in worded.values()], [one.height_px for one in worded.values()])
        values = {fact["id"]: fact["value"] for fact in truth["fields"]}
        for name, words in zip(worded, said, strict=True):
            _count(found, truth["name"], name, values.get(name), words)
    print("\n" + "\n".join(f"{name}: {count}" for name, count in found.items()))


def _count(found: Counter[str], photo: str, name: str, value: int | None, words: WordsEvidence) -> None:
    best = words.best if words.state == "read" else None
    sure = words.says(best)
    print(
        f"| {photo} | {name} | {words.height_px:.0f} | {value} | {words.state} | {best} | {sure:.3f} | {words.text} |"
    )
    found["with writing"] += 1
    found[words.state] += 1
    if words.state == "read":
        found["read right"] += best == value
        found["0.97 or more"] += sure >= 0.97
        found["0.97 or more, and wrong"] += sure >= 0.97 and best != value


if __name__ == "__main__":
    main()
