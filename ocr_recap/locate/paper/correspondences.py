"""Points of the page and where the photo shows them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...imaging.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class Correspondences:
    """The same points in both systems, such as the corner marks that were seen.

    Attributes:
        page: (k, 2) mm.
        photo: (k, 2) px.
    """

    page: FloatArray
    photo: FloatArray

    def __len__(self) -> int:
        return len(self.page)

    @classmethod
    def none(cls) -> Correspondences:
        """No points: nothing but lines is known of the page."""
        return cls(np.zeros((0, 2)), np.zeros((0, 2)))
