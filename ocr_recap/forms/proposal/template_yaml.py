"""Writes a proposal for people: a YAML file with names to fill in, and a picture that shows the named parts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

import cv2
import numpy as np

from ...imaging.arrays import ColorImage
from .labels import ids_of
from .proposal import Grid, Proposal, ProposedNumber

_GREEN, _BLUE, _ORANGE, _RED, _VIOLET = (40, 140, 20), (200, 90, 20), (0, 120, 230), (30, 30, 210), (190, 120, 170)
# Beginning of the YAML file.
_HEAD: Final = """\
# Proposal of `ocr-recap templates new`, measured on {names}. What to do now (ocr-recap docs new-form):
#  1. Open the picture beside this file. Delete what is no number; correct what was missed.
#  2. Give the form a title, and a label to every number that has none, in Indonesian (id), English (en) or both; give
#     the numbers ids of your own (letters, digits, _) where the proposed ones do not say what they are.
#  3. Write `private` regions (names, signatures) and rules. Then: ocr-recap templates check {file}
schema_version: 1
id: {id}
title: {{id: }}
source: >-
  Measured by program on {names}{size}.
paper: {{width: {width:g}, height: {height:g}{printed}}}
"""
# End of the YAML file.
_TAIL: Final = """
# Sums that the form itself demands; grammar: ocr-recap docs templates.
rules: []
#  - {id: total, text: "number_3 = number_1 + number_2", strength: exact, basis: "form, line ..."}
"""


def names_of(pages: Sequence[Proposal]) -> list[list[str]]:
    """Ids of the numbers of each page, by their labels; number_1, number_2, ... where a number has no label."""
    names: list[list[str]] = []
    for page in pages:
        taken = frozenset(name for ids in names for name in ids)
        names.append(ids_of([number.label for number in page.numbers], len(taken) + 1, taken))
    return names


def to_yaml(pages: Sequence[Proposal], form: str, file: str, names: str) -> str:
    """Write the template file with empty names, which `templates check` reports until they are filled in.

    Args:
        pages: in their order; all get the paper size of the first.
        form: the template's id.
        file: name of the YAML file, for its heading.
        names: of the pictures that were measured.
    """
    width, height = pages[0].paper
    true = pages[0].printed
    size = f", {true[0]:g} x {true[1]:g} mm" if true else "; its true size is not known"
    printed = f", printed: {_list(true)}" if true else ""
    head = {
        "names": names,
        "file": file,
        "id": form,
        "width": width,
        "height": height,
        "size": size,
        "printed": printed,
    }
    lines = [_HEAD.format(**head), "pages:"]
    for number, page in enumerate(pages, 1):
        lines += _page(page, str(number))
    lines += ["", "fields:"]
    for number, (page, ids) in enumerate(zip(pages, names_of(pages), strict=True), 1):
        for i, field in zip(ids, page.numbers, strict=True):
            lines += _field(field, i, str(number))
        for grid in page.grids:
            lines.append(f"  # A tally grid on page {number} whose number was not found: {_tally(grid)}")
    return "\n".join(lines) + "\n" + _TAIL


def _page(page: Proposal, number: str) -> Iterator[str]:
    yield f'  - id: "{number}"'
    yield f'    title: {{id: "Halaman {number}", en: "Page {number}"}}'
    if page.marks:
        yield "    markers:"
        if page.tag:
            tag = page.tag
            yield (
                f"      tag: {{family: apriltag_36h10, id: {tag.id}, center: {_list(tag.center)}, side: {tag.side}, "
                f"rotation: {tag.rotation}}}"
            )
        corners = ", ".join(
            f"{k}: {_list(v)}" for k, v in zip(("tl", "tr", "br", "bl"), page.marks.centers, strict=True)
        )
        yield f"      corners: {{kind: staircase, square: {page.marks.square}, {corners}}}"
    else:
        yield "    find: lines  # no four corner marks were found"
        if page.tag:
            yield f"    # AprilTag {page.tag.id} at {_list(page.tag.center)}: of use only together with corner marks"
    yield "    private: []"
    yield "    #  - {id: signatures, rect: [x0, y0, x1, y1]}"
    yield "    printed:" if page.strokes or page.texts else "    printed: []"
    for s in page.strokes:
        shade = f", gray: {s.gray}" if s.gray > 0.25 else ""
        yield f"      - {{line: {_list((s.x0, s.y0, s.x1, s.y1))}, width: {s.width}{shade}}}"
    for line in page.texts:
        place = _list((round(line.x0, 2), round(line.baseline, 2)))
        bold = ", bold: true" if line.bold else ""
        yield f"      - {{text: {_quoted(line.text)}, at: {place}, size: {max(line.height, 0.01):.2f}{bold}}}"


def _field(number: ProposedNumber, name: str, page: str) -> Iterator[str]:
    yield f"  - id: {name}"
    yield f'    page: "{page}"'
    if name.startswith("date_"):
        yield "    role: date"
    yield f"    label: {{id: {_quoted(number.label.text) if number.label.text else ''}}}"
    cells = f"box: {_list(number.box)}, count: {number.count}, pitch: {number.pitch:g}, line: {number.line:g}"
    yield f"    cells: {{{cells}}}"
    if number.bubbles or number.tally:
        yield "    witnesses:"
    if number.bubbles:
        first, pitch, radius = number.bubbles.first, number.bubbles.pitch, number.bubbles.radius
        yield f"      - {{kind: bubbles, first: {_list(first)}, pitch: {_list(pitch)}, radius: {radius:g}}}"
    if number.tally:
        yield f"      - {_tally(number.tally)}"
        if number.totals:
            grid = number.totals
            yield (
                f"      - {{kind: row_totals, grid: {_list(grid.rect)}, rows: {grid.rows}, cells: {grid.columns}, "
                f"line: {max(grid.width, 0.05):g}, gray: {grid.gray:g}}}"
            )


def _tally(grid: Grid) -> str:
    return (
        f"{{kind: tally, grid: {_list(grid.rect)}, rows: {grid.rows}, columns: {grid.columns}, "
        f"line: {max(grid.width, 0.05):g}, gray: {grid.gray:g}}}"
    )


def _quoted(text: str) -> str:
    """A text in YAML, in quotation marks."""
    return json.dumps(text[:200], ensure_ascii=False)


def _list(values: Sequence[float]) -> str:
    return "[" + ", ".join(f"{v:g}" for v in values) + "]"


def image_of(page: Proposal, ids: Sequence[str]) -> ColorImage:
    """Draw the proposal on the pale sheet: boxes and bubbles green with their ids, tally grids blue, row totals orange,
    other lines violet, markers red; (h, w, 3) uint8 BGR."""
    pale = 255 - (255 - page.gray.astype(np.int16)) // 2
    image = np.ascontiguousarray(np.repeat(pale.astype(np.uint8)[:, :, None], 3, axis=2))
    thick = max(1, round(min(page.gray.shape) / 900))

    def at(x: float, y: float) -> tuple[int, int]:
        return round(x * page.scale - 0.5), round(y * page.scale - 0.5)

    for s in page.strokes:
        cv2.line(image, at(s.x0, s.y0), at(s.x1, s.y1), _VIOLET, thick, cv2.LINE_AA)
    for number in page.numbers:
        if number.tally:
            _draw_grid(image, number.tally, page.scale, _BLUE, thick)
        if number.totals:
            _draw_grid(image, number.totals, page.scale, _ORANGE, thick)
    for grid in page.grids:
        _draw_grid(image, grid, page.scale, _RED, thick)
    for name, number in zip(ids, page.numbers, strict=True):
        x, y, w, h = number.box
        for i in range(number.count):
            left = x + i * number.pitch
            cv2.rectangle(image, at(left, y), at(left + w, y + h), _GREEN, 2 * thick, cv2.LINE_AA)
        if number.bubbles:
            (x0, y0), (across, down) = number.bubbles.first, number.bubbles.pitch
            for i, digit in np.ndindex(number.count, 10):
                center = at(x0 + i * across, y0 + digit * down)
                cv2.circle(image, center, round(number.bubbles.radius * page.scale), _GREEN, thick, cv2.LINE_AA)
        size = 0.045 * page.scale * min(w, h)
        _label(image, name, at(x, y), min(max(size, 0.35), 1.0), thick)
    if page.tag:
        half = page.tag.side / 2
        x, y = page.tag.center
        cv2.rectangle(image, at(x - half, y - half), at(x + half, y + half), _RED, 3 * thick)
    for x, y in page.marks.centers if page.marks else ():
        cv2.circle(image, at(x, y), round(1.6 * page.scale * (page.marks.square if page.marks else 1)), _RED, 3 * thick)
    return image


def _label(image: ColorImage, text: str, corner: tuple[int, int], size: float, thick: int) -> None:
    place = corner[0], corner[1] - 3 * thick
    cv2.putText(image, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, (255, 255, 255), 4 * thick, cv2.LINE_AA)
    cv2.putText(image, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, _GREEN, thick, cv2.LINE_AA)


def _draw_grid(image: ColorImage, grid: Grid, scale: float, color: tuple[int, int, int], thick: int) -> None:
    x0, y0, x1, y1 = (v * scale - 0.5 for v in grid.rect)
    for i in range(grid.rows + 1):
        y = round(y0 + (y1 - y0) * i / grid.rows)
        cv2.line(image, (round(x0), y), (round(x1), y), color, thick, cv2.LINE_AA)
    for i in range(grid.columns + 1):
        x = round(x0 + (x1 - x0) * i / grid.columns)
        cv2.line(image, (x, round(y0)), (x, round(y1)), color, thick, cv2.LINE_AA)
