"""A made-up night in the recap office: 60 photos of 20 stations, named and mixed up in every way that is planned for.

Numbers are made up, forms are ours, hands are those of test writers. The stations were chosen for hands that read
clearly, so that the table they give hangs on how photos are put together, and on no digit that is nearly doubtful.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_recap.synth.camera import Camera, photograph
from ocr_recap.synth.election import presidential_count, write
from ocr_recap.synth.fill import fill_page
from ocr_recap.synth.strokes import Writer
from ocr_recap.template import load

PIXELS_PER_MM = 3.5
SIZE = (1050, 1400)
FORM = load("c-hasil-ppwp-2024")


def numbers(seed: int) -> dict[str, int]:
    """What the sheets of the station `seed` say."""
    return presidential_count(np.random.default_rng([60, seed]))


@cache
def photo(seed: int, page: str, take: int = 0, change: tuple[tuple[str, str], ...] = ()) -> NDArray[np.uint8]:
    """A photo of a page of the station `seed`, (1400, 1050, 3) BGR.

    Args:
        seed: whose.
        page: which.
        take: another photo of the same sheet.
        change: fields with another text than the station's number.
    """
    rng = np.random.default_rng([2, seed, int(page)])
    writing = write(FORM, page, numbers(seed), rng)
    for field, text in change:
        writing[field] = replace(writing[field], text=text)
    sheet = fill_page(FORM, page, writing, Writer.from_seed(10 * seed), rng, PIXELS_PER_MM)
    rng = np.random.default_rng([3, seed, int(page), take])
    camera = Camera(
        size=SIZE,
        tilt=(float(rng.uniform(-4, 4)), float(rng.uniform(-4, 4))),
        rotation=float(rng.uniform(-2, 2)) + (180 if rng.random() < 0.1 else 0),
        background=("wood", "cloth", "wall", "dark")[int(rng.integers(4))],
        noise=2.0,
        jpeg=0,
    )
    return photograph(sheet, camera, rng)[0]


def jpeg(picture: NDArray[np.uint8], quality: int = 82) -> bytes:
    """The picture as a file."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
