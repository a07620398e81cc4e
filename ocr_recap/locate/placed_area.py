"""Where on a page its placement rests on lines that were met: what is torn, covered or not followed is left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..forms.template import Template
from ..imaging.arrays import FloatArray
from .paper.fit import PageFit
from .paper.line_fit import thinned

_AROUND = 3.0  # cell widths around a place whose line samples speak for it, by judgement
_DOUBTFUL = 0.35  # of that: about a cell width around a doubtful box
# Share of them that must be met. On drawn photos (preset hard, calibration writers) the boxes of a block that had
# slipped by a row beyond a crease had 0.54 at most; of 115 numbers in their place two had less than 0.6.
_MET = 0.6
_FEWEST = 3  # samples of either direction around a place without which it is as the page's nearest ones are


@dataclass(frozen=True, eq=False)
class MetArea:
    """Says of places on a page whether the page is placed there.

    Attributes:
        points: (n, 2) mm, the page's line samples in sight.
        axis: (n,) 0 for samples of lines down the page, which say where it lies along x, 1 for those across it.
        met: (n,) whether each is met.
        reach: mm around a place within which samples speak for it.
        doubtful: (k, 2) mm, places around which it is not placed beyond doubt.
    """

    points: FloatArray
    axis: NDArray[np.intp]
    met: NDArray[np.bool_]
    reach: float
    doubtful: FloatArray

    @classmethod
    def of(cls, fit: PageFit, doubtful: FloatArray) -> MetArea:
        """The area of a page that was fitted, less the surroundings of places (k, 2) mm that are doubtful."""
        lines = fit.lines
        axis = np.abs(lines.normals).argmax(axis=1)
        seen = fit.visible
        return cls(lines.points[seen], axis[seen], fit.met[seen], _AROUND * lines.unit, doubtful)

    def __call__(self, places: FloatArray) -> NDArray[np.bool_]:
        """Whether the page is placed at places (n, 2) mm; (n,). Lines of both directions must be met there."""
        sure = np.full(len(places), len(self.points) > 0, dtype=np.bool_)
        for axis in (0, 1):
            mine = self.axis == axis
            if int(mine.sum()) < _FEWEST:
                return np.zeros(len(places), dtype=np.bool_)
            apart = np.linalg.norm(places[:, None] - self.points[mine], axis=2)
            reach = np.maximum(self.reach, np.partition(apart, _FEWEST - 1, axis=1)[:, _FEWEST - 1])
            near = apart <= reach[:, None]
            sure &= (near & self.met[mine]).sum(axis=1) >= _MET * near.sum(axis=1)
        if len(self.doubtful):
            sure &= np.linalg.norm(places[:, None] - self.doubtful, axis=2).min(axis=1) > _DOUBTFUL * self.reach
        return sure


def in_part(fit: PageFit) -> PageFit:
    """A page as it is where nothing covers it: what lies where it is not placed counts as out of sight."""
    count = len(fit.visible)
    placed = fit.visible.copy()
    few = np.zeros_like(placed)
    for here, near in _neighbours(fit.template, fit.page_id):
        seen, met = (np.bincount(here, mask[near], count) for mask in (fit.visible, fit.met))
        placed &= met >= _MET * seen
        few |= seen < _FEWEST
    few &= fit.visible
    placed[few] = MetArea.of(fit, np.zeros((0, 2)))(fit.lines.points[few])
    return replace(fit, visible=placed, met=fit.met & placed)


@lru_cache(maxsize=128)
def _neighbours(template: Template, page_id: str) -> tuple[tuple[NDArray[np.intp], NDArray[np.intp]], ...]:
    """Line samples of a page and those near them that speak for their place: along x, and along y."""
    lines = thinned(template, page_id)
    axis = np.abs(lines.normals).argmax(axis=1)
    near = np.linalg.norm(lines.points[:, None] - lines.points, axis=2) <= _AROUND * lines.unit
    ways = [np.nonzero(near & (axis == k)) for k in (0, 1)]
    return tuple((here, there) for here, there in ways)
