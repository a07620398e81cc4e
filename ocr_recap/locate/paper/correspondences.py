"""Points of the page and where the photo shows them."""

from __future__ import annotations

from dataclasses import dataclass

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
