"""Readings of cells without a digit, and of corrected cells: the tables of docs/lab/digits.md.

python training/digits/doubts.py [--weights ocr_recap/weights] [--write]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
from corrections import correction_figures
from corrections import table as corrections_table
from strange import strange_figures
from strange import table as strange_table

from ocr_recap.cells.digit_reader import DigitReader

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "lab" / "digits.md"
BEGIN, END = "<!-- doubts: written by training/digits/doubts.py -->", "<!-- end of doubts -->"


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, help="folder of the weights")
    parser.add_argument("--strange", type=int, default=3000, help="cells of each kind without a digit")
    parser.add_argument("--corrected", type=int, default=2000, help="corrected cells of each manner")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/lab/digits.md")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    digits = DigitReader(args.weights)
    lines = [f"Weights {digits.sha256[:12]}.", ""]
    lines += [*strange_table(strange_figures(digits, args.strange)), ""]
    lines += corrections_table(correction_figures(digits, args.corrected))
    print("\n".join(lines))
    if args.write:
        text = PAGE.read_text(encoding="utf-8")
        if BEGIN not in text or END not in text:
            raise SystemExit(f"{PAGE}: put the lines {BEGIN!r} and {END!r} where the tables belong")
        before, _, rest = text.partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text("\n".join([before + BEGIN, *lines, END + after]), encoding="utf-8")


if __name__ == "__main__":
    main()
