"""The report of a rehearsal as PDF: the same tiles, sentences and tables as the page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

if TYPE_CHECKING:
    from .report import ReportSection

_MARGIN: Final = 15 * mm  # by judgement
_WIDTH: Final = A4[0] - 2 * _MARGIN
_BODY: Final = ParagraphStyle("body", fontName="Helvetica", fontSize=7.5, leading=9.5, splitLongWords=1)
_BOLD: Final = ParagraphStyle("bold", parent=_BODY, fontName="Helvetica-Bold")
_HEAD: Final = ParagraphStyle("head", parent=_BOLD, fontSize=10.5, leading=14, spaceBefore=9, spaceAfter=3)
_TITLE: Final = ParagraphStyle("title", parent=_BOLD, fontSize=15, leading=19, spaceAfter=3)
_LINE: Final = colors.Color(0.75, 0.75, 0.75)
_LETTER: Final = 5.2  # points that a letter of a heading takes at most, with some room


def report_pdf(
    title: str, heads: Sequence[str], tiles: Sequence[tuple[str, str, str]], sections: Sequence[ReportSection]
) -> bytes:
    """Draw the report.

    Args:
        title: of the document.
        heads: sentences below it.
        tiles: count, text and style of each.
        sections: headings, sentences and tables.
    """
    into = io.BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), _MARGIN)
    parts: list[Flowable] = [Paragraph(escape(title), _TITLE), *(Paragraph(escape(one), _BODY) for one in heads)]
    parts += [Spacer(1, 6), *(Paragraph(f"<b>{escape(count)}</b> {escape(text)}", _BODY) for count, text, _ in tiles)]
    for one in sections:
        parts.append(Paragraph(escape(one.heading), _HEAD))
        if one.says:
            parts.append(Paragraph(escape(one.says), _BODY))
        if one.rows:
            parts.append(_table(one))
    SimpleDocTemplate(into, pagesize=A4, title=title, invariant=1, **margins).build(parts)
    return into.getvalue()


def _table(section: ReportSection) -> Table:
    rows = [[Paragraph(escape(cell), _BOLD) for cell in section.head]] if section.head else []
    rows += [[Paragraph(escape(cell), _BODY) for cell in row] for row in section.rows]
    style = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.3, _LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ]
    widths = [share * _WIDTH for share in _shares(section)]
    return Table(rows, widths, style=TableStyle(style), repeatRows=1 if section.head else 0)


def _shares(section: ReportSection) -> list[float]:
    """The share of the width that each column gets: its longest word of the heading, and more for longer texts."""
    rows = [row for row in (section.head, *section.rows) if row]
    if not section.head:
        return [1.0]
    columns = list(zip(*rows, strict=True))
    least = [max(len(word) for word in column[0].split() or ("",)) * _LETTER / _WIDTH for column in columns]
    longest = [min(90, max(len(cell) for cell in column)) ** 0.8 for column in columns]
    left = 1 - sum(least)
    return [low + left * length / sum(longest) for low, length in zip(least, longest, strict=True)]
