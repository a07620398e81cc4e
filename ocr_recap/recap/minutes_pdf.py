"""The minutes of an area as PDF, A4 or A3: an aid for the session, not the form by law."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final, Literal
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.pagesizes import A3, A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from ..messages.catalog import Language, grouped
from ..messages.recap_texts import RECAP_TEXTS
from .areas import shown_code
from .minutes import Correction, Minutes, MinutesLine
from .pages import text
from .plenary import Matter
from .statement import Author

Paper = Literal["a4", "a3"]
_SIZES: Final[dict[Paper, tuple[float, float]]] = {"a4": A4, "a3": A3}
_MARGIN: Final = 15 * mm  # by judgement
_CODE: Final = 42 * mm  # side of the QR code with its quiet zone: 0.7 mm a module; by judgement
_SIGNERS: Final = ("chair", "member", "member", "member", "member", "witness", "witness", "witness", "supervisor")
_SCALE: Final[dict[Paper, float]] = {"a4": 1.0, "a3": 1.35}  # of letters; by judgement


def minutes_pdf(minutes: Minutes, language: Language, paper: Paper = "a4") -> bytes:
    """The minutes as a PDF file.

    Args:
        minutes: what they say.
        language: of all texts.
        paper: its size.
    """
    return _Writer(minutes, language, paper).pdf()


class _Writer:
    def __init__(self, minutes: Minutes, language: Language, paper: Paper) -> None:
        self._minutes = minutes
        self._language: Language = language
        self._paper: Paper = paper
        scale = _SCALE[paper]
        self._body = ParagraphStyle("body", fontName="Helvetica", fontSize=8 * scale, leading=10 * scale)
        self._right = ParagraphStyle("right", parent=self._body, alignment=2)
        self._bold = ParagraphStyle("bold", parent=self._body, fontName="Helvetica-Bold")
        head: dict[str, Any] = {"fontName": "Helvetica-Bold", "spaceBefore": 8 * scale, "spaceAfter": 3 * scale}
        self._title = ParagraphStyle("title", parent=self._body, fontSize=14 * scale, leading=18 * scale, **head)
        self._head = ParagraphStyle("head", parent=self._body, fontSize=10 * scale, leading=13 * scale, **head)
        self._width = _SIZES[paper][0] - 2 * _MARGIN

    def pdf(self) -> bytes:
        """The file."""
        into = io.BytesIO()
        sheet = SimpleDocTemplate(
            into,
            pagesize=_SIZES[self._paper],
            leftMargin=_MARGIN,
            rightMargin=_MARGIN,
            topMargin=_MARGIN + 6 * mm,
            bottomMargin=_MARGIN + 6 * mm,
            title=self._say("minutes_title"),
            invariant=1,
        )
        parts = [*self._heading(), *self._totals(), *self._corrections(), *self._matters(), *self._end()]
        sheet.build(parts, onFirstPage=self._frame, onLaterPages=self._frame)
        return into.getvalue()

    def _say(self, key: str, **data: Any) -> str:
        return text(self._language, key, **data)

    def _frame(self, canvas: Canvas, sheet: Any) -> None:
        """What stands on every page: that it is an aid, and which page it is."""
        canvas.saveState()
        canvas.setFont("Helvetica-Bold", 8 * _SCALE[self._paper])
        height = _SIZES[self._paper][1]
        canvas.drawString(_MARGIN, height - _MARGIN, self._say("minutes_aid"))
        canvas.setFont("Helvetica", 7 * _SCALE[self._paper])
        digest = self._minutes.closing.digest if self._minutes.closing else self._minutes.digest
        foot = self._say("minutes_foot", area=shown_code(self._minutes.area), digest=digest or "", page=sheet.page)
        canvas.drawString(_MARGIN, _MARGIN, foot)
        canvas.restoreState()

    def _heading(self) -> list[Flowable]:
        minutes = self._minutes
        title = getattr(minutes.contest.title, self._language)
        level = getattr(minutes.contest.level_labels[minutes.level], self._language)
        expected = minutes.lines[0].standing.expected if minutes.lines else 0
        where = f"{level} {shown_code(minutes.area)} {minutes.name}".strip()
        lines = [f"<b>{escape(title)}</b>", escape(where), self._say("minutes_expected", stations=expected)]
        if minutes.closing is None:
            lines.append(f"<b>{self._say('minutes_open')}</b>")
        else:
            people = (minutes.closing.by, minutes.closing.second)
            names = ", ".join(one.name for one in people if one)
            lines.append(escape(_plain(self._say("minutes_closed", at=minutes.closing.at, people=names))))
        return [self._paragraph(self._say("minutes_title"), self._title), *(Paragraph(t, self._body) for t in lines)]

    def _totals(self) -> list[Flowable]:
        head = [self._say(f"minutes_head_{name}") for name in ("field", "counted", "standing", "change", "stations")]
        rows = [self._total(line) for line in self._minutes.lines]
        widths = (0.34, 0.14, 0.14, 0.08, 0.3)
        return self._listed("minutes_totals", head, rows, widths, right=(1, 2, 3))

    def _total(self, line: MinutesLine) -> list[str]:
        standing = line.standing
        change = (standing.total or 0) - (line.counted_total or 0)
        notes = [self._say("minutes_of", counted=standing.counted, expected=standing.expected)]
        for name in ("unread", "missing", "review", "conflict", "inconsistent"):
            count = getattr(standing, name)
            if count:
                notes.append(f"{self._say(f'state_{name}')} {count}")
        return [
            getattr(self._minutes.contest.labels[line.field], self._language),
            self._number(line.counted_total, line.counted < standing.expected),
            self._number(standing.total, standing.at_least),
            f"{change:+d}" if change else "",
            "; ".join(notes),
        ]

    def _number(self, total: int | None, at_least: bool) -> str:
        if total is None:
            return self._say("unknown")
        return self._say("at_least", total=total) if at_least else grouped(total, self._language)

    def _corrections(self) -> list[Flowable]:
        head = [self._say(f"minutes_head_{name}") for name in ("station", "field", "before", "after", "reason")]
        rows = [self._correction(one) for one in self._minutes.corrections]
        widths = (0.17, 0.27, 0.09, 0.09, 0.38)
        return self._listed("minutes_corrections", head, rows, widths, right=(2, 3))

    def _correction(self, one: Correction) -> list[str]:
        people = ", ".join(self._person(who) for who in (one.chair, one.second) if who)
        return [
            one.station,
            getattr(self._minutes.contest.labels[one.field], self._language),
            self._say("unknown") if one.before is None else str(one.before),
            self._say("unknown") if one.after is None else str(one.after),
            f"{self._say(f'stage_{one.stage}')}: {one.reason} – {people}, {one.at}",
        ]

    def _person(self, who: Author) -> str:
        role = f"signer_{who.role}"
        return f"{who.name} ({self._say(role).lower() if role in RECAP_TEXTS else who.role})"

    def _matters(self) -> list[Flowable]:
        head = [self._say(f"minutes_head_{name}") for name in ("subject", "matter", "state")]
        rows = [self._matter(one) for one in self._minutes.matters]
        return self._listed("minutes_matters", head, rows, (0.17, 0.5, 0.33))

    def _matter(self, one: Matter) -> list[str]:
        steps = [f"{step.text} – {step.by.name}, {step.at}" for step in one.resolutions]
        what = f"{self._say(f'matter_{one.event.kind}')}: {one.event.text} – {one.event.by.name}, {one.event.at}"
        return [shown_code(one.event.subject), what, "; ".join([self._say(f"matter_{one.state}"), *steps])]

    def _listed(
        self, title: str, head: Sequence[str], rows: list[list[str]], widths: Sequence[float], right: Sequence[int] = ()
    ) -> list[Flowable]:
        parts: list[Flowable] = [self._paragraph(self._say(title), self._head)]
        if not rows:
            return [*parts, self._paragraph(self._say("none"), self._body)]
        return [*parts, self._table(head, rows, widths, right)]

    def _end(self) -> list[Flowable]:
        minutes = self._minutes
        parts = [self._paragraph(self._say("minutes_digest"), self._head)]
        if minutes.closing is not None and minutes.closing.digest:
            parts.append(self._paragraph(self._say("minutes_digest_closed", digest=minutes.closing.digest), self._body))
            if minutes.digest != minutes.closing.digest:
                parts.append(self._paragraph(self._say("minutes_digest_since"), self._bold))
        now = self._say("minutes_digest_now", digest=minutes.digest, statements=minutes.statements)
        parts += [self._paragraph(now, self._body), *self._heads()]
        parts.append(self._paragraph(self._say("minutes_signatures"), self._head))
        head = [self._say(f"minutes_head_{name}") for name in ("role", "name", "signature")]
        rows = [[self._say(f"signer_{role}"), "", ""] for role in _SIGNERS]
        signatures = self._table(head, rows, (0.25, 0.35, 0.4), height=11 * mm * _SCALE[self._paper])
        return [*parts, signatures, Spacer(1, 3 * mm), self._paragraph(self._say("minutes_law"), self._body)]

    def _heads(self) -> list[Flowable]:
        """What is read aloud and fixes everything above, and the same as a QR code."""
        minutes = self._minutes
        lines = [self._say("minutes_head_of_area", head=minutes.head)]
        lines += [self._say("minutes_head_of_log", person=person, head=head) for person, head in minutes.log_heads]
        parts = [self._paragraph(self._say("minutes_read_aloud"), self._head)]
        parts += [self._paragraph(line, self._bold) for line in lines]
        side = _CODE * _SCALE[self._paper]
        code = QrCodeWidget(minutes.code_text, barLevel="M", barWidth=side, barHeight=side, barBorder=4)
        drawing = Drawing(side, side)
        drawing.add(code)
        return [*parts, drawing, self._paragraph(self._say("minutes_code"), self._body)]

    def _table(
        self,
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        right: Sequence[int] = (),
        height: float | None = None,
    ) -> Table:
        cells: list[list[Paragraph]] = [[self._paragraph(one, self._bold) for one in head]]
        for row in rows:
            styles = [self._right if place in right else self._body for place in range(len(row))]
            cells.append([self._paragraph(one, style) for one, style in zip(row, styles, strict=True)])
        heights = None if height is None else [None, *(height for _ in rows)]
        table = Table(cells, [share * self._width for share in widths], heights, repeatRows=1)
        grid = TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#666666")),
                ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#e8e8e8")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ]
        )
        table.setStyle(grid)
        return table

    def _paragraph(self, what: str, style: ParagraphStyle) -> Paragraph:
        return Paragraph(escape(_plain(what)), style)


def _plain(what: str) -> str:
    """A text in the characters of the fonts that every PDF reader has (Windows-1252)."""
    return what.encode("cp1252", "replace").decode("cp1252")
