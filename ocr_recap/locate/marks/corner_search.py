"""Part of a page may have slipped to neighbouring lines: move its corners about, one or two at a time."""

from __future__ import annotations

import numpy as np

from ...imaging.arrays import FloatArray
from ...imaging.homography import project, through_four
from ..paper.line_fit import quick_score
from .hypotheses import AnchorView, Hypothesis

_SHAKES = 6  # rounds of moving corners about


def shaken(view: AnchorView, hypothesis: Hypothesis, homography: FloatArray) -> FloatArray:
    """The homography (mm to decoded px) with the page's corners moved about as long as more lines fit."""
    marks = hypothesis.template.page(hypothesis.page_id).markers.corners
    assert marks is not None
    corners, rules = marks.centers, view.ruling(hypothesis.template, hypothesis.page_id)
    best, score = homography, 0.0
    for _ in range(_SHAKES):
        moved = _moved(best, corners, rules.unit)
        scores = quick_score(view.distance, moved, rules, 2.0)
        index = int(scores.argmax())
        if scores[index] <= score + 1e-6:
            break
        best, score = moved[index], float(scores[index])
    return best


def _moved(homography: FloatArray, corners: FloatArray, unit: float) -> FloatArray:
    """Homographies with one corner or two moved by up to 1.5 cell widths; (n, 3, 3), the unmoved one first."""
    placed = project(homography, corners)
    size = unit * float(np.linalg.norm(placed[1] - placed[0]) / np.linalg.norm(corners[1] - corners[0]))
    steps = np.array([-1.5, -1, -0.6, -0.3, -0.15, 0, 0.15, 0.3, 0.6, 1, 1.5]) * size
    moves = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 1, 2)
    targets: list[FloatArray] = []
    for side in ((0,), (1,), (2,), (3,), (0, 1), (1, 2), (2, 3), (3, 0)):
        target = np.tile(placed, (len(moves), 1, 1))
        target[:, side] += moves
        targets.append(target)
    return np.concatenate([homography[None], through_four(corners, np.concatenate(targets))])
