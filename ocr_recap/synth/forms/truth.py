"""Truth of a synthetic photo: what was written and where it lies, one JSON object per photo.

The format is that of a hand-read truth file: `fields` with text, value and quads, `bubbles`, `tallies`, `row_sums`,
`consistent`; with the further keys `template`, `page`, `writer`, `defects`, `seed`. docs/reference/synthesis.md
describes every key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...decide.evidence import interpret
from ...forms.fields import FormField, RowTotals, Tally
from ...forms.print_items import Rect
from ...forms.template import Template
from ...imaging.arrays import FloatArray
from ...imaging.homography import project
from ..writing.marks import TallyMarks
from .fill import FieldWriting, row_boxes

Way = Callable[[FloatArray], FloatArray]


def truth(
    template: Template,
    page_id: str,
    writing: Mapping[str, FieldWriting],
    way: FloatArray | Way,
    name: str,
    size: tuple[int, int],
    *,
    visible: Callable[[Rect], float] | None = None,
    pages: Mapping[str, FieldWriting] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Build the truth of one photo.

    Args:
        template: the form.
        page_id: page on the photo.
        writing: writing by field id.
        way: map from nominal millimetres (n, 2) to photo px (n, 2); a homography (3, 3) for flat paper.
        name: name of the photo without its ending.
        size: (width, height) of the photo, px.
        visible: function from a rectangle (mm) to the share of it that the photo shows; adds `visible` to every field.
        pages: writing on all pages; adds to `consistent` whether all rules hold, and whether strokes, row totals and
            bubbles give the same numbers as the digits.
        more: further keys, such as `writer`, `defects`, `seed`.
    """
    to_photo = _way(way)
    fields: list[dict[str, Any]] = []
    bubbles: dict[str, Any] = {}
    tallies: dict[str, Any] = {}
    in_words: dict[str, Any] = {}
    row_sums: list[dict[str, Any]] = []
    for field in template.fields_of(page_id):
        said = writing.get(field.id, FieldWriting(""))
        fields.append(_fact(field, said, to_photo, visible))
        if field.bubbles:
            bubbles[field.id] = _bubbles(field, said, to_photo)
        _strokes(field, said, to_photo, tallies, row_sums)
        if field.words:
            in_words[field.id] = _in_words(said, field.words.rect, to_photo)
    return {
        "name": name,
        "family": f"C.HASIL-PPWP-2024-p{page_id}" if template.id == "c-hasil-ppwp-2024" else template.id,
        "template": template.id,
        "page": page_id,
        "width": size[0],
        "height": size[1],
        "fields": fields,
        "bubbles": bubbles,
        "tallies": tallies,
        "row_sums": row_sums,
        **({"words": in_words} if in_words else {}),
        "consistent": _consistent(template, page_id, fields, writing, pages),
        **more,
    }


def _fact(
    field: FormField, said: FieldWriting, to_photo: Way, visible: Callable[[Rect], float] | None
) -> dict[str, Any]:
    """What is written in the boxes of one number, and where they lie."""
    text = said.text.ljust(field.cells.count)
    rects = field.cells.rects()
    fact: dict[str, Any] = {
        "id": field.id,
        "cells": field.cells.count,
        "text": text,
        "value": interpret(text)[1],
        "quad": _corners(to_photo, field.cells.outline()),
        "cell_quads": [_corners(to_photo, rect) for rect in rects],
        "note": _note(said),
    }
    if said.struck:
        fact["struck_out"] = {"kind": said.struck.kind, "text": said.struck.text}
    if said.unused:
        fact["unused"] = said.unused
    if said.manners:
        fact["manners"], fact["was"] = list(said.manners), said.was
    if visible:
        fact["visible"] = round(min(visible(rect) for rect in rects), 3)
    return fact


def _way(way: FloatArray | Way) -> Way:
    if callable(way):
        return way
    homography = way
    return lambda points: project(homography, points)


def _note(said: FieldWriting) -> str:
    """Corrections in words: which digit replaced which."""
    if said.struck:
        return f"{said.struck.text} struck out, beside it {said.text.strip()}"
    words = {
        "struck": "struck, beside it",
        "overwritten": "overwritten with",
        "rewritten": "written over with",
        "amended": "changed into",
        "fluid": "under correction fluid, on it",
    }
    pairs = zip(said.manners, said.was, said.text, strict=False)
    return "; ".join(f"cell {i}: {was} {words[m]} {char}" for i, (m, was, char) in enumerate(pairs) if m in words)


def filled(said: FieldWriting) -> list[int | None]:
    """Marked digit of each column; None for no mark, and for several marks of which none was erased."""
    columns: list[int | None] = []
    for i, digits in enumerate(said.bubbles or ()):
        kinds = said.bubble_kinds[i] if said.bubble_kinds else ("full",) * len(digits)
        valid = [digit for digit, kind in zip(digits, kinds, strict=True) if kind != "erased"]
        columns.append(valid[0] if len(valid) == 1 else None)
    return columns


def _bubbles(field: FormField, said: FieldWriting, to_photo: Way) -> dict[str, Any]:
    assert field.bubbles
    count = field.cells.count
    centers = to_photo(field.bubbles.centers(count).reshape(-1, 2)).reshape(count, 10, 2)
    fact: dict[str, Any] = {
        "filled": filled(said) or [None] * count,
        "centers": np.round(centers, 2).tolist(),
    }
    if said.bubbles_struck:
        fact["struck_out"] = True
    if said.bubble_kinds:
        fact["marks"] = [
            [{"digit": digit, "kind": kind} for digit, kind in zip(digits, kinds, strict=True)]
            for digits, kinds in zip(said.bubbles or (), said.bubble_kinds, strict=True)
        ]
    return fact


def _strokes(
    field: FormField,
    said: FieldWriting,
    to_photo: Way,
    tallies: dict[str, Any],
    row_sums: list[dict[str, Any]],
) -> None:
    """Add the writing beside the boxes of one field: strokes and row totals."""
    for witness in field.witnesses:
        if isinstance(witness, Tally):
            fact: dict[str, Any] = {
                "count": _count(said),
                "grid_rows": witness.rows,
                "grid_cols": witness.columns,
                "grid_quad": _corners(to_photo, witness.grid),
            }
            if said.strokes:
                fact |= {"rows": list(said.strokes.rows), "cells": [list(row) for row in said.strokes.cells]}
                fact |= {"bundle": said.strokes.bundle, "cancel": said.strokes.cancel}
                fact |= _struck_space(said.strokes, witness)
            tallies[field.id] = fact
        elif isinstance(witness, RowTotals) and said.row_texts is not None:
            for row, (text, boxes) in enumerate(zip(said.row_texts, row_boxes(witness), strict=False), 1):
                if text.strip():
                    outline = (*boxes[0][:2], *boxes[-1][2:])
                    value = interpret(text)[1]
                    quad = _corners(to_photo, outline)
                    row_sums.append(
                        {
                            "field": field.id,
                            "row": row,
                            "cells": witness.cells,
                            "text": text,
                            "value": value,
                            "quad": quad,
                        }
                    )
        elif isinstance(witness, RowTotals):
            row_sums += [
                {"field": field.id, "row": row, "text": str(value), "value": value}
                for row, value in enumerate(said.row_totals or (), 1)
            ]


def _in_words(said: FieldWriting, rect: Rect, to_photo: Way) -> dict[str, Any]:
    """What stands in the space for words; a part between two `~` is struck out."""
    fact: dict[str, Any] = {"state": "absent", "text": "", "value": None, "quad": _corners(to_photo, rect)}
    if said.words is not None:
        state = "digits" if said.words.kind == "digits" else "struck" if said.words.struck else "read"
        fact |= {"state": state, "text": said.words.text, "value": said.words.number}
        fact |= {"fluid": True} if said.words.fluid else {}
    return fact


def _count(said: FieldWriting) -> int | None:
    """Number of strokes; None where a line takes them back."""
    if said.strokes is None:
        return said.tally or 0
    return None if said.strokes.crossed else said.strokes.count


def _struck_space(strokes: TallyMarks, grid: Tally) -> dict[str, Any]:
    """The unused space of a grid that is struck out, and whether its strokes are crossed out."""
    found: dict[str, Any] = {"crossed_out": True} if strokes.crossed else {}
    if strokes.cancel != "none" and strokes.used < grid.rows * grid.columns:
        row, column = divmod(strokes.used, grid.columns)
        below = row + (column > 0)
        space = {
            "kind": strokes.cancel,
            "after": [row, column],
            "totals": strokes.cancel_totals,
            "totals_from": below + 1,
        }
        found["struck_space"] = space
    return found


def _corners(to_photo: Way, rect: Rect) -> list[list[float]]:
    x0, y0, x1, y1 = rect
    return np.round(to_photo(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])), 2).tolist()


def _consistent(
    template: Template,
    page_id: str,
    fields: list[dict[str, Any]],
    writing: Mapping[str, FieldWriting],
    pages: Mapping[str, FieldWriting] | None,
) -> dict[str, Any]:
    values = {field["id"]: field["value"] for field in fields}
    checks = _rule_checks(template, page_id, values)
    numbers = all(check["ok"] for check in checks) if checks else None
    if pages is None:
        return {"numbers": numbers, "checks": checks}
    checks += [c for field in template.fields_of(page_id) if field.id in writing for c in _agree(field, writing)]
    everything = {name: interpret(said.text)[1] for name, said in pages.items()}
    across = _rule_checks(template, None, everything)
    return {
        "numbers": numbers,
        "all": all(check["ok"] for check in checks) if checks else None,
        "document": all(check["ok"] for check in across) if across else None,
        "checks": checks,
    }


def _rule_checks(template: Template, page_id: str | None, values: Mapping[str, int | None]) -> list[dict[str, Any]]:
    return [
        {"rule": rule.text, "ok": outcome == "holds"}
        for rule in (template.rules if page_id is None else template.rules_of(page_id))
        if rule.strength != "soft" and (outcome := rule.relation.evaluate(values)) != "not_evaluated"
    ]


def _agree(field: FormField, writing: Mapping[str, FieldWriting]) -> list[dict[str, Any]]:
    """True when bubbles, strokes and row totals give the same number as the digits; empty ones are ignored."""
    said = writing[field.id]
    checks: list[dict[str, Any]] = []
    for i, digit in enumerate(filled(said)):
        if digit is not None:
            char = said.text[i : i + 1]
            checks.append(
                {"rule": f"bubble({field.id}[{i}])=digit", "ok": str(digit) == ("0" if char in "X- " else char)}
            )
    value = interpret(said.text)[1]
    if said.words is not None and value is not None:
        checks.append({"rule": f"words({field.id})=number", "ok": said.words.number == value})
    if said.strokes and said.strokes.count and not said.strokes.crossed:
        if value is not None:
            checks.append({"rule": f"strokes({field.id})=number", "ok": said.strokes.count == value})
        rows = zip(said.row_texts or (), said.strokes.rows, strict=False)
        checks += [
            {"rule": f"row_total({field.id}[{row}])=strokes", "ok": interpret(text)[1] == count}
            for row, (text, count) in enumerate(rows, 1)
            if text.strip()
        ]
    return checks
