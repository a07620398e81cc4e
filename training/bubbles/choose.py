"""Choose midpoint, slope and the limit for lines of the bubble witness (ocr_recap/cells/bubble_reader.py).

    python training/bubbles/choose.py [--pages 60] [--seed 1]

Page 2 of C.HASIL-PPWP 2024 is filled in by calibration writers, photographed by the `easy`, `field` and `hard` cameras
and located. The darkness of each bubble above the empty level of its number is compared with whether it was filled. The
script prints the quantiles of filled and empty bubbles, and the midpoint between the darkest empty and the lightest
filled ones. On half of the pages a line runs through all bubbles (`marks.strike_bubbles`). For numbers with and without
a line the script prints the darkness of the darkest path across their bubbles (`bubble_reader.crossing`), and the
midpoint between both on a logarithmic scale.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

from ocr_recap.cells import bubble_reader
from ocr_recap.cells.crop import crop
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.photo import load
from ocr_recap.locate.locate import locate
from ocr_recap.messages.problems import PhotoProblem
from ocr_recap.synth.camera.simple_camera import photograph, sample_camera
from ocr_recap.synth.forms.election import presidential_count, write
from ocr_recap.synth.forms.fill import fill_page
from ocr_recap.synth.writing.strokes import Writer

CALIBRATION = 1  # last digit of the seeds of calibration writers


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=60, help="number of pages")
    parser.add_argument("--seed", type=int, default=1, help="seed of all random numbers")
    arguments = parser.parse_args()
    template = load_template("c-hasil-ppwp-2024")
    filled: list[float] = []
    empty: list[float] = []
    crossed: list[float] = []
    uncrossed: list[float] = []
    lost = 0
    for index in range(arguments.pages):
        rng = np.random.default_rng([arguments.seed, index, 5])
        writing = write(template, "2", presidential_count(rng), rng)
        struck = index // 3 % 2 == 1
        writing = {name: replace(said, bubbles_struck=struck) for name, said in writing.items()}
        writer = Writer.from_seed(int(rng.integers(100_000)) * 10 + CALIBRATION)
        page = fill_page(template, "2", writing, writer, rng, 6.0)
        camera = sample_camera(rng, ("easy", "field", "hard")[index % 3])
        photo, _ = photograph(page, replace(camera, bow=0.0), rng)
        try:
            decoded = load(photo, "page")
            patches = crop(decoded, locate(decoded, [template]))
        except PhotoProblem:
            lost += 1
            continue
        for field, said in writing.items():
            cut = patches[field].bubbles if field in patches else None
            gaps = patches[field].bubble_gaps if field in patches else None
            if cut is None or gaps is None:  # not in the photo
                continue
            (crossed if struck else uncrossed).append(bubble_reader.crossing(gaps))
            if struck:
                continue
            darkness = bubble_reader.read(cut).darkness
            above = darkness - np.percentile(darkness, 35)
            mask = np.zeros_like(above, dtype=bool)
            for column, digits in enumerate(said.bubbles or ()):
                mask[column, list(digits)] = True
            filled += above[mask].tolist()
            empty += above[~mask].tolist()
    print(f"pages {arguments.pages} (not located {lost}); bubbles: filled {len(filled)}, empty {len(empty)}")
    shares = (0.0, 0.001, 0.01, 0.05, 0.5)
    print("filled, darkness above empty, lowest", [round(float(np.quantile(filled, q)), 3) for q in shares])
    print("empty, darkness above empty, highest", [round(float(np.quantile(empty, 1 - q)), 3) for q in shares])
    print("lines across, lowest", [round(float(np.quantile(crossed, q)), 3) for q in shares], len(crossed))
    print("no line, highest", [round(float(np.quantile(uncrossed, 1 - q)), 3) for q in shares], len(uncrossed))
    print(f"limit for a line: {float(np.sqrt(min(crossed) * max(uncrossed))):.3f}")
    low, high = float(np.quantile(empty, 0.999)), float(np.quantile(filled, 0.01))
    print(f"midpoint between the 99.9% of empty and the 1% of filled: {(low + high) / 2:.3f}")


if __name__ == "__main__":
    main()
