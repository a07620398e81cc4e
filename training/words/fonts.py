"""Openly licensed handwriting fonts: `fonts.py FOLDER` fetches them, and `pen` writes words with one of them.

Fonts are fetched from the npm registry (packages `@fontsource/NAME`) into a folder outside of the repository; they are
not shipped. `fonts.tsv` lists the families with their licences. Every family belongs to one part: by its place in the
alphabetical list, every sixth one is a test family, the one after it a calibration family, the others are for training.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import tarfile
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr_recap.imaging.arrays import GrayImage
from ocr_recap.synth.cells.wordstrips import BELOW, CAPITAL, TOP, Pen
from ocr_recap.synth.writing.letters import LINE, STRUCK, strike_out
from ocr_recap.synth.writing.sources import Split

# Family, licence as its package states it, part, and whether people would write words in its capitals.
FAMILIES = tuple(csv.DictReader(Path(__file__).with_name("fonts.tsv").read_text("utf-8").splitlines(), delimiter="\t"))
SCRIPTS = frozenset(row["family"] for row in FAMILIES if row["capitals"] == "no")


def families(split: Split) -> tuple[str, ...]:
    """Families of one part."""
    return tuple(row["family"] for row in FAMILIES if row["part"] == split)


def fetch(folder: Path) -> None:
    """Fetch all families that the folder lacks."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (row["family"] for row in FAMILIES):
        if (folder / name).is_dir():
            continue
        command = ["npm", "pack", "--silent", f"@fontsource/{name}"]
        packed = folder / subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()
        with tarfile.open(packed) as archive:
            archive.extractall(folder / name, filter="data")
        packed.unlink()


@cache
def _font(folder: Path, name: str, weight: int) -> tuple[ImageFont.FreeTypeFont, int]:
    """A font with capitals `CAPITAL` pixels high, and its ascent."""
    found = sorted((folder / name / "package" / "files").glob(f"{name}-latin-[0-9]*-normal.woff"))
    path = found[weight % len(found)]
    trial = ImageFont.truetype(path, 100)
    top, bottom = trial.getbbox("E")[1::2]
    font = ImageFont.truetype(path, round(100 * CAPITAL / (bottom - top)))
    return font, round(font.getbbox("E")[3])


def pen(folder: Path, name: str, seed: int) -> Pen:
    """Pen of one person who writes in a font: its width, slant, thickness and spacing follow from a seed."""
    habit = np.random.default_rng((0xF0, seed))
    wide, slant = float(np.exp(habit.normal(0, 0.15))), float(habit.normal(0, 0.1))
    gap, weight = float(max(-0.02, habit.normal(0.04, 0.06)) * CAPITAL), int(habit.integers(9))
    thick, wave = int(habit.integers(-1, 2)), float(habit.uniform(0, 2.0))

    def draw(text: str, joined: bool, rng: np.random.Generator) -> GrayImage:
        font, ascent = _font(folder, name, weight)
        if name in SCRIPTS:
            text, spread = text.lower() if text.isupper() else text, 0.0
        else:
            spread = 0.0 if joined else gap
        mask, struck = _line(text.replace(LINE, "--"), font, ascent, spread, wave, rng)
        if thick:
            kernel = np.ones((2, 2), np.uint8)
            mask = cv2.dilate(mask, kernel) if thick > 0 else cv2.erode(mask, kernel)
        for start, end in struck:
            lines = [line * CAPITAL + (0, TOP) for line in strike_out(start / CAPITAL, end / CAPITAL, rng)]
            points = [np.rint(line * 16).astype(np.int32) for line in lines]
            cv2.polylines(mask, points, False, 255, int(rng.integers(2, 5)), cv2.LINE_AA, 4)
        size = (max(8, round(mask.shape[1] * wide) + 14), mask.shape[0])
        turn = np.array([[wide, -slant, slant * (TOP + CAPITAL) + 6], [0.0, 1.0, 0.0]])
        return np.asarray(cv2.warpAffine(mask, turn, size), np.uint8)

    return draw


def _line(
    text: str, font: ImageFont.FreeTypeFont, ascent: int, gap: float, wave: float, rng: np.random.Generator
) -> tuple[GrayImage, list[tuple[float, float]]]:
    """Coverage by a line of text, and from where to where it is struck out, pixels."""
    width = int(font.getlength(text) + max(0.0, gap) * len(text)) + 40
    image = Image.new("L", (max(8, width), TOP + CAPITAL + BELOW))
    canvas = ImageDraw.Draw(image)
    x, start, struck = 4.0, None, []
    chunks = list(text) if gap or wave > 1 else [text]
    if STRUCK in text:
        chunks = list(text)
    for i, chunk in enumerate(chunks):
        if chunk == STRUCK:
            struck, start = (struck, x) if start is None else ([*struck, (start, x)], None)
            continue
        canvas.text((x, TOP + CAPITAL - ascent + rng.normal(0, wave)), chunk, font=font, fill=255)
        following = chunks[i + 1] if i + 1 < len(chunks) and chunks[i + 1] != STRUCK else ""
        kerned = font.getlength(chunk + following) - font.getlength(following)
        x += kerned + gap * float(np.exp(rng.normal(0, 0.3)))
    return np.asarray(image).copy(), struck


def main() -> None:
    """Fetch the fonts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the fonts are kept")
    fetch(parser.parse_args().folder)


if __name__ == "__main__":
    main()
