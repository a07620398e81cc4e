"""The truth of a synthetic photo: what was written and where it lies, one JSON object per photo.

The format is that of a hand-read truth file: `fields` with text, value and quads, `bubbles`, `tallies`, `row_sums`,
`consistent`; and beside it `template`, `page`, `writer`, `defects`, `seed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..reconcile import interpret
from ..register import project
from ..template import FormField, RowTotals, Tally, Template
from .fill import FieldWriting

FloatArray = NDArray[np.float64]


def truth(
    template: Template,
    page_id: str,
    writing: Mapping[str, FieldWriting],
    homography: FloatArray,
    name: str,
    size: tuple[int, int],
    **more: Any,
) -> dict[str, Any]:
    """Truth of one photo.

    Args:
        template: the form.
        page_id: the page on the photo.
        writing: what was written, by field id.
        homography: 3x3, nominal millimetres to photo px (flat paper; bends are not followed).
        name: the photo's name without its ending.
        size: (width, height) px.
        more: further keys, such as `writer`, `defects`, `seed`.
    """
    fields: list[dict[str, Any]] = []
    bubbles: dict[str, Any] = {}
    tallies: dict[str, Any] = {}
    row_sums: list[dict[str, Any]] = []
    for field in template.fields_of(page_id):
        said = writing.get(field.id, FieldWriting(""))
        text = said.text.ljust(field.cells.count)
        rects = field.cells.rects()
        fields.append(
            {
                "id": field.id,
                "cells": field.cells.count,
                "text": text,
                "value": interpret(text)[1],
                "quad": _corners(homography, field.cells.outline()),
                "cell_quads": [_corners(homography, rect) for rect in rects],
                "note": "",
            }
        )
        if field.bubbles:
            filled = [c[0] if len(c) == 1 else None for c in (said.bubbles or ())]
            centers = project(homography, field.bubbles.centers(field.cells.count))
            bubbles[field.id] = {
                "filled": filled or [None] * field.cells.count,
                "centers": np.round(centers, 2).tolist(),
            }
        _strokes(field, said, homography, tallies, row_sums)
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
        "consistent": _consistent(template, page_id, fields),
        **more,
    }


def _strokes(
    field: FormField,
    said: FieldWriting,
    homography: FloatArray,
    tallies: dict[str, Any],
    row_sums: list[dict[str, Any]],
) -> None:
    """Add what was written beside the boxes of one field: strokes and row totals."""
    for witness in field.witnesses:
        if isinstance(witness, Tally):
            tallies[field.id] = {
                "count": said.tally or 0,
                "grid_rows": witness.rows,
                "grid_cols": witness.columns,
                "grid_quad": _corners(homography, witness.grid),
            }
        elif isinstance(witness, RowTotals):
            row_sums += [
                {"field": field.id, "row": r, "text": str(v), "value": v} for r, v in enumerate(said.row_totals or ())
            ]


def _corners(homography: FloatArray, rect: tuple[float, float, float, float]) -> list[list[float]]:
    x0, y0, x1, y1 = rect
    return np.round(project(homography, np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])), 2).tolist()


def _consistent(template: Template, page_id: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    values = {field["id"]: field["value"] for field in fields}
    checks = [
        {"rule": rule.text, "ok": outcome == "holds"}
        for rule in template.rules_of(page_id)
        if rule.strength != "soft" and (outcome := rule.relation.evaluate(values)) != "not_evaluated"
    ]
    return {"numbers": all(check["ok"] for check in checks) if checks else None, "checks": checks}
