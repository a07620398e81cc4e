"""Is there a second sheet of the same page beside the one that was found? Without tags nothing else would say so."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from .agreement import SLACK, LineFit
from .axes import layouts
from .lineup import Ruler
from .rectify import Rectified
from .register import project, ruling

# Score of `lineup` beside the page that was found from which that is another sheet. On 104 drawn hard photos of forms
# without tags (calibration writers, seed 5077; a script that was not kept) the 63 with one sheet had 0.14 at most, the
# 41 with another beside it 0.02 to 0.91, nine of them more than 0.25. Of two of these the other sheet was read, which
# lay wholly in sight: 0.71 and 0.91.
_ANOTHER, _SURELY = 0.25, 0.5
_WHOLE = 0.9  # share of its line samples that lie on the photo
_BESIDE = 15  # px, rectified, around the page that was found which are its own


def second_sheet(seen: Rectified, found: LineFit, size: tuple[int, int]) -> Literal["none", "part", "whole"]:
    """How much of another sheet is in sight whose table is that of the page found.

    Args:
        seen: the photo's ruled lines.
        found: the page, on the same photo.
        size: (width, height) of the decoded photo, px.
    """
    back = np.asarray(np.linalg.inv(seen.to_photo), dtype=np.float64)
    here = project(back, found.places)
    here = here if seen.bend is None else seen.bend.origin_of(here)
    left = np.ones(seen.rows.shape, np.uint8)
    outline = cv2.convexHull(np.rint(np.clip(here, -20000, 20000)).astype(np.int32))
    cv2.fillConvexPoly(left, outline, 0)
    left = np.asarray(cv2.erode(left, np.ones((_BESIDE, _BESIDE), np.uint8)), dtype=np.uint8)
    beside = Ruler(replace(seen, rows=seen.rows * left, columns=seen.columns * left), SLACK)
    placed = beside.best(layouts(found.template, found.page_id))
    if not placed or placed[0].score < _ANOTHER:
        return "none"
    places: NDArray[np.float64] = project(placed[0].homography, ruling(found.template, found.page_id).points)
    share = float(((places >= 0) & (places < size)).all(axis=1).mean())
    return "whole" if placed[0].score >= _SURELY and share >= _WHOLE else "part"
