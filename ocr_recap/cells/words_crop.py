"""Page to strips of words: cuts each line of writing in the space for a number in words as one strip (`words_lines`).

People write anywhere in that space, in one line or several, level or not. The space is therefore sampled twice: once
coarsely, at the scale of the digit reader's patches, to find the writing; and once along each line that was found,
with the letters at one height. Texts and dotted lines that the form prints in the space are left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ..forms.fields import FormField, Page, Words
from ..forms.print_items import Rect
from ..imaging.arrays import FloatArray, GrayImage
from ..imaging.photo import Photo
from .patch import scale_of
from .sampler import Lattice, Places, Sampler, Steps
from .words_lines import BAND, NO_PRINT, PrintInSpace, WrittenLine, clear_band, lines_of, print_in

HEIGHT = 32  # px: height of a strip; fixed by the weights of the words reader
LETTERS = 20  # px: height of the writing in a strip, from the top of its letters to their bottom; fixed likewise
LONGEST = 1024  # px: greatest width of a strip; a longer line is squeezed; by judgement
_APART = 8  # px of the coarse picture between two nodes of its lattice; by judgement


@dataclass(frozen=True)
class WordsPatches:
    """The writing in the space for a number in words.

    Attributes:
        strips: one for each line of writing, from the top: (32, width) uint8 gray. Empty where nothing is written.
        height_px: height of the letters on the photo, px: the median of the lines; 0 without a line.
        quad: (4, 2) corners TL, TR, BR, BL of the space, photo px.
        lines: (4, 2) corners of each strip, photo px.
    """

    strips: tuple[GrayImage, ...]
    height_px: float
    quad: FloatArray
    lines: tuple[FloatArray, ...] = ()


def cut_words(fields: Sequence[FormField], page: Page, into: dict[str, WordsPatches]) -> Steps[None]:
    """The words of numbers, into `into` by field id; arguments are all fields with words, and their page."""
    spaces = [(f, f.words, scale_of(*f.cells.box[2:])) for f in fields if f.words]
    prints = [print_in(page, words.rect) for _, words, _ in spaces]
    yield from _cut([(f.id, words, scale, said) for (f, words, scale), said in zip(spaces, prints, strict=True)], into)


def cut_from(photo: Photo, quad: FloatArray, words: Words, scale: float, said: PrintInSpace = NO_PRINT) -> WordsPatches:
    """Cut the words in a space whose corners are known.

    Args:
        photo: the decoded photo.
        quad: (4, 2) corners TL, TR, BR, BL of the space, photo px.
        words: the space, in mm or any other unit.
        scale: px of the coarse picture per unit: about 3 to 8 px for the height of a small letter.
        said: what is printed in the space.
    """
    sampler = Sampler(photo, np.eye(3))
    x0, y0, x1, y1 = words.rect
    rect = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
    sampler.homography = sampler.homography @ np.asarray(cv2.getPerspectiveTransform(rect, quad.astype(np.float32)))
    into: dict[str, WordsPatches] = {}
    sampler.together([_cut([("words", words, scale, said)], into)])
    return into["words"]


def _cut(spaces: Sequence[tuple[str, Words, float, PrintInSpace]], into: dict[str, WordsPatches]) -> Steps[None]:
    """The words of spaces, each with its name, its scale (px per mm) and its print."""
    coarse = [_space_of(words.rect, scale) for _, words, scale, _ in spaces]
    corners = [Places(_corners(words.rect)) for _, words, _, _ in spaces]
    yield [*coarse, *corners]
    strips: list[list[tuple[Lattice, Places, float]]] = []
    for (_, words, scale, said), picture in zip(spaces, coarse, strict=True):
        lines = lines_of(picture.seen, words, scale, said)
        strips.append([_strip_of(line, words.rect, scale) for line in lines])
    if any(strips):
        yield [wanted for some in strips for strip in some for wanted in strip[:2]]
    for (name, _, scale, said), some, quad in zip(spaces, strips, corners, strict=True):
        for strip, _, _ in some:
            _clear_dots(strip, said, scale)
        heights = [_side(place.seen) * LETTERS / HEIGHT for _, place, _ in some]
        into[name] = WordsPatches(
            tuple(strip.seen for strip, _, _ in some),
            round(float(np.median(heights)), 2) if heights else 0.0,
            quad.seen,
            tuple(place.seen for _, place, _ in some),
        )


def _side(quad: FloatArray) -> float:
    """Mean height of a quad (4, 2)."""
    return float(np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1])) / 2


def _corners(rect: Rect) -> FloatArray:
    x0, y0, x1, y1 = rect
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=np.float64)


def _space_of(rect: Rect, scale: float) -> Lattice:
    """The space as one coarse picture, to be sampled."""
    x0, y0, x1, y1 = rect
    width, height = max(8, round((x1 - x0) * scale)), max(8, round((y1 - y0) * scale))
    down, across = (np.linspace(0, side, max(2, math.ceil(side / (8 * _APART)) + 1)) for side in (height, width))
    nodes = np.meshgrid(x0 + across / width * (x1 - x0), y0 + down / height * (y1 - y0))
    return Lattice(np.stack(nodes, axis=-1), down, across)


def _strip_of(line: WrittenLine, rect: Rect, scale: float) -> tuple[Lattice, Places, float]:
    """The strip of a line, to be sampled; its corners; and px of the strip per px of the coarse picture."""
    zoom = LETTERS / line.height
    start, end = line.start - line.height / 2, line.end + line.height / 2
    start, end = max(start, 0.0), min(end, (rect[2] - rect[0]) * scale)  # the printed lines are beside the space
    width = int(np.clip(round((end - start) * zoom), HEIGHT, LONGEST))
    down, across = np.array([0.0, HEIGHT]), np.linspace(0, width, max(2, math.ceil(width / 128) + 1))
    x = start + across / width * (end - start)
    half = HEIGHT / 2 / zoom
    y = (line.middle + line.slope * x)[None] + np.array([-half, half])[:, None]
    places = np.stack([np.broadcast_to(x, y.shape), y], axis=-1) / scale + np.array(rect[:2])
    return Lattice(places, down, across), Places(places[[0, 0, 1, 1], [0, -1, -1, 0]]), zoom


def _clear_dots(strip: Lattice, said: PrintInSpace, scale: float) -> None:
    """Clear dotted lines from a strip that was sampled, in place."""
    if not said.dots:
        return
    tops, bottoms = strip.places[0], strip.places[1]
    high = float(np.mean(bottoms[:, 1] - tops[:, 1]))
    picture = strip.seen.astype(np.float32)
    for y, x0, x1 in said.dots:
        # The dots are level on the page; the strip may not be. They are cleared piece by piece.
        for start in range(0, picture.shape[1], 64):
            end = min(start + 64, picture.shape[1])
            middle = (start + end) / 2
            top = float(np.interp(middle, strip.across, tops[:, 1]))
            across = np.interp([x0, x1], tops[:, 0], strip.across)
            ends = max(start, float(across[0])), min(end, float(across[1]))
            clear_band(picture, (y - top) / high * HEIGHT, (BAND / high) * HEIGHT, ends, 255)
    strip.seen = np.rint(picture).astype(np.uint8)
