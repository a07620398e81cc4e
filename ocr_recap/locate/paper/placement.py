"""Where a page that is not flat is known to lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...imaging.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class Placement:
    """A plane, and how the paper departs from it.

    Attributes:
        homography: mm to px.
        moved: (n, 2) mm of the page to (n, 2) mm where the homography would have them.
    """

    homography: FloatArray
    moved: Callable[[FloatArray], FloatArray]
