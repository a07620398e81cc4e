"""The slip (salinan) of a station as PDF: its numbers, the QR code, the SMS line, and room for signatures."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reportlab.lib.pagesizes import A5
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from ..forms import template
from ..forms.template import Template
from ..messages.catalog import Language, filled
from ..messages.errors import WrongUse
from ..messages.seal_texts import SLIP
from ..records.folder import TEMPLATES
from .compact import StationCode, sms_line, station_code
from .device_key import DeviceKey, short
from .merkle import LogHead
from .roll import KeyHolder
from .sealer import newest_head
from .statement import SealedStatement
from .store import DATA, sealed_folder

MM: Final = 72 / 25.4  # points
CODE_SIDE: Final = 62.0  # mm with the quiet zone of 4 modules: 0.8 mm a module at version 13; two fill the width
_QUIET: Final = 4
_MARGIN: Final = 10.0  # mm
_GAP: Final = 6.0  # mm between the columns of numbers
_SIZE: Final = 7.5  # points of small text


@dataclass(frozen=True)
class SlipContent:
    """What a slip shows.

    Attributes:
        statement: of the station.
        template: its form.
        code: the signed code of the statement.
        holder: who sealed it by the roll; None where the key is in none.
        head: of the device's log, as it was signed last; None leaves it out.
    """

    statement: SealedStatement
    template: Template
    code: StationCode
    holder: KeyHolder | None
    head: LogHead | None

    @property
    def sms(self) -> str:
        """The SMS line of the statement."""
        return sms_line(self.statement, self.template)


def slip_contents(folder: Path, station: str, key: DeviceKey) -> tuple[SlipContent, ...]:
    """The newest statement of a key about each form of a station, the one that was sealed last at the end.

    Args:
        folder: of results.
        station: its code.
        key: that sealed the statements, since it signs their codes.

    Raises:
        WrongUse: nothing about the station is sealed, or another key sealed it.
        FolderDamaged: the sealed part is damaged.
        TemplateError: the form that was sealed is missing or damaged.
    """
    store = sealed_folder(folder)
    sealed = [one for one in store.everything() if one.kind == "station" and one.area == station]
    if not sealed:
        raise WrongUse("nothing_sealed", folder=folder)
    mine = {one.body["template"]["id"]: one for one in sealed if one.keyid == key.id}  # in the order of their numbers
    if not mine:
        raise WrongUse("slip_other_key", station=station)
    roll, head = store.roll(), newest_head(store.statements(key.id))
    holder = roll.holder(key.id) if roll else None
    found: list[SlipContent] = []
    for one in sorted(mine.values(), key=lambda one: one.stamp.counter):
        form = template.load(store.path / DATA / _form_of(one))
        found.append(SlipContent(one, form, station_code(one, form, key), holder, head))
    return tuple(found)


def _form_of(statement: SealedStatement) -> str:
    """The name of the form that was sealed with a station's statement."""
    said = statement.body["template"]
    names = (file.name for file in statement.subjects if file.sha256 == said["sha256"])
    return next((name for name in names if name.startswith(f"{TEMPLATES}/")), f"{TEMPLATES}/{said['id']}.yaml")


def slip_pdf(content: SlipContent, language: Language) -> bytes:
    """The slip as a PDF file of one A5 page; the code stands there twice, as a finger or a cable may cover one."""

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
    canvas.drawString(left, y - 13, said("slip_provisional"))
    form = getattr(content.template.title, language)
    canvas.setFont("Helvetica", 8)
    canvas.drawString(left, y - 24, simpleSplit(said("slip_form", form=form), "Helvetica", 8, width - 2 * left)[0])
    y -= 28 + CODE_SIDE * MM
    for x in (width / 2 - CODE_SIDE * MM, width / 2):
        _code(canvas, content.code.text, x, y)
    person = content.holder.person if content.holder else said("slip_unknown")
    at = statement.stamp.at.replace("T", " ").removesuffix("Z")
    seal = [said("slip_by", person=person, at=at), said("slip_key", key=short(statement.keyid))]
    seal.append(said("slip_statement", statement=short(statement.id)))
    seal += [said("slip_head", head=content.head.spoken)] if content.head else []
    low = _MARGIN * MM + 62
    _numbers(canvas, content, language, y - 4, low + 40)
    for line in reversed([*seal[:1], "   ".join(seal[1:3]), *seal[3:], said("slip_sms")]):
        canvas.setFont("Helvetica", _SIZE)
        canvas.drawString(left, low + 9, line)
        low += 9
    canvas.setFont("Courier", 7)
    canvas.drawString(left, _MARGIN * MM + 62, content.sms)
    canvas.setFont("Helvetica", 8)
    canvas.drawString(left, _MARGIN * MM + 46, said("slip_sign"))
    for row in range(2):
        for column in range(3):
            x = left + column * (width - 2 * left) / 3
            canvas.line(x, _MARGIN * MM + 20 * row + 2, x + (width - 2 * left) / 3 - 8, _MARGIN * MM + 20 * row + 2)
    canvas.save()
    return into.getvalue()


def _numbers(canvas: Canvas, content: SlipContent, language: Language, top: float, bottom: float) -> None:
    """The counts of the form in two columns, as large as there is room; labels are cut to one line."""
    labels: Mapping[str, str] = {field.id: getattr(field.label, language) for field in content.template.fields}
    values = list((content.code.values(content.template) or {}).items())
    rows = max(1, (len(values) + 1) // 2)
    step = min(13.0, (top - bottom) / rows)
    size = min(8.5, step * 0.8)
    wide = (A5[0] - (2 * _MARGIN + _GAP) * MM) / 2
    for index, (name, value) in enumerate(values):
        column, row = divmod(index, rows)
        x, y = _MARGIN * MM + column * (wide + _GAP * MM), top - step * (row + 1)
        shown = filled(SLIP["slip_unread"], language, {}) if value is None else str(value)
        canvas.setFont("Helvetica-Bold", size)
        canvas.drawRightString(x + wide, y, shown)
        room = wide - canvas.stringWidth(shown, "Helvetica-Bold", size) - 4
        canvas.setFont("Helvetica", size)
        label = labels[name]
        while canvas.stringWidth(label, "Helvetica", size) > room:
            label = label[:-2].rstrip(" .") + "."
        canvas.drawString(x, y, label)


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
