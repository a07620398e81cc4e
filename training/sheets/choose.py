"""Measure how well ink distinguishes sheets (ocr_recap/records/sheet_fingerprint.py): correlations on drawn sheets.

    python training/sheets/choose.py [--sheets 36] [--seed 1]

Each sheet is photographed twice by random `field` cameras, and its first photo is saved again at 60% of its size with
JPEG quality 45. Four calibration writers write all sheets, so that many pairs share a hand. The script prints per page
the lowest correlation of the same sheet, and the highest of different ones.
"""

from __future__ import annotations

import argparse

import cv2
import numpy as np

from ocr_recap import Reader
from ocr_recap.synth.camera.simple_camera import photograph, sample_camera
from ocr_recap.synth.forms.election import presidential_count, write
from ocr_recap.synth.forms.fill import fill_page
from ocr_recap.synth.writing.strokes import Writer

HANDS = (11, 21, 31, 41)  # seeds that end in 1 are calibration writers


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheets", type=int, default=36, help="number of sheets")
    parser.add_argument("--seed", type=int, default=1, help="seed of all random numbers")
    arguments = parser.parse_args()
    reader = Reader()
    template = reader.template("c-hasil-ppwp-2024")
    for page_id in ("1", "2", "3"):
        inks: list[tuple[int, str]] = []
        for sheet in range(arguments.sheets // 3):
            rng = np.random.default_rng([arguments.seed, sheet, int(page_id)])
            writing = write(template, page_id, presidential_count(rng), rng)
            page = fill_page(template, page_id, writing, Writer.from_seed(HANDS[sheet % len(HANDS)]), rng, 6.0)
            photos = [photograph(page, sample_camera(rng, "field"), rng)[0] for _ in range(2)]
            small = cv2.resize(photos[0], None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
            again = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 45])[1].tobytes()
            for source in (*photos, again):
                found = reader.read(source, "sheet").page
                if found and found.ink:
                    inks.append((sheet, found.ink))
        report(page_id, inks)


def report(page_id: str, inks: list[tuple[int, str]]) -> None:
    """Print the lowest correlation of a sheet with itself, and the highest with another."""
    table = np.array([[int(c, 16) for c in ink] for _, ink in inks], dtype=np.float64)
    correlation = np.corrcoef(table)
    sheets = np.array([sheet for sheet, _ in inks])
    pairs = np.triu(np.ones_like(correlation, dtype=bool), 1)
    same = correlation[pairs & (sheets[:, None] == sheets)]
    other = correlation[pairs & (sheets[:, None] != sheets)]
    print(
        f"page {page_id}: {len(inks)} photos; same sheet {len(same)} pairs, lowest {same.min():.3f}; "
        f"different sheets {len(other)} pairs, highest {other.max():.3f}"
    )


if __name__ == "__main__":
    main()
