"""The guide of one page for station officers, as PDF: what to do, and pictures of good and bad photos.

The pictures are drawn: a form without writing, as a good photo and as photos that cannot be read.
"""

from __future__ import annotations

import io
from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader, simpleSplit
from reportlab.pdfgen.canvas import Canvas

from ..forms import drawing, template
from ..imaging.arrays import ColorImage
from ..messages.catalog import Language
from ..messages.guide_texts import GUIDE_TEXTS
from ..report.pictures import encode

_FORM: Final = "c-hasil-ppwp-2024"
_PIXELS_PER_MM: Final = 2.0
_MARGIN: Final = 42.0  # points
_TABLE: Final = (72, 92, 104)  # BGR of the table under the form
_GOOD, _BAD = "#00634f", "#98240f"


@cache
def guide_pdf(language: Language) -> bytes:
    """The guide as a PDF file of one A4 page."""
    into = io.BytesIO()
    canvas = Canvas(into, pagesize=A4, invariant=1)
    texts = {key: both[0 if language == "id" else 1] for key, both in GUIDE_TEXTS.items()}
    canvas.setTitle(texts["title"])
    width, height = A4
    y = height - _MARGIN - 14
    canvas.setFont("Helvetica-Bold", 20)
    canvas.drawString(_MARGIN, y, texts["title"])
    y -= 24
    for key in ("one", "two", "three", "four", "five"):
        y = _paragraph(canvas, texts[key], y, width) - 5
    y -= 8
    side = (width - 2 * _MARGIN - 2 * 16) / 3
    for index, (name, picture) in enumerate(_pictures()):
        column, row = index % 3, index // 3
        left, top = _MARGIN + column * (side + 16), y - row * (side * 1.02 + 44)
        image = ImageReader(io.BytesIO(encode(picture, ".jpg", 80)))
        canvas.drawImage(image, left, top - side, side, side)
        canvas.setFont("Helvetica-Bold", 11)
        canvas.setFillColor(HexColor(_GOOD if index == 0 else _BAD))
        for number, line in enumerate(simpleSplit(texts[name], "Helvetica-Bold", 11, side)):
            canvas.drawString(left, top - side - 14 - 13 * number, line)
        canvas.setFillColor(HexColor("#000000"))
    canvas.setFont("Helvetica", 10)
    for number, line in enumerate(simpleSplit(texts["foot"], "Helvetica", 10, width - 2 * _MARGIN)):
        canvas.drawString(_MARGIN, _MARGIN + 12 - 12 * number, line)
    canvas.showPage()
    canvas.save()
    return into.getvalue()


def _paragraph(canvas: Canvas, text: str, y: float, width: float) -> float:
    """Write a paragraph with its top at y; return where it ends."""
    canvas.setFont("Helvetica", 12)
    for line in simpleSplit(text, "Helvetica", 12, width - 2 * _MARGIN):
        y -= 15
        canvas.drawString(_MARGIN, y, line)
    return y


def _pictures() -> list[tuple[str, ColorImage]]:
    """A good photo and five bad ones, (h, h, 3) BGR, with the keys of their captions."""
    good = _photo(((0.12, 0.03), (0.88, 0.04), (0.87, 0.97), (0.13, 0.96)))
    height, width = good.shape[:2]
    slanted = _photo(((0.3, 0.12), (0.72, 0.1), (0.99, 0.98), (0.02, 0.96)))
    cut_off = _photo(((-0.28, 0.02), (0.8, 0.05), (0.79, 1.15), (-0.3, 1.12)))
    blurred = cv2.GaussianBlur(good, (0, 0), 7)
    shade = np.clip(1.35 - 1.6 * np.linspace(0, 1, width)[None, :] - 0.3 * np.linspace(0, 1, height)[:, None], 0.12, 1)
    dark = (good * shade[..., None]).astype(np.uint8)
    y, x = np.mgrid[0:height, 0:width]
    spot = np.exp(-(((x - 0.55 * width) / (0.22 * width)) ** 2 + ((y - 0.45 * height) / (0.16 * height)) ** 2))
    glare = np.clip(good + 330 * spot[..., None], 0, 255).astype(np.uint8)
    bad = (("slanted", slanted), ("cut_off", cut_off), ("blurred", blurred), ("dark", dark), ("glare", glare))
    return [("good", good), *((name, np.asarray(picture, dtype=np.uint8)) for name, picture in bad)]


def _photo(corners: tuple[tuple[float, float], ...]) -> ColorImage:
    """The form on a table with its corners at these places, as shares of the picture's side."""
    side = 700
    page = drawing.raster(template.load(_FORM), "2", _PIXELS_PER_MM)
    height, width = page.shape[:2]
    colored: NDArray[np.uint8] = np.asarray(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR), dtype=np.uint8)
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    target = np.array(corners, dtype=np.float32) * side
    matrix = cv2.getPerspectiveTransform(source, target)
    table = np.full((side, side, 3), _TABLE, dtype=np.uint8)
    warped = cv2.warpPerspective(colored, matrix, (side, side), dst=table, borderMode=cv2.BORDER_TRANSPARENT)
    return np.asarray(warped, dtype=np.uint8)
