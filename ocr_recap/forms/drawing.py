"""Draws a page of a template: as graphic primitives, and from them as a raster image or a PDF.

The primitives are used to print a blank form, to synthesise sheets and to locate pages by ruled lines. Everything here
is in nominal millimetres of the page (origin top left, y down); gray runs from 0 (black) to 1 (white).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from ..imaging.arrays import GrayImage
from .fields import Bubbles, Cells, FormField, Page, RowTotals, Tag, Tally, Words
from .print_items import PrintedDots, PrintedFill, PrintedFrame, PrintedLine, PrintedTable, PrintedText, Rect
from .template import Template

Role = Literal["frame", "box", "grid", "fill", "bubble", "marker", "guide", "text"]

_GUIDE = 0.72  # gray of the seven-segment dots, measured on the reference drawings
_DIVIDER_PITCH = 0.6  # mm between the dots of a dotted wall, measured on photos of 2017
_SUBPIXEL = 4  # fractional bits of OpenCV's drawing coordinates
# The dotted guide: columns and rows of its dots and their pitch, in fractions of the cell, measured on the reference
# drawing of page 2.
_GUIDE_X = (0.30, 0.70)
_GUIDE_Y = (0.17, 0.50, 0.83)
_GUIDE_PITCH = 0.075


@dataclass(frozen=True)
class Line:
    """A straight line of a width, mm."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    gray: float
    role: Role


@dataclass(frozen=True)
class Box:
    """A filled rectangle without outline."""

    x0: float
    y0: float
    x1: float
    y1: float
    gray: float
    role: Role


@dataclass(frozen=True)
class Circle:
    """A circle line; `width` 0 means a filled disc."""

    x: float
    y: float
    radius: float
    width: float
    gray: float
    role: Role


@dataclass(frozen=True)
class Text:
    """A text on its baseline; `size` is the height of a capital letter."""

    x: float
    y: float
    text: str
    size: float
    bold: bool
    align: Literal["left", "center", "right"]
    gray: float
    role: Role


Primitive = Line | Box | Circle | Text


def primitives(template: Template, page_id: str) -> list[Primitive]:
    """The graphic primitives of one blank page, in drawing order; lengths in mm.

    Raises:
        KeyError: the template has no such page.
    """
    page = template.page(page_id)
    parts: list[Primitive] = list(_markers(page))
    for item in page.printed:
        match item:
            case PrintedFrame():
                parts += _frame(item.frame, item.width, item.gray, "frame")
            case PrintedLine():
                parts.append(Line(*item.line, item.width, item.gray, "frame"))
            case PrintedTable():
                parts += _table(item)
            case PrintedFill():
                parts.append(Box(*item.fill, item.gray, "fill"))
            case PrintedDots():
                parts += _dots(item.dots, item.pitch, item.width, item.gray)
            case PrintedText():
                parts.append(Text(*item.at, item.text, item.size, item.bold, item.align, item.gray, "text"))
    for field in template.fields_of(page_id):
        parts += _field(field)
    return parts


def raster(template: Template, page_id: str, pixels_per_mm: float) -> GrayImage:
    """Draw a blank page as an image.

    Args:
        template: the form.
        page_id: of the page.
        pixels_per_mm: resolution.

    Returns:
        (h, w) uint8 gray; millimetre (x, y) is at pixel (x, y) * pixels_per_mm - 0.5.
    """
    width = round(template.paper.width * pixels_per_mm)
    height = round(template.paper.height * pixels_per_mm)
    image = np.full((height, width), 255, dtype=np.uint8)
    for part in primitives(template, page_id):
        _paint(image, part, pixels_per_mm)
    return image


def pdf(template: Template) -> bytes:
    """Draw all pages as a vector PDF, one per printed side, at nominal size; the bytes depend only on the template."""
    buffer = io.BytesIO()
    size = (template.paper.width * mm, template.paper.height * mm)
    canvas = Canvas(buffer, pagesize=size, invariant=1)
    canvas.setTitle(template.title.id)
    canvas.setAuthor("ocr_recap")
    canvas.setSubject(" ".join(template.source.split()))
    for page in template.pages:
        # Turn the y axis over once, so that the primitives keep their own frame.
        canvas.translate(0, size[1])
        canvas.scale(mm, -mm)
        canvas.setLineCap(2)
        for part in primitives(template, page.id):
            _write(canvas, part)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _markers(page: Page) -> Iterator[Primitive]:
    if page.markers.tag:
        yield from _tag(page.markers.tag)
    if page.markers.corners:
        side = page.markers.corners.square
        for x, y in page.markers.corners.centers:
            yield Box(x - side, y - side, x, y, 0.0, "marker")
            yield Box(x, y, x + side, y + side, 0.0, "marker")


@lru_cache(maxsize=64)
def tag_bits(tag_id: int, rotation: int) -> NDArray[np.uint8]:
    """The bits of an AprilTag 36h10 as printed.

    Args:
        tag_id: of the tag.
        rotation: clockwise turn in degrees, a multiple of 90.

    Returns:
        (8, 8) uint8 with the black border; 1 = white.
    """
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h10)
    bits = cv2.aruco.generateImageMarker(dictionary, tag_id, 8) // 255
    return np.rot90(bits, -rotation // 90).astype(np.uint8)


def _tag(tag: Tag) -> Iterator[Primitive]:
    left, top = tag.center[0] - tag.side / 2, tag.center[1] - tag.side / 2
    cell = tag.side / 8
    yield Box(left, top, left + tag.side, top + tag.side, 0.0, "marker")
    for row, column in np.argwhere(tag_bits(tag.id, tag.rotation)):
        x, y = left + column * cell, top + row * cell
        yield Box(x, y, x + cell, y + cell, 1.0, "marker")


def _frame(rect: Rect, width: float, gray: float, role: Role) -> list[Primitive]:
    x0, y0, x1, y1 = rect
    return [
        Line(x0, y0, x1, y0, width, gray, role),
        Line(x1, y0, x1, y1, width, gray, role),
        Line(x1, y1, x0, y1, width, gray, role),
        Line(x0, y1, x0, y0, width, gray, role),
    ]


def _table(table: PrintedTable) -> Iterator[Line]:
    (left, *_, right), (top, *_, bottom) = table.columns, table.rows
    for y in table.rows:
        yield Line(left, y, right, y, table.width, table.gray, "frame")
    for x in table.columns:
        yield Line(x, top, x, bottom, table.width, table.gray, "frame")


def _dots(rect: Rect, pitch: float, width: float, gray: float) -> Iterator[Primitive]:
    start, end = np.array(rect[:2]), np.array(rect[2:])
    count = max(1, int(np.linalg.norm(end - start) / pitch))
    for x, y in start + np.linspace(0, 1, count + 1)[:, None] * (end - start):
        yield Circle(float(x), float(y), width / 2, 0, gray, "text")


def _field(field: FormField) -> Iterator[Primitive]:
    yield from _cells(field.cells)
    for rect in field.cells.rects():
        if field.guide == "seven_segment":
            yield from _guide(rect)
    for witness in field.witnesses:
        match witness:
            case Bubbles():
                for column in witness.centers(field.cells.count):
                    for digit, (x, y) in enumerate(column):
                        yield Circle(float(x), float(y), witness.radius, 0.25, 0.1, "bubble")
                        height = witness.radius * 0.75
                        yield Text(float(x), float(y) + height / 2, str(digit), height, False, "center", 0.15, "bubble")
            case Tally():
                yield from _grid(witness, witness.columns)
            case RowTotals():
                yield from _grid(witness, witness.cells)
            case Words():
                pass  # their ruled lines and labels are print of the page


def _cells(cells: Cells) -> Iterator[Primitive]:
    if cells.dividers == "solid":
        for rect in cells.rects():
            yield from _frame(rect, cells.line, 0.0, "box")
        return
    outline = cells.outline()
    yield from _frame(outline, cells.line, 0.0, "box")
    for x, *_ in cells.rects()[1:]:
        yield from _dots((x, outline[1], x, outline[3]), _DIVIDER_PITCH, cells.line, 0.0)


def _grid(witness: Tally | RowTotals, columns: int) -> Iterator[Primitive]:
    x0, y0, x1, y1 = witness.grid
    for i in range(1, witness.rows):
        y = y0 + (y1 - y0) * i / witness.rows
        yield Line(x0, y, x1, y, witness.line, witness.gray, "grid")
    for i in range(columns + 1):
        x = x0 + (x1 - x0) * i / columns
        yield Line(x, y0, x, y1, witness.line, witness.gray, "grid")


def _guide(rect: Rect) -> Iterator[Primitive]:
    x0, y0, x1, y1 = rect
    width, height = x1 - x0, y1 - y0
    points: set[tuple[float, float]] = set()
    for fy in _GUIDE_Y:
        points |= {(round(float(fx), 4), fy) for fx in np.arange(_GUIDE_X[0], _GUIDE_X[1] + 1e-6, _GUIDE_PITCH)}
    for fx in (_GUIDE_X[0], sum(_GUIDE_X) / 2, _GUIDE_X[1]):
        points |= {(fx, round(float(fy), 4)) for fy in np.arange(_GUIDE_Y[0], _GUIDE_Y[2] + 1e-6, _GUIDE_PITCH)}
    for fx, fy in sorted(points):
        yield Circle(x0 + fx * width, y0 + fy * height, 0.16, 0, _GUIDE, "guide")


# --- painters ---------------------------------------------------------------------------------------------------


def _paint(image: GrayImage, part: Primitive, scale: float) -> None:
    def pixels(*points: tuple[float, float]) -> NDArray[np.int32]:
        return np.rint((np.array(points) * scale - 0.5) * (1 << _SUBPIXEL)).astype(np.int32)

    ink = round(part.gray * 255)
    match part:
        case Line():
            direction = np.array([part.x1 - part.x0, part.y1 - part.y0])
            length = float(np.linalg.norm(direction)) or 1.0
            along = direction / length * part.width / 2
            across = np.array([-along[1], along[0]])
            start = np.array([part.x0, part.y0]) - along
            end = np.array([part.x1, part.y1]) + along
            corners = [tuple(p) for p in (start + across, end + across, end - across, start - across)]
            cv2.fillConvexPoly(image, pixels(*corners), ink, cv2.LINE_AA, _SUBPIXEL)
        case Box():
            corners = [(part.x0, part.y0), (part.x1, part.y0), (part.x1, part.y1), (part.x0, part.y1)]
            cv2.fillConvexPoly(image, pixels(*corners), ink, cv2.LINE_AA, _SUBPIXEL)
        case Circle():
            center = pixels((part.x, part.y))[0]
            radius = max(1, round(part.radius * scale * (1 << _SUBPIXEL)))
            thickness = -1 if part.width == 0 else max(1, round(part.width * scale))
            where = (int(center[0]), int(center[1]))
            cv2.circle(image, where, radius, ink, thickness, cv2.LINE_AA, _SUBPIXEL)
        case Text():
            _paint_text(image, part, scale)


def _paint_text(image: GrayImage, part: Text, scale: float) -> None:
    # The height of a capital letter is 0.7 em in the fonts used here.
    font = ImageFont.load_default(size=max(1.0, part.size * scale / 0.7))
    length = font.getlength(part.text)
    x = part.x * scale - {"left": 0.0, "center": length / 2, "right": length}[part.align]
    margin = int(part.size * scale * 2) + 2
    left, top = int(x) - margin, int(part.y * scale) - margin
    width, height = int(length) + 2 * margin, 2 * margin
    mask_image = Image.new("L", (width, height), 0)
    anchor = (x - left, part.y * scale - top)
    stroke = part.size * scale * 0.035 if part.bold else 0
    ImageDraw.Draw(mask_image).text(anchor, part.text, fill=255, font=font, anchor="ls", stroke_width=stroke)
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + width, image.shape[1]), min(top + height, image.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    mask = np.asarray(mask_image, dtype=np.float32)[y0 - top : y1 - top, x0 - left : x1 - left] / 255
    under = image[y0:y1, x0:x1].astype(np.float32)
    image[y0:y1, x0:x1] = np.rint(under + (part.gray * 255 - under) * mask).astype(np.uint8)


def _write(canvas: Canvas, part: Primitive) -> None:
    canvas.setStrokeGray(part.gray)
    canvas.setFillGray(part.gray)
    match part:
        case Line():
            canvas.setLineWidth(part.width)
            canvas.line(part.x0, part.y0, part.x1, part.y1)
        case Box():
            canvas.rect(part.x0, part.y0, part.x1 - part.x0, part.y1 - part.y0, stroke=0, fill=1)
        case Circle():
            canvas.setLineWidth(part.width)
            canvas.circle(part.x, part.y, part.radius, stroke=int(part.width > 0), fill=int(part.width == 0))
        case Text():
            canvas.saveState()
            canvas.translate(part.x, part.y)
            canvas.scale(1, -1)
            canvas.setFont("Helvetica-Bold" if part.bold else "Helvetica", part.size / 0.7)
            if part.align == "center":
                canvas.drawCentredString(0, 0, part.text)
            elif part.align == "right":
                canvas.drawRightString(0, 0, part.text)
            else:
                canvas.drawString(0, 0, part.text)
            canvas.restoreState()
