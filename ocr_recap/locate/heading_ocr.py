"""Printed headings as one more witness of which form this is, where no tag says so.

Twin forms have the same tables and differ in their heading alone (DPR and DPRD). Tesseract reads the top of the page,
straightened; words that name a contest and that this page does not print contradict it. Tesseract is optional (a
program of its own, `tesseract`, with its English data); without it twins cannot be told apart, which `doctor` says. It
never reads a number, and what it reads can only refuse a page, never find one.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ..forms.print_items import PrintedText
from ..forms.template import Template
from ..imaging.photo import Photo
from ..messages.problems import PhotoProblem
from .located import Located

# Words by which headings of Indonesian forms name what is elected (PKPU forms of 2014 to 2024), each with whether it
# may be read with a fault: short ones differ by a letter.
_CONTESTS = {
    **dict.fromkeys(("PRESIDEN", "GUBERNUR", "BUPATI", "WALIKOTA", "PARTAI"), True),
    **dict.fromkeys(("DPR", "DPRD", "DPD", "PPWP", "KWK"), False),
}
_ALIKE = 0.8  # of `difflib`'s ratio: one wrong letter in five
_SURE = 60  # Tesseract's confidence of a word, of 100: below it words are guesses
_TOP = 0.22  # share of the page's height where headings stand
_WIDTH = 2000  # px of the straightened page: capitals of 1.7 mm on A3 are some 11 px high
_SECONDS = 20  # after which Tesseract is given up
_LETTERS = re.compile(r"[A-Z]{3,}")
_TESSERACT = "tesseract"  # the command


def refuse_twins(photo: Photo, located: Located) -> None:
    """Refuse a page whose heading names another contest than its template; without Tesseract nothing is refused.

    Raises:
        PhotoProblem: `heading_conflict`.
    """
    expected = contests_of(located.template, located.page_id)
    if not expected or available() is None:
        return
    strange = contests(words_on(_top(photo, located))) - expected
    if strange:
        raise PhotoProblem(
            "heading_conflict",
            read=", ".join(sorted(strange)),
            form=located.template.id,
            page=located.page_id,
        )


@cache
def available() -> str | None:
    """Version of the Tesseract that would be asked; None where it is not installed."""
    command = shutil.which(_TESSERACT)
    if command is None:
        return None
    try:
        said = subprocess.run([command, "--version"], capture_output=True, text=True, timeout=_SECONDS, check=True)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    found = re.search(r"\d+(\.\d+)+", said.stdout + said.stderr)
    return found and found.group()


@cache
def contests_of(template: Template, page_id: str) -> frozenset[str]:
    """The contests that a page's own print names."""
    texts = (part.text for part in template.page(page_id).printed if isinstance(part, PrintedText))
    return contests(_LETTERS.findall(" ".join(texts).upper()))


def contests(words: Iterable[str]) -> frozenset[str]:
    """The contests that words name, small faults of reading forgiven in long ones."""
    found: set[str] = set()
    for word in words:
        for contest, forgiving in _CONTESTS.items():
            if word == contest or (forgiving and SequenceMatcher(None, word, contest).ratio() >= _ALIKE):
                found.add(contest)
    return frozenset(found)


def _top(photo: Photo, located: Located) -> NDArray[np.uint8]:
    """The upper part of the page, straightened: (h, 2000) gray."""
    paper, scale = located.template.paper, photo.scale
    unit = paper.width / _WIDTH
    page = np.diag([unit, unit, 1.0])
    down = np.array([[scale, 0, 0.5 * scale - 0.5], [0, scale, 0.5 * scale - 0.5], [0, 0, 1]])
    size = (_WIDTH, round(paper.height * _TOP / unit))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(photo.gray, down @ located.homography @ page, size, flags=flags), np.uint8)


def words_on(picture: NDArray[np.uint8]) -> list[str]:
    """Words in capitals that Tesseract is sure of, on a picture (h, w) gray; none where it fails."""
    command = [_TESSERACT, "stdin", "stdout", "-l", "eng", "--psm", "11", "tsv"]
    # Several threads wait for each other, and most so where all cores work. Only Tesseract's process gets this setting.
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    encoded = cv2.imencode(".png", picture)[1].tobytes()
    try:
        done = subprocess.run(
            command, input=encoded, capture_output=True, env=environment, timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):  # too slow, or not able to start
        return []
    rows = csv.DictReader(done.stdout.decode("utf-8", "replace").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    sure = (str(row["text"]).upper() for row in rows if float(row["conf"] or -1) >= _SURE)
    return [word for text in sure for word in _LETTERS.findall(text)]
