"""Pictures for people: results drawn on the photo, and the rectified page.

Names and signatures (the template's private regions) are covered before anything is drawn (`private_regions`). On a
photo without a located page their place is unknown, so such a photo is only shown too coarse to be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ..forms.template import Template
from ..forms.template import load as load_template
from ..imaging.arrays import ColorImage, FloatArray
from ..imaging.homography import project
from ..imaging.photo import Source, load_color
from ..messages.errors import TemplateError
from ..records.field_record import BubbleEvidence, FieldRecord, FieldStatus
from ..records.record import PagePlace, Record
from .pictures import save, unbend, warp
from .private_regions import cover, cover_around, cover_others
from .tally_overlay import number

__all__ = ["STATUS_COLORS", "form_of", "overlay", "rectified", "save"]

LONG_SIDE = 2000  # px: longer side of a picture; a box of a page that fills the photo is then 45 px wide; by judgement
NOTICE = "PROVISIONAL - paper prevails  |  SEMENTARA - formulir kertas yang berlaku"  # on every picture
# BGR of Okabe and Ito's palette, which people with any colour vision can distinguish; a sign repeats the status.
# A number that is not in the photo is not drawn.
STATUS_COLORS: dict[FieldStatus, tuple[int, int, int]] = {
    "accepted": (115, 158, 0),
    "review": (0, 138, 230),
    "blank": (120, 120, 120),
}
_PAGE_COLOR = (178, 114, 0)  # BGR of the page's outline, of the same palette
_INK = (40, 40, 40)  # BGR of text
_AROUND = 0.03  # margin around the paper, as a share of its longer side; by judgement
_SIZES = (0.6, 0.45, 0.3, 0.2)  # heights of labels to try, in heights of a box; by judgement
_SMALLEST_TEXT = 12  # px: least height of text; by judgement
_COARSE_BLOCKS = 40  # blocks on the longer side of a photo without a page: too few to read any writing; by judgement


def overlay(record: Record, source: Source, template: Template | None = None) -> ColorImage:
    """The photo with page outline, boxes, filled bubbles, lines of words, counted strokes and readings drawn on it.

    Args:
        record: what was read.
        source: the photo: path, bytes, or an (h, w, 3) BGR or (h, w) gray uint8 array.
        template: the form; by default the one that the record names.

    Returns:
        (h, w, 3) uint8 BGR, cut to the paper and turned by quarters so that it reads upright, at most 2,000 px high or
        wide below the notice. Private regions and everything beside the paper are gray. A record without a page gives
        a coarse picture with the record's problems.

    Raises:
        ocr_recap.messages.problems.PhotoProblem: the photo cannot be decoded.
        ocr_recap.messages.errors.TemplateError: the record's form is not at hand; pass `template`.
    """
    if record.page is None:
        return _unlocated(record, load_color(source, record.photo.frame))
    form = template or form_of(record)
    matrix = np.array(record.page.homography)
    picture, to_picture = _fit(load_color(source, record.photo.frame), matrix, form)
    cover(picture, form, record.page, to_picture @ matrix)
    cover_others(picture, form, record.page, to_picture, lambda name: form_of(record, name))
    cover_around(picture, form, record.page, to_picture @ matrix)
    marks = form.page(record.page.page).markers.corners
    paper = np.array([[0, 0], [form.paper.width, 0], [form.paper.width, form.paper.height], [0, form.paper.height]])
    around = _sides(paper.astype(np.float64) if marks is None else marks.centers)
    _outline(picture, project(to_picture @ matrix, record.page.moved(around)), _PAGE_COLOR, 2)
    shown = {name: field for name, field in record.fields.items() if field.evidence is not None}
    for field_id, field in shown.items():
        _witnesses(picture, form, field_id, field, record.page, to_picture)
    quads = {name: project(to_picture, np.array(field.quad)) for name, field in shown.items()}
    taken = _outlines(form, record.page, shown, quads, to_picture)
    words = [field.evidence.words for field in shown.values() if field.evidence and field.evidence.words]
    taken += [project(to_picture, np.array(line)) for said in words for line in said.lines]
    for name, field in shown.items():
        _label(picture, field, taken, quads[name])
    where = f"{record.photo.label}  |  {form.id}, page {record.page.page}"
    return _with_notice(picture, where)


def rectified(
    page: PagePlace, source: Source, pixels_per_mm: float = 5.0, template: Template | None = None, frame: int = 0
) -> ColorImage:
    """The rectified page, private regions gray.

    Args:
        page: the placement of the page on the photo.
        source: the photo: path, bytes, or an (h, w, 3) BGR or (h, w) gray uint8 array.
        pixels_per_mm: resolution in nominal millimetres of the page.
        template: the form; by default the package's own of the page's template id.
        frame: of a file with several frames, from 0.

    Returns:
        (h, w, 3) uint8 BGR; millimetre (x, y) lies at pixel (x, y) * pixels_per_mm - 0.5.

    Raises:
        ValueError: `pixels_per_mm` is not above 0 and at most 40.
        ocr_recap.messages.problems.PhotoProblem: the photo cannot be decoded.
        ocr_recap.messages.errors.TemplateError: the page's form is not at hand; pass `template`.
    """
    if not 0 < pixels_per_mm <= 40:
        raise ValueError(f"pixels_per_mm must be above 0 and at most 40, not {pixels_per_mm}")
    form = template or load_template(page.template)
    to_mm = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, pixels_per_mm]], dtype=np.float64) / pixels_per_mm
    size = round(form.paper.width * pixels_per_mm), round(form.paper.height * pixels_per_mm)
    matrix = np.array(page.homography)
    photo = load_color(source, frame)
    cover_others(photo, form, page, np.eye(3), load_template)
    if page.shape is None:
        picture = warp(photo, matrix @ to_mm, size)
    else:
        picture = unbend(photo, matrix, to_mm, page.moved, size)
    cover(picture, form, page.model_copy(update={"shape": None}), np.linalg.inv(to_mm).astype(np.float64))
    return picture


def form_of(record: Record, name: str | None = None) -> Template:
    """Load the template that a record was read with, from the package or from a file among the record's options.

    Args:
        record: whose options name template files.
        name: id of another template; by default that of the record's page.

    Raises:
        ocr_recap.messages.errors.TemplateError: the template cannot be found.
    """
    assert record.page is not None
    name = name or record.page.template
    for source in record.provenance.options.get("templates", ()):
        try:
            form = load_template(str(source))
        except TemplateError:
            continue
        if form.id == name:
            return form
    return load_template(name)


# --- geometry ---------------------------------------------------------------------------------------------------


def _fit(photo: ColorImage, homography: FloatArray, form: Template) -> tuple[ColorImage, FloatArray]:
    """Cut out the page, turn it upright and shrink it: the picture, and the matrix from photo to picture pixels."""
    paper = form.paper
    middle, down = project(homography, np.array([[paper.width, paper.height], [paper.width, 2 * paper.height]]) / 2)
    dx, dy = down - middle
    turns = round(float(np.arctan2(dx, dy)) / (np.pi / 2)) % 4  # quarter turns of the page against the photo
    x0, y0, x1, y1 = _page_area(photo, homography, form)
    photo = photo[y0:y1, x0:x1]
    height, width = photo.shape[:2]
    back = np.array([[1.0, 0, -x0], [0, 1, -y0], [0, 0, 1]])
    for _ in range(turns):
        # One clockwise quarter: old (x, y) becomes (height - 1 - y, x).
        back = np.array([[0, -1, height - 1], [1, 0, 0], [0, 0, 1]]) @ back
        height, width = width, height
    upright = np.ascontiguousarray(np.rot90(photo, -turns))
    factor = min(1.0, LONG_SIDE / max(height, width))
    size = max(1, round(width * factor)), max(1, round(height * factor))
    sx, sy = size[0] / width, size[1] / height
    scale = np.array([[sx, 0, sx / 2 - 0.5], [0, sy, sy / 2 - 0.5], [0, 0, 1]])
    return np.asarray(cv2.resize(upright, size, interpolation=cv2.INTER_AREA), dtype=np.uint8), scale @ back


def _page_area(photo: ColorImage, homography: FloatArray, form: Template) -> tuple[int, int, int, int]:
    """The part of the photo that shows the paper, with a small margin: left, top, right, bottom in px."""
    width, height = form.paper.width, form.paper.height
    paper = project(homography, np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float64))
    low, high = paper.min(axis=0), paper.max(axis=0)
    margin = _AROUND * float((high - low).max())
    limit = np.array(photo.shape[1::-1])
    x0, y0 = np.clip(np.floor(low - margin), 0, limit - 1).astype(int)
    x1, y1 = np.clip(np.ceil(high + margin), [x0 + 1, y0 + 1], limit).astype(int)
    return int(x0), int(y0), int(x1), int(y1)


def _filled(
    form: Template, field_id: str, said: BubbleEvidence | None, page: PagePlace, matrix: FloatArray
) -> list[tuple[tuple[int, int], int]]:
    """Centre and radius, in picture pixels, of each bubble that was read as filled."""
    described = next((f for f in form.fields if f.id == field_id), None)
    bubbles = described.bubbles if described else None
    if described is None or bubbles is None or said is None:
        return []
    found: list[tuple[tuple[int, int], int]] = []
    centers = bubbles.centers(described.cells.count)
    for column, (mark, _) in zip(centers, said.columns, strict=False):
        if not (mark.isdecimal() and len(mark) == 1):
            continue
        places = np.array([column[int(mark)], column[int(mark)] + [bubbles.radius, 0]])
        center, edge = project(matrix, page.moved(places))
        radius = max(3, round(float(np.linalg.norm(edge - center)) * 1.25))
        found.append(((round(center[0]), round(center[1])), radius))
    return found


# --- drawing ----------------------------------------------------------------------------------------------------


def _witnesses(
    picture: ColorImage, form: Template, field_id: str, field: FieldRecord, page: PagePlace, to_picture: FloatArray
) -> None:
    """Draw the boxes, filled bubbles, lines of words and counted strokes of a number that is in the photo."""
    evidence, color = field.evidence, STATUS_COLORS[field.status]
    if evidence is None:
        return
    for cell in evidence.digits.cells:
        _outline(picture, project(to_picture, np.array(cell.quad)), color, 2)
    for place, radius in _filled(form, field_id, evidence.bubbles, page, to_picture @ np.array(page.homography)):
        cv2.circle(picture, place, radius, color, 3, cv2.LINE_AA)
    for line in evidence.words.lines if evidence.words else ():
        _outline(picture, project(to_picture, np.array(line)), color, 1)
    tally = evidence.tally
    if tally is not None and tally.quad is not None:
        number(picture, tally, project(to_picture, np.array(tally.quad)))


def _sides(corners: FloatArray) -> FloatArray:
    """Points along the sides of a rectangle of the page, since the sides are curves on bent paper."""
    along = np.linspace(0, 1, 16, endpoint=False)[:, None]
    return np.concatenate([a + along * (b - a) for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)])


def _pixels(points: FloatArray) -> NDArray[np.int32]:
    return np.rint(np.clip(points, -1e5, 1e5)).astype(np.int32)


def _outline(picture: ColorImage, points: FloatArray, color: tuple[int, int, int], width: int) -> None:
    cv2.polylines(picture, [_pixels(points)], True, color, width, cv2.LINE_AA)


def _label(picture: ColorImage, field: FieldRecord, taken: list[FloatArray], quad: FloatArray) -> None:
    """Draw the sign and the text of a number on a plate in the free space nearest to its boxes.

    Args:
        picture: changed in place.
        field: the number.
        taken: points (n, 2), px, around all boxes, bubbles and grids, and labels so far; the new label is added.
        quad: (4, 2) the number's boxes.
    """
    color = STATUS_COLORS[field.status]
    cell = float(np.linalg.norm(quad[3] - quad[0]))
    text = "" if field.status == "blank" else ("-" if field.value is None else str(field.value))
    for share in _SIZES:
        plate = _plate(text, round(max(_SMALLEST_TEXT, share * cell)), color, field.status)
        place = _free_place(picture, plate, quad, taken)
        if place is not None:
            break
    else:
        return  # no place without writing below it: the number's boxes have its colour
    left, top = place
    _paste(picture, plate, left, top)
    height, width = plate.shape[:2]
    taken.append(np.array([[left, top], [left + width, top + height]], dtype=np.float64))


def _free_place(
    picture: ColorImage, plate: ColorImage, quad: FloatArray, taken: Sequence[FloatArray]
) -> tuple[int, int] | None:
    """Left and top of a place for a plate beside boxes, which covers nothing that is taken; None without one.

    Places right of the boxes come first, where forms have more room, then left, above and below them.
    """
    height, width = plate.shape[:2]
    (x0, y0), (x1, y1) = quad.min(axis=0), quad.max(axis=0)
    gap, middle = max(3, round(0.1 * (y1 - y0))), (y0 + y1 - height) / 2
    sides = [(x1 + gap, middle), (x0 - gap - width, middle)]
    above = [(x, y) for y in (y0 - gap - height, y1 + gap) for x in (x0, x1 - width)]
    for x, y in (*sides, *above):
        left, top = round(float(x)), round(float(y))
        inside = 0 <= left <= picture.shape[1] - width and 0 <= top <= picture.shape[0] - height
        if inside and not any(_overlaps(left, top, width, height, outline) for outline in taken):
            return left, top
    return None


def _overlaps(left: int, top: int, width: int, height: int, outline: FloatArray) -> bool:
    """True when a rectangle and a convex outline (n, 2) share a place, with a distance of a pixel around."""
    low, high = outline.min(axis=0) - 1, outline.max(axis=0) + 1
    return bool(left < high[0] and left + width > low[0] and top < high[1] and top + height > low[1])


def _outlines(
    form: Template, page: PagePlace, fields: Iterable[str], quads: Mapping[str, FloatArray], to_picture: FloatArray
) -> list[FloatArray]:
    """Outlines (n, 2) in px of everything on a page that people write: boxes, bubbles, tally grids, row totals."""
    found = list(quads.values())
    matrix = to_picture @ np.array(page.homography)
    wanted = set(fields)
    for field in form.fields_of(page.page):
        areas: list[tuple[float, float, float, float]] = []
        if field.id not in wanted:
            areas.append(field.cells.outline())
        if field.bubbles is not None:
            centers, radius = field.bubbles.centers(field.cells.count).reshape(-1, 2), field.bubbles.radius
            (x0, y0), (x1, y1) = centers.min(axis=0) - radius, centers.max(axis=0) + radius
            areas.append((float(x0), float(y0), float(x1), float(y1)))
        areas += [part.grid for part in (field.tally, field.row_totals) if part is not None]
        for x0, y0, x1, y1 in areas:
            corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=np.float64)
            found.append(project(matrix, page.moved(_sides(corners))))
    return found


def _plate(text: str, size: int, color: tuple[int, int, int], status: FieldStatus) -> ColorImage:
    sign = size
    rendered = _text(text, size, (255, 255, 255), color) if text else np.zeros((0, 0, 3), np.uint8)
    height = round(size * 1.15)
    plate = np.empty((height, sign + rendered.shape[1] + 6, 3), np.uint8)
    plate[:] = color
    middle, white = height // 2, (255, 255, 255)
    if status == "accepted":
        tick = np.array([[3, middle], [sign // 3 + 2, height - 4], [sign - 1, 3]], np.int32)
        cv2.polylines(plate, [tick], False, white, 2, cv2.LINE_AA)
    elif status == "review":
        _paste(plate, _text("?", size, white, color), 3, (height - _text("?", size, white, color).shape[0]) // 2)
    else:
        cv2.line(plate, (4, middle), (sign - 2, middle), white, 2)
    if text:
        _paste(plate, rendered, sign + 3, (height - rendered.shape[0]) // 2)
    return plate


def _text(text: str, size: int, color: tuple[int, int, int], ground: tuple[int, int, int]) -> ColorImage:
    font = ImageFont.load_default(size=size)
    left, _, right, _ = font.getbbox(text)
    image = Image.new("RGB", (max(1, int(right - left) + 2), round(size * 1.15)), ground[::-1])
    ImageDraw.Draw(image).text((1 - left, round(size * 0.93)), text, fill=color[::-1], font=font, anchor="ls")
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def _paste(picture: ColorImage, patch: ColorImage, left: int, top: int) -> None:
    height, width = picture.shape[:2]
    left = max(0, min(left, width - patch.shape[1]))
    top = max(0, min(top, height - patch.shape[0]))
    area = picture[top : top + patch.shape[0], left : left + patch.shape[1]]
    area[:] = patch[: area.shape[0], : area.shape[1]]


def _with_notice(picture: ColorImage, where: str) -> ColorImage:
    """Add the notice that all numbers are provisional, and the name of the photo, on top of the picture."""
    width = picture.shape[1]
    size = max(10, min(26, width // 46))
    head = np.full((round(size * 3.4), width, 3), 250, np.uint8)
    _paste(head, _text(NOTICE, size, _INK, (250, 250, 250))[:, :width], size, round(size * 0.4))
    _paste(head, _text(where, size, _INK, (250, 250, 250))[:, :width], size, round(size * 1.8))
    return np.vstack([head, picture])


def _unlocated(record: Record, photo: ColorImage) -> ColorImage:
    height, width = photo.shape[:2]
    factor = _COARSE_BLOCKS / max(height, width)
    blocks = max(1, round(width * factor)), max(1, round(height * factor))
    coarse = cv2.resize(photo, blocks, interpolation=cv2.INTER_AREA)
    scale = max(1, 1000 // _COARSE_BLOCKS)
    size = blocks[0] * scale, blocks[1] * scale
    picture = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
    codes = ", ".join(problem.code for problem in record.problems)
    return _with_notice(picture, f"{record.photo.label}  |  {codes or 'no form'}")
