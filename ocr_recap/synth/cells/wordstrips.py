"""Strips of words for the words reader: a written line on a form's paper, photographed and cut as the reader cuts it.

A strip is `HEIGHT` pixels high and as long as its line. It is cut loosely, with letters of any size anywhere in it, or
as the reader cuts it from the space (`words_crop`). Its label is the text that is written, in capitals, in the
alphabet of the reader: letters, spaces, `9` for a digit, `-` for a dash or a line, `#` for what is struck out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from ...cells.words_crop import cut_from
from ...cells.words_net import HEIGHT, LETTERS, WIDEST
from ...forms.fields import Words
from ...imaging.arrays import Float32Array, GrayImage
from ...imaging.photo import Photo
from ..writing.hand import plain
from ..writing.letters import LINE, STRUCK, write_words
from ..writing.number_words import OfficerWords, WordHabit, as_officer_writes
from ..writing.sources import Split, writer_seed
from ..writing.strokes import Strokes, Writer, scribble
from .cellphoto import blurred, light_on, noise

Content = Literal["words", "digits", "line", "nothing", "struck", "letters", "scribble"]
# A text and whether its letters are joined, to the ink's coverage (h, w) 0..255 with capitals `CAPITAL` pixels high.
Pen = Callable[[str, bool, np.random.Generator], GrayImage]
# A photo of the space for words, to a strip and the height of its letters as the reader measures it.
Cut = Callable[[GrayImage, np.random.Generator], tuple[GrayImage, float]]

CAPITAL = 32  # height of a capital while it is drawn, pixels
TOP = 20  # pixels above capitals in what a pen draws
BELOW = 20  # pixels below the base line
# Shares of what strips show while training; by judgement.
CONTENTS: dict[Content, float] = {
    "words": 0.74,
    "letters": 0.09,
    "digits": 0.05,
    "nothing": 0.04,
    "line": 0.03,
    "struck": 0.03,
    "scribble": 0.02,
}
_PRINT = ("(ditulis menggunakan huruf kapital)", "TERBILANG", "Jumlah", "SUARA", "....................", "huruf", ":")
STRUCK_LABEL = "#"


@dataclass(frozen=True, eq=False)
class WordStrip:
    """One strip.

    Attributes:
        gray: (HEIGHT, w) uint8.
        label: what is written, in the reader's alphabet.
        content: kind of content.
        number: that the words mean; None for other contents.
        style: kind of letters.
        height_px: height of capitals in the photo.
        measured_px: height of letters as the reader measures it; 0 where it does not.
    """

    gray: GrayImage
    label: str
    content: Content
    number: int | None
    style: str
    height_px: float
    measured_px: float


def label_of(lines: tuple[str, ...]) -> str:
    """Label of written lines (`letters.write_words`) in the reader's alphabet."""
    text = re.sub(rf"{STRUCK}[^{STRUCK}]*{STRUCK}", "#", " ".join(lines)).upper()
    return re.sub(r"[-_]([-_ ]*[-_])?", "-", re.sub(r"\d", "9", text))


def stroke_pen(writer: Writer) -> Pen:
    """Pen of a writer of the stroke model."""
    hand = plain(writer)

    def draw(text: str, joined: bool, rng: np.random.Generator) -> GrayImage:
        lines = write_words(text, hand, rng, joined=joined)
        return paint(lines, max(1.0, min(5.5, writer.pen_mm * CAPITAL / rng.uniform(5, 11))), rng)

    return draw


def paint(lines: Strokes, width: float, rng: np.random.Generator) -> GrayImage:
    """Coverage by polylines in heights of a capital, drawn with a pen `width` pixels wide; see `Pen`."""
    if not lines:
        return np.zeros((TOP + CAPITAL + BELOW, 8), np.uint8)
    points = [line * CAPITAL + (6, TOP) for line in lines]
    right = max(float(line[:, 0].max()) for line in points)
    mask = np.zeros((TOP + CAPITAL + BELOW, int(right) + 10), np.uint8)
    thick = max(1, int(width + rng.random()))
    cv2.polylines(mask, [np.rint(line * 16).astype(np.int32) for line in points], False, 255, thick, cv2.LINE_AA, 4)
    return mask


def draw_strips(
    pen: Pen,
    rng: np.random.Generator,
    views: int = 1,
    *,
    cut: Cut | None = None,
    content: Content | None = None,
    habit: WordHabit | None = None,
    number: int | None = None,
    height_px: float | None = None,
) -> list[WordStrip]:
    """Draw a line once and photograph it several times.

    Args:
        pen: draws text.
        rng: random generator.
        views: number of photos.
        cut: how a strip is cut from the photo; loosely by default.
        content: kind of content; drawn from `CONTENTS` by default.
        habit: of the officer; drawn by default.
        number: that is written in words; drawn by default.
        height_px: height of capitals in the photo; 7 to 30 by default, small ones as often as large ones.
    """
    kinds = list(CONTENTS)
    content = content or kinds[int(rng.choice(len(kinds), p=list(CONTENTS.values())))]
    words = _words(rng, habit or WordHabit.draw(rng), number)
    text, joined = _text(content, words, rng, whole=number is not None)
    mask = pen(text, joined, rng)
    if content == "scribble":
        length = float(rng.uniform(2, 9))
        turns = [scribble(rng, int(rng.integers(8, 30))) * (length, 1) for _ in range(int(rng.integers(1, 3)))]
        mask = paint(turns, 2.5, rng)
    elif content == "nothing":
        mask = np.zeros((mask.shape[0], int(rng.integers(8, 700))), np.uint8)
    label = {"scribble": STRUCK_LABEL, "nothing": "", "struck": STRUCK_LABEL}.get(content, label_of((text,)))
    truth = words.truth if content == "words" else None
    drawn: list[WordStrip] = []
    for _ in range(views):
        tall = height_px or float(np.exp(rng.uniform(np.log(7), np.log(30))))
        gray, measured = (cut or cut_loosely)(photograph(_paper(mask, pen, rng), tall, rng), rng)
        drawn.append(WordStrip(gray, label, content, truth, words.style, tall, measured))
    return drawn


def strips(count: int, split: Split, rng: np.random.Generator) -> list[WordStrip]:
    """Draw strips by random writers of the stroke model of one part."""
    return [draw_strips(stroke_pen(Writer.from_seed(writer_seed(split, rng))), rng)[0] for _ in range(count)]


def _words(rng: np.random.Generator, habit: WordHabit, number: int | None) -> OfficerWords:
    """Words of a number; all lengths of numbers are about equally frequent unless one is given."""
    if number is None:
        number = int(rng.integers(0, (10, 100, 1000, 1000, 1000, 10_000)[int(rng.integers(6))]))
    return as_officer_writes(number, rng, habit)


def _text(content: Content, words: OfficerWords, rng: np.random.Generator, *, whole: bool) -> tuple[str, bool]:
    """Text to write for a content, and whether it is joined; not `whole` words are sometimes one of two lines."""
    joined = words.style == "joined"
    match content:
        case "words":
            line = words.lines[0]
            if not whole and rng.random() < 0.12 and STRUCK not in line:  # one of two lines
                parts = line.split(" ")
                cut = int(rng.integers(len(parts)))
                line = " ".join(parts[:cut] if rng.random() < 0.5 and cut else parts[cut:])
            return line, joined
        case "digits":
            return str(int(rng.integers(0, 10 ** int(rng.integers(1, 5))))), False
        case "line":
            return (
                LINE if rng.random() < 0.5 else "-" * int(rng.integers(1, 4)) if rng.random() < 0.7 else "- -"
            ), False
        case "struck":
            return f"{STRUCK}{words.lines[0].replace(STRUCK, '')}{STRUCK}", joined
        case "letters":
            return _letters(words, rng), joined
        case _:
            return "", False


def _letters(words: OfficerWords, rng: np.random.Generator) -> str:
    """Letters that make no number: random ones, or words with several letters changed."""
    if rng.random() < 0.5:
        parts = ["".join(rng.choice(list(LETTERS), int(rng.integers(2, 9)))) for _ in range(int(rng.integers(1, 4)))]
        text = " ".join(parts)
    else:
        text = "".join(
            str(rng.choice(list(LETTERS))) if c.isalpha() and rng.random() < 0.3 else c
            for c in words.lines[0].replace(STRUCK, "").replace(LINE, "")
        )
    return text.lower() if words.style in ("small", "joined") else text.upper()


def _paper(mask: GrayImage, pen: Pen, rng: np.random.Generator) -> Float32Array:
    """Brightness 0..255 of the paper with a line on it, with what else a form has there; see `photograph`."""
    left, right = (int(v) for v in rng.uniform(0, 1.5, 2) ** 2 * CAPITAL * (1, 3))
    up, down = (int(v) for v in rng.uniform(0, 1.3, 2) * CAPITAL)
    height, width = mask.shape[0] + up + down, mask.shape[1] + left + right
    paper = np.full((height, width), 255, np.uint8)
    base = up + TOP + CAPITAL
    if rng.random() < 0.5:
        _ruled(paper, base + int(rng.normal(3, 4)), rng)
    if rng.random() < 0.12:
        _ruled(paper, base - CAPITAL - int(rng.integers(8, 40)), rng)
    if rng.random() < 0.15:
        place = (int(rng.integers(-60, max(1, width))), int(base + rng.uniform(0.3, 1.2) * CAPITAL))
        cv2.putText(paper, _PRINT[int(rng.integers(len(_PRINT)))], place, 0, float(rng.uniform(0.3, 0.6)), 60, 1, 16)
    if rng.random() < 0.12:  # the frame of the space
        y = int(base + CAPITAL * (rng.uniform(0.45, 1.2) if rng.random() < 0.5 else rng.uniform(-2.2, -1.3)))
        cv2.line(paper, (0, y), (width, y), int(rng.integers(0, 120)), int(rng.integers(1, 4)))
    if rng.random() < 0.08:
        x = int(rng.integers(0, 12)) if rng.random() < 0.5 else width - int(rng.integers(1, 12))
        cv2.line(paper, (x, 0), (x, height), int(rng.integers(0, 120)), int(rng.integers(1, 4)))
    ink_layer = np.zeros((height, width), np.uint8)
    ink_layer[up : up + mask.shape[0], left : left + mask.shape[1]] = mask
    if rng.random() < 0.12:  # words of a line above or below reach in
        _reach_in(ink_layer, pen, base, rng)
    if rng.random() < 0.05:
        _stray(ink_layer, rng)
    dark = float(rng.uniform(0.35, 0.95))
    shade = paper.astype(np.float32) * (1 - dark * ink_layer.astype(np.float32) / 255)
    return _window(shade, base, rng)


def _window(shade: Float32Array, base: int, rng: np.random.Generator) -> Float32Array:
    """Rows that a strip shows: capitals take up 0.32 to 0.85 of its height, and lie anywhere in it."""
    tall = CAPITAL / float(rng.uniform(0.32, 0.85))
    free = tall - CAPITAL
    above = free * float(np.clip(rng.normal(0.5, 0.22), -0.1, 1.0))
    top = round(base - CAPITAL - above)
    rows = np.clip(np.arange(top, top + round(tall)), 0, len(shade) - 1)
    return shade[rows]


def _ruled(paper: GrayImage, y: int, rng: np.random.Generator) -> None:
    """A ruled or dotted line, mostly in part: the cut removes what it sees of it."""
    height, width = paper.shape
    if not 1 <= y < height - 2:
        return
    tone = int(rng.integers(60, 200))
    line = np.zeros(width, bool)
    if rng.random() < 0.7:
        pitch = int(rng.integers(4, 12))
        for k in range(int(rng.integers(1, 3))):
            line[k::pitch] = True
    else:
        line[:] = True
    kept = cv2.resize(rng.random((1, max(2, width // 40))).astype(np.float32), (width, 1))[0] < rng.choice(
        (0.3, 0.6, 2)
    )
    paper[y : y + int(rng.integers(1, 3)), line & kept] = tone


def _reach_in(layer: GrayImage, pen: Pen, base: int, rng: np.random.Generator) -> None:
    """Ink of a neighbouring line at the upper or lower edge."""
    other = pen(str(rng.choice(("SERATUS DUA", "TIGA PULUH", "gp jg", "delapan"))), False, rng)
    step = int(rng.uniform(1.4, 2.0) * CAPITAL) * (1 if rng.random() < 0.4 else -1)
    top, x = base - CAPITAL - TOP + step, int(rng.integers(0, max(1, layer.shape[1])))
    y0, y1 = max(0, top), min(layer.shape[0], top + other.shape[0])
    if y1 > y0:
        part = layer[y0:y1, x : x + other.shape[1]]
        np.maximum(part, other[y0 - top : y1 - top, : part.shape[1]], out=part)


def _stray(layer: GrayImage, rng: np.random.Generator) -> None:
    """A stray stroke, as of a tally mark or a signature above."""
    height, width = layer.shape
    x = float(rng.uniform(0, width))
    line = np.array([(x, rng.uniform(0, height)), (x + rng.normal(0, 30), rng.uniform(0, height))])
    cv2.polylines(layer, [np.rint(line * 16).astype(np.int32)], False, 255, int(rng.integers(1, 4)), cv2.LINE_AA, 4)


def photograph(shade: Float32Array, tall: float, rng: np.random.Generator) -> GrayImage:
    """Photograph the space for words.

    Args:
        shade: (h, w) brightness 0..255, capitals `CAPITAL` pixels high.
        tall: height of capitals in the photo, px.
        rng: random generator.
    """
    scale = tall / CAPITAL
    size = (max(8, round(shade.shape[1] * scale)), max(6, round(shade.shape[0] * scale)))
    photo = np.asarray(cv2.resize(shade, size, interpolation=cv2.INTER_AREA), np.float32)
    turn = np.array([[1.0, rng.normal(0, 0.03), 0.0], [rng.normal(0, 0.006), 1.0, 0.0]])
    turn[:, 2] = np.array(size) / 2 - turn[:, :2] @ (np.array(size) / 2)
    photo = cv2.warpAffine(photo, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    photo = photo * light_on(size, rng)
    severe = bool(rng.random() < 0.06)
    photo = blurred(np.asarray(photo, np.float32), 1.6 * tall, rng, calm=bool(rng.random() < 0.5), severe=severe)
    if rng.random() < 0.2:  # sharpening by phones
        soft = cv2.GaussianBlur(photo, (0, 0), float(rng.uniform(0.8, 2)))
        photo = photo + float(rng.uniform(0.3, 1.2)) * (photo - soft)
    pieces = -(-size[0] * size[1] // 900_000)
    strength = float(np.clip(rng.gamma(2.0, 2.0), 0, 12))
    photo = photo + strength * np.concatenate([noise(part.shape, rng) for part in np.array_split(photo, pieces)])
    stored = np.clip(photo, 0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        packed = cv2.imencode(".jpg", stored, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 95))])[1]
        stored = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return stored


def cut_loosely(photo: GrayImage, rng: np.random.Generator) -> tuple[GrayImage, float]:
    """The whole space as one strip, stretched a little, and its letters' height: 0, since it is not looked for."""
    factor = HEIGHT / photo.shape[0]
    width = min(WIDEST, max(HEIGHT, round(photo.shape[1] * factor * float(np.exp(rng.normal(0, 0.06))))))
    shrinks = cv2.INTER_AREA if factor < 0.6 or rng.random() < 0.5 else cv2.INTER_LINEAR
    flag = shrinks if factor < 1 else cv2.INTER_LINEAR if rng.random() < 0.7 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(photo, (width, HEIGHT), interpolation=flag), np.uint8), 0.0


def cut_as_read(photo: GrayImage, rng: np.random.Generator) -> tuple[GrayImage, float]:
    """The strip that the reader cuts from the space (0 px wide where it finds nothing), and its height of letters."""
    height, width = photo.shape
    room = float(rng.uniform(16, 34))  # px of the coarse picture for the height of the space: that of most forms
    words = Words(kind="words", rect=(0.0, 0.0, 10.0 * width / height, 10.0))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float) - 0.5
    quad = corners + rng.normal(0, 0.015 * height, (4, 2))
    found = cut_from(Photo("drawn", "", width, height, photo, 1.0), quad, words, room / 10)
    return (found.strips[0] if found.strips else np.zeros((HEIGHT, 0), np.uint8)), found.height_px
