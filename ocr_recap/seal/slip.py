"""The slip (salinan) of a station as PDF: its numbers, the QR code, the SMS line, and room for signatures."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from reportlab.lib.pagesizes import A5
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from ..forms.template import Template
from ..messages.catalog import Language, filled
from ..messages.seal_texts import SLIP
from .compact import StationCode, sms_line
from .device_key import short
from .merkle import LogHead
from .roll import KeyHolder
from .statement import SealedStatement

MM: Final = 72 / 25.4  # points
CODE_SIDE: Final = 66.0  # mm with the quiet zone of 4 modules: 0.86 mm a module at version 13; by judgement
_QUIET: Final = 4
_MARGIN: Final = 10.0  # mm
_ROWS: Final = 26  # numbers of one column


@dataclass(frozen=True)
class SlipContent:
    """What a slip shows.

    Attributes:
        statement: of the station.
        template: its form.
        code: the signed code of the statement.
        holder: who sealed it by the roll; None where the key is in none.
        head: of the device's log; None leaves it out.
    """

    statement: SealedStatement
    template: Template
    code: StationCode
    holder: KeyHolder | None
    head: LogHead | None


def slip_pdf(content: SlipContent, language: Language) -> bytes:
    """The slip as a PDF file of one A5 page."""

    def said(key: str, /, **data: Any) -> str:
        return filled(SLIP[key], language, data)

    into = io.BytesIO()
    canvas = Canvas(into, pagesize=A5, invariant=1)
    width, height = A5
    statement = content.statement
    title = said("slip_title", station=statement.area)
    canvas.setTitle(title)
    left, y = _MARGIN * MM, height - _MARGIN * MM - 12
    canvas.setFont("Helvetica-Bold", 15)
    canvas.drawString(left, y, title)
    canvas.setFont("Helvetica-Bold", 9)
    canvas.drawString(left, y - 15, said("slip_provisional"))
    form = filled((content.template.title.id, content.template.title.en), language, {})
    canvas.setFont("Helvetica", 8)
    for number, line in enumerate(simpleSplit(said("slip_form", form=form), "Helvetica", 8, width - 2 * left)[:2]):
        canvas.drawString(left, y - 28 - 10 * number, line)
    _numbers(canvas, content, language, y - 52)
    _code(canvas, content.code.text, width - left - CODE_SIDE * MM, y - 52 - CODE_SIDE * MM)
    person = content.holder.person if content.holder else said("slip_unknown")
    below = [
        said("slip_by", person=person, at=statement.stamp.at.replace("T", " ").removesuffix("Z")),
        said("slip_key", key=short(statement.keyid)),
        said("slip_statement", statement=short(statement.id)),
        *((said("slip_head", head=content.head.spoken),) if content.head else ()),
        said("slip_sms"),
    ]
    place = y - 52 - CODE_SIDE * MM - 12
    wide = CODE_SIDE * MM
    for text in below:
        for line in simpleSplit(text, "Helvetica", 7.5, wide):
            canvas.drawString(width - left - wide, place, line)
            place -= 10
    canvas.setFont("Courier", 6.2)
    for line in simpleSplit(sms_line(statement, content.template), "Courier", 6.2, wide):
        canvas.drawString(width - left - wide, place, line)
        place -= 9
    canvas.setFont("Helvetica", 8)
    canvas.drawString(left, _MARGIN * MM + 58, said("slip_sign"))
    for row in range(2):
        for column in range(3):
            x = left + column * (width - 2 * left) / 3
            canvas.line(x, _MARGIN * MM + 22 * row + 4, x + (width - 2 * left) / 3 - 8, _MARGIN * MM + 22 * row + 4)
    canvas.save()
    return into.getvalue()


def _numbers(canvas: Canvas, content: SlipContent, language: Language, top: float) -> None:
    """The counts of the form, in one column, or two narrow ones where there are many."""
    labels: Mapping[str, str] = {field.id: getattr(field.label, language) for field in content.template.fields}
    values = content.code.values(content.template) or {}
    size = 8.0 if len(values) <= _ROWS else 8.0 * _ROWS / len(values)
    wide = A5[0] - 3 * _MARGIN * MM - CODE_SIDE * MM
    y = top - size
    for name, value in values.items():
        shown = filled(SLIP["slip_unread"], language, {}) if value is None else str(value)
        canvas.setFont("Helvetica-Bold", size)
        room = wide - canvas.stringWidth(shown, "Helvetica-Bold", size) - 4
        canvas.drawRightString(_MARGIN * MM + wide, y, shown)
        canvas.setFont("Helvetica", size)
        lines = simpleSplit(labels[name], "Helvetica", size, room) or [""]
        for line in lines[:2]:
            canvas.drawString(_MARGIN * MM, y, line)
            y -= size * 1.15
        y -= size * 0.25


def _code(canvas: Canvas, text: str, x: float, y: float) -> None:
    """Draw a QR code as squares, its quiet zone included."""
    import segno  # noqa: PLC0415  (only what draws codes needs it)

    matrix = segno.make_qr(text, error="m").matrix
    side = CODE_SIDE * MM / (len(matrix) + 2 * _QUIET)
    for row, modules in enumerate(matrix):
        for column, dark in enumerate(modules):
            if dark:
                left = x + (column + _QUIET) * side
                bottom = y + (len(matrix) - 1 - row + _QUIET) * side
                canvas.rect(left, bottom, side * 1.01, side * 1.01, stroke=0, fill=1)
