"""What a page of a PDF says about its own print: its size, its lines of text, and the picture that it may hold.

Lengths are millimetres from the page's top-left corner as a viewer shows it. Text that was drawn as outlines, and text
of a scan, is not there to be read.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..messages.problems import PhotoProblem
from . import frames, pdf
from .arrays import GrayImage

_MM: Final = 25.4 / 72  # of a point
_FINE: Final = 100  # device units per point, for pdfium's whole numbers
_MOST_CHARS: Final = 20_000  # of one page; by judgement: a full page of small print has some 6,000
_SAME_LINE: Final = 0.4  # of a capital's height: largest step of the baseline within a line; by judgement
_GAP: Final = 1.8  # of a capital's height: a wider gap ends a line of text, as between columns; by judgement
_MOST_LETTERS: Final = 200  # of a font's name; by judgement
_BOLD: Final = 600  # weight of a font from which it is bold (CSS)
_CAPITAL: Final = 0.7  # of a font's size: height of a capital where a line has neither capital nor digit; of Helvetica
_LEVEL: Final = 0.1  # sine of the largest angle of text that is taken


@dataclass(frozen=True)
class TextLine:
    """A line of printed text: its ends, its baseline and the height of its capitals, mm."""

    text: str
    x0: float
    x1: float
    baseline: float
    height: float
    bold: bool


@dataclass(frozen=True)
class PrintedPage:
    """A page of a PDF: width and height, mm; its lines of text; the share of it that its largest picture covers."""

    size: tuple[float, float]
    lines: tuple[TextLine, ...]
    picture: float


@dataclass(frozen=True)
class _Char:
    """One character: left, right, baseline, top and size of its font, mm."""

    text: str
    x0: float
    x1: float
    baseline: float
    top: float
    size: float
    bold: bool


def printed_page(path: Path, frame: int) -> PrintedPage | None:
    """Read size, text and picture of one page.

    Args:
        path: the file.
        frame: which page, from 0.

    Returns:
        What the page says; None where the file is no PDF.

    Raises:
        PhotoProblem: the file cannot be read, or has no such page.
    """
    if frames.receive(path).kind != "PDF":
        return None
    with pdf.raw_page(path, frame) as page:
        width, height = page.get_size()
        area = max((pdf.extent(item)[2] for item in pdf.pictures(page)), default=0.0)
        lines = tuple(_lines(list(_chars(page))))
        return PrintedPage((width * _MM, height * _MM), lines, min(1.0, area / (width * height)))


def picture_of(path: Path, frame: int) -> GrayImage:
    """The largest picture of one page, in its own pixels; (h, w) uint8.

    Raises:
        PhotoProblem: the file cannot be read, has no such page, or the page has no picture that can be taken out.
    """
    from pypdfium2 import PdfiumError  # noqa: PLC0415  (only PDF needs it)

    with pdf.raw_page(path, frame) as page:
        largest = max(pdf.pictures(page), key=lambda item: pdf.extent(item)[2], default=None)
        try:
            if largest is None or math.prod(largest.get_px_size()) > pdf.MOST_DRAWN:
                raise PhotoProblem("pdf_damaged")
            return np.array(largest.get_bitmap(render=False).to_pil().convert("L"), dtype=np.uint8)
        except (PdfiumError, ValueError, OSError):
            raise PhotoProblem("pdf_damaged") from None


def _chars(page: Any) -> Iterator[_Char]:
    """The visible characters of a page that run level, in the order of its content."""
    import pypdfium2.raw as c  # noqa: PLC0415  (only PDF needs it)

    text = page.get_textpage()
    width, height = page.get_size()
    across, down = round(width * _FINE), round(height * _FINE)
    x, y = ctypes.c_double(), ctypes.c_double()
    sides = [ctypes.c_double() for _ in range(4)]
    column, row = ctypes.c_int(), ctypes.c_int()

    def place(px: float, py: float) -> tuple[float, float]:
        c.FPDF_PageToDevice(page, 0, 0, across, down, 0, px, py, column, row)
        return column.value / _FINE * _MM, row.value / _FINE * _MM

    for i in range(min(text.count_chars(), _MOST_CHARS)):
        char = chr(c.FPDFText_GetUnicode(text, i))
        if c.FPDFText_IsGenerated(text, i) or not char.isprintable():
            continue
        if page.get_rotation() in (0, 180) and abs(math.sin(c.FPDFText_GetCharAngle(text, i))) > _LEVEL:
            continue
        if not c.FPDFText_GetCharOrigin(text, i, x, y) or not c.FPDFText_GetCharBox(text, i, *sides):
            continue
        left, right, _, top = (side.value for side in sides)
        (x0, upper), (x1, _), (_, baseline) = place(left, top), place(right, top), place(x.value, y.value)
        size = c.FPDFText_GetFontSize(text, i) * _MM
        yield _Char(char, min(x0, x1), max(x0, x1), baseline, upper, size, _is_bold(text, i))


def _is_bold(text: Any, i: int) -> bool:
    """True for a character of a bold font, by its weight, or by its name where the font is not part of the file."""
    import pypdfium2.raw as c  # noqa: PLC0415  (only PDF needs it)

    name = ctypes.create_string_buffer(_MOST_LETTERS)
    length = c.FPDFText_GetFontInfo(text, i, name, _MOST_LETTERS, None)
    named = 0 < length <= _MOST_LETTERS and b"bold" in name.value.lower()
    return named or c.FPDFText_GetFontWeight(text, i) >= _BOLD


def _lines(chars: Sequence[_Char]) -> Iterator[TextLine]:
    """Characters put together to lines; lines of dots alone, to write on, are left out."""
    part: list[_Char] = []
    for char in chars:
        if part and not _goes_on(part[-1], char):
            yield from _line(part)
            part = []
        part.append(char)
    yield from _line(part)


def _goes_on(last: _Char, char: _Char) -> bool:
    """True when a character stands behind another one on the same line."""
    height = _CAPITAL * max(last.size, char.size, 0.1)
    gap = char.x0 - last.x1
    return abs(char.baseline - last.baseline) < _SAME_LINE * height and -height < gap < _GAP * height


def _line(part: Sequence[_Char]) -> Iterator[TextLine]:
    """A line of text, unless nothing but dots and spaces stands there."""
    text = "".join(char.text for char in part)
    if not any(letter.isalnum() for letter in text):
        return
    shown = [char for char in part if not char.text.isspace()]
    tall = [char.baseline - char.top for char in shown if char.text.isupper() or char.text.isdigit()]
    height = float(np.median(tall)) if tall else _CAPITAL * float(np.median([char.size for char in shown]))
    bold = sum(char.bold for char in shown) > len(shown) / 2
    baseline = float(np.median([char.baseline for char in shown]))
    yield TextLine(" ".join(text.split()), shown[0].x0, shown[-1].x1, baseline, height, bold)
